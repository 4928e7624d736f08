//! The terminal: one file a command. Results go to stdout, everything else to stderr.

mod audit;
mod check;
mod choice;
mod churn;
mod closed_loop;
mod compare;
mod compete;
mod conform;
mod customers;
mod dispatch;
mod doctor;
mod exit;
mod generate;
mod ingest;
mod init;
mod journey;
mod lang;
mod monitor;
mod out;
mod people;
mod plans;
mod policy;
mod price;
mod promotion;
mod propensity;
mod relations;
mod report;
mod scenario;
mod schema;
mod series;
mod session;
mod simulate;
pub mod solve;
mod steps;
mod study;
mod terminal;
mod track;
mod verify;
mod why;
mod xlsx;

use clap::{CommandFactory, Parser, Subcommand};
use std::path::PathBuf;
use std::process::ExitCode;

/// Decision engine for a car maker's dealer network: where stores stand, what stock each dealer gets, which car moves
/// where, and how sure that is.
#[derive(Debug, Parser)]
#[command(name = "forecourt", version, max_term_width = 110, after_help = EXAMPLES)]
struct Cli {
    /// Language of the terminal [default: by the locale].
    #[arg(long, global = true, value_enum, value_name = "LANG")]
    lang: Option<lang::LangArg>,
    #[command(subcommand)]
    command: Command,
}

const EXAMPLES: &str = "\
Examples:
  forecourt check scenarios/tiny           read the tables, report every fault with file, line and column
  forecourt plan scenarios/tiny            the whole job; the report is results/tiny/report.html
  forecourt plan scenarios/china --out results/spring --seed 7
  forecourt place scenarios/tiny           one step alone, into the same folder

Exit codes: 0 done, 1 no plan exists, 2 bad input, 3 stopped by a limit with the best found, 130 interrupted.";

