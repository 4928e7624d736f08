//! Who comes: market factors by month and the customers of each day, the same for every network with the same demand.

use super::MarketSampling;
use super::problem::Problem;
use super::tables::{OUTSIDE, Tables, ZoneTable};
use crate::stats::alias::Alias;
use crate::stats::normal;
use crate::stats::poisson::gamma_factor;
use crate::stats::quasi::{Block, SOBOL};
use crate::stats::stream::{GOLDEN, Purpose, Root, mix, unit};
use libm::{exp, sqrt};

/// A customer: where from, which model, and the hash from which all of its choices are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Customer {
    /// The zone.
    pub zone: u32,
    /// The model wanted.
    pub model: u32,
    /// Hash of the customer's key.
    pub hash: u64,
}

impl Customer {
    /// The draw number `k` of this customer.
    #[inline]
    pub(super) fn bits(&self, k: u64) -> u64 {
        mix(self.hash.wrapping_add(GOLDEN.wrapping_mul(k + 1)))
    }
    /// The same as a number of the unit interval.
    #[inline]
    pub(super) fn unit(&self, k: u64) -> f64 {
        unit(self.bits(k))
    }
}

/// Where a customer turns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    Dealer(u32),
    Outside,
    Nowhere,
}

/// Draws of each visit that go by rejection before the exact fallback.
const TRIES: u64 = 8;

impl Tables<'_> {
    /// The dealer of visit `visit`, by weight among open dealers not yet tried and the outside. Candidates are drawn
    /// from the full list and refused until one fits, so that two networks that share most dealers send most
    /// customers the same way.
    #[inline]
    pub fn choose(&self, customer: &Customer, visit: usize, tried: &[u32]) -> Turn {
        let zone = &self.zones[customer.zone as usize];
        if zone.columns.is_empty() {
            return Turn::Nowhere;
        }
        let first = visit as u64 * TRIES;
        for k in first..first + TRIES {
            let product = u128::from(customer.bits(k)) * zone.columns.len() as u128;
            let (threshold, own, other) = zone.columns[(product >> 64) as usize];
            let dealer = if ((product as u64) >> 32) as u32 <= threshold { own } else { other };
            if dealer == OUTSIDE {
                return Turn::Outside;
            }
            if self.open[dealer as usize] && !tried.contains(&dealer) {
                return Turn::Dealer(dealer);
            }
        }
        zone.choose_exactly(customer.unit(64 + visit as u64), tried, &self.open)
    }
}

impl ZoneTable {
    #[cold]
    fn choose_exactly(&self, u: f64, tried: &[u32], open: &[bool]) -> Turn {
        let left = |k: usize| open[self.dealers[k] as usize] && !tried.contains(&self.dealers[k]);
        let total: f64 = (0..self.dealers.len()).filter(|&k| left(k)).map(|k| self.weights[k]).sum();
        let mut goal = u * (total + self.outside);
        let mut last = if self.outside > 0.0 { Turn::Outside } else { Turn::Nowhere };
        if goal < self.outside {
            return Turn::Outside;
        }
        goal -= self.outside;
        for k in (0..self.dealers.len()).filter(|&k| left(k)) {
            last = Turn::Dealer(self.dealers[k]);
            if goal < self.weights[k] {
                return last;
            }
            goal -= self.weights[k];
        }
        last
    }
}

/// The demand of one replication: rebuilt at the start of each month.
pub(super) struct Demand {
    seed: u64,
    replication: u32,
    market: MarketSampling,
    arrivals: Root,
    customers: Root,
    /// National, then regional normal values of the current month.
    normals: Vec<f64>,
    factor: Vec<f64>,
    weights: Vec<f64>,
    scaled: Vec<f64>,
    tables: Vec<(Alias, f64)>,
    month: Option<u16>,
}

impl Demand {
    pub fn new(t: &Tables) -> Self {
        Self {
            seed: 0,
            replication: 0,
            market: MarketSampling::Plain,
            arrivals: Root::new(0, Purpose::Arrivals, 0),
            customers: Root::new(0, Purpose::Customer, 0),
            normals: vec![0.0; t.parts.regions + 1],
            factor: vec![1.0; t.parts.regions],
            weights: Vec::new(),
            scaled: Vec::new(),
            tables: t.groups.iter().map(|_| (Alias::default(), 0.0)).collect(),
            month: None,
        }
    }

    pub fn start(&mut self, seed: u64, replication: u32, market: MarketSampling) {
        self.seed = seed;
        self.market = market;
        self.replication = replication;
        self.arrivals = Root::new(seed, Purpose::Arrivals, replication);
        self.customers = Root::new(seed, Purpose::Customer, replication);
        self.month = None;
    }

