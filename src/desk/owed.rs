//! The ledger of owed effects: messages, pings, notes written back.
//!
//! A thing. A row is owed → started → outcome, with a time after which it is given up. Workers do one attempt and return
//! a fact; what follows from it is decided in `deliver`, so that it is simulated like everything else.

use super::ids::{ChannelId, ComponentId, IncidentId, OwedId, PartyId, RequestId, SourceId};
use super::letter::{Letter, Matter};
use super::now::{Elapsed, Now};
use super::observation::Key;
use super::outcome::{Delivery, Refused};
use super::state::{State, Wakeup, When};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
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
    /// Where it stands.
    pub state: OwedState,
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
}

impl OwedState {
    /// Nothing more will happen to it by itself.
    pub fn ended(&self) -> bool {
        matches!(self, OwedState::Done { .. } | OwedState::Dead { .. } | OwedState::Superseded)
    }
}

/// A change of a row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Change {
    /// It is owed from now on.
    Owed(Box<Owed>),
    /// Attempt `attempt` begins. On record before anything leaves.
    Started {
        /// Which row.
        owed: OwedId,
        /// Which attempt, from 1.
        attempt: u32,
        /// When.
        at: Elapsed,
    },
    /// An attempt came back (or never will).
    Came {
        /// Which row.
        owed: OwedId,
        /// Which attempt.
        attempt: u32,
        /// What became of each address; empty for pings and write-backs.
        results: Vec<(String, Delivery)>,
        /// It may have been delivered without an answer.
        unknown: bool,
        /// Where the row stands now.
        state: OwedState,
    },
    /// The next path is taken.
    Rerouted {
        /// Which row.
        owed: OwedId,
        /// The channel from now on.
        channel: ChannelId,
        /// When it is tried there.
        at: Elapsed,
    },
    /// The desk wants it tried again after it was given up.
    Revived {
        /// Which row.
        owed: OwedId,
        /// When it is tried.
        at: Elapsed,
        /// Useless after that.
        give_up: Elapsed,
    },
    /// It ended without a further attempt.
    Ended {
        /// Which row.
        owed: OwedId,
        /// How.
        state: OwedState,
    },
    /// It ended long ago: only its count is kept.
    Forgotten(OwedId),
}

/// Why a row changed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Reason {
    /// Why it is owed.
    Because(Why),
    /// It is due.
    Due,
    /// As the worker reports.
    AsReported,
    /// The first path surely delivered nothing.
    PathFailed {
        /// What happened.
        why: String,
    },
    /// Not accepted by its time.
    Late,
    /// The daemon ended before the attempt came back.
    CutOff,
    /// Its time is over.
    GivenUp,
    /// A later message says it better.
    SaidBetter {
        /// Which row.
        by: OwedId,
    },
    /// It ended long ago.
    Old,
    /// The desk's act.
    Act {
        /// Who.
        by: String,
    },
}

/// Why something is owed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Why {
    /// 第一報: by severity.
    FirstReport {
        /// 重大度
        severity: u8,
    },
    /// 続報
    Interim,
    /// 復旧報
    Recovery,
    /// The verdict names the party.
    Verdict,
    /// The desk named the party.
    Act,
    /// No 受領 in time.
    NotAcknowledged,
    /// Somebody must be called.
    Call,
    /// The desk leads on.
    DeskLeads,
    /// Please check operation.
    CheckOperation,
    /// Outside every contract.
    OutOfScope,
    /// An external service.
    ExternalService,
    /// A source is blind.
    Blind,
    /// A source sees again.
    SeesAgain,
    /// The hour of the digest.
    DigestHour,
    /// First start with red problems.
    FirstLook,
    /// A message could not be delivered.
    NotDelivered,
    /// A rule or the evidence needs it.
    Evidence,
    /// Our number belongs on the problem.
    WriteBack,
    /// Copy of a message for a channel of the same party.
    CopyOf(OwedId),
    /// Something an administrator should know.
    Notice,
}

impl Owed {
    /// What it is, in one word for lists.
    pub fn kind(&self) -> &'static str {
        match &self.work {
            Work::Message { letter, .. } => kind_of(&letter.matter),
            Work::Ping { .. } => "ping",
            Work::WriteBack { .. } => "write_back",
        }
    }

    /// The party it goes to.
    pub fn party(&self) -> Option<&PartyId> {
        match &self.work {
            Work::Message { party, .. } => Some(party),
            Work::Ping { .. } | Work::WriteBack { .. } => None,
        }
    }

    /// Where it goes: one queue per destination.
    pub fn destination(&self) -> String {
        match &self.work {
            Work::Message { channel, .. } => channel.to_string(),
            Work::Ping { .. } => "ping".to_owned(),
            Work::WriteBack { source, .. } => format!("write-back {source}"),
        }
    }

    pub(super) fn due(&self) -> Option<When> {
        match &self.state {
            // `not_before` only holds back the first attempt, so the two never compete.
            OwedState::Waiting { at } => Some(self.not_before.map_or(When::Elapsed(*at), When::Wall)),
            OwedState::Started { .. } | OwedState::Done { .. } | OwedState::Dead { .. } | OwedState::Superseded => None,
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
        Matter::Consultation { .. } => "consultation",
        Matter::External { .. } => "external",
        Matter::PhoneNote { .. } => "phone_note",
        Matter::Internal { .. } => "internal",
        Matter::Security { .. } => "security",
        Matter::Blind { .. } => "blind",
        Matter::Sighted { .. } => "sighted",
        Matter::Digest { .. } => "digest",
        Matter::Adopted { .. } => "adopted",
    }
}

