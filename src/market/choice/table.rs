//! Choices, whatever order they came in.

use std::ops::Range;

/// An alternative of a case.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// The case.
    pub case: String,
    /// The alternative.
    pub alternative: String,
    /// Its nest; empty where there are none.
    pub nest: String,
    /// How often it was chosen.
    pub chosen: f64,
    /// The columns.
    pub x: Vec<f64>,
}

/// All rows, by case, nest and alternative.
#[derive(Clone, Debug, PartialEq)]
pub struct Choices {
    /// Names of the columns.
    pub columns: Vec<String>,
    /// Alternatives, ascending.
    pub alternatives: Vec<String>,
    /// Nests, ascending.
    pub nests: Vec<String>,
    /// Position of each row's alternative.
    pub alternative: Vec<usize>,
    /// Position of each row's nest.
    pub nest: Vec<usize>,
    /// How often each row was chosen.
    pub chosen: Vec<f64>,
    /// Columns by row.
    pub x: Vec<f64>,
    /// Rows of each case.
    pub cases: Vec<Range<usize>>,
}

impl Choices {
    /// Of rows in any order, no two of one case and alternative.
    pub fn new(columns: Vec<String>, mut rows: Vec<Row>) -> Self {
        rows.sort_by(|a, b| (&a.case, &a.nest, &a.alternative).cmp(&(&b.case, &b.nest, &b.alternative)));
        let names = |of: fn(&Row) -> &String| {
            let mut all: Vec<String> = rows.iter().map(|r| of(r).clone()).collect();
            all.sort_unstable();
            all.dedup();
            all
        };
        let (alternatives, nests) = (names(|r| &r.alternative), names(|r| &r.nest));
        let place = |all: &[String], name: &String| all.partition_point(|x| x < name);
        let mut cases = Vec::new();
        let mut start = 0;
        for same in rows.chunk_by(|a, b| a.case == b.case) {
            cases.push(start..start + same.len());
            start += same.len();
        }
        Self {
            alternative: rows.iter().map(|r| place(&alternatives, &r.alternative)).collect(),
            nest: rows.iter().map(|r| place(&nests, &r.nest)).collect(),
            chosen: rows.iter().map(|r| r.chosen).collect(),
            x: rows.iter().flat_map(|r| r.x.iter().copied()).collect(),
            columns,
            alternatives,
            nests,
            cases,
        }
    }

    /// Columns of a row.
    pub fn row(&self, k: usize) -> &[f64] {
        let width = self.columns.len();
        &self.x[k * width..(k + 1) * width]
    }

    /// All choices.
    pub fn total(&self) -> f64 {
        self.chosen.iter().sum()
    }

    /// Choices of every alternative.
    pub fn by_alternative(&self) -> Vec<f64> {
        let mut sums = vec![0.0; self.alternatives.len()];
        self.alternative.iter().zip(&self.chosen).for_each(|(a, c)| sums[*a] += c);
        sums
    }
}
