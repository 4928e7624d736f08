use crate::ids::SiteId;
use crate::units::Money;

/// What happens to a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Action {
    /// Stays as it is.
    Keep,
    /// Stays, in another format.
    Improve,
    /// A new store.
    Open,
    /// Ends.
    Close,
    /// Ends here and goes on at another site.
    MoveOut(SiteId),
    /// Goes on here what was at another site.
    MoveIn(SiteId),
    /// A candidate that stays closed.
    StayClosed,
}

/// The decision about one store.
#[derive(Clone, Debug)]
pub struct StorePlan {
    /// The site.
    pub site: SiteId,
    /// What happens.
    pub action: Action,
    /// Index of the option it has in the plan.
    pub option: Option<usize>,
    /// Cars a year it sells, priced by the same rule for both networks.
    pub sales_today: f64,
    /// Cars a year it sells in the plan.
    pub sales_plan: f64,
    /// Contribution less yearly cost today.
    pub profit_today: Money,
    /// Contribution less yearly cost in the plan.
    pub profit_plan: Money,
    /// Money spent once.
    pub one_off: Money,
    /// What the network would lose in a year if this one decision were turned round (stay ↔ close, open ↔ not), all
    /// others kept; `None` where turning it round breaks a rule.
    pub worth: Option<Money>,
}

/// The answer to the dealer problem.
#[derive(Clone, Debug)]
pub struct Plan {
    /// One decision per store, in the order of the problem's stores.
    pub stores: Vec<StorePlan>,
    /// Moves taken, as indices into the problem's moves.
    pub moves: Vec<usize>,
    /// `(store, zone, cars a year)` of the plan, ascending; indices into the problem.
    pub service: Vec<(usize, usize, f64)>,
    /// The same for today's network.
    pub service_today: Vec<(usize, usize, f64)>,
    /// Yearly profit of the plan, one-off money spread in.
    pub profit: Money,
    /// Yearly profit of today's network.
    pub profit_today: Money,
    /// No plan earns more than this in a year.
    pub bound: Money,
    /// One-off money in all.
    pub one_off: Money,
    /// Whether the same input always gives this answer (false when the clock or a signal ended the search).
    pub repeatable: bool,
    /// Branch-and-bound nodes.
    pub nodes: u64,
}

impl Plan {
    /// Relative distance between bound and profit, as a share of the profit.
    pub fn gap(&self) -> f64 {
        let (profit, bound) = (self.profit.major(), self.bound.major());
        ((bound - profit) / profit.abs().max(1.0)).max(0.0)
    }
    /// The option of every store in the plan.
    pub fn open(&self) -> Vec<Option<usize>> {
        self.stores.iter().map(|s| s.option).collect()
    }
    /// How many stores meet the same kind of action.
    pub fn count(&self, of: impl Fn(Action) -> bool) -> usize {
        self.stores.iter().filter(|s| of(s.action)).count()
    }
}
