//! What stands still: zones, sites, formats, lanes, carriers, and how far everything is from everything.
//!
//! The network is a graph: sites and zones are its nodes, lanes and coverage its edges. `petgraph` is used inside
//! [`graph`]; callers see ids.

pub mod coverage;
pub mod graph;
pub mod relations;
pub mod travel;

use crate::ids::CarrierId;
use crate::ids::{FormatId, IdVec, RegionId, SiteId, ZoneId};
use crate::units::{Hours, Kilometres, Money, Share, Vehicles, YearlyRate};
pub use travel::{Leg, Travel};

/// A point on the WGS 84 ellipsoid.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Place {
    /// Degrees north, -90 to 90.
    pub lat: f64,
    /// Degrees east, -180 to 180.
    pub lon: f64,
}

/// An area whose people buy cars.
#[derive(Clone, Debug)]
pub struct Zone {
    /// The id in the user's tables.
    pub code: String,
    /// Name in English (or the id).
    pub name: String,
    /// Name in Chinese (or the English one).
    pub name_zh: String,
    /// The region it belongs to.
    pub region: RegionId,
    /// Where its people live.
    pub place: Place,
    /// Inhabitants.
    pub population: u64,
    /// New cars of all brands registered in a year: the market's capacity.
    pub registrations: YearlyRate,
    /// Summed attraction of everything but this brand's stores (rivals, not buying), in the scale of
    /// [`Format::attraction`].
    pub rival_weight: f64,
    /// What if: multiplies what the zone's customers ask for.
    pub demand_factor: f64,
}

/// Zones that share a name in the region column.
#[derive(Clone, Debug)]
pub struct Region {
    /// The name, as written in the tables.
    pub name: String,
}

/// What a site is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SiteKind {
    /// Builds cars.
    Plant,
    /// Passes cars on.
    Hub,
    /// Sells cars today.
    Dealer,
    /// Could sell cars.
    Candidate,
}

/// What a plan may do with a store site.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SiteRule {
    /// Whatever pays.
    Free,
    /// Must be open.
    Required,
    /// Must not be open.
    Forbidden,
}

/// Which transfers a store consents to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Consent {
    /// Lets cars go.
    pub gives: bool,
    /// Takes cars in.
    pub takes: bool,
}

impl Consent {
    /// Both ways.
    pub const BOTH: Self = Self { gives: true, takes: true };

    /// The scenario's word for it.
    pub fn word(self) -> &'static str {
        match (self.gives, self.takes) {
            (true, true) => "both",
            (true, false) => "gives",
            (false, true) => "takes",
            (false, false) => "none",
        }
    }
}

/// A plant, hub, dealer or candidate.
#[derive(Clone, Debug)]
pub struct Site {
    /// The id in the user's tables.
    pub code: String,
    /// Name in English (or the id).
    pub name: String,
    /// Name in Chinese (or the English one).
    pub name_zh: String,
    /// What it is.
    pub kind: SiteKind,
    /// The format of a dealer today, or the one a candidate was costed for. `None` for plants and hubs.
    pub format: Option<FormatId>,
    /// The zone whose centre is nearest, or the one given.
    pub zone: ZoneId,
    /// Where it stands.
    pub place: Place,
    /// Cars a year it can sell (stores) or build (plants).
    pub capacity: YearlyRate,
    /// Cars it can hold.
    pub storage: Vehicles,
    /// Worth of the unsold cars it may finance.
    pub credit: Money,
    /// Cost of a year in its format.
    pub fixed_cost: Money,
    /// Cost of opening (candidates).
    pub opening_cost: Money,
    /// Cost of moving it to another site (dealers).
    pub moving_cost: Money,
    /// Cost of closing (dealers).
    pub closing_cost: Money,
    /// Who owns it.
    pub owner: String,
    /// Opening and closing hour of its yard, hours after midnight.
    pub service_hours: (f64, f64),
    /// What a plan may do with it.
    pub rule: SiteRule,
    /// Which transfers it consents to while it is open.
    pub consent: Consent,
}

impl Site {
    /// Whether it is or could be a store.
    pub fn is_store(&self) -> bool {
        matches!(self.kind, SiteKind::Dealer | SiteKind::Candidate)
    }
}

/// A kind of store: 4S store, city showroom, satellite.
#[derive(Clone, Debug)]
pub struct Format {
    /// The id in the user's tables.
    pub code: String,
    /// Name in English (or the id).
    pub name: String,
    /// Name in Chinese (or the English one).
    pub name_zh: String,
    /// Pull on a customer who stands at the door; halves with every `half_time` of travel.
    pub attraction: f64,
    /// Longest travel a customer accepts.
    pub reach: Hours,
    /// Yearly cost relative to the other formats.
    pub cost_factor: f64,
    /// Selling capacity relative to the other formats.
    pub capacity_factor: f64,
    /// Cost of turning a store of another format into this one.
    pub conversion_cost: Money,
}

