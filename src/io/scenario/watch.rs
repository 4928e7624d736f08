//! The limits of the warnings.

use super::names::{fold, nearest};
use super::{Context, finish_rows};
use crate::ids::{Id, IdVec, ModelId, RegionId};
use crate::io::fault::{Code, shorten};
use crate::network::Region;
use crate::scenario::{Threshold, WARNING_RULES};
use std::collections::BTreeMap;

/// Reads the thresholds; a row is for a region, for a model, or for everything.
pub(super) fn thresholds(context: &mut Context<'_>, regions: &IdVec<RegionId, Region>) -> Vec<Threshold> {
    let known: BTreeMap<String, RegionId> = regions.iter().map(|(id, r)| (fold(&r.name), id)).collect();
    let zones_are_sound = context.log.clean(super::file_of("zones"));
    let Context { sources, log, known: ids, notes, .. } = context;
    let Some(mut rows) = super::open("thresholds", sources, ids, log) else { return Vec::new() };
    let mut found: BTreeMap<(usize, Option<RegionId>, Option<ModelId>), Threshold> = BTreeMap::new();
    while rows.advance(log) {
        let Some(rule) = rows.word("rule") else { continue };
        let name = rows.text("region");
        let region = known.get(&fold(&name)).copied();
        let model = rows.reference("model_id").map(|m| ModelId::at(m as usize));
        if !name.is_empty() && region.is_none() && zones_are_sound {
            log.add(rows.spot("region"), Code::UnknownId, &name, || {
                let near = nearest(&name, regions.values().map(|r| r.name.as_str()));
                let help = near.map_or_else(
                    || "write a region of the zones table".to_owned(),
                    |n| format!("did you mean {n:?}? Else write a region of the zones table"),
                );
                (format!("unknown region {:?}", shorten(&name)), help)
            });
            continue;
        }
        if !name.is_empty() && !rows.text("model_id").is_empty() {
            log.add(rows.spot("model_id"), Code::Order, &rows.text("model_id"), || {
                (
                    "the row names a region and a model, of which only one can rank first".into(),
                    "write two rows, one for the region and one for the model".into(),
                )
            });
        }
        let limit = |column: &str| (!rows.text(column).is_empty()).then(|| rows.number(column));
        let (amber, red) = (limit("amber"), limit("red"));
        if let (Some(a), Some(r)) = (amber, red)
            && a > r
        {
            log.add(rows.spot("amber"), Code::Order, &rows.text("amber"), || {
                (format!("amber {a} is above red {r}"), "lower amber or raise red".into())
            });
        }
        let threshold = Threshold { rule: WARNING_RULES[rule], region, model, amber, red };
        if found.insert((rule, region, model), threshold).is_some() {
            log.add(rows.spot("rule"), Code::TwiceRow, "", || {
                ("this rule, region and model are there already".into(), "keep one of the rows".into())
            });
        }
    }
    finish_rows("thresholds", &rows, notes, log);
    found.into_values().collect()
}
