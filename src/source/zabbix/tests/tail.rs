//! Stories of the stream of events: first looks, order, late ids, outages.

use super::super::fake::timeout;
use super::*;

// P8
#[test]
fn the_first_look_adopts_what_is_open_and_replays_nothing() {
    let mut story = Story::new();
    story.zabbix.fake().problem(3, 1, START - 9_000);
    story.zabbix.fake().recovery(4, 1, START - 8_000);
    story.zabbix.fake().problem(5, 2, START - 7_000);
    assert_eq!(story.look().unwrap(), ["5 problem high on host-3 at -7000"]);
    assert!(story.last().first_look && story.last().complete);
    let Seen::Problem(problem) = &story.last().observations[0].seen else { panic!() };
    assert_eq!((problem.host_name.as_str(), &*problem.groups), ("ホスト3", &["Vendor/Test".to_owned()][..]));
    story.problem(6, 3);
    assert_eq!(story.look().unwrap(), ["6 problem high on host-4 at 25"]);
    assert!(!story.last().first_look);
}

#[test]
fn a_first_look_that_fails_is_still_the_first_look_when_it_succeeds() {
    let mut story = Story::new();
    for id in 1..=1_200 {
        story.zabbix.fake().problem(id, id, START - 9_000);
    }
    // Version, newest, two pages of the list, hosts, details, groups, items, then the second page of details.
    story.zabbix.fake().trouble = std::iter::repeat_n(None, 8).chain([Some(Err(timeout()))]).collect();
    assert_eq!(story.look().unwrap_err().kind, FailureKind::Timeout);
    let adopted = story.book.open.len();
    assert_eq!(adopted, 500, "what was read is on record");
    assert!(story.book.cursor.is_none());
    story.restart(None);
    assert_eq!(story.look().unwrap().len(), 1_200 - adopted);
    assert!(story.book.reports.iter().all(|report| report.first_look));
}

#[test]
fn what_is_measured_and_what_the_host_is_come_with_the_problem_in_two_calls_for_a_page() {
    let mut story = Story::begun();
    // Of host 1, whose inventory is disabled, and of host 3; the trigger of the last one is deleted meanwhile.
    for (id, trigger) in [(1, 10), (2, 2), (3, 12)] {
        story.problem(id, trigger);
    }
    story.zabbix.fake().deleted.insert(12);
    story.calls();
    story.look().unwrap();
    let calls = story.calls();
    let count = |begin: &str, part: &str| calls.iter().filter(|it| it.starts_with(begin) && it.contains(part)).count();
    assert_eq!((count("host.get", "selectInventory"), count("trigger.get", "selectItems")), (1, 1), "{calls:#?}");
    let problems: Vec<Problem> = (story.last().observations.iter())
        .filter_map(|observation| match &observation.seen {
            Seen::Problem(problem) => Some(problem.clone()),
            _ => None,
        })
        .collect();
    let items = |nth: usize| problems[nth].items.as_ref().map(|items| (items[0].name.as_str(), items[0].key.as_str()));
    assert_eq!([items(0), items(1), items(2)], [Some(("値 10", "value[10]")), Some(("値 2", "value[2]")), None]);
    assert!(problems[0].inventory.is_empty());
    assert_eq!(
        *problems[1].inventory,
        [("location", "3階"), ("model", "X-9000")].map(|(a, b)| (a.into(), b.into())).into()
    );

    // What is known is believed for five minutes.
    story.problem(4, 2);
    story.look().unwrap();
    assert!(!story.calls().iter().any(|call| call.contains("selectItems") || call.contains("selectInventory")));
    story.time += 300;
    story.problem(5, 2);
    story.look().unwrap();
    assert_eq!(story.calls().iter().filter(|call| call.contains("selectItems")).count(), 1);
}

