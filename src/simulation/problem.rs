//! What is simulated: pure data under dense positions, checked once.
//!
//! Positions: zone `z`, dealer `d`, model `m`, region `r`, day `t` (0 is the first day), week `t / 7`. Tables over two
//! of them are stored row by row with the first letter as the row. Two problems that share zones, models, demand,
//! market and calendar see the same customers under the same seed, whatever their dealers, weights and policies: a
//! plan and today's network are compared by two problems whose dealer lists agree and whose `open` flags differ.

use super::check;
use super::policy::Policy;
use crate::units::Money;

/// Everything one run needs, before it is checked. Build it, then call [`Problem::new`].
#[derive(Clone, Debug)]
pub struct Parts {
    /// Number of simulated days.
    pub days: u32,
    /// Month of each day, `days` entries, counted from 0 without holes: the period of the market factors.
    pub month: Vec<u16>,
    /// Number of regions.
    pub regions: usize,
    /// Where customers live.
    pub zones: Vec<Zone>,
    /// Dealers, open or not. Closed ones (and candidates) stay in the list so that positions agree between networks.
    pub dealers: Vec<Dealer>,
    /// Vehicle models.
    pub models: Vec<Model>,
    /// Customers a day by zone × model when every factor is 1.
    pub demand: Vec<f64>,
    /// Calendar factors, one row of `days` entries for each group that a model names ([`Model::group`]).
    pub day_factor: Vec<Vec<f64>>,
    /// Common ups and downs of the market.
    pub market: Market,
    /// What customers do when the car is not there.
    pub behaviour: Behaviour,
    /// Lead-time distributions: entry `l` of a row is the probability that an order arrives `l` days after the
    /// review that placed it (0: the morning after counts as day 1, so entry 0 must be 0).
    pub lead_times: Vec<Vec<f64>>,
    /// Expected sales a day by dealer × model: the rates by which short supply is shared.
    pub rate: Vec<f64>,
    /// How much is ordered.
    pub policy: Policy,
    /// Days between two reviews (7: weekly). The first review is in the evening of day 0.
    pub review_days: u32,
    /// Cars the plants can release by model × week (rows of `ceil(days / 7)` entries); empty for no limit.
    pub supply: Vec<u32>,
    /// Cars a dealer can sell by dealer × week (rows of `ceil(days / 7)` entries); empty for no limit. What it does not
    /// sell it may sell later, at most four weeks' worth. Who comes to a dealer that has sold all it can goes to another
    /// one or is lost.
    pub sales_limit: Vec<u32>,
    /// Rules of trades between dealers.
    pub trade: Trade,
    /// Cars on the dealers' grounds at the start.
    pub stock: Vec<Lot>,
    /// Cars under way at the start.
    pub pipeline: Vec<Arrival>,
    /// Transfers that the plan has already decided.
    pub moves: Vec<Move>,
}

/// A demand zone.
#[derive(Clone, Debug)]
pub struct Zone {
    /// Region of the zone; its market factor acts on the zone's customers.
    pub region: u32,
    /// Dealers a customer may choose, in any order, closed ones included.
    pub choices: Vec<Choice>,
    /// Weight `exp(u)` of buying elsewhere; 0 when the demand already is the brand's own.
    pub outside: f64,
}

/// One dealer in a customer's choice set.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Choice {
    /// The dealer.
    pub dealer: u32,
    /// Its weight `exp(u)`, positive.
    pub weight: f64,
}

/// A dealer.
#[derive(Clone, Debug)]
pub struct Dealer {
    /// Region under which the dealer's figures are summed.
    pub region: u32,
    /// Whether customers are received and cars ordered. The cars of a closed dealer can still be traded away.
    pub open: bool,
    /// Most cars on the ground and under way together; `None` for no limit.
    pub storage: Option<u32>,
    /// Row of [`Parts::lead_times`].
    pub lead_time: u32,
    /// Dealers that may give a car to this one.
    pub donors: Vec<Arc>,
}

/// A road from a donor to the dealer that holds this entry.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Arc {
    /// Who gives the car.
    pub donor: u32,
    /// What moving one car costs.
    pub cost: Money,
}

/// A vehicle model with its money.
#[derive(Clone, Debug)]
pub struct Model {
    /// Row of [`Parts::day_factor`].
    pub group: u32,
    /// Models of one segment substitute each other. Numbered from 0, below the number of models.
    pub segment: u32,
    /// Earned with one car sold, before discount, holding and transfer.
    pub contribution: Money,
    /// Lost with one customer who leaves, beyond the contribution not earned (goodwill, service, the next car).
    pub lost_sale: Money,
    /// Cost of one car for one day on the ground by its age: `(age in days from which it holds, cost)`, ages rising
    /// from 0.
    pub holding: Vec<(u16, Money)>,
    /// Discount given when a car is sold by its age: `(age in days from which it holds, discount)`, ages rising
    /// from 0.
    pub discount: Vec<(u16, Money)>,
}

