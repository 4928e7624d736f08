//! The page of a study: which point and which decision is best and how sure that is, what each axis moves, what nothing beats,
//! what the worst world costs. One offline file in English and Chinese; every number carries its exact value and its place in
//! `study.json` (`data-value`, `data-key`) or, for points of the front, in `points.csv`.

mod facts;
mod plots;

pub use facts::{AxisFacts, CloudFacts, RankedFacts, RegretFacts, StudyFacts};

use super::embed;
use super::number::{self, Kind, Lang};
use super::view::{both, short};
use super::words::word;
use maud::{DOCTYPE, Markup, PreEscaped, html};

const STYLE: &str = concat!(include_str!("../page.css"), include_str!("study.css"));
const SCRIPT: &str = include_str!("study.js");
/// Ranked points that are shown.
const RANKED: usize = 30;

/// Words and numbers in both languages side by side: the style shows one of them.
struct Words<'a> {
    currency: &'a str,
}

impl Words<'_> {
    /// A word.
    fn t(&self, key: &str) -> Markup {
        html! { span lang="en" { (word(key, Lang::En)) } span lang="zh-CN" { (word(key, Lang::Zh)) } }
    }

    /// A number with its place.
    fn n(&self, key: &str, value: f64, kind: Kind) -> Markup {
        let said = |lang| number::show(value, kind, lang, self.currency);
        html! {
            span.n data-key=(key) data-value=(value) {
                span lang="en" { (said(Lang::En)) } span lang="zh-CN" { (said(Lang::Zh)) }
            }
        }
    }

    /// A number beside a picture.
    fn tick(&self, x: f64, y: f64, value: f64, kind: Kind, class: &str) -> Markup {
        let said = |lang| number::show(value, kind, lang, self.currency);
        html! {
            text class=(class) x=(short(x)) y=(short(y)) lang="en" { (said(Lang::En)) }
            text class=(class) x=(short(x)) y=(short(y)) lang="zh-CN" { (said(Lang::Zh)) }
        }
    }

    /// A sentence with what belongs into its places.
    fn say(&self, key: &str, slots: &[(&str, Markup)]) -> Markup {
        let fill = |lang| {
            let (mut rest, mut parts) = (word(key, lang), Vec::new());
            while let Some((before, after)) = rest.split_once('{') {
                let (name, after) = after.split_once('}').unwrap_or((after, ""));
                let slot = slots.iter().find(|s| s.0 == name).map(|s| &s.1);
                parts.push(html! { (before) @if let Some(slot) = slot { (slot) } });
                rest = after;
            }
            html! { @for p in &parts { (p) } (rest) }
        };
        html! { span lang="en" { (fill(Lang::En)) } span lang="zh-CN" { (fill(Lang::Zh)) } }
    }

    /// Money for who cannot see a picture.
    fn aloud(&self, value: f64) -> String {
        number::show(value, Kind::Money, Lang::En, self.currency)
    }
}

