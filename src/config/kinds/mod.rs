//! Kinds of sources, channels and probes: each brings its own table, read and checked here by the same steps.
//!
//! A kind's struct, and what is sound in it, belong to the kind (`source/*`, `channel/*`, `probe/*`). Here they are listed, given
//! the tables that carry their name, and asked for their faults; adding one touches `sources` or `channels` only, and of
//! probes nothing here.
//! Not here: what any of their keys means.

mod channels;
mod health;
mod probes;
mod sources;

pub use channels::{ChannelTable, OpenError};
pub use health::Health;
pub use sources::Sources;

use super::check::Checker;
use super::secret::Folders;
use super::tables::{Item, Tables};
use super::tree::Path;
use crate::channel::{self, Origin};
use crate::desk::ids::{ProbeName, SourceId};
use crate::desk::probe::Probe as ProbeRule;
use crate::desk::rules::{Channel as ChannelRule, SourceRules};
use crate::probe::Probe;
use jiff::tz::TimeZone;
use std::collections::{BTreeMap, BTreeSet};

/// All sources, channels and probes as configured.
#[derive(Debug, Clone)]
pub struct Kinds {
    /// Where faults come from.
    pub sources: Sources,
    /// Ways out, in the order of writing.
    pub channels: Vec<ChannelTable>,
    /// What may be asked when isolating.
    pub probes: Vec<Probe>,
    /// How the desk shows that it is well.
    pub health: Health,
    /// Where their secrets and certificates are.
    pub folders: Folders,
}

/// All of them as written.
#[derive(Debug)]
pub(super) struct Written {
    sources: sources::Written,
    channels: Vec<Item<ChannelTable>>,
    probes: Vec<Item<Probe>>,
    health: Option<health::HealthTable>,
}

impl Written {
    /// Reads the tables.
    pub(super) fn read(tables: &mut Tables<'_>) -> Self {
        Self {
            sources: sources::Written::read(tables),
            channels: channels::read(tables),
            probes: probes::read(tables),
            health: tables.one("health"),
        }
    }

    /// Checks them, each kind by its own word.
    pub(super) fn check(
        self,
        checker: &mut Checker<'_>,
        zone: &TimeZone,
        site: &str,
        folder: &std::path::Path,
    ) -> Kinds {
        let folders = Folders::of_process(folder);
        let origin = Origin { site: site.to_owned(), instance: "check".into() };
        let sources = self.sources.check(checker, zone, &folders);
        let channels = channels::check(self.channels, checker, &origin, &folders);
        let probes = probes::check(self.probes, checker, &folders);
        let health = health::check(self.health, checker, &folders, &channels);
        Kinds { sources, channels, probes, health, folders }
    }
}

impl Kinds {
    /// Fields that log patterns extract.
    pub(super) fn fields(&self) -> BTreeSet<String> {
        self.sources.patterns.iter().flat_map(|pattern| pattern.fields()).map(str::to_owned).collect()
    }

    /// What the desk must know of the sources.
    pub(super) fn source_rules(&self) -> BTreeMap<SourceId, SourceRules> {
        self.sources.rules()
    }

    /// What the desk must know of the channels.
    pub(super) fn channel_rules(&self) -> Vec<ChannelRule> {
        self.channels.iter().map(ChannelTable::rule).collect()
    }

    /// What the desk must know of the probes.
    pub(super) fn probe_rules(&self) -> BTreeMap<ProbeName, ProbeRule> {
        self.probes.iter().map(probes::rule).collect()
    }

    /// Opens all channels with their secrets, in order. A broken one does not keep the others from working.
    pub fn open_channels(&self, origin: &Origin) -> Vec<(String, Result<channel::Channel, OpenError>)> {
        let open = |table: &ChannelTable| (table.name().to_owned(), table.open(&self.folders, origin.clone()));
        self.channels.iter().map(open).collect()
    }
}
