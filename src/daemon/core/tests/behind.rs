//! The working state never knows more than the record, and never less than it says.

use super::*;
use crate::desk::act::Deed;
use crate::desk::ledger::balance;

/// The record as the next start finds it.
fn next(folder: &Path, rules: &Rules) -> (Core, Vec<String>) {
    let (core, _, found) = Core::open(folder, rules.clone(), &Clock::real(None), None).unwrap();
    (core, found)
}

// P20, P24: what the desk does while nothing can be written is gone with the process - as a whole.
#[test]
fn steps_that_never_came_on_record_leave_nothing_in_the_working_state() {
    let folder = tempfile::tempdir().unwrap();
    let rules = rules();
    let mut core = open(folder.path(), &rules);
    core.group(vec![call("on record")]).unwrap();
    core.store.break_disk();
    let (journal, away) = (folder.path().join("journal"), folder.path().join("away"));
    std::fs::rename(&journal, &away).unwrap();
    core.group(vec![call("not on record")]).unwrap();
    assert!(!core.backlog.is_empty());
    core.find(store::Search::Id(1), Box::new(drop));
    drop(core.close());
    std::fs::rename(&away, &journal).unwrap();

    let (core, found) = next(folder.path(), &rules);
    assert_eq!(found, Vec::<String>::new());
    let books = balance(core.desk.state());
    assert!(books.balanced, "{books:?}");
    let told: Vec<&str> = core.desk.state().incidents.values().map(|incident| incident.summary.as_str()).collect();
    assert_eq!(told, ["on record"]);
}

// P10: one thing that cannot be stored keeps the others back, until it can.
#[test]
fn a_thing_that_cannot_be_stored_is_not_left_out() {
    let folder = tempfile::tempdir().unwrap();
    let rules = rules();
    let mut core = open(folder.path(), &rules);
    // Words of people are files of their own.
    let (bodies, away) = (folder.path().join("bodies"), folder.path().join("away"));
    let actor = Actor { name: "desk".into(), role: Role::Operator };
    core.group(vec![call("first")]).unwrap();
    let incident = core.desk.state().by_number.keys().next().unwrap().to_string();
    let act = Act::On { incident, deed: Deed::Note { text: "by phone".into() } };
    core.group(vec![Input::Act { actor, act }]).unwrap();
    std::fs::rename(&bodies, &away).unwrap();
    std::fs::write(&bodies, b"no folder").unwrap();
    core.hand_over();
    assert!(core.hand_over_due().is_some(), "it is kept for the next time");
    std::fs::remove_file(&bodies).unwrap();
    std::fs::rename(&away, &bodies).unwrap();
    core.hand_over();
    assert_eq!(core.hand_over_due(), None);
    let before = core.desk.state().clone();
    core.store.close().unwrap();
    std::fs::remove_dir_all(folder.path().join("journal")).unwrap();

    // Only the working state is left, and it has all of it.
    let restored = super::super::start::restore(folder.path(), Arc::new(rules)).unwrap();
    assert_eq!(*restored.desk.state(), before);
}
