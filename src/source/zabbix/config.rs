//! The table `[[source.zabbix]]`.
//!
//! Read by the configuration, checked there together with everything else; used here. Not here: reading the files that
//! hold secrets - the task is given an [`Access`].

use crate::config::span::Span;
use crate::desk::observation::Level;
use secrecy::SecretString;
use serde::Deserialize;
use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

/// One Zabbix server, 5.0 to 8.0.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The name of this source in incidents, mails and logs.
    pub name: String,
    /// The address of the API itself, `https://…/api_jsonrpc.php`. Redirects are not followed.
    pub url: String,
    /// The file that holds an API token (Zabbix 5.4 or newer). The token's user needs read access to the host groups
    /// to be watched; read-only is enough, also for `write_back`.
    #[serde(default)]
    pub token_file: Option<PathBuf>,
    /// Instead of a token: the user to log in as. A token is better: it neither expires while idle nor locks the user.
    #[serde(default)]
    pub user: Option<String>,
    /// The file that holds the password of `user`.
    #[serde(default)]
    pub password_file: Option<PathBuf>,
    /// How often to look.
    #[serde(default = "default_poll")]
    pub poll: Span,
    /// Problems below this severity are not taken in.
    #[serde(default = "default_min_severity")]
    pub min_severity: Level,
    /// A PEM file with the authority that signed the server's certificate. When it is set, no other is trusted.
    #[serde(default)]
    pub ca_file: Option<PathBuf>,
    /// What is written back to Zabbix; `[]` leaves it alone.
    #[serde(default = "default_write_back")]
    pub write_back: Vec<WriteBackKind>,
    /// The time limit of one call.
    #[serde(default = "default_timeout")]
    pub timeout: Span,
    /// How many hosts should be visible. Needed only after hosts were removed from Zabbix on purpose: when more than a
    /// fifth of the hosts vanishes, the source counts as blind until they are back or this number says that it is right.
    #[serde(default)]
    pub expected_hosts: Option<u64>,
    /// Whether Zabbix's own maintenance is taken as planned work: it gets a number, is listed and counted, and what still
    /// burns at its end counts from then. Without it a hidden problem is only kept apart for as long as it is hidden.
    #[serde(default)]
    pub maintenance: bool,
}

/// What can be written back to Zabbix.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WriteBackKind {
    /// Our number and verdict as a message on the problem.
    Message,
}

/// The loaded secret with which to enter.
#[derive(Debug, Clone)]
pub enum Access {
    /// An API token.
    Token(SecretString),
    /// A user and password.
    Login {
        /// The user's name.
        user: String,
        /// The user's password.
        password: SecretString,
    },
}

fn default_poll() -> Span {
    Span(Duration::from_secs(15))
}

fn default_min_severity() -> Level {
    Level::Warning
}

fn default_write_back() -> Vec<WriteBackKind> {
    vec![WriteBackKind::Message]
}

fn default_timeout() -> Span {
    Span(Duration::from_secs(30))
}

/// The shortest and the longest `poll`: a source is blind when it has not looked for 5 minutes.
const POLL: [Duration; 2] = [Duration::from_secs(1), Duration::from_secs(120)];
/// The shortest and the longest `timeout`.
const TIMEOUT: [Duration; 2] = [Duration::from_secs(1), Duration::from_secs(120)];

/// Something wrong or doubtful about one key of the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The key it is about.
    pub key: &'static str,
    /// What was found and what would be right.
    pub text: String,
    /// Sound, but worth a look; it does not keep the configuration from being used.
    pub warning: bool,
}

impl Config {
    /// Whether notes are written back.
    pub fn writes_messages(&self) -> bool {
        self.write_back.contains(&WriteBackKind::Message)
    }

