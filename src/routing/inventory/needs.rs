//! What a customer needs by when, and the cheapest days to bring it.

use super::problem::Problem;

/// Where a tour of a day would take a customer in: room left, added cost, tour, position.
#[derive(Clone, Copy, Debug)]
pub(super) struct Offer {
    pub room: i64,
    pub cost: i64,
    pub tour: usize,
    pub at: usize,
}

/// A visit: day, units, tour, position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Visit {
    pub day: usize,
    pub units: i64,
    pub tour: usize,
    pub at: usize,
}

/// One customer's needs.
pub(super) struct Needs {
    /// Units used on a day that must have been brought by then, summed over the days before: one entry more than days.
    sums: Vec<i64>,
    stock: i64,
    demand: i64,
    most: i64,
    capacity: i64,
    /// By day of the visit and day of use: what holding a unit costs, compared with leaving it at the supplier for ever.
    hold: Vec<Vec<i64>>,
}

impl Needs {
    pub(super) fn new(problem: &Problem, customer: usize) -> Self {
        let data = problem.data();
        let c = &data.customers[customer];
        let due = |s: usize| (c.demand * s as i64 + c.least - c.stock).clamp(0, i64::MAX);
        // Least levels are needed before the first day ends, not before it begins.
        let sums = (0..=data.days).map(|s| if s == 0 { 0 } else { due(s) }).collect();
        let days = data.days as i64;
        let unit = |t: i64, r: i64| c.holding * (r - t).max(0) - data.supplier.holding * (days - t);
        let hold = (0..days).map(|t| (0..days).map(|r| unit(t, r)).collect()).collect();
        Self { sums, stock: c.stock, demand: c.demand, most: c.most, capacity: data.capacity, hold }
    }

    fn holding(&self, day: usize, from: usize, to: usize) -> i64 {
        (from..to).map(|r| (self.sums[r + 1] - self.sums[r]) * self.hold[day][r]).sum()
    }

    /// The cheapest visits at the offers of each day, with their cost of driving and holding; `spare` is what the supplier can
    /// still ship by each day. `None` when nothing fits.
    pub(super) fn cheapest(&self, offers: &[Vec<Offer>], spare: &[i64]) -> Option<(i64, Vec<Visit>)> {
        let days = offers.len();
        // State: needs before day s are covered, the last visit was before day t; value: cost, spent, the visit that led here.
        let mut best: Vec<Vec<Option<(i64, i64)>>> = vec![vec![None; days + 1]; days + 1];
        let mut way: Vec<Vec<Option<(usize, usize, Visit)>>> = vec![vec![None; days + 1]; days + 1];
        best[0][0] = Some((0, 0));
        for s in 0..days {
            for t in 0..=days {
                let Some((cost, shipped)) = best[s][t] else { continue };
                if self.sums[s + 1] == self.sums[s] {
                    better(&mut best, &mut way, (s + 1, t), (cost, shipped), None, (s, t));
                }
                for day in t..=s {
                    let level = self.stock + self.sums[s] - self.demand * day as i64;
                    for to in s + 1..=days {
                        let units = self.sums[to] - self.sums[s];
                        if units == 0 {
                            continue;
                        }
                        if level + units > self.most || units > self.capacity || spare[day] < shipped + units {
                            break;
                        }
                        let fits = offers[day].iter().filter(|o| o.room >= units);
                        let Some(offer) = fits.min_by_key(|o| o.cost) else { break };
                        let whole = cost + offer.cost + self.holding(day, s, to);
                        let visit = Visit { day, units, tour: offer.tour, at: offer.at };
                        better(&mut best, &mut way, (to, day + 1), (whole, shipped + units), Some(visit), (s, t));
                    }
                }
            }
        }
        let end = (0..=days).filter_map(|t| best[days][t].map(|b| (b.0, t))).min()?;
        let (mut at, mut visits) = ((days, end.1), Vec::new());
        while let Some((s, t, visit)) = way[at.0][at.1] {
            if visit.units > 0 {
                visits.push(visit);
            }
            at = (s, t);
        }
        visits.reverse();
        Some((end.0, visits))
    }
}

type Table<T> = Vec<Vec<Option<T>>>;

fn better(
    best: &mut Table<(i64, i64)>,
    way: &mut Table<(usize, usize, Visit)>,
    to: (usize, usize),
    value: (i64, i64),
    visit: Option<Visit>,
    from: (usize, usize),
) {
    if best[to.0][to.1].is_none_or(|b| value.0 < b.0) {
        best[to.0][to.1] = Some(value);
        let nothing = Visit { day: 0, units: 0, tour: 0, at: 0 };
        way[to.0][to.1] = Some((from.0, from.1, visit.unwrap_or(nothing)));
    }
}
