//! Two knapsacks of the Lagrangian: what one site can earn, and which sites have room enough together.

use super::{Fate, Ground};

/// What a site earns: gain and client of everything worth serving.
pub type Item = (f64, u32);

/// Packs the items of largest gain per demand into a capacity; the last may be cut. Returns how many of the (reordered)
/// items go in whole, the share of the next, and the total gain.
pub fn pack(items: &mut [Item], demand: &[f64], capacity: f64) -> (usize, f64, f64) {
    let load: f64 = items.iter().map(|t| demand[t.1 as usize]).sum();
    if load <= capacity {
        return (items.len(), 0.0, items.iter().map(|t| t.0).sum());
    }
    let worth = |t: &Item| {
        let d = demand[t.1 as usize];
        if d > 0.0 { t.0 / d } else { f64::INFINITY }
    };
    // Quickselect by worth; what lies before `low` is packed.
    let (mut low, mut high, mut room, mut gain) = (0, items.len(), capacity, 0.0);
    while high - low > 8 {
        let (a, b, c) = (worth(&items[low]), worth(&items[usize::midpoint(low, high)]), worth(&items[high - 1]));
        let pivot = a.max(b).min(a.min(b).max(c));
        let (mut front, mut at, mut back) = (low, low, high);
        let (mut weight, mut value) = (0.0, 0.0);
        while at < back {
            let here = worth(&items[at]);
            if here > pivot {
                weight += demand[items[at].1 as usize];
                value += items[at].0;
                items.swap(front, at);
                front += 1;
                at += 1;
            } else if here < pivot {
                back -= 1;
                items.swap(at, back);
            } else {
                at += 1;
            }
        }
        if weight > room {
            high = front;
            continue;
        }
        room -= weight;
        gain += value;
        if let Some((full, part)) = fill(&items[front..back], demand, &mut room, &mut gain) {
            return (front + full, part, gain);
        }
        low = back;
    }
    items[low..high].sort_unstable_by(|a, b| worth(b).total_cmp(&worth(a)).then(a.1.cmp(&b.1)));
    match fill(&items[low..high], demand, &mut room, &mut gain) {
        Some((full, part)) => (low + full, part, gain),
        None => (high, 0.0, gain),
    }
}

/// The same with whole items only: a bound on what they can gain, searched exactly among the items nearest to the break.
/// Returns how many of the (reordered) items go in whole, the share of the next, and the bound.
pub fn pack_whole(items: &mut Vec<Item>, demand: &[f64], capacity: f64, whole: bool) -> (usize, f64, f64) {
    let size = |t: &Item| demand[t.1 as usize];
    items.retain(|t| size(t) <= capacity);
    let (full, part, relaxed) = pack(items, demand, capacity);
    if part <= 0.0 || full >= items.len() {
        return (full, part, relaxed);
    }
    let price = items[full].0 / size(&items[full]);
    let beyond = |t: &Item| t.0 - price * size(t);
    let mut order: Vec<Item> = items.clone();
    order.sort_unstable_by(|a, b| beyond(a).abs().total_cmp(&beyond(b).abs()).then(a.1.cmp(&b.1)));
    let outside = order.split_off(order.len().min(PACK_CORE));
    let inside: Vec<Item> = outside.iter().copied().filter(|t| beyond(t) > 0.0).collect();
    let base: f64 = inside.iter().map(|t| t.0).sum();
    let left = (capacity - inside.iter().map(size).sum::<f64>()).max(0.0);
    let step = if whole && left <= PACK_STEPS { 1.0 } else { (left / PACK_STEPS).max(f64::MIN_POSITIVE) };
    let steps = |x: f64| (x / step + 1e-7).floor() as usize;
    let width = steps(left) + 1;
    let mut table = vec![0.0; width];
    let mut taken = vec![false; width * order.len()];
    for (t, taken) in order.iter().zip(taken.chunks_mut(width)) {
        let s = steps(size(t));
        for w in (s..width).rev() {
            let other = table[w - s] + t.0;
            if other > table[w] {
                table[w] = other;
                taken[w] = true;
            }
        }
    }
    let flip = outside.iter().map(|t| beyond(t).abs()).fold(f64::INFINITY, f64::min);
    let found = (base + table[width - 1]).max(relaxed - flip);
    if found >= relaxed {
        return (full, part, relaxed);
    }
    let (mut w, mut core, mut rest) = (width - 1, Vec::new(), Vec::new());
    for (at, t) in order.iter().enumerate().rev() {
        let into = taken[at * width + w];
        w -= if into { steps(size(t)) } else { 0 };
        if into { core.push(*t) } else { rest.push(*t) }
    }
    let kept = inside.len() + core.len();
    rest.extend(outside.iter().filter(|t| beyond(t) <= 0.0));
    *items = inside.into_iter().chain(core).chain(rest).collect();
    (kept, 0.0, found)
}

