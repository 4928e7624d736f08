//! `forecourt customers`: who comes back, what they are worth, whom to keep.

mod groups;

use self::groups::{Grouped, Groups};
use super::terminal::{print, say};
use super::{check, exit, out};
use crate::digest::hex;
use crate::io::customers::{self as table, Table, Unit};
use crate::io::instances::Fault;
use crate::io::results::table as csv_table;
use crate::market::customers::bg_nbd::BgNbd;
use crate::market::customers::fit::{Fit, FitError};
use crate::market::customers::gamma_gamma::GammaGamma;
use crate::market::customers::offers::{self, Assigned, Offer};
use crate::market::customers::pareto_nbd::ParetoNbd;
use crate::market::customers::rfm;
use crate::market::customers::value::{Outlook, Terms, outlooks};
use crate::market::customers::{Buying, Customer};
use jiff::civil::Date;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use std::fmt::Write;
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  forecourt customers visits.csv --horizon 52 --out customers.csv
  forecourt customers summary.csv --model pareto-nbd --json
  forecourt customers visits.csv --split 2026-01-01                  learn until then, compare with what came after
  forecourt customers visits.csv --offers offers.csv --budget 200000
  forecourt customers visits.csv --clusters auto --out customers.csv  as many groups as silhouette and stability argue for

The table has one row a customer (id, frequency, recency, T and, where known, monetary_value), or one row a purchase
(customer_id, date and, where known, amount). Offers: offer, cost_cny, keeps_share, tiers. Descriptive: nothing of this
enters the simulation yet.";

