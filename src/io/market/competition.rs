//! A market of dealers: `market.toml` with its tables of dealers and zones.

use super::desk::{Desk, Sheet};
use super::options::Options;
use crate::io::fault::{Code, Faults};
use crate::market::competition::{Catchment, Cost, Player, Segment};
use std::collections::BTreeMap;
use std::path::Path;

/// Columns of the dealers' table; money in thousands, distances in the unit of `travel`.
const DEALERS: &[(&str, bool)] = &[
    ("dealer", true),
    ("brand", false),
    ("x", true),
    ("y", false),
    ("quality", true),
    ("invoice", true),
    ("rebate", false),
    ("bonus_step", false),
    ("floor_plan_per_day", false),
    ("days", false),
    ("cash_pressure", false),
    ("fixed_cost", false),
];
/// Columns of the zones' table.
const ZONES: &[(&str, bool)] = &[("zone", true), ("x", true), ("y", false), ("buyers", true), ("outside", false)];
/// Keys of the options.
const KEYS: &[&str] = &["name", "alpha", "rho", "travel", "reach", "around", "dealers", "zones", "segment"];
/// Keys of a segment.
const SEGMENT: &[&str] = &["name", "buyers_share", "alpha", "rho", "quality", "invoice"];

/// A market as its files tell it.
#[derive(Debug)]
pub struct MarketFile {
    /// Its name.
    pub name: String,
    /// Its segments.
    pub segments: Vec<Segment>,
    /// Fixed cost of every dealer in the period, thousands: what it must earn to survive.
    pub fixed: Vec<f64>,
}

struct Dealer {
    player: Player,
    at: (f64, f64),
    quality: f64,
    fixed: f64,
}

struct Zone {
    at: (f64, f64),
    buyers: f64,
    outside: f64,
}

/// Reads a market; every fault at once.
pub fn read(file: &Path) -> Result<MarketFile, Faults> {
    let mut desk = Desk::default();
    let made = market(file, &mut desk);
    desk.finish(made)
}

fn market(path: &Path, desk: &mut Desk) -> Option<MarketFile> {
    let options = Options::read(path, desk)?;
    options.only(KEYS, desk);
    let alpha = options.number("alpha", Some(0.35), (1e-9, 1e6), desk);
    let rho = options.number("rho", Some(0.6), (0.0, 0.999), desk);
    let travel = options.number("travel", Some(0.073), (0.0, 1e6), desk);
    let reach = options.number("reach", Some(f64::INFINITY), (0.0, 1e9), desk);
    let around = options.number("around", Some(0.0), (0.0, 1e9), desk);
    let (dealers, zones) = (options.text("dealers", true, desk), options.text("zones", true, desk));
    let name = options.text("name", false, desk);
    let told = segments(&options, (alpha, rho), desk);
    if dealers.is_empty() || zones.is_empty() {
        return None;
    }
    let home = path.parent().unwrap_or(Path::new(""));
    let sheet = desk.sheet(&home.join(&dealers), DEALERS);
    let dealers = read_dealers(&sheet, desk);
    let sheet = desk.sheet(&home.join(&zones), ZONES);
    let zones = read_zones(&sheet, desk);
    if !desk.log.is_empty() {
        return None;
    }
    let gap = |a: (f64, f64), b: (f64, f64)| {
        let straight = libm::hypot(a.0 - b.0, a.1 - b.1);
        if around > 0.0 { straight.min(around - straight).max(0.0) } else { straight }
    };
    let made: Vec<Segment> = told.iter().map(|told| assemble(told, &dealers, &zones, (travel, reach), gap)).collect();
    for fault in made.iter().flat_map(Segment::faults) {
        desk.fault(options.file, None, Code::Range, "", &fault.to_string(), "see the market's tables");
    }
    Some(MarketFile { name, segments: made, fixed: dealers.iter().map(|d| d.fixed).collect() })
}

/// What the options tell of a segment.
struct Told {
    name: String,
    share: f64,
    alpha: f64,
    rho: f64,
    quality: f64,
    invoice: f64,
}

