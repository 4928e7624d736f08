//! The estimate, its errors, and what it says of every alternative.

use super::likelihood::{Place, Problem};
use super::{Choices, Form, Law};
use crate::stats::matrix::{factor, inverse, solve};
use crate::stats::normal::quantile;

/// Newton steps.
const STEPS: usize = 100;
/// Most parameters.
pub const MOST: usize = 300;
/// Parameter, in standard deviations of its column, beyond which the top has run away.
const FAR: f64 = 30.0;
/// Share of its own curvature that a parameter must have beyond the others: differences of slopes tell no smaller one.
const ALONE: f64 = 1e-7;
/// Level of the intervals.
pub const CONFIDENCE: f64 = 0.95;

/// Why there is no estimate; each says the way out.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Refusal {
    /// Nothing differs.
    #[error(
        "the column \"{0}\" is the same for all alternatives of every case: it cannot decide between them; leave it out"
    )]
    Same(String),
    /// A column of nests is none.
    #[error("the column \"{0}\" differs inside a nest: it is no --upper column")]
    Inside(String),
    /// Too many parameters.
    #[error("{0} parameters are more than {MOST}: leave --constants or columns out")]
    Wide(usize),
    /// No parameters.
    #[error("there is nothing to estimate: give columns, or --constants")]
    Empty,
    /// One nest.
    #[error("all alternatives are in one nest: leave --nest out")]
    OneNest,
    /// Nothing was chosen.
    #[error("nothing was chosen in any case with two alternatives or more: give choices")]
    NoChoice,
    /// The curvature is not that of a top.
    #[error("columns repeat each other, or one of them always decides: \"{0}\" cannot be told; leave a column out")]
    Unidentified(String),
    /// The search did not settle.
    #[error("the search did not settle in {STEPS} steps; try another law")]
    Unsettled,
}

/// An estimated parameter in the units of the table.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameter {
    /// The column, an alternative's constant, or a nest's `τ`.
    pub name: String,
    /// What it is of.
    pub kind: Kind,
    /// The estimate.
    pub value: f64,
    /// Its standard error by the curvature.
    pub error: f64,
    /// Its robust standard error.
    pub robust: f64,
    /// Mean elasticity of a column of alternatives; none of others.
    pub elasticity: Option<f64>,
}

/// What a parameter is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A column that differs between alternatives.
    Column,
    /// An alternative's constant.
    Constant,
    /// A column that differs between nests.
    Upper,
    /// A nest's `τ`.
    Tau,
}

impl Parameter {
    /// Two-sided interval by the robust error.
    pub fn interval(&self) -> (f64, f64) {
        self.around(self.robust)
    }

    /// Two-sided interval by an error; of a `τ` above 0 by the error of its logarithm.
    pub fn around(&self, error: f64) -> (f64, f64) {
        let half = quantile(0.5 + CONFIDENCE / 2.0) * error;
        if self.kind == Kind::Tau && self.value > 0.0 {
            let share = libm::exp(half / self.value);
            return (self.value / share, self.value * share);
        }
        (self.value - half, self.value + half)
    }
}

/// What was learnt.
#[derive(Clone, Debug, PartialEq)]
pub struct Estimate {
    /// Parameters.
    pub parameters: Vec<Parameter>,
    /// Logarithm of the likelihood.
    pub log_likelihood: f64,
    /// The same with equal chances.
    pub equal: f64,
    /// The alternative without a constant, where there are any.
    pub base: Option<String>,
    /// Expected choices of every alternative.
    pub expected: Vec<f64>,
    /// Their variance under the law.
    pub variance: Vec<f64>,
}

/// Estimates a law.
///
/// # Errors
/// [`Refusal`].
pub fn estimate(choices: &Choices, law: &Law) -> Result<Estimate, Refusal> {
    let set_up = SetUp::new(choices, law)?;
    let problem = &set_up.problem;
    let starts: &[f64] = if problem.taus > 0 { &[1.0, 0.5] } else { &[1.0] };
    let mut best: Option<(Vec<f64>, Place)> = None;
    let mut refused = Refusal::Unsettled;
    for tau in starts {
        let mut start = vec![0.0; problem.width()];
        start[problem.lowers + problem.uppers..].fill(*tau);
        match climb(problem, start, &set_up.names) {
            Ok(top) if best.as_ref().is_none_or(|b| top.1.value > b.1.value) => best = Some(top),
            Ok(_) => {}
            Err(why) => refused = why,
        }
    }
    let Some((at, top)) = best else { return Err(refused) };
    set_up.told(&at, top.value)
}

