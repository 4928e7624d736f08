//! Small weeks against enumeration, drivers against the exact scheduler, bounds, threads, and answers that lie.

use super::clock::{self, DAY, EVER, Visit};
use super::*;
use crate::routing::Error;
use crate::routing::hours::{self, Leg, Rules};
use crate::routing::loads::{Car, Carrier, Deck, Equipment, Millimetres, Slot};
use crate::stats::stream::Stream;
use std::sync::Arc;

/// Some plants with some dealers around, all within a day's drive.
fn random(seed: u64, plants: usize, dealers: usize, loads: usize) -> Data {
    let mut dice = Stream::from_hash(seed);
    let n = plants + dealers;
    let places: Vec<[f64; 2]> = (0..n).map(|_| [dice.below(4000) as f64, dice.below(4000) as f64]).collect();
    let km = |k: usize| {
        let (a, b) = (places[k / n], places[k % n]);
        f64::hypot(a[0] - b[0], a[1] - b[1]).ceil() as i32
    };
    let km: Vec<i32> = (0..n * n).map(km).collect();
    let yard = |i: usize| {
        let (opens, closes) = if i < plants { (0, DAY) } else { (480, 1080) };
        Yard { east: places[i][0] as i32, north: places[i][1] as i32, opens, closes }
    };
    let freight = |dice: &mut Stream| {
        let to = plants + dice.below(dealers as u64) as usize;
        let lateral = dice.below(4) == 0 && dealers > 1;
        let from = if lateral { plants + (to - plants + 1) % dealers } else { dice.below(plants as u64) as usize };
        let cars = 1 + dice.below(4);
        Freight {
            from,
            to,
            size: 100 * cars as i64 + 25 * dice.below(3) as i64,
            cars: vec![Car::default_size(); cars as usize],
            work: 20 + 8 * cars as u32,
            due: EVER,
            cell: if lateral { 0 } else { (1 + from as u32) << 16 },
        }
    };
    let class = |capacity, fixed, rate| Class { capacity, fixed, rate, decks: None, free: false };
    Data {
        yards: (0..n).map(yard).collect(),
        minutes: km.iter().map(|k| k / 10).collect(),
        km,
        loads: (0..loads).map(|_| freight(&mut dice)).collect(),
        classes: vec![class(500, 60_000, 78), class(1000, 100_000, 102)],
        rules: vec![Rules::CHINA, Rules::CHINA_CREW],
    }
}

impl Car {
    fn default_size() -> Self {
        use crate::routing::loads::{Class, Kilograms};
        Self { class: Class::S, length: Millimetres(1000), height: Millimetres(0), weight: Kilograms(0) }
    }
}

fn problem(data: Data) -> Arc<Problem> {
    Arc::new(Problem::new(data).unwrap())
}

fn hard() -> Effort {
    Effort { steps: vec![400, 200], ..Effort::of(1, 1) }
}

/// Every order of calls that loads before it unloads, each load once.
fn orders(loads: &[usize], calls: &mut Vec<Call>, visit: &mut impl FnMut(&[Call])) {
    if calls.len() == 2 * loads.len() {
        return visit(calls);
    }
    for &load in loads {
        let seen = calls.iter().filter(|c| c.load == load).count();
        if seen < 2 {
            calls.push(Call { load, loads: seen == 0 });
            orders(loads, calls, visit);
            calls.pop();
        }
    }
}

/// The least cost over all partitions and orders that the certificate lets pass.
fn by_enumeration(problem: &Problem) -> i64 {
    let data = problem.data();
    let all = 1usize << data.loads.len();
    let mut best = vec![i64::MAX; all];
    for set in 1..all {
        let loads: Vec<usize> = (0..data.loads.len()).filter(|k| set >> k & 1 == 1).collect();
        orders(&loads, &mut Vec::new(), &mut |calls| {
            for class in 0..data.classes.len() {
                let trip = Trip { class, calls: calls.to_vec() };
                if let Ok(money) = certificate::drive(problem, &trip)
                    && money < best[set]
                    && certificate::schedule(problem, &trip).is_ok()
                {
                    best[set] = money;
                }
            }
        });
    }
    let mut least = vec![i64::MAX; all];
    least[0] = 0;
    for set in 1..all {
        let lowest = set & set.wrapping_neg();
        let mut part = set;
        while part > 0 {
            if part & lowest != 0 && best[part] < i64::MAX && least[set ^ part] < i64::MAX {
                least[set] = least[set].min(best[part] + least[set ^ part]);
            }
            part = (part - 1) & set;
        }
    }
    least[all - 1]
}

