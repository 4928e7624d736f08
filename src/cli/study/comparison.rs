//! All worked points put side by side: tables, the database for questions, and words.

use super::super::exit;
use super::super::terminal::{print, say};
use super::{CHUNK, Desk};
use crate::io::results::{Hold, Stage, folder::parent_and_name, table};
use crate::planning::Error;
use crate::progress::Observer;
use crate::study::SEMANTICS;
use crate::study::page;
use crate::study::points::Point;
use crate::study::report::{Collector, Compared};
use crate::study::store::Kind;
use crate::study::tables::{DATABASE, Tables};
use crate::study::task::{self, Worked};
use rayon::prelude::*;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::fmt::{Display, Write as _};

/// What a comparison consists of, beside its provenance.
const FILES: [&str; 7] =
    ["points.csv", "points.parquet", "runs.parquet", DATABASE, "effects.csv", "study.json", "study.html"];

impl Desk {
    /// Keys of all points.
    fn keys(&self) -> Vec<String> {
        let key = |i: usize| task::keys(&self.base, &self.study, &self.point(i), &self.options).point;
        (0..self.count()).into_par_iter().map(key).collect()
    }

    /// Reads every point and writes the comparison, unless it stands there already. `keys` are those of all points.
    pub(super) fn compare(&self, keys: Option<Vec<String>>) -> Result<u8, u8> {
        let keys = keys.unwrap_or_else(|| self.keys());
        let missing: Vec<usize> = (0..keys.len()).filter(|&i| !self.store.has(Kind::Point, &keys[i])).collect();
        if !missing.is_empty() {
            return Err(self.lacking(&missing));
        }
        let content = content(&self.hash, &keys);
        let summary = match self.kept(&content) {
            Some(summary) => summary,
            None => self.anew(&keys, &content)?,
        };
        let text = if self.json { format!("{summary}\n") } else { told(&summary, &self.out.display()) };
        Ok(print(&text))
    }

    fn lacking(&self, missing: &[usize]) -> u8 {
        let few: Vec<String> = missing.iter().take(5).map(|i| (i + 1).to_string()).collect();
        let more = if missing.len() > 5 { ", …" } else { "" };
        say(&format!(
            "{} of {} points are not worked yet ({}{more}): `forecourt study run` works them",
            missing.len(),
            self.count(),
            few.join(", ")
        ));
        exit::LIMIT
    }

    /// The summary of a comparison of just these points, when it is whole.
    fn kept(&self, content: &str) -> Option<Value> {
        let read = |name: &str| serde_json::from_slice::<Value>(&std::fs::read(self.out.join(name)).ok()?).ok();
        let whole = FILES.iter().all(|f| self.out.join(f).is_file());
        let same = read("provenance.json")?["content_sha256"] == content;
        (whole && same).then(|| read("study.json"))?
    }

    /// The comparison made and written.
    fn anew(&self, keys: &[String], content: &str) -> Result<Value, u8> {
        let unwritable = |e: &dyn Display| {
            say(&format!("forecourt: {e}"));
            exit::CANNOT_WRITE
        };
        // First of all: what a killed run has left goes, and nobody else begins the same.
        let _hold = Hold::take(&self.out).map_err(|e| unwritable(&e))?;
        let (parent, name) = parent_and_name(&self.out);
        let mut collector = Collector::new(&self.study);
        let mut tables = Tables::begin(&self.study, &parent, &name).map_err(|e| unwritable(&e))?;
        self.watch.stage("compare", keys.len() as u64);
        for from in (0..keys.len()).step_by(CHUNK) {
            if self.options.stop.raised() {
                return Err(self.failed(None, &Error::Stopped.into()));
            }
            let read = |i: usize| Some((self.point(i), self.store.read::<Worked>(Kind::Point, &keys[i])?));
            let all = from..keys.len().min(from + CHUNK);
            let points: Option<Vec<(Point, Worked)>> = all.into_par_iter().map(read).collect();
            let points = points.ok_or_else(|| unwritable(&"a worked point cannot be read any more; run it again"))?;
            for (point, worked) in points {
                collector.add(&point, &worked);
                tables.add(&point, &worked).map_err(|e| unwritable(&e))?;
                self.watch.advance(1);
            }
        }
        self.watch.finish();
        let found = collector.compared();
        let summary = self.summary(&found);
        let mut stage = Stage::new();
        stage.start_fresh();
        for (name, file) in tables.finish(&found).map_err(|e| unwritable(&e))? {
            stage.take(name, file);
        }
        let mut effects = vec![["axis", "value", "profit_mean"].map(String::from).to_vec()];
        for e in &found.effects {
            effects.extend(e.by_value.iter().map(|(v, p)| vec![e.axis.clone(), v.clone(), p.to_string()]));
        }
        stage.put("effects.csv", table::text(effects).into_bytes());
        stage.put("study.json", pretty(&summary));
        let counted = (keys.len(), self.hash.as_str());
        let facts = page::facts(&self.study, &self.title, found, &self.options, counted, |i| self.point(i));
        stage.put("study.html", crate::report::study::page(&facts).into_bytes());
        let made = json!({
            "program": {"name": env!("CARGO_PKG_NAME"), "version": env!("CARGO_PKG_VERSION"), "results_format": 1},
            "study_sha256": self.hash, "content_sha256": content, "semantics": SEMANTICS,
            "run": {"seconds_total": (self.effort.seconds() * 1e3).round() / 1e3},
        });
        stage.put("provenance.json", pretty(&made));
        stage.commit(&self.out).map_err(|e| unwritable(&e))?;
        Ok(summary)
    }

