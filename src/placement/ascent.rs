//! The Lagrangian of the assignment rows: bounds from any multipliers, in whole numbers, and the volume algorithm
//! (Barahona & Anbil 2000) that finds good ones.
//!
//! With one multiplier v_j per client and the reduced cost r_i = f_i + Σ_j min(0, c_ij − v_j) of opening site i,
//! L(v) = Σ_j v_j + (sum of the p smallest r_i, or Σ_i min(0, r_i)) is a lower bound whatever v is.

use super::control::Watch;
use super::costs::{Costs, Lists};

/// A choice of sites: which are allowed, which are forced, and how many must stand.
#[derive(Clone, Debug)]
pub struct Choice {
    /// Sites that may be open.
    pub alive: Vec<bool>,
    /// Sites that must be open.
    pub must: Vec<bool>,
    /// Exact number of open sites, if it is set.
    pub count: Option<usize>,
}

impl Choice {
    /// Every site may be open, none must.
    pub fn free(sites: usize, count: Option<usize>) -> Self {
        Self { alive: vec![true; sites], must: vec![false; sites], count }
    }

    /// Whether no set of sites can satisfy it.
    pub fn contradicts(&self) -> bool {
        let both = self.alive.iter().zip(&self.must).any(|(&alive, &must)| must && !alive);
        let alive = self.alive.iter().filter(|&&a| a).count();
        let must = self.must.iter().filter(|&&m| m).count();
        both || alive == 0 || self.count.is_some_and(|count| must > count || alive < count)
    }
}

/// A bound in whole numbers with the reduced costs it rests on; everything is multiplied by the scale.
#[derive(Clone, Debug)]
pub struct Exact {
    /// The bound times the scale.
    pub total: i128,
    /// Reduced cost of every site times the scale.
    pub reduced: Vec<i64>,
    /// Largest reduced cost that the count still takes, and the smallest that it leaves (with a count).
    margin: Option<(i64, i64)>,
}

impl Exact {
    /// What opening a site adds to the bound at least, times the scale.
    pub fn penalty(&self, site: usize) -> i64 {
        let from = self.margin.map_or(0, |m| m.0);
        self.reduced[site].saturating_sub(from).max(0)
    }
}

/// The bound L(v) for multipliers given times `scale`.
pub fn exact<C: Costs>(costs: &C, lists: &mut Lists, fixed: &[i64], choice: &Choice, v: &[i64], scale: i64) -> Exact {
    let mut reduced: Vec<i64> = fixed.iter().map(|&f| f * scale).collect();
    let capped: Vec<i64>;
    let v = if costs.clients() > 0 && costs.unserved(0).is_some() {
        capped = v.iter().enumerate().map(|(j, &x)| costs.unserved(j).map_or(x, |w| x.min(w * scale))).collect();
        &capped[..]
    } else {
        v
    };
    for (j, &vj) in v.iter().enumerate() {
        if lists.of(j).reach < i64::MAX && lists.of(j).reach.saturating_mul(scale) < vj {
            lists.grow(costs, j, vj / scale + 1, &choice.alive);
        }
        let list = lists.of(j);
        for (&i, &c) in list.sites.iter().zip(&list.costs) {
            let slack = c * scale - vj;
            if slack >= 0 {
                break;
            }
            reduced[i as usize] += slack;
        }
    }
    let mut total: i128 = v.iter().map(|&x| i128::from(x)).sum();
    let mut free = Vec::new();
    let mut forced = 0;
    for i in 0..reduced.len() {
        if choice.must[i] {
            total += i128::from(reduced[i]);
            forced += 1;
        } else if choice.alive[i] {
            free.push(reduced[i]);
        }
    }
    let margin = match choice.count {
        None => {
            total += free.iter().map(|&r| i128::from(r.min(0))).sum::<i128>();
            None
        }
        Some(count) => {
            let take = count.saturating_sub(forced).min(free.len());
            let mut margin = (i64::MIN, i64::MAX);
            if take > 0 && take < free.len() {
                let (low, &mut next, _) = free.select_nth_unstable(take);
                margin = (low.iter().copied().max().unwrap_or(i64::MIN), next);
            } else if take < free.len() {
                margin.1 = free.iter().copied().min().unwrap_or(i64::MAX);
            } else if take > 0 {
                margin.0 = free.iter().copied().max().unwrap_or(i64::MIN);
            }
            total += free[..take].iter().map(|&r| i128::from(r)).sum::<i128>();
            Some(margin)
        }
    };
    Exact { total, reduced, margin }
}

