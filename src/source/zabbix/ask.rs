//! The calls a look makes: method, parameters by version, and the type of the answer.
//!
//! Fields are always named (`extend` makes Zabbix expand macros and is several times dearer), pages are always limited
//! (PHP answers a large storm with HTTP 500), and nothing is passed that a strict version does not know. Not here: when
//! a call is made and what follows from it.

use super::api::{Api, Error, Version};
use super::history::VALUES;
use super::parse::{
    Count, EventRow, Fate, HostRow, ItemTagsRow, ItemsRow, MaintenanceRow, Mark, MeasuredRow, NotedRow, OpenRow,
    Readable, TrendRow, TriggerRow, ValueRow, WatchedRow, WorkedHost,
};
use super::wire::{Wire, garbled};
use crate::desk::observation::{Failure, FailureKind};
use jiff::Timestamp;
use serde_json::{Value, json};

/// Most ids asked of the tail at once.
pub(super) const IDS: usize = 5_000;
/// Most rows asked in full at once.
pub(super) const DETAILS: usize = 500;
/// Most rows of the list of open problems asked at once.
pub(super) const ROWS: usize = 1_000;
/// The most one query may bring where there is no way to cut it smaller.
const CROWD: usize = 20_000;
/// The fields of a host's inventory that are read: all there are since 5.0 but those that name or reach persons (`contact`,
/// `poc_…`), which have no business in a record that cannot be erased.
pub const INVENTORY: [&str; 55] = [
    "type",
    "type_full",
    "name",
    "alias",
    "os",
    "os_full",
    "os_short",
    "serialno_a",
    "serialno_b",
    "tag",
    "asset_tag",
    "macaddress_a",
    "macaddress_b",
    "hardware",
    "hardware_full",
    "software",
    "software_full",
    "software_app_a",
    "software_app_b",
    "software_app_c",
    "software_app_d",
    "software_app_e",
    "location",
    "location_lat",
    "location_lon",
    "notes",
    "chassis",
    "model",
    "hw_arch",
    "vendor",
    "contract_number",
    "installer_name",
    "deployment_status",
    "url_a",
    "url_b",
    "url_c",
    "host_networks",
    "host_netmask",
    "host_router",
    "oob_ip",
    "oob_netmask",
    "oob_router",
    "date_hw_purchase",
    "date_hw_install",
    "date_hw_expiry",
    "date_hw_decomm",
    "site_address_a",
    "site_address_b",
    "site_address_c",
    "site_city",
    "site_state",
    "site_country",
    "site_zip",
    "site_rack",
    "site_notes",
];
/// Zabbix 7 takes `eventid_from` of `problem.get` for a time and refuses what is later than 2038.
const LAST_TIME: u64 = i32::MAX as u64;

impl<W: Wire> Api<W> {
    /// The newest event there is for us, if any.
    pub(super) async fn newest(&mut self) -> Result<Option<Mark>, Error> {
        let rows: Vec<Mark> = self
            .call(
                "event.get",
                json!({
                    "output": ["eventid", "clock"], "source": 0, "object": 0, "value": [0, 1],
                    "sortfield": ["eventid"], "sortorder": "DESC", "limit": 1,
                }),
            )
            .await?;
        Ok(rows.first().copied())
    }

    /// One page of the events from `from` on (included), lowest id first.
    pub(super) async fn tail(&mut self, from: u64) -> Result<Vec<Mark>, Error> {
        self.call(
            "event.get",
            json!({
                "output": ["eventid", "clock"], "source": 0, "object": 0, "value": [0, 1],
                "eventid_from": from.to_string(), "sortfield": ["eventid"], "sortorder": "ASC", "limit": IDS,
            }),
        )
        .await
    }

    /// The events with these ids in full, lowest id first; at most [`DETAILS`].
    pub(super) async fn events(&mut self, ids: &[u64]) -> Result<Vec<Readable<EventRow>>, Error> {
        self.call(
            "event.get",
            json!({
                "output": ["eventid", "objectid", "clock", "ns", "value", "name", "severity", "acknowledged",
                           "suppressed"],
                "eventids": texts(ids), "source": 0, "object": 0, "value": [0, 1],
                "selectHosts": ["hostid", "host", "name"], "selectTags": ["tag", "value"],
                "sortfield": ["eventid"], "sortorder": "ASC",
            }),
        )
        .await
    }

    /// What became of these problems; those we may not see (any more) are missing.
    pub(super) async fn fates(&mut self, ids: &[u64]) -> Result<Vec<Fate>, Error> {
        self.by_ids("event.get", "eventids", json!({ "output": ["eventid", "objectid", "r_eventid"] }), ids).await
    }

    /// When these events happened.
    pub(super) async fn moments(&mut self, ids: &[u64]) -> Result<Vec<Readable<EventRow>>, Error> {
        let output = json!({ "output": ["eventid", "objectid", "clock", "ns", "value", "severity"] });
        self.by_ids("event.get", "eventids", output, ids).await
    }

