//! monitor.json: what the warnings of one Monday review leave for the next.

use super::between;
use crate::evaluation::monitor::{Finding, Level, Memory, Place, Rule};
use crate::ids::Id;
use crate::scenario::Scenario;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::Path;

/// The file's name.
pub const FILE: &str = "monitor.json";

#[derive(Serialize, Deserialize)]
struct Line {
    rule: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    site: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    model: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    plant: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    region: String,
    red: bool,
    probability: f64,
    money: f64,
    lead_weeks: f64,
    text: String,
    text_zh: String,
    present: u32,
    absent: u32,
    shown: u32,
}

/// What the last review before `today` remembered; a note when the file cannot be used.
pub fn read(folder: &Path, scenario: &Scenario, today: Date) -> (Vec<Memory>, Option<String>) {
    let (lines, note) = between::read(&folder.join(FILE), &scenario.id, today, "warnings start afresh");
    (memories(&lines, scenario), note)
}

/// The file's text after a review.
pub fn write(scenario: &Scenario, before: &[Memory], after: &[Memory]) -> Vec<u8> {
    let lines = |memory: &[Memory]| memory.iter().map(|m| line(m, scenario)).collect();
    between::write(scenario, lines(before), lines(after))
}

fn line(m: &Memory, scenario: &Scenario) -> Line {
    let site = |s: Option<usize>| s.map(|s| scenario.network.sites[Id::at(s)].code.clone()).unwrap_or_default();
    // What cannot be written as a number (endless lead time) is kept as a very long one.
    let finite = |x: f64| if x.is_finite() { x } else { 1e6 };
    Line {
        rule: m.rule.name().into(),
        site: site(m.place.dealer),
        model: m.place.model.map(|k| scenario.catalogue.models[Id::at(k)].code.clone()).unwrap_or_default(),
        plant: site(m.place.source),
        region: m.place.region.map(|k| scenario.network.regions[Id::at(k)].name.clone()).unwrap_or_default(),
        red: m.finding.level == Level::Red,
        probability: finite(m.finding.probability),
        money: finite(m.finding.money),
        lead_weeks: finite(m.finding.lead_weeks),
        text: m.finding.text.clone(),
        text_zh: m.finding.text_zh.clone(),
        present: m.present,
        absent: m.absent,
        shown: m.shown,
    }
}

/// Lines whose places are still in the scenario.
fn memories(lines: &[Line], scenario: &Scenario) -> Vec<Memory> {
    let sites: BTreeMap<&str, usize> =
        scenario.network.sites.iter().map(|(id, s)| (s.code.as_str(), id.index())).collect();
    let models: BTreeMap<&str, usize> =
        scenario.catalogue.models.iter().map(|(id, m)| (m.code.as_str(), id.index())).collect();
    let regions: BTreeMap<&str, usize> =
        scenario.network.regions.iter().map(|(id, r)| (r.name.as_str(), id.index())).collect();
    let find = |map: &BTreeMap<&str, usize>, name: &str| {
        if name.is_empty() { Some(None) } else { map.get(name).map(|&k| Some(k)) }
    };
    lines
        .iter()
        .filter_map(|l| {
            Some(Memory {
                place: Place {
                    dealer: find(&sites, &l.site)?,
                    model: find(&models, &l.model)?,
                    source: find(&sites, &l.plant)?,
                    region: find(&regions, &l.region)?,
                },
                rule: Rule::ALL.into_iter().find(|r| r.name() == l.rule)?,
                finding: Finding {
                    level: if l.red { Level::Red } else { Level::Amber },
                    probability: l.probability,
                    money: l.money,
                    lead_weeks: l.lead_weeks,
                    text: l.text.clone(),
                    text_zh: l.text_zh.clone(),
                },
                present: l.present,
                absent: l.absent,
                shown: l.shown,
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluation::monitor::{Action, Status, Tracker};

    fn tiny() -> Scenario {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/tiny");
        crate::io::scenario::read(&folder).unwrap().0
    }

    fn amber(scenario: &Scenario) -> Vec<(Rule, Place, Finding, Action)> {
        let dealer = scenario.network.sites.iter().find(|(_, s)| s.code == "D2").unwrap().0.index();
        let place = Place { dealer: Some(dealer), model: Some(0), source: None, region: Some(0) };
        let finding = Finding {
            level: Level::Amber,
            probability: 0.2,
            money: 5.0,
            lead_weeks: f64::INFINITY,
            text: "a, \"b\"".into(),
            text_zh: "中".into(),
        };
        vec![(Rule::Excess, place, finding, Action::Decide)]
    }

    /// Three Mondays through the file: pending, the same Monday again pending, raised a week later.
    #[test]
    fn a_monday_counts_once_however_often_it_is_reviewed() {
        let home = tempfile::tempdir().unwrap();
        let mut scenario = tiny();
        let review = |scenario: &Scenario, findings| {
            let (before, note) = read(home.path(), scenario, scenario.today);
            assert_eq!(note, None);
            let mut tracker = Tracker::remembering(before.clone());
            let shown = tracker.review(findings);
            std::fs::write(home.path().join(FILE), write(scenario, &before, &tracker.memory())).unwrap();
            shown.first().map(|w| w.status)
        };
        assert_eq!(review(&scenario, amber(&scenario)), Some(Status::Pending));
        assert_eq!(review(&scenario, amber(&scenario)), Some(Status::Pending));
        scenario.today = scenario.today.saturating_add(jiff::Span::new().days(7));
        assert_eq!(review(&scenario, amber(&scenario)), Some(Status::Raised));
        // The same second Monday without it: it starts again from the first Monday's memory, where it only waited.
        assert_eq!(review(&scenario, vec![]), None);
    }

    #[test]
    fn what_cannot_be_used_is_said_and_left_out() {
        let home = tempfile::tempdir().unwrap();
        let scenario = tiny();
        let said = |text: &str| {
            std::fs::write(home.path().join(FILE), text).unwrap();
            let (memory, note) = read(home.path(), &scenario, scenario.today);
            assert!(memory.is_empty());
            note.unwrap_or_default()
        };
        assert!(said("{").contains("start afresh"));
        let of = |id: &str, day: &str| format!(r#"{{"scenario":"{id}","review":"{day}","before":[],"after":[]}}"#);
        assert!(said(&of("china", "2026-06-22")).contains("another scenario"));
        assert!(said(&of("tiny", "2026-07-06")).contains("later Monday"));
        assert_eq!(said(&of("tiny", "2026-06-22")), "");
    }
}
