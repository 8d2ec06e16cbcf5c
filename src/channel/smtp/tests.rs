#![allow(clippy::unwrap_used, reason = "a test may fail by panicking")]

mod server;

use super::*;
use crate::channel::{Mailbox, example};
use server::{Say, Server};

/// The port of something that speaks TLS with the certificate of that name; enough to see a handshake refused.
pub(in crate::channel) async fn server_for_https(certificate: &str) -> u16 {
    Server::start_with(certificate, true, &[]).await.port
}

const TO: &str = "joho@a-town.example";
const CC: &str = "duty@a-town.example";

fn config(server: &Server, tls: Tls) -> SmtpConfig {
    SmtpConfig {
        at_once: None,
        name: "mail".into(),
        host: "localhost".into(),
        port: Some(server.port),
        tls,
        ca_file: Some(concat!(env!("CARGO_MANIFEST_DIR"), "/src/channel/testdata/ca.pem").into()),
        user: None,
        password_file: None,
        hello: Some("kiriwake.test".into()),
        envelope_from: None,
        allow_plain: false,
        connect_timeout: Span(Duration::from_millis(500)),
        command_timeout: Span(Duration::from_millis(500)),
        final_timeout: Span(Duration::from_millis(500)),
    }
}

fn channel(config: SmtpConfig, password: Option<&str>) -> Smtp {
    Smtp::new(config, password.map(SecretString::from), Origin { site: "A町".into(), instance: "a-town".into() })
        .unwrap()
}

fn open() -> Vec<String> {
    vec![TO.into(), CC.into()]
}

async fn plain(server: &Server) -> Results {
    channel(config(server, Tls::None), None).attempt(&example(), &open()).await
}

fn why(delivery: &Delivery) -> &str {
    match delivery {
        Delivery::Accepted { answer: why }
        | Delivery::Later { why, .. }
        | Delivery::Unreachable { why }
        | Delivery::Refused { why, .. }
        | Delivery::TooBig { why }
        | Delivery::Unknown { why } => why,
    }
}

macro_rules! assert_all {
    ($results:expr, $pattern:pat $(if $guard:expr)?) => {{
        let results = $results;
        assert_eq!(results.len(), 2);
        assert!(results.iter().all(|(_, one)| matches!(one, $pattern $(if $guard)?)), "{results:#?}");
    }};
}

#[tokio::test]
async fn a_mail_is_accepted_with_the_queue_id_of_the_server() {
    let server = Server::start(&[]).await;
    let results = plain(&server).await;
    assert_eq!(results.iter().map(|(address, _)| address.as_str()).collect::<Vec<_>>(), [TO, CC]);
    assert_all!(&results, Delivery::Accepted { answer } if answer == "2.0.0 Ok: queued as ABC123");
    let said = server.said();
    assert_eq!(
        said[..5],
        [
            "EHLO kiriwake.test",
            "MAIL FROM:<desk@a-town.example>",
            "RCPT TO:<joho@a-town.example>",
            "RCPT TO:<duty@a-town.example>",
            "DATA"
        ]
    );
    assert!(said[5].contains("To: =?utf-8?") && said[5].contains("Cc: duty@a-town.example"), "{}", said[5]);
}

#[tokio::test]
async fn only_open_addresses_are_written_to_although_the_header_names_all() {
    let server = Server::start(&[]).await;
    let results = channel(config(&server, Tls::None), None).attempt(&example(), &[CC.to_owned()]).await;
    assert_eq!(results.len(), 1);
    assert!(!server.said().iter().any(|line| line.starts_with("RCPT TO:<joho")));
    assert!(server.said().iter().any(|line| line.contains("joho@a-town.example")));
    assert!(channel(config(&server, Tls::None), None).attempt(&example(), &[]).await.is_empty());
}

// RELIABILITY §10: greylisting
#[tokio::test]
async fn greylisting_means_later_and_the_next_attempt_has_the_same_message_id() {
    let server =
        Server::start(&[("RCPT", &[Say::Line("450 4.2.0 Greylisted"), Say::Line("450 4.2.0 Greylisted")])]).await;
    let channel = channel(config(&server, Tls::None), None);
    assert_all!(channel.attempt(&example(), &open()).await, Delivery::Later { why, after: None } if why == "450 4.2.0 Greylisted");
    assert_all!(channel.attempt(&example(), &open()).await, Delivery::Accepted { .. });
    assert_eq!(server.mails().len(), 1);
    assert!(server.mails()[0].contains(&format!("Message-ID: <{}@a-town.example>", example().key)));
}

