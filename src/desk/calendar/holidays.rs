//! The public holidays of Japan, computed.
//!
//! Calendars ask it whether an office is closed; it knows nothing of opening hours, of year-end closing or of お盆
//! (none of which is a public holiday), and nothing outside [`KNOWN_YEARS`].
//!
//! Source: 国民の祝日に関する法律, with the special laws for 2019, 2020 and 2021. The two equinox days follow the usual
//! approximation and become official only by the notice of the February before; a calendar can override single days.

use jiff::civil::{Date, Weekday};
use std::fmt;
use std::ops::RangeInclusive;

/// Years whose holidays are known; both ends count.
pub const KNOWN_YEARS: RangeInclusive<i16> = 2000..=2099;

/// One public holiday (休日).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Holiday {
    /// As people call it: `勤労感謝の日`, `振替休日`.
    pub name: &'static str,
    /// Why it is one.
    pub kind: Kind,
}

/// Why a day is a public holiday.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// 祝日: named by the law.
    Named,
    /// 振替休日: makes up for a 祝日 on a Sunday.
    Substitute,
    /// 国民の休日: a day between two 祝日.
    Between,
}

/// The answer for a date outside [`KNOWN_YEARS`]: it is neither known to be a holiday nor known not to be one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnknownYear(pub i16);

impl fmt::Display for UnknownYear {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (first, last) = (KNOWN_YEARS.start(), KNOWN_YEARS.end());
        write!(f, "the public holidays of {} are not known, only those of {first} to {last}", self.0)
    }
}

impl std::error::Error for UnknownYear {}

/// The public holiday on `date`, if there is one.
///
/// # Errors
/// [`UnknownYear`] outside [`KNOWN_YEARS`].
pub fn holiday(date: Date) -> Result<Option<Holiday>, UnknownYear> {
    if !KNOWN_YEARS.contains(&date.year()) {
        return Err(UnknownYear(date.year()));
    }
    Ok(named(date)
        .map(|name| Holiday { name, kind: Kind::Named })
        .or_else(|| is_substitute(date).then_some(Holiday { name: "振替休日", kind: Kind::Substitute }))
        .or_else(|| is_between(date).then_some(Holiday { name: "国民の休日", kind: Kind::Between })))
}

/// The 祝日 the law names for `date`. Neighbouring years answer too: the last days of December look into January.
fn named(date: Date) -> Option<&'static str> {
    let (year, month, day) = (date.year(), date.month(), date.day());
    let monday = |nth: i8| date.weekday() == Weekday::Monday && (day - 1) / 7 + 1 == nth;
    let name = match (month, day) {
        (1, 1) => "元日",
        (1, _) if monday(2) => "成人の日",
        (2, 11) => "建国記念の日",
        (2, 23) if year >= 2020 => "天皇誕生日",
        (3, _) if day == spring_equinox(year) => "春分の日",
        (4, 29) if year >= 2007 => "昭和の日",
        (4, 29) => "みどりの日",
        (5, 1) if year == 2019 => "即位の日",
        (5, 3) => "憲法記念日",
        (5, 4) if year >= 2007 => "みどりの日",
        (5, 5) => "こどもの日",
        (7, _) if is_marine_day(year, day, monday(3)) => "海の日",
        (7, 24) if year == 2020 => "スポーツの日",
        (7, 23) if year == 2021 => "スポーツの日",
        (8, _) if is_mountain_day(year, day) => "山の日",
        (9, 15) if year <= 2002 => "敬老の日",
        (9, _) if year >= 2003 && monday(3) => "敬老の日",
        (9, _) if day == autumn_equinox(year) => "秋分の日",
        (10, 22) if year == 2019 => "即位礼正殿の儀",
        (10, _) if monday(2) && year <= 2019 => "体育の日",
        (10, _) if monday(2) && year >= 2022 => "スポーツの日",
        (11, 3) => "文化の日",
        (11, 23) => "勤労感謝の日",
        (12, 23) if year <= 2018 => "天皇誕生日",
        _ => return None,
    };
    Some(name)
}

fn is_marine_day(year: i16, day: i8, third_monday: bool) -> bool {
    match year {
        ..=2002 => day == 20,
        2020 => day == 23,
        2021 => day == 22,
        _ => third_monday,
    }
}

fn is_mountain_day(year: i16, day: i8) -> bool {
    match year {
        ..=2015 => false,
        2020 => day == 10,
        2021 => day == 8,
        _ => day == 11,
    }
}

