//! The answer: tours as sequences of loadings and unloadings.

/// A loading or unloading.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Call {
    /// The load.
    pub load: usize,
    /// Loaded here, else unloaded.
    pub loads: bool,
}

/// One carrier's tour.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trip {
    /// The carrier's class.
    pub class: usize,
    /// What it does, in order.
    pub calls: Vec<Call>,
}

/// Tours that carry every load.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// The tours, ordered by what they do.
    pub trips: Vec<Trip>,
    /// What they cost, in tenths of the smallest unit of money.
    pub cost: i64,
    /// Parts that were searched on their own, over all rounds.
    pub parts: usize,
    /// Whether the same input gives the same tours again.
    pub repeatable: bool,
}
