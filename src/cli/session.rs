//! One run of one or more steps: the scenario, the answers so far, and the folder they go to.

use super::steps::StepArgs;
use super::terminal::{Terminal, say};
use super::{exit, terminal};
use crate::evaluation::{self, NetworkFacts};
use crate::io::market::journey::Visitors;
use crate::io::results::{
    Hold, Stage, certificates, decisions, folder::may_write, geo, journey, league, memory, monday, outcome, places,
    previous, provenance, read_back, read_back::Same, replications, standings, summary::Summary, warnings,
};
use crate::io::scenario::ReadNotes;
use crate::lp::Stop;
use crate::planning::journey::Worth;
use crate::planning::{
    Error, Ground, Moved, NetworkState, Options, Placement, Replenishment, Simulation, Transfers, assess, changes,
    place, replenish, simulate, today_and_plan, transfer,
};
use crate::progress::Observer;
use crate::scenario::Scenario;
use crate::units::Money;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

/// What ends a session: an exit code; everything has been said.
pub(super) type Ended = u8;

/// A scenario that was read, and where its results go.
pub(super) struct Input {
    pub scenario: Scenario,
    pub notes: ReadNotes,
    pub out: PathBuf,
    pub options: Options,
    pub watch: Terminal,
    /// Where the scenario was read from.
    pub from: String,
    /// Which variant of it.
    variant: Option<String>,
    /// Results folder of last week's plan.
    pub previous: Option<PathBuf>,
    /// How many limits are solved again with one more of them.
    pub worth: Option<usize>,
    started: String,
    began: Instant,
    /// The results folder is this run's alone.
    _hold: Hold,
}

impl Input {
    pub(super) fn read(args: &StepArgs) -> Result<Self, Ended> {
        let watch = Terminal::new(args.run.quiet);
        let began = Instant::now();
        watch.stage("check", 0);
        let (scenario, notes) = crate::io::scenario::read_variant(&args.at.scenario, args.at.variant.as_deref())
            .map_err(|faults| {
                watch.finish();
                say(faults.to_string().trim_end());
                let count = super::check::counted(faults.count(), "fault");
                say(&format!("{count}; nothing was written. `forecourt schema` prints what the tables hold"));
                exit::BAD_INPUT
            })?;
        let out = args.run.out.clone().unwrap_or_else(|| PathBuf::from("results").join(&scenario.id));
        may_write(&out).map_err(|e| {
            watch.finish();
            say(&format!("forecourt: {e}"));
            exit::CANNOT_WRITE
        })?;
        let hold = Hold::take(&out).map_err(|e| {
            watch.finish();
            say(&format!("forecourt: {e}"));
            exit::CANNOT_WRITE
        })?;
        let settings = &scenario.settings.simulation;
        let options = Options {
            seed: args.run.seed.unwrap_or(settings.seed),
            replications: args.run.replications.unwrap_or(settings.replications),
            precision: None,
            threads: args.run.threads,
            seconds: args.run.time_limit,
            stop: stop_on_signals(),
        };
        let started = jiff::Timestamp::now().to_string();
        let (from, variant) = (args.at.scenario.display().to_string(), args.at.variant.clone());
        Ok(Self {
            scenario,
            notes,
            out,
            options,
            watch,
            from,
            variant,
            previous: None,
            worth: None,
            started,
            began,
            _hold: hold,
        })
    }
}

/// SIGINT and SIGTERM raise the flag; a second one ends the program at once.
pub(super) fn stop_on_signals() -> Stop {
    let flag = Arc::new(AtomicBool::new(false));
    for signal in [signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM] {
        // The order matters: the first signal finds the flag down and raises it, the second finds it up and exits.
        let _ = signal_hook::flag::register_conditional_shutdown(signal, i32::from(exit::INTERRUPTED), flag.clone());
        let _ = signal_hook::flag::register(signal, flag.clone());
    }
    // A file that may not grow further is a fault to report, not the end of the program.
    #[cfg(unix)]
    let _ = signal_hook::flag::register(signal_hook::consts::SIGXFSZ, Arc::new(AtomicBool::new(false)));
    Stop::from_flag(flag)
}

