//! The customer's way, from segment to delivery: who is worth keeping and with what, which dealer answers a lead, which car it
//! can have, and when.
//!
//! Customers are valued, grouped and made offers as [`crate::market::customers`] says; leads are assigned and played as
//! [`crate::market::leads`] says, by dealers whose cars are known: unsold ones today (the oldest first), those on the road by week
//! of arrival, else one to be ordered. A car is kept for as many leads as are expected to buy it: the lead in line gets the
//! car at position `⌊Σ chances of the leads before it⌋`. Waiting for a car halves conversion every `car_half_time` days. Descriptive: the
//! plan's orders do not see these leads.

use super::{Error, Ground};
use crate::ids::{Id, ModelId, SiteId};
use crate::market::customers::Customer;
use crate::market::customers::bg_nbd::BgNbd;
use crate::market::customers::clusters::{ClusterError, Mark, Trial, clusters, everybody, features, profiles};
use crate::market::customers::gamma_gamma::GammaGamma;
use crate::market::customers::offers::{self, Assigned, Offer};
use crate::market::customers::value::{self, Outlook, outlooks};
use crate::market::leads::online;
use crate::market::leads::problem::{Group, Plan, Problem};
use crate::market::leads::reach::{self, Desk, Lead};
use crate::market::leads::solve::solve;
use crate::market::leads::waiting::{Cars, Hours, Outcome, Patience, Room, Rule, Timed, undirected};
use rayon::prelude::*;
use std::collections::BTreeMap;

/// What is assumed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Terms {
    /// Money for offers.
    pub budget: f64,
    /// Weeks over which customers are valued.
    pub horizon: u32,
    /// Discount a year, share.
    pub discount: f64,
    /// Margin of what customers pay, share.
    pub margin: f64,
    /// How a lead's worth falls with the way.
    pub reach: reach::Terms,
    /// How it falls with waiting for an adviser.
    pub patience: Patience,
    /// Hours in which leads are answered.
    pub hours: Hours,
    /// Days before today in which the leads came; what a desk can take, it can take in these.
    pub days: f64,
    /// Days of waiting for a car in which conversion halves.
    pub car_half_time: f64,
    /// Days from a car at the dealer's to its handing over.
    pub handover: f64,
    /// How often the leads are played.
    pub runs: u32,
}

/// Customers, leads and dealers under the scenario's ids.
#[derive(Clone, Debug, Default)]
pub struct People {
    /// Customers.
    pub customers: Vec<Customer>,
    /// Offers that may keep them.
    pub offers: Vec<Offer>,
    /// Leads; their models count as the catalogue does.
    pub leads: Vec<Lead>,
    /// Names of the leads, by which equal ones are told apart.
    pub lead_ids: Vec<String>,
    /// The customer behind each lead, where known.
    pub customer_of: Vec<Option<usize>>,
    /// When each came, hours since 1970.
    pub arrived: Vec<f64>,
    /// Who answers.
    pub desks: Vec<Desk>,
    /// The dealer's site.
    pub sites: Vec<SiteId>,
}

/// Where a car comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    /// It stands at the dealer's.
    Stock,
    /// It is on its way there.
    Road,
    /// It is to be ordered.
    Order,
}

/// A car that a lead can have.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Offered {
    /// Where from.
    pub source: Source,
    /// Age of one in stock, days.
    pub age: Option<u32>,
    /// Days from today until the customer drives it.
    pub days: f64,
}

/// What becomes of a lead.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Way {
    /// Position of the dealer.
    pub dealer: u32,
    /// Minutes to it.
    pub minutes: f64,
    /// The car; none where no model is asked for, or where there is none to be had.
    pub car: Option<Offered>,
    /// Probability of the sale, before anybody waits for an adviser.
    pub chance: f64,
    /// Expected margin.
    pub worth: f64,
}

/// Customers who are alike, and what becomes of them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Segment {
    /// Its name: a group's number, a tier, or empty for leads of nobody known.
    pub name: String,
    /// What sets a group apart from all customers.
    pub marks: Vec<Mark>,
    /// Customers.
    pub customers: usize,
    /// Those expected to be active.
    pub active: f64,
    /// Their value.
    pub value: f64,
    /// Offers made.
    pub offers: usize,
    /// What they cost.
    pub offer_cost: f64,
    /// What they gain, cost taken off.
    pub offer_gain: f64,
    /// Leads.
    pub leads: usize,
    /// Leads with a dealer.
    pub assigned: usize,
    /// Expected sales.
    pub sales: f64,
    /// Expected margin of them.
    pub margin: f64,
    /// Leads with a car in stock, on the road, to be ordered.
    pub cars: [usize; 3],
    /// Mean days to the delivery, over leads with a car.
    pub days: f64,
}

