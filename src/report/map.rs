//! The map: land, zones scaled by market and coloured by share, stores by format and action, moves and transfers.

use super::land;
use super::number::Kind;
use super::project::{Projection, WIDTH};
use super::rows::{Placement, Site, Zone};
use super::view::{View, short};
use maud::{Markup, html};
use std::collections::BTreeMap;
use std::fmt::Write;

/// Largest radius of a zone.
const RADIUS: f64 = 26.0;
/// Colour steps of a measure.
pub const STEPS: usize = 5;
/// Size of a store that stays as it is, relative to one that changes: changes are what the map is for. Few stores have
/// room enough for their full size.
const QUIET: f64 = 0.58;
/// More stores than this are drawn small.
const FEW: usize = 80;
/// Zooms from which a zone's name is written; the names that fit at each are found one after the other.
const LEVELS: [f64; 4] = [1.0, 2.5, 6.0, 15.0];
/// Transfers drawn at most (pairs of stores, largest first).
const ARCS: usize = 250;

/// Outlines of the store formats, in their order; all about the same area.
pub const SHAPES: [&str; 6] = [
    "M-3-3H3V3H-3z",
    "M0-4L3.7 2.6H-3.7z",
    "M0-4.2L4.2 0L0 4.2L-4.2 0z",
    "M0 4L-3.7-2.6H3.7z",
    "M-3.4-1.2H-1.2V-3.4H1.2V-1.2H3.4V1.2H1.2V3.4H-1.2V1.2H-3.4z",
    "M0-3.8L3.6-1.2L2.2 3.1H-2.2L-3.6-1.2z",
];

/// Outline of a plant.
pub const PLANT: &str = "M-5 5V-1L-1-4V-1L3-4V-1H5V5z";

/// The picture with what its legend needs.
pub struct Map<'a> {
    view: &'a View<'a>,
    projection: Projection,
    /// Upper ends of the colour steps of share.
    pub share: Vec<f64>,
    /// Upper ends of the colour steps of the change of share (symmetric).
    pub change: f64,
    /// The largest market.
    pub largest: f64,
}

/// What is drawn of a site: its action, and in which views.
struct Mark<'a> {
    action: &'a str,
    today: bool,
    plan: bool,
}

fn mark<'a>(site: &Site, placed: Option<&'a Placement>) -> Mark<'a> {
    let action = placed.map_or("keep", |p| p.action.as_str());
    let (today, plan) = match (site.kind.as_str(), action) {
        ("plant" | "hub", _) => (true, true),
        (_, "open" | "move_in") => (false, true),
        (_, "close" | "move_out") => (true, false),
        (_, "stay_closed") => (false, false),
        ("candidate", _) if placed.is_none() => (false, false),
        _ => (true, true),
    };
    Mark { action: if today || plan { action } else { "stay_closed" }, today, plan }
}

impl<'a> Map<'a> {
    /// Lays the map out; `None` when no place has coordinates.
    pub fn new(view: &'a View<'a>) -> Option<Self> {
        let places: Vec<_> = view
            .facts
            .zones
            .iter()
            .map(|z| (z.lon_deg, z.lat_deg))
            .chain(view.facts.sites.iter().map(|s| (s.lon_deg, s.lat_deg)))
            .filter_map(|(lon, lat)| Some((lon.get()?, lat.get()?)))
            .collect();
        let zones = &view.facts.zones;
        let mut shares: Vec<f64> =
            zones.iter().flat_map(|z| [z.share_today.get(), z.share_plan.get()]).flatten().collect();
        let mut changes: Vec<f64> =
            zones.iter().filter_map(|z| Some((z.share_plan.get()? - z.share_today.get()?).abs())).collect();
        let top = round_up(quantile(&mut shares, 0.95));
        Some(Self {
            view,
            projection: Projection::fit(&places)?,
            share: (1..STEPS).map(|i| top * i as f64 / STEPS as f64).collect(),
            change: round_up(quantile(&mut changes, 0.9)),
            largest: zones.iter().filter_map(|z| z.registrations_per_year.get()).fold(0.0, f64::max),
        })
    }

