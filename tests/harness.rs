//! The harness itself, proved part by part: a test that leans on a broken prop proves nothing.

mod support;

use lettre::message::Mailbox;
use lettre::{Message, SmtpTransport, Transport as _};
use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::path::Path;
use std::time::Duration;
use support::dice::Dice;
use support::log_writer::LogWriter;
use support::postfix::Postfix;
use support::site::{Neighbours, Site};
use support::smtp_sink::{Manner, SmtpSink};
use support::webhook::WebhookSink;
use support::zabbix::Zabbix;
use support::{Scratch, never, skip, wait_for};

const SOON: Duration = Duration::from_secs(20);

fn send(port: u16, to: &[&str]) -> Result<(), lettre::transport::smtp::Error> {
    let mailbox = |address: &str| address.parse::<Mailbox>().expect("an address");
    let mut mail = Message::builder().from(mailbox("desk@k.example")).message_id(Some("<1@desk.example>".to_owned()));
    for address in to {
        mail = mail.to(mailbox(address));
    }
    let mail = mail.subject("【第一報】コアスイッチ").body("電源\r\n.\r\n以上\r\n".to_owned()).expect("a sound mail");
    let transport = SmtpTransport::builder_dangerous("127.0.0.1").port(port).build();
    transport.send(&mail).map(drop)
}

#[test]
fn postfix_delivers_each_recipients_copy_refuses_others_and_comes_back() {
    let scratch = Scratch::new("postfix");
    let postfix = match Postfix::start_in(scratch.path()) {
        Ok(postfix) => postfix,
        Err(why) => return skip(&why),
    };
    send(postfix.port(), &["noc@n.example", "joho@a-town.example"]).expect("accepted");
    let mails = wait_for("two copies", SOON, || Some(postfix.mails()).filter(|mails| mails.len() == 2));
    let mut mailboxes: Vec<&str> = mails.iter().map(|mail| mail.mailbox.as_str()).collect();
    mailboxes.sort_unstable();
    assert_eq!(mailboxes, ["joho@a-town.example", "noc@n.example"]);
    assert_eq!(mails[0].subject, "【第一報】コアスイッチ");
    assert_eq!(mails[0].id, "1@desk.example");
    assert!(mails[0].text.starts_with("電源\n.\n以上"), "{:?}", mails[0].text);
    assert_eq!(mails[0].to.len(), 2);

    let refused = send(postfix.port(), &["someone@elsewhere.invalid"]).expect_err("not ours");
    assert!(refused.is_permanent(), "{refused}");
    postfix.refuse("gone@n.example", "550 5.1.1 no such person");
    wait_for("the refusal to be in force", SOON, || send(postfix.port(), &["gone@n.example"]).err());

    postfix.stop();
    assert!(send(postfix.port(), &["noc@n.example"]).is_err(), "it is down");
    postfix.start();
    send(postfix.port(), &["noc@n.example"]).expect("accepted again");
    wait_for("the third copy", SOON, || (postfix.mails().len() == 3).then_some(()));
}

#[test]
fn the_smtp_sink_takes_hangs_up_and_puts_off() {
    let sink = SmtpSink::start();
    send(sink.port(), &["a@n.example", "b@n.example"]).expect("accepted");
    assert_eq!(sink.mails().len(), 2);
    assert!(sink.mails()[0].text.starts_with("電源\n.\n以上"), "dots are undone: {:?}", sink.mails()[0].text);
    sink.behave(Manner::TryLater);
    assert!(send(sink.port(), &["a@n.example"]).expect_err("put off").is_transient());
    sink.behave(Manner::HangUpAfterTheDot);
    send(sink.port(), &["a@n.example"]).expect_err("no answer");
    assert_eq!(sink.mails().len(), 3, "taken all the same");
}

#[test]
fn the_webhook_sink_keeps_what_it_accepts() {
    let sink = WebhookSink::start();
    let post = |body: &str| {
        let mut stream =
            TcpStream::connect(sink.url()["http://".len()..].trim_end_matches("/hook")).expect("it listens");
        let head = format!("POST /hook HTTP/1.1\r\nWebhook-Id: k1\r\nContent-Length: {}\r\n\r\n", body.len());
        stream.write_all((head + body).as_bytes()).expect("it reads");
        stream.shutdown(std::net::Shutdown::Write).expect("open");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("it answers");
        answer
    };
    assert!(post("{\"a\":1}").starts_with("HTTP/1.1 200"));
    sink.answer(503);
    assert!(post("{}").starts_with("HTTP/1.1 503"));
    let posts = sink.posts();
    assert_eq!(posts.len(), 1);
    assert_eq!(
        (posts[0].method.as_str(), posts[0].path.as_str(), posts[0].body.as_str()),
        ("POST", "/hook", "{\"a\":1}")
    );
    assert_eq!(posts[0].headers["webhook-id"], "k1");
}

#[test]
fn the_log_writer_rotates_both_ways() {
    let scratch = Scratch::new("log");
    let path = scratch.join("r/messages");
    let mut log = LogWriter::at(&path);
    log.syslog("core-sw-01", "%LINK-3-UPDOWN: down");
    log.rotate();
    log.line("second");
    log.copy_and_truncate();
    log.line("third");
    let read = |path: &Path| std::fs::read_to_string(path).expect("there");
    assert!(read(&scratch.join("r/messages.1")).ends_with(" core-sw-01 %LINK-3-UPDOWN: down\n"));
    assert_eq!(read(&scratch.join("r/messages.2")), "second\n");
    assert_eq!(read(log.path()), "third\n");
}

