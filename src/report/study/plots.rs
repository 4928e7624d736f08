//! Pictures of a study: whiskers, bars, responses, points.

use super::facts::{AxisFacts, CloudFacts};
use super::{Words, number};
use crate::report::number::Kind;
use crate::report::view::short;
use maud::{Markup, html};

/// Width of a track, in units of its own: it is stretched to the room that it has.
const TRACK: f64 = 1_000.0;
/// Size of a picture.
const SIZE: (f64, f64) = (330.0, 200.0);
const MARGINS: (f64, f64, f64, f64) = (62.0, 14.0, 12.0, 34.0);

/// Smallest and largest of some values.
pub fn range(values: impl Iterator<Item = f64>) -> (f64, f64) {
    values.filter(|v| v.is_finite()).fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), v| (l.min(v), h.max(v)))
}

/// A dot with its interval between the ends of a scale; `label` says it to who cannot see it.
pub fn whisker(value: [f64; 3], (low, high): (f64, f64), label: &str) -> Markup {
    let x = |v: f64| short(TRACK * ((v - low) / (high - low).max(1e-9)).clamp(0.0, 1.0));
    html! {
        svg.track viewBox={ "0 0 " (TRACK) " 16" } preserveAspectRatio="none" role="img" aria-label=(label) {
            line.zero x1=(x(0.0)) x2=(x(0.0)) y1="0" y2="16" {}
            line.span x1=(x(value[1])) x2=(x(value[2])) y1="8" y2="8" {}
            line.span x1=(x(value[0])) x2=(x(value[0])) y1="3" y2="13" {}
        }
    }
}

/// A bar from the least to the largest value that an axis brings.
pub fn bar(from: f64, to: f64, (low, high): (f64, f64), label: &str) -> Markup {
    let x = |v: f64| TRACK * ((v - low) / (high - low).max(1e-9)).clamp(0.0, 1.0);
    html! {
        svg.track viewBox={ "0 0 " (TRACK) " 16" } preserveAspectRatio="none" role="img" aria-label=(label) {
            rect.bar x=(short(x(from))) y="2" width=(short((x(to) - x(from)).max(2.0))) height="12" {}
        }
    }
}

/// About `count` round numbers inside a range.
fn ticks((low, high): (f64, f64), count: usize) -> Vec<f64> {
    let raw = (high - low).max(1e-9) / count.max(1) as f64;
    let power = 10f64.powf(raw.log10().floor());
    let step = [1.0, 2.0, 2.5, 5.0, 10.0].map(|m| m * power).into_iter().find(|s| *s >= raw * 0.999).unwrap_or(raw);
    let (first, last) = ((low / step).ceil() as i64, (high / step).floor() as i64);
    (first..=last).map(|i| i as f64 * step).collect()
}

/// A range with some room at both ends.
fn wide((low, high): (f64, f64)) -> (f64, f64) {
    let room = if high > low { 0.06 * (high - low) } else { low.abs().max(1.0) * 0.05 };
    (low - room, high + room)
}

struct Plane {
    x: (f64, f64),
    y: (f64, f64),
}

impl Plane {
    fn at(&self, x: f64, y: f64) -> (f64, f64) {
        let (left, right, top, bottom) = MARGINS;
        let share = |v: f64, r: (f64, f64)| (v - r.0) / (r.1 - r.0).max(1e-12);
        let width = SIZE.0 - left - right;
        (left + width * share(x, self.x), SIZE.1 - bottom - (SIZE.1 - top - bottom) * share(y, self.y))
    }

    /// Lines and numbers of the axis of money.
    fn money(&self, words: &Words) -> Markup {
        html! {
            @for v in ticks(self.y, 4) {
                @let y = self.at(self.x.0, v).1;
                line.grid x1=(short(MARGINS.0)) x2=(short(SIZE.0 - MARGINS.1)) y1=(short(y)) y2=(short(y)) {}
                (words.tick(MARGINS.0 - 6.0, y + 3.5, v, Kind::Money, "tick e"))
            }
        }
    }
}

