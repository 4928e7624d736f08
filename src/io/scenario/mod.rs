//! A scenario folder: `scenario.toml` and its tables.

mod channel;
mod checks;
mod document;
mod feasible;
mod folder;
mod goods;
mod hand;
pub(in crate::io) mod log;
mod names;
mod nearest;
mod network;
mod places;
pub mod records;
mod rows;
pub(in crate::io) mod scan;
pub mod schema;
mod settings;
pub(in crate::io) mod source;
mod text;
mod values;
mod variant;
mod watch;
pub mod write;

pub use folder::{Folder, Setting};
pub use source::{FileNote, TABLE_BYTES, TOML_BYTES};

use crate::catalogue::Catalogue;
use crate::demand::History;
use crate::ids::{Grid, IdVec};
use crate::io::fault::{Code, Faults, shorten};
use crate::network::{Network, SiteKind, Travel};
use crate::scenario::Scenario;
use document::Document;
use log::{Log, Spot};
use rows::{Known, Rows};
use schema::TABLES;
use serde::Serialize;
use source::Source;
use std::path::Path;

/// What was seen while a folder was read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ReadNotes {
    /// One entry per file, `scenario.toml` first, then the tables in the schema's order.
    pub files: Vec<FileNote>,
    /// Remarks on the folder as a whole.
    pub notes: Vec<String>,
}

impl ReadNotes {
    fn remark(&mut self, table: &str, text: String) {
        if let Some(file) = self.files.iter_mut().find(|f| f.table == table) {
            file.notes.push(text);
        }
    }
}

/// What reading a table needs.
struct Context<'c> {
    sources: &'c [Source],
    log: Log,
    known: Known,
    notes: ReadNotes,
    gcj02: bool,
    horizon: usize,
}

/// Position of a table's file among the sources; `scenario.toml` is at 0.
fn file_of(table: &str) -> usize {
    1 + TABLES.iter().position(|t| t.name == table).expect("the schema lists every table that is read")
}

fn open<'t>(table: &str, sources: &'t [Source], known: &'t Known, log: &mut Log) -> Option<Rows<'t>> {
    let file = file_of(table);
    Rows::open(&TABLES[file - 1], (file, &sources[file]), known, log)
}

/// Notes what was seen of a table, and that it must have rows.
fn finish_rows(table: &'static str, rows: &Rows<'_>, notes: &mut ReadNotes, log: &mut Log) {
    if let Some(note) = notes.files.iter_mut().find(|f| f.table == table) {
        note.rows = rows.count;
        note.delimiter = rows.delimiter().into();
        if note.delimiter != "comma" {
            note.notes.push(format!("fields are separated by {}s", note.delimiter));
        }
        if rows.rounded > 0 {
            note.notes.push(format!("{} amounts were rounded to hundredths", rows.rounded));
        }
    }
    let file = file_of(table);
    if rows.count == 0
        && matches!(table, "zones" | "sites" | "formats" | "models" | "carriers" | "sales" | "supply" | "travel")
    {
        log.add(Spot { file, at: None }, Code::NoRows, "", || {
            (format!("the {table} table has a header but no rows"), "write at least one row".into())
        });
    }
}

/// Reads a scenario folder. All faults are found before any is returned.
pub fn read(folder: &Path) -> Result<(Scenario, ReadNotes), Faults> {
    Folder::open(folder).judge()
}

/// The same for one of its variants: a name, or the path of its file.
pub fn read_variant(folder: &Path, variant: Option<&str>) -> Result<(Scenario, ReadNotes), Faults> {
    match variant {
        None => read(folder),
        Some(name) => Folder::open_variant(folder, name)?.judge(),
    }
}

impl Folder {
    /// Judges the texts: a scenario, or every fault at once.
    pub fn judge(&self) -> Result<(Scenario, ReadNotes), Faults> {
        self.judge_texts().map_err(|mut faults| {
            if let Some(traces) = &self.traces {
                faults.list.iter_mut().for_each(|f| traces.translate(&self.sources, f));
                faults.sort();
            }
            faults
        })
    }

    fn judge_texts(&self) -> Result<(Scenario, ReadNotes), Faults> {
        let Self { sources, place, .. } = self;
        let mut log = self.log.clone();
        if !sources[0].present {
            return Err(log.finish(sources));
        }
        let document = Document::read(&sources[0].text, 0, &mut log);
        if !document.readable {
            return Err(log.finish(sources));
        }
        let notes = ReadNotes { files: sources.iter().map(|s| s.note.clone()).collect(), notes: Vec::new() };
        let mut context = Context {
            sources,
            log,
            known: Known::default(),
            notes,
            gcj02: document.word("travel", "crs") == 1,
            horizon: document.whole("horizon", "weeks") as usize,
        };
        let scenario = assemble(&mut context, &document);
        if context.log.is_empty() {
            feasible::check(&scenario, &document, &mut context.log);
        }
        let Context { log, mut notes, .. } = context;
        if !log.is_empty() {
            return Err(log.finish(sources));
        }
        notes.files.retain(|f| !f.sha256.is_empty());
        notes.notes = remarks(place.as_deref(), &scenario, sources);
        Ok((scenario, notes))
    }
}

