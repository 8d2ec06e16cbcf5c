//! How an incident changes: every edit, every reason, and how an edit is applied.

use super::super::act::CancelKind;
use super::super::evidence;
use super::super::ids::{AlertId, ComponentId, IncidentId, Number, PartyId, ProbeName};
use super::super::letter::{Happening, OccurredMark, What};
use super::super::now::Elapsed;
use super::super::probe::Trial;
use super::super::rules::DataImpact;
use super::super::state::State;
use super::super::words::Words;
use super::{
    Called, Cause, Found, HandedBack, Incident, Link, Probe, Reporting, Restored, Severity, Status, StatusName, Told,
    Transition, Verdict,
};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// A change of an incident.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// Which incident.
    pub incident: IncidentId,
    /// What changed.
    pub what: Edit,
}

/// What changed about an incident.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Edit {
    /// It came into being.
    Opened(Box<Incident>),
    /// It got its number.
    Numbered {
        /// The number.
        number: Number,
        /// Its date and count on it, so that none is given twice.
        date: Date,
        /// Count, from 1.
        nth: u32,
    },
    /// It moved on.
    Status {
        /// Where to.
        to: Status,
        /// When.
        at: Timestamp,
        /// Who; `None` = the machine.
        by: Option<String>,
    },
    /// 発生 moved, or another alert stands for it.
    Reframed {
        /// 発生
        occurred: Timestamp,
        /// How it is known.
        mark: OccurredMark,
        /// The alert that stands for it.
        representative: Option<AlertId>,
        /// The root component.
        root: Option<ComponentId>,
    },
    /// 重大度
    Severity(Severity),
    /// データ影響
    Data(DataImpact),
    /// 切り分け結果
    Verdict(Box<Verdict>),
    /// Who has to do the next thing.
    Owner(PartyId),
    /// A ping was owed or came back.
    Probe {
        /// Of which component.
        component: ComponentId,
        /// What is known.
        probe: Probe,
    },
    /// A named probe was asked for or came back.
    Trial {
        /// Which.
        probe: ProbeName,
        /// What is known.
        trial: Trial,
    },
    /// Somebody told the desk of it, too.
    Told(Told),
    /// Something worth telling happened.
    Happened(Happening),
    /// A report to the offices was decided.
    Reported {
        /// Which one.
        count: u32,
        /// When.
        at: Timestamp,
        /// 次回報告予定
        next: Option<Timestamp>,
        /// It had nothing new.
        silent: bool,
        /// To whom.
        offices: BTreeSet<PartyId>,
    },
    /// No further report is promised.
    NoMoreReports,
    /// Whoever was told of it was told on trial only: nobody outside knows of it.
    OnlyTried,
    /// 窓口着手
    DeskStarted(Timestamp),
    /// Monitoring is calm since; `None` = no longer.
    Calm {
        /// Since when.
        since: Option<Elapsed>,
        /// When it has lasted long enough.
        stable_at: Option<Elapsed>,
        /// When it became usable.
        usable: Option<Timestamp>,
    },
    /// What it was reported as ended, or has been over for long enough, or is no longer over.
    Eases {
        /// When it will have been over for long enough.
        at: Option<Elapsed>,
        /// The alert it was reported as, where it has been.
        over: Option<AlertId>,
    },
    /// 復旧
    Restored(Restored),
    /// 報告確認
    AcceptedBy {
        /// Who.
        name: Words,
        /// When.
        at: Timestamp,
    },
    /// 対処内容
    Treatment(Words),
    /// A related incident.
    Linked {
        /// How.
        link: Link,
        /// Which.
        other: IncidentId,
    },
    /// An inquiry waits for the desk's opening; `None` = no longer.
    InquireAt(Option<Timestamp>),
    /// The office is called at that time, before it opens; `None` = it was, or need not be.
    CallOfficeAt(Option<Timestamp>),
    /// Another alert joined while watched.
    WatchMark(Elapsed),
    /// Listed in a digest.
    Digested,
    /// A party answered that it is not its part.
    HandedBack(HandedBack),
    /// A call was made.
    Called(Called),
    /// Somebody on site was asked to look at these.
    LookAsked(Vec<String>),
    /// What was found on site.
    Looked {
        /// At what.
        item: String,
        /// What was found.
        found: Found,
    },
    /// 原因
    Cause(Cause),
    /// Offices that are told from now on, too.
    AlsoTell(BTreeSet<PartyId>),
    /// When it is judged anew, because time alone will tell; `None` = no longer.
    JudgeAt(Option<Timestamp>),
    /// Why it is cancelled, in set words.
    CalledOff(CancelKind),
    /// Evidence was asked for, or came.
    Evidence(evidence::Change),
    /// No longer in memory: the record has it.
    Archived,
}

