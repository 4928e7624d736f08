//! All cases: fitness, deviations, times.

use super::net::{END, Limit, Net};
use super::replay::{Replay, replay};
use std::collections::BTreeMap;

/// One event of a case.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// Position of its activity in the process; `None` where the process does not have it.
    pub activity: Option<usize>,
    /// Days since any fixed moment.
    pub day: f64,
}

/// One case, its events in the order of their times.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Case {
    /// Events.
    pub events: Vec<Event>,
}

/// What is wrong with a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// The event at this position came before a state was reached.
    Skipped {
        /// Position of the event.
        event: usize,
        /// The state.
        state: usize,
    },
    /// A state was reached and nothing followed.
    Undone {
        /// The state.
        state: usize,
        /// How often it had been reached before.
        before: usize,
    },
    /// The event at this position does not belong to the process.
    Foreign {
        /// Position of the event.
        event: usize,
    },
    /// A limit was not kept.
    Late {
        /// Position of the limit.
        limit: usize,
        /// Position of the event that should have been followed.
        event: usize,
        /// Whether what should follow is still to come.
        open: bool,
    },
}

/// One deviation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Deviation {
    /// Position of the case.
    pub case: usize,
    /// What.
    pub kind: Kind,
    /// Day since which it is so.
    pub since: f64,
    /// Days over the limit, for late ones.
    pub over: f64,
}

/// Days that a limit's stretch took.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Stretch {
    /// Days of each time that one of its successors followed, ascending.
    pub days: Vec<f64>,
    /// Of them those within the limit.
    pub within: usize,
    /// Times that none has followed yet.
    pub open: usize,
    /// Of them those past the limit.
    pub overdue: usize,
}

impl Stretch {
    fn add(&mut self, days: f64, limit: f64, open: bool) {
        if open {
            self.open += 1;
            self.overdue += usize::from(days > limit);
        } else {
            self.days.push(days);
            self.within += usize::from(days <= limit);
        }
    }

    /// A quantile of the days (the nearest rank); `None` without days.
    pub fn quantile(&self, share: f64) -> Option<f64> {
        let rank = (share * self.days.len() as f64).ceil().max(1.0) as usize;
        self.days.get(rank - 1).copied()
    }

    /// Share within the limit of all times whose fate is known: what followed, and what is past the limit without; `None`
    /// without any.
    pub fn share(&self) -> Option<f64> {
        let known = self.days.len() + self.overdue;
        (known > 0).then(|| self.within as f64 / known as f64)
    }
}

/// The answer.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Conformance {
    /// Cases judged.
    pub judged: usize,
    /// Whether each case is judged.
    pub is_judged: Vec<bool>,
    /// Cases under way.
    pub under_way: usize,
    /// Cases judged without a deviation.
    pub perfect: usize,
    /// Tokens produced, consumed, missing, remaining.
    pub tokens: [u64; 4],
    /// Everything that is wrong, case by case.
    pub deviations: Vec<Deviation>,
    /// By limit.
    pub stretches: Vec<Stretch>,
}

impl Conformance {
    /// Fitness of all judged cases; 1 without any.
    pub fn fitness(&self) -> f64 {
        let [produced, consumed, missing, remaining] = self.tokens.map(|t| t as f64);
        if self.judged == 0 { 1.0 } else { 0.5 * (1.0 - missing / consumed) + 0.5 * (1.0 - remaining / produced) }
    }
}

/// Judges all cases as things stood on a day.
pub fn judge(net: &Net, cases: &[Case], now: f64) -> Conformance {
    let mut known: BTreeMap<Vec<Option<usize>>, Replay> = BTreeMap::new();
    let mut found = Conformance { stretches: vec![Stretch::default(); net.limits.len()], ..Conformance::default() };
    for (number, case) in cases.iter().enumerate() {
        let path: Vec<Option<usize>> = case.events.iter().map(|e| e.activity).collect();
        let seen = known.entry(path).or_insert_with_key(|path| replay(net, path));
        let late = late(net, case, now, &mut found.stretches);
        let waits = under_way(net, case, seen, now);
        found.is_judged.push(!waits);
        if waits {
            found.under_way += 1;
            continue;
        }
        found.judged += 1;
        for (sum, part) in found.tokens.iter_mut().zip([seen.produced, seen.consumed, seen.missing(), seen.remaining()])
        {
            *sum += part;
        }
        let before = found.deviations.len();
        let day = |k: usize| case.events.get(k).map_or(now, |e| e.day);
        let last = day(case.events.len().saturating_sub(1));
        let mut add = |kind, since, over| found.deviations.push(Deviation { case: number, kind, since, over });
        seen.skipped.iter().for_each(|&(event, state)| add(Kind::Skipped { event, state }, day(event), 0.0));
        seen.foreign.iter().for_each(|&event| add(Kind::Foreign { event }, day(event), 0.0));
        seen.undone.iter().for_each(|&(state, before)| add(Kind::Undone { state, before }, last, 0.0));
        late.into_iter().for_each(|(kind, since, over)| add(kind, since, over));
        found.perfect += usize::from(found.deviations.len() == before);
    }
    found.stretches.iter_mut().for_each(|s| s.days.sort_by(f64::total_cmp));
    found
}

/// Whether nothing is missing yet and what comes next is not overdue.
fn under_way(net: &Net, case: &Case, seen: &Replay, now: f64) -> bool {
    if seen.ended || !seen.skipped.is_empty() || seen.undone.iter().any(|u| u.0 == END) {
        return false;
    }
    let Some(last) = case.events.last() else { return true };
    // A process without limits from here says nothing about when a case is given up.
    net.limits.iter().any(|l| Some(l.from) == last.activity && now - last.day <= l.days)
}

/// What came of an event that starts a limit.
enum Fate {
    /// One of its successors followed on this day.
    Followed(f64),
    /// It was done again before: it has not to be followed twice.
    Again,
    /// Neither yet.
    Open,
}

fn fate(limit: &Limit, after: &[Event]) -> Fate {
    let follows = |e: &Event| e.activity.is_some_and(|a| limit.to.contains(&a));
    match after.iter().find(|e| follows(e) || e.activity == Some(limit.from)) {
        Some(e) if follows(e) => Fate::Followed(e.day),
        Some(_) => Fate::Again,
        None => Fate::Open,
    }
}

/// Limits that were not kept, with the day since which they run and the days over; all times go to the stretches.
fn late(net: &Net, case: &Case, now: f64, stretches: &mut [Stretch]) -> Vec<(Kind, f64, f64)> {
    let mut found = Vec::new();
    for (k, (limit, stretch)) in net.limits.iter().zip(stretches).enumerate() {
        for (position, event) in case.events.iter().enumerate().filter(|e| e.1.activity == Some(limit.from)) {
            let (until, open) = match fate(limit, &case.events[position + 1..]) {
                Fate::Followed(day) => (day, false),
                Fate::Open => (now, true),
                Fate::Again => continue,
            };
            let days = until - event.day;
            stretch.add(days, limit.days, open);
            if days > limit.days {
                found.push((Kind::Late { limit: k, event: position, open }, event.day, days - limit.days));
            }
        }
    }
    found
}
