//! Mail through a server (SMTP), with a result for every single recipient.
//!
//! Place: one attempt is one conversation; the mail library speaks it command by command, because its own `send` gives
//! up the whole mail when one recipient is refused. Not here: retries, and what a refusal means for the incident.

mod connect;
mod lines;
mod speak;

use super::mail::{self, Form};
use super::{Error, Message, Origin, Results, every};
use crate::config::span::Span;
use crate::desk::outcome::{Delivery, Refused};
use crate::veil::veiled;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use lettre::transport::smtp::client::{AsyncSmtpConnection, Certificate, CertificateStore, TlsParameters};
use lettre::transport::smtp::commands::Noop;
use lettre::transport::smtp::extension::ClientId;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tracing::dispatcher::Dispatch;
use tracing::instrument::WithSubscriber;

/// A connection is kept this long for the next mail, so that a burst needs one login; idle, nothing is held open.
const KEPT: Duration = Duration::from_secs(5);

/// `[[channel.smtp]]`
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SmtpConfig {
    /// What rules and commands call it.
    pub name: String,
    /// The server's name, the one in its certificate, or its address.
    pub host: String,
    /// Port; without it 587 (`required-starttls`), 465 (`implicit`) or 25 (`none`).
    #[serde(default)]
    pub port: Option<u16>,
    /// How the way is protected.
    #[serde(default)]
    pub tls: Tls,
    /// PEM file of the authority that signed the server's certificate. If given, no other authority is trusted; a
    /// relative path must be made absolute before the channel is set up.
    #[serde(default)]
    pub ca_file: Option<PathBuf>,
    /// Login name; needs `password_file`.
    #[serde(default)]
    pub user: Option<String>,
    /// File with the password.
    #[serde(default)]
    pub password_file: Option<PathBuf>,
    /// How we introduce ourselves (EHLO); without it the machine's name.
    #[serde(default)]
    pub hello: Option<String>,
    /// Where bounces go, if not to the sender of the mail.
    #[serde(default)]
    pub envelope_from: Option<String>,
    /// Allows `tls = "none"` to a server that is not on this machine. Everybody on the way can read and change the mail.
    #[serde(default)]
    pub allow_plain: bool,
    /// Messages under way at once; without it 4.
    #[serde(default)]
    pub at_once: Option<u8>,
    /// Longest wait for a connection.
    #[serde(default = "ten_seconds")]
    pub connect_timeout: Span,
    /// Longest wait for the answer to one command.
    #[serde(default = "one_minute")]
    pub command_timeout: Span,
    /// Longest wait for the answer to the mail itself, once it is sent.
    #[serde(default = "two_minutes")]
    pub final_timeout: Span,
}

/// How the way to the server is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Tls {
    /// STARTTLS; a server that does not offer it gets nothing.
    #[default]
    RequiredStarttls,
    /// TLS from the first byte.
    Implicit,
    /// No protection: this machine only, unless `allow_plain`.
    None,
}

fn ten_seconds() -> Span {
    Span(Duration::from_secs(10))
}

fn one_minute() -> Span {
    Span(Duration::from_secs(60))
}

fn two_minutes() -> Span {
    Span(Duration::from_secs(120))
}

/// A mail server we hand mail to.
pub struct Smtp {
    config: SmtpConfig,
    password: Option<SecretString>,
    tls: Option<TlsParameters>,
    hello: ClientId,
    origin: Origin,
    kept: Arc<Kept>,
}

/// Idle connections, no more than mails are under way at once; each with a ticket, by which its end finds it.
#[derive(Default)]
struct Kept(Mutex<Idle>);

#[derive(Default)]
struct Idle {
    tickets: u64,
    connections: Vec<(u64, AsyncSmtpConnection)>,
}

impl Smtp {
    /// Sets the channel up; nothing is connected. `password` is the content of `password_file`.
    ///
    /// # Errors
    /// Keys that do not go together (no TLS to another machine, user without password) and an unreadable `ca_file`.
    pub fn new(config: SmtpConfig, password: Option<SecretString>, origin: Origin) -> Result<Self, Error> {
        super::tls::install();
        check(&config, password.is_some())?;
        let tls = if config.tls == Tls::None { None } else { Some(trust(&config)?) };
        let hello = config.hello.clone().map_or_else(ClientId::default, ClientId::Domain);
        Ok(Self { config, password, tls, hello, origin, kept: Arc::default() })
    }

    /// The name the configuration gave it.
    pub fn name(&self) -> &str {
        &self.config.name
    }

    /// Tries once to hand the mail over for the addresses in `open`.
    pub async fn attempt(&self, message: &Message, open: &[String]) -> Results {
        if open.is_empty() {
            return Results::new();
        }
        let mail = match mail::build(message, &self.origin, Form::Wire) {
            Ok(mail) => mail,
            Err(why) => return every(open, &Delivery::Refused { what: Refused::Message, why }),
        };
        let from = self.config.envelope_from.as_deref().unwrap_or(&message.from.address);
        let from = match super::address::parse_address(from) {
            Ok(from) => from,
            Err(why) => return every(open, &Delivery::Refused { what: Refused::Destination, why }),
        };
        if self.config.tls == Tls::None && !is_this_machine(&self.config.host) {
            tracing::warn!(
                channel = self.config.name,
                host = self.config.host,
                "mail leaves this machine UNENCRYPTED (allow_plain)"
            );
        }
        // The mail library traces every line it writes, logins and texts included: nobody listens here. Not a subscriber of
        // its own: each new one has every place in the program that traces asked again.
        let conversation = async {
            let mut connection = match self.connection().await {
                Ok(connection) => connection,
                Err(delivery) => return every(open, &delivery),
            };
            let (results, usable) = speak::hand_over(&self.config, &mut connection, from, open, &mail).await;
            if usable {
                self.keep(connection);
            }
            results
        };
        let results = conversation.with_subscriber(Dispatch::none()).await;
        results.into_iter().map(|(address, delivery)| (address, delivery.worded(|said| self.veiled(said)))).collect()
    }

