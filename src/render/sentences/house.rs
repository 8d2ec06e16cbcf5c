//! What changes of the desk as a whole, in English.

use super::{Names, Weight, one_line};
use crate::desk::house::{Change, ExpectedChange, FlowChange, StormChange};
use crate::desk::ids::SystemId;
use crate::desk::removal;
use crate::desk::state::FAILURES;
use crate::desk::storage::{self, Resource, Room};

pub(super) fn change(names: Names, change: &Change) -> (String, Weight) {
    match change {
        Change::Started { store, epoch } => (format!("started on {} epoch {epoch}", one_line(store)), Weight::Detail),
        Change::WasDown { from, until } => {
            (format!("was down from {} to {}", names.at(*from), names.at(*until)), Weight::Headline)
        }
        Change::Restored { made, .. } => (format!("restored from a backup of {}", names.at(*made)), Weight::Headline),
        Change::Rules { hash } => (format!("rules {}", one_line(hash)), Weight::Detail),
        Change::Digest { next, .. } => (format!("digest next at {}", names.at(*next)), Weight::Detail),
        Change::Addresses { next } => (format!("addresses are asked next at {}", names.at(*next)), Weight::Detail),
        Change::Mute { component, since: Some(_) } => {
            (format!("the silence of {component} is no sign from now on"), Weight::Headline)
        }
        Change::Mute { component, since: None } => {
            (format!("the silence of {component} is a sign again"), Weight::Headline)
        }
        Change::Heartbeat { kept_back: true, .. } => {
            ("no sign of life is sent to the mailbox".to_owned(), Weight::Headline)
        }
        Change::Heartbeat { next, .. } => {
            let next = next.map_or_else(|| "never".to_owned(), |next| next.to_string());
            (format!("sign of life to the mailbox next at {next}"), Weight::Detail)
        }
        Change::HandOver { next } => {
            let next = next.map_or_else(|| "never".to_owned(), |at| names.at(at));
            (format!("next hand-over: {next}"), Weight::Detail)
        }
        Change::Shadow { since: Some(_) } => {
            ("on trial: every message goes to one address".to_owned(), Weight::Headline)
        }
        Change::Shadow { since: None } => ("in earnest: messages go to whom they are for".to_owned(), Weight::Headline),
        Change::Storm(change) => storm(names, change),
        Change::Flow(change) => flow(change),
        Change::Disk(change) => disk(names, change),
        Change::Expected { name, what } => expected(names, name, what),
        Change::Certificates { next } => {
            (format!("certificates are looked at next at {}", names.at(*next)), Weight::Detail)
        }
        Change::PlannedEdge { next } => {
            let next = next.map_or_else(|| "none".to_owned(), |at| names.at(at));
            (format!("planned work next at {next}"), Weight::Detail)
        }
        Change::Sweep { next } => (format!("sweep next at {next}"), Weight::Detail),
        Change::BlindTime { source, from, until } => {
            let until = until.map_or_else(String::new, |until| format!(" to {}", names.at(until)));
            (format!("blind time of {source} from {}{until}", names.at(*from)), Weight::Detail)
        }
        Change::WorkDoubted { work, .. } => (format!("reminded of planned work {}", one_line(work)), Weight::Headline),
        Change::WorkDropped { work } => {
            (format!("planned work {} is no longer configured", one_line(work)), Weight::Detail)
        }
        Change::Removal(change) => removal(names, change),
        Change::SetAside { what } => (format!("set aside {}", one_line(what)), Weight::Headline),
    }
}

fn counted(number: u64, of: &str) -> String {
    format!("{number} {of}{}", if number == 1 { "" } else { "s" })
}

fn removal(names: Names, change: &removal::Change) -> (String, Weight) {
    match change {
        removal::Change::Decided(removal) => {
            let bytes: u64 = removal.bodies.iter().map(|body| body.bytes).sum();
            let files = counted(removal.bodies.len() as u64, "file");
            let by = match &removal.why {
                removal::Why::Person { by, reason } => format!("by {}: {}", one_line(by), one_line(reason)),
                removal::Why::Retention => "its time is over".to_owned(),
            };
            let messages = match removal.messages.len() {
                0 => String::new(),
                messages => format!(" and {} as worded", counted(messages as u64, "message")),
            };
            let of = one_line(&removal.of);
            if let Some(records) = &removal.records {
                let files = counted(records.files, "file");
                let until = names.at(records.until);
                return (
                    format!("removes {of}, until {until}: {files} ({} bytes), {by}", records.bytes),
                    Weight::Headline,
                );
            }
            if !removal.unlisted.is_empty() {
                return (format!("lists {of} no longer, {by}"), Weight::Headline);
            }
            (format!("erases {files} of {of} ({bytes} bytes){messages}, {by}"), Weight::Headline)
        }
        removal::Change::Inked(removal::Inked { at, by, reason, records, messages }) => {
            let (records, messages) = (counted(*records, "record"), counted(*messages, "message"));
            let (at, by, reason) = (names.at(*at), one_line(by), one_line(reason));
            let what = format!("text in {records} of the journal and {messages} as worded");
            (format!("{what} was erased at {at} by {by}: {reason}"), Weight::Headline)
        }
        removal::Change::Missing { files: 0 } => {
            ("no file the record refers to is missing any more".to_owned(), Weight::Headline)
        }
        removal::Change::Missing { files } => {
            (format!("{} the record refers to are not there", counted(*files, "file")), Weight::Headline)
        }
        removal::Change::Due { next: Some(next) } => {
            (format!("what is kept no longer is looked for next at {}", names.at(*next)), Weight::Detail)
        }
        removal::Change::Due { next: None } => ("everything is kept".to_owned(), Weight::Detail),
        removal::Change::Asked { .. } => ("asked what has ended long ago".to_owned(), Weight::Detail),
        removal::Change::Swept { swept, .. } => {
            let (files, incidents) = (counted(swept.files, "file"), counted(swept.incidents, "incident"));
            // What else went stands where it was decided.
            let weight = if swept.files == 0 { Weight::Detail } else { Weight::Headline };
            (format!("{files} of {incidents} are kept no longer"), weight)
        }
        removal::Change::Done { id, files } => (format!("removal {id} is done: {files} files"), Weight::Detail),
    }
}

