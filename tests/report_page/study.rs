//! The page of a study: its numbers are those of its tables, and it is sound in a browser.

use super::accessible::faults;
use super::browser::Browser;
use super::markup::with_attribute;
use assert_cmd::Command;
use forecourt::report::number::{Kind, Lang, show};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;

/// The example worked into a folder.
fn worked(home: &Path) -> std::path::PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (study, out) = (root.join("scenarios/tiny/studies/what-if.toml"), home.join("what-if"));
    let line = ["study", "run", study.to_str().unwrap(), "--quiet", "--out", out.to_str().unwrap()];
    Command::cargo_bin("forecourt").unwrap().args(line).assert().success();
    out
}

/// A number of the tables by its key on the page.
fn truth(summary: &Value, points: &BTreeMap<String, BTreeMap<String, String>>, key: &str) -> Option<f64> {
    let parts: Vec<&str> = key.split('/').collect();
    match parts[..] {
        ["study.json", "front", "length"] => Some(summary["front"].as_array()?.len() as f64),
        ["study.json", ref path @ ..] => {
            let found =
                path.iter().fold(summary, |v, part| part.parse::<usize>().map_or_else(|_| &v[*part], |k| &v[k]));
            found.as_f64()
        }
        ["points.csv", point, column] => points.get(point)?.get(column)?.parse().ok(),
        _ => None,
    }
}

#[test]
fn the_numbers_on_a_study_s_page_are_those_of_its_tables() {
    let home = tempfile::tempdir().unwrap();
    let out = worked(home.path());
    let read = |name: &str| std::fs::read_to_string(out.join(name)).unwrap();
    let (html, summary) = (read("study.html"), serde_json::from_str::<Value>(&read("study.json")).unwrap());
    let table = read("points.csv");
    let mut reader = csv::Reader::from_reader(table.as_bytes());
    let rows: Vec<BTreeMap<String, String>> = reader.deserialize().map(Result::unwrap).collect();
    let points = rows.into_iter().map(|r| (r["point"].clone(), r)).collect();
    let mut seen = 0;
    for e in with_attribute(&html, "data-key") {
        let key = &e.attributes["data-key"];
        let value: f64 = e.attributes["data-value"].parse().unwrap();
        let expected = truth(&summary, &points, key).unwrap_or_else(|| panic!("{key} is in no table"));
        // A distance is said without its sign in a sentence.
        let near = |x: f64| (value - x).abs() <= 1e-6 * x.abs().max(1.0);
        assert!(
            near(expected) || key.contains("ranking/1/behind") && near(-expected),
            "{key}: {value} against {expected}"
        );
        seen += 1;
    }
    assert!(seen > 80, "{seen} numbers");
    let first = summary["ranking"][0]["profit"].as_f64().unwrap();
    assert!([Lang::En, Lang::Zh].iter().all(|&l| html.contains(&show(first, Kind::Money, l, "CNY"))));

    let path = out.join("study.html");
    let Some(mut browser) = Browser::start() else { return };
    for hash in ["lang=en", "lang=zh&theme=dark"] {
        for width in [1440, 390] {
            browser.open(&path, hash, width);
            assert_eq!(browser.eval("document.body.dataset.overflow"), json!("0"), "{hash} at {width}");
            // The first heading of the ranking sorts it by number, down and up.
            let order = "(() => { document.querySelector('#ranking th button').click(); return [...document.querySelectorAll('#ranking tbody tr')].map(r => +r.cells[0].querySelector('[data-value]').dataset.value); })()";
            let down: Vec<i64> = serde_json::from_value(browser.eval(order)).unwrap();
            let up: Vec<i64> = serde_json::from_value(browser.eval(order)).unwrap();
            assert!(
                down == (1..=12).rev().collect::<Vec<_>>() && up == (1..=12).collect::<Vec<_>>(),
                "{down:?} {up:?}"
            );
            let hidden = browser.eval("[...document.querySelectorAll(document.documentElement.lang === 'en' ? 'span[lang=zh-CN]' : 'span[lang=en]')].filter(e => e.getClientRects().length).length");
            assert_eq!(hidden, json!(0), "one language at a time");
        }
    }
    assert_eq!(browser.complaints, Vec::<String>::new());
    if let Some(found) = faults(&mut browser, &path) {
        assert!(found.is_empty(), "{}", found.join("\n"));
    }
}
