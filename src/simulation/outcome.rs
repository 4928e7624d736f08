//! What a run tells: whole numbers only, so that sums do not depend on who added first.

use crate::stats::interval::{Interval, Moments};
use crate::stats::sketch::Sketch;

macro_rules! measures {
    ($($(#[$doc:meta])+ $name:ident,)*) => {
        /// A whole-number quantity counted in every replication. Money is in hundredths of the currency. (The first
        /// eight are those of a sale: they share a line of memory.)
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[repr(usize)]
        pub enum Measure { $($(#[$doc])+ $name,)* }
        impl Measure {
            /// All of them in order.
            pub const ALL: &'static [Measure] = &[$(Measure::$name,)*];
            /// Stable name for tables.
            pub fn name(self) -> &'static str {
                match self { $(Measure::$name => stringify!($name),)* }
            }
        }
    };
}

measures! {
    /// Customers whose first choice was the dealer (network: all who wanted the brand).
    Customers,
    /// Cars sold, in whatever way.
    Sales,
    /// Cars sold from the own ground to customers whose first choice was this dealer, on the day they came.
    OnTheSpot,
    /// Earned with sales before the four costs below.
    Contribution,
    /// Discounts given because of age.
    Discount,
    /// Car-days on the ground (evening counts).
    StockDays,
    /// Car-days on the ground of cars older than 90 days.
    AgedDays,
    /// Holding cost.
    Holding,
    /// Cars sold to customers who came from another dealer that had none (counted where they bought).
    DivertedIn,
    /// Customers who found nothing at this dealer, their first choice, and bought at another.
    DivertedOut,
    /// Cars sold to customers who had waited for them.
    Waited,
    /// Cars sold in place of another model (counted at the model sold).
    Substituted,
    /// Customers who left without a car (counted at their first choice, at the model they wanted).
    Lost,
    /// Customers still waiting on the last evening.
    StillWaiting,
    /// Cars fetched from another dealer for a customer, and cars received by planned moves.
    TransfersIn,
    /// Cars given to another dealer.
    TransfersOut,
    /// Cars ordered.
    Ordered,
    /// Cars that came from the plants.
    Received,
    /// Possible customers who bought elsewhere without looking (outside weight); not among `Customers`.
    Elsewhere,
    /// Cars on the ground on the last evening.
    FinalStock,
    /// Lost-sale cost.
    LostCost,
    /// Transfer cost (counted at the receiver).
    TransferCost,
}

/// Number of measures.
pub const MEASURES: usize = Measure::ALL.len();

/// The measures of one entity in one replication.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(align(64))]
pub struct Tally(pub [i64; MEASURES]);

impl Tally {
    /// One measure.
    pub fn get(&self, measure: Measure) -> i64 {
        self.0[measure as usize]
    }
    /// Adds to one measure.
    #[inline]
    pub fn add(&mut self, measure: Measure, amount: i64) {
        self.0[measure as usize] += amount;
    }
    /// Discount, holding, lost-sale and transfer cost, in hundredths: what chance costs the network.
    pub fn cost(&self) -> i64 {
        use Measure::{Discount, Holding, LostCost, TransferCost};
        self.get(Discount) + self.get(Holding) + self.get(LostCost) + self.get(TransferCost)
    }
    /// Contribution minus discount, holding, lost-sale and transfer cost, in hundredths.
    pub fn profit(&self) -> i64 {
        use Measure::{Contribution, Discount, Holding, LostCost, TransferCost};
        self.get(Contribution) - self.get(Discount) - self.get(Holding) - self.get(LostCost) - self.get(TransferCost)
    }
}

/// The measures of one entity over all replications: exact sums and sums of squares.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    moments: [Moments; MEASURES],
    profit: Moments,
}

impl Summary {
    /// Takes one replication in.
    pub fn record(&mut self, tally: &Tally) {
        for (moments, &value) in self.moments.iter_mut().zip(&tally.0) {
            moments.push(value);
        }
        self.profit.push(tally.profit());
    }
    /// Joins two sets of replications; the order does not matter.
    pub fn merge(&mut self, other: &Self) {
        for (a, b) in self.moments.iter_mut().zip(&other.moments) {
            a.merge(b);
        }
        self.profit.merge(&other.profit);
    }
    /// Sums of one measure.
    pub fn moments(&self, measure: Measure) -> &Moments {
        &self.moments[measure as usize]
    }
    /// Sums of the profit, in hundredths.
    pub fn profit_moments(&self) -> &Moments {
        &self.profit
    }
    /// Mean of one measure over the replications (money in hundredths).
    pub fn mean(&self, measure: Measure) -> f64 {
        self.moments(measure).mean()
    }
    /// Mean with its 95 % interval.
    pub fn interval(&self, measure: Measure) -> Interval {
        self.moments(measure).interval(0.95)
    }
    /// Profit (hundredths) with its 95 % interval.
    pub fn profit(&self) -> Interval {
        self.profit.interval(0.95)
    }
    /// Share of customers who got the model they wanted at their first dealer from its ground at once.
    pub fn fill_rate(&self) -> f64 {
        self.share(Measure::OnTheSpot, Measure::Customers)
    }
    /// Share of customers lost.
    pub fn lost_share(&self) -> f64 {
        self.share(Measure::Lost, Measure::Customers)
    }
    /// Share of stock older than 90 days (car-days over car-days).
    pub fn aged_share(&self) -> f64 {
        self.share(Measure::AgedDays, Measure::StockDays)
    }
    /// Mean number of cars on the ground.
    pub fn mean_stock(&self, days: u32) -> f64 {
        self.mean(Measure::StockDays) / f64::from(days)
    }
    fn share(&self, part: Measure, whole: Measure) -> f64 {
        let whole = self.moments(whole).sum();
        if whole == 0 { 0.0 } else { self.moments(part).sum() as f64 / whole as f64 }
    }
}

/// A weekly figure of the whole network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Series {
    /// Customers of the week.
    Customers,
    /// Cars sold in the week.
    Sales,
    /// Customers lost in the week.
    Lost,
    /// Cars on the ground on the week's last evening.
    Stock,
}

impl Series {
    /// All of them in order.
    pub const ALL: [Series; 4] = [Series::Customers, Series::Sales, Series::Lost, Series::Stock];
}

/// What a run found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Simulated days of each replication.
    pub days: u32,
    /// Number of replications done.
    pub replications: u32,
    /// Whether the run was stopped before all replications were done.
    pub stopped: bool,
    /// The whole network.
    pub network: Summary,
    /// One summary per region. Customers without an open dealer count in the region of their zone.
    pub regions: Vec<Summary>,
    /// One summary per dealer.
    pub dealers: Vec<Summary>,
    /// One summary per model.
    pub models: Vec<Summary>,
    /// Numbers of the replications done, rising.
    pub numbers: Vec<u32>,
    /// The network's tally of each replication, in order of replication: what pairs two outcomes.
    pub totals: Vec<Tally>,
    /// For each [`Series`], for each week, the distribution over replications.
    pub weekly: Vec<Vec<Sketch>>,
    /// Customers served, cars moved and orders placed in all replications: the work done.
    pub events: u64,
}

impl Outcome {
    /// A quantile (0 to 1) of a weekly figure for every week: the lines of a fan plot.
    pub fn fan(&self, series: Series, quantile: f64) -> Vec<f64> {
        self.weekly[series as usize].iter().map(|s| s.quantile(quantile)).collect()
    }
    /// 95 % interval of the mean paired difference `self − before` of a network measure. Replications are paired by
    /// number, so both outcomes must come from the same seed.
    pub fn difference(&self, before: &Self, measure: Measure) -> Interval {
        self.paired(before, |t| t.get(measure))
    }
    /// The same for the profit (hundredths).
    pub fn profit_difference(&self, before: &Self) -> Interval {
        self.paired(before, Tally::profit)
    }
    /// The same for any whole-number figure of a replication.
    pub fn paired(&self, before: &Self, figure: impl Fn(&Tally) -> i64) -> Interval {
        let mut pairs = Moments::default();
        let mut theirs = before.numbers.iter().zip(&before.totals).peekable();
        for (number, tally) in self.numbers.iter().zip(&self.totals) {
            while theirs.next_if(|(n, _)| *n < number).is_some() {}
            if let Some((_, other)) = theirs.next_if(|(n, _)| *n == number) {
                pairs.push(figure(tally) - figure(other));
            }
        }
        pairs.interval(0.95)
    }

    /// 95 % interval of the mean of a whole-number figure when replications come in dependent blocks
    /// ([`super::MarketSampling`]): that of the block means, complete blocks only.
    pub fn blocked(&self, figure: impl Fn(&Tally) -> i64, block: u32) -> Interval {
        let mut sums = Moments::default();
        let (mut sum, mut members) = (0, 0);
        for (k, (number, tally)) in self.numbers.iter().zip(&self.totals).enumerate() {
            if k == 0 || self.numbers[k - 1] / block != number / block {
                (sum, members) = (0, 0);
            }
            sum += figure(tally);
            members += 1;
            if members == block {
                sums.push(sum);
            }
        }
        sums.interval(0.95).scaled(1.0 / f64::from(block))
    }

    /// Joins the replications of another shard of the same run. The order of joining does not matter.
    pub fn merge(&mut self, other: Self) {
        self.network.merge(&other.network);
        for (mine, theirs) in [
            (&mut self.regions, &other.regions),
            (&mut self.dealers, &other.dealers),
            (&mut self.models, &other.models),
        ] {
            mine.iter_mut().zip(theirs).for_each(|(a, b)| a.merge(b));
        }
        for (mine, theirs) in self.weekly.iter_mut().flatten().zip(other.weekly.iter().flatten()) {
            mine.merge(theirs);
        }
        let mut all: Vec<(u32, Tally)> = self.numbers.drain(..).zip(self.totals.drain(..)).collect();
        all.extend(other.numbers.into_iter().zip(other.totals));
        all.sort_unstable_by_key(|(number, _)| *number);
        (self.numbers, self.totals) = all.into_iter().unzip();
        self.replications = self.numbers.len() as u32;
        self.stopped |= other.stopped;
        self.events += other.events;
    }
}
