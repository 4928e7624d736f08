//! Recomputes levels, loads and cost of a plan from the data. Knows no solver.

use super::plan::{Delivery, Plan};
use super::problem::Problem;

/// Everything that does not hold; empty when all does.
pub fn faults(problem: &Problem, plan: &Plan) -> Vec<String> {
    let data = problem.data();
    let mut faults = Vec::new();
    if plan.days.len() != data.days {
        return vec![format!("{} days are planned instead of {}", plan.days.len(), data.days)];
    }
    let mut levels: Vec<i64> = data.customers.iter().map(|c| c.stock).collect();
    let mut supplier = data.supplier.stock;
    let (mut driving, mut holding) = (0, 0);
    for (t, tours) in plan.days.iter().enumerate() {
        if tours.len() > data.vehicles {
            faults.push(format!("day {t}: {} tours", tours.len()));
        }
        let mut visited = vec![false; levels.len()];
        let mut shipped = 0;
        for tour in tours {
            driving += length(problem, tour);
            let load: i64 = tour.iter().map(|d| d.units).sum();
            if load > data.capacity || tour.is_empty() {
                faults.push(format!("day {t}: a tour carries {load}"));
            }
            shipped += load;
            for stop in tour {
                let Some(seen) = visited.get_mut(stop.customer) else {
                    faults.push(format!("day {t}: customer {} is not there", stop.customer));
                    continue;
                };
                if std::mem::replace(seen, true) || stop.units < 0 {
                    faults.push(format!("day {t}: customer {} is visited twice or robbed", stop.customer));
                }
                levels[stop.customer] += stop.units;
                if levels[stop.customer] > data.customers[stop.customer].most {
                    faults.push(format!("day {t}: customer {} overflows", stop.customer));
                }
            }
        }
        if shipped > supplier {
            faults.push(format!("day {t}: {shipped} units leave a stock of {supplier}"));
        }
        supplier += data.supplier.production - shipped;
        holding += supplier * data.supplier.holding;
        for (i, (level, customer)) in levels.iter_mut().zip(&data.customers).enumerate() {
            *level -= customer.demand;
            holding += *level * customer.holding;
            if *level < customer.least {
                faults.push(format!("day {t}: customer {i} runs down to {level}"));
            }
        }
    }
    if (driving, holding) != (plan.driving, plan.holding) {
        faults
            .push(format!("driving costs {driving} and holding {holding}, not {} and {}", plan.driving, plan.holding));
    }
    if plan.bound.is_some_and(|b| b > plan.cost() as f64 * (1.0 + 1e-6) + 1e-6) {
        faults.push("the bound exceeds the cost".into());
    }
    faults
}

/// The cost of driving a tour.
fn length(problem: &Problem, tour: &[Delivery]) -> i64 {
    let data = problem.data();
    let mut here = 0;
    let mut sum = 0;
    for next in tour.iter().map(|d| d.customer + 1).filter(|&n| n < data.matrix.size()).chain([0]) {
        sum += data.matrix.distance(here, next).get() * data.rate;
        here = next;
    }
    sum
}
