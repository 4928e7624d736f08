//! Weekly sales: expected rates and the counts drawn from them.
//!
//! `rate(d, m, w) = yearly_d / (365/7) · mix_dm · life_m(w) · season(w) · N(t) · G_m(t) · H_p(t) · C_pm(t)` with t the
//! month of the week's Thursday and p the dealer's province; sold cars are negative binomial around it. N, G and H are
//! lognormal and remember the month before (first-order autoregression), C is gamma. Nothing cuts the sales off.

use super::models::MODELS;
use super::provinces::PROVINCES;
use super::season::{Season, month_of_week, plus_days};
use crate::generate::keyed::{Purpose, Stream};
use jiff::civil::Date;

/// Weeks of history.
pub(super) const WEEKS: usize = 104;
/// Weeks in a year.
const YEAR: f64 = 365.0 / 7.0;

/// Logarithmic standard deviation of the national factor of a month, and its memory (measured: the total has CV .062).
const NATIONAL: (f64, f64) = (0.05, 0.5);
/// ... of a model's factor of a month (measured: national CV per model .19, its memory .55, in 24 months with trends).
const MODEL: (f64, f64) = (0.195, 0.65);
/// ... of a province's factor for all models (measured: correlation of provincial totals .30, memory about .4).
const PROVINCE: (f64, f64) = (0.085, 0.4);
/// Variance of the factor of one model in one province (with the provincial factor: k = .018, published).
const CELL: f64 = 0.0175;
/// Extra variance of one dealer's week relative to the squared mean (A).
const DEALER_WEEK: f64 = 0.15;

/// What a dealer sells in a usual year, by model.
pub(super) struct DealerDemand {
    /// Position of its province.
    pub(super) province: usize,
    /// Cars of each model in a year without season, chance and life cycle.
    pub(super) yearly: Vec<f64>,
}

/// The dealer's yearly cars split over the models: national weight × province × dealer's own customers × assortment.
pub(super) fn mix(seed: u64, dealer: usize, province: usize, cars: f64, shown: usize) -> DealerDemand {
    let mut order: Vec<(f64, usize)> = (0..MODELS.len())
        .map(|m| (Stream::new(seed, Purpose::Assortment, [dealer, m, 0]).uniform() / MODELS[m].weight, m))
        .collect();
    order.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut weights = vec![0.0; MODELS.len()];
    for &(_, m) in order.iter().take(shown) {
        let taste = Stream::new(seed, Purpose::Taste, [province, m, 0]).lognormal(0.3);
        let own = Stream::new(seed, Purpose::Preference, [dealer, m, 0]).lognormal(0.3);
        weights[m] = MODELS[m].weight * PROVINCES[province].leaning(&MODELS[m]) * taste * own;
    }
    let total: f64 = weights.iter().sum();
    DealerDemand { province, yearly: weights.into_iter().map(|w| cars * w / total).collect() }
}

/// Where a model is in its life.
struct Life {
    trend: f64,
    launch: Option<f64>,
}

impl Life {
    fn new(seed: u64, model: usize) -> Self {
        let mut chance = Stream::new(seed, Purpose::LifeCycle, [model, 0, 0]);
        // One model in twelve came during the history.
        let launch = (chance.below(12) == 0).then(|| chance.between(8.0, 80.0));
        Self { trend: chance.between(-0.16, 0.16), launch }
    }

    /// Factor of a week (may lie after the history).
    fn at(&self, week: f64) -> f64 {
        let trend = libm::exp(self.trend * (week - WEEKS as f64 / 2.0) / YEAR);
        match self.launch {
            Some(launch) if week < launch => 0.0,
            Some(launch) => trend * (0.35 + 0.65 * ((week - launch) / 13.0).min(1.0)),
            None => trend,
        }
    }
}

