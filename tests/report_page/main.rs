//! The page a reader opens: its numbers are those of the tables, no text can break it, and a browser shows it whole.

mod accessible;
mod beside;
mod browser;
mod markup;
mod quick;
mod sample;
mod study;
mod tables;
mod truth;

use browser::Browser;
use forecourt::io::results::read::facts;
use forecourt::report::number::{Kind, Lang, show, signed};
use forecourt::report::words;
use markup::{json_block, with_attribute};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use truth::{Record, Truth, equal};

/// A page on disk, and the files that could not be used for it.
struct Written {
    path: PathBuf,
    absent: Vec<String>,
}

/// Draws the page of a results folder.
fn draw(results: &Path) -> Written {
    let facts = facts(results).unwrap();
    let path = results.join("page.html");
    std::fs::write(&path, forecourt::report::page(&facts)).unwrap();
    Written { path, absent: facts.absent.into_iter().map(|a| a.file).collect() }
}

/// A page of a sample folder; the folder lives as long as the value.
fn page(size: sample::Size) -> (tempfile::TempDir, PathBuf, String) {
    let dir = tempfile::tempdir().unwrap();
    sample::make(dir.path(), size, 7);
    let written = draw(dir.path());
    assert!(written.absent.is_empty(), "{:?}", written.absent);
    if let Ok(keep) = std::env::var("FORECOURT_KEEP_REPORT") {
        std::fs::copy(&written.path, keep).unwrap();
    }
    let text = std::fs::read_to_string(&written.path).unwrap();
    (dir, written.path, text)
}

const SMALL: sample::Size = sample::Size { zones: 40, dealers: 60, candidates: 20, models: 12, weeks: 12 };

/// Checks each number of the page against the tables and the way it is written; returns how many carry a key.
fn compare(html: &str, truth: &Truth, lang: Lang) -> usize {
    let mut keyed = 0;
    for e in with_attribute(html, "data-value") {
        let a = |name: &str| e.attributes.get(name).map(String::as_str);
        let value: f64 = a("data-value").unwrap().parse().unwrap();
        if let Some(key) = a("data-key") {
            let expected = truth.value(key).unwrap_or_else(|| panic!("{key} is in no table"));
            assert!(equal(value, expected), "{key}: the page says {value}, the table {expected}");
            keyed += 1;
        } else {
            assert!(a("class").is_some_and(|c| c.contains("tick")), "{value} has no key and stands on no axis");
        }
        let lang = a("data-fixed").map_or(lang, |l| if l == "zh" { Lang::Zh } else { Lang::En });
        let kind = Kind::named(a("data-kind").unwrap()).unwrap();
        let write = if a("data-plus").is_some() { signed } else { show };
        assert_eq!(e.text, write(value, kind, lang, "CNY"), "{:?}", a("data-key"));
    }
    keyed
}

#[test]
fn a_national_page_stays_below_a_megabyte() {
    let (_dir, _, text) = page(sample::NATIONAL);
    assert!(text.len() <= 1_000_000, "{} bytes", text.len());
}

#[test]
fn written_numbers_equal_the_tables() {
    let (dir, _, html) = page(SMALL);
    let truth = Truth::read(dir.path());
    assert!(compare(&html, &truth, Lang::En) > 200);
    let keys: Vec<String> =
        with_attribute(&html, "data-key").into_iter().map(|mut e| e.attributes.remove("data-key").unwrap()).collect();
    for row in truth.table("kpi.csv") {
        for column in ["today_mean", "plan_mean", "difference_mean"] {
            let key = format!("kpi.csv/{}/{column}", row["kpi"]);
            assert!(keys.contains(&key), "{key} is not on the page");
        }
    }
    for figure in ["opened", "closed", "moved", "improved", "kept", "one_off_cost_cny"] {
        assert!(keys.contains(&format!("summary.json/steps/place/{figure}")), "{figure}");
    }
}

#[test]
fn hostile_names_stay_texts() {
    let (_dir, _, html) = page(SMALL);
    assert!(!html.contains("<img"), "a name became an element");
    assert_eq!(html.matches("<script").count(), 2);
    assert_eq!(html.matches("</script>").count(), 2);
    assert!(html.contains("&lt;img src=x"), "the name is shown");
    let data: Value = serde_json::from_str(json_block(&html, "facts")).unwrap();
    assert!(data["sites"]["name"].to_string().contains("<img"), "the name is kept as it is");
}

#[test]
fn every_word_of_the_page_is_in_the_table_of_words() {
    let (_dir, _, html) = page(SMALL);
    for attribute in ["data-t", "data-t-aria", "data-t-ph", "data-label"] {
        for e in with_attribute(&html, attribute) {
            assert!(words::known(&e.attributes[attribute]), "{}", e.attributes[attribute]);
        }
    }
    let data: Value = serde_json::from_str(json_block(&html, "facts")).unwrap();
    for table in data["tables"].as_object().unwrap().values() {
        for c in table["cols"].as_array().unwrap() {
            let word = c[1].as_str().unwrap();
            assert!(words::known(word) || word.starts_with("20"), "{word}");
        }
    }
}

