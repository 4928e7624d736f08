//! Each rule with a plan that breaks it alone, and bounds against full enumeration.

use super::bound::{bound, choices};
use super::money::{Names, Sales, excess, profit, turned_away};
use super::plan::{Change, Plan};
use super::problem::{Choice, Move, Phase, Problem, Pull, Store, Sure, Zone};
use super::proof::{Decision, Node, Part, Row};
use super::rules::broken;
use super::worth::Market;
use crate::verify::input::Rule;
use crate::verify::interval::Interval;
use std::collections::BTreeMap;

const NAMES: Names<'static> = Names { store: &|i| format!("s{i}"), zone: &|j| format!("z{j}") };

fn point(x: f64) -> Interval {
    Interval::point(x)
}

/// Two zones; dealers 0 and 1, candidates 2 and 3; every store pulls on both zones.
fn problem() -> Problem {
    let zone = |region: &str, cars: f64, people: f64, margin: f64| Zone {
        registrations: point(cars),
        rivals: 3.0,
        people,
        margin: point(margin),
        region: region.into(),
        pulls: (0..4).map(|i| (i, usize::from(region == "south"))).collect(),
    };
    let store = |k: usize, open: bool, pulls: [f64; 2], near: [Sure; 2]| Store {
        site: k,
        open,
        rule: Rule::Free,
        options: (0..2)
            .map(|f| Choice {
                format: f,
                capacity: point(400.0 / (1.0 + f as f64)),
                yearly: point(90_000.0 / (1.0 + f as f64)),
                once: point(if open && f == 0 { 0.0 } else { 50_000.0 }),
            })
            .collect(),
        closing: point(20_000.0),
        pulls: (0..2)
            .map(|z| Pull {
                zone: z,
                minutes: point(10.0),
                by_option: vec![point(pulls[z]), point(pulls[z] * 0.6)],
                near: near[z],
            })
            .collect(),
    };
    let (yes, no) = (Sure::Yes, Sure::No);
    Problem {
        zones: vec![zone("north", 900.0, 1000.0, 1_000.0), zone("south", 700.0, 500.0, 700.0)],
        stores: vec![
            store(0, true, [2.0, 0.5], [yes, no]),
            store(1, true, [1.0, 1.5], [no, yes]),
            store(2, false, [1.5, 0.7], [yes, no]),
            store(3, false, [0.4, 2.0], [no, yes]),
        ],
        moves: vec![
            Move { from: 0, to: 2, cost: point(30_000.0) },
            Move { from: 0, to: 3, cost: point(90_000.0) },
            Move { from: 1, to: 3, cost: point(10_000.0) },
        ],
        conflicts: BTreeMap::new(),
        nest: point(0.7),
        phases: vec![
            Phase { weight: point(0.4), discount: point(1.0), market: point(1.0) },
            Phase { weight: point(0.6), discount: point(0.9), market: point(1.2) },
        ],
        years: point(5.0),
        budget: None,
        max_open: None,
        max_close: None,
        fewest: None,
        most: None,
        floors: BTreeMap::new(),
    }
}

fn plan(changes: [Change; 4], moves: &[usize]) -> Plan {
    Plan { changes: changes.to_vec(), moves: moves.to_vec() }
}

const OPEN: Change = Some((0, Some(0)));
const CLOSE: Change = Some((0, None));

/// The rule that a plan breaks is broken, and with the rule taken away it is not.
#[track_caller]
fn only(set: impl Fn(&mut Problem), plan: &Plan, word: &str) {
    assert_eq!(broken(&problem(), plan, NAMES.store), None, "without the rule the plan is allowed");
    let mut p = problem();
    set(&mut p);
    let said = broken(&p, plan, NAMES.store).unwrap_or_default();
    assert!(said.contains(word), "{said:?} lacks {word:?}");
}

