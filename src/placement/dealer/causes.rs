//! The causes when no plan exists: families of rules are loosened, fewest first, until one does. Every family that is enough
//! by itself is a way out of its own.

use super::formulation::{Family, Formulation, Loose, SCALE};
use super::proof::Rule;
use super::solve::Failure;
use super::{Network, Problem};
use crate::ids::{RegionId, SiteId, ZoneId};
use crate::lp::Limits;
use crate::network::SiteRule;
use crate::units::Money;
use std::collections::BTreeMap;

/// How far a rule must give way.
#[derive(Clone, Debug, PartialEq)]
pub enum Cause {
    /// A region's floor of coverage.
    Region {
        /// The region.
        region: RegionId,
        /// Share of its people that is asked for.
        asked: f64,
        /// Share that the other rules leave possible.
        possible: f64,
        /// Zones that are left out then, most people first.
        left_out: Vec<ZoneId>,
    },
    /// The budget of a phase.
    Budget {
        /// Least budget.
        needed: Money,
    },
    /// Openings of a phase.
    MaxOpen {
        /// Fewest that must be allowed.
        needed: u32,
    },
    /// Closings of a phase.
    MaxClose {
        /// Fewest that must be allowed.
        needed: u32,
    },
    /// The fewest stores of the new network.
    FewestStores {
        /// Most that are possible.
        possible: u32,
    },
    /// The most stores of the new network.
    MostStores {
        /// Fewest that must be allowed.
        needed: u32,
    },
    /// Sites that must be open and cannot be.
    Required {
        /// Which.
        sites: Vec<SiteId>,
    },
    /// Stores that stand closer to each other than they may.
    Distance {
        /// Which.
        pairs: Vec<(SiteId, SiteId)>,
    },
}

/// What gives way together, so that a plan exists.
pub type Way = Vec<Cause>;

impl Cause {
    /// Loosens the rule in a problem as far as the cause says.
    pub fn cure(&self, problem: &mut Problem) {
        match self {
            Self::Region { region, possible, .. } => {
                problem.region_floor.iter_mut().filter(|f| f.0 == *region).for_each(|f| f.1 = f.1.min(*possible));
            }
            Self::Budget { needed } => problem.budget = Some(*needed),
            Self::MaxOpen { needed } => problem.max_open = Some(*needed),
            Self::MaxClose { needed } => problem.max_close = Some(*needed),
            Self::FewestStores { possible } => problem.store_count.0 = Some(*possible),
            Self::MostStores { needed } => problem.store_count.1 = Some(*needed),
            Self::Required { sites } => {
                let named = problem.stores.iter_mut().filter(|s| sites.contains(&s.id));
                named.for_each(|s| s.rule = SiteRule::Free);
            }
            Self::Distance { pairs } => {
                let ids: Vec<SiteId> = problem.stores.iter().map(|s| s.id).collect();
                problem.conflicts.retain(|&(a, b)| !pairs.contains(&(ids[a], ids[b])));
            }
        }
    }
}

/// Every way out of one family, else the first of two, else that of all.
pub(super) fn causes(problem: &Problem, limits: &Limits) -> Result<Vec<Way>, Failure> {
    let mut ways = Vec::new();
    for family in Family::ALL {
        ways.extend(way(problem, vec![family], limits)?);
    }
    if !ways.is_empty() {
        return Ok(ways);
    }
    for (k, &a) in Family::ALL.iter().enumerate() {
        for &b in &Family::ALL[k + 1..] {
            if let Some(way) = way(problem, vec![a, b], limits)? {
                return Ok(vec![way]);
            }
        }
    }
    Ok(way(problem, Family::ALL.to_vec(), limits)?.into_iter().collect())
}

