//! What a driver's clock shows somewhere on a tour.

use super::rules::Rules;
use super::schedule::Kind;

/// Longer than any tour.
const EVER: u32 = u32::MAX / 4;

/// A driver's state with the way that led to it.
#[derive(Clone, Debug)]
pub(super) struct Label {
    pub time: u32,
    pub since_break: u32,
    /// The first part of a break is taken.
    pub part: bool,
    pub driving: u32,
    /// Whether anything has been done since the last rest. A day begins when the driver goes on duty, whatever comes first.
    pub begun: bool,
    /// Earliest start of the day.
    pub day: u32,
    /// How much later the day may begin without a change from here on: that much was waited.
    pub elastic: u32,
    /// How much later still, if there is more waiting to come: no window closes before.
    pub slack: u32,
    /// The end of the last activity of the day that its window binds.
    pub bound: u32,
    pub long_today: bool,
    pub short_today: bool,
    pub long_left: u8,
    pub short_left: u8,
    /// Minutes without driving up to now.
    pub still: u32,
    /// Activities so far; `Shift` says at the end of a day how much later it begins.
    pub way: Vec<(Kind, u32)>,
}

impl Label {
    /// A rested driver who may start from a time on.
    pub(super) fn start(rules: &Rules, earliest: u32) -> Self {
        Self {
            time: earliest,
            since_break: 0,
            part: false,
            driving: 0,
            day: earliest,
            elastic: 0,
            slack: EVER,
            begun: false,
            bound: earliest,
            long_today: false,
            short_today: false,
            long_left: rules.long.times,
            short_left: rules.short.times,
            still: 0,
            way: vec![(Kind::Rest, 0)],
        }
    }
    /// Driving this day allows.
    pub(super) fn daily(&self, rules: &Rules) -> u32 {
        if self.long_today { rules.long.minutes } else { rules.driving }
    }
    /// When this day's window closes.
    pub(super) fn closes(&self, rules: &Rules) -> u32 {
        self.day + self.elastic + self.longest(rules)
    }
    fn longest(&self, rules: &Rules) -> u32 {
        rules.window + if self.short_today { rules.rest - rules.short.minutes } else { 0 }
    }
    /// Decides how much later the day begins: as early as its window allows when the next day waits for that, else as
    /// late as possible.
    pub(super) fn end_day(&mut self, rules: &Rules) {
        let needed = self.bound.saturating_sub(self.day + self.longest(rules));
        let shift = if rules.period > 0 { needed } else { self.elastic };
        self.day += shift;
        self.elastic = 0;
        self.way.push((Kind::Shift, shift));
    }
    fn pass(&mut self, kind: Kind, minutes: u32) {
        self.time += minutes;
        self.way.push((kind, minutes));
    }
    /// Drives.
    pub(super) fn drive(&mut self, minutes: u32) {
        self.begun = true;
        self.pass(Kind::Drive, minutes);
        self.since_break += minutes;
        self.driving += minutes;
        self.bound = self.time;
        self.still = 0;
    }
    /// Rests until the next day may begin.
    pub(super) fn rest(&self, rules: &Rules, short: bool) -> Option<Self> {
        if !self.begun || if short { self.short_left == 0 } else { self.short_today } {
            return None;
        }
        let mut next = self.clone();
        next.short_today |= short;
        next.end_day(rules);
        let least = if short { rules.short.minutes } else { rules.rest };
        let minutes = least.max((next.day + rules.period).saturating_sub(self.time));
        next.pass(if short { Kind::ShortRest } else { Kind::Rest }, minutes);
        next.short_left -= u8::from(short);
        next.since_break = 0;
        next.part = false;
        next.driving = 0;
        next.day = next.time;
        next.bound = next.time;
        next.slack = EVER;
        next.begun = false;
        next.long_today = false;
        next.short_today = false;
        next.still = minutes;
        Some(next)
    }
    /// Takes a break, or what is missing of one.
    pub(super) fn pause(&self, rules: &Rules) -> Self {
        let mut next = self.clone();
        let whole = match rules.parts {
            Some([_, second]) if self.part => second.min(rules.pause),
            _ => rules.pause,
        };
        let minutes = if rules.work_is_break { whole.saturating_sub(self.still) } else { whole };
        next.pass(Kind::Break, minutes);
        next.since_break = 0;
        next.part = false;
        next.still += minutes;
        next
    }
    /// Takes what work that follows will lack of a break.
    pub(super) fn lead_in(&self, rules: &Rules, work: u32) -> Option<Self> {
        let lacking = rules.pause.saturating_sub(work + self.still);
        if !rules.work_is_break || work == 0 || lacking == 0 || self.since_break == 0 {
            return None;
        }
        let mut next = self.clone();
        next.pass(Kind::Break, lacking);
        next.still += lacking;
        Some(next)
    }
    /// Takes the first part of a break.
    pub(super) fn first_part(&self, rules: &Rules) -> Option<Self> {
        let [first, _] = rules.parts.filter(|_| !self.part && self.since_break > 0)?;
        let mut next = self.clone();
        next.pass(Kind::Break, first);
        next.part = true;
        next.still += first;
        Some(next)
    }
    /// Makes this day a long one.
    pub(super) fn long(&self) -> Option<Self> {
        let usable = !self.long_today && self.long_left > 0;
        usable.then(|| Self { long_today: true, long_left: self.long_left - 1, ..self.clone() })
    }
    /// Decides that this day ends with a short rest.
    pub(super) fn short(&self) -> Option<Self> {
        (!self.short_today && self.short_left > 0).then(|| Self { short_today: true, ..self.clone() })
    }
    /// Works at a stop inside a window, waiting for it before; `None` when it is closed or the day is over.
    pub(super) fn work(&self, rules: &Rules, minutes: u32, window: (u32, u32)) -> Option<Self> {
        let start = self.time.max(window.0);
        if start > window.1 {
            return None;
        }
        let mut next = self.clone();
        let wait = start - self.time;
        next.begun = true;
        let shift = wait.min(self.slack);
        next.elastic += shift;
        if wait > 0 {
            next.pass(Kind::Wait, wait);
            // What the start of the day may swallow must not count as time off.
            next.still += wait - shift;
        }
        next.time = start;
        next.slack = self.slack - shift;
        next.at_work(rules, minutes, window.1 - start)
    }
    /// Works now; the window would still be open for a while.
    fn at_work(mut self, rules: &Rules, minutes: u32, open: u32) -> Option<Self> {
        let next = &mut self;
        next.slack = next.slack.min(open);
        if rules.window_ends_work && minutes > 0 && next.time + minutes > next.closes(rules) {
            return None;
        }
        next.pass(Kind::Work, minutes);
        if rules.window_ends_work && minutes > 0 {
            next.bound = next.time;
        }
        next.still = if rules.work_is_break { next.still + minutes } else { 0 };
        if rules.work_is_break && next.still >= rules.pause {
            next.since_break = 0;
        }
        Some(self)
    }
    /// Whether this label is at least as good as another in every respect.
    pub(super) fn beats(&self, other: &Self, rules: &Rules) -> bool {
        let early = rules.period == 0 || (self.day <= other.day && self.bound <= other.bound);
        early
            && self.begun == other.begun
            && self.time <= other.time
            && self.since_break <= other.since_break
            && self.part >= other.part
            && self.driving <= other.driving
            && self.day + self.elastic >= other.day + other.elastic
            && self.slack >= other.slack
            && self.long_today >= other.long_today
            && self.long_left >= other.long_left
            && self.short_today <= other.short_today
            && self.short_left >= other.short_left
            && self.still >= other.still
    }
}
