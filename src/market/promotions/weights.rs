//! Weights on the simplex by Frank–Wolfe steps.

/// Steps before small weights are dropped, and at most after.
const STEPS: (usize, usize) = (100, 10_000);

/// `min_x |A x − b|² / rows + ζ² |x|²` over the simplex, columns of `A` and `b` centred; then sparse and again.
/// `rows` holds `A` with `b` as its last column; `least` is the gain of a step (its root) at which the steps end.
pub(super) fn weights(rows: &[Vec<f64>], zeta: f64, least: f64) -> Vec<f64> {
    let centred = centred(rows);
    let n = rows[0].len() - 1;
    let first = steps(&centred, vec![1.0 / n as f64; n], zeta, least, STEPS.0);
    let most = first.iter().copied().fold(0.0, f64::max);
    let kept: Vec<f64> = first.iter().map(|&w| if w <= most / 4.0 { 0.0 } else { w }).collect();
    let sum: f64 = kept.iter().sum();
    steps(&centred, kept.iter().map(|w| w / sum).collect(), zeta, least, STEPS.1)
}

fn centred(rows: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let means: Vec<f64> =
        (0..rows[0].len()).map(|k| rows.iter().map(|r| r[k]).sum::<f64>() / rows.len() as f64).collect();
    rows.iter().map(|r| r.iter().zip(&means).map(|(x, m)| x - m).collect()).collect()
}

fn steps(rows: &[Vec<f64>], mut x: Vec<f64>, zeta: f64, least: f64, most: usize) -> Vec<f64> {
    let n = x.len();
    let ridge = rows.len() as f64 * zeta * zeta;
    let mut before = f64::INFINITY;
    for _ in 0..most {
        let fit: Vec<f64> = rows.iter().map(|r| r.iter().zip(&x).map(|(a, w)| a * w).sum()).collect();
        let mut half: Vec<f64> = x.iter().map(|w| ridge * w).collect();
        for (row, f) in rows.iter().zip(&fit) {
            let short = f - row[n];
            half.iter_mut().zip(row).for_each(|(g, a)| *g += short * a);
        }
        let best = (0..n).fold(0, |b, i| if half[i] < half[b] { i } else { b });
        let towards: Vec<f64> = x.iter().enumerate().map(|(i, w)| f64::from(i == best) - w).collect();
        let slope: f64 = half.iter().zip(&towards).map(|(g, d)| g * d).sum();
        let bend: f64 = rows.iter().zip(&fit).map(|(r, f)| (r[best] - f).powi(2)).sum::<f64>()
            + ridge * towards.iter().map(|d| d * d).sum::<f64>();
        if bend <= 0.0 {
            break;
        }
        let step = (-slope / bend).clamp(0.0, 1.0);
        x.iter_mut().zip(&towards).for_each(|(w, d)| *w += step * d);
        let value = objective(rows, &x, zeta);
        if before - value <= least * least {
            break;
        }
        before = value;
    }
    x
}

fn objective(rows: &[Vec<f64>], x: &[f64], zeta: f64) -> f64 {
    let short = |r: &Vec<f64>| r.iter().zip(x).map(|(a, w)| a * w).sum::<f64>() - r[x.len()];
    rows.iter().map(|r| short(r).powi(2)).sum::<f64>() / rows.len() as f64
        + zeta * zeta * x.iter().map(|w| w * w).sum::<f64>()
}
