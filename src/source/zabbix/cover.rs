//! What this Zabbix could tell: every trigger that is watched, as the problem it would raise - so that somebody can see which
//! of them no component covers (責任分界の穴).
//!
//! For `check --live`: all that can be known without a fault. Not here: what covers what (the rules), polling.

use super::api::{Api, Error};
use super::config::{Access, Config};
use super::known::Surroundings;
use super::parse::{EventRow, HostRow, ItemTagsRow, ItemsRow, Tag, WatchedRow};
use super::wire::{Http, Wire};
use crate::desk::now::{Elapsed, Now};
use crate::desk::observation::{Failure, Key, Level, Problem, Seen};
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};

/// Hosts whose triggers are asked at once.
const HOSTS: usize = 100;

/// What is watched.
#[derive(Debug, Clone, PartialEq)]
pub struct Watched {
    /// The server's version.
    pub version: String,
    /// Technical names of all visible hosts.
    pub hosts: BTreeSet<String>,
    /// What every watched trigger would raise, at or above the source's level.
    pub problems: Vec<Problem>,
}

/// Tries the way in, and reads what is watched. Changes nothing.
///
/// # Errors
/// Whatever would make a look fail.
pub async fn watched(config: &Config, access: Access) -> Result<Watched, Failure> {
    let mut api = Api::new(Http::new(config), access);
    Ok(read(&mut api, config.min_severity).await?)
}

async fn read<W: Wire>(api: &mut Api<W>, least: Level) -> Result<Watched, Error> {
    let version = api.version().await?.to_string();
    let hosts = api.hosts().await?;
    let mut known = Surroundings::new(Now { wall: Timestamp::UNIX_EPOCH, elapsed: Elapsed(0) });
    let mut tags: BTreeMap<u64, Vec<Tag>> = BTreeMap::new();
    let ids: Vec<u64> = hosts.iter().map(|host| host.hostid).collect();
    let names: BTreeSet<String> = hosts.iter().map(|host| host.host.clone()).collect();
    for host in hosts {
        let HostRow { tags: own, inherited_tags, .. } = host.clone();
        tags.insert(host.hostid, own.into_iter().chain(inherited_tags).collect());
        known.host(host);
    }
    let mut triggers: BTreeMap<u64, WatchedRow> = BTreeMap::new();
    for page in ids.chunks(HOSTS) {
        triggers.extend(api.watched(page).await?.into_iter().map(|row| (row.triggerid, row)));
    }
    let items: BTreeSet<u64> = triggers.values().flat_map(|row| &row.items).map(|item| item.itemid).collect();
    let by_item: BTreeMap<u64, Vec<Tag>> = api
        .item_tags(&Vec::from_iter(items))
        .await?
        .into_iter()
        .map(|ItemTagsRow { itemid, tags }| (itemid, tags))
        .collect();
    let mut problems = Vec::new();
    for row in triggers.into_values().filter(|row| Level::from_zabbix(row.priority).is_some_and(|it| it >= least)) {
        let of_hosts = row.hosts.iter().filter_map(|host| tags.get(&host.hostid)).flatten();
        let of_items = row.items.iter().filter_map(|item| by_item.get(&item.itemid)).flatten();
        let all = of_hosts.chain(of_items).chain(&row.tags).cloned().collect();
        known
            .trigger(ItemsRow { triggerid: row.triggerid, items: row.items.iter().map(|item| item.plain()).collect() });
        problems.extend(problem(row, all, &known));
    }
    Ok(Watched { version, hosts: names, problems })
}

/// The problem a trigger would raise.
fn problem(row: WatchedRow, tags: Vec<Tag>, known: &Surroundings) -> Option<Problem> {
    let event = EventRow {
        eventid: 0,
        objectid: row.triggerid,
        clock: 0,
        ns: 0,
        value: 1,
        name: row.description,
        severity: row.priority,
        acknowledged: false,
        suppressed: false,
        hosts: row.hosts,
        tags,
    };
    let key = Key(row.triggerid.to_string().into());
    match event.problem(key, known, |_| false, Timestamp::UNIX_EPOCH).seen {
        Seen::Problem(problem) => Some(problem),
        Seen::Changed { .. } | Seen::Recovered { .. } | Seen::Unreadable { .. } => None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed test should stop")]
    use super::super::fake::{Fake, FakeWire, TOKEN};
    use super::*;
    use crate::desk::observation::FailureKind;
    use std::sync::{Arc, Mutex};

    fn watched(fake: Fake, least: Level) -> Result<Watched, Failure> {
        let wire = FakeWire(Arc::new(Mutex::new(fake)));
        let mut api = Api::new(wire, Access::Token(TOKEN.into()));
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        Ok(runtime.block_on(read(&mut api, least))?)
    }

    #[test]
    fn every_trigger_that_is_watched_is_told_as_the_problem_it_would_raise() {
        for version in [(5, 0), (6, 0), (7, 2)] {
            let mut fake = Fake { version, hosts: 3, triggers: 6, ..Fake::default() };
            fake.disabled.insert(4);
            let watched = watched(fake, Level::Warning).unwrap();
            assert_eq!(watched.hosts.len(), 3);
            let told: Vec<(&str, &str)> =
                watched.problems.iter().map(|it| (it.host.as_str(), it.summary.as_str())).collect();
            let expected = [
                ("host-2", "trigger 1"),
                ("host-3", "trigger 2"),
                ("host-1", "trigger 3"),
                ("host-3", "trigger 5"),
                ("host-1", "trigger 6"),
            ];
            assert_eq!(told, expected);
            let first = &watched.problems[0];
            assert_eq!((first.level, &*first.groups), (Level::High, &["Vendor/Test".to_owned()][..]));
            let tags: Vec<&str> = first.tags.iter().map(|(tag, _)| tag.as_str()).collect();
            let with_items = ["host", "template", "item", "scope"];
            // Items have tags since 5.4.
            assert_eq!(tags, if version < (5, 4) { vec!["host", "template", "scope"] } else { with_items.into() });
            assert_eq!(first.items.as_ref().unwrap()[0].key, "value[1]");
        }
        let fake = Fake { version: (6, 0), hosts: 3, triggers: 6, ..Fake::default() };
        assert_eq!(watched(fake, Level::Disaster).unwrap().problems, []);
    }

    #[test]
    fn a_revoked_token_is_told() {
        let fake = Fake { version: (6, 0), hosts: 3, token_gone: true, ..Fake::default() };
        assert_eq!(watched(fake, Level::Warning).unwrap_err().kind, FailureKind::LoggedOut);
    }
}
