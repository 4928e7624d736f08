use super::data::{Data, Day, Event, Names, Place, Sale, Store, Vehicle, day_text, left_in_month, month, month_text};
use super::finding::{Check, Finding, Findings, KEPT};
use super::rows::Cars;
use super::{audit, dealers, vin};
use crate::stats::stream::{Stream, mix};

/// 2024-01-01.
const FIRST: Day = 19_723;
const MONTHS: usize = 24;
const CARS: u64 = 40;

/// How a made-up network behaves.
#[derive(Clone, Copy)]
struct Maker {
    dealers: u32,
    /// Dealers from 0 on that add fakes.
    fakers: u32,
    /// Share of fakes.
    share: f64,
    /// Whether fakes stand in the last five days of the month, or on any day.
    at_end: bool,
}

impl Default for Maker {
    fn default() -> Self {
        Self { dealers: 20, fakers: 1, share: 0.02, at_end: true }
    }
}

fn number(names: &mut Names, name: &str) -> u32 {
    names.number(name).expect("a name")
}

/// Two years of sales: a fifth or so at the end of months, one in a hundred cancelled within sixty days, both differing
/// from dealer to dealer by half; fakes are cancelled on any day of the next month.
fn made(maker: Maker, seed: u64) -> Data {
    let mut data = Data { at: FIRST + 900, ..Data::default() };
    let feed = number(&mut data.feeds, "dms");
    for d in 0..maker.dealers {
        let dealer = number(&mut data.dealers, &format!("D{d}"));
        let mut stream = Stream::from_hash(mix(seed ^ mix(u64::from(d) + 1)));
        let (end, cancel) = (0.1 + 0.2 * stream.unit(), 0.01 * (0.5 + stream.unit()));
        let mut first = FIRST;
        for m in 0..MONTHS {
            let length = left_in_month(first) + 1;
            let mut add = |sold: Day, cancelled: Option<Day>, k: u64| {
                let place = Place { table: "sales", feed, key: format!("{d}-{m}-{k}") };
                data.sales.push(Sale { place, dealer, sold, cancelled, price: 12_000_000, cars: 1, ..Sale::default() });
            };
            for k in 0..CARS {
                let at_end = stream.unit() < end;
                let span = if at_end { 3 } else { length as u64 };
                let sold = first + length - 1 - stream.below(span) as Day;
                let cancelled = (stream.unit() < cancel).then(|| sold + 1 + stream.below(60) as Day);
                add(sold, cancelled, k);
                if d < maker.fakers && stream.unit() < maker.share {
                    let span = if maker.at_end { 5 } else { length as u64 };
                    let sold = first + length - 1 - stream.below(span) as Day;
                    let next = left_in_month(first + length) as u64 + 1;
                    add(sold, Some(first + length + stream.below(next) as Day), 1000 + k);
                }
            }
            first += length;
        }
    }
    data
}

fn unwinding(data: &Data) -> Vec<Finding> {
    let (undone, mut all) = (dealers::undone(data), Findings::default());
    dealers::check(data, &Cars::new(data), &undone, &mut all);
    let mut found = all.list;
    found.retain(|f| f.check == Check::Unwind);
    found
}

/// Share of fakers found, and of honest dealers named.
fn rates(maker: Maker, replications: u64) -> (f64, f64) {
    let (mut found, mut named) = (0, 0);
    for seed in 0..replications {
        for f in unwinding(&made(maker, mix(seed))) {
            if f.dealer.is_some_and(|d| d < maker.fakers) { found += 1 } else { named += 1 }
        }
    }
    let of = |count: u32, dealers: u32| f64::from(count) / (f64::from(dealers) * replications as f64);
    (of(found, maker.fakers), of(named, maker.dealers - maker.fakers))
}

