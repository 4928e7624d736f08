//! A plan beside those that the industry's rules of allocation make of the same cars: same plants, same weeks, same
//! models, other dealers.

use super::account::{plan, shadow_prices};
use super::allocation::{Rule, Site, allocate};
use super::fairness::FairShare;
use super::plan::Plan;
use super::prices::{Prices, Routed};
use super::problem::{Error, Fixed, Problem};
use super::view::View;
use rayon::prelude::*;
use std::collections::BTreeMap;

/// The plan in which nothing is ordered but what is fixed.
pub fn assess(problem: &Problem) -> Plan {
    let fair = FairShare::new(problem);
    let cells = problem.data().cells.len();
    let views: Vec<View> = (0..cells).into_par_iter().map(|c| View::new(problem, c, &fair)).collect();
    let none = vec![Routed::none(problem.data().weeks); cells];
    let mut made = plan(problem, &views, &none, &shadow_prices(&Prices::free(problem)));
    made.bound = made.cost.total();
    made.fair_cover = fair.cover;
    made.repeatable = true;
    made
}

/// The cars of a plan's free orders, shared out by a rule: for every plant, model and week as many packs as the plan
/// sends, to the dealers that the plant can reach. A dealer's position is what stands, is on the road or has been given,
/// less what is expected to be sold before the week; the potential of its area, in any unit, is the caller's to say.
///
/// # Errors
/// [`Error::Faulty`] when the plan does not fit the problem.
pub fn by_rule(problem: &Problem, made: &Plan, rule: Rule, potential: &[f64]) -> Result<(Problem, Plan), Error> {
    let mut data = problem.data().clone();
    let stands = |cell: usize, plant: usize, week: usize| {
        problem.data().cells[cell].fixed.iter().any(|f| f.plant == plant && f.week == week)
    };
    let mut cars: BTreeMap<(usize, usize, usize), u32> = BTreeMap::new();
    for o in made.orders.iter().filter(|o| !stands(o.cell, o.plant, o.week)) {
        *cars.entry((o.week, data.cells[o.cell].model, o.plant)).or_default() += o.cars;
    }
    let mut held: Vec<f64> = data
        .cells
        .iter()
        .map(|c| {
            let cars = c.stock.iter().chain(&c.pipeline).sum::<u32>() + c.fixed.iter().map(|f| f.cars).sum::<u32>();
            f64::from(cars)
        })
        .collect();
    for ((week, model, plant), cars) in cars {
        let open = |&c: &usize| problem.lane(c, plant).is_some() && !stands(c, plant, week);
        let members: Vec<usize> = problem.cells_of_model(model).iter().copied().filter(open).collect();
        let pack = members.iter().map(|&c| data.cells[c].pack).max().unwrap_or(1).max(1);
        let sites: Vec<Site> = members
            .iter()
            .map(|&c| {
                let cell = &data.cells[c];
                let sold: f64 = cell.demand[..week].iter().sum();
                let pack = f64::from(pack);
                let position = (held[c] - sold).max(0.0) / pack;
                Site { rate: cell.rate / pack, position, potential: potential[cell.dealer] }
            })
            .collect();
        let least: Vec<u32> = members.iter().map(|&c| data.cells[c].minimum_order.div_ceil(pack)).collect();
        for (&c, packs) in members.iter().zip(allocate_orders(rule, &sites, cars / pack, &least)) {
            if packs > 0 {
                held[c] += f64::from(packs * pack);
                data.cells[c].fixed.push(Fixed { plant, week, cars: packs * pack });
            }
        }
    }
    let shared = Problem::new(data)?;
    let made = assess(&shared);
    Ok((shared, made))
}

/// Whole packs by a rule where orders have a smallest size: who would get the least of those that get too little gets
/// none, and the rule shares out again.
fn allocate_orders(rule: Rule, sites: &[Site], packs: u32, least: &[u32]) -> Vec<u32> {
    let mut among: Vec<usize> = (0..sites.len()).collect();
    loop {
        let those: Vec<Site> = among.iter().map(|&s| sites[s]).collect();
        let shares = allocate(rule, &those, packs);
        let short = (0..among.len()).filter(|&k| 0 < shares[k] && shares[k] < least[among[k]]);
        let Some(out) = short.min_by_key(|&k| (shares[k], std::cmp::Reverse(k))) else {
            let mut all = vec![0; sites.len()];
            among.iter().zip(shares).for_each(|(&s, packs)| all[s] = packs);
            return all;
        };
        among.remove(out);
    }
}
