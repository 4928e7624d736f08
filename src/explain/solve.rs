//! Steps solved again: with a limit loosened, or without the decision that is asked about.

use super::limit::{self, Limit, PLACEMENT, Per, Step};
use crate::ids::{FormatId, Id, ModelId, SiteId, ZoneId};
use crate::network::SiteKind;
use crate::placement::dealer::Action;
use crate::planning::{
    Error, Ground, NetworkState, Options, Placement, Replenishment, Transfers, assess, place, replenish,
    today_and_plan, transfer,
};
use crate::progress::Silent;
use crate::scenario::Scenario;
use std::collections::BTreeMap;

/// What is asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// A dealer or candidate.
    Site(SiteId),
    /// A demand zone.
    Zone(ZoneId),
    /// Cars of a model that leave a plant for a dealer in a week.
    Order {
        /// Where from.
        plant: SiteId,
        /// Where to.
        site: SiteId,
        /// Which.
        model: ModelId,
        /// Week of the horizon in which they leave.
        week: usize,
    },
    /// Cars of a model that move between dealers.
    Transfer {
        /// Where from.
        from: SiteId,
        /// Where to.
        to: SiteId,
        /// Which.
        model: ModelId,
    },
}

/// A limit, loosened, and what it brings.
#[derive(Clone, Debug, PartialEq)]
pub struct Loosened {
    /// Which.
    pub limit: Limit,
    /// How.
    pub step: Step,
    /// What the plan solved again earns more (or costs less), money.
    pub gain: f64,
    /// What happens to the site that is asked about when the placement is solved again.
    pub then: Option<Action>,
}

/// The step solved again without the decision.
#[derive(Clone, Debug, PartialEq)]
pub struct Without {
    /// What the plan solved again earns less (or costs more), money.
    pub price: f64,
    /// Over which time.
    pub per: Per,
    /// The patch that forces it on the tables, where there is one.
    pub patch: Option<String>,
    /// What the new plan does instead: cars by plant and week of an order, by taker of a transfer.
    pub instead: Vec<(String, i64)>,
}

/// The network that the results hold.
pub struct Placed<'a> {
    /// Format of every open store.
    pub open: &'a BTreeMap<SiteId, FormatId>,
    /// Moves, from dealer to candidate.
    pub moves: &'a [(SiteId, SiteId)],
}

/// One scenario with everything that is solved on it.
struct Solver<'a> {
    ground: Ground<'a>,
    options: &'a Options,
    placement: Placement,
    states: (NetworkState, NetworkState),
}

impl<'a> Solver<'a> {
    fn new(scenario: &'a Scenario, placed: &Placed, options: &'a Options) -> Result<Self, Error> {
        let ground = Ground::new(scenario, &Silent);
        let placement = assess(&ground, placed.open, placed.moves)?;
        let states = today_and_plan(&ground, &placement);
        Ok(Self { ground, options, placement, states })
    }

    fn replenish(&self) -> Result<Replenishment, Error> {
        // Orders are planned on the stock after the week's transfers, as in the main job.
        let moves = self.transfer()?.moved();
        replenish(&self.ground, &self.states.1, &moves, None, self.options, &Silent)
    }

    fn transfer(&self) -> Result<Transfers, Error> {
        transfer(&self.ground, &self.states.0, &self.states.1, self.options, &Silent)
    }

    /// Objective of a step on this network, more is better.
    fn earned(&self, per: Per) -> Result<f64, Error> {
        Ok(match per {
            Per::Year => self.placement.plan.profit.major(),
            Per::Horizon => -self.replenish()?.plan.cost.total(),
            Per::Week => self.transfer()?.plan.profit.major(),
        })
    }