    /// What is wrong with the table beyond its form, all at once; empty when it is sound.
    pub fn faults(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        let mut say = |key, warning, text: String| faults.push(Fault { key, text, warning });
        match (&self.token_file, &self.user, &self.password_file) {
            (Some(_), None, None) | (None, Some(_), Some(_)) => {}
            (Some(_), _, _) => {
                let text = "there is a token and a login: keep token_file, or user with password_file";
                say("token_file", false, text.into());
            }
            (None, Some(_), None) => say("user", false, "user needs a password_file beside it".into()),
            (None, None, Some(_)) => say("password_file", false, "password_file needs a user beside it".into()),
            (None, None, None) => {
                say("token_file", false, "no way to enter: set token_file, or user with password_file".into());
            }
        }
        match reqwest::Url::parse(&self.url) {
            Err(error) => say("url", false, format!("{:?} is no address: {error}", self.url)),
            Ok(url) if !matches!(url.scheme(), "http" | "https") => {
                say("url", false, format!("{:?} is not http or https", self.url));
            }
            Ok(url) if !url.username().is_empty() || url.password().is_some() => {
                say("url", false, "a user or password does not belong in the address: use token_file".into());
            }
            Ok(url) => {
                if url.scheme() == "http" && !is_loopback(&url) {
                    say("url", true, "http sends the token readable over the network: use https".into());
                }
                if !url.path().ends_with("api_jsonrpc.php") {
                    say("url", true, "the address of the API usually ends with /api_jsonrpc.php".into());
                }
            }
        }
        for (key, span, [least, most]) in [("poll", self.poll, POLL), ("timeout", self.timeout, TIMEOUT)] {
            if span.0 < least || span.0 > most {
                say(key, false, format!("{span} is outside {} to {}", Span(least), Span(most)));
            }
        }
        if self.expected_hosts == Some(0) {
            say("expected_hosts", false, "0 would switch the guard against lost rights off".into());
        }
        faults
    }
}

fn is_loopback(url: &reqwest::Url) -> bool {
    url.host_str().is_some_and(|host| {
        host == "localhost"
            || host.trim_matches(['[', ']']).parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed test should stop")]
    use super::*;

    fn config(more: &str) -> Config {
        let text = format!("name = \"zabbix\"\n{more}");
        toml::from_str(&text).unwrap()
    }

    #[test]
    fn the_example_of_the_manual_is_sound_and_has_the_defaults() {
        let config = config("url = \"https://zabbix.a-town.example/api_jsonrpc.php\"\ntoken_file = \"zabbix.token\"");
        assert_eq!(config.faults(), []);
        assert_eq!(config.poll.0, Duration::from_secs(15));
        assert_eq!(config.min_severity, Level::Warning);
        assert!(config.writes_messages());
    }

    #[test]
    fn each_fault_names_its_key_and_what_would_be_right() {
        let good = "url = \"https://z.example/api_jsonrpc.php\"\n";
        for (table, key, part, warning) in [
            (good.to_owned(), "token_file", "no way to enter", false),
            (format!("{good}user = \"kiriwake\""), "user", "password_file beside it", false),
            (format!("{good}password_file = \"p\""), "password_file", "user beside it", false),
            (format!("{good}token_file = \"t\"\nuser = \"u\""), "token_file", "a token and a login", false),
            (format!("{good}token_file = \"t\"\npoll = \"10m\""), "poll", "10m is outside 1s to 2m", false),
            (format!("{good}token_file = \"t\"\ntimeout = \"10ms\""), "timeout", "10ms is outside", false),
            ("token_file = \"t\"\nurl = \"zabbix\"".into(), "url", "is no address", false),
            ("token_file = \"t\"\nurl = \"ftp://z/api_jsonrpc.php\"".into(), "url", "not http or https", false),
            ("token_file = \"t\"\nurl = \"https://u:p@z/api_jsonrpc.php\"".into(), "url", "does not belong", false),
            ("token_file = \"t\"\nurl = \"http://z/api_jsonrpc.php\"".into(), "url", "use https", true),
            ("token_file = \"t\"\nurl = \"https://z/zabbix\"".into(), "url", "api_jsonrpc.php", true),
            (format!("{good}token_file = \"t\"\nexpected_hosts = 0"), "expected_hosts", "guard", false),
        ] {
            let faults = config(&table).faults();
            let [fault] = faults.as_slice() else { panic!("{table}: {faults:?}") };
            assert_eq!((fault.key, fault.warning), (key, warning), "{table}");
            assert!(fault.text.contains(part), "{table}: {}", fault.text);
        }
        for loopback in ["http://127.0.0.1:8080/api_jsonrpc.php", "http://[::1]/api_jsonrpc.php"] {
            assert_eq!(config(&format!("token_file = \"t\"\nurl = \"{loopback}\"")).faults(), []);
        }
    }

    #[test]
    fn an_unknown_key_is_refused() {
        let error = toml::from_str::<Config>("name = \"z\"\nurl = \"u\"\npol = \"15s\"").unwrap_err().to_string();
        assert!(error.contains("unknown field `pol`"), "{error}");
    }
}