/// Applies `change` to the state. Total: a change to an unknown incident is counted.
pub(in crate::desk) fn apply(state: &mut State, change: &Change) {
    let id = change.incident;
    match &change.what {
        Edit::Opened(incident) => {
            state.counters.incident = state.counters.incident.max(id.0);
            state.put_incident((**incident).clone());
        }
        Edit::Numbered { number, date, nth } => {
            let last = state.counters.numbers.entry(*date).or_default();
            *last = (*last).max(*nth);
            state.by_number.insert(number.clone(), id);
        }
        Edit::Archived => {
            state.remove_incident(id);
            return;
        }
        Edit::Status { .. }
        | Edit::Reframed { .. }
        | Edit::Severity(_)
        | Edit::Data(_)
        | Edit::Verdict(_)
        | Edit::Owner(_)
        | Edit::Probe { .. }
        | Edit::Trial { .. }
        | Edit::Told(_)
        | Edit::Happened(_)
        | Edit::Reported { .. }
        | Edit::NoMoreReports
        | Edit::OnlyTried
        | Edit::DeskStarted(_)
        | Edit::Calm { .. }
        | Edit::Eases { .. }
        | Edit::Restored(_)
        | Edit::AcceptedBy { .. }
        | Edit::Treatment(_)
        | Edit::Linked { .. }
        | Edit::InquireAt(_)
        | Edit::CallOfficeAt(_)
        | Edit::WatchMark(_)
        | Edit::Digested
        | Edit::HandedBack(_)
        | Edit::Called(_)
        | Edit::LookAsked(_)
        | Edit::Looked { .. }
        | Edit::Cause(_)
        | Edit::AlsoTell(_)
        | Edit::JudgeAt(_)
        | Edit::CalledOff(_)
        | Edit::Evidence(_) => {}
    }
    let Some(incident) = state.incidents.get_mut(&id) else {
        state.tally.strays += 1;
        return;
    };
    let moved = match &change.what {
        Edit::Reframed { root, .. } if *root != incident.root => Some((incident.root.clone(), root.clone())),
        _ => None,
    };
    let carriers = matches!(change.what, Edit::Severity(_)).then(|| incident.carriers());
    let ended = incident.ended();
    edit(incident, &change.what);
    let dues = incident.dues();
    let status = incident.status.name();
    let ends = incident.ended();
    for (wakeup, when) in dues {
        state.agenda.set(wakeup, when);
    }
    state.mark_incident(id, status);
    state.mark_ended(ended, ends);
    if matches!(change.what, Edit::Probe { .. } | Edit::Trial { .. }) {
        state.reshaped.insert(id);
    }
    if let Some((before, after)) = moved {
        state.root_of(id, before, after);
    }
    if let Some(before) = carriers {
        state.carriers_of(id, &before);
    }
}

