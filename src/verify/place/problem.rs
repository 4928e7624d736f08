//! The dealer problem from the tables, every coefficient an interval that holds its true value.

use crate::verify::earth::{great_circle, length};
use crate::verify::estimates::Estimates;
use crate::verify::input::{Input, Kind, Rule};
use crate::verify::interval::Interval;
use std::collections::{BTreeMap, BTreeSet};

/// Yes, no, or too close to call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sure {
    /// Certainly.
    Yes,
    /// Certainly not.
    No,
    /// The interval holds the limit.
    Maybe,
}

impl Sure {
    /// Whether a value is at most a limit; `strict`: below it.
    pub fn within(value: Interval, limit: f64, strict: bool) -> Self {
        let fits = |x: f64| if strict { x < limit } else { x <= limit };
        match (fits(value.lo), fits(value.hi)) {
            (true, true) => Self::Yes,
            (false, false) => Self::No,
            _ => Self::Maybe,
        }
    }
}

/// A zone.
pub struct Zone {
    /// New cars of all brands a year.
    pub registrations: Interval,
    /// Pull of everything else.
    pub rivals: f64,
    /// Inhabitants.
    pub people: f64,
    /// Contribution of a car bought here, money.
    pub margin: Interval,
    /// Its region's name.
    pub region: String,
    /// Stores that pull on it: store and position in its pulls.
    pub pulls: Vec<(usize, usize)>,
}

/// A format that a store may have.
pub struct Choice {
    /// Position among the formats.
    pub format: usize,
    /// Cars a year.
    pub capacity: Interval,
    /// Cost of a year, money.
    pub yearly: Interval,
    /// Cost of having it, money.
    pub once: Interval,
}

/// How a store pulls on a zone.
pub struct Pull {
    /// The zone.
    pub zone: usize,
    /// Travel time, minutes.
    pub minutes: Interval,
    /// Pull by option.
    pub by_option: Vec<Interval>,
    /// Whether it is within the coverage time.
    pub near: Sure,
}

/// A store.
pub struct Store {
    /// Position among the sites.
    pub site: usize,
    /// Whether it is open today (in its first option).
    pub open: bool,
    /// Rule.
    pub rule: Rule,
    /// Options; the first is the format it was costed for.
    pub options: Vec<Choice>,
    /// Cost of closing, money.
    pub closing: Interval,
    /// Pulls by zone, ascending.
    pub pulls: Vec<Pull>,
}

/// A possible move.
pub struct Move {
    /// Dealer.
    pub from: usize,
    /// Candidate.
    pub to: usize,
    /// Cost, money.
    pub cost: Interval,
}

/// A stretch of the years.
pub struct Phase {
    /// Weight of a year's profit.
    pub weight: Interval,
    /// Discount of money spent at its beginning.
    pub discount: Interval,
    /// Market as a multiple of today's.
    pub market: Interval,
}

/// Everything.
pub struct Problem {
    /// Zones by id.
    pub zones: Vec<Zone>,
    /// Stores by id.
    pub stores: Vec<Store>,
    /// Possible moves by their ends.
    pub moves: Vec<Move>,
    /// Pairs that may not both be open, and whether that is sure.
    pub conflicts: BTreeMap<(usize, usize), Sure>,
    /// Nesting.
    pub nest: Interval,
    /// Phases.
    pub phases: Vec<Phase>,
    /// Planning years.
    pub years: Interval,
    /// Most money of a phase.
    pub budget: Option<Interval>,
    /// Most openings of a phase.
    pub max_open: Option<f64>,
    /// Most closings of a phase.
    pub max_close: Option<f64>,
    /// Fewest stores in the end.
    pub fewest: Option<f64>,
    /// Most stores in the end.
    pub most: Option<f64>,
    /// Share of people to be covered by region: what is certainly asked, and what may be.
    pub floors: BTreeMap<String, Interval>,
}

/// Minutes between a zone and a site; `None` where the matrix has no such pair.
pub fn leg(input: &Input, zone: usize, site: usize) -> Option<Interval> {
    if input.settings.matrix {
        // Minutes are turned into hours and back: a rounding on either side.
        let minutes = input.travel.get(&(zone, site))?.1;
        return Some(Interval::new(minutes * (1.0 - 1e-15), minutes * (1.0 + 1e-15)));
    }
    let s = &input.settings;
    let km = length(input.zones[zone].place, input.sites[site].place) * Interval::point(s.number("travel", "circuity"));
    Some(km / Interval::point(s.number("travel", "speed_kmh")) * Interval::point(60.0))
}

