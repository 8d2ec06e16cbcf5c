//! 窓口確認: the machine's word becomes the desk's, or the desk decides otherwise.

use super::Actor;
use super::perform::{act_by, check_severity};
use crate::desk::ids::{ComponentId, IncidentId, PartyId};
use crate::desk::incident::{Edit, Incident, Severity, StatusName, Unknown, Verdict};
use crate::desk::letter::{Because, By};
use crate::desk::phrase::Phrase;
use crate::desk::rules::{Confidence, DataImpact, VerdictCode};
use crate::desk::turn::Turn;
use crate::desk::{correlate, isolate};

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
        let severity = Severity { value, by: By::Desk, why, reach: None, hit_since: None, hit_until: None };
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
    let (code, parties) = whose(turn, code, word.parties, &base)?;
    // What is settled as it stands keeps all that speaks for it; of anything else the desk has only said what it said.
    let stands = (code, &parties) == (base.code, &base.parties);
    let component = if stands { base.component.clone() } else { about(turn, id, code, &parties, &base) };
    let evidence = match component == base.component {
        true => base.evidence.clone(),
        false => base.evidence.iter().filter(|fact| !fact.counts_behind()).cloned().collect(),
    };
    let verdict = Verdict {
        at: turn.now.wall,
        code,
        confidence: Confidence::Confirmed,
        // Settled as it stands, it is still worked on under the other number.
        echo_of: base.echo_of.filter(|_| stands),
        because: word.because.map(Because::Words).unwrap_or_else(|| because(&base, &parties, code)),
        cause: base.cause.filter(|_| stands),
        component,
        evidence,
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

/// Who is named: those of this act; without one, whom the verdict as it stands names, if it is the same kind. Whoever was asked
/// under another verdict is no part of this one.
fn whose(
    turn: &Turn,
    code: VerdictCode,
    named: Vec<PartyId>,
    base: &Verdict,
) -> Result<(VerdictCode, Vec<PartyId>), String> {
    let site = &turn.book.rules.site;
    let parties = match code {
        _ if !named.is_empty() => named,
        _ if code == base.code && !base.parties.is_empty() => base.parties.clone(),
        VerdictCode::Single | VerdictCode::Multi => return Err("Name the party that should act.".to_owned()),
        // Which provider it is nobody has said.
        VerdictCode::External => Vec::new(),
        VerdictCode::ScopeOut => vec![site.office.clone()],
        VerdictCode::Own
        | VerdictCode::Unknown
        | VerdictCode::User
        | VerdictCode::Planned
        | VerdictCode::Monitor
        | VerdictCode::Security => vec![site.desk.clone()],
    };
    match (code, parties.len()) {
        (VerdictCode::Single, 2..) => Err("`single` is one party: name one, or say `multi`.".to_owned()),
        (VerdictCode::Multi, 1) => Ok((VerdictCode::Single, parties)),
        _ => Ok((code, parties)),
    }
}

/// What a verdict other than the standing one is about: the part of whoever is named that explains most, if any does; where
/// nobody is to act on a part, what fails itself.
fn about(turn: &Turn, id: IncidentId, code: VerdictCode, parties: &[PartyId], base: &Verdict) -> Option<ComponentId> {
    if !matches!(code, VerdictCode::Single | VerdictCode::Multi) {
        return turn.state.incidents.get(&id)?.root.clone();
    }
    let its = |id: &ComponentId| turn.book.keeper(id).is_some_and(|keeper| parties.contains(keeper));
    base.component.clone().filter(its).or_else(|| isolate::candidates(turn, id).into_iter().find(its))
}

/// The ground that goes on holding. What spoke for another verdict, or why the machine did not know, is no reason for what
/// the desk knows; where rules disagreed, that of the rule that names these parties is.
fn because(base: &Verdict, parties: &[PartyId], code: VerdictCode) -> Because {
    let claims = match &base.unknown {
        _ if (code, parties) == (base.code, base.parties.as_slice()) => return base.because.clone(),
        Some(Unknown::Disagreement { claims }) => claims.as_slice(),
        Some(Unknown::NothingKnown { .. } | Unknown::NobodyLeft | Unknown::ByRule { .. }) | None => &[],
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