/// A problem with what its parameters are called.
struct SetUp<'a> {
    problem: Problem<'a>,
    names: Vec<(String, Kind)>,
    /// Standard deviation of each column, 1 of others.
    spread: Vec<f64>,
    /// Position of each column of alternatives in the table.
    own: Vec<usize>,
    base: Option<String>,
    /// Columns that are logarithms.
    logs: Vec<usize>,
}

impl<'a> SetUp<'a> {
    fn new(choices: &'a Choices, law: &Law) -> Result<Self, Refusal> {
        if !choices.cases.iter().any(|c| c.len() > 1 && choices.chosen[c.clone()].iter().any(|y| *y > 0.0)) {
            return Err(Refusal::NoChoice);
        }
        let nested = law.form != Form::Plain;
        if nested && choices.nests.len() < 2 {
            return Err(Refusal::OneNest);
        }
        let upper: Vec<usize> = law.upper.iter().copied().filter(|_| nested).collect();
        let own: Vec<usize> = (0..choices.columns.len()).filter(|c| !upper.contains(c)).collect();
        for &c in &own {
            same(choices, c)?;
        }
        for &c in &upper {
            inside(choices, c)?;
        }
        let totals = choices.by_alternative();
        let most = (0..totals.len()).fold(0, |b, a| if totals[a] > totals[b] { a } else { b });
        let constants: Vec<usize> = (0..totals.len()).filter(|a| law.constants && *a != most).collect();
        let rows = choices.chosen.len();
        let spread = |c: &usize| deviation((0..rows).map(|k| choices.row(k)[*c]));
        let mut scale: Vec<f64> = own.iter().map(spread).collect();
        let mut lower = Vec::with_capacity(rows * (own.len() + constants.len()));
        for k in 0..rows {
            lower.extend(own.iter().zip(&scale).map(|(c, s)| choices.row(k)[*c] / s));
            lower.extend(constants.iter().map(|a| f64::from(u8::from(choices.alternative[k] == *a))));
        }
        scale.resize(own.len() + constants.len(), 1.0);
        let uppers: Vec<f64> = upper.iter().map(spread).collect();
        let above =
            (0..rows).flat_map(|k| upper.iter().zip(&uppers).map(move |(c, s)| choices.row(k)[*c] / s)).collect();
        let tau = taus(choices, law);
        let taus = tau.iter().flatten().max().map_or(0, |k| k + 1);
        let column = |kind: Kind| move |c: &usize| (choices.columns[*c].clone(), kind);
        let mut names: Vec<(String, Kind)> = own.iter().map(column(Kind::Column)).collect();
        names.extend(constants.iter().map(|a| (choices.alternatives[*a].clone(), Kind::Constant)));
        names.extend(upper.iter().map(column(Kind::Upper)));
        let nest = |k: usize| tau.iter().position(|t| *t == Some(k)).unwrap_or(0);
        let called = |k: usize| if law.same { "all nests".to_owned() } else { choices.nests[nest(k)].clone() };
        names.extend((0..taus).map(|k| (called(k), Kind::Tau)));
        if names.is_empty() || own.is_empty() && constants.is_empty() {
            return Err(Refusal::Empty);
        }
        if names.len() > MOST {
            return Err(Refusal::Wide(names.len()));
        }
        let problem = Problem {
            choices,
            form: law.form,
            lower,
            lowers: own.len() + constants.len(),
            upper: above,
            uppers: upper.len(),
            tau,
            taus,
        };
        scale.extend(uppers);
        scale.resize(names.len(), 1.0);
        let base = law.constants.then(|| choices.alternatives[most].clone());
        Ok(Self { problem, names, spread: scale, own, base, logs: law.logs.clone() })
    }

