//! Today's cars: unsold ones with their ages, those under way, and the build slots to come.
//!
//! The picture is the one the industry complains of: on the whole 1.5 months of sales stand at the dealers (above the
//! alert line of 1.5 in many), but not the right cars in the right places: best sellers are missing, slow sellers age.

use super::demand::{DealerDemand, Tide, WEEKS};
use super::models::MODELS;
use super::season::{plant_week, plus_days};
use super::stores::kilometres;
use crate::generate::keyed::{Purpose, Stream};
use crate::network::Site;
use jiff::civil::Date;

/// Cars at the dealers per month of usual sales, the country (A; the alert line of CADA is 1.5).
pub(super) const COEFFICIENT: f64 = 1.5;
/// A car is got rid of at last at an age between these, days (A).
const OLDEST: (f64, f64) = (200.0, 300.0);
/// Weeks of build slots.
pub(super) const HORIZON: usize = 12;
/// Supply over demand of the horizon, the country (A).
const SUPPLY: f64 = 1.03;

/// Cars of one dealer and model with one figure beside them: an age in days, or a week of arrival.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Lot {
    /// Position of the dealer.
    pub(super) dealer: usize,
    /// Position of the model.
    pub(super) model: usize,
    /// Age in days, or week of the horizon.
    pub(super) when: u32,
    /// How many.
    pub(super) cars: u32,
}

/// How over- or under-stocked a model is: by its rank in the mix, 0 the best seller.
fn model_bias(seed: u64, rank: usize) -> f64 {
    let base = match rank {
        0..=7 => 0.5,
        8..=23 => 0.9,
        24..=39 => 1.3,
        _ => 2.6,
    };
    base * Stream::new(seed, Purpose::Stock, [usize::MAX, rank, 0]).lognormal(0.2)
}

fn ranks() -> Vec<usize> {
    let mut order: Vec<usize> = (0..MODELS.len()).collect();
    order.sort_by(|&a, &b| MODELS[b].weight.total_cmp(&MODELS[a].weight).then(a.cmp(&b)));
    let mut rank = vec![0; order.len()];
    for (r, &m) in order.iter().enumerate() {
        rank[m] = r;
    }
    rank
}

/// A whole number with this mean: the floor, or one more.
fn whole(mean: f64, chance: &mut Stream) -> u32 {
    (mean + chance.uniform()) as u32
}

/// Unsold cars, ascending by dealer, model, age. `room[d]` is the dealer's storage.
pub(super) fn stock(seed: u64, tide: &Tide, dealers: &[DealerDemand], room: &[u32]) -> Vec<Lot> {
    let rank = ranks();
    let monthly = |d: usize, m: usize| dealers[d].yearly[m] * tide.life_today(m) / 12.0;
    // Wanted cars per cell before scaling: monthly sales × biases of model, dealer and cell.
    let wanted: Vec<Vec<f64>> = (0..dealers.len())
        .map(|d| {
            let dealer = Stream::new(seed, Purpose::Stock, [d, usize::MAX, 0]).lognormal(0.3);
            (0..MODELS.len())
                .map(|m| {
                    let mut chance = Stream::new(seed, Purpose::Stock, [d, m, 0]);
                    let out = rank[m] < 16 && chance.uniform() < 0.18;
                    let cell = chance.lognormal(0.7);
                    if out { 0.0 } else { monthly(d, m) * model_bias(seed, rank[m]) * dealer * cell }
                })
                .collect()
        })
        .collect();
    let sold: f64 = (0..dealers.len()).map(|d| (0..MODELS.len()).map(|m| monthly(d, m)).sum::<f64>()).sum();
    let scale = COEFFICIENT * sold / wanted.iter().flatten().sum::<f64>();
    let mut lots = Vec::new();
    for (d, wanted) in wanted.iter().enumerate() {
        let total: f64 = wanted.iter().map(|w| w * scale).sum();
        let fit = (0.9 * f64::from(room[d]) / total).min(1.0);
        let mut free = room[d];
        for (m, cars) in wanted.iter().enumerate() {
            let cars = whole(cars * scale * fit, &mut Stream::new(seed, Purpose::Stock, [d, m, 1])).min(free);
            free -= cars;
            lots.extend(aged(seed, d, m, cars, monthly(d, m)));
        }
    }
    lots
}

