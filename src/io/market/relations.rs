//! Relations between dealers that the user knows, and labels of dealers.

use super::desk::{Column, Desk};
use crate::io::fault::{Code, Faults};
use crate::network::relations::web::{Edge, Kind};
use std::collections::BTreeMap;
use std::path::Path;

/// Columns of a table of relations.
const EDGES: &[Column] = &[("from_dealer_id", true), ("to_dealer_id", true), ("kind", true), ("weight", false)];
/// Columns of a table of labels.
const LABELS: &[Column] = &[("dealer_id", true), ("label", true)];

/// Reads relations; `known` are the dealers' positions.
///
/// # Errors
/// Every fault of the file.
pub fn edges(file: &Path, known: &BTreeMap<String, usize>) -> Result<Vec<Edge>, Faults> {
    let mut desk = Desk::default();
    let sheet = desk.sheet(file, EDGES);
    let mut edges = Vec::new();
    for row in &sheet.rows {
        let [a, b] = [&row[0], &row[1]].map(|c| desk.known(sheet.file, c, "dealer", known));
        let kind = Kind::ALL.into_iter().find(|k| k.word().eq_ignore_ascii_case(row[2].text.trim()));
        if kind.is_none() {
            let help = "write one of ownership, customers, transfers, price";
            desk.fault(sheet.file, Some(row[2].at), Code::Word, &row[2].text, "unknown kind of relation", help);
        }
        let weight = desk.number(sheet.file, &row[3], Some(1.0), (1e-9, 1e12));
        if a.is_some() && a == b {
            let cause = "a relation of a dealer with itself";
            desk.fault(sheet.file, Some(row[1].at), Code::SelfLane, &row[1].text, cause, "leave the row out");
        }
        if let (Some(a), Some(b), Some(kind)) = (a, b, kind) {
            edges.push(Edge { a, b, kind, weight });
        }
    }
    desk.finish(Some(edges))
}

/// Reads labels of dealers: the names of the labels in order, and each dealer's where it has one.
///
/// # Errors
/// Every fault of the file.
pub fn labels(file: &Path, known: &BTreeMap<String, usize>) -> Result<(Vec<String>, Vec<Option<usize>>), Faults> {
    let mut desk = Desk::default();
    let sheet = desk.sheet(file, LABELS);
    let mut said: Vec<Option<String>> = vec![None; known.len()];
    for row in &sheet.rows {
        if row[1].text.trim().is_empty() {
            desk.fault(sheet.file, Some(row[1].at), Code::Blank, "", "a label is needed here", "write it");
        }
        let Some(dealer) = desk.known(sheet.file, &row[0], "dealer", known) else { continue };
        if said[dealer].replace(row[1].text.trim().to_owned()).is_some() {
            let cause = "the dealer has a label already";
            desk.fault(sheet.file, Some(row[0].at), Code::TwiceId, &row[0].text, cause, "keep one of them");
        }
    }
    let mut names: Vec<String> = said.iter().flatten().cloned().collect();
    names.sort();
    names.dedup();
    let of = |label: &Option<String>| label.as_ref().map(|l| names.binary_search(l).expect("a name of the list"));
    let labels = said.iter().map(of).collect();
    desk.finish(Some((names, labels)))
}
