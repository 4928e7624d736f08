//! standings.json: how every dealer stood at one Monday review, for the next.

use super::between;
use crate::evaluation::health::tier::{Measure, Memory, Tier};
use crate::ids::SiteId;
use crate::scenario::Scenario;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::Path;

/// The file's name.
pub const FILE: &str = "standings.json";

#[derive(Serialize, Deserialize)]
struct Line {
    site: String,
    tier: String,
    since: String,
    moved: bool,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    wrong: Vec<String>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    seen: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    first_seen: String,
}

/// How dealers stood at the last review before today; a note when the file cannot be used.
pub fn read(folder: &Path, scenario: &Scenario) -> (BTreeMap<SiteId, Memory>, Option<String>) {
    let afresh = "tiers start afresh";
    let (lines, note) = between::read::<Line>(&folder.join(FILE), &scenario.id, scenario.today, afresh);
    let sites: BTreeMap<&str, SiteId> = scenario.network.sites.iter().map(|(id, s)| (s.code.as_str(), id)).collect();
    (lines.iter().filter_map(|l| Some((*sites.get(l.site.as_str())?, memory(l)?))).collect(), note)
}

/// The file's text after a review.
pub fn write(scenario: &Scenario, before: &BTreeMap<SiteId, Memory>, after: &BTreeMap<SiteId, Memory>) -> Vec<u8> {
    let lines = |all: &BTreeMap<SiteId, Memory>| all.iter().map(|(s, m)| line(scenario, *s, m)).collect();
    between::write(scenario, lines(before), lines(after))
}

fn line(scenario: &Scenario, site: SiteId, m: &Memory) -> Line {
    Line {
        site: scenario.network.sites[site].code.clone(),
        tier: m.tier.word().into(),
        since: m.since.to_string(),
        moved: m.moved,
        wrong: m.wrong.iter().map(|m| m.word().into()).collect(),
        seen: m.seen.map(|s| s.0.word().into()).unwrap_or_default(),
        first_seen: m.seen.map(|s| s.1.to_string()).unwrap_or_default(),
    }
}

/// `None` of a line that nobody wrote so.
fn memory(l: &Line) -> Option<Memory> {
    let tier = |word: &str| [Tier::Green, Tier::Amber, Tier::Red].into_iter().find(|t| t.word() == word);
    let measure = |word: &String| Measure::ALL.into_iter().find(|m| m.word() == word);
    let seen = tier(&l.seen).zip(l.first_seen.parse().ok());
    Some(Memory {
        wrong: l.wrong.iter().filter_map(measure).collect(),
        tier: tier(&l.tier)?,
        since: l.since.parse::<Date>().ok()?,
        moved: l.moved,
        seen,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn what_is_written_is_read_at_the_next_monday() {
        let home = tempfile::tempdir().unwrap();
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/tiny");
        let mut scenario = crate::io::scenario::read(&folder).unwrap().0;
        let dealers = scenario.network.sites.iter().filter(|(_, s)| s.code.starts_with('D')).map(|s| s.0);
        let one = |seen: Option<(Tier, Date)>| Memory {
            wrong: vec![Measure::Coefficient, Measure::Inversion],
            tier: Tier::Red,
            since: date(2026, 6, 1),
            moved: seen.is_some(),
            seen,
        };
        let seen = [None, Some((Tier::Green, date(2026, 6, 15)))];
        let after: BTreeMap<SiteId, Memory> = dealers.zip(seen.into_iter().cycle()).map(|(s, m)| (s, one(m))).collect();
        assert!(after.len() > 1);
        std::fs::write(home.path().join(FILE), write(&scenario, &BTreeMap::new(), &after)).unwrap();
        assert_eq!(read(home.path(), &scenario), (BTreeMap::new(), None), "the same Monday starts where the first did");
        scenario.today = scenario.today.saturating_add(jiff::Span::new().days(7));
        assert_eq!(read(home.path(), &scenario), (after, None));
        std::fs::write(home.path().join(FILE), "{").unwrap();
        assert!(read(home.path(), &scenario).1.unwrap().ends_with("tiers start afresh"));
    }
}