#[test]
fn the_same_tables_give_the_same_page() {
    let (_a, _, first) = page(SMALL);
    let (_b, _, second) = page(SMALL);
    assert!(first == second);
}

/// A folder with one step's files only: the page says what is missing and is still whole.
#[test]
fn missing_parts_are_said_to_be_missing() {
    let dir = tempfile::tempdir().unwrap();
    sample::make(dir.path(), SMALL, 3);
    for file in std::fs::read_dir(dir.path()).unwrap().map(|f| f.unwrap().path()) {
        let name = file.file_name().unwrap().to_str().unwrap();
        if !["zones.csv", "sites.csv", "forecast.csv", "models.csv"].contains(&name) {
            std::fs::remove_file(file).unwrap();
        }
    }
    let written = draw(dir.path());
    assert_eq!(written.absent.len(), 17);
    let html = std::fs::read_to_string(written.path).unwrap();
    for file in ["orders.csv", "weeks.csv", "placement.csv", "kpi.csv", "transfers.csv"] {
        assert!(html.contains(&format!("{file} was not written")), "{file}");
    }
    assert!(html.contains("No placement was computed"));
    let Some(mut browser) = Browser::start() else { return };
    browser.open(&dir.path().join("page.html"), "lang=zh", 1440);
    assert_eq!(browser.complaints, Vec::<String>::new());
}

/// Elements that reach beyond the window without a scrolling box around them.
const WIDE: &str = "[...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > innerWidth + 1 \
    && !e.closest('.scroll, nav, svg')).map(e => e.tagName + '.' + e.className + '#' + e.id)";

#[test]
fn a_browser_shows_it_whole_in_both_languages() {
    let Some(mut browser) = Browser::start() else { return };
    let (dir, path, _) = page(SMALL);
    let truth = Truth::read(dir.path());
    for (hash, lang) in [("lang=en", Lang::En), ("lang=zh&theme=dark", Lang::Zh)] {
        for width in [1440, 390] {
            browser.open(&path, &format!("{hash}&site=D0003"), width);
            let wide = browser.eval(WIDE);
            assert_eq!(browser.eval("document.body.dataset.overflow"), json!("0"), "{hash} at {width}: {wide}");
            let html = browser.eval("document.documentElement.outerHTML");
            let keyed = compare(html.as_str().unwrap(), &truth, lang);
            assert!(keyed > 800, "{keyed} numbers at {width}");
            let drawn = browser.eval("[...document.querySelectorAll('#map-picture .stores use, #map-picture .z')].filter(e => e.getBoundingClientRect().width > 1).length");
            assert!(drawn.as_u64().unwrap() > 80, "{drawn} things on the map");
            assert_eq!(
                browser.eval("document.querySelector('.land').getBoundingClientRect().width > 100"),
                json!(true)
            );
            assert_ne!(browser.eval("document.title"), json!("owned"));
            assert_eq!(browser.eval("document.querySelectorAll('img').length"), json!(0));
        }
    }
    assert_eq!(browser.complaints, Vec::<String>::new());
}

