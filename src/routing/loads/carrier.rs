//! Carriers and cars as plain data, checked as a whole.

use crate::routing::Error;

/// A length in millimetres.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Millimetres(pub u32);

/// A mass in kilograms.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Kilograms(pub u32);

/// Size classes of cars and slots.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// Small.
    S,
    /// Medium.
    M,
    /// Large.
    L,
}

/// A place for one car.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slot {
    /// Largest class that fits.
    pub class: Class,
    /// Clearance.
    pub height: Millimetres,
    /// Slots (one bit each) that must be empty when a car drives on or off.
    pub blockers: u32,
}

/// Slots that share a length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deck {
    /// Its slots, one bit each.
    pub slots: u32,
    /// Its length.
    pub length: Millimetres,
}

/// Something that bears weight: the whole vehicle, a deck, a group of axles.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bearing {
    /// What it may bear.
    pub limit: Kilograms,
    /// Share of the weight on each slot that it bears, in thousandths.
    pub share: Vec<u16>,
}

/// Two slots over each other that share a clearance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Headroom {
    /// The two slots.
    pub slots: [usize; 2],
    /// Heights of both cars together.
    pub height: Millimetres,
}

/// The parts of a carrier.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Equipment {
    /// Places for cars.
    pub slots: Vec<Slot>,
    /// Lengths.
    pub decks: Vec<Deck>,
    /// Weights.
    pub bearings: Vec<Bearing>,
    /// Clearances over two decks.
    pub headrooms: Vec<Headroom>,
    /// Length left free with every car.
    pub gap: Millimetres,
}

/// A checked carrier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Carrier(Equipment);

/// Most slots of a carrier.
const SLOTS: usize = 24;
/// Largest length, height or weight: sums stay exact.
const LARGEST: u32 = 1_000_000;

impl Carrier {
    /// Checks the parts; the error lists every fault.
    pub fn new(equipment: Equipment) -> Result<Self, Error> {
        let n = equipment.slots.len();
        let mut faults = Vec::new();
        if n == 0 || n > SLOTS {
            return Err(Error::Faulty(vec![format!("a carrier has {n} slots, not 1 to {SLOTS}")]));
        }
        let outside = |mask: u32| mask >> n != 0;
        for (s, slot) in equipment.slots.iter().enumerate() {
            let missing = ones(slot.blockers).filter(|&b| b < n).map(|b| equipment.slots[b].blockers);
            if outside(slot.blockers) || slot.blockers >> s & 1 == 1 {
                faults.push(format!("slot {s} is blocked by itself or by a slot that is not there"));
            } else if missing.fold(0, |all, mask| all | mask) & !slot.blockers != 0 {
                faults.push(format!("slot {s} must be blocked by whatever blocks its blockers"));
            }
        }
        if equipment.decks.iter().any(|d| outside(d.slots)) {
            faults.push("a deck names a slot that is not there".into());
        }
        if equipment.bearings.iter().any(|b| b.share.len() != n || b.share.iter().any(|&s| s > 1000)) {
            faults.push("a bearing needs a share of 0 to 1000 thousandths for every slot".into());
        }
        if equipment.headrooms.iter().any(|h| h.slots[0] == h.slots[1] || h.slots.iter().any(|&s| s >= n)) {
            faults.push("a headroom needs two different slots".into());
        }
        let lengths = equipment.decks.iter().map(|d| d.length.0).chain([equipment.gap.0]);
        if lengths.chain(equipment.bearings.iter().map(|b| b.limit.0)).any(|x| x > LARGEST) {
            faults.push(format!("a length or weight exceeds {LARGEST}"));
        }
        if faults.is_empty() { Ok(Self(equipment)) } else { Err(Error::Faulty(faults)) }
    }
    /// The parts.
    pub fn equipment(&self) -> &Equipment {
        &self.0
    }
}

/// Positions of the bits that are set.
pub(super) fn ones(mask: u32) -> impl Iterator<Item = usize> {
    (0..32).filter(move |b| mask >> b & 1 == 1)
}

/// A car as a carrier sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Car {
    /// Size class.
    pub class: Class,
    /// Length.
    pub length: Millimetres,
    /// Height.
    pub height: Millimetres,
    /// Weight.
    pub weight: Kilograms,
}

/// A car's ride.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Item {
    /// The car.
    pub car: Car,
    /// The stop where it is loaded, by position in the tour.
    pub on: u16,
    /// The stop where it is unloaded; later than `on`.
    pub off: u16,
}

/// What may be done with cars that stand in the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Policy {
    /// Nothing: last on, first off.
    Forbid,
    /// They are driven off and on again.
    Reload {
        /// Minutes for each.
        minutes: u32,
        /// Cost for each, in the planner's smallest unit of money.
        cost: u32,
    },
    /// Order does not matter.
    Free,
}
