//! Assignment: each row gets one column, or each column one row when those are fewer.
//!
//! Shortest augmenting paths on reduced costs (Kuhn 1955; Jonker & Volgenant 1987), `O(m² n)` for `m <= n`: exact, with
//! prices. An infinite cost forbids a pair; when there is no complete matching, the rows that compete for too few columns
//! are named (Hall's condition).

use super::FlowError;

/// Who takes what.
#[derive(Clone, Debug, PartialEq)]
pub struct AssignmentPlan {
    /// Column of each row.
    pub column_of: Vec<Option<usize>>,
    /// Cost of all pairs.
    pub cost: f64,
    /// Price of each row: `c_ij - u_i - v_j >= 0`, with equality on the pairs taken.
    pub row_price: Vec<f64>,
    /// Price of each column.
    pub column_price: Vec<f64>,
}

/// Solves an assignment with `cost` row by row.
pub fn solve(rows: usize, columns: usize, cost: &[f64]) -> Result<AssignmentPlan, FlowError> {
    if cost.len() != rows * columns {
        return Err(FlowError::Shape(format!("{} costs for {rows} rows and {columns} columns", cost.len())));
    }
    if let Some(k) = cost.iter().position(|c| c.is_nan() || *c == f64::NEG_INFINITY) {
        let (i, j) = (k / columns, k % columns);
        return Err(FlowError::Shape(format!("the cost of row {i} and column {j} is not a number: correct it")));
    }
    if rows <= columns {
        let paths = Paths::new(rows, columns, cost).run("rows")?;
        let mut column_of = vec![None; rows];
        for (j, &i) in paths.row_of.iter().enumerate().filter(|(_, i)| **i != FREE) {
            column_of[i] = Some(j);
        }
        Ok(finish(column_of, columns, cost, paths.row_price, paths.column_price))
    } else {
        let turned: Vec<f64> = (0..rows * columns).map(|k| cost[(k % rows) * columns + k / rows]).collect();
        let paths = Paths::new(columns, rows, &turned).run("columns")?;
        let column_of = paths.row_of.iter().map(|&j| (j != FREE).then_some(j)).collect();
        Ok(finish(column_of, columns, cost, paths.column_price, paths.row_price))
    }
}

fn finish(
    column_of: Vec<Option<usize>>,
    columns: usize,
    cost: &[f64],
    row_price: Vec<f64>,
    column_price: Vec<f64>,
) -> AssignmentPlan {
    let cost = column_of.iter().enumerate().filter_map(|(i, j)| j.map(|j| cost[i * columns + j])).sum();
    AssignmentPlan { column_of, cost, row_price, column_price }
}

const FREE: usize = usize::MAX;

struct Paths<'a> {
    rows: usize,
    columns: usize,
    cost: &'a [f64],
    row_of: Vec<usize>,
    row_price: Vec<f64>,
    column_price: Vec<f64>,
}

impl<'a> Paths<'a> {
    fn new(rows: usize, columns: usize, cost: &'a [f64]) -> Self {
        let (row_price, column_price) = (vec![0.0; rows], vec![0.0; columns]);
        Self { rows, columns, cost, row_of: vec![FREE; columns], row_price, column_price }
    }

    fn run(mut self, side: &'static str) -> Result<Self, FlowError> {
        let mut distance = vec![0.0; self.columns];
        let mut before = vec![0; self.columns];
        let mut open: Vec<usize> = Vec::with_capacity(self.columns);
        for row in 0..self.rows {
            self.augment(row, side, &mut distance, &mut before, &mut open)?;
        }
        Ok(self)
    }

