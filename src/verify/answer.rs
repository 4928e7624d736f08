//! What a verification ends with.

use std::fmt;

/// What an answer is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grade {
    /// Nothing is better, to a millionth: proved from the tables.
    A,
    /// Nothing is better than a bound that is proved from the tables.
    B,
    /// It obeys every rule and its money is right; nothing is known about better ones.
    C,
    /// That no plan exists is proved.
    D,
    /// That no plan exists is only said.
    E,
}

impl Grade {
    /// Grade of an objective with a proved bound, `gap` being their distance as a share of the objective.
    pub fn of_gap(gap: f64) -> Self {
        if gap <= 1e-6 { Self::A } else { Self::B }
    }
    /// Its letter.
    pub fn letter(self) -> &'static str {
        match self {
            Self::A => "A",
            Self::B => "B",
            Self::C => "C",
            Self::D => "D",
            Self::E => "E",
        }
    }
    /// Its meaning in a few words.
    pub fn words(self) -> &'static str {
        match self {
            Self::A => "optimal, proved",
            Self::B => "gap proved",
            Self::C => "feasible, nothing proved about better ones",
            Self::D => "infeasible, proved",
            Self::E => "infeasible, claimed",
        }
    }
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The file, inside its folder.
    pub file: String,
    /// Line from 1; 0 for the whole file.
    pub line: u32,
    /// What is wrong.
    pub what: String,
    /// What the file says.
    pub says: String,
    /// What the tables give.
    pub gives: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if self.line > 0 {
            write!(f, ":{}", self.line)?;
        }
        write!(f, ": {}", self.what)?;
        match (self.says.is_empty(), self.gives.is_empty()) {
            (true, true) => Ok(()),
            (false, true) => write!(f, ": {}", self.says),
            (true, false) => write!(f, ": the tables give {}", self.gives),
            (false, false) => write!(f, ": it says {}, the tables give {}", self.says, self.gives),
        }
    }
}

/// One decision that was checked.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// The step: place, transfer, replenish.
    pub step: &'static str,
    /// What it is worth.
    pub grade: Grade,
    /// Objective in the step's money.
    pub objective: f64,
    /// Bound proved here; `None` when there is none.
    pub bound: Option<f64>,
    /// How the grade was reached.
    pub why: String,
}

impl Answer {
    /// Distance of objective and bound as a share of the objective.
    pub fn gap(&self) -> Option<f64> {
        self.bound.map(|b| (b - self.objective).abs() / self.objective.abs().max(1.0))
    }
}

/// Everything that was found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Report {
    /// The decisions with their grades.
    pub answers: Vec<Answer>,
    /// What is wrong; the first ones of each file.
    pub findings: Vec<Finding>,
    /// Findings beyond those listed.
    pub further: usize,
    /// Values that were recomputed and compared.
    pub compared: u64,
    /// What was not looked at, and what was taken as given.
    pub given: Vec<String>,
}

/// Findings listed of each file.
const PER_FILE: usize = 20;

impl Report {
    /// Whether nothing is wrong.
    pub fn sound(&self) -> bool {
        self.findings.is_empty()
    }
    /// Notes something wrong.
    pub fn wrong(
        &mut self,
        file: &str,
        line: u32,
        what: impl Into<String>,
        says: impl fmt::Display,
        gives: impl fmt::Display,
    ) {
        if self.findings.iter().filter(|f| f.file == file).count() >= PER_FILE {
            self.further += 1;
            return;
        }
        self.findings.push(Finding {
            file: file.to_owned(),
            line,
            what: what.into(),
            says: says.to_string(),
            gives: gives.to_string(),
        });
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for finding in &self.findings {
            writeln!(f, "{finding}")?;
        }
        if self.further > 0 {
            writeln!(f, "and {} more of the same files", self.further)?;
        }
        for a in &self.answers {
            let gap = a.gap().map_or(String::new(), |g| format!(", gap {}", percent(g)));
            let bound = a.bound.map_or(String::new(), |b| format!(", bound {b:.2}"));
            writeln!(
                f,
                "{:<10} grade {} ({}): {:.2}{bound}{gap}; {}",
                a.step,
                a.grade.letter(),
                a.grade.words(),
                a.objective,
                a.why
            )?;
        }
        for given in &self.given {
            writeln!(f, "given: {given}")?;
        }
        let count = self.findings.len() + self.further;
        if count == 0 {
            writeln!(f, "verified: {} values recomputed, none differs", self.compared)
        } else {
            writeln!(f, "not verified: {count} of {} values differ or break a rule", self.compared)
        }
    }
}

fn percent(share: f64) -> String {
    if share == 0.0 { "0".into() } else { format!("{:.6} %", share * 100.0) }
}

/// Why nothing can be verified.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// A file cannot be read or understood.
    #[error("{file}: {cause}. {help}")]
    File {
        /// The file.
        file: String,
        /// What is wrong.
        cause: String,
        /// The way out.
        help: &'static str,
    },
    /// An input is not the one that the results were made from.
    #[error(
        "{file} is not the file that these results were made from (sha256 {found}, was {made}): \
         run `forecourt plan` again, or give the right folder with --scenario"
    )]
    Changed {
        /// The file.
        file: String,
        /// Its hash now.
        found: String,
        /// The hash in provenance.json.
        made: String,
    },
}
