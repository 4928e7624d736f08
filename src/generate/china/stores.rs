//! Formats, dealers and candidates: where they stand, how large they are, what they cost.

use super::facts;
use super::market::power;
use super::models::round_to;
use super::provinces::PROVINCES;
use crate::generate::keyed::{Purpose, Stream};
use crate::ids::{FormatId, Id, IdVec, ZoneId};
use crate::network::{Consent, Format, Place, Site, SiteKind, SiteRule, Zone};
use crate::units::{Hours, Money, Vehicles, YearlyRate};

/// The zones of the network.
pub(super) type Zones = IdVec<ZoneId, Zone>;

/// Kinds of store, in the order of their ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Sales, spare parts, service, survey: the full store.
    Full,
    /// A showroom in town, without a workshop.
    City,
    /// A small store in a county town.
    Satellite,
}

/// What a kind of store is in figures (A).
pub(super) struct KindFigures {
    code: &'static str,
    name: &'static str,
    name_zh: &'static str,
    attraction: f64,
    reach_min: f64,
    cost_factor: f64,
    capacity_factor: f64,
    conversion_cny: f64,
    opening_cny: f64,
    /// Cars a year of a store of usual size.
    usual_capacity: f64,
}

/// Yearly cost of a full store of usual size at usual rents, CNY (A).
const FIXED_CNY: f64 = 7_500_000.0;

/// Yearly cost of a new store relative to one that stands (A).
const NEW_LEASE: f64 = 1.15;

const fn figures(kind: Kind) -> KindFigures {
    match kind {
        Kind::Full => KindFigures {
            code: "F1",
            name: "4S store",
            name_zh: "4S店",
            attraction: 1.0,
            reach_min: 150.0,
            cost_factor: 1.0,
            capacity_factor: 1.0,
            conversion_cny: 8_000_000.0,
            opening_cny: 15_000_000.0,
            usual_capacity: 1_400.0,
        },
        Kind::City => KindFigures {
            code: "F2",
            name: "City showroom",
            name_zh: "城市展厅",
            attraction: 0.7,
            reach_min: 60.0,
            cost_factor: 0.65,
            capacity_factor: 0.65,
            conversion_cny: 3_500_000.0,
            opening_cny: 6_500_000.0,
            usual_capacity: 910.0,
        },
        Kind::Satellite => KindFigures {
            code: "F3",
            name: "Satellite store",
            name_zh: "卫星店",
            attraction: 0.4,
            reach_min: 90.0,
            cost_factor: 0.32,
            capacity_factor: 0.35,
            conversion_cny: 1_200_000.0,
            opening_cny: 2_400_000.0,
            usual_capacity: 490.0,
        },
    }
}

const KINDS: [Kind; 3] = [Kind::Full, Kind::City, Kind::Satellite];

/// The formats table.
pub(super) fn formats() -> IdVec<FormatId, Format> {
    let format = |kind| {
        let f = figures(kind);
        Format {
            code: f.code.into(),
            name: f.name.into(),
            name_zh: f.name_zh.into(),
            attraction: f.attraction,
            reach: Hours::new(f.reach_min / 60.0),
            cost_factor: f.cost_factor,
            capacity_factor: f.capacity_factor,
            conversion_cost: Money::from_major(f.conversion_cny),
        }
    };
    KINDS.into_iter().map(format).collect()
}

/// The kind a store site is costed for.
pub(super) fn kind_of(site: &Site) -> Kind {
    KINDS[site.format.map_or(0, Id::index).min(2)]
}

/// Length of the shortest line on the WGS 84 ellipsoid, kilometres, within some ten metres, from `libm` alone (Lambert
/// 1942): with reduced latitudes β, their mean P and half difference Q, and the central angle σ between them,
/// `d = a·(σ − f/2·(X + Y))`, `X = (σ − sin σ)·sin²P·cos²Q / cos²(σ/2)`, `Y = (σ + sin σ)·cos²P·sin²Q / sin²(σ/2)`.
pub(super) fn kilometres(a: Place, b: Place) -> f64 {
    const AXIS_KM: f64 = 6378.137;
    const FLATTENING: f64 = 1.0 / 298.257_223_563;
    let rad = |degrees: f64| degrees * std::f64::consts::PI / 180.0;
    let reduced = |lat: f64| libm::atan((1.0 - FLATTENING) * libm::tan(rad(lat)));
    let square = |x: f64| x * x;
    let (beta_a, beta_b) = (reduced(a.lat), reduced(b.lat));
    let (p, q) = (f64::midpoint(beta_a, beta_b), (beta_b - beta_a) / 2.0);
    let h = square(libm::sin(q)) + libm::cos(beta_a) * libm::cos(beta_b) * square(libm::sin(rad(b.lon - a.lon) / 2.0));
    if h <= 0.0 {
        return 0.0;
    }
    let sigma = 2.0 * libm::asin(libm::sqrt(h.min(1.0)));
    let x = (sigma - libm::sin(sigma)) * square(libm::sin(p) * libm::cos(q)) / (1.0 - h);
    let y = (sigma + libm::sin(sigma)) * square(libm::cos(p) * libm::sin(q)) / h;
    AXIS_KM * (sigma - FLATTENING / 2.0 * (x + y))
}

fn nearest_centre(zones: &Zones, place: Place) -> (ZoneId, f64) {
    let mut best = (ZoneId::at(0), f64::MAX);
    for (id, zone) in zones.iter() {
        let km = kilometres(zone.place, place);
        if km < best.1 {
            best = (id, km);
        }
    }
    best
}

