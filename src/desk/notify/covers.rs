//! Words to the desk about planned work and silences: their end is near and something still burns.

use super::house::internal;
use super::reach;
use crate::desk::correlate;
use crate::desk::cover::Cover;
use crate::desk::ids::CoverId;
use crate::desk::letter::{CoverFacts, Notice};
use crate::desk::owed::Why;
use crate::desk::turn::Turn;

/// Messages quoted of what still burns.
const RED: usize = 20;

/// 内部連絡: it ends soon and something it keeps apart still burns; nothing where all is well.
pub(in crate::desk) fn cover_ends_soon(turn: &mut Turn, id: CoverId) {
    let Some(cover) = turn.state.covers.get(&id) else { return };
    let held = correlate::still_held(turn.state, id);
    let (total, cover) = (held.len(), facts(turn, cover));
    let words = |alert: &&crate::desk::alert::Alert| format!("{} {}", alert.problem.host_name, alert.problem.summary);
    let red: Vec<String> = held.iter().take(RED).map(words).collect();
    if total > 0 {
        internal(turn, None, Notice::CoverEnds { cover, red, total }, Why::CoverEnds);
    }
}

/// One as the desk reads of it.
pub(super) fn facts(turn: &Turn, cover: &Cover) -> CoverFacts {
    // Of whoever answers now: the desk is to call.
    let phone = reach(turn, &cover.owner, 1).phone.first().map(|phone| phone.number.to_owned());
    CoverFacts {
        id: cover.id.to_string(),
        silence: !cover.is_work(),
        name: cover.name.clone(),
        owner: turn.book.party_name(&cover.owner),
        phone,
        from: cover.from,
        until: cover.until,
    }
}
