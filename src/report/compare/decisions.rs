//! Decisions that are not the same in all plans.

use super::Plan;
use std::collections::BTreeMap;

/// A kind of decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum What {
    /// What becomes of a store or site.
    Placement,
    /// Cars sent to a dealer.
    Order,
    /// Cars moved between dealers.
    Transfer,
}

impl What {
    /// Its name in tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Placement => "placement",
            Self::Order => "order",
            Self::Transfer => "transfer",
        }
    }
}

/// A decision that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Its kind.
    pub what: What,
    /// Which one: the site; plant, dealer, model and week; dealers and model.
    pub id: String,
    /// What each plan does; empty where it does nothing of the kind.
    pub choices: Vec<String>,
}

type Choices = BTreeMap<(What, String), String>;

fn choices(plan: &Plan) -> Choices {
    let mut all = Choices::new();
    for p in &plan.facts.placement {
        let mut text = p.action.clone();
        for part in [&p.format_plan, &p.moved_to] {
            if !part.is_empty() {
                text += &format!(" {part}");
            }
        }
        all.insert((What::Placement, p.site_id.clone()), text);
    }
    let mut cars: BTreeMap<(What, String), f64> = BTreeMap::new();
    for o in &plan.facts.orders {
        let id = format!("{} → {} {} {}", o.plant_id, o.site_id, o.model_id, o.week_start);
        *cars.entry((What::Order, id)).or_default() += o.cars.or_zero();
    }
    for m in &plan.facts.transfers {
        let id = format!("{} → {} {}", m.from_site_id, m.to_site_id, m.model_id);
        *cars.entry((What::Transfer, id)).or_default() += m.cars.or_zero();
    }
    all.extend(cars.into_iter().map(|(key, cars)| (key, cars.to_string())));
    all
}

pub(super) fn differences(plans: &[Plan]) -> Vec<Difference> {
    let each: Vec<Choices> = plans.iter().map(choices).collect();
    let mut keys: Vec<&(What, String)> = each.iter().flat_map(Choices::keys).collect();
    keys.sort();
    keys.dedup();
    keys.into_iter()
        .filter_map(|key| {
            let choices: Vec<String> = each.iter().map(|c| c.get(key).cloned().unwrap_or_default()).collect();
            let same = choices.iter().all(|c| *c == choices[0]);
            (!same).then(|| Difference { what: key.0, id: key.1.clone(), choices })
        })
        .collect()
}
