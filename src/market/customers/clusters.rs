//! Customers who are alike, and into how many groups they fall.

use super::Customer;
use super::value::Outlook;
use crate::stats::stream::{Key, Purpose};
use linfa::DatasetBase;
use linfa::traits::Fit;
use linfa_clustering::KMeans;
use ndarray::Array2;
use rand_xoshiro::Xoshiro256Plus;
use rand_xoshiro::rand_core::SeedableRng;
use rayon::prelude::*;
use std::collections::BTreeMap;
use thiserror::Error;

/// Fewest customers that are grouped.
pub const FEWEST: usize = 50;
/// Most groups that are tried.
pub const MOST: usize = 8;
/// A number of groups counts as stable from this mean agreement on.
pub const STABLE: f64 = 0.8;
/// A silhouette below this speaks of no structure (Kaufman and Rousseeuw 1990, table 4).
pub const SUBSTANCE: f64 = 0.26;
/// Points on which the number of groups is argued, at most.
const SAMPLE: usize = 1_000;
/// Pairs of subsamples whose groupings are compared.
const PAIRS: u32 = 10;
/// Share of the points that a subsample holds.
const PART: f64 = 0.8;
/// Starts of a grouping.
const STARTS: u64 = 10;
/// Passes that settle a grouping, at most.
const PASSES: usize = 1_000;

/// Why there is no grouping.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum ClusterError {
    /// Too few customers.
    #[error("{0} customers: groups are formed from {FEWEST} on")]
    Few(usize),
    /// Too few that differ.
    #[error("only {0} different customers: they cannot fall into {1} groups")]
    Alike(usize, usize),
    /// A number that is none.
    #[error("customer {0} has a value that is not finite")]
    Value(usize),
    /// The library gave up.
    #[error("no grouping into {0}: {1}")]
    Library(usize, String),
}

/// How well a number of groups does.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Trial {
    /// Groups.
    pub groups: usize,
    /// Squared distance to the centres, summed over the sample.
    pub inertia: f64,
    /// Mean silhouette of the sample, −1 to 1.
    pub silhouette: f64,
    /// Mean adjusted Rand index of pairs of subsamples, 1 where they always agree.
    pub stability: f64,
}

/// Customers in groups.
#[derive(Clone, Debug, PartialEq)]
pub struct Clusters {
    /// The group of every row.
    pub group: Vec<usize>,
    /// Centres, in the columns' own units.
    pub centres: Vec<Vec<f64>>,
    /// Squared distance of all rows to their centres, in standard deviations.
    pub inertia: f64,
}

/// Groups `rows` (one a customer, all of one length) into `groups`, or into as many as silhouette and stability argue for:
/// of the numbers of groups whose groupings are stable the one with the largest silhouette. `None` where none is stable and
/// of substance; what was tried stands beside it, and nothing where the number was given.
///
/// The answer does not depend on the order of the rows, but for their positions.
///
/// # Errors
/// [`ClusterError`].
pub fn clusters(
    rows: &[Vec<f64>],
    groups: Option<usize>,
    seed: u64,
) -> Result<(Option<Clusters>, Vec<Trial>), ClusterError> {
    if rows.len() < FEWEST {
        return Err(ClusterError::Few(rows.len()));
    }
    if let Some(k) = rows.iter().position(|r| r.iter().any(|v| !v.is_finite())) {
        return Err(ClusterError::Value(k + 1));
    }
    let scale = Scale::new(rows);
    let order = sorted(rows);
    let points: Vec<Vec<f64>> = order.iter().map(|&k| scale.apart(&rows[k])).collect();
    let different = 1 + points.windows(2).filter(|w| w[0] != w[1]).count();
    if different < groups.unwrap_or(2) {
        return Err(ClusterError::Alike(different, groups.unwrap_or(2)));
    }
    let trials = if groups.is_some() { Vec::new() } else { argue(&points, different, seed)? };
    let stable = trials.iter().filter(|t| t.stability >= STABLE && t.silhouette >= SUBSTANCE);
    let best = stable
        .fold(None, |b: Option<&Trial>, t| if b.is_none_or(|b| t.silhouette > b.silhouette) { Some(t) } else { b });
    let Some(count) = groups.or(best.map(|t| t.groups)) else { return Ok((None, trials)) };
    let found = Grouping::new(&points, count, STARTS)?;
    let mut group = vec![0; rows.len()];
    order.iter().zip(&found.group).for_each(|(&k, &g)| group[k] = g);
    let centres = found.centres.iter().map(|c| scale.back(c)).collect();
    Ok((Some(Clusters { group, centres, inertia: found.inertia }), trials))
}