/// Cells with fewer customers than this are not shown.
const FEWEST: usize = 5;

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum ModelArg {
    /// Customers leave after a purchase or never.
    BgNbd,
    /// Customers leave at any time.
    ParetoNbd,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum UnitArg {
    Day,
    Week,
    Month,
}

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct CustomersArgs {
    /// Table of customers or of purchases.
    file: PathBuf,
    /// How customers buy and leave.
    #[arg(long, value_enum, default_value = "bg-nbd")]
    model: ModelArg,
    /// Unit of time: of a summary's columns, of the horizon.
    #[arg(long, value_enum, default_value = "week")]
    unit: UnitArg,
    /// Time ahead.
    #[arg(long, value_name = "N", default_value_t = 52, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    horizon: u32,
    /// Last day that was observed [default: that of the last purchase].
    #[arg(long, value_name = "DATE")]
    until: Option<Date>,
    /// Learn from purchases up to this day and compare the forecast with those after it.
    #[arg(long, value_name = "DATE", conflicts_with_all = ["until", "offers"])]
    split: Option<Date>,
    /// Discount a year, share.
    #[arg(long, value_name = "SHARE", default_value_t = 0.1, value_parser = share)]
    discount: f64,
    /// Margin of an amount, share.
    #[arg(long, value_name = "SHARE", default_value_t = 1.0, value_parser = share)]
    margin: f64,
    /// Warn of customers who bought again and are active with less than this.
    #[arg(long, value_name = "SHARE", default_value_t = 0.5, value_parser = share)]
    warn_below: f64,
    /// Group customers who are alike: into 2 to 12 groups, or as many as the data argue for (auto).
    #[arg(long, value_name = "N|auto", value_parser = groups::wanted)]
    clusters: Option<Groups>,
    /// Offers that may keep customers.
    #[arg(long, value_name = "FILE", requires = "budget")]
    offers: Option<PathBuf>,
    /// Money for all offers.
    #[arg(long, value_name = "MONEY", requires = "offers", value_parser = money)]
    budget: Option<f64>,
    /// Write a row for each customer.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Write hashed ids instead of the table's: the first 16 digits of SHA-256 over this secret and the id.
    #[arg(long, value_name = "SECRET", requires = "out")]
    hash_ids: Option<String>,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

fn number(text: &str, most: f64) -> Result<f64, String> {
    match text.trim().parse::<f64>() {
        Ok(v) if (0.0..=most).contains(&v) => Ok(v),
        _ => {
            Err(if most == 1.0 { "a share lies between 0 and 1".into() } else { "give a number of at least 0".into() })
        }
    }
}

fn share(text: &str) -> Result<f64, String> {
    number(text, 1.0)
}

fn money(text: &str) -> Result<f64, String> {
    number(text, 1e15)
}

impl UnitArg {
    fn unit(self) -> Unit {
        match self {
            Self::Day => Unit::Day,
            Self::Week => Unit::Week,
            Self::Month => Unit::Month,
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Day => "days",
            Self::Week => "weeks",
            Self::Month => "months",
        }
    }

    fn in_a_year(self) -> f64 {
        match self {
            Self::Day => 365.25,
            Self::Week => 365.25 / 7.0,
            Self::Month => 12.0,
        }
    }
}

/// Runs the command.
pub(super) fn run(args: &CustomersArgs) -> u8 {
    match answer(args) {
        Ok(text) => print(&text),
        Err(Failure::Faults(faults)) => check::refused_each(&faults),
        Err(Failure::Fit(e)) => {
            say(&format!("forecourt: {}: {e}", args.file.display()));
            exit::NO_PLAN
        }
        Err(Failure::Write(code)) => code,
    }
}

enum Failure {
    Faults(Vec<Fault>),
    Fit(FitError),
    /// Told already.
    Write(u8),
}

impl From<FitError> for Failure {
    fn from(e: FitError) -> Self {
        Self::Fit(e)
    }
}

/// A fitted model, whichever it is.
enum Fitted {
    Bg(BgNbd),
    Pareto(ParetoNbd),
}

impl Buying for Fitted {
    fn active(&self, c: &Customer) -> f64 {
        match self {
            Self::Bg(m) => m.active(c),
            Self::Pareto(m) => m.active(c),
        }
    }

    fn purchases(&self, c: &Customer, time: f64) -> Option<f64> {
        match self {
            Self::Bg(m) => m.purchases(c, time),
            Self::Pareto(m) => m.purchases(c, time),
        }
    }

    fn stays(&self, c: &Customer, time: f64) -> Option<f64> {
        match self {
            Self::Bg(m) => m.stays(c, time),
            Self::Pareto(m) => m.stays(c, time),
        }
    }
}

/// Purchases after the day up to which was learnt, and the time they were watched for.
struct Later {
    bought: Vec<u32>,
    time: f64,
}

fn answer(args: &CustomersArgs) -> Result<String, Failure> {
    let one = |line: usize, reason: String| Failure::Faults(vec![Fault { file: args.file.clone(), line, reason }]);
    let unit = args.unit.unit();
    let (names, customers, later) = match table::read(&args.file).map_err(Failure::Faults)? {
        Table::Summary(..) if args.split.is_some() || args.until.is_some() => {
            return Err(one(1, "--split and --until need a row for each purchase, with its date".into()));
        }
        Table::Summary(names, customers) => (names, customers, None),
        Table::Purchases(purchases) => {
            let last = table::last_day(&purchases).expect("a table that was read has purchases");
            let until = args.split.or(args.until).unwrap_or(last);
            let (names, customers, bought) = table::summary(&purchases, until, unit);
            if args.split.is_some() && until >= last {
                return Err(one(0, format!("no purchase lies after {until}: the last one is of {last}")));
            }
            let later = args.split.map(|day| Later { bought, time: table::time(day, last, unit) });
            (names, customers, later)
        }
    };
    let offers = args.offers.as_deref().map(table::offers).transpose().map_err(Failure::Faults)?;
    let (model, fit) = match args.model {
        ModelArg::BgNbd => BgNbd::fit(&customers).map(|(m, f)| (Fitted::Bg(m), f))?,
        ModelArg::ParetoNbd => ParetoNbd::fit(&customers).map(|(m, f)| (Fitted::Pareto(m), f))?,
    };
    let spending = GammaGamma::learnt(&customers)?;
    let terms = Terms {
        horizon: f64::from(args.horizon),
        periods: args.horizon.min(12),
        discount: (1.0 + args.discount).powf(1.0 / args.unit.in_a_year()) - 1.0,
        margin: args.margin,
        warn_below: args.warn_below,
    };
    let unsettled = || Failure::Fit(FitError::Data("the model's series do not settle for some customer".into()));
    let found = outlooks(&customers, &model, spending.as_ref().map(|s| &s.0), &terms).ok_or_else(unsettled)?;
    let grouped = args.clusters.map(|n| Grouped::new(n, &customers, &found, spending.is_some())).transpose()?;
    let plan = offers.as_ref().map(|list| offers::assign(list, &found, args.budget.unwrap_or(0.0)));
    if let (Some(list), Some(plan)) = (&offers, &plan) {
        let said = offers::certificate(list, &found, &plan.choice);
        let right = |a: f64, b: f64| (a - b).abs() <= 1e-6 * (1.0 + a.abs());
        assert!(said.is_some_and(|(g, c)| right(g, plan.gain) && right(c, plan.cost)), "offers are what they say");
    }
    let tested = later.as_ref().map(|l| backtest(&customers, &model, l)).transpose().map_err(|()| unsettled())?;
    if let Some(path) = &args.out {
        let bytes = rows(args, (&names, &customers), &found, offers.as_deref().zip(plan.as_ref()), grouped.as_ref());
        out::file(path, &bytes).map_err(Failure::Write)?;
    }
    let alike = spending.as_ref().is_some_and(|s| s.1.is_none());
    let all = Answer { args, fit, spending: spending.and_then(|s| s.1), alike, found, offers, plan, tested, grouped };
    Ok(if args.json { format!("{}\n", all.json()) } else { all.text() })
}

/// By repeat purchases so far (0 … 6, 7 or more): customers, expected and real purchases afterwards.
type Backtest = Vec<(usize, f64, u64)>;

fn backtest(customers: &[Customer], model: &Fitted, later: &Later) -> Result<Backtest, ()> {
    let mut classes: Backtest = vec![(0, 0.0, 0); 8];
    for (c, &bought) in customers.iter().zip(&later.bought) {
        let class = &mut classes[c.repeats.min(7) as usize];
        class.0 += 1;
        class.1 += model.purchases(c, later.time).ok_or(())?;
        class.2 += u64::from(bought);
    }
    Ok(classes)
}

fn rows(
    args: &CustomersArgs,
    (names, customers): (&[String], &[Customer]),
    found: &[Outlook],
    offers: Option<(&[Offer], &Assigned)>,
    grouped: Option<&Grouped>,
) -> Vec<u8> {
    use csv_table::Cell;
    let group = grouped.and_then(|g| g.of.as_ref());
    let scores = rfm::scores(customers);
    let header = [
        "customer_id",
        "tier",
        "active_probability",
        "purchases",
        "amount",
        "value",
        "value_if_active",
        "warn",
        "offer",
        "leaves_probability",
        "value_at_risk",
        "group",
        "repeats",
        "since_last",
        "age",
        "recency_score",
        "frequency_score",
        "money_score",
    ];
    let mut table = csv_table::Table::new(&header);
    for (k, (name, o)) in names.iter().zip(found).enumerate() {
        let hashed = args.hash_ids.as_ref().map(|secret| hex(&Sha256::digest(format!("{secret}\u{0}{name}"))[..8]));
        let offer = offers.and_then(|(list, plan)| Some(list[plan.choice[k]?].name.as_str()));
        let tier = o.tier.to_string();
        table.row([
            Cell::from(hashed.as_ref().unwrap_or(name)),
            Cell::from(&tier),
            Cell::Number(o.active, 6),
            Cell::Number(o.purchases, 6),
            Cell::Number(o.amount, 2),
            Cell::Number(o.value, 4),
            Cell::Number(o.value_if_active, 4),
            Cell::from(o.warn),
            offer.map_or(Cell::Empty, Cell::Text),
            Cell::Number(o.leaves, 6),
            Cell::Number(o.active * o.leaves * o.value_if_active, 4),
            group.map_or(Cell::Empty, |g| Cell::from(g[k] as u64 + 1)),
            Cell::from(customers[k].repeats),
            Cell::Number(customers[k].age - customers[k].recency, 3),
            Cell::Number(customers[k].age, 3),
            Cell::from(u32::from(scores[k].recency)),
            Cell::from(u32::from(scores[k].frequency)),
            scores[k].money.map_or(Cell::Empty, |m| Cell::from(u32::from(m))),
        ]);
    }
    table.into_bytes()
}

struct Answer<'a> {
    args: &'a CustomersArgs,
    fit: Fit,
    spending: Option<Fit>,
    /// Whether amounts differ between customers by chance only.
    alike: bool,
    found: Vec<Outlook>,
    offers: Option<Vec<Offer>>,
    plan: Option<Assigned>,
    tested: Option<Backtest>,
    grouped: Option<Grouped>,
}

impl Answer<'_> {
    /// Customers and value of each tier.
    fn tiers(&self) -> Vec<(char, usize, f64)> {
        let of = |tier: char| self.found.iter().filter(move |o| o.tier == tier);
        ['A', 'B', 'C'].map(|t| (t, of(t).count(), of(t).map(|o| o.value).sum())).to_vec()
    }

    fn json(&self) -> Value {
        let parameters = |fit: &Fit| fit.parameters.iter().map(|p| (p.0.to_owned(), json!(p.1))).collect::<Map<_, _>>();
        let errors = |fit: &Fit| fit.parameters.iter().map(|p| (p.0.to_owned(), json!(p.2))).collect::<Map<_, _>>();
        let warned: Vec<&Outlook> = self.found.iter().filter(|o| o.warn).collect();
        let mut answer = json!({
            "label": "descriptive",
            "model": if self.args.model == ModelArg::BgNbd { "bg-nbd" } else { "pareto-nbd" },
            "customers": self.fit.customers,
            "parameters": parameters(&self.fit), "standard_errors": errors(&self.fit),
            "log_likelihood": self.fit.log_likelihood,
            "horizon": self.args.horizon, "unit": self.args.unit.word(),
            "active": self.found.iter().map(|o| o.active).sum::<f64>(),
            "leaving": self.found.iter().map(|o| o.active * o.leaves).sum::<f64>(),
            "purchases": self.found.iter().map(|o| o.purchases).sum::<f64>(),
            "value": self.found.iter().map(|o| o.value).sum::<f64>(),
            "tiers": self.tiers().iter().map(|t| json!({
                "tier": t.0.to_string(), "customers": (t.1 >= FEWEST).then_some(t.1),
                "value": (t.1 >= FEWEST).then_some(t.2),
            })).collect::<Vec<_>>(),
            "warned": warned.len(),
            "value_at_stake": warned.iter().map(|o| o.value_if_active - o.value).sum::<f64>(),
        });
        if let Some(fit) = &self.spending {
            answer["spending"] = json!({
                "parameters": parameters(fit), "standard_errors": errors(fit),
                "log_likelihood": fit.log_likelihood, "customers": fit.customers,
            });
        }
        if self.alike {
            answer["spending"] = json!({"alike": true, "amount": self.found.first().map(|o| o.amount)});
        }
        if let (Some(plan), Some(list)) = (&self.plan, &self.offers) {
            let made = |k: usize| plan.choice.iter().filter(|c| **c == Some(k)).count();
            answer["offers"] = json!({
                "gain": plan.gain, "cost": plan.cost, "bound": plan.bound, "price": plan.price,
                "grade": if plan.bound <= plan.gain { "A" } else { "B" },
                "gap": (plan.bound - plan.gain).max(0.0) / plan.bound.abs().max(1e-9),
                "made": list.iter().enumerate().map(|(k, o)| (o.name.clone(), json!(made(k)))).collect::<Map<_, _>>(),
            });
        }
        if let Some(grouped) = &self.grouped {
            answer["groups"] = grouped.json();
        }
        if let Some(classes) = &self.tested {
            answer["backtest"] = classes
                .iter()
                .enumerate()
                .map(|(k, c)| json!({"repeats": k, "customers": c.0, "expected": c.1, "bought": c.2}))
                .collect();
        }
        answer
    }

    fn text(&self) -> String {
        let unit = self.args.unit.word();
        let mut text = format!("{} customers, log-likelihood {:.3}\n", self.fit.customers, self.fit.log_likelihood);
        let fits = [Some(&self.fit), self.spending.as_ref()];
        for (name, value, error) in fits.into_iter().flatten().flat_map(|f| &f.parameters) {
            let _ = writeln!(text, "  {name:<6} {value:>12.6}  ± {error:.6}");
        }
        if self.alike {
            text += "  amounts differ by chance only: everybody is taken to spend the mean\n";
        }
        let sum = |of: fn(&Outlook) -> f64| self.found.iter().map(of).sum::<f64>();
        let _ = writeln!(
            text,
            "{:.1} are active; {:.1} purchases and a value of {:.2} in the next {} {unit}, in which {:.1} of them leave",
            sum(|o| o.active),
            sum(|o| o.purchases),
            sum(|o| o.value),
            self.args.horizon,
            sum(|o| o.active * o.leaves)
        );
        for (tier, count, value) in self.tiers() {
            if count >= FEWEST {
                let _ = writeln!(text, "  tier {tier}: {count:>8} customers, {value:>14.2}");
            } else {
                let _ = writeln!(text, "  tier {tier}: fewer than {FEWEST} customers");
            }
        }
        let warned: Vec<&Outlook> = self.found.iter().filter(|o| o.warn).collect();
        let stake: f64 = warned.iter().map(|o| o.value_if_active - o.value).sum();
        let _ = writeln!(
            text,
            "{} bought again before and are active with less than {:.0} %: {stake:.2} are at stake",
            warned.len(),
            100.0 * self.args.warn_below
        );
        if let Some(grouped) = &self.grouped {
            text += &grouped.text(unit);
        }
        if let Some(plan) = &self.plan {
            let made = plan.choice.iter().flatten().count();
            let _ = writeln!(
                text,
                "offers to {made} customers cost {:.2} and gain {:.2}; no choice gains more than {:.2}; one more of money \
                 would gain {:.4}",
                plan.cost, plan.gain, plan.bound, plan.price
            );
        }
        if let Some(classes) = &self.tested {
            text += "afterwards, by repeat purchases before:\n  repeats  customers   expected     bought\n";
            for (k, c) in classes.iter().enumerate().filter(|c| c.1.0 >= FEWEST) {
                let more = if k == 7 { "+" } else { " " };
                let _ = writeln!(text, "  {k:>6}{more} {:>10} {:>10.1} {:>10}", c.0, c.1, c.2);
            }
        }
        if let Some(out) = &self.args.out {
            let _ = writeln!(text, "customers: {}", out.display());
        }
        text + "descriptive: nothing of this enters the simulation yet\n"
    }
}