#[derive(Debug, Subcommand)]
enum Command {
    /// Exports of other systems (CSV, xlsx, Parquet, SQLite, PostgreSQL) into one warehouse file: dated, traceable, idempotent.
    Ingest(ingest::IngestArgs),
    /// What is in a warehouse: rows, age and lag of every feed, digest, origins.
    Warehouse(ingest::WarehouseArgs),
    /// Whether the rows of a warehouse can be believed: findings with rows, reasons and money; scores; repairs (descriptive).
    Audit(audit::AuditArgs),
    /// A scenario folder from a warehouse.
    Scenario(scenario::ScenarioArgs),
    /// A scenario folder to start from: the example, or a company's own workbook or CSV files.
    Init(init::InitArgs),
    /// Read a scenario and report every fault at once.
    Check(check::CheckArgs),
    /// The whole job: check, forecast, place, transfer, replenish, simulate, evaluate, report.
    Plan(steps::OrderArgs),
    /// What will be asked for: of a scenario by model, dealer and week, or of any table of series.
    Forecast(series::ForecastArgs),
    /// Where stores should stand.
    Place(steps::StepArgs),
    /// Which cars move between dealers in the coming week.
    Transfer(steps::StepArgs),
    /// What is sent to each dealer, week by week, for the network (or today's) and after the transfers in the results
    /// folder.
    Replenish(steps::OrderArgs),
    /// Loads and tours of car carriers for the coming week: orders of the first week and transfers.
    Route(steps::StepArgs),
    /// The customer's way: segment, offer, lead, dealer, car, delivery, from the scenario's folder customers (descriptive).
    Journey(steps::StepArgs),
    /// What to watch and what to do this Monday: warnings with the order or transfer that answers each.
    Monitor(steps::WeekArgs),
    /// Today's network against the plan in the results folder, on the same customers.
    Simulate(simulate::SimulateArgs),
    /// Draw the page again from the tables of a results folder.
    Report {
        /// The results folder.
        results: PathBuf,
        /// Results to set beside them: the page gets a section on the differences.
        #[arg(long, value_name = "RESULTS", num_args = 1..)]
        beside: Vec<PathBuf>,
        /// Where the page goes [default: report.html in the folder].
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Several results side by side: figures with paired intervals, regret, decisions that differ.
    Compare(compare::CompareArgs),
    /// Stores that set prices against each other: prices, margins, profit, who falls below survival (descriptive).
    Compete(compete::CompeteArgs),
    /// Prices of models in regions within caps, floors, stock and delegated bounds; markdown of aged stock (descriptive).
    Price(price::PriceArgs),
    /// What a promotion brought: difference-in-differences, plain and synthetic, with placebos (descriptive).
    Promotion(promotion::PromotionArgs),
    /// Why a plan is as it is: the limits that bind, what they are worth, the alternative and its price.
    Why(why::WhyArgs),
    /// Check a results folder against the scenario's tables by code that plans nothing, and grade every answer.
    Verify(verify::VerifyArgs),
    /// Thousands of what-ifs from one file: run, on many machines by shards, and compared.
    Study(study::StudyArgs),
    /// Who comes back, what customers are worth, whom to keep: from a table of purchases.
    Customers(customers::CustomersArgs),
    /// Who of those that drove a car buys it, why, and whom to follow up first: from a table (descriptive).
    Propensity(propensity::PropensityArgs),
    /// What draws buyers to a store: multinomial and nested logit from what they chose (descriptive).
    Choice(choice::ChoiceArgs),
    /// Who leaves, when and why, and whom to see first: from a table of customers (descriptive).
    Churn(churn::ChurnArgs),
    /// Event logs against the process that is wanted: fitness, deviations, times, and tasks for what is still to be done.
    Conform(conform::ConformArgs),
    /// Which dealer each lead or service request goes to, and what one more adviser is worth.
    Dispatch(dispatch::DispatchArgs),
    /// Dealers as a graph: communities, who is alike, how a discount spreads, what edges say (descriptive).
    Relations(relations::RelationsArgs),
    /// Cars on the road: when they arrive, which promise is at risk, which car should serve which (descriptive).
    Track(track::TrackArgs),
    /// Classical stock policies for given numbers.
    Policy(policy::PolicyArgs),
    /// Solve a public benchmark file.
    Solve(solve::SolveArgs),
    /// Write a scenario folder from the program's own facts and a seed.
    Generate(generate::GenerateArgs),
    /// A scenario as a workbook and back; results as a planner's book.
    Xlsx(xlsx::XlsxArgs),
    /// Print the tables and options of a scenario folder, with types, units and defaults.
    Schema(schema::SchemaArgs),
    /// What works here, what is missing, and how to mend it.
    Doctor {
        /// Print one JSON object on stdout.
        #[arg(long)]
        json: bool,
    },
    /// Print the manual page, or write the pages of all commands into a folder.
    Man {
        /// Folder of the pages, a `man1` of your MANPATH for example.
        #[arg(long, value_name = "DIR")]
        out: Option<PathBuf>,
    },
    /// Print a completion script for a shell.
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
}

/// Where a scenario is read from.
#[derive(Debug, clap::Args)]
struct ScenarioArg {
    /// Folder with scenario.toml and its tables.
    scenario: PathBuf,
    /// Take a variant of it: a name in its folder variants, or the path of a file.
    #[arg(long, value_name = "NAME")]
    variant: Option<String>,
}

/// Parses the command line, runs the command, and says how it went.
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(usage) => {
            // Help and version are answers, not faults; a closed pipe is neither.
            let _ = usage.print();
            return ExitCode::from(if usage.use_stderr() { exit::BAD_INPUT } else { exit::DONE });
        }
    };
    lang::choose(cli.lang);
    let code = match cli.command {
        Command::Ingest(args) => ingest::run(&args),
        Command::Warehouse(args) => ingest::show(&args),
        Command::Scenario(args) => scenario::run(&args),
        Command::Audit(args) => audit::run(&args),
        Command::Init(args) => init::run(&args),
        Command::Doctor { json } => doctor::run(json),
        Command::Man { out } => manual(out.as_deref()),
        Command::Check(args) => terminal::written(|out, err| check::run(&args, out, err)),
        Command::Schema(args) => terminal::written(|out, _| schema::run(&args, out)),
        Command::Plan(args) => steps::run_week(steps::Step::Plan, &args),
        Command::Forecast(args) => series::run(args),
        Command::Place(args) => steps::run(steps::Step::Place, &args),
        Command::Replenish(args) => steps::run_week(steps::Step::Replenish, &args),
        Command::Transfer(args) => steps::run(steps::Step::Transfer, &args),
        Command::Route(args) => steps::run(steps::Step::Route, &args),
        Command::Journey(args) => steps::run(steps::Step::Journey, &args),
        Command::Monitor(args) => monitor::run(&args),
        Command::Simulate(args) => simulate::run(&args),
        Command::Report { results, beside, out } => report_now(&results, &beside, out.as_deref()),
        Command::Compare(args) => compare::run(&args),
        Command::Compete(args) => compete::run(args),
        Command::Price(args) => price::run(&args),
        Command::Promotion(args) => promotion::run(&args),
        Command::Why(args) => why::run(&args),
        Command::Verify(args) => terminal::written(|out, err| verify::run(&args, out, err)),
        Command::Study(args) => study::run(&args),
        Command::Customers(args) => customers::run(&args),
        Command::Propensity(args) => propensity::run(&args),
        Command::Choice(args) => choice::run(&args),
        Command::Churn(args) => churn::run(&args),
        Command::Conform(args) => conform::run(&args),
        Command::Dispatch(args) => dispatch::run(&args),
        Command::Relations(args) => relations::run(&args),
        Command::Track(args) => track::run(&args),
        Command::Policy(args) => policy_now(&args),
        Command::Solve(args) => solve::run(&args) as u8,
        Command::Generate(args) => generate_now(&args),
        Command::Xlsx(args) => xlsx::run(&args),
        Command::Completions { shell } => completions(shell),
    };
    ExitCode::from(code)
}

