//! What one replenishment plan is computed from: plain numbers over dense positions, checked once.

use std::fmt;

/// How built cars meet orders.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Mode {
    /// Build slots are offered: a slot nobody orders stays empty.
    Pull,
    /// Cars are built anyway: a car nobody gets costs `unallocated` (money per car).
    Push {
        /// Cost of a car left without a dealer, money per car.
        unallocated: f64,
    },
}

/// A soft goal for the share of a model's demand that is served over the horizon.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FillGoal {
    /// Wanted share of demand served, 0 to 1.
    pub share: f64,
    /// Cost of a car sold less than the goal asks, money per car.
    pub penalty: f64,
}

/// What holds for every car of one model.
#[derive(Clone, Debug, PartialEq)]
pub struct Model {
    /// Carrier slots one car takes.
    pub slots: f64,
    /// Invoice price, money: counts against a dealer's credit line while the car stands in stock.
    pub price: f64,
    /// Holding cost of a car that ends a week in age bucket `g`, money per car and week; must not fall with age.
    pub holding: Vec<f64>,
    /// Cost of a lost sale, money per car.
    pub lost_sale: f64,
    /// Cost of a car missing from the safety stock at the end of a week, money per car and week.
    pub safety_penalty: f64,
    /// Cost of a car missing from the end target, money per car.
    pub end_penalty: f64,
    /// Weight of fairness, money per dealer whose position is 100 % off its fair share; 0 switches it off.
    pub fairness: f64,
    /// Soft fill-rate goal of the model over the whole horizon.
    pub fill_goal: Option<FillGoal>,
}

/// What limits one dealer.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Dealer {
    /// Cars that may stand in stock at the end of a week; `None` without limit.
    pub storage: Option<f64>,
    /// Money that may be tied up in stock (at invoice price) at the end of a week; `None` without limit.
    pub credit: Option<f64>,
}

/// The road from a plant to a dealer.
#[derive(Clone, Debug, PartialEq)]
pub struct Lane {
    /// Plant position.
    pub plant: usize,
    /// Dealer position.
    pub dealer: usize,
    /// Whole weeks from order to arrival: an order of week `t` is in stock, fresh, in week `t + lead`.
    pub lead: usize,
    /// Cost of one car sent on this lane, money (carriers apart).
    pub cost: f64,
}

/// Build slots of one model in one plant. Where no entry exists the plant does not build the model.
#[derive(Clone, Debug, PartialEq)]
pub struct Supply {
    /// Plant position.
    pub plant: usize,
    /// Model position.
    pub model: usize,
    /// Whole cars that can leave the plant in each week.
    pub slots: Vec<u32>,
}

/// Carriers that run from one plant to a group of dealers who share their loads.
#[derive(Clone, Debug, PartialEq)]
pub struct Carrier {
    /// Plant position.
    pub plant: usize,
    /// Dealers served; no dealer may appear in two groups of the same plant.
    pub dealers: Vec<usize>,
    /// Slots on one carrier.
    pub capacity: f64,
    /// Cost of one run, money.
    pub cost: f64,
    /// Load below which a run is called under-loaded, share of the slots of all runs of the week (0 to 1).
    pub minimum_load: f64,
    /// Cost of a slot missing from the minimum load, money per slot.
    pub under_load: f64,
    /// Runs possible in a week; `None` without limit.
    pub fleet: Option<u32>,
}

/// Cars already ordered in a frozen week, or set by the planner's hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fixed {
    /// Plant position.
    pub plant: usize,
    /// Week in which the cars leave the plant.
    pub week: usize,
    /// Cars.
    pub cars: u32,
}

/// One dealer × model pair that has demand, stock, pipeline or targets. Pairs not listed do not exist.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Cell {
    /// Dealer position.
    pub dealer: usize,
    /// Model position.
    pub model: usize,
    /// Expected demand of each week, cars.
    pub demand: Vec<f64>,
    /// Cars in stock when the plan starts, by age bucket at the end of last week; all grow one bucket older in week 0.
    pub stock: Vec<u32>,
    /// Cars on the road when the plan starts, by the week in which they arrive.
    pub pipeline: Vec<u32>,
    /// Orders that stand: those of frozen weeks and those the planner has set. The plan orders nothing else from that
    /// plant in that week for this cell.
    pub fixed: Vec<Fixed>,
    /// Weeks in which the planner forbids an order (any plant).
    pub forbidden: Vec<usize>,
    /// Orders come in multiples of this (1 = any number).
    pub pack: u32,
    /// Smallest order, cars (0 or 1 = any).
    pub minimum_order: u32,
    /// Safety stock wanted at the end of each week, cars.
    pub safety: Vec<f64>,
    /// Stock wanted at the end of the horizon, cars.
    pub end_target: f64,
    /// Sales rate used for fairness, cars a week; 0 leaves the cell out of fairness.
    pub rate: f64,
    /// Free cars that last week's plan wanted to arrive in each week (`None` for weeks it did not plan); with
    /// [`Data::nervousness`] a change costs money.
    pub previous: Option<Vec<Option<u32>>>,
}

/// A road on which dealers may hand cars to each other inside the plan.
#[derive(Clone, Debug, PartialEq)]
pub struct TransferArc {
    /// Giving dealer.
    pub from: usize,
    /// Taking dealer.
    pub to: usize,
    /// Cost per car, money.
    pub cost: f64,
    /// Whole weeks on the road (at least 1); the car grows that many buckets older.
    pub lead: usize,
}

