#![allow(clippy::unwrap_used, reason = "a test may fail by panicking")]

use super::super::webhook::{Secrets, Webhook, WebhookConfig};
use super::super::{Message, Origin, example};
use super::*;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// A web server that gives one raw answer to every request and remembers what it was sent.
pub(in crate::channel) struct Server {
    pub(in crate::channel) port: u16,
    requests: Arc<Mutex<Vec<String>>>,
}

/// What follows the answer.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::channel) enum Then {
    Close,
    Hang,
    Endless,
}

impl Server {
    pub(in crate::channel) async fn start(answer: &str, then: Then) -> Self {
        let answer = answer.to_owned();
        Self::answering(move |_| answer.clone(), then).await
    }

    /// One whose answer depends on what it is sent.
    pub(in crate::channel) async fn answering(
        answer: impl Fn(&str) -> String + Send + Sync + 'static,
        then: Then,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let requests = Arc::<Mutex<Vec<String>>>::default();
        let (answer, told) = (Arc::new(answer), Arc::clone(&requests));
        tokio::spawn(async move {
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                let (answer, told) = (Arc::clone(&answer), Arc::clone(&told));
                tokio::spawn(async move {
                    let request = read(&mut stream).await;
                    let answer = answer(&request);
                    told.lock().unwrap().push(request);
                    let _gone = stream.write_all(answer.as_bytes()).await;
                    match then {
                        Then::Close => {}
                        Then::Hang => std::future::pending().await,
                        Then::Endless => while stream.write_all(&[b'x'; 8192]).await.is_ok() {},
                    }
                });
            }
        });
        Self { port, requests }
    }

    pub(in crate::channel) fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }

    pub(in crate::channel) fn url(&self) -> String {
        format!("http://127.0.0.1:{}/hooks/canary-secret?sig=canary-signature", self.port)
    }
}

async fn read(stream: &mut tokio::net::TcpStream) -> String {
    let mut request = Vec::new();
    let mut piece = [0; 65536];
    loop {
        let read = stream.read(&mut piece).await.unwrap_or(0);
        request.extend_from_slice(&piece[..read]);
        let text = String::from_utf8_lossy(&request).into_owned();
        let complete = text.split_once("\r\n\r\n").is_some_and(|(head, _)| {
            let length =
                head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
            request.len() >= head.len() + 4 + length.unwrap_or(0)
        });
        if read == 0 || complete {
            return text;
        }
    }
}

fn config() -> WebhookConfig {
    let mut config: WebhookConfig = toml::from_str("name = \"tickets\"").unwrap();
    (config.connect_timeout, config.timeout) = (Span(Duration::from_millis(300)), Span(Duration::from_millis(600)));
    config
}

/// An address kept in a file.
fn kept(url: &str) -> Secrets {
    Secrets { url: Some(url.into()), signing: None }
}

fn webhook(url: &str) -> Webhook {
    let origin = Origin { site: "A町".into(), instance: "a-town".into() };
    Webhook::new(config(), kept(&format!("{url}\n")), origin).unwrap()
}

async fn answered(answer: &str, then: Then) -> (Delivery, Server) {
    let server = Server::start(answer, then).await;
    let mut results = webhook(&server.url()).attempt(&example(), &["tickets".into()]).await;
    assert_eq!((results.len(), results[0].0.as_str()), (1, "tickets"));
    let delivery = results.remove(0).1;
    // P14
    assert!(!format!("{delivery:?}").contains("canary"), "{delivery:?}");
    (delivery, server)
}

fn status(line: &str, headers: &str) -> String {
    format!("HTTP/1.1 {line}\r\n{headers}content-length: 2\r\n\r\nok")
}

