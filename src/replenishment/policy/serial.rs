//! Serial systems: Clark & Scarf's echelon base-stock levels, exactly.
//!
//! Stage 1 serves the customers, stage `j + 1` supplies stage `j`, stage `N` is supplied from outside without limit.
//! With echelon holding cost `h_j`, lead time `L_j` and demand `D_j` over it (Snyder & Shen, section 6.2):
//! `Ĉ_j(x) = h_j x + C̲_{j-1}(x)`, `C_j(y) = E Ĉ_j(y - D_j)`, `S_j = argmin C_j`, `C̲_j(x) = C_j(min(S_j, x))`, with
//! `C̲_0(x) = (p + Σ h) x⁻`. The cost of the system is `C_N(S_N)`; it includes what is under way between the stages.
//!
//! Discrete demand is summed exactly over its table. For normal demand every `C_j` is tabulated with its slope on a fine
//! grid and the expectations are Gauss–Legendre integrals split at the kink of `C̲`, so that the answer is good to about
//! nine digits (the textbook's discretised answer is good to three).

mod lattice;
mod normal;

use super::error::{not_negative, positive};
use super::{Law, PolicyError};

/// One stage.
#[derive(Clone, Debug, PartialEq)]
pub struct Stage {
    /// Name in the answer.
    pub name: String,
    /// Echelon holding cost per unit and unit of time: the local cost less that of the supplying stage.
    pub echelon_holding: f64,
    /// Lead time from the supplying stage.
    pub lead: f64,
}

/// A serial system, from the stage that serves the customers (first) to the stage supplied from outside (last).
#[derive(Clone, Debug, PartialEq)]
pub struct Serial {
    /// Stages, the one facing customers first.
    pub stages: Vec<Stage>,
    /// Backorder penalty per unit and unit of time.
    pub penalty: f64,
    /// Demand per unit of time.
    pub demand: Law,
}

/// The best levels.
#[derive(Clone, Debug, PartialEq)]
pub struct SerialPlan {
    /// Echelon base-stock level of each stage, in the order of the stages.
    pub echelon: Vec<f64>,
    /// Local base-stock level of each stage: the differences of the (nested) echelon levels.
    pub local: Vec<f64>,
    /// Expected cost per unit of time.
    pub cost: f64,
}

/// Finds the echelon base-stock levels of least cost.
pub fn solve(data: &Serial) -> Result<SerialPlan, PolicyError> {
    check(data)?;
    let (echelon, cost) = match data.demand {
        Law::Normal { mean, sd } => normal::solve(data, mean, sd),
        _ => lattice::solve(data)?,
    };
    // A stage never needs to raise its own echelon above what the stages behind it allow: take running minima.
    let mut nested = echelon.clone();
    for j in (0..nested.len().saturating_sub(1)).rev() {
        nested[j] = nested[j].min(nested[j + 1]);
    }
    let local = (0..nested.len()).map(|j| if j == 0 { nested[0] } else { nested[j] - nested[j - 1] }).collect();
    Ok(SerialPlan { echelon, local, cost })
}

fn check(data: &Serial) -> Result<(), PolicyError> {
    if data.stages.is_empty() {
        return Err(PolicyError::Shape("there are no stages: give at least one".into()));
    }
    positive("penalty", data.penalty)?;
    for stage in &data.stages {
        positive("echelon holding", stage.echelon_holding)?;
        not_negative("lead time", stage.lead)?;
    }
    if data.stages.iter().all(|s| s.lead == 0.0) {
        return Err(PolicyError::Shape("every lead time is 0, so no stock is needed: give a lead time".into()));
    }
    Ok(())
}

