//! The transport problem behind a set of open sites, by shortest paths between the sites.
//!
//! Every client starts at its cheapest open site. While a site holds too much, demand is pushed along the cheapest path
//! from an overfull site to one with room; an arc a → b moves the client of a for which that is cheapest. Potentials
//! keep all arc lengths at or above zero (successive shortest paths on k sites instead of k + n nodes).

use super::Ground;

/// Amounts of one client by open site.
pub type Shares = Vec<Vec<(u32, f64)>>;

/// A transport solver that keeps its memory between sets.
pub struct Flow<'a> {
    ground: &'a Ground,
    open: Vec<u32>,
    /// Unit costs and amounts, open site by open site.
    unit: Vec<f64>,
    amount: Vec<f64>,
    members: Vec<Vec<u32>>,
    load: Vec<f64>,
    room: Vec<f64>,
    /// Length of each arc and the client that attains it.
    arc: Vec<f64>,
    via: Vec<u32>,
    potential: Vec<f64>,
    distance: Vec<f64>,
    before: Vec<u32>,
    settled: Vec<bool>,
    tiny: f64,
}

const NOBODY: u32 = u32::MAX;

impl<'a> Flow<'a> {
    /// A solver for one problem.
    pub fn new(ground: &'a Ground) -> Self {
        Self {
            ground,
            open: Vec::new(),
            unit: Vec::new(),
            amount: Vec::new(),
            members: Vec::new(),
            load: Vec::new(),
            room: Vec::new(),
            arc: Vec::new(),
            via: Vec::new(),
            potential: Vec::new(),
            distance: Vec::new(),
            before: Vec::new(),
            settled: Vec::new(),
            tiny: 1e-9 * ground.total / ground.clients as f64,
        }
    }

    /// Serves all demand from the open sites: the least serving cost; `None` where they are too small or where the
    /// cost exceeds the limit.
    pub fn serve(&mut self, open: &[u32], limit: f64) -> Option<f64> {
        if !self.ground.has_room(open) {
            return None;
        }
        let mut cost = self.start(open);
        if (0..open.len()).all(|a| self.load[a] <= self.room[a] + self.tiny) {
            return (cost <= limit).then_some(cost);
        }
        let k = open.len();
        for (a, b) in (0..k).flat_map(|a| (0..k).map(move |b| (a, b))).filter(|p| p.0 != p.1) {
            self.scan(a, b);
        }
        let mut path = Vec::new();
        while (0..k).any(|a| self.load[a] > self.room[a] + self.tiny) {
            let target = self.shortest()?;
            let push = self.trace(target, &mut path);
            for &(a, b, j) in &path {
                cost += push * self.arc[a * k + b];
                self.shift(a, b, j as usize, push);
            }
            if cost > limit {
                return None;
            }
        }
        Some(cost)
    }

    /// Every client at its cheapest open site; the cost.
    fn start(&mut self, open: &[u32]) -> f64 {
        let (g, n, k) = (self.ground, self.ground.clients, open.len());
        self.open.clear();
        self.open.extend_from_slice(open);
        self.unit.clear();
        for &i in open {
            self.unit.extend_from_slice(&g.unit[i as usize * n..(i as usize + 1) * n]);
        }
        let fill = |list: &mut Vec<f64>, size: usize, value: f64| {
            list.clear();
            list.resize(size, value);
        };
        fill(&mut self.amount, k * n, 0.0);
        fill(&mut self.load, k, 0.0);
        fill(&mut self.arc, k * k, f64::INFINITY);
        fill(&mut self.potential, k, 0.0);
        fill(&mut self.distance, k, 0.0);
        self.via.clear();
        self.via.resize(k * k, NOBODY);
        self.before.resize(k, NOBODY);
        self.settled.resize(k, false);
        self.room.clear();
        self.room.extend(open.iter().map(|&i| g.capacity[i as usize]));
        self.members.resize_with(k.max(self.members.len()), Vec::new);
        self.members.iter_mut().for_each(Vec::clear);
        let mut cost = 0.0;
        for j in 0..n {
            let mut best = 0;
            for a in 1..k {
                if self.unit[a * n + j] < self.unit[best * n + j] {
                    best = a;
                }
            }
            // A client without demand is moved by nobody.
            let (d, c) = (g.demand[j], self.unit[best * n + j]);
            if d > 0.0 {
                self.amount[best * n + j] = d;
                self.members[best].push(j as u32);
                self.load[best] += d;
                cost += d * c;
            } else {
                cost += c;
            }
        }
        cost
    }

