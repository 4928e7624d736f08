//! VRPLIB files: capacitated routing with or without time windows (`.vrp`).

use super::text::{Fault, Text};
use super::tours::{Customer, Instance, NODES, Places};
use std::path::Path;

/// Reads a file.
pub fn read(file: &Path) -> Result<Instance, Fault> {
    parse(file, &mut Text::read(file)?)
}

#[derive(Default)]
struct Draft {
    nodes: Option<usize>,
    capacity: Option<i64>,
    vehicles: Option<usize>,
    service: f64,
    weights: String,
    format: String,
    points: Option<Vec<[f64; 2]>>,
    table: Option<Vec<f64>>,
    customers: Vec<Customer>,
    demands: bool,
}

/// Parses a text.
pub fn parse(file: &Path, text: &mut Text) -> Result<Instance, Fault> {
    let mut draft = Draft::default();
    while !text.at_end() {
        let line = text.line();
        let raw = text.rest_of_line().unwrap_or_default().trim().to_owned();
        let (key, value) = raw.split_once(':').map_or((raw.as_str(), ""), |(k, v)| (k.trim(), v.trim()));
        let at = |fault: Fault| Fault { line, ..fault };
        if key == "EOF" {
            break;
        }
        if key.ends_with("_SECTION") {
            section(&mut draft, key, text)?;
        } else {
            header(&mut draft, key, value, text).map_err(at)?;
        }
    }
    finish(draft, file, text)
}

fn header(draft: &mut Draft, key: &str, value: &str, text: &Text) -> Result<(), Fault> {
    let whole = |low: i64, high: i64| {
        let number = value.parse::<i64>().ok().filter(|n| (low..=high).contains(n));
        number.ok_or_else(|| text.fault(format!("{key} must be a whole number from {low} to {high}, not \"{value}\"")))
    };
    match key {
        "DIMENSION" => {
            let nodes = whole(2, NODES)? as usize;
            draft.nodes = Some(nodes);
            draft.customers = vec![Customer::default(); nodes];
        }
        "CAPACITY" => draft.capacity = Some(whole(0, i64::from(i32::MAX) / 2)?),
        "VEHICLES" => draft.vehicles = Some(whole(1, NODES)? as usize),
        "SERVICE_TIME" => {
            let number = value.parse::<f64>().ok().filter(|x| (0.0..1e9).contains(x));
            draft.service = number.ok_or_else(|| text.fault(format!("SERVICE_TIME is \"{value}\", not a duration")))?;
        }
        "EDGE_WEIGHT_TYPE" if matches!(value, "EUC_2D" | "EXPLICIT") => draft.weights = value.into(),
        "EDGE_WEIGHT_TYPE" => {
            return Err(text.fault(format!("EDGE_WEIGHT_TYPE is {value}; EUC_2D and EXPLICIT can be read")));
        }
        "EDGE_WEIGHT_FORMAT" => draft.format = value.into(),
        "TYPE" if !matches!(value, "CVRP" | "CVRPTW" | "VRPTW") => {
            return Err(text.fault(format!("TYPE is {value}; CVRP, CVRPTW and VRPTW can be solved")));
        }
        "DISTANCE" => return Err(text.fault("routes of limited length (DISTANCE) cannot be solved yet")),
        _ => {}
    }
    Ok(())
}

