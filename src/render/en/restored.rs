//! A restored record in words, for a desk that reads English.

use super::Mail;
use crate::desk::letter::HeldRow;
use crate::render::text;
use jiff::Timestamp;

impl Mail<'_> {
    /// From when the record is, and what is held.
    pub(super) fn restored(&self, made: Timestamp, rows: &[HeldRow], total: usize) -> String {
        let mut held: Vec<String> = rows.iter().map(line).collect();
        if total > rows.len() {
            held.push(format!("{} more", total - rows.len()));
        }
        let held = match total {
            0 => "Nothing is held".to_owned(),
            _ => format!(
                "{total} messages that were waiting then are held, because they may have been sent since: {}. \
                 Find out whether they arrived, and send again only those that did not",
                held.join("; ")
            ),
        };
        format!(
            "The record comes from a backup of {}. What was done and sent after that is not on record; monitoring is read \
             again from there. {held}. Please record again what was said and done since. Numbers given after the backup \
             may be given again.",
            self.clock.english(made)
        )
    }
}

pub(super) fn line(row: &HeldRow) -> String {
    let number = row.number.as_ref().map_or_else(String::new, |number| format!(" of {}", text::name(&number.0)));
    format!("{} {}{number} to {}", text::name(&row.row), text::name(&row.kind).replace('_', " "), text::name(&row.to))
}
