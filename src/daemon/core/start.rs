//! Starting: the desk is brought to where the record ends - at the daemon's start, and after it failed on an input.

use super::super::watchdog::Pulse;
use super::backlog::Backlog;
use super::behind::Behind;
use super::{Core, Error, Failed, Followers, Group};
use crate::clock::Clock;
use crate::desk::removal;
use crate::desk::rules::Rules;
use crate::desk::state::State;
use crate::desk::{Desk, Frame, Input, Reply};
use crate::record;
use crate::store::{self, Store};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

/// Findings that are named to a person; the rest is counted.
const NAMED: usize = 5;
/// Frames whose changes are handed to the working state together.
const TOGETHER: u64 = 500;

/// The desk as the record tells it.
pub(super) struct Restored {
    pub(super) desk: Desk,
    pub(super) store: Store,
    id: String,
    epoch: u64,
    /// What the store found wrong.
    pub(super) findings: Vec<store::Finding>,
    /// What of it the desk could not read.
    pub(super) unread: Vec<String>,
    /// From which backup it comes, if from any.
    backup: Option<store::RestoreMark>,
    /// What was erased in the journal itself, ever.
    inked: Vec<store::Inking>,
}

impl Restored {
    /// All that is wrong, to be told to a person.
    fn found(&self) -> Vec<String> {
        self.findings.iter().map(ToString::to_string).chain(self.unread.iter().cloned()).collect()
    }

    /// That the record was restored, unless that stands in it already.
    fn news(&self) -> Option<Input> {
        let store::RestoreMark { mark, made, .. } = self.backup.clone()?;
        let known = self.desk.state().house.restored.as_ref().is_some_and(|known| known.mark == mark);
        (!known).then_some(Input::Restored { mark, made })
    }

    /// What was erased in the journal itself and does not stand in it yet.
    fn inked(&self) -> Vec<Input> {
        let known = usize::try_from(self.desk.state().house.removals.inked).unwrap_or(usize::MAX);
        let told = self.inked.iter().skip(known).cloned();
        let input = |store::Inking { at, by, reason, records, messages }| {
            Input::Inked(removal::Inked { at, by, reason, records, messages })
        };
        told.map(input).collect()
    }
}

impl Core {
    /// Opens the store and brings the desk to where the record ends. Also returns what was found damaged.
    ///
    /// # Errors
    /// When the store cannot be opened or the rules not be kept, or the desk fails on being started.
    pub(in crate::daemon) fn open(
        folder: &Path,
        rules: impl Into<Arc<Rules>>,
        clock: &Clock,
        followers: Followers,
    ) -> Result<(Self, Group, Vec<String>), Error> {
        let restored = restore(folder, rules.into())?;
        let (found, news, inked) = (restored.found(), restored.news(), restored.inked());
        let Restored { desk, store, id, epoch, .. } = restored;
        let clock = clock.resumed(desk.state().house.last_step);
        let now = clock.now();
        let mut core = Self {
            day: desk.book().date(now.wall),
            pulse: Pulse::new(store.working_progress()),
            desk,
            store,
            folder: folder.to_owned(),
            clock,
            looked: now,
            checkpointed: Some(Instant::now()),
            too_large: None,
            behind: Behind::default(),
            filing: None,
            followers,
            backlog: Backlog::default(),
            outage: None,
            reserve: None,
            remover: super::removal::Remover::default(),
            salts: record::Salts::new()?,
            news: Vec::new(),
            #[cfg(test)]
            trip: Vec::new(),
        };
        let loaded = Input::RulesLoaded { hash: core.desk.book().rules.hash.clone() };
        let damage = damage(&found);
        let start = [Input::Started { store: id, epoch }, loaded];
        // What waits is held before anything is started.
        let inputs: Vec<Input> = news.into_iter().chain(start).chain(inked).chain(damage).collect();
        match core.group(inputs) {
            Ok(first) => Ok((core, first, found)),
            // Without its start on record, attempts that were cut off would wait for ever.
            Err(failed) if matches!(*failed.input, Input::Restored { .. } | Input::Started { .. }) => {
                Err(Error::Desk { what: "start" })
            }
            Err(failed) => core.reopen(failed).map(|(core, first)| (core, first, found)),
        }
    }

    /// Reads the state again from the record after the desk failed on an input, sets that input aside and steps the
    /// rest. Replies stay paired with who asked. Workers go on with what they have under way, so attempts are not cut
    /// off as at a start of the daemon.
    ///
    /// # Errors
    /// When the store cannot be opened again, or the desk fails even on being told that it failed.
    pub(super) fn reopen(mut self, mut failed: Failed) -> Result<(Self, Group), Error> {
        let mut all = Group::default();
        loop {
            let Failed { group, input, rest } = failed;
            all.replies.extend(group.replies);
            all.effects.extend(group.effects);
            let what = input.kind();
            self.keep_failed(&input);
            let found;
            (self, found) = self.restored()?;
            all.replies.push(Reply::Refused(format!(
                "The desk failed on this {what}; it was set aside, an administrator is told."
            )));
            let told = std::iter::once(Input::Failed { what: what.to_owned() });
            let told: Vec<Input> = told.chain(damage(&found)).collect();
            let ours = told.len();
            match self.group(told.into_iter().chain(rest).collect()) {
                Ok(more) => {
                    all.replies.extend(more.replies.into_iter().skip(ours));
                    all.effects.extend(more.effects);
                    return Ok((self, all));
                }
                Err(again) if again.group.replies.len() < ours => return Err(Error::Desk { what }),
                // On a later one as well: it is set aside in its turn.
                Err(mut again) => {
                    again.group.replies.drain(..ours);
                    failed = again;
                }
            }
        }
    }

