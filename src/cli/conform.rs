//! `forecourt conform`: cases against the process that is wanted.

use super::terminal::print;
use super::{check, out};
use crate::days;
use crate::evaluation::conformance::{Conformance, Deviation, Kind, Limit, Net, Stretch, judge};
use crate::io::market::events::{self, EventLog};
use crate::io::results::table::{Cell, Table};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  forecourt conform events.csv                                 test drive, order, delivery, follow-up
  forecourt conform complaints.csv --process complaints           complaints to their confirmation, timed
  forecourt conform events.csv --model process.toml --json
  forecourt conform events.csv --out checked --status done.csv  deviations.csv, tasks.csv, times.csv; what is done is not raised again

Events: case_id, activity, time (2026-06-29 or 2026-06-29 14:05) and, where known, dealer_id, region. A process: [[step]] headings
with activity, takes and gives (names of states, several with + between them; start and end are two of them), [[limit]] headings
with from, to (several that may follow with | between them, the hoped for first: \"confirmation | refusal\") and days. A status
file: task_id, status (open, done or dismissed). A deviation belongs to the dealer last named when it began, a case in the rates to
the first named. Descriptive: nothing of this enters the simulation.";

/// Cases of a dealer below which no rate is told.
const FEWEST: usize = 5;
/// Dealers and tasks shown in the terminal.
const SHOWN: usize = 10;

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum ProcessArg {
    Sales,
    Complaints,
}

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct ConformArgs {
    /// Table of events.
    log: PathBuf,
    /// Which process: sales (test drive, order, delivery within 45 days, follow-up within 7) or complaints (assignment within a
    /// day, answer within 2, confirmation or refusal within 7; what is refused is assigned again).
    #[arg(long, value_enum, default_value = "sales", conflicts_with = "model")]
    process: ProcessArg,
    /// File of another process.
    #[arg(long, value_name = "FILE")]
    model: Option<PathBuf>,
    /// Moment as of which the cases are judged, later events left out; a date is its first moment [default: the latest event].
    #[arg(long, value_name = "DATE", value_parser = day)]
    at: Option<f64>,
    /// Status of tasks raised before.
    #[arg(long, value_name = "FILE")]
    status: Option<PathBuf>,
    /// Folder for deviations.csv, tasks.csv and times.csv.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

fn day(text: &str) -> Result<f64, String> {
    events::moment(text).ok_or_else(|| "give a date, 2026-06-29 for example".into())
}

/// Runs the command.
pub(super) fn run(args: &ConformArgs) -> u8 {
    match answer(args) {
        Ok(text) => print(&text),
        Err(code) => code,
    }
}

fn answer(args: &ConformArgs) -> Result<String, u8> {
    let net = match &args.model {
        Some(file) => events::read_process(file).map_err(|f| check::refused(&f))?,
        None if args.process == ProcessArg::Complaints => Net::complaints(),
        None => Net::standard(),
    };
    let log = events::read(&args.log, &net, args.at).map_err(|f| check::refused(&f))?;
    let closed = match &args.status {
        Some(file) => events::read_status(file).map_err(|f| check::refused(&f))?,
        None => BTreeMap::new(),
    };
    let found = judge(&net, &log.cases, args.at.unwrap_or(log.latest));
    let told = Told::new(net, log, found, closed);
    if let Some(folder) = &args.out {
        let tables =
            [("deviations.csv", told.deviations()), ("tasks.csv", told.task_table()), ("times.csv", told.times())];
        out::tables(folder, tables)?;
    }
    Ok(if args.json { format!("{}\n", told.json()) } else { told.text() })
}

/// Something that can still be done.
struct Task {
    id: String,
    what: String,
    since: f64,
    case: usize,
    /// Position of the event with which it began.
    event: usize,
}

struct Told {
    net: Net,
    log: EventLog,
    found: Conformance,
    /// Open tasks, the oldest first.
    tasks: Vec<Task>,
    /// Tasks of today that the status file closes.
    closed: usize,
}

impl Told {
    fn new(net: Net, log: EventLog, found: Conformance, status: BTreeMap<String, String>) -> Self {
        let mut told = Self { net, log, found, tasks: Vec::new(), closed: 0 };
        let all: Vec<Task> = told.found.deviations.iter().filter_map(|d| told.task(d)).collect();
        let count = all.len();
        told.tasks = all.into_iter().filter(|t| !status.contains_key(&t.id)).collect();
        told.closed = count - told.tasks.len();
        told.tasks.sort_by(|a, b| a.since.total_cmp(&b.since).then(a.id.cmp(&b.id)));
        told
    }

    /// Names of the activities around a state.
    fn names(&self, state: usize, giving: bool) -> String {
        let around = self.net.around(state, giving);
        if around.is_empty() { self.net.states[state].clone() } else { self.net.either(&around) }
    }

    /// Position of the event with which a deviation began; the last one for what is undone.
    fn event(&self, d: &Deviation) -> usize {
        match d.kind {
            Kind::Skipped { event, .. } | Kind::Foreign { event } | Kind::Late { event, .. } => event,
            Kind::Undone { .. } => self.log.cases[d.case].events.len().saturating_sub(1),
        }
    }

    /// Kind, step and a sentence of a deviation.
    fn words(&self, d: &Deviation) -> (&'static str, String, String) {
        let event = |k: usize| self.log.words[d.case][k].as_str();
        match d.kind {
            Kind::Skipped { event: k, state } => {
                let step = self.names(state, true);
                let text = format!("{} without {step}", event(k));
                ("skipped", step, text)
            }
            Kind::Undone { state, .. } => {
                let step = self.names(state, false);
                let text = format!("{step} not done");
                ("undone", step, text)
            }
            Kind::Foreign { event: k } => {
                ("foreign", event(k).to_owned(), format!("{} is no step of the process", event(k)))
            }
            Kind::Late { limit, open, .. } => {
                let l = &self.net.limits[limit];
                let (from, to) = (&self.net.activities[l.from], self.net.either(&l.to));
                let word = if open { "still to come" } else { "late" };
                let text = format!("{to} {word}, {:.1} days over the {} after {from}", d.over, l.days);
                (if open { "overdue" } else { "late" }, to, text)
            }
        }
    }

    fn task(&self, d: &Deviation) -> Option<Task> {
        let can = match d.kind {
            Kind::Undone { state, .. } => !self.told_by_a_limit(d.case, state),
            Kind::Late { open, .. } => open,
            Kind::Skipped { .. } | Kind::Foreign { .. } => false,
        };
        can.then(|| Task {
            id: self.task_id(d),
            what: self.words(d).2,
            since: d.since,
            case: d.case,
            event: self.event(d),
        })
    }

    /// Whether what leaves a state is overdue: that is told with its limit, and the state is undone too.
    fn told_by_a_limit(&self, case: usize, state: usize) -> bool {
        let leaving = self.net.around(state, false);
        self.of_case(case).any(|o| match o.kind {
            Kind::Late { limit, open: true, .. } => self.net.limits[limit].to.iter().any(|a| leaving.contains(a)),
            _ => false,
        })
    }

    /// A hash of case, kind, step and, from the second time on, of the times before. Of several successors the first names the
    /// step.
    fn task_id(&self, d: &Deviation) -> String {
        let (kind, mut step, _) = self.words(d);
        if let Kind::Late { limit, .. } = d.kind {
            step = self.net.either(&self.net.limits[limit].to[..1]);
        }
        let mut key = format!("{}\n{kind}\n{step}", self.log.ids[d.case]);
        let before = self.times_before(d);
        if before != [0, 0] {
            let _ = write!(key, "\n{}\n{}", before[0], before[1]);
        }
        crate::digest::sha256(&key)[..12].to_owned()
    }

    /// How often the case had come here before: for a limit, how often its first activity and its successors were done
    /// before. Both count: two limits may ask for the same step, the one in the first round, the other in the second.
    fn times_before(&self, d: &Deviation) -> [usize; 2] {
        let done = |event: usize, which: &[usize]| {
            let events = &self.log.cases[d.case].events[..event];
            events.iter().filter(|e| e.activity.is_some_and(|a| which.contains(&a))).count()
        };
        match d.kind {
            Kind::Undone { before, .. } => [before, 0],
            Kind::Late { limit, event, .. } => {
                let limit = &self.net.limits[limit];
                [done(event, &[limit.from]), done(event, &limit.to)]
            }
            Kind::Skipped { .. } | Kind::Foreign { .. } => [0, 0],
        }
    }

    /// Cases that were assigned to the very dealer whose answer had just been refused, where the process has these steps.
    fn returned(&self) -> Vec<&str> {
        let [Some(refusal), Some(assignment)] = ["refusal", "assignment"].map(|a| self.net.activity(a)) else {
            return Vec::new();
        };
        let returned = |case: usize| {
            let events = &self.log.cases[case].events;
            let next = |k: usize| (k + 1..events.len()).find(|&n| events[n].activity == Some(assignment));
            let same = |k: usize, n: usize| {
                let dealer = self.log.dealer_of(case, n);
                !dealer.is_empty() && dealer == self.log.owner(case, k)[0]
            };
            let mut refused = (0..events.len()).filter(|&k| events[k].activity == Some(refusal));
            refused.any(|k| next(k).is_some_and(|n| same(k, n)))
        };
        (0..self.log.cases.len()).filter(|&c| returned(c)).map(|c| self.log.ids[c].as_str()).collect()
    }

    /// Deviations of a case: they lie side by side.
    fn of_case(&self, case: usize) -> impl Iterator<Item = &Deviation> {
        let from = self.found.deviations.partition_point(|d| d.case < case);
        self.found.deviations[from..].iter().take_while(move |d| d.case == case)
    }

    fn deviations(&self) -> Table {
        let mut table = Table::new(&["case_id", "dealer_id", "region", "kind", "step", "since", "days_over", "text"]);
        for d in &self.found.deviations {
            let ((kind, step, text), [dealer, region]) = (self.words(d), self.log.owner(d.case, self.event(d)));
            let over = if d.over > 0.0 { Cell::Number(d.over, 2) } else { Cell::Empty };
            table.row([
                Cell::Text(&self.log.ids[d.case]),
                Cell::Text(dealer),
                Cell::Text(region),
                Cell::Text(kind),
                Cell::Text(&step),
                Cell::Text(&days::text(d.since.floor() as i64)),
                over,
                Cell::Text(&text),
            ]);
        }
        table
    }

    fn task_table(&self) -> Table {
        let mut table = Table::new(&["task_id", "region", "dealer_id", "case_id", "since", "text", "status"]);
        for t in &self.tasks {
            let [dealer, region] = self.log.owner(t.case, t.event);
            table.row([
                Cell::Text(&t.id),
                Cell::Text(region),
                Cell::Text(dealer),
                Cell::Text(&self.log.ids[t.case]),
                Cell::Text(&days::text(t.since.floor() as i64)),
                Cell::Text(&t.what),
                Cell::Text("open"),
            ]);
        }
        table
    }

    fn times(&self) -> Table {
        let mut table = Table::new(&[
            "from",
            "to",
            "limit_days",
            "times",
            "median_days",
            "p90_days",
            "within_limit_share",
            "open",
            "open_past_limit",
        ]);
        for (limit, s) in self.net.limits.iter().zip(&self.found.stretches) {
            let number = |x: Option<f64>, decimals| x.map_or(Cell::Empty, |x| Cell::Number(x, decimals));
            table.row([
                Cell::Text(&self.net.activities[limit.from]),
                Cell::Text(&self.net.either(&limit.to)),
                Cell::Number(limit.days, 1),
                Cell::from(s.days.len() as u64),
                number(s.quantile(0.5), 2),
                number(s.quantile(0.9), 2),
                number(s.share(), 4),
                Cell::from(s.open as u64),
                Cell::from(s.overdue as u64),
            ]);
        }
        table
    }

    /// Deviations by kind and step, most first.
    fn kinds(&self) -> Vec<((String, String), usize)> {
        let mut counts: BTreeMap<(String, String), usize> = BTreeMap::new();
        for d in &self.found.deviations {
            let (kind, step, _) = self.words(d);
            *counts.entry((kind.to_owned(), step)).or_default() += 1;
        }
        let mut list: Vec<_> = counts.into_iter().collect();
        list.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
        list
    }

    /// Share of each dealer's judged cases without a deviation, the worst first; dealers with few of them are left out.
    fn dealers(&self) -> Vec<(String, usize, f64)> {
        let mut sums: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
        for (case, _) in self.found.is_judged.iter().enumerate().filter(|j| *j.1) {
            let [dealer, _] = self.log.first_owner(case);
            let sum = sums.entry(dealer).or_default();
            *sum = (sum.0 + 1, sum.1 + usize::from(self.of_case(case).next().is_some()));
        }
        let rate = |(d, (n, bad)): (&str, (usize, usize))| (d.to_owned(), n, 1.0 - bad as f64 / n as f64);
        let mut list: Vec<_> = sums.into_iter().filter(|s| !s.0.is_empty() && s.1.0 >= FEWEST).map(rate).collect();
        list.sort_by(|a, b| a.2.total_cmp(&b.2).then(a.0.cmp(&b.0)));
        list
    }

    fn json(&self) -> Value {
        let f = &self.found;
        let kind =
            |((kind, step), count): ((String, String), usize)| json!({"kind": kind, "step": step, "count": count});
        let time = |(l, s): (&Limit, &Stretch)| {
            json!({"from": self.net.activities[l.from], "to": self.net.either(&l.to), "limit_days": l.days,
                   "times": s.days.len(), "median_days": s.quantile(0.5), "p90_days": s.quantile(0.9), "within": s.within,
                   "within_limit_share": s.share(), "open": s.open, "open_past_limit": s.overdue})
        };
        let dealer =
            |(d, n, share): (String, usize, f64)| json!({"dealer_id": d, "cases": n, "without_deviation": share});
        let [produced, consumed, missing, remaining] = f.tokens;
        json!({
            "label": "descriptive", "events": self.log.events, "events_left_out": self.log.left_out,
            "cases": self.log.cases.len(), "judged": f.judged, "under_way": f.under_way, "perfect": f.perfect, "fitness": f.fitness(),
            "tokens": {"produced": produced, "consumed": consumed, "missing": missing, "remaining": remaining},
            "deviations": self.kinds().into_iter().map(kind).collect::<Vec<_>>(),
            "times": self.net.limits.iter().zip(&f.stretches).map(time).collect::<Vec<_>>(),
            "dealers": self.dealers().into_iter().map(dealer).collect::<Vec<_>>(),
            "assigned_to_refused_dealer": self.returned(),
            "tasks_open": self.tasks.len(), "tasks_closed": self.closed, "repeatable": true,
        })
    }

    fn text(&self) -> String {
        let f = &self.found;
        let mut text = format!(
            "{} events, {} cases: {} judged, {} under way; {} without a deviation; fitness {:.4} (token replay)\n",
            self.log.events,
            self.log.cases.len(),
            f.judged,
            f.under_way,
            f.perfect,
            f.fitness()
        );
        if self.log.left_out > 0 {
            let _ = writeln!(text, "{} events later than --at left out", self.log.left_out);
        }
        for ((kind, step), count) in self.kinds() {
            let _ = writeln!(text, "{kind:>10} {step}: {count}");
        }
        for (limit, s) in self.net.limits.iter().zip(&f.stretches) {
            if let Some(words) = times_in_words(limit.days, s) {
                let (from, to) = (&self.net.activities[limit.from], self.net.either(&limit.to));
                let _ = writeln!(text, "{from} → {to}: {words}");
            }
        }
        let returned = self.returned();
        if !returned.is_empty() {
            let more = if returned.len() > SHOWN { ", …" } else { "" };
            let shown = returned[..returned.len().min(SHOWN)].join(", ");
            let count = returned.len();
            let _ = writeln!(text, "{count} assigned again to the dealer whose answer was refused: {shown}{more}");
        }
        for (dealer, cases, share) in self.dealers().into_iter().take(SHOWN) {
            let _ = writeln!(text, "{dealer}: {:.1} % of {cases} cases without a deviation", 100.0 * share);
        }
        let _ = writeln!(text, "{} tasks open, {} closed by the status file", self.tasks.len(), self.closed);
        for t in self.tasks.iter().take(SHOWN) {
            let [dealer, region] = self.log.owner(t.case, t.event);
            let _ = writeln!(
                text,
                "  {} {} {dealer} {region} since {}: {}",
                t.id,
                self.log.ids[t.case],
                days::text(t.since.floor() as i64),
                t.what
            );
        }
        text + "Descriptive: nothing of this enters the simulation.\n"
    }
}

/// What a limit's times say; nothing when it never began.
fn times_in_words(limit: f64, s: &Stretch) -> Option<String> {
    let mut parts = Vec::new();
    if let (Some(median), Some(most)) = (s.quantile(0.5), s.quantile(0.9)) {
        parts.push(format!("median {median:.1} days, nine in ten within {most:.1}"));
    }
    if let Some(share) = s.share() {
        parts.push(format!("{:.1} % within {limit} days", 100.0 * share));
    }
    if s.open > 0 {
        parts.push(format!("{} open, {} of them past the limit", s.open, s.overdue));
    }
    (!parts.is_empty()).then(|| parts.join("; "))
}
