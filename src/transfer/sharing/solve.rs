use super::formulation::{Cut, Master};
use super::plan::SharingPlan;
use super::problem::{Scenarios, Sharing, SharingError};
use super::recourse::Recourse;
use rayon::prelude::*;

/// How far to go. Rounds are counted, so that the answer is repeatable.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settings {
    /// Relative gap, over the scenarios given, at which to stop.
    pub gap: f64,
    /// Most rounds.
    pub rounds: usize,
    /// Groups of scenarios that share a cut: more groups need fewer rounds but a larger master programme.
    pub groups: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self { gap: 1e-6, rounds: 500, groups: 24 }
    }
}

/// Finds the stock of least expected cost over the scenarios.
pub fn solve(problem: &Sharing, scenarios: &Scenarios, settings: &Settings) -> Result<SharingPlan, SharingError> {
    let n = problem.sites();
    if scenarios.sites() != n {
        return Err(SharingError::Shape(vec![format!(
            "the scenarios have {} sites, the costs {n}: give both for the same sites",
            scenarios.sites()
        )]));
    }
    // More than all demand of the worst scenario never pays (nor does more than that at one site).
    let worst = (0..scenarios.len()).map(|w| scenarios.demand(w).iter().sum::<f64>()).fold(0.0, f64::max);
    let groups = settings.groups.clamp(1, scenarios.len());
    let model = Model { problem, scenarios, groups, worst };
    let mut master = Master::new(vec![worst; n], groups)?;
    let mut centre = model.start();
    let (mut cost, cuts) = model.evaluate(&centre)?;
    master.cut(&centre, &cuts)?;
    let mut radius = (centre.iter().sum::<f64>() / n as f64).max(1.0) * 0.25;
    let (mut bound, mut rounds) = (0.0_f64, 0);
    while rounds < settings.rounds {
        rounds += 1;
        let (predicted, trial) = master.solve(&centre, radius)?;
        let promise = cost - predicted;
        let slack = settings.gap * cost.abs().max(1e-9);
        if promise <= slack {
            if radius >= worst {
                bound = bound.max(predicted);
                break;
            }
            // Nothing left nearby: let the cuts speak for all stocks.
            radius = if radius < 0.25 * worst { radius * 8.0 } else { 2.0 * worst };
            continue;
        }
        if radius >= worst {
            bound = bound.max(predicted);
        }
        let (value, cuts) = model.evaluate(&trial)?;
        master.cut(&trial, &cuts)?;
        if value < cost - 0.1 * promise {
            let reached = centre.iter().zip(&trial).any(|(a, b)| (a - b).abs() >= 0.99 * radius);
            if value < cost - 0.5 * promise && reached {
                radius *= 2.0;
            }
        } else {
            radius *= 0.6;
        }
        if value < cost {
            (cost, centre) = (value, trial);
        }
    }
    Ok(SharingPlan { stock: centre, cost, bound: bound.min(cost), rounds })
}

struct Model<'a> {
    problem: &'a Sharing,
    scenarios: &'a Scenarios,
    groups: usize,
    worst: f64,
}

impl Model<'_> {
    /// Each site's own newsvendor level, moved towards its mean where it can share.
    fn start(&self) -> Vec<f64> {
        let n = self.problem.sites();
        (0..n)
            .map(|i| {
                let mut sorted: Vec<(f64, f64)> = (0..self.scenarios.len())
                    .map(|w| (self.scenarios.demand(w)[i], self.scenarios.weight(w)))
                    .collect();
                sorted.sort_by(|a, b| a.0.total_cmp(&b.0));
                let (h, p) = (self.problem.holding()[i], self.problem.penalty()[i]);
                let mean: f64 = sorted.iter().map(|(d, w)| d * w).sum();
                let mut left = p / (p + h).max(1e-12);
                let own = sorted.iter().find(|(_, w)| {
                    left -= w;
                    left <= 1e-12
                });
                let own = own.map_or(mean, |s| s.0);
                let shares = (0..n).any(|j| j != i && self.problem.lane(j, i).is_finite());
                if shares { 0.5 * (own + mean) } else { own }
            })
            .collect()
    }

    /// Expected cost and one cut a group; groups are evaluated in parallel and summed in order.
    fn evaluate(&self, stock: &[f64]) -> Result<(f64, Vec<Cut>), SharingError> {
        let count = self.scenarios.len();
        let cuts: Vec<Cut> = (0..self.groups)
            .into_par_iter()
            .map(|group| {
                let mut recourse = Recourse::new(self.problem, self.worst * self.problem.sites() as f64);
                let mut cut = Cut { group, value: 0.0, gradient: vec![0.0; stock.len()] };
                for w in group * count / self.groups..(group + 1) * count / self.groups {
                    let (outcome, weight) =
                        (recourse.evaluate(stock, self.scenarios.demand(w))?, self.scenarios.weight(w));
                    cut.value += weight * outcome.cost;
                    for (total, g) in cut.gradient.iter_mut().zip(&outcome.gradient) {
                        *total += weight * g;
                    }
                }
                Ok(cut)
            })
            .collect::<Result<_, SharingError>>()?;
        Ok((cuts.iter().map(|c| c.value).sum(), cuts))
    }
}
