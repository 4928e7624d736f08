//! Checks of rows against each other: double sales, sales without registration, impossible orders, missing partners.

use super::data::{Data, Day, Event, Place, Sale, day_text};
use super::finding::{Check, Finding, Findings, Mend};
use std::collections::HashMap;

/// Days after which a sold car should be registered.
pub const REGISTERED_WITHIN: Day = 60;
/// Days between use and booking from which a sale is old.
pub const OLD: Day = 45;

/// What is known of cars, by number of VIN.
pub struct Cars {
    built: HashMap<u32, (Option<Day>, Option<u32>)>,
    registered: HashMap<u32, Day>,
    serviced: HashMap<u32, Day>,
    counted: HashMap<u32, Day>,
    newest_registration: Day,
}

fn earliest(events: &[Event]) -> HashMap<u32, Day> {
    let mut days = HashMap::new();
    for e in events {
        if let Some(vin) = e.vin {
            let day = days.entry(vin).or_insert(e.day);
            *day = e.day.min(*day);
        }
    }
    days
}

impl Cars {
    /// Gathers what the tables say.
    pub fn new(data: &Data) -> Self {
        let mut counted = HashMap::new();
        for e in &data.stock {
            if let Some(vin) = e.vin {
                let day = counted.entry(vin).or_insert(e.day);
                *day = e.day.max(*day);
            }
        }
        Self {
            built: data.vehicles.iter().map(|v| (v.vin, (v.built, v.model))).collect(),
            registered: earliest(&data.registrations),
            serviced: earliest(&data.service),
            counted,
            newest_registration: data.registrations.iter().map(|e| e.day).max().unwrap_or(Day::MIN),
        }
    }

    /// The first day a sold car was in use, when that is long before it was booked.
    pub fn old(&self, s: &Sale) -> Option<Day> {
        let vin = s.vin?;
        let days = [self.registered.get(&vin).copied(), self.serviced.get(&vin).copied(), s.delivered];
        days.into_iter().flatten().min().filter(|&d| s.sold - d >= OLD)
    }

    /// The last count of stock that shows a sold car after its sale.
    pub fn still_in_stock(&self, s: &Sale) -> Option<Day> {
        self.counted.get(&s.vin?).copied().filter(|&d| d > s.sold)
    }
}

/// Checks all rows; `undone` says on which day a sale was undone.
pub fn check(data: &Data, cars: &Cars, undone: &[Option<Day>], out: &mut Findings) {
    duplicates(data, undone, out);
    for (s, undone) in data.sales.iter().zip(undone) {
        sale(data, cars, s, *undone, out);
    }
    events(data, cars, out);
    odometers(data, out);
    for d in &data.deliveries {
        if let Some(arrived) = d.arrived.filter(|&a| a < d.shipped) {
            let reason = format!("arrived on {}, shipped on {}", day_text(arrived), day_text(d.shipped));
            out.push(Finding::row(Check::Sequence, true, &d.place, Some(d.dealer), 0, reason));
        }
        unknown_dealer(data, &d.place, Some(d.dealer), 0, out);
    }
}

fn duplicates(data: &Data, undone: &[Option<Day>], out: &mut Findings) {
    let mut by_car: HashMap<(u32, u32), Vec<usize>> = HashMap::new();
    for (k, s) in data.sales.iter().enumerate() {
        if let Some(vin) = s.vin.filter(|_| s.cars == 1 && undone[k].is_none()) {
            by_car.entry((vin, s.place.feed)).or_default().push(k);
        }
    }
    let mut groups: Vec<((u32, u32), Vec<usize>)> = by_car.into_iter().filter(|g| g.1.len() > 1).collect();
    groups.sort_unstable();
    for ((vin, _), mut rows) in groups {
        rows.sort_by_key(|&k| (data.sales[k].sold, &data.sales[k].place));
        let first = &data.sales[rows[0]];
        for &k in &rows[1..] {
            let s = &data.sales[k];
            let same = s.dealer == first.dealer && s.sold == first.sold;
            let (name, a, b) = (data.vins.name(vin), data.dealers.name(first.dealer), data.dealers.name(s.dealer));
            let reason =
                format!("VIN {name} was sold by {a} on {} and by {b} on {}", day_text(first.sold), day_text(s.sold));
            let mut finding = Finding::row(Check::Duplicate, same, &s.place, Some(s.dealer), s.price, reason);
            finding.rows.insert(0, first.place.clone());
            if same {
                let (place, before) = (s.place.clone(), s.place.key.clone());
                finding.mend = Some(Mend { place, column: None, before, after: String::new() });
            }
            out.push(finding);
        }
    }
}

