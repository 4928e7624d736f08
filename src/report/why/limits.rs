//! Limits and what they are worth, in sentences.

use super::subject::Tables;
use super::{Sentence, money, plus};
use crate::explain::{Limit, Loosened, Per, Subject, Without};
use crate::placement::dealer::Action;
use crate::scenario::Scenario;

fn per(per: Per) -> (&'static str, &'static str) {
    match per {
        Per::Year => ("a year", "每年"),
        Per::Horizon => ("over the planned weeks", "计划期内"),
        Per::Week => ("in the coming week", "本周"),
    }
}

/// A limit's name with what it belongs to.
fn name(scenario: &Scenario, limit: Limit) -> (String, String) {
    let code = |s| scenario.network.sites[s].code.as_str();
    match limit {
        Limit::Slots(plant, model, week) => {
            let monday = scenario.today.saturating_add(jiff::Span::new().weeks(week as i64));
            let model = &scenario.catalogue.models[model].code;
            let plant = code(plant);
            (
                format!("build slots of {model} at {plant} in the week of {monday}"),
                format!("{plant}在{monday}当周的{model}排产名额"),
            )
        }
        Limit::Rule(s) => (format!("rule of {}", code(s)), format!("{}的规则", code(s))),
        Limit::Capacity(s) => (format!("selling capacity of {}", code(s)), format!("{}的年销售能力", code(s))),
        Limit::Storage(s) => (format!("storage of {}", code(s)), format!("{}的库容", code(s))),
        Limit::Credit(s) => (format!("credit of {}", code(s)), format!("{}的授信额度", code(s))),
        other => {
            let zh = match other {
                Limit::Budget => "每阶段预算",
                Limit::MaxOpen => "每阶段最多开店数",
                Limit::MaxClose => "每阶段最多关店数",
                Limit::MinStores => "最少门店数",
                Limit::MaxStores => "最多门店数",
                Limit::MinDistance => "门店最小间距",
                Limit::Territory => "经销商区域保护距离",
                Limit::MoveRadius => "最远迁址距离",
                Limit::CoverageFloor => "覆盖率下限",
                Limit::ChangeFormat => "是否允许改变业态",
                Limit::Freeze => "冻结周数",
                Limit::Pack => "整包台数",
                Limit::MinimumOrder => "最小订货量",
                Limit::MaxShare => "每周最大调出比例",
                Limit::MinAge => "可调出的最小库龄",
                _ => "最远调拨距离",
            };
            (other.name().to_owned(), zh.to_owned())
        }
    }
}

/// One sentence for each limit that binds, and one for all those that do not.
pub fn limits(scenario: &Scenario, subject: Subject, loosened: &[Loosened]) -> Vec<Sentence> {
    let mut told = Vec::new();
    for l in loosened.iter().filter(|l| l.gain.abs() > 0.005) {
        let (en, zh) = name(scenario, l.limit);
        let (gain, over) = (plus(l.gain), per(l.limit.per()));
        let over = if matches!(subject, Subject::Transfer { .. }) { per(Per::Week) } else { over };
        let then = l.then.map(|a| becomes(scenario, a)).unwrap_or_default();
        told.push(Sentence::new(
            format!(
                "Binding: {en}, {} → {}: solved again, the plan earns {} {}{}.",
                l.step.before, l.step.after, gain.0, over.0, then.0
            ),
            format!(
                "起约束作用：{zh}，{} → {}：重新求解后，方案{}收益变化{}{}。",
                l.step.before, l.step.after, over.1, gain.1, then.1
            ),
        ));
    }
    let idle: Vec<_> = loosened.iter().filter(|l| l.gain.abs() <= 0.005).collect();
    if !idle.is_empty() {
        let list = |zh: bool, between: &str| {
            let one = |l: &&Loosened| {
                let (en, chinese) = name(scenario, l.limit);
                format!("{} {} → {}", if zh { chinese } else { en }, l.step.before, l.step.after)
            };
            idle.iter().map(one).collect::<Vec<_>>().join(between)
        };
        told.push(Sentence::new(
            format!("Not binding (loosened and solved again, nothing is gained): {}.", list(false, "; ")),
            format!("不起约束作用（放宽后重新求解，没有收益）：{}。", list(true, "；")),
        ));
    }
    told
}

fn becomes(scenario: &Scenario, action: Action) -> (String, String) {
    let code = |s| scenario.network.sites[s].code.as_str();
    let (en, zh) = match action {
        Action::Keep => ("stay as it is".to_owned(), "维持不变".to_owned()),
        Action::Improve => ("change its format".into(), "改变业态".into()),
        Action::Open => ("open".into(), "开设".into()),
        Action::Close => ("close".into(), "关闭".into()),
        Action::MoveOut(to) => (format!("move to {}", code(to)), format!("迁至{}", code(to))),
        Action::MoveIn(from) => (format!("take the store of {}", code(from)), format!("接收{}迁来的门店", code(from))),
        Action::StayClosed => ("stay closed".into(), "不开设".into()),
    };
    (format!(" and the site would {en}"), format!("，该点将{zh}"))
}