/// Mean profit by the values of an axis.
pub fn response(words: &Words, axis: &AxisFacts) -> Markup {
    let numbers: Option<Vec<f64>> = axis.values.iter().map(|v| v.0.parse().ok()).collect();
    let numbers = numbers.filter(|_| axis.numeric);
    let count = axis.values.len();
    let at = |k: usize| numbers.as_ref().map_or(k as f64, |n| n[k]);
    let plane = Plane { x: wide(range((0..count).map(at))), y: wide(range(axis.values.iter().map(|v| v.1))) };
    let points: Vec<(f64, f64)> = (0..count).map(|k| plane.at(at(k), axis.values[k].1)).collect();
    let path: String = points
        .iter()
        .enumerate()
        .map(|(k, p)| format!("{}{} {}", if k == 0 { 'M' } else { 'L' }, short(p.0), short(p.1)))
        .collect();
    // As many names as there is room for.
    let every = count.div_ceil(if numbers.is_some() { 6 } else { 4 }).max(1);
    html! {
        svg.chart viewBox={ "0 0 " (SIZE.0) " " (SIZE.1) } role="img" aria-label=(axis.name) {
            (plane.money(words))
            @if numbers.is_some() { path.line.axis-line d=(path) {} }
            @for (k, p) in points.iter().enumerate() {
                circle.stack cx=(short(p.0)) cy=(short(p.1)) r="4" {
                    title { (axis.values[k].0) ": " (number::show(axis.values[k].1, Kind::Money, number::Lang::En, words.currency)) }
                }
                @if k % every == 0 || k + 1 == count && (count - 1) % every > every / 2 {
                    text.tick.m x=(short(p.0)) y=(short(SIZE.1 - 14.0)) { (brief(&axis.values[k].0, numbers.is_some(), count.div_ceil(every))) }
                }
            }
        }
    }
}

/// A name as short as its room; numbers stand whole.
fn brief(text: &str, number: bool, shown: usize) -> String {
    let room = 44 / shown.max(1);
    if number || text.chars().count() <= room {
        return text.to_owned();
    }
    text.chars().take(room.saturating_sub(1)).chain(['…']).collect()
}

/// Points by profit and another figure; those that nothing beats stand out.
pub fn cloud(words: &Words, label: &str, points: &[CloudFacts], kind: Kind, of: fn(&CloudFacts) -> f64) -> Markup {
    let plane = Plane { x: wide(range(points.iter().map(of))), y: wide(range(points.iter().map(|p| p.profit))) };
    let mut order: Vec<&CloudFacts> = points.iter().collect();
    order.sort_by_key(|p| (p.front, p.point));
    html! {
        svg.chart.dots viewBox={ "0 0 " (SIZE.0) " " (SIZE.1) } role="img" aria-label=(label) {
            (plane.money(words))
            @for v in ticks(plane.x, 3) {
                @let x = plane.at(v, plane.y.0).0;
                (words.tick(x, SIZE.1 - 14.0, v, kind, "tick m"))
            }
            @for p in order {
                @let (x, y) = plane.at(of(p), p.profit);
                circle.front[p.front] cx=(short(x)) cy=(short(y)) r=(if p.front { "3.5" } else { "2" }) {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_inside() {
        let near = |found: Vec<f64>, wanted: &[f64]| {
            found.len() == wanted.len()
                && found.iter().zip(wanted).all(|(a, b)| (a - b).abs() < 1e-9 * b.abs().max(1.0))
        };
        assert!(near(ticks((0.795, 1.21), 4), &[0.8, 1.0, 1.2]), "{:?}", ticks((0.795, 1.21), 4));
        assert_eq!(ticks((-31e6, 42e6), 4), [-20e6, 0.0, 20e6, 40e6]);
        assert_eq!(wide((5.0, 5.0)), (4.75, 5.25));
    }

    #[test]
    fn names_fit_their_room() {
        assert_eq!((brief("0.123456789", true, 9), brief("stays", false, 2)), ("0.123456789".into(), "stays".into()));
        assert_eq!(brief("weaker by a tenth", false, 4).chars().count(), 11);
    }
}
