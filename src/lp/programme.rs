use super::Failure;

/// A column (variable) of one [`Programme`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Col(pub(super) u32);

/// A row (constraint) of one [`Programme`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Row(pub(super) u32);

impl Col {
    /// Position in [`super::Solution::values`].
    pub fn index(self) -> usize {
        self.0 as usize
    }
    /// The column at a position.
    pub fn at(index: usize) -> Self {
        Self(index as u32)
    }
}

impl Row {
    /// Position in [`super::Solution::duals`].
    pub fn index(self) -> usize {
        self.0 as usize
    }
    /// The row at a position.
    pub fn at(index: usize) -> Self {
        Self(index as u32)
    }
}

/// A linear or mixed-integer programme: minimise `cost · x` subject to row and column bounds.
#[derive(Clone, Debug, Default)]
pub struct Programme {
    pub(super) cost: Vec<f64>,
    pub(super) lower: Vec<f64>,
    pub(super) upper: Vec<f64>,
    pub(super) whole: Vec<bool>,
    pub(super) row_lower: Vec<f64>,
    pub(super) row_upper: Vec<f64>,
    /// Row-wise compressed non-zeros: `starts[r]..starts[r + 1]` into `index` and `value`.
    pub(super) starts: Vec<usize>,
    pub(super) index: Vec<u32>,
    pub(super) value: Vec<f64>,
}

impl Programme {
    /// An empty programme.
    pub fn new() -> Self {
        Self { starts: vec![0], ..Self::default() }
    }

    /// Adds a continuous column with its objective coefficient and bounds (`f64::INFINITY` where there is none).
    pub fn column(&mut self, cost: f64, lower: f64, upper: f64) -> Col {
        self.cost.push(cost);
        self.lower.push(lower);
        self.upper.push(upper);
        self.whole.push(false);
        Col(self.cost.len() as u32 - 1)
    }

    /// Adds a whole-number column.
    pub fn whole(&mut self, cost: f64, lower: f64, upper: f64) -> Col {
        let col = self.column(cost, lower, upper);
        self.whole[col.index()] = true;
        col
    }

    /// Adds a yes/no column.
    pub fn binary(&mut self, cost: f64) -> Col {
        self.whole(cost, 0.0, 1.0)
    }

    /// Adds `lower <= terms <= upper`. A column named twice is summed.
    pub fn row(&mut self, lower: f64, upper: f64, terms: impl IntoIterator<Item = (Col, f64)>) -> Row {
        let from = self.index.len();
        for (col, coefficient) in terms {
            if let Some(at) = (from..self.index.len()).rev().take(64).find(|&k| self.index[k] == col.0) {
                self.value[at] += coefficient;
            } else if coefficient != 0.0 {
                self.index.push(col.0);
                self.value.push(coefficient);
            }
        }
        self.starts.push(self.index.len());
        self.row_lower.push(lower);
        self.row_upper.push(upper);
        Row(self.row_lower.len() as u32 - 1)
    }

    /// Adds `terms <= limit`.
    pub fn at_most(&mut self, limit: f64, terms: impl IntoIterator<Item = (Col, f64)>) -> Row {
        self.row(f64::NEG_INFINITY, limit, terms)
    }

    /// Adds `terms >= limit`.
    pub fn at_least(&mut self, limit: f64, terms: impl IntoIterator<Item = (Col, f64)>) -> Row {
        self.row(limit, f64::INFINITY, terms)
    }

    /// Adds `terms = value`.
    pub fn equal(&mut self, value: f64, terms: impl IntoIterator<Item = (Col, f64)>) -> Row {
        self.row(value, value, terms)
    }

    /// Number of columns.
    pub fn columns(&self) -> usize {
        self.cost.len()
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.row_lower.len()
    }

    /// Number of non-zero coefficients.
    pub fn nonzeros(&self) -> usize {
        self.index.len()
    }

    /// Whether any column must be whole.
    pub fn is_mixed_integer(&self) -> bool {
        self.whole.iter().any(|&w| w)
    }

    /// The non-zeros of a row.
    pub fn terms(&self, row: Row) -> impl Iterator<Item = (Col, f64)> + '_ {
        let range = self.starts[row.index()]..self.starts[row.index() + 1];
        self.index[range.clone()].iter().zip(&self.value[range]).map(|(&i, &v)| (Col(i), v))
    }

    /// Lower and upper bound of a row.
    pub fn row_bounds(&self, row: Row) -> (f64, f64) {
        (self.row_lower[row.index()], self.row_upper[row.index()])
    }

    /// Lower and upper bound of a column.
    pub fn column_bounds(&self, col: Col) -> (f64, f64) {
        (self.lower[col.index()], self.upper[col.index()])
    }

    /// Objective coefficient of a column.
    pub fn cost(&self, col: Col) -> f64 {
        self.cost[col.index()]
    }

    /// Whether a column must be whole.
    pub fn is_whole(&self, col: Col) -> bool {
        self.whole[col.index()]
    }

    /// Narrows or widens the bounds of a column.
    pub fn set_column_bounds(&mut self, col: Col, lower: f64, upper: f64) {
        self.lower[col.index()] = lower;
        self.upper[col.index()] = upper;
    }

    /// Changes the bounds of a row.
    pub fn set_row_bounds(&mut self, row: Row, lower: f64, upper: f64) {
        self.row_lower[row.index()] = lower;
        self.row_upper[row.index()] = upper;
    }

    /// Changes the objective coefficient of a column.
    pub fn set_cost(&mut self, col: Col, cost: f64) {
        self.cost[col.index()] = cost;
    }

    /// Drops every integrality demand (the linear relaxation).
    pub fn relax(&mut self) {
        self.whole.fill(false);
    }

    /// Largest violation of any row, bound or integrality demand by `values`, in the units of the row or column.
    pub fn violation(&self, values: &[f64]) -> f64 {
        let mut worst = 0.0_f64;
        for (c, &x) in values.iter().enumerate() {
            worst = worst.max(self.lower[c] - x).max(x - self.upper[c]);
            if self.whole[c] {
                worst = worst.max((x - x.round()).abs());
            }
        }
        for r in 0..self.rows() {
            let activity: f64 = self.terms(Row(r as u32)).map(|(c, v)| v * values[c.index()]).sum();
            worst = worst.max(self.row_lower[r] - activity).max(activity - self.row_upper[r]);
        }
        worst
    }

    /// The objective of a point.
    pub fn objective(&self, values: &[f64]) -> f64 {
        self.cost.iter().zip(values).map(|(c, x)| c * x).sum()
    }

    /// Refuses what no solver should be shown.
    pub(super) fn check(&self) -> Result<(), Failure> {
        let bad = |what: &str, k: usize| Err(Failure::Malformed(format!("{what} {k}")));
        for c in 0..self.columns() {
            if !self.cost[c].is_finite() {
                return bad("the objective coefficient is not finite in column", c);
            }
            if self.lower[c].is_nan() || self.upper[c].is_nan() || self.lower[c] > self.upper[c] {
                return bad("the bounds are crossed or not numbers in column", c);
            }
        }
        for r in 0..self.rows() {
            if self.row_lower[r].is_nan() || self.row_upper[r].is_nan() || self.row_lower[r] > self.row_upper[r] {
                return bad("the bounds are crossed or not numbers in row", r);
            }
        }
        if let Some(k) = self.value.iter().position(|v| !v.is_finite()) {
            return bad("a coefficient is not finite at non-zero", k);
        }
        Ok(())
    }
}