/// A transport lane whose figures the user gives instead of the computed ones.
#[derive(Clone, Debug)]
pub struct Lane {
    /// Start.
    pub from: SiteId,
    /// End.
    pub to: SiteId,
    /// Road length.
    pub distance: Kilometres,
    /// Driving time.
    pub time: Hours,
    /// Freight for one car of one slot, when given.
    pub cost_per_car: Option<Money>,
}

/// A class of car carriers.
#[derive(Clone, Debug)]
pub struct Carrier {
    /// The id in the user's tables.
    pub code: String,
    /// Name in English (or the id).
    pub name: String,
    /// Name in Chinese (or the English one).
    pub name_zh: String,
    /// Slots on its decks.
    pub slots: f64,
    /// Cost of a kilometre.
    pub cost_per_km: Money,
    /// Cost of a trip before its first kilometre.
    pub cost_per_trip: Money,
    /// Share of its slots that should be filled before it leaves.
    pub minimum_load: Share,
    /// Its decks, each with its slots from the far end to the door; none where they are not known.
    pub decks: Vec<Vec<SlotSize>>,
    /// Whether cars that stand in the way may be driven off and on again.
    pub rehandling: bool,
}

/// Largest car that a slot takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SlotSize {
    /// Up to one slot.
    Small,
    /// Up to a slot and a quarter.
    Medium,
    /// Any.
    Large,
}

impl SlotSize {
    /// The smallest slot for a car that takes so many slots.
    pub fn of(slots: f64) -> Self {
        match slots {
            s if s <= 1.0 => Self::Small,
            s if s <= 1.25 => Self::Medium,
            _ => Self::Large,
        }
    }
    /// The letter for it in tables.
    pub const fn letter(self) -> char {
        match self {
            Self::Small => 'S',
            Self::Medium => 'M',
            Self::Large => 'L',
        }
    }
    /// What a letter means.
    pub fn from_letter(letter: char) -> Option<Self> {
        [Self::Small, Self::Medium, Self::Large].into_iter().find(|s| s.letter() == letter.to_ascii_uppercase())
    }
}

/// The network: every table about places.
#[derive(Clone, Debug)]
pub struct Network {
    /// Demand zones, ascending by id.
    pub zones: IdVec<ZoneId, Zone>,
    /// Regions, ascending by name.
    pub regions: IdVec<RegionId, Region>,
    /// Sites, ascending by id.
    pub sites: IdVec<SiteId, Site>,
    /// Store formats, ascending by id.
    pub formats: IdVec<FormatId, Format>,
    /// Lanes given by the user, ascending by (from, to).
    pub lanes: Vec<Lane>,
    /// Carrier classes, ascending by id.
    pub carriers: IdVec<CarrierId, Carrier>,
    /// How distances and times are had.
    pub travel: Travel,
}

impl Network {
    /// All sites of a kind, in order.
    pub fn sites_of(&self, kind: SiteKind) -> impl Iterator<Item = (SiteId, &Site)> {
        self.sites.iter().filter(move |(_, s)| s.kind == kind)
    }
    /// All dealers and candidates, in order.
    pub fn stores(&self) -> impl Iterator<Item = (SiteId, &Site)> {
        self.sites.iter().filter(|(_, s)| s.is_store())
    }
    /// Travel between a zone's people and a site.
    pub fn zone_to_site(&self, zone: ZoneId, site: SiteId) -> Option<Leg> {
        self.travel.zone_to_site(zone, self.zones[zone].place, site, self.sites[site].place)
    }
    /// Days on the road from a plant to a store: the user's own time where a lane is given, else by distance
    /// (assumption: < 500 km 3, < 1000 km 5, < 2000 km 8, farther 12).
    pub fn transit_days(&self, plant: SiteId, store: SiteId) -> f64 {
        let leg = self.site_to_site(plant, store);
        if self.lanes.binary_search_by_key(&(plant, store), |l| (l.from, l.to)).is_ok() {
            return (leg.time.get() / 24.0).ceil().max(1.0);
        }
        match leg.distance.get() {
            km if km < 500.0 => 3.0,
            km if km < 1000.0 => 5.0,
            km if km < 2000.0 => 8.0,
            _ => 12.0,
        }
    }
    /// Transport from one site to another: the user's lane where there is one, else computed.
    pub fn site_to_site(&self, from: SiteId, to: SiteId) -> Leg {
        match self.lanes.binary_search_by_key(&(from, to), |l| (l.from, l.to)) {
            Ok(k) => Leg { distance: self.lanes[k].distance, time: self.lanes[k].time },
            Err(_) => self.travel.between(self.sites[from].place, self.sites[to].place),
        }
    }
}
