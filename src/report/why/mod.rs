//! Why a plan is as it is, in sentences: what was decided, the alternative and its price, the limits and their worth.

mod limits;
mod subject;

pub use limits::{limits, marginal, without};
pub use subject::{Rows, Tables, decision};

use super::number::{Kind, Lang, show, signed};

/// A sentence in both languages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sentence {
    /// In English.
    pub en: String,
    /// In Chinese.
    pub zh: String,
}

impl Sentence {
    /// From both texts.
    pub fn new(en: impl Into<String>, zh: impl Into<String>) -> Self {
        Self { en: en.into(), zh: zh.into() }
    }
    /// The text of a language.
    pub fn text(&self, lang: Lang) -> &str {
        if lang == Lang::En { &self.en } else { &self.zh }
    }
}

/// Money in both languages.
fn money(x: f64) -> (String, String) {
    (show(x, Kind::Money, Lang::En, "CNY"), show(x, Kind::Money, Lang::Zh, "CNY"))
}

/// The same with its sign.
fn plus(x: f64) -> (String, String) {
    (signed(x, Kind::Money, Lang::En, "CNY"), signed(x, Kind::Money, Lang::Zh, "CNY"))
}

/// Cars and other counts, the same in both languages.
fn count(x: f64) -> String {
    show(x, Kind::Cars, Lang::En, "CNY")
}
