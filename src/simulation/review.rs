//! What is ordered at a review: the policy's wish, cut to the dealers' storage and to the plants' supply.

use super::fair::{Ask, proportional, share};
use super::ground::Ground;
use super::policy::{Order, Policy, Seen};
use super::problem::Arrival;
use super::tables::Tables;

/// Weeks of sales that pushing policies look back on (17 weeks are 119 days).
const MEMORY: usize = 17;

/// Orders of the day, and the sales memory of pushing policies.
pub(super) struct Review {
    /// In order of dealer and model.
    pub orders: Vec<Order>,
    /// Supply left this week by model; empty without limit.
    left: Vec<u32>,
    week: usize,
    /// Sales by cell in the running week, in each remembered week, and their sum; empty unless the policy pushes.
    running: Vec<u16>,
    past: Vec<Vec<u16>>,
    recent: Vec<u32>,
    asks: Vec<Ask>,
    /// Cars a row of cells asks for, without gaps: model and cars.
    row: Vec<(u32, i32)>,
    /// Orders for each model whose supply is short.
    short: Vec<Vec<u32>>,
}

/// What is under way.
pub(super) struct Coming<'a> {
    pub ring: &'a [Vec<Order>],
    pub arrivals: &'a [Arrival],
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
            row: vec![(0, 0); t.models + 1],
            short: vec![Vec::new(); t.models],
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
    pub fn sold(&mut self, cell: usize) {
        if !self.running.is_empty() {
            self.running[cell] = self.running[cell].saturating_add(1);
        }
    }

    /// Sales a day: what was seen in the last 17 weeks, filled up with the expected rate before they are full.
    fn rate(&self, t: &Tables, cell: usize) -> f64 {
        if self.recent.is_empty() {
            return t.parts.rate[cell];
        }
        let window = (7 * MEMORY) as f64;
        let seen = (7 * self.week.min(MEMORY)) as f64;
        (f64::from(self.recent[cell]) + t.parts.rate[cell] * (window - seen)) / window
    }

    /// Fills [`Review::orders`].
    pub fn decide(&mut self, t: &Tables, ground: &Ground, day: u32, coming: &Coming) {
        self.orders.clear();
        match &t.parts.policy {
            Policy::OrderUpTo { levels, season } => {
                let season = season.get(day as usize / 7).map_or(0, |&s| s as usize);
                let levels = &levels[season * t.cells()..][..t.cells()];
                self.ask_rows(t, ground, |cell, position| i32::from(levels[cell]) - position);
            }
            Policy::MinMax { low, high } => {
                self.ask_rows(t, ground, |c, position| if position <= low[c] { high[c] - position } else { 0 });
            }
            Policy::BalancedDays => self.push(t, ground, share),
            Policy::TurnAndEarn => self.push(t, ground, proportional),
            Policy::Own(rule) => {
                let seen = Seen {
                    day,
                    models: t.models,
                    open: &t.open,
                    stock: &ground.stock,
                    position: &ground.position,
                    rate: &t.parts.rate,
                    supply: &self.left,
                    ring: coming.ring,
                    arrivals: coming.arrivals,
                };
                let known = |o: &Order| (o.model as usize) < t.models && t.open.get(o.dealer as usize) == Some(&true);
                self.orders.extend(rule.orders(&seen).into_iter().filter(known));
                self.put_in_order();
            }
        }
        self.fit_storage(t, ground);
        if !self.left.is_empty() {
            self.fit_supply(t, ground);
        }
    }

    /// Asks for every cell of every open dealer. Most cells ask for nothing, and which do is chance: no branch is taken
    /// on it.
    #[inline]
    fn ask_rows(&mut self, t: &Tables, ground: &Ground, need: impl Fn(usize, i32) -> i32) {
        for dealer in (0..t.dealers).filter(|&d| t.open[d]) {
            let first = dealer * t.models;
            let positions = &ground.position[first..][..t.models];
            let mut count = 0;
            for (m, &position) in positions.iter().enumerate() {
                let need = need(first + m, position);
                self.row[count] = (m as u32, need);
                count += usize::from(need > 0);
            }
            let asked = self.row[..count].iter();
            self.orders.extend(asked.map(|&(model, need)| Order { dealer: dealer as u32, model, cars: need as u32 }));
        }
    }

    /// By dealer and model, each cell once.
    fn put_in_order(&mut self) {
        self.orders.sort_unstable_by_key(|o| (o.dealer, o.model));
        self.orders.dedup_by(|next, kept| {
            let same = (next.dealer, next.model) == (kept.dealer, kept.model);
            if same {
                kept.cars = kept.cars.saturating_add(next.cars);
            }
            same
        });
        // No cell asks for more than the position can hold.
        self.orders.iter_mut().for_each(|o| o.cars = o.cars.min(10_000_000));
    }

    /// Spreads each model's supply over the open dealers.
    fn push(&mut self, t: &Tables, ground: &Ground, spread: fn(u64, &mut [Ask])) {
        let open: Vec<u32> = (0..t.dealers as u32).filter(|&d| t.open[d as usize]).collect();
        for model in 0..t.models as u32 {
            let total = self.left[model as usize];
            let mut asks = std::mem::take(&mut self.asks);
            asks.clear();
            for &dealer in &open {
                let cell = t.cell(dealer, model);
                let position = f64::from(ground.position[cell]);
                asks.push(Ask { position, rate: self.rate(t, cell), most: total, got: 0 });
            }
            spread(u64::from(total), &mut asks);
            let given = open.iter().zip(&asks).filter(|(_, a)| a.got > 0);
            self.orders.extend(given.map(|(&dealer, a)| Order { dealer, model, cars: a.got }));
            self.asks = asks;
        }
        self.put_in_order();
    }

    /// Cuts the orders of dealers whose ground would overflow, model against model by days of supply.
    fn fit_storage(&mut self, t: &Tables, ground: &Ground) {
        let mut from = 0;
        while from < self.orders.len() {
            let dealer = self.orders[from].dealer;
            let count = self.orders[from..].iter().take_while(|o| o.dealer == dealer).count();
            let range = from..from + count;
            from += count;
            let Some(storage) = t.parts.dealers[dealer as usize].storage else { continue };
            let wanted: i64 = self.orders[range.clone()].iter().map(|o| i64::from(o.cars)).sum();
            let room = (i64::from(storage) - ground.load[dealer as usize]).max(0);
            if wanted > room {
                self.cut(t, ground, range.map(|k| k as u32), room as u64);
            }
        }
        self.orders.retain(|o| o.cars > 0);
    }

    /// Cuts the orders of models whose supply is short, dealer against dealer by days of supply. What is not ordered
    /// in a week is not built: supply is not carried over.
    fn fit_supply(&mut self, t: &Tables, ground: &Ground) {
        let mut wanted = vec![0u64; t.models];
        for o in &self.orders {
            wanted[o.model as usize] += u64::from(o.cars);
        }
        let is_short: Vec<bool> = wanted.iter().zip(&self.left).map(|(w, l)| *w > u64::from(*l)).collect();
        for (k, o) in self.orders.iter().enumerate() {
            if is_short[o.model as usize] {
                self.short[o.model as usize].push(k as u32);
            }
        }
        for m in 0..t.models {
            if is_short[m] {
                let mut picked = std::mem::take(&mut self.short[m]);
                self.cut(t, ground, picked.iter().copied(), u64::from(self.left[m]));
                picked.clear();
                self.short[m] = picked;
            }
            self.left[m] -= wanted[m].min(u64::from(self.left[m])) as u32;
        }
    }

    /// Shares `total` among the picked orders.
    fn cut(&mut self, t: &Tables, ground: &Ground, picked: impl Iterator<Item = u32> + Clone, total: u64) {
        let mut asks = std::mem::take(&mut self.asks);
        asks.clear();
        for k in picked.clone() {
            let order = self.orders[k as usize];
            let cell = t.cell(order.dealer, order.model);
            let position = f64::from(ground.position[cell]);
            asks.push(Ask { position, rate: self.rate(t, cell), most: order.cars, got: 0 });
        }
        share(total, &mut asks);
        for (k, ask) in picked.zip(&asks) {
            self.orders[k as usize].cars = ask.got;
        }
        self.asks = asks;
    }
}