/// Common factors on demand. Month by month the customers of region `r` are multiplied by
/// `exp(a N_t − a²/2) · exp(b R_rt − b²/2)`, where `a`, `b` are the two standard deviations and `N`, `R_r` independent
/// standard normal series with month-to-month correlation `persistence`. Both factors have mean 1.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Market {
    /// `a`: standard deviation of the logarithm of the national factor.
    pub national_sd: f64,
    /// `b`: standard deviation of the logarithm of each regional factor.
    pub regional_sd: f64,
    /// Correlation between a month and the next, 0 ≤ ρ ≤ 1 (1: one draw for the whole horizon).
    pub persistence: f64,
    /// `k`: the customers of a zone and model in a month have variance `μ + k μ²` around the common factors: Poisson
    /// for 0, otherwise negative binomial (a gamma factor of mean 1 and variance `k` on each zone × model × month).
    pub dispersion: f64,
}

/// What a customer does who finds no car. First come trades ([`Trade`]); then, with probability `divert`, another
/// dealer of the choice set, at most `further_dealers` times (each time buying elsewhere competes with its weight);
/// who has no further dealer waits, substitutes or leaves.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Behaviour {
    /// Probability of looking at a further dealer after each disappointment.
    pub divert: f64,
    /// Further dealers at most (0 to 3).
    pub further_dealers: u8,
    /// Probability of waiting at the first dealer for the next car.
    pub wait: f64,
    /// Days a waiting customer waits before leaving.
    pub wait_days: u16,
    /// Probability of taking another model of the segment at the first dealer (the one with most stock), if there is
    /// one; `wait + substitute` is at most 1 and the rest leaves.
    pub substitute: f64,
}

impl Default for Behaviour {
    /// One more dealer for half of the customers; then 30 % wait two weeks, 30 % substitute, 40 % are lost (assumed).
    fn default() -> Self {
        Self { divert: 0.5, further_dealers: 3, wait: 0.3, wait_days: 14, substitute: 0.3 }
    }
}

/// When a car is fetched from another dealer for a customer who stands in front of an empty place. It is worth it when
/// contribution plus lost-sale cost of the model exceed the transfer cost; the donor must keep its reserve.
#[derive(Clone, Debug, Default)]
pub struct Trade {
    /// Cars by dealer × model that a donor keeps for its own customers; empty means no trades at all.
    pub reserve: Vec<u16>,
    /// Age in days below which a car is not traded away.
    pub least_age: u16,
    /// Largest share of its cars (counted at the start of the week, rounded up) a donor gives in a week; 1 for
    /// no limit.
    pub weekly_share: f64,
    /// Probability that an agreed trade fails.
    pub failure: f64,
}

/// Cars of one age at one dealer at the start.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lot {
    /// Where.
    pub dealer: u32,
    /// Which model.
    pub model: u32,
    /// How many.
    pub cars: u32,
    /// Days since they were delivered.
    pub age_days: u16,
}

/// Cars that arrive on a known day.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Arrival {
    /// Where to.
    pub dealer: u32,
    /// Which model.
    pub model: u32,
    /// How many.
    pub cars: u32,
    /// Day of arrival, from 0.
    pub day: u32,
}

/// A transfer that the plan has decided: the oldest cars leave in the morning of `day` and stand at the receiver the
/// same morning. If fewer are there, fewer go.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Move {
    /// Day of the transfer, from 0.
    pub day: u32,
    /// Who gives.
    pub from: u32,
    /// Who receives.
    pub to: u32,
    /// Which model.
    pub model: u32,
    /// How many at most.
    pub cars: u32,
    /// Cost of each car.
    pub cost: Money,
}

/// Checked [`Parts`].
#[derive(Clone, Debug)]
pub struct Problem {
    parts: Parts,
}

/// One thing wrong with [`Parts`], in words that name the table and the position.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{table}[{position}]: {cause}")]
pub struct Fault {
    /// The table.
    pub table: &'static str,
    /// The position in it.
    pub position: usize,
    /// What is wrong and what is allowed.
    pub cause: String,
}

impl Problem {
    /// Checks everything and reports all faults at once (the first hundred of each table).
    pub fn new(parts: Parts) -> Result<Self, Vec<Fault>> {
        let faults = check::faults(&parts);
        if faults.is_empty() { Ok(Self { parts }) } else { Err(faults) }
    }
    /// The checked data.
    pub fn parts(&self) -> &Parts {
        &self.parts
    }
    /// Gives the data back, to change it and check it again.
    pub fn into_parts(self) -> Parts {
        self.parts
    }
    /// Number of weeks, the last one perhaps short.
    pub fn weeks(&self) -> usize {
        self.parts.days.div_ceil(7) as usize
    }
    /// Whether both problems draw the same customers under the same seed, so that their difference is a paired one.
    pub fn same_customers(&self, other: &Self) -> bool {
        let (a, b) = (&self.parts, &other.parts);
        a.days == b.days
            && a.month == b.month
            && a.regions == b.regions
            && a.zones.len() == b.zones.len()
            && a.zones.iter().zip(&b.zones).all(|(p, q)| p.region == q.region)
            && a.models.len() == b.models.len()
            && a.models.iter().zip(&b.models).all(|(p, q)| p.group == q.group)
            && a.demand == b.demand
            && a.day_factor == b.day_factor
            && a.market == b.market
    }
}
