//! First-order conditions by dual numbers, and a grid of prices for every dealer alone. Shares no line with the solver.

use super::answer::Equilibrium;
use super::problem::Segment;

/// Largest residual of a first-order condition, thousands of money.
pub const CONDITION: f64 = 1e-8;
/// Largest gain on the grid, as a part of the dealer's profit on the cost it acts on.
pub const GAIN: f64 = 1e-9;

/// What was recomputed.
#[derive(Clone, Debug)]
pub struct Certificate {
    /// Largest `|Q + (p − c) Q'| / |Q'|`, thousands.
    pub condition: f64,
    /// Largest gain of a lone deviation, relative.
    pub gain: f64,
    /// Largest relative difference between sales told and recomputed.
    pub sales: f64,
    /// Prices tried.
    pub tried: usize,
}

impl Certificate {
    /// Whether the equilibrium stands.
    pub fn holds(&self) -> bool {
        self.condition <= CONDITION && self.gain <= GAIN && self.sales <= 1e-9
    }
}

/// A number and its derivative in the dealer's own price.
#[derive(Clone, Copy)]
struct Dual(f64, f64);

impl Dual {
    fn exp(self) -> Self {
        let e = self.0.exp();
        Self(e, e * self.1)
    }
    fn ln(self) -> Self {
        Self(self.0.ln(), self.1 / self.0)
    }
    fn scale(self, by: f64) -> Self {
        Self(self.0 * by, self.1 * by)
    }
    fn plus(self, other: Self) -> Self {
        Self(self.0 + other.0, self.1 + other.1)
    }
}

/// What one dealer sees of one zone: everything but its own price.
struct Seen {
    buyers: f64,
    /// Its value before the price, less the zone's reference.
    value: f64,
    /// `Σ e` of the other dealers of its nest.
    siblings: f64,
    /// Outside and the other nests.
    rest: f64,
}

/// `ln s`, from `ln e` and the sums of the others.
fn log_share(seen: &Seen, price: Dual, alpha: f64, rho: f64) -> Dual {
    let own = Dual(seen.value, 0.0).plus(price.scale(-alpha)).scale(1.0 / (1.0 - rho));
    let sum = own.exp().plus(Dual(seen.siblings, 0.0)).ln();
    let all = sum.scale(1.0 - rho).exp().plus(Dual(seen.rest, 0.0)).ln();
    own.plus(sum.scale(-rho)).plus(all.scale(-1.0))
}

fn sales(seen: &[Seen], price: f64, segment: &Segment) -> Dual {
    let share = |s: &Seen| log_share(s, Dual(price, 1.0), segment.alpha, segment.rho).exp().scale(s.buyers);
    seen.iter().map(share).fold(Dual(0.0, 0.0), Dual::plus)
}

/// What every dealer sees of every zone at these prices; sums over the others by running sums from both ends.
fn sights(segment: &Segment, prices: &[f64]) -> Vec<Vec<Seen>> {
    let mut sights: Vec<Vec<Seen>> = prices.iter().map(|_| Vec::new()).collect();
    let keep = 1.0 - segment.rho;
    for zone in segment.zones.iter().filter(|z| z.buyers > 0.0 && !z.reach.is_empty()) {
        let mut nests: std::collections::BTreeMap<usize, Vec<(usize, f64)>> = std::collections::BTreeMap::new();
        zone.reach.iter().for_each(|&(j, v)| nests.entry(segment.players[j].nest).or_default().push((j, v)));
        let utility = |&(j, v): &(usize, f64)| v - segment.alpha * prices[j];
        let top = zone.reach.iter().map(utility).fold(f64::NEG_INFINITY, f64::max);
        let weight = |r: &(usize, f64)| ((utility(r) - top) / keep).exp();
        let power: Vec<f64> = nests.values().map(|n| n.iter().map(weight).sum::<f64>().powf(keep)).collect();
        for (k, nest) in nests.values().enumerate() {
            let others: f64 = power.iter().enumerate().filter(|p| p.0 != k).map(|p| p.1).sum();
            let rest = zone.outside * (-top).exp() + others;
            let mut after = vec![0.0; nest.len() + 1];
            for i in (0..nest.len()).rev() {
                after[i] = after[i + 1] + weight(&nest[i]);
            }
            let mut before = 0.0;
            for (i, r) in nest.iter().enumerate() {
                let siblings = before + after[i + 1];
                sights[r.0].push(Seen { buyers: zone.buyers, value: r.1 - top, siblings, rest });
                before += weight(r);
            }
        }
    }
    sights
}

/// Checks an equilibrium.
pub fn certify(segment: &Segment, found: &Equilibrium) -> Certificate {
    let prices: Vec<f64> = found.dealers.iter().map(|d| d.price).collect();
    let sights = sights(segment, &prices);
    let mut certificate = Certificate { condition: 0.0, gain: 0.0, sales: 0.0, tried: 0 };
    for ((player, told), seen) in segment.players.iter().zip(&found.dealers).zip(&sights) {
        let (price, cost) = (told.price, player.cost.marginal());
        let Dual(sold, slope) = sales(seen, price, segment);
        worst(&mut certificate.condition, ((sold + (price - cost) * slope) / slope).abs());
        worst(&mut certificate.sales, (sold / told.sales - 1.0).abs());
        let profit = (price - cost) * sold;
        for step in 1..=60 {
            let markup =
                (price - cost) * if step <= 40 { 0.05 * f64::from(step) } else { 2.0 + 0.2 * f64::from(step - 40) };
            let alone = markup * sales(seen, cost + markup, segment).0;
            worst(&mut certificate.gain, alone / profit - 1.0);
            certificate.tried += 1;
        }
    }
    certificate
}

/// Keeps the larger; what is no number stays.
fn worst(most: &mut f64, value: f64) {
    if value > *most || value.is_nan() {
        *most = value;
    }
}