    /// All open problems, every page of them, in no particular order.
    pub(super) async fn open_problems(&mut self) -> Result<Vec<OpenRow>, Error> {
        let version = self.version().await?;
        let mut all: Vec<OpenRow> = Vec::new();
        let mut from = None;
        loop {
            let mut params = open_rows(ROWS);
            if let Some(from) = from {
                params["eventid_from"] = u64::to_string(&from).into();
            }
            let page: Vec<OpenRow> = self.call("problem.get", params).await?;
            let (full, last) = (page.len() >= ROWS, page.last().map_or(0, |row| row.eventid));
            all.extend(page);
            match (full, last.checked_add(1)) {
                (true, Some(next)) if version >= Version::SEVEN && next > LAST_TIME => {
                    return self.open_problems_by_time().await;
                }
                (true, Some(next)) if from.is_some_and(|from| next <= from) => {
                    return Err(no_progress("problem.get", next).into());
                }
                (true, Some(next)) => from = Some(next),
                _ => return Ok(all),
            }
        }
    }

    /// All open problems, cut by their time instead of their id: each range that is not read whole is halved at the
    /// middle of what it brought.
    pub(super) async fn open_problems_by_time(&mut self) -> Result<Vec<OpenRow>, Error> {
        let mut all: Vec<OpenRow> = Vec::new();
        let mut ranges = vec![(0, i64::from(i32::MAX))];
        while let Some((from, till)) = ranges.pop() {
            let limit = if from == till { CROWD } else { ROWS };
            let mut params = open_rows(limit);
            params["time_from"] = from.into();
            params["time_till"] = till.into();
            let rows: Vec<OpenRow> = self.call("problem.get", params).await?;
            if let Some(row) = rows.iter().find(|row| !(from..=till).contains(&row.clock)) {
                let detail = format!(
                    "problem.get: asked for the time {from} to {till}, it brings problem {} of {}",
                    row.eventid, row.clock
                );
                return Err(garbled(detail).into());
            }
            if rows.len() < limit {
                all.extend(rows);
            } else if from == till {
                let detail = format!("more than {CROWD} problems of one second: this cannot be read in pages");
                return Err(Failure { kind: FailureKind::TooLarge, detail }.into());
            } else {
                let mut clocks: Vec<i64> = rows.iter().map(|row| row.clock).collect();
                clocks.sort_unstable();
                let middle = clocks[clocks.len() / 2].clamp(from, till - 1);
                ranges.extend([(middle + 1, till), (from, middle)]);
            }
        }
        Ok(all)
    }

    /// Which of these triggers are watched: neither they nor their hosts and items are disabled.
    pub(super) async fn monitored(&mut self, triggers: &[u64]) -> Result<Vec<TriggerRow>, Error> {
        self.by_ids("trigger.get", "triggerids", json!({ "output": ["triggerid"], "monitored": true }), triggers).await
    }

    /// How many hosts we may see.
    pub(super) async fn host_count(&mut self) -> Result<u64, Error> {
        Ok(self.call::<Count>("host.get", json!({ "countOutput": true })).await?.0)
    }

    /// The groups and the inventory of these hosts.
    pub(super) async fn about_hosts(&mut self, hosts: &[u64]) -> Result<Vec<HostRow>, Error> {
        let params = json!({
            "output": ["hostid"], self.select_groups().await?: ["name"], "selectInventory": &INVENTORY[..],
        });
        self.by_ids("host.get", "hostids", params, hosts).await
    }

    /// What these triggers look at.
    pub(super) async fn items_of(&mut self, triggers: &[u64]) -> Result<Vec<ItemsRow>, Error> {
        let params = json!({ "output": ["triggerid"], "selectItems": ["name", "key_"] });
        self.by_ids("trigger.get", "triggerids", params, triggers).await
    }

    /// What these triggers look at, with what is needed to read its values.
    pub(super) async fn measured(&mut self, triggers: &[u64]) -> Result<Vec<MeasuredRow>, Error> {
        let params = json!({
            "output": ["triggerid"], "selectHosts": ["hostid", "host"],
            "selectItems": ["itemid", "hostid", "name", "key_", "value_type", "units"],
        });
        self.by_ids("trigger.get", "triggerids", params, triggers).await
    }

    /// The values of an item in a range of time, both ends included, the newest first; at most [`VALUES`].
    pub(super) async fn values(
        &mut self,
        item: u64,
        value_type: u8,
        from: Timestamp,
        until: Timestamp,
    ) -> Result<Vec<ValueRow>, Error> {
        self.call(
            "history.get",
            json!({
                "output": ["clock", "ns", "value"], "history": value_type, "itemids": [item.to_string()],
                "time_from": from.as_second(), "time_till": until.as_second(), "sortfield": ["clock"],
                "sortorder": "DESC", "limit": VALUES,
            }),
        )
        .await
    }