#[test]
fn two_per_cent_of_fakes_are_found_and_honest_dealers_left_alone() {
    let (power, named) = rates(Maker::default(), 120);
    assert!(power >= 0.99 && named <= 0.05, "power {power}, false {named}");
    let (none, named) = rates(Maker { share: 0.0, ..Maker::default() }, 30);
    assert!(none <= 0.05 && named <= 0.05, "without fakes: {none}, {named}");
}

/// `cargo test --release --lib market::quality -- --ignored --nocapture` prints the figures.
#[test]
#[ignore = "thousands of networks: minutes"]
fn power_and_false_findings_over_thousands_of_networks() {
    for (words, maker) in [
        ("2 %, last five days", Maker::default()),
        ("2 %, any day", Maker { at_end: false, ..Maker::default() }),
        ("2 %, a quarter of the dealers", Maker { fakers: 5, ..Maker::default() }),
        ("1 %, last five days", Maker { share: 0.01, ..Maker::default() }),
        ("no fakes", Maker { share: 0.0, ..Maker::default() }),
    ] {
        let (power, named) = rates(maker, 2_000);
        println!("{words}: found {power:.4}, honest dealers named {named:.4}");
        assert!(named <= 0.05, "{words}: {named}");
        assert!(power >= 0.99 || maker.share < 0.02, "{words}: {power}");
    }
}

/// The real case of September 2013: 7,000 old fleet sales and 1,000 unsold cars booked in one month.
#[test]
fn the_september_of_old_fleet_sales_and_unsold_cars_is_found() {
    let mut data = Data { at: FIRST + 900, ..Data::default() };
    let feed = number(&mut data.feeds, "dms");
    let mut stream = Stream::from_hash(5);
    let dealer = |data: &mut Data, n: u64| number(&mut data.dealers, &format!("D{}", n % 200));
    let mut first = FIRST;
    let (mut old, mut unsold) = (0, 0);
    for m in 0..MONTHS {
        let length = left_in_month(first) + 1;
        let (many, few) = if month_text(month(first)) == "2025-09" { (7_000, 1_000) } else { (8, 4) };
        for k in 0..3_000 + many + few {
            let vin = number(&mut data.vins, &format!("V{m}-{k}"));
            let sold = first + stream.below(length as u64) as Day;
            let place = Place { table: "sales", feed, key: format!("{m}-{k}") };
            let dealer = dealer(&mut data, k);
            data.sales.push(Sale {
                place,
                dealer,
                vin: Some(vin),
                sold,
                price: 10_000_000,
                cars: 1,
                ..Sale::default()
            });
            let event = |day| Event { vin: Some(vin), day, ..Event::default() };
            if k < many {
                data.registrations.push(event(sold - 45 - stream.below(300) as Day));
            } else {
                data.registrations.push(event(sold + stream.below(20) as Day));
            }
            if (many..many + few).contains(&k) {
                data.stock.push(event(sold + 1 + stream.below(40) as Day));
            }
        }
        if many > 100 {
            (old, unsold) = (many as usize, few as usize);
        }
        first += length;
    }
    let found = audit(&data).findings;
    let shapes: Vec<&Finding> = found.iter().filter(|f| f.check == Check::MonthShape).collect();
    assert_eq!(shapes.len(), 2, "{:?}", shapes.iter().map(|f| &f.reason).collect::<Vec<_>>());
    assert!(shapes.iter().all(|f| f.sure && f.reason.contains("2025-09")));
    assert_eq!(shapes.iter().map(|f| f.rows.len()).collect::<Vec<_>>(), [old, unsold]);
    assert_eq!(shapes[0].money, 7_000 * 10_000_000);
}

#[test]
fn check_digits_of_published_vins() {
    // FMVSS 565's own example, and the VIN of seventeen ones.
    for sound in ["1M8GDM9AXKP042788", "11111111111111111", "1G4AH59H45G118341"] {
        assert_eq!(vin::flaw(sound), None, "{sound}");
    }
    assert!(vin::flaw("1M8GDM9A5KP042788").is_some_and(|f| f.contains('X')));
    for wrong in
        ["", "1M8GDM9AXKP04278", "IM8GDM9AXKP042788", "１M8GDM9AXKP04278", "1M8GDM9AXKP042788A", "1m8GDM9AXKP042788"]
    {
        assert!(vin::flaw(wrong).is_some(), "{wrong}");
    }
}

