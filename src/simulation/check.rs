//! Refuses data that cannot be simulated, all faults at once.

use super::policy::Policy;
use super::problem::{Fault, Parts};

/// Faults reported of one table.
const MOST: usize = 100;

struct Faults(Vec<Fault>);

impl Faults {
    fn add(&mut self, bad: bool, table: &'static str, position: usize, cause: impl FnOnce() -> String) {
        if bad && self.0.iter().filter(|f| f.table == table).count() < MOST {
            self.0.push(Fault { table, position, cause: cause() });
        }
    }
    fn length(&mut self, table: &'static str, found: usize, expected: usize) -> bool {
        self.add(found != expected, table, 0, || format!("holds {found} entries, {expected} are needed"));
        found == expected
    }
    fn not_negative(&mut self, table: &'static str, values: &[f64]) {
        for (k, &v) in values.iter().enumerate() {
            self.add(!(v.is_finite() && v >= 0.0), table, k, || format!("{v} must be finite and not negative"));
        }
    }
    fn share(&mut self, table: &'static str, value: f64) {
        self.add(!(0.0..=1.0).contains(&value), table, 0, || format!("{value} must lie between 0 and 1"));
    }
    fn below(&mut self, table: &'static str, position: usize, what: &str, value: u32, count: usize) {
        self.add(value as usize >= count, table, position, || {
            format!("{what} {value} does not exist, there are {count}")
        });
    }
}

/// Everything wrong with the parts.
pub(super) fn faults(p: &Parts) -> Vec<Fault> {
    let mut f = Faults(Vec::new());
    horizon(p, &mut f);
    zones(p, &mut f);
    dealers(p, &mut f);
    models(p, &mut f);
    behaviour(p, &mut f);
    lead_times(p, &mut f);
    supply(p, &mut f);
    start(p, &mut f);
    f.0
}

fn horizon(p: &Parts, f: &mut Faults) {
    f.add(p.days == 0 || p.days > 32_000, "days", 0, || format!("{} must lie between 1 and 32,000", p.days));
    f.add(p.review_days == 0, "review_days", 0, || "must be at least 1".into());
    if f.length("month", p.month.len(), p.days as usize) {
        let mut expected = 0;
        for (t, &m) in p.month.iter().enumerate() {
            f.add(m != expected && m != expected + 1 || t == 0 && m != 0, "month", t, || {
                format!("{m} follows {expected}: months start at 0 and rise by one")
            });
            expected = m;
        }
    }
    for (g, row) in p.day_factor.iter().enumerate() {
        f.add(row.len() != p.days as usize, "day_factor", g, || {
            format!("holds {} days, {} are needed", row.len(), p.days)
        });
        f.not_negative("day_factor", row);
    }
}

fn zones(p: &Parts, f: &mut Faults) {
    for (z, zone) in p.zones.iter().enumerate() {
        f.below("zones", z, "region", zone.region, p.regions);
        f.add(!(zone.outside.is_finite() && zone.outside >= 0.0), "zones", z, || {
            format!("the outside weight {} must be finite and not negative", zone.outside)
        });
        let mut seen: Vec<u32> = zone.choices.iter().map(|c| c.dealer).collect();
        seen.sort_unstable();
        f.add(seen.windows(2).any(|w| w[0] == w[1]), "zones", z, || "a dealer is listed twice".into());
        for c in &zone.choices {
            f.below("zones", z, "dealer", c.dealer, p.dealers.len());
            f.add(!(c.weight.is_finite() && c.weight > 0.0), "zones", z, || {
                format!("the weight {} of dealer {} must be finite and positive", c.weight, c.dealer)
            });
        }
    }
    f.length("demand", p.demand.len(), p.zones.len() * p.models.len());
    f.not_negative("demand", &p.demand);
    f.add(p.zones.len() * p.models.len() > 1 << 30, "zones", 0, || "zones times models exceed 2^30".into());
    let daily: f64 = p.demand.iter().filter(|d| d.is_finite()).sum();
    f.add(daily > 1e6, "demand", 0, || format!("{daily} customers a day exceed a million"));
}

fn dealers(p: &Parts, f: &mut Faults) {
    for (d, dealer) in p.dealers.iter().enumerate() {
        f.below("dealers", d, "region", dealer.region, p.regions);
        f.below("dealers", d, "lead time", dealer.lead_time, p.lead_times.len());
        for arc in &dealer.donors {
            f.below("dealers", d, "donor", arc.donor, p.dealers.len());
            f.add(arc.donor as usize == d, "dealers", d, || "a dealer cannot be its own donor".into());
            f.add(arc.cost.minor() < 0, "dealers", d, || "a transfer cost must not be negative".into());
        }
    }
    let cells = p.dealers.len() * p.models.len();
    f.add(cells > 1 << 30, "dealers", 0, || "dealers times models exceed 2^30".into());
    f.length("rate", p.rate.len(), cells);
    f.not_negative("rate", &p.rate);
}

