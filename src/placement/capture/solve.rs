use super::cuts::{self, Above};
use super::{Fault, Plan, Problem, certificate};
use crate::ids::{Id, SiteId};
use crate::lp::{Col, Programme};
use crate::placement::branch::{BASE, Cut, Oracle, Tree, Tuning, Verdict, View};
use crate::placement::control::{Limits, Watch};
use crate::progress::Observer;
use std::collections::HashSet;

/// Smallest relative gap at which these real-valued problems count as solved.
const SMALLEST_GAP: f64 = 1e-9;
/// Cut violations below this (of a typical customer's demand) are left alone.
const VIOLATION: f64 = 1e-8;

/// Solves a maximum-capture problem and checks the answer's certificate.
pub fn solve(problem: &Problem, limits: &Limits, observer: &dyn Observer) -> Result<Plan, Fault> {
    let watch = Watch::start(limits);
    let merged = problem.merged();
    let gap = limits.gap.max(SMALLEST_GAP);
    let unit = (0..merged.customers()).map(|j| merged.demand(j)).sum::<f64>() / merged.customers().max(1) as f64;
    let unit = if unit > 0.0 { unit } else { 1.0 };
    let mut oracle = Capture {
        problem: &merged,
        unit,
        gap,
        best: (f64::NEG_INFINITY, Vec::new()),
        cuts: Vec::new(),
        tried: HashSet::new(),
    };
    observer.stage("incumbent", 0);
    let greedy = oracle.greedy();
    oracle.try_set(greedy);
    observer.stage("branch and cut", 0);
    let tuning = Tuning { nodes: limits.nodes, gap: limits.gap, tolerance: Some(1e-9), ..Tuning::default() };
    let (programme, tags) = oracle.master();
    let mut tree = Tree::new(&programme, merged.sites(), &mut oracle, tuning, &watch, observer)?;
    tree.name_rows(tags);
    let outcome = tree.run()?;
    drop(tree);
    let open = oracle.best.1;
    let captured = value(problem, &open);
    let bound = (-outcome.bound).max(captured);
    let plan = Plan {
        open: open.iter().map(|&i| SiteId::at(i as usize)).collect(),
        captured,
        bound,
        end: outcome.end,
        nodes: outcome.nodes,
    };
    certificate::check(problem, &plan).map_err(Fault::Certificate)?;
    Ok(plan)
}

/// Demand that a set captures.
fn value(problem: &Problem, open: &[u32]) -> f64 {
    let one = |j: usize| {
        let row = problem.row(j);
        problem.demand(j) * cuts::share(open.iter().map(|&i| row[i as usize]).sum())
    };
    (0..problem.customers()).map(one).sum()
}

struct Capture<'a> {
    problem: &'a Problem,
    unit: f64,
    gap: f64,
    best: (f64, Vec<u32>),
    cuts: Vec<(u32, Above)>,
    tried: HashSet<Vec<u32>>,
}

