//! `forecourt journey`: the folder `customers` of a scenario, read and judged before anything is planned.

use super::session::{Ended, Input};
use super::terminal::say;
use super::{check, exit};
use crate::io::market::journey::{FOLDER, JourneyFault, Visitors, read as visitors};
use crate::planning::journey::{Worth, worth};
use std::path::Path;

pub(super) use crate::io::market::journey::present;

/// Reads the folder and values its customers; everything that is wrong is said.
pub(super) fn read(scenario: &Path, input: &Input) -> Result<(Visitors, Worth), Ended> {
    let read = visitors(scenario, &input.scenario).map_err(|fault| {
        input.watch.finish();
        match fault {
            JourneyFault::Tables(faults) => check::refused(&faults),
            JourneyFault::Lists(faults) => check::refused_each(&faults),
            JourneyFault::Missing(file, why) => {
                say(&format!("forecourt: {} {why}; nothing was written", file.display()));
                exit::BAD_INPUT
            }
        }
    })?;
    let valued = worth(&read.people, &read.terms, input.options.seed).map_err(|e| {
        input.watch.finish();
        let folder = scenario.join(FOLDER);
        say(&format!(
            "forecourt: {}: {e}; nothing was written. Without the folder the rest is planned",
            folder.display()
        ));
        exit::of(&e)
    })?;
    Ok((read, valued))
}
