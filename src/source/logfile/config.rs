//! What an administrator says about a log source, and the settings the source relies on.
//!
//! [`Config`] is `[[source.logfile]]` as written; [`Config::check`] finds every fault in it at once. Not here: patterns
//! (`pattern`) and whether the named sets exist, which only the whole configuration knows.

use super::glob::Glob;
use crate::config::span::Span;
use crate::desk::ids::SourceId;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;
use std::time::Duration;

/// `[[source.logfile]]` as written.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The name of the source, as rules and the status speak of it.
    pub name: SourceId,
    /// Which files: absolute paths in which `*` (any run of characters) and `?` (one character) stand within one part
    /// of the path. `/var/log/remote/*/messages`. A leading dot is only matched by a dot.
    pub paths: Vec<String>,
    /// The pattern sets to hold each line against, in this order.
    pub patterns: Vec<String>,
    /// How the lines are encoded.
    #[serde(default)]
    pub encoding: Encoding,
    /// How the time of a line is read.
    #[serde(default)]
    pub time: Stamps,
    /// The n-th `*` of the path (from 1) names the host: `1` for `/var/log/remote/*/messages`. Without it the syslog
    /// header does. A group named `host` in a pattern goes before both.
    #[serde(default)]
    pub host_from_path: Option<usize>,
    /// Folders the files must really lie in, whatever links say. Default: the fixed beginning of each path.
    #[serde(default)]
    pub roots: Vec<PathBuf>,
    /// How often to look.
    #[serde(default = "one_second")]
    pub poll: Span,
}

/// How lines are encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Encoding {
    /// UTF-8.
    #[default]
    #[serde(rename = "utf-8")]
    Utf8,
    /// Windows code page 932, the Shift_JIS that is really met.
    Cp932,
    /// EUC-JP.
    EucJp,
    /// ISO-2022-JP, each line beginning in ASCII.
    #[serde(rename = "iso-2022-jp")]
    Iso2022Jp,
}

impl Encoding {
    /// All of them.
    pub const ALL: [Encoding; 4] = [Encoding::Utf8, Encoding::Cp932, Encoding::EucJp, Encoding::Iso2022Jp];

    /// The word the configuration and the record use.
    pub fn as_str(self) -> &'static str {
        match self {
            Encoding::Utf8 => "utf-8",
            Encoding::Cp932 => "cp932",
            Encoding::EucJp => "euc-jp",
            Encoding::Iso2022Jp => "iso-2022-jp",
        }
    }
}

/// How the time of a line is read. What can't be read falls back to the time of reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Stamps {
    /// A syslog header with a host: RFC 3164 (`Sep 20 02:13:40 core-sw-01 …`; the year nearest to the time of reading,
    /// in the zone of the site), the same with an ISO 8601 stamp, or RFC 5424.
    #[default]
    Syslog,
    /// An ISO 8601 stamp begins the line (`2026-09-20 02:13:40,123`, also with `/`); without an offset it is in the
    /// zone of the site.
    Iso8601,
    /// Lines carry no time: the time of reading.
    None,
}

/// A fault in the configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The key it is about, within its table.
    pub key: &'static str,
    /// What was found, and what would be right.
    pub what: String,
}

/// What the source relies on: a checked [`Config`].
#[derive(Debug, Clone)]
pub struct Settings {
    pub(super) name: SourceId,
    pub(super) globs: Vec<Glob>,
    pub(super) roots: Vec<PathBuf>,
    pub(super) sets: Vec<String>,
    pub(super) encoding: Encoding,
    pub(super) stamps: Stamps,
    pub(super) zone: TimeZone,
    pub(super) host_from_path: Option<usize>,
    pub(super) poll: Duration,
}

impl Settings {
    /// The source's name.
    pub fn name(&self) -> &SourceId {
        &self.name
    }
}

