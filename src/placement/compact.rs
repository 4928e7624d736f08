//! Small complete programmes over yes/no decisions in the tree of [`super::branch`]: no cuts, but bounds that are
//! recomputed from the duals with a certified rounding error, and incumbents checked against every row.
//!
//! For any row multipliers y with the right signs, z(y) = Σ y_r b_r + Σ_c min(d_c l_c, d_c u_c), d = c − Aᵀy, is a
//! lower bound. It is summed in twice the working precision.

use super::branch::{Cut, Oracle, Outcome, Tree, Tuning, Verdict, View};
use super::control::{Limits, Watch};
use crate::lp::{Col, Failure, Programme, Row, solve};
use crate::progress::Observer;

/// A point that breaks no row or bound by more than this is feasible.
pub const FEASIBLE: f64 = 1e-9;

/// A sum in twice the working precision (Dekker 1971).
#[derive(Clone, Copy, Debug, Default)]
pub struct Twofold {
    high: f64,
    low: f64,
}

impl Twofold {
    /// Adds a number.
    pub fn add(&mut self, x: f64) {
        let sum = self.high + x;
        let back = sum - self.high;
        self.low += (self.high - (sum - back)) + (x - back);
        self.high = sum;
    }
    /// Adds a product.
    pub fn add_product(&mut self, a: f64, b: f64) {
        let product = a * b;
        self.add(product);
        self.low += a.mul_add(b, -product);
    }
    /// The sum, rounded.
    pub fn value(self) -> f64 {
        self.high + self.low
    }
}

/// A bound from row multipliers, with the reduced costs it rests on.
pub fn dual_bound(programme: &Programme, duals: &[f64], bounds: impl Fn(usize) -> (f64, f64)) -> (f64, Vec<f64>) {
    let mut reduced: Vec<Twofold> = (0..programme.columns())
        .map(|c| {
            let mut sum = Twofold::default();
            sum.add(programme.cost(Col::at(c)));
            sum
        })
        .collect();
    let mut total = Twofold::default();
    let mut size = 0.0;
    for (r, &y) in duals.iter().enumerate().take(programme.rows()) {
        let (lower, upper) = programme.row_bounds(Row::at(r));
        let side = if y > 0.0 { lower } else { upper };
        if y == 0.0 || !side.is_finite() {
            continue;
        }
        total.add_product(y, side);
        size += (y * side).abs();
        for (c, a) in programme.terms(Row::at(r)) {
            reduced[c.index()].add_product(-y, a);
        }
    }
    let reduced: Vec<f64> = reduced.into_iter().map(Twofold::value).collect();
    for (c, &d) in reduced.iter().enumerate() {
        let (lower, upper) = bounds(c);
        let side = if d > 0.0 { lower } else { upper };
        if d != 0.0 {
            total.add_product(d, side);
            size += (d * side).abs();
        }
    }
    let bound = total.value() - 1e-14 * size;
    (if bound.is_nan() { f64::NEG_INFINITY } else { bound }, reduced)
}

/// Proposes a full point near a fractional one.
pub type Heuristic<'a> = Box<dyn FnMut(&[f64]) -> Option<Vec<f64>> + 'a>;

/// The answer to a compact programme.
#[derive(Clone, Debug)]
pub struct Solved {
    /// Objective and values of the best point, if any was found.
    pub best: Option<(f64, Vec<f64>)>,
    /// How the tree went; its bound is proven.
    pub outcome: Outcome,
}

struct Compact<'a> {
    programme: &'a Programme,
    decisions: usize,
    grain: f64,
    gap: f64,
    /// Only points below this matter, and one of them is enough.
    below: Option<f64>,
    best: Option<(f64, Vec<f64>)>,
    heuristic: Heuristic<'a>,
    calls: u64,
}

/// Minimises a programme whose first `decisions` columns are the yes/no ones and whose other columns are continuous.
/// Values of feasible points differ by at least `grain` (0 where nothing is known).
pub fn minimise(
    programme: &Programme,
    decisions: usize,
    grain: f64,
    heuristic: Heuristic,
    limits: &Limits,
    observer: &dyn Observer,
) -> Result<Solved, Failure> {
    let watch = Watch::start(limits);
    let gap = if grain > 0.0 { limits.gap } else { limits.gap.max(1e-8) };
    let mut oracle = Compact { programme, decisions, grain, gap, below: None, best: None, heuristic, calls: 0 };
    let tuning = Tuning { nodes: limits.nodes, gap: limits.gap, tolerance: Some(1e-9), ..Tuning::default() };
    let outcome = oracle.run(tuning, &watch, observer)?;
    Ok(Solved { best: oracle.best, outcome })
}

