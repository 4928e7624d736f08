//! The largest profit that any plan can have, from the branch trees: for multipliers `m ≥ 0` of rows `a·x ≤ b` (≤ 0 of
//! rows `≥`) every plan of a leaf earns at most `Σ m b`, and for every store the most that is left of its choices'
//! profits, and for everything else `max(0, what is left) · largest value`. The two sides of a split hold every plan
//! between them. Everything is summed in intervals, and the upper end is the bound.

use super::plan::Change;
use super::problem::{Problem, Sure};
use super::proof::{Decision, Node, Part, Row};
use crate::verify::input::Rule;
use crate::verify::interval::Interval;
use std::collections::HashMap;

/// Upper bound on the yearly profit of every plan; in words, why the trees prove none.
pub fn bound(problem: &Problem, parts: &[Part]) -> Result<f64, String> {
    let mut home = vec![None; problem.stores.len()];
    for (p, part) in parts.iter().enumerate() {
        for &i in &part.stores {
            if home[i].replace(p).is_some() {
                return Err(format!("parts[{p}]: a store of it is in another part as well"));
            }
        }
    }
    if home.contains(&None) {
        return Err("parts: a store is in none of them".into());
    }
    if let Some(m) = problem.moves.iter().find(|m| home[m.from] != home[m.to]) {
        return Err(format!("parts: a move joins parts {:?} and {:?}", home[m.from], home[m.to]));
    }
    let mut total = Interval::ZERO;
    for (p, part) in parts.iter().enumerate() {
        let whole = parts.len() == 1;
        total = total + Table::new(problem, part, whole).tree(part).map_err(|e| format!("parts[{p}]{e}"))?;
    }
    Ok(total.hi)
}

/// Columns of a part: choices of stores, then sales, moves and covers.
struct Table<'a> {
    problem: &'a Problem,
    /// Whether the part is the whole network, which counts and budgets bind together.
    whole: bool,
    /// Choices of every store of the part, and the column of the first.
    choices: HashMap<usize, (usize, Vec<Change>)>,
    /// First sales column by phase and store.
    sales: HashMap<(usize, usize), usize>,
    /// Cars that each option of a sales column sells at most.
    alone: HashMap<usize, Vec<Interval>>,
    /// Column by phase and move.
    moves: HashMap<(usize, usize), usize>,
    /// Column of a zone's cover.
    cover: usize,
    base: Vec<Interval>,
    /// Whether all stores that pull on a zone are in the part.
    inside: Vec<bool>,
    /// What a rule takes off each column and adds to the sum, for one unit of its multiplier.
    rows: Vec<Option<Effect>>,
}

/// Sign of a multiplier that counts, the right side, and the columns with their coefficients (to be subtracted).
struct Effect {
    lower: bool,
    right: Interval,
    terms: Vec<(usize, Interval)>,
}

impl<'a> Table<'a> {
    fn new(problem: &'a Problem, part: &Part, whole: bool) -> Self {
        let mut table = Self {
            problem,
            whole,
            choices: HashMap::new(),
            sales: HashMap::new(),
            alone: HashMap::new(),
            moves: HashMap::new(),
            cover: 0,
            base: Vec::new(),
            inside: Vec::new(),
            rows: Vec::new(),
        };
        for &i in &part.stores {
            let list = choices(problem, i);
            let first = table.base.len();
            for &choice in &list {
                table.base.push(table.choice_profit(i, choice));
            }
            table.choices.insert(i, (first, list));
        }
        for t in 0..problem.phases.len() {
            for &i in &part.stores {
                table.sales.insert((t, i), table.base.len());
                for pull in &problem.stores[i].pulls {
                    let most = pull.by_option.iter().map(|&e| problem.captured(t, pull.zone, e)).collect();
                    table.alone.insert(table.base.len(), most);
                    table.base.push(problem.phases[t].weight * problem.zones[pull.zone].margin);
                }
            }
            for (k, m) in problem.moves.iter().enumerate().filter(|m| table.choices.contains_key(&m.1.from)) {
                table.moves.insert((t, k), table.base.len());
                let saved = problem.stores[m.from].closing + problem.stores[m.to].options[0].once - m.cost;
                table.base.push(problem.phases[t].discount * (saved / problem.years));
            }
        }
        table.cover = table.base.len();
        table.base.extend(problem.zones.iter().map(|_| Interval::ZERO));
        let here = |p: &(usize, usize)| table.choices.contains_key(&p.0);
        table.inside = problem.zones.iter().map(|z| z.pulls.iter().all(here)).collect();
        table.rows = part.rows.iter().map(|r| r.and_then(|r| table.effect(r))).collect();
        table
    }

