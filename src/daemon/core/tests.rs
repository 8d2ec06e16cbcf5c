#![allow(clippy::unwrap_used, reason = "a test may fail by panicking")]
use super::*;
use crate::config::{self, Environment};
use crate::desk::ids::SourceId;
use crate::desk::letter::DetectedBy;
use crate::desk::observation::{Failure, FailureKind};
use crate::desk::owed::OwedState;
use crate::desk::{Act, Actor, Role};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

mod archive;
mod behind;
mod restore;

fn rules() -> Rules {
    let folder = tempfile::tempdir().unwrap();
    let example = folder.path().join("example");
    config::init(&example).unwrap();
    let today = jiff::civil::date(2026, 9, 20);
    let (settings, _) = config::load(&example, &Environment::default(), today).ok().unwrap();
    std::sync::Arc::unwrap_or_clone(settings.rules)
}

fn open(folder: &Path, rules: &Rules) -> Core {
    Core::open(folder, rules.clone(), &Clock::real(None), None).unwrap().0
}

/// A call at the desk: an incident of its own, with mails that leave at once.
fn call(summary: &str) -> Input {
    let act = Act::Open {
        summary: summary.to_owned(),
        component: Some("core-switch".into()),
        detected_by: DetectedBy::UserPhone,
        occurred: None,
        severity: Some(1),
        separate: true,
    };
    Input::Act { actor: Actor { name: "desk".into(), role: Role::Operator }, act }
}

fn failed_look() -> Input {
    let failure = Failure { kind: FailureKind::Unreachable, detail: "refused".into() };
    Input::SourceFailed { source: SourceId::from("zabbix"), failure }
}

fn running(core: &Core) -> Vec<(u64, u32, u32)> {
    let rows = core.desk.state().owed.values();
    rows.filter(|row| matches!(row.state, OwedState::Started { .. }))
        .map(|row| (row.id.0, row.attempts, row.unknowns))
        .collect()
}

// DECISIONS 6
#[test]
fn an_input_the_desk_fails_on_is_set_aside_and_everybody_else_gets_his_own_answer() {
    let folder = tempfile::tempdir().unwrap();
    let rules = rules();
    let mut core = open(folder.path(), &rules);
    core.trip = vec!["failed look of a source"];
    let inputs = vec![call("first"), failed_look(), call("second"), failed_look(), call("third"), Input::Tick];
    let failed = core.group(inputs).unwrap_err();
    let (mut core, group) = core.reopen(failed).unwrap();

    let answers: Vec<bool> = group.replies.iter().map(|reply| matches!(reply, Reply::Done { .. })).collect();
    assert_eq!(answers, [true, false, true, false, true, false], "{:?}", group.replies);
    let summaries = |core: &Core| -> Vec<String> {
        core.desk.state().incidents.values().map(|incident| incident.summary.clone()).collect()
    };
    assert_eq!(summaries(&core), ["first", "second", "third"]);
    assert_eq!(core.desk.state().tally.set_aside, 2);
    assert_eq!(core.store.bodies().list().unwrap().len(), 1, "both inputs were the same");
    assert!(crate::desk::ledger::balance(core.desk.state()).balanced);

    // What was begun before goes on with the worker that has it: once, and not as cut off.
    let started = running(&core);
    assert!(!started.is_empty());
    assert!(started.iter().all(|(_, attempts, unknowns)| (*attempts, *unknowns) == (1, 0)), "{started:?}");
    let mut effects: Vec<u64> = group.effects.iter().map(|effect| effect.row.id.0).collect();
    effects.sort_unstable();
    assert_eq!(effects, started.iter().map(|(id, ..)| *id).collect::<Vec<_>>());

    // Record and memory agree, to the last thing.
    core.trip.clear();
    let before = core.desk.state().clone();
    let (core, found) = core.restored().unwrap();
    assert_eq!(found, Vec::<String>::new());
    assert_eq!(*core.desk.state(), before);
}

#[test]
fn a_desk_that_fails_on_everything_ends_the_daemon_instead_of_trying_for_ever() {
    let folder = tempfile::tempdir().unwrap();
    let mut core = open(folder.path(), &rules());
    core.trip = vec!["act", "failure report"];
    let failed = core.group(vec![call("first")]).unwrap_err();
    assert!(matches!(core.reopen(failed), Err(Error::Desk { what: "act" })));
}

#[test]
fn a_query_that_fails_harms_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let core = open(folder.path(), &rules());
    core.answer(Box::new(|_, _| panic!("tripped by a test")));
}

// P3: at a start of the daemon nobody carries on what was begun.
#[test]
fn attempts_under_way_at_the_end_are_cut_off_at_the_next_start_and_made_again() {
    let folder = tempfile::tempdir().unwrap();
    let rules = rules();
    let mut core = open(folder.path(), &rules);
    let begun = core.group(vec![call("first")]).unwrap().effects.len();
    core.store.close().unwrap();
    let (core, first, _) = Core::open(folder.path(), rules, &Clock::real(None), None).unwrap();
    assert!(begun > 0);
    assert_eq!(first.effects.len(), begun);
    assert!(running(&core).iter().all(|(_, attempts, _)| *attempts == 2), "{:?}", running(&core));
}

