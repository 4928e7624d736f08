//! Tables that grow row by row: as CSV for everybody, as Parquet for whoever reads columns, as an SQLite file to be asked in SQL.

mod comma;
mod database;
mod parquet;

pub use comma::Comma;
pub use database::{Answer, Database};
pub use parquet::Columnar;

use std::io;

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Whole numbers.
    Whole,
    /// Numbers.
    Number,
    /// Texts.
    Text,
}

/// A column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// What it holds.
    pub kind: Kind,
}

impl Column {
    /// A column of that name and kind.
    pub fn new(name: impl Into<String>, kind: Kind) -> Self {
        Self { name: name.into(), kind }
    }
}

/// A cell.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// A whole number.
    Whole(i64),
    /// A number.
    Number(f64),
    /// A text.
    Text(String),
    /// Nothing known.
    Empty,
}

/// Somewhere that takes the rows of one table.
pub trait Sink {
    /// Adds a row, a value for each column.
    ///
    /// # Errors
    /// What the system says when it cannot be written.
    fn add(&mut self, row: &[Value]) -> io::Result<()>;

    /// Writes what is still held back, and to the disk.
    ///
    /// # Errors
    /// What the system says when it cannot be written.
    fn finish(self: Box<Self>) -> io::Result<()>;
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::File;

    fn columns() -> Vec<Column> {
        [("n", Kind::Whole), ("x \"y\"", Kind::Number), ("名", Kind::Text)].map(|(n, k)| Column::new(n, k)).to_vec()
    }

    fn rows() -> Vec<Vec<Value>> {
        let row = |k: i64| {
            let number = if k % 3 == 0 { Value::Empty } else { Value::Number(k as f64 / 7.0) };
            vec![Value::Whole(k), number, Value::Text(format!("=a,{k}\"\n"))]
        };
        (0..70_000).map(row).collect()
    }

    /// The rows come back from every kind of file; twice the same rows are the same bytes.
    #[test]
    fn what_goes_in_comes_back() {
        let home = tempfile::tempdir().unwrap();
        let bytes = |name: &str| std::fs::read(home.path().join(name)).unwrap();
        for n in [1, 2] {
            let at = |end: &str| home.path().join(format!("{n}.{end}"));
            let sinks: Vec<Box<dyn Sink>> = vec![
                Box::new(Comma::new(File::create(at("csv")).unwrap(), &columns()).unwrap()),
                Box::new(Columnar::new(File::create(at("parquet")).unwrap(), &columns()).unwrap()),
            ];
            for mut sink in sinks {
                rows().iter().for_each(|r| sink.add(r).unwrap());
                sink.finish().unwrap();
            }
            let base = Database::create(&at("db")).unwrap();
            base.table("t", &columns()).unwrap();
            rows().iter().for_each(|r| base.add("t", r).unwrap());
            base.finish().unwrap();
        }
        for end in ["csv", "parquet", "db"] {
            assert!(bytes(&format!("1.{end}")) == bytes(&format!("2.{end}")), "{end}");
        }
        let mut read = Vec::new();
        let file = File::open(home.path().join("1.parquet")).unwrap();
        let reader = ::parquet::file::reader::SerializedFileReader::new(file).unwrap();
        for row in reader {
            let cells: Vec<String> = row.unwrap().get_column_iter().map(|(_, f)| f.to_string()).collect();
            read.push(cells);
        }
        assert_eq!(read.len(), 70_000);
        assert_eq!(read[4][..2], ["4".to_owned(), (4.0 / 7.0).to_string()]);
        assert_eq!(read[3][1], "null");
        let mut answer = Database::open(&home.path().join("1.db")).unwrap();
        let asked = answer.ask("SELECT count(*), count(\"x \"\"y\"\"\"), max(名) FROM t WHERE n < 10", 5).unwrap();
        assert_eq!(asked.rows, [vec![Value::Whole(10), Value::Whole(6), Value::Text("=a,9\"\n".into())]]);
        let mut lines = csv::ReaderBuilder::new().from_path(home.path().join("1.csv")).unwrap();
        assert_eq!(lines.records().filter(|r| r.as_ref().unwrap().len() == 3).count(), 70_000);
    }

    #[test]
    fn a_question_can_only_be_a_question() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("a.db");
        let base = Database::create(&path).unwrap();
        base.table("t", &columns()).unwrap();
        base.finish().unwrap();
        let before = std::fs::read(&path).unwrap();
        let mut base = Database::open(&path).unwrap();
        for wrong in ["DROP TABLE t", "SELECT", "SELECT x FROM t", "INSERT INTO t VALUES (1, 2, 3)", ""] {
            assert!(base.ask(wrong, 5).is_err(), "{wrong}");
        }
        let other = home.path().join("b.db");
        assert!(base.ask(&format!("ATTACH '{}' AS b", other.display()), 5).is_err() && !other.exists());
        assert_eq!(std::fs::read(&path).unwrap(), before);
    }
}
