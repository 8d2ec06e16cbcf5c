//! Named probes (確認試行): what may be asked about a component, and what was seen.
//!
//! A thing: what is known of each probe, whoever asked. Words that configuration, workers and rules share stand here,
//! too; they know nothing of single kinds, so that a new kind is a file of its own (`crate::probe`) and nothing here.
//! Not here: trying, when one is owed (`isolate/trial.rs`), and what follows from it.

mod change;

pub(super) use change::apply;
pub use change::{Change, Reason};

use super::ids::{ComponentId, IncidentId, OwedId, PartyId, ProbeName};
use super::now::Now;
use super::outcome::Probed;
use crate::desk::phrase::Phrase;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::time::Duration;

/// One probe as the rules know it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Probe {
    /// What it is about: it is asked when that fails, or when something that needs it does.
    pub component: ComponentId,
    /// Its kind, as the configuration writes it.
    pub kind: String,
    /// Where it goes, for lists and mails: no path, no query, no argument, which may hold secrets.
    pub target: String,
    /// It is not tried more often; a result not older than this is used again.
    pub every: Duration,
    /// The rungs below it: it is tried once all of these were good.
    pub after: Vec<ProbeName>,
    /// The end of the certificate it shows is watched: who is told beside the desk.
    #[serde(default)]
    pub watched_by: Option<Vec<PartyId>>,
}

/// What is known of a probe.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Record {
    /// The last result and when it came.
    pub last: Option<(Probed, Now)>,
    /// The attempt under way.
    pub under_way: Option<OwedId>,
    /// Who waits for it.
    pub waiting: BTreeSet<IncidentId>,
    /// The certificate it showed last.
    #[serde(default)]
    pub certificate: Option<Certificate>,
    /// 予防通知 about that certificate, oldest first.
    #[serde(default)]
    pub noticed: Vec<Noticed>,
}

/// One 予防通知.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Noticed {
    /// For how many days before the end; 0 = it has ended.
    pub days: u16,
    /// When.
    pub at: Timestamp,
}

/// A probe within one incident.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trial {
    /// It waits for the rungs below it.
    Queued,
    /// It is being tried.
    Awaited,
    /// This was seen.
    Came {
        /// What.
        seen: Seen,
        /// When.
        at: Timestamp,
    },
    /// It could not be tried, or what came says nothing about the other side.
    NotKnown {
        /// Why.
        why: Phrase,
    },
}

impl Trial {
    /// Whether it is still to come.
    pub fn is_out(&self) -> bool {
        matches!(self, Trial::Queued | Trial::Awaited)
    }

    /// Whether all was well, where that is known.
    pub fn good(&self) -> Option<bool> {
        match self {
            Trial::Came { seen, .. } => Some(seen.sign == Sign::Ok),
            Trial::Queued | Trial::Awaited | Trial::NotKnown { .. } => None,
        }
    }
}

/// What a probe saw.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// In one word.
    pub sign: Sign,
    /// What the other side said, in its own words: one short line, or empty.
    #[serde(default)]
    pub said: String,
    /// The certificate that was shown.
    #[serde(default)]
    pub certificate: Option<Certificate>,
}

impl Seen {
    /// A sign and nothing more.
    pub fn plain(sign: Sign) -> Self {
        Self { sign, said: String::new(), certificate: None }
    }
}

/// What was seen, in one word, as rules write it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sign {
    /// All is as it should be.
    Ok,
    /// Wrong in a way that has no word of its own here; in a rule it stands for every sign but `ok`.
    Failed,
    /// A connection was refused: the machine is there, the service is not.
    Refused,
    /// Nothing came back in the probe's time.
    Silent,
    /// A connection, but no answer in the probe's time.
    NoAnswer,
    /// The conversation broke off, or was in another language.
    Broken,
    /// The certificate's time is over.
    Expired,
    /// The certificate's time has not begun.
    NotYetValid,
    /// The certificate is good for other names.
    WrongName,
    /// The certificate leads to none of the CAs that are named for it.
    Untrusted,
    /// The name server says that there is no such name.
    NoSuchName,
    /// The name exists, but has no address.
    NoAddress,
    /// An answer, but none that was expected (an address, a status).
    Unexpected,
    /// An answer without the text it must contain.
    TextMissing,
}

impl Sign {
    /// Every sign, in the order of their meaning.
    pub const ALL: [Sign; 14] = [
        Sign::Ok,
        Sign::Failed,
        Sign::Refused,
        Sign::Silent,
        Sign::NoAnswer,
        Sign::Broken,
        Sign::Expired,
        Sign::NotYetValid,
        Sign::WrongName,
        Sign::Untrusted,
        Sign::NoSuchName,
        Sign::NoAddress,
        Sign::Unexpected,
        Sign::TextMissing,
    ];

    /// Whether a rule that asks for `asked` is content with this one.
    pub fn is(self, asked: Sign) -> bool {
        self == asked || asked == Sign::Failed && self != Sign::Ok
    }

    /// How it reads: `is as it should be`, 正常; `is refused`, 接続拒否.
    pub fn words(self) -> Phrase {
        let (en, ja) = match self {
            Sign::Ok => ("is as it should be", "正常"),
            Sign::Failed => ("failed", "失敗"),
            Sign::Refused => ("is refused", "接続拒否"),
            Sign::Silent => ("gets no answer at all", "応答なし"),
            Sign::NoAnswer => ("is connected and gets no answer", "接続後に応答なし"),
            Sign::Broken => ("breaks off", "途中で切断"),
            Sign::Expired => ("shows an expired certificate", "証明書の有効期限切れ"),
            Sign::NotYetValid => ("shows a certificate that is not valid yet", "証明書が有効期間前"),
            Sign::WrongName => ("shows a certificate for another name", "証明書の名前の不一致"),
            Sign::Untrusted => ("shows a certificate of another CA than named", "証明書の発行元が指定と相違"),
            Sign::NoSuchName => ("is told that there is no such name", "名前の登録なし"),
            Sign::NoAddress => ("is told of no address", "アドレスの登録なし"),
            Sign::Unexpected => ("gets an unexpected answer", "想定と異なる応答"),
            Sign::TextMissing => ("gets an answer without the expected text", "応答に所定の文字列なし"),
        };
        Phrase::new(en, ja)
    }
}

/// A server's certificate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Certificate {
    /// CN of the subject; the whole name where it has none.
    pub subject: String,
    /// Other names it is good for (SAN), at most ten.
    #[serde(default)]
    pub names: Vec<String>,
    /// CN of the issuer; the whole name where it has none.
    pub issuer: String,
    /// Its last good second.
    pub not_after: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failed_stands_for_everything_but_ok() {
        for sign in Sign::ALL {
            assert_eq!(sign.is(Sign::Failed), sign != Sign::Ok, "{sign:?}");
            assert!(sign.is(sign));
            assert_eq!(sign.is(Sign::Expired), sign == Sign::Expired);
        }
    }
}
