//! How it went: fault by fault, beside what two simple habits would have done with the same alerts.

use super::alike::looks_like;
use super::fault::{Fault, FaultKind, Right};
use super::shift::{Asked, Judged, Record};
use super::signs::Sign;
use super::things::{DESK, Town, keeper};
use crate::desk::ids::PartyId;
use crate::desk::letter::Ask;
use crate::desk::rules::VerdictCode;
use serde::Serialize;
use std::collections::BTreeMap;

/// Whoever asks by a simple habit looks at what came within this time after the first alert (milliseconds).
const GLANCE: i64 = 90_000;

/// How one fault was judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Mark {
    /// The first verdict names who should be asked - or nobody was asked, where nobody should be.
    Right,
    /// The first verdict names somebody else.
    Wrong,
    /// The first verdict says that it does not know.
    Unknown,
    /// Alerts came and no verdict followed.
    Missed,
    /// Monitoring showed nothing of it.
    Unseen,
}

/// One fault and what became of it.
#[derive(Debug, Clone, Serialize)]
pub struct FaultScore {
    /// Its number in the run of its seed.
    pub fault: usize,
    /// Its kind.
    pub kind: &'static str,
    /// What truly failed.
    pub cause: String,
    /// Who should be asked.
    pub right: String,
    /// It can be told from what was shown; else that is exactly what the fault of another party's thing shows.
    pub can_be_told: bool,
    /// That thing.
    pub looks_like: Option<String>,
    /// How it was judged.
    pub mark: Mark,
    /// Whom the first verdict named.
    pub named: String,
    /// What the first verdict took for the cause.
    pub component: String,
    /// Incidents with an alert of it.
    pub incidents: usize,
    /// Requests for repair to a party that has no part in it.
    pub wrong_requests: usize,
    /// A later verdict put it right.
    pub put_right: bool,
    /// The party of the first alert's host would have been right.
    pub by_first_alert: bool,
    /// The party of most alerts would have been right.
    pub by_most_alerts: bool,
}

/// A request for repair to a party that has no part in what it was asked about.
#[derive(Debug, Clone, Serialize)]
pub struct WrongRequest {
    /// When, in the estate's time zone.
    pub hour: String,
    /// For which incident.
    pub incident: String,
    /// Who was asked.
    pub party: String,
    /// Of which faults the incident showed something then; none where it was noise alone.
    pub faults: Vec<usize>,
    /// It was about faults that nobody can tell from that party's.
    pub alike: bool,
    /// What it showed, the first few.
    pub shows: Vec<String>,
}

/// The run of one seed.
#[derive(Debug, Clone, Serialize)]
pub struct SeedScore {
    /// The seed.
    pub seed: u64,
    /// Hosts under monitoring.
    pub hosts: usize,
    /// Components in the configuration.
    pub components: usize,
    /// Alerts the desk took.
    pub alerts: usize,
    /// Fault by fault.
    pub faults: Vec<FaultScore>,
    /// Requests for repair to parties that had no part in what they were asked about.
    pub wrong_requests: Vec<WrongRequest>,
    /// Requests for repair altogether.
    pub requests: usize,
    /// Messages by party.
    pub messages: BTreeMap<String, usize>,
}

/// What truly was, and what was shown of it.
pub(super) struct Truth<'a> {
    pub(super) town: &'a Town,
    pub(super) faults: &'a [Fault],
    pub(super) signs: &'a [Sign],
}

