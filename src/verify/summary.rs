//! summary.json: its figures against what the tables give.

use super::answer::{Answer, Report};
use super::interval::Interval;
use serde_json::{Map, Value};

/// Its file.
pub const FILE: &str = "summary.json";

/// The figures of one step.
pub struct Step<'a> {
    name: &'static str,
    values: &'a Map<String, Value>,
}

impl<'a> Step<'a> {
    /// A step of the summary, when it was run.
    pub fn of(summary: &'a Value, name: &'static str) -> Option<Self> {
        let values = summary.get("steps")?.get(name)?.as_object()?;
        Some(Self { name, values })
    }

    fn at(&self, key: &str) -> String {
        format!("steps.{}.{key}", self.name)
    }

    /// A figure as it stands there.
    pub fn figure(&self, key: &str) -> Option<f64> {
        self.values.get(key).and_then(Value::as_f64)
    }

    fn says(&self, key: &str) -> String {
        self.values.get(key).map_or_else(|| "nothing".into(), ToString::to_string)
    }

    /// Whether a flag is set.
    pub fn flag(&self, key: &str) -> bool {
        self.values.get(key) == Some(&Value::Bool(true))
    }

    /// A number within `play` of what the tables give.
    pub fn number(&self, key: &str, right: Interval, play: f64, report: &mut Report) {
        report.compared += 1;
        if !self.figure(key).is_some_and(|x| right.holds(x, play)) {
            report.wrong(FILE, 0, self.at(key), self.says(key), format!("{:.6}", right.mid()));
        }
    }

    /// Money to the hundredth.
    pub fn money(&self, key: &str, right: Interval, report: &mut Report) {
        let size = right.hi.abs().max(right.lo.abs());
        self.number(key, right, 0.0051 + 1e-12 * size, report);
    }

    /// A claimed bound (`side` 1: nothing is above, -1: nothing is below) must be the one that is proved here: a better
    /// one is not proved, a worse one is not what the certificate says.
    /// Rounded to hundredths by one arithmetic and proved by another, they may be `width` (a share) apart.
    pub fn bound(&self, key: &str, proved: f64, side: f64, width: f64, report: &mut Report) {
        let play = 0.011 + width * proved.abs();
        report.compared += 1;
        if !self.figure(key).is_some_and(|x| (x - proved).abs() <= play) {
            let better = self.figure(key).is_some_and(|x| (proved - x) * side > 0.0);
            let what = if better { "a bound that nothing proves" } else { "a bound other than the certificate's" };
            report.wrong(FILE, 0, format!("{}: {what}", self.at(key)), self.says(key), format!("{proved:.2}"));
        }
    }

    /// A claim that nothing here proves, and that nothing contradicts: between two figures.
    pub fn between(&self, key: &str, low: f64, high: f64, report: &mut Report) {
        let play = 0.02 + 1e-7 * high.abs();
        self.number(key, Interval::new(low, high), play, report);
    }

    /// The parts of a cost, rounded to hundredths.
    pub fn parts(&self, key: &str, right: &[(&str, f64)], report: &mut Report) {
        let parts = self.values.get(key).and_then(Value::as_object);
        for (name, value) in right {
            let says = parts.and_then(|p| p.get(*name)).and_then(Value::as_f64);
            report.compared += 1;
            if !says.is_some_and(|x| (x - value).abs() <= 0.005 + 1e-9 + 1e-12 * value.abs()) {
                let says = says.map_or_else(|| "nothing".into(), |x| x.to_string());
                report.wrong(FILE, 0, format!("{}.{name}", self.at(key)), says, format!("{value:.2}"));
            }
        }
    }

    /// The gap of two figures of the summary, rounded to nine decimals.
    pub fn gap(&self, key: &str, objective: &str, bound: &str, report: &mut Report) {
        let (Some(o), Some(b)) = (self.figure(objective), self.figure(bound)) else { return };
        let gap = (b - o).abs() / o.abs().max(1.0);
        // Both figures are rounded to hundredths.
        let play = 0.6e-9 + 0.011 / o.abs().max(1.0);
        self.number(key, Interval::point(gap), play, report);
    }

    /// The grade.
    pub fn grade(&self, answer: &Answer, report: &mut Report) {
        report.compared += 1;
        if self.values.get("grade").and_then(Value::as_str) != Some(answer.grade.letter()) {
            report.wrong(FILE, 0, self.at("grade"), self.says("grade"), answer.grade.letter());
        }
    }

    /// The word for the gap.
    pub fn status(&self, answer: &Answer, report: &mut Report) {
        report.compared += 1;
        let says = self.values.get("status").and_then(Value::as_str).unwrap_or("");
        // Without a bound of its own, verification cannot contradict.
        let fits = match (says, answer.gap()) {
            ("optimal", Some(gap)) => gap <= 2e-6,
            ("optimal" | "gap", _) => true,
            _ => false,
        };
        if !fits {
            report.wrong(FILE, 0, self.at("status"), self.says("status"), "gap");
        }
    }
}
