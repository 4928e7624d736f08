//! Why no network obeys the rules, in the planner's words, and what would help.

use super::Ground;
use crate::ids::{SiteId, ZoneId};
use crate::network::SiteRule;
use crate::placement::dealer::{Cause, Way};

/// Sites and zones that a sentence names at most.
const NAMED: usize = 3;

/// One sentence for each part of the network that contradicts itself.
pub(super) fn words(ground: &Ground, parts: &[Vec<Way>]) -> String {
    let part = |ways: &Vec<Way>| {
        let way = |w: &Way| w.iter().map(|c| cause(ground, c)).collect::<Vec<_>>().join(" and ");
        match ways.as_slice() {
            [] => "the rules contradict each other in more than one way; loosen [placement] step by step".to_owned(),
            ways => ways.iter().map(way).collect::<Vec<_>>().join("; or "),
        }
    };
    format!("no network obeys all rules: {}", parts.iter().map(part).collect::<Vec<_>>().join(". Besides: "))
}

fn cause(ground: &Ground, cause: &Cause) -> String {
    match cause {
        Cause::Region { region, asked, possible, left_out } => {
            let network = &ground.scenario.network;
            let zones = left_out.iter().take(NAMED).map(|&z| zone(ground, z)).collect::<Vec<_>>().join("; ");
            let more = left_out.len().saturating_sub(NAMED);
            let more = if more > 0 { format!("; and {more} more zones") } else { String::new() };
            format!(
                "{} can have {:.4} of its people covered, not {:.4}: lower [placement] coverage_floor to {:.4} ({zones}{more})",
                network.regions[*region].name,
                possible,
                asked,
                (possible * 1e4).floor() / 1e4
            )
        }
        Cause::Budget { needed } => format!("[placement] budget_cny must be at least {needed}"),
        Cause::MaxOpen { needed } => format!("[placement] max_open must be at least {needed}"),
        Cause::MaxClose { needed } => format!("[placement] max_close must be at least {needed}"),
        Cause::FewestStores { possible } => format!("[placement] min_stores can be at most {possible}"),
        Cause::MostStores { needed } => format!("[placement] max_stores must be at least {needed}"),
        Cause::Required { sites } => {
            format!("{} cannot be open: write rule = free instead of required", codes(ground, sites))
        }
        Cause::Distance { pairs } => {
            let pair = |&(a, b): &(SiteId, SiteId)| {
                let km = ground.scenario.network.site_to_site(a, b).distance.get();
                format!("{} ({km:.1} km)", codes(ground, &[a, b]))
            };
            let named = pairs.iter().take(NAMED).map(pair).collect::<Vec<_>>().join(", ");
            let more = pairs.len().saturating_sub(NAMED);
            let more = if more > 0 { format!(" and {more} more pairs") } else { String::new() };
            format!(
                "{named}{more} stand closer than they may: lower [placement] min_distance_km or territory_km to that distance"
            )
        }
    }
}

fn codes(ground: &Ground, sites: &[SiteId]) -> String {
    let code = |&s: &SiteId| ground.scenario.network.sites[s].code.clone();
    let named = sites.iter().take(NAMED).map(code).collect::<Vec<_>>().join(", ");
    let more = sites.len().saturating_sub(NAMED);
    if more > 0 { format!("{named} and {more} more sites") } else { named }
}

/// A zone that stays uncovered: the nearest site that may be open, and a nearer one that is forbidden.
fn zone(ground: &Ground, zone: ZoneId) -> String {
    let scenario = ground.scenario;
    let network = &scenario.network;
    let nearest = |forbidden: bool| {
        let stores = network.sites.iter().filter(|(_, s)| s.is_store() && (s.rule == SiteRule::Forbidden) == forbidden);
        let reached = stores.filter_map(|(s, _)| Some((network.zone_to_site(zone, s)?.time.get(), s)));
        reached.min_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)))
    };
    let code = |s: SiteId| &network.sites[s].code;
    let name = &network.zones[zone].name;
    let limit = scenario.settings.placement.coverage_min;
    let mut text = match nearest(false) {
        Some((far, site)) if far > limit => {
            format!(
                "{name} cannot be covered within {limit} min, its nearest allowed site {} is at {far:.0} min",
                code(site)
            )
        }
        Some((near, site)) => format!("{name} is left out, {} at {near:.0} min would cover it", code(site)),
        None => format!("{name} has no site that may be open"),
    };
    if let Some((near, site)) = nearest(true).filter(|f| f.0 <= limit) {
        text += &format!(", {} at {near:.0} min is forbidden", code(site));
    }
    text
}
