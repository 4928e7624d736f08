//! The network kernel against what is known without it.

use super::problem::{Arc, Arrival, Behaviour, Choice, Dealer, Lot, Market, Model, Move, Trade, Zone};
use super::*;
use crate::progress::Silent;
use crate::stats::poisson;
use crate::stats::stream::Stream;
use crate::units::Money;

/// One zone per dealer that prefers it 9 to 1, nobody has cars, nobody orders, customers who find nothing leave.
fn plain(dealers: usize, models: usize, days: u32, demand: f64) -> Parts {
    let open =
        |d: usize| Dealer { region: (d % 2) as u32, open: true, storage: None, lead_time: 0, donors: Vec::new() };
    let choices = |z: usize| {
        let weight = |d| if d == z { 9.0 } else { 1.0 };
        (0..dealers).map(|d| Choice { dealer: d as u32, weight: weight(d) }).collect()
    };
    Parts {
        days,
        month: (0..days).map(|t| (t / 30) as u16).collect(),
        regions: 2,
        zones: (0..dealers).map(|z| Zone { region: (z % 2) as u32, choices: choices(z), outside: 0.0 }).collect(),
        dealers: (0..dealers).map(open).collect(),
        models: (0..models)
            .map(|_| Model {
                group: 0,
                segment: 0,
                contribution: Money::from_major(1000.0),
                lost_sale: Money::from_major(100.0),
                holding: vec![(0, Money::from_minor(10)), (90, Money::from_minor(30))],
                discount: vec![(0, Money::ZERO), (60, Money::from_minor(500))],
            })
            .collect(),
        demand: vec![demand; dealers * models],
        day_factor: vec![vec![1.0; days as usize]],
        market: Market::default(),
        behaviour: Behaviour { divert: 0.0, further_dealers: 0, wait: 0.0, wait_days: 0, substitute: 0.0 },
        lead_times: vec![vec![0.0, 1.0]],
        rate: vec![demand; dealers * models],
        policy: Policy::OrderUpTo { levels: vec![0; dealers * models], season: Vec::new() },
        review_days: 7,
        supply: Vec::new(),
        sales_limit: Vec::new(),
        trade: Trade::default(),
        stock: Vec::new(),
        pipeline: Vec::new(),
        moves: Vec::new(),
    }
}

fn outcome(parts: Parts, replications: u32) -> Outcome {
    let problem = Problem::new(parts).unwrap();
    run(&problem, &Options { replications, threads: Some(2), ..Options::default() }, &Silent).unwrap()
}

fn sum(o: &Outcome, m: Measure) -> i64 {
    o.network.moments(m).sum() as i64
}

/// Something of everything, at random.
fn lively(seed: u64) -> Parts {
    let mut s = Stream::from_hash(seed);
    let (dealers, models, days) = (2 + s.below(5) as usize, 1 + s.below(4) as usize, 20 + s.below(90) as u32);
    let mut p = plain(dealers, models, days, 0.2 + s.unit());
    let cells = dealers * models;
    for dealer in &mut p.dealers {
        dealer.open = s.below(5) > 0;
        dealer.storage = (s.below(2) == 0).then(|| s.below(40) as u32);
    }
    for d in 0..dealers {
        for k in 1..dealers {
            let cost = Money::from_major(100.0 * (1 + s.below(3)) as f64);
            p.dealers[d].donors.push(Arc { donor: ((d + k) % dealers) as u32, cost });
        }
    }
    p.zones.iter_mut().for_each(|z| z.outside = s.unit());
    p.market = Market { national_sd: 0.2, regional_sd: 0.1, persistence: 0.4, dispersion: 0.3 * s.below(2) as f64 };
    p.behaviour = Behaviour {
        divert: 0.7,
        further_dealers: s.below(4) as u8,
        wait: 0.3,
        wait_days: s.below(12) as u16,
        substitute: 0.3,
    };
    p.lead_times = vec![vec![0.0, 0.0, 0.25, 0.25, 0.25, 0.0, 0.0, 0.0, 0.25]];
    let weeks = days.div_ceil(7) as usize;
    p.supply = (0..models * weeks).map(|_| s.below(20) as u32).collect();
    if s.below(2) == 0 {
        p.sales_limit = (0..dealers * weeks).map(|_| s.below(12) as u32).collect();
    }
    p.policy = match s.below(4) {
        0 => Policy::OrderUpTo {
            levels: (0..2 * cells).map(|_| s.below(9) as u16).collect(),
            season: (0..weeks).map(|w| if w + 1 == weeks { 1 } else { (w % 2) as u16 }).collect(),
        },
        1 => Policy::MinMax { low: vec![2; cells], high: (0..cells).map(|_| 2 + s.below(9) as i32).collect() },
        2 => Policy::BalancedDays,
        _ => Policy::TurnAndEarn,
    };
    p.trade = Trade { reserve: vec![s.below(2) as u16; cells], least_age: 3, weekly_share: 0.5, failure: 0.1 };
    let mut cell = || (s.below(dealers as u64) as u32, s.below(models as u64) as u32);
    for k in 0..30u32 {
        let (dealer, model) = cell();
        p.stock.push(Lot { dealer, model, cars: k % 3, age_days: (k * 7) as u16 });
        p.pipeline.push(Arrival { dealer, model, cars: k % 2, day: k * 2 });
        let (from, _) = cell();
        if from != dealer {
            p.moves.push(Move { day: k, from, to: dealer, model, cars: 2, cost: Money::from_major(50.0) });
        }
    }
    p
}