#[test]
fn each_rule_is_found_where_it_alone_is_broken() {
    let open = plan([None, None, OPEN, None], &[]);
    let close = plan([CLOSE, None, None, None], &[]);
    let moved = plan([CLOSE, None, OPEN, None], &[0]);
    only(|p| p.stores[2].rule = Rule::Forbidden, &open, "s2 is forbidden");
    only(|p| p.stores[0].rule = Rule::Required, &close, "s0 is required");
    only(|p| p.stores[3].rule = Rule::Required, &close, "s3 is required");
    only(|p| p.conflicts.extend([((0, 2), Sure::Yes)]), &open, "s0 and s2 are too close");
    only(|p| p.max_open = Some(0.0), &open, "max_open is 0");
    only(|p| p.max_open = Some(0.0), &moved, "max_open is 0");
    only(|p| p.max_close = Some(0.0), &close, "max_close is 0");
    only(|p| p.fewest = Some(2.0), &close, "1 stores in the end");
    only(|p| p.most = Some(2.0), &open, "3 stores in the end");
    only(|p| p.budget = Some(point(49_999.99)), &open, "50000.00 is spent in phase 1");
    only(|p| p.budget = Some(point(19_999.99)), &close, "20000.00 is spent");
    only(|p| p.budget = Some(point(29_999.99)), &moved, "30000.00 is spent");
    only(|p| p.floors.extend([("north".into(), point(0.5))]), &close, "0 of 1000 people of north");
    // A limit that is just met is met; a move is no closing; what is too close to call is not held against a plan.
    let mut p = problem();
    (p.max_open, p.max_close, p.fewest, p.most) = (Some(1.0), Some(0.0), Some(2.0), Some(2.0));
    p.budget = Some(point(30_000.0));
    p.conflicts.insert((1, 2), Sure::Maybe);
    p.floors.insert("north".into(), point(1.0));
    assert_eq!(broken(&p, &moved, NAMES.store), None);
}

#[test]
fn plans_that_say_nothing_sensible_are_refused() {
    let p = problem();
    for (plan, word) in [
        (plan([OPEN, None, None, None], &[]), "s0 changes to what it is"),
        (plan([None, None, CLOSE, None], &[]), "s2 changes to what it is"),
        (plan([Some((2, None)), None, None, None], &[]), "cannot be"),
        (plan([Some((0, Some(2))), None, None, None], &[]), "cannot be"),
        (plan([CLOSE, None, None, None], &[0]), "does not join"),
        (plan([CLOSE, None, Some((1, Some(0))), None], &[0]), "does not join"),
        (plan([CLOSE, None, Some((0, Some(1))), None], &[0]), "does not join"),
        (plan([CLOSE, None, OPEN, OPEN], &[0, 1]), "two moves"),
        (plan([CLOSE, CLOSE, None, OPEN], &[1, 2]), "two moves"),
    ] {
        let said = broken(&p, &plan, NAMES.store).unwrap_or_default();
        assert!(said.contains(word), "{said:?} lacks {word:?}");
    }
}

/// What every zone's buyers would do were no store full.
fn natural(p: &Problem, plan: &Plan) -> Sales {
    let mut sales = Sales::new();
    for t in 0..p.phases.len() {
        let open = plan.open(p, t);
        for j in 0..p.zones.len() {
            let all = p.attraction(j, &open).mid();
            let wanted = p.captured(t, j, point(all)).mid();
            for &(i, k) in &p.zones[j].pulls {
                if let Some(o) = open[i] {
                    sales.insert((t, i, j), wanted * p.stores[i].pulls[k].by_option[o].mid() / all);
                }
            }
        }
    }
    sales
}

