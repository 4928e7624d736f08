//! The health of a dealer's channel, from what was sold and what stands on its ground.
//!
//! Five of the twelve measures of the trade come from sales, stock and the market model, the other seven from the months of the
//! scenario's channel table ([`channel`]). Intervals are at 95 %: of counts of sales as Poisson counts, of shares as binomial ones,
//! both by inverting the score test; of ratios of sums over months by their linear parts (Cochran 1977, 6.4), of means by Student's.

use crate::scenario::ChannelMonth;
use crate::stats::interval::wilson;
use crate::stats::special::student_two_sided;
use jiff::civil::Date;

/// Two-sided 95 % quantile of the normal distribution.
const Z: f64 = 1.959_963_985;

/// Stock coefficient (months of sales in stock) at which the trade warns, and at which it sounds the alarm.
pub const COEFFICIENT: (f64, f64) = (1.5, 2.5);
/// Share of cars older than 90 days that is too much (assumed).
pub const AGED: f64 = 0.1;

/// Days after the end of a month until its leads count: the younger ones may still buy.
pub const LEADS_RIPEN: i32 = 60;
/// The same of test drives.
pub const DRIVES_RIPEN: i32 = 30;
/// Mean days of a month.
const MONTH: f64 = 365.25 / 12.0;

/// What is known of a dealer.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Record {
    /// Cars sold in the window.
    pub sold: f64,
    /// Days of the window.
    pub days: f64,
    /// Cars in stock.
    pub stock: f64,
    /// Cars in stock for more than 90 days.
    pub aged: f64,
    /// Holding cost of that stock, money a day.
    pub holding: f64,
    /// Cars that the market model gives the dealer out of all that were sold in the window.
    pub expected: f64,
}

/// A measure with its 95 % interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Figure {
    /// The value.
    pub value: f64,
    /// Lower end.
    pub low: f64,
    /// Upper end; infinite when nothing was sold that it could be told from.
    pub high: f64,
}

impl Figure {
    fn map(self, f: impl Fn(f64) -> f64) -> Self {
        Self { value: f(self.value), low: f(self.low), high: f(self.high) }
    }
}

/// How a dealer stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tier {
    /// No measure is surely on the wrong side of its line.
    Green,
    /// One is.
    Amber,
    /// More are, or the stock coefficient is surely above the alarm line.
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

/// A dealer's measures; `None` where there is nothing to measure.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Health {
    /// Days in which today's stock would be sold.
    pub turn_days: Option<Figure>,
    /// The same in months.
    pub coefficient: Option<Figure>,
    /// Share of the stock that is older than 90 days.
    pub aged_share: Option<Figure>,
    /// Cars sold per car that the market model gives the dealer.
    pub effectiveness: Option<Figure>,
    /// Holding cost per car sold, money.
    pub floor_plan: Option<Figure>,
    /// How it stands.
    pub tier: Tier,
}

/// The seven measures of a dealer's months; `None` where the table does not serve one.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Channel {
    /// Cars sold a month and sales person.
    pub per_head: Option<Figure>,
    /// Share of the leads that bought, of months whose leads have had [`LEADS_RIPEN`] days.
    pub lead_conversion: Option<Figure>,
    /// Share of the test drives that bought, of months whose drives have had [`DRIVES_RIPEN`] days.
    pub test_drive: Option<Figure>,
    /// Gross profit of service and parts over overhead.
    pub absorption: Option<Figure>,
    /// Net prices over guide prices.
    pub price_realisation: Option<Figure>,
    /// Whether cars were sold below what the dealer paid for them, all months together.
    pub inverted: Option<bool>,
    /// Share of the cars due that came to the workshop.
    pub retention: Option<Figure>,
    /// Mean score of the survey.
    pub satisfaction: Option<Figure>,
}

/// The seven measures from a dealer's months before `today`.
pub fn channel(r: &Record, months: &[ChannelMonth], today: Date) -> Channel {
    let ripe = |m: &&ChannelMonth, days: i32| (today - m.month.last_of_month()).get_days() >= days;
    let counts = |of: &dyn Fn(&ChannelMonth) -> Option<(u32, u32)>, days: i32| {
        let sum = months
            .iter()
            .filter(|m| ripe(m, days))
            .filter_map(of)
            .fold((0.0, 0.0), |sum, (all, won)| (sum.0 + f64::from(all), sum.1 + f64::from(won)));
        share(sum.1, sum.0)
    };
    let staff: Vec<f64> = months.iter().filter_map(|m| m.staff).collect();
    let people = staff.iter().sum::<f64>() / staff.len().max(1) as f64;
    let per_head = (people > 0.0 && r.days > 0.0).then(|| poisson(r.sold).map(|x| x / r.days * MONTH / people));
    let pairs =
        |of: &dyn Fn(&ChannelMonth) -> Option<(f64, f64)>| ratio(&months.iter().filter_map(of).collect::<Vec<_>>());
    let invoiced: Vec<(f64, f64)> =
        months.iter().filter_map(|m| Some((m.prices?.1.major(), m.invoice?.major()))).collect();
    Channel {
        per_head,
        lead_conversion: counts(&|m| m.leads, LEADS_RIPEN),
        test_drive: counts(&|m| m.drives, DRIVES_RIPEN),
        absorption: pairs(&|m| m.workshop.map(|(gross, overhead)| (gross.major(), overhead.major()))),
        price_realisation: pairs(&|m| m.prices.map(|(guide, net)| (net.major(), guide.major()))),
        inverted: (!invoiced.is_empty()).then(|| invoiced.iter().map(|p| p.0 - p.1).sum::<f64>() < 0.0),
        retention: counts(&|m| m.visits, 0),
        satisfaction: scores(&months.iter().filter_map(|m| m.answers).collect::<Vec<_>>()),
    }
}

