//! Shares and their slopes, all dealers at once.

use super::problem::Segment;

/// A segment scaled so that nothing overflows: values net of cost, each zone measured from its best dealer.
pub(super) struct Scaled {
    /// Weight of a markup inside a nest: `α / (1 − ρ)`.
    inside: f64,
    rho: f64,
    nest: Vec<usize>,
    nests: usize,
    zones: Vec<Zone>,
}

struct Zone {
    buyers: f64,
    outside: f64,
    /// Dealer and `e_zj` at no markup.
    reach: Vec<(usize, f64)>,
}

/// Sales of every dealer and `Σ N s (1 − ρ r − (1 − ρ) s)`.
pub(super) struct Demand {
    pub sales: Vec<f64>,
    pub slope: Vec<f64>,
}

impl Scaled {
    pub fn new(segment: &Segment) -> Self {
        let keep = 1.0 - segment.rho;
        let costs: Vec<f64> = segment.players.iter().map(|p| p.cost.marginal()).collect();
        let zones = segment.zones.iter().filter(|z| z.buyers > 0.0 && !z.reach.is_empty()).map(|zone| {
            let net = |&(j, value): &(usize, f64)| value - segment.alpha * costs[j];
            let best = zone.reach.iter().map(net).fold(f64::NEG_INFINITY, f64::max);
            Zone {
                buyers: zone.buyers,
                outside: zone.outside * libm::exp(-best),
                reach: zone.reach.iter().map(|r| (r.0, libm::exp((net(r) - best) / keep))).collect(),
            }
        });
        Self {
            inside: segment.alpha / keep,
            rho: segment.rho,
            nest: segment.players.iter().map(|p| p.nest).collect(),
            nests: segment.nests(),
            zones: zones.collect(),
        }
    }

    /// Sales and slopes at these markups.
    pub fn demand(&self, markup: &[f64]) -> Demand {
        self.demand_in(self.zones.iter(), markup)
    }

    /// Zones that each dealer reaches.
    pub fn near(&self, dealers: usize) -> Vec<Vec<usize>> {
        let mut near = vec![Vec::new(); dealers];
        for (z, zone) in self.zones.iter().enumerate() {
            zone.reach.iter().for_each(|r| near[r.0].push(z));
        }
        near
    }

    fn demand_in<'z>(&'z self, zones: impl Iterator<Item = &'z Zone>, markup: &[f64]) -> Demand {
        let n = markup.len();
        let (mut sales, mut slope) = (vec![0.0; n], vec![0.0; n]);
        let price: Vec<f64> = markup.iter().map(|m| libm::exp(-self.inside * m)).collect();
        let (mut sums, mut wins) = (vec![0.0; self.nests], vec![0.0; self.nests]);
        for zone in zones {
            zone.reach.iter().for_each(|&(j, e)| sums[self.nest[j]] += e * price[j]);
            let mut all = zone.outside;
            for &(j, _) in &zone.reach {
                let g = self.nest[j];
                if wins[g] == 0.0 {
                    wins[g] = libm::pow(sums[g], 1.0 - self.rho);
                    all += wins[g];
                }
            }
            for &(j, e) in &zone.reach {
                let g = self.nest[j];
                let part = e * price[j] / sums[g];
                let share = part * wins[g] / all;
                let (not_part, not_share) = if part * wins[g] > 0.9 * all {
                    self.rest(zone, j, &price, &wins)
                } else {
                    (1.0 - part, 1.0 - share)
                };
                sales[j] += zone.buyers * share;
                slope[j] += zone.buyers * share * (self.rho * not_part + (1.0 - self.rho) * not_share);
            }
            zone.reach.iter().for_each(|&(j, _)| (sums[self.nest[j]], wins[self.nest[j]]) = (0.0, 0.0));
        }
        Demand { sales, slope }
    }

    /// `1 − r` and `1 − s` of a dealer that has nearly all, summed from the others so that no digit cancels.
    fn rest(&self, zone: &Zone, dealer: usize, price: &[f64], wins: &[f64]) -> (f64, f64) {
        let own = self.nest[dealer];
        let (mut siblings, mut others, mut sum) = (0.0, zone.outside, 0.0);
        let mut seen = vec![false; self.nests];
        for &(j, e) in &zone.reach {
            let g = self.nest[j];
            if g == own {
                sum += e * price[j];
                siblings += if j == dealer { 0.0 } else { e * price[j] };
            } else if !seen[g] {
                seen[g] = true;
                others += wins[g];
            }
        }
        let not_part = siblings / sum;
        (not_part, (others + not_part * wins[own]) / (others + wins[own]))
    }

    /// The markup each dealer's first-order condition asks for at these markups.
    pub fn wanted(&self, markup: &[f64]) -> Vec<f64> {
        let demand = self.demand(markup);
        demand.sales.iter().zip(&demand.slope).map(|(q, d)| self.ask(*q, *d)).collect()
    }

    /// The same for one dealer, from the zones it reaches.
    pub fn wanted_by(&self, dealer: usize, near: &[usize], markup: &[f64]) -> f64 {
        let demand = self.demand_in(near.iter().map(|&z| &self.zones[z]), markup);
        self.ask(demand.sales[dealer], demand.slope[dealer])
    }

    /// So dear that nothing is sold: the least markup that any condition asks for.
    fn ask(&self, sales: f64, slope: f64) -> f64 {
        if slope > 0.0 { sales / slope / self.inside } else { 1.0 / self.inside }
    }
}
