//! What the rules look at, gathered once.

use crate::demand::forecast::Inputs;
use crate::demand::forecast::hindsight::{Hindsight, Spread};
use crate::evaluation::monitor::{Limits, Outlook, Place, Reach, Rule};
use crate::ids::{Grid, Id, IdVec, ModelId, RegionId, SiteId};
use crate::planning::lead::mean_days;
use crate::planning::{Ground, NetworkState, Replenishment, Transfers};
use crate::scenario::DayKind;
use std::collections::BTreeMap;

/// Days of a month.
pub(super) const MONTH: f64 = 365.0 / 12.0;

/// The plan and what it was made from.
pub(super) struct View<'a> {
    pub ground: &'a Ground<'a>,
    pub state: &'a NetworkState,
    pub made: &'a Replenishment,
    pub moved: &'a Transfers,
    pub limits: Limits,
    /// Days from order to arrival, by site.
    pub lead: IdVec<SiteId, f64>,
    /// Ages of the cars in stock, oldest first, days.
    pub ages: Grid<SiteId, ModelId, Vec<f64>>,
    /// Earlier forecasts; `None` where the history is short.
    pub hindsight: Option<Hindsight>,
    /// Spread of a cell's demand over 1, 2, … weeks.
    spread: Vec<Spread>,
    /// Order lines and moves by dealer and model.
    pub orders: BTreeMap<(SiteId, ModelId), Vec<usize>>,
    pub moves_in: BTreeMap<(SiteId, ModelId), Vec<usize>>,
    pub moves_out: BTreeMap<(SiteId, ModelId), Vec<usize>>,
    /// Whether the plan's transfers and orders are carried out in what is seen.
    pub done: bool,
}

impl<'a> View<'a> {
    pub fn new(ground: &'a Ground, state: &'a NetworkState, made: &'a Replenishment, moved: &'a Transfers) -> Self {
        let scenario = ground.scenario;
        let (sites, models) = (scenario.network.sites.len(), scenario.catalogue.models.len());
        let mut ages: Grid<SiteId, ModelId, Vec<f64>> = Grid::filled(Vec::new(), sites, models);
        for lot in &scenario.stock {
            ages[(lot.site, lot.model)].extend((0..lot.cars).map(|_| f64::from(lot.age_days)));
        }
        for site in scenario.network.sites.ids() {
            ages.row_mut(site).iter_mut().for_each(|queue| queue.sort_by(|a, b| b.total_cmp(a)));
        }
        let festivals: Vec<_> =
            scenario.calendar.iter().filter(|d| d.kind == DayKind::SpringFestival).map(|d| d.date).collect();
        let region = &ground.region;
        let inputs = Inputs { history: &scenario.history, sites, models, region, festivals: &festivals };
        let hindsight = Hindsight::new(&inputs);
        let spread = hindsight
            .as_ref()
            .map_or_else(|| vec![Spread { linear: 0.0, square: ground.forecast.dispersion }], |h| h.spread.clone());
        let mut orders: BTreeMap<_, Vec<usize>> = BTreeMap::new();
        for (k, line) in made.plan.orders.iter().enumerate().filter(|(_, o)| o.cars > 0) {
            orders.entry(made.cell(line.cell)).or_default().push(k);
        }
        let (mut moves_in, mut moves_out): (BTreeMap<_, Vec<usize>>, BTreeMap<_, Vec<usize>>) = Default::default();
        for (k, m) in moved.plan.moves.iter().enumerate() {
            moves_in.entry(moved.cell(m.to)).or_default().push(k);
            moves_out.entry(moved.cell(m.from)).or_default().push(k);
        }
        let (limits, lead) = (limits(ground), mean_days(ground));
        Self {
            ground,
            state,
            made,
            moved,
            limits,
            lead,
            ages,
            hindsight,
            spread,
            orders,
            moves_in,
            moves_out,
            done: false,
        }
    }