/// The whole page.
pub fn page(facts: &StudyFacts) -> String {
    let words = Words { currency: if facts.currency.is_empty() { "CNY" } else { &facts.currency } };
    let sections: [(&str, Markup); 7] = [
        ("answer", answer(facts, &words)),
        ("ranking", ranking(facts, &words)),
        ("effects", effects(facts, &words)),
        ("responses", responses(facts, &words)),
        ("front", front(facts, &words)),
        ("regret", regret(facts, &words)),
        ("made", made(facts, &words)),
    ];
    let aria = |key: &'static str| (word(key, Lang::En), word(key, Lang::Zh));
    let (contents, language, theme) = (aria("page.contents"), aria("page.language"), aria("page.theme"));
    let title = format!("{} · {}", facts.study, word("study.report", Lang::En));
    html! {
        (DOCTYPE)
        html lang="en" {
            (embed::head(&title, STYLE, SCRIPT))
            body {
                a.skip href="#answer" { (words.t("page.skip")) }
                header {
                    div.title {
                        p.over { (words.t("study.report")) @if facts.synthetic { " " strong.badge { (words.t("page.synthetic")) } } }
                        h1 { (facts.study) }
                        p.sub { (words.t("study.base")) (words.t("page.colon")) (both(&facts.base.0, &facts.base.1)) }
                    }
                    div.switches {
                        div.seg role="group" aria-label=(language.0) data-aria-en=(language.0) data-aria-zh=(language.1) {
                            button type="button" data-lang-to="en" aria-pressed="true" { "English" }
                            button type="button" data-lang-to="zh-CN" lang="zh-CN-x-name" aria-pressed="false" { "中文" }
                        }
                        button.plain #theme type="button" aria-label=(theme.0) data-aria-en=(theme.0) data-aria-zh=(theme.1) { "◐" }
                    }
                }
                nav aria-label=(contents.0) data-aria-en=(contents.0) data-aria-zh=(contents.1) {
                    @for (id, _) in &sections { a href={ "#" (id) } { (words.t(&format!("study.{id}"))) } }
                }
                main {
                    @for (k, (id, body)) in sections.iter().enumerate() {
                        section id=(id) aria-labelledby={ "h-" (id) } {
                            h2 id={ "h-" (id) } { span.no { (k + 1) } (words.t(&format!("study.{id}"))) }
                            (body)
                        }
                    }
                }
                footer { p { (words.t("foot.made")) } @if facts.synthetic { p { (words.t("page.synthetic.note")) } } }
                script { (PreEscaped(SCRIPT)) }
            }
        }
    }
    .into_string()
}

/// Names of axes with their values.
fn at(names: &[String], values: &[String]) -> Markup {
    html! {
        @for (k, (name, value)) in names.iter().zip(values).enumerate() {
            @if k > 0 { ", " } (name) " " strong { (value) }
        }
    }
}

fn nothing(words: &Words) -> Markup {
    html! { p.missing { (words.t("page.nothing")) } }
}

/// The answer in sentences.
fn answer(facts: &StudyFacts, words: &Words) -> Markup {
    let Some(first) = facts.ranking.first() else {
        return html! { p.missing { (words.t("study.none")) } };
    };
    let best = [
        ("at", at(&facts.names, &first.values)),
        ("profit", words.n("study.json/ranking/0/profit", first.profit, Kind::Money)),
        ("sure", words.n("study.json/best_is_best_with_probability", facts.sure, Kind::Share)),
    ];
    let second = facts.ranking.get(1).map(|r| {
        let behind = |k: usize, name: &str| words.n(&format!("study.json/ranking/1/{name}"), -r.behind[k], Kind::Money);
        let less = [("at", at(&facts.names, &r.values)), ("behind", behind(0, "behind"))];
        [less.to_vec(), vec![("low", behind(2, "behind_high")), ("high", behind(1, "behind_low"))]].concat()
    });
    let most = facts.axes.first().map(|a| {
        [
            ("axis", html! { strong { (a.name) } }),
            ("width", words.n("study.json/effects/0/width", a.width, Kind::Money)),
        ]
    });
    let robust = facts.regrets.first().map(|r| {
        [
            ("decision", at(&facts.sides[0], &r.decision)),
            ("regret", words.n("study.json/regrets/0/regret", r.regret, Kind::Money)),
            ("world", at(&facts.sides[1], &r.world)),
        ]
    });
    let robust_key =
        if facts.regrets.first().is_some_and(|r| r.regret > 0.0) { "study.say.robust" } else { "study.say.always" };
    html! {
        ol.sentences {
            li { span { (words.say("study.say.best", &best)) } }
            @if let Some(slots) = &second { li { span { (words.say("study.say.second", slots)) } } }
            @if let Some(slots) = &most { li { span { (words.say("study.say.moves", slots)) } } }
            @if let Some(slots) = &robust { li { span { (words.say(robust_key, slots)) } } }
            @if facts.points[2] > 0 {
                li { span { (words.say("study.say.without", &[("n", words.n("study.json/without_plan", facts.points[2] as f64, Kind::Count))])) } }
            }
        }
    }
}

