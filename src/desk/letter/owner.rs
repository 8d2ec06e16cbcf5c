//! Who answers for what no contract of this desk covers (範囲外, 他契約), so that the office knows whom its decision is about.

use serde::{Deserialize, Serialize};

/// The owner that the configuration names for a component outside the contracts of this desk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Owner {
    /// The organisation.
    pub organization: String,
    /// Its first contact with a phone; empty = none.
    pub contact: String,
    /// That contact's number; empty = none is on record.
    pub phone: String,
    /// When that phone is answered, in words.
    pub hours: String,
    /// The contract number stated for the component; empty = not stated.
    pub contract: String,
    /// Another contract covers it (他契約); else none is known to (範囲外).
    pub contracted: bool,
}
