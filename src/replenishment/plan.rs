//! The answer in the planner's words.

use crate::units::Money;

/// Why an order line stands in the plan: the cost that rises most when the line is taken out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Reason {
    /// Without it customers would be lost.
    DemandCover,
    /// Without it stock would fall below the safety stock.
    SafetyStock,
    /// Without it the end target would be missed.
    EndTarget,
    /// Supply is short; the line gives the dealer its fair share.
    FairShare,
    /// The week is frozen or the line was set by hand.
    Fixed,
    /// The pack size or minimum order asks for more than the need.
    PackRounding,
    /// It fills a carrier that runs anyway.
    CarrierFill,
    /// The car is built in any case and costs least here.
    PushedSupply,
    /// It keeps to last week's plan, a change would cost more.
    KeepsPlan,
    /// It serves another dealer through a transfer.
    Transfer,
}

impl Reason {
    /// A short text for tables.
    pub fn text(self) -> &'static str {
        match self {
            Self::DemandCover => "demand cover",
            Self::SafetyStock => "safety stock",
            Self::EndTarget => "end target",
            Self::FairShare => "fair share under short supply",
            Self::Fixed => "frozen or set by hand",
            Self::PackRounding => "pack rounding",
            Self::CarrierFill => "fills a carrier",
            Self::PushedSupply => "pushed supply",
            Self::KeepsPlan => "keeps last week's plan",
            Self::Transfer => "serves a transfer",
        }
    }
}

/// Cars that leave a plant for a dealer.
#[derive(Clone, Debug, PartialEq)]
pub struct OrderLine {
    /// Position in [`super::problem::Data::cells`].
    pub cell: usize,
    /// Plant position.
    pub plant: usize,
    /// Week in which the cars leave the plant.
    pub week: usize,
    /// Week in which they are in stock; may lie beyond the horizon for fixed lines.
    pub arrives: usize,
    /// Whole cars.
    pub cars: u32,
    /// What the line is for.
    pub reason: Reason,
    /// What the plan would cost more without this line, money (frozen lines: 0).
    pub worth: f64,
    /// Whether a build slot, storage or credit limit binds where this line stands.
    pub limited: bool,
}

/// Expected stock and sales of one cell, week by week, cars (fractional: expectations).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CellPath {
    /// Cars that arrive from plants (pipeline, fixed and planned) and by transfer.
    pub arrivals: Vec<f64>,
    /// Stock at the end of the week.
    pub stock: Vec<f64>,
    /// Sales.
    pub sales: Vec<f64>,
    /// Lost sales.
    pub lost: Vec<f64>,
    /// Cars missing from the safety stock.
    pub short: Vec<f64>,
    /// Cars missing from the end target.
    pub end_short: f64,
}

/// Cars handed from dealer to dealer inside the plan.
#[derive(Clone, Debug, PartialEq)]
pub struct PlannedTransfer {
    /// Giving cell.
    pub from: usize,
    /// Taking cell.
    pub to: usize,
    /// Week in which the cars leave.
    pub week: usize,
    /// Age bucket they leave from.
    pub age: usize,
    /// Cars (whole in a whole plan).
    pub cars: f64,
}

/// Runs of one carrier group in one week.
#[derive(Clone, Debug, PartialEq)]
pub struct CarrierUse {
    /// Position in [`super::problem::Data::carriers`].
    pub carrier: usize,
    /// Week.
    pub week: usize,
    /// Slots loaded.
    pub slots: f64,
    /// Runs.
    pub runs: f64,
    /// Slots missing from the minimum load.
    pub under_load: f64,
}

/// The cost of a plan by cause, money over the horizon.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct CostParts {
    /// Lane costs of orders.
    pub shipping: f64,
    /// Carrier runs and under-load.
    pub carriers: f64,
    /// Transfers between dealers.
    pub transfers: f64,
    /// Holding by age.
    pub holding: f64,
    /// Lost sales.
    pub lost_sales: f64,
    /// Safety stock missed.
    pub safety: f64,
    /// Distance from the fair share.
    pub fairness: f64,
    /// End targets missed.
    pub end: f64,
    /// Fill-rate goals missed.
    pub fill: f64,
    /// Built cars without a dealer (push mode).
    pub unallocated: f64,
    /// Changes against last week's plan.
    pub nervousness: f64,
}

