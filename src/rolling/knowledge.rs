//! What a forecaster knows at each review: the product's own forecast and its measured spread, made again every few
//! weeks from all customers so far.

use crate::demand::History;
use crate::demand::forecast::hindsight::{Hindsight, Spread};
use crate::demand::forecast::{Inputs, forecast};
use crate::ids::{Id, IdVec, ModelId, RegionId, SiteId};
use jiff::civil::Date;

/// Weeks between two forecasts.
const EVERY: usize = 4;
/// Forecasts between two measurements of the spread and of the dealers' parts.
const MEASURE: usize = 3;
/// Weeks that a forecast looks ahead beyond the next one.
const AHEAD: usize = 10;

/// The forecast that is used from one week to the next forecast.
#[derive(Clone, Debug)]
pub struct Period {
    /// First week it forecasts.
    pub first: usize,
    /// Expected network demand by model and week ahead.
    pub national: Vec<Vec<f64>>,
    /// Part of each cell in its model.
    pub share: Vec<f64>,
    /// Spread of a cell's demand over 1, 2, … weeks.
    pub cell: Vec<Spread>,
    /// The same for a model in a region.
    pub region: Vec<Spread>,
}

impl Period {
    /// Expected demand of a cell over the weeks `from..to`.
    pub fn mean(&self, cell: usize, dealers: usize, from: usize, to: usize) -> f64 {
        let path = &self.national[cell / dealers];
        self.share[cell] * (from..to).map(|w| path[(w - self.first).min(path.len() - 1)]).sum::<f64>()
    }
    /// Dispersion over so many weeks at a mean.
    pub fn dispersion(spread: &[Spread], weeks: usize, mean: f64) -> f64 {
        spread.get(weeks.max(1) - 1).or(spread.last()).map_or(0.0, |s| s.dispersion(mean))
    }
}

/// Forecasts for all weeks of a run.
#[derive(Clone, Debug)]
pub struct Knowledge {
    periods: Vec<Period>,
}

impl Knowledge {
    /// Forecasts through a run. `past` and `demand` are week × cell (model × dealer) rows of customers; `first` is the
    /// Monday of the first past week. `None` where the past is too short for a forecast with a spread.
    pub fn new(
        past: &[u16],
        demand: &[u16],
        first: Date,
        festivals: &[Date],
        region: &[usize],
        models: usize,
    ) -> Option<Self> {
        let dealers = region.len();
        let cells = dealers * models;
        let (learnt, weeks) = (past.len() / cells, demand.len() / cells);
        let regions: IdVec<SiteId, RegionId> = region.iter().map(|&r| RegionId::at(r)).collect();
        let rows: Vec<&[u16]> = past.chunks(cells).chain(demand.chunks(cells)).collect();
        let mut periods: Vec<Period> = Vec::new();
        for from in (0..weeks).step_by(EVERY) {
            let known = learnt + from;
            let mut history = History::new(first, known, dealers, models);
            for m in 0..models {
                for d in 0..dealers {
                    let series = history.series_mut(SiteId::at(d), ModelId::at(m));
                    series.iter_mut().zip(&rows).for_each(|(s, row)| *s = row[m * dealers + d]);
                }
            }
            let inputs = Inputs { history: &history, sites: dealers, models, region: &regions, festivals };
            let made = forecast(&inputs, EVERY + AHEAD, EVERY + AHEAD);
            let national = made.national.values().map(|p| p.mean.clone()).collect();
            let (cell, region, share) = match periods.last() {
                Some(last) if !periods.len().is_multiple_of(MEASURE) => {
                    (last.cell.clone(), last.region.clone(), last.share.clone())
                }
                _ => {
                    let seen = Hindsight::new(&inputs)?;
                    let share = (0..cells).map(|c| seen.share[(SiteId::at(c % dealers), ModelId::at(c / dealers))]);
                    (seen.spread.clone(), seen.region_spread(&inputs), share.collect())
                }
            };
            periods.push(Period { first: from, national, share, cell, region });
        }
        Some(Self { periods })
    }

    /// The forecast to be used at the review at the end of a week.
    pub fn at(&self, week: usize) -> &Period {
        // The review at the end of week w plans from w + 1; a forecast made before week f knows the weeks before it.
        &self.periods[((week + 1) / EVERY).min(self.periods.len() - 1)]
    }
}
