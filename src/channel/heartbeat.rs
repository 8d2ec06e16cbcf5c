//! A sign of life to a web address: whoever listens there raises the alarm when it stays away (a dead man's switch).
//!
//! Place: the one thing that leaves without being owed. It says that all is well and nothing else, and its absence is the
//! message. Not here: when it is sent, and when it is withheld (`daemon/health`).

use super::Error;
use super::http::{Destination, Post, ten_seconds, twenty_seconds};
use crate::config::span::Span;
use crate::desk::outcome::Delivery;
use secrecy::SecretString;
use serde::Deserialize;
use std::path::PathBuf;

/// `[health.heartbeat]`
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HeartbeatConfig {
    /// How often.
    pub every: Span,
    /// File with the address (https). It is a secret: whoever knows it can say that all is well.
    #[serde(default)]
    pub url_file: Option<PathBuf>,
    /// The address itself; only for this machine.
    #[serde(default)]
    pub url: Option<String>,
    /// PEM file of the authority that signed the server's certificate. If given, no other authority is trusted.
    #[serde(default)]
    pub ca_file: Option<PathBuf>,
    /// The far end stands in our own network (10/8, 172.16/12, 192.168/16, fc00::/7 …).
    #[serde(default)]
    pub allow_private: bool,
}

/// Where signs of life go.
#[derive(Debug)]
pub struct Heartbeat {
    post: Post,
}

impl Heartbeat {
    /// Sets it up; nothing is connected. `url` is the content of `url_file`.
    ///
    /// # Errors
    /// As for a webhook: an address that is missing, not https, or never allowed; an unreadable `ca_file`.
    pub fn new(config: HeartbeatConfig, url: Option<SecretString>) -> Result<Self, Error> {
        let destination = Destination {
            at_once: None,
            channel: "heartbeat".to_owned(),
            url: config.url,
            ca_file: config.ca_file,
            allow_private: config.allow_private,
            connect_timeout: ten_seconds(),
            timeout: twenty_seconds(),
        };
        Ok(Self { post: Post::new(destination, url)? })
    }

    /// Goes as far as one can without sending. What was found, in English.
    ///
    /// # Errors
    /// Why none could be sent, in English.
    pub async fn try_out(&self) -> Result<String, String> {
        self.post.try_out().await.map_err(super::tried::why)
    }

    /// Sends one. `id` tells it from the others.
    pub async fn send(&self, id: &str) -> Delivery {
        match self.post.send(id, br#"{"status":"ok"}"#.to_vec()).await {
            Ok(answer) => self.post.verdict(&answer),
            Err(delivery) => delivery,
        }
    }
}
