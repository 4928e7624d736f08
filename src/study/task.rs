//! One point worked: its scenario is made, stores are placed (or today's network is taken), both networks are simulated.

use super::SEMANTICS;
use super::design::Study;
use super::points::{Point, common, variant};
use super::store::{KEY, Kind, Store};
use crate::digest::{hex, put};
use crate::evaluation::{NetworkFacts, by_replication, kpis};
use crate::io::fault::Faults;
use crate::io::scenario::Folder;
use crate::network::coverage::open_today;
use crate::placement::dealer::Action;
use crate::planning::{
    Changes, Error, Ground, Options, Placement, assess, network_facts, place_from, plan_problem, simulate,
    today_and_plan,
};
use crate::progress::Silent;
use crate::scenario::Scenario;
use crate::simulation::Problem;
use crate::units::Money;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::io;

/// A key figure of both networks: means with their 95 % intervals.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Figure {
    /// Mean, low and high of today's network.
    pub today: [f64; 3],
    /// The same of the plan's.
    pub plan: [f64; 3],
    /// The same of plan less today, paired.
    pub difference: [f64; 3],
}

/// What a point came to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Worked {
    /// Hash of everything that went in.
    pub key: String,
    /// Why there is no plan, when the rules of the point's scenario leave none.
    pub no_plan: Option<String>,
    /// Key figures by name.
    pub figures: BTreeMap<String, Figure>,
    /// Yearly profit of the plan in each replication: replication `n` of every point with the same seed saw the same draws.
    pub profit: Vec<f64>,
    /// The placement's figures: opened, closed, moved, improved, one-off money, profit by its model, bound.
    pub placement: BTreeMap<String, f64>,
}

/// A placement kept for points that share it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Placed {
    /// Why there is none, when the rules leave none.
    no_plan: Option<String>,
    changes: Changes,
    figures: BTreeMap<String, f64>,
}

