//! What the best sales of a network earn, in plain arithmetic of the machine: zones in the order of their margins send
//! their buyers to stores with room, others make way where they can go elsewhere (the sets of buyers that can be served
//! together form a polymatroid, so the order of the margins is optimal).

use super::plan::Plan;
use super::problem::Problem;
use super::rules::spent;
use std::collections::BTreeSet;

/// Cars below which nothing is sent any more.
const DUST: f64 = 1e-9;

/// A network's pulls as numbers, and which stores and zones hang together.
pub struct Market<'a> {
    problem: &'a Problem,
    /// Component of every store and zone.
    store_in: Vec<usize>,
    zones_of: Vec<Vec<usize>>,
    stores_of: Vec<Vec<usize>>,
    margin: Vec<f64>,
    nest: f64,
}

impl<'a> Market<'a> {
    /// The market of a problem.
    pub fn new(problem: &'a Problem) -> Self {
        let (stores, zones) = (problem.stores.len(), problem.zones.len());
        let mut root: Vec<usize> = (0..stores + zones).collect();
        fn top(root: &mut [usize], mut k: usize) -> usize {
            while root[k] != k {
                root[k] = root[root[k]];
                k = root[k];
            }
            k
        }
        for (i, store) in problem.stores.iter().enumerate() {
            for pull in &store.pulls {
                let (a, b) = (top(&mut root, i), top(&mut root, stores + pull.zone));
                root[a.max(b)] = a.min(b);
            }
        }
        let home: Vec<usize> = (0..stores + zones).map(|k| top(&mut root, k)).collect();
        let mut market = Self {
            problem,
            store_in: home[..stores].to_vec(),
            zones_of: vec![Vec::new(); stores + zones],
            stores_of: vec![Vec::new(); stores + zones],
            margin: problem.zones.iter().map(|z| z.margin.mid()).collect(),
            nest: problem.nest.mid(),
        };
        (0..stores).for_each(|i| market.stores_of[home[i]].push(i));
        (0..zones).for_each(|j| market.zones_of[home[stores + j]].push(j));
        market
    }

    fn captured(&self, phase: usize, zone: usize, pull: f64) -> f64 {
        let z = &self.problem.zones[zone];
        if pull <= 0.0 {
            return 0.0;
        }
        let inclusive = if self.nest == 1.0 { pull } else { pull.powf(self.nest) };
        self.problem.phases[phase].market.mid() * z.registrations.mid() * inclusive / (z.rivals + inclusive)
    }

    /// Yearly contribution of a component in a phase, and whether any store of it is full.
    fn component(&self, home: usize, phase: usize, open: &[Option<usize>]) -> (f64, bool) {
        let pull = |i: usize, k: usize, o: usize| self.problem.stores[i].pulls[k].by_option[o].mid();
        let stores = &self.stores_of[home];
        let mut room: Vec<f64> = vec![0.0; open.len()];
        let mut load: Vec<f64> = vec![0.0; open.len()];
        for &i in stores {
            room[i] = open[i].map_or(0.0, |o| self.problem.stores[i].options[o].capacity.mid());
        }
        let (mut buyers, mut earned) = (Vec::new(), 0.0);
        for &j in self.zones_of[home].iter().filter(|j| self.margin[**j] > 0.0) {
            let pulls: Vec<(usize, f64)> = self.problem.zones[j]
                .pulls
                .iter()
                .filter_map(|&(i, k)| open[i].map(|o| (i, pull(i, k, o))))
                .filter(|p| p.1 > 0.0)
                .collect();
            let all: f64 = pulls.iter().map(|p| p.1).sum();
            let wanted = self.captured(phase, j, all);
            earned += self.margin[j] * wanted;
            pulls.iter().for_each(|&(i, e)| load[i] += wanted * e / all);
            let roads = pulls.into_iter().map(|(i, e)| (i, self.captured(phase, j, e), 0.0)).collect();
            buyers.push(Buyers { zone: j, left: wanted, roads });
        }
        if stores.iter().all(|&i| load[i] <= room[i] * (1.0 + 1e-12)) {
            return (earned, false);
        }
        (self.crowded(buyers, &mut room), true)
    }

