//! What is recorded: every change there is, with every reason there is.

use super::ids::{ProbeName, SourceId};
use super::{alert, cover, house, incident, modification, owed, past, probe, request, source};
use serde::{Deserialize, Serialize};

/// One change with its reason.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// What changed.
    pub change: Change,
    /// Why.
    pub reason: Reason,
}

/// Every change there is: the things' changes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Change {
    /// Of a source.
    Source {
        /// Which.
        source: SourceId,
        /// What.
        change: source::Change,
    },
    /// Of an alert.
    Alert(alert::Change),
    /// Of an incident.
    Incident(incident::Change),
    /// Of a request.
    Request(request::Change),
    /// Of a modification.
    Modification(modification::Change),
    /// Of a row of the ledger.
    Owed(owed::Change),
    /// Of planned work or a silence.
    Cover(cover::Change),
    /// Of what is known of a probe.
    Probe {
        /// Which.
        probe: ProbeName,
        /// What.
        change: probe::Change,
    },
    /// Of what is remembered of archived incidents.
    Past(past::Change),
    /// Of the desk as a whole.
    House(house::Change),
}

/// Every reason there is: the things' reasons.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Reason {
    /// Of a source.
    Source(source::Reason),
    /// Of an alert.
    Alert(alert::Reason),
    /// Of an incident.
    Incident(incident::Reason),
    /// Of a request.
    Request(request::Reason),
    /// Of a modification.
    Modification(modification::Reason),
    /// Of a row.
    Owed(owed::Reason),
    /// Of planned work or a silence.
    Cover(cover::Reason),
    /// Of what is known of a probe.
    Probe(probe::Reason),
    /// Of what is remembered of archived incidents.
    Past(past::Reason),
    /// Of the desk as a whole.
    House(house::Reason),
}

macro_rules! from_things {
    ($($thing:ident => $variant:ident),+ $(,)?) => {
        $(impl From<$thing::Reason> for Reason {
            fn from(reason: $thing::Reason) -> Self {
                Reason::$variant(reason)
            }
        })+
    };
}
from_things!(
    source => Source, alert => Alert, incident => Incident, request => Request, modification => Modification, owed => Owed,
    cover => Cover, probe => Probe, past => Past, house => House,
);

macro_rules! from_changes {
    ($($thing:ident => $variant:ident),+ $(,)?) => {
        $(impl From<$thing::Change> for Change {
            fn from(change: $thing::Change) -> Self {
                Change::$variant(change)
            }
        })+
    };
}
from_changes!(
    alert => Alert, incident => Incident, request => Request, modification => Modification, owed => Owed, cover => Cover,
    past => Past, house => House,
);

impl From<(ProbeName, probe::Change)> for Change {
    fn from((probe, change): (ProbeName, probe::Change)) -> Self {
        Change::Probe { probe, change }
    }
}

impl From<(SourceId, source::Change)> for Change {
    fn from((source, change): (SourceId, source::Change)) -> Self {
        Change::Source { source, change }
    }
}
