//! What must hold: of every entry as it comes, and at the end of the day.

use super::*;
use jiff::SignedDuration;
use kiriwake::replay::{self, Recorded};

/// How long before its hour what is expected in these days may come.
const HOUR: SignedDuration = SignedDuration::from_hours(1);

impl Day<'_> {
    pub(super) fn books_balance(&self) {
        let books = ledger::balance(self.desk.state());
        assert!(books.balanced, "the books do not balance: {books:?}");
    }

    /// What must hold of every single entry.
    pub(super) fn look_at(&mut self, entry: &Entry) {
        let zone = &self.desk.book().zone;
        let told = sentence(Names { state: self.desk.state(), zone }, entry);
        assert!(!told.what.is_empty() && !told.because.is_empty(), "no words for {entry:?}");
        match &entry.change {
            Change::Owed(owed::Change::Started { owed, attempt, .. }) => {
                let row = &self.desk.state().owed[owed];
                let unseen = row.hold.as_ref().is_some_and(|hold| hold.let_go.is_none());
                assert!(!unseen, "{owed} leaves before anybody looked at it");
                self.under_way.push((*owed, *attempt));
            }
            Change::Owed(owed::Change::LetGo { owed, let_go, .. }) => {
                let approved = matches!(entry.reason, Reason::Owed(owed::Reason::Approved { .. }));
                assert_eq!(let_go.by.is_some(), approved, "{owed} was let go {let_go:?}");
            }
            Change::Request(request::Change::Chased { request, .. }) => {
                let mut rows = self.desk.state().owed.values().filter(|row| row.request == Some(*request));
                let waits = rows.clone().all(owed::Owed::awaits_approval) && rows.next().is_some();
                assert!(!waits, "{request} is reminded of what it has not got");
            }
            Change::Owed(owed::Change::Owed(row)) => self.look_at_row(row),
            Change::Alert(alert::Change::Gone { alert, .. }) => {
                let alert = &self.desk.state().alerts[alert];
                if let Some(missed) = &alert.missed {
                    let came = self.desk.state().house.expected[missed].came.unwrap();
                    assert!(came > alert.at - HOUR, "{} ended although {missed} did not come", alert.id);
                    return;
                }
                let id = (alert.source.clone(), alert.key.clone());
                assert!(self.recovered.contains(&id), "{} ended without evidence", alert.id);
            }
            Change::Incident(incident::Change { incident, what: Edit::Status { to, .. } })
                if to.name() == StatusName::Verifying && entry.reason == Reason::Incident(incident::Reason::Stable) =>
            {
                self.look_at_recovery(*incident);
            }
            Change::Incident(incident::Change { incident, what: Edit::Restored(_) }) => {
                let by_person = matches!(entry.reason, Reason::Incident(incident::Reason::Act { .. }));
                let by_sight = entry.reason == Reason::Incident(incident::Reason::SeesAgain);
                assert!(by_person || by_sight, "{incident} was restored by nobody");
            }
            _ => {}
        }
    }

    pub(super) fn look_at_row(&self, row: &owed::Owed) {
        let Work::Message { addresses, letter, party, .. } = &row.work else { return };
        assert!(!addresses.is_empty(), "{} goes to nobody", row.id);
        for known in addresses {
            assert!(self.addresses.contains(&known.address), "{} goes to {}", row.id, known.address);
        }
        let words = render::mail(letter);
        assert!(!words.subject.trim().is_empty() && !words.body.trim().is_empty(), "{} has no words", row.id);
        if let Matter::Recovery { .. } = &letter.matter {
            let incident = &self.desk.state().incidents[&row.incident.unwrap()];
            assert!(incident.restored.is_some(), "a recovery mail for {} before it was restored", incident.id);
        }
        // A vendor never reads another vendor's contract or address.
        let vendor = |kind: PartyKind| matches!(kind, PartyKind::Vendor | PartyKind::External);
        if vendor(self.rules.parties[party].kind) {
            for (other, known) in self.rules.parties.iter().filter(|(id, known)| *id != party && vendor(known.kind)) {
                for contract in &known.contracts {
                    assert!(!words.body.contains(&contract.number), "{} tells {party} {}", row.id, contract.number);
                }
                assert!(!words.body.contains(&known.name), "{} names {other} to {party}:\n{}", row.id, words.body);
            }
        }
    }

    pub(super) fn look_at_recovery(&self, id: IncidentId) {
        let state = self.desk.state();
        let incident = &state.incidents[&id];
        let red = |alert: &Alert| self.red.iter().any(|(source, key, ..)| *source == alert.source && *key == alert.key);
        // A root without an alert of its own is over when everything it did is over.
        let shows = state.members_of(id).any(|alert| alert.component == incident.root);
        let root: Vec<&Alert> = state
            .members_of(id)
            .filter(|alert| incident.root.is_none() || !shows || alert.component == incident.root)
            .filter(|alert| !alert.problem.momentary)
            .collect();
        let seen = || -> Vec<String> {
            let words = |alert: &Alert| format!("{} {:?} {:?}", alert.problem.summary, alert.component, alert.gone);
            state.members_of(id).map(words).collect()
        };
        let ended = root.iter().any(|alert| alert.gone.is_some());
        assert!(ended, "{id} ({:?}) recovered without evidence: {:#?}", incident.root, seen());
        assert!(!root.iter().any(|alert| red(alert)), "{id} recovered while its root is red");
    }

    pub(super) fn check_end(&self) {
        self.books_balance();
        let state = self.desk.state();
        let now = self.now();
        for row in state.owed.values() {
            let later = row.not_before.is_some_and(|at| at > now.wall);
            let fresh = now.elapsed.since(row.decided.elapsed).as_secs() < 2 * 3600;
            let ended = row.state.ended();
            assert!(ended || later || fresh, "{} is neither done nor waiting for its hour: {:?}", row.id, row.state);
            assert!(!matches!(row.state, OwedState::Started { .. }) || fresh, "{} never came back", row.id);
        }
        for ((owed, address), copies) in &self.copies {
            if let Some(row) = state.owed.get(owed) {
                assert!(*copies <= 1 + row.unknowns, "{owed} reached {address} {copies} times");
            }
        }
        for (date, last) in &state.counters.numbers {
            let day = date.strftime("KW-%Y%m%d-").to_string();
            let given = state.by_number.keys().filter(|number| number.0.starts_with(&day)).count();
            assert_eq!(given, usize::try_from(*last).unwrap(), "numbers of {date} have gaps");
        }
        assert!(self.stored.state() == state, "folding the frames gives another state");
        let mut again = Desk::new(State::default(), self.rules.clone());
        for frame in &self.frames {
            let step = again.step(frame.at, frame.input.clone());
            assert!(step.entries == frame.entries, "replaying {:?} gives other entries", frame.input);
        }
    }
}

/// A replay under the same rules is the live run to the letter, and finds nothing to list.
pub(super) fn replays(rules: &Rules, frames: &[Frame]) {
    let recorded = (1_u64..).zip(frames.iter().cloned()).map(|(seq, frame)| Recorded { seq, frame });
    let replayed = replay::replay(State::default(), rules, recorded, None);
    assert_eq!(replayed.same, replayed.inputs, "a replay gives other entries");
    assert_eq!(replayed.deadlines, 0, "a replay finds deadlines that did not come up");
    assert!(replayed.changes.is_empty(), "a replay under the same rules lists {:?}", replayed.changes.first());
}
