//! Loads on carriers: random loads of up to seven cars against every assignment, and the time of a check
//! (`cargo bench --bench loads`, the number of loads after `--`, 1,000,000 without).

use forecourt::routing::loads::{
    Bearing, Car, Carrier, Class, Deck, Equipment, Headroom, Item, Kilograms, Loader, Millimetres, Policy, Slot,
    certificate,
};
use forecourt::stats::stream::Stream;

/// Seconds this process has spent on a processor.
fn cpu() -> f64 {
    let told = std::fs::read_to_string("/proc/self/schedstat").unwrap_or_default();
    told.split_whitespace().next().and_then(|ns| ns.parse::<f64>().ok()).map_or(f64::NAN, |ns| ns * 1e-9)
}

/// Seven or eight slots on two decks; the door is behind the last slot of each.
fn carrier(dice: &mut Stream) -> Carrier {
    let n = 7 + dice.below(2) as usize;
    let lower = 3 + dice.below(2) as usize;
    let mask = |range: std::ops::Range<usize>| range.fold(0u32, |m, b| m | 1 << b);
    let slots = (0..n).map(|s| Slot {
        class: [Class::S, Class::M, Class::L, Class::L][dice.below(4) as usize],
        height: Millimetres(1550 + 100 * dice.below(5) as u32),
        blockers: mask(s + 1..if s < lower { lower } else { n }),
    });
    let slots: Vec<_> = slots.collect();
    let deck = |cars: usize, slots: u32| Deck { slots, length: Millimetres(cars as u32 * 4500) };
    let decks = vec![deck(lower, mask(0..lower)), deck(n - lower, mask(lower..n))];
    let rear = (0..n).map(|s| (1000 * (s + 1) / n) as u16).collect();
    let bearings = vec![
        Bearing { limit: Kilograms(n as u32 * 1600), share: vec![1000; n] },
        Bearing { limit: Kilograms(n as u32 * 950), share: rear },
    ];
    let headrooms = vec![Headroom { slots: [0, lower], height: Millimetres(3300) }];
    Carrier::new(Equipment { slots, decks, bearings, headrooms, gap: Millimetres(100) }).expect("a sound carrier")
}

fn load(dice: &mut Stream, most: u64) -> Vec<Item> {
    let depot = dice.below(2) == 0;
    let item = |dice: &mut Stream| {
        let size = dice.below(3) as u32;
        let car = Car {
            class: [Class::S, Class::M, Class::L][size as usize],
            length: Millimetres(4000 + 350 * size),
            height: Millimetres(1450 + 100 * dice.below(3) as u32),
            weight: Kilograms(1200 + 300 * size + 350 * dice.below(2) as u32),
        };
        let on = if depot { 0 } else { dice.below(3) as u16 };
        Item { car, on, off: on + 1 + dice.below(4) as u16 }
    };
    (0..=dice.below(most)).map(|_| item(dice)).collect()
}

/// The fewest moves over all assignments: every car on every slot that takes its class and height and that nobody aboard
/// with it has; each full assignment is replayed.
fn enumerate(carrier: &Carrier, items: &[Item], policy: Policy, slots: &mut Vec<usize>, best: &mut Option<u32>) {
    if *best == Some(0) {
        return;
    }
    let Some(item) = items.get(slots.len()) else {
        let moves = match (certificate::replay(carrier, items, slots), policy) {
            (Err(_), _) => return,
            (Ok(moves), Policy::Forbid) if moves > 0 => return,
            (Ok(_), Policy::Free) => 0,
            (Ok(moves), _) => moves,
        };
        *best = Some(best.map_or(moves, |b| b.min(moves)));
        return;
    };
    for (s, slot) in carrier.equipment().slots.iter().enumerate() {
        let taken = |(&t, other): (&usize, &Item)| t == s && item.on < other.off && other.on < item.off;
        if item.car.class <= slot.class && item.car.height <= slot.height && !slots.iter().zip(items).any(taken) {
            slots.push(s);
            enumerate(carrier, items, policy, slots, best);
            slots.pop();
        }
    }
}

fn main() {
    let loads = std::env::args().find_map(|a| a.parse().ok()).unwrap_or(1_000_000u64);
    let policies = [Policy::Forbid, Policy::Reload { minutes: 10, cost: 500 }, Policy::Free];
    let mut dice = Stream::from_hash(5);
    let (mut fast, mut slow, mut wrong, mut done) = (0.0, 0.0, 0u64, 0u64);
    let mut seen = [0u64; 3];
    while done < loads {
        let carrier = carrier(&mut dice);
        let policy = policies[dice.below(3) as usize];
        let list: Vec<_> = (0..1000.min(loads - done)).map(|_| load(&mut dice, 7)).collect();
        let mut loader = Loader::new(carrier.clone(), policy);
        let start = cpu();
        let found: Vec<_> = list.iter().map(|items| loader.moves(items)).collect();
        fast += cpu() - start;
        let start = cpu();
        for (items, found) in list.iter().zip(&found) {
            let mut best = None;
            enumerate(&carrier, items, policy, &mut Vec::new(), &mut best);
            wrong += u64::from(best != *found);
            seen[best.map_or(0, |m| 1 + m.min(1)) as usize] += 1;
        }
        slow += cpu() - start;
        done += list.len() as u64;
    }
    println!(
        "{done} random loads, {wrong} differ from enumeration; impossible {}, without moves {}, with moves {}",
        seen[0], seen[1], seen[2]
    );
    println!(
        "a check {:.2} µs (hardly any load comes twice), an enumeration {:.1} µs",
        1e6 * fast / done as f64,
        1e6 * slow / done as f64
    );
    let carrier = carrier(&mut dice);
    let mut loader = Loader::new(carrier, Policy::Forbid);
    let list: Vec<_> = (0..1000).map(|_| load(&mut dice, 7)).collect();
    let first = list.iter().filter(|items| loader.moves(items).is_some()).count();
    let start = cpu();
    let times = 200usize;
    let again: usize = (0..times).map(|_| list.iter().filter(|items| loader.moves(items).is_some()).count()).sum();
    assert_eq!(again, first * times, "a load is remembered as it was");
    let each = 1e6 * (cpu() - start) / (times * 1000) as f64;
    println!("a remembered check {each:.3} µs ({first} of 1000 possible)");
}
