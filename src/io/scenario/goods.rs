//! Models, sales, stock, cars in transit and build slots; the calendar.

use super::log::{Log, Spot};
use super::network::Placed;
use super::rows::Rows;
use super::values::Value;
use super::{Context, finish_rows};
use crate::catalogue::{Model, Powertrain};
use crate::demand::History;
use crate::ids::{Grid, Id, ModelId, SiteId, Week};
use crate::io::fault::Code;
use crate::network::{Site, SiteKind};
use crate::scenario::{CalendarDay, DayKind, InTransit, StockLot};
use jiff::civil::Date;
use std::collections::{BTreeMap, HashMap, HashSet};

/// Oldest sale that is read, in weeks before today.
const OLDEST_WEEKS: i32 = 520;
/// Weeks without any build slot at the horizon's end from which the table is taken for cut off.
const CUT_OFF: usize = 3;
/// Most cells of the dense tables site × model × week, and of those site × model.
const CELLS: usize = 1 << 27;
const PAIRS: usize = 1 << 23;

/// Whether the dense tables stay within bounds; a fault if not.
pub(super) fn fits(context: &mut Context<'_>, sites: usize, models: usize) -> bool {
    let pairs = sites.saturating_mul(models);
    let sound = pairs <= PAIRS && pairs.saturating_mul(context.horizon) <= CELLS;
    if !sound {
        context.log.add(Spot { file: super::file_of("models"), at: None }, Code::TooMany, "", || {
            let weeks = context.horizon;
            (
                format!("{sites} sites × {models} models × {weeks} weeks are too many"),
                "leave out models no longer on sale, or plan fewer weeks".into(),
            )
        });
    }
    sound
}

/// Vehicle models.
pub(super) fn models(context: &mut Context<'_>) -> Placed<Model> {
    let build = |rows: &Rows<'_>, code: String, log: &mut Log| {
        let name = rows.text_or("name", &code);
        let (price, margin) = (rows.money("price_cny"), rows.money("margin_cny"));
        if margin > price && rows.get("price_cny") != Value::Bad {
            log.add(rows.spot("margin_cny"), Code::Margin, &rows.text("margin_cny"), || {
                (format!("the margin {margin} is above the price {price}"), "check the units of both columns".into())
            });
        }
        Model {
            name_zh: rows.text_or("name_zh", &name),
            name,
            code,
            segment: rows.text("segment"),
            powertrain: [Powertrain::Combustion, Powertrain::Electric, Powertrain::Hybrid]
                [rows.word("powertrain").unwrap_or(0)],
            price,
            margin,
            carrier_slots: rows.number("carrier_slots"),
            holding_per_day: rows.money("holding_cny_per_day"),
            lost_sale: rows.money("lost_sale_cny"),
            demand_factor: rows.number("demand_factor"),
        }
    };
    let (placed, index) = super::network::things(context, "models", "model_id", build, |m| &m.code);
    context.known.models = index;
    placed
}

/// Days since a fixed day, for fast differences.
pub(super) fn day_number(date: Date) -> i32 {
    // Months counted from March, so that the leap day is the last of the year.
    let (y, m, d) = (i32::from(date.year()), i32::from(date.month()), i32::from(date.day()));
    let (y, m) = if m > 2 { (y, m - 3) } else { (y - 1, m + 9) };
    365 * y + y.div_euclid(4) - y.div_euclid(100) + y.div_euclid(400) + (153 * m + 2) / 5 + d
}

/// Whole weeks from a Monday to another.
pub(super) fn weeks_between(from: Date, to: Date) -> i32 {
    (day_number(to) - day_number(from)).div_euclid(7)
}

struct Sale {
    site: u32,
    model: u32,
    week: i32,
    cars: u16,
    start: u32,
}

