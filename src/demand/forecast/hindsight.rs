//! How far demand strays from a forecast, measured on the past: forecasts are made as they would have been at earlier
//! Mondays, and the weeks that followed are held against them.
//!
//! Over a span of `n` weeks a cell's count has variance `µ + a µ + b µ²` around its forecast `µ`: `a` from parts that
//! were estimated on small counts, `b` from what moves a whole cell or model (fashion, the level, the season). Both are
//! fitted by least squares on `(count − µ)² − µ` over all cells and spans held back; neither goes below zero.
//!
//! Each dealer's part of a model is taken from as many past weeks as would have told the weeks held back best (a short
//! past follows a change, a long one counts more cars).

use super::shares::shares;
use super::{Forecast, Inputs, SMOOTH_WEEKS, forecast};
use crate::demand::History;
use crate::ids::{Grid, Id, ModelId, SiteId};

/// Weeks that follow each earlier Monday.
pub const HELD_BACK: usize = 8;
/// Earlier Mondays, `HELD_BACK` weeks apart, as far as the history goes.
const ORIGINS: usize = 3;
/// Least expected count of a span that says something about spread.
const FAINT: f64 = 0.05;
/// Longest span whose spread is measured, weeks; longer ones are taken to spread like it.
const SPANS: usize = HELD_BACK;

/// Variance beyond Poisson: `linear · µ + square · µ²`.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Spread {
    /// Share of the mean.
    pub linear: f64,
    /// Share of the squared mean.
    pub square: f64,
}

impl Spread {
    /// Dispersion of the negative binomial of this mean that has the same variance.
    pub fn dispersion(self, mean: f64) -> f64 {
        if mean > 0.0 { self.linear / mean + self.square } else { 0.0 }
    }
}

/// A forecast as it would have been made at an earlier Monday.
#[derive(Clone, Debug)]
pub struct Origin {
    /// Weeks of history it knew; what followed starts at this position.
    pub kept: usize,
    /// The forecast of the weeks that followed.
    pub made: Forecast,
}

/// Past weeks that a dealer's part may be taken from.
const WINDOWS: [usize; 4] = [26, 52, 104, 156];

/// Earlier forecasts, the latest first.
#[derive(Clone, Debug)]
pub struct Hindsight {
    /// The forecasts.
    pub origins: Vec<Origin>,
    /// Spread of a cell's sum over 1, 2, … weeks.
    pub spread: Vec<Spread>,
    /// Part of each dealer in each model, from the weeks that tell it best.
    pub share: Grid<SiteId, ModelId, f64>,
    /// How many weeks those are.
    pub window: usize,
}

/// Weeks of history without which nothing can be said.
pub const NEEDED_WEEKS: usize = SMOOTH_WEEKS + HELD_BACK;

impl Hindsight {
    /// Forecasts again from earlier Mondays; `None` when the history is shorter than [`NEEDED_WEEKS`].
    pub fn new(inputs: &Inputs) -> Option<Self> {
        let weeks = inputs.history.weeks();
        let kept = (1..=ORIGINS).map(|k| weeks.checked_sub(k * HELD_BACK));
        let kept: Vec<usize> = kept.flatten().filter(|&k| k >= SMOOTH_WEEKS).collect();
        if kept.is_empty() {
            return None;
        }
        let pasts: Vec<History> = kept.iter().map(|&k| shorter(inputs, k)).collect();
        let window = best_window(inputs, &pasts);
        let parts = |history: &History| {
            let known = Inputs { history, ..*inputs };
            shares(&known, window.min(history.weeks()))
        };
        let origin = |past: &History| {
            let mut made = forecast(&Inputs { history: past, ..*inputs }, HELD_BACK, HELD_BACK);
            made.share = parts(past);
            Origin { kept: past.weeks(), made }
        };
        let origins: Vec<Origin> = pasts.iter().map(origin).collect();
        let spread = spreads(inputs, &origins, inputs.sites, &|s: SiteId| s.index());
        Some(Self { origins, spread, share: parts(inputs.history), window })
    }

