//! Several models between the same sources and sinks, whose cars share the slots of each source: a carrier's, or a gate's.
//!
//! `min Σ_m Σ_ij c_mij x_mij`, every model a transport problem of its own, `Σ_m a_m Σ_j x_mij <= K_i` for every source.
//! Under prices π of the slots the models fall apart into transport problems with costs `c_mij + a_m π_i` (Dantzig and
//! Wolfe 1960): each answer is a column of a small master, whose duals are the next prices, drawn towards the best ones
//! so far (Wentges 1997). Any prices prove the bound `Σ_m L_m(π) - π K`. Where slots are tight the mixtures of whole plans
//! creep: after some rounds the programme is solved on the arcs that its plans use (see `arcs`).

mod arcs;

use crate::flow::FlowError;
use crate::flow::transport::{self, Transport, TransportPlan};
use crate::lp::{self, Col, Hot, Limits, NewColumn, Programme, Row, Status};
use rayon::prelude::*;

/// Part of the best prices in the next ones.
const SMOOTHING: f64 = 0.85;
/// Rounds of prices before the programme is solved on the arcs that they point to.
const ROUNDS: usize = 12;

/// One model.
#[derive(Clone, Debug)]
pub struct Commodity {
    /// Units each source can give.
    pub supply: Vec<i64>,
    /// Units each sink must get.
    pub demand: Vec<i64>,
    /// Cost per unit, row by row; infinite where a pair is forbidden.
    pub cost: Vec<f64>,
    /// Slots a unit takes at its source.
    pub slots: f64,
}

/// Models that share the slots of their sources.
#[derive(Clone, Debug)]
pub struct SharedSlots {
    /// The models.
    pub models: Vec<Commodity>,
    /// Slots of each source.
    pub slots: Vec<f64>,
}

/// Flows with the bound that proves them.
#[derive(Clone, Debug, Default)]
pub struct SharedPlan {
    /// Of each model: source, sink and units (a mixture of whole transport plans).
    pub flows: Vec<Vec<(usize, usize, f64)>>,
    /// Cost of the flows.
    pub cost: f64,
    /// Proven lower bound.
    pub bound: f64,
    /// Value of one more slot at each source, never negative.
    pub price: Vec<f64>,
    /// Rounds of prices.
    pub rounds: usize,
}

impl SharedPlan {
    /// Distance between cost and bound, share of the cost.
    pub fn gap(&self) -> f64 {
        (self.cost - self.bound).max(0.0) / self.cost.abs().max(1e-9)
    }
}

/// Why there is no plan.
#[derive(Debug, thiserror::Error)]
pub enum SlotsError {
    /// One model alone has no plan.
    #[error("model {model}: {fault}")]
    Model {
        /// Its position.
        model: usize,
        /// What it lacks.
        fault: FlowError,
    },
    /// The tables do not fit together.
    #[error("{0}")]
    Shape(String),
    /// The slots do not carry all demand.
    #[error(
        "the slots lack {missing:.3} for what must be sent: raise those of sources {sources:?}, or lower the demand"
    )]
    TooFew {
        /// Slots missing.
        missing: f64,
        /// Sources where they are.
        sources: Vec<usize>,
    },
    /// The solver failed or was stopped.
    #[error(transparent)]
    Solver(#[from] lp::Failure),
    /// Stopped before there was an answer.
    #[error("the computation was interrupted before it had an answer")]
    Interrupted,
}

/// A transport plan as the master sees it.
struct Column {
    model: usize,
    flows: Vec<(usize, usize, i64)>,
    /// Without prices.
    cost: f64,
    /// Slots taken at each source.
    taken: Vec<f64>,
}

struct Master<'a> {
    problem: &'a SharedSlots,
    hot: Hot,
    columns: Vec<Column>,
    /// First column of the transport plans: those before are slots that are missing.
    first: usize,
    /// The last answer.
    values: Vec<f64>,
}

