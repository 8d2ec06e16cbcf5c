//! 8. Only a person's deliberate act acknowledges, restores, accepts, drops; and of each act one is on record at most.

use super::Case;
use crate::history::{Broken, Judgement};
use kiriwake::desk::act::{Actor, Role};
use kiriwake::desk::incident::{self, Edit};
use kiriwake::desk::owed::{self, OwedState};
use kiriwake::desk::{Change, Entry, Input, Reason, Reply, alert, cover, modification, request};

pub(super) fn judge(case: &Case<'_>) -> Judgement {
    let mut done: Vec<_> = case.history.acts.iter().map(|done| (&done.actor, &done.act)).collect();
    for frame in &case.history.frames {
        let actor = match &frame.input {
            Input::Act { actor, act } => {
                let Some(place) = done.iter().position(|known| *known == (actor, act)) else {
                    return Err(Broken::at(frame.at, format!("on record is an act nobody did: {act:?}")));
                };
                done.remove(place);
                Some(actor)
            }
            _ => None,
        };
        for entry in &frame.entries {
            if let Err(what) = by_somebody(entry, actor) {
                return Err(Broken::at(frame.at, format!("{what}: {:?}", entry.change)));
            }
        }
    }
    let reads = case.history.acts.iter().filter(|done| done.actor.role == Role::Auditor);
    for done in reads {
        if !matches!(done.reply, None | Some(Reply::Refused(_))) {
            return Err(Broken::whenever(format!("an auditor's act was done: {:?}", done.act)));
        }
    }
    Ok(())
}

/// Whether an entry that only a person can cause was caused by the one who acts.
fn by_somebody(entry: &Entry, actor: Option<&Actor>) -> Result<(), &'static str> {
    let named = match &entry.reason {
        Reason::Incident(incident::Reason::Act { by })
        | Reason::Owed(owed::Reason::Act { by } | owed::Reason::Approved { by })
        | Reason::Cover(cover::Reason::Act { by })
        | Reason::Modification(modification::Reason::Act { by }) => Some(by.as_str()),
        _ => None,
    };
    let signed = match &entry.change {
        Change::Incident(incident::Change { what: Edit::Status { by, .. }, .. }) => by.as_deref(),
        Change::Owed(owed::Change::Ended { state: OwedState::Dropped { by, .. }, .. }) => Some(by.as_str()),
        _ => None,
    };
    for name in [named, signed].into_iter().flatten() {
        if actor.is_none_or(|actor| actor.name != name || actor.role == Role::Auditor) {
            return Err("it names somebody who did not act");
        }
    }
    if needs_a_person(entry) && actor.is_none() { Err("nobody acted") } else { Ok(()) }
}

/// What no machine may do by itself.
fn needs_a_person(entry: &Entry) -> bool {
    match &entry.change {
        Change::Incident(change) => match &change.what {
            Edit::Restored(_) => entry.reason != Reason::Incident(incident::Reason::SeesAgain),
            Edit::AcceptedBy { .. }
            | Edit::Treatment(_)
            | Edit::HandedBack(_)
            | Edit::Called(_)
            | Edit::Looked { .. }
            | Edit::Cause(_)
            | Edit::DeskStarted(_) => true,
            _ => false,
        },
        Change::Request(change) => {
            matches!(change, request::Change::Acknowledged { .. } | request::Change::Started { .. })
        }
        Change::Owed(change) => matches!(change, owed::Change::Revived { .. }),
        Change::Alert(_) => entry.reason == Reason::Alert(alert::Reason::Act),
        _ => false,
    }
}
