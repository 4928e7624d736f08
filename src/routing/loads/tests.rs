//! Random loads against every assignment of cars to slots, and a truck that can be checked with a pencil.

use super::*;
use crate::stats::stream::Stream;

const POLICIES: [Policy; 3] = [Policy::Forbid, Policy::Reload { minutes: 10, cost: 500 }, Policy::Free];

/// A carrier of two stacks: the first slot of a stack is at its end, each blocks those before it.
fn random_carrier(dice: &mut Stream) -> Carrier {
    let n = 3 + dice.below(4) as usize;
    let lower = 1 + dice.below(n as u64 - 1) as usize;
    let class = |dice: &mut Stream| [Class::S, Class::M, Class::L, Class::L][dice.below(4) as usize];
    let slot = |dice: &mut Stream, s: usize| {
        let end = if s < lower { lower } else { n };
        let behind = (s + 1..end).fold(0, |mask, b| mask | 1 << b);
        Slot { class: class(dice), height: Millimetres(1500 + 100 * dice.below(6) as u32), blockers: behind }
    };
    let slots: Vec<_> = (0..n).map(|s| slot(dice, s)).collect();
    let mask = |range: std::ops::Range<usize>| range.fold(0, |m, b| m | 1 << b);
    let deck = |dice: &mut Stream, slots: u32| {
        let length = slots.count_ones() * 4300 + 400 * dice.below(8) as u32;
        Deck { slots, length: Millimetres(length) }
    };
    let decks = vec![deck(dice, mask(0..lower)), deck(dice, mask(lower..n))];
    let gross = Bearing { limit: Kilograms(n as u32 * 1500 + 300 * dice.below(8) as u32), share: vec![1000; n] };
    let rear = (0..n).map(|s| (1000 * (s + 1) / n) as u16).collect();
    let rear = Bearing { limit: Kilograms(n as u32 * 900 + 200 * dice.below(8) as u32), share: rear };
    let over = Headroom { slots: [0, n - 1], height: Millimetres(3200) };
    let equipment =
        Equipment { slots, decks, bearings: vec![gross, rear], headrooms: vec![over], gap: Millimetres(100) };
    Carrier::new(equipment).unwrap()
}

fn random_items(dice: &mut Stream, most: u64) -> Vec<Item> {
    let car = |dice: &mut Stream| {
        let size = dice.below(3) as u32;
        let (class, length) = ([Class::S, Class::M, Class::L][size as usize], Millimetres(3900 + 400 * size));
        let height = Millimetres(1450 + 150 * dice.below(3) as u32);
        Car { class, length, height, weight: Kilograms(1200 + 300 * size + 400 * dice.below(2) as u32) }
    };
    let depot = dice.below(2) == 0;
    let item = |dice: &mut Stream| {
        let on = if depot { 0 } else { dice.below(3) as u16 };
        Item { car: car(dice), on, off: on + 1 + dice.below(4) as u16 }
    };
    (0..=dice.below(most)).map(|_| item(dice)).collect()
}

/// The fewest moves over all assignments, each replayed.
fn by_enumeration(carrier: &Carrier, items: &[Item], policy: Policy) -> Option<u32> {
    let n = carrier.equipment().slots.len();
    let mut best = None;
    for code in 0..n.pow(items.len() as u32) {
        let slots: Vec<_> = (0..items.len() as u32).map(|k| code / n.pow(k) % n).collect();
        let moves = match (certificate::replay(carrier, items, &slots), policy) {
            (Ok(moves), Policy::Forbid) if moves > 0 => continue,
            (Ok(_), Policy::Free) => 0,
            (Ok(moves), _) => moves,
            (Err(_), _) => continue,
        };
        best = Some(best.map_or(moves, |b: u32| b.min(moves)));
    }
    best
}

