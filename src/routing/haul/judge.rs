//! Judges a tour as a whole: a driver's days, cars on decks.

use super::clock::{self, Visit};
use super::plan::Call;
use super::problem::Problem;
use crate::routing::loads::{Item, Loader};
use crate::routing::problem;
use std::sync::{Arc, Mutex};

/// Longest tour that is judged.
pub(super) const CALLS: usize = 64;

/// What a driver meets at a node, without the road to it.
#[derive(Clone, Copy, Debug)]
struct Node {
    visit: Visit,
    /// Number of its yard among those of the part.
    yard: u32,
    /// The first rule set that brings its load in time.
    need: usize,
}

/// The judge of tours over some loads: node 1 + 2k loads the k-th of them, node 2 + 2k unloads it.
#[derive(Debug)]
pub(super) struct Judge {
    problem: Arc<Problem>,
    part: Vec<usize>,
    nodes: Vec<Node>,
    /// Minutes between the yards of the part, by rows.
    minutes: Vec<u32>,
    yards: usize,
    /// By class; classes without decks have none.
    loaders: Vec<Option<Mutex<Loader>>>,
}

impl Judge {
    pub(super) fn new(problem: Arc<Problem>, part: Vec<usize>) -> Self {
        let data = problem.data();
        let loader = |c: &super::Class| c.decks.clone().map(|decks| Mutex::new(Loader::new(decks, c.policy())));
        let loaders = data.classes.iter().map(loader).collect();
        let mut yards: Vec<usize> = part.iter().flat_map(|&k| [data.loads[k].from, data.loads[k].to]).collect();
        yards.sort_unstable();
        yards.dedup();
        let node = |load: usize, loads: bool| {
            let here = if loads { data.loads[load].from } else { data.loads[load].to };
            let yard = yards.partition_point(|&y| y < here) as u32;
            Node { visit: problem.visit(None, load, loads), yard, need: problem.need(load) }
        };
        let nodes = part.iter().flat_map(|&k| [node(k, true), node(k, false)]).collect();
        let road = |&a: &usize| yards.iter().map(|&b| problem.minutes(a, b) as u32).collect::<Vec<_>>();
        let minutes = yards.iter().flat_map(road).collect();
        Self { part, nodes, minutes, yards: yards.len(), loaders, problem }
    }

    fn call(&self, node: u32) -> Call {
        Call { load: self.part[(node as usize - 1) / 2], loads: node % 2 == 1 }
    }

    /// Whether a carrier of a class may visit these nodes in this order.
    pub(super) fn passes(&self, class: usize, visits: &[u32]) -> bool {
        visits.len() <= CALLS && self.stack(class, visits) && self.hours(visits) && self.decks(class, visits)
    }

    /// The same for calls; the part must be sorted.
    pub(super) fn passes_calls(&self, class: usize, calls: &[Call]) -> bool {
        let node = |c: &Call| (1 + 2 * self.part.partition_point(|&l| l < c.load) + usize::from(!c.loads)) as u32;
        self.passes(class, &calls.iter().map(node).collect::<Vec<_>>())
    }

    /// Last on, first off, where the class is one stack.
    fn stack(&self, class: usize, visits: &[u32]) -> bool {
        if !self.problem.data().classes[class].stack() {
            return true;
        }
        let (mut aboard, mut height) = ([0; CALLS], 0);
        for &node in visits {
            if node % 2 == 1 {
                aboard[height] = node;
                height += 1;
            } else if height == 0 || aboard[height - 1] + 1 != node {
                return false;
            } else {
                height -= 1;
            }
        }
        true
    }

    fn hours(&self, visits: &[u32]) -> bool {
        let need = visits.iter().map(|&v| self.nodes[v as usize - 1].need).max().unwrap_or(0);
        let mut before = None;
        let tour = visits.iter().map(|&v| {
            let node = &self.nodes[v as usize - 1];
            let driving = before.map_or(0, |b: u32| self.minutes[b as usize * self.yards + node.yard as usize]);
            before = Some(node.yard);
            Visit { driving, ..node.visit }
        });
        match self.problem.data().rules.get(need) {
            Some(rules) => {
                let (mut list, mut length) = ([Visit::NOTHING; CALLS], 0);
                for visit in tour {
                    list[length] = visit;
                    length += 1;
                }
                clock::drives(rules, &list[..length])
            }
            None => visits.len() <= 2,
        }
    }

    fn decks(&self, class: usize, visits: &[u32]) -> bool {
        let Some(loader) = &self.loaders[class] else { return true };
        let items = items(&self.problem, visits.iter().map(|&v| self.call(v)));
        loader.lock().unwrap_or_else(std::sync::PoisonError::into_inner).moves(&items).is_some()
    }
}

/// The rides of all cars of a tour; calls at one yard in a row are one stop.
pub(super) fn items(problem: &Problem, calls: impl Iterator<Item = Call>) -> Vec<Item> {
    let (mut stop, mut yard) = (0, None);
    let mut rides: Vec<(usize, u16, u16)> = Vec::new();
    for call in calls {
        let freight = &problem.data().loads[call.load];
        let here = if call.loads { freight.from } else { freight.to };
        if yard.is_some_and(|y| y != here) {
            stop += 1;
        }
        yard = Some(here);
        if call.loads {
            rides.push((call.load, stop, stop));
        } else if let Some(ride) = rides.iter_mut().find(|r| r.0 == call.load) {
            ride.2 = stop;
        }
    }
    let cars = |&(load, on, off): &(usize, u16, u16)| {
        problem.data().loads[load].cars.iter().map(move |&car| Item { car, on, off })
    };
    rides.iter().flat_map(cars).collect()
}

impl problem::Judge for Judge {
    fn admits(&self, kind: usize, visits: &[u32]) -> bool {
        self.passes(kind, visits)
    }
}