/// Rents and wages relative to the country: rich and large cities are dear (A).
fn rent(zone: &Zone) -> f64 {
    let size = (zone.registrations.get() / 60_000.0).clamp(0.2, 12.0);
    power(PROVINCES[zone.region.index()].income, 0.4) * power(size, 0.10)
}

/// An empty site, to be filled.
pub(super) fn blank(code: String, name: String, name_zh: String, kind: SiteKind, zone: ZoneId, place: Place) -> Site {
    Site {
        code,
        name,
        name_zh,
        kind,
        format: None,
        zone,
        place,
        capacity: YearlyRate::new(0.0),
        storage: Vehicles::ZERO,
        credit: Money::ZERO,
        fixed_cost: Money::ZERO,
        opening_cost: Money::ZERO,
        moving_cost: Money::ZERO,
        closing_cost: Money::ZERO,
        owner: String::new(),
        service_hours: (8.0, 18.0),
        rule: SiteRule::Free,
        consent: Consent::BOTH,
    }
}

/// Farthest from a centre that a store of the geography may stand, kilometres: beyond, nobody reaches it.
const REMOTE_KM: f64 = 108.0;

/// All dealers; sizes and costs follow when their sales are known ([`settle`]).
pub(super) fn dealers(zones: &Zones) -> Vec<Site> {
    facts::dealers().into_iter().map(|fact| dealer(zones, fact)).collect()
}

fn dealer(zones: &Zones, fact: facts::DealerFact) -> Site {
    let zone = zones.iter().find(|z| z.1.code == fact.zone_id).map_or(ZoneId::at(0), |z| z.0);
    let (_, km) = nearest_centre(zones, fact.place());
    // A showroom belongs into town; a small store must be within reach of somebody.
    let kind = match fact.format.as_str() {
        "city" if km <= 25.0 => Kind::City,
        "city" | "satellite" if km <= 60.0 => Kind::Satellite,
        _ => Kind::Full,
    };
    let town_zh = zones[zone].name_zh.trim_end_matches('市');
    let (mut place, mut name, mut name_zh) = (fact.place(), fact.name, fact.name_zh);
    if name_zh.starts_with(|c: char| c.is_ascii_digit()) {
        // A few places have no Chinese name in the source, only the store's number.
        name_zh = format!("{town_zh}{name_zh}");
    }
    if km > REMOTE_KM {
        let number = name.rsplit(' ').next().unwrap_or_default();
        (name_zh, name) = (format!("{town_zh}{number}店"), format!("{} {number}", zones[zone].name));
        place = zones[zone].place;
    }
    let mut site = blank(fact.code, name, name_zh, SiteKind::Dealer, zone, place);
    site.format = Some(FormatId::at(kind as usize));
    site.capacity = YearlyRate::new(fact.capacity_per_year);
    site
}

/// Size, storage, costs, owner and hours of a store that would sell `cars` a year; `n` names it.
pub(super) fn settle(seed: u64, n: usize, site: &mut Site, zone: &Zone, cars: f64) {
    let dealer = site.kind == SiteKind::Dealer;
    let purpose = if dealer { Purpose::Dealer } else { Purpose::Candidate };
    let mut chance = Stream::new(seed, purpose, [n, 0, 0]);
    let f = figures(kind_of(site));
    let room = chance.between(1.05, 1.5);
    // A store was built for what it sells now and for what somebody once hoped.
    let hoped = f.usual_capacity * chance.between(0.25, 0.7);
    let capacity = round_to((cars * room).max(hoped), 10.0);
    let size = 0.4 + 0.6 * capacity / f.usual_capacity;
    // Leases signed today are dearer than those of the stores that stand.
    let lease = if dealer { 1.0 } else { NEW_LEASE };
    let fixed = round_to(lease * FIXED_CNY * f.cost_factor * size * rent(zone) * chance.lognormal(0.3), 10_000.0);
    let opening = round_to(f.opening_cny * (0.6 + 0.4 * size) * rent(zone) * chance.lognormal(0.15), 10_000.0);
    site.capacity = YearlyRate::new(capacity);
    site.storage = Vehicles::new((libm::ceil(capacity / 12.0 * 2.6) as u32).max(25));
    site.credit = Money::from_major(round_to(f64::from(site.storage.get()) * 115_000.0, 100_000.0));
    site.fixed_cost = Money::from_major(fixed);
    if dealer {
        site.moving_cost = Money::from_major(round_to(opening * 0.4, 10_000.0));
        site.closing_cost = Money::from_major(round_to(fixed * 0.35, 10_000.0));
        site.owner = owner(&mut chance);
    } else {
        site.opening_cost = Money::from_major(opening);
    }
    site.service_hours = (8.0 + chance.below(2) as f64, 18.0 + chance.below(3) as f64);
    site.rule = match chance.below(100) {
        0 if dealer => SiteRule::Required,
        _ => SiteRule::Free,
    };
}

/// One of forty groups (the first are the largest), or the store alone.
fn owner(chance: &mut Stream) -> String {
    let u = chance.uniform();
    if u < 0.3 {
        "Independent".to_owned()
    } else {
        format!("Dealer group {:02}", 1 + (40.0 * (u - 0.3) * (u - 0.3) / 0.49) as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::travel::geodesic;

    #[test]
    fn lengths_agree_with_the_exact_geodesic() {
        let places: Vec<Place> = facts::zones().iter().step_by(7).map(facts::ZoneFact::place).collect();
        for &a in &places {
            for &b in &places {
                let exact = geodesic(a, b).get();
                assert!((kilometres(a, b) - exact).abs() < 0.02 + 1e-5 * exact, "{a:?} {b:?} {exact}");
            }
        }
    }
}
