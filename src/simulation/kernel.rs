//! The network day by day. Each day: arrivals → planned moves → customers (own stock, else a trade, else another
//! dealer, else wait, substitute or leave) → evening count → review and orders.

mod books;
mod service;

use super::customers::{Customer, Demand, Turn};
use super::ground::Ground;
use super::outcome::{Measure, Tally};
use super::policy::Order;
use super::review::{Coming, Review};
use super::tables::Tables;
use super::{Error, Options};
use crate::stats::stream::{Purpose, Root};
use std::collections::VecDeque;

/// Weeks within which a dealer makes up for sales it could have made before.
const BANK: i64 = 4;
/// Customers whose memory is fetched together.
const BATCH: usize = 32;

/// A customer who waits, as ordinal of those who ever waited at the cell.
struct Waiter {
    dealer: u32,
    model: u32,
    ordinal: u32,
    deadline: u32,
}

/// Figures of one week.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct WeekFigures {
    pub customers: u64,
    pub sales: u64,
    pub lost: u64,
    pub stock: u64,
}

/// The state of one replication; used again for the next.
pub(super) struct Kernel<'a> {
    pub t: &'a Tables<'a>,
    pub ground: Ground,
    pub demand: Demand,
    pub review: Review,
    today: Vec<Customer>,
    /// Orders under way by day of arrival, modulo the ring's length.
    ring: Vec<Vec<Order>>,
    next_arrival: usize,
    next_move: usize,
    waiters: VecDeque<Waiter>,
    /// Cars that each dealer may still give away this week.
    allowance: Vec<i64>,
    /// Cars that each dealer can still sell this week.
    selling: Vec<i64>,
    replication: u32,
    lead_root: Root,
    pub day: u32,
    pub dealers: Vec<Tally>,
    pub models: Vec<Tally>,
    /// What no dealer has to do with, by region of the zone.
    pub unserved: Vec<Tally>,
    pub weeks: Vec<WeekFigures>,
    /// The balance when the week began.
    monday: Balance,
    pub events: u64,
    balance: Balance,
}

/// Both sides of the two balances that hold every evening.
#[derive(Clone, Copy, Debug, Default)]
struct Balance {
    initial: i64,
    received: i64,
    sold: i64,
    customers: i64,
    lost: i64,
    waiting: i64,
}

impl<'a> Kernel<'a> {
    pub fn new(t: &'a Tables<'a>) -> Self {
        Self {
            t,
            ground: Ground::new(t.dealers, t.models),
            demand: Demand::new(t),
            review: Review::new(t),
            today: Vec::new(),
            ring: vec![Vec::new(); t.ring],
            next_arrival: 0,
            next_move: 0,
            waiters: VecDeque::new(),
            allowance: vec![0; t.dealers],
            selling: vec![i64::MAX; t.dealers],
            replication: 0,
            lead_root: Root::new(0, Purpose::LeadTime, 0),
            day: 0,
            dealers: vec![Tally::default(); t.dealers],
            models: vec![Tally::default(); t.models],
            unserved: vec![Tally::default(); t.parts.regions],
            weeks: Vec::with_capacity(t.weeks),
            monday: Balance::default(),
            events: 0,
            balance: Balance::default(),
        }
    }

    /// Runs one replication; the stop flag is asked once a week and ends it with `None`.
    pub fn run(&mut self, options: &Options, replication: u32) -> Result<Option<()>, Error> {
        self.start(options, replication);
        for day in 0..self.t.parts.days {
            self.day = day;
            if day % 7 == 0 {
                if options.stop.raised() {
                    return Ok(None);
                }
                self.monday();
            }
            self.arrivals();
            self.expiries();
            self.moves();
            self.customers();
            self.evening()?;
            if day % self.t.parts.review_days == 0 {
                self.order();
            }
        }
        self.finish()?;
        Ok(Some(()))
    }

    fn start(&mut self, options: &Options, replication: u32) {
        let t = self.t;
        self.replication = replication;
        self.lead_root = Root::new(options.seed, Purpose::LeadTime, replication);
        self.demand.start(options.seed, replication, options.market);
        self.ground.clear(&t.reserve);
        self.review.clear();
        self.ring.iter_mut().for_each(Vec::clear);
        self.waiters.clear();
        self.dealers.fill(Tally::default());
        self.models.fill(Tally::default());
        self.unserved.fill(Tally::default());
        self.weeks.clear();
        (self.day, self.next_arrival, self.next_move, self.events) = (0, 0, 0, 0);
        for lot in &t.lots {
            let cell = t.cell(lot.dealer, lot.model);
            if lot.cars > 0 {
                self.ground.put(cell, -i32::from(lot.age_days), 0, lot.cars);
            }
            self.ground.position[cell] += lot.cars as i32;
            self.ground.load[lot.dealer as usize] += i64::from(lot.cars);
        }
        for a in &t.arrivals {
            self.ground.position[t.cell(a.dealer, a.model)] += a.cars as i32;
            self.ground.load[a.dealer as usize] += i64::from(a.cars);
        }
        self.balance = Balance { initial: self.ground.total, ..Balance::default() };
        self.monday = self.balance;
    }

