use crate::ids::{FormatId, RegionId, SiteId, ZoneId};
use crate::network::SiteRule;
use crate::units::Money;

/// A demand zone of the problem.
#[derive(Clone, Debug)]
pub struct Zone {
    /// Which zone of the scenario.
    pub id: ZoneId,
    /// Its region.
    pub region: RegionId,
    /// Cars a year that the market's shares apply to: registrations of all brands, scaled by what this brand sells
    /// there against what its network would be expected to sell (`R_j`).
    pub registrations: f64,
    /// Pull of everything else (`W_j`), above zero.
    pub rival_weight: f64,
    /// Inhabitants (`P_j`).
    pub population: f64,
    /// Contribution of an average car bought here, freight and holding taken off (`m_j`).
    pub margin: Money,
}

/// A format a store may have, with its figures there.
#[derive(Clone, Debug)]
pub struct StoreOption {
    /// The format.
    pub format: FormatId,
    /// Cars a year it can sell (`K_if`).
    pub capacity: f64,
    /// Cost of a year (`c_if`).
    pub yearly_cost: Money,
    /// Money spent once for having this format here (`o_if`).
    pub one_off: Money,
}

/// How strongly a store's options pull on one zone.
#[derive(Clone, Debug)]
pub struct Pull {
    /// Index into [`Problem::zones`].
    pub zone: usize,
    /// Travel time in minutes.
    pub minutes: f64,
    /// Pull per option, in the order of [`Store::options`] (`e_ijf`).
    pub by_option: Vec<f64>,
}

/// A store site of the problem.
#[derive(Clone, Debug)]
pub struct Store {
    /// Which site of the scenario.
    pub id: SiteId,
    /// The option it has today, when it is open.
    pub today: Option<usize>,
    /// What may be done with it.
    pub rule: SiteRule,
    /// What it may become; the first one is the format it was costed for.
    pub options: Vec<StoreOption>,
    /// Money spent once for closing it (`q_i`).
    pub closing_cost: Money,
    /// Zones it can sell to, ascending.
    pub pulls: Vec<Pull>,
}

/// A possible move of a dealer to a candidate site.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Move {
    /// Index of the dealer in [`Problem::stores`].
    pub from: usize,
    /// Index of the candidate.
    pub to: usize,
    /// Money spent once (`v_ab`).
    pub cost: Money,
}

/// A stretch of the planning years; decisions fall at its beginning.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Phase {
    /// Weight of a year's profit of this phase in the objective (`ω_t`): its part of the planning years, discounted.
    pub weight: f64,
    /// Discount factor of one-off money of this phase (`δ_t`).
    pub discount: f64,
    /// Registrations as a multiple of the zones' (`γ_t`).
    pub market: f64,
}

impl Phase {
    /// One phase for all years: what is decided is decided now.
    pub const ONLY: Self = Self { weight: 1.0, discount: 1.0, market: 1.0 };
}

/// The dealer problem; see the module's model for the symbols.
#[derive(Clone, Debug)]
pub struct Problem {
    /// Demand zones.
    pub zones: Vec<Zone>,
    /// Store sites.
    pub stores: Vec<Store>,
    /// Possible moves.
    pub moves: Vec<Move>,
    /// Pairs of stores that may not both be open.
    pub conflicts: Vec<(usize, usize)>,
    /// Nesting of the brand's stores (`λ`), above 0 and at most 1.
    pub nest: f64,
    /// The phases of the plan, in order; at least one.
    pub phases: Vec<Phase>,
    /// Years over which one-off money is spread (`Y`).
    pub years: f64,
    /// Most one-off money of each phase.
    pub budget: Option<Money>,
    /// Most openings of each phase, moves included.
    pub max_open: Option<u32>,
    /// Most closings of each phase, moves not included.
    pub max_close: Option<u32>,
    /// Fewest and most open stores in the end.
    pub store_count: (Option<u32>, Option<u32>),
    /// Travel time within which a zone counts as covered, minutes.
    pub coverage_min: f64,
    /// Share of people to be covered per region in the end (`φ_r`), already cut to what its sites can do.
    pub region_floor: Vec<(RegionId, f64)>,
}

