//! Table cells that may be empty: a missing number is not zero, and the page must not show it as one.

use serde::de::{Deserializer, Error, Visitor};
use serde::{Deserialize, Serialize, Serializer};
use std::fmt;

/// A number of a table, or an empty cell.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd)]
pub struct Num(Option<f64>);

impl Num {
    /// An empty cell.
    pub const EMPTY: Self = Self(None);
    /// The number, if there is one and it is finite.
    pub const fn get(self) -> Option<f64> {
        self.0
    }
    /// The number, or zero for an empty cell (for sums).
    pub fn or_zero(self) -> f64 {
        self.0.unwrap_or(0.0)
    }
}

impl From<f64> for Num {
    fn from(value: f64) -> Self {
        Self(value.is_finite().then_some(value))
    }
}
impl From<Option<f64>> for Num {
    fn from(value: Option<f64>) -> Self {
        Self(value.filter(|v| v.is_finite()))
    }
}

/// Largest magnitude below which every whole number is exact.
const EXACT: f64 = 9e15;

impl Serialize for Num {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            None => to.serialize_none(),
            Some(v) if v.fract() == 0.0 && v.abs() < EXACT => to.serialize_i64(v as i64),
            Some(v) => to.serialize_f64(v),
        }
    }
}

struct NumVisitor;

impl Visitor<'_> for NumVisitor {
    type Value = Num;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number or an empty cell")
    }
    fn visit_f64<E: Error>(self, v: f64) -> Result<Num, E> {
        Ok(Num::from(v))
    }
    fn visit_i64<E: Error>(self, v: i64) -> Result<Num, E> {
        Ok(Num::from(v as f64))
    }
    fn visit_u64<E: Error>(self, v: u64) -> Result<Num, E> {
        Ok(Num::from(v as f64))
    }
    fn visit_bool<E: Error>(self, v: bool) -> Result<Num, E> {
        Ok(Num::from(f64::from(u8::from(v))))
    }
    fn visit_str<E: Error>(self, v: &str) -> Result<Num, E> {
        match v.trim() {
            "" => Ok(Num::EMPTY),
            text => text.parse().map(|v: f64| Num::from(v)).map_err(|_| E::custom(format!("“{text}” is not a number"))),
        }
    }
    fn visit_unit<E: Error>(self) -> Result<Num, E> {
        Ok(Num::EMPTY)
    }
    fn visit_none<E: Error>(self) -> Result<Num, E> {
        Ok(Num::EMPTY)
    }
}

impl<'de> Deserialize<'de> for Num {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(NumVisitor)
    }
}

/// Yes, no, or an empty cell. Written as `true` and `false`; `1` and `0` are read too.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Flag(Option<bool>);

impl Flag {
    /// The answer, if there is one.
    pub const fn get(self) -> Option<bool> {
        self.0
    }
}

impl From<bool> for Flag {
    fn from(value: bool) -> Self {
        Self(Some(value))
    }
}

impl Serialize for Flag {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(to)
    }
}

impl<'de> Deserialize<'de> for Flag {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Ok(Self(Num::deserialize(from)?.get().map(|v| v > 0.0)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Serialize, Deserialize, PartialEq, Debug)]
    struct Row {
        a: Num,
        b: Num,
        c: Flag,
    }

    fn read(text: &str) -> Result<Row, csv::Error> {
        csv::Reader::from_reader(text.as_bytes()).deserialize().next().expect("one row")
    }

    #[test]
    fn empty_cells_are_not_zero() {
        let row = read("a,b,c\n,0,\n").unwrap();
        assert_eq!((row.a.get(), row.b.get(), row.c.get()), (None, Some(0.0), None));
    }

    #[test]
    fn numbers_and_flags_are_read_in_every_usual_form() {
        let row = read("a,b,c\n-1.5,1e3,true\n").unwrap();
        assert_eq!((row.a.get(), row.b.get(), row.c.get()), (Some(-1.5), Some(1000.0), Some(true)));
        assert_eq!(read("a,b,c\n1,2,0\n").unwrap().c.get(), Some(false));
        assert_eq!(read("a,b,c\nNaN,inf,1\n").unwrap().a.get(), None);
        assert!(read("a,b,c\n1x,2,0\n").unwrap_err().to_string().contains("is not a number"));
    }

    #[test]
    fn a_written_row_reads_back_the_same() {
        let row = Row { a: Num::from(12.0), b: Num::EMPTY, c: Flag::from(false) };
        let mut to = csv::Writer::from_writer(Vec::new());
        to.serialize(&row).unwrap();
        let text = String::from_utf8(to.into_inner().unwrap()).unwrap();
        assert_eq!(text, "a,b,c\n12,,false\n");
        assert_eq!(read(&text).unwrap(), row);
    }
}