#[test]
fn sales_that_a_network_cannot_make_are_found_and_so_are_those_it_gives_away() {
    let p = problem();
    let today = Plan::today(&p);
    let sales = natural(&p, &today);
    assert_eq!(excess(&p, &today, &sales, &NAMES), None);
    assert_eq!(turned_away(&p, &today, &sales, &NAMES), None);
    let with = |key: (usize, usize, usize), cars: f64| {
        let mut changed = sales.clone();
        changed.insert(key, cars);
        changed
    };
    let said = |s: &Sales| excess(&p, &today, s, &NAMES).unwrap_or_default();
    assert!(said(&with((0, 0, 0), 700.0)).contains("alone it would sell"));
    assert!(said(&with((0, 2, 0), 1.0)).contains("alone it would sell 0.0"), "a store that is closed");
    let more = sales[&(0, 0, 0)] + 1.0;
    assert!(said(&with((0, 0, 0), more)).contains("z0 buys"));
    assert!(said(&with((0, 0, 0), -1.0)).contains("s0 sells -1"));
    let less = with((1, 1, 1), sales[&(1, 1, 1)] - 1.0);
    assert!(turned_away(&p, &today, &less, &NAMES).unwrap().contains("has room"));
    let mut narrow = problem();
    narrow.stores[0].options[0].capacity = point(100.0);
    assert!(excess(&narrow, &today, &sales, &NAMES).unwrap().contains("its capacity is 100"));
    // Profit: sales times margins less costs, by hand for one phase.
    let mut one = problem();
    one.phases = vec![Phase { weight: Interval::ONE, discount: Interval::ONE, market: Interval::ONE }];
    let sales = Sales::from([((0, 0, 0), 100.0), ((0, 1, 1), 50.0)]);
    let moved = plan([None, None, OPEN, None], &[]);
    let by_hand = 100.0 * 1_000.0 + 50.0 * 700.0 - 3.0 * 90_000.0 - 50_000.0 / 5.0;
    assert!(profit(&one, &moved, &sales).holds(by_hand, 1e-6));
}

struct Dice(u64);

impl Dice {
    fn share(&mut self) -> f64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as f64 / (1u64 << 53) as f64
    }
    fn below(&mut self, n: usize) -> usize {
        (self.share() * n as f64) as usize
    }
}

/// Every plan that keeps the rules, with its profit.
fn enumerated(p: &Problem) -> Vec<(Plan, f64)> {
    let lists: Vec<Vec<Change>> = (0..4).map(|i| choices(p, i)).collect();
    let market = Market::new(p);
    let mut all = Vec::new();
    for a in &lists[0] {
        for b in &lists[1] {
            for c in &lists[2] {
                for d in &lists[3] {
                    for subset in 0..8usize {
                        let moves: Vec<usize> = (0..3).filter(|k| subset >> k & 1 == 1).collect();
                        let plan = plan([*a, *b, *c, *d], &moves);
                        if broken(p, &plan, NAMES.store).is_none() {
                            let profit = market.profit(&plan, None).0;
                            all.push((plan, profit));
                        }
                    }
                }
            }
        }
    }
    all
}

/// Whatever the multipliers, the tree and the rows, no plan earns more than the bound.
#[test]
fn no_plan_of_a_full_enumeration_earns_more_than_any_bound() {
    let mut dice = Dice(0x1234_5678_9abc_def1);
    let mut tight = 0;
    for round in 0..60 {
        let mut p = problem();
        let mut maybe = |x: f64| (dice.below(2) == 0).then_some(x);
        (p.max_open, p.max_close) = (maybe(1.0), maybe(1.0));
        (p.fewest, p.most) = (maybe(1.0), maybe(3.0));
        p.budget = maybe(60_000.0).map(point);
        if let Some(floor) = maybe(0.5) {
            p.floors.insert("south".into(), point(floor));
        }
        if maybe(1.0).is_some() {
            p.conflicts.insert((1, 3), Sure::Yes);
            p.conflicts.insert((0, 2), Sure::Maybe);
        }
        p.stores[dice.below(4)].rule = [Rule::Free, Rule::Required][dice.below(2)];
        p.stores[2 + dice.below(2)].rule = [Rule::Free, Rule::Forbidden][dice.below(2)];
        let all = enumerated(&p);
        let Some(best) = all.iter().map(|x| x.1).max_by(f64::total_cmp) else { continue };
        for _ in 0..40 {
            let part = random_part(&mut dice, &p);
            let proved = bound(&p, std::slice::from_ref(&part)).unwrap();
            assert!(proved >= best - 1e-6, "round {round}: {proved} below {best}: {part:?}");
            tight += usize::from(proved < best * 3.0 + 1e6);
        }
    }
    assert!(tight > 30, "{tight} bounds say something");
}

