//! Replays a schedule against tour and rule set. Knows no search.

use super::rules::Rules;
use super::schedule::{Activity, Kind, Leg};

/// What does not hold first in a schedule; nothing when all does.
pub fn check(rules: &Rules, legs: &[Leg], from: u32, schedule: &[Activity]) -> Result<(), String> {
    let Some(first) = schedule.first() else {
        return if legs.is_empty() { Ok(()) } else { Err("nothing is done".into()) };
    };
    if first.start < from {
        return Err(format!("starts at {}", first.start));
    }
    for (before, after) in schedule.iter().zip(&schedule[1..]) {
        if before.end != after.start || before.start > before.end {
            return Err(format!("{after:?} does not follow {before:?}"));
        }
    }
    tour(legs, schedule)?;
    hours(rules, schedule)
}

/// Legs are driven whole, stops worked at inside a window.
fn tour(legs: &[Leg], schedule: &[Activity]) -> Result<(), String> {
    let mut driven = 0;
    let mut next = 0;
    for a in schedule {
        match a.kind {
            Kind::Drive => driven += a.end - a.start,
            Kind::Work => {
                let leg = legs.get(next).ok_or("works at a stop that is not there")?;
                let open = leg.windows.iter().any(|w| (w.0..=w.1).contains(&a.start));
                if driven != leg.driving || a.end - a.start != leg.work || !open {
                    return Err(format!("stop {next} is reached after {driven} min and worked at from {}", a.start));
                }
                driven = 0;
                next += 1;
            }
            _ => {}
        }
    }
    if next < legs.len() || driven > 0 { Err(format!("only {next} stops are served")) } else { Ok(()) }
}

/// Every limit of the rule set.
fn hours(rules: &Rules, schedule: &[Activity]) -> Result<(), String> {
    let (mut day, mut driving, mut since) = (schedule[0].start, 0, 0);
    let (mut off, mut still, mut part) = (0, 0, false);
    let (mut long, mut short) = (0u8, 0u8);
    let (mut week, mut duty) = (0, 0);
    let mut stretched = false;
    for a in schedule {
        let minutes = a.end - a.start;
        match a.kind {
            Kind::Rest | Kind::ShortRest => {
                let little = a.kind == Kind::ShortRest;
                short += u8::from(little);
                let least = if little { rules.short.minutes } else { rules.rest };
                let tired = stretched && !little;
                if minutes < least || a.end < day + rules.period || short > rules.short.times || tired {
                    return Err(format!("the rest from {} to {} is too short", a.start, a.end));
                }
                long += u8::from(driving > rules.driving);
                (day, driving, since, off, still, part, stretched) = (a.end, 0, 0, 0, 0, false, false);
            }
            Kind::Wait | Kind::Break => {
                off += minutes;
                still += minutes;
            }
            Kind::Drive | Kind::Work => {
                let run = if rules.work_is_break { still } else { off };
                let second = rules.parts.is_some_and(|p| part && run >= p[1]);
                if run >= rules.pause || second {
                    since = 0;
                    part = false;
                } else if rules.parts.is_some_and(|p| run >= p[0]) {
                    part = true;
                }
                off = 0;
                duty += minutes;
                if a.kind == Kind::Drive {
                    still = 0;
                    driving += minutes;
                    since += minutes;
                    week += minutes;
                } else {
                    still += minutes;
                }
                let bound = minutes > 0 && (a.kind == Kind::Drive || rules.window_ends_work);
                if bound && a.end > day + rules.window {
                    stretched = true;
                }
                let longest = rules.window + rules.rest.saturating_sub(rules.short.minutes);
                if bound && stretched && (a.end > day + longest || short >= rules.short.times) {
                    return Err(format!("the day from {day} lasts until {}", a.end));
                }
                let limit = if long < rules.long.times { rules.long.minutes.max(rules.driving) } else { rules.driving };
                if since > rules.before_break || driving > limit {
                    return Err(format!(
                        "{since} min since the break and {driving} min of the day driven at {}",
                        a.end
                    ));
                }
            }
            Kind::Shift => return Err("a shift is not an activity".into()),
        }
    }
    if week > rules.week_driving || duty > rules.week_duty {
        return Err(format!("{week} min driving and {duty} min duty are too much for a week"));
    }
    Ok(())
}
