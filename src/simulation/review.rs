//! What is ordered at a review: the policy's wish, cut to the dealers' storage and to the plants' supply.

use super::fair::{Ask, proportional, share};
use super::ground::Ground;
use super::policy::Policy;
use super::tables::Tables;

/// Weeks of sales that pushing policies look back on (17 weeks are 119 days).
const MEMORY: usize = 17;

/// Orders of the day, and the sales memory of pushing policies.
pub(super) struct Review {
    /// Cell and cars, in order of cell.
    pub orders: Vec<(u32, u32)>,
    /// Supply left this week by model; empty without limit.
    left: Vec<u32>,
    week: usize,
    /// Sales by cell in the running week, in each remembered week, and their sum; empty unless the policy pushes.
    running: Vec<u16>,
    past: Vec<Vec<u16>>,
    recent: Vec<u32>,
    asks: Vec<Ask>,
    picked: Vec<usize>,
    by_dealer: Vec<i64>,
}

impl Review {
    pub fn new(t: &Tables) -> Self {
        let remembered = if t.parts.policy.pushes() { t.cells() } else { 0 };
        Self {
            orders: Vec::new(),
            left: vec![0; if t.parts.supply.is_empty() { 0 } else { t.models }],
            week: 0,
            running: vec![0; remembered],
            past: vec![vec![0; remembered]; if remembered > 0 { MEMORY } else { 0 }],
            recent: vec![0; remembered],
            asks: Vec::new(),
            picked: Vec::new(),
            by_dealer: vec![0; t.dealers],
        }
    }

    pub fn clear(&mut self) {
        self.orders.clear();
        self.running.fill(0);
        self.recent.fill(0);
        self.past.iter_mut().for_each(|w| w.fill(0));
        self.week = 0;
    }

    /// A week begins: its supply, and the sales of the week before enter the memory.
    pub fn new_week(&mut self, t: &Tables, week: usize) {
        for (m, left) in self.left.iter_mut().enumerate() {
            *left = t.parts.supply[m * t.weeks + week];
        }
        if week > 0 && !self.recent.is_empty() {
            let slot = &mut self.past[(week - 1) % MEMORY];
            for ((recent, old), new) in self.recent.iter_mut().zip(slot.iter_mut()).zip(&mut self.running) {
                *recent = *recent + u32::from(*new) - u32::from(*old);
                *old = *new;
                *new = 0;
            }
        }
        self.week = week;
    }

    #[inline]
    pub fn sold(&mut self, t: &Tables, model: u32, dealer: u32) {
        if !self.running.is_empty() {
            let cell = &mut self.running[model as usize * t.dealers + dealer as usize];
            *cell = cell.saturating_add(1);
        }
    }

    /// Sales a day: what was seen in the last 17 weeks, filled up with the expected rate before they are full.
    fn rate(&self, t: &Tables, cell: usize) -> f64 {
        if self.recent.is_empty() {
            return t.rate[cell];
        }
        let window = (7 * MEMORY) as f64;
        let seen = (7 * self.week.min(MEMORY)) as f64;
        (f64::from(self.recent[cell]) + t.rate[cell] * (window - seen)) / window
    }

    /// Fills [`Review::orders`].
    pub fn decide(&mut self, t: &Tables, ground: &Ground, day: u32) {
        self.orders.clear();
        match &t.parts.policy {
            Policy::OrderUpTo { season, .. } => {
                let season = season.get(day as usize / 7).map_or(0, |&s| s as usize);
                let levels = &t.high[season * t.cells()..][..t.cells()];
                for (cell, (c, &level)) in ground.cells.iter().zip(levels).enumerate() {
                    let need = level - c.position;
                    if need > 0 {
                        self.orders.push((cell as u32, need as u32));
                    }
                }
            }
            Policy::MinMax { .. } => {
                for (cell, (c, (&low, &high))) in ground.cells.iter().zip(t.low.iter().zip(&t.high)).enumerate() {
                    let position = c.position;
                    if position <= low && position < high {
                        self.orders.push((cell as u32, (high - position) as u32));
                    }
                }
            }
            Policy::BalancedDays => self.push(t, ground, share),
            Policy::TurnAndEarn => self.push(t, ground, proportional),
        }
        self.fit_storage(t, ground);
        if !self.left.is_empty() {
            self.fit_supply(t, ground);
        }
    }

