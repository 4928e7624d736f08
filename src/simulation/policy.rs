//! How much is ordered at a review: the replaceable part of the simulated network.

use super::problem::Arrival;
use std::fmt;
use std::sync::Arc;

/// A replenishment policy. Tables are dealer × model; the inventory position is cars on the ground plus cars under way
/// minus waiting customers.
#[derive(Clone, Debug)]
pub enum Policy {
    /// Each review orders the position up to a level that may change with the season.
    OrderUpTo {
        /// Season × dealer × model: the level in cars.
        levels: Vec<u16>,
        /// Season of each week; empty when there is one season only.
        season: Vec<u16>,
    },
    /// (s, S): when the position is at or below `low` (s), order up to `high` (S).
    MinMax {
        /// s, in cars.
        low: Vec<i32>,
        /// S, in cars, at least s.
        high: Vec<i32>,
    },
    /// Push: the whole supply of the week is spread so that the days of supply become equal (water-filling over the
    /// sales rate of the last 120 days).
    BalancedDays,
    /// Push: the whole supply of the week is spread by sales share of the last 120 days.
    TurnAndEarn,
    /// A rule of the caller's own, a plan in rolling horizon for example.
    Own(Arc<dyn Replenish>),
}

impl Policy {
    /// Whether the policy spreads a given supply instead of asking for cars.
    pub fn pushes(&self) -> bool {
        matches!(self, Self::BalancedDays | Self::TurnAndEarn)
    }
}

/// A rule of the caller's own. It is asked once at every review of every replication, by many threads at once, and must
/// answer from what it sees alone: what it remembers from another replication would make the answer depend on who asked
/// first. Storage and supply are cut afterwards, as for every policy.
pub trait Replenish: Send + Sync + fmt::Debug {
    /// What is ordered this evening; lines of the same cell are added up, closed dealers are left out.
    fn orders(&self, seen: &Seen) -> Vec<Order>;
}

/// What a policy sees at a review. Tables are dealer × model.
#[derive(Clone, Copy, Debug)]
pub struct Seen<'a> {
    /// The day, from 0; the review is in its evening.
    pub day: u32,
    /// Number of models: the length of a row.
    pub models: usize,
    /// Which dealers are open.
    pub open: &'a [bool],
    /// Cars on the ground.
    pub stock: &'a [i32],
    /// Inventory position.
    pub position: &'a [i32],
    /// Expected sales a day.
    pub rate: &'a [f64],
    /// Cars each model's plants can still release this week; empty without limit.
    pub supply: &'a [u32],
    pub(super) ring: &'a [Vec<Order>],
    pub(super) arrivals: &'a [Arrival],
}

impl Seen<'_> {
    /// Cars under way: the day of arrival and the cars, in no particular order.
    pub fn under_way(&self) -> impl Iterator<Item = (u32, Order)> {
        let days = self.ring.len() as u32;
        let ordered = (1..days).flat_map(move |ahead| {
            let due = self.day + ahead;
            self.ring[(due % days) as usize].iter().map(move |&order| (due, order))
        });
        let planned = self.arrivals.iter();
        ordered.chain(planned.map(|a| (a.day, Order { dealer: a.dealer, model: a.model, cars: a.cars })))
    }
}

/// Cars ordered, or under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Order {
    /// For whom.
    pub dealer: u32,
    /// Which model.
    pub model: u32,
    /// How many.
    pub cars: u32,
}
