//! The command `forecourt`: parse, call, exit.

fn main() {
    std::process::exit(forecourt::cli::main());
}