/// The alternative, solved again.
pub fn without(subject: Subject, w: Option<&Without>) -> Sentence {
    let Some(w) = w else {
        return match subject {
            Subject::Zone(_) => Sentence::new(
                "The limits of the placement decide what stores it can have:",
                "该区可有哪些门店由选址的各项限制决定：",
            ),
            _ => Sentence::new("The rules leave no other choice.", "规则不允许其他选择。"),
        };
    };
    let (price, over) = (money(w.price), per(w.per));
    let (what, what_zh) = match subject {
        Subject::Site(_) => {
            ("Solved again with the store treated the other way (open or closed)", "若强制相反（开或关）并重新求解")
        }
        Subject::Order { .. } => ("Planned again without an order in that week", "若禁止该周下单并重新计划"),
        _ => ("Solved again without moves between these two dealers", "若禁止这两店之间调拨并重新求解"),
    };
    let list = |zh: bool| {
        let one = |(what, cars): &(String, i64)| format!("{what} {cars:+}");
        let all = w.instead.iter().map(one).collect::<Vec<_>>().join(", ");
        match (all.is_empty(), zh) {
            (true, _) => String::new(),
            (_, false) => format!("; instead: {all} cars"),
            (_, true) => format!("；替代：{all}辆"),
        }
    };
    Sentence::new(
        format!("{what}, the network would lose {} {}{}.", price.0, over.0, list(false)),
        format!("{what_zh}，网络{}将损失{}{}。", over.1, price.1, list(true)),
    )
}

/// Marginal values of the relaxation that touch the subject.
pub fn marginal(scenario: &Scenario, tables: &Tables, subject: Subject) -> Vec<Sentence> {
    let (sites, models): (Vec<_>, Vec<_>) = match subject {
        Subject::Site(s) => {
            let code = scenario.network.sites[s].code.clone();
            let column =
                |r: &std::collections::BTreeMap<String, String>, name: &str| r.get(name).cloned().unwrap_or_default();
            let own = tables.orders.iter().filter(|o| column(o, "site_id") == code);
            let pairs: Vec<_> = own.map(|o| (column(o, "plant_id"), column(o, "model_id"))).collect();
            let mut sites: Vec<String> = pairs.iter().map(|p| p.0.clone()).collect();
            sites.push(code);
            (sites, pairs.into_iter().map(|p| p.1).collect())
        }
        Subject::Order { plant, site, model, .. } => {
            let code = |s| scenario.network.sites[s].code.clone();
            (vec![code(plant), code(site)], vec![scenario.catalogue.models[model].code.clone()])
        }
        _ => return Vec::new(),
    };
    let plant = matches!(subject, Subject::Site(s) if !scenario.network.sites[s].is_store());
    let get = |r: &std::collections::BTreeMap<String, String>, name: &str| r.get(name).cloned().unwrap_or_default();
    let touches = |r: &&std::collections::BTreeMap<String, String>| {
        let model = get(r, "model_id");
        let here = get(r, "site_id");
        // A goal for the sales of a model has no place.
        (sites.contains(&here) || here.is_empty()) && (plant || model.is_empty() || models.contains(&model))
    };
    let told = tables.prices.iter().filter(touches).map(|r| {
        let value: f64 = get(r, "relaxation_value_cny").parse().unwrap_or(0.0);
        let m = money(value);
        let (limit, place, model, week) = (get(r, "limit"), get(r, "site_id"), get(r, "model_id"), get(r, "week_start"));
        let at = if place.is_empty() { String::new() } else { format!(" at {place}") };
        let (limit_en, limit_zh, unit) = match limit.as_str() {
            "build_slots" => ("build slot", "排产名额", "one more"),
            "storage" => ("place in storage", "库位", "one more"),
            "credit" => ("CNY of credit", "元授信", "one more"),
            "fill_goal" => ("lost sale that the goal allows", "个目标允许的缺售", "one more"),
            other => (other, other, "one more"),
        };
        Sentence::new(
            format!("Marginal value of the relaxation (no difference of plans): {unit} {limit_en} {model}{at} in the week of {week}: {}.", m.0),
            format!("松弛问题的边际价值（并非两个方案之差）：{place}在{week}当周多一个{model}{limit_zh}：{}。", m.1),
        )
    });
    let mut told: Vec<Sentence> = told.collect();
    told.truncate(8);
    told
}
