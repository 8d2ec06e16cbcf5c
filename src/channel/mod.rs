//! How words leave the house.
//!
//! A channel makes one attempt and says what became of it; when to try again, which path comes next and who else hears
//! of it is decided in the desk (`desk/deliver.rs`). Not here: retry loops, priorities, wording.

use crate::desk::outcome::Delivery;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

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

/// A name and an address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mailbox {
    /// Display name; from the configuration, and hostile all the same.
    pub name: String,
    /// Address.
    pub address: String,
}

/// What became of one attempt, address by address.
pub type Results = Vec<(String, Delivery)>;