/// The answers of a run.
pub(super) struct Session<'a> {
    input: &'a Input,
    pub ground: Ground<'a>,
    pub placement: Option<Placement>,
    pub networks: Option<(NetworkState, NetworkState)>,
    pub transfers: Option<Transfers>,
    pub simulation: Option<Simulation>,
    stage: Stage,
    summary: Summary,
    times: Vec<(String, f64)>,
    limited: bool,
}

impl<'a> Session<'a> {
    /// Forecasts, and takes over what earlier steps left in the results folder when their inputs were the same.
    pub(super) fn new(input: &'a Input, whole: bool) -> Self {
        let mut times = vec![("check".to_owned(), input.began.elapsed().as_secs_f64())];
        let began = Instant::now();
        let ground = Ground::new(&input.scenario, &input.watch);
        times.push(("forecast".to_owned(), began.elapsed().as_secs_f64()));
        let same = if whole { Same::Nothing } else { read_back::same(&input.out, &input.notes) };
        let mut stage = Stage::new();
        let mut placed = None;
        if same != Same::Everything {
            stage.start_fresh();
            // New tables every Monday: the memory of warnings and tiers outlives them, and so does the network's plan.
            for file in [memory::FILE, standings::FILE] {
                if let Ok(bytes) = std::fs::read(input.out.join(file)) {
                    stage.put(file, bytes);
                }
            }
            if same == Same::Structure {
                placed = read_back::earlier_placement(&input.out);
            }
        }
        let earlier = if same == Same::Everything { read_back::summary(&input.out) } else { None };
        let mut summary = Summary::new(&ground, earlier);
        if let Some((table, step)) = placed {
            stage.put("placement.csv", table);
            summary.placed_before(step);
        }
        summary.check(
            input.notes.files.iter().filter(|f| !f.sha256.is_empty()).count(),
            input.notes.files.iter().map(|f| f.rows).sum(),
        );
        summary.forecast(&ground);
        for (name, table) in [
            ("sites.csv", places::sites(&ground)),
            ("formats.csv", places::formats(&ground)),
            ("models.csv", places::models(&ground)),
            ("forecast.csv", decisions::forecast(&ground)),
            ("forecast_dealers.csv", decisions::forecast_dealers(&ground)),
        ] {
            stage.put(name, table.into_bytes());
        }
        stage.put(certificates::ESTIMATES, certificates::estimates(&ground));
        if let Some(table) = decisions::backtest(&ground) {
            stage.put("forecast_backtest.csv", table.into_bytes());
        }
        Self {
            input,
            ground,
            placement: None,
            networks: None,
            transfers: None,
            simulation: None,
            stage,
            summary,
            times,
            limited: false,
        }
    }

    fn timed<T>(&mut self, name: &str, step: impl FnOnce(&Self) -> Result<T, Error>) -> Result<T, Ended> {
        let began = Instant::now();
        if self.input.options.stop.raised() {
            return Err(self.ended(&Error::Stopped));
        }
        let answer = step(self).map_err(|e| self.ended(&e))?;
        self.times.push((name.to_owned(), began.elapsed().as_secs_f64()));
        Ok(answer)
    }

    pub(super) fn ended(&self, error: &Error) -> Ended {
        self.input.watch.finish();
        say(&format!("forecourt: {error}"));
        if !matches!(error, Error::Internal(_)) {
            say("nothing was written");
        }
        exit::of(error)
    }

    /// Searches for the best network.
    pub(super) fn place(&mut self) -> Result<(), Ended> {
        let placement = self.timed("place", |s| place(&s.ground, &s.input.options, &s.input.watch))?;
        self.limited |= !placement.plan.repeatable;
        self.summary.place(&placement);
        self.stage.put("placement.csv", decisions::placement(&self.ground, &placement).into_bytes());
        self.stage.put(certificates::PLACE, certificates::place(&self.ground, &placement));
        self.take(placement);
        Ok(())
    }

