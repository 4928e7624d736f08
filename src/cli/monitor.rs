//! `forecourt monitor`: the Monday review of a running network.

use super::session::{Ended, Input, Session};
use super::steps::{StepArgs, set_threads};

/// Plans the coming weeks for the network in the results folder (or today's), reviews every dealer and model, and
/// writes what to watch and what to do.
pub(super) fn run(args: &StepArgs) -> u8 {
    set_threads(args.run.threads);
    go(args).unwrap_or_else(|code| code)
}

fn go(args: &StepArgs) -> Result<u8, Ended> {
    let input = Input::read(args)?;
    let mut session = Session::new(&input, false);
    session.take_placed()?;
    session.transfer()?;
    let made = session.replenish()?;
    session.warn(&made);
    session.write(args.run.json)
}
