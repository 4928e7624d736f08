//! Tables that the script draws, sorts and filters: columns of values with a description.

use super::cell::Num;
use super::embed::{Columns, flag};
use super::rows::Row;
use super::rows::{
    Backtest, CHANNEL, Dealer, League, LeagueRegion, ModelKpi, Order, Placement, Task, Transfer, Warning, Zone,
};
use super::view::View;
use serde_json::{Value, json};
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

/// A table of the page.
pub struct Table {
    /// The file it shows.
    file: &'static str,
    /// Columns whose values together name a row.
    row: &'static [&'static str],
    /// Name in the data, key of the heading (or the heading itself), kind of the values.
    columns: Vec<(String, String, &'static str)>,
    /// Columns with a list to choose from.
    facets: &'static [&'static str],
    /// First order: column, and whether the largest come first.
    sort: Option<(&'static str, bool)>,
    data: Value,
    /// Rows in the file.
    total: usize,
    /// Rows kept here and the heading they were chosen by, where not all are.
    kept: Option<(usize, &'static str)>,
}

impl Table {
    fn new<R: Row>(row: &'static [&'static str], total: usize, data: Columns) -> Self {
        let (columns, facets): (_, &'static [&'static str]) = (Vec::new(), &[]);
        Self { file: R::FILE, row, columns, facets, sort: None, data: data.done(), total, kept: None }
    }
    fn column(mut self, name: &str, word: &str, kind: &'static str) -> Self {
        self.columns.push((name.into(), word.into(), kind));
        self
    }
    fn facets(mut self, names: &'static [&'static str]) -> Self {
        self.facets = names;
        self
    }
    fn sort(mut self, name: &'static str, largest_first: bool) -> Self {
        self.sort = Some((name, largest_first));
        self
    }
    fn kept(mut self, rows: usize, by: &'static str) -> Self {
        self.kept = (rows < self.total).then_some((rows, by));
        self
    }
    /// For the script.
    pub fn json(self) -> Value {
        json!({
            "file": self.file, "row": self.row, "cols": self.columns, "facets": self.facets, "sort": self.sort,
            "data": self.data, "total": self.total, "kept": self.kept,
        })
    }
}

/// The largest rows by a number, in a stable order.
pub fn largest<T>(rows: &[T], most: usize, by: impl Fn(&T) -> Num) -> Vec<&T> {
    let mut kept: Vec<&T> = rows.iter().collect();
    kept.sort_by(|a, b| by(b).partial_cmp(&by(a)).unwrap_or(Ordering::Equal));
    kept.truncate(most);
    kept
}

macro_rules! numbers {
    ($data:expr, $rows:expr, $($field:ident),*) => { $data$(.numbers(stringify!($field), $rows.iter().map(|r| r.$field)))* };
}
macro_rules! texts {
    ($data:expr, $rows:expr, $($field:ident),*) => { $data$(.texts(stringify!($field), $rows.iter().map(|r| r.$field.as_str())))* };
}

/// Names of all sites; tables and the side panel look them up here.
pub fn sites(view: &View) -> Value {
    let rows = &view.facts.sites;
    texts!(Columns::default(), rows, site_id, name, name_zh, kind, format_id, zone_id, region, owner).done()
}

/// Names of all models.
pub fn models(view: &View) -> Value {
    let rows = &view.facts.models;
    texts!(Columns::default(), rows, model_id, name, name_zh, segment).done()
}

/// Names of all formats.
pub fn formats(view: &View) -> Value {
    let rows = &view.facts.formats;
    texts!(Columns::default(), rows, format_id, name, name_zh).done()
}

fn region<'a>(view: &View<'a>, site: &str) -> Option<&'a str> {
    Some(view.facts.sites[*view.site.get(site)?].region.as_str())
}

/// A table of sites and their regions, to be continued.
fn named<'a>(view: &View<'a>, ids: impl Iterator<Item = &'a str> + Clone) -> Columns {
    let listed = ids.clone().map(|id| region(view, id));
    Columns::default().sites("site_id", &view.site, ids.clone()).of_sites(
        ("region", "site_id"),
        ids.map(|id| region(view, id).unwrap_or("")),
        listed,
    )
}

