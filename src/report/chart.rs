//! Line pictures: bands, lines, ticks. Drawn in units of about one pixel.

use super::number::{self, Kind, Lang};
use super::view::{short, svg_t};
use maud::{Markup, html};
use std::fmt::Write;

/// A line with its band; empty places are gaps.
#[derive(Clone, Debug, Default)]
pub struct Series<'a> {
    /// Style class.
    pub class: &'a str,
    /// Key of its name, written at the line's end.
    pub word: &'a str,
    /// The line.
    pub line: Vec<Option<f64>>,
    /// Lower and upper end of the band, or nothing.
    pub band: Vec<(Option<f64>, Option<f64>)>,
}

/// Size and margins of a picture.
#[derive(Clone, Copy, Debug)]
pub struct Frame {
    /// Width.
    pub width: f64,
    /// Height.
    pub height: f64,
}

const LEFT: f64 = 46.0;
const RIGHT: f64 = 52.0;
const TOP: f64 = 10.0;
const BOTTOM: f64 = 22.0;

/// About `count` round numbers from zero (or below, where there are negative values) to the largest value.
pub fn ticks(low: f64, high: f64, count: usize) -> Vec<f64> {
    let span = (high.max(0.0) - low.min(0.0)).max(1e-9);
    let raw = span / count.max(1) as f64;
    let power = 10f64.powf(raw.log10().floor());
    let step = [1.0, 2.0, 2.5, 5.0, 10.0].map(|m| m * power).into_iter().find(|s| *s >= raw * 0.999).unwrap_or(raw);
    let first = (low.min(0.0) / step).floor() as i64;
    let last = (high.max(0.0) / step - 1e-9).ceil().max(1.0) as i64;
    (first..=last).map(|i| i as f64 * step).collect()
}

struct Axes {
    frame: Frame,
    count: usize,
    low: f64,
    high: f64,
}

impl Axes {
    fn x(&self, i: usize) -> f64 {
        LEFT + (self.frame.width - LEFT - RIGHT) * if self.count < 2 { 0.5 } else { i as f64 / (self.count - 1) as f64 }
    }
    fn y(&self, v: f64) -> f64 {
        self.frame.height - BOTTOM - (self.frame.height - TOP - BOTTOM) * (v - self.low) / (self.high - self.low)
    }
    fn line(&self, values: &[Option<f64>]) -> String {
        let mut out = String::new();
        let mut pen = 'M';
        for (i, v) in values.iter().enumerate() {
            match v {
                Some(v) => {
                    let _ = write!(out, "{pen}{} {}", short(self.x(i)), short(self.y(*v)));
                    pen = 'L';
                }
                None => pen = 'M',
            }
        }
        out
    }
    fn band(&self, values: &[(Option<f64>, Option<f64>)]) -> String {
        let points = |upper: bool| {
            values
                .iter()
                .enumerate()
                .filter_map(move |(i, b)| Some((self.x(i), self.y(if upper { b.1? } else { b.0? }))))
        };
        let mut out = String::new();
        for (x, y) in points(true).chain(points(false).collect::<Vec<_>>().into_iter().rev()) {
            let _ = write!(out, "{}{} {}", if out.is_empty() { 'M' } else { 'L' }, short(x), short(y));
        }
        out
    }
}