#[test]
fn problems_and_recoveries_come_once_and_in_order() {
    let mut story = Story::begun();
    story.problem(1, 1);
    story.problem(2, 2);
    story.recovery(3, 1);
    story.problem(4, 1);
    let seen = story.look().unwrap();
    assert_eq!(
        seen,
        [
            "1 problem high on host-2 at 25",
            "2 problem high on host-3 at 25",
            "1 over by 3 at 25",
            "4 problem high on host-2 at 25"
        ]
    );
    story.quiet();
    assert!(story.last().cursor.is_none(), "nothing new, nothing to record");
    story.recovery(5, 1);
    assert_eq!(story.look().unwrap(), ["4 over by 5 at 55"]);
    story.quiet();
}

#[test]
fn a_flap_faster_than_the_poll_is_seen_in_full() {
    let mut story = Story::begun();
    for n in 0..8 {
        story.problem(1 + 2 * n, 1);
        story.recovery(2 + 2 * n, 1);
    }
    let seen = story.look().unwrap();
    assert_eq!(seen.len(), 16);
    assert!(seen[14].starts_with("15 problem") && seen[15].starts_with("15 over by 16"));
}

#[test]
fn one_recovery_may_close_several_problems() {
    let mut story = Story::begun();
    story.problem(1, 1);
    story.problem(2, 1);
    story.look().unwrap();
    story.recovery(3, 1);
    assert_eq!(story.look().unwrap(), ["1 over by 3 at 40", "2 over by 3 at 40"]);
}

// P1
#[test]
fn an_id_that_becomes_visible_after_a_higher_one_is_not_lost() {
    let mut story = Story::begun();
    story.problem(100, 1);
    story.look().unwrap();
    story.problem(2_100, 2);
    for id in 101..2_100 {
        story.problem(id, 3 + id);
        story.zabbix.fake().event(id).visible = false;
    }
    assert_eq!(story.look().unwrap().len(), 1);
    for id in 101..2_100 {
        story.zabbix.fake().event(id).visible = true;
    }
    // Even a late problem that is over before we look is found, which the list of open problems would not show.
    story.recovery(2_101, 3 + 150);
    story.restart(None);
    let seen = story.look().unwrap();
    assert_eq!(seen.len(), 1_999 + 1);
    assert!(seen.iter().any(|line| line.starts_with("150 over by 2101")));
    story.quiet();
}

// P8
#[test]
fn after_an_outage_the_gap_is_read_in_pages_with_true_times_and_marked_late() {
    let mut story = Story::begun();
    story.problem(1, 1);
    story.look().unwrap();
    story.zabbix.fake().trouble = [Some(Err(timeout()))].into();
    story.look().unwrap_err();
    for id in 2..=12_000 {
        story.problem(id, id);
    }
    story.time += 1_800;
    story.problem(12_001, 12_001);
    let from = story.book.reports.len();
    let seen = story.look().unwrap();
    assert_eq!(seen.len(), 12_000);
    assert_eq!(seen[0], "2 problem high on host-3 at 55 late");
    assert_eq!(seen[11_999], "12001 problem high on host-2 at 1855", "what has just happened is not late");
    let pages = &story.book.reports[from..];
    assert!(pages.iter().all(|page| page.observations.len() < 1_000));
    assert_eq!(pages.iter().filter(|page| page.complete).count(), 1);
    assert!(pages[3].cursor.is_some(), "every page moves the place");
    story.quiet();
    story.problem(12_002, 1);
    story.zabbix.fake().event(12_002).clock = START;
    assert!(!story.look().unwrap()[0].contains("late"), "an old clock alone is not late");
}

// P8
#[test]
fn after_a_restart_only_what_the_downtime_hid_is_late() {
    let mut story = Story::begun();
    story.time = 4_000;
    let clocks = [(1, 100), (2, 1_100), (3, 3_000), (4, 4_010)];
    for (id, clock) in clocks {
        story.zabbix.fake().problem(id, id, START + clock);
    }
    story.restart(Some(1_200));
    let late: Vec<bool> = story.look().unwrap().iter().map(|line| line.ends_with(" late")).collect();
    assert_eq!(late, [false, true, true, false], "a clock from before the downtime is just wrong");
}

