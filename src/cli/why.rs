//! `forecourt why RESULTS dealer|site|zone|order|transfer ID`: the limits that bind, what they are worth, the alternative
//! and its price.

use super::session::stop_on_signals;
use super::terminal::{print, say};
use super::{exit, lang};
use crate::explain::{Limit, Loosened, Placed, Subject, Without, loosen, without};
use crate::ids::SiteId;
use crate::io::results::read_back::{self, Same};
use crate::io::scenario::read_variant;
use crate::planning::Options;
use crate::report::why::{self, Sentence, Tables};
use crate::scenario::Scenario;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  forecourt why results/tiny dealer D4
  forecourt why results/tiny order P1:C1:M1:2026-07-06      plant, dealer, model, week; or its row in orders.csv
  forecourt why results/tiny transfer D2:D1:M1 --lang zh    giver, taker, model; or its row in transfers.csv
  forecourt why results/tiny zone Z5 --json")]
pub(super) struct WhyArgs {
    /// The results folder.
    results: PathBuf,
    /// What is asked about.
    #[arg(value_enum)]
    what: What,
    /// Which one.
    id: String,
    /// Folder of the scenario [default: where the results were made from].
    #[arg(long, value_name = "DIR")]
    scenario: Option<PathBuf>,
    /// Solve again even where the scenario is large.
    #[arg(long)]
    solve: bool,
    /// Print one JSON object on stdout.
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum What {
    /// A dealer of today or of the plan.
    Dealer,
    /// Any site: dealer, candidate, plant.
    Site,
    /// A demand zone.
    Zone,
    /// A line of orders.csv.
    Order,
    /// Cars of one model that move between two dealers.
    Transfer,
}

struct Refusal(String);

/// Runs the command.
pub(super) fn run(args: &WhyArgs) -> u8 {
    match answer(args) {
        Ok(text) => print(&text),
        Err(Ok(code)) => code,
        Err(Err(Refusal(text))) => {
            say(&format!("forecourt: {text}"));
            exit::BAD_INPUT
        }
    }
}

type Stopped = Result<u8, Refusal>;

fn refuse(text: impl Into<String>) -> Stopped {
    Err(Refusal(text.into()))
}

fn answer(args: &WhyArgs) -> Result<String, Stopped> {
    let shown = args.results.display();
    let made = read_back::scenario(&args.results);
    let (from, variant) = match (&args.scenario, made) {
        (given, Some((from, variant))) => (given.clone().unwrap_or_else(|| PathBuf::from(from)), variant),
        (Some(given), None) => (given.clone(), None),
        (None, None) => {
            return Err(refuse(format!("{shown} does not say where its scenario is; give it with --scenario")));
        }
    };
    let (scenario, notes) = read_variant(&from, variant.as_deref()).map_err(|faults| {
        say(faults.to_string().trim_end());
        refuse(format!("the scenario {} cannot be read; give its folder with --scenario", from.display()))
    })?;
    if read_back::same(&args.results, &notes) != Same::Everything {
        let text = "was not made from these tables: run `forecourt plan` again, or give their folder with --scenario";
        return Err(refuse(format!("{shown} {text}")));
    }
    let tables = tables(&args.results);
    let subject = subject(args, &scenario, &tables).map_err(refuse)?;
    let size = scenario.network.stores().count() * scenario.catalogue.models.len() * scenario.settings.horizon_weeks;
    let solved = if args.solve || size <= crate::planning::SMALL {
        Some(solve(&args.results, &scenario, subject)?)
    } else {
        None
    };
    let mut sentences = why::decision(&scenario, &tables, subject);
    match &solved {
        Some((loosened, other)) => {
            sentences.push(why::without(subject, other.as_ref()));
            sentences.extend(why::limits(&scenario, subject, loosened));
        }
        None => sentences.push(Sentence::new(
            "Nothing was solved again, because the scenario is large: --solve does it.",
            "场景较大，未重新求解：加上 --solve 即可。",
        )),
    }
    sentences.extend(why::marginal(&scenario, &tables, subject));
    if args.json {
        return Ok(format!("{}\n", object(args, &scenario, &sentences, solved.as_ref())));
    }
    Ok(sentences.iter().map(|s| format!("{}\n", s.text(lang::lang()))).collect())
}

type Solved = (Vec<Loosened>, Option<Without>);

fn solve(results: &Path, scenario: &Scenario, subject: Subject) -> Result<Solved, Stopped> {
    let placed = read_back::placement(results, scenario).map_err(|e| refuse(e.to_string()))?;
    let placed = placed.unwrap_or_else(|| {
        let open = crate::network::coverage::open_today(&scenario.network);
        let open: BTreeMap<_, _> = open.iter().filter_map(|(s, f)| Some((s, (*f)?))).collect();
        read_back::PlacedNetwork { open, moves: Vec::new() }
    });
    let settings = &scenario.settings.simulation;
    let options = Options {
        seed: settings.seed,
        replications: settings.replications,
        precision: None,
        threads: None,
        seconds: None,
        stop: stop_on_signals(),
    };
    let network = Placed { open: &placed.open, moves: &placed.moves };
    let failed = |e: crate::planning::Error| {
        say(&format!("forecourt: {e}"));
        Ok(exit::of(&e))
    };
    let other = without(scenario, &network, subject, &options).map_err(failed)?;
    Ok((loosen(scenario, &network, subject, &options).map_err(failed)?, other))
}

fn tables(results: &Path) -> Tables {
    let rows = |file: &str| read_back::rows(results, file);
    Tables {
        placement: rows("placement.csv"),
        orders: rows("orders.csv"),
        transfers: rows("transfers.csv"),
        zones: rows("zones.csv"),
        service: rows("service.csv"),
        prices: rows("shadow_prices.csv"),
        warnings: rows("warnings.csv"),
    }
}

fn subject(args: &WhyArgs, scenario: &Scenario, tables: &Tables) -> Result<Subject, String> {
    match args.what {
        What::Dealer | What::Site => site(scenario, &args.id).map(Subject::Site),
        What::Zone => {
            let found = scenario.network.zones.iter().find(|z| same(&z.1.code, &args.id)).map(|z| z.0);
            let codes = scenario.network.zones.values().map(|z| z.code.as_str());
            found.map(Subject::Zone).ok_or_else(|| unknown("zone", &args.id, codes))
        }
        What::Order => {
            let columns = ["plant_id", "site_id", "model_id", "week_start"];
            let [plant, to, model, week] = parts(&args.id, &tables.orders, columns, "orders.csv")?;
            let horizon = 0..scenario.settings.horizon_weeks;
            let monday = |w: usize| scenario.today.saturating_add(jiff::Span::new().weeks(w as i64)).to_string();
            let week = horizon.into_iter().find(|&w| monday(w) == week).ok_or("the week is not one of the horizon")?;
            Ok(Subject::Order {
                plant: site(scenario, &plant)?,
                site: site(scenario, &to)?,
                model: model_of(scenario, &model)?,
                week,
            })
        }
        What::Transfer => {
            let columns = ["from_site_id", "to_site_id", "model_id"];
            let [from, to, model] = parts(&args.id, &tables.transfers, columns, "transfers.csv")?;
            Ok(Subject::Transfer {
                from: site(scenario, &from)?,
                to: site(scenario, &to)?,
                model: model_of(scenario, &model)?,
            })
        }
    }
}

/// The parts of an id, which must be those of a row; a number is the row itself, from 1.
fn parts<const N: usize>(id: &str, rows: &why::Rows, columns: [&str; N], file: &str) -> Result<[String; N], String> {
    let of = |row: &BTreeMap<String, String>| columns.map(|c| row.get(c).cloned().unwrap_or_default());
    if let Ok(number) = id.parse::<usize>()
        && let Some(row) = number.checked_sub(1).and_then(|k| rows.get(k))
    {
        return Ok(of(row));
    }
    let given: Vec<&str> = id.split([':', '/', ',']).map(str::trim).collect();
    let is = |row: &&BTreeMap<String, String>| {
        let have = of(row);
        given.len() == N && given.iter().zip(&have).all(|(a, b)| same(a, b))
    };
    let found = rows.iter().find(is).map(of);
    found.ok_or_else(|| {
        let example = rows.first().map(|r| of(r).join(":")).unwrap_or_default();
        format!("{file} has no row {id:?}; write {}, as {example}, or the number of its row", columns.join(":"))
    })
}

fn same(a: &str, b: &str) -> bool {
    crate::io::scenario::records::folded(a) == crate::io::scenario::records::folded(b)
}

fn unknown<'c>(thing: &str, id: &str, codes: impl Iterator<Item = &'c str>) -> String {
    let near = crate::io::scenario::records::near(id, codes).map(|n| format!("; did you mean {n}?"));
    format!("the scenario has no {thing} {id:?}{}", near.unwrap_or_default())
}