    /// The estimate in the units of the table.
    fn told(&self, at: &[f64], value: f64) -> Result<Estimate, Refusal> {
        let problem = &self.problem;
        let choices = problem.choices;
        let information = curvature(problem, at).ok_or(Refusal::Unsettled)?;
        let unknown = || Refusal::Unidentified(self.names[culprit(at, &information)].0.clone());
        let covariance = inverse(&information).filter(|_| weakest(&information).1 > ALONE).ok_or_else(unknown)?;
        let scatter = problem.scatter(at);
        let chances = problem.chances(at);
        let n = at.len();
        let robust = |k: usize| {
            let line = &covariance[k];
            let inner = |i: usize| (0..n).map(|j| scatter[i][j] * line[j]).sum::<f64>();
            (0..n).map(|i| line[i] * inner(i)).sum::<f64>().max(0.0).sqrt()
        };
        let parameter = |k: usize| {
            let (name, kind) = self.names[k].clone();
            let value = at[k] / self.spread[k];
            let column = self.own.get(k).copied();
            Parameter {
                name,
                kind,
                value,
                error: covariance[k][k].max(0.0).sqrt() / self.spread[k],
                robust: robust(k) / self.spread[k],
                elasticity: column
                    .map(|c| value * elasticity(choices, &chances, (!self.logs.contains(&c)).then_some(c)))
                    .filter(|_| problem.form == Form::Plain),
            }
        };
        let mut expected = vec![0.0; choices.alternatives.len()];
        let mut variance = expected.clone();
        let mut equal = 0.0;
        for case in &choices.cases {
            let all: f64 = choices.chosen[case.clone()].iter().sum();
            equal -= all * libm::log(case.len() as f64);
            for k in case.clone() {
                expected[choices.alternative[k]] += all * chances[k];
                variance[choices.alternative[k]] += all * chances[k] * (1.0 - chances[k]);
            }
        }
        Ok(Estimate {
            parameters: (0..n).map(parameter).collect(),
            log_likelihood: value,
            equal,
            base: self.base.clone(),
            expected,
            variance,
        })
    }
}

/// Refuses a column that never differs between the alternatives of a case.
fn same(choices: &Choices, c: usize) -> Result<(), Refusal> {
    let differs = |case: &std::ops::Range<usize>| {
        let first = choices.row(case.start)[c];
        case.clone().any(|k| choices.row(k)[c] != first)
    };
    if choices.cases.iter().any(differs) { Ok(()) } else { Err(Refusal::Same(choices.columns[c].clone())) }
}

/// Refuses a column that differs inside a nest, or never between nests.
fn inside(choices: &Choices, c: usize) -> Result<(), Refusal> {
    for case in &choices.cases {
        for k in case.clone().skip(1) {
            if choices.nest[k] == choices.nest[k - 1] && choices.row(k)[c] != choices.row(k - 1)[c] {
                return Err(Refusal::Inside(choices.columns[c].clone()));
            }
        }
    }
    same(choices, c)
}

/// Which `τ` each nest has.
fn taus(choices: &Choices, law: &Law) -> Vec<Option<usize>> {
    if law.form == Form::Plain {
        return vec![None; choices.nests.len()];
    }
    // A nest that never has two alternatives says nothing of a scaled `τ`.
    let mut several = vec![law.form == Form::Unscaled; choices.nests.len()];
    for case in &choices.cases {
        for k in case.clone().skip(1).filter(|k| choices.nest[*k] == choices.nest[*k - 1]) {
            several[choices.nest[k]] = true;
        }
    }
    let mut next = 0;
    several
        .into_iter()
        .map(|s| {
            s.then(|| {
                let own = if law.same { 0 } else { next };
                next += 1;
                own
            })
        })
        .collect()
}

fn deviation(values: impl Iterator<Item = f64> + Clone) -> f64 {
    let n = values.clone().count().max(1) as f64;
    let mean = values.clone().sum::<f64>() / n;
    let spread = (values.map(|v| (v - mean) * (v - mean)).sum::<f64>() / n).sqrt();
    if spread > 0.0 && spread.is_finite() { spread } else { 1.0 }
}

/// Mean over choices of the percent by which a choice becomes likelier for one percent more of its own column, a coefficient of 1
/// taken; `None` of a column that is a logarithm.
fn elasticity(choices: &Choices, chances: &[f64], c: Option<usize>) -> f64 {
    let own = |k: usize| choices.chosen[k] * c.map_or(1.0, |c| choices.row(k)[c]) * (1.0 - chances[k]);
    (0..chances.len()).map(own).sum::<f64>() / choices.total()
}

