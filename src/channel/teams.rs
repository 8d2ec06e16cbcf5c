//! A card in a Teams channel, through a Workflows webhook.
//!
//! Place: a copy for those who look at Teams; the mail stays the message itself. Text from outside can become neither a
//! mention nor a link nor formatting, because every character that Markdown knows is escaped. Not here: answers from
//! Teams; nothing is ever acknowledged this way.

mod card;

use super::http::{Answer, Destination, Post, ten_seconds, twenty_seconds};
use super::{Error, Message, Origin, Results, every, header::header, key, of_short};
use crate::config::span::Span;
use crate::desk::outcome::{Delivery, Refused};
use secrecy::SecretString;
use serde::Deserialize;
use std::path::PathBuf;

/// `[[channel.teams]]`
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TeamsConfig {
    /// What rules and commands call it.
    pub name: String,
    /// The party whose messages it gets copies of; the configuration requires it.
    #[serde(default)]
    pub party: Option<String>,
    /// File with the address Teams gave for the workflow (https). It is a secret: whoever knows it can write there.
    #[serde(default)]
    pub url_file: Option<PathBuf>,
    /// The address itself; only for this machine.
    #[serde(default)]
    pub url: Option<String>,
    /// PEM file of the authority that signed the certificate, where a proxy of the house stands in between.
    #[serde(default)]
    pub ca_file: Option<PathBuf>,
    /// The destination stands in our own network (10/8, 172.16/12, 192.168/16, fc00::/7 …).
    #[serde(default)]
    pub allow_private: bool,
    /// Longest wait for a connection.
    #[serde(default = "ten_seconds")]
    pub connect_timeout: Span,
    /// Longest wait in all.
    #[serde(default = "twenty_seconds")]
    pub timeout: Span,
}

/// A Teams channel.
#[derive(Debug)]
pub struct Teams {
    name: String,
    post: Post,
    origin: Origin,
}

impl Teams {
    /// Sets the channel up; nothing is connected. `url` is the content of `url_file`.
    ///
    /// # Errors
    /// An address that is missing, not https, or never allowed; an unreadable `ca_file`.
    pub fn new(config: TeamsConfig, url: Option<SecretString>, origin: Origin) -> Result<Self, Error> {
        let destination = Destination {
            at_once: None,
            channel: config.name.clone(),
            url: config.url,
            ca_file: config.ca_file,
            allow_private: config.allow_private,
            connect_timeout: config.connect_timeout,
            timeout: config.timeout,
        };
        Ok(Self { name: config.name, post: Post::new(destination, url)?, origin })
    }

    /// The name the configuration gave it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The way to it.
    pub(super) fn way(&self) -> &Post {
        &self.post
    }

    /// Sends the card once; every address in `open` gets the one result.
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
        match key(message) {
            Err(why) => Delivery::Refused { what: Refused::Message, why },
            Ok(id) => match self.post.send(id, card::payload(message, &self.origin.site)).await {
                Ok(answer) => second_look(self.post.verdict(&answer), &answer),
                Err(delivery) => delivery,
            },
        }
    }
}

/// Teams says 200 even when the card did not arrive, and tells the truth in the text.
fn second_look(delivery: Delivery, answer: &Answer) -> Delivery {
    let Delivery::Accepted { .. } = delivery else {
        return delivery;
    };
    let text = match &answer.text {
        Ok(text) => text.to_lowercase(),
        Err(why) => return Delivery::Unknown { why: format!("the answer could not be read: {why}") },
    };
    if !["error", "fail", "exception", "bad payload"].iter().any(|word| text.contains(word)) {
        return delivery;
    }
    let why = header(&format!("Teams answered {}, but: {text}", answer.status));
    if text.contains("413") || text.contains("too large") {
        return Delivery::TooBig { why };
    }
    Delivery::Later { why, after: None }
}

#[cfg(test)]
pub(super) mod tests;
