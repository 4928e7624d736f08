use super::policy::pooled;
use super::*;
use crate::replenishment::policy::pooling::Pooling;
use crate::replenishment::policy::{Law, Rates};
use crate::stats::poisson::Ladder;
use crate::stats::stream::{Key, Purpose};

/// Identical dealers of one region that sell `mean` cars a week of one model.
fn world(dealers: usize, mean: f64, cost: f64) -> World {
    let others = |d: usize| (0..dealers).filter(move |&j| j != d).map(move |donor| Link { donor, cost }).collect();
    World {
        models: vec![Model { price: 100_000.0, holding: 1.0, lost: 20.0 }],
        region: vec![0; dealers],
        lead: vec![1; dealers],
        links: (0..dealers).map(others).collect(),
        share: 1.0,
        discount: vec![(0, 0.0)],
        stock: vec![(1.3 * mean) as u32; dealers],
        pipeline: vec![vec![]; dealers],
    }
}

fn demand(world: &World, weeks: usize, mean: f64, seed: u64) -> Vec<u16> {
    let ladder = Ladder::new();
    (0..weeks * world.cells())
        .map(|k| {
            let key = Key { seed, purpose: Purpose::Sampling, replication: 0, entity: k as u64, day: 0 };
            ladder.draw(mean, &mut key.stream()) as u16
        })
        .collect()
}

/// Two weeks by hand: one dealer has a car too few, its neighbour one too many.
#[test]
fn a_trade_and_a_lost_customer() {
    let mut w = world(2, 0.0, 5.0);
    w.stock = vec![1, 3];
    let played = |cost: f64, trades: bool| {
        let mut w = w.clone();
        w.links = vec![vec![Link { donor: 1, cost }], vec![Link { donor: 0, cost }]];
        let demand = [2, 1, 0, 1];
        let mut planner = BaseStock::new(&w, &[], &demand, None, 0.0, trades);
        run(&w, &demand, &mut planner).unwrap()
    };
    // Week 0: both sell one, one customer fetches the neighbour's second car, the third stands. Week 1: it is sold.
    let with = played(5.0, true);
    assert_eq!((with.customers, with.sold, with.traded, with.stock_weeks), (4, 4, 1, 1));
    assert_eq!(with.cost(), 1.0 + 5.0);
    let without = played(5.0, false);
    assert_eq!((without.sold, without.traded, without.stock_weeks), (3, 0, 2 + 1));
    assert_eq!(without.cost(), 20.0 + 3.0);
    // A trade dearer than the customer does not happen.
    assert_eq!(played(20.0, true), without);
}

#[test]
fn the_oldest_car_is_sold_first_and_pays_for_its_age() {
    let mut w = world(1, 0.0, 0.0);
    w.discount = vec![(0, 0.0), (3, 0.01)];
    w.stock = vec![5];
    let demand = [1, 1, 1, 1, 1];
    let mut planner = BaseStock::new(&w, &[], &demand, None, 0.0, false);
    // Cars of the start came in the weeks -5 … -1; each is sold at an age of five weeks.
    let ledger = run(&w, &demand, &mut planner).unwrap();
    assert_eq!(ledger.sold, 5);
    assert!((ledger.discount - 5.0 * 1000.0).abs() < 1e-9, "{ledger:?}");
}

/// Nobody beats who knows every customer; cars are conserved (or `run` fails).
#[test]
fn perfect_information_costs_least() {
    let w = world(3, 4.0, 2.0);
    let (past, d) = (demand(&w, 20, 4.0, 1), demand(&w, 40, 4.0, 2));
    let perfect = run(&w, &d, &mut Perfect::new(&d)).unwrap();
    let own = run(&w, &d, &mut BaseStock::new(&w, &past, &d, None, 0.95, true)).unwrap();
    let days = run(&w, &d, &mut BalancedDays::new(&w, &past, &d, Volume::Rate, 0.7)).unwrap();
    assert!(perfect.cost() < own.cost() && perfect.cost() < days.cost());
    assert!(perfect.fill() > 0.99 && own.fill() > 0.9 && days.fill() > 0.8);
}

/// For identical dealers the levels are those of complete pooling.
#[test]
fn levels_of_identical_dealers_are_the_closed_form() {
    for (n, mean, c) in [(3_u32, 8.0, 0.5), (4, 3.0, 2.0), (2, 20.0, 0.1)] {
        let law = Law::Poisson { mean };
        let best = Pooling::new(n, &law, Rates::new(1.0, 9.0).unwrap(), 0.0).unwrap();
        let tables = vec![Table::new(mean, 0.0); n as usize];
        let all = Table::new(mean * f64::from(n), 0.0);
        let levels = pooled(&tables, &all, &vec![0; n as usize], (1.0, 9.0, c));
        let total: u32 = levels.iter().sum();
        let formula = best.best(c);
        assert!((f64::from(total) - f64::from(n) * formula).abs() <= f64::from(n), "{levels:?} {formula}");
        // Costs on the grid of common levels agree at the optimum to the width of one car.
        let at = |s: f64| best.cost(s, c);
        assert!(at(f64::from(total / n)) <= at(formula) * 1.05);
        assert!(levels.iter().max().unwrap() - levels.iter().min().unwrap() <= 1);
    }
}

/// With a lead time of one week every week is the one-period model, in which excess meets shortage until one of them is
/// used up: the ledger is its sum over the weeks to the last unit, so that no saving of transfers can be more than what
/// complete pooling gives on the same demand. The closed form's expectation is met up to the chance of these weeks.
#[test]
fn the_loop_is_complete_pooling_week_by_week() {
    let (n, mean, c) = (4, 5.0, 0.5);
    let mut w = world(n, mean, c);
    let d = demand(&w, 4000, mean, 4);
    let law = Law::Poisson { mean };
    let formula = Pooling::new(n as u32, &law, Rates::new(1.0, 20.0).unwrap(), 0.0).unwrap();
    for level in 5..11 {
        w.stock = vec![level; n];
        for trades in [false, true] {
            let ledger = run(&w, &d, &mut Level(level, trades)).unwrap();
            let week = |row: &[u16]| {
                let apart = row.iter().map(|&x| f64::from(level) - f64::from(x));
                let (over, short) = apart.fold((0.0, 0.0), |t: (f64, f64), a| (t.0 + a.max(0.0), t.1 - a.min(0.0)));
                let moved = if trades { f64::min(over, short) } else { 0.0 };
                over + 20.0 * short - (21.0 - c) * moved
            };
            let weeks: Vec<f64> = d.chunks(n).map(week).collect();
            let sum: f64 = weeks.iter().sum();
            assert!((ledger.cost() - sum).abs() < 1e-6 * sum, "{level} {trades}: {ledger:?} {sum}");
            let (mean, expected) = (sum / 4000.0, formula.cost(f64::from(level), if trades { c } else { 21.0 }));
            let square = weeks.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / 3999.0;
            assert!((mean - expected).abs() < 4.0 * (square / 4000.0).sqrt(), "{level} {trades}: {mean} {expected}");
        }
    }
}

/// One level everywhere.
struct Level(u32, bool);

impl Planner for Level {
    fn orders(&mut self, seen: &Seen, _: &[u32], orders: &mut [u32]) {
        orders.iter_mut().enumerate().for_each(|(c, o)| *o = self.0.saturating_sub(seen.position(c)));
    }
    fn loss(&mut self, _: &Seen, _: usize) -> Option<f64> {
        self.1.then_some(0.0)
    }
}
