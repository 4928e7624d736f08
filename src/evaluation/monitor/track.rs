use super::{Action, Finding, Level, Place, Rule};
use std::collections::BTreeMap;

/// Reviews in a row that raise a warning, and that take it down.
const REVIEWS: u32 = 2;

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
    /// Reviews it has stood for.
    pub reviews: u32,
    /// Other rules raised at the same dealer and model, dearest first.
    pub company: Vec<Rule>,
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

/// Remembers warnings from review to review.
#[derive(Clone, Debug, Default)]
pub struct Tracker {
    states: BTreeMap<(Place, Rule), State>,
}

impl Tracker {
    /// Takes the findings of one review and returns what to show: warnings that two reviews in a row raised and that
    /// two in a row have not taken down, one per dealer and model. A red finding is shown at once.
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
                (state.present, state.absent) = (0, state.absent + 1);
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

    /// One warning per place that names a dealer or model, the dearest; others stand alone.
    fn shown(&self) -> Vec<Warning> {
        let mut groups: BTreeMap<Place, Vec<(Rule, &State)>> = BTreeMap::new();
        for (&(place, rule), state) in self.states.iter().filter(|s| s.1.shown > 0) {
            groups.entry(place).or_default().push((rule, state));
        }
        let mut shown: Vec<Warning> = groups
            .into_iter()
            .map(|(place, mut group)| {
                let loud = |s: &State| (s.finding.level, s.finding.money);
                group.sort_by(|a, b| {
                    let ((la, ma), (lb, mb)) = (loud(a.1), loud(b.1));
                    lb.cmp(&la).then(mb.total_cmp(&ma)).then(a.0.cmp(&b.0))
                });
                let (rule, state) = group[0];
                Warning {
                    rule,
                    place,
                    finding: state.finding.clone(),
                    action: state.action,
                    reviews: state.shown,
                    company: group[1..].iter().map(|g| g.0).collect(),
                }
            })
            .collect();
        shown.sort_by(|a, b| {
            let money = b.finding.money.total_cmp(&a.finding.money);
            b.finding.level.cmp(&a.finding.level).then(money).then(a.place.cmp(&b.place))
        });
        shown
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(rule: Rule, money: f64, level: Level) -> (Rule, Place, Finding, Action) {
        let place = Place { dealer: Some(1), model: Some(2), source: None };
        let finding = Finding { level, probability: 0.5, money, lead_weeks: 1.0, text: String::new() };
        (rule, place, finding, Action::Decide)
    }

    #[test]
    fn two_reviews_up_two_reviews_down() {
        let mut tracker = Tracker::default();
        let amber = || vec![found(Rule::Excess, 10.0, Level::Amber)];
        assert!(tracker.review(amber()).is_empty());
        assert_eq!(tracker.review(amber()).len(), 1);
        assert_eq!(tracker.review(vec![]).len(), 1);
        assert!(tracker.review(vec![]).is_empty());
        // A single review in between starts the count anew.
        assert!(tracker.review(amber()).is_empty());
        assert!(tracker.review(vec![]).is_empty());
        assert!(tracker.review(amber()).is_empty());
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
