//! Group by group through Clarabel.

use super::formulation::{Formulation, Limit};
use super::plan::{Multipliers, Plan, Priced};
use super::problem::{Group, Problem};
use clarabel::algebra::CscMatrix;
use clarabel::solver::{DefaultSettings, DefaultSolver, IPSolver, SolverStatus, SupportedConeT};
use rayon::prelude::*;

/// Cars that a stock limit lacks.
#[derive(Clone, Debug, PartialEq)]
pub struct Lacking {
    /// The offer (model and region) or the pool.
    pub who: String,
    /// Cars.
    pub cars: f64,
}

/// Why there are no prices.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Failure {
    /// Stock too small for what caps make buyers ask for.
    #[error("at the highest prices allowed buyers still ask for more than there is: {}", told(.0))]
    Infeasible(Vec<Lacking>),
    /// The solver stopped short.
    #[error("the solver ended with {0}")]
    Solver(String),
}

fn told(lacking: &[Lacking]) -> String {
    let each: Vec<String> = lacking.iter().map(|l| format!("{} lacks {:.1} cars", l.who, l.cars)).collect();
    format!("{}; raise the cap or the stock", each.join(", "))
}

/// What the solver says of a group.
struct Raw {
    x: Vec<f64>,
    z: Vec<f64>,
    iterations: u32,
}

/// Prices every offer.
pub fn solve(problem: &Problem) -> Result<Plan, Failure> {
    let groups = problem.groups();
    let solved = all(groups.par_iter().map(|g| run(problem, g)).collect())?;
    let n = problem.offers.len();
    let zeros = || vec![0.0; n];
    let multipliers =
        Multipliers { cap: zeros(), floor: zeros(), stock: zeros(), pool: vec![0.0; problem.pools.len()] };
    let mut plan = Plan { offers: vec![Priced::default(); n], multipliers, ..Plan::default() };
    for (group, (formulation, raw)) in groups.iter().zip(solved) {
        plan.iterations += u64::from(raw.iterations);
        take(problem, group, &formulation, &raw, &mut plan);
    }
    complete(problem, &mut plan);
    Ok(plan)
}

/// Every answer, or every cause in order of the groups.
fn all(each: Vec<Result<(Formulation, Raw), Failure>>) -> Result<Vec<(Formulation, Raw)>, Failure> {
    let (mut made, mut lacks) = (Vec::new(), Vec::new());
    for one in each {
        match one {
            Ok(one) => made.push(one),
            Err(Failure::Infeasible(more)) => lacks.extend(more),
            Err(other) => return Err(other),
        }
    }
    if lacks.is_empty() { Ok(made) } else { Err(Failure::Infeasible(lacks)) }
}

fn run(problem: &Problem, group: &Group) -> Result<(Formulation, Raw), Failure> {
    let formulation = Formulation::new(problem, group, false);
    let (status, raw) = call(&formulation);
    match status {
        SolverStatus::Solved | SolverStatus::AlmostSolved => Ok((formulation, raw)),
        SolverStatus::PrimalInfeasible | SolverStatus::AlmostPrimalInfeasible => Err(lacking(problem, group)),
        other => Err(Failure::Solver(format!("{other:?}"))),
    }
}

fn call(f: &Formulation) -> (SolverStatus, Raw) {
    let (m, n) = (f.sides.len(), f.cost.len());
    let matrix = CscMatrix::new_from_triplets(m, n, f.rows.clone(), f.columns.clone(), f.values.clone());
    let mut cones =
        vec![SupportedConeT::ZeroConeT(f.equalities), SupportedConeT::NonnegativeConeT(f.limits.len() + f.signs)];
    cones.extend((0..f.cones).map(|_| SupportedConeT::ExponentialConeT()));
    let settings = DefaultSettings {
        verbose: false,
        tol_gap_abs: 1e-10,
        tol_gap_rel: 1e-10,
        tol_feas: 1e-10,
        max_iter: 200,
        ..DefaultSettings::default()
    };
    let quadratic = CscMatrix::<f64>::zeros((n, n));
    let Ok(mut solver) = DefaultSolver::new(&quadratic, &f.cost, &matrix, &f.sides, &cones, settings) else {
        return (SolverStatus::NumericalError, Raw { x: Vec::new(), z: Vec::new(), iterations: 0 });
    };
    solver.solve();
    let s = &solver.solution;
    (s.status, Raw { x: s.x.clone(), z: s.z.clone(), iterations: s.iterations })
}

