//! The process that is wanted.

/// A step: what it takes from which states and gives to which.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Position of its activity.
    pub activity: usize,
    /// States that it takes a token from.
    pub takes: Vec<usize>,
    /// States that it gives a token to.
    pub gives: Vec<usize>,
}

/// Within how many days one activity should be followed by another, or by one of several.
#[derive(Clone, Debug, PartialEq)]
pub struct Limit {
    /// The first.
    pub from: usize,
    /// Those that may follow, the hoped for first; any of them is enough.
    pub to: Vec<usize>,
    /// Days.
    pub days: f64,
}

/// A process. State 0 is the start, state 1 the end.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Net {
    /// Names of the activities.
    pub activities: Vec<String>,
    /// Names of the states.
    pub states: Vec<String>,
    /// Steps.
    pub steps: Vec<Step>,
    /// Limits.
    pub limits: Vec<Limit>,
}

/// Position of the state in which a case begins, and of that in which it is over.
pub const START: usize = 0;
/// See [`START`].
pub const END: usize = 1;

impl Net {
    /// A process without steps.
    pub fn empty() -> Self {
        Self { states: vec!["start".into(), "end".into()], ..Self::default() }
    }

    /// From the test drive to the call after delivery, one step after the other. Days are assumptions: 45 from order to
    /// delivery, 7 from delivery to the call.
    pub fn standard() -> Self {
        let mut net = Self::empty();
        let chain = ["test drive", "order", "delivery", "follow-up"];
        for (k, activity) in chain.iter().enumerate() {
            let from = if k == 0 { "start" } else { chain[k - 1] };
            let to = if k + 1 == chain.len() { "end" } else { activity };
            net.step(activity, &[from], &[to]);
        }
        net.limit("order", &["delivery"], 45.0);
        net.limit("delivery", &["follow-up"], 7.0);
        net
    }

    /// A complaint from the day it is made to the day the customer is content. An answer may be refused: then it is dealt with
    /// again, by somebody else. Days are assumptions: 1 to an owner, 2 to an answer, 7 from there to a confirmation or a
    /// refusal.
    pub fn complaints() -> Self {
        let mut net = Self::empty();
        net.step("complaint", &["start"], &["open"]);
        net.step("assignment", &["open"], &["assigned"]);
        net.step("answer", &["assigned"], &["answered"]);
        net.step("refusal", &["answered"], &["open"]);
        net.step("confirmation", &["answered"], &["end"]);
        net.limit("complaint", &["assignment"], 1.0);
        net.limit("assignment", &["answer"], 2.0);
        net.limit("answer", &["confirmation", "refusal"], 7.0);
        net.limit("refusal", &["assignment"], 1.0);
        net
    }

    /// Position of a name, written in any case, in a list that takes it in when it is new.
    fn place(names: &mut Vec<String>, name: &str) -> usize {
        let name = name.trim();
        names.iter().position(|n| n.eq_ignore_ascii_case(name)).unwrap_or_else(|| {
            names.push(name.to_owned());
            names.len() - 1
        })
    }

    /// Adds a step.
    pub fn step(&mut self, activity: &str, takes: &[&str], gives: &[&str]) {
        let activity = Self::place(&mut self.activities, activity);
        let takes = takes.iter().map(|s| Self::place(&mut self.states, s)).collect();
        let gives = gives.iter().map(|s| Self::place(&mut self.states, s)).collect();
        self.steps.push(Step { activity, takes, gives });
    }

    /// Adds a limit between an activity and those that may follow it.
    pub fn limit(&mut self, from: &str, to: &[&str], days: f64) {
        let from = Self::place(&mut self.activities, from);
        let to = to.iter().map(|name| Self::place(&mut self.activities, name)).collect();
        self.limits.push(Limit { from, to, days });
    }

    /// Names of activities, any of which will do.
    pub fn either(&self, activities: &[usize]) -> String {
        activities.iter().map(|&a| self.activities[a].as_str()).collect::<Vec<_>>().join(" or ")
    }

    /// Position of an activity.
    pub fn activity(&self, name: &str) -> Option<usize> {
        self.activities.iter().position(|a| a.eq_ignore_ascii_case(name.trim()))
    }

    /// Activities that give a token to a state, or take one from it.
    pub fn around(&self, state: usize, giving: bool) -> Vec<usize> {
        let has = |s: &&Step| if giving { s.gives.contains(&state) } else { s.takes.contains(&state) };
        let mut found: Vec<usize> = self.steps.iter().filter(has).map(|s| s.activity).collect();
        found.sort_unstable();
        found.dedup();
        found
    }
}
