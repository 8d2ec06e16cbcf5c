//! What an alert says about something that has not come by its hour.
//!
//! Worded when the configuration is read, not with the letter: rules match an alert's text, and likeness compares it.

use crate::desk::rules::{Language, Unseen};

/// The words around the hour. `name` is what should have come, as the configuration calls it.
pub fn unseen(language: Language, name: &str) -> Unseen {
    let (before, behind) = match language {
        Language::Ja => (format!("{name} 未確認（"), "まで）"),
        Language::En => (format!("{name} not seen (by "), ")"),
    };
    Unseen { before, behind: behind.to_owned() }
}
