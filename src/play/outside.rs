//! What lies outside in a transcript: channels, pinged addresses, probes, evidence, and problems as a source would describe them.
//!
//! Everything works unless the transcript says otherwise. Not here: when anything is tried (`desk/deliver.rs`).

use super::input::{Begins, Echo, Line, Told};
use crate::desk::act::{Act, Erasure};
use crate::desk::evidence::{Ask, Gathered, Part, Wanted};
use crate::desk::ids::{ChannelId, ProbeName, SourceId};
use crate::desk::observation::{Problem, Report};
use crate::desk::outcome::{Delivery, Outcome, Ping, Probed, Refused, WriteBack};
use crate::desk::owed::{Owed, Work};
use crate::desk::removal::{self, Removal};
use crate::desk::state::State;
use crate::desk::text::Text;
use crate::render::quote::{Body, Kept};
use sha2::{Digest, Sha256};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

/// Channels and addresses, as the transcript has them behave.
#[derive(Debug, Default)]
pub(crate) struct Outside {
    wires: BTreeMap<ChannelId, Wire>,
    echoes: BTreeMap<String, Echo>,
    probes: BTreeMap<ProbeName, Probed>,
    logs: BTreeMap<SourceId, Log>,
    /// What was gathered, as lines, by the name it is kept under.
    kept: RefCell<Kept>,
}

/// What a source would tell as evidence.
#[derive(Debug, Clone, Default)]
struct Log {
    /// Why it can't be read; `None` = it can.
    fails: Option<String>,
    /// Lines by host.
    lines: BTreeMap<String, Vec<String>>,
}

/// One channel.
#[derive(Debug, Clone, Default)]
struct Wire {
    line: Option<Line>,
    refused: BTreeSet<String>,
}

impl Outside {
    /// `channel` behaves like `line` from now on.
    pub(super) fn set_channel(&mut self, channel: &ChannelId, line: &Line) {
        let wire = self.wires.entry(channel.clone()).or_default();
        match line {
            Line::Refuses(address) => {
                wire.refused.insert(address.clone());
            }
            Line::Up => *wire = Wire::default(),
            other => wire.line = Some(other.clone()),
        }
    }

    /// A ping of `address` brings `echo` from now on.
    pub(super) fn set_ping(&mut self, address: &str, echo: Echo) {
        self.echoes.insert(address.to_owned(), echo);
    }

    /// The probe `name` brings this from now on.
    pub(super) fn set_probe(&mut self, name: &ProbeName, probed: &Probed) {
        self.probes.insert(name.clone(), probed.clone());
    }

    fn ping(&self, address: &str) -> Ping {
        match self.echoes.get(address) {
            Some(Echo::Answers) => Ping::Answered { milliseconds: 2 },
            Some(Echo::Silent) => Ping::Silent,
            Some(Echo::NotKnown) | None => Ping::NotKnown { why: "nobody told".to_owned() },
        }
    }

    /// The source would find this about `host`, or nothing at all, because of `fails`.
    pub(super) fn set_evidence(&mut self, source: &SourceId, told: &Told) {
        let log = self.logs.entry(source.clone()).or_default();
        match told {
            Told::Line { host, line } => log.lines.entry(host.clone()).or_default().push(line.clone()),
            Told::Fails(why) => log.fails = Some(why.clone()),
            Told::Works => log.fails = None,
        }
    }

    /// The lines of everything that was gathered.
    pub(super) fn kept(&self) -> Kept {
        self.kept.borrow().clone()
    }

    /// The act of erasing what holds `text`, or all, of the incident called `name`: with the files it is about, as the
    /// control socket looks them up.
    pub(super) fn erasure(&self, state: &State, name: &str, text: Option<&str>, reason: &str) -> Act {
        let holds = |body: &Body| match body {
            Body::Lines(lines) => text.is_none_or(|text| lines.iter().any(|line| line.contains(text))),
            Body::Gone(_) => false,
        };
        let kept = self.kept.borrow();
        let incident = state.incidents.values().find(|incident| incident.name() == name);
        let parts = incident.into_iter().flat_map(|incident| &incident.evidence.parts);
        let held: BTreeMap<String, u64> = parts
            .filter(|part| kept.get(&part.sha256).is_some_and(holds))
            .map(|part| (part.sha256.clone(), part.bytes))
            .collect();
        let bodies = held.into_iter().map(|(sha256, bytes)| removal::Body { sha256, bytes }).collect();
        Act::Erase(Erasure { incident: name.to_owned(), bodies, messages: Vec::new(), reason: reason.to_owned() })
    }

    /// What is to be removed is no more; how many files.
    pub(super) fn remove(&self, removal: &Removal) -> u64 {
        let mut files = 0;
        for body in &removal.bodies {
            let gone = self.kept.borrow_mut().insert(body.sha256.clone(), Body::Gone(removal.at));
            files += u64::from(matches!(gone, Some(Body::Lines(_))));
        }
        files
    }

