//! The command `forecourt`: parse, call, exit.

fn main() -> std::process::ExitCode {
    forecourt::cli::main()
}
