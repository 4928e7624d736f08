//! Branch and bound over the sites, each node bounded by a few steps of the volume algorithm from its parent's prices.

use super::incumbent::Incumbent;
use super::lagrangian::Lagrangian;
use super::volume::Volume;
use super::{Fate, Ground, Serve};
use crate::placement::branch::Outcome;
use crate::placement::control::{End, Watch, gap};
use crate::progress::Observer;
use std::collections::BinaryHeap;
use std::rc::Rc;

/// Steps of the volume algorithm at one node.
const STEPS: usize = 60;
/// Steps after which a node that moves slowly is split.
const PATIENCE: usize = 20;
/// First effort of an exact pricing.
const EFFORT: u64 = 200;

struct Node {
    bound: f64,
    depth: usize,
    serial: u64,
    fates: Vec<(u32, bool)>,
    prices: Rc<Vec<f32>>,
    /// The site that made this node, and its fate.
    born: Option<(u32, bool)>,
    /// Effort that the exact pricing of a node without free sites may take next; zero before the first.
    effort: u64,
}

impl PartialEq for Node {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}
impl Eq for Node {}
impl PartialOrd for Node {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Node {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        other.bound.total_cmp(&self.bound).then(self.depth.cmp(&other.depth)).then(self.serial.cmp(&other.serial))
    }
}

/// Growth of the bound at children that opened or closed a site.
#[derive(Clone, Copy, Default)]
struct Growth {
    sum: [f64; 2],
    seen: [f64; 2],
}

/// What the search is told.
pub struct Rules<'a> {
    /// Relative gap that is good enough; nodes closer to the incumbent than this are dropped.
    pub gap: f64,
    /// The gap the user asked for: reached, the search ends.
    pub wanted: f64,
    /// Node limit.
    pub nodes: Option<u64>,
    /// Clock and stop flag.
    pub watch: &'a Watch,
    /// Who hears of progress.
    pub observer: &'a dyn Observer,
}

/// The search.
pub struct Tree<'a, 'b, S: Serve> {
    ground: &'a Ground,
    lagrangian: Lagrangian<'a>,
    serve: &'b mut S,
    incumbent: &'b mut Incumbent<'a>,
    rules: Rules<'b>,
    root: Vec<Fate>,
    growth: Vec<Growth>,
    nodes: u64,
    serial: u64,
}

enum Step {
    Done,
    Stopped,
    /// All sites are decided, but pricing them exactly takes more effort.
    Later {
        bound: f64,
        fates: Vec<(u32, bool)>,
        effort: u64,
    },
    Split {
        site: u32,
        first: bool,
        bound: f64,
        fates: Vec<(u32, bool)>,
        prices: Vec<f64>,
    },
}

impl<'a, 'b, S: Serve> Tree<'a, 'b, S> {
    /// A search over the sites that `root` leaves free.
    pub fn new(
        ground: &'a Ground,
        serve: &'b mut S,
        incumbent: &'b mut Incumbent<'a>,
        root: Vec<Fate>,
        rules: Rules<'b>,
    ) -> Self {
        let lagrangian = Lagrangian::new(ground);
        let growth = vec![Growth::default(); ground.sites];
        Self { ground, lagrangian, serve, incumbent, rules, root, growth, nodes: 0, serial: 0 }
    }

    fn cutoff(&self) -> f64 {
        self.incumbent.value * (1.0 - self.rules.gap)
    }

    /// Searches to the end or to a limit, from a bound and its prices.
    pub fn run(&mut self, bound: f64, prices: &[f64]) -> Outcome {
        let mut heap = BinaryHeap::new();
        let prices = Rc::new(prices.iter().map(|&v| v as f32).collect());
        let mut next = Some(Node { bound, depth: 0, serial: 0, fates: Vec::new(), prices, born: None, effort: 0 });
        loop {
            let Some(node) = next.take().or_else(|| heap.pop()) else {
                return self.outcome(bound, f64::INFINITY, End::Proved);
            };
            if node.bound > self.cutoff() {
                continue;
            }
            let low = heap.peek().map_or(node.bound, |h: &Node| h.bound.min(node.bound));
            if let Some(end) = self.ended(low) {
                return self.outcome(bound, low, end);
            }
            match self.process(&node) {
                Step::Done => {}
                Step::Stopped => heap.push(node),
                Step::Later { bound, fates, effort } => heap.push(Node { bound, fates, effort, ..node }),
                Step::Split { site, first, bound, fates, prices } => {
                    let prices = Rc::new(prices.into_iter().map(|v| v as f32).collect());
                    let mut child = |yes: bool| {
                        self.serial += 1;
                        let fates = fates.iter().copied().chain([(site, yes)]).collect();
                        let born = Some((site, yes));
                        let prices = Rc::clone(&prices);
                        Node { bound, depth: node.depth + 1, serial: self.serial, fates, prices, born, effort: 0 }
                    };
                    heap.push(child(!first));
                    next = Some(child(first));
                }
            }
            if self.nodes.is_multiple_of(100) {
                let value = self.incumbent.value;
                self.rules.observer.note(&format!("node {}: bound {low:.3}, incumbent {value:.3}", self.nodes));
            }
        }
    }

