//! summary.json: the headline figures of every step.

use crate::evaluation::Kpi;
use crate::evaluation::monitor::{Level, Rule};
use crate::ids::SiteId;
use crate::io::market::journey::Visitors;
use crate::placement::control::Grade;
use crate::placement::dealer::Action;
use crate::planning::journey::{Journey, Segment, Worth};
use crate::planning::{
    Basis, Cargo, Cause, Change, Goods, Ground, Placement, Previous, Priority, Replenishment, Review, Routing,
    Simulation, Transfers,
};
use crate::replenishment::CostParts;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// The summary under construction; steps that are not run again keep their earlier part.
pub struct Summary(Map<String, Value>);

impl Summary {
    /// Goes on from an earlier summary, or starts.
    pub fn new(ground: &Ground, earlier: Option<Map<String, Value>>) -> Self {
        let mut map = earlier.unwrap_or_default();
        let s = ground.scenario;
        let count = |kind| s.network.sites_of(kind).count();
        use crate::network::SiteKind as K;
        map.insert(
            "scenario".into(),
            json!({
                "id": s.id, "name": s.name, "name_zh": s.name_zh, "currency": s.currency, "synthetic": s.synthetic,
                "today": s.today.to_string(),
            }),
        );
        map.insert(
            "size".into(),
            json!({
                "zones": s.network.zones.len(), "regions": s.network.regions.len(), "sites": s.network.sites.len(),
                "dealers": count(K::Dealer), "candidates": count(K::Candidate), "plants": count(K::Plant),
                "hubs": count(K::Hub), "models": s.catalogue.models.len(), "history_weeks": s.history.weeks(),
                "horizon_weeks": s.settings.horizon_weeks, "sold_cars_in_history": s.history.total(),
                "lanes": crate::network::graph::TransportGraph::new(&s.network).lanes(),
            }),
        );
        for key in ["steps", "kpis", "aggregated", "warnings_count"] {
            map.entry(key)
                .or_insert_with(|| if key == "steps" || key == "warnings_count" { json!({}) } else { json!([]) });
        }
        let mut summary = Self(map);
        // What steps said stays until they are run again.
        let said = summary.0.get("aggregated").and_then(Value::as_array).cloned().unwrap_or_default();
        let mut list = assumptions(ground);
        list.extend(said.into_iter().filter(|r| r.get("step").is_some()));
        summary.0.insert("aggregated".into(), Value::Array(list));
        summary
    }

    /// Replaces what a step said beside its figures.
    fn say(&mut self, step: &str, remarks: &[(String, String)]) {
        if let Some(Value::Array(list)) = self.0.get_mut("aggregated") {
            list.retain(|r| r.get("step").and_then(Value::as_str) != Some(step));
            list.extend(remarks.iter().map(|(text, zh)| json!({"step": step, "text": text, "text_zh": zh})));
        }
    }

    fn step(&mut self, name: &str, value: Value) {
        if let Some(Value::Object(steps)) = self.0.get_mut("steps") {
            steps.insert(name.into(), value);
        }
    }

    /// The placement of an earlier run that this one goes on from.
    pub fn placed_before(&mut self, mut step: Value) {
        if let Value::Object(step) = &mut step {
            step.insert("of_earlier_tables".into(), json!(true));
            step.insert("grade".into(), json!("C"));
            step.insert("grade_reason".into(), json!(EARLIER));
        }
        self.step("place", step);
    }

    /// What the check saw.
    pub fn check(&mut self, files: usize, rows: u64) {
        self.step("check", json!({"status": "ok", "files": files, "rows": rows}));
    }

    /// The forecast's headline.
    pub fn forecast(&mut self, ground: &Ground) {
        let f = &ground.forecast;
        let tested = ground.backtest.as_ref();
        let mean = |of: &dyn Fn(&crate::demand::forecast::Backtest) -> f64| {
            tested.map(|t| {
                let weight: f64 = t.iter().map(|b| b.actual).sum();
                round(t.iter().map(|b| of(b) * b.actual).sum::<f64>() / weight.max(1.0), 5)
            })
        };
        self.step(
            "forecast",
            json!({
                "status": "ok", "weeks": f.planned_weeks, "cars_per_week": round(ground.weekly_demand(), 3),
                "cars_first_year": round(f.yearly(), 1), "dispersion": round(f.dispersion, 6),
                "backtest_weeks": tested.map(|_| 8), "wape": mean(&|b| b.wape), "wape_naive": mean(&|b| b.wape_naive),
                "inside_90_band": mean(&|b| b.inside), "margin_of_average_car_cny": ground.margin.major(),
                "holding_of_average_car_cny": ground.holding.major(),
                "market_factor": round(ground.market.nation, 6),
            }),
        );
    }

