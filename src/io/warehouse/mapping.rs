//! The mapping file: which source feeds which table, column by column. Every fault of the file is found at once.

use super::naming::{files, unit};
use super::schema::{Holds, RECORDED, TABLES, Table, table};
use super::values;
use crate::digest::sha256;
use crate::io::fault::{Code, Fault, Faults, shorten};
use crate::io::scenario::records::near;
use crate::io::sources::Source;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use toml::Spanned;

/// Largest mapping file in bytes.
const BYTES: u64 = 1 << 20;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    warehouse: Option<String>,
    #[serde(default)]
    feed: Vec<Spanned<Entry>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    name: Spanned<String>,
    table: Spanned<String>,
    csv: Option<Spanned<String>>,
    xlsx: Option<Spanned<String>>,
    parquet: Option<Spanned<String>>,
    sqlite: Option<Spanned<String>>,
    postgres: Option<Spanned<String>>,
    sheet: Option<String>,
    query: Option<String>,
    columns: BTreeMap<String, Spanned<toml::Value>>,
    key: Option<Vec<Spanned<String>>>,
    recorded: Option<Spanned<String>>,
}

/// Where the value of a column comes from.
#[derive(Clone, Debug, PartialEq)]
pub struct Origin {
    /// The column of the table; none for the moment a row was recorded at.
    pub column: Option<usize>,
    /// Heading in the source; none when every row has the same value.
    pub heading: Option<String>,
    /// The value of every row, or of rows where the source says nothing.
    pub value: Option<String>,
    /// What a number is multiplied with.
    pub factor: f64,
    /// Words of the source and what they mean.
    pub codes: BTreeMap<String, String>,
}

/// A feed.
#[derive(Clone, Debug)]
pub struct Feed {
    /// Its name.
    pub name: String,
    /// The table it feeds.
    pub table: &'static Table,
    /// Where its rows are, in the order of the files' names.
    pub sources: Vec<Source>,
    /// Columns, in the table's order; the moment of recording last.
    pub origins: Vec<Origin>,
    /// Columns that tell its rows apart.
    pub key: Vec<usize>,
    /// Whether the day of recording stands in a file's name.
    pub dated_by_name: bool,
    /// SHA-256 of what its rows are read by.
    pub digest: String,
}

/// A mapping file.
#[derive(Clone, Debug)]
pub struct Mapping {
    /// The warehouse it names, if it names one.
    pub warehouse: Option<PathBuf>,
    /// Its feeds, in the file's order.
    pub feeds: Vec<Feed>,
}

struct Reader<'a> {
    shown: String,
    text: &'a str,
    folder: &'a Path,
    faults: Faults,
}

/// Reads a mapping file.
pub fn read(path: &Path) -> Result<Mapping, Faults> {
    let shown = path.display().to_string();
    let whole = |code, cause: String, help: &str| {
        let fault =
            Fault { code, file: shown.clone(), line: 0, column: 0, value: String::new(), cause, help: help.into() };
        Faults { list: vec![fault], further: Vec::new() }
    };
    let help = "check that it exists and may be read";
    let bytes = match std::fs::metadata(path) {
        Ok(m) if m.len() > BYTES => {
            return Err(whole(Code::TooLarge, "the file is larger than 1 MiB".into(), "split it"));
        }
        _ => std::fs::read(path).map_err(|e| whole(Code::Missing, format!("the file cannot be read: {e}"), help))?,
    };
    let text = String::from_utf8(bytes)
        .map_err(|_| whole(Code::Encoding, "the file is not UTF-8".into(), "save it as UTF-8"))?;
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut reader = Reader { shown, text: &text, folder, faults: Faults::default() };
    let mapping = reader.document();
    reader.faults.sort();
    if reader.faults.is_empty() { Ok(mapping) } else { Err(reader.faults) }
}