/// What makes a problem unfit.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// No store site at all.
    #[error("there is no dealer and no candidate site to decide about")]
    NoStores,
    /// No zone leaves a margin.
    #[error(
        "the average car earns nothing anywhere (at best {0}, freight and holding taken off): check margin_cny and \
         holding_cny_per_day in models.csv, and freight in [replenishment]"
    )]
    NoMargin(Money),
    /// There is no phase, or one has a weight that is not positive.
    #[error("phase {0} of the plan has no length")]
    NoLength(usize),
    /// A rival weight is not positive.
    #[error("zone {0} has no rival weight above zero")]
    NoRivals(usize),
}

impl Problem {
    /// Reports every fault at once.
    pub fn check(&self) -> Result<(), Vec<Fault>> {
        let mut faults = Vec::new();
        if self.stores.is_empty() {
            faults.push(Fault::NoStores);
        }
        let best = self.zones.iter().map(|z| z.margin).max().unwrap_or_default();
        if best <= Money::ZERO {
            faults.push(Fault::NoMargin(best));
        }
        if self.phases.is_empty() {
            faults.push(Fault::NoLength(0));
        }
        faults.extend((0..self.phases.len()).filter(|&t| self.phases[t].weight <= 0.0).map(Fault::NoLength));
        faults.extend((0..self.zones.len()).filter(|&j| self.zones[j].rival_weight <= 0.0).map(Fault::NoRivals));
        if faults.is_empty() { Ok(()) } else { Err(faults) }
    }

    /// The floor asked for, cut in each region to the share of people that its permitted sites can cover.
    pub(super) fn attainable_floors(&self, floor: f64) -> Vec<(RegionId, f64)> {
        let mut coverable = vec![false; self.zones.len()];
        for store in self.stores.iter().filter(|s| s.rule != SiteRule::Forbidden) {
            for pull in store.pulls.iter().filter(|p| p.minutes <= self.coverage_min) {
                coverable[pull.zone] = true;
            }
        }
        let mut by_region: std::collections::BTreeMap<RegionId, (f64, f64)> = std::collections::BTreeMap::new();
        for (zone, &can) in self.zones.iter().zip(&coverable) {
            let (all, reachable) = by_region.entry(zone.region).or_default();
            *all += zone.population;
            *reachable += if can { zone.population } else { 0.0 };
        }
        let share = |(all, reachable): (f64, f64)| if all > 0.0 { reachable / all } else { 0.0 };
        by_region.into_iter().map(|(r, sums)| (r, floor.min(share(sums)))).collect()
    }

    /// The option of every store today.
    pub fn today(&self) -> Vec<Option<usize>> {
        self.stores.iter().map(|s| s.today).collect()
    }

    /// The last phase.
    pub fn last(&self) -> usize {
        self.phases.len() - 1
    }

    /// Summed pull on every zone of a choice of options (`A_j`).
    pub fn attraction(&self, open: &[Option<usize>]) -> Vec<f64> {
        let mut sum = vec![0.0; self.zones.len()];
        for (store, option) in self.stores.iter().zip(open) {
            if let Some(k) = option {
                for pull in &store.pulls {
                    sum[pull.zone] += pull.by_option[*k];
                }
            }
        }
        sum
    }

    /// Buyers a year that a zone gives to a summed pull in a phase (`g_jt`).
    pub fn captured(&self, phase: usize, zone: usize, attraction: f64) -> f64 {
        let z = &self.zones[zone];
        self.phases[phase].market
            * z.registrations
            * crate::demand::choice::captured_share(attraction, z.rival_weight, self.nest)
    }

    /// Slope of [`Self::captured`] at a summed pull above zero.
    pub fn captured_slope(&self, phase: usize, zone: usize, attraction: f64) -> f64 {
        let z = &self.zones[zone];
        self.phases[phase].market
            * z.registrations
            * crate::demand::choice::captured_slope(attraction, z.rival_weight, self.nest)
    }
}
