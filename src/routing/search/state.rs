//! All routes under search, with the way back to where a step began.

use super::cache::Cache;
use super::ground::{Ground, NONE};
use super::route::Route;
use super::scan::Place;

/// Routes, who is absent, and what has been touched since [`State::begin`].
pub(super) struct State<'a> {
    pub ground: &'a Ground<'a>,
    pub routes: Vec<Route>,
    /// Free capacity of a route; the whole capacity with pairs; below zero when the route is not in use.
    pub room: Vec<i32>,
    /// The route of a request.
    pub route_of: Vec<u32>,
    /// Requests that no route serves.
    pub absent: Vec<u32>,
    /// Vehicles in use, by kind.
    pub used: Vec<usize>,
    /// Vehicles of all kinds that may be used together.
    pub limit: usize,
    pub cost: i64,
    pub cache: Cache,
    saved: Vec<(u32, u32, Route)>,
    touched: usize,
    absent_before: Vec<u32>,
    cost_before: i64,
}

impl<'a> State<'a> {
    /// No vehicle moves, everything is absent.
    pub(super) fn new(ground: &'a Ground<'a>) -> Self {
        let requests = ground.requests();
        Self {
            ground,
            routes: Vec::new(),
            room: Vec::new(),
            route_of: vec![NONE; requests],
            absent: (0..requests as u32).collect(),
            used: vec![0; ground.fleet.len()],
            limit: usize::MAX,
            cost: 0,
            cache: Cache::new(requests),
            saved: Vec::new(),
            touched: 0,
            absent_before: Vec::new(),
            cost_before: 0,
        }
    }
    /// Marks the point to which [`State::rollback`] returns.
    pub(super) fn begin(&mut self) {
        self.touched = 0;
        self.absent_before.clone_from(&self.absent);
        self.cost_before = self.cost;
        self.cache.renew_if_full(self.routes.len());
    }
    /// Undoes everything since [`State::begin`].
    pub(super) fn rollback(&mut self) {
        for k in (0..self.touched).rev() {
            let slot = self.saved[k].0 as usize;
            self.count(slot, -1);
            std::mem::swap(&mut self.routes[slot], &mut self.saved[k].2);
            self.count(slot, 1);
            self.cache.set_version(slot, self.saved[k].1);
            self.set_room(slot);
            let Self { routes, route_of, ground, .. } = self;
            for &v in inner(&routes[slot].nodes) {
                route_of[ground.request[v as usize] as usize] = slot as u32;
            }
        }
        self.touched = 0;
        self.absent.clone_from(&self.absent_before);
        for &r in &self.absent {
            self.route_of[r as usize] = NONE;
        }
        self.cost = self.cost_before;
    }
    fn count(&mut self, slot: usize, by: isize) {
        let route = &self.routes[slot];
        if !route.is_empty() {
            let used = &mut self.used[route.kind as usize];
            *used = used.wrapping_add_signed(by);
        }
    }
    fn set_room(&mut self, slot: usize) {
        let route = &self.routes[slot];
        self.room[slot] = if route.is_empty() {
            -1
        } else {
            self.ground.fleet[route.kind as usize].capacity.get() as i32 - route.load
        };
    }
    /// Keeps a copy of a route before its first change.
    fn touch(&mut self, slot: usize) {
        if self.saved[..self.touched].iter().any(|s| s.0 == slot as u32) {
            return;
        }
        if self.saved.len() == self.touched {
            self.saved.push(Default::default());
        }
        let entry = &mut self.saved[self.touched];
        entry.0 = slot as u32;
        entry.1 = self.cache.version(slot);
        entry.2.clone_from(&self.routes[slot]);
        self.touched += 1;
    }
    /// Changes the nodes of a route and everything that follows from them.
    fn change(&mut self, slot: usize, edit: impl FnOnce(&mut Route)) {
        self.touch(slot);
        self.count(slot, -1);
        self.cost -= self.routes[slot].cost(self.ground);
        edit(&mut self.routes[slot]);
        self.cost += self.routes[slot].cost(self.ground);
        self.count(slot, 1);
        self.cache.touch(slot);
        self.set_room(slot);
    }
    /// Routes changed since [`State::begin`], as they were: slot, version, route.
    pub(super) fn touched(&self) -> &[(u32, u32, Route)] {
        &self.saved[..self.touched]
    }
    /// Exchanges the vehicle of a route.
    pub(super) fn assign(&mut self, slot: usize, kind: u32) {
        let ground = self.ground;
        self.change(slot, |route| route.become_kind(ground, kind));
    }
    /// Whether another vehicle of a kind may be used.
    pub(super) fn allows(&self, kind: usize) -> bool {
        self.used[kind] < self.ground.fleet[kind].count && self.vehicles() < self.limit
    }
    /// An unused slot, made ready for a kind.
    pub(super) fn open(&mut self, kind: usize) -> usize {
        let slot = self.room.iter().position(|&room| room < 0).unwrap_or_else(|| {
            self.routes.push(Route::default());
            self.room.push(-1);
            self.cache.grow(self.routes.len());
            let slot = self.routes.len() - 1;
            self.routes[slot].reset(self.ground, kind);
            slot
        });
        self.touch(slot);
        self.routes[slot].reset(self.ground, kind);
        self.cache.touch(slot);
        slot
    }
    /// Puts a request into a route. It must not be in `absent` any more.
    pub(super) fn insert(&mut self, request: usize, slot: usize, place: Place) {
        let (a, b) = (self.ground.first[request], self.ground.last[request]);
        let paired = self.ground.paired;
        let ground = self.ground;
        self.change(slot, |route| {
            if paired {
                route.insert(ground, usize::from(place.last), b);
            }
            route.insert(ground, usize::from(place.first), a);
        });
        self.route_of[request] = slot as u32;
    }
    /// Takes requests out of one route and makes them absent.
    pub(super) fn remove(&mut self, slot: usize, requests: &[u32]) {
        for &r in requests {
            self.route_of[r as usize] = NONE;
        }
        let Self { ground, .. } = self;
        let ground = *ground;
        let mut route_of = std::mem::take(&mut self.route_of);
        self.change(slot, |route| {
            let nodes = &mut route.nodes;
            let end = nodes.len() - 1;
            let mut kept = 1;
            for i in 1..=end {
                let v = nodes[i];
                if i == end || route_of[ground.request[v as usize] as usize] != NONE {
                    nodes[kept] = v;
                    kept += 1;
                }
            }
            nodes.truncate(kept);
            route.refresh(ground);
        });
        std::mem::swap(&mut self.route_of, &mut route_of);
        self.absent.extend_from_slice(requests);
    }
    /// Replaces all routes by others that serve every request.
    pub(super) fn load(&mut self, kept: &[(u32, Vec<u32>)]) {
        for slot in 0..self.routes.len() {
            if !self.routes[slot].is_empty() {
                self.count(slot, -1);
                let kind = self.routes[slot].kind as usize;
                self.routes[slot].reset(self.ground, kind);
            }
            self.room[slot] = -1;
            self.cache.touch(slot);
        }
        let ground = self.ground;
        self.cost = 0;
        self.absent.clear();
        for (kind, nodes) in kept {
            let slot = self.open(*kind as usize);
            self.change(slot, |route| {
                route.nodes.splice(1..1, nodes.iter().copied());
                route.refresh(ground);
            });
            for &v in nodes {
                self.route_of[self.ground.request[v as usize] as usize] = slot as u32;
            }
        }
        self.begin();
    }
    /// Vehicles in use.
    pub(super) fn vehicles(&self) -> usize {
        self.used.iter().sum()
    }
}

/// Nodes without the depots at both ends.
pub(super) fn inner(nodes: &[u32]) -> &[u32] {
    nodes.get(1..nodes.len().saturating_sub(1)).unwrap_or(&[])
}
