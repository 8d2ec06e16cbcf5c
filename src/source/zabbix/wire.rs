//! Carries one JSON-RPC body to Zabbix and its answer back.
//!
//! Everything that can go wrong on the way becomes a typed [`Failure`]; a broken, foreign or endless answer is never
//! mistaken for "no problems". Not here: what the bodies say, logging in, trying again.

use super::config::Config;
use crate::desk::observation::{Failure, FailureKind};
use crate::source::printable;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use secrecy::{ExposeSecret, SecretString};
use std::error::Error;
use std::path::PathBuf;
use std::time::Duration;

/// The largest answer that is read, unpacked; a page of 1,000 problems takes less than 1 MiB.
const LARGEST_ANSWER: usize = 32 << 20;
/// How long a connection may take to be made.
const CONNECT: Duration = Duration::from_secs(10);

/// The way to a server. The real one is [`Http`]; tests put a Zabbix made of memory here.
pub(super) trait Wire: Send {
    /// Posts `body` and returns the answer. With `bearer`, that secret goes into the `Authorization` header.
    fn post(
        &mut self,
        body: String,
        bearer: Option<&SecretString>,
    ) -> impl Future<Output = Result<Vec<u8>, Failure>> + Send;
}

/// HTTP/1.1 to one address, without redirects and without a proxy.
#[derive(Debug)]
pub(super) struct Http {
    url: String,
    ca_file: Option<PathBuf>,
    timeout: Duration,
    /// Made at the first call and again after a failure to make it, so that a repaired `ca_file` needs no restart.
    client: Option<reqwest::Client>,
}

impl Http {
    pub(super) fn new(config: &Config) -> Self {
        Self { url: config.url.clone(), ca_file: config.ca_file.clone(), timeout: config.timeout.0, client: None }
    }

    async fn client(&mut self) -> Result<reqwest::Client, Failure> {
        if let Some(client) = &self.client {
            return Ok(client.clone());
        }
        // The daemon installs the provider at its start; whoever comes first is fine.
        if rustls::crypto::CryptoProvider::get_default().is_none() {
            let _ = rustls::crypto::ring::default_provider().install_default();
        }
        let mut builder = reqwest::Client::builder()
            // Zabbix below 7.2.5 knows `Authorization` only in this case; HTTP/2 would send it in small letters.
            .http1_only()
            .http1_title_case_headers()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .connect_timeout(CONNECT.min(self.timeout))
            .timeout(self.timeout)
            .user_agent(concat!("kiriwake/", env!("CARGO_PKG_VERSION")));
        if let Some(path) = &self.ca_file {
            let trouble = |why: String| {
                let detail = format!("ca_file {} cannot be used: {why}", path.display());
                Failure { kind: FailureKind::Unreachable, detail }
            };
            let pem = tokio::fs::read(path).await.map_err(|error| trouble(error.to_string()))?;
            let authorities = reqwest::Certificate::from_pem_bundle(&pem).map_err(|error| trouble(causes(&error)))?;
            if authorities.is_empty() {
                return Err(trouble("it holds no certificate in PEM form".into()));
            }
            builder = builder.tls_certs_only(authorities);
        }
        let client = builder.build().map_err(|error| fault(error, FailureKind::Unreachable))?;
        Ok(self.client.insert(client).clone())
    }
}

