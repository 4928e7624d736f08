//! Fewer vehicles: one route is dissolved, and requests that nobody takes are offered again and again; who has been
//! absent longest weighs most.

use super::super::control::Meter;
use super::Search;
use super::state::inner;

impl Search<'_> {
    /// Dissolves routes until the meter ends or `enough` vehicles are left. Leaves the best complete solution behind, or,
    /// when none was found, one with absent requests.
    pub(in crate::routing) fn shrink(&mut self, meter: &mut Meter, enough: usize) {
        let mut absences = vec![1u64; self.state.ground.requests()];
        let mut kept = None;
        loop {
            if self.state.absent.is_empty() {
                kept = Some(self.snapshot());
                if self.state.vehicles() <= enough {
                    break;
                }
                self.dissolve(&absences);
            }
            if !self.complete(meter, &mut absences) {
                break;
            }
        }
        self.state.limit = usize::MAX;
        if let Some(kept) = kept.filter(|_| !self.state.absent.is_empty()) {
            self.restore(&kept);
        }
    }

    /// Ruins and recreates until nobody is absent (true) or the meter ends.
    fn complete(&mut self, meter: &mut Meter, absences: &mut [u64]) -> bool {
        let mean = self.mean_arc();
        let (hot, cold) = (mean * self.tuning.hot, mean * self.tuning.cold);
        while meter.step() {
            let temperature = hot * (cold / hot).powf(meter.used());
            let (before, cost) = (self.absence(absences), self.state.cost);
            self.step();
            let after = self.absence(absences);
            let allowance = -temperature * self.dice.unit().ln();
            let worse = after > before || (after == before && (self.state.cost - cost) as f64 >= allowance);
            if worse || !self.admitted() {
                self.state.rollback();
            }
            if self.state.absent.is_empty() {
                return true;
            }
            for &r in &self.state.absent {
                absences[r as usize] += 1;
            }
        }
        false
    }

    fn absence(&self, absences: &[u64]) -> u64 {
        self.state.absent.iter().map(|&r| absences[r as usize]).sum()
    }

    /// Takes the vehicle away whose requests were absent least.
    fn dissolve(&mut self, absences: &[u64]) {
        let ground = self.state.ground;
        let requests = |nodes: &[u32]| {
            let mut list: Vec<u32> = inner(nodes).iter().map(|&v| ground.request[v as usize]).collect();
            list.sort_unstable();
            list.dedup();
            list
        };
        let weight = |nodes: &[u32]| -> u64 { requests(nodes).iter().map(|&r| absences[r as usize]).sum() };
        let used = self.state.routes.iter().enumerate().filter(|(_, r)| !r.is_empty());
        if let Some((slot, route)) = used.min_by_key(|(_, r)| weight(&r.nodes)) {
            let list = requests(&route.nodes);
            self.state.begin();
            self.state.remove(slot, &list);
            self.state.limit = self.state.vehicles();
        }
    }
}
