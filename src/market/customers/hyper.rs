//! Gauss' hypergeometric function where the models need it: argument from 0 to below 1.

/// Where a sum is drawn back before it leaves the numbers, and by how much.
const LARGE: f64 = 1e250;

/// `₂F₁(a, b; c; z)` by its series, `0 <= z < 1`, to the last digits; `None` where it does not settle.
pub(super) fn gauss(a: f64, b: f64, c: f64, z: f64) -> Option<f64> {
    scaled(0.0, [a, b, c], z)
}

/// `eˢ ₂F₁(a, b; c; z)`: the product may be of this world where neither factor is.
pub(super) fn scaled(s: f64, [a, b, c]: [f64; 3], z: f64) -> Option<f64> {
    const MOST: usize = 2_000_000;
    let (mut term, mut sum, mut scale) = (1.0_f64, 1.0_f64, s);
    for k in 0..MOST {
        let k = k as f64;
        term *= (a + k) * (b + k) / ((c + k) * (k + 1.0)) * z;
        sum += term;
        if sum.abs() > LARGE {
            term /= LARGE;
            sum /= LARGE;
            scale += LARGE.ln();
        }
        // What is left is less than a geometric series once the ratio falls below its limit's neighbourhood.
        let ratio = (a + k + 1.0) * (b + k + 1.0) / ((c + k + 1.0) * (k + 2.0)) * z;
        if term == 0.0 || (ratio < 1.0 && term.abs() / (1.0 - ratio) < 1e-16 * sum.abs()) {
            let value = if scale == 0.0 { sum } else { sum.signum() * (sum.abs().ln() + scale).exp() };
            return value.is_finite().then_some(value);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::{gauss, scaled};

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

    /// Euler: (1 − z)^a ₂F₁(a, b; c; z) = (1 − z)^(c − b) ₂F₁(c − a, c − b; c; z), whose series is short.
    #[test]
    fn a_long_series_is_the_short_one_of_euler() {
        // CDNOW's parameters of BG/NBD, and some of which c − a is negative.
        for (r, a, b) in [(0.2426, 0.7929, 2.4259), (3.5, 0.9, 1.4)] {
            for x in [5.0, 100.0, 400.0, 420.0, 1_000.0, 5_000.0] {
                for z in [0.1, 0.5, 0.82, 0.95] {
                    for less in [0.0, 1.0] {
                        let (first, second, third) = (r + x, b + x, a + b + x - less);
                        let ln = (1.0_f64 - z).ln();
                        let long = scaled(first * ln, [first, second, third], z).unwrap();
                        let short =
                            ((third - second) * ln).exp() * gauss(third - first, third - second, third, z).unwrap();
                        assert!((long / short - 1.0).abs() < 1e-10, "{r} {x} {z}: {long} {short}");
                    }
                }
            }
        }
    }
}
