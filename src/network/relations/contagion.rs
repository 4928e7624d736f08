//! How far a cut of prices spreads when dealers follow their rivals.

/// Who moves whose price: rows of shares, `rows[i]` are the rivals of i.
pub struct Influence {
    rows: Vec<Vec<(usize, f64)>>,
    follow: f64,
}

/// Change below which a series has ended, relative to its largest value.
const SMALL: f64 = 1e-13;

impl Influence {
    /// Weights become shares of a row; `follow` is the share of the rivals' mean cut that is followed, below 1.
    pub fn new(weights: Vec<Vec<(usize, f64)>>, follow: f64) -> Self {
        assert!((0.0..1.0).contains(&follow), "a dealer follows a part of its rivals' cut");
        let mut rows = weights;
        for (i, row) in rows.iter_mut().enumerate() {
            row.retain(|x| x.0 != i && x.1 > 0.0);
            let sum: f64 = row.iter().map(|x| x.1).sum();
            row.iter_mut().for_each(|x| x.1 /= sum);
        }
        Self { rows, follow }
    }

    /// Dealers.
    pub fn dealers(&self) -> usize {
        self.rows.len()
    }

    /// Share of its rivals' cut that a dealer follows.
    pub fn follow(&self) -> f64 {
        self.follow
    }

    /// Rivals of a dealer with their shares.
    pub fn rivals(&self, dealer: usize) -> &[(usize, f64)] {
        &self.rows[dealer]
    }

    /// All cuts that follow from the first ones.
    pub fn spread(&self, first: &[f64]) -> Vec<f64> {
        self.sum(first, |part| {
            self.rows.iter().map(|row| self.follow * row.iter().map(|&(j, p)| p * part[j]).sum::<f64>()).collect()
        })
    }

    /// What one unit of each dealer's cut makes in cuts of all.
    pub fn multipliers(&self) -> Vec<f64> {
        self.sum(&vec![1.0; self.rows.len()], |part| {
            let mut next = vec![0.0; part.len()];
            for (i, row) in self.rows.iter().enumerate() {
                row.iter().for_each(|&(j, p)| next[j] += self.follow * p * part[i]);
            }
            next
        })
    }

    /// The series first + step(first) + step(step(first)) + …
    fn sum(&self, first: &[f64], step: impl Fn(&[f64]) -> Vec<f64>) -> Vec<f64> {
        let mut all = first.to_vec();
        let mut part = first.to_vec();
        let size = |v: &[f64]| v.iter().fold(0.0_f64, |m, x| m.max(x.abs()));
        while size(&part) > SMALL * size(&all).max(f64::MIN_POSITIVE) {
            part = step(&part);
            all.iter_mut().zip(&part).for_each(|(a, p)| *a += p);
        }
        all
    }
}
