//! Several results folders side by side: figures with the difference to the first, regret, and decisions that differ.

mod decisions;
mod figures;
mod regret;
mod text;

pub use decisions::{Difference, What};
pub use figures::{Figure, Gap};
pub use regret::Regret;
pub use text::{csv, json, table};

use super::facts::Facts;
use std::collections::BTreeMap;

/// One plan: what its folder holds.
pub struct Plan {
    /// How the user named it.
    pub name: String,
    /// Its tables.
    pub facts: Facts,
    /// Key figures of each replication, where they were written.
    pub runs: Option<BTreeMap<String, Vec<f64>>>,
}

/// Everything that is told of several plans; the first is the one the others are measured against.
pub struct Comparison {
    /// Names of the plans.
    pub plans: Vec<String>,
    /// Currency of all money.
    pub currency: String,
    /// Key figures.
    pub figures: Vec<Figure>,
    /// What each plan falls short of the best; empty where a plan was not simulated.
    pub regret: Vec<Regret>,
    /// Decisions that are not the same in all plans.
    pub decisions: Vec<Difference>,
    /// What has to be known to read the figures: in English and Chinese.
    pub notes: Vec<(String, String)>,
}

/// Compares plans.
pub fn compare(plans: &[Plan]) -> Comparison {
    let paired = paired(plans);
    Comparison {
        plans: plans.iter().map(|p| p.name.clone()).collect(),
        currency: plans.first().map_or_else(String::new, |p| p.facts.summary.scenario.currency.clone()),
        figures: figures::figures(plans, &paired),
        regret: regret::regret(plans, paired.iter().all(|p| *p)),
        decisions: decisions::differences(plans),
        notes: notes(plans, &paired),
    }
}

/// Which plans were simulated on the same random numbers as the first.
fn paired(plans: &[Plan]) -> Vec<bool> {
    let key = |p: &Plan| {
        let runs = p.runs.as_ref()?.values().next()?.len();
        let figure = |name| p.facts.summary.figure("simulate", name);
        Some((figure("seed")?.to_bits(), figure("days")?.to_bits(), runs))
    };
    let first = plans.first().and_then(key);
    plans.iter().map(|p| first.is_some() && key(p) == first).collect()
}

fn notes(plans: &[Plan], paired: &[bool]) -> Vec<(String, String)> {
    let mut notes = Vec::new();
    let digest = |p: &Plan| p.facts.provenance.get("inputs_digest").cloned();
    for (plan, paired) in plans.iter().zip(paired).skip(1) {
        let name = &plan.name;
        if digest(plan) != digest(&plans[0]) {
            notes.push((
                format!(
                    "{name} was made from other tables than {}: the differences hold that change too",
                    plans[0].name
                ),
                format!("{name}与{}所用的数据表不同：差异中也包含数据变化的影响", plans[0].name),
            ));
        }
        if !paired && !plan.facts.kpis.is_empty() && !plans[0].facts.kpis.is_empty() {
            notes.push((
                format!("{name} was simulated with another seed, number of days or replications: its intervals are not paired"),
                format!("{name}的随机种子、天数或仿真次数不同：其区间不是配对区间"),
            ));
        }
        if plan.facts.kpis.is_empty() {
            notes.push((format!("{name} was not simulated"), format!("{name}没有仿真结果")));
        }
    }
    notes
}
