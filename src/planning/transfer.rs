//! Transfers of the coming week: what a car is worth where it stands, and where it would be worth more.

use super::counts::Count;
use super::lead::mean_days;
use super::{Error, Ground, NetworkState, Options};
use crate::ids::{Grid, Id, ModelId, SiteId};
use crate::network::travel::great_circle;
use crate::progress::Observer;
use crate::transfer::{self, plan::Plan, problem as room};

/// Longest wait that a car on the ground is charged for, weeks.
const LONGEST_WAIT: f64 = 26.0;
/// Most cars of one model that a dealer is offered in a week.
pub const MOST_IN: usize = 6;
/// Working days that a carrier drives so many kilometres in.
const KM_PER_DAY: f64 = 500.0;

/// The problem, its plan, and the scenario ids of its positions.
pub struct Transfers {
    /// The problem.
    pub problem: room::Problem,
    /// The plan.
    pub plan: Plan,
    /// Site of each dealer position.
    pub dealers: Vec<SiteId>,
}

impl Transfers {
    /// Site and model of a cell.
    pub fn cell(&self, cell: usize) -> (SiteId, ModelId) {
        let c = &self.problem.data().cells[cell];
        (self.dealers[c.dealer], ModelId::at(c.model))
    }
    /// Plans changed data of the same dealers.
    pub fn again(&self, data: room::Data, options: &Options) -> Result<Plan, Error> {
        let failed =
            |e: room::Error| if options.stop.raised() { Error::Stopped } else { Error::Internal(e.to_string()) };
        let problem = room::Problem::new(data).map_err(failed)?;
        transfer::solve(&problem, &options.limits()).map_err(failed)
    }
    /// Road length of an arc in kilometres.
    pub fn distance_km(&self, ground: &Ground, arc: usize) -> f64 {
        let a = self.problem.data().arcs[arc];
        ground.scenario.network.site_to_site(self.dealers[a.from], self.dealers[a.to]).distance.get()
    }
}

/// Finds the moves of the coming week: between open stores of the plan, and away from stores that close.
pub fn transfer(
    ground: &Ground,
    today: &NetworkState,
    plan: &NetworkState,
    options: &Options,
    watch: &dyn Observer,
) -> Result<Transfers, Error> {
    watch.stage("transfer", 1);
    let dealers: Vec<SiteId> =
        today.open.ids().filter(|&s| today.open[s].is_some() || plan.open[s].is_some()).collect();
    let failed = |e: room::Error| if options.stop.raised() { Error::Stopped } else { Error::Internal(e.to_string()) };
    let problem = room::Problem::new(data(ground, plan, &dealers)).map_err(failed)?;
    let answer = transfer::solve(&problem, &options.limits()).map_err(failed)?;
    watch.advance(1);
    Ok(Transfers { problem, plan: answer, dealers })
}

