//! Gathering evidence (情報取得): values and log lines are owed at 受付, before they are gone and so that requests can quote
//! them; the record as it stood with the verdict.
//!
//! The verdict waits for them no longer than for pings. What comes later still belongs to the incident, and of what never
//! comes the record says why. Not here: fetching, and what a reader may see of it.

use super::probe::judge_when_all_is_in;
use crate::desk::alert::Alert;
use crate::desk::deliver;
use crate::desk::evidence::{Ask, Change, Gap, Gathered, Lack, MOST_HOSTS, MOST_OBJECTS, Pack, Part, Wanted};
use crate::desk::ids::{ComponentId, IncidentId, OwedId, SourceId};
use crate::desk::incident::{Edit, Incident, Reason};
use crate::desk::owed::{Why, Work};
use crate::desk::rules::SourceKind;
use crate::desk::turn::Turn;
use std::time::Duration;

/// Owes what sources may know of an incident and were not asked about it yet.
pub(in crate::desk) fn owe(turn: &mut Turn, incident: IncidentId) {
    for ask in wanted(turn, incident) {
        ask_for(turn, incident, ask);
    }
}

/// Owes the record as it stands; of what is about nothing that is known there is nothing to keep.
pub(in crate::desk) fn owe_record(turn: &mut Turn, incident: IncidentId) {
    let policy = &turn.book.rules.policy;
    if policy.evidence_values.is_none() && policy.evidence_lines.is_none() {
        return;
    }
    let Some(known) = turn.state.incidents.get(&incident) else { return };
    if known.root.is_none() && turn.state.members_of(incident).next().is_none() {
        return;
    }
    let about = known.occurred;
    let ask = Ask { source: None, wanted: Wanted::Record, from: about, about, until: turn.now.wall };
    ask_for(turn, incident, ask);
}

fn ask_for(turn: &mut Turn, incident: IncidentId, ask: Ask) {
    let row = turn.next_owed();
    turn.edit(incident, Edit::Evidence(Change::Asked { row, ask: ask.clone() }), Reason::Gather);
    deliver::owe(turn, Some(incident), Work::Evidence(ask), Why::Evidence);
}

/// What may be asked about an incident, a row for each source.
fn wanted(turn: &Turn, incident: IncidentId) -> Vec<Ask> {
    let Some(known) = turn.state.incidents.get(&incident) else { return Vec::new() };
    let (policy, pack) = (&turn.book.rules.policy, &known.evidence);
    let members = likeliest_first(turn, known);
    let hosts = hosts(turn, known, &members);
    let mut asks = Vec::new();
    let mut ask = |source: &SourceId, wanted: Wanted, before: Duration| {
        let from = known.occurred.checked_sub(before).unwrap_or(known.occurred);
        asks.push(Ask { source: Some(source.clone()), wanted, from, about: known.occurred, until: turn.now.wall });
    };
    for (source, rules) in &turn.book.rules.sources {
        match (rules.kind, policy.evidence_values, policy.evidence_lines) {
            (SourceKind::Zabbix, Some(before), _) => {
                let objects = objects(source, &members, pack);
                if !objects.is_empty() {
                    ask(source, Wanted::Values { objects }, before);
                }
            }
            (SourceKind::Log, _, Some(before)) => {
                let hosts: Vec<String> = hosts.iter().filter(|host| !pack.has_asked(source, host)).cloned().collect();
                if !hosts.is_empty() {
                    ask(source, Wanted::Lines { hosts }, before);
                }
            }
            (SourceKind::Zabbix | SourceKind::Log, ..) => {}
        }
    }
    asks
}

/// The members, those of the root first, then as they began.
fn likeliest_first<'a>(turn: &'a Turn, incident: &Incident) -> Vec<&'a Alert> {
    let mut members: Vec<&Alert> = turn.state.members_of(incident.id).collect();
    let is_root = |alert: &Alert| alert.component.is_some() && alert.component == incident.root;
    members.sort_by_key(|alert| (!is_root(alert), alert.at, alert.id));
    members
}

/// The hosts lines are asked about: where it shows, then where the root is although it shows nothing there.
fn hosts(turn: &Turn, incident: &Incident, members: &[&Alert]) -> Vec<String> {
    let of = |component: &ComponentId| {
        let known = turn.book.rules.components.get(component);
        let patterns = known.into_iter().flat_map(|known| &known.matches).flat_map(|matcher| &matcher.host);
        patterns.filter_map(|pattern| pattern.exact()).map(str::to_owned).collect::<Vec<_>>()
    };
    let shown = members.iter().map(|alert| alert.problem.host.to_string());
    let mut hosts: Vec<String> = Vec::new();
    let mut add = |host: String| {
        if hosts.len() < MOST_HOSTS && !host.is_empty() && !hosts.contains(&host) {
            hosts.push(host);
        }
    };
    let at_root = members.iter().filter(|alert| alert.component.is_some() && alert.component == incident.root).count();
    shown.clone().take(at_root).for_each(&mut add);
    incident.root.iter().flat_map(of).for_each(&mut add);
    shown.skip(at_root).for_each(&mut add);
    hosts
}

/// What raised the members that `source` told, as far as it was not asked about.
fn objects(source: &SourceId, members: &[&Alert], pack: &Pack) -> Vec<String> {
    let told = members.iter().filter(|alert| alert.source == *source).filter_map(|alert| alert.problem.object.as_ref());
    let mut objects: Vec<String> = Vec::new();
    for object in told.filter(|object| !pack.has_asked(source, object)) {
        if objects.len() < MOST_OBJECTS && !objects.iter().any(|known| known == object) {
            objects.push(object.to_string());
        }
    }
    objects
}

/// An attempt came back; whether it is tried again is the ledger's business.
pub(in crate::desk) fn gathered(turn: &mut Turn, incident: IncidentId, row: OwedId, gathered: Gathered) {
    match gathered {
        Gathered::Came { parts, gaps } => came(turn, incident, row, parts, gaps),
        Gathered::Later { why } => {
            turn.edit(incident, Edit::Evidence(Change::Failed { row, why }), Reason::Gather);
        }
    }
}

/// It will never come.
pub(in crate::desk) fn lost(turn: &mut Turn, incident: IncidentId, row: OwedId, ask: &Ask, why: &str) {
    let out = turn.state.incidents.get(&incident).and_then(|known| known.evidence.out.get(&row));
    let last = out.map(|out| out.last.clone()).filter(|last| !last.is_empty());
    let gap = ask.nothing(Lack::Late { detail: last.unwrap_or_else(|| why.to_owned()) });
    came(turn, incident, row, Vec::new(), vec![gap]);
}

fn came(turn: &mut Turn, incident: IncidentId, row: OwedId, parts: Vec<Part>, gaps: Vec<Gap>) {
    turn.edit(incident, Edit::Evidence(Change::Came { row, parts, gaps }), Reason::Gather);
    judge_when_all_is_in(turn, incident);
}