impl Serial {
    /// `p + Σ h`: slope of the cost of customers waiting, seen by stage 1.
    fn shortage(&self) -> f64 {
        self.penalty + self.stages.iter().map(|s| s.echelon_holding).sum::<f64>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn serial(demand: &str, penalty: f64, stages: &[(f64, f64)]) -> Serial {
        let stages = stages
            .iter()
            .enumerate()
            .map(|(k, &(h, lead))| Stage { name: (k + 1).to_string(), echelon_holding: h, lead })
            .collect();
        Serial { stages, penalty, demand: demand.parse().unwrap() }
    }

    #[test]
    fn snyder_shen_example_6_1() {
        let plan = solve(&serial("normal:5,1", 37.12, &[(3.0, 1.0), (2.0, 1.0), (2.0, 2.0)])).unwrap();
        for (got, want) in plan.echelon.iter().zip([6.484, 12.028, 22.72]) {
            assert!((got / want - 1.0).abs() < 2e-3, "{plan:?}");
        }
        assert!((plan.cost / 47.665 - 1.0).abs() < 2e-3, "{plan:?}");
        // Stage 1 alone has a closed form: F(S) = (p + Σh - h_1)/(p + Σh).
        let z = super::super::special::quantile(1.0 - 3.0 / 44.12);
        assert!((plan.echelon[0] - (5.0 + z)).abs() < 1e-8, "{plan:?}");
    }

    #[test]
    fn shang_song_rows() {
        for (penalty, levels, cost) in
            [(9.0, [8.0, 13.0, 18.0, 22.0], 12.686_939_33), (99.0, [11.0, 17.0, 22.0, 27.0], 16.197_879_24)]
        {
            let plan = solve(&serial("poisson:16", penalty, &[(0.25, 0.25); 4])).unwrap();
            assert_eq!(plan.echelon, levels, "{penalty}");
            // The printed costs come from a truncated table of demand; the levels are the same.
            assert!((plan.cost / cost - 1.0).abs() < 2e-3, "{penalty}: {}", plan.cost);
            assert!((forward(&serial("poisson:16", penalty, &[(0.25, 0.25); 4]), &plan) - plan.cost).abs() < 1e-9);
        }
    }

    /// Forwards instead of backwards: the backorders of each stage from those of its supplier, for given local levels.
    fn forward(data: &Serial, plan: &SerialPlan) -> f64 {
        use super::super::{Distribution, Lattice};
        let mut waiting = Lattice::certain(0);
        let mut cost = 0.0;
        for (j, stage) in data.stages.iter().enumerate().rev() {
            let Distribution::Whole(demand) = data.demand.over(stage.lead).unwrap() else { panic!() };
            let net = waiting.plus(&demand).unwrap();
            let echelon: f64 = plan.local[..=j].iter().sum();
            cost += stage.echelon_holding * (echelon - net.mean());
            let level = plan.local[j] as i64;
            let mut mass = vec![0.0; (net.last() - level).max(0) as usize + 1];
            for (k, m) in net.masses().iter().enumerate() {
                mass[(net.first() + k as i64 - level).max(0) as usize] += m;
            }
            waiting = Lattice::new(0, mass);
        }
        cost + data.shortage() * waiting.mean()
    }

    #[test]
    fn the_cost_is_that_of_its_levels_and_no_neighbour_is_cheaper() {
        for penalty in [9.0, 99.0] {
            let data = serial("poisson:16", penalty, &[(0.25, 0.25), (2.5, 0.25), (0.5, 0.5), (0.25, 0.25)]);
            let plan = solve(&data).unwrap();
            assert!((forward(&data, &plan) - plan.cost).abs() < 1e-9, "{plan:?} {}", forward(&data, &plan));
            for j in 0..4 {
                for step in [-1.0, 1.0] {
                    let mut other = plan.clone();
                    other.local[j] += step;
                    if other.local[j] >= 0.0 {
                        assert!(forward(&data, &other) >= plan.cost - 1e-10);
                    }
                }
            }
        }
    }

    /// With one stage both roads are the newsvendor over the lead time.
    #[test]
    fn one_stage_is_a_newsvendor() {
        for (law, lead) in [("normal:50,8", 3.0), ("poisson:7", 2.0), ("negbin:7,0.4", 2.0)] {
            let data = serial(law, 9.0, &[(2.0, lead)]);
            let plan = solve(&data).unwrap();
            let demand = data.demand.over(lead).unwrap();
            let rates = super::super::Rates::new(2.0, 9.0).unwrap();
            let level = demand.quantile(rates.critical_ratio());
            assert!((plan.echelon[0] - level).abs() < 1e-7, "{law} {plan:?} {level}");
            assert!((plan.cost - rates.expected(&demand, level)).abs() < 1e-8, "{law} {plan:?}");
        }
    }

    /// A fine lattice of the same normal demand gives nearly the same system.
    #[test]
    fn normal_agrees_with_a_fine_lattice() {
        let (mean, sd, step) = (5.0, 1.0, 0.02);
        let cells: Vec<String> = (0..500)
            .map(|k| f64::from(k) * step)
            .map(|x| (x, super::super::special::density((x - mean) / sd)))
            .filter(|c| c.1 > 1e-13)
            .map(|(x, w)| format!("{x:.2}={w:e}"))
            .collect();
        let fine = serial(&format!("empirical:{}", cells.join(",")), 37.12, &[(3.0, 1.0), (2.0, 1.0), (2.0, 2.0)]);
        let smooth = serial("normal:5,1", 37.12, &[(3.0, 1.0), (2.0, 1.0), (2.0, 2.0)]);
        let (a, b) = (solve(&fine).unwrap(), solve(&smooth).unwrap());
        assert!((a.cost / b.cost - 1.0).abs() < 1e-4, "{a:?} {b:?}");
        for (x, y) in a.echelon.iter().zip(&b.echelon) {
            assert!((x - y).abs() < 0.03, "{a:?} {b:?}");
        }
    }

    #[test]
    fn a_stage_without_lead_time_holds_nothing() {
        let with = solve(&serial("normal:5,1", 20.0, &[(3.0, 1.0), (1.0, 0.0), (1.0, 2.0)])).unwrap();
        let without = solve(&serial("normal:5,1", 20.0, &[(4.0, 1.0), (1.0, 2.0)])).unwrap();
        assert!(with.local[1].abs() < 1e-9);
        // What is under way to stage 1 (5 units) counts as stage 2's in one description, as stage 3's in the other.
        assert!((with.cost - without.cost - 5.0).abs() < 1e-6, "{with:?} {without:?}");
    }

    #[test]
    fn wrong_systems_are_refused() {
        assert!(solve(&serial("normal:5,1", 20.0, &[])).is_err());
        assert!(solve(&serial("normal:5,1", 20.0, &[(0.0, 1.0)])).is_err());
        assert!(solve(&serial("normal:5,1", 20.0, &[(1.0, 0.0)])).is_err());
        assert!(solve(&serial("uniform:0,9", 20.0, &[(1.0, 1.0)])).is_err());
    }
}
