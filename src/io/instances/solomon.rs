//! Solomon's files (and Gehring & Homberger's): routing with time windows.

use super::text::{Fault, Text};
use super::tours::{Customer, Instance, NODES, Places};
use std::path::Path;

/// Reads a file.
pub fn read(file: &Path) -> Result<Instance, Fault> {
    parse(file, &mut Text::read(file)?)
}

/// Skips lines up to one that begins with a word.
fn heading(text: &mut Text, word: &str) -> Result<(), Fault> {
    while let Some(line) = text.rest_of_line() {
        if line.trim_start().starts_with(word) {
            return Ok(());
        }
    }
    Err(text.fault(format!("the file ends before its heading {word}")))
}

/// Parses a text.
pub fn parse(file: &Path, text: &mut Text) -> Result<Instance, Fault> {
    heading(text, "VEHICLE")?;
    heading(text, "NUMBER")?;
    let vehicles = text.whole("the number of vehicles", 1, NODES)? as usize;
    let capacity = text.whole("the capacity", 0, i64::from(i32::MAX) / 2)?;
    heading(text, "CUST")?;
    heading(text, "CUST")?;
    let (mut points, mut customers) = (Vec::new(), Vec::new());
    while !text.at_end() {
        let number = text.whole("the number of a customer", 0, NODES)?;
        if number != customers.len() as i64 {
            return Err(text.fault(format!("customer {number} stands where {} was expected", customers.len())));
        }
        let (point, demand, window, service) = row(text)?;
        points.push(point);
        customers.push(Customer { demand, window: Some(window), service, delivery: None });
    }
    if customers.len() < 2 {
        return Err(text.fault("the file has no customers"));
    }
    let places = Places::Points(points);
    Ok(Instance { file: file.into(), places, customers, capacity, vehicles: Some(vehicles) })
}

/// The columns that Solomon's and Li & Lim's files share: x, y, demand, window, service.
pub(super) fn row(text: &mut Text) -> Result<([f64; 2], i64, (f64, f64), f64), Fault> {
    let point = [text.real("x")?, text.real("y")?];
    let half = i64::from(i32::MAX) / 2;
    let demand = text.whole("the demand", -half, half)?;
    let window = (text.real("the start of the window")?, text.real("the end of the window")?);
    let service = text.real("the service time")?;
    let good =
        point.iter().all(|c| c.abs() <= 1e6) && 0.0 <= window.0 && window.1 < 1e9 && (0.0..1e9).contains(&service);
    if !good || window.0 > window.1 {
        let told = format!(
            "a coordinate, the window {} to {} or the service time {service} is not possible",
            window.0, window.1
        );
        return Err(text.fault(told));
    }
    Ok((point, demand, window, service))
}
