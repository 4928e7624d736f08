//! Transfers of the coming week: what a car is worth where it stands, and where it would be worth more.

use super::counts::Count;
use super::goods::days_on_road;
use super::lead::Leads;
use super::yards::Yards;
use super::{Error, Goods, Ground, Moved, NetworkState, Options};
use crate::ids::{Grid, Id, ModelId, SiteId};
use crate::network::travel::great_circle;
use crate::progress::Observer;
use crate::transfer::{self, plan::Plan, problem as room};

/// Longest wait that a car on the ground is charged for, weeks.
const LONGEST_WAIT: f64 = 26.0;
/// Cars of one model that a dealer is offered in a week whatever it holds.
const LEAST_OFFER: usize = 6;

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
    /// The moves in the scenario's ids, one a car.
    pub fn moved(&self) -> Vec<Moved> {
        let one = |m: &transfer::Move| {
            let ((from, model), (to, _)) = (self.cell(m.from), self.cell(m.to));
            Moved { from, to, model, age_days: m.age_days, cars: 1 }
        };
        self.plan.moves.iter().map(one).collect()
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
    let goods = Goods::of(ground, plan);
    let problem = room::Problem::new(data(ground, plan, &goods, &dealers)).map_err(failed)?;
    let answer = transfer::solve(&problem, &options.limits()).map_err(failed)?;
    if let Some(fault) = transfer::certificate::faults(&problem, &answer).first() {
        return Err(Error::Internal(format!("the transfer plan fails its certificate: {fault}")));
    }
    watch.advance(1);
    Ok(Transfers { problem, plan: answer, dealers })
}

fn data(ground: &Ground, plan: &NetworkState, goods: &Goods, dealers: &[SiteId]) -> room::Data {
    let scenario = ground.scenario;
    let settings = &scenario.settings.transfer;
    let models = scenario.catalogue.models.len();
    let mut ages: Grid<SiteId, ModelId, Vec<room::Car>> =
        Grid::filled(Vec::new(), scenario.network.sites.len(), models);
    let mut number = 0;
    for lot in &goods.stock {
        for _ in 0..lot.cars {
            ages[(lot.site, lot.model)].push(room::Car { number, age_days: lot.age_days });
            number += 1;
        }
    }
    let mut on_road: Grid<SiteId, ModelId, u32> = Grid::filled(0, scenario.network.sites.len(), models);
    let lead = Leads::new(ground).days;
    for arrival in &goods.arrivals {
        // Only what arrives before a new order could.
        if (arrival.week.index() as f64) * 7.0 <= lead[(arrival.site, arrival.model)] {
            on_road[(arrival.site, arrival.model)] += arrival.cars;
        }
    }
    let mut cells = Vec::new();
    for (d, &dealer) in dealers.iter().enumerate() {
        for model in scenario.catalogue.models.ids() {
            let cars = ages[(dealer, model)].clone();
            let open = plan.open[dealer].is_some();
            let cover = lead[(dealer, model)] / 7.0 + 1.0;
            let asked = |weeks: f64| if open { plan.asked(&ground.forecast, dealer, model, 0, weeks) } else { 0.0 };
            if cars.is_empty() && asked(cover) <= 0.0 {
                continue;
            }
            let held = cars.len() + on_road[(dealer, model)] as usize;
            let wanted = asked(cover + scenario.settings.replenishment.end_cover_weeks);
            let offered = if open { offered(wanted, held) } else { 0 };
            let worth = worth(ground, model, asked(cover), cover, held + offered);
            // The n-th car that leaves was the (held − n + 1)-th, the n-th that comes is the (held + n)-th.
            let loss: Vec<f64> = (0..cars.len()).map(|n| worth[held - 1 - n]).collect();
            let gain: Vec<f64> = (0..offered).map(|n| worth[held + n]).collect();
            cells.push(room::Cell { dealer: d, model: model.index(), cars, gain, loss });
        }
    }
    let yards = Yards::new(ground, plan, goods);
    room::Data {
        dealers: dealers.iter().map(|&d| dealer(ground, plan, &yards, d)).collect(),
        lateness: scenario.catalogue.models.values().map(|m| m.holding_per_day.major()).collect(),
        price: scenario.catalogue.models.values().map(|m| m.price.major()).collect(),
        cells,
        arcs: arcs(ground, plan, dealers),
        rules: room::Rules {
            youngest_days: settings.min_age_days,
            share_of_stock: settings.max_share,
            least_profit: 0.0,
        },
    }
}

/// Cars of a model that a dealer is offered in a week: what it is wanted to hold until new orders arrive and beyond,
/// less what it has; never fewer than [`LEAST_OFFER`].
fn offered(wanted: f64, held: usize) -> usize {
    // The small subtraction keeps 116.00000000000001 at 116.
    LEAST_OFFER.max(((wanted - 1e-9).ceil().max(0.0) as usize).saturating_sub(held))
}

/// Worth of the first, second … car of a model at a dealer that is asked for `asked` before new cars come after `cover`
/// weeks: money earned if it is asked for before then, less the cost of the time until its turn comes. Falls with the
/// number of cars.
fn worth(ground: &Ground, model: ModelId, asked: f64, cover: f64, most: usize) -> Vec<f64> {
    let m = &ground.scenario.catalogue.models[model];
    let earned = (m.margin + m.lost_sale).major();
    let week = m.holding_per_day.major() * 7.0;
    let survival = Count::new(asked, ground.forecast.dispersion).survival(most);
    let wait = |k: usize| if asked > 0.0 { ((k + 1) as f64 * cover / asked).min(LONGEST_WAIT) } else { LONGEST_WAIT };
    survival.iter().enumerate().map(|(k, p)| p * earned - week * wait(k)).collect()
}

/// A store's part: one that stays open does what it consents to, one that ends gives whatever it has.
fn dealer(ground: &Ground, plan: &NetworkState, yards: &Yards, site: SiteId) -> room::Dealer {
    let (open, consent) = (plan.open[site].is_some(), ground.scenario.network.sites[site].consent);
    room::Dealer {
        gives: consent.gives || !open,
        takes: open && consent.takes,
        room: yards.places(site),
        credit: yards.credit(site),
        clears: !open,
    }
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
                let lead_days = days_on_road(km);
                arcs.push(room::Arc { from: a, to: b, cost: cost.major(), lead_days });
            }
        }
    }
    arcs
}
