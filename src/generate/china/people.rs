//! Customers and leads: what they bought and paid for, who asks for a car in the week before today, who answers.
//!
//! Nobody here exists. Three kinds of customers are hidden in the visits, so that a grouping has something to find.

use super::models::MODELS;
use super::season::plus_days;
use super::stores::kilometres;
use super::tables::{Text, table};
use super::world::{TODAY, World};
use crate::generate::keyed::{Purpose, Stream};
use crate::ids::{SiteId, ZoneId};
use jiff::civil::Date;

/// Customers whose visits are known (A).
const CUSTOMERS: usize = 20_000;
/// Leads of the week before today (A).
const LEADS: usize = 12_000;
/// Days back to the earliest purchase of a car (A).
const PAST: f64 = 1_095.0;
/// Share of the leads that come from known customers (A).
const KNOWN: f64 = 0.25;
/// Share of the leads that name a dealer, one of the three nearest (A).
const NAMED: f64 = 0.35;
/// Places at the desks per lead (A).
const ROOM: f64 = 1.15;
/// Leads that an adviser can take in a week (A).
const A_WEEK: f64 = 12.0;

/// A kind of customer: share of all, visits a year, chance of leaving after a visit, mean amount, CNY (A).
const KINDS: [(f64, f64, f64, f64); 3] =
    [(0.35, 2.4, 0.03, 2_400.0), (0.35, 1.2, 0.10, 1_300.0), (0.30, 1.6, 0.55, 700.0)];

/// Offers that may keep a customer (A).
pub(super) const OFFERS: &str = "\
offer,cost_cny,keeps_share,tiers
call by the adviser,8,0.04,
service voucher,60,0.20,AB
trade-in bonus,250,0.45,A
";

/// Options of the journey (A).
pub(super) const OPTIONS: &str = "\
# Synthetic: see README.md. What is left out stands at the program's own value (`forecourt journey --help`).
offer_budget_cny = 100000
";

/// Spread of the customers' mean amounts (A).
const SPREAD: f64 = 0.35;

fn kind(chance: &mut Stream) -> (f64, f64, f64, f64) {
    let mut left = chance.uniform();
    for kind in KINDS {
        left -= kind.0;
        if left < 0.0 {
            return kind;
        }
    }
    KINDS[2]
}

/// Cars and paid visits, customer by customer.
pub(super) fn purchases(world: &World) -> Text {
    table(&["customer_id", "date", "amount_cny"], |w| {
        for c in 0..CUSTOMERS {
            let mut chance = Stream::new(world.seed, Purpose::Customer, [c, 0, 0]);
            let (_, rate, leaves, amount) = kind(&mut chance);
            // Nobody is like the mean of her kind.
            let (rate, own) = (rate * chance.gamma(0.15), amount * chance.lognormal(SPREAD));
            let mut day = (PAST * chance.uniform()).floor();
            let id = format!("C{:05}", c + 1);
            let price = MODELS[weighted(&mut chance, MODELS.len(), |m| MODELS[m].weight)].price_cny;
            w.write_record([&id, &date(day).to_string(), &format!("{price:.0}")])?;
            loop {
                day += -libm::log(chance.uniform()) / rate * 365.25;
                if day >= PAST {
                    break;
                }
                w.write_record([&id, &date(day).to_string(), &format!("{:.0}", own * chance.lognormal(0.5))])?;
                if chance.uniform() < leaves {
                    break;
                }
            }
        }
        Ok(())
    })
}

/// The day so many days after the earliest.
fn date(day: f64) -> Date {
    plus_days(TODAY, day as i64 - PAST as i64)
}

/// A position drawn by its weight.
fn weighted(chance: &mut Stream, count: usize, weight: impl Fn(usize) -> f64) -> usize {
    let total: f64 = (0..count).map(&weight).sum();
    let mut left = chance.uniform() * total;
    for k in 0..count {
        left -= weight(k);
        if left < 0.0 {
            return k;
        }
    }
    count - 1
}

/// The dealers nearest to each zone, at most three.
fn near(world: &World, zone: ZoneId) -> Vec<SiteId> {
    let place = world.network.zones[zone].place;
    let mut list: Vec<(f64, SiteId)> =
        world.dealers.iter().map(|&d| (kilometres(place, world.network.sites[d].place), d)).collect();
    list.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    list.into_iter().take(3).map(|d| d.1).collect()
}

