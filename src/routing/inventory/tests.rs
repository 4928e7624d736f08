//! Small problems against enumeration, plans that lie against the certificate.

use super::*;
use crate::progress::Silent;
use crate::routing::matrix::Matrix;
use crate::routing::{Error, Limits};
use crate::stats::stream::Stream;

fn random(seed: u64, n: usize, days: usize) -> Problem {
    let mut dice = Stream::from_hash(seed);
    let points: Vec<_> = (0..=n).map(|_| [dice.below(50) as f64, dice.below(50) as f64]).collect();
    let far = |i: usize, j: usize| f64::hypot(points[i][0] - points[j][0], points[i][1] - points[j][1]).ceil() as i64;
    let table: Vec<_> = (0..(n + 1) * (n + 1)).map(|k| far(k / (n + 1), k % (n + 1))).collect();
    let customer = |dice: &mut Stream| {
        let demand = 1 + dice.below(3) as i64;
        let most = demand * (2 + dice.below(2) as i64);
        Customer { stock: demand * (1 + dice.below(2) as i64), least: 0, most, demand, holding: dice.below(9) as i64 }
    };
    let customers: Vec<_> = (0..n).map(|_| customer(&mut dice)).collect();
    let used: i64 = customers.iter().map(|c| c.demand).sum();
    Problem::new(Data {
        days,
        vehicles: 1 + dice.below(2) as usize,
        capacity: used.max(4) + dice.below(3) as i64,
        supplier: Supplier { stock: used * 2, production: used, holding: dice.below(6) as i64 },
        customers,
        matrix: Matrix::new(n + 1, &table, None).unwrap(),
        rate: 1 + dice.below(3) as i64,
    })
    .unwrap()
}

/// The least cost over all quantities and all partitions of a day's visits into ordered tours.
fn by_enumeration(problem: &Problem, day: usize, levels: &[i64], supplier: i64) -> Option<i64> {
    let data = problem.data();
    if day == data.days {
        return Some(0);
    }
    let rooms: Vec<i64> = data.customers.iter().zip(levels).map(|(c, l)| c.most - l).collect();
    let mut best = None;
    let mut units = vec![0; levels.len()];
    loop {
        if let Some(drive) = tours(problem, &units).filter(|_| units.iter().sum::<i64>() <= supplier) {
            let left: Vec<i64> = (0..levels.len()).map(|i| levels[i] + units[i] - data.customers[i].demand).collect();
            let stock = supplier + data.supplier.production - units.iter().sum::<i64>();
            if left.iter().zip(&data.customers).all(|(l, c)| *l >= c.least) {
                let held: i64 = left.iter().zip(&data.customers).map(|(l, c)| l * c.holding).sum();
                if let Some(rest) = by_enumeration(problem, day + 1, &left, stock) {
                    let cost = drive + held + stock * data.supplier.holding + rest;
                    best = Some(best.map_or(cost, |b: i64| b.min(cost)));
                }
            }
        }
        let Some(k) = (0..units.len()).find(|&k| units[k] < rooms[k]) else { return best };
        units[k] += 1;
        units[..k].fill(0);
    }
}

/// The cheapest tours of a day, by trying every order and every cut into tours.
fn tours(problem: &Problem, units: &[i64]) -> Option<i64> {
    let data = problem.data();
    let visits: Vec<usize> = (0..units.len()).filter(|&i| units[i] > 0).collect();
    let mut best = visits.is_empty().then_some(0);
    let mut order = visits.clone();
    permute(&mut order, 0, &mut |order| {
        for cuts in 0..1usize << (order.len() - 1) {
            let (mut here, mut load, mut cost, mut count) = (0, 0, 0, 1);
            let far = |i: usize, j: usize| data.matrix.distance(i, j).get() * data.rate;
            let mut good = true;
            for (k, &i) in order.iter().enumerate() {
                if k > 0 && cuts >> (k - 1) & 1 == 1 {
                    cost += far(here, 0);
                    (here, load, count) = (0, 0, count + 1);
                }
                cost += far(here, i + 1);
                here = i + 1;
                load += units[i];
                good &= load <= data.capacity && count <= data.vehicles;
            }
            cost += far(here, 0);
            if good && best.is_none_or(|b| cost < b) {
                best = Some(cost);
            }
        }
    });
    best
}

fn permute(list: &mut Vec<usize>, k: usize, visit: &mut impl FnMut(&[usize])) {
    if !list.is_empty() && k == list.len() {
        visit(list);
    }
    for i in k..list.len() {
        list.swap(k, i);
        permute(list, k + 1, visit);
        list.swap(k, i);
    }
}

#[test]
fn small_problems_agree_with_enumeration() {
    let (mut solved, mut refused) = (0, 0);
    for seed in 0..40 {
        let problem = random(seed, 2 + seed as usize % 2, 2 + seed as usize % 2);
        let data = problem.data();
        let start: Vec<_> = data.customers.iter().map(|c| c.stock).collect();
        let expected = by_enumeration(&problem, 0, &start, data.supplier.stock);
        match (solve(&problem, &Limits::default(), &Silent), expected) {
            (Ok(plan), Some(cost)) => {
                assert_eq!((plan.cost(), plan.bound), (cost, Some(cost as f64)), "seed {seed}");
                solved += 1;
            }
            (Err(Error::Unserved(_)), None) => refused += 1,
            (plan, expected) => panic!("seed {seed}: {plan:?}, enumeration {expected:?}"),
        }
    }
    assert!(solved > 20, "{solved} solved, {refused} refused");
}

#[test]
fn the_search_comes_close_to_the_proved_cost_and_repeats() {
    for seed in 50..54 {
        let problem = random(seed, 7, 3);
        let limits = Limits { seed, iterations: Some(4000), ..Limits::default() };
        let Ok(best) = solve(&problem, &limits, &Silent) else { continue };
        let search = || super::solve::improve(&problem, &limits, std::time::Instant::now()).unwrap();
        let plan = search();
        assert!(certificate::faults(&problem, &plan).is_empty());
        assert!(plan.cost() >= best.cost(), "seed {seed}: {} is below the proved {}", plan.cost(), best.cost());
        assert!(plan.cost() as f64 <= 1.05 * best.cost() as f64, "seed {seed}: {} for {}", plan.cost(), best.cost());
        assert_eq!(search().days, plan.days);
    }
}

#[test]
fn plans_that_lie_are_refused() {
    let find = |seed| {
        let problem = random(seed, 3, 3);
        solve(&problem, &Limits::default(), &Silent).ok().map(|plan| (problem, plan))
    };
    let (problem, good) = (0..).find_map(find).unwrap();
    let tour = good.days.iter().position(|d| !d.is_empty()).unwrap();
    let refused = |edit: &dyn Fn(&mut Plan), word: &str| {
        let mut plan = good.clone();
        edit(&mut plan);
        let faults = certificate::faults(&problem, &plan).join("; ");
        assert!(faults.contains(word), "{word}: {faults}");
    };
    refused(&|p| p.driving += 1, "driving costs");
    refused(&|p| p.bound = Some(1e12), "bound");
    refused(&|p| p.days.truncate(1), "days are planned");
    refused(&|p| p.days[tour][0][0].units += 1000, "overflows");
    refused(&|p| p.days[tour][0][0].units -= 1000, "robbed");
    refused(&|p| p.days.iter_mut().for_each(Vec::clear), "runs down");
    refused(&|p| p.days[tour].extend(good.days[tour].clone()), "visited twice");
}