    /// What the server says, without the password: some repeat the line they refuse.
    fn veiled(&self, said: &str) -> String {
        let Some(password) = &self.password else { return said.to_owned() };
        let password = password.expose_secret().trim_end_matches(['\r', '\n']);
        let user = self.config.user.as_deref().unwrap_or_default();
        // As AUTH PLAIN sends both.
        let plain = STANDARD.encode(format!("\0{user}\0{password}"));
        veiled(said, [password, &plain])
    }

    /// Connects, greets and logs in, and takes its leave: no mail is begun.
    pub(super) async fn try_out(&self) -> Result<String, Delivery> {
        let conversation = async {
            let mut connection = connect::open(self).await?;
            let encrypted = connection.is_encrypted();
            let _politeness = tokio::time::timeout(KEPT, connection.quit()).await;
            Ok(encrypted)
        };
        let tried = conversation.with_subscriber(Dispatch::none()).await;
        let encrypted = tried.map_err(|delivery: Delivery| delivery.worded(|said| self.veiled(said)))?;
        let way = if encrypted { "with TLS" } else { "without TLS" };
        let login = if self.config.user.is_some() { "takes our login" } else { "asks for no login" };
        Ok(format!("{} answers {way} and {login}", self.config.host))
    }

    async fn connection(&self) -> Result<AsyncSmtpConnection, Delivery> {
        // The one that was used last: what a burst does not need any more grows old and is closed.
        let kept = self.kept.lock().connections.pop();
        if let Some((_, mut connection)) = kept
            && matches!(tokio::time::timeout(KEPT, connection.command(Noop)).await, Ok(Ok(_)))
        {
            return Ok(connection);
        }
        connect::open(self).await
    }

    fn keep(&self, connection: AsyncSmtpConnection) {
        let ticket = {
            let mut idle = self.kept.lock();
            idle.tickets += 1;
            let ticket = idle.tickets;
            idle.connections.push((ticket, connection));
            ticket
        };
        let place = Arc::clone(&self.kept);
        let farewell = async move {
            tokio::time::sleep(KEPT).await;
            let late = {
                let connections = &mut place.lock().connections;
                let late = connections.iter().position(|(known, _)| *known == ticket);
                late.map(|late| connections.remove(late))
            };
            if let Some((_, mut connection)) = late {
                let _politeness = tokio::time::timeout(KEPT, connection.quit()).await;
            }
        };
        tokio::spawn(farewell.with_subscriber(Dispatch::none()));
    }
}

impl Kept {
    fn lock(&self) -> std::sync::MutexGuard<'_, Idle> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for Smtp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Smtp").field("config", &self.config).finish_non_exhaustive()
    }
}

fn check(config: &SmtpConfig, has_password: bool) -> Result<(), Error> {
    super::check_at_once(&config.name, config.at_once)?;
    let wrong = |key, why: String| Err(Error::Key { channel: config.name.clone(), key, why });
    if config.tls == Tls::None && !config.allow_plain && !is_this_machine(&config.host) {
        let why = format!(
            "may be \"none\" only for a server on this machine, and {} is not; use \"required-starttls\" or \"implicit\", \
             or set allow_plain = true if you accept that the mail can be read and changed on its way",
            config.host
        );
        return wrong("tls", why);
    }
    if config.user.is_some() != has_password {
        return wrong("user", "and `password_file` go together: give both or neither".to_owned());
    }
    if let Some(hello) = &config.hello
        && (hello.is_empty() || !hello.bytes().all(|b| b.is_ascii_alphanumeric() || b"-.[]:".contains(&b)))
    {
        return wrong("hello", format!("must be a host name, and {hello:?} is none"));
    }
    if let Some(Err(why)) = config.envelope_from.as_deref().map(super::check_address) {
        return wrong("envelope_from", why);
    }
    Ok(())
}

fn is_this_machine(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost") || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

fn trust(config: &SmtpConfig) -> Result<TlsParameters, Error> {
    let fault =
        |error: lettre::transport::smtp::Error| Error::Tls { channel: config.name.clone(), why: error.to_string() };
    let mut tls = TlsParameters::builder(config.host.clone());
    if let Some(path) = &config.ca_file {
        let pem = super::tls::read_ca(&config.name, path)?;
        let authority = Certificate::from_pem(&pem).map_err(fault)?;
        tls = tls.certificate_store(CertificateStore::None).add_root_certificate(authority);
    }
    tls.build_rustls().map_err(fault)
}

#[cfg(test)]
mod tests;
#[cfg(test)]
pub(super) use tests::server_for_https;
