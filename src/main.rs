//! The `kiriwake` program: arguments in, exit code out.

use clap::Parser;
use kiriwake::cli::{self, Arguments};
use std::process::ExitCode;

fn main() -> ExitCode {
    cli::run(Arguments::parse())
}
