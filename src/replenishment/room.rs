//! What is left for one cell: every hard limit and the true money of whole carrier runs, seen with the cell taken out.

use super::prices::{Prices, Routed, lost_cars, stock_path};
use super::problem::Mode;
use super::schedule::{Price, Scratch, Tariff, best, price_of, widest};
use super::view::Offer;
use super::whole::{EPS, Whole, run_cost};

/// A plan as one of its cells sees it that gives back all it uses.
pub(super) struct Room<'b, 'a> {
    whole: &'b Whole<'a>,
    cell: usize,
    /// What the cell gives back: supply, week, cars, carrier, carrier slots.
    own: Vec<(usize, usize, i64, Option<usize>, f64)>,
    /// Most cars in stock at the end of each week; empty for no limit.
    most: Vec<f64>,
    /// Cars the model's other cells lose.
    lost: f64,
    /// A carrier and week whose slots have a price instead of their true cost.
    priced: Option<(usize, usize, f64)>,
}

impl<'b, 'a> Room<'b, 'a> {
    /// The room of a cell that stands in the books with its schedule, or (`booked` false) has been taken out of them.
    pub(super) fn new(whole: &'b Whole<'a>, cell: usize, booked: bool) -> Self {
        let view = &whole.views[cell];
        let route = &whole.routes[cell];
        let mut own = Vec::new();
        let model = whole.problem.data().cells[cell].model;
        let mut lost = whole.lost[model];
        if booked {
            for (t, &packs) in route.packs.iter().enumerate().filter(|p| *p.1 > 0) {
                let offer = &view.offers[t][route.offers[t] as usize];
                let cars = f64::from(packs) * view.pack;
                let carrier = whole.problem.carrier_of_lane(offer.lane);
                let load = cars * whole.problem.model_of(cell).slots;
                own.push((offer.supply, offer.week, cars as i64, carrier, load));
            }
            lost -= lost_cars(view, &route.packs);
        }
        let mut room = Self { whole, cell, own, most: Vec::new(), lost, priced: None };
        room.most = room.most(booked);
        room
    }

    /// The same room with the slots of one carrier and week at a price each.
    pub(super) fn with_price(self, carrier: usize, week: usize, price: f64) -> Self {
        Self { priced: Some((carrier, week, price)), ..self }
    }

    fn most(&self, booked: bool) -> Vec<f64> {
        let (whole, view) = (self.whole, &self.whole.views[self.cell]);
        let dealer = whole.problem.data().cells[self.cell].dealer;
        let price = whole.problem.model_of(self.cell).price;
        let (places, credit) = (&whole.places[dealer], &whole.credit[dealer]);
        if places.is_empty() && credit.is_empty() {
            return Vec::new();
        }
        let mine = if booked { stock_path(view, &whole.routes[self.cell].packs) } else { vec![0.0; view.weeks()] };
        let limit = |t: usize| {
            let money = credit.get(t).filter(|_| price > 0.0).map_or(f64::INFINITY, |&m| m / price);
            (places.get(t).copied().unwrap_or(f64::INFINITY).min(money) + mine[t]).max(0.0)
        };
        (0..view.weeks()).map(limit).collect()
    }

    fn left(&self, supply: usize, week: usize) -> i64 {
        let back = self.own.iter().filter(|o| o.0 == supply && o.1 == week).map(|o| o.2).sum::<i64>();
        self.whole.left[supply][week] + back
    }

    fn load(&self, carrier: usize, week: usize) -> f64 {
        let back = self.own.iter().filter(|o| o.3 == Some(carrier) && o.1 == week).map(|o| o.4).sum::<f64>();
        self.whole.load[carrier][week] - back
    }

