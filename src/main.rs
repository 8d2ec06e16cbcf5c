//! The `kiriwake` program: arguments in, exit code out.

use clap::Parser;
use kiriwake::cli::{self, Arguments};
use std::process::ExitCode;

fn main() -> ExitCode {
    match Arguments::try_parse() {
        Ok(arguments) => cli::run(arguments),
        Err(asked) => {
            // Help and version are answers; the rest is wrong usage, EX_USAGE of sysexits.h.
            let _ = asked.print();
            if asked.use_stderr() { ExitCode::from(64) } else { ExitCode::SUCCESS }
        }
    }
}
