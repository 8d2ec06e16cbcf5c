//! What may be asked to tell where a fault lies: each kind of probe, with everything about it in a file of its own.
//!
//! Place: `config` reads and checks the tables `[[probe.KIND]]`, the daemon carries out what the desk owes, `render` asks
//! for a kind's name. Adding a kind is a file beside this one, its `mod`, and its line in the table below: from the line
//! follow its table in the configuration, its variant, and every dispatch.
//!
//! Time is bounded here and output is too; nothing is repeated. What could not be tried from this machine (no such name,
//! no route, no permission, no such program) is "not known"; silence is evidence only where the other side was really
//! spoken to. Not here: when something is tried and how often (`desk/isolate/trial.rs`, `desk/deliver`).

mod command;
mod connect;
mod dns;
mod http;
mod ping;
mod tcp;
mod tls;

pub(crate) use ping::{echoes, ping};

use crate::desk::outcome::Probed;
use crate::desk::probe::{Seen, Sign};
use crate::desk::rules::written::OneOrMany;
use crate::desk::rules::written::span::Span;
use std::future::Future;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::time::{Instant, timeout_at};

/// How long an attempt may take, where the table does not say.
const TIMEOUT: Duration = Duration::from_secs(5);
/// No attempt may take longer: the verdict waits for it.
const LONGEST: Duration = Duration::from_secs(20);
/// How often it may be tried, where the table does not say; a younger result is used again.
const EVERY: Duration = Duration::from_secs(30);
/// It may not be tried more often than this, whatever the table says.
const SHORTEST_EVERY: Duration = Duration::from_secs(5);
/// A kind keeps its own time, and brings back what it saw by then. Should it not, it is broken off this much later.
const GRACE: Duration = Duration::from_secs(2);

/// What a kind is called in a sentence about what it saw.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Called {
    /// In Japanese: 「監視装置から … への TCP接続」.
    pub ja: &'static str,
    /// In English: "TCP connection to …".
    pub en: &'static str,
}

/// What is wrong with a table: the key, and why.
#[derive(Debug)]
pub struct Fault {
    /// Which key of the table.
    pub key: &'static str,
    /// What is wrong with it.
    pub why: String,
}

impl Fault {
    fn of(key: &'static str, why: impl Into<String>) -> Self {
        Self { key, why: why.into() }
    }
}

/// What every table of a probe says.
#[derive(Debug, Clone, Copy)]
pub struct Common<'a> {
    /// Its name: rules refer to it.
    pub name: &'a str,
    /// The component it is about.
    pub component: &'a str,
    /// How long an attempt may take.
    pub timeout: Duration,
    /// How often it may be tried.
    pub every: Duration,
    /// The rungs below it.
    pub after: &'a [String],
}