fn data(ground: &Ground, plan: &NetworkState, dealers: &[SiteId]) -> room::Data {
    let scenario = ground.scenario;
    let settings = &scenario.settings.transfer;
    let models = scenario.catalogue.models.len();
    let mut ages: Grid<SiteId, ModelId, Vec<room::Car>> =
        Grid::filled(Vec::new(), scenario.network.sites.len(), models);
    let mut number = 0;
    for lot in &scenario.stock {
        for _ in 0..lot.cars {
            ages[(lot.site, lot.model)].push(room::Car { number, age_days: lot.age_days });
            number += 1;
        }
    }
    let mut on_road: Grid<SiteId, ModelId, u32> = Grid::filled(0, scenario.network.sites.len(), models);
    let lead = mean_days(ground);
    for arrival in &scenario.in_transit {
        // Only what arrives before a new order could.
        if (arrival.week.index() as f64) * 7.0 <= lead[arrival.site] {
            on_road[(arrival.site, arrival.model)] += arrival.cars;
        }
    }
    let mut cells = Vec::new();
    for (d, &dealer) in dealers.iter().enumerate() {
        for model in scenario.catalogue.models.ids() {
            let cars = ages[(dealer, model)].clone();
            let weeks = scenario.settings.horizon_weeks;
            let open = plan.open[dealer].is_some();
            let rate = if open {
                (0..weeks).map(|w| plan.rate(&ground.forecast, dealer, model, w)).sum::<f64>() / weeks as f64
            } else {
                0.0
            };
            if cars.is_empty() && rate <= 0.0 {
                continue;
            }
            let coming = on_road[(dealer, model)] as usize;
            let held = cars.len() + coming;
            let room_for = if open { MOST_IN } else { 0 };
            let cover = lead[dealer] / 7.0 + 1.0;
            let worth = worth(ground, model, rate, cover, held + room_for);
            // The n-th car that leaves was the (held − n + 1)-th, the n-th that comes is the (held + n)-th.
            let loss: Vec<f64> = (0..cars.len()).map(|n| worth[held - 1 - n]).collect();
            let gain: Vec<f64> = (0..room_for).map(|n| worth[held + n]).collect();
            cells.push(room::Cell { dealer: d, model: model.index(), cars, gain, loss });
        }
    }
    room::Data {
        dealers: dealers.iter().map(|&d| dealer(ground, plan, d)).collect(),
        lateness: scenario.catalogue.models.values().map(|m| m.holding_per_day.major()).collect(),
        cells,
        arcs: arcs(ground, plan, dealers),
        rules: room::Rules {
            youngest_days: settings.min_age_days,
            share_of_stock: settings.max_share,
            least_profit: 0.0,
        },
    }
}

/// Worth of the first, second … car of a model at a dealer that sells `rate` a week and gets new cars after `cover`
/// weeks: money earned if it is asked for before then, less the cost of the time until its turn comes. Falls with the
/// number of cars.
fn worth(ground: &Ground, model: ModelId, rate: f64, cover: f64, most: usize) -> Vec<f64> {
    let m = &ground.scenario.catalogue.models[model];
    let earned = (m.margin + m.lost_sale).major();
    let week = m.holding_per_day.major() * 7.0;
    let asked = Count::new(rate * cover, ground.forecast.dispersion).survival(most);
    let wait = |k: usize| if rate > 0.0 { ((k + 1) as f64 / rate).min(LONGEST_WAIT) } else { LONGEST_WAIT };
    asked.iter().enumerate().map(|(k, p)| p * earned - week * wait(k)).collect()
}

fn dealer(ground: &Ground, plan: &NetworkState, site: SiteId) -> room::Dealer {
    let storage = ground.scenario.network.sites[site].storage.get();
    let held: u32 = ground.scenario.stock.iter().filter(|l| l.site == site).map(|l| l.cars).sum();
    let room = (storage > 0).then(|| storage.saturating_sub(held));
    let open = plan.open[site].is_some();
    room::Dealer { gives: true, takes: open, room, clears: !open }
}

fn arcs(ground: &Ground, plan: &NetworkState, dealers: &[SiteId]) -> Vec<room::Arc> {
    let network = &ground.scenario.network;
    let settings = &ground.scenario.settings.transfer;
    let mut arcs = Vec::new();
    for (a, &from) in dealers.iter().enumerate() {
        for (b, &to) in dealers.iter().enumerate() {
            let near = great_circle(network.sites[from].place, network.sites[to].place).get() * 0.99;
            if a == b || plan.open[to].is_none() || near * network.travel.circuity > settings.radius_km {
                continue;
            }
            let km = network.site_to_site(from, to).distance.get();
            if km <= settings.radius_km {
                let cost = settings.cost_fixed + settings.cost_per_km * km;
                let lead_days = (km / KM_PER_DAY).ceil().max(1.0);
                arcs.push(room::Arc { from: a, to: b, cost: cost.major(), lead_days });
            }
        }
    }
    arcs
}
