use super::proof::Proof;
use super::{Change, Network};
use crate::ids::SiteId;
use crate::placement::control::Grade;
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

/// The best network in which one store is treated differently and all others as in the plan (but for the other end of a
/// move).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Alternative {
    /// What would happen to the store.
    pub action: Action,
    /// The option it would have in the end.
    pub option: Option<usize>,
    /// When.
    pub phase: Option<usize>,
    /// What the network would lose in a year.
    pub cost: Money,
}

/// The decision about one store.
#[derive(Clone, Debug)]
pub struct StorePlan {
    /// The site.
    pub site: SiteId,
    /// What happens.
    pub action: Action,
    /// The phase at whose beginning it happens; `None` when nothing does.
    pub phase: Option<usize>,
    /// Index of the option it has in the end.
    pub option: Option<usize>,
    /// Cars a year it sells in the last phase, priced by the same rule for both networks.
    pub sales_today: f64,
    /// Cars a year it sells in the plan, in the last phase.
    pub sales_plan: f64,
    /// Contribution less yearly cost today, averaged over the planning years.
    pub profit_today: Money,
    /// Contribution less yearly cost in the plan, averaged over the planning years.
    pub profit_plan: Money,
    /// Money spent once.
    pub one_off: Money,
    /// The next best thing to do with this store; `None` where the rules leave no other choice.
    pub alternative: Option<Alternative>,
}

/// The answer to the dealer problem.
#[derive(Clone, Debug)]
pub struct Plan {
    /// One decision per store, in the order of the problem's stores.
    pub stores: Vec<StorePlan>,
    /// Moves taken, as indices into the problem's moves.
    pub moves: Vec<usize>,
    /// `(store, zone, cars a year)` by phase of the plan, ascending; indices into the problem.
    pub service_by_phase: Vec<Vec<(usize, usize, f64)>>,
    /// The same for today's network.
    pub service_today_by_phase: Vec<Vec<(usize, usize, f64)>>,
    /// Yearly profit of the plan, one-off money spread in.
    pub profit: Money,
    /// Yearly profit of today's network.
    pub profit_today: Money,
    /// No plan earns more than this in a year: recomputed from the proof, which knows no solver.
    pub bound: Money,
    /// Why.
    pub proof: Proof,
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
    /// A: nobody can earn more (to a millionth of the profit); B: nobody more than the bound; C: there is no proof.
    pub fn grade(&self) -> Grade {
        if self.proof.parts.is_empty() { Grade::C } else { Grade::of_gap(self.gap(), 1e-6) }
    }
    /// The option of every store in the end.
    pub fn open(&self) -> Vec<Option<usize>> {
        self.stores.iter().map(|s| s.option).collect()
    }
    /// The plan as a network.
    pub fn network(&self) -> Network {
        let change = |s: &StorePlan| s.phase.map(|phase| Change { phase, to: s.option });
        Network { changes: self.stores.iter().map(change).collect(), moves: self.moves.clone() }
    }
    /// `(store, zone, cars a year)` of the plan in the last phase, ascending.
    pub fn service(&self) -> &[(usize, usize, f64)] {
        self.service_by_phase.last().map_or(&[], Vec::as_slice)
    }
    /// The same for today's network.
    pub fn service_today(&self) -> &[(usize, usize, f64)] {
        self.service_today_by_phase.last().map_or(&[], Vec::as_slice)
    }
    /// How many stores meet the same kind of action.
    pub fn count(&self, of: impl Fn(Action) -> bool) -> usize {
        self.stores.iter().filter(|s| of(s.action)).count()
    }
}