/// A table whose headings sort it: key of each heading (or the heading itself) and whether numbers stand below it.
fn table(words: &Words, label: &str, heads: &[(String, bool)], rows: &[Vec<(Markup, &str)>]) -> Markup {
    let (en, zh) = (word(label, Lang::En), word(label, Lang::Zh));
    html! {
        div.scroll tabindex="0" role="region" aria-label=(en) data-aria-en=(en) data-aria-zh=(zh) {
            table {
                thead { tr { @for (head, number) in heads {
                    th scope="col" class=[number.then_some("n")] {
                        button type="button" { @if super::words::known(head) { (words.t(head)) } @else { (head) } }
                    }
                } } }
                tbody { @for row in rows { tr { @for (cell, class) in row { td class=[(!class.is_empty()).then_some(*class)] { (cell) } } } } }
            }
        }
    }
}

fn heads(fixed: &[(&str, bool)], names: &[String], last: &[(&str, bool)]) -> Vec<(String, bool)> {
    let own = |(key, number): &(&str, bool)| ((*key).to_owned(), *number);
    fixed.iter().map(own).chain(names.iter().map(|n| (n.clone(), false))).chain(last.iter().map(own)).collect()
}

fn texts<'a>(values: &[String]) -> impl Iterator<Item = (Markup, &'a str)> {
    values.iter().map(|v| (html! { (v) }, "")).collect::<Vec<_>>().into_iter()
}

fn ranking(facts: &StudyFacts, words: &Words) -> Markup {
    if facts.ranking.is_empty() {
        return nothing(words);
    }
    let shown = &facts.ranking[..facts.ranking.len().min(RANKED)];
    let scale = plots::range(shown.iter().flat_map(|r| r.behind).chain([0.0]));
    let row = |(k, r): (usize, &RankedFacts)| {
        let key = |name: &str| format!("study.json/ranking/{k}/{name}");
        let mut cells = vec![(words.n(&key("point"), r.point as f64, Kind::Count), "n")];
        cells.extend(texts(&r.values));
        cells.push((words.n(&key("profit"), r.profit, Kind::Money), "n"));
        let behind = html! {
            (words.n(&key("behind"), r.behind[0], Kind::Money))
            @if k > 0 {
                span.range { (words.n(&key("behind_low"), r.behind[1], Kind::Money)) " … " (words.n(&key("behind_high"), r.behind[2], Kind::Money)) }
            }
        };
        cells.push((behind, "n"));
        let aloud = format!("{} … {}", words.aloud(r.behind[1]), words.aloud(r.behind[2]));
        cells.push((plots::whisker(r.behind, scale, &aloud), "track-cell"));
        cells
    };
    let rows: Vec<_> = shown.iter().enumerate().map(row).collect();
    let last = [("study.profit", true), ("study.behind", true), ("study.interval", false)];
    html! {
        (table(words, "study.ranking", &heads(&[("study.point", true)], &facts.names, &last), &rows))
        p.note { (words.t("study.ranking.note")) }
        p.source { (words.t("page.source")) (words.t("page.colon")) code { "study.json, points.csv, runs.parquet" } }
    }
}

fn effects(facts: &StudyFacts, words: &Words) -> Markup {
    if facts.axes.is_empty() {
        return nothing(words);
    }
    let of = |a: &AxisFacts| plots::range(a.values.iter().map(|v| v.1));
    let scale = plots::range(facts.axes.iter().flat_map(|a| <[f64; 2]>::from(of(a))));
    let row = |(k, a): (usize, &AxisFacts)| {
        let (low, high) = of(a);
        let side = if a.decision { "study.decision" } else { "study.world" };
        vec![
            (html! { strong { (a.name) } }, ""),
            (words.t(side), ""),
            (words.n(&format!("study.json/effects/{k}/width"), a.width, Kind::Money), "n"),
            (plots::bar(low, high, scale, &format!("{} … {}", words.aloud(low), words.aloud(high))), "track-cell"),
        ]
    };
    let rows: Vec<_> = facts.axes.iter().enumerate().map(row).collect();
    let names = [("study.axis", false), ("study.side", false), ("study.width", true), ("study.span", false)];
    html! {
        (table(words, "study.effects", &heads(&names, &[], &[]), &rows))
        p.note { (words.t("study.effects.note")) }
        p.source { (words.t("page.source")) (words.t("page.colon")) code { "effects.csv" } }
    }
}