    fn outcome(&self, root: f64, low: f64, end: End) -> Outcome {
        Outcome { bound: low.min(self.cutoff()).max(root), nodes: self.nodes, root, end }
    }

    fn ended(&self, low: f64) -> Option<End> {
        let Rules { wanted, nodes, watch, .. } = &self.rules;
        if *wanted > 0.0 && gap(self.incumbent.value, low) <= *wanted {
            Some(End::Proved)
        } else if watch.over() {
            Some(if watch.left().is_some_and(|s| s <= 0.0) { End::TimeLimit } else { End::Interrupted })
        } else if nodes.is_some_and(|n| self.nodes >= n) {
            Some(End::WorkLimit)
        } else {
            None
        }
    }

    fn process(&mut self, node: &Node) -> Step {
        self.nodes += 1;
        let mut fates = self.root.clone();
        node.fates.iter().for_each(|&(i, yes)| fates[i as usize] = Fate::of(yes));
        if node.effort > 0 {
            return self.price(Self::open(&fates), node.bound, node.fates.clone(), node.effort);
        }
        let start = node.prices.iter().map(|&v| f64::from(v)).collect();
        let mut volume = Volume::new(self.ground, start, 0.2);
        let cutoff = self.cutoff();
        for step in 0..STEPS {
            volume.step(&mut self.lagrangian, &fates, self.incumbent.value);
            if volume.bound > cutoff || volume.bound == f64::INFINITY {
                return Step::Done;
            }
            let slow = volume.bound - node.bound < 0.15 * (cutoff - node.bound);
            if step == PATIENCE && slow || volume.factor < 5e-3 {
                break;
            }
            if self.rules.watch.over() {
                return Step::Stopped;
            }
        }
        let bound = self.lagrangian.bound(&volume.v, &fates);
        let mut list = node.fates.clone();
        for (i, yes) in self.lagrangian.decided(bound, cutoff, &fates) {
            fates[i as usize] = Fate::of(yes);
            list.push((i, yes));
        }
        self.learn(node, bound);
        if self.nodes < 20 || self.nodes.is_multiple_of(10) {
            let set = self.lagrangian.open();
            self.descend(set, &volume.v);
        }
        let free = (0..fates.len()).filter(|&i| fates[i] == Fate::Free);
        let best = free.max_by(|&a, &b| self.score(a, &volume).total_cmp(&self.score(b, &volume)).then(b.cmp(&a)));
        let Some(site) = best else {
            let set = Self::open(&fates);
            return self.price(set, bound.max(node.bound), list, EFFORT);
        };
        let first = volume.opening[site] >= 0.5;
        Step::Split { site: site as u32, first, bound: bound.max(node.bound), fates: list, prices: volume.v }
    }

    fn open(fates: &[Fate]) -> Vec<u32> {
        (0..fates.len() as u32).filter(|&i| fates[i as usize] == Fate::Open).collect()
    }

    /// Prices a decided set exactly, or asks for eight times the effort later.
    fn price(&mut self, set: Vec<u32>, bound: f64, fates: Vec<(u32, bool)>, effort: u64) -> Step {
        self.incumbent.offer(self.serve, set.clone());
        match self.incumbent.price(self.serve, set, Some(effort)) {
            Some(_) => Step::Done,
            None => Step::Later { bound, fates, effort: 8 * effort },
        }
    }

    fn descend(&mut self, set: Vec<u32>, v: &[f64]) {
        if self.incumbent.offer(self.serve, set) {
            let watch = self.rules.watch;
            let reduced = self.lagrangian.reduced.clone();
            self.incumbent.improve(self.serve, v.iter().sum(), &reduced, &|| watch.over());
        }
    }

    fn learn(&mut self, node: &Node, bound: f64) {
        if let Some((i, yes)) = node.born {
            let growth = &mut self.growth[i as usize];
            growth.sum[usize::from(yes)] += (bound - node.bound).max(0.0);
            growth.seen[usize::from(yes)] += 1.0;
        }
    }

    /// How much is to be hoped from splitting on a site: undecided in the average, and with children that grew before.
    fn score(&self, i: usize, volume: &Volume) -> f64 {
        let y = volume.opening[i];
        let growth = &self.growth[i];
        let side = |k: usize| {
            let guess = 0.02 * self.ground.fixed[i];
            if growth.seen[k] > 0.0 { growth.sum[k] / growth.seen[k] } else { guess }.max(1e-6)
        };
        (y.min(1.0 - y).max(0.0) + 1e-3) * (side(0) * side(1)).sqrt()
    }
}