    /// Dijkstra from a row over reduced costs to the nearest free column, then the switch along the path.
    fn augment(
        &mut self,
        row: usize,
        side: &'static str,
        distance: &mut [f64],
        before: &mut [usize],
        open: &mut Vec<usize>,
    ) -> Result<(), FlowError> {
        distance.fill(f64::INFINITY);
        open.clear();
        open.extend(0..self.columns);
        let mut done: Vec<usize> = Vec::new();
        let (mut at, mut reached) = (row, 0.0);
        let last = loop {
            let costs = &self.cost[at * self.columns..(at + 1) * self.columns];
            let (mut nearest, mut place) = (f64::INFINITY, FREE);
            for (k, &j) in open.iter().enumerate() {
                let through = reached + (costs[j] - self.row_price[at] - self.column_price[j]);
                if through < distance[j] {
                    distance[j] = through;
                    before[j] = at;
                }
                // Among equally near columns a free one ends the search at once.
                let d = distance[j];
                if d < nearest || (d == nearest && d < f64::INFINITY && self.row_of[j] == FREE) {
                    (nearest, place) = (d, k);
                }
            }
            if place == FREE {
                let mut members: Vec<usize> = done.iter().map(|&j| self.row_of[j]).chain([row]).collect();
                members.sort_unstable();
                done.sort_unstable();
                return Err(FlowError::Unmatched { side, members, partners: done });
            }
            let j = open.swap_remove(place);
            reached = nearest;
            if self.row_of[j] == FREE {
                break j;
            }
            done.push(j);
            at = self.row_of[j];
        };
        self.row_price[row] += reached;
        for &j in &done {
            let slack = reached - distance[j];
            self.row_price[self.row_of[j]] += slack;
            self.column_price[j] -= slack;
        }
        let mut j = last;
        loop {
            let i = before[j];
            self.row_of[j] = i;
            if i == row {
                return Ok(());
            }
            // The column this row held before.
            j = done.iter().copied().find(|&d| d != j && self.row_of[d] == i).unwrap_or(j);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lp::{Limits, Programme, Status, solve as solve_programme};

    fn random(seed: &mut u64, below: u64) -> u64 {
        *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (*seed >> 33) % below
    }

    fn by_programme(rows: usize, columns: usize, cost: &[f64]) -> Option<f64> {
        let mut p = Programme::new();
        let upper = |c: f64| if c.is_finite() { 1.0 } else { 0.0 };
        let x: Vec<_> = cost.iter().map(|&c| p.column(if c.is_finite() { c } else { 0.0 }, 0.0, upper(c))).collect();
        let (few, many) = if rows <= columns { (1.0, 0.0) } else { (0.0, 1.0) };
        for i in 0..rows {
            p.row(few, 1.0, (0..columns).map(|j| (x[i * columns + j], 1.0)));
        }
        for j in 0..columns {
            p.row(many, 1.0, (0..rows).map(|i| (x[i * columns + j], 1.0)));
        }
        let s = solve_programme(&p, &Limits::default()).unwrap();
        (s.status == Status::Optimal).then_some(s.objective)
    }

    #[test]
    fn a_thousand_random_tables_agree_with_the_linear_programme() {
        let mut seed = 41;
        let mut impossible = 0;
        for round in 0..1000 {
            let (m, n) = (1 + random(&mut seed, 7) as usize, 1 + random(&mut seed, 7) as usize);
            let range = [2, 5, 1000][round % 3];
            let cost: Vec<f64> = (0..m * n)
                .map(|_| match random(&mut seed, 5) {
                    0 | 1 if round % 4 == 0 => f64::INFINITY,
                    _ => random(&mut seed, range) as f64 - 1.0,
                })
                .collect();
            match (solve(m, n, &cost), by_programme(m, n, &cost)) {
                (Ok(plan), Some(best)) => {
                    assert!((plan.cost - best).abs() < 1e-6, "{m} {n} {cost:?} {plan:?} {best}");
                    check_prices(m, n, &cost, &plan);
                }
                (Err(FlowError::Unmatched { members, partners, .. }), None) => {
                    impossible += 1;
                    assert!(members.len() > partners.len());
                }
                other => panic!("{m} {n} {cost:?} {other:?}"),
            }
        }
        assert!(impossible > 10, "{impossible}");
    }

    /// Whole costs in narrow and wide ranges; sizes up to 500 × 500.
    #[test]
    #[ignore = "a thousand large programmes"]
    fn a_thousand_tables_up_to_500_agree_with_the_linear_programme() {
        let (mut seed, mut largest) = (43, 0);
        for round in 0..1000 {
            let n = if round % 50 == 0 { 500 } else { 1 + random(&mut seed, 500) as usize };
            let range = [3, 100, 1_000_000][round % 3];
            let cost: Vec<f64> = (0..n * n).map(|_| random(&mut seed, range) as f64).collect();
            let plan = solve(n, n, &cost).unwrap();
            let best = by_programme(n, n, &cost).unwrap();
            assert!((plan.cost - best).abs() < 1e-6 * (1.0 + best.abs()), "{n} {range}: {} {best}", plan.cost);
            check_prices(n, n, &cost, &plan);
            largest = largest.max(n);
        }
        assert_eq!(largest, 500);
    }

    fn check_prices(m: usize, n: usize, cost: &[f64], plan: &AssignmentPlan) {
        let mut used = vec![false; n];
        for i in 0..m {
            for j in 0..n {
                let reduced = cost[i * n + j] - plan.row_price[i] - plan.column_price[j];
                assert!(reduced >= -1e-9);
                if plan.column_of[i] == Some(j) {
                    assert!(reduced.abs() < 1e-9 && !std::mem::replace(&mut used[j], true));
                }
            }
        }
        assert_eq!(used.iter().filter(|u| **u).count(), m.min(n));
    }

    #[test]
    fn competing_rows_are_named() {
        let no = f64::INFINITY;
        let err = solve(3, 3, &[1.0, no, no, 2.0, no, no, 1.0, 1.0, 1.0]).unwrap_err();
        assert_eq!(err, FlowError::Unmatched { side: "rows", members: vec![0, 1], partners: vec![0] });
        let err = solve(3, 2, &[no, 1.0, no, 1.0, no, 1.0]).unwrap_err();
        assert_eq!(err, FlowError::Unmatched { side: "columns", members: vec![0], partners: vec![] });
    }

    #[test]
    fn empty_tables_are_matched() {
        assert_eq!(solve(0, 3, &[]).unwrap().cost, 0.0);
        assert_eq!(solve(2, 0, &[]).unwrap().column_of, [None, None]);
        assert!(solve(1, 1, &[f64::NAN]).is_err());
    }
}
