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
    let made = online::answer(&p, &arrivals, &online::lessons(&p, &arrivals, leads).unwrap());
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

mod waiting {
    use super::super::problem::{Dealer, Group, Problem};
    use super::super::reach::{self, Desk, Lead, Terms};
    use super::super::waiting::{Everything, Hours, Patience, Room, Rule, Timed, undirected};
    use super::super::{online, solve};
    use crate::network::Place;
    use crate::stats::stream::{Key, Purpose};

    const TERMS: Terms = Terms {
        circuity: 1.0,
        speed: 60.0,
        half_time: 45.0,
        reach: 120.0,
        preference: 0.25,
        fair_share: 0.0,
        fair_worth: 0.0,
    };
    const HERE: Place = Place { lat: 30.0, lon: 114.0 };

    fn lead(place: Place) -> Lead {
        Lead { place, value: 100.0, skill: None, named: None, refused: None, model: None }
    }

    /// Poisson arrivals at one desk; mean wait over all leads.
    fn mean_wait(advisers: u32, load: f64, spread: f64) -> f64 {
        let count = 400_000_u32;
        let mut draw = Key { seed: 5, purpose: Purpose::Sampling, replication: 0, entity: 0, day: 0 }.stream();
        let mut now = 0.0;
        // A lead takes one hour; so many come an hour that the advisers are busy this share.
        let at: Vec<f64> = (0..count)
            .map(|_| {
                now -= draw.unit().ln() / (load * f64::from(advisers));
                now
            })
            .collect();
        let span = now;
        let timed = Timed { order: (0..count as usize).collect(), at, span };
        let leads = vec![lead(HERE); count as usize];
        let capacity = (span * f64::from(advisers)).round() as u32;
        let desks = [Desk { place: HERE, capacity, conversion: 0.2, advisers, skills: Vec::new() }];
        let problem = Problem {
            dealers: vec![Dealer { capacity, fair: 0 }],
            groups: vec![Group { count, worth: vec![(0, 2_000)] }],
            fair_worth: 0,
        };
        let group = vec![0; count as usize];
        let patience = Patience { half_time: 1e9, spread, prompt: 0.0 };
        let room = Room {
            leads: &leads,
            group: &group,
            desks: &desks,
            problem: &problem,
            terms: &TERMS,
            patience,
            timed: &timed,
            cars: &Everything,
        };
        let all = vec![Some(0); count as usize];
        let played = room.play(&Rule::Fixed(&all), 3, 0);
        assert_eq!(played.taken, count);
        assert!((played.sales - 0.2 * f64::from(count)).abs() < 1.0);
        played.waited / f64::from(count)
    }

    /// Erlang's formula for `c` advisers and exponential times, Pollaczek and Khinchine's for one adviser and any spread.
    #[test]
    fn queues_wait_as_the_formulas_say() {
        let erlang = |c: u32, load: f64| {
            let a = f64::from(c) * load;
            let term = |k: u32| (1..=k).fold(1.0, |t, i| t * a / f64::from(i));
            let last = term(c) / (1.0 - load);
            let busy = last / ((0..c).map(term).sum::<f64>() + last);
            busy / (f64::from(c) * (1.0 - load))
        };
        for (c, load) in [(1, 0.7), (3, 0.8), (8, 0.85)] {
            let (found, right) = (mean_wait(c, load, 1.0), erlang(c, load));
            assert!((found / right - 1.0).abs() < 0.04, "{c} advisers: {found} where {right} is right");
        }
        for spread in [0.0, 0.5, 1.5] {
            let (found, right) = (mean_wait(1, 0.7, spread), 0.7 * (1.0 + spread * spread) / (2.0 * 0.3));
            assert!((found / right - 1.0).abs() < 0.05, "spread {spread}: {found} where {right} is right");
        }
    }