/// Scores a run.
pub(super) fn score(seed: u64, truth: &Truth, record: &Record) -> SeedScore {
    let Truth { town, faults, signs } = *truth;
    let alike: Vec<Option<usize>> = faults.iter().map(|fault| looks_like(town, fault, signs)).collect();
    let name = |of: &usize| town.things[*of].id.clone();
    let looks = |fault: usize| alike.get(fault).copied().flatten();
    let wrong = |about: &BTreeMap<Option<usize>, usize>, party: &PartyId| {
        !about.keys().flatten().any(|fault| faults.get(*fault).is_some_and(|fault| may_ask(fault, party)))
    };
    let repairs = || record.requests.iter().filter(|asked| asked.ask == Ask::Repair);
    let like = |asked: &Asked| {
        let theirs =
            |fault: &usize| looks(*fault).is_some_and(|of| asked.party.as_str() == keeper(town.things[of].kind));
        let mut faults = asked.about.keys().flatten().peekable();
        faults.peek().is_some() && faults.all(theirs)
    };
    let wrong_requests = repairs().filter(|asked| wrong(&asked.about, &asked.party));
    let wrong_requests = wrong_requests.map(|asked| told(asked, like(asked))).collect();
    let of = |fault: &Fault| {
        let first = first_verdict(record, fault.number);
        let alerts = record.alerts.iter().filter(|(_, of, _)| *of == Some(fault.number)).count();
        let named = first.map(|judged| judged.parties.iter().map(PartyId::as_str).collect::<Vec<_>>().join(" "));
        let mine = |asked: &&Asked| asked.about.contains_key(&Some(fault.number));
        let mark = mark(fault, record, alerts);
        let habits = habits(record, fault);
        FaultScore {
            fault: fault.number,
            kind: fault.kind.as_str(),
            can_be_told: looks(fault.number).is_none(),
            looks_like: looks(fault.number).as_ref().map(name),
            cause: town.things[fault.hit].id.clone(),
            right: match fault.right {
                Right::Party(party) => party.to_owned(),
                Right::Desk => DESK.to_owned(),
                Right::Nobody => "nobody".to_owned(),
            },
            mark,
            named: named.unwrap_or_default(),
            component: first.and_then(|judged| judged.component.clone()).unwrap_or_default(),
            incidents: record.touched.get(&fault.number).map_or(0, std::collections::BTreeSet::len),
            wrong_requests: repairs().filter(mine).filter(|asked| wrong(&asked.about, &asked.party)).count(),
            put_right: mark != Mark::Right && verdicts(record, fault.number).any(|judged| is_right(fault, judged)),
            by_first_alert: habits.0,
            by_most_alerts: habits.1,
        }
    };
    SeedScore {
        seed,
        hosts: town.hosts(),
        components: town.things.len(),
        alerts: record.alerts.len(),
        faults: faults.iter().map(of).collect(),
        wrong_requests,
        requests: repairs().count(),
        messages: record.messages.iter().map(|(party, count)| (party.to_string(), *count)).collect(),
    }
}

fn told(asked: &Asked, alike: bool) -> WrongRequest {
    WrongRequest {
        hour: asked.hour.clone(),
        incident: asked.incident.clone(),
        party: asked.party.to_string(),
        faults: asked.about.keys().flatten().copied().collect(),
        alike,
        shows: asked.shows.clone(),
    }
}

fn verdicts(record: &Record, fault: usize) -> impl Iterator<Item = &Judged> {
    record.verdicts.iter().filter(move |judged| judged.about.contains_key(&Some(fault)))
}

/// The first verdict that is mainly about this fault and nothing else, else the first one that is about it at all.
fn first_verdict(record: &Record, fault: usize) -> Option<&Judged> {
    let mainly = |judged: &&Judged| {
        let own = judged.about.get(&Some(fault)).copied().unwrap_or_default();
        judged.about.iter().all(|(of, count)| *of == Some(fault) || *count < own)
    };
    verdicts(record, fault).find(mainly).or_else(|| verdicts(record, fault).next())
}

fn mark(fault: &Fault, record: &Record, alerts: usize) -> Mark {
    if fault.right == Right::Nobody {
        let asked = record.requests.iter().any(|asked| asked.about.contains_key(&Some(fault.number)));
        return if asked { Mark::Wrong } else { Mark::Right };
    }
    match first_verdict(record, fault.number) {
        None if alerts == 0 => Mark::Unseen,
        None => Mark::Missed,
        Some(judged) if is_right(fault, judged) => Mark::Right,
        Some(judged) if judged.code == VerdictCode::Unknown => Mark::Unknown,
        Some(_) => Mark::Wrong,
    }
}

fn is_right(fault: &Fault, judged: &Judged) -> bool {
    match fault.right {
        Right::Party(party) => {
            let asks = matches!(judged.code, VerdictCode::Single | VerdictCode::Multi | VerdictCode::External);
            asks && judged.parties.first().is_some_and(|lead| lead.as_str() == party)
        }
        Right::Desk => matches!(judged.code, VerdictCode::Own | VerdictCode::Monitor),
        Right::Nobody => false,
    }
}

