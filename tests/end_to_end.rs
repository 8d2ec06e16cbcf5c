//! A night at the desk with real processes: a real Zabbix, a real log, a real mail server, and the built binary.
//!
//! The days are those of `tests/zabbix/storms`, in fast motion: the storm twenty times faster, the window and the
//! stable time five seconds instead of minutes. What is asserted is what people outside see (mails, posts) and what an
//! operator is told; how the desk comes to it is the scenarios' business. `tests/run` starts the Zabbix.

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::net::{Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant, SystemTime};
use support::daemon::Daemon;
use support::dice::Dice;
use support::log_writer::LogWriter;
use support::mail::Mail;
use support::postfix::Postfix;
use support::site::{Neighbours, Site};
use support::smtp_sink::SmtpSink;
use support::webhook::WebhookSink;
use support::zabbix::Zabbix;
use support::{Scratch, figure, never, skip, wait_for};

/// The storm's speed; its 140 seconds become seven.
const SPEED: u32 = 20;
/// The rewritten grouping window (`support/site.rs`).
const WINDOW: Duration = Duration::from_secs(5);
/// For what follows within the window and the polls around it.
const SOON: Duration = Duration::from_secs(60);
/// For what waits for a second attempt (a minute after the first) or for blindness (45 seconds).
const LATER: Duration = Duration::from_secs(180);
/// How long "nothing more comes" is watched.
const QUIET: Duration = Duration::from_secs(8);

/// Everything around the desk. The daemon goes first when this is dropped.
struct Town {
    daemon: Daemon,
    zabbix: Zabbix,
    postfix: Postfix,
    webhook: WebhookSink,
    log: LogWriter,
    site: Site,
    _scratch: Scratch,
}

impl Town {
    /// All green, or why it can't be had here.
    fn wakes() -> Result<Self, String> {
        let zabbix = Zabbix::take()?;
        let scratch = Scratch::new("town");
        let postfix = Postfix::start_in(&scratch.join("postfix"))?;
        let webhook = WebhookSink::start();
        let smtp = SocketAddr::from((Ipv4Addr::LOCALHOST, postfix.port()));
        let neighbours =
            Neighbours { zabbix: Some((zabbix.url(), zabbix.token())), smtp, webhook: Some(&webhook.url()) };
        let site = Site::a_town(scratch.path(), &neighbours);
        // The example shows webhooks only as a comment: copies of what the office reads go to the sink.
        let hook = format!(
            "[[channel.webhook]]\nname = \"office-hook\"\nparty = \"soumu-joho\"\nurl = \"{}\"\n",
            webhook.url()
        );
        site.add("zz-hook.toml", &hook);
        let log = LogWriter::at(&site.log_of(0, "core-sw-01"));
        let daemon = Daemon::start(&site.config, &scratch);
        // What is there at the very first look was there before, and is no news: the story begins after it.
        wait_for("every source to have looked", Duration::from_secs(30), || {
            let status = daemon.status();
            let sources = status["sources"].as_array().cloned().unwrap_or_default();
            sources.iter().all(|source| source["sight"] == "sees").then_some(())
        });
        Ok(Self { daemon, zabbix, postfix, webhook, log, site, _scratch: scratch })
    }

    /// Mails whose subject has this tag.
    fn mails(&self, tag: &str) -> Vec<Mail> {
        self.postfix.mails().into_iter().filter(|mail| mail.subject.contains(tag)).collect()
    }

    fn wait_for_mail(&self, tag: &str, limit: Duration) -> Mail {
        wait_for(&format!("a mail {tag}"), limit, || self.mails(tag).pop())
    }

    /// Mailboxes of the parties of a kind, by party.
    fn mailboxes(&self, kind: &str) -> BTreeMap<String, Vec<String>> {
        self.site.parties(kind)
    }

    /// What a fault of the core switch owes, and not a mail more: one request, one first report, one phone note.
    fn assert_told_once(&self) {
        let request = self.only("【対応依頼】");
        let network = &self.mailboxes("vendor")["n-sha"];
        assert!(request.iter().all(|mail| network.contains(&mail.mailbox)), "対応依頼 goes to N社 alone: {request:#?}");
        let first = self.only("【第一報】");
        let offices: Vec<String> = self.mailboxes("office").into_values().flatten().collect();
        assert!(first.iter().any(|mail| offices.contains(&mail.mailbox)), "第一報 goes to the office: {first:#?}");
        let note = self.only("電話連絡票");
        let desk: Vec<String> = self.mailboxes("desk").into_values().flatten().collect();
        assert!(note.iter().all(|mail| desk.contains(&mail.mailbox)), "電話連絡票 stays at the desk: {note:#?}");
        self.assert_other_vendors_undisturbed();
    }

    fn assert_other_vendors_undisturbed(&self) {
        let vendors = self.mailboxes("vendor");
        let network = &vendors["n-sha"];
        for (vendor, mailboxes) in vendors.iter().filter(|(vendor, _)| *vendor != "n-sha") {
            let theirs = |mail: &Mail| mailboxes.contains(&mail.mailbox) && !network.contains(&mail.mailbox);
            let mails: Vec<Mail> = self.postfix.mails().into_iter().filter(theirs).collect();
            assert!(mails.is_empty(), "{vendor} has nothing to do with it: {mails:#?}");
        }
    }

    /// The copies of the one mail with this tag; each mailbox has it once.
    fn only(&self, tag: &str) -> Vec<Mail> {
        let copies = self.mails(tag);
        let ids: BTreeSet<&str> = copies.iter().map(|mail| mail.id.as_str()).collect();
        assert_eq!(ids.len(), 1, "one mail {tag}, not {}: {copies:#?}", ids.len());
        let mailboxes: BTreeSet<&str> = copies.iter().map(|mail| mail.mailbox.as_str()).collect();
        assert_eq!(mailboxes.len(), copies.len(), "one copy of {tag} for each reader: {copies:#?}");
        copies
    }

    /// Copies per reader of the mail that was copied most often.
    fn most_copies(&self) -> usize {
        let mut copies: BTreeMap<(String, String), usize> = BTreeMap::new();
        for mail in self.postfix.mails() {
            *copies.entry((mail.id, mail.mailbox)).or_default() += 1;
        }
        copies.into_values().max().unwrap_or(0)
    }

    /// The one incident there is.
    fn number(&self) -> String {
        let mut numbers = wait_for("a number", SOON, || Some(self.daemon.numbers()).filter(|list| !list.is_empty()));
        assert_eq!(numbers.len(), 1, "one fault, one incident: {numbers:?}");
        numbers.remove(0)
    }
}

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
        town.assert_other_vendors_undisturbed();
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
