//! One run: the weeks played out under one policy.

use super::policy::Planner;
use super::world::World;
use std::collections::VecDeque;

/// Money and cars of one run.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Ledger {
    /// Customers.
    pub customers: u64,
    /// Customers served, trades included.
    pub sold: u64,
    /// Cars fetched for a customer.
    pub traded: u64,
    /// Cars moved by plan.
    pub moved: u64,
    /// Car-weeks on the ground.
    pub stock_weeks: u64,
    /// Cost of holding, money.
    pub holding: f64,
    /// Discounts on aged cars, money.
    pub discount: f64,
    /// Trades and moves, money.
    pub transfer: f64,
    /// Customers lost, money.
    pub lost: f64,
}

impl Ledger {
    /// All costs.
    pub fn cost(&self) -> f64 {
        self.holding + self.discount + self.transfer + self.lost
    }
    /// Share of customers served.
    pub fn fill(&self) -> f64 {
        if self.customers > 0 { self.sold as f64 / self.customers as f64 } else { 1.0 }
    }
}

/// Cars appeared or vanished: a fault of this program.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("cars of cell {cell} do not add up: {there} are there, {due} should be")]
pub struct Broken {
    /// The cell.
    pub cell: usize,
    /// Cars on the ground and under way.
    pub there: i64,
    /// Initial + received + moved in - sold - moved out.
    pub due: i64,
}

/// What a planner sees at the end of a week.
pub struct Seen<'a> {
    /// The world.
    pub world: &'a World,
    /// The week that has just ended.
    pub week: usize,
    /// Cars on the ground, by cell.
    pub stock: &'a [u32],
    /// Cars that each dealer may still give away this week.
    pub allowance: &'a [u32],
    coming: &'a [u32],
    ring: usize,
}

impl Seen<'_> {
    /// Cars under way to a cell that arrive within so many weeks.
    pub fn within(&self, cell: usize, weeks: usize) -> u32 {
        let row = &self.coming[cell * self.ring..][..self.ring];
        (1..=weeks.min(self.ring - 1)).map(|k| row[(self.week + k) % self.ring]).sum()
    }
    /// Stock and everything under way.
    pub fn position(&self, cell: usize) -> u32 {
        self.stock[cell] + self.within(cell, self.ring - 1)
    }
}

/// Cars moved by plan, from cell to cell of one model.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Move {
    /// Giving cell.
    pub from: usize,
    /// Taking cell.
    pub to: usize,
    /// Cost, money.
    pub cost: f64,
}

struct Yard<'a> {
    world: &'a World,
    /// Weeks of arrival with cars, oldest first, by cell.
    lines: Vec<VecDeque<(i32, u32)>>,
    stock: Vec<u32>,
    coming: Vec<u32>,
    ring: usize,
    allowance: Vec<u32>,
    /// Initial + received + in - sold - out.
    due: Vec<i64>,
    ledger: Ledger,
}

impl Yard<'_> {
    fn put(&mut self, cell: usize, born: i32, cars: u32) {
        if cars == 0 {
            return;
        }
        let line = &mut self.lines[cell];
        // Moved cars keep their age: they join the line where it belongs.
        let at = line.partition_point(|l| l.0 <= born);
        line.insert(at, (born, cars));
        self.stock[cell] += cars;
    }

    fn take(&mut self, cell: usize) -> i32 {
        let line = &mut self.lines[cell];
        let front = line.front_mut().expect("only cars that stand are taken");
        let born = front.0;
        front.1 -= 1;
        if front.1 == 0 {
            line.pop_front();
        }
        self.stock[cell] -= 1;
        born
    }

    fn sell(&mut self, cell: usize, model: usize, week: usize) {
        let age = (week as i32 - self.take(cell)).max(0) as u32;
        let share = self.world.discount.iter().rev().find(|d| d.0 <= age).map_or(0.0, |d| d.1);
        self.ledger.discount += share * self.world.models[model].price;
        self.ledger.sold += 1;
        self.due[cell] -= 1;
    }

    fn seen(&self, week: usize) -> Seen<'_> {
        Seen {
            world: self.world,
            week,
            stock: &self.stock,
            allowance: &self.allowance,
            coming: &self.coming,
            ring: self.ring,
        }
    }
}