/// The least that these families give way by, when that is enough.
fn way(problem: &Problem, families: Vec<Family>, limits: &Limits) -> Result<Option<Way>, Failure> {
    let model = Formulation::new(problem, Some(Loose { families, price: 1.0, profit: false }));
    if model.slack.is_empty() {
        return Ok(None);
    }
    let answer = crate::lp::solve(&model.programme, &Limits { gap: 1e-4, ..limits.clone() })?;
    if !answer.has_point() {
        return Ok(None);
    }
    let mut given: BTreeMap<Family, Vec<(Rule, f64)>> = BTreeMap::new();
    for (family, rule, col) in &model.slack {
        let by = answer.value(*col);
        if by > 1e-6 {
            given.entry(*family).or_default().push((*rule, by));
        }
    }
    if given.is_empty() {
        // Nothing has to give way: what was called impossible is possible.
        return Err(Failure::Certificate("the search found no network, a second solution of its rules did".into()));
    }
    let network = model.read(problem, &answer.values);
    let way: Way = given.into_iter().flat_map(|(family, by)| cause(problem, &network, family, &by)).collect();
    Ok(Some(way))
}

fn cause(problem: &Problem, network: &Network, family: Family, by: &[(Rule, f64)]) -> Vec<Cause> {
    // A limit of every phase must rise by the most that any of them lacks.
    let most = by.iter().map(|b| b.1).fold(0.0, f64::max);
    let count = (most - 1e-6).ceil() as u32;
    let id = |store: usize| problem.stores[store].id;
    match family {
        Family::Region => by.iter().filter_map(|(rule, _)| region(problem, network, rule)).collect(),
        Family::Budget => {
            // A hair and a unit of money more: the sum of the costs is rounded too.
            let lacking = Money::from_major((most * SCALE * (1.0 + 1e-9)).ceil() + 1.0);
            vec![Cause::Budget { needed: problem.budget.unwrap_or_default() + lacking }]
        }
        Family::MaxOpen => vec![Cause::MaxOpen { needed: problem.max_open.unwrap_or(0) + count }],
        Family::MaxClose => vec![Cause::MaxClose { needed: problem.max_close.unwrap_or(0) + count }],
        Family::FewestStores => {
            vec![Cause::FewestStores { possible: problem.store_count.0.unwrap_or(0).saturating_sub(count) }]
        }
        Family::MostStores => vec![Cause::MostStores { needed: problem.store_count.1.unwrap_or(0) + count }],
        Family::Required => {
            let site = |(rule, _): &(Rule, f64)| match rule {
                Rule::Required { store } => Some(id(*store)),
                _ => None,
            };
            vec![Cause::Required { sites: by.iter().filter_map(site).collect() }]
        }
        Family::Distance => {
            let pair = |(rule, _): &(Rule, f64)| match rule {
                Rule::Distance { pair, .. } => {
                    let (a, b) = problem.conflicts[*pair];
                    Some((id(a), id(b)))
                }
                _ => None,
            };
            let mut pairs: Vec<_> = by.iter().filter_map(pair).collect();
            pairs.sort_unstable();
            pairs.dedup();
            vec![Cause::Distance { pairs }]
        }
        Family::Move => Vec::new(),
    }
}

/// What a network covers of a region that it should cover more of.
fn region(problem: &Problem, network: &Network, rule: &Rule) -> Option<Cause> {
    let &Rule::Region { floor } = rule else { return None };
    let (region, asked) = problem.region_floor[floor];
    let last = problem.last();
    let near = |zone: usize| {
        problem.stores.iter().enumerate().any(|(i, store)| {
            let open = problem.option(i, network.changes[i], last).is_some();
            open && store.pulls.iter().any(|p| p.zone == zone && p.minutes <= problem.coverage_min)
        })
    };
    let (mut all, mut covered, mut left) = (0.0, 0.0, Vec::new());
    for (z, zone) in problem.zones.iter().enumerate().filter(|z| z.1.region == region) {
        all += zone.population;
        if near(z) {
            covered += zone.population;
        } else {
            left.push((zone.population, zone.id));
        }
    }
    left.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    let left_out = left.into_iter().map(|l| l.1).collect();
    Some(Cause::Region { region, asked, possible: if all > 0.0 { covered / all } else { 0.0 }, left_out })
}

#[cfg(test)]
mod tests {
    use super::super::tests::{Dice, enumerate, market};
    use super::super::{Phase, solve};
    use super::*;
    use crate::progress::Silent;

