//! Opening hours as a phone list writes them.

use crate::desk::book::Book;
use crate::desk::calendar::Calendar;
use crate::desk::ids::CalendarId;
use crate::desk::phrase::weekday;
use jiff::civil::Weekday;

const WEEK: [Weekday; 7] = [
    Weekday::Monday,
    Weekday::Tuesday,
    Weekday::Wednesday,
    Weekday::Thursday,
    Weekday::Friday,
    Weekday::Saturday,
    Weekday::Sunday,
];

/// `平日 8:00〜18:00`, `毎日 9:00〜17:00`, `火〜金 9:30〜19:00、土・日 9:30〜17:00`, `24時間`.
pub(super) fn hours_in_words(book: &Book, id: &CalendarId) -> String {
    in_words(book.calendar(id))
}

fn in_words(calendar: &Calendar) -> String {
    if *calendar == Calendar::always() {
        return "24時間".to_owned();
    }
    // Days in a row that have the same hours.
    let mut runs: Vec<(Vec<&str>, String)> = Vec::new();
    for day in WEEK {
        let name = weekday(day);
        let hours = hours_of(calendar, day);
        match runs.last_mut() {
            Some((days, same)) if *same == hours => days.push(name),
            _ => runs.push((vec![name], hours)),
        }
    }
    let told = runs.iter().filter(|(_, hours)| !hours.is_empty()).map(|(days, hours)| {
        let days = match days.as_slice() {
            ["月", "火", "水", "木", "金"] => "平日".to_owned(),
            [_, _, _, _, _, _, _] => "毎日".to_owned(),
            [first, .., last] if days.len() > 2 => format!("{first}〜{last}"),
            few => few.join("・"),
        };
        format!("{days} {hours}")
    });
    told.collect::<Vec<_>>().join("、")
}

fn hours_of(calendar: &Calendar, day: Weekday) -> String {
    // `08:00` is how a file writes it; people write `8:00`.
    let plain = |time: &str| time.strip_prefix('0').unwrap_or(time).to_owned();
    let spans = calendar.hours_of(day).iter().map(|hours| {
        let hours = hours.to_string();
        hours.split('-').map(plain).collect::<Vec<_>>().join("〜")
    });
    spans.collect::<Vec<_>>().join("、")
}
