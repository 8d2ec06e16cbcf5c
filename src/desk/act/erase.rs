//! Erasing: somebody has bodies of an incident removed, with a reason in words.
//!
//! Possible in any state and for ever: what is archived is changed no more, but what must not be kept can go. Whoever brings
//! the act has looked the bodies up; the text somebody looked for is not part of it, because an act stays on record. The journal
//! itself is erased in while no desk runs (`store`).

use super::perform::{known_or_archived, needs_words};
use super::{Actor, Erasure};
use crate::desk::removal::{Change, Removal, Why};
use crate::desk::turn::Turn;
use crate::desk::{Reply, house, words};
use std::collections::BTreeSet;

/// Has bodies and messages removed.
///
/// # Errors
/// Why not.
pub(super) fn erase(turn: &mut Turn, actor: &Actor, asked: Erasure) -> Result<Reply, String> {
    let Erasure { incident, bodies, messages, reason } = asked;
    needs_words("erase", &reason)?;
    let known = known_or_archived(turn, &incident)?;
    if bodies.is_empty() && messages.is_empty() {
        return Err(format!("There is nothing to be erased of {incident}."));
    }
    // What is archived is not at hand; whoever brought the act read its evidence in the record.
    if let Some(incident) = known.and_then(|id| turn.state.incidents.get(&id)) {
        let mut kept: BTreeSet<String> = incident.evidence.parts.iter().map(|part| part.sha256.clone()).collect();
        kept.extend(words::said(incident).into_keys());
        for row in turn.state.owed_of(incident.id) {
            kept.extend(words::said(row).into_keys());
        }
        if let Some(other) = bodies.iter().find(|body| !kept.contains(&body.sha256)) {
            return Err(format!("{} is nothing that is kept of {}.", other.sha256, incident.name()));
        }
    }
    let of = known.and_then(|id| turn.state.incidents.get(&id)).map_or(incident, |incident| incident.name());
    let id = turn.state.house.removals.last + 1;
    let why = Why::Person { by: actor.name.clone(), reason };
    let (unlisted, records) = (Vec::new(), None);
    let removal = Removal { id, at: turn.now.wall, of, bodies, messages, unlisted, records, why };
    turn.record(house::Change::Removal(Change::Decided(Box::new(removal))), house::Reason::Asked);
    Ok(Reply::Erasing { removal: id })
}
