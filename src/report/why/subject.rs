//! What was decided, from the tables of a results folder.

use super::{Sentence, count, money};
use crate::explain::Subject;
use crate::ids::{SiteId, ZoneId};
use crate::network::{SiteKind, coverage::Coverage};
use crate::report::number::{Kind, Lang, show};
use crate::scenario::Scenario;
use std::collections::BTreeMap;

/// Rows of a table by column name.
pub type Rows = Vec<BTreeMap<String, String>>;

/// Tables that decisions stand in.
#[derive(Clone, Debug, Default)]
pub struct Tables {
    /// `placement.csv`
    pub placement: Rows,
    /// `orders.csv`
    pub orders: Rows,
    /// `transfers.csv`
    pub transfers: Rows,
    /// `zones.csv`
    pub zones: Rows,
    /// `service.csv`
    pub service: Rows,
    /// `shadow_prices.csv`
    pub prices: Rows,
    /// `warnings.csv`
    pub warnings: Rows,
}

fn get<'r>(row: &'r BTreeMap<String, String>, column: &str) -> &'r str {
    row.get(column).map_or("", String::as_str)
}

fn number(row: &BTreeMap<String, String>, column: &str) -> f64 {
    get(row, column).parse().unwrap_or(0.0)
}

/// A site with its name.
pub(super) fn named(scenario: &Scenario, site: SiteId) -> (String, String) {
    let s = &scenario.network.sites[site];
    let with = |name: &str, open: &str, close: &str| {
        if name == s.code || name.is_empty() { s.code.clone() } else { format!("{}{open}{name}{close}", s.code) }
    };
    (with(&s.name, " (", ")"), with(&s.name_zh, "（", "）"))
}

/// The sentences about the decision itself.
pub fn decision(scenario: &Scenario, tables: &Tables, subject: Subject) -> Vec<Sentence> {
    match subject {
        Subject::Site(site) if scenario.network.sites[site].is_store() => store(scenario, tables, site),
        Subject::Site(site) => works(scenario, tables, site),
        Subject::Zone(zone) => people(scenario, tables, zone),
        Subject::Order { plant, site, model, week } => {
            let monday = scenario.today.saturating_add(jiff::Span::new().weeks(week as i64)).to_string();
            let code = |s: SiteId| scenario.network.sites[s].code.as_str();
            let model = &scenario.catalogue.models[model].code;
            let is = |r: &&BTreeMap<String, String>| {
                (get(r, "plant_id"), get(r, "site_id"), get(r, "model_id"), get(r, "week_start"))
                    == (code(plant), code(site), model.as_str(), monday.as_str())
            };
            tables.orders.iter().filter(is).flat_map(|row| order(scenario, row, site)).collect()
        }
        Subject::Transfer { from, to, model } => {
            moves(scenario, tables, (from, to), &scenario.catalogue.models[model].code)
        }
    }
}

fn store(scenario: &Scenario, tables: &Tables, site: SiteId) -> Vec<Sentence> {
    let code = &scenario.network.sites[site].code;
    let (en, zh) = named(scenario, site);
    let mut told = Vec::new();
    let Some(row) = tables.placement.iter().find(|r| get(r, "site_id") == code) else {
        return vec![Sentence::new(
            format!("{en}: no placement was computed; the network stays as it is."),
            format!("{zh}：未计算选址，网络保持现状。"),
        )];
    };
    let format = get(row, "format_plan");
    let (does, does_zh) = match get(row, "action") {
        "open" => (format!("opens as {format}"), format!("新开（{format}）")),
        "close" => ("closes".into(), "关闭".into()),
        "move_out" => (format!("moves to {}", get(row, "moved_to")), format!("迁至{}", get(row, "moved_to"))),
        "move_in" => (format!("takes a store that moves here, as {format}"), format!("接收迁来的门店（{format}）")),
        "improve" => (format!("changes its format to {format}"), format!("改为{format}业态")),
        "stay_closed" => ("is not opened".into(), "不开设".into()),
        _ => ("stays as it is".into(), "维持不变".into()),
    };
    let (sold, sells) = (number(row, "sales_today_per_year"), number(row, "sales_plan_per_year"));
    let (before, after) =
        (money(number(row, "profit_today_cny_per_year")), money(number(row, "profit_plan_cny_per_year")));
    told.push(Sentence::new(
        format!("{en} {does}. It sells {} cars a year today and {} in the plan; it earns {} a year today and {} in the plan.", count(sold), count(sells), before.0, after.0),
        format!("{zh}{does_zh}。现状年销{}辆，规划后{}辆；现状年利润{}，规划后{}。", count(sold), count(sells), before.1, after.1),
    ));
    let one_off = number(row, "one_off_cost_cny");
    if one_off != 0.0 {
        let m = money(one_off);
        told.push(Sentence::new(format!("That costs {} once.", m.0), format!("一次性投入{}。", m.1)));
    }
    let reason = (get(row, "reason"), get(row, "reason_zh"));
    told.push(Sentence::new(format!("Everything else kept, {}.", reason.0), format!("其他决策不变时，{}。", reason.1)));
    told.extend(traffic(scenario, tables, site));
    for w in tables.warnings.iter().filter(|w| get(w, "site_id") == code) {
        let model = get(w, "model_id");
        told.push(Sentence::new(
            format!("Warning ({}, {}) {model}: {}.", get(w, "rule"), get(w, "severity"), get(w, "text")),
            format!("预警（{}，{}）{model}：{}。", get(w, "rule"), get(w, "severity"), get(w, "text_zh")),
        ));
    }
    told
}

