//! Each kind against the real thing on this machine.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use super::command::Command;
use super::dns::Dns;
use super::http::Http;
use super::ping::Ping;
use super::tcp::Tcp;
use super::tls::Tls;
use super::*;
use crate::desk::probe::Certificate;
use hickory_proto::op::{Message, ResponseCode};
use hickory_proto::rr::{RData, Record, rdata::A};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject};
use std::sync::Arc;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, UdpSocket};
use tokio_rustls::TlsAcceptor;

const SOON: Duration = Duration::from_secs(5);
/// For what never answers.
const SHORT: Duration = Duration::from_millis(300);
const HERE: &str = "127.0.0.1";

fn testdata(name: &str) -> PathBuf {
    format!("{}/src/channel/testdata/{name}", env!("CARGO_MANIFEST_DIR")).into()
}

async fn listener() -> (TcpListener, u16) {
    let listener = TcpListener::bind((HERE, 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    (listener, port)
}

fn closed_port() -> u16 {
    std::net::TcpListener::bind((HERE, 0)).unwrap().local_addr().unwrap().port()
}

/// A server that answers every request with `answer`, in TLS with the certificate of that name if one is named.
async fn serve(certificate: Option<&str>, answer: &'static str) -> u16 {
    let (listener, port) = listener().await;
    let acceptor = certificate.map(|name| {
        let chain = CertificateDer::pem_file_iter(testdata(&format!("{name}.pem"))).unwrap();
        let key = PrivateKeyDer::from_pem_file(testdata(&format!("{name}.key"))).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(chain.map(Result::unwrap).collect(), key)
            .unwrap();
        TlsAcceptor::from(Arc::new(config))
    });
    async fn talk(mut stream: impl tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin, answer: &str) {
        let mut request = [0; 1024];
        if stream.read(&mut request).await.is_ok_and(|read| read > 0) {
            let _client_gone = stream.write_all(answer.as_bytes()).await;
            let _client_gone = stream.shutdown().await;
        }
    }
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            match &acceptor {
                Some(acceptor) => {
                    if let Ok(stream) = acceptor.accept(stream).await {
                        talk(stream, answer).await;
                    }
                }
                None => talk(stream, answer).await,
            }
        }
    });
    port
}

/// What one attempt brought.
async fn once(probe: Probe) -> Probed {
    probe.once().await
}

async fn tcp(host: &str, port: u16) -> Probed {
    once(Probe::Tcp(Tcp::of(SOON, host.into(), port))).await
}

async fn tls_within(timeout: Duration, port: u16, name: &str, ca_file: Option<&str>) -> Probed {
    let name = Some(name.to_owned());
    once(Probe::Tls(Tls::of(timeout, HERE.into(), Some(port), name, ca_file.map(testdata), OneOrMany::default()))).await
}

async fn tls(port: u16, ca_file: Option<&str>) -> Probed {
    tls_within(SOON, port, "localhost", ca_file).await
}

/// The sign and the certificate of what was seen.
fn shown(probed: Probed) -> (Sign, Option<Certificate>) {
    match probed {
        Probed::Seen(seen) => (seen.sign, seen.certificate),
        other => panic!("{other:?}"),
    }
}

async fn http(timeout: Duration, url: &str, status: &[u16], contains: Option<&str>) -> Probed {
    let status = OneOrMany(status.to_vec());
    let ca_file = Some(testdata("ca.pem"));
    once(Probe::Http(Http::of(timeout, url.into(), status, contains.map(str::to_owned), ca_file))).await
}

async fn command(timeout: Duration, argv: &[&str]) -> Probed {
    once(Probe::Command(Command::of(timeout, argv.iter().map(|part| (*part).to_owned()).collect()))).await
}

#[tokio::test]
async fn a_ping_of_this_machine_is_answered_or_not_allowed() {
    let probed = once(Probe::Ping(Ping::of(SOON, HERE.into()))).await;
    assert!(matches!(probed, Probed::NotKnown { .. }) || probed == seen(Sign::Ok), "{probed:?}");
}

#[tokio::test]
async fn tcp_tells_accepted_from_refused_and_from_a_name_nobody_knows() {
    let (_listener, port) = listener().await;
    assert_eq!(tcp(HERE, port).await, seen(Sign::Ok));
    assert_eq!(tcp(HERE, closed_port()).await, seen(Sign::Refused));
    assert!(matches!(tcp("no-such-host.invalid", port).await, Probed::NotKnown { .. }));
}

