//! Removing what the record says is to be removed: never before that is on record, and again after a crash.
//!
//! On a thread of its own, because each file costs a sync; the desk hears when all of a removal is gone. What the disk does
//! not let go of is tried again and again: it stays pending, and `status` says so.

use super::{Core, retire};
use crate::desk::Input;
use crate::desk::removal::{Removal, Why};
use crate::store::{Bodies, Digest, Error, Filer, Gone, GoneBy, Messages};
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, TryRecvError, channel};
use std::time::{Duration, Instant};

/// Pause before something is tried again that the disk did not let go of.
const PAUSE: Duration = Duration::from_secs(60);
/// How soon the core looks again while files are being removed.
pub(super) const BUSY: Duration = Duration::from_millis(20);

/// What is being removed, and when it is tried again.
#[derive(Debug, Default)]
pub(super) struct Remover {
    under_way: Option<Receiver<Input>>,
    next: Option<Instant>,
}

impl Remover {
    /// Whether files are being removed now.
    pub(super) fn is_busy(&self) -> bool {
        self.under_way.is_some()
    }
}

impl Core {
    /// Goes on with what is to be removed; brings what the desk is to hear of it.
    pub(super) fn remove(&mut self) -> Vec<Input> {
        let mut heard = Vec::new();
        if let Some(done) = &self.remover.under_way {
            loop {
                match done.try_recv() {
                    Ok(input) => heard.push(input),
                    Err(TryRecvError::Empty) => return heard,
                    Err(TryRecvError::Disconnected) => break,
                }
            }
            self.remover.under_way = None;
            // What the last checkpoint has seen may be no part of the record any more.
            self.checkpointed = self.checkpointed.filter(|_| heard.is_empty());
            if heard.is_empty() {
                self.remover.next = Some(Instant::now() + PAUSE);
            }
            // What is done is pending no longer only once the desk has heard of it.
            return heard;
        }
        let pending = &self.desk.state().house.removals.pending;
        // Whoever files the archive anew reads what may be going.
        let is_filing = self.filing.as_ref().is_some_and(|filing| !filing.is_finished());
        let may = self.backlog.is_empty() && !is_filing && self.remover.next.is_none_or(|next| next <= Instant::now());
        if pending.is_empty() || !may {
            return heard;
        }
        let removals: Vec<Removal> = pending.values().cloned().collect();
        let parts = self.desk.state().incidents.values().flat_map(|incident| &incident.evidence.parts);
        let place = Place {
            folder: self.folder.clone(),
            bodies: self.store.bodies().clone(),
            messages: Messages::of(&self.folder),
            filer: self.store.filer(),
            here: parts.filter_map(|part| part.sha256.parse().ok()).collect(),
        };
        let (sender, receiver) = channel();
        let work = move || {
            for removal in removals {
                match take(&place, &removal) {
                    Ok(files) => {
                        tracing::info!(of = removal.of, files, "what was to be removed is gone");
                        // The core ends before its threads only with the process.
                        let _ = sender.send(Input::Removed { removal: removal.id, files });
                    }
                    Err(error) => {
                        let error = super::super::work::full(&error);
                        tracing::error!(of = removal.of, error, "it cannot be removed yet; it is tried again");
                    }
                }
            }
        };
        match std::thread::Builder::new().name("kiriwake-removing".to_owned()).spawn(work) {
            Ok(_) => (self.remover.under_way, self.remover.next) = (Some(receiver), None),
            Err(error) => {
                tracing::error!(%error, "no thread for removing");
                self.remover.next = Some(Instant::now() + PAUSE);
            }
        }
        heard
    }
}

/// Where things are removed.
pub(super) struct Place {
    /// The state directory.
    pub(super) folder: PathBuf,
    pub(super) bodies: Bodies,
    pub(super) messages: Messages,
    filer: Option<Filer>,
    /// Files of what is in the desk's memory.
    pub(super) here: BTreeSet<Digest>,
}

impl Place {
    /// The catalogue.
    pub(super) fn filer(&self) -> Result<&Filer, Error> {
        self.filer.as_ref().ok_or_else(|| Error::Working { why: "it is closing".to_owned() })
    }
}

/// Removes what is there of one removal: how many files.
fn take(place: &Place, removal: &Removal) -> Result<u64, Error> {
    let Place { bodies, messages, .. } = place;
    let by = match &removal.why {
        Why::Person { by, reason } => GoneBy::Person { name: by.clone(), reason: reason.clone() },
        Why::Retention => GoneBy::Retention,
    };
    let mut files = 0;
    for body in &removal.bodies {
        // What is no name of a body cannot be there.
        let Ok(digest) = body.sha256.parse() else { continue };
        let gone = Gone { at: removal.at, of: removal.of.clone(), bytes: body.bytes, by: by.clone() };
        files += u64::from(bodies.remove(&digest, &gone)?);
    }
    for key in &removal.messages {
        files += u64::from(messages.remove(key)?);
    }
    if !removal.unlisted.is_empty() {
        let ids = removal.unlisted.iter().map(|id| id.0).collect();
        place.filer()?.forget(ids).map_err(|why| Error::Working { why })?;
    }
    if let Some(records) = &removal.records {
        files += retire::take(place, records, removal.at)?;
    }
    Ok(files)
}
