//! `[[probe.http]]`: a GET: status, text and, for https, the certificate. Redirects and proxies are not followed.

use super::connect::{self, Address};
use super::tls::{self, Verdict};
use super::{Called, Fault, Kind, line, not_known, table};
use crate::channel::cause;
use crate::desk::outcome::Probed;
use crate::desk::probe::{Seen, Sign};
use crate::desk::rules::written::OneOrMany;
use reqwest::{Client, Response, Url, redirect, retry};
use std::path::PathBuf;
use tokio::time::Instant;

/// The text is looked at up to here.
const LONGEST_TEXT: usize = 256 * 1024;

table! {
    /// A GET.
    Http {
        /// What is fetched.
        url: String,
        /// These answers are good; none = 200 to 399.
        #[serde(default)]
        status: OneOrMany<u16>,
        /// The text must contain this.
        contains: Option<String>,
        /// Own CAs (PEM), trusted beside those of this machine.
        ca_file: Option<PathBuf>,
    }
}

impl Kind for Http {
    const CALLED: Called = Called { ja: "HTTP取得", en: "HTTP request" };

    fn target(&self) -> String {
        let (scheme, rest) = self.url.split_once("://").unwrap_or(("", &self.url));
        let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
        // Before an @ may stand a password.
        let host = host.rsplit('@').next().unwrap_or_default();
        if scheme.is_empty() { host.to_owned() } else { format!("{scheme}://{host}/") }
    }

    fn faults(&self) -> Vec<Fault> {
        let mut faults = tls::ca_faults(self.ca_file.as_deref());
        match parts(&self.url) {
            Some((url, ..)) if matches!(url.scheme(), "http" | "https") => {}
            _ => faults.push(Fault::of("url", "is no web address: write it like \"https://web.a-town.example/login\"")),
        }
        if self.status.0.iter().any(|status| !(100..600).contains(status)) {
            faults.push(Fault::of("status", "is no status of HTTP: write one of 100 to 599"));
        }
        faults
    }

    fn files(&mut self) -> Option<&mut PathBuf> {
        self.ca_file.as_mut()
    }

    async fn attempt(&self, deadline: Instant) -> Probed {
        let Some((url, host, port)) = parts(&self.url) else { return not_known("its address is no web address") };
        let (config, watch) = match tls::prepare(self.ca_file.as_deref()).await {
            Ok(prepared) => prepared,
            Err(why) => return not_known(why),
        };
        let address = Address { host: host.trim_matches(['[', ']']), port };
        let addresses = match connect::resolve(address, deadline).await {
            Ok(addresses) => addresses,
            Err(why) => return not_known(why),
        };
        let client = Client::builder()
            .tls_backend_preconfigured(config)
            .redirect(redirect::Policy::none())
            .retry(retry::never())
            .no_proxy()
            .referer(false)
            .resolve_to_addrs(&host, &addresses)
            .timeout(deadline.saturating_duration_since(Instant::now()))
            .user_agent(concat!("kiriwake/", env!("CARGO_PKG_VERSION")))
            .build();
        let client = match client {
            Ok(client) => client,
            Err(error) => return not_known(error.without_url().to_string()),
        };
        let mut status = None;
        let looked = match client.get(url).send().await {
            Ok(response) => {
                status = Some(response.status().as_u16());
                self.look(response).await
            }
            Err(error) => Err(error),
        };
        let certificate = match watch.verdict() {
            Verdict::OurGap(why) => return not_known(why),
            Verdict::Fault(certificate, sign) => {
                return Probed::Seen(Seen { sign, said: String::new(), certificate: Some(certificate) });
            }
            Verdict::Sound(certificate) => certificate,
        };
        let (sign, said) = match looked {
            Ok(sign) => (sign, String::new()),
            Err(error) => match meaning(&error.without_url()) {
                Ok(meant) => meant,
                Err(why) => return not_known(why),
            },
        };
        let said = status.map_or(said, |status| format!("HTTP {status}"));
        Probed::Seen(Seen { sign, said, certificate })
    }
}

impl Http {
    /// What an answer is worth.
    async fn look(&self, mut response: Response) -> Result<Sign, reqwest::Error> {
        let status = response.status().as_u16();
        let wanted = &self.status.0;
        let good = if wanted.is_empty() { (200..400).contains(&status) } else { wanted.contains(&status) };
        if !good {
            return Ok(Sign::Unexpected);
        }
        let Some(text) = &self.contains else { return Ok(Sign::Ok) };
        let mut read = Vec::new();
        while let Some(piece) = response.chunk().await? {
            read.extend_from_slice(&piece);
            if contains(&read, text.as_bytes()) {
                return Ok(Sign::Ok);
            }
            if read.len() >= LONGEST_TEXT {
                break;
            }
        }
        Ok(Sign::TextMissing)
    }
}

fn parts(url: &str) -> Option<(Url, String, u16)> {
    let url = Url::parse(url).ok()?;
    let (host, port) = (url.host_str()?.to_owned(), url.port_or_known_default()?);
    Some((url, host, port))
}

fn contains(read: &[u8], text: &[u8]) -> bool {
    text.is_empty() || read.windows(text.len()).any(|window| window == text)
}

/// What an error says about the other side, with its words; `Err` = nothing.
fn meaning(error: &reqwest::Error) -> Result<(Sign, String), String> {
    if let Some(error) = cause::find::<rustls::Error>(error) {
        return Ok((Sign::Broken, line(&error.to_string())));
    }
    match (error.is_connect(), error.is_timeout()) {
        (true, true) => return Ok((Sign::Silent, String::new())),
        (false, true) => return Ok((Sign::NoAnswer, String::new())),
        (true, false) => {
            let said = cause::find::<std::io::Error>(error).and_then(connect::miss);
            return said.map(|sign| (sign, String::new())).ok_or_else(|| cause_of(error));
        }
        (false, false) => {}
    }
    Ok((Sign::Broken, line(&cause_of(error))))
}

fn cause_of(error: &reqwest::Error) -> String {
    cause::chain(error).last().map_or_else(|| error.to_string(), ToString::to_string)
}
