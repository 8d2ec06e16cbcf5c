//! What must come by its hour.

use super::Checker;
use crate::config::file::ExpectTable;
use crate::config::span::Span;
use crate::config::tables::Item;
use crate::config::tree::Path;
use crate::desk::calendar::Calendar;
use crate::desk::cron::Cron;
use crate::desk::ids::{CalendarId, SourceId};
use crate::desk::observation::Level;
use crate::desk::rules::{AlertMatch, Expectation, HIGHEST_OF_A_SIGN, Language, SourceRules};
use crate::render;
use jiff::tz::TimeZone;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// What comes once a month is the rarest that is missed.
const LONGEST: Duration = Duration::from_secs(31 * 24 * 3600);
/// What runs in the night and is looked for in the morning.
const USUAL: Duration = Duration::from_secs(12 * 3600);

/// What its hours and its source are held against, and in which language it is missed.
pub(super) struct World<'a> {
    pub(super) sources: &'a BTreeMap<SourceId, SourceRules>,
    pub(super) calendars: &'a BTreeMap<CalendarId, Calendar>,
    pub(super) zone: &'a TimeZone,
    pub(super) language: Language,
}

impl Checker<'_> {
    /// What must come by its hour.
    pub(super) fn expected(&mut self, tables: Vec<Item<ExpectTable>>, world: &World) -> Vec<Expectation> {
        self.names(tables.iter().map(|item| (&item.path, item.value.name.as_str())));
        let mut all = Vec::new();
        for Item { path, value: table, .. } in tables {
            let component = self.component(&path.key("component"), &table.component);
            let calendar = table.calendar.as_ref().map(|name| self.calendar(&path.key("calendar"), name));
            let here = path.key("sign");
            if table.sign.within.is_some() {
                let help = "write `within` beside `by`: how long before the hour it may come";
                self.findings.fault(&here.key("within"), "has no meaning here", help);
            }
            if let Some(level) = table.sign.level.filter(|level| *level > HIGHEST_OF_A_SIGN) {
                let help =
                    "a sign that all is well is \"not_classified\" or \"information\": what is graver is a fault";
                self.findings.fault(&here.key("level"), format!("asks for {:?}", level.as_str()), help);
            }
            let sign = self.alert_match(&here, table.sign);
            let seen_by = self.seen_by(&here.key("source"), &sign, world.sources);
            let within = table.within.unwrap_or(Span(USUAL));
            if within.0.is_zero() || within.0 > LONGEST {
                let help = format!("write a duration from 1s to {}", Span(LONGEST));
                self.findings.fault(&path.key("within"), format!("is {within}"), help);
            }
            let by = match Cron::parse(&table.by) {
                Ok(by) => by,
                Err(why) => {
                    let help = "write it like \"0 6 * * *\": every day, by 06:00";
                    self.findings.fault(&path.key("by"), why, help);
                    continue;
                }
            };
            let level = table.level.unwrap_or(Level::Average);
            let (name, within) = (table.name, within.0);
            let unseen = render::unseen(world.language, &name);
            let expectation =
                Expectation { name, component, sign, sources: seen_by, by, calendar, within, level, unseen };
            let hours = expectation.calendar.as_ref().and_then(|id| world.calendars.get(id));
            let today = self.today.to_zoned(world.zone.clone()).map(|midnight| midnight.timestamp());
            if today.is_ok_and(|today| expectation.next(today, world.zone, hours).is_none()) {
                let help = "there is no such day, or the calendar is closed on all of them: correct the hours";
                self.findings.fault(&path.key("by"), "never comes", help);
            }
            all.push(expectation);
        }
        all
    }

    /// The sources that may bring a sign.
    fn seen_by(
        &mut self,
        path: &Path,
        sign: &AlertMatch,
        sources: &BTreeMap<SourceId, SourceRules>,
    ) -> BTreeSet<SourceId> {
        let fits = |id: &SourceId| sign.source.is_empty() || sign.source.iter().any(|name| name.matches(id.as_str()));
        let fitting = || sources.iter().filter(|(id, _)| fits(id));
        let reads = |source: &SourceRules| source.min_level <= HIGHEST_OF_A_SIGN;
        let all: BTreeSet<SourceId> = fitting().filter(|(_, source)| reads(source)).map(|(id, _)| id.clone()).collect();
        if !all.is_empty() || sources.is_empty() {
            return all;
        }
        match fitting().next() {
            Some((id, _)) => {
                let message = format!("`{id}` does not take in anything as harmless as a sign that all is well");
                let help = "set min_severity = \"information\" there, or find the sign in a log";
                self.findings.fault(path, message, help);
            }
            None => {
                let known: Vec<&str> = sources.keys().map(SourceId::as_str).collect();
                self.findings.fault(path, "fits no source", format!("known: {}", known.join(", ")));
            }
        }
        all
    }
}