    /// Nights and days off the clock: by hand.
    #[test]
    fn the_clock_runs_while_desks_are_open() {
        let hours = Hours { open: 9.0, close: 18.0 };
        // Days 100 and 101: before the opening, at ten, after the closing, the next day at nine thirty.
        let arrived = [2_400.0 + 3.0, 2_400.0 + 10.0, 2_400.0 + 22.0, 2_424.0 + 9.5];
        let names: Vec<String> = (0..4).map(|k| format!("L{k}")).collect();
        let timed = Timed::new(&arrived, &names, hours);
        assert_eq!(timed.at, [0.0, 1.0, 9.0, 9.5]);
        assert_eq!(timed.span, 18.0);
        // Of one moment, the first name comes first, wherever it stands.
        let timed = Timed::new(&[2_410.0, 2_410.0], &["b".into(), "a".into()], hours);
        assert_eq!(timed.order, [1, 0]);
    }

    /// Leads of one place are dealt out by size and way: 40 : 160 · 2^(−t/45) : 160 · 2^(−t/45), to the nearest whole number.
    #[test]
    fn undirected_leads_follow_size_and_way() {
        let desks: Vec<Desk> = [(30.0, 40), (30.2, 160), (29.7, 80)]
            .iter()
            .map(|&(lat, capacity)| Desk {
                place: Place { lat, lon: 114.0 },
                capacity,
                conversion: 0.2,
                advisers: 1,
                skills: Vec::new(),
            })
            .collect();
        let leads = vec![lead(HERE); 1_000];
        let (problem, group) = reach::problem(&leads, &desks, &TERMS);
        let order: Vec<usize> = (0..1_000).collect();
        let chosen = undirected(&leads, &group, &desks, &problem, &TERMS, &order);
        let pull: Vec<f64> =
            desks.iter().map(|d| f64::from(d.capacity) * (-TERMS.minutes(&leads[0], d) / 45.0).exp2()).collect();
        for d in 0..3_u32 {
            let count = chosen.iter().filter(|c| **c == Some(d)).count() as f64;
            let right = 1_000.0 * pull[d as usize] / pull.iter().sum::<f64>();
            assert!((count - right).abs() <= 1.0, "{d}: {count} {right}");
        }
    }

    /// A town where everybody's nearest desk is the small one: directing the leads is worth more, and the draws are common.
    #[test]
    fn directed_leads_wait_less_and_buy_more() {
        let mut draw = Key { seed: 8, purpose: Purpose::Sampling, replication: 1, entity: 0, day: 0 }.stream();
        let places = [(30.0, 114.0, 40), (30.1, 114.1, 160), (29.9, 113.9, 160)];
        let desks: Vec<Desk> = places
            .iter()
            .map(|&(lat, lon, capacity)| Desk {
                place: Place { lat, lon },
                capacity,
                conversion: 0.2,
                advisers: capacity / 40,
                skills: Vec::new(),
            })
            .collect();
        let leads: Vec<Lead> = (0..300)
            .map(|k| {
                let place =
                    Place { lat: 29.98 + 0.01 * draw.below(5) as f64, lon: 113.98 + 0.01 * draw.below(5) as f64 };
                Lead { named: (k % 3 == 0).then_some(0), ..lead(place) }
            })
            .collect();
        let names: Vec<String> = (0..300).map(|k| format!("{k:03}")).collect();
        let arrived: Vec<f64> =
            (0..300).map(|_| 24.0 * (draw.unit() * 5.0).floor() + 9.0 + 9.0 * draw.unit()).collect();
        let (problem, group) = reach::problem(&leads, &desks, &TERMS);
        let plan = solve::solve(&problem).unwrap();
        let timed = Timed::new(&arrived, &names, Hours { open: 9.0, close: 18.0 });
        let arrivals: Vec<usize> = timed.order.iter().map(|&l| group[l]).collect();
        let lessons = online::lessons(&problem, &arrivals, 300).unwrap();
        let planned: Vec<Option<u32>> = group.iter().map(|&g| plan.taken[g].first().map(|t| t.0)).collect();
        let alone = undirected(&leads, &group, &desks, &problem, &TERMS, &timed.order);
        // Everybody wants the desk next door, which has a sixth of the room: 100 named it, of the others a part goes there.
        let first = alone.iter().filter(|d| **d == Some(0)).count();
        assert!((120..200).contains(&first), "{first}");
        let patience = Patience { half_time: 4.0, spread: 1.0, prompt: 1.0 };
        let room = Room {
            leads: &leads,
            group: &group,
            desks: &desks,
            problem: &problem,
            terms: &TERMS,
            patience,
            timed: &timed,
            cars: &Everything,
        };
        let rules = [Rule::Fixed(&alone), Rule::Fixed(&planned), Rule::Live(&lessons)];
        let outcomes = room.compare(&rules, 1, 100, 0.95);
        assert_eq!((outcomes[0].gain.mean, outcomes[0].gain.half), (0.0, 0.0));
        for o in &outcomes[1..] {
            assert!(o.gain.low() > 0.0 && o.wait.high() < outcomes[0].wait.low(), "{o:?}");
        }
        assert!(outcomes[2].margin.mean > outcomes[1].margin.mean, "a rule that sees the queues does better");
        // The gain is the difference of the margins, and the draws are a function of seed and run.
        let difference = outcomes[1].margin.mean - outcomes[0].margin.mean;
        assert!((outcomes[1].gain.mean - difference).abs() < 1e-6 * difference);
        assert_eq!(room.compare(&rules, 1, 100, 0.95), outcomes);
    }

