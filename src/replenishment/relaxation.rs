//! The linear relaxation of the whole model, block by block.
//!
//! Without whole runs a run costs what its share of slots costs: n = Σ a x / C, so its rows only price the orders, and
//! models meet in storage, credit, fleets and nothing else. Those rows are left out; what remains falls apart into
//! blocks (one a model), solved side by side. Where the joint answer keeps the rows left out, it is the optimum.
//! Otherwise the whole is solved by the dual simplex method from the joined bases, which are dual feasible: only the
//! overfull rows are to be repaired.

use super::formulation::Compact;
use super::problem::Error;
use crate::lp::{Basis, Col, Hot, Limits, Programme, Row, Solution, Status};
use rayon::prelude::*;
use std::collections::BTreeSet;

/// Columns below which one piece is solved at once.
const SMALL: usize = 2_000;
/// Use beyond a limit that counts as kept.
const KEPT: f64 = 1e-7;

/// One part of the programme with its places in the whole.
struct Block {
    lp: Programme,
    columns: Vec<Col>,
    rows: Vec<Row>,
}

/// Solves the relaxation.
///
/// # Errors
/// [`Error::Solver`] when the solver fails.
pub(super) fn solve(compact: &Compact, limits: &Limits) -> Result<Solution, Error> {
    let lp = &compact.lp;
    if lp.columns() <= SMALL {
        return Ok(crate::lp::solve(lp, limits)?);
    }
    let priced = Priced::new(compact);
    let mut whole = priced.nothing(lp);
    let mut basis = Basis::of_slacks(lp.columns(), lp.rows());
    let one = |block: &Block| -> Result<(Solution, Basis), Error> {
        // Presolve costs more than it saves on programmes that are nearly networks.
        let mut hot = Hot::new(&block.lp, &Limits { presolve: false, ..limits.clone() })?;
        let solution = hot.run()?;
        Ok((solution, hot.basis()))
    };
    let blocks = priced.blocks(lp);
    let answers: Vec<_> = blocks.par_iter().map(one).collect::<Result<_, _>>()?;
    for (block, (solution, part)) in blocks.iter().zip(answers) {
        if solution.status != Status::Optimal {
            return Ok(crate::lp::solve(lp, limits)?);
        }
        block.columns.iter().zip(&solution.values).for_each(|(c, &v)| whole.values[c.index()] = v);
        block.columns.iter().zip(&solution.reduced_costs).for_each(|(c, &v)| whole.reduced_costs[c.index()] = v);
        block.rows.iter().zip(&solution.duals).for_each(|(r, &v)| whole.duals[r.index()] = v);
        whole.iterations += solution.iterations;
        basis.take(&part, &block.columns, &block.rows);
    }
    priced.complete(compact, &mut whole, &mut basis);
    if priced.left_out.iter().all(|&r| kept(lp, r, &whole.values)) && priced.fleets_suffice(lp, &whole.values) {
        whole.objective = lp.objective(&whole.values);
        whole.bound = whole.objective;
        return Ok(whole);
    }
    let mut hot = Hot::new(lp, &Limits { presolve: false, ..limits.clone() })?;
    hot.set_basis(&basis)?;
    let mut solution = hot.run()?;
    solution.iterations += whole.iterations;
    Ok(solution)
}

fn kept(lp: &Programme, row: Row, values: &[f64]) -> bool {
    let sum: f64 = lp.terms(row).map(|(c, v)| v * values[c.index()]).sum();
    let (lower, upper) = lp.row_bounds(row);
    sum >= lower - KEPT * (1.0 + lower.abs()) && sum <= upper + KEPT * (1.0 + upper.abs())
}

/// The programme with runs priced into the orders and the linking rows left out.
struct Priced {
    cost: Vec<f64>,
    /// Rows left out: storage, credit, loads, minimum loads.
    left_out: BTreeSet<Row>,
    /// Columns that live in those rows alone: runs and under-load.
    runs: BTreeSet<Col>,
}

