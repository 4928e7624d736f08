//! The best assignment, by a network that grows where prices ask for it.

use super::certificate;
use super::problem::{Dealer, Plan, Problem};
use crate::flow::FlowError;
use crate::flow::network::{Arc, Network, solve as network};

/// Dealers of a lead that stand in the first network.
const FIRST: usize = 5;
/// Dealers of a lead that may join in a round.
const JOIN: usize = 4;

/// Solves the problem exactly.
///
/// # Errors
/// [`FlowError::Shape`] for impossible numbers.
pub fn solve(problem: &Problem) -> Result<Plan, FlowError> {
    if let Some(fault) = problem.fault() {
        return Err(FlowError::Shape(fault));
    }
    let guess = guess(problem)?;
    let mut inside: Vec<Vec<bool>> =
        problem.groups.iter().map(|g| vec![g.worth.len() <= FIRST; g.worth.len()]).collect();
    for (group, inside) in problem.groups.iter().zip(&mut inside).filter(|g| g.0.worth.len() > FIRST) {
        let mut order: Vec<usize> = (0..group.worth.len()).collect();
        order.sort_by_key(|&k| (guess[group.worth[k].0 as usize] - group.worth[k].1, k));
        order[..FIRST].iter().for_each(|&k| inside[k] = true);
    }
    let mut rounds = 1;
    loop {
        let (taken, price) = once(problem, &inside)?;
        let mut joined = false;
        for (group, inside) in problem.groups.iter().zip(&mut inside) {
            joined |= join(group.worth.iter().map(|&(d, w)| w - price[d as usize]), inside);
        }
        if !joined {
            let objective = certificate::objective(problem, &taken).map_err(FlowError::Shape)?;
            let bound = certificate::bound(problem, &price);
            return Ok(Plan { taken, objective, bound, price, rounds });
        }
        rounds += 1;
    }
}

/// Prices to begin with: those of every tenth lead with a tenth of the places, where there are many.
fn guess(problem: &Problem) -> Result<Vec<i64>, FlowError> {
    const MANY: usize = 5_000;
    const EVERY: usize = 10;
    if problem.groups.len() < MANY {
        return Ok(vec![0; problem.dealers.len()]);
    }
    let part = |x: u32| x.div_ceil(EVERY as u32);
    let dealer = |d: &Dealer| Dealer { capacity: part(d.capacity), fair: part(d.fair) };
    let sample = Problem {
        dealers: problem.dealers.iter().map(dealer).collect(),
        groups: problem.groups.iter().step_by(EVERY).cloned().collect(),
        fair_worth: problem.fair_worth,
    };
    Ok(solve(&sample)?.price)
}

/// Takes in the few pairs that beat the best one inside at the prices.
fn join(reduced: impl Iterator<Item = i64>, inside: &mut [bool]) -> bool {
    let reduced: Vec<i64> = reduced.collect();
    let best = reduced.iter().zip(&*inside).filter(|x| *x.1).map(|x| *x.0).fold(0, i64::max);
    let mut better: Vec<usize> = (0..reduced.len()).filter(|&k| !inside[k] && reduced[k] > best).collect();
    better.sort_by_key(|&k| (-reduced[k], k));
    better.iter().take(JOIN).for_each(|&k| inside[k] = true);
    !better.is_empty()
}

type Taken = Vec<Vec<(u32, u32)>>;

/// The best assignment over the pairs inside, and the prices of the dealers.
fn once(problem: &Problem, inside: &[Vec<bool>]) -> Result<(Taken, Vec<i64>), FlowError> {
    let (groups, dealers) = (problem.groups.len(), problem.dealers.len());
    let done = groups + dealers;
    let mut balance: Vec<i64> = problem.groups.iter().map(|g| i64::from(g.count)).collect();
    let all: i64 = balance.iter().sum();
    balance.resize(done, 0);
    balance.push(-all);
    let mut arcs = Vec::new();
    for (l, (group, inside)) in problem.groups.iter().zip(inside).enumerate() {
        for (&(d, worth), _) in group.worth.iter().zip(inside).filter(|x| *x.1) {
            arcs.push(Arc { from: l, to: groups + d as usize, cost: -worth as f64, capacity: None });
        }
    }
    let pairs = arcs.len();
    for (d, dealer) in problem.dealers.iter().enumerate() {
        let mut arc = |cost: i64, capacity: u32| {
            let capacity = Some(i64::from(capacity));
            arcs.push(Arc { from: groups + d, to: done, cost: cost as f64, capacity });
        };
        arc(-problem.fair_worth, dealer.fair);
        arc(0, dealer.capacity - dealer.fair);
    }
    arcs.extend((0..groups).map(|l| Arc { from: l, to: done, cost: 0.0, capacity: None }));
    let answer = network(&Network { balance, arcs: arcs.clone() })?;
    let mut taken = vec![Vec::new(); groups];
    for (arc, &flow) in arcs[..pairs].iter().zip(&answer.flow).filter(|x| *x.1 > 0) {
        taken[arc.from].push(((arc.to - groups) as u32, flow as u32));
    }
    // Costs are whole, so are the differences of prices.
    let price = (0..dealers).map(|d| (answer.price[groups + d] - answer.price[done]).round() as i64).collect();
    Ok((taken, price))
}
