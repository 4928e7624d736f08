//! One type a table of the results folder: the fields are the columns, in order. Writers and readers of the folder
//! share them, so a column's name stands once. Units are in the names: `_cny` money of the scenario's currency,
//! `_cars` and `_per_year` cars, `share` and `rate` between 0 and 1, `_min` minutes, `_km` kilometres.

#![expect(missing_docs, reason = "a field is the column of the same name; the table's line says what a row is")]

use super::cell::{Flag, Num};
use serde::{Deserialize, Serialize};

/// A row of a table in the results folder.
pub trait Row {
    /// The file's name.
    const FILE: &'static str;
    /// The header.
    const COLUMNS: &'static [&'static str];
}

macro_rules! rows {
    ($($(#[$doc:meta])* $name:ident in $file:literal { $($field:ident: $kind:ty),* $(,)? })*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
        #[serde(default)]
        pub struct $name { $(pub $field: $kind,)* }
        impl Row for $name {
            const FILE: &'static str = $file;
            const COLUMNS: &'static [&'static str] = &[$(stringify!($field)),*];
        }
    )*};
}

rows! {
    /// A demand zone, today and under the plan.
    Zone in "zones.csv" {
        zone_id: String, name: String, name_zh: String, region: String, lat_deg: Num, lon_deg: Num,
        population_persons: Num, registrations_per_year: Num, sales_today_per_year: Num, sales_plan_per_year: Num,
        share_today: Num, share_plan: Num, nearest_today_min: Num, nearest_plan_min: Num,
        covered_today: Flag, covered_plan: Flag, overlap_today: Num, overlap_plan: Num,
    }
    /// A plant, hub, dealer or candidate.
    Site in "sites.csv" {
        site_id: String, name: String, name_zh: String, kind: String, format_id: String, zone_id: String,
        region: String, lat_deg: Num, lon_deg: Num, owner: String,
    }
    /// A store format.
    Format in "formats.csv" { format_id: String, name: String, name_zh: String, reach_min: Num }
    /// A vehicle model.
    Model in "models.csv" { model_id: String, name: String, name_zh: String, segment: String, price_cny: Num }
    /// What the plan does with a store or candidate; the id is that of the site.
    Placement in "placement.csv" {
        site_id: String, action: String, format_today: String, format_plan: String, moved_to: String,
        sales_today_per_year: Num, sales_plan_per_year: Num, capacity_per_year: Num,
        profit_today_cny_per_year: Num, profit_plan_cny_per_year: Num, one_off_cost_cny: Num,
        reason: String, reason_zh: String,
    }
    /// Customers of a zone who buy at a store of the plan.
    Service in "service.csv" { zone_id: String, site_id: String, cars_per_year: Num, travel_min: Num }
    /// Expected demand of a model in a week, with a 90 % band, whole country.
    Forecast in "forecast.csv" {
        model_id: String, week_start: String, mean_cars: Num, low_cars: Num, high_cars: Num,
    }
    /// A lead and what becomes of it.
    JourneyLead in "journey.csv" {
        lead_id: String, customer_id: String, segment: String, offer: String, model_id: String, site_id: String,
        travel_min: Num, car: String, car_age_days: Num, delivery: String, probability: Num, margin_cny: Num,
    }
    /// Customers who are alike, and their leads.
    JourneySegment in "journey_segments.csv" {
        segment: String, known_by: String, customers: Num, active_customers: Num, value_cny: Num, offers: Num, offers_cost_cny: Num,
        offers_gain_cny: Num, leads: Num, assigned_leads: Num, sales_cars: Num, margin_cny: Num, stock_leads: Num,
        road_leads: Num, order_leads: Num, delivery_days: Num,
    }
    /// Who answers leads at a dealer, and what one more place and one more adviser are worth.
    JourneyDesk in "journey_desks.csv" {
        site_id: String, advisers: Num, capacity_leads: Num, leads: Num, place_cny: Num, adviser_cny: Num,
    }
    /// A way to direct leads, played on the same draws as the others.
    JourneyEffect in "journey_effect.csv" {
        rule: String, taken_leads: Num, prompt_share: Num, wait_h: Num, wait_low_h: Num, wait_high_h: Num,
        sales_per_100: Num, sales_low_per_100: Num, sales_high_per_100: Num, margin_cny: Num, margin_low_cny: Num,
        margin_high_cny: Num, gain_cny: Num, gain_low_cny: Num, gain_high_cny: Num,
    }
    /// How the forecast did on weeks it had not seen.
    Backtest in "forecast_backtest.csv" { model_id: String, actual_cars: Num, forecast_cars: Num, wape: Num, bias: Num }
    /// Cars of a model sent to a dealer in a week.
    Order in "orders.csv" {
        plant_id: String, site_id: String, model_id: String, week_start: String, cars: Num, reason: String,
    }
    /// A dealer's planned week.
    DealerWeek in "dealer_weeks.csv" {
        site_id: String, week: String, stock_cars: Num, demand_cars: Num, arrivals_cars: Num, lost_cars: Num,
    }
    /// Cars moved from one dealer to another.
    Transfer in "transfers.csv" {
        from_site_id: String, to_site_id: String, model_id: String, age_days: Num, cars: Num, distance_km: Num,
        cost_cny: Num, value_cny: Num,
    }
    /// A measure of both networks with 95 % intervals; the difference is plan minus today on the same futures.
    Kpi in "kpi.csv" {
        kpi: String, unit: String, better: String,
        today_mean: Num, today_low: Num, today_high: Num, plan_mean: Num, plan_low: Num, plan_high: Num,
        difference_mean: Num, difference_low: Num, difference_high: Num,
    }
    /// A dealer in one of the two networks, mean over the replications.
    Dealer in "dealers.csv" {
        site_id: String, network: String, demand_cars: Num, sales_cars: Num, lost_cars: Num, fill_rate: Num,
        stock_mean_cars: Num, aged_share: Num, stock_coefficient: Num, contribution_cny: Num,
    }
    /// The health of a dealer of today, with 95 % intervals.
    League in "league.csv" {
        site_id: String, region: String, tier: String, since: String, seen: String, wrong: String,
        sold_cars: Num, stock_cars: Num, expected_cars: Num,
        turn_days: Num, turn_low_days: Num, turn_high_days: Num,
        coefficient_months: Num, coefficient_low_months: Num, coefficient_high_months: Num,
        aged_share: Num, aged_low_share: Num, aged_high_share: Num,
        effectiveness: Num, effectiveness_low: Num, effectiveness_high: Num, floor_plan_cny_per_car: Num,
        per_head: Num, per_head_low: Num, per_head_high: Num, lead_conversion: Num, lead_conversion_low: Num,
        lead_conversion_high: Num, test_drive: Num, test_drive_low: Num, test_drive_high: Num, absorption: Num,
        absorption_low: Num, absorption_high: Num, price_realisation: Num, price_realisation_low: Num,
        price_realisation_high: Num, retention: Num, retention_low: Num, retention_high: Num, satisfaction: Num,
        satisfaction_low: Num, satisfaction_high: Num, inverted: Flag,
    }
    /// The health of a region's dealers, as if they were one.
    LeagueRegion in "league_regions.csv" {
        region: String, dealers: Num, green: Num, amber: Num, red: Num, watched: Num,
        sold_cars: Num, stock_cars: Num, expected_cars: Num,
        turn_days: Num, turn_low_days: Num, turn_high_days: Num,
        coefficient_months: Num, coefficient_low_months: Num, coefficient_high_months: Num,
        aged_share: Num, aged_low_share: Num, aged_high_share: Num,
        effectiveness: Num, effectiveness_low: Num, effectiveness_high: Num, floor_plan_cny_per_car: Num,
        per_head: Num, per_head_low: Num, per_head_high: Num, lead_conversion: Num, lead_conversion_low: Num,
        lead_conversion_high: Num, test_drive: Num, test_drive_low: Num, test_drive_high: Num, absorption: Num,
        absorption_low: Num, absorption_high: Num, price_realisation: Num, price_realisation_low: Num,
        price_realisation_high: Num, retention: Num, retention_low: Num, retention_high: Num, satisfaction: Num,
        satisfaction_low: Num, satisfaction_high: Num, inverted: Flag,
    }
    /// A model in one of the two networks.
    ModelKpi in "models_kpi.csv" {
        model_id: String, network: String, demand_cars: Num, sales_cars: Num, lost_cars: Num, fill_rate: Num,
        stock_mean_cars: Num,
    }
    /// A region in one of the two networks.
    RegionKpi in "regions_kpi.csv" {
        region: String, network: String, demand_cars: Num, sales_cars: Num, lost_cars: Num, fill_rate: Num,
        stock_mean_cars: Num, contribution_cny: Num,
    }
    /// The spread of a measure over the replications in one simulated week.
    Week in "weeks.csv" { network: String, measure: String, week: String, p05: Num, p50: Num, p95: Num, mean: Num }
    /// Something a planner does this week.
    Task in "tasks.csv" {
        task: String, priority: String, due: String, severity: String, site_id: String, model_id: String,
        action: String, from_site_id: String, to_site_id: String, order_model_id: String, cars: Num, warnings: Num,
        money_cny: Num, text: String, text_zh: String,
    }
    /// Something a planner should look at.
    Warning in "warnings.csv" {
        rule: String, severity: String, after_plan: String, site_id: String, model_id: String, probability: Num,
        money_cny: Num,
        lead_time_days: Num, action: String, action_zh: String, text: String, text_zh: String,
    }
}