fn section(draft: &mut Draft, key: &str, text: &mut Text) -> Result<(), Fault> {
    let nodes = draft.nodes.ok_or_else(|| text.fault(format!("DIMENSION must stand before {key}")))?;
    match key {
        "NODE_COORD_SECTION" => {
            let mut points = vec![[0.0; 2]; nodes];
            rows(text, nodes, |text, i| {
                points[i] = [text.real("x")?, text.real("y")?];
                match points[i].iter().find(|c| c.abs() > 1e7) {
                    Some(far) => Err(text.fault(format!("the coordinate {far} exceeds 10000000"))),
                    None => Ok(()),
                }
            })?;
            draft.points = Some(points);
        }
        "DEMAND_SECTION" => {
            draft.demands = true;
            let customers = &mut draft.customers;
            rows(text, nodes, |text, i| {
                customers[i].demand = text.whole("a demand", 0, i64::from(i32::MAX) / 2)?;
                Ok(())
            })?;
        }
        "TIME_WINDOW_SECTION" => {
            let customers = &mut draft.customers;
            rows(text, nodes, |text, i| {
                let window = (text.real("the start of a window")?, text.real("the end of a window")?);
                if !(0.0 <= window.0 && window.0 <= window.1 && window.1 < 1e9) {
                    return Err(text.fault(format!("the window {} to {} is not one", window.0, window.1)));
                }
                customers[i].window = Some(window);
                Ok(())
            })?;
        }
        "SERVICE_TIME_SECTION" => {
            let customers = &mut draft.customers;
            rows(text, nodes, |text, i| {
                customers[i].service = text.real("a service time")?;
                match customers[i].service {
                    s if (0.0..1e9).contains(&s) => Ok(()),
                    s => Err(text.fault(format!("the service time {s} is not a duration"))),
                }
            })?;
        }
        "EDGE_WEIGHT_SECTION" => draft.table = Some(table(text, nodes, &draft.format)?),
        "DEPOT_SECTION" => {
            let depot = text.whole("the depot", 1, nodes as i64)?;
            if depot != 1 {
                return Err(text.fault(format!("the depot is node {depot}; only node 1 can be the depot")));
            }
            if text.whole("-1 at the end of the depots", -1, nodes as i64)? != -1 {
                return Err(text.fault("there are several depots; one can be solved"));
            }
        }
        _ => return Err(text.fault(format!("{key} is not known here"))),
    }
    Ok(())
}

/// One row for each node, in any order.
fn rows(
    text: &mut Text,
    nodes: usize,
    mut row: impl FnMut(&mut Text, usize) -> Result<(), Fault>,
) -> Result<(), Fault> {
    let mut seen = vec![false; nodes];
    for _ in 0..nodes {
        let i = text.whole("the number of a node", 1, nodes as i64)? as usize - 1;
        if std::mem::replace(&mut seen[i], true) {
            return Err(text.fault(format!("node {} stands twice in its section", i + 1)));
        }
        row(text, i)?;
    }
    text.rest_of_line();
    Ok(())
}

fn table(text: &mut Text, nodes: usize, format: &str) -> Result<Vec<f64>, Fault> {
    let mut table = vec![0.0; nodes * nodes];
    for i in 0..nodes {
        let columns = match format {
            "FULL_MATRIX" => 0..nodes,
            "LOWER_ROW" => 0..i,
            "LOWER_DIAG_ROW" => 0..i + 1,
            "UPPER_ROW" => i + 1..nodes,
            "UPPER_DIAG_ROW" => i..nodes,
            _ => return Err(text.fault(format!("EDGE_WEIGHT_FORMAT \"{format}\" cannot be read"))),
        };
        for j in columns {
            let weight = text.real("a distance")?;
            if !(0.0..1e8).contains(&weight) {
                return Err(text.fault(format!("the distance {weight} is outside 0 to 100000000")));
            }
            table[i * nodes + j] = weight;
            if format != "FULL_MATRIX" {
                table[j * nodes + i] = weight;
            }
        }
    }
    text.rest_of_line();
    Ok(table)
}

fn finish(mut draft: Draft, file: &Path, text: &Text) -> Result<Instance, Fault> {
    let missing = |what: &str| text.fault(format!("{what} is missing"));
    if draft.nodes.is_none() {
        return Err(missing("DIMENSION"));
    }
    let capacity = draft.capacity.ok_or_else(|| missing("CAPACITY"))?;
    if !draft.demands {
        return Err(missing("DEMAND_SECTION"));
    }
    let places = if draft.weights == "EXPLICIT" {
        Places::Table(draft.table.ok_or_else(|| missing("EDGE_WEIGHT_SECTION"))?)
    } else {
        Places::Points(draft.points.ok_or_else(|| missing("NODE_COORD_SECTION"))?)
    };
    for customer in draft.customers.iter_mut().skip(1) {
        if customer.service == 0.0 {
            customer.service = draft.service;
        }
    }
    Ok(Instance { file: file.into(), places, customers: draft.customers, capacity, vehicles: draft.vehicles })
}
