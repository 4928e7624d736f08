//! What is learnt from tables of people, on the terminal.

use super::check;
use crate::io::market::people::People;
use crate::market::customers::people::Feature;
use crate::market::customers::people::design::{Coefficient, Design, Reason, ratio};
use std::fmt::Write;

/// Reasons for and against that are given of a person.
const REASONS: usize = 3;

/// Reasons of a row for, or against: the column with the person's value, and what it adds.
pub(super) fn reasons(features: &[Feature], row: usize, list: &[Reason], with: bool) -> String {
    let one = |r: &Reason| {
        let feature = &features[r.feature];
        format!("{} = {} ({:+.2})", feature.name, feature.shown(row), r.adds)
    };
    list.iter().filter(|r| (r.adds > 0.0) == with).take(REASONS).map(one).collect::<Vec<_>>().join("; ")
}

/// A table of coefficients with their ratios under the two headings, and which columns are not in it.
pub(super) fn tell_coefficients<O>(
    text: &mut String,
    [rise, of]: [&str; 2],
    list: &[Coefficient],
    design: &Design,
    people: &People<O>,
) {
    let width = list.iter().map(|c| c.name().chars().count()).max().unwrap_or(0).clamp(8, 40);
    let (first, second) = (rise.len(), of.len());
    let _ = writeln!(text, "\n  {:<width$}  {rise}  {of}  95 % interval of the ratio", "");
    for c in list {
        let (low, high) = c.interval();
        let [middle, low, high] = [c.estimate, low, high].map(|x| short(ratio(x)));
        let against = if c.against.is_empty() { String::new() } else { format!("  against {}", c.against) };
        let (name, rise) = (c.name(), c.estimate);
        let _ = writeln!(text, "  {name:<width$}  {rise:>first$.4}  {middle:>second$}  {low} to {high}{against}");
    }
    for (name, why) in design.left_out(&people.table.features) {
        let _ = writeln!(text, "  left out: {name} {why}");
    }
    for (name, count, one) in &people.mixed {
        let cells = check::counted(*count as u64, "cell");
        let _ = writeln!(text, "  {name} is read as words: {cells} of it hold no number, \"{one}\" for example");
    }
}

/// A ratio in few digits.
fn short(x: f64) -> String {
    if (0.001..1e4).contains(&x) { format!("{x:.3}") } else { format!("{x:.2e}") }
}
