//! `forecourt solve FORMAT FILE`: public benchmark files, one file a format.

mod answer;
mod assign;
mod certificate;
mod facility;
mod hm14;
mod mclp;
mod mps;
mod orlib_pmed;
mod smps;
mod tsplib;
mod vmi;

pub use answer::{Answer, Common};

use clap::{Args, Subcommand};

/// `forecourt solve`.
#[derive(Debug, Args)]
pub struct SolveArgs {
    #[command(subcommand)]
    format: Format,
}

/// The formats.
#[derive(Debug, Subcommand)]
enum Format {
    /// OR-Library p-median on a graph.
    OrlibPmed(orlib_pmed::Options),
    /// OR-Library facility location, capacitated or not.
    OrlibCap(facility::Cap),
    /// UflLib, simple format: uncapacitated facility location.
    Ufllib(facility::Ufl),
    /// Capacitated facility location, [CFLP-PROBLEMFILE].
    Cfl(facility::Cfl),
    /// Maximal covering from CSV files.
    Mclp(mclp::Options),
    /// Maximum capture under multinomial logit, HM14 files.
    Hm14(hm14::Options),
    /// A mixed-integer programme over yes/no decisions, MPS format.
    Mps(mps::Options),
    /// p-median over the points of a TSPLIB file, floor of the Euclidean distance.
    TsplibPmedian(tsplib::Options),
    /// SMPS: two-stage stochastic linear programmes with random right-hand sides.
    Smps(smps::Options),
    /// OR-Library assignment: each row gets one column at least cost.
    Assign(assign::Options),
    /// A rolling replenishment instance (JSON): what is sent where, when.
    Vmi(vmi::VmiArgs),
}

/// Solves a file, prints the answer, and returns the exit code: 0 answered, 1 no answer exists, 2 the file is malformed, 3 stopped
/// by a limit or an interrupt with the best found.
pub fn run(args: &SolveArgs) -> i32 {
    let (common, answer) = match &args.format {
        Format::OrlibPmed(options) => (&options.common, orlib_pmed::run(options)),
        Format::OrlibCap(options) => (&options.common, facility::run_cap(options)),
        Format::Ufllib(options) => (&options.common, facility::run_ufl(options)),
        Format::Cfl(options) => (&options.common, facility::run_cfl(options)),
        Format::Mclp(options) => (&options.common, mclp::run(options)),
        Format::Hm14(options) => (&options.common, hm14::run(options)),
        Format::Mps(options) => (&options.common, mps::run(options)),
        Format::TsplibPmedian(options) => (&options.common, tsplib::run(options)),
        Format::Assign(options) => (&options.common, assign::run(options)),
        Format::Smps(options) => return smps::run(options),
        Format::Vmi(options) => return vmi::show(options),
    };
    answer::show(common, answer)
}
