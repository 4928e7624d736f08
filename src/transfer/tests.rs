use super::*;
use crate::lp::Limits;
use crate::units::Money;
use proptest::prelude::*;

/// Two dealers, one model; dealer 0 has ten cars 30, 29, … days old, dealer 1 none.
fn pair() -> Data {
    let cars = (0..10).map(|k| Car { number: 100 + k, age_days: 30 - k as u32 }).collect();
    Data {
        dealers: vec![Dealer::default(); 2],
        lateness: vec![10.0],
        price: vec![100_000.0],
        cells: vec![
            Cell { dealer: 0, model: 0, cars, gain: vec![], loss: vec![0.0, 50.0, 400.0] },
            Cell { dealer: 1, model: 0, cars: vec![], gain: vec![1000.0, 600.0, 300.0], loss: vec![] },
        ],
        arcs: vec![Arc { from: 0, to: 1, cost: 300.0, lead_days: 2.0 }],
        rules: Rules { share_of_stock: 1.0, ..Rules::default() },
    }
}

fn solved(data: &Data) -> (Problem, Plan) {
    let problem = Problem::new(data.clone()).unwrap();
    let plan = solve(&problem, &Limits::default()).unwrap();
    let faults = certificate::faults(&problem, &plan);
    assert!(faults.is_empty(), "{faults:?}");
    (problem, plan)
}

#[test]
fn cars_move_while_they_pay_oldest_first() {
    // 1000 - 0 - 320 = 680, 600 - 50 - 320 = 230, 300 - 400 - 320 < 0.
    let (_, plan) = solved(&pair());
    assert_eq!(plan.profit, Money::from_major(910.0));
    assert_eq!(plan.moves.iter().map(|m| m.car).collect::<Vec<_>>(), [100, 101]);
}

#[test]
fn a_tenth_of_the_stock_leaves_and_no_more() {
    let mut data = pair();
    data.rules.share_of_stock = 0.1;
    let (_, plan) = solved(&data);
    assert_eq!(plan.moves.len(), 1);
    // Between what one more car over the share would bring (the second move) and what one fewer would take away (the
    // first), each less the hundredth every move must bring.
    let value = plan.values.share[0];
    assert!(value >= Money::from_major(229.99) && value <= Money::from_major(679.99), "{value}");
}

#[test]
fn young_cars_and_unwilling_dealers_stay() {
    let mut data = pair();
    data.rules.youngest_days = 30;
    assert_eq!(solved(&data).1.moves.len(), 1);
    data.rules.youngest_days = 31;
    assert_eq!(solved(&data).1.moves.len(), 0);
    let mut data = pair();
    data.dealers[1].takes = false;
    assert_eq!(solved(&data).1.moves.len(), 0);
    let mut data = pair();
    data.dealers[1].room = Some(1);
    assert_eq!(solved(&data).1.moves.len(), 1);
}

#[test]
fn a_credit_line_pays_for_so_many_cars_and_no_more() {
    let mut data = pair();
    data.dealers[1].credit = Some(200_000.0);
    let (_, plan) = solved(&data);
    assert!(plan.moves.len() == 2 && plan.held_back.is_empty() && plan.bound == plan.objective);
    data.dealers[1].credit = Some(199_999.0);
    let (problem, plan) = solved(&data);
    assert_eq!((plan.moves.len(), plan.held_back.as_slice()), (1, &[1][..]));
    // The dearer of the two moves stays, and the bound is that of the week without a line.
    assert_eq!((plan.profit, plan.bound), (Money::from_major(680.0), Money::from_major(909.98)));
    let mut more = plan.clone();
    more.moves = solved(&pair()).1.moves;
    assert!(certificate::faults(&problem, &more).iter().any(|f| f.contains("credit line pays")));
}

#[test]
fn a_move_worth_its_cost_exactly_is_not_made() {
    let mut data = pair();
    data.cells[1].gain = vec![320.0];
    assert_eq!(solved(&data).1.moves.len(), 0);
    data.cells[1].gain = vec![320.02];
    assert_eq!(solved(&data).1.moves.len(), 1);
}

