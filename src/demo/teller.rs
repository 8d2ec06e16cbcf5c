//! The teller: follows the daemon's record, frame by frame, and says what a person would want to hear of it.
//!
//! It folds every recorded frame into a desk of its own, so it knows exactly what is on record and nothing else. Not
//! here: time ([`super::director`]), wording ([`super::words`]).

use super::screen::{Screen, Voice};
use super::words::{Count, Words};
use crate::desk::alert::{self, Alert};
use crate::desk::ids::{IncidentId, OwedId, PartyId};
use crate::desk::incident::{self, Edit, Link, ReportReason, StatusName};
use crate::desk::letter::Matter;
use crate::desk::observation::Problem;
use crate::desk::owed::{self, Owed, OwedState, Work};
use crate::desk::rules::{PartyKind, Rules, SourceKind};
use crate::desk::state::State;
use crate::desk::{Change, Desk, Entry, Frame, Reason, request};
use crate::render;
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::sync::Arc;

/// What the desk is called on the page.
pub(super) const DESK: &str = "kiriwake";
/// What the monitoring is called on the page.
pub(super) const WATCH: &str = "zabbix";

/// The teller.
pub(super) struct Teller<'a> {
    pub(super) screen: Screen<'a>,
    pub(super) words: Words,
    desk: Desk,
    /// Hosts that can be seen in Zabbix.
    visible: usize,
    hosts: BTreeSet<String>,
    count: Count,
    quiet_told: bool,
    /// Mails of the first verdict that have not left yet; then it is said who was left alone.
    leaving: Option<BTreeSet<OwedId>>,
}

impl<'a> Teller<'a> {
    /// A teller that knows the rules the daemon works by.
    pub(super) fn new(screen: Screen<'a>, words: Words, rules: Arc<Rules>, visible: usize) -> Self {
        Self {
            screen,
            words,
            desk: Desk::new(State::default(), rules),
            visible,
            hosts: BTreeSet::new(),
            count: Count::default(),
            quiet_told: false,
            leaving: None,
        }
    }

    /// Everything that is on record.
    pub(super) fn desk(&self) -> &Desk {
        &self.desk
    }

    /// What was counted.
    pub(super) fn count(&self) -> Count {
        self.count
    }

    /// The incident of the story: the first that got a number.
    pub(super) fn main(&self) -> Option<IncidentId> {
        self.desk.state().by_number.values().min().copied()
    }

    /// Takes in one frame and tells of it.
    pub(super) fn hear(&mut self, frame: &Frame) -> io::Result<()> {
        self.desk.fold(frame);
        let at = frame.at.wall;
        self.greet(at)?;
        for entry in &frame.entries {
            self.entry(at, entry)?;
        }
        self.tell_verdict(at, frame)?;
        self.tell_end(at, frame)?;
        self.tell_who_sleeps(at)
    }

    /// Says something in the desk's name.
    pub(super) fn desk_says(&mut self, at: Timestamp, text: &str) -> io::Result<()> {
        self.screen.tell(at, Voice::Desk, DESK, text)
    }

    fn greet(&mut self, at: Timestamp) -> io::Result<()> {
        let sources = &self.desk.state().sources;
        if self.quiet_told || sources.is_empty() || !sources.values().all(|source| source.looked) {
            return Ok(());
        }
        self.quiet_told = true;
        let text = self.words.quiet(self.visible);
        self.desk_says(at, &text)
    }

    fn entry(&mut self, at: Timestamp, entry: &Entry) -> io::Result<()> {
        match (&entry.change, &entry.reason) {
            (Change::Alert(alert::Change::Opened(alert)), _) => self.began(at, alert),
            (Change::Alert(alert::Change::Gone { alert, .. }), _) => match self.desk.state().alerts.get(alert) {
                Some(alert) if self.is_logged(alert) => Ok(()),
                Some(_) | None => {
                    self.count.over += 1;
                    let text = self.words.back(self.count);
                    self.screen.count(at, Voice::Watch, WATCH, text)
                }
            },
            (Change::Incident(incident::Change { what: Edit::Reported { count, silent, .. }, .. }), reason)
                if *reason == Reason::Incident(incident::Reason::Report(ReportReason::Promised)) =>
            {
                let text = if *silent { self.words.nothing_new(*count) } else { self.words.promised().to_owned() };
                self.desk_says(at, &text)
            }
            (Change::Incident(incident::Change { incident, what: Edit::Status { to, .. } }), _)
                if to.name() == StatusName::Verifying =>
            {
                let red = self.desk.state().members_of(*incident).filter(|alert| alert.red()).count();
                let text = self.words.verifying(red);
                self.desk_says(at, &text)
            }
            (Change::Request(request::Change::Chased { request, .. }), _) => {
                match self.desk.state().requests.get(request) {
                    Some(request) if request.acknowledged.is_none() => {
                        let minutes = at.duration_since(request.asked).as_mins();
                        let text = self.words.chases(&self.desk.book().party_name(&request.party), minutes);
                        self.desk_says(at, &text)
                    }
                    Some(_) | None => Ok(()),
                }
            }
            (Change::Owed(owed::Change::Came { owed, state: OwedState::Done { .. }, .. }), _) => self.left(at, *owed),
            _ => Ok(()),
        }
    }

    fn is_logged(&self, alert: &Alert) -> bool {
        let source = self.desk.book().rules.sources.get(&alert.source);
        source.is_some_and(|source| source.kind == SourceKind::Log)
    }

