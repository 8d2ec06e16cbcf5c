//! 窓口確認: the machine's word becomes the desk's, or the desk decides otherwise.

use super::Actor;
use super::perform::{act_by, check_severity};
use crate::desk::correlate;
use crate::desk::ids::{IncidentId, PartyId};
use crate::desk::incident::{Edit, Incident, Severity, StatusName, Unknown, Verdict};
use crate::desk::letter::{Because, By};
use crate::desk::phrase::Phrase;
use crate::desk::rules::{Confidence, DataImpact, VerdictCode};
use crate::desk::turn::Turn;

pub(super) struct Confirmed {
    pub(super) verdict: Option<VerdictCode>,
    pub(super) parties: Vec<PartyId>,
    pub(super) severity: Option<u8>,
    pub(super) data: Option<DataImpact>,
    pub(super) because: Option<String>,
}

/// 窓口確認: the machine's word becomes the desk's, or the desk decides otherwise.
pub(super) fn confirm(
    turn: &mut Turn,
    actor: &Actor,
    id: IncidentId,
    status: StatusName,
    word: Confirmed,
) -> Result<(), String> {
    check_severity(word.severity)?;
    if status == StatusName::Watched {
        correlate::accept(turn, id, act_by(actor));
    }
    if let Some(value) = word.severity {
        let before = turn.state.incidents.get(&id).map(|incident| incident.severity_value());
        let why = Phrase::new(format!("set by {}", actor.name), format!("{}が設定", actor.name));
        let severity = Severity { value, by: By::Desk, why, reach: None };
        turn.edit(id, Edit::Severity(severity), act_by(actor));
        if let Some(before) = before.filter(|_| status != StatusName::Watched) {
            turn.touched.raised.entry(id).or_insert(before);
        }
    }
    if let Some(data) = word.data {
        correlate::fear(turn, id, data, act_by(actor));
        correlate::grade(turn, id);
    }
    let Some(known) = turn.state.incidents.get(&id) else { return Ok(()) };
    if status == StatusName::Watched && word.verdict.is_none() && word.parties.is_empty() {
        return Ok(());
    }
    let standing = known.verdict().cloned();
    let code = match (word.verdict, &standing) {
        (Some(code), _) => code,
        (None, _) if word.parties.len() == 1 => VerdictCode::Single,
        (None, _) if word.parties.len() > 1 => VerdictCode::Multi,
        (None, Some(standing)) => standing.code,
        (None, None) => return Err("There is no verdict yet to confirm: name one, or a party.".to_owned()),
    };
    let base = standing.unwrap_or_else(|| empty_verdict(turn, known));
    let parties = if word.parties.is_empty() { base.parties.clone() } else { word.parties };
    if matches!(code, VerdictCode::Single | VerdictCode::Multi) && parties.is_empty() {
        return Err("Name the party that should act.".to_owned());
    }
    let verdict = Verdict {
        at: turn.now.wall,
        code,
        confidence: Confidence::Confirmed,
        // Settled as it stands, it is still worked on under the other number.
        echo_of: base.echo_of.filter(|_| (code, &parties) == (base.code, &base.parties)),
        because: word.because.map(Because::Words).unwrap_or_else(|| because(&base, &parties, code)),
        parties,
        by: By::Desk,
        rule: None,
        unknown: base.unknown.filter(|_| code == VerdictCode::Unknown),
        // A person's word stands until a person changes it.
        would_change: Vec::new(),
        ..base
    };
    turn.edit(id, Edit::Verdict(Box::new(verdict)), act_by(actor));
    turn.touched.to_judge.remove(&id);
    turn.touched.judged.insert(id);
    Ok(())
}

/// The ground that goes on holding. Why the machine did not know is no reason for what the desk knows; where rules
/// disagreed, that of the rule that names these parties is.
fn because(base: &Verdict, parties: &[PartyId], code: VerdictCode) -> Because {
    let claims = match &base.unknown {
        _ if code == VerdictCode::Unknown => return base.because.clone(),
        None => return base.because.clone(),
        Some(Unknown::Disagreement { claims }) => claims.as_slice(),
        Some(Unknown::NothingKnown { .. } | Unknown::NobodyLeft | Unknown::ByRule { .. }) => &[],
    };
    let claim = claims.iter().find(|claim| claim.parties == parties);
    claim.map_or(Because::Confirmed, |claim| claim.because.clone())
}

fn empty_verdict(turn: &Turn, incident: &Incident) -> Verdict {
    Verdict {
        at: turn.now.wall,
        code: VerdictCode::Unknown,
        confidence: Confidence::Unknown,
        parties: Vec::new(),
        component: incident.root.clone(),
        cause: None,
        by: By::Desk,
        rule: None,
        echo_of: None,
        because: Because::Words(String::new()),
        evidence: Vec::new(),
        against: Vec::new(),
        not_known: Vec::new(),
        unknown: None,
        would_change: Vec::new(),
        tried: [].into(),
        rules_hash: turn.book.rules.hash.clone(),
    }
}
