//! `forecourt solve FORMAT FILE`: public benchmark files, one file a format.

mod answer;
mod assign;
mod centre;
mod certificate;
mod facility;
mod hm14;
mod irp;
mod mclp;
mod mps;
mod orlib_pmed;
mod scp;
mod smps;
mod tours;
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
    /// OR-Library p-centre: the graph of a p-median file, the farthest node as near as possible.
    OrlibPcentre(centre::Orlib),
    /// OR-Library set covering: the cheapest columns that cover every row.
    OrlibScp(scp::Options),
    /// p-centre over the points of a TSPLIB file, floor of the Euclidean distance.
    TsplibPcentre(centre::Tsplib),
    /// Covering from CSV files: the most demand, everything, or everything and the most of it twice.
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
    /// VRPLIB: capacitated routing, with or without time windows.
    Vrplib(tours::TourArgs),
    /// Solomon's and Gehring & Homberger's files: routing with time windows.
    Solomon(tours::TourArgs),
    /// Li & Lim's files: pickup and delivery with time windows.
    Lilim(tours::TourArgs),
    /// Inventory routing of Archetti et al.: days, quantities and tours together.
    Irp(irp::IrpArgs),
    /// A rolling replenishment instance (JSON): what is sent where, when.
    Vmi(vmi::VmiArgs),
}

/// Solves a file, prints the answer, and returns the exit code: 0 answered, 1 no answer exists, 2 the file is malformed, 3 stopped
/// by a limit or an interrupt with the best found.
pub fn run(args: &SolveArgs) -> i32 {
    let (common, answer) = match &args.format {
        Format::OrlibPmed(options) => (&options.common, orlib_pmed::run(options)),
        Format::OrlibPcentre(options) => (&options.common, centre::run_orlib(options)),
        Format::TsplibPcentre(options) => (&options.common, centre::run_tsplib(options)),
        Format::OrlibScp(options) => (&options.common, scp::run(options)),
        Format::OrlibCap(options) => (&options.common, facility::run_cap(options)),
        Format::Ufllib(options) => (&options.common, facility::run_ufl(options)),
        Format::Cfl(options) => (&options.common, facility::run_cfl(options)),
        Format::Mclp(options) => (&options.common, mclp::run(options)),
        Format::Hm14(options) => (&options.common, hm14::run(options)),
        Format::Mps(options) => (&options.common, mps::run(options)),
        Format::TsplibPmedian(options) => (&options.common, tsplib::run(options)),
        Format::Assign(options) => (&options.common, assign::run(options)),
        Format::Smps(options) => return smps::run(options),
        Format::Vrplib(options) => return tours::show(options, tours::Family::Vrplib),
        Format::Solomon(options) => return tours::show(options, tours::Family::Solomon),
        Format::Lilim(options) => return tours::show(options, tours::Family::LiLim),
        Format::Irp(options) => return irp::show(options),
        Format::Vmi(options) => return vmi::show(options),
    };
    answer::show(common, answer)
}
