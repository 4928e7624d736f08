//! Cars on the road as they are reported, in place of those that the table of cars under way expects.

use crate::ids::{Id, ModelId, SiteId, Week};
use crate::scenario::{InTransit, Scenario};
use jiff::Span;
use std::collections::BTreeMap;

/// The rows of every store and model of which a car is tracked, as they now stand.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tracked {
    /// Ascending by store, model, week; promised is the week that the table said.
    pub rows: Vec<InTransit>,
    /// Stores and models that are replaced.
    pub pairs: Vec<(SiteId, ModelId)>,
    /// Cars that arrive in a later week than the table says.
    pub later: u32,
    /// In an earlier one.
    pub sooner: u32,
    /// Cars that the table does not know.
    pub unknown: u32,
    /// Cars that nobody has heard of for longer than any like car took: they are expected no more.
    pub lost: u32,
}

/// Puts tracked cars (store, model, and the week of arrival; none for a car that is lost) in the place of those of the table that
/// were expected first. Cars that have come since the scenario's today are among them: its stock does not have them yet.
pub fn tracked(scenario: &Scenario, cars: &[(SiteId, ModelId, Option<Week>)]) -> Tracked {
    let mut by_pair: BTreeMap<(SiteId, ModelId), Vec<Option<Week>>> = BTreeMap::new();
    cars.iter().for_each(|&(site, model, week)| by_pair.entry((site, model)).or_default().push(week));
    let mut made = Tracked::default();
    for (&(site, model), weeks) in &mut by_pair {
        // Lost cars last: they stand for the latest.
        weeks.sort_by_key(|w| w.map_or(usize::MAX, Id::index));
        let expected = scenario.in_transit.iter().filter(|r| r.site == site && r.model == model);
        let mut expected: Vec<InTransit> =
            expected.flat_map(|r| std::iter::repeat_n(InTransit { cars: 1, ..*r }, r.cars as usize)).collect();
        expected.sort_by_key(|r| r.week.index());
        let rest = expected.split_off(weeks.len().min(expected.len()));
        let mut known = expected.into_iter();
        let mut found: Vec<InTransit> = rest;
        for week in weeks.iter() {
            let before = known.next();
            made.unknown += u32::from(before.is_none());
            let Some(week) = *week else {
                made.lost += 1;
                continue;
            };
            made.later += u32::from(before.is_some_and(|b| week.index() > b.week.index()));
            made.sooner += u32::from(before.is_some_and(|b| week.index() < b.week.index()));
            let said = |b: InTransit| b.promised.unwrap_or_else(|| monday(scenario, b.week));
            found.push(InTransit { site, model, week, cars: 1, promised: before.map(said) });
        }
        found.sort();
        for car in found {
            match made.rows.last_mut() {
                Some(last) if InTransit { cars: 1, ..*last } == car => last.cars += 1,
                _ => made.rows.push(car),
            }
        }
        made.pairs.push((site, model));
    }
    made
}

/// Monday of a week from today's on.
pub fn monday(scenario: &Scenario, week: Week) -> jiff::civil::Date {
    scenario.today.saturating_add(Span::new().days(7 * week.index() as i64))
}
