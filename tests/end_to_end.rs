//! A night at the desk with real processes: a real Zabbix, a real log, a real mail server, and the built binary.
//!
//! The days are those of `tests/zabbix/storms`, in fast motion: the storm twenty times faster, the window and the
//! stable time five seconds instead of minutes. What is asserted is what people outside see (mails, posts) and what an
//! operator is told; how the desk comes to it is the scenarios' business. `tests/run` starts the Zabbix. Other days are
//! in `nights.rs`.

mod support;

use std::collections::BTreeSet;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant, SystemTime};
use support::daemon::Daemon;
use support::dice::Dice;
use support::site::{Neighbours, Site};
use support::smtp_sink::SmtpSink;
use support::town::{SOON, SPEED, Town, WINDOW};
use support::{Scratch, figure, never, skip, wait_for};

/// For what waits for a second attempt (a minute after the first) or for blindness (45 seconds).
const LATER: Duration = Duration::from_secs(180);
/// How long "nothing more comes" is watched.
const QUIET: Duration = Duration::from_secs(8);

/// SC1 from the first sign to the report: P2, P6, P24.
#[test]
fn a_dead_core_switch_is_one_incident_from_the_storm_to_the_recovery_report() {
    let mut town = match Town::wakes() {
        Ok(town) => town,
        Err(why) => return skip(&why),
    };
    // The switch speaks before Zabbix has noticed anything.
    town.log.syslog("core-sw-01", "%LINK-3-UPDOWN: Interface TenGigabitEthernet1/0/41, changed state to down");
    let mut storm = town.zabbix.storm_begins("sc1", SPEED);
    let visible = town.zabbix.first_problem_visible();
    assert!(storm.wait().expect("it is our child").success(), "the storm was played");

    let request = town.wait_for_mail("【対応依頼】", SOON);
    let took = request.at.duration_since(visible).unwrap_or_default();
    figure("problem visible in the API -> request accepted", &format!("{:.1} s", took.as_secs_f64()));
    let beyond = took.saturating_sub(WINDOW).as_secs_f64();
    figure("  of it beyond the grouping window of 5 s", &format!("{beyond:.1} s"));
    town.wait_for_mail("【第一報】", SOON);
    town.wait_for_mail("電話連絡票", SOON);
    wait_for("a post", SOON, || town.webhook.posts().pop());
    let number = town.number();
    assert!(request.subject.contains(&number) && request.text.contains("core-sw-01"), "{request:#?}");
    assert!(request.text.contains("1/0/41"), "the line of the log before the storm is in the request: {request:#?}");

    // A line after it, and nothing more comes of it.
    town.log.rotate();
    town.log.syslog("core-sw-01", "%LINK-3-UPDOWN: Interface TenGigabitEthernet1/0/42, changed state to down");
    never("another mail or post", QUIET, || {
        let posts = town.webhook.posts();
        let mails = town.postfix.mails();
        let expected = ["【対応依頼】", "【第一報】", "【現地確認依頼】", "電話連絡票"];
        let other = mails.iter().find(|mail| !expected.iter().any(|tag| mail.subject.contains(tag)));
        other.map(|mail| format!("{mail:#?}")).or_else(|| (posts.len() > 1).then(|| format!("{posts:#?}")))
    });
    town.assert_told_once();
    assert_eq!(town.daemon.numbers(), std::slice::from_ref(&number), "the second line joined, too");
    let shown = town.daemon.tell(&["incident", "show", &number, "--json"]);
    assert!(shown.contains("1/0/42"), "the line after the storm joined {number}: {shown}");

    // Its ports come up and 38 of 40 recover; only a person makes it 復旧.
    for port in ["1/0/41", "1/0/42"] {
        let text = format!("%LINK-3-UPDOWN: Interface TenGigabitEthernet{port}, changed state to up");
        town.log.syslog("core-sw-01", &text);
    }
    town.zabbix.storm("sc1-recovery", SPEED, 2);
    town.wait_for_mail("【要対応】", SOON);
    let shown = town.daemon.tell(&["incident", "show", &number]);
    assert!(shown.contains("復旧確認中") || shown.contains("verifying"), "{shown}");
    assert!(town.mails("【復旧】").is_empty(), "no recovery before somebody checked");
    town.daemon.tell(&["incident", "restore", &number, "--check", "全業務システムへのログインを確認"]);
    let recovery = town.wait_for_mail("【復旧】", SOON);
    assert!(recovery.text.contains("全業務システムへのログインを確認"), "{recovery:#?}");
    assert!(recovery.subject.contains(&number), "{recovery:#?}");
    let told = town.mails("【復旧】");
    let offices: Vec<String> = town.mailboxes("office").into_values().flatten().collect();
    assert!(told.iter().any(|mail| offices.contains(&mail.mailbox)), "{told:#?}");
    // The two hosts that stay red are an incident of their own, not a reason to keep this one open.
    wait_for("the remaining effect to have its own number", SOON, || (town.daemon.numbers().len() == 2).then_some(()));
    town.daemon.assert_books_balance();
    town.daemon.resident_kib("resident memory after SC1");
    assert!(town.daemon.terminate().success());
    assert_eq!(town.most_copies(), 1, "nothing twice");
}