#[test]
fn cars_that_nobody_buys_are_charged_by_age() {
    let mut p = plain(1, 1, 20, 0.0);
    p.stock = vec![Lot { dealer: 0, model: 0, cars: 3, age_days: 80 }];
    let o = outcome(p, 1);
    // Evenings at ages 80 … 99: ten at 10, ten at 30; nine of them older than 90 days.
    assert_eq!((sum(&o, Measure::StockDays), sum(&o, Measure::Holding)), (60, 3 * (10 * 10 + 10 * 30)));
    assert_eq!((sum(&o, Measure::AgedDays), sum(&o, Measure::FinalStock)), (27, 3));
    assert_eq!(o.network.mean_stock(20), 3.0);
}

#[test]
fn without_cars_all_customers_are_lost_and_their_number_is_poisson() {
    let o = outcome(plain(2, 2, 50, 0.5), 2000);
    assert_eq!(sum(&o, Measure::Customers), sum(&o, Measure::Lost));
    let m = o.network.moments(Measure::Customers);
    assert!((m.mean() - 100.0).abs() < 4.0 * (100.0f64 / 2000.0).sqrt());
    // The variance of a sample variance of Poisson counts is about 2 σ⁴ / n.
    assert!((m.variance() / 100.0 - 1.0).abs() < 4.0 * (2.0f64 / 2000.0).sqrt());
    // Nine of ten go to their own dealer of two; each dealer gets half.
    assert!((o.dealers[0].mean(Measure::Customers) - 50.0).abs() < 4.0 * (50.0f64 / 2000.0).sqrt());
}

#[test]
fn a_closed_network_serves_nobody_and_outside_takes_its_share() {
    let mut p = plain(2, 1, 30, 1.0);
    p.zones[1].outside = 10.0;
    let half = outcome(p.clone(), 400);
    // Zone 1 has weights 1 + 9 against 10.
    let expected = 15.0;
    assert!((half.network.mean(Measure::Elsewhere) - expected).abs() < 4.0 * (expected / 400.0f64).sqrt());
    p.dealers.iter_mut().for_each(|d| d.open = false);
    let none = outcome(p, 400);
    assert_eq!(none.dealers[0].mean(Measure::Customers), 0.0);
    assert_eq!(sum(&none, Measure::Customers), sum(&none, Measure::Lost));
    assert!((none.regions[1].mean(Measure::Elsewhere) - 30.0).abs() < 4.0 * (30.0f64 / 400.0).sqrt());
    assert_eq!(none.regions[1].mean(Measure::Customers), 0.0);
    assert_eq!(none.regions[0].moments(Measure::Lost), none.network.moments(Measure::Lost));
}

#[test]
fn who_finds_nothing_goes_to_the_dealer_who_has_it() {
    let mut p = plain(2, 1, 10, 0.5);
    p.zones[1].choices = vec![Choice { dealer: 0, weight: 1.0 }];
    p.stock = vec![Lot { dealer: 1, model: 0, cars: 1000, age_days: 0 }];
    p.behaviour = Behaviour { divert: 1.0, further_dealers: 1, ..p.behaviour };
    let o = outcome(p, 300);
    // Zone 0 is served whole, one in ten directly; zone 1 knows only the empty dealer.
    let d1 = &o.dealers[1];
    assert_eq!(
        d1.moments(Measure::Sales).sum(),
        (d1.moments(Measure::DivertedIn).sum()) + d1.moments(Measure::OnTheSpot).sum()
    );
    assert!((d1.mean(Measure::DivertedIn) - 4.5).abs() < 4.0 * (4.5f64 / 300.0).sqrt());
    assert!((o.network.mean(Measure::Lost) - 5.0).abs() < 4.0 * (5.0f64 / 300.0).sqrt());
    assert_eq!(o.dealers[0].moments(Measure::DivertedOut), d1.moments(Measure::DivertedIn));
}

