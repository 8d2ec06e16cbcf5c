//! How words leave the house.
//!
//! A channel makes one attempt and says what became of it; when to try again, which path comes next and who else hears
//! of it is decided in the desk (`desk/deliver.rs`). Not here: retry loops, priorities, wording.

mod address;
pub(crate) mod cause;
pub mod command;
mod document;
pub mod header;
pub mod heartbeat;
mod http;
mod mail;
pub mod maildir;
mod reach;
mod sign;
pub mod smtp;
pub mod teams;
pub mod tls;
mod tried;
pub mod webhook;

#[cfg(test)]
mod fuzz;
#[cfg(test)]
pub(crate) mod hostile;

pub use address::check_address;
pub use header::header;

use crate::desk::outcome::{Delivery, Refused};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// A rendered message. Its bytes are kept, so that every attempt sends the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// 64 hexadecimal digits, the same for every attempt: `Message-ID: <key@host>`, `webhook-id: key`.
    pub key: String,
    /// Machine-readable kind: `first_report`, `request`, `phone_note` …
    pub kind: String,
    /// The subject line, already worded; text from outside in it is still hostile.
    pub subject: String,
    /// The whole text, lines separated by `\n`.
    pub body: String,
    /// KW number, if it belongs to an incident.
    pub number: Option<String>,
    /// 重大度, if it belongs to an incident.
    pub severity: Option<u8>,
    /// When it was decided.
    pub written: Timestamp,
    /// Who it is from.
    pub from: Mailbox,
    /// Must act.
    pub to: Vec<Mailbox>,
    /// Must know.
    pub cc: Vec<Mailbox>,
    /// Keys of earlier messages about the same incident to the same party, oldest first: the thread.
    pub thread: Vec<String>,
    /// An earlier attempt ended without an answer: this may be a second copy (再送の可能性).
    pub repeated: bool,
}

/// Letters of a text that a destination takes in any case.
const SHORT: usize = 600;

impl Message {
    /// The same, cut to what fits anywhere: for a destination that found it too large. The whole text has gone by mail.
    fn shortened(&self) -> Self {
        let mut body: String = self.body.chars().take(SHORT).collect();
        if let Some(end) = body.rfind('\n').filter(|_| self.body.len() > body.len()) {
            body.truncate(end);
        }
        body.push_str(
            "\n\n（送信先のサイズ上限のため、これより後を省略しました。全文は、同じ件名のメールをご覧ください。）\n",
        );
        Self { body, ..self.clone() }
    }
}

/// What came of the short form: who finds that too large as well takes nothing, and must be repaired.
fn of_short(delivery: Delivery) -> Delivery {
    match delivery {
        Delivery::TooBig { why } => Delivery::Refused { what: Refused::Destination, why },
        other => other,
    }
}

/// A name and an address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mailbox {
    /// Display name; from the configuration, and hostile all the same.
    pub name: String,
    /// Address.
    pub address: String,
}

/// Messages under way at once over one channel, where nothing else is configured. As many connections are kept for what
/// comes next, so that a burst needs no more.
pub(crate) const AT_ONCE: usize = crate::desk::state::ROOM;
/// More at once is no help to any server.
const MOST_AT_ONCE: u8 = 64;

fn check_at_once(channel: &str, at_once: Option<u8>) -> Result<(), Error> {
    if at_once.is_none_or(|at_once| (1..=MOST_AT_ONCE).contains(&at_once)) {
        return Ok(());
    }
    let why = format!("must be a number from 1 to {MOST_AT_ONCE}: so many messages are sent side by side");
    Err(Error::Key { channel: channel.to_owned(), key: "at_once", why })
}

/// What became of one attempt, address by address.
pub type Results = Vec<(String, Delivery)>;

/// Where messages come from: what every channel writes into them beside their own words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// The site's name as people know it: `A町`.
    pub site: String,
    /// What this installation is called towards machines (`X-Kiriwake-Instance`): our own mail is known by it when it
    /// comes back as a bounce or an automatic reply.
    pub instance: String,
}

