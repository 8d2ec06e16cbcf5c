//! A program of the administrator's: a modem for text messages, a warning lamp, a dialler.
//!
//! Place: a copy for one party, as a webhook's; it is how an alarm leaves a house whose network is down. What is run is
//! fixed by the configuration: text from outside reaches the program as JSON on its input and never as an argument.
//! Not here: running it in bounds (`crate::program`), and what a modem or a lamp is told.

use super::document::document;
use super::http::twenty_seconds;
use super::{Doubt, Error, Message, Origin, Results, every, header};
use crate::config::span::Span;
use crate::desk::outcome::{Delivery, Refused};
use crate::program::{self, Ended};
use serde::Deserialize;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;
use tokio::sync::Mutex;
use tokio::time::{Instant, timeout};

/// The shortest and the longest limit that may be set. An attempt that also waits for its turn must end before the
/// worker gives it up.
const LIMITS: [Duration; 2] = [Duration::from_secs(1), Duration::from_secs(120)];

/// A message waits this long for the one before it: a modem takes one at a time.
const TURN: Duration = Duration::from_secs(100);

/// The exit code of a program that could not do it now. Source: `sysexits.h`, EX_TEMPFAIL.
const LATER: i32 = 75;

/// `[[channel.command]]`
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CommandConfig {
    /// What rules and commands call it.
    pub name: String,
    /// The party whose messages it gets copies of; the configuration requires it.
    #[serde(default)]
    pub party: Option<String>,
    /// The program's absolute path, and its arguments; no shell is between.
    pub command: Vec<String>,
    /// How long it may run; then it is killed with all its children.
    #[serde(default = "twenty_seconds")]
    pub timeout: Span,
}

/// A program that takes messages.
#[derive(Debug)]
pub struct Command {
    name: String,
    program: String,
    arguments: Vec<String>,
    timeout: Duration,
    origin: Origin,
    turn: Mutex<()>,
}

impl Command {
    /// Sets the channel up; nothing is run, and whether the program is there is not looked at: a house must not go
    /// without its desk because a lamp's driver is not installed.
    ///
    /// # Errors
    /// A program that is not named by its absolute path; a limit out of bounds.
    pub fn new(config: CommandConfig, origin: Origin) -> Result<Self, Error> {
        let wrong = |key, why: String| Err(Error::Key { channel: config.name.clone(), key, why });
        let mut words = config.command.iter().cloned();
        let program = words.next().unwrap_or_default();
        if !Path::new(&program).is_absolute() {
            let why = "must begin with a program's absolute path: [\"/usr/local/bin/send-sms\", \"--to\", \"…\"]";
            return wrong("command", why.to_owned());
        }
        if config.command.iter().any(|word| word.contains('\0')) {
            return wrong("command", "holds a NUL character, which no program can be given".to_owned());
        }
        let [shortest, longest] = LIMITS;
        if !(shortest..=longest).contains(&config.timeout.0) {
            let why = format!("is {}: write a time from {} to {}", config.timeout, Span(shortest), Span(longest));
            return wrong("timeout", why);
        }
        let (arguments, timeout) = (words.collect(), config.timeout.0);
        Ok(Self { name: config.name, program, arguments, timeout, origin, turn: Mutex::new(()) })
    }

    /// The name the configuration gave it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Why the program cannot be run as things are, or should not be; it may be put right at any time.
    pub(super) fn doubt(&self) -> Option<Doubt> {
        let program = &self.program;
        let doubt = |why: String, help: &str| Some(Doubt { key: "command", why, help: help.to_owned() });
        let about = match std::fs::metadata(program) {
            Ok(about) => about,
            Err(error) => {
                return doubt(format!("{program} cannot be run: {error}"), "install it, or correct the path");
            }
        };
        let mode = about.permissions().mode();
        if !about.is_file() {
            return doubt(format!("{program} cannot be run: it is not a file"), "name the program itself");
        }
        if mode & 0o111 == 0 {
            let why = format!("{program} cannot be run: it is not executable (mode {:03o})", mode & 0o777);
            return doubt(why, "chmod 755 it");
        }
        if mode & 0o002 != 0 {
            let why = format!("{program} can be changed by anybody (mode {:03o})", mode & 0o777);
            return doubt(why, "chmod 755 it: what it holds is run with every message");
        }
        None
    }

    /// Whether the program is there; it is not run, since whatever runs it might send.
    pub(super) fn try_out(&self) -> Result<String, String> {
        match self.doubt() {
            None => Ok(format!("{} is there and can be run; it was not", self.program)),
            Some(doubt) => Err(format!("{} ({})", doubt.why, doubt.help)),
        }
    }

    /// Runs the program once with the message; every address in `open` gets the one result.
    pub async fn attempt(&self, message: &Message, open: &[String]) -> Results {
        if open.is_empty() {
            return Results::new();
        }
        every(open, &self.hand_over(message).await)
    }

    async fn hand_over(&self, message: &Message) -> Delivery {
        let input = match document(message, &self.origin) {
            Ok((_, input)) => input,
            Err(why) => return Delivery::Refused { what: Refused::Message, why },
        };
        let Ok(_turn) = timeout(TURN, self.turn.lock()).await else {
            let why = format!("{}: still busy with earlier messages after {} s", self.program, TURN.as_secs());
            return Delivery::Later { why, after: None };
        };
        let deadline = Instant::now() + self.timeout;
        let ran = program::run(&self.program, &self.arguments, Some(&input), deadline).await;
        self.verdict(ran.ended, ran.wrote.trim().lines().next().unwrap_or_default())
    }

    /// What its end means. A program that was killed at work may have sent all the same: that is tried again like what
    /// could not be done now, and says that it may be a second copy (P3).
    fn verdict(&self, ended: Ended, wrote: &str) -> Delivery {
        let say = |what: &str| {
            let colon = if wrote.is_empty() { "" } else { ": " };
            header(&format!("{}: {what}{colon}{wrote}", self.program))
        };
        let refused = |why| Delivery::Refused { what: Refused::Destination, why };
        match ended {
            Ended::Exit(0) => Delivery::Accepted { answer: say("exit 0") },
            Ended::Exit(LATER) => Delivery::Later { why: say("exit 75, not now"), after: None },
            Ended::Exit(code) => refused(say(&format!("exit {code}"))),
            Ended::Signal(signal) => Delivery::Unknown { why: say(&format!("ended by signal {signal}")) },
            Ended::Overtime => Delivery::Unknown {
                why: say(&format!("did not end within {} s and was killed", self.timeout.as_secs())),
            },
            Ended::Lost(error) => Delivery::Unknown { why: say(&format!("how it ended is not known ({error})")) },
            Ended::NotStarted(error) if is_passing(&error) => {
                Delivery::Later { why: say(&format!("could not be started now ({error})")), after: None }
            }
            Ended::NotStarted(error) => refused(say(&format!("cannot be run ({error})"))),
        }
    }
}

/// Whether the same may succeed a little later: the system was short of something, or the file was just being written.
fn is_passing(error: &io::Error) -> bool {
    use io::ErrorKind::{ExecutableFileBusy, Interrupted, OutOfMemory, WouldBlock};
    matches!(error.kind(), ExecutableFileBusy | Interrupted | OutOfMemory | WouldBlock)
        || matches!(error.raw_os_error(), Some(libc::EMFILE | libc::ENFILE))
}

#[cfg(test)]
mod tests;