/// Ratio of two sums over months, with the interval of its linear parts; without ends where there is one month alone.
fn ratio(pairs: &[(f64, f64)]) -> Option<Figure> {
    let (above, below) = pairs.iter().fold((0.0, 0.0), |s, p| (s.0 + p.0, s.1 + p.1));
    let n = pairs.len() as f64;
    (below > 0.0).then(|| {
        let value = above / below;
        let squares: f64 = pairs.iter().map(|p| (p.0 - value * p.1).powi(2)).sum();
        let half = student_two_sided(0.95, n - 1.0) * (n / (n - 1.0) * squares).sqrt() / below;
        let half = if n > 1.0 { half } else { f64::INFINITY };
        Figure { value, low: value - half, high: value + half }
    })
}

/// Mean of scores of which each month gives number, mean and standard deviation.
fn scores(months: &[(u32, f64, f64)]) -> Option<Figure> {
    let n: f64 = months.iter().map(|m| f64::from(m.0)).sum();
    (n > 0.0).then(|| {
        let value = months.iter().map(|m| f64::from(m.0) * m.1).sum::<f64>() / n;
        let part = |m: &(u32, f64, f64)| {
            let k = f64::from(m.0);
            (k - 1.0).max(0.0) * m.2 * m.2 + k * (m.1 - value).powi(2)
        };
        let half = if n > 1.0 {
            let squares: f64 = months.iter().map(part).sum();
            student_two_sided(0.95, n - 1.0) * (squares / (n - 1.0) / n).sqrt()
        } else {
            f64::INFINITY
        };
        Figure { value, low: value - half, high: value + half }
    })
}

/// Interval of the mean of a Poisson count.
pub fn poisson(count: f64) -> Figure {
    let middle = count + Z * Z / 2.0;
    let half = Z * (count + Z * Z / 4.0).sqrt();
    Figure { value: count, low: middle - half, high: middle + half }
}

/// Interval of a share of `of` (Wilson).
pub fn share(count: f64, of: f64) -> Option<Figure> {
    wilson(count, of, Z).map(|(low, high)| Figure { value: count / of, low, high })
}

