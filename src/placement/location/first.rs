//! Multipliers to start from.

use super::State;
use crate::placement::ascent::{Spread, Volume};
use crate::placement::costs::Costs;

/// Sites, and sites for each that is to be opened, from which on they count as dense.
const DENSE: (usize, usize) = (2000, 20);
/// How the first multipliers over dense sites are levelled.
const SPREADS: [Spread; 2] =
    [Spread { first: 24, least: 8, momentum: 0.8 }, Spread { first: 8, least: 3, momentum: 0.9 }];

impl<C: Costs> State<'_, '_, C> {
    /// Multipliers halfway between the first and second open site of each client.
    fn first_multipliers(&self) -> Vec<f64> {
        let mut is_open = vec![false; self.task.costs.sites()];
        for &i in &self.best().open {
            is_open[i as usize] = true;
        }
        let one = |j: usize| {
            let mut found = self.lists.of(j).iter().filter(|e| is_open[e.0]).map(|e| e.1);
            let last = self.task.costs.unserved(j).or(self.lists.of(j).costs.last().copied()).unwrap_or(0);
            let first = found.next().unwrap_or(last);
            let second = found.next().unwrap_or(if self.task.costs.unserved(j).is_some() { last } else { first });
            first as f64 + 0.5 * (second - first) as f64
        };
        (0..self.lists.len()).map(one).collect()
    }

    /// Multipliers from what the clients of the same site pay on average: over dense sites the best multiplier hardly
    /// changes from place to place, and a disc's radius is one and a half times its mean distance.
    fn even_multipliers(&self, factor: f64) -> Vec<f64> {
        let m = self.task.costs.sites();
        let mut is_open = vec![false; m];
        self.best().open.iter().for_each(|&i| is_open[i as usize] = true);
        let first = |j: usize| self.lists.of(j).iter().find(|e| is_open[e.0]);
        let served: Vec<Option<(usize, i64)>> = (0..self.lists.len()).map(first).collect();
        let (mut sum, mut count) = (vec![0.0; m], vec![0.0; m]);
        for (i, c) in served.iter().flatten() {
            sum[*i] += *c as f64;
            count[*i] += 1.0;
        }
        let last = |j: usize| self.lists.of(j).costs.last().copied().unwrap_or(0) as f64;
        let one =
            |(j, e): (usize, &Option<(usize, i64)>)| e.map_or_else(|| last(j), |(i, _)| factor * sum[i] / count[i]);
        served.iter().enumerate().map(one).collect()
    }

    /// The best of some first multipliers.
    pub(super) fn first_volume(&mut self) -> Volume {
        let sites = self.task.costs.sites();
        let dense = sites >= DENSE.0 && self.task.count.is_some_and(|p| sites >= DENSE.1 * p);
        let mut tries = vec![self.first_multipliers()];
        if self.task.count.is_some() && self.task.costs.unserved(0).is_none() {
            tries.extend([1.25, 1.45, 1.7, 2.0].map(|factor| self.even_multipliers(factor)));
        }
        let target = self.best().value as f64;
        let mut best: Option<Volume> = None;
        for v in tries {
            let mut volume = Volume::new(v, sites);
            volume.step(self.task.costs, &mut self.lists, self.task.fixed, &self.choice, target);
            if best.as_ref().is_none_or(|b| volume.bound > b.bound) {
                best = Some(volume);
            }
        }
        let mut best = best.unwrap_or_else(|| Volume::new(self.first_multipliers(), sites));
        if dense {
            for spread in SPREADS {
                best.level(self.task.costs, &mut self.lists, self.task.fixed, &self.choice, target, self.watch, spread);
            }
        }
        best
    }
}