#[test]
fn the_certificate_sees_what_is_wrong() {
    let (problem, plan) = solved(&pair());
    let mut fewer = plan.clone();
    let gone = fewer.moves.pop().unwrap();
    fewer.profit -= gone.profit();
    assert!(certificate::faults(&problem, &fewer).iter().any(|f| f.contains("below the bound")));
    let mut younger = plan.clone();
    (younger.moves[0].car, younger.moves[0].age_days) = (109, 21);
    assert!(certificate::faults(&problem, &younger).iter().any(|f| f.contains("older one stays")));
    let mut richer = plan;
    richer.moves[0].gain = Money::from_major(2000.0);
    assert!(!certificate::faults(&problem, &richer).is_empty());
}

#[test]
fn all_faults_at_once() {
    let mut data = pair();
    data.cells[0].loss = vec![5.0, 1.0];
    data.cells[1].gain = vec![f64::NAN];
    data.arcs[0].to = 7;
    data.rules.share_of_stock = 2.0;
    let Err(Error::Faulty(faults)) = Problem::new(data) else { panic!("refused") };
    let places: Vec<_> = faults.iter().map(|f| f.place.as_str()).collect();
    assert_eq!(places, ["cells[0].loss[1]", "cells[1].gain[0]", "arcs[0].to", "rules.share_of_stock"]);
}

/// A small random network of one model.
fn arbitrary() -> impl Strategy<Value = Data> {
    let cell = (0..4_usize, prop::collection::vec(0..60_i32, 0..3), prop::collection::vec(0..60_i32, 0..3));
    let cells = prop::collection::vec(cell, 4);
    let arcs = prop::collection::vec(0..30_i32, 12);
    (cells, arcs, 0..3_u32, prop::bool::ANY).prop_map(|(cells, costs, room, thirds)| {
        let build = |(d, (stock, mut gain, mut loss)): (usize, (usize, Vec<i32>, Vec<i32>))| {
            gain.sort_unstable_by(|a, b| b.cmp(a));
            loss.sort_unstable();
            loss.truncate(stock);
            Cell {
                dealer: d,
                model: 0,
                cars: (0..stock).map(|k| Car { number: 10 * d + k, age_days: 5 + 2 * k as u32 }).collect(),
                gain: gain.into_iter().map(f64::from).collect(),
                loss: loss.into_iter().map(f64::from).collect(),
            }
        };
        let pairs = (0..4).flat_map(|i| (0..4).filter(move |&j| j != i).map(move |j| (i, j)));
        Data {
            dealers: (0..4).map(|d| Dealer { room: (d == 3).then_some(room), ..Dealer::default() }).collect(),
            lateness: vec![0.5],
            price: vec![1.0],
            cells: cells.into_iter().enumerate().map(build).collect(),
            arcs: pairs
                .zip(costs)
                .map(|((from, to), c)| Arc { from, to, cost: f64::from(c), lead_days: 1.0 })
                .collect(),
            rules: Rules { share_of_stock: if thirds { 0.34 } else { 1.0 }, ..Rules::default() },
        }
    })
}

/// Best objective by trying every next move, cars out and in taken in the order of their values.
fn by_trial(problem: &Problem, given: &mut [usize], taken: &mut [usize], from_arc: usize) -> i64 {
    let data = problem.data();
    let mut best = 0;
    for a in from_arc..data.arcs.len() {
        let arc = &data.arcs[a];
        let (i, j) = (arc.from, arc.to);
        let share = problem.weekly_share(i);
        let room = data.dealers[j].room.map_or(i64::MAX, i64::from);
        if given[i] as i64 >= share || taken[j] as i64 >= room || given[i] >= problem.old_enough(i) {
            continue;
        }
        let (Some(loss), Some(gain)) = (data.cells[i].loss.get(given[i]), data.cells[j].gain.get(taken[j])) else {
            continue;
        };
        let worth = ((gain - loss - arc.cost - data.lateness[0] * arc.lead_days) * 100.0).round() as i64;
        (given[i], taken[j]) = (given[i] + 1, taken[j] + 1);
        best = best.max(worth - problem.least_profit() + by_trial(problem, given, taken, a));
        (given[i], taken[j]) = (given[i] - 1, taken[j] - 1);
    }
    best
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]
    #[test]
    fn no_set_of_moves_is_better(data in arbitrary()) {
        let (problem, plan) = solved(&data);
        prop_assert_eq!(plan.objective, plan.bound);
        prop_assert_eq!(plan.objective.minor(), by_trial(&problem, &mut [0; 4], &mut [0; 4], 0));
    }
}
