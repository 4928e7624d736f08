//! From a scenario to the folder it could have been read from.

use super::schema::{TABLES, VERSION, table};
use crate::ids::{Id, SiteId};
use crate::network::{Site, SiteKind, SiteRule, SlotSize};
use crate::scenario::{DayKind, Hand, Scenario};
use crate::units::Hours;
use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::path::Path;

/// Writes a scenario's files into a folder, made if need be. Each file is replaced as a whole or not at all; tables
/// that need no rows and have none are removed, so that nothing of an earlier scenario stays.
pub fn write(scenario: &Scenario, folder: &Path) -> io::Result<()> {
    write_texts(&files(scenario), folder)
}

/// The same for texts: `scenario.toml` and the tables by their files' names.
pub fn write_texts(files: &[(String, String)], folder: &Path) -> io::Result<()> {
    std::fs::create_dir_all(folder)?;
    for (name, text) in files {
        let mut file = tempfile::Builder::new().prefix(".scenario").suffix(".tmp").tempfile_in(folder)?;
        file.write_all(text.as_bytes())?;
        file.as_file().sync_all()?;
        file.persist(folder.join(name)).map_err(|e| e.error)?;
    }
    for table in TABLES {
        let name = format!("{}.csv", table.name);
        let path = folder.join(&name);
        if files.iter().all(|f| f.0 != name) && path.exists() {
            std::fs::remove_file(path)?;
        }
    }
    Ok(())
}

/// Writes files into a folder that is new or empty; names may hold a folder of their own.
pub fn write_new(files: &[(&str, &str)], folder: &Path) -> io::Result<()> {
    if folder.exists() && std::fs::read_dir(folder)?.next().is_some() {
        return Err(io::Error::new(io::ErrorKind::AlreadyExists, "the folder is not empty"));
    }
    for (name, text) in files {
        let path = folder.join(name);
        std::fs::create_dir_all(path.parent().unwrap_or(folder))?;
        std::fs::write(path, text)?;
    }
    Ok(())
}

/// The files of a scenario: names and texts, `scenario.toml` first.
pub fn files(scenario: &Scenario) -> Vec<(String, String)> {
    let mut files = vec![("scenario.toml".to_string(), options(scenario))];
    for table in TABLES {
        let rows = rows(scenario, table.name);
        if table.required || !rows.is_empty() {
            let header = table.columns.iter().map(|c| c.name).collect::<Vec<_>>().join(",");
            files.push((format!("{}.csv", table.name), format!("{header}\n{rows}")));
        }
    }
    files
}

/// Rows of a table as text.
#[derive(Default)]
struct Lines {
    text: String,
    fresh: bool,
}

impl Lines {
    fn start(&mut self) -> &mut Self {
        self.fresh = true;
        self
    }
    fn cell(&mut self, value: impl std::fmt::Display) -> &mut Self {
        if !std::mem::take(&mut self.fresh) {
            self.text.push(',');
        }
        let from = self.text.len();
        let _ = write!(self.text, "{value}");
        if self.text[from..].contains([',', '"', ';', '\t']) || self.text[from..].starts_with('#') {
            let quoted = format!("\"{}\"", self.text[from..].replace('"', "\"\""));
            self.text.replace_range(from.., &quoted);
        }
        self
    }
    fn end(&mut self) {
        self.text.push('\n');
    }
}

fn rows(scenario: &Scenario, name: &str) -> String {
    let mut lines = Lines::default();
    match name {
        "formats" => formats(scenario, &mut lines),
        "zones" => zones(scenario, &mut lines),
        "models" => models(scenario, &mut lines),
        "sites" => scenario.network.sites.values().for_each(|s| site(scenario, s, &mut lines)),
        "carriers" => carriers(scenario, &mut lines),
        "sales" => sales(scenario, &mut lines),
        "stock" => stock(scenario, &mut lines),
        "in_transit" => in_transit(scenario, &mut lines),
        "supply" => supply(scenario, &mut lines),
        "calendar" => calendar(scenario, &mut lines),
        "lanes" => lanes(scenario, &mut lines),
        "thresholds" => thresholds(scenario, &mut lines),
        "order_locks" => order_locks(scenario, &mut lines),
        "channel" => channel(scenario, &mut lines),
        _ => travel(scenario, &mut lines),
    }
    debug_assert!(lines.text.lines().all(|l| l.contains('"') || l.split(',').count() == table(name).columns.len()));
    lines.text
}

fn formats(scenario: &Scenario, lines: &mut Lines) {
    for f in scenario.network.formats.values() {
        lines.start().cell(&f.code).cell(&f.name).cell(&f.name_zh).cell(f.attraction).cell(minutes(f.reach));
        lines.cell(f.cost_factor).cell(f.capacity_factor).cell(f.conversion_cost).end();
    }
}