/// Solves the problem to a relative gap.
///
/// # Errors
/// [`SlotsError`] when a model has no plan of its own, the slots do not suffice, or the solver fails.
pub fn solve(problem: &SharedSlots, gap: f64, limits: &Limits) -> Result<SharedPlan, SlotsError> {
    check(problem)?;
    let sources = problem.slots.len();
    let mut master = Master::new(problem, limits)?;
    let mut best = SharedPlan { bound: f64::NEG_INFINITY, price: vec![0.0; sources], ..SharedPlan::default() };
    let mut wanted = vec![0.0; sources];
    for round in 1..=ROUNDS {
        if limits.stop.raised() {
            return Err(SlotsError::Interrupted);
        }
        let price: Vec<f64> = if round == 1 {
            wanted.clone()
        } else {
            wanted.iter().zip(&best.price).map(|(w, b)| SMOOTHING * b + (1.0 - SMOOTHING) * w).collect()
        };
        let (bound, mut plans) = priced(problem, &price)?;
        if bound > best.bound {
            (best.bound, best.price) = (bound, price.clone());
        }
        // Where the smoothed prices bring nothing new the master's own are asked.
        if round > 1 && !master.improves(&plans, &wanted) {
            let (exact, other) = priced(problem, &wanted)?;
            if exact > best.bound {
                (best.bound, best.price) = (exact, wanted.clone());
            }
            plans = other;
        }
        master.add(plans)?;
        let (cost, missing, duals) = master.run()?;
        wanted = duals;
        best.rounds = round;
        if cost - best.bound <= gap * cost.abs().max(1e-9) {
            enough(&missing)?;
            (best.flows, best.cost) = master.flows();
            return Ok(best);
        }
    }
    let potentials = potentials(problem, &best.price)?;
    let used = master.columns.iter().flat_map(|c| c.flows.iter().map(|&(i, j, _)| (c.model, i, j)));
    arcs::sift(problem, &potentials, used, detour(problem), (gap, limits), &mut best)?;
    Ok(best)
}

/// Whether no slots are missing.
fn enough(missing: &[f64]) -> Result<(), SlotsError> {
    if missing.iter().sum::<f64>() <= 1e-6 {
        return Ok(());
    }
    let sources = (0..missing.len()).filter(|&i| missing[i] > 1e-6).collect();
    Err(SlotsError::TooFew { missing: missing.iter().sum(), sources })
}

/// More than any detour costs, for a slot.
fn detour(problem: &SharedSlots) -> f64 {
    let finite = |m: &Commodity| m.cost.iter().filter(|c| c.is_finite()).fold(0.0_f64, |most, c| most.max(c.abs()));
    10.0 * problem.models.iter().map(|m| finite(m) / m.slots.max(1e-3)).fold(1.0, f64::max)
}

fn check(problem: &SharedSlots) -> Result<(), SlotsError> {
    let shape = |text: String| Err(SlotsError::Shape(text));
    let sources = problem.slots.len();
    if let Some(i) = problem.slots.iter().position(|k| !(k.is_finite() && *k >= 0.0)) {
        return shape(format!("the slots of source {i} are no finite number of at least 0"));
    }
    for (m, model) in problem.models.iter().enumerate() {
        if model.supply.len() != sources {
            return shape(format!("model {m} has {} supplies for {sources} sources", model.supply.len()));
        }
        if !(model.slots.is_finite() && model.slots >= 0.0) {
            return shape(format!("model {m} takes {} slots a unit: give a number of at least 0", model.slots));
        }
    }
    Ok(())
}

/// A model's transport plan at prices of the slots.
fn answer(m: &Commodity, price: &[f64]) -> Result<TransportPlan, FlowError> {
    let sinks = m.demand.len().max(1);
    let cost: Vec<f64> =
        m.cost.chunks(sinks).zip(price).flat_map(|(row, p)| row.iter().map(move |c| c + m.slots * p)).collect();
    transport::solve(&Transport { supply: &m.supply, demand: &m.demand, cost: &cost })
}

/// Every model's transport plan at prices of the slots, and the bound they prove.
fn priced(problem: &SharedSlots, price: &[f64]) -> Result<(f64, Vec<Column>), SlotsError> {
    let one = |(model, m): (usize, &Commodity)| {
        let plan = answer(m, price).map_err(|fault| SlotsError::Model { model, fault })?;
        Ok((plan.cost, Column::new(problem, model, plan.flows)))
    };
    let answers: Vec<_> = problem.models.par_iter().enumerate().map(one).collect::<Result<_, SlotsError>>()?;
    let slots: f64 = problem.slots.iter().zip(price).map(|(k, p)| k * p).sum();
    let (costs, columns): (Vec<f64>, Vec<Column>) = answers.into_iter().unzip();
    Ok((costs.iter().sum::<f64>() - slots, columns))
}

/// Every model's prices of sources and sinks at prices of the slots.
fn potentials(problem: &SharedSlots, price: &[f64]) -> Result<Vec<arcs::Potentials>, SlotsError> {
    let one = |(model, m): (usize, &Commodity)| {
        answer(m, price).map(|p| (p.source_price, p.sink_price)).map_err(|fault| SlotsError::Model { model, fault })
    };
    problem.models.par_iter().enumerate().map(one).collect()
}

impl Column {
    fn new(problem: &SharedSlots, model: usize, flows: Vec<(usize, usize, i64)>) -> Self {
        let m = &problem.models[model];
        let (mut cost, mut taken) = (0.0, vec![0.0; problem.slots.len()]);
        for &(i, j, units) in &flows {
            cost += m.cost[i * m.demand.len() + j] * units as f64;
            taken[i] += m.slots * units as f64;
        }
        Self { model, flows, cost, taken }
    }

