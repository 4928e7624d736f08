//! Weekly sales by dealer and model.

use crate::ids::{Id, ModelId, SiteId, Week};
use jiff::civil::Date;

/// Sold cars per site, model and week; a week that is not in the table sold nothing.
#[derive(Clone, Debug)]
pub struct History {
    first: Date,
    weeks: usize,
    models: usize,
    sold: Vec<u16>,
}

impl History {
    /// An empty history of `weeks` weeks from the Monday `first`, for so many sites and models.
    pub fn new(first: Date, weeks: usize, sites: usize, models: usize) -> Self {
        Self { first, weeks, models, sold: vec![0; sites * models * weeks] }
    }
    /// The first Monday.
    pub fn first(&self) -> Date {
        self.first
    }
    /// Number of weeks.
    pub fn weeks(&self) -> usize {
        self.weeks
    }
    /// The Monday of a week.
    pub fn monday(&self, week: usize) -> Date {
        self.first.saturating_add(jiff::Span::new().days(7 * week as i64))
    }
    /// The week a Monday belongs to, when it is inside the history.
    pub fn week_of(&self, monday: Date) -> Option<Week> {
        let days = (monday - self.first).get_days();
        (days >= 0 && days % 7 == 0 && (days as usize / 7) < self.weeks).then(|| Week::at(days as usize / 7))
    }
    /// The weeks of one site and model.
    pub fn series(&self, site: SiteId, model: ModelId) -> &[u16] {
        let from = (site.index() * self.models + model.index()) * self.weeks;
        &self.sold[from..from + self.weeks]
    }
    /// The weeks of one site and model, to be filled.
    pub fn series_mut(&mut self, site: SiteId, model: ModelId) -> &mut [u16] {
        let from = (site.index() * self.models + model.index()) * self.weeks;
        &mut self.sold[from..from + self.weeks]
    }
    /// All cars of the history.
    pub fn total(&self) -> u64 {
        self.sold.iter().map(|&s| u64::from(s)).sum()
    }
}
