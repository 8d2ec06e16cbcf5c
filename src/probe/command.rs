//! `[[probe.command]]`: a program of the administrator's, without a shell: what it was given is what it gets.
//!
//! It is killed with all its children when its time is over (`crate::program`); then it said nothing about the other
//! side. Exit code 0 is good, 3 is "not known" as monitoring plug-ins say it, anything else is bad.

use super::{Called, Fault, Kind, line, not_known, said, table};
use crate::desk::outcome::Probed;
use crate::desk::probe::Sign;
use crate::program::{self, Ended};
use std::path::Path;
use tokio::time::Instant;

/// The exit code of monitoring plug-ins that could not find out.
const UNKNOWN: i32 = 3;

table! {
    /// A program.
    Command {
        /// Its absolute path, and its arguments.
        command: Vec<String>,
    }
}

impl Kind for Command {
    const CALLED: Called = Called { ja: "確認コマンド", en: "check command" };

    fn target(&self) -> String {
        let program = self.command.first().map_or("", String::as_str);
        program.rsplit('/').next().unwrap_or_default().to_owned()
    }

    fn faults(&self) -> Vec<Fault> {
        let program = self.command.first().map_or("", String::as_str);
        if Path::new(program).is_absolute() {
            return Vec::new();
        }
        vec![Fault::of("command", "must begin with a program's absolute path: [\"/usr/lib/checks/db\", \"--quick\"]")]
    }

    async fn attempt(&self, deadline: Instant) -> Probed {
        run(&self.command, deadline).await
    }
}

/// Runs it to its end or to the deadline.
async fn run(argv: &[String], deadline: Instant) -> Probed {
    let Some((program, arguments)) = argv.split_first() else { return not_known("no program is named") };
    let ran = program::run(program, arguments, None, deadline).await;
    let wrote = line(&ran.wrote);
    match ran.ended {
        Ended::Exit(UNKNOWN) => not_known(format!("{program}: {wrote}")),
        Ended::Exit(0) => said(Sign::Ok, &wrote),
        Ended::Exit(exit) => said(Sign::Failed, format!("exit {exit} {wrote}").trim()),
        Ended::Signal(_) => not_known(format!("{program}: was ended by a signal")),
        Ended::Overtime => not_known(format!("{program}: did not end in time")),
        Ended::NotStarted(error) | Ended::Lost(error) => not_known(format!("{program}: {error}")),
    }
}
