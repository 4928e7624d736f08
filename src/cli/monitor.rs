//! `forecourt monitor`: the Monday review of a running network.

use super::session::{Ended, Input, Session};
use super::steps::{WeekArgs, set_threads};

/// Plans the coming weeks for the network in the results folder (or today's), reviews every dealer and model, and
/// writes what to watch and what to do.
pub(super) fn run(args: &WeekArgs) -> u8 {
    set_threads(args.step.run.threads);
    go(args).unwrap_or_else(|code| code)
}

fn go(args: &WeekArgs) -> Result<u8, Ended> {
    let mut input = Input::read(&args.step)?;
    input.previous.clone_from(&args.previous);
    let mut session = Session::new(&input, false);
    session.take_placed()?;
    session.transfer()?;
    let made = session.replenish()?;
    session.warn(&made);
    session.write(args.step.run.json)
}