    /// The cheapest client to move from a to b.
    fn scan(&mut self, a: usize, b: usize) {
        let (n, k) = (self.ground.clients, self.open.len());
        let (from, to) = (&self.unit[a * n..(a + 1) * n], &self.unit[b * n..(b + 1) * n]);
        let (mut best, mut who) = (f64::INFINITY, NOBODY);
        for &j in &self.members[a] {
            let length = to[j as usize] - from[j as usize];
            if length < best {
                (best, who) = (length, j);
            }
        }
        self.arc[a * k + b] = best;
        self.via[a * k + b] = who;
    }

    /// Dijkstra from all overfull sites to the nearest site with room; updates the potentials.
    fn shortest(&mut self) -> Option<usize> {
        let k = self.open.len();
        for a in 0..k {
            let over = self.load[a] > self.room[a] + self.tiny;
            self.distance[a] = if over { 0.0 } else { f64::INFINITY };
            self.before[a] = NOBODY;
            self.settled[a] = false;
        }
        let target = loop {
            let mut nearest = (f64::INFINITY, usize::MAX);
            for a in 0..k {
                if !self.settled[a] && self.distance[a] < nearest.0 {
                    nearest = (self.distance[a], a);
                }
            }
            let (reach, a) = nearest;
            if a == usize::MAX {
                return None;
            }
            if self.load[a] < self.room[a] - self.tiny {
                break a;
            }
            self.settled[a] = true;
            for b in (0..k).filter(|&b| b != a) {
                let length = (self.arc[a * k + b] + self.potential[a] - self.potential[b]).max(0.0);
                if !self.settled[b] && reach + length < self.distance[b] {
                    self.distance[b] = reach + length;
                    self.before[b] = a as u32;
                }
            }
        };
        let end = self.distance[target];
        for a in 0..k {
            self.potential[a] += if self.settled[a] { self.distance[a].min(end) } else { end };
        }
        Some(target)
    }

    /// The path to a target, last arc first, and how much it can carry.
    fn trace(&self, target: usize, path: &mut Vec<(usize, usize, u32)>) -> f64 {
        let (n, k) = (self.ground.clients, self.open.len());
        path.clear();
        let mut push = self.room[target] - self.load[target];
        let mut b = target;
        while self.before[b] != NOBODY {
            let a = self.before[b] as usize;
            let j = self.via[a * k + b];
            push = push.min(self.amount[a * n + j as usize]);
            path.push((a, b, j));
            b = a;
        }
        push.min(self.load[b] - self.room[b])
    }

    /// Moves an amount of a client and mends the arcs it carried.
    fn shift(&mut self, a: usize, b: usize, j: usize, push: f64) {
        let (n, k) = (self.ground.clients, self.open.len());
        self.load[a] -= push;
        self.load[b] += push;
        let fresh = self.amount[b * n + j] == 0.0;
        self.amount[b * n + j] += push;
        if fresh {
            self.members[b].push(j as u32);
            let own = self.unit[b * n + j];
            for x in (0..k).filter(|&x| x != b) {
                let length = self.unit[x * n + j] - own;
                if length < self.arc[b * k + x] {
                    self.arc[b * k + x] = length;
                    self.via[b * k + x] = j as u32;
                }
            }
        }
        self.amount[a * n + j] -= push;
        if self.amount[a * n + j] <= 1e-3 * self.tiny {
            self.amount[a * n + j] = 0.0;
            self.members[a].retain(|&x| x != j as u32);
            for x in 0..k {
                if x != a && self.via[a * k + x] == j as u32 {
                    self.scan(a, x);
                }
            }
        }
    }