/// Past sales.
pub(super) fn history(context: &mut Context<'_>, sites: &[Site], models: usize, today: Option<Date>) -> History {
    let sales = sales(context, sites, today);
    let oldest = sales.iter().map(|s| s.week).min().unwrap_or(0);
    let weeks = -oldest as usize;
    let today = today.unwrap_or_default();
    let first = today.saturating_sub(jiff::Span::new().days(7 * weeks as i64));
    let file = super::file_of("sales");
    if sites.len().saturating_mul(models).saturating_mul(weeks.max(1)) > CELLS {
        context.log.add(Spot { file, at: None }, Code::TooMany, "", || {
            let cause = format!("{} sites × {models} models × {weeks} weeks are too many", sites.len());
            (cause, "leave out older weeks or models no longer on sale".into())
        });
        return History::new(today, 0, 0, 0);
    }
    let mut there = vec![false; weeks];
    sales.iter().for_each(|s| there[(s.week - oldest) as usize] = true);
    gaps(
        &there,
        first,
        file,
        &mut context.log,
        "sale",
        "export it again; if nothing at all was sold, write one row with 0",
    );
    let mut history = History::new(first, weeks, sites.len(), models);
    let mut seen = vec![0u64; (sites.len() * models * weeks).div_ceil(64)];
    for sale in &sales {
        let week = (sale.week - oldest) as usize;
        let cell = (sale.site as usize * models + sale.model as usize) * weeks + week;
        if seen[cell / 64] >> (cell % 64) & 1 == 1 {
            context.log.add(Spot { file, at: Some(sale.start as usize) }, Code::TwiceRow, "", || {
                ("this site, model and week are there already".into(), "keep one of the rows, or add them up".into())
            });
        }
        seen[cell / 64] |= 1 << (cell % 64);
        history.series_mut(SiteId::at(sale.site as usize), ModelId::at(sale.model as usize))[week] = sale.cars;
    }
    history
}

/// Notes weeks of which a table has no row: an export that stopped early or lost a file.
fn gaps(there: &[bool], first: Date, file: usize, log: &mut Log, what: &str, way_out: &str) {
    // A row with a fault of its own may be the one that is missed, and a horizon with one be another.
    if !log.clean(0) || !log.clean(file) {
        return;
    }
    let missing: Vec<usize> = (0..there.len()).filter(|&w| !there[w]).collect();
    let Some(&one) = missing.first() else { return };
    log.add(Spot { file, at: None }, Code::Gap, "", || {
        let monday = first.saturating_add(jiff::Span::new().days(7 * one as i64));
        let more = match missing.len() {
            1 => String::new(),
            n => format!(", nor for {} more", n - 1),
        };
        (format!("there is no {what} row for the week of {monday}{more}"), way_out.into())
    });
}

fn sales(context: &mut Context<'_>, sites: &[Site], today: Option<Date>) -> Vec<Sale> {
    let Context { sources, log, known, notes, .. } = context;
    let mut sales = Vec::new();
    let Some(mut rows) = super::open("sales", sources, known, log) else { return sales };
    while rows.advance(log) {
        // The schema's order: site, model, week, cars.
        if let Value::Reference(site) = rows.at(0) {
            dealer(&rows, &sites[site as usize], "a sale", Code::SaleElsewhere, log);
        }
        let (Value::Day(monday), Some(today)) = (rows.at(2), today) else { continue };
        let week = weeks_between(today, monday);
        if week >= 0 {
            log.add(rows.spot("week_start"), Code::LateSale, &rows.text("week_start"), || {
                (
                    format!("the week of {monday} is not over by today, {today}"),
                    "leave the row out, or set today in scenario.toml to a later Monday".into(),
                )
            });
        } else if week < -OLDEST_WEEKS {
            log.add(rows.spot("week_start"), Code::OldSale, &rows.text("week_start"), || {
                (
                    format!("the week of {monday} is more than {OLDEST_WEEKS} weeks before today"),
                    "leave older rows out; check the year".into(),
                )
            });
        } else if let (Value::Reference(site), Value::Reference(model), Value::Whole(cars)) =
            (rows.at(0), rows.at(1), rows.at(3))
        {
            sales.push(Sale { site, model, week, cars: cars as u16, start: rows.start() });
        }
    }
    finish_rows("sales", &rows, notes, log);
    sales
}

/// Notes a row of a site that is no dealer.
fn dealer(rows: &Rows<'_>, site: &Site, what: &str, code: Code, log: &mut Log) {
    if site.kind != SiteKind::Dealer {
        log.add(rows.spot("site_id"), code, &site.code, || {
            (
                format!("{what} at {}, which is no dealer", site.code),
                "correct the id, leave the row out, or make the site a dealer".into(),
            )
        });
    }
}

