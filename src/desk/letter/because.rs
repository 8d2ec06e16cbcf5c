//! Why a verdict says what it says (根拠): in a rule's or a person's own words, or as what the desk found, worded in `render`.
//!
//! Components and works stand by the names they had then.

use super::KeptBy;
use crate::desk::modification::ModificationState;
use serde::{Deserialize, Serialize};

/// The ground of a verdict. Words are stored as the bare text they are, anything else as a table, so that no text is ever
/// taken for a finding; the desk's findings of old records are such texts, too.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "ground", rename_all = "snake_case")]
pub enum Because {
    /// The component raised an alert itself.
    Alert {
        /// Its name.
        component: String,
    },
    /// The component raised an alert that is over, and the desk took the incident up again.
    Reopened {
        /// Its name.
        component: String,
    },
    /// Everything that fails needs the component; it shows nothing itself.
    Behind {
        /// Its name.
        component: String,
    },
    /// Everything that fails needs the component; it shows nothing itself, and was just worked on.
    Worked {
        /// Its name.
        component: String,
    },
    /// People told of the component and monitoring did not, so no alert may be spoken of.
    Report {
        /// Its name.
        component: String,
    },
    /// People told of what needs the component; it does not answer, and monitoring shows nothing.
    Unanswered {
        /// Its name.
        component: String,
    },
    /// The keeper of what fails says that it is not its part; what fails needs this component.
    Next {
        /// Its name.
        component: String,
    },
    /// The component was changed, or was to be changed, shortly before a call.
    Changed {
        /// Its name; empty with `change` = another party's work, of which the reader sees no more.
        component: String,
        /// What was done, as whoever registered it wrote.
        change: String,
        /// Whether it was made, and taken back.
        #[serde(default)]
        state: ModificationState,
    },
    /// No maintenance contract covers the component.
    OutOfScope {
        /// Its name.
        component: String,
    },
    /// Another contract than those of this desk covers the component (他契約).
    OtherContract {
        /// Its name.
        component: String,
        /// Who keeps it under that contract.
        owner: String,
    },
    /// The component is the desk's own to care for.
    Own {
        /// Its name.
        component: String,
    },
    /// No component covers what fails.
    NoComponent,
    /// Whoever was asked says that it is not its part, and there is nobody else.
    NobodyLeft,
    /// Rules that hold name different parties.
    Disagreement,
    /// Planned work is over, and what it kept apart still burns.
    Overrun {
        /// The name of the work.
        work: String,
    },
    /// Planned work is under way there.
    UnderWork {
        /// The name of the work.
        work: String,
    },
    /// The desk asked, whatever the machine thinks of whose part it is. Only in letters, to whoever was asked.
    Ordered,
    /// It follows from a fault of the component that has a number of its own.
    Echo {
        /// Its name.
        component: String,
        /// The number of that fault, or its internal id.
        incident: String,
    },
    /// Several components raised alerts of their own; the desk has made them one incident.
    Several {
        /// Their names.
        components: Vec<String>,
    },
    /// What it needs is red, and kept apart by what somebody said.
    Apart {
        /// Its name.
        component: String,
        /// What keeps it apart.
        by: KeptBy,
        /// The name of the work, or the reason of the silence; empty where there is none, or it is not for the reader.
        name: String,
    },
    /// A source sees nothing.
    Blind,
    /// The desk confirmed it without a sentence of its own.
    Confirmed,
    /// What a rule's `because`, or a person, says.
    #[serde(untagged)]
    Words(String),
}

impl Because {
    /// It stands only while that is red and kept apart.
    pub fn rests_on_what_is_kept_apart(&self) -> bool {
        matches!(self, Because::Apart { .. })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failed test should stop")]
mod tests {
    use super::*;

    #[test]
    fn words_are_stored_as_the_text_they_are_so_records_from_before_are_read() {
        for text in ["コアスイッチに関する警報が発生しているため", "no_component", ""] {
            let stored = serde_json::to_string(text).unwrap();
            let read: Because = serde_json::from_str(&stored).unwrap();
            assert_eq!(read, Because::Words(text.to_owned()));
            assert_eq!(serde_json::to_string(&read).unwrap(), stored);
        }
    }

    #[test]
    fn findings_are_stored_as_tables() {
        let component = || "コアスイッチ".to_owned();
        for (because, stored) in [
            (Because::NoComponent, r#"{"ground":"no_component"}"#),
            (Because::Next { component: component() }, r#"{"ground":"next","component":"コアスイッチ"}"#),
            (
                Because::Changed {
                    component: component(),
                    change: "更新".to_owned(),
                    state: ModificationState::Planned,
                },
                r#"{"ground":"changed","component":"コアスイッチ","change":"更新","state":"planned"}"#,
            ),
        ] {
            assert_eq!(serde_json::to_string(&because).unwrap(), stored);
            assert_eq!(serde_json::from_str::<Because>(stored).unwrap(), because);
        }
        let before = r#"{"ground":"changed","component":"コアスイッチ","change":"更新"}"#;
        let state = ModificationState::Done;
        let read = Because::Changed { component: component(), change: "更新".to_owned(), state };
        assert_eq!(serde_json::from_str::<Because>(before).unwrap(), read);
    }
}
