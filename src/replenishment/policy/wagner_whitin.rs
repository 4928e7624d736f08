//! Wagner–Whitin: dynamic lot sizes for known demand, exactly.
//!
//! `θ_t = min_{s >= t} K + c_t Σ_{i=t}^{s} d_i + h Σ_{i=t}^{s} (i - t) d_i + θ_{s+1}`: an order at the start of `t` covers
//! whole periods `t … s` (Wagner & Whitin 1958). Stock left at the end of a period costs `h`.

use super::PolicyError;
use super::error::not_negative;

/// Data of the model.
#[derive(Clone, Debug, PartialEq)]
pub struct LotSizing {
    /// Cost of an order, whatever its size.
    pub fixed: f64,
    /// Holding cost per unit left at the end of a period.
    pub holding: f64,
    /// Demand of each period.
    pub demand: Vec<f64>,
    /// Cost per unit ordered in each period; empty when it does not matter.
    pub purchase: Vec<f64>,
}

/// The cheapest orders.
#[derive(Clone, Debug, PartialEq)]
pub struct LotPlan {
    /// Quantity ordered at the start of each period.
    pub orders: Vec<f64>,
    /// Fixed, holding and purchase cost.
    pub cost: f64,
}

/// Solves the model by dynamic programming, backwards in time.
pub fn solve(data: &LotSizing) -> Result<LotPlan, PolicyError> {
    not_negative("fixed", data.fixed)?;
    not_negative("holding", data.holding)?;
    let n = data.demand.len();
    for &d in &data.demand {
        not_negative("demand", d)?;
    }
    if !data.purchase.is_empty() && data.purchase.len() != n {
        return Err(PolicyError::Shape(format!(
            "{} purchase costs for {n} periods: give one a period or none",
            data.purchase.len()
        )));
    }
    for &c in &data.purchase {
        not_negative("purchase cost", c)?;
    }
    let mut best = vec![0.0; n + 1];
    let mut next = vec![n; n];
    for t in (0..n).rev() {
        // A period without demand may be skipped without an order.
        (best[t], next[t]) = if data.demand[t] == 0.0 { (best[t + 1], t) } else { (f64::INFINITY, n) };
        let price = data.purchase.get(t).copied().unwrap_or(0.0);
        let mut running = data.fixed;
        for s in t..n {
            running += data.demand[s] * (price + data.holding * (s - t) as f64);
            if running + best[s + 1] < best[t] {
                (best[t], next[t]) = (running + best[s + 1], s + 1);
            }
        }
    }
    let mut orders = vec![0.0; n];
    let mut t = 0;
    while t < n {
        if next[t] == t {
            t += 1;
            continue;
        }
        orders[t] = data.demand[t..next[t]].iter().sum();
        t = next[t];
    }
    Ok(LotPlan { orders, cost: best[0] })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn snyder_shen_example_3_9() {
        let data = LotSizing { fixed: 500.0, holding: 2.0, demand: vec![90.0, 120.0, 80.0, 70.0], purchase: vec![] };
        assert_eq!(solve(&data).unwrap(), LotPlan { orders: vec![210.0, 0.0, 150.0, 0.0], cost: 1380.0 });
    }

    /// All 2^n choices of order periods (an order then covers the periods up to the next order).
    #[test]
    fn agrees_with_enumeration() {
        let mut seed = 7_u64;
        let mut draw = |m: u64| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (seed >> 33) % m
        };
        for _ in 0..200 {
            let n = 1 + draw(8) as usize;
            let demand: Vec<f64> = (0..n).map(|_| (draw(4) * draw(40)) as f64).collect();
            let purchase: Vec<f64> = (0..n).map(|_| draw(6) as f64).collect();
            let data = LotSizing { fixed: draw(200) as f64, holding: draw(4) as f64, demand, purchase };
            let mut least = f64::INFINITY;
            'mask: for mask in 0_u32..1 << n {
                let (mut cost, mut last) = (0.0, None);
                for t in 0..n {
                    if mask >> t & 1 == 1 {
                        cost += data.fixed;
                        last = Some(t);
                    }
                    match last {
                        Some(l) => cost += data.demand[t] * (data.purchase[l] + data.holding * (t - l) as f64),
                        None if data.demand[t] > 0.0 => continue 'mask,
                        None => {}
                    }
                }
                least = f64::min(least, cost);
            }
            let plan = solve(&data).unwrap();
            assert!((plan.cost - least).abs() < 1e-9, "{data:?} {plan:?} {least}");
            assert!((plan.orders.iter().sum::<f64>() - data.demand.iter().sum::<f64>()).abs() < 1e-9);
        }
    }

    #[test]
    fn nothing_to_order_costs_nothing() {
        let none = LotSizing { fixed: 1.0, holding: 1.0, demand: vec![], purchase: vec![] };
        assert_eq!(solve(&none).unwrap().cost, 0.0);
        assert!(solve(&LotSizing { demand: vec![-1.0], ..none }).is_err());
    }
}