/// All zones.
pub fn zones(view: &View) -> Table {
    let rows = &view.facts.zones;
    let data = texts!(Columns::default(), rows, zone_id, name, name_zh, region);
    let data = numbers!(
        data,
        rows,
        population_persons,
        registrations_per_year,
        sales_today_per_year,
        sales_plan_per_year,
        share_today,
        share_plan,
        nearest_today_min,
        nearest_plan_min,
        overlap_today,
        overlap_plan
    )
    .values("covered_today", rows.iter().map(|z| flag(z.covered_today)))
    .values("covered_plan", rows.iter().map(|z| flag(z.covered_plan)));
    Table::new::<Zone>(&["zone_id"], rows.len(), data)
        .column("zone_id", "col.zone", "zone")
        .column("region", "col.region", "text")
        .column("registrations_per_year", "col.registrations", "cars")
        .column("share_today", "col.share_today", "share")
        .column("share_plan", "col.share_plan", "share")
        .column("nearest_today_min", "col.nearest_today", "one")
        .column("nearest_plan_min", "col.nearest_plan", "one")
        .column("covered_today", "col.covered_today", "flag")
        .column("covered_plan", "col.covered_plan", "flag")
        .column("overlap_today", "col.overlap_today", "two")
        .column("overlap_plan", "col.overlap_plan", "two")
        .facets(&["region", "covered_plan"])
        .sort("registrations_per_year", true)
}

/// Every store and candidate: changes first.
pub fn placement(view: &View) -> Table {
    const ORDER: [&str; 7] = ["open", "move_in", "move_out", "close", "improve", "keep", "stay_closed"];
    let mut rows: Vec<_> = view.facts.placement.iter().collect();
    let size = |r: &Placement| -r.profit_plan_cny_per_year.or_zero().max(r.profit_today_cny_per_year.or_zero());
    rows.sort_by(|a, b| {
        let rank = |r: &Placement| ORDER.iter().position(|o| *o == r.action);
        rank(a).cmp(&rank(b)).then(size(a).total_cmp(&size(b)))
    });
    let ids = rows.iter().map(|r| r.site_id.as_str());
    let data = texts!(named(view, ids), rows, action, format_today, format_plan, moved_to)
        .sentences("reason", rows.iter().map(|r| r.reason.as_str()))
        .sentences_like("reason_zh", "reason", rows.iter().map(|r| r.reason_zh.as_str()));
    let data = numbers!(
        data,
        rows,
        sales_today_per_year,
        sales_plan_per_year,
        capacity_per_year,
        profit_today_cny_per_year,
        profit_plan_cny_per_year,
        one_off_cost_cny
    );
    Table::new::<Placement>(&["site_id"], rows.len(), data)
        .column("site_id", "col.store", "site")
        .column("region", "col.region", "text")
        .column("action", "col.action", "action")
        .column("format_today", "col.format_today", "format")
        .column("format_plan", "col.format_plan", "format")
        .column("sales_today_per_year", "col.sales_today", "cars")
        .column("sales_plan_per_year", "col.sales_plan", "cars")
        .column("profit_today_cny_per_year", "col.profit_today", "money")
        .column("profit_plan_cny_per_year", "col.profit_plan", "money")
        .column("one_off_cost_cny", "col.one_off", "money")
        .column("reason", "col.reason", "both")
        .facets(&["action", "region"])
}

/// Both networks of one id side by side: the columns of the second are the first's with `@plan`.
fn by_network<'a, T>(
    rows: &'a [T],
    key: impl Fn(&'a T) -> (&'a str, &'a str),
) -> (Vec<&'a str>, [Vec<Option<&'a T>>; 2]) {
    let at: BTreeMap<_, _> = rows.iter().map(|r| (key(r), r)).collect();
    let ids: Vec<_> = rows.iter().map(|r| key(r).0).collect::<BTreeSet<_>>().into_iter().collect();
    let side = |network| ids.iter().map(|id| at.get(&(*id, network)).copied()).collect();
    let sides = [side("today"), side("plan")];
    (ids, sides)
}

macro_rules! pairs {
    ($data:expr, $sides:expr, $($field:ident),*) => {
        $data$(
            .numbers(concat!(stringify!($field), "@today"), $sides[0].iter().map(|r| r.map_or(Num::EMPTY, |r| r.$field)))
            .numbers(concat!(stringify!($field), "@plan"), $sides[1].iter().map(|r| r.map_or(Num::EMPTY, |r| r.$field)))
        )*
    };
}

