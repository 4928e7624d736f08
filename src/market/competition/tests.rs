//! Closed forms, the published tables, and starts from everywhere.

use super::certificate::certify;
use super::ring::Ring;
use super::*;
use crate::market::lambert::lambert_w;

/// `n` equal dealers at one place.
fn equal(n: usize, rho: f64, net: f64, outside: f64) -> Segment {
    let cost = Cost { invoice: 20.0, rebate: 1.0, bonus: 0.5, floor_plan: 0.01, days: 60.0, pressure: 0.3 };
    let alpha = 0.35;
    let value = net + alpha * cost.marginal();
    Segment {
        name: "equal".into(),
        alpha,
        rho,
        players: (0..n).map(|j| Player { name: format!("D{j}"), nest: 0, cost }).collect(),
        zones: vec![Catchment { buyers: 700.0, outside, reach: (0..n).map(|j| (j, value)).collect() }],
    }
}

fn solved(segment: &Segment) -> Equilibrium {
    assert_eq!(segment.faults(), []);
    let found = solve(segment, &Start::Plain).unwrap();
    let certificate = certify(segment, &found);
    assert!(certificate.holds(), "{certificate:?}");
    found
}

fn markup(segment: &Segment, found: &Equilibrium, j: usize) -> f64 {
    found.dealers[j].price - segment.players[j].cost.marginal()
}

#[test]
fn equal_dealers_without_an_outside_n_over_n_minus_one() {
    for n in [2, 3, 7, 40] {
        let segment = equal(n, 0.0, 0.4, 0.0);
        let m = markup(&segment, &solved(&segment), 0);
        assert!((segment.alpha * m - n as f64 / (n as f64 - 1.0)).abs() < 1e-9, "{n}");
    }
}

#[test]
fn equal_dealers_in_a_nest() {
    for (n, rho) in [(1, 0.6), (3, 0.6), (9, 0.8), (5, 0.2)] {
        let segment = equal(n, rho, 0.9, 1.0);
        let found = solved(&segment);
        let share = found.dealers[0].sales / 700.0;
        let closed = (1.0 - rho) / segment.alpha / (1.0 - rho / n as f64 - (1.0 - rho) * share);
        assert!((markup(&segment, &found, 0) - closed).abs() < 1e-9, "{n} {rho}");
    }
}

#[test]
fn one_dealer_against_the_outside_is_lamberts_w() {
    for d in [-6.0, -1.5, 0.0, 1.0, 4.0, 30.0] {
        let segment = equal(1, 0.6, d, 1.0);
        let m = markup(&segment, &solved(&segment), 0);
        assert!((segment.alpha * m - 1.0 - lambert_w((d - 1.0).exp())).abs() < 1e-9, "{d}");
    }
}

#[test]
fn murry_zhou_ring_margins_and_profits_by_spacing() {
    let table = [
        (30.0, 1653.0, 46.20),
        (20.0, 1457.0, 33.29),
        (15.0, 1369.0, 26.57),
        (10.0, 1287.0, 19.52),
        (5.0, 1213.0, 11.70),
    ];
    for (spacing, margin, profit) in table {
        let found = solved(&Ring::spaced(spacing).segment());
        let dealer = &found.dealers[0];
        assert_eq!((1000.0 * dealer.margin).round(), margin, "{spacing}");
        assert_eq!((100.0 * dealer.profit).round() / 100.0, profit, "{spacing}");
    }
    let of = |spacing| solved(&Ring::spaced(spacing).segment()).dealers[0].price;
    assert_eq!((1000.0 * (of(40.0) - of(10.0))).round(), 569.0);
    let middle = solved(&Ring::spaced(15.0).segment());
    assert_eq!((1000.0 * middle.dealers[0].margin / middle.dealers[0].price).round(), 59.0, "5.9 % of the price");
}

