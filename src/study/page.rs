//! What the page of a study shows, from its collected points.

use super::design::{Span, Study};
use super::points::Point;
use super::report::Collector;
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
    collector: &Collector,
    options: &Options,
    (total, hash): (usize, &str),
    point: impl Fn(usize) -> Point,
) -> StudyFacts {
    let names = |wanted: Option<bool>| -> Vec<String> {
        study.axes.iter().filter(|a| wanted.is_none_or(|d| a.decision == d)).map(|a| a.name.clone()).collect()
    };
    let axis = |e: super::report::Effect| {
        let known = study.axes.iter().find(|a| a.name == e.axis);
        AxisFacts {
            decision: known.is_some_and(|a| a.decision),
            numeric: known.is_some_and(|a| !matches!(a.span, Span::Levels(_))),
            name: e.axis,
            width: e.width,
            values: e.by_value,
        }
    };
    let ranked = |r: super::report::Ranked| RankedFacts {
        point: r.index + 1,
        values: study.shown(&point(r.index)).map(|(_, value)| value).collect(),
        profit: r.profit,
        behind: [r.behind.mean, r.behind.low(), r.behind.high()],
    };
    let regret =
        |r: super::report::Regret| RegretFacts { decision: r.decision, regret: r.regret, world: r.world, mean: r.mean };
    let (planned, without) = collector.counts();
    StudyFacts {
        study: study.id.clone(),
        base: base.name.clone(),
        synthetic: base.synthetic,
        currency: base.currency.clone(),
        points: [total, planned, without],
        replications: options.replications,
        precision: options.precision,
        seed: options.seed,
        hash: hash.to_owned(),
        axes: collector.effects().into_iter().map(axis).collect(),
        names: names(None),
        ranking: collector.ranking().into_iter().map(ranked).collect(),
        sure: collector.sure(),
        cloud: cloud(collector),
        regrets: collector.regrets().into_iter().take(REGRETS).map(regret).collect(),
        sides: [names(Some(true)), names(Some(false))],
    }
}

/// All points that nothing beats, and of the others every so many-th by number.
fn cloud(collector: &Collector) -> Vec<CloudFacts> {
    let front: std::collections::BTreeSet<usize> = collector.front().into_iter().collect();
    let every = collector.counts().0.div_ceil(DRAWN).max(1);
    let kept = collector.briefs().enumerate().filter(|(k, b)| k % every == 0 || front.contains(&b.0));
    kept.map(|(_, (index, profit, fill, capital))| CloudFacts {
        point: index + 1,
        profit,
        fill,
        capital,
        front: front.contains(&index),
    })
    .collect()
}
