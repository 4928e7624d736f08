//! Replays a tour stop by stop with its cars on their slots. Knows no search.

use super::carrier::{Carrier, Item, ones};
use std::collections::BTreeSet;

/// The number of cars driven off and on again, or what does not hold.
pub fn replay(carrier: &Carrier, items: &[Item], slots: &[usize]) -> Result<u32, String> {
    let equipment = carrier.equipment();
    if slots.len() != items.len() || slots.iter().any(|&s| s >= equipment.slots.len()) {
        return Err("every car needs a slot that is there".into());
    }
    let stops: BTreeSet<u16> = items.iter().flat_map(|i| [i.on, i.off]).collect();
    let mut standing: Vec<Option<usize>> = vec![None; equipment.slots.len()];
    let mut moves = 0;
    for stop in stops {
        let leaving: Vec<_> = (0..items.len()).filter(|&i| items[i].off == stop).collect();
        let coming: Vec<_> = (0..items.len()).filter(|&i| items[i].on == stop).collect();
        for &i in &leaving {
            if standing[slots[i]].take() != Some(i) {
                return Err(format!("car {i} is not on its slot at stop {stop}"));
            }
        }
        // What is left stays aboard: whoever of it stands on a path is moved once at this stop.
        let mut ways = 0u32;
        for &i in leaving.iter().chain(&coming) {
            ways |= equipment.slots[slots[i]].blockers;
        }
        moves += ones(ways).filter(|&s| standing[s].is_some()).count() as u32;
        for &i in &coming {
            if standing[slots[i]].replace(i).is_some() {
                return Err(format!("two cars stand on slot {} after stop {stop}", slots[i]));
            }
        }
        stands(carrier, items, &standing).map_err(|why| format!("after stop {stop} {why}"))?;
    }
    match standing.iter().flatten().next() {
        Some(i) => Err(format!("car {i} never leaves")),
        None => Ok(moves),
    }
}

/// Whether a carrier bears the cars that stand on it.
fn stands(carrier: &Carrier, items: &[Item], standing: &[Option<usize>]) -> Result<(), String> {
    let equipment = carrier.equipment();
    let car = |s: usize| standing[s].map(|i| items[i].car);
    for (s, slot) in equipment.slots.iter().enumerate() {
        if car(s).is_some_and(|c| c.class > slot.class || c.height > slot.height) {
            return Err(format!("slot {s} is too small for its car"));
        }
    }
    for (d, deck) in equipment.decks.iter().enumerate() {
        let length: u32 = ones(deck.slots).filter_map(car).map(|c| c.length.0 + equipment.gap.0).sum();
        if length > deck.length.0 {
            return Err(format!("deck {d} carries {length} mm"));
        }
    }
    for (b, bearing) in equipment.bearings.iter().enumerate() {
        let on = |s: usize| car(s).map_or(0, |c| u64::from(c.weight.0) * u64::from(bearing.share[s]));
        let weight: u64 = (0..standing.len()).map(on).sum();
        if weight > 1000 * u64::from(bearing.limit.0) {
            return Err(format!("bearing {b} carries {} kg", weight / 1000));
        }
    }
    for headroom in &equipment.headrooms {
        if let [Some(a), Some(b)] = headroom.slots.map(car)
            && a.height.0 + b.height.0 > headroom.height.0
        {
            return Err(format!("slots {:?} carry {} mm over each other", headroom.slots, a.height.0 + b.height.0));
        }
    }
    Ok(())
}