/// Solves again with cars lacking at a penalty.
fn lacking(problem: &Problem, group: &Group) -> Failure {
    let formulation = Formulation::new(problem, group, true);
    let (status, raw) = call(&formulation);
    if !matches!(status, SolverStatus::Solved | SolverStatus::AlmostSolved) {
        return Failure::Solver(format!("{status:?}"));
    }
    let limits = formulation.limits.iter().filter(|l| matches!(l.0, Limit::Stock(_) | Limit::Pool(_)));
    let lacks = limits.zip(formulation.lacking()).filter_map(|((limit, scale), column)| {
        let cars = raw.x[column] * scale;
        let who = match *limit {
            Limit::Pool(k) => problem.pools[k].name.clone(),
            Limit::Cap(i) | Limit::Floor(i) | Limit::Stock(i) => {
                format!("{} in {}", problem.offers[i].model, problem.regions[problem.offers[i].region].name)
            }
        };
        (cars > 1e-6 * scale).then_some(Lacking { who, cars })
    });
    Failure::Infeasible(lacks.collect())
}

/// Prices from shares, kept inside their bounds; duals under their limits.
fn take(problem: &Problem, group: &Group, f: &Formulation, raw: &Raw, plan: &mut Plan) {
    for (k, &i) in group.offers.iter().enumerate() {
        let offer = &problem.offers[i];
        let odds = raw.x[f.share(k)] / raw.x[f.rest(offer.region)];
        let price = (problem.value(i) - libm::log(odds)) / offer.alpha;
        plan.offers[i].price = price.max(offer.floor.unwrap_or(price)).min(offer.cap.unwrap_or(f64::INFINITY));
    }
    for (row, (limit, scale)) in f.limits.iter().enumerate() {
        let dual = (raw.z[f.equalities + row] * f.scale / scale).max(0.0);
        match *limit {
            Limit::Cap(i) => plan.multipliers.cap[i] = dual,
            Limit::Floor(i) => plan.multipliers.floor[i] = dual,
            Limit::Stock(i) => plan.multipliers.stock[i] = dual,
            Limit::Pool(k) => plan.multipliers.pool[k] = dual,
        }
    }
}

/// Shares, sales, profit and worths at the prices.
fn complete(problem: &Problem, plan: &mut Plan) {
    let odds = |plan: &Plan, i: usize| libm::exp(problem.value(i) - problem.offers[i].alpha * plan.offers[i].price);
    let mut sums = vec![1.0; problem.regions.len()];
    (0..problem.offers.len()).for_each(|i| sums[problem.offers[i].region] += odds(plan, i));
    for (i, offer) in problem.offers.iter().enumerate() {
        let share = odds(plan, i) / sums[offer.region];
        let sales = share * problem.regions[offer.region].buyers;
        let m = &plan.multipliers;
        plan.offers[i] = Priced {
            price: plan.offers[i].price,
            share,
            sales,
            profit: sales * (plan.offers[i].price - offer.cost),
            worth_cap: m.cap[i] * offer.alpha * share,
            worth_floor: m.floor[i] * offer.alpha * share,
            worth_stock: m.stock[i],
        };
    }
    plan.worth_pool = plan.multipliers.pool.clone();
    plan.profit = plan.offers.iter().map(|o| o.profit).sum();
}
