//! `[health]`: what outsiders may see of how the desk is.

use super::*;
use crate::channel::heartbeat::{Heartbeat, HeartbeatConfig};
use crate::config::findings::did_you_mean;
use crate::config::span::Span;
use crate::desk::rules::{Carries, MailBeat};
use secrecy::SecretString;
use serde::Deserialize;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

/// The shortest and the longest time between two heartbeats.
const EVERY: [Duration; 2] = [Duration::from_secs(1), Duration::from_secs(24 * 60 * 60)];
/// Mails that come more often than this are a flood.
const SELDOM: Duration = Duration::from_secs(60);
/// Stands for an address kept in a file.
const SOME_ADDRESS: &str = "https://address.example/kept/in/a/file";

/// The table as written.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct HealthTable {
    listen: Option<String>,
    heartbeat: Option<HeartbeatConfig>,
    heartbeat_mail: Option<MailTable>,
}

/// Signs of life to a mailbox.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct MailTable {
    to: String,
    channel: Option<String>,
    every: Span,
}

/// How the desk shows that it is well; all of it is off unless it is configured.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Health {
    /// Where `/healthz` and `/metrics` are answered; loopback.
    pub listen: Option<SocketAddr>,
    /// Whom it tells that it is well.
    pub heartbeat: Option<HeartbeatConfig>,
    /// The mailbox it tells, through the outbox.
    pub mail: Option<MailBeat>,
}

impl Health {
    /// Sets the heartbeat up with its secret; nothing is connected.
    ///
    /// # Errors
    /// When its address is not there or not safe, or cannot be used.
    pub fn open_heartbeat(&self, folders: &Folders) -> Option<Result<Heartbeat, OpenError>> {
        let config = self.heartbeat.clone()?;
        let secret = |file: &PathBuf| {
            folders.read(file).map_err(|source| OpenError::Secret { channel: "heartbeat".to_owned(), source })
        };
        let secret = config.url_file.as_ref().map(secret).transpose();
        Some(secret.and_then(|secret| Ok(Heartbeat::new(config, secret)?)))
    }
}

/// Checks it.
pub(super) fn check(
    written: Option<HealthTable>,
    checker: &mut Checker<'_>,
    folders: &Folders,
    channels: &[ChannelTable],
) -> Health {
    let Some(HealthTable { listen, heartbeat, heartbeat_mail }) = written else { return Health::default() };
    let path = Path::of(&["health"]);
    let listen = listen.and_then(|text| match text.parse::<SocketAddr>() {
        Ok(address) if address.ip().is_loopback() && address.port() != 0 => Some(address),
        _ => {
            let help = "write an address of this machine with a port: \"127.0.0.1:9115\"; whoever may look from elsewhere \
                        comes through a proxy that asks who they are";
            checker.findings.fault(&path.key("listen"), format!("{text:?} is not on loopback"), help);
            None
        }
    });
    let heartbeat = heartbeat.map(|mut config| {
        let path = path.key("heartbeat");
        config.ca_file = config.ca_file.take().map(|file| folders.configuration.join(file));
        let [shortest, longest] = EVERY;
        if !(shortest..=longest).contains(&config.every.0) {
            let help = "write a time from 1s to 1d: the far end raises the alarm when two are missing";
            checker.findings.fault(&path.key("every"), format!("is {}", config.every), help);
        }
        let secret = config.url_file.as_ref().map(|_| SecretString::from(SOME_ADDRESS));
        match Heartbeat::new(config.clone(), secret) {
            Err(channel::Error::Key { key, why, .. }) => checker.findings.plain_fault(&path.key(key), why),
            Err(channel::Error::CaFile { path: file, source, .. }) => {
                let message = format!("{} cannot be read: {source}", file.display());
                checker.findings.fault(&path.key("ca_file"), message, "name a PEM file with the authority");
            }
            Err(error) => checker.findings.plain_fault(&path, error.to_string()),
            Ok(_) => {}
        }
        config
    });
    let mail = heartbeat_mail.and_then(|table| mailbox(&path.key("heartbeat_mail"), table, checker, channels));
    Health { listen, heartbeat, mail }
}

/// Signs of life to a mailbox: over a channel that carries mail, the first where none is named.
fn mailbox(path: &Path, table: MailTable, checker: &mut Checker<'_>, channels: &[ChannelTable]) -> Option<MailBeat> {
    checker.address(&path.key("to"), &table.to);
    let every = path.key("every");
    let [shortest, longest] = EVERY;
    if !(shortest..=longest).contains(&table.every.0) {
        let help = "write a time from 1s to 1d: the far end raises the alarm when two are missing";
        checker.findings.fault(&every, format!("is {}", table.every), help);
    } else if table.every.0 < SELDOM {
        let a_day = longest.as_secs() / table.every.0.as_secs().max(1);
        let message = format!("is {}: {a_day} mails a day into one mailbox", table.every);
        checker.findings.warn(&every, message, "write 5m or more; for less there is [health.heartbeat]");
    }
    let rules: Vec<ChannelRule> = channels.iter().map(ChannelTable::rule).collect();
    let mut mails = rules.iter().filter(|rule| rule.carries == Carries::Mail).map(|rule| &rule.id);
    let Some(name) = &table.channel else {
        // Without any channel for mail there is a fault already.
        return Some(MailBeat { to: table.to, channel: mails.next()?.clone(), every: table.every.0 });
    };
    let found = mails.clone().find(|id| id.as_str() == name.as_str());
    if found.is_none() && checker.tree.torn.is_empty() {
        let names = || mails.clone().map(|id| id.as_str());
        let help = did_you_mean(name, names())
            .unwrap_or_else(|| format!("channels that carry mail: {}", names().collect::<Vec<_>>().join(", ")));
        checker.findings.fault(&path.key("channel"), format!("no channel `{name}` carries mail"), help);
    }
    Some(MailBeat { to: table.to, channel: found?.clone(), every: table.every.0 })
}
