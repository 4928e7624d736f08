//! Li & Lim's files: pickup and delivery with time windows.

use super::solomon::row;
use super::text::{Fault, Text};
use super::tours::{Customer, Instance, NODES, Places};
use std::path::Path;

/// Reads a file.
pub fn read(file: &Path) -> Result<Instance, Fault> {
    parse(file, &mut Text::read(file)?)
}

/// Parses a text.
pub fn parse(file: &Path, text: &mut Text) -> Result<Instance, Fault> {
    let vehicles = text.whole("the number of vehicles", 1, NODES)? as usize;
    let capacity = text.whole("the capacity", 0, i64::from(i32::MAX) / 2)?;
    text.real("the speed")?;
    let (mut points, mut customers, mut partners) = (Vec::new(), Vec::new(), Vec::new());
    while !text.at_end() {
        let number = text.whole("the number of a node", 0, NODES)?;
        if number != customers.len() as i64 {
            return Err(text.fault(format!("node {number} stands where {} was expected", customers.len())));
        }
        let (point, demand, window, service) = row(text)?;
        let (pickup, delivery) = (text.whole("the pickup", 0, NODES)?, text.whole("the delivery", 0, NODES)?);
        if number > 0 && (pickup == 0) == (delivery == 0) {
            return Err(text.fault(format!("node {number} must have either a pickup or a delivery")));
        }
        points.push(point);
        partners.push((pickup as usize, delivery as usize, text.line()));
        let delivery = (delivery > 0).then_some(delivery as usize);
        customers.push(Customer { demand, window: Some(window), service, delivery });
    }
    if customers.len() < 3 {
        return Err(text.fault("the file has no requests"));
    }
    for (i, &(pickup, delivery, line)) in partners.iter().enumerate().skip(1) {
        let other = pickup.max(delivery);
        let back = partners.get(other).map(|p| if pickup > 0 { p.1 } else { p.0 });
        let amounts = customers.get(other).map(|c| c.demand + customers[i].demand);
        if back != Some(i) || amounts != Some(0) || (delivery > 0) != (customers[i].demand >= 0 && pickup == 0) {
            let reason = format!("node {i} and its partner {other} do not name each other with opposite demands");
            return Err(Fault { line, ..text.fault(reason) });
        }
    }
    let places = Places::Points(points);
    Ok(Instance { file: file.into(), places, customers, capacity, vehicles: Some(vehicles) })
}
