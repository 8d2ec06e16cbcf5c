//! One line of English for every change and every reason: what transcripts, `explain` and the log say.
//!
//! The same words everywhere, so that a line found in a log can be looked for in a transcript. [`changes`] has the
//! sentences of the things' changes, [`reasons`] those of their reasons. Not here: words people outside read.

mod changes;
mod covers;
mod evidence;
mod house;
mod modifications;
mod owed;
mod reasons;
mod requests;

use crate::desk::ids::{IncidentId, OwedId, RequestId};
use crate::desk::incident::Link;
use crate::desk::state::State;
use crate::desk::{Change, Entry};
use jiff::Timestamp;
use jiff::tz::TimeZone;

/// How much a line matters in a listing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weight {
    /// What somebody who reads the day wants to know.
    Headline,
    /// Bookkeeping: attempts, probes, looks with nothing new.
    Detail,
}

/// One entry in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sentence {
    /// What changed: `asked n-sha (repair) for KW-20260920-0001`.
    pub what: String,
    /// Why, without `because`: `no open incident is related to it`.
    pub because: String,
    /// How much it matters.
    pub weight: Weight,
}

/// What names are looked up in: the state after the entry, and the zone in which hours are written.
#[derive(Debug, Clone, Copy)]
pub struct Names<'a> {
    /// The state.
    pub state: &'a State,
    /// The site's zone.
    pub zone: &'a TimeZone,
}

/// `entry` in words. What the state does not know any more is named by its id.
pub fn sentence(names: Names, entry: &Entry) -> Sentence {
    let (what, weight) = match &entry.change {
        Change::Source { source, change } => changes::source(names, source, change),
        Change::Alert(change) => changes::alert(names, change, &entry.reason),
        Change::Incident(change) => changes::incident(names, change),
        Change::Request(change) => requests::request(names, change),
        Change::Modification(change) => modifications::modification(names, change),
        Change::Owed(change) => owed::owed(names, change),
        Change::Cover(change) => covers::cover(names, change),
        Change::Probe { probe, change } => changes::probe(names, (probe, change), &entry.reason),
        Change::Past(change) => changes::past(change),
        Change::House(change) => house::change(names, change),
    };
    Sentence { what, because: reasons::reason(names, &entry.reason), weight }
}

/// Why a row is owed, in words, where no state is at hand to look names up in.
pub fn why(why: &crate::desk::owed::Why) -> String {
    reasons::why(why)
}

/// How an incident is related to another, as it stands before the other's name.
pub fn link(link: Link) -> &'static str {
    match link {
        Link::RemainderOf => "remainder of",
        Link::Remainder => "left over as",
        Link::SplitFrom => "split from",
        Link::Split => "split into",
        Link::MergedInto => "merged into",
        Link::Merged => "goes on for",
        Link::RecurrenceOf => "recurrence of",
        Link::Recurrence => "recurred as",
        Link::EchoOf => "echo of",
        Link::Echo => "echoed by",
        Link::Related => "related to",
    }
}

impl Names<'_> {
    /// KW number, or the internal id before 受付.
    fn incident(&self, id: IncidentId) -> String {
        self.state.incidents.get(&id).map_or_else(|| id.to_string(), |incident| incident.name())
    }

    /// Who was asked, and for which incident.
    fn request(&self, id: RequestId) -> String {
        match self.state.requests.get(&id) {
            Some(request) => format!("{} for {}", request.party, self.incident(request.incident)),
            None => id.to_string(),
        }
    }

    /// What the row is and whom it is for.
    fn row(&self, id: OwedId) -> String {
        self.state.owed.get(&id).map_or_else(|| id.to_string(), |row| format!("{id} {}", owed::about(row)))
    }

    /// An hour, with its date.
    /// A moment at which the second counts.
    fn second(&self, at: Timestamp) -> String {
        at.to_zoned(self.zone.clone()).strftime("%Y-%m-%d %H:%M:%S").to_string()
    }

    fn at(&self, at: Timestamp) -> String {
        let zoned = at.to_zoned(self.zone.clone());
        let seconds = if zoned.second() == 0 { "%m-%d %H:%M" } else { "%m-%d %H:%M:%S" };
        zoned.strftime(seconds).to_string()
    }
}

/// Text from outside on one line, without controls, not longer than a line of a listing.
fn one_line(text: &str) -> String {
    const LIMIT: usize = 120;
    let clean = super::text::clean(text);
    if clean.chars().count() <= LIMIT {
        return clean;
    }
    clean.chars().take(LIMIT).chain(['…']).collect()
}
