//! The coast under the map: Natural Earth land outline (public domain), clipped to the picture and thinned to its
//! resolution. No administrative borders.

use super::project::{Projection, WIDTH};
use std::fmt::Write;

/// Rings of longitude and latitude; see the file's head for form and source.
const OUTLINE: &str = include_str!("land.txt");
/// Room around the picture, in its units, so that clipped edges stay out of sight while it is moved.
const BLEED: f64 = 260.0;
/// Finest detail drawn, in units of the picture; zooming in shows the rest.
const DETAIL: f64 = 0.35;

type Point = (f64, f64);

/// The land as one SVG path.
pub fn path(map: &Projection) -> String {
    let mut out = String::new();
    for ring in OUTLINE.lines().filter(|l| !l.starts_with('#')) {
        let ring: Vec<Point> = decode(ring).map(|(lon, lat)| map.place(lon, lat)).collect();
        draw(&thin(&clip(ring, map.height)), &mut out);
    }
    out
}

/// Points of a line of the file, in degrees.
fn decode(line: &str) -> impl Iterator<Item = Point> + '_ {
    let mut at = (0i32, 0i32);
    line.split(' ').filter_map(|step| step.split_once(',')).map(move |(dx, dy)| {
        at.0 += dx.parse().unwrap_or(0);
        at.1 += dy.parse().unwrap_or(0);
        (f64::from(at.0) / 100.0, f64::from(at.1) / 100.0)
    })
}

/// Sutherland and Hodgman's clipping against the picture with its bleed.
fn clip(ring: Vec<Point>, height: f64) -> Vec<Point> {
    let edges: [fn(Point, f64) -> f64; 4] =
        [|p, _| p.0 + BLEED, |p, _| WIDTH + BLEED - p.0, |p, _| p.1 + BLEED, |p, h| h + BLEED - p.1];
    edges.iter().fold(ring, |ring, inside| {
        let mut kept = Vec::with_capacity(ring.len());
        for (i, &b) in ring.iter().enumerate() {
            let a = ring[(i + ring.len() - 1) % ring.len()];
            let (da, db) = (inside(a, height), inside(b, height));
            if (da < 0.0) != (db < 0.0) {
                let t = da / (da - db);
                kept.push((a.0 + t * (b.0 - a.0), a.1 + t * (b.1 - a.1)));
            }
            if db >= 0.0 {
                kept.push(b);
            }
        }
        kept
    })
}

/// Drops points that lie closer to the last kept one than the detail drawn.
fn thin(ring: &[Point]) -> Vec<Point> {
    let mut kept: Vec<Point> = Vec::new();
    for &p in ring {
        if kept.last().is_none_or(|q| (p.0 - q.0).hypot(p.1 - q.1) >= DETAIL) {
            kept.push(p);
        }
    }
    kept
}

/// Relative steps in tenths of a unit: half the bytes of absolute coordinates.
fn draw(ring: &[Point], out: &mut String) {
    if ring.len() < 3 {
        return;
    }
    let tenth = |v: f64| (v * 10.0).round() as i64;
    let mut at = (0, 0);
    for (i, p) in ring.iter().enumerate() {
        let to = (tenth(p.0), tenth(p.1));
        let (dx, dy) = ((to.0 - at.0) as f64 / 10.0, (to.1 - at.1) as f64 / 10.0);
        let _ = match i {
            0 => write!(out, "M{dx} {dy}l"),
            1 => write!(out, "{dx} {dy}"),
            _ => write!(out, " {dx} {dy}"),
        };
        at = to;
    }
    out.push('z');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_outline_is_the_coast_of_the_region() {
        let rings: Vec<Vec<Point>> =
            OUTLINE.lines().filter(|l| !l.starts_with('#')).map(|l| decode(l).collect()).collect();
        let points = rings.iter().flatten();
        assert!(points.clone().count() > 1000);
        assert!(points.clone().all(|p| (60.0..150.0).contains(&p.0) && (5.0..60.0).contains(&p.1)));
        // Shanghai's coast is in it.
        assert!(points.clone().any(|p| (p.0 - 121.9).abs() < 0.4 && (p.1 - 31.0).abs() < 0.4));
    }

    #[test]
    fn clipping_keeps_a_square_inside_and_cuts_one_across_the_edge() {
        let square = |x: f64| vec![(x, 0.0), (x + 100.0, 0.0), (x + 100.0, 100.0), (x, 100.0)];
        assert_eq!(clip(square(0.0), 500.0).len(), 4);
        assert_eq!(clip(square(9000.0), 500.0), vec![]);
        let cut = clip(square(WIDTH + BLEED - 50.0), 500.0);
        assert!(cut.iter().all(|p| p.0 <= WIDTH + BLEED + 1e-9) && cut.len() == 4);
    }

    #[test]
    fn steps_add_up_to_the_ring() {
        let mut out = String::new();
        draw(&[(0.0, 0.0), (10.06, 0.0), (10.0, 10.0)], &mut out);
        assert_eq!(out, "M0 0l10.1 0 -0.1 10z");
    }
}
