//! Speaks JSON-RPC with one Zabbix: its version, who we are to it, and one call at a time.
//!
//! Zabbix changed how a caller shows who it is: a property of the body below 6.4, a header from 6.4, and the property
//! is refused from 7.2. So the version is asked first, without showing anything, and again after every failure, because
//! servers are upgraded. Not here: which calls are made and what follows from their answers.

use super::config::Access;
use super::parse::{Answer, ApiError};
use super::wire::{Wire, beginning, garbled};
use crate::desk::observation::{Failure, FailureKind};
use crate::source::printable;
use crate::veil::veiled;
use secrecy::{ExposeSecret, SecretString};
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::{Value, json};
use std::fmt;

/// The part of a version that decides how to speak: major and minor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Version(pub(super) u16, pub(super) u16);

impl Version {
    /// The secret goes into a header.
    const BEARER: Version = Version(6, 4);
    /// `user.login` takes `username`.
    const USERNAME: Version = Version(5, 4);
    /// `user.checkAuthentication` takes a token.
    const CHECKS_TOKENS: Version = Version(6, 0);
    /// Items have tags; before, they had applications.
    pub(super) const ITEM_TAGS: Version = Version(5, 4);
    /// Host groups of a host are `selectHostGroups`.
    pub(super) const HOST_GROUPS: Version = Version(6, 2);
    /// `event.get` takes `selectAcknowledges`; `eventid_from` of `problem.get` is checked as if it were a time.
    pub(super) const SEVEN: Version = Version(7, 0);

    /// Reads `6.0.14`, `7.0.0rc1`, `8.0`.
    fn parse(text: &str) -> Option<Version> {
        let mut parts = text.trim().split('.');
        let major = parts.next()?.parse().ok()?;
        let minor = parts.next()?;
        let digits = minor.len() - minor.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        Some(Version(major, minor[..digits].parse().ok()?))
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.0, self.1)
    }
}

/// Why a call brought nothing.
#[derive(Debug, Clone, thiserror::Error)]
pub(super) enum Error {
    /// Nothing may be concluded about anything.
    #[error("{}", .0.detail)]
    Failed(Failure),
    /// We are logged in, but this very call is refused.
    #[error("Zabbix {version} refuses {method}: {why}")]
    Refused {
        /// What was called.
        method: &'static str,
        /// Whom.
        version: Version,
        /// What it says.
        why: String,
    },
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        Error::Failed(failure)
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        match error {
            Error::Failed(failure) => failure,
            refused => Failure { kind: FailureKind::SourceError, detail: refused.to_string() },
        }
    }
}

/// Codes that mean "logged out" as well as "bad request": only asking tells which.
const AMBIGUOUS: [i64; 3] = [-32602, -32500, -32600];

/// The call whose answer is a secret.
const LOGIN: &str = "user.login";

/// A conversation with one server.
#[derive(Debug)]
pub(super) struct Api<W> {
    wire: W,
    access: Access,
    /// Of `user.login`, as long as it seems to hold.
    session: Option<SecretString>,
    /// As last told; forgotten after every failure.
    version: Option<Version>,
    calls: u64,
}

impl<W: Wire> Api<W> {
    pub(super) fn new(wire: W, access: Access) -> Self {
        Self { wire, access, session: None, version: None, calls: 0 }
    }

    /// The version, asked once until the next failure.
    pub(super) async fn version(&mut self) -> Result<Version, Failure> {
        match self.version {
            Some(version) => Ok(version),
            None => self.ask_version().await,
        }
    }

    /// Asks for the version anew next time.
    pub(super) fn forget_version(&mut self) {
        self.version = None;
    }

    async fn ask_version(&mut self) -> Result<Version, Failure> {
        self.version = None;
        let text: String = self
            .exchange("apiinfo.version", json!([]), None)
            .await?
            .map_err(|error| source_error("apiinfo.version", &error))?;
        let version = Version::parse(&text).ok_or_else(|| {
            garbled(format!("apiinfo.version answers {:?}, which is no version", printable(&text, 40)))
        })?;
        self.version = Some(version);
        Ok(version)
    }

    /// Calls `method`; logs in first where that is needed, and once more when the session has ended.
    pub(super) async fn call<T: DeserializeOwned>(&mut self, method: &'static str, params: Value) -> Result<T, Error> {
        let mut version = self.version().await?;
        let (mut upgraded, mut logged_in_again) = (false, false);
        loop {
            let secret = self.secret(version).await?;
            let error = match self.exchange(method, params.clone(), Some((&secret, version))).await? {
                Ok(result) => return Ok(result),
                Err(error) => error,
            };
            let now = self.ask_version().await?;
            if now != version && !upgraded {
                (version, upgraded) = (now, true);
                continue;
            }
            if !AMBIGUOUS.contains(&error.code) {
                return Err(source_error(method, &error).into());
            }
            if self.still_known(&secret, version).await? {
                return Err(Error::Refused { method, version, why: error.to_string() });
            }
            self.session = None;
            if matches!(self.access, Access::Login { .. }) && !logged_in_again {
                logged_in_again = true;
                continue;
            }
            return Err(logged_out(&error, version).into());
        }
    }