/// Leads of the week before today.
pub(super) fn leads(world: &World) -> Text {
    let zones: Vec<ZoneId> = world.network.zones.ids().collect();
    let near: Vec<Vec<SiteId>> = zones.iter().map(|&z| near(world, z)).collect();
    let size = |z: usize| world.network.zones[zones[z]].registrations.get();
    let header = ["lead_id", "customer_id", "zone_id", "model_id", "arrived", "preferred_dealer_id"];
    table(&header, |w| {
        for l in 0..LEADS {
            let mut chance = Stream::new(world.seed, Purpose::Lead, [l, 0, 0]);
            let zone = weighted(&mut chance, zones.len(), size);
            let model = weighted(&mut chance, MODELS.len(), |m| MODELS[m].weight);
            let known = chance.uniform() < KNOWN;
            let customer = chance.below(CUSTOMERS);
            // Monday to Sunday; the weekend brings more. From eight to nine in the evening.
            let day = weighted(&mut chance, 7, |d| if d >= 5 { 1.7 } else { 1.0 });
            let minute = chance.below(13 * 60);
            let named = chance.uniform() < NAMED && !near[zone].is_empty();
            let wish = named.then(|| near[zone][chance.below(near[zone].len())]);
            w.write_record([
                &format!("L{:05}", l + 1),
                &if known { format!("C{:05}", customer + 1) } else { String::new() },
                &world.network.zones[zones[zone]].code,
                &super::tables::model_id(model),
                &format!("{} {:02}:{:02}", plus_days(TODAY, day as i64 - 7), 8 + minute / 60, minute % 60),
                &wish.map_or_else(String::new, |d| world.network.sites[d].code.clone()),
            ])?;
        }
        Ok(())
    })
}

/// Who answers at each dealer: places by the dealer's size.
pub(super) fn desks(world: &World) -> Text {
    let size = |d: SiteId| world.network.sites[d].capacity.get();
    let total: f64 = world.dealers.iter().map(|&d| size(d)).sum();
    table(&["dealer_id", "capacity_leads", "conversion_share", "advisers"], |w| {
        for (n, &d) in world.dealers.iter().enumerate() {
            let mut chance = Stream::new(world.seed, Purpose::Adviser, [n, 0, 0]);
            let places = (LEADS as f64 * ROOM * size(d) / total).round().max(2.0);
            let advisers = (places / A_WEEK).ceil();
            let share = chance.between(0.08, 0.22);
            let id = &world.network.sites[d].code;
            w.write_record([id, &format!("{places:.0}"), &format!("{share:.3}"), &format!("{advisers:.0}")])?;
        }
        Ok(())
    })
}

/// Months of the channel table.
const CHANNEL_MONTHS: i64 = 6;

/// Months of the dealers' channels: each dealer keeps its own level through them (A; 10.2 cars a month and head is an American mean,
/// absorption is 62 % on average there and 85 to 118 % at the best: P).
pub(super) fn channel(world: &World) -> Text {
    let header = [
        "site_id",
        "month_start",
        "sales_staff",
        "leads",
        "leads_won",
        "drives",
        "drives_won",
        "workshop_gross_cny",
        "overhead_cny",
        "guide_cny",
        "net_cny",
        "invoice_cny",
        "visits_due",
        "visits",
        "answers",
        "score_mean",
        "score_sd",
    ];
    let first = plus_days(TODAY.first_of_month(), -15 - 30 * (CHANNEL_MONTHS - 1)).first_of_month();
    table(&header, |w| {
        for (n, &d) in world.dealers.iter().enumerate() {
            let mut own = Stream::new(world.seed, Purpose::Channel, [n, 0, 0]);
            let site = &world.network.sites[d];
            let cars = site.capacity.get() / 12.0;
            let staff = (cars / 10.2 * own.lognormal(0.25)).max(1.0);
            let (won, closed) = (own.between(0.06, 0.18), own.between(0.15, 0.35));
            let (absorbs, realised) = (0.62 * own.lognormal(0.25), own.between(0.84, 0.98));
            let (comes, score) = (own.between(0.35, 0.75), own.between(70.0, 92.0));
            let mut month = first;
            for k in 0..CHANNEL_MONTHS {
                let mut chance = Stream::new(world.seed, Purpose::Channel, [n, k as usize + 1, 0]);
                let sold = (cars * chance.lognormal(0.2)).round();
                let leads = (sold / won).round();
                let drives = (sold / closed * 0.6).round();
                let part =
                    |all: f64, share: f64, chance: &mut Stream| (all * share * chance.lognormal(0.1)).round().min(all);
                let overhead = site.fixed_cost.major() / 12.0;
                let guide = sold * 150_000.0;
                let due = (cars * 0.8).round();
                let answers = (sold * 0.3).round();
                w.write_record([
                    &site.code,
                    &month.to_string(),
                    &format!("{staff:.1}"),
                    &format!("{leads:.0}"),
                    &format!("{:.0}", part(leads, won, &mut chance)),
                    &format!("{drives:.0}"),
                    &format!("{:.0}", part(drives, closed, &mut chance)),
                    &format!("{:.0}", overhead * absorbs * chance.lognormal(0.08)),
                    &format!("{overhead:.0}"),
                    &format!("{guide:.0}"),
                    &format!("{:.0}", guide * realised * chance.lognormal(0.01)),
                    &format!("{:.0}", guide * 0.9),
                    &format!("{due:.0}"),
                    &format!("{:.0}", part(due, comes, &mut chance)),
                    &format!("{answers:.0}"),
                    &format!("{:.1}", (score + 2.0 * chance.normal()).clamp(0.0, 100.0)),
                    &format!("{:.1}", chance.between(8.0, 14.0)),
                ])?;
                month = plus_days(month, 45).first_of_month();
            }
        }
        Ok(())
    })
}
