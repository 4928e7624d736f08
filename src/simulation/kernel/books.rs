//! What is counted, and the balances that prove it.

use super::super::Error;
use super::super::outcome::{MEASURES, Measure, Tally};
use super::{Kernel, WeekFigures};

/// Age in days from which a car on the ground counts as aged.
const AGED: i32 = 91;

impl Kernel<'_> {
    #[inline]
    pub(super) fn note(&mut self, dealer: u32, model: u32, measure: Measure, amount: i64) {
        self.dealers[dealer as usize].add(measure, amount);
        self.models[model as usize].add(measure, amount);
    }

    /// Takes the first car of a dealer's line and books the evenings it has stood there, when it leaves this morning or
    /// today. Answers the day of its birth.
    #[inline]
    pub(super) fn take(&mut self, dealer: u32, model: u32) -> Option<i32> {
        let cell = self.t.cell(dealer, model);
        let car = self.ground.take(cell)?;
        self.ground.position[cell] -= 1;
        self.ground.load[dealer as usize] -= 1;
        let (from, to) = (car.entered - car.birth, self.day as i32 - car.birth);
        self.ground.stood(cell, (to - from) as u32);
        let dearer = self.t.money[model as usize].dearer(from, to);
        if dearer != 0 {
            self.note(dealer, model, Measure::Holding, dearer);
        }
        if to > AGED {
            self.note(dealer, model, Measure::AgedDays, i64::from(to - from.max(AGED)));
        }
        Some(car.birth)
    }

    #[inline]
    pub(super) fn sold(&mut self, cell: usize, dealer: u32, model: u32, age: i32) {
        self.ground.cells[cell].sales += 1;
        let discount = self.t.money[model as usize].discount(age);
        if discount != 0 {
            self.note(dealer, model, Measure::Discount, discount);
        }
        self.balance.sold += 1;
        self.selling[dealer as usize] -= 1;
        self.review.sold(cell);
    }

    pub(super) fn lose(&mut self, dealer: u32, model: u32) {
        self.note(dealer, model, Measure::Lost, 1);
        self.note(dealer, model, Measure::LostCost, self.t.money[model as usize].lost);
        self.balance.lost += 1;
    }

    /// Weekly figures, and the balances of cars and customers.
    pub(super) fn evening(&mut self) -> Result<(), Error> {
        let b = self.balance;
        if self.day % 7 == 6 || self.day + 1 == self.t.parts.days {
            let a = self.monday;
            self.weeks.push(WeekFigures {
                customers: (b.customers - a.customers) as u64,
                sales: (b.sold - a.sold) as u64,
                lost: (b.lost - a.lost) as u64,
                stock: self.ground.total as u64,
            });
            self.monday = b;
            if cfg!(debug_assertions) && !self.ground.consistent() {
                return Err(self.broken("the lines of cars disagree with their counts".into()));
            }
        }
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

    /// Books what stands and who waits on the last evening and what the cells have counted, and proves the whole
    /// replication once more from them.
    pub(super) fn finish(&mut self) -> Result<(), Error> {
        self.day = self.t.parts.days;
        let (mut stock, mut waiting, mut sold) = (0, 0, 0);
        for dealer in 0..self.t.dealers as u32 {
            for model in 0..self.t.models as u32 {
                let at = self.t.cell(dealer, model);
                let standing = i64::from(self.ground.stock[at]);
                while self.take(dealer, model).is_some() {}
                let c = self.ground.cells[at];
                stock += standing;
                waiting += i64::from(c.waiting());
                sold += i64::from(c.sales);
                let money = &self.t.money[model as usize];
                let (sales, days) = (i64::from(c.sales), i64::from(c.stock_days));
                for (measure, amount) in [
                    (Measure::Customers, i64::from(c.customers)),
                    (Measure::OnTheSpot, i64::from(c.on_spot)),
                    (Measure::Sales, sales),
                    (Measure::Contribution, sales * money.contribution),
                    (Measure::StockDays, days),
                    (Measure::Holding, days * money.holding),
                    (Measure::FinalStock, standing),
                    (Measure::StillWaiting, i64::from(c.waiting())),
                ] {
                    self.note(dealer, model, measure, amount);
                }
            }
        }
        for cell in std::mem::take(&mut self.ground.carried) {
            let (dealer, model) = (cell / self.t.models as u32, cell % self.t.models as u32);
            self.note(dealer, model, Measure::StockDays, 1 << 32);
            self.note(dealer, model, Measure::Holding, self.t.money[model as usize].holding << 32);
        }
        let b = &self.balance;
        if stock != b.initial + b.received - b.sold || waiting != b.waiting || sold != b.sold {
            let what = format!("final count: {stock} cars, {waiting} customers waiting, {sold} sold; {b:?}");
            return Err(self.broken(what));
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
