//! From the options of `scenario.toml` to the settings of every step.

use super::document::Document;
use crate::scenario::settings::{
    MarketSettings, PlacementSettings, ReplenishmentSettings, Settings, SimulationSettings, TransferSettings,
};

/// The settings of a document whose faults have been noted.
pub(super) fn settings(document: &Document) -> Settings {
    Settings {
        horizon_weeks: document.whole("horizon", "weeks") as usize,
        market: MarketSettings {
            half_time_min: document.number("market", "half_time_min"),
            nest: document.number("market", "nest"),
        },
        placement: placement(document),
        replenishment: replenishment(document),
        transfer: transfer(document),
        simulation: simulation(document),
    }
}

fn placement(document: &Document) -> PlacementSettings {
    let number = |key| document.number("placement", key);
    let count = |key| document.count("placement", key);
    PlacementSettings {
        years: number("years"),
        phases: document.whole("placement", "phases") as u32,
        phase_years: number("phase_years"),
        market_growth: number("market_growth"),
        discount_rate: number("discount_rate"),
        budget: document.money("placement", "budget_cny"),
        max_open: count("max_open"),
        max_close: count("max_close"),
        stores: (count("min_stores"), count("max_stores")),
        utilisation: number("utilisation"),
        min_distance_km: number("min_distance_km"),
        territory_km: number("territory_km"),
        move_radius_km: number("move_radius_km"),
        change_format: document.flag("placement", "change_format"),
        coverage_min: number("coverage_min"),
        coverage_floor: number("coverage_floor"),
        gap: number("gap"),
        max_nodes: document.whole("placement", "max_nodes") as u64,
    }
}

fn replenishment(document: &Document) -> ReplenishmentSettings {
    let whole = |key| document.whole("replenishment", key);
    let number = |key| document.number("replenishment", key);
    let money = |key| document.money("replenishment", key).unwrap_or_default();
    ReplenishmentSettings {
        freeze_weeks: whole("freeze_weeks") as usize,
        build_weeks: whole("build_weeks") as usize,
        pack: whole("pack_cars") as u32,
        minimum_order: whole("minimum_order_cars") as u32,
        push: document.word("replenishment", "mode") == 1,
        unallocated: money("unallocated_cny_per_car"),
        fill_goal: number("fill_goal"),
        fill_penalty: money("fill_penalty_cny_per_car"),
        service: number("service"),
        end_cover_weeks: number("end_cover_weeks"),
        fairness_per_car: money("fairness_cny_per_car"),
        nervousness: money("nervousness_cny_per_car"),
        freight_fixed: money("freight_fixed_cny"),
        freight_per_km: money("freight_cny_per_km"),
    }
}

fn transfer(document: &Document) -> TransferSettings {
    TransferSettings {
        cost_fixed: document.money("transfer", "cost_fixed_cny").unwrap_or_default(),
        cost_per_km: document.money("transfer", "cost_cny_per_km").unwrap_or_default(),
        radius_km: document.number("transfer", "radius_km"),
        max_share: document.number("transfer", "max_share"),
        min_age_days: document.whole("transfer", "min_age_days") as u32,
    }
}

fn simulation(document: &Document) -> SimulationSettings {
    let whole = |key| document.whole("simulation", key);
    let number = |key| document.number("simulation", key);
    SimulationSettings {
        days: whole("days") as usize,
        replications: whole("replications") as u32,
        seed: whole("seed") as u64,
        national_sd: number("national_sd"),
        regional_sd: number("regional_sd"),
        max_diversions: whole("max_diversions") as u32,
        divert: number("divert"),
        wait: number("wait"),
        substitute: number("substitute"),
        lead_time_cv: number("lead_time_cv"),
    }
}
