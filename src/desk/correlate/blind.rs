//! A source that sees nothing is an incident of its own (監視不能); what it last saw stays as it was.

use super::{Edit, Incident, Reason, Status, Turn, accept, recovery};
use crate::desk::ids::{IncidentId, SourceId};
use crate::desk::incident::{Restored, Severity, StatusName, Verdict};
use crate::desk::letter::{Because, By, DetectedBy, OccurredMark};
use crate::desk::phrase::Phrase;
use crate::desk::rules::{CauseClass, Confidence, VerdictCode};
use crate::desk::{house, notify, source};
use jiff::Timestamp;

/// Opens the incident for a source that has become blind.
pub(in crate::desk) fn blind(turn: &mut Turn, id: &SourceId, since: Timestamp, detail: String, reason: source::Reason) {
    let incident_id = turn.next_incident();
    let mut incident =
        Incident::new(incident_id, turn.now, Status::Detected { until: turn.now.elapsed }, DetectedBy::Product);
    incident.occurred = since;
    incident.occurred_mark = OccurredMark::Estimated;
    incident.summary = format!("監視停止：{id}");
    turn.edit(incident_id, Edit::Opened(Box::new(incident)), Reason::Blind);
    turn.record((id.clone(), source::Change::Blind { since, incident: incident_id }), reason);
    let from = since;
    turn.record(house::Change::BlindTime { source: id.clone(), from, until: None }, house::Reason::Observed);
    let why = Phrase::new(
        "faults may go unseen; no service is known to be hit",
        "障害を検知できないおそれあり、業務影響は確認されていない",
    );
    let severity = Severity { value: 3, by: By::Machine, why, reach: None, hit_since: None, hit_until: None };
    turn.edit(incident_id, Edit::Severity(severity), Reason::Matrix);
    accept(turn, incident_id, Reason::Blind);
    // The verdict is not in question: it needs no rule.
    turn.touched.to_judge.remove(&incident_id);
    let desk = turn.book.rules.site.desk.clone();
    let verdict = Verdict {
        at: turn.now.wall,
        code: VerdictCode::Monitor,
        confidence: Confidence::Probable,
        parties: vec![desk.clone()],
        component: None,
        cause: Some(CauseClass::Mo),
        by: By::Machine,
        rule: None,
        echo_of: None,
        because: Because::Blind,
        evidence: Vec::new(),
        against: Vec::new(),
        not_known: Vec::new(),
        unknown: None,
        would_change: Vec::new(),
        tried: [].into(),
        rules_hash: turn.book.rules.hash.clone(),
    };
    turn.edit(incident_id, Edit::Verdict(Box::new(verdict)), Reason::Blind);
    turn.edit(incident_id, Edit::Owner(desk), Reason::DeskLeads);
    notify::blind(turn, incident_id, id, since, &detail);
}

/// The source sees again: a complete look is the operation check, so the incident ends by itself.
pub(in crate::desk) fn sees_again(turn: &mut Turn, id: &SourceId, since: Timestamp, incident: IncidentId) {
    let at = turn.now.wall;
    let until = Some(at);
    turn.record(house::Change::BlindTime { source: id.clone(), from: since, until }, house::Reason::Observed);
    notify::sighted(turn, incident, id, since);
    recovery::wait_again(turn);
    let open = turn.state.incidents.get(&incident).is_some_and(|incident| incident.status.name().open());
    if !open || turn.state.incidents.get(&incident).is_some_and(|known| known.status.name() == StatusName::Restored) {
        return;
    }
    let restored = Restored { at, elapsed: turn.now.elapsed, by: None, check: String::new().into(), symptom: None };
    turn.edit(incident, Edit::Restored(restored), Reason::SeesAgain);
    turn.edit(incident, Edit::Status { to: Status::Restored, at, by: None }, Reason::SeesAgain);
    turn.edit(incident, Edit::Status { to: Status::Closed, at, by: None }, Reason::SeesAgain);
}
