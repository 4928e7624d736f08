//! Tables of what was decided: forecast, placement, orders, transfers.

use super::table::{Cell, Table};
use crate::ids::Id;
use crate::placement::dealer::{Action, StorePlan};
use crate::planning::{Basis, Cargo, Goods, Ground, Placement, Replenishment, Transfers};

/// forecast.csv: the planned weeks, nationally, with the 90 % band.
pub fn forecast(ground: &Ground) -> Table {
    let mut table = Table::new(&["model_id", "week_start", "mean_cars", "low_cars", "high_cars", "method"]);
    for (id, path) in ground.forecast.national.iter() {
        for w in 0..ground.forecast.planned_weeks {
            table.row([
                Cell::Text(&ground.scenario.catalogue.models[id].code),
                Cell::Text(&ground.forecast.monday(w).to_string()),
                Cell::Number(path.mean[w], 3),
                Cell::Number(path.low[w], 3),
                Cell::Number(path.high[w], 3),
                Cell::Text(ground.forecast.method[id]),
            ]);
        }
    }
    table
}

/// forecast_dealers.csv: expected cars a week of the horizon, by dealer and model.
pub fn forecast_dealers(ground: &Ground) -> Table {
    let scenario = ground.scenario;
    let weeks = scenario.settings.horizon_weeks;
    let mut table = Table::new(&["site_id", "model_id", "cars_per_week", "basis"]);
    for (site, model, &share) in ground.forecast.share.cells() {
        if share > 0.0 {
            let mean: f64 = (0..weeks).map(|w| ground.forecast.rate(site, model, w)).sum::<f64>() / weeks as f64;
            table.row([
                Cell::Text(&scenario.network.sites[site].code),
                Cell::Text(&scenario.catalogue.models[model].code),
                Cell::Number(mean, 5),
                Cell::Text(basis(ground, site, model)),
            ]);
        }
    }
    table
}

/// What stands behind a dealer's demand for a model.
fn basis(ground: &Ground, site: crate::ids::SiteId, model: crate::ids::ModelId) -> &'static str {
    let about = |a: &&crate::planning::Analogue| {
        a.site.is_none_or(|s| s == site) && a.model.is_none_or(|m| m == model) && a.basis != Basis::NotAskedFor
    };
    match ground.analogues.iter().find(about).map(|a| a.basis) {
        None | Some(Basis::NotAskedFor) => "sales",
        Some(Basis::Segment) => "like its segment",
        Some(Basis::DealersPart) => "the dealer's part of all sales",
        Some(Basis::Market) => "the market model",
    }
}

/// forecast_backtest.csv; `None` when the history is too short.
pub fn backtest(ground: &Ground) -> Option<Table> {
    let mut table =
        Table::new(&["model_id", "actual_cars", "forecast_cars", "wape", "wape_naive", "inside_band", "bias"]);
    for b in ground.backtest.as_ref()? {
        table.row([
            Cell::Text(&ground.scenario.catalogue.models[b.model].code),
            Cell::Number(b.actual, 3),
            Cell::Number(b.forecast, 3),
            Cell::Number(b.wape, 5),
            Cell::Number(b.wape_naive, 5),
            Cell::Number(b.inside, 5),
            Cell::Number(if b.actual > 0.0 { b.forecast / b.actual - 1.0 } else { 0.0 }, 5),
        ]);
    }
    Some(table)
}

/// The word for an action in placement.csv.
pub fn action_word(action: Action) -> &'static str {
    match action {
        Action::Keep => "keep",
        Action::Improve => "improve",
        Action::Open => "open",
        Action::Close => "close",
        Action::MoveOut(_) => "move_out",
        Action::MoveIn(_) => "move_in",
        Action::StayClosed => "stay_closed",
    }
}

