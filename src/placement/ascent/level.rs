//! First multipliers over dense sites, where thousands of sites are nearly as good as the few that the relaxation opens.

use super::{Choice, Volume};
use crate::placement::control::Watch;
use crate::placement::costs::{Costs, Lists};

/// How a slope is spread.
#[derive(Clone, Copy, Debug)]
pub struct Spread {
    /// Sites that share the choice, as a multiple of the count, at first.
    pub first: usize,
    /// And at last.
    pub least: usize,
    /// Share of the last move that the next one goes on with.
    pub momentum: f64,
}

impl Volume {
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

    /// Steps along spread slopes, with momentum, while they pay; for problems with a count and every client served.
    #[expect(clippy::too_many_arguments, reason = "the pieces of one problem, borrowed apart")]
    pub fn level<C: Costs>(
        &mut self,
        costs: &C,
        lists: &mut Lists,
        fixed: &[i64],
        choice: &Choice,
        target: f64,
        watch: &Watch,
        spread: Spread,
    ) {
        let Some(count) = choice.count else { return };
        let mut wide = spread.first;
        let least = spread.least;
        self.share = 0.3;
        let (mut v, mut before) = (self.v.clone(), self.v.clone());
        let mut factor: f64 = 0.7;
        for _ in 0..300 {
            if watch.over() || factor < 0.01 {
                break;
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
                v[j] = (next + spread.momentum * (next - before[j])).max(0.0);
                before[j] = next;
            }
        }
        let best = self.v.clone();
        self.evaluate(&best, costs, lists, fixed, choice);
        self.direction.clone_from(&self.subgradient);
        self.opening.fill(0.0);
        self.chosen.iter().for_each(|&i| self.opening[i as usize] = 1.0);
    }
}
