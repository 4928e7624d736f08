//! As much of HTML as it takes to find the numbers of a page.

use std::collections::HashMap;

/// An element's attributes and the text that follows its opening tag.
pub struct Element {
    pub attributes: HashMap<String, String>,
    pub text: String,
}

/// All elements with an attribute of that name, in order.
pub fn with_attribute(html: &str, name: &str) -> Vec<Element> {
    let mut found = Vec::new();
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        rest = &rest[at + 1..];
        if rest.starts_with("script") || rest.starts_with("style") {
            let end = if rest.starts_with("script") { "</script>" } else { "</style>" };
            rest = rest.split_once(end).map_or("", |r| r.1);
            continue;
        }
        if !rest.starts_with(|c: char| c.is_ascii_alphabetic()) {
            continue;
        }
        let (attributes, after) = attributes(rest);
        rest = after;
        if attributes.contains_key(name) {
            let text = unescape(rest.split('<').next().unwrap_or(""));
            found.push(Element { attributes, text });
        }
    }
    found
}

/// Attributes of the tag that starts here, and what follows it.
fn attributes(tag: &str) -> (HashMap<String, String>, &str) {
    let mut out = HashMap::new();
    let mut rest = tag.trim_start_matches(|c: char| c.is_ascii_alphanumeric());
    loop {
        rest = rest.trim_start();
        if let Some(after) = rest.strip_prefix('>') {
            return (out, after);
        }
        let end = rest.find(|c: char| c == '=' || c == '>' || c.is_whitespace()).unwrap_or(rest.len());
        let (name, after) = rest.split_at(end);
        let (value, after) = match after.strip_prefix("=\"").and_then(|v| v.split_once('"')) {
            Some((value, after)) => (unescape(value), after),
            None => (String::new(), after),
        };
        assert!(after.len() < rest.len(), "a tag without an end: {}", &rest[..rest.len().min(80)]);
        out.insert(name.to_owned(), value);
        rest = after;
    }
}

/// The text of the JSON block with that id.
pub fn json_block<'a>(html: &'a str, id: &str) -> &'a str {
    let open = format!("id=\"{id}\">");
    html.split_once(&open).and_then(|h| h.1.split_once("</script>")).expect("a JSON block").0
}

fn unescape(text: &str) -> String {
    let pairs = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&nbsp;", "\u{a0}"), ("&amp;", "&")];
    pairs.iter().fold(text.to_owned(), |t, (a, b)| t.replace(a, b))
}
