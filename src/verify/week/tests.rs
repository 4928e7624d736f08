//! Bounds of transfers and orders against full enumeration of small weeks.

use super::bound::{Prices, bound};
use super::goods::Goods;
use super::network::Network;
use super::orders::Horizon;
use super::transfers::enumerated;
use crate::verify::estimates::Estimates;
use crate::verify::input::{Carrier, Input, Kind, Model, Rule, Settings, Site, Zone};
use std::collections::BTreeMap;

pub struct Dice(pub u64);

impl Dice {
    pub fn share(&mut self) -> f64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as f64 / (1u64 << 53) as f64
    }
    pub fn below(&mut self, n: usize) -> usize {
        (self.share() * n as f64) as usize
    }
}

/// A plant and three stores on one road; so many models, three weeks.
fn input(dice: &mut Dice, models: usize) -> Input {
    input_with(dice, models, "")
}

/// The same with more options for orders.
fn input_with(dice: &mut Dice, models: usize, orders: &str) -> Input {
    let settings = "id = \"x\"\ntoday = 2026-06-29\n[horizon]\nweeks = 3\n[replenishment]\nfreeze_weeks = 0\n\
                    build_weeks = 0\nend_cover_weeks = 1\n#\n[transfer]\nradius_km = 500\nmax_share = 0.5\n";
    let names = || [String::new(), String::new()];
    let site = |code: &str, kind: Kind, lat: f64, dice: &mut Dice| Site {
        code: code.into(),
        names: names(),
        kind,
        format: None,
        zone: 0,
        place: (lat, 114.0),
        capacity: 0.0,
        storage: if dice.below(2) == 0 { 0 } else { 4 + dice.below(4) as u32 },
        credit: 0,
        fixed: 0,
        opening: 0,
        moving: 0,
        closing: 0,
        owner: String::new(),
        rule: Rule::Free,
        consent: (true, true),
    };
    let sites = vec![
        site("A", Kind::Dealer, 30.0, dice),
        site("B", Kind::Dealer, 30.5, dice),
        site("C", Kind::Dealer, 31.0, dice),
        site("P", Kind::Plant, 32.0, dice),
    ];
    let model = |m: usize, dice: &mut Dice| Model {
        code: format!("M{m}"),
        names: names(),
        segment: String::new(),
        price: 10_000_000,
        margin: 100_000 + 100_000 * dice.below(9) as i64,
        slots: 1.0,
        holding: 1_000 + 1_000 * dice.below(5) as i64,
        lost: 100_000 * dice.below(5) as i64,
    };
    let mut stock = BTreeMap::new();
    let mut supply = BTreeMap::new();
    for m in 0..models {
        for s in 0..3 {
            for age in [3, 20, 40] {
                if dice.below(2) == 0 {
                    stock.insert((s, m, age), 1 + dice.below(3) as u32);
                }
            }
        }
        supply.insert((3, m), (0..3).map(|_| dice.below(4) as u32).collect());
    }
    Input {
        settings: Settings::parse("x", &settings.replace('#', orders)).unwrap(),
        zones: vec![Zone {
            code: "Z".into(),
            names: names(),
            region: "R".into(),
            place: (30.0, 114.0),
            people: 1.0,
            registrations: 1.0,
            rivals: 1.0,
        }],
        formats: Vec::new(),
        sites,
        models: (0..models).map(|m| model(m, dice)).collect(),
        carriers: vec![Carrier { code: "T".into(), slots: 3.0, per_km: 100, per_trip: 20_000, least_load: 0.5 }],
        lanes: BTreeMap::new(),
        travel: BTreeMap::new(),
        stock,
        in_transit: BTreeMap::new(),
        supply,
        sales: BTreeMap::new(),
        history: 0,
        locks: false,
        size: (0, 0),
    }
}

