//! The second stage for one x after another, scenario by scenario, in a solver that keeps its basis.

use super::{Scenario, TwoStage};
use crate::lp::{Failure, Hot, Limits, Programme, Row, Solution, Status};

/// A linear function of x below the expected recourse: `value + slope · (x − at)`.
#[derive(Clone, Debug)]
pub(super) struct Plane {
    pub value: f64,
    pub slope: Vec<f64>,
}

/// What the second stage says of a point.
pub(super) enum Verdict {
    /// Weighted sums over each cluster of scenarios.
    Costs(Vec<Plane>),
    /// A scenario has no feasible answer: every feasible x has `value + slope · (x − at) ≤ 0`.
    Cut(Plane),
}

/// The recourse programme in the solver.
pub(super) struct Recourse<'a> {
    problem: &'a TwoStage,
    hot: Hot,
    /// The same with every row made elastic, built when first needed.
    elastic: Option<Hot>,
    limits: Limits,
    changes: Vec<(Row, f64, f64)>,
    pub solves: u64,
    pub iterations: u64,
}

impl<'a> Recourse<'a> {
    pub fn new(problem: &'a TwoStage, limits: &Limits) -> Result<Self, Failure> {
        let hot = precise(&problem.second, limits)?;
        let limits = limits.clone();
        Ok(Self { problem, hot, elastic: None, limits, changes: Vec::new(), solves: 0, iterations: 0 })
    }

    /// Row bounds of a scenario at a point: `lower(ξ) − T x`, `upper(ξ) − T x`.
    fn bounds(&mut self, shift: &[f64], scenario: &Scenario) {
        let second = &self.problem.second;
        self.changes.clear();
        for r in 0..second.rows() {
            let (lower, upper) = second.row_bounds(Row::at(r));
            self.changes.push((Row::at(r), lower, upper));
        }
        for (chance, &value) in self.problem.chance.iter().zip(&scenario.values) {
            let (_, lower, upper) = &mut self.changes[chance.row];
            if lower.is_finite() {
                *lower = value;
            }
            if upper.is_finite() {
                *upper = value;
            }
        }
        for ((_, lower, upper), shift) in self.changes.iter_mut().zip(shift) {
            *lower -= shift;
            *upper -= shift;
        }
    }

    fn shift(&self, x: &[f64]) -> Vec<f64> {
        self.problem.linking.iter().map(|row| row.iter().map(|&(c, v)| v * x[c]).sum()).collect()
    }

    /// −Tᵀ π: how the value changes with x, since a dual is the change when both bounds of its row rise.
    fn slope(&self, weight: f64, duals: &[f64], slope: &mut [f64]) {
        for (row, &dual) in self.problem.linking.iter().zip(duals) {
            if dual != 0.0 {
                for &(c, v) in row {
                    slope[c] -= weight * dual * v;
                }
            }
        }
    }

    fn run(hot: &mut Hot, changes: &[(Row, f64, f64)]) -> Result<Solution, Failure> {
        hot.set_rows_bounds(changes)?;
        settled(hot)
    }

    /// Costs and slopes of `clusters` groups of neighbouring scenarios.
    pub fn evaluate(&mut self, x: &[f64], scenarios: &[Scenario], clusters: usize) -> Result<Verdict, Failure> {
        let shift = self.shift(x);
        let mut planes = vec![Plane { value: 0.0, slope: vec![0.0; x.len()] }; clusters];
        for (k, scenario) in scenarios.iter().enumerate() {
            self.bounds(&shift, scenario);
            let answer = Self::run(&mut self.hot, &self.changes)?;
            self.solves += 1;
            self.iterations += answer.iterations;
            match answer.status {
                Status::Optimal => {
                    let plane = &mut planes[k * clusters / scenarios.len()];
                    plane.value += scenario.weight * answer.objective;
                    let mut slope = std::mem::take(&mut plane.slope);
                    self.slope(scenario.weight, &answer.duals, &mut slope);
                    planes[k * clusters / scenarios.len()].slope = slope;
                }
                Status::Infeasible => return self.infeasible(x.len()),
                other => return Err(Failure::Solver(format!("the recourse programme ended {other:?}"))),
            }
        }
        Ok(Verdict::Costs(planes))
    }