#[test]
fn a_dealer_sells_no_more_than_it_can() {
    let mut p = plain(2, 1, 14, 3.0);
    p.stock = (0..2).map(|dealer| Lot { dealer, model: 0, cars: 1000, age_days: 0 }).collect();
    p.behaviour = Behaviour { divert: 1.0, further_dealers: 1, wait: 0.5, wait_days: 30, substitute: 0.5 };
    p.sales_limit = vec![4, 2, u32::MAX, u32::MAX];
    let o = outcome(p.clone(), 200);
    // About 21 customers a week want the first dealer, who sells four and two; the others go to the second.
    assert_eq!(o.dealers[0].moments(Measure::Sales).sum(), 200 * 6);
    assert_eq!(sum(&o, Measure::Lost), 0);
    assert_eq!(sum(&o, Measure::Customers), sum(&o, Measure::Sales));
    // Both are full: the rest is lost, and nobody waits for a car that stands there.
    // What is not sold is made up for later.
    let mut quiet = p.clone();
    quiet.day_factor = vec![(0..14).map(|t| if t < 7 { 0.0 } else { 1.0 }).collect()];
    assert_eq!(outcome(quiet, 200).dealers[0].moments(Measure::Sales).sum(), 200 * 6);
    p.sales_limit = vec![4, 2, 3, 3];
    let o = outcome(p.clone(), 200);
    assert_eq!((sum(&o, Measure::Sales), sum(&o, Measure::StillWaiting)), (200 * 12, 0));
    assert_eq!(sum(&o, Measure::Customers) - sum(&o, Measure::Lost), 200 * 12);
    p.sales_limit.pop();
    assert!(Problem::new(p).is_err());
}

#[test]
fn a_trade_fetches_the_car_and_leaves_the_reserve() {
    let mut p = plain(2, 1, 7, 3.0);
    p.zones.iter_mut().for_each(|z| z.choices = vec![Choice { dealer: 0, weight: 1.0 }]);
    p.stock = vec![Lot { dealer: 1, model: 0, cars: 10, age_days: 20 }];
    p.trade = Trade { reserve: vec![0, 4], least_age: 7, weekly_share: 1.0, failure: 0.0 };
    p.dealers[0].donors = vec![Arc { donor: 1, cost: Money::from_major(200.0) }];
    let o = outcome(p.clone(), 50);
    // 42 customers expected: six cars come over in every replication.
    assert_eq!((sum(&o, Measure::TransfersIn), sum(&o, Measure::Sales), sum(&o, Measure::FinalStock)), (300, 300, 200));
    assert_eq!(sum(&o, Measure::TransferCost), 300 * 20_000);
    assert_eq!(o.dealers[1].moments(Measure::TransfersOut), o.dealers[0].moments(Measure::TransfersIn));
    // A fifth a week of ten cars is two; a cost above contribution plus lost sale is not worth it; young cars stay.
    let with = |change: fn(&mut Parts)| {
        let mut q = p.clone();
        change(&mut q);
        sum(&outcome(q, 50), Measure::TransfersIn)
    };
    assert_eq!(with(|q| q.trade.weekly_share = 0.2), 100);
    assert_eq!(with(|q| q.dealers[0].donors[0].cost = Money::from_major(1100.0)), 0);
    assert_eq!(with(|q| q.trade.least_age = 200), 0);
}

#[test]
fn waiting_customers_get_the_next_cars_or_leave_in_time() {
    let mut p = plain(1, 1, 10, 4.0);
    p.day_factor[0][1..].fill(0.0);
    p.behaviour = Behaviour { wait: 1.0, wait_days: 5, ..p.behaviour };
    // Nothing is ordered for those who wait.
    p.supply = vec![0; 2];
    p.pipeline = vec![Arrival { dealer: 0, model: 0, cars: 1, day: 6 }];
    let in_time = outcome(p.clone(), 500);
    p.pipeline[0].day = 7;
    let too_late = outcome(p, 500);
    let someone = 500.0 * (1.0 - (-4.0f64).exp());
    assert!((sum(&in_time, Measure::Waited) as f64 - someone).abs() < 15.0);
    assert_eq!(sum(&too_late, Measure::Waited), 0);
    assert_eq!(sum(&too_late, Measure::Lost), sum(&too_late, Measure::Customers));
    assert_eq!(sum(&too_late, Measure::FinalStock), 500);
}

