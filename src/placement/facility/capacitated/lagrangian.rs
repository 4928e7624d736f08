//! The Lagrangian of the assignment rows. With a price v_j for serving client j, site i earns at most a continuous
//! knapsack of its capacity, r_i = f_i − that, and L(v) = Σ v_j + min Σ r_i y_i over sets with room for all demand is
//! a lower bound whatever v is: that of the strong model with every cover inequality of the total demand.

use super::knapsack::{Enough, Item, pack, pack_whole};
use super::{Fate, Ground};

/// The Lagrangian with the memory of its last evaluation.
pub struct Lagrangian<'a> {
    ground: &'a Ground,
    items: Vec<Vec<Item>>,
    /// Items each site packs whole, and its share of the next.
    packed: Vec<(usize, f64)>,
    enough: Enough,
    /// Fixed cost less earnings of each site.
    pub reduced: Vec<f64>,
    /// A subgradient: what is missing at each client.
    pub missing: Vec<f64>,
}

impl<'a> Lagrangian<'a> {
    /// Prepares the Lagrangian of a problem.
    pub fn new(ground: &'a Ground) -> Self {
        let m = ground.sites;
        Self {
            ground,
            items: vec![Vec::new(); m],
            packed: vec![(0, 0.0); m],
            enough: Enough::default(),
            reduced: vec![0.0; m],
            missing: vec![0.0; ground.clients],
        }
    }

    /// The bound at prices `v` with the fates of the sites, less its rounding error.
    pub fn bound(&mut self, v: &[f64], fates: &[Fate]) -> f64 {
        let g = self.ground;
        self.items.iter_mut().for_each(Vec::clear);
        let (mut total, mut size) = (0.0, 0.0);
        for (j, &price) in v.iter().enumerate() {
            total += price;
            size += price.abs();
            for &(i, cost) in g.lists[j].iter().take_while(|e| e.1 < price) {
                if fates[i as usize] != Fate::Closed {
                    self.items[i as usize].push((price - cost, j as u32));
                }
            }
        }
        for i in 0..g.sites {
            let (items, room) = (&mut self.items[i], g.capacity[i]);
            let (full, part, gain) =
                if g.single { pack_whole(items, &g.demand, room, g.whole) } else { pack(items, &g.demand, room) };
            self.packed[i] = (full, part);
            self.reduced[i] = g.fixed[i] - gain;
            size += gain;
        }
        let chosen = self.enough.solve(g, &self.reduced, fates);
        total + chosen - 1e-13 * (size + g.fixed_of(&self.open()))
    }

    /// The sites that the last bound opens, with the share of each.
    pub fn chosen(&self) -> &[(u32, f64)] {
        &self.enough.chosen
    }

    /// The same as a set.
    pub fn open(&self) -> Vec<u32> {
        let mut open: Vec<u32> = self.enough.chosen.iter().map(|c| c.0).collect();
        open.sort_unstable();
        open
    }

    /// Fills in the subgradient of the last bound.
    pub fn differentiate(&mut self) {
        self.missing.fill(1.0);
        for &(i, share) in &self.enough.chosen {
            let (full, part) = self.packed[i as usize];
            let items = &self.items[i as usize];
            items[..full].iter().for_each(|t| self.missing[t.1 as usize] -= share);
            if part > 0.0 {
                self.missing[items[full].1 as usize] -= share * part;
            }
        }
    }

    /// Free sites that the last bound decides in every answer below `cutoff`: the site and whether it is open.
    pub fn decided(&self, bound: f64, cutoff: f64, fates: &[Fate]) -> Vec<(u32, bool)> {
        let mut opened = vec![0.0; fates.len()];
        self.enough.chosen.iter().for_each(|c| opened[c.0 as usize] = c.1);
        let free = (0..fates.len()).filter(|&i| fates[i] == Fate::Free);
        free.filter(|&i| bound + self.enough.change[i] > cutoff || self.enough.change[i] == f64::INFINITY)
            .filter(|&i| opened[i] == 0.0 || opened[i] == 1.0)
            .map(|i| (i as u32, opened[i] == 1.0))
            .collect()
    }
}
