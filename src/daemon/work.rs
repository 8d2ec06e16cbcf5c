//! Workers: carry out one attempt at one owed effect and bring back what became of it.
//!
//! The bytes of a message are made at its first attempt and kept, so that every later attempt sends the same. Not here:
//! when an attempt is made, or what its outcome means (`desk/deliver.rs`).

use super::evidence::Gatherer;
use crate::channel::{Channel, Mailbox, Message, Origin, Results};
use crate::config::Settings;
use crate::config::kinds::Sources;
use crate::desk::Input;
use crate::desk::evidence::Gathered;
use crate::desk::ids::{ChannelId, ProbeName, SourceId};
use crate::desk::letter::{Extract, Matter, Notice};
use crate::desk::outcome::{Delivery, Outcome, Probed, Refused, WriteBack};
use crate::desk::owed::{Addressed, Owed, Work};
use crate::inbox::Slot;
use crate::probe::{Probe, echoes, ping};
use crate::render;
use crate::render::quote::Kept;
use crate::source::zabbix;
use crate::store::Messages;
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, RwLock};
use std::time::Duration;
use tokio::sync::{Mutex, mpsc, watch};
use tokio::task::JoinSet;

/// No attempt of any channel takes longer; what does has no answer.
const LONGEST: Duration = Duration::from_secs(240);
/// What is not begun because the daemon stops waits this long: until after the stop.
const AFTER_THE_STOP: Duration = Duration::from_secs(20);

/// An attempt that is on record and may now be made.
#[derive(Debug, Clone)]
pub(super) struct Effect {
    pub(super) row: Owed,
    pub(super) attempt: u32,
    /// What the desk has on record of its incident, where that is to be kept.
    pub(super) record: Option<String>,
}

/// What the workers need: replaced as a whole when the configuration is read again.
pub(super) struct Tools {
    channels: BTreeMap<ChannelId, Result<Arc<Channel>, String>>,
    notes: BTreeMap<SourceId, Arc<Mutex<zabbix::Notes>>>,
    probes: BTreeMap<ProbeName, Probe>,
    gatherer: Gatherer,
    from: Mailbox,
}

impl Tools {
    /// What keeps channels from being used as configured.
    pub(super) fn faults(&self) -> Vec<String> {
        self.channels.values().filter_map(|opened| opened.as_ref().err().cloned()).collect()
    }

    /// Opens channels and write-backs as configured. A broken one does not keep the others from working.
    pub(super) fn of(settings: &Settings, store: &str, gatherer: Gatherer) -> Self {
        let site = &settings.rules.site;
        let origin = Origin { site: site.name.clone(), instance: store.to_owned() };
        let channels = settings.kinds.open_channels(&origin).into_iter().map(|(name, opened)| {
            let opened = opened.map(Arc::new).map_err(|error| {
                let why = full(&error);
                tracing::error!(channel = name, error = why, "the channel cannot be used");
                why
            });
            (ChannelId::from(name), opened)
        });
        let zabbixes = settings.kinds.sources.zabbix.iter();
        let notes = zabbixes.filter_map(|config| {
            let access = Sources::access(config, &settings.kinds.folders).ok()?;
            let notes = zabbix::Notes::new(config, access);
            Some((SourceId::from(config.name.as_str()), Arc::new(Mutex::new(notes))))
        });
        Self {
            channels: channels.collect(),
            notes: notes.collect(),
            probes: settings.kinds.probes.iter().map(|probe| (probe.common().name.into(), probe.clone())).collect(),
            gatherer,
            from: Mailbox { name: site.mail.name.clone(), address: site.mail.from.clone() },
        }
    }
}

/// An error with everything that led to it, in one line.
pub(super) fn full(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text.push_str(": ");
        text.push_str(&inner.to_string());
        cause = inner.source();
    }
    text
}

/// Tools that can be exchanged while workers run.
pub(super) type SharedTools = Arc<RwLock<Arc<Tools>>>;

/// Takes effects until the core is gone; each attempt runs as a task of its own, so that one slow destination delays
/// nobody else (P4). How many run at once per destination is bounded by the desk. Only attempts under way keep the
/// core's queue open. Once it is told to stop no attempt is begun; those under way end as they end (P23).
pub(super) async fn run(
    mut effects: mpsc::UnboundedReceiver<Effect>,
    tools: SharedTools,
    folder: PathBuf,
    slot: Slot,
    stopping: watch::Receiver<bool>,
) {
    while let Some(effect) = effects.recv().await {
        let tools = tools.read().map(|tools| tools.clone()).unwrap_or_else(|poisoned| poisoned.into_inner().clone());
        // No outcome could be put on record any more; the next start counts the attempt as cut off.
        let Some(inbox) = slot.inbox() else { return };
        let folder = folder.clone();
        let begun = !*stopping.borrow();
        tokio::spawn(async move {
            let (owed, attempt) = (effect.row.id, effect.attempt);
            let row = effect.row.clone();
            let outcome = if begun { watched(effect, tools, folder).await } else { not_begun(&row) };
            tracing::info!(row = %owed, kind = row.kind(), attempt, outcome = ?outcome, "attempt");
            let _ = inbox.put(Input::Outcome { owed, attempt, outcome }).await;
        });
    }
}

