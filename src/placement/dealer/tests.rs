//! The search against full enumeration on random small markets.

use super::flow::Roads;
use super::pricing::price;
use super::*;
use crate::ids::{FormatId, Id, RegionId, SiteId, ZoneId};
use crate::lp::Limits;
use crate::network::SiteRule;
use crate::progress::Silent;
use crate::units::Money;

/// SplitMix64 (Steele, Lea and Flood 2014): enough for test data.
pub(super) struct Dice(pub u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
    pub(super) fn below(&mut self, n: u64) -> u64 {
        self.next() % n
    }
    fn share(&mut self) -> f64 {
        self.next() as f64 / u64::MAX as f64
    }
}

pub(super) fn market(dice: &mut Dice, phases: usize) -> Problem {
    let zones = 1 + dice.below(5) as usize;
    let stores = 2 + dice.below(if phases > 1 { 3 } else { 5 }) as usize;
    let money = |x: f64| Money::from_major(x.round());
    let margin = 5000.0 + 20_000.0 * dice.share();
    let zone = |dice: &mut Dice, j: usize| Zone {
        id: ZoneId::at(j),
        region: RegionId::at(j % 2),
        registrations: 500.0 + 4000.0 * dice.share(),
        rival_weight: 2.0 + 20.0 * dice.share(),
        population: 1000.0 + 9000.0 * dice.share(),
        margin: money(margin * (0.9 + 0.2 * dice.share())),
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
    let phase = |dice: &mut Dice, t: usize, phases: usize| match phases {
        1 => Phase::ONLY,
        _ => Phase {
            weight: (0.5 + dice.share()) / phases as f64,
            discount: 1.0 - 0.1 * t as f64 * dice.share(),
            market: 0.7 + 0.6 * dice.share(),
        },
    };
    let some = |dice: &mut Dice, n: u64| (dice.below(4) == 0).then(|| dice.below(n) as u32);
    let mut problem = Problem {
        zones: zone_list,
        stores: store_list,
        moves,
        conflicts,
        nest: [1.0, 0.7, 0.4][dice.below(3) as usize],
        phases: (0..phases).map(|t| phase(dice, t, phases)).collect(),
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

/// The best profit over every choice of changes and moves, by the certificate's rules.
pub(super) fn enumerate(problem: &Problem) -> Option<Money> {
    let roads = Roads::new(problem);
    let mut best = None;
    let choices: Vec<Vec<Option<Change>>> = (0..problem.stores.len()).map(|i| every_change(problem, i)).collect();
    let count: usize = choices.iter().map(Vec::len).product();
    for mut code in 0..count {
        let changes: Vec<Option<Change>> = choices
            .iter()
            .map(|list| {
                let k = code % list.len();
                code /= list.len();
                list[k]
            })
            .collect();
        let ends = |m: &Move| match (changes[m.from], changes[m.to]) {
            (Some(a), Some(b)) => a.to.is_none() && b.to == Some(0) && a.phase == b.phase,
            _ => false,
        };
        let possible: Vec<usize> = (0..problem.moves.len()).filter(|&k| ends(&problem.moves[k])).collect();
        for subset in 0..1_usize << possible.len() {
            let moves: Vec<usize> =
                possible.iter().enumerate().filter(|(b, _)| subset >> b & 1 == 1).map(|(_, &k)| k).collect();
            let network = Network { changes: changes.clone(), moves };
            if certificate::rules(problem, &network).is_ok() {
                best = best.max(Some(price(problem, &roads, &network).profit));
            }
        }
    }
    best
}

/// Staying, and every other state in every phase; the rules are the certificate's business.
fn every_change(problem: &Problem, store: usize) -> Vec<Option<Change>> {
    let mut all = vec![None];
    for phase in 0..problem.phases.len() {
        let states = std::iter::once(None).chain((0..problem.stores[store].options.len()).map(Some));
        let others = states.filter(|&to| to != problem.stores[store].today);
        all.extend(others.map(|to| Some(Change { phase, to })));
    }
    all
}

fn agree(seed: u64, phases: usize) {
    let problem = market(&mut Dice(seed), phases);
    let truth = enumerate(&problem);
    match solve(&problem, 1e-7, 1_000_000, &Limits::default(), &Silent) {
        Ok(plan) => {
            let truth = truth.unwrap_or_else(|| panic!("seed {seed}: a plan where none exists"));
            let off = (truth - plan.profit).major().abs();
            assert!(off <= 1.0 + 1e-6 * truth.major().abs(), "seed {seed}: {} against {truth}", plan.profit);
            assert!(plan.bound >= truth, "seed {seed}: the bound {} is below {truth}", plan.bound);
            let slack = plan.bound.major() - truth.major();
            assert!(
                slack <= 10.0 + 1e-5 * truth.major().abs(),
                "seed {seed}: the bound {} is far from {truth}",
                plan.bound
            );
        }
        Err(Failure::Infeasible(why)) => {
            assert!(truth.is_none(), "seed {seed}: said to be infeasible ({why:?}), best is {truth:?}");
            assert!(!why.is_empty() && !why.contains(&Vec::new()), "seed {seed}: no cause is named");
        }
        Err(other) => panic!("seed {seed}: {other}"),
    }
}

#[test]
fn enumeration_agrees_on_random_markets() {
    (0..150).for_each(|seed| agree(seed, 1));
    (0..40).for_each(|seed| agree(seed, 2));
}

/// `cargo test --release --lib dealer::tests::enumeration_agrees_on_two_thousand -- --ignored`
#[test]
#[ignore = "minutes without optimisation"]
fn enumeration_agrees_on_two_thousand_random_markets() {
    (10_000..12_000).for_each(|seed| agree(seed, 1));
    (20_000..21_600).for_each(|seed| agree(seed, 2));
    (30_000..30_400).for_each(|seed| agree(seed, 3));
}

/// No single change of a store does better than the alternative that the plan names, and the alternative's price is
/// that of a network from scratch.
#[test]
fn the_next_best_is_the_best_single_change() {
    let mut compared = 0;
    for seed in 500..560 {
        let problem = market(&mut Dice(seed), 1 + (seed % 2) as usize);
        let Ok(plan) = solve(&problem, 1e-7, 100_000, &Limits::default(), &Silent) else { continue };
        let (network, roads) = (plan.network(), Roads::new(&problem));
        for (i, store) in plan.stores.iter().enumerate() {
            if problem.moves.iter().any(|m| m.from == i || m.to == i) {
                continue;
            }
            let others = every_change(&problem, i).into_iter().filter(|c| *c != network.changes[i]).filter_map(|c| {
                let mut other = network.clone();
                other.changes[i] = c;
                certificate::rules(&problem, &other).ok()?;
                Some(price(&problem, &roads, &other).profit)
            });
            match (others.max(), store.alternative) {
                (Some(best), Some(next)) => {
                    let off = (plan.profit - next.cost - best).major().abs();
                    assert!(off < 1.0, "seed {seed}, store {i}: {next:?} against {best}");
                    assert!(next.cost.major() > -2.0, "seed {seed}: a single change improves the optimum");
                    compared += 1;
                }
                (None, None) => {}
                other => panic!("seed {seed}, store {i}: {other:?}"),
            }
        }
    }
    assert!(compared > 40, "{compared} compared only");
}

#[test]
fn a_forged_plan_is_refused() {
    let mut refused = 0;
    for seed in 0..40 {
        let problem = market(&mut Dice(seed), 1 + (seed % 2) as usize);
        let Ok(plan) = solve(&problem, 1e-6, 10_000, &Limits::default(), &Silent) else { continue };
        let mut forged = plan.clone();
        forged.profit += Money::from_major(10.0);
        forged.bound = forged.profit.max(forged.bound);
        assert!(certificate::check(&problem, &forged).is_err(), "seed {seed}: profit raised");
        let mut forged = plan.clone();
        if let Some(first) = forged.service_by_phase[0].first_mut() {
            first.2 *= 2.0;
            assert!(certificate::check(&problem, &forged).is_err(), "seed {seed}: sales doubled");
            refused += 1;
        }
        let mut forged = plan.clone();
        forged.bound = plan.profit - Money::from_major(5.0);
        assert!(certificate::check(&problem, &forged).is_err(), "seed {seed}: bound lowered");
    }
    assert!(refused > 15, "{refused} cases only");
}

/// Whatever multipliers and trees somebody writes down, the recomputed bound is never below the best plan.
#[test]
fn no_forged_proof_bounds_too_low() {
    let (mut tried, mut refused) = (0, 0);
    for seed in 700..780 {
        let mut dice = Dice(seed);
        let problem = market(&mut dice, 1 + (seed % 2) as usize);
        let Ok(plan) = solve(&problem, 1e-7, 100_000, &Limits::default(), &Silent) else { continue };
        for _ in 0..50 {
            let mut proof = plan.proof.clone();
            let part = dice.below(proof.parts.len() as u64) as usize;
            let part = &mut proof.parts[part];
            let node = dice.below(part.nodes.len() as u64) as usize;
            let far = dice.below(part.nodes.len() as u64 + 1) as usize;
            match &mut part.nodes[node] {
                proof::Node::Leaf(multipliers) => {
                    for m in multipliers.iter_mut() {
                        if dice.below(3) > 0 {
                            continue;
                        }
                        m.1 *= 4.0 * dice.share() - 1.0;
                        m.0 = dice.below(part.rules.len() as u64 + 1) as usize;
                    }
                }
                proof::Node::Split { no, yes, .. } if dice.below(2) == 0 => std::mem::swap(no, yes),
                proof::Node::Split { no, .. } => *no = far,
            }
            tried += 1;
            match certificate::bound(&problem, &proof) {
                Ok(bound) => assert!(bound >= plan.profit.major() - 0.02, "seed {seed}: forged bound {bound}"),
                Err(_) => refused += 1,
            }
        }
    }
    assert!(tried > 1000 && refused > 0, "{tried} tried, {refused} refused");
}

#[test]
fn a_proof_survives_being_written_down() {
    let problem = market(&mut Dice(3), 2);
    if let Ok(plan) = solve(&problem, 1e-7, 100_000, &Limits::default(), &Silent) {
        let text = serde_json::to_string(&plan.proof).unwrap();
        let again: proof::Proof = serde_json::from_str(&text).unwrap();
        assert_eq!(again, plan.proof);
    }
}

/// `SEED=20361 PHASES=2 cargo test --release --lib dealer::tests::one_market -- --ignored --nocapture`
#[test]
#[ignore = "repeats one case of the long comparison"]
fn one_market() {
    let number = |name: &str| std::env::var(name).ok().and_then(|v| v.parse::<u64>().ok());
    let (seed, phases) = (number("SEED").unwrap_or(0), number("PHASES").unwrap_or(1) as usize);
    let problem = market(&mut Dice(seed), phases);
    println!("{problem:#?}\nbest: {:?}", enumerate(&problem));
    for part in parts::split(&problem) {
        for loose in
            [None, Some(formulation::Loose { families: formulation::Family::ALL.to_vec(), price: 1.0, profit: false })]
        {
            let mut model = formulation::Formulation::new(&part.problem, loose);
            let whole = crate::lp::solve(&model.programme, &Limits::default()).unwrap();
            model.programme.relax();
            let relaxed = crate::lp::solve(&model.programme, &Limits { presolve: false, ..Limits::default() }).unwrap();
            println!(
                "stores {:?}: {:?} {:?}, relaxed {:?} {:?}",
                part.stores, whole.status, whole.objective, relaxed.status, relaxed.objective
            );
        }
    }
    agree(seed, phases);
}
