//! warnings.csv: what to watch; tasks.csv: what to do about what is raised.

use super::table::{Cell, Table};
use crate::evaluation::monitor::{Level, Status};
use crate::planning::{Ground, Job, Review, Task, Warning};

/// warnings.csv: one warning per dealer and model; raised ones first, red and dear ones before others. A first amber
/// finding is pending until the next review finds it too.
pub fn warnings(ground: &Ground, review: &Review) -> Table {
    let mut table = Table::new(&[
        "rule",
        "severity",
        "after_plan",
        "status",
        "reviews",
        "site_id",
        "model_id",
        "plant_id",
        "region",
        "probability",
        "money_cny",
        "lead_time_days",
        "action",
        "action_zh",
        "text",
        "text_zh",
        "also",
    ]);
    for w in &review.warnings {
        let place = Names::of(ground, w);
        let (action, action_zh) = action(ground, w.task);
        let also: Vec<&str> = w.company.iter().map(|r| r.name()).collect();
        table.row([
            Cell::Text(w.rule.name()),
            Cell::Text(severity(w)),
            Cell::Text(w.left.map_or("settled", level)),
            Cell::Text(status(w.status)),
            Cell::from(w.reviews),
            Cell::Text(place.site),
            Cell::Text(place.model),
            Cell::Text(place.plant),
            Cell::Text(place.region),
            Cell::Number(w.finding.probability, 4),
            Cell::Number(w.finding.money, 2),
            Cell::Number(w.finding.lead_weeks * 7.0, 1),
            Cell::Text(&action),
            Cell::Text(&action_zh),
            Cell::Text(&w.finding.text),
            Cell::Text(&w.finding.text_zh),
            Cell::Text(&also.join(" ")),
        ]);
    }
    table
}

/// tasks.csv: what to do, most urgent first: one line of orders.csv or transfers.csv, or one dealer to decide about.
pub fn tasks(ground: &Ground, review: &Review) -> Table {
    let mut table = Table::new(&[
        "task",
        "priority",
        "due",
        "severity",
        "rule",
        "site_id",
        "model_id",
        "plant_id",
        "region",
        "action",
        "from_site_id",
        "to_site_id",
        "order_model_id",
        "week_start",
        "cars",
        "oldest_days",
        "warnings",
        "money_cny",
        "probability",
        "text",
        "text_zh",
    ]);
    let scenario = ground.scenario;
    let site = |s| Cell::Text(scenario.network.sites[s].code.as_str());
    let model = |m| Cell::Text(scenario.catalogue.models[m].code.as_str());
    for (k, job) in review.jobs().iter().enumerate() {
        let w = job.warnings[0];
        let place = Names::of(ground, w);
        let due = scenario.today.saturating_add(jiff::Span::new().days(days_left(job.lead_weeks)));
        let (monday, due) = match job.task {
            // An order that is not placed by its week is late, whenever the trouble comes.
            Task::Order { week, .. } => {
                let monday = ground.forecast.monday(week);
                (monday.to_string(), due.min(monday))
            }
            _ => (String::new(), due),
        };
        let due = due.to_string();
        let (word, from, to, which, cars, age) = match job.task {
            Task::Order { plant, site: to, model: m, cars, .. } => {
                ("order", site(plant), site(to), model(m), Cell::from(cars), Cell::Empty)
            }
            Task::Transfer { from, to, model: m, cars, age_days } => {
                ("transfer", site(from), site(to), model(m), Cell::from(cars), Cell::from(age_days))
            }
            Task::Decide => ("decide", Cell::Empty, Cell::Empty, Cell::Empty, Cell::Empty, Cell::Empty),
        };
        let (text, text_zh) = job_text(ground, job);
        table.row([
            Cell::from(k + 1),
            Cell::Text(job.priority.name()),
            Cell::Text(&due),
            Cell::Text(level(job.level)),
            Cell::Text(w.rule.name()),
            Cell::Text(place.site),
            Cell::Text(place.model),
            Cell::Text(place.plant),
            Cell::Text(place.region),
            Cell::Text(word),
            from,
            to,
            which,
            Cell::Text(&monday),
            cars,
            age,
            Cell::from(job.warnings.len()),
            Cell::Number(job.money, 2),
            Cell::Number(w.finding.probability, 4),
            Cell::Text(&text),
            Cell::Text(&text_zh),
        ]);
    }
    table
}

/// The dearest warning's sentence, and which others go with it.
fn job_text(ground: &Ground, job: &Job) -> (String, String) {
    const NAMED: usize = 5;
    let first = &job.warnings[0].finding;
    let names: Vec<&str> =
        job.warnings[1..].iter().map(|w| Names::of(ground, w).model).filter(|m| !m.is_empty()).collect();
    if names.is_empty() {
        return (first.text.clone(), first.text_zh.clone());
    }
    let list = names[..names.len().min(NAMED)].join(", ");
    let more = if names.len() > NAMED { ", …" } else { "" };
    (
        format!("{}; also {} more: {list}{more}", first.text, names.len()),
        format!("{}；另有{}条：{list}{more}", first.text_zh, names.len()),
    )
}

/// Whole days until the trouble, at most a year.
fn days_left(weeks: f64) -> i64 {
    (weeks * 7.0).clamp(0.0, 365.0).floor() as i64
}

fn level(level: Level) -> &'static str {
    match level {
        Level::Red => "red",
        Level::Amber => "amber",
    }
}

/// Ids of a warning's place; empty where it has none.
struct Names<'a> {
    site: &'a str,
    model: &'a str,
    plant: &'a str,
    region: &'a str,
}

impl<'a> Names<'a> {
    fn of(ground: &Ground<'a>, w: &Warning) -> Self {
        let scenario = ground.scenario;
        let site = |s: Option<_>| s.map_or("", |s| scenario.network.sites[s].code.as_str());
        Self {
            site: site(w.site),
            model: w.model.map_or("", |m| scenario.catalogue.models[m].code.as_str()),
            plant: site(w.plant),
            region: w.region.map_or("", |r| scenario.network.regions[r].name.as_str()),
        }
    }
}

/// A pending warning is amber: red ones are raised at once.
fn severity(w: &Warning) -> &'static str {
    if w.status == Status::Pending { "pending" } else { level(w.finding.level) }
}

fn status(status: Status) -> &'static str {
    match status {
        Status::Raised => "raised",
        Status::Clearing => "clearing",
        Status::Pending => "pending",
    }
}

fn action(ground: &Ground, task: Task) -> (String, String) {
    let scenario = ground.scenario;
    let site = |s| scenario.network.sites[s].code.as_str();
    let model = |m| scenario.catalogue.models[m].code.as_str();
    match task {
        Task::Order { plant, site: to, model: m, week, cars } => {
            let monday = ground.forecast.monday(week);
            (
                format!(
                    "order {cars} {} from {} to {}, leaving in the week of {monday}",
                    model(m),
                    site(plant),
                    site(to)
                ),
                format!("订购{cars}辆{}，{}→{}，{monday}当周发运", model(m), site(plant), site(to)),
            )
        }
        Task::Transfer { from, to, model: m, cars, age_days } => (
            format!("move {cars} {} of up to {age_days} days from {} to {}", model(m), site(from), site(to)),
            format!("调拨{cars}辆{}（库龄至{age_days}天），{}→{}", model(m), site(from), site(to)),
        ),
        Task::Decide => ("decide".into(), "待决策".into()),
    }
}