    /// The hourly values of an item in a range of time; at most [`VALUES`].
    pub(super) async fn trends(
        &mut self,
        item: u64,
        from: Timestamp,
        until: Timestamp,
    ) -> Result<Vec<TrendRow>, Error> {
        self.call(
            "trend.get",
            json!({
                "output": ["clock", "num", "value_min", "value_avg", "value_max"], "itemids": [item.to_string()],
                "time_from": from.as_second(), "time_till": until.as_second(), "limit": VALUES,
            }),
        )
        .await
    }

    /// What is watched on these hosts: every enabled trigger, its text as a problem would say it.
    pub(super) async fn watched(&mut self, hosts: &[u64]) -> Result<Vec<WatchedRow>, Error> {
        let params = json!({
            "output": ["triggerid", "description", "priority"], "expandDescription": true, "monitored": true,
            "selectHosts": ["hostid", "host", "name"], "selectTags": ["tag", "value"],
            "selectItems": ["itemid", "name", "key_"],
        });
        self.by_ids("trigger.get", "hostids", params, hosts).await
    }

    /// The tags of these items; below 5.4 there are none.
    pub(super) async fn item_tags(&mut self, items: &[u64]) -> Result<Vec<ItemTagsRow>, Error> {
        if self.version().await? < Version::ITEM_TAGS {
            return Ok(Vec::new());
        }
        let params = json!({ "output": ["itemid"], "selectTags": ["tag", "value"] });
        self.by_ids("item.get", "itemids", params, items).await
    }

    /// All hosts we may see, with groups, tags and inventory.
    pub(super) async fn hosts(&mut self) -> Result<Vec<HostRow>, Error> {
        let params = json!({
            "output": ["hostid", "host"], self.select_groups().await?: ["name"],
            "selectTags": ["tag", "value"], "selectInheritedTags": ["tag", "value"], "selectInventory": &INVENTORY[..],
        });
        self.call("host.get", params).await
    }

    /// Hosts that are in maintenance now, and in which.
    pub(super) async fn hosts_in_maintenance(&mut self) -> Result<Vec<WorkedHost>, Error> {
        let params = json!({
            "output": ["hostid", "host", "maintenanceid", "maintenance_from"], "filter": { "maintenance_status": 1 },
        });
        self.call("host.get", params).await
    }

    /// These maintenances with their periods; those we may not see are missing.
    pub(super) async fn maintenances(&mut self, ids: &[u64]) -> Result<Vec<MaintenanceRow>, Error> {
        let params = json!({
            "output": ["maintenanceid", "name", "description", "active_since", "active_till"],
            "selectTimeperiods": ["timeperiod_type", "start_date", "period"],
        });
        self.by_ids("maintenance.get", "maintenanceids", params, ids).await
    }

    async fn select_groups(&mut self) -> Result<&'static str, Error> {
        let newer = self.version().await? >= Version::HOST_GROUPS;
        Ok(if newer { "selectHostGroups" } else { "selectGroups" })
    }

    /// These problems with the messages on them.
    pub(super) async fn notes(&mut self, ids: &[u64]) -> Result<Vec<NotedRow>, Error> {
        let newer = self.version().await? >= Version::SEVEN;
        let select = if newer { "selectAcknowledges" } else { "select_acknowledges" };
        self.by_ids("event.get", "eventids", json!({ "output": ["eventid"], select: ["message"] }), ids).await
    }

    /// Puts a message on these problems; one of them that may not be touched fails the whole call.
    pub(super) async fn put_note(&mut self, ids: &[u64], message: &str) -> Result<(), Error> {
        /// `event.acknowledge`: only a message, nothing is acknowledged, closed or changed.
        const MESSAGE: u8 = 4;
        let params = json!({ "eventids": texts(ids), "action": MESSAGE, "message": message });
        self.call::<serde::de::IgnoredAny>("event.acknowledge", params).await.map(drop)
    }

    /// Calls `method` for `ids` in pages and joins the answers.
    async fn by_ids<T: serde::de::DeserializeOwned>(
        &mut self,
        method: &'static str,
        key: &str,
        params: Value,
        ids: &[u64],
    ) -> Result<Vec<T>, Error> {
        let mut all = Vec::with_capacity(ids.len());
        for page in ids.chunks(ROWS) {
            let mut params = params.clone();
            params[key] = texts(page);
            all.extend(self.call::<Vec<T>>(method, params).await?);
        }
        Ok(all)
    }
}

/// A full page that leads back to where it was read from: pages would be read for ever.
pub(super) fn no_progress(method: &str, next: u64) -> Failure {
    garbled(format!("{method}: a full page ends before event {next}, where it was to begin: pages lead nowhere"))
}

/// The list of open problems: the fields that can change, and nothing dear.
fn open_rows(limit: usize) -> Value {
    json!({
        "output": ["eventid", "objectid", "clock", "severity", "acknowledged", "suppressed"], "source": 0, "object": 0,
        "sortfield": ["eventid"], "sortorder": "ASC", "limit": limit,
    })
}

/// Ids as Zabbix writes them.
fn texts(ids: &[u64]) -> Value {
    ids.iter().map(u64::to_string).collect::<Vec<_>>().into()
}
