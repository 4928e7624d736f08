//! A limit of the scenario, how it is loosened, and the patch that does the same to the user's tables.

use crate::ids::{Id, ModelId, SiteId};
use crate::network::SiteRule;
use crate::scenario::Scenario;
use crate::units::{Money, Vehicles, YearlyRate};

/// Credit that is added.
const CREDIT_STEP: f64 = 10_000.0;

/// What a gain is counted over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Per {
    /// Profit of the placement, a year.
    Year,
    /// Cost of the replenishment plan, over its weeks.
    Horizon,
    /// Profit of the transfers of the coming week.
    Week,
}

impl Per {
    /// Its name in tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Year => "year",
            Self::Horizon => "horizon",
            Self::Week => "week",
        }
    }
}

/// A limit that can be loosened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// What the tables say must be done with a site.
    Rule(SiteId),
    /// Cars a year a store can sell.
    Capacity(SiteId),
    /// One-off money of a phase.
    Budget,
    /// Openings of a phase.
    MaxOpen,
    /// Closings of a phase.
    MaxClose,
    /// Fewest stores.
    MinStores,
    /// Most stores.
    MaxStores,
    /// Least distance of two stores.
    MinDistance,
    /// Territory of another owner's dealer.
    Territory,
    /// Longest move of a store.
    MoveRadius,
    /// People who must be covered.
    CoverageFloor,
    /// Whether stores may change their format.
    ChangeFormat,
    /// Build slots of a plant, model and week of the horizon.
    Slots(SiteId, ModelId, usize),
    /// Cars a store can hold.
    Storage(SiteId),
    /// Credit of a store.
    Credit(SiteId),
    /// Weeks whose shipments are fixed.
    Freeze,
    /// Multiples in which cars are ordered.
    Pack,
    /// Smallest order of a model by a store.
    MinimumOrder,
    /// Share of a dealer's stock that may leave in a week.
    MaxShare,
    /// Youngest car that may leave.
    MinAge,
    /// Longest move of a car.
    Radius,
}

/// A limit's value before and after, in words, and the patch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// What it is.
    pub before: String,
    /// What it becomes.
    pub after: String,
    /// The variant that loosens it (see `docs/variants.md`).
    pub patch: String,
}

