//! The health of a dealer's channel, from what was sold and what stands on its ground.
//!
//! Five of the twelve measures of the trade come from sales, stock and the market model, the other seven from the months of the
//! scenario's channel table ([`channel`]). How a dealer stands ([`tier`]) follows from all of them, with a memory. Intervals are at 95 %: of counts of sales as Poisson counts, of shares as binomial ones,
//! both by inverting the score test; of ratios of sums over months by their linear parts (Cochran 1977, 6.4), of means by Student's.

pub mod channel;
pub mod tier;

use crate::stats::interval::wilson;

/// Two-sided 95 % quantile of the normal distribution.
const Z: f64 = 1.959_963_985;

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
    Health { turn_days: days, coefficient, aged_share, effectiveness, floor_plan }
}

#[cfg(test)]
mod tests {
    use super::*;

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
        let idle = health(&Record { sold: 0.0, ..r });
        assert!(idle.turn_days.is_none() && idle.effectiveness.is_some_and(|e| e.high < 0.05));
    }
}