/// Sites that the bound decides: those that can only be closed, and those that can only be open, in any answer whose
/// value times the scale is at most `cutoff`.
pub fn decided(bound: &Exact, choice: &Choice, cutoff: i128) -> (Vec<u32>, Vec<u32>) {
    let (mut close, mut open) = (Vec::new(), Vec::new());
    for (i, &r) in bound.reduced.iter().enumerate() {
        if !choice.alive[i] || choice.must[i] {
            continue;
        }
        match bound.margin {
            None if r > 0 && bound.total + i128::from(r) > cutoff => close.push(i as u32),
            None if r < 0 && bound.total - i128::from(r) > cutoff => open.push(i as u32),
            None => {}
            Some((last, next)) => {
                if r > last || (r == last && r == next) {
                    let worse = if last == i64::MIN { i128::from(i64::MAX) } else { i128::from(r) - i128::from(last) };
                    if bound.total + worse > cutoff {
                        close.push(i as u32);
                    }
                } else {
                    let worse = if next == i64::MAX { i128::from(i64::MAX) } else { i128::from(next) - i128::from(r) };
                    if bound.total + worse > cutoff {
                        open.push(i as u32);
                    }
                }
            }
        }
    }
    (close, open)
}

/// The volume algorithm's state: stable multipliers, their bound, and an averaged primal point.
pub struct Volume {
    /// Stable multipliers, in cost units.
    pub v: Vec<f64>,
    /// Bound at the stable multipliers (in floating point: a guide, not a proof).
    pub bound: f64,
    /// Averaged openings: an approximate optimum of the linear relaxation.
    pub opening: Vec<f64>,
    /// The sites that the last evaluation opened.
    pub chosen: Vec<u32>,
    direction: Vec<f64>,
    reduced: Vec<f64>,
    subgradient: Vec<f64>,
    factor: f64,
    misses: u32,
    share: f64,
}

impl Volume {
    /// Starts from multipliers.
    pub fn new(v: Vec<f64>, sites: usize) -> Self {
        let n = v.len();
        Self {
            v,
            bound: f64::NEG_INFINITY,
            opening: vec![0.0; sites],
            chosen: Vec::new(),
            direction: vec![0.0; n],
            reduced: vec![0.0; sites],
            subgradient: vec![0.0; n],
            factor: 0.3,
            misses: 0,
            share: 0.1,
        }
    }

    /// The step factor, which shrinks while nothing improves: small means that little is left to gain.
    pub fn factor(&self) -> f64 {
        self.factor
    }