impl Reader<'_> {
    fn fault(&mut self, at: usize, code: Code, value: &str, cause: String, help: impl Into<String>) {
        let before = &self.text[..at.min(self.text.len())];
        let line = before.matches('\n').count() as u32 + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() as u32 + 1;
        let (file, value) = (self.shown.clone(), shorten(value));
        self.faults.list.push(Fault { code, file, line, column, value, cause, help: help.into() });
    }

    fn document(&mut self) -> Mapping {
        let document: Document = match toml::from_str(self.text) {
            Ok(document) => document,
            Err(e) => {
                let at = e.span().map_or(0, |s| s.start);
                self.fault(at, Code::Toml, "", e.message().replace('\n', " "), "see the example scenarios/warehouse");
                return Mapping { warehouse: None, feeds: Vec::new() };
            }
        };
        if document.feed.is_empty() {
            self.fault(0, Code::MissingKey, "", "there is no [[feed]]".into(), "add one for every export");
        }
        let (mut feeds, mut names) = (Vec::new(), Vec::new());
        for entry in &document.feed {
            let name = entry.get_ref().name.get_ref();
            if names.contains(name) {
                let at = entry.get_ref().name.span().start;
                self.fault(at, Code::TwiceId, name, format!("two feeds are called {name:?}"), "rename one");
            }
            names.push(name.clone());
            feeds.extend(self.feed(entry.get_ref()));
        }
        Mapping { warehouse: document.warehouse.map(|w| self.folder.join(w)), feeds }
    }

    fn feed(&mut self, entry: &Entry) -> Option<Feed> {
        let name = entry.name.get_ref();
        if name.is_empty() || name.chars().count() > 64 || name.chars().any(|c| c.is_control() || c == '|') {
            let cause = format!("{name:?} is no name of a feed");
            self.fault(entry.name.span().start, Code::LongText, name, cause, "write 1 to 64 letters");
        }
        let sources = self.sources(entry);
        let wanted = entry.table.get_ref();
        let Some(table) = table(wanted) else {
            let help = match near(wanted, TABLES.iter().map(|t| t.name)) {
                Some(near) => format!("did you mean {near:?}?"),
                None => format!("write one of {}", TABLES.iter().map(|t| t.name).collect::<Vec<_>>().join(", ")),
            };
            let cause = format!("there is no table {wanted:?}");
            self.fault(entry.table.span().start, Code::Word, wanted, cause, help);
            return None;
        };
        let mut origins = Vec::new();
        for (column, value) in &entry.columns {
            origins.extend(self.origin(table, column, value));
        }
        origins.sort_by_key(|o| o.column.unwrap_or(usize::MAX));
        let lacks = |c: &&super::schema::Column| c.required && !entry.columns.contains_key(c.name);
        for column in table.columns.iter().filter(lacks) {
            let cause = format!("nothing feeds the column {} of {}", column.name, table.name);
            let at = entry.table.span().start;
            self.fault(at, Code::MissingColumn, column.name, cause, format!("{}: name its heading", column.about));
        }
        let dated_by_name = self.recorded(entry, &mut origins);
        let key = self.key(entry, table, &origins);
        let digest = sha256(format!("{} {origins:?} {key:?} {dated_by_name}", table.name));
        Some(Feed { name: name.clone(), table, sources, origins, key, dated_by_name, digest })
    }

    /// When rows were recorded: a day for all of them, or that in the names of the files.
    fn recorded(&mut self, entry: &Entry, origins: &mut Vec<Origin>) -> bool {
        let Some(recorded) = &entry.recorded else { return false };
        if origins.iter().any(|o| o.column.is_none()) {
            let help = "keep the column, or the key recorded";
            self.fault(
                recorded.span().start,
                Code::TwiceColumn,
                "",
                format!("{RECORDED} is fed by a column too"),
                help,
            );
        }
        let text = recorded.get_ref();
        if text == "name" {
            return true;
        }
        if let Err(cause) = values::moment(text) {
            self.fault(
                recorded.span().start,
                Code::NotDate,
                text,
                cause,
                "write a day, or \"name\" for that in file names",
            );
        }
        origins.push(Origin {
            column: None,
            heading: None,
            value: Some(text.clone()),
            factor: 1.0,
            codes: BTreeMap::new(),
        });
        false
    }

    fn key(&mut self, entry: &Entry, table: &'static Table, origins: &[Origin]) -> Vec<usize> {
        let fed = |k: &usize| origins.iter().any(|o| o.column == Some(*k));
        let Some(names) = &entry.key else {
            let key: Vec<usize> = table.key.iter().filter_map(|k| table.position(k)).filter(fed).collect();
            if key.is_empty() {
                let cause =
                    format!("nothing tells the rows of {} apart: {} is not fed", table.name, table.key.join(", "));
                let help = "feed it, or name other columns: key = [\"dealer_id\", …]";
                self.fault(entry.table.span().start, Code::MissingKey, "", cause, help);
            }
            return key;
        };
        let mut key = Vec::new();
        for name in names {
            match table.position(name.get_ref()).filter(fed) {
                Some(k) if !key.contains(&k) => key.push(k),
                Some(_) => {}
                None => {
                    let cause = format!("the key column {:?} is not fed", name.get_ref());
                    self.fault(
                        name.span().start,
                        Code::UnknownColumn,
                        name.get_ref(),
                        cause,
                        "name a column of [feed.columns]",
                    );
                }
            }
        }
        key
    }

    fn sources(&mut self, entry: &Entry) -> Vec<Source> {
        let given = [&entry.csv, &entry.xlsx, &entry.parquet, &entry.sqlite, &entry.postgres];
        let mut there = given.iter().enumerate().filter_map(|(kind, s)| s.as_ref().map(|s| (kind, s)));
        let (Some((kind, said)), None) = (there.next(), there.next()) else {
            let cause = "a feed has one source".to_owned();
            let help = "write one of csv, xlsx, parquet, sqlite, postgres";
            self.fault(entry.name.span().start, Code::MissingKey, "", cause, help);
            return Vec::new();
        };
        let at = said.span().start;
        let asks = matches!(kind, 3 | 4);
        if asks != entry.query.is_some() || (kind != 1 && entry.sheet.is_some()) {
            let cause = "query belongs to sqlite and postgres, sheet to xlsx".to_owned();
            self.fault(at, Code::Kind, "", cause, "add the query, or take the key out");
        }
        let query = entry.query.clone().unwrap_or_default();
        if kind == 4 {
            return vec![Source::Postgres(said.get_ref().clone(), query)];
        }
        let files = files(self.folder, said.get_ref());
        if files.is_empty() {
            let cause = format!("there is no file {:?}", said.get_ref());
            self.fault(
                at,
                Code::Missing,
                said.get_ref(),
                cause,
                "check the name; it is looked for beside the mapping file",
            );
        }
        let source = |path: PathBuf| match kind {
            0 => Source::Csv(path),
            1 => Source::Xlsx(path, entry.sheet.clone()),
            2 => Source::Parquet(path),
            _ => Source::Sqlite(path, query.clone()),
        };
        files.into_iter().map(source).collect()
    }

    fn origin(&mut self, table: &'static Table, name: &str, value: &Spanned<toml::Value>) -> Option<Origin> {
        let at = value.span().start;
        let column = table.position(name);
        if column.is_none() && name != RECORDED {
            let help = match near(name, table.columns.iter().map(|c| c.name).chain([RECORDED])) {
                Some(near) => format!("did you mean {near:?}?"),
                None => format!(
                    "{} has {}",
                    table.name,
                    table.columns.iter().map(|c| c.name).collect::<Vec<_>>().join(", ")
                ),
            };
            self.fault(at, Code::UnknownColumn, name, format!("{} has no column {name:?}", table.name), help);
            return None;
        }
        let mut origin = Origin { column, heading: None, value: None, factor: 1.0, codes: BTreeMap::new() };
        match value.get_ref() {
            toml::Value::String(heading) => origin.heading = Some(heading.trim().to_owned()),
            toml::Value::Table(words) => {
                for (word, value) in words {
                    self.word(&mut origin, at, word, value);
                }
            }
            _ => self.fault(at, Code::Kind, "", format!("{name} needs a heading"), "write name = \"heading\""),
        }
        if origin.heading.is_none() && origin.value.is_none() {
            self.fault(
                at,
                Code::MissingKey,
                name,
                format!("{name} comes from nowhere"),
                "write from = \"heading\" or value = …",
            );
        }
        let holds = column.map_or(Holds::Moment, |k| table.columns[k].holds);
        if origin.factor != 1.0 && !matches!(holds, Holds::Money | Holds::Whole(..) | Holds::Number(..)) {
            self.fault(at, Code::Unit, name, format!("{name} has no unit"), "take unit and factor out");
        }
        for text in origin.value.iter().chain(origin.codes.values().filter(|v| !v.is_empty())) {
            if let Err(cause) = values::take(holds, text, origin.factor, &mut Vec::new()) {
                self.fault(at, Code::Word, text, format!("{name}: {cause}"), "correct the value in the mapping");
            }
        }
        Some(origin)
    }

    fn word(&mut self, origin: &mut Origin, at: usize, word: &str, value: &toml::Value) {
        let text = match value {
            toml::Value::String(text) => Some(text.trim().to_owned()),
            toml::Value::Integer(n) => Some(n.to_string()),
            toml::Value::Float(x) => Some(x.to_string()),
            toml::Value::Datetime(d) => Some(d.to_string()),
            _ => None,
        };
        match (word, text, value) {
            ("from", Some(text), _) => origin.heading = Some(text),
            ("value", Some(text), _) => origin.value = Some(text),
            ("unit", Some(text), _) => match unit(&text) {
                Some(factor) => origin.factor *= factor,
                None => self.fault(
                    at,
                    Code::Unit,
                    &text,
                    format!("{text:?} is no unit that is known"),
                    "write factor = … instead",
                ),
            },
            ("factor", Some(text), _) => match text.parse::<f64>().ok().filter(|f| f.is_finite() && *f != 0.0) {
                Some(factor) => origin.factor *= factor,
                None => self.fault(at, Code::NotNumber, &text, "the factor is no number".into(), "write a number"),
            },
            ("codes", _, toml::Value::Table(codes)) => {
                for (from, to) in codes {
                    let to = to.as_str().map_or_else(|| to.to_string(), str::to_owned);
                    origin.codes.insert(from.trim().to_owned(), to.trim().to_owned());
                }
            }
            _ => {
                let help = "known are from, value, unit, factor, codes";
                self.fault(at, Code::UnknownKey, word, format!("{word:?} is not understood here"), help);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_of_a_mapping_is_named_at_its_place() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("m.toml");
        let text = "[[feed]]\nname = \"a\"\ntable = \"sale\"\ncsv = \"x.csv\"\n[feed.columns]\nvin = \"VIN\"\n\n\
                    [[feed]]\nname = \"a\"\ntable = \"sales\"\ncsv = \"x.csv\"\n[feed.columns]\nvim = \"VIN\"\n\
                    dealer_id = { from = \"店\", unit = \"万元\" }\nprice_cny = { from = \"价\", unit = \"石\" }\n";
        std::fs::write(&path, text).expect("a file");
        let faults = read(&path).expect_err("faults");
        let said: Vec<String> = faults.list.iter().map(|f| format!("{}:{} {}", f.line, f.code, f.help)).collect();
        let has = |start: &str, end: &str| said.iter().any(|s| s.starts_with(start) && s.contains(end));
        assert!(has("3:E026", "\"sales\"") && has("4:E001", "beside"), "{said:#?}");
        assert!(
            has("9:E017", "") && has("13:E013", "\"vin\"") && has("14:E016", "") && has("15:E016", ""),
            "{said:#?}"
        );
        assert!(has("10:E014", "") && has("10:E034", "key"), "{said:#?}");
    }
}