    /// Radius of a zone with that market, in units of the picture.
    pub fn radius(&self, market: f64) -> f64 {
        if self.largest > 0.0 { (RADIUS * (market / self.largest).max(0.0).sqrt()).max(1.5) } else { 4.0 }
    }

    /// The whole picture.
    pub fn draw(&self) -> Markup {
        let height = short(self.projection.height);
        let quiet = if self.view.facts.sites.len() > FEW { QUIET } else { 1.0 };
        let formats = self.view.facts.formats.len().clamp(1, SHAPES.len());
        html! {
            svg id="map-picture" class="v-plan m-share" viewBox={ "0 0 " (WIDTH) " " (height) } tabindex="0" role="application"
                aria-label="Map of stores and demand zones" data-t-aria="map.label" data-km=(self.projection.kilometres_per_unit()) {
                defs {
                    @for (i, shape) in SHAPES.iter().take(formats).enumerate() {
                        g id={ "f" (i) } { path.shape d=(shape) data-scale="1" {} }
                        g id={ "k" (i) } { path.shape d=(shape) data-scale=(quiet) {} }
                    }
                    g id="plant" { path.shape d=(PLANT) data-scale="1" {} }
                    g id="hub" { path.shape d="M-4.5-1L0-5L4.5-1V4.5H-4.5z" data-scale="1" {} }
                }
                rect.sea width=(WIDTH) height=(height) {}
                g id="world" {
                    path.land d=(land::path(&self.projection)) {}
                    g.zones lang="zxx" { @for (i, z) in self.zones() { (self.zone(i, z)) } }
                    g.arcs lang="zxx" { @for d in self.arcs() { path d=(d) {} } }
                    g.moves { @for d in self.moves() { path d=(d) {} } }
                    g #spider {}
                    g.stores lang="zxx" data-marks=(self.stores()) {}
                    g.names { @for (level, x, y, i) in self.names() { text class={ "l" (level) } x=(short(x)) y=(short(y)) data-name=(i) { (self.view.facts.zones[i].name) } } }
                    circle #ring r="9" cx="-99" cy="-99" {}
                }
            }
        }
    }

    /// Zones that have coordinates, the largest first so that none is hidden.
    fn zones(&self) -> Vec<(usize, &'a Zone)> {
        let mut zones: Vec<_> = self.view.facts.zones.iter().enumerate().collect();
        zones.sort_by(|a, b| b.1.registrations_per_year.or_zero().total_cmp(&a.1.registrations_per_year.or_zero()));
        zones
    }

    fn zone(&self, i: usize, z: &Zone) -> Markup {
        let Some((x, y)) = self.at(z.lon_deg.get(), z.lat_deg.get()) else { return html! {} };
        let step =
            |v: Option<f64>| v.map_or("n".into(), |v| self.share.iter().filter(|s| v >= **s).count().to_string());
        let change = z
            .share_plan
            .get()
            .zip(z.share_today.get())
            .map_or("n".into(), |(p, t)| self.change_step(p - t).to_string());
        let overlap =
            |v: Option<f64>| v.map_or("n".into(), |v| (v.clamp(0.0, 0.999) * STEPS as f64).floor().to_string());
        let blind = |v: Option<bool>| if v == Some(false) { "0" } else { "1" };
        let class = format!(
            "z t{} p{} d{} ct{} cp{} ot{} op{}",
            step(z.share_today.get()),
            step(z.share_plan.get()),
            change,
            blind(z.covered_today.get()),
            blind(z.covered_plan.get()),
            overlap(z.overlap_today.get()),
            overlap(z.overlap_plan.get())
        );
        let r = short(self.radius(z.registrations_per_year.or_zero()));
        html! { circle class=(class) cx=(short(x)) cy=(short(y)) r=(r) data-z=(i) {} }
    }

