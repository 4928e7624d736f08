//! `forecourt track`: cars on the road, when they arrive, and which car should serve which promise.

mod replan;
mod ways;

use self::replan::Replan;
use super::terminal::{print, say};
use super::{check, exit, out};
use crate::io::market::events::moment;
use crate::io::market::positions::{self, Positions, Tracked, Ways};
use crate::io::results::table::{Cell, Table};
use crate::market::transit::eta::{Eta, Experience, FEWEST, arrival};
use crate::market::transit::swap::{Car, Redirections, Swaps, swaps};
use rayon::prelude::*;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  forecourt track positions.csv
  forecourt track positions.csv --scenario scenarios/tiny --out track   then plan with what is really on the road:
  forecourt transfer scenarios/tiny --variant track/tracked.toml
  forecourt track positions.csv --late-day 500 --redirections ways.csv --out track --json

The table has a row a report: car_id, time, remaining_km, dealer_id, model_id and, where a customer waits, promised. A car
has arrived when 0 km remain; at least 30 cars must have, for the others are told by them. Redirections: from_dealer_id,
to_dealer_id, extra_km, cost_cny. Written with --out: eta.csv, arrivals.csv (expected cars by dealer, model and day) and swaps.csv.
late_hours is empty for a car of which nobody has heard for longer than any like car took: such a car changes no promise.
With --scenario also tracked.toml, a variant whose cars under way are those reported, in the week of their median arrival, and
those that have come since the scenario's today.";

