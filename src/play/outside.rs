//! What lies outside in a transcript: channels, pinged addresses, probes, and problems as a source would describe them.
//!
//! Everything works unless the transcript says otherwise. Not here: when anything is tried (`desk/deliver.rs`).

use super::input::{Begins, Echo, Line};
use crate::desk::ids::{ChannelId, ProbeName, SourceId};
use crate::desk::observation::{Problem, Report};
use crate::desk::outcome::{Delivery, Outcome, Ping, Probed, Refused, WriteBack};
use crate::desk::owed::{Owed, Work};
use std::collections::{BTreeMap, BTreeSet};

/// Channels and addresses, as the transcript has them behave.
#[derive(Debug, Default)]
pub(crate) struct Outside {
    wires: BTreeMap<ChannelId, Wire>,
    echoes: BTreeMap<String, Echo>,
    probes: BTreeMap<ProbeName, Probed>,
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
            Some(Line::Up | Line::Refuses(_)) | None => Some(Delivery::Accepted { answer: "250 ok".to_owned() }),
        }
    }
}

/// A problem as a source would describe it.
pub(super) fn problem((host, summary): (&String, &String), begins: &Begins) -> Problem {
    Problem {
        host: host.clone(),
        host_name: begins.name.clone().unwrap_or_else(|| host.clone()),
        summary: summary.clone(),
        level: begins.level,
        tags: begins.tags.clone(),
        groups: begins.groups.clone(),
        object: Some(format!("{host} {summary}")),
        fields: begins.fields.clone(),
        items: (!begins.items.is_empty()).then(|| begins.items.clone()),
        inventory: begins.inventory.clone(),
        raw: String::new(),
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
