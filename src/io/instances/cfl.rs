//! `[CFLP-PROBLEMFILE]` files: sections `[DEPOTS]` (capacity, fixcost, varcost, x, y, name), `[CUSTOMERS]` (demand, x,
//! y, name), `[COSTMATRIX]` and `[MATRIX]`, whose rows are depots and whose entries serve all demand of a customer.

use super::text::{Decimal, Fault, Text};
use crate::placement::costs::Matrix;
use crate::placement::facility::{Capacity, Problem};
use std::path::Path;

/// A capacitated instance with the names of its depots.
pub struct Cfl {
    /// The problem.
    pub problem: Problem,
    /// Depot names in file order.
    pub names: Vec<String>,
}

/// Reads a file.
pub fn read(file: &Path, single_source: bool) -> Result<Cfl, Fault> {
    parse(&mut Text::read(file)?, single_source)
}

struct Table {
    header: Vec<String>,
    rows: Vec<(usize, Vec<String>)>,
}

/// The lines of a section up to an empty line or the next section; the first names the columns.
fn table(text: &mut Text) -> Result<Table, Fault> {
    let Some(header) = text.rest_of_line() else { return Err(text.fault("a section has no header")) };
    let header: Vec<String> = header.split_whitespace().map(str::to_owned).collect();
    let mut rows = Vec::new();
    loop {
        let line = text.line();
        let Some(raw) = text.rest_of_line() else { break };
        let words: Vec<String> = raw.split_whitespace().map(str::to_owned).collect();
        if words.is_empty() {
            break;
        }
        if words.len() != header.len() {
            let reason = format!("{} words stand where {} columns were expected", words.len(), header.len());
            return Err(Fault { line, ..text.fault(reason) });
        }
        rows.push((line, words));
    }
    Ok(Table { header, rows })
}

impl Table {
    fn column(&self, name: &str, text: &Text) -> Result<usize, Fault> {
        self.header.iter().position(|h| h == name).ok_or_else(|| text.fault(format!("the column {name} is missing")))
    }
    fn decimals(&self, name: &str, text: &Text) -> Result<Vec<Decimal>, Fault> {
        let at = self.column(name, text)?;
        self.rows
            .iter()
            .map(|(line, words)| {
                let good = Decimal::parse(&words[at]).filter(|d| d.real() >= 0.0 && d.real() <= 1e9 && d.digits() <= 6);
                good.ok_or_else(|| Fault {
                    line: *line,
                    ..text.fault(format!("{name} must be a number from 0 to 1e9"))
                })
            })
            .collect()
    }
}

/// Parses a text.
pub fn parse(text: &mut Text, single_source: bool) -> Result<Cfl, Fault> {
    if text.rest_of_line().map(str::trim) != Some("[CFLP-PROBLEMFILE]") {
        return Err(text.fault("the file must begin with [CFLP-PROBLEMFILE]"));
    }
    let (mut depots, mut customers) = (None, None);
    loop {
        match text.rest_of_line().map(|l| l.trim().to_owned()).as_deref() {
            Some("[DEPOTS]") => depots = Some(table(text)?),
            Some("[CUSTOMERS]") => customers = Some(table(text)?),
            Some("[MATRIX]") => break,
            Some(_) => {}
            None => return Err(text.fault("the section [MATRIX] is missing")),
        }
    }
    let depots = depots.ok_or_else(|| text.fault("the section [DEPOTS] is missing"))?;
    let customers = customers.ok_or_else(|| text.fault("the section [CUSTOMERS] is missing"))?;
    let (m, n) = (depots.rows.len(), customers.rows.len());
    if m == 0 || n == 0 || m * n > 200_000_000 {
        return Err(text.fault("there must be depots and customers, at most 200 million pairs"));
    }
    let capacity: Vec<f64> = depots.decimals("capacity", text)?.iter().map(|d| d.real()).collect();
    let demand: Vec<f64> = customers.decimals("demand", text)?.iter().map(|d| d.real()).collect();
    let fixed = depots.decimals("fixcost", text)?;
    let name = depots.column("name", text)?;
    if depots.decimals("varcost", text)?.iter().any(|d| d.real() != 0.0) {
        return Err(text.fault("a varcost other than 0 is not part of the known problems of this format"));
    }
    if text.expect("Dim")? != "Dim" {
        return Err(text.fault("[MATRIX] must go on with \"Dim depots customers\""));
    }
    text.whole("the number of rows", m as i64, m as i64)?;
    text.whole("the number of columns", n as i64, n as i64)?;
    let mut costs = vec![fixed[0]; m * n];
    for i in 0..m {
        for j in 0..n {
            let cost = text.decimal("a serving cost")?;
            if cost.real() < 0.0 || cost.real() > 1e9 || cost.digits() > 6 {
                return Err(text.fault("a serving cost must be a number from 0 to 1e9"));
            }
            costs[j * m + i] = cost;
        }
    }
    let digits = fixed.iter().chain(&costs).map(|d| d.digits()).max().unwrap_or(0);
    let scaled = |all: &[Decimal]| -> Option<Vec<i64>> { all.iter().map(|d| d.scaled(digits)).collect() };
    let (Some(fixed), Some(costs)) = (scaled(&fixed), scaled(&costs)) else {
        return Err(text.fault("the numbers have too many digits to be kept exactly"));
    };
    let capacity = Some(Capacity { of_site: capacity, demand, single_source });
    let problem =
        Problem::new(fixed, Matrix::new(m, costs), capacity, digits).map_err(|e| text.fault(e.to_string()))?;
    text.finish()?;
    Ok(Cfl { problem, names: depots.rows.into_iter().map(|(_, mut words)| words.swap_remove(name)).collect() })
}
