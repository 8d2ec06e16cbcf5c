//! What is over leaves memory, and is read again from the record.

use super::*;
use crate::control::archive::whole;
use crate::control::view::Dossier;
use crate::desk::act::{CancelKind, Deed};
use crate::desk::evidence::Gathered;
use crate::desk::incident::{Incident, StatusName};
use crate::desk::outcome::{Delivery, Outcome, Ping, Probed, WriteBack};
use crate::record::archive;
use crate::store::Archived;
use jiff::{Timestamp, ToSpan};
use std::sync::mpsc;

/// What the world answers: mails arrive, nothing else is known.
fn carry_out(core: &mut Core, mut effects: Vec<Effect>) {
    let why = || "not asked by this test".to_owned();
    while let Some(Effect { row, attempt, .. }) = effects.pop() {
        let accepted = |address: String| (address, Delivery::Accepted { answer: "250 OK".into() });
        let outcome = match &row.work {
            Work::Ping { .. } => Outcome::Ping(Ping::NotKnown { why: why() }),
            Work::Echoes { .. } => Outcome::Echoes(std::collections::BTreeMap::new()),
            Work::Probe { .. } => Outcome::Probe(Probed::NotKnown { why: why() }),
            Work::Evidence(_) => Outcome::Evidence(Gathered::Came { parts: Vec::new(), gaps: Vec::new() }),
            Work::WriteBack { .. } => Outcome::WriteBack(WriteBack::Written),
            Work::Message { addresses, .. } => {
                Outcome::Message(addresses.iter().map(|known| accepted(known.address.clone())).collect())
            }
        };
        effects.extend(core.group(vec![Input::Outcome { owed: row.id, attempt, outcome }]).unwrap().effects);
    }
}

fn put(core: &mut Core, input: Input) {
    let effects = core.group(vec![input]).unwrap().effects;
    carry_out(core, effects);
}

/// Lets time pass, as the daemon would: everything due on the way is done.
fn pass(core: &mut Core, until: Timestamp) {
    while core.clock.wall() < until {
        let next = core.desk.next_wakeup(core.clock.now()).unwrap_or(std::time::Duration::from_secs(3600));
        let due = core.clock.wall() + next.max(std::time::Duration::from_secs(1));
        let to = due.min(until);
        core.clock.run(u32::MAX, to);
        while core.clock.wall() < to {
            std::hint::spin_loop();
        }
        put(core, Input::Tick);
    }
}

fn find(core: &mut Core, name: &str) -> Option<Archived> {
    let (send, found) = mpsc::channel();
    core.find(archive::called(name), Box::new(move |answer| drop(send.send(answer))));
    found.recv().unwrap().unwrap().pop()
}

fn dossier(core: &mut Core, folder: &Path, name: &str) -> Dossier {
    let found = find(core, name).unwrap();
    whole(folder, &core.desk.book().rules, &found).unwrap()
}

/// A core whose first incident was cancelled and has left memory; its number, and it as it was in memory.
fn archived(folder: &Path, rules: &Rules) -> (Core, String, Incident) {
    let began: Timestamp = "2026-10-07T01:00:00Z".parse().unwrap();
    let (mut core, first, _) = Core::open(folder, rules.clone(), &Clock::story(began, 1), None).unwrap();
    carry_out(&mut core, first.effects);
    put(&mut core, call("帳票が印刷できない"));
    let actor = Actor { name: "佐藤".into(), role: Role::Operator };
    let incident = core.desk.state().by_number.keys().next().unwrap().to_string();
    let deed = Deed::Cancel { reason: "利用者の操作誤り".into(), kind: CancelKind::default() };
    put(&mut core, Input::Act { actor, act: Act::On { incident: incident.clone(), deed } });
    let known = core.desk.state().incidents.values().next().unwrap().clone();
    assert_eq!(known.status.name(), StatusName::Cancelled);
    assert!(find(&mut core, &incident).is_some(), "filed as soon as it is over");
    pass(&mut core, began + (24 * 36).hours());
    // What the sources' silence led to goes on.
    let state = core.desk.state();
    assert!(!state.incidents.contains_key(&known.id) && !state.requests_of.contains_key(&known.id));
    assert!(state.requests.values().all(|request| request.incident != known.id));
    assert!(!state.by_number.values().chain(state.rooted.values().flatten()).any(|id| *id == known.id));
    (core, incident, known)
}

#[test]
fn an_archived_incident_is_read_with_its_requests_and_messages() {
    let folder = tempfile::tempdir().unwrap();
    let (mut core, number, known) = archived(folder.path(), &rules());
    assert!(crate::desk::ledger::balance(core.desk.state()).balanced);
    let read = dossier(&mut core, folder.path(), &number);
    assert_eq!((read.archived, &read.incident.summary), (true, &known.summary));
    assert_eq!(read.incident.transitions, known.transitions);
    // Those that were under way when it ended came back later: as they are known last.
    let ended = read.rows.iter().filter(|row| matches!(row.state, OwedState::Done { .. })).count();
    assert!(ended > 2 && ended == read.rows.len(), "{ended} of {} are done", read.rows.len());
    assert!(!read.requests.is_empty());
    // By its internal id too.
    assert_eq!(find(&mut core, &known.id.to_string()), find(&mut core, &number));
    assert_eq!(find(&mut core, "KW-20261007-0099"), None);
}

// P10: whatever becomes of the working state, the archive is filed anew from the journal.
#[test]
fn the_archive_is_filed_anew_when_the_working_state_is_lost() {
    let folder = tempfile::tempdir().unwrap();
    let rules = rules();
    let (mut core, number, _) = archived(folder.path(), &rules);
    let before = find(&mut core, &number);
    let later = core.clock.wall();
    core.close().unwrap();
    std::fs::remove_dir_all(folder.path().join("db")).unwrap();
    let (mut core, _, found) = Core::open(folder.path(), rules.clone(), &Clock::story(later, 1), None).unwrap();
    assert!(found.iter().any(|finding| finding.contains("working state")), "{found:?}");
    // The state is handed over after the first commit, and the archive follows.
    let limit = Instant::now() + std::time::Duration::from_secs(20);
    while find_now(&mut core, &number) != before {
        assert!(Instant::now() < limit, "{:?}", find_now(&mut core, &number));
        core.group(vec![call("another")]).unwrap();
        std::thread::yield_now();
    }
    let limit = Instant::now() + std::time::Duration::from_secs(20);
    while core.store.unfiled().is_some() {
        assert!(Instant::now() < limit);
        std::thread::yield_now();
    }
    assert!(dossier(&mut core, folder.path(), &number).archived);
    core.close().unwrap();
    let report = store::verify(folder.path(), record::SCHEMA, record::bodies_in, &mut |_| ()).unwrap();
    assert!(matches!(report.working, store::WorkingCheck::Whole { .. }), "{report}");
}

/// As [`find`], while the working state may not be there yet.
fn find_now(core: &mut Core, name: &str) -> Option<Archived> {
    let (send, found) = mpsc::channel();
    core.find(archive::called(name), Box::new(move |answer| drop(send.send(answer))));
    found.recv().unwrap().ok()?.pop()
}