    /// The placement's headline.
    pub fn place(&mut self, p: &Placement) {
        let plan = &p.plan;
        let status = if plan.gap() <= 1e-9 { "optimal" } else { "gap" };
        self.step(
            "place",
            json!({
                "status": status,
                "objective_cny_per_year": plan.profit.major(), "bound_cny_per_year": plan.bound.major(),
                "gap": round(plan.gap(), 9), "grade": plan.grade().letter(), "grade_reason": PROVED,
                "repeatable": plan.repeatable, "nodes": plan.nodes,
                "opened": plan.count(|a| a == Action::Open), "closed": plan.count(|a| a == Action::Close),
                "moved": plan.moves.len(), "improved": plan.count(|a| a == Action::Improve),
                "kept": plan.count(|a| a == Action::Keep),
                "stores_today": p.problem.today().iter().flatten().count(),
                "stores_plan": plan.open().iter().flatten().count(),
                "one_off_cost_cny": plan.one_off.major(),
                "profit_today_cny_per_year": plan.profit_today.major(), "profit_plan_cny_per_year": plan.profit.major(),
            }),
        );
    }

    /// The replenishment's headline.
    pub fn replenish(&mut self, ground: &Ground, r: &Replenishment) {
        self.redirected(ground, &r.goods);
        let plan = &r.plan;
        let cost: Map<String, Value> =
            plan.cost.named().iter().map(|(name, amount)| ((*name).into(), json!(round(*amount, 2)))).collect();
        self.step(
            "replenish",
            json!({
                "status": if plan.gap() <= 1e-6 { "optimal" } else { "gap" },
                "cost_cny": round(plan.cost.total(), 2), "bound_cny": round(plan.bound, 2), "gap": round(plan.gap(), 9),
                "proved_bound_cny": round(plan.proved, 2),
                "grade": order_grade(r),
                "grade_reason": GRADE, "repeatable": plan.repeatable,
                "cars_ordered": plan.orders.iter().map(|o| u64::from(o.cars)).sum::<u64>(),
                "order_lines": plan.orders.len(), "fill_rate": round(plan.fill_rate(), 6), "cost_parts_cny": cost,
                "carrier_runs": round(plan.carriers.iter().map(|c| c.runs).sum::<f64>(), 3),
            }),
        );
    }

    /// How many orders differ from last week's plan, by cause.
    pub fn changes(&mut self, previous: &Previous, found: &[Change]) {
        let mut causes = Map::new();
        for cause in [Cause::Lock, Cause::Stock, Cause::Sales, Cause::Forecast, Cause::Arrivals, Cause::Supply] {
            let count = found.iter().filter(|c| c.cause == cause).count();
            causes.insert(cause.word().into(), json!(count));
        }
        let cars: u64 = found.iter().map(|c| u64::from(c.before.abs_diff(c.now))).sum();
        self.step(
            "changes",
            json!({
                "previous": previous.first.to_string(), "lines": found.len(), "cars": cars, "causes": causes,
            }),
        );
    }

    /// Takes back what an earlier run compared.
    pub fn no_changes(&mut self) {
        if let Some(Value::Object(steps)) = self.0.get_mut("steps") {
            steps.remove("changes");
        }
    }

