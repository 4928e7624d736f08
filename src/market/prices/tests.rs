//! Closed forms, enumeration, limits that bind, and times of the published sizes.

use super::certificate::certify;
use super::markdown::Markdown;
use super::*;
use crate::market::lambert::lambert_w;

fn offer(region: usize, model: &str, quality: f64, cost: f64) -> Offer {
    let segment = "all".into();
    Offer { region, model: model.into(), segment, quality, alpha: 0.5, cost, floor: None, cap: None, stock: None }
}

fn region(name: &str, buyers: f64) -> Region {
    Region { name: name.into(), buyers, outside: 1.0 }
}

fn solved(problem: &Problem) -> Plan {
    assert_eq!(problem.faults(), []);
    let plan = solve(problem).unwrap();
    let certificate = certify(problem, &plan);
    assert!(certificate.holds(), "gap {:e} {certificate:?}", certificate.gap());
    plan
}

#[test]
fn one_offer_without_limits_is_lamberts_w() {
    // The net value at which W(e^{v−1}) = 1.46514645, the published pair's figure.
    let v = 2.847_101_653_343_083;
    let problem = Problem {
        regions: vec![region("R", 1.0)],
        offers: vec![Offer { alpha: 1.0, ..offer(0, "M", v + 3.0, 3.0) }],
        pools: vec![],
    };
    let plan = solved(&problem);
    let w = lambert_w((v - 1.0f64).exp());
    assert!((w - 1.465_146_45).abs() < 1e-8);
    assert!((plan.profit - w).abs() < 1e-7, "{} {w}", plan.profit);
    assert!((plan.offers[0].price - 3.0 - 1.0 - w).abs() < 1e-4);
}

#[test]
fn a_cap_binds_and_its_dual_is_what_a_wider_cap_brings() {
    let mut problem = Problem {
        regions: vec![region("R", 400.0)],
        offers: vec![offer(0, "A", 9.0, 12.0), offer(0, "B", 8.0, 11.0)],
        pools: vec![],
    };
    let free = solved(&problem);
    assert!((free.offers[0].price - 12.0 - (free.offers[1].price - 11.0)).abs() < 1e-4, "equal markups");
    for (bound, sign) in [(-0.6, 1.0), (0.6, -1.0)] {
        let at = free.offers[0].price + bound;
        let set = |problem: &mut Problem, p: f64| {
            let side = if sign > 0.0 { &mut problem.offers[0].cap } else { &mut problem.offers[0].floor };
            *side = Some(p);
        };
        set(&mut problem, at);
        let plan = solved(&problem);
        assert!((plan.offers[0].price - at).abs() < 1e-6);
        let worth = if sign > 0.0 { plan.offers[0].worth_cap } else { plan.offers[0].worth_floor };
        set(&mut problem, at + sign * 1e-3);
        let wider = solved(&problem).profit;
        assert!(worth > 0.0 && ((wider - plan.profit) / 1e-3 / worth - 1.0).abs() < 0.01, "{worth}");
        (problem.offers[0].cap, problem.offers[0].floor) = (None, None);
    }
}

#[test]
fn stock_and_pools_bind_and_a_grid_finds_nothing_better() {
    let mut problem = Problem {
        regions: vec![region("N", 100.0), region("S", 150.0)],
        offers: vec![offer(0, "A", 9.0, 12.0), offer(1, "A", 9.5, 12.0), offer(1, "B", 8.0, 11.0)],
        pools: vec![],
    };
    problem.pools = vec![Pool { name: "A".into(), cars: 40.0, offers: vec![0, 1] }];
    problem.offers[2].stock = Some(12.0);
    let plan = solved(&problem);
    assert!((plan.offers[0].sales + plan.offers[1].sales - 40.0).abs() < 1e-3 && plan.worth_pool[0] > 0.0);
    assert!((plan.offers[2].sales - 12.0).abs() < 1e-4 && plan.offers[2].worth_stock > 0.0);
    let share = |region: usize, p: [f64; 3]| {
        let e: Vec<f64> = (0..3).map(|i| (problem.offers[i].quality - 0.5 * p[i]).exp()).collect();
        let all = 1.0 + (0..3).filter(|&i| problem.offers[i].region == region).map(|i| e[i]).sum::<f64>();
        e.into_iter().map(move |x| x / all).collect::<Vec<f64>>()
    };
    for k in 0..27_000 {
        let step = |d: i32| f64::from(k / 30i32.pow(d as u32) % 30 - 15) * 0.05;
        let p = [0, 1, 2].map(|i| plan.offers[i].price + step(i as i32));
        let (n, s) = (share(0, p), share(1, p));
        let sold = [100.0 * n[0], 150.0 * s[1], 150.0 * s[2]];
        if sold[0] + sold[1] <= 40.0 && sold[2] <= 12.0 {
            let profit: f64 = (0..3).map(|i| sold[i] * (p[i] - problem.offers[i].cost)).sum();
            assert!(profit <= plan.profit * (1.0 + 1e-6), "{p:?}");
        }
    }
}

