//! The network day by day. Each day: arrivals → planned moves → customers (own stock, else a trade, else another
//! dealer, else wait, substitute or leave) → evening count → review and orders.

mod service;

use super::customers::{Customer, Demand, Turn};
use super::ground::{Car, Ground};
use super::outcome::{MEASURES, Measure, Tally};
use super::review::Review;
use super::tables::Tables;
use super::{Error, Options};
use crate::stats::stream::{Purpose, Root};
use std::collections::VecDeque;

/// Customers whose memory is fetched together.
pub(super) const BATCH: usize = 32;

/// A customer who waits, as ordinal of those who ever waited at the cell.
struct Waiter {
    cell: u32,
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
    ring: Vec<Vec<(u32, u32)>>,
    next_arrival: usize,
    next_move: usize,
    waiters: VecDeque<Waiter>,
    /// Cars that each dealer may still give away this week.
    allowance: Vec<i32>,
    replication: u32,
    lead_root: Root,
    pub day: u32,
    pub dealers: Vec<Tally>,
    pub models: Vec<Tally>,
    /// What no dealer has to do with, by region of the zone.
    pub unserved: Vec<Tally>,
    pub weeks: Vec<WeekFigures>,
    week: WeekFigures,
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
            ground: Ground::new(t.cells(), t.dealers),
            demand: Demand::new(t),
            review: Review::new(t),
            today: Vec::new(),
            ring: vec![Vec::new(); t.ring],
            next_arrival: 0,
            next_move: 0,
            waiters: VecDeque::new(),
            allowance: vec![0; t.dealers],
            replication: 0,
            lead_root: Root::new(0, Purpose::LeadTime, 0),
            day: 0,
            dealers: vec![Tally::default(); t.dealers],
            models: vec![Tally::default(); t.models],
            unserved: vec![Tally::default(); t.parts.regions],
            weeks: Vec::with_capacity(t.weeks),
            week: WeekFigures::default(),
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
        self.replication = replication;
        self.lead_root = Root::new(options.seed, Purpose::LeadTime, replication);
        self.demand.start(options.seed, replication, options.market);
        self.ground.clear();
        self.review.clear();
        self.ring.iter_mut().for_each(Vec::clear);
        self.waiters.clear();
        self.dealers.fill(Tally::default());
        self.models.fill(Tally::default());
        self.unserved.fill(Tally::default());
        self.weeks.clear();
        self.week = WeekFigures::default();
        (self.day, self.next_arrival, self.next_move, self.events) = (0, 0, 0, 0);
        let t = self.t;
        for lot in &t.lots {
            let cell = self.cell(lot.model, lot.dealer);
            for _ in 0..lot.cars {
                self.ground.put(cell, lot.dealer as usize, -i32::from(lot.age_days), 0);
            }
            self.ground.cells[cell].position += lot.cars as i32;
        }
        for a in &t.arrivals {
            let cell = self.cell(a.model, a.dealer);
            self.ground.cells[cell].position += a.cars as i32;
        }
        self.balance = Balance { initial: self.ground.total, ..Balance::default() };
    }

    #[inline]
    fn cell(&self, model: u32, dealer: u32) -> usize {
        model as usize * self.t.dealers + dealer as usize
    }

    #[inline]
    fn note(&mut self, dealer: u32, model: u32, measure: Measure, amount: i64) {
        self.dealers[dealer as usize].add(measure, amount);
        self.models[model as usize].add(measure, amount);
    }

    /// Allowances of the week, and the supply of the week.
    fn monday(&mut self) {
        self.review.new_week(self.t, self.day as usize / 7);
        let share = self.t.parts.trade.weekly_share;
        for (allowance, &stock) in self.allowance.iter_mut().zip(&self.ground.by_dealer) {
            *allowance = if share < 1.0 { (share * f64::from(stock)).ceil() as i32 } else { i32::MAX };
        }
    }

    fn arrivals(&mut self) {
        let t = self.t;
        while let Some(a) = t.arrivals.get(self.next_arrival).filter(|a| a.day == self.day) {
            self.next_arrival += 1;
            self.receive(self.cell(a.model, a.dealer), a.cars);
        }
        let slot = self.day as usize % t.ring;
        let mut due = std::mem::take(&mut self.ring[slot]);
        for &(cell, cars) in &due {
            self.receive(cell as usize, cars);
        }
        due.clear();
        self.ring[slot] = due;
    }

    /// Cars come from a plant.
    fn receive(&mut self, cell: usize, cars: u32) {
        let (model, dealer) = ((cell / self.t.dealers) as u32, (cell % self.t.dealers) as u32);
        self.note(dealer, model, Measure::Received, i64::from(cars));
        self.balance.received += i64::from(cars);
        self.events += 1;
        for _ in 0..cars {
            self.unload(cell, dealer, model, self.day as i32);
        }
    }

    /// A car comes to a dealer: the first who waits for it buys it, or it stands on the ground.
    fn unload(&mut self, cell: usize, dealer: u32, model: u32, birth: i32) {
        if self.ground.cells[cell].stock == 0 && self.ground.waits[cell].now() > 0 {
            self.ground.waits[cell].left += 1;
            self.balance.waiting -= 1;
            self.note(dealer, model, Measure::Waited, 1);
            self.sold(dealer, model, self.day as i32 - birth);
        } else {
            self.ground.put(cell, dealer as usize, birth, self.day as i32);
        }
    }

    /// Those whose patience ends this morning leave. Everybody waits equally long, so the queue is in order of
    /// deadline and each cell's part of it in order of ordinal.
    fn expiries(&mut self) {
        while self.waiters.front().is_some_and(|w| w.deadline <= self.day) {
            let Some(w) = self.waiters.pop_front() else { return };
            let waits = &mut self.ground.waits[w.cell as usize];
            if waits.left <= w.ordinal {
                waits.left += 1;
                self.ground.cells[w.cell as usize].position += 1;
                self.balance.waiting -= 1;
                let dealers = self.t.dealers;
                self.lose((w.cell as usize % dealers) as u32, (w.cell as usize / dealers) as u32);
            }
        }
    }

    fn moves(&mut self) {
        let t = self.t;
        while let Some(m) = t.moves.get(self.next_move).filter(|m| m.day == self.day) {
            self.next_move += 1;
            let to = self.cell(m.model, m.to);
            for _ in 0..m.cars {
                let Some(car) = self.take(m.from, m.model) else { break };
                self.note(m.from, m.model, Measure::TransfersOut, 1);
                self.note(m.to, m.model, Measure::TransfersIn, 1);
                self.note(m.to, m.model, Measure::TransferCost, m.cost.minor());
                self.ground.cells[to].position += 1;
                self.unload(to, m.to, m.model, car.birth());
                self.events += 1;
            }
        }
    }

    fn customers(&mut self) {
        let mut today = std::mem::take(&mut self.today);
        self.demand.day(self.t, self.day, &mut today);
        self.events += today.len() as u64;
        for batch in today.chunks(BATCH) {
            let mut turns = [Turn::Nowhere; BATCH];
            let mut cells = [u32::MAX; BATCH];
            for ((turn, cell), c) in turns.iter_mut().zip(&mut cells).zip(batch) {
                *turn = self.t.choose(c, 0, &[]);
                if let Turn::Dealer(dealer) = *turn {
                    *cell = self.cell(c.model, dealer) as u32;
                }
            }
            std::hint::black_box(self.ground.warm(&cells));
            for (customer, turn) in batch.iter().zip(turns) {
                self.serve(customer, turn);
            }
        }
        self.today = today;
    }

    /// Takes the first car of a dealer's line and charges its stay.
    #[inline]
    fn take(&mut self, dealer: u32, model: u32) -> Option<Car> {
        let cell = self.cell(model, dealer);
        let car = self.ground.take(cell, dealer as usize)?;
        self.ground.cells[cell].position -= 1;
        self.charge(dealer, model, car);
        Some(car)
    }

    /// Books the evenings a car has stood at a dealer, when it leaves this morning or today.
    #[inline]
    fn charge(&mut self, dealer: u32, model: u32, car: Car) {
        let (from, to) = (car.entered() - car.birth(), self.day as i32 - car.birth());
        let holding = &self.t.money[model as usize].holding;
        let cost = holding[to as usize] - holding[from as usize];
        self.note(dealer, model, Measure::StockDays, i64::from(to - from));
        self.note(dealer, model, Measure::Holding, cost);
        if to > 91 {
            self.note(dealer, model, Measure::AgedDays, i64::from(to - from.max(91)));
        }
    }

    #[inline]
    fn sold(&mut self, dealer: u32, model: u32, age: i32) {
        let money = &self.t.money[model as usize];
        let (contribution, discount) = (money.contribution, money.discount(age));
        self.note(dealer, model, Measure::Sales, 1);
        self.note(dealer, model, Measure::Contribution, contribution);
        if discount != 0 {
            self.note(dealer, model, Measure::Discount, discount);
        }
        self.balance.sold += 1;
        self.week.sales += 1;
        self.review.sold(self.t, model, dealer);
    }

    fn lose(&mut self, dealer: u32, model: u32) {
        self.note(dealer, model, Measure::Lost, 1);
        self.note(dealer, model, Measure::LostCost, self.t.money[model as usize].lost);
        self.balance.lost += 1;
        self.week.lost += 1;
    }

    /// Weekly figures, and the balances of cars and customers.
    fn evening(&mut self) -> Result<(), Error> {
        if self.day % 7 == 6 || self.day + 1 == self.t.parts.days {
            self.week.stock = self.ground.total as u64;
            self.weeks.push(std::mem::take(&mut self.week));
            if cfg!(debug_assertions) && !self.ground.consistent(self.t.dealers) {
                return Err(self.broken("the lines of cars disagree with their counts".into()));
            }
        }
        let b = &self.balance;
        if b.initial + b.received != b.sold + self.ground.total {
            let what = format!("cars: {} + {} ≠ {} + {}", b.initial, b.received, b.sold, self.ground.total);
            return Err(self.broken(what));
        }
        if b.customers != b.sold + b.lost + b.waiting {
            let what = format!("customers: {} ≠ {} + {} + {}", b.customers, b.sold, b.lost, b.waiting);
            return Err(self.broken(what));
        }
        Ok(())
    }

    fn broken(&self, what: String) -> Error {
        Error::Conservation { replication: self.replication, day: self.day, what }
    }

    /// Reviews every cell and sends the orders on their way.
    fn order(&mut self) {
        self.review.decide(self.t, &self.ground, self.day);
        let orders = std::mem::take(&mut self.review.orders);
        for &(cell, cars) in orders.iter().filter(|o| o.1 > 0) {
            let (model, dealer) = (cell as usize / self.t.dealers, cell as usize % self.t.dealers);
            let entity = (dealer * self.t.models + model) as u64;
            let row = self.t.parts.dealers[dealer].lead_time as usize;
            let lead = self.t.leads[row].pick(self.lead_root.entity(entity, self.day));
            self.ring[(self.day + lead) as usize % self.t.ring].push((cell, cars));
            self.ground.cells[cell as usize].position += cars as i32;
            self.note(dealer as u32, model as u32, Measure::Ordered, i64::from(cars));
            self.events += 1;
        }
        self.review.orders = orders;
    }

    /// Books what stands and who waits on the last evening, and proves the whole replication once more from the
    /// cells.
    fn finish(&mut self) -> Result<(), Error> {
        self.day = self.t.parts.days;
        let (mut stock, mut waiting) = (0, 0);
        for cell in 0..self.ground.cells.len() {
            let c = self.ground.cells[cell];
            let waits = self.ground.waits[cell].now();
            if c.stock == 0 && waits == 0 {
                continue;
            }
            let (model, dealer) = ((cell / self.t.dealers) as u32, (cell % self.t.dealers) as u32);
            stock += i64::from(c.stock);
            waiting += i64::from(waits);
            self.note(dealer, model, Measure::FinalStock, i64::from(c.stock));
            self.note(dealer, model, Measure::StillWaiting, i64::from(waits));
            while self.take(dealer, model).is_some() {}
        }
        let b = &self.balance;
        if stock != b.initial + b.received - b.sold || waiting != b.waiting {
            return Err(self.broken(format!("final count: {stock} cars, {waiting} customers waiting; {b:?}")));
        }
        Ok(())
    }

    /// The sum over all models: the network.
    pub fn network(&self) -> Tally {
        let mut sum = [0; MEASURES];
        for tally in &self.models {
            for (s, v) in sum.iter_mut().zip(&tally.0) {
                *s += v;
            }
        }
        Tally(sum)
    }
}
