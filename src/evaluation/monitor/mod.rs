//! Warnings a supply planner acts on: twelve rules, one a file, over plain numbers.
//!
//! A rule says how likely the trouble is, what money is at stake, how many weeks there are to act, and which order
//! line or transfer answers it. `track` keeps a warning quiet until two reviews in a row raise it, keeps it up until
//! two do not, and leaves one warning per dealer and model: the dearest, with the others as its company. [`Limits`]
//! are the program's own, with exceptions by region or model; every one of them is an assumption unless its line
//! names a source.

pub mod ageing;
pub mod binding_supply;
pub mod carrier_load;
mod chance;
pub mod credit;
pub mod demand_shift;
pub mod excess;
pub mod fairness;
pub mod forecast_bias;
pub mod late_pipeline;
pub mod mix;
mod score;
pub mod stock_out;
mod thresholds;
mod track;
pub mod transfer_chance;

pub use chance::{Demand, Outlook};
pub use score::{Score, score};
pub use thresholds::{Limits, Reach, built_in};
pub use track::{Memory, Status, Tracker, Warning};

/// The rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rule {
    /// Demand until the next chance to refill may exceed the position.
    StockOut,
    /// Stock above what a month's sales justify.
    Excess,
    /// Cars likely to become over-age.
    Ageing,
    /// Stock of other models than customers ask for.
    Mix,
    /// Cars on the road for longer than planned.
    LatePipeline,
    /// Demand has left its level.
    DemandShift,
    /// The forecast errs to one side.
    ForecastBias,
    /// A car is worth more at another dealer than here, cost included.
    TransferChance,
    /// A build slot more would pay.
    BindingSupply,
    /// Days of supply far from the fair level.
    Fairness,
    /// A carrier runs under its minimum load.
    CarrierLoad,
    /// The credit line is nearly used up.
    Credit,
}

impl Rule {
    /// All rules, in the order of reports.
    pub const ALL: [Self; 12] = [
        Self::StockOut,
        Self::Excess,
        Self::Ageing,
        Self::Mix,
        Self::LatePipeline,
        Self::DemandShift,
        Self::ForecastBias,
        Self::TransferChance,
        Self::BindingSupply,
        Self::Fairness,
        Self::CarrierLoad,
        Self::Credit,
    ];

    /// Short name for tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::StockOut => "stock_out",
            Self::Excess => "excess",
            Self::Ageing => "ageing",
            Self::Mix => "mix",
            Self::LatePipeline => "late_pipeline",
            Self::DemandShift => "demand_shift",
            Self::ForecastBias => "forecast_bias",
            Self::TransferChance => "transfer_chance",
            Self::BindingSupply => "binding_supply",
            Self::Fairness => "fairness",
            Self::CarrierLoad => "carrier_load",
            Self::Credit => "credit",
        }
    }
}

/// How loud.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Look at it.
    Amber,
    /// Act on it.
    Red,
}

/// Where: the parts that apply.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// Dealer position.
    pub dealer: Option<usize>,
    /// Model position.
    pub model: Option<usize>,
    /// Plant position.
    pub source: Option<usize>,
    /// Region position.
    pub region: Option<usize>,
}

/// What a planner can do about it. Orders and transfers named here exist in the plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// An order line of the plan: position in its orders.
    OrderLine(usize),
    /// A move of the transfer plan: position in its moves.
    Move(usize),
    /// Nothing in the plan answers it; a person decides.
    Decide,
}

/// What a rule found.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// How loud.
    pub level: Level,
    /// Probability that the trouble comes (or, for what has already happened, that it is no accident).
    pub probability: f64,
    /// Money at stake, expected.
    pub money: f64,
    /// Weeks left to act; 0 when it is here.
    pub lead_weeks: f64,
    /// One sentence with its numbers.
    pub text: String,
    /// The same in Chinese.
    pub text_zh: String,
}

/// Amber and red limits of one number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Band {
    /// Above this: amber.
    pub amber: f64,
    /// Above this: red.
    pub red: f64,
}

impl Band {
    /// The level of a value.
    pub fn level(self, value: f64) -> Option<Level> {
        if value > self.red {
            Some(Level::Red)
        } else if value > self.amber {
            Some(Level::Amber)
        } else {
            None
        }
    }
}
