//! Planned work: who, why, where, and when - once, or again and again.

use super::Checker;
use crate::config::file::MaintenanceTable;
use crate::config::tables::Item;
use crate::config::tree::Path;
use crate::desk::cover::LONGEST_WORK;
use crate::desk::cron::Cron;
use crate::desk::ids::ComponentId;
use crate::desk::rules::{Maintenance, Times, Window};
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeSet;

/// So many starts are looked at for one that comes before the one before is over: a year and more of daily ones.
const STARTS: usize = 400;

impl Checker<'_> {
    /// Planned work.
    pub(super) fn maintenance(&mut self, tables: Vec<Item<MaintenanceTable>>, zone: &TimeZone) -> Vec<Maintenance> {
        self.names(tables.iter().map(|item| (&item.path, item.value.name.as_str())));
        let mut all = Vec::new();
        for Item { path, value: table, .. } in tables {
            self.filled(&path.key("reason"), &table.reason);
            let owner = self.party(&path.key("owner"), &table.owner);
            let components = self.worked_on(&path.key("components"), &table.components.0);
            let Some(times) = self.times(&path, &table, zone) else { continue };
            all.push(Maintenance { name: table.name, owner, reason: table.reason, components, times });
        }
        all
    }

    /// Components; of a system the help says which they are.
    fn worked_on(&mut self, path: &Path, names: &[String]) -> BTreeSet<ComponentId> {
        if names.is_empty() && !self.findings.is_made_up(path) {
            self.findings.fault(path, "names nothing", "name the components that are worked on");
        }
        for (index, name) in names.iter().enumerate() {
            let is = |table: &str| self.tree.at(&Path::of(&[table, name])).is_some();
            if is("system") && !is("component") {
                let here = self.element(path, index);
                let help = format!("name the components that are worked on, of those [system.{name}] needs");
                self.findings.fault(&here, format!("`{name}` is a system: work is done on components"), help);
            }
        }
        self.component_list(path, names).into_iter().collect()
    }

    fn times(&mut self, path: &Path, table: &MaintenanceTable, zone: &TimeZone) -> Option<Times> {
        let [from, until, cron, lasts] = ["from", "until", "cron", "lasts"].map(|key| path.key(key));
        match (&table.from, &table.until, &table.cron, table.lasts) {
            (Some(begin), Some(end), None, None) => {
                for key in ["first", "last"] {
                    let here = path.key(key);
                    if self.tree.at(&here).is_some() {
                        let help = "take it away, or write `cron` and `lasts` for what comes again and again";
                        self.findings.fault(&here, "means nothing beside `from` and `until`", help);
                    }
                }
                let (begin, end) = (self.moment(&from, begin, zone), self.moment(&until, end, zone));
                self.once(path, Window { from: begin?, until: end? }, zone)
            }
            (None, None, Some(begins), Some(long)) => {
                let begins = match Cron::parse(begins) {
                    Ok(begins) => Some(begins),
                    Err(why) => {
                        self.findings.fault(&cron, why, "write it like \"0 22 * * SAT\": Saturdays at 22:00");
                        None
                    }
                };
                let most = LONGEST_WORK.unsigned_abs();
                if long.0.is_zero() || long.0 > most {
                    let help = format!("write a duration from 1s to {}d", most.as_secs() / 86_400);
                    self.findings.fault(&lasts, format!("is {long}"), help);
                    return None;
                }
                let (first, last) = (table.first.map(|day| day.0), table.last.map(|day| day.0));
                self.recurring(path, Times::Recurring { cron: begins?, lasts: long.0, first, last }, zone)
            }
            (None, None, None, None) => {
                let help = "write `from` and `until`, or `cron` and `lasts` for what comes again and again";
                self.findings.fault(path, "does not say when", help);
                None
            }
            (Some(_), None, None, None) => self.incomplete(&from, "until"),
            (None, Some(_), None, None) => self.incomplete(&until, "from"),
            (None, None, Some(_), None) => self.incomplete(&cron, "lasts"),
            (None, None, None, Some(_)) => self.incomplete(&lasts, "cron"),
            (Some(_), ..) | (_, Some(_), ..) => {
                let odd = if table.cron.is_some() { &cron } else { &lasts };
                let help = "write either `from` and `until`, or `cron` and `lasts`";
                self.findings.fault(odd, "stands beside `from` or `until`", help);
                None
            }
        }
    }

    fn incomplete(&mut self, path: &Path, missing: &str) -> Option<Times> {
        self.findings.fault(path, format!("stands without `{missing}`"), format!("write `{missing}` too"));
        None
    }

    fn once(&mut self, path: &Path, window: Window, zone: &TimeZone) -> Option<Times> {
        let Window { from, until } = window;
        let here = path.key("until");
        if until <= from {
            self.findings.fault(&here, "is not after `from`", "exchange the two, or correct the date");
            return None;
        }
        if until.duration_since(from) > LONGEST_WORK {
            let message = format!("is more than {} days after `from`", LONGEST_WORK.as_hours() / 24);
            self.findings.fault(&here, message, "correct the date, or write one table for each part of the work");
            return None;
        }
        if until.to_zoned(zone.clone()).date() < self.today {
            self.findings.warn(&here, "is past: this hides nothing any more", "take the table away");
        }
        Some(Times::Once { from, until })
    }

    fn recurring(&mut self, path: &Path, times: Times, zone: &TimeZone) -> Option<Times> {
        let Times::Recurring { first, last, .. } = &times else { return Some(times) };
        if let (Some(first), Some(last)) = (first, last)
            && last < first
        {
            let help = "exchange the two; both days are included";
            self.findings.fault(&path.key("last"), format!("lies before `first` = {first}"), help);
            return None;
        }
        let unbounded = match &times {
            Times::Recurring { cron, lasts, .. } => {
                Times::Recurring { cron: cron.clone(), lasts: *lasts, first: None, last: None }
            }
            Times::Once { .. } => return Some(times),
        };
        let yesterday = self.today.yesterday().unwrap_or(self.today).to_zoned(zone.clone());
        let now = yesterday.map_or(Timestamp::MIN, |yesterday| yesterday.timestamp());
        if unbounded.after(now, zone).next().is_none() {
            let help = "there is no such day: correct the day or the month";
            self.findings.fault(&path.key("cron"), "never begins", help);
            return None;
        }
        if first.is_some() && times.after(Timestamp::MIN, zone).next().is_none() {
            let help = "correct the days, or the schedule";
            self.findings.fault(&path.key("cron"), "never begins between `first` and `last`", help);
            return None;
        }
        if let Some(last) = last.filter(|last| *last < self.today) {
            let message = format!("is past: it does not begin after {last} any more");
            self.findings.warn(&path.key("last"), message, "take the table away");
        }
        let starts: Vec<Window> = unbounded.after(now, zone).take(STARTS).collect();
        let shortest = starts.windows(2).filter_map(|pair| match pair {
            [before, next] if next.from <= before.until => Some(next.from.duration_since(before.from)),
            _ => None,
        });
        if let Some(shortest) = shortest.min() {
            let message = format!("is no shorter than {}, after which it begins again", hours(shortest));
            let help = "what never ends hides everything: correct `lasts`, or the schedule";
            self.findings.fault(&path.key("lasts"), message, help);
            return None;
        }
        Some(times)
    }

    /// `2026-10-10T22:00:00` in the zone of the site, or a moment with its own offset.
    fn moment(&mut self, path: &Path, text: &str, zone: &TimeZone) -> Option<Timestamp> {
        let local = || text.parse::<DateTime>().ok()?.to_zoned(zone.clone()).ok().map(|at| at.timestamp());
        let at = text.parse::<Timestamp>().ok().or_else(local);
        if at.is_none() {
            self.findings.fault(path, format!("{text:?} is no moment"), "write it like 2026-10-10T22:00:00");
        }
        at
    }
}

fn hours(span: SignedDuration) -> String {
    match (span.as_hours(), span.as_mins() % 60) {
        (0, minutes) => format!("{minutes}m"),
        (hours, 0) => format!("{hours}h"),
        (hours, minutes) => format!("{hours}h {minutes}m"),
    }
}