/// Positions of the rows in the order of their values.
fn sorted(rows: &[Vec<f64>]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..rows.len()).collect();
    let by = |a: &[f64], b: &[f64]| {
        a.iter().zip(b).map(|(x, y)| x.total_cmp(y)).find(|o| o.is_ne()).unwrap_or(std::cmp::Ordering::Equal)
    };
    order.sort_by(|&a, &b| by(&rows[a], &rows[b]).then(a.cmp(&b)));
    order
}

/// Mean and standard deviation of every column.
struct Scale(Vec<(f64, f64)>);

impl Scale {
    fn new(rows: &[Vec<f64>]) -> Self {
        let n = rows.len() as f64;
        let column = |j: usize| {
            // Sorted, so that the sums do not depend on the order of the rows.
            let mut values: Vec<f64> = rows.iter().map(|r| r[j]).collect();
            values.sort_by(f64::total_cmp);
            let mean = values.iter().sum::<f64>() / n;
            let spread = (values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / n).sqrt();
            // A column that is all the same says nothing.
            (mean, if spread > 1e-9 * mean.abs().max(1e-9) { spread } else { f64::INFINITY })
        };
        Self((0..rows[0].len()).map(column).collect())
    }

    fn apart(&self, row: &[f64]) -> Vec<f64> {
        row.iter().zip(&self.0).map(|(v, (mean, spread))| (v - mean) / spread).collect()
    }

    fn back(&self, centre: &[f64]) -> Vec<f64> {
        let own = |(v, (mean, spread)): (&f64, &(f64, f64))| if spread.is_finite() { mean + v * spread } else { *mean };
        centre.iter().zip(&self.0).map(own).collect()
    }
}

/// Points in groups, the first with the smallest first coordinate of its centre.
pub(super) struct Grouping {
    pub group: Vec<usize>,
    centres: Vec<Vec<f64>>,
    pub inertia: f64,
}

fn distance(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(x, y)| (x - y).powi(2)).sum()
}

fn nearest(centres: &[Vec<f64>], point: &[f64]) -> usize {
    let apart = |k: usize| distance(&centres[k], point);
    (1..centres.len()).fold(0, |best, k| if apart(k) < apart(best) { k } else { best })
}

impl Grouping {
    /// The best of several starts of the library's k-means (k-means++, Arthur and Vassilvitskii 2007).
    pub fn new(points: &[Vec<f64>], count: usize, starts: u64) -> Result<Self, ClusterError> {
        let flat: Vec<f64> = points.iter().flatten().copied().collect();
        let library = |e: &dyn std::fmt::Display| ClusterError::Library(count, e.to_string());
        let records = Array2::from_shape_vec((points.len(), points[0].len()), flat).map_err(|e| library(&e))?;
        let records = DatasetBase::from(records);
        let mut best: Option<Self> = None;
        for start in 0..starts {
            let fit = KMeans::params_with_rng(count, Xoshiro256Plus::seed_from_u64(start))
                .n_runs(1)
                .tolerance(1e-3)
                .fit(&records)
                .map_err(|e| library(&e))?;
            let found = Self::settled(points, fit.centroids().outer_iter().map(|c| c.to_vec()).collect());
            if best.as_ref().is_none_or(|b| found.inertia < b.inertia) {
                best = Some(found);
            }
        }
        best.ok_or_else(|| library(&"no start was made"))
    }