// RELIABILITY §10: 550 for one of three
#[tokio::test]
async fn one_refused_recipient_does_not_keep_the_mail_from_the_others() {
    let server = Server::start(&[
        ("RCPT TO:<joho", &[Say::Line("550 5.1.1 No such user\r\n")]),
        ("RCPT TO:<later", &[Say::Line("451 4.7.1 Try again")]),
    ])
    .await;
    let mut message = example();
    message.cc.push(Mailbox { name: String::new(), address: "later@a-town.example".into() });
    let open = [TO, CC, "later@a-town.example", "a..b@a-town.example"].map(str::to_owned);
    let results = channel(config(&server, Tls::None), None).attempt(&message, &open).await;
    assert!(
        matches!(&results[0].1, Delivery::Refused { what: Refused::Recipient, why } if why == "550 5.1.1 No such user"),
        "{results:?}"
    );
    assert!(matches!(&results[1].1, Delivery::Accepted { .. }), "{results:?}");
    assert!(matches!(&results[2].1, Delivery::Later { .. }), "{results:?}");
    assert!(matches!(&results[3].1, Delivery::Refused { what: Refused::Recipient, .. }), "{results:?}");
    assert_eq!(server.mails().len(), 1);
}

#[tokio::test]
async fn answers_mean_what_the_delivery_rules_say() {
    type Meaning = fn(&Delivery) -> bool;
    let message: Meaning = |d| matches!(d, Delivery::Refused { what: Refused::Message, .. });
    let recipient: Meaning = |d| matches!(d, Delivery::Refused { what: Refused::Recipient, .. });
    let destination: Meaning = |d| matches!(d, Delivery::Refused { what: Refused::Destination, .. });
    let later: Meaning = |d| matches!(d, Delivery::Later { .. });
    let nobody: Meaning = |d| matches!(d, Delivery::Unreachable { .. });
    let too_big: Meaning = |d| matches!(d, Delivery::TooBig { .. });
    let unknown: Meaning = |d| matches!(d, Delivery::Unknown { .. });
    for (step, answer, meaning) in [
        ("connect", "421 4.3.2 Too busy", later),
        ("connect", "554 5.7.1 Go away", destination),
        ("connect", "HTTP/1.1 200 OK", nobody),
        ("MAIL", "421 4.3.2 Closing", later),
        ("MAIL", "451 4.3.0 Try again", later),
        ("MAIL", "530 5.7.0 Must issue STARTTLS first", destination),
        ("MAIL", "550 5.7.1 Sender refused", message),
        ("MAIL", "552 5.3.4 Too big", too_big),
        ("RCPT", "421 4.7.0 Closing", later),
        ("RCPT", "552 5.2.2 Mailbox full", recipient),
        ("RCPT", "552 5.3.4 Message too big for system", too_big),
        ("RCPT", "554 5.7.1 Relay access denied", recipient),
        ("DATA", "451 4.3.0 Try again", later),
        ("DATA", "554 5.5.1 No valid recipients", message),
        ("DATA", "250 what", nobody),
        (".", "450 4.3.0 Try again", later),
        (".", "421 4.3.0 Try again", later),
        (".", "550 5.7.1 Content refused", message),
        (".", "552 5.3.4 Too big", too_big),
        (".", "554 5.3.4 Too big", too_big),
        (".", "354 what", unknown),
    ] {
        let server = Server::start(&[(step, &[Say::Always(answer)])]).await;
        let results = plain(&server).await;
        assert!(results.len() == 2 && results.iter().all(|(_, one)| meaning(one)), "{step} {answer}: {results:?}");
        assert!(results.iter().all(|(_, one)| why(one).len() > 5), "{results:?}");
    }
}

