#![doc = include_str!("model.md")]

pub mod data;
pub mod dealers;
pub mod finding;
pub mod joins;
pub mod rows;
pub mod score;
pub mod tails;
pub mod vin;

use data::Data;
use finding::{Check, Finding, Findings};
use rows::Cars;
use score::Scores;
use std::collections::BTreeMap;

/// What an audit found.
#[derive(Clone, Debug, Default)]
pub struct Audit {
    /// Findings, ascending by check, the most money first.
    pub findings: Vec<Finding>,
    /// Findings beyond those that are kept, by check and certainty: how many, and their money.
    pub further: BTreeMap<(Check, bool), (u64, i64)>,
    /// How many cars of one table another has.
    pub joins: Vec<joins::Join>,
    /// Scores of dealers and feeds.
    pub scores: Scores,
    /// Checks that the tables do not allow, and why.
    pub not_judged: Vec<(Check, &'static str)>,
}

/// Looks at all rows.
pub fn audit(data: &Data) -> Audit {
    let cars = Cars::new(data);
    let undone = dealers::undone(data);
    let mut findings = Findings::default();
    vin::check(data, &mut findings);
    rows::check(data, &cars, &undone, &mut findings);
    dealers::check(data, &cars, &undone, &mut findings);
    let scores = score::scores(data, &findings);
    let Findings { list: mut findings, further, .. } = findings;
    findings.sort_by(|a, b| {
        (a.check, !a.sure, -a.money, a.rows.last(), &a.reason).cmp(&(
            b.check,
            !b.sure,
            -b.money,
            b.rows.last(),
            &b.reason,
        ))
    });
    let mut not_judged = Vec::new();
    let mut absent = |check, empty: bool, why| {
        if empty {
            not_judged.push((check, why));
        }
    };
    absent(Check::Unregistered, data.registrations.is_empty(), "there are no registrations");
    absent(Check::StillInStock, data.stock.iter().all(|e| e.vin.is_none()), "no count of stock names cars");
    absent(Check::Reuse, data.vehicles.is_empty(), "there are no vehicles");
    absent(Check::Join, data.stores.is_empty() && data.vehicles.is_empty(), "there are no dealers and vehicles");
    Audit { findings, further, joins: joins::joins(data), scores, not_judged }
}

#[cfg(test)]
mod tests;