    /// Spread of a model's sum over all sites of a region.
    pub fn region_spread(&self, inputs: &Inputs) -> Vec<Spread> {
        let regions = inputs.region.values().map(|r| r.index() + 1).max().unwrap_or(0);
        spreads(inputs, &self.origins, regions, &|s: SiteId| inputs.region[s].index())
    }
}

/// The first `kept` weeks of the past.
fn shorter(inputs: &Inputs, kept: usize) -> History {
    let history = inputs.history;
    let mut past = History::new(history.first(), kept, inputs.sites, inputs.models);
    for site in (0..inputs.sites).map(SiteId::at) {
        for model in (0..inputs.models).map(ModelId::at) {
            past.series_mut(site, model).copy_from_slice(&history.series(site, model)[..kept]);
        }
    }
    past
}

/// The window whose parts give the counts held back the highest likelihood, each model's total being given (a
/// multinomial); the shortest of equals.
fn best_window(inputs: &Inputs, pasts: &[History]) -> usize {
    let likelihood = |window: usize| -> f64 {
        let of = |past: &History| -> f64 {
            let parts = shares(&Inputs { history: past, ..*inputs }, window.min(past.weeks()));
            let seen = |site: SiteId, model: ModelId| -> f64 {
                let series = &inputs.history.series(site, model)[past.weeks()..past.weeks() + HELD_BACK];
                series.iter().map(|&s| f64::from(s)).sum()
            };
            let cells = parts.cells();
            // A part of nothing that sells all the same counts as a very small one.
            cells.map(|(s, m, &part)| seen(s, m) * libm::log(part.max(1e-9))).sum()
        };
        pasts.iter().map(of).sum()
    };
    let longest = pasts.iter().map(History::weeks).max().unwrap_or(0);
    let fitting = WINDOWS.iter().copied().enumerate().filter(|&(k, _)| k == 0 || WINDOWS[k - 1] < longest);
    let scored = fitting.map(|(_, window)| (likelihood(window), window));
    scored.reduce(|best, next| if next.0 > best.0 { next } else { best }).map_or(WINDOWS[0], |best| best.1)
}

/// The spread over 1, 2, … weeks of sums over groups of sites.
fn spreads(inputs: &Inputs, origins: &[Origin], groups: usize, group: &dyn Fn(SiteId) -> usize) -> Vec<Spread> {
    // Expected and counted cars of each group, model and week, origin by origin.
    let mut pairs: Vec<[(f64, f64); HELD_BACK]> = vec![[(0.0, 0.0); HELD_BACK]; groups * inputs.models * origins.len()];
    for (o, origin) in origins.iter().enumerate() {
        for site in (0..inputs.sites).map(SiteId::at) {
            for model in (0..inputs.models).map(ModelId::at) {
                let series = &inputs.history.series(site, model)[origin.kept..];
                let row = &mut pairs[(o * groups + group(site)) * inputs.models + model.index()];
                for (w, (mean, came)) in row.iter_mut().enumerate() {
                    *mean += origin.made.rate(site, model, w);
                    *came += f64::from(series[w]);
                }
            }
        }
    }
    (1..=SPANS).map(|n| spread(&pairs, n)).collect()
}