    /// What so many packs of an offer cost beyond what runs anyway; `None` without room for them.
    fn money(&self, offer: &Offer, packs: usize) -> Option<f64> {
        let (problem, view) = (self.whole.problem, &self.whole.views[self.cell]);
        let cars = packs as f64 * view.pack;
        if self.left(offer.supply, offer.week) < cars as i64 {
            return None;
        }
        let mut money = problem.data().lanes[offer.lane].cost * cars;
        if let Some(k) = problem.carrier_of_lane(offer.lane) {
            let (load, more) = (self.load(k, offer.week), cars * problem.model_of(self.cell).slots);
            let (runs, _, cost) = run_cost(problem, k, load + more);
            if runs > self.whole.fleet[k][offer.week] {
                return None;
            }
            money += match self.priced {
                Some((carrier, week, price)) if carrier == k && week == offer.week => price * more,
                _ => cost - run_cost(problem, k, load).2,
            };
        }
        if let Mode::Push { unallocated } = problem.data().mode {
            money -= unallocated * cars;
        }
        Some(money)
    }

    /// The cheapest offer with room for so many packs, and its cost; scarce slots at given prices.
    fn cheapest(&self, offers: &[Offer], packs: usize, prices: Option<&Prices>) -> Option<(usize, f64)> {
        let cars = packs as f64 * self.whole.views[self.cell].pack;
        let mut found: Option<(usize, f64)> = None;
        for (o, offer) in offers.iter().enumerate() {
            let Some(money) = self.money(offer, packs) else { continue };
            let money = money + cars * prices.map_or(0.0, |p| p.slots[offer.supply][offer.week]);
            if found.is_none_or(|f| money < f.1) {
                found = Some((o, money));
            }
        }
        found
    }

    /// True costs and limits; scarce slots and lost cars at given prices.
    fn tariff(&self, prices: Option<&Prices>, lost: f64) -> Tariff {
        let view = &self.whole.views[self.cell];
        let longest = widest(view);
        let table = |offers: &Vec<Offer>| {
            if offers.is_empty() {
                return Price::Closed;
            }
            let mut costs = vec![0.0];
            for packs in 1..=longest {
                match self.cheapest(offers, packs, prices) {
                    Some(found) => costs.push(found.1),
                    None => break,
                }
            }
            if costs.len() == 1 { Price::Closed } else { Price::Table(costs) }
        };
        Tariff { orders: view.offers.iter().map(table).collect(), stock: Vec::new(), most: self.most.clone(), lost }
    }

    /// The cell's best schedule within what is left.
    pub(super) fn schedule(&self, prices: Option<&Prices>, lost: f64, scratch: &mut Scratch) -> Routed {
        let view = &self.whole.views[self.cell];
        let packs = best(view, &self.tariff(prices, lost), scratch).packs;
        let offers = packs.iter().enumerate().map(|(t, &p)| match p {
            0 => 0,
            _ => self.cheapest(&view.offers[t], p as usize, prices).map_or(0, |f| f.0 as u8),
        });
        Routed { offers: offers.collect(), packs }
    }

    /// True cost of a schedule, fill goal included; infinite when it breaks a limit.
    pub(super) fn cost(&self, route: &Routed) -> f64 {
        let view = &self.whole.views[self.cell];
        let mut money = 0.0;
        for (t, &packs) in route.packs.iter().enumerate().filter(|p| *p.1 > 0) {
            match self.money(&view.offers[t][route.offers[t] as usize], packs as usize) {
                Some(more) => money += more,
                None => return f64::INFINITY,
            }
        }
        let orders = route.packs.iter().map(|&p| if p > 0 { Price::Linear(0.0) } else { Price::Closed }).collect();
        let tariff = Tariff { orders, stock: Vec::new(), most: self.most.clone(), lost: 0.0 };
        let model = self.whole.problem.data().cells[self.cell].model;
        let fill = self.whole.fill_cost(model, self.lost + lost_cars(view, &route.packs));
        price_of(view, &tariff, &route.packs).map_or(f64::INFINITY, |p| p + money + fill)
    }

    /// Whether a schedule keeps every limit.
    pub(super) fn fits(&self, route: &Routed) -> bool {
        let view = &self.whole.views[self.cell];
        let mut orders = route.packs.iter().enumerate().filter(|p| *p.1 > 0);
        let most = &self.most;
        orders.all(|(t, &p)| self.money(&view.offers[t][route.offers[t] as usize], p as usize).is_some())
            && (most.is_empty() || stock_path(view, &route.packs).iter().zip(most).all(|(s, m)| *s <= m + EPS))
    }
}
