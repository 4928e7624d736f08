//! Key figures of two networks with 95 % intervals, and their paired difference.
//!
//! Money and cars are those of a year, whatever the simulated days.
//!
//! Both outcomes come from the same seed, so replication `n` of one saw the same customers as replication `n` of the
//! other: the difference is averaged pair by pair and its interval is that of the paired differences.

use crate::simulation::outcome::{Measure, Outcome, Tally};
use crate::stats::interval::{Interval, of_floats};
use crate::units::Money;

/// Which direction is good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Better {
    /// More is better.
    High,
    /// Less is better.
    Low,
}

impl Better {
    /// The word in the tables.
    pub fn word(self) -> &'static str {
        match self {
            Self::High => "high",
            Self::Low => "low",
        }
    }
}

/// What a simulation does not see of a network.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NetworkFacts {
    /// Open stores.
    pub stores: usize,
    /// Yearly cost of all open stores.
    pub fixed_cost: Money,
    /// One-off money, spread over the years of the scenario.
    pub one_off_per_year: Money,
    /// Freight of the average car from plant to dealer.
    pub freight_per_car: Money,
    /// Share of people within the coverage time of a store.
    pub coverage: f64,
    /// Overlap of stores, averaged over registrations: 0 alone, towards 1 among many.
    pub overlap: f64,
}

/// A figure of both networks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Kpi {
    /// Its id in the tables.
    pub id: &'static str,
    /// Its unit in the tables.
    pub unit: &'static str,
    /// Which direction is good.
    pub better: Better,
    /// Today's network.
    pub today: Interval,
    /// The plan's.
    pub plan: Interval,
    /// Plan less today, pair by pair.
    pub difference: Interval,
}

/// Level of every interval.
pub const LEVEL: f64 = 0.95;

struct Figure {
    id: &'static str,
    unit: &'static str,
    better: Better,
    of: fn(&Tally, &NetworkFacts, f64) -> f64,
}

/// A yearly sum of a simulated measure, money in units of the currency.
fn yearly(tally: &Tally, measure: Measure, days: f64) -> f64 {
    tally.get(measure) as f64 * 365.0 / days
}

fn money(tally: &Tally, measure: Measure, days: f64) -> f64 {
    yearly(tally, measure, days) / 100.0
}

fn share(part: f64, whole: f64) -> f64 {
    if whole > 0.0 { part / whole } else { 0.0 }
}

/// Freight of all cars received in a year.
fn freight(tally: &Tally, facts: &NetworkFacts, days: f64) -> f64 {
    yearly(tally, Measure::Received, days) * facts.freight_per_car.major()
}

/// Profit of a year after fixed, one-off and freight cost, money, from a replication of so many days.
pub fn yearly_profit(tally: &Tally, facts: &NetworkFacts, days: f64) -> f64 {
    tally.profit() as f64 * 365.0 / days / 100.0
        - freight(tally, facts, days)
        - facts.fixed_cost.major()
        - facts.one_off_per_year.major()
}