/// One attempt, within its time and with its panics caught: building or sending a message is that message's own
/// trouble and must not take the others along.
async fn watched(effect: Effect, tools: Arc<Tools>, folder: PathBuf) -> Outcome {
    let row = effect.row.clone();
    // A set of one: an attempt that took too long is broken off, or it might still deliver after it was given up.
    let mut alone = JoinSet::new();
    alone.spawn(async move { attempt_once(&effect, &tools, &folder).await });
    match tokio::time::timeout(LONGEST, alone.join_next()).await {
        Ok(Some(Ok(outcome))) => outcome,
        Ok(Some(Err(panic))) => spoiled(&row, &format!("the attempt failed in an unforeseen way: {panic}")),
        Ok(None) | Err(_) => unanswered(&row),
    }
}

async fn attempt_once(effect: &Effect, tools: &Tools, folder: &Path) -> Outcome {
    match &effect.row.work {
        Work::Message { channel, addresses, .. } => {
            let open: Vec<String> =
                addresses.iter().filter(|known| known.open()).map(|known| known.address.clone()).collect();
            let message = kept_message(&effect.row, tools, folder).await;
            Outcome::Message(match tools.channels.get(channel) {
                Some(Ok(channel)) => channel.attempt(&message, &open).await,
                Some(Err(why)) => all(&open, &Delivery::Refused { what: Refused::Destination, why: why.clone() }),
                None => {
                    let why = format!("there is no channel {channel} any more");
                    all(&open, &Delivery::Refused { what: Refused::Destination, why })
                }
            })
        }
        Work::Ping { address, .. } => Outcome::Ping(ping(address).await),
        Work::Echoes { addresses } => Outcome::Echoes(echoes(addresses).await),
        Work::Probe { probe, .. } => Outcome::Probe(match tools.probes.get(probe) {
            Some(known) => known.once().await,
            None => Probed::NotKnown { why: format!("there is no probe {probe} any more") },
        }),
        Work::Evidence(ask) => Outcome::Evidence(tools.gatherer.gather(ask, effect.record.clone()).await),
        Work::WriteBack { source, keys, text } => Outcome::WriteBack(match tools.notes.get(source) {
            Some(notes) => notes.lock().await.write(keys, text, text).await,
            None => WriteBack::Later { why: format!("source {source} cannot be written to as configured") },
        }),
    }
}

/// The message as it was first made; made and kept now, if this is the first attempt. A disk that does not take it
/// keeps nothing from being sent: it is made from the row's letter again, under the same key.
async fn kept_message(row: &Owed, tools: &Tools, folder: &Path) -> Message {
    let Some(path) = Messages::of(folder).path(&row.key) else {
        return compose(row, tools, &quoted_by(row, tools).await);
    };
    let made = compose(row, tools, &quoted_by(row, tools).await);
    let spare = made.clone();
    let id = row.id;
    // The disk may be slow; whoever else is served by this thread is not to wait for it.
    let kept = tokio::task::spawn_blocking(move || {
        let kept = std::fs::read(&path).and_then(|bytes| Ok(serde_json::from_slice(&bytes)?));
        kept.unwrap_or_else(|error| {
            if error.kind() != io::ErrorKind::NotFound {
                tracing::warn!(row = %id, %error, "the message as first made cannot be read; it is made again");
            }
            if let Err(error) = keep(&path, &made) {
                tracing::error!(row = %id, %error, "the message cannot be kept; it is sent all the same");
            }
            made
        })
    });
    let message = kept.await.unwrap_or(spare);
    Message { repeated: row.unknowns > 0, ..message }
}

fn keep(path: &Path, message: &Message) -> io::Result<()> {
    use std::io::Write;
    use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
    if let Some(folder) = path.parent() {
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    }
    let temporary = path.with_extension("new");
    let mut file = std::fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&temporary)?;
    file.write_all(&serde_json::to_vec(message)?)?;
    file.sync_data()?;
    std::fs::rename(&temporary, path)
}

/// The bodies a row's letter quotes from.
async fn quoted_by(row: &Owed, tools: &Tools) -> Kept {
    let mut kept = Kept::new();
    let Work::Message { letter, .. } = &row.work else { return kept };
    for extract in extracts(&letter.matter) {
        if let Some(body) = tools.gatherer.quotable(&extract.sha256, &extract.encoding).await {
            kept.insert(extract.sha256.clone(), body);
        }
    }
    kept
}