fn random_part(dice: &mut Dice, p: &Problem) -> Part {
    let mut rows: Vec<Option<Row>> = vec![None, Some(Row::Fewest), Some(Row::Most), Some(Row::Choice)];
    for phase in 0..2 {
        rows.extend([Row::Budget { phase }, Row::MaxOpen { phase }, Row::MaxClose { phase }].map(Some));
        for pair in [(1, 3), (0, 2)] {
            rows.push(Some(Row::Distance { phase, pair }));
        }
        for store in 0..4 {
            rows.extend(
                [Row::Capacity { phase, store }, Row::Leave { phase, store }, Row::Enter { phase, store }].map(Some),
            );
            rows.extend((0..2).map(|zone| Some(Row::Alone { phase, store, zone })));
        }
        for zone in 0..2 {
            rows.push(Some(Row::Tangent { phase, zone, at: 0.3 + 4.0 * dice.share() }));
        }
    }
    rows.extend((0..4).map(|store| Some(Row::Required { store })));
    rows.extend((0..2).flat_map(|zone| [Some(Row::Cover { zone }), Some(Row::Region { zone })]));
    let size = |row: Option<Row>| match row {
        Some(Row::Budget { .. }) => 1.0,
        Some(Row::Region { .. }) => 100.0,
        Some(Row::Capacity { .. } | Row::Alone { .. } | Row::Tangent { .. }) => 900.0,
        _ => 50_000.0,
    };
    let leaf = |dice: &mut Dice| -> Node {
        // Signs right and wrong.
        let one = |(r, row): (usize, &Option<Row>)| (r, size(*row) * (2.0 * dice.share() - 0.6));
        let all: Vec<(usize, f64)> = rows.iter().enumerate().map(one).collect();
        Node::Leaf(all.into_iter().filter(|m| m.1.abs() > 0.0).collect())
    };
    let decision = |dice: &mut Dice| match dice.below(3) {
        0 => Decision::Move(dice.below(2), Some(dice.below(3))),
        _ => {
            let i = dice.below(4);
            let list = choices(p, i);
            Decision::Store(i, list[dice.below(list.len())])
        }
    };
    let nodes = match dice.below(3) {
        0 => vec![leaf(dice)],
        1 => vec![Node::Split(decision(dice), 1, 2), leaf(dice), leaf(dice)],
        _ => vec![
            Node::Split(decision(dice), 1, 2),
            leaf(dice),
            Node::Split(decision(dice), 3, 4),
            leaf(dice),
            leaf(dice),
        ],
    };
    Part { stores: (0..4).collect(), rows, nodes }
}

#[test]
fn trees_that_are_none_prove_nothing() {
    let p = problem();
    let leaf = || Node::Leaf(Vec::new());
    let on = Decision::Store(0, CLOSE);
    let part = |stores: Vec<usize>, nodes: Vec<Node>| Part { stores, rows: Vec::new(), nodes };
    let all = || vec![0, 1, 2, 3];
    for (parts, word) in [
        (vec![], "in none of them"),
        (vec![part(vec![0, 1, 2], vec![leaf()])], "in none of them"),
        (vec![part(all(), vec![leaf()]), part(vec![1], vec![leaf()])], "another part as well"),
        (vec![part(vec![0, 1], vec![leaf()]), part(vec![2, 3], vec![leaf()])], "a move joins"),
        (vec![part(all(), vec![])], ".nodes"),
        (vec![part(all(), vec![Node::Split(on, 1, 5), leaf(), leaf()])], "no such node"),
        (vec![part(all(), vec![Node::Split(on, 0, 1), leaf()])], "leads back"),
        (vec![part(all(), vec![Node::Split(on, 1, 1), Node::Split(on, 2, 2), leaf()])], "meets itself"),
    ] {
        let said = bound(&p, &parts).unwrap_err();
        assert!(said.contains(word), "{said:?} lacks {word:?}");
    }
    // Rows that reach beyond their part, or that the tables do not have, count for nothing.
    let rows =
        vec![Some(Row::Tangent { phase: 0, zone: 0, at: 1.0 }), Some(Row::Most), Some(Row::Required { store: 0 })];
    let weak = Part { stores: all(), rows: rows.clone(), nodes: vec![Node::Leaf(vec![(1, 1e9), (2, -1e9)])] };
    let none = Part { nodes: vec![leaf()], ..weak.clone() };
    assert_eq!(bound(&p, &[weak]), bound(&p, &[none]));
}
