//! Gauss' hypergeometric function where the models need it: positive parameters, argument from 0 to below 1.

/// `₂F₁(a, b; c; z)` by its series, `0 <= z < 1`, to the last digits; `None` where it does not settle.
pub(super) fn gauss(a: f64, b: f64, c: f64, z: f64) -> Option<f64> {
    const MOST: usize = 2_000_000;
    let (mut term, mut sum) = (1.0, 1.0);
    for k in 0..MOST {
        let k = k as f64;
        term *= (a + k) * (b + k) / ((c + k) * (k + 1.0)) * z;
        sum += term;
        // What is left is less than a geometric series once the ratio falls below its limit's neighbourhood.
        let ratio = (a + k + 1.0) * (b + k + 1.0) / ((c + k + 1.0) * (k + 2.0)) * z;
        if term == 0.0 || (ratio < 1.0 && term.abs() / (1.0 - ratio) < 1e-16 * sum.abs()) {
            return sum.is_finite().then_some(sum);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::gauss;

    #[test]
    fn elementary_cases() {
        // ₂F₁(1, 1; 2; z) = −ln(1 − z)/z; ₂F₁(a, b; b; z) = (1 − z)^−a.
        for z in [0.0, 0.1, 0.5, 0.9, 0.99] {
            let right = if z == 0.0 { 1.0 } else { -(1.0_f64 - z).ln() / z };
            assert!((gauss(1.0, 1.0, 2.0, z).unwrap() / right - 1.0).abs() < 1e-13, "{z}");
            let right = (1.0_f64 - z).powf(-2.5);
            assert!((gauss(2.5, 1.7, 1.7, z).unwrap() / right - 1.0).abs() < 1e-12, "{z}");
        }
        assert!(gauss(1.0, 1.0, 1.5, 1.0).is_none(), "it diverges at 1");
    }
}
