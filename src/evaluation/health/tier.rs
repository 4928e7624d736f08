//! How a dealer stands, with a memory, so that chance does not move it to and fro.
//!
//! A measure is *wrong* from when its interval lies wholly on the wrong side of its line until its value is on the right side again.
//! What follows is the tier *seen*. The tier *held* follows the seen one when that has been on the same side of it at every review
//! for [`HOLD`] days, once in [`KEEP`] days at most. A dealer whose seen tier is worse than the held one is on the watch list.

use super::channel::Channel;
use super::{Figure, Health};
use jiff::civil::Date;

/// Stock coefficient (months of sales in stock) at which the trade warns, and at which it sounds the alarm.
pub const COEFFICIENT: (f64, f64) = (1.5, 2.5);
/// Share of cars older than 90 days that is too much (assumed).
pub const AGED: f64 = 0.1;
/// Share of the network's own value below which a measure of the channel table is too low (assumed).
pub const OF_NETWORK: f64 = 0.8;
/// The same of scores of surveys, which lie close together (assumed).
pub const OF_SCORES: f64 = 0.9;
/// Days for which another tier must have been seen before it holds.
pub const HOLD: i32 = 28;
/// Days for which a tier that moved stays: the sales of a quarter are what it is judged by.
pub const KEEP: i32 = 91;

/// How a dealer stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tier {
    /// No measure is wrong.
    Green,
    /// One is, or two of which one at least is of the channel table.
    Amber,
    /// More are, or the stock coefficient is above the alarm line.
    Red,
}

impl Tier {
    /// The word in the tables.
    pub fn word(self) -> &'static str {
        match self {
            Self::Green => "green",
            Self::Amber => "amber",
            Self::Red => "red",
        }
    }
}

/// What a dealer is judged by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Measure {
    /// Stock coefficient above the warning line.
    Coefficient,
    /// The same above the alarm line.
    Alarm,
    /// Share of aged cars.
    Aged,
    /// Sales against what the market model gives.
    Effectiveness,
    /// Sales a head.
    PerHead,
    /// Leads that bought.
    LeadConversion,
    /// Test drives that bought.
    TestDrive,
    /// Service absorption.
    Absorption,
    /// Cars sold below what was paid for them.
    Inversion,
    /// Cars that came to the workshop.
    Retention,
    /// Scores.
    Satisfaction,
}

impl Measure {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::Coefficient,
        Self::Alarm,
        Self::Aged,
        Self::Effectiveness,
        Self::PerHead,
        Self::LeadConversion,
        Self::TestDrive,
        Self::Absorption,
        Self::Inversion,
        Self::Retention,
        Self::Satisfaction,
    ];

    /// The word in the tables.
    pub fn word(self) -> &'static str {
        match self {
            Self::Coefficient => "coefficient",
            Self::Alarm => "alarm",
            Self::Aged => "aged",
            Self::Effectiveness => "effectiveness",
            Self::PerHead => "per_head",
            Self::LeadConversion => "lead_conversion",
            Self::TestDrive => "test_drive",
            Self::Absorption => "absorption",
            Self::Inversion => "inversion",
            Self::Retention => "retention",
            Self::Satisfaction => "satisfaction",
        }
    }
}

/// Where a measure stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    /// Its interval lies wholly on the wrong side.
    Wrong,
    /// Its value does.
    Open,
    /// It does not, or there is nothing to measure.
    Right,
}

fn above(f: Option<Figure>, line: f64) -> Side {
    f.map_or(Side::Right, |f| match f {
        _ if f.low > line => Side::Wrong,
        _ if f.value > line => Side::Open,
        _ => Side::Right,
    })
}

fn below(f: Option<Figure>, line: Option<f64>) -> Side {
    let Some((f, line)) = f.zip(line) else { return Side::Right };
    above(Some(Figure { value: -f.value, low: -f.high, high: -f.low }), -line)
}

/// Where every measure of a dealer stands, in the order of [`Measure::ALL`]; measures of the channel table against `network`, all
/// dealers together.
fn sides(health: &Health, channel: &Channel, network: &Channel) -> [Side; 11] {
    let of =
        |own: fn(&Channel) -> Option<Figure>, share: f64| below(own(channel), own(network).map(|f| share * f.value));
    [
        above(health.coefficient, COEFFICIENT.0),
        above(health.coefficient, COEFFICIENT.1),
        above(health.aged_share, AGED),
        below(health.effectiveness, Some(1.0)),
        of(|c| c.per_head, OF_NETWORK),
        of(|c| c.lead_conversion, OF_NETWORK),
        of(|c| c.test_drive, OF_NETWORK),
        of(|c| c.absorption, OF_NETWORK),
        if channel.inverted == Some(true) { Side::Wrong } else { Side::Right },
        of(|c| c.retention, OF_NETWORK),
        of(|c| c.satisfaction, OF_SCORES),
    ]
}

