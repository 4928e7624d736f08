//! The China scenario: true places, synthetic brand.
//!
//! Facts: 337 prefecture-level zones, 12 cities with car plants, the places where dealers stand, public holidays.
//! Synthetic: everything else, from the published or measured moments named beside each constant. (P) marks a published
//! figure, (A) an assumption.

mod candidates;
mod demand;
mod facts;
mod market;
mod models;
mod people;
mod plants;
mod provinces;
mod season;
mod stock;
mod stores;
mod tables;
mod world;

#[cfg(test)]
mod tests;

use super::{GenerateError, GeneratedFile};

/// Every file of the folder.
pub(super) fn files(seed: u64) -> Result<Vec<GeneratedFile>, GenerateError> {
    tables::write(&world::World::new(seed))
}
