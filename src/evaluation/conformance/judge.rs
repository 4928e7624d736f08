//! All cases: fitness, deviations, times.

use super::net::{END, Net};
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
        /// Whether the second activity is still to come.
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
    /// Days of each time that the second activity followed, ascending.
    pub days: Vec<f64>,
    /// Of them those within the limit.
    pub within: usize,
}

impl Stretch {
    /// A quantile of the days (the nearest rank); `None` without days.
    pub fn quantile(&self, share: f64) -> Option<f64> {
        let rank = (share * self.days.len() as f64).ceil().max(1.0) as usize;
        self.days.get(rank - 1).copied()
    }
}

/// The answer.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Conformance {
    /// Cases judged.
    pub judged: usize,
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
        if under_way(net, case, seen, now) {
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
        seen.undone.iter().for_each(|&state| add(Kind::Undone { state }, last, 0.0));
        late.into_iter().for_each(|(kind, since, over)| add(kind, since, over));
        found.perfect += usize::from(found.deviations.len() == before);
    }
    found.stretches.iter_mut().for_each(|s| s.days.sort_by(f64::total_cmp));
    found
}

/// Whether nothing is missing yet and what comes next is not overdue.
fn under_way(net: &Net, case: &Case, seen: &Replay, now: f64) -> bool {
    if seen.ended || !seen.skipped.is_empty() || seen.undone.contains(&END) {
        return false;
    }
    let Some(last) = case.events.last() else { return true };
    // A process without limits from here says nothing about when a case is given up.
    net.limits.iter().any(|l| Some(l.from) == last.activity && now - last.day <= l.days)
}

/// Limits that were not kept: an activity with the first of its successors after it.
fn late(net: &Net, case: &Case, now: f64, stretches: &mut [Stretch]) -> Vec<(Kind, f64, f64)> {
    let mut found = Vec::new();
    for (k, limit) in net.limits.iter().enumerate() {
        for (position, event) in case.events.iter().enumerate().filter(|e| e.1.activity == Some(limit.from)) {
            let after = &case.events[position + 1..];
            let again = after.iter().position(|e| e.activity == Some(limit.from)).unwrap_or(after.len());
            let next = after[..again].iter().find(|e| e.activity == Some(limit.to));
            let days = next.map_or(now, |e| e.day) - event.day;
            if next.is_some() {
                stretches[k].days.push(days);
                stretches[k].within += usize::from(days <= limit.days);
            }
            // An activity that is done again before its successor has not to be followed twice.
            if days > limit.days && (next.is_some() || again == after.len()) {
                found.push((Kind::Late { limit: k, open: next.is_none() }, event.day, days - limit.days));
            }
        }
    }
    found
}