    /// What the industry's rules of allocation would cost beyond the plan; after [`Summary::replenish`].
    pub fn alternatives(&mut self, list: &[(&'static str, CostParts, f64)]) {
        let plan = list.first().map_or(0.0, |first| first.1.without_distances());
        let beyond: Map<String, Value> = list
            .iter()
            .skip(1)
            .map(|(name, cost, _)| ((*name).into(), json!(round(cost.without_distances() - plan, 2))))
            .collect();
        let step = self.0.get_mut("steps").and_then(|s| s.get_mut("replenish")).and_then(Value::as_object_mut);
        if let Some(step) = step {
            step.insert("rules_beyond_plan_cny".into(), Value::Object(beyond));
        }
    }

    /// Cars of stores that end: how many go on, from where; which ones find no store is said one by one.
    fn redirected(&mut self, ground: &Ground, goods: &Goods) {
        let network = &ground.scenario.network;
        let (mut ends, mut yard, mut road) = (BTreeSet::new(), 0, 0);
        let mut stranded: BTreeMap<SiteId, u32> = BTreeMap::new();
        for r in &goods.redirected {
            ends.insert(r.from);
            match (r.to, &r.cargo) {
                (None, _) => *stranded.entry(r.from).or_default() += r.cars,
                (Some(_), Cargo::Road(_)) => road += r.cars,
                (Some(_), _) => yard += r.cars,
            }
        }
        let mut remarks = Vec::new();
        if yard + road > 0 {
            let stores = ends.len();
            remarks.push((
                format!(
                    "Cars of stores that end ({stores} of them) go on to other stores: {yard} in their yards, {road} on \
                     the road to them (redirected.csv)."
                ),
                format!("停业门店（{stores}家）的车辆转往其他门店：在库{yard}辆，在途{road}辆（redirected.csv）。"),
            ));
        }
        remarks.extend(stranded.iter().map(|(&from, cars)| {
            let from = &network.sites[from].code;
            (
                format!("{from} ends: {cars} cars of it have no open store that sells them."),
                format!("{from}停业：{cars}辆车没有可接收的门店。"),
            )
        }));
        self.say("replenish", &remarks);
    }

    /// The transfers' headline.
    pub fn transfer(&mut self, t: &Transfers) {
        let plan = &t.plan;
        let sum = |of: &dyn Fn(&crate::transfer::plan::Move) -> crate::units::Money| {
            plan.moves.iter().map(of).sum::<crate::units::Money>().major()
        };
        self.step(
            "transfer",
            json!({
                "status": if plan.bound <= plan.objective { "optimal" } else { "gap" },
                "moves": plan.moves.len(), "value_cny": sum(&|m| m.gain - m.loss), "cost_cny": sum(&|m| m.cost),
                "profit_cny": plan.profit.major(), "objective_cny": plan.objective.major(), "bound_cny": plan.bound.major(),
                "grade": if plan.bound <= plan.objective { "A" } else { "B" }, "repeatable": true,
            }),
        );
    }

    /// The carriers' headline.
    pub fn route(&mut self, r: &Routing) {
        let cars: u64 = r.loads.iter().map(|l| u64::from(l.cars())).sum();
        let (cost, alone, thumb) = (r.cost().major(), r.alone.major(), r.thumb.major());
        let saved = |of: f64| if of > 0.0 { round(1.0 - cost / of, 6) } else { 0.0 };
        let part = |p: &crate::planning::Priced| {
            let (cost, least) = (p.cost.major(), p.least.major());
            json!({"loads": p.loads, "sets": p.sets, "cost_cny": cost, "bound_cny": least,
                   "gap": if least > 0.0 { round(cost / least - 1.0, 6) } else { 0.0 }})
        };
        self.step(
            "route",
            json!({
                "status": "feasible", "cost_cny": cost, "bound_cny": Value::Null, "gap": Value::Null, "grade": "C",
                "repeatable": r.repeatable, "cars": cars, "loads": r.loads.len(), "tours": r.tours.len(),
                "distance_km": round(r.km(), 1), "load_factor": round(r.fill, 6), "cost_of_loads_alone_cny": alone, "saved_share": saved(alone),
                "cost_first_fit_nearest_insertion_cny": thumb, "saved_share_first_fit_nearest_insertion": saved(thumb),
                "parts": r.parts, "loads_late": r.late, "priced_parts": r.priced.iter().map(part).collect::<Vec<_>>(),
                "tours_without_schedule": r.tours.iter().filter(|t| t.rules.is_none()).count(),
            }),
        );
    }

    /// The headline of the customers' way.
    pub fn journey(&mut self, from: &Visitors, worth: &Worth, made: &Journey) {
        let money = |hundredths: i64| hundredths as f64 / 100.0;
        let (plan, customers) = (&made.plan, &made.segments[..made.segments.len() - 1]);
        let all = |of: &dyn Fn(&Segment) -> f64| made.segments.iter().map(of).sum::<f64>();
        let live = &made.effect[3];
        let best = &made.effect[2];
        let mut step = json!({
            "label": "descriptive", "status": if plan.bound == plan.objective { "optimal" } else { "gap" },
            "objective_cny": money(plan.objective), "bound_cny": money(plan.bound),
            "gap": (plan.bound - plan.objective) as f64 / plan.bound.abs().max(1) as f64,
            "grade": if plan.bound == plan.objective { "A" } else { "B" }, "repeatable": true,
            "customers": from.people.customers.len(), "segments": customers.len(), "grouped": worth.grouped,
            "active": round(all(&|s| s.active), 2), "value_cny": round(all(&|s| s.value), 2),
            "offers": all(&|s| s.offers as f64), "offers_cost_cny": round(worth.offers.cost, 2),
            "offers_gain_cny": round(worth.offers.gain, 2), "offers_bound_cny": round(worth.offers.bound, 2),
            "leads": from.people.leads.len(), "leads_of_known": from.people.customer_of.iter().flatten().count(),
            "leads_unjoined": from.unjoined, "assigned": all(&|s| s.assigned as f64),
            "sales": round(all(&|s| s.sales), 3), "margin_cny": round(all(&|s| s.margin), 2),
            "stock": all(&|s| s.cars[0] as f64), "road": all(&|s| s.cars[1] as f64), "order": all(&|s| s.cars[2] as f64),
            "margin_blind_to_cars_cny": round(made.blind, 2),
        });
        for (name, outcome) in [("plan", best), ("live", live)] {
            let gain = &outcome.gain;
            step[format!("gain_{name}_cny")] =
                json!({ "mean": round(gain.mean, 2), "low": round(gain.low(), 2), "high": round(gain.high(), 2) });
        }
        step["trials"] = worth
            .trials
            .iter()
            .map(|t| json!({ "groups": t.groups, "silhouette": round(t.silhouette, 6), "stability": round(t.stability, 6) }))
            .collect();
        step["inputs"] = from.files.iter().map(|(file, sha256)| json!({ "file": file, "sha256": sha256 })).collect();
        self.step("journey", step);
    }

    /// The simulation's headline and the key figures.
    pub fn simulate(&mut self, sim: &Simulation, seed: u64, kpis: &[Kpi]) {
        self.step(
            "simulate",
            json!({
                "status": "ok", "days": sim.plan.days, "replications": sim.plan.replications, "seed": seed,
                "events_today": sim.today.events, "events_plan": sim.plan.events, "repeatable": true,
            }),
        );
        let figure = |i, unit| {
            let [mean, low, high] = super::outcome::triple(i, unit);
            json!({"mean": mean, "low": low, "high": high})
        };
        let list = kpis
            .iter()
            .map(|k| {
                json!({
                    "id": k.id, "unit": k.unit, "better": k.better.word(), "today": figure(&k.today, k.unit),
                    "plan": figure(&k.plan, k.unit), "difference": figure(&k.difference, k.unit),
                })
            })
            .collect();
        self.0.insert("kpis".into(), Value::Array(list));
    }

    /// How many warnings of each severity, how many wait for a second review, and what rules lack.
    pub fn warnings(&mut self, seen: &Review) {
        let (red, amber) = (seen.count(Level::Red), seen.count(Level::Amber));
        let (red_settled, amber_settled) = (seen.settled(Level::Red), seen.settled(Level::Amber));
        let jobs = seen.jobs();
        let now = || jobs.iter().filter(|j| j.priority == Priority::Now);
        self.0.insert(
            "warnings_count".into(),
            json!({"red": red, "amber": amber, "settled": red_settled + amber_settled, "now": now().count()}),
        );
        let mut rules = serde_json::Map::new();
        for rule in Rule::ALL {
            let count = seen.warnings.iter().filter(|w| w.rule == rule).count();
            rules.insert(rule.name().into(), json!(count));
        }
        let lacks: Vec<Value> = seen.lacks.iter().map(|l| json!({"rule": l.rule.name(), "lacks": l.text})).collect();
        let money = |m: f64| round(m, 2);
        self.step(
            "warn",
            json!({"red": red, "amber": amber, "red_settled": red_settled, "amber_settled": amber_settled,
                   "pending": seen.pending(), "tasks": jobs.len(), "tasks_now": now().count(),
                   "tasks_now_cny": money(now().map(|j| j.money).sum()),
                   "tasks_cny": money(jobs.iter().map(|j| j.money).sum()), "shown_by_rule": rules, "lacks": lacks}),
        );
    }

    /// The object that `--json` prints.
    pub fn value(&self) -> Value {
        Value::Object(self.0.clone())
    }

    /// The file's bytes.
    pub fn bytes(&self) -> Vec<u8> {
        let mut text = serde_json::to_string_pretty(&self.0).expect("a summary is plain data");
        text.push('\n');
        text.into_bytes()
    }
}

/// A or B by the bound that the prices prove; C where the planner's hand or last week's plan has a say, which `verify` does
/// not recompute.
fn order_grade(r: &Replenishment) -> &'static str {
    let data = r.problem.data();
    let hand = data.cells.iter().any(|c| !c.fixed.is_empty() || !c.forbidden.is_empty() || c.previous.is_some());
    if hand { "C" } else { Grade::of_gap(r.plan.proved_gap(), 1e-6).letter() }
}

const PROVED: &str = "feasibility, money and the bound (from the multipliers of a branch tree) are recomputed from the tables, without a solver";
const EARLIER: &str = "decided on the tables of an earlier week: the rules hold, its money is not that of today";
const GRADE: &str = "limits and every part of the cost are recomputed from the tables; the proved bound is recomputed from the prices of build slots, storage and credit, the other bound is the solver's own";

fn round(x: f64, digits: i32) -> f64 {
    let scale = 10f64.powi(digits);
    if x.is_finite() { (x * scale).round() / scale } else { 0.0 }
}

/// What was aggregated or assumed, said wherever results show.
fn assumptions(ground: &Ground) -> Vec<Value> {
    let s = ground.scenario;
    let mut list = Vec::new();
    let mut say = |text: String, zh: String| list.push(json!({"text": text, "text_zh": zh}));
    if s.synthetic {
        say("Dealers and sales of this scenario are synthetic.".into(), "本方案的经销商与销量为合成数据。".into());
    }
    if s.history.weeks() < crate::demand::forecast::season::SEASON_WEEKS {
        say(
            format!("{} weeks of sales are too few for a season: demand is carried on flat.", s.history.weeks()),
            format!("仅有{}周销量，不足以估计季节性：需求按平稳处理。", s.history.weeks()),
        );
    }
    for (basis, what, what_zh) in [
        (Basis::Segment, "models never sold are asked for like the average of their segment", "款新车型按同级平均估计"),
        (
            Basis::DealersPart,
            "dealer × model pairs without sales get the dealer's part of all sales at the model's national rate",
            "个无销量的经销商×车型按该店总销量占比估计",
        ),
        (Basis::Market, "dealers that sold nothing yet are taken as new stores", "家尚无销量的经销商按新店估计"),
        (
            Basis::NotAskedFor,
            "dealer × model pairs sold none where several were to be expected: taken as not asked for",
            "个经销商×车型应有销量而为零，视为无需求",
        ),
    ] {
        let count = ground.analogues.iter().filter(|a| a.basis == basis).count();
        if count > 0 {
            say(format!("{count} {what}."), format!("{count}{what_zh}。"));
        }
    }
    say(
        format!(
            "After week {} the forecast keeps its last level with the season; build slots follow it, all models at the horizon's ratio of slots to forecast.",
            ground.forecast.planned_weeks
        ),
        format!(
            "第{}周之后，预测按末期水平加季节性外推；各车型产能名额按计划期总名额与总预测之比随预测变化。",
            ground.forecast.planned_weeks
        ),
    );
    let factors = ground.market.factor.values().copied();
    let (low, high) = factors.fold((f64::INFINITY, 0.0_f64), |(low, high), f| (low.min(f), high.max(f)));
    if low < 0.98 || high > 1.02 {
        say(
            format!(
                "Zones' registrations are taken times {low:.2} to {high:.2} by region, so that today's network sells what \
                 the sales history says (whole nation: {:.2} of what registrations and distances alone would give).{}",
                ground.market.nation,
                if (0.5..=2.0).contains(&ground.market.nation) {
                    ""
                } else {
                    " That is far from 1: check rival_weight and \
                 registrations_per_year in zones.csv, and attraction in formats.csv."
                },
            ),
            format!(
                "各区上牌量按地区乘以{low:.2}至{high:.2}，使现有网络的销量与历史一致（全国：仅按上牌量与距离推算的{:.2}倍）。{}",
                ground.market.nation,
                if (0.5..=2.0).contains(&ground.market.nation) {
                    ""
                } else {
                    "该系数偏离1较多，请检查zones.csv的rival_weight与registrations_per_year以及formats.csv的attraction。"
                },
            ),
        );
    }
    say(
        "Placement counts an average car of the forecast mix; carriers are planned by plant and region, each \
         with the class that carries its usual week for least; cars of one model are held at one cost whatever their age in the weekly plan (ages count in \
         transfers and in the simulation)."
            .into(),
        "选址按预测结构的平均车型计算；运输按工厂与地区选用最省的板车类别；周计划中同一车型库存成本不分库龄（调拨与仿真中计库龄）。".into(),
    );
    say(
        "Placement's profit is that of a steady year: margin less freight, holding and fixed cost. The simulated profit also \
         takes off discounts on aged cars, transfers and the cost of lost sales, so the levels differ: compare the differences \
         between the networks."
            .into(),
        "选址模型的利润为稳态年度口径（毛利减运费、持有成本与固定成本）；仿真利润另扣库龄折让、调拨与流失成本，故水平不同，应比较两网络之差。".into(),
    );
    say(
        "Both networks are simulated with order-up-to levels by the same rule, on the same customers; new stores sell \
         and closed ones end from the first day."
            .into(),
        "两种网络在相同顾客下按同一补货上限规则仿真；新店自第一天起营业，关闭店自第一天起停业。".into(),
    );
    list
}