/// What customers are worth, who is like whom, and who gets which offer.
#[derive(Clone, Debug)]
pub struct Worth {
    /// What is expected of every customer.
    pub outlooks: Vec<Outlook>,
    /// Position of every customer's segment.
    pub segment_of: Vec<usize>,
    /// What sets each group apart from all customers; nothing of tiers.
    pub marks: Vec<Vec<Mark>>,
    /// How the number of groups was argued.
    pub trials: Vec<Trial>,
    /// Whether segments are groups; else they are tiers, for the customers do not fall into groups.
    pub grouped: bool,
    /// Offers.
    pub offers: Assigned,
}

/// The whole answer.
#[derive(Clone, Debug)]
pub struct Journey {
    /// The assignment.
    pub plan: Plan,
    /// Of every lead, where it goes.
    pub ways: Vec<Option<Way>>,
    /// Segments, the last for leads of nobody known.
    pub segments: Vec<Segment>,
    /// Ways to direct the leads on the same draws: the customer's own, an assignment blind to cars, this one, one at a time.
    pub effect: [Outcome; 4],
    /// Margin that is expected of an assignment that knows nothing of cars, no adviser being waited for.
    pub blind: f64,
    /// What one more adviser would bring, solved again, for the dealers where that may be most; money.
    pub adviser: BTreeMap<u32, f64>,
}

/// Level of the intervals.
pub const LEVEL: f64 = 0.95;

/// Dealers for which one more adviser is tried.
const TRIED: usize = 10;

/// The cars of every desk and model, the soonest first.
struct Lots {
    cars: BTreeMap<(u32, u32), Vec<Offered>>,
    /// Days from an order to the handing over; none for a model that nobody builds over the horizon.
    order: Vec<Vec<Option<f64>>>,
    half_time: f64,
}

impl Lots {
    fn new(ground: &Ground, people: &People, terms: &Terms) -> Self {
        let scenario = ground.scenario;
        let leads = super::lead::Leads::new(ground);
        let mut desk: BTreeMap<SiteId, u32> = BTreeMap::new();
        desk.extend(people.sites.iter().zip(0..).map(|(&s, d)| (s, d)));
        let mut cars: BTreeMap<(u32, u32), Vec<Offered>> = BTreeMap::new();
        let mut add = |site: SiteId, model: ModelId, count: u32, car: Offered| {
            if let Some(&d) = desk.get(&site) {
                let list = cars.entry((d, model.index() as u32)).or_default();
                list.extend(std::iter::repeat_n(car, count as usize));
            }
        };
        // Lots stand in the order of their ages: the oldest is sold first.
        for lot in scenario.stock.iter().rev() {
            let car = Offered { source: Source::Stock, age: Some(lot.age_days), days: terms.handover };
            add(lot.site, lot.model, lot.cars, car);
        }
        for lot in &scenario.in_transit {
            let days = 7.0 * lot.week.index() as f64 + terms.handover;
            add(lot.site, lot.model, lot.cars, Offered { source: Source::Road, age: None, days });
        }
        let built =
            |m: ModelId| super::lead::plants(ground).iter().any(|&p| scenario.supply[(p, m)].iter().any(|s| *s > 0));
        let built: Vec<bool> = scenario.catalogue.models.ids().map(built).collect();
        let of = |&s: &SiteId| {
            let days = |m: ModelId| built[m.index()].then(|| 7.0 * leads.weeks[(s, m)] as f64 + terms.handover);
            scenario.catalogue.models.ids().map(days).collect()
        };
        Self { cars, order: people.sites.iter().map(of).collect(), half_time: terms.car_half_time }
    }

    /// The car that is not expected to be sold before, if there is one.
    fn next(&self, dealer: u32, model: u32, sold: f64) -> Option<Offered> {
        let known = self.cars.get(&(dealer, model)).and_then(|list| list.get(sold as usize)).copied();
        let order = self.order[dealer as usize][model as usize];
        let order = order.map(|days| Offered { source: Source::Order, age: None, days });
        match (known, order) {
            // What arrives later than a new order would is not waited for.
            (Some(car), Some(order)) if car.days > order.days => Some(order),
            (known, order) => known.or(order),
        }
    }

    fn readiness(&self, car: Option<Offered>) -> f64 {
        car.map_or(0.0, |car| (-car.days / self.half_time).exp2())
    }
}

impl Cars for Lots {
    fn ready(&self, dealer: u32, model: Option<u32>, sold: f64) -> f64 {
        model.map_or(1.0, |m| self.readiness(self.next(dealer, m, sold)))
    }
}

