//! Each dealer's part of a model.
//!
//! A dealer's count of one model is small and noisy. It is taken as Poisson with a gamma prior around what the dealer's
//! size and its region's taste say: `p = n_dealer · n_region,model / n_region`. The posterior mean is
//! `p (k + c) / (k + p)` with the shape `k` by moments, `Σ (c − p)² − p = Σ p² / k` (empirical Bayes, Robbins 1956).

use super::Inputs;
use crate::ids::{Grid, Id, ModelId, SiteId};

/// Counts of the last `weeks` weeks.
fn counts(inputs: &Inputs, weeks: usize) -> Grid<SiteId, ModelId, f64> {
    let mut counts = Grid::filled(0.0, inputs.sites, inputs.models);
    let from = inputs.history.weeks() - weeks;
    for site in (0..inputs.sites).map(SiteId::at) {
        for model in (0..inputs.models).map(ModelId::at) {
            let recent = &inputs.history.series(site, model)[from..];
            counts[(site, model)] = recent.iter().map(|&s| f64::from(s)).sum();
        }
    }
    counts
}

/// What size and region say about every cell.
fn prior(inputs: &Inputs, counts: &Grid<SiteId, ModelId, f64>) -> Grid<SiteId, ModelId, f64> {
    let regions = inputs.region.values().map(|r| r.index() + 1).max().unwrap_or(0);
    let mut taste = vec![vec![0.0; inputs.models]; regions];
    for (site, model, &c) in counts.cells() {
        taste[inputs.region[site].index()][model.index()] += c;
    }
    let size: Vec<f64> = taste.iter().map(|t| t.iter().sum()).collect();
    let mut prior = Grid::filled(0.0, inputs.sites, inputs.models);
    for site in (0..inputs.sites).map(SiteId::at) {
        let sold: f64 = counts.row(site).iter().sum();
        let region = inputs.region[site].index();
        if sold > 0.0 {
            for (p, t) in prior.row_mut(site).iter_mut().zip(&taste[region]) {
                *p = sold * t / size[region];
            }
        }
    }
    prior
}

/// Part of every dealer in every model from the last `weeks` weeks; the parts of a model add up to one.
pub(super) fn shares(inputs: &Inputs, weeks: usize) -> Grid<SiteId, ModelId, f64> {
    let counts = counts(inputs, weeks);
    let prior = prior(inputs, &counts);
    let (mut excess, mut squares) = (0.0, 0.0);
    for (&c, &p) in counts.as_slice().iter().zip(prior.as_slice()) {
        excess += (c - p) * (c - p) - p;
        squares += p * p;
    }
    // Counts that scatter no more than chance: trust the prior alone.
    let shape = if excess > 1e-9 * squares { squares / excess } else { f64::INFINITY };
    let mut share = prior;
    for site in (0..inputs.sites).map(SiteId::at) {
        for (p, &c) in share.row_mut(site).iter_mut().zip(counts.row(site)) {
            if shape.is_finite() && *p > 0.0 {
                *p *= (shape + c) / (shape + *p);
            }
        }
    }
    for model in (0..inputs.models).map(ModelId::at) {
        let sum: f64 = (0..inputs.sites).map(|s| share[(SiteId::at(s), model)]).sum();
        if sum > 0.0 {
            for site in (0..inputs.sites).map(SiteId::at) {
                share[(site, model)] /= sum;
            }
        }
    }
    share
}

/// Variance of a cell's week beyond Poisson over its squared mean, by moments over all cells of the last weeks.
pub(super) fn dispersion(inputs: &Inputs, share: &Grid<SiteId, ModelId, f64>, weeks: usize) -> f64 {
    let history = inputs.history;
    let from = history.weeks() - weeks;
    let (mut excess, mut squares) = (0.0, 0.0);
    for model in (0..inputs.models).map(ModelId::at) {
        let mut total = vec![0.0; weeks];
        for site in (0..inputs.sites).map(SiteId::at) {
            for (t, &s) in total.iter_mut().zip(&history.series(site, model)[from..]) {
                *t += f64::from(s);
            }
        }
        for site in (0..inputs.sites).map(SiteId::at) {
            let part = share[(site, model)];
            for (t, &s) in total.iter().zip(&history.series(site, model)[from..]) {
                let mean = part * t;
                excess += (f64::from(s) - mean) * (f64::from(s) - mean) - mean * (1.0 - part);
                squares += mean * mean;
            }
        }
    }
    if squares > 0.0 { (excess / squares).max(0.0) } else { 0.0 }
}