/// Packs items in order; where the room ends, the number packed whole and the share of the next.
fn fill(items: &[Item], demand: &[f64], room: &mut f64, gain: &mut f64) -> Option<(usize, f64)> {
    for (at, t) in items.iter().enumerate() {
        let d = demand[t.1 as usize];
        if d > *room {
            let part = room.max(0.0) / d;
            *gain += t.0 * part;
            return Some((at, part));
        }
        *room -= d;
        *gain += t.0;
    }
    None
}

/// The cheapest sites with room enough, by their reduced costs.
#[derive(Default)]
pub struct Enough {
    /// Sites that the bound opens, with the share of each (whole but for one where only the relaxation was solved).
    pub chosen: Vec<(u32, f64)>,
    /// By how much the bound grows at least when a free site is forced to the other side.
    pub change: Vec<f64>,
    rest: Vec<u32>,
    table: Vec<f64>,
    taken: Vec<bool>,
}

/// Items whose packing is searched exactly.
const PACK_CORE: usize = 30;
/// Steps of capacity that the exact packing tells apart.
const PACK_STEPS: f64 = 1000.0;
/// Sites whose choice is searched exactly; the others stay where the relaxation puts them.
const CORE: usize = 40;
/// Steps of capacity that the exact search tells apart.
const STEPS: f64 = 1500.0;

impl Enough {
    /// min Σ r_i y_i over y in {0, 1} with Σ s_i y_i ≥ total demand and the fates of the sites, or a bound below it.
    pub fn solve(&mut self, ground: &Ground, reduced: &[f64], fates: &[Fate]) -> f64 {
        self.chosen.clear();
        self.rest.clear();
        self.change.resize(ground.sites, 0.0);
        let mut need = ground.total * (1.0 - 1e-12);
        let mut value = 0.0;
        for i in 0..ground.sites {
            match fates[i] {
                Fate::Free => self.rest.push(i as u32),
                Fate::Open => {
                    value += reduced[i];
                    need -= ground.capacity[i];
                    self.chosen.push((i as u32, 1.0));
                }
                Fate::Closed => {}
            }
        }
        value + if ground.uniform > 0.0 { self.count(ground, reduced, need) } else { self.cover(ground, reduced, need) }
    }

    /// All capacities equal: a number of sites is needed.
    fn count(&mut self, ground: &Ground, reduced: &[f64], need: f64) -> f64 {
        let least = if need > 0.0 { (need / ground.uniform - 1e-9).ceil() as usize } else { 0 };
        if least > self.rest.len() {
            return f64::INFINITY;
        }
        let cost = |i: u32| reduced[i as usize];
        self.rest.sort_unstable_by(|&a, &b| cost(a).total_cmp(&cost(b)).then(a.cmp(&b)));
        let take = least.max(self.rest.partition_point(|&i| cost(i) < 0.0));
        let next = self.rest.get(take).map_or(f64::INFINITY, |&i| cost(i));
        let last = if take == least && take > 0 { cost(self.rest[take - 1]).max(0.0) } else { 0.0 };
        for (at, &i) in self.rest.iter().enumerate() {
            self.change[i as usize] = match (at < take, take > least) {
                (true, true) => -cost(i),
                (true, false) => next - cost(i),
                (false, _) => cost(i) - last,
            };
        }
        self.chosen.extend(self.rest[..take].iter().map(|&i| (i, 1.0)));
        self.rest[..take].iter().map(|&i| cost(i)).sum()
    }

