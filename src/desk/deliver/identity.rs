//! The identity all copies of a row carry: `Message-ID`, `webhook-id`.
//!
//! Of a message it is made of what it says, and not of counters: what was decided while the record could not be written (P20)
//! and was lost with the process is decided again from the same alerts, in another minute and under another row, and must
//! reach its reader as the copy that it is (P3). Another message must not have that identity, or mail servers would drop it.
//! So of a message about an incident all counts but times, and what grows by itself; of any other one all counts, and the day.

use super::lasting;
use crate::desk::ids::{IncidentId, OwedId};
use crate::desk::incident::StatusName;
use crate::desk::letter::{BundleReader, Matter, OccurredMark};
use crate::desk::owed::{Work, kind_of};
use crate::desk::turn::Turn;
use serde_json::Value;
use sha2::{Digest, Sha256};

/// Most letters are no longer, written down.
const LETTER: usize = 8 << 10;

/// 64 hexadecimal digits. The last restore is part of it: what is decided after one is told anew.
pub(super) fn key(turn: &Turn, id: OwedId, incident: Option<IncidentId>, work: &Work) -> String {
    let house = &turn.state.house;
    let about = match work {
        Work::Message { party, channel, letter, .. } => format!("{}/{party}/{channel}", kind_of(&letter.matter)),
        Work::Ping { component, .. } => format!("ping/{component}"),
        Work::Echoes { .. } => "echoes".to_owned(),
        Work::Probe { probe, .. } => format!("probe/{probe}"),
        Work::Evidence(ask) => format!("evidence/{}", ask.source_name()),
        Work::WriteBack { source, .. } => format!("write-back/{source}"),
    };
    let mut parts = vec![house.store.clone(), about];
    parts.extend(house.restored.as_ref().map(|restored| restored.mark.clone()));
    let Work::Message { letter, .. } = work else {
        // Nobody reads it: it only must be its own.
        parts.extend([house.epoch.to_string(), id.to_string(), turn.now.wall.to_string()]);
        return digest(&parts, 0);
    };
    parts.push(anchor(turn, incident));
    parts.push(said(&letter.matter, incident.is_some()));
    // Whoever says the same again on purpose says it under an identity of its own.
    let known = |key: &str| match incident {
        Some(incident) => turn.state.owed_of(incident).any(|row| row.key == key),
        None => turn.state.owed.values().any(|row| row.incident.is_none() && row.key == key),
    };
    let mut nth = 0;
    loop {
        let key = digest(&parts, nth);
        if !known(&key) {
            return key;
        }
        nth += 1;
    }
}

/// What keeps apart messages with the same words. An incident's rows are remembered until it is over, others for some days.
fn anchor(turn: &Turn, incident: Option<IncidentId>) -> String {
    let Some(incident) = incident else { return turn.book.date(turn.now.wall).to_string() };
    let Some(known) = turn.state.incidents.get(&incident) else { return incident.to_string() };
    let restored = known.transitions.iter().filter(|transition| transition.to == StatusName::Restored).count();
    match known.occurred_mark {
        // The time of receipt: another one after a start.
        OccurredMark::Estimated => format!("{incident}/{restored}"),
        OccurredMark::Monitoring | OccurredMark::Reported | OccurredMark::PlannedEnd | OccurredMark::SilenceEnd => {
            format!("{}/{restored}", known.occurred)
        }
    }
}

/// What a message says, as far as that is the same whenever it is decided.
fn said(matter: &Matter, of_incident: bool) -> String {
    // It has been put on record in this form many times; if it could not be, the anchor and the count still tell it apart.
    // By way of text: straight to a value, serde would have another writer of every letter, 0.3 MB.
    let mut text = Vec::with_capacity(LETTER);
    if serde_json::to_writer(&mut text, matter).is_err() {
        text.clear();
    }
    if of_incident {
        return lasting::of(&text);
    }
    let mut said: Value = serde_json::from_slice(&text).unwrap_or_default();
    if let Matter::Bundle { reader: BundleReader::Office | BundleReader::Vendor, .. } = matter {
        // Rows are named to the desk only.
        if let Some(lines) = said.pointer_mut("/Bundle/lines").and_then(Value::as_array_mut) {
            for line in lines.iter_mut().filter_map(Value::as_object_mut) {
                line.remove("row");
                line.remove("acknowledge_by");
            }
        }
    }
    said.to_string()
}

fn digest(parts: &[String], nth: u32) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    hash.update(nth.to_be_bytes());
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}