    /// Minus the yearly cost and the one-off money of a choice.
    fn choice_profit(&self, i: usize, choice: Change) -> Interval {
        let (problem, store) = (self.problem, &self.problem.stores[i]);
        let mut profit = -self.once(i, choice);
        for (t, phase) in problem.phases.iter().enumerate() {
            if let Some(o) = problem.option(i, choice, t) {
                profit = profit - phase.weight * store.options[o].yearly;
            }
        }
        profit
    }

    /// Discounted one-off money of a choice, by the year.
    fn once(&self, i: usize, choice: Change) -> Interval {
        let Some((phase, _)) = choice else { return Interval::ZERO };
        self.problem.phases[phase].discount * (self.alone_cost(i, choice) / self.problem.years)
    }

    /// One-off money of a choice that is no move.
    fn alone_cost(&self, i: usize, choice: Change) -> Interval {
        match choice {
            None => Interval::ZERO,
            Some((_, None)) => self.problem.stores[i].closing,
            Some((_, Some(o))) => self.problem.stores[i].options[o].once,
        }
    }

    /// The upper bound of the worst leaf.
    fn tree(&self, part: &Part) -> Result<Interval, String> {
        let mut worst = f64::NEG_INFINITY;
        let mut stack = vec![(0, Vec::<(Decision, bool)>::new())];
        let mut visits = 0;
        while let Some((at, fixed)) = stack.pop() {
            visits += 1;
            if visits > part.nodes.len() {
                return Err(".nodes: the tree meets itself".into());
            }
            match part.nodes.get(at) {
                None => return Err(format!(".nodes[{at}]: there is no such node")),
                Some(Node::Leaf(multipliers)) => worst = worst.max(self.leaf(part, multipliers, &fixed)),
                Some(&Node::Split(on, no, yes)) => {
                    if no <= at || yes <= at {
                        return Err(format!(".nodes[{at}]: leads back"));
                    }
                    for (child, value) in [(no, false), (yes, true)] {
                        let mut fixed = fixed.clone();
                        fixed.push((on, value));
                        stack.push((child, fixed));
                    }
                }
            }
        }
        Ok(Interval::point(worst))
    }

    fn leaf(&self, part: &Part, multipliers: &[(usize, f64)], fixed: &[(Decision, bool)]) -> f64 {
        let mut left = self.base.clone();
        let mut total = Interval::ZERO;
        for &(r, multiplier) in multipliers {
            let Some(effect) = &self.rows[r] else { continue };
            let usable = if effect.lower { multiplier.min(0.0) } else { multiplier.max(0.0) };
            if usable != 0.0 {
                let m = Interval::point(usable);
                total = total + m * effect.right;
                for &(column, coefficient) in &effect.terms {
                    left[column] = left[column] - m * coefficient;
                }
            }
        }
        let says = |d: Decision| fixed.iter().find(|f| f.0 == d).map(|f| f.1);
        for &i in &part.stores {
            let (first, list) = &self.choices[&i];
            let forced = fixed.iter().find_map(|f| match *f {
                (Decision::Store(s, c), true) if s == i => Some(c),
                _ => None,
            });
            let open: Vec<usize> = (0..list.len())
                .filter(|&k| says(Decision::Store(i, list[k])) != Some(false) && forced.is_none_or(|f| f == list[k]))
                .collect();
            let best = open.iter().map(|k| left[first + k].hi).fold(f64::NEG_INFINITY, f64::max);
            if best == f64::NEG_INFINITY {
                // Nothing may happen to this store: no plan is in this leaf.
                return best;
            }
            total = total + Interval::point(best);
            for t in 0..self.problem.phases.len() {
                let options: Vec<usize> = open.iter().filter_map(|&k| self.problem.option(i, list[k], t)).collect();
                for column in (0..self.problem.stores[i].pulls.len()).map(|k| self.sales[&(t, i)] + k) {
                    if left[column].hi > 0.0 {
                        let most = options.iter().map(|&o| self.alone[&column][o].hi).fold(0.0, f64::max);
                        total = total + Interval::point(left[column].hi) * Interval::point(most);
                    }
                }
            }
        }
        for (&(t, k), &column) in &self.moves {
            let value = left[column].hi;
            total = total
                + Interval::point(match says(Decision::Move(t, Some(k))) {
                    Some(true) => value,
                    Some(false) => 0.0,
                    None => value.max(0.0),
                });
        }
        (left[self.cover..].iter()).for_each(|c| total = total + Interval::point(c.hi.max(0.0)));
        total.hi
    }