/// What is no fault but may be a slip: tables that nobody reads, dealers without sales.
fn remarks(folder: Option<&Path>, scenario: &Scenario, sources: &[Source]) -> Vec<String> {
    let mut names: Vec<String> = folder
        .and_then(|folder| std::fs::read_dir(folder).ok())
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .filter(|name| name.to_lowercase().ends_with(".csv"))
        .filter(|name| !sources.iter().any(|s| s.present && s.label.ends_with(&format!("/{name}"))))
        .collect();
    names.sort();
    let unread = |name: &String| {
        let stem = name.to_lowercase().replace(".csv", "");
        let near = names::nearest(&stem, TABLES.iter().map(|t| t.name));
        let hint = near.map(|n| format!("; did you mean {n}.csv?")).unwrap_or_default();
        format!("{} is not read{hint}", shorten(name))
    };
    let mut remarks: Vec<String> = names.iter().map(unread).collect();
    let sold = |site| scenario.catalogue.models.ids().any(|m| scenario.history.series(site, m).iter().any(|&s| s > 0));
    let idle: Vec<&str> = scenario
        .network
        .sites_of(SiteKind::Dealer)
        .filter(|&(site, _)| !sold(site))
        .map(|(_, s)| s.code.as_str())
        .collect();
    if !idle.is_empty() {
        let list = idle.iter().take(5).copied().collect::<Vec<_>>().join(", ");
        let more = if idle.len() > 5 { ", …" } else { "" };
        remarks.push(format!("{} dealers sold nothing in the history: {list}{more}", idle.len()));
    }
    let late = feasible::beyond(scenario);
    if let Some(week) = late.iter().map(|l| l.1).max() {
        let list: Vec<&str> = late.iter().take(5).map(|l| scenario.network.sites[l.0].code.as_str()).collect();
        let more = if late.len() > 5 { ", …" } else { "" };
        remarks.push(format!(
            "no order reaches {} dealers within the horizon: {}{more}; [horizon] weeks from {} on would",
            late.len(),
            list.join(", "),
            week + 1
        ));
    }
    remarks
}

/// Reads the tables in the order of their references.
fn assemble(context: &mut Context<'_>, document: &Document) -> Scenario {
    let formats = network::formats(context);
    let (zones, regions) = network::zones(context);
    let models = goods::models(context);
    let sites = network::sites(context, &zones.things);
    let carriers = network::carriers(context);
    let lanes = network::lanes(context);
    let matrix = network::matrix(context);
    let fits = goods::fits(context, sites.things.len(), models.things.len());
    // Without a sound `today` (its fault is noted) weeks cannot be judged, only the rest of the rows.
    let today = document.day("", "today");
    let monday = today.unwrap_or_default();
    let history = if fits {
        goods::history(context, &sites.things, models.things.len(), today)
    } else {
        History::new(monday, 0, 0, 0)
    };
    let stock = goods::stock(context, &sites.things);
    let in_transit = goods::in_transit(context, &sites.things, today);
    let supply = if fits {
        goods::supply(context, &sites.things, models.things.len(), today)
    } else {
        Grid::filled(Vec::new(), 0, 0)
    };
    let calendar = goods::calendar(context);
    let order_locks = if fits { hand::order_locks(context, &sites.things, &supply, today) } else { Vec::new() };
    let thresholds = watch::thresholds(context, &regions);
    let channel = channel::months(context, &sites.things);
    let settings = settings::settings(document);
    let use_matrix = document.word("travel", "mode") == 1;
    let tables = checks::Tables {
        zones: &zones,
        sites: &sites,
        models: &models,
        carriers: &carriers,
        matrix: &matrix,
        supply: today.map(|_| &supply),
    };
    checks::all(context, document, &settings, &tables);
    let name = document.text("", "name");
    let name_zh = Some(document.text("", "name_zh")).filter(|n| !n.is_empty()).unwrap_or_else(|| name.clone());
    Scenario {
        id: document.text("", "id"),
        name,
        name_zh,
        currency: "CNY".into(),
        synthetic: document.flag("", "synthetic"),
        today: monday,
        settings,
        network: Network {
            zones: IdVec::from_vec(zones.things),
            regions,
            sites: IdVec::from_vec(sites.things),
            formats: IdVec::from_vec(formats.things),
            lanes,
            carriers: IdVec::from_vec(carriers.things),
            travel: Travel {
                circuity: document.number("travel", "circuity"),
                speed_kmh: document.number("travel", "speed_kmh"),
                matrix: use_matrix.then_some(matrix),
            },
        },
        catalogue: Catalogue { models: IdVec::from_vec(models.things) },
        history,
        stock,
        in_transit,
        supply,
        calendar,
        order_locks,
        thresholds,
        channel,
    }
}
