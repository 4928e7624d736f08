//! What an assignment does to conversion and waiting: leads at desks with advisers, served in the order they come.

use super::online::{self, Lesson};
use super::problem::{Problem, furthest};
use super::reach::{Desk, Lead, Terms};
use crate::stats::interval::{Interval, of_floats};
use crate::stats::poisson::gamma_factor;
use crate::stats::stream::{Key, Purpose};
use rayon::prelude::*;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

/// Hours of a day in which leads are answered.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Hours {
    /// Opening, hours after midnight.
    pub open: f64,
    /// Closing.
    pub close: f64,
}

impl Hours {
    /// Open hours from `start` (hours, at an opening) to an hour: a lead of the night stands at the next opening.
    pub fn clock(&self, start: f64, hour: f64) -> f64 {
        let days = ((hour - start) / 24.0).floor();
        let within = (hour - start - 24.0 * days).min(self.close - self.open);
        days * (self.close - self.open) + within
    }
}

/// When leads come, in open hours.
#[derive(Clone, Debug, PartialEq)]
pub struct Timed {
    /// The leads in the order of arrival.
    pub order: Vec<usize>,
    /// When each of them comes, rising from 0.
    pub at: Vec<f64>,
    /// Open hours from the first day's opening to the last day's closing.
    pub span: f64,
}

impl Timed {
    /// From hours since any midnight; of leads of one moment the one whose name comes first is first.
    pub fn new(arrived: &[f64], names: &[String], hours: Hours) -> Self {
        let mut order: Vec<usize> = (0..arrived.len()).collect();
        order.sort_by(|&a, &b| arrived[a].total_cmp(&arrived[b]).then_with(|| names[a].cmp(&names[b])));
        let day = |k: usize| (arrived[k] / 24.0).floor();
        // A lead of the early morning belongs to the day before, whose closing is long past: it stands at the opening.
        let first = order.first().map_or(0.0, |&k| day(k)) - 1.0;
        let last = order.last().map_or(0.0, |&k| day(k));
        let start = 24.0 * first + hours.open;
        let open = hours.close - hours.open;
        let at: Vec<f64> = order.iter().map(|&k| hours.clock(start, arrived[k]) - open).map(|h| h.max(0.0)).collect();
        Self { order, at, span: (last - first) * open }
    }
}

/// How leads wait.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Patience {
    /// Open hours of waiting in which conversion halves.
    pub half_time: f64,
    /// Spread of the time that a lead takes: standard deviation over mean.
    pub spread: f64,
    /// A lead answered within so many open hours counts as answered in time.
    pub prompt: f64,
}

/// How soon a dealer has the car that a lead asks for.
pub trait Cars: Sync {
    /// Factor on conversion, 0 to 1, when so many cars of the model are expected to be sold there before.
    fn ready(&self, dealer: u32, model: Option<u32>, sold: f64) -> f64;
}

/// Nothing is known of cars: all are there.
pub struct Everything;

impl Cars for Everything {
    fn ready(&self, _: u32, _: Option<u32>, _: f64) -> f64 {
        1.0
    }
}

/// Everything that is played.
pub struct Room<'a> {
    /// Leads.
    pub leads: &'a [Lead],
    /// Group of each in the problem.
    pub group: &'a [usize],
    /// Desks; what one can take, it can take in the span.
    pub desks: &'a [Desk],
    /// What each pair is worth.
    pub problem: &'a Problem,
    /// How worth falls with the way.
    pub terms: &'a Terms,
    /// How it falls with waiting.
    pub patience: Patience,
    /// When the leads come.
    pub timed: &'a Timed,
    /// The cars.
    pub cars: &'a dyn Cars,
}