/// Unsold cars.
pub(super) fn stock(context: &mut Context<'_>, sites: &[Site]) -> Vec<StockLot> {
    let Context { sources, log, known, notes, .. } = context;
    let Some(mut rows) = super::open("stock", sources, known, log) else { return Vec::new() };
    let sound = log.clean(super::file_of("sites"));
    let mut lots: BTreeMap<(u32, u32, u32), u32> = BTreeMap::new();
    let mut held: HashMap<u32, u64> = HashMap::new();
    while rows.advance(log) {
        let Some(site) = rows.reference("site_id") else { continue };
        let here = &sites[site as usize];
        dealer(&rows, here, "stock", Code::StockElsewhere, log);
        let (Some(model), age, cars) =
            (rows.reference("model_id"), rows.whole("age_days") as u32, rows.whole("cars") as u32)
        else {
            continue;
        };
        if lots.insert((site, model, age), cars).is_some() {
            log.add(rows.spot("site_id"), Code::TwiceRow, "", || {
                ("this site, model and age are there already".into(), "keep one of the rows, or add them up".into())
            });
        }
        let before = held.get(&site).copied().unwrap_or(0);
        let now = before + u64::from(cars);
        held.insert(site, now);
        let most = u64::from(here.storage.get());
        if sound && here.kind == SiteKind::Dealer && before <= most && now > most {
            log.add(rows.spot("cars"), Code::Overfull, &rows.text("cars"), || {
                (
                    format!("stock of {} reaches {now} cars, its storage holds {most}", here.code),
                    "correct the count, or storage_cars in the sites table".into(),
                )
            });
        }
    }
    finish_rows("stock", &rows, notes, log);
    let lot = |((site, model, age_days), cars): ((u32, u32, u32), u32)| StockLot {
        site: SiteId::at(site as usize),
        model: ModelId::at(model as usize),
        age_days,
        cars,
    };
    lots.into_iter().filter(|l| l.1 > 0).map(lot).collect()
}

/// Cars under way.
pub(super) fn in_transit(context: &mut Context<'_>, sites: &[Site], today: Option<Date>) -> Vec<InTransit> {
    let horizon = context.horizon as i32;
    let Context { sources, log, known, notes, .. } = context;
    let Some(mut rows) = super::open("in_transit", sources, known, log) else { return Vec::new() };
    let mut found: BTreeMap<(u32, u32, i32, Option<Date>), u32> = BTreeMap::new();
    let mut late = 0;
    while rows.advance(log) {
        let Some(site) = rows.reference("site_id") else { continue };
        dealer(&rows, &sites[site as usize], "cars in transit", Code::StockElsewhere, log);
        let (Some(model), Some(monday)) = (rows.reference("model_id"), rows.day("arrival_week_start")) else {
            continue;
        };
        let Some(today) = today else { continue };
        let week = weeks_between(today, monday);
        if week < 0 {
            log.add(rows.spot("arrival_week_start"), Code::EarlyArrival, &rows.text("arrival_week_start"), || {
                (
                    format!("the cars should have arrived before today, {today}"),
                    "count them as stock, or correct the week".into(),
                )
            });
        }
        late += i32::from(week >= horizon);
        let cars = rows.whole("cars") as u32;
        let promised = rows.day("promised_week_start");
        // Cars of one week may have been promised for different ones.
        if week < horizon && found.insert((site, model, week, promised), cars).is_some() {
            log.add(rows.spot("site_id"), Code::TwiceRow, "", || {
                ("this site, model and week are there already".into(), "keep one of the rows, or add them up".into())
            });
        }
    }
    finish_rows("in_transit", &rows, notes, log);
    if late > 0 {
        notes.remark("in_transit", format!("{late} rows arrive after the horizon and are left out"));
    }
    let lot = |((site, model, week, promised), cars): ((u32, u32, i32, Option<Date>), u32)| InTransit {
        site: SiteId::at(site as usize),
        model: ModelId::at(model as usize),
        week: Week::at(week.max(0) as usize),
        cars,
        promised,
    };
    found.into_iter().filter(|l| l.1 > 0).map(lot).collect()
}