    /// Takes the network that an earlier step placed, or today's.
    pub(super) fn take_placed(&mut self) -> Result<(), Ended> {
        let same = read_back::same(&self.input.out, &self.input.notes);
        let found = match same {
            Same::Nothing => Ok(None),
            _ => read_back::placement(&self.input.out, &self.input.scenario),
        };
        let placed = match found {
            Ok(placed) => placed,
            Err(e) => {
                say(&format!("forecourt: {e}"));
                return Err(exit::BAD_INPUT);
            }
        };
        let placed = placed.unwrap_or_else(|| {
            if same == Same::Nothing && self.input.out.join("placement.csv").is_file() {
                say("the results folder's placement is of other zones, sites, formats or roads: it is left aside");
            }
            say("no placement of this scenario in the results folder: going on with today's network");
            let open = crate::network::coverage::open_today(&self.input.scenario.network);
            let open: BTreeMap<_, _> = open.iter().filter_map(|(s, f)| Some((s, (*f)?))).collect();
            read_back::PlacedNetwork { open, moves: Vec::new() }
        });
        let placement = assess(&self.ground, &placed.open, &placed.moves).map_err(|e| self.ended(&e))?;
        if same != Same::Everything || !self.input.out.join(certificates::PLACE).is_file() {
            self.stage.put(certificates::PLACE, certificates::place(&self.ground, &placement));
        }
        self.take(placement);
        Ok(())
    }

    fn take(&mut self, placement: Placement) {
        let (today, plan) = today_and_plan(&self.ground, &placement);
        self.stage.put("zones.csv", places::zones(&self.ground, &today, &plan).into_bytes());
        self.stage.put("service.csv", places::service(&self.ground, &plan).into_bytes());
        let scenario = &self.input.scenario;
        let (before, note) = standings::read(&self.input.out, scenario);
        if let Some(note) = note {
            say(&note);
        }
        let judged = crate::planning::league(&self.ground, &today, &before);
        self.stage.put("league.csv", league::dealers(&self.ground, &judged).into_bytes());
        self.stage.put("league_regions.csv", league::regions(&self.ground, &judged).into_bytes());
        let after = judged.dealers.iter().map(|d| (d.site, d.memory.clone())).collect();
        self.stage.put(standings::FILE, standings::write(scenario, &before, &after));
        self.placement = Some(placement);
        self.networks = Some((today, plan));
    }

    fn networks(&self) -> &(NetworkState, NetworkState) {
        self.networks.as_ref().expect("a step that needs the networks comes after the placement")
    }

    /// The week's transfers: those just found, else those of the results folder.
    fn moves(&self) -> Result<Vec<Moved>, Ended> {
        if let Some(transfers) = &self.transfers {
            return Ok(transfers.moved());
        }
        let same = read_back::same(&self.input.out, &self.input.notes) == Same::Everything;
        let found = if same { read_back::transfers(&self.input.out, &self.input.scenario) } else { Ok(None) };
        match found {
            Ok(Some(moves)) => Ok(moves),
            Ok(None) => {
                say("no transfers of this scenario in the results folder: ordering on the stock as it stands");
                Ok(Vec::new())
            }
            Err(e) => {
                say(&format!("forecourt: {e}"));
                Err(exit::BAD_INPUT)
            }
        }
    }

    /// Plans shipments for the plan's network, on the stock after the week's transfers.
    pub(super) fn replenish(&mut self) -> Result<Replenishment, Ended> {
        let moves = self.moves()?;
        let previous = match self.input.previous.as_ref().map(|p| previous::read(p, &self.input.scenario)).transpose() {
            Ok(previous) => previous,
            Err(e) => {
                say(&format!("forecourt: {e}"));
                return Err(exit::BAD_INPUT);
            }
        };
        let (made, alternatives, worth) = self.timed("replenish", |s| {
            let (state, run) = (&s.networks().1, &s.input.options);
            let made = replenish(&s.ground, state, &moves, previous.as_ref(), run, &s.input.watch)?;
            let alternatives = made.alternatives(&s.ground)?;
            let worth = made.one_more(run, s.input.worth)?;
            Ok((made, alternatives, worth))
        })?;
        self.limited |= !made.plan.repeatable;
        self.summary.replenish(&self.ground, &made);
        self.stage.put("orders.csv", decisions::orders(&self.ground, &made).into_bytes());
        self.stage.put("order_basis.csv", monday::basis(&self.ground, &made).into_bytes());
        self.stage.put("alternatives.csv", monday::alternatives(&alternatives).into_bytes());
        self.stage.put("one_more.csv", monday::one_more(&self.ground, &made, &worth).into_bytes());
        if let Some(previous) = &previous {
            let found = changes(&self.ground, &made, previous);
            self.summary.changes(previous, &found);
            self.stage.put("changes.csv", monday::changes(&self.ground, &found).into_bytes());
        } else if self.input.out.join("changes.csv").is_file() {
            // What an earlier run compared is no longer true.
            self.summary.no_changes();
            self.stage.put("changes.csv", monday::changes(&self.ground, &[]).into_bytes());
        }
        self.summary.alternatives(&alternatives);
        self.stage.put("redirected.csv", decisions::redirected(&self.ground, &made.goods).into_bytes());
        self.stage.put(certificates::REPLENISH, certificates::replenish(&self.ground, &made));
        self.stage.put("dealer_weeks.csv", decisions::dealer_weeks(&self.ground, &made).into_bytes());
        self.stage.put("shadow_prices.csv", decisions::shadow_prices(&self.ground, &made).into_bytes());
        Ok(made)
    }

