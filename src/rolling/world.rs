//! What stays the same from policy to policy.

/// Money of a model.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Model {
    /// Price, money.
    pub price: f64,
    /// A car on the ground for a week, money.
    pub holding: f64,
    /// A customer lost, money.
    pub lost: f64,
}

/// A dealer that may give a car.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Link {
    /// The giver.
    pub donor: usize,
    /// Cost of one car, money.
    pub cost: f64,
}

/// Dealers, models and where everything stands at the start. Cells are model × dealer, row by row.
#[derive(Clone, Debug, PartialEq)]
pub struct World {
    /// Models.
    pub models: Vec<Model>,
    /// Region of each dealer, from 0.
    pub region: Vec<usize>,
    /// Weeks from order to arrival, at least 1.
    pub lead: Vec<usize>,
    /// Who may give to whom, cheapest first, by taker.
    pub links: Vec<Vec<Link>>,
    /// Largest share of its cars that a dealer gives away in a week, rounded up.
    pub share: f64,
    /// Discount on a sold car by its age: weeks from which it holds, share of the price; ages rising.
    pub discount: Vec<(u32, f64)>,
    /// Cars on the ground at the start, by cell.
    pub stock: Vec<u32>,
    /// Cars under way at the start: by cell, those of the first, second … week.
    pub pipeline: Vec<Vec<u32>>,
}

impl World {
    /// Number of dealers.
    pub fn dealers(&self) -> usize {
        self.region.len()
    }
    /// Number of cells.
    pub fn cells(&self) -> usize {
        self.models.len() * self.dealers()
    }
    /// Number of regions.
    pub fn regions(&self) -> usize {
        self.region.iter().max().map_or(0, |r| r + 1)
    }
    /// Longest lead time, weeks.
    pub fn longest(&self) -> usize {
        let pipeline = self.pipeline.iter().map(Vec::len).max().unwrap_or(0);
        self.lead.iter().copied().max().unwrap_or(1).max(pipeline)
    }
}
