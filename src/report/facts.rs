//! What the page is made of: the tables of a results folder as plain values.

use super::cell::Num;
use super::rows::{
    Backtest, Dealer, DealerWeek, Forecast, Format, JourneyDesk, JourneyEffect, JourneySegment, Kpi, League,
    LeagueRegion, Model, ModelKpi, Order, Placement, RegionKpi, Service, Site, Task, Transfer, Warning, Week, Zone,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Everything a report shows. A table that was not written is empty, and [`Facts::absent`] names it.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// `summary.json`.
    pub summary: Summary,
    /// `provenance.json`: versions, hashes of the input, seed, options; times under `run`.
    pub provenance: Value,
    /// Files that could not be used.
    pub absent: Vec<Absent>,
    /// `zones.csv`.
    pub zones: Vec<Zone>,
    /// `sites.csv`.
    pub sites: Vec<Site>,
    /// `formats.csv`.
    pub formats: Vec<Format>,
    /// `models.csv`.
    pub models: Vec<Model>,
    /// `placement.csv`.
    pub placement: Vec<Placement>,
    /// `service.csv`.
    pub service: Vec<Service>,
    /// `forecast.csv`.
    pub forecast: Vec<Forecast>,
    /// `forecast_backtest.csv`.
    pub backtest: Vec<Backtest>,
    /// `orders.csv`.
    pub orders: Vec<Order>,
    /// `dealer_weeks.csv`.
    pub dealer_weeks: Vec<DealerWeek>,
    /// `transfers.csv`.
    pub transfers: Vec<Transfer>,
    /// `kpi.csv`; the list of `summary.json` where that is missing.
    pub kpis: Vec<Kpi>,
    /// `dealers.csv`.
    pub dealers: Vec<Dealer>,
    /// `league.csv`.
    pub league: Vec<League>,
    /// `league_regions.csv`; empty where the folder was written before there were such.
    pub league_regions: Vec<LeagueRegion>,
    /// `models_kpi.csv`.
    pub models_kpi: Vec<ModelKpi>,
    /// `regions_kpi.csv`.
    pub regions_kpi: Vec<RegionKpi>,
    /// `weeks.csv`.
    pub weeks: Vec<Week>,
    /// `tasks.csv`.
    pub tasks: Vec<Task>,
    /// `warnings.csv`.
    pub warnings: Vec<Warning>,
    /// `journey_segments.csv`; empty where the scenario has no customers.
    pub segments: Vec<JourneySegment>,
    /// `journey_desks.csv`.
    pub desks: Vec<JourneyDesk>,
    /// `journey_effect.csv`.
    pub effect: Vec<JourneyEffect>,
}

/// A file that could not be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Absent {
    /// Its name.
    pub file: String,
    /// What is wrong with it; `None`: it was not written.
    pub fault: Option<String>,
}

/// `summary.json`.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Summary {
    /// What was planned.
    pub scenario: ScenarioFacts,
    /// How large it is: counts by name (`zones`, `dealers`, …).
    pub size: Map<String, Value>,
    /// Each step's status and headline figures.
    pub steps: Map<String, Value>,
    /// The comparison.
    pub kpis: Vec<SummaryKpi>,
    /// What was aggregated or assumed.
    pub aggregated: Vec<Remark>,
    /// How many warnings there are, by severity.
    pub warnings_count: Map<String, Value>,
}

/// The scenario's name plate.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ScenarioFacts {
    /// Name of its folder.
    pub id: String,
    /// Title in English.
    pub name: String,
    /// Title in Chinese.
    pub name_zh: String,
    /// ISO code of the currency.
    pub currency: String,
    /// Whether any table was made up.
    pub synthetic: bool,
    /// First day of the plan, `YYYY-MM-DD`.
    pub today: String,
}

/// A measure of both networks.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct SummaryKpi {
    /// Its name.
    pub id: String,
    /// Its unit.
    pub unit: String,
    /// Which direction is better: `high` or `low`.
    pub better: String,
    /// The network of today.
    pub today: Estimate,
    /// The plan's network.
    pub plan: Estimate,
    /// Plan minus today, on the same futures.
    pub difference: Estimate,
}

/// A mean with its 95 % interval.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Estimate {
    /// Mean.
    pub mean: Num,
    /// Lower end.
    pub low: Num,
    /// Upper end.
    pub high: Num,
}

/// A sentence in both languages.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Remark {
    /// In English.
    pub text: String,
    /// In Chinese.
    pub text_zh: String,
}

impl Summary {
    /// A headline figure of a step.
    pub fn figure(&self, step: &str, name: &str) -> Option<f64> {
        self.steps.get(step)?.get(name)?.as_f64()
    }
    /// Whether a step has left its figures.
    pub fn has(&self, step: &str) -> bool {
        self.steps.get(step).is_some_and(Value::is_object)
    }
}

impl From<&SummaryKpi> for Kpi {
    fn from(k: &SummaryKpi) -> Self {
        Self {
            kpi: k.id.clone(),
            unit: k.unit.clone(),
            better: k.better.clone(),
            today_mean: k.today.mean,
            today_low: k.today.low,
            today_high: k.today.high,
            plan_mean: k.plan.mean,
            plan_low: k.plan.low,
            plan_high: k.plan.high,
            difference_mean: k.difference.mean,
            difference_low: k.difference.low,
            difference_high: k.difference.high,
        }
    }
}

impl Facts {
    /// Whether a file could not be used.
    pub fn lacks(&self, file: &str) -> bool {
        self.absent.iter().any(|a| a.file == file)
    }
}
