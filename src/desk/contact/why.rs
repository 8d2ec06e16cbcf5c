//! Why a contact is called, passed over or made to wait: the facts, and an English sentence for `who` and `explain`.
//!
//! Letters don't show these; the Japanese wording of anything that leaves the house is made elsewhere.

use crate::desk::calendar::WhyClosed;
use jiff::civil::{Date, DateTime};
use serde::{Deserialize, Serialize};
use std::fmt;

/// One reason with its facts. Times are local, in the site's zone; dates count in full.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// It is valid and its hours run.
    Answers {
        /// Its place in the configuration, from 1.
        place: usize,
        /// How many contacts the party has.
        of: usize,
        /// When its hours end; `None` = at any hour.
        until: Option<DateTime>,
        /// It is an emergency contact for this severity and graver.
        only_severity: Option<u8>,
    },
    /// Its first valid day lies ahead.
    NotYetValid {
        /// That day.
        from: Date,
    },
    /// Its last valid day is over.
    NoLongerValid {
        /// That day.
        until: Date,
    },
    /// It is meant for graver incidents.
    OnlySeverity {
        /// The least grave it is meant for.
        most: u8,
        /// This one's.
        severity: u8,
    },
    /// Its hours don't run.
    Closed {
        /// When they run again; `None` = never.
        opens: Option<DateTime>,
        /// What closes the whole day, if something does.
        day: Option<ClosedDay>,
    },
    /// Mail: the first that answers now and has an address.
    FirstMail,
    /// Mail: nobody with an address is to be reached now, so it waits in the first inbox of the office.
    OfficeMail {
        /// When that contact's hours begin; `None` = never.
        read_from: Option<DateTime>,
    },
    /// Mail: the same, and there is no address but those of persons: better one disturbed than nobody told.
    PersonMail {
        /// When that contact's hours begin, or the moment asked about; `None` = never.
        read_from: Option<DateTime>,
    },
    /// Phone: the party's hours run.
    PhoneInHours,
    /// Phone: the party is closed, but this is not to wait for its opening.
    PhoneAtAnyHour {
        /// The incident's severity.
        severity: u8,
    },
    /// Phone: the party is closed and this can wait.
    PhoneWaits {
        /// When the party opens; `None` = never.
        opens: Option<DateTime>,
        /// The incident's severity.
        severity: u8,
    },
}

/// What closes a whole day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClosedDay {
    /// A closing of this name (年末年始).
    Closure(String),
    /// A holiday of this name.
    Holiday(String),
    /// No hours on this day of the week.
    Weekday,
}

impl From<WhyClosed<'_>> for ClosedDay {
    fn from(why: WhyClosed<'_>) -> Self {
        match why {
            WhyClosed::Closure(name) => ClosedDay::Closure(name.to_owned()),
            WhyClosed::Holiday(name) => ClosedDay::Holiday(name.to_owned()),
            WhyClosed::Weekday(_) => ClosedDay::Weekday,
        }
    }
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Why::Answers { place, of, until, only_severity } => {
                write!(f, "no. {place} of {of}, answers {}", until_when(*until))?;
                match only_severity {
                    None => Ok(()),
                    Some(1) => write!(f, ", for severity 1 only"),
                    Some(most) => write!(f, ", for severity {most} or graver"),
                }
            }
            Why::NotYetValid { from } => write!(f, "not valid before {from}"),
            Why::NoLongerValid { until } => write!(f, "not valid after {until}"),
            Why::OnlySeverity { most: 1, severity } => write!(f, "for severity 1 only, this is {severity}"),
            Why::OnlySeverity { most, severity } => write!(f, "for severity {most} or graver, this is {severity}"),
            Why::Closed { opens, day } => {
                match opens {
                    Some(opens) => write!(f, "closed until {}", minute(*opens))?,
                    None => f.write_str("never open")?,
                }
                match day {
                    None => Ok(()),
                    Some(ClosedDay::Closure(name)) => write!(f, " ({name})"),
                    Some(ClosedDay::Holiday(name)) => write!(f, " (holiday {name})"),
                    Some(ClosedDay::Weekday) => f.write_str(" (no hours on this day of the week)"),
                }
            }
            Why::FirstMail => f.write_str("the first with a mail address who answers now"),
            Why::OfficeMail { read_from } => {
                write!(
                    f,
                    "nobody with an address is to be reached now: to the office's inbox, read {}",
                    from(*read_from)
                )
            }
            Why::PersonMail { read_from } => {
                write!(f, "no office address: to the first person's inbox, read {}", from(*read_from))
            }
            Why::PhoneInHours => f.write_str("may be called: the party is open"),
            Why::PhoneAtAnyHour { severity } => {
                write!(f, "may be called: the party is closed, but severity {severity} does not wait for its opening")
            }
            Why::PhoneWaits { opens, severity } => {
                write!(f, "severity {severity} waits for the party's opening, {}", from(*opens))
            }
        }
    }
}

fn until_when(until: Option<DateTime>) -> String {
    until.map_or("at any hour".to_owned(), |until| format!("until {}", minute(until)))
}

fn from(opens: Option<DateTime>) -> String {
    opens.map_or("at no known time".to_owned(), |opens| format!("from {}", minute(opens)))
}

fn minute(at: DateTime) -> String {
    at.strftime("%Y-%m-%d %H:%M").to_string()
}
