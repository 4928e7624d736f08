//! Dealers evenly on a ring: the textbook market on which density alone acts.

use super::problem::{Catchment, Cost, Player, Segment};

/// The ring; lengths in miles, money in thousands.
#[derive(Clone, Debug)]
pub struct Ring {
    /// Length around.
    pub around: f64,
    /// Dealers.
    pub dealers: usize,
    /// Weight of a thousand in utility.
    pub alpha: f64,
    /// Correlation inside the brand.
    pub rho: f64,
    /// Cost of travelling a mile, thousands.
    pub travel: f64,
    /// Value of the car at its cost, `d − α c`, in utility.
    pub net_value: f64,
    /// Invoice.
    pub invoice: f64,
    /// Buyers on the whole ring.
    pub buyers: f64,
    /// Points at which they stand.
    pub points: usize,
    /// Cash pressure of the first dealers, thousands.
    pub pressure: f64,
    /// How many are under it.
    pub pressed: usize,
}

impl Default for Ring {
    fn default() -> Self {
        Self {
            around: 120.0,
            dealers: 8,
            alpha: 0.35,
            rho: 0.6,
            travel: 0.073,
            net_value: -1.5,
            invoice: 22.0,
            buyers: 1000.0,
            points: 240,
            pressure: 0.0,
            pressed: 0,
        }
    }
}

impl Ring {
    /// The ring with stores so far apart; the spacing must divide the ring.
    pub fn spaced(spacing: f64) -> Self {
        let ring = Self::default();
        Self { dealers: (ring.around / spacing).round() as usize, ..ring }
    }

    /// The ring as a segment.
    pub fn segment(&self) -> Segment {
        let place = |j: usize| self.around * j as f64 / self.dealers as f64;
        let player = |j: usize| {
            let pressure = if j < self.pressed { self.pressure } else { 0.0 };
            Player {
                name: format!("D{}", j + 1),
                nest: 0,
                cost: Cost { invoice: self.invoice, pressure, ..Cost::default() },
            }
        };
        let quality = self.net_value + self.alpha * self.invoice;
        let zone = |k: usize| {
            let at = (k as f64 + 0.5) * self.around / self.points as f64;
            let value = |j: usize| {
                let gap = (at - place(j)).abs();
                quality - self.alpha * self.travel * gap.min(self.around - gap)
            };
            Catchment {
                buyers: self.buyers / self.points as f64,
                outside: 1.0,
                reach: (0..self.dealers).map(|j| (j, value(j))).collect(),
            }
        };
        Segment {
            name: "ring".into(),
            alpha: self.alpha,
            rho: self.rho,
            players: (0..self.dealers).map(player).collect(),
            zones: (0..self.points).map(zone).collect(),
        }
    }
}