/// A measure of the channel table: its column, how it is shown, and value, lower and upper end of a dealer.
pub struct ChannelMeasure {
    /// The column; the ends add `_low` and `_high`.
    pub name: &'static str,
    /// Kind of number.
    pub kind: &'static str,
    /// Value and ends.
    pub of: fn(&League) -> [Num; 3],
}

/// The seven measures of the channel table.
pub const CHANNEL: [ChannelMeasure; 7] = [
    ChannelMeasure { name: "per_head", kind: "two", of: |r| [r.per_head, r.per_head_low, r.per_head_high] },
    ChannelMeasure {
        name: "lead_conversion",
        kind: "share",
        of: |r| [r.lead_conversion, r.lead_conversion_low, r.lead_conversion_high],
    },
    ChannelMeasure { name: "test_drive", kind: "share", of: |r| [r.test_drive, r.test_drive_low, r.test_drive_high] },
    ChannelMeasure { name: "absorption", kind: "share", of: |r| [r.absorption, r.absorption_low, r.absorption_high] },
    ChannelMeasure {
        name: "price_realisation",
        kind: "share",
        of: |r| [r.price_realisation, r.price_realisation_low, r.price_realisation_high],
    },
    ChannelMeasure { name: "retention", kind: "share", of: |r| [r.retention, r.retention_low, r.retention_high] },
    ChannelMeasure {
        name: "satisfaction",
        kind: "one",
        of: |r| [r.satisfaction, r.satisfaction_low, r.satisfaction_high],
    },
];