    /// What an attempt at gathering brings: a file for each host, the record, or nothing.
    fn gather(&self, ask: &Ask) -> Gathered {
        let nothing = Log::default();
        let log = ask.source.as_ref().and_then(|source| self.logs.get(source)).unwrap_or(&nothing);
        if let Some(why) = &log.fails {
            return Gathered::Later { why: why.clone() };
        }
        let hosts: Vec<&String> = match &ask.wanted {
            Wanted::Lines { hosts } => hosts.iter().collect(),
            // A problem of a transcript is named after its host.
            Wanted::Values { objects } => {
                let named = |host: &&String| objects.iter().any(|object| object.starts_with(&format!("{host} ")));
                log.lines.keys().filter(named).collect()
            }
            Wanted::Record => Vec::new(),
        };
        let found = hosts.into_iter().filter_map(|host| Some((host, log.lines.get(host)?)));
        let parts = found.map(|(host, lines)| {
            let text = lines.join("\n") + "\n";
            let sha256: String = Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
            self.kept.borrow_mut().insert(sha256.clone(), Body::Lines(lines.clone()));
            let count = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
            Part {
                kind: ask.kind(),
                source: ask.source_name().to_owned(),
                host: host.clone(),
                origin: "as told".to_owned(),
                from: ask.from,
                until: ask.until,
                encoding: "utf-8".to_owned(),
                lines: count(lines.len()),
                of: count(lines.len()),
                before: 0,
                bytes: count(text.len()),
                sha256,
            }
        });
        Gathered::Came { parts: parts.collect(), gaps: Vec::new() }
    }

    /// What a worker brings back; `None` when it never comes back.
    pub(crate) fn answer(&self, row: &Owed) -> Option<Outcome> {
        Some(match &row.work {
            Work::Ping { address, .. } => Outcome::Ping(self.ping(address)),
            Work::Echoes { addresses } => {
                let echoes = addresses.iter().map(|(component, address)| (component.clone(), self.ping(address)));
                Outcome::Echoes(echoes.collect())
            }
            Work::Probe { probe, .. } => {
                let nobody = || Probed::NotKnown { why: "nobody told".to_owned() };
                Outcome::Probe(self.probes.get(probe).cloned().unwrap_or_else(nobody))
            }
            Work::Evidence(ask) => Outcome::Evidence(self.gather(ask)),
            Work::WriteBack { .. } => Outcome::WriteBack(WriteBack::Written),
            Work::Message { channel, addresses, .. } => {
                let wire = self.wires.get(channel).cloned().unwrap_or_default();
                let open = addresses.iter().filter(|known| known.open());
                let results: Option<Vec<_>> =
                    open.map(|known| Some((known.address.clone(), wire.deliver(&known.address)?))).collect();
                Outcome::Message(results?)
            }
        })
    }
}

impl Wire {
    fn deliver(&self, address: &str) -> Option<Delivery> {
        if self.refused.contains(address) {
            return Some(Delivery::Refused { what: Refused::Recipient, why: "550 no such user".to_owned() });
        }
        match &self.line {
            Some(Line::Down) => Some(Delivery::Later { why: "451 try again".to_owned(), after: None }),
            Some(Line::Unreachable) => Some(Delivery::Unreachable { why: "connection refused".to_owned() }),
            Some(Line::Unknown) => Some(Delivery::Unknown { why: "lost after the data".to_owned() }),
            Some(Line::Hangs) => None,
            Some(Line::TurnsAway) => {
                let why = "550 5.7.1 client host rejected".to_owned();
                Some(Delivery::Refused { what: Refused::Message, why })
            }
            Some(Line::AtFault) => {
                let why = "404 the web hook is gone".to_owned();
                Some(Delivery::Refused { what: Refused::Destination, why })
            }
            Some(Line::Busy(after)) => {
                Some(Delivery::Later { why: "429 too many requests".to_owned(), after: Some(*after) })
            }
            Some(Line::Up | Line::Refuses(_)) | None => Some(Delivery::Accepted { answer: "250 ok".to_owned() }),
        }
    }
}

/// A problem as a source would describe it.
pub(super) fn problem((host, summary): (&String, &String), begins: &Begins) -> Problem {
    Problem {
        host: host.into(),
        host_name: begins.name.clone().unwrap_or_else(|| host.clone()).into(),
        summary: summary.into(),
        level: begins.level,
        tags: begins.tags.clone().into(),
        groups: begins.groups.clone().into(),
        object: Some(format!("{host} {summary}").into()),
        fields: begins.fields.clone().into(),
        items: (!begins.items.is_empty()).then(|| begins.items.clone().into()),
        inventory: begins.inventory.clone().into(),
        raw: Text::default(),
        acknowledged: false,
        suppressed: begins.suppressed,
        momentary: begins.momentary,
        late: begins.late,
    }
}

/// A look that brings nothing.
pub(super) fn empty(source: &SourceId) -> Report {
    Report {
        source: source.clone(),
        cursor: None,
        first_look: false,
        complete: true,
        observations: Vec::new(),
        remarks: Vec::new(),
        maintenance: None,
    }
}