    /// A problem began.
    fn began(&mut self, at: Timestamp, alert: &Alert) -> io::Result<()> {
        let Problem { host, summary, .. } = &alert.problem;
        if self.is_logged(alert) {
            self.count.logged += 1;
            if self.count.logged == 1 {
                let text = self.words.first_line(summary, alert.at);
                return self.screen.tell(at, Voice::Watch, self.words.logs(), &text);
            }
        } else {
            self.hosts.insert(host.to_string());
            self.count.problems += 1;
            self.count.hosts = self.hosts.len();
            if self.count.problems == 1 {
                let text = self.words.first_sign(summary, host);
                self.screen.tell(at, Voice::Watch, WATCH, &text)?;
                let window = self.desk.book().rules.policy.window.as_secs();
                let text = self.words.waits(window);
                return self.desk_says(at, &text);
            }
        }
        let text = self.words.red(self.count);
        self.screen.count(at, Voice::Watch, WATCH, text)
    }

    /// The first verdict of the story, with what it leads to.
    fn tell_verdict(&mut self, at: Timestamp, frame: &Frame) -> io::Result<()> {
        let Some(main) = self.main() else { return Ok(()) };
        let judged = |entry: &Entry| matches!(&entry.change, Change::Incident(incident::Change { incident, what: Edit::Verdict(_) }) if *incident == main);
        if self.leaving.is_some() || !frame.entries.iter().any(judged) {
            return Ok(());
        }
        let (state, book) = (self.desk.state(), self.desk.book());
        let Some(incident) = state.incidents.get(&main) else { return Ok(()) };
        let mut texts = vec![self.words.opened(&incident.name(), incident.severity_value())];
        if let Some(verdict) = incident.verdict() {
            let party = verdict.parties.first().map(|party| book.party_name(party)).unwrap_or_default();
            let component = verdict.component.as_ref().map(|component| book.component_name(component));
            texts.push(self.words.verdict(verdict, &party, &component.unwrap_or_default()));
        }
        texts.push(self.words.echoes(state.members_of(main).filter(|alert| alert.component != incident.root).count()));
        let mails = state.owed_of(main).filter(|row| matches!(row.work, Work::Message { .. }));
        self.leaving = Some(mails.map(|row| row.id).collect());
        for text in texts {
            self.desk_says(at, &text)?;
        }
        Ok(())
    }

    /// 復旧, and what became of the rest.
    fn tell_end(&mut self, at: Timestamp, frame: &Frame) -> io::Result<()> {
        let is_end =
            |entry: &Entry| matches!(&entry.change, Change::Incident(incident::Change { what: Edit::Restored(_), .. }));
        if !frame.entries.iter().any(is_end) {
            return Ok(());
        }
        let state = self.desk.state();
        let Some(incident) = self.main().and_then(|id| state.incidents.get(&id)) else { return Ok(()) };
        let usable = incident.usable.unwrap_or(at);
        let whole = |at: Timestamp| at.as_second().div_euclid(60);
        let mut texts = vec![self.words.restored(&incident.name(), usable, whole(at) - whole(incident.occurred))];
        for (_, other) in incident.links.iter().filter(|(link, _)| *link == Link::Remainder) {
            let Some(other) = state.incidents.get(other) else { continue };
            texts.push(self.words.remainder(&other.name(), other.severity_value()));
        }
        for text in texts {
            self.desk_says(at, &text)?;
        }
        Ok(())
    }

    /// A message left. That a report has nothing new was said already.
    fn left(&mut self, at: Timestamp, id: OwedId) -> io::Result<()> {
        if let Some(leaving) = &mut self.leaving {
            leaving.remove(&id);
        }
        let Some(Owed { work: Work::Message { addresses, letter, .. }, .. }) = self.desk.state().owed.get(&id) else {
            return Ok(());
        };
        if matches!(&letter.matter, Matter::Interim { news, .. } if news.is_empty()) {
            return Ok(());
        }
        let to = match &letter.to.contact {
            Some(contact) => format!("{} {contact}", letter.to.organization),
            None => letter.to.organization.clone(),
        };
        let address: Vec<&str> = addresses.iter().map(|known| known.address.as_str()).collect();
        let text = self.words.letter(&to, &address.join(", "), &render::mail(letter).subject);
        self.screen.tell(at, Voice::Mail, self.words.mail(), &text)
    }

    /// Once the first mails are out: who was not bothered.
    fn tell_who_sleeps(&mut self, at: Timestamp) -> io::Result<()> {
        if self.leaving.as_ref().is_none_or(|leaving| !leaving.is_empty()) {
            return Ok(());
        }
        // An empty set is never looked at again: no row has this number.
        self.leaving = Some(BTreeSet::from([OwedId(u64::MAX)]));
        let asleep = self.asleep();
        let parties: Vec<(String, usize)> =
            asleep.iter().map(|(party, red)| (self.desk.book().party_name(party), *red)).collect();
        let text = self.words.left_alone(&parties);
        self.desk_says(at, &text)
    }

    /// Vendors with problems of their own in the story's incident that nobody wrote to for it, with how many.
    pub(super) fn asleep(&self) -> BTreeMap<PartyId, usize> {
        let (state, rules) = (self.desk.state(), &self.desk.book().rules);
        let Some(main) = self.main() else { return BTreeMap::new() };
        let mut asleep: BTreeMap<PartyId, usize> = BTreeMap::new();
        for alert in state.members_of(main) {
            let component = alert.component.as_ref().and_then(|component| rules.components.get(component));
            let Some(party) = component.map(|component| &component.party) else { continue };
            if rules.parties.get(party).is_some_and(|party| party.kind == PartyKind::Vendor) {
                *asleep.entry(party.clone()).or_default() += 1;
            }
        }
        for party in state.owed_of(main).filter_map(Owed::party) {
            asleep.remove(party);
        }
        asleep
    }
}