    /// Adds a coefficient to every choice of a store that is open in a phase.
    fn open(&self, terms: &mut Vec<(usize, Interval)>, i: usize, phase: usize, by: impl Fn(usize) -> Interval) {
        let (first, list) = &self.choices[&i];
        for (k, &choice) in list.iter().enumerate() {
            if let Some(o) = self.problem.option(i, choice, phase) {
                terms.push((first + k, by(o)));
            }
        }
    }

    /// Adds a coefficient to every change of a phase.
    fn changes(&self, terms: &mut Vec<(usize, Interval)>, phase: usize, by: impl Fn(usize, Change) -> Interval) {
        for (&i, (first, list)) in &self.choices {
            for (k, &choice) in list.iter().enumerate().filter(|c| c.1.is_some_and(|c| c.0 == phase)) {
                terms.push((first + k, by(i, choice)));
            }
        }
    }

    /// What a rule says; `None` when the tables have no such rule or it reaches beyond the part: its multiplier then
    /// counts for nothing.
    #[expect(clippy::too_many_lines, reason = "one arm a rule")]
    fn effect(&self, row: Row) -> Option<Effect> {
        let problem = self.problem;
        let last = problem.phases.len() - 1;
        let here = |i: usize| self.choices.contains_key(&i).then_some(());
        let one = Interval::ONE;
        let mut terms = Vec::new();
        let mut lower = false;
        let right = match row {
            Row::Choice => return None,
            Row::Capacity { phase, store } => {
                here(store)?;
                let first = self.sales[&(phase, store)];
                terms.extend((0..problem.stores[store].pulls.len()).map(|k| (first + k, one)));
                self.open(&mut terms, store, phase, |o| -problem.stores[store].options[o].capacity);
                Interval::ZERO
            }
            Row::Alone { phase, store, zone } => {
                here(store)?;
                let column = self.sales[&(phase, store)] + problem.pull(store, zone)?;
                terms.push((column, one));
                self.open(&mut terms, store, phase, |o| -self.alone[&column][o]);
                Interval::ZERO
            }
            Row::Tangent { phase, zone, at } => {
                self.inside[zone].then_some(())?;
                let slope = problem.slope(phase, zone, at);
                for &(i, k) in &problem.zones[zone].pulls {
                    terms.push((self.sales[&(phase, i)] + k, one));
                    self.open(&mut terms, i, phase, |o| -(slope * problem.stores[i].pulls[k].by_option[o]));
                }
                problem.captured(phase, zone, Interval::point(at)) - slope * Interval::point(at)
            }
            Row::Cover { zone } => {
                self.inside[zone].then_some(())?;
                terms.push((self.cover + zone, one));
                for &(i, k) in &problem.zones[zone].pulls {
                    if problem.stores[i].pulls[k].near != Sure::No {
                        self.open(&mut terms, i, last, |_| -one);
                    }
                }
                Interval::ZERO
            }
            Row::Region { zone } => {
                lower = true;
                let region = &problem.zones[zone].region;
                let floor = problem.floors.get(region)?.lo;
                let mut people = Interval::ZERO;
                for (j, z) in problem.zones.iter().enumerate().filter(|z| z.1.region == *region) {
                    people = people + Interval::point(z.people);
                    if z.pulls.iter().any(|&(i, k)| problem.stores[i].pulls[k].near != Sure::No) {
                        self.inside[j].then_some(())?;
                        terms.push((self.cover + j, Interval::point(z.people)));
                    }
                }
                Interval::point(floor * (1.0 - 1e-6)) * people
            }
            Row::Leave { phase, store } | Row::Enter { phase, store } => {
                here(store)?;
                let leaving = matches!(row, Row::Leave { .. });
                let end = |m: &super::problem::Move| if leaving { m.from } else { m.to };
                let mine = problem.moves.iter().enumerate().filter(|m| end(m.1) == store);
                terms.extend(mine.map(|(k, _)| (self.moves[&(phase, k)], one)));
                let change = Some((phase, if leaving { None } else { Some(0) }));
                let (first, list) = &self.choices[&store];
                terms.extend(list.iter().enumerate().filter(|c| *c.1 == change).map(|(k, _)| (first + k, -one)));
                Interval::ZERO
            }
            Row::Distance { phase, pair } => {
                here(pair.0).and(here(pair.1))?;
                (problem.conflicts.get(&pair) == Some(&Sure::Yes)).then_some(())?;
                self.open(&mut terms, pair.0, phase, |_| one);
                self.open(&mut terms, pair.1, phase, |_| one);
                one
            }
            Row::Required { store } => {
                lower = true;
                here(store)?;
                (problem.stores[store].rule == Rule::Required).then_some(())?;
                self.open(&mut terms, store, last, |_| one);
                one
            }
            Row::Budget { phase } => {
                self.whole.then_some(())?;
                self.changes(&mut terms, phase, |i, c| self.alone_cost(i, c));
                for (k, m) in problem.moves.iter().enumerate() {
                    let less = m.cost - problem.stores[m.from].closing - problem.stores[m.to].options[0].once;
                    terms.push((self.moves[&(phase, k)], less));
                }
                problem.budget?
            }
            Row::MaxOpen { phase } => {
                self.whole.then_some(())?;
                let opens = |i: usize| if problem.stores[i].open { Interval::ZERO } else { one };
                self.changes(&mut terms, phase, |i, _| opens(i));
                Interval::point(problem.max_open?)
            }
            Row::MaxClose { phase } => {
                self.whole.then_some(())?;
                let closes = |c: Change| c.is_some_and(|c| c.1.is_none());
                self.changes(&mut terms, phase, |_, c| if closes(c) { one } else { Interval::ZERO });
                terms.extend((0..problem.moves.len()).map(|k| (self.moves[&(phase, k)], -one)));
                Interval::point(problem.max_close?)
            }
            Row::Fewest | Row::Most => {
                self.whole.then_some(())?;
                lower = row == Row::Fewest;
                (0..problem.stores.len()).for_each(|i| self.open(&mut terms, i, last, |_| one));
                Interval::point(if lower { problem.fewest? } else { problem.most? })
            }
        };
        Some(Effect { lower, right, terms })
    }
}

/// Everything that may happen to a store, staying as it is included.
pub fn choices(problem: &Problem, i: usize) -> Vec<Change> {
    let store = &problem.stores[i];
    let forbidden = store.rule == Rule::Forbidden;
    let mut all = Vec::new();
    if !(forbidden && store.open) {
        all.push(None);
    }
    for phase in 0..problem.phases.len() {
        if !forbidden {
            let others = (0..store.options.len()).filter(|&o| !(store.open && o == 0));
            all.extend(others.map(|o| Some((phase, Some(o)))));
        }
        if store.open {
            all.push(Some((phase, None)));
        }
    }
    all
}
