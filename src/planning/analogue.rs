//! Demand where nothing was sold yet: by analogy, and said.
//!
//! A model that was never sold is asked for like the average model of its segment, dealer by dealer. A dealer of a region
//! that sold none of a model, where fewer than [`TELLING`] were to be expected, is asked for its part of everything sold
//! times the model's national rate: so few missing sales say nothing. More missing sales do: there the model is not
//! asked for. A dealer that sold nothing at all is taken as a new store, by the market model.

use crate::catalogue::Model;
use crate::demand::History;
use crate::demand::forecast::{Forecast, Path, SHARE_WEEKS};
use crate::ids::{IdVec, ModelId, RegionId, SiteId};
use crate::scenario::Scenario;

/// Sales to be expected from which none is a sign: three have a chance of 95 % to show at least one.
const TELLING: f64 = 3.0;
/// Weeks whose mean weighs the models of a segment.
const YEAR: usize = 52;

/// What stands for a history that is not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Basis {
    /// The other models of the segment (of the range, where the segment has none).
    Segment,
    /// The dealer's part of all sales and the model's national rate.
    DealersPart,
    /// The market model, as for a new store.
    Market,
    /// Nothing: so many sales would have been expected that none says that the model is not asked for.
    NotAskedFor,
}

/// Demand that no history of its own stands behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Analogue {
    /// The dealer; `None`: all of them.
    pub site: Option<SiteId>,
    /// The model; `None`: all of them.
    pub model: Option<ModelId>,
    /// What stands for it.
    pub basis: Basis,
}

/// Fills the gaps of a forecast, and says which.
pub(super) fn complete(
    scenario: &Scenario,
    region: &IdVec<SiteId, RegionId>,
    forecast: &mut Forecast,
) -> Vec<Analogue> {
    let models: Vec<(ModelId, &Model)> = scenario.catalogue.models.iter().collect();
    let dealers: Vec<SiteId> =
        scenario.network.sites_of(crate::network::SiteKind::Dealer).map(|(site, _)| site).collect();
    let history = &scenario.history;
    let sold = |m: ModelId| dealers.iter().any(|&d| history.series(d, m).iter().any(|&s| s > 0));
    let known: Vec<ModelId> = models.iter().map(|m| m.0).filter(|&m| sold(m)).collect();
    let mut found = Vec::new();
    if known.is_empty() {
        return found;
    }
    for &(model, m) in models.iter().filter(|m| !known.contains(&m.0)) {
        let of_segment = |k: &&ModelId| scenario.catalogue.models[**k].segment == m.segment;
        let mut peers: Vec<ModelId> = known.iter().filter(of_segment).copied().collect();
        if peers.is_empty() {
            peers.clone_from(&known);
        }
        like_the_average(forecast, &dealers, model, &peers);
        found.push(Analogue { site: None, model: Some(model), basis: Basis::Segment });
    }
    let year = |f: &Forecast, m: ModelId| f.national[m].mean.iter().take(YEAR).sum::<f64>();
    let all: f64 = known.iter().map(|&m| year(forecast, m)).sum();
    let part: Vec<f64> = dealers
        .iter()
        .map(|&d| known.iter().map(|&m| forecast.share[(d, m)] * year(forecast, m)).sum::<f64>() / all.max(1e-9))
        .collect();
    for (&site, _) in dealers.iter().zip(&part).filter(|d| *d.1 <= 0.0) {
        found.push(Analogue { site: Some(site), model: None, basis: Basis::Market });
    }
    for &model in &known {
        let lately = recent(history, &dealers, model);
        let mut added = Vec::new();
        for (&site, &mine) in dealers.iter().zip(&part).filter(|d| *d.1 > 0.0) {
            if forecast.share[(site, model)] > 0.0 || lately <= 0.0 {
                continue;
            }
            let here = |d: &(&SiteId, &f64)| region[*d.0] == region[site];
            let of_region: f64 = dealers.iter().zip(&part).filter(here).map(|d| d.1).sum();
            let basis = if lately * of_region < TELLING { Basis::DealersPart } else { Basis::NotAskedFor };
            if basis == Basis::DealersPart {
                added.push((site, mine));
            }
            found.push(Analogue { site: Some(site), model: Some(model), basis });
        }
        // The parts of a model still add up to one.
        let sum: f64 = 1.0 + added.iter().map(|a| a.1).sum::<f64>();
        if !added.is_empty() {
            for &site in &dealers {
                forecast.share[(site, model)] /= sum;
            }
            added.into_iter().for_each(|(site, mine)| forecast.share[(site, model)] = mine / sum);
        }
    }
    found
}

/// Cars of a model sold in the weeks that give the shares.
fn recent(history: &History, dealers: &[SiteId], model: ModelId) -> f64 {
    let from = history.weeks().saturating_sub(SHARE_WEEKS);
    dealers.iter().flat_map(|&d| &history.series(d, model)[from..]).map(|&s| f64::from(s)).sum()
}

/// A model's national path is the mean of its peers', its parts are those of its peers together.
fn like_the_average(forecast: &mut Forecast, dealers: &[SiteId], model: ModelId, peers: &[ModelId]) {
    let count = peers.len() as f64;
    let mean = |of: &dyn Fn(&Path) -> &Vec<f64>| -> Vec<f64> {
        (0..forecast.weeks())
            .map(|w| peers.iter().map(|&p| of(&forecast.national[p])[w]).sum::<f64>() / count)
            .collect()
    };
    let path = Path { mean: mean(&|p| &p.mean), low: mean(&|p| &p.low), high: mean(&|p| &p.high) };
    let weight: Vec<f64> = peers.iter().map(|&p| forecast.national[p].mean.iter().take(YEAR).sum()).collect();
    let all: f64 = weight.iter().sum();
    for &site in dealers {
        let part: f64 = peers.iter().zip(&weight).map(|(&p, w)| forecast.share[(site, p)] * w).sum();
        forecast.share[(site, model)] = if all > 0.0 { part / all } else { 0.0 };
    }
    forecast.national[model] = path;
    forecast.method[model] = "analogue";
}
