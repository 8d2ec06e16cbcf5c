//! The ledger of owed effects: messages, pings, probes, notes written back.
//!
//! A thing. A row is owed → started → outcome, with a time after which it is given up. Workers do one attempt and return
//! a fact; what follows from it is decided in `deliver`, so that it is simulated like everything else.

mod change;
mod hold;
mod known;
mod late;
mod why;

pub(super) use change::apply;
pub use change::{Change, Reason};
pub use hold::{Hold, LetGo};
pub use known::{cut_off, untold};
pub use why::Why;

use super::evidence::{Ask, Kind};
use super::house;
use super::ids::{ChannelId, ComponentId, IncidentId, OwedId, PartyId, ProbeName, RequestId, SourceId};
use super::letter::{Letter, Matter};
use super::now::{Elapsed, Now};
use super::observation::Key;
use super::outcome::{Delivery, Refused};
use super::state::When;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// A row that ended is kept this long in the working state; the journal keeps it for the retention time.
pub const REMEMBERED: Duration = Duration::from_secs(72 * 3600);

/// One row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Owed {
    /// Its number.
    pub id: OwedId,
    /// The same in every attempt: Message-ID, webhook-id. 64 hexadecimal digits.
    pub key: String,
    /// What it belongs to.
    pub incident: Option<IncidentId>,
    /// Which request it carries to its vendor.
    pub request: Option<RequestId>,
    /// What it tells in one, where it stands for several messages.
    #[serde(default)]
    pub bundle: Option<Bundle>,
    /// Why it is owed.
    pub why: Why,
    /// What is to be done.
    pub work: Work,
    /// When it was decided.
    pub decided: Now,
    /// Not before then (the reader's opening).
    pub not_before: Option<Timestamp>,
    /// Another path is used at once when the first surely failed, and after `deliver_by`.
    pub critical: bool,
    /// Not accepted by then: the next path gets it.
    pub deliver_by: Elapsed,
    /// Useless after that.
    pub give_up: Elapsed,
    /// Attempts started.
    pub attempts: u32,
    /// Attempts on the present path that failed.
    pub failures: u32,
    /// Attempts that ended without an answer: each may have delivered a copy.
    pub unknowns: u32,
    /// The latest row that pulled it onto its own path: each does so once at most.
    #[serde(default)]
    pub ahead_of: Option<OwedId>,
    /// The desk looks at it before it leaves (送信前承認); `None` = it leaves by itself.
    #[serde(default)]
    pub hold: Option<Hold>,
    /// Where it stands.
    pub state: OwedState,
}

/// What one message tells of that several were to tell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bundle {
    /// Requests it carries to their vendor.
    pub requests: BTreeSet<RequestId>,
    /// Incidents it is about.
    pub incidents: BTreeSet<IncidentId>,
}

/// What is to be done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Work {
    /// Send a message.
    Message {
        /// To which party.
        party: PartyId,
        /// By which channel now.
        channel: ChannelId,
        /// Every address, with what became of it.
        addresses: Vec<Addressed>,
        /// Keys of earlier messages of the same incident to the same party.
        thread: Vec<String>,
        /// The facts.
        letter: Box<Letter>,
    },
    /// Ping a component.
    Ping {
        /// Which component.
        component: ComponentId,
        /// Its address.
        address: String,
    },
    /// Ping many addresses, each once, to learn which of them answer when all is well.
    Echoes {
        /// The addresses by component.
        addresses: BTreeMap<ComponentId, String>,
    },
    /// Try a named probe.
    Probe {
        /// Which.
        probe: ProbeName,
        /// Where it goes, for lists.
        target: String,
    },
    /// Fetch and keep what a source, or the record, knows of the incident.
    Evidence(Ask),
    /// Write our number on problems of a source.
    WriteBack {
        /// Which source.
        source: SourceId,
        /// Which problems.
        keys: Vec<Key>,
        /// What to write.
        text: String,
    },
}

/// One address of a message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Addressed {
    /// Contact's name.
    pub name: String,
    /// Mail address, or the channel's own name for a copy.
    pub address: String,
    /// Must act (To) or must know (Cc).
    pub must_act: bool,
    /// The last thing that became of it.
    pub result: Option<Delivery>,
}

impl Addressed {
    /// Neither accepted nor finally refused. A refusal by the destination as such (credentials, configuration) is
    /// repaired by an administrator, so the address stays open.
    pub fn open(&self) -> bool {
        !matches!(
            self.result,
            Some(
                Delivery::Accepted { .. }
                    | Delivery::Refused { what: Refused::Recipient | Refused::Message, .. }
                    | Delivery::TooBig { .. }
            )
        )
    }

    /// A server took it.
    pub fn accepted(&self) -> bool {
        matches!(self.result, Some(Delivery::Accepted { .. }))
    }
}

/// Where a row stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum OwedState {
    /// To be tried at `at` (elapsed), not before its `not_before`.
    Waiting {
        /// When.
        at: Elapsed,
    },
    /// The desk is to look at it first: it leaves when somebody approves it, or by itself then (elapsed).
    Held {
        /// Its limit.
        until: Elapsed,
        /// The same on the wall clock, for people.
        wall: Timestamp,
    },
    /// An attempt is under way.
    Started {
        /// Since when.
        at: Elapsed,
    },
    /// Done.
    Done {
        /// When.
        at: Timestamp,
    },
    /// Given up: visible, re-sendable, announced by another path.
    Dead {
        /// When.
        at: Timestamp,
        /// Why.
        why: String,
    },
    /// A later message says it better.
    Superseded,
    /// Somebody at the desk gave it up, for good.
    Dropped {
        /// When.
        at: Timestamp,
        /// Who.
        by: String,
        /// Why, in their words.
        reason: String,
    },
}