fn models(p: &Parts, f: &mut Faults) {
    for (m, model) in p.models.iter().enumerate() {
        f.below("models", m, "group", model.group, p.day_factor.len());
        f.below("models", m, "segment", model.segment, p.models.len());
        for (what, steps) in [("holding", &model.holding), ("discount", &model.discount)] {
            f.add(steps.first().is_some_and(|s| s.0 != 0), "models", m, || format!("{what} must begin at age 0"));
            f.add(steps.windows(2).any(|w| w[0].0 >= w[1].0), "models", m, || format!("ages of {what} must rise"));
        }
    }
}

fn behaviour(p: &Parts, f: &mut Faults) {
    let b = &p.behaviour;
    f.share("behaviour.divert", b.divert);
    f.share("behaviour.wait", b.wait);
    f.share("behaviour.substitute", b.substitute);
    f.share("behaviour.wait + substitute", b.wait + b.substitute);
    f.add(b.further_dealers > 3, "behaviour.further_dealers", 0, || "at most 3 further dealers".into());
    f.share("market.persistence", p.market.persistence);
    f.not_negative("market", &[p.market.national_sd, p.market.regional_sd, p.market.dispersion]);
    f.share("trade.weekly_share", p.trade.weekly_share);
    f.share("trade.failure", p.trade.failure);
    if !p.trade.reserve.is_empty() {
        f.length("trade.reserve", p.trade.reserve.len(), p.dealers.len() * p.models.len());
    }
}

fn lead_times(p: &Parts, f: &mut Faults) {
    for (k, row) in p.lead_times.iter().enumerate() {
        f.not_negative("lead_times", row);
        let total: f64 = row.iter().sum();
        f.add((total - 1.0).abs() > 1e-6, "lead_times", k, || format!("the probabilities sum to {total}, not 1"));
        f.add(row.first().is_some_and(|&x| x != 0.0), "lead_times", k, || {
            "an order cannot arrive on the evening of its review: entry 0 must be 0".into()
        });
        f.add(row.len() > 4000, "lead_times", k, || format!("{} days are too many, 4,000 at most", row.len()));
    }
}

fn supply(p: &Parts, f: &mut Faults) {
    let (cells, weeks) = (p.dealers.len() * p.models.len(), p.days.div_ceil(7) as usize);
    if !p.supply.is_empty() {
        f.length("supply", p.supply.len(), p.models.len() * weeks);
    }
    if !p.sales_limit.is_empty() {
        f.length("sales_limit", p.sales_limit.len(), p.dealers.len() * weeks);
    }
    f.add(p.policy.pushes() && p.supply.is_empty(), "policy", 0, || {
        "a pushing policy spreads a supply, but none is given".into()
    });
    match &p.policy {
        Policy::OrderUpTo { levels, season } => {
            let seasons = season.iter().map(|&s| s as usize + 1).max().unwrap_or(1);
            f.length("policy.levels", levels.len(), seasons * cells);
            if !season.is_empty() {
                f.length("policy.season", season.len(), weeks);
            }
        }
        Policy::MinMax { low, high } => {
            f.length("policy.high", high.len(), cells);
            if f.length("policy.low", low.len(), cells) {
                for (k, (s, up)) in low.iter().zip(high).enumerate() {
                    f.add(s > up, "policy.low", k, || format!("s = {s} exceeds S = {up}"));
                }
            }
        }
        Policy::BalancedDays | Policy::TurnAndEarn | Policy::Own(_) => {}
    }
}

fn start(p: &Parts, f: &mut Faults) {
    let (dealers, models) = (p.dealers.len(), p.models.len());
    for (k, lot) in p.stock.iter().enumerate() {
        f.below("stock", k, "dealer", lot.dealer, dealers);
        f.below("stock", k, "model", lot.model, models);
        f.add(lot.age_days > 32_000, "stock", k, || format!("an age of {} days exceeds 32,000", lot.age_days));
    }
    let cars: u64 = p.stock.iter().map(|l| u64::from(l.cars)).sum();
    f.add(cars > 100_000_000, "stock", 0, || format!("{cars} cars are too many, 100 million at most"));
    for (k, a) in p.pipeline.iter().enumerate() {
        f.below("pipeline", k, "dealer", a.dealer, dealers);
        f.below("pipeline", k, "model", a.model, models);
        f.add(a.cars > 10_000_000, "pipeline", k, || format!("{} cars are too many", a.cars));
    }
    for (k, m) in p.moves.iter().enumerate() {
        f.below("moves", k, "dealer", m.from, dealers);
        f.below("moves", k, "dealer", m.to, dealers);
        f.below("moves", k, "model", m.model, models);
        f.add(m.from == m.to, "moves", k, || "giver and receiver are the same dealer".into());
    }
}
