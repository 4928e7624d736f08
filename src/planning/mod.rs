//! The order of the steps: forecast → place → transfer → replenish → warn → simulate → evaluate.
//!
//! The only room that knows every decision room. Each step turns the scenario and the answers before it into the plain
//! data of one room, calls it, and gives its answer back under the scenario's own ids.

mod analogue;
mod changes;
pub mod closed_loop;
pub mod compete;
mod counts;
mod facts;
mod goods;
mod ground;
mod hand;
mod health;
mod infeasible;
pub mod journey;
mod lead;
mod market;
mod place;
mod plans;
mod replenish;
mod route;
mod simulate;
pub mod tracked;
mod transfer;
mod warn;
mod yards;

pub use analogue::{Analogue, Basis};
pub use changes::{Cause, Change, changes};
pub use facts::network_facts;
pub use goods::{Cargo, Goods, Moved, Redirected};
pub use ground::{Ground, NetworkState, today_and_plan};
pub use hand::{Footing, Previous};
pub use health::{League, Standing, Together, league};
pub use lead::freight_per_car;
pub use market::Market;
pub use place::{Changes, Placement, assess, dealer_problem, place, place_from};
pub use plans::{BestPlan, best_plan, compare_plans, default_zone, plan_problem};
pub use replenish::{Replenishment, replenish};
pub use route::{CarrierTour, Errand, Line, Load, Priced, Routing, Stop, route};
pub use simulate::{Simulation, simulate};
pub use transfer::{Transfers, transfer};
pub use warn::{Job, Lack, Priority, Review, Task, Warning, review};

use crate::lp::{self, Limits};

/// What a caller may set for one run, beyond the scenario.
#[derive(Clone, Debug)]
pub struct Options {
    /// Key of all random numbers.
    pub seed: u64,
    /// Replications of the simulation; with a precision asked for, at most so many.
    pub replications: u32,
    /// Half-width of the network costs' 95 % intervals at which the simulation ends, as a share of the cost.
    pub precision: Option<f64>,
    /// Threads; `None` for one per core. No answer depends on it.
    pub threads: Option<usize>,
    /// Seconds after which optimisation ends with the best found; `None`: limits count work alone.
    pub seconds: Option<f64>,
    /// Raised to stop early.
    pub stop: lp::Stop,
}

/// Stores times models times weeks up to which plans are solved again without being told so.
pub const SMALL: usize = 2_000;

impl Options {
    fn limits(&self) -> Limits {
        Limits { seconds: self.seconds, stop: self.stop.clone(), ..Limits::default() }
    }
}

/// Why a step has no answer.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No plan obeys the rules; the text names the cause and the way out.
    #[error("{0}")]
    Infeasible(String),
    /// The caller asked to stop.
    #[error("stopped on request")]
    Stopped,
    /// Ended by a limit before there was anything to show.
    #[error("{0}")]
    Limit(String),
    /// The scenario cannot be planned although its tables are well formed.
    #[error("{0}")]
    Unfit(String),
    /// A bug or a failure of the solver: nothing the user did.
    #[error("{0}")]
    Internal(String),
}