#[tokio::test]
async fn the_request_carries_the_key_and_the_message() {
    let (delivery, server) = answered(&status("202 Accepted", ""), Then::Close).await;
    assert_eq!(delivery, Delivery::Accepted { answer: "127.0.0.1: 202 Accepted ok".into() });
    let request = server.requests().remove(0);
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("POST /hooks/canary-secret?sig=canary-signature HTTP/1.1"), "{head}");
    assert!(head.contains(&format!("webhook-id: {}", example().key)), "{head}");
    let body: serde_json::Value = serde_json::from_str(body).unwrap();
    assert_eq!(
        body,
        serde_json::json!({
            "id": example().key, "kind": "first_report", "number": "KW-20260920-0001", "severity": 1,
            "subject": example().subject, "text": example().body, "written": "2026-09-19T17:13:20Z", "site": "A町",
        })
    );
}

#[tokio::test]
async fn statuses_mean_what_the_delivery_rules_say() {
    for (line, expected) in [
        ("200 OK", "accepted"),
        ("204 No Content", "accepted"),
        ("301 Moved", "destination"),
        ("307 Temporary Redirect", "destination"),
        ("400 Bad Request", "destination"),
        ("401 Unauthorized", "destination"),
        ("403 Forbidden", "destination"),
        ("404 Not Found", "destination"),
        ("410 Gone", "destination"),
        ("408 Request Timeout", "later"),
        ("425 Too Early", "later"),
        ("429 Too Many Requests", "later"),
        ("500 Oops", "later"),
        ("503 Service Unavailable", "later"),
        ("413 Too Large", "destination"),
    ] {
        let (delivery, _) = answered(&status(line, ""), Then::Close).await;
        let got = match delivery {
            Delivery::Accepted { .. } => "accepted",
            Delivery::Refused { what: Refused::Destination, .. } => "destination",
            Delivery::Later { after: None, .. } => "later",
            _ => "something else",
        };
        assert_eq!(got, expected, "{line}");
    }
}

// RELIABILITY §3.6: 413
#[tokio::test]
async fn what_is_too_large_is_sent_again_in_short_under_the_same_key() {
    let server = Server::answering(
        |request| status(if request.len() > 4_096 { "413 Too Large" } else { "200 OK" }, ""),
        Then::Close,
    )
    .await;
    let long = Message { body: "一行の文です。\n".repeat(2_000), ..example() };
    let results = webhook(&server.url()).attempt(&long, &["tickets".into()]).await;
    assert!(matches!(results[0].1, Delivery::Accepted { .. }), "{results:?}");
    let requests = server.requests();
    assert_eq!(requests.len(), 2);
    assert!(requests.iter().all(|request| request.contains(&format!("webhook-id: {}", long.key))));
    let (_, body) = requests[1].split_once("\r\n\r\n").unwrap();
    let text = serde_json::from_str::<serde_json::Value>(body).unwrap()["text"].as_str().unwrap().to_owned();
    assert!(text.contains("一行の文です。") && text.contains("これより後を省略しました"), "{text}");
}

// RELIABILITY §10: 429 + Retry-After
#[tokio::test]
async fn a_wish_to_come_again_is_read_in_every_form_and_capped() {
    let date = "date: Mon, 21 Sep 2026 10:00:00 GMT\r\n";
    for (headers, seconds) in [
        ("retry-after: 120\r\n".to_owned(), Some(120)),
        ("retry-after: 0\r\n".to_owned(), Some(0)),
        ("retry-after: 99999999999999999999999\r\n".to_owned(), Some(3600)),
        (format!("{date}retry-after: Mon, 21 Sep 2026 10:02:00 GMT\r\n"), Some(120)),
        (format!("{date}retry-after: Mon, 21 Sep 2026 09:00:00 GMT\r\n"), Some(0)),
        (format!("{date}retry-after: Tue, 22 Sep 2026 10:00:00 GMT\r\n"), Some(3600)),
        // The two older forms of RFC 9110, 5.6.7, which may not be written and must be read.
        (format!("{date}retry-after: Monday, 21-Sep-26 10:02:00 GMT\r\n"), Some(120)),
        (format!("{date}retry-after: Mon Sep 21 10:02:00 2026\r\n"), Some(120)),
        ("date: Wed Sep  2 10:00:00 2026\r\nretry-after: Wed Sep  2 10:02:00 2026\r\n".to_owned(), Some(120)),
        (format!("{date}retry-after: Monday, 21-Sep-2026 10:02:00 CET\r\n"), None),
        ("retry-after: Mon, 21 Sep 2026 10:02:00 GMT\r\n".to_owned(), None),
        ("retry-after: soon\r\n".to_owned(), None),
        ("retry-after: -5\r\n".to_owned(), None),
    ] {
        let (delivery, _) = answered(&status("429 Too Many", &headers), Then::Close).await;
        let Delivery::Later { after, .. } = delivery else { panic!("{delivery:?}") };
        assert_eq!(after, seconds.map(Duration::from_secs), "{headers}");
    }
}