    /// Cost at prices of the slots.
    fn at(&self, price: &[f64]) -> f64 {
        self.cost + self.taken.iter().zip(price).map(|(t, p)| t * p).sum::<f64>()
    }
}

impl<'a> Master<'a> {
    /// Slots that are missing cost more than any detour.
    fn new(problem: &'a SharedSlots, limits: &Limits) -> Result<Self, SlotsError> {
        let detour = detour(problem);
        let mut lp = Programme::new();
        let missing: Vec<Col> = problem.slots.iter().map(|_| lp.column(detour, 0.0, f64::INFINITY)).collect();
        for (k, &col) in problem.slots.iter().zip(&missing) {
            lp.at_most(*k, [(col, -1.0)]);
        }
        for _ in &problem.models {
            let _ = lp.equal(1.0, std::iter::empty::<(Col, f64)>());
        }
        let mut hot = Hot::new(&lp, &Limits { presolve: false, ..limits.clone() })?;
        // New columns leave the basis feasible: the primal simplex goes on from it.
        hot.set_int_option("simplex_strategy", 4)?;
        Ok(Self { problem, hot, columns: Vec::new(), first: missing.len(), values: Vec::new() })
    }

    /// Whether some plan is cheaper at the master's prices than the mixture it has.
    fn improves(&self, plans: &[Column], price: &[f64]) -> bool {
        let mut known = vec![f64::INFINITY; self.problem.models.len()];
        for c in &self.columns {
            known[c.model] = known[c.model].min(c.at(price));
        }
        plans.iter().any(|p| p.at(price) < known[p.model] - 1e-9 * (1.0 + p.at(price).abs()))
    }

    fn add(&mut self, plans: Vec<Column>) -> Result<(), SlotsError> {
        let sources = self.problem.slots.len();
        let column = |c: &Column| -> NewColumn {
            let mut entries: Vec<(Row, f64)> =
                c.taken.iter().enumerate().filter(|t| *t.1 > 0.0).map(|(i, &t)| (Row::at(i), t)).collect();
            entries.push((Row::at(sources + c.model), 1.0));
            (c.cost, 0.0, f64::INFINITY, entries)
        };
        let new: Vec<NewColumn> = plans.iter().map(column).collect();
        self.hot.add_columns(&new)?;
        self.columns.extend(plans);
        Ok(())
    }

    /// Cost, missing slots, prices.
    fn run(&mut self) -> Result<(f64, Vec<f64>, Vec<f64>), SlotsError> {
        let answer = self.hot.run()?;
        if answer.status != Status::Optimal {
            return Err(SlotsError::Interrupted);
        }
        self.values = answer.values;
        let price = answer.duals[..self.first].iter().map(|d| (-d).max(0.0)).collect();
        Ok((answer.objective, self.values[..self.first].to_vec(), price))
    }

    /// The mixture, and what it costs.
    fn flows(&self) -> (Vec<Vec<(usize, usize, f64)>>, f64) {
        let mut cost = 0.0;
        let mut flows = Vec::new();
        for (m, model) in self.problem.models.iter().enumerate() {
            let sinks = model.demand.len();
            let mut units = std::collections::BTreeMap::new();
            let parts = self.columns.iter().zip(&self.values[self.first..]);
            for (column, &weight) in parts.filter(|p| p.0.model == m && *p.1 > 0.0) {
                for &(i, j, n) in &column.flows {
                    *units.entry((i, j)).or_insert(0.0) += weight * n as f64;
                }
            }
            cost += units.iter().map(|(&(i, j), n)| model.cost[i * sinks + j] * n).sum::<f64>();
            flows.push(units.into_iter().map(|((i, j), n)| (i, j, n)).collect());
        }
        (flows, cost)
    }
}

