//! Whether some number of sites serve everybody within a radius: a set-covering question over few clients, to which the
//! ones that its answers leave alone are added (Chen and Chen 2009, Contardo, Iori and Kramer 2019).

use super::solve::{Fault, reach};
use crate::lp::{Col, Programme};
use crate::placement::compact::seek;
use crate::placement::control::{End, Limits, Watch};
use crate::placement::costs::Costs;
use crate::placement::covering::{self, set};
use crate::progress::Observer;
use std::collections::HashMap;

/// Sites within a radius of the clients that decide.
pub(super) struct Reach<'a, C: Costs> {
    costs: &'a C,
    count: usize,
    clients: Vec<u32>,
    known: Vec<bool>,
}

/// The answer for a radius.
pub(super) enum Answer {
    /// These sites, at most the count, serve everybody.
    Sites(Vec<usize>),
    /// No set of that size does, and none does for less than this.
    None(i64),
    /// The search ended first.
    Unknown(End),
}

/// Clients that one wrong answer may add.
const BATCH: usize = 8;
/// Groups of alike sites up to which dominated ones are looked for.
const GROUPS: usize = 6000;

impl<'a, C: Costs> Reach<'a, C> {
    pub(super) fn new(costs: &'a C, count: usize, clients: Vec<u32>) -> Self {
        let mut known = vec![false; costs.clients()];
        clients.iter().for_each(|&j| known[j as usize] = true);
        Self { costs, count, clients, known }
    }

    /// The clients that decide so far.
    pub(super) fn clients(&self) -> &[u32] {
        &self.clients
    }

    /// Sites that serve every client for `radius` or less, as many as the count allows.
    pub(super) fn within(
        &mut self,
        radius: i64,
        watch: &Watch,
        limits: &Limits,
        observer: &dyn Observer,
    ) -> Result<Answer, Fault> {
        loop {
            if watch.over() {
                let struck = watch.left().is_some_and(|s| s <= 0.0);
                return Ok(Answer::Unknown(if struck { End::TimeLimit } else { End::Interrupted }));
            }
            let (groups, next) = self.groups(radius);
            let inner = Limits { seconds: watch.left(), gap: 0.0, ..limits.clone() };
            match decide(&groups, self.clients.len(), self.count, &inner, observer)? {
                Ok(Some(sites)) => {
                    if !self.complain(&sites, radius) {
                        return Ok(Answer::Sites(sites));
                    }
                }
                Ok(None) => return Ok(Answer::None(next)),
                Err(end) => return Ok(Answer::Unknown(end)),
            }
        }
    }

    /// One site for every set of clients that some site serves within the radius, without sets inside others; and the
    /// least cost above the radius.
    fn groups(&self, radius: i64) -> (Vec<(Vec<u64>, u32)>, i64) {
        let words = self.clients.len().div_ceil(64);
        let mut next = i64::MAX;
        let mut seen: HashMap<Vec<u64>, u32> = HashMap::new();
        for i in 0..self.costs.sites() {
            let mut set = vec![0u64; words];
            for (r, &j) in self.clients.iter().enumerate() {
                let c = self.costs.cost(i, j as usize);
                if c <= radius {
                    set[r / 64] |= 1 << (r % 64);
                } else {
                    next = next.min(c);
                }
            }
            if set.iter().any(|&w| w != 0) {
                seen.entry(set).or_insert(i as u32);
            }
        }
        let size = |set: &[u64]| set.iter().map(|w| w.count_ones()).sum::<u32>();
        let mut all: Vec<(Vec<u64>, u32)> = seen.into_iter().collect();
        all.sort_unstable_by(|a, b| size(&b.0).cmp(&size(&a.0)).then(a.1.cmp(&b.1)));
        if all.len() > GROUPS {
            return (all, next);
        }
        let mut kept: Vec<(Vec<u64>, u32)> = Vec::new();
        for entry in all {
            let inside = |other: &(Vec<u64>, u32)| entry.0.iter().zip(&other.0).all(|(a, b)| a & !b == 0);
            if !kept.iter().any(inside) {
                kept.push(entry);
            }
        }
        (kept, next)
    }

    /// Adds clients that the sites leave alone, far from each other; says whether there were any.
    fn complain(&mut self, sites: &[usize], radius: i64) -> bool {
        let (far, worst) = reach(self.costs, sites);
        if far <= radius {
            return false;
        }
        self.known[worst] = true;
        self.clients.push(worst as u32);
        let near = |j: usize| sites.iter().map(|&i| self.costs.cost(i, j)).min().unwrap_or(i64::MAX);
        let mut alone: Vec<(i64, usize)> = (0..self.costs.clients())
            .filter(|&j| !self.known[j])
            .map(|j| (near(j), j))
            .filter(|e| e.0 > radius)
            .collect();
        alone.sort_unstable_by(|a, b| b.cmp(a));
        let mut helped: Vec<usize> = self.costs.nearest(worst, 1).iter().map(|e| e.0 as usize).collect();
        for (_, j) in alone {
            if helped.len() >= BATCH {
                break;
            }
            // A client beside one that was just added says nothing new.
            if helped.iter().all(|&i| self.costs.cost(i, j) > radius) {
                helped.extend(self.costs.nearest(j, 1).iter().map(|e| e.0 as usize));
                self.known[j] = true;
                self.clients.push(j as u32);
            }
        }
        true
    }
}

/// At most `count` sites whose sets hold all clients, or the word that there are none, or why the search ended.
fn decide(
    groups: &[(Vec<u64>, u32)],
    clients: usize,
    count: usize,
    limits: &Limits,
    observer: &dyn Observer,
) -> Result<Result<Option<Vec<usize>>, End>, Fault> {
    let holds = |g: usize, r: usize| groups[g].0[r / 64] >> (r % 64) & 1 == 1;
    let rows: Vec<Vec<u32>> =
        (0..clients).map(|r| (0..groups.len()).filter(|&g| holds(g, r)).map(|g| g as u32).collect()).collect();
    if rows.iter().any(Vec::is_empty) {
        return Ok(Ok(None));
    }
    let site = |x: &[f64]| (0..groups.len()).filter(|&g| x[g] > 0.5).map(|g| groups[g].1 as usize).collect();
    let greedy = set::greedy(&rows, &vec![1; groups.len()], 1, &vec![0.0; groups.len()]);
    if greedy.iter().filter(|&&x| x > 0.5).count() <= count {
        return Ok(Ok(Some(site(&greedy))));
    }
    let mut p = Programme::new();
    for _ in groups {
        p.binary(1.0);
    }
    let essential = set::essential(&rows, groups.len());
    for &r in &essential {
        p.at_least(1.0, rows[r].iter().map(|&g| (Col::at(g as usize), 1.0)));
    }
    let repair = |x: &[f64]| Some(set::greedy(&rows, &vec![1; groups.len()], 1, x));
    let below = (count + 1) as f64;
    let solved = seek(&p, below, 1.0, Box::new(repair), limits, observer).map_err(covering::Fault::from)?;
    Ok(match solved.best {
        Some((_, x)) => Ok(Some(site(&x))),
        None if solved.outcome.bound >= below => Ok(None),
        None if solved.outcome.end == End::Proved => Err(End::WorkLimit),
        None => Err(solved.outcome.end),
    })
}
