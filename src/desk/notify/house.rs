//! Words within the house: 内部連絡, 監視停止, what was red at the first start, numbers written back.

use super::facts::{Reader, facts};
use super::{Draft, send, storm};
use crate::desk::alert::Alert;
use crate::desk::deliver;
use crate::desk::ids::{AlertId, IncidentId, OwedId, PartyId, SourceId};
use crate::desk::letter::{DigestLine, HeldRow, Matter, Notice};
use crate::desk::observation::Key;
use crate::desk::owed::{Why, Work};
use crate::desk::rules::{Language, SourceKind};
use crate::desk::state::State;
use crate::desk::storage::Room;
use crate::desk::turn::{Turn, Unmarked};
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};

/// Problems listed in the digest of the first start.
const ADOPTED_LISTED: usize = 100;
/// Held rows listed in the notice of a restore.
const HELD_LISTED: usize = 20;
/// Problems one write-back row names.
const KEYS_AT_ONCE: usize = 500;

/// 内部連絡 to the desk.
pub(in crate::desk) fn internal(turn: &mut Turn, incident: Option<IncidentId>, notice: Notice, why: Why) {
    let desk = turn.book.rules.site.desk.clone();
    let incident_facts = incident.and_then(|id| facts(turn, id, Reader::House(&desk))).map(Box::new);
    let severity = incident_facts.as_ref().map_or(3, |facts| facts.severity);
    if storm::is_listed_there(turn, incident, &notice, severity) {
        return;
    }
    let urgent = matches!(
        notice,
        Notice::NotDelivered(_)
            | Notice::Held { .. }
            | Notice::ChannelFails { .. }
            | Notice::Damage { .. }
            | Notice::SetAside { .. }
            | Notice::Restored { .. }
            | Notice::Unwritable { .. }
            | Notice::ReserveUsed
            | Notice::LowRoom { room: Room::VeryLow, .. }
    );
    let matter = Matter::Internal { incident: incident_facts, notice };
    let mut draft = Draft::new(incident, severity, matter, why);
    draft.critical |= urgent;
    send(turn, &desk, draft);
}

/// The configuration was not loaded; the old rules stay.
pub(in crate::desk) fn rules_refused(turn: &mut Turn, faults: Vec<String>) {
    internal(turn, None, Notice::RulesRefused { faults }, Why::Notice);
}

/// Something of the record was damaged.
pub(in crate::desk) fn damaged(turn: &mut Turn, what: String) {
    internal(turn, None, Notice::Damage { what }, Why::Notice);
}

/// We were down.
pub(in crate::desk) fn was_down(turn: &mut Turn, from: Timestamp, until: Timestamp) {
    internal(turn, None, Notice::WasDown { from, until }, Why::Notice);
}

/// The record was restored from a backup, and these rows are held.
pub(in crate::desk) fn restored(turn: &mut Turn, made: Timestamp, held: &[OwedId]) {
    let line = |id: &OwedId| {
        let row = turn.state.owed.get(id)?;
        let incident = row.incident.and_then(|id| turn.state.incidents.get(&id));
        let to = match &row.work {
            Work::Message { letter, .. } => letter.to.organization.clone(),
            Work::WriteBack { source, .. } => source_name(turn, source),
            Work::Ping { .. } | Work::Echoes { .. } | Work::Probe { .. } | Work::Evidence(_) => return None,
        };
        let number = incident.and_then(|incident| incident.number.clone());
        Some(HeldRow { row: id.to_string(), kind: row.kind().to_owned(), number, to })
    };
    let rows = held.iter().take(HELD_LISTED).filter_map(line).collect();
    internal(turn, None, Notice::Restored { made, rows, total: held.len() }, Why::Notice);
}

/// A source has something to say about itself.
pub(in crate::desk) fn remark(turn: &mut Turn, source: &SourceId, text: String) {
    internal(turn, None, Notice::Remark { source: source_name(turn, source), text }, Why::Notice);
}

/// A source as people call it: `Zabbix`, `ログ監視 network-log`.
pub(super) fn source_name(turn: &Turn, source: &SourceId) -> String {
    let kind = turn.book.rules.sources.get(source).map(|known| known.kind);
    let id = source.to_string();
    match (kind, turn.book.rules.site.language) {
        (Some(SourceKind::Zabbix), _) if id.eq_ignore_ascii_case("zabbix") => "Zabbix".to_owned(),
        (Some(SourceKind::Zabbix), _) => format!("Zabbix {id}"),
        (Some(SourceKind::Log), Language::Ja) => format!("ログ監視 {id}"),
        (Some(SourceKind::Log), Language::En) | (None, _) => id,
    }
}