/// Everything a plan is computed from. Filled by the caller, checked by [`Problem::new`].
#[derive(Clone, Debug, PartialEq)]
pub struct Data {
    /// Weeks in the horizon (week 0 is the coming one).
    pub weeks: usize,
    /// Age buckets of one week each; the last absorbs all older cars.
    pub ages: usize,
    /// Weeks at the start in which only [`Cell::fixed`] orders leave the plants.
    pub freeze: usize,
    /// Push or pull.
    pub mode: Mode,
    /// Number of plants.
    pub plants: usize,
    /// Models.
    pub models: Vec<Model>,
    /// Dealers.
    pub dealers: Vec<Dealer>,
    /// Plant → dealer roads.
    pub lanes: Vec<Lane>,
    /// Build slots.
    pub supply: Vec<Supply>,
    /// Carriers; lanes without one pay [`Lane::cost`] only.
    pub carriers: Vec<Carrier>,
    /// Dealer × model pairs.
    pub cells: Vec<Cell>,
    /// Roads between dealers; empty switches transfers off.
    pub transfers: Vec<TransferArc>,
    /// Cost of one car more or fewer than [`Cell::previous`] says, money per car.
    pub nervousness: f64,
}

/// One thing wrong with the data, with the place and the way out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Where, in the words of [`Data`] (`cells[3].demand[1]`).
    pub place: String,
    /// What is wrong and what to do.
    pub text: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.text)
    }
}

/// Why there is no plan.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The data contradict themselves; every fault is listed.
    #[error("the replenishment data have {} faults, first: {}", .0.len(), .0.first().map_or_else(String::new, ToString::to_string))]
    Faulty(Vec<Fault>),
    /// The fixed orders alone break a hard limit.
    #[error("no plan exists: {0}")]
    Impossible(String),
    /// The solver failed.
    #[error(transparent)]
    Solver(#[from] crate::lp::Failure),
}

/// Checked data with the few tables that every algorithm needs.
#[derive(Clone, Debug)]
pub struct Problem {
    data: Data,
    /// Cells of each model, ascending by dealer.
    by_model: Vec<Vec<usize>>,
    /// Cells of each dealer, ascending by model.
    by_dealer: Vec<Vec<usize>>,
    /// Sources of each cell: `(supply position, lane position)`, ascending by plant.
    sources: Vec<Vec<(usize, usize)>>,
    /// Carrier group of each lane.
    carrier_of_lane: Vec<Option<usize>>,
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
        let mut by_model = vec![Vec::new(); data.models.len()];
        let mut by_dealer = vec![Vec::new(); data.dealers.len()];
        for (c, cell) in data.cells.iter().enumerate() {
            by_model[cell.model].push(c);
            by_dealer[cell.dealer].push(c);
        }
        by_model.iter_mut().for_each(|v| v.sort_by_key(|&c| data.cells[c].dealer));
        by_dealer.iter_mut().for_each(|v| v.sort_by_key(|&c| data.cells[c].model));
        let sources = sources(&data);
        let mut carrier_of_lane = vec![None; data.lanes.len()];
        for (l, lane) in data.lanes.iter().enumerate() {
            carrier_of_lane[l] =
                data.carriers.iter().position(|k| k.plant == lane.plant && k.dealers.contains(&lane.dealer));
        }
        Ok(Self { data, by_model, by_dealer, sources, carrier_of_lane })
    }

    /// The checked data.
    pub fn data(&self) -> &Data {
        &self.data
    }

    /// Cells of a model, ascending by dealer.
    pub fn cells_of_model(&self, model: usize) -> &[usize] {
        &self.by_model[model]
    }

    /// Cells of a dealer, ascending by model.
    pub fn cells_of_dealer(&self, dealer: usize) -> &[usize] {
        &self.by_dealer[dealer]
    }

    /// Where a cell can be served from: `(supply position, lane position)`, ascending by plant.
    pub fn sources(&self, cell: usize) -> &[(usize, usize)] {
        &self.sources[cell]
    }

    /// The carrier group of a lane.
    pub fn carrier_of_lane(&self, lane: usize) -> Option<usize> {
        self.carrier_of_lane[lane]
    }

    /// The lane of a cell from a plant, if there is one.
    pub fn lane(&self, cell: usize, plant: usize) -> Option<usize> {
        self.sources[cell].iter().map(|s| s.1).find(|&l| self.data.lanes[l].plant == plant)
    }

    /// The model of a cell.
    pub fn model_of(&self, cell: usize) -> &Model {
        &self.data.models[self.data.cells[cell].model]
    }
}

/// For each cell the supplies of its model that have a lane to its dealer.
fn sources(data: &Data) -> Vec<Vec<(usize, usize)>> {
    let mut lane_at = vec![Vec::new(); data.dealers.len()];
    for (l, lane) in data.lanes.iter().enumerate() {
        lane_at[lane.dealer].push((lane.plant, l));
    }
    lane_at.iter_mut().for_each(|v| v.sort_unstable());
    let mut built = vec![Vec::new(); data.models.len()];
    for (s, supply) in data.supply.iter().enumerate() {
        built[supply.model].push((supply.plant, s));
    }
    built.iter_mut().for_each(|v| v.sort_unstable());
    let find = |cell: &Cell| {
        let lanes = &lane_at[cell.dealer];
        built[cell.model]
            .iter()
            .filter_map(|&(plant, s)| lanes.binary_search_by_key(&plant, |x| x.0).ok().map(|k| (s, lanes[k].1)))
            .collect()
    };
    data.cells.iter().map(find).collect()
}
