//! Splits a problem into parts that share no zone, move, distance, region floor, budget or count.

use super::proof::{self, Decision, Node, Rule};
use super::{Move, Network, Problem, Pull};
use petgraph::unionfind::UnionFind;
use std::collections::BTreeMap;

/// A part with its place in the whole.
pub(super) struct Part {
    pub problem: Problem,
    /// Index of each store of the part in the whole problem.
    pub stores: Vec<usize>,
    /// Index of each move of the part in the whole problem.
    pub moves: Vec<usize>,
    /// The same for zones, conflicts and region floors.
    zones: Vec<usize>,
    conflicts: Vec<usize>,
    floors: Vec<usize>,
}

impl Part {
    /// What a network of the whole is here.
    pub(super) fn of(&self, network: &Network) -> Network {
        let changes = self.stores.iter().map(|&i| network.changes[i]).collect();
        let moves = (0..self.moves.len()).filter(|&k| network.moves.contains(&self.moves[k])).collect();
        Network { changes, moves }
    }

    /// A proof about this part in the positions of the whole.
    pub(super) fn rename(&self, mut proof: proof::Part) -> proof::Part {
        proof.stores.clone_from(&self.stores);
        for rule in &mut proof.rules {
            match rule {
                Rule::Choice { store }
                | Rule::Capacity { store, .. }
                | Rule::Alone { store, .. }
                | Rule::Leave { store, .. }
                | Rule::Enter { store, .. }
                | Rule::Required { store } => *store = self.stores[*store],
                Rule::Tangent { zone, .. } | Rule::Cover { zone } => *zone = self.zones[*zone],
                Rule::Region { floor } => *floor = self.floors[*floor],
                Rule::Distance { pair, .. } => *pair = self.conflicts[*pair],
                Rule::Budget { .. } | Rule::MaxOpen { .. } | Rule::MaxClose { .. } | Rule::Fewest | Rule::Most => {}
            }
        }
        for node in &mut proof.nodes {
            match node {
                Node::Split { on: Decision::Store { store, .. }, .. } => *store = self.stores[*store],
                Node::Split { on: Decision::Move { index, .. }, .. } => *index = self.moves[*index],
                Node::Leaf(_) => {}
            }
        }
        proof
    }
}

/// The parts in order of their first store; one part when a budget or count ties everything together.
pub(super) fn split(problem: &Problem) -> Vec<Part> {
    let tied = problem.budget.is_some()
        || problem.max_open.is_some()
        || problem.max_close.is_some()
        || problem.store_count != (None, None);
    if tied {
        return vec![Part {
            problem: problem.clone(),
            stores: (0..problem.stores.len()).collect(),
            moves: (0..problem.moves.len()).collect(),
            zones: (0..problem.zones.len()).collect(),
            conflicts: (0..problem.conflicts.len()).collect(),
            floors: (0..problem.region_floor.len()).collect(),
        }];
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
    let pairs = &problem.conflicts;
    let conflicts: Vec<usize> = (0..pairs.len()).filter(|&c| new_store(pairs[c].0).is_some()).collect();
    let floor = |f: &usize| regions.contains(&problem.region_floor[*f].0);
    let floors: Vec<usize> = (0..problem.region_floor.len()).filter(floor).collect();
    let sub = Problem {
        zones: zones.iter().map(|&j| problem.zones[j].clone()).collect(),
        stores: chosen,
        moves: moves.iter().map(|&k| inside(&problem.moves[k])).collect(),
        conflicts: conflicts.iter().filter_map(|&c| Some((new_store(pairs[c].0)?, new_store(pairs[c].1)?))).collect(),
        region_floor: floors.iter().map(|&f| problem.region_floor[f]).collect(),
        phases: problem.phases.clone(),
        ..Problem {
            zones: Vec::new(),
            stores: Vec::new(),
            moves: Vec::new(),
            conflicts: Vec::new(),
            region_floor: Vec::new(),
            phases: Vec::new(),
            ..*problem
        }
    };
    Part { problem: sub, stores, moves, zones: zones.to_vec(), conflicts, floors }
}
