//! Ruin and recreate over whole customers: who is removed loses all visits and gets the cheapest days, units and places anew.

use super::needs::{Needs, Offer, Visit};
use super::plan::Delivery;
use super::problem::Problem;
use super::tours::{Days, driving, length, quantities};
use crate::lp;
use crate::routing::Error;
use crate::routing::control::Meter;
use crate::stats::stream::Stream;

/// Temperatures at first and last, as shares of the mean distance between neighbours.
const HEAT: (f64, f64) = (0.5, 0.01);
/// Longest string and most customers a ruin removes.
const STRING: u64 = 8;
const REMOVED: usize = 12;
/// Chance that an offer is overlooked.
const BLINK: f64 = 0.02;
/// Steps between two looks at whether the best tours deserve their best quantities.
const POLISH: u64 = 2000;

#[derive(Clone)]
struct State {
    days: Days,
    absent: Vec<usize>,
    /// Driving and holding of everybody who is served.
    cost: i64,
}

struct Search<'a> {
    problem: &'a Problem,
    needs: Vec<Needs>,
    near: Vec<Vec<usize>>,
    /// Units the supplier can have shipped by the end of each day.
    supply: Vec<i64>,
    state: State,
}

/// The best tours found until the meter ends, with the costs of driving and holding.
pub(super) fn search(problem: &Problem, meter: &mut Meter, dice: &mut Stream) -> Result<(Days, i64, i64), Error> {
    let failed = |e: lp::Failure| Error::Unserved(e.to_string());
    let mut search = Search::new(problem);
    search.recreate(dice);
    let mean = search.mean_leg();
    let mut least = (usize::MAX, i64::MAX);
    let mut top = search.state.clone();
    let mut best: Option<(Days, i64, i64)> = None;
    let mut fresh = true;
    let mut temperature = mean * HEAT.0;
    let mut before = search.state.clone();
    loop {
        let on = meter.step();
        if (!on || meter.done().is_multiple_of(POLISH)) && std::mem::take(&mut fresh) && top.absent.is_empty() {
            let mut days = top.days.clone();
            if let Some(holding) = quantities(problem, &mut days).map_err(failed)? {
                let cost = driving(problem, &days);
                if best.as_ref().is_none_or(|b| cost + holding < b.1 + b.2) {
                    best = Some((days, cost, holding));
                }
            }
        }
        if !on {
            break;
        }
        if meter.done().is_multiple_of(64) {
            temperature = mean * HEAT.0 * (HEAT.1 / HEAT.0).powf(meter.used());
        }
        before.clone_from(&search.state);
        search.ruin(dice);
        search.recreate(dice);
        let now = (search.state.absent.len(), search.state.cost);
        let allowance = -temperature * dice.unit().ln();
        let worse = now.0 > before.absent.len();
        if worse || (now.0 == before.absent.len() && (now.1 - before.cost) as f64 >= allowance) {
            std::mem::swap(&mut search.state, &mut before);
        } else if now < least {
            least = now;
            top.clone_from(&search.state);
            fresh = true;
        }
    }
    best.ok_or_else(|| Error::Unserved("no choice of deliveries was found that keeps every customer supplied".into()))
}

impl<'a> Search<'a> {
    fn new(problem: &'a Problem) -> Self {
        let data = problem.data();
        let n = data.customers.len();
        let near = |i: usize| {
            let mut list: Vec<usize> = (0..n).collect();
            list.sort_by_key(|&j| (data.matrix.distance(i + 1, j + 1), j != i, j));
            list
        };
        let supply = (0..data.days).map(|t| data.supplier.stock + t as i64 * data.supplier.production).collect();
        let state = State { days: vec![vec![Vec::new(); data.vehicles]; data.days], absent: (0..n).collect(), cost: 0 };
        Self {
            problem,
            needs: (0..n).map(|i| Needs::new(problem, i)).collect(),
            near: (0..n).map(near).collect(),
            supply,
            state,
        }
    }

    fn mean_leg(&self) -> f64 {
        let rate = self.problem.data().rate as f64;
        let leg = |(i, list): (usize, &Vec<usize>)| {
            let next = list.get(1).copied().unwrap_or(i);
            self.problem.data().matrix.distance(i + 1, next + 1).get() as f64
        };
        let sum: f64 = self.near.iter().enumerate().map(leg).sum();
        (rate * sum / self.near.len().max(1) as f64).max(1e-3)
    }

