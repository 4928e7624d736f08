//! Remembers loads: two loads with the same cars and the same order of stops are one.

use super::arrange::{Arrangement, arrange};
use super::carrier::{Car, Carrier, Item, Policy};
use std::collections::HashMap;

/// Checks loads of one carrier under one policy.
#[derive(Clone, Debug)]
pub struct Loader {
    carrier: Carrier,
    policy: Policy,
    cars: HashMap<Car, u16>,
    known: HashMap<Box<[u32]>, Option<u32>>,
    stops: Vec<u16>,
    key: Vec<u32>,
}

impl Loader {
    /// Nothing known yet.
    pub fn new(carrier: Carrier, policy: Policy) -> Self {
        let (cars, known) = (HashMap::new(), HashMap::new());
        Self { carrier, policy, cars, known, stops: Vec::new(), key: Vec::new() }
    }
    /// The carrier.
    pub fn carrier(&self) -> &Carrier {
        &self.carrier
    }
    /// The fewest moves of a load; `None` when it cannot be carried.
    pub fn moves(&mut self, items: &[Item]) -> Option<u32> {
        if items.len() > self.carrier.equipment().slots.len() && items.iter().all(|i| i.on == items[0].on) {
            return None;
        }
        self.stops.clear();
        self.stops.extend(items.iter().flat_map(|i| [i.on, i.off]));
        self.stops.sort_unstable();
        self.stops.dedup();
        let next = self.cars.len();
        if self.stops.len() > 255 || next + items.len() > usize::from(u16::MAX) {
            return arrange(&self.carrier, items, self.policy).map(|a| a.moves);
        }
        self.key.clear();
        for item in items {
            let fresh = self.cars.len() as u16;
            let car = *self.cars.entry(item.car).or_insert(fresh);
            let rank = |stop: u16| self.stops.partition_point(|&s| s < stop) as u32;
            self.key.push(u32::from(car) << 16 | rank(item.on) << 8 | rank(item.off));
        }
        self.key.sort_unstable();
        if let Some(&known) = self.known.get(&self.key[..]) {
            return known;
        }
        let moves = arrange(&self.carrier, items, self.policy).map(|a| a.moves);
        self.known.insert(self.key.as_slice().into(), moves);
        moves
    }
    /// Where the cars of a load stand.
    pub fn arrange(&self, items: &[Item]) -> Option<Arrangement> {
        arrange(&self.carrier, items, self.policy)
    }
    /// How many different loads are known.
    pub fn known(&self) -> usize {
        self.known.len()
    }
}
