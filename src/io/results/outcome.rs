//! Tables of the simulated future.

use super::table::{Cell, Table};
use crate::evaluation::Kpi;
use crate::planning::{Ground, Simulation};
use crate::simulation::outcome::{Measure, Outcome, Series, Summary};
use crate::stats::interval::Interval;

/// kpi.csv
pub fn kpi(kpis: &[Kpi]) -> Table {
    let mut table = Table::new(&[
        "kpi",
        "unit",
        "better",
        "today_mean",
        "today_low",
        "today_high",
        "plan_mean",
        "plan_low",
        "plan_high",
        "difference_mean",
        "difference_low",
        "difference_high",
    ]);
    for k in kpis {
        let figures = [k.today, k.plan, k.difference].into_iter().flat_map(|i| triple(&i, k.unit));
        let names = [Cell::Text(k.id), Cell::Text(k.unit), Cell::Text(k.better.word())];
        table.row(names.into_iter().chain(figures.map(|x| Cell::Number(x, 6))));
    }
    table
}

/// Mean and ends of an interval, rounded as the tables show them: money to whole units, shares to six digits.
pub fn triple(interval: &Interval, unit: &str) -> [f64; 3] {
    let scale = if unit == "cny" { 1.0 } else { 1e6 };
    [interval.mean, interval.low(), interval.high()]
        .map(|x| if x.is_finite() { (x * scale).round() / scale } else { x })
}

fn networks(sim: &Simulation) -> [(&'static str, &Outcome); 2] {
    [("today", &sim.today), ("plan", &sim.plan)]
}

fn per_run(summary: &Summary, measure: Measure) -> Cell<'static> {
    Cell::Number(summary.mean(measure), 3)
}

/// dealers.csv: means over the replications for the simulated days.
pub fn dealers(ground: &Ground, sim: &Simulation) -> Table {
    let mut table = Table::new(&[
        "site_id",
        "network",
        "demand_cars",
        "sales_cars",
        "lost_cars",
        "fill_rate",
        "stock_mean_cars",
        "aged_share",
        "stock_coefficient",
        "contribution_cny",
    ]);
    for (d, &site) in sim.dealers.iter().enumerate() {
        for (name, outcome) in networks(sim) {
            let s = &outcome.dealers[d];
            let (sales, stock) = (s.mean(Measure::Sales), s.mean_stock(outcome.days));
            let months = f64::from(outcome.days) * 12.0 / 365.0;
            let coefficient = if sales > 0.0 { Cell::Number(stock / (sales / months), 4) } else { Cell::Empty };
            table.row([
                Cell::Text(&ground.scenario.network.sites[site].code),
                Cell::Text(name),
                per_run(s, Measure::Customers),
                per_run(s, Measure::Sales),
                per_run(s, Measure::Lost),
                Cell::Number(s.fill_rate(), 5),
                Cell::Number(stock, 3),
                Cell::Number(s.aged_share(), 5),
                coefficient,
                Cell::Number(s.mean(Measure::Contribution) / 100.0, 0),
            ]);
        }
    }
    table
}

/// models_kpi.csv
pub fn models(ground: &Ground, sim: &Simulation) -> Table {
    let mut table =
        Table::new(&["model_id", "network", "demand_cars", "sales_cars", "lost_cars", "fill_rate", "stock_mean_cars"]);
    for (m, model) in ground.scenario.catalogue.models.values().enumerate() {
        for (name, outcome) in networks(sim) {
            let s = &outcome.models[m];
            table.row([
                Cell::Text(&model.code),
                Cell::Text(name),
                per_run(s, Measure::Customers),
                per_run(s, Measure::Sales),
                per_run(s, Measure::Lost),
                Cell::Number(s.fill_rate(), 5),
                Cell::Number(s.mean_stock(outcome.days), 3),
            ]);
        }
    }
    table
}

/// regions_kpi.csv
pub fn regions(ground: &Ground, sim: &Simulation) -> Table {
    let mut table = Table::new(&[
        "region",
        "network",
        "demand_cars",
        "sales_cars",
        "lost_cars",
        "fill_rate",
        "stock_mean_cars",
        "contribution_cny",
    ]);
    for (r, region) in ground.scenario.network.regions.values().enumerate() {
        for (name, outcome) in networks(sim) {
            let s = &outcome.regions[r];
            table.row([
                Cell::Text(&region.name),
                Cell::Text(name),
                per_run(s, Measure::Customers),
                per_run(s, Measure::Sales),
                per_run(s, Measure::Lost),
                Cell::Number(s.fill_rate(), 5),
                Cell::Number(s.mean_stock(outcome.days), 3),
                Cell::Number(s.mean(Measure::Contribution) / 100.0, 0),
            ]);
        }
    }
    table
}

/// weeks.csv: the weekly fan of the whole network.
pub fn weeks(sim: &Simulation) -> Table {
    let mut table = Table::new(&["network", "measure", "week", "p05", "p50", "p95"]);
    for (name, outcome) in networks(sim) {
        for (measure, series) in [("sales", Series::Sales), ("stock", Series::Stock), ("lost", Series::Lost)] {
            let [low, middle, high] = [0.05, 0.5, 0.95].map(|q| outcome.fan(series, q));
            for w in 0..middle.len() {
                let fan = [low[w], middle[w], high[w]].map(|x| Cell::Number(x, 3));
                table.row([Cell::Text(name), Cell::Text(measure), Cell::from(w)].into_iter().chain(fan));
            }
        }
    }
    table
}