/// Dealers in both networks.
pub fn dealers(view: &View) -> Table {
    let (ids, sides) = by_network(&view.facts.dealers, |d| (&d.site_id, &d.network));
    let data = named(view, ids.iter().copied());
    let data = pairs!(data, sides, fill_rate, stock_mean_cars, aged_share, stock_coefficient, contribution_cny);
    Table::new::<Dealer>(&["site_id"], ids.len(), data)
        .column("site_id", "col.store", "site")
        .column("region", "col.region", "text")
        .column("fill_rate@today", "col.fill_today", "share")
        .column("fill_rate@plan", "col.fill_plan", "share")
        .column("stock_mean_cars@today", "col.stock_today", "cars")
        .column("stock_mean_cars@plan", "col.stock_plan", "cars")
        .column("stock_coefficient@today", "col.coef_today", "coefficient")
        .column("stock_coefficient@plan", "col.coef_plan", "coefficient")
        .column("aged_share@today", "col.aged_today", "share")
        .column("aged_share@plan", "col.aged_plan", "share")
        .column("contribution_cny@today", "col.contribution_today", "money")
        .column("contribution_cny@plan", "col.contribution_plan", "money")
        .facets(&["region"])
        .sort("stock_coefficient@plan", true)
}

/// Dealers of today by the health of their channel.
pub fn league(view: &View) -> Table {
    let rows = &view.facts.league;
    let ids = rows.iter().map(|r| r.site_id.as_str());
    let listed = ids.clone().map(|id| region(view, id));
    let data = Columns::default().sites("site_id", &view.site, ids).of_sites(
        ("region", "site_id"),
        rows.iter().map(|r| r.region.as_str()),
        listed,
    );
    let data = texts!(data, rows, tier);
    let moving = rows.iter().any(|r| !r.seen.is_empty());
    let data = if moving { texts!(data, rows, seen) } else { data };
    let data = numbers!(
        data,
        rows,
        sold_cars,
        stock_cars,
        turn_days,
        coefficient_months,
        coefficient_low_months,
        coefficient_high_months,
        aged_share,
        aged_low_share,
        aged_high_share,
        effectiveness,
        effectiveness_low,
        effectiveness_high,
        floor_plan_cny_per_car
    );
    // Measures of the channel table stand where some dealer has them.
    let mut data = data;
    let served: Vec<_> = CHANNEL.iter().filter(|m| rows.iter().any(|r| (m.of)(r)[0].get().is_some())).collect();
    for m in &served {
        for (k, end) in ["", "_low", "_high"].iter().enumerate() {
            data = data.numbers(&format!("{}{end}", m.name), rows.iter().map(|r| (m.of)(r)[k]));
        }
    }
    let mut table = Table::new::<League>(&["site_id"], rows.len(), data)
        .column("site_id", "col.store", "site")
        .column("region", "col.region", "text")
        .column("tier", "col.tier", "severity");
    if moving {
        table = table.column("seen", "col.seen", "severity");
    }
    table = table
        .column("sold_cars", "col.sold", "cars")
        .column("stock_cars", "col.instock", "cars")
        .column("turn_days", "col.turn", "one")
        .column("coefficient_months", "col.coefficient", "coefficient")
        .column("coefficient_low_months", "col.from_end", "two")
        .column("coefficient_high_months", "col.to_end", "two")
        .column("aged_share", "col.aged", "share")
        .column("aged_low_share", "col.from_end", "share")
        .column("aged_high_share", "col.to_end", "share")
        .column("effectiveness", "col.effectiveness", "share")
        .column("effectiveness_low", "col.from_end", "share")
        .column("effectiveness_high", "col.to_end", "share")
        .column("floor_plan_cny_per_car", "col.floor", "money");
    for m in served {
        table = table
            .column(m.name, &format!("col.{}", m.name), m.kind)
            .column(&format!("{}_low", m.name), "col.from_end", m.kind)
            .column(&format!("{}_high", m.name), "col.to_end", m.kind);
    }
    table.facets(&["tier", "region"]).sort("coefficient_low_months", true)
}