/// Cars that come and go.
fn traffic(scenario: &Scenario, tables: &Tables, site: SiteId) -> Option<Sentence> {
    let code = &scenario.network.sites[site].code;
    let sum = |rows: &Rows, column: &str| -> f64 {
        rows.iter().filter(|r| get(r, column) == code).map(|r| number(r, "cars")).sum()
    };
    let lines = tables.orders.iter().filter(|r| get(r, "site_id") == code).count();
    let cars =
        [sum(&tables.orders, "site_id"), sum(&tables.transfers, "to_site_id"), sum(&tables.transfers, "from_site_id")];
    (cars.iter().sum::<f64>() > 0.0).then(|| {
        let [ordered, into, out] = cars.map(count);
        Sentence::new(
            format!("It is sent {ordered} cars in {lines} order lines; {into} cars move in from other dealers and {out} move out."),
            format!("向其发车{ordered}辆（{lines}条订单行）；从其他门店调入{into}辆，调出{out}辆。"),
        )
    })
}

fn works(scenario: &Scenario, tables: &Tables, site: SiteId) -> Vec<Sentence> {
    let s = &scenario.network.sites[site];
    let (en, zh) = named(scenario, site);
    let rows = || tables.orders.iter().filter(|r| get(r, "plant_id") == s.code);
    let (lines, cars) = (rows().count(), count(rows().map(|r| number(r, "cars")).sum()));
    let (kind, kind_zh) = if s.kind == SiteKind::Plant { ("a plant", "工厂") } else { ("a hub", "中转库") };
    vec![Sentence::new(
        format!("{en} is {kind}: nothing is decided about it. {cars} cars leave it in {lines} order lines."),
        format!("{zh}是{kind_zh}，不对其作决策。计划发车{cars}辆（{lines}条订单行）。"),
    )]
}

fn people(scenario: &Scenario, tables: &Tables, zone: ZoneId) -> Vec<Sentence> {
    let z = &scenario.network.zones[zone];
    let Some(row) = tables.zones.iter().find(|r| get(r, "zone_id") == z.code) else { return Vec::new() };
    let share = |column: &str, lang| show(number(row, column), Kind::Share, lang, "CNY");
    let cars = |column: &str| count(number(row, column));
    let mut told = vec![Sentence::new(
        format!(
            "{} ({}): {} of {} new cars a year are the brand's in the plan ({}); today {} ({}).",
            z.code,
            z.name,
            cars("sales_plan_per_year"),
            cars("registrations_per_year"),
            share("share_plan", Lang::En),
            cars("sales_today_per_year"),
            share("share_today", Lang::En)
        ),
        format!(
            "{}（{}）：规划后每年{}辆新车中有{}辆为本品牌（{}）；现状{}辆（{}）。",
            z.code,
            z.name_zh,
            cars("registrations_per_year"),
            cars("sales_plan_per_year"),
            share("share_plan", Lang::Zh),
            cars("sales_today_per_year"),
            share("share_today", Lang::Zh)
        ),
    )];
    let near = |column: &str| if get(row, column).is_empty() { None } else { Some(count(number(row, column))) };
    let covered = get(row, "covered_plan") == "true";
    told.push(match near("nearest_plan_min") {
        Some(minutes) => Sentence::new(
            format!(
                "The nearest store of the plan is {minutes} minutes away; the zone counts as {}.",
                if covered { "covered" } else { "not covered" }
            ),
            format!("规划中最近的门店在{minutes}分钟车程处；该区{}覆盖。", if covered { "已" } else { "未" }),
        ),
        None => Sentence::new("No store of the plan reaches it.", "规划中没有门店能辐射到该区。"),
    });
    for r in tables.service.iter().filter(|r| get(r, "zone_id") == z.code) {
        let (site, cars) = (get(r, "site_id"), count(number(r, "cars_per_year")));
        told.push(Sentence::new(
            format!("{site} sells it {cars} cars a year."),
            format!("{site}每年向该区销售{cars}辆。"),
        ));
    }
    told.extend(closed_nearby(scenario, tables, zone));
    told
}

