//! A week's haulage as plain data, checked as a whole.

use super::clock::{self, Visit};
use crate::routing::Error;
use crate::routing::hours::Rules;
use crate::routing::loads::{Car, Carrier, Policy};
use crate::routing::matrix::LARGEST_ARC;

/// A place where cars are loaded or unloaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Yard {
    /// East, in ten-thousandths of a degree.
    pub east: i32,
    /// North, likewise.
    pub north: i32,
    /// Work begins at this minute of a day at the earliest.
    pub opens: u32,
    /// Work begins at this minute of a day at the latest.
    pub closes: u32,
}

/// Cars that ride together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Freight {
    /// The yard where they are loaded.
    pub from: usize,
    /// The yard where they are unloaded.
    pub to: usize,
    /// Hundredths of a slot.
    pub size: i64,
    /// The cars, for carriers with decks.
    pub cars: Vec<Car>,
    /// Minutes to load them, and again to unload them.
    pub work: u32,
    /// Minute of the week at which unloading begins at the latest.
    pub due: u32,
    /// Loads of one cell are loaded together by the rule of thumb: origin and region.
    pub cell: u32,
}

/// Carriers of one class.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Class {
    /// Hundredths of a slot.
    pub capacity: i64,
    /// Cost of a tour before its first kilometre, in tenths of the smallest unit of money.
    pub fixed: i64,
    /// Cost of a tenth of a kilometre, in the same unit.
    pub rate: i64,
    /// The decks, where they are known.
    pub decks: Option<Carrier>,
    /// Whether cars that stand in the way may be driven off and on again.
    pub free: bool,
}

impl Class {
    /// Whether it is one stack: last on, first off.
    pub(super) fn stack(&self) -> bool {
        self.decks.is_none() && !self.free
    }
    pub(super) fn policy(&self) -> Policy {
        if self.free { Policy::Free } else { Policy::Forbid }
    }
}

/// The parts of a problem.
#[derive(Clone, Debug)]
pub struct Data {
    /// Yards.
    pub yards: Vec<Yard>,
    /// Tenths of a kilometre from yard to yard, by rows.
    pub km: Vec<i32>,
    /// Minutes from yard to yard, by rows.
    pub minutes: Vec<i32>,
    /// Loads.
    pub loads: Vec<Freight>,
    /// Classes of carriers; any number of each may be used.
    pub classes: Vec<Class>,
    /// Rule sets for drivers, the usual one first.
    pub rules: Vec<Rules>,
}

/// A checked problem.
#[derive(Clone, Debug)]
pub struct Problem {
    data: Data,
    needs: Vec<usize>,
    late: Vec<usize>,
}

impl Problem {
    /// Checks the parts; the error lists every fault. A load that no rule set brings in time gets a later due time.
    pub fn new(mut data: Data) -> Result<Self, Error> {
        let faults = faults(&data);
        if !faults.is_empty() {
            return Err(Error::Faulty(faults));
        }
        let (mut needs, mut late) = (Vec::new(), Vec::new());
        for k in 0..data.loads.len() {
            let (need, due) = straight(&data, k);
            needs.push(need);
            if due > data.loads[k].due {
                data.loads[k].due = due;
                late.push(k);
            }
        }
        Ok(Self { data, needs, late })
    }
    /// The parts, with due times that can be kept.
    pub fn data(&self) -> &Data {
        &self.data
    }
    /// The first rule set that brings a load in time; as many as there are when none brings it at all.
    pub fn need(&self, load: usize) -> usize {
        self.needs[load]
    }
    /// Loads that cannot be brought by the due time that was asked for.
    pub fn late(&self) -> &[usize] {
        &self.late
    }
    /// Tenths of a kilometre from yard to yard.
    #[inline]
    pub fn km(&self, from: usize, to: usize) -> i32 {
        self.data.km[from * self.data.yards.len() + to]
    }
    /// Minutes from yard to yard.
    #[inline]
    pub fn minutes(&self, from: usize, to: usize) -> i32 {
        self.data.minutes[from * self.data.yards.len() + to]
    }
    /// Slots of the largest class, in hundredths.
    pub fn largest(&self) -> i64 {
        self.data.classes.iter().map(|c| c.capacity).max().unwrap_or(0)
    }
    /// A stop of a tour as a driver meets it.
    #[inline]
    pub(super) fn visit(&self, before: Option<usize>, load: usize, loads: bool) -> Visit {
        visit(&self.data, before, load, loads)
    }
}

#[inline]
fn visit(data: &Data, before: Option<usize>, load: usize, loads: bool) -> Visit {
    let freight = &data.loads[load];
    let here = if loads { freight.from } else { freight.to };
    let yard = &data.yards[here];
    Visit {
        driving: before.map_or(0, |b| data.minutes[b * data.yards.len() + here] as u32),
        work: freight.work,
        opens: yard.opens,
        closes: yard.closes,
        due: if loads { clock::EVER } else { freight.due },
    }
}

/// The first rule set under which a load goes straight in time, and the due time that it keeps.
fn straight(data: &Data, load: usize) -> (usize, u32) {
    let due = data.loads[load].due;
    let tour = [visit(data, None, load, true), visit(data, Some(data.loads[load].from), load, false)];
    if let Some(need) = data.rules.iter().position(|r| clock::drives(r, &tour)) {
        return (need, due);
    }
    let open = tour.map(|v| Visit { due: clock::EVER, ..v });
    let ends = data.rules.iter().enumerate().filter_map(|(k, r)| Some((clock::ends(r, &open)?, k)));
    ends.min().map_or((data.rules.len(), clock::EVER), |(end, need)| (need, due.max(end - tour[1].work)))
}

fn faults(data: &Data) -> Vec<String> {
    let n = data.yards.len();
    let mut faults = Vec::new();
    for (table, what) in [(&data.km, "distances"), (&data.minutes, "durations")] {
        if table.len() != n * n || table.iter().any(|&x| x < 0 || i64::from(x) > LARGEST_ARC) {
            faults.push(format!("{what} do not make a table of {n} × {n} yards, or are out of range"));
        }
    }
    for (i, yard) in data.yards.iter().enumerate() {
        if yard.opens > yard.closes || yard.closes > 1440 {
            faults.push(format!("yard {i} opens at minute {} and closes at minute {}", yard.opens, yard.closes));
        }
    }
    let largest = data.classes.iter().map(|c| c.capacity).max().unwrap_or(0);
    for (k, load) in data.loads.iter().enumerate() {
        if load.from >= n || load.to >= n || load.from == load.to {
            faults.push(format!("load {k} needs two different yards that are there"));
        }
        if load.size <= 0 || load.size > largest {
            faults.push(format!("load {k} has size {}; the largest carrier carries {largest}", load.size));
        }
    }
    let money = |c: &Class| (0..=1i64 << 40).contains(&c.fixed) && (0..=1i64 << 20).contains(&c.rate);
    if data.classes.is_empty() || !data.classes.iter().all(money) {
        faults.push("there are no carriers, or their costs are out of range".into());
    }
    faults
}
