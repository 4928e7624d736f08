//! How far a placement search may go, and what its answer is worth.

use crate::lp::Stop;
use std::time::Instant;

/// Limits of one search. The defaults count work only, so that the same problem always gives the same answer.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Relative gap at which the search may end (share of the incumbent).
    pub gap: f64,
    /// Branch-and-bound nodes.
    pub nodes: Option<u64>,
    /// Wall-clock seconds; the answer is marked as not repeatable when this strikes.
    pub seconds: Option<f64>,
    /// Raised from outside to stop with the best found.
    pub stop: Stop,
}

impl Default for Limits {
    fn default() -> Self {
        Self { gap: 0.0, nodes: None, seconds: None, stop: Stop::new() }
    }
}

/// A running search's watch: started once, asked often.
#[derive(Clone, Debug)]
pub struct Watch {
    start: Instant,
    seconds: Option<f64>,
    stop: Stop,
}

impl Watch {
    /// Starts now.
    pub fn start(limits: &Limits) -> Self {
        Self { start: Instant::now(), seconds: limits.seconds, stop: limits.stop.clone() }
    }
    /// Seconds since the start.
    pub fn elapsed(&self) -> f64 {
        self.start.elapsed().as_secs_f64()
    }
    /// Whether the clock or the stop flag asks for an end.
    pub fn over(&self) -> bool {
        self.stop.raised() || self.seconds.is_some_and(|s| self.elapsed() >= s)
    }
    /// Whether a share of the time limit has gone by (never, without a limit).
    pub fn past(&self, share: f64) -> bool {
        self.stop.raised() || self.seconds.is_some_and(|s| self.elapsed() >= share * s)
    }
    /// Seconds that are left, if there is a limit.
    pub fn left(&self) -> Option<f64> {
        self.seconds.map(|s| (s - self.elapsed()).max(0.0))
    }
}

/// Why a search ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// The gap asked for is proved.
    Proved,
    /// The node limit was reached.
    WorkLimit,
    /// The clock struck.
    TimeLimit,
    /// The stop flag was raised.
    Interrupted,
    /// No feasible answer exists, and that is proved.
    Infeasible,
}

impl End {
    /// The word for it in answers.
    pub const fn word(self, exact: bool) -> &'static str {
        match self {
            Self::Proved if exact => "optimal",
            Self::Proved => "gap",
            Self::WorkLimit => "work limit",
            Self::TimeLimit => "time limit",
            Self::Interrupted => "interrupted",
            Self::Infeasible => "infeasible",
        }
    }
}

/// What an answer is worth once its certificate has been checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grade {
    /// Optimal, proved.
    A,
    /// Feasible with a proved gap.
    B,
    /// Feasible only.
    C,
    /// Infeasible, proved.
    D,
    /// Infeasible, claimed by the solver alone.
    E,
}

impl Grade {
    /// One letter.
    pub const fn letter(self) -> &'static str {
        match self {
            Self::A => "A",
            Self::B => "B",
            Self::C => "C",
            Self::D => "D",
            Self::E => "E",
        }
    }
    /// The grade of a feasible answer with a relative gap (share), optimal when it is at most `tolerance`.
    pub fn of_gap(gap: f64, tolerance: f64) -> Self {
        if gap <= tolerance {
            Self::A
        } else if gap.is_finite() {
            Self::B
        } else {
            Self::C
        }
    }
}

/// Relative distance between objective and bound as a share of the objective's size.
pub fn gap(objective: f64, bound: f64) -> f64 {
    if !objective.is_finite() || !bound.is_finite() {
        return f64::INFINITY;
    }
    (objective - bound).abs() / objective.abs().max(1e-10)
}
