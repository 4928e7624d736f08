//! Prices of storage, credit and fleets beside given prices of build slots: only where something is overfull. Dealers
//! and carriers that share no cell are priced apart, side by side.

use super::master::{Field, Master};
use super::prices::{Limit, Prices};
use super::problem::Error;
use crate::lp::Limits;
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// A dealer or a carrier whose limits are priced.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Owner {
    Dealer(usize),
    Carrier(usize),
}

/// All limits of storage, credit and fleets.
pub(super) fn limits(field: Field) -> Vec<Limit> {
    let data = field.problem.data();
    let dealers = (0..data.dealers.len()).map(Owner::Dealer);
    dealers.chain((0..data.carriers.len()).map(Owner::Carrier)).flat_map(|o| limits_of(field, o)).collect()
}

fn limits_of(field: Field, owner: Owner) -> Vec<Limit> {
    let weeks = 0..field.problem.data().weeks;
    let all: Vec<Limit> = match owner {
        Owner::Dealer(d) => weeks.flat_map(|t| [Limit::Storage(d, t), Limit::Credit(d, t)]).collect(),
        Owner::Carrier(k) => weeks.map(|w| Limit::Fleet(k, w)).collect(),
    };
    all.into_iter().filter(|&l| field.caps.of(l) < f64::INFINITY).collect()
}

fn cells_of(field: Field, owner: Owner) -> Vec<usize> {
    let problem = field.problem;
    match owner {
        Owner::Dealer(d) => problem.cells_of_dealer(d).to_vec(),
        Owner::Carrier(k) => {
            let carried = |&c: &usize| problem.sources(c).iter().any(|s| problem.carrier_of_lane(s.1) == Some(k));
            let dealers = problem.data().carriers[k].dealers.iter();
            dealers.flat_map(|&d| problem.cells_of_dealer(d)).copied().filter(carried).collect()
        }
    }
}

/// Puts new prices where limits are overfull or already priced.
pub(super) fn price(
    field: Field,
    prices: &mut Prices,
    over: &BTreeMap<Limit, f64>,
    limits: &Limits,
) -> Result<(), Error> {
    let given = &*prices;
    let one = |(owners, cells): &(Vec<Owner>, Vec<usize>)| {
        let own = owners.iter().flat_map(|&o| limits_of(field, o)).collect();
        Master::new(field, cells.clone(), own).solve(given, limits)
    };
    let answers: Vec<_> = components(field, &owners(given, over)).par_iter().map(one).collect::<Result<_, _>>()?;
    for (limit, price) in answers.into_iter().flat_map(|a| a.prices) {
        prices.set(limit, price);
    }
    Ok(())
}

/// Owners of limits that are overfull or have a price.
fn owners(prices: &Prices, over: &BTreeMap<Limit, f64>) -> BTreeSet<Owner> {
    let priced = |table: &[Vec<f64>]| -> Vec<usize> {
        (0..table.len()).filter(|&i| table[i].iter().any(|&p| p > 0.0)).collect()
    };
    let of = |limit: &Limit| match *limit {
        Limit::Storage(d, _) | Limit::Credit(d, _) => Some(Owner::Dealer(d)),
        Limit::Fleet(k, _) => Some(Owner::Carrier(k)),
        Limit::Slot(..) | Limit::Fill(_) => None,
    };
    let dealers = priced(&prices.storage).into_iter().chain(priced(&prices.credit)).map(Owner::Dealer);
    let carriers = priced(&prices.fleet).into_iter().map(Owner::Carrier);
    over.keys().filter_map(of).chain(dealers).chain(carriers).collect()
}

/// Owners joined where they share cells, each with the cells of all.
fn components(field: Field, owners: &BTreeSet<Owner>) -> Vec<(Vec<Owner>, Vec<usize>)> {
    let mut joined: Vec<(BTreeSet<Owner>, BTreeSet<usize>)> = Vec::new();
    for &owner in owners {
        let mut mine = (BTreeSet::from([owner]), cells_of(field, owner).into_iter().collect::<BTreeSet<_>>());
        joined.retain_mut(|other| {
            let apart = other.1.is_disjoint(&mine.1);
            if !apart {
                mine.0.append(&mut other.0);
                mine.1.append(&mut other.1);
            }
            apart
        });
        joined.push(mine);
    }
    let plain = |(o, c): (BTreeSet<Owner>, BTreeSet<usize>)| (o.into_iter().collect(), c.into_iter().collect());
    joined.into_iter().map(plain).collect()
}
