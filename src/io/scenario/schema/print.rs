//! The schema in words, as data, and as JSON Schema of `scenario.toml`.

use super::{Attribute, Need, SECTIONS, TABLES, Type, VERSION};
use serde_json::{Map, Value, json};
use std::fmt::Write;

impl Type {
    /// What a cell holds, in words.
    pub fn words(self) -> String {
        match self {
            Self::Key => "id".into(),
            Self::Reference(table) => format!("id of {table}"),
            Self::Text => "text".into(),
            Self::Whole(least, most) => format!("whole number {least} to {most}"),
            Self::Number(least, most) => format!("number {} to {}", short(least), short(most)),
            Self::Money(least, most) => format!("money {} to {}", short(least), short(most)),
            Self::Latitude => "number -90 to 90".into(),
            Self::Longitude => "number -180 to 180".into(),
            Self::Share => "share 0 to 1".into(),
            Self::Day => "date".into(),
            Self::Monday => "date, a Monday".into(),
            Self::Hour => "hour 0 to 24".into(),
            Self::Word(words) => words.iter().map(|w| w.word).collect::<Vec<_>>().join(" | "),
            Self::Flag => "true | false".into(),
        }
    }

    fn json(self) -> Value {
        let number = |kind: &str, least: f64, most: f64| json!({"type": kind, "minimum": least, "maximum": most});
        match self {
            Self::Key | Self::Reference(_) => json!({"type": "string", "minLength": 1, "maxLength": 64}),
            Self::Text => json!({"type": "string", "minLength": 1, "maxLength": 200}),
            Self::Whole(least, most) => json!({"type": "integer", "minimum": least, "maximum": most}),
            Self::Number(least, most) | Self::Money(least, most) => number("number", least, most),
            Self::Latitude => number("number", -90.0, 90.0),
            Self::Longitude => number("number", -180.0, 180.0),
            Self::Share => number("number", 0.0, 1.0),
            Self::Hour => number("number", 0.0, 24.0),
            Self::Day | Self::Monday => json!({"type": "string", "format": "date"}),
            Self::Word(words) => json!({"enum": words.iter().map(|w| w.word).collect::<Vec<_>>()}),
            Self::Flag => json!({"type": "boolean"}),
        }
    }
}

/// A bound without a row of zeros.
fn short(number: f64) -> String {
    if number.abs() >= 1e6 || (number != 0.0 && number.abs() < 1e-3) {
        format!("{number:e}")
    } else {
        number.to_string()
    }
}

fn need(attribute: &Attribute) -> String {
    match attribute.need {
        Need::Required => "required".into(),
        Need::Optional => "optional".into(),
        Need::Default(value) => format!("default {value}"),
    }
}

/// The schema as text: `scenario.toml` first, then the tables.
pub fn text() -> String {
    let mut out = format!("Schema of a scenario folder, version {VERSION}\n\nscenario.toml\n");
    for section in SECTIONS {
        let name = if section.name.is_empty() { String::new() } else { format!("[{}] ", section.name) };
        let _ = writeln!(out, "\n{name}{}", section.about);
        attributes(&mut out, section.keys);
    }
    let _ = writeln!(out, "\n[tables] File of a table, when it is not <table>.csv; inside the folder");
    for table in TABLES {
        let needed = if table.required { "" } else { " (optional)" };
        let _ = writeln!(out, "\n{}.csv{needed}: {}", table.name, table.about);
        attributes(&mut out, table.columns);
    }
    out
}

fn attributes(out: &mut String, list: &[Attribute]) {
    let width = list.iter().map(|a| a.name.len()).max().unwrap_or(0);
    for a in list {
        let also = if a.zh.is_empty() { String::new() } else { format!(" ({})", a.zh.join(", ")) };
        let _ = writeln!(out, "  {:width$}  {}; {}. {}{also}", a.name, a.holds.words(), need(a), a.about);
    }
}

/// The schema as a page of Markdown, for the documentation.
pub fn markdown() -> String {
    let mut out = String::from("# The scenario folder\n\n");
    let _ = writeln!(
        out,
        "This page is what `forecourt schema --markdown` prints (schema version {VERSION}). A folder holds `scenario.toml` \
         and tables as CSV files with a header. Columns may stand in any order, and rows too; headers are compared without \
         case, and the Chinese names in brackets are accepted. Files may be UTF-8, UTF-16 or GB18030, with commas, \
         semicolons or tabs. Ids are compared without case and width. An empty cell takes the default."
    );
    let _ = writeln!(out, "\n## scenario.toml\n\n`[tables]` may name a table's file when it is not `<table>.csv`.");
    for section in SECTIONS {
        let name = if section.name.is_empty() { "Above all sections" } else { &format!("`[{}]`", section.name) };
        let _ = writeln!(out, "\n### {name}\n\n{}.\n", section.about);
        markdown_rows(&mut out, section.keys);
    }
    for table in TABLES {
        let needed = if table.required { "Required" } else { "Optional" };
        let _ = writeln!(out, "\n## {}.csv\n\n{}. {needed}.\n", table.name, table.about);
        markdown_rows(&mut out, table.columns);
    }
    out
}