/// Road length between two sites in kilometres: the user's lane, else geodesic times circuity.
pub fn road(input: &Input, from: usize, to: usize) -> Interval {
    match input.lanes.get(&(from, to)) {
        Some(lane) => Interval::point(lane.km),
        None => {
            let circuity = Interval::point(input.settings.number("travel", "circuity"));
            length(input.sites[from].place, input.sites[to].place) * circuity
        }
    }
}

/// Freight of a car of one slot from a plant, money rounded to hundredths.
pub fn freight(input: &Input, plant: usize, site: usize) -> Interval {
    if let Some(cost) = input.lanes.get(&(plant, site)).and_then(|l| l.cost) {
        return Interval::money(cost);
    }
    let per_km = Interval::money(input.settings.money("replenishment", "freight_cny_per_km"));
    Interval::money(input.settings.money("replenishment", "freight_fixed_cny"))
        + (per_km * road(input, plant, site)).rounded()
}

impl Problem {
    /// The problem of a scenario.
    pub fn new(input: &Input, estimates: &Estimates) -> Self {
        let s = &input.settings;
        let number = |key| s.number("placement", key);
        let stores: Vec<Store> =
            (0..input.sites.len()).filter(|&k| input.sites[k].is_store()).map(|k| store(input, k)).collect();
        let (margin, holding) = estimates.average_car(input);
        let factor = market(input, estimates, &stores);
        let mut zones: Vec<Zone> = input
            .zones
            .iter()
            .map(|z| Zone {
                registrations: Interval::point(z.registrations) * factor[z.region.as_str()],
                rivals: z.rivals,
                people: z.people,
                margin: margin - holding,
                region: z.region.clone(),
                pulls: Vec::new(),
            })
            .collect();
        for (i, store) in stores.iter().enumerate() {
            for (k, pull) in store.pulls.iter().enumerate() {
                zones[pull.zone].pulls.push((i, k));
            }
        }
        let brought = brought(input, &stores);
        for zone in &mut zones {
            let sites = zone.pulls.iter().filter(|(i, _)| stores[*i].rule != Rule::Forbidden);
            let legs: Vec<(Interval, Interval)> =
                sites.map(|&(i, k)| (stores[i].pulls[k].minutes, brought[i])).collect();
            zone.margin = zone.margin - nearest_freight(&legs);
        }
        let (moves, conflicts) = pairs(input, &stores);
        let mut problem = Self {
            zones,
            stores,
            moves,
            conflicts,
            nest: Interval::point(s.number("market", "nest")),
            phases: phases(input),
            years: Interval::point(number("years")),
            budget: s.maybe("placement", "budget_cny").map(|b| Interval::money((b * 100.0).round() as i64)),
            max_open: s.maybe("placement", "max_open"),
            max_close: s.maybe("placement", "max_close"),
            fewest: s.maybe("placement", "min_stores"),
            most: s.maybe("placement", "max_stores"),
            floors: BTreeMap::new(),
        };
        problem.floors = problem.floors(number("coverage_floor"));
        problem
    }

    /// The floor of every region, never more than the sites that may open can cover.
    fn floors(&self, floor: f64) -> BTreeMap<String, Interval> {
        let mut sums: BTreeMap<String, [f64; 3]> = BTreeMap::new();
        for zone in &self.zones {
            let sure = |s: Sure| {
                let open = |p: &&(usize, usize)| self.stores[p.0].rule != Rule::Forbidden;
                zone.pulls.iter().filter(open).any(|&(i, k)| self.stores[i].pulls[k].near == s)
            };
            let sum = sums.entry(zone.region.clone()).or_default();
            sum[0] += zone.people;
            sum[1] += if sure(Sure::Yes) { zone.people } else { 0.0 };
            sum[2] += if sure(Sure::Yes) || sure(Sure::Maybe) { zone.people } else { 0.0 };
        }
        let share = |x: f64, all: f64| if all > 0.0 { floor.min(x / all) } else { 0.0 };
        sums.into_iter().map(|(r, [all, lo, hi])| (r, Interval::new(share(lo, all), share(hi, all)))).collect()
    }