impl CostParts {
    /// Name and amount of each part, in the order of the fields.
    pub fn named(&self) -> [(&'static str, f64); 11] {
        [
            ("shipping", self.shipping),
            ("carriers", self.carriers),
            ("transfers", self.transfers),
            ("holding", self.holding),
            ("lost_sales", self.lost_sales),
            ("safety", self.safety),
            ("fairness", self.fairness),
            ("end", self.end),
            ("fill", self.fill),
            ("unallocated", self.unallocated),
            ("nervousness", self.nervousness),
        ]
    }
    /// What any plan of the same cars pays: all but distances from fair shares and from the last plan.
    pub fn without_distances(&self) -> f64 {
        self.total() - self.fairness - self.nervousness
    }
    /// The sum.
    pub fn total(&self) -> f64 {
        self.named().iter().map(|p| p.1).sum()
    }
    /// The sum to the hundredth.
    pub fn total_money(&self) -> Money {
        Money::from_major(self.total())
    }
}

/// The value of one more unit of a limited thing **in the relaxation** (fractional carriers, schedules mixed within a
/// cell), money per unit, never negative: what the bound would fall by. The re-solved difference of whole plans may
/// be smaller or larger.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ShadowPrices {
    /// Build slots: `[supply position][week]`, money per car.
    pub slots: Vec<Vec<f64>>,
    /// Storage: `[dealer][week]`, money per place.
    pub storage: Vec<Vec<f64>>,
    /// Credit: `[dealer][week]`, money per unit of money.
    pub credit: Vec<Vec<f64>>,
    /// Carrier slots beyond what a run costs: `[carrier][week]`, money per slot (only where a fleet limit binds).
    pub fleet: Vec<Vec<f64>>,
    /// Fill goals: `[model]`, money per car lost (0 without a goal).
    pub fill: Vec<f64>,
}

/// A whole plan with its proof.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// Orders, sorted by cell, week, plant; fixed lines included.
    pub orders: Vec<OrderLine>,
    /// Expected stock and sales, one per cell.
    pub cells: Vec<CellPath>,
    /// Transfers inside the plan.
    pub transfers: Vec<PlannedTransfer>,
    /// Carrier runs, sorted by carrier, week.
    pub carriers: Vec<CarrierUse>,
    /// Cost by cause.
    pub cost: CostParts,
    /// Proven lower bound on the cost of any whole plan, money.
    pub bound: f64,
    /// The part of it that [`Plan::prices`] prove by themselves, store by store: what can be checked without a search.
    pub proved: f64,
    /// Values of limited things in the relaxation.
    pub prices: ShadowPrices,
    /// Fair cover τ of each model whose supply is short in the first free week, weeks of sales.
    pub fair_cover: Vec<Option<f64>>,
    /// Price rounds spent on the coupling limits.
    pub rounds: usize,
    /// False when the clock (not a work limit) stopped the computation.
    pub repeatable: bool,
}

impl Plan {
    /// Distance between cost and bound, share of the cost.
    pub fn gap(&self) -> f64 {
        let cost = self.cost.total();
        (cost - self.bound).max(0.0) / cost.abs().max(1e-9)
    }
    /// Distance between cost and the bound that the prices prove, share of the cost.
    pub fn proved_gap(&self) -> f64 {
        let cost = self.cost.total();
        (cost - self.proved).max(0.0) / cost.abs().max(1.0)
    }
    /// Share of expected demand that is served over the horizon.
    pub fn fill_rate(&self) -> f64 {
        let (mut sold, mut lost) = (0.0, 0.0);
        for path in &self.cells {
            sold += path.sales.iter().sum::<f64>();
            lost += path.lost.iter().sum::<f64>();
        }
        if sold + lost > 0.0 { sold / (sold + lost) } else { 1.0 }
    }
    /// Orders that leave in a week.
    pub fn orders_of_week(&self, week: usize) -> impl Iterator<Item = &OrderLine> {
        self.orders.iter().filter(move |o| o.week == week)
    }
}