#[tokio::test]
async fn tls_shows_the_certificate_and_says_what_is_wrong_with_it() {
    let good = serve(Some("good"), "").await;
    let (sign, certificate) = shown(tls(good, Some("ca.pem")).await);
    let certificate = certificate.expect("a certificate is shown");
    assert_eq!(sign, Sign::Ok, "a good certificate of an own CA is taken");
    assert_eq!((certificate.subject.as_str(), certificate.issuer.as_str()), ("good", "kiriwake test authority"));
    assert_eq!(certificate.names, ["localhost"]);
    assert_eq!(certificate.not_after.to_string(), "2126-10-30T07:49:07Z");

    let expired = serve(Some("expired"), "").await;
    // Expired is expired, whether its CA is known or not.
    for ca_file in [Some("ca.pem"), None] {
        let (sign, certificate) = shown(tls(expired, ca_file).await);
        assert_eq!(sign, Sign::Expired, "{ca_file:?}");
        assert_eq!(certificate.expect("it is shown").not_after.to_string(), "2021-01-01T00:00:00Z");
    }
    let (sign, certificate) = shown(tls_within(SOON, good, "www.a-town.example", Some("ca.pem")).await);
    assert_eq!((sign, certificate.is_some()), (Sign::WrongName, true));
}

#[tokio::test]
async fn an_own_ca_nobody_told_of_is_not_called_untrusted_and_a_wrong_one_is() {
    let good = serve(Some("good"), "").await;
    let probed = tls(good, None).await;
    assert!(matches!(&probed, Probed::NotKnown { why } if why.contains("kiriwake test authority")), "{probed:?}");
    // The CA that is named is another one.
    assert_eq!(shown(tls(good, Some("other.pem")).await).0, Sign::Untrusted);
    assert!(matches!(tls(good, Some("no-such-file.pem")).await, Probed::NotKnown { .. }));
}

#[tokio::test]
async fn what_speaks_no_tls_or_nothing_at_all_is_a_fault_of_its_own() {
    let plain = serve(None, "this is no TLS\r\n").await;
    assert_eq!(shown(tls(plain, None).await), (Sign::Broken, None));
    let (_mute, port) = listener().await;
    assert_eq!(shown(tls_within(SHORT, port, "localhost", None).await), (Sign::NoAnswer, None));
    assert_eq!(shown(tls(closed_port(), None).await), (Sign::Refused, None));
}

const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 19\r\n\r\n<h1>status: up</h1>";
const GONE: &str = "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n";
const MOVED: &str = "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n";

#[tokio::test]
async fn http_looks_at_status_and_text_and_follows_nobody() {
    let up = format!("http://{HERE}:{}/health", serve(None, OK).await);
    let gone = format!("http://{HERE}:{}/", serve(None, GONE).await);
    let moved = format!("http://{HERE}:{}/", serve(None, MOVED).await);
    let table = [
        (&up, &[][..], None, Sign::Ok, "HTTP 200"),
        (&up, &[204][..], None, Sign::Unexpected, "HTTP 200"),
        (&up, &[][..], Some("status: up"), Sign::Ok, "HTTP 200"),
        (&up, &[][..], Some("status: down"), Sign::TextMissing, "HTTP 200"),
        (&gone, &[][..], None, Sign::Unexpected, "HTTP 503"),
        (&gone, &[503][..], None, Sign::Ok, "HTTP 503"),
        (&moved, &[][..], None, Sign::Ok, "HTTP 302"),
    ];
    for (url, status, contains, sign, words) in table {
        assert_eq!(http(SOON, url, status, contains).await, said(sign, words), "{url} {status:?}");
    }
}

#[tokio::test]
async fn http_tells_no_connection_from_no_answer_and_from_nonsense() {
    let refused = format!("http://{HERE}:{}/", closed_port());
    assert_eq!(http(SOON, &refused, &[], None).await, seen(Sign::Refused));
    let (_mute, port) = listener().await;
    assert_eq!(http(SHORT, &format!("http://{HERE}:{port}/"), &[], None).await, seen(Sign::NoAnswer));
    let nonsense = format!("http://{HERE}:{}/", serve(None, "SSH-2.0-OpenSSH\r\n").await);
    assert_eq!(shown(http(SOON, &nonsense, &[], None).await).0, Sign::Broken);
    let nobody = http(SOON, "http://no-such-host.invalid/", &[], None).await;
    assert!(matches!(nobody, Probed::NotKnown { .. }));
}

