//! The normal distribution to full precision.

use std::f64::consts::{FRAC_1_SQRT_2, PI};

/// Density of the standard normal law.
pub fn density(z: f64) -> f64 {
    (-0.5 * z * z).exp() / (2.0 * PI).sqrt()
}

/// Probability that a standard normal variable is at most `z`.
pub fn cumulative(z: f64) -> f64 {
    0.5 * libm::erfc(-z * FRAC_1_SQRT_2)
}

/// First loss `E(Z - z)⁺ = φ(z) - z (1 - Φ(z))`.
pub fn loss(z: f64) -> f64 {
    (density(z) - z * cumulative(-z)).max(0.0)
}

/// Second loss `½ E((Z - z)⁺)² = ½ ((z² + 1)(1 - Φ(z)) - z φ(z))`.
pub fn second_loss(z: f64) -> f64 {
    (0.5 * ((z * z + 1.0) * cumulative(-z) - z * density(z))).max(0.0)
}

/// The `z` below which a standard normal variable falls with probability `p` (0 < p < 1).
///
/// Newton's method on `ln Φ`, which is concave: from a point left of the root the iterates climb to it.
pub fn quantile(p: f64) -> f64 {
    if p > 0.5 {
        // 1 - p is exact for p >= 0.5.
        return -quantile(1.0 - p);
    }
    let target = p.ln();
    // Left of the root, since Φ(z) < exp(-z²/2) for z < 0.
    let mut z = -(-2.0 * target).sqrt();
    for _ in 0..100 {
        let below = cumulative(z);
        let step = (target - below.ln()) * below / density(z);
        z += step;
        if step.abs() <= 1e-16 * z.abs().max(1e-3) {
            break;
        }
    }
    z
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_undo_probabilities_far_into_the_tails() {
        for &(p, z) in &[
            (0.5, 0.0),
            (0.975, 1.959_963_984_540_054),
            (0.05, -1.644_853_626_951_472_7),
            (1e-10, -6.361_340_902_404_056),
        ] {
            assert!((quantile(p) - z).abs() < 1e-13, "{p}: {} != {z}", quantile(p));
        }
        for k in 1..300 {
            let p = 10f64.powi(-k);
            // The tail magnifies the rounding of z by z².
            let error = (cumulative(quantile(p)) / p - 1.0).abs();
            assert!(error < 4e-16 * (10.0 + quantile(p).powi(2)), "{p:e}: {error:e}");
        }
    }

    #[test]
    fn losses_are_integrals_of_the_tail() {
        let (mut first, mut second) = (0.0, 0.0);
        let step = 1e-4;
        let mut z = 12.0 - step / 2.0;
        while z > 0.3 {
            second += step * (first + step * cumulative(-z) / 2.0);
            first += step * cumulative(-z);
            z -= step;
        }
        assert!((loss(0.3) - first).abs() < 1e-8);
        assert!((second_loss(0.3) - second).abs() < 1e-8);
    }
}