fn zones(scenario: &Scenario, lines: &mut Lines) {
    for z in scenario.network.zones.values() {
        lines.start().cell(&z.code).cell(&z.name).cell(&z.name_zh).cell(&scenario.network.regions[z.region].name);
        lines
            .cell(z.place.lat)
            .cell(z.place.lon)
            .cell(z.population)
            .cell(z.registrations.get())
            .cell(z.rival_weight)
            .cell(z.demand_factor)
            .end();
    }
}

fn models(scenario: &Scenario, lines: &mut Lines) {
    for m in scenario.catalogue.models.values() {
        lines.start().cell(&m.code).cell(&m.name).cell(&m.name_zh).cell(&m.segment);
        lines.cell(match m.powertrain {
            crate::catalogue::Powertrain::Combustion => "combustion",
            crate::catalogue::Powertrain::Electric => "electric",
            crate::catalogue::Powertrain::Hybrid => "hybrid",
        });
        lines
            .cell(m.price)
            .cell(m.margin)
            .cell(m.carrier_slots)
            .cell(m.holding_per_day)
            .cell(m.lost_sale)
            .cell(m.demand_factor)
            .end();
    }
}

fn site(scenario: &Scenario, s: &Site, lines: &mut Lines) {
    let network = &scenario.network;
    lines.start().cell(&s.code).cell(&s.name).cell(&s.name_zh);
    lines.cell(match s.kind {
        SiteKind::Plant => "plant",
        SiteKind::Hub => "hub",
        SiteKind::Dealer => "dealer",
        SiteKind::Candidate => "candidate",
    });
    lines.cell(s.format.map_or("", |f| &network.formats[f].code)).cell(&network.zones[s.zone].code);
    lines.cell(s.place.lat).cell(s.place.lon).cell(s.capacity.get()).cell(s.storage).cell(s.credit).cell(s.fixed_cost);
    lines.cell(s.opening_cost).cell(s.moving_cost).cell(s.closing_cost).cell(&s.owner);
    lines.cell(s.service_hours.0).cell(s.service_hours.1);
    lines.cell(match s.rule {
        SiteRule::Free => "free",
        SiteRule::Required => "required",
        SiteRule::Forbidden => "forbidden",
    });
    lines.cell(s.consent.word()).end();
}

fn carriers(scenario: &Scenario, lines: &mut Lines) {
    for c in scenario.network.carriers.values() {
        lines.start().cell(&c.code).cell(&c.name).cell(&c.name_zh).cell(c.slots);
        let deck = |d: &Vec<SlotSize>| d.iter().map(|s| s.letter()).collect::<String>();
        let decks = c.decks.iter().map(deck).collect::<Vec<_>>().join("+");
        lines.cell(c.cost_per_km).cell(c.cost_per_trip).cell(c.minimum_load.get());
        lines.cell(&decks).cell(if c.rehandling { "free" } else { "forbid" }).end();
    }
}

fn sales(scenario: &Scenario, lines: &mut Lines) {
    let history = &scenario.history;
    let models = &scenario.catalogue.models;
    let mondays: Vec<String> = (0..history.weeks()).map(|w| history.monday(w).to_string()).collect();
    let mut first_week_sold = false;
    for (site, s) in scenario.network.sites_of(SiteKind::Dealer) {
        for (model, m) in models.iter() {
            for (week, &cars) in history.series(site, model).iter().enumerate().filter(|w| *w.1 > 0) {
                first_week_sold |= week == 0;
                lines.start().cell(&s.code).cell(&m.code).cell(&mondays[week]).cell(cars).end();
            }
        }
    }
    // The history starts with the first week that has a row: one without sales needs a row that says so.
    let first_dealer = scenario.network.sites_of(SiteKind::Dealer).next();
    if let (false, Some(monday), Some((_, s)), Some(m)) =
        (first_week_sold, mondays.first(), first_dealer, models.values().next())
    {
        lines.start().cell(&s.code).cell(&m.code).cell(monday).cell(0).end();
    }
}

fn stock(scenario: &Scenario, lines: &mut Lines) {
    for lot in &scenario.stock {
        let (site, model) = (&scenario.network.sites[lot.site], &scenario.catalogue.models[lot.model]);
        lines.start().cell(&site.code).cell(&model.code).cell(lot.age_days).cell(lot.cars).end();
    }
}

fn monday(scenario: &Scenario, week: usize) -> jiff::civil::Date {
    scenario.today.saturating_add(jiff::Span::new().days(7 * week as i64))
}

fn in_transit(scenario: &Scenario, lines: &mut Lines) {
    for lot in &scenario.in_transit {
        let (site, model) = (&scenario.network.sites[lot.site], &scenario.catalogue.models[lot.model]);
        lines.start().cell(&site.code).cell(&model.code).cell(monday(scenario, lot.week.index())).cell(lot.cars);
        lines.cell(lot.promised.map(|d| d.to_string()).unwrap_or_default()).end();
    }
}

