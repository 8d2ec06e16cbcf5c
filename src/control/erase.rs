//! Erasing at the socket: finds what of an incident is to go, has it put on record, and waits until it is gone.
//!
//! The text somebody looks for stays here: the act names hashes and lengths. What was worded from a body in the very moment
//! of its removal is found by looking once more.

use super::server::{Doors, Trouble, actor, whole};
use super::unsent::{Unsent, unsent};
use super::view::Dossier;
use crate::desk::act::Erasure;
use crate::desk::owed::Work;
use crate::desk::removal::Body;
use crate::desk::words;
use crate::desk::{Act, Input, Reply};
use crate::inbox::Answer;
use crate::record::ink::{says, squeezed};
use crate::store::{Bodies, Digest, Messages};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::Duration;

/// How often it is looked whether the files are gone, and how often in all.
const LOOK: Duration = Duration::from_millis(50);
const LOOKS: u32 = 400;
/// How often something is looked for.
const ROUNDS: u32 = 3;
/// No longer text is looked for, in bytes.
const LONGEST: usize = 4096;

/// What somebody wants erased.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct EraseRequest {
    /// Who acts, where the account at the socket is shared.
    pub by: Option<String>,
    /// Only what contains this; everything where none is given.
    pub containing: Option<String>,
    /// Why.
    pub reason: String,
}

/// What was erased.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Erased {
    /// The incident.
    pub incident: String,
    /// Files of evidence.
    pub files: usize,
    /// Their size.
    pub bytes: u64,
    /// Words of people: notes, reasons, names, what was found and done.
    #[serde(default)]
    pub words: usize,
    /// Messages as first worded.
    pub messages: usize,
    /// Files of evidence that stay: they do not contain the text.
    pub kept: usize,
    /// Words that stay: they stand in the chain itself, from before they were kept apart.
    #[serde(default)]
    pub fixed: usize,
    /// Files that could not be read, and so not be searched.
    pub unread: usize,
    /// Files that are still being fetched.
    pub coming: usize,
    /// They are gone; otherwise that follows by itself.
    pub done: bool,
    /// Messages that wait, and are worded anew from what stays on record.
    #[serde(default)]
    pub unsent: Vec<Unsent>,
    /// It is on record; otherwise nothing is removed before it is (P20).
    pub on_record: bool,
}

/// What there is to be erased.
#[derive(Debug, Default)]
struct Found {
    bodies: BTreeMap<String, u64>,
    words: BTreeMap<String, u64>,
    messages: BTreeSet<String>,
    fixed: usize,
    kept: usize,
    unread: usize,
    gone: usize,
}

impl Found {
    fn is_empty(&self) -> bool {
        self.bodies.is_empty() && self.words.is_empty() && self.messages.is_empty()
    }
}

/// Erases what of the incident called `name` is asked for.
pub(super) async fn erase(
    doors: &Doors,
    name: &str,
    request: EraseRequest,
    account: String,
) -> Result<Erased, Trouble> {
    let EraseRequest { by, containing, reason } = request;
    if let Some(text) = &containing {
        check(text, &reason).map_err(Trouble::Wrong)?;
    }
    let actor = actor(by, account);
    let mut erased = Erased { done: true, on_record: true, ..Erased::default() };
    if containing.as_ref().is_some_and(|text| squeezed(&actor.name).contains(&squeezed(text))) {
        let why = "The name of whoever erases contains the text, and stays on record: somebody else has to.";
        return Err(Trouble::Wrong(why.to_owned()));
    }
    let mut messages = BTreeSet::new();
    for round in 0..ROUNDS {
        let dossier = whole(doors, name).await?;
        let found = find(doors, &dossier, containing.clone()).await?;
        erased.incident = dossier.incident.name();
        (erased.kept, erased.unread, erased.fixed) = (found.kept, found.unread, found.fixed);
        erased.coming = dossier.incident.evidence.out.len();
        erased.unsent = unsent(&dossier, containing.as_deref(), &messages);
        if found.is_empty() {
            if round == 0 {
                return Err(Trouble::NotNow(nothing(&dossier, &found, containing.is_some()) + &waits(&erased.unsent)));
            }
            break;
        }
        erased.files += found.bodies.len();
        erased.bytes += found.bodies.values().sum::<u64>();
        erased.words += found.words.len();
        erased.messages += found.messages.len();
        messages.extend(found.messages.iter().cloned());
        let asked = Erasure {
            incident: erased.incident.clone(),
            bodies: found.bodies.into_iter().chain(found.words).map(|(sha256, bytes)| Body { sha256, bytes }).collect(),
            messages: found.messages.into_iter().collect(),
            reason: reason.clone(),
        };
        let input = Input::Act { actor: actor.clone(), act: Act::Erase(asked) };
        let Answer { reply, on_record } = doors.inbox.put(input).await.map_err(|_| Trouble::Stopping)?;
        let removal = match reply {
            Reply::Erasing { removal } => removal,
            Reply::Refused(why) => return Err(Trouble::NotNow(why)),
            other => return Err(Trouble::NotNow(format!("The desk's answer is not understood: {other:?}."))),
        };
        erased.on_record &= on_record;
        if !on_record || !is_gone(doors, removal).await? {
            erased.done = false;
            break;
        }
    }
    Ok(erased)
}

