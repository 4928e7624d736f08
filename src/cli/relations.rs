//! `forecourt relations`: today's dealers as a graph.

use super::terminal::{print, say};
use super::{ScenarioArg, check, exit};
use crate::ids::SiteId;
use crate::io::market::relations as tables;
use crate::io::results::folder::replace_file;
use crate::io::results::read_back;
use crate::io::results::table::{Cell, Table};
use crate::network::coverage::{Coverage, open_today};
use crate::network::relations::community::{Communities, communities};
use crate::network::relations::contagion::Influence;
use crate::network::relations::gate::{Verdict, Way, gate};
use crate::network::relations::web::{Edge, Kind, Web, summed};
use crate::network::relations::{certificate, reach};
use crate::scenario::Scenario;
use crate::units::Hours;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  forecourt relations scenarios/tiny
  forecourt relations scenarios/china --cut D0001=2000 --out relations.csv
  forecourt relations scenarios/china --edges known.csv --labels churned.csv --json

Relations come from the scenario (one owner, customers who could go to both), from a results folder's transfers, and from a
table (from_dealer_id, to_dealer_id, kind, weight; kind is ownership, customers, transfers or price; of a price relation the
first dealer's price moves the second's). Labels: dealer_id, label; without a table the label is whether a dealer sells more of
its capacity than the middle one. Descriptive: nothing of this enters the simulation.";

