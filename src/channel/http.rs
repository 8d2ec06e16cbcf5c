//! One POST to one configured address: the transport of `webhook` and `teams`.
//!
//! Place: below the two channels, which differ in what they send and how they read the answer. The address is a secret:
//! no text that leaves this module holds more of it than the host. Not here: redirects and proxies, which are never
//! followed; retries.

use super::cause::{self, find};
use super::reach::{Denied, Reach};
use super::{AT_ONCE, Error, header::header};
use crate::config::span::Span;
use crate::desk::outcome::{Delivery, Refused};
use crate::veil::veiled;
use reqwest::header::{CONTENT_TYPE, DATE, HeaderMap, RETRY_AFTER};
use reqwest::{Certificate, Client, StatusCode, Url};
use secrecy::{ExposeSecret, SecretString};
use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// An answer is read up to here; nobody needs more of it.
const MOST_OF_AN_ANSWER: usize = 64 * 1024;

/// The longest wait a server may ask for. Source: the product's delivery rules (retry).
const LONGEST_AFTER: Duration = Duration::from_secs(3600);

/// What the two channels let an administrator set.
#[derive(Debug)]
pub(super) struct Destination {
    pub(super) channel: String,
    pub(super) url: Option<String>,
    pub(super) ca_file: Option<PathBuf>,
    pub(super) at_once: Option<u8>,
    pub(super) allow_private: bool,
    pub(super) connect_timeout: Span,
    pub(super) timeout: Span,
}

pub(super) fn ten_seconds() -> Span {
    Span(Duration::from_secs(10))
}

pub(super) fn twenty_seconds() -> Span {
    Span(Duration::from_secs(20))
}

/// A client for one address, built once.
#[derive(Debug)]
pub(super) struct Post {
    client: Client,
    url: SecretString,
    host: String,
    timeout: Duration,
}

/// What came back.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    after: Option<Duration>,
    /// At most 64 KiB of the text; `Err` says why it could not be read.
    pub(super) text: Result<String, String>,
}

impl Post {
    /// Checks the address and builds the client. `secret` is the content of `url_file`.
    pub(super) fn new(mut destination: Destination, secret: Option<SecretString>) -> Result<Self, Error> {
        let wrong = |key, why: String| Error::Key { channel: destination.channel.clone(), key, why };
        let (key, url) = match (destination.url.take(), secret) {
            (Some(url), None) => ("url", SecretString::from(url)),
            (None, Some(secret)) => ("url_file", secret),
            _ => return Err(wrong("url_file", "or `url` must be given, one of the two".to_owned())),
        };
        let (host, reach) = allowed(url.expose_secret().trim(), key == "url", destination.allow_private)
            .map_err(|why| wrong(key, why))?;
        Ok(Self { client: client(&destination, reach)?, url, host, timeout: destination.timeout.0 })
    }

    /// Sends `body` (JSON) under `key`, the same at every attempt. `Err` is the result when no answer came.
    pub(super) async fn send(&self, key: &str, body: Vec<u8>) -> Result<Answer, Delivery> {
        self.send_with(HeaderMap::new(), key, body).await
    }

    /// The same with `more` headers.
    pub(super) async fn send_with(&self, more: HeaderMap, key: &str, body: Vec<u8>) -> Result<Answer, Delivery> {
        let request = self
            .client
            .post(self.url.expose_secret().trim())
            .headers(more)
            .header(CONTENT_TYPE, "application/json; charset=utf-8")
            .header("webhook-id", key)
            .body(body);
        let mut response = request.send().await.map_err(|error| self.fault(error))?;
        let (status, after) = (response.status(), retry_after(response.headers()));
        let mut text = Vec::new();
        let read = loop {
            match response.chunk().await {
                Ok(Some(piece)) => text.extend_from_slice(&piece),
                Ok(None) => break Ok(()),
                Err(error) => break Err(self.why(&error.without_url())),
            }
            if text.len() >= MOST_OF_AN_ANSWER {
                text.truncate(MOST_OF_AN_ANSWER);
                break Ok(());
            }
        };
        Ok(Answer { status, after, text: read.map(|()| self.masked(&String::from_utf8_lossy(&text))) })
    }

    /// Connects to the host and asks it for nothing: the address itself, which is the secret, is not used, since whatever
    /// asks for it might send. Any answer shows that name, way and certificate are right.
    pub(super) async fn try_out(&self) -> Result<String, Delivery> {
        let url = Url::parse(self.url.expose_secret().trim()).ok().and_then(|url| url.join("/").ok());
        let wrong = || Delivery::Refused { what: Refused::Destination, why: "its address cannot be read".to_owned() };
        let answered = self.client.head(url.ok_or_else(wrong)?).send().await;
        answered.map_err(|error| self.fault(error))?;
        Ok(format!("{} answers; its address cannot be tried without sending", self.host))
    }

