//! The section that sets other plans beside this one.

use super::browser::Browser;
use super::markup::with_attribute;
use super::{SMALL, sample};
use forecourt::io::results::read::facts;
use forecourt::report::compare::{Comparison, Plan, compare, json};
use forecourt::report::number::{Kind, Lang, show, signed};
use forecourt::report::page_beside;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;

fn plan(folder: &Path, name: &str, seed: u64) -> Plan {
    std::fs::create_dir(folder).unwrap();
    sample::make(folder, SMALL, seed);
    let runs = (0..50).map(|n| 1e9 + f64::from(n) * 1e6 * (1.0 + seed as f64 / 10.0)).collect();
    Plan { name: name.into(), facts: facts(folder).unwrap(), runs: Some(BTreeMap::from([("profit".to_owned(), runs)])) }
}

/// A number of the comparison by its key on the page, from the JSON that `forecourt compare` prints.
fn truth(all: &Value, key: &str) -> Option<f64> {
    let parts: Vec<&str> = key.strip_prefix("compare/")?.split('/').collect();
    match parts[..] {
        ["regret", k, end] => {
            let name = if end == "best_in" { end.to_owned() } else { format!("{end}_cny") };
            all["regret"][k.parse::<usize>().ok()?][name].as_f64()
        }
        [what, "count", "rows"] => {
            let list = all["decisions"].as_array()?;
            Some(list.iter().filter(|d| d["what"] == what).count() as f64)
        }
        [id, side, end] => {
            let figure = all["figures"].as_array()?.iter().find(|f| f["id"] == id)?;
            match side.strip_prefix("less ") {
                Some(k) => figure["less_first"][k.parse::<usize>().ok()?][end].as_f64(),
                None => figure["plans"][side.parse::<usize>().ok()?][end].as_f64(),
            }
        }
        _ => None,
    }
}

fn check(html: &str, all: &Value, lang: Lang) -> usize {
    let mut seen = 0;
    for e in with_attribute(html, "data-key") {
        let a = |name: &str| e.attributes.get(name).map(String::as_str);
        let Some(key) = a("data-key").filter(|k| k.starts_with("compare/")) else { continue };
        let value: f64 = a("data-value").unwrap().parse().unwrap();
        let expected = truth(all, key).unwrap_or_else(|| panic!("{key} is not in the comparison"));
        assert!((value - expected).abs() <= 1e-9 * expected.abs().max(1.0), "{key}: {value} against {expected}");
        let write = if a("data-plus").is_some() { signed } else { show };
        assert_eq!(e.text, write(value, Kind::named(a("data-kind").unwrap()).unwrap(), lang, "CNY"), "{key}");
        seen += 1;
    }
    seen
}

#[test]
fn other_plans_stand_beside_it() {
    let home = tempfile::tempdir().unwrap();
    let plans = [("a", 7), ("b", 8), ("<i>c", 9)]
        .map(|(name, seed)| plan(&home.path().join(name.trim_start_matches("<i>")), name, seed));
    let comparison: Comparison = compare(&plans);
    let (all, html) = (json(&comparison), page_beside(&plans[0].facts, Some(&comparison)));
    assert!(check(&html, &all, Lang::En) > 60);
    assert!(html.contains("id=\"compare\"") && !html.contains("<i>c"));
    assert!(comparison.figures.iter().any(|f| f.differences.iter().flatten().any(|g| g.paired)));
    let path = home.path().join("page.html");
    std::fs::write(&path, html).unwrap();
    let Some(mut browser) = Browser::start() else { return };
    for (hash, lang) in [("lang=en", Lang::En), ("lang=zh&theme=dark", Lang::Zh)] {
        for width in [1440, 390] {
            browser.open(&path, hash, width);
            assert_eq!(browser.eval("document.body.dataset.overflow"), serde_json::json!("0"), "{hash} at {width}");
            let html = browser.eval("document.documentElement.outerHTML");
            assert!(check(html.as_str().unwrap(), &all, lang) > 60);
        }
    }
    assert_eq!(browser.complaints, Vec::<String>::new());
}