#[test]
fn the_same_seed_throws_the_same_dice() {
    let throw = |seed| {
        let mut dice = Dice::new(seed);
        (0..5).map(|_| dice.below(1_000)).collect::<Vec<_>>()
    };
    assert_eq!(throw(7), throw(7));
    assert!(Dice::new(7).time_below(Duration::from_millis(5)) < Duration::from_millis(5));
}

#[test]
#[should_panic(expected = "waited 50ms in vain for rain")]
fn waiting_in_vain_says_for_what() {
    wait_for::<()>("rain", Duration::from_millis(50), || None);
}

#[test]
#[should_panic(expected = "snow must not happen")]
fn what_must_not_happen_fails_at_once() {
    never("snow", SOON, || Some("it snows".to_owned()));
}

/// What `PRODUCT.md` promises an administrator may write, in small.
const EXAMPLE: &str = r#"
[state]
# kept by the store
directory = "/var/lib/kiriwake"
[control]
socket = "/run/kiriwake/control.sock"
[policy]
window = "90s"
[[rule]]
name = "a line is down"
watch = "3m"
[[source.zabbix]]
name = "zabbix"
url = "https://zabbix.a-town.example/api_jsonrpc.php"
token_file = "zabbix.token"
poll = "15s"
[[source.logfile]]
name = "network-log"
paths = ["/var/log/remote/*/messages"]
patterns = ["network"]
host_from_path = 1
[[channel.smtp]]
name = "relay"
host = "relay.a-town.example"
port = 587
user = "desk"
password_file = "smtp.password"
[[channel.webhook]]
name = "desk-room"
url_file = "desk-room.url"
[[channel.command]]
name = "lamp"
[party.n-sha]
kind = "vendor"
[[party.n-sha.contact]]
mail = "noc@n.example"
[[party.n-sha.contact]]
phone = "00-0000-0010"
[component.core-switch]
party = "n-sha"
ping = "192.0.2.1"
"#;

#[test]
fn the_adapted_site_touches_loopback_only_and_keeps_the_rest() {
    let scratch = Scratch::new("site");
    let example = scratch.join("example");
    std::fs::create_dir_all(example.join("cases")).expect("ours");
    std::fs::write(example.join("site.toml"), EXAMPLE).expect("ours");
    std::fs::write(example.join("cases/a.txt"), "02:10 zabbix …\n").expect("ours");
    let smtp = SocketAddr::from((Ipv4Addr::LOCALHOST, 2525));
    let zabbix = Some(("http://127.0.0.1:8080/api_jsonrpc.php", "token-1"));
    let all = Neighbours { zabbix, smtp, webhook: Some("http://127.0.0.1:9/hook") };
    let site = Site::adapt(&example, &scratch.join("all"), &all);
    let text = std::fs::read_to_string(site.config.join("site.toml")).expect("there");
    for kept in ["name = \"zabbix\"", "# kept by the store", "party = \"n-sha\"", "name = \"desk-room\""] {
        assert!(text.contains(kept), "{kept} in\n{text}");
    }
    for gone in ["\"/var/", "a-town.example", "90s", "3m", "15s", "user =", "password_file", "command", "192.0.2.1"] {
        assert!(!text.contains(gone), "{gone} in\n{text}");
    }
    assert!(text.contains("port = 2525") && text.contains("poll = \"1s\""), "{text}");
    assert_eq!(std::fs::read_to_string(site.config.join("zabbix.token")).expect("there"), "token-1\n");
    assert!(site.config.join("cases/a.txt").exists());
    let log = site.log_of(0, "core-sw-01");
    assert_eq!(log, scratch.join("all/var/log/remote/core-sw-01/messages"), "the glob keeps its shape");
    assert!(scratch.join("all/var/log/remote").is_dir());
    assert_eq!(site.parties("vendor")["n-sha"], ["noc@n.example"]);
    site.use_patterns("kw-load");
    let text = std::fs::read_to_string(site.config.join("site.toml")).expect("there");
    assert!(text.contains("patterns = [\"network\", \"kw-load\"]"), "{text}");

    let none = Site::adapt(&example, &scratch.join("none"), &Neighbours { zabbix: None, smtp, webhook: None });
    let text = std::fs::read_to_string(none.config.join("site.toml")).expect("there");
    assert!(!text.contains("zabbix") && !text.contains("webhook"), "{text}");
}

#[test]
fn zabbix_opens_and_closes_problems_and_goes_away() {
    let zabbix = match Zabbix::take() {
        Ok(zabbix) => zabbix,
        Err(why) => return skip(&why),
    };
    assert_eq!(zabbix.open_problems(), Vec::<u64>::new());
    zabbix.fire("wan-rt-01", "icmpping", "0");
    zabbix.first_problem_visible();
    zabbix.api_down();
    zabbix.api_up();
    assert_eq!(zabbix.open_problems().len(), 1);
    zabbix.reset();
    assert_eq!(zabbix.open_problems(), Vec::<u64>::new());
    assert!(!zabbix.token().is_empty() && zabbix.url().starts_with("http://127.0.0.1:"));
}