/// Fits the two parts for spans of `n` weeks. Residuals are weighted by `1 / µ²`: a cell's squared error is itself
/// about as uncertain as its variance.
fn spread(pairs: &[[(f64, f64); HELD_BACK]], n: usize) -> Spread {
    // Normal equations of (r² − µ)/µ = a + b µ.
    let (mut count, mut x, mut xx, mut y, mut xy) = (0.0, 0.0, 0.0, 0.0, 0.0);
    for span in pairs.iter().flat_map(|row| row.chunks_exact(n)) {
        let (mean, came) = span.iter().fold((0.0, 0.0), |t, p| (t.0 + p.0, t.1 + p.1));
        if mean < FAINT {
            continue;
        }
        let excess = ((came - mean) * (came - mean) - mean) / mean;
        count += 1.0;
        x += mean;
        xx += mean * mean;
        y += excess;
        xy += mean * excess;
    }
    if count < 2.0 {
        return Spread::default();
    }
    let determinant = count * xx - x * x;
    let (a, b) = if determinant > 1e-9 * count * xx {
        ((y * xx - x * xy) / determinant, (count * xy - x * y) / determinant)
    } else {
        (0.0, y / x.max(1e-12))
    };
    // The best of the two one-sided fits where a part would be negative.
    match (a < 0.0, b < 0.0) {
        (false, false) => Spread { linear: a, square: b },
        (true, _) => Spread { linear: 0.0, square: (xy / xx.max(1e-12)).max(0.0) },
        (false, true) => Spread { linear: (y / count).max(0.0), square: 0.0 },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::{IdVec, RegionId};
    use crate::stats::poisson::{Ladder, gamma_factor};
    use crate::stats::stream::Stream;

    /// Sixty dealers × four models with weekly gamma factors of variance `k`.
    fn measured(k: f64) -> Vec<Spread> {
        let (sites, models, weeks) = (60, 4, 52);
        let monday = jiff::civil::date(2025, 6, 30);
        let mut history = History::new(monday, weeks, sites, models);
        let (ladder, mut stream) = (Ladder::new(), Stream::from_hash(5));
        for s in 0..sites {
            for m in 0..models {
                let mean = 4.0 + s as f64 % 7.0 + 3.0 * m as f64;
                for sold in history.series_mut(SiteId::at(s), ModelId::at(m)) {
                    let factor = if k > 0.0 { gamma_factor(k, &mut stream) } else { 1.0 };
                    *sold = ladder.draw(mean * factor, &mut stream) as u16;
                }
            }
        }
        let region: IdVec<SiteId, RegionId> = (0..sites).map(|s| RegionId::at(s / 20)).collect();
        let inputs = Inputs { history: &history, sites, models, region: &region, festivals: &[] };
        Hindsight::new(&inputs).unwrap().spread
    }

    #[test]
    fn the_spread_of_the_generator_is_found() {
        // A gamma factor each week: variance k over one week, k / n over n weeks (the mean is known up to its error).
        let (calm, wild) = (measured(0.0), measured(0.3));
        let at = |s: &Spread| s.linear / 10.0 + s.square;
        assert!(at(&calm[0]) < 0.03 && at(&calm[3]) < 0.03, "{calm:?}");
        assert!((at(&wild[0]) - 0.3).abs() < 0.06, "{wild:?}");
        assert!((at(&wild[3]) - 0.09).abs() < 0.05, "{wild:?}");
    }

    /// Steady parts are told best by the longest past, parts that have just changed by the shortest.
    #[test]
    fn the_window_follows_the_past() {
        let (sites, weeks) = (12, 104);
        let window = |changes: bool| {
            let mut history = History::new(jiff::civil::date(2024, 7, 1), weeks, sites, 1);
            let (ladder, mut stream) = (Ladder::new(), Stream::from_hash(3));
            for s in 0..sites {
                for (w, sold) in history.series_mut(SiteId::at(s), ModelId::at(0)).iter_mut().enumerate() {
                    let late = changes && w >= weeks - 50;
                    let mean = if late { 1.0 + (sites - s) as f64 } else { 1.0 + s as f64 };
                    *sold = ladder.draw(mean, &mut stream) as u16;
                }
            }
            let region: IdVec<SiteId, RegionId> = (0..sites).map(|_| RegionId::at(0)).collect();
            let inputs = Inputs { history: &history, sites, models: 1, region: &region, festivals: &[] };
            Hindsight::new(&inputs).unwrap().window
        };
        assert_eq!(window(true), 26);
        assert!(window(false) >= 52);
    }

    #[test]
    fn a_short_past_says_nothing() {
        let history = History::new(jiff::civil::date(2025, 6, 30), NEEDED_WEEKS - 1, 1, 1);
        let region: IdVec<SiteId, RegionId> = std::iter::once(RegionId::at(0)).collect();
        let inputs = Inputs { history: &history, sites: 1, models: 1, region: &region, festivals: &[] };
        assert!(Hindsight::new(&inputs).is_none());
    }
}