// P17
#[tokio::test]
async fn a_redirect_is_not_followed() {
    let trap = Server::start(&status("200 OK", ""), Then::Close).await;
    let (delivery, server) =
        answered(&status("302 Found", &format!("location: {}\r\n", trap.url())), Then::Close).await;
    assert!(matches!(delivery, Delivery::Refused { what: Refused::Destination, .. }));
    assert_eq!((server.requests().len(), trap.requests().len()), (1, 0));
}

#[tokio::test]
async fn an_endless_answer_is_cut() {
    let (delivery, _) = answered("HTTP/1.1 200 OK\r\n\r\n", Then::Endless).await;
    let Delivery::Accepted { answer } = delivery else { panic!("{delivery:?}") };
    assert_eq!(answer.chars().count(), super::super::header::LONGEST);
}

#[tokio::test]
async fn no_answer_after_the_request_is_unknown_and_no_connection_is_unreachable() {
    let (delivery, server) = answered("", Then::Hang).await;
    assert!(matches!(&delivery, Delivery::Unknown { why } if why.contains("no answer within")), "{delivery:?}");
    assert_eq!(server.requests().len(), 1);
    let (delivery, _) = answered("", Then::Close).await;
    assert!(matches!(&delivery, Delivery::Unknown { why } if why.contains("connection ended")), "{delivery:?}");
    let (delivery, _) = answered("SSH-2.0-OpenSSH_9.2\r\n", Then::Close).await;
    assert!(matches!(&delivery, Delivery::Unknown { .. }), "{delivery:?}");
    let unused = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    for url in
        [format!("http://127.0.0.1:{unused}/canary-secret"), "https://no-such-host.invalid/canary-secret".to_owned()]
    {
        let results = webhook(&url).attempt(&example(), &["tickets".into()]).await;
        assert!(matches!(&results[0].1, Delivery::Unreachable { .. }), "{results:?}");
        assert!(!format!("{results:?}").contains("canary"), "{results:?}");
    }
}

#[tokio::test]
async fn an_error_page_that_repeats_the_path_does_not_give_the_secret_away() {
    let page = "Cannot POST /hooks/canary-secret?sig=canary-signature";
    let answer = format!("HTTP/1.1 404 Not Found\r\ncontent-length: {}\r\n\r\n{page}", page.len());
    let (delivery, _) = answered(&answer, Then::Close).await;
    assert!(matches!(&delivery, Delivery::Refused { why, .. } if why.ends_with("Cannot POST /***")), "{delivery:?}");
}

