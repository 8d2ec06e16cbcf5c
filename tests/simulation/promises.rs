//! What must hold of every step as it is taken, and of what is on record, by the desk's own state.

use crate::run::Run;
use kiriwake::desk::act::{Act, Deed};
use kiriwake::desk::ids::OwedId;
use kiriwake::desk::letter::Matter;
use kiriwake::desk::owed::{self, OwedState, Work};
use kiriwake::desk::rules::{PartyKind, Rules};
use kiriwake::desk::state::State;
use kiriwake::desk::{Change, Desk, Frame, Input, Reason, ledger, request};
use kiriwake::render;
use kiriwake::render::sentences::{Names, sentence};
use kiriwake::replay::{self, Recorded};

impl Run<'_> {
    pub(crate) fn books_balance(&self) {
        let books = ledger::balance(self.stored.state());
        assert!(books.balanced, "the books do not balance: {books:?}");
    }

    /// What must hold of every single step.
    pub(crate) fn look_at(&self, frame: &Frame) {
        let zone = &self.desk.book().zone;
        for entry in &frame.entries {
            if self.history.seed.is_multiple_of(4) {
                let told = sentence(Names { state: self.desk.state(), zone }, entry);
                assert!(!told.what.is_empty() && !told.because.is_empty(), "no words for {entry:?}");
            }
            match &entry.change {
                Change::Owed(owed::Change::Owed(row)) => self.look_at_row(row),
                Change::Owed(owed::Change::Started { owed, .. }) => {
                    let row = &self.desk.state().owed[owed];
                    let unseen = row.hold.as_ref().is_some_and(|hold| hold.let_go.is_none());
                    assert!(!unseen, "{owed} leaves before anybody looked at it");
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
                _ => {}
            }
        }
    }

    fn look_at_row(&self, row: &owed::Owed) {
        let Work::Message { addresses, letter, party, .. } = &row.work else { return };
        assert!(!addresses.is_empty(), "{} goes to nobody", row.id);
        let words = render::mail(letter);
        assert!(!words.subject.trim().is_empty() && !words.body.trim().is_empty(), "{} has no words", row.id);
        if let Matter::Recovery { .. } = &letter.matter {
            let incident = &self.desk.state().incidents[&row.incident.unwrap()];
            assert!(incident.restored.is_some(), "a recovery mail for {} before it was restored", incident.id);
        }
        // A vendor never reads another vendor's contract or name.
        let vendor = |kind: PartyKind| matches!(kind, PartyKind::Vendor | PartyKind::External);
        let rules = &self.world.rules;
        if vendor(rules.parties[party].kind) {
            for (other, known) in rules.parties.iter().filter(|(id, known)| *id != party && vendor(known.kind)) {
                for contract in &known.contracts {
                    assert!(!words.body.contains(&contract.number), "{} tells {party} {}", row.id, contract.number);
                }
                assert!(!words.body.contains(&known.name), "{} names {other} to {party}:\n{}", row.id, words.body);
            }
        }
    }

    /// A restart at this very frame: nothing that was owed or seen is lost, and what was under way is taken up again.
    pub(crate) fn could_start_here(&mut self) {
        self.history.boundaries += 1;
        let Some(ahead) = &self.ahead else { return };
        let before = ahead.state();
        let mut again = Desk::new(before.clone(), self.world.rules.clone());
        let now = self.now();
        again.step(now, Input::Started { store: "simulated".to_owned(), epoch: u64::MAX });
        again.step(now, Input::RulesLoaded { hash: self.world.rules.hash.clone() });
        let after = again.state();
        let books = ledger::balance(after);
        assert!(books.balanced, "after a restart the books do not balance: {books:?}");
        let open: Vec<OwedId> = before.owed.values().filter(|row| !row.state.ended()).map(|row| row.id).collect();
        for id in open {
            let row = after.owed.get(&id).unwrap_or_else(|| panic!("a restart loses {id}"));
            let early = before.owed[&id].attempts;
            let hangs = matches!(row.state, OwedState::Started { .. }) && row.attempts == early;
            assert!(!hangs, "after a restart {id} waits for an answer nobody brings");
            let waits =
                matches!(row.state, OwedState::Waiting { .. } | OwedState::Held { .. } | OwedState::Started { .. });
            let why = &row.state;
            assert!(
                waits || row.give_up <= now.elapsed || *why == OwedState::Superseded,
                "a restart ends {id}: {why:?}"
            );
        }
        for alert in before.alerts.values() {
            let id = &alert.id;
            let known = after.alerts.get(id).map(|known| (&known.key, known.gone.is_some()));
            assert!(known == Some((&alert.key, alert.gone.is_some())), "a restart changes what is known of {id}");
        }
        for (id, source) in &before.sources {
            let cursor = after.sources.get(id).map(|known| &known.cursor);
            assert!(cursor == Some(&source.cursor), "a restart forgets where {id} reads on");
        }
    }

    /// At the end everything is settled, numbers have no gaps, and the same inputs give the same record.
    pub(crate) fn check_end(&self) {
        self.books_balance();
        let state = self.desk.state();
        for (date, last) in &state.counters.numbers {
            let day = date.strftime("KW-%Y%m%d-").to_string();
            let frames = self.history.frames.iter().flat_map(|frame| &frame.entries);
            let given = frames.filter(|entry| match &entry.change {
                Change::Incident(change) => {
                    matches!(&change.what, kiriwake::desk::incident::Edit::Numbered { number, .. } if number.0.starts_with(&day))
                }
                _ => false,
            });
            assert_eq!(given.count(), usize::try_from(*last).unwrap(), "numbers of {date} have gaps");
        }
        assert!(self.stored.state() == state, "folding the frames gives another state");
    }
}

/// The same inputs at the same moments give the same record, whatever died in between.
pub(crate) fn repeats(rules: &Rules, frames: &[Frame]) {
    let mut again = Desk::new(State::default(), rules.clone());
    for frame in frames {
        let step = again.step(frame.at, frame.input.clone());
        assert!(step.entries == frame.entries, "the same input once more gives other entries: {:?}", frame.input);
    }
}

/// A replay under the same rules is the live run to the letter, and finds nothing to list. It knows incidents by what they
/// are made of, and does not always find the two of a 統合: such histories are only repeated.
pub(crate) fn replays(rules: &Rules, frames: &[Frame]) {
    let merges =
        |frame: &Frame| matches!(&frame.input, Input::Act { act: Act::On { deed: Deed::Merge { .. }, .. }, .. });
    if frames.iter().any(merges) {
        return;
    }
    let recorded = (1_u64..).zip(frames.iter().cloned()).map(|(seq, frame)| Recorded { seq, frame });
    let replayed = replay::replay(State::default(), rules, recorded, None);
    assert_eq!(replayed.same, replayed.inputs, "a replay gives other entries");
    assert_eq!(replayed.deadlines, 0, "a replay finds deadlines that did not come up");
    assert!(replayed.changes.is_empty(), "a replay under the same rules lists {:?}", replayed.changes.first());
}
