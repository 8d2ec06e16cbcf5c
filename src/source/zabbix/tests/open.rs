//! Stories of what makes no event: triggers and rights that vanish, maintenance, restored databases.

use super::super::fake::timeout;
use super::*;
use crate::desk::observation::Maintenance;

// P6
#[test]
fn a_failed_page_closes_nothing() {
    let mut story = Story::begun();
    for id in 1..=1_500 {
        story.problem(id, id);
    }
    story.look().unwrap();
    story.poll.reconciled = None;
    story.zabbix.fake().trouble = [None, None, Some(Err(timeout()))].into();
    story.look().unwrap_err();
    assert_eq!(story.book.open.len(), 1_500);
    story.quiet();
}

#[test]
fn a_deleted_trigger_closes_without_a_recovery_after_two_complete_looks() {
    let mut story = Story::begun();
    story.problem(1, 1);
    story.problem(2, 2);
    story.look().unwrap();
    story.zabbix.fake().deleted.insert(1);
    story.quiet();
    // A failure between them: the two looks are not in a row.
    story.zabbix.fake().trouble = [Some(Err(timeout()))].into();
    story.look().unwrap_err();
    story.quiet();
    assert_eq!(story.look().unwrap(), ["1 over, NoRecoveryEvent, at 90"]);
    story.quiet();
}

#[test]
fn a_problem_that_is_listed_again_was_not_gone() {
    let mut story = Story::begun();
    story.problem(1, 1);
    story.problem(2, 2);
    story.look().unwrap();
    for _ in 0..3 {
        story.zabbix.fake().deleted.insert(1);
        story.quiet();
        story.zabbix.fake().deleted.clear();
        story.quiet();
    }
}

#[test]
fn a_disabled_trigger_is_not_monitored_and_not_recovered() {
    let mut story = Story::begun();
    story.problem(1, 1);
    story.look().unwrap();
    story.zabbix.fake().disabled.insert(1);
    assert_eq!(story.look().unwrap(), ["1 changed monitored=false"]);
    story.quiet();
    story.restart(None);
    story.quiet();
    story.zabbix.fake().disabled.clear();
    assert_eq!(story.look().unwrap(), ["1 changed monitored=true"]);
}

#[test]
fn maintenance_severity_and_acknowledgement_are_found_without_any_event() {
    let mut story = Story::begun();
    story.problem(1, 1);
    story.zabbix.fake().event(1).suppressed = true;
    story.look().unwrap();
    story.zabbix.fake().event(1).suppressed = false;
    assert_eq!(story.look().unwrap(), ["1 changed suppressed=false"]);
    story.zabbix.fake().event(1).severity = 5;
    story.zabbix.fake().event(1).acknowledged = true;
    assert_eq!(story.look().unwrap(), ["1 changed disaster acknowledged=true"]);
    story.quiet();
}

#[test]
fn a_right_granted_late_brings_the_problems_it_shows() {
    let mut story = Story::new();
    story.zabbix.fake().hidden.insert(2);
    story.zabbix.fake().problem(1, 1, START - 100);
    story.zabbix.fake().problem(2, 2, START - 100);
    assert_eq!(story.look().unwrap().len(), 1);
    story.zabbix.fake().hidden.clear();
    assert_eq!(story.look().unwrap(), ["1 problem high on host-2 at -100"]);
}

// P6
#[test]
fn lost_rights_are_a_failure_and_close_nothing() {
    for hidden in [1..=10, 1..=3] {
        let mut story = Story::begun();
        story.problem(1, 1);
        story.problem(2, 2);
        story.look().unwrap();
        story.zabbix.fake().hidden = hidden.collect();
        for _ in 0..100 {
            assert_eq!(story.look().unwrap_err().kind, FailureKind::RightsLost);
        }
        assert_eq!(story.book.open.len(), 2);
        story.zabbix.fake().hidden.clear();
        story.quiet();
    }
}

#[test]
fn hosts_removed_on_purpose_are_accepted_when_the_configuration_says_so() {
    let mut story = Story::begun();
    story.zabbix.fake().hidden = (1..=3).collect();
    let failure = story.look().unwrap_err();
    assert!(failure.detail.contains("only 7 of 10 hosts") && failure.detail.contains("expected_hosts = 7"));
    story.poll.manner.expected_hosts = Some(7);
    story.quiet();
    story.poll.manner.expected_hosts = None;
    story.quiet();
}

#[test]
fn without_any_visible_host_there_is_no_first_look() {
    let mut story = Story::new();
    story.zabbix.fake().hidden = (1..=10).collect();
    assert_eq!(story.look().unwrap_err().kind, FailureKind::RightsLost);
    assert!(story.book.cursor.is_none());
}

