//! Outer approximation, part by part, and the cause when no plan exists.

use super::formulation::{Family, Formulation, SCALE};
use super::plan::{Action, Plan, StorePlan};
use super::pricing::{Priced, price};
use super::{Problem, certificate};
use crate::lp::{self, Hot, Limits, Status};
use crate::network::SiteRule;
use crate::progress::Observer;
use crate::units::Money;
use rayon::prelude::*;

/// Why there is no plan.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The rules contradict each other; the sentences name the rules and how far each must give way.
    #[error("no network obeys all rules: {}", .0.join("; "))]
    Infeasible(Vec<String>),
    /// The search was stopped before it had found any plan.
    #[error("the search ended before any plan was found; raise [placement] max_nodes")]
    NothingFound,
    /// The solver failed.
    #[error(transparent)]
    Solver(#[from] lp::Failure),
    /// The answer did not pass its certificate: a bug, never to be hidden.
    #[error("the plan failed its check: {0}")]
    Certificate(String),
}

/// Cut rounds after which the search ends with the gap it has; three or four are usual.
const ROUNDS: usize = 25;

/// Solves the dealer problem to a relative gap; `nodes` limits the branch-and-bound tree of every part.
pub fn solve(problem: &Problem, gap: f64, nodes: u64, limits: &Limits, watch: &dyn Observer) -> Result<Plan, Failure> {
    let parts = super::parts::split(problem);
    watch.stage("place", parts.len() as u64);
    let limits = Limits { gap: gap / 2.0, nodes: Some(nodes), ..limits.clone() };
    let solved: Vec<Result<Part, Failure>> = parts
        .par_iter()
        .map(|p| {
            let answer = search(&p.problem, gap, &limits, watch);
            watch.advance(1);
            answer
        })
        .collect();
    let mut open = vec![None; problem.stores.len()];
    let mut moves = Vec::new();
    let mut whole = Part { open: Vec::new(), moves: Vec::new(), bound: 0.0, nodes: 0, repeatable: true };
    let mut causes = Vec::new();
    for (part, answer) in parts.iter().zip(solved) {
        let answer = match answer {
            Err(Failure::Infeasible(sentences)) => {
                causes.extend(sentences);
                continue;
            }
            other => other?,
        };
        for (&i, option) in part.stores.iter().zip(&answer.open) {
            open[i] = *option;
        }
        moves.extend(answer.moves.iter().map(|&k| part.moves[k]));
        whole.bound += answer.bound;
        whole.nodes += answer.nodes;
        whole.repeatable &= answer.repeatable;
    }
    if !causes.is_empty() {
        return Err(Failure::Infeasible(causes));
    }
    moves.sort_unstable();
    (whole.open, whole.moves) = (open, moves);
    let plan = finish(problem, whole);
    certificate::check(problem, &plan).map_err(Failure::Certificate)?;
    Ok(plan)
}

/// Prices a given network without a search; its bound is its own profit. Rules are not checked: today's network may break those of the plan.
pub fn assess(problem: &Problem, open: Vec<Option<usize>>, moves: Vec<usize>) -> Result<Plan, Failure> {
    let profit = price(problem, &open, &moves).profit.major();
    let plan = finish(problem, Part { open, moves, bound: profit, nodes: 0, repeatable: true });
    certificate::money(problem, &plan).map_err(Failure::Certificate)?;
    Ok(plan)
}

/// The best network of one part.
struct Part {
    open: Vec<Option<usize>>,
    moves: Vec<usize>,
    /// Upper bound on the yearly profit, in units of the currency.
    bound: f64,
    nodes: u64,
    repeatable: bool,
}

