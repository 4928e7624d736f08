//! Warnings of the coming weeks, dealer by dealer and model by model, with what the plan does about each.

use super::lead::mean_days;
use super::{Ground, NetworkState, Replenishment, Transfers};
use crate::evaluation::monitor::{Demand, Finding, Level, Rule, Thresholds, ageing, excess, stock_out};
use crate::ids::{Grid, Id, ModelId, SiteId};
use std::collections::BTreeMap;

/// Discounts on cars over 90 and over 180 days, shares of the price (assumption; as the simulation grants them).
const DISCOUNT: (f64, f64) = (0.025, 0.08);
/// Days of a month.
const MONTH: f64 = 365.0 / 12.0;
/// Least expected demand a week, cars, for which running out is a warning.
const FAINT: f64 = 0.05;

/// What the plan does about a warning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// So many cars are ordered for this dealer and model.
    Order(u32),
    /// So many cars come from or go to other dealers.
    Transfer(u32),
    /// Nothing: a person decides.
    Decide,
}

/// A warning.
#[derive(Clone, Debug)]
pub struct Warning {
    /// The rule.
    pub rule: Rule,
    /// Where.
    pub site: SiteId,
    /// Which model.
    pub model: ModelId,
    /// How loud, how likely, what it costs, how soon.
    pub finding: Finding,
    /// What the plan does about it.
    pub answer: Answer,
}

/// All warnings of the network that stands at the end of the plan, the dearest of each dealer and model, red ones and
/// dear ones first. Steps that were not taken (`None`) answer nothing.
pub fn warnings(
    ground: &Ground,
    state: &NetworkState,
    replenishment: Option<&Replenishment>,
    transfers: Option<&Transfers>,
) -> Vec<Warning> {
    let (ordered, moved_in, moved_out) = answers(replenishment, transfers);
    let scenario = ground.scenario;
    let models = scenario.catalogue.models.len();
    let mut ages: Grid<SiteId, ModelId, Vec<f64>> = Grid::filled(Vec::new(), scenario.network.sites.len(), models);
    for lot in &scenario.stock {
        ages[(lot.site, lot.model)].extend((0..lot.cars).map(|_| f64::from(lot.age_days)));
    }
    let lead = mean_days(ground);
    let mut coming: BTreeMap<(SiteId, ModelId), u32> = BTreeMap::new();
    for arrival in scenario.in_transit.iter().filter(|a| a.week.index() as f64 * 7.0 <= lead[a.site] + 7.0) {
        *coming.entry((arrival.site, arrival.model)).or_default() += arrival.cars;
    }
    let limits = Thresholds::default();
    let mut found = Vec::new();
    for site in state.stores() {
        for model in scenario.catalogue.models.ids() {
            let key = (site, model);
            let mut queue = std::mem::take(&mut ages[key]);
            queue.sort_by(|a, b| b.total_cmp(a));
            let on_road = coming.get(&key).copied().unwrap_or(0);
            let seen = Cell { ground, state, site, model, ages: &queue, on_road, lead_weeks: lead[site] / 7.0 };
            let Some((rule, finding)) = seen.dearest(&limits) else { continue };
            let into = moved_in.get(&key).copied().unwrap_or(0);
            let out = moved_out.get(&key).copied().unwrap_or(0);
            let orders = ordered.get(&key).copied().unwrap_or(0);
            let answer = match rule {
                Rule::StockOut if into > 0 => Answer::Transfer(into),
                Rule::StockOut if orders > 0 => Answer::Order(orders),
                Rule::Excess | Rule::Ageing if out > 0 => Answer::Transfer(out),
                _ => Answer::Decide,
            };
            found.push(Warning { rule, site, model, finding, answer });
        }
    }
    found.sort_by(|a, b| {
        let loud = b.finding.level.cmp(&a.finding.level);
        loud.then(b.finding.money.total_cmp(&a.finding.money)).then((a.site, a.model).cmp(&(b.site, b.model)))
    });
    found
}

type Cars = BTreeMap<(SiteId, ModelId), u32>;

/// Cars ordered, brought in and taken out by the plan, by dealer and model.
fn answers(replenishment: Option<&Replenishment>, transfers: Option<&Transfers>) -> (Cars, Cars, Cars) {
    let (mut ordered, mut moved_in, mut moved_out) = (Cars::new(), Cars::new(), Cars::new());
    if let Some(r) = replenishment {
        for line in &r.plan.orders {
            *ordered.entry(r.cell(line.cell)).or_default() += line.cars;
        }
    }
    if let Some(t) = transfers {
        for m in &t.plan.moves {
            *moved_in.entry(t.cell(m.to)).or_default() += 1;
            *moved_out.entry(t.cell(m.from)).or_default() += 1;
        }
    }
    (ordered, moved_in, moved_out)
}

/// One dealer and model as the rules see it.
struct Cell<'a> {
    ground: &'a Ground<'a>,
    state: &'a NetworkState,
    site: SiteId,
    model: ModelId,
    /// Ages of the cars in stock, oldest first, days.
    ages: &'a [f64],
    on_road: u32,
    lead_weeks: f64,
}

impl Cell<'_> {
    /// The finding with most money at stake.
    fn dearest(&self, limits: &Thresholds) -> Option<(Rule, Finding)> {
        let model = &self.ground.scenario.catalogue.models[self.model];
        let horizon = self.ground.scenario.settings.horizon_weeks;
        let month = horizon.min(4);
        let rate = |from: usize, to: usize| {
            (from..to).map(|w| self.state.rate(&self.ground.forecast, self.site, self.model, w)).sum::<f64>()
                / (to - from).max(1) as f64
        };
        let weekly = Demand { mean: rate(0, horizon), dispersion: self.ground.forecast.dispersion };
        let stock = self.ages.len() as f64;
        let run_out = stock_out::Facts {
            position: stock + f64::from(self.on_road),
            weekly,
            lead_weeks: self.lead_weeks,
            review_weeks: 1.0,
            lost_sale: (model.margin + model.lost_sale).major(),
        };
        let next_month = rate(0, month) * MONTH / 7.0;
        let too_many = excess::Facts {
            stock,
            month_sales: next_month,
            // The month's sales are the forecast's own, so the season is in them already.
            season: (1.0, 1.0),
            next_month: Demand { mean: next_month, ..weekly },
            holding_month: model.holding_per_day.major() * MONTH,
        };
        let too_old = ageing::Facts { ages_days: self.ages, weekly, price: model.price.major(), discount: DISCOUNT };
        let found = [
            (Rule::StockOut, (weekly.mean > FAINT).then(|| stock_out::check(&run_out, limits.stock_out)).flatten()),
            (Rule::Excess, (stock > 1.0).then(|| excess::check(&too_many, limits.excess)).flatten()),
            (Rule::Ageing, ageing::check(&too_old, limits.age_days, limits.ageing)),
        ];
        let found = found.into_iter().filter_map(|(rule, f)| f.map(|f| (rule, f)));
        found.max_by(|a, b| a.1.money.total_cmp(&b.1.money).then(b.0.cmp(&a.0)))
    }
}

/// How many warnings of each severity: red, amber.
pub fn count(warnings: &[Warning]) -> (usize, usize) {
    let red = warnings.iter().filter(|w| w.finding.level == Level::Red).count();
    (red, warnings.len() - red)
}
