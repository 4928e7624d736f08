//! The same programme arc by arc, on the arcs that can matter (sifting: Bixby and others 1992).
//!
//! Prices that some rounds of decomposition found tell which arcs those are: the ones its plans used, and the cheapest few
//! of every sink. The programme on them gives prices for all the others; arcs that would pay join it until none is left.

use super::{Commodity, SharedPlan, SharedSlots, SlotsError, priced};
use crate::lp::{Col, Hot, Limits, NewColumn, Programme, Row, Status};

/// Arcs of a sink that stand in the first programme whoever used them.
const CHEAPEST: usize = 3;
/// Most arcs of a sink that join in one round.
const JOIN: usize = 4;
/// Most rounds.
const ROUNDS: usize = 200;
/// A reduced cost below this share of the dearest arc's cost pays.
const PAYS: f64 = 1e-9;

/// Prices of a model's sources and sinks.
pub(super) type Potentials = (Vec<f64>, Vec<f64>);

/// The programme on some arcs. Rows: slots of the sources; then of every model its supplies, then its demands.
struct Arcs<'a> {
    problem: &'a SharedSlots,
    /// First row of every model.
    first: Vec<usize>,
    /// Model, source and sink of every column after those of missing slots.
    columns: Vec<(usize, usize, usize)>,
    /// Whether an arc is in the programme, by model, source by source.
    inside: Vec<Vec<bool>>,
}

impl<'a> Arcs<'a> {
    fn new(problem: &'a SharedSlots) -> Self {
        let mut next = problem.slots.len();
        let mut first = Vec::new();
        for m in &problem.models {
            first.push(next);
            next += m.supply.len() + m.demand.len();
        }
        let inside = problem.models.iter().map(|m| vec![false; m.cost.len()]).collect();
        Self { problem, first, columns: Vec::new(), inside }
    }

    /// Notes an arc as a column, unless it is one.
    fn take(&mut self, m: usize, i: usize, j: usize) {
        let at = i * self.problem.models[m].demand.len() + j;
        if !self.inside[m][at] && self.problem.models[m].cost[at].is_finite() {
            self.inside[m][at] = true;
            self.columns.push((m, i, j));
        }
    }

    /// Rows and entries of a column, and its cost.
    fn column(&self, (m, i, j): (usize, usize, usize)) -> NewColumn {
        let model = &self.problem.models[m];
        let sink = self.first[m] + model.supply.len() + j;
        let entries = vec![(Row::at(i), model.slots), (Row::at(self.first[m] + i), 1.0), (Row::at(sink), 1.0)];
        (model.cost[i * model.demand.len() + j], 0.0, f64::INFINITY, entries)
    }

    /// The programme on the columns noted so far; missing slots cost `missing` each.
    fn programme(&self, missing: f64) -> Programme {
        let problem = self.problem;
        let mut lp = Programme::new();
        let lacks: Vec<Col> = problem.slots.iter().map(|_| lp.column(missing, 0.0, f64::INFINITY)).collect();
        let rows = problem.slots.len() + problem.models.iter().map(|m| m.supply.len() + m.demand.len()).sum::<usize>();
        let mut terms: Vec<Vec<(Col, f64)>> = vec![Vec::new(); rows];
        for (i, &col) in lacks.iter().enumerate() {
            terms[i].push((col, -1.0));
        }
        for &at in &self.columns {
            let (cost, low, high, entries) = self.column(at);
            let col = lp.column(cost, low, high);
            entries.iter().for_each(|&(row, x)| terms[row.index()].push((col, x)));
        }
        let mut terms = terms.into_iter();
        let mut row = || terms.next().expect("a list for every row");
        for &slots in &problem.slots {
            lp.at_most(slots, row());
        }
        for m in &problem.models {
            for &s in &m.supply {
                lp.at_most(s as f64, row());
            }
            for &d in &m.demand {
                let _ = lp.equal(d as f64, row());
            }
        }
        lp
    }