/// What a letter quotes from, and the letters it shows.
fn extracts(matter: &Matter) -> Vec<&Extract> {
    match matter {
        Matter::Request { extracts, .. } => extracts.iter().collect(),
        Matter::Internal { notice: Notice::Held { messages, .. }, .. } => {
            messages.iter().flat_map(|held| extracts(&held.letter.matter)).collect()
        }
        _ => Vec::new(),
    }
}

/// Words a row's letter.
fn compose(row: &Owed, tools: &Tools, kept: &Kept) -> Message {
    let Work::Message { addresses, thread, letter, .. } = &row.work else {
        return blank(row, tools);
    };
    let words = render::mail_with(letter, kept);
    let mailbox = |known: &Addressed| Mailbox { name: known.name.clone(), address: known.address.clone() };
    let facts = crate::desk::letter::facts_of(&letter.matter);
    Message {
        kind: words.kind.to_owned(),
        subject: words.subject,
        body: words.body,
        number: facts.map(|facts| facts.number.to_string()),
        severity: facts.map(|facts| facts.severity),
        written: letter.written,
        to: addresses.iter().filter(|known| known.must_act).map(mailbox).collect(),
        cc: addresses.iter().filter(|known| !known.must_act).map(mailbox).collect(),
        thread: thread.clone(),
        ..blank(row, tools)
    }
}

fn blank(row: &Owed, tools: &Tools) -> Message {
    Message {
        key: row.key.clone(),
        kind: row.kind().to_owned(),
        subject: String::new(),
        body: String::new(),
        number: None,
        severity: None,
        written: row.decided.wall,
        from: tools.from.clone(),
        to: Vec::new(),
        cc: Vec::new(),
        thread: Vec::new(),
        repeated: false,
    }
}

fn all(open: &[String], delivery: &Delivery) -> Results {
    open.iter().map(|address| (address.clone(), delivery.clone())).collect()
}

fn open_of(row: &Owed) -> Vec<String> {
    match &row.work {
        Work::Message { addresses, .. } => {
            addresses.iter().filter(|known| known.open()).map(|known| known.address.clone()).collect()
        }
        Work::Ping { .. } | Work::Echoes { .. } | Work::Evidence(_) | Work::Probe { .. } | Work::WriteBack { .. } => {
            Vec::new()
        }
    }
}

/// An attempt that was not made because the daemon stops: nothing was delivered.
fn not_begun(row: &Owed) -> Outcome {
    let why = "not tried: the daemon was stopping".to_owned();
    match &row.work {
        Work::Message { .. } => {
            Outcome::Message(all(&open_of(row), &Delivery::Later { why, after: Some(AFTER_THE_STOP) }))
        }
        Work::Ping { .. } => Outcome::Ping(crate::desk::outcome::Ping::NotKnown { why }),
        // An address without an answer is one nothing is known of.
        Work::Echoes { .. } => Outcome::Echoes(BTreeMap::new()),
        Work::Probe { .. } => Outcome::Probe(Probed::NotKnown { why }),
        Work::Evidence(_) => Outcome::Evidence(Gathered::Later { why }),
        Work::WriteBack { .. } => Outcome::WriteBack(WriteBack::Later { why }),
    }
}

/// An attempt that took too long: it may have been delivered.
fn unanswered(row: &Owed) -> Outcome {
    let why = format!("no answer within {} s", LONGEST.as_secs());
    match &row.work {
        Work::Message { .. } => Outcome::Message(all(&open_of(row), &Delivery::Unknown { why })),
        Work::Ping { .. } => Outcome::Ping(crate::desk::outcome::Ping::NotKnown { why }),
        // An address without an answer is one nothing is known of.
        Work::Echoes { .. } => Outcome::Echoes(BTreeMap::new()),
        Work::Probe { .. } => Outcome::Probe(Probed::NotKnown { why }),
        Work::Evidence(_) => Outcome::Evidence(Gathered::Later { why }),
        Work::WriteBack { .. } => Outcome::WriteBack(WriteBack::Later { why }),
    }
}

/// An attempt that failed in a way nobody foresaw: the message is set aside, visible and re-sendable.
fn spoiled(row: &Owed, why: &str) -> Outcome {
    let why = why.to_owned();
    match &row.work {
        Work::Message { .. } => {
            Outcome::Message(all(&open_of(row), &Delivery::Refused { what: Refused::Message, why }))
        }
        Work::Ping { .. } => Outcome::Ping(crate::desk::outcome::Ping::NotKnown { why }),
        // An address without an answer is one nothing is known of.
        Work::Echoes { .. } => Outcome::Echoes(BTreeMap::new()),
        Work::Probe { .. } => Outcome::Probe(Probed::NotKnown { why }),
        Work::Evidence(_) => Outcome::Evidence(Gathered::Later { why }),
        Work::WriteBack { .. } => Outcome::WriteBack(WriteBack::Refused { why }),
    }
}
