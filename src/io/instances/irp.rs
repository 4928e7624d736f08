//! Inventory routing files of Archetti et al. as the DIMACS challenge uses them (`S_abs…dat`, `L_abs…dat`).

use super::text::{Decimal, Fault, Text};
use crate::routing::inventory::{Customer, Data, Problem, Supplier};
use crate::routing::matrix::Matrix;
use std::path::Path;

/// A file's problem; its costs are in units of 10^−digits.
#[derive(Clone, Debug)]
pub struct Instance {
    /// The problem.
    pub problem: Problem,
    /// Decimals of the file's costs.
    pub digits: u32,
}

/// Most decimals of a holding cost.
const DIGITS: u32 = 6;
/// Largest count of units.
const UNITS: i64 = 1_000_000_000;

/// Reads a file.
pub fn read(file: &Path) -> Result<Instance, Fault> {
    parse(&mut Text::read(file)?)
}

/// Parses a text.
pub fn parse(text: &mut Text) -> Result<Instance, Fault> {
    let nodes = text.whole("the number of nodes", 2, 5000)? as usize;
    let days = text.whole("the number of days", 1, 365)? as usize;
    let capacity = text.whole("the capacity", 0, UNITS)?;
    let vehicles = text.whole("the number of vehicles", 1, 1000)? as usize;
    let (mut points, mut costs) = (Vec::new(), Vec::new());
    let (point, _) = place(text, 0)?;
    points.push(point);
    let stock = text.whole("the supplier's stock", 0, UNITS)?;
    let production = text.whole("the production", 0, UNITS)?;
    costs.push(holding(text)?);
    let mut customers = Vec::new();
    for number in 1..nodes {
        let (point, line) = place(text, number)?;
        points.push(point);
        let stock = text.whole("a stock", 0, UNITS)?;
        let most = text.whole("a largest level", 0, UNITS)?;
        let least = text.whole("a least level", 0, UNITS)?;
        let demand = text.whole("a daily demand", 0, UNITS)?;
        costs.push(holding(text)?);
        if stock > most || least + demand > most {
            let reason = format!("customer {number} has no room for its stock of {stock} or its demand of {demand}");
            return Err(Fault { line, ..text.fault(reason) });
        }
        customers.push(Customer { stock, least, most, demand, holding: 0 });
    }
    text.finish()?;
    let digits = costs.iter().map(|c| c.digits()).max().unwrap_or(0);
    let scaled = |c: &Decimal| c.scaled(digits).filter(|c| (0..=UNITS).contains(c));
    let whole: Option<Vec<i64>> = costs.iter().map(scaled).collect();
    let whole = whole.ok_or_else(|| text.fault("a holding cost is below zero or too large"))?;
    for (customer, cost) in customers.iter_mut().zip(&whole[1..]) {
        customer.holding = *cost;
    }
    let far = |k: usize| {
        let (a, b): ([f64; 2], [f64; 2]) = (points[k / nodes], points[k % nodes]);
        f64::hypot(a[0] - b[0], a[1] - b[1]).round() as i64
    };
    let table: Vec<i64> = (0..nodes * nodes).map(far).collect();
    let matrix = Matrix::new(nodes, &table, None).map_err(|why| text.fault(why))?;
    let supplier = Supplier { stock, production, holding: whole[0] };
    let data = Data { days, vehicles, capacity, supplier, customers, matrix, rate: 10i64.pow(digits) };
    let problem = Problem::new(data).map_err(|e| text.fault(e.to_string()))?;
    Ok(Instance { problem, digits })
}

/// The number and the point of a node, with its line.
fn place(text: &mut Text, expected: usize) -> Result<([f64; 2], usize), Fault> {
    let number = text.whole("the number of a node", 0, 5000)?;
    let line = text.line();
    if number != expected as i64 {
        return Err(text.fault(format!("node {number} stands where node {expected} was expected")));
    }
    let point = [text.real("x")?, text.real("y")?];
    match point.iter().find(|c| c.abs() > 1e6) {
        Some(far) => Err(text.fault(format!("the coordinate {far} exceeds 1000000"))),
        None => Ok((point, line)),
    }
}

fn holding(text: &mut Text) -> Result<Decimal, Fault> {
    let cost = text.decimal("a holding cost")?;
    if cost.digits() > DIGITS {
        return Err(text.fault(format!("a holding cost has {} decimals; {DIGITS} can be read", cost.digits())));
    }
    Ok(cost)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMALL: &str = "3 2 10 1\n0 0.0 0.0 20 5 0.30\n1 3.0 4.0 4 8 0 3 0.1\n2 0.0 6.0 2 6 0 2 0.25\n";

    fn read(content: &str) -> Result<Instance, Fault> {
        parse(&mut Text::from_bytes(Path::new("x.dat"), content.as_bytes().to_vec()).unwrap())
    }

    #[test]
    fn costs_keep_their_decimals() {
        let instance = read(SMALL).unwrap();
        let data = instance.problem.data();
        assert_eq!((instance.digits, data.rate, data.supplier.holding), (2, 100, 30));
        assert_eq!((data.customers[0].holding, data.customers[1].most), (10, 6));
        assert_eq!(data.matrix.distance(0, 1).get(), 5);
    }

    #[test]
    fn faults_name_the_line() {
        for (from, to, line, word) in [
            ("1 3.0", "2 3.0", 3, "node 2 stands"),
            ("20 5 0.30", "20 5 x", 2, "not a number"),
            ("20 5 0.30", "20 5 -0.30", 5, "below zero"),
            ("4 8 0 3", "9 8 0 3", 3, "no room"),
            ("0.25\n", "0.25 7\n", 4, "goes on"),
            ("2 0.0 6.0 2 6 0 2 0.25\n", "", 4, "ends"),
        ] {
            let fault = read(&SMALL.replacen(from, to, 1)).unwrap_err();
            assert!(fault.reason.contains(word), "{word}: {fault}");
            assert_eq!(fault.line, line, "{fault}");
        }
    }
}