/// Master programme, pricing, tangents where the master was too hopeful; again until bound and plan meet.
fn search(problem: &Problem, gap: f64, limits: &Limits, watch: &dyn Observer) -> Result<Part, Failure> {
    if problem.stores.is_empty() {
        return Err(Failure::Infeasible(causes(problem, limits)?));
    }
    let mut model = Formulation::new(problem, &[]);
    let mut best: Option<(Priced, Vec<Option<usize>>, Vec<usize>)> = None;
    let mut bound = f64::INFINITY;
    let (mut nodes, mut repeatable) = (0, true);
    for _ in 0..ROUNDS {
        let mut hot = Hot::new(&model.programme, limits)?;
        let answer = hot.solve_programme(true)?;
        nodes += answer.nodes;
        repeatable &= !matches!(answer.status, Status::TimeLimit | Status::Interrupted);
        if answer.status == Status::Infeasible {
            return Err(Failure::Infeasible(causes(problem, limits)?));
        }
        bound = bound.min((model.constant - answer.bound) * SCALE);
        if !answer.has_point() {
            break;
        }
        let (open, moves) = model.read(&answer.values);
        let priced = price(problem, &open, &moves);
        let added = tighten(problem, &mut model, &open, &answer.values);
        if best.as_ref().is_none_or(|(b, ..)| priced.profit > b.profit) {
            best = Some((priced, open, moves));
        }
        let profit = best.as_ref().map_or(f64::NEG_INFINITY, |(b, ..)| b.profit.major());
        if problem.stores.len() > 50 {
            watch.note(&format!("profit {profit:.0}, bound {bound:.0}, {nodes} nodes"));
        }
        let met = bound - profit <= gap * profit.abs() + 0.01;
        if met || added == 0 || answer.status != Status::Optimal {
            break;
        }
    }
    let (priced, open, moves) = best.ok_or(Failure::NothingFound)?;
    Ok(Part { open, moves, bound: bound.max(priced.profit.major()), nodes, repeatable })
}

/// Adds a tangent at every zone where the master sells more than the open stores can win.
fn tighten(problem: &Problem, model: &mut Formulation, open: &[Option<usize>], values: &[f64]) -> usize {
    let attraction = problem.attraction(open);
    let mut sold = vec![0.0; problem.zones.len()];
    for (store, columns) in problem.stores.iter().zip(&model.columns.sales) {
        for (pull, col) in store.pulls.iter().zip(columns) {
            sold[pull.zone] += values[col.index()];
        }
    }
    let mut added = 0;
    for zone in 0..problem.zones.len() {
        let limit = problem.captured(zone, attraction[zone]);
        if attraction[zone] > 0.0 && sold[zone] > limit * (1.0 + 1e-7) + 1e-6 {
            let row = model.tangent(problem, zone, attraction[zone]);
            model.programme.row(row.0, row.1, row.2);
            added += 1;
        }
    }
    added
}

/// Prices both networks and says what happens to every store.
fn finish(problem: &Problem, part: Part) -> Plan {
    let today = price(problem, &problem.today(), &[]);
    let plan = price(problem, &part.open, &part.moves);
    let worth = worth(problem, &part.open, &part.moves, plan.profit);
    let profit_of = |i: usize, option: Option<usize>, sold: f64| match option {
        Some(k) => problem.margin * sold - problem.stores[i].options[k].yearly_cost,
        None => Money::ZERO,
    };
    let moved =
        |i: usize, end: fn(&super::Move) -> usize| part.moves.iter().map(|&k| problem.moves[k]).find(|m| end(m) == i);
    let stores = problem
        .stores
        .iter()
        .enumerate()
        .map(|(i, store)| {
            let option = part.open[i];
            let (out, into) = (moved(i, |m| m.from), moved(i, |m| m.to));
            let action = match (store.today, option, out, into) {
                (Some(a), Some(b), ..) if a == b => Action::Keep,
                (Some(_), Some(_), ..) => Action::Improve,
                (_, _, Some(m), _) => Action::MoveOut(problem.stores[m.to].id),
                (_, _, _, Some(m)) => Action::MoveIn(problem.stores[m.from].id),
                (Some(_), None, ..) => Action::Close,
                (None, Some(_), ..) => Action::Open,
                (None, None, ..) => Action::StayClosed,
            };
            let one_off = match (store.today, option, out, into) {
                (_, _, Some(_), _) => Money::ZERO,
                (_, Some(_), _, Some(m)) => m.cost,
                (_, Some(k), ..) => store.options[k].one_off,
                (Some(_), None, ..) => store.closing_cost,
                _ => Money::ZERO,
            };
            StorePlan {
                site: store.id,
                action,
                option,
                sales_today: today.sales[i],
                sales_plan: plan.sales[i],
                profit_today: profit_of(i, store.today, today.sales[i]),
                profit_plan: profit_of(i, option, plan.sales[i]),
                one_off,
                worth: worth[i],
            }
        })
        .collect();
    Plan {
        stores,
        moves: part.moves,
        service: plan.service,
        service_today: today.service,
        profit: plan.profit,
        profit_today: today.profit,
        bound: Money::from_minor((part.bound * 100.0).ceil() as i64).max(plan.profit),
        one_off: plan.one_off,
        repeatable: part.repeatable,
        nodes: part.nodes,
    }
}

