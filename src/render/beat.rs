//! The sign of life: lines for a program, the same in every language.

use super::layout::{Name, Page};
use super::text;
use crate::desk::letter::{Beat, Letter};
use jiff::Timestamp;
use jiff::tz::TimeZone;

/// Subject and body; `key: value`, one on a line.
pub(super) fn page(letter: &Letter, beat: &Beat) -> (String, Page) {
    let zone = TimeZone::get(&letter.timezone).unwrap_or(TimeZone::UTC);
    let time = |at: Timestamp| at.to_zoned(zone.clone()).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string();
    let site = text::name(&letter.from.site);
    let lines = [
        ("status", "ok".to_owned()),
        ("site", site.clone()),
        ("time", time(letter.written)),
        ("next", time(beat.next)),
        ("version", env!("CARGO_PKG_VERSION").to_owned()),
        ("outbox_waiting", beat.waiting.to_string()),
        ("outbox_given_up", beat.dead.to_string()),
        ("open_incidents", beat.open.to_string()),
    ];
    let mut page = Page::new(letter.language);
    page.section(Name::Gist);
    for (key, value) in lines {
        page.text(format!("{key}: {value}"));
    }
    (format!("kiriwake heartbeat ok: {site}"), page)
}