/// Looks for any point with an objective below `below`, where objectives are multiples of `grain`. With a point, the
/// search stops there; without one, a bound of `below` or more says that none exists.
pub fn seek(
    programme: &Programme,
    below: f64,
    grain: f64,
    heuristic: Heuristic,
    limits: &Limits,
    observer: &dyn Observer,
) -> Result<Solved, Failure> {
    let watch = Watch::start(limits);
    let decisions = programme.columns();
    let mut oracle =
        Compact { programme, decisions, grain, gap: 0.0, below: Some(below), best: None, heuristic, calls: 0 };
    let tuning = Tuning { nodes: limits.nodes, gap: 0.0, tolerance: Some(1e-9), ..Tuning::default() };
    let outcome = oracle.run(tuning, &watch, observer)?;
    Ok(Solved { best: oracle.best, outcome })
}

impl Compact<'_> {
    fn run(&mut self, tuning: Tuning, watch: &Watch, observer: &dyn Observer) -> Result<Outcome, Failure> {
        let mut relaxed = self.programme.clone();
        relaxed.relax();
        let decisions = self.decisions;
        Tree::new(&relaxed, decisions, self, tuning, watch, observer)?.run()
    }

    fn accept(&mut self, values: Vec<f64>) {
        if values.len() != self.programme.columns() || self.programme.violation(&values) > FEASIBLE {
            return;
        }
        let mut sum = Twofold::default();
        for (c, &x) in values.iter().enumerate() {
            sum.add_product(self.programme.cost(Col::at(c)), x);
        }
        if sum.value() < self.incumbent() {
            self.best = Some((sum.value(), values));
        }
    }

    /// The best completion of whole decisions.
    fn complete(&mut self, x: &[f64]) {
        let mut fixed = self.programme.clone();
        fixed.relax();
        let mut values: Vec<f64> = x.to_vec();
        for (d, value) in values.iter_mut().enumerate().take(self.decisions) {
            *value = value.round();
            fixed.set_column_bounds(Col::at(d), *value, *value);
        }
        if self.decisions == self.programme.columns() {
            return self.accept(values);
        }
        if let Ok(solution) = solve(&fixed, &crate::lp::Limits { presolve: false, ..crate::lp::Limits::default() })
            && solution.has_point()
        {
            let mut values = solution.values;
            for (c, v) in values.iter_mut().enumerate() {
                let (lower, upper) = fixed.column_bounds(Col::at(c));
                *v = v.clamp(lower, upper);
            }
            self.settle(&mut values);
            self.accept(values);
        }
    }

    /// Moves continuous values by the little that rows are violated by, where a column's cost pays for it.
    fn settle(&self, values: &mut [f64]) {
        for r in 0..self.programme.rows() {
            let (lower, upper) = self.programme.row_bounds(Row::at(r));
            let mut sum = Twofold::default();
            for (c, a) in self.programme.terms(Row::at(r)) {
                sum.add_product(a, values[c.index()]);
            }
            let miss = if sum.value() > upper {
                upper - sum.value()
            } else if sum.value() < lower {
                lower - sum.value()
            } else {
                continue;
            };
            let free = self.programme.terms(Row::at(r)).filter(|t| t.0.index() >= self.decisions);
            if let Some((c, a)) = free.max_by(|p, q| p.1.abs().total_cmp(&q.1.abs())) {
                let (lower, upper) = self.programme.column_bounds(c);
                let v = &mut values[c.index()];
                *v = (*v + miss / a).clamp(lower, upper);
            }
        }
    }

    fn cutoff(&self) -> f64 {
        let value = self.incumbent();
        let grain = if self.grain > 0.0 { self.grain * (1.0 - 1e-6) } else { 0.0 };
        value - grain.max(self.gap * value.abs())
    }
}