#[test]
fn switches_filters_sorting_and_clicks_work() {
    let Some(mut browser) = Browser::start() else { return };
    let (dir, path, _) = page(SMALL);
    let truth = Truth::read(dir.path());
    browser.open(&path, "lang=en", 1440);
    // Languages.
    browser.click("[data-lang-to='zh-CN']");
    assert_eq!(browser.eval("document.querySelector('#h-decision span[data-t]').textContent"), json!("决策"));
    browser.click("[data-lang-to='en']");
    // Views of the map.
    let visible =
        "[...document.querySelectorAll('.stores use')].filter(e => getComputedStyle(e).display !== 'none').length";
    let today = truth.table("placement.csv").iter().filter(|p| !p["format_today"].is_empty()).count();
    browser.click("[data-value-of=today]");
    let plants = truth.table("sites.csv").iter().filter(|s| s["kind"] == "plant").count();
    assert_eq!(browser.eval(visible), json!(today + plants));
    browser.click("[data-value-of=plan]");
    // A store by mouse, the next one by keyboard.
    let closed = browser.eval("document.querySelector('.stores use.open').dataset.i");
    browser.click(".stores use.open");
    let title = browser.eval("document.querySelector('#panel .over').textContent");
    let id = browser.eval(&format!(
        "JSON.parse(document.getElementById('facts').textContent).sites.site_id[{}]",
        closed.as_str().unwrap()
    ));
    assert!(title.as_str().unwrap().ends_with(id.as_str().unwrap()), "{title} and {id}");
    browser.eval("document.querySelector('#map-picture').focus()");
    for kind in ["keyDown", "keyUp"] {
        browser.call(
            "Input.dispatchKeyEvent",
            &json!({ "type": kind, "key": "ArrowLeft", "code": "ArrowLeft", "windowsVirtualKeyCode": 37 }),
        );
    }
    assert_ne!(browser.eval("document.querySelector('#panel .over').textContent"), title);
    // Sorting and filtering.
    let firsts = "[...document.querySelectorAll('[data-table=dealers] tbody tr')].map(r => +r.children[2].firstChild.dataset.value)";
    browser.click("[data-table=dealers] thead th:nth-child(3) button");
    let down: Vec<f64> = serde_json::from_value(browser.eval(firsts)).unwrap();
    assert!(down.len() == 12 && down.is_sorted_by(|a, b| a >= b), "{down:?}");
    browser.click("[data-table=dealers] thead th:nth-child(3) button");
    let up: Vec<f64> = serde_json::from_value(browser.eval(firsts)).unwrap();
    assert!(up.is_sorted() && up[0] < down[0], "{up:?}");
    browser.eval("(() => { const s = document.querySelector('[data-table=placement] select'); s.value = 'open'; s.dispatchEvent(new Event('change')); })()");
    let opened = truth.table("placement.csv").iter().filter(|p| p["action"] == "open").count();
    let note = browser.eval("document.querySelector('[data-table=placement] .foot').textContent");
    assert!(note.as_str().unwrap().contains(&format!("of {opened} rows")), "{note}");
    // The values under the pointer: the last simulated week.
    browser.eval("document.querySelector('.three .chart').scrollIntoView({block: 'center'})");
    let end = browser.eval("(() => { const r = document.querySelector('.three .chart').getBoundingClientRect(); return [r.right - r.width * 52 / 380 - 1, r.y + 60]; })()");
    browser.call("Input.dispatchMouseEvent", &json!({ "type": "mouseMoved", "x": end[0], "y": end[1] }));
    let sales = truth.value("weeks.csv/plan|sales|52/p50").unwrap();
    let bubble = browser.eval("document.querySelector('.three .bubble').textContent");
    assert!(
        bubble.as_str().unwrap().contains(&format!("Plan {}", show(sales, Kind::Cars, Lang::En, "CNY"))),
        "{bubble}"
    );
    // A model's forecast: the script draws it from the numbers of the table, by the engine's own steps.
    let drawn = "[...document.querySelector('.model .chart').children].filter(e => !e.classList.contains('cursor')) \
        .map(e => [e.tagName, e.textContent, ...[...e.attributes].map(a => a.name + '=' + a.value).sort()])";
    let (first, values) = (browser.eval(drawn), "document.querySelector('.model .chart').dataset.values");
    let first_values = browser.eval(values);
    let choose = |id: &str| {
        format!(
            "(() => {{ const s = document.querySelector('#model'); s.value = '{id}'; s.dispatchEvent(new Event('change')); }})()"
        )
    };
    browser.eval(&choose("M02"));
    let shown = "[...document.querySelectorAll('.model[data-model]')].map(m => m.dataset.model)";
    assert_eq!(browser.eval(shown), json!(["M02"]));
    let rows: Vec<_> = truth.table("forecast.csv").iter().filter(|f| f["model_id"] == "M02").collect();
    let column =
        |name: &str| rows.iter().map(|r| r[name].parse::<f64>().unwrap().to_string()).collect::<Vec<_>>().join(" ");
    let second = browser.eval(values);
    let parts: Vec<_> = second.as_str().unwrap().split('|').map(str::to_owned).collect();
    assert_eq!(
        parts[1..],
        [
            column_text(&rows, "week_start"),
            "plot.cars".into(),
            column("mean_cars"),
            column("low_cars"),
            column("high_cars")
        ]
    );
    assert_ne!(browser.eval(drawn), first);
    browser.eval(&choose("M01"));
    assert_eq!((browser.eval(drawn), browser.eval(values)), (first, first_values));
    assert_eq!(browser.complaints, Vec::<String>::new());
}

#[test]
fn it_prints_on_twenty_sheets() {
    let Some(mut browser) = Browser::start() else { return };
    let (_dir, path, _) = page(sample::NATIONAL);
    browser.open(&path, "lang=en", 1440);
    let pdf = browser.call("Page.printToPDF", &json!({ "preferCSSPageSize": true }));
    let bytes = decode(pdf["data"].as_str().unwrap());
    let sheets = bytes.windows(11).filter(|w| w.starts_with(b"/Type /Page") && w.get(11) != Some(&b's')).count()
        - bytes.windows(12).filter(|w| w == b"/Type /Pages").count();
    println!("{sheets} sheets");
    assert!((5..=20).contains(&sheets), "{sheets} sheets");
    if let Ok(keep) = std::env::var("FORECOURT_KEEP_PRINT") {
        std::fs::write(keep, bytes).unwrap();
    }
    assert_eq!(browser.complaints, Vec::<String>::new());
}

/// A column of texts, joined.
fn column_text(rows: &[&Record], name: &str) -> String {
    rows.iter().map(|r| r[name].as_str()).collect::<Vec<_>>().join(" ")
}

/// RFC 4648.
fn decode(text: &str) -> Vec<u8> {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let (mut out, mut bits, mut held) = (Vec::new(), 0u32, 0);
    for value in text.bytes().filter_map(|b| DIGITS.iter().position(|d| *d == b)) {
        (bits, held) = (bits << 6 | value as u32, held + 6);
        if held >= 8 {
            held -= 8;
            out.push((bits >> held) as u8);
        }
    }
    out
}
