//! What people at the desk do: one table of acts and states, and what each act changes (`DECISIONS.md` 21).
//!
//! [`allowed`] is the table, [`Deed`] what is done. It is printed as a golden text in the tests and answers a refused act with what is
//! possible instead. Only people acknowledge, restore and accept; nothing in the product does it for them (P16).

mod at_open;
mod call;
mod confirm;
mod cover;
mod covers;
mod deed;
mod erase;
mod finish;
mod join;
mod modify;
mod naming;
mod open;
mod outbox;
mod perform;
mod record;
mod table;
mod timely;
mod vendor;

pub use deed::{CancelKind, ContractKind, Deed, DeedName};
pub use outbox::Means;
pub(super) use perform::perform;
pub use table::{Leads, allowed, possible};

pub use cover::{CoverAct, Fitting, Terms};

use super::ids::{ComponentId, ModificationId, OwedId, PartyId};
use super::letter::DetectedBy;
use super::removal::Body;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Who acts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    /// 氏名
    pub name: String,
    /// 役割
    pub role: Role,
}

impl Actor {
    /// Somebody at the control socket: `by` is who it is where several people use the account `account`, which stays on
    /// record beside the name.
    pub fn at_account(by: Option<String>, account: String, role: Role) -> Self {
        let name = match by.filter(|by| !by.trim().is_empty()) {
            Some(by) => format!("{by} ({account})"),
            None => account,
        };
        Self { name, role }
    }

    /// The name for people outside, without the account beside it.
    pub fn person(&self) -> &str {
        let shared = self.name.strip_suffix(')').and_then(|name| name.rsplit_once(" ("));
        shared.map_or(self.name.as_str(), |(person, _)| person)
    }
}

/// 役割 of a person at the control socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// 窓口
    Operator,
    /// 運用責任者
    Manager,
    /// システム管理者
    Administrator,
    /// 監査: reads only.
    Auditor,
}

/// What somebody does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Act {
    /// Registers a call (起票).
    Open {
        /// What is wrong, in words.
        summary: String,
        /// What it is about, if that is known.
        component: Option<ComponentId>,
        /// 受付契機
        detected_by: DetectedBy,
        /// 発生 by the caller's word; the present moment where none is given.
        occurred: Option<Timestamp>,
        /// 重大度, if the desk sets it.
        severity: Option<u8>,
        /// It gets a number of its own even if an open incident covers the component.
        #[serde(default)]
        separate: bool,
    },
    /// Tries a row of the outbox again that was given up.
    Retry {
        /// Which row.
        owed: OwedId,
    },
    /// Lets a row go that is held for the desk to look at (送信前承認).
    Approve {
        /// Which row.
        owed: OwedId,
    },
    /// Gives up a row of the outbox that waits or was given up.
    Drop {
        /// Which row.
        owed: OwedId,
        /// Why.
        reason: String,
    },
    /// Has bodies of an incident removed for good.
    Erase(Erasure),
    /// Something about planned work or a silence.
    Cover(CoverAct),
    /// Registers a modification (変更) of components.
    Register(Registered),
    /// A modification was made.
    Done {
        /// Which.
        modification: ModificationId,
        /// When; now where none is given.
        at: Option<Timestamp>,
    },
    /// A modification was taken back (切り戻し).
    RollBack {
        /// Which.
        modification: ModificationId,
        /// When; now where none is given.
        at: Option<Timestamp>,
    },
    /// Everything else is done to an incident, named by its number (or internal id before 受付).
    On {
        /// The incident's name.
        incident: String,
        /// What is done to it.
        deed: Deed,
    },
}

/// What somebody wants erased of an incident, in whatever state it is, archived or not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Erasure {
    /// The incident's name.
    pub incident: String,
    /// Bodies of it.
    pub bodies: Vec<Body>,
    /// Messages as first worded, by their keys.
    pub messages: Vec<String>,
    /// Why.
    pub reason: String,
}

/// A modification as it is registered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Registered {
    /// What is changed, in words.
    pub summary: String,
    /// On which components.
    pub components: Vec<ComponentId>,
    /// Who does it, where that is known.
    pub party: Option<PartyId>,
    /// When it was made or is planned for; now where none is given. What lies ahead is planned.
    pub at: Option<Timestamp>,
    /// It is only planned, whatever the time.
    pub planned: bool,
}
