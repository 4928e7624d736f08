//! What every step stands on: the scenario with its coverage and forecast, and the two networks that are compared.

use super::Placement;
use super::analogue::{self, Analogue, Basis};
use super::market::Market;
use crate::catalogue::Model;
use crate::demand::forecast::{self, Backtest, Forecast, Inputs};
use crate::ids::{Grid, Id, IdVec, ModelId, RegionId, SiteId, ZoneId};
use crate::network::SiteKind;
use crate::network::coverage::{Coverage, OpenStores, open_today};
use crate::progress::Observer;
use crate::scenario::{DayKind, Scenario};
use crate::units::{Hours, Money};

/// Weeks held back to judge the forecast.
const BACKTEST_WEEKS: usize = 8;

/// Scenario, coverage and forecast.
pub struct Ground<'a> {
    /// The tables.
    pub scenario: &'a Scenario,
    /// Who reaches whom.
    pub coverage: Coverage,
    /// What will be asked for.
    pub forecast: Forecast,
    /// Demand that no history of its own stands behind.
    pub analogues: Vec<Analogue>,
    /// How the forecast would have done on the last weeks; `None` when the history is too short.
    pub backtest: Option<Vec<Backtest>>,
    /// Registrations as the sales history shows them.
    pub market: Market,
    /// Region of every site.
    pub region: IdVec<SiteId, RegionId>,
    /// Contribution of an average car of the forecast mix.
    pub margin: Money,
    /// What an average car costs while it stands at a dealer: so many weeks as stock is meant to last.
    pub holding: Money,
}

impl<'a> Ground<'a> {
    /// Measures coverage and forecasts demand for the horizon and the simulated days.
    pub fn new(scenario: &'a Scenario, watch: &dyn Observer) -> Self {
        watch.stage("forecast", 3);
        let settings = &scenario.settings;
        let network = &scenario.network;
        let coverage = Coverage::new(network, Hours::new(settings.market.half_time_min / 60.0));
        watch.advance(1);
        let region: IdVec<SiteId, RegionId> = network.sites.values().map(|s| network.zones[s.zone].region).collect();
        let festivals: Vec<_> =
            scenario.calendar.iter().filter(|d| d.kind == DayKind::SpringFestival).map(|d| d.date).collect();
        let inputs = Inputs {
            history: &scenario.history,
            sites: network.sites.len(),
            models: scenario.catalogue.models.len(),
            region: &region,
            festivals: &festivals,
        };
        // A year at least, whatever is simulated: placement and market are judged by the first one.
        let weeks = settings.horizon_weeks.max(settings.simulation.days.div_ceil(7) + 8).max(52);
        let mut made = forecast::forecast(&inputs, settings.horizon_weeks, weeks);
        let analogues = analogue::complete(scenario, &region, &mut made);
        let today = super::market::modelled_today(scenario, &coverage);
        let market = Market::new(scenario, &today, &made, &region);
        super::market::what_if(scenario, &today, &mut made);
        watch.advance(1);
        let backtest = forecast::backtest(&inputs, BACKTEST_WEEKS);
        watch.advance(1);
        let margin = average(scenario, &made, |m| m.margin.major());
        let days = 7.0 * settings.replenishment.end_cover_weeks;
        let holding = average(scenario, &made, |m| m.holding_per_day.major() * days);
        Self { scenario, coverage, forecast: made, analogues, backtest, market, region, margin, holding }
    }

    /// Expected demand of the whole network in an average week of the horizon, all models.
    pub fn weekly_demand(&self) -> f64 {
        let weeks = self.scenario.settings.horizon_weeks;
        self.forecast.national.values().flat_map(|p| &p.mean[..weeks]).sum::<f64>() / weeks as f64
    }
}

/// Money per car, weighted by the forecast of the first year.
fn average(scenario: &Scenario, forecast: &Forecast, of: impl Fn(&Model) -> f64) -> Money {
    let (mut cars, mut money) = (0.0, 0.0);
    for (model, path) in forecast.national.iter() {
        let expected: f64 = path.mean.iter().take(52).sum();
        cars += expected;
        money += expected * of(&scenario.catalogue.models[model]);
    }
    if cars > 0.0 {
        return Money::from_major(money / cars);
    }
    let models = &scenario.catalogue.models;
    let sum: f64 = models.values().map(of).sum();
    Money::from_major(sum / models.len().max(1) as f64)
}

/// A network and what the market model says about it.
#[derive(Clone, Debug)]
pub struct NetworkState {
    /// Format of each open store.
    pub open: OpenStores,
    /// Cars a year each store sells.
    pub sales: IdVec<SiteId, f64>,
    /// Who is served by whom: zone, store, cars a year.
    pub service: Vec<(ZoneId, SiteId, f64)>,
    /// Part of each store in the demand for each model, as a multiple of today's national demand for it.
    pub share: Grid<SiteId, ModelId, f64>,
    /// Stores that move: from where, to where.
    pub moved: Vec<(SiteId, SiteId)>,
}

