//! Points in time and spans, as offices and vendors write them.
//!
//! Zone and "today" come from the letter; the clock is never read. Source: `DOMAIN.md` §10 (durations), §11 (year names).

use crate::desk::letter::Letter;
use crate::desk::phrase::weekday;
use jiff::civil::{Date, DateTime, date};
use jiff::tz::TimeZone;
use jiff::{RoundMode, Timestamp, TimestampRound, Unit, Zoned};
use std::time::Duration;

/// The zone and the day a letter was written in.
#[derive(Debug, Clone)]
pub(super) struct Clock {
    zone: TimeZone,
    now: DateTime,
}

impl Clock {
    /// The letter's own zone; Japan's where the name is not known, because a wrong zone name must not stop a mail.
    pub(super) fn of(letter: &Letter) -> Self {
        Self::at(&letter.timezone, letter.written)
    }

    /// The same for what is no letter.
    pub(super) fn at(timezone: &str, written: Timestamp) -> Self {
        let zone = TimeZone::get(timezone)
            .or_else(|_| TimeZone::get("Asia/Tokyo"))
            .unwrap_or_else(|_| TimeZone::fixed(jiff::tz::offset(9)));
        let now = written.to_zoned(zone.clone()).datetime();
        Self { zone, now }
    }

    /// The zone hours are told in.
    pub(super) fn zone(&self) -> &TimeZone {
        &self.zone
    }

    fn local(&self, at: Timestamp) -> Zoned {
        at.to_zoned(self.zone.clone())
    }

    /// 21:00 to 6:00 at the time of writing: a caller begs pardon for the hour.
    pub(super) fn is_night(&self) -> bool {
        !(6..21).contains(&self.now.hour())
    }

    /// The day of writing, `9月24日（木）`.
    pub(super) fn today(&self) -> String {
        month_day(self.now.date())
    }

    /// The time of writing, `3時00分`.
    pub(super) fn now(&self) -> String {
        hour_minute(self.now)
    }

    /// `令和8年9月20日（日）2時13分`, for offices.
    pub(super) fn era(&self, at: Timestamp) -> String {
        let at = self.local(at).datetime();
        format!("{}{}{}", era_year(at.date()), month_day(at.date()), hour_minute(at))
    }

    /// `2026年9月20日（日）2時13分`, for vendors and the desk.
    pub(super) fn western(&self, at: Timestamp) -> String {
        let at = self.local(at).datetime();
        format!("{}年{}{}", at.year(), month_day(at.date()), hour_minute(at))
    }

    /// As short as it is clear: `2時50分` on the day of writing, `9月24日（木）9時30分` in its year, else with the year.
    pub(super) fn short(&self, at: Timestamp) -> String {
        let there = self.local(at).datetime();
        if there.date() == self.now.date() {
            hour_minute(there)
        } else if there.year() == self.now.year() {
            format!("{}{}", month_day(there.date()), hour_minute(there))
        } else {
            self.western(at)
        }
    }

    /// `9時30分`, whatever the day.
    pub(super) fn hour(&self, at: Timestamp) -> String {
        hour_minute(self.local(at).datetime())
    }

    /// `9時`, `9時30分`; on another day `11月24日9時`: read aloud.
    pub(super) fn spoken(&self, at: Timestamp) -> String {
        let there = self.local(at).datetime();
        let day = if there.date() == self.now.date() {
            String::new()
        } else {
            format!("{}月{}日", there.month(), there.day())
        };
        let minute = if there.minute() == 0 { String::new() } else { format!("{}分", there.minute()) };
        format!("{day}{}時{minute}", there.hour())
    }

    /// `9月18日（金）` in the year of writing, else with the year.
    pub(super) fn day(&self, at: Timestamp) -> String {
        let there = self.local(at).date();
        let day = month_day(there);
        if there.year() == self.now.year() { day } else { format!("{}年{day}", there.year()) }
    }

    /// `09-20 02:13`, for lists.
    pub(super) fn column(&self, at: Timestamp) -> String {
        let at = self.local(at).datetime();
        format!("{:02}-{:02} {:02}:{:02}", at.month(), at.day(), at.hour(), at.minute())
    }

    /// `Sun 20 Sep 2026 02:13`, for mails in English.
    pub(super) fn english(&self, at: Timestamp) -> String {
        self.local(at).strftime("%a %-d %b %Y %H:%M").to_string()
    }

    /// `02:50` on the day of writing, else [`Clock::english`].
    pub(super) fn english_short(&self, at: Timestamp) -> String {
        let there = self.local(at);
        if there.date() == self.now.date() { there.strftime("%H:%M").to_string() } else { self.english(at) }
    }
}

/// A day without an hour, for vendors: `2026年9月30日`.
pub(super) fn day_of(day: Date) -> String {
    format!("{}年{}月{}日", day.year(), day.month(), day.day())
}