impl Wire for Http {
    async fn post(&mut self, body: String, bearer: Option<&SecretString>) -> Result<Vec<u8>, Failure> {
        let client = self.client().await?;
        let mut request = client.post(&self.url).header(CONTENT_TYPE, "application/json-rpc").body(body);
        if let Some(secret) = bearer {
            let mut value =
                HeaderValue::from_str(&format!("Bearer {}", secret.expose_secret())).map_err(|_| Failure {
                    kind: FailureKind::LoggedOut,
                    detail: "the token holds characters no header may hold: is the file the right one?".into(),
                })?;
            value.set_sensitive(true);
            request = request.header(AUTHORIZATION, value);
        }
        let mut answer = request.send().await.map_err(|error| fault(error, FailureKind::Unreachable))?;
        let status = answer.status();
        let kind = answer.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("").to_owned();
        if status.is_redirection() {
            let to = answer.headers().get("location").and_then(|value| value.to_str().ok()).unwrap_or("nowhere");
            return Err(garbled(format!(
                "the server redirects to {} (HTTP {}); redirects are not followed: put the right address into url",
                printable(to, 200),
                status.as_u16()
            )));
        }
        let mut bytes = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(|error| fault(error, FailureKind::Garbled))? {
            if bytes.len() + chunk.len() > LARGEST_ANSWER {
                let detail = format!("the answer is larger than {} MiB; the rest was not read", LARGEST_ANSWER >> 20);
                return Err(Failure { kind: FailureKind::TooLarge, detail });
            }
            bytes.extend_from_slice(&chunk);
        }
        if !status.is_success() {
            return Err(garbled(format!("HTTP {}{}", status.as_u16(), beginning(&bytes))));
        }
        if !kind.to_ascii_lowercase().starts_with("application/json") {
            let kind = if kind.is_empty() { "no content type" } else { &kind };
            return Err(garbled(format!(
                "HTTP {} but {} instead of JSON (url should be the address of api_jsonrpc.php){}",
                status.as_u16(),
                printable(kind, 80),
                beginning(&bytes)
            )));
        }
        if bytes.is_empty() {
            return Err(garbled(format!("HTTP {} with an empty body", status.as_u16())));
        }
        Ok(bytes)
    }
}

/// A failure that is an answer, but not from a working Zabbix.
pub(super) fn garbled(detail: String) -> Failure {
    Failure { kind: FailureKind::Garbled, detail }
}

/// `: begins "…"` for a body that is not what it should be, nothing for an empty one.
pub(super) fn beginning(bytes: &[u8]) -> String {
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(400)]);
    match head.trim() {
        "" => String::new(),
        head => format!(", it begins {:?}", printable(head, 120)),
    }
}

/// The failure of a request; `otherwise` when it is neither a time-out nor a missing connection.
fn fault(error: reqwest::Error, otherwise: FailureKind) -> Failure {
    let kind = if error.is_timeout() {
        FailureKind::Timeout
    } else if error.is_connect() {
        FailureKind::Unreachable
    } else {
        otherwise
    };
    Failure { kind, detail: causes(&error.without_url()) }
}