    /// The library stops when centres move little and counts each old centre as a point: here points go to their nearest centre
    /// until none changes (Lloyd 1982).
    fn settled(points: &[Vec<f64>], mut centres: Vec<Vec<f64>>) -> Self {
        let mut group: Vec<usize> = points.iter().map(|p| nearest(&centres, p)).collect();
        for _ in 0..PASSES {
            centres = means(points, &group, &centres);
            let next: Vec<usize> = points.iter().map(|p| nearest(&centres, p)).collect();
            if next == group {
                break;
            }
            group = next;
        }
        let mut order: Vec<usize> = (0..centres.len()).collect();
        order.sort_by(|&a, &b| centres[a][0].total_cmp(&centres[b][0]).then(a.cmp(&b)));
        let mut place = vec![0; order.len()];
        order.iter().enumerate().for_each(|(new, &old)| place[old] = new);
        let centres: Vec<Vec<f64>> = order.iter().map(|&k| centres[k].clone()).collect();
        group.iter_mut().for_each(|g| *g = place[*g]);
        let inertia = points.iter().zip(&group).map(|(p, &g)| distance(p, &centres[g])).sum();
        Self { group, centres, inertia }
    }
}

/// Mean of every group; a group that nobody is in keeps its centre.
fn means(points: &[Vec<f64>], group: &[usize], old: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let mut sums = vec![(0_u32, vec![0.0; points[0].len()]); old.len()];
    for (p, &g) in points.iter().zip(group) {
        sums[g].0 += 1;
        sums[g].1.iter_mut().zip(p).for_each(|(s, v)| *s += v);
    }
    let mean = |(sum, old): ((u32, Vec<f64>), &Vec<f64>)| match sum.0 {
        0 => old.clone(),
        n => sum.1.iter().map(|s| s / f64::from(n)).collect(),
    };
    sums.into_iter().zip(old).map(mean).collect()
}

/// Silhouette and stability of every number of groups, on a sample.
fn argue(points: &[Vec<f64>], different: usize, seed: u64) -> Result<Vec<Trial>, ClusterError> {
    let sample = drawn(points, SAMPLE.min(points.len()), seed, 0, 0);
    let most = MOST.min(different).min(sample.len() / 5);
    let trial = |groups: usize| {
        let whole = Grouping::new(&pick(&sample, points), groups, STARTS)?;
        let agreement = |pair: u32| {
            let part = (PART * sample.len() as f64).round() as usize;
            let [a, b] = [1, 2].map(|side| drawn(&sample, part, seed, pair + 1, side));
            let of = |chosen: &[usize]| {
                let own: Vec<Vec<f64>> = chosen.iter().map(|&k| points[sample[k]].clone()).collect();
                Ok(chosen
                    .iter()
                    .copied()
                    .zip(Grouping::new(&own, groups, STARTS / 2)?.group)
                    .collect::<BTreeMap<_, _>>())
            };
            let (left, right): (BTreeMap<_, _>, BTreeMap<_, _>) = (of(&a)?, of(&b)?);
            let both: Vec<(usize, usize)> = left.iter().filter_map(|(k, l)| Some((*l, *right.get(k)?))).collect();
            Ok(adjusted_rand(&both))
        };
        let agreed = (0..PAIRS).map(agreement).collect::<Result<Vec<f64>, ClusterError>>()?;
        Ok(Trial {
            groups,
            inertia: whole.inertia,
            silhouette: silhouette(&pick(&sample, points), &whole.group),
            stability: agreed.iter().sum::<f64>() / f64::from(PAIRS),
        })
    };
    (2..=most.max(2)).into_par_iter().map(trial).collect()
}

fn pick(chosen: &[usize], points: &[Vec<f64>]) -> Vec<Vec<f64>> {
    chosen.iter().map(|&k| points[k].clone()).collect()
}