/// Who takes a lead.
pub enum Rule<'a> {
    /// A dealer that is known before, or none, by lead.
    Fixed(&'a [Option<u32>]),
    /// The dealer with the greatest worth after the wait that its queue promises, less its price; prices are learnt from the leads
    /// before.
    Live(&'a [Lesson]),
}

/// One run.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Played {
    /// Leads taken.
    pub taken: u32,
    /// Leads answered in time.
    pub prompt: u32,
    /// Open hours waited, all leads.
    pub waited: f64,
    /// Expected sales.
    pub sales: f64,
    /// Expected margin, money.
    pub margin: f64,
}

/// A rule over many runs.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// Leads taken.
    pub taken: f64,
    /// Share of them answered in time.
    pub prompt: f64,
    /// Mean open hours waited.
    pub wait: Interval,
    /// Sales of a hundred leads, those taken by nobody included.
    pub conversion: Interval,
    /// Expected margin, money.
    pub margin: Interval,
    /// Margin above that of the first rule on the same draws.
    pub gain: Interval,
}

/// The dealers that leads go to when nobody directs them: the one that the customer named, else able ones in proportion to their
/// size and pull, `K_d · 2^(−way / half_time)` (Huff 1964). Leads of one place are dealt out in the order they come, each to the dealer
/// whose part is the furthest from filled, so that nothing is drawn.
pub fn undirected(
    leads: &[Lead],
    group: &[usize],
    desks: &[Desk],
    problem: &Problem,
    terms: &Terms,
    order: &[usize],
) -> Vec<Option<u32>> {
    let mut dealt: BTreeMap<(u64, u64, Option<u32>), BTreeMap<u32, f64>> = BTreeMap::new();
    let mut chosen = vec![None; leads.len()];
    for &l in order {
        let (lead, able) = (&leads[l], &problem.groups[group[l]].worth);
        if let Some(named) = lead.named.filter(|n| able.iter().any(|w| w.0 == *n)) {
            chosen[l] = Some(named);
            continue;
        }
        let here = dealt.entry((lead.place.lat.to_bits(), lead.place.lon.to_bits(), lead.skill)).or_default();
        let part = |d: u32| {
            let desk = &desks[d as usize];
            let pull = f64::from(desk.capacity) * (-terms.minutes(lead, desk) / terms.half_time).exp2();
            (d, pull, here.get(&d).copied().unwrap_or(0.0))
        };
        chosen[l] = furthest(able.iter().map(|w| part(w.0)));
        if let Some(d) = chosen[l] {
            *here.entry(d).or_default() += 1.0;
        }
    }
    chosen
}

/// Customers at a desk: when its advisers are free, and who has not left yet.
#[derive(Default)]
struct Queue {
    /// When each adviser is free, the earliest on top.
    free: BinaryHeap<Reverse<Moment>>,
    /// When those who are there leave.
    leave: BinaryHeap<Reverse<Moment>>,
    taken: u32,
}

/// An hour that can be sorted.
#[derive(Clone, Copy, PartialEq)]
struct Moment(f64);

impl Eq for Moment {}
impl PartialOrd for Moment {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Moment {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.total_cmp(&other.0)
    }
}