    fn summary(&self, found: &Compared) -> Value {
        let shown = |index: usize| -> Value {
            let point = self.point(index);
            let pairs = self.study.shown(&point).map(|(axis, value)| (axis.name.clone(), json!(value)));
            Value::Object(pairs.collect())
        };
        let ranking: Vec<Value> = found
            .ranking
            .iter()
            .map(|r| {
                json!({"point": r.index + 1, "axes": shown(r.index), "profit": r.profit, "behind": r.behind.mean,
                       "behind_low": r.behind.low(), "behind_high": r.behind.high()})
            })
            .collect();
        let effects: Vec<Value> = found
            .effects
            .iter()
            .map(|e| json!({"axis": e.axis, "width": e.width, "profit_by_value": e.by_value}))
            .collect();
        let regrets: Vec<Value> = found
            .regrets
            .iter()
            .take(page::REGRETS)
            .map(|r| json!({"decision": r.decision, "regret": r.regret, "worst_world": r.world, "mean_profit": r.mean}))
            .collect();
        json!({
            "study": self.study.id, "points": self.count(), "with_plan": found.briefs.len(),
            "without_plan": found.without_plan, "replications": self.options.replications,
            "precision": self.options.precision, "seed": self.options.seed, "repeatable": true,
            "best_is_best_with_probability": found.sure, "ranking": ranking, "effects": effects,
            "front": found.front.iter().map(|i| i + 1).collect::<Vec<_>>(), "regrets": regrets,
        })
    }
}

/// Digest of the study's file and of all that its points depend on.
fn content(study: &str, keys: &[String]) -> String {
    let mut hash = Sha256::new();
    for part in std::iter::once(study).chain(keys.iter().map(String::as_str)) {
        hash.update(part.as_bytes());
        hash.update([b'\n']);
    }
    crate::digest::hex(&hash.finalize())
}

fn pretty(value: &Value) -> Vec<u8> {
    let mut text = serde_json::to_string_pretty(value).unwrap_or_default();
    text.push('\n');
    text.into_bytes()
}

/// The comparison on a terminal, from its summary.
fn told(summary: &Value, out: &dyn Display) -> String {
    let number = |v: &Value| v.as_f64().unwrap_or_default();
    let list = |v: &Value| v.as_array().cloned().unwrap_or_default();
    let word = |v: &Value| v.as_str().map_or_else(|| v.to_string(), str::to_owned);
    let mut text = format!(
        "{} points, {} with a plan, {} without\n",
        summary["points"], summary["with_plan"], summary["without_plan"]
    );
    let _ = writeln!(text, "best plans by yearly profit, million (less the first, run by run, 95 %):");
    for r in list(&summary["ranking"]).iter().take(10) {
        let axes = r["axes"].as_object().cloned().unwrap_or_default();
        let at: Vec<String> = axes.iter().map(|(a, v)| format!("{a} {}", word(v))).collect();
        let half = (number(&r["behind_high"]) - number(&r["behind_low"])) / 2.0;
        let apart = format!("{:.3} ± {:.3}", number(&r["behind"]) / 1e6, half / 1e6);
        let _ = writeln!(text, "{:>14.3} {apart:>22}  {}", number(&r["profit"]) / 1e6, at.join(", "));
    }
    let (sure, ranked) = (number(&summary["best_is_best_with_probability"]), list(&summary["ranking"]).len());
    let _ = writeln!(text, "no other of these {ranked} is better than the first, with probability at least {sure:.4}");
    let _ = writeln!(text, "what each axis moves (largest less smallest mean profit, million):");
    for e in list(&summary["effects"]) {
        let value = |v: &Value| format!("{}: {:.3}", word(&v[0]), number(&v[1]) / 1e6);
        let values: Vec<String> = list(&e["profit_by_value"]).iter().map(value).collect();
        let _ = writeln!(text, "{:>14.3}  {} ({})", number(&e["width"]) / 1e6, word(&e["axis"]), values.join(", "));
    }
    let front: Vec<String> = list(&summary["front"]).iter().take(20).map(Value::to_string).collect();
    let _ = writeln!(text, "not beaten on profit, service and capital together: points {}", front.join(", "));
    if let Some(r) = list(&summary["regrets"]).first() {
        let words = |v: &Value| list(v).iter().map(word).collect::<Vec<_>>().join(", ");
        let worst = match number(&r["regret"]) {
            0.0 => "the best in every world".to_owned(),
            regret => {
                format!(
                    "at worst {:.3} million behind the best, in the world {}",
                    regret / 1e6,
                    words(&r["worst_world"])
                )
            }
        };
        let _ = writeln!(text, "most robust decision: {} ({worst})", words(&r["decision"]));
    }
    let _ = writeln!(text, "results: {out}; open study.html there in a browser");
    text
}