/// Newton's steps to a top.
fn climb(problem: &Problem, start: Vec<f64>, names: &[(String, Kind)]) -> Result<(Vec<f64>, Place), Refusal> {
    let mut at = start;
    let mut here = problem.place(&at).ok_or(Refusal::Unsettled)?;
    for _ in 0..STEPS {
        let information = curvature(problem, &at).ok_or(Refusal::Unsettled)?;
        let rise = factor(&information).map(|l| {
            let moves = solve(&l, &here.slope);
            moves.iter().zip(&here.slope).map(|(m, s)| m * s).sum::<f64>()
        });
        if rise.is_some_and(|r| r <= 1e-12 * (1.0 + here.value.abs())) {
            return Ok((at, here));
        }
        let Some(next) = risen(problem, &at, &here, &information) else {
            // At the top as far as numbers tell, or nowhere to go.
            return if rise.is_some_and(|r| r <= 1e-6 * (1.0 + here.value.abs())) {
                Ok((at, here))
            } else {
                Err(Refusal::Unidentified(names[culprit(&at, &information)].0.clone()))
            };
        };
        (at, here) = next;
        if let Some(k) = at.iter().position(|x| x.abs() > FAR) {
            return Err(Refusal::Unidentified(names[k].0.clone()));
        }
    }
    Err(Refusal::Unsettled)
}

/// One step with as much damping as it takes to rise.
fn risen(problem: &Problem, at: &[f64], here: &Place, information: &[Vec<f64>]) -> Option<(Vec<f64>, Place)> {
    let size = information.iter().enumerate().fold(1e-12_f64, |m, (k, r)| m.max(r[k].abs()));
    let mut damping = 0.0;
    for _ in 0..40 {
        let mut system = information.to_vec();
        (0..at.len()).for_each(|k| system[k][k] += damping);
        if let Some(moves) = factor(&system).map(|l| solve(&l, &here.slope)) {
            let next: Vec<f64> = at.iter().zip(&moves).map(|(x, d)| x + d.clamp(-5.0, 5.0)).collect();
            if let Some(there) = problem.place(&next).filter(|p| p.value > here.value) {
                return Some((next, there));
            }
        }
        damping = if damping == 0.0 { 1e-9 * size } else { 10.0 * damping };
    }
    None
}

/// The negative of the curvature, by differences of slopes.
fn curvature(problem: &Problem, at: &[f64]) -> Option<Vec<Vec<f64>>> {
    let n = at.len();
    let column = |k: usize| {
        let width = 1e-5 * (1.0 + at[k].abs());
        let moved = |by: f64| {
            let mut there = at.to_vec();
            there[k] += by;
            problem.place(&there).map(|p| p.slope)
        };
        let (up, down) = (moved(width)?, moved(-width)?);
        Some(up.iter().zip(&down).map(|(u, d)| (d - u) / (2.0 * width)).collect::<Vec<f64>>())
    };
    let columns: Vec<Vec<f64>> = (0..n).map(column).collect::<Option<_>>()?;
    Some((0..n).map(|i| (0..n).map(|j| f64::midpoint(columns[i][j], columns[j][i])).collect()).collect())
}

/// The parameter that cannot be told: one that has run far away, else the one of which the curvature says least.
fn culprit(at: &[f64], information: &[Vec<f64>]) -> usize {
    let far = (0..at.len()).fold(0, |b, k| if at[k].abs() > at[b].abs() { k } else { b });
    if at[far].abs() > FAR / 5.0 { far } else { weakest(information).0 }
}

/// The parameter of which the curvature says least beyond those before it, and what share of its own that is.
fn weakest(information: &[Vec<f64>]) -> (usize, f64) {
    let n = information.len();
    let mut l = vec![vec![0.0; n]; n];
    let (mut worst, mut least) = (0, f64::INFINITY);
    for i in 0..n {
        for j in 0..=i {
            let rest = information[i][j] - (0..j).map(|k| l[i][k] * l[j][k]).sum::<f64>();
            if i == j {
                let share = rest / information[i][i].abs().max(f64::MIN_POSITIVE);
                if share < least {
                    (worst, least) = (i, share);
                }
                l[i][i] = rest.max(1e-300).sqrt();
            } else {
                l[i][j] = rest / l[j][j];
            }
        }
    }
    (worst, least)
}