/// Orders from which communities are sought.
const STARTS: u32 = 20;

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct RelationsArgs {
    #[command(flatten)]
    at: ScenarioArg,
    /// More relations.
    #[arg(long, value_name = "FILE")]
    edges: Option<PathBuf>,
    /// Results folder whose transfers are relations too.
    #[arg(long, value_name = "RESULTS")]
    transfers: Option<PathBuf>,
    /// Labels of dealers that the edges may help to predict.
    #[arg(long, value_name = "FILE")]
    labels: Option<PathBuf>,
    /// Share of its rivals' mean cut that a dealer follows (assumed).
    #[arg(long, value_name = "SHARE", default_value_t = 0.5, value_parser = follow)]
    follow: f64,
    /// A dealer that cuts its prices by so much.
    #[arg(long, value_name = "DEALER=MONEY", value_parser = cut)]
    cut: Vec<(String, f64)>,
    /// Key of all random numbers [default: the scenario's].
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// Write a row for each dealer.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

fn follow(text: &str) -> Result<f64, String> {
    text.parse().ok().filter(|x| (0.0..=0.99).contains(x)).ok_or_else(|| "give a share between 0 and 0.99".into())
}

fn cut(text: &str) -> Result<(String, f64), String> {
    text.rsplit_once('=')
        .and_then(|(dealer, money)| Some((dealer.to_owned(), money.parse().ok()?)))
        .filter(|(_, money): &(String, f64)| *money > 0.0 && *money < 1e9)
        .ok_or_else(|| "write a dealer's id, =, and money above 0".into())
}

/// Runs the command.
pub(super) fn run(args: &RelationsArgs) -> u8 {
    match answer(args) {
        Ok(text) => print(&text),
        Err(code) => code,
    }
}

fn answer(args: &RelationsArgs) -> Result<String, u8> {
    let (scenario, _) = crate::io::scenario::read_variant(&args.at.scenario, args.at.variant.as_deref())
        .map_err(|faults| check::refused(&faults))?;
    let known = Known::read(args, &scenario)?;
    let told = Told::new(args, &scenario, known)?;
    if let Some(out) = &args.out {
        replace_file(out, &told.rows()).map_err(|e| {
            say(&format!("forecourt: {}: {e}. Choose another file with --out", out.display()));
            exit::CANNOT_WRITE
        })?;
    }
    Ok(if args.json { format!("{}\n", told.json()) } else { told.text() })
}

/// What is known before anything is computed.
struct Known {
    dealers: Vec<SiteId>,
    codes: Vec<String>,
    edges: Vec<Edge>,
    features: Vec<Vec<f64>>,
    /// Label of each dealer, where it has one; their names.
    labels: Vec<Option<usize>>,
    names: Vec<String>,
    /// First cuts.
    cuts: Vec<f64>,
}

impl Known {
    fn read(args: &RelationsArgs, scenario: &Scenario) -> Result<Self, u8> {
        let network = &scenario.network;
        let dealers = reach::dealers(network);
        let codes: Vec<String> = dealers.iter().map(|d| network.sites[*d].code.clone()).collect();
        let at: BTreeMap<String, usize> = codes.iter().cloned().enumerate().map(|(k, c)| (c, k)).collect();
        let half_time = Hours::new(scenario.settings.market.half_time_min / 60.0);
        let coverage = Coverage::new(network, half_time);
        let mut edges = reach::edges(network, &coverage, &open_today(network), &dealers);
        if let Some(file) = &args.edges {
            edges.extend(tables::edges(file, &at).map_err(|f| check::refused(&f))?);
        }
        if let Some(folder) = &args.transfers {
            edges.extend(moved(folder, scenario, &at)?);
        }
        let (names, labels) = match &args.labels {
            Some(file) => tables::labels(file, &at).map_err(|f| check::refused(&f))?,
            None => {
                (["at most the middle", "more than the middle"].map(str::to_owned).to_vec(), busy(scenario, &dealers))
            }
        };
        let mut cuts = vec![0.0; dealers.len()];
        for (dealer, money) in &args.cut {
            let Some(&k) = at.get(dealer) else {
                say(&format!("forecourt: --cut: there is no dealer \"{dealer}\" in the scenario"));
                return Err(exit::BAD_INPUT);
            };
            cuts[k] += money;
        }
        let features = reach::features(network, &coverage, &dealers);
        Ok(Self { dealers, codes, edges, features, labels, names, cuts })
    }
}

/// Transfers of a results folder, as relations.
fn moved(folder: &std::path::Path, scenario: &Scenario, at: &BTreeMap<String, usize>) -> Result<Vec<Edge>, u8> {
    let refuse = |text: String| {
        say(&format!("forecourt: {text}"));
        exit::BAD_INPUT
    };
    let moves = read_back::transfers(folder, scenario).map_err(|e| refuse(e.to_string()))?;
    let moves = moves.ok_or_else(|| refuse(format!("{}: the folder has no transfers.csv", folder.display())))?;
    let code = |site: SiteId| at.get(&scenario.network.sites[site].code).copied();
    // Stores that are dealers only in the plan have no place in today's graph.
    let edge = |a, b, cars| Edge { a, b, kind: Kind::Transfers, weight: f64::from(cars) };
    Ok(moves.iter().filter_map(|m| Some(edge(code(m.from)?, code(m.to)?, m.cars))).collect())
}

/// Whether a dealer sold more of its capacity than the middle one.
fn busy(scenario: &Scenario, dealers: &[SiteId]) -> Vec<Option<usize>> {
    let use_of = |d: &SiteId| {
        let sold: u64 = scenario
            .catalogue
            .models
            .ids()
            .map(|m| scenario.history.series(*d, m).iter().map(|s| u64::from(*s)).sum::<u64>())
            .sum();
        sold as f64 / scenario.network.sites[*d].capacity.get().max(1e-9)
    };
    let shares: Vec<f64> = dealers.iter().map(use_of).collect();
    let mut sorted = shares.clone();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.get(sorted.len().saturating_sub(1) / 2).copied().unwrap_or(0.0);
    shares.iter().map(|s| Some(usize::from(*s > middle))).collect()
}

struct Told<'a> {
    args: &'a RelationsArgs,
    scenario: &'a Scenario,
    known: Known,
    web: Web,
    found: Communities,
    similar: Vec<Vec<(usize, f64)>>,
    multipliers: Vec<f64>,
    spread: Vec<f64>,
    verdict: Result<Verdict, String>,
}

