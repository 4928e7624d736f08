//! Small parts that every section uses.

use super::facts::Facts;
use super::number::{self, Kind, Lang};
use super::words::word;
use maud::{Markup, html};
use std::collections::BTreeMap;

/// The facts with what sections look up all the time.
pub struct View<'a> {
    /// The facts.
    pub facts: &'a Facts,
    /// ISO code of the currency.
    pub currency: &'a str,
    /// Position of a site by its id.
    pub site: BTreeMap<&'a str, usize>,
    /// Position of a zone by its id.
    pub zone: BTreeMap<&'a str, usize>,
}

/// A word that the script rewrites when the language changes.
pub fn t(key: &str) -> Markup {
    html! { span data-t=(key) { (word(key, Lang::En)) } }
}

/// The same inside a picture.
pub fn svg_t(key: &str, class: &str, x: f64, y: f64) -> Markup {
    html! { text class=(class) x=(short(x)) y=(short(y)) data-t=(key) { (word(key, Lang::En)) } }
}

/// A text that the tables hold in both languages.
pub fn both(en: &str, zh: &str) -> Markup {
    html! {
        @if zh.is_empty() || en == zh { (en) }
        @else if en.is_empty() { (zh) }
        @else { span lang="en" { (en) } span lang="zh-CN" { (zh) } }
    }
}

/// A coordinate with one decimal at most.
pub fn short(v: f64) -> String {
    let tenths = (v * 10.0).round() as i64;
    if tenths % 10 == 0 { (tenths / 10).to_string() } else { format!("{}", tenths as f64 / 10.0) }
}

/// A number inside a sentence of one language.
pub struct Slot<'a> {
    /// Its place in the sentence.
    pub name: &'a str,
    /// Its place in the tables.
    pub key: String,
    /// Its value.
    pub value: Option<f64>,
    /// What it measures.
    pub kind: Kind,
}

impl<'a> View<'a> {
    /// Looks over the facts.
    pub fn new(facts: &'a Facts) -> Self {
        let currency = match facts.summary.scenario.currency.as_str() {
            "" => "CNY",
            code => code,
        };
        Self {
            facts,
            currency,
            site: facts.sites.iter().enumerate().map(|(i, s)| (s.site_id.as_str(), i)).collect(),
            zone: facts.zones.iter().enumerate().map(|(i, z)| (z.zone_id.as_str(), i)).collect(),
        }
    }

    fn number(&self, key: &str, value: Option<f64>, kind: Kind, plus: bool, lang: Option<Lang>) -> Markup {
        let Some(v) = value.filter(|v| v.is_finite()) else { return html! { span.n { "–" } } };
        let write = if plus { number::signed } else { number::show };
        let text = write(v, kind, lang.unwrap_or(Lang::En), self.currency);
        html! {
            span.n data-key=(key) data-value=(v) data-kind=(kind.name()) data-plus[plus]
                data-fixed=[lang.map(|l| if l == Lang::En { "en" } else { "zh" })] { (text) }
        }
    }

    /// A number of a table.
    pub fn num(&self, key: &str, value: Option<f64>, kind: Kind) -> Markup {
        self.number(key, value, kind, false, None)
    }

    /// A difference of a table, with its sign.
    pub fn signed(&self, key: &str, value: Option<f64>, kind: Kind) -> Markup {
        self.number(key, value, kind, true, None)
    }

    /// A sentence in both languages with its numbers in their places.
    pub fn sentence(&self, key: &str, slots: &[Slot]) -> Markup {
        let fill = |lang| {
            let mut rest = word(key, lang);
            let mut parts = Vec::new();
            while let Some((before, after)) = rest.split_once('{') {
                let (name, after) = after.split_once('}').unwrap_or((after, ""));
                let number = slots
                    .iter()
                    .find(|s| s.name == name)
                    .map_or_else(|| html! { "–" }, |s| self.number(&s.key, s.value, s.kind, false, Some(lang)));
                parts.push(html! { (before) (number) });
                rest = after;
            }
            html! { @for p in &parts { (p) } (rest) }
        };
        html! { span lang="en" { (fill(Lang::En)) } span lang="zh-CN" { (fill(Lang::Zh)) } }
    }

    /// A slot filled from a step's figures in `summary.json`.
    pub fn figure<'s>(&self, name: &'s str, step: &str, figure: &str, kind: Kind) -> Slot<'s> {
        Slot {
            name,
            key: format!("summary.json/steps/{step}/{figure}"),
            value: self.facts.summary.figure(step, figure),
            kind,
        }
    }

    /// A note in place of a part whose table is missing or empty; `None` when the part can be shown.
    pub fn gap(&self, file: &str, empty: bool) -> Option<Markup> {
        if !self.facts.lacks(file) {
            return empty.then(|| html! { p.missing { (t("page.nothing")) } });
        }
        let say = |lang| word("page.missing", lang).replace("{file}", file);
        Some(html! { p.missing { span lang="en" { (say(Lang::En)) } span lang="zh-CN" { (say(Lang::Zh)) } } })
    }

    /// Where a picture's numbers stand.
    pub fn source(&self, file: &str) -> Markup {
        html! { p.source { (t("page.source")) (t("page.colon")) code { (file) } } }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_carry_their_numbers_in_both_languages() {
        let facts = Facts::default();
        let slots = [Slot { name: "mean", key: "k/\"m".into(), value: Some(2e6), kind: Kind::Money }];
        let text = View::new(&facts).sentence("say.gain", &slots).into_string();
        assert!(text.contains(r#"data-key="k/&quot;m" data-value="2000000""#), "{text}");
        assert!(text.contains("¥2.00 M") && text.contains("200万元"));
    }

    #[test]
    fn coordinates_are_short() {
        assert_eq!((short(3.04), short(-0.06), short(12.5)), ("3".into(), "-0.1".into(), "12.5".into()));
    }
}