    /// Reviews the network at the end of the plan; `made` and the transfers answer what is found.
    pub(super) fn warn(&mut self, made: &Replenishment) {
        let (scenario, began) = (&self.input.scenario, Instant::now());
        let (before, note) = memory::read(&self.input.out, scenario, scenario.today);
        if let Some(note) = note {
            say(&note);
        }
        let moved = self.transfers.as_ref().expect("a review comes after the transfers");
        let seen = crate::planning::review(&self.ground, &self.networks().1, made, moved, before.clone());
        self.summary.warnings(&seen);
        self.stage.put("warnings.csv", warnings::warnings(&self.ground, &seen).into_bytes());
        self.stage.put("tasks.csv", warnings::tasks(&self.ground, &seen).into_bytes());
        self.stage.put(memory::FILE, memory::write(scenario, &before, &seen.memory));
        self.times.push(("warn".to_owned(), began.elapsed().as_secs_f64()));
    }

    /// Finds the coming week's transfers.
    pub(super) fn transfer(&mut self) -> Result<(), Ended> {
        let made = self.timed("transfer", |s| {
            let (today, plan) = s.networks();
            transfer(&s.ground, today, plan, &s.input.options, &s.input.watch)
        })?;
        self.summary.transfer(&made);
        let table = decisions::transfers(&self.ground, &made).into_bytes();
        let (orders, before) = (self.input.out.join("orders.csv"), self.input.out.join("transfers.csv"));
        if self.stage.get("orders.csv").is_none()
            && orders.is_file()
            && std::fs::read(before).ok().as_ref() != Some(&table)
        {
            say("orders.csv was planned without these transfers: run `forecourt replenish` again");
        }
        self.stage.put("transfers.csv", table);
        self.stage.put(certificates::TRANSFER, certificates::transfer(&self.ground, &made));
        self.transfers = Some(made);
        Ok(())
    }

    /// Loads and tours of the coming week; the transfers must be found.
    pub(super) fn route(&mut self, made: &Replenishment) -> Result<(), Ended> {
        let tours = self.timed("route", |s| {
            let moves = s.transfers.as_ref().expect("tours come after the transfers");
            crate::planning::route(&s.ground, made, moves, &s.input.options, &s.input.watch)
        })?;
        self.limited |= !tours.repeatable;
        self.summary.route(&tours);
        self.stage.put("loads.csv", crate::io::results::tours::loads(&self.ground, &tours).into_bytes());
        self.stage.put("tours.csv", crate::io::results::tours::tours(&self.ground, &tours).into_bytes());
        self.stage.put("drivers.csv", crate::io::results::tours::drivers(&self.ground, &tours).into_bytes());
        self.stage.put("dispatch.csv", crate::io::results::tours::dispatch(&self.ground, &tours).into_bytes());
        self.stage.put("tours.geojson", crate::io::results::tours::lines(&self.ground, &tours));
        Ok(())
    }

