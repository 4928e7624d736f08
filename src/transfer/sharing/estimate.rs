use super::plan::Interval;
use super::problem::{Demands, Scenarios, Sharing, SharingError};
use super::recourse::Recourse;
use super::solve::{Settings, solve};

/// How much fresh demand to spend on the judgement.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rounds {
    /// First scenario of the source that was not used to choose the stock.
    pub first: u64,
    /// Scenarios for the cost of the stock.
    pub scenarios: usize,
    /// Independent samples for the gap.
    pub samples: usize,
    /// Scenarios in each of them.
    pub size: usize,
}

/// What the stock costs and how far it may be from the best.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// Mean cost over fresh demand.
    pub cost: f64,
    /// 95 % interval of the true cost of the stock.
    pub interval: Interval,
    /// Mean gap over the samples.
    pub gap: f64,
    /// With 95 % confidence the stock costs at most this much more than the best.
    pub gap_limit: f64,
    /// Cars moved in a period, on average.
    pub moved: f64,
}

/// Judges a stock on fresh demand.
pub fn assess(
    problem: &Sharing,
    stock: &[f64],
    source: &dyn Demands,
    rounds: &Rounds,
) -> Result<Estimate, SharingError> {
    let fresh = Scenarios::sample(problem.sites(), source, rounds.first, rounds.scenarios)?;
    let outcomes = costs(problem, stock, &fresh)?;
    let (cost, error) = mean_and_error(outcomes.iter().map(|o| o.0));
    let moved = outcomes.iter().map(|o| o.1).sum::<f64>() / outcomes.len() as f64;
    let reach = student(0.975, rounds.scenarios) * error;
    let mut gaps = Vec::with_capacity(rounds.samples);
    let mut first = rounds.first + rounds.scenarios as u64;
    for _ in 0..rounds.samples {
        let sample = Scenarios::sample(problem.sites(), source, first, rounds.size)?;
        first += rounds.size as u64;
        let here = costs(problem, stock, &sample)?.iter().map(|o| o.0).sum::<f64>() / rounds.size as f64;
        let best = solve(problem, &sample, &Settings { gap: 1e-5, ..Settings::default() })?;
        // The bound, not the cost found: the estimate stays on the safe side.
        gaps.push((here - best.bound).max(0.0));
    }
    let (gap, gap_error) = mean_and_error(gaps.iter().copied());
    let gap_limit = if gaps.len() < 2 { f64::INFINITY } else { gap + student(0.95, gaps.len()) * gap_error };
    Ok(Estimate { cost, interval: Interval { low: cost - reach, high: cost + reach }, gap, gap_limit, moved })
}

/// Cost and moves of every scenario.
fn costs(problem: &Sharing, stock: &[f64], scenarios: &Scenarios) -> Result<Vec<(f64, f64)>, SharingError> {
    let worst = (0..scenarios.len()).map(|w| scenarios.demand(w).iter().sum::<f64>()).fold(0.0, f64::max);
    let mut recourse = Recourse::new(problem, worst + stock.iter().sum::<f64>());
    (0..scenarios.len()).map(|w| recourse.evaluate(stock, scenarios.demand(w)).map(|o| (o.cost, o.moved))).collect()
}

fn mean_and_error(values: impl Iterator<Item = f64> + Clone) -> (f64, f64) {
    let count = values.clone().count() as f64;
    let mean = values.clone().sum::<f64>() / count;
    let spread = values.map(|v| (v - mean).powi(2)).sum::<f64>() / (count - 1.0).max(1.0);
    (mean, (spread / count).sqrt())
}

/// Student's quantile with `count - 1` degrees of freedom: the root of its distribution function by bisection.
fn student(p: f64, count: usize) -> f64 {
    let freedom = (count.max(2) - 1) as f64;
    let (mut low, mut high) = (0.0, 1e3);
    for _ in 0..100 {
        let middle = 0.5 * (low + high);
        if student_cumulative(middle, freedom) < p { low = middle } else { high = middle }
    }
    high
}

/// `P(T <= t)` for `t >= 0` by Simpson's rule on the density, substituted to a finite interval by `t = √ν tan φ`.
fn student_cumulative(t: f64, freedom: f64) -> f64 {
    let end = (t / freedom.sqrt()).atan();
    // ∫ cosᵛ⁻¹ φ dφ, scaled by its constant Γ((ν + 1)/2) / (√π Γ(ν/2)).
    let scale = (libm::lgamma(0.5 * (freedom + 1.0)) - libm::lgamma(0.5 * freedom)).exp() / std::f64::consts::PI.sqrt();
    let steps = 400;
    let width = end / f64::from(steps);
    let f = |k: i32| (f64::from(k) * width).cos().powf(freedom - 1.0);
    let sum: f64 = (1..steps).map(|k| f(k) * if k % 2 == 1 { 4.0 } else { 2.0 }).sum();
    0.5 + scale * width / 3.0 * (f(0) + sum + f(steps))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn student_quantiles_are_those_of_the_tables() {
        for (p, count, value) in
            [(0.975, 2, 12.7062), (0.95, 11, 1.812_461), (0.975, 31, 2.042_272), (0.975, 100_000, 1.959_99)]
        {
            assert!((student(p, count) / value - 1.0).abs() < 2e-5, "{p} {count} {}", student(p, count));
        }
    }
}
