//! What is known beside events: groups and inventory of hosts, what a trigger looks at. Believed for a while, read together
//! for all that is new on a page, so that a storm costs two calls and not thousands.
//!
//! Not here: events themselves.

use super::api::{Api, Error};
use super::parse::{EventRow, HostRow, ItemRow, ItemsRow, Readable, cut};
use super::wire::Wire;
use crate::desk::now::{Elapsed, Now};
use crate::desk::observation::Item;
use crate::source::printable;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

/// How long it is believed.
const AGE: Duration = Duration::from_secs(300);
/// Longest text taken from one field of an inventory, or of an item, in characters.
const LONGEST: usize = 200;
/// The most that is kept of one inventory, in bytes: it goes into the record with every problem of the host.
const INVENTORY: usize = 2_048;
/// Most groups of one host that are kept.
const GROUPS: usize = 200;
/// Most items of one trigger that are kept.
const ITEMS: usize = 20;

/// What is known beside events.
#[derive(Debug)]
pub(super) struct Surroundings {
    since: Elapsed,
    hosts: BTreeMap<u64, Host>,
    items: BTreeMap<u64, Option<Arc<[Item]>>>,
}

/// A host; empty where we may not see it.
#[derive(Debug, Default)]
struct Host {
    groups: Vec<String>,
    inventory: Arc<BTreeMap<String, String>>,
}

impl Surroundings {
    /// Nothing is known yet.
    pub(super) fn new(now: Now) -> Self {
        Self { since: now.elapsed, hosts: BTreeMap::new(), items: BTreeMap::new() }
    }

    /// Reads what is not known yet of the problems among `rows`.
    pub(super) async fn learn<W: Wire>(
        &mut self,
        api: &mut Api<W>,
        rows: &[Readable<EventRow>],
        now: Now,
    ) -> Result<(), Error> {
        if now.elapsed.since(self.since) >= AGE {
            *self = Self::new(now);
        }
        let (mut hosts, mut triggers) = (BTreeSet::new(), BTreeSet::new());
        for row in rows {
            if let Readable::Row(EventRow { value: 1, hosts: named, objectid, .. }) = row {
                hosts.extend(named.iter().map(|host| host.hostid).filter(|id| !self.hosts.contains_key(id)));
                triggers.extend(Some(*objectid).filter(|id| !self.items.contains_key(id)));
            }
        }
        if !hosts.is_empty() {
            let hosts = Vec::from_iter(hosts);
            let rows = api.about_hosts(&hosts).await?;
            self.hosts.extend(hosts.into_iter().map(|id| (id, Host::default())));
            rows.into_iter().for_each(|row| self.host(row));
        }
        if !triggers.is_empty() {
            let triggers = Vec::from_iter(triggers);
            let rows = api.items_of(&triggers).await?;
            // A trigger that was deleted since has no answer: what it looked at is not known.
            self.items.extend(triggers.into_iter().map(|id| (id, None)));
            rows.into_iter().for_each(|row| self.trigger(row));
        }
        Ok(())
    }

    pub(super) fn host(&mut self, row: HostRow) {
        let groups = row.hostgroups.into_iter().take(GROUPS).map(|group| cut(group.name)).collect();
        self.hosts.insert(row.hostid, Host { groups, inventory: bounded(row.inventory).into() });
    }

    pub(super) fn trigger(&mut self, row: ItemsRow) {
        self.items.insert(row.triggerid, Some(row.items.into_iter().take(ITEMS).map(item).collect()));
    }

    /// The groups of a host.
    pub(super) fn groups(&self, host: u64) -> &[String] {
        self.hosts.get(&host).map(|host| host.groups.as_slice()).unwrap_or_default()
    }

    /// The inventory of a host, as far as it is filled in.
    pub(super) fn inventory(&self, host: u64) -> Arc<BTreeMap<String, String>> {
        self.hosts.get(&host).map(|host| host.inventory.clone()).unwrap_or_default()
    }

    /// What a trigger looks at, if that is known.
    pub(super) fn items(&self, trigger: u64) -> Option<Arc<[Item]>> {
        self.items.get(&trigger).cloned().flatten()
    }
}

fn item(row: ItemRow) -> Item {
    Item { name: printable(&row.name, LONGEST), key: printable(&row.key_, LONGEST) }
}

/// The inventory as it is kept: the short fields first, which name things; long ones are somebody's notes.
fn bounded(inventory: BTreeMap<String, String>) -> BTreeMap<String, String> {
    let short = inventory.into_iter().map(|(field, text)| (field, printable(text.trim(), LONGEST)));
    let mut all: Vec<(String, String)> = short.collect();
    all.sort_by_key(|(_, text)| text.len());
    let mut room = INVENTORY;
    let fits = |(field, text): &(String, String)| {
        let taken = room.checked_sub(field.len() + text.len());
        room = taken.unwrap_or(room);
        taken.is_some()
    };
    all.into_iter().filter(fits).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_inventory_is_kept_short_and_its_short_fields_first() {
        let long = "長".repeat(1_000);
        let notes = (b'a'..=b'z').map(|letter| (format!("notes_{}", char::from(letter)), long.clone()));
        let all: BTreeMap<String, String> = notes.chain([("model".to_owned(), " X-9000 ".to_owned())]).collect();
        let kept = bounded(all);
        assert_eq!(kept["model"], "X-9000");
        assert!(kept.len() > 1 && kept.len() < 5, "{}", kept.len());
        assert!(kept.iter().map(|(field, text)| field.len() + text.len()).sum::<usize>() <= INVENTORY);
        assert!(kept.values().all(|text| text.chars().count() <= LONGEST + 1));
    }
}