/// P2, P3: the relay is down when the night begins.
#[test]
fn mail_that_could_not_leave_leaves_once_when_the_server_is_back() {
    let mut town = match Town::wakes() {
        Ok(town) => town,
        Err(why) => return skip(&why),
    };
    town.postfix.stop();
    town.zabbix.storm("sc1", SPEED, 40);
    // The webhook's path is another one: the decision has been made, and its mails are owed.
    wait_for("a post", SOON, || town.webhook.posts().pop());
    assert!(town.postfix.mails().is_empty());
    town.daemon.assert_books_balance();
    town.postfix.start();
    for tag in ["【対応依頼】", "【第一報】", "電話連絡票"] {
        town.wait_for_mail(tag, LATER);
    }
    town.assert_told_once();
    assert_eq!(town.most_copies(), 1, "nothing was sent that could have been a copy");
    town.daemon.assert_books_balance();
    assert!(town.daemon.terminate().success());
}

/// P1, P2, P3: killed again and again from the first problem to the last mail.
#[test]
fn a_daemon_killed_in_the_storm_tells_everybody_all_the_same() {
    let mut town = match Town::wakes() {
        Ok(town) => town,
        Err(why) => return skip(&why),
    };
    let mut dice = Dice::new(20_260_920);
    println!("seed {}", dice.seed);
    let mut storm = town.zabbix.storm_begins("sc1", SPEED);
    let mut kills = 0;
    let began = Instant::now();
    while began.elapsed() < Duration::from_secs(14) {
        let until = Instant::now() + Duration::from_millis(300) + dice.time_below(Duration::from_millis(1_500));
        wait_for("the instant of the next kill", SOON, || (Instant::now() >= until).then_some(()));
        kills += usize::from(town.daemon.kill_dash_nine());
        town.daemon.restart();
    }
    assert!(storm.wait().expect("it is our child").success(), "the storm was played");
    for tag in ["【対応依頼】", "【第一報】", "電話連絡票"] {
        town.wait_for_mail(tag, LATER);
    }
    town.number();
    never("a mail to another vendor", QUIET, || {
        town.assert_no_vendor_but("n-sha");
        None
    });
    // Every copy beyond the first belongs to an attempt whose outcome nobody could know: at most one for each kill.
    for tag in ["【対応依頼】", "【第一報】", "電話連絡票"] {
        let copies = town.mails(tag);
        let ids: BTreeSet<&str> = copies.iter().map(|mail| mail.id.as_str()).collect();
        assert_eq!(ids.len(), 1, "copies of {tag} carry one identity: {copies:#?}");
    }
    assert!(town.most_copies() <= 1 + kills, "{} copies of one mail after {kills} kills", town.most_copies());
    figure("kills during SC1 / copies of one mail at most", &format!("{kills} / {}", town.most_copies()));
    town.daemon.assert_books_balance();
    assert!(town.daemon.terminate().success());
}