/// The next whole minute: what is over by then is over by the clock on the wall, too.
pub(super) fn minute_after(at: Timestamp) -> Timestamp {
    let minute = TimestampRound::new().smallest(Unit::Minute).mode(RoundMode::Ceil);
    at.round(minute).unwrap_or(at)
}

/// Whole minutes from `from` to `until`, each cut to the minute first; never negative.
pub(super) fn minutes(from: Timestamp, until: Timestamp) -> i64 {
    (until.as_second().div_euclid(60) - from.as_second().div_euclid(60)).max(0)
}

/// `1時間30分`, `10分`, `45秒`: how long something may take; seconds only where there are no whole minutes.
pub(super) fn lasting(length: Duration) -> String {
    let seconds = length.as_secs();
    match (seconds / 3600, seconds / 60 % 60, seconds % 60) {
        (0, 0, seconds) => format!("{seconds}秒"),
        (0, minutes, 0) => format!("{minutes}分"),
        (hours, 0, 0) => format!("{hours}時間"),
        (hours, minutes, 0) => format!("{hours}時間{minutes}分"),
        _ => format!("{seconds}秒"),
    }
}

/// `5時間35分`, `35分`; hours are not folded into days.
pub(super) fn span(from: Timestamp, until: Timestamp) -> String {
    match minutes(from, until) {
        all @ 0..60 => format!("{all}分"),
        all => format!("{}時間{}分", all / 60, all % 60),
    }
}

/// `5 h 35 min`, `35 min`.
pub(super) fn english_span(from: Timestamp, until: Timestamp) -> String {
    match minutes(from, until) {
        all @ 0..60 => format!("{all} min"),
        all => format!("{} h {} min", all / 60, all % 60),
    }
}

fn hour_minute(at: DateTime) -> String {
    format!("{}時{:02}分", at.hour(), at.minute())
}

fn month_day(day: Date) -> String {
    let weekday = weekday(day.weekday());
    format!("{}月{}日（{weekday}）", day.month(), day.day())
}

/// `令和8年`; the first year is 元年; before 平成 the western year.
fn era_year(day: Date) -> String {
    let (era, first) = if day >= date(2019, 5, 1) {
        ("令和", 2019)
    } else if day >= date(1989, 1, 8) {
        ("平成", 1989)
    } else {
        return format!("{}年", day.year());
    };
    match day.year() - first + 1 {
        1 => format!("{era}元年"),
        year => format!("{era}{year}年"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clock() -> Clock {
        Clock { zone: TimeZone::get("Asia/Tokyo").unwrap_or(TimeZone::UTC), now: date(2026, 9, 20).at(3, 0, 0, 0) }
    }

    fn at(text: &str) -> Timestamp {
        text.parse().expect("a time of the test")
    }

    #[test]
    fn offices_read_era_years_and_vendors_western_ones() {
        assert_eq!(clock().era(at("2026-09-20T02:13:50+09:00")), "令和8年9月20日（日）2時13分");
        assert_eq!(clock().era(at("2019-05-01T00:00:00+09:00")), "令和元年5月1日（水）0時00分");
        assert_eq!(clock().era(at("2019-04-30T23:59:00+09:00")), "平成31年4月30日（火）23時59分");
        assert_eq!(clock().era(at("1989-01-07T12:00:00+09:00")), "1989年1月7日（土）12時00分");
        assert_eq!(clock().western(at("2026-09-20T02:13:50+09:00")), "2026年9月20日（日）2時13分");
    }

    #[test]
    fn the_day_is_left_out_only_on_the_day_of_writing() {
        assert_eq!(clock().short(at("2026-09-20T02:50:00+09:00")), "2時50分");
        assert_eq!(clock().short(at("2026-09-24T09:30:00+09:00")), "9月24日（木）9時30分");
        assert_eq!(clock().short(at("2027-01-04T09:00:00+09:00")), "2027年1月4日（月）9時00分");
    }

    #[test]
    fn spans_are_between_cut_minutes() {
        assert_eq!(span(at("2026-09-20T02:13:59Z"), at("2026-09-20T07:48:00Z")), "5時間35分");
        assert_eq!(span(at("2026-09-20T02:13:59Z"), at("2026-09-20T02:14:00Z")), "1分");
        assert_eq!(span(at("2026-09-20T02:13:00Z"), at("2026-09-20T02:00:00Z")), "0分");
        assert_eq!(span(at("2026-09-20T00:00:00Z"), at("2026-09-24T00:00:00Z")), "96時間0分");
    }

    #[test]
    fn the_ends_of_time_are_written_without_panic() {
        for at in [Timestamp::MIN, Timestamp::MAX] {
            assert!(!clock().era(at).is_empty() && !clock().short(at).is_empty() && !clock().english(at).is_empty());
        }
        assert_eq!(span(Timestamp::MAX, Timestamp::MIN), "0分");
    }
}