    /// What the status means. Source: the product's delivery rules (webhook verdicts).
    pub(super) fn verdict(&self, answer: &Answer) -> Delivery {
        let said = answer.text.as_deref().unwrap_or_default();
        let why = header(&format!("{}: {} {said}", self.host, answer.status));
        let refused = |why| Delivery::Refused { what: Refused::Destination, why };
        match answer.status.as_u16() {
            200..=299 => Delivery::Accepted { answer: why },
            300..=399 => refused(format!("{why} (redirects are not followed; configure the final address)")),
            408 | 425 | 429 | 500..=599 => Delivery::Later { why, after: answer.after },
            413 => Delivery::TooBig { why },
            _ => refused(why),
        }
    }

    fn fault(&self, error: reqwest::Error) -> Delivery {
        let error = error.without_url();
        let why = self.why(&error);
        if error.is_builder() || find::<Denied>(&error).is_some() || find::<rustls::Error>(&error).is_some() {
            return Delivery::Refused { what: Refused::Destination, why };
        }
        if error.is_connect() {
            return Delivery::Unreachable { why };
        }
        if error.is_timeout() {
            return Delivery::Unknown {
                why: format!("{}: sent, but no answer within {} s", self.host, self.timeout.as_secs()),
            };
        }
        Delivery::Unknown { why: format!("{why} (sent, but the connection ended before the answer)") }
    }

    fn why(&self, error: &reqwest::Error) -> String {
        header(&self.masked(&format!("{}: {}", self.host, causes(error))))
    }

    /// `text` without the secret parts of the address; error pages like to repeat the path they were asked for.
    fn masked(&self, text: &str) -> String {
        let url = self.url.expose_secret().trim();
        let behind_host = url.splitn(4, '/').nth(3).unwrap_or_default();
        let parts = behind_host.split(['/', '?', '&', '=', '#']).filter(|part| part.len() >= 8);
        let whole = [url, behind_host].into_iter().filter(|part| part.len() >= 4);
        veiled(text, whole.chain(parts))
    }
}

/// The host of `url` and what may be connected to for it; or what is wrong with it, without showing it.
fn allowed(url: &str, in_the_open: bool, private: bool) -> Result<(String, Reach), String> {
    let parsed = Url::parse(url).map_err(|error| format!("does not hold a web address ({error})"))?;
    let host = parsed.host_str().unwrap_or_default().to_owned();
    let literal: Option<IpAddr> = host.trim_matches(['[', ']']).parse().ok();
    let loopback = host == "localhost" || literal.is_some_and(|ip| ip.is_loopback());
    let say = |why: &str| Err(why.to_owned());
    if parsed.scheme() != "https" && !(parsed.scheme() == "http" && loopback) {
        return say("must begin with https:// (http:// only for 127.0.0.1, [::1] or localhost)");
    }
    if in_the_open && !loopback {
        return say(
            "may only name this machine; a webhook's address is a secret: put it into a file and name that as `url_file`",
        );
    }
    if !parsed.username().is_empty() || parsed.password().is_some() {
        return say("must not hold a user name or password");
    }
    let reach = Reach { loopback, private };
    // A host written as an address is never resolved, so it is judged here.
    if let Some(Err(denied)) = literal.map(|ip| reach.check(&host, ip)) {
        return Err(format!("is refused: {denied}"));
    }
    Ok((host, reach))
}

fn client(destination: &Destination, reach: Reach) -> Result<Client, Error> {
    super::tls::install();
    let fault =
        |error: reqwest::Error| Error::Tls { channel: destination.channel.clone(), why: causes(&error.without_url()) };
    let mut builder = Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .no_gzip()
        .referer(false)
        .retry(reqwest::retry::never())
        .dns_resolver(Arc::new(reach))
        .connect_timeout(destination.connect_timeout.0)
        .timeout(destination.timeout.0)
        .pool_max_idle_per_host(destination.at_once.map_or(AT_ONCE, usize::from))
        .pool_idle_timeout(Duration::from_secs(10))
        .user_agent(concat!("kiriwake/", env!("CARGO_PKG_VERSION")));
    if let Some(path) = &destination.ca_file {
        let pem = super::tls::read_ca(&destination.channel, path)?;
        builder = builder.tls_certs_only(Certificate::from_pem_bundle(&pem).map_err(fault)?);
    }
    builder.build().map_err(fault)
}

/// An error and what it came from, in one text.
fn causes(error: &reqwest::Error) -> String {
    let mut text = error.to_string();
    for cause in cause::chain(error).skip(1) {
        let cause = cause.to_string();
        if !text.ends_with(&cause) {
            text = format!("{text}: {cause}");
        }
    }
    text
}

/// `Retry-After` in seconds, or as a date measured against the answer's own `Date`, so that no clock of ours has to
/// agree with the server's. A date stands in one of three forms. At most one hour.
/// Source: RFC 9110, 10.2.3 and 5.6.7.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    let asked = if text.bytes().all(|b| b.is_ascii_digit()) && !text.is_empty() {
        Duration::from_secs(text.parse().unwrap_or(u64::MAX))
    } else {
        let date = |text: &str| httpdate::parse_http_date(text).ok();
        let (then, now) = (date(text)?, date(headers.get(DATE)?.to_str().ok()?)?);
        then.duration_since(now).unwrap_or(Duration::ZERO)
    };
    Some(asked.min(LONGEST_AFTER))
}

#[cfg(test)]
pub(super) mod tests;
