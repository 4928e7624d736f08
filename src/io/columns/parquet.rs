//! Parquet, a row group at a time.

use super::{Column, Kind, Sink, Value};
use parquet::basic::{Compression, ConvertedType, Repetition, Type as Physical};
use parquet::data_type::{ByteArray, ByteArrayType, DoubleType, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedColumnWriter, SerializedFileWriter};
use parquet::schema::types::Type;
use std::fs::File;
use std::io;
use std::sync::Arc;

/// Rows of a group: so many are held in memory.
const GROUP: usize = 1 << 16;

/// The values of one column of a group; absent ones only in the levels.
enum Held {
    Whole(Vec<i64>),
    Number(Vec<f64>),
    Text(Vec<ByteArray>),
}

/// A Parquet file that grows.
pub struct Columnar {
    writer: SerializedFileWriter<File>,
    held: Vec<(Held, Vec<i16>)>,
    rows: usize,
}

fn told(error: ParquetError) -> io::Error {
    match error {
        ParquetError::External(e) => match e.downcast::<io::Error>() {
            Ok(e) => *e,
            Err(e) => io::Error::other(e),
        },
        other => io::Error::other(other),
    }
}

impl Columnar {
    /// With its schema: every column may be empty.
    ///
    /// # Errors
    /// What the system says when it cannot be written.
    pub fn new(file: File, columns: &[Column]) -> io::Result<Self> {
        let field = |c: &Column| {
            let (physical, converted) = match c.kind {
                Kind::Whole => (Physical::INT64, ConvertedType::NONE),
                Kind::Number => (Physical::DOUBLE, ConvertedType::NONE),
                Kind::Text => (Physical::BYTE_ARRAY, ConvertedType::UTF8),
            };
            let builder = Type::primitive_type_builder(&c.name, physical).with_converted_type(converted);
            builder.with_repetition(Repetition::OPTIONAL).build().map(Arc::new)
        };
        let fields = columns.iter().map(field).collect::<Result<Vec<_>, _>>().map_err(told)?;
        let schema = Type::group_type_builder("table").with_fields(fields).build().map_err(told)?;
        let by = format!("{} {}", env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"));
        let properties = WriterProperties::builder().set_compression(Compression::SNAPPY).set_created_by(by).build();
        let writer = SerializedFileWriter::new(file, Arc::new(schema), Arc::new(properties)).map_err(told)?;
        let held = |c: &Column| match c.kind {
            Kind::Whole => Held::Whole(Vec::new()),
            Kind::Number => Held::Number(Vec::new()),
            Kind::Text => Held::Text(Vec::new()),
        };
        Ok(Self { writer, held: columns.iter().map(|c| (held(c), Vec::new())).collect(), rows: 0 })
    }

    fn group(&mut self) -> Result<(), ParquetError> {
        let mut group = self.writer.next_row_group()?;
        for (held, levels) in &mut self.held {
            let Some(mut column) = group.next_column()? else { break };
            held.write(&mut column, levels)?;
            column.close()?;
            levels.clear();
        }
        group.close()?;
        self.rows = 0;
        Ok(())
    }
}

impl Held {
    /// Takes a value in; one of another kind counts as none.
    fn take(&mut self, value: &Value) -> bool {
        match (self, value) {
            (Self::Whole(all), Value::Whole(n)) => all.push(*n),
            (Self::Number(all), Value::Number(x)) => all.push(*x),
            (Self::Number(all), Value::Whole(n)) => all.push(*n as f64),
            (Self::Text(all), Value::Text(text)) => all.push(text.as_str().into()),
            _ => return false,
        }
        true
    }

    fn write(&mut self, column: &mut SerializedColumnWriter<'_>, levels: &[i16]) -> Result<(), ParquetError> {
        match self {
            Self::Whole(all) => {
                column.typed::<Int64Type>().write_batch(all, Some(levels), None)?;
                all.clear();
            }
            Self::Number(all) => {
                column.typed::<DoubleType>().write_batch(all, Some(levels), None)?;
                all.clear();
            }
            Self::Text(all) => {
                column.typed::<ByteArrayType>().write_batch(all, Some(levels), None)?;
                all.clear();
            }
        }
        Ok(())
    }
}

impl Sink for Columnar {
    fn add(&mut self, row: &[Value]) -> io::Result<()> {
        for ((held, levels), value) in self.held.iter_mut().zip(row) {
            levels.push(i16::from(held.take(value)));
        }
        self.rows += 1;
        if self.rows == GROUP { self.group().map_err(told) } else { Ok(()) }
    }

    fn finish(mut self: Box<Self>) -> io::Result<()> {
        if self.rows > 0 {
            self.group().map_err(told)?;
        }
        self.writer.into_inner().map_err(told)?.sync_all()
    }
}
