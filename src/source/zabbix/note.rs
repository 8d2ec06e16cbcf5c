//! Leaves a note on problems in Zabbix: our number and verdict, for whoever looks there first.
//!
//! A note is written once: the marker in it is looked for before writing, so a repeat after an unknown outcome does no
//! harm. Nothing is acknowledged, closed or changed by it. Not here: when a note is owed, its wording, trying again.

use super::api::{Api, Error};
use super::config::{Access, Config};
use super::memory::event_id;
use super::wire::{Http, Wire};
use crate::desk::observation::Key;
use crate::desk::outcome::WriteBack;
use std::collections::BTreeSet;

/// Problems written to in one call.
const CHUNK: usize = 100;
/// The longest message Zabbix 5.0 to 6.0 keeps, in characters.
const LONGEST: usize = 2_048;

/// Writes notes to one Zabbix.
#[derive(Debug)]
pub struct Notes {
    api: Api<Http>,
}

impl Notes {
    /// A writer for the server of `config`; nothing is called yet.
    pub fn new(config: &Config, access: Access) -> Self {
        Self { api: Api::new(Http::new(config), access) }
    }

    /// Puts `text` on the problems `keys`, except those that already have a message with `marker` (the KW number) in
    /// it. The marker is put in front of a text that lacks it. One attempt: trying again is the desk's business.
    pub async fn write(&mut self, keys: &[Key], marker: &str, text: &str) -> WriteBack {
        write(&mut self.api, keys, marker, text).await
    }
}

async fn write<W: Wire>(api: &mut Api<W>, keys: &[Key], marker: &str, text: &str) -> WriteBack {
    match attempt(api, keys, marker, text).await {
        Ok(outcome) => outcome,
        Err(Error::Failed(failure)) => {
            api.forget_version();
            WriteBack::Later { why: failure.detail }
        }
        Err(refused) => WriteBack::Refused { why: refused.to_string() },
    }
}

async fn attempt<W: Wire>(api: &mut Api<W>, keys: &[Key], marker: &str, text: &str) -> Result<WriteBack, Error> {
    let ids: BTreeSet<u64> = keys.iter().filter_map(event_id).collect();
    let noted = api.notes(&Vec::from_iter(ids)).await?;
    if noted.is_empty() {
        return Ok(WriteBack::Refused { why: "none of the problems is visible in Zabbix any more".into() });
    }
    let bare: Vec<u64> = (noted.iter())
        .filter(|row| !row.acknowledges.iter().any(|note| note.message.contains(marker)))
        .map(|row| row.eventid)
        .collect();
    let mut message = if text.contains(marker) { text.to_owned() } else { format!("[{marker}] {text}") };
    if let Some((end, _)) = message.char_indices().nth(LONGEST) {
        message.truncate(end);
    }
    let mut written = noted.len() - bare.len();
    let mut refusal = None;
    for chunk in bare.chunks(CHUNK) {
        match api.put_note(chunk, &message).await {
            Ok(()) => written += chunk.len(),
            Err(Error::Failed(failure)) => return Err(failure.into()),
            // One bad id spoils the call, and the answer does not say which.
            Err(refused) if chunk.len() == 1 => refusal = Some(refused),
            Err(_) => {
                for id in chunk {
                    match api.put_note(&[*id], &message).await {
                        Ok(()) => written += 1,
                        Err(Error::Failed(failure)) => return Err(failure.into()),
                        Err(refused) => refusal = Some(refused),
                    }
                }
            }
        }
    }
    match refusal {
        Some(refused) if written == 0 => Err(refused),
        Some(refused) => {
            tracing::warn!(marker, written, why = %refused, "some problems in Zabbix take no note");
            Ok(WriteBack::Written)
        }
        None => Ok(WriteBack::Written),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed test should stop")]
    use super::super::fake::{Fake, FakeWire, TOKEN, timeout};
    use super::*;
    use std::sync::{Arc, Mutex};

    const NUMBER: &str = "KW-20260920-0001";

    fn zabbix(version: (u16, u16)) -> (FakeWire, Api<FakeWire>) {
        let mut fake = Fake { version, hosts: 10, ..Default::default() };
        for id in 1..=250 {
            fake.problem(id, id, 1_000);
        }
        let wire = FakeWire(Arc::new(Mutex::new(fake)));
        (wire.clone(), Api::new(wire, Access::Token(TOKEN.into())))
    }

    fn put(api: &mut Api<FakeWire>, ids: impl IntoIterator<Item = u64>) -> WriteBack {
        let keys: Vec<Key> = ids.into_iter().map(|id| Key(id.to_string().into())).collect();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(write(api, &keys, NUMBER, "株式会社N（自動判定）"))
    }

    #[test]
    fn each_problem_gets_one_note_however_often_it_is_tried() {
        for version in [(6, 0), (7, 2)] {
            let (wire, mut api) = zabbix(version);
            assert_eq!(put(&mut api, 1..=250), WriteBack::Written);
            assert_eq!(put(&mut api, 1..=250), WriteBack::Written);
            let fake = wire.fake();
            for event in fake.events.values() {
                assert_eq!(event.notes, [format!("[{NUMBER}] 株式会社N（自動判定）")]);
            }
            assert_eq!(fake.calls.iter().filter(|call| call.starts_with("event.acknowledge")).count(), 3);
        }
    }

    #[test]
    fn one_bad_problem_does_not_keep_the_others_from_their_note() {
        let (wire, mut api) = zabbix((6, 0));
        wire.fake().unwritable.insert(2);
        assert_eq!(put(&mut api, 1..=3), WriteBack::Written);
        assert_eq!([1, 2, 3].map(|id| wire.fake().event(id).notes.len()), [1, 0, 1]);
        assert!(matches!(put(&mut api, [2]), WriteBack::Refused { why } if why.contains("No permissions")));
    }

    #[test]
    fn an_outage_is_later_and_what_is_gone_is_refused() {
        let (wire, mut api) = zabbix((6, 0));
        // Version and notes, then nothing: whether the message was taken is unknown.
        wire.fake().trouble = [None, None, Some(Err(timeout()))].into();
        assert!(matches!(put(&mut api, [1]), WriteBack::Later { why } if why.contains("event.acknowledge")));
        assert!(matches!(put(&mut api, [999]), WriteBack::Refused { why } if why.contains("visible")));
        assert!(matches!(put(&mut api, []), WriteBack::Refused { .. }));
        wire.fake().token_gone = true;
        assert!(matches!(put(&mut api, [1]), WriteBack::Later { .. }), "an administrator will repair it");
    }

    #[test]
    fn keys_of_a_restored_database_are_written_to_by_their_eventid() {
        let (wire, mut api) = zabbix((6, 0));
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let text = format!("{NUMBER} {}", "長".repeat(5_000));
        let outcome = runtime.block_on(write(&mut api, &[Key("7@2".into())], NUMBER, &text));
        assert_eq!(outcome, WriteBack::Written);
        assert_eq!(wire.fake().event(7).notes[0].chars().count(), LONGEST);
    }
}