/// One configured way out of the house.
#[derive(Debug)]
#[allow(clippy::large_enum_variant, reason = "there are a handful of channels, and they stay where they were made")]
pub enum Channel {
    /// Mail through a server.
    Smtp(smtp::Smtp),
    /// Mail as files in a drop folder.
    Maildir(maildir::Maildir),
    /// JSON to an address of the administrator's choice.
    Webhook(webhook::Webhook),
    /// A card in a Teams channel.
    Teams(teams::Teams),
    /// A program on this machine.
    Command(command::Command),
}

/// Something about a channel that keeps it from being used as things are, and may change without the configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Doubt {
    /// Key of the configuration.
    pub(crate) key: &'static str,
    /// What is so.
    pub(crate) why: String,
    /// What to do.
    pub(crate) help: String,
}

impl Channel {
    /// The name the configuration gave it.
    pub fn name(&self) -> &str {
        match self {
            Channel::Smtp(channel) => channel.name(),
            Channel::Maildir(channel) => channel.name(),
            Channel::Webhook(channel) => channel.name(),
            Channel::Teams(channel) => channel.name(),
            Channel::Command(channel) => channel.name(),
        }
    }

    /// Tries once to deliver `message` to the addresses in `open`, those of the row that have no final result yet; all
    /// others are only named in the headers. Returns one result per address of `open`, in its order, within a bounded
    /// time.
    pub async fn attempt(&self, message: &Message, open: &[String]) -> Results {
        match self {
            Channel::Smtp(channel) => channel.attempt(message, open).await,
            Channel::Maildir(channel) => channel.attempt(message, open).await,
            Channel::Webhook(channel) => channel.attempt(message, open).await,
            Channel::Teams(channel) => channel.attempt(message, open).await,
            Channel::Command(channel) => channel.attempt(message, open).await,
        }
    }

    /// What can be seen from here of why it could not be used; nothing is connected.
    pub(crate) fn doubt(&self) -> Option<Doubt> {
        match self {
            Channel::Smtp(_) | Channel::Maildir(_) | Channel::Webhook(_) | Channel::Teams(_) => None,
            Channel::Command(channel) => channel.doubt(),
        }
    }
}

/// Why a channel cannot be set up as configured.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A certificate file cannot be read.
    #[error("channel {channel}: the certificate file {} cannot be read; check the path and its permissions", path.display())]
    CaFile {
        /// Channel.
        channel: String,
        /// As configured.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// TLS cannot be prepared.
    #[error(
        "channel {channel}: TLS cannot be prepared ({why}); check `ca_file`, or install the system's CA certificates"
    )]
    Tls {
        /// Channel.
        channel: String,
        /// What the TLS library said.
        why: String,
    },
    /// A key has a value that is not allowed, or two keys do not go together.
    #[error("channel {channel}: `{key}` {why}")]
    Key {
        /// Channel.
        channel: String,
        /// Key of the configuration.
        key: &'static str,
        /// What is wrong and what would be right.
        why: String,
    },
}

/// The same result for every address.
fn every(open: &[String], delivery: &Delivery) -> Results {
    open.iter().map(|address| (address.clone(), delivery.clone())).collect()
}

/// The message's key, if it can stand in a header and in a file name.
fn key(message: &Message) -> Result<&str, String> {
    if is_key(&message.key) { Ok(&message.key) } else { Err("the message has no usable key".to_owned()) }
}

fn is_key(key: &str) -> bool {
    !key.is_empty() && key.len() <= 128 && key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}

#[cfg(test)]
fn example() -> Message {
    Message {
        key: "0123456789abcdef".repeat(4),
        kind: "first_report".into(),
        subject: "【障害】【第一報】庁内ネットワーク 本庁舎の全業務システム利用不可（重大度1）[KW-20260920-0001]".into(),
        body: "A町 総務課 情報係 御中\n\nお世話になっております。\n下記の障害を検知いたしました。\n\n受付番号　：KW-20260920-0001\n.\n以上\n".into(),
        number: Some("KW-20260920-0001".into()),
        severity: Some(1),
        written: Timestamp::constant(1_789_838_000, 0),
        from: Mailbox { name: "システム運用窓口（株式会社K）".into(), address: "desk@a-town.example".into() },
        to: vec![Mailbox { name: "総務課 情報係".into(), address: "joho@a-town.example".into() }],
        cc: vec![Mailbox { name: String::new(), address: "duty@a-town.example".into() }],
        thread: vec![],
        repeated: false,
    }
}