/// Ages: cars leave in the order they came, so the oldest has waited about as many months as the stock lasts.
fn aged(seed: u64, dealer: usize, model: usize, cars: u32, monthly: f64) -> Vec<Lot> {
    let lasts = 30.4 * f64::from(cars) / monthly.max(0.02);
    let mut ages: Vec<u32> = (0..cars as usize)
        .map(|k| {
            let mut chance = Stream::new(seed, Purpose::Age, [dealer, model, k]);
            let waited = lasts * chance.uniform() * chance.lognormal(0.4);
            (6.0 + waited).min(chance.between(OLDEST.0, OLDEST.1)) as u32
        })
        .collect();
    ages.sort_unstable();
    ages.chunk_by(|a, b| a == b).map(|c| Lot { dealer, model, when: c[0], cars: c.len() as u32 }).collect()
}

/// Days from the plant's gate to a dealer by great-circle distance: 3, 5, 8 or 12 (A).
fn lead_days(km: f64) -> u32 {
    match km {
        k if k < 500.0 => 3,
        k if k < 1000.0 => 5,
        k if k < 2000.0 => 8,
        _ => 12,
    }
}

/// Cars under way: what was sent before today arrives within the lead time and the two frozen weeks.
pub(super) fn in_transit(
    seed: u64,
    tide: &Tide,
    dealers: &[DealerDemand],
    places: &[&Site],
    plants: &[Site],
    builders: &[Vec<usize>],
) -> Vec<Lot> {
    let mut lots = Vec::new();
    for (d, dealer) in dealers.iter().enumerate() {
        for m in 0..MODELS.len() {
            let km = builders[m].iter().map(|&p| kilometres(plants[p].place, places[d].place)).fold(f64::MAX, f64::min);
            let weeks = if lead_days(km) > 7 { 3 } else { 2 };
            let mut chance = Stream::new(seed, Purpose::InTransit, [d, m, 0]);
            let bias = chance.lognormal(0.5);
            for when in 0..weeks {
                let weekly = dealer.yearly[m] / 52.0 * tide.expected(m, WEEKS + when);
                let cars = whole(weekly * bias, &mut chance);
                if cars > 0 {
                    lots.push(Lot { dealer: d, model: m, when: when as u32, cars });
                }
            }
        }
    }
    lots
}

/// Build slots: `slots[(plant, model)][week]`, ascending by plant and model; only models a plant builds.
pub(super) fn supply(
    seed: u64,
    tide: &Tide,
    today: Date,
    dealers: &[DealerDemand],
    builders: &[Vec<usize>],
) -> Vec<((usize, usize), [u32; HORIZON])> {
    let working: Vec<f64> = (0..HORIZON).map(|w| plant_week(plus_days(today, 7 * w as i64))).collect();
    let days: f64 = working.iter().sum();
    let need = |m: usize| -> f64 {
        let yearly: f64 = dealers.iter().map(|d| d.yearly[m]).sum();
        (0..HORIZON).map(|w| yearly / 52.0 * tide.expected(m, WEEKS + w)).sum()
    };
    // One model in eight is short by a fifth to a third; what it lacks goes to the others.
    let tightness = |m: usize| {
        let mut chance = Stream::new(seed, Purpose::Supply, [m, 2, 0]);
        if chance.below(8) == 0 { chance.between(0.68, 0.82) } else { chance.between(0.97, 1.15) }
    };
    let needs: Vec<f64> = (0..MODELS.len()).map(need).collect();
    let loose: f64 = needs.iter().enumerate().map(|(m, n)| n * tightness(m)).sum();
    let scale = SUPPLY * needs.iter().sum::<f64>() / loose;
    let mut slots = Vec::new();
    for (m, plants) in builders.iter().enumerate() {
        for (k, &plant) in plants.iter().enumerate() {
            // The first plant builds three fifths when there are two.
            let share = if plants.len() == 1 { 1.0 } else { [0.6, 0.4][k] };
            let total = needs[m] * tightness(m) * scale * share;
            let mut carried = 0.0;
            let weeks = std::array::from_fn(|w| {
                carried += total * working[w] / days;
                let built = libm::floor(carried);
                carried -= built;
                built as u32
            });
            slots.push(((plant, m), weeks));
        }
    }
    slots.sort_unstable_by_key(|s| s.0);
    slots
}
