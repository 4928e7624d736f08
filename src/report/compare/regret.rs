//! What a plan earns less than the best of the plans on the same future.

use super::Plan;
use crate::stats::interval::of_floats;

/// The regret of one plan, in money a year.
#[derive(Clone, Debug, PartialEq)]
pub struct Regret {
    /// Mean shortfall to the best plan of each future; without pairs, to the plan with the best mean.
    pub mean: f64,
    /// Its 95 % interval; none without pairs.
    pub ends: Option<(f64, f64)>,
    /// Largest shortfall in any future; none without pairs.
    pub worst: Option<f64>,
    /// Share of the futures in which no plan is better; none without pairs.
    pub best_in: Option<f64>,
}

pub(super) fn regret(plans: &[Plan], paired: bool) -> Vec<Regret> {
    let runs: Option<Vec<&Vec<f64>>> = plans.iter().map(|p| p.runs.as_ref()?.get("profit")).collect();
    if let Some(runs) = runs.filter(|r| paired && r.len() > 1 && r[0].len() > 1) {
        let best: Vec<f64> =
            (0..runs[0].len()).map(|n| runs.iter().map(|r| r[n]).fold(f64::NEG_INFINITY, f64::max)).collect();
        return runs.iter().map(|r| of_pairs(&best, r)).collect();
    }
    let means: Option<Vec<f64>> =
        plans.iter().map(|p| p.facts.kpis.iter().find(|k| k.kpi == "profit").and_then(|k| k.plan_mean.get())).collect();
    let means = means.filter(|m| m.len() > 1).unwrap_or_default();
    let best = means.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    means.iter().map(|m| Regret { mean: best - m, ends: None, worst: None, best_in: None }).collect()
}

fn of_pairs(best: &[f64], own: &[f64]) -> Regret {
    let short: Vec<f64> = best.iter().zip(own).map(|(b, o)| b - o).collect();
    let interval = of_floats(&short, 0.95);
    Regret {
        mean: interval.mean,
        ends: Some((interval.low().max(0.0), interval.high())),
        worst: Some(short.iter().copied().fold(0.0, f64::max)),
        best_in: Some(short.iter().filter(|s| **s <= 0.0).count() as f64 / short.len() as f64),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regret_is_counted_future_by_future() {
        let (a, b) = ([10.0, 4.0, 7.0], [8.0, 6.0, 7.0]);
        let best = [10.0, 6.0, 7.0];
        let (a, b) = (of_pairs(&best, &a), of_pairs(&best, &b));
        assert_eq!((a.mean, a.worst, a.best_in), (2.0 / 3.0, Some(2.0), Some(2.0 / 3.0)));
        assert_eq!((b.mean, b.worst, b.best_in), (2.0 / 3.0, Some(2.0), Some(2.0 / 3.0)));
    }
}