impl<'a> Told<'a> {
    fn new(args: &'a RelationsArgs, scenario: &'a Scenario, known: Known) -> Result<Self, u8> {
        let wrong = |what: &str| {
            say(&format!("forecourt: {what} fail their certificate; this is a fault of the program"));
            exit::INTERNAL
        };
        let (n, seed) = (known.dealers.len(), args.seed.unwrap_or(scenario.settings.simulation.seed));
        let web = Web::new(n, &known.edges);
        let found = communities(&web, STARTS, seed);
        let pairs: Vec<_> = web.edges().collect();
        if (certificate::modularity(n, &pairs, &found.of) - found.modularity).abs() > 1e-9 {
            return Err(wrong("the communities"));
        }
        let influence = Influence::new(influence(&known.edges, n), args.follow);
        let (multipliers, spread) = (influence.multipliers(), influence.spread(&known.cuts));
        if certificate::contagion(&influence, &known.cuts, &spread, &multipliers) > 1e-9 {
            return Err(wrong("the cuts"));
        }
        let verdict = judged(&known, seed);
        Ok(Self { args, scenario, similar: web.similar(3), known, web, found, multipliers, spread, verdict })
    }

    /// Size and members of each community, the largest first; dealers without relations are none.
    fn groups(&self) -> Vec<Vec<usize>> {
        let mut groups = vec![Vec::new(); self.found.of.iter().max().map_or(0, |m| m + 1)];
        self.found.of.iter().enumerate().for_each(|(k, c)| groups[*c].push(k));
        groups.retain(|g| g.len() > 1);
        groups.sort_by_key(|g| std::cmp::Reverse(g.len()));
        groups
    }

    /// Of each kind: word, pairs, weight.
    fn kinds(&self) -> Vec<(&'static str, usize, f64)> {
        let pairs = summed(&self.known.edges);
        let of = |kind: Kind| pairs.iter().filter(move |e| e.kind == kind);
        Kind::ALL.iter().map(|k| (k.word(), of(*k).count(), of(*k).map(|e| e.weight).sum())).collect()
    }

    fn rows(&self) -> Vec<u8> {
        let header =
            ["dealer_id", "community", "neighbours", "cut_multiplier", "cut", "similar_dealer_id", "similarity"];
        let mut table = Table::new(&header);
        let lists = self.web.neighbours();
        for (k, code) in self.known.codes.iter().enumerate() {
            let alike = self.similar[k].first();
            table.row([
                Cell::from(code),
                Cell::from(self.found.of[k] + 1),
                Cell::from(lists[k].len()),
                Cell::Number(self.multipliers[k], 6),
                Cell::Number(self.spread[k], 2),
                alike.map_or(Cell::Empty, |a| Cell::from(&self.known.codes[a.0])),
                alike.map_or(Cell::Empty, |a| Cell::Number(a.1, 6)),
            ]);
        }
        table.into_bytes()
    }