impl Capture<'_> {
    /// Columns y_i, then θ_j; the row `count` and first cuts at the incumbent and the empty set.
    fn master(&mut self) -> (Programme, Vec<u64>) {
        let (m, n) = (self.problem.sites(), self.problem.customers());
        let mut p = Programme::new();
        for _ in 0..m {
            p.column(0.0, 0.0, 1.0);
        }
        for j in 0..n {
            p.column(-1.0, 0.0, self.problem.demand(j) / self.unit);
        }
        p.equal(self.problem.count() as f64, (0..m).map(|i| (Col::at(i), 1.0)));
        let mut tags = vec![BASE];
        let even = self.problem.count() as f64 / m as f64;
        for j in 0..n {
            let row = self.problem.row(j);
            let own = self.best.1.iter().map(|&i| row[i as usize]).sum();
            let spread = even * row.iter().sum::<f64>();
            for above in [cuts::empty(row), cuts::tangent(row, own), cuts::tangent(row, spread)] {
                let cut = self.cut(j, above);
                tags.push(cut.tag);
                p.at_least(cut.lower, cut.terms.into_iter().map(|(c, a)| (Col::at(c as usize), a)));
            }
        }
        (p, tags)
    }

    /// Σ slope y − θ ≥ −constant, in units of the programme.
    fn cut(&mut self, j: usize, above: Above) -> Cut {
        let scale = self.problem.demand(j) / self.unit;
        let small = 2e-9;
        // Slopes too small for the solver are dropped from the row and added, at their largest, to its constant.
        let dropped: f64 = above.slope.iter().filter(|g| **g < small).sum();
        let mut terms: Vec<(u32, f64)> =
            above.slope.iter().enumerate().filter(|e| *e.1 >= small).map(|(i, g)| (i as u32, g * scale)).collect();
        terms.push(((self.problem.sites() + j) as u32, -1.0));
        let lower = -(above.constant + dropped) * scale;
        self.cuts.push((j as u32, above));
        Cut { tag: self.cuts.len() as u64 - 1, lower, terms }
    }

    fn greedy(&self) -> Vec<u32> {
        let (m, n) = (self.problem.sites(), self.problem.customers());
        let mut own = vec![0.0; n];
        let mut open: Vec<u32> = Vec::new();
        while open.len() < self.problem.count() {
            let worth = |i: usize| -> f64 {
                (0..n).map(|j| self.problem.demand(j) * cuts::share(own[j] + self.problem.row(j)[i])).sum()
            };
            let next = (0..m)
                .filter(|&i| !open.contains(&(i as u32)))
                .map(|i| (worth(i), i))
                .fold((f64::NEG_INFINITY, 0), |a, b| if b.0 > a.0 { b } else { a });
            open.push(next.1 as u32);
            for (j, s) in own.iter_mut().enumerate() {
                *s += self.problem.row(j)[next.1];
            }
        }
        open.sort_unstable();
        open
    }

    /// Swap search from a set; keeps the result if it is better.
    fn try_set(&mut self, mut open: Vec<u32>) {
        if !self.tried.insert(open.clone()) {
            return;
        }
        let (m, n) = (self.problem.sites(), self.problem.customers());
        let mut current = value(self.problem, &open);
        let mut rest = vec![0.0; n];
        loop {
            let mut best = (current * (1.0 + 1e-13), None);
            for k in 0..open.len() {
                for (j, s) in rest.iter_mut().enumerate() {
                    let row = self.problem.row(j);
                    *s = open.iter().enumerate().filter(|e| e.0 != k).map(|e| row[*e.1 as usize]).sum();
                }
                for i in (0..m as u32).filter(|i| !open.contains(i)) {
                    let one =
                        |j: usize| self.problem.demand(j) * cuts::share(rest[j] + self.problem.row(j)[i as usize]);
                    let worth: f64 = (0..n).map(one).sum();
                    if worth > best.0 {
                        best = (worth, Some((k, i)));
                    }
                }
            }
            let Some((k, i)) = best.1 else { break };
            open[k] = i;
            open.sort_unstable();
            current = value(self.problem, &open);
        }
        if current > self.best.0 {
            self.best = (current, open);
        }
    }

    fn cutoff(&self) -> f64 {
        self.best.0 + self.gap * self.best.0.abs()
    }

    /// The linear function above the objective that the duals stand for: constant and slope per site.
    fn combined(&self, view: &View) -> (f64, Vec<f64>) {
        let (m, n) = (self.problem.sites(), self.problem.customers());
        let mut total = vec![0.0; n];
        for (&tag, &dual) in view.tags.iter().zip(view.duals) {
            if tag != BASE && dual > 0.0 {
                total[self.cuts[tag as usize].0 as usize] += dual;
            }
        }
        let (mut constant, mut slope) = (0.0, vec![0.0; m]);
        for (&tag, &dual) in view.tags.iter().zip(view.duals) {
            if tag != BASE && dual > 0.0 {
                let (j, above) = &self.cuts[tag as usize];
                let weight = self.problem.demand(*j as usize) * dual / total[*j as usize].max(1.0);
                constant += weight * above.constant;
                for (g, a) in slope.iter_mut().zip(&above.slope) {
                    *g += weight * a;
                }
            }
        }
        // Customers whose multipliers do not add up to one may keep the rest of their demand.
        for (j, t) in total.iter().enumerate() {
            constant += self.problem.demand(j) * (1.0 - t).max(0.0);
        }
        (constant * (1.0 + 1e-13), slope)
    }
}