#[test]
fn substitutes_come_from_the_segment_only() {
    let mut p = plain(1, 3, 10, 1.0);
    p.models[2].segment = 1;
    p.demand = vec![1.0, 0.0, 0.0];
    p.stock = (1..3).map(|model| Lot { dealer: 0, model, cars: 500, age_days: 0 }).collect();
    p.behaviour = Behaviour { substitute: 1.0, ..p.behaviour };
    let o = outcome(p, 100);
    assert_eq!(sum(&o, Measure::Substituted), sum(&o, Measure::Customers));
    assert_eq!(o.models[1].moments(Measure::Sales), o.network.moments(Measure::Sales));
    assert_eq!(o.models[2].moments(Measure::Sales).sum(), 0);
}

/// Snyder & Shen's base stock with λL = 5 and S = 8: with daily review and everybody waiting, the backorders of an
/// evening are (D − S)⁺ with D the demand of the last L days, whatever the day's grid.
#[test]
fn base_stock_with_backorders_meets_its_formulas() {
    let (days, lead, mean, level) = (60, 10, 0.5, 8);
    let mut p = plain(1, 1, days, mean);
    p.review_days = 1;
    p.behaviour = Behaviour { wait: 1.0, wait_days: 1000, ..p.behaviour };
    p.lead_times = vec![(0..=lead).map(|l| f64::from(l == lead)).collect()];
    p.policy = Policy::OrderUpTo { levels: vec![level], season: Vec::new() };
    p.stock = vec![Lot { dealer: 0, model: 0, cars: u32::from(level), age_days: 0 }];
    let o = outcome(p, 20_000);
    let within = |m: Measure, exact: f64| {
        let i = o.network.interval(m);
        assert!((i.mean - exact).abs() < 3.0 * i.half / 1.96, "{m:?} {i:?} {exact}");
    };
    within(Measure::StillWaiting, 0.122_109_292_6);
    within(Measure::FinalStock, 8.0 - 5.0 + 0.122_109_292_6);
    // Served at once on day t: min(N, (S − D)⁺) with D over the L − 1 days before (fewer at the start).
    let at_once: f64 = (0..days)
        .map(|t| {
            let (_, today) = poisson::probabilities(mean);
            let before = mean * f64::from(t.min(lead - 1));
            let (_, past) = if before > 0.0 { poisson::probabilities(before) } else { (0, vec![1.0]) };
            let cars = |d: usize, n: usize| n.min(usize::from(level).saturating_sub(d)) as f64;
            past.iter()
                .enumerate()
                .map(|(d, p)| today.iter().enumerate().map(|(n, q)| p * q * cars(d, n)).sum::<f64>())
                .sum::<f64>()
        })
        .sum();
    within(Measure::OnTheSpot, at_once);
}

#[test]
fn lively_networks_balance() {
    for seed in 0..60 {
        let p = lively(seed);
        let initial: i64 = p.stock.iter().map(|l| i64::from(l.cars)).sum();
        // Conservation is checked each day inside; here the tallies that people see must tell the same story.
        let o = outcome(p, 4);
        let s = |m| sum(&o, m);
        assert_eq!(4 * initial + s(Measure::Received), s(Measure::Sales) + s(Measure::FinalStock), "{seed}");
        assert_eq!(s(Measure::Customers), s(Measure::Sales) + s(Measure::Lost) + s(Measure::StillWaiting), "{seed}");
        assert_eq!(s(Measure::TransfersIn), s(Measure::TransfersOut));
        for &m in Measure::ALL {
            let regions: i128 = o.regions.iter().map(|r| r.moments(m).sum()).sum();
            let totals: i64 = o.totals.iter().map(|t| t.get(m)).sum();
            assert_eq!((regions, totals), (o.network.moments(m).sum(), s(m)), "{m:?}");
        }
        for dealer in &o.dealers {
            let d = |m| dealer.moments(m).sum();
            let kept = d(Measure::Sales) + d(Measure::TransfersOut) + d(Measure::FinalStock);
            assert!(kept >= d(Measure::Received) + d(Measure::TransfersIn));
        }
    }
}