    /// The same network once the plan is carried out: transferred cars stand at their takers.
    pub fn after_plan(mut self) -> Self {
        for m in &self.moved.plan.moves {
            let ((from, model), (to, _)) = (self.moved.cell(m.from), self.moved.cell(m.to));
            let age = f64::from(m.age_days);
            let queue = &mut self.ages[(from, model)];
            if let Some(k) = queue.iter().position(|&a| a <= age).or(queue.len().checked_sub(1)) {
                let _ = queue.remove(k);
            }
            let queue = &mut self.ages[(to, model)];
            let k = queue.partition_point(|&a| a >= age);
            queue.insert(k, age);
        }
        (self.moves_in, self.moves_out, self.done) = (BTreeMap::new(), BTreeMap::new(), true);
        self
    }

    /// All dealers of the plan with all models.
    pub fn cells(&self) -> impl Iterator<Item = (SiteId, ModelId)> + '_ {
        self.state.stores().flat_map(|s| self.ground.scenario.catalogue.models.ids().map(move |m| (s, m)))
    }

    /// Expected cars of each week of the horizon. Where the past is long enough, a dealer's part is that of the weeks
    /// that tell it best, with what the plan adds to or takes from it.
    pub fn weeks(&self, site: SiteId, model: ModelId) -> Vec<f64> {
        let weeks = self.ground.scenario.settings.horizon_weeks;
        let plain = self.ground.forecast.share[(site, model)];
        let better = self.hindsight.as_ref().map(|h| h.share[(site, model)] / plain);
        let factor = better.filter(|f| plain > 0.0 && f.is_finite()).unwrap_or(1.0);
        (0..weeks).map(|w| factor * self.state.rate(&self.ground.forecast, site, model, w)).collect()
    }

    /// Demand to come with its spread.
    pub fn outlook<'b>(&'b self, weeks: &'b [f64]) -> Outlook<'b> {
        Outlook { weeks, spread: &self.spread }
    }

    /// Spread of a cell's demand in one week.
    pub fn weekly_spread(&self) -> Spread {
        self.spread[0]
    }

    /// Cars in stock.
    pub fn stock(&self, site: SiteId, model: ModelId) -> f64 {
        self.ages[(site, model)].len() as f64
    }

    /// Margin earned and lost-sale money saved with one car.
    pub fn earned(&self, model: ModelId) -> f64 {
        let m = &self.ground.scenario.catalogue.models[model];
        (m.margin + m.lost_sale).major()
    }

    /// Cost of one car standing for a month.
    pub fn month_of_holding(&self, model: ModelId) -> f64 {
        self.ground.scenario.catalogue.models[model].holding_per_day.major() * MONTH
    }

    pub fn region(&self, site: SiteId) -> RegionId {
        self.ground.region[site]
    }

    pub fn band(&self, rule: Rule, site: Option<SiteId>, model: Option<ModelId>) -> crate::evaluation::monitor::Band {
        self.limits.band(rule, site.map(|s| self.region(s).index()), model.map(Id::index))
    }
}

/// The program's limits with the scenario's exceptions.
fn limits(ground: &Ground) -> Limits {
    let mut limits = Limits::default();
    let mut rows: Vec<_> = ground.scenario.thresholds.iter().collect();
    // General rows first: exceptions start from them.
    rows.sort_by_key(|t| (t.region.is_some(), t.model.is_some()));
    for t in rows {
        let rule = Rule::ALL.into_iter().find(|r| r.name() == t.rule).expect("the schema lists rules of this program");
        let reach = match (t.model, t.region) {
            (Some(m), _) => Reach::Model(m.index()),
            (None, Some(r)) => Reach::Region(r.index()),
            (None, None) => Reach::Everywhere,
        };
        limits.set(rule, reach, t.amber, t.red);
    }
    limits
}

/// A dealer and a model.
pub(super) fn cell(site: SiteId, model: ModelId) -> Place {
    Place { dealer: Some(site.index()), model: Some(model.index()), ..Place::default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schema_names_the_rules_that_have_limits() {
        let names: Vec<&str> = Rule::ALL.iter().map(|r| r.name()).filter(|n| *n != "transfer_chance").collect();
        assert_eq!(names, crate::scenario::WARNING_RULES);
    }
}