/// market.md says that 92.8 % of single substitutions are caught: every one of a sound VIN is tried.
#[test]
fn most_single_slips_are_caught() {
    let letters = "0123456789ABCDEFGHJKLMNPRSTUVWXYZ";
    let (mut caught, mut all) = (0, 0);
    for sound in ["1M8GDM9AXKP042788", "1G4AH59H45G118341"] {
        for k in 0..17 {
            for letter in letters.chars().filter(|&c| c != sound.as_bytes()[k] as char) {
                let slip = format!("{}{letter}{}", &sound[..k], &sound[k + 1..]);
                all += 1;
                caught += u32::from(vin::flaw(&slip).is_some());
            }
        }
    }
    let share = f64::from(caught) / f64::from(all);
    assert!((0.90..0.96).contains(&share), "{share}");
}

/// One dealer, one car, one thing wrong after the other: each is found, and nothing else is.
#[test]
fn each_slip_is_found_alone() {
    let base = || {
        let mut data = Data { at: FIRST + 400, ..Data::default() };
        let feed = number(&mut data.feeds, "dms");
        let dealer = number(&mut data.dealers, "D1");
        let vin = number(&mut data.vins, "1M8GDM9AXKP042788");
        let model = data.models.number("M1");
        let place = |table, key: &str| Place { table, feed, key: key.into() };
        data.stores.insert(dealer, Store { opened: Some(FIRST - 100), closed: None });
        data.vehicles.push(Vehicle { place: place("vehicles", "v"), vin, model, built: Some(FIRST) });
        let sold = FIRST + 50;
        data.sales.push(Sale {
            place: place("sales", "s"),
            dealer,
            vin: Some(vin),
            model,
            ordered: Some(FIRST - 5),
            sold,
            delivered: Some(sold + 2),
            price: 100,
            cars: 1,
            ..Sale::default()
        });
        for (key, vin, day) in
            [("r", vin, sold + 3), ("late", number(&mut data.vins, "11111111111111111"), FIRST + 300)]
        {
            data.registrations.push(Event {
                place: place("registrations", key),
                vin: Some(vin),
                day,
                ..Event::default()
            });
        }
        let other = Vehicle { place: place("vehicles", "w"), vin: 1, model, built: Some(FIRST) };
        data.vehicles.push(other);
        data
    };
    let names = |data: &Data| audit(data).findings.iter().map(|f| f.check.name()).collect::<Vec<_>>();
    assert_eq!(names(&base()), Vec::<&str>::new());
    let slip = |wanted: &[&str], change: &dyn Fn(&mut Data)| {
        let mut data = base();
        change(&mut data);
        assert_eq!(names(&data), wanted, "{:?}", audit(&data).findings);
    };
    slip(&["sequence"], &|d| d.sales[0].ordered = Some(FIRST + 51));
    slip(&["sequence"], &|d| d.vehicles[0].built = Some(FIRST + 53));
    slip(&["sequence"], &|d| {
        d.vehicles[0].built = Some(FIRST + 53).filter(|_| d.sales[0].delivered.take().is_none()).or(Some(FIRST + 60))
    });
    slip(&["sequence"], &|d| {
        d.stores.insert(0, Store { opened: None, closed: Some(FIRST + 50) });
    });
    slip(&["unregistered"], &|d| {
        d.registrations.remove(0);
    });
    slip(&[], &|d| {
        d.registrations.remove(0);
        d.sales[0].export = true;
    });
    slip(&["join"], &|d| d.sales[0].model = d.models.number("M2"));
    slip(&["join"], &|d| {
        d.sales[0].dealer = d.dealers.number("D2").expect("a name");
    });
    slip(&["old"], &|d| d.registrations[0].day = FIRST + 5);
    slip(&["still_in_stock"], &|d| d.stock.push(Event { vin: Some(0), day: FIRST + 90, ..Event::default() }));
    slip(&["undated"], &|d| d.sales[0].tied = true);
    slip(&["duplicate"], &|d| {
        let mut again = d.sales[0].clone();
        again.place.key = "t".into();
        d.sales.push(again);
    });
    slip(&["reuse"], &|d| {
        let mut again = d.vehicles[0].clone();
        (again.model, again.place.key) = (d.models.number("M2"), "x".into());
        d.vehicles.insert(0, again);
        d.sales[0].model = d.models.number("M1");
    });
}