impl Change {
    /// Which row it is about.
    pub fn owed(&self) -> OwedId {
        match self {
            Change::Owed(owed) => owed.id,
            Change::Started { owed, .. }
            | Change::Came { owed, .. }
            | Change::Rerouted { owed, .. }
            | Change::Revived { owed, .. }
            | Change::Ended { owed, .. }
            | Change::Forgotten(owed) => *owed,
        }
    }
}

/// Applies `change` to the state. Total.
pub(super) fn apply(state: &mut State, change: &Change) {
    let id = change.owed();
    let before = state.owed.get(&id).map(|row| (row.destination(), matches!(row.state, OwedState::Started { .. })));
    match change {
        Change::Owed(owed) => {
            state.counters.owed = state.counters.owed.max(owed.id.0);
            state.tally.owed += 1;
            if let Some(incident) = owed.incident {
                state.owed_of.entry(incident).or_default().insert(owed.id);
            }
            state.owed.insert(id, (**owed).clone());
        }
        Change::Started { attempt, at, .. } => with(state, id, |row| {
            row.attempts = *attempt;
            row.not_before = None;
            row.state = OwedState::Started { at: *at };
        }),
        Change::Came { results, unknown, state: next, .. } => with(state, id, |row| {
            if let Work::Message { addresses, .. } = &mut row.work {
                for (address, delivery) in results {
                    for known in addresses.iter_mut().filter(|known| known.address == *address) {
                        known.result = Some(delivery.clone());
                    }
                }
            }
            row.unknowns = row.unknowns.saturating_add(u32::from(*unknown));
            row.failures = if matches!(next, OwedState::Done { .. }) { 0 } else { row.failures.saturating_add(1) };
            row.state = next.clone();
        }),
        Change::Rerouted { channel, at, .. } => with(state, id, |row| {
            if let Work::Message { channel: present, .. } = &mut row.work {
                *present = channel.clone();
            }
            row.failures = 0;
            row.state = OwedState::Waiting { at: *at };
        }),
        Change::Revived { at, give_up, .. } => with(state, id, |row| {
            if let Work::Message { addresses, .. } = &mut row.work {
                for known in addresses.iter_mut().filter(|known| !known.accepted()) {
                    known.result = None;
                }
            }
            row.failures = 0;
            row.give_up = *give_up;
            row.state = OwedState::Waiting { at: *at };
        }),
        Change::Ended { state: end, .. } => with(state, id, |row| row.state = end.clone()),
        Change::Forgotten(_) => {
            if let Some(row) = state.owed.remove(&id) {
                if let Some(rows) = row.incident.and_then(|incident| state.owed_of.get_mut(&incident)) {
                    rows.remove(&id);
                }
                if let Some(incident) = row.incident
                    && state.owed_of.get(&incident).is_some_and(std::collections::BTreeSet::is_empty)
                {
                    state.owed_of.remove(&incident);
                }
                match row.state {
                    OwedState::Done { .. } => state.tally.forgotten_done += 1,
                    OwedState::Dead { .. } => state.tally.forgotten_dead += 1,
                    OwedState::Superseded => state.tally.forgotten_superseded += 1,
                    OwedState::Waiting { .. } | OwedState::Started { .. } => {}
                }
            }
        }
    }
    let after = state.owed.get(&id).map(|row| (row.destination(), matches!(row.state, OwedState::Started { .. })));
    for (counted, step) in [(before, -1_i64), (after, 1)] {
        if let Some((destination, true)) = counted {
            let busy = state.in_flight.entry(destination.clone()).or_default();
            *busy += step;
            if *busy == 0 {
                state.in_flight.remove(&destination);
            }
        }
    }
    let due = state.owed.get(&id).and_then(Owed::due);
    state.agenda.set(Wakeup::Owed(id), due);
}

fn with(state: &mut State, id: OwedId, edit: impl FnOnce(&mut Owed)) {
    if let Some(row) = state.owed.get_mut(&id) {
        edit(row);
    }
}
