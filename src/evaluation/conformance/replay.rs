//! One case against the process, token by token.

use super::net::{END, Net, START, Step};

/// What the replay of a case counted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Replay {
    /// Tokens produced, the first one included.
    pub produced: u64,
    /// Tokens consumed, the last one included.
    pub consumed: u64,
    /// Tokens lent: position of the event and state. The end's own is not listed, only counted.
    pub skipped: Vec<(usize, usize)>,
    /// Tokens that stand at the end: state, and how many it was given before (the oldest are taken first).
    pub undone: Vec<(usize, usize)>,
    /// Events of activities that no step has.
    pub foreign: Vec<usize>,
    /// Whether the end was reached.
    pub ended: bool,
}

impl Replay {
    /// Tokens missing.
    pub fn missing(&self) -> u64 {
        self.skipped.len() as u64 + u64::from(!self.ended)
    }
    /// Tokens remaining.
    pub fn remaining(&self) -> u64 {
        self.undone.len() as u64
    }
}

/// Replays the activities of a case; `None` is an activity that the process does not have.
pub fn replay(net: &Net, case: &[Option<usize>]) -> Replay {
    let mut tokens = vec![0_u32; net.states.len()];
    tokens[START] = 1;
    let mut given = tokens.clone();
    let mut seen = Replay { produced: 1, consumed: 1, ..Replay::default() };
    for (k, activity) in case.iter().enumerate() {
        let Some(activity) = *activity else {
            seen.foreign.push(k);
            continue;
        };
        let mut steps = net.steps.iter().filter(|s| s.activity == activity);
        let enabled = |s: &&Step| s.takes.iter().all(|&p| tokens[p] > 0);
        let Some(step) = steps.clone().find(enabled).or_else(|| steps.next()) else {
            seen.foreign.push(k);
            continue;
        };
        for &state in &step.takes {
            seen.consumed += 1;
            match tokens[state].checked_sub(1) {
                Some(left) => tokens[state] = left,
                None => seen.skipped.push((k, state)),
            }
        }
        for &state in &step.gives {
            seen.produced += 1;
            tokens[state] += 1;
            given[state] += 1;
        }
    }
    if let Some(left) = tokens[END].checked_sub(1) {
        (tokens[END], seen.ended) = (left, true);
    }
    for (state, &count) in tokens.iter().enumerate() {
        seen.undone.extend((given[state] - count..given[state]).map(|before| (state, before as usize)));
    }
    seen
}
