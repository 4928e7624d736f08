//! The (r, Q) policy under continuous review, exactly.
//!
//! When the inventory position falls to `r`, `Q` units are ordered; they arrive after `L`. The position is uniform over
//! `r + 1 … r + Q`, so `C(r, Q) = (λ K + Σ_{y=r+1}^{r+Q} G(y)) / Q` with `G` over the demand of the lead time. `G` is convex:
//! the best `Q` positions grow greedily around its minimum until the next one costs more than the average
//! (Federgruen & Zheng, Operations Research 40, 1992). For normal demand the sum becomes an integral and
//! `G(r) = G(r + Q) = C` at the optimum (Zheng 1992).

use super::distribution::root;
use super::error::{not_negative, positive};
use super::{Distribution, Law, PolicyError, Rates, special};

/// The best pair.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RqPlan {
    /// Reorder point.
    pub reorder: f64,
    /// Order quantity.
    pub quantity: f64,
    /// Expected cost per unit of time.
    pub cost: f64,
}

/// Finds the best (r, Q): demand per unit of time, a fixed cost an order, a lead time in the same unit.
///
/// Exact for Poisson demand (units one by one) and for normal demand (as a diffusion).
pub fn solve(law: &Law, rates: Rates, fixed: f64, lead: f64) -> Result<RqPlan, PolicyError> {
    not_negative("lead", lead)?;
    match law {
        Law::Poisson { mean } => {
            not_negative("fixed", fixed)?;
            whole(&law.over(lead)?, rates, fixed * mean)
        }
        Law::Normal { mean, sd } => {
            positive("fixed", fixed)?;
            positive("lead", lead)?;
            positive("mean demand", *mean)?;
            Ok(Diffusion { mean: mean * lead, sd: sd * lead.sqrt(), rates }.best(fixed * mean))
        }
        _ => Err(PolicyError::Unsupported {
            model: "(r, Q)",
            law: law.to_string(),
            hint: "give poisson:mean (demand one by one) or normal:mean,sd; for orders at reviews use `ss`",
        }),
    }
}

fn whole(demand: &Distribution, rates: Rates, setup: f64) -> Result<RqPlan, PolicyError> {
    const LIMIT: usize = 100_000_000;
    let g = |y: i64| rates.expected(demand, y as f64);
    let centre = demand.quantile(rates.critical_ratio()) as i64;
    let mut sum = setup + g(centre);
    let (mut left, mut right, mut count) = (centre - 1, centre + 1, 1_usize);
    let (mut g_left, mut g_right) = (g(left), g(right));
    // Another position pays as long as it costs less than the average of those taken.
    while g_left.min(g_right) < sum / count as f64 {
        if g_left <= g_right {
            sum += g_left;
            left -= 1;
            g_left = g(left);
        } else {
            sum += g_right;
            right += 1;
            g_right = g(right);
        }
        count += 1;
        if count > LIMIT {
            return Err(PolicyError::TooLarge { size: count, limit: LIMIT });
        }
    }
    Ok(RqPlan { reorder: left as f64, quantity: count as f64, cost: sum / count as f64 })
}

struct Diffusion {
    mean: f64,
    sd: f64,
    rates: Rates,
}

impl Diffusion {
    fn g(&self, y: f64) -> f64 {
        let z = (y - self.mean) / self.sd;
        let loss = self.sd * special::loss(z);
        self.rates.holding * (y - self.mean + loss) + self.rates.penalty * loss
    }

    /// `∫_a^b G = h (b - a)((a + b)/2 - μ) + (h + p) σ² (n₂(a) - n₂(b))`.
    fn integral(&self, a: f64, b: f64) -> f64 {
        let second = |y: f64| self.sd * self.sd * special::second_loss((y - self.mean) / self.sd);
        self.rates.holding * (b - a) * (0.5 * (a + b) - self.mean)
            + (self.rates.holding + self.rates.penalty) * (second(a) - second(b))
    }