// P6
#[test]
fn all_problems_gone_at_once_without_a_word_is_not_believed_for_ten_minutes() {
    let mut story = Story::begun();
    story.problem(1, 1);
    story.problem(2, 2);
    story.problem(3, 3);
    story.look().unwrap();
    story.recovery(4, 3);
    let events = std::mem::take(&mut story.zabbix.fake().events);
    story.zabbix.fake().events = events.into_iter().filter(|(id, _)| *id >= 3).collect();
    let from = story.book.reports.len();
    let failure = story.look().unwrap_err();
    assert_eq!(failure.kind, FailureKind::RightsLost);
    assert_eq!(story.words(from), ["3 over by 4 at 40"], "what recovered by its event did recover");
    while story.time < 630 {
        story.look().unwrap_err();
    }
    story.quiet();
    assert_eq!(story.look().unwrap().len(), 2);
}

#[test]
fn a_restored_database_is_told_and_nothing_is_closed_by_it() {
    let mut story = Story::begun();
    for id in 1..=20 {
        story.problem(id, id);
    }
    story.look().unwrap();
    story.recovery(21, 1);
    story.look().unwrap();
    // Back to the state of event 10.
    story.zabbix.fake().events.retain(|id, _| *id <= 10);
    story.zabbix.fake().event(1).recovery = 0;
    let seen = story.look().unwrap();
    assert_eq!(seen, ["1@1 problem high on host-2 at 25"], "what is open again is told again");
    let remark = &story.last().remarks[0];
    assert!(remark.contains("the newest event is 10 although 21 was read") && remark.contains("10 open problems"));
    assert_eq!(story.book.open.len(), 20);
    story.quiet();
    // The ids come again and mean something else.
    story.problem(11, 4);
    story.recovery(12, 2);
    assert_eq!(story.look().unwrap(), ["11@1 problem high on host-5 at 85", "2 over by 12 at 85"]);
    story.restart(None);
    story.quiet();
    assert!(story.book.open.contains_key(&Key("11".into())), "the old 11 waits for somebody to close it");
}

#[test]
fn a_database_with_the_same_ids_but_other_events_is_noticed() {
    let mut story = Story::begun();
    story.problem(5, 1);
    story.look().unwrap();
    story.zabbix.fake().event(5).clock += 1;
    story.zabbix.fake().event(5).trigger = 7;
    assert_eq!(story.look().unwrap(), ["5@1 problem high on host-8 at 26"]);
    assert_eq!(story.last().remarks.len(), 1);
    assert_eq!(story.book.open.len(), 2);
    // The place is unknown there, but an open problem belongs to another trigger.
    story.zabbix.fake().event(5).trigger = 8;
    assert_eq!(story.look().unwrap(), ["5@2 problem high on host-9 at 26"]);
}

#[test]
fn with_many_open_problems_they_are_compared_once_a_minute() {
    let mut story = Story::begun();
    for id in 1..=2_000 {
        story.problem(id, id);
    }
    story.look().unwrap();
    story.calls();
    let compared: Vec<bool> = (0..12)
        .map(|_| {
            story.quiet();
            story.calls().iter().any(|call| call.starts_with("problem.get"))
        })
        .collect();
    assert_eq!(compared.iter().filter(|compared| **compared).count(), 3, "{compared:?}");
    story.recovery(2_001, 7);
    assert_eq!(story.look().unwrap().len(), 1, "recoveries do not wait for it");
}

#[test]
fn maintenance_is_told_before_what_it_explains_once_and_never_ended_by_a_lost_right() {
    let mut story = Story::begun();
    story.poll.manner.maintenance = true;
    let told = |story: &Story, from: usize| -> Vec<Option<Vec<String>>> {
        let reports = story.book.reports[from..].iter();
        let hosts = |known: &Vec<Maintenance>| known.iter().flat_map(|work| work.hosts.clone()).collect();
        reports.map(|report| report.maintenance.as_ref().map(hosts)).collect()
    };
    let mut from = story.book.reports.len();
    story.quiet();
    assert_eq!(told(&story, from), [Some(vec![]), None], "nothing is under maintenance, and that is told once");
    story.quiet();

    story.zabbix.fake().worked = [2].into();
    story.zabbix.fake().worked_until = story.clock() + 3_600;
    story.problem(1, 1);
    story.zabbix.fake().event(1).suppressed = true;
    from = story.book.reports.len();
    story.look().unwrap();
    assert_eq!(told(&story, from), [Some(vec!["host-2".to_owned()]), None], "before the problem");
    assert!(story.book.reports[from].observations.is_empty());

    // The user loses its rights: no host is in maintenance as far as it can see.
    story.zabbix.fake().hidden = (1..=10).collect();
    from = story.book.reports.len();
    story.look().unwrap_err();
    assert!(told(&story, from).iter().all(Option::is_none));
    story.zabbix.fake().hidden.clear();
    from = story.book.reports.len();
    story.look().unwrap();
    assert_eq!(told(&story, from)[0], Some(vec!["host-2".to_owned()]), "told again after a failure");

    story.zabbix.fake().worked.clear();
    story.zabbix.fake().event(1).suppressed = false;
    from = story.book.reports.len();
    story.look().unwrap();
    assert_eq!(told(&story, from)[0], Some(vec![]));
}