// P1
#[test]
fn a_failure_in_the_middle_of_the_gap_goes_on_where_the_record_ends() {
    for restarted in [false, true] {
        let mut story = Story::begun();
        for id in 1..=3_000 {
            story.problem(id, id);
        }
        // The tail, details, groups and items of the first page, details of the second, then nothing.
        story.zabbix.fake().trouble = [None, None, None, None, None, Some(Err(timeout()))].into();
        story.look().unwrap_err();
        let recorded = story.book.open.len();
        assert!((500..3_000).contains(&recorded), "{recorded}");
        if restarted {
            story.restart(Some(story.time));
        }
        assert_eq!(story.look().unwrap().len(), 3_000 - recorded);
        story.quiet();
    }
}

#[test]
fn what_was_certain_before_a_failure_is_handed_over_with_it() {
    let mut story = Story::begun();
    story.problem(1, 1);
    // The tail, details, groups, items; the list of open problems fails.
    story.zabbix.fake().trouble = [None, None, None, None, Some(Err(timeout()))].into();
    let from = story.book.reports.len();
    assert_eq!(story.look().unwrap_err().detail, "problem.get: no answer");
    assert_eq!(story.words(from), ["1 problem high on host-2 at 25"]);
    story.quiet();
}

#[test]
fn one_strange_event_is_told_once_and_hides_nothing() {
    let mut story = Story::begun();
    story.problem(1, 1);
    story.zabbix.fake().event(1).severity = 9;
    story.problem(2, 2);
    let seen = story.look().unwrap();
    assert!(seen[0].starts_with("1 unreadable") && seen[1].starts_with("2 problem"), "{seen:?}");
    story.quiet();
}

// P9
#[test]
fn a_problem_read_in_full_is_on_record_even_when_the_recoveries_beside_it_cannot_be_read() {
    let mut story = Story::begun();
    story.problem(10, 1);
    story.look().unwrap();
    story.problem(11, 2);
    story.recovery(12, 1);
    let from = story.book.reports.len();
    // The tail, details, the host, what the trigger looks at; then what became of 10.
    story.zabbix.fake().trouble = [None, None, None, None, Some(Err(timeout()))].into();
    assert_eq!(story.look().unwrap_err().kind, FailureKind::Timeout);
    assert_eq!(story.words(from), ["11 problem high on host-3 at 40"]);
    assert_eq!(story.look().unwrap(), ["10 over by 12 at 40"]);
}

// P9
#[test]
fn a_row_that_was_not_asked_for_moves_nothing_and_is_told() {
    let mut story = Story::begun();
    story.problem(10, 1);
    let clock = story.clock();
    let row = |id: u64| {
        format!(r#"{{"eventid":"{id}","objectid":"1","clock":"{clock}","value":"1","severity":"4","name":"?"}}"#)
    };
    let answer = format!(r#"{{"jsonrpc":"2.0","result":[{},{}],"id":6}}"#, row(10), row(1 << 60));
    story.zabbix.fake().trouble = [None, Some(Ok(answer))].into();
    assert_eq!(story.look().unwrap(), ["0 unreadable: it was not asked for", "10 problem high on  at 25"]);
    story.problem(11, 2);
    assert_eq!(story.look().unwrap(), ["11 problem high on host-3 at 40"]);
}

// P9
#[test]
fn pages_that_lead_nowhere_end_the_look() {
    let mut story = Story::begun();
    story.problem(10, 1);
    story.look().unwrap();
    let rows = |count: usize| vec![r#"{"eventid":"10","clock":"1","objectid":"1","severity":"4"}"#; count].join(",");
    let answer =
        |count: usize, id: u64| Some(Ok(format!(r#"{{"jsonrpc":"2.0","result":[{}],"id":{id}}}"#, rows(count))));
    let calls = story.calls().len() as u64;
    let first = calls + 1;
    story.zabbix.fake().trouble = [None].into_iter().chain((0..20).map(|nth| answer(1_000, first + 1 + nth))).collect();
    let failure = story.look().unwrap_err();
    assert_eq!(failure.kind, FailureKind::Garbled, "{}", failure.detail);
    assert!(failure.detail.contains("pages lead nowhere"), "{}", failure.detail);
}
