//! A message that waits for the desk to look at it before it leaves (送信前承認), and one the desk has approved.

use super::{By, Facts, Letter, Matter, MeantFor};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// What is held, for whom, and until when.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HeldMessage {
    /// Its row (`O-12`).
    pub row: String,
    /// What it is (`request`, `first_report` …).
    pub kind: String,
    /// The channel that carries it.
    pub channel: String,
    /// To whom it goes.
    pub to: Vec<MeantFor>,
    /// Channels that carry a copy; they wait with it.
    pub copies: Vec<String>,
    /// It leaves by itself then.
    pub until: Timestamp,
    /// What it says.
    pub letter: Box<Letter>,
}

impl Letter {
    /// Whose words it holds: the machine's, until the desk has read and approved them.
    pub fn words_by(&self) -> By {
        if self.approved { By::Desk } else { By::Machine }
    }

    /// The letter with what the machine judged marked as the desk's, where the desk has approved it.
    pub fn marked(&self) -> Cow<'_, Letter> {
        if !self.approved {
            return Cow::Borrowed(self);
        }
        let mut marked = self.clone();
        if let Some(facts) = facts_in(&mut marked.matter) {
            facts.severity_by = By::Desk;
            if let Some(verdict) = &mut facts.verdict {
                verdict.by = By::Desk;
            }
        }
        Cow::Owned(marked)
    }
}

fn facts_in(matter: &mut Matter) -> Option<&mut Facts> {
    match matter {
        Matter::FirstReport { incident, .. }
        | Matter::Interim { incident, .. }
        | Matter::Recovery { incident, .. }
        | Matter::Request { incident, .. }
        | Matter::Chaser { incident, .. }
        | Matter::Withdrawal { incident, .. }
        | Matter::Addition { incident, .. }
        | Matter::OnSite { incident, .. }
        | Matter::Cancelled { incident, .. }
        | Matter::Merged { incident, .. }
        | Matter::Consultation { incident, .. }
        | Matter::External { incident, .. }
        | Matter::PhoneNote { incident, .. } => Some(incident),
        Matter::Internal { incident, .. } => incident.as_deref_mut(),
        Matter::Security { .. }
        | Matter::Blind { .. }
        | Matter::Sighted { .. }
        | Matter::Digest { .. }
        | Matter::HandOver { .. }
        | Matter::Adopted { .. }
        | Matter::Bundle { .. }
        | Matter::CertificateEnds { .. }
        | Matter::Heartbeat { .. } => None,
    }
}
