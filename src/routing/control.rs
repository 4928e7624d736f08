//! How far a search may go, and why it ended.

use crate::lp::Stop;
use std::time::Instant;

/// Limits of one search.
#[derive(Clone, Debug, Default)]
pub struct Limits {
    /// Seed of every draw.
    pub seed: u64,
    /// Ruin-and-recreate steps; `None` lets the problem's size decide.
    pub iterations: Option<u64>,
    /// Wall-clock seconds. Without `iterations` the cooling follows this clock.
    pub seconds: Option<f64>,
    /// Raised from outside to stop with the best found.
    pub stop: Stop,
}

/// Why a search ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// Optimal, and proved.
    Proved,
    /// The steps are used up.
    WorkLimit,
    /// The clock struck: the answer is not repeatable.
    TimeLimit,
    /// The stop flag was raised.
    Interrupted,
}

impl End {
    /// The word for it in answers.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Proved => "optimal",
            Self::WorkLimit => "work limit",
            Self::TimeLimit => "time limit",
            Self::Interrupted => "interrupted",
        }
    }
    /// Whether the same input gives the same answer again.
    pub const fn repeatable(self) -> bool {
        matches!(self, Self::Proved | Self::WorkLimit)
    }
}

/// A share of a budget that is used up step by step: by steps, or by the clock when no steps are given.
#[derive(Clone, Debug)]
pub(super) struct Meter {
    start: Instant,
    steps: Option<u64>,
    seconds: Option<f64>,
    stop: Stop,
    done: u64,
    used: f64,
    end: Option<End>,
}

impl Meter {
    /// How many steps pass between two looks at the clock.
    const LOOK: u64 = 64;

    /// A budget of steps, seconds or both.
    pub(super) fn new(start: Instant, steps: Option<u64>, seconds: Option<f64>, stop: Stop) -> Self {
        let mut meter = Self { start, steps, seconds, stop, done: 0, used: 0.0, end: None };
        meter.look();
        meter
    }
    fn look(&mut self) {
        if self.stop.raised() {
            self.end = Some(End::Interrupted);
        }
        if let Some(seconds) = self.seconds {
            let share = self.start.elapsed().as_secs_f64() / seconds.max(1e-9);
            if self.steps.is_none() {
                self.used = share.min(1.0);
            }
            if share >= 1.0 {
                self.end = self.end.or(Some(End::TimeLimit));
            }
        }
    }
    /// Counts one step; false when the budget is used up.
    #[inline]
    pub(super) fn step(&mut self) -> bool {
        if self.steps.is_some_and(|s| self.done >= s) {
            self.end = self.end.or(Some(End::WorkLimit));
        }
        if self.end.is_some() {
            return false;
        }
        self.done += 1;
        if self.done.is_multiple_of(Self::LOOK) {
            if let Some(steps) = self.steps {
                self.used = self.done as f64 / steps as f64;
            }
            self.look();
        }
        true
    }
    /// The share of the budget that is used up.
    pub(super) fn used(&self) -> f64 {
        self.used
    }
    /// Steps done.
    pub(super) fn done(&self) -> u64 {
        self.done
    }
    /// Why the budget ended.
    pub(super) fn end(&self) -> End {
        self.end.unwrap_or(End::WorkLimit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_counted_to_the_last() {
        let mut meter = Meter::new(Instant::now(), Some(200), None, Stop::new());
        assert_eq!((0..999).filter(|_| meter.step()).count(), 200);
        assert_eq!((meter.end(), meter.end().repeatable()), (End::WorkLimit, true));
        assert!(meter.used() > 0.9);
    }

    #[test]
    fn the_clock_and_the_flag_end_a_search() {
        let mut meter = Meter::new(Instant::now(), None, Some(1e-9), Stop::new());
        assert!(!meter.step() && meter.end() == End::TimeLimit && !meter.end().repeatable());
        let stop = Stop::new();
        stop.raise();
        let mut meter = Meter::new(Instant::now(), None, None, stop);
        assert!(!meter.step() && meter.end() == End::Interrupted);
    }
}