/// Measures a dealer.
pub fn health(r: &Record) -> Health {
    let sales = poisson(r.sold);
    // Few sales make many days: the ends change places.
    let days = (r.days > 0.0 && r.sold > 0.0).then(|| {
        let of = |sold: f64| r.stock * r.days / sold;
        Figure { value: of(sales.value), low: of(sales.high), high: of(sales.low) }
    });
    let coefficient = days.map(|d| d.map(|x| x * 12.0 / 365.0));
    let aged_share = share(r.aged, r.stock);
    let effectiveness = (r.expected > 0.0).then(|| sales.map(|x| x / r.expected));
    let floor_plan = days.map(|d| d.map(|x| if r.stock > 0.0 { x * r.holding / r.stock } else { 0.0 }));
    let wrong = [
        coefficient.is_some_and(|c| c.low > COEFFICIENT.0),
        aged_share.is_some_and(|a| a.low > AGED),
        effectiveness.is_some_and(|e| e.high < 1.0),
    ];
    let tier = match wrong.iter().filter(|w| **w).count() {
        _ if coefficient.is_some_and(|c| c.low > COEFFICIENT.1) => Tier::Red,
        0 => Tier::Green,
        1 => Tier::Amber,
        _ => Tier::Red,
    };
    Health { turn_days: days, coefficient, aged_share, effectiveness, floor_plan, tier }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::{Id, SiteId};
    use crate::units::Money;
    use jiff::civil::date;

    fn month(month: Date) -> ChannelMonth {
        ChannelMonth {
            site: SiteId::at(0),
            month,
            staff: Some(4.0),
            leads: Some((100, 10)),
            drives: Some((40, 10)),
            workshop: Some((Money::from_major(600.0), Money::from_major(1_000.0))),
            prices: Some((Money::from_major(2_000.0), Money::from_major(1_900.0))),
            invoice: Some(Money::from_major(1_950.0)),
            visits: Some((50, 30)),
            answers: Some((10, 80.0, 5.0)),
        }
    }

    /// Three months worked out by hand; of the last one leads and drives are too young, of the second the leads.
    #[test]
    fn the_channel_table_serves_seven_measures() {
        let mut months = vec![month(date(2026, 3, 1)), month(date(2026, 4, 1)), month(date(2026, 5, 1))];
        months[1].workshop = Some((Money::from_major(800.0), Money::from_major(1_000.0)));
        months[1].answers = Some((30, 84.0, 7.0));
        months[1].drives = Some((60, 20));
        months[2].prices = None;
        let r = Record { sold: 91.0, days: 91.3125, ..Record::default() };
        let c = channel(&r, &months, date(2026, 6, 15));
        // March alone is 60 days old: 10 of 100 as the textbook's interval; drives of March and April: 30 of 100.
        assert_eq!(c.lead_conversion, share(10.0, 100.0));
        assert_eq!(c.test_drive, share(30.0, 100.0));
        assert_eq!(c.retention, share(90.0, 150.0));
        let head = c.per_head.expect("staff");
        assert!((head.value - 91.0 / 3.0 / 4.0).abs() < 1e-12 && head.low < head.value && head.high > head.value);
        // 600, 800, 600 of 1,000 each: parts 600 − 666.67 …; s² = 13,333.3, t(2) = 4.302653.
        let a = c.absorption.expect("workshop");
        let half = 4.302_653 * (13_333.333_f64 / 3.0).sqrt() / 1_000.0;
        assert!((a.value - 2.0 / 3.0).abs() < 1e-12 && (a.high - a.value - half).abs() < 1e-5, "{a:?} {half}");
        let p = c.price_realisation.expect("prices");
        assert!((p.value - 0.95).abs() < 1e-12 && (p.high - p.low).abs() < 1e-9 && c.inverted == Some(true));
        // 10 scores of mean 80, 30 of 84, 10 of 80: mean 82.4; squares 9·25 + 29·49 + 9·25 and between 20·5.76 + 30·2.56.
        let s = c.satisfaction.expect("answers");
        let sd = ((9.0 * 25.0 + 29.0 * 49.0 + 9.0 * 25.0 + 20.0 * 5.76 + 30.0 * 2.56) / 49.0_f64).sqrt();
        assert!(
            (s.value - 82.4).abs() < 1e-12 && (s.high - s.value - 2.009_575 * sd / 50.0_f64.sqrt()).abs() < 1e-4,
            "{s:?}"
        );
        assert_eq!(channel(&r, &[], date(2026, 6, 15)), Channel::default());
        assert!(ratio(&[(1.0, 2.0)]).is_some_and(|f| f.high.is_infinite()));
    }

    /// The Wilson interval of 10 out of 100, and the score interval of a count of 10, as textbooks print them.
    #[test]
    fn intervals_are_the_published_ones() {
        let s = share(10.0, 100.0).expect("a share");
        assert!((s.low - 0.0552).abs() < 5e-5 && (s.high - 0.1744).abs() < 5e-5, "{s:?}");
        let p = poisson(10.0);
        assert!((p.low - 5.432).abs() < 1e-3 && (p.high - 18.409).abs() < 1e-3, "{p:?}");
        assert!(poisson(0.0).low.abs() < 1e-12 && share(0.0, 0.0).is_none());
    }

    /// Each end of the Poisson interval is the mean from which the count lies just 1.96 standard deviations away.
    #[test]
    fn the_score_test_is_inverted() {
        for count in [1.0, 4.0, 30.0, 200.0] {
            let p = poisson(count);
            for end in [p.low, p.high] {
                assert!(((count - end).abs() / end.sqrt() - Z).abs() < 1e-9);
            }
        }
    }

    #[test]
    fn measures_follow_their_definitions() {
        let r = Record { sold: 91.0, days: 91.0, stock: 60.0, aged: 6.0, holding: 1200.0, expected: 100.0 };
        let h = health(&r);
        assert_eq!(h.turn_days.map(|f| f.value), Some(60.0));
        assert_eq!(h.floor_plan.map(|f| f.value), Some(1200.0));
        assert!((h.coefficient.expect("sold").value - 60.0 * 12.0 / 365.0).abs() < 1e-12);
        assert_eq!(h.effectiveness.map(|f| f.value), Some(0.91));
        // 1.97 months, surely above 1.5; ten in a hundred may be less; 91 of 100 may be chance.
        assert_eq!(h.tier, Tier::Amber);
        assert_eq!(health(&Record { stock: 120.0, ..r }).tier, Tier::Red);
        assert_eq!(health(&Record { stock: 20.0, aged: 0.0, ..r }).tier, Tier::Green);
        let idle = health(&Record { sold: 0.0, ..r });
        assert!(idle.turn_days.is_none() && idle.effectiveness.is_some_and(|e| e.high < 0.05));
    }
}