#[test]
fn time_passing_writes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut core = open(folder.path(), &rules());
    let before = core.store.last_seq();
    for _ in 0..100 {
        core.group(vec![Input::Tick]).unwrap();
    }
    assert_eq!(core.store.last_seq(), before);
}

// P12
#[test]
fn a_step_of_the_wall_clock_is_noticed_once() {
    let folder = tempfile::tempdir().unwrap();
    let mut core = open(folder.path(), &rules());
    assert_eq!(core.clock_stepped(), None);
    let year = SignedDuration::from_hours(365 * 24);
    for step in [-year, year] {
        core.looked.wall = core.looked.wall.checked_add(step).unwrap();
        assert!(matches!(core.clock_stepped(), Some(Input::RulesLoaded { .. })));
        assert_eq!(core.clock_stepped(), None);
    }
}

#[test]
fn everything_in_the_state_directory_is_private() {
    let folder = tempfile::tempdir().unwrap();
    let mut core = open(folder.path(), &rules());
    core.group(vec![call("first")]).unwrap();
    core.store.close().unwrap();
    let mut folders = vec![folder.path().to_owned()];
    let mut open_to_others = Vec::new();
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(next).unwrap() {
            let (path, found) = entry.map(|entry| (entry.path(), entry.metadata().unwrap())).unwrap();
            // What lies in a private folder is private, whatever sled's own files are.
            if found.permissions().mode() & 0o077 != 0 {
                open_to_others.push(path.clone());
            }
            if found.is_dir() && found.permissions().mode() & 0o077 != 0 {
                folders.push(path);
            }
        }
    }
    assert_eq!(open_to_others, Vec::<std::path::PathBuf>::new());
}

// P6, P8: while we were down nobody looked; the sources have their time from the start on.
#[test]
fn an_hour_without_the_daemon_is_not_blindness_of_its_sources() {
    use crate::desk::now::Elapsed;
    let rules = rules();
    let wall: jiff::Timestamp = "2026-09-20T01:00:00Z".parse().unwrap();
    let at = |hours: u64| {
        let gone = Duration::from_secs(hours * 3600);
        Now { wall: wall + gone, elapsed: Elapsed::default() + gone }
    };
    let start = |desk: &mut Desk, now: Now| {
        desk.step(now, Input::Started { store: "s".into(), epoch: 1 });
        desk.step(now, Input::RulesLoaded { hash: rules.hash.clone() });
    };
    let mut desk = Desk::new(crate::desk::state::State::default(), rules.clone());
    start(&mut desk, at(0));
    let mut fewer = rules.clone();
    let gone = fewer.sources.pop_first().unwrap().0;
    for (rules, what) in [(rules.clone(), "all sources as before"), (fewer, "one source less")] {
        let mut desk = Desk::new(desk.state().clone(), rules);
        start(&mut desk, at(1));
        assert_eq!(desk.state().incidents.len(), 0, "{what}");
        // The others are silent from then on; one that is gone is not missed.
        desk.step(at(2), Input::Tick);
        let missed = |id: &SourceId| matches!(desk.state().sources[id].sight, crate::desk::source::Sight::Blind { .. });
        assert_eq!(missed(&gone), what.starts_with("all"), "{what}");
    }
}

/// What outsiders are shown of the outbox: a grave mail that nobody took in its time counts, a copy of it does not.
#[test]
fn health_counts_what_waits_and_what_is_late() {
    use crate::control::health::health;
    use crate::desk::rules::{Carries, Channel};
    let folder = tempfile::tempdir().unwrap();
    let mut rules = rules();
    let carries = Carries::CopiesFor { party: "soumu-joho".into() };
    rules.channels.push(Channel { id: "lamp".into(), carries, at_once: None });
    let mut core = open(folder.path(), &rules);
    // Without a component nothing is asked first: the office hears of it at once.
    let Input::Act { actor, act: Act::Open { summary, detected_by, occurred, severity, separate, .. } } = call("電話")
    else {
        panic!("a call is an act")
    };
    let act = Act::Open { summary, component: None, detected_by, occurred, severity, separate };
    core.group(vec![Input::Act { actor, act }, Input::Tick]).unwrap();
    let now = core.clock.now();
    let fresh = health(&core.desk, now);
    assert_eq!((fresh.open, fresh.dead, fresh.overdue), ([1, 0, 0, 0, 0], 0, 0), "{fresh:?}");
    assert!(fresh.waiting > 1 && fresh.oldest_waiting.is_some(), "{fresh:?}");
    assert_eq!(fresh.sources.first().map(|source| source.state), Some("not_looked"));

    let later = Now { elapsed: now.elapsed + Duration::from_secs(600), wall: now.wall + SignedDuration::from_mins(10) };
    let late = health(&core.desk, later);
    let rows = core.desk.state().owed.values().filter(|row| row.critical && !row.state.ended());
    let (copies, mails): (Vec<_>, Vec<_>) = rows.partition(|row| row.destination().contains("lamp"));
    assert!(!copies.is_empty() && !mails.is_empty(), "{late:?}");
    assert!(late.overdue > 0 && late.overdue <= mails.len(), "{late:?}");
    assert!(core.pulse().vitals().steps > 0 && core.pulse().vitals().refused.is_none());
}
