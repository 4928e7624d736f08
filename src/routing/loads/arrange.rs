//! The exact arrangement of a load with the fewest moves.

use super::carrier::{Car, Carrier, Equipment, Item, Policy};

/// Where every car stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arrangement {
    /// The slot of each item.
    pub slots: Vec<usize>,
    /// How often a car is driven off and on again because it stands in the way.
    pub moves: u32,
}

/// Most cars of one load.
pub(super) const CARS: usize = 32;

/// Finds the arrangement with the fewest moves, or none: no order of trying, no limit of work decides.
pub fn arrange(carrier: &Carrier, items: &[Item], policy: Policy) -> Option<Arrangement> {
    if items.len() > CARS || items.iter().any(|i| i.on >= i.off) {
        return None;
    }
    let mut order: Vec<usize> = (0..items.len()).collect();
    order.sort_by_key(|&i| (items[i].on, std::cmp::Reverse(items[i].off), std::cmp::Reverse(items[i].car), i));
    let sorted: Vec<Item> = order.iter().map(|&i| items[i]).collect();
    let mut search = Search::new(carrier.equipment(), &sorted, policy)?;
    search.place(0);
    let best = search.best?;
    let mut slots = vec![0; items.len()];
    for (k, &i) in order.iter().enumerate() {
        slots[i] = best.slots[k];
    }
    Some(Arrangement { slots, moves: best.moves })
}

struct Search<'a> {
    equipment: &'a Equipment,
    items: &'a [Item],
    policy: Policy,
    /// Slots, the most blocked first.
    deep: Vec<usize>,
    /// Times after which somebody was loaded: the carrier is fullest at one of them.
    peaks: Vec<u16>,
    /// By peak: lengths on each deck, then thousandths of weight on each bearing.
    sums: Vec<u64>,
    limits: Vec<u64>,
    /// Position in `deep` of every placed item.
    placed: Vec<usize>,
    /// Stops, by rank among all, at which a placed item is moved.
    moved: [u64; CARS],
    moves: u32,
    ranks: Vec<(u32, u32)>,
    best: Option<Arrangement>,
}

impl<'a> Search<'a> {
    /// Nothing placed; `None` when more cars are aboard at a time than there are slots for their classes.
    fn new(equipment: &'a Equipment, items: &'a [Item], policy: Policy) -> Option<Self> {
        let mut deep: Vec<usize> = (0..equipment.slots.len()).collect();
        deep.sort_by_key(|&s| (std::cmp::Reverse(equipment.slots[s].blockers.count_ones()), s));
        let mut peaks: Vec<u16> = items.iter().map(|i| i.on).collect();
        peaks.dedup();
        for &peak in &peaks {
            let mut cars: Vec<Car> = aboard(items, peak).map(|i| i.car).collect();
            cars.sort_by_key(|c| std::cmp::Reverse(c.class));
            let places = |car: &Car| equipment.slots.iter().filter(|s| s.class >= car.class).count();
            if cars.iter().enumerate().any(|(k, car)| places(car) <= k) {
                return None;
            }
        }
        let mut stops: Vec<u16> = items.iter().flat_map(|i| [i.on, i.off]).collect();
        stops.sort_unstable();
        stops.dedup();
        let rank = |stop: u16| stops.partition_point(|&s| s < stop) as u32;
        let ranks = items.iter().map(|i| (rank(i.on), rank(i.off))).collect();
        let limits = equipment.decks.iter().map(|d| u64::from(d.length.0));
        let limits: Vec<u64> = limits.chain(equipment.bearings.iter().map(|b| 1000 * u64::from(b.limit.0))).collect();
        let sums = vec![0; peaks.len() * limits.len()];
        let (placed, moved) = (Vec::with_capacity(items.len()), [0; CARS]);
        Some(Self { equipment, items, policy, deep, peaks, sums, limits, placed, moved, moves: 0, ranks, best: None })
    }

