//! What a planner does on Monday: one task for each line of the plan that answers warnings, one for each dealer where a
//! person decides; the dearest first, and marked as far as they carry the day.

use super::{Review, Task, Warning};
use crate::evaluation::monitor::{Level, Status};
use crate::ids::{ModelId, RegionId, SiteId};
use std::collections::BTreeMap;

/// Part of the money of all red tasks that the tasks of today carry.
const TODAY: f64 = 0.8;
/// Tasks of today at the most: a planner's day.
const A_DAY: usize = 200;

/// When to see to a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Priority {
    /// The dearest red ones, which carry four fifths of the money of all red ones.
    Now,
    /// The other red ones.
    Next,
    /// Amber.
    Watch,
}

impl Priority {
    /// The word for tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Now => "now",
            Self::Next => "next",
            Self::Watch => "watch",
        }
    }
}

/// Warnings with one answer.
#[derive(Clone, Debug)]
pub struct Job<'a> {
    /// The warnings, dearest first.
    pub warnings: Vec<&'a Warning>,
    /// Their answer.
    pub task: Task,
    /// The loudest of them.
    pub level: Level,
    /// Money at stake in all of them.
    pub money: f64,
    /// Weeks until the first of them comes true.
    pub lead_weeks: f64,
    /// When to see to it.
    pub priority: Priority,
}

/// What is decided together.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Order(SiteId, SiteId, ModelId, usize),
    Transfer(SiteId, SiteId, ModelId),
    Dealer(SiteId),
    Other(Option<SiteId>, Option<RegionId>, Option<ModelId>),
}

fn key(w: &Warning) -> Key {
    match (w.task, w.site) {
        (Task::Order { plant, site, model, week, .. }, _) => Key::Order(plant, site, model, week),
        (Task::Transfer { from, to, model, .. }, _) => Key::Transfer(from, to, model),
        (Task::Decide, Some(site)) => Key::Dealer(site),
        (Task::Decide, None) => Key::Other(w.plant, w.region, w.model),
    }
}

impl Review {
    /// The tasks of the raised warnings, most urgent first.
    pub fn jobs(&self) -> Vec<Job<'_>> {
        let mut groups: BTreeMap<Key, Vec<&Warning>> = BTreeMap::new();
        for w in self.warnings.iter().filter(|w| w.status == Status::Raised) {
            groups.entry(key(w)).or_default().push(w);
        }
        let mut jobs: Vec<Job> = groups.into_values().map(job).collect();
        jobs.sort_by(|a, b| b.level.cmp(&a.level).then(b.money.total_cmp(&a.money)));
        let all: f64 = jobs.iter().filter(|j| j.level == Level::Red).map(|j| j.money).sum();
        let mut carried = 0.0;
        for (k, job) in jobs.iter_mut().enumerate() {
            job.priority = match job.level {
                Level::Red if k < A_DAY && carried < TODAY * all => Priority::Now,
                Level::Red => Priority::Next,
                Level::Amber => Priority::Watch,
            };
            carried += job.money;
        }
        jobs
    }
}

fn job(mut warnings: Vec<&Warning>) -> Job<'_> {
    warnings.sort_by(|a, b| b.finding.level.cmp(&a.finding.level).then(b.finding.money.total_cmp(&a.finding.money)));
    Job {
        task: warnings[0].task,
        level: warnings[0].finding.level,
        money: warnings.iter().map(|w| w.finding.money).sum(),
        lead_weeks: warnings.iter().map(|w| w.finding.lead_weeks).fold(f64::INFINITY, f64::min),
        priority: Priority::Watch,
        warnings,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluation::monitor::{Finding, Rule};
    use crate::ids::Id;

    fn warning(site: usize, model: usize, money: f64, level: Level, task: Task) -> Warning {
        let text = format!("{site}/{model}");
        let finding = Finding { level, probability: 0.5, money, lead_weeks: 1.0, text_zh: text.clone(), text };
        Warning {
            rule: Rule::StockOut,
            site: Some(SiteId::at(site)),
            model: Some(ModelId::at(model)),
            plant: None,
            region: None,
            finding,
            status: Status::Raised,
            reviews: 1,
            company: Vec::new(),
            task,
            left: None,
        }
    }

    #[test]
    fn one_task_a_line_and_one_a_dealer() {
        let order = |cars| {
            let (plant, site, model) = (SiteId::at(9), SiteId::at(1), ModelId::at(0));
            Task::Order { plant, site, model, week: 0, cars }
        };
        let review = Review {
            warnings: vec![
                warning(1, 0, 700.0, Level::Red, order(3)),
                warning(1, 1, 50.0, Level::Red, order(3)),
                warning(2, 0, 20.0, Level::Amber, Task::Decide),
                warning(2, 1, 80.0, Level::Red, Task::Decide),
                warning(3, 1, 150.0, Level::Red, Task::Decide),
                warning(4, 1, 1e6, Level::Amber, Task::Decide),
            ],
            ..Review::default()
        };
        let jobs = review.jobs();
        let seen: Vec<_> = jobs.iter().map(|j| (j.warnings.len(), j.money, j.priority.name())).collect();
        // 750 + 150 + 100 of red money: four fifths are carried by the first two.
        assert_eq!(seen, [(2, 750.0, "now"), (1, 150.0, "now"), (2, 100.0, "next"), (1, 1e6, "watch")]);
        assert_eq!(jobs[2].warnings[0].finding.text, "2/1", "the red one speaks for the dealer");
    }
}