/// Days of the projection.
const DAYS: usize = 14;

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct TrackArgs {
    /// Table of reports.
    positions: PathBuf,
    /// The present [default: the latest report].
    #[arg(long, value_name = "TIME", value_parser = hour)]
    now: Option<f64>,
    /// Cost of a day that a promise is late.
    #[arg(long, value_name = "MONEY", default_value_t = 300.0, value_parser = money)]
    late_day: f64,
    /// Where cars may be sent instead; without it cars change promises only at their own dealer.
    #[arg(long, value_name = "FILE")]
    redirections: Option<PathBuf>,
    /// Scenario whose cars under way these are: stock is projected, and replenish and transfer planned again, with what is
    /// really on the road.
    #[arg(long, value_name = "SCENARIO")]
    scenario: Option<PathBuf>,
    /// Folder of the tables.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

fn hour(text: &str) -> Result<f64, String> {
    moment(text).map(|d| 24.0 * d).ok_or_else(|| "write 2026-06-29 or 2026-06-29T14:05".into())
}

fn money(text: &str) -> Result<f64, String> {
    text.parse().ok().filter(|m| (0.0..=1e7).contains(m)).ok_or_else(|| "give money of at least 0".into())
}

/// An hour for people.
fn shown(hour: f64) -> String {
    let start = jiff::civil::DateTime::constant(1970, 1, 1, 0, 0, 0, 0);
    let minutes = (60.0 * hour).round() as i64;
    let at = start.checked_add(jiff::SignedDuration::from_mins(minutes));
    at.map_or_else(|_| format!("{hour:.1} h"), |t| t.strftime("%Y-%m-%d %H:%M").to_string())
}

/// Runs the command.
pub(super) fn run(args: &TrackArgs) -> u8 {
    match answer(args) {
        Ok(text) => print(&text),
        Err(code) => code,
    }
}

fn answer(args: &TrackArgs) -> Result<String, u8> {
    let read = positions::read(&args.positions).map_err(|f| check::refused(&f))?;
    let mut ways = match &args.redirections {
        Some(file) => positions::redirections(file, &read.dealers).map_err(|f| check::refused(&f))?,
        None => Ways::default(),
    };
    let scenario = args.scenario.as_ref().map(|s| crate::io::scenario::read(s)).transpose();
    let scenario = scenario.map_err(|f| check::refused(&f))?.map(|s| s.0);
    if let Some(scenario) = &scenario {
        replan::known(scenario, &read).map_err(|why| {
            say(&format!("forecourt: {}: {why}", args.positions.display()));
            exit::BAD_INPUT
        })?;
        ways::trust(&mut ways, scenario);
    }
    let now = args.now.unwrap_or(read.latest);
    let told = Told::new(args, read, &ways.redirections, now).map_err(|(code, why)| {
        say(&format!("forecourt: {}: {why}", args.positions.display()));
        code
    })?;
    let again = scenario.as_ref().map(|s| Replan::new(s, &told.read, &told.under_way, now));
    if let Some(folder) = &args.out {
        let tables = [("eta.csv", told.etas()), ("arrivals.csv", told.arrivals()), ("swaps.csv", told.swapped())];
        out::tables(folder, tables)?;
        if let Some(again) = &again {
            out::file(&folder.join(replan::VARIANT), again.variant().as_bytes())?;
        }
    }
    if args.json {
        let mut answer = told.json();
        if args.redirections.is_some() {
            answer["redirections"] = ways::json(&ways);
        }
        if let Some(again) = &again {
            answer["under_way_table"] = again.json();
        }
        return Ok(format!("{answer}\n"));
    }
    Ok(told.text()
        + &ways::text(&ways)
        + &again.map_or_else(String::new, |r| r.text(args))
        + "descriptive: nothing of this enters the simulation\n")
}

struct Told {
    read: Positions,
    now: f64,
    finished: usize,
    /// Cars on the road, with their arrivals.
    under_way: Vec<(usize, Eta)>,
    /// Cars of one model: positions in the list, and which slot each takes.
    swaps: Vec<(Vec<usize>, Swaps)>,
}

impl Told {
    fn new(args: &TrackArgs, mut read: Positions, ways: &Redirections, now: f64) -> Result<Self, (u8, String)> {
        // What came after the present is not known yet.
        for car in &mut read.cars {
            car.trip.retain(|r| r.hour <= now);
        }
        read.cars.retain(|c| !c.trip.is_empty());
        let experience = Experience::new(read.cars.iter().map(|c| &c.trip));
        let finished = experience.trips();
        if finished < FEWEST {
            let why = format!("{finished} cars have arrived and reported on their way: at least {FEWEST} are needed");
            return Err((exit::NO_PLAN, why));
        }
        let open: Vec<usize> = (0..read.cars.len()).filter(|k| arrival(&read.cars[*k].trip).is_none()).collect();
        let under_way: Vec<(usize, Eta)> =
            open.into_par_iter().map(|k| (k, experience.eta(&read.cars[k].trip, now, 0.0))).collect();
        let mut models: BTreeMap<&str, Vec<&(usize, Eta)>> = BTreeMap::new();
        under_way.iter().for_each(|u| models.entry(&read.cars[u.0].model).or_default().push(u));
        let swaps = models
            .into_values()
            .collect::<Vec<_>>()
            .into_par_iter()
            .map(|list| {
                let cars: Vec<Car> = list.iter().map(|(k, eta)| car(&read.cars[*k], eta)).collect();
                let found = swaps(&cars, &experience, ways, args.late_day, now)?;
                Ok((list.iter().map(|u| u.0).collect(), found))
            })
            .collect::<Result<Vec<_>, String>>()
            .map_err(|e| (exit::INTERNAL, e))?;
        Ok(Self { read, now, finished, under_way, swaps })
    }

    /// Cars that take another's slot: car, slot.
    fn changes(&self) -> impl Iterator<Item = (&Tracked, &Tracked)> {
        self.swaps.iter().flat_map(move |(list, found)| {
            list.iter()
                .zip(&found.slot)
                .filter(|(k, s)| **k != list[**s])
                .map(move |(k, s)| (&self.read.cars[*k], &self.read.cars[list[*s]]))
        })
    }

    fn cost(&self) -> (f64, f64) {
        self.swaps.iter().fold((0.0, 0.0), |sum, s| (sum.0 + s.1.before, sum.1 + s.1.after))
    }

    /// Cars with a promise and how likely it is broken, the likeliest first.
    fn late(&self) -> Vec<(&Tracked, f64, f64)> {
        let mut list: Vec<(&Tracked, f64, f64)> = self
            .under_way
            .iter()
            .filter_map(|(k, eta)| Some((&self.read.cars[*k], eta.late(self.read.cars[*k].promised?))))
            .map(|(car, late)| (car, late, car.promised.unwrap_or(0.0)))
            .collect();
        list.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.2.total_cmp(&b.2)).then(a.0.id.cmp(&b.0.id)));
        list
    }

    fn lost(&self) -> Vec<&str> {
        self.under_way.iter().filter(|u| u.1.lost()).map(|u| self.read.cars[u.0].id.as_str()).collect()
    }

    fn etas(&self) -> Table {
        let header = [
            "car_id",
            "dealer_id",
            "model_id",
            "remaining_km",
            "eta_10",
            "eta_50",
            "eta_90",
            "promised",
            "late_probability",
            "late_hours",
        ];
        let mut table = Table::new(&header);
        for (k, eta) in &self.under_way {
            let car = &self.read.cars[*k];
            let at = [0.1, 0.5, 0.9].map(|q| eta.quantile(q).map(shown));
            let promised = car.promised.map(shown);
            let text = |t: &'_ Option<String>| t.clone().unwrap_or_default();
            let [a, b, c, p] = [text(&at[0]), text(&at[1]), text(&at[2]), text(&promised)];
            table.row([
                Cell::from(&car.id),
                Cell::from(&self.read.dealers[car.dealer]),
                Cell::from(&car.model),
                Cell::Number(car.trip.last().map_or(0.0, |r| r.km), 1),
                Cell::from(&a),
                Cell::from(&b),
                Cell::from(&c),
                Cell::from(&p),
                car.promised.map_or(Cell::Empty, |p| Cell::Number(eta.late(p), 4)),
                car.promised.and_then(|p| eta.hours_late(p)).map_or(Cell::Empty, |h| Cell::Number(h, 2)),
            ]);
        }
        table
    }

    /// Expected cars that are there at the end of each coming day.
    fn arrivals(&self) -> Table {
        let mut sums: BTreeMap<(usize, &str), [f64; DAYS]> = BTreeMap::new();
        let midnight = 24.0 * (self.now / 24.0).floor();
        for (k, eta) in self.under_way.iter().filter(|u| !u.1.lost()) {
            let car = &self.read.cars[*k];
            let row = sums.entry((car.dealer, &car.model)).or_insert([0.0; DAYS]);
            row.iter_mut().enumerate().for_each(|(d, sum)| *sum += 1.0 - eta.late(midnight + 24.0 * (d as f64 + 1.0)));
        }
        let mut table = Table::new(&["dealer_id", "model_id", "date", "arrived_cars"]);
        for ((dealer, model), row) in sums {
            for (d, cars) in row.iter().enumerate() {
                let date = shown(midnight + 24.0 * d as f64);
                table.row([
                    Cell::from(&self.read.dealers[dealer]),
                    Cell::from(model),
                    Cell::from(&date[..10.min(date.len())]),
                    Cell::Number(*cars, 3),
                ]);
            }
        }
        table
    }

    fn swapped(&self) -> Table {
        let header = ["car_id", "model_id", "from_dealer_id", "to_dealer_id", "takes_the_place_of", "promised"];
        let mut table = Table::new(&header);
        for (car, slot) in self.changes() {
            let promised = slot.promised.map(shown).unwrap_or_default();
            table.row([
                Cell::from(&car.id),
                Cell::from(&car.model),
                Cell::from(&self.read.dealers[car.dealer]),
                Cell::from(&self.read.dealers[slot.dealer]),
                Cell::from(&slot.id),
                Cell::from(&promised),
            ]);
        }
        table
    }

    fn json(&self) -> Value {
        let (before, after) = self.cost();
        json!({
            "label": "descriptive", "now": shown(self.now), "finished": self.finished,
            "under_way": self.under_way.len(), "lost": self.lost(),
            "promised": self.late().len(), "expected_late": self.late().iter().map(|l| l.1).sum::<f64>(),
            "late": self.late().iter().filter(|l| l.1 >= 0.5).map(|l| json!({ "car_id": l.0.id, "probability": l.1,
                "promised": shown(l.2) })).collect::<Vec<_>>(),
            "swaps": self.changes().map(|(car, slot)| json!({ "car_id": car.id, "takes_the_place_of": slot.id }))
                .collect::<Vec<_>>(),
            "expected_cost": before, "expected_cost_after_swaps": after,
        })
    }

    fn text(&self) -> String {
        let late = self.late();
        let mut text = format!(
            "{}: {} cars on the road, told by {} that have arrived\n{} are promised, {:.1} of them are expected late\n",
            shown(self.now),
            self.under_way.len(),
            self.finished,
            late.len(),
            late.iter().map(|l| l.1).sum::<f64>()
        );
        for (car, chance, promised) in late.iter().filter(|l| l.1 >= 0.5).take(10) {
            let (percent, dealer) = (100.0 * chance, &self.read.dealers[car.dealer]);
            let _ = writeln!(text, "{percent:>7.1} %  {} to {dealer}, promised {}", car.id, shown(*promised));
        }
        let lost = self.lost();
        if !lost.is_empty() {
            let names: Vec<&str> = lost.iter().copied().take(10).collect();
            let _ =
                writeln!(text, "longer without a word than any like car took: {} ({})", lost.len(), names.join(" "));
        }
        let (before, after) = self.cost();
        let count = self.changes().count();
        let _ = writeln!(
            text,
            "\nif {count} cars serve other promises, the expected cost falls from {before:.0} to {after:.0}"
        );
        for (car, slot) in self.changes().take(10) {
            let to = &self.read.dealers[slot.dealer];
            let _ = writeln!(text, "{:>9}  {} takes the place of {} at {to}", "", car.id, slot.id);
        }
        text
    }
}

fn car<'a>(of: &'a Tracked, eta: &'a Eta) -> Car<'a> {
    Car { trip: &of.trip, dealer: of.dealer, promised: of.promised, eta }
}