/// Largest breach of a supply, demand or slots (relative to it), cost and bound of a plan, from the data and the prices
/// alone.
pub fn certificate(problem: &SharedSlots, plan: &SharedPlan) -> Result<(f64, f64, f64), SlotsError> {
    let mut taken = vec![0.0; problem.slots.len()];
    let (mut worst, mut cost) = (0.0_f64, 0.0);
    let over = |used: f64, limit: f64| (used - limit).max(0.0) / limit.max(1.0);
    for (model, flows) in problem.models.iter().zip(&plan.flows) {
        let (mut given, mut got) = (vec![0.0; model.supply.len()], vec![0.0; model.demand.len()]);
        for &(i, j, n) in flows {
            given[i] += n;
            got[j] += n;
            taken[i] += n * model.slots;
            cost += n * model.cost[i * model.demand.len() + j];
            worst = worst.max(-n);
        }
        for (g, &s) in given.iter().zip(&model.supply) {
            worst = worst.max(over(*g, s as f64));
        }
        for (g, &d) in got.iter().zip(&model.demand) {
            worst = worst.max((g - d as f64).abs() / (d as f64).max(1.0));
        }
    }
    for (t, &k) in taken.iter().zip(&problem.slots) {
        worst = worst.max(over(*t, k));
    }
    let price: Vec<f64> = plan.price.iter().map(|p| p.max(0.0)).collect();
    Ok((worst, cost, priced(problem, &price)?.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A number below `n`.
    fn below(state: &mut u64, n: u64) -> u64 {
        *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (*state >> 33) % n
    }

    fn random(seed: u64, models: usize, n: usize, tight: f64) -> SharedSlots {
        let mut state = seed;
        let models: Vec<Commodity> = (0..models)
            .map(|m| {
                let demand: Vec<i64> = (0..n).map(|_| 1 + below(&mut state, 9) as i64).collect();
                let all: i64 = demand.iter().sum();
                let supply = vec![2 * all / n as i64 + 1; n];
                let cost = (0..n * n).map(|_| 1.0 + below(&mut state, 100) as f64).collect();
                Commodity { supply, demand, cost, slots: [1.0, 1.25, 1.33][m % 3] }
            })
            .collect();
        let need: f64 = models.iter().map(|m| m.slots * m.demand.iter().sum::<i64>() as f64).sum();
        SharedSlots { models, slots: vec![tight * need / n as f64; n] }
    }

    /// The whole problem as one programme.
    fn whole(problem: &SharedSlots) -> f64 {
        let mut lp = Programme::new();
        let mut shared = vec![Vec::new(); problem.slots.len()];
        for m in &problem.models {
            let sinks = m.demand.len();
            let cols: Vec<Col> = m.cost.iter().map(|&c| lp.column(c, 0.0, f64::INFINITY)).collect();
            for (i, &s) in m.supply.iter().enumerate() {
                lp.at_most(s as f64, cols[i * sinks..(i + 1) * sinks].iter().map(|&c| (c, 1.0)));
                shared[i].extend(cols[i * sinks..(i + 1) * sinks].iter().map(|&c| (c, m.slots)));
            }
            for (j, &d) in m.demand.iter().enumerate() {
                lp.equal(d as f64, (0..m.supply.len()).map(|i| (cols[i * sinks + j], 1.0)));
            }
        }
        for (terms, &k) in shared.into_iter().zip(&problem.slots) {
            lp.at_most(k, terms);
        }
        let answer = lp::solve(&lp, &Limits::default()).unwrap();
        assert_eq!(answer.status, Status::Optimal);
        answer.objective
    }

    #[test]
    fn priced_models_meet_the_whole_programme() {
        for seed in 1..8 {
            let problem = random(seed, 5, 8, 1.08);
            let plan = solve(&problem, 1e-9, &Limits::default()).unwrap();
            let right = whole(&problem);
            let (breach, cost, bound) = certificate(&problem, &plan).unwrap();
            assert!(breach < 1e-7, "{breach}");
            assert!((cost - right).abs() < 1e-6 * right && (cost - plan.cost).abs() < 1e-6 * right, "{cost} {right}");
            assert!(bound <= right + 1e-6 * right && right - bound < 1e-6 * right, "{bound} {right}");
            assert!(plan.price.iter().any(|&p| p > 0.0), "the slots are short");
        }
    }

    #[test]
    fn slots_that_do_not_suffice_are_named() {
        let problem = random(3, 4, 6, 0.9);
        let error = solve(&problem, 1e-6, &Limits::default()).unwrap_err();
        assert!(matches!(error, SlotsError::TooFew { missing, .. } if missing > 1.0), "{error}");
    }

    /// Two sources, one sink, two models: source 0 is nearer for both and has slots for one car. It saves 5 for the model
    /// that takes one slot, 6 for the one that takes two: the first gets it.
    #[test]
    fn a_slot_goes_where_it_saves_most() {
        let model =
            |far: f64, slots: f64| Commodity { supply: vec![1, 1], demand: vec![1], cost: vec![1.0, 1.0 + far], slots };
        let problem = SharedSlots { models: vec![model(5.0, 1.0), model(6.0, 2.0)], slots: vec![1.0, 9.0] };
        let plan = solve(&problem, 1e-9, &Limits::default()).unwrap();
        assert!((plan.cost - (1.0 + 7.0)).abs() < 1e-9 && (plan.price[0] - 3.0).abs() <= 2.0, "{plan:?}");
    }
}