/// The keys every table of a probe has, given to a kind's own.
macro_rules! table {
    ($(#[$meaning:meta])* $kind:ident { $($(#[$about:meta])* $key:ident: $type:ty,)+ }) => {
        $(#[$meaning])*
        #[derive(Debug, Clone, PartialEq, serde::Deserialize)]
        #[serde(deny_unknown_fields)]
        pub struct $kind {
            name: String,
            component: String,
            timeout: Option<$crate::desk::rules::written::span::Span>,
            every: Option<$crate::desk::rules::written::span::Span>,
            #[serde(default)]
            after: $crate::desk::rules::written::OneOrMany<String>,
            $($(#[$about])* $key: $type,)+
        }

        #[cfg(test)]
        impl $kind {
            /// One with nothing but its own keys and a time limit.
            pub(in crate::probe) fn of(timeout: std::time::Duration, $($key: $type),+) -> Self {
                let timeout = Some($crate::desk::rules::written::span::Span(timeout));
                let (name, component) = ("it".to_owned(), "thing".to_owned());
                Self { name, component, timeout, every: None, after: Default::default(), $($key),+ }
            }
        }

        impl $crate::probe::Table for $kind {
            fn name(&self) -> &str { &self.name }
            fn component(&self) -> &str { &self.component }
            fn times(&self) -> [Option<$crate::desk::rules::written::span::Span>; 2] { [self.timeout, self.every] }
            fn after(&self) -> &$crate::desk::rules::written::OneOrMany<String> { &self.after }
        }
    };
}
use table;

/// The keys every table has, as written.
trait Table {
    fn name(&self) -> &str;
    fn component(&self) -> &str;
    /// `timeout` and `every`.
    fn times(&self) -> [Option<Span>; 2];
    fn after(&self) -> &OneOrMany<String>;
}

/// What each kind of probe brings along.
trait Kind: Table {
    /// What it is called.
    const CALLED: Called;

    /// Where it goes, for lists and mails: no path, no query, no argument, which may hold secrets.
    fn target(&self) -> String;

    /// What is wrong with its own keys. Files are looked at.
    fn faults(&self) -> Vec<Fault>;

    /// It shows a certificate whose end is watched every day: the parties to tell beside the desk.
    fn watched_by(&self) -> Option<&[String]> {
        None
    }

    /// Its file names, relative ones meaning files beside the configuration.
    fn files(&mut self) -> Option<&mut PathBuf> {
        None
    }

    /// Tries it once, until `deadline`.
    fn attempt(&self, deadline: Instant) -> impl Future<Output = Probed> + Send;
}

macro_rules! kinds {
    ($($(#[$meaning:meta])* $key:ident: $kind:ident,)+) => {
        /// One probe as configured.
        #[derive(Debug, Clone, PartialEq)]
        pub enum Probe {
            $($(#[$meaning])* $kind($key::$kind),)+
        }

        /// The kinds, as the configuration writes them.
        pub const KINDS: &[&str] = &[$(stringify!($key)),+];

        /// What a kind is called; `None` = there is no such kind (any more).
        pub fn called(kind: &str) -> Option<Called> {
            match kind {
                $(stringify!($key) => Some(<$key::$kind as Kind>::CALLED),)+
                _ => None,
            }
        }

        /// Reads one table after the other: `list` is asked for those of each kind.
        pub(crate) fn read<R: Lists>(list: &mut R) -> Vec<R::Item> {
            let mut all = Vec::new();
            $(list.list(stringify!($key), Probe::$kind, &mut all);)+
            all
        }

        impl Probe {
            /// Its kind.
            pub fn kind(&self) -> &'static str {
                match self { $(Self::$kind(_) => stringify!($key),)+ }
            }

            fn table(&self) -> &dyn Table {
                match self { $(Self::$kind(probe) => probe,)+ }
            }

            /// Where it goes, for lists and mails.
            pub fn target(&self) -> String {
                match self { $(Self::$kind(probe) => probe.target(),)+ }
            }

            /// What is wrong with it. Files are looked at.
            pub fn faults(&self) -> Vec<Fault> {
                let mut faults = self.times_out_of_range();
                match self { $(Self::$kind(probe) => faults.extend(probe.faults()),)+ }
                faults
            }

            /// The parties to tell of the end of its certificate beside the desk; `None` = nobody watches it.
            pub fn watched_by(&self) -> Option<&[String]> {
                match self { $(Self::$kind(probe) => probe.watched_by(),)+ }
            }

            fn files(&mut self) -> Option<&mut PathBuf> {
                match self { $(Self::$kind(probe) => probe.files(),)+ }
            }

            async fn attempt(&self, deadline: Instant) -> Probed {
                match self { $(Self::$kind(probe) => probe.attempt(deadline).await,)+ }
            }
        }
    };
}

// In the order of the ladder.
kinds! {
    /// ICMP echo.
    ping: Ping,
    /// A TCP connection.
    tcp: Tcp,
    /// A question to a name server.
    dns: Dns,
    /// A TLS handshake; the certificate is looked at.
    tls: Tls,
    /// A GET; redirects are not followed.
    http: Http,
    /// A program without a shell.
    command: Command,
}

/// Whoever finds the tables of each kind.
pub(crate) trait Lists {
    /// One table and where it stands.
    type Item;
    /// Adds the tables `[[probe.KIND]]` to `all`.
    fn list<T: serde::de::DeserializeOwned>(&mut self, kind: &str, wrap: fn(T) -> Probe, all: &mut Vec<Self::Item>);
}

impl Probe {
    /// What every table says.
    pub fn common(&self) -> Common<'_> {
        let table = self.table();
        let [timeout, every] = table.times();
        Common {
            name: table.name(),
            component: table.component(),
            timeout: timeout.map_or(TIMEOUT, |span| span.0),
            every: every.map_or(EVERY, |span| span.0),
            after: &table.after().0,
        }
    }

    fn times_out_of_range(&self) -> Vec<Fault> {
        let common = self.common();
        let mut faults = Vec::new();
        if common.timeout.is_zero() || common.timeout > LONGEST {
            let why = format!("is not between 1ms and {} s: the verdict waits for it", LONGEST.as_secs());
            faults.push(Fault::of("timeout", why));
        }
        if common.every < SHORTEST_EVERY {
            let why = format!("is shorter than {} s: nobody is to be hammered", SHORTEST_EVERY.as_secs());
            faults.push(Fault::of("every", why));
        }
        faults
    }

    /// Relative names of files mean files beside the configuration.
    pub fn make_absolute(&mut self, folder: &Path) {
        if let Some(file) = self.files() {
            *file = folder.join(&*file);
        }
    }

    /// Tries it once, within its time.
    pub async fn once(&self) -> Probed {
        let timeout = self.common().timeout.min(LONGEST);
        let deadline = Instant::now() + timeout;
        let late = || not_known(format!("not tried to its end within {} s", timeout.as_secs()));
        timeout_at(deadline + GRACE, self.attempt(deadline)).await.unwrap_or_else(|_| late())
    }
}

fn seen(sign: Sign) -> Probed {
    Probed::Seen(Seen::plain(sign))
}

/// A sign with what the other side said.
fn said(sign: Sign, text: &str) -> Probed {
    Probed::Seen(Seen { said: line(text), ..Seen::plain(sign) })
}

fn not_known(why: impl Into<String>) -> Probed {
    Probed::NotKnown { why: line(&why.into()) }
}

/// The first line of a foreign text, without what steers a terminal, and shortened.
fn line(text: &str) -> String {
    let first = text.trim().lines().next().unwrap_or_default();
    first.chars().filter(|c| !c.is_control()).take(200).collect()
}

/// What is wrong with a host and a port as written.
fn host_faults(host: &str, port: u16) -> Vec<Fault> {
    let sound = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ':' | '%');
    let mut faults = Vec::new();
    if host.is_empty() || !host.chars().all(sound) {
        faults.push(Fault::of("host", "is no host name or IP address: write it like \"web.a-town.example\""));
    }
    if port == 0 {
        faults.push(Fault::of("port", "is no port: write one of 1 to 65535"));
    }
    faults
}

#[cfg(test)]
mod tests;