    fn evaluate<C: Costs>(&mut self, v: &[f64], costs: &C, lists: &mut Lists, fixed: &[i64], choice: &Choice) -> f64 {
        for (r, &f) in self.reduced.iter_mut().zip(fixed) {
            *r = f as f64;
        }
        for (j, &vj) in v.iter().enumerate() {
            if lists.of(j).reach < i64::MAX && (lists.of(j).reach as f64) < vj {
                lists.grow(costs, j, vj as i64 + 1, &choice.alive);
            }
            let list = lists.of(j);
            for (&i, &c) in list.sites.iter().zip(&list.costs) {
                let slack = c as f64 - vj;
                if slack >= 0.0 {
                    break;
                }
                self.reduced[i as usize] += slack;
            }
        }
        let mut total: f64 = v.iter().sum();
        self.chosen.clear();
        let mut free: Vec<u32> = Vec::new();
        for i in 0..self.reduced.len() {
            if choice.must[i] {
                self.chosen.push(i as u32);
            } else if choice.alive[i] && (choice.count.is_some() || self.reduced[i] < 0.0) {
                free.push(i as u32);
            }
        }
        if let Some(count) = choice.count {
            let take = count.saturating_sub(self.chosen.len()).min(free.len());
            if take < free.len() {
                let reduced = &self.reduced;
                free.select_nth_unstable_by(take, |&a, &b| {
                    reduced[a as usize].total_cmp(&reduced[b as usize]).then(a.cmp(&b))
                });
                free.truncate(take);
            }
        }
        self.chosen.extend(free);
        self.chosen.sort_unstable();
        let mut is_chosen = vec![false; fixed.len()];
        for &i in &self.chosen {
            total += self.reduced[i as usize];
            is_chosen[i as usize] = true;
        }
        for (j, &vj) in v.iter().enumerate() {
            let list = lists.of(j);
            if list.sites.is_empty()
                || costs.unserved(j).is_some_and(|w| vj >= w as f64)
                    && !list.sites.iter().any(|&i| is_chosen[i as usize])
            {
                self.subgradient[j] = 0.0;
                continue;
            }
            let mut served = 0.0;
            for (&i, &c) in list.sites.iter().zip(&list.costs) {
                if c as f64 >= vj {
                    break;
                }
                served += f64::from(u8::from(is_chosen[i as usize]));
            }
            self.subgradient[j] = 1.0 - served;
        }
        total
    }

    /// The slope at multipliers with the choice spread over `wide` times as many sites as the count: over dense sites the
    /// few that the relaxation opens say little about where the multipliers are too large.
    fn spread(&mut self, v: &[f64], lists: &Lists, choice: &Choice, count: usize, wide: usize) {
        let mut order: Vec<u32> = (0..self.reduced.len() as u32).filter(|&i| choice.alive[i as usize]).collect();
        let reduced = &self.reduced;
        let by = |a: &u32, b: &u32| reduced[*a as usize].total_cmp(&reduced[*b as usize]).then(a.cmp(b));
        let take = (wide * count).min(order.len() - 1);
        order.select_nth_unstable_by(take, by);
        let high = reduced[order[take] as usize];
        order.truncate(take);
        let sum: f64 = order.iter().map(|&i| high - reduced[i as usize]).sum();
        let mut weight = vec![0.0; reduced.len()];
        for &i in &order {
            weight[i as usize] = count as f64 * (high - reduced[i as usize]) / sum.max(1e-9);
        }
        for (j, &vj) in v.iter().enumerate() {
            let list = lists.of(j);
            let mut served = 0.0;
            for (&i, &c) in list.sites.iter().zip(&list.costs) {
                if c as f64 >= vj {
                    break;
                }
                served += weight[i as usize];
            }
            self.subgradient[j] = 1.0 - served;
        }
    }

    /// Steps along spread slopes while they pay; for problems with a count and every client served.
    pub fn level<C: Costs>(
        &mut self,
        costs: &C,
        lists: &mut Lists,
        fixed: &[i64],
        choice: &Choice,
        target: f64,
        watch: &Watch,
    ) {
        let Some(count) = choice.count else { return };
        let (mut wide, least, momentum) = (24, 8, 0.8);
        self.share = 0.3;
        let (mut v, mut before) = (self.v.clone(), self.v.clone());
        let mut factor: f64 = 0.7;
        for _ in 0..300 {
            if watch.over() || factor < 0.01 {
                return;
            }
            let bound = self.evaluate(&v, costs, lists, fixed, choice);
            if bound > self.bound {
                let much = bound - self.bound > 0.02 * (target - bound);
                factor = if much { (factor * 1.1).min(1.5) } else { factor };
                wide = if much { wide } else { (wide - 1).max(least) };
                self.bound = bound;
                self.v.clone_from(&v);
            } else {
                factor *= 0.85;
                wide = (wide - 1).max(least);
                before.clone_from(&self.v);
                v.clone_from(&self.v);
                self.evaluate(&v, costs, lists, fixed, choice);
            }
            self.spread(&v, lists, choice, count, wide);
            let norm: f64 = self.subgradient.iter().map(|g| g * g).sum();
            let length = factor * (target - self.bound) / norm.max(1e-9);
            for j in 0..v.len() {
                let next = (v[j] + length * self.subgradient[j]).max(0.0);
                v[j] = (next + momentum * (next - before[j])).max(0.0);
                before[j] = next;
            }
        }
    }