/// `count` positions of `of`, drawn without putting back, ascending.
fn drawn<T>(of: &[T], count: usize, seed: u64, pair: u32, side: u64) -> Vec<usize> {
    let mut keyed: Vec<(u64, usize)> = (0..of.len())
        .map(|k| {
            let key =
                Key { seed, purpose: Purpose::Selection, replication: pair, entity: 2 * k as u64 + side % 2, day: 12 };
            (key.hash(), k)
        })
        .collect();
    keyed.sort_unstable();
    let mut chosen: Vec<usize> = keyed.into_iter().take(count).map(|k| k.1).collect();
    chosen.sort_unstable();
    chosen
}

/// Mean silhouette (Rousseeuw 1987): how much nearer a point is to its own group than to the next, in shares of the larger;
/// a point alone in its group counts 0. (The library's counts it 1.)
pub fn silhouette(points: &[Vec<f64>], group: &[usize]) -> f64 {
    let groups = 1 + group.iter().copied().max().unwrap_or(0);
    let of = |(p, &own): (&Vec<f64>, &usize)| {
        let mut sums = vec![(0.0, 0_u32); groups];
        for (q, &g) in points.iter().zip(group) {
            sums[g].0 += distance(p, q).sqrt();
            sums[g].1 += 1;
        }
        if sums[own].1 < 2 {
            return 0.0;
        }
        let within = sums[own].0 / f64::from(sums[own].1 - 1);
        let others = sums.iter().enumerate().filter(|(g, s)| *g != own && s.1 > 0);
        let next = others.map(|(_, s)| s.0 / f64::from(s.1)).fold(f64::INFINITY, f64::min);
        let larger = within.max(next);
        if next.is_finite() && larger > 0.0 { (next - within) / larger } else { 0.0 }
    };
    let all: Vec<f64> = points.par_iter().zip(group).map(of).collect();
    all.iter().sum::<f64>() / all.len().max(1) as f64
}

/// Adjusted Rand index of two groupings (Hubert and Arabie 1985): 1 where they agree, 0 on average by chance.
pub fn adjusted_rand(both: &[(usize, usize)]) -> f64 {
    let pairs = |n: u64| (n * n.saturating_sub(1) / 2) as f64;
    let mut cells: [BTreeMap<(usize, usize), u64>; 3] = Default::default();
    for &(a, b) in both {
        for (cell, key) in cells.iter_mut().zip([(a, b), (a, 0), (b, 0)]) {
            *cell.entry(key).or_default() += 1;
        }
    }
    let [together, left, right] = cells.map(|c| c.values().map(|n| pairs(*n)).sum::<f64>());
    let chance = left * right / pairs(both.len() as u64).max(1.0);
    let most = f64::midpoint(left, right);
    if most > chance { (together - chance) / (most - chance) } else { 1.0 }
}

/// How many repeat purchases, how long ago the last, for how much: what customers are grouped by, in logarithms. Amounts are
/// the expected ones, left out where none are known.
pub fn features(customers: &[Customer], found: &[Outlook], amounts: bool) -> Vec<Vec<f64>> {
    let row = |(c, o): (&Customer, &Outlook)| {
        let mut row = vec![f64::from(c.repeats).ln_1p(), (c.age - c.recency).ln_1p()];
        row.extend(amounts.then(|| o.amount.ln_1p()));
        row
    };
    customers.iter().zip(found).map(row).collect()
}

/// A group in the reader's words.
#[derive(Clone, Debug, PartialEq)]
pub struct Profile {
    /// Customers in it.
    pub customers: usize,
    /// Median of repeat purchases.
    pub repeats: f64,
    /// Median time since the last purchase.
    pub since: f64,
    /// Mean amount of a purchase.
    pub amount: f64,
    /// Mean probability of being active.
    pub active: f64,
    /// Value of them all.
    pub value: f64,
}

