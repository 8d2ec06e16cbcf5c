//! Who of a party is to be reached at one moment, by which way, and why in this order.
//!
//! Asked whenever a request, chaser or report is about to be addressed, and by `who` and `explain`; resolved anew each
//! time, so that whoever is on duty then is reached. It decides addresses only: whether anything is sent, and when the
//! next rung of the ladder is due, is decided by the stages. Reasons carry their facts, times in the site's zone.
//!
//! The rules: contacts stand in the order of the configuration; one counts from its first to its last valid day, for
//! the severities it is meant for, while its hours run. While the party itself is closed nobody is disturbed - phones
//! and addresses of persons wait for the opening - unless the policy of the severity uses the phone at any hour. The
//! mail of a request never waits with us: it goes where it will be read at the opening.

mod why;

pub use why::{ClosedDay, Why};

use super::calendar::{Calendar, Day};
use super::ids::{CalendarId, PartyId};
use super::rules::{Contact, Party, Rules};
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

/// Whom to reach at one moment, and who was passed over.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Resolution<'a> {
    /// Contacts that are valid, meant for this severity and answer now, in order of calling.
    pub open: Vec<Candidate<'a>>,
    /// The others, in order of the configuration, each with the first thing that speaks against it.
    pub skipped: Vec<Candidate<'a>>,
    /// Where the mail of a request goes now; `None` when no contact that counts has an address.
    pub mail: Option<MailTo<'a>>,
    /// The same, and where it would go next if an address did not exist.
    pub mails: Vec<MailTo<'a>>,
    /// Phones that may be called now, in order of calling.
    pub phone: Vec<PhoneTo<'a>>,
    /// Phones of open contacts that wait nevertheless, because the party is closed.
    pub phone_waits: Vec<PhoneTo<'a>>,
    /// When the party's hours begin, or the moment asked about when they run; `None` when they never do.
    pub opens_at: Option<Timestamp>,
}

/// One contact and why it is where it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate<'a> {
    /// Its place in the configuration, from 0.
    pub place: usize,
    /// The contact.
    pub contact: &'a Contact,
    /// Why it is called in this place, or why it is not.
    pub why: Why,
}

/// The address the mail of a request goes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailTo<'a> {
    /// Its place in the configuration, from 0.
    pub place: usize,
    /// The contact.
    pub contact: &'a Contact,
    /// Its mail address.
    pub address: &'a str,
    /// Nobody reads it now: it waits in the inbox.
    pub waits: bool,
    /// Why this one.
    pub why: Why,
}

/// A number to call, or not yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PhoneTo<'a> {
    /// Its place in the configuration, from 0.
    pub place: usize,
    /// The contact.
    pub contact: &'a Contact,
    /// Its phone number.
    pub number: &'a str,
    /// Why it may be called now, or why it waits.
    pub why: Why,
}

/// Resolves whom of `party` to reach at the moment `at` about an incident of `severity` (1-4).
///
/// Valid days begin and end at midnight in `zone`, the site's. `phone_at_any_hour` is the policy of the severity, or
/// the caller's decision not to wait for an opening far ahead. A party the rules don't name has no contacts; a
/// calendar they don't name is taken as always open, because one call too many does less harm than none.
pub fn resolve<'a>(
    rules: &'a Rules,
    party: &PartyId,
    zone: &TimeZone,
    at: Timestamp,
    severity: u8,
    phone_at_any_hour: bool,
) -> Resolution<'a> {
    let Some(party) = rules.parties.get(party) else {
        return Resolution::default();
    };
    let question = Question { rules, zone, at, severity };
    let opens_at = question.opening(&party.hours);
    // While the party is closed, and nothing allows to disturb it.
    let quiet = opens_at != Some(at) && !phone_at_any_hour;

    let judged: Vec<Candidate<'a>> = party
        .contacts
        .iter()
        .enumerate()
        .map(|(place, contact)| Candidate { place, contact, why: question.judge(party, place, contact) })
        .collect();
    let mails = question.mails(&judged, quiet);
    let mail = mails.first().cloned();
    let (open, skipped): (Vec<_>, Vec<_>) =
        judged.into_iter().partition(|candidate| matches!(candidate.why, Why::Answers { .. }));
    let phones: Vec<PhoneTo<'a>> =
        open.iter().filter_map(|candidate| question.phone(candidate, quiet, opens_at)).collect();
    let (phone_waits, phone) = phones.into_iter().partition(|phone| matches!(phone.why, Why::PhoneWaits { .. }));
    Resolution { open, skipped, mail, mails, phone, phone_waits, opens_at }
}