#[test]
fn the_outcome_has_the_same_bytes_for_threads_shards_and_row_order() {
    for seed in [3, 8, 21] {
        let p = lively(seed);
        let problem = Problem::new(p.clone()).unwrap();
        let with = |threads, first, replications| {
            let options = Options { seed: 5, first, replications, threads: Some(threads), ..Options::default() };
            run(&problem, &options, &Silent).unwrap()
        };
        let whole = with(1, 0, 12);
        for threads in [2, 8] {
            assert_eq!(format!("{whole:?}"), format!("{:?}", with(threads, 0, 12)));
        }
        let (a, b) = (with(2, 0, 5), with(2, 5, 7));
        assert_eq!(whole.totals, [a.totals, b.totals].concat());
        let mut network = a.network;
        network.merge(&b.network);
        assert_eq!(network, whole.network);
        let mut q = p;
        q.zones.iter_mut().for_each(|z| z.choices.reverse());
        q.dealers.iter_mut().for_each(|d| d.donors.reverse());
        q.stock.reverse();
        q.pipeline.reverse();
        q.moves.reverse();
        let options = Options { seed: 5, replications: 12, threads: Some(2), ..Options::default() };
        assert_eq!(run(&Problem::new(q).unwrap(), &options, &Silent).unwrap(), whole);
    }
}

#[test]
fn two_networks_see_the_same_customers_and_their_difference_is_sharper() {
    let mut p = plain(6, 2, 364, 0.3);
    p.market = Market { national_sd: 0.15, regional_sd: 0.1, persistence: 0.9, dispersion: 0.018 };
    p.policy = Policy::OrderUpTo { levels: vec![5; 12], season: Vec::new() };
    p.behaviour = Behaviour::default();
    let mut q = p.clone();
    q.policy = Policy::OrderUpTo { levels: vec![6; 12], season: Vec::new() };
    q.dealers[5].open = false;
    let (a, b) = (Problem::new(p.clone()).unwrap(), Problem::new(q.clone()).unwrap());
    assert!(a.same_customers(&b));
    assert_eq!(customers(&a, 7, 3, 40), customers(&b, 7, 3, 40));
    assert_ne!(customers(&a, 7, 3, 40), customers(&a, 8, 3, 40));
    let (a, b) = (outcome(p, 100), outcome(q, 100));
    assert_eq!(a.network.moments(Measure::Customers), b.network.moments(Measure::Customers));
    let paired = b.profit_difference(&a);
    let apart = a.network.profit().half.hypot(b.network.profit().half);
    assert!(paired.half < apart / 3.0, "{paired:?} {apart}");
    // Pairs are found by number, wherever the shards began.
    let mut late = a.clone();
    late.numbers.drain(..40);
    late.totals.drain(..40);
    assert_eq!(b.profit_difference(&late).count, 60);
}

#[test]
fn mixing_gives_negative_binomial_months() {
    let mut p = plain(1, 1, 30, 1.0);
    p.market.dispersion = 0.2;
    let m = *outcome(p, 4000).network.moments(Measure::Customers);
    // Variance µ + kµ² = 30 + 180.
    assert!((m.mean() - 30.0).abs() < 4.0 * (210.0f64 / 4000.0).sqrt());
    assert!((m.variance() / 210.0 - 1.0).abs() < 0.12, "{}", m.variance());
}

#[test]
fn market_factors_have_mean_one_and_the_correlations_asked_for() {
    // So many customers that their own chance hardly counts: the variance of the total is that of the factors.
    let mut p = plain(2, 1, 1, 20_000.0);
    p.market = Market { national_sd: 0.15, regional_sd: 0.1, persistence: 0.0, dispersion: 0.0 };
    let o = outcome(p, 4000);
    let m = o.network.moments(Measure::Customers);
    let national = (0.15f64 * 0.15).exp() - 1.0;
    let regional = (0.1f64 * 0.1).exp() - 1.0;
    let variance = 40_000.0f64.powi(2) * (national + (1.0 + national) * regional / 2.0);
    assert!((m.mean() - 40_000.0).abs() < 4.0 * (variance / 4000.0).sqrt());
    assert!((m.variance() / variance - 1.0).abs() < 0.12, "{}", m.variance() / variance);
}