/// Whether a removal is done, after a while at most.
async fn is_gone(doors: &Doors, removal: u64) -> Result<bool, Trouble> {
    for _ in 0..LOOKS {
        if doors.read(move |desk, _| !desk.state().house.removals.pending.contains_key(&removal)).await? {
            return Ok(true);
        }
        tokio::time::sleep(LOOK).await;
    }
    Ok(false)
}

/// Whether something can be looked for, and the reason may stay on record beside it.
fn check(text: &str, reason: &str) -> Result<(), String> {
    let told = squeezed(text);
    if told.is_empty() {
        return Err("The text to look for is empty: leave --containing away to erase everything.".to_owned());
    }
    if text.len() > LONGEST {
        return Err(format!("The text to look for is longer than {LONGEST} bytes."));
    }
    if squeezed(reason).contains(&told) {
        return Err("The reason contains the text that is to be erased, and stays on record: write another.".to_owned());
    }
    Ok(())
}

/// Why nothing is erased.
fn nothing(dossier: &Dossier, found: &Found, is_search: bool) -> String {
    let name = dossier.incident.name();
    let parts = dossier.incident.evidence.parts.len();
    let unread = match found.unread {
        0 => String::new(),
        unread => format!(" {unread} could not be read: `kiriwake store verify` says why."),
    };
    if parts > 0 && found.gone == parts {
        return format!(
            "All {parts} files of {name} were removed before: `kiriwake incident evidence {name}` says when."
        );
    }
    if is_search {
        return format!(
            "Nothing that is kept of {name} outside the journal contains that text; upper and lower case count. In the journal it is erased \
             with the daemon stopped, by `kiriwake store erase`.{unread}"
        );
    }
    format!("There is nothing of {name} that can be erased.{unread}")
}

/// What still leaves with the text although nothing of it can be erased here.
fn waits(unsent: &[Unsent]) -> String {
    let rows: Vec<&str> = unsent.iter().filter(|one| one.holds_text).map(|one| one.row.as_str()).collect();
    if rows.is_empty() {
        return String::new();
    }
    format!(
        " Messages that wait say it, and leave with it: {}; `kiriwake outbox drop ROW --reason WHY` keeps one from leaving.",
        rows.join(", ")
    )
}

async fn find(doors: &Doors, dossier: &Dossier, text: Option<String>) -> Result<Found, Trouble> {
    let parts = dossier.incident.evidence.parts.iter();
    let parts = parts.map(|part| (part.sha256.clone(), (part.bytes, part.encoding.clone()))).collect();
    let messages = dossier.rows.iter().filter(|row| matches!(row.work, Work::Message { .. }));
    let messages = messages.map(|row| row.key.clone()).collect();
    let mut said = words::said(&dossier.incident);
    dossier.rows.iter().for_each(|row| said.extend(words::said(row)));
    let wanted = text.as_ref().map(|text| squeezed(text));
    let holds = |said: &str| wanted.as_ref().is_none_or(|text| squeezed(said).contains(text));
    let said =
        said.into_iter().filter(|(_, (text, _))| holds(text)).map(|(name, (_, length))| (name, length)).collect();
    let (bodies, state) = (doors.bodies.clone(), doors.state.clone());
    let look = move || {
        let mut found = search(&bodies, parts, text.as_deref());
        (found.words, found.fixed) = said_and_kept(&bodies, said);
        found.messages = worded(&state, messages, text.as_deref());
        found
    };
    tokio::task::spawn_blocking(look).await.map_err(|_| Trouble::Stopping)
}

