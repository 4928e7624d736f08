//! The tree of Lagrangian bounds over what is left of a location problem with a count.
//!
//! Every node climbs from its parent's multipliers ([`climb`]), drops what the bound decides ([`piece`]), falls into
//! independent parts where it can ([`parts`]), and otherwise splits on a site ([`branching`]). Where a client has few
//! sites that matter, a hot linear programme finds better multipliers than a climb ([`sharpen`]); everywhere the bounds
//! themselves are whole-number evaluations of the Lagrangian, and the tree leaves them behind as a [`proof`].

pub mod branching;
pub mod climb;
pub mod parts;
pub mod piece;
pub mod polish;
pub mod proof;
pub mod sharpen;
#[cfg(test)]
mod tests;
mod tree;

use super::control::Watch;
use crate::progress::Observer;
use proof::Proof;

/// What a search knows at its end.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// Nothing costs less than this.
    pub lower: i64,
    /// The best answer within the cutoff: its cost and its sites.
    pub found: Option<(i64, Vec<u32>)>,
    /// Whether the search ended by itself: `lower` is then the cost found, or exceeds the cutoff.
    pub complete: bool,
    /// The proof of `lower`, where it was kept.
    pub proof: Option<Proof>,
    /// The multipliers that the root came to.
    pub v: Vec<i64>,
}

/// The search and what all its trees share.
pub struct Descent<'a> {
    /// What costs and multipliers are multiplied by.
    pub scale: i64,
    /// No multiplier exceeds this, scaled.
    pub top: i64,
    /// Nodes so far.
    pub nodes: u64,
    /// Nodes at which the search at hand must end.
    pub fence: u64,
    /// How many times the search has fallen into parts to get here.
    pub level: u32,
    /// Numbers that proofs may still hold.
    pub room: usize,
    /// Asks for an end.
    pub watch: &'a Watch,
    /// Hears of progress.
    pub observer: &'a dyn Observer,
}

impl Descent<'_> {
    /// Whether the search must end.
    pub fn over(&self) -> bool {
        self.watch.over() || self.nodes >= self.fence
    }

    /// A scaled bound as a bound on whole costs.
    pub fn up(&self, bound: i64) -> i64 {
        bound.div_euclid(self.scale) + i64::from(bound.rem_euclid(self.scale) != 0)
    }
}