    /// Alike leads of two dealers alternate, those of nobody among them; each dealer gets just its part.
    #[test]
    fn a_group_is_dealt_out_evenly() {
        use super::super::problem::Plan;
        let groups = [Group { count: 90, worth: vec![(0, 10), (1, 10)] }];
        let taken = vec![vec![(0, 40), (1, 20)]];
        let plan = Plan { taken, objective: 600, bound: 600, price: vec![10, 10], rounds: 1 };
        let dealer = plan.spread(&groups, &[0; 90], &(0..90).collect::<Vec<_>>());
        for third in dealer.chunks(9) {
            let of = |d: Option<u32>| third.iter().filter(|x| **x == d).count();
            assert!(
                (3..=5).contains(&of(Some(0))) && (1..=3).contains(&of(Some(1))) && (2..=4).contains(&of(None)),
                "{third:?}"
            );
        }
        let all = |d: Option<u32>| dealer.iter().filter(|x| **x == d).count();
        assert_eq!([all(Some(0)), all(Some(1)), all(None)], [40, 20, 30]);
    }

    /// Small desks with more room than leads: prices stay near nothing from the first lesson on, and nobody is sent away.
    #[test]
    fn small_desks_do_not_send_leads_away() {
        let mut draw = Key { seed: 4, purpose: Purpose::Sampling, replication: 2, entity: 0, day: 0 }.stream();
        let dealers = vec![Dealer { capacity: 5, fair: 0 }; 400];
        let groups: Vec<Group> = (0..1_700)
            .map(|_| {
                let first = draw.below(390) as u32;
                let worth = (first..first + 10).map(|d| (d, 1_000 + draw.below(100) as i64)).collect();
                Group { count: 1, worth }
            })
            .collect();
        let p = Problem { dealers, groups, fair_worth: 0 };
        let arrivals: Vec<usize> = (0..1_700).collect();
        let lessons = online::lessons(&p, &arrivals, 1_700).unwrap();
        let made = online::answer(&p, &arrivals, &lessons);
        let taken = made.choice.iter().flatten().count();
        let best = solve::solve(&p).unwrap();
        assert!(
            made.worth as f64 > 0.95 * best.objective as f64,
            "{taken} taken, {} of {}",
            made.worth,
            best.objective
        );
    }
}
