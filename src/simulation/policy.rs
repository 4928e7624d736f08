//! How much is ordered at a review: the replaceable part of the simulated network.

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
}

impl Policy {
    /// Whether the policy spreads a given supply instead of asking for cars.
    pub fn pushes(&self) -> bool {
        matches!(self, Self::BalancedDays | Self::TurnAndEarn)
    }
}