fn responses(facts: &StudyFacts, words: &Words) -> Markup {
    if facts.axes.is_empty() {
        return nothing(words);
    }
    html! {
        div.many { @for axis in &facts.axes { figure { figcaption { (axis.name) } (plots::response(words, axis)) } } }
        p.note { (words.t("study.responses.note")) }
        p.source { (words.t("page.source")) (words.t("page.colon")) code { "effects.csv" } }
    }
}

fn front(facts: &StudyFacts, words: &Words) -> Markup {
    let front: Vec<&CloudFacts> = facts.cloud.iter().filter(|p| p.front).collect();
    if front.is_empty() {
        return nothing(words);
    }
    let row = |p: &&CloudFacts| {
        let key = |name: &str| format!("points.csv/{}/{name}", p.point);
        vec![
            (words.n(&key("point"), p.point as f64, Kind::Count), "n"),
            (words.n(&key("profit_mean"), p.profit, Kind::Money), "n"),
            (words.n(&key("fill_rate_mean"), p.fill, Kind::Share), "n"),
            (words.n(&key("placement_one_off_cost"), p.capital, Kind::Money), "n"),
        ]
    };
    let rows: Vec<_> = front.iter().take(RANKED).map(row).collect();
    let names = [("study.point", true), ("study.profit", true), ("study.fill", true), ("study.capital", true)];
    let picture = |key: &str, kind, of: fn(&CloudFacts) -> f64| {
        html! { figure { figcaption { (words.t(key)) } (plots::cloud(words, word(key, Lang::En), &facts.cloud, kind, of)) } }
    };
    let counts = [
        ("front", words.n("study.json/front/length", front.len() as f64, Kind::Count)),
        ("drawn", html! { (facts.cloud.len()) }),
        ("all", words.n("study.json/with_plan", facts.points[1] as f64, Kind::Count)),
    ];
    html! {
        div.many {
            (picture("study.by.fill", Kind::Share, |p| p.fill))
            (picture("study.by.capital", Kind::Money, |p| p.capital))
        }
        p.note { (words.say("study.front.note", &counts)) }
        (table(words, "study.front", &heads(&names, &[], &[]), &rows))
        p.source { (words.t("page.source")) (words.t("page.colon")) code { "points.csv, study.json" } }
    }
}

fn regret(facts: &StudyFacts, words: &Words) -> Markup {
    if facts.regrets.is_empty() {
        return html! { p.missing { (words.t("study.regret.none")) } };
    }
    let scale = plots::range(facts.regrets.iter().map(|r| r.regret).chain([0.0]));
    let row = |(k, r): (usize, &RegretFacts)| {
        let key = |name: &str| format!("study.json/regrets/{k}/{name}");
        let mut cells: Vec<(Markup, &str)> = texts(&r.decision).collect();
        cells.push((words.n(&key("regret"), r.regret, Kind::Money), "n"));
        cells.push((plots::bar(0.0, r.regret, scale, &words.aloud(r.regret)), "track-cell"));
        cells.push((if r.world.is_empty() { words.t("study.regret.zero") } else { at(&facts.sides[1], &r.world) }, ""));
        cells.push((words.n(&key("mean_profit"), r.mean, Kind::Money), "n"));
        cells
    };
    let rows: Vec<_> = facts.regrets.iter().enumerate().map(row).collect();
    let last = [("study.regret", true), ("study.size", false), ("study.worst", false), ("study.mean", true)];
    html! {
        (table(words, "study.regret", &heads(&[], &facts.sides[0], &last), &rows))
        p.note { (words.t("study.regret.note")) }
        p.source { (words.t("page.source")) (words.t("page.colon")) code { "study.json" } }
    }
}