/// Words that are kept apart, and how many are not.
fn said_and_kept(bodies: &Bodies, said: BTreeMap<String, u64>) -> (BTreeMap<String, u64>, usize) {
    let all = said.len();
    let is_kept = |name: &String| name.parse::<Digest>().is_ok_and(|digest| bodies.path(&digest).exists());
    let kept: BTreeMap<String, u64> = said.into_iter().filter(|(name, _)| is_kept(name)).collect();
    let fixed = all - kept.len();
    (kept, fixed)
}

fn search(bodies: &Bodies, parts: BTreeMap<String, (u64, String)>, text: Option<&str>) -> Found {
    let mut found = Found::default();
    for (name, (bytes, encoding)) in parts {
        let Ok(digest) = name.parse::<Digest>() else { continue };
        if !bodies.path(&digest).exists() {
            // Removed before, or lost: `store verify` tells which.
            found.gone += 1;
            continue;
        }
        let Some(text) = text else {
            found.bodies.insert(name, bytes);
            continue;
        };
        match bodies.get(&digest) {
            Ok(Some(content)) if shows(&content, &encoding, text) => drop(found.bodies.insert(name, bytes)),
            Ok(Some(_)) => found.kept += 1,
            Ok(None) => found.gone += 1,
            Err(error) => {
                tracing::error!(%error, body = name, "a body cannot be searched");
                found.unread += 1;
            }
        }
    }
    found
}

/// Whether the bytes of `text` stand in `content`.
fn contains(content: &[u8], text: &str) -> bool {
    let bytes = text.as_bytes();
    let Some(first) = bytes.first() else { return true };
    let mut rest = content;
    while let Some(at) = rest.iter().position(|byte| byte == first) {
        if rest[at..].starts_with(bytes) {
            return true;
        }
        rest = &rest[at + 1..];
    }
    false
}

/// Looked for in the bytes, and in what they say in the encoding they were found in.
fn shows(content: &[u8], encoding: &str, text: &str) -> bool {
    contains(content, text)
        || squeezed(&crate::source::logfile::shown(content, encoding).concat()).contains(&squeezed(text))
}

/// Messages as first worded that are still there, of those with these keys.
fn worded(state: &Path, keys: BTreeSet<String>, text: Option<&str>) -> BTreeSet<String> {
    let wanted = text.map(squeezed);
    let kept = Messages::of(state);
    let holds = |key: &String| {
        // One that cannot be read may hold it: what is asked for is that nothing stays.
        let Ok(message) = kept.read(key) else { return true };
        let Some(message) = message else { return false };
        let lossy = || serde_json::Value::String(String::from_utf8_lossy(&message).into_owned());
        let said = serde_json::from_slice(&message).unwrap_or_else(|_| lossy());
        wanted.as_ref().is_none_or(|text| says(&said, text))
    };
    keys.into_iter().filter(holds).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_found_however_it_is_written() {
        let sjis = [0x8d, 0xb2, 0x93, 0xa1];
        for (content, encoding, text, is_found) in [
            ("user=佐藤 failed".as_bytes(), "utf-8", "佐藤", true),
            (&sjis, "cp932", "佐藤", true),
            (b"user=Sato", "utf-8", "sato", false),
            (b"user=\nSato", "utf-8", "user=Sato", true),
        ] {
            assert_eq!(shows(content, encoding, text), is_found, "{text} in {encoding}");
        }
        let message = serde_json::json!({ "to": [{ "name": "x" }], "body": "氏名は佐\n藤です" });
        assert!(says(&message, "佐藤") && !says(&message, "鈴木"));
    }

    #[test]
    fn a_reason_that_would_keep_the_text_is_refused() {
        assert!(check("佐藤", "個人名のため").is_ok());
        for (text, reason) in [("佐藤", "佐 藤の名前"), (" ", "x"), (&"a".repeat(LONGEST + 1), "x")] {
            assert!(check(text, reason).is_err(), "{reason}");
        }
    }
}