/// Values customers, groups them, and makes them offers.
///
/// # Errors
/// [`Error::Unfit`] where the tables are too thin to learn from.
pub fn worth(people: &People, terms: &Terms, seed: u64) -> Result<Worth, Error> {
    let (outlooks, amounts) = valued(&people.customers, terms)?;
    let rows = features(&people.customers, &outlooks, amounts);
    let (made, trials) = match clusters(&rows, None, seed) {
        Ok(found) => found,
        Err(ClusterError::Few(_) | ClusterError::Alike(..)) => (None, Vec::new()),
        Err(e) => return Err(unfit(&e)),
    };
    let grouped = made.is_some();
    let (segment_of, marks) = made.map_or_else(
        || {
            let tier = |o: &Outlook| ['A', 'B', 'C'].iter().position(|t| *t == o.tier).unwrap_or(2);
            (outlooks.iter().map(tier).collect(), Vec::new())
        },
        |c| {
            let (groups, of) = profiles(&c.group, &people.customers, &outlooks);
            let all = everybody(&people.customers, &outlooks);
            (of, groups.iter().map(|g| g.marks(&all)).collect())
        },
    );
    let offers = offers::assign(&people.offers, &outlooks, terms.budget);
    Ok(Worth { outlooks, segment_of, marks, trials, grouped, offers })
}

/// Follows the leads of the days before today.
///
/// # Errors
/// [`Error::Internal`] where an assignment cannot be solved.
pub fn journey(ground: &Ground, people: &People, worth: &Worth, terms: &Terms, seed: u64) -> Result<Journey, Error> {
    let (blind, group) = reach::problem(&people.leads, &people.desks, &terms.reach);
    let lots = Lots::new(ground, people, terms);
    let seen = with_cars(&blind, &group, people, &lots);
    let internal = |e: crate::flow::FlowError| Error::Internal(e.to_string());
    let plan = solve(&seen).map_err(internal)?;
    let mut timed = Timed::new(&people.arrived, &people.lead_ids, terms.hours);
    timed.span = terms.days * (terms.hours.close - terms.hours.open);
    let planned = plan.spread(&seen.groups, &group, &timed.order);
    let unseeing = solve(&blind).map_err(internal)?.spread(&blind.groups, &group, &timed.order);
    let alone = undirected(&people.leads, &group, &people.desks, &blind, &terms.reach, &timed.order);
    let arrivals: Vec<usize> = timed.order.iter().map(|&l| group[l]).collect();
    let lessons = online::lessons(&seen, &arrivals, arrivals.len()).map_err(internal)?;
    let room = Room {
        leads: &people.leads,
        group: &group,
        desks: &people.desks,
        problem: &blind,
        terms: &terms.reach,
        patience: terms.patience,
        timed: &timed,
        cars: &lots,
    };
    let rules = [Rule::Fixed(&alone), Rule::Fixed(&unseeing), Rule::Fixed(&planned), Rule::Live(&lessons)];
    let effect = room.compare(&rules, seed, terms.runs, LEVEL).try_into().expect("an outcome for every rule");
    let blind = ways(people, terms, &lots, &timed, &unseeing).iter().flatten().map(|w| w.worth).sum();
    let ways = ways(people, terms, &lots, &timed, &planned);
    let adviser = one_more(&seen, &plan, people).map_err(internal)?;
    let segments = segments(people, worth, &ways);
    Ok(Journey { plan, ways, segments, effect, blind, adviser })
}

/// What one more adviser brings, by solving again, at the dealers whose places are dearest.
fn one_more(problem: &Problem, plan: &Plan, people: &People) -> Result<BTreeMap<u32, f64>, crate::flow::FlowError> {
    let each = |d: u32| {
        let desk = &people.desks[d as usize];
        desk.capacity / desk.advisers.max(1)
    };
    let full = |d: &u32| plan.price[*d as usize] > 0 && each(*d) > 0;
    let mut dear: Vec<u32> = (0..people.desks.len() as u32).filter(full).collect();
    dear.sort_by_key(|&d| (std::cmp::Reverse(plan.price[d as usize] * i64::from(each(d))), d));
    dear.truncate(TRIED);
    let tried = |&d: &u32| {
        let mut more = problem.clone();
        more.dealers[d as usize].capacity += each(d);
        Ok((d, (solve(&more)?.objective - plan.objective) as f64 / 100.0))
    };
    dear.par_iter().map(tried).collect()
}

fn unfit(e: &dyn std::fmt::Display) -> Error {
    Error::Unfit(format!("the customers' tables: {e}"))
}