/// By how much a group is more, or less, than all customers to be called so.
const APART: f64 = 1.25;

/// What sets a group apart from all customers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// They buy more often.
    Often,
    /// They buy more seldom.
    Seldom,
    /// Their last purchase lies further back.
    LongAgo,
    /// Their last purchase is more recent.
    Lately,
    /// They spend more on a purchase.
    Much,
    /// They spend less.
    Little,
}

impl Mark {
    /// Its word in a table.
    pub fn code(self) -> &'static str {
        match self {
            Self::Often => "often",
            Self::Seldom => "seldom",
            Self::LongAgo => "long_ago",
            Self::Lately => "lately",
            Self::Much => "much",
            Self::Little => "little",
        }
    }
}

impl Profile {
    /// What sets the group apart from all customers; nothing where nothing does.
    pub fn marks(&self, all: &Self) -> Vec<Mark> {
        let told = |own: f64, all: f64, more: Mark, less: Mark| {
            if own > APART * all { Some(more) } else { (own < all / APART).then_some(less) }
        };
        // Purchases with the first one, so that nothing is compared with 0.
        let often = told(1.0 + self.repeats, 1.0 + all.repeats, Mark::Often, Mark::Seldom);
        let lately = told(self.since, all.since, Mark::LongAgo, Mark::Lately);
        let much = told(self.amount, all.amount, Mark::Much, Mark::Little);
        [often, lately, much].into_iter().flatten().collect()
    }
}

/// What all customers are like, as if they were one group.
pub fn everybody(customers: &[Customer], found: &[Outlook]) -> Profile {
    profile(&(0..customers.len()).collect::<Vec<_>>(), customers, found)
}

fn profile(list: &[usize], customers: &[Customer], found: &[Outlook]) -> Profile {
    let mean = |of: &dyn Fn(usize) -> f64| sum(list, of) / list.len() as f64;
    Profile {
        customers: list.len(),
        repeats: median(list, &|k| f64::from(customers[k].repeats)),
        since: median(list, &|k| customers[k].age - customers[k].recency),
        amount: mean(&|k| found[k].amount),
        active: mean(&|k| found[k].active),
        value: sum(list, &|k| found[k].value),
    }
}

/// The groups by falling value of a customer, and the group of every customer in that order.
pub fn profiles(group: &[usize], customers: &[Customer], found: &[Outlook]) -> (Vec<Profile>, Vec<usize>) {
    let count = 1 + group.iter().copied().max().unwrap_or(0);
    let mut members: Vec<Vec<usize>> = vec![Vec::new(); count];
    group.iter().enumerate().for_each(|(k, &g)| members[g].push(k));
    let mut all: Vec<(usize, Profile)> = members
        .iter()
        .enumerate()
        .filter(|(_, list)| !list.is_empty())
        .map(|(g, list)| (g, profile(list, customers, found)))
        .collect();
    let each = |p: &Profile| p.value / p.customers as f64;
    all.sort_by(|a, b| each(&b.1).total_cmp(&each(&a.1)).then(a.0.cmp(&b.0)));
    let mut place = vec![0; count];
    all.iter().enumerate().for_each(|(new, old)| place[old.0] = new);
    (all.into_iter().map(|p| p.1).collect(), group.iter().map(|&g| place[g]).collect())
}

/// Values added up by size, so that the order of the customers does not show.
fn sum(list: &[usize], of: &dyn Fn(usize) -> f64) -> f64 {
    let mut values: Vec<f64> = list.iter().map(|&k| of(k)).collect();
    values.sort_by(f64::total_cmp);
    values.iter().sum()
}

fn median(list: &[usize], of: &dyn Fn(usize) -> f64) -> f64 {
    let mut values: Vec<f64> = list.iter().map(|&k| of(k)).collect();
    values.sort_by(f64::total_cmp);
    f64::midpoint(values[(values.len() - 1) / 2], values[values.len() / 2])
}
