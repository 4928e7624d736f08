//! Recomputes feasibility and cost of an answer from the data.

use super::{Plan, Problem};
use crate::ids::Id;
use crate::placement::control::End;
use crate::placement::costs::Costs;

/// Shares and loads may miss their targets by this share.
const TOLERANCE: f64 = 1e-7;

/// Checks an answer; the error says what does not hold.
pub fn check(problem: &Problem, plan: &Plan) -> Result<(), String> {
    if plan.end == End::Infeasible {
        return Ok(());
    }
    let costs = problem.costs();
    let (m, n) = (costs.sites(), costs.clients());
    let mut is_open = vec![false; m];
    for i in &plan.open {
        let slot = is_open.get_mut(i.index()).ok_or("an open site does not exist")?;
        if std::mem::replace(slot, true) {
            return Err("a site is open twice".into());
        }
    }
    if plan.served.len() != n {
        return Err(format!("{} clients are served instead of {n}", plan.served.len()));
    }
    let mut load = vec![0.0; m];
    let mut whole: i128 = plan.open.iter().map(|i| i128::from(problem.fixed()[i.index()])).sum();
    let mut divided = 0.0;
    for (j, shares) in plan.served.iter().enumerate() {
        let total: f64 = shares.iter().map(|s| s.1).sum();
        if (total - 1.0).abs() > TOLERANCE || shares.iter().any(|s| !(0.0..=1.0 + TOLERANCE).contains(&s.1)) {
            return Err(format!("client {j} is served to a share of {total}"));
        }
        for &(i, share) in shares {
            let i = i.index();
            if i >= m || !is_open[i] {
                return Err(format!("client {j} is served from a closed site"));
            }
            if let Some(c) = problem.capacity() {
                load[i] += share * c.demand[j];
                if c.single_source && shares.len() != 1 {
                    return Err(format!("client {j} is served by {} sites", shares.len()));
                }
            }
            if share == 1.0 {
                whole += i128::from(costs.cost(i, j));
            } else {
                divided += share * costs.cost(i, j) as f64;
            }
        }
    }
    if let Some(c) = problem.capacity()
        && let Some(i) = (0..m).find(|&i| load[i] > c.of_site[i] * (1.0 + TOLERANCE))
    {
        return Err(format!("site {i} serves {} but holds {}", load[i], c.of_site[i]));
    }
    let cost = (whole as f64 + divided) / problem.scale();
    if (cost - plan.cost).abs() > 1e-9 * cost.abs().max(1.0) {
        return Err(format!("the answer costs {cost}, not {}", plan.cost));
    }
    if let Some(exact) = plan.exact
        && (divided != 0.0 || whole != i128::from(exact))
    {
        return Err(format!("the answer costs {whole} scaled units, not {exact}"));
    }
    if let Some(bound) = root_bound(problem, plan)
        && bound > plan.cost * (1.0 + 1e-9) + 1e-9
    {
        return Err(format!(
            "the prices prove that nothing costs less than {bound}, yet the answer costs {}",
            plan.cost
        ));
    }
    if plan.bound > plan.cost * (1.0 + 1e-9) + 1e-9 {
        return Err(format!("the bound {} exceeds the cost {}", plan.bound, plan.cost));
    }
    Ok(())
}

/// The lower bound that the plan's prices v prove: Σ v_j + Σ_i min(0, f_i − what site i can earn), where a site earns
/// Σ_j (v_j − c_ij)⁺ without capacities and the best divisible part of it that fits with them.
pub fn root_bound(problem: &Problem, plan: &Plan) -> Option<f64> {
    let (costs, v) = (problem.costs(), &plan.multipliers);
    if v.len() != costs.clients() {
        return None;
    }
    let site = |i: usize| {
        let gain = |j: usize| v[j] - costs.cost(i, j) as f64 / problem.scale();
        let mut worth: Vec<(f64, f64)> = Vec::new();
        for j in (0..v.len()).filter(|&j| gain(j) > 0.0) {
            worth.push((gain(j), problem.capacity().map_or(0.0, |c| c.demand[j])));
        }
        worth.sort_by(|a, b| (b.0 * a.1).total_cmp(&(a.0 * b.1)));
        let mut room = problem.capacity().map_or(f64::INFINITY, |c| c.of_site[i]);
        let mut earned = 0.0;
        for (gain, demand) in worth {
            let part = if demand > room { room / demand } else { 1.0 };
            earned += gain * part;
            room = (room - demand).max(0.0);
        }
        (problem.fixed()[i] as f64 / problem.scale() - earned).min(0.0)
    };
    Some(v.iter().sum::<f64>() + (0..costs.sites()).map(site).sum::<f64>())
}
