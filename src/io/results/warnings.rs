//! warnings.csv: what to watch, the dearest warning of each dealer and model.

use super::table::{Cell, Table};
use crate::evaluation::monitor::{Level, Rule};
use crate::planning::{Answer, Ground, Warning};

/// The table; red and dear ones first.
pub fn warnings(ground: &Ground, list: &[Warning]) -> Table {
    let scenario = ground.scenario;
    let mut table = Table::new(&[
        "rule",
        "severity",
        "site_id",
        "model_id",
        "probability",
        "money_cny",
        "lead_time_days",
        "action",
        "action_zh",
        "text",
        "text_zh",
    ]);
    for w in list {
        let (action, action_zh) = answer(w.answer);
        table.row([
            Cell::Text(w.rule.name()),
            Cell::Text(if w.finding.level == Level::Red { "red" } else { "amber" }),
            Cell::Text(&scenario.network.sites[w.site].code),
            Cell::Text(&scenario.catalogue.models[w.model].code),
            Cell::Number(w.finding.probability, 4),
            Cell::Number(w.finding.money, 2),
            Cell::Number(w.finding.lead_weeks * 7.0, 1),
            Cell::Text(&action),
            Cell::Text(&action_zh),
            Cell::Text(&w.finding.text),
            Cell::Text(&chinese(w)),
        ]);
    }
    table
}

fn answer(answer: Answer) -> (String, String) {
    match answer {
        Answer::Order(cars) => (format!("the plan orders {cars}"), format!("计划已订购{cars}辆")),
        Answer::Transfer(cars) => (format!("the plan moves {cars}"), format!("计划已调拨{cars}辆")),
        Answer::Decide => ("decide".into(), "待决策".into()),
    }
}

fn chinese(w: &Warning) -> String {
    let likely = 100.0 * w.finding.probability;
    match w.rule {
        Rule::StockOut => format!("补货到达前断货概率{likely:.0}%"),
        Rule::Excess => format!("库存超出当月销量所需，概率{likely:.0}%"),
        Rule::Ageing => format!("车辆可能超龄，概率{likely:.0}%"),
        other => other.name().to_owned(),
    }
}
