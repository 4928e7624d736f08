//! What the transfer plan of one week is computed from: plain numbers over dense positions, checked once.

use std::fmt;

/// A car in a dealer's stock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Car {
    /// The caller's own number of the car; comes back in the list of moves.
    pub number: usize,
    /// Days since it came to this dealer's stock or, without such a date, since it was built.
    pub age_days: u32,
}

/// One dealer × model pair.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Cell {
    /// Dealer position.
    pub dealer: usize,
    /// Model position.
    pub model: usize,
    /// Cars in stock.
    pub cars: Vec<Car>,
    /// Value of the first, second … car brought in (lost sales saved minus holding), money; must not rise. Its length
    /// is the most cars the cell takes.
    pub gain: Vec<f64>,
    /// Value lost when the first, second … car leaves, money; must not fall. Its length is the most cars the cell
    /// gives; negative where the giver is glad to see the car go.
    pub loss: Vec<f64>,
}

/// A dealer's part in transfers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Dealer {
    /// Whether the dealer consents to give cars.
    pub gives: bool,
    /// Whether the dealer consents to take cars.
    pub takes: bool,
    /// Places free for cars that come in; `None` without limit.
    pub room: Option<u32>,
    /// Money left of the credit line for cars that come in, at their price; `None` without limit.
    pub credit: Option<f64>,
    /// Whether the dealer ends: its whole stock may leave, not only the weekly share.
    pub clears: bool,
}

impl Default for Dealer {
    fn default() -> Self {
        Self { gives: true, takes: true, room: None, credit: None, clears: false }
    }
}

/// A road between two dealers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Arc {
    /// Giving dealer.
    pub from: usize,
    /// Taking dealer.
    pub to: usize,
    /// Cost of one car, money.
    pub cost: f64,
    /// Days on the road.
    pub lead_days: f64,
}

/// The rules of the house.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rules {
    /// No younger car moves, days (assumption: 7).
    pub youngest_days: u32,
    /// Largest share of a dealer's stock that leaves in one week (assumption: 0.10), rounded down.
    pub share_of_stock: f64,
    /// Money that a move must bring beyond its cost; one hundredth where this says less.
    pub least_profit: f64,
}

impl Default for Rules {
    fn default() -> Self {
        Self { youngest_days: 7, share_of_stock: 0.10, least_profit: 0.0 }
    }
}

/// Everything a transfer plan is computed from. Filled by the caller, checked by [`Problem::new`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Data {
    /// Dealers.
    pub dealers: Vec<Dealer>,
    /// Cost of a day on the road for each model (the sale comes later, interest runs), money per car and day.
    pub lateness: Vec<f64>,
    /// Price of a car of each model, money: what it takes of a credit line.
    pub price: Vec<f64>,
    /// Dealer × model pairs.
    pub cells: Vec<Cell>,
    /// Roads; two dealers without one do not trade.
    pub arcs: Vec<Arc>,
    /// Rules.
    pub rules: Rules,
}

/// One thing wrong with the data, with the place and the way out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Where, in the words of [`Data`].
    pub place: String,
    /// What is wrong and what to do.
    pub text: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.text)
    }
}

/// Why there is no transfer plan.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The data contradict themselves; every fault is listed.
    #[error("the transfer data have {} faults, first: {}", .0.len(), .0.first().map_or_else(String::new, ToString::to_string))]
    Faulty(Vec<Fault>),
    /// The solver failed or was stopped.
    #[error(transparent)]
    Solver(#[from] crate::lp::Failure),
    /// The flow engine refused the network: a fault of this program.
    #[error(transparent)]
    Flow(#[from] crate::flow::FlowError),
    /// The computation was interrupted before it had an optimum.
    #[error("the transfer computation was interrupted before it had an optimum")]
    Interrupted,
}

/// Checked data.
#[derive(Clone, Debug)]
pub struct Problem {
    data: Data,
    /// Cars of each dealer.
    stock: Vec<usize>,
}

impl Problem {
    /// Checks the data; all faults at once.
    ///
    /// # Errors
    /// [`Error::Faulty`] with every fault found.
    pub fn new(data: Data) -> Result<Self, Error> {
        let faults = super::check::faults(&data);
        if !faults.is_empty() {
            return Err(Error::Faulty(faults));
        }
        let mut stock = vec![0; data.dealers.len()];
        for cell in &data.cells {
            stock[cell.dealer] += cell.cars.len();
        }
        Ok(Self { data, stock })
    }

    /// The checked data.
    pub fn data(&self) -> &Data {
        &self.data
    }

    /// The same problem with so many places free at a dealer.
    pub(super) fn with_room(&self, dealer: usize, places: u32) -> Self {
        let mut narrower = self.clone();
        narrower.data.dealers[dealer].room = Some(places);
        narrower
    }

    /// Cars a dealer may give in one week: the share of its stock, rounded down.
    pub fn weekly_share(&self, dealer: usize) -> i64 {
        if self.data.dealers[dealer].clears {
            return self.stock[dealer] as i64;
        }
        // The small addition keeps 0.1 × 30 at 3.
        (self.data.rules.share_of_stock * self.stock[dealer] as f64 + 1e-9).floor() as i64
    }

    /// Cars of all dealers together.
    pub fn all_cars(&self) -> i64 {
        self.stock.iter().sum::<usize>() as i64
    }

    /// Least profit of a move in hundredths, never below one.
    pub fn least_profit(&self) -> i64 {
        hundredths(self.data.rules.least_profit).max(1)
    }

    /// Cars of a cell that are old enough to leave.
    pub fn old_enough(&self, cell: usize) -> usize {
        let youngest = self.data.rules.youngest_days;
        self.data.cells[cell].cars.iter().filter(|c| c.age_days >= youngest).count()
    }
}

/// Money in whole hundredths.
pub(super) fn hundredths(money: f64) -> i64 {
    (money * 100.0).round() as i64
}