    /// Customers and leads, from segment to delivery.
    pub(super) fn journey(&mut self, from: &Visitors, worth: &Worth) -> Result<(), Ended> {
        let made = self.timed("journey", |s| {
            crate::planning::journey::journey(&s.ground, &from.people, worth, &from.terms, s.input.options.seed)
        })?;
        self.summary.journey(from, worth, &made);
        for (name, table) in [
            ("journey.csv", journey::leads(&self.ground, from, worth, &made)),
            ("journey_segments.csv", journey::segments(&made)),
            ("journey_desks.csv", journey::desks(&self.ground, from, &made)),
            ("journey_effect.csv", journey::effect(&made)),
        ] {
            self.stage.put(name, table.into_bytes());
        }
        Ok(())
    }

    /// Simulates both networks and compares them.
    pub(super) fn simulate(&mut self) -> Result<(), Ended> {
        let sim = self.timed("simulate", |s| {
            let (today, plan) = s.networks();
            simulate(&s.ground, today, plan, s.transfers.as_ref(), &s.input.options, &s.input.watch)
        })?;
        if let Some(reached) = &sim.reached {
            super::simulate::tell(reached);
            self.limited |= !reached.met;
        }
        let (today, plan) = self.networks();
        let moved = self.placement.as_ref().map_or(Money::ZERO, |p| p.plan.one_off);
        let spread = self.input.scenario.settings.placement.yearly(moved);
        let facts = (self.facts(today, Money::ZERO), self.facts(plan, spread));
        let kpis = evaluation::kpis((&sim.today, &facts.0), (&sim.plan, &facts.1));
        self.summary.simulate(&sim, self.input.options.seed, &kpis);
        let each = [(&sim.today, &facts.0), (&sim.plan, &facts.1)].map(|(o, f)| evaluation::by_replication(o, f));
        for (name, table) in [
            (replications::FILE, replications::replications(&[("today", &each[0]), ("plan", &each[1])])),
            ("kpi.csv", outcome::kpi(&kpis)),
            ("dealers.csv", outcome::dealers(&self.ground, &sim)),
            ("models_kpi.csv", outcome::models(&self.ground, &sim)),
            ("regions_kpi.csv", outcome::regions(&self.ground, &sim)),
            ("weeks.csv", outcome::weeks(&sim)),
        ] {
            self.stage.put(name, table.into_bytes());
        }
        self.simulation = Some(sim);
        Ok(())
    }

    /// What the simulation does not see of a network.
    fn facts(&self, state: &NetworkState, one_off_per_year: Money) -> NetworkFacts {
        let placement = self.placement.as_ref().expect("after the placement");
        self.facts_of(placement, state, one_off_per_year)
    }

    /// The same for any placement.
    pub(super) fn facts_of(
        &self,
        placement: &Placement,
        state: &NetworkState,
        one_off_per_year: Money,
    ) -> NetworkFacts {
        crate::planning::network_facts(&self.ground, placement, state, one_off_per_year)
    }

    /// Writes everything in one step; prints the summary or where it went.
    pub(super) fn write(mut self, json: bool) -> Result<u8, Ended> {
        let input = self.input;
        input.watch.finish();
        if input.options.stop.raised() {
            return Err(self.ended(&Error::Stopped));
        }
        if let (Some(placement), Some(networks)) = (&self.placement, &self.networks) {
            let map = geo::network(&self.ground, placement, networks, self.transfers.as_ref());
            self.stage.put("network.geojson", map);
        }
        self.stage.put("summary.json", self.summary.bytes());
        let from = (input.from.as_str(), input.variant.as_deref());
        let made = provenance::provenance(&input.notes, &input.options, from, &input.started, &self.times);
        self.stage.put("provenance.json", made);
        let last = |folder: &std::path::Path| {
            let facts = crate::io::results::read::facts(folder);
            let page = facts.map(|f| ("report.html".to_owned(), crate::report::page(&f).into_bytes()));
            let sums = (certificates::CHECKSUMS.to_owned(), certificates::checksums(folder));
            page.into_iter().chain([sums]).collect()
        };
        self.stage.commit_with(&input.out, last).map_err(|e| {
            say(&format!("forecourt: {e}"));
            exit::CANNOT_WRITE
        })?;
        let text =
            if json { format!("{}\n", self.summary.value()) } else { format!("results: {}\n", input.out.display()) };
        let printed = terminal::print(&text);
        Ok(if printed == exit::DONE && self.limited { exit::LIMIT } else { printed })
    }
}