/// Day of March of 春分の日, good for 1980 to 2099.
fn spring_equinox(year: i16) -> i8 {
    equinox(year, 20_843_100)
}

/// Day of September of 秋分の日, good for 1980 to 2099.
fn autumn_equinox(year: i16) -> i8 {
    equinox(year, 23_248_800)
}

/// `base` + 0.242194 days for each year since 1980, less the leap days; in millionths, so that no rounding of floating
/// point can move a holiday.
fn equinox(year: i16, base: i64) -> i8 {
    let years = i64::from(year) - 1980;
    let day = (base + 242_194 * years).div_euclid(1_000_000) - years.div_euclid(4);
    i8::try_from(day).unwrap_or(0)
}

/// 振替休日: from 2007 the next day that is not itself a 祝日, before that the Monday only.
fn is_substitute(date: Date) -> bool {
    if named(date).is_some() {
        return false;
    }
    let mut before = date;
    while let Ok(day) = before.yesterday()
        && named(day).is_some()
    {
        if day.weekday() == Weekday::Sunday {
            return date.year() >= 2007 || date.weekday() == Weekday::Monday;
        }
        before = day;
    }
    false
}

/// 国民の休日: not a 祝日 itself, with 祝日 proper on both sides; to 2006 never on a Sunday.
fn is_between(date: Date) -> bool {
    let is_named = |day: Result<Date, jiff::Error>| day.is_ok_and(|day| named(day).is_some());
    named(date).is_none()
        && is_named(date.yesterday())
        && is_named(date.tomorrow())
        && (date.year() >= 2007 || date.weekday() != Weekday::Sunday)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::ToSpan;
    use jiff::civil::date;

    fn name_of(date: Date) -> Option<&'static str> {
        holiday(date).expect("the year is known").map(|holiday| holiday.name)
    }

    fn days(year: i16) -> impl Iterator<Item = Date> {
        date(year, 1, 1).series(1.day()).take_while(move |day| day.year() == year)
    }

    fn of_year(year: i16) -> Vec<String> {
        days(year).filter_map(|day| name_of(day).map(|name| format!("{day} {name}"))).collect()
    }

    #[test]
    fn a_hundred_years_have_1773_holidays() {
        let all = KNOWN_YEARS.flat_map(days).filter(|day| name_of(*day).is_some()).count();
        assert_eq!(all, 1773);
    }

    #[test]
    fn each_year_has_as_many_as_the_table_says() {
        for (year, count) in [(2020, 18), (2021, 17), (2019, 22), (2026, 18)] {
            assert_eq!(of_year(year).len(), count, "{year}");
        }
    }

    #[test]
    fn the_year_2026_is_the_published_one() {
        assert_eq!(
            of_year(2026).join("\n"),
            "2026-01-01 元日\n2026-01-12 成人の日\n2026-02-11 建国記念の日\n2026-02-23 天皇誕生日\n2026-03-20 春分の日\n\
             2026-04-29 昭和の日\n2026-05-03 憲法記念日\n2026-05-04 みどりの日\n2026-05-05 こどもの日\n\
             2026-05-06 振替休日\n2026-07-20 海の日\n2026-08-11 山の日\n2026-09-21 敬老の日\n2026-09-22 国民の休日\n\
             2026-09-23 秋分の日\n2026-10-12 スポーツの日\n2026-11-03 文化の日\n2026-11-23 勤労感謝の日"
        );
    }

    #[test]
    fn the_years_with_laws_of_their_own_are_right() {
        let spring_2019: Vec<_> = of_year(2019).into_iter().skip(4).take(8).collect();
        assert_eq!(
            spring_2019,
            [
                "2019-04-29 昭和の日",
                "2019-04-30 国民の休日",
                "2019-05-01 即位の日",
                "2019-05-02 国民の休日",
                "2019-05-03 憲法記念日",
                "2019-05-04 みどりの日",
                "2019-05-05 こどもの日",
                "2019-05-06 振替休日",
            ]
        );
        for (day, name) in [
            (date(2019, 2, 23), None),
            (date(2019, 10, 22), Some("即位礼正殿の儀")),
            (date(2019, 12, 23), None),
            (date(2020, 7, 20), None),
            (date(2020, 7, 23), Some("海の日")),
            (date(2020, 7, 24), Some("スポーツの日")),
            (date(2020, 8, 10), Some("山の日")),
            (date(2020, 8, 11), None),
            (date(2020, 10, 12), None),
            (date(2021, 7, 22), Some("海の日")),
            (date(2021, 7, 23), Some("スポーツの日")),
            (date(2021, 8, 8), Some("山の日")),
            (date(2021, 8, 9), Some("振替休日")),
            (date(2021, 8, 11), None),
            (date(2021, 10, 11), None),
        ] {
            assert_eq!(name_of(day), name, "{day}");
        }
    }

    #[test]
    fn a_holiday_on_sunday_is_made_up_for_on_the_next_day_that_is_none() {
        for (day, name) in [
            (date(2025, 5, 6), Some("振替休日")),
            (date(2025, 11, 24), Some("振替休日")),
            (date(2008, 5, 6), Some("振替休日")),
            (date(2009, 5, 6), Some("振替休日")),
            (date(2015, 5, 6), Some("振替休日")),
            (date(2006, 1, 2), Some("振替休日")),
            (date(2023, 1, 2), Some("振替休日")),
            (date(2026, 5, 6), Some("振替休日")),
            (date(2026, 5, 7), None),
            // Saturday gives nothing.
            (date(2025, 2, 24), Some("振替休日")),
            (date(2026, 5, 2), None),
            (date(2022, 1, 3), None),
        ] {
            assert_eq!(name_of(day), name, "{day}");
        }
    }

    #[test]
    fn a_day_between_two_holidays_is_one_too() {
        for (day, name) in [
            (date(2000, 5, 4), Some("国民の休日")),
            (date(2003, 5, 4), None),
            (date(2006, 5, 4), Some("国民の休日")),
            (date(2007, 5, 4), Some("みどりの日")),
            (date(2009, 9, 22), Some("国民の休日")),
            (date(2015, 9, 22), Some("国民の休日")),
            (date(2026, 9, 22), Some("国民の休日")),
            (date(2032, 9, 21), Some("国民の休日")),
            (date(2099, 9, 22), Some("国民の休日")),
        ] {
            assert_eq!(name_of(day), name, "{day}");
        }
    }

    #[test]
    fn the_equinox_moves_as_the_almanac_says() {
        let years = |fits: &dyn Fn(i16) -> bool| KNOWN_YEARS.filter(|year| fits(*year)).collect::<Vec<_>>();
        assert_eq!(years(&|year| spring_equinox(year) == 19), [2092, 2096]);
        assert_eq!(years(&|year| autumn_equinox(year) == 22 && year < 2032), [2012, 2016, 2020, 2024, 2028]);
        assert!(years(&|year| !(19..=21).contains(&spring_equinox(year))).is_empty());
        assert!(years(&|year| !(22..=23).contains(&autumn_equinox(year))).is_empty());
    }

    #[test]
    fn names_follow_the_law_of_the_year() {
        for (day, name) in [
            (date(2006, 4, 29), "みどりの日"),
            (date(2007, 4, 29), "昭和の日"),
            (date(2002, 7, 20), "海の日"),
            (date(2003, 7, 21), "海の日"),
            (date(2002, 9, 15), "敬老の日"),
            (date(2003, 9, 15), "敬老の日"),
            (date(2018, 12, 23), "天皇誕生日"),
            (date(2020, 2, 23), "天皇誕生日"),
            (date(2016, 8, 11), "山の日"),
            (date(2019, 10, 14), "体育の日"),
            (date(2022, 10, 10), "スポーツの日"),
        ] {
            assert_eq!(name_of(day), Some(name), "{day}");
        }
        assert_eq!(name_of(date(2015, 8, 11)), None);
    }

    #[test]
    fn outside_the_known_years_the_answer_is_not_known() {
        assert_eq!(holiday(date(1999, 12, 31)), Err(UnknownYear(1999)));
        assert_eq!(holiday(date(2100, 1, 1)), Err(UnknownYear(2100)));
        assert!(holiday(Date::MIN).is_err() && holiday(Date::MAX).is_err());
        assert_eq!(name_of(date(2000, 1, 1)), Some("元日"));
        assert_eq!(name_of(date(2099, 12, 31)), None);
        let said = "the public holidays of 2100 are not known, only those of 2000 to 2099";
        assert_eq!(UnknownYear(2100).to_string(), said);
    }
}
