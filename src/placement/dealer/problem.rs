use crate::ids::{FormatId, RegionId, SiteId, ZoneId};
use crate::network::coverage::Coverage;
use crate::network::{SiteKind, SiteRule};
use crate::scenario::Scenario;
use crate::units::Money;

/// A demand zone of the problem.
#[derive(Clone, Debug)]
pub struct Zone {
    /// Which zone of the scenario.
    pub id: ZoneId,
    /// Its region.
    pub region: RegionId,
    /// Registrations of all brands, cars a year (`R_j`).
    pub registrations: f64,
    /// Pull of everything else (`W_j`), above zero.
    pub rival_weight: f64,
    /// Inhabitants (`P_j`).
    pub population: f64,
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
    /// Contribution of an average car (`m`).
    pub margin: Money,
    /// Years over which one-off money is spread (`Y`).
    pub years: f64,
    /// Most one-off money.
    pub budget: Option<Money>,
    /// Most openings, moves included.
    pub max_open: Option<u32>,
    /// Most closings, moves not included.
    pub max_close: Option<u32>,
    /// Fewest and most open stores.
    pub store_count: (Option<u32>, Option<u32>),
    /// Travel time within which a zone counts as covered, minutes.
    pub coverage_min: f64,
    /// Share of people to be covered per region (`φ_r`), already cut to what its sites can do.
    pub region_floor: Vec<(RegionId, f64)>,
}

/// What makes a problem unfit.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// No store site at all.
    #[error("there is no dealer and no candidate site to decide about")]
    NoStores,
    /// Contribution of an average car is not positive.
    #[error("the average car earns nothing ({0}): check margin_cny in models.csv")]
    NoMargin(Money),
    /// A rival weight is not positive.
    #[error("zone {0} has no rival weight above zero")]
    NoRivals(usize),
}

impl Problem {
    /// Builds the problem from a scenario. `margin` is the contribution of an average car, with today's model mix.
    pub fn new(scenario: &Scenario, coverage: &Coverage, margin: Money) -> Result<Self, Vec<Fault>> {
        let network = &scenario.network;
        let settings = &scenario.settings.placement;
        let zones: Vec<Zone> = network
            .zones
            .iter()
            .map(|(id, z)| Zone {
                id,
                region: z.region,
                registrations: z.registrations.get(),
                rival_weight: z.rival_weight,
                population: z.population as f64,
            })
            .collect();
        let stores: Vec<Store> = network.stores().map(|(id, _)| store(scenario, coverage, id)).collect();
        let (moves, conflicts) = pairs(scenario, &stores);
        let mut problem = Self {
            zones,
            stores,
            moves,
            conflicts,
            nest: scenario.settings.market.nest,
            margin,
            years: settings.years,
            budget: settings.budget,
            max_open: settings.max_open,
            max_close: settings.max_close,
            store_count: settings.stores,
            coverage_min: settings.coverage_min,
            region_floor: Vec::new(),
        };
        problem.region_floor = problem.attainable_floors(settings.coverage_floor);
        problem.check().map(|()| problem)
    }

    /// Reports every fault at once.
    pub fn check(&self) -> Result<(), Vec<Fault>> {
        let mut faults = Vec::new();
        if self.stores.is_empty() {
            faults.push(Fault::NoStores);
        }
        if self.margin <= Money::ZERO {
            faults.push(Fault::NoMargin(self.margin));
        }
        faults.extend((0..self.zones.len()).filter(|&j| self.zones[j].rival_weight <= 0.0).map(Fault::NoRivals));
        if faults.is_empty() { Ok(()) } else { Err(faults) }
    }

    /// The floor asked for, cut in each region to the share of people that its permitted sites can cover.
    fn attainable_floors(&self, floor: f64) -> Vec<(RegionId, f64)> {
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

    /// Buyers a year that a zone gives to a summed pull (`g_j`).
    pub fn captured(&self, zone: usize, attraction: f64) -> f64 {
        let z = &self.zones[zone];
        z.registrations * crate::demand::choice::captured_share(attraction, z.rival_weight, self.nest)
    }

    /// Slope of [`Self::captured`] at a summed pull above zero (`g_j'`).
    pub fn captured_slope(&self, zone: usize, attraction: f64) -> f64 {
        let z = &self.zones[zone];
        z.registrations * crate::demand::choice::captured_slope(attraction, z.rival_weight, self.nest)
    }
}

fn store(scenario: &Scenario, coverage: &Coverage, id: SiteId) -> Store {
    let network = &scenario.network;
    let site = &network.sites[id];
    let own = site.format.expect("a checked scenario gives every store a format");
    let base = &network.formats[own];
    let dealer = site.kind == SiteKind::Dealer;
    let mut formats = vec![own];
    if scenario.settings.placement.change_format {
        formats.extend(network.formats.ids().filter(|&f| f != own));
    }
    let options: Vec<StoreOption> = formats
        .iter()
        .map(|&f| {
            let format = &network.formats[f];
            let scale = format.cost_factor / base.cost_factor;
            let one_off = match (dealer, f == own) {
                (true, true) => Money::ZERO,
                (true, false) => format.conversion_cost,
                (false, _) => site.opening_cost * scale,
            };
            StoreOption {
                format: f,
                capacity: site.capacity.get() * format.capacity_factor / base.capacity_factor,
                yearly_cost: site.fixed_cost * scale,
                one_off,
            }
        })
        .collect();
    let pulls = coverage
        .of_site(id)
        .iter()
        .map(|&(zone, leg)| Pull {
            zone: crate::ids::Id::index(zone),
            minutes: leg.time.get() * 60.0,
            by_option: formats.iter().map(|&f| coverage.pull(network, f, leg)).collect(),
        })
        .filter(|p| p.by_option.iter().any(|&e| e > 0.0))
        .collect();
    Store { id, today: dealer.then_some(0), rule: site.rule, options, closing_cost: site.closing_cost, pulls }
}

/// Possible moves, and pairs that stand too close to each other.
fn pairs(scenario: &Scenario, stores: &[Store]) -> (Vec<Move>, Vec<(usize, usize)>) {
    let network = &scenario.network;
    let settings = &scenario.settings.placement;
    let (mut moves, mut conflicts) = (Vec::new(), Vec::new());
    let reach = settings.move_radius_km.max(settings.min_distance_km);
    for (b, to) in stores.iter().enumerate().filter(|(_, s)| s.today.is_none()) {
        let target = &network.sites[to.id];
        for (a, from) in stores.iter().enumerate() {
            let source = &network.sites[from.id];
            let far = crate::network::travel::great_circle(source.place, target.place).get() * 0.99;
            if a == b || (from.today.is_none() && a > b) || far * network.travel.circuity > reach {
                continue;
            }
            let km = network.site_to_site(from.id, to.id).distance.get();
            if km < settings.min_distance_km {
                conflicts.push((a.min(b), a.max(b)));
            }
            let same_owner = target.owner.is_empty() || source.owner.is_empty() || target.owner == source.owner;
            if from.today.is_some() && same_owner && km <= settings.move_radius_km {
                moves.push(Move { from: a, to: b, cost: source.moving_cost });
            }
        }
    }
    conflicts.sort_unstable();
    moves.sort_by_key(|m| (m.from, m.to));
    (moves, conflicts)
}