    /// Allowances of the week: cars to give away, cars to sell, and the supply.
    fn monday(&mut self) {
        let limit = &self.t.parts.sales_limit;
        if !limit.is_empty() {
            let week = self.day as usize / 7;
            for (dealer, left) in self.selling.iter_mut().enumerate() {
                let fresh = i64::from(limit[dealer * self.t.weeks + week]);
                *left = if week == 0 { fresh } else { (*left).min(BANK * fresh) + fresh };
            }
        }
        self.review.new_week(self.t, self.day as usize / 7);
        let share = self.t.parts.trade.weekly_share;
        for (dealer, allowance) in self.allowance.iter_mut().enumerate() {
            let most = |cars: i64| (share * cars as f64).ceil() as i64;
            *allowance = if share < 1.0 { most(self.ground.at_dealer(dealer)) } else { i64::MAX };
        }
    }

    fn arrivals(&mut self) {
        let t = self.t;
        while let Some(a) = t.arrivals.get(self.next_arrival).filter(|a| a.day == self.day) {
            self.next_arrival += 1;
            self.receive(Order { dealer: a.dealer, model: a.model, cars: a.cars });
        }
        let slot = self.day as usize % t.ring;
        let mut due = std::mem::take(&mut self.ring[slot]);
        for batch in due.chunks(BATCH) {
            let mut cells = [u32::MAX; BATCH];
            for (cell, order) in cells.iter_mut().zip(batch) {
                *cell = t.cell(order.dealer, order.model) as u32;
            }
            std::hint::black_box(self.ground.warm(&cells));
            for &order in batch {
                self.receive(order);
            }
        }
        due.clear();
        self.ring[slot] = due;
    }

    /// Cars come from a plant.
    fn receive(&mut self, Order { dealer, model, cars }: Order) {
        self.note(dealer, model, Measure::Received, i64::from(cars));
        self.balance.received += i64::from(cars);
        self.events += 1;
        self.unload(dealer, model, self.day as i32, cars);
    }

    /// Cars come to a dealer: those who wait for one buy, the other cars stand on the ground.
    fn unload(&mut self, dealer: u32, model: u32, birth: i32, cars: u32) {
        let cell = self.t.cell(dealer, model);
        let c = &mut self.ground.cells[cell];
        let served = c.waiting().min(cars);
        if served > 0 {
            c.left += served;
            self.balance.waiting -= i64::from(served);
            self.ground.load[dealer as usize] -= i64::from(served);
            self.note(dealer, model, Measure::Waited, i64::from(served));
            for _ in 0..served {
                self.sold(cell, dealer, model, self.day as i32 - birth);
            }
        }
        if cars > served {
            self.ground.put(cell, birth, self.day as i32, cars - served);
        }
    }

    /// Those whose patience ends this morning leave. Everybody waits equally long, so the queue is in order of
    /// deadline and each cell's part of it in order of ordinal.
    fn expiries(&mut self) {
        while self.waiters.front().is_some_and(|w| w.deadline <= self.day) {
            let Some(w) = self.waiters.pop_front() else { return };
            let at = self.t.cell(w.dealer, w.model);
            let cell = &mut self.ground.cells[at];
            if cell.left <= w.ordinal {
                cell.left += 1;
                self.ground.position[at] += 1;
                self.balance.waiting -= 1;
                self.lose(w.dealer, w.model);
            }
        }
    }

    fn moves(&mut self) {
        let t = self.t;
        while let Some(m) = t.moves.get(self.next_move).filter(|m| m.day == self.day) {
            self.next_move += 1;
            for _ in 0..m.cars {
                let Some(birth) = self.take(m.from, m.model) else { break };
                self.note(m.from, m.model, Measure::TransfersOut, 1);
                self.note(m.to, m.model, Measure::TransfersIn, 1);
                self.note(m.to, m.model, Measure::TransferCost, m.cost.minor());
                self.ground.position[t.cell(m.to, m.model)] += 1;
                self.ground.load[m.to as usize] += 1;
                self.unload(m.to, m.model, birth, 1);
                self.events += 1;
            }
        }
    }

    fn customers(&mut self) {
        let t = self.t;
        let mut today = std::mem::take(&mut self.today);
        self.demand.day(t, self.day, &mut today);
        self.events += today.len() as u64;
        for batch in today.chunks(BATCH) {
            let mut turns = [Turn::Nowhere; BATCH];
            let mut cells = [u32::MAX; BATCH];
            for ((turn, cell), c) in turns.iter_mut().zip(&mut cells).zip(batch) {
                *turn = t.choose(c, 0, &[]);
                if let Turn::Dealer(dealer) = *turn {
                    *cell = t.cell(dealer, c.model) as u32;
                }
            }
            std::hint::black_box(self.ground.warm(&cells));
            for (customer, turn) in batch.iter().zip(turns) {
                self.serve(customer, turn);
            }
        }
        self.today = today;
    }

    /// Reviews every cell and sends the orders on their way.
    fn order(&mut self) {
        let t = self.t;
        let coming = Coming { ring: &self.ring, arrivals: &t.arrivals[self.next_arrival..] };
        self.review.decide(t, &self.ground, self.day, &coming);
        let orders = std::mem::take(&mut self.review.orders);
        for &order in orders.iter().filter(|o| o.cars > 0) {
            let cell = t.cell(order.dealer, order.model);
            let row = t.parts.dealers[order.dealer as usize].lead_time as usize;
            let lead = t.leads[row].pick(self.lead_root.entity(cell as u64, self.day));
            self.ring[(self.day + lead) as usize % t.ring].push(order);
            self.ground.position[cell] += order.cars as i32;
            self.ground.load[order.dealer as usize] += i64::from(order.cars);
            self.note(order.dealer, order.model, Measure::Ordered, i64::from(order.cars));
            self.events += 1;
        }
        self.review.orders = orders;
    }
}
