//! How the daemon of a transcript starts: for the first time, again, and on a backup.

use super::{LOOK, World};
use crate::desk::ids::SourceId;
use crate::desk::state::State;
use crate::desk::{Desk, Input};
use jiff::Timestamp;
use std::collections::BTreeSet;

impl World<'_> {
    /// The daemon starts; sources about which nothing is told look for the first time.
    pub(super) fn start(&mut self, told_first: &BTreeSet<SourceId>) {
        self.running = true;
        self.starts += 1;
        self.step(Input::Started { store: "play".to_owned(), epoch: 1 });
        self.step(Input::RulesLoaded { hash: self.rules.hash.clone() });
        if self.starts == 1 {
            let sources: Vec<SourceId> = self.rules.sources.keys().cloned().collect();
            for source in sources.into_iter().filter(|source| !told_first.contains(source)) {
                self.first_done.insert(source.clone());
                self.report(&source, Vec::new(), true);
            }
        }
    }

    /// A restart: the state is folded from what was recorded, and nothing else is kept. What is recorded may be a backup
    /// `made` at some time.
    pub(super) fn restart(&mut self, made: Option<Timestamp>) {
        let mut desk = Desk::new(State::default(), self.rules.clone());
        for frame in &self.frames {
            desk.fold(frame);
        }
        self.desk = desk;
        self.next_look = self.wall + LOOK;
        if let Some(made) = made {
            self.step(Input::Restored { mark: format!("restored {}", self.starts), made });
        }
        self.start(&BTreeSet::new());
    }
}
