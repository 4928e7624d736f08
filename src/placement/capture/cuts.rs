//! Linear upper bounds on the share that a set of open sites captures from one customer.

/// A linear function `constant + Σ slope_i y_i`, at least the captured share for every y in {0, 1}.
#[derive(Clone, Debug)]
pub struct Above {
    /// Constant term.
    pub constant: f64,
    /// Slope per site.
    pub slope: Vec<f64>,
}

impl Above {
    /// Lowers slopes that reach beyond the largest share there is: with that site open the bound is met anyway. This
    /// strengthens the cut and keeps its numbers near one.
    fn clipped(mut self, row: &[f64]) -> Self {
        let room = (share(row.iter().sum()) - self.constant).max(0.0);
        for g in &mut self.slope {
            *g = g.min(room);
        }
        self
    }

    /// Its value at a point.
    pub fn at(&self, y: &[f64]) -> f64 {
        self.constant + self.slope.iter().zip(y).map(|(g, y)| g * y).sum::<f64>()
    }
}

/// The share captured with total attraction s over rivals of attraction 1.
pub fn share(s: f64) -> f64 {
    s / (1.0 + s)
}

/// F(s + a) − F(s) = a / ((1 + s)(1 + s + a)), without cancellation.
fn step(s: f64, a: f64) -> f64 {
    a / ((1.0 + s) * (1.0 + s + a))
}

/// The tangent at total attraction `s`.
pub fn tangent(row: &[f64], s: f64) -> Above {
    let slope = 1.0 / ((1.0 + s) * (1.0 + s));
    Above { constant: share(s) * share(s), slope: row.iter().map(|a| slope * a).collect() }.clipped(row)
}

/// The submodular cut of the empty set.
pub fn empty(row: &[f64]) -> Above {
    Above { constant: 0.0, slope: row.iter().map(|&a| share(a)).collect() }
}

/// The submodular cut of one site.
pub fn single(row: &[f64], k: usize) -> Above {
    let rest: f64 = row.iter().enumerate().filter(|e| e.0 != k).map(|e| e.1).sum();
    let last = step(rest, row[k]);
    let mut slope: Vec<f64> = row.iter().map(|&a| step(row[k], a)).collect();
    slope[k] = last;
    Above { constant: share(row[k]) - last, slope }.clipped(row)
}

/// The deepest cut at a point, given the total attraction there.
pub fn deepest(row: &[f64], y: &[f64], s: f64) -> Above {
    let mut best = tangent(row, s);
    let mut value = best.at(y);
    let other = empty(row);
    if other.at(y) < value {
        value = other.at(y);
        best = other;
    }
    let total: f64 = row.iter().sum();
    let mut winner = None;
    for k in 0..row.len() {
        if row[k] <= 0.0 {
            continue;
        }
        let last = step((total - row[k]).max(0.0), row[k]);
        let base = share(row[k]) - last * (1.0 - y[k]);
        if base >= value {
            continue;
        }
        let mut here = base;
        for (i, &a) in row.iter().enumerate() {
            if i != k && y[i] > 0.0 {
                here += step(row[k], a) * y[i];
            }
        }
        if here < value - 1e-12 {
            value = here;
            winner = Some(k);
        }
    }
    winner.map_or(best, |k| single(row, k))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::placement::dice::Dice;

    #[test]
    fn every_cut_lies_above_the_share_at_every_set() {
        let mut tightest = f64::INFINITY;
        for seed in 0..300 {
            let mut dice = Dice::new(seed);
            let m = 1 + dice.below(7);
            let row: Vec<f64> = (0..m).map(|_| (6.0 * dice.unit() - 3.0).exp()).collect();
            let y: Vec<f64> = (0..m).map(|_| dice.unit()).collect();
            let s = row.iter().zip(&y).map(|(a, y)| a * y).sum();
            let mut cuts = vec![tangent(&row, s), empty(&row), deepest(&row, &y, s)];
            cuts.extend((0..m).map(|k| single(&row, k)));
            for cut in &cuts {
                for set in 0u32..1 << m {
                    let point: Vec<f64> = (0..m).map(|i| f64::from(set >> i & 1)).collect();
                    let own: f64 = row.iter().zip(&point).map(|(a, y)| a * y).sum();
                    let slack = cut.at(&point) - share(own);
                    assert!(slack > -1e-12, "seed {seed}: {slack}");
                    tightest = tightest.min(slack);
                }
            }
            let best = cuts.iter().map(|c| c.at(&y)).fold(f64::INFINITY, f64::min);
            assert!((cuts[2].at(&y) - best).abs() < 1e-9, "seed {seed}");
        }
        assert!(tightest.abs() < 1e-12);
    }
}