fn expected(names: Names, name: &str, what: &ExpectedChange) -> (String, Weight) {
    let name = one_line(name);
    match what {
        ExpectedChange::By { due: Some(due), .. } => {
            (format!("{name} is expected by {}", names.at(*due)), Weight::Detail)
        }
        ExpectedChange::By { due: None, .. } => (format!("{name} is expected no more"), Weight::Detail),
        ExpectedChange::Came { at } => (format!("{name} came at {}", names.at(*at)), Weight::Headline),
        ExpectedChange::Over { .. } => (format!("the hour of {name} is over"), Weight::Detail),
        ExpectedChange::Held { .. } => (format!("whether {name} came is not known"), Weight::Headline),
        ExpectedChange::Dropped => (format!("{name} is expected no more"), Weight::Headline),
    }
}

fn flow(change: &FlowChange) -> (String, Weight) {
    match change {
        FlowChange::Passed { channel, party, .. } => (format!("one more for {party} by {channel}"), Weight::Detail),
        FlowChange::Held { channel, party, until: Some(_) } => {
            (format!("what follows for {party} by {channel} is held back"), Weight::Headline)
        }
        FlowChange::Held { channel, party, until: None } => {
            (format!("what was held back for {party} by {channel} leaves"), Weight::Headline)
        }
        FlowChange::Failed { channel, failures, probe_at, told } => {
            let left = if probe_at.is_some() { ", and is left alone but for one attempt now and then" } else { "" };
            let first = *failures == FAILURES || *told && *failures == 1;
            let weight = if probe_at.is_some() && first { Weight::Headline } else { Weight::Detail };
            let times = if *failures == 1 { "once".to_owned() } else { format!("{failures} times in a row") };
            (format!("{channel} failed {times}{left}"), weight)
        }
        FlowChange::Tried { channel, .. } => (format!("{channel} is tried once"), Weight::Detail),
        FlowChange::Answered { channel, was_left } => {
            (format!("{channel} works again"), if *was_left { Weight::Headline } else { Weight::Detail })
        }
    }
}

fn disk(names: Names, change: &storage::Change) -> (String, Weight) {
    match change {
        storage::Change::Unwritable { since, .. } => {
            (format!("the record cannot be written since {}", names.at(*since)), Weight::Headline)
        }
        storage::Change::Written { at, .. } => {
            (format!("the record is written again since {}", names.at(*at)), Weight::Headline)
        }
        storage::Change::ReserveUsed => {
            ("the disk was full; the reserve was given up for the record".to_owned(), Weight::Headline)
        }
        storage::Change::Room { of, room } => {
            let of = if *of == Resource::Bytes { "data" } else { "further files" };
            let (room, weight) = match room {
                Room::Enough => ("enough", Weight::Detail),
                Room::Low => ("little", Weight::Headline),
                Room::VeryLow => ("very little", Weight::Headline),
            };
            (format!("the disk of the record has {room} room for {of}"), weight)
        }
    }
}

fn storm(names: Names, change: &StormChange) -> (String, Weight) {
    let of =
        |system: &Option<SystemId>| system.as_ref().map_or_else(|| "no known system".to_owned(), ToString::to_string);
    match change {
        StormChange::Looked { .. } => ("counted what came".to_owned(), Weight::Detail),
        StormChange::Began { system, .. } => (format!("storm on {} began", of(system)), Weight::Headline),
        StormChange::Ended { system, at, alerts } => {
            (format!("storm on {} is over at {}, {alerts} alerts", of(system), names.at(*at)), Weight::Headline)
        }
        StormChange::Told { .. } => ("told of storms".to_owned(), Weight::Detail),
    }
}
