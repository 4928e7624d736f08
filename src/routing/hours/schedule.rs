//! The earliest end of a tour under a rule set.

use super::label::Label;
use super::rules::Rules;

/// A leg and the stop at its end. Times in minutes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leg {
    /// Driving to the stop.
    pub driving: u32,
    /// Work at the stop.
    pub work: u32,
    /// Earliest and latest start of the work: one of these windows.
    pub windows: Vec<(u32, u32)>,
}

/// What a driver does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Drives.
    Drive,
    /// Works at a stop.
    Work,
    /// Waits, which is time off.
    Wait,
    /// Takes a break or a part of one.
    Break,
    /// Rests until the next day.
    Rest,
    /// Rests until the next day, for less than usual.
    ShortRest,
    /// Inside the search only: how much later a day begins.
    Shift,
}

/// A stretch of a schedule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Activity {
    /// What.
    pub kind: Kind,
    /// From when.
    pub start: u32,
    /// To when.
    pub end: u32,
}

/// The schedule of a rested driver that ends first, or none. The tour may start at any time from `earliest` on.
pub fn schedule(rules: &Rules, legs: &[Leg], earliest: u32) -> Option<Vec<Activity>> {
    let driving: u64 = legs.iter().map(|l| u64::from(l.driving)).sum();
    let work: u64 = legs.iter().map(|l| u64::from(l.work)).sum();
    if driving > rules.week_driving.into() || driving + work > rules.week_duty.into() {
        return None;
    }
    let mut labels = vec![Label::start(rules, earliest)];
    for leg in legs {
        let mut arrived = Vec::new();
        for label in labels {
            drive(rules, label, leg.driving, &mut arrived);
        }
        let mut ready = Vec::new();
        for label in undominated(rules, arrived) {
            ready.extend(label.lead_in(rules, leg.work));
            pauses(rules, label, &mut ready);
        }
        let mut served = Vec::new();
        for label in undominated(rules, ready) {
            for &window in &leg.windows {
                served.extend(label.work(rules, leg.work, window));
                served.extend(label.short().and_then(|l| l.work(rules, leg.work, window)));
            }
        }
        let mut off = Vec::new();
        for label in undominated(rules, served) {
            pauses(rules, label, &mut off);
        }
        labels = undominated(rules, off);
    }
    let mut best = labels.into_iter().min_by_key(|l| (l.time, l.way.len()))?;
    best.end_day(rules);
    Some(timeline(earliest, &best.way))
}

/// Drives a leg with what the rules force on the way.
fn drive(rules: &Rules, mut label: Label, left: u32, arrived: &mut Vec<Label>) {
    let until_break = rules.before_break - label.since_break.min(rules.before_break);
    let until_rest = label.daily(rules) - label.driving.min(label.daily(rules));
    let until_close = label.closes(rules).saturating_sub(label.time);
    let step = left.min(until_break).min(until_rest).min(until_close);
    if step > 0 {
        label.drive(step);
    }
    if step == left {
        arrived.push(label);
        return;
    }
    let left = left - step;
    let mut next = Vec::new();
    if until_break == step {
        next.push(label.pause(rules));
    }
    if until_rest == step {
        next.extend(label.long());
    }
    if until_close == step {
        next.extend(label.short());
    }
    next.extend(label.rest(rules, false));
    next.extend(label.rest(rules, true));
    for label in next {
        drive(rules, label, left, arrived);
    }
}

/// Every kind of pause at a stop, and none.
fn pauses(rules: &Rules, label: Label, out: &mut Vec<Label>) {
    out.extend(label.rest(rules, false));
    out.extend(label.rest(rules, true));
    if label.since_break > 0 {
        out.push(label.pause(rules));
    }
    out.extend(label.first_part(rules));
    out.push(label);
}

fn undominated(rules: &Rules, mut labels: Vec<Label>) -> Vec<Label> {
    labels.sort_by_key(|l| (l.time, l.since_break, l.driving, std::cmp::Reverse(l.day + l.elastic)));
    let mut kept: Vec<Label> = Vec::new();
    for label in labels {
        if !kept.iter().any(|k| k.beats(&label, rules)) {
            kept.push(label);
        }
    }
    kept
}

/// Activities with their times; neighbours of one kind become one. The start of a day swallows waiting later that day.
fn timeline(earliest: u32, way: &[(Kind, u32)]) -> Vec<Activity> {
    let mut steps: Vec<(Kind, u32)> = Vec::new();
    let mut morning = 1;
    for &(kind, minutes) in way {
        if kind == Kind::Shift {
            let mut left = minutes;
            for wait in steps.iter_mut().skip(morning).filter(|s| s.0 == Kind::Wait) {
                let swallowed = left.min(wait.1);
                wait.1 -= swallowed;
                left -= swallowed;
            }
            steps[morning - 1].1 += minutes;
            morning = steps.len() + 1;
        } else if let Some(last) =
            steps.get_mut(morning..).and_then(<[_]>::last_mut).filter(|l| l.0 == kind && kind == Kind::Drive)
        {
            last.1 += minutes;
        } else {
            steps.push((kind, minutes));
        }
    }
    let mut clock = earliest + steps[0].1;
    let place = |(kind, minutes)| {
        let activity = Activity { kind, start: clock, end: clock + minutes };
        clock += minutes;
        activity
    };
    let real = |s: &(Kind, u32)| s.1 > 0 || s.0 == Kind::Work;
    steps.into_iter().skip(1).filter(real).map(place).collect()
}
