//! Tries a way out without sending anything: for `check --live`.
//!
//! What answers, what does not, and what cannot be tried without sending. Not here: sending.

use super::{Channel, Delivery};

impl Channel {
    /// Goes as far as one can without sending. What was found, in English.
    ///
    /// # Errors
    /// Why nothing could be sent this way, in English.
    pub async fn try_out(&self) -> Result<String, String> {
        match self {
            Channel::Smtp(channel) => channel.try_out().await.map_err(why),
            Channel::Maildir(channel) => channel.try_out().await.map_err(why),
            Channel::Webhook(channel) => channel.way().try_out().await.map_err(why),
            Channel::Teams(channel) => channel.way().try_out().await.map_err(why),
            Channel::Command(channel) => channel.try_out(),
        }
    }
}

pub(super) fn why(delivery: Delivery) -> String {
    match delivery {
        Delivery::Accepted { answer } => answer,
        Delivery::Later { why, .. }
        | Delivery::Unreachable { why }
        | Delivery::Refused { why, .. }
        | Delivery::TooBig { why }
        | Delivery::Unknown { why } => why,
    }
}
