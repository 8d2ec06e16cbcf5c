//! On trial (試行): to whom a message would have gone.

use serde::{Deserialize, Serialize};

/// To whom a message would have gone in earnest.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Meant {
    /// By mail; empty = by no mail.
    pub to: Vec<MeantFor>,
    /// Channels that would have carried it, the first for the mail, then those with copies.
    pub channels: Vec<String>,
}

/// One addressee.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MeantFor {
    /// Of which organisation.
    pub organization: String,
    /// The contact's name.
    pub name: String,
    /// The address.
    pub address: String,
}

impl Meant {
    /// Takes in what another message would have reached.
    pub fn join(&mut self, other: &Meant) {
        for one in &other.to {
            if !self.to.contains(one) {
                self.to.push(one.clone());
            }
        }
        for channel in &other.channels {
            if !self.channels.contains(channel) {
                self.channels.push(channel.clone());
            }
        }
    }
}
