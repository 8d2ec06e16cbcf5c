//! JSON to an address of the administrator's choice.
//!
//! Place: for ticket systems and chat services that take their own turn from here. Not here: shaping the JSON for a
//! particular service; that is a channel of its own, as `teams` is.

use super::document::document;
use super::http::{Destination, Post, ten_seconds, twenty_seconds};
use super::sign::{self, Key};
use super::{Error, Message, Origin, Results, every, of_short};
use crate::clock::Clock;
use crate::config::span::Span;
use crate::desk::outcome::{Delivery, Refused};
use secrecy::SecretString;
use serde::Deserialize;
use std::path::PathBuf;

/// `[[channel.webhook]]`
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WebhookConfig {
    /// What rules and commands call it.
    pub name: String,
    /// The party whose messages it gets copies of; the configuration requires it.
    #[serde(default)]
    pub party: Option<String>,
    /// File with the address (https). It is a secret: whoever knows it can write there.
    #[serde(default)]
    pub url_file: Option<PathBuf>,
    /// The address itself; only for this machine.
    #[serde(default)]
    pub url: Option<String>,
    /// File with the secret every post is signed with (Standard Webhooks); without it none is.
    #[serde(default)]
    pub secret_file: Option<PathBuf>,
    /// PEM file of the authority that signed the server's certificate. If given, no other authority is trusted.
    #[serde(default)]
    pub ca_file: Option<PathBuf>,
    /// The destination stands in our own network (10/8, 172.16/12, 192.168/16, fc00::/7 …).
    #[serde(default)]
    pub allow_private: bool,
    /// Messages under way at once; without it 4.
    #[serde(default)]
    pub at_once: Option<u8>,
    /// Longest wait for a connection.
    #[serde(default = "ten_seconds")]
    pub connect_timeout: Span,
    /// Longest wait in all.
    #[serde(default = "twenty_seconds")]
    pub timeout: Span,
}

/// An address that takes JSON.
#[derive(Debug)]
pub struct Webhook {
    name: String,
    post: Post,
    key: Option<Key>,
    origin: Origin,
}

/// What its files hold.
#[derive(Debug, Default)]
pub struct Secrets {
    /// `url_file`
    pub url: Option<SecretString>,
    /// `secret_file`
    pub signing: Option<SecretString>,
}

impl Webhook {
    /// Sets the channel up; nothing is connected.
    ///
    /// # Errors
    /// An address that is missing, not https, or never allowed; a secret that is no key; an unreadable `ca_file`.
    pub fn new(config: WebhookConfig, secrets: Secrets, origin: Origin) -> Result<Self, Error> {
        super::check_at_once(&config.name, config.at_once)?;
        let key = secrets.signing.as_ref().map(Key::of).transpose();
        let key = key.map_err(|why| Error::Key { channel: config.name.clone(), key: "secret_file", why })?;
        let destination = Destination {
            at_once: config.at_once,
            channel: config.name.clone(),
            url: config.url,
            ca_file: config.ca_file,
            allow_private: config.allow_private,
            connect_timeout: config.connect_timeout,
            timeout: config.timeout,
        };
        Ok(Self { name: config.name, post: Post::new(destination, secrets.url)?, key, origin })
    }

    /// The name the configuration gave it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The way to it.
    pub(super) fn way(&self) -> &Post {
        &self.post
    }

    /// Sends the message once; every address in `open` gets the one result.
    pub async fn attempt(&self, message: &Message, open: &[String]) -> Results {
        if open.is_empty() {
            return Results::new();
        }
        let delivery = match self.post(message).await {
            // Source: the product's delivery rules (413: the short form).
            Delivery::TooBig { .. } => of_short(self.post(&message.shortened()).await),
            other => other,
        };
        every(open, &delivery)
    }

    async fn post(&self, message: &Message) -> Delivery {
        match document(message, &self.origin) {
            Err(why) => Delivery::Refused { what: Refused::Message, why },
            Ok((id, body)) => {
                // The world's time, whatever story the desk may be told: the far end compares it with its own.
                let headers = sign::headers(self.key.as_ref(), id, &body, Clock::real(None).wall());
                match self.post.send_with(headers, id, body).await {
                    Ok(answer) => self.post.verdict(&answer),
                    Err(delivery) => delivery,
                }
            }
        }
    }
}