/// An error and its causes in one line, without repeating what an outer one already says.
fn causes(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        let cause_text = cause.to_string();
        if !text.contains(&cause_text) {
            text = format!("{text}: {cause_text}");
        }
        next = cause.source();
    }
    printable(&text, 500)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed test should stop")]
    use super::*;
    use std::io::{Read, Write};
    use std::net::TcpListener;
    use std::thread::JoinHandle;

    /// A server that reads one request, answers with `pieces` and hangs up; it returns what it read.
    fn server(pieces: Vec<Vec<u8>>, pause: Duration) -> (String, JoinHandle<String>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/api_jsonrpc.php", listener.local_addr().unwrap());
        let thread = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut request = vec![0; 4_096];
            let length = stream.read(&mut request).unwrap();
            std::thread::sleep(pause);
            for piece in pieces {
                if stream.write_all(&piece).is_err() {
                    break;
                }
            }
            String::from_utf8_lossy(&request[..length]).into_owned()
        });
        (url, thread)
    }

    fn post(url: String, bearer: Option<&str>) -> Result<Vec<u8>, Failure> {
        let mut http = Http { url, ca_file: None, timeout: Duration::from_millis(1_500), client: None };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let bearer = bearer.map(SecretString::from);
        runtime.block_on(http.post("{\"id\":1}".into(), bearer.as_ref()))
    }

    fn answer(head: &str, body: &str) -> Vec<Vec<u8>> {
        let length = body.len();
        vec![format!("HTTP/1.1 {head}\r\nContent-Length: {length}\r\n\r\n{body}").into_bytes()]
    }

    fn failure(pieces: Vec<Vec<u8>>) -> Failure {
        let (url, thread) = server(pieces, Duration::ZERO);
        let failure = post(url, None).unwrap_err();
        thread.join().unwrap();
        failure
    }

    #[test]
    fn the_header_is_written_as_old_servers_want_it() {
        let (url, thread) =
            server(answer("200 OK\r\nContent-Type: application/json; charset=utf-8", "{}"), Duration::ZERO);
        assert_eq!(post(url, Some("secret")).unwrap(), b"{}");
        let request = thread.join().unwrap();
        assert!(request.starts_with("POST /api_jsonrpc.php HTTP/1.1\r\n"), "{request}");
        assert!(request.contains("\r\nAuthorization: Bearer secret\r\n"), "{request}");
        assert!(request.contains("\r\nContent-Type: application/json-rpc\r\n"), "{request}");
        assert!(request.to_ascii_lowercase().contains("accept-encoding: gzip"), "{request}");
    }

    #[test]
    fn whatever_is_no_answer_of_zabbix_is_a_failure_of_its_kind() {
        let json = "200 OK\r\nContent-Type: application/json";
        let html = "200 OK\r\nContent-Type: text/html";
        for (pieces, kind, part) in [
            (answer("500 Oops", ""), FailureKind::Garbled, "HTTP 500"),
            (answer("503 Busy\r\nContent-Type: application/json", "{}"), FailureKind::Garbled, "HTTP 503"),
            (answer("412 Precondition Failed", ""), FailureKind::Garbled, "HTTP 412"),
            (answer(html, "<html>\u{1b}[31m"), FailureKind::Garbled, "it begins \"<html> [31m\""),
            (answer("200 OK", "{}"), FailureKind::Garbled, "no content type"),
            (answer(json, ""), FailureKind::Garbled, "empty body"),
            (answer("301 Moved\r\nLocation: http://elsewhere/", ""), FailureKind::Garbled, "http://elsewhere/"),
            (
                vec![b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{".into()],
                FailureKind::Garbled,
                "body",
            ),
            (answer(&format!("{json}\r\nContent-Encoding: gzip"), "not packed"), FailureKind::Garbled, ""),
            (vec![b"SSH-2.0-OpenSSH\r\n".into()], FailureKind::Unreachable, ""),
            (vec![], FailureKind::Unreachable, ""),
        ] {
            let failure = failure(pieces);
            assert_eq!(failure.kind, kind, "{}", failure.detail);
            assert!(failure.detail.contains(part), "{part}: {}", failure.detail);
        }
    }

    // P9
    #[test]
    fn an_endless_answer_is_cut_off() {
        let mut pieces = vec![b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n".to_vec()];
        pieces.extend(std::iter::repeat_n(vec![b' '; 1 << 20], 64));
        assert_eq!(failure(pieces).kind, FailureKind::TooLarge);
    }

    #[test]
    fn a_silent_server_is_a_timeout_and_a_closed_port_is_unreachable() {
        let (url, thread) = server(vec![], Duration::from_secs(2));
        assert_eq!(post(url.clone(), None).unwrap_err().kind, FailureKind::Timeout);
        thread.join().unwrap();
        assert_eq!(post(url, None).unwrap_err().kind, FailureKind::Unreachable);
    }

    #[test]
    fn a_token_that_fits_no_header_is_told_without_showing_it() {
        let failure = post("http://127.0.0.1:9/".into(), Some("to\nken")).unwrap_err();
        assert_eq!(failure.kind, FailureKind::LoggedOut);
        assert!(!failure.detail.contains("ken\""), "{}", failure.detail);
    }
}