    /// The option of a store in a phase under a change `(phase, option)`.
    pub fn option(&self, store: usize, change: Option<(usize, Option<usize>)>, phase: usize) -> Option<usize> {
        match change {
            Some((from, to)) if from <= phase => to,
            _ => self.stores[store].open.then_some(0),
        }
    }

    /// Summed pull on a zone.
    pub fn attraction(&self, zone: usize, open: &[Option<usize>]) -> Interval {
        let pull = |&(i, k): &(usize, usize)| open[i].map(|o| self.stores[i].pulls[k].by_option[o]);
        self.zones[zone].pulls.iter().filter_map(pull).sum()
    }

    /// Buyers a year of a summed pull: `γ R A^λ / (W + A^λ)`, rising in `A`.
    pub fn captured(&self, phase: usize, zone: usize, attraction: Interval) -> Interval {
        let z = &self.zones[zone];
        let inclusive = attraction.pow(self.nest);
        let share = |x: f64| {
            let x = Interval::point(x);
            if x.hi > 0.0 { x / (Interval::point(z.rivals) + x) } else { Interval::ZERO }
        };
        let share = Interval::new(share(inclusive.lo).lo, share(inclusive.hi).hi);
        self.phases[phase].market * z.registrations * share
    }

    /// Slope of [`Self::captured`] at a pull above zero.
    pub fn slope(&self, phase: usize, zone: usize, at: f64) -> Interval {
        let z = &self.zones[zone];
        let (at, rivals) = (Interval::point(at), Interval::point(z.rivals));
        let inclusive = at.pow(self.nest);
        let sum = rivals + inclusive;
        self.phases[phase].market * z.registrations * rivals * self.nest * inclusive / at / (sum * sum)
    }

    /// Widest interval of the markets and pulls, as a share: what lengths on the ellipsoid leave open.
    pub fn width(&self) -> f64 {
        let share = |i: Interval| if i.lo > 0.0 { (i.hi - i.lo) / i.lo } else { 0.0 };
        let pulls = self.stores.iter().flat_map(|s| &s.pulls).flat_map(|p| &p.by_option);
        let markets = self.zones.iter().map(|z| z.registrations);
        pulls.copied().chain(markets).map(share).fold(0.0, f64::max)
    }

    /// Position of the pull of a store on a zone.
    pub fn pull(&self, store: usize, zone: usize) -> Option<usize> {
        self.stores[store].pulls.binary_search_by_key(&zone, |p| p.zone).ok()
    }
}

fn phases(input: &Input) -> Vec<Phase> {
    let number = |key| input.settings.number("placement", key);
    let (count, years) = (number("phases") as usize, number("years"));
    let whole = Interval::point(years);
    let even = whole / Interval::point(count as f64);
    let own = Interval::point(number("phase_years"));
    let length = if own.hi < even.lo {
        own
    } else if own.lo > even.hi {
        even
    } else {
        own.hull(even)
    };
    let power = |rate: f64, by: Interval| {
        let base = Interval::ONE + Interval::point(rate);
        if rate == 0.0 { Interval::ONE } else { (by * base.ln()).exp() }
    };
    (0..count)
        .map(|t| {
            let from = Interval::point(t as f64) * length;
            let to = if t + 1 == count { whole } else { from + length };
            let middle = Interval::point(0.5) * (from + to);
            Phase {
                weight: (to - from) / whole * power(number("discount_rate"), -middle),
                discount: power(number("discount_rate"), -from),
                market: power(number("market_growth"), middle),
            }
        })
        .collect()
}