fn order_locks(scenario: &Scenario, lines: &mut Lines) {
    for l in &scenario.order_locks {
        let (site, model) = (&scenario.network.sites[l.site], &scenario.catalogue.models[l.model]);
        let (word, cars) = match l.hand {
            Hand::Lock => ("lock", String::new()),
            Hand::Forbid => ("forbid", String::new()),
            Hand::Set(cars) => ("set", cars.to_string()),
        };
        lines
            .start()
            .cell(&site.code)
            .cell(&model.code)
            .cell(monday(scenario, l.week.index()))
            .cell(word)
            .cell(cars)
            .end();
    }
}

fn thresholds(scenario: &Scenario, lines: &mut Lines) {
    let number = |x: Option<f64>| x.map(|x| x.to_string()).unwrap_or_default();
    for t in &scenario.thresholds {
        let region = t.region.map_or("", |r| scenario.network.regions[r].name.as_str());
        let model = t.model.map_or("", |m| scenario.catalogue.models[m].code.as_str());
        lines.start().cell(t.rule).cell(region).cell(model).cell(number(t.amber)).cell(number(t.red)).end();
    }
}

fn channel(scenario: &Scenario, lines: &mut Lines) {
    fn text<T: ToString>(x: Option<T>) -> String {
        x.map(|x| x.to_string()).unwrap_or_default()
    }
    for m in &scenario.channel {
        lines.start().cell(&scenario.network.sites[m.site].code).cell(m.month).cell(text(m.staff));
        for pair in [m.leads, m.drives] {
            lines.cell(text(pair.map(|p| p.0))).cell(text(pair.map(|p| p.1)));
        }
        for pair in [m.workshop, m.prices] {
            lines.cell(text(pair.map(|p| p.0))).cell(text(pair.map(|p| p.1)));
        }
        lines.cell(text(m.invoice)).cell(text(m.visits.map(|v| v.0))).cell(text(m.visits.map(|v| v.1)));
        lines
            .cell(text(m.answers.map(|a| a.0)))
            .cell(text(m.answers.map(|a| a.1)))
            .cell(text(m.answers.map(|a| a.2)))
            .end();
    }
}

fn supply(scenario: &Scenario, lines: &mut Lines) {
    for (site, s) in scenario.network.sites_of(SiteKind::Plant) {
        for (model, m) in scenario.catalogue.models.iter() {
            for (week, &cars) in scenario.supply[(site, model)].iter().enumerate().filter(|w| *w.1 > 0) {
                lines.start().cell(&s.code).cell(&m.code).cell(monday(scenario, week)).cell(cars).end();
            }
        }
    }
}

fn calendar(scenario: &Scenario, lines: &mut Lines) {
    for day in &scenario.calendar {
        let kind = if day.kind == DayKind::SpringFestival { "spring_festival" } else { "holiday" };
        lines.start().cell(day.date).cell(&day.name).cell(kind).end();
    }
}

fn lanes(scenario: &Scenario, lines: &mut Lines) {
    let code = |site: SiteId| &scenario.network.sites[site].code;
    for lane in &scenario.network.lanes {
        lines.start().cell(code(lane.from)).cell(code(lane.to)).cell(lane.distance.get()).cell(lane.time.get());
        lines.cell(lane.cost_per_car.map(|c| c.to_string()).unwrap_or_default()).end();
    }
}

fn travel(scenario: &Scenario, lines: &mut Lines) {
    let network = &scenario.network;
    for (&(zone, site), leg) in network.travel.matrix.iter().flatten() {
        lines.start().cell(&network.zones[zone].code).cell(&network.sites[site].code);
        lines.cell(leg.distance.get()).cell(minutes(leg.time)).end();
    }
}

/// Minutes that read back as exactly these hours.
fn minutes(hours: Hours) -> f64 {
    let product = hours.get() * 60.0;
    let round = (product * 1e6).round() / 1e6;
    let candidates = [round, product, product.next_up(), product.next_down()];
    candidates.into_iter().find(|m| m / 60.0 == hours.get()).unwrap_or(product)
}

fn quoted(text: &str) -> String {
    toml::Value::String(text.into()).to_string()
}

