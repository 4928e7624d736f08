//! The equilibrium in a dealer's words.

/// One dealer in one segment; money in thousands.
#[derive(Clone, Debug)]
pub struct DealerAnswer {
    /// Price to the customer.
    pub price: f64,
    /// Price less the cost the dealer bears.
    pub margin: f64,
    /// Cars in the period.
    pub sales: f64,
    /// Margin times sales.
    pub profit: f64,
}

/// Prices from which nobody gains by moving alone.
#[derive(Clone, Debug)]
pub struct Equilibrium {
    /// Of every dealer, in the segment's order.
    pub dealers: Vec<DealerAnswer>,
    /// Rounds of the fixed point.
    pub rounds: usize,
    /// How it was found.
    pub method: super::Method,
}

impl Equilibrium {
    /// Margin of the average car.
    pub fn mean_margin(&self) -> f64 {
        let cars: f64 = self.dealers.iter().map(|d| d.sales).sum();
        self.dealers.iter().map(|d| d.profit).sum::<f64>() / cars
    }
}
