//! Options that every table allows and that yet leave nothing to plan: judged on the finished scenario.

use super::document::Document;
use super::log::{Log, Spot};
use crate::ids::SiteId;
use crate::io::fault::Code;
use crate::network::SiteKind;
use crate::scenario::Scenario;

fn in_options(document: &Document, section: &str, key: &str) -> Spot {
    Spot { file: 0, at: document.place(section, key).or(Some(0)) }
}

/// Notes settings under which no order can be made or arrive.
pub(super) fn check(scenario: &Scenario, document: &Document, log: &mut Log) {
    arrivals(scenario, document, log);
    packs(scenario, document, log);
}

/// First week in which an order of the first free week reaches a store.
fn first_arrival(scenario: &Scenario, site: SiteId) -> Option<usize> {
    let network = &scenario.network;
    let builds = |p: &SiteId| scenario.supply.row(*p).iter().flatten().any(|&s| s > 0);
    let plants = network.sites_of(SiteKind::Plant).map(|(p, _)| p).filter(builds);
    let settings = &scenario.settings.replenishment;
    let lead = plants.map(|p| settings.build_weeks + (network.transit_days(p, site) / 7.0).ceil() as usize).min()?;
    Some(settings.freeze_weeks + lead.max(1))
}

/// Dealers that no order reaches within the horizon, with the week in which the first would arrive.
pub(super) fn beyond(scenario: &Scenario) -> Vec<(SiteId, usize)> {
    let dealers = scenario.network.sites_of(SiteKind::Dealer).map(|(d, _)| d);
    let late = dealers.filter_map(|d| Some((d, first_arrival(scenario, d)?)));
    late.filter(|l| l.1 >= scenario.settings.horizon_weeks).collect()
}

/// Some dealer can be reached within the horizon.
fn arrivals(scenario: &Scenario, document: &Document, log: &mut Log) {
    let weeks = scenario.settings.horizon_weeks;
    let late = beyond(scenario);
    let Some(first) = late.iter().map(|l| l.1).min() else { return };
    if late.len() < scenario.network.sites_of(SiteKind::Dealer).count() {
        return;
    }
    let settings = &scenario.settings.replenishment;
    log.add(in_options(document, "horizon", "weeks"), Code::Late, &weeks.to_string(), || {
        (
            format!(
                "an order reaches no dealer before week {} ({} frozen, {} of building, then the road), the horizon has {weeks}",
                first + 1,
                settings.freeze_weeks,
                settings.build_weeks
            ),
            format!("set [horizon] weeks to at least {}, or lower freeze_weeks or build_weeks", first + 1),
        )
    });
}

/// A pack and a smallest order of every model fit the build slots of some free week.
fn packs(scenario: &Scenario, document: &Document, log: &mut Log) {
    let settings = &scenario.settings.replenishment;
    for (model, m) in scenario.catalogue.models.iter() {
        let plants = scenario.network.sites_of(SiteKind::Plant);
        let free = plants.flat_map(|(p, _)| scenario.supply[(p, model)].iter().skip(settings.freeze_weeks));
        let most = free.copied().max().unwrap_or(0);
        let least = settings.minimum_order.div_ceil(settings.pack) * settings.pack;
        if most >= settings.pack && most < least {
            let key = in_options(document, "replenishment", "minimum_order_cars");
            log.add(key, Code::Pack, &settings.minimum_order.to_string(), || {
                (
                    format!("an order of {least} {} is never built: its fullest week has {most} slots", m.code),
                    format!("set minimum_order_cars to {most} or less, or raise the slots in the supply table"),
                )
            });
        }
        if settings.pack > 1 && most < settings.pack {
            log.add(in_options(document, "replenishment", "pack_cars"), Code::Pack, &settings.pack.to_string(), || {
                (
                    format!("a pack of {} {} is never built: its fullest week has {most} slots", settings.pack, m.code),
                    format!("set pack_cars to {} or less, or raise the slots in the supply table", most.max(1)),
                )
            });
        }
    }
}
