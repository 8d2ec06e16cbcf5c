//! Whether everybody who would be told can be told, at any hour.
//!
//! Looks at parties through the eyes of those who need them: offices, owners of components, parties named by rules.
//! Not here: the contact chosen at one moment (`desk::contact`).

use super::Checker;
use crate::config::tree::Path;
use crate::desk::calendar::Calendar;
use crate::desk::ids::{CalendarId, ComponentId, LocationId, PartyId, SystemId};
use crate::desk::rules::{Component, Contact, ContractScope, Location, Party, Policy, Rule, Site, System};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use std::collections::{BTreeMap, BTreeSet};

/// How far ahead holes are looked for: over the next year's turn and 年度.
const AHEAD_DAYS: i64 = 400;

/// Who is told something by the machine.
pub(super) struct Told {
    /// Must have a contact.
    parties: BTreeSet<PartyId>,
    /// Must have a mail address: what nobody else gets is written to them.
    by_mail: BTreeSet<PartyId>,
}

impl Told {
    /// Collects them from everything that names a party.
    pub(super) fn of(
        site: Option<&Site>,
        (systems, locations): (&BTreeMap<SystemId, System>, &BTreeMap<LocationId, Location>),
        components: &BTreeMap<ComponentId, Component>,
        rules: &[Rule],
        policy: Option<&Policy>,
    ) -> Self {
        let by_mail: BTreeSet<PartyId> = site
            .into_iter()
            .flat_map(|site| [&site.desk, &site.office])
            .chain(systems.values().map(|system| &system.office))
            .chain(locations.values().map(|location| &location.office))
            .chain(policy.into_iter().flat_map(|policy| &policy.blind_tell))
            .cloned()
            .collect();
        // The owner of something outside the contracts is named to the office, not asked.
        let asked = components.values().filter(|component| component.scope == ContractScope::In);
        let asked = asked.map(|component| &component.party).chain(rules.iter().flat_map(|rule| &rule.then.parties));
        Self { parties: asked.cloned().chain(by_mail.iter().cloned()).collect(), by_mail }
    }
}

impl Checker<'_> {
    /// Notes parties that are told something and cannot be reached.
    pub(super) fn contacts(
        &mut self,
        told: &Told,
        parties: &BTreeMap<PartyId, Party>,
        calendars: &BTreeMap<CalendarId, Calendar>,
        zone: &TimeZone,
    ) {
        for (id, party) in parties.iter().filter(|(id, _)| told.parties.contains(*id)) {
            let path = Path::of(&["party", id.as_str()]);
            if party.contacts.is_empty() {
                let help = format!("write [[{path}.contact]] with a mail address or a phone number");
                self.findings.fault(&path.key("contact"), format!("is missing: {} would be told", party.name), help);
            } else if told.by_mail.contains(id) && party.contacts.iter().all(|contact| contact.mail.is_none()) {
                let message = format!("holds no mail address: {} gets reports", party.name);
                self.findings.fault(&path.key("contact"), message, "give one contact a mail address");
            } else if let Some((from, until)) = hole(&party.contacts, calendars, self.today, zone) {
                let time = |at: Timestamp| at.to_zoned(zone.clone()).strftime("%a %Y-%m-%d %H:%M").to_string();
                let until = until.map_or_else(|| "on".into(), |until| format!("until {}", time(until)));
                let message =
                    format!("leaves a hole: nobody of {} can be reached from {} {until}", party.name, time(from));
                let help = "add a contact for these hours; only_severity = 1 keeps it for the gravest";
                self.findings.warn(&path.key("contact"), message, help);
            }
        }
    }
}

/// The first time from `today` on at which no contact answers, not even for the gravest incident.
fn hole(
    contacts: &[Contact],
    calendars: &BTreeMap<CalendarId, Calendar>,
    today: Date,
    zone: &TimeZone,
) -> Option<(Timestamp, Option<Timestamp>)> {
    let midnight = |date: Date| date.to_zoned(zone.clone()).ok().map(|at| at.timestamp());
    let mut at = midnight(today)?;
    let end = midnight(today.checked_add(AHEAD_DAYS.days()).ok()?)?;
    while at < end {
        let closings = contacts.iter().filter_map(|contact| Some((contact, calendars.get(&contact.hours)?)));
        // Open now, and until when; `None` inside means for as long as the calendar can say.
        let open = closings.filter_map(|(contact, calendar)| {
            let date = at.to_zoned(zone.clone()).date();
            let valid = contact.from.is_none_or(|from| from <= date) && contact.until.is_none_or(|until| date <= until);
            (valid && calendar.is_open(at, zone)).then(|| {
                let last = contact.until.and_then(|until| until.tomorrow().ok()).and_then(midnight);
                [calendar.next_closing(at, zone), last].into_iter().flatten().min()
            })
        });
        match open.max_by_key(|closing| closing.unwrap_or(Timestamp::MAX)) {
            Some(None) => return None,
            Some(Some(closing)) if closing > at => at = closing,
            _ => return Some((at, opening(contacts, calendars, at, zone))),
        }
    }
    None
}

/// When the next contact answers after `at`.
fn opening(
    contacts: &[Contact],
    calendars: &BTreeMap<CalendarId, Calendar>,
    at: Timestamp,
    zone: &TimeZone,
) -> Option<Timestamp> {
    let openings = contacts.iter().filter_map(|contact| {
        let from = contact.from.and_then(|from| from.to_zoned(zone.clone()).ok()).map_or(at, |from| from.timestamp());
        let opening = calendars.get(&contact.hours)?.next_opening(at.max(from), zone)?;
        let date = opening.to_zoned(zone.clone()).date();
        contact.until.is_none_or(|until| date <= until).then_some(opening)
    });
    openings.min()
}
