//! A simplex search (Nelder and Mead 1965): near a maximum, not at it.

/// The highest place that is found from `start` with a first simplex of edges `width`; the search ends when the values at
/// its corners differ by less than the share `close`.
pub fn maximise(start: &[f64], width: f64, close: f64, f: &impl Fn(&[f64]) -> f64) -> Vec<f64> {
    let n = start.len();
    let mut points: Vec<(f64, Vec<f64>)> = (0..=n)
        .map(|k| {
            let mut y = start.to_vec();
            if k > 0 {
                y[k - 1] += width;
            }
            (f(&y), y)
        })
        .collect();
    let better = |a: &f64, b: &f64| b.total_cmp(a);
    for _ in 0..200 * n {
        points.sort_by(|a, b| better(&a.0, &b.0));
        let spread = points[0].0 - points[n].0;
        if spread.is_finite() && spread < close * (1.0 + points[0].0.abs()) {
            break;
        }
        let middle: Vec<f64> = (0..n).map(|i| points[..n].iter().map(|p| p.1[i]).sum::<f64>() / n as f64).collect();
        let worst = points[n].1.clone();
        let at = |by: f64| -> (f64, Vec<f64>) {
            let y: Vec<f64> = (0..n).map(|i| middle[i] + by * (worst[i] - middle[i])).collect();
            (f(&y), y)
        };
        let mirrored = at(-1.0);
        if mirrored.0 > points[0].0 {
            let further = at(-2.0);
            points[n] = if further.0 > mirrored.0 { further } else { mirrored };
        } else if mirrored.0 > points[n - 1].0 {
            points[n] = mirrored;
        } else {
            let inside = if mirrored.0 > points[n].0 { at(-0.5) } else { at(0.5) };
            if inside.0 > points[n].0.max(mirrored.0) {
                points[n] = inside;
            } else {
                let best = points[0].1.clone();
                for p in points.iter_mut().skip(1) {
                    let y: Vec<f64> = p.1.iter().zip(&best).map(|(y, b)| 0.5 * (y + b)).collect();
                    *p = (f(&y), y);
                }
            }
        }
    }
    points.sort_by(|a, b| better(&a.0, &b.0));
    points.swap_remove(0).1
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_valley_is_followed() {
        let f = |x: &[f64]| -((1.0 - x[0]).powi(2) + 100.0 * (x[1] - x[0] * x[0]).powi(2));
        let found = super::maximise(&[-1.2, 1.0], 0.5, 1e-14, &f);
        assert!((found[0] - 1.0).abs() < 1e-5 && (found[1] - 1.0).abs() < 1e-5, "{found:?}");
    }
}