/// Regions by the health of their dealers, the last row of all.
pub fn league_regions(view: &View) -> Table {
    let rows = &view.facts.league_regions;
    let data = texts!(Columns::default(), rows, region);
    let data = numbers!(data, rows, dealers, red, amber, green, watched, sold_cars, stock_cars);
    let mut data = numbers!(
        data,
        rows,
        coefficient_months,
        coefficient_low_months,
        coefficient_high_months,
        aged_share,
        effectiveness,
        floor_plan_cny_per_car
    );
    let own = |r: &LeagueRegion| -> [Num; 7] {
        [r.per_head, r.lead_conversion, r.test_drive, r.absorption, r.price_realisation, r.retention, r.satisfaction]
    };
    let served: Vec<usize> = (0..CHANNEL.len()).filter(|k| rows.iter().any(|r| own(r)[*k].get().is_some())).collect();
    for &k in &served {
        data = data.numbers(CHANNEL[k].name, rows.iter().map(|r| own(r)[k]));
    }
    let mut table = Table::new::<LeagueRegion>(&["region"], rows.len(), data)
        .column("region", "col.region", "text")
        .column("dealers", "col.dealers", "count")
        .column("red", "severity.red", "count")
        .column("amber", "severity.amber", "count")
        .column("green", "severity.green", "count")
        .column("watched", "col.watched", "count")
        .column("sold_cars", "col.sold", "cars")
        .column("stock_cars", "col.instock", "cars")
        .column("coefficient_months", "col.coefficient", "coefficient")
        .column("coefficient_low_months", "col.from_end", "two")
        .column("coefficient_high_months", "col.to_end", "two")
        .column("aged_share", "col.aged", "share")
        .column("effectiveness", "col.effectiveness", "share")
        .column("floor_plan_cny_per_car", "col.floor", "money");
    for k in served {
        table = table.column(CHANNEL[k].name, &format!("col.{}", CHANNEL[k].name), CHANNEL[k].kind);
    }
    table.sort("coefficient_months", true)
}

/// Models in both networks.
pub fn models_kpi(view: &View) -> Table {
    let (ids, sides) = by_network(&view.facts.models_kpi, |m| (&m.model_id, &m.network));
    let data = Columns::default().texts("model_id", ids.iter().copied());
    let data = pairs!(data, sides, fill_rate, lost_cars, stock_mean_cars);
    Table::new::<ModelKpi>(&["model_id"], ids.len(), data)
        .column("model_id", "col.model", "model")
        .column("fill_rate@today", "col.fill_today", "share")
        .column("fill_rate@plan", "col.fill_plan", "share")
        .column("lost_cars@today", "col.lost_today", "cars")
        .column("lost_cars@plan", "col.lost_plan", "cars")
        .column("stock_mean_cars@today", "col.stock_today", "cars")
        .column("stock_mean_cars@plan", "col.stock_plan", "cars")
        .sort("lost_cars@plan", true)
}

/// The forecast against weeks it had not seen.
pub fn backtest(view: &View) -> Table {
    let rows = &view.facts.backtest;
    let data = numbers!(texts!(Columns::default(), rows, model_id), rows, actual_cars, forecast_cars, wape, bias);
    Table::new::<Backtest>(&["model_id"], rows.len(), data)
        .column("model_id", "col.model", "model")
        .column("actual_cars", "col.actual", "cars")
        .column("forecast_cars", "col.forecast", "cars")
        .column("wape", "col.wape", "share")
        .column("bias", "col.bias", "share")
        .sort("wape", true)
}

/// Cars ordered by model and week: sums of `orders.csv`.
pub fn pivot(view: &View) -> Table {
    let rows = &view.facts.orders;
    let mut sums = BTreeMap::<&str, BTreeMap<&str, f64>>::new();
    for o in rows {
        *sums.entry(&o.model_id).or_default().entry(&o.week_start).or_default() += o.cars.or_zero();
    }
    let weeks: BTreeSet<&str> = rows.iter().map(|o| o.week_start.as_str()).collect();
    let mut data = Columns::default()
        .texts("model_id", sums.keys().copied())
        .numbers("sum", sums.values().map(|w| Num::from(w.values().sum::<f64>())));
    for &week in &weeks {
        data = data.numbers(week, sums.values().map(|w| Num::from(w.get(week).copied())));
    }
    let table = Table::new::<Order>(&["model_id"], sums.len(), data)
        .column("model_id", "col.model", "model")
        .column("sum", "col.total", "cars")
        .sort("sum", true);
    weeks.into_iter().fold(table, |t, week| t.column(week, week, "heat"))
}

/// Order lines shown at most.
const LINES: usize = 200;