fn store(input: &Input, k: usize) -> Store {
    let (site, s) = (&input.sites[k], &input.settings);
    let own = site.format.unwrap_or(0);
    let dealer = site.kind == Kind::Dealer;
    let mut formats = vec![own];
    if s.number("placement", "change_format") > 0.0 {
        formats.extend((0..input.formats.len()).filter(|&f| f != own));
    }
    let base = &input.formats[own];
    let ratio = |x: f64, y: f64| if x == y { Interval::ONE } else { Interval::point(x) / Interval::point(y) };
    let options = formats.iter().map(|&f| {
        let format = &input.formats[f];
        let scale = ratio(format.cost, base.cost);
        Choice {
            format: f,
            capacity: Interval::point(site.capacity)
                * Interval::point(s.number("placement", "utilisation"))
                * ratio(format.capacity, base.capacity),
            yearly: (Interval::money(site.fixed) * scale).rounded(),
            once: match (dealer, f == own) {
                (true, true) => Interval::ZERO,
                (true, false) => Interval::money(format.conversion),
                (false, _) => (Interval::money(site.opening) * scale).rounded(),
            },
        }
    });
    let half = s.number("market", "half_time_min");
    let pulls = (0..input.zones.len()).filter_map(|zone| {
        let reach = formats.iter().map(|&f| input.formats[f].reach).fold(0.0, f64::max);
        if !input.settings.matrix && beyond(input, zone, k, reach) {
            return None;
        }
        let minutes = leg(input, zone, k)?;
        let by_option: Vec<Interval> = formats.iter().map(|&f| pull(input, f, minutes, half)).collect();
        let near = Sure::within(minutes, s.number("placement", "coverage_min"), false);
        by_option.iter().any(|e| e.hi > 0.0).then_some(Pull { zone, minutes, by_option, near })
    });
    Store {
        site: k,
        open: dealer,
        rule: site.rule,
        options: options.collect(),
        closing: Interval::money(site.closing),
        pulls: pulls.collect(),
    }
}

/// Whether a zone is certainly beyond a reach in minutes; saves the cost of a geodesic.
fn beyond(input: &Input, zone: usize, site: usize, reach: f64) -> bool {
    let s = &input.settings;
    let km = great_circle(input.zones[zone].place, input.sites[site].place) * s.number("travel", "circuity");
    km * 0.98 > reach / 60.0 * s.number("travel", "speed_kmh")
}

/// `attraction · 2^(−t / half)`, nothing beyond reach.
fn pull(input: &Input, format: usize, minutes: Interval, half: f64) -> Interval {
    let f = &input.formats[format];
    let full = Interval::point(f.attraction) * (-(minutes / Interval::point(half))).exp2();
    match Sure::within(minutes, f.reach, false) {
        Sure::Yes => full,
        Sure::No => Interval::ZERO,
        Sure::Maybe if input.settings.matrix => full,
        Sure::Maybe => full.hull(Interval::ZERO),
    }
}

/// Freight of an average car to every store: plants by their build slots.
fn brought(input: &Input, stores: &[Store]) -> Vec<Interval> {
    let plants: Vec<usize> = (0..input.sites.len()).filter(|&k| input.sites[k].kind == Kind::Plant).collect();
    let slots = |p: usize| -> f64 {
        let own = input.supply.iter().filter(|(k, _)| k.0 == p);
        own.flat_map(|(_, s)| s).map(|&c| f64::from(c)).sum()
    };
    let all: f64 = plants.iter().map(|&p| slots(p)).sum();
    let even = Interval::ONE / Interval::point(plants.len().max(1) as f64);
    let weight = |p: usize| if all > 0.0 { Interval::point(slots(p)) / Interval::point(all) } else { even };
    let to = |s: &Store| plants.iter().map(|&p| weight(p) * freight(input, p, s.site)).sum::<Interval>().rounded();
    stores.iter().map(to).collect()
}

/// Cars a year by which a region's factor leans on the nation's.
const LEAN: f64 = 100.0;