impl NetworkState {
    /// Where a store moves to, if it moves.
    pub fn moved_to(&self, site: SiteId) -> Option<SiteId> {
        self.moved.iter().find(|m| m.0 == site).map(|m| m.1)
    }
    /// Expected cars of a store and model over so many weeks from a forecast week; beyond the forecast its last week
    /// goes on.
    pub fn asked(&self, forecast: &Forecast, site: SiteId, model: ModelId, from: usize, weeks: f64) -> f64 {
        let last = forecast.weeks().saturating_sub(1);
        let whole = weeks as usize;
        let week = |w: usize| self.rate(forecast, site, model, (from + w).min(last));
        (0..whole).map(week).sum::<f64>() + (weeks - whole as f64) * week(whole)
    }
    /// All cars sold in a year.
    pub fn total(&self) -> f64 {
        self.sales.values().sum()
    }
    /// Expected demand of a store for a model in a forecast week.
    pub fn rate(&self, forecast: &Forecast, site: SiteId, model: ModelId, week: usize) -> f64 {
        self.share[(site, model)] * forecast.national[model].mean[week]
    }
    /// Open stores in order.
    pub fn stores(&self) -> impl Iterator<Item = SiteId> + '_ {
        self.open.iter().filter(|(_, f)| f.is_some()).map(|(s, _)| s)
    }
}

/// Today's network and the plan's, with demand split over their stores.
///
/// Today's dealers have their forecast share; one that sold nothing yet is taken as a new store. In the plan, a dealer that stays sells its share times what the market
/// model says it gains or loses; a new store gets the model's sales in its region's taste.
pub fn today_and_plan(ground: &Ground, placement: &Placement) -> (NetworkState, NetworkState) {
    let network = &ground.scenario.network;
    let state = |service: &[(usize, usize, f64)], option: &dyn Fn(usize) -> Option<usize>| {
        let problem = &placement.problem;
        let mut open = IdVec::filled(None, network.sites.len());
        let mut sales = IdVec::filled(0.0, network.sites.len());
        for (i, store) in problem.stores.iter().enumerate() {
            open[store.id] = option(i).map(|k| store.options[k].format);
        }
        let service: Vec<_> =
            service.iter().map(|&(i, j, cars)| (problem.zones[j].id, problem.stores[i].id, cars)).collect();
        for &(_, site, cars) in &service {
            sales[site] += cars;
        }
        let share = Grid::filled(0.0, network.sites.len(), ground.scenario.catalogue.models.len());
        NetworkState { open, sales, service, share, moved: Vec::new() }
    };
    let plan = &placement.plan;
    let mut today = state(plan.service_today(), &|i| placement.problem.stores[i].today);
    let mut planned = state(plan.service(), &|i| plan.stores[i].option);
    debug_assert_eq!(today.open, open_today(network));
    let stores = &placement.problem.stores;
    let of = |&k: &usize| (stores[placement.problem.moves[k].from].id, stores[placement.problem.moves[k].to].id);
    planned.moved = plan.moves.iter().map(of).collect();
    today.share = ground.forecast.share.clone();
    let fresh: Vec<SiteId> =
        ground.analogues.iter().filter(|a| a.basis == Basis::Market).filter_map(|a| a.site).collect();
    let taste = tastes(ground, &today, &fresh);
    // Sales of the dealers behind the national forecast: what a new store's part is counted in.
    let total = (today.total() - fresh.iter().map(|&s| today.sales[s]).sum::<f64>()).max(1e-9);
    let models: Vec<ModelId> = ground.scenario.catalogue.models.ids().collect();
    for &site in &fresh {
        for &model in &models {
            today.share[(site, model)] = today.sales[site] / total * taste[(ground.region[site], model)];
        }
    }
    for site in planned.open.ids().filter(|&s| planned.open[s].is_some()).collect::<Vec<_>>() {
        let stays = network.sites[site].kind == SiteKind::Dealer && today.sales[site] > 0.0;
        for &model in &models {
            planned.share[(site, model)] = if stays {
                today.share[(site, model)] * planned.sales[site] / today.sales[site]
            } else {
                planned.sales[site] / total * taste[(ground.region[site], model)]
            };
        }
    }
    (today, planned)
}

/// How much more a region likes a model than the nation does, per unit of its sales (those of dealers that sold nothing
/// yet left out); one where nothing is sold.
fn tastes(ground: &Ground, today: &NetworkState, fresh: &[SiteId]) -> Grid<RegionId, ModelId, f64> {
    let network = &ground.scenario.network;
    let models = ground.scenario.catalogue.models.len();
    let known: Vec<SiteId> = network.sites.ids().filter(|s| !fresh.contains(s)).collect();
    let total = known.iter().map(|&s| today.sales[s]).sum::<f64>().max(1e-9);
    let mut size = vec![0.0; network.regions.len()];
    let mut sum = Grid::filled(0.0, network.regions.len(), models);
    for site in known {
        let region = ground.region[site];
        size[region.index()] += today.sales[site] / total;
        for model in ground.scenario.catalogue.models.ids() {
            sum[(region, model)] += today.share[(site, model)];
        }
    }
    let mut taste = Grid::filled(1.0, network.regions.len(), models);
    for region in network.regions.ids() {
        for model in ground.scenario.catalogue.models.ids() {
            if size[region.index()] > 0.0 && sum[(region, model)] > 0.0 {
                taste[(region, model)] = sum[(region, model)] / size[region.index()];
            }
        }
    }
    taste
}