#[tokio::test]
async fn a_lost_answer_after_the_dot_is_unknown_and_before_it_there_is_no_server() {
    for (step, say, unknown) in [
        ("connect", Say::Hang, false),
        ("connect", Say::Close, false),
        ("EHLO", Say::Hang, false),
        ("MAIL", Say::Hang, false),
        ("MAIL", Say::Close, false),
        ("RCPT", Say::Hang, false),
        ("RCPT TO:<duty", Say::Close, false),
        ("DATA", Say::Hang, false),
        ("DATA", Say::Close, false),
        (".", Say::Hang, true),
        (".", Say::Close, true),
    ] {
        let server = Server::start(&[(step, &[say])]).await;
        let results = plain(&server).await;
        let right = |one: &Delivery| {
            if unknown { matches!(one, Delivery::Unknown { .. }) } else { matches!(one, Delivery::Unreachable { .. }) }
        };
        assert!(results.len() == 2 && results.iter().all(|(_, one)| right(one)), "{step}: {results:?}");
        assert_eq!(server.mails().len(), usize::from(unknown), "{step}");
    }
}

#[tokio::test]
async fn a_stall_in_the_middle_of_a_long_text_is_later_because_the_dot_was_never_sent() {
    let server = Server::start(&[("body", &[Say::Hang])]).await;
    let mut message = example();
    message.body = "長い本文です。\n".repeat(1_000_000);
    let results = channel(config(&server, Tls::None), None).attempt(&message, &open()).await;
    assert_all!(results, Delivery::Later { .. });
}

#[tokio::test]
async fn nobody_there_is_unreachable() {
    let server = Server::start(&[]).await;
    for tls in [Tls::None, Tls::Implicit, Tls::RequiredStarttls] {
        let mut config = config(&server, tls);
        config.port = Some(server::unused_port());
        assert_all!(channel(config.clone(), None).attempt(&example(), &open()).await, Delivery::Unreachable { .. });
        config.host = "no-such-host.invalid".into();
        config.allow_plain = true;
        assert_all!(channel(config, None).attempt(&example(), &open()).await, Delivery::Unreachable { .. });
    }
}

#[tokio::test]
async fn mail_goes_through_starttls_and_through_implicit_tls() {
    for (tls, starts) in [(Tls::RequiredStarttls, false), (Tls::Implicit, true)] {
        let server = Server::start_with("good", starts, &[]).await;
        assert_all!(channel(config(&server, tls), None).attempt(&example(), &open()).await, Delivery::Accepted { .. });
        assert!(server.said().iter().any(|line| line == "tls MAIL FROM:<desk@a-town.example>"), "{:?}", server.said());
    }
}

// P15
#[tokio::test]
async fn a_bad_certificate_or_a_stripped_offer_is_refused_and_nothing_is_sent() {
    for certificate in ["other", "expired", "good", "stripped"] {
        for implicit in [false, true] {
            let strip: &[(&str, &[Say])] = &[("EHLO", &[Say::Always("250 mail.test")])];
            let script = if certificate == "stripped" { strip } else { &[] };
            let file = if certificate == "stripped" { "good" } else { certificate };
            let server = Server::start_with(file, implicit, script).await;
            let mut config = config(&server, if implicit { Tls::Implicit } else { Tls::RequiredStarttls });
            match certificate {
                "good" => config.ca_file = None,
                "stripped" if implicit => continue,
                _ => {}
            }
            let results = channel(config, None).attempt(&example(), &open()).await;
            assert_all!(&results, Delivery::Refused { what: Refused::Destination, .. });
            assert!(
                !server.said().iter().any(|line| line.contains("MAIL") || line.contains("AUTH")),
                "{:?}",
                server.said()
            );
            let told = if certificate == "stripped" { "STARTTLS" } else { "certificate" };
            assert!(why(&results[0].1).contains(told), "{certificate}: {results:?}");
        }
    }
}

// P15: answers put in before TLS must not count as said inside TLS.
#[tokio::test]
async fn answers_injected_behind_starttls_break_the_handshake() {
    let forged =
        "220 go\r\n250-localhost\r\n250 AUTH PLAIN\r\n250 ok\r\n250 ok\r\n250 ok\r\n354 go\r\n250 queued as FORGED";
    let server = Server::start_with("good", false, &[("STARTTLS", &[Say::ThenTls(forged)])]).await;
    let results = channel(config(&server, Tls::RequiredStarttls), None).attempt(&example(), &open()).await;
    assert!(!results.iter().any(|(_, one)| matches!(one, Delivery::Accepted { .. })), "{results:?}");
    assert!(server.mails().is_empty());
}