    /// Places item `k` and all after it in every promising way.
    fn place(&mut self, k: usize) {
        if self.done() {
            return;
        }
        if k == self.items.len() {
            let slots = self.placed.iter().map(|&p| self.deep[p]).collect();
            self.best = Some(Arrangement { slots, moves: self.moves });
            return;
        }
        let twin = k > 0 && self.items[k] == self.items[k - 1];
        let first = if twin { self.placed[k - 1] + 1 } else { 0 };
        for position in first..self.deep.len() {
            let slot = self.deep[position];
            if !self.fits(k, slot) {
                continue;
            }
            if self.add(k, slot, true) {
                let before = (self.moves, self.moved);
                if self.paths(k, slot) {
                    self.placed.push(position);
                    self.place(k + 1);
                    self.placed.pop();
                }
                self.moves = before.0;
                self.moved = before.1;
            }
            self.add(k, slot, false);
        }
    }

    /// Whether nothing better can follow.
    fn done(&self) -> bool {
        self.best.as_ref().is_some_and(|b| b.moves <= self.moves)
    }

    /// Class, height, an empty slot, headroom.
    fn fits(&self, k: usize, slot: usize) -> bool {
        let (item, place) = (&self.items[k], &self.equipment.slots[slot]);
        if item.car.class > place.class || item.car.height > place.height {
            return false;
        }
        self.placed.iter().zip(self.items).all(|(&p, other)| {
            let there = self.deep[p];
            let over = |h: &&super::Headroom| h.slots == [slot, there] || h.slots == [there, slot];
            !together(item, other)
                || (there != slot
                    && self
                        .equipment
                        .headrooms
                        .iter()
                        .filter(over)
                        .all(|h| item.car.height.0 + other.car.height.0 <= h.height.0))
        })
    }

    /// Adds or takes away an item's length and weight; false when a sum passes its limit.
    fn add(&mut self, k: usize, slot: usize, on: bool) -> bool {
        let (item, equipment) = (&self.items[k], self.equipment);
        let mut good = true;
        for (row, _) in
            self.sums.chunks_mut(self.limits.len().max(1)).zip(&self.peaks).filter(|(_, p)| rides(item, **p))
        {
            let length = u64::from(item.car.length.0 + equipment.gap.0);
            let lengths = equipment.decks.iter().map(|d| length * u64::from(d.slots >> slot & 1));
            let weights = equipment.bearings.iter().map(|b| u64::from(item.car.weight.0) * u64::from(b.share[slot]));
            for ((sum, limit), by) in row.iter_mut().zip(&self.limits).zip(lengths.chain(weights)) {
                *sum = if on { *sum + by } else { *sum - by };
                good &= *sum <= *limit;
            }
        }
        good
    }

    /// Counts who stands in whose way; false when that is too much.
    fn paths(&mut self, k: usize, slot: usize) -> bool {
        if self.policy == Policy::Free {
            return true;
        }
        for j in 0..k {
            let there = self.deep[self.placed[j]];
            if self.equipment.slots[slot].blockers >> there & 1 == 1 {
                self.block(j, k);
            }
            if self.equipment.slots[there].blockers >> slot & 1 == 1 {
                self.block(k, j);
            }
        }
        if self.policy == Policy::Forbid { self.moves == 0 } else { !self.done() }
    }

    /// One item stands in the way of another.
    fn block(&mut self, who: usize, whom: usize) {
        let ((on, off), other) = (self.ranks[who], self.ranks[whom]);
        for stop in [other.0, other.1] {
            if on < stop && stop < off && self.moved[who] >> stop & 1 == 0 {
                self.moved[who] |= 1 << stop;
                self.moves += 1;
            }
        }
    }
}

fn rides(item: &Item, peak: u16) -> bool {
    item.on <= peak && peak < item.off
}

fn aboard(items: &[Item], peak: u16) -> impl Iterator<Item = &Item> {
    items.iter().filter(move |i| rides(i, peak))
}

fn together(a: &Item, b: &Item) -> bool {
    a.on < b.off && b.on < a.off
}