/// A picture of lines over weeks. `label` names it for screen readers; `weeks` are dates or numbers.
pub fn lines(frame: Frame, label: &str, weeks: &[&str], series: &[Series]) -> Markup {
    let values = values(frame, weeks, series);
    let all =
        || series.iter().flat_map(|s| s.line.iter().copied().chain(s.band.iter().flat_map(|b| [b.0, b.1]))).flatten();
    let marks = ticks(all().fold(0.0, f64::min), all().fold(0.0, f64::max), 4);
    let axes = Axes { frame, count: weeks.len(), low: marks[0], high: marks[marks.len() - 1] };
    html! {
        svg.chart viewBox={ "0 0 " (frame.width) " " (frame.height) } data-values=(values) role="img" aria-label=(super::words::word(label, Lang::En)) data-t-aria=(label) {
            @for m in &marks {
                line class=(if *m == 0.0 { "axis" } else { "grid" }) x1=(LEFT) x2=(frame.width - RIGHT) y1=(short(axes.y(*m))) y2=(short(axes.y(*m))) {}
                (tick(LEFT - 6.0, axes.y(*m) + 3.5, *m, Kind::Whole, "tick e"))
            }
            @for i in week_marks(weeks.len()) { (week(axes.x(i), frame.height - 6.0, weeks[i])) }
            @for s in series {
                @if !s.band.is_empty() { path class={ "band " (s.class) } d=(axes.band(&s.band)) {} }
            }
            @for s in series { path class={ "line " (s.class) } d=(axes.line(&s.line)) {} }
            @for (s, y) in ends(&axes, series) { (svg_t(s.word, &format!("end {}", s.class), frame.width - RIGHT + 5.0, y + 3.5)) }
        }
    }
}

/// The numbers behind the picture, for the reader's pointer: left and right edge, weeks, then of each series its name,
/// line and lower and upper end of its band; fields are separated by bars, values by spaces.
fn values(frame: Frame, weeks: &[&str], series: &[Series]) -> String {
    let join = |values: &mut dyn Iterator<Item = Option<f64>>| {
        values.map(|v| v.map_or("-".into(), |v| v.to_string())).collect::<Vec<_>>().join(" ")
    };
    let mut out = format!("{LEFT} {}|{}", frame.width - RIGHT, weeks.join(" "));
    for s in series {
        let parts = [
            join(&mut s.line.iter().copied()),
            join(&mut s.band.iter().map(|b| b.0)),
            join(&mut s.band.iter().map(|b| b.1)),
        ];
        let _ = write!(out, "|{}|{}", s.word, parts.join("|"));
    }
    out
}

/// A number on an axis: not from a table, so it has a value but no key.
pub fn tick(x: f64, y: f64, value: f64, kind: Kind, class: &str) -> Markup {
    let kind = if value.fract() == 0.0 { kind } else { Kind::Two };
    html! {
        text class=(class) x=(short(x)) y=(short(y)) data-value=(value) data-kind=(kind.name()) { (number::show(value, kind, Lang::En, "")) }
    }
}

/// First, middle and last week.
fn week_marks(count: usize) -> Vec<usize> {
    match count {
        0 => vec![],
        1 | 2 => (0..count).collect(),
        n => vec![0, n / 2, n - 1],
    }
}

fn week(x: f64, y: f64, text: &str) -> Markup {
    html! { text.tick.m x=(short(x)) y=(short(y)) data-day=(text) { (number::day(text, Lang::En)) } }
}

/// Where the names stand: at the lines' ends, pushed apart so that they do not cover each other.
fn ends<'a, 'b>(axes: &Axes, series: &'a [Series<'b>]) -> Vec<(&'a Series<'b>, f64)> {
    let mut ends: Vec<_> = series
        .iter()
        .filter_map(|s| Some((s, axes.y((*s.line.iter().rev().flatten().next()?).clamp(axes.low, axes.high)))))
        .collect();
    ends.sort_by(|a, b| a.1.total_cmp(&b.1));
    for i in 1..ends.len() {
        ends[i].1 = ends[i].1.max(ends[i - 1].1 + 13.0);
    }
    ends
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_cover_the_values() {
        assert_eq!(ticks(0.0, 87.0, 4), vec![0.0, 25.0, 50.0, 75.0, 100.0]);
        assert_eq!(ticks(-3.0, 9.0, 4), vec![-5.0, 0.0, 5.0, 10.0]);
        assert!(ticks(0.0, 0.0, 4).len() >= 2, "an axis of zeros still has two ends");
    }

    #[test]
    fn a_gap_breaks_the_line() {
        let axes = Axes { frame: Frame { width: 198.0, height: 132.0 }, count: 3, low: 0.0, high: 1.0 };
        assert_eq!(axes.line(&[Some(0.0), None, Some(1.0)]), "M46 110M146 10");
    }
}
