//! The Monday review: twelve rules over the plan, each finding with what the plan does about it.
//!
//! One file a rule. A rule turns what the scenario, the forecast and the plans say into the plain numbers of
//! [`crate::evaluation::monitor`], and names the order line or the transfer that answers its finding. A rule whose data
//! are not in the tables says what it lacks.

mod ageing;
mod answer;
mod binding_supply;
mod carrier_load;
mod credit;
mod demand_shift;
mod excess;
mod fairness;
mod forecast_bias;
mod late_pipeline;
mod mix;
mod stock_out;
mod tasks;
mod transfer_chance;
mod view;

use super::{Ground, NetworkState, Replenishment, Transfers};
use crate::evaluation::monitor::{Action, Finding, Level, Memory, Place, Rule, Status, Tracker};
use crate::ids::{Id, ModelId, RegionId, SiteId};
use std::collections::BTreeMap;
pub use tasks::{Job, Priority};
use view::View;

/// What answers a warning: a line of orders.csv or of transfers.csv.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Task {
    /// Cars that are ordered.
    Order {
        /// Where they are built.
        plant: SiteId,
        /// Where they go.
        site: SiteId,
        /// Which.
        model: ModelId,
        /// Week in which they leave.
        week: usize,
        /// How many.
        cars: u32,
    },
    /// Cars that move between two dealers.
    Transfer {
        /// From where.
        from: SiteId,
        /// Where to.
        to: SiteId,
        /// Which.
        model: ModelId,
        /// How many.
        cars: u32,
        /// Age of the oldest, days.
        age_days: u32,
    },
    /// Nothing in the plan: a person decides.
    Decide,
}

/// A warning in the scenario's ids.
#[derive(Clone, Debug)]
pub struct Warning {
    /// The rule.
    pub rule: Rule,
    /// The dealer, if it is about one.
    pub site: Option<SiteId>,
    /// The model.
    pub model: Option<ModelId>,
    /// The plant.
    pub plant: Option<SiteId>,
    /// The region.
    pub region: Option<RegionId>,
    /// How loud, how likely, what it costs, how soon.
    pub finding: Finding,
    /// Where it stands in its life.
    pub status: Status,
    /// Reviews it has stood for.
    pub reviews: u32,
    /// Other rules at the same place, dearest first.
    pub company: Vec<Rule>,
    /// What the plan does about it.
    pub task: Task,
    /// How loud it still is once the plan's transfers and orders are carried out; `None`: the plan settles it.
    pub left: Option<Level>,
}

/// Data that a rule does without.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lack {
    /// The rule.
    pub rule: Rule,
    /// What is missing and how it is given.
    pub text: &'static str,
}

/// One Monday review.
#[derive(Clone, Debug, Default)]
pub struct Review {
    /// Raised warnings, then clearing and pending ones; red and dear ones first in each.
    pub warnings: Vec<Warning>,
    /// Rules that lack data.
    pub lacks: Vec<Lack>,
    /// What the next review needs to know.
    pub memory: Vec<Memory>,
}

impl Review {
    /// Warnings of a level that are raised or clearing.
    pub fn count(&self, level: Level) -> usize {
        self.warnings.iter().filter(|w| w.status != Status::Pending && w.finding.level == level).count()
    }
    /// Those of them that the plan settles.
    pub fn settled(&self, level: Level) -> usize {
        let shown = self.warnings.iter().filter(|w| w.status != Status::Pending && w.finding.level == level);
        shown.filter(|w| w.left.is_none()).count()
    }
    /// Findings that wait for a second review.
    pub fn pending(&self) -> usize {
        self.warnings.iter().filter(|w| w.status == Status::Pending).count()
    }
}

/// What the rules find.
#[derive(Default)]
struct Found {
    list: Vec<(Rule, Place, Finding, Action)>,
    lacks: Vec<Lack>,
}

impl Found {
    fn add(&mut self, rule: Rule, place: Place, finding: Option<Finding>, action: impl FnOnce() -> Action) {
        if let Some(finding) = finding {
            self.list.push((rule, place, finding, action()));
        }
    }
    fn lack(&mut self, rule: Rule, text: &'static str) {
        self.lacks.push(Lack { rule, text });
    }
}

/// Reviews the network that stands at the end of the plan; `memory` is what the last review remembered. Rules look at
/// the stock of now, then once more at what is left when the plan's transfers and orders are carried out.
pub fn review(
    ground: &Ground,
    state: &NetworkState,
    replenishment: &Replenishment,
    transfers: &Transfers,
    memory: Vec<Memory>,
) -> Review {
    let view = View::new(ground, state, replenishment, transfers);
    let found = find_all(&view);
    let mut tracker = Tracker::remembering(memory);
    let shown = tracker.review(found.list);
    let view = view.after_plan();
    let left: BTreeMap<(Rule, Place), Level> =
        find_all(&view).list.into_iter().map(|(rule, place, finding, _)| ((rule, place), finding.level)).collect();
    let warnings = shown.into_iter().map(|w| Warning {
        rule: w.rule,
        site: w.place.dealer.map(SiteId::at),
        model: w.place.model.map(ModelId::at),
        plant: w.place.source.map(SiteId::at),
        region: w.place.region.map(RegionId::at),
        left: left.get(&(w.rule, w.place)).copied(),
        finding: w.finding,
        status: w.status,
        reviews: w.reviews,
        company: w.company,
        task: view.task(w.action),
    });
    Review { warnings: warnings.collect(), lacks: found.lacks, memory: tracker.memory() }
}

/// What all rules find.
fn find_all(view: &View) -> Found {
    let mut found = Found::default();
    for rule in Rule::ALL {
        let find = match rule {
            Rule::StockOut => stock_out::find,
            Rule::Excess => excess::find,
            Rule::Ageing => ageing::find,
            Rule::Mix => mix::find,
            Rule::LatePipeline => late_pipeline::find,
            Rule::DemandShift => demand_shift::find,
            Rule::ForecastBias => forecast_bias::find,
            Rule::TransferChance => transfer_chance::find,
            Rule::BindingSupply => binding_supply::find,
            Rule::Fairness => fairness::find,
            Rule::CarrierLoad => carrier_load::find,
            Rule::Credit => credit::find,
        };
        find(view, &mut found);
    }
    found
}