/// Limits of `poll`.
const POLL: std::ops::RangeInclusive<Duration> = Duration::from_millis(100)..=Duration::from_secs(3_600);

impl Config {
    /// Checks everything that can be checked without looking at the disk. `zone` is the zone of the site.
    ///
    /// # Errors
    /// Every fault found.
    pub fn check(&self, zone: TimeZone) -> Result<Settings, Vec<Fault>> {
        let mut faults = Vec::new();
        let mut fault = |key, what| faults.push(Fault { key, what });

        let mut globs = Vec::new();
        for path in &self.paths {
            match Glob::parse(path) {
                Ok(glob) => globs.push(glob),
                Err(what) => fault("paths", what),
            }
        }
        if self.paths.is_empty() {
            fault("paths", "no path is given; name at least one file".to_owned());
        }
        if self.patterns.is_empty() {
            fault("patterns", "no pattern set is given; without one no line means anything".to_owned());
        }
        if !POLL.contains(&self.poll.0) {
            fault("poll", format!("{} is out of range; 100ms to 1h is possible", self.poll));
        }
        if let Some(nth) = self.host_from_path {
            for glob in globs.iter().filter(|glob| nth == 0 || nth > glob.stars()) {
                let what = format!("{:?} has {} `*`, so number {nth} can't name the host", glob.text(), glob.stars());
                fault("host_from_path", what);
            }
        }
        for root in self.roots.iter().filter(|root| !root.is_absolute()) {
            fault("roots", format!("{} is not an absolute path", root.display()));
        }

        if !faults.is_empty() {
            return Err(faults);
        }
        let roots = if self.roots.is_empty() {
            globs.iter().map(|glob| glob.base().to_owned()).collect()
        } else {
            self.roots.clone()
        };
        Ok(Settings {
            name: self.name.clone(),
            globs,
            roots,
            sets: self.patterns.clone(),
            encoding: self.encoding,
            stamps: self.time,
            zone,
            host_from_path: self.host_from_path,
            poll: self.poll.0,
        })
    }
}

fn one_second() -> Span {
    Span(Duration::from_secs(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str) -> Result<Settings, Vec<Fault>> {
        toml::from_str::<Config>(text).expect("sound TOML").check(TimeZone::UTC)
    }

    #[test]
    fn a_short_table_gets_the_documented_defaults() {
        let settings = check("name = 'log'\npaths = ['/var/log/remote/*/messages']\npatterns = ['os']").expect("sound");
        assert_eq!(settings.encoding, Encoding::Utf8);
        assert_eq!(settings.stamps, Stamps::Syslog);
        assert_eq!(settings.poll, Duration::from_secs(1));
        assert_eq!(settings.roots, [PathBuf::from("/var/log/remote")]);
    }

    #[test]
    fn every_fault_is_told_at_once() {
        let text = "name = 'log'\npaths = ['var/x', '/a/**/b', '/a/b']\npatterns = []\npoll = '1ms'\nroots = ['x']\nhost_from_path = 1";
        let faults = check(text).expect_err("faults");
        let keys: Vec<_> = faults.iter().map(|fault| fault.key).collect();
        assert_eq!(keys, ["paths", "paths", "patterns", "poll", "host_from_path", "roots"]);
    }

    #[test]
    fn encodings_and_times_have_the_names_an_administrator_knows() {
        for encoding in ["utf-8", "cp932", "euc-jp", "iso-2022-jp"] {
            for time in ["syslog", "iso8601", "none"] {
                let text = format!(
                    "name='l'\npaths=['/l']\npatterns=['os']\nencoding='{encoding}'\ntime='{time}'\nhost_from_path=1"
                );
                let config = toml::from_str::<Config>(&text).expect("sound TOML");
                assert!(config.check(TimeZone::UTC).is_err(), "no star in the path");
            }
        }
        assert!(toml::from_str::<Config>("name='l'\npaths=[]\npatterns=[]\nencodign='utf-8'").is_err());
    }
}