#[test]
fn short_supply_is_shared_and_never_exceeded() {
    let mut p = plain(3, 1, 70, 2.0);
    p.policy = Policy::OrderUpTo { levels: vec![60; 3], season: Vec::new() };
    p.supply = vec![12; 10];
    let o = outcome(p.clone(), 20);
    assert_eq!(sum(&o, Measure::Ordered), 20 * 120);
    for d in &o.dealers {
        assert!((d.mean(Measure::Ordered) - 40.0).abs() < 4.0);
    }
    for push in [Policy::BalancedDays, Policy::TurnAndEarn] {
        p.policy = push;
        assert_eq!(sum(&outcome(p.clone(), 20), Measure::Ordered), 20 * 120);
    }
    // Storage of five: the position never exceeds it after a review.
    p.policy = Policy::OrderUpTo { levels: vec![60; 3], season: Vec::new() };
    p.demand.fill(0.0);
    p.dealers.iter_mut().for_each(|d| d.storage = Some(5));
    assert_eq!(sum(&outcome(p, 1), Measure::FinalStock), 15);
}

#[test]
fn min_max_orders_in_batches() {
    let mut p = plain(1, 1, 8, 0.0);
    p.stock = vec![Lot { dealer: 0, model: 0, cars: 3, age_days: 0 }];
    p.policy = Policy::MinMax { low: vec![3], high: vec![9] };
    assert_eq!(sum(&outcome(p.clone(), 1), Measure::Ordered), 6);
    p.stock[0].cars = 4;
    assert_eq!(sum(&outcome(p, 1), Measure::Ordered), 0);
}

#[test]
fn a_planned_move_carries_the_age_along() {
    let mut p = plain(2, 1, 40, 0.0);
    p.stock = vec![Lot { dealer: 0, model: 0, cars: 2, age_days: 60 }];
    p.moves = vec![Move { day: 10, from: 0, to: 1, model: 0, cars: 5, cost: Money::from_major(7.0) }];
    let o = outcome(p, 1);
    assert_eq!(o.dealers[0].moments(Measure::StockDays).sum(), 20);
    assert_eq!(o.dealers[1].moments(Measure::StockDays).sum(), 60);
    // At the receiver ages 70 … 99; nine evenings above 90.
    assert_eq!(o.dealers[1].moments(Measure::AgedDays).sum(), 18);
    assert_eq!(sum(&o, Measure::TransferCost), 2 * 700);
}

#[test]
fn stopping_early_says_so() {
    let problem = Problem::new(plain(1, 1, 10, 1.0)).unwrap();
    let options = Options::default();
    options.stop.raise();
    assert!(matches!(run(&problem, &options, &Silent), Err(Error::Interrupted)));
}

#[test]
fn all_faults_are_told_at_once() {
    let mut p = plain(2, 1, 10, 1.0);
    p.month[3] = 5;
    p.zones[1].choices[0].dealer = 9;
    p.demand[0] = f64::NAN;
    p.dealers[1].region = 7;
    p.models[0].holding[0].0 = 4;
    p.lead_times[0] = vec![0.5, 0.4];
    p.behaviour.wait = 0.9;
    p.behaviour.substitute = 0.2;
    p.rate.pop();
    p.stock.push(Lot { dealer: 2, model: 0, cars: 1, age_days: 0 });
    let faults = Problem::new(p).unwrap_err();
    let tables: Vec<&str> = faults.iter().map(|f| f.table).collect();
    for table in
        ["month", "zones", "demand", "dealers", "models", "lead_times", "behaviour.wait + substitute", "rate", "stock"]
    {
        assert!(tables.contains(&table), "{table} in {tables:?}");
    }
    assert!(faults.iter().any(|f| f.to_string() == "zones[1]: dealer 9 does not exist, there are 2"));
}

