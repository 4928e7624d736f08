use super::certificate;
use super::online;
use super::problem::{Dealer, Group, Problem};
use super::solve::solve;
use crate::stats::stream::mix;

fn below(state: &mut u64, n: u64) -> u64 {
    *state = state.wrapping_add(1);
    mix(*state) % n
}

fn random(seed: u64, dealers: usize, groups: usize, fair_worth: i64) -> Problem {
    let mut s = seed.wrapping_mul(1_000_003);
    let dealers: Vec<Dealer> = (0..dealers)
        .map(|_| {
            let capacity = below(&mut s, 4) as u32;
            Dealer { capacity, fair: if capacity > 0 { below(&mut s, u64::from(capacity) + 1) as u32 } else { 0 } }
        })
        .collect();
    let groups = (0..groups)
        .map(|_| {
            let worth = (0..dealers.len() as u32).filter_map(|d| {
                let w = 1 + below(&mut s, 60) as i64;
                (below(&mut s, 4) > 0).then_some((d, w))
            });
            Group { worth: worth.collect(), count: 1 + below(&mut s, 2) as u32 }
        })
        .collect();
    Problem { dealers, groups, fair_worth }
}

/// The best of all assignments, lead by lead.
fn enumerate(p: &Problem) -> i64 {
    let leads: Vec<usize> = p.groups.iter().enumerate().flat_map(|(l, g)| vec![l; g.count as usize]).collect();
    fn go(p: &Problem, leads: &[usize], got: &mut Vec<u32>, worth: i64) -> i64 {
        let Some((&l, rest)) = leads.split_first() else {
            let fair = p.dealers.iter().zip(&*got).map(|(d, &g)| i64::from(g.min(d.fair))).sum::<i64>();
            return worth + fair * p.fair_worth;
        };
        let mut best = go(p, rest, got, worth);
        for &(d, w) in &p.groups[l].worth {
            if got[d as usize] < p.dealers[d as usize].capacity {
                got[d as usize] += 1;
                best = best.max(go(p, rest, got, worth + w));
                got[d as usize] -= 1;
            }
        }
        best
    }
    go(p, &leads, &mut vec![0; p.dealers.len()], 0)
}

#[test]
fn five_hundred_small_tables_agree_with_enumeration() {
    for seed in 0..500 {
        let p = random(seed, 3, 4, if seed % 3 == 0 { 25 } else { 0 });
        let plan = solve(&p).unwrap();
        assert_eq!(plan.objective, enumerate(&p), "{seed}");
        assert_eq!(plan.bound, plan.objective, "{seed}: the prices prove it");
    }
}

/// More dealers than the first network has: pairs join until the prices ask for no more.
#[test]
fn pairs_outside_of_the_first_network_join() {
    let mut joined = 0;
    for seed in 0..40 {
        let mut p = random(seed, 30, 60, 0);
        p.dealers.iter_mut().for_each(|d| d.capacity = 1 + d.capacity % 2);
        p.dealers.iter_mut().for_each(|d| d.fair = 0);
        // All want the same few dealers first.
        p.groups.iter_mut().flat_map(|g| &mut g.worth).for_each(|w| w.1 += 40 * (30 - i64::from(w.0)));
        let plan = solve(&p).unwrap();
        assert_eq!(plan.bound, plan.objective, "{seed}");
        joined += u32::from(plan.rounds > 1);
    }
    assert!(joined > 5, "only {joined} networks grew");
}

#[test]
fn what_is_not_allowed_is_named() {
    let p = random(1, 3, 4, 0);
    assert!(certificate::objective(&p, &[]).unwrap_err().contains("0 groups"));
    let one = |taken: (u32, u32)| {
        let mut all = vec![Vec::new(); p.groups.len()];
        all[0] = vec![taken];
        certificate::objective(&p, &all)
    };
    assert!(one((9, 1)).unwrap_err().contains("may not go to dealer 9"));
    let (d, _) = p.groups[0].worth[0];
    assert!(one((d, 50)).unwrap_err().contains("50 are assigned"));
    let mut wrong = p.clone();
    wrong.dealers[0].fair = wrong.dealers[0].capacity + 1;
    assert!(solve(&wrong).is_err());
}

/// One more place at a dealer is worth its price, or a little less.
#[test]
fn a_price_is_what_one_more_place_is_worth() {
    let mut proved = 0;
    for seed in 0..60 {
        let p = random(seed, 4, 6, 0);
        let plan = solve(&p).unwrap();
        for d in 0..p.dealers.len() {
            let mut more = p.clone();
            more.dealers[d].capacity += 1;
            let gain = solve(&more).unwrap().objective - plan.objective;
            assert!(gain <= plan.price[d].max(0), "{seed}: {gain} above {}", plan.price[d]);
            if p.dealers[d].capacity > 0 {
                more.dealers[d].capacity -= 2;
                more.dealers[d].fair = more.dealers[d].fair.min(more.dealers[d].capacity);
                let loss = plan.objective - solve(&more).unwrap().objective;
                assert!(loss >= plan.price[d].max(0), "{seed}: {loss} below {}", plan.price[d]);
                proved += 1;
            }
        }
    }
    assert!(proved > 50);
}

/// Leads that come in random order, more than there is room for: the rule comes within five per cent of hindsight.
#[test]
fn the_rule_regrets_little() {
    let mut state = 17;
    let (dealers, leads) = (20, 4_000);
    let places: Vec<(i64, i64)> =
        (0..dealers).map(|_| (below(&mut state, 1000) as i64, below(&mut state, 1000) as i64)).collect();
    let groups: Vec<Group> = (0..leads)
        .map(|_| {
            let (x, y) = (below(&mut state, 1000) as i64, below(&mut state, 1000) as i64);
            let value = 1_000 + below(&mut state, 9_000) as i64;
            let worth = |(d, p): (usize, &(i64, i64))| {
                let way = (((x - p.0).pow(2) + (y - p.1).pow(2)) as f64).sqrt();
                let w = (value as f64 * 100.0 * (-way / 300.0).exp2()).round() as i64;
                (way < 600.0 && w > 0).then_some((d as u32, w))
            };
            Group { count: 1, worth: places.iter().enumerate().filter_map(worth).collect() }
        })
        .collect();
    let p = Problem { dealers: vec![Dealer { capacity: 120, fair: 0 }; dealers], groups, fair_worth: 0 };
    let best = solve(&p).unwrap();
    assert_eq!(best.bound, best.objective);
    let arrivals: Vec<usize> = (0..leads).collect();
    let made = online::answer(&p, &arrivals, leads).unwrap();
    let regret = 1.0 - made.worth as f64 / best.objective as f64;
    assert!((0.0..0.05).contains(&regret), "{regret}");
    // First come, first served, to the dealer of greatest worth: the rule must beat it.
    let mut room = vec![120; dealers];
    let greedy: i64 = p
        .groups
        .iter()
        .filter_map(|g| {
            let best = g.worth.iter().filter(|w| room[w.0 as usize] > 0).max_by_key(|w| w.1)?;
            room[best.0 as usize] -= 1;
            Some(best.1)
        })
        .sum();
    assert!(made.worth > greedy, "{} against {greedy}", made.worth);
    // The certificate agrees with what the rule says.
    let taken: Vec<Vec<(u32, u32)>> = made.choice.iter().map(|c| c.map(|d| (d, 1)).into_iter().collect()).collect();
    assert_eq!(certificate::objective(&p, &taken).unwrap(), made.worth);
}
