//! Options of a variant, put into the text of `scenario.toml`.

use super::parse::Variant;
use super::trace::{Origin, Traces};
use toml::de::{DeTable, DeValue};

/// Puts the options where the base has them, or at the end of their sections; the id and the titles say the variant.
pub(super) fn apply(text: &mut String, variant: &Variant, stem: &str, traces: &mut Traces) {
    let quoted = |t: &str| toml::Value::String(t.into()).to_string();
    let title = variant.name.clone().unwrap_or_else(|| stem.to_owned());
    let title_zh = variant.name_zh.clone().unwrap_or_else(|| title.clone());
    let old = |key: &str| find(text, "", key).map(|s| text[s].to_owned()).and_then(|t| plain(&t));
    let names = [
        ("id", old("id").map(|id| format!("{id}-{stem}"))),
        ("name_zh", old("name_zh").or_else(|| old("name")).map(|n| format!("{n}：{title_zh}"))),
        ("name", old("name").map(|n| format!("{n}: {title}"))),
    ];
    let mut lines = traces.of(0, text);
    for (key, value) in names {
        if let Some(value) = value {
            put(text, &mut lines, ("", key), &quoted(&value), 0);
        }
    }
    for option in &variant.settings {
        put(text, &mut lines, (&option.section, &option.key), &option.value, option.at);
    }
    traces.put(0, lines);
}

fn plain(value: &str) -> Option<String> {
    let table: toml::Table = format!("v = {value}").parse().ok()?;
    table.get("v")?.as_str().map(str::to_owned)
}

/// The bytes of a key's value.
fn find(text: &str, section: &str, key: &str) -> Option<std::ops::Range<usize>> {
    let (root, _) = DeTable::parse_recoverable(text);
    if section.is_empty() {
        return root.get_ref().get(key).map(toml::Spanned::span);
    }
    match root.get_ref().get(section)?.get_ref() {
        DeValue::Table(entries) => entries.get(key).map(toml::Spanned::span),
        _ => None,
    }
}

fn put(text: &mut String, lines: &mut Vec<Origin>, (section, key): (&str, &str), value: &str, at: usize) {
    let line_of = |text: &str, byte: usize| text[..byte].matches('\n').count();
    if let Some(span) = find(text, section, key) {
        let line = line_of(text, span.start);
        if text[span.clone()].contains('\n') {
            return;
        }
        text.replace_range(span, value);
        lines[line].patch = Some(at);
        return;
    }
    let origin = Origin { line: 0, patch: Some(at) };
    let heading = text.lines().position(|l| section_of(l) == Some(section));
    let (line, new, count) = match heading {
        Some(line) => (line + 1, format!("{key} = {value}\n"), 1),
        None if section.is_empty() => (0, format!("{key} = {value}\n"), 1),
        None => (text.lines().count(), format!("[{section}]\n{key} = {value}\n"), 2),
    };
    if !text.ends_with('\n') {
        text.push('\n');
    }
    let byte: usize = text.split_inclusive('\n').take(line).map(str::len).sum();
    text.insert_str(byte, &new);
    for _ in 0..count {
        lines.insert(line.min(lines.len()), origin);
    }
}

fn section_of(line: &str) -> Option<&str> {
    line.trim().strip_prefix('[')?.split(']').next().map(str::trim)
}