/// One-for-one replenishment with exponential resupply and lateral transfers from a random donor (N sites, base stock
/// S, rate λ each, mean resupply 1): shares served from the own stock, by a neighbour, and by emergency (lost here). Four
/// hundred days make a unit of time; what the grid costs is below 0.003.
#[test]
fn lateral_transfers_meet_the_exact_chain() {
    let unit = 400.0f64;
    for (sites, level, rate, exact) in [
        (2, 1u16, 1.0, [0.4, 0.2, 0.4]),
        (2, 2, 1.0, [0.75, 0.154_762, 0.095_238]),
        (3, 2, 2.0, [0.427_306, 0.307_772, 0.264_922]),
    ] {
        let run = |days: u32| {
            let mut p = plain(sites, 1, days, rate / unit);
            for (z, zone) in p.zones.iter_mut().enumerate() {
                zone.choices = vec![Choice { dealer: z as u32, weight: 1.0 }];
            }
            p.review_days = 1;
            p.lead_times = vec![(0..4000).map(|l| if l == 0 { 0.0 } else { (-f64::from(l) / unit).exp() }).collect()];
            let total: f64 = p.lead_times[0].iter().sum();
            p.lead_times[0].iter_mut().for_each(|x| *x /= total);
            p.policy = Policy::OrderUpTo { levels: vec![level; sites], season: Vec::new() };
            p.trade = Trade { reserve: vec![0; sites], least_age: 0, weekly_share: 1.0, failure: 0.0 };
            for d in 0..sites {
                p.stock.push(Lot { dealer: d as u32, model: 0, cars: u32::from(level), age_days: 0 });
                let donors = (0..sites).filter(|&k| k != d);
                p.dealers[d].donors = donors.map(|k| Arc { donor: k as u32, cost: Money::from_major(1.0) }).collect();
            }
            outcome(p, 300)
        };
        // Five units of time are warm-up, taken off with the same draws; the donor's replacement is ordered by the donor.
        let (warm, long) = (run(2000), run(30_000));
        let part = |m| (sum(&long, m) - sum(&warm, m)) as f64;
        let customers = part(Measure::Customers);
        let shares = [part(Measure::OnTheSpot), part(Measure::TransfersIn), part(Measure::Lost)].map(|x| x / customers);
        for (share, exact) in shares.iter().zip(exact) {
            // Bursts share their fate: allow for ten times the variance of independent customers.
            let sigma = (10.0 * exact * (1.0 - exact) / customers).sqrt();
            assert!((share - exact).abs() < 3.0 * sigma + 0.003, "{sites} {level} {rate}: {shares:?} {exact}");
        }
    }
}

#[test]
fn even_market_draws_keep_the_mean_and_narrow_the_interval() {
    let mut p = plain(4, 1, 120, 5.0);
    p.market = Market { national_sd: 0.15, regional_sd: 0.1, persistence: 0.5, dispersion: 0.0 };
    let problem = Problem::new(p).unwrap();
    let with = |market: MarketSampling| {
        let options = Options { replications: 512, market, ..Options::default() };
        run(&problem, &options, &Silent).unwrap().blocked(|t| t.get(Measure::Lost), market.block())
    };
    let plain = with(MarketSampling::Plain);
    let antithetic = with(MarketSampling::Antithetic);
    let net = with(MarketSampling::Net { block: 16 });
    let exact = 4.0 * 5.0 * 120.0;
    for i in [plain, antithetic, net] {
        assert!((i.mean - exact).abs() < 2.0 * i.half, "{i:?}");
    }
    assert_eq!((antithetic.count, net.count), (256, 32));
    assert!(antithetic.half < 0.5 * plain.half && net.half < 0.5 * plain.half, "{plain:?} {antithetic:?} {net:?}");
    // The paired members of a block are drawn again by number, wherever a shard begins.
    let options = Options { replications: 3, first: 5, market: MarketSampling::Net { block: 4 }, ..Options::default() };
    let shard = run(&problem, &options, &Silent).unwrap();
    let whole = run(&problem, &Options { replications: 8, first: 0, ..options }, &Silent).unwrap();
    assert_eq!(shard.totals, whole.totals[5..]);
}

#[test]
fn a_run_to_precision_is_a_run() {
    let mut p = plain(2, 1, 60, 1.0);
    p.policy = Policy::OrderUpTo { levels: vec![9; 2], season: Vec::new() };
    let problem = Problem::new(p).unwrap();
    let precision = crate::stats::sequential::Precision { relative: 0.02, least: 30, most: 5000 };
    let figure = |t: &Tally| t.get(Measure::Lost);
    let options = Options::default();
    let (o, i) = precision::run_to_precision(&problem, &options, &precision, figure, &Silent).unwrap();
    assert!(i.relative() <= 0.02 && i.count == u64::from(o.replications) && o.replications > 30);
    let once = run(&problem, &Options { replications: o.replications, ..options }, &Silent).unwrap();
    assert_eq!(once, o);
}

