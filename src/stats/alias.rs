//! Drawing a position by weight in constant time (Walker 1977, Vose 1991).

/// An alias table: each column holds a threshold of 32 bits and a second position.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Alias {
    columns: Vec<(u32, u32)>,
    small: Vec<u32>,
    large: Vec<u32>,
}

impl Alias {
    /// The table of some weights (not negative, finite). Without a positive weight the table is empty.
    pub fn new(weights: &[f64]) -> Self {
        let mut table = Self::default();
        table.rebuild(weights, &mut Vec::new());
        table
    }

    /// The same in place; `scaled` is working space. Returns the sum of the weights.
    pub fn rebuild(&mut self, weights: &[f64], scaled: &mut Vec<f64>) -> f64 {
        let total: f64 = weights.iter().sum();
        self.columns.clear();
        self.small.clear();
        self.large.clear();
        if total <= 0.0 {
            return 0.0;
        }
        let factor = weights.len() as f64 / total;
        scaled.clear();
        scaled.extend(weights.iter().map(|w| w * factor));
        self.columns.resize(weights.len(), (u32::MAX, 0));
        for (k, &s) in scaled.iter().enumerate() {
            self.columns[k].1 = k as u32;
            if s < 1.0 { self.small.push(k as u32) } else { self.large.push(k as u32) }
        }
        while let (Some(&s), Some(&l)) = (self.small.last(), self.large.last()) {
            self.small.pop();
            let share = scaled[s as usize];
            self.columns[s as usize] = ((share * 4_294_967_296.0) as u32, l);
            scaled[l as usize] -= 1.0 - share;
            if scaled[l as usize] < 1.0 {
                self.large.pop();
                self.small.push(l);
            }
        }
        // What is left in either list is full up to rounding: a column that always answers itself.
        total
    }

    /// Number of positions; 0 for a table without weight.
    pub fn len(&self) -> usize {
        self.columns.len()
    }

    /// Whether there is nothing to draw.
    pub fn is_empty(&self) -> bool {
        self.columns.is_empty()
    }

    /// The position that 64 random bits choose. The table must not be empty.
    #[inline]
    pub fn pick(&self, bits: u64) -> usize {
        pick(&self.columns, bits)
    }

    /// The columns (threshold, second position), to be stored in a larger array and read by [`pick`].
    pub fn columns(&self) -> &[(u32, u32)] {
        &self.columns
    }
}

/// [`Alias::pick`] on bare columns.
#[inline]
pub fn pick(columns: &[(u32, u32)], bits: u64) -> usize {
    let product = u128::from(bits) * columns.len() as u128;
    let column = (product >> 64) as usize;
    let (threshold, other) = columns[column];
    if ((product as u64) >> 32) as u32 <= threshold && (threshold != 0) { column } else { other as usize }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The exact probability of each position, from the table itself.
    fn probabilities(a: &Alias) -> Vec<f64> {
        let n = a.len() as f64;
        let mut p = vec![0.0; a.len()];
        for (k, &(t, other)) in a.columns().iter().enumerate() {
            let own = if t == 0 { 0.0 } else { (f64::from(t) + 1.0) / 4_294_967_296.0 };
            p[k] += own / n;
            p[other as usize] += (1.0 - own) / n;
        }
        p
    }

    #[test]
    fn the_table_holds_the_weights() {
        let weights = [0.0, 1.0, 5.0, 0.25, 3.75, 0.0, 10.0];
        for (p, w) in probabilities(&Alias::new(&weights)).iter().zip(weights) {
            assert!((p - w / 20.0).abs() < 1e-9, "{p} {w}");
        }
    }

    #[test]
    fn a_weight_of_nought_is_never_drawn() {
        let a = Alias::new(&[0.0, 1.0, 0.0, 2.0]);
        let mut stream = crate::stats::stream::Stream::from_hash(5);
        for bits in (0..20_000).map(|_| stream.bits()).chain([0, u64::MAX, 1 << 62, 1 << 63]) {
            assert!([1, 3].contains(&a.pick(bits)));
        }
        assert!(Alias::new(&[0.0, 0.0]).is_empty());
        assert_eq!(Alias::new(&[3.0]).pick(u64::MAX), 0);
    }

    #[test]
    fn rebuilding_forgets_the_past() {
        let mut a = Alias::new(&[1.0, 2.0, 3.0]);
        a.rebuild(&[4.0, 1.0], &mut Vec::new());
        assert_eq!(a.columns(), Alias::new(&[4.0, 1.0]).columns());
    }
}
