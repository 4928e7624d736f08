//! What the page of a study shows, from its collected points.

use super::design::{Span, Study};
use super::points::Point;
use super::report::{Brief, Compared, Effect, Ranked, Regret};
use crate::planning::Options;
use crate::report::study::{AxisFacts, CloudFacts, RankedFacts, RegretFacts, StudyFacts};
use crate::scenario::Scenario;

/// Points of the picture beside those that nothing beats.
const DRAWN: usize = 1_500;
/// Decisions of the table of regrets: those of `study.json`.
pub const REGRETS: usize = 50;

/// What the page says of the base scenario.
pub struct Title {
    name: (String, String),
    synthetic: bool,
    currency: String,
}

impl Title {
    /// That of a scenario.
    pub fn of(base: &Scenario) -> Self {
        let name = (base.name.clone(), base.name_zh.clone());
        Self { name, synthetic: base.synthetic, currency: base.currency.clone() }
    }
}

/// The facts of a study; `point` lays a point of its design out.
pub fn facts(
    study: &Study,
    base: &Title,
    found: Compared,
    options: &Options,
    (total, hash): (usize, &str),
    point: impl Fn(usize) -> Point,
) -> StudyFacts {
    let names = |wanted: Option<bool>| -> Vec<String> {
        study.axes.iter().filter(|a| wanted.is_none_or(|d| a.decision == d)).map(|a| a.name.clone()).collect()
    };
    let axis = |e: Effect| {
        let known = study.axes.iter().find(|a| a.name == e.axis);
        AxisFacts {
            decision: known.is_some_and(|a| a.decision),
            numeric: known.is_some_and(|a| !matches!(a.span, Span::Levels(_))),
            name: e.axis,
            width: e.width,
            values: e.by_value,
        }
    };
    let ranked = |r: Ranked| RankedFacts {
        point: r.index + 1,
        values: study.shown(&point(r.index)).map(|(_, value)| value).collect(),
        profit: r.profit,
        behind: [r.behind.mean, r.behind.low(), r.behind.high()],
    };
    let regret = |r: Regret| RegretFacts { decision: r.decision, regret: r.regret, world: r.world, mean: r.mean };
    StudyFacts {
        study: study.id.clone(),
        base: base.name.clone(),
        synthetic: base.synthetic,
        currency: base.currency.clone(),
        points: [total, found.briefs.len(), found.without_plan],
        replications: options.replications,
        precision: options.precision,
        seed: options.seed,
        hash: hash.to_owned(),
        cloud: cloud(&found),
        axes: found.effects.into_iter().map(axis).collect(),
        names: names(None),
        ranking: found.ranking.into_iter().map(ranked).collect(),
        sure: found.sure,
        regrets: found.regrets.into_iter().take(REGRETS).map(regret).collect(),
        sides: [names(Some(true)), names(Some(false))],
    }
}

/// All points that nothing beats, and of the others every so many-th by number.
fn cloud(found: &Compared) -> Vec<CloudFacts> {
    let unbeaten = |b: &Brief| found.front.binary_search(&b.index).is_ok();
    let every = found.briefs.len().div_ceil(DRAWN).max(1);
    let kept = found.briefs.iter().enumerate().filter(|(k, b)| k % every == 0 || unbeaten(b));
    kept.map(|(_, b)| CloudFacts {
        point: b.index + 1,
        profit: b.profit,
        fill: b.fill,
        capital: b.capital,
        front: unbeaten(b),
    })
    .collect()
}
