//! The bound of a proof, recomputed from the problem: for any multipliers with the right signs,
//! `Σ λ·rhs + Σ_stores max over its choices + Σ_others max(0, reduced profit) · largest value` is at least the profit of
//! every plan of a leaf, and the leaves together hold every plan. Sums carry a bound on their rounding, added on top.

use crate::placement::dealer::proof::{Decision, Node, Part, Proof, Rule};
use crate::placement::dealer::{Change, Problem};

/// A sum with what is needed to bound its rounding error.
#[derive(Clone, Copy, Default)]
struct Sum {
    value: f64,
    size: f64,
    terms: f64,
}

impl Sum {
    fn add(&mut self, term: f64) {
        self.value += term;
        self.size += term.abs();
        self.terms += 1.0;
    }
    /// Not below the exact sum, each term being right to 64 units in the last place.
    fn most(self) -> f64 {
        self.value + self.size * (self.terms + 64.0) * 2.3e-16
    }
}

/// Upper bound on the profit of every plan, units of the currency a year.
pub fn bound(problem: &Problem, proof: &Proof) -> Result<f64, String> {
    let mut home = vec![usize::MAX; problem.stores.len()];
    for (p, part) in proof.parts.iter().enumerate() {
        for &i in &part.stores {
            match home.get_mut(i) {
                Some(h) if *h == usize::MAX => *h = p,
                _ => return Err(format!("the proof names store {i} twice, or there is none")),
            }
        }
    }
    if home.contains(&usize::MAX) {
        return Err("the proof leaves out a store".into());
    }
    if let Some(k) = problem.moves.iter().position(|m| home[m.from] != home[m.to]) {
        return Err(format!("move {k} joins two parts of the proof"));
    }
    let mut total = Sum::default();
    for part in &proof.parts {
        let table = Table::new(problem, part, proof.parts.len() == 1);
        total.add(table.tree(part)?);
    }
    Ok(total.most())
}

/// Everything about a part that does not depend on the leaf. Columns are numbered through.
struct Table<'a> {
    problem: &'a Problem,
    whole: bool,
    /// Choices of every store of the part with their first column.
    choices: Vec<(usize, Vec<Option<Change>>)>,
    /// Position of a store in the part.
    place: Vec<usize>,
    /// First sales column by phase and store; the pulls follow.
    sales: Vec<Vec<usize>>,
    /// Cars that each option sells at most, by sales column.
    most: Vec<Vec<f64>>,
    first_sale: usize,
    /// Column of a move by phase and move; `usize::MAX` outside the part.
    moves: Vec<Vec<usize>>,
    /// Column of a zone's cover.
    cover: Vec<usize>,
    base: Vec<Sum>,
    of_zone: Vec<Vec<(usize, usize)>>,
    inside: Vec<bool>,
}