/// What was already red at the first look.
pub(in crate::desk) fn adopted(turn: &mut Turn, source: &SourceId, alerts: &[AlertId]) {
    let mut problems: Vec<&Alert> = alerts.iter().filter_map(|id| turn.state.alerts.get(id)).collect();
    problems.retain(|alert| alert.problem.level >= turn.book.min_level(source));
    if problems.is_empty() {
        return;
    }
    problems.sort_by_key(|alert| (std::cmp::Reverse(alert.problem.level), alert.at, alert.id));
    let total = problems.len();
    let problems = problems
        .into_iter()
        .take(ADOPTED_LISTED)
        .map(|alert| DigestLine {
            told: false,
            withheld: false,
            number: None,
            severity: None,
            at: alert.at,
            text: format!("{} {}", alert.problem.host, alert.problem.summary),
            stage: None,
            asked: None,
        })
        .collect();
    let desk = turn.book.rules.site.desk.clone();
    let matter = Matter::Adopted { source: source_name(turn, source), problems, total };
    send(turn, &desk, Draft::new(None, 3, matter, Why::FirstLook));
}

/// 監視停止, to everybody the policy names; the details only to the desk.
pub(in crate::desk) fn blind(turn: &mut Turn, incident: IncidentId, source: &SourceId, since: Timestamp, detail: &str) {
    let number = turn.state.incidents.get(&incident).and_then(|incident| incident.number.clone());
    for party in told_of_blindness(turn) {
        let detail = if party == turn.book.rules.site.desk { detail.to_owned() } else { String::new() };
        let matter = Matter::Blind { number: number.clone(), source: source_name(turn, source), since, detail };
        let mut draft = Draft::new(Some(incident), 3, matter, Why::Blind);
        draft.critical = true;
        send(turn, &party, draft);
    }
}

/// 監視再開, to whoever was told of the blindness.
pub(in crate::desk) fn sighted(turn: &mut Turn, incident: IncidentId, source: &SourceId, since: Timestamp) {
    let known = turn.state.incidents.get(&incident);
    let number = known.and_then(|incident| incident.number.clone());
    // Who heard of the blindness on trial only is nobody outside.
    let only_tried = known.is_some_and(|incident| incident.reporting.only_tried);
    let mut told = told_of_blindness(turn);
    told.retain(|party| !only_tried || *party == turn.book.rules.site.desk);
    for party in told {
        let until = turn.now.wall;
        let matter = Matter::Sighted { number: number.clone(), source: source_name(turn, source), since, until };
        send(turn, &party, Draft::new(Some(incident), 3, matter, Why::SeesAgain));
    }
}

fn told_of_blindness(turn: &Turn) -> Vec<PartyId> {
    let told = &turn.book.rules.policy.blind_tell;
    if told.is_empty() { vec![turn.book.rules.site.desk.clone()] } else { told.clone() }
}

/// Our number goes back onto every problem that does not carry it yet, once.
pub(in crate::desk) fn write_numbers_back(turn: &mut Turn) {
    while let Some((incident, unmarked)) = turn.touched.to_write_back.pop_first() {
        write_back(turn, incident, &unmarked);
    }
}

fn write_back(turn: &mut Turn, incident: IncidentId, unmarked: &Unmarked) {
    let Some(number) = turn.state.incidents.get(&incident).and_then(|incident| incident.number.clone()) else { return };
    let mut by_source: BTreeMap<SourceId, Vec<_>> = BTreeMap::new();
    let mut mark = |alert: &Alert| {
        if turn.book.rules.sources.get(&alert.source).is_some_and(|source| source.write_back) {
            by_source.entry(alert.source.clone()).or_default().push(alert.key.clone());
        }
    };
    match unmarked {
        Unmarked::Joined(alerts) => alerts.iter().filter_map(|id| turn.state.alerts.get(id)).for_each(mark),
        Unmarked::All => {
            let marked = marked(turn.state, incident);
            let open = turn.state.members_of(incident);
            open.filter(|alert| !marked.contains(&(&alert.source, &alert.key))).for_each(&mut mark);
        }
    }
    for (source, keys) in by_source {
        for keys in keys.chunks(KEYS_AT_ONCE) {
            let work = Work::WriteBack { source: source.clone(), keys: keys.to_vec(), text: number.to_string() };
            deliver::owe(turn, Some(incident), work, Why::WriteBack);
        }
    }
}

/// Problems our number was or is being written on, by source.
fn marked(state: &State, incident: IncidentId) -> BTreeSet<(&SourceId, &Key)> {
    let keys = state.owed_of(incident).filter_map(|row| match &row.work {
        Work::WriteBack { source, keys, .. } => Some(keys.iter().map(move |key| (source, key))),
        Work::Message { .. } | Work::Ping { .. } | Work::Echoes { .. } | Work::Evidence(_) | Work::Probe { .. } => None,
    });
    keys.flatten().collect()
}
