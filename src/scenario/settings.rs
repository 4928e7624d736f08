//! Options of every step, as `scenario.toml` gives them. Units are in the names; defaults stand in the schema.

use crate::units::Money;

/// All options.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Weeks that are planned ahead.
    pub horizon_weeks: usize,
    /// How customers choose.
    pub market: MarketSettings,
    /// Where stores may stand.
    pub placement: PlacementSettings,
    /// What is sent to dealers.
    pub replenishment: ReplenishmentSettings,
    /// What moves between dealers.
    pub transfer: TransferSettings,
    /// How the future is sampled.
    pub simulation: SimulationSettings,
}

/// How customers choose a store.
#[derive(Clone, Debug)]
pub struct MarketSettings {
    /// Travel time that halves a store's pull (`[market] half_time_min`), minutes.
    pub half_time_min: f64,
    /// Nesting of the brand's stores (`[market] nest`), above 0 and at most 1: 1 is the plain logit; the smaller, the
    /// more do the brand's own stores take from each other.
    pub nest: f64,
}

/// What a new network must respect.
#[derive(Clone, Debug)]
pub struct PlacementSettings {
    /// Years over which opening, moving, closing and conversion costs are spread.
    pub years: f64,
    /// Phases in which decisions may fall, at least one.
    pub phases: u32,
    /// Years of every phase but the last, which takes the rest.
    pub phase_years: f64,
    /// Growth of the market a year, share.
    pub market_growth: f64,
    /// Discount a year, share.
    pub discount_rate: f64,
    /// Money of each phase for openings, moves, closings and conversions together; `None`: no limit.
    pub budget: Option<Money>,
    /// Most stores that may open in a phase (moves included).
    pub max_open: Option<u32>,
    /// Most stores that may close in a phase (moves not included).
    pub max_close: Option<u32>,
    /// Fewest and most stores in the new network.
    pub stores: (Option<u32>, Option<u32>),
    /// Share of a store's selling capacity that a plan may fill; the rest is for weeks above the mean.
    pub utilisation: f64,
    /// Least distance on the road between two stores of the new network, at least one of them new, kilometres.
    pub min_distance_km: f64,
    /// Least distance on the road between a new store and a dealer of another owner, kilometres.
    pub territory_km: f64,
    /// Longest move of a store, kilometres on the road.
    pub move_radius_km: f64,
    /// Whether stores may change their format.
    pub change_format: bool,
    /// Travel time within which a person counts as covered, minutes.
    pub coverage_min: f64,
    /// Share of each region's people that must be covered, as far as today's and candidate sites allow.
    pub coverage_floor: f64,
    /// Relative gap at which the search may stop.
    pub gap: f64,
    /// Most branch-and-bound nodes per part of the network.
    pub max_nodes: u64,
}

impl PlacementSettings {
    /// One-off money as a cost a year.
    pub fn yearly(&self, one_off: Money) -> Money {
        one_off * (1.0 / self.years)
    }
}

/// Weekly planning of shipments.
#[derive(Clone, Debug)]
pub struct ReplenishmentSettings {
    /// First weeks whose shipments are fixed (only cars in transit arrive).
    pub freeze_weeks: usize,
    /// Weeks from the build slot to the plant's gate.
    pub build_weeks: usize,
    /// Cars are ordered in multiples of this.
    pub pack: u32,
    /// Smallest order of a model by a store in a week, cars (0: any).
    pub minimum_order: u32,
    /// Whether built cars are pushed to the stores; else these draw on build slots.
    pub push: bool,
    /// What a built car without a store costs where cars are pushed.
    pub unallocated: Money,
    /// Share of each model's demand that should be served from the yard; 0 for no goal.
    pub fill_goal: f64,
    /// What a sale lost beyond the goal costs more.
    pub fill_penalty: Money,
    /// Probability of no stock-out over lead time and review that safety stock aims at.
    pub service: f64,
    /// Weeks of expected demand that should stand at the end of the horizon.
    pub end_cover_weeks: f64,
    /// Worth of one week of unfairness between dealers when supply is short, per car.
    pub fairness_per_car: Money,
    /// Cost of one car more or fewer in a week than last week's plan had, where one is given.
    pub nervousness: Money,
    /// Fixed part of a car's freight from plant to dealer.
    pub freight_fixed: Money,
    /// Freight per kilometre and slot from plant to dealer.
    pub freight_per_km: Money,
}

/// Moves between dealers.
#[derive(Clone, Debug)]
pub struct TransferSettings {
    /// Fixed cost of moving one car.
    pub cost_fixed: Money,
    /// Cost per kilometre of moving one car.
    pub cost_per_km: Money,
    /// Longest move on the road, kilometres.
    pub radius_km: f64,
    /// Most of a dealer's stock that may leave in a week (share).
    pub max_share: f64,
    /// Youngest car that may leave, days.
    pub min_age_days: u32,
}

/// The sampled future.
#[derive(Clone, Debug)]
pub struct SimulationSettings {
    /// Simulated days.
    pub days: usize,
    /// Independent futures.
    pub replications: u32,
    /// Key of all random numbers.
    pub seed: u64,
    /// Standard deviation of the logarithm of the national demand factor of a month.
    pub national_sd: f64,
    /// Standard deviation of the logarithm of a region's own demand factor of a month.
    pub regional_sd: f64,
    /// Further dealers a customer tries.
    pub max_diversions: u32,
    /// Share of customers without a car who try the next dealer.
    pub divert: f64,
    /// Share of those left who wait two weeks.
    pub wait: f64,
    /// Share of those left who take another model of the segment.
    pub substitute: f64,
    /// Standard deviation of plant-to-dealer lead time as a share of its mean.
    pub lead_time_cv: f64,
}
