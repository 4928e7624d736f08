//! Sums and parts, forecast and made to add up.

use super::super::steps::RunArgs;
use super::super::terminal::say;
use super::super::{check, exit};
use super::{sorted, tell};
use crate::demand::series::Options;
use crate::demand::series::reconcile::Belief;
use crate::demand::series::whole::{self, Groups};
use crate::io::series::{Table, read_groups};
use std::path::Path;

/// What `--reconcile` says.
pub(super) fn belief(text: &str) -> Result<Belief, String> {
    match text.trim() {
        "trace" => Ok(Belief::Trace),
        "variance" => Ok(Belief::Variance),
        "structure" => Ok(Belief::Structure),
        "bottom-up" => Ok(Belief::BottomUp),
        _ => Err("give trace, variance, structure or bottom-up".into()),
    }
}

/// Forecasts all nodes and tells.
pub(super) fn run(
    table: &Table,
    groups: &Path,
    options: &Options,
    belief: Belief,
    levels: &[f64],
    run: &RunArgs,
) -> u8 {
    let (order, values) = sorted(table);
    let names: Vec<&str> = order.iter().map(|k| table.names[*k].as_str()).collect();
    let labels = match read_groups(groups, &names, &values) {
        Ok(labels) => labels,
        Err(faults) => return check::refused_each(&faults),
    };
    let groups = Groups::new(&labels.columns, &labels.rows);
    match whole::forecast(&groups, &values, options, belief) {
        Ok(outlooks) => {
            let all: Vec<String> = groups.names.iter().cloned().chain(names.into_iter().map(str::to_owned)).collect();
            tell(&all, &outlooks, levels, run)
        }
        Err(why) => {
            say(&format!("forecourt: {why}"));
            exit::NO_PLAN
        }
    }
}