    /// The token, or the session of a login made now or before.
    async fn secret(&mut self, version: Version) -> Result<SecretString, Failure> {
        let (user, password) = match &self.access {
            Access::Token(token) => return Ok(token.clone()),
            Access::Login { user, password } => (user, password),
        };
        if let Some(session) = &self.session {
            return Ok(session.clone());
        }
        let name = if version >= Version::USERNAME { "username" } else { "user" };
        let params = json!({ name: user, "password": password.expose_secret() });
        let session: String = self
            .exchange(LOGIN, params, None)
            .await?
            .map_err(|error| Failure { kind: FailureKind::LoggedOut, detail: format!("user.login: {error}") })?;
        Ok(self.session.insert(session.into()).clone())
    }

    /// Whether `secret` still opens the door, asked in the way each version understands.
    async fn still_known(&mut self, secret: &SecretString, version: Version) -> Result<bool, Failure> {
        let answer = match &self.access {
            Access::Login { .. } => {
                let params = json!({ "sessionid": secret.expose_secret() });
                self.exchange::<IgnoredAny>("user.checkAuthentication", params, None).await?
            }
            Access::Token(_) if version >= Version::CHECKS_TOKENS => {
                let params = json!({ "token": secret.expose_secret() });
                self.exchange("user.checkAuthentication", params, None).await?
            }
            Access::Token(_) => {
                let params = json!({ "output": ["userid"], "limit": 1 });
                self.exchange("user.get", params, Some((secret, version))).await?
            }
        };
        match answer {
            Ok(_) => Ok(true),
            Err(error) if AMBIGUOUS.contains(&error.code) => Ok(false),
            Err(error) => Err(source_error("user.checkAuthentication", &error)),
        }
    }

    /// One question, one answer; the outer error is a failure of the way, the inner one Zabbix's refusal. Neither repeats a
    /// secret, whatever stands between us and Zabbix quotes.
    async fn exchange<T: DeserializeOwned>(
        &mut self,
        method: &'static str,
        params: Value,
        secret: Option<(&SecretString, Version)>,
    ) -> Result<Result<T, ApiError>, Failure> {
        let (Access::Token(known) | Access::Login { password: known, .. }) = &self.access;
        let mut known = vec![known.clone()];
        known.extend(self.session.clone());
        known.extend(secret.map(|(secret, _)| secret.clone()));
        let hide = |said: &str| veiled(said, known.iter().map(|secret| secret.expose_secret()));
        match self.ask(method, params, secret).await {
            Ok(answer) => Ok(answer.map_err(|refusal| refusal.worded(hide))),
            Err(failure) => Err(Failure { detail: hide(&failure.detail), ..failure }),
        }
    }

    async fn ask<T: DeserializeOwned>(
        &mut self,
        method: &'static str,
        params: Value,
        secret: Option<(&SecretString, Version)>,
    ) -> Result<Result<T, ApiError>, Failure> {
        self.calls += 1;
        let id = self.calls;
        let mut body = json!({ "jsonrpc": "2.0", "method": method, "params": params, "id": id });
        let bearer = match secret {
            Some((secret, version)) if version >= Version::BEARER => Some(secret),
            Some((secret, _)) => {
                body["auth"] = secret.expose_secret().into();
                None
            }
            None => None,
        };
        let bytes = self
            .wire
            .post(body.to_string(), bearer)
            .await
            .map_err(|failure| Failure { detail: format!("{method}: {}", failure.detail), ..failure })?;
        let answer: Answer<T> = serde_json::from_slice(&bytes)
            // What looks like an answer of Zabbix is not quoted: that of a login holds the session.
            .map_err(|error| {
                if method == LOGIN {
                    // Nor is what its reader says of it, which names values.
                    let (line, column) = (error.line(), error.column());
                    return garbled(format!("{method}: the answer cannot be read: line {line} column {column}"));
                }
                let head = if bytes.trim_ascii_start().starts_with(b"{") { String::new() } else { beginning(&bytes) };
                garbled(format!("{method}: the answer cannot be read: {error}{head}"))
            })?;
        match answer {
            Answer { error: Some(error), .. } => Ok(Err(error)),
            Answer { result: Some(result), id: Some(answered), .. } if answered == id => Ok(Ok(result)),
            Answer { result: Some(_), id: answered, .. } => {
                let answered = answered.map_or("none".to_owned(), |answered| answered.to_string());
                Err(garbled(format!("{method}: call {id} was answered as call {answered}")))
            }
            Answer { result: None, .. } => Err(garbled(format!("{method}: an answer with neither result nor error"))),
        }
    }
}

impl ApiError {
    /// The same, in words that `word` makes of Zabbix's.
    fn worded(mut self, word: impl Fn(&str) -> String) -> Self {
        self.message = word(&self.message);
        self.data = self.data.as_str().map_or(Value::Null, |data| word(data).into());
        self
    }
}

fn source_error(method: &str, error: &ApiError) -> Failure {
    Failure { kind: FailureKind::SourceError, detail: format!("{method}: {error}") }
}

fn logged_out(error: &ApiError, version: Version) -> Failure {
    let hint = if version >= Version::BEARER {
        "; if the token is right, see that the web server passes the Authorization header on"
    } else {
        ""
    };
    Failure {
        kind: FailureKind::LoggedOut,
        detail: format!("Zabbix {version} does not know us any more: {error}{hint}"),
    }
}