    /// Contribution where stores are full.
    fn crowded(&self, mut buyers: Vec<Buyers>, room: &mut [f64]) -> f64 {
        buyers.sort_by(|a, b| self.margin[b.zone].total_cmp(&self.margin[a.zone]).then(a.zone.cmp(&b.zone)));
        let mut of_store: Vec<Vec<(usize, usize)>> = vec![Vec::new(); room.len()];
        for (b, zone) in buyers.iter().enumerate() {
            zone.roads.iter().enumerate().for_each(|(r, road)| of_store[road.0].push((b, r)));
        }
        let mut earned = 0.0;
        for b in 0..buyers.len() {
            let wanted = buyers[b].left;
            while buyers[b].left > DUST && send(&mut buyers, &of_store, room, b) {}
            earned += self.margin[buyers[b].zone] * (wanted - buyers[b].left);
        }
        earned
    }

    /// Yearly profit of a plan whose components earn what `known` says (by phase and component) but for those of the
    /// stores that changed.
    pub fn profit(&self, plan: &Plan, base: Option<(&Plan, &Earned)>) -> (f64, Earned) {
        let problem = self.problem;
        let mut earned = Earned::default();
        let mut total = 0.0;
        let differs: BTreeSet<usize> = base.map_or_else(BTreeSet::new, |(other, _)| {
            (0..plan.changes.len()).filter(|&i| plan.changes[i] != other.changes[i]).map(|i| self.store_in[i]).collect()
        });
        for (t, phase) in problem.phases.iter().enumerate() {
            let open = plan.open(problem, t);
            let mut year = 0.0;
            let homes = (0..self.stores_of.len()).filter(|h| !self.stores_of[*h].is_empty());
            for (n, home) in homes.enumerate() {
                let old = base.filter(|_| !differs.contains(&home)).map(|b| b.1.by_phase[t][n]);
                let value = old.unwrap_or_else(|| {
                    let (value, full) = self.component(home, t, &open);
                    earned.crowded |= full;
                    value
                });
                if n == 0 {
                    earned.by_phase.push(Vec::new());
                }
                earned.by_phase[t].push(value);
                year += value;
            }
            let cost = |i: usize| open[i].map_or(0.0, |o| problem.stores[i].options[o].yearly.mid());
            total += phase.weight.mid() * (year - (0..open.len()).map(cost).sum::<f64>());
        }
        for i in 0..plan.changes.len() {
            if let Some((phase, _)) = plan.changes[i] {
                total -= problem.phases[phase].discount.mid() * spent(problem, plan, i).mid() / problem.years.mid();
            }
        }
        (total, earned)
    }
}

/// Contribution by phase and component.
#[derive(Clone, Debug, Default)]
pub struct Earned {
    by_phase: Vec<Vec<f64>>,
    /// Whether a store was full where sales were computed.
    pub crowded: bool,
}

/// Buyers of a zone: those left, and by store the most it would sell alone and what it sells.
struct Buyers {
    zone: usize,
    left: f64,
    roads: Vec<(usize, f64, f64)>,
}

/// Sends buyers of a zone along a shortest path to a store with room; others on the path go elsewhere. False: none.
fn send(buyers: &mut [Buyers], of_store: &[Vec<(usize, usize)>], room: &mut [f64], start: usize) -> bool {
    let mut into_store: Vec<Option<(usize, usize)>> = vec![None; room.len()];
    let mut into_zone: Vec<Option<(usize, usize)>> = vec![None; buyers.len()];
    let mut seen = vec![false; buyers.len()];
    seen[start] = true;
    let mut queue = std::collections::VecDeque::from([start]);
    let mut end = None;
    'search: while let Some(b) = queue.pop_front() {
        for (r, &(i, most, sold)) in buyers[b].roads.iter().enumerate() {
            if into_store[i].is_some() || most - sold <= DUST {
                continue;
            }
            into_store[i] = Some((b, r));
            if room[i] > DUST {
                end = Some(i);
                break 'search;
            }
            for &(other, back) in &of_store[i] {
                if !seen[other] && buyers[other].roads[back].2 > DUST {
                    seen[other] = true;
                    into_zone[other] = Some((other, back));
                    queue.push_back(other);
                }
            }
        }
    }
    let Some(end) = end else { return false };
    // Back along the path: the least that fits, then the change.
    let mut path = Vec::new();
    let (mut store, mut amount) = (end, buyers[start].left.min(room[end]));
    while let Some((b, r)) = into_store[store] {
        let road = buyers[b].roads[r];
        amount = amount.min(road.1 - road.2);
        path.push((b, r, 1.0));
        let Some((_, back)) = into_zone[b].filter(|_| b != start) else { break };
        amount = amount.min(buyers[b].roads[back].2);
        path.push((b, back, -1.0));
        store = buyers[b].roads[back].0;
    }
    path.into_iter().for_each(|(b, r, sign)| buyers[b].roads[r].2 += sign * amount);
    buyers[start].left -= amount;
    room[end] -= amount;
    true
}
