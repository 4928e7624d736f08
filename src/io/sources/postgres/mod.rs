//! Queries of a PostgreSQL server, over its own protocol (version 3): password by SCRAM-SHA-256, rows by COPY.
//!
//! The connection is not encrypted: it is meant for servers on this machine, on a Unix socket or behind a tunnel, and goes
//! to other machines only when the mapping says `sslmode=disable`. A server that asks for the password in the clear or by
//! MD5 is refused.

mod scram;
mod wire;

use super::{Row, Rows, SourceError, Take};
use std::borrow::Cow;
use std::collections::BTreeMap;
use wire::Wire;

/// What a mapping says of a server: `host=… port=… user=… dbname=…`.
pub(super) struct Connect {
    words: BTreeMap<String, String>,
}

impl Connect {
    fn read(text: &str) -> Result<Self, String> {
        const KNOWN: [&str; 6] = ["host", "port", "user", "dbname", "password", "sslmode"];
        let mut words = BTreeMap::new();
        for word in text.split_whitespace() {
            let (name, value) = word.split_once('=').ok_or_else(|| format!("{word:?} is no name=value"))?;
            if !KNOWN.contains(&name) {
                return Err(format!("{name:?} is none of {}", KNOWN.join(", ")));
            }
            words.insert(name.to_owned(), value.to_owned());
        }
        Ok(Self { words })
    }

    fn word<'c>(&'c self, name: &str, otherwise: &'c str) -> &'c str {
        self.words.get(name).map_or(otherwise, String::as_str)
    }

    fn local(&self) -> bool {
        let host = self.word("host", "127.0.0.1");
        host.starts_with('/')
            || host == "localhost"
            || host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
    }
}

/// How a server is called, without its password.
pub(super) fn shown(connect: &str) -> String {
    connect.split_whitespace().filter(|w| !w.starts_with("password=")).collect::<Vec<_>>().join(" ")
}

struct Query {
    wire: Wire,
    place: String,
    header: Vec<String>,
}

pub(super) fn open(connect: &str, query: &str) -> Result<Box<dyn Rows>, SourceError> {
    let place = format!("postgres {}", shown(connect));
    let wrong = |cause: String, help: &str| SourceError { place: place.clone(), cause, help: help.into() };
    let how = Connect::read(connect).map_err(|e| wrong(e, "write host=127.0.0.1 port=5432 user=… dbname=…"))?;
    if !how.local() && how.word("sslmode", "") != "disable" {
        let help = "open a tunnel and name its end on this machine, or say sslmode=disable if the line is safe";
        return Err(wrong("the connection would not be encrypted".into(), help));
    }
    let query = query.trim().trim_end_matches(';');
    let help = "check that the server runs, the user, the password (PGPASSWORD) and the query";
    let mut wire = Wire::connect(&how).map_err(|e| wrong(e, help))?;
    let header = wire.columns(query).map_err(|e| wrong(e, help))?;
    wire.copy(&format!("COPY ({query}) TO STDOUT")).map_err(|e| wrong(e, help))?;
    Ok(Box::new(Query { wire, place, header }))
}

/// A cell of COPY's text format: `\N` is nothing, a backslash writes what cannot stand there.
fn cell(text: &str) -> Cow<'_, str> {
    if text == "\\N" {
        return Cow::Borrowed("");
    }
    if !text.contains('\\') {
        return Cow::Borrowed(text.trim());
    }
    let mut plain = String::with_capacity(text.len());
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        plain.push(match letter {
            '\\' => match letters.next() {
                Some('n') => '\n',
                Some('r') => '\r',
                Some('t') => '\t',
                Some('b') => '\u{8}',
                Some('f') => '\u{c}',
                Some('v') => '\u{b}',
                Some(other) => other,
                None => '\\',
            },
            other => other,
        });
    }
    Cow::Owned(plain.trim().to_owned())
}

impl Rows for Query {
    fn header(&self) -> &[String] {
        &self.header
    }

    fn note(&self) -> String {
        "PostgreSQL".into()
    }

    fn each(mut self: Box<Self>, take: &mut Take<'_>) -> Result<(), SourceError> {
        let Self { wire, place, header } = &mut *self;
        let mut line = 0;
        wire.lines(&mut |text| {
            line += 1;
            let cells: Vec<Cow<'_, str>> = text.split('\t').map(cell).collect();
            let flaw = (cells.len() != header.len()).then(|| format!("it has {} cells", cells.len()));
            take(&Row { line, cells: &cells, flaw })
        })
        .map_err(|cause| SourceError { place: place.clone(), cause, help: "run the ingest again".into() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_of_copy_read_back() {
        assert_eq!(["\\N", "a", "a\\tb\\\\c", "销售"].map(cell), ["", "a", "a\tb\\c", "销售"]);
    }

    #[test]
    fn a_line_to_another_machine_is_not_opened_by_accident() {
        let refused = open("host=db.example.com user=a", "SELECT 1").err().expect("a refusal");
        assert!(refused.cause.contains("encrypted"), "{refused}");
        assert_eq!(shown("host=/tmp password=secret user=a"), "host=/tmp user=a");
    }
}
