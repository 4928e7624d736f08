//! `forecourt journey`: the folder `customers` of a scenario, read before anything is planned.

use super::session::{Ended, Input};
use super::terminal::say;
use super::{check, exit};
use crate::io::market::journey::{JourneyFault, Visitors, read as visitors};
use std::path::Path;

pub(super) use crate::io::market::journey::present;

/// Reads the folder; everything that is wrong is said.
pub(super) fn read(scenario: &Path, input: &Input) -> Result<Visitors, Ended> {
    visitors(scenario, &input.scenario).map_err(|fault| {
        input.watch.finish();
        match fault {
            JourneyFault::Tables(faults) => check::refused(&faults),
            JourneyFault::Lists(faults) => check::refused_each(&faults),
            JourneyFault::Missing(file, why) => {
                say(&format!("forecourt: {} {why}; nothing was written", file.display()));
                exit::BAD_INPUT
            }
        }
    })
}
