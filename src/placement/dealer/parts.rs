//! Splits a problem into parts that share no zone, move, distance, region floor, budget or count.

use super::{Move, Problem, Pull};
use petgraph::unionfind::UnionFind;
use std::collections::BTreeMap;

/// A part with its place in the whole.
pub(super) struct Part {
    pub problem: Problem,
    /// Index of each store of the part in the whole problem.
    pub stores: Vec<usize>,
    /// Index of each move of the part in the whole problem.
    pub moves: Vec<usize>,
}

/// The parts in order of their first store; one part when a budget or count ties everything together.
pub(super) fn split(problem: &Problem) -> Vec<Part> {
    let tied = problem.budget.is_some()
        || problem.max_open.is_some()
        || problem.max_close.is_some()
        || problem.store_count != (None, None);
    if tied {
        let (stores, moves) = ((0..problem.stores.len()).collect(), (0..problem.moves.len()).collect());
        return vec![Part { problem: problem.clone(), stores, moves }];
    }
    let zones = problem.zones.len();
    let mut sets = UnionFind::new(zones + problem.stores.len());
    for (i, store) in problem.stores.iter().enumerate() {
        for pull in &store.pulls {
            sets.union(pull.zone, zones + i);
        }
    }
    for m in &problem.moves {
        sets.union(zones + m.from, zones + m.to);
    }
    for &(a, b) in &problem.conflicts {
        sets.union(zones + a, zones + b);
    }
    for &(region, _) in problem.region_floor.iter().filter(|f| f.1 > 0.0) {
        let mut members = (0..zones).filter(|&j| problem.zones[j].region == region);
        if let Some(first) = members.next() {
            members.for_each(|j| {
                sets.union(first, j);
            });
        }
    }
    let mut groups: BTreeMap<usize, (Vec<usize>, Vec<usize>)> = BTreeMap::new();
    for j in 0..zones {
        groups.entry(sets.find(j)).or_default().0.push(j);
    }
    for i in 0..problem.stores.len() {
        groups.entry(sets.find(zones + i)).or_default().1.push(i);
    }
    // Zones without any store matter only where their region has a floor, which then cannot be met.
    let floor = |j: usize| problem.region_floor.iter().any(|f| f.1 > 0.0 && f.0 == problem.zones[j].region);
    let matters = |g: &(Vec<usize>, Vec<usize>)| !g.1.is_empty() || g.0.iter().any(|&j| floor(j));
    let mut groups: Vec<_> = groups.into_values().filter(matters).collect();
    groups.sort_by_key(|g| (g.1.first().copied(), g.0.first().copied()));
    groups.into_iter().map(|(zones, stores)| part(problem, &zones, stores)).collect()
}

fn part(problem: &Problem, zones: &[usize], stores: Vec<usize>) -> Part {
    let new_zone = |j: usize| zones.binary_search(&j).ok();
    let new_store = |i: usize| stores.binary_search(&i).ok();
    let moves: Vec<usize> = (0..problem.moves.len()).filter(|&k| new_store(problem.moves[k].from).is_some()).collect();
    let local =
        |pull: &Pull| Pull { zone: new_zone(pull.zone).expect("a part has all zones it pulls on"), ..pull.clone() };
    let chosen = stores
        .iter()
        .map(|&i| super::Store {
            pulls: problem.stores[i].pulls.iter().map(local).collect(),
            ..problem.stores[i].clone()
        })
        .collect();
    let inside = |m: &Move| {
        let index = |i| new_store(i).expect("moves stay inside a part");
        Move { from: index(m.from), to: index(m.to), cost: m.cost }
    };
    let regions: std::collections::BTreeSet<_> = zones.iter().map(|&j| problem.zones[j].region).collect();
    let sub = Problem {
        zones: zones.iter().map(|&j| problem.zones[j].clone()).collect(),
        stores: chosen,
        moves: moves.iter().map(|&k| inside(&problem.moves[k])).collect(),
        conflicts: problem.conflicts.iter().filter_map(|&(a, b)| Some((new_store(a)?, new_store(b)?))).collect(),
        region_floor: problem.region_floor.iter().copied().filter(|f| regions.contains(&f.0)).collect(),
        ..Problem {
            zones: Vec::new(),
            stores: Vec::new(),
            moves: Vec::new(),
            conflicts: Vec::new(),
            region_floor: Vec::new(),
            ..*problem
        }
    };
    Part { problem: sub, stores, moves }
}
