//! Exit codes: what a script may rely on.

use crate::planning::Error;

/// Done.
pub(super) const DONE: u8 = 0;
/// No plan exists; the cause is on stderr.
pub(super) const NO_PLAN: u8 = 1;
/// The input is wrong; every fault is on stderr, nothing was written.
pub(super) const BAD_INPUT: u8 = 2;
/// Stopped by a limit; the best found was written.
pub(super) const LIMIT: u8 = 3;
/// A fault of the program or the machine.
pub(super) const INTERNAL: u8 = 70;
/// Results could not be written.
pub(super) const CANNOT_WRITE: u8 = 73;
/// Interrupted by a signal; nothing was written.
pub(super) const INTERRUPTED: u8 = 130;

/// The code of a failed step.
pub(super) fn of(error: &Error) -> u8 {
    match error {
        Error::Infeasible(_) => NO_PLAN,
        Error::Stopped => INTERRUPTED,
        Error::Limit(_) => LIMIT,
        Error::Unfit(_) => BAD_INPUT,
        Error::Internal(_) => INTERNAL,
    }
}
