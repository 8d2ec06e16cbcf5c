//! The calendar against known years.

#![allow(clippy::unwrap_used, reason = "a test may fail by panicking")]
use super::*;
use jiff::ToSpan;
use jiff::civil::date;

/// Weekdays 08:00-18:00, holidays, year-end: the reception of the desk.
pub(super) fn reception() -> Calendar {
    Calendar::weekly(["Mon-Fri 08:00-18:00".parse().unwrap()])
        .with_holidays(Holidays::Japan)
        .with_closure(Closure::parse("12-29", "01-03", "年末年始").unwrap())
}

fn business_days(calendar: &Calendar, from: Date, until: Date) -> usize {
    from.series(1.day()).take_while(|day| *day < until).filter(|day| calendar.is_business_day(*day)).count()
}

#[test]
fn each_fiscal_year_has_its_number_of_business_days() {
    let calendar = reception();
    let counts = [(2015, 243), (2019, 240), (2024, 243), (2025, 242), (2026, 241), (2027, 243)];
    for (year, expected) in counts {
        let days = business_days(&calendar, date(year, 4, 1), date(year + 1, 4, 1));
        assert_eq!(days, expected, "fiscal year {year}");
    }
}

#[test]
fn each_month_of_2026_has_its_number_of_business_days() {
    let calendar = reception();
    let months: Vec<_> = (1..=12)
        .map(|month| {
            let first = date(2026, month, 1);
            business_days(&calendar, first, first.last_of_month().tomorrow().unwrap())
        })
        .collect();
    assert_eq!(months, [19, 18, 21, 21, 18, 22, 22, 20, 19, 21, 19, 20]);
}

#[test]
fn a_closed_day_says_why() {
    let calendar = reception();
    for (day, why) in [
        (date(2026, 9, 19), "closed on Saturdays"),
        (date(2026, 9, 20), "closed on Sundays"),
        (date(2026, 9, 21), "closed on the holiday 敬老の日"),
        (date(2026, 9, 22), "closed on the holiday 国民の休日"),
        (date(2026, 9, 23), "closed on the holiday 秋分の日"),
        (date(2026, 5, 3), "closed on the holiday 憲法記念日"),
        (date(2026, 12, 29), "closed for 年末年始"),
        (date(2026, 12, 31), "closed for 年末年始"),
        (date(2027, 1, 1), "closed for 年末年始"),
        (date(2027, 1, 3), "closed for 年末年始"),
    ] {
        match calendar.day(day) {
            Day::Closed(closed) => assert_eq!(closed.to_string(), why, "{day}"),
            open @ Day::Open { .. } => panic!("{day}: {open:?}"),
        }
    }
    for open in [date(2026, 9, 18), date(2026, 9, 24), date(2026, 12, 28), date(2027, 1, 4)] {
        assert!(calendar.is_business_day(open), "{open}");
    }
}

#[test]
fn the_day_of_the_law_can_be_moved_by_configuration() {
    let moved = reception()
        .with_cancelled_holiday(date(2030, 3, 20), "春分の日は21日と公告")
        .with_extra_holiday(date(2030, 3, 21), "春分の日");
    assert!(!reception().is_business_day(date(2030, 3, 20)));
    assert!(reception().is_business_day(date(2030, 3, 21)));
    let hours = ["08:00-18:00".parse().unwrap()];
    assert_eq!(
        moved.day(date(2030, 3, 20)),
        Day::Open { hours: &hours, because: WhyOpen::HolidayCancelled("春分の日は21日と公告") }
    );
    assert_eq!(moved.day(date(2030, 3, 21)), Day::Closed(WhyClosed::Holiday("春分の日")));
}

#[test]
fn an_extra_holiday_closes_a_calendar_that_keeps_no_holidays() {
    let calendar = Calendar::always().with_extra_holiday(date(2026, 6, 1), "創立記念日");
    assert_eq!(calendar.day(date(2026, 6, 1)), Day::Closed(WhyClosed::Holiday("創立記念日")));
    assert!(calendar.is_business_day(date(2026, 1, 1)));
}

