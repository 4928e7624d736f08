//! What only several tables together can tell.

use super::Context;
use super::document::Document;
use super::network::Placed;
use crate::catalogue::Model;
use crate::ids::{Grid, ModelId, SiteId, ZoneId};
use crate::network::{Carrier, Leg, Site, Zone};
use crate::scenario::Settings;
use std::collections::BTreeMap;

/// The tables read.
pub(super) struct Tables<'t> {
    pub zones: &'t Placed<Zone>,
    pub sites: &'t Placed<Site>,
    pub models: &'t Placed<Model>,
    pub carriers: &'t Placed<Carrier>,
    pub matrix: &'t BTreeMap<(ZoneId, SiteId), Leg>,
    pub supply: &'t Grid<SiteId, ModelId, Vec<u32>>,
}

/// Every check.
pub(super) fn all(_context: &mut Context<'_>, _document: &Document, _settings: &Settings, _tables: &Tables<'_>) {}
