//! One route under search: its nodes with both depots, and what an insertion needs to know at each of them.

use super::ground::Ground;

/// A route; without requests it holds its two depots only.
#[derive(Default)]
pub(super) struct Route {
    pub kind: u32,
    /// Nodes with the depots at both ends.
    pub nodes: Vec<u32>,
    /// Distance from a node to the next.
    pub leg: Vec<i32>,
    /// End of service at a node.
    pub depart: Vec<i64>,
    /// Latest start of service at a node that keeps everything after it in time.
    pub late: Vec<i64>,
    /// Load on board after a node (pairs only).
    pub aboard: Vec<i32>,
    /// Size of everything delivered from the depot.
    pub load: i32,
    pub length: i64,
}

impl Clone for Route {
    fn clone(&self) -> Self {
        let mut copy = Self::default();
        copy.clone_from(self);
        copy
    }
    /// Keeps the memory that is there.
    fn clone_from(&mut self, other: &Self) {
        self.kind = other.kind;
        self.nodes.clone_from(&other.nodes);
        self.leg.clone_from(&other.leg);
        self.depart.clone_from(&other.depart);
        self.late.clone_from(&other.late);
        self.aboard.clone_from(&other.aboard);
        self.load = other.load;
        self.length = other.length;
    }
}

impl Route {
    /// Whether it serves nothing.
    #[inline]
    pub(super) fn is_empty(&self) -> bool {
        self.nodes.len() <= 2
    }
    /// The number of visits.
    #[inline]
    pub(super) fn visits(&self) -> usize {
        self.nodes.len().saturating_sub(2)
    }
    /// Makes it an unused vehicle of a kind.
    pub(super) fn reset(&mut self, ground: &Ground, kind: usize) {
        self.kind = kind as u32;
        self.nodes.clear();
        self.nodes.extend([ground.fleet[kind].start as u32, ground.fleet[kind].end as u32]);
        self.refresh(ground);
    }
    /// Inserts one node behind a position and follows its consequences as far as they reach.
    pub(super) fn insert(&mut self, ground: &Ground, behind: usize, node: u32) {
        let (p, s, v) = (self.nodes[behind] as usize, self.nodes[behind + 1] as usize, node as usize);
        let (there, on) = (ground.matrix.column(v)[p], ground.matrix.row(v)[s]);
        self.length += i64::from(there) + i64::from(on) - i64::from(self.leg[behind]);
        self.nodes.insert(behind + 1, node);
        self.leg[behind] = there;
        self.leg.insert(behind + 1, on);
        if ground.paired {
            self.loads(ground);
        } else {
            self.load += ground.size[ground.request[v] as usize];
        }
        if ground.timed {
            self.depart.insert(behind + 1, i64::MIN);
            self.late.insert(behind + 1, i64::MIN);
            self.forward(ground, behind + 1);
            self.backward(ground, behind + 1);
        }
    }
    /// Exchanges the vehicle.
    pub(super) fn become_kind(&mut self, ground: &Ground, kind: u32) {
        let vehicle = &ground.fleet[kind as usize];
        self.kind = kind;
        let last = self.nodes.len() - 1;
        self.nodes[0] = vehicle.start as u32;
        self.nodes[last] = vehicle.end as u32;
        self.refresh(ground);
    }
    /// What using it costs; nothing when it is empty.
    #[inline]
    pub(super) fn cost(&self, ground: &Ground) -> i64 {
        if self.is_empty() {
            return 0;
        }
        let kind = self.kind as usize;
        ground.fixed[kind] + ground.fleet[kind].rate * self.length
    }
    /// Recomputes everything that follows from the nodes.
    pub(super) fn refresh(&mut self, ground: &Ground) {
        let n = self.nodes.len();
        self.leg.clear();
        self.length = 0;
        for pair in self.nodes.windows(2) {
            let leg = ground.matrix.row(pair[0] as usize)[pair[1] as usize];
            self.leg.push(leg);
            self.length += i64::from(leg);
        }
        if ground.paired {
            self.loads(ground);
        } else {
            let inner = &self.nodes[1..n - 1];
            self.load = inner.iter().map(|&v| ground.size[ground.request[v as usize] as usize]).sum();
        }
        if ground.timed {
            self.times(ground);
        }
    }
    fn loads(&mut self, ground: &Ground) {
        let mut aboard = 0;
        self.aboard.clear();
        self.aboard.extend(self.nodes.iter().map(|&v| {
            aboard += ground.change[v as usize];
            aboard
        }));
    }
    fn times(&mut self, ground: &Ground) {
        let n = self.nodes.len();
        let start = self.nodes[0] as usize;
        self.depart.clear();
        self.depart.resize(n, i64::MIN);
        self.depart[0] = ground.ready[start] + ground.service[start];
        self.forward(ground, 1);
        self.late.clear();
        self.late.resize(n, i64::MIN);
        self.late[n - 1] = ground.due[self.nodes[n - 1] as usize];
        self.backward(ground, n - 2);
    }
    /// Departures from a position on, until one is what it was.
    fn forward(&mut self, ground: &Ground, from: usize) {
        let mut here = self.nodes[from - 1] as usize;
        let mut clock = self.depart[from - 1];
        for (&node, depart) in self.nodes[from..].iter().zip(&mut self.depart[from..]) {
            let next = node as usize;
            let arrival = clock + i64::from(ground.matrix.time_row(here)[next]);
            clock = arrival.max(ground.ready[next]) + ground.service[next];
            if std::mem::replace(depart, clock) == clock {
                break;
            }
            here = next;
        }
    }
    /// Latest starts from a position back, until one is what it was.
    fn backward(&mut self, ground: &Ground, from: usize) {
        let mut late = self.late[from + 1];
        let mut next = self.nodes[from + 1] as usize;
        for (&node, kept) in self.nodes[..=from].iter().zip(&mut self.late[..=from]).rev() {
            let here = node as usize;
            let travel = i64::from(ground.matrix.time_row(here)[next]);
            late = ground.due[here].min(late - travel - ground.service[here]);
            if std::mem::replace(kept, late) == late {
                break;
            }
            next = here;
        }
    }
}
