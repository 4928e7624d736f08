//! A table of series: the first column names them, the others are their values in order of time. Rows may end early.

use super::instances::Fault;
use std::collections::BTreeMap;
use std::path::Path;

/// Longest series and most series that are accepted.
const MOST: usize = 10_000_000;

/// Largest value, by size.
const LARGEST: f64 = 1e15;

/// Series by name, in the order of the file.
#[derive(Debug)]
pub struct Table {
    /// Names.
    pub names: Vec<String>,
    /// Values, each series as long as its row.
    pub values: Vec<Vec<f64>>,
}

/// Reads a table; every fault is found, with its line and column.
pub fn read(file: &Path) -> Result<Table, Vec<Fault>> {
    let one = |line: usize, reason: String| Fault { file: file.to_path_buf(), line, reason };
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .trim(csv::Trim::All)
        .from_path(file)
        .map_err(|e| vec![one(0, format!("cannot be read: {e}"))])?;
    let (mut table, mut faults) = (Table { names: Vec::new(), values: Vec::new() }, Vec::new());
    let mut seen = BTreeMap::new();
    for (row, record) in reader.records().enumerate() {
        let record = match record {
            Ok(record) => record,
            Err(e) => {
                let line = e.position().map_or(0, |p| p.line() as usize);
                faults.push(one(line, format!("cannot be read: {e}")));
                continue;
            }
        };
        let line = record.position().map_or(0, |p| p.line() as usize);
        let fields: Vec<&str> = record.iter().collect();
        let header = row == 0 && fields.get(1).is_none_or(|f| f.parse::<f64>().is_err());
        let known = fields.iter().rposition(|f| !f.is_empty()).unwrap_or(0);
        if header || fields.iter().all(|f| f.is_empty()) {
            continue;
        }
        let name = fields[0].trim_start_matches('\u{feff}').to_owned();
        if name.is_empty() {
            faults.push(one(line, "column 1: the series has no name".into()));
        }
        if let Some(first) = seen.insert(name.clone(), line) {
            faults.push(one(line, format!("column 1: the name \"{name}\" is there twice, first in line {first}")));
        }
        let mut values = Vec::with_capacity(known);
        for (k, field) in fields.iter().enumerate().take(known + 1).skip(1) {
            match field.parse::<f64>() {
                Ok(v) if v.abs() <= LARGEST => values.push(v),
                Ok(v) if v.is_finite() => {
                    faults.push(one(line, format!("column {}: {v:e} is beyond {LARGEST:e}; check its unit", k + 1)));
                }
                _ if field.is_empty() => faults.push(one(
                    line,
                    format!(
                        "column {}: a value is missing inside the series; write it, or 0 where nothing was sold",
                        k + 1
                    ),
                )),
                _ => {
                    let shown: String = field.chars().take(40).collect();
                    faults.push(one(line, format!("column {}: \"{shown}\" is not a finite number", k + 1)));
                }
            }
        }
        if values.is_empty() {
            faults.push(one(line, format!("the series \"{name}\" has no values")));
        }
        table.names.push(name);
        table.values.push(values);
        if table.names.len() > MOST {
            return Err(vec![one(line, format!("more than {MOST} series"))]);
        }
    }
    if table.names.is_empty() && faults.is_empty() {
        faults.push(one(0, "there are no series; write one a row: its name, then its values".into()));
    }
    if faults.is_empty() { Ok(table) } else { Err(faults) }
}

/// Labels of a table's series.
#[derive(Debug)]
pub struct Labels {
    /// Names of the columns of labels.
    pub columns: Vec<String>,
    /// Labels of each series, in the order asked for.
    pub rows: Vec<Vec<String>>,
}

