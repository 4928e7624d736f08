//! Everything one run needs: checked, and never changed afterwards.

pub mod settings;

pub use settings::Settings;

use crate::catalogue::Catalogue;
use crate::demand::History;
use crate::ids::{Grid, ModelId, RegionId, SiteId, Week};
use crate::network::Network;
use crate::units::Money;
use jiff::civil::Date;

/// Unsold cars of one age at one store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct StockLot {
    /// Where.
    pub site: SiteId,
    /// Which.
    pub model: ModelId,
    /// Days since the car was built (as counted by the user's table).
    pub age_days: u32,
    /// How many.
    pub cars: u32,
}

/// Cars on their way to a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct InTransit {
    /// Where to.
    pub site: SiteId,
    /// Which.
    pub model: ModelId,
    /// Week of the horizon in which they arrive (0 is the first planning week).
    pub week: Week,
    /// How many.
    pub cars: u32,
    /// Monday of the week first promised; late cars are judged by it.
    pub promised: Option<Date>,
}

/// Rules that a planner is warned by, as the thresholds table names them.
pub const WARNING_RULES: [&str; 11] = [
    "stock_out",
    "excess",
    "ageing",
    "mix",
    "late_pipeline",
    "demand_shift",
    "forecast_bias",
    "binding_supply",
    "fairness",
    "carrier_load",
    "credit",
];

/// Limits of one warning rule, in general, for a region or for a model.
#[derive(Clone, Debug, PartialEq)]
pub struct Threshold {
    /// The rule: one of [`WARNING_RULES`].
    pub rule: &'static str,
    /// Region it holds for; neither region nor model: everywhere.
    pub region: Option<RegionId>,
    /// Model it holds for.
    pub model: Option<ModelId>,
    /// Limit of amber; `None` keeps the program's.
    pub amber: Option<f64>,
    /// Limit of red; `None` keeps the program's.
    pub red: Option<f64>,
}

/// What a dealer's month says of its channel's health; groups that were not given are `None`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ChannelMonth {
    /// The dealer.
    pub site: SiteId,
    /// First day of the month.
    pub month: Date,
    /// Sales people, full-time equivalents.
    pub staff: Option<f64>,
    /// Leads that came, and those of them that bought.
    pub leads: Option<(u32, u32)>,
    /// Test drives, and those of them that bought.
    pub drives: Option<(u32, u32)>,
    /// Gross profit of service and parts, and overhead.
    pub workshop: Option<(Money, Money)>,
    /// Guide prices and net prices of the cars sold.
    pub prices: Option<(Money, Money)>,
    /// What the dealer paid for them.
    pub invoice: Option<Money>,
    /// Cars whose yearly visit was due, and those that came.
    pub visits: Option<(u32, u32)>,
    /// Answers to the survey: how many, mean and standard deviation of their scores.
    pub answers: Option<(u32, f64, f64)>,
}

/// What the planner says of the order of a store and model in a week.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Hand {
    /// It stays as last week's plan has it.
    Lock,
    /// There is none.
    Forbid,
    /// It is so many cars.
    Set(u32),
}

/// An order that the planner has decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct OrderLock {
    /// The store.
    pub site: SiteId,
    /// The model.
    pub model: ModelId,
    /// Week of the horizon in which the cars leave the plant.
    pub week: Week,
    /// What is decided.
    pub hand: Hand,
}

/// What a day of the calendar is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DayKind {
    /// New year's day of the Chinese lunisolar calendar: moves between 21 January and 20 February.
    SpringFestival,
    /// Any other public holiday.
    Holiday,
}

/// A day that sales do not treat like others.
#[derive(Clone, Debug)]
pub struct CalendarDay {
    /// The day.
    pub date: Date,
    /// What it is called.
    pub name: String,
    /// What it is.
    pub kind: DayKind,
}

/// A scenario: the maker's own tables, checked.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// Name of the scenario's folder.
    pub id: String,
    /// Title in English.
    pub name: String,
    /// Title in Chinese (or the English one).
    pub name_zh: String,
    /// ISO code of the currency.
    pub currency: String,
    /// Whether any table was made up; said wherever results show.
    pub synthetic: bool,
    /// First day of the first planning week, a Monday. Sales before it are history.
    pub today: Date,
    /// Options of every step.
    pub settings: Settings,
    /// Places.
    pub network: Network,
    /// Vehicles.
    pub catalogue: Catalogue,
    /// Past sales.
    pub history: History,
    /// Unsold cars today, ascending by site, model, age.
    pub stock: Vec<StockLot>,
    /// Cars under way, ascending by site, model, week.
    pub in_transit: Vec<InTransit>,
    /// Build slots: cars a plant can build, per plant and model, for each week of the horizon.
    pub supply: Grid<SiteId, ModelId, Vec<u32>>,
    /// Special days, ascending.
    pub calendar: Vec<CalendarDay>,
    /// Orders that the planner has decided, ascending by store, model, week.
    pub order_locks: Vec<OrderLock>,
    /// Limits of the warnings that differ from the program's own, in the order of their key.
    pub thresholds: Vec<Threshold>,
    /// Months of the dealers' channels, ascending by store and month.
    pub channel: Vec<ChannelMonth>,
}