fn made(facts: &StudyFacts, words: &Words) -> Markup {
    let count = |key: &str, value: usize| words.n(&format!("study.json/{key}"), value as f64, Kind::Count);
    let rows: Vec<(&str, Markup)> = vec![
        ("study.points", count("points", facts.points[0])),
        ("study.with", count("with_plan", facts.points[1])),
        ("study.without", count("without_plan", facts.points[2])),
        ("study.replications", count("replications", facts.replications as usize)),
    ];
    html! {
        table.provenance {
            tbody {
                @for (key, value) in rows { tr { th scope="row" { (words.t(key)) } td { (value) } } }
                @if let Some(share) = facts.precision {
                    tr { th scope="row" { (words.t("study.precision")) } td { (words.n("study.json/precision", share, Kind::Share)) } }
                }
                tr { th scope="row" { (words.t("study.seed")) } td { code { (facts.seed) } } }
                tr { th scope="row" { (words.t("study.file")) } td { code { (facts.hash) } } }
            }
        }
        p.note { (words.t("study.made.note")) }
        p.source { (words.t("page.source")) (words.t("page.colon")) code { "study.json, provenance.json" } }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts() -> StudyFacts {
        let axis = |name: &str, numeric: bool, values: &[(&str, f64)]| AxisFacts {
            name: name.into(),
            decision: !numeric,
            numeric,
            width: 3e6,
            values: values.iter().map(|v| (v.0.to_owned(), v.1)).collect(),
        };
        let ranked = |point, profit: f64| RankedFacts {
            point,
            values: vec!["0.8".into(), "<b>stays</b>".into()],
            profit,
            behind: [profit - 5e6, profit - 6e6, profit - 4e6],
        };
        StudyFacts {
            study: "what <if>".into(),
            names: vec!["demand".into(), "rival".into()],
            points: [4, 3, 1],
            axes: vec![
                axis("demand", true, &[("0.8", 1e6), ("1", 2e6), ("1.2", 4e6)]),
                axis("rival", false, &[("<b>stays</b>", 1e6), ("leaves", 2e6)]),
            ],
            ranking: vec![ranked(3, 5e6), ranked(1, 4e6)],
            sure: 0.97,
            cloud: (1..4)
                .map(|k| CloudFacts { point: k, profit: 1e6 * k as f64, fill: 0.9, capital: 0.0, front: k == 3 })
                .collect(),
            regrets: vec![RegretFacts { decision: vec!["leaves".into()], regret: 0.0, world: Vec::new(), mean: 2e6 }],
            sides: [vec!["rival".into()], vec!["demand".into()]],
            ..StudyFacts::default()
        }
    }

    #[test]
    fn the_page_says_what_the_facts_say_and_no_more() {
        let page = page(&facts());
        assert!(!page.contains("<b>stays") && page.contains("&lt;b&gt;stays") && !page.contains("<if>"));
        for value in
            ["data-value=\"5000000\"", "data-value=\"0.97\"", "data-value=\"3000000\"", "97.0%", "¥5.00 M", "500万元"]
        {
            assert!(page.contains(value), "{value}");
        }
        assert!(!page.contains("NaN") && !page.contains("inf\""), "{page}");
        // Every word is known: an unknown key would stand as it is.
        for part in page.split("study.").skip(1) {
            assert!(
                part.starts_with("json") || !part.chars().next().is_some_and(char::is_alphabetic),
                "study.{}",
                &part[..20]
            );
        }
    }

    #[test]
    fn an_empty_study_is_told() {
        let page = page(&StudyFacts { study: "none".into(), ..StudyFacts::default() });
        assert!(page.contains(word("study.none", Lang::En)) && !page.contains("NaN"));
    }
}
