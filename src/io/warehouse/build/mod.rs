//! A scenario folder from a warehouse at a day; what the warehouse does not hold comes from another scenario.

mod goods;

use super::schema::table;
use super::{Known, Store, WarehouseError};
use crate::days;
use crate::io::fault::Faults;
use crate::io::scenario::Folder;
use crate::io::scenario::records::{Records, folded, write_cell};
use crate::io::scenario::schema::{self, Table};
use crate::io::scenario::write::write_texts;
use goods::{Goods, monday};
use std::collections::BTreeMap;
use std::path::Path;

/// Cars that stand in the warehouse and not in the scenario, by reason.
#[derive(Clone, Debug, Default)]
pub struct Left {
    /// Reason: rows, cars, and some of their keys.
    pub reasons: BTreeMap<&'static str, (u64, i64, Vec<String>)>,
}

impl Left {
    fn add(&mut self, reason: &'static str, cars: i64, key: &str) {
        let entry = self.reasons.entry(reason).or_default();
        entry.0 += 1;
        entry.1 += cars;
        if entry.2.len() < 5 && !entry.2.iter().any(|k| k == key) {
            entry.2.push(key.to_owned());
        }
    }
}

/// What was built.
#[derive(Clone, Debug, Default)]
pub struct Built {
    /// The scenario's day, in days since 1970.
    pub today: i64,
    /// Cars sold, in stock and on their way.
    pub cars: [i64; 3],
    /// Weeks of history.
    pub weeks: i64,
    /// What stayed behind.
    pub left: Left,
    /// What a reader should know.
    pub remarks: Vec<String>,
}

/// Why there is no scenario.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// The warehouse cannot be read.
    #[error(transparent)]
    Warehouse(#[from] WarehouseError),
    /// The base, or what would be built on it, is faulty.
    #[error("{0}")]
    Faults(Faults),
    /// The folder cannot be written.
    #[error("{0}: {1} → choose another folder with --out")]
    Write(String, std::io::Error),
}

/// Builds the scenario of a day into a folder.
pub fn build(store: &Store, base: &Path, day: i64, out: &Path) -> Result<Built, BuildError> {
    let today = monday(day);
    let folder = Folder::open(base);
    folder.judge().map_err(BuildError::Faults)?;
    let mut built = Built { today, ..Built::default() };
    if today != day {
        built.remarks.push(format!("the scenario's day is the Monday of that week, {}", days::text(today)));
    }
    let known = Known { day: Some(day), repaired: true };
    let goods = goods::read(store, known, today, &mut built.left)?;
    let mut work = Work { folder: &folder, built, shift: 0 };
    let toml = work.toml(out)?;
    let mut tables: Vec<(&'static str, String)> = Vec::new();
    let dealers = work.sites(store, known, &mut tables)?;
    work.goods(goods, &dealers, &mut tables);
    for table in schema::TABLES {
        if tables.iter().all(|t| t.0 != table.name)
            && let Some(text) = work.kept(table)
        {
            tables.push((table.name, text));
        }
    }
    let judged = Folder::from_texts(&out.to_string_lossy(), toml.clone(), tables.clone()).judge();
    let (_, notes) = judged.map_err(BuildError::Faults)?;
    work.built.remarks.extend(notes.notes);
    let mut files = vec![("scenario.toml".to_owned(), toml)];
    files.extend(tables.into_iter().map(|(name, text)| (format!("{name}.csv"), text)));
    write_texts(&files, out).map_err(|e| BuildError::Write(out.display().to_string(), e))?;
    Ok(work.built)
}

struct Work<'f> {
    folder: &'f Folder,
    built: Built,
    /// Days from the base's day to the scenario's.
    shift: i64,
}

/// Ids of the base's sites or models: as folded, in the base's order and spelling.
struct Ids {
    by_folded: BTreeMap<String, (usize, String)>,
}

impl Ids {
    fn read(folder: &Folder, table: &'static str, keep: impl Fn(&Records<'_>) -> bool) -> Self {
        let mut by_folded = BTreeMap::new();
        if let Some(text) = folder.table(table) {
            let mut records = Records::new(schema::table(table), text);
            while records.advance() {
                if keep(&records) {
                    let id = records.cell(0).into_owned();
                    by_folded.insert(folded(&id), (by_folded.len(), id));
                }
            }
        }
        Self { by_folded }
    }
}

