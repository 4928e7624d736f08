//! From a row's values to the standardised columns of a law, and from its weights back to the values' own units.

use super::table::{Cells, EMPTY, Feature, shown};
use super::{CONFIDENCE, MOST_COEFFICIENTS, PER_COEFFICIENT, Unfit};
use crate::stats::normal::quantile;

/// Rows in which a word, or an empty number, must be seen for a coefficient of its own; rarer words are put together.
pub const LEAST: usize = 10;

/// What stands for the rare words of a column.
pub const OTHER: &str = "(other)";

/// What a column says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Term {
    /// The number itself.
    Number,
    /// That the number is empty.
    Empty,
    /// That the word is this one, by its position among the words.
    Word(usize),
    /// That the word is a rare one.
    Other,
}

/// A column of the law.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// Position of its feature.
    pub feature: usize,
    /// What it says.
    pub term: Term,
    /// Mean over the rows that were learnt from and say something.
    pub mean: f64,
    /// Standard deviation over the same rows, above 0.
    pub spread: f64,
    /// Rows that were learnt from in which it holds (of a number: is not empty).
    pub rows: usize,
}

/// What a feature adds to a row's log odds, or log hazard, against a row that is everywhere at the mean.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reason {
    /// Position of the feature.
    pub feature: usize,
    /// What it adds.
    pub adds: f64,
}

/// What adds less than this is no reason.
const TRIFLE: f64 = 0.005;

/// What a word says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Said {
    /// The word that others are compared with.
    Base,
    /// A column holds.
    Holds(usize),
    /// Too rare to say anything: taken as the mean.
    Nothing,
}

/// How a feature is coded.
#[derive(Clone, Debug, PartialEq)]
enum Coding {
    Number { own: Option<usize>, empty: Option<usize> },
    Words { base: usize, first: usize, end: usize, said: Vec<Said> },
    LeftOut(&'static str),
}

/// How rows become columns: learnt from some rows, good for all.
#[derive(Clone, Debug, PartialEq)]
pub struct Design {
    /// Columns.
    pub columns: Vec<Column>,
    codings: Vec<Coding>,
}

/// A weight in the units of the table.
#[derive(Clone, Debug, PartialEq)]
pub struct Coefficient {
    /// Name of its feature; empty for a law's start.
    pub feature: String,
    /// The word, `(other)`, or `(empty)`; empty for a number itself.
    pub word: String,
    /// The word it is compared with; empty where it is none.
    pub against: String,
    /// Rows that were learnt from in which it holds.
    pub rows: usize,
    /// Change of the log odds, or of the log hazard, for one unit more.
    pub estimate: f64,
    /// Its standard error.
    pub error: f64,
}

impl Coefficient {
    /// Two-sided interval of the estimate.
    pub fn interval(&self) -> (f64, f64) {
        let half = quantile(0.5 + CONFIDENCE / 2.0) * self.error;
        (self.estimate - half, self.estimate + half)
    }

    /// What it is of, for people.
    pub fn name(&self) -> String {
        match (self.feature.as_str(), self.word.as_str()) {
            ("", _) => "start".to_owned(),
            (feature, "") => feature.to_owned(),
            (feature, word) => format!("{feature} = {word}"),
        }
    }
}

impl Design {
    /// Learns the columns from some rows of a table.
    pub fn new(features: &[Feature], rows: &[usize]) -> Self {
        let mut design = Self { columns: Vec::new(), codings: Vec::new() };
        for (k, feature) in features.iter().enumerate() {
            let coding = match &feature.cells {
                Cells::Numbers(values) => design.number(k, values, rows),
                Cells::Words { words, codes } => design.words(k, words.len(), codes, rows),
            };
            design.codings.push(coding);
        }
        design
    }

    fn number(&mut self, feature: usize, values: &[f64], rows: &[usize]) -> Coding {
        let there: Vec<f64> = rows.iter().map(|r| values[*r]).filter(|v| !v.is_nan()).collect();
        let (mean, spread) = moments(&there);
        let differs = there.len() >= LEAST && spread.is_finite() && spread > 1e-9 * mean.abs();
        let own = differs.then(|| self.push(Column { feature, term: Term::Number, mean, spread, rows: there.len() }));
        let gone = rows.len() - there.len();
        let empty = (gone.min(there.len()) >= LEAST).then(|| self.share(feature, Term::Empty, gone, rows.len()));
        match (own, empty) {
            (None, None) => Coding::LeftOut("is nearly the same in every row that is learnt from"),
            (own, empty) => Coding::Number { own, empty },
        }
    }

    fn words(&mut self, feature: usize, words: usize, codes: &[u32], rows: &[usize]) -> Coding {
        let mut counts = vec![0; words];
        rows.iter().for_each(|r| counts[codes[*r] as usize] += 1);
        let kept: Vec<usize> = (0..words).filter(|w| counts[*w] >= LEAST).collect();
        // The first of the most frequent ones.
        let Some(base) = kept.iter().copied().rev().max_by_key(|w| counts[*w]) else {
            return Coding::LeftOut("has no word that is there ten times");
        };
        let many: usize = kept.iter().map(|w| counts[*w]).sum();
        let rare = rows.len() - many;
        let pooled = rare >= LEAST;
        if kept.len() == 1 && !pooled {
            return Coding::LeftOut("has only one word that is there ten times");
        }
        let speak = if pooled { rows.len() } else { many };
        let first = self.columns.len();
        let mut said = vec![Said::Nothing; words];
        for &w in kept.iter().filter(|w| **w != base) {
            said[w] = Said::Holds(self.share(feature, Term::Word(w), counts[w], speak));
        }
        if pooled {
            let other = self.share(feature, Term::Other, rare, speak);
            said.iter_mut().enumerate().filter(|(w, _)| counts[*w] < LEAST).for_each(|(_, s)| *s = Said::Holds(other));
        }
        said[base] = Said::Base;
        Coding::Words { base, first, end: self.columns.len(), said }
    }