/// A lognormal factor with mean 1 for each month that remembers the month before.
fn monthly(seed: u64, purpose: Purpose, entity: usize, months: usize, (sd, memory): (f64, f64)) -> Vec<f64> {
    let fresh = libm::sqrt(1.0 - memory * memory);
    let mut z = 0.0;
    (0..months)
        .map(|t| {
            let e = Stream::new(seed, purpose, [entity, t, 0]).normal();
            z = if t == 0 { e } else { memory * z + fresh * e };
            libm::exp(sd * z - 0.5 * sd * sd)
        })
        .collect()
}

/// The parts of the rates that dealers share.
pub(super) struct Tide {
    seed: u64,
    first: Date,
    season: Season,
    lives: Vec<Life>,
    month: Vec<usize>,
    national: Vec<f64>,
    model: Vec<Vec<f64>>,
    province: Vec<Vec<f64>>,
}

impl Tide {
    /// The history of [`WEEKS`] weeks before `today`, a Monday.
    pub(super) fn new(seed: u64, today: Date) -> Self {
        let first = plus_days(today, -7 * WEEKS as i64);
        let start = month_of_week(first);
        let month: Vec<usize> = (0..WEEKS).map(|w| month_of_week(plus_days(first, 7 * w as i64)) - start).collect();
        let months = month.last().map_or(1, |m| m + 1);
        Self {
            seed,
            first,
            season: Season::new(),
            lives: (0..MODELS.len()).map(|m| Life::new(seed, m)).collect(),
            month,
            national: monthly(seed, Purpose::National, 0, months, NATIONAL),
            model: (0..MODELS.len()).map(|m| monthly(seed, Purpose::Model, m, months, MODEL)).collect(),
            province: (0..PROVINCES.len()).map(|p| monthly(seed, Purpose::Province, p, months, PROVINCE)).collect(),
        }
    }

    /// Monday of a week of the history.
    pub(super) fn monday(&self, week: usize) -> Date {
        plus_days(self.first, 7 * week as i64)
    }

    /// Season × life cycle of a model in a week counted from the start of the history (also after its end).
    pub(super) fn expected(&self, model: usize, week: usize) -> f64 {
        self.season.week(self.monday(week)) * self.lives[model].at(week as f64)
    }

    /// Whether a model was on sale during the whole history.
    #[cfg(test)]
    pub(super) fn always_on_sale(&self, model: usize) -> bool {
        self.lives[model].launch.is_none()
    }

    /// Life-cycle factor of a model today.
    pub(super) fn life_today(&self, model: usize) -> f64 {
        self.lives[model].at(WEEKS as f64)
    }

    /// Factor of every week for one model in one province: the whole rate but the dealer's part.
    fn factors(&self, seasons: &[f64], province: usize, model: usize) -> Vec<f64> {
        let cell = |t| Stream::new(self.seed, Purpose::Cell, [province, model, t]).gamma(CELL);
        let months = self.national.len();
        let level: Vec<f64> = (0..months)
            .map(|t| self.national[t] * self.model[model][t] * self.province[province][t] * cell(t))
            .collect();
        (0..WEEKS).map(|w| seasons[w] * self.lives[model].at(w as f64) * level[self.month[w]] / YEAR).collect()
    }

    /// Sold cars of every dealer, model and week, dealer by dealer: `sold[(d · models + m) · WEEKS + w]`.
    pub(super) fn sales(&self, dealers: &[DealerDemand]) -> Vec<u16> {
        let seasons: Vec<f64> = (0..WEEKS).map(|w| self.season.week(self.monday(w))).collect();
        let factors: Vec<Vec<f64>> = (0..PROVINCES.len() * MODELS.len())
            .map(|k| self.factors(&seasons, k / MODELS.len(), k % MODELS.len()))
            .collect();
        let mut sold = Vec::with_capacity(dealers.len() * MODELS.len() * WEEKS);
        for (d, dealer) in dealers.iter().enumerate() {
            for (m, yearly) in dealer.yearly.iter().enumerate() {
                for (w, factor) in factors[dealer.province * MODELS.len() + m].iter().enumerate() {
                    let mut chance = Stream::new(self.seed, Purpose::Sales, [d, m, w]);
                    sold.push(chance.negative_binomial(yearly * factor, DEALER_WEEK) as u16);
                }
            }
        }
        sold
    }
}
