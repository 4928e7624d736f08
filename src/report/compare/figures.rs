//! Key figures of every plan with the difference to the first.

use super::Plan;
use crate::report::rows::Kpi;
use crate::stats::interval::of_floats;

/// Level of every interval.
const LEVEL: f64 = 0.95;

/// Mean and ends of a 95 % interval; a figure that was computed rather than sampled has none.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gap {
    /// Mean, or the value.
    pub mean: f64,
    /// Lower and upper end.
    pub ends: Option<(f64, f64)>,
    /// Whether the ends are those of paired differences.
    pub paired: bool,
}

/// A figure of all plans.
#[derive(Clone, Debug, PartialEq)]
pub struct Figure {
    /// Its id in the tables: of `kpi.csv`, or `step.name` of `summary.json`.
    pub id: String,
    /// Its unit.
    pub unit: String,
    /// Which direction is better: `high`, `low` or empty.
    pub better: String,
    /// Value of each plan.
    pub values: Vec<Option<Gap>>,
    /// Difference of each plan to the first.
    pub differences: Vec<Option<Gap>>,
}

/// Figures of the steps before the simulation.
const STEPS: &[(&str, &str, &str, &str)] = &[
    ("place", "objective_cny_per_year", "cny", "high"),
    ("place", "one_off_cost_cny", "cny", "low"),
    ("place", "stores_plan", "count", ""),
    ("replenish", "cost_cny", "cny", "low"),
    ("replenish", "cars_ordered", "cars", ""),
    ("transfer", "moves", "cars", ""),
    ("transfer", "profit_cny", "cny", "high"),
];

pub(super) fn figures(plans: &[Plan], paired: &[bool]) -> Vec<Figure> {
    let mut all = Vec::new();
    let mut ids: Vec<&Kpi> = Vec::new();
    for kpi in plans.iter().flat_map(|p| &p.facts.kpis) {
        if ids.iter().all(|k| k.kpi != kpi.kpi) {
            ids.push(kpi);
        }
    }
    for kpi in ids {
        let of = |p: &Plan| p.facts.kpis.iter().find(|k| k.kpi == kpi.kpi).and_then(value);
        let values: Vec<Option<Gap>> = plans.iter().map(of).collect();
        let differences = (0..plans.len())
            .map(|k| difference(&plans[0], &plans[k], &kpi.kpi, paired[k], (values[0]?, values[k]?)))
            .collect();
        let (id, unit, better) = (kpi.kpi.clone(), kpi.unit.clone(), kpi.better.clone());
        all.push(Figure { id, unit, better, values, differences });
    }
    for (step, name, unit, better) in STEPS {
        let values: Vec<Option<Gap>> = plans
            .iter()
            .map(|p| p.facts.summary.figure(step, name).map(|mean| Gap { mean, ends: None, paired: false }))
            .collect();
        // Money and counts of whole hundredths: their difference is one too.
        let less = |a: Gap, b: Gap| ((b.mean - a.mean) * 100.0).round() / 100.0 + 0.0;
        let gap = |k: usize| Some(Gap { mean: less(values[0]?, values[k]?), ends: None, paired: false });
        if values.iter().any(Option::is_some) {
            let differences = (0..plans.len()).map(gap).collect();
            let (unit, better) = ((*unit).to_owned(), (*better).to_owned());
            all.push(Figure { id: format!("{step}.{name}"), unit, better, values, differences });
        }
    }
    all
}

fn value(kpi: &Kpi) -> Option<Gap> {
    let ends = kpi.plan_low.get().zip(kpi.plan_high.get());
    Some(Gap { mean: kpi.plan_mean.get()?, ends, paired: false })
}

fn difference(first: &Plan, other: &Plan, id: &str, paired: bool, (a, b): (Gap, Gap)) -> Option<Gap> {
    let runs = |p: &Plan| p.runs.as_ref().and_then(|r| r.get(id)).cloned();
    if let (true, Some(x), Some(y)) = (paired, runs(first), runs(other)) {
        let differences: Vec<f64> = x.iter().zip(&y).map(|(x, y)| y - x).collect();
        let interval = of_floats(&differences, LEVEL);
        return Some(Gap { mean: interval.mean, ends: Some((interval.low(), interval.high())), paired: true });
    }
    // Two samples of their own: the half-widths add as squares.
    let half = |g: Gap| g.ends.map(|(low, high)| (high - low) / 2.0);
    let mean = b.mean - a.mean;
    let ends = half(a).zip(half(b)).map(|(x, y)| (mean - x.hypot(y), mean + x.hypot(y)));
    Some(Gap { mean, ends, paired: false })
}
