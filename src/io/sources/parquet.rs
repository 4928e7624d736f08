//! Parquet files.

use super::{Row, Rows, SourceError, Take, wrong};
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::Field;
use std::borrow::Cow;
use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

struct Parquet {
    path: PathBuf,
    reader: SerializedFileReader<File>,
    header: Vec<String>,
}

const HELP: &str = "export it again, or as CSV";

/// A reader of a foreign format may stumble over a file that nobody has thought of: that is the file's fault here.
fn guarded<T>(path: &Path, work: impl FnOnce() -> Result<T, SourceError>) -> Result<T, SourceError> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| Err(wrong(path, "its parts contradict each other", HELP)))
}

pub(super) fn open(path: &Path) -> Result<Box<dyn Rows>, SourceError> {
    let file = File::open(path).map_err(|e| wrong(path, format!("it cannot be read: {e}"), "check that it exists"))?;
    let size = file.metadata().map_or(0, |m| m.len());
    if size < 12 {
        return Err(wrong(path, "it is no Parquet file", HELP));
    }
    guarded(path, || {
        let reader = SerializedFileReader::new(file).map_err(|e| wrong(path, e, HELP))?;
        let fields = reader.metadata().file_metadata().schema().get_fields().to_vec();
        if let Some(nested) = fields.iter().find(|f| !f.is_primitive()) {
            return Err(wrong(path, format!("column {:?} is nested", nested.name()), "flatten it"));
        }
        let header = fields.iter().map(|f| f.name().trim().to_owned()).collect();
        Ok(Box::new(Parquet { path: path.into(), reader, header }) as Box<dyn Rows>)
    })
}

fn cell(field: &Field) -> Result<Cow<'_, str>, String> {
    let own = |text: String| Ok(Cow::Owned(text));
    match field {
        Field::Null => Ok(Cow::Borrowed("")),
        Field::Str(text) => Ok(Cow::Borrowed(text.trim())),
        Field::Bytes(bytes) => std::str::from_utf8(bytes.data())
            .map(|t| Cow::Owned(t.trim().to_owned()))
            .map_err(|_| "a cell holds bytes, not a text".into()),
        Field::Bool(yes) => own(yes.to_string()),
        Field::Byte(n) => own(n.to_string()),
        Field::Short(n) => own(n.to_string()),
        Field::Int(n) => own(n.to_string()),
        Field::Long(n) => own(n.to_string()),
        Field::UByte(n) => own(n.to_string()),
        Field::UShort(n) => own(n.to_string()),
        Field::UInt(n) => own(n.to_string()),
        Field::ULong(n) => own(n.to_string()),
        Field::Float(x) => own(x.to_string()),
        Field::Double(x) => own(x.to_string()),
        Field::Date(days) => own(crate::days::text(i64::from(*days))),
        Field::TimestampMillis(ms) => own(crate::io::warehouse::values::moment_text(ms.div_euclid(1_000))),
        Field::TimestampMicros(us) => own(crate::io::warehouse::values::moment_text(us.div_euclid(1_000_000))),
        // Decimals, times and half floats print as what they are.
        Field::Group(_) | Field::ListInternal(_) | Field::MapInternal(_) => Err("a cell is nested".into()),
        other => own(other.to_string()),
    }
}

impl Rows for Parquet {
    fn header(&self) -> &[String] {
        &self.header
    }

    fn note(&self) -> String {
        "Parquet".into()
    }

    fn each(self: Box<Self>, take: &mut Take<'_>) -> Result<(), SourceError> {
        let path = self.path.clone();
        guarded(&path, || {
            let rows = self.reader.get_row_iter(None).map_err(|e| wrong(&self.path, e, HELP))?;
            for (row, line) in rows.zip(1..) {
                let row = row.map_err(|e| wrong(&self.path, e, HELP))?;
                let mut flaw = None;
                let mut cells = Vec::with_capacity(self.header.len());
                for (_, field) in row.get_column_iter() {
                    cells.push(cell(field).unwrap_or_else(|cause| {
                        flaw = Some(cause);
                        Cow::Borrowed("")
                    }));
                }
                if !take(&Row { line, cells: &cells, flaw }) {
                    break;
                }
            }
            Ok(())
        })
    }
}
