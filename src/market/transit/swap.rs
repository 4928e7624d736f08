//! Which car serves which promise.

use super::certificate;
use super::eta::{Eta, Experience, Report};
use crate::flow::assignment;
use std::collections::BTreeMap;

/// A car on the road, and the slot it was sent for.
#[derive(Clone, Debug)]
pub struct Car<'a> {
    /// Reports.
    pub trip: &'a [Report],
    /// Where it goes.
    pub dealer: usize,
    /// When a customer was promised it, hours of the log's clock.
    pub promised: Option<f64>,
    /// When it arrives there.
    pub eta: &'a Eta,
}

/// Sending a car to another dealer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Redirection {
    /// Kilometres more.
    pub km: f64,
    /// Cost.
    pub cost: f64,
}

/// Which dealer's cars may go to which other.
pub type Redirections = BTreeMap<(usize, usize), Redirection>;

/// Cars of one model with the slots they take.
#[derive(Clone, Debug, PartialEq)]
pub struct Swaps {
    /// Slot of each car: the position of the car that was sent for it.
    pub slot: Vec<usize>,
    /// Expected cost as it is.
    pub before: f64,
    /// Expected cost as suggested.
    pub after: f64,
}

/// A cost that no plan takes.
const NEVER: f64 = f64::INFINITY;

/// The least expected cost for cars of one model; `a_day` is the cost of a day late.
///
/// # Errors
/// What the certificate found, in words.
pub fn swaps(
    cars: &[Car],
    experience: &Experience,
    redirections: &Redirections,
    a_day: f64,
    now: f64,
) -> Result<Swaps, String> {
    let n = cars.len();
    let mut cost = vec![NEVER; n * n];
    for (k, car) in cars.iter().enumerate() {
        // One arrival for each other dealer the car may go to.
        let mut etas = BTreeMap::new();
        for (s, slot) in cars.iter().enumerate() {
            let (eta, way) = if slot.dealer == car.dealer {
                (car.eta, 0.0)
            } else {
                let Some(way) = redirections.get(&(car.dealer, slot.dealer)) else { continue };
                (&*etas.entry(slot.dealer).or_insert_with(|| experience.eta(car.trip, now, way.km)), way.cost)
            };
            let late = slot.promised.map_or(0.0, |p| eta.hours_late(p));
            cost[k * n + s] = way + a_day * late / 24.0;
        }
    }
    let plan = assignment::solve(n, n, &cost).map_err(|e| e.to_string())?;
    let before: f64 = (0..n).map(|k| cost[k * n + k]).sum();
    let slot: Option<Vec<usize>> = plan.column_of.iter().copied().collect();
    let slot = slot.ok_or("a car has no slot")?;
    let after = certificate::cost(&cost, &slot, &plan.row_price, &plan.column_price)?;
    // Equal costs are no reason to move anything.
    if after >= before - 1e-9 * (1.0 + before.abs()) {
        return Ok(Swaps { slot: (0..n).collect(), before, after: before });
    }
    Ok(Swaps { slot, before, after })
}