// P15, P17
#[tokio::test]
async fn a_name_that_turns_out_to_be_this_machine_or_a_wrong_certificate_is_a_fault_of_the_destination() {
    let server = Server::start(&status("200 OK", ""), Then::Close).await;
    let destination = Destination {
        at_once: None,
        channel: "tickets".into(),
        url: None,
        ca_file: None,
        allow_private: true,
        connect_timeout: ten_seconds(),
        timeout: ten_seconds(),
    };
    // As for a public name that was rebound to this machine after the address was checked.
    let client = client(&destination, Reach { loopback: false, private: true }).unwrap();
    let url = format!("http://localhost:{}/canary-secret", server.port);
    let rebound = Post { client, url: url.into(), host: "localhost".into(), timeout: Duration::from_secs(10) };
    let delivery = rebound.send("key", vec![]).await.unwrap_err();
    assert!(
        matches!(&delivery, Delivery::Refused { what: Refused::Destination, why } if why.contains("this machine")),
        "{delivery:?}"
    );
    assert!(!format!("{delivery:?}").contains("canary") && server.requests().is_empty());

    let tls = super::super::smtp::server_for_https("other").await;
    let mut config = config();
    config.ca_file = Some(concat!(env!("CARGO_MANIFEST_DIR"), "/src/channel/testdata/ca.pem").into());
    let url = format!("https://localhost:{tls}/canary-secret");
    let origin = Origin { site: "A町".into(), instance: "a-town".into() };
    let results = Webhook::new(config, kept(&url), origin).unwrap().attempt(&example(), &["tickets".into()]).await;
    assert!(
        matches!(&results[0].1, Delivery::Refused { what: Refused::Destination, why } if why.contains("certificate")),
        "{results:?}"
    );
    assert!(!format!("{results:?}").contains("canary"), "{results:?}");
}

#[test]
fn addresses_that_must_not_be_are_refused_before_anything_is_sent_and_not_shown() {
    let origin = || Origin { site: "A町".into(), instance: "a-town".into() };
    for (url, why) in [
        ("http://hook.example/canary", "must begin with https://"),
        ("ftp://hook.example/canary", "must begin with https://"),
        ("canary", "does not hold a web address"),
        ("https://user:canary@hook.example/", "user name or password"),
        ("https://169.254.169.254/canary", "never a destination"),
        ("https://[::ffff:169.254.169.254]/canary", "never a destination"),
        ("https://2852039166/canary", "never a destination"),
        ("https://10.0.0.1/canary", "allow_private = true"),
        ("https://0x7f.1/canary", "exists"),
    ] {
        let made = Webhook::new(config(), kept(url), origin());
        let said = made.map(|_| "exists".to_owned()).unwrap_or_else(|error| error.to_string());
        assert!(said.contains(why) && !said.contains("canary"), "{url}: {said}");
    }
    let mut private = config();
    private.allow_private = true;
    assert!(Webhook::new(private, kept("https://10.0.0.1/canary"), origin()).is_ok());
    let with_url = |url: &str, secret: Option<&str>| {
        let config = WebhookConfig { url: Some(url.into()), ..config() };
        Webhook::new(config, secret.map(kept).unwrap_or_default(), origin()).map_err(|error| error.to_string())
    };
    assert!(with_url("http://localhost:8080/x", None).is_ok());
    assert!(with_url("https://hook.example/x", None).unwrap_err().contains("url_file"));
    assert!(with_url("http://localhost:8080/x", Some("https://hook.example/")).unwrap_err().contains("one of the two"));
    assert!(Webhook::new(config(), Secrets::default(), origin()).is_err());
    let shown = format!("{:?}", webhook("https://hook.example/canary"));
    assert!(!shown.contains("canary"), "{shown}");
}

#[test]
fn so_many_at_once_is_a_number_that_makes_sense() {
    for (at_once, right) in [(None, true), (Some(0), false), (Some(1), true), (Some(64), true), (Some(65), false)] {
        let config = WebhookConfig { at_once, url: Some("http://127.0.0.1:1/".into()), ..config() };
        let origin = Origin { site: "A町".into(), instance: "a-town".into() };
        match Webhook::new(config, Secrets::default(), origin) {
            Ok(_) => assert!(right, "{at_once:?}"),
            Err(error) => assert!(!right && error.to_string().contains("`at_once` must be"), "{at_once:?}: {error}"),
        }
    }
}
