//! Schedules by hand under the true rule sets, and random tours under small rule sets against every possible minute.

use super::*;
use crate::stats::stream::Stream;
use std::collections::BTreeSet;

fn leg(driving: u32, work: u32) -> Leg {
    Leg { driving, work, windows: vec![(0, 100_000)] }
}

fn end(rules: &Rules, legs: &[Leg]) -> Option<u32> {
    let found = schedule(rules, legs, 0)?;
    certificate::check(rules, legs, 0, &found).unwrap();
    found.last().map(|a| a.end)
}

#[test]
fn one_long_leg_by_hand() {
    // Europe: 4:30, break, 4:30, break, 1:00 of a long day.
    assert_eq!(end(&Rules::EU, &[leg(600, 0)]), Some(600 + 2 * 45));
    // 20 h: two long days with two breaks each and a short rest between them.
    assert_eq!(end(&Rules::EU, &[leg(1200, 0)]), Some(1200 + 4 * 45 + 540));
    // United States: a break after 8 h, a rest after 11 h; work of half an hour is a break.
    assert_eq!(end(&Rules::US, &[leg(660, 0)]), Some(690));
    assert_eq!(end(&Rules::US, &[leg(661, 0)]), Some(661 + 600));
    assert_eq!(end(&Rules::US, &[leg(330, 30), leg(330, 0)]), Some(690));
    // China: a break after 4 h; the ninth hour is driven on the next day.
    assert_eq!(end(&Rules::CHINA, &[leg(480, 0)]), Some(500));
    assert_eq!(end(&Rules::CHINA, &[leg(540, 0)]), Some(1440 + 60));
    assert_eq!(end(&Rules::CHINA_CREW, &[leg(900, 0)]), Some(900));
    assert_eq!(end(&Rules::US, &[leg(4201, 0)]), None);
}

#[test]
fn a_day_begins_late_rather_than_wait() {
    let legs = [Leg { driving: 60, work: 30, windows: vec![(600, 700)] }, leg(480, 30)];
    let found = schedule(&Rules::CHINA, &legs, 0).unwrap();
    certificate::check(&Rules::CHINA, &legs, 0, &found).unwrap();
    // Sixty and 480 minutes exceed a day of driving. The first day lasts from 110 to 1070 (440 on the road after 630), the
    // next begins 24 h after it.
    assert_eq!((found[0].start, found.last().unwrap().end), (110, 110 + 1440 + 60 + 30));
    let found = schedule(&Rules::US, &legs, 0).unwrap();
    certificate::check(&Rules::US, &legs, 0, &found).unwrap();
    // Half an hour of work is the break.
    assert_eq!((found[0].start, found.last().unwrap().end), (540, 630 + 480 + 30));
    // Night closed: the second of two windows.
    let legs = [Leg { driving: 120, work: 10, windows: vec![(0, 100), (900, 1000)] }];
    assert_eq!(end(&Rules::EU, &legs), Some(910));
}

/// A small rule set: the same kinds of limits with few minutes.
fn small(dice: &mut Stream) -> Rules {
    let mut below = |n: u64| dice.below(n) as u32;
    let (before_break, pause) = (3 + below(3), 2 + below(2));
    let driving = 5 + below(4);
    let rest = 6 + below(3);
    let work_is_break = below(3) == 0;
    Rules {
        name: "small",
        before_break,
        pause,
        parts: (!work_is_break && below(2) == 0).then_some([1, pause - 1]),
        work_is_break,
        driving,
        long: Special { minutes: driving + 2, times: below(2) as u8 },
        window: 9 + below(5),
        window_ends_work: !work_is_break,
        rest,
        short: Special { minutes: rest - 2, times: below(2) as u8 },
        period: if below(3) == 0 { 20 } else { 0 },
        week_driving: 1000,
        week_duty: 1000,
    }
}

/// A driver's clock advanced minute by minute; every choice is open at every minute.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Clock {
    leg: usize,
    driven: u32,
    /// Minutes of work done at the stop, plus one once it has begun.
    working: u32,
    day: Option<u32>,
    driving: u32,
    since: u32,
    part: bool,
    off: u32,
    still: u32,
    long: u8,
    short: u8,
    stretched: bool,
}

/// The clock after a pause has ended as a rest, as a break, or as nothing.
fn awake(rules: &Rules, clock: Clock, now: u32) -> Vec<Clock> {
    let mut out = Vec::new();
    let fresh = Clock { day: None, driving: 0, since: 0, part: false, off: 0, still: 0, stretched: false, ..clock };
    let day = clock.day.unwrap_or(now);
    if clock.day.is_some() && now >= day + rules.period {
        let long = clock.long - u8::from(clock.driving > rules.driving);
        if clock.off >= rules.rest && !clock.stretched {
            out.push(Clock { long, ..fresh });
        }
        if clock.off >= rules.short.minutes && clock.short > 0 {
            out.push(Clock { long, short: clock.short - 1, ..fresh });
        }
    }
    let run = if rules.work_is_break { clock.still } else { clock.off };
    let mut on = Clock { off: 0, ..clock };
    if run >= rules.pause || rules.parts.is_some_and(|p| clock.part && run >= p[1]) {
        on = Clock { since: 0, part: false, ..on };
    } else if rules.parts.is_some_and(|p| run >= p[0]) {
        on.part = true;
    }
    out.push(on);
    out
}

/// Whether a clock at a time breaks no limit of its day.
fn allowed(rules: &Rules, clock: &mut Clock, now: u32, bound: bool) -> bool {
    let day = clock.day.unwrap_or(now);
    if bound && now > day + rules.window {
        clock.stretched = true;
        if clock.short == 0 || now > day + rules.window + rules.rest - rules.short.minutes {
            return false;
        }
    }
    let limit = if clock.long > 0 { rules.long.minutes } else { rules.driving };
    clock.since <= rules.before_break && clock.driving <= limit
}

