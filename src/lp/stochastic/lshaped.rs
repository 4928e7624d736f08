//! The L-shaped method with clustered cuts and a box-shaped trust region.

use super::recourse::{Plane, Recourse, Verdict, precise, settled};
use super::{Scenario, TwoStage};
use crate::lp::{Col, Failure, Hot, Limits, Solution, Status};

/// How far and how finely.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Relative gap between the bounds at which the method ends.
    pub gap: f64,
    /// Master programmes at most.
    pub rounds: u32,
    /// Groups of scenarios that share a cut in each round.
    pub clusters: usize,
    /// Limits of each linear programme.
    pub limits: Limits,
}

impl Default for Settings {
    fn default() -> Self {
        Self { gap: 1e-8, rounds: 2000, clusters: 32, limits: Limits::default() }
    }
}

/// The answer for a set of scenarios.
#[derive(Clone, Debug)]
pub struct Answer {
    /// `Optimal` within the gap, `WorkLimit` after the last round, `Interrupted`, or `Infeasible`/`Unbounded` as the
    /// master says.
    pub status: Status,
    /// First-stage decision with the least cost seen.
    pub x: Vec<f64>,
    /// Its cost over the scenarios given.
    pub objective: f64,
    /// Proven lower bound on the cost over the scenarios given.
    pub bound: f64,
    /// Master programmes solved.
    pub rounds: u32,
    /// Recourse programmes solved.
    pub recourse_solves: u64,
    /// Simplex iterations of all recourse programmes.
    pub recourse_iterations: u64,
}

/// The master programme: the first stage and one column θ per cluster.
struct Master<'a> {
    problem: &'a TwoStage,
    hot: Hot,
    /// Clusters whose θ has a cut and so a finite least value.
    supported: bool,
}

impl<'a> Master<'a> {
    fn new(problem: &'a TwoStage, clusters: usize, limits: &Limits) -> Result<Self, Failure> {
        let mut programme = problem.first.clone();
        programme.relax();
        for _ in 0..clusters {
            // Held at 0 until the first cuts come.
            programme.column(1.0, 0.0, 0.0);
        }
        Ok(Self { problem, hot: precise(&programme, limits)?, supported: false })
    }

    fn columns(&self) -> usize {
        self.problem.first.columns()
    }

    /// Frees the θ once they have cuts.
    fn support(&mut self, clusters: usize) -> Result<(), Failure> {
        if !self.supported {
            for k in 0..clusters {
                self.hot.set_column_bounds(Col::at(self.columns() + k), f64::NEG_INFINITY, f64::INFINITY)?;
            }
            self.supported = true;
        }
        Ok(())
    }

    /// θ_k ≥ value + slope · (x − at).
    fn cut(&mut self, planes: &[Plane], at: &[f64]) -> Result<(), Failure> {
        let first = self.columns();
        let rows: Vec<_> =
            planes.iter().enumerate().map(|(k, plane)| row(plane, at, Some(Col::at(first + k)))).collect();
        self.hot.add_rows(&rows).map(|_| ())
    }

    /// value + slope · (x − at) ≤ 0.
    fn forbid(&mut self, plane: &Plane, at: &[f64]) -> Result<(), Failure> {
        self.hot.add_rows(&[row(plane, at, None)]).map(|_| ())
    }

    /// Restricts x to a box around a point, or frees it.
    fn trust(&mut self, region: Option<(&[f64], f64)>) -> Result<(), Failure> {
        for c in 0..self.columns() {
            let (lower, upper) = self.problem.first.column_bounds(Col::at(c));
            let (lower, upper) = region.map_or((lower, upper), |(centre, radius)| {
                (lower.max(centre[c] - radius).min(upper), upper.min(centre[c] + radius).max(lower))
            });
            self.hot.set_column_bounds(Col::at(c), lower, upper)?;
        }
        Ok(())
    }
}

/// The plane as a row of the master.
fn row(plane: &Plane, at: &[f64], theta: Option<Col>) -> (f64, f64, Vec<(Col, f64)>) {
    let constant = plane.value - plane.slope.iter().zip(at).map(|(s, x)| s * x).sum::<f64>();
    let terms = plane.slope.iter().enumerate().filter(|(_, s)| **s != 0.0).map(|(c, &s)| (Col::at(c), -s));
    (constant, f64::INFINITY, terms.chain(theta.map(|t| (t, 1.0))).collect())
}