#[test]
fn cash_pressure_on_one_and_on_all() {
    let base = solved(&Ring::spaced(15.0).segment());
    let pressed = |pressed| solved(&Ring { pressure: 1.0, pressed, ..Ring::spaced(15.0) }.segment());
    let percent = |now: f64, then: f64| (1000.0 * (now / then - 1.0)).round() / 10.0;
    let (one, all) = (pressed(1), pressed(8));
    let (b, o, a) = (&base.dealers, &one.dealers, &all.dealers);
    assert_eq!((1000.0 * (o[0].price - b[0].price)).round(), -850.0);
    assert_eq!(percent(o[0].sales, b[0].sales).round(), 79.0);
    assert_eq!(percent(o[1].profit, b[1].profit), -11.6);
    assert_eq!((1000.0 * (a[0].price - b[0].price)).round(), -992.0);
    assert_eq!(percent(a[0].sales, b[0].sales).round(), 33.0);
    assert_eq!(percent(a[0].profit, b[0].profit).round(), -63.0, "at the cost that is borne");
}

#[test]
fn a_neighbour_gains_seventy_six_dollars_from_an_exit() {
    let base = solved(&Ring::spaced(15.0).segment());
    let mut left = Ring::spaced(15.0).segment();
    left.players.remove(0);
    for zone in &mut left.zones {
        zone.reach = zone.reach.iter().filter(|r| r.0 > 0).map(|r| (r.0 - 1, r.1)).collect();
    }
    let gone = solved(&left);
    assert_eq!((1000.0 * (gone.dealers[0].price - base.dealers[1].price)).round(), 76.0, "published: 318");
}

#[test]
fn a_ridge_of_travel_and_correlation_tells_the_same_moment() {
    let ring = Ring { points: 60, ..Ring::default() };
    let points = ridge::ridge(&ring, [12, 3], &[0.5, 0.6, 0.7]).unwrap();
    assert_eq!(points.len(), 3);
    assert!(points.iter().all(|p| (p.moment - points[0].moment).abs() < 1e-9), "{points:?}");
    assert!((points[1].travel - 0.073).abs() < 1e-9, "through the ring's own point");
    assert!(points[0].travel != points[2].travel, "{points:?}");
}

/// A made-up market of several brands, from a fixed recipe.
fn varied(dealers: usize, zones: usize, reach: usize) -> Segment {
    let noise = |a: usize, b: usize| ((a * 7919 + b * 104_729) % 1009) as f64 / 1009.0;
    let player = |j: usize| Player {
        name: format!("D{j}"),
        nest: j % 3,
        cost: Cost { invoice: 18.0 + 4.0 * noise(j, 1), pressure: 0.5 * noise(j, 2), ..Cost::default() },
    };
    let zone = |z: usize| Catchment {
        buyers: 50.0 + 400.0 * noise(z, 3),
        outside: 0.5 + noise(z, 4),
        reach: (0..reach)
            .map(|k| ((z * dealers / zones + k) % dealers, 6.0 + noise(z, k) - 2.0 * noise(k, z)))
            .collect(),
    };
    Segment {
        name: "varied".into(),
        alpha: 0.35,
        rho: 0.6,
        players: (0..dealers).map(player).collect(),
        zones: (0..zones).map(zone).collect(),
    }
}

#[test]
fn a_hundred_starts_one_equilibrium() {
    let segment = varied(60, 90, 12);
    let first = solved(&segment);
    for start in 0..100 {
        let noise = |j: usize| 0.01 + 12.0 * (((j * 613 + start * 7919) % 1009) as f64 / 1009.0);
        let other = solve(&segment, &Start::At((0..60).map(noise).collect())).unwrap();
        for (a, b) in first.dealers.iter().zip(&other.dealers) {
            assert!((a.price - b.price).abs() < 1e-9, "start {start}");
        }
    }
}

#[test]
fn a_price_that_is_a_cent_off_is_not_certified() {
    let segment = varied(12, 20, 5);
    let mut found = solved(&segment);
    found.dealers[3].price += 1e-5;
    assert!(!certify(&segment, &found).holds());
}

#[test]
fn what_has_no_answer_is_named() {
    let mut segment = equal(1, 0.0, 0.0, 0.0);
    segment.players.push(Player { name: "far".into(), ..segment.players[0].clone() });
    let words: Vec<String> = segment.faults().iter().map(ToString::to_string).collect();
    assert!(words[0].contains("nobody but dealer D0") && words[1].contains("dealer far has no buyers"), "{words:?}");
    segment.rho = 1.0;
    segment.alpha = f64::NAN;
    assert_eq!(segment.faults()[..2], [Fault::Alpha("equal".into()), Fault::Rho("equal".into())]);
}