/// What turning round each decision alone would cost the network in a year.
fn worth(problem: &Problem, open: &[Option<usize>], moves: &[usize], profit: Money) -> Vec<Option<Money>> {
    (0..problem.stores.len())
        .into_par_iter()
        .map(|i| {
            let store = &problem.stores[i];
            let moved = moves.iter().any(|&k| problem.moves[k].from == i || problem.moves[k].to == i);
            let fixed = match store.rule {
                SiteRule::Free => moved,
                SiteRule::Required => open[i].is_some() || moved,
                SiteRule::Forbidden => true,
            };
            if fixed {
                return None;
            }
            let mut other = open.to_vec();
            other[i] = if open[i].is_some() { None } else { Some(store.today.unwrap_or(0)) };
            certificate::rules(problem, &other, moves).is_ok().then(|| profit - price(problem, &other, moves).profit)
        })
        .collect()
}

/// Loosens families of rules, fewest first, and says by how much each has to give way.
fn causes(problem: &Problem, limits: &Limits) -> Result<Vec<String>, Failure> {
    let mut trials: Vec<Vec<Family>> = Family::ALL.iter().map(|&f| vec![f]).collect();
    for (k, &a) in Family::ALL.iter().enumerate() {
        trials.extend(Family::ALL[k + 1..].iter().map(|&b| vec![a, b]));
    }
    trials.push(Family::ALL.to_vec());
    for families in trials {
        let model = Formulation::new(problem, &families);
        if model.slack.is_empty() {
            continue;
        }
        let answer = lp::solve(&model.programme, &Limits { gap: 1e-4, ..limits.clone() })?;
        if !answer.has_point() {
            continue;
        }
        let mut amounts: std::collections::BTreeMap<Family, f64> = std::collections::BTreeMap::new();
        for &(family, _, col) in &model.slack {
            *amounts.entry(family).or_default() += answer.value(col);
        }
        return Ok(amounts.into_iter().filter(|a| a.1 > 1e-6).map(|(f, by)| sentence(problem, f, by)).collect());
    }
    Ok(vec!["the rules contradict each other in more than one way; loosen [placement] step by step".into()])
}

fn sentence(problem: &Problem, family: Family, by: f64) -> String {
    let most = |limit: Option<u32>| limit.map_or(0, |l| l + by.ceil() as u32);
    match family {
        Family::Region => format!(
            "{:.0} more people than any permitted network reaches within {:.0} min would have to be covered: lower \
             [placement] coverage_floor, raise coverage_min, or allow more candidate sites",
            by * 1000.0,
            problem.coverage_min
        ),
        Family::Budget => {
            let needed = problem.budget.unwrap_or_default() + Money::from_major(by * SCALE);
            format!("[placement] budget_cny must be at least {needed}")
        }
        Family::MaxOpen => format!("[placement] max_open must be at least {}", most(problem.max_open)),
        Family::MaxClose => format!("[placement] max_close must be at least {}", most(problem.max_close)),
        Family::FewestStores => format!(
            "[placement] min_stores can be at most {}",
            problem.store_count.0.unwrap_or(0).saturating_sub(by.ceil() as u32)
        ),
        Family::MostStores => format!("[placement] max_stores must be at least {}", most(problem.store_count.1)),
        Family::Required => format!("{:.0} of the sites with rule = required cannot be open", by.ceil()),
        Family::Distance => {
            format!("{:.0} pairs of stores must stand closer than [placement] min_distance_km", by.ceil())
        }
    }
}
