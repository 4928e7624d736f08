//! Customers who are alike, on the terminal.

use super::{FEWEST, Failure};
use crate::market::customers::Customer;
use crate::market::customers::clusters::{self, Mark, Profile, STABLE, SUBSTANCE, Trial};
use crate::market::customers::fit::FitError;
use crate::market::customers::value::Outlook;
use serde_json::{Value, json};
use std::fmt::Write;

/// Into how many groups; 0: as many as the data argue for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Groups(usize);

/// Reads what `--clusters` says.
pub(super) fn wanted(text: &str) -> Result<Groups, String> {
    match text.trim() {
        "auto" => Ok(Groups(0)),
        number => match number.parse() {
            Ok(n) if (2..=12).contains(&n) => Ok(Groups(n)),
            _ => Err("give auto or a whole number from 2 to 12".into()),
        },
    }
}

/// Key of the samples on which the number of groups is argued.
const SEED: u64 = 1;

/// Customers who are alike.
pub(super) struct Grouped {
    /// The group of every customer; none where no number of groups is stable.
    pub of: Option<Vec<usize>>,
    profiles: Vec<Profile>,
    /// All customers, whom groups are compared with.
    everybody: Profile,
    trials: Vec<Trial>,
}

impl Grouped {
    pub(super) fn new(n: Groups, customers: &[Customer], found: &[Outlook], amounts: bool) -> Result<Self, Failure> {
        let rows = clusters::features(customers, found, amounts);
        let (made, trials) = clusters::clusters(&rows, Some(n.0).filter(|n| *n > 0), SEED)
            .map_err(|e| Failure::Fit(FitError::Data(e.to_string())))?;
        let everybody = clusters::everybody(customers, found);
        let Some(made) = made else { return Ok(Self { of: None, profiles: Vec::new(), everybody, trials }) };
        let (profiles, of) = clusters::profiles(&made.group, customers, found);
        Ok(Self { of: Some(of), profiles, everybody, trials })
    }

    pub(super) fn json(&self) -> Value {
        let profile = |(k, p): (usize, &Profile)| {
            let seen = p.customers >= FEWEST;
            json!({ "group": k + 1, "customers": seen.then_some(p.customers), "repeats": seen.then_some(p.repeats),
                "since": seen.then_some(p.since), "amount": seen.then_some(p.amount), "active": seen.then_some(p.active),
                "value": seen.then_some(p.value), "known_by": seen.then(|| p.marks(&self.everybody).iter().map(|m| m.code()).collect::<Vec<_>>()) })
        };
        let trial = |t: &Trial| json!({ "groups": t.groups, "silhouette": t.silhouette, "stability": t.stability, "inertia": t.inertia });
        json!({ "profiles": self.profiles.iter().enumerate().map(profile).collect::<Vec<_>>(),
            "trials": self.trials.iter().map(trial).collect::<Vec<_>>() })
    }

    pub(super) fn text(&self, unit: &str) -> String {
        let mut text = String::new();
        if !self.trials.is_empty() {
            text += "how many groups (agreement of groupings of parts; silhouette):\n";
            for t in &self.trials {
                let chosen = if t.groups == self.profiles.len() { "  taken" } else { "" };
                let _ = writeln!(text, "  {:>3} {:>10.3} {:>10.3}{chosen}", t.groups, t.stability, t.silhouette);
            }
        }
        if self.of.is_none() {
            let _ = writeln!(
                text,
                "no number of groups is stable and of substance (agreement {STABLE}, silhouette {SUBSTANCE} or more): customers are not grouped"
            );
            return text;
        }
        if let Some(best) = self.trials.iter().find(|t| t.groups == self.profiles.len()) {
            let _ = writeln!(text, "  {}", told(best.silhouette));
        }
        let _ = writeln!(
            text,
            "  group  customers  repeats  {unit} since    amount   active          value  against all customers"
        );
        for (k, p) in self.profiles.iter().enumerate() {
            if p.customers < FEWEST {
                let _ = writeln!(text, "  {:>5}  fewer than {FEWEST} customers", k + 1);
                continue;
            }
            let (since, wide) = (p.since, unit.len() + 6);
            let _ = writeln!(
                text,
                "  {:>5} {:>10} {:>8.1} {since:>wide$.1} {:>10.2} {:>6.1} % {:>14.2}  {}",
                k + 1,
                p.customers,
                p.repeats,
                p.amount,
                100.0 * p.active,
                p.value,
                p.marks(&self.everybody).into_iter().map(words).collect::<Vec<_>>().join(", ")
            );
        }
        text
    }
}

/// What a silhouette says (Kaufman and Rousseeuw 1990, table 4).
fn told(silhouette: f64) -> &'static str {
    match silhouette {
        s if s > 0.7 => "the groups stand far apart",
        s if s > 0.5 => "the groups stand apart",
        _ => "the groups run into each other: read them as a way to sort customers",
    }
}

fn words(mark: Mark) -> &'static str {
    match mark {
        Mark::Often => "buy often",
        Mark::Seldom => "buy seldom",
        Mark::LongAgo => "bought long ago",
        Mark::Lately => "bought lately",
        Mark::Much => "spend much",
        Mark::Little => "spend little",
    }
}