fn may_ask(fault: &Fault, party: &PartyId) -> bool {
    matches!(fault.right, Right::Party(right) if party.as_str() == right)
}

/// What two habits would have done: ask whoever keeps the host of the first alert, or of most alerts.
fn habits(record: &Record, fault: &Fault) -> (bool, bool) {
    let own = record.alerts.iter().find(|(_, of, _)| *of == Some(fault.number));
    let Some((first, ..)) = own else { return (fault.right == Right::Nobody, fault.right == Right::Nobody) };
    // Nobody sees which fault an alert comes from, so all that came then count.
    let near = || record.alerts.iter().filter(|(at, ..)| (*first..=first + GLANCE).contains(at));
    let right = |party: Option<&PartyId>| match fault.right {
        Right::Party(right) => party.is_some_and(|party| party.as_str() == right),
        Right::Desk => party.is_some_and(|party| party.as_str() == DESK),
        // Whoever goes by habit asks whenever something is red.
        Right::Nobody => false,
    };
    let mut votes: BTreeMap<&PartyId, usize> = BTreeMap::new();
    for party in near().filter_map(|(.., party)| party.as_ref()) {
        *votes.entry(party).or_default() += 1;
    }
    let most = votes.iter().max_by_key(|(party, votes)| (**votes, std::cmp::Reverse(**party))).map(|(party, _)| *party);
    (right(near().next().and_then(|(.., party)| party.as_ref())), right(most))
}

/// One line of the summary: a kind of fault, or all of them.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Line {
    /// The kind; empty for all.
    pub kind: String,
    /// Faults of it that monitoring showed.
    pub faults: usize,
    /// First verdict right.
    pub right: usize,
    /// First verdict wrong.
    pub wrong: usize,
    /// First verdict: not known.
    pub unknown: usize,
    /// No verdict.
    pub missed: usize,
    /// Not right at first, put right later.
    pub put_right: usize,
    /// Incidents.
    pub incidents: usize,
    /// Wrong requests for repair.
    pub wrong_requests: usize,
    /// Right by the habit of the first alert.
    pub by_first_alert: usize,
    /// Right by the habit of most alerts.
    pub by_most_alerts: usize,
}

/// The sum over all faults that can be told from what was shown, and over all.
const TOLD: &str = "all that can be told";
const ALL: &str = "all";

/// The summary of several seeds, kind by kind, the sums last.
pub fn lines(scores: &[SeedScore]) -> Vec<Line> {
    let mut lines: Vec<Line> = FaultKind::ALL
        .iter()
        .map(|kind| Line { kind: kind.as_str().to_owned(), ..Line::default() })
        .chain([TOLD, ALL].map(|kind| Line { kind: kind.to_owned(), ..Line::default() }))
        .collect();
    for fault in scores.iter().flat_map(|score| &score.faults).filter(|fault| fault.mark != Mark::Unseen) {
        let counts =
            |line: &&mut Line| line.kind == fault.kind || line.kind == ALL || line.kind == TOLD && fault.can_be_told;
        for line in lines.iter_mut().filter(counts) {
            line.faults += 1;
            line.right += usize::from(fault.mark == Mark::Right);
            line.wrong += usize::from(fault.mark == Mark::Wrong);
            line.unknown += usize::from(fault.mark == Mark::Unknown);
            line.missed += usize::from(fault.mark == Mark::Missed);
            line.put_right += usize::from(fault.put_right);
            line.incidents += fault.incidents;
            line.wrong_requests += fault.wrong_requests;
            line.by_first_alert += usize::from(fault.by_first_alert);
            line.by_most_alerts += usize::from(fault.by_most_alerts);
        }
    }
    // What is red by itself may be asked about, too: that belongs to no fault, and counts.
    if let Some(all) = lines.last_mut() {
        all.wrong_requests = scores.iter().map(|score| score.wrong_requests.len()).sum();
    }
    lines.retain(|line| line.faults > 0);
    lines
}
