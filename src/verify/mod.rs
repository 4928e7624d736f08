//! Verification: the raw tables read again by other code, every decision recomputed, no solver.
//!
//! This room uses nothing of the rooms that plan: it reads the tables of the scenario and of the results folder itself,
//! builds every problem itself (each coefficient an interval that holds its true value), and decides what an answer is
//! worth from what the certificates prove.

mod answer;
mod earth;
mod echo;
mod estimates;
mod input;
mod interval;
mod location;
mod place;
mod seal;
mod sheet;
mod summary;
mod week;

pub use answer::{Answer, Finding, Grade, Refused, Report};
pub use location::verify as verify_location;

use estimates::Estimates;
use sheet::{Sheet, bytes};
use std::path::{Path, PathBuf};
use summary::Step;

/// A results folder.
pub struct Folder {
    path: PathBuf,
}

impl Folder {
    /// The text of a file; `None` when there is no such file.
    fn maybe(&self, name: &str) -> Result<Option<String>, Refused> {
        let path = self.path.join(name);
        if !path.exists() {
            return Ok(None);
        }
        let refuse = || Refused::File {
            file: path.display().to_string(),
            cause: "not UTF-8".into(),
            help: "Write the folder again",
        };
        String::from_utf8(bytes(&path)?).map(Some).map_err(|_| refuse())
    }

    /// The text of a file that must be there.
    fn text(&self, name: &str) -> Result<String, Refused> {
        self.maybe(name)?.ok_or_else(|| Refused::File {
            file: self.path.join(name).display().to_string(),
            cause: "there is no such file".into(),
            help: "Give a results folder that `forecourt plan` wrote with this version",
        })
    }

    fn json(&self, name: &str) -> Result<serde_json::Value, Refused> {
        let text = self.text(name)?;
        serde_json::from_str(&text).map_err(|e| Refused::File {
            file: self.path.join(name).display().to_string(),
            cause: e.to_string(),
            help: "Write the folder again",
        })
    }

    fn sheet(&self, name: &str) -> Result<Sheet, Refused> {
        Sheet::parse(name, &self.text(name)?, b',')
    }
}

/// Verifies a results folder against the scenario's folder.
pub fn verify(results: &Path, scenario: &Path) -> Result<Report, Refused> {
    let folder = Folder { path: results.to_owned() };
    let provenance = folder.json("provenance.json")?;
    let mut report = Report::default();
    let input = input::read(scenario, &provenance)?;
    let summary = folder.json(summary::FILE)?;
    let estimates = Estimates::parse(&folder.text(estimates::FILE)?, &input)?;
    estimates.check(&input, &folder.sheet("forecast.csv")?, &folder.sheet("forecast_dealers.csv")?, &mut report)?;
    seal::check(&folder, &mut report)?;
    echo::tables(&folder, &input, &mut report)?;
    echo::summary(&folder, &input, &estimates, &summary, &mut report)?;
    let place = Step::of(&summary, "place");
    let placed = place::verify(&folder, &input, &estimates, place.as_ref(), &mut report)?;
    if let Some(placed) = placed {
        weeks(&folder, &summary, &week::Network::new(&input, &estimates, &placed), &mut report)?;
    }
    report.given.push("the national forecast (no optimum: judged by forecast_backtest.csv)".into());
    report.given.push("key figures of the simulation, warnings, and the page are not recomputed".into());
    Ok(report)
}

/// Transfers and orders of the coming weeks.
fn weeks(
    folder: &Folder,
    summary: &serde_json::Value,
    network: &week::Network,
    report: &mut Report,
) -> Result<(), Refused> {
    let mut moved = Some(Vec::new());
    if let Some(text) = folder.maybe("transfers.csv")? {
        let sheet = Sheet::parse("transfers.csv", &text, b',')?;
        moved = week::read_transfers(network, &sheet, report)?;
        if let Some(moved) = &moved {
            week::transfers(folder, network, (&sheet, moved), Step::of(summary, "transfer").as_ref(), report)?;
        }
    }
    let (Some(moved), Some(text)) = (moved, folder.maybe("orders.csv")?) else { return Ok(()) };
    let step = Step::of(summary, "replenish");
    if network.input.locks || Step::of(summary, "changes").is_some() {
        report.given.push("orders: those decided by hand, or changed from last week's plan, are not covered".into());
        week::not_covered(step.as_ref(), report);
        return Ok(());
    }
    let cars: Vec<week::Car> = moved.into_iter().map(|m| m.1).collect();
    let sheet = Sheet::parse("orders.csv", &text, b',')?;
    match week::Goods::of(network).after(network, &cars) {
        Ok(goods) => {
            if let Some(text) = folder.maybe("redirected.csv")? {
                goods.check(network, &Sheet::parse("redirected.csv", &text, b',')?, report)?;
            }
            week::orders(folder, network, &goods, &sheet, step.as_ref(), report)
        }
        Err(what) => {
            report.wrong("transfers.csv", 0, what, "", "");
            Ok(())
        }
    }
}