/// What one review leaves for the next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Memory {
    /// Measures that were wrong, ascending.
    pub wrong: Vec<Measure>,
    /// The tier held.
    pub tier: Tier,
    /// Since when.
    pub since: Date,
    /// Whether it moved then, or was first seen.
    pub moved: bool,
    /// The tier seen where it is another one, and since when another one on its side has been.
    pub seen: Option<(Tier, Date)>,
}

impl Memory {
    /// Whether the dealer is on the watch list.
    pub fn watched(&self) -> bool {
        self.seen.is_some_and(|s| s.0 > self.tier)
    }
}

/// The tier of wrong measures: red by the alarm, by two of stock and sales, or by three of all.
fn tier(wrong: &[Measure]) -> Tier {
    let own = [Measure::Coefficient, Measure::Aged, Measure::Effectiveness];
    let ours = wrong.iter().filter(|m| own.contains(m)).count();
    match wrong.len() {
        _ if wrong.contains(&Measure::Alarm) || ours > 1 => Tier::Red,
        0 => Tier::Green,
        1 | 2 => Tier::Amber,
        _ => Tier::Red,
    }
}

/// Judges a dealer on a day, as the last review left it; the first review holds what it sees.
pub fn review(
    before: Option<&Memory>,
    (health, channel): (&Health, &Channel),
    network: &Channel,
    today: Date,
) -> Memory {
    let was = |m: Measure| before.is_some_and(|b| b.wrong.contains(&m));
    let sides = sides(health, channel, network);
    let still = |(m, side): (Measure, Side)| (side == Side::Wrong || side == Side::Open && was(m)).then_some(m);
    let wrong: Vec<Measure> = Measure::ALL.into_iter().zip(sides).filter_map(still).collect();
    let now = tier(&wrong);
    let Some(before) = before else {
        return Memory { wrong, tier: now, since: today, moved: false, seen: None };
    };
    let (held, since, moved) = (before.tier, before.since, before.moved);
    if now == held {
        return Memory { wrong, tier: held, since, moved, seen: None };
    }
    let same_side = |seen: &(Tier, Date)| (seen.0 > held) == (now > held);
    let first = before.seen.filter(same_side).map_or(today, |s| s.1);
    let days = |since: Date| (today - since).get_days();
    // The first review held what it saw: that was no move.
    if days(first) >= HOLD && (!moved || days(since) >= KEEP) {
        return Memory { wrong, tier: now, since: today, moved: true, seen: None };
    }
    Memory { wrong, tier: held, since, moved, seen: Some((now, first)) }
}

#[cfg(test)]
mod tests {
    use super::super::{Record, health};
    use super::*;
    use crate::stats::poisson::Ladder;
    use crate::stats::stream::{Key, Purpose, Stream};
    use jiff::civil::date;

    fn seen(r: &Record) -> Tier {
        review(None, (&health(r), &Channel::default()), &Channel::default(), date(2026, 1, 5)).tier
    }

    #[test]
    fn tiers_follow_their_definition() {
        // 1.97 months, surely above 1.5; ten in a hundred may be less; 91 of 100 may be chance.
        let r = Record { sold: 91.0, days: 91.0, stock: 60.0, aged: 6.0, holding: 1200.0, expected: 100.0 };
        assert_eq!(seen(&r), Tier::Amber);
        assert_eq!(seen(&Record { stock: 120.0, ..r }), Tier::Red);
        assert_eq!(seen(&Record { stock: 20.0, aged: 0.0, ..r }), Tier::Green);
        // Two measures of the channel table, both surely below four fifths of the network's.
        let figure = |value: f64, wide: f64| Some(Figure { value, low: value - wide, high: value + wide });
        let network = Channel { retention: figure(0.5, 0.01), absorption: figure(0.6, 0.01), ..Channel::default() };
        let own = Channel { retention: figure(0.3, 0.05), absorption: figure(0.4, 0.05), ..Channel::default() };
        let good = health(&Record { stock: 20.0, aged: 0.0, ..r });
        let day = date(2026, 1, 5);
        let found = review(None, (&good, &own), &network, day);
        assert_eq!((found.tier, found.wrong), (Tier::Amber, vec![Measure::Absorption, Measure::Retention]));
        let three = review(None, (&good, &Channel { inverted: Some(true), ..own }), &network, day);
        assert_eq!((three.tier, three.wrong.len()), (Tier::Red, 3));
        let inverted = Channel { inverted: Some(true), retention: figure(0.39, 0.05), ..Channel::default() };
        assert_eq!(review(None, (&good, &inverted), &network, day).wrong, [Measure::Inversion]);
    }