    /// Limits that touch the subject, in the order they are told.
    fn touching(&self, subject: Subject) -> Result<Vec<Limit>, Error> {
        Ok(match subject {
            Subject::Site(site) if !self.ground.scenario.network.sites[site].is_store() => self.scarce(site)?,
            Subject::Site(site) => {
                let mut all = vec![Limit::Rule(site), Limit::Capacity(site)];
                all.extend(PLACEMENT);
                if self.states.1.open[site].is_some() {
                    all.extend(self.scarce(site)?);
                    all.extend([
                        Limit::Storage(site),
                        Limit::Credit(site),
                        Limit::Freeze,
                        Limit::Pack,
                        Limit::MinimumOrder,
                    ]);
                }
                all.extend([Limit::MaxShare, Limit::MinAge, Limit::Radius]);
                all
            }
            Subject::Zone(_) => PLACEMENT.to_vec(),
            Subject::Order { plant, site, model, week } => vec![
                Limit::Slots(plant, model, week),
                Limit::Storage(site),
                Limit::Credit(site),
                Limit::Freeze,
                Limit::Pack,
                Limit::MinimumOrder,
            ],
            Subject::Transfer { to, .. } => {
                vec![Limit::MaxShare, Limit::MinAge, Limit::Radius, Limit::Storage(to)]
            }
        })
    }

    /// Build slots (of a dealer's models, or of a plant) that are worth something in the relaxation, dearest first.
    fn scarce(&self, site: SiteId) -> Result<Vec<Limit>, Error> {
        const MOST: usize = 6;
        let made = self.replenish()?;
        let data = made.problem.data();
        let mut found: Vec<(f64, Limit)> = Vec::new();
        for (s, prices) in made.plan.prices.slots.iter().enumerate() {
            let supply = &data.supply[s];
            let (model, plant) = (ModelId::at(supply.model), made.plants[supply.plant]);
            if plant == site || (0..data.cells.len()).any(|c| made.cell(c) == (site, model)) {
                found.extend(prices.iter().enumerate().map(|(w, &v)| (v, Limit::Slots(plant, model, w))));
            }
        }
        found.retain(|f| f.0 > 0.005);
        found.sort_by(|a, b| b.0.total_cmp(&a.0).then(limit::order(a.1).cmp(&limit::order(b.1))));
        Ok(found.into_iter().take(MOST).map(|f| f.1).collect())
    }
}

/// The placement searched anew: its profit, and what becomes of a site.
fn placed_anew(scenario: &Scenario, options: &Options, site: Option<SiteId>) -> Result<(f64, Option<Action>), Error> {
    let made = place(&Ground::new(scenario, &Silent), options, &Silent)?;
    let of = |site| made.plan.stores.iter().find(|s| s.site == site).map(|s| s.action);
    Ok((made.plan.profit.major(), site.and_then(of)))
}

/// Loosens every limit that touches the subject, one at a time, and solves its step again. Limits whose loosening brings
/// nothing are told too.
pub fn loosen(
    scenario: &Scenario,
    placed: &Placed,
    subject: Subject,
    options: &Options,
) -> Result<Vec<Loosened>, Error> {
    let base = Solver::new(scenario, placed, options)?;
    let site = if let Subject::Site(site) = subject { Some(site) } else { None };
    let mut now: BTreeMap<&str, f64> = BTreeMap::new();
    let mut told = Vec::new();
    for limit in base.touching(subject)? {
        let mut changed = scenario.clone();
        let Some(step) = limit.loosen(&mut changed) else { continue };
        let per = limit.per();
        // A place at a taker counts for the transfers of the week when these are asked about.
        let per = if matches!(subject, Subject::Transfer { .. }) { Per::Week } else { per };
        let before = match now.get(per.name()) {
            Some(before) => *before,
            None => {
                let before = base.earned(per)?;
                now.insert(per.name(), before);
                before
            }
        };
        let (after, then) = match per {
            Per::Year => placed_anew(&changed, options, site)?,
            _ => (Solver::new(&changed, placed, options)?.earned(per)?, None),
        };
        let gain = ((after - before) * 100.0).round() / 100.0;
        told.push(Loosened { limit, step, gain: gain + 0.0, then });
    }
    Ok(told)
}