/// Registrations as the sales history shows them, by region: what the forecast's first year says of today's dealers
/// against what the market model gives them; one factor more makes the nation's sum exact.
fn market<'a>(input: &'a Input, estimates: &Estimates, stores: &[Store]) -> BTreeMap<&'a str, Interval> {
    let nest = Interval::point(input.settings.number("market", "nest"));
    let region = |site: usize| input.zones[input.sites[site].zone].region.as_str();
    let told: BTreeSet<usize> = estimates.share.iter().filter(|s| *s.1 > 0.0).map(|s| s.0.0).collect();
    let none = || input.zones.iter().map(|z| (z.region.as_str(), Interval::ZERO)).collect::<BTreeMap<_, _>>();
    let mut pulls = vec![Vec::new(); input.zones.len()];
    for store in stores.iter().filter(|s| s.open) {
        store.pulls.iter().for_each(|p| pulls[p.zone].push((store.site, p.by_option[0])));
    }
    let (mut modelled, mut sold, mut won) = (none(), none(), Vec::new());
    for (zone, pulls) in input.zones.iter().zip(&pulls) {
        let all: Interval = pulls.iter().map(|p| p.1).sum();
        let inclusive = all.pow(nest);
        let share = if all.lo > 0.0 { inclusive / (Interval::point(zone.rivals) + inclusive) } else { Interval::ZERO };
        let cars = Interval::point(zone.registrations) * share;
        // What a dealer without any sales would sell says nothing of the brand's standing.
        let mut mine = Interval::ZERO;
        for &(site, pull) in pulls.iter().filter(|p| all.lo > 0.0 && told.contains(&p.0)) {
            let sum = modelled.entry(region(site)).or_default();
            *sum = *sum + cars * (pull / all);
            mine = mine + cars * (pull / all);
        }
        won.push(mine);
    }
    for (&(site, model), &share) in &estimates.share {
        let path = &estimates.national[model];
        let weeks = path.len().min(52);
        let year: Interval = path[..weeks].iter().map(|&x| Interval::point(x)).sum();
        let mean = year / Interval::point(weeks.max(1) as f64);
        let sum = sold.entry(region(site)).or_default();
        *sum = *sum + Interval::point(share) * mean * (Interval::point(365.0) / Interval::point(7.0));
    }
    let all = |of: &BTreeMap<&str, Interval>| of.values().copied().sum::<Interval>();
    let known = all(&modelled).lo > 0.0 && all(&sold).lo > 0.0;
    let nation = if known { all(&sold) / all(&modelled) } else { Interval::ONE };
    let lean = Interval::point(LEAN);
    let own: BTreeMap<&str, Interval> =
        sold.iter().map(|(&r, &cars)| (r, (cars + lean * nation) / (modelled[r] + lean))).collect();
    let leaning: Interval = input.zones.iter().zip(&won).map(|(z, &w)| own[z.region.as_str()] * w).sum();
    let rest = if leaning.lo > 0.0 { nation * all(&modelled) / leaning } else { Interval::ONE };
    own.into_iter().map(|(r, f)| (r, f * rest)).collect()
}

/// Freight to the nearest site, the cheaper one of two at the same distance; what may be it where that is open.
fn nearest_freight(legs: &[(Interval, Interval)]) -> Interval {
    let Some(best) = legs.iter().map(|l| l.0.hi).min_by(f64::total_cmp) else { return Interval::ZERO };
    let close: Vec<_> = legs.iter().filter(|l| l.0.lo <= best).collect();
    if close.iter().all(|l| l.0 == close[0].0) {
        return close.iter().map(|l| l.1).min_by(|a, b| a.lo.total_cmp(&b.lo)).unwrap_or_default();
    }
    close.iter().map(|l| l.1).reduce(Interval::hull).unwrap_or_default()
}

fn pairs(input: &Input, stores: &[Store]) -> (Vec<Move>, BTreeMap<(usize, usize), Sure>) {
    let number = |key| input.settings.number("placement", key);
    let (least, radius, territory) = (number("min_distance_km"), number("move_radius_km"), number("territory_km"));
    let (mut moves, mut conflicts) = (Vec::new(), BTreeMap::new());
    for (b, to) in stores.iter().enumerate().filter(|s| !s.1.open) {
        for (a, from) in stores.iter().enumerate() {
            let (x, y) = (&input.sites[from.site], &input.sites[to.site]);
            let far = great_circle(x.place, y.place) * 0.99 * input.settings.number("travel", "circuity");
            if a == b || (!from.open && a > b) || far > least.max(radius).max(territory) {
                continue;
            }
            let km = road(input, from.site, to.site);
            let same = x.owner.is_empty() || y.owner.is_empty() || x.owner == y.owner;
            let foreign = if from.open && !same { Sure::within(km, territory, true) } else { Sure::No };
            let close = match (Sure::within(km, least, true), foreign) {
                (Sure::Yes, _) | (_, Sure::Yes) => Sure::Yes,
                (Sure::No, Sure::No) => Sure::No,
                _ => Sure::Maybe,
            };
            if close != Sure::No {
                conflicts.insert((a.min(b), a.max(b)), close);
            }
            if from.open && same && Sure::within(km, radius, false) != Sure::No {
                moves.push(Move { from: a, to: b, cost: Interval::money(x.moving) });
            }
        }
    }
    moves.sort_by_key(|m| (m.from, m.to));
    (moves, conflicts)
}
