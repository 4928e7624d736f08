//! Forecast bias: the tracking signal, the sum of errors over their mean absolute deviation, beyond 4.

use super::{Band, Finding};
use crate::stats::normal;

/// Sum of errors over their mean absolute deviation; 0 without errors.
pub fn tracking_signal(errors: &[f64]) -> f64 {
    let mad = errors.iter().map(|e| e.abs()).sum::<f64>() / errors.len().max(1) as f64;
    if mad > 0.0 { errors.iter().sum::<f64>() / mad } else { 0.0 }
}

/// Raises the warning over errors (observed less forecast). `cost` prices a car of error.
pub fn check(errors: &[f64], band: Band, cost: f64) -> Option<Finding> {
    let signal = tracking_signal(errors);
    let level = band.level(signal.abs())?;
    let bias = errors.iter().sum::<f64>() / errors.len() as f64;
    // Without bias the sum of n normal errors has deviation √n σ, and σ = MAD √(π/2).
    let z = signal.abs() / (errors.len() as f64 * std::f64::consts::FRAC_PI_2).sqrt();
    Some(Finding {
        level,
        probability: 2.0 * normal::cumulative(z) - 1.0,
        money: 4.0 * bias.abs() * cost,
        lead_weeks: 0.0,
        text: format!(
            "the forecast is {:.1} cars a week too {} (tracking signal {signal:.1})",
            bias.abs(),
            if bias > 0.0 { "low" } else { "high" }
        ),
        text_zh: format!(
            "预测每周偏{}{:.1}辆（跟踪信号{signal:.1}）",
            if bias > 0.0 { "低" } else { "高" },
            bias.abs()
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_sided_errors_add_up() {
        let band = Band { amber: 4.0, red: 6.0 };
        assert!(check(&[1.0, -1.0, 2.0, -2.0, 1.0], band, 1.0).is_none());
        let found = check(&[2.0, 1.0, 2.0, 1.0, 2.0, -0.5], band, 10.0).unwrap();
        assert!((tracking_signal(&[2.0, 1.0, 2.0, 1.0, 2.0, -0.5]) - 7.5 / (8.5 / 6.0)).abs() < 1e-12);
        assert!((found.money - 50.0).abs() < 1e-9);
    }
}