/// placement.csv
pub fn placement(ground: &Ground, placement: &Placement) -> Table {
    let network = &ground.scenario.network;
    let mut table = Table::new(&[
        "site_id",
        "action",
        "format_today",
        "format_plan",
        "moved_to",
        "sales_today_per_year",
        "sales_plan_per_year",
        "capacity_per_year",
        "profit_today_cny_per_year",
        "profit_plan_cny_per_year",
        "one_off_cost_cny",
        "worth_cny_per_year",
        "reason",
        "reason_zh",
        "phase",
        "next_best_action",
        "next_best_format",
        "next_best_site_id",
        "next_best_phase",
    ]);
    for (store, decision) in placement.problem.stores.iter().zip(&placement.plan.stores) {
        let format = |k: Option<usize>| k.map_or("", |k| &network.formats[store.options[k].format].code);
        let other = match decision.action {
            Action::MoveOut(site) => &network.sites[site].code,
            _ => "",
        };
        let capacity = decision.option.or(store.today).unwrap_or(0);
        let (reason, reason_zh) = reason(decision);
        let phase = |t: Option<usize>| t.map_or(Cell::Empty, |t| Cell::from(t + 1));
        let next = decision.alternative;
        let next_site = next.and_then(|n| match n.action {
            Action::MoveOut(site) | Action::MoveIn(site) => Some(&network.sites[site].code),
            _ => None,
        });
        table.row([
            Cell::Text(&network.sites[store.id].code),
            Cell::Text(action_word(decision.action)),
            Cell::Text(format(store.today)),
            Cell::Text(format(decision.option)),
            Cell::Text(other),
            Cell::Number(decision.sales_today, 3),
            Cell::Number(decision.sales_plan, 3),
            Cell::Number(store.options[capacity].capacity, 3),
            Cell::from(decision.profit_today),
            Cell::from(decision.profit_plan),
            Cell::from(decision.one_off),
            next.map_or(Cell::Empty, |n| Cell::from(n.cost)),
            Cell::Text(&reason),
            Cell::Text(&reason_zh),
            phase(decision.phase),
            Cell::Text(next.map_or("", |n| action_word(n.action))),
            Cell::Text(format(next.and_then(|n| n.option))),
            Cell::Text(next_site.map_or("", |s| s)),
            phase(next.and_then(|n| n.phase)),
        ]);
    }
    table
}

/// Why, in the planner's words: what the network would lose in a year with the next best thing to do here.
fn reason(decision: &StorePlan) -> (String, String) {
    let Some(next) = decision.alternative else {
        return ("the rules leave no other choice".into(), "规则不允许其他选择".into());
    };
    let (what, what_zh) = match next.action {
        Action::Keep => ("keeping it", "保留"),
        Action::Improve => ("changing its format", "改变业态"),
        Action::Open if decision.option.is_some() && decision.action == Action::Open => {
            ("opening it otherwise", "以其他方式开设")
        }
        Action::Open => ("opening it", "开设"),
        Action::Close => ("closing it", "关闭"),
        Action::MoveOut(_) | Action::MoveIn(_) => ("moving it", "迁址"),
        Action::StayClosed => ("not opening it", "不开设"),
    };
    let cost = format!("{:.0}", next.cost.major());
    (
        format!("next best: {what} would cost the network {cost} a year"),
        format!("次优：{what_zh}，将使网络每年损失{cost}元"),
    )
}

/// orders.csv: whole cars by plant, dealer, model and week of leaving the plant.
pub fn orders(ground: &Ground, made: &Replenishment) -> Table {
    let scenario = ground.scenario;
    let mut table = Table::new(&["plant_id", "site_id", "model_id", "week_start", "cars", "reason", "worth_cny"]);
    for o in made.plan.orders.iter().filter(|o| o.cars > 0) {
        let (site, model) = made.cell(o.cell);
        table.row([
            Cell::Text(&scenario.network.sites[made.plants[o.plant]].code),
            Cell::Text(&scenario.network.sites[site].code),
            Cell::Text(&scenario.catalogue.models[model].code),
            Cell::Text(&ground.forecast.monday(o.week).to_string()),
            Cell::from(o.cars),
            Cell::Text(o.reason.text()),
            Cell::Number(o.worth, 2),
        ]);
    }
    table
}

/// redirected.csv: cars of stores that end, and where they go.
pub fn redirected(ground: &Ground, goods: &Goods) -> Table {
    let scenario = ground.scenario;
    let site = |s: crate::ids::SiteId| scenario.network.sites[s].code.as_str();
    let mut table = Table::new(&[
        "from_site_id",
        "to_site_id",
        "model_id",
        "where",
        "age_days",
        "arrival_week_start",
        "cars",
        "cost_cny",
    ]);
    for r in &goods.redirected {
        let (place, age, week) = match r.cargo {
            Cargo::Yard(age) => ("yard", Cell::from(age), String::new()),
            Cargo::Road(week) => ("road", Cell::Empty, ground.forecast.monday(week.index()).to_string()),
        };
        table.row([
            Cell::Text(site(r.from)),
            Cell::Text(r.to.map_or("", site)),
            Cell::Text(&scenario.catalogue.models[r.model].code),
            Cell::Text(place),
            age,
            Cell::Text(&week),
            Cell::from(r.cars),
            Cell::from(r.cost),
        ]);
    }
    table
}

