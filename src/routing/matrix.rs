//! Distances and durations between nodes.

use super::measure::{Distance, Duration};

/// The largest distance or duration of one arc: sums of a few stay inside 32 bits.
pub const LARGEST_ARC: i64 = 1 << 28;

/// Square tables of distances and travel durations; one table serves for both when they are equal.
#[derive(Clone, Debug)]
pub struct Matrix {
    size: usize,
    distance: Table,
    duration: Option<Table>,
}

/// A table by rows, and by columns where the directions differ.
#[derive(Clone, Debug)]
struct Table {
    from: Vec<i32>,
    into: Option<Vec<i32>>,
}

impl Matrix {
    /// A table by rows; the durations are the distances unless they are given. The error names the first arc out of range.
    pub fn new(size: usize, distance: &[i64], duration: Option<&[i64]>) -> Result<Self, String> {
        let distance = Table::new(size, distance, "distance")?;
        let duration = duration.map(|d| Table::new(size, d, "duration")).transpose()?;
        Ok(Self { size, distance, duration })
    }
    /// The number of nodes.
    pub fn size(&self) -> usize {
        self.size
    }
    /// The distance from one node to another.
    pub fn distance(&self, from: usize, to: usize) -> Distance {
        Distance::new(self.row(from)[to].into())
    }
    /// The travel duration from one node to another.
    pub fn duration(&self, from: usize, to: usize) -> Duration {
        Duration::new(self.time_row(from)[to].into())
    }
    /// Distances from a node to every node.
    #[inline]
    pub(super) fn row(&self, node: usize) -> &[i32] {
        &self.distance.from[node * self.size..][..self.size]
    }
    /// Distances from every node to a node.
    #[inline]
    pub(super) fn column(&self, node: usize) -> &[i32] {
        &self.distance.into.as_ref().unwrap_or(&self.distance.from)[node * self.size..][..self.size]
    }
    /// Durations from a node to every node.
    #[inline]
    pub(super) fn time_row(&self, node: usize) -> &[i32] {
        &self.times().from[node * self.size..][..self.size]
    }
    /// Durations from every node to a node.
    #[inline]
    pub(super) fn time_column(&self, node: usize) -> &[i32] {
        let times = self.times();
        &times.into.as_ref().unwrap_or(&times.from)[node * self.size..][..self.size]
    }
    #[inline]
    fn times(&self) -> &Table {
        self.duration.as_ref().unwrap_or(&self.distance)
    }
}

impl Table {
    fn new(size: usize, table: &[i64], what: &str) -> Result<Self, String> {
        let from = narrow(size, table, what)?;
        let uneven = (0..size).any(|i| (0..i).any(|j| from[i * size + j] != from[j * size + i]));
        let into = uneven.then(|| (0..size * size).map(|k| from[k % size * size + k / size]).collect());
        Ok(Self { from, into })
    }
}

fn narrow(size: usize, table: &[i64], what: &str) -> Result<Vec<i32>, String> {
    if table.len() != size * size {
        return Err(format!("{} {what}s do not make a table of {size} × {size}", table.len()));
    }
    let bad = |&k: &usize| !(0..=LARGEST_ARC).contains(&table[k]);
    if let Some(k) = (0..table.len()).find(bad) {
        let (i, j) = (k / size, k % size);
        return Err(format!("the {what} from node {i} to node {j} is {}, outside 0 to {LARGEST_ARC}", table[k]));
    }
    Ok(table.iter().map(|&x| x as i32).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directions_are_kept_apart() {
        let m = Matrix::new(2, &[0, 3, 5, 0], Some(&[0, 30, 50, 0])).unwrap();
        assert_eq!((m.row(0)[1], m.column(0)[1], m.column(1)[0]), (3, 5, 3));
        assert_eq!(m.duration(1, 0), Duration::new(50));
        let symmetric = Matrix::new(2, &[0, 3, 3, 0], None).unwrap();
        assert!(symmetric.distance.into.is_none() && symmetric.duration(0, 1) == Duration::new(3));
    }

    #[test]
    fn arcs_out_of_range_are_named() {
        assert!(Matrix::new(2, &[0, -1, 0, 0], None).unwrap_err().contains("node 0 to node 1"));
        assert!(Matrix::new(2, &[0, 1, LARGEST_ARC + 1, 0], None).unwrap_err().contains("node 1 to node 0"));
        assert!(Matrix::new(2, &[0], None).is_err());
    }
}
