//! What is really on the road, as a variant of the scenario, and where stock will be missing.

use super::TrackArgs;
use crate::days;
use crate::ids::{Id, ModelId, SiteId, Week};
use crate::io::market::positions::Positions;
use crate::market::transit::eta::{Eta, arrival};
use crate::planning::tracked::{Tracked, monday, tracked};
use crate::scenario::Scenario;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fmt::Write;

/// Name of the variant's file.
pub(super) const VARIANT: &str = "tracked.toml";
/// Rows shown on the terminal.
const SHOWN: usize = 10;

fn sites(scenario: &Scenario) -> BTreeMap<&str, SiteId> {
    scenario.network.stores().map(|(s, site)| (site.code.as_str(), s)).collect()
}

fn models(scenario: &Scenario) -> BTreeMap<&str, ModelId> {
    scenario.catalogue.models.iter().map(|(m, model)| (model.code.as_str(), m)).collect()
}

/// Refuses reports of dealers or models that the scenario does not have.
pub(super) fn known(scenario: &Scenario, read: &Positions) -> Result<(), String> {
    let (sites, models) = (sites(scenario), models(scenario));
    let mut strange: Vec<String> =
        read.dealers.iter().filter(|d| !sites.contains_key(d.as_str())).map(|d| format!("dealer \"{d}\"")).collect();
    let mut names: Vec<&str> = read.cars.iter().map(|c| c.model.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    strange.extend(names.into_iter().filter(|m| !models.contains_key(m)).map(|m| format!("model \"{m}\"")));
    if strange.is_empty() {
        return Ok(());
    }
    let (shown, more) = (strange.len().min(SHOWN), strange.len().saturating_sub(SHOWN));
    let rest = if more > 0 { format!(" and {more} more") } else { String::new() };
    Err(format!("not in the scenario: {}{rest}. Write the ids of its tables", strange[..shown].join(", ")))
}

/// The table of cars under way beside what is reported.
pub(super) struct Replan<'a> {
    scenario: &'a Scenario,
    found: Tracked,
    /// Cars that have come since the scenario's today.
    arrived: usize,
    /// Hours by which the present lies before it.
    early: f64,
}

impl<'a> Replan<'a> {
    pub(super) fn new(scenario: &'a Scenario, read: &Positions, under_way: &[(usize, Eta)], now: f64) -> Self {
        let (sites, models) = (sites(scenario), models(scenario));
        let start = 24.0 * days::number(scenario.today) as f64;
        // What should be there already comes in the first week.
        let week = |hour: f64| Week::at(((hour - start) / 168.0).floor().max(0.0) as usize);
        let place = |k: usize| {
            let car = &read.cars[k];
            Some((*sites.get(read.dealers[car.dealer].as_str())?, *models.get(car.model.as_str())?))
        };
        // The stock of today lacks what has come since: it stands for what the table expected first.
        let since = read.cars.iter().enumerate().filter_map(|(k, c)| Some((k, arrival(&c.trip)?)));
        let since = since.filter(|a| (start..=now).contains(&a.1)).map(|(k, hour)| (k, Some(week(hour))));
        let coming = under_way.iter().map(|(k, eta)| (*k, eta.quantile(0.5).map(week)));
        let with_place = |(k, week)| place(k).map(|(site, model)| (site, model, week));
        let mut cars: Vec<(SiteId, ModelId, Option<Week>)> = since.filter_map(with_place).collect();
        let arrived = cars.len();
        cars.extend(coming.filter_map(with_place));
        Self { scenario, found: tracked(scenario, &cars), arrived, early: (start - now).max(0.0) }
    }

    fn names(&self, site: SiteId, model: ModelId) -> (&str, &str) {
        (&self.scenario.network.sites[site].code, &self.scenario.catalogue.models[model].code)
    }

    /// The variant: the rows of every store and model that is tracked, written anew.
    pub(super) fn variant(&self) -> String {
        let quoted = |text: &str| toml::Value::String(text.to_owned()).to_string();
        let mut text = String::from("# Written by `forecourt track`: cars under way as they are reported.\n");
        let _ = writeln!(text, "name = \"Cars as tracked\"\nname_zh = \"按在途跟踪\"");
        for &(site, model) in &self.found.pairs {
            let (s, m) = self.names(site, model);
            // A patch that meets no row would be a fault.
            if self.scenario.in_transit.iter().any(|r| (r.site, r.model) == (site, model)) {
                let (s, m) = (quoted(s), quoted(m));
                let _ = writeln!(
                    text,
                    "\n[[patch]]\ntable = \"in_transit\"\nwhere = {{ site_id = {s}, model_id = {m} }}\nremove = true"
                );
            }
        }
        let row = |r: &crate::scenario::InTransit| {
            let (s, m) = self.names(r.site, r.model);
            let promised = r.promised.map_or_else(String::new, |p| format!(", promised_week_start = \"{p}\""));
            let week = monday(self.scenario, r.week);
            let (s, m) = (quoted(s), quoted(m));
            format!(
                "  {{ site_id = {s}, model_id = {m}, arrival_week_start = \"{week}\", cars = {}{promised} }},\n",
                r.cars
            )
        };
        if !self.found.rows.is_empty() {
            text += "\n[[patch]]\ntable = \"in_transit\"\nrows = [\n";
            self.found.rows.iter().for_each(|r| text += &row(r));
            text += "]\n";
        }
        text
    }

    pub(super) fn json(&self) -> Value {
        let f = &self.found;
        json!({ "later": f.later, "sooner": f.sooner, "unknown": f.unknown, "lost": f.lost, "pairs": f.pairs.len(),
            "arrived": self.arrived, "hours_before_today": self.early })
    }

    pub(super) fn text(&self, args: &TrackArgs) -> String {
        let f = &self.found;
        let mut text = format!(
            "\nagainst the table of cars under way: {} arrive in a later week, {} in an earlier one, {} are not in it, {} are lost\n",
            f.later, f.sooner, f.unknown, f.lost
        );
        if self.arrived > 0 {
            let _ = writeln!(text, "of these {} have come since the scenario's today", self.arrived);
        }
        if self.early > 0.0 {
            let (days, today) = (self.early / 24.0, self.scenario.today);
            let _ = writeln!(
                text,
                "warning: the present lies {days:.1} days before the scenario's today, {today}: cars that come until then are counted in \
                 its first week. Give later reports, or check the scenario's today"
            );
        }
        if let (Some(out), Some(scenario)) = (&args.out, &args.scenario) {
            let _ = writeln!(
                text,
                "plan again with them: forecourt transfer {s} --variant {v}, then forecourt replenish {s} --variant {v}",
                s = scenario.display(),
                v = out.join(VARIANT).display()
            );
        }
        text
    }
}