impl Room<'_> {
    /// Mean open hours that a lead takes an adviser: what a desk can take keeps all its advisers busy.
    fn mean(&self, d: u32) -> f64 {
        let desk = &self.desks[d as usize];
        self.timed.span * f64::from(desk.advisers) / f64::from(desk.capacity.max(1))
    }

    /// One run of a rule; the draws are those of the seed, the run and the lead, whatever the rule.
    pub fn play(&self, rule: &Rule, seed: u64, run: u32) -> Played {
        let new = |d: &Desk| Queue {
            free: (0..d.advisers.max(1)).map(|_| Reverse(Moment(0.0))).collect(),
            ..Queue::default()
        };
        let mut queues: Vec<Queue> = self.desks.iter().map(new).collect();
        let mut made = Played::default();
        let mut sold: BTreeMap<(u32, Option<u32>), f64> = BTreeMap::new();
        for (k, (&l, &now)) in self.timed.order.iter().zip(&self.timed.at).enumerate() {
            let lead = &self.leads[l];
            let chosen = match rule {
                Rule::Fixed(choice) => choice[l],
                Rule::Live(lessons) => self.best(l, now, &mut queues, &sold, online::prices_at(lessons, k)),
            };
            let Some(d) = chosen else { continue };
            let mut stream =
                Key { seed, purpose: Purpose::Station, replication: run, entity: k as u64, day: 0 }.stream();
            let spread = self.patience.spread.powi(2);
            let factor = if spread > 0.0 { gamma_factor(spread, &mut stream) } else { 1.0 };
            let queue = &mut queues[d as usize];
            let free = queue.free.pop().map_or(now, |f| f.0.0);
            let start = free.max(now);
            let end = start + self.mean(d) * factor;
            queue.free.push(Reverse(Moment(end)));
            queue.leave.push(Reverse(Moment(end)));
            queue.taken += 1;
            let wait = start - now;
            let before = sold.entry((d, lead.model)).or_default();
            let ready = self.cars.ready(d, lead.model, *before);
            let patient = (-wait / self.patience.half_time).exp2();
            let chance = self.terms.converts(lead, d, &self.desks[d as usize]) * ready * patient;
            *before += chance;
            made.taken += 1;
            made.prompt += u32::from(wait <= self.patience.prompt);
            made.waited += wait;
            made.sales += chance;
            made.margin += chance * lead.value;
        }
        made
    }

    /// The dealer of greatest worth now; how long it keeps a lead waiting is guessed from how many are there.
    fn best(
        &self,
        l: usize,
        now: f64,
        queues: &mut [Queue],
        sold: &BTreeMap<(u32, Option<u32>), f64>,
        price: Option<&[i64]>,
    ) -> Option<u32> {
        let model = self.leads[l].model;
        let mut best: Option<(f64, u32)> = None;
        for &(d, worth) in &self.problem.groups[self.group[l]].worth {
            let (desk, queue) = (&self.desks[d as usize], &mut queues[d as usize]);
            while queue.leave.peek().is_some_and(|l| l.0.0 <= now) {
                queue.leave.pop();
            }
            if queue.taken >= desk.capacity {
                continue;
            }
            let before = (queue.leave.len() as f64 + 1.0 - f64::from(desk.advisers.max(1))).max(0.0);
            let wait = before * self.mean(d) / f64::from(desk.advisers.max(1));
            let ready = self.cars.ready(d, model, sold.get(&(d, model)).copied().unwrap_or(0.0));
            let patient = (-wait / self.patience.half_time).exp2();
            let left = worth as f64 * ready * patient - price.map_or(0.0, |p| p[d as usize] as f64);
            if left >= 0.0 && best.is_none_or(|b| left > b.0) {
                best = Some((left, d));
            }
        }
        best.map(|b| b.1)
    }

    /// Rules played on the same draws, the first being what the others are measured against.
    pub fn compare(&self, rules: &[Rule], seed: u64, runs: u32, level: f64) -> Vec<Outcome> {
        let played: Vec<Vec<Played>> = rules
            .iter()
            .map(|rule| (0..runs).into_par_iter().map(|run| self.play(rule, seed, run)).collect())
            .collect();
        let all = self.leads.len().max(1) as f64;
        let outcome = |runs: &Vec<Played>| {
            let of = |f: &dyn Fn(usize, &Played) -> f64| {
                of_floats(&runs.iter().enumerate().map(|(r, p)| f(r, p)).collect::<Vec<_>>(), level)
            };
            let each = |p: &Played| f64::from(p.taken.max(1));
            Outcome {
                taken: of(&|_, p| f64::from(p.taken)).mean,
                prompt: of(&|_, p| f64::from(p.prompt) / each(p)).mean,
                wait: of(&|_, p| p.waited / each(p)),
                conversion: of(&|_, p| 100.0 * p.sales / all),
                margin: of(&|_, p| p.margin),
                gain: of(&|r, p| p.margin - played[0][r].margin),
            }
        };
        played.iter().map(outcome).collect()
    }
}