fn site(scenario: &Scenario, id: &str) -> Result<SiteId, String> {
    let found = scenario.network.sites.iter().find(|s| same(&s.1.code, id)).map(|s| s.0);
    found.ok_or_else(|| unknown("site", id, scenario.network.sites.values().map(|s| s.code.as_str())))
}

fn model_of(scenario: &Scenario, id: &str) -> Result<crate::ids::ModelId, String> {
    let found = scenario.catalogue.models.iter().find(|m| same(&m.1.code, id)).map(|m| m.0);
    found.ok_or_else(|| unknown("model", id, scenario.catalogue.models.values().map(|m| m.code.as_str())))
}

fn object(args: &WhyArgs, scenario: &Scenario, sentences: &[Sentence], solved: Option<&Solved>) -> Value {
    let told: Vec<Value> = sentences.iter().map(|s| json!({"text": s.en, "text_zh": s.zh})).collect();
    let limit = |l: &Loosened| {
        let mut value = json!({
            "limit": l.limit.name(), "site_id": l.limit.site().map(|s| scenario.network.sites[s].code.as_str()),
            "before": l.step.before, "after": l.step.after, "gain_cny": l.gain, "per": l.limit.per().name(),
            "binds": l.gain > 0.005, "patch": l.step.patch,
        });
        if let Limit::Slots(_, model, week) = l.limit {
            let monday = scenario.today.saturating_add(jiff::Span::new().weeks(week as i64));
            value["model_id"] = scenario.catalogue.models[model].code.as_str().into();
            value["week_start"] = monday.to_string().into();
        }
        value
    };
    let other = |w: &Without| {
        let instead: Vec<Value> = w.instead.iter().map(|(what, cars)| json!({"what": what, "cars": cars})).collect();
        json!({"price_cny": w.price, "per": w.per.name(), "patch": w.patch, "instead": instead})
    };
    json!({
        "what": format!("{:?}", args.what).to_lowercase(), "id": args.id, "sentences": told,
        "solved_again": solved.is_some(),
        "limits": solved.map(|s| s.0.iter().map(limit).collect::<Vec<_>>()),
        "alternative": solved.and_then(|s| s.1.as_ref()).map(other),
    })
}