impl Oracle for Compact<'_> {
    fn separate(&mut self, _view: &View, _cuts: &mut Vec<Cut>) {}

    fn judge(&mut self, view: &View) -> Verdict {
        let bounds = |c: usize| {
            if c < self.decisions { (view.lower[c], view.upper[c]) } else { self.programme.column_bounds(Col::at(c)) }
        };
        let (bound, reduced) = dual_bound(self.programme, view.duals, bounds);
        if self.beaten(bound) {
            return Verdict { bound, pruned: true, ..Verdict::default() };
        }
        let mut verdict = Verdict { bound, ..Verdict::default() };
        for (d, &r) in reduced.iter().enumerate().take(self.decisions) {
            if view.lower[d] < view.upper[d] && self.beaten(bound + r.abs()) {
                if r > 0.0 { verdict.close.push(d as u32) } else { verdict.open.push(d as u32) }
            }
        }
        verdict
    }

    fn improve(&mut self, view: &View, whole: bool) {
        self.calls += 1;
        if whole {
            self.complete(view.x);
        }
        if (view.depth == 0 || self.calls.is_multiple_of(10))
            && let Some(values) = (self.heuristic)(view.x)
        {
            self.complete(&values);
        }
    }

    fn beaten(&self, bound: f64) -> bool {
        bound > self.cutoff() || self.below.is_some() && self.best.is_some()
    }

    fn incumbent(&self) -> f64 {
        self.best.as_ref().map_or(self.below.unwrap_or(f64::INFINITY), |b| b.0)
    }

    fn proven(&self) -> f64 {
        let value = self.incumbent();
        if self.gap > 0.0 && value.is_finite() { value - self.gap * value.abs() } else { value }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::placement::control::End;
    use crate::placement::dice::Dice;
    use crate::progress::Silent;

    #[test]
    fn twofold_sums_keep_what_doubles_lose() {
        let mut sum = Twofold::default();
        for x in [1e16, 1.0, -1e16] {
            sum.add(x);
        }
        assert_eq!(sum.value(), 1.0);
        let mut product = Twofold::default();
        product.add_product(1.0 + 2f64.powi(-30), 1.0 + 2f64.powi(-30));
        product.add(-1.0 - 2f64.powi(-29));
        assert_eq!(product.value(), 2f64.powi(-60));
    }

    #[test]
    fn random_programmes_agree_with_enumeration() {
        let mut feasible = 0;
        for seed in 0..400 {
            let mut dice = Dice::new(seed);
            let m = 1 + dice.below(8);
            let mut p = Programme::new();
            for _ in 0..m {
                p.binary(dice.below(21) as f64 - 10.0);
            }
            let mut rows = Vec::new();
            for _ in 0..=dice.below(4) {
                let row: Vec<f64> = (0..m).map(|_| dice.below(7) as f64 - 2.0).collect();
                let limit = dice.below(9) as f64;
                p.at_least(limit, row.iter().enumerate().map(|(c, &a)| (Col::at(c), a)));
                rows.push((row, limit));
            }
            let best = (0u32..1 << m)
                .filter(|set| {
                    let at = |c: usize| f64::from(set >> c & 1);
                    rows.iter()
                        .all(|(row, limit)| row.iter().enumerate().map(|(c, a)| a * at(c)).sum::<f64>() >= *limit)
                })
                .map(|set| (0..m).map(|c| p.cost(Col::at(c)) * f64::from(set >> c & 1)).sum::<f64>())
                .fold(f64::INFINITY, f64::min);
            let solved = minimise(&p, m, 1.0, Box::new(|_| None), &Limits::default(), &Silent).unwrap();
            assert_eq!(solved.outcome.end, End::Proved, "seed {seed}");
            assert_eq!(solved.best.map_or(f64::INFINITY, |b| b.0), best, "seed {seed}");
            feasible += usize::from(best.is_finite());
            for below in [-3.0, best, best + 1.0].into_iter().filter(|b| b.is_finite()) {
                let sought = seek(&p, below, 1.0, Box::new(|_| None), &Limits::default(), &Silent).unwrap();
                assert_eq!(sought.outcome.end, End::Proved, "seed {seed}");
                assert_eq!(sought.outcome.bound >= below, best >= below, "seed {seed}");
                assert_eq!(sought.best.is_some(), best < below, "seed {seed}");
                assert!(sought.best.is_none_or(|b| b.0 < below), "seed {seed}");
            }
        }
        assert!(feasible > 100);
    }
}