    fn best(&self, setup: f64) -> RqPlan {
        let centre = self.mean + self.sd * special::quantile(self.rates.critical_ratio());
        let base = self.g(centre);
        // For a cost level c the interval {G <= c} is [r, r + Q]; c rises until c·Q covers the set-up and the integral.
        let interval = |c: f64| {
            let reach_left = (c - base) / self.rates.penalty + self.sd;
            let reach_right = (c - base) / self.rates.holding + self.sd;
            let low = bracket(centre, -reach_left, |y| self.g(y) - c);
            let high = bracket(centre, reach_right, |y| self.g(y) - c);
            (root(-centre, -low, |y| self.g(-y) - c), root(centre, high, |y| self.g(y) - c))
        };
        let surplus = |c: f64| {
            let (minus_low, high) = interval(c);
            c * (high + minus_low) - self.integral(-minus_low, high) - setup
        };
        let mut top = base + self.rates.holding * self.sd;
        while surplus(top) < 0.0 {
            top = base + 2.0 * (top - base);
        }
        let cost = root(base, top, surplus);
        let (minus_low, high) = interval(cost);
        RqPlan { reorder: -minus_low, quantity: high + minus_low, cost }
    }
}

/// A point in the direction of `reach` where `f` is above zero.
fn bracket(from: f64, reach: f64, f: impl Fn(f64) -> f64) -> f64 {
    let mut step = reach;
    while f(from + step) < 0.0 {
        step *= 2.0;
    }
    from + step
}

#[cfg(test)]
mod tests {
    use super::*;

    fn solved(law: &str, h: f64, p: f64, k: f64, lead: f64) -> RqPlan {
        solve(&law.parse().unwrap(), Rates::new(h, p).unwrap(), k, lead).unwrap()
    }

    #[test]
    fn snyder_shen_example_5_8() {
        let plan = solved("poisson:1.5", 20.0, 150.0, 100.0, 2.0);
        assert_eq!((plan.reorder, plan.quantity), (3.0, 5.0));
        assert!((plan.cost - 107.923_580_633_1).abs() < 5e-11, "{}", plan.cost);
    }

    #[test]
    fn federgruen_zheng_table() {
        for (h, p, k, r, q, cost) in [
            (10.0, 25.0, 1.0, 50.0, 7.0, 95.4611),
            (10.0, 25.0, 25.0, 44.0, 23.0, 171.0897),
            (10.0, 100.0, 5.0, 54.0, 12.0, 165.2091),
            (25.0, 25.0, 100.0, 34.0, 31.0, 394.8893),
            (25.0, 100.0, 1000.0, 35.0, 73.0, 1457.4133),
        ] {
            let plan = solved("poisson:50", h, p, k, 1.0);
            assert_eq!((plan.reorder, plan.quantity), (r, q), "{h} {p} {k}");
            assert!((plan.cost - cost).abs() <= 5e-5, "{h} {p} {k}: {} != {cost}", plan.cost);
        }
    }

    #[test]
    fn no_other_whole_pair_is_cheaper() {
        let (law, rates) = ("poisson:4".parse::<Law>().unwrap(), Rates::new(2.0, 9.0).unwrap());
        let demand = law.over(1.5).unwrap();
        let plan = solve(&law, rates, 7.0, 1.5).unwrap();
        for r in -5..20_i64 {
            for q in 1..40_i64 {
                let sum: f64 = (r + 1..=r + q).map(|y| rates.expected(&demand, y as f64)).sum();
                assert!((28.0 + sum) / q as f64 >= plan.cost - 1e-10);
            }
        }
    }

    #[test]
    fn normal_demand_balances_both_ends() {
        let rates = Rates::new(0.225, 7.5).unwrap();
        let plan = solved("normal:1300,150", 0.225, 7.5, 8.0, 1.0 / 12.0);
        let model = Diffusion { mean: 1300.0 / 12.0, sd: 150.0 / 12f64.sqrt(), rates };
        assert!((model.g(plan.reorder) - plan.cost).abs() < 1e-8);
        assert!((model.g(plan.reorder + plan.quantity) - plan.cost).abs() < 1e-8);
        let average = |r: f64, q: f64| (8.0 * 1300.0 + model.integral(r, r + q)) / q;
        assert!((average(plan.reorder, plan.quantity) - plan.cost).abs() < 1e-8);
        for dr in [-1.0, 0.0, 1.0] {
            for dq in [-2.0, 0.0, 2.0] {
                assert!(average(plan.reorder + dr, plan.quantity + dq) >= plan.cost - 1e-10);
            }
        }
    }

    #[test]
    fn other_laws_are_sent_elsewhere() {
        let err = solve(&"uniform:0,9".parse().unwrap(), Rates::new(1.0, 2.0).unwrap(), 1.0, 1.0).unwrap_err();
        assert!(err.to_string().contains("poisson"));
    }
}