fn segments(options: &Options, (alpha, rho): (f64, f64), desk: &mut Desk) -> Vec<Told> {
    let tables = options.tables("segment", desk);
    if tables.is_empty() {
        return vec![Told { name: "all".into(), share: 1.0, alpha, rho, quality: 0.0, invoice: 0.0 }];
    }
    let mut told = Vec::new();
    for table in &tables {
        table.only(SEGMENT, desk);
        told.push(Told {
            name: table.text("name", true, desk),
            share: table.number("buyers_share", None, (0.0, 1.0), desk),
            alpha: table.number("alpha", Some(alpha), (1e-9, 1e6), desk),
            rho: table.number("rho", Some(rho), (0.0, 0.999), desk),
            quality: table.number("quality", Some(0.0), (-1e6, 1e6), desk),
            invoice: table.number("invoice", Some(0.0), (-1e9, 1e9), desk),
        });
    }
    let sum: f64 = told.iter().map(|t| t.share).sum();
    if (sum - 1.0).abs() > 1e-6 {
        let cause = format!("the segments' buyers_share sum to {sum}");
        desk.fault(options.file, Some(options.place("segment")), Code::Range, "", &cause, "make them sum to 1");
    }
    told
}

fn read_dealers(sheet: &Sheet, desk: &mut Desk) -> Vec<Dealer> {
    let (mut names, mut brands, mut dealers) = (BTreeMap::new(), BTreeMap::new(), Vec::new());
    let (any, money, none) = ((-1e9, 1e9), (0.0, 1e9), Some(0.0));
    for row in &sheet.rows {
        desk.fresh(sheet.file, &row[0], &mut names);
        let next = brands.len();
        let nest = *brands.entry(row[1].text.clone()).or_insert(next);
        let mut number = |k: usize, fallback, range| desk.number(sheet.file, &row[k], fallback, range);
        dealers.push(Dealer {
            at: (number(2, None, any), number(3, none, any)),
            quality: number(4, None, any),
            player: Player {
                name: row[0].text.clone(),
                nest,
                cost: Cost {
                    invoice: number(5, None, any),
                    rebate: number(6, none, money),
                    bonus: number(7, none, money),
                    floor_plan: number(8, none, money),
                    days: number(9, none, money),
                    pressure: number(10, none, money),
                },
            },
            fixed: number(11, none, money),
        });
    }
    dealers
}

fn read_zones(sheet: &Sheet, desk: &mut Desk) -> Vec<Zone> {
    let (mut names, mut zones) = (BTreeMap::new(), Vec::new());
    let any = (-1e9, 1e9);
    for row in &sheet.rows {
        desk.fresh(sheet.file, &row[0], &mut names);
        let mut number = |k: usize, fallback, range| desk.number(sheet.file, &row[k], fallback, range);
        zones.push(Zone {
            at: (number(1, None, any), number(2, Some(0.0), any)),
            buyers: number(3, None, (0.0, 1e12)),
            outside: number(4, Some(1.0), (0.0, 1e100)),
        });
    }
    zones
}

fn assemble(
    told: &Told,
    dealers: &[Dealer],
    zones: &[Zone],
    (travel, reach): (f64, f64),
    gap: impl Fn((f64, f64), (f64, f64)) -> f64,
) -> Segment {
    let player = |d: &Dealer| {
        let mut player = d.player.clone();
        player.cost.invoice += told.invoice;
        player
    };
    let zone = |zone: &Zone| {
        let within = dealers.iter().enumerate().map(|(j, d)| (j, d, gap(zone.at, d.at))).filter(|r| r.2 <= reach);
        let value = |d: &Dealer, gap: f64| d.quality + told.quality - told.alpha * travel * gap;
        Catchment {
            buyers: zone.buyers * told.share,
            outside: zone.outside,
            reach: within.map(|(j, d, gap)| (j, value(d, gap))).collect(),
        }
    };
    Segment {
        name: told.name.clone(),
        alpha: told.alpha,
        rho: told.rho,
        players: dealers.iter().map(player).collect(),
        zones: zones.iter().map(zone).collect(),
    }
}
