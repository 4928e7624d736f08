#![doc = include_str!("model.md")]

mod distribution;
pub mod emergency;
pub mod eoq;
mod error;
pub mod gsm;
mod irwin_hall;
mod lattice;
mod law;
pub mod newsvendor;
pub mod pooling;
pub mod rq;
pub mod serial;
mod special;
pub mod ss;
pub mod wagner_whitin;

pub use distribution::Distribution;
pub use error::PolicyError;
pub use lattice::Lattice;
pub use law::Law;

/// Cost of one period (or of one unit of time) per unit of stock and per unit short.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rates {
    /// Holding cost per unit left over and period.
    pub holding: f64,
    /// Penalty per unit short and period.
    pub penalty: f64,
}

impl Rates {
    /// Checks that both rates are finite and above zero.
    pub fn new(holding: f64, penalty: f64) -> Result<Self, PolicyError> {
        error::positive("holding", holding)?;
        error::positive("penalty", penalty)?;
        Ok(Self { holding, penalty })
    }

    /// Critical ratio `p / (p + h)`: the share of periods without a shortage that costs least.
    pub fn critical_ratio(self) -> f64 {
        self.penalty / (self.penalty + self.holding)
    }

    /// Expected cost of a period: `G(y) = h E(y - D)⁺ + p E(D - y)⁺`.
    pub fn expected(self, demand: &Distribution, level: f64) -> f64 {
        self.holding * demand.excess(level) + self.penalty * demand.loss(level)
    }
}
