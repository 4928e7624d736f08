//! The report: one HTML page that works offline, in English and Chinese, from the tables of a results folder.
//!
//! [`page`] takes [`Facts`] and returns the page's text; nothing is read or written here. The engine draws the
//! pictures as SVG and writes the numbers; a small script (`page.js`) sorts and filters tables, moves the map and
//! switches languages, and draws the forecast that is chosen (`chart.js`). What the page says often stands in it once:
//! tables point to the list of sites, texts that repeat to a list ([`embed::Columns`]). Every number of a table carries its exact value (`data-value`) and its place in the tables
//! (`data-key`: file/row/column), so that page and tables can be compared.

pub mod cell;
pub mod chart;
pub mod compare;
pub mod embed;
pub mod facts;
pub mod flows;
pub mod land;
pub mod map;
pub mod number;
pub mod project;
pub mod rows;
pub mod section;
pub mod study;
pub mod table;
pub mod view;
pub mod why;
pub mod words;

pub use facts::Facts;

use embed::json_text;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use number::Lang;
use serde_json::{Value, json};
use view::{View, both, t};

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = concat!(include_str!("chart.js"), include_str!("page.js"));

/// The sections in order: anchor (also the key of its name under `nav.`) and content.
type Section<'a> = (&'static str, Markup);

/// The whole page.
pub fn page(facts: &Facts) -> String {
    page_beside(facts, None)
}

/// The whole page, with a section on other plans.
pub fn page_beside(facts: &Facts, others: Option<&compare::Comparison>) -> String {
    let view = View::new(facts);
    let mut sections: Vec<Section> = vec![
        ("decision", section::decision::draw(&view)),
        ("map", section::map::draw(&view)),
        ("kpi", section::kpi::draw(&view)),
        ("plots", section::plots::draw(&view)),
        ("placement", section::placement::draw(&view)),
        ("league", section::league::draw(&view)),
        ("stock", section::stock::draw(&view)),
        ("transfers", section::transfers::draw(&view)),
        ("warnings", section::warnings::draw(&view)),
        ("data", section::data::draw(&view)),
    ];
    if !facts.segments.is_empty() {
        sections.insert(sections.len() - 1, ("journey", section::journey::draw(&view)));
    }
    if let Some(others) = others {
        let at = sections.len() - 1;
        sections.insert(at, ("compare", section::compare::draw(&view, others)));
    }
    html! {
        (DOCTYPE)
        html lang="en" {
            (embed::head(&title(&view), STYLE, SCRIPT))
            body {
                a.skip href="#decision" { (t("page.skip")) }
                (head(&view))
                nav aria-label="Contents" data-t-aria="page.contents" {
                    @for (id, _) in &sections { a href={ "#" (id) } { (t(&format!("nav.{id}"))) } }
                }
                main {
                    noscript { p.missing { (word_en("page.noscript")) } }
                    @for (i, (id, body)) in sections.iter().enumerate() {
                        section id=(id) aria-labelledby={ "h-" (id) } {
                            h2 id={ "h-" (id) } { span.no { (i + 1) } (t(&format!("nav.{id}"))) }
                            (body)
                        }
                    }
                }
                footer { p { (t("foot.made")) } @if view.facts.summary.scenario.synthetic { p { (t("page.synthetic.note")) } } }
                script type="application/json" id="facts" { (PreEscaped(json_text(&data(&view)))) }
                script { (PreEscaped(SCRIPT)) }
            }
        }
    }
    .into_string()
}

fn word_en(key: &str) -> &str {
    words::word(key, Lang::En)
}

fn title(view: &View) -> String {
    let name = &view.facts.summary.scenario.name;
    format!("{} · {}", if name.is_empty() { &view.facts.summary.scenario.id } else { name }, word_en("page.report"))
}

fn head(view: &View) -> Markup {
    let s = &view.facts.summary.scenario;
    html! {
        header {
            div.title {
                p.over { (t("page.report")) @if s.synthetic { " " strong.badge { (t("page.synthetic")) } } }
                h1 { (both(if s.name.is_empty() { &s.id } else { &s.name }, &s.name_zh)) }
                p.sub {
                    @if !s.today.is_empty() { span.size { (t("page.from")) " " span data-date=(s.today) { (number::date(&s.today, Lang::En)) } } }
                    @for (name, n) in &view.facts.summary.size {
                        @if let (Some(n), true) = (n.as_f64(), words::known(&format!("size.{name}"))) {
                            " " span.size { (view.num(&format!("summary.json/size/{name}"), Some(n), number::Kind::Count)) " " (t(&format!("size.{name}"))) }
                        }
                    }
                }
            }
            div.switches {
                div.seg role="group" aria-label="Language" data-t-aria="page.language" {
                    button type="button" data-lang-to="en" aria-pressed="true" { "English" }
                    button type="button" data-lang-to="zh-CN" lang="zh-CN-x-name" aria-pressed="false" { "中文" }
                }
                button.plain #theme type="button" aria-label="Light or dark" data-t-aria="page.theme" { "◐" }
            }
        }
    }
}

/// Everything the script needs.
fn data(view: &View) -> Value {
    // Sentences stand on the page in both languages; what belongs to a section that is not there is left out.
    let lacks = |key: &str| match key.strip_prefix("journey.") {
        Some(word) => view.facts.segments.is_empty() || word.ends_with(".say"),
        None => key == "nav.journey" && view.facts.segments.is_empty(),
    };
    let words: serde_json::Map<String, Value> = words::WORDS
        .iter()
        .filter(|w| w.0 == "say.proof" || !w.0.starts_with("say.") && !w.0.starts_with("study."))
        .filter(|w| !lacks(w.0))
        .map(|w| (w.0.into(), json!([w.1, w.2])))
        .collect();
    json!({
        "words": words,
        "currency": view.currency,
        "sites": table::sites(view),
        "models": table::models(view),
        "formats": table::formats(view),
        "service": flows::service(view),
        "moves": flows::moves(view),
        "forecast": section::plots::forecasts(view),
        "tables": {
            "zones": table::zones(view).json(),
            "placement": table::placement(view).json(),
            "dealers": table::dealers(view).json(),
            "league": table::league(view).json(),
            "league_regions": table::league_regions(view).json(),
            "models": table::models_kpi(view).json(),
            "backtest": table::backtest(view).json(),
            "pivot": table::pivot(view).json(),
            "orders": table::orders(view).json(),
            "transfers": table::transfers(view).json(),
            "tasks": table::tasks(view).json(),
            "warnings": table::warnings(view).json(),
        },
    })
}
