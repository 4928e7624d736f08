//! What tours cost, and the quantities that suit them best.

use super::formulation::{Bring, levels};
use super::plan::Delivery;
use super::problem::Problem;
use crate::lp::{self, Programme};

/// Tours of all days.
pub(super) type Days = Vec<Vec<Vec<Delivery>>>;

/// The cost of driving a tour.
pub(super) fn length(problem: &Problem, tour: &[Delivery]) -> i64 {
    let data = problem.data();
    let stops: Vec<usize> = [0].into_iter().chain(tour.iter().map(|d| d.customer + 1)).chain([0]).collect();
    stops.windows(2).map(|w| data.matrix.distance(w[0], w[1]).get() * data.rate).sum()
}

/// Gives the tours the cheapest whole quantities; the cost of holding, or nothing when the visits do not suffice. Visits that
/// bring nothing are left out.
pub(super) fn quantities(problem: &Problem, days: &mut Days) -> Result<Option<i64>, lp::Failure> {
    let data = problem.data();
    let mut p = Programme::new();
    let mut brings = Vec::new();
    for (day, tours) in days.iter().enumerate() {
        for tour in tours {
            let first = brings.len();
            for stop in tour {
                let col = p.column(0.0, 0.0, problem.largest(stop.customer) as f64);
                brings.push(Bring { customer: stop.customer, day, col });
            }
            p.at_most(data.capacity as f64, brings[first..].iter().map(|b| (b.col, 1.0)));
        }
    }
    levels(&mut p, problem, &brings);
    let solution = lp::solve(&p, &lp::Limits::default())?;
    if solution.status != lp::Status::Optimal {
        return Ok(None);
    }
    let mut next = brings.iter();
    for tour in days.iter_mut().flatten() {
        for (stop, bring) in tour.iter_mut().zip(&mut next) {
            stop.units = solution.whole(bring.col);
        }
        tour.retain(|stop| stop.units > 0);
    }
    for tours in days.iter_mut() {
        tours.retain(|tour| !tour.is_empty());
    }
    Ok(Some(solution.objective.round() as i64))
}

/// The cost of driving all tours.
pub(super) fn driving(problem: &Problem, days: &Days) -> i64 {
    days.iter().flatten().map(|tour| length(problem, tour)).sum()
}
