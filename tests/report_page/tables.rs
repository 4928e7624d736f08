//! The tables inside the page, read as its script reads them: their numbers and names are those of the files.

use super::markup::json_block;
use super::truth::{Truth, equal};
use super::{SMALL, page};
use serde_json::{Value, json};

/// Numbers from their steps.
fn along(steps: &Value) -> Vec<usize> {
    let mut at = 0;
    steps
        .as_array()
        .unwrap()
        .iter()
        .map(|s| {
            at += s.as_i64().unwrap();
            at as usize
        })
        .collect()
}

/// A column of an embedded table as the script reads it: plain, by places among the sites, by a list of texts, or by
/// wordings with numbers in them.
fn column(all: &Value, table: &Value, name: &str) -> Vec<Value> {
    let c = &table[name];
    if let Some(values) = c.as_array() {
        return values.clone();
    }
    if !c["+"].is_null() {
        return along(&c["+"]).into_iter().map(Value::from).collect();
    }
    let sites = &all["sites"];
    if !c["s"].is_null() {
        return along(&c["s"]).into_iter().map(|i| sites["site_id"][i].clone()).collect();
    }
    if let Some(of) = c["of"].as_str() {
        let (ids, told) = (column(all, sites, "site_id"), column(all, sites, c["take"].as_str().unwrap()));
        let at = |id: &Value| ids.iter().position(|i| i == id).unwrap();
        return column(all, table, of).iter().map(|id| told[at(id)].clone()).collect();
    }
    if c["d"].is_array() {
        if let Some(letters) = c["i"].as_str() {
            return letters.chars().map(|l| c["d"][l.to_digit(36).unwrap() as usize].clone()).collect();
        }
        return c["i"].as_array().unwrap().iter().map(|i| c["d"][i.as_u64().unwrap() as usize].clone()).collect();
    }
    // The same sentence in another language has the numbers of the first.
    let holder = c["like"].as_str().map_or(c, |like| &table[like]);
    let sentence = |row: &Value| {
        let pieces = c["p"][row[0].as_u64().unwrap() as usize].as_array().unwrap();
        let text =
            |(k, piece): (usize, &Value)| format!("{}{}", piece.as_str().unwrap(), row[k + 1].as_str().unwrap_or(""));
        pieces.iter().enumerate().map(text).collect::<String>().into()
    };
    holder["i"].as_array().unwrap().iter().map(sentence).collect()
}

/// Every row of the tables that the script shows, not only those on its first page.
#[test]
fn embedded_tables_equal_the_files() {
    let (dir, _, html) = page(SMALL);
    let truth = Truth::read(dir.path());
    let data: Value = serde_json::from_str(json_block(&html, "facts")).unwrap();
    let mut compared = 0;
    for (name, table) in data["tables"].as_object().unwrap() {
        let file = table["file"].as_str().unwrap();
        let parts: Vec<_> = table["row"]
            .as_array()
            .unwrap()
            .iter()
            .map(|k| column(&data, &table["data"], k.as_str().unwrap()))
            .collect();
        let text = |v: &Value| v.as_str().map_or_else(|| v.to_string(), str::to_owned);
        for (c, values) in table["data"].as_object().unwrap().keys().map(|c| (c, column(&data, &table["data"], c))) {
            let (field, network) = c.split_once('@').map_or((c.as_str(), String::new()), |(f, n)| (f, format!("|{n}")));
            for (i, v) in values.iter().enumerate().filter(|v| v.1.is_number()) {
                let row = parts.iter().map(|p| text(&p[i])).collect::<Vec<_>>().join("|");
                let key = format!("{file}/{row}{network}/{field}");
                let expected = truth.value(&key).unwrap_or_else(|| panic!("{name}: {key}"));
                assert!(equal(v.as_f64().unwrap(), expected), "{key}: {v} and {expected}");
                compared += 1;
            }
        }
    }
    assert_eq!(
        column(&data, &data["tables"]["placement"]["data"], "site_id").len(),
        truth.table("placement.csv").len()
    );
    assert_eq!(
        column(&data, &data["tables"]["dealers"]["data"], "site_id").len() * 2,
        truth.table("dealers.csv").len()
    );
    assert!(compared > 2_000, "{compared}");
    let league = &data["tables"]["league"]["data"];
    let regions: Vec<_> = truth.table("league.csv").iter().map(|r| json!(r["region"])).collect();
    assert_eq!(column(&data, league, "region"), regions);
    let placement = &data["tables"]["placement"]["data"];
    for (id, reason) in column(&data, placement, "site_id").iter().zip(column(&data, placement, "reason_zh")) {
        let row = truth.table("placement.csv").iter().find(|p| json!(p["site_id"]) == *id).unwrap();
        assert_eq!(reason, json!(row["reason_zh"]));
    }
}

/// What the side panel says of customers, orders and transfers.
#[test]
fn flows_and_moves_equal_the_files() {
    let (dir, _, html) = page(SMALL);
    let truth = Truth::read(dir.path());
    let data: Value = serde_json::from_str(json_block(&html, "facts")).unwrap();
    let (sites, zones) =
        (column(&data, &data["sites"], "site_id"), column(&data, &data["tables"]["zones"]["data"], "zone_id"));
    let text = |list: &[Value], at: &Value| list[at.as_u64().unwrap() as usize].as_str().unwrap().to_owned();
    let check = |table: &Value, columns: &[&str], key: &dyn Fn(usize, &str) -> String| {
        let mut compared = 0;
        for name in columns {
            for (k, v) in column(&data, table, name).iter().enumerate().filter(|v| v.1 != &json!(0)) {
                let expected = truth.value(&key(k, name)).unwrap_or_else(|| panic!("{}", key(k, name)));
                assert!(equal(v.as_f64().unwrap(), expected), "{}: {v} and {expected}", key(k, name));
                compared += 1;
            }
        }
        assert!(compared >= 10, "{compared} of {columns:?}");
    };
    let (flows, moves) = (&data["service"], &data["moves"]);
    let (zone, site) = (column(&data, flows, "zone"), column(&data, flows, "site"));
    check(flows, &["cars_per_year", "travel_min"], &|k, name| {
        format!("service.csv/{}|{}/{name}", text(&zones, &zone[k]), text(&sites, &site[k]))
    });
    let site = column(&data, moves, "site");
    for (name, file, of) in [
        ("orders", "orders.csv", "site_id"),
        ("in", "transfers.csv", "to_site_id"),
        ("out", "transfers.csv", "from_site_id"),
    ] {
        check(moves, &[name], &|k, _| format!("{file}/sum {of}={}/cars", text(&sites, &site[k])));
    }
}