/// What stays the same while one party is resolved.
struct Question<'a, 'z> {
    rules: &'a Rules,
    zone: &'z TimeZone,
    at: Timestamp,
    severity: u8,
}

impl<'a> Question<'a, '_> {
    /// The first thing that speaks against a contact, or that it answers.
    fn judge(&self, party: &Party, place: usize, contact: &Contact) -> Why {
        let today = self.local(self.at).date();
        if let Some(from) = contact.from.filter(|from| today < *from) {
            return Why::NotYetValid { from };
        }
        if let Some(until) = contact.until.filter(|until| *until < today) {
            return Why::NoLongerValid { until };
        }
        if let Some(most) = contact.only_severity.filter(|most| self.severity > *most) {
            return Why::OnlySeverity { most, severity: self.severity };
        }
        let opens = self.opening(&contact.hours);
        if opens != Some(self.at) {
            let day = self.calendar(&contact.hours).and_then(|calendar| match calendar.day(today) {
                Day::Open { .. } => None,
                Day::Closed(closed) => Some(ClosedDay::from(closed)),
            });
            return Why::Closed { opens: opens.map(|opens| self.local(opens)), day };
        }
        let until = self.calendar(&contact.hours).and_then(|calendar| calendar.next_closing(self.at, self.zone));
        Why::Answers {
            place: place + 1,
            of: party.contacts.len(),
            until: until.map(|until| self.local(until)),
            only_severity: contact.only_severity,
        }
    }

    /// Whoever answers and has an address; then addresses of the office, then of persons. Each once.
    fn mails(&self, judged: &[Candidate<'a>], quiet: bool) -> Vec<MailTo<'a>> {
        let answers = |candidate: &Candidate<'a>| matches!(candidate.why, Why::Answers { .. });
        let counts = |candidate: &Candidate<'a>| answers(candidate) || matches!(candidate.why, Why::Closed { .. });
        let mut mails: Vec<MailTo<'a>> = Vec::new();
        let mut add = |fits: &dyn Fn(&Candidate<'a>) -> bool, why: &dyn Fn(Option<DateTime>) -> Why| {
            for candidate in judged.iter().filter(|candidate| fits(candidate)) {
                let Some(address) = candidate.contact.mail.as_deref() else { continue };
                let (read_from, waits) = match &candidate.why {
                    Why::Closed { opens, .. } => (*opens, true),
                    _ => (Some(self.local(self.at)), false),
                };
                let (place, contact) = (candidate.place, candidate.contact);
                if !mails.iter().any(|known| known.address == address) {
                    mails.push(MailTo { place, contact, address, waits, why: why(read_from) });
                }
            }
        };
        add(&|candidate| answers(candidate) && !(quiet && candidate.contact.person), &|_| Why::FirstMail);
        add(&|candidate| counts(candidate) && !candidate.contact.person, &|read_from| Why::OfficeMail { read_from });
        add(&counts, &|read_from| Why::PersonMail { read_from });
        mails
    }

    fn phone(&self, open: &Candidate<'a>, quiet: bool, opens_at: Option<Timestamp>) -> Option<PhoneTo<'a>> {
        let number = open.contact.phone.as_deref()?;
        let why = if quiet {
            Why::PhoneWaits { opens: opens_at.map(|opens| self.local(opens)), severity: self.severity }
        } else if opens_at == Some(self.at) {
            Why::PhoneInHours
        } else {
            Why::PhoneAtAnyHour { severity: self.severity }
        };
        Some(PhoneTo { place: open.place, contact: open.contact, number, why })
    }

    fn calendar(&self, id: &CalendarId) -> Option<&'a Calendar> {
        self.rules.calendars.get(id)
    }

    fn opening(&self, id: &CalendarId) -> Option<Timestamp> {
        self.calendar(id).map_or(Some(self.at), |calendar| calendar.next_opening(self.at, self.zone))
    }

    fn local(&self, at: Timestamp) -> DateTime {
        self.zone.to_datetime(at)
    }
}

#[cfg(test)]
mod tests;
