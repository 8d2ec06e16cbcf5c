//! Registering what is changed on components: planned, done, rolled back. Open faults it may have a part in are judged anew.

use super::perform::{check_time, named, needs_words, said};
use super::{Actor, Registered};
use crate::desk::ids::ModificationId;
use crate::desk::incident::{Incident, StatusName};
use crate::desk::isolate::case;
use crate::desk::modification::{Change, Modification, ModificationState, RECENT, Reason};
use crate::desk::turn::Turn;
use jiff::Timestamp;

/// What is done about a modification.
pub(super) enum Step {
    Done,
    RolledBack,
}

/// Puts a modification on record.
pub(super) fn register(turn: &mut Turn, actor: &Actor, told: Registered) -> Result<ModificationId, String> {
    needs_words("change add", &told.summary)?;
    if told.components.is_empty() {
        return Err("Name what is changed: `--component`.".to_owned());
    }
    for component in &told.components {
        if !turn.book.rules.components.contains_key(component) {
            return Err(format!("There is no component `{component}` in the configuration."));
        }
    }
    let party = told.party.map(|party| named(turn, &party)).transpose()?;
    let at = told.at.unwrap_or(turn.now.wall);
    let state = if told.planned || at > turn.now.wall { ModificationState::Planned } else { ModificationState::Done };
    let id = ModificationId(turn.state.counters.modification + 1);
    let modification = Modification {
        id,
        summary: told.summary,
        components: told.components,
        party,
        at,
        state,
        by: actor.name.clone(),
    };
    turn.record(Change::Registered(Box::new(modification)), Reason::Act { by: actor.name.clone() });
    judge_anew(turn, id);
    Ok(id)
}

/// What is learnt of a change after the verdict is a new fact about every fault it may have a part in.
fn judge_anew(turn: &mut Turn, id: ModificationId) {
    let Some(change) = turn.state.modifications.get(&id) else { return };
    let judged = |incident: &&Incident| {
        let decided = matches!(
            incident.status.name(),
            StatusName::Isolating | StatusName::Requested | StatusName::InProgress | StatusName::WorkedAround
        );
        decided && incident.verdict().is_some() && change.precedes(incident.occurred, RECENT)
    };
    let touched = |incident: &&Incident| {
        let failing = case::failing(turn.state, incident.id);
        change.components.iter().any(|component| case::concerns(turn.book, incident, &failing, component))
    };
    let open = turn.state.open.iter().filter_map(|incident| turn.state.incidents.get(incident));
    let concerned: Vec<_> = open.filter(judged).filter(touched).map(|incident| incident.id).collect();
    turn.touched.to_judge.extend(concerned);
}

/// It was made, or taken back.
pub(super) fn go_on(
    turn: &mut Turn,
    actor: &Actor,
    id: ModificationId,
    step: &Step,
    at: Option<Timestamp>,
) -> Result<(), String> {
    check_time(turn, at)?;
    let Some(known) = turn.state.modifications.get(&id) else {
        return Err(format!("There is no change {id}. `kiriwake change list` shows them."));
    };
    let at = at.unwrap_or(turn.now.wall);
    let change = match (step, known.state) {
        (_, ModificationState::RolledBack { .. }) => return Err(format!("{id} was rolled back already.")),
        (Step::Done, ModificationState::Done) => return Err(format!("{id} is done already.")),
        (Step::Done, ModificationState::Planned) => Change::Done { modification: id, at },
        (Step::RolledBack, ModificationState::Planned) if at < known.at => {
            return Err(format!(
                "{id} is planned for {}, so it cannot have been rolled back at {}. If it was made earlier, say so first: \
                 `kiriwake change done {id} --at TIME`.",
                said(turn, known.at),
                said(turn, at)
            ));
        }
        (Step::RolledBack, ModificationState::Done) if at < known.at => {
            return Err(format!(
                "{id} was made at {}, so it cannot have been rolled back at {}.",
                said(turn, known.at),
                said(turn, at)
            ));
        }
        (Step::RolledBack, ModificationState::Planned | ModificationState::Done) => {
            Change::RolledBack { modification: id, at }
        }
    };
    turn.record(change, Reason::Act { by: actor.name.clone() });
    judge_anew(turn, id);
    Ok(())
}