/// Value of every customer, and whether amounts are known.
fn valued(customers: &[Customer], terms: &Terms) -> Result<(Vec<Outlook>, bool), Error> {
    let (buying, _) = BgNbd::fit(customers).map_err(|e| unfit(&e))?;
    let spending = GammaGamma::learnt(customers).map_err(|e| unfit(&e))?.map(|s| s.0);
    let weeks = 365.25 / 7.0;
    let how = value::Terms {
        horizon: f64::from(terms.horizon),
        periods: terms.horizon.min(12),
        discount: (1.0 + terms.discount).powf(1.0 / weeks) - 1.0,
        margin: terms.margin,
        warn_below: 0.5,
    };
    let found = outlooks(customers, &buying, spending.as_ref(), &how);
    Ok((found.ok_or_else(|| unfit(&"the model's series do not settle"))?, spending.is_some()))
}

/// The problem with each worth times the readiness of the dealer's first car.
fn with_cars(blind: &Problem, group: &[usize], people: &People, lots: &Lots) -> Problem {
    let mut model = vec![None; blind.groups.len()];
    group.iter().zip(&people.leads).for_each(|(&g, lead)| model[g] = lead.model);
    let seen = |(g, model): (&Group, &Option<u32>)| {
        let worth = |&(d, w): &(u32, i64)| {
            let w = (w as f64 * lots.ready(d, *model, 0.0)).round() as i64;
            (w > 0).then_some((d, w))
        };
        Group { count: g.count, worth: g.worth.iter().filter_map(worth).collect() }
    };
    Problem { groups: blind.groups.iter().zip(&model).map(seen).collect(), ..blind.clone() }
}

/// Leads in the order they come, each with the car that is not expected to be sold before.
fn ways(people: &People, terms: &Terms, lots: &Lots, timed: &Timed, dealer: &[Option<u32>]) -> Vec<Option<Way>> {
    let mut sold: BTreeMap<(u32, u32), f64> = BTreeMap::new();
    let mut ways = vec![None; people.leads.len()];
    for &l in &timed.order {
        let (lead, Some(d)) = (&people.leads[l], dealer[l]) else { continue };
        let desk = &people.desks[d as usize];
        let before = lead.model.map(|m| sold.entry((d, m)).or_default());
        let car = lead.model.zip(before.as_ref()).and_then(|(m, sold)| lots.next(d, m, **sold));
        let ready = if lead.model.is_some() { lots.readiness(car) } else { 1.0 };
        let chance = terms.reach.converts(lead, d, desk) * ready;
        if let Some(before) = before {
            *before += chance;
        }
        let minutes = terms.reach.minutes(lead, desk);
        ways[l] = Some(Way { dealer: d, minutes, car, chance, worth: chance * lead.value });
    }
    ways
}

fn segments(people: &People, worth: &Worth, ways: &[Option<Way>]) -> Vec<Segment> {
    let count = 1 + worth.segment_of.iter().copied().max().unwrap_or(0);
    let mut all: Vec<Segment> = (0..=count)
        .map(|k| Segment {
            name: if k == count { String::new() } else { worth.name(k) },
            marks: worth.marks.get(k).cloned().unwrap_or_default(),
            ..Segment::default()
        })
        .collect();
    for (k, (o, &s)) in worth.outlooks.iter().zip(&worth.segment_of).enumerate() {
        let segment = &mut all[s];
        segment.customers += 1;
        segment.active += o.active;
        segment.value += o.value;
        if let Some(offer) = worth.offers.choice[k].map(|c| &people.offers[c]) {
            segment.offers += 1;
            segment.offer_cost += offer.cost;
            segment.offer_gain += offer.keeps * (1.0 - o.active) * o.value_if_active - offer.cost;
        }
    }
    for (way, customer) in ways.iter().zip(&people.customer_of) {
        let segment = &mut all[customer.map_or(count, |c| worth.segment_of[c])];
        segment.leads += 1;
        let Some(way) = way else { continue };
        segment.assigned += 1;
        segment.sales += way.chance;
        segment.margin += way.worth;
        if let Some(car) = way.car {
            segment.cars[car.source as usize] += 1;
            segment.days += car.days;
        }
    }
    all.iter_mut().for_each(|s| s.days /= s.cars.iter().sum::<usize>().max(1) as f64);
    all
}

impl Worth {
    /// Name of a segment: a group's number, or a tier.
    pub fn name(&self, segment: usize) -> String {
        if self.grouped { (segment + 1).to_string() } else { ["A", "B", "C"][segment.min(2)].into() }
    }
}