impl Limit {
    /// Its name in tables: the option or column.
    pub fn name(self) -> &'static str {
        match self {
            Self::Rule(_) => "rule",
            Self::Capacity(_) => "capacity_per_year",
            Self::Budget => "budget_cny",
            Self::MaxOpen => "max_open",
            Self::MaxClose => "max_close",
            Self::MinStores => "min_stores",
            Self::MaxStores => "max_stores",
            Self::MinDistance => "min_distance_km",
            Self::Territory => "territory_km",
            Self::MoveRadius => "move_radius_km",
            Self::CoverageFloor => "coverage_floor",
            Self::ChangeFormat => "change_format",
            Self::Slots(..) => "slots_cars",
            Self::Storage(_) => "storage_cars",
            Self::Credit(_) => "credit_cny",
            Self::Freeze => "freeze_weeks",
            Self::Pack => "pack_cars",
            Self::MinimumOrder => "minimum_order_cars",
            Self::MaxShare => "max_share",
            Self::MinAge => "min_age_days",
            Self::Radius => "radius_km",
        }
    }

    /// The site it belongs to, if it is one of the tables' limits.
    pub fn site(self) -> Option<SiteId> {
        match self {
            Self::Rule(s) | Self::Capacity(s) | Self::Slots(s, ..) | Self::Storage(s) | Self::Credit(s) => Some(s),
            _ => None,
        }
    }

    /// What loosening it gains, and over which time.
    pub fn per(self) -> Per {
        match self {
            Self::Slots(..) | Self::Storage(_) | Self::Credit(_) | Self::Freeze | Self::Pack | Self::MinimumOrder => {
                Per::Horizon
            }
            Self::MaxShare | Self::MinAge | Self::Radius => Per::Week,
            _ => Per::Year,
        }
    }

    /// Loosens it; `None` where the scenario has no such limit.
    pub fn loosen(self, s: &mut Scenario) -> Option<Step> {
        match self {
            Self::Rule(_) | Self::Capacity(_) | Self::Slots(..) | Self::Storage(_) | Self::Credit(_) => self.cell(s),
            Self::Freeze | Self::Pack | Self::MinimumOrder | Self::MaxShare | Self::MinAge | Self::Radius => {
                self.operation(s)
            }
            _ => self.placement(s),
        }
    }

    fn cell(self, s: &mut Scenario) -> Option<Step> {
        let site = self.site()?;
        let code = s.network.sites[site].code.clone();
        let at = &mut s.network.sites[site];
        let set =
            |table: &str, value: String| table_patch(table, &format!("site_id = {}", quoted(&code)), "set", &value);
        match self {
            Self::Rule(_) => {
                let before = word(at.rule);
                (at.rule != SiteRule::Free).then_some(())?;
                at.rule = SiteRule::Free;
                Some(Step {
                    before: before.into(),
                    after: "free".into(),
                    patch: set("sites", "rule = \"free\"".into()),
                })
            }
            Self::Capacity(_) => {
                let before = at.capacity.get();
                at.capacity = YearlyRate::new(before * 1.1);
                let after = at.capacity.get();
                let patch = set("sites", format!("capacity_per_year = {after}"));
                Some(Step { before: before.to_string(), after: after.to_string(), patch })
            }
            // A limit of zero in the table means that there is none.
            Self::Storage(_) => {
                let before = at.storage.get();
                (before > 0).then_some(())?;
                at.storage = Vehicles::new(before + 1);
                let patch = set("sites", format!("storage_cars = {}", before + 1));
                Some(Step { before: before.to_string(), after: (before + 1).to_string(), patch })
            }
            Self::Credit(_) => {
                let before = at.credit;
                (before > Money::ZERO).then_some(())?;
                at.credit = before + Money::from_major(CREDIT_STEP);
                let patch = set("sites", format!("credit_cny = {}", at.credit));
                Some(Step { before: before.to_string(), after: at.credit.to_string(), patch })
            }
            Self::Slots(plant, model, week) => {
                let monday = s.today.saturating_add(jiff::Span::new().weeks(week as i64));
                let slots = s.supply[(plant, model)].get_mut(week)?;
                let before = *slots;
                // Where nothing is built, one more slot would be another plant.
                (before > 0).then_some(())?;
                *slots += 1;
                let only = format!(
                    "site_id = {}, model_id = {}, week_start = {monday}",
                    quoted(&code),
                    quoted(&s.catalogue.models[model].code)
                );
                let patch = table_patch("supply", &only, "plus", "slots_cars = 1");
                Some(Step { before: before.to_string(), after: (before + 1).to_string(), patch })
            }
            _ => None,
        }
    }

    fn operation(self, s: &mut Scenario) -> Option<Step> {
        let (r, t) = (&mut s.settings.replenishment, &mut s.settings.transfer);
        match self {
            Self::Freeze => {
                let before = r.freeze_weeks;
                (before > 0).then(|| r.freeze_weeks = before - 1)?;
                Some(option("replenishment", "freeze_weeks", before, before - 1))
            }
            Self::Pack => {
                let before = std::mem::replace(&mut r.pack, 1);
                (before > 1).then(|| option("replenishment", "pack_cars", before, 1))
            }
            Self::MinimumOrder => {
                let before = std::mem::replace(&mut r.minimum_order, 0);
                (before > 1).then(|| option("replenishment", "minimum_order_cars", before, 0))
            }
            Self::MaxShare => {
                let before = t.max_share;
                t.max_share = (before * 2.0).clamp(0.05, 1.0);
                (before < 1.0).then(|| option("transfer", "max_share", before, t.max_share))
            }
            Self::MinAge => {
                let before = std::mem::replace(&mut t.min_age_days, 0);
                (before > 0).then(|| option("transfer", "min_age_days", before, 0))
            }
            Self::Radius => {
                let before = t.radius_km;
                t.radius_km = before * 1.5;
                Some(option("transfer", "radius_km", before, t.radius_km))
            }
            _ => None,
        }
    }

    fn placement(self, s: &mut Scenario) -> Option<Step> {
        let p = &mut s.settings.placement;
        let step = |key, before: f64, after: f64| Some(option("placement", key, before, after));
        let count = |limit: &mut Option<u32>, by: i64| {
            let before = (*limit)?;
            let after = (i64::from(before) + by).max(0) as u32;
            *limit = Some(after);
            (before != after).then_some((f64::from(before), f64::from(after)))
        };
        let key = self.name();
        match self {
            Self::Budget => {
                let before = p.budget?;
                let after = Money::from_major(before.major() * 1.1);
                p.budget = Some(after);
                Some(option("placement", key, before, after))
            }
            Self::MaxOpen => count(&mut p.max_open, 1).and_then(|(a, b)| step(key, a, b)),
            Self::MaxClose => count(&mut p.max_close, 1).and_then(|(a, b)| step(key, a, b)),
            Self::MinStores => count(&mut p.stores.0, -1).and_then(|(a, b)| step(key, a, b)),
            Self::MaxStores => count(&mut p.stores.1, 1).and_then(|(a, b)| step(key, a, b)),
            Self::MinDistance => gone(&mut p.min_distance_km).and_then(|a| step(key, a, 0.0)),
            Self::Territory => gone(&mut p.territory_km).and_then(|a| step(key, a, 0.0)),
            Self::CoverageFloor => gone(&mut p.coverage_floor).and_then(|a| step(key, a, 0.0)),
            Self::MoveRadius => {
                let before = p.move_radius_km;
                p.move_radius_km = before * 1.5;
                step(key, before, p.move_radius_km)
            }
            Self::ChangeFormat => {
                let before = std::mem::replace(&mut p.change_format, true);
                (!before).then(|| option("placement", key, false, true))
            }
            _ => None,
        }
    }
}