    /// Dealers by a value, the greatest first.
    fn first(&self, values: &[f64], most: usize) -> Vec<(&str, f64)> {
        let mut list: Vec<(&str, f64)> =
            self.known.codes.iter().map(String::as_str).zip(values.iter().copied()).filter(|x| x.1 > 0.005).collect();
        list.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(b.0)));
        list.truncate(most);
        list
    }

    fn json(&self) -> Value {
        let code = |k: &usize| self.known.codes[*k].as_str();
        let way = |w: &Way| json!({ "right": w.right, "won": w.won, "lost": w.lost, "chance": w.chance });
        let gate = match &self.verdict {
            Ok(v) => json!({ "verdict": if v.gain() { "gain" } else { "no gain" }, "features_alone": v.alone,
                "convolution": way(&v.convolution), "propagation": way(&v.propagation), "labels": self.known.names }),
            Err(why) => json!({ "verdict": "no gain", "why": why }),
        };
        json!({
            "label": "descriptive", "scenario": self.scenario.id,
            "dealers": self.known.dealers.len(), "pairs": self.web.pairs(), "parts": self.web.parts(),
            "relations": self.kinds().iter().map(|k| json!({ "kind": k.0, "pairs": k.1, "weight": k.2 }))
                .collect::<Vec<_>>(),
            "modularity": self.found.modularity,
            "communities": self.groups().iter().map(|g| g.iter().map(code).collect::<Vec<_>>()).collect::<Vec<_>>(),
            "follow": self.args.follow,
            "dealers_by_multiplier": self.first(&self.multipliers, 10).iter()
                .map(|d| json!({ "dealer_id": d.0, "cut_multiplier": d.1 })).collect::<Vec<_>>(),
            "cuts": self.first(&self.spread, usize::MAX).iter().map(|d| json!({ "dealer_id": d.0, "cut": d.1 }))
                .collect::<Vec<_>>(),
            "edges_help": gate,
        })
    }

    fn text(&self) -> String {
        let mut text = format!(
            "{} dealers, {} pairs with a relation, {} parts\n",
            self.known.dealers.len(),
            self.web.pairs(),
            self.web.parts()
        );
        for (kind, pairs, weight) in self.kinds().iter().filter(|k| k.1 > 0) {
            let _ = writeln!(text, "{pairs:>9}  {kind} (weight {weight:.1})");
        }
        let groups = self.groups();
        let _ = writeln!(text, "\n{} communities, modularity {:.4}", groups.len(), self.found.modularity);
        for group in groups.iter().take(10) {
            let names: Vec<&str> = group.iter().take(6).map(|k| self.known.codes[*k].as_str()).collect();
            let more = if group.len() > 6 { " …" } else { "" };
            let _ = writeln!(text, "{:>9}  {}{more}", group.len(), names.join(" "));
        }
        let share = 100.0 * self.args.follow;
        let _ = writeln!(
            text,
            "\nif dealers follow {share:.0} % of their rivals' cut (assumed), one unit of cut makes in all"
        );
        for (code, times) in self.first(&self.multipliers, 5) {
            let _ = writeln!(text, "{times:>9.2}  {code}");
        }
        if !self.args.cut.is_empty() {
            let (made, first): (f64, f64) = (self.spread.iter().sum(), self.known.cuts.iter().sum());
            let _ = writeln!(text, "\ncuts of {first:.0} become {made:.0}");
            for (code, money) in self.first(&self.spread, 10) {
                let _ = writeln!(text, "{money:>9.0}  {code}");
            }
        }
        text += "\ndo the edges help to predict a dealer's label?\n";
        match &self.verdict {
            Err(why) => {
                let _ = writeln!(text, "no gain: too little to say anything ({why})");
            }
            Ok(v) => {
                let percent = |x: f64| 100.0 * x;
                let _ =
                    writeln!(text, "{}, out of sample, at the level of 1 %", if v.gain() { "gain" } else { "no gain" });
                let _ = writeln!(text, "{:>8.1} %  features alone", percent(v.alone));
                for (name, w) in [("convolution", &v.convolution), ("spread labels", &v.propagation)] {
                    let (right, won, lost, chance) = (percent(w.right), w.won, w.lost, w.chance);
                    let _ = writeln!(text, "{right:>8.1} %  {name}: {won} won, {lost} lost, chance {chance:.4}");
                }
            }
        }
        text + "descriptive: nothing of this enters the simulation\n"
    }
}

/// Rows of influence: of price relations where the user gives them, else customers in common.
fn influence(edges: &[Edge], dealers: usize) -> Vec<Vec<(usize, f64)>> {
    let given = edges.iter().any(|e| e.kind == Kind::Price);
    let mut rows: Vec<BTreeMap<usize, f64>> = vec![BTreeMap::new(); dealers];
    for e in edges {
        match e.kind {
            Kind::Price => *rows[e.b].entry(e.a).or_default() += e.weight,
            Kind::Customers if !given => {
                *rows[e.a].entry(e.b).or_default() += e.weight;
                *rows[e.b].entry(e.a).or_default() += e.weight;
            }
            _ => {}
        }
    }
    rows.into_iter().map(|r| r.into_iter().collect()).collect()
}

/// The gate, among dealers that have a label.
fn judged(known: &Known, seed: u64) -> Result<Verdict, String> {
    let kept: Vec<usize> = (0..known.labels.len()).filter(|k| known.labels[*k].is_some()).collect();
    let place: BTreeMap<usize, usize> = kept.iter().enumerate().map(|(new, old)| (*old, new)).collect();
    let edges: Vec<Edge> =
        known.edges.iter().filter_map(|e| Some(Edge { a: *place.get(&e.a)?, b: *place.get(&e.b)?, ..*e })).collect();
    let features: Vec<Vec<f64>> = kept.iter().map(|k| known.features[*k].clone()).collect();
    let labels: Vec<usize> = kept.iter().filter_map(|k| known.labels[*k]).collect();
    gate(&Web::new(kept.len(), &edges), &features, &labels, seed)
}
