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
            let mut aboard = 0;
            self.aboard.clear();
            self.aboard.extend(self.nodes.iter().map(|&v| {
                aboard += ground.change[v as usize];
                aboard
            }));
        } else {
            let inner = &self.nodes[1..n - 1];
            self.load = inner.iter().map(|&v| ground.size[ground.request[v as usize] as usize]).sum();
        }
        if ground.timed {
            self.times(ground);
        }
    }
    fn times(&mut self, ground: &Ground) {
        let n = self.nodes.len();
        let start = self.nodes[0] as usize;
        let mut clock = ground.ready[start] + ground.service[start];
        self.depart.clear();
        self.depart.push(clock);
        for pair in self.nodes.windows(2) {
            let next = pair[1] as usize;
            let arrival = clock + i64::from(ground.matrix.time_row(pair[0] as usize)[next]);
            clock = arrival.max(ground.ready[next]) + ground.service[next];
            self.depart.push(clock);
        }
        self.late.clear();
        self.late.resize(n, 0);
        let mut late = ground.due[self.nodes[n - 1] as usize];
        self.late[n - 1] = late;
        for i in (0..n - 1).rev() {
            let here = self.nodes[i] as usize;
            let travel = i64::from(ground.matrix.time_row(here)[self.nodes[i + 1] as usize]);
            late = ground.due[here].min(late - travel - ground.service[here]);
            self.late[i] = late;
        }
    }
}