/// The best point so far.
struct Incumbent {
    x: Vec<f64>,
    cost: f64,
}

/// Minimises over the scenarios given.
pub fn solve(problem: &TwoStage, scenarios: &[Scenario], settings: &Settings) -> Result<Answer, Failure> {
    let clusters = settings.clusters.clamp(1, scenarios.len().max(1));
    let mut master = Master::new(problem, clusters, &settings.limits)?;
    let mut recourse = Recourse::new(problem, &settings.limits)?;
    // Neighbouring scenarios share most of their basis.
    let mut sorted = scenarios.to_vec();
    sorted.sort_by(|a, b| {
        a.values
            .iter()
            .zip(&b.values)
            .map(|(a, b)| a.total_cmp(b))
            .find(|o| o.is_ne())
            .unwrap_or(std::cmp::Ordering::Equal)
    });
    let mut best: Option<Incumbent> = None;
    let (mut bound, mut radius) = (f64::NEG_INFINITY, f64::INFINITY);
    let first_cost = |x: &[f64]| problem.first.objective(&x[..problem.first.columns()]);
    let finish = |status, best: Option<Incumbent>, bound: f64, rounds, recourse: &Recourse| {
        let (x, objective) = best.map_or((Vec::new(), f64::INFINITY), |b| (b.x, b.cost));
        let (recourse_solves, recourse_iterations) = (recourse.solves, recourse.iterations);
        Ok(Answer { status, x, objective, bound, rounds, recourse_solves, recourse_iterations })
    };
    for round in 1..=settings.rounds {
        if settings.limits.stop.raised() {
            return finish(Status::Interrupted, best, bound, round - 1, &recourse);
        }
        let centre = best.as_ref().filter(|_| radius.is_finite());
        master.trust(centre.map(|b| (b.x.as_slice(), radius)))?;
        let free = centre.is_none();
        let answer = settled(&mut master.hot)?;
        if answer.status != Status::Optimal {
            return finish(answer.status, best, bound, round, &recourse);
        }
        let x = answer.values[..problem.first.columns()].to_vec();
        if free && master.supported {
            bound = bound.max(answer.objective);
        }
        if let Some(b) = &best {
            let promise = b.cost - answer.objective;
            if promise <= settings.gap * (1.0 + b.cost.abs()) {
                if free {
                    return finish(Status::Optimal, best, bound, round, &recourse);
                }
                // Nothing better is promised near by; ask the free master for the proof.
                radius = f64::INFINITY;
                continue;
            }
        }
        match recourse.evaluate(&x, &sorted, clusters)? {
            Verdict::Cut(plane) => master.forbid(&plane, &x)?,
            Verdict::Costs(planes) => {
                let cost = first_cost(&x) + planes.iter().map(|p| p.value).sum::<f64>();
                master.cut(&planes, &x)?;
                master.support(clusters)?;
                radius = next_radius(&answer, &x, cost, best.as_ref(), radius);
                if best.as_ref().is_none_or(|b| cost < b.cost) {
                    best = Some(Incumbent { x, cost });
                }
            }
        }
    }
    finish(Status::WorkLimit, best, bound, settings.rounds, &recourse)
}

/// Grows when the model kept half of its promise at the edge of the box, shrinks when the step was a loss.
fn next_radius(answer: &Solution, x: &[f64], cost: f64, best: Option<&Incumbent>, radius: f64) -> f64 {
    let Some(best) = best else {
        // The size of the first point sets the scale.
        return x.iter().fold(1.0, |m: f64, v| m.max(v.abs())) / 2.0;
    };
    let promise = best.cost - answer.objective;
    let kept = (best.cost - cost) / promise;
    let step = x.iter().zip(&best.x).fold(0.0, |m: f64, (a, b)| m.max((a - b).abs()));
    if kept >= 0.5 && step >= 0.99 * radius {
        2.0 * radius
    } else if kept < 0.0 {
        // The worse the loss, the smaller the next box.
        (radius.min(step) / (-kept).clamp(2.0, 4.0)).max(1e-6)
    } else {
        radius
    }
}
