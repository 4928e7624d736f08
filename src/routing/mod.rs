#![doc = include_str!("model.md")]

pub mod certificate;
pub mod control;
pub mod haul;
pub mod hours;
pub mod inventory;
pub mod loads;
pub mod matrix;
pub mod measure;
mod plan;
mod problem;
mod search;
mod solve;
#[cfg(test)]
mod tests;

pub use control::{End, Limits};
pub use plan::{Plan, Tour};
pub use problem::{Data, Goal, Judge, Kind, Node, Problem, Request};
pub use search::Tuning;
pub use solve::{improve, solve, solve_with};

/// Why there is no plan.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The data contradict themselves.
    #[error("{}", .0.join("; "))]
    Faulty(Vec<String>),
    /// No plan was found that serves every request.
    #[error("no plan serves every request: {0}")]
    Unserved(String),
    /// The answer failed its own check; nothing is handed out.
    #[error("the answer fails its own check: {0}")]
    Certificate(String),
}
