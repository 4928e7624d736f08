//! Prices of the limits that cells share, and what a cell's schedule uses of each limit.

use super::problem::Problem;
use super::schedule::{Price, Tariff};
use super::view::View;

/// A limit that several cells share.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Limit {
    /// Build slots: supply position, week. Money per car.
    Slot(usize, usize),
    /// Fill goal of a model. Money per lost car.
    Fill(usize),
    /// Storage: dealer, week. Money per car in stock.
    Storage(usize, usize),
    /// Credit: dealer, week. Money per unit of money in stock.
    Credit(usize, usize),
    /// Fleet: carrier, week. Money per carrier slot.
    Fleet(usize, usize),
}

/// One price for each limit; tables are as long as what they price, weeks without a limit have the price 0.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Prices {
    pub(super) slots: Vec<Vec<f64>>,
    pub(super) lost: Vec<f64>,
    pub(super) storage: Vec<Vec<f64>>,
    pub(super) credit: Vec<Vec<f64>>,
    pub(super) fleet: Vec<Vec<f64>>,
}

impl Prices {
    /// Everything free.
    pub(super) fn free(problem: &Problem) -> Self {
        let data = problem.data();
        let table = |rows: usize| vec![vec![0.0; data.weeks]; rows];
        Self {
            slots: table(data.supply.len()),
            lost: vec![0.0; data.models.len()],
            storage: table(data.dealers.len()),
            credit: table(data.dealers.len()),
            fleet: table(data.carriers.len()),
        }
    }

    pub(super) fn of(&self, limit: Limit) -> f64 {
        match limit {
            Limit::Slot(s, w) => self.slots[s][w],
            Limit::Fill(m) => self.lost[m],
            Limit::Storage(d, t) => self.storage[d][t],
            Limit::Credit(d, t) => self.credit[d][t],
            Limit::Fleet(k, w) => self.fleet[k][w],
        }
    }

    pub(super) fn set(&mut self, limit: Limit, price: f64) {
        *match limit {
            Limit::Slot(s, w) => &mut self.slots[s][w],
            Limit::Fill(m) => &mut self.lost[m],
            Limit::Storage(d, t) => &mut self.storage[d][t],
            Limit::Credit(d, t) => &mut self.credit[d][t],
            Limit::Fleet(k, w) => &mut self.fleet[k][w],
        } = price;
    }
}

/// A schedule with the offer used in each week of arrival.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Routed {
    pub(super) packs: Vec<u16>,
    pub(super) offers: Vec<u8>,
}

impl Routed {
    /// No order at all.
    pub(super) fn none(weeks: usize) -> Self {
        Self { packs: vec![0; weeks], offers: vec![0; weeks] }
    }
}

/// Money a car in stock costs at the end of each week beyond its holding; empty when nothing is priced there.
fn stock_price(problem: &Problem, cell: usize, prices: &Prices) -> Vec<f64> {
    let (dealer, price) = (problem.data().cells[cell].dealer, problem.model_of(cell).price);
    let (storage, credit) = (&prices.storage[dealer], &prices.credit[dealer]);
    if storage.iter().chain(credit).all(|&p| p == 0.0) {
        return Vec::new();
    }
    storage.iter().zip(credit).map(|(s, c)| s + price * c).collect()
}

/// The prices a cell sees, and the offer behind each week.
pub(super) fn tariff(problem: &Problem, cell: usize, view: &View, prices: &Prices) -> (Tariff, Vec<u8>) {
    let slots = problem.model_of(cell).slots;
    let mut chosen = vec![0; view.weeks()];
    let mut orders = Vec::with_capacity(view.weeks());
    for (week, offers) in view.offers.iter().enumerate() {
        let mut price = Price::Closed;
        let mut lowest = f64::INFINITY;
        for (o, offer) in offers.iter().enumerate() {
            let fleet = problem.carrier_of_lane(offer.lane).map_or(0.0, |k| prices.fleet[k][offer.week] * slots);
            let money = offer.cost + prices.slots[offer.supply][offer.week] + fleet;
            if money < lowest {
                (lowest, chosen[week], price) = (money, o as u8, Price::Linear(money));
            }
        }
        orders.push(price);
    }
    let lost = prices.lost[problem.data().cells[cell].model];
    (Tariff { orders, stock: stock_price(problem, cell, prices), most: Vec::new(), lost }, chosen)
}

/// Calls `f` with every limit a schedule uses and how much of it: cars, cars lost, cars in stock, money in stock,
/// carrier slots.
pub(super) fn each_use(problem: &Problem, cell: usize, view: &View, route: &Routed, f: &mut impl FnMut(Limit, f64)) {
    let (c, model) = (&problem.data().cells[cell], problem.model_of(cell));
    for (t, &packs) in route.packs.iter().enumerate().filter(|p| *p.1 > 0) {
        let offer = &view.offers[t][route.offers[t] as usize];
        let cars = f64::from(packs) * view.pack;
        f(Limit::Slot(offer.supply, offer.week), cars);
        if let Some(k) = problem.carrier_of_lane(offer.lane) {
            f(Limit::Fleet(k, offer.week), cars * model.slots);
        }
    }
    if model.fill_goal.is_some() {
        f(Limit::Fill(c.model), lost_cars(view, &route.packs));
    }
    let dealer = &problem.data().dealers[c.dealer];
    if dealer.storage.is_some() || dealer.credit.is_some() {
        for (t, stock) in stock_path(view, &route.packs).into_iter().enumerate().filter(|s| s.1 > 0.0) {
            f(Limit::Storage(c.dealer, t), stock);
            f(Limit::Credit(c.dealer, t), stock * model.price);
        }
    }
}

/// Stock at the end of each week under a schedule.
pub(super) fn stock_path(view: &View, packs: &[u16]) -> Vec<f64> {
    let mut stock = view.initial;
    let step = |t: usize| {
        stock += view.standing[t] + f64::from(packs[t]) * view.pack;
        stock = (stock - (view.demand_before[t + 1] - view.demand_before[t])).max(0.0);
        stock
    };
    (0..view.weeks()).map(step).collect()
}

/// Cars lost under a schedule.
pub(super) fn lost_cars(view: &View, packs: &[u16]) -> f64 {
    let (mut stock, mut lost) = (view.initial, 0.0);
    for t in 0..view.weeks() {
        stock +=
            view.standing[t] + f64::from(packs[t]) * view.pack - (view.demand_before[t + 1] - view.demand_before[t]);
        lost -= stock.min(0.0);
        stock = stock.max(0.0);
    }
    lost
}
