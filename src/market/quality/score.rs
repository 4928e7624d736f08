//! A score per dealer and per feed: how many of its rows nothing is said against.

use super::data::{Data, Place};
use super::finding::Findings;
use super::tails::wilson;
use std::collections::BTreeMap;

/// A score.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Score {
    /// Rows of the dealer or feed.
    pub rows: u64,
    /// Rows with a sure finding.
    pub sure: u64,
    /// Rows with a doubtful one only.
    pub doubt: u64,
    /// Money of its findings, hundredths.
    pub money: i64,
}

impl Score {
    /// 100 for rows that nothing is said against.
    pub fn points(&self) -> f64 {
        100.0 * (1.0 - (self.sure as f64 + 0.5 * self.doubt as f64) / (self.rows as f64).max(1.0))
    }
    /// The 95 % interval of the share of rows with a finding.
    pub fn flagged(&self) -> (f64, f64) {
        wilson((self.sure + self.doubt) as f64, self.rows as f64)
    }
}

/// Scores of dealers and of feeds, by number.
pub type Scores = (BTreeMap<u32, Score>, BTreeMap<u32, Score>);

/// Every row of a table that is looked at, with its dealer.
fn rows(data: &Data) -> impl Iterator<Item = (&Place, Option<u32>)> {
    let events = [&data.registrations, &data.stock, &data.service, &data.drives, &data.leads];
    let sales = data.sales.iter().map(|s| (&s.place, Some(s.dealer)));
    let built = data.vehicles.iter().map(|v| (&v.place, None));
    let ways = data.deliveries.iter().map(|d| (&d.place, Some(d.dealer)));
    sales.chain(built).chain(ways).chain(events.into_iter().flatten().map(|e| (&e.place, e.dealer)))
}

/// Scores by findings. Each row counts once, by its worst finding.
pub fn scores(data: &Data, findings: &Findings) -> Scores {
    let (mut dealers, mut feeds) = Scores::default();
    for (place, dealer) in rows(data) {
        let flag = findings.flag(place);
        let count = |score: &mut Score| {
            score.rows += 1;
            score.sure += u64::from(flag == Some(true));
            score.doubt += u64::from(flag == Some(false));
        };
        count(feeds.entry(place.feed).or_default());
        dealer.into_iter().for_each(|d| count(dealers.entry(d).or_default()));
    }
    for (scores, sums) in [(&mut dealers, &findings.money.0), (&mut feeds, &findings.money.1)] {
        for (number, score) in scores.iter_mut() {
            score.money = sums.get(number).copied().unwrap_or(0);
        }
    }
    (dealers, feeds)
}