/// Sites that reach the zone and are closed in the plan, each with its price.
fn closed_nearby(scenario: &Scenario, tables: &Tables, zone: ZoneId) -> Vec<Sentence> {
    let half = crate::units::Hours::new(scenario.settings.market.half_time_min / 60.0);
    let coverage = Coverage::new(&scenario.network, half);
    let mut told = Vec::new();
    for row in tables.placement.iter().filter(|r| matches!(get(r, "action"), "close" | "stay_closed" | "move_out")) {
        let Some((id, site)) = scenario.network.sites.iter().find(|s| s.1.code == get(row, "site_id")) else {
            continue;
        };
        let own = site.format.map(|f| scenario.network.formats[f].reach);
        let reaches = coverage.of_site(id).iter().any(|(z, leg)| *z == zone && Some(leg.time) <= own);
        if reaches {
            let (en, zh) = named(scenario, id);
            told.push(Sentence::new(
                format!("{en} would reach it and is closed: {}.", get(row, "reason")),
                format!("{zh}可辐射该区，但未开设：{}。", get(row, "reason_zh")),
            ));
        }
    }
    told
}

fn order(scenario: &Scenario, row: &BTreeMap<String, String>, site: SiteId) -> Vec<Sentence> {
    let (en, zh) = named(scenario, site);
    let (cars, model, plant, week) =
        (get(row, "cars"), get(row, "model_id"), get(row, "plant_id"), get(row, "week_start"));
    let reason = get(row, "reason");
    let worth = money(number(row, "worth_cny"));
    vec![
        Sentence::new(
            format!("{cars} {model} leave {plant} in the week of {week} for {en}, for this reason: {reason}."),
            format!("{week}当周，{cars}辆{model}从{plant}发往{zh}，原因：{}。", reason_zh(reason)),
        ),
        Sentence::new(
            format!("Taken out with everything else kept, the plan would cost {} more.", worth.0),
            format!("其他决策不变而去掉该行，计划成本将增加{}。", worth.1),
        ),
    ]
}

fn reason_zh(reason: &str) -> &str {
    match reason {
        "demand cover" => "满足需求",
        "safety stock" => "安全库存",
        "end target" => "期末目标库存",
        "fair share under short supply" => "供应不足时的公平分配",
        "frozen or set by hand" => "冻结周或人工设定",
        "pack rounding" => "整包取整",
        "fills a carrier" => "拼满板车",
        "pushed supply" => "推式供应",
        "keeps last week's plan" => "保持上周计划",
        "serves a transfer" => "为调拨服务",
        other => other,
    }
}

fn moves(scenario: &Scenario, tables: &Tables, (from, to): (SiteId, SiteId), model: &str) -> Vec<Sentence> {
    let code = |s: SiteId| scenario.network.sites[s].code.as_str();
    let rows: Vec<_> = tables
        .transfers
        .iter()
        .filter(|r| (get(r, "from_site_id"), get(r, "to_site_id"), get(r, "model_id")) == (code(from), code(to), model))
        .collect();
    let sum = |column: &str| rows.iter().map(|r| number(r, column)).sum::<f64>();
    let Some(first) = rows.first() else { return Vec::new() };
    let (a, b) = (named(scenario, from), named(scenario, to));
    let (value, cost, gain) =
        (money(sum("value_cny")), money(sum("cost_cny")), money(sum("value_cny") - sum("cost_cny")));
    let (cars, km) = (count(sum("cars")), get(first, "distance_km"));
    let told = vec![Sentence::new(
        format!(
            "{cars} {model} move {km} km from {} to {}: they are worth {} more there and cost {} to move, which leaves {}.",
            a.0, b.0, value.0, cost.0, gain.0
        ),
        format!(
            "{cars}辆{model}从{}调往{}，行程{km}公里：在那里价值高出{}，调拨成本{}，净收益{}。",
            a.1, b.1, value.1, cost.1, gain.1
        ),
    )];
    told
}