impl<'a> Table<'a> {
    fn new(problem: &'a Problem, part: &Part, whole: bool) -> Self {
        let mut place = vec![usize::MAX; problem.stores.len()];
        let mut base: Vec<Sum> = Vec::new();
        let mut choices = Vec::new();
        let column = |base: &mut Vec<Sum>, terms: &[f64]| {
            let mut sum = Sum::default();
            terms.iter().for_each(|&t| sum.add(t));
            base.push(sum);
            base.len() - 1
        };
        let once = |phase: usize| problem.phases[phase].discount / problem.years;
        for (p, &i) in part.stores.iter().enumerate() {
            place[i] = p;
            let list = problem.choices(i);
            choices.push((base.len(), list.clone()));
            for choice in list {
                let mut terms = vec![-choice.map_or(0.0, |c| once(c.phase)) * problem.change_cost(i, choice).major()];
                for (t, phase) in problem.phases.iter().enumerate() {
                    let option = problem.option(i, choice, t);
                    let cost = |k: usize| problem.stores[i].options[k].yearly_cost.major();
                    terms.push(-phase.weight * option.map_or(0.0, cost));
                }
                column(&mut base, &terms);
            }
        }
        let first_sale = base.len();
        let (mut sales, mut most) = (Vec::new(), Vec::new());
        for (t, phase) in problem.phases.iter().enumerate() {
            let mut first = vec![usize::MAX; problem.stores.len()];
            for &i in &part.stores {
                first[i] = base.len();
                for pull in &problem.stores[i].pulls {
                    column(&mut base, &[phase.weight * problem.zones[pull.zone].margin.major()]);
                    most.push(pull.by_option.iter().map(|&e| problem.captured(t, pull.zone, e)).collect());
                }
            }
            sales.push(first);
        }
        let mut moves = vec![vec![usize::MAX; problem.moves.len()]; problem.phases.len()];
        for (t, list) in moves.iter_mut().enumerate() {
            for (k, place_of) in list.iter_mut().enumerate().filter(|(k, _)| place[problem.moves[*k].from] < usize::MAX)
            {
                *place_of = column(&mut base, &[-once(t) * problem.move_difference(k).major()]);
            }
        }
        let cover = (0..problem.zones.len()).map(|_| column(&mut base, &[])).collect();
        let mut of_zone = vec![Vec::new(); problem.zones.len()];
        for (i, store) in problem.stores.iter().enumerate() {
            for (k, pull) in store.pulls.iter().enumerate() {
                of_zone[pull.zone].push((i, k));
            }
        }
        let inside = of_zone.iter().map(|l| l.iter().all(|s| place[s.0] < usize::MAX)).collect();
        Self { problem, whole, choices, place, sales, most, first_sale, moves, cover, base, of_zone, inside }
    }

    /// The largest bound of the leaves.
    fn tree(&self, part: &Part) -> Result<f64, String> {
        let mut worst = f64::NEG_INFINITY;
        let mut stack = vec![(0, Vec::<(Decision, bool)>::new())];
        let mut visits = 0;
        while let Some((at, fixed)) = stack.pop() {
            visits += 1;
            if visits > part.nodes.len() {
                return Err("the branch tree of the proof meets itself".into());
            }
            match part.nodes.get(at) {
                None => return Err(format!("the branch tree has no node {at}")),
                Some(Node::Leaf(multipliers)) => worst = worst.max(self.leaf(part, multipliers, &fixed)?),
                Some(&Node::Split { on, no, yes }) => {
                    if no <= at || yes <= at {
                        return Err(format!("node {at} of the branch tree leads back"));
                    }
                    for (child, value) in [(no, false), (yes, true)] {
                        let mut fixed = fixed.clone();
                        fixed.push((on, value));
                        stack.push((child, fixed));
                    }
                }
            }
        }
        Ok(worst)
    }

    fn leaf(&self, part: &Part, multipliers: &[(usize, f64)], fixed: &[(Decision, bool)]) -> Result<f64, String> {
        let mut left = self.base.clone();
        let mut total = Sum::default();
        for &(r, multiplier) in multipliers {
            let rule = *part.rules.get(r).ok_or_else(|| format!("the proof has no rule {r}"))?;
            if !multiplier.is_finite() {
                return Err(format!("a multiplier of {rule:?} is no number"));
            }
            let lower = matches!(rule, Rule::Region { .. } | Rule::Required { .. } | Rule::Fewest);
            let usable = if lower { multiplier.min(0.0) } else { multiplier.max(0.0) };
            if usable != 0.0 {
                self.apply(rule, usable, &mut left, &mut total)?;
            }
        }
        let says = |d: Decision| fixed.iter().rev().find(|f| f.0 == d).map(|f| f.1);
        for (p, (first, choices)) in self.choices.iter().enumerate() {
            let store = part.stores[p];
            let forced = fixed.iter().find_map(|f| match f {
                (Decision::Store { store: s, change }, true) if *s == store => Some(*change),
                _ => None,
            });
            let allowed = |c: &Option<Change>| {
                says(Decision::Store { store, change: *c }) != Some(false) && forced.is_none_or(|f| f == *c)
            };
            let open: Vec<(usize, Option<Change>)> =
                choices.iter().copied().enumerate().filter(|c| allowed(&c.1)).collect();
            let best = open.iter().map(|(k, _)| left[first + k].most()).fold(f64::NEG_INFINITY, f64::max);
            if best == f64::NEG_INFINITY {
                return Ok(best);
            }
            total.add(best);
            for (phase, sales) in self.sales.iter().enumerate() {
                let options: Vec<usize> = open.iter().filter_map(|c| self.problem.option(store, c.1, phase)).collect();
                for column in (0..self.problem.stores[store].pulls.len()).map(|k| sales[store] + k) {
                    let most = &self.most[column - self.first_sale];
                    let largest = options.iter().map(|&o| most[o]).fold(0.0, f64::max);
                    total.add(left[column].most().max(0.0) * largest);
                }
            }
        }
        for (phase, moves) in self.moves.iter().enumerate() {
            for (index, &column) in moves.iter().enumerate().filter(|m| *m.1 < usize::MAX) {
                let value = left[column].most();
                total.add(match says(Decision::Move { phase, index }) {
                    Some(true) => value,
                    Some(false) => 0.0,
                    None => value.max(0.0),
                });
            }
        }
        self.cover.iter().for_each(|&c| total.add(left[c].most().max(0.0)));
        Ok(total.most())
    }