#[test]
fn a_slip_of_the_pen_is_mended_when_one_car_is_left() {
    let mut data = Data { at: FIRST, ..Data::default() };
    let feed = number(&mut data.feeds, "dms");
    let dealer = number(&mut data.dealers, "D1");
    for vin in ["1M8GDM9AXKP042788", "11111111111111111"] {
        let vin = number(&mut data.vins, vin);
        data.vehicles.push(Vehicle { vin, built: Some(FIRST - 9), ..Vehicle::default() });
    }
    for (slip, wanted) in [
        ("1M8GDM9AXKP042789", Some("1M8GDM9AXKP042788")),
        ("1M8GDM9AXKP047288", Some("1M8GDM9AXKP042788")),
        ("1M8GDM9AXKP000000", None),
    ] {
        let vin = data.vins.number(slip);
        let place = Place { table: "sales", feed, key: slip.into() };
        data.sales = vec![Sale { place, dealer, vin, sold: FIRST - 1, cars: 1, ..Sale::default() }];
        let found = audit(&data).findings;
        let mended = found.iter().find(|f| f.check == Check::Vin).and_then(|f| f.mend.as_ref());
        assert_eq!(mended.map(|m| m.after.as_str()), wanted, "{slip}");
    }
}

#[test]
fn a_sale_is_undone_by_a_cancellation_a_return_or_a_second_sale() {
    let mut data = Data::default();
    let vin = data.vins.number("V");
    let sale = |sold, cars, cancelled| Sale { vin, sold, cancelled, cars, ..Sale::default() };
    data.sales = vec![
        sale(10, 1, Some(12)),
        sale(20, 1, None),
        sale(25, -1, None),
        sale(30, 1, None),
        sale(30, 1, None),
        sale(40, 1, None),
    ];
    assert_eq!(dealers::undone(&data), [Some(12), Some(25), None, Some(40), Some(40), None]);
}

#[test]
fn months_and_their_ends() {
    for (day, text, left, name) in [(FIRST, "2024-01-01", 30, "2024-01"), (FIRST + 59, "2024-02-29", 0, "2024-02")] {
        assert_eq!((day_text(day).as_str(), left_in_month(day), month_text(month(day)).as_str()), (text, left, name));
    }
}

#[test]
fn a_flood_of_findings_is_counted_and_scored_and_kept_within_bounds() {
    let mut data = Data { at: FIRST, ..Data::default() };
    let (feed, dealer) = (number(&mut data.feeds, "dms"), number(&mut data.dealers, "D1"));
    let rows = KEPT + 5;
    for k in 0..rows {
        let vin = data.vins.number(&format!("short{k}"));
        let place = Place { table: "sales", feed, key: k.to_string() };
        data.sales.push(Sale { place, dealer, vin, sold: FIRST - 1, price: 100, cars: 1, ..Sale::default() });
    }
    let found = audit(&data);
    assert_eq!(found.findings.len() as u64, KEPT);
    assert_eq!(found.further.get(&(Check::Vin, true)), Some(&(5, 500)));
    let score = &found.scores.0[&dealer];
    assert_eq!((score.rows, score.sure, score.money, score.points()), (rows, rows, 100 * rows as i64, 0.0));
}