#[test]
fn random_loads_agree_with_enumeration() {
    let mut dice = Stream::from_hash(11);
    let mut seen = [0; 3];
    for _ in 0..200 {
        let carrier = random_carrier(&mut dice);
        let mut loaders = POLICIES.map(|policy| Loader::new(carrier.clone(), policy));
        for _ in 0..10 {
            let items = random_items(&mut dice, 4);
            for (policy, loader) in POLICIES.into_iter().zip(&mut loaders) {
                let expected = by_enumeration(&carrier, &items, policy);
                assert_eq!(loader.moves(&items), expected, "{policy:?} {carrier:?} {items:?}");
                seen[expected.map_or(0, |m| 1 + m.min(1)) as usize] += 1;
                if let Some(found) = loader.arrange(&items) {
                    let replayed = certificate::replay(&carrier, &items, &found.slots).unwrap();
                    assert!(policy == Policy::Free || replayed == found.moves, "{items:?}");
                }
            }
        }
    }
    assert!(seen.iter().all(|&s| s > 50), "impossible, without and with moves: {seen:?}");
}

/// One deck of three slots; slot 2 is at the door.
fn lane() -> Carrier {
    let slot = |blockers| Slot { class: Class::L, height: Millimetres(2000), blockers };
    let deck = Deck { slots: 0b111, length: Millimetres(15_000) };
    let slots = vec![slot(0b110), slot(0b100), slot(0)];
    Carrier::new(Equipment { slots, decks: vec![deck], ..Equipment::default() }).unwrap()
}

fn item(on: u16, off: u16) -> Item {
    let car = Car { class: Class::M, length: Millimetres(4600), height: Millimetres(1500), weight: Kilograms(1500) };
    Item { car, on, off }
}

#[test]
fn a_lane_by_hand() {
    let lane = lane();
    let three = [item(0, 2), item(0, 1), item(0, 3)];
    let found = arrange(&lane, &three, Policy::Forbid).unwrap();
    assert_eq!((found.slots, found.moves), (vec![1, 2, 0], 0));
    // Whoever comes on at stop 1 and leaves last must pass the car that leaves at stop 2, or stand before it.
    let crossed = [item(0, 2), item(1, 3)];
    assert_eq!(arrange(&lane, &crossed, Policy::Forbid), None);
    assert_eq!(arrange(&lane, &crossed, Policy::Reload { minutes: 8, cost: 0 }).unwrap().moves, 1);
    assert_eq!(arrange(&lane, &crossed, Policy::Free).unwrap().moves, 0);
    // A slot serves again once it is empty.
    let rides: Vec<_> = (0..6).map(|k| item(k, k + 1)).collect();
    assert_eq!(arrange(&lane, &rides, Policy::Forbid).unwrap().moves, 0);
    assert_eq!(arrange(&lane, &[item(0, 1); 4], Policy::Free), None);
}

#[test]
fn carriers_that_contradict_themselves_are_refused() {
    let mut equipment = lane().equipment().clone();
    equipment.slots[0].blockers = 0b010;
    equipment.slots[2].blockers = 0b1000;
    equipment.decks[0].slots = 0b1111;
    equipment.bearings.push(Bearing { limit: Kilograms(1), share: vec![1] });
    equipment.headrooms.push(Headroom { slots: [1, 1], height: Millimetres(1) });
    let Err(crate::routing::Error::Faulty(faults)) = Carrier::new(equipment) else { panic!("must be refused") };
    assert_eq!(faults.len(), 6, "{faults:?}");
}

#[test]
fn replays_refuse_what_does_not_stand() {
    let lane = lane();
    let why = |items: &[Item], slots: &[usize]| certificate::replay(&lane, items, slots).unwrap_err();
    assert!(why(&[item(0, 1), item(0, 1)], &[1, 1]).contains("two cars"));
    assert!(why(&[item(0, 1)], &[3]).contains("slot that is there"));
    let long = |i: Item| Item { car: Car { length: Millimetres(8000), ..i.car }, ..i };
    assert!(why(&[long(item(0, 1)), long(item(0, 1))], &[0, 1]).contains("deck 0 carries 16000"));
    assert_eq!(certificate::replay(&lane, &[item(0, 1), item(0, 2)], &[0, 1]), Ok(1));
}