    /// Columns of a store's choices, with the choice.
    fn of_store(&self, store: usize) -> impl Iterator<Item = (usize, Option<Change>)> + '_ {
        let (first, list) = &self.choices[self.place[store]];
        list.iter().enumerate().map(move |(k, c)| (first + k, *c))
    }

    /// Adds `by · weight(option)` to every choice of a store that is open in a phase.
    fn open(&self, left: &mut [Sum], store: usize, phase: usize, by: impl Fn(usize) -> f64) {
        for (column, choice) in self.of_store(store) {
            if let Some(option) = self.problem.option(store, choice, phase) {
                left[column].add(by(option));
            }
        }
    }

    fn near(&self, zone: usize) -> impl Iterator<Item = usize> + '_ {
        let near = move |s: &&(usize, usize)| self.problem.stores[s.0].pulls[s.1].minutes <= self.problem.coverage_min;
        self.of_zone[zone].iter().filter(near).map(|s| s.0)
    }

    /// Takes `m` times a rule off the profits and adds `m` times its right side.
    #[expect(clippy::too_many_lines, reason = "one arm a rule")]
    fn apply(&self, rule: Rule, m: f64, left: &mut [Sum], total: &mut Sum) -> Result<(), String> {
        let problem = self.problem;
        let last = problem.last();
        let store_here = |i: usize| match self.place.get(i) {
            Some(&p) if p < usize::MAX => Ok(()),
            _ => Err(format!("{rule:?} is about a store outside its part")),
        };
        let phase_here = |t: usize| if t <= last { Ok(()) } else { Err(format!("{rule:?}: no such phase")) };
        let zone_here = |j: usize| match self.inside.get(j) {
            Some(true) => Ok(()),
            _ => Err(format!("{rule:?} is about a zone outside its part")),
        };
        let whole = || if self.whole { Ok(()) } else { Err(format!("{rule:?} ties all parts together")) };
        let limit = |l: Option<u32>| l.map(f64::from).ok_or_else(|| format!("{rule:?}: there is no such limit"));
        match rule {
            Rule::Choice { .. } => {}
            Rule::Capacity { phase, store } => {
                store_here(store).and(phase_here(phase))?;
                let first = self.sales[phase][store];
                for k in 0..problem.stores[store].pulls.len() {
                    left[first + k].add(-m);
                }
                self.open(left, store, phase, |o| m * problem.stores[store].options[o].capacity);
            }
            Rule::Alone { phase, store, pull } => {
                store_here(store).and(phase_here(phase))?;
                if pull >= problem.stores[store].pulls.len() {
                    return Err(format!("{rule:?}: no such pull"));
                }
                let column = self.sales[phase][store] + pull;
                left[column].add(-m);
                self.open(left, store, phase, |o| m * self.most[column - self.first_sale][o]);
            }
            Rule::Tangent { phase, zone, at } => {
                phase_here(phase).and(zone_here(zone))?;
                if !(at > 0.0 && at.is_finite()) {
                    return Err(format!("{rule:?}: no tangent there"));
                }
                let slope = problem.captured_slope(phase, zone, at);
                total.add(m * problem.captured(phase, zone, at));
                total.add(-m * slope * at);
                for &(i, k) in &self.of_zone[zone] {
                    left[self.sales[phase][i] + k].add(-m);
                    self.open(left, i, phase, |o| m * slope * problem.stores[i].pulls[k].by_option[o]);
                }
            }
            Rule::Cover { zone } => {
                zone_here(zone)?;
                left[self.cover[zone]].add(-m);
                self.near(zone).for_each(|i| self.open(left, i, last, |_| m));
            }
            Rule::Region { floor } => {
                let &(region, share) = problem.region_floor.get(floor).ok_or_else(|| format!("{rule:?}"))?;
                for (j, zone) in problem.zones.iter().enumerate().filter(|z| z.1.region == region) {
                    total.add(m * share * zone.population * (1.0 - 1e-6));
                    if self.near(j).next().is_some() {
                        zone_here(j)?;
                        left[self.cover[j]].add(-m * zone.population);
                    }
                }
            }
            Rule::Leave { phase, store } | Rule::Enter { phase, store } => {
                store_here(store).and(phase_here(phase))?;
                let leaving = matches!(rule, Rule::Leave { .. });
                for (k, mv) in problem.moves.iter().enumerate() {
                    if (if leaving { mv.from } else { mv.to }) == store {
                        left[self.moves[phase][k]].add(-m);
                    }
                }
                let change = Some(Change { phase, to: (!leaving).then_some(0) });
                for (column, _) in self.of_store(store).filter(|c| c.1 == change) {
                    left[column].add(m);
                }
            }
            Rule::Distance { phase, pair } => {
                let &(a, b) = problem.conflicts.get(pair).ok_or_else(|| format!("{rule:?}: no such pair"))?;
                store_here(a).and(store_here(b)).and(phase_here(phase))?;
                total.add(m);
                self.open(left, a, phase, |_| -m);
                self.open(left, b, phase, |_| -m);
            }
            Rule::Required { store } => {
                store_here(store)?;
                if problem.stores[store].rule != crate::network::SiteRule::Required {
                    return Err(format!("{rule:?}: it is not"));
                }
                total.add(m);
                self.open(left, store, last, |_| -m);
            }
            Rule::Budget { phase } => {
                whole().and(phase_here(phase))?;
                let budget = problem.budget.ok_or_else(|| format!("{rule:?}: there is none"))?;
                total.add(m * budget.major());
                self.changes(left, phase, |i, c| -m * problem.change_cost(i, Some(c)).major());
                for k in 0..problem.moves.len() {
                    left[self.moves[phase][k]].add(-m * problem.move_difference(k).major());
                }
            }
            Rule::MaxOpen { phase } => {
                whole().and(phase_here(phase))?;
                total.add(m * limit(problem.max_open)?);
                self.changes(left, phase, |i, _| if problem.stores[i].today.is_none() { -m } else { 0.0 });
            }
            Rule::MaxClose { phase } => {
                whole().and(phase_here(phase))?;
                total.add(m * limit(problem.max_close)?);
                self.changes(left, phase, |_, c| if c.to.is_none() { -m } else { 0.0 });
                self.moves[phase].iter().for_each(|&w| left[w].add(m));
            }
            Rule::Fewest | Rule::Most => {
                whole()?;
                let (fewest, most) = problem.store_count;
                total.add(m * limit(if matches!(rule, Rule::Fewest) { fewest } else { most })?);
                (0..problem.stores.len()).for_each(|i| self.open(left, i, last, |_| -m));
            }
        }
        Ok(())
    }

    /// Adds to every change of a phase.
    fn changes(&self, left: &mut [Sum], phase: usize, by: impl Fn(usize, Change) -> f64) {
        for store in 0..self.place.len() {
            for (column, choice) in self.of_store(store) {
                if let Some(change) = choice.filter(|c| c.phase == phase) {
                    left[column].add(by(store, change));
                }
            }
        }
    }
}
