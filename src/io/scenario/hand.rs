//! Orders that the planner has decided.

use super::goods::weeks_between;
use super::log::Log;
use super::rows::Rows;
use super::{Context, finish_rows};
use crate::ids::{Grid, Id, ModelId, SiteId, Week};
use crate::io::fault::Code;
use crate::network::{Site, SiteKind};
use crate::scenario::{Hand, OrderLock};
use jiff::civil::Date;
use std::collections::BTreeMap;

/// Reads the planner's orders. What is set must be built.
pub(super) fn order_locks(
    context: &mut Context<'_>,
    sites: &[Site],
    supply: &Grid<SiteId, ModelId, Vec<u32>>,
    today: Option<Date>,
) -> Vec<OrderLock> {
    let horizon = context.horizon;
    let supply_is_sound = context.log.clean(super::file_of("supply"));
    let Context { sources, log, known, notes, .. } = context;
    let Some(mut rows) = super::open("order_locks", sources, known, log) else { return Vec::new() };
    let mut found: BTreeMap<(u32, u32, usize), Hand> = BTreeMap::new();
    let mut set: BTreeMap<(u32, usize), u64> = BTreeMap::new();
    let mut outside = 0;
    while rows.advance(log) {
        let Some(site) = rows.reference("site_id") else { continue };
        store(&rows, &sites[site as usize], log);
        let (Some(model), Some(monday), Some(word)) =
            (rows.reference("model_id"), rows.day("week_start"), rows.word("hand"))
        else {
            continue;
        };
        let Some(hand) = hand(&rows, word, log) else { continue };
        let Some(today) = today else { continue };
        let Some(week) = usize::try_from(weeks_between(today, monday)).ok().filter(|&w| w < horizon) else {
            outside += 1;
            continue;
        };
        if found.insert((site, model, week), hand).is_some() {
            log.add(rows.spot("site_id"), Code::TwiceRow, "", || {
                ("this store, model and week are there already".into(), "keep one of the rows".into())
            });
        }
        if let (Hand::Set(cars), true) = (hand, supply_is_sound) {
            let built = |p: usize| u64::from(supply[(SiteId::at(p), ModelId::at(model as usize))][week]);
            let slots: u64 = (0..sites.len()).filter(|&p| sites[p].kind == SiteKind::Plant).map(built).sum();
            let sum = set.entry((model, week)).or_default();
            *sum += u64::from(cars);
            if *sum > slots {
                let sum = *sum;
                log.add(rows.spot("cars"), Code::SetBeyond, &rows.text("cars"), || {
                    (
                        format!("{sum} cars are set for this model and week, {slots} are built"),
                        "lower the cars here, or raise the slots in the supply table".into(),
                    )
                });
            }
        }
    }
    finish_rows("order_locks", &rows, notes, log);
    if outside > 0 {
        notes.remark("order_locks", format!("{outside} rows lie outside the horizon and are left out"));
    }
    let lock = |((site, model, week), hand): ((u32, u32, usize), Hand)| OrderLock {
        site: SiteId::at(site as usize),
        model: ModelId::at(model as usize),
        week: Week::at(week),
        hand,
    };
    found.into_iter().map(lock).collect()
}

/// Notes a row of a site that is no store.
fn store(rows: &Rows<'_>, site: &Site, log: &mut Log) {
    if !site.is_store() {
        log.add(rows.spot("site_id"), Code::LockElsewhere, &site.code, || {
            (format!("an order for {}, which is no store", site.code), "write the id of a dealer or candidate".into())
        });
    }
}

/// What a row decides; `None` with a fault.
fn hand(rows: &Rows<'_>, word: usize, log: &mut Log) -> Option<Hand> {
    let given = !rows.text("cars").is_empty();
    match (word, given) {
        (0, false) => Some(Hand::Lock),
        (1, false) => Some(Hand::Forbid),
        (2, true) => Some(Hand::Set(rows.whole("cars") as u32)),
        (2, false) => {
            log.add(rows.spot("cars"), Code::Hand, "", || {
                ("set lacks the number of cars".into(), "write how many cars, or forbid for none".into())
            });
            None
        }
        _ => {
            log.add(rows.spot("cars"), Code::Hand, &rows.text("cars"), || {
                ("lock and forbid name no cars".into(), "leave cars empty, or write set".into())
            });
            None
        }
    }
}