/// `scenario.toml`, every option written out.
fn options(scenario: &Scenario) -> String {
    let s = &scenario.settings;
    let mut sections = Vec::new();
    sections.push(head(scenario));
    let travel = &scenario.network.travel;
    let mode = if travel.matrix.is_some() { "matrix" } else { "geodesic" };
    let (circuity, speed) = (travel.circuity, travel.speed_kmh);
    sections.push(format!("[horizon]\nweeks = {}\n", s.horizon_weeks));
    sections
        .push(format!("[travel]\nmode = \"{mode}\"\ncircuity = {circuity}\nspeed_kmh = {speed}\ncrs = \"wgs84\"\n"));
    sections.push(format!("[market]\nhalf_time_min = {}\nnest = {}\n", s.market.half_time_min, s.market.nest));
    sections.push(placement(scenario));
    sections.push(replenishment(scenario));
    let t = &s.transfer;
    sections.push(format!(
        "[transfer]\ncost_fixed_cny = {}\ncost_cny_per_km = {}\nradius_km = {}\nmax_share = {}\nmin_age_days = {}\n",
        t.cost_fixed, t.cost_per_km, t.radius_km, t.max_share, t.min_age_days
    ));
    sections.push(simulation(scenario));
    sections.join("\n")
}

fn head(scenario: &Scenario) -> String {
    format!(
        "schema = {VERSION}\nid = {}\nname = {}\nname_zh = {}\ncurrency = {}\nsynthetic = {}\ntoday = {}\n",
        quoted(&scenario.id),
        quoted(&scenario.name),
        quoted(&scenario.name_zh),
        quoted(&scenario.currency),
        scenario.synthetic,
        scenario.today
    )
}

fn placement(scenario: &Scenario) -> String {
    let p = &scenario.settings.placement;
    let mut text = format!(
        "[placement]\nyears = {}\nphases = {}\nphase_years = {}\nmarket_growth = {}\ndiscount_rate = {}\n",
        p.years, p.phases, p.phase_years, p.market_growth, p.discount_rate
    );
    if let Some(budget) = p.budget {
        let _ = writeln!(text, "budget_cny = {budget}");
    }
    let counts =
        [("max_open", p.max_open), ("max_close", p.max_close), ("min_stores", p.stores.0), ("max_stores", p.stores.1)];
    for (key, count) in counts.into_iter().filter_map(|(k, c)| c.map(|c| (k, c))) {
        let _ = writeln!(text, "{key} = {count}");
    }
    let _ = write!(
        text,
        "utilisation = {}\nmin_distance_km = {}\nterritory_km = {}\nmove_radius_km = {}\nchange_format = {}\ncoverage_min = {}\ncoverage_floor = {}\ngap = {}\nmax_nodes = {}\n",
        p.utilisation,
        p.min_distance_km,
        p.territory_km,
        p.move_radius_km,
        p.change_format,
        p.coverage_min,
        p.coverage_floor,
        p.gap,
        p.max_nodes
    );
    text
}

fn replenishment(scenario: &Scenario) -> String {
    let r = &scenario.settings.replenishment;
    format!(
        "[replenishment]\nfreeze_weeks = {}\nbuild_weeks = {}\npack_cars = {}\nminimum_order_cars = {}\nmode = \"{}\"\nunallocated_cny_per_car = {}\nfill_goal = {}\nfill_penalty_cny_per_car = {}\nservice = {}\nend_cover_weeks = {}\nfairness_cny_per_car = {}\nnervousness_cny_per_car = {}\nfreight_fixed_cny = {}\nfreight_cny_per_km = {}\n",
        r.freeze_weeks,
        r.build_weeks,
        r.pack,
        r.minimum_order,
        if r.push { "push" } else { "pull" },
        r.unallocated,
        r.fill_goal,
        r.fill_penalty,
        r.service,
        r.end_cover_weeks,
        r.fairness_per_car,
        r.nervousness,
        r.freight_fixed,
        r.freight_per_km
    )
}

fn simulation(scenario: &Scenario) -> String {
    let s = &scenario.settings.simulation;
    format!(
        "[simulation]\ndays = {}\nreplications = {}\nseed = {}\nnational_sd = {}\nregional_sd = {}\nmax_diversions = {}\ndivert = {}\nwait = {}\nsubstitute = {}\nlead_time_cv = {}\n",
        s.days,
        s.replications,
        s.seed,
        s.national_sd,
        s.regional_sd,
        s.max_diversions,
        s.divert,
        s.wait,
        s.substitute,
        s.lead_time_cv
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn minutes_read_back_as_the_same_hours() {
        for tenth in 0..20_000 {
            let hours = f64::from(tenth) / 10.0 / 60.0;
            assert_eq!(minutes(Hours::new(hours)) / 60.0, hours);
            assert!(minutes(Hours::new(hours)).to_string().len() <= 7);
        }
    }

    #[test]
    fn text_with_delimiters_is_quoted() {
        let mut lines = Lines::default();
        lines.start().cell("a,b").cell("say \"x\"").cell(1.5).end();
        assert_eq!(lines.text, "\"a,b\",\"say \"\"x\"\"\",1.5\n");
    }
}