    /// Different capacities: the relaxation, and an exact search around its break.
    fn cover(&mut self, ground: &Ground, reduced: &[f64], mut need: f64) -> f64 {
        let (cost, size) = (|i: u32| reduced[i as usize], |i: u32| ground.capacity[i as usize]);
        let mut value = 0.0;
        let (chosen, change) = (&mut self.chosen, &mut self.change);
        self.rest.retain(|&i| {
            change[i as usize] = cost(i).abs();
            let pays = cost(i) < 0.0;
            if pays {
                value += cost(i);
                need -= size(i);
                chosen.push((i, 1.0));
            }
            !pays && size(i) > 0.0
        });
        if need <= 0.0 {
            return value;
        }
        let worth = |i: u32| cost(i) / size(i);
        self.rest.sort_unstable_by(|&a, &b| worth(a).total_cmp(&worth(b)).then(a.cmp(&b)));
        let (mut left, mut relaxed, mut price) = (need, 0.0, f64::INFINITY);
        for &i in &self.rest {
            price = worth(i);
            relaxed += cost(i) * (left / size(i)).min(1.0);
            left -= size(i);
            if left <= 0.0 {
                break;
            }
        }
        if left > 0.0 {
            return f64::INFINITY;
        }
        let beyond = |i: u32| cost(i) - price * size(i);
        let exact = self.search(ground, reduced, price, need, relaxed);
        let best = exact.max(relaxed);
        for i in 0..ground.sites {
            self.change[i] = (relaxed + beyond(i as u32).abs() - best).max(0.0);
        }
        if exact < relaxed {
            self.fractional(ground, need);
        }
        value + best
    }

    /// The exact cover over the sites nearest to the break, all others where the relaxation has them: with capacities
    /// in steps, rounded so that the result stays below the true one. Adds what it takes to the chosen.
    fn search(&mut self, ground: &Ground, reduced: &[f64], price: f64, need: f64, relaxed: f64) -> f64 {
        let (cost, size) = (|i: u32| reduced[i as usize], |i: u32| ground.capacity[i as usize]);
        let beyond = |i: u32| cost(i) - price * size(i);
        let mut order = self.rest.clone();
        order.sort_unstable_by(|&a, &b| beyond(a).abs().total_cmp(&beyond(b).abs()).then(a.cmp(&b)));
        let core = order.split_off(order.len().min(CORE));
        let (core, outside) = (order, core);
        let mut left = need;
        let mut base = 0.0;
        let from = self.chosen.len();
        for &i in outside.iter().filter(|&&i| beyond(i) < 0.0) {
            base += cost(i);
            left -= size(i);
            self.chosen.push((i, 1.0));
        }
        let left = left.max(0.0);
        let step = if ground.whole && left <= STEPS { 1.0 } else { (left / STEPS).max(f64::MIN_POSITIVE) };
        let width = ((left / step) - 1e-7).ceil().max(0.0) as usize + 1;
        self.table.clear();
        self.table.resize(width, f64::INFINITY);
        self.table[0] = 0.0;
        self.taken.clear();
        self.taken.resize(width * core.len(), false);
        let steps = |i: u32| ((size(i) / step - 1e-7).ceil().max(0.0) as usize).min(width);
        for (&i, taken) in core.iter().zip(self.taken.chunks_mut(width)) {
            let (s, c) = (steps(i), cost(i));
            for w in (1..width).rev() {
                let other = self.table[w.saturating_sub(s)] + c;
                if other < self.table[w] {
                    self.table[w] = other;
                    taken[w] = true;
                }
            }
        }
        let found = base + self.table[width - 1];
        let flip = outside.iter().map(|&i| beyond(i).abs()).fold(f64::INFINITY, f64::min);
        let mut w = width - 1;
        for (at, &i) in core.iter().enumerate().rev() {
            if w > 0 && self.taken[at * width + w] {
                self.chosen.push((i, 1.0));
                w = w.saturating_sub(steps(i));
            }
        }
        let exact = found.min(relaxed + flip);
        if exact < relaxed {
            self.chosen.truncate(from);
        }
        exact
    }

    /// The relaxation's own choice.
    fn fractional(&mut self, ground: &Ground, need: f64) {
        let mut left = need;
        for &i in &self.rest {
            if left <= 0.0 {
                break;
            }
            let size = ground.capacity[i as usize];
            self.chosen.push((i, (left / size).min(1.0)));
            left -= size;
        }
    }
}