#[tokio::test]
async fn https_brings_the_certificate_too() {
    let good = format!("https://localhost:{}/", serve(Some("good"), OK).await);
    let (sign, certificate) = shown(http(SOON, &good, &[], Some("up")).await);
    assert_eq!((sign, certificate.map(|shown| shown.subject)), (Sign::Ok, Some("good".to_owned())));
    let expired = format!("https://localhost:{}/", serve(Some("expired"), OK).await);
    let (sign, certificate) = shown(http(SOON, &expired, &[], None).await);
    assert_eq!((sign, certificate.map(|shown| shown.subject)), (Sign::Expired, Some("expired".to_owned())));
}

/// A name server that knows one name; `code` is its answer for all others. `None` = it says nothing.
async fn name_server(code: Option<ResponseCode>) -> u16 {
    let socket = UdpSocket::bind((HERE, 0)).await.unwrap();
    let port = socket.local_addr().unwrap().port();
    tokio::spawn(async move {
        let mut buffer = [0; 1024];
        loop {
            let (read, from) = socket.recv_from(&mut buffer).await.unwrap();
            let Some(code) = code else { continue };
            let mut answer = Message::from_vec(&buffer[..read]).unwrap().into_response();
            let name = answer.queries[0].name().clone();
            if name.to_ascii() == "intra.a-town.example." {
                answer.add_answer(Record::from_rdata(name, 60, RData::A(A::new(10, 1, 2, 3))));
            } else {
                answer.metadata.response_code = code;
            }
            // Somebody else's answer comes first, and is not taken.
            let mut forged = answer.clone();
            forged.metadata.id = forged.metadata.id.wrapping_add(1);
            forged.metadata.response_code = ResponseCode::Refused;
            socket.send_to(&forged.to_vec().unwrap(), from).await.unwrap();
            socket.send_to(&answer.to_vec().unwrap(), from).await.unwrap();
        }
    });
    port
}

#[tokio::test]
async fn dns_tells_what_the_server_said() {
    let dns = |timeout, port, name: &str, expected: &[&str]| {
        let expected = OneOrMany(expected.iter().map(|text| (*text).to_owned()).collect());
        once(Probe::Dns(Dns::of(timeout, name.into(), HERE.into(), Some(port), expected)))
    };
    let (nx, failed) =
        (name_server(Some(ResponseCode::NXDomain)).await, name_server(Some(ResponseCode::ServFail)).await);
    let (empty, mute) = (name_server(Some(ResponseCode::NoError)).await, name_server(None).await);
    let known = "intra.a-town.example";
    let address = "10.1.2.3";
    let table = [
        (dns(SOON, nx, known, &[]).await, said(Sign::Ok, address)),
        (dns(SOON, nx, known, &["10.9.9.9", address]).await, said(Sign::Ok, address)),
        (dns(SOON, nx, known, &["10.9.9.9"]).await, said(Sign::Unexpected, address)),
        (dns(SOON, nx, "gone.a-town.example", &[]).await, seen(Sign::NoSuchName)),
        (dns(SOON, empty, "mail.a-town.example", &[]).await, seen(Sign::NoAddress)),
        (dns(SHORT, mute, known, &[]).await, seen(Sign::Silent)),
        (dns(SOON, closed_port(), known, &[]).await, seen(Sign::Refused)),
    ];
    for (nth, (probed, expected)) in table.into_iter().enumerate() {
        assert_eq!(probed, expected, "line {nth}");
    }
    assert_eq!(shown(dns(SOON, failed, "x.example", &[]).await).0, Sign::Failed);
}