fn markdown_rows(out: &mut String, list: &[Attribute]) {
    out.push_str("| name | holds | given | meaning |\n|---|---|---|---|\n");
    for a in list {
        let also = if a.zh.is_empty() { String::new() } else { format!(" ({})", a.zh.join(", ")) };
        let holds = a.holds.words().replace('|', "\\|");
        let _ = writeln!(out, "| `{}`{also} | {holds} | {} | {} |", a.name, need(a), a.about);
    }
}

/// The schema as one JSON object: `toml` is the JSON Schema of `scenario.toml`, `tables` describes the tables.
pub fn json() -> Value {
    json!({"version": VERSION, "toml": toml_schema(), "tables": TABLES.iter().map(table_json).collect::<Vec<_>>()})
}

fn toml_schema() -> Value {
    let mut properties = Map::new();
    let mut needed = Vec::new();
    for section in SECTIONS {
        if section.name.is_empty() {
            properties.extend(section.keys.iter().map(|a| (a.name.to_string(), key_json(a))));
            needed.extend(section.keys.iter().filter(|a| a.need == Need::Required).map(|a| a.name));
        } else {
            properties.insert(section.name.into(), object(section.about, section.keys));
        }
    }
    let files: Map<String, Value> = TABLES.iter().map(|t| (t.name.to_string(), json!({"type": "string"}))).collect();
    properties.insert("tables".into(), json!({"type": "object", "properties": files, "additionalProperties": false}));
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "scenario.toml",
        "type": "object",
        "properties": properties,
        "required": needed,
        "additionalProperties": false,
    })
}

fn object(about: &str, keys: &[Attribute]) -> Value {
    let properties: Map<String, Value> = keys.iter().map(|a| (a.name.to_string(), key_json(a))).collect();
    json!({"type": "object", "description": about, "properties": properties, "additionalProperties": false})
}

fn key_json(attribute: &Attribute) -> Value {
    let mut value = attribute.holds.json();
    value["description"] = attribute.about.into();
    if let Need::Default(text) = attribute.need {
        value["default"] = match attribute.holds {
            Type::Flag => json!(text == "true"),
            Type::Word(_) | Type::Text | Type::Day | Type::Monday => text.into(),
            _ => serde_json::from_str(text).unwrap_or_else(|_| text.into()),
        };
    }
    value
}

fn table_json(table: &super::Table) -> Value {
    let columns: Vec<Value> = table.columns.iter().map(column_json).collect();
    json!({"name": table.name, "required": table.required, "most_rows": table.rows, "about": table.about, "columns": columns})
}

fn column_json(attribute: &Attribute) -> Value {
    let mut value = key_json(attribute);
    value["name"] = attribute.name.into();
    value["holds"] = attribute.holds.words().into();
    value["unit"] = attribute.unit.into();
    value["aliases"] = attribute.zh.into();
    value["required"] = (attribute.need == Need::Required).into();
    if let Type::Reference(table) = attribute.holds {
        value["references"] = table.into();
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_end_with_their_units() {
        let lists = SECTIONS.iter().map(|s| s.keys).chain(TABLES.iter().map(|t| t.columns));
        for list in lists {
            for (k, a) in list.iter().enumerate() {
                assert!(
                    list[..k].iter().all(|b| b.name != a.name && b.zh.iter().all(|z| !a.zh.contains(z))),
                    "{}",
                    a.name
                );
                assert!(a.name.ends_with(a.unit), "{} {}", a.name, a.unit);
                assert!(!a.about.is_empty() && !a.about.ends_with('.'), "{}", a.name);
                let money = matches!(a.holds, Type::Money(..));
                assert_eq!(money, a.name.contains("cny"), "{}", a.name);
            }
        }
    }

    #[test]
    fn references_name_tables_that_come_before() {
        for (k, table) in TABLES.iter().enumerate() {
            for column in table.columns {
                if let Type::Reference(name) = column.holds {
                    assert!(TABLES[..k].iter().any(|t| t.name == name), "{}.{}", table.name, column.name);
                }
            }
        }
    }

    #[test]
    fn the_page_of_the_documentation_is_current() {
        let page = std::fs::read_to_string("docs/scenario-folder.md").expect("the page is there");
        assert!(page == markdown(), "run: forecourt schema --markdown > docs/scenario-folder.md");
    }

    #[test]
    fn text_and_json_hold_every_attribute() {
        let (text, json) = (text(), json());
        for attribute in SECTIONS.iter().flat_map(|s| s.keys).chain(TABLES.iter().flat_map(|t| t.columns)) {
            assert!(text.contains(attribute.name), "{}", attribute.name);
        }
        let count: usize = json["tables"]
            .as_array()
            .map_or(0, |t| t.iter().map(|t| t["columns"].as_array().map_or(0, Vec::len)).sum());
        assert_eq!(count, TABLES.iter().map(|t| t.columns.len()).sum::<usize>());
        assert_eq!(json["toml"]["properties"]["placement"]["properties"]["years"]["default"], 5);
        assert_eq!(json["toml"]["required"].as_array().map(Vec::len), Some(5));
    }
}
