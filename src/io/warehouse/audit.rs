//! The rows of a warehouse as an audit looks at them.

use super::repairs::{LEAVE_OUT, Repair};
use super::schema::{Table, table};
use super::{Known, Record, Store, WarehouseError};
use crate::market::quality::data::{self, Data, Day, Delivery, Event, Place, Sale, Vehicle};
use crate::market::quality::finding::Finding;

/// A table with the places of some of its columns.
struct Columns<const N: usize> {
    table: &'static Table,
    at: [usize; N],
}

fn columns<const N: usize>(name: &str, wanted: [&str; N]) -> Columns<N> {
    let table = table(name).expect("the schema lists every table that is read");
    let at = wanted.map(|c| table.position(c).expect("the schema lists every column that is read"));
    Columns { table, at }
}

fn day(record: &Record, column: usize) -> Option<Day> {
    record.whole(column).map(|d| d as Day)
}

/// Reads all tables as they were known at the end of a day, with the repairs that stand.
pub fn data(store: &Store, at: i64) -> Result<Data, WarehouseError> {
    let known = Known { day: Some(at), repaired: true };
    let mut data = Data { at: at as Day, ..Data::default() };
    dealers(store, known, &mut data)?;
    sales(store, known, &mut data)?;
    vehicles(store, known, &mut data)?;
    deliveries(store, known, &mut data)?;
    data.registrations = events(store, known, &mut data, "registrations", ["vin", "registered_on", "", ""])?;
    data.stock = events(store, known, &mut data, "stock", ["vin", "counted_on", "dealer_id", ""])?;
    data.service = events(store, known, &mut data, "service", ["vin", "visited_on", "dealer_id", "odometer_km"])?;
    data.drives = events(store, known, &mut data, "test_drives", ["vin", "driven_on", "dealer_id", ""])?;
    data.leads = events(store, known, &mut data, "leads", ["", "created_on", "dealer_id", ""])?;
    Ok(data)
}

fn place(data: &mut Data, table: &'static Table, record: &Record) -> Place {
    let feed = data.feeds.number(&record.feed).unwrap_or_default();
    Place { table: table.name, feed, key: record.key.clone() }
}

fn dealers(store: &Store, known: Known, data: &mut Data) -> Result<(), WarehouseError> {
    let c = columns("dealers", ["dealer_id", "opened_on", "closed_on"]);
    let [id, opened, closed] = c.at;
    store.records(c.table, known, &mut |r| {
        if let Some(dealer) = data.dealers.number(r.text(id)) {
            data.stores.insert(dealer, data::Store { opened: day(&r, opened), closed: day(&r, closed) });
        }
    })
}

fn sales(store: &Store, known: Known, data: &mut Data) -> Result<(), WarehouseError> {
    let names = [
        "dealer_id",
        "vin",
        "model_id",
        "ordered_on",
        "sold_on",
        "delivered_on",
        "cancelled_on",
        "price_cny",
        "channel",
        "cars",
    ];
    let c = columns("sales", names);
    let [dealer, vin, model, ordered, sold, delivered, cancelled, price, channel, cars] = c.at;
    let at = data.at;
    store.records(c.table, known, &mut |r| {
        let Some(number) = data.dealers.number(r.text(dealer)) else { return };
        let sale = Sale {
            place: place(data, c.table, &r),
            dealer: number,
            vin: data.vins.number(r.text(vin)),
            model: data.models.number(r.text(model)),
            ordered: day(&r, ordered),
            sold: day(&r, sold).unwrap_or_default(),
            delivered: day(&r, delivered),
            cancelled: day(&r, cancelled).filter(|&d| d <= at),
            price: r.whole(price).unwrap_or(0),
            cars: r.whole(cars).unwrap_or(1) as i32,
            export: r.text(channel) == "export",
            tied: r.tied,
        };
        data.sales.push(sale);
    })
}

fn vehicles(store: &Store, known: Known, data: &mut Data) -> Result<(), WarehouseError> {
    let c = columns("vehicles", ["vin", "model_id", "built_on"]);
    let [vin, model, built] = c.at;
    store.records(c.table, known, &mut |r| {
        if let Some(number) = data.vins.number(r.text(vin)) {
            let vehicle = Vehicle {
                place: place(data, c.table, &r),
                vin: number,
                model: data.models.number(r.text(model)),
                built: day(&r, built),
            };
            data.vehicles.push(vehicle);
        }
    })
}

fn deliveries(store: &Store, known: Known, data: &mut Data) -> Result<(), WarehouseError> {
    let c = columns("deliveries", ["dealer_id", "shipped_on", "arrived_on"]);
    let [dealer, shipped, arrived] = c.at;
    store.records(c.table, known, &mut |r| {
        if let Some(number) = data.dealers.number(r.text(dealer)) {
            let place = place(data, c.table, &r);
            let shipped = day(&r, shipped).unwrap_or_default();
            data.deliveries.push(Delivery { place, dealer: number, shipped, arrived: day(&r, arrived) });
        }
    })
}

fn events(
    store: &Store,
    known: Known,
    data: &mut Data,
    name: &str,
    [vin, on, dealer, odometer]: [&str; 4],
) -> Result<Vec<Event>, WarehouseError> {
    let table = table(name).expect("the schema lists every table that is read");
    let [vin, on, dealer, odometer] = [vin, on, dealer, odometer].map(|c| table.position(c));
    let mut events = Vec::new();
    store.records(table, known, &mut |r| {
        let text = |k: Option<usize>| k.map_or("", |k| r.text(k)).to_owned();
        events.push(Event {
            place: place(data, table, &r),
            vin: data.vins.number(&text(vin)),
            dealer: data.dealers.number(&text(dealer)),
            day: on.and_then(|k| day(&r, k)).unwrap_or_default(),
            odometer: odometer.and_then(|k| r.real(k)),
        });
    })?;
    Ok(events)
}

/// The repairs that findings propose, in their order.
pub fn proposed(data: &Data, findings: &[Finding]) -> Vec<Repair> {
    let mends = findings.iter().filter_map(|f| f.mend.as_ref().map(|m| (f, m)));
    mends
        .map(|(f, m)| Repair {
            table: m.place.table.into(),
            feed: data.feeds.name(m.place.feed).into(),
            key: m.place.key.clone(),
            column: m.column.unwrap_or(LEAVE_OUT).into(),
            before: m.before.clone(),
            after: m.after.clone(),
            reason: f.reason.clone(),
        })
        .collect()
}