#[test]
fn small_weeks_are_as_cheap_as_enumeration_finds() {
    let mut tight = 0;
    for seed in 0..16 {
        let mut data = random(seed, 1 + seed as usize % 2, 3, 4);
        if seed % 2 == 1 {
            data.loads.iter_mut().for_each(|l| l.due = 2 * DAY);
            tight += 1;
        }
        let problem = problem(data);
        let expected = by_enumeration(&problem);
        let plan = solve(&problem, &hard()).unwrap();
        assert!(plan.cost >= expected, "seed {seed}: {} below the least cost {expected}", plan.cost);
        if problem.data().loads.iter().all(|l| l.due == EVER) {
            assert_eq!(plan.cost, expected, "seed {seed}");
        }
        let thumb = baseline(&problem).unwrap();
        assert!(thumb.cost >= expected && plan.cost <= thumb.cost, "seed {seed}");
    }
    assert!(tight > 5);
}

#[test]
fn whoever_is_driven_by_the_plain_rule_has_a_schedule_that_ends_no_later() {
    let mut dice = Stream::from_hash(3);
    let mut driven = 0;
    for case in 0..400 {
        let visit = |dice: &mut Stream| {
            let opens = 60 * dice.below(10) as u32;
            Visit {
                driving: 10 * dice.below(90) as u32,
                work: 20 + 8 * dice.below(10) as u32,
                opens,
                closes: opens + 60 * dice.below(14) as u32,
                due: if dice.below(3) == 0 { 480 * (2 + dice.below(12) as u32) } else { EVER },
            }
        };
        let tour: Vec<Visit> = (0..=dice.below(4)).map(|_| visit(&mut dice)).collect();
        let leg = |v: &Visit| {
            let window = |d: u32| (d * DAY + v.opens, (d * DAY + v.closes).min(v.due));
            Leg { driving: v.driving, work: v.work, windows: (0..14).map(window).filter(|w| w.0 <= w.1).collect() }
        };
        let legs: Vec<Leg> = tour.iter().map(leg).collect();
        for rules in [Rules::CHINA, Rules::CHINA_CREW] {
            let Some(end) = clock::ends(&rules, &tour) else { continue };
            driven += 1;
            assert!(clock::drives(&rules, &tour));
            let plain = clock::schedule(&rules, &tour).unwrap();
            assert_eq!(plain.last().unwrap().end, end);
            hours::certificate::check(&rules, &legs, 0, &plain)
                .unwrap_or_else(|why| panic!("{why}: {tour:?} {plain:?}"));
            let exact = hours::schedule(&rules, &legs, 0);
            let exact = exact.unwrap_or_else(|| panic!("case {case} under {}: {tour:?}", rules.name));
            let finish = exact.last().unwrap().end;
            assert!(finish <= end, "case {case} under {}: {finish} after {end}, {tour:?}", rules.name);
        }
    }
    assert!(driven > 200, "{driven}");
}

/// The cheapest way to carry a set of loads of one origin straight through all orders.
fn cheapest(problem: &Problem, set: &[usize]) -> Option<i64> {
    let data = problem.data();
    let size: i64 = set.iter().map(|&k| data.loads[k].size).sum();
    let mut best = None;
    let mut order = set.to_vec();
    permute(&mut order, 0, &mut |order| {
        let mut length = 0;
        let mut here = data.loads[order[0]].from;
        for &k in order {
            length += i64::from(problem.km(here, data.loads[k].to));
            here = data.loads[k].to;
        }
        for class in data.classes.iter().filter(|c| c.capacity >= size) {
            let cost = class.fixed + class.rate * length;
            best = Some(best.map_or(cost, |b: i64| b.min(cost)));
        }
    });
    best
}

fn permute(order: &mut Vec<usize>, from: usize, visit: &mut impl FnMut(&[usize])) {
    if from == order.len() {
        return visit(order);
    }
    for k in from..order.len() {
        order.swap(from, k);
        permute(order, from + 1, visit);
        order.swap(from, k);
    }
}

#[test]
fn a_bound_prices_every_set_and_stays_below_the_answer() {
    let mut priced = 0;
    for seed in 0..40 {
        let mut data = random(seed, 1, 6, 7);
        data.loads.iter_mut().for_each(|l| l.from = 0);
        data.classes.iter_mut().for_each(|c| c.fixed /= 2);
        let problem = problem(data);
        let part: Vec<usize> = (0..7).collect();
        let sets = super::bound::sets(&problem, &part);
        for mask in 1u64..128 {
            let set: Vec<usize> = part.iter().copied().filter(|k| mask >> k & 1 == 1).collect();
            let there = sets.iter().find(|s| s.0 == mask).map(|s| s.1);
            assert_eq!(there, cheapest(&problem, &set), "seed {seed}, set {mask:b}");
        }
        let Some(bound) = bound(&problem, &part).unwrap() else { continue };
        priced += 1;
        let plan = solve(&problem, &hard()).unwrap();
        assert!(bound.least <= plan.cost as f64 + 1e-3, "seed {seed}: {} above {}", bound.least, plan.cost);
        assert!(bound.least >= 0.75 * plan.cost as f64, "seed {seed}: {} far below {}", bound.least, plan.cost);
    }
    assert!(priced >= 5, "{priced}");
}