impl Work<'_> {
    /// The base's options with the day and the folder's name.
    fn toml(&mut self, out: &Path) -> Result<String, BuildError> {
        let mut text = self.folder.toml().to_owned();
        let settings = self.folder.settings();
        if let Some(s) = settings.iter().find(|s| s.section == "tables") {
            let place = format!("[tables] {}", s.key.name);
            let (cause, help) = ("the base calls its files by names of its own", "rename them to the tables' names");
            return Err(WarehouseError { place, cause: cause.into(), help: help.into() }.into());
        }
        let slug = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' };
        let name = out.file_name().map_or_else(|| "warehouse".into(), |n| n.to_string_lossy().into_owned());
        let id: String = name.chars().map(slug).take(60).collect();
        let new = |key: &str| match key {
            "today" => Some(days::text(self.built.today)),
            "id" => Some(id.clone()),
            _ => None,
        };
        let mut changes: Vec<(usize, usize, String, i64)> = Vec::new();
        for s in settings.iter().filter(|s| s.section.is_empty()) {
            let Some(value) = new(s.key.name) else { continue };
            let from = text[s.at..].find(&s.value).map_or(s.at, |k| s.at + k);
            let old = super::values::day(&s.value).map_or(0, i64::from);
            changes.push((from, from + s.value.len(), value, if s.key.name == "today" { old } else { 0 }));
        }
        changes.sort_by_key(|c| std::cmp::Reverse(c.0));
        for (from, to, value, old) in changes {
            text.replace_range(from..to, &value);
            if old != 0 {
                self.shift = self.built.today - old;
            }
        }
        Ok(text)
    }

    /// Sites: those of the base, and dealers of the warehouse that it lacks, made like their nearest neighbour.
    fn sites(
        &mut self,
        store: &Store,
        known: Known,
        tables: &mut Vec<(&'static str, String)>,
    ) -> Result<Ids, BuildError> {
        let sites = schema::table("sites");
        let column = |name| sites.position(name);
        let (kind, lat, lon) = (column("kind"), column("lat_deg"), column("lon_deg"));
        let dealer = |r: &Records<'_>| matches!(folded(&r.cell(kind)).as_str(), "dealer" | "经销商" | "门店");
        let mut ids = Ids::read(self.folder, "sites", dealer);
        let all = Ids::read(self.folder, "sites", |_| true);
        let from = table("dealers").expect("the schema lists dealers");
        let at = |name| from.position(name).expect("the schema lists the columns of dealers");
        let (id, name, opened, closed) = (at("dealer_id"), at("name"), at("opened_on"), at("closed_on"));
        let (north, east) = (at("lat_deg"), at("lon_deg"));
        let today = self.built.today;
        let (mut fresh, mut unplaced) = (Vec::new(), Vec::new());
        store.records(from, known, &mut |r| {
            let open = r.whole(opened).is_none_or(|d| d <= today) && r.whole(closed).is_none_or(|d| d > today);
            if !open || all.by_folded.contains_key(&folded(r.text(id))) {
                return;
            }
            match (r.real(north), r.real(east)) {
                (Some(y), Some(x)) => fresh.push((r.text(id).to_owned(), r.text(name).to_owned(), y, x)),
                _ => unplaced.push(r.text(id).to_owned()),
            }
        })?;
        if !unplaced.is_empty() {
            self.built.remarks.push(format!(
                "{} dealers of the warehouse are not in the base and have no place: {}",
                unplaced.len(),
                unplaced.iter().take(5).cloned().collect::<Vec<_>>().join(", ")
            ));
        }
        fresh.dedup_by(|a, b| a.0 == b.0);
        if fresh.is_empty() {
            return Ok(ids);
        }
        let mut text = header(sites);
        let mut known_dealers = Vec::new();
        let mut records = Records::new(sites, self.folder.table("sites").unwrap_or_default());
        while records.advance() {
            let cells: Vec<String> = (0..sites.columns.len()).map(|k| records.cell(k).into_owned()).collect();
            line(&mut text, &cells);
            if dealer(&records) {
                let place = (cells[lat].parse().unwrap_or(0.0), cells[lon].parse().unwrap_or(0.0));
                known_dealers.push((place, cells));
            }
        }
        for (id, name, y, x) in &fresh {
            let far = |p: &((f64, f64), Vec<String>)| (p.0.0 - y).hypot((p.0.1 - x) * y.to_radians().cos());
            let Some(like) = known_dealers.iter().min_by(|a, b| far(a).total_cmp(&far(b))) else { break };
            let mut cells = like.1.clone();
            cells[0].clone_from(id);
            let shown = if name.is_empty() { id } else { name };
            for k in [column("name"), column("name_zh")] {
                cells[k].clone_from(shown);
            }
            cells[column("zone_id")].clear();
            (cells[lat], cells[lon]) = (y.to_string(), x.to_string());
            line(&mut text, &cells);
            self.built.remarks.push(format!("{id} is not in the base: it is taken to be like {}", like.1[0]));
            let next = ids.by_folded.len();
            ids.by_folded.insert(folded(id), (next, id.clone()));
        }
        tables.push(("sites", text));
        Ok(ids)
    }

    fn goods(&mut self, goods: Goods, dealers: &Ids, tables: &mut Vec<(&'static str, String)>) {
        let models = Ids::read(self.folder, "models", |_| true);
        let today = self.built.today;
        let mut sales = self.known(goods.sales, dealers, &models, "sales at dealers or of models that the base lacks");
        let weeks: Vec<i64> = sales.iter().map(|s| s.0.2).collect();
        let first = weeks.iter().min().copied().unwrap_or(today);
        let empty: Vec<i64> = (0..(today - first) / 7).map(|w| first + 7 * w).filter(|m| !weeks.contains(m)).collect();
        if let (Some(&(site, model, _)), Some(one)) = (sales.first().map(|s| &s.0), empty.first()) {
            let text = format!(
                "no sale at all in {} weeks, first in that of {}: is an export missing?",
                empty.len(),
                days::text(*one)
            );
            self.built.remarks.push(text);
            sales.extend(empty.iter().map(|&m| ((site, model, m), 0)));
            sales.sort_unstable();
        }
        self.built.weeks = (today - first) / 7;
        let name =
            |ids: &Ids, k: usize| ids.by_folded.values().find(|v| v.0 == k).map(|v| v.1.clone()).unwrap_or_default();
        let site_names: Vec<String> = (0..dealers.by_folded.len()).map(|k| name(dealers, k)).collect();
        let model_names: Vec<String> = (0..models.by_folded.len()).map(|k| name(&models, k)).collect();
        let mut write = |name: &'static str, rows: &[((usize, usize, i64), i64)], middle: &dyn Fn(i64) -> String| {
            let table = schema::table(name);
            let mut text = header(table);
            // Every one of these tables starts with site, model, and a week or an age; then come the cars.
            for ((s, m, x), cars) in rows {
                let mut cells = vec![String::new(); table.columns.len()];
                let known = [site_names[*s].clone(), model_names[*m].clone(), middle(*x), cars.to_string()];
                cells.iter_mut().zip(known).for_each(|(cell, text)| *cell = text);
                line(&mut text, &cells);
            }
            tables.push((name, text));
            rows.iter().map(|r| r.1).sum::<i64>()
        };
        self.built.cars[0] = write("sales", &sales, &days::text);
        let (counted, delivered) = (goods.counted, goods.delivered);
        let stock = self.known(goods.stock, dealers, &models, "stock at dealers or of models that the base lacks");
        if counted {
            self.built.cars[1] = write("stock", &stock, &|age| age.to_string());
        }
        let way =
            self.known(goods.in_transit, dealers, &models, "deliveries to dealers or of models that the base lacks");
        if delivered || self.shift != 0 {
            self.built.cars[2] = write("in_transit", &way, &days::text);
        }
        if !counted {
            self.built.remarks.push("the warehouse has no stock: that of the base is taken".into());
        }
        if !delivered {
            let what = if self.shift == 0 { "those of the base are taken" } else { "none are taken" };
            self.built.remarks.push(format!("the warehouse has no deliveries: {what}"));
        }
    }

    /// Rows at dealers and of models that the base knows, in the base's order.
    fn known(
        &mut self,
        rows: BTreeMap<(String, String, i64), i64>,
        dealers: &Ids,
        models: &Ids,
        otherwise: &'static str,
    ) -> Vec<((usize, usize, i64), i64)> {
        let mut known = BTreeMap::new();
        for ((dealer, model, x), cars) in rows {
            let place = (dealers.by_folded.get(&folded(&dealer)), models.by_folded.get(&folded(&model)));
            match place {
                (Some(d), Some(m)) => *known.entry((d.0, m.0, x)).or_default() += cars,
                _ => self.built.left.add(otherwise, cars, &format!("{dealer} {model}")),
            }
        }
        known.into_iter().collect()
    }

    /// A table of the base; weeks of supply move with the day, decided orders stay behind.
    fn kept(&mut self, table: &'static Table) -> Option<String> {
        let text = self.folder.table(table.name)?;
        if self.shift == 0 || !matches!(table.name, "supply" | "order_locks") {
            return Some(text.to_owned());
        }
        if table.name == "order_locks" {
            self.built.remarks.push("the base's decided orders are of another day: left out".into());
            return None;
        }
        let week = table.position("week_start");
        let mut moved = header(table);
        let mut records = Records::new(table, text);
        while records.advance() {
            let mut cells: Vec<String> = (0..table.columns.len()).map(|k| records.cell(k).into_owned()).collect();
            if let Ok(day) = super::values::day(&cells[week]) {
                cells[week] = days::text(i64::from(day) + self.shift);
            }
            line(&mut moved, &cells);
        }
        let weeks = self.shift / 7;
        self.built.remarks.push(format!("the base's build slots are moved by {weeks} weeks: put in your own"));
        Some(moved)
    }
}

fn header(table: &Table) -> String {
    table.columns.iter().map(|c| c.name).collect::<Vec<_>>().join(",") + "\n"
}

fn line(text: &mut String, cells: &[String]) {
    for (k, cell) in cells.iter().enumerate() {
        if k > 0 {
            text.push(',');
        }
        write_cell(text, cell);
    }
    text.push('\n');
}
