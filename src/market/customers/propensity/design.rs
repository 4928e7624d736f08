//! From a row's values to the standardised columns of a law, and from its weights back to the values' own units.

use super::logit::{self, Logit};
use super::table::shown;
use super::{CONFIDENCE, Cells, Feature, Refusal, Table};
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
    /// Columns without the start.
    pub columns: Vec<Column>,
    codings: Vec<Coding>,
}

/// A weight in the units of the table.
#[derive(Clone, Debug, PartialEq)]
pub struct Coefficient {
    /// Name of its feature; empty for the start.
    pub feature: String,
    /// The word, `(other)`, or `(empty)`; empty for a number itself.
    pub word: String,
    /// The word it is compared with; empty where it is none.
    pub against: String,
    /// Rows that were learnt from in which it holds.
    pub rows: usize,
    /// Change of the log odds for one unit more.
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
    pub fn new(table: &Table, rows: &[usize]) -> Self {
        let mut design = Self { columns: Vec::new(), codings: Vec::new() };
        for (k, feature) in table.features.iter().enumerate() {
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
            (None, None) => Coding::LeftOut("is nearly the same in every row with a known outcome"),
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

    /// Numbers of a filled row: the start and the columns.
    pub fn width(&self) -> usize {
        self.columns.len() + 1
    }

    /// Writes a row of the table: 1, then every column less its mean by its standard deviation; 0 where nothing is said.
    pub fn fill(&self, table: &Table, row: usize, into: &mut [f64]) {
        into.fill(0.0);
        into[0] = 1.0;
        let mut put = |k: usize, x: f64| into[k + 1] = (x - self.columns[k].mean) / self.columns[k].spread;
        for (feature, coding) in table.features.iter().zip(&self.codings) {
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

    /// Learns a law from rows of the table and their outcomes.
    ///
    /// # Errors
    /// [`Refusal::NoMaximum`], only where `ridge` is 0.
    pub fn fit(&self, table: &Table, rows: &[usize], bought: &[bool], ridge: f64) -> Result<Logit, Refusal> {
        logit::fit(self.width(), bought, |k, into| self.fill(table, rows[k], into), ridge)
    }

    /// Features without a column, and why.
    pub fn left_out<'a>(&'a self, table: &'a Table) -> impl Iterator<Item = (&'a str, &'static str)> {
        table.features.iter().zip(&self.codings).filter_map(|(f, c)| match c {
            Coding::LeftOut(why) => Some((f.name.as_str(), *why)),
            _ => None,
        })
    }

    /// The law's weights in the units of the table, the start first: it is where all numbers are 0 and all words those
    /// that others are compared with.
    pub fn coefficients(&self, table: &Table, law: &Logit) -> Vec<Coefficient> {
        let start: Vec<f64> = std::iter::once(1.0).chain(self.columns.iter().map(|c| -c.mean / c.spread)).collect();
        let mut list = vec![Coefficient {
            feature: String::new(),
            word: String::new(),
            against: String::new(),
            rows: 0,
            estimate: law.log_odds(&start),
            error: law.error(&start),
        }];
        for (k, column) in self.columns.iter().enumerate() {
            let feature = &table.features[column.feature];
            list.push(Coefficient {
                feature: feature.name.clone(),
                word: said(feature, &column.term),
                against: self.against(feature, column),
                rows: column.rows,
                estimate: law.weights[k + 1] / column.spread,
                error: law.covariance[k + 1][k + 1].max(0.0).sqrt() / column.spread,
            });
        }
        list
    }

    fn against(&self, feature: &Feature, column: &Column) -> String {
        match (&self.codings[column.feature], &feature.cells) {
            (Coding::Words { base, .. }, Cells::Words { words, .. }) => shown(&words[*base]).to_owned(),
            _ => String::new(),
        }
    }
}

/// By what the odds are multiplied when the log odds rise by so much.
pub fn ratio(log_odds: f64) -> f64 {
    libm::exp(log_odds)
}

/// The word of a column, for people.
fn said(feature: &Feature, term: &Term) -> String {
    match (term, &feature.cells) {
        (Term::Word(w), Cells::Words { words, .. }) => shown(&words[*w]).to_owned(),
        (Term::Other, _) => OTHER.to_owned(),
        (Term::Empty, _) => super::table::EMPTY.to_owned(),
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
