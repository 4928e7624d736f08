//! The ring: spacing against margin and profit, cash pressure, and the ridge of what is not identified.

use super::super::exit;
use super::super::terminal::{print, say};
use super::{amount, certificate_json, certified};
use crate::market::competition::certificate::{Certificate, certify};
use crate::market::competition::ridge::{RidgePoint, ridge};
use crate::market::competition::ring::Ring;
use crate::market::competition::{Equilibrium, Start, solve};
use serde_json::{Value, json};

#[derive(Debug, clap::Args)]
pub(super) struct RingArgs {
    /// Stores so many miles apart on a ring of 120; several spacings one after the other.
    #[arg(long, value_name = "MILES,…", value_delimiter = ',', value_parser = spacing)]
    ring: Vec<usize>,
    /// So many of the ring's stores are under cash pressure.
    #[arg(long, value_name = "N", default_value_t = 0, requires = "ring")]
    pressed: usize,
    /// Their cash pressure, thousands.
    #[arg(long, value_name = "THOUSANDS", default_value_t = 1.0, value_parser = amount, requires = "ring")]
    cash: f64,
    /// Correlation of tastes inside the brand.
    #[arg(long, value_name = "SHARE", default_value_t = 0.6, value_parser = correlation, requires = "ring")]
    rho: f64,
    /// Cost of travelling a mile, thousands.
    #[arg(long, value_name = "THOUSANDS", default_value_t = 0.073, value_parser = amount, requires = "ring")]
    travel: f64,
    /// Value of a car at its cost, in utility.
    #[arg(long, value_name = "UTILITY", default_value_t = -1.5, value_parser = value, allow_hyphen_values = true, requires = "ring")]
    net_value: f64,
    /// Print the pairs of correlation and travel cost that tell the same price difference between 10 and 40 miles.
    #[arg(long, requires = "ring")]
    ridge: bool,
}

/// A spacing as a number of stores.
fn spacing(text: &str) -> Result<usize, String> {
    let miles: f64 = text.trim().parse().map_err(|_| "a number of miles is wanted".to_owned())?;
    let stores = 120.0 / miles;
    if miles > 0.0 && (stores - stores.round()).abs() < 1e-9 && (1.0..=240.0).contains(&stores) {
        return Ok(stores.round() as usize);
    }
    Err("a spacing that divides the ring of 120 miles into 1 to 240 parts is wanted".into())
}

fn correlation(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(x) if (0.0..=0.99).contains(&x) => Ok(x),
        _ => Err("a number from 0 to 0.99 is wanted".into()),
    }
}

fn value(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(x) if (-50.0..=50.0).contains(&x) => Ok(x),
        _ => Err("a number from -50 to 50 is wanted".into()),
    }
}

struct Row {
    ring: Ring,
    found: Equilibrium,
    certificate: Certificate,
}

pub(super) fn run(args: &RingArgs, alpha: Option<f64>, json: bool) -> u8 {
    match rows(args, alpha) {
        Ok((rows, points)) if json => print(&format!("{}\n", as_json(&rows, &points))),
        Ok((rows, points)) => print(&as_text(&rows, &points)),
        Err((code, cause)) => {
            say(&format!("forecourt: {cause}"));
            code
        }
    }
}

fn rows(args: &RingArgs, alpha: Option<f64>) -> Result<(Vec<Row>, Vec<RidgePoint>), (u8, String)> {
    let base = Ring {
        alpha: alpha.unwrap_or(Ring::default().alpha),
        rho: args.rho,
        travel: args.travel,
        net_value: args.net_value,
        pressure: args.cash,
        pressed: args.pressed,
        ..Ring::default()
    };
    let unsettled = |e: crate::market::competition::NoEquilibrium| (exit::INTERNAL, e.to_string());
    let mut rows = Vec::new();
    for &dealers in &args.ring {
        let ring = Ring { dealers, ..base.clone() };
        let segment = ring.segment();
        if let Some(fault) = segment.faults().first() {
            return Err((exit::BAD_INPUT, fault.to_string()));
        }
        let found = solve(&segment, &Start::Plain).map_err(unsettled)?;
        let certificate = certify(&segment, &found);
        if !certificate.holds() {
            return Err((exit::INTERNAL, format!("the equilibrium fails its certificate: {certificate:?}")));
        }
        rows.push(Row { ring, found, certificate });
    }
    let calm = Ring { pressed: 0, ..base };
    let correlations: Vec<f64> = (3..=8).map(|k| f64::from(k) / 10.0).collect();
    let points = if args.ridge { ridge(&calm, [12, 3], &correlations).map_err(unsettled)? } else { Vec::new() };
    Ok((rows, points))
}

fn as_text(rows: &[Row], points: &[RidgePoint]) -> String {
    let mut text = String::from(
        "descriptive: stores on a ring of 120 miles, 1,000 buyers; money in thousands; profit at the cost that is borne\n",
    );
    text += &format!(
        "{:>8}{:>10}{:>10}{:>10}{:>10}{:>10}  store\n",
        "spacing", "price", "margin", "of price", "cars", "profit"
    );
    for row in rows {
        let spacing = row.ring.around / row.ring.dealers as f64;
        let groups =
            [(0, row.ring.pressed > 0, "pressed"), (row.ring.pressed, row.ring.pressed < row.ring.dealers, "calm")];
        for (j, _, word) in groups.iter().filter(|g| g.1) {
            let Some(d) = row.found.dealers.get(*j) else { continue };
            let part = 100.0 * d.margin / d.price;
            text += &format!(
                "{spacing:>8.3}{:>10.3}{:>10.3}{part:>9.2}%{:>10.3}{:>10.2}  {word}\n",
                d.price, d.margin, d.sales, d.profit
            );
        }
        text += &certified(&row.certificate);
    }
    if !points.is_empty() {
        text += "\nridge: the same price difference between 10 and 40 miles; local data must choose\n";
        text += &format!(
            "{:>8}{:>14}{:>14}{:>14}{:>14}\n",
            "rho", "travel a mile", "margin 10 mi", "margin 40 mi", "difference"
        );
        for p in points {
            let [narrow, wide] = p.margins;
            text += &format!("{:>8.2}{:>14.4}{narrow:>14.3}{wide:>14.3}{:>14.4}\n", p.rho, p.travel, p.moment);
        }
    }
    text
}

fn as_json(rows: &[Row], points: &[RidgePoint]) -> Value {
    let row = |row: &Row| {
        let stores: Vec<Value> = row
            .found
            .dealers
            .iter()
            .enumerate()
            .map(|(j, d)| {
                json!({"pressed": j < row.ring.pressed, "price_thousand": d.price, "margin_thousand": d.margin,
                       "sales_cars": d.sales, "profit_thousand": d.profit})
            })
            .collect();
        json!({"spacing_miles": row.ring.around / row.ring.dealers as f64, "rounds": row.found.rounds, "stores": stores,
               "certificate": certificate_json(&row.certificate)})
    };
    let point = |p: &RidgePoint| {
        json!({"rho": p.rho, "travel_thousand_per_mile": p.travel, "difference_thousand": p.moment,
               "margin_10_miles_thousand": p.margins[0], "margin_40_miles_thousand": p.margins[1]})
    };
    json!({"descriptive": true, "rings": rows.iter().map(row).collect::<Vec<_>>(),
           "ridge": points.iter().map(point).collect::<Vec<_>>()})
}