/// Plays the weeks of `demand` (week × cell, row by row) under a policy.
///
/// # Errors
/// [`Broken`] when cars do not add up.
pub fn run(world: &World, demand: &[u16], planner: &mut dyn Planner) -> Result<Ledger, Broken> {
    let (cells, dealers, ring) = (world.cells(), world.dealers(), world.longest() + 1);
    let mut yard = Yard {
        world,
        lines: vec![VecDeque::new(); cells],
        stock: vec![0; cells],
        coming: vec![0; cells * ring],
        ring,
        allowance: vec![0; dealers],
        due: vec![0; cells],
        ledger: Ledger::default(),
    };
    for cell in 0..cells {
        // Cars of the start are a week old for each fifth of them: as a line that turns over in five weeks.
        let cars = world.stock[cell];
        for k in 0..5 {
            yard.put(cell, -1 - k, (cars + k as u32) / 5);
        }
        for (k, &cars) in world.pipeline[cell].iter().enumerate() {
            yard.coming[cell * ring + k % ring] += cars;
        }
        yard.due[cell] = i64::from(cars) + world.pipeline[cell].iter().map(|&c| i64::from(c)).sum::<i64>();
    }
    let (mut orders, mut moves): (Vec<u32>, Vec<Move>) = (vec![0; cells], Vec::new());
    let mut arriving: Vec<(usize, i32)> = Vec::new();
    let mut missed: Vec<u32> = vec![0; dealers];
    for (week, customers) in demand.chunks(cells).enumerate() {
        for cell in 0..cells {
            let cars = std::mem::take(&mut yard.coming[cell * ring + week % ring]);
            yard.put(cell, week as i32, cars);
        }
        for (cell, born) in arriving.drain(..) {
            yard.put(cell, born, 1);
        }
        for (d, allowance) in yard.allowance.iter_mut().enumerate() {
            let stock: u32 = (0..world.models.len()).map(|m| yard.stock[m * dealers + d]).sum();
            *allowance = (world.share * f64::from(stock)).ceil() as u32;
        }
        for m in 0..world.models.len() {
            for d in 0..dealers {
                let cell = m * dealers + d;
                let wanted = u32::from(customers[cell]);
                let served = wanted.min(yard.stock[cell]);
                (0..served).for_each(|_| yard.sell(cell, m, week));
                missed[d] = wanted - served;
                yard.ledger.customers += u64::from(wanted);
            }
            trade(&mut yard, planner, week, m, &mut missed);
            let lost: u32 = missed.iter().sum();
            yard.ledger.lost += f64::from(lost) * world.models[m].lost;
            let standing: u32 = yard.stock[m * dealers..(m + 1) * dealers].iter().sum();
            yard.ledger.stock_weeks += u64::from(standing);
            yard.ledger.holding += f64::from(standing) * world.models[m].holding;
        }
        moves.clear();
        planner.moves(&yard.seen(week), &mut moves);
        for m in &moves {
            let donor = m.from % dealers;
            if yard.stock[m.from] == 0 || yard.allowance[donor] == 0 {
                continue;
            }
            let born = yard.take(m.from);
            yard.allowance[donor] -= 1;
            yard.due[m.from] -= 1;
            yard.due[m.to] += 1;
            yard.ledger.moved += 1;
            yard.ledger.transfer += m.cost;
            arriving.push((m.to, born));
        }
        orders.fill(0);
        planner.orders(&yard.seen(week), &arriving_count(&arriving, cells), &mut orders);
        for (cell, &cars) in orders.iter().enumerate() {
            let lead = world.lead[cell % dealers];
            yard.coming[cell * ring + (week + lead) % ring] += cars;
            yard.due[cell] += i64::from(cars);
        }
    }
    for cell in 0..cells {
        let line: u32 = yard.lines[cell].iter().map(|l| l.1).sum();
        let under_way: u32 = yard.coming[cell * ring..][..ring].iter().sum();
        let on_move = arriving.iter().filter(|a| a.0 == cell).count() as i64;
        let there = i64::from(line) + i64::from(under_way) + on_move;
        if there != yard.due[cell] || line != yard.stock[cell] {
            return Err(Broken { cell, there, due: yard.due[cell] });
        }
    }
    Ok(yard.ledger)
}

fn arriving_count(arriving: &[(usize, i32)], cells: usize) -> Vec<u32> {
    let mut count = vec![0; cells];
    arriving.iter().for_each(|a| count[a.0] += 1);
    count
}

/// Cars for customers who found none, from the linked dealer whose loss and cost are least.
fn trade(yard: &mut Yard, planner: &mut dyn Planner, week: usize, model: usize, missed: &mut [u32]) {
    let dealers = missed.len();
    let world = yard.world;
    for taker in 0..dealers {
        while missed[taker] > 0 {
            let mut best: Option<(f64, usize, f64)> = None;
            for link in &world.links[taker] {
                let cell = model * dealers + link.donor;
                if yard.stock[cell] == 0 || yard.allowance[link.donor] == 0 || missed[link.donor] > 0 {
                    continue;
                }
                let Some(loss) = planner.loss(&yard.seen(week), cell) else { continue };
                if link.cost + loss < world.models[model].lost && best.is_none_or(|b| link.cost + loss < b.0) {
                    best = Some((link.cost + loss, link.donor, link.cost));
                }
            }
            let Some((_, donor, cost)) = best else { break };
            yard.sell(model * dealers + donor, model, week);
            yard.allowance[donor] -= 1;
            yard.ledger.traded += 1;
            yard.ledger.transfer += cost;
            missed[taker] -= 1;
        }
    }
}
