//! Files that one Monday review leaves for the next.
//!
//! Such a file holds what was known before the review and after it: a review of the same Monday starts where the first one did, so
//! that running it twice counts once.

use crate::scenario::Scenario;
use jiff::civil::Date;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::cmp::Ordering;
use std::path::Path;

#[derive(Serialize, Deserialize)]
struct State<L> {
    scenario: String,
    review: String,
    before: Vec<L>,
    after: Vec<L>,
}

/// Lines that the last review before `today` left; a note, which ends with `afresh`, when the file cannot be used.
pub(super) fn read<L: DeserializeOwned>(
    path: &Path,
    scenario: &str,
    today: Date,
    afresh: &str,
) -> (Vec<L>, Option<String>) {
    if !path.is_file() {
        return (Vec::new(), None);
    }
    let refused = |why: &str| (Vec::new(), Some(format!("{}: {why}; {afresh}", path.display())));
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(e) => return refused(&e.to_string()),
    };
    let state: State<L> = match serde_json::from_str(&text) {
        Ok(state) => state,
        Err(e) => return refused(&e.to_string()),
    };
    if state.scenario != scenario {
        return refused("it is of another scenario");
    }
    let Ok(review) = state.review.parse::<Date>() else { return refused("its day cannot be read") };
    match review.cmp(&today) {
        Ordering::Less => (state.after, None),
        Ordering::Equal => (state.before, None),
        Ordering::Greater => refused("it is of a later Monday"),
    }
}

/// The file's text after a review.
pub(super) fn write<L: Serialize>(scenario: &Scenario, before: Vec<L>, after: Vec<L>) -> Vec<u8> {
    let state = State { scenario: scenario.id.clone(), review: scenario.today.to_string(), before, after };
    let mut text = serde_json::to_string_pretty(&state).expect("lines are plain data");
    text.push('\n');
    text.into_bytes()
}
