//! Published figures, and replays by hand.

use super::replay::replay;
use super::*;

/// The log of van der Aalst, Process Mining (2011), table 7.1: variants of an insurance's complaints with their numbers.
const FULL: [(&str, usize); 21] = [
    ("acdeh", 455),
    ("abdeg", 191),
    ("adceh", 177),
    ("abdeh", 144),
    ("acdeg", 111),
    ("adceg", 82),
    ("adbeh", 56),
    ("acdefdbeh", 47),
    ("adbeg", 38),
    ("acdefbdeh", 33),
    ("acdefbdeg", 14),
    ("acdefdbeg", 11),
    ("adcefcdeh", 9),
    ("adcefdbeh", 8),
    ("adcefbdeg", 5),
    ("acdefbdefdbeg", 3),
    ("adcefdbeg", 2),
    ("adcefbdefbdeg", 2),
    ("adcefdbefbdeh", 1),
    ("adbefbdefdbeg", 1),
    ("adcefdbefcdefdbeg", 1),
];

fn log(net: &Net) -> Vec<Case> {
    let case = |text: &str| {
        let event = |(k, c): (usize, char)| Event { activity: net.activity(&c.to_string()), day: k as f64 };
        Case { events: text.chars().enumerate().map(event).collect() }
    };
    FULL.iter().flat_map(|&(text, count)| std::iter::repeat_n(case(text), count)).collect()
}

/// Examine thoroughly or casually (b, c) and check the ticket (d), in any order; decide (e); begin again (f), pay (g), reject (h).
fn concurrent() -> Net {
    let mut net = Net::empty();
    net.step("a", &["start"], &["p1", "p2"]);
    net.step("b", &["p1"], &["p3"]);
    net.step("c", &["p1"], &["p3"]);
    net.step("d", &["p2"], &["p4"]);
    net.step("e", &["p3", "p4"], &["p5"]);
    net.step("f", &["p5"], &["p1", "p2"]);
    net.step("g", &["p5"], &["end"]);
    net.step("h", &["p5"], &["end"]);
    net
}

#[test]
fn fitness_of_the_published_log_and_models() {
    let net = concurrent();
    assert_eq!(judge(&net, &log(&net), 0.0).fitness(), 1.0);

    // The ticket is checked after the examination.
    let mut sequential = Net::empty();
    for (activity, takes, gives) in [
        ("a", "start", "p1"),
        ("b", "p1", "p2"),
        ("c", "p1", "p2"),
        ("d", "p2", "p3"),
        ("e", "p3", "p4"),
        ("f", "p4", "p1"),
        ("g", "p4", "end"),
        ("h", "p4", "end"),
    ] {
        sequential.step(activity, &[takes], &[gives]);
    }
    let found = judge(&sequential, &log(&sequential), 0.0);
    assert!((found.fitness() - 0.9504).abs() < 5e-5, "{}", found.fitness());

    // No choice at all: a, c and d in any order, e, h.
    let mut straight = Net::empty();
    straight.step("a", &["start"], &["p1", "p2"]);
    straight.step("c", &["p1"], &["p3"]);
    straight.step("d", &["p2"], &["p4"]);
    straight.step("e", &["p3", "p4"], &["p5"]);
    straight.step("h", &["p5"], &["end"]);
    let found = judge(&straight, &log(&straight), 0.0);
    assert!((found.fitness() - 0.8797).abs() < 5e-5, "{}", found.fitness());
    assert_eq!(found.judged, 1391);
}

#[test]
fn a_replay_by_hand() {
    let net = Net::standard();
    let of = |names: &[&str]| names.iter().map(|n| net.activity(n)).collect::<Vec<_>>();
    let seen = replay(&net, &of(&["test drive", "order", "delivery", "follow-up"]));
    assert_eq!((seen.produced, seen.consumed, seen.missing(), seen.remaining(), seen.ended), (5, 5, 0, 0, true));
    // Ordered without a test drive: the drive's state is lent, the start's token stays.
    let seen = replay(&net, &of(&["order", "delivery", "follow-up"]));
    assert_eq!((seen.skipped.clone(), seen.undone.clone(), seen.foreign.len()), (vec![(0, 2)], vec![(0, 0)], 0));
    assert_eq!((seen.produced, seen.consumed), (4, 4));
    // An unknown activity, and nothing after the order.
    let seen = replay(&net, &of(&["test drive", "coffee", "order"]));
    assert_eq!((seen.foreign, seen.undone, seen.ended), (vec![1], vec![(3, 0)], false));
}