/// The largest order lines.
pub fn orders(view: &View) -> Table {
    let all = &view.facts.orders;
    let rows = largest(all, LINES, |o| o.cars);
    let data = numbers!(texts!(Columns::default(), rows, plant_id, site_id, model_id, week_start, reason), rows, cars);
    Table::new::<Order>(&["plant_id", "site_id", "model_id", "week_start"], all.len(), data)
        .column("site_id", "col.store", "site")
        .column("model_id", "col.model", "model")
        .column("week_start", "col.week", "date")
        .column("cars", "col.cars", "cars")
        .column("plant_id", "col.plant", "site")
        .column("reason", "col.reason", "text")
        .facets(&["model_id", "week_start"])
        .sort("cars", true)
        .kept(rows.len(), "col.cars")
}

/// The transfers worth most.
pub fn transfers(view: &View) -> Table {
    let all = &view.facts.transfers;
    let rows = largest(all, LINES, |m| m.value_cny);
    let data = Columns::default()
        .sites("from_site_id", &view.site, rows.iter().map(|m| m.from_site_id.as_str()))
        .sites("to_site_id", &view.site, rows.iter().map(|m| m.to_site_id.as_str()));
    let data = texts!(data, rows, model_id);
    let data = numbers!(data, rows, age_days, cars, distance_km, cost_cny, value_cny);
    Table::new::<Transfer>(&["from_site_id", "to_site_id", "model_id", "age_days"], all.len(), data)
        .column("from_site_id", "col.from", "site")
        .column("to_site_id", "col.to", "site")
        .column("model_id", "col.model", "model")
        .column("cars", "col.cars", "cars")
        .column("age_days", "col.age", "whole")
        .column("distance_km", "col.distance", "whole")
        .column("cost_cny", "col.cost", "money")
        .column("value_cny", "col.value", "money")
        .facets(&["model_id"])
        .sort("value_cny", true)
        .kept(rows.len(), "col.value")
}

/// The tasks, most urgent first.
pub fn tasks(view: &View) -> Table {
    let all = &view.facts.tasks;
    let rows: Vec<_> = all.iter().take(LINES).collect();
    let data = texts!(
        Columns::default(),
        rows,
        task,
        priority,
        due,
        severity,
        site_id,
        action,
        from_site_id,
        to_site_id,
        order_model_id
    )
    .sentences("text", rows.iter().map(|r| r.text.as_str()))
    .sentences("text_zh", rows.iter().map(|r| r.text_zh.as_str()));
    let data = numbers!(data, rows, cars, warnings, money_cny);
    Table::new::<Task>(&["task"], all.len(), data)
        .column("priority", "col.priority", "priority")
        .column("due", "col.due", "date")
        .column("action", "col.todo", "todo")
        .column("from_site_id", "col.from", "site")
        .column("to_site_id", "col.to", "site")
        .column("order_model_id", "col.model", "model")
        .column("cars", "col.cars", "whole")
        .column("site_id", "col.store", "site")
        .column("text", "col.text", "both")
        .column("warnings", "col.warnings", "whole")
        .column("money_cny", "col.money", "money")
        .facets(&["priority", "action"])
        .kept(rows.len(), "col.priority")
}

/// The warnings: red before amber, then by money.
pub fn warnings(view: &View) -> Table {
    let all = &view.facts.warnings;
    let mut rows: Vec<_> = all.iter().collect();
    rows.sort_by(|a, b| {
        (a.severity != "red").cmp(&(b.severity != "red")).then(b.money_cny.or_zero().total_cmp(&a.money_cny.or_zero()))
    });
    rows.truncate(LINES);
    let data = texts!(Columns::default(), rows, rule, severity, after_plan, site_id, model_id, action, action_zh)
        .sentences("text", rows.iter().map(|r| r.text.as_str()))
        .sentences("text_zh", rows.iter().map(|r| r.text_zh.as_str()));
    let data = numbers!(data, rows, probability, money_cny, lead_time_days);
    Table::new::<Warning>(&["rule", "site_id", "model_id"], all.len(), data)
        .column("severity", "col.severity", "severity")
        .column("after_plan", "col.after", "severity")
        .column("site_id", "col.store", "site")
        .column("model_id", "col.model", "model")
        .column("text", "col.text", "both")
        .column("action", "col.advice", "both")
        .column("money_cny", "col.money", "money")
        .column("probability", "col.probability", "share")
        .column("lead_time_days", "col.lead", "whole")
        .facets(&["severity", "after_plan", "rule"])
        .kept(rows.len(), "col.severity")
}
