//! One-for-one replenishment of identical sites with lateral and emergency supply.
//!
//! `N` sites hold `S` units each and see Poisson demand `λ` per site; every unit sold is replaced after an independent
//! time of mean 1. A site without stock takes a unit from a site chosen at random among those with stock; when no site has
//! any, the customer is served from outside (emergency) and nothing is ordered. The number of units under way is an
//! Erlang loss system of `N S` servers and load `N λ`: the emergency share is `B(NS, Nλ)` whatever the resupply law.
//! The split between own stock and lateral supply depends on the law; here the resupply is exponential and the chain over
//! the stock vectors is solved exactly (sites are exchangeable, so sorted vectors suffice).

use super::PolicyError;
use super::error::positive;
use std::collections::BTreeMap;

/// How demand is met, as shares of all demand.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Service {
    /// From the site's own stock.
    pub fill: f64,
    /// From another site.
    pub lateral: f64,
    /// From outside.
    pub emergency: f64,
}

/// Erlang's loss formula `B(servers, load)` by its stable recursion.
pub fn erlang_loss(servers: u32, load: f64) -> f64 {
    (1..=servers).fold(1.0, |b, s| load * b / (f64::from(s) + load * b))
}

/// Largest number of states the chain may have.
const LIMIT: usize = 200_000;

/// Long-run shares for `sites` sites with base stock `stock`, demand `rate` per site and mean resupply time 1.
pub fn one_for_one(sites: u32, stock: u32, rate: f64) -> Result<Service, PolicyError> {
    positive("demand rate", rate)?;
    if sites == 0 {
        return Err(PolicyError::Shape("there are no sites: give at least one".into()));
    }
    let emergency = erlang_loss(sites.saturating_mul(stock), f64::from(sites) * rate);
    if stock == 0 {
        return Ok(Service { fill: 0.0, lateral: 0.0, emergency: 1.0 });
    }
    let states = states(sites as usize, stock)?;
    let chain: Vec<Vec<(usize, f64)>> = transitions(&states, stock, rate);
    let share = stationary(&chain);
    let empty: f64 = states
        .keys()
        .zip(&share)
        .map(|(x, p)| p * x.iter().filter(|&&k| k == 0).count() as f64 / f64::from(sites))
        .sum();
    Ok(Service { fill: 1.0 - empty, lateral: (empty - emergency).max(0.0), emergency })
}

/// All sorted stock vectors and their numbers.
fn states(sites: usize, stock: u32) -> Result<BTreeMap<Vec<u32>, usize>, PolicyError> {
    let mut count = 1.0_f64;
    for k in 1..=sites {
        count *= (f64::from(stock) + k as f64) / k as f64;
    }
    if count > LIMIT as f64 {
        return Err(PolicyError::TooLarge { size: count.min(1e18) as usize, limit: LIMIT });
    }
    let mut all = vec![vec![]];
    for _ in 0..sites {
        all = all
            .into_iter()
            .flat_map(|x: Vec<u32>| {
                let from = x.last().copied().unwrap_or(0);
                (from..=stock).map(move |k| x.iter().copied().chain([k]).collect())
            })
            .collect();
    }
    all.sort();
    Ok(all.into_iter().enumerate().map(|(k, x)| (x, k)).collect())
}

fn transitions(states: &BTreeMap<Vec<u32>, usize>, stock: u32, rate: f64) -> Vec<Vec<(usize, f64)>> {
    let changed = |x: &[u32], site: usize, by: i64| {
        let mut y = x.to_vec();
        y[site] = (i64::from(y[site]) + by) as u32;
        y.sort_unstable();
        states[&y]
    };
    states
        .keys()
        .map(|x| {
            let mut out = Vec::new();
            let empty = x.iter().filter(|&&k| k == 0).count();
            let donors = (x.len() - empty) as f64;
            for site in 0..x.len() {
                if x[site] > 0 {
                    // Own customers, and this donor's equal share of the customers of the empty sites.
                    out.push((changed(x, site, -1), rate * (1.0 + empty as f64 / donors)));
                }
                if x[site] < stock {
                    out.push((changed(x, site, 1), f64::from(stock - x[site])));
                }
            }
            out
        })
        .collect()
}

/// Stationary distribution by Gauss–Seidel sweeps on the balance equations.
fn stationary(chain: &[Vec<(usize, f64)>]) -> Vec<f64> {
    let n = chain.len();
    let leaving: Vec<f64> = chain.iter().map(|out| out.iter().map(|t| t.1).sum()).collect();
    let mut entering = vec![Vec::new(); n];
    for (from, out) in chain.iter().enumerate() {
        for &(to, r) in out {
            entering[to].push((from, r));
        }
    }
    let mut share = vec![1.0 / n as f64; n];
    for sweep in 0..200_000 {
        let mut change = 0.0_f64;
        // Alternate the direction: stock falls and rises along the order of the states.
        for k in 0..n {
            let s = if sweep % 2 == 0 { k } else { n - 1 - k };
            let value = entering[s].iter().map(|&(from, r)| share[from] * r).sum::<f64>() / leaving[s];
            change = change.max((value - share[s]).abs() / value.max(1e-300));
            share[s] = value;
        }
        let total: f64 = share.iter().sum();
        for p in &mut share {
            *p /= total;
        }
        if change < 1e-14 {
            break;
        }
    }
    share
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_rows() {
        for (n, s, rate, fill, lateral, emergency) in [
            (2, 1, 1.0, 0.4, 0.2, 0.4),
            (2, 2, 1.0, 0.75, 0.154_762, 0.095_238),
            (3, 2, 2.0, 0.427_306, 0.307_772, 0.264_922),
        ] {
            let got = one_for_one(n, s, rate).unwrap();
            assert!((got.fill - fill).abs() <= 5e-7, "{n} {s} {got:?}");
            assert!((got.lateral - lateral).abs() <= 5e-7, "{n} {s} {got:?}");
            assert!((got.emergency - emergency).abs() <= 5e-7, "{n} {s} {got:?}");
        }
    }

    #[test]
    fn erlang_loss_known_values() {
        assert!((erlang_loss(5, 5.0) - 0.284_867_821).abs() < 5e-10);
        assert!((erlang_loss(10, 7.0) - 0.078_740_883).abs() < 5e-10);
    }

    /// The chain knows nothing of Erlang's formula, yet the share of time without any stock must equal it.
    #[test]
    fn the_chain_agrees_with_erlang() {
        for (n, s, rate) in [(2, 3, 1.7), (3, 2, 2.0), (4, 2, 0.6)] {
            let states = states(n, s).unwrap();
            let share = stationary(&transitions(&states, s, rate));
            let none = share[states[&vec![0; n]]];
            assert!((none - erlang_loss(n as u32 * s, n as f64 * rate)).abs() < 1e-11);
        }
    }
}