#[test]
fn an_extra_open_day_overrides_every_closing() {
    let own: Hours = "09:00-12:00".parse().unwrap();
    let weekday: Hours = "08:00-18:00".parse().unwrap();
    let calendar = reception()
        .with_open_day(date(2026, 12, 30), "年末開庁", [own])
        .with_open_day(date(2026, 9, 23), "休日開庁", [])
        .with_open_day(date(2026, 3, 29), "休日開庁", [])
        .with_open_day(date(2026, 4, 1), "短縮", [own]);
    for (day, hours, name) in [
        (date(2026, 12, 30), own, "年末開庁"),
        (date(2026, 9, 23), weekday, "休日開庁"),
        (date(2026, 3, 29), weekday, "休日開庁"),
        (date(2026, 4, 1), own, "短縮"),
    ] {
        let expected = Day::Open { hours: &[hours], because: WhyOpen::Extra(name) };
        assert_eq!(calendar.day(day), expected, "{day}");
        assert!(calendar.is_business_day(day));
    }
}

#[test]
fn business_days_are_counted_over_closings_in_both_directions() {
    let calendar = reception();
    for (from, n, expected) in [
        (date(2026, 11, 20), 0, date(2026, 11, 20)),
        (date(2026, 11, 20), 1, date(2026, 11, 24)),
        (date(2026, 11, 20), 3, date(2026, 11, 26)),
        (date(2026, 11, 22), 0, date(2026, 11, 22)),
        (date(2026, 11, 22), 1, date(2026, 11, 24)),
        (date(2026, 9, 19), -1, date(2026, 9, 18)),
        (date(2026, 12, 28), 1, date(2027, 1, 4)),
        (date(2027, 1, 4), -1, date(2026, 12, 28)),
        (date(2028, 2, 28), 1, date(2028, 2, 29)),
    ] {
        assert_eq!(calendar.add_business_days(from, n), Some(expected), "{from} {n:+}");
    }
    assert_eq!(calendar.next_business_day(date(2026, 9, 18)), Some(date(2026, 9, 24)));
}

#[test]
fn a_calendar_that_never_opens_has_no_business_day() {
    let never = Calendar::weekly([]);
    assert_eq!(never.next_business_day(date(2026, 1, 1)), None);
    assert_eq!(never.with_open_day(date(2026, 2, 1), "開庁", []).next_business_day(date(2026, 1, 1)), None);
    assert_eq!(reception().next_business_day(Date::MAX), None);
}

#[test]
fn overlapping_spans_of_a_day_are_one() {
    let openings = ["Mon 12:00-18:00", "Mon-Tue 08:00-12:00", "Mon 09:00-13:00", "Mon 20:00-22:00"];
    let calendar = Calendar::weekly(openings.map(|text| text.parse().unwrap()));
    let text = |day| calendar.hours_of(day).iter().map(Hours::to_string).collect::<Vec<_>>();
    assert_eq!(text(Weekday::Monday), ["08:00-18:00", "20:00-22:00"]);
    assert_eq!(text(Weekday::Tuesday), ["08:00-12:00"]);
}

#[test]
fn years_the_law_is_not_known_for_are_told_apart() {
    assert!(reception().knows(date(2099, 12, 31)) && !reception().knows(date(2100, 1, 1)));
    assert!(Calendar::always().knows(date(2100, 1, 1)));
    assert!(reception().is_business_day(date(2100, 1, 11)), "treated as no holiday");
}

#[test]
fn a_calendar_survives_being_stored() {
    let calendar = reception().with_extra_holiday(date(2026, 6, 1), "創立記念日").with_open_day(
        date(2026, 12, 30),
        "年末開庁",
        ["22:00-06:00".parse().unwrap()],
    );
    let stored = serde_json::to_string(&calendar).unwrap();
    assert_eq!(serde_json::from_str::<Calendar>(&stored).unwrap(), calendar);
}
