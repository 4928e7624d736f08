//! Replays every tour of a week from the data. Knows neither the search nor its judge.

use super::clock::{self, Visit};
use super::plan::{Call, Plan, Trip};
use super::problem::Problem;
use crate::routing::hours::{self, Activity, Leg};
use crate::routing::loads::{self, Item, Policy, arrange};

/// Days a driver's schedule looks ahead.
const DAYS: u32 = 28;

/// A tour's schedule and the slots of its cars.
#[derive(Clone, Debug)]
pub struct Driven {
    /// The rule set and what the driver does; none when no rule set allows the only load of the tour.
    pub schedule: Option<(&'static str, Vec<Activity>)>,
    /// The slot of every car, load by load in the order of loading; empty where no decks are known.
    pub slots: Vec<usize>,
}

/// Everything that does not hold in an answer; empty when all does.
pub fn faults(problem: &Problem, plan: &Plan) -> Vec<String> {
    let mut faults = Vec::new();
    let mut rides = vec![0u32; problem.data().loads.len()];
    let mut cost = 0;
    for (number, trip) in plan.trips.iter().enumerate() {
        match drive(problem, trip) {
            Ok(money) => cost += money,
            Err(why) => faults.push(format!("tour {number}: {why}")),
        }
        for call in trip.calls.iter().filter(|c| c.loads) {
            rides[call.load] += 1;
        }
    }
    faults.extend(rides.iter().enumerate().filter(|r| *r.1 != 1).map(|(k, r)| format!("load {k} rides {r} times")));
    if faults.is_empty() && cost != plan.cost {
        faults.push(format!("the tours cost {cost}, not {}", plan.cost));
    }
    faults
}

/// Capacity, precedence and the order on one stack; the cost of a tour.
pub(super) fn drive(problem: &Problem, trip: &Trip) -> Result<i64, String> {
    let data = problem.data();
    let class = data.classes.get(trip.class).ok_or("its class is not there")?;
    let (mut aboard, mut size, mut length, mut here) = (Vec::new(), 0, 0i64, None);
    for call in &trip.calls {
        let load = data.loads.get(call.load).ok_or("a load is not there")?;
        let yard = if call.loads { load.from } else { load.to };
        length += here.map_or(0, |h: usize| i64::from(data.km[h * data.yards.len() + yard]));
        here = Some(yard);
        if call.loads {
            aboard.push(call.load);
            size += load.size;
            if size > class.capacity {
                return Err(format!("carries {size} of {}", class.capacity));
            }
            continue;
        }
        size -= load.size;
        let at = aboard.iter().rposition(|&l| l == call.load).ok_or("unloads what is not aboard")?;
        // What was loaded at the same yard in a row may stand in any order.
        let above = aboard[at + 1..].iter().any(|&l| data.loads[l].from != load.from || data.loads[l].to != load.to);
        if above && class.decks.is_none() && !class.free {
            return Err(format!("load {} is not on top when it is unloaded", call.load));
        }
        aboard.remove(at);
    }
    if trip.calls.is_empty() || !aboard.is_empty() {
        return Err("is empty or leaves cars aboard".into());
    }
    Ok(class.fixed + class.rate * length)
}

/// Calls up to which the schedule that ends first is looked for; longer tours are driven by the plain rule.
const EXACT: usize = 4;

/// A schedule of a tour and the slots of its cars, both replayed.
pub fn schedule(problem: &Problem, trip: &Trip) -> Result<Driven, String> {
    let data = problem.data();
    let mut legs = Vec::new();
    let (mut here, mut need) = (None, 0);
    for call in &trip.calls {
        let load = &data.loads[call.load];
        let at = if call.loads { load.from } else { load.to };
        let yard = &data.yards[at];
        let last = if call.loads { u32::MAX } else { load.due };
        let window = |day: u32| (day * 1440 + yard.opens, (day * 1440 + yard.closes).min(last));
        let windows: Vec<_> = (0..DAYS).map(window).filter(|w| w.0 <= w.1).collect();
        let driving = here.map_or(0, |h: usize| data.minutes[h * data.yards.len() + at] as u32);
        legs.push(Leg { driving, work: load.work, windows });
        here = Some(at);
        need = need.max(problem.need(call.load));
    }
    let schedule = match data.rules.get(need) {
        None => None,
        Some(rules) => {
            let plain = clock::schedule(rules, &visits(problem, trip));
            let latest = plain.as_ref().and_then(|p| p.last()).map_or(DAYS * 1440, |a| a.end);
            let first = || {
                let mut near = legs.clone();
                near.iter_mut().for_each(|l| l.windows.retain(|w| w.0 <= latest));
                hours::schedule(rules, &near, 0)
            };
            let found = if legs.len() <= EXACT || plain.is_none() { first().or(plain) } else { plain };
            let found = found.ok_or_else(|| format!("has no schedule under {}", rules.name))?;
            hours::certificate::check(rules, &legs, 0, &found)
                .map_err(|why| format!("its schedule is unlawful: {why}"))?;
            Some((rules.name, found))
        }
    };
    Ok(Driven { schedule, slots: slots(problem, trip)? })
}

fn visits(problem: &Problem, trip: &Trip) -> Vec<Visit> {
    let mut here = None;
    let visit = |c: &Call| {
        let load = &problem.data().loads[c.load];
        let visit = problem.visit(here, c.load, c.loads);
        here = Some(if c.loads { load.from } else { load.to });
        visit
    };
    trip.calls.iter().map(visit).collect()
}

/// From which stop to which every car rides; a stop ends where the yard changes.
fn rides(problem: &Problem, trip: &Trip) -> Vec<Item> {
    let loads = &problem.data().loads;
    let yard = |c: &Call| if c.loads { loads[c.load].from } else { loads[c.load].to };
    let stop = |at: usize| trip.calls[..=at].windows(2).filter(|w| yard(&w[0]) != yard(&w[1])).count() as u16;
    let mut items = Vec::new();
    for (up, call) in trip.calls.iter().enumerate().filter(|c| c.1.loads) {
        let down = trip.calls.iter().rposition(|c| c.load == call.load).unwrap_or(up);
        let (on, off) = (stop(up), stop(down));
        items.extend(loads[call.load].cars.iter().map(|&car| Item { car, on, off }));
    }
    items
}

fn slots(problem: &Problem, trip: &Trip) -> Result<Vec<usize>, String> {
    let data = problem.data();
    let class = &data.classes[trip.class];
    let Some(decks) = &class.decks else { return Ok(Vec::new()) };
    let policy = if class.free { Policy::Free } else { Policy::Forbid };
    let items = rides(problem, trip);
    let found = arrange(decks, &items, policy).ok_or("its cars do not fit its decks")?;
    let moves = loads::certificate::replay(decks, &items, &found.slots)?;
    if moves > 0 && policy == Policy::Forbid {
        return Err(format!("{moves} cars stand in the way"));
    }
    Ok(found.slots)
}
