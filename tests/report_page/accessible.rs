//! What axe-core finds on the page, in both languages, wide and narrow, light and dark.

use super::browser::Browser;
use super::{SMALL, page};
use serde_json::Value;
use std::path::{Path, PathBuf};

/// The script of axe-core: `FORECOURT_AXE`, or where npm has put it.
fn axe() -> Option<String> {
    let home = std::env::var("HOME").unwrap_or_default();
    let places = [
        std::env::var("FORECOURT_AXE").unwrap_or_default(),
        "node_modules/axe-core/axe.min.js".into(),
        format!("{home}/.cache/forecourt/npm/node_modules/axe-core/axe.min.js"),
        format!("{home}/node_modules/axe-core/axe.min.js"),
        "/usr/lib/node_modules/axe-core/axe.min.js".into(),
        "/usr/local/lib/node_modules/axe-core/axe.min.js".into(),
    ];
    places.into_iter().map(PathBuf::from).find_map(|p| std::fs::read_to_string(p).ok())
}

/// What is serious on a page in both languages, wide and narrow, light and dark; nothing where axe-core is not there.
pub fn faults(browser: &mut Browser, path: &Path) -> Option<Vec<String>> {
    let Some(script) = axe() else {
        println!("skipped: no axe-core (npm install --prefix ~/.cache/forecourt/npm axe-core, or set FORECOURT_AXE)");
        return None;
    };
    let mut found = Vec::new();
    for (lang, width, theme) in
        [("en", 1440, "light"), ("zh-CN", 1440, "dark"), ("zh-CN", 390, "light"), ("en", 390, "dark")]
    {
        browser.open(path, "", width);
        browser.eval(&format!("document.querySelector('[data-lang-to=\"{lang}\"]').click()"));
        browser.eval(&format!("document.documentElement.dataset.theme = '{theme}'"));
        browser.eval(&format!("{script}; true"));
        let answer = browser.eval(
            "axe.run(document, {resultTypes: ['violations']}).then(r => r.violations.map(v => [v.id, v.impact, v.nodes.length, v.help, v.nodes.slice(0, 4).map(n => n.target.join(' ') + ': ' + n.failureSummary)]))",
        );
        for fault in answer.as_array().expect("a list of violations") {
            if matches!(fault[1].as_str(), Some("serious" | "critical")) {
                found.push(format!("{lang} {width} {theme}: {fault}"));
            }
        }
        assert!(answer != Value::Null);
    }
    Some(found)
}

#[test]
fn no_serious_fault_of_accessibility() {
    let Some(mut browser) = Browser::start() else { return };
    let (_dir, path, _) = page(SMALL);
    let Some(found) = faults(&mut browser, &path) else { return };
    assert!(found.is_empty(), "{}", found.join("\n"));
    // The check can fail: a picture without words is found.
    browser.eval(
        "document.body.append(document.createElement('img')); document.querySelector('img').src = 'data:,'; true",
    );
    let answer = browser.eval("axe.run(document).then(r => r.violations.map(v => v.id))");
    assert!(answer.to_string().contains("image-alt"), "{answer}");
}
