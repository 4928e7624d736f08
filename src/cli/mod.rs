//! The terminal: one file a command.

pub mod solve;

use clap::{Parser, Subcommand};

/// Decision engine for a car maker's dealer network.
#[derive(Debug, Parser)]
#[command(name = "forecourt", version, about)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
enum Command {
    /// Solves a public benchmark file.
    Solve(solve::SolveArgs),
}

/// Parses the command line, runs the command and returns the exit code.
pub fn main() -> i32 {
    match Cli::parse().command {
        Command::Solve(args) => solve::run(&args),
    }
}
