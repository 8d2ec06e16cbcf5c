//! What is done about planned work and silences, as somebody says it.

use crate::desk::ids::{ComponentId, CoverId, PartyId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What is done about planned work and silences.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum CoverAct {
    /// Registers planned work (計画作業).
    Plan {
        /// What is done, in words for the mails.
        what: String,
        /// Where; what needs it is covered too.
        components: Vec<ComponentId>,
        /// Who, why, when.
        terms: Terms,
    },
    /// Registers a silence (通知抑止).
    Silence {
        /// Which alerts.
        alerts: Fitting,
        /// Who, why, when.
        terms: Terms,
    },
    /// Moves the end.
    Extend {
        /// Which.
        cover: CoverId,
        /// The end from now on, excluded.
        until: Timestamp,
    },
    /// Ends it now; what has not begun does not take place.
    End {
        /// Which.
        cover: CoverId,
    },
}

/// Who answers for it, why, and when it is. What is missing is refused.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Terms {
    /// Who answers for it: by id or by name.
    pub owner: Option<PartyId>,
    /// Why.
    pub reason: String,
    /// Start, included; now where none is given.
    pub from: Option<Timestamp>,
    /// End, excluded.
    pub until: Option<Timestamp>,
}

/// Which alerts a silence covers: all that is given must fit. Texts are patterns as in the configuration.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Fitting {
    /// Of one of these components.
    pub components: Vec<ComponentId>,
    /// On one of these hosts.
    pub hosts: Vec<String>,
    /// In one of these host groups.
    pub groups: Vec<String>,
    /// With these tags; of one name any value.
    pub tags: Vec<(String, String)>,
    /// With one of these texts.
    pub summaries: Vec<String>,
    /// From one of these sources.
    pub sources: Vec<String>,
}
