//! The Monday plan beside others: what it stands on, what changed since the last one, what the industry's rules would do.

use super::table::{Cell, Table};
use crate::ids::{Id, ModelId, SiteId};
use crate::planning::{Change, Footing, Ground, Replenishment};
use crate::replenishment::CostParts;
use crate::replenishment::worth::{CREDIT_STEP, Scarce, Worth};

/// Columns of order_basis.csv, as it is written and read back.
pub(super) const BASIS: [&str; 9] = [
    "site_id",
    "model_id",
    "stock_cars",
    "due_cars",
    "demand_cars",
    "stock_after_week_cars",
    "due_first_week_cars",
    "demand_first_week_cars",
    "sold_first_week_cars",
];

/// order_basis.csv: what the orders of each dealer and model were planned on; next Monday's plan is compared with it.
pub fn basis(ground: &Ground, made: &Replenishment) -> Table {
    let scenario = ground.scenario;
    let mut table = Table::new(&BASIS);
    for c in 0..made.problem.data().cells.len() {
        let (site, model) = made.cell(c);
        let Footing { stock, due, demand, stock_after, due_first, demand_first, sold_first } = made.footing(c);
        let numbers = [stock, due, demand, stock_after, due_first, demand_first, sold_first];
        table.row(
            [Cell::Text(&scenario.network.sites[site].code), Cell::Text(&scenario.catalogue.models[model].code)]
                .into_iter()
                .chain(numbers.map(|x| Cell::Number(x, 3))),
        );
    }
    table
}

/// changes.csv: orders that differ from last week's plan, and why.
pub fn changes(ground: &Ground, found: &[Change]) -> Table {
    let scenario = ground.scenario;
    let mut table = Table::new(&[
        "site_id",
        "model_id",
        "week_start",
        "cars_before",
        "cars_now",
        "cause",
        "stock_need_cars",
        "sales_need_cars",
        "forecast_need_cars",
        "arrivals_need_cars",
    ]);
    for c in found {
        let needs = c.needs.map_or_else(|| vec![None; 4], |n| n.into_iter().map(Some).collect());
        table.row(
            [
                Cell::Text(&scenario.network.sites[c.site].code),
                Cell::Text(&scenario.catalogue.models[c.model].code),
                Cell::Text(&c.monday.to_string()),
                Cell::from(c.before),
                Cell::from(c.now),
                Cell::Text(c.cause.word()),
            ]
            .into_iter()
            .chain(needs.into_iter().map(|n| n.map_or(Cell::Empty, |n| Cell::Number(n, 3)))),
        );
    }
    table
}

/// alternatives.csv: the same cars shared out by the plan and by the industry's rules, in money. Distances from fair
/// shares and from the last plan are left out: a rule does not know them.
pub fn alternatives(list: &[(&'static str, CostParts, f64)]) -> Table {
    let mut table = Table::new(&[
        "allocation",
        "lost_sales_cny",
        "holding_cny",
        "safety_cny",
        "end_cny",
        "shipping_cny",
        "carriers_cny",
        "total_cny",
        "beyond_plan_cny",
        "fill_rate",
    ]);
    let plan = list.first().map_or(0.0, |first| first.1.without_distances());
    for (name, cost, fill) in list {
        let total = cost.without_distances();
        table.row([
            Cell::Text(name),
            Cell::Number(cost.lost_sales, 2),
            Cell::Number(cost.holding, 2),
            Cell::Number(cost.safety, 2),
            Cell::Number(cost.end, 2),
            Cell::Number(cost.shipping, 2),
            Cell::Number(cost.carriers, 2),
            Cell::Number(total, 2),
            Cell::Number(total - plan, 2),
            Cell::Number(*fill, 6),
        ]);
    }
    table
}

/// one_more.csv: what one more of the dearest limits is worth, by the relaxation's price and by a plan solved again. Plans
/// that are not proved optimal differ by their gaps too.
pub fn one_more(ground: &Ground, made: &Replenishment, found: &[Worth]) -> Table {
    let (scenario, data) = (ground.scenario, made.problem.data());
    let mut table =
        Table::new(&["limit", "site_id", "model_id", "week_start", "more", "relaxation_value_cny", "solved_again_cny"]);
    let code = |s: SiteId| scenario.network.sites[s].code.clone();
    for w in found {
        let [limit, site, model, week, more] = match w.what {
            Scarce::Slot { supply, week } => {
                let s = &data.supply[supply];
                let model = scenario.catalogue.models[ModelId::at(s.model)].code.clone();
                let monday = ground.forecast.monday(week).to_string();
                ["build_slots".into(), code(made.plants[s.plant]), model, monday, "1 car".into()]
            }
            Scarce::Storage { dealer } => {
                ["storage".into(), code(made.dealers[dealer]), String::new(), String::new(), "1 car".into()]
            }
            Scarce::Credit { dealer } => {
                let more = format!("{CREDIT_STEP} cny");
                ["credit".into(), code(made.dealers[dealer]), String::new(), String::new(), more]
            }
            Scarce::Run { carrier } => {
                let plant = code(made.plants[data.carriers[carrier].plant]);
                ["carrier".into(), plant, String::new(), String::new(), "1 run a week".into()]
            }
        };
        let texts = [&limit, &site, &model, &week, &more].map(|t| Cell::Text(t));
        let values = [Cell::Number(w.relaxation, 4), Cell::Number(w.solved_again, 2)];
        table.row(texts.into_iter().chain(values));
    }
    table
}
