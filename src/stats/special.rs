//! Distribution functions that intervals need.

use libm::{exp, fabs, lgamma, log};

/// Regularised incomplete beta function `I_x(a, b)` by Lentz's continued fraction (Abramowitz–Stegun 26.5.8).
pub fn beta_share(x: f64, a: f64, b: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    if x >= 1.0 {
        return 1.0;
    }
    let front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log(1.0 - x));
    // The fraction converges fast on one side of the mean only; use I_x(a, b) = 1 − I_{1−x}(b, a) on the other.
    if x < (a + 1.0) / (a + b + 2.0) {
        front * beta_fraction(x, a, b) / a
    } else {
        1.0 - front * beta_fraction(1.0 - x, b, a) / b
    }
}

fn beta_fraction(x: f64, a: f64, b: f64) -> f64 {
    const TINY: f64 = 1e-300;
    let keep = |v: f64| if fabs(v) < TINY { TINY } else { v };
    let mut c = 1.0;
    let mut d = 1.0 / keep(1.0 - (a + b) * x / (a + 1.0));
    let mut h = d;
    for m in 1..500 {
        let m = f64::from(m);
        for numerator in [
            m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0)),
        ] {
            d = 1.0 / keep(1.0 + numerator * d);
            c = keep(1.0 + numerator / c);
            h *= d * c;
        }
        if fabs(d * c - 1.0) < 1e-15 {
            break;
        }
    }
    h
}

/// Distribution function of Student's t with `freedom` degrees of freedom.
pub fn student(t: f64, freedom: f64) -> f64 {
    let tail = 0.5 * beta_share(freedom / (freedom + t * t), freedom / 2.0, 0.5);
    if t > 0.0 { 1.0 - tail } else { tail }
}

/// The `t` with two-sided coverage `level` (0 < level < 1) under `freedom` degrees of freedom; infinite for 0 degrees.
pub fn student_two_sided(level: f64, freedom: f64) -> f64 {
    if freedom < 1.0 {
        return f64::INFINITY;
    }
    let tail = |t: f64| beta_share(freedom / (freedom + t * t), freedom / 2.0, 0.5);
    let (mut low, mut high) = (0.0, 1.0);
    while tail(high) > 1.0 - level {
        high *= 2.0;
    }
    for _ in 0..200 {
        let middle = 0.5 * (low + high);
        if middle == low || middle == high {
            break;
        }
        if tail(middle) > 1.0 - level { low = middle } else { high = middle }
    }
    0.5 * (low + high)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn student_agrees_with_the_printed_tables() {
        // Two-sided 95 % points.
        for (freedom, t) in [(1.0, 12.706_204_74), (5.0, 2.570_581_836), (30.0, 2.042_272_456), (199.0, 1.971_956_545)]
        {
            assert!((student_two_sided(0.95, freedom) - t).abs() < 1e-8, "{freedom}");
        }
        assert!((student_two_sided(0.95, 1e7) - 1.959_964).abs() < 1e-5);
        assert!((student(2.570_581_836, 5.0) - 0.975).abs() < 1e-9);
        assert!((student(-2.570_581_836, 5.0) - 0.025).abs() < 1e-9);
        assert!(student_two_sided(0.95, 0.0).is_infinite());
    }

    #[test]
    fn beta_has_its_closed_forms() {
        // I_x(1, b) = 1 − (1 − x)^b and I_x(a, 1) = x^a.
        for x in [0.05, 0.3, 0.9] {
            assert!((beta_share(x, 1.0, 3.0) - (1.0 - (1.0 - x).powi(3))).abs() < 1e-14);
            assert!((beta_share(x, 4.0, 1.0) - x.powi(4)).abs() < 1e-14);
        }
    }
}
