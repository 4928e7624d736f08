//! Words of a mapping that stand for something else: units, and names of files with stars.

use std::path::{Path, PathBuf};

/// What a unit is in the column's own: money in yuan, cars one by one, lengths in kilometres, degrees, days.
pub(super) fn unit(text: &str) -> Option<f64> {
    Some(match text {
        "元" | "cny" | "CNY" | "台" | "辆" | "car" | "cars" | "km" | "公里" | "天" | "day" | "days" => 1.0,
        "千元" | "千台" | "thousand" => 1e3,
        "万元" | "万台" | "万辆" | "万公里" => 1e4,
        "百万元" | "million" => 1e6,
        "亿元" => 1e8,
        "分" => 0.01,
        "m" | "米" => 1e-3,
        "周" | "week" | "weeks" => 7.0,
        _ => return None,
    })
}

/// Files of a name in which `*` stands for anything, in the order of their names.
pub(super) fn files(folder: &Path, pattern: &str) -> Vec<PathBuf> {
    let path = folder.join(pattern);
    let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    if !name.contains('*') {
        return path.is_file().then_some(path).into_iter().collect();
    }
    let entries = path.parent().and_then(|p| std::fs::read_dir(p).ok());
    let mut files: Vec<PathBuf> = entries.into_iter().flatten().flatten().map(|e| e.path()).collect();
    files.retain(|p| p.is_file() && p.file_name().is_some_and(|n| matches(&name, &n.to_string_lossy())));
    files.sort();
    files
}

fn matches(pattern: &str, name: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|first| name.strip_prefix(first)) else { return false };
    let parts: Vec<&str> = parts.collect();
    let Some((last, middle)) = parts.split_last() else { return rest.is_empty() };
    for part in middle {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_stand_for_anything() {
        assert!(matches("sales_*.csv", "sales_2026-01.csv") && matches("*", "x") && matches("a*b*c", "axxbyyc"));
        assert!(!matches("sales_*.csv", "sale_1.csv") && !matches("a*b*c", "acb") && !matches("a*a", "a"));
    }
}
