//! A backup, restored: what leaves, what does not, and under which identity.

use super::*;
use crate::desk::evidence::Gathered;
use crate::desk::ids::OwedId;
use crate::desk::outcome::{Delivery, Outcome, Ping, Probed};
use crate::desk::owed::{Owed, Work};
use crate::store::{Making, RestoreReport, Restoring};
use std::collections::BTreeSet;

const MADE: &str = "2026-11-20T01:00:00Z";

fn back_up(state: &Path, to: &Path) {
    let making = Making {
        now: MADE.parse().unwrap(),
        version: "0.1.0",
        schema: record::SCHEMA,
        point: None,
        refers: record::bodies_in,
    };
    let report = store::backup(state, to, &making).unwrap();
    assert_eq!(report.manifest.findings, Vec::<String>::new());
}

fn put_back(backup: &Path, state: &Path, rules: &Rules) -> RestoreReport {
    let now = "2026-11-20T05:00:00Z".parse().unwrap();
    let report = store::restore(state, backup, Restoring { now, schema: record::SCHEMA, set_aside: false }).unwrap();
    assert_eq!(rebuild(state, rules.clone()).unwrap().found, Vec::<String>::new());
    report
}

fn keys(core: &Core, ids: impl Iterator<Item = OwedId>) -> BTreeSet<String> {
    ids.map(|id| core.desk.state().owed[&id].key.clone()).collect()
}

/// Pings, probes and evidence come back with nothing; the messages that are begun on the way.
fn told_nothing(core: &mut Core, mut effects: Vec<Effect>) -> Vec<Effect> {
    let mut messages = Vec::new();
    while let Some(Effect { row, attempt, record }) = effects.pop() {
        let why = "not asked by this test".to_owned();
        let outcome = match &row.work {
            Work::Ping { .. } => Outcome::Ping(Ping::NotKnown { why }),
            Work::Echoes { .. } => Outcome::Echoes(std::collections::BTreeMap::new()),
            Work::Probe { .. } => Outcome::Probe(Probed::NotKnown { why }),
            Work::Evidence(_) => Outcome::Evidence(Gathered::Came { parts: Vec::new(), gaps: Vec::new() }),
            Work::Message { .. } | Work::WriteBack { .. } => {
                messages.push(Effect { row, attempt, record });
                continue;
            }
        };
        effects.extend(core.group(vec![Input::Outcome { owed: row.id, attempt, outcome }]).unwrap().effects);
    }
    messages
}

/// A backup with a row that is done, some under way and some that wait, as it lies in the folder `backup`.
fn backed_up(folder: &Path, rules: &Rules) -> Core {
    let state = folder.join("state");
    std::fs::create_dir(&state).unwrap();
    let mut core = open(&state, rules);
    let begun = core.group(vec![call("first")]).unwrap().effects;
    let messages = told_nothing(&mut core, begun);
    let Effect { row, attempt, .. } = messages[0].clone();
    let Work::Message { addresses, .. } = &row.work else { panic!("a message") };
    let accepted = Delivery::Accepted { answer: "250".into() };
    let results = addresses.iter().map(|known| (known.address.clone(), accepted.clone())).collect();
    let outcome = Outcome::Message(results);
    core.group(vec![Input::Outcome { owed: row.id, attempt, outcome }]).unwrap();
    // More calls than a destination takes at once.
    let begun = core.group((0..6).map(|nth| call(&format!("call {nth}"))).collect()).unwrap().effects;
    assert!(!told_nothing(&mut core, begun).is_empty());
    back_up(&state, &folder.join("backup"));
    core
}

// P2, P3, P24
#[test]
fn what_waited_is_held_and_told_and_what_was_done_stays_done() {
    let (folder, rules) = (tempfile::tempdir().unwrap(), rules());
    let original = backed_up(folder.path(), &rules);
    let restored = folder.path().join("restored");
    assert_eq!(put_back(&folder.path().join("backup"), &restored, &rules).epoch, 2);
    let (core, first, found) = Core::open(&restored, rules.clone(), &Clock::real(None), None).unwrap();
    assert_eq!(found, Vec::<String>::new());

    let is_message = |row: &&Owed| matches!(row.work, Work::Message { .. });
    let (mut done, mut held) = (0, 0);
    for before in original.desk.state().owed.values().filter(is_message) {
        let now = &core.desk.state().owed[&before.id];
        match (&before.state, &now.state) {
            (OwedState::Done { .. }, after) if *after == before.state => done += 1,
            (OwedState::Waiting { .. } | OwedState::Started { .. }, OwedState::Dead { why, .. }) => {
                assert_eq!(why, "restored from a backup of 2026-11-20 10:00");
                assert_eq!(now.unknowns, before.unknowns + 1, "it may be a repeat when it is sent again");
                held += 1;
            }
            (before, after) => panic!("{before:?} became {after:?}"),
        }
    }
    assert!(done == 1 && held > 5, "{done} done, {held} held");
    // Nothing of it leaves: all that does is new, and under new keys.
    let known: BTreeSet<u64> = original.desk.state().owed.keys().map(|id| id.0).collect();
    let messages: Vec<&Owed> = first.effects.iter().map(|effect| &effect.row).filter(is_message).collect();
    assert!(messages.iter().all(|row| !known.contains(&row.id.0)), "{messages:?}");
    let tried: BTreeSet<OwedId> = first.effects.iter().map(|effect| effect.row.id).collect();
    assert_eq!(tried.len(), first.effects.len(), "each once");
    let kinds: Vec<&str> = messages.iter().map(|row| row.kind()).collect();
    assert!(kinds.contains(&"internal"), "{kinds:?}");
    assert!(crate::desk::ledger::balance(core.desk.state()).balanced);
    assert_eq!(core.desk.state().incidents.len(), original.desk.state().incidents.len());
    assert_eq!(core.desk.state().counters.numbers, original.desk.state().counters.numbers);

    // It is told once: the next start is an ordinary one, and what is held stays held.
    let before = core.desk.state().owed.clone();
    core.store.close().unwrap();
    let (core, _, _) = Core::open(&restored, rules, &Clock::real(None), None).unwrap();
    let told = |row: &&Owed| row.kind() == "internal" && !known.contains(&row.id.0);
    assert_eq!(core.desk.state().owed.values().filter(told).count(), before.values().filter(told).count());
    let dead = |rows: &std::collections::BTreeMap<OwedId, Owed>| {
        rows.values().filter(|row| matches!(row.state, OwedState::Dead { .. })).count()
    };
    assert_eq!(dead(&core.desk.state().owed), dead(&before));
}

// DECISIONS 8
#[test]
fn what_is_owed_after_a_restore_has_keys_of_its_own_even_when_a_backup_is_restored_twice() {
    let (folder, rules) = (tempfile::tempdir().unwrap(), rules());
    let mut original = backed_up(folder.path(), &rules);
    let last = original.desk.state().counters.owed;
    original.group(vec![call("later")]).unwrap();
    let fresh = |core: &Core| keys(core, core.desk.state().owed.keys().copied().filter(|id| id.0 > last));
    let mut seen = fresh(&original);
    for name in ["one", "another"] {
        let state = folder.path().join(name);
        put_back(&folder.path().join("backup"), &state, &rules);
        let (mut core, _, _) = Core::open(&state, rules.clone(), &Clock::real(None), None).unwrap();
        core.group(vec![call("later")]).unwrap();
        let keys = fresh(&core);
        assert!(!keys.is_empty() && keys.is_disjoint(&seen), "{name}");
        seen.extend(keys);
    }
}