#[test]
fn a_cap_that_sells_more_than_there_is_names_the_offer() {
    let mut problem =
        Problem { regions: vec![region("R", 400.0)], offers: vec![offer(0, "A", 9.0, 12.0)], pools: vec![] };
    (problem.offers[0].cap, problem.offers[0].stock) = (Some(13.0), Some(5.0));
    let Err(Failure::Infeasible(lacks)) = solve(&problem) else { panic!("there are no such prices") };
    let sold = 400.0 * (2.5f64.exp() / (1.0 + 2.5f64.exp()));
    assert!(lacks.len() == 1 && lacks[0].who == "A in R" && (lacks[0].cars - (sold - 5.0)).abs() < 0.1, "{lacks:?}");
    problem.offers[0].floor = Some(14.0);
    assert_eq!(problem.faults(), [Fault::Bounds("A".into(), "R".into())]);
}

#[test]
fn a_price_off_its_optimum_is_not_certified_and_flags_say_what_is_odd() {
    let problem = Problem {
        regions: vec![region("N", 100.0), region("S", 150.0)],
        offers: vec![offer(0, "A", 9.0, 12.0), Offer { cap: Some(11.0), ..offer(1, "A", 9.5, 12.0) }],
        pools: vec![],
    };
    let mut plan = solved(&problem);
    let found = flags(&problem, &plan, Some(2.0));
    assert!(matches!(found[0], Flag::Inversion(1, x) if (x - 1.0).abs() < 1e-6), "{found:?}");
    assert!(matches!(found[1], Flag::Leak(1, 0, gap) if gap > 2.0), "{found:?}");
    plan.offers[0].price += 0.05;
    assert!(!certify(&problem, &plan).holds());
}

/// A made-up market of the published size.
pub(super) fn large(regions: usize, models: usize, pooled: bool) -> Problem {
    let noise = |a: usize, b: usize| ((a * 7919 + b * 104_729) % 1009) as f64 / 1009.0;
    let one = |r: usize, m: usize| {
        let cost = 10.0 + 20.0 * noise(m, 1);
        let list = cost + 3.0 + noise(r, m);
        Offer {
            region: r,
            model: format!("M{m}"),
            segment: "all".into(),
            quality: 0.35 * list - 3.0 + noise(m, r),
            alpha: 0.35,
            cost,
            floor: Some(list - 1.5),
            cap: Some(list + 1.5),
            stock: Some(400.0 + 2000.0 * noise(m + r, 2)),
        }
    };
    let offers: Vec<Offer> = (0..regions).flat_map(|r| (0..models).map(move |m| one(r, m))).collect();
    let pool = |m: usize| Pool {
        name: format!("M{m}"),
        cars: 150.0 * regions as f64,
        offers: (0..regions).map(|r| r * models + m).collect(),
    };
    let pools = if pooled { (0..models).map(pool).collect() } else { Vec::new() };
    let regions = (0..regions).map(|r| region(&format!("R{r}"), 2000.0 + 3000.0 * noise(r, 5))).collect();
    Problem { regions, offers, pools }
}

#[test]
fn thirty_regions_of_twelve_models_with_bounds_stock_and_pools() {
    let plan = solved(&large(30, 12, false));
    assert!(plan.offers.iter().any(|o| o.worth_cap > 1e-3) && plan.profit > 0.0);
    solved(&large(6, 12, true));
}

#[test]
fn gallego_van_ryzin_1994_twenty_cars() {
    let plan = Markdown { rate: 10.0, sensitivity: 1.0, cars: 20, time: 5.0, holding: 0.0, salvage: 0.0 };
    let path = markdown::solve(&plan);
    assert!(path.holds(), "{:e}", path.difference());
    assert!((path.value[20] - 18.0353).abs() < 5e-5, "{}", path.value[20]);
    let x = 50.0 / std::f64::consts::E;
    let (mut term, mut sum) = (1.0, 1.0);
    for i in 1..=20 {
        term *= x / f64::from(i);
        sum += term;
    }
    assert!((path.value[20] - f64::ln(sum)).abs() < 1e-9);
    assert!(path.price(&plan, 20) < path.price(&plan, 1), "more cars, lower prices");
    let aged = Markdown { holding: 0.2, salvage: 0.3, ..plan };
    let slow = markdown::solve(&aged);
    assert!(slow.holds() && slow.price(&aged, 20) < path.price(&plan, 20), "cars that cost are cheaper");
}