/// Solves the step again without the decision: the store treated the other way, the order line or road forbidden.
/// `None` where there is nothing to take away (a zone) or where the rules leave no other choice.
pub fn without(
    scenario: &Scenario,
    placed: &Placed,
    subject: Subject,
    options: &Options,
) -> Result<Option<Without>, Error> {
    let base = Solver::new(scenario, placed, options)?;
    match subject {
        Subject::Zone(_) => Ok(None),
        Subject::Site(site) => store_otherwise(scenario, &base, site, options),
        Subject::Order { plant, site, model, week } => order_out(&base, (plant, site, model, week)).map(Some),
        Subject::Transfer { from, to, model } => road_closed(&base, from, to, model).map(Some),
    }
}

fn store_otherwise(
    scenario: &Scenario,
    base: &Solver,
    site: SiteId,
    options: &Options,
) -> Result<Option<Without>, Error> {
    if !scenario.network.sites[site].is_store() {
        return Ok(None);
    }
    let open = base.states.1.open[site].is_some();
    let mut changed = scenario.clone();
    let patch = limit::force(&mut changed, site, !open);
    // The tables do not let a dealer of today be forbidden: it closes by the plan or not at all.
    let patch = (!open || scenario.network.sites[site].kind == SiteKind::Candidate).then_some(patch);
    let other = match placed_anew(&changed, options, None) {
        Ok(other) => other.0,
        // The rules leave no other choice.
        Err(Error::Infeasible(_)) => return Ok(None),
        Err(e) => return Err(e),
    };
    let price = base.placement.plan.profit.major() - other;
    Ok(Some(Without { price: cents(price), per: Per::Year, patch, instead: Vec::new() }))
}

fn cents(x: f64) -> f64 {
    (x * 100.0).round() / 100.0 + 0.0
}

fn order_out(base: &Solver, (plant, site, model, week): (SiteId, SiteId, ModelId, usize)) -> Result<Without, Error> {
    let made = base.replenish()?;
    let mut data = made.problem.data().clone();
    let cell = (0..data.cells.len()).find(|&c| made.cell(c) == (site, model));
    let Some(cell) = cell else { return Err(Error::Unfit("the dealer has no such model in the plan".into())) };
    data.cells[cell].forbidden.push(week);
    let other = made.again(data, base.options)?;
    let scenario = base.ground.scenario;
    let mut instead = BTreeMap::new();
    for (lines, sign) in [(&other.orders, 1), (&made.plan.orders, -1)] {
        for o in lines.iter().filter(|o| o.cell == cell) {
            *instead.entry((o.week, o.plant)).or_insert(0i64) += sign * i64::from(o.cars);
        }
    }
    let gone = made.plants.iter().position(|&p| p == plant).map(|p| (week, p));
    let instead = instead
        .into_iter()
        .filter(|(key, cars)| *cars != 0 && Some(*key) != gone)
        .map(|((w, p), cars)| {
            let code = &scenario.network.sites[made.plants[p]].code;
            (format!("{code} {}", base.ground.forecast.monday(w)), cars)
        })
        .collect();
    let price = cents(other.cost.total() - made.plan.cost.total());
    Ok(Without { price, per: Per::Horizon, patch: None, instead })
}

fn road_closed(base: &Solver, from: SiteId, to: SiteId, model: ModelId) -> Result<Without, Error> {
    let made = base.transfer()?;
    let mut data = made.problem.data().clone();
    data.arcs.retain(|a| (made.dealers[a.from], made.dealers[a.to]) != (from, to));
    let other = made.again(data, base.options)?;
    let scenario = base.ground.scenario;
    let mut instead = BTreeMap::new();
    for (plan, sign) in [(&other, 1), (&made.plan, -1)] {
        for m in plan.moves.iter().filter(|m| made.cell(m.from) == (from, model)) {
            *instead.entry(made.cell(m.to).0).or_insert(0i64) += sign;
        }
    }
    let instead = instead
        .into_iter()
        .filter(|(taker, cars)| *cars != 0 && *taker != to)
        .map(|(taker, cars)| (scenario.network.sites[taker].code.clone(), cars))
        .collect();
    let price = cents(made.plan.profit.major() - other.profit.major());
    Ok(Without { price, per: Per::Week, patch: None, instead })
}