impl OwedState {
    /// Nothing more will happen to it by itself.
    pub fn ended(&self) -> bool {
        match self {
            OwedState::Done { .. } | OwedState::Dead { .. } | OwedState::Superseded | OwedState::Dropped { .. } => true,
            OwedState::Waiting { .. } | OwedState::Held { .. } | OwedState::Started { .. } => false,
        }
    }

    /// Somebody gave it up.
    pub fn is_dropped(&self) -> bool {
        matches!(self, OwedState::Dropped { .. })
    }
}

impl Owed {
    /// From when on it may be forgotten; `None` of what goes on, and of what was given up, which somebody may try again.
    pub(in crate::desk) fn forgotten_from(&self) -> Option<Elapsed> {
        // Nobody asks for a sign of life that came.
        let remembered = if self.why == Why::Heartbeat { house::SWEEP_EVERY } else { REMEMBERED };
        let over = self.state.ended() && !matches!(self.state, OwedState::Dead { .. });
        over.then(|| self.decided.elapsed + remembered)
    }

    /// What it is, in one word for lists.
    pub fn kind(&self) -> &'static str {
        match &self.work {
            Work::Message { letter, .. } => kind_of(&letter.matter),
            Work::Ping { .. } => "ping",
            Work::Echoes { .. } => "echoes",
            Work::Probe { .. } => "probe",
            Work::Evidence(_) => "evidence",
            Work::WriteBack { .. } => "write_back",
        }
    }

    /// Surely nobody has read it: no server took it, and no attempt ended without an answer.
    pub fn is_unread(&self) -> bool {
        let accepted =
            matches!(&self.work, Work::Message { addresses, .. } if addresses.iter().any(Addressed::accepted));
        let may_have_left = matches!(self.state, OwedState::Started { .. }) || self.unknowns > 0;
        !accepted && !may_have_left
    }

    /// When its words were due to leave: as decided, or at the time it had to wait for.
    pub fn left_at(&self) -> Timestamp {
        if let Some(let_go) = self.hold.as_ref().and_then(|hold| hold.let_go.as_ref()) {
            return let_go.at;
        }
        match &self.work {
            Work::Message { letter, .. } => letter.written,
            Work::Ping { .. }
            | Work::Echoes { .. }
            | Work::Probe { .. }
            | Work::Evidence(_)
            | Work::WriteBack { .. } => self.decided.wall,
        }
    }

    /// Every request it carries to its vendor.
    pub fn carried(&self) -> impl Iterator<Item = RequestId> {
        let bundled = self.bundle.iter().flat_map(|bundle| bundle.requests.iter().copied());
        self.request.into_iter().chain(bundled)
    }

    /// The party it goes to.
    pub fn party(&self) -> Option<&PartyId> {
        match &self.work {
            Work::Message { party, .. } => Some(party),
            Work::Ping { .. }
            | Work::Echoes { .. }
            | Work::Evidence(_)
            | Work::Probe { .. }
            | Work::WriteBack { .. } => None,
        }
    }

    /// Where it goes: one queue per destination.
    pub fn destination(&self) -> Cow<'_, str> {
        match &self.work {
            Work::Message { channel, .. } => channel.as_str().into(),
            Work::Ping { .. } => "ping".into(),
            Work::Echoes { .. } => "addresses".into(),
            // What is looked at every day keeps nobody waiting who isolates a fault.
            Work::Probe { .. } if self.why == Why::Certificates => "certificates".into(),
            Work::Probe { .. } => "probe".into(),
            Work::Evidence(ask) if ask.kind() == Kind::Record => "evidence".into(),
            Work::Evidence(ask) => format!("evidence {}", ask.source_name()).into(),
            Work::WriteBack { source, .. } => format!("write-back {source}").into(),
        }
    }

    pub(super) fn due(&self) -> Option<When> {
        match &self.state {
            // `not_before` only holds back the first attempt, so the two never compete.
            OwedState::Waiting { at } => Some(self.not_before.map_or(When::Elapsed(*at), When::Wall)),
            OwedState::Held { until, .. } => Some(When::Elapsed(*until)),
            OwedState::Started { .. }
            | OwedState::Done { .. }
            | OwedState::Dead { .. }
            | OwedState::Superseded
            | OwedState::Dropped { .. } => None,
        }
    }
}

/// The machine-readable kind of a message.
pub fn kind_of(matter: &Matter) -> &'static str {
    match matter {
        Matter::FirstReport { .. } => "first_report",
        Matter::Interim { .. } => "interim",
        Matter::Recovery { .. } => "recovery",
        Matter::Request { ask: super::letter::Ask::Repair, .. } => "request",
        Matter::Request { ask: super::letter::Ask::Inquiry, .. } => "inquiry",
        Matter::Chaser { .. } => "chaser",
        Matter::Withdrawal { .. } => "withdrawal",
        Matter::Addition { .. } => "addition",
        Matter::OnSite { .. } => "on_site",
        Matter::Cancelled { .. } => "cancelled",
        Matter::Merged { .. } => "merged",
        Matter::Consultation { .. } => "consultation",
        Matter::External { .. } => "external",
        Matter::PhoneNote { .. } => "phone_note",
        Matter::Internal { .. } => "internal",
        Matter::Security { .. } => "security",
        Matter::Blind { .. } => "blind",
        Matter::Sighted { .. } => "sighted",
        Matter::Digest { .. } => "digest",
        Matter::HandOver { .. } => "hand_over",
        Matter::Bundle { .. } => "bundle",
        Matter::Adopted { .. } => "adopted",
        Matter::CertificateEnds { .. } => "certificate_ends",
        Matter::Heartbeat { .. } => "heartbeat",
    }
}