/// Build slots over the horizon.
pub(super) fn supply(
    context: &mut Context<'_>,
    sites: &[Site],
    models: usize,
    today: Option<Date>,
) -> Grid<SiteId, ModelId, Vec<u32>> {
    let horizon = context.horizon;
    let Context { sources, log, known, notes, .. } = context;
    let mut supply = Grid::filled(vec![0u32; horizon], sites.len(), models);
    let Some(mut rows) = super::open("supply", sources, known, log) else { return supply };
    let mut seen: HashSet<(u32, u32, i32)> = HashSet::new();
    let (mut outside, mut there) = (0, vec![false; horizon]);
    while rows.advance(log) {
        let Some(site) = rows.reference("site_id") else { continue };
        let here = &sites[site as usize];
        if here.kind != SiteKind::Plant {
            log.add(rows.spot("site_id"), Code::SupplyElsewhere, &here.code, || {
                (format!("build slots at {}, which is no plant", here.code), "write the id of a plant".into())
            });
        }
        let (Some(model), Some(monday)) = (rows.reference("model_id"), rows.day("week_start")) else { continue };
        let Some(today) = today else { continue };
        let week = weeks_between(today, monday);
        if !seen.insert((site, model, week)) {
            log.add(rows.spot("site_id"), Code::TwiceRow, "", || {
                ("this plant, model and week are there already".into(), "keep one of the rows, or add them up".into())
            });
        }
        match usize::try_from(week) {
            Ok(week) if week < horizon => {
                there[week] = true;
                supply[(SiteId::at(site as usize), ModelId::at(model as usize))][week] =
                    rows.whole("slots_cars") as u32;
            }
            _ => outside += 1,
        }
    }
    finish_rows("supply", &rows, notes, log);
    if outside > 0 {
        notes.remark("supply", format!("{outside} rows lie outside the horizon and are left out"));
    }
    let file = super::file_of("supply");
    // Plants rest over the Spring Festival; a table that ends weeks before the horizon was cut off.
    let last = there.iter().rposition(|&t| t).map_or(0, |w| w + 1);
    there[..last].fill(true);
    if let Some(today) = today.filter(|_| last > 0 && horizon - last >= CUT_OFF) {
        let way_out = "write the plants' slots to the end of the horizon, 0 where nothing is built, or plan fewer weeks \
                       ([horizon] weeks)";
        gaps(&there, today, file, log, "build slot", way_out);
    }
    let within = |key: &&(u32, u32, i32)| usize::try_from(key.2).is_ok_and(|w| w < horizon);
    let pairs: HashSet<(u32, u32)> = seen.iter().filter(within).map(|k| (k.0, k.1)).collect();
    let absent = pairs.len() * horizon - seen.iter().filter(within).count();
    if absent > 0 {
        let text = format!("{absent} weeks of plants and models with slots in other weeks have no row and count as 0");
        notes.remark("supply", text);
    }
    supply
}

/// Special days.
pub(super) fn calendar(context: &mut Context<'_>) -> Vec<CalendarDay> {
    let Context { sources, log, known, notes, .. } = context;
    let Some(mut rows) = super::open("calendar", sources, known, log) else { return Vec::new() };
    let mut days: BTreeMap<Date, CalendarDay> = BTreeMap::new();
    while rows.advance(log) {
        let (Some(date), Some(kind)) = (rows.day("date"), rows.word("kind")) else { continue };
        let kind = [DayKind::SpringFestival, DayKind::Holiday][kind];
        // The lunar new year falls between 21 January and 21 February.
        let season = (date.month(), date.day());
        if kind == DayKind::SpringFestival && !((1, 20)..=(2, 21)).contains(&season) {
            log.add(rows.spot("date"), Code::Festival, &rows.text("date"), || {
                (
                    format!("{date} cannot be the lunar new year"),
                    "write the first day of the lunar year (21 January to 21 February); other days are kind holiday"
                        .into(),
                )
            });
        }
        if days.insert(date, CalendarDay { date, name: rows.text("name"), kind }).is_some() {
            log.add(rows.spot("date"), Code::TwiceRow, &rows.text("date"), || {
                (format!("{date} is there already"), "keep one of the rows".into())
            });
        }
    }
    finish_rows("calendar", &rows, notes, log);
    days.into_values().collect()
}