/// Limits: kept, broken, still open; cases under way are not judged.
#[test]
fn what_is_late_and_what_is_under_way() {
    let net = Net::standard();
    let case = |events: &[(&str, f64)]| Case {
        events: events.iter().map(|&(name, day)| Event { activity: net.activity(name), day }).collect(),
    };
    let cases = [
        case(&[("test drive", 0.0), ("order", 1.0), ("delivery", 40.0), ("follow-up", 43.0)]),
        case(&[("test drive", 0.0), ("order", 1.0), ("delivery", 50.0), ("follow-up", 55.0)]),
        case(&[("test drive", 0.0), ("order", 1.0), ("delivery", 40.0)]),
        case(&[("test drive", 60.0), ("order", 90.0)]),
    ];
    let found = judge(&net, &cases, 100.0);
    assert_eq!((found.judged, found.under_way, found.perfect), (3, 1, 1));
    let kinds: Vec<(usize, Kind)> = found.deviations.iter().map(|d| (d.case, d.kind)).collect();
    let (late, open) = (Kind::Late { limit: 0, event: 1, open: false }, Kind::Late { limit: 1, event: 2, open: true });
    assert_eq!(kinds, [(1, late), (2, Kind::Undone { state: 4, before: 0 }), (2, open)]);
    assert_eq!(found.is_judged, [true, true, true, false]);
    assert_eq!((found.deviations[0].over, found.deviations[2].over), (4.0, 53.0));
    assert_eq!((found.stretches[0].days.clone(), found.stretches[0].within), (vec![39.0, 39.0, 49.0], 2));
    assert_eq!((found.stretches[1].quantile(0.5), found.stretches[1].quantile(0.9)), (Some(3.0), Some(5.0)));
    // The order of the last case waits within its limit; the call of the third is past it and counts as not within.
    let counts = |k: usize| (found.stretches[k].open, found.stretches[k].overdue, found.stretches[k].share());
    assert_eq!((counts(0), counts(1)), ((1, 0, Some(2.0 / 3.0)), (1, 1, Some(2.0 / 3.0))));
}

/// A complaint that was refused once, one that nobody owns, one whose answer is still to be confirmed: by hand.
#[test]
fn complaints_go_round_until_the_customer_is_content() {
    let net = Net::complaints();
    let case = |events: &[(&str, f64)]| Case {
        events: events.iter().map(|&(name, day)| Event { activity: net.activity(name), day }).collect(),
    };
    let cases = [
        case(&[
            ("complaint", 0.0),
            ("assignment", 0.5),
            ("answer", 2.0),
            ("refusal", 3.0),
            ("assignment", 3.5),
            ("answer", 5.0),
            ("confirmation", 6.0),
        ]),
        case(&[("complaint", 1.0)]),
        case(&[("complaint", 8.0), ("assignment", 8.5), ("answer", 9.0)]),
        case(&[("complaint", 1.0), ("assignment", 1.5), ("answer", 5.0), ("confirmation", 6.0)]),
    ];
    let found = judge(&net, &cases, 10.0);
    assert_eq!((found.judged, found.under_way, found.perfect), (3, 1, 1));
    let kinds: Vec<(usize, Kind)> = found.deviations.iter().map(|d| (d.case, d.kind)).collect();
    let undone = Kind::Undone { state: net.states.iter().position(|s| s == "open").unwrap(), before: 0 };
    assert_eq!(
        kinds,
        [
            (1, undone),
            (1, Kind::Late { limit: 0, event: 0, open: true }),
            (3, Kind::Late { limit: 1, event: 1, open: false })
        ]
    );
    // From the answer that was refused to the refusal 1 day, from the second to the confirmation 1, in the last case 1.
    assert_eq!((found.stretches[2].days.clone(), found.stretches[2].open), (vec![1.0, 1.0, 1.0], 1));
}

/// A refused answer owes nothing more, however long the new one takes; the second round is told apart from the first.
#[test]
fn a_refusal_settles_the_answer_that_it_refuses() {
    let net = Net::complaints();
    let events = [("complaint", 0.0), ("assignment", 0.5), ("answer", 1.0), ("refusal", 2.0)];
    let case = Case { events: events.map(|(name, day)| Event { activity: net.activity(name), day }).to_vec() };
    let found = judge(&net, &[case], 30.0);
    let kinds: Vec<Kind> = found.deviations.iter().map(|d| d.kind).collect();
    let open = net.states.iter().position(|s| s == "open").unwrap();
    let late = Kind::Late { limit: 3, event: 3, open: true };
    assert_eq!(kinds, [Kind::Undone { state: open, before: 1 }, late]);
    assert_eq!((found.stretches[2].share(), found.stretches[3].share()), (Some(1.0), Some(0.0)));
}
