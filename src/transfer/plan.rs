//! The answer in the planner's words.

use crate::units::Money;

/// One car that moves.
#[derive(Clone, Debug, PartialEq)]
pub struct Move {
    /// The caller's number of the car.
    pub car: usize,
    /// Its age, days.
    pub age_days: u32,
    /// Giving cell (position in [`super::problem::Data::cells`]).
    pub from: usize,
    /// Taking cell.
    pub to: usize,
    /// Position in [`super::problem::Data::arcs`].
    pub arc: usize,
    /// Value at the taker, money.
    pub gain: Money,
    /// Value lost at the giver, money.
    pub loss: Money,
    /// Cost of the move, lateness included, money.
    pub cost: Money,
}

impl Move {
    /// What the move is worth after its cost.
    pub fn profit(&self) -> Money {
        self.gain - self.loss - self.cost
    }
}

/// Values of the relaxation (which is whole here, a network): money per car, in hundredths.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Values {
    /// What one more car that could leave the cell would be worth where it stands, by cell.
    pub at_giver: Vec<Money>,
    /// What one more car delivered at the cell would be worth, by cell.
    pub at_taker: Vec<Money>,
    /// What one more car over the weekly share would be worth, by giving dealer.
    pub share: Vec<Money>,
    /// What one more free place would be worth, by taking dealer.
    pub room: Vec<Money>,
}

/// The optimal moves of one week.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Plan {
    /// Moves, sorted by giver, taker, car.
    pub moves: Vec<Move>,
    /// Values (optimal dual of the network).
    pub values: Values,
    /// Profit of all moves.
    pub profit: Money,
    /// Profit less the least profit asked of each move: what the choice maximises.
    pub objective: Money,
    /// Proven upper bound on the objective; equal to it at an optimum.
    pub bound: Money,
    /// Dealers that take fewer cars because their credit line pays no more; with any, the bound may lie above the
    /// objective.
    pub held_back: Vec<usize>,
}