const FIGURES: &[Figure] = {
    use Better::{High, Low};
    use Measure as M;
    &[
        Figure { id: "profit", unit: "cny", better: High, of: yearly_profit },
        Figure { id: "contribution", unit: "cny", better: High, of: |t, _, d| money(t, M::Contribution, d) },
        Figure { id: "fixed_cost", unit: "cny", better: Low, of: |_, f, _| f.fixed_cost.major() },
        Figure { id: "one_off_cost", unit: "cny", better: Low, of: |_, f, _| f.one_off_per_year.major() },
        Figure { id: "holding_cost", unit: "cny", better: Low, of: |t, _, d| money(t, M::Holding, d) },
        Figure { id: "age_discount", unit: "cny", better: Low, of: |t, _, d| money(t, M::Discount, d) },
        Figure { id: "lost_sales_cost", unit: "cny", better: Low, of: |t, _, d| money(t, M::LostCost, d) },
        Figure { id: "freight_cost", unit: "cny", better: Low, of: freight },
        Figure { id: "transfer_cost", unit: "cny", better: Low, of: |t, _, d| money(t, M::TransferCost, d) },
        Figure { id: "sales", unit: "cars", better: High, of: |t, _, d| yearly(t, M::Sales, d) },
        Figure { id: "lost", unit: "cars", better: Low, of: |t, _, d| yearly(t, M::Lost, d) },
        Figure {
            id: "fill_rate",
            unit: "share",
            better: High,
            of: |t, _, _| share(t.get(M::OnTheSpot) as f64, t.get(M::Customers) as f64),
        },
        Figure { id: "stock_mean", unit: "cars", better: Low, of: |t, _, d| t.get(M::StockDays) as f64 / d },
        Figure {
            id: "days_of_supply",
            unit: "days",
            better: Low,
            of: |t, _, _| share(t.get(M::StockDays) as f64, t.get(M::Sales) as f64),
        },
        Figure {
            id: "stock_coefficient",
            unit: "months",
            better: Low,
            of: |t, _, _| share(t.get(M::StockDays) as f64, t.get(M::Sales) as f64) * 12.0 / 365.0,
        },
        Figure {
            id: "aged_share",
            unit: "share",
            better: Low,
            of: |t, _, _| share(t.get(M::AgedDays) as f64, t.get(M::StockDays) as f64),
        },
        Figure { id: "stores", unit: "count", better: Low, of: |_, f, _| f.stores as f64 },
        Figure { id: "coverage", unit: "share", better: High, of: |_, f, _| f.coverage },
        Figure { id: "overlap", unit: "share", better: Low, of: |_, f, _| f.overlap },
    ]
};

/// Names of all figures.
pub fn figure_names() -> impl Iterator<Item = &'static str> {
    FIGURES.iter().map(|f| f.id)
}

/// All figures of a network, one value a replication.
pub fn by_replication(outcome: &Outcome, facts: &NetworkFacts) -> Vec<(&'static str, Vec<f64>)> {
    let values = |f: &Figure| outcome.totals.iter().map(|t| (f.of)(t, facts, f64::from(outcome.days))).collect();
    FIGURES.iter().map(|f| (f.id, values(f))).collect()
}

/// All figures of both networks. The outcomes must come from the same seed and number of replications.
pub fn kpis(today: (&Outcome, &NetworkFacts), plan: (&Outcome, &NetworkFacts)) -> Vec<Kpi> {
    let values = |of: &Figure, (outcome, facts): (&Outcome, &NetworkFacts)| -> Vec<f64> {
        outcome.totals.iter().map(|t| (of.of)(t, facts, f64::from(outcome.days))).collect()
    };
    FIGURES
        .iter()
        .map(|f| {
            let (a, b) = (values(f, today), values(f, plan));
            let paired: Vec<f64> = a.iter().zip(&b).map(|(a, b)| b - a).collect();
            Kpi {
                id: f.id,
                unit: f.unit,
                better: f.better,
                today: of_floats(&a, LEVEL),
                plan: of_floats(&b, LEVEL),
                difference: of_floats(&paired, LEVEL),
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_figure_has_its_own_name() {
        let mut ids: Vec<&str> = FIGURES.iter().map(|f| f.id).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), FIGURES.len());
    }

    #[test]
    fn profit_is_the_sum_of_its_parts() {
        let mut tally = Tally::default();
        for (m, v) in [(Measure::Contribution, 90_000), (Measure::Holding, 10_000), (Measure::Received, 3)] {
            tally.add(m, v);
        }
        let facts = NetworkFacts {
            stores: 2,
            fixed_cost: Money::from_major(200.0),
            one_off_per_year: Money::from_major(50.0),
            freight_per_car: Money::from_major(10.0),
            coverage: 1.0,
            overlap: 0.0,
        };
        // Half a year simulated: (900 − 100 − 3 · 10) · 2 − 200 − 50.
        assert!((yearly_profit(&tally, &facts, 182.5) - 1290.0).abs() < 1e-9);
        let by_id = |id: &str| {
            let f = FIGURES.iter().find(|f| f.id == id).unwrap();
            (f.of)(&tally, &facts, 182.5)
        };
        let parts = by_id("contribution") - by_id("holding_cost") - by_id("freight_cost") - by_id("fixed_cost");
        assert!((parts - by_id("one_off_cost") - by_id("profit")).abs() < 1e-9);
    }
}