/// The two kernels on the same cells: one dealer to a zone, daily review, fixed lead time, customers who leave.
#[test]
fn both_kernels_agree_where_both_apply() {
    use super::cells::{Cell, CellOptions, CellProblem, Demand, run_cells};
    let (days, mean, level, lead) = (365u32, 0.3, 5u16, 14usize);
    let mut p = plain(3, 2, days, mean);
    for (z, zone) in p.zones.iter_mut().enumerate() {
        zone.choices = vec![Choice { dealer: z as u32, weight: 1.0 }];
    }
    p.review_days = 1;
    p.lead_times = vec![(0..=lead).map(|l| f64::from(u8::from(l == lead))).collect()];
    p.policy = Policy::OrderUpTo { levels: vec![level; 6], season: Vec::new() };
    let all = (0..3).flat_map(|dealer| (0..2).map(move |model| (dealer, model)));
    p.stock = all.map(|(dealer, model)| Lot { dealer, model, cars: u32::from(level), age_days: 0 }).collect();
    let network = outcome(p, 2000);
    let cell = Cell { demand: vec![Demand::poisson(mean)], level, lead_days: lead as u16 };
    let cells = CellProblem::new(vec![0; days as usize], vec![cell; 6]).unwrap();
    let cells = run_cells(&cells, &CellOptions { replications: 2000, ..CellOptions::default() }).unwrap();
    let of = |f: fn(&super::cells::CellTally) -> u64| {
        let values: Vec<f64> = cells.totals.iter().map(|t| f(t) as f64).collect();
        crate::stats::interval::of_floats(&values, 0.95)
    };
    for (measure, lanes) in [
        (Measure::Customers, of(|t| t.demand)),
        (Measure::Sales, of(|t| t.sales)),
        (Measure::StockDays, of(|t| t.stock_days)),
        (Measure::Lost, of(|t| t.demand - t.sales)),
    ] {
        let i = network.network.interval(measure);
        assert!((i.mean - lanes.mean).abs() < 3.0 / 1.96 * i.half.hypot(lanes.half), "{measure:?} {i:?} {lanes:?}");
    }
}

/// A market that moves much more than the customers' own chance: the controls must find the exact mean number of lost
/// customers and narrow its interval, and the comparison must stop by itself.
#[test]
fn controls_narrow_the_interval_and_keep_the_mean() {
    let mut p = plain(4, 1, 120, 20.0);
    p.market = Market { national_sd: 0.15, regional_sd: 0.1, persistence: 0.5, dispersion: 0.01 };
    let q = Parts { policy: Policy::OrderUpTo { levels: vec![100; 4], season: Vec::new() }, ..p.clone() };
    let problems = [Problem::new(p).unwrap(), Problem::new(q).unwrap()];
    let options = Options { replications: 4000, ..Options::default() };
    let exact = 4.0 * 20.0 * 120.0 * 100.0 * 100.0;
    let (outcomes, reached) = precision::compare(&problems, &options, 0.01, &Silent).unwrap();
    assert!(reached.met && reached.cost[0].covers(exact), "{reached:?}");
    // Everybody is lost in the first network: the customers' own count explains all of it.
    assert!(reached.cost[0].relative() < 1e-6, "{reached:?}");
    let plain = outcomes[1].blocked(Tally::cost, 1);
    assert!(reached.cost[1].half < 0.5 * plain.half, "{reached:?} {plain:?}");
    assert!(plain.mean > reached.cost[1].low() - plain.half && plain.mean < reached.cost[1].high() + plain.half);
    assert!(reached.profit[1].half < plain.half && reached.profit[1].low() > 0.0, "{reached:?}");
    assert_eq!(outcomes[0].numbers, outcomes[1].numbers);
}

/// A caller's own rule that does what order-up-to does gives the same outcome.
#[test]
fn a_rule_of_the_callers_own_is_asked_like_any_policy() {
    #[derive(Debug)]
    struct UpTo(i32);
    impl policy::Replenish for UpTo {
        fn orders(&self, seen: &policy::Seen) -> Vec<policy::Order> {
            let mut own = vec![0; seen.position.len()];
            for (day, order) in seen.under_way() {
                assert!(day > seen.day && order.cars > 0);
                own[order.dealer as usize * seen.models + order.model as usize] += order.cars as i32;
            }
            let cells = 0..seen.position.len();
            // With nobody waiting the position is what stands and what comes.
            assert!(cells.clone().all(|c| seen.stock[c] + own[c] == seen.position[c]));
            let order = |c: usize| policy::Order {
                dealer: (c / seen.models) as u32,
                model: (c % seen.models) as u32,
                cars: (self.0 - seen.position[c]).max(0) as u32,
            };
            cells.map(order).collect()
        }
    }
    let mut p = plain(3, 2, 60, 0.7);
    p.lead_times = vec![vec![0.0, 0.25, 0.0, 0.5, 0.25]];
    p.policy = Policy::OrderUpTo { levels: vec![9; 6], season: Vec::new() };
    let table = outcome(p.clone(), 20);
    p.policy = Policy::Own(std::sync::Arc::new(UpTo(9)));
    assert_eq!(outcome(p, 20), table);
}