    /// One step towards `target` (an upper bound on the optimum); returns whether the bound rose.
    pub fn step<C: Costs>(
        &mut self,
        costs: &C,
        lists: &mut Lists,
        fixed: &[i64],
        choice: &Choice,
        target: f64,
    ) -> bool {
        if self.bound == f64::NEG_INFINITY {
            let v = self.v.clone();
            self.bound = self.evaluate(&v, costs, lists, fixed, choice);
            self.direction.clone_from(&self.subgradient);
            for &i in &self.chosen {
                self.opening[i as usize] = 1.0;
            }
            return true;
        }
        let norm: f64 = self.direction.iter().map(|d| d * d).sum();
        if norm < 1e-12 {
            self.factor = 0.0;
            return false;
        }
        let aim = target.max(self.bound + 0.002 * self.bound.abs());
        let length = self.factor * (aim - self.bound) / norm;
        let mut v: Vec<f64> = self.v.iter().zip(&self.direction).map(|(v, d)| (v + length * d).max(0.0)).collect();
        for (j, x) in v.iter_mut().enumerate() {
            if let Some(limit) = costs.unserved(j) {
                *x = x.min(limit as f64);
            }
        }
        let bound = self.evaluate(&v, costs, lists, fixed, choice);
        self.average();
        if bound > self.bound {
            let uphill: f64 = self.direction.iter().zip(&self.subgradient).map(|(d, g)| d * g).sum();
            let much = bound - self.bound > 1e-6 * bound.abs();
            self.v = v;
            self.bound = bound;
            if uphill > 0.0 {
                self.factor = (self.factor * 1.1).min(2.0);
            }
            if much {
                self.misses = 0;
            }
            true
        } else {
            self.misses += 1;
            if self.misses >= 10 {
                self.factor *= 0.66;
                self.misses = 0;
            }
            false
        }
    }

    /// Mixes the last subgradient into the direction and the last choice into the averaged openings.
    fn average(&mut self) {
        let (mut dd, mut dg, mut gg) = (0.0, 0.0, 0.0);
        for (d, g) in self.direction.iter().zip(&self.subgradient) {
            dd += d * d;
            dg += d * g;
            gg += g * g;
        }
        let spread = dd - 2.0 * dg + gg;
        let best = if spread > 1e-12 { (dd - dg) / spread } else { 0.1 };
        let share = best.clamp(0.01, self.share);
        for (d, g) in self.direction.iter_mut().zip(&self.subgradient) {
            *d += share * (g - *d);
        }
        for y in &mut self.opening {
            *y *= 1.0 - share;
        }
        for &i in &self.chosen {
            self.opening[i as usize] += share;
        }
    }

    /// The stable multipliers times a scale, as whole numbers.
    pub fn whole(&self, scale: i64) -> Vec<i64> {
        self.v.iter().map(|v| (v * scale as f64).round() as i64).collect()
    }

    /// Steps until the factor is small, `rounds` are spent or the watch says so, with a word to the caller after each.
    #[expect(clippy::too_many_arguments, reason = "the pieces of one problem, borrowed apart")]
    pub fn climb<C: Costs>(
        &mut self,
        costs: &C,
        lists: &mut Lists,
        fixed: &[i64],
        choice: &Choice,
        target: f64,
        rounds: usize,
        watch: &Watch,
    ) -> usize {
        for round in 0..rounds {
            if self.factor < 1e-3 || watch.over() {
                return round;
            }
            self.step(costs, lists, fixed, choice, target);
        }
        rounds
    }
}