/// P6, P7: not to see is not to be well.
#[test]
fn a_silent_zabbix_is_told_and_is_no_recovery() {
    let mut town = match Town::wakes() {
        Ok(town) => town,
        Err(why) => return skip(&why),
    };
    town.zabbix.fire("core-sw-01", "icmpping", "0");
    town.wait_for_mail("【対応依頼】", SOON);
    let number = town.number();
    let began = SystemTime::now();
    town.zabbix.api_down();
    let told = town.wait_for_mail("【監視停止】", LATER);
    let after = told.at.duration_since(began).unwrap_or_default().as_secs_f64();
    figure("Zabbix gone -> 監視停止 accepted", &format!("{after:.1} s"));
    never("a word of recovery", QUIET, || {
        let recovered = town.mails("【復旧】").into_iter().chain(town.mails("【要対応】"));
        recovered.map(|mail| format!("{mail:#?}")).next()
    });
    town.daemon.assert_books_balance();
    // What it could not see meanwhile is found afterwards, and is real.
    town.zabbix.api_up();
    town.zabbix.fire("core-sw-01", "icmpping", "1");
    let check = town.wait_for_mail("【要対応】", SOON);
    assert!(check.subject.contains(&number), "{check:#?}");
    assert!(town.daemon.terminate().success());
}

/// A desk with a log and a mail server only: what can be seen without Zabbix and without root.
fn quiet_site() -> (Daemon, Site, Scratch) {
    let scratch = Scratch::new("quiet");
    let sink = SmtpSink::start();
    let smtp = SocketAddr::from((Ipv4Addr::LOCALHOST, sink.port()));
    let site = Site::a_town(scratch.path(), &Neighbours { zabbix: None, smtp, webhook: None });
    (Daemon::stopped(&site.config, &scratch), site, scratch)
}

/// P7, P23.
#[test]
fn the_service_manager_hears_when_it_is_ready_that_it_lives_and_that_it_stops() {
    let (mut daemon, _site, _scratch) = quiet_site();
    daemon.restart();
    wait_for("READY=1", SOON, || daemon.told_manager().iter().any(|told| told == "READY=1").then_some(()));
    let beats = |daemon: &Daemon| daemon.told_manager().iter().filter(|told| *told == "WATCHDOG=1").count();
    wait_for("three heartbeats", SOON, || (beats(&daemon) >= 3).then_some(()));
    assert!(daemon.terminate().success());
    assert!(daemon.told_manager().iter().any(|told| told == "STOPPING=1"), "{:?}", daemon.told_manager());
}

/// P18.
#[test]
fn a_second_daemon_on_the_same_state_is_refused_and_the_first_goes_on() {
    let (mut daemon, site, _scratch) = quiet_site();
    daemon.restart();
    let elsewhere = Scratch::new("second");
    let mut second = Daemon::stopped(&site.config, &elsewhere);
    second.spawn();
    assert_eq!(second.ends(SOON).code(), Some(75), "{}", second.log());
    daemon.status();
    assert!(daemon.terminate().success());
}

/// Figures for the README, with bounds wide enough for a slow machine.
#[test]
fn it_starts_quickly_and_stays_small() {
    let (mut daemon, _site, _scratch) = quiet_site();
    let began = Instant::now();
    daemon.restart();
    let took = began.elapsed();
    figure("start until it answers, empty state", &format!("{} ms", took.as_millis()));
    assert!(took < Duration::from_secs(20), "a start took {took:?}");
    let kib = daemon.resident_kib("resident memory, idle");
    assert!(kib < 256 * 1024, "{kib} KiB resident");
    assert!(daemon.terminate().success());
}