/// dealer_weeks.csv: expected stock, demand, arrivals and lost sales of the replenishment plan.
pub fn dealer_weeks(ground: &Ground, made: &Replenishment) -> Table {
    let data = made.problem.data();
    let mut sums = vec![[0.0; 4]; made.dealers.len() * data.weeks];
    for (cell, path) in data.cells.iter().zip(&made.plan.cells) {
        for w in 0..data.weeks {
            let sum = &mut sums[cell.dealer * data.weeks + w];
            for (total, part) in sum.iter_mut().zip([path.stock[w], cell.demand[w], path.arrivals[w], path.lost[w]]) {
                *total += part;
            }
        }
    }
    let mut table =
        Table::new(&["site_id", "week", "week_start", "stock_cars", "demand_cars", "arrivals_cars", "lost_cars"]);
    for (k, sum) in sums.iter().enumerate() {
        let (d, w) = (k / data.weeks, k % data.weeks);
        table.row(
            [
                Cell::Text(&ground.scenario.network.sites[made.dealers[d]].code),
                Cell::from(w),
                Cell::Text(&ground.forecast.monday(w).to_string()),
            ]
            .into_iter()
            .chain(sum.iter().map(|&x| Cell::Number(x, 3))),
        );
    }
    table
}

/// shadow_prices.csv: what one more unit of a limit is worth in the relaxation, where it is worth anything.
pub fn shadow_prices(ground: &Ground, made: &Replenishment) -> Table {
    let scenario = ground.scenario;
    let data = made.problem.data();
    let site = |s: crate::ids::SiteId| scenario.network.sites[s].code.as_str();
    let mut table = Table::new(&["limit", "site_id", "model_id", "week_start", "relaxation_value_cny", "per"]);
    let mut line = |limit: &str, place: &str, model: &str, week: usize, value: f64, per: &str| {
        if value > 0.005 {
            let monday = ground.forecast.monday(week).to_string();
            table.row([
                Cell::Text(limit),
                Cell::Text(place),
                Cell::Text(model),
                Cell::Text(&monday),
                Cell::Number(value, 4),
                Cell::Text(per),
            ]);
        }
    };
    for (s, row) in made.plan.prices.slots.iter().enumerate() {
        let supply = &data.supply[s];
        let model = &scenario.catalogue.models[Id::at(supply.model)].code;
        for (w, &v) in row.iter().enumerate() {
            line("build_slots", site(made.plants[supply.plant]), model, w, v, "car");
        }
    }
    for (m, &v) in made.plan.prices.fill.iter().enumerate() {
        line("fill_goal", "", &scenario.catalogue.models[Id::at(m)].code, 0, v, "car");
    }
    for (limit, rows, per) in
        [("storage", &made.plan.prices.storage, "car"), ("credit", &made.plan.prices.credit, "cny")]
    {
        for (d, row) in rows.iter().enumerate() {
            for (w, &v) in row.iter().enumerate() {
                line(limit, site(made.dealers[d]), "", w, v, per);
            }
        }
    }
    table
}

/// transfers.csv: one row a car, oldest first where it leaves.
pub fn transfers(ground: &Ground, made: &Transfers) -> Table {
    let scenario = ground.scenario;
    let mut table = Table::new(&[
        "from_site_id",
        "to_site_id",
        "model_id",
        "age_days",
        "cars",
        "distance_km",
        "cost_cny",
        "value_cny",
    ]);
    for m in &made.plan.moves {
        let ((from, model), (to, _)) = (made.cell(m.from), made.cell(m.to));
        table.row([
            Cell::Text(&scenario.network.sites[from].code),
            Cell::Text(&scenario.network.sites[to].code),
            Cell::Text(&scenario.catalogue.models[model].code),
            Cell::from(m.age_days),
            Cell::Whole(1),
            Cell::Number(made.distance_km(ground, m.arc), 1),
            Cell::from(m.cost),
            Cell::from(m.gain - m.loss),
        ]);
    }
    table
}