fn edit(incident: &mut Incident, what: &Edit) {
    match what {
        // Of the state, not of the incident.
        Edit::Opened(_) | Edit::Archived => {}
        Edit::Numbered { number, .. } => incident.number = Some(number.clone()),
        Edit::Status { to, at, by } => {
            if to.name() != incident.status.name() {
                incident.transitions.push(Transition { at: *at, to: to.name(), by: by.clone() });
            }
            if to.name() == StatusName::Accepted && incident.accepted.is_none() {
                incident.accepted = Some(*at);
            }
            if to.name() == StatusName::Verifying {
                // What was waited for has come.
                incident.stable_at = None;
            }
            incident.status = to.clone();
        }
        Edit::Reframed { occurred, mark, representative, root } => {
            incident.occurred = *occurred;
            incident.occurred_mark = *mark;
            incident.representative = *representative;
            incident.root = root.clone();
        }
        Edit::Severity(severity) => {
            incident.hit.extend(severity.reach.iter().flat_map(|reach| reach.systems.iter().cloned()));
            let locations = severity.reach.iter().flat_map(|reach| reach.locations.iter().cloned());
            incident.hit_locations.extend(locations);
            if let Some(until) = severity.hit_until {
                let since = incident.hit_since.take().unwrap_or(incident.occurred);
                incident.hit_before.push((since, until));
            }
            incident.hit_since = severity.hit_since.or(incident.hit_since);
            incident.severity = Some(severity.clone());
        }
        Edit::Data(impact) => incident.data = Some(*impact),
        Edit::Verdict(verdict) => incident.verdicts.push((**verdict).clone()),
        Edit::Owner(party) => incident.owner = Some(party.clone()),
        Edit::Probe { component, probe } => {
            incident.pings.insert(component.clone(), probe.clone());
        }
        Edit::Trial { probe, trial } => {
            incident.probes.insert(probe.clone(), trial.clone());
        }
        Edit::Told(told) => incident.told.push(told.clone()),
        Edit::Happened(happening) => {
            match happening.what {
                What::Reopened { .. } => incident.reopened = Some(happening.at),
                What::Relapsed => incident.reopened = None,
                _ => {}
            }
            incident.happenings.push(happening.clone());
        }
        Edit::Reported { count, at, next, silent, offices } => {
            let reporting = &mut incident.reporting;
            reporting.told = incident.happenings.len();
            reporting.count = *count;
            reporting.last = Some(*at);
            reporting.only_tried = false;
            reporting.next = *next;
            reporting.silent = if *silent { reporting.silent.saturating_add(1) } else { 0 };
            reporting.offices.extend(offices.iter().cloned());
        }
        Edit::NoMoreReports => incident.reporting.next = None,
        Edit::OnlyTried => {
            incident.reporting = Reporting { only_tried: true, ..Reporting::default() };
            incident.looks.retain(|_, found| found.is_some());
        }
        Edit::DeskStarted(at) => {
            incident.desk_started.get_or_insert(*at);
        }
        Edit::Calm { since, stable_at, usable } => {
            incident.calm_since = *since;
            incident.stable_at = *stable_at;
            incident.usable = *usable;
        }
        Edit::Eases { at, over } => {
            incident.eases_at = *at;
            incident.eased = *over;
        }
        Edit::Restored(restored) => incident.restored = Some(restored.clone()),
        Edit::AcceptedBy { name, at } => incident.acceptance = Some((name.clone(), *at)),
        Edit::Treatment(text) => incident.treatment.clone_from(text),
        Edit::Linked { link, other } => {
            incident.links.insert((*link, *other));
        }
        Edit::InquireAt(at) => incident.inquire_at = *at,
        Edit::CallOfficeAt(at) => incident.call_office_at = *at,
        Edit::WatchMark(at) => incident.watch_marks.push(*at),
        Edit::Digested => incident.digested = true,
        Edit::Called(called) => incident.calls.push(called.clone()),
        Edit::LookAsked(items) => {
            for item in items {
                incident.looks.entry(item.clone()).or_default();
            }
        }
        Edit::Looked { item, found } => {
            incident.looks.insert(item.clone(), Some(found.clone()));
        }
        Edit::Cause(cause) => incident.cause = Some(cause.clone()),
        Edit::AlsoTell(offices) => incident.reporting.offices.extend(offices.iter().cloned()),
        Edit::JudgeAt(at) => incident.judge_at = *at,
        Edit::CalledOff(kind) => incident.called_off = Some(*kind),
        Edit::Evidence(change) => incident.evidence.apply(change),
        Edit::HandedBack(answer) => incident.handed_back.push(answer.clone()),
    }
}

impl Edit {
    /// A happening at `at`.
    pub fn happened(at: Timestamp, what: What) -> Self {
        Edit::Happened(Happening { at, what })
    }
}
