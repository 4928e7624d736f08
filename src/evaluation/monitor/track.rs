use super::{Action, Finding, Level, Place, Rule};
use std::collections::BTreeMap;

/// Reviews in a row that raise a warning, and that take it down.
const REVIEWS: u32 = 2;

/// Where a warning stands in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    /// Raised by this review; wants an answer.
    Raised,
    /// Raised before, not seen by this review; goes if the next one does not see it either.
    Clearing,
    /// Seen for the first time; raised if the next review sees it too.
    Pending,
}

/// A warning as it is shown.
#[derive(Clone, Debug, PartialEq)]
pub struct Warning {
    /// The rule.
    pub rule: Rule,
    /// Where.
    pub place: Place,
    /// What the rule found at the last review that raised it.
    pub finding: Finding,
    /// What answers it.
    pub action: Action,
    /// Where it stands in its life.
    pub status: Status,
    /// Reviews it has stood for.
    pub reviews: u32,
    /// Other rules raised at the same dealer and model, dearest first.
    pub company: Vec<Rule>,
}

/// What is remembered of one warning from review to review.
#[derive(Clone, Debug, PartialEq)]
pub struct Memory {
    /// Where.
    pub place: Place,
    /// The rule.
    pub rule: Rule,
    /// What it found when it last found something.
    pub finding: Finding,
    /// Reviews in a row with a finding.
    pub present: u32,
    /// Reviews in a row without one.
    pub absent: u32,
    /// Reviews it has been shown at; 0 while it is pending.
    pub shown: u32,
}

#[derive(Clone, Debug)]
struct State {
    finding: Finding,
    action: Action,
    /// Reviews in a row with a finding, or without one.
    present: u32,
    absent: u32,
    shown: u32,
}

impl State {
    fn status(&self) -> Status {
        match (self.shown, self.absent) {
            (0, _) => Status::Pending,
            (_, 0) => Status::Raised,
            _ => Status::Clearing,
        }
    }
}

/// Remembers warnings from review to review.
#[derive(Clone, Debug, Default)]
pub struct Tracker {
    states: BTreeMap<(Place, Rule), State>,
}

impl Tracker {
    /// Goes on from what an earlier review remembered.
    pub fn remembering(memory: impl IntoIterator<Item = Memory>) -> Self {
        let state = |m: Memory| {
            let Memory { place, rule, finding, present, absent, shown } = m;
            ((place, rule), State { finding, action: Action::Decide, present, absent, shown })
        };
        Self { states: memory.into_iter().map(state).collect() }
    }

    /// What the next review needs to know, in order of place and rule.
    pub fn memory(&self) -> Vec<Memory> {
        let one = |(&(place, rule), s): (&(Place, Rule), &State)| Memory {
            place,
            rule,
            finding: s.finding.clone(),
            present: s.present,
            absent: s.absent,
            shown: s.shown,
        };
        self.states.iter().map(one).collect()
    }

    /// Takes the findings of one review and returns what to show: warnings that two reviews in a row raised and that
    /// two in a row have not taken down, one per dealer and model. A red finding is raised at once. Places where
    /// nothing is raised yet show their dearest pending finding.
    pub fn review(&mut self, findings: Vec<(Rule, Place, Finding, Action)>) -> Vec<Warning> {
        let mut raised: BTreeMap<(Place, Rule), (Finding, Action)> = BTreeMap::new();
        for (rule, place, finding, action) in findings {
            let worse = |old: &(Finding, Action)| finding.money > old.0.money;
            if raised.get(&(place, rule)).is_none_or(worse) {
                raised.insert((place, rule), (finding, action));
            }
        }
        self.states.retain(|key, state| {
            if !raised.contains_key(key) {
                (state.present, state.absent, state.action) = (0, state.absent + 1, Action::Decide);
            }
            state.absent < REVIEWS && (state.present > 0 || state.shown > 0)
        });
        for (key, (finding, action)) in raised {
            let new = || State { finding: finding.clone(), action, present: 0, absent: 0, shown: 0 };
            let state = self.states.entry(key).or_insert_with(new);
            (state.finding, state.action) = (finding, action);
            (state.present, state.absent) = (state.present + 1, 0);
        }
        for state in self.states.values_mut() {
            if state.shown > 0 || state.present >= REVIEWS || state.finding.level == Level::Red {
                state.shown += 1;
            }
        }
        self.shown()
    }

    /// One warning per place: raised before clearing before pending, then the loudest, then the dearest.
    fn shown(&self) -> Vec<Warning> {
        let mut groups: BTreeMap<Place, Vec<(Rule, &State)>> = BTreeMap::new();
        for (&(place, rule), state) in &self.states {
            groups.entry(place).or_default().push((rule, state));
        }
        let mut shown: Vec<Warning> = groups
            .into_iter()
            .map(|(place, mut group)| {
                group.sort_by(|a, b| {
                    let quiet = a.1.status().cmp(&b.1.status());
                    let level = b.1.finding.level.cmp(&a.1.finding.level);
                    quiet.then(level).then(b.1.finding.money.total_cmp(&a.1.finding.money)).then(a.0.cmp(&b.0))
                });
                let (rule, state) = group[0];
                Warning {
                    rule,
                    place,
                    finding: state.finding.clone(),
                    action: state.action,
                    status: state.status(),
                    reviews: state.shown,
                    company: group[1..].iter().map(|g| g.0).collect(),
                }
            })
            .collect();
        shown.sort_by(|a, b| {
            let money = b.finding.money.total_cmp(&a.finding.money);
            let level = b.finding.level.cmp(&a.finding.level);
            a.status.cmp(&b.status).then(level).then(money).then(a.place.cmp(&b.place))
        });
        shown
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(rule: Rule, money: f64, level: Level) -> (Rule, Place, Finding, Action) {
        let place = Place { dealer: Some(1), model: Some(2), source: None, region: None };
        let finding =
            Finding { level, probability: 0.5, money, lead_weeks: 1.0, text: String::new(), text_zh: String::new() };
        (rule, place, finding, Action::Decide)
    }

    #[test]
    fn two_reviews_up_two_reviews_down() {
        let amber = || vec![found(Rule::Excess, 10.0, Level::Amber)];
        let mut memory = Vec::new();
        // Every review goes on from what was written down at the one before.
        let mut status = |findings| {
            let mut tracker = Tracker::remembering(std::mem::take(&mut memory));
            let shown = tracker.review(findings);
            memory = tracker.memory();
            shown.first().map(|w| w.status)
        };
        assert_eq!(status(amber()), Some(Status::Pending));
        assert_eq!(status(amber()), Some(Status::Raised));
        assert_eq!(status(vec![]), Some(Status::Clearing));
        assert_eq!(status(vec![]), None);
        // A single review in between starts the count anew.
        assert_eq!(status(amber()), Some(Status::Pending));
        assert_eq!(status(vec![]), None);
        assert_eq!(status(amber()), Some(Status::Pending));
    }

    #[test]
    fn red_at_once_and_one_a_cell() {
        let mut tracker = Tracker::default();
        let both = vec![found(Rule::Mix, 5.0, Level::Red), found(Rule::StockOut, 50.0, Level::Red)];
        let shown = tracker.review(both);
        assert_eq!(shown.len(), 1);
        assert_eq!((shown[0].rule, shown[0].company.as_slice()), (Rule::StockOut, &[Rule::Mix][..]));
    }
}
