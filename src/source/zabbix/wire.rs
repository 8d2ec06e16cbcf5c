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