#[tokio::test]
async fn a_command_speaks_by_its_exit_code_and_is_given_nothing() {
    assert_eq!(command(SOON, &["/bin/true"]).await, seen(Sign::Ok));
    assert_eq!(command(SOON, &["/bin/false"]).await, said(Sign::Failed, "exit 1"));
    let quoted = ["/bin/echo", "a  b", "$HOME;", "`id`"];
    assert_eq!(command(SOON, &quoted).await, said(Sign::Ok, "a  b $HOME; `id`"));
    let told = ["/bin/sh", "-c", "echo to stderr >&2; pwd >/dev/null; exit 2"];
    assert_eq!(command(SOON, &told).await, said(Sign::Failed, "exit 2 to stderr"));
    let environment = ["/bin/sh", "-c", "env | sort | tr '\\n' ' '"];
    let Probed::Seen(Seen { sign: Sign::Ok, said, .. }) = command(SOON, &environment).await else {
        panic!("env fails")
    };
    assert!(!said.contains("CARGO") && said.contains("LC_ALL=C.UTF-8"), "{said}");
}

#[tokio::test]
async fn a_command_that_cannot_tell_is_not_known() {
    let plug_in = ["/bin/sh", "-c", "echo no such database; exit 3"];
    assert!(matches!(command(SOON, &plug_in).await, Probed::NotKnown { why } if why.ends_with("no such database")));
    for argv in [&["/no/such/program"][..], &["/bin/sh", "-c", "kill -9 $$"], &["/etc/hostname"], &[]] {
        assert!(matches!(command(SOON, argv).await, Probed::NotKnown { .. }), "{argv:?}");
    }
}

#[tokio::test]
async fn a_command_that_does_not_end_is_killed_with_its_children() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("child");
    // The child outlives its parent and holds its output; nobody waits for it.
    let script = format!("sleep 600 & echo $! > {}; wait", file.display());
    assert!(matches!(command(SHORT, &["/bin/sleep", "600"]).await, Probed::NotKnown { .. }));
    assert!(matches!(command(SHORT, &["/bin/sh", "-c", &script]).await, Probed::NotKnown { .. }));
    let child = std::fs::read_to_string(&file).unwrap();
    let stat = format!("/proc/{}/stat", child.trim());
    // Killed; it may still wait to be collected by whoever inherits it.
    let gone =
        || std::fs::read_to_string(&stat).is_ok_and(|stat| stat.contains(") Z ")) || std::fs::metadata(&stat).is_err();
    let patience = std::time::Instant::now() + SOON;
    while !gone() {
        assert!(std::time::Instant::now() < patience, "the child of a killed command lives on");
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_flood_of_output_is_read_and_dropped() {
    let flood = ["/bin/sh", "-c", "yes line | head -c 3000000"];
    assert_eq!(command(SOON, &flood).await, said(Sign::Ok, "line"));
}

#[test]
fn a_target_shows_neither_path_nor_query_nor_argument() {
    let http = |url: &str| Http::of(SOON, url.into(), OneOrMany::default(), None, None).target();
    assert_eq!(http("https://web.example:8443/a?token=x"), "https://web.example:8443/");
    assert_eq!(http("http://user:secret@web.example?token=x"), "http://web.example/");
    let argv = vec!["/usr/lib/checks/db".to_owned(), "--password=x".to_owned()];
    assert_eq!(Command::of(SOON, argv).target(), "db");
    assert_eq!(Tcp::of(SOON, "2001:db8::1".into(), 443).target(), "[2001:db8::1]:443");
}

#[test]
fn what_cannot_be_tried_is_told_by_its_key() {
    let keys = |probe: Probe| probe.faults().into_iter().map(|fault| fault.key).collect::<Vec<_>>();
    assert_eq!(keys(Probe::Tcp(Tcp::of(SOON, "a b".into(), 0))), ["host", "port"]);
    assert_eq!(keys(Probe::Tcp(Tcp::of(Duration::from_secs(21), "web".into(), 1))), ["timeout"]);
    let dns = |lookup: &str, server: &str, expect: &str| {
        Probe::Dns(Dns::of(SOON, lookup.into(), server.into(), None, OneOrMany(vec![expect.to_owned()])))
    };
    assert_eq!(keys(dns("", "", "ten")), ["server", "lookup", "expect"]);
    let ca_file = Some(testdata("good.key"));
    assert_eq!(
        keys(Probe::Tls(Tls::of(SOON, "web".into(), None, None, ca_file.clone(), OneOrMany::default()))),
        ["ca_file"]
    );
    let http = Http::of(SOON, "ftp://web".into(), OneOrMany(vec![99]), None, ca_file);
    assert_eq!(keys(Probe::Http(http)), ["ca_file", "url", "status"]);
    assert_eq!(keys(Probe::Command(Command::of(SOON, vec!["check".into()]))), ["command"]);
}