fn network<'a>(input: &'a Input, estimates: &'a Estimates, stores: usize, dice: &mut Dice) -> Network<'a> {
    let share = (0..stores).flat_map(|s| (0..input.models.len()).map(move |m| (s, m)));
    Network {
        input,
        estimates,
        open: (0..stores).collect(),
        today: (0..stores).collect(),
        moved: BTreeMap::new(),
        share: share.map(|k| (k, dice.share())).collect(),
        plants: vec![3],
    }
}

fn estimates(input: &Input) -> Estimates {
    Estimates { national: vec![vec![3.0; 20]; input.models.len()], dispersion: 0.0, share: BTreeMap::new() }
}

/// Whatever the prices, no plan of orders costs less than the bound.
#[test]
fn no_orders_of_a_full_enumeration_cost_less_than_any_bound() {
    let mut dice = Dice(0x00c0_ffee_1234_5678);
    let (mut near, mut count) = (0, 0);
    for round in 0..40 {
        let least = if dice.below(3) == 0 { 2 } else { 0 };
        let (push, goal) = (dice.below(3) == 0, dice.below(3) == 0);
        let orders = format!(
            "minimum_order_cars = {least}\nmode = \"{}\"\nunallocated_cny_per_car = 900\nfill_goal = {}\n\
             fill_penalty_cny_per_car = 2500\n",
            if push { "push" } else { "pull" },
            if goal { 0.9 } else { 0.0 },
        );
        let mut input = input_with(&mut dice, 1, &orders);
        // Less stock: something must be ordered.
        input.stock.retain(|k, _| k.2 == 3);
        let estimates = estimates(&input);
        let network = network(&input, &estimates, 2, &mut dice);
        let horizon = Horizon::new(&network, &Goods::of(&network));
        let least = horizon.enumerated(4);
        for k in 0..30 {
            let mut prices = Prices::default();
            let mut path = |most: f64| (0..3).map(|_| most * dice.share()).collect::<Vec<f64>>();
            let mut slots = path(if k % 3 == 0 { 0.0 } else { 3_000.0 });
            if push && k % 4 == 0 {
                slots.iter_mut().for_each(|p| *p = -900.0 * (*p / 3_000.0));
            }
            prices.slots.insert((3, 0), slots);
            if goal && k % 5 != 0 {
                prices.fill.insert(0, path(2_500.0)[0]);
            }
            for s in (0..2).filter(|s| k % 2 == 0 && input.sites[*s].storage > 0) {
                prices.storage.insert(s, path(50.0));
            }
            let proved = bound(&horizon, &prices);
            assert!(proved <= least + 1e-6, "round {round}: {proved} above {least}");
            count += 1;
            near += usize::from(proved > 0.9 * least);
        }
    }
    assert!(near > count / 20, "{near} of {count} bounds are near");
}

/// A price of what has no limit proves nothing at all.
#[test]
fn prices_of_what_is_not_limited_prove_nothing() {
    let mut dice = Dice(5);
    let mut input = input(&mut dice, 1);
    input.sites[0].storage = 0;
    let estimates = estimates(&input);
    let network = network(&input, &estimates, 2, &mut dice);
    let horizon = Horizon::new(&network, &Goods::of(&network));
    let mut prices = Prices::default();
    prices.storage.insert(0, vec![1.0, 0.0, 0.0]);
    assert_eq!(bound(&horizon, &prices), f64::NEG_INFINITY);
}

/// Whatever the potentials, as long as they fit the roads, no set of moves has a larger objective than the bound.
#[test]
fn no_moves_of_a_full_enumeration_are_worth_more_than_any_bound() {
    let mut dice = Dice(0x0dd_ba11);
    let mut proofs = 0;
    for round in 0..60 {
        let mut input = input(&mut dice, 1);
        input.stock.retain(|k, cars| k.2 != 3 && *cars < 3);
        let estimates = estimates(&input);
        let network = network(&input, &estimates, 3, &mut dice);
        let (best, bounds) = enumerated(&network, &mut dice, 200);
        for proved in bounds {
            assert!(proved >= best, "round {round}: {proved} below {best}");
            proofs += 1;
        }
    }
    assert!(proofs > 1_000, "{proofs} proofs");
}