    /// Zones' names: level, place, zone. Larger markets come first; a name that would cover another waits for a
    /// closer look.
    fn names(&self) -> Vec<(usize, f64, f64, usize)> {
        let zones: Vec<_> = self
            .zones()
            .into_iter()
            .filter_map(|(i, z)| Some((i, z, self.at(z.lon_deg.get(), z.lat_deg.get())?)))
            .collect();
        let mut named: Vec<(usize, f64, f64, usize)> = Vec::new();
        let mut boxes: Vec<[f64; 4]> = Vec::new();
        for (level, zoom) in LEVELS.into_iter().enumerate() {
            // Names keep their size on the screen, so they shrink on the map as it grows.
            boxes.clear();
            boxes.extend(named.iter().map(|n| self.name_box(n.3, (n.1, n.2), zoom)));
            for (i, z, (x, y)) in &zones {
                let at = (x + self.radius(z.registrations_per_year.or_zero()) * zoom.powf(-0.45), *y);
                let mine = self.name_box(*i, at, zoom);
                let inside = mine[2] < WIDTH && mine[0] > 0.0;
                let free = boxes.iter().all(|b| mine[0] > b[2] || mine[2] < b[0] || mine[1] > b[3] || mine[3] < b[1]);
                if inside && free && !named.iter().any(|n| n.3 == *i) {
                    named.push((level, at.0, at.1, *i));
                    boxes.push(mine);
                }
            }
        }
        named
    }

    /// Room of a name on the map: left, top, right, bottom; generous, so that a crowded coast stays readable.
    fn name_box(&self, zone: usize, at: (f64, f64), zoom: f64) -> [f64; 4] {
        let z = &self.view.facts.zones[zone];
        let width = (z.name.chars().count() as f64 * 7.0).max(z.name_zh.chars().count() as f64 * 13.0) + 14.0;
        [at.0 - 30.0 / zoom, at.1 - 20.0 / zoom, at.0 + width / zoom, at.1 + 20.0 / zoom]
    }

    /// 0 … 4: much less, less, about the same, more, much more.
    fn change_step(&self, change: f64) -> usize {
        let limit = self.change.max(1e-9);
        [-0.6, -0.1, 0.1, 0.6].iter().filter(|s| change >= **s * limit).count()
    }

    fn at(&self, lon: Option<f64>, lat: Option<f64>) -> Option<(f64, f64)> {
        Some(self.projection.place(lon?, lat?))
    }

    fn site_at(&self, id: &str) -> Option<(f64, f64)> {
        let site = &self.view.facts.sites[*self.view.site.get(id)?];
        self.at(site.lon_deg.get(), site.lat_deg.get())
    }

    fn shape(&self, site: &Site, format: &str, quiet: bool) -> String {
        match site.kind.as_str() {
            "plant" => "#plant".into(),
            "hub" => "#hub".into(),
            _ => {
                let i = self.view.facts.formats.iter().position(|f| f.format_id == format).unwrap_or(0);
                format!("#{}{}", if quiet { 'k' } else { 'f' }, i.min(SHAPES.len() - 1))
            }
        }
    }

    /// Plain stores first, changes on top of them: runs `class|shape|site,x,y,site,x,y…` that the page's script draws.
    fn stores(&self) -> String {
        let placed: BTreeMap<&str, &Placement> =
            self.view.facts.placement.iter().map(|p| (p.site_id.as_str(), p)).collect();
        let mut marks = Vec::new();
        for (i, site) in self.view.facts.sites.iter().enumerate() {
            let Some((x, y)) = self.at(site.lon_deg.get(), site.lat_deg.get()) else { continue };
            let p = placed.get(site.site_id.as_str()).copied();
            let m = mark(site, p);
            let own = |f: Option<&'a str>| f.filter(|f| !f.is_empty()).unwrap_or(&site.format_id);
            let (before, after) = (own(p.map(|p| p.format_today.as_str())), own(p.map(|p| p.format_plan.as_str())));
            let kind = if matches!(site.kind.as_str(), "plant" | "hub") { site.kind.as_str() } else { "s" };
            let mut draw = |views: &str, format: &str, rank: u8| {
                let class = format!("{kind} {} {views}", m.action);
                let href = self.shape(site, format, matches!(m.action, "keep" | "stay_closed"));
                marks.push((rank, class, href, i, short(x), short(y)));
            };
            match (m.today, m.plan) {
                (true, true) if before != after => {
                    draw("t", before, 1);
                    draw("p d", after, 2);
                }
                (true, true) => draw("t p d", before, if m.action == "keep" { 1 } else { 2 }),
                (true, false) => draw("t d", before, 3),
                (false, true) => draw("p d", after, 4),
                (false, false) => draw("c", after, 0),
            }
        }
        marks.sort_by(|a, b| (a.0, &a.1, &a.2, a.3).cmp(&(b.0, &b.1, &b.2, b.3)));
        let mut text = String::new();
        let mut run = None;
        for (_, class, href, i, x, y) in &marks {
            let _ = if run == Some((class, href)) {
                write!(text, ",{i},{x},{y}")
            } else {
                write!(text, "{}{class}|{href}|{i},{x},{y}", if run.is_some() { ";" } else { "" })
            };
            run = Some((class, href));
        }
        text
    }