fn sale(data: &Data, cars: &Cars, s: &Sale, undone: Option<Day>, out: &mut Findings) {
    let mut say = |check, sure, reason: String| {
        out.push(Finding::row(check, sure, &s.place, Some(s.dealer), s.price, reason));
    };
    let wrong = |first: &str, a: Option<Day>, then: &str, b: Option<Day>| {
        let (a, b) = (a?, b?);
        (a > b).then(|| format!("{then} on {}, {first} on {}", day_text(b), day_text(a)))
    };
    let (built, model) = s.vin.and_then(|v| cars.built.get(&v)).copied().unwrap_or((None, None));
    let store = data.stores.get(&s.dealer);
    let sold = Some(s.sold);
    let steps = [
        wrong("ordered", s.ordered, "booked", sold),
        wrong("ordered", s.ordered, "delivered", s.delivered),
        wrong("ordered", s.ordered, "cancelled", s.cancelled),
        wrong("built", built, "booked", sold.filter(|_| s.delivered.is_none() && s.ordered.is_none())),
        wrong("built", built, "delivered", s.delivered),
        wrong("the day of the audit", Some(s.sold), "known", Some(data.at))
            .map(|_| format!("booked on {}, after the day of the audit", day_text(s.sold))),
        wrong("opened", store.and_then(|d| d.opened), "the dealer booked", sold),
        store
            .and_then(|d| d.closed)
            .filter(|&c| s.sold >= c)
            .map(|c| format!("booked on {}, the dealer closed on {}", day_text(s.sold), day_text(c))),
    ];
    steps.into_iter().flatten().for_each(|reason| say(Check::Sequence, true, reason));
    if s.tied {
        say(Check::Undated, false, "two contents have this key and moment: which is right cannot be told".into());
    }
    if !data.stores.is_empty() && store.is_none() {
        say(Check::Join, false, format!("the dealers have no {}", data.dealers.name(s.dealer)));
    }
    let Some(vin) = s.vin else { return };
    let name = data.vins.name(vin);
    if !data.vehicles.is_empty() && !cars.built.contains_key(&vin) {
        say(Check::Join, false, format!("VIN {name} was never built"));
    }
    if let (Some(a), Some(b)) = (s.model, model)
        && a != b
    {
        let (a, b) = (data.models.name(a), data.models.name(b));
        say(Check::Join, false, format!("VIN {name} is sold as {a} and was built as {b}"));
    }
    if undone.is_some() || s.cars != 1 {
        return;
    }
    let due = s.sold + REGISTERED_WITHIN;
    if !s.export && due <= cars.newest_registration && due <= data.at && !cars.registered.contains_key(&vin) {
        say(Check::Unregistered, false, format!("VIN {name}, booked on {}, is not registered", day_text(s.sold)));
    }
    if let Some(day) = cars.old(s) {
        let reason = format!("VIN {name}, booked on {}, was in use on {}", day_text(s.sold), day_text(day));
        say(Check::Old, false, reason);
    }
    if let Some(day) = cars.still_in_stock(s) {
        let reason = format!("VIN {name}, booked on {}, stood in stock on {}", day_text(s.sold), day_text(day));
        say(Check::StillInStock, true, reason);
    }
}

fn events(data: &Data, cars: &Cars, out: &mut Findings) {
    let kinds = [
        ("registered", &data.registrations),
        ("serviced", &data.service),
        ("driven", &data.drives),
        ("counted in stock", &data.stock),
        ("asked", &data.leads),
    ];
    for (what, list) in kinds {
        for e in list {
            if e.day > data.at {
                let reason = format!("{what} on {}, after the day of the audit", day_text(e.day));
                out.push(Finding::row(Check::Sequence, true, &e.place, e.dealer, 0, reason));
            }
            unknown_dealer(data, &e.place, e.dealer, 0, out);
            let Some(vin) = e.vin else { continue };
            let name = data.vins.name(vin);
            match cars.built.get(&vin) {
                None if !data.vehicles.is_empty() => {
                    let reason = format!("VIN {name}, {what} on {}, was never built", day_text(e.day));
                    out.push(Finding::row(Check::Join, false, &e.place, e.dealer, 0, reason));
                }
                Some((Some(built), _)) if e.day < *built => {
                    let reason = format!("VIN {name} was {what} on {}, built on {}", day_text(e.day), day_text(*built));
                    out.push(Finding::row(Check::Sequence, true, &e.place, e.dealer, 0, reason));
                }
                _ => {}
            }
        }
    }
}

fn unknown_dealer(data: &Data, place: &Place, dealer: Option<u32>, money: i64, out: &mut Findings) {
    if let Some(d) = dealer.filter(|d| !data.stores.is_empty() && !data.stores.contains_key(d)) {
        let reason = format!("the dealers have no {}", data.dealers.name(d));
        out.push(Finding::row(Check::Join, false, place, dealer, money, reason));
    }
}

fn odometers(data: &Data, out: &mut Findings) {
    let mut visits: Vec<(u32, Day, f64, &Event)> =
        data.service.iter().filter_map(|e| Some((e.vin?, e.day, e.odometer?, e))).collect();
    visits.sort_by(|a, b| (a.0, a.1).cmp(&(b.0, b.1)).then(a.2.total_cmp(&b.2)));
    for pair in visits.windows(2) {
        if pair[0].0 == pair[1].0 && pair[1].2 < pair[0].2 {
            let reason = format!(
                "VIN {} showed {} km on {} and {} km on {}",
                data.vins.name(pair[0].0),
                pair[0].2,
                day_text(pair[0].1),
                pair[1].2,
                day_text(pair[1].1)
            );
            let mut finding = Finding::row(Check::Sequence, true, &pair[1].3.place, pair[1].3.dealer, 0, reason);
            finding.rows.insert(0, pair[0].3.place.clone());
            out.push(finding);
        }
    }
}