    /// Reviews by hand: another tier holds when it was seen for four weeks without a break, and a measure stays wrong until its
    /// value is right.
    #[test]
    fn another_tier_must_last() {
        let base = Record { sold: 91.0, days: 91.0, stock: 20.0, aged: 0.0, holding: 0.0, expected: 91.0 };
        let good = base;
        let bad = Record { stock: 60.0, ..base };
        // Above the line, but not surely.
        let open = Record { stock: 48.0, ..base };
        let mut memory: Option<Memory> = None;
        let mut day = date(2026, 1, 5);
        let mut next = |r: &Record| {
            let made = review(memory.as_ref(), (&health(r), &Channel::default()), &Channel::default(), day);
            memory = Some(made.clone());
            day = day.saturating_add(jiff::Span::new().days(7));
            (made.tier, made.watched())
        };
        assert_eq!(next(&good), (Tier::Green, false));
        assert_eq!(next(&bad), (Tier::Green, true));
        assert_eq!(next(&open), (Tier::Green, true), "a measure stays wrong while its value is");
        assert_eq!(next(&good), (Tier::Green, false), "a break: it starts again");
        assert_eq!(next(&open), (Tier::Green, false), "open alone is not wrong");
        for _ in 0..4 {
            assert_eq!(next(&bad), (Tier::Green, true));
        }
        assert_eq!(next(&bad), (Tier::Amber, false), "28 days after it was first seen");
        for _ in 0..12 {
            assert_eq!(next(&good), (Tier::Amber, false));
        }
        assert_eq!(next(&good), (Tier::Green, false), "13 weeks after it moved");
    }

    fn binomial(of: u32, p: f64, dice: &mut Stream) -> f64 {
        (0..of).filter(|_| dice.unit() < p).count() as f64
    }

    /// Dealers whose truth never changes, many of them just at a line, reviewed every Monday on the sales of the last thirteen weeks
    /// and a stock that wavers: the tier seen moves often, the tier held at most once a quarter.
    #[test]
    fn chance_alone_moves_a_tier_at_most_once_a_quarter() {
        const WEEKS: usize = 13 * 9;
        let ladder = Ladder::new();
        let (mut moved, mut seen_moved, mut more, mut quarters) = (0, 0, 0, 0);
        for dealer in 0..1_500_u64 {
            let mut dice =
                Key { seed: 8, purpose: Purpose::Selection, replication: 31, entity: dealer, day: 0 }.stream();
            let rate = 2.0 + 18.0 * dice.unit();
            // Stock and its age around the lines, expected sales around the truth.
            let stock = rate * 52.0 / 12.0 * (0.8 + 2.0 * dice.unit());
            let aged = 0.2 * dice.unit();
            let expected = 13.0 * rate * (0.8 + 0.6 * dice.unit());
            let mut sales = std::collections::VecDeque::new();
            let (mut memory, mut raw): (Option<Memory>, Option<Tier>) = (None, None);
            let mut flips = [0; 9];
            for week in 0..WEEKS + 13 {
                sales.push_back(ladder.draw(rate, &mut dice));
                if sales.len() <= 13 {
                    continue;
                }
                sales.pop_front();
                let today = date(2026, 1, 5).saturating_add(jiff::Span::new().weeks(week as i64));
                let cars = ladder.draw(stock, &mut dice);
                let sold = f64::from(sales.iter().sum::<u32>());
                let r = Record {
                    sold,
                    days: 91.0,
                    stock: f64::from(cars),
                    aged: binomial(cars, aged, &mut dice),
                    holding: 0.0,
                    expected,
                };
                let h = health(&r);
                let made = review(memory.as_ref(), (&h, &Channel::default()), &Channel::default(), today);
                let now = seen(&r);
                seen_moved += u32::from(raw.is_some_and(|t| t != now));
                raw = Some(now);
                if memory.as_ref().is_some_and(|m| m.tier != made.tier) {
                    flips[(week - 13) / 13] += 1;
                    moved += 1;
                }
                memory = Some(made);
            }
            quarters += flips.len();
            more += flips.iter().filter(|f| **f > 1).count();
        }
        println!("{quarters} dealer quarters: seen moved {seen_moved} times, held {moved}; in {more} more than once");
        assert!(more == 0 && moved > 0 && moved * 10 < seen_moved, "{more} of {quarters}; {moved} {seen_moved}");
    }
}