    fn moves(&self) -> Vec<String> {
        let ways = self.view.facts.placement.iter().filter(|p| p.action == "move_out" && !p.moved_to.is_empty());
        ways.filter_map(|p| arc(self.site_at(&p.site_id)?, self.site_at(&p.moved_to)?)).collect()
    }

    fn arcs(&self) -> Vec<String> {
        let mut cars = BTreeMap::<(&str, &str), f64>::new();
        for m in &self.view.facts.transfers {
            *cars.entry((&m.from_site_id, &m.to_site_id)).or_default() += m.cars.or_zero();
        }
        let mut pairs: Vec<_> = cars.into_iter().collect();
        pairs.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        pairs.iter().take(ARCS).filter_map(|(p, _)| arc(self.site_at(p.0)?, self.site_at(p.1)?)).collect()
    }

    /// Kinds and ends of the share steps, for the legend.
    pub fn share_kind(&self) -> Kind {
        Kind::Share
    }
}

/// A bent line from one place to another.
fn arc(a: (f64, f64), b: (f64, f64)) -> Option<String> {
    let (dx, dy) = (b.0 - a.0, b.1 - a.1);
    let mut out = String::new();
    let (cx, cy) = (f64::midpoint(a.0, b.0) - dy * 0.18, f64::midpoint(a.1, b.1) + dx * 0.18);
    write!(out, "M{} {}Q{} {} {} {}", short(a.0), short(a.1), short(cx), short(cy), short(b.0), short(b.1)).ok()?;
    (dx.hypot(dy) > 0.05).then_some(out)
}

/// The value below which a share `q` of the values lies; zero without values.
fn quantile(values: &mut [f64], q: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(((values.len() as f64 - 1.0) * q).round().max(0.0) as usize).copied().unwrap_or(0.0)
}

/// The next number of the form 1, 2, 2.5 or 5 times a power of ten; 0.1 for nothing.
fn round_up(v: f64) -> f64 {
    if v <= 0.0 {
        return 0.1;
    }
    let power = 10f64.powf(v.log10().floor());
    [1.0, 2.0, 2.5, 5.0, 10.0].map(|m| m * power).into_iter().find(|s| *s >= v * 0.999_999).unwrap_or(v)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn views(kind: &str, action: Option<&str>) -> (bool, bool) {
        let site = Site { kind: kind.into(), ..Site::default() };
        let placed = action.map(|a| Placement { action: a.into(), ..Placement::default() });
        let m = mark(&site, placed.as_ref());
        (m.today, m.plan)
    }

    #[test]
    fn each_action_shows_in_its_networks() {
        assert_eq!(views("dealer", Some("keep")), (true, true));
        assert_eq!(views("dealer", Some("close")), (true, false));
        assert_eq!(views("dealer", Some("move_out")), (true, false));
        assert_eq!(views("candidate", Some("open")), (false, true));
        assert_eq!(views("candidate", Some("stay_closed")), (false, false));
        assert_eq!(views("dealer", None), (true, true));
        assert_eq!(views("candidate", None), (false, false));
        assert_eq!(views("plant", None), (true, true));
    }

    #[test]
    fn steps_are_round() {
        assert_eq!(round_up(0.083), 0.1);
        assert_eq!(round_up(0.0), 0.1);
        assert_eq!(round_up(2.0), 2.0);
        assert_eq!(quantile(&mut [3.0, 1.0, 2.0], 0.5), 2.0);
        assert_eq!(quantile(&mut [], 0.5), 0.0);
    }
}