    /// Costs alone, one per scenario.
    pub fn costs(&mut self, x: &[f64], scenarios: &[Scenario]) -> Result<Vec<f64>, Failure> {
        let shift = self.shift(x);
        let mut costs = Vec::with_capacity(scenarios.len());
        for scenario in scenarios {
            self.bounds(&shift, scenario);
            let answer = Self::run(&mut self.hot, &self.changes)?;
            self.solves += 1;
            self.iterations += answer.iterations;
            costs.push(if answer.status == Status::Optimal { answer.objective } else { f64::INFINITY });
        }
        Ok(costs)
    }

    /// The least violation of the rows and how it falls with x.
    fn infeasible(&mut self, columns: usize) -> Result<Verdict, Failure> {
        if self.elastic.is_none() {
            self.elastic = Some(precise(&elastic(&self.problem.second), &self.limits)?);
        }
        let Some(hot) = &mut self.elastic else { unreachable!("built above") };
        let answer = Self::run(hot, &self.changes)?;
        if answer.status != Status::Optimal || answer.objective <= 0.0 {
            return Err(Failure::Solver("the recourse programme is infeasible, its elastic twin is not".into()));
        }
        let mut slope = vec![0.0; columns];
        self.slope(1.0, &answer.duals, &mut slope);
        Ok(Verdict::Cut(Plane { value: answer.objective, slope }))
    }
}

/// A solver with tolerances so tight that thousands of scenario costs still add up to eight digits.
pub(super) fn precise(programme: &Programme, limits: &Limits) -> Result<Hot, Failure> {
    let mut hot = Hot::new(programme, limits)?;
    hot.set_real_option("primal_feasibility_tolerance", TIGHT)?;
    hot.set_real_option("dual_feasibility_tolerance", TIGHT)?;
    Ok(hot)
}

/// Runs the solver. It sometimes calls optimal what misses the tight tolerance by a hair once scaling is undone, and then
/// gives no values: the tolerance is loosened for such a programme alone.
pub(super) fn settled(hot: &mut Hot) -> Result<Solution, Failure> {
    const NAME: &str = "primal_feasibility_tolerance";
    let mut answer = hot.run()?;
    let unsettled = |a: &Solution| a.status == Status::Optimal && !a.objective.is_finite();
    if unsettled(&answer) {
        for tolerance in [1e-8, 1e-7, 1e-6, 1e-5] {
            if unsettled(&answer) {
                hot.set_real_option(NAME, tolerance)?;
                answer = hot.run()?;
            }
        }
        hot.set_real_option(NAME, TIGHT)?;
    }
    if unsettled(&answer) {
        return Err(Failure::Solver("a programme is called optimal but violates its rows by more than 1e-5".into()));
    }
    Ok(answer)
}

/// Feasibility tolerance of both stages.
const TIGHT: f64 = 1e-9;

/// Every row with a shortfall and an excess column of cost 1; nothing else costs.
fn elastic(second: &Programme) -> Programme {
    let mut p = Programme::new();
    let bounds = |c| second.column_bounds(crate::lp::Col::at(c));
    let columns: Vec<_> = (0..second.columns()).map(|c| p.column(0.0, bounds(c).0, bounds(c).1)).collect();
    for r in 0..second.rows() {
        let short = p.column(1.0, 0.0, f64::INFINITY);
        let over = p.column(1.0, 0.0, f64::INFINITY);
        let (lower, upper) = second.row_bounds(Row::at(r));
        let terms = second.terms(Row::at(r)).map(|(c, v)| (columns[c.index()], v));
        p.row(lower, upper, terms.chain([(short, 1.0), (over, -1.0)]));
    }
    p
}