    /// An indicator that holds in `rows` of `all`.
    fn share(&mut self, feature: usize, term: Term, rows: usize, all: usize) -> usize {
        let mean = rows as f64 / all as f64;
        self.push(Column { feature, term, mean, spread: (mean * (1.0 - mean)).sqrt(), rows })
    }

    fn push(&mut self, column: Column) -> usize {
        self.columns.push(column);
        self.columns.len() - 1
    }

    /// Writes a row: every column less its mean by its standard deviation; 0 where nothing is said.
    pub fn fill(&self, features: &[Feature], row: usize, into: &mut [f64]) {
        into.fill(0.0);
        let mut put = |k: usize, x: f64| into[k] = (x - self.columns[k].mean) / self.columns[k].spread;
        for (feature, coding) in features.iter().zip(&self.codings) {
            match (coding, &feature.cells) {
                (Coding::Number { own, empty }, Cells::Numbers(values)) => {
                    let x = values[row];
                    if let Some(k) = own.filter(|_| !x.is_nan()) {
                        put(k, x);
                    }
                    if let Some(k) = empty {
                        put(*k, f64::from(u8::from(x.is_nan())));
                    }
                }
                (Coding::Words { first, end, said, .. }, Cells::Words { codes, .. }) => {
                    let said = said[codes[row] as usize];
                    if said != Said::Nothing {
                        (*first..*end).for_each(|k| put(k, f64::from(u8::from(said == Said::Holds(k)))));
                    }
                }
                _ => {}
            }
        }
    }

    /// Features without a column, and why.
    pub fn left_out<'a>(&'a self, features: &'a [Feature]) -> impl Iterator<Item = (&'a str, &'static str)> {
        features.iter().zip(&self.codings).filter_map(|(f, c)| match c {
            Coding::LeftOut(why) => Some((f.name.as_str(), *why)),
            _ => None,
        })
    }

    /// A law's weights, one a column, with their standard errors, in the units of the table.
    pub fn coefficients(
        &self,
        features: &[Feature],
        weights: &[f64],
        error: impl Fn(usize) -> f64,
    ) -> Vec<Coefficient> {
        let one = |(k, column): (usize, &Column)| {
            let feature = &features[column.feature];
            Coefficient {
                feature: feature.name.clone(),
                word: said(feature, &column.term),
                against: self.against(feature, column),
                rows: column.rows,
                estimate: weights[k] / column.spread,
                error: error(k) / column.spread,
            }
        };
        self.columns.iter().enumerate().map(one).collect()
    }

    /// What each feature adds to a filled row under a law's weights, against a row that is everywhere at the mean: the largest
    /// first, without trifles.
    pub fn reasons(&self, weights: &[f64], filled: &[f64]) -> Vec<Reason> {
        let mut adds = vec![0.0; self.codings.len()];
        for ((column, w), x) in self.columns.iter().zip(weights).zip(filled) {
            adds[column.feature] += w * x;
        }
        let all = adds.into_iter().enumerate().map(|(feature, adds)| Reason { feature, adds });
        let mut reasons: Vec<Reason> = all.filter(|r| r.adds.abs() >= TRIFLE).collect();
        reasons.sort_by(|a, b| b.adds.abs().total_cmp(&a.adds.abs()).then(a.feature.cmp(&b.feature)));
        reasons
    }

    /// Refuses more coefficients than the rarest outcome can carry, of which there are `rare`, called `named`.
    ///
    /// # Errors
    /// [`Unfit`].
    pub fn enough(&self, features: &[Feature], rare: usize, named: &'static str) -> Result<(), Unfit> {
        let coefficients = self.columns.len();
        if coefficients == 0 {
            let why: Vec<String> = self.left_out(features).map(|(name, why)| format!("\"{name}\" {why}")).collect();
            return Err(Unfit::Nothing(if why.is_empty() { "there is none".into() } else { why.join(", ") }));
        }
        if coefficients > MOST_COEFFICIENTS {
            return Err(Unfit::Wide(coefficients));
        }
        if rare < PER_COEFFICIENT * coefficients {
            let width = |f: usize| self.columns.iter().filter(|c| c.feature == f).count();
            let widest = (0..features.len()).rev().max_by_key(|f| width(*f)).unwrap_or(0);
            let (name, width) = (features[widest].name.clone(), width(widest));
            return Err(Unfit::Thin { coefficients, rare, named, widest: name, width });
        }
        Ok(())
    }

    fn against(&self, feature: &Feature, column: &Column) -> String {
        match (&self.codings[column.feature], &feature.cells) {
            (Coding::Words { base, .. }, Cells::Words { words, .. }) => shown(&words[*base]).to_owned(),
            _ => String::new(),
        }
    }
}

/// By what odds, or a hazard, are multiplied when their logarithm rises by so much.
pub fn ratio(rise: f64) -> f64 {
    libm::exp(rise)
}

/// The word of a column, for people.
fn said(feature: &Feature, term: &Term) -> String {
    match (term, &feature.cells) {
        (Term::Word(w), Cells::Words { words, .. }) => shown(&words[*w]).to_owned(),
        (Term::Other, _) => OTHER.to_owned(),
        (Term::Empty, _) => EMPTY.to_owned(),
        _ => String::new(),
    }
}

/// Mean and standard deviation.
fn moments(values: &[f64]) -> (f64, f64) {
    let n = values.len().max(1) as f64;
    let mean = values.iter().sum::<f64>() / n;
    let squares: f64 = values.iter().map(|v| (v - mean) * (v - mean)).sum();
    (mean, (squares / n).sqrt())
}
