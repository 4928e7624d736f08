//! Economic order quantity: steady demand, a fixed cost an order, with backorders or a finite production rate.
//!
//! `Q* = √(2 K d / h')`, cost `√(2 K d h')`. Plain: `h' = h`. Backorders at `b` per unit and time: `h' = h b / (h + b)`
//! and a share `h / (h + b)` of the cycle is spent short. Production at rate `μ > d`: stock grows at `μ - d`, so
//! `h' = h (1 - d / μ)` (Harris 1913; Snyder & Shen, section 3.2 and 3.5).

use super::PolicyError;
use super::error::{not_negative, positive};

/// Data of the model, per unit of time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Eoq {
    /// Cost of an order, whatever its size.
    pub fixed: f64,
    /// Holding cost per unit and unit of time.
    pub holding: f64,
    /// Demand per unit of time.
    pub demand: f64,
    /// Backorder cost per unit and unit of time; `None` forbids backorders.
    pub penalty: Option<f64>,
    /// Production rate, above the demand rate; `None` delivers an order at once.
    pub production: Option<f64>,
}

/// The best order size.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EoqPlan {
    /// Order quantity.
    pub quantity: f64,
    /// Largest backorder just before an order arrives (0 without backorders).
    pub backorder: f64,
    /// Fixed and holding (and backorder) cost per unit of time.
    pub cost: f64,
}

/// Solves the model in closed form.
pub fn solve(data: &Eoq) -> Result<EoqPlan, PolicyError> {
    positive("holding", data.holding)?;
    positive("demand", data.demand)?;
    not_negative("fixed", data.fixed)?;
    let build_up = match data.production {
        None => 1.0,
        Some(rate) if positive("production rate", rate)? > data.demand => 1.0 - data.demand / rate,
        Some(rate) => {
            return Err(PolicyError::Shape(format!(
                "the production rate {rate} does not exceed the demand {}: give a higher rate",
                data.demand
            )));
        }
    };
    let short = match data.penalty {
        None => 0.0,
        Some(b) => data.holding / (data.holding + positive("penalty", b)?),
    };
    // h' = h (1 - d/μ) · b/(h + b)
    let effective = data.holding * build_up * (1.0 - short);
    let quantity = (2.0 * data.fixed * data.demand / effective).sqrt();
    let cost = (2.0 * data.fixed * data.demand * effective).sqrt();
    Ok(EoqPlan { quantity, backorder: short * build_up * quantity, cost })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(a: f64, b: f64) {
        assert!((a - b).abs() < 5e-11, "{a} {b}");
    }

    #[test]
    fn snyder_shen_example_3_1() {
        let plan = solve(&Eoq { fixed: 8.0, holding: 0.225, demand: 1300.0, penalty: None, production: None }).unwrap();
        close(plan.quantity, 304.046_780_026_4);
        close(plan.cost, 68.410_525_505_9);
    }

    /// The closed forms against the cost of a cycle, minimised by brute force.
    #[test]
    fn backorders_and_production_match_the_cost_of_a_cycle() {
        let (k, h, b, d, mu) = (4.0, 0.08, 0.5, 80.0, 110.0);
        let plan = solve(&Eoq { fixed: k, holding: h, demand: d, penalty: Some(b), production: Some(mu) }).unwrap();
        let cost = |q: f64, x: f64| {
            // Peak stock is (1 - d/μ) q - x, peak backorder x; both are triangles over the cycle q / d.
            let peak = (1.0 - d / mu) * q - x;
            (k * d + (h * peak * peak + b * x * x) / (2.0 * (1.0 - d / mu)) * d / d) / q
        };
        close(cost(plan.quantity, plan.backorder), plan.cost);
        for dq in [-1.0, 0.0, 1.0] {
            for dx in [-0.5, 0.0, 0.5] {
                assert!(cost(plan.quantity + dq, plan.backorder + dx) >= plan.cost - 1e-12);
            }
        }
    }

    #[test]
    fn impossible_data_are_refused() {
        let good = Eoq { fixed: 8.0, holding: 0.225, demand: 1300.0, penalty: None, production: None };
        assert!(solve(&Eoq { holding: 0.0, ..good }).is_err());
        assert!(solve(&Eoq { demand: f64::NAN, ..good }).is_err());
        assert!(solve(&Eoq { production: Some(1000.0), ..good }).is_err());
    }
}