    /// Removes strings of a few tours around a random customer.
    fn ruin(&mut self, dice: &mut Stream) {
        let n = self.near.len();
        let most = 1 + dice.below(REMOVED.min(n) as u64) as usize;
        let seed = dice.below(n as u64) as usize;
        let mut gone = Vec::new();
        for k in 0..n {
            let customer = self.near[seed][k];
            if gone.len() >= most {
                break;
            }
            if gone.contains(&customer) || self.state.absent.contains(&customer) {
                continue;
            }
            let on = |tour: &&Vec<Delivery>| tour.iter().any(|s| s.customer == customer);
            let tours: Vec<&Vec<Delivery>> = self.state.days.iter().flatten().filter(on).collect();
            if tours.is_empty() {
                continue;
            }
            let tour = tours[dice.below(tours.len() as u64) as usize];
            let length = (1 + dice.below(STRING) as usize).min(tour.len()).min(most - gone.len());
            let at = tour.iter().position(|s| s.customer == customer).unwrap_or(0);
            let (low, high) = ((at + 1).saturating_sub(length), at.min(tour.len() - length));
            let start = low + dice.below((high - low + 1) as u64) as usize;
            let string = tour[start..start + length].iter().map(|s| s.customer);
            gone.extend(string.filter(|c| !gone.contains(c)).collect::<Vec<_>>());
        }
        for tour in self.state.days.iter_mut().flatten() {
            tour.retain(|s| !gone.contains(&s.customer));
        }
        self.state.absent.append(&mut gone);
    }

    /// Serves absent customers in a random kind of order.
    fn recreate(&mut self, dice: &mut Stream) {
        let mut list = std::mem::take(&mut self.state.absent);
        let data = self.problem.data();
        let kind = dice.below(4);
        let key = |&i: &usize, dice: &mut Stream| match kind {
            0 => -data.customers[i].demand,
            1 => -data.matrix.distance(0, i + 1).get(),
            _ => dice.bits() as i64,
        };
        list.sort_by_cached_key(|i| key(i, dice));
        for customer in list {
            let shipped = self.shipped();
            let offers = self.offers(customer, dice);
            // By day: what may still leave until then without robbing a later day of what is planned.
            let mut spare: Vec<i64> = self.supply.iter().zip(&shipped).map(|(s, d)| s - d).collect();
            for t in (1..spare.len()).rev() {
                spare[t - 1] = spare[t - 1].min(spare[t]);
            }
            match self.needs[customer].cheapest(&offers, &spare) {
                Some((_, visits)) => self.serve(customer, &visits),
                None => self.state.absent.push(customer),
            }
        }
        self.state.cost = self.cost();
    }

    fn serve(&mut self, customer: usize, visits: &[Visit]) {
        for v in visits {
            self.state.days[v.day][v.tour].insert(v.at, Delivery { customer, units: v.units });
        }
    }

    /// Units shipped by the end of each day.
    fn shipped(&self) -> Vec<i64> {
        let mut sum = 0;
        let day = |tours: &Vec<Vec<Delivery>>| {
            sum += tours.iter().flatten().map(|s| s.units).sum::<i64>();
            sum
        };
        self.state.days.iter().map(day).collect()
    }

    /// The cheapest place on every tour; of the empty tours of a day only one.
    fn offers(&self, customer: usize, dice: &mut Stream) -> Vec<Vec<Offer>> {
        let data = self.problem.data();
        let (out, back) = (data.matrix.row(customer + 1), data.matrix.column(customer + 1));
        let mut days = Vec::with_capacity(data.days);
        for tours in &self.state.days {
            let mut offers = Vec::with_capacity(tours.len());
            let mut empty = false;
            for (tour, stops) in tours.iter().enumerate() {
                if (stops.is_empty() && std::mem::replace(&mut empty, true)) || dice.unit() < BLINK {
                    continue;
                }
                let room = data.capacity - stops.iter().map(|s| s.units).sum::<i64>();
                let (mut before, mut least) = (0, (i64::MAX, 0));
                for at in 0..=stops.len() {
                    let after = stops.get(at).map_or(0, |s| s.customer + 1);
                    let leg = data.matrix.row(before)[after];
                    least = least.min((i64::from(back[before]) + i64::from(out[after]) - i64::from(leg), at));
                    before = after;
                }
                offers.push(Offer { room, cost: least.0 * data.rate, tour, at: least.1 });
            }
            days.push(offers);
        }
        days
    }

    /// Driving, and holding compared with units that never leave the supplier.
    fn cost(&self) -> i64 {
        let data = self.problem.data();
        let held: i64 = (0..self.near.len())
            .map(|i| {
                let customer = &data.customers[i];
                let (mut level, mut sum) = (customer.stock, 0);
                for (t, tours) in self.state.days.iter().enumerate() {
                    let units: i64 = tours.iter().flatten().filter(|s| s.customer == i).map(|s| s.units).sum();
                    level += units - customer.demand;
                    sum += level * customer.holding - units * data.supplier.holding * (data.days - t) as i64;
                }
                sum
            })
            .sum();
        held + self.state.days.iter().flatten().map(|tour| length(self.problem, tour)).sum::<i64>()
    }
}
