//! Sums of independent uniform draws, exactly and without cancellation.
//!
//! The density of a sum of `n` draws from (0, 1) is the cardinal B-spline `B_n`. With
//! `B_m(x) = (x B_{m-1}(x) + (m - x) B_{m-1}(x - 1)) / (m - 1)` every term is positive; the distribution function is
//! `Σ_k B_{n+1}(x - k)` and `E(x - X)⁺ = Σ_k (k + 1) B_{n+2}(x - k)`.

/// Values `B_m(t + k)` for `k = 0 … m - 1`, with `t` in `[0, 1)`.
fn splines(m: u32, t: f64) -> Vec<f64> {
    let mut row = vec![1.0];
    for order in 2..=m {
        let divisor = f64::from(order - 1);
        let mut next = vec![0.0; order as usize];
        for (k, out) in next.iter_mut().enumerate() {
            let x = t + k as f64;
            let here = row.get(k).copied().unwrap_or(0.0);
            let left = if k > 0 { row[k - 1] } else { 0.0 };
            *out = (x * here + (f64::from(order) - x) * left) / divisor;
        }
        row = next;
    }
    row
}

/// `P(X <= x)` for the sum of `n` draws from (0, 1).
pub fn cumulative(n: u32, x: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    if x >= f64::from(n) {
        return 1.0;
    }
    let floor = x.floor() as usize;
    splines(n + 1, x - floor as f64)[..=floor].iter().sum::<f64>().min(1.0)
}

/// `E(x - X)⁺` for the sum of `n` draws from (0, 1).
pub fn excess(n: u32, x: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    if x >= f64::from(n) {
        return x - f64::from(n) / 2.0;
    }
    let floor = x.floor() as usize;
    splines(n + 2, x - floor as f64)[..=floor].iter().enumerate().map(|(k, b)| (floor - k + 1) as f64 * b).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_sums_agree_with_their_polynomials() {
        assert!((cumulative(1, 0.3) - 0.3).abs() < 1e-15);
        assert!((cumulative(2, 0.3) - 0.045).abs() < 1e-15);
        assert!((cumulative(2, 1.7) - 0.955).abs() < 1e-15);
        assert!((excess(1, 0.3) - 0.045).abs() < 1e-15);
        assert!((excess(2, 1.0) - 1.0 / 6.0).abs() < 1e-15);
    }

    #[test]
    fn long_sums_stay_between_zero_and_one_and_keep_their_symmetry() {
        for n in [5, 30, 200] {
            let half = f64::from(n) / 2.0;
            assert!((cumulative(n, half) - 0.5).abs() < 1e-12);
            let (a, b) = (excess(n, half + 1.3), excess(n, half - 1.3));
            assert!((a - b - 1.3).abs() < 1e-11, "{n}");
        }
    }
}