    /// What one more unit of capacity is worth at each open site, after [`Flow::serve`].
    pub fn prices(&self) -> Vec<f64> {
        let top = self.potential.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        self.potential.iter().map(|p| top - p).collect()
    }

    /// Which site serves which share of each client, after [`Flow::serve`].
    pub fn shares(&self) -> Shares {
        let (n, k) = (self.ground.clients, self.open.len());
        (0..n)
            .map(|j| {
                let held: Vec<usize> = (0..k).filter(|&a| self.amount[a * n + j] > 0.0).collect();
                let total: f64 = held.iter().map(|&a| self.amount[a * n + j]).sum();
                match held[..] {
                    [] => {
                        let nearest = (0..k).min_by(|&a, &b| self.unit[a * n + j].total_cmp(&self.unit[b * n + j]));
                        nearest.map(|a| (self.open[a], 1.0)).into_iter().collect()
                    }
                    [only] => vec![(self.open[only], 1.0)],
                    _ => held.iter().map(|&a| (self.open[a], self.amount[a * n + j] / total)).collect(),
                }
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lp::{Col, Programme};
    use crate::placement::costs::{Costs, Matrix};
    use crate::placement::dice::Dice;
    use crate::placement::facility::{Capacity, Problem};

    #[test]
    fn it_costs_what_the_linear_programme_says() {
        let mut split = 0;
        for seed in 0..300 {
            let mut dice = Dice::new(seed);
            let (m, n) = (1 + dice.below(6), 1 + dice.below(12));
            let costs: Vec<i64> = (0..m * n).map(|_| dice.below(60) as i64).collect();
            let demand: Vec<f64> = (0..n).map(|_| dice.below(9) as f64).collect();
            let least = demand.iter().sum::<f64>() / m as f64;
            let of_site: Vec<f64> = (0..m).map(|_| (least * (0.7 + dice.unit())).ceil()).collect();
            let capacity = Capacity { of_site, demand, single_source: false };
            let Ok(problem) = Problem::new(vec![0; m], Matrix::new(m, costs), Some(capacity), 0) else { continue };
            let capacity = problem.capacity().unwrap();
            let mut p = Programme::new();
            for j in 0..n {
                for i in 0..m {
                    p.column(problem.costs().cost(i, j) as f64, 0.0, 1.0);
                }
            }
            for j in 0..n {
                p.equal(1.0, (0..m).map(|i| (Col::at(j * m + i), 1.0)));
            }
            for i in 0..m {
                p.at_most(capacity.of_site[i], (0..n).map(|j| (Col::at(j * m + i), capacity.demand[j])));
            }
            let expected = crate::lp::solve(&p, &crate::lp::Limits::default()).unwrap().objective;
            let ground = Ground::new(&problem).unwrap();
            let mut flow = Flow::new(&ground);
            let open: Vec<u32> = (0..m as u32).collect();
            let cost = flow.serve(&open, f64::INFINITY).unwrap();
            assert!((cost - expected).abs() < 1e-6 * expected.max(1.0), "seed {seed}: {cost} {expected}");
            let mut load = vec![0.0; m];
            for (j, shares) in flow.shares().iter().enumerate() {
                assert!((shares.iter().map(|s| s.1).sum::<f64>() - 1.0).abs() < 1e-12);
                shares.iter().for_each(|s| load[s.0 as usize] += s.1 * capacity.demand[j]);
                split += usize::from(shares.len() > 1);
            }
            assert!((0..m).all(|i| load[i] <= capacity.of_site[i] + 1e-9), "seed {seed}");
            assert!(flow.serve(&open, expected - 1.0).is_none(), "seed {seed}");
        }
        assert!(split > 50, "{split}");
    }
}
