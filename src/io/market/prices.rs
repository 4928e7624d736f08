//! What is to be priced: `price.toml` with its tables of regions, offers and, where it has one, shared stock.

use super::desk::{Desk, Sheet};
use super::options::Options;
use crate::io::fault::{Code, Faults};
use crate::market::prices::{Offer, Pool, Problem, Region};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Keys of the options.
const KEYS: &[&str] = &["name", "alpha", "delegation", "moving_cost", "regions", "offers", "stock"];
/// Columns of the regions' table.
const REGIONS: &[(&str, bool)] = &[("region", true), ("buyers", true), ("outside", false)];
/// Columns of the offers' table; money in thousands.
const OFFERS: &[(&str, bool)] = &[
    ("region", true),
    ("model", true),
    ("segment", false),
    ("quality", true),
    ("cost", true),
    ("list", false),
    ("floor", false),
    ("cap", false),
    ("stock", false),
    ("alpha", false),
];
/// Columns of the table of stock that a model's offers in all regions share.
const STOCK: &[(&str, bool)] = &[("model", true), ("cars", true)];

/// What is to be priced, as the files tell it.
#[derive(Debug)]
pub struct PriceFile {
    /// Its name.
    pub name: String,
    /// The problem.
    pub problem: Problem,
    /// What moving a car between regions costs, thousands: price gaps beyond it are flagged.
    pub moving: Option<f64>,
}

/// Reads the files; every fault at once.
pub fn read(file: &Path) -> Result<PriceFile, Faults> {
    let mut desk = Desk::default();
    let made = prices(file, &mut desk);
    desk.finish(made)
}

fn prices(path: &Path, desk: &mut Desk) -> Option<PriceFile> {
    let options = Options::read(path, desk)?;
    options.only(KEYS, desk);
    let alpha = options.number("alpha", Some(0.35), (1e-9, 1e6), desk);
    // Without a share every price is allowed that floor and cap allow.
    let delegation = options.number("delegation", Some(f64::INFINITY), (0.0, 1.0), desk);
    let moving = options.number("moving_cost", Some(f64::INFINITY), (0.0, 1e9), desk);
    let name = options.text("name", false, desk);
    let [regions, offers] = ["regions", "offers"].map(|key| options.text(key, true, desk));
    let stock = options.text("stock", false, desk);
    if regions.is_empty() || offers.is_empty() {
        return None;
    }
    let home = path.parent().unwrap_or(Path::new(""));
    let sheet = desk.sheet(&home.join(&regions), REGIONS);
    let (regions, known) = read_regions(&sheet, desk);
    let sheet = desk.sheet(&home.join(&offers), OFFERS);
    let offers = read_offers(&sheet, &known, (alpha, delegation), desk);
    let pools = if stock.is_empty() {
        Vec::new()
    } else {
        let sheet = desk.sheet(&home.join(&stock), STOCK);
        read_pools(&sheet, &offers, desk)
    };
    if !desk.log.is_empty() {
        return None;
    }
    let problem = Problem { regions, offers, pools };
    for fault in problem.faults() {
        desk.fault(options.file, None, Code::Order, "", &fault.to_string(), "see the table of offers");
    }
    Some(PriceFile { name, problem, moving: moving.is_finite().then_some(moving) })
}

fn read_regions(sheet: &Sheet, desk: &mut Desk) -> (Vec<Region>, BTreeMap<String, usize>) {
    let (mut known, mut regions) = (BTreeMap::new(), Vec::new());
    for row in &sheet.rows {
        desk.fresh(sheet.file, &row[0], &mut known);
        regions.push(Region {
            name: row[0].text.clone(),
            buyers: desk.number(sheet.file, &row[1], None, (1e-9, 1e12)),
            outside: desk.number(sheet.file, &row[2], Some(1.0), (1e-60, 1e60)),
        });
    }
    (regions, known)
}

fn read_offers(
    sheet: &Sheet,
    known: &BTreeMap<String, usize>,
    (alpha, delegation): (f64, f64),
    desk: &mut Desk,
) -> Vec<Offer> {
    let (mut seen, mut offers) = (BTreeSet::new(), Vec::new());
    for row in &sheet.rows {
        let region = desk.known(sheet.file, &row[0], "region", known);
        let pair = format!("{} in {}", row[1].text, row[0].text);
        if row[1].text.is_empty() {
            desk.fault(sheet.file, Some(row[1].at), Code::Blank, "", "a model is needed here", "write it");
        } else if !seen.insert(pair.clone()) {
            let cause = format!("{pair} is there twice");
            desk.fault(sheet.file, Some(row[1].at), Code::TwiceRow, &row[1].text, &cause, "keep one of the rows");
        }
        let number = |desk: &mut Desk, k: usize, fallback, range| desk.number(sheet.file, &row[k], fallback, range);
        let maybe = |desk: &mut Desk, k: usize, range| {
            (!row[k].text.is_empty()).then(|| desk.number(sheet.file, &row[k], None, range))
        };
        let any = (-1e9, 1e9);
        let list = maybe(desk, 5, (0.0, 1e9));
        let [floor, cap] = [6, 7].map(|k| maybe(desk, k, any));
        if list.is_none() && delegation.is_finite() {
            let cause = "a list price is needed: the options give delegated bounds around it";
            desk.fault(sheet.file, Some(row[5].at), Code::Blank, "", cause, "write it, or leave delegation out");
        }
        let bound = |side: f64| list.filter(|_| delegation.is_finite()).map(|l| l * (1.0 + side * delegation));
        let narrow = |a: Option<f64>, b: Option<f64>, pick: fn(f64, f64) -> f64| match (a, b) {
            (Some(a), Some(b)) => Some(pick(a, b)),
            (a, b) => a.or(b),
        };
        offers.push(Offer {
            region: region.unwrap_or(0),
            model: row[1].text.clone(),
            segment: row[2].text.clone(),
            quality: number(desk, 3, None, any),
            alpha: number(desk, 9, Some(alpha), (1e-9, 1e6)),
            cost: number(desk, 4, None, any),
            floor: narrow(floor, bound(-1.0), f64::max),
            cap: narrow(cap, bound(1.0), f64::min),
            stock: maybe(desk, 8, (1e-9, 1e12)),
        });
    }
    offers
}

fn read_pools(sheet: &Sheet, offers: &[Offer], desk: &mut Desk) -> Vec<Pool> {
    let models: BTreeMap<String, usize> = offers.iter().enumerate().map(|(i, o)| (o.model.clone(), i)).collect();
    let (mut seen, mut pools) = (BTreeMap::new(), Vec::new());
    for row in &sheet.rows {
        desk.fresh(sheet.file, &row[0], &mut seen);
        desk.known(sheet.file, &row[0], "model", &models);
        let name = row[0].text.clone();
        let of = offers.iter().enumerate().filter(|o| o.1.model == name).map(|o| o.0).collect();
        pools.push(Pool { cars: desk.number(sheet.file, &row[1], None, (1e-9, 1e12)), offers: of, name });
    }
    pools
}
