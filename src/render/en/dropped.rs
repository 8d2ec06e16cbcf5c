//! A message that somebody at the desk gave up, for a desk that reads English.

use super::Mail;
use crate::desk::ids::Number;
use crate::desk::letter::DroppedMessage;
use crate::render::{commands, text};

impl Mail<'_> {
    /// Who gave it up, and what is to be done instead.
    pub(super) fn dropped(
        &self,
        message: &DroppedMessage,
        number: Option<&Number>,
    ) -> (&'static str, String, Vec<String>) {
        let DroppedMessage { row, kind, to, by, reason, unread, not_asked, still_asked } = message;
        let arrived = match unread {
            true => "Nobody has read it.",
            false => "It may have arrived before.",
        };
        let parties: Vec<String> = not_asked.iter().map(|party| text::name(party)).collect();
        let request = match parties.is_empty() {
            true => " Please tell by another way what must be told.".to_owned(),
            false => format!(
                " {} counts as not asked, and is not reminded; the next step is the desk's.",
                parties.join(", ")
            ),
        };
        let goes_on: Vec<String> = still_asked
            .iter()
            .map(|party| format!(" The request to {} goes on, reminders included.", text::name(party)))
            .collect();
        let told = format!(
            "{} {} to {} was dropped by {}: {}. {arrived}{}{request}",
            text::name(row),
            text::name(kind).replace('_', " "),
            text::name(to),
            text::name(by),
            text::note(reason),
            goes_on.concat()
        );
        let asks = not_asked.iter().filter_map(|party| number.map(|number| commands::assign(number, party)));
        ("A message was dropped", told, asks.chain([commands::message(row)]).collect())
    }
}
