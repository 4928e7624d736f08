//! What this Monday's orders have otherwise than last week's plan, and why.
//!
//! Both plans know the weeks that their horizons share. What a dealer needs in them rises with what is asked for, and
//! falls with what stands in the yard and is on the road. The difference of the needs is the sum of five:
//!
//! - *forecast*: the shared weeks are expected to ask for more;
//! - *sales*: last week sold more than expected;
//! - *stock*: the yard holds less than that explains (transfers, corrections, cars that did not come);
//! - *arrivals*: fewer cars are on the road;
//! - *supply*: nothing of that kind: other dealers need the slots less, or there are more.
//!
//! A change has the cause that explains most of it in its direction. Where the planner has decided the order, that is
//! the cause. Frozen weeks are no changes: their orders have been carried out and come back as cars on the road.

use super::{Footing, Ground, Previous, Replenishment};
use crate::ids::{Id, ModelId, SiteId};
use jiff::civil::Date;
use std::collections::{BTreeMap, BTreeSet};

/// Difference below which a cause explains nothing, cars.
const LEAST: f64 = 0.5;

/// Why an order changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cause {
    /// The planner decided it.
    Lock,
    /// The yard holds other than sales explain.
    Stock,
    /// Last week sold other than expected.
    Sales,
    /// The shared weeks are expected to ask for something else.
    Forecast,
    /// Other cars are on the road.
    Arrivals,
    /// Slots, or what others need of them.
    Supply,
}

impl Cause {
    /// A word for tables.
    pub fn word(self) -> &'static str {
        match self {
            Self::Lock => "lock",
            Self::Stock => "stock",
            Self::Sales => "sales",
            Self::Forecast => "forecast",
            Self::Arrivals => "arrivals",
            Self::Supply => "supply",
        }
    }
}

/// An order that differs.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// The store.
    pub site: SiteId,
    /// The model.
    pub model: ModelId,
    /// Monday of the week in which the cars leave.
    pub monday: Date,
    /// Cars last week's plan had.
    pub before: u32,
    /// Cars this plan has.
    pub now: u32,
    /// The cause.
    pub cause: Cause,
    /// Cars that each cause asks for more: stock, sales, forecast, arrivals. Unknown when the plans are more than a week
    /// apart.
    pub needs: Option<[f64; 4]>,
}

/// Every order of the weeks that both plans were free to plan, where they differ; by store, model, week.
pub fn changes(ground: &Ground, made: &Replenishment, previous: &Previous) -> Vec<Change> {
    let data = made.problem.data();
    let mut now: BTreeMap<(SiteId, ModelId, Date), u32> = BTreeMap::new();
    for o in &made.plan.orders {
        let (site, model) = made.cell(o.cell);
        *now.entry((site, model, ground.forecast.monday(o.week))).or_default() += o.cars;
    }
    let mut before: BTreeMap<(SiteId, ModelId, Date), u32> = BTreeMap::new();
    for (&(_, site, model, monday), cars) in &previous.orders {
        *before.entry((site, model, monday)).or_default() += cars;
    }
    let shared: BTreeSet<Date> =
        (data.freeze..data.weeks).map(|w| ground.forecast.monday(w)).filter(|&m| previous.knows(m)).collect();
    let decided: BTreeSet<(SiteId, ModelId, Date)> =
        ground.scenario.order_locks.iter().map(|l| (l.site, l.model, ground.forecast.monday(l.week.index()))).collect();
    let needs = needs(ground, made, previous);
    let mut totals: BTreeMap<(SiteId, ModelId), i64> = BTreeMap::new();
    let keys: BTreeSet<_> = now.keys().chain(before.keys()).copied().filter(|k| shared.contains(&k.2)).collect();
    let both = |k: &(SiteId, ModelId, Date)| (before.get(k).copied().unwrap_or(0), now.get(k).copied().unwrap_or(0));
    for k in &keys {
        let (b, n) = both(k);
        *totals.entry((k.0, k.1)).or_default() += i64::from(n) - i64::from(b);
    }
    let differs = keys.into_iter().filter(|k| both(k).0 != both(k).1);
    differs
        .map(|k| {
            let (before, now) = both(&k);
            let cell = (k.0, k.1);
            let needs = needs.get(&cell).copied();
            let cause = if decided.contains(&k) { Cause::Lock } else { cause(needs, totals[&cell]) };
            Change { site: k.0, model: k.1, monday: k.2, before, now, cause, needs }
        })
        .collect()
}

/// The cause that explains most of a change in its direction.
fn cause(needs: Option<[f64; 4]>, total: i64) -> Cause {
    let causes = [Cause::Stock, Cause::Sales, Cause::Forecast, Cause::Arrivals];
    let Some(needs) = needs else { return Cause::Supply };
    let mut best = (Cause::Supply, LEAST);
    for (cause, need) in causes.into_iter().zip(needs) {
        let explains = need * total.signum() as f64;
        if explains > best.1 {
            best = (cause, explains);
        }
    }
    best.0
}

/// Cars that stock, sales, forecast and arrivals ask for more than last week's plan thought, by store and model. A plan
/// of the same Monday has no week between; plans further apart tell nothing.
fn needs(ground: &Ground, made: &Replenishment, previous: &Previous) -> BTreeMap<(SiteId, ModelId), [f64; 4]> {
    let between = previous.weeks_to(ground.scenario.today);
    if !(0..=1).contains(&between) {
        return BTreeMap::new();
    }
    let history = &ground.scenario.history;
    let data = made.problem.data();
    let one = |c: usize| {
        let (site, model) = made.cell(c);
        let last = previous.footing.get(&(site, model)).copied().unwrap_or_default();
        let cell = &data.cells[c];
        let shared = data.weeks.min(previous.weeks.saturating_sub(between as usize));
        let asked: f64 = cell.demand[..shared].iter().sum();
        let due: f64 = cell.pipeline[..shared].iter().map(|&n| f64::from(n)).sum();
        let held: f64 = cell.stock.iter().map(|&n| f64::from(n)).sum();
        let of = |last: Footing| {
            if between == 0 {
                return [last.stock - held, 0.0, asked - last.demand, last.due - due];
            }
            let sold = history.series(site, model).last().copied().map_or(0.0, f64::from);
            let sales = sold - last.sold_first;
            let forecast = asked - (last.demand - last.demand_first);
            [last.stock_after - sales - held, sales, forecast, last.due - last.due_first - due]
        };
        ((site, model), of(last))
    };
    (0..data.cells.len()).map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_need_in_the_direction_of_the_change_is_its_cause() {
        assert_eq!(cause(Some([1.0, 3.0, 2.0, -9.0]), 5), Cause::Sales);
        assert_eq!(cause(Some([1.0, 3.0, 2.0, -9.0]), -5), Cause::Arrivals);
        assert_eq!(cause(Some([0.2, 0.3, 0.0, 0.4]), 5), Cause::Supply);
        assert_eq!(cause(Some([1.0, 3.0, 2.0, -9.0]), 0), Cause::Supply);
        assert_eq!(cause(None, 5), Cause::Supply);
    }
}
