//! More nights at the desk with real processes, each with its own storm of `tests/zabbix/storms`, in fast motion.
//!
//! Whose fault it is must not depend on who screams first, nor how often it is told on how often it screams, and work
//! that was registered in Zabbix disturbs nobody. Not here: SC1 and what happens to the desk itself; see
//! `end_to_end.rs`.

mod support;

use serde_json::Value;
use std::time::Duration;
use support::town::{SOON, SPEED, Town};
use support::{figure, never, skip, wait_for};

/// Zabbix opens and closes maintenances at the start of a minute, and takes some seconds for it.
const NEXT_MINUTE: Duration = Duration::from_secs(120);
/// How long "nothing comes of it" is watched: twice the window.
const QUIET: Duration = Duration::from_secs(10);

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// The first of seven problems is the third system's, and three vendors have something red.
#[test]
fn a_dead_database_is_its_vendors_incident_whichever_alarm_is_first() {
    let mut town = match Town::wakes() {
        Ok(town) => town,
        Err(why) => return skip(&why),
    };
    let mut storm = town.zabbix.storm_begins("db-alone", SPEED);
    let visible = town.zabbix.first_problem_visible();
    assert!(storm.wait().expect("it is our child").success(), "the storm was played");
    let request = town.wait_for_mail("【対応依頼】", SOON);
    let took = request.at.duration_since(visible).unwrap_or_default();
    figure("database alone: problem visible -> request accepted", &format!("{:.1} s", took.as_secs_f64()));
    let first = town.wait_for_mail("【第一報】", SOON);
    let number = town.number();
    assert!(request.subject.contains(&number) && first.subject.contains(&number), "{request:#?}\n{first:#?}");
    assert!(request.text.contains("srv-db-01"), "{request:#?}");
    never("a second incident", QUIET, || (town.daemon.numbers().len() > 1).then(|| town.daemon.numbers().join(" ")));
    town.assert_asked_once("d-sha");
    let shown = json(&town.daemon.tell(&["incident", "show", &number, "--json"]));
    assert_eq!(shown["alerts"].as_array().map(Vec::len), Some(7), "all seven belong to it: {shown:#}");
    town.daemon.assert_books_balance();
    assert!(town.daemon.terminate().success());
}

/// A line that goes down eight times is told once, as 断続; meanwhile work goes on at another that nobody hears of
/// before it is over.
#[test]
fn a_flapping_line_is_one_incident_and_the_work_on_another_is_none_until_it_ends() {
    let town = Town::wakes_with(|site| {
        site.take_maintenances();
        // Over in the pause between the second and the third time, as the three minutes of the example are.
        site.set_watch("8s");
        // Longer than the longest pause of the storm at its speed.
        site.set_policy("flap_quiet", "15s");
    });
    let mut town = match town {
        Ok(town) => town,
        Err(why) => return skip(&why),
    };
    town.zabbix.maintain("wan-rt-05");
    town.zabbix.storm("flap", SPEED, 0);
    let request = town.wait_for_mail("【対応依頼】", SOON);
    assert!(request.text.contains("wan-rt-04"), "{request:#?}");
    let check = town.wait_for_mail("【要対応】", SOON);
    let number = town.number();
    // The office hears of 重大度3 in the hours of the reception only: not here, at whatever hour this runs.
    for mail in [&request, &check] {
        assert!(mail.subject.contains(&number) && mail.subject.contains("断続"), "{mail:#?}");
    }
    assert!(check.text.contains("発生は8回"), "eight times, and told so: {check:#?}");
    town.assert_asked_once("e-sha");

    let works = || json(&town.daemon.tell(&["maintenance", "list", "--json"]));
    let work = wait_for("the work as planned work", NEXT_MINUTE, || {
        let works = works();
        let text = works.to_string();
        (text.contains("定期点検 wan-rt-05") && text.contains("active")).then_some(works)
    });
    town.zabbix.fire("wan-rt-05", "icmpping", "0");
    wait_for("the alarm to be kept apart", SOON, || (works() != work).then_some(()));
    let mails = town.postfix.mails().len();
    never("a mail about the line that is worked on", QUIET, || {
        (town.postfix.mails().len() > mails).then(|| format!("{:#?}", town.postfix.mails()[mails..].to_vec()))
    });
    assert_eq!(town.daemon.numbers(), [number.as_str()], "planned work is no incident");

    // The work is over and the line is still down: now it is one.
    town.zabbix.end_maintenance("wan-rt-05");
    let late = wait_for("a request for the other line", NEXT_MINUTE, || {
        town.mails("【対応依頼】").into_iter().find(|mail| !mail.subject.contains(&number))
    });
    assert!(late.text.contains("wan-rt-05"), "{late:#?}");
    town.assert_no_vendor_but("e-sha");
    town.daemon.assert_books_balance();
    town.zabbix.reset();
    assert!(town.daemon.terminate().success());
}
