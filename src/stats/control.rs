//! Control variates: what is known about the mean of one figure sharpens the mean of another.

use super::interval::Interval;
use super::special::student_two_sided;

/// Mean of `y` corrected by controls `x` (one row per control, each as long as `y`) whose true means are known:
/// `ȳ − β (x̄ − µ)` with least-squares β. The interval is that of the regression's intercept at `x = µ`, with
/// `n − k − 1` degrees of freedom (Lavenberg & Welch 1981). Controls that do not vary are left out.
pub fn controlled(y: &[f64], controls: &[(&[f64], f64)], level: f64) -> Interval {
    let n = y.len();
    let mut columns: Vec<Vec<f64>> = vec![vec![1.0; n]];
    for (x, mean) in controls {
        let centred: Vec<f64> = x.iter().map(|v| v - mean).collect();
        let spread = centred.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), &v| (a.min(v), b.max(v)));
        if spread.1 - spread.0 > 1e-12 * (mean.abs() + 1.0) {
            columns.push(centred);
        }
    }
    let k = columns.len();
    if n < k + 2 {
        return super::interval::of_floats(y, level);
    }
    // Gram–Schmidt with the constant last: its remainder is what the controls cannot explain of it, and the coefficient
    // on it is the corrected mean.
    columns.rotate_left(1);
    let mut rest = y.to_vec();
    let mut basis: Vec<Vec<f64>> = Vec::new();
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    let mut mean = 0.0;
    let mut norm = 1.0;
    for mut column in columns {
        for _ in 0..2 {
            for b in &basis {
                let share = dot(&column, b) / dot(b, b);
                column.iter_mut().zip(b).for_each(|(c, b)| *c -= share * b);
            }
        }
        norm = dot(&column, &column);
        if norm <= 1e-12 * n as f64 {
            continue;
        }
        mean = dot(&rest, &column) / norm;
        rest.iter_mut().zip(&column).for_each(|(r, c)| *r -= mean * c);
        basis.push(column);
    }
    let freedom = (n - k) as f64;
    let variance = dot(&rest, &rest) / freedom;
    Interval { mean, half: student_two_sided(level, freedom) * (variance / norm).sqrt(), count: n as u64 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::normal;
    use crate::stats::stream::Stream;

    #[test]
    fn a_linear_relation_leaves_no_doubt() {
        let x: Vec<f64> = (0..20).map(f64::from).collect();
        let y: Vec<f64> = x.iter().map(|x| 3.0 + 2.0 * x).collect();
        let i = controlled(&y, &[(&x, 10.0)], 0.95);
        assert!((i.mean - 23.0).abs() < 1e-9 && i.half < 1e-6, "{i:?}");
        // A constant control is no help and no harm.
        let flat = vec![1.0; 20];
        assert_eq!(controlled(&y, &[(&flat, 1.0)], 0.95).count, 20);
    }

    #[test]
    fn coverage_and_width() {
        // y = x + x²/4 + noise; both x and x² are controls with known means 0 and 1.
        let (mut covered, mut narrow) = (0, 0);
        for run in 0..2000u64 {
            let mut s = Stream::from_hash(run);
            let x: Vec<f64> = (0..30).map(|_| normal::quantile(s.unit())).collect();
            let squares: Vec<f64> = x.iter().map(|x| x * x).collect();
            let y: Vec<f64> = x.iter().map(|x| x + 0.25 * x * x + 0.1 * normal::quantile(s.unit())).collect();
            let i = controlled(&y, &[(&x, 0.0), (&squares, 1.0)], 0.95);
            covered += usize::from(i.covers(0.25));
            narrow += usize::from(i.half < 0.2 * crate::stats::interval::of_floats(&y, 0.95).half);
        }
        assert!((covered as f64 / 2000.0 - 0.95).abs() < 0.015, "{covered}");
        assert!(narrow > 1900, "{narrow}");
    }
}