    /// The same core with everything read again from the record. Its clock goes on.
    pub(super) fn restored(self) -> Result<(Self, Vec<String>), Error> {
        let (rules, recorded) = (self.desk.book().rules.clone(), self.store.last_seq());
        if let Err(error) = self.store.close() {
            tracing::error!(%error, "closing the store");
        }
        let restored = restore(&self.folder, rules)?;
        let mut found = restored.found();
        let Restored { desk, store, .. } = restored;
        let mut core = Self { desk, store, behind: Behind::default(), ..self };
        core.fold_backlog(recorded, &mut found);
        Ok((core, found))
    }

    /// Keeps an input the desk failed on, for whoever looks into it.
    fn keep_failed(&self, input: &Input) {
        let kept = serde_json::to_vec(input).map_err(|error| error.to_string());
        let kept = kept.and_then(|bytes| self.store.bodies().put(&bytes).map_err(|error| error.to_string()));
        let what = input.kind();
        match kept {
            Ok(body) => {
                let path = self.store.bodies().path(&body);
                tracing::error!(input = what, path = %path.display(), "the desk failed on an input; it is set aside and the state read again");
            }
            Err(error) => {
                tracing::error!(
                    input = what,
                    error,
                    "the desk failed on an input, and it could not be kept; the state is read again"
                );
            }
        }
    }
}

/// What was found wrong, told in one: a disk that fails damages many places at once.
fn damage(found: &[String]) -> Option<Input> {
    let more = found.len().saturating_sub(NAMED);
    let mut what = found.iter().take(NAMED).cloned().collect::<Vec<_>>().join("; ");
    if more > 0 {
        what.push_str(&format!("; and {more} more (`kiriwake store verify` lists them)"));
    }
    (!found.is_empty()).then_some(Input::Damaged { what })
}

/// Opens the store and reads the record.
pub(super) fn restore(folder: &Path, rules: Arc<Rules>) -> Result<Restored, Error> {
    read(folder, rules, Store::open(folder, options())?)
}

/// How the store is opened.
pub(super) fn options() -> store::Options {
    store::Options { schema: record::SCHEMA, ..store::Options::default() }
}

/// Reads the record of an opened store.
pub(super) fn read(folder: &Path, rules: Arc<Rules>, (store, start): (Store, store::Start)) -> Result<Restored, Error> {
    let (findings, backup) = (start.findings, start.restored);
    let mut found = Vec::new();
    let mut state = State::default();
    if let Some(snapshot) = &start.snapshot {
        match record::read(snapshot, store.bodies()) {
            Ok(read) => state = read,
            Err(error) => found.push(format!("the snapshot of the journal: {error}")),
        }
    }
    let entities = start.entities.len();
    for (key, value) in start.entities.iter() {
        if let Err(error) = record::restore(&mut state, key, value, store.bodies()) {
            found.push(error.to_string());
        }
    }
    // Indexes and the desk need room next.
    drop(start.entities);
    keep_rules(folder, &rules)?;
    let mut desk = Desk::new(state, rules);
    let mut folded = 0_u64;
    let mut behind = Behind::default();
    for frame in start.frames {
        match record::read::<Frame>(&frame.payload, store.bodies()) {
            Ok(read) => desk.fold(&read),
            Err(error) => found.push(format!("frame {}: {error}", frame.seq)),
        }
        behind.note(&mut desk, frame.seq..=frame.seq);
        folded += 1;
        // Together, because the working state gives up on what comes faster than it writes.
        if folded.is_multiple_of(TOGETHER) {
            behind.hand_over(&desk, &store);
        }
    }
    behind.hand_over(&desk, &store);
    found.extend(super::retire::mend(folder, desk.state()));
    tracing::info!(entities, folded, last = start.last_seq, "state restored");
    let (id, epoch) = (start.store_id.to_string(), start.epoch);
    let inked = store::Inked::of(folder).all;
    Ok(Restored { desk, store, id, epoch, findings, unread: found, backup, inked })
}

/// Keeps the rule set beside the record, named by its hash: frames name it.
pub(super) fn keep_rules(folder: &Path, rules: &Rules) -> Result<(), Error> {
    let directory = folder.join("rules");
    let path = directory.join(format!("{}.json", rules.hash));
    if path.exists() {
        return Ok(());
    }
    let keep = || -> std::io::Result<()> {
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(&directory)?;
        let temporary = directory.join(".new");
        let mut file =
            std::fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&temporary)?;
        file.write_all(&serde_json::to_vec(rules)?)?;
        // A name without content would pass for the rule set after a power cut.
        file.sync_all()?;
        std::fs::rename(&temporary, &path)
    };
    keep().map_err(|source| Error::Rules { path: path.clone(), source })
}
