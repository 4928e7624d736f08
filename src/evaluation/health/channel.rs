//! The seven measures that the months of the channel table serve.

use super::{Figure, Record, poisson, share};
use crate::scenario::ChannelMonth;
use crate::stats::special::student_two_sided;
use crate::units::Money;
use jiff::civil::Date;
use std::collections::BTreeMap;

/// Days after the end of a month until its leads count: the younger ones may still buy.
pub const LEADS_RIPEN: i32 = 60;
/// The same of test drives.
pub const DRIVES_RIPEN: i32 = 30;
/// Mean days of a month.
const MONTH: f64 = 365.25 / 12.0;

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

/// The months of several dealers as if they were one: counts and money added up, scores put together.
pub fn together(months: &[ChannelMonth]) -> Vec<ChannelMonth> {
    let mut by_month: BTreeMap<Date, ChannelMonth> = BTreeMap::new();
    for m in months {
        by_month.entry(m.month).and_modify(|sum| *sum = added(sum, m)).or_insert(*m);
    }
    by_month.into_values().collect()
}

fn added(a: &ChannelMonth, b: &ChannelMonth) -> ChannelMonth {
    fn both<T>(a: Option<T>, b: Option<T>, add: impl Fn(T, T) -> T) -> Option<T>
    where
        T: Copy,
    {
        match (a, b) {
            (Some(a), Some(b)) => Some(add(a, b)),
            (a, b) => a.or(b),
        }
    }
    let counts = |a: (u32, u32), b: (u32, u32)| (a.0.saturating_add(b.0), a.1.saturating_add(b.1));
    let money = |a: (Money, Money), b: (Money, Money)| (a.0 + b.0, a.1 + b.1);
    let scores = |a: (u32, f64, f64), b: (u32, f64, f64)| {
        let (n, m) = (f64::from(a.0), f64::from(b.0));
        let all = n + m;
        if all == 0.0 {
            return a;
        }
        let mean = (n * a.1 + m * b.1) / all;
        let part = |k: f64, x: (u32, f64, f64)| (k - 1.0).max(0.0) * x.2 * x.2 + k * (x.1 - mean).powi(2);
        (a.0.saturating_add(b.0), mean, ((part(n, a) + part(m, b)) / (all - 1.0).max(1.0)).sqrt())
    };
    // Net prices and what was paid for the cars belong together: a month that lacks one of them counts in neither.
    let priced = |m: &ChannelMonth| m.invoice.filter(|_| m.prices.is_some());
    ChannelMonth {
        site: a.site.min(b.site),
        month: a.month,
        staff: both(a.staff, b.staff, |a, b| a + b),
        leads: both(a.leads, b.leads, counts),
        drives: both(a.drives, b.drives, counts),
        workshop: both(a.workshop, b.workshop, money),
        prices: both(a.prices, b.prices, money),
        invoice: both(priced(a), priced(b), |a, b| a + b),
        visits: both(a.visits, b.visits, counts),
        answers: both(a.answers, b.answers, scores),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::{Id, SiteId};
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

    /// Two dealers' months put together give the shares of both counted together, and the scores of all answers.
    #[test]
    fn several_dealers_are_measured_as_one() {
        let mut other = month(date(2026, 3, 1));
        other.leads = Some((300, 60));
        other.answers = Some((30, 84.0, 7.0));
        other.staff = None;
        let both = together(&[month(date(2026, 3, 1)), other, month(date(2026, 4, 1))]);
        assert_eq!(both.len(), 2);
        assert_eq!((both[0].leads, both[0].staff), (Some((400, 70)), Some(4.0)));
        let r = Record { sold: 91.0, days: 91.3125, ..Record::default() };
        let c = channel(&r, &both[..1], date(2026, 6, 15));
        assert_eq!(c.lead_conversion, share(70.0, 400.0));
        // 10 scores of mean 80 (sd 5) and 30 of 84 (7): mean 83, squares 9·25 + 29·49 + 10·9 + 30·1.
        let (n, mean, sd) = both[0].answers.expect("answers");
        let right = ((9.0 * 25.0 + 29.0 * 49.0 + 90.0 + 30.0) / 39.0_f64).sqrt();
        assert!(n == 40 && (mean - 83.0).abs() < 1e-12 && (sd - right).abs() < 1e-12, "{mean} {sd} {right}");
        assert_eq!(c.satisfaction, scores(&[(10, 80.0, 5.0), (30, 84.0, 7.0)]));
    }
}