    /// Makes a market contradict itself; answers the families that may be named for it, or nothing where it cannot.
    fn plant(dice: &mut Dice, p: &mut Problem) -> Option<&'static [Family]> {
        use Family as F;
        let candidates: Vec<usize> = (0..p.stores.len()).filter(|&i| p.stores[i].today.is_none()).collect();
        let dealers = p.stores.len() - candidates.len();
        match dice.below(7) {
            0 => {
                let &(a, b) = p.conflicts.first()?;
                (p.stores[a].rule, p.stores[b].rule) = (SiteRule::Required, SiteRule::Required);
                Some(&[F::Required, F::Distance])
            }
            1 => {
                p.store_count.0 = Some(p.stores.len() as u32 + 1);
                Some(&[F::FewestStores])
            }
            2 => {
                p.stores.iter_mut().for_each(|s| s.rule = SiteRule::Required);
                p.store_count.1 = Some(p.stores.len() as u32 - 1);
                Some(&[F::Required, F::MostStores])
            }
            3 => {
                p.stores[*candidates.first()?].rule = SiteRule::Required;
                p.max_open = Some(0);
                Some(&[F::Required, F::MaxOpen])
            }
            4 => {
                let site = *candidates.first()?;
                p.stores[site].rule = SiteRule::Required;
                let dear = |o: &mut super::super::StoreOption| o.one_off += Money::from_major(1.0);
                p.stores[site].options.iter_mut().for_each(dear);
                p.moves.clear();
                p.budget = Some(Money::ZERO);
                Some(&[F::Required, F::Budget])
            }
            5 => {
                (p.max_close, p.store_count.1) = (Some(0), Some(dealers.checked_sub(1)? as u32));
                p.moves.clear();
                Some(&[F::MaxClose, F::MostStores])
            }
            _ => {
                p.region_floor = p.attainable_floors(1.0);
                p.store_count.1 = Some(0);
                p.region_floor.iter().any(|f| f.1 > 0.0).then_some(&[F::Region, F::MostStores])
            }
        }
    }

    fn family(cause: &Cause) -> Family {
        match cause {
            Cause::Region { .. } => Family::Region,
            Cause::Budget { .. } => Family::Budget,
            Cause::MaxOpen { .. } => Family::MaxOpen,
            Cause::MaxClose { .. } => Family::MaxClose,
            Cause::FewestStores { .. } => Family::FewestStores,
            Cause::MostStores { .. } => Family::MostStores,
            Cause::Required { .. } => Family::Required,
            Cause::Distance { .. } => Family::Distance,
        }
    }

    /// Plants contradictions into markets that have a plan: full enumeration says that none is left, the planted family is
    /// among the causes, and every way out, applied by itself, brings a plan back.
    fn planted(wanted: usize) -> (usize, usize) {
        let (mut planted, mut named) = (0, 0);
        for seed in 0.. {
            if planted == wanted {
                break;
            }
            let mut dice = Dice(77_000 + seed);
            let mut problem = market(&mut dice, 1);
            assert_eq!(problem.phases, [Phase::ONLY]);
            if enumerate(&problem).is_none() {
                continue;
            }
            let Some(families) = plant(&mut dice, &mut problem) else { continue };
            if enumerate(&problem).is_some() {
                continue;
            }
            planted += 1;
            let Err(Failure::Infeasible(parts)) = solve(&problem, 1e-9, 1_000, &Limits::default(), &Silent) else {
                panic!("seed {seed}: a plan where none exists");
            };
            let all: Vec<&Cause> = parts.iter().flatten().flatten().collect();
            named += usize::from(all.iter().any(|c| families.contains(&family(c))));
            // Parts contradict themselves independently: one way out of each.
            let most = parts.iter().map(Vec::len).max().unwrap_or(0);
            for turn in 0..most {
                let mut cured = problem.clone();
                for ways in &parts {
                    ways[turn.min(ways.len() - 1)].iter().for_each(|c| c.cure(&mut cured));
                }
                assert!(enumerate(&cured).is_some(), "seed {seed}: {parts:?} does not help");
            }
        }
        (planted, named)
    }

    #[test]
    fn a_planted_contradiction_is_named_and_its_way_out_helps() {
        let (planted, named) = planted(if cfg!(debug_assertions) { 60 } else { 500 });
        assert!(named * 100 >= planted * 99, "{named} of {planted}");
    }
}