impl Priced {
    fn new(compact: &Compact) -> Self {
        let lp = &compact.lp;
        let mut cost: Vec<f64> = (0..lp.columns()).map(|c| lp.cost(Col::at(c))).collect();
        let mut left_out: BTreeSet<Row> =
            compact.storage_rows.values().chain(compact.credit_rows.values()).copied().collect();
        let mut runs = BTreeSet::new();
        for (key, &(n, under)) in &compact.runs {
            let (loaded, filled) = compact.run_rows[key];
            let capacity = lp.terms(loaded).find(|t| t.0 == n).map_or(1.0, |t| t.1);
            for (column, slots) in lp.terms(loaded).filter(|t| t.0 != n) {
                cost[column.index()] -= slots * lp.cost(n) / capacity;
            }
            left_out.extend([loaded, filled]);
            runs.extend([n, under]);
        }
        Self { cost, left_out, runs }
    }

    fn nothing(&self, lp: &Programme) -> Solution {
        Solution {
            status: Status::Optimal,
            objective: 0.0,
            bound: 0.0,
            values: vec![0.0; lp.columns()],
            duals: vec![0.0; lp.rows()],
            reduced_costs: vec![0.0; lp.columns()],
            iterations: 0,
            nodes: 0,
        }
    }

    /// Parts that share no row.
    fn blocks(&self, lp: &Programme) -> Vec<Block> {
        let mut root: Vec<usize> = (0..lp.columns()).collect();
        fn find(root: &mut [usize], mut c: usize) -> usize {
            while root[c] != c {
                root[c] = root[root[c]];
                c = root[c];
            }
            c
        }
        let inner: Vec<Row> = (0..lp.rows()).map(Row::at).filter(|r| !self.left_out.contains(r)).collect();
        for &row in &inner {
            let mut first = None;
            for (column, _) in lp.terms(row) {
                let mine = find(&mut root, column.index());
                let other = *first.get_or_insert(mine);
                // The smaller position is the root, so that blocks come in the order of their first columns.
                let (low, high) = (mine.min(other), mine.max(other));
                root[high] = low;
                first = Some(low);
            }
        }
        let mut number = vec![usize::MAX; lp.columns()];
        let mut place = vec![Col::at(0); lp.columns()];
        let mut blocks: Vec<Block> = Vec::new();
        for c in (0..lp.columns()).filter(|&c| !self.runs.contains(&Col::at(c))) {
            let r = find(&mut root, c);
            if number[r] == usize::MAX {
                number[r] = blocks.len();
                blocks.push(Block { lp: Programme::new(), columns: Vec::new(), rows: Vec::new() });
            }
            number[c] = number[r];
            let (lower, upper) = lp.column_bounds(Col::at(c));
            let block = &mut blocks[number[c]];
            place[c] = block.lp.column(self.cost[c], lower, upper);
            block.columns.push(Col::at(c));
        }
        for row in inner {
            // A row without columns holds or fails by itself; it goes nowhere.
            let Some((first, _)) = lp.terms(row).next() else { continue };
            let block = &mut blocks[number[first.index()]];
            let (lower, upper) = lp.row_bounds(row);
            block.lp.row(lower, upper, lp.terms(row).map(|(c, v)| (place[c.index()], v)));
            block.rows.push(row);
        }
        blocks
    }

    /// Runs, and the duals and basis of their rows, from the orders.
    fn complete(&self, compact: &Compact, whole: &mut Solution, basis: &mut Basis) {
        let lp = &compact.lp;
        for (key, &(n, _)) in &compact.runs {
            let (loaded, _) = compact.run_rows[key];
            let capacity = lp.terms(loaded).find(|t| t.0 == n).map_or(1.0, |t| t.1);
            let load: f64 = lp.terms(loaded).filter(|t| t.0 != n).map(|(c, v)| -v * whole.values[c.index()]).sum();
            whole.values[n.index()] = ((lp.row_bounds(loaded).0 + load) / capacity).max(0.0);
            whole.duals[loaded.index()] = lp.cost(n) / capacity;
            basis.exchange(n, loaded);
        }
    }

    fn fleets_suffice(&self, lp: &Programme, values: &[f64]) -> bool {
        self.runs.iter().all(|&n| values[n.index()] <= lp.column_bounds(n).1 + KEPT)
    }
}