/// Takes a limit away that is above zero.
fn gone(limit: &mut f64) -> Option<f64> {
    let before = std::mem::replace(limit, 0.0);
    (before > 0.0).then_some(before)
}

/// The word of a rule in the tables.
pub(super) fn word(rule: SiteRule) -> &'static str {
    match rule {
        SiteRule::Free => "free",
        SiteRule::Required => "required",
        SiteRule::Forbidden => "forbidden",
    }
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

fn option(section: &str, key: &str, before: impl ToString, after: impl ToString) -> Step {
    let (before, after) = (before.to_string(), after.to_string());
    let patch = format!("[settings.{section}]\n{key} = {after}\n");
    Step { before, after, patch }
}

/// A patch of one table.
pub(super) fn table_patch(table: &str, only: &str, how: &str, value: &str) -> String {
    format!("[[patch]]\ntable = \"{table}\"\nwhere = {{ {only} }}\n{how} = {{ {value} }}\n")
}

/// The patch that makes a site open or closed whatever it earns.
pub(super) fn force(s: &mut Scenario, site: SiteId, open: bool) -> String {
    let rule = if open { SiteRule::Required } else { SiteRule::Forbidden };
    s.network.sites[site].rule = rule;
    let only = format!("site_id = {}", quoted(&s.network.sites[site].code));
    table_patch("sites", &only, "set", &format!("rule = \"{}\"", word(rule)))
}

/// Limits of the whole placement.
pub(super) const PLACEMENT: [Limit; 10] = [
    Limit::Budget,
    Limit::MaxOpen,
    Limit::MaxClose,
    Limit::MinStores,
    Limit::MaxStores,
    Limit::MinDistance,
    Limit::Territory,
    Limit::MoveRadius,
    Limit::CoverageFloor,
    Limit::ChangeFormat,
];

/// Position of a model, for the order of limits.
pub(super) fn order(limit: Limit) -> usize {
    if let Limit::Slots(_, model, week) = limit { 1 + model.index() * 1_000 + week } else { 0 }
}
