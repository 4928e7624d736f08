//! Why no plan earns more than the bound: a branch tree whose leaves carry multipliers of the model's constraints.
//!
//! The rows are named, not written out: whoever checks the proof recomputes them from the problem. All of it is plain
//! data, so that it can be written to a file.

#![expect(
    missing_docs,
    reason = "the fields of rules and decisions are positions in the problem, named by what they count"
)]

use super::Change;
use serde::{Deserialize, Serialize};

/// A constraint of the model by name; positions are those of the whole problem.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum Rule {
    /// One choice for a store.
    Choice { store: usize },
    /// Capacity of a store.
    Capacity { phase: usize, store: usize },
    /// A store sells to its pull at this position no more than it would alone.
    Alone { phase: usize, store: usize, pull: usize },
    /// Tangent of what a zone buys, at a summed pull.
    Tangent { phase: usize, zone: usize, at: f64 },
    /// A zone counts as covered only near an open store.
    Cover { zone: usize },
    /// People covered, by position in the problem's floors.
    Region { floor: usize },
    /// A dealer leaves by a move only when it closes.
    Leave { phase: usize, store: usize },
    /// A candidate is entered only when it opens in the option it was costed for.
    Enter { phase: usize, store: usize },
    /// Two stores too close, by position in the problem's conflicts.
    Distance { phase: usize, pair: usize },
    /// A store that must be open in the end.
    Required { store: usize },
    /// One-off money of a phase.
    Budget { phase: usize },
    /// Openings of a phase.
    MaxOpen { phase: usize },
    /// Closings of a phase.
    MaxClose { phase: usize },
    /// Fewest stores in the end.
    Fewest,
    /// Most stores in the end.
    Most,
}

/// A yes/no decision that is branched on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Decision {
    /// What happens to a store.
    Store { store: usize, change: Option<Change> },
    /// Whether a move is taken in a phase.
    Move { phase: usize, index: usize },
}

/// A node of the tree.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Node {
    /// The decision is no in one node, yes in the other (positions in [`Part::nodes`], behind this one).
    Split { on: Decision, no: usize, yes: usize },
    /// `(position in Part::rules, multiplier ≥ 0)`, money a year per unit of the rule.
    Leaf(Vec<(usize, f64)>),
}

/// The proof for a part of the network that shares nothing with the others.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Part {
    /// Its stores, ascending.
    pub stores: Vec<usize>,
    /// The rules that the leaves use.
    pub rules: Vec<Rule>,
    /// The tree; the first node is its root.
    pub nodes: Vec<Node>,
}

/// The proof of a bound.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Proof {
    /// One tree per part of the network.
    pub parts: Vec<Part>,
}