fn manual(out: Option<&std::path::Path>) -> u8 {
    let command = Cli::command();
    let written = match out {
        Some(folder) => std::fs::create_dir_all(folder).and_then(|()| clap_mangen::generate_to(command, folder)),
        None => {
            let mut page = Vec::new();
            clap_mangen::Man::new(command).render(&mut page).map(|()| {
                terminal::print(&String::from_utf8_lossy(&page));
            })
        }
    };
    match (written, out) {
        (Ok(()), None) => exit::DONE,
        (Ok(()), Some(folder)) => terminal::print(&format!("manual pages: {}\n", folder.display())),
        (Err(e), _) => {
            terminal::say(&format!("forecourt: {e}; choose another folder with --out"));
            exit::CANNOT_WRITE
        }
    }
}

fn completions(shell: clap_complete::Shell) -> u8 {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "forecourt", &mut script);
    terminal::print(&String::from_utf8_lossy(&script))
}

fn generate_now(args: &generate::GenerateArgs) -> u8 {
    match generate::run(args) {
        Ok(done) => {
            let mut text = String::new();
            for (name, bytes) in &done.files {
                text += &format!("{bytes:>12}  {name}\n");
            }
            text += &format!("{} files, {} of them written now\n", done.files.len(), done.written);
            terminal::print(&text)
        }
        Err(fault) => {
            terminal::say(&format!("forecourt: {fault}"));
            match fault {
                generate::GenerateFault::File { .. } => exit::CANNOT_WRITE,
                generate::GenerateFault::Differs(_) | generate::GenerateFault::Edited(_) => exit::BAD_INPUT,
                generate::GenerateFault::Tables(_) => exit::INTERNAL,
            }
        }
    }
}

fn report_now(results: &std::path::Path, beside: &[PathBuf], out: Option<&std::path::Path>) -> u8 {
    match report::run(results, beside, out) {
        Ok(written) => {
            if !written.absent.is_empty() {
                terminal::say(&format!("not in the folder, and said so on the page: {}", written.absent.join(", ")));
            }
            terminal::print(&format!("report: {}\n", written.path.display()))
        }
        Err(fault) => {
            terminal::say(&format!("forecourt: {fault}"));
            match fault {
                report::ReportError::Read(_) => exit::BAD_INPUT,
                report::ReportError::Write { .. } => exit::CANNOT_WRITE,
            }
        }
    }
}

fn policy_now(args: &policy::PolicyArgs) -> u8 {
    let mut text = Vec::new();
    match policy::run(args, &mut text) {
        Ok(()) => terminal::print(&String::from_utf8_lossy(&text)),
        Err(fault) => {
            terminal::say(&format!("forecourt: {fault}"));
            exit::BAD_INPUT
        }
    }
}
