//! What somebody told the desk (申告): theirs, word for word, whatever monitoring shows meanwhile.

use super::Incident;
use crate::desk::ids::ComponentId;
use crate::desk::letter::{DetectedBy, OccurredMark, Said};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// One call at the desk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// In the caller's words.
    pub text: String,
    /// What it is about, where the desk knows that.
    pub component: Option<ComponentId>,
    /// How it came.
    pub by: DetectedBy,
    /// When it was taken.
    pub at: Timestamp,
    /// Since when it is so, by the caller's word.
    pub since: Option<Timestamp>,
}

impl Told {
    /// As it stands in mails.
    pub fn said(&self) -> Said {
        Said { by: self.by, text: self.text.clone().into(), at: self.from().0 }
    }

    /// 発生 as far as this call tells of it: the caller's word, else that it was so when it was told.
    pub fn from(&self) -> (Timestamp, OccurredMark) {
        self.since.map_or((self.at, OccurredMark::Estimated), |since| (since, OccurredMark::Reported))
    }
}

impl Incident {
    /// 発生 by the earliest word of those who called.
    pub(in crate::desk) fn first_word(&self) -> Option<(Timestamp, OccurredMark)> {
        self.told.iter().map(Told::from).min_by_key(|(at, _)| *at)
    }
}