    /// Spreads each model's supply over the open dealers.
    fn push(&mut self, t: &Tables, ground: &Ground, spread: fn(u64, &mut [Ask])) {
        let open: Vec<usize> = (0..t.dealers).filter(|&d| t.open[d]).collect();
        for m in 0..t.models {
            let cells = open.iter().map(|d| m * t.dealers + d);
            self.asks.clear();
            for cell in cells.clone() {
                let position = f64::from(ground.cells[cell].position);
                self.asks.push(Ask { position, rate: self.rate(t, cell), most: self.left[m], got: 0 });
            }
            spread(u64::from(self.left[m]), &mut self.asks);
            self.orders.extend(cells.zip(&self.asks).filter(|(_, a)| a.got > 0).map(|(c, a)| (c as u32, a.got)));
        }
    }

    /// Cuts the orders of dealers whose ground would overflow, model against model by days of supply.
    fn fit_storage(&mut self, t: &Tables, ground: &Ground) {
        if t.parts.dealers.iter().all(|d| d.storage.is_none()) {
            return;
        }
        self.by_dealer.fill(0);
        for (cell, c) in ground.cells.iter().enumerate() {
            self.by_dealer[cell % t.dealers] += i64::from(c.position) + i64::from(ground.waits[cell].now());
        }
        let mut wanted = vec![0i64; t.dealers];
        for &(cell, cars) in &self.orders {
            wanted[cell as usize % t.dealers] += i64::from(cars);
        }
        for (d, dealer) in t.parts.dealers.iter().enumerate() {
            let Some(storage) = dealer.storage else { continue };
            let room = (i64::from(storage) - self.by_dealer[d]).max(0);
            if wanted[d] > room {
                self.picked.clear();
                self.picked.extend((0..self.orders.len()).filter(|&k| self.orders[k].0 as usize % t.dealers == d));
                self.cut(t, ground, room as u64);
            }
        }
        self.orders.retain(|o| o.1 > 0);
    }

    /// Cuts the orders of models whose supply is short, dealer against dealer by days of supply. What is not ordered
    /// in a week is not built: supply is not carried over.
    fn fit_supply(&mut self, t: &Tables, ground: &Ground) {
        let mut from = 0;
        for m in 0..t.models {
            let to = from + self.orders[from..].partition_point(|o| (o.0 as usize) < (m + 1) * t.dealers);
            let wanted: u64 = self.orders[from..to].iter().map(|o| u64::from(o.1)).sum();
            if wanted > u64::from(self.left[m]) {
                self.picked.clear();
                self.picked.extend(from..to);
                self.cut(t, ground, u64::from(self.left[m]));
            }
            self.left[m] -= self.orders[from..to].iter().map(|o| o.1).sum::<u32>();
            from = to;
        }
    }

    /// Shares `total` among the picked orders.
    fn cut(&mut self, t: &Tables, ground: &Ground, total: u64) {
        let mut asks = std::mem::take(&mut self.asks);
        asks.clear();
        for &k in &self.picked {
            let (cell, most) = self.orders[k];
            let position = f64::from(ground.cells[cell as usize].position);
            asks.push(Ask { position, rate: self.rate(t, cell as usize), most, got: 0 });
        }
        share(total, &mut asks);
        for (&k, ask) in self.picked.iter().zip(&asks) {
            self.orders[k].1 = ask.got;
        }
        self.asks = asks;
    }
}
