//! Calendars: from the tables to the desk's own.
//!
//! Not here: how a calendar is asked (`desk::calendar`).

use super::Checker;
use crate::config::file::{CalendarTable, ExtraKind, HolidaysWord};
use crate::config::tables::Item;
use crate::config::tree::Path;
use crate::desk::calendar::{Calendar, Closure, Holidays, Hours, Opening, When, holidays};
use crate::desk::ids::CalendarId;
use jiff::civil::Date;
use std::collections::BTreeMap;

/// The calendar that needs no table.
pub(super) const ALWAYS: &str = "always";

impl Checker<'_> {
    /// All calendars, with `always`.
    pub(super) fn calendars(&mut self, tables: Vec<Item<CalendarTable>>) -> BTreeMap<CalendarId, Calendar> {
        let mut calendars = BTreeMap::new();
        for table in tables {
            if table.id() == ALWAYS {
                let help = "`always` means 24 hours on every day and cannot be changed: choose another name";
                self.findings.fault(&table.path, "is built in", help);
            }
            let calendar = calendar(self, &table);
            calendars.insert(table.id().into(), calendar);
        }
        calendars.insert(ALWAYS.into(), Calendar::always());
        calendars
    }

    /// Notes calendars nobody works by. Called last, when all who could have been seen.
    pub(super) fn unused_calendars(&mut self) {
        let path = Path::of(&["calendar"]);
        for (name, _) in self.tree.entries(&path) {
            if !self.used.contains(name) {
                self.findings.warn(
                    &path.key(name),
                    "is used by nobody",
                    "take it away, or name it as somebody's hours",
                );
            }
        }
    }

    fn notation<T>(&mut self, path: &Path, parsed: Result<T, impl std::fmt::Display>) -> Option<T> {
        parsed.map_err(|error| self.findings.plain_fault(path, error.to_string())).ok()
    }
}

/// One calendar. What cannot be read in it is noted and left out.
fn calendar(checker: &mut Checker<'_>, table: &Item<CalendarTable>) -> Calendar {
    let Item { path, value, .. } = table;
    let mut openings = Vec::new();
    for (index, text) in value.open.0.iter().enumerate() {
        let here = checker.element(&path.key("open"), index);
        openings.extend(checker.notation(&here, text.parse::<Opening>()));
    }
    let mut calendar = Calendar::weekly(openings);
    if value.holidays == HolidaysWord::Japan {
        calendar = calendar.with_holidays(Holidays::Japan);
        let last = *holidays::KNOWN_YEARS.end();
        if checker.today.year() >= last {
            let message = format!("holidays are known until the end of {last} only");
            checker.findings.warn(&path.key("holidays"), message, "list later holidays as [[calendar.….extra]]");
        }
    }
    let mut dated: Vec<(Path, Date)> = Vec::new();
    for (index, closed) in value.closed.iter().enumerate() {
        let here = path.key("closed").index(index);
        let until = closed.until.as_ref().unwrap_or(&closed.from);
        if let Some(closure) = checker.notation(&here, Closure::parse(&closed.from, until, &closed.name)) {
            if let When::Dated { until, .. } = closure.when {
                dated.push((here, until));
            }
            calendar = calendar.with_closure(closure);
        }
    }
    ended(checker, &dated, "closings");
    let mut dated = Vec::new();
    for (index, extra) in value.extra.iter().enumerate() {
        let here = path.key("extra").index(index);
        let date = extra.date.0;
        dated.push((here.clone(), date));
        let mut hours = Vec::new();
        for (index, text) in extra.hours.0.iter().enumerate() {
            let here = checker.element(&here.key("hours"), index);
            hours.extend(checker.notation(&here, text.parse::<Hours>()));
        }
        if extra.kind != ExtraKind::Open && !extra.hours.0.is_empty() {
            checker.findings.fault(
                &here.key("hours"),
                "belongs to a day that is open",
                "write is = \"open\", or no hours",
            );
        }
        calendar = match extra.kind {
            ExtraKind::Open => calendar.with_open_day(date, &extra.name, hours),
            ExtraKind::Holiday => calendar.with_extra_holiday(date, &extra.name),
            ExtraKind::NoHoliday => calendar.with_cancelled_holiday(date, &extra.name),
        };
    }
    ended(checker, &dated, "extra days");
    calendar
}

/// A list of dates that lies wholly in the past was kept up once, and is not any more.
fn ended(checker: &mut Checker<'_>, dated: &[(Path, Date)], what: &str) {
    if let Some((path, last)) = dated.iter().max_by_key(|(_, until)| *until)
        && *last < checker.today
    {
        let message = format!("the dated {what} end with {last}, which is past");
        checker.findings.warn(path, message, "add the coming ones, or take the past ones away");
    }
}