    /// Notes the arcs that would pay at a programme's duals: the best few of every sink.
    fn price(&mut self, duals: &[f64]) -> Vec<NewColumn> {
        let from = self.columns.len();
        for (m, model) in self.problem.models.iter().enumerate() {
            let (sources, sinks) = (model.supply.len(), model.demand.len());
            let rows = &duals[self.first[m]..][..sources + sinks];
            let dearest = model.cost.iter().filter(|c| c.is_finite()).fold(1.0_f64, |most, c| most.max(c.abs()));
            let source: Vec<f64> = (0..sources).map(|i| rows[i] + model.slots * duals[i]).collect();
            for (j, arcs) in cheapest(model, &source, &rows[sources..], JOIN).into_iter().enumerate() {
                for (i, reduced) in arcs {
                    if reduced < -PAYS * dearest {
                        self.take(m, i, j);
                    }
                }
            }
        }
        self.columns[from..].iter().map(|&at| self.column(at)).collect()
    }
}

/// Of every sink the arcs of least reduced cost `c_ij - source_i - sink_j`, with that.
fn cheapest(model: &Commodity, source: &[f64], sink: &[f64], count: usize) -> Vec<Vec<(usize, f64)>> {
    let sinks = model.demand.len();
    let mut best: Vec<Vec<(usize, f64)>> = vec![Vec::with_capacity(count + 1); sinks];
    for (i, row) in model.cost.chunks(sinks.max(1)).enumerate() {
        for (j, c) in row.iter().enumerate() {
            let reduced = c - source[i] - sink[j];
            let list = &mut best[j];
            if list.len() < count || reduced < list[count - 1].1 {
                let at = list.partition_point(|&(_, r)| r <= reduced);
                list.insert(at, (i, reduced));
                list.truncate(count);
            }
        }
    }
    best
}

/// Solves the problem from the best prices of `best`, whose bound only rises, on the arcs that `used` names and others
/// that pay; `potentials` are those of every model at these prices, slots included.
pub(super) fn sift(
    problem: &SharedSlots,
    potentials: &[Potentials],
    used: impl Iterator<Item = (usize, usize, usize)>,
    missing: f64,
    (gap, limits): (f64, &Limits),
    best: &mut SharedPlan,
) -> Result<(), SlotsError> {
    let mut arcs = Arcs::new(problem);
    used.for_each(|(m, i, j)| arcs.take(m, i, j));
    for (m, model) in problem.models.iter().enumerate() {
        let (source, sink) = &potentials[m];
        let source: Vec<f64> = source.iter().zip(&best.price).map(|(u, p)| u - model.slots * p).collect();
        for (j, list) in cheapest(model, &source, sink, CHEAPEST).into_iter().enumerate() {
            list.into_iter().for_each(|(i, _)| arcs.take(m, i, j));
        }
    }
    let mut hot = Hot::new(&arcs.programme(missing), &Limits { presolve: false, ..limits.clone() })?;
    let sources = problem.slots.len();
    for round in 0..ROUNDS {
        let answer = hot.run()?;
        if answer.status != Status::Optimal {
            return Err(SlotsError::Interrupted);
        }
        if round == 0 {
            // New columns leave the basis feasible: the primal simplex goes on from it.
            hot.set_int_option("simplex_strategy", 4)?;
        }
        best.rounds += 1;
        let price: Vec<f64> = answer.duals[..sources].iter().map(|d| (-d).max(0.0)).collect();
        let bound = priced(problem, &price)?.0;
        if bound > best.bound {
            (best.bound, best.price) = (bound, price);
        }
        let new = arcs.price(&answer.duals);
        if answer.objective - best.bound <= gap * answer.objective.abs().max(1e-9) || new.is_empty() {
            return arcs.finish(&answer.values, best);
        }
        hot.add_columns(&new)?;
    }
    Err(SlotsError::Interrupted)
}

impl Arcs<'_> {
    /// The flows, unless slots are missing.
    fn finish(&self, values: &[f64], best: &mut SharedPlan) -> Result<(), SlotsError> {
        let (lacks, amounts) = values.split_at(self.problem.slots.len());
        super::enough(lacks)?;
        let mut flows = vec![Vec::new(); self.problem.models.len()];
        let mut cost = 0.0;
        for (&(m, i, j), &units) in self.columns.iter().zip(amounts).filter(|c| *c.1 > 0.0) {
            flows[m].push((i, j, units));
            cost += units * self.problem.models[m].cost[i * self.problem.models[m].demand.len() + j];
        }
        flows.iter_mut().for_each(|f| f.sort_unstable_by_key(|&(i, j, _)| (i, j)));
        (best.flows, best.cost) = (flows, cost);
        Ok(())
    }
}
