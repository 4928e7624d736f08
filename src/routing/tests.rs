//! Small problems of every kind against enumeration, and plans that lie against the certificate.

use super::matrix::Matrix;
use super::measure::{Cost, Distance, Duration, Load};
use super::*;
use crate::progress::Silent;
use crate::stats::stream::Stream;
use std::collections::BTreeMap;

/// A random problem whose durations obey the triangle inequality.
pub(super) fn random(seed: u64, requests: usize, paired: bool, timed: bool) -> Problem {
    let mut dice = Stream::from_hash(seed);
    let n = 1 + requests * if paired { 2 } else { 1 };
    let points: Vec<[f64; 2]> = (0..n).map(|_| [dice.below(60) as f64, dice.below(60) as f64]).collect();
    let slope = if dice.below(3) == 0 { 0.2 } else { 0.0 };
    let far = |i: usize, j: usize| {
        let d = f64::hypot(points[i][0] - points[j][0], points[i][1] - points[j][1]);
        (d + slope * (points[j][1] - points[i][1]).max(0.0)).ceil() as i64
    };
    let table: Vec<i64> = (0..n * n).map(|k| far(k / n, k % n)).collect();
    let slow: Vec<i64> = table.iter().map(|d| 2 * d).collect();
    let matrix = Matrix::new(n, &table, (dice.below(2) == 0).then_some(&slow[..])).unwrap();
    let mut nodes = Vec::new();
    for i in 0..n {
        let (ready, width) = (dice.below(150) as i64, 60 + dice.below(200) as i64);
        let window = if timed && i > 0 { (ready, ready + width) } else { (0, 2000) };
        let (ready, due) = (Duration::new(window.0), Duration::new(window.1));
        nodes.push(Node { ready, due, service: Duration::new(if i > 0 { dice.below(9) as i64 } else { 0 }) });
    }
    let request = |r: usize, load| {
        if paired {
            Request { pickup: Some(1 + 2 * r), delivery: 2 + 2 * r, load }
        } else {
            Request { pickup: None, delivery: 1 + r, load }
        }
    };
    let requests: Vec<_> = (0..requests).map(|r| request(r, Load::new(1 + dice.below(6) as i64))).collect();
    let kind = |dice: &mut Stream| Kind {
        count: 1 + dice.below(3) as usize,
        capacity: Load::new(8 + dice.below(6) as i64),
        start: 0,
        end: 0,
        fixed: Cost::new(dice.below(40) as i64),
        rate: 1 + dice.below(3) as i64,
    };
    let fleet: Vec<_> = (0..=dice.below(2)).map(|_| kind(&mut dice)).collect();
    let goal = if dice.below(2) == 0 { Goal::Cost } else { Goal::VehiclesThenCost };
    let lifo = dice.below(2) == 0;
    Problem::new(Data { matrix, nodes, requests, fleet, goal, lifo, judge: None }).unwrap()
}

fn orders(nodes: &[usize], tour: &mut Vec<usize>, visit: &mut impl FnMut(&[usize])) {
    if tour.len() == nodes.len() {
        return visit(tour);
    }
    for &v in nodes {
        if !tour.contains(&v) {
            tour.push(v);
            orders(nodes, tour, visit);
            tour.pop();
        }
    }
}

/// The least (vehicles, cost) or (0, cost) by trying every order of every set of requests.
fn by_enumeration(problem: &Problem) -> Option<(usize, i64)> {
    let data = problem.data();
    let (sets, kinds) = (1usize << data.requests.len(), data.fleet.len());
    let mut tours = vec![vec![None; sets]; kinds];
    for (set, kind) in (1..sets).flat_map(|s| (0..kinds).map(move |k| (s, k))) {
        let inside = data.requests.iter().enumerate().filter(|(r, _)| set >> r & 1 == 1);
        let nodes: Vec<_> = inside.flat_map(|(_, r)| r.pickup.into_iter().chain([r.delivery])).collect();
        let best: &mut Option<i64> = &mut tours[kind][set];
        orders(&nodes, &mut Vec::new(), &mut |visits| {
            let tour = Tour { kind, visits: visits.to_vec() };
            if let Ok((_, cost)) = certificate::drive(problem, &tour) {
                *best = Some(best.map_or(cost.get(), |b| b.min(cost.get())));
            }
        });
    }
    let mut memory = BTreeMap::new();
    let counts: Vec<_> = data.fleet.iter().map(|k| k.count).collect();
    cheapest(sets - 1, &counts, &tours, data.goal, &mut memory)
}

type Memory = BTreeMap<(usize, Vec<usize>), Option<(usize, i64)>>;

fn cheapest(
    set: usize,
    left: &[usize],
    tours: &[Vec<Option<i64>>],
    goal: Goal,
    memory: &mut Memory,
) -> Option<(usize, i64)> {
    if set == 0 {
        return Some((0, 0));
    }
    if let Some(known) = memory.get(&(set, left.to_vec())) {
        return *known;
    }
    let lowest = set & set.wrapping_neg();
    let mut best = None;
    for part in (1..=set).filter(|p| p & set == *p && p & lowest != 0) {
        for kind in (0..left.len()).filter(|&k| left[k] > 0) {
            let Some(cost) = tours[kind][part] else { continue };
            let mut fewer = left.to_vec();
            fewer[kind] -= 1;
            let Some(rest) = cheapest(set & !part, &fewer, tours, goal, memory) else { continue };
            let one = usize::from(goal == Goal::VehiclesThenCost);
            let whole = (rest.0 + one, rest.1 + cost);
            best = Some(best.map_or(whole, |b: (usize, i64)| b.min(whole)));
        }
    }
    memory.insert((set, left.to_vec()), best);
    best
}