#[test]
fn any_number_of_threads_gives_the_same_tours() {
    let problem = problem(random(5, 3, 12, 60));
    let effort = Effort { steps: vec![30, 30, 30], together: 12, ..Effort::of(1, 1) };
    let run = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| (solve(&problem, &effort).unwrap(), baseline(&problem).unwrap()))
    };
    let one = run(1);
    assert!(one.0.parts > 6);
    assert_eq!(one, run(4));
}

#[test]
fn plans_that_lie_are_found_out() {
    let problem = problem(random(8, 2, 5, 8));
    let plan = solve(&problem, &hard()).unwrap();
    assert!(certificate::faults(&problem, &plan).is_empty());
    let lie = |change: &dyn Fn(&mut Plan)| {
        let mut other = plan.clone();
        change(&mut other);
        certificate::faults(&problem, &other).join("; ")
    };
    assert!(lie(&|p| p.cost += 1).contains("cost"));
    assert!(lie(&|p| p.trips[0].class = 9).contains("not there"));
    let long = plan.trips.iter().position(|t| t.calls.len() > 2).unwrap();
    assert!(lie(&|p| p.trips[long].calls.reverse()).contains("not aboard"));
    assert!(lie(&|p| p.trips[0].calls.truncate(1)).contains("leaves cars aboard"));
    assert!(lie(&|p| drop(p.trips.remove(0))).contains("rides 0 times"));
}

/// Two stacks of three slots each, each shut by its door.
fn two_stacks() -> Carrier {
    let slot = |k: usize| Slot {
        class: crate::routing::loads::Class::L,
        height: Millimetres(0),
        blockers: (k % 3 + 1..3).fold(0, |m, b| m | 1 << (k / 3 * 3 + b)),
    };
    let deck = |from: u32| Deck { slots: 0b111 << from, length: Millimetres(3000) };
    let equipment =
        Equipment { slots: (0..6).map(slot).collect(), decks: vec![deck(0), deck(3)], ..Equipment::default() };
    Carrier::new(equipment).unwrap()
}

#[test]
fn decks_allow_what_their_stacks_allow() {
    let mut kinds = [0; 3];
    for seed in 0..20 {
        let mut data = random(seed, 1, 3, 3);
        for load in &mut data.loads {
            load.cars.truncate(3);
            load.size = 100 * load.cars.len() as i64;
        }
        data.classes.truncate(1);
        data.classes[0].capacity = 600;
        let stack = by_enumeration(&problem(data.clone()));
        data.classes[0].free = true;
        let free = by_enumeration(&problem(data.clone()));
        assert_eq!(solve(&problem(data.clone()), &hard()).unwrap().cost, free, "seed {seed}");
        data.classes[0].free = false;
        data.classes[0].decks = Some(two_stacks());
        let decks = problem(data);
        let expected = by_enumeration(&decks);
        assert_eq!(solve(&decks, &hard()).unwrap().cost, expected, "seed {seed}");
        assert!(free <= expected, "seed {seed}");
        kinds[(expected.cmp(&stack) as i8 + 1) as usize] += 1;
    }
    assert!(kinds[1] > 0, "{kinds:?}");
}

#[test]
fn late_loads_get_the_earliest_due_time_that_can_be_kept() {
    let mut data = random(1, 1, 2, 2);
    (data.loads[0].from, data.loads[0].to, data.loads[0].due) = (0, 1, 1);
    data.minutes.iter_mut().for_each(|m| *m = if *m > 0 { 600 } else { 0 });
    let problem = problem(data);
    assert_eq!(problem.late(), [0]);
    let due = problem.data().loads[0].due;
    assert!(due > 600 && due < DAY, "{due}");
    assert_eq!(problem.need(0), 1, "two drivers are there first");
    assert!(solve(&problem, &hard()).is_ok());
}

#[test]
fn faulty_weeks_are_refused_with_every_fault() {
    let mut data = random(1, 1, 2, 2);
    data.loads[0].to = data.loads[0].from;
    data.loads[1].size = 5000;
    data.yards[0].opens = 2000;
    data.km.pop();
    let Err(Error::Faulty(faults)) = Problem::new(data) else { panic!("must be refused") };
    assert_eq!(faults.len(), 4, "{faults:?}");
}
