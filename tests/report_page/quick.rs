//! How soon the page answers a click: on a national sample, or on the page that FORECOURT_PAGE names.

use super::{Browser, page, sample};
use serde_json::{Value, json};
use std::path::PathBuf;

/// Milliseconds from a click to the painted answer, which must differ from what stood there.
fn answer(browser: &mut Browser, click: &str) -> f64 {
    let script = format!(
        "new Promise(done => {{ const before = document.documentElement.outerHTML, t = performance.now(); {click}; \
         document.body.getBoundingClientRect(); requestAnimationFrame(() => setTimeout(() => {{ const after = performance.now() - t; \
         done(document.documentElement.outerHTML === before ? -1 : after); }}, 0)); }})"
    );
    let options = json!({ "expression": script, "awaitPromise": true, "returnByValue": true });
    let answer = browser.call("Runtime.evaluate", &options);
    answer["result"]["value"].as_f64().unwrap_or_else(|| panic!("{click}: {answer}"))
}

#[test]
fn a_click_answers_soon() {
    let Some(mut browser) = Browser::start() else { return };
    let given = std::env::var("FORECOURT_PAGE").ok().map(PathBuf::from);
    let sample = given.is_none().then(|| page(sample::NATIONAL));
    let path = given.or_else(|| sample.as_ref().map(|s| s.1.clone())).unwrap();
    let select = "(s => { s.selectedIndex = s.options.length - 1; s.dispatchEvent(new Event('change')); })";
    let clicks = [
        ("a store in a table", "document.querySelector('[data-table=placement] tbody button').click()".to_owned()),
        ("the plan's view", "document.querySelector('[data-value-of=today]').click()".into()),
        (
            "a column's order",
            "document.querySelector('[data-table=league] thead th:nth-child(5) button').click()".into(),
        ),
        ("more rows", "document.querySelector('[data-table=league] .foot button').click()".into()),
        ("a list to choose from", format!("{select}(document.querySelector('[data-table=placement] select'))")),
        ("a model", format!("{select}(document.querySelector('#model'))")),
        ("the other language", "document.querySelector('[data-lang-to][aria-pressed=false]').click()".into()),
    ];
    for (name, click) in clicks {
        // The slowest of three pages just opened: the first time counts.
        let first = |browser: &mut Browser| {
            browser.open(&path, "lang=en", 1440);
            let millis = answer(browser, &click);
            assert!(millis >= 0.0, "{name} changed nothing on the page");
            millis
        };
        let millis = (0..3).map(|_| first(&mut browser)).fold(0.0, f64::max);
        println!("{name}: {millis:.0} ms (bar 300 ms)");
    }
    assert_eq!(browser.eval("document.documentElement.lang"), Value::from("zh-CN"));
    assert_eq!(browser.complaints, Vec::<String>::new());
}
