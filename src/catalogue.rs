//! The vehicles on sale.

use crate::ids::{IdVec, ModelId};
use crate::units::Money;

/// What drives a vehicle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Powertrain {
    /// Combustion engine.
    Combustion,
    /// Battery electric.
    Electric,
    /// Plug-in hybrid.
    Hybrid,
}

/// A vehicle model.
#[derive(Clone, Debug)]
pub struct Model {
    /// The id in the user's tables.
    pub code: String,
    /// Name in English (or the id).
    pub name: String,
    /// Name in Chinese (or the English one).
    pub name_zh: String,
    /// Market segment; customers substitute inside it.
    pub segment: String,
    /// What drives it.
    pub powertrain: Powertrain,
    /// Price the customer pays.
    pub price: Money,
    /// Contribution of one sold car to maker and dealer together, before network costs.
    pub margin: Money,
    /// Slots it takes on a carrier (a sedan takes 1).
    pub carrier_slots: f64,
    /// Cost of keeping one unsold car for a day.
    pub holding_per_day: Money,
    /// Cost of a customer lost for want of a car, beyond nothing sold.
    pub lost_sale: Money,
    /// What if: multiplies what is asked for of the model.
    pub demand_factor: f64,
}

/// All models, ascending by id.
#[derive(Clone, Debug, Default)]
pub struct Catalogue {
    /// The models.
    pub models: IdVec<ModelId, Model>,
}