/// Reads the labels of series of the given names and values: a header, then a row a series, its name first.
///
/// # Errors
/// Every fault, with its line and column.
pub fn read_groups(file: &Path, names: &[&str], values: &[Vec<f64>]) -> Result<Labels, Vec<Fault>> {
    let one = |line: usize, reason: String| Fault { file: file.to_path_buf(), line, reason };
    let mut reader = csv::ReaderBuilder::new()
        .flexible(true)
        .trim(csv::Trim::All)
        .from_path(file)
        .map_err(|e| vec![one(0, format!("cannot be read: {e}"))])?;
    let header = reader.headers().map_err(|e| vec![one(1, format!("cannot be read: {e}"))])?.clone();
    let columns: Vec<String> = header.iter().skip(1).map(str::to_owned).collect();
    let mut faults = Vec::new();
    if columns.is_empty() {
        faults.push(one(1, "there are no labels; write a column of them beside the names".into()));
    }
    for (k, column) in columns.iter().enumerate().filter(|(k, c)| c.is_empty() || columns[..*k].contains(c)) {
        faults.push(one(1, format!("column {}: \"{column}\" is empty or there twice; give it its own name", k + 2)));
    }
    let place: BTreeMap<&str, usize> = names.iter().enumerate().map(|(k, n)| (*n, k)).collect();
    let mut rows: Vec<Option<Vec<String>>> = vec![None; names.len()];
    for record in reader.records() {
        let record = match record {
            Ok(record) => record,
            Err(e) => {
                faults.push(one(e.position().map_or(0, |p| p.line() as usize), format!("cannot be read: {e}")));
                continue;
            }
        };
        let line = record.position().map_or(0, |p| p.line() as usize);
        let name = record.get(0).unwrap_or_default();
        let labels: Vec<String> = (1..=columns.len()).map(|k| record.get(k).unwrap_or_default().to_owned()).collect();
        if let Some(k) = labels.iter().position(String::is_empty) {
            faults.push(one(line, format!("column {}: a label is missing; write it", k + 2)));
        }
        match place.get(name) {
            Some(&k) if rows[k].is_some() => {
                faults.push(one(line, format!("column 1: the name \"{name}\" is there twice")));
            }
            Some(&k) => rows[k] = Some(labels),
            None => faults.push(one(line, format!("column 1: no series is called \"{name}\""))),
        }
    }
    for (name, _) in names.iter().zip(&rows).filter(|r| r.1.is_none()) {
        faults.push(one(0, format!("the series \"{name}\" has no row; add its labels")));
    }
    let longest = values.iter().map(Vec::len).max().unwrap_or(0);
    for (name, y) in names.iter().zip(values).filter(|s| s.1.len() < longest) {
        let reason =
            format!("the series \"{name}\" has {} values, others {longest}: sums need all of one length", y.len());
        faults.push(one(0, reason));
    }
    let sum = |name: &str| name == "total" || columns.iter().any(|c| name.starts_with(&format!("{c}=")));
    for name in names.iter().filter(|n| sum(n)) {
        faults.push(one(0, format!("the series \"{name}\" is called like a sum; give it another name")));
    }
    if faults.is_empty() { Ok(Labels { columns, rows: rows.into_iter().flatten().collect() }) } else { Err(faults) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_text(text: &str) -> Result<Table, Vec<String>> {
        let home = tempfile::tempdir().unwrap();
        let file = home.path().join("t.csv");
        std::fs::write(&file, text).unwrap();
        read(&file).map_err(|all| all.iter().map(|f| format!("{}: {}", f.line, f.reason)).collect())
    }

    #[test]
    fn rows_end_where_their_values_end() {
        let table = read_text("\"V1\",\"V2\",\"V3\"\n\"W1\",\"1.5\",\"2\"\nW2,3,\n").unwrap();
        assert_eq!(table.names, ["W1", "W2"]);
        assert_eq!(table.values, [vec![1.5, 2.0], vec![3.0]]);
        assert_eq!(read_text("a,1,2\n").unwrap().names, ["a"], "a table may have no header");
    }

    #[test]
    fn all_faults_at_once_with_line_and_column() {
        assert!(read_text("a,1,2e15\n").unwrap_err()[0].contains("column 3: 2e15 is beyond 1e15; check its unit"));
        let faults = read_text("id,w1,w2,w3\na,1,,3\na,x,2,3\nb,nan\nc\n,1\n").unwrap_err();
        let expected =
            ["2: column 3: a value", "3: column 1: the name \"a\"", "3: column 2: \"x\"", "4: column 2: \"nan\""];
        for (fault, start) in faults.iter().zip(expected) {
            assert!(fault.starts_with(start), "{fault}");
        }
        assert!(faults.iter().any(|f| f == "5: the series \"c\" has no values"), "{faults:?}");
        assert!(faults.iter().any(|f| f == "6: column 1: the series has no name"), "{faults:?}");
        assert!(read_text("").unwrap_err()[0].contains("no series"));
    }
}
