//! The search against full enumeration on random small markets.

use super::pricing::price;
use super::*;
use crate::ids::{FormatId, Id, RegionId, SiteId, ZoneId};
use crate::lp::Limits;
use crate::network::SiteRule;
use crate::progress::Silent;
use crate::units::Money;

/// SplitMix64 (Steele, Lea and Flood 2014): enough for test data.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
    fn below(&mut self, n: u64) -> u64 {
        self.next() % n
    }
    fn share(&mut self) -> f64 {
        self.next() as f64 / u64::MAX as f64
    }
}

fn market(dice: &mut Dice) -> Problem {
    let zones = 1 + dice.below(5) as usize;
    let stores = 2 + dice.below(5) as usize;
    let money = |x: f64| Money::from_major(x.round());
    let zone = |dice: &mut Dice, j: usize| Zone {
        id: ZoneId::at(j),
        region: RegionId::at(j % 2),
        registrations: 500.0 + 4000.0 * dice.share(),
        rival_weight: 2.0 + 20.0 * dice.share(),
        population: 1000.0 + 9000.0 * dice.share(),
    };
    let zone_list: Vec<Zone> = (0..zones).map(|j| zone(dice, j)).collect();
    let store = |dice: &mut Dice, i: usize| {
        let dealer = dice.below(2) == 0;
        let options: Vec<StoreOption> = (0..=dice.below(2) as usize)
            .map(|f| StoreOption {
                format: FormatId::at(f),
                capacity: 20.0 + 200.0 * dice.share(),
                yearly_cost: money(200_000.0 + 1_500_000.0 * dice.share()),
                one_off: if dealer && f == 0 { Money::ZERO } else { money(1_000_000.0 * dice.share()) },
            })
            .collect();
        let mut pulls = Vec::new();
        for zone in 0..zones {
            if dice.below(3) > 0 {
                let minutes = 90.0 * dice.share();
                let by_option = (0..options.len()).map(|f| (1 + f) as f64 * libm::exp2(-minutes / 30.0)).collect();
                pulls.push(Pull { zone, minutes, by_option });
            }
        }
        let rule = match dice.below(12) {
            0 => SiteRule::Required,
            1 if !dealer => SiteRule::Forbidden,
            _ => SiteRule::Free,
        };
        let today = dealer.then_some(0);
        Store { id: SiteId::at(i), today, rule, options, closing_cost: money(400_000.0 * dice.share()), pulls }
    };
    let store_list: Vec<Store> = (0..stores).map(|i| store(dice, i)).collect();
    let mut moves = Vec::new();
    let mut conflicts = Vec::new();
    for a in 0..stores {
        for b in 0..stores {
            let to_candidate = store_list[a].today.is_some() && store_list[b].today.is_none();
            if to_candidate && dice.below(2) == 0 {
                moves.push(Move { from: a, to: b, cost: money(600_000.0 * dice.share()) });
            }
            if a < b && !(store_list[a].today.is_some() && store_list[b].today.is_some()) && dice.below(6) == 0 {
                conflicts.push((a, b));
            }
        }
    }
    let some = |dice: &mut Dice, n: u64| (dice.below(4) == 0).then(|| dice.below(n) as u32);
    let mut problem = Problem {
        zones: zone_list,
        stores: store_list,
        moves,
        conflicts,
        nest: [1.0, 0.7, 0.4][dice.below(3) as usize],
        margin: money(5000.0 + 20_000.0 * dice.share()),
        years: 5.0,
        budget: (dice.below(4) == 0).then(|| money(2_000_000.0 * dice.share())),
        max_open: some(dice, 3),
        max_close: some(dice, 3),
        store_count: (some(dice, 3), some(dice, 6)),
        coverage_min: 45.0,
        region_floor: Vec::new(),
    };
    let floor = if dice.below(2) == 0 { 0.0 } else { dice.share() };
    problem.region_floor = (0..2).map(|r| (RegionId::at(r), floor)).collect();
    problem
}

/// The best profit over every choice of options and moves, by the certificate's rules.
fn enumerate(problem: &Problem) -> Option<Money> {
    let mut best = None;
    let sizes: Vec<usize> = problem.stores.iter().map(|s| s.options.len() + 1).collect();
    let choices: usize = sizes.iter().product();
    for mut code in 0..choices {
        let open: Vec<Option<usize>> = sizes
            .iter()
            .map(|&n| {
                let k = code % n;
                code /= n;
                k.checked_sub(1)
            })
            .collect();
        let possible: Vec<usize> = (0..problem.moves.len())
            .filter(|&k| open[problem.moves[k].from].is_none() && open[problem.moves[k].to] == Some(0))
            .collect();
        for subset in 0..1_usize << possible.len() {
            let moves: Vec<usize> =
                possible.iter().enumerate().filter(|(b, _)| subset >> b & 1 == 1).map(|(_, &k)| k).collect();
            if certificate::rules(problem, &open, &moves).is_ok() {
                let profit = price(problem, &open, &moves).profit;
                best = best.max(Some(profit));
            }
        }
    }
    best
}

fn agree(seed: u64) {
    let problem = market(&mut Dice(seed));
    let truth = enumerate(&problem);
    match solve(&problem, 1e-7, 1_000_000, &Limits::default(), &Silent) {
        Ok(plan) => {
            let truth = truth.unwrap_or_else(|| panic!("seed {seed}: a plan where none exists"));
            let off = (truth - plan.profit).major().abs();
            assert!(off <= 1.0 + 1e-6 * truth.major().abs(), "seed {seed}: {} against {truth}", plan.profit);
            assert!(plan.bound.major() >= truth.major() - 1.0, "seed {seed}: the bound {} is too low", plan.bound);
        }
        Err(Failure::Infeasible(why)) => {
            assert!(truth.is_none(), "seed {seed}: said to be infeasible ({why:?}), best is {truth:?}");
            assert!(!why.is_empty(), "seed {seed}: no cause is named");
        }
        Err(other) => panic!("seed {seed}: {other}"),
    }
}

#[test]
fn enumeration_agrees_on_random_markets() {
    (0..400).for_each(agree);
}

#[test]
fn a_forged_plan_is_refused() {
    let mut refused = 0;
    for seed in 0..60 {
        let problem = market(&mut Dice(seed));
        let Ok(plan) = solve(&problem, 1e-6, 10_000, &Limits::default(), &Silent) else { continue };
        let mut forged = plan.clone();
        forged.profit += Money::from_major(10.0);
        forged.bound = forged.profit.max(forged.bound);
        assert!(certificate::check(&problem, &forged).is_err(), "seed {seed}: profit raised");
        let mut forged = plan.clone();
        if let Some(first) = forged.service.first_mut() {
            first.2 *= 2.0;
            assert!(certificate::check(&problem, &forged).is_err(), "seed {seed}: sales doubled");
            refused += 1;
        }
        let mut forged = plan.clone();
        forged.bound = plan.profit - Money::from_major(5.0);
        assert!(certificate::check(&problem, &forged).is_err(), "seed {seed}: bound lowered");
    }
    assert!(refused > 20, "{refused} cases only");
}
