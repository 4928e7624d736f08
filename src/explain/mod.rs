//! Why a plan is as it is: the limits that touch a decision, each loosened and the step solved again.
//!
//! A limit *binds* when the plan earns more without it. What it is worth is the difference of two whole plans, not a
//! marginal value of a relaxation (those stand in `shadow_prices.csv` and are told beside it).

mod limit;
mod solve;

pub use limit::{Limit, Per, Step};
pub use solve::{Loosened, Placed, Subject, Without, loosen, without};
