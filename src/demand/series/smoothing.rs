//! Exponential smoothing of one series, parameters by least squares on one-step errors.

/// Level smoothing constants that are tried.
const ALPHAS: [f64; 14] = [0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99];
const BETAS: [f64; 5] = [0.01, 0.05, 0.1, 0.2, 0.4];
const DAMPING: [f64; 4] = [0.8, 0.9, 0.95, 0.98];

/// Simple exponential smoothing: the level after the last value.
pub(super) fn simple(y: &[f64]) -> f64 {
    let run = |alpha: f64| {
        let (mut level, mut error) = (y[0], 0.0);
        for &v in &y[1..] {
            let e = v - level;
            error += e * e;
            level += alpha * e;
        }
        (error, level)
    };
    ALPHAS.iter().map(|&a| run(a)).min_by(|a, b| a.0.total_cmp(&b.0)).map_or(y[0], |best| best.1)
}

/// Theta: simple smoothing plus half of the straight line's slope.
pub(super) fn theta(y: &[f64], horizon: usize) -> Vec<f64> {
    let level = simple(y);
    let n = y.len() as f64;
    let centre = (n - 1.0) / 2.0;
    let mean = y.iter().sum::<f64>() / n;
    let (mut up, mut down) = (0.0, 0.0);
    for (t, v) in y.iter().enumerate() {
        let d = t as f64 - centre;
        up += d * (v - mean);
        down += d * d;
    }
    let slope = if down > 0.0 { up / down } else { 0.0 };
    (1..=horizon).map(|h| level + 0.5 * slope * h as f64).collect()
}

/// Holt's linear trend, damped (Gardner and McKenzie 1985).
pub(super) fn damped(y: &[f64], horizon: usize) -> Vec<f64> {
    let run = |alpha: f64, beta: f64, phi: f64| {
        let (mut level, mut trend, mut error) = (y[0], y[1] - y[0], 0.0);
        for &v in &y[1..] {
            let expected = level + phi * trend;
            let e = v - expected;
            error += e * e;
            level = expected + alpha * e;
            trend = phi * trend + alpha * beta * e;
        }
        (error, level, trend, phi)
    };
    let mut best = (f64::INFINITY, y[y.len() - 1], 0.0, 0.9);
    for alpha in ALPHAS {
        for beta in BETAS {
            for phi in DAMPING {
                let tried = run(alpha, beta, phi);
                if tried.0 < best.0 {
                    best = tried;
                }
            }
        }
    }
    let (_, level, trend, phi) = best;
    let mut reach = 0.0;
    let mut power = 1.0;
    (0..horizon)
        .map(|_| {
            power *= phi;
            reach += power;
            level + trend * reach
        })
        .collect()
}
