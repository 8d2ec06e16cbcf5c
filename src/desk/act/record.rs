//! Words for the record: notes, 暫定復旧, 原因 - and 取消, which ends an incident in words.

use super::perform::{act_by, check_time, move_to, needs_words};
use super::{Actor, CancelKind};
use crate::desk::ids::{AlertId, IncidentId, RequestId};
use crate::desk::incident::{Cause, Edit, Found, Reason, Status};
use crate::desk::letter::What;
use crate::desk::turn::Turn;
use crate::desk::words::Words;
use crate::desk::{assign, correlate, isolate, notify};
use jiff::Timestamp;

pub(super) fn note_words(turn: &mut Turn, id: IncidentId, text: Words) {
    turn.edit(id, Edit::happened(turn.now.wall, What::Note { text }), Reason::OnRecord);
}

pub(super) fn note(turn: &mut Turn, id: IncidentId, text: Words) -> Result<(), String> {
    needs_words("note", &text)?;
    note_words(turn, id, text);
    Ok(())
}

/// 暫定復旧: the office hears of it with the next report; the repair goes on.
pub(super) fn work_around(
    turn: &mut Turn,
    actor: &Actor,
    id: IncidentId,
    text: Words,
    at: Option<Timestamp>,
) -> Result<(), String> {
    needs_words("workaround", &text)?;
    check_time(turn, at)?;
    let at = at.unwrap_or(turn.now.wall);
    turn.edit(id, Edit::happened(at, What::WorkedAround { text }), act_by(actor));
    move_to(turn, actor, id, Status::WorkedAround);
    Ok(())
}

/// 現地確認の結果: evidence, with which the verdict is decided anew.
pub(super) fn looked(
    turn: &mut Turn,
    actor: &Actor,
    id: IncidentId,
    findings: Vec<(String, Words)>,
    at: Option<Timestamp>,
) -> Result<(), String> {
    check_time(turn, at)?;
    if findings.is_empty() {
        return Err("Say what was seen: `--item 電源ランプ=消灯`.".to_owned());
    }
    for (item, words) in &findings {
        needs_words("looked", item)?;
        needs_words("looked", words)?;
    }
    let at = at.unwrap_or(turn.now.wall);
    for (item, words) in findings {
        let found = Found { words: words.clone(), at };
        turn.edit(id, Edit::Looked { item: item.clone(), found }, act_by(actor));
        turn.edit(id, Edit::happened(at, What::Looked { item, words }), Reason::OnRecord);
    }
    turn.touched.to_judge.insert(id);
    Ok(())
}

/// 原因 as the desk knows it now; a later word replaces it, both stay on record.
pub(super) fn cause(turn: &mut Turn, actor: &Actor, id: IncidentId, cause: Cause) -> Result<(), String> {
    needs_words("cause", &cause.direct)?;
    let what = What::CauseFound { class: cause.class, direct: cause.direct.clone() };
    turn.edit(id, Edit::Cause(cause), act_by(actor));
    turn.edit(id, Edit::happened(turn.now.wall, what), Reason::OnRecord);
    Ok(())
}

/// 取消: requests are taken back in words, offices that were told hear it, the number stays.
pub(super) fn cancel(
    turn: &mut Turn,
    actor: &Actor,
    id: IncidentId,
    reason: Words,
    kind: CancelKind,
) -> Result<(), String> {
    needs_words("cancel", &reason)?;
    note_words(turn, id, reason.clone());
    let open: Vec<RequestId> =
        turn.state.requests_of(id).filter(|request| request.state.open()).map(|request| request.id).collect();
    for request in open {
        assign::withdraw(turn, request, Some(kind));
    }
    turn.edit(id, Edit::CalledOff(kind), act_by(actor));
    move_to(turn, actor, id, Status::Cancelled);
    isolate::judge_echoes(turn, id);
    if kind == CancelKind::Planned {
        let members: Vec<AlertId> = turn.state.members_of(id).map(|alert| alert.id).collect();
        for alert in members {
            correlate::apart::kept_apart(turn, alert);
        }
    }
    notify::cancelled(turn, id, kind, reason);
    Ok(())
}