// P21
#[tokio::test]
async fn an_endless_line_is_cut_off_before_the_time_is_up() {
    let server = Server::start(&[("connect", &[Say::Endless])]).await;
    let mut config = config(&server, Tls::RequiredStarttls);
    config.command_timeout = Span(Duration::from_secs(60));
    let attempt =
        tokio::time::timeout(Duration::from_secs(5), channel(config, None).attempt(&example(), &open())).await;
    assert_all!(attempt.unwrap(), Delivery::Unreachable { why } if why.contains("endless"));
}

// P14
#[tokio::test]
async fn a_login_that_fails_is_a_fault_of_the_destination_and_shows_no_password() {
    let server = Server::start_with(
        "good",
        false,
        &[("AUTH", &[Say::Line("535 5.7.8 Authentication failed"), Say::Line("235 ok")])],
    )
    .await;
    let mut config = config(&server, Tls::RequiredStarttls);
    config.user = Some("desk".into());
    let channel = channel(config, Some("canary-secret\n"));
    let results = channel.attempt(&example(), &open()).await;
    assert_all!(&results, Delivery::Refused { what: Refused::Destination, .. });
    assert!(!format!("{results:?} {channel:?}").contains("canary"));
    assert_all!(channel.attempt(&example(), &open()).await, Delivery::Accepted { .. });
    // "\0desk\0canary-secret": the line end of the file is no part of the password.
    assert!(
        server.said().iter().any(|line| line == "tls AUTH PLAIN AGRlc2sAY2FuYXJ5LXNlY3JldA=="),
        "{:?}",
        server.said()
    );
}

#[tokio::test]
async fn two_mails_in_a_row_share_a_connection_and_a_dead_one_is_replaced() {
    let server = Server::start(&[("NOOP", &[Say::Line("250 ok"), Say::Close])]).await;
    let channel = channel(config(&server, Tls::None), None);
    for _ in 0..3 {
        assert_all!(channel.attempt(&example(), &open()).await, Delivery::Accepted { .. });
    }
    assert_eq!(server.said().iter().filter(|line| line.starts_with("EHLO")).count(), 2, "{:?}", server.said());
}

#[tokio::test]
async fn an_idle_connection_is_closed_politely() {
    let server = Server::start(&[]).await;
    let channel = channel(config(&server, Tls::None), None);
    assert_all!(channel.attempt(&example(), &open()).await, Delivery::Accepted { .. });
    tokio::time::timeout(KEPT * 3, async {
        while !server.said().iter().any(|line| line == "QUIT") {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    })
    .await
    .expect("QUIT comes by itself");
}

#[tokio::test]
async fn keys_that_do_not_go_together_are_refused_with_a_remedy() {
    let server = Server::start(&[]).await;
    let set = |change: fn(&mut SmtpConfig), password: Option<&str>| {
        let mut config = config(&server, Tls::None);
        change(&mut config);
        let origin = Origin { site: "A町".into(), instance: "a-town".into() };
        Smtp::new(config, password.map(SecretString::from), origin).map(drop).map_err(|error| error.to_string())
    };
    assert!(set(|c| c.host = "mail.n.example".into(), None).unwrap_err().contains("allow_plain = true"));
    assert!(set(|c| (c.host, c.allow_plain) = ("mail.n.example".into(), true), None).is_ok());
    assert!(set(|c| c.user = Some("desk".into()), None).unwrap_err().contains("password_file"));
    assert!(set(|_| {}, Some("secret")).unwrap_err().contains("go together"));
    assert!(set(|c| c.hello = Some("a b\r\nRSET".into()), None).unwrap_err().contains("host name"));
    assert!(set(|c| c.envelope_from = Some("a..b@n.example".into()), None).unwrap_err().contains("two dots"));
    let missing = |c: &mut SmtpConfig| (c.tls, c.ca_file) = (Tls::Implicit, Some("/nowhere/ca.pem".into()));
    assert!(set(missing, None).unwrap_err().contains("/nowhere/ca.pem"));
}

#[test]
fn the_least_configuration_asks_for_starttls() {
    let config: SmtpConfig = toml::from_str("name = \"mail\"\nhost = \"mail.a-town.example\"").unwrap();
    assert_eq!((config.tls, config.port, config.allow_plain), (Tls::RequiredStarttls, None, false));
    assert_eq!(config.final_timeout, Span(Duration::from_secs(120)));
    assert!(toml::from_str::<SmtpConfig>("name = \"mail\"\nhost = \"m\"\npasword_file = \"x\"").is_err());
}