impl Oracle for Capture<'_> {
    fn separate(&mut self, view: &View, out: &mut Vec<Cut>) {
        let m = self.problem.sites();
        for j in 0..self.problem.customers() {
            let row = self.problem.row(j);
            let y = &view.x[..m];
            let s = row.iter().zip(y).map(|(a, y)| a * y).sum();
            let theta = view.x[m + j] * self.unit / self.problem.demand(j);
            if theta - cuts::share(s) < VIOLATION && theta < 1e-4 {
                continue;
            }
            let above = cuts::deepest(row, y, s);
            if theta - above.at(y) > VIOLATION {
                let cut = self.cut(j, above);
                out.push(cut);
            }
        }
    }

    fn judge(&mut self, view: &View) -> Verdict {
        let (constant, slope) = self.combined(view);
        let m = self.problem.sites();
        let mut left = self.problem.count();
        let mut bound = constant;
        let mut free = Vec::new();
        for i in 0..m {
            if view.lower[i] > 0.5 {
                bound += slope[i];
                left = left.saturating_sub(1);
            } else if view.upper[i] > 0.5 {
                free.push(i);
            }
        }
        free.sort_by(|&a, &b| slope[b].total_cmp(&slope[a]).then(a.cmp(&b)));
        let left = left.min(free.len());
        bound += free[..left].iter().map(|&i| slope[i]).sum::<f64>();
        bound *= 1.0 + 1e-12;
        let cutoff = self.cutoff();
        let mut verdict = Verdict { bound: -bound, pruned: bound <= cutoff, ..Verdict::default() };
        if !verdict.pruned && left > 0 && left < free.len() {
            let (last, next) = (slope[free[left - 1]], slope[free[left]]);
            for (k, &i) in free.iter().enumerate() {
                if k < left && bound - (slope[i] - next) < cutoff {
                    verdict.open.push(i as u32);
                } else if k >= left && bound - (last - slope[i]) < cutoff {
                    verdict.close.push(i as u32);
                }
            }
        }
        verdict
    }

    fn improve(&mut self, view: &View, whole: bool) {
        if !whole && view.depth > 4 {
            return;
        }
        let m = self.problem.sites();
        let mut order: Vec<u32> = (0..m as u32).collect();
        order.sort_by(|&a, &b| view.x[b as usize].total_cmp(&view.x[a as usize]).then(a.cmp(&b)));
        order.truncate(self.problem.count());
        order.sort_unstable();
        self.try_set(order);
    }

    fn beaten(&self, bound: f64) -> bool {
        -bound <= self.cutoff()
    }

    fn incumbent(&self) -> f64 {
        -self.best.0
    }

    fn proven(&self) -> f64 {
        -self.cutoff()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::placement::control::End;
    use crate::placement::dice::Dice;
    use crate::progress::Silent;

    #[test]
    fn logit_problems_agree_with_enumeration() {
        logit_problems(0..150);
    }

    #[test]
    #[ignore = "all two thousand: cargo test --release --lib placement -- --include-ignored"]
    fn two_thousand_logit_problems_agree_with_enumeration() {
        logit_problems(0..2000);
    }

    fn logit_problems(seeds: std::ops::Range<u64>) {
        for seed in seeds {
            let mut dice = Dice::new(seed);
            let (m, n) = (1 + dice.below(8), 1 + dice.below(12));
            let spread = 1.0 + 8.0 * dice.unit();
            let row = |dice: &mut Dice, k: usize| -> Vec<f64> { (0..k).map(|_| -spread * dice.unit()).collect() };
            let utility = row(&mut dice, m * n);
            let rivals: Vec<Vec<f64>> = (0..n).map(|_| row(&mut dice, 2)).collect();
            let demand: Vec<f64> = (0..n).map(|_| dice.below(10) as f64).collect();
            let p = 1 + dice.below(m);
            let captured = |set: u32| -> f64 {
                (0..n)
                    .map(|j| {
                        let own: f64 = (0..m).filter(|i| set >> i & 1 == 1).map(|i| utility[j * m + i].exp()).sum();
                        demand[j] * own / (own + rivals[j].iter().map(|u| u.exp()).sum::<f64>())
                    })
                    .sum()
            };
            let sets = (0u32..1 << m).filter(|s| s.count_ones() as usize == p);
            let best = sets.map(captured).fold(0.0, f64::max);
            let problem = Problem::logit(m, &utility, &rivals, demand.clone(), p).unwrap();
            let plan = solve(&problem, &Limits::default(), &Silent).unwrap();
            assert!((plan.captured - best).abs() < 1e-8 * best.max(1.0), "seed {seed}: {} {best}", plan.captured);
            assert!(plan.end == End::Proved && (plan.gap() < 1e-6 || best == 0.0), "seed {seed}");
        }
    }

    #[test]
    fn huff_problems_agree_with_enumeration() {
        huff_problems(0..150);
    }

    #[test]
    #[ignore = "all two thousand: cargo test --release --lib placement -- --include-ignored"]
    fn two_thousand_huff_problems_agree_with_enumeration() {
        huff_problems(0..2000);
    }

    fn huff_problems(seeds: std::ops::Range<u64>) {
        for seed in seeds {
            let mut dice = Dice::new(seed + 31_000);
            let (m, n) = (1 + dice.below(8), 1 + dice.below(12));
            let size: Vec<f64> = (0..m).map(|_| 1.0 + dice.below(9) as f64).collect();
            let distance: Vec<f64> = (0..m * n).map(|_| 0.1 + 10.0 * dice.unit()).collect();
            let rival = |dice: &mut Dice| (1.0 + dice.below(9) as f64, 0.1 + 10.0 * dice.unit());
            let rivals: Vec<Vec<(f64, f64)>> = (0..n).map(|_| vec![rival(&mut dice), rival(&mut dice)]).collect();
            let demand: Vec<f64> = (0..n).map(|_| dice.below(10) as f64).collect();
            let (exponent, p) = (0.5 + 2.5 * dice.unit(), 1 + dice.below(m));
            let captured = |set: u32| -> f64 {
                let mut sum = 0.0;
                for j in 0..n {
                    let own: f64 = (0..m)
                        .filter(|i| set >> i & 1 == 1)
                        .map(|i| size[i] * distance[j * m + i].powf(-exponent))
                        .sum();
                    let other: f64 = rivals[j].iter().map(|r| r.0 * r.1.powf(-exponent)).sum();
                    sum += demand[j] * own / (own + other);
                }
                sum
            };
            let sets = (0u32..1 << m).filter(|s| s.count_ones() as usize == p);
            let best = sets.map(captured).fold(0.0, f64::max);
            let problem = Problem::huff(&size, &distance, &rivals, exponent, demand.clone(), p).unwrap();
            let plan = solve(&problem, &Limits::default(), &Silent).unwrap();
            assert!((plan.captured - best).abs() < 1e-8 * best.max(1.0), "seed {seed}: {} {best}", plan.captured);
            assert!(plan.end == End::Proved && (plan.gap() < 1e-6 || best == 0.0), "seed {seed}");
        }
    }

    #[test]
    fn huff_is_the_same_problem_with_another_attraction() {
        let (size, distance) = ([2.0, 1.0, 3.0], [1.0, 2.0, 4.0, 3.0, 1.0, 2.0]);
        let rivals = vec![vec![(1.0, 2.0)], vec![(2.0, 2.0), (1.0, 1.0)]];
        let problem = Problem::huff(&size, &distance, &rivals, 2.0, vec![10.0, 20.0], 1).unwrap();
        let plan = solve(&problem, &Limits::default(), &Silent).unwrap();
        // Site 1: 10 · 2/(2 + 1/4) + 20 · (2/9)/(2/9 + 3/2) = 8.888… + 2.580…; site 2: 5 + 8; site 3: 4.285… + 6.666….
        assert_eq!(plan.open, [SiteId::at(1)]);
        assert!((plan.captured - 13.0).abs() < 1e-9);
    }
}
