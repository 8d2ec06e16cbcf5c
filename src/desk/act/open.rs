//! 起票: a call at the desk. It gets its number at once and is isolated like an alert; what is known already gets no second
//! number.

use super::perform::{act_by, check_severity, check_time};
use super::{Actor, at_open};
use crate::desk::ids::{ComponentId, IncidentId};
use crate::desk::incident::{Edit, Incident, Reason, Severity, Status, StatusName, Told};
use crate::desk::letter::{By, DetectedBy, OccurredMark, What};
use crate::desk::phrase::Phrase;
use crate::desk::turn::Turn;
use crate::desk::{correlate, isolate};
use jiff::Timestamp;

/// What the caller said.
pub(super) struct Call {
    pub(super) summary: String,
    pub(super) component: Option<ComponentId>,
    pub(super) detected_by: DetectedBy,
    pub(super) occurred: Option<Timestamp>,
    pub(super) severity: Option<u8>,
    pub(super) separate: bool,
}

pub(super) fn open(turn: &mut Turn, actor: &Actor, call: Call) -> Result<IncidentId, String> {
    if call.summary.trim().is_empty() {
        return Err("Say what is wrong: the summary is empty.".to_owned());
    }
    if let Some(component) = &call.component
        && !turn.book.rules.components.contains_key(component)
    {
        return Err(format!("There is no component `{component}` in the configuration."));
    }
    check_severity(call.severity)?;
    check_time(turn, call.occurred)?;
    let known = call.component.as_ref().filter(|_| !call.separate).and_then(|id| correlate::burning_about(turn, id));
    match known {
        Some(id) => further(turn, actor, id, call),
        None => new(turn, actor, call),
    }
}

/// Somebody calls about what burns already: one fault, one number.
fn further(turn: &mut Turn, actor: &Actor, id: IncidentId, call: Call) -> Result<IncidentId, String> {
    let status = turn.state.incidents.get(&id).map(|incident| incident.status.name());
    correlate::told(turn, id, told(turn, &call), act_by(actor));
    isolate::owe_probes(turn, id);
    if matches!(status, Some(StatusName::Detected | StatusName::Watched)) {
        // A person says that it hurts: nothing more is waited for.
        correlate::reframe(turn, id);
        correlate::grade(turn, id);
        correlate::accept(turn, id, Reason::Call);
    }
    turn.edit(id, Edit::happened(turn.now.wall, What::Reported { text: call.summary }), act_by(actor));
    if let Some(value) = call.severity {
        set_severity(turn, actor, id, value);
    }
    turn.touched.news.insert(id);
    Ok(id)
}

fn new(turn: &mut Turn, actor: &Actor, call: Call) -> Result<IncidentId, String> {
    let now = turn.now;
    let id = turn.next_incident();
    let mut incident = Incident::new(id, now, Status::Detected { until: now.elapsed }, call.detected_by);
    incident.occurred = call.occurred.unwrap_or(now.wall);
    incident.occurred_mark = if call.occurred.is_some() { OccurredMark::Reported } else { OccurredMark::Estimated };
    incident.told.push(told(turn, &call));
    incident.summary = call.summary;
    incident.root = call.component;
    turn.edit(id, Edit::Opened(Box::new(incident)), Reason::Call);
    isolate::owe_probes(turn, id);
    match call.severity {
        Some(value) => set_severity(turn, actor, id, value),
        None => correlate::grade(turn, id),
    }
    at_open::link(turn, id);
    correlate::accept(turn, id, Reason::Call);
    Ok(id)
}

fn told(turn: &Turn, call: &Call) -> Told {
    Told {
        text: call.summary.clone(),
        component: call.component.clone(),
        by: call.detected_by,
        at: turn.now.wall,
        since: call.occurred,
    }
}

fn set_severity(turn: &mut Turn, actor: &Actor, id: IncidentId, value: u8) {
    let why = Phrase::new(format!("set by {}", actor.name), format!("{}が設定", actor.name));
    let severity = Severity { value, by: By::Desk, why, reach: None, hit_since: None, hit_until: None };
    turn.edit(id, Edit::Severity(severity), act_by(actor));
}