fn by_minutes(rules: &Rules, legs: &[Leg], horizon: u32) -> Option<u32> {
    let start = Clock {
        leg: 0,
        driven: 0,
        working: 0,
        day: None,
        driving: 0,
        since: 0,
        part: false,
        off: 0,
        still: 0,
        long: rules.long.times,
        short: rules.short.times,
        stretched: false,
    };
    let mut now_at = BTreeSet::from([start]);
    for now in 0..horizon {
        let mut next = BTreeSet::new();
        for &clock in &now_at {
            let leg = &legs[clock.leg];
            if clock.working == 0 {
                // The first minutes off count as neither break nor rest for a driver who has not begun.
                let rest = u32::from(clock.day.is_some());
                let off = (clock.off + rest).min(rules.rest);
                next.insert(Clock { off, still: (clock.still + rest).min(rules.pause), ..clock });
                if clock.day.is_none() {
                    // On duty, with nothing to do yet.
                    next.insert(Clock { day: Some(now), off: 1, still: 1, ..clock });
                }
            }
            for mut on in if clock.working > 0 { vec![clock] } else { awake(rules, clock, now) } {
                on.day = on.day.or(Some(now));
                if on.driven < leg.driving {
                    on = Clock { driven: on.driven + 1, driving: on.driving + 1, since: on.since + 1, still: 0, ..on };
                    if allowed(rules, &mut on, now + 1, true) {
                        next.insert(on);
                    }
                } else if on.working > 0 || leg.windows.iter().any(|w| (w.0..=w.1).contains(&now)) {
                    on = Clock { working: on.working + 1, still: (on.still + 1).min(rules.pause), ..on };
                    if !allowed(rules, &mut on, now + 1, rules.window_ends_work) {
                        continue;
                    }
                    if on.working == leg.work {
                        on = Clock { leg: on.leg + 1, driven: 0, working: 0, ..on };
                    }
                    if on.leg == legs.len() {
                        return Some(now + 1);
                    }
                    next.insert(on);
                }
            }
        }
        now_at = next;
    }
    None
}

#[test]
fn random_tours_agree_with_every_possible_minute() {
    agree(3, 30);
}

#[test]
#[ignore = "a minute of processor time"]
fn many_random_tours_agree_with_every_possible_minute() {
    agree(4, 300);
}

fn agree(seed: u64, cases: usize) {
    let mut dice = Stream::from_hash(seed);
    let (mut solved, mut refused) = (0, 0);
    for case in 0..cases {
        let rules = small(&mut dice);
        let random = |dice: &mut Stream| {
            let from = dice.below(40) as u32;
            let windows = match dice.below(3) {
                0 => vec![(0, 1000)],
                1 => vec![(from, from + dice.below(12) as u32)],
                _ => vec![(from, from + 4), (from + 15, from + 20)],
            };
            Leg { driving: dice.below(10) as u32, work: 1 + dice.below(3) as u32, windows }
        };
        let legs: Vec<_> = (0..=dice.below(3)).map(|_| random(&mut dice)).collect();
        let expected = by_minutes(&rules, &legs, 130);
        let found = schedule(&rules, &legs, 0);
        let reached = found.as_ref().and_then(|f| f.last()).map(|a| a.end);
        assert_eq!(reached, expected, "case {case}: {rules:?} {legs:?} {found:?}");
        if let Some(found) = found {
            certificate::check(&rules, &legs, 0, &found)
                .unwrap_or_else(|why| panic!("case {case}: {why} {rules:?} {legs:?} {found:?}"));
            solved += 1;
        } else {
            refused += 1;
        }
    }
    assert!(solved > cases / 2 && refused > 0, "{solved} solved, {refused} refused");
}

#[test]
fn schedules_that_lie_are_refused() {
    let legs = [leg(300, 10), leg(300, 0)];
    let good = schedule(&Rules::EU, &legs, 0).unwrap();
    let why = |edit: &dyn Fn(&mut Vec<Activity>)| {
        let mut bad = good.clone();
        edit(&mut bad);
        certificate::check(&Rules::EU, &legs, 0, &bad).unwrap_err()
    };
    assert!(why(&|s| s[0].start = 5).contains("stop 0 is reached"));
    assert!(why(&|s| s[1].end += 1).contains("does not follow"));
    assert!(why(&|s| s.truncate(2)).contains("stops are served"));
    assert!(why(&|s| s.iter_mut().for_each(|a| a.kind = Kind::Drive)).contains("stops are served"));
    let hasty = [(Kind::Drive, 0, 300), (Kind::Work, 300, 310), (Kind::Drive, 310, 610), (Kind::Work, 610, 610)];
    let hasty = hasty.map(|(kind, start, end)| Activity { kind, start, end });
    assert!(why(&|s| *s = hasty.to_vec()).contains("since the break"));
    let night = [leg(540, 200), leg(60, 10)];
    let found = schedule(&Rules::CHINA, &night, 0).unwrap();
    certificate::check(&Rules::CHINA, &night, 0, &found).unwrap();
    let mut short = found.clone();
    let rest = short.iter().position(|a| a.kind == Kind::Rest).unwrap();
    short[rest].end -= 1;
    short[rest + 1..].iter_mut().for_each(|a| (a.start, a.end) = (a.start - 1, a.end - 1));
    assert!(certificate::check(&Rules::CHINA, &night, 0, &short).unwrap_err().contains("too short"));
}
