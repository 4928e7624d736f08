//! One point worked: its scenario is made, stores are placed (or today's network is taken), both networks are simulated.

use super::SEMANTICS;
use super::design::Study;
use super::points::{Point, variant};
use super::store::Store;
use crate::digest::hex;
use crate::evaluation::{by_replication, kpis};
use crate::io::fault::Faults;
use crate::io::scenario::Folder;
use crate::network::coverage::open_today;
use crate::planning::{Error, Ground, Options, Placement, assess, network_facts, place, simulate, today_and_plan};
use crate::progress::Silent;
use crate::scenario::Scenario;
use crate::units::Money;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

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
    /// Open stores: site and format.
    open: Vec<(String, String)>,
    /// Moves: from dealer to candidate.
    moves: Vec<(String, String)>,
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
    Store(#[from] std::io::Error),
}

/// The texts of the base scenario, read once for all points.
pub struct Base(Folder);

impl Base {
    /// Reads the base folder; its faults are told by the first point.
    pub fn open(study: &Study) -> Self {
        Self(Folder::open(&study.base))
    }

    /// The base by itself.
    pub fn judge(&self) -> Result<Scenario, Faults> {
        self.0.judge().map(|judged| judged.0)
    }

    /// The texts of a point's scenario.
    fn at(&self, text: &str) -> Folder {
        let mut folder = self.0.copy();
        if !text.is_empty() {
            folder.patch_text("study", "point", text);
        }
        folder
    }
}

fn hash(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part.as_bytes());
    }
    hex(&hash.finalize()[..16])
}

/// What a point's result depends on: its texts, the study's options, the program's meaning.
fn keys(folder: &Folder, study: &Study, options: &Options) -> (String, String) {
    let version = format!("{SEMANTICS} {}", env!("CARGO_PKG_VERSION"));
    let [all, without_simulation] = folder.digests();
    let run = format!("{} {} {}", study.place, options.seed, options.replications);
    (hash(&[&version, &all, &run]), hash(&[&version, &without_simulation]))
}

/// The key of a point without working it.
pub fn key(base: &Base, study: &Study, point: &Point, options: &Options) -> String {
    keys(&base.at(&variant(study, point)), study, options).0
}

/// Works a point, or takes what the store has of it.
pub fn work(base: &Base, study: &Study, point: &Point, options: &Options, store: &Store) -> Result<Worked, TaskError> {
    let folder = base.at(&variant(study, point));
    let (key, place_key) = keys(&folder, study, options);
    if let Some(known) = store.read::<Worked>("points", &key) {
        return Ok(known);
    }
    let (scenario, _) = folder.judge().map_err(|faults| TaskError::Scenario(Box::new(faults)))?;
    let ground = Ground::new(&scenario, &Silent);
    let placement = match placed(&ground, study, options, store, &place_key) {
        Ok(placement) => placement,
        Err(TaskError::Step(Error::Infeasible(why))) => {
            let worked = Worked {
                key: key.clone(),
                no_plan: Some(why),
                figures: BTreeMap::new(),
                profit: Vec::new(),
                placement: BTreeMap::new(),
            };
            store.write("points", &key, &worked)?;
            return Ok(worked);
        }
        Err(e) => return Err(e),
    };
    let (placement, figures) = placement;
    let (today, plan) = today_and_plan(&ground, &placement);
    let sim = simulate(&ground, &today, &plan, None, options, &Silent)?;
    let spread = placement.plan.one_off * (1.0 / scenario.settings.placement.years);
    let facts =
        (network_facts(&ground, &placement, &today, Money::ZERO), network_facts(&ground, &placement, &plan, spread));
    let three = |i: &crate::stats::interval::Interval| [i.mean, i.low(), i.high()];
    let all = kpis((&sim.today, &facts.0), (&sim.plan, &facts.1));
    let figure = |k: &crate::evaluation::Kpi| Figure {
        today: three(&k.today),
        plan: three(&k.plan),
        difference: three(&k.difference),
    };
    let profit = by_replication(&sim.plan, &facts.1).into_iter().find(|f| f.0 == "profit").map(|f| f.1);
    let worked = Worked {
        key: key.clone(),
        no_plan: None,
        figures: all.iter().map(|k| (k.id.to_owned(), figure(k))).collect(),
        profit: profit.unwrap_or_default(),
        placement: figures,
    };
    store.write("points", &key, &worked)?;
    Ok(worked)
}

/// The placement of a point: kept from a point with the same tables and rules, or searched for; today's network where the
/// study does not place.
fn placed(
    ground: &Ground,
    study: &Study,
    options: &Options,
    store: &Store,
    key: &str,
) -> Result<(Placement, BTreeMap<String, f64>), TaskError> {
    let network = &ground.scenario.network;
    if !study.place {
        let open = open_today(network).iter().filter_map(|(s, f)| Some((s, (*f)?))).collect();
        return Ok((assess(ground, &open, &[])?, BTreeMap::new()));
    }
    if let Some(kept) = store.read::<Placed>("placements", key) {
        let site = |code: &str| network.sites.iter().find(|(_, s)| s.code == code).map(|(id, _)| id);
        let format = |code: &str| network.formats.iter().find(|(_, f)| f.code == code).map(|(id, _)| id);
        let open: Option<BTreeMap<_, _>> = kept.open.iter().map(|(s, f)| Some((site(s)?, format(f)?))).collect();
        let moves: Option<Vec<_>> = kept.moves.iter().map(|(a, b)| Some((site(a)?, site(b)?))).collect();
        if let (Some(open), Some(moves)) = (open, moves) {
            return Ok((assess(ground, &open, &moves)?, kept.figures));
        }
    }
    let placement = place(ground, options, &Silent)?;
    let plan = &placement.plan;
    use crate::placement::dealer::Action;
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
    let code = |i: usize| network.sites[placement.problem.stores[i].id].code.clone();
    let open = plan.stores.iter().enumerate().filter_map(|(i, s)| {
        let option = &placement.problem.stores[i].options[s.option?];
        Some((code(i), network.formats[option.format].code.clone()))
    });
    let moves = plan.moves.iter().map(|&k| {
        let m = placement.problem.moves[k];
        (code(m.from), code(m.to))
    });
    // A plan that the clock cut short is not kept: it would not come out again.
    if plan.repeatable {
        let kept = Placed { open: open.collect(), moves: moves.collect(), figures: figures.clone() };
        store.write("placements", key, &kept)?;
    }
    Ok((placement, figures))
}