    /// The customers of a day, group by group, in the order in which they come.
    pub fn day(&mut self, t: &Tables, day: u32, out: &mut Vec<Customer>) {
        let month = t.parts.month[day as usize];
        if self.month != Some(month) {
            self.turn_to(t, month);
        }
        out.clear();
        for (g, group) in t.groups.iter().enumerate() {
            let (alias, total) = &self.tables[g];
            let mean = total * t.parts.day_factor[g][day as usize];
            let mut stream = self.arrivals.stream(g as u64, day);
            let count = t.ladder.draw(mean, &mut stream);
            for k in 0..count {
                let (zone, model) = group.pairs[alias.pick(stream.bits())];
                let hash = self.customers.entity((g as u64) << 32 | u64::from(k), day);
                out.push(Customer { zone, model, hash });
            }
        }
    }

    /// Draws the market of a month and lays out its weights.
    fn turn_to(&mut self, t: &Tables, month: u16) {
        let market = &t.parts.market;
        let first = self.month.is_none();
        let steady = market.national_sd == 0.0 && market.regional_sd == 0.0 && market.dispersion == 0.0;
        if steady && !first {
            self.month = Some(month);
            return;
        }
        self.draw_factors(t, month);
        let mixing = Root::new(self.seed, Purpose::Mixing, self.replication);
        for (g, group) in t.groups.iter().enumerate() {
            self.weights.clear();
            for (&(z, m), base) in group.pairs.iter().zip(&group.base) {
                let mut weight = base * self.factor[t.parts.zones[z as usize].region as usize];
                if market.dispersion > 0.0 {
                    let cell = u64::from(z) * t.models as u64 + u64::from(m);
                    weight *= gamma_factor(market.dispersion, &mut mixing.stream(cell, u32::from(month)));
                }
                self.weights.push(weight);
            }
            let (alias, total) = &mut self.tables[g];
            *total = alias.rebuild(&self.weights, &mut self.scaled);
        }
        self.month = Some(month);
    }

    /// Z_0 = ε_0, Z_t = ρ Z_{t−1} + √(1 − ρ²) ε_t for the nation and each region; then the factors with mean 1.
    fn draw_factors(&mut self, t: &Tables, month: u16) {
        let market = &t.parts.market;
        let rho = market.persistence;
        let from = self.month.map_or(0, |m| m + 1);
        for m in from..=month {
            for (r, z) in self.normals.iter_mut().enumerate() {
                let fresh = normal::quantile(market_unit(self.market, self.seed, self.replication, r, m));
                *z = if m == 0 { fresh } else { rho * *z + sqrt(1.0 - rho * rho) * fresh };
            }
        }
        let log_factor = |sd: f64, z: f64| sd * z - 0.5 * sd * sd;
        for (factor, &z) in self.factor.iter_mut().zip(&self.normals[1..]) {
            *factor = exp(log_factor(market.national_sd, self.normals[0]) + log_factor(market.regional_sd, z));
        }
    }
}

/// The uniform number behind a month's fresh market value; series 0 is the nation, `r` is region `r − 1`.
fn market_unit(sampling: MarketSampling, seed: u64, replication: u32, series: usize, month: u16) -> f64 {
    let plain =
        |replication| Root::new(seed, Purpose::Market, replication).stream(series as u64, u32::from(month)).unit();
    match sampling {
        MarketSampling::Antithetic if replication % 2 == 1 => 1.0 - plain(replication - 1),
        MarketSampling::Plain | MarketSampling::Antithetic => plain(replication),
        MarketSampling::Net { .. } => {
            let size = sampling.block();
            let months = usize::from(month);
            // The nation has the first dimensions; regions (and months beyond the net) have hypercubes of their own.
            let dimension = if series == 0 && months < SOBOL { months } else { SOBOL + (series << 16) + months };
            Block::new(seed, replication / size, size).at(replication % size, dimension)
        }
    }
}

/// The normal series behind the market of one replication, month by month: the nation, then the regions.
pub(super) fn market_path(
    sampling: MarketSampling,
    seed: u64,
    replication: u32,
    regions: usize,
    months: usize,
    persistence: f64,
) -> Vec<Vec<f64>> {
    let mut path: Vec<Vec<f64>> = Vec::with_capacity(months);
    for m in 0..months as u16 {
        let before = path.last();
        let step = |r: usize| {
            let fresh = normal::quantile(market_unit(sampling, seed, replication, r, m));
            before.map_or(fresh, |b| persistence * b[r] + sqrt(1.0 - persistence * persistence) * fresh)
        };
        let month = (0..=regions).map(step).collect();
        path.push(month);
    }
    path
}

/// Computes the customers of one day of one plainly drawn replication again, from the seed alone.
pub fn customers(problem: &Problem, seed: u64, replication: u32, day: u32) -> Vec<Customer> {
    let tables = Tables::new(problem);
    let mut demand = Demand::new(&tables);
    demand.start(seed, replication, MarketSampling::Plain);
    let mut out = Vec::new();
    demand.day(&tables, day, &mut out);
    out
}
