//! Small programmes through `good_lp`: another road to the solver, for compact models and second opinions.

use super::{Failure, Limits, Programme, Row, Solution, Status};
use good_lp::{Expression, ProblemVariables, Solution as _, SolverModel, constraint, variable};

/// Solves a programme through `good_lp`. Values and objective only: `good_lp` has no duals for mixed-integer
/// programmes and consumes the model, so [`super::solve`] and [`super::Hot`] serve everything else.
pub fn solve(programme: &Programme, limits: &Limits) -> Result<Solution, Failure> {
    programme.check()?;
    let mut variables = ProblemVariables::new();
    let columns: Vec<_> = (0..programme.columns())
        .map(|c| {
            let mut v = variable();
            if programme.lower[c].is_finite() {
                v = v.min(programme.lower[c]);
            }
            if programme.upper[c].is_finite() {
                v = v.max(programme.upper[c]);
            }
            if programme.whole[c] {
                v = v.integer();
            }
            variables.add(v)
        })
        .collect();
    let objective: Expression = columns.iter().zip(&programme.cost).map(|(&v, &c)| c * v).sum();
    let mut model = variables.minimise(objective).using(good_lp::highs);
    model = model.set_threads(1);
    if programme.is_mixed_integer() {
        model = model.set_mip_rel_gap(limits.gap as f32).map_err(|e| Failure::Solver(e.to_string()))?;
    }
    if let Some(seconds) = limits.seconds {
        model = model.set_time_limit(seconds);
    }
    for r in 0..programme.rows() {
        let row = Row::at(r);
        let terms = || programme.terms(row).map(|(c, v)| v * columns[c.index()]).sum::<Expression>();
        let (lower, upper) = programme.row_bounds(row);
        if lower == upper {
            model.add_constraint(constraint!(terms() == lower));
            continue;
        }
        if lower.is_finite() {
            model.add_constraint(constraint!(terms() >= lower));
        }
        if upper.is_finite() {
            model.add_constraint(constraint!(terms() <= upper));
        }
    }
    let no_point = |status| Solution {
        status,
        objective: f64::INFINITY,
        bound: if status == Status::Infeasible { f64::INFINITY } else { f64::NEG_INFINITY },
        values: Vec::new(),
        duals: Vec::new(),
        reduced_costs: Vec::new(),
        iterations: 0,
        nodes: 0,
    };
    match model.solve() {
        Ok(answer) => {
            let values: Vec<f64> = columns.iter().map(|&v| answer.value(v)).collect();
            let objective = programme.objective(&values);
            let status = match answer.status() {
                good_lp::SolutionStatus::TimeLimit => Status::TimeLimit,
                _ => Status::Optimal,
            };
            let bound =
                if status == Status::Optimal { objective - limits.gap * objective.abs() } else { f64::NEG_INFINITY };
            Ok(Solution { objective, bound, values, ..no_point(status) })
        }
        Err(good_lp::ResolutionError::Infeasible) => Ok(no_point(Status::Infeasible)),
        Err(good_lp::ResolutionError::Unbounded) => Ok(no_point(Status::Unbounded)),
        Err(other) => Err(Failure::Solver(other.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use crate::lp::{Limits, Programme, Status};

    #[test]
    fn both_roads_agree() {
        let mut p = Programme::new();
        let x = p.whole(-3.0, 0.0, 7.0);
        let y = p.column(-2.0, 0.0, 9.0);
        p.at_most(10.5, [(x, 1.0), (y, 1.0)]);
        p.row(1.0, 8.25, [(x, 1.5)]);
        let a = super::solve(&p, &Limits::default()).unwrap();
        let b = crate::lp::solve(&p, &Limits::default()).unwrap();
        assert!((a.objective - b.objective).abs() < 1e-6);
        assert_eq!(a.status, Status::Optimal);
    }
}