/// Why a point was not worked.
#[derive(Debug, thiserror::Error)]
pub enum TaskError {
    /// The point's scenario has faults.
    #[error("{0}")]
    Scenario(Box<Faults>),
    /// A step failed, or the caller asked to stop.
    #[error(transparent)]
    Step(#[from] Error),
    /// The result could not be kept.
    #[error("{0}")]
    Store(#[from] io::Error),
}

/// The base scenario: its texts, read once for all points, and what its placement is known by.
pub struct Base {
    /// As it stands in its folder.
    folder: Folder,
    /// With what all points have in common.
    common: Folder,
    /// Digest of everything but the simulation's options.
    lasting: String,
}

impl Base {
    /// Reads the base folder; its faults are told by [`Base::judge`].
    pub fn open(study: &Study) -> Self {
        let folder = Folder::open(&study.base);
        let common = patched(&folder, "common", &common(study));
        let [_, lasting] = common.digests();
        Self { folder, common, lasting }
    }

    /// The base by itself.
    pub fn judge(&self) -> Result<Scenario, Faults> {
        self.common.judge().map(|judged| judged.0)
    }

    /// The texts of a point's scenario.
    fn at(&self, study: &Study, point: &Point) -> Folder {
        patched(&self.folder, "point", &variant(study, point))
    }
}

/// A copy with a variant in it.
fn patched(folder: &Folder, name: &str, variant: &str) -> Folder {
    let mut folder = folder.copy();
    if !variant.is_empty() {
        folder.patch_text("study", name, variant);
    }
    folder
}

fn hash(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    parts.iter().for_each(|part| put(&mut hash, part));
    hex(&hash.finalize()[..KEY / 2])
}

fn version() -> String {
    format!("{SEMANTICS} {}", env!("CARGO_PKG_VERSION"))
}

/// What a point's result and its placement are kept under: hashes of all that they depend on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keys {
    /// Of the point.
    pub point: String,
    /// Of its placement; points with the same one share it.
    pub placement: String,
}

/// The keys of a point: its texts, the study's options, the program's meaning. A placement depends on the base's as well,
/// from which its search starts.
pub fn keys(base: &Base, study: &Study, point: &Point, options: &Options) -> Keys {
    let [all, lasting] = base.at(study, point).digests();
    let precision = options.precision.map_or_else(String::new, |p| p.to_string());
    let run = format!("{} {} {} {precision}", study.place, options.seed, options.replications);
    let start = if study.place { base.lasting.as_str() } else { "" };
    let key = hash(&[&version(), &all, start, &run]);
    let placement = if study.place { hash(&[&version(), &lasting, start]) } else { key.clone() };
    Keys { point: key, placement }
}

/// The placement of the base, from which every point's search starts: kept, or found now. None where the base has no plan or
/// the study does not place.
///
/// # Errors
/// When the base has faults, or a step fails.
pub fn start(base: &Base, study: &Study, options: &Options, store: &Store) -> Result<Option<Changes>, TaskError> {
    if !study.place {
        return Ok(None);
    }
    let key = hash(&[&version(), &base.lasting, &base.lasting]);
    if let Some(kept) = store.read::<Placed>(Kind::Placement, &key) {
        return Ok(kept.no_plan.is_none().then_some(kept.changes));
    }
    let scenario = base.judge().map_err(|faults| TaskError::Scenario(Box::new(faults)))?;
    let keep = |placed: &Placed| store.share(Kind::Placement, &key, placed);
    let placed = search(&Ground::new(&scenario, &Silent), None, options, &keep)?.0;
    Ok(placed.no_plan.is_none().then_some(placed.changes))
}

/// Works a point, unless one like it came before; what it came to, when it was worked now.
///
/// # Errors
/// When its scenario has faults, a step fails or the caller asked to stop.
pub fn work(
    given: (&Base, &Study),
    point: (&Point, &Keys),
    start: Option<&Changes>,
    options: &Options,
    store: &Store,
) -> Result<Option<Worked>, TaskError> {
    if store.has(Kind::Point, &point.1.point) {
        return Ok(None);
    }
    if options.stop.raised() {
        return Err(Error::Stopped.into());
    }
    alone(given, point, start, options, store).map(Some)
}

/// A worked point's network, to be simulated further.
pub struct Network {
    /// The network.
    pub problem: Problem,
    /// What counts beside the simulation.
    pub facts: NetworkFacts,
}

/// The network of a point: from its kept placement, or searched for once more.
///
/// # Errors
/// Those of [`work`], and none where the point has no plan.
pub fn network(
    (base, study): (&Base, &Study),
    point: &Point,
    start: Option<&Changes>,
    options: &Options,
    store: &Store,
) -> Result<Option<Network>, TaskError> {
    let (scenario, _) = base.at(study, point).judge().map_err(|faults| TaskError::Scenario(Box::new(faults)))?;
    let ground = Ground::new(&scenario, &Silent);
    let key = keys(base, study, point, options).placement;
    let Some(placement) = placed(&ground, study, start, options, (store, &key))?.1 else { return Ok(None) };
    let (today, plan) = today_and_plan(&ground, &placement);
    let spread = scenario.settings.placement.yearly(placement.plan.one_off);
    let problem = plan_problem(&ground, &today, &plan)?;
    Ok(Some(Network { problem, facts: network_facts(&ground, &placement, &plan, spread) }))
}

/// Works one point.
fn alone(
    (base, study): (&Base, &Study),
    (point, keys): (&Point, &Keys),
    start: Option<&Changes>,
    options: &Options,
    store: &Store,
) -> Result<Worked, TaskError> {
    let (scenario, _) = base.at(study, point).judge().map_err(|faults| TaskError::Scenario(Box::new(faults)))?;
    let ground = Ground::new(&scenario, &Silent);
    let (placed, placement) = placed(&ground, study, start, options, (store, &keys.placement))?;
    let worked = match placement {
        Some(placement) => simulated(&ground, &placement, placed.figures, &keys.point, options)?,
        None => Worked {
            key: keys.point.clone(),
            no_plan: placed.no_plan,
            figures: BTreeMap::new(),
            profit: Vec::new(),
            placement: BTreeMap::new(),
        },
    };
    store.write(Kind::Point, &keys.point, &worked)?;
    Ok(worked)
}

fn simulated(
    ground: &Ground,
    placement: &Placement,
    figures: BTreeMap<String, f64>,
    key: &str,
    options: &Options,
) -> Result<Worked, TaskError> {
    let (today, plan) = today_and_plan(ground, placement);
    let sim = simulate(ground, &today, &plan, None, options, &Silent)?;
    let spread = ground.scenario.settings.placement.yearly(placement.plan.one_off);
    let facts =
        (network_facts(ground, placement, &today, Money::ZERO), network_facts(ground, placement, &plan, spread));
    let three = |i: &crate::stats::interval::Interval| [i.mean, i.low(), i.high()];
    let all = kpis((&sim.today, &facts.0), (&sim.plan, &facts.1));
    let figure = |k: &crate::evaluation::Kpi| Figure {
        today: three(&k.today),
        plan: three(&k.plan),
        difference: three(&k.difference),
    };
    let profit = by_replication(&sim.plan, &facts.1).into_iter().find(|f| f.0 == "profit").map(|f| f.1);
    Ok(Worked {
        key: key.to_owned(),
        no_plan: None,
        figures: all.iter().map(|k| (k.id.to_owned(), figure(k))).collect(),
        profit: profit.unwrap_or_default(),
        placement: figures,
    })
}

/// The placement of a point: kept from a point with the same tables and rules, or searched for; today's network where the
/// study does not place. Without a placement there is a reason why.
fn placed(
    ground: &Ground,
    study: &Study,
    start: Option<&Changes>,
    options: &Options,
    (store, key): (&Store, &str),
) -> Result<(Placed, Option<Placement>), TaskError> {
    if !study.place {
        let open = open_today(&ground.scenario.network).iter().filter_map(|(s, f)| Some((s, (*f)?))).collect();
        let today = Placed { no_plan: None, changes: Changes::default(), figures: BTreeMap::new() };
        return Ok((today, Some(assess(ground, &open, &[])?)));
    }
    if let Some(kept) = store.read::<Placed>(Kind::Placement, key) {
        if kept.no_plan.is_some() {
            return Ok((kept, None));
        }
        if let Some(placement) = kept.changes.assess(ground)? {
            return Ok((kept, Some(placement)));
        }
    }
    search(ground, start, options, &|placed| store.write(Kind::Placement, key, placed))
}

/// Searches for a placement, and keeps it.
fn search(
    ground: &Ground,
    start: Option<&Changes>,
    options: &Options,
    keep: &dyn Fn(&Placed) -> io::Result<()>,
) -> Result<(Placed, Option<Placement>), TaskError> {
    let placement = match place_from(ground, start, options, &Silent) {
        Ok(placement) => placement,
        Err(Error::Infeasible(why)) => {
            let none = Placed { no_plan: Some(why), changes: Changes::default(), figures: BTreeMap::new() };
            keep(&none)?;
            return Ok((none, None));
        }
        Err(e) => return Err(e.into()),
    };
    let plan = &placement.plan;
    let figures: BTreeMap<String, f64> = [
        ("opened", plan.count(|a| a == Action::Open) as f64),
        ("closed", plan.count(|a| a == Action::Close) as f64),
        ("moved", plan.moves.len() as f64),
        ("improved", plan.count(|a| a == Action::Improve) as f64),
        ("one_off_cost", plan.one_off.major()),
        ("model_profit", plan.profit.major()),
        ("model_bound", plan.bound.major()),
        ("gap", plan.gap()),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into();
    let placed = Placed { no_plan: None, changes: Changes::of(ground, &placement), figures };
    // A plan that the clock cut short is not kept: it would not come out again.
    if placement.plan.repeatable {
        keep(&placed)?;
    }
    Ok((placed, Some(placement)))
}