fn agrees(seeds: std::ops::Range<u64>, requests: usize, paired: bool, timed: bool) {
    let (mut solved, mut refused) = (0, 0);
    for seed in seeds {
        let problem = random(seed, requests, paired, timed);
        let limits = Limits { seed, iterations: Some(4000), ..Limits::default() };
        match (by_enumeration(&problem), solve(&problem, &limits, &Silent)) {
            (Some((vehicles, cost)), Ok(plan)) => {
                let counted = if problem.data().goal == Goal::Cost { 0 } else { plan.vehicles() };
                assert_eq!((counted, plan.cost.get()), (vehicles, cost), "seed {seed}");
                solved += 1;
            }
            (None, Err(Error::Unserved(_))) => refused += 1,
            (best, plan) => panic!("seed {seed}: enumeration says {best:?}, the search {plan:?}"),
        }
    }
    assert!(solved > 10 && (refused > 0 || solved > 30), "{solved} solved, {refused} refused");
}

#[test]
fn deliveries_agree_with_enumeration() {
    agrees(0..60, 5, false, false);
    agrees(100..160, 6, false, true);
}

#[test]
fn pickups_and_deliveries_agree_with_enumeration() {
    agrees(200..260, 3, true, false);
    agrees(300..360, 3, true, true);
}

#[test]
fn the_same_seed_gives_the_same_plan() {
    for paired in [false, true] {
        let problem = random(7, 12, paired, false);
        let limits = Limits { seed: 3, iterations: Some(2000), ..Limits::default() };
        let plan = || solve(&problem, &limits, &Silent).map(|p| p.tours).map_err(|e| e.to_string());
        assert_eq!(plan(), plan());
    }
}

#[test]
fn nothing_to_do_is_a_plan() {
    let mut data = random(1, 3, false, false).data().clone();
    data.requests.clear();
    let plan = solve(&Problem::new(data).unwrap(), &Limits::default(), &Silent).unwrap();
    assert_eq!((plan.vehicles(), plan.cost), (0, Cost::ZERO));
}

#[test]
fn plans_that_lie_are_refused() {
    let limits = Limits { seed: 1, iterations: Some(2000), ..Limits::default() };
    let mut problems = (0..).map(|seed| random(seed, 5, true, true));
    let solved = |problem: Problem| solve(&problem, &limits, &Silent).ok().map(|plan| (problem, plan));
    let (problem, good) = problems.find_map(solved).unwrap();
    assert!(certificate::faults(&problem, &good).is_empty());
    let refused = |edit: &dyn Fn(&mut Plan), word: &str| {
        let mut plan = good.clone();
        edit(&mut plan);
        let faults = certificate::faults(&problem, &plan).join("; ");
        assert!(faults.contains(word), "{word}: {faults}");
    };
    refused(&|p| p.cost += Cost::new(1), "cost");
    refused(&|p| p.distance = Distance::ZERO, "over");
    refused(&|p| p.tours[0].visits.reverse(), "before it is delivered");
    refused(&|p| p.tours[0].visits.truncate(1), "delivered");
    refused(&|p| p.tours.truncate(p.tours.len() - 1), "0 times instead of 1");
    refused(&|p| p.tours.push(p.tours[0].clone()), "2 times instead of 1");
    refused(&|p| p.tours[0].visits.push(99), "node 99");
    refused(&|p| p.tours[0].kind = 9, "kind 9");
    let mut late = problem.data().clone();
    late.nodes[1].due = late.nodes[1].ready;
    late.nodes[2].due = Duration::ZERO;
    late.nodes[2].ready = Duration::ZERO;
    let faults = certificate::faults(&Problem::new(late).unwrap(), &good).join("; ");
    assert!(faults.contains("after 0"), "{faults}");
    let mut crossed = random(1, 2, true, false).data().clone();
    (crossed.lifo, crossed.fleet[0].capacity) = (true, Load::new(100));
    let cross = Tour { kind: 0, visits: vec![1, 3, 2, 4] };
    assert!(certificate::drive(&Problem::new(crossed.clone()).unwrap(), &cross).unwrap_err().contains("not on top"));
    crossed.lifo = false;
    assert!(certificate::drive(&Problem::new(crossed).unwrap(), &cross).is_ok());
    let mut small = problem.data().clone();
    small.requests.iter_mut().for_each(|r| r.load = Load::new(small.fleet[0].capacity.get()));
    let faults = certificate::faults(&Problem::new(small).unwrap(), &good).join("; ");
    assert!(good.tours.iter().all(|t| t.visits.len() == 2) || faults.contains("capacity"), "{faults}");
}

#[test]
fn faults_of_a_problem_come_all_at_once() {
    let mut data = random(1, 3, false, false).data().clone();
    data.nodes[1].due = Duration::new(-1);
    data.requests[1].delivery = data.requests[0].delivery;
    data.requests[2].load = Load::new(10_000);
    data.fleet.push(Kind { start: 77, ..data.fleet[0] });
    let Err(Error::Faulty(faults)) = Problem::new(data) else { panic!("must be refused") };
    assert_eq!(faults.len(), 4, "{faults:?}");
}
