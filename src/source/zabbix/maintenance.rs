//! Zabbix's own maintenance, for the desk to take as planned work: which hosts are in it now, and until when.
//!
//! The hosts say that they are in maintenance and in which; the maintenance says what it is called and how long a period
//! lasts. Not here: which problems are hidden (every problem says so itself), and what follows from it.

use super::api::{Api, Error};
use super::parse::{MaintenanceRow, Period, WorkedHost, cut};
use super::wire::Wire;
use crate::desk::now::Now;
use crate::desk::observation::Maintenance;
use crate::source::printable;
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};

/// Longest name and description taken, in characters.
const LONGEST: usize = 200;

/// What is under maintenance now.
pub(super) async fn read<W: Wire>(api: &mut Api<W>, now: Now) -> Result<Vec<Maintenance>, Error> {
    let hosts = api.hosts_in_maintenance().await?;
    let ids: BTreeSet<u64> = hosts.iter().map(|host| host.maintenanceid).collect();
    let rows = if ids.is_empty() { Vec::new() } else { api.maintenances(&Vec::from_iter(ids)).await? };
    Ok(joined(&hosts, rows, now.wall))
}

fn joined(hosts: &[WorkedHost], rows: Vec<MaintenanceRow>, now: Timestamp) -> Vec<Maintenance> {
    let rows: BTreeMap<u64, MaintenanceRow> = rows.into_iter().map(|row| (row.maintenanceid, row)).collect();
    let mut by_id: BTreeMap<u64, Vec<&WorkedHost>> = BTreeMap::new();
    for host in hosts {
        by_id.entry(host.maintenanceid).or_default().push(host);
    }
    let told = by_id.into_iter().filter_map(|(id, hosts)| {
        let row = rows.get(&id);
        let begun = hosts.iter().map(|host| host.maintenance_from).filter(|from| *from > 0).min();
        let begun = begun.or(row.map(|row| row.active_since)).unwrap_or_else(|| now.as_second());
        let name = row.map(|row| printable(row.name.trim(), LONGEST)).filter(|name| !name.is_empty());
        Some(Maintenance {
            key: id.to_string(),
            // Its name may be beyond the rights of the user.
            name: name.unwrap_or_else(|| format!("Zabbix maintenance {id}")),
            reason: row.map(|row| printable(row.description.trim(), LONGEST)).unwrap_or_default(),
            hosts: hosts.iter().map(|host| cut(host.host.clone())).collect(),
            from: Timestamp::from_second(begun).ok()?,
            until: Timestamp::from_second(row.map_or(i64::from(i32::MAX), |row| end(row, begun, now))).ok()?,
        })
    });
    told.collect()
}

/// When the period under way ends: of those that may be it the latest, and never later than the maintenance itself.
fn end(row: &MaintenanceRow, begun: i64, now: Timestamp) -> i64 {
    let now = now.as_second();
    let ends = row.timeperiods.iter().map(|period| match period {
        Period { timeperiod_type: 0, start_date, period, .. } if *start_date <= now => {
            start_date.saturating_add(*period)
        }
        Period { timeperiod_type: 0, .. } => 0,
        Period { period, .. } => begun.saturating_add(*period),
    });
    ends.filter(|end| *end > now).max().unwrap_or(row.active_till).min(row.active_till)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed test should stop")]
    use super::*;
    use serde_json::{Value, json};

    fn fixture(name: &str) -> Value {
        let text = std::fs::read_to_string(format!("tests/zabbix/fixtures/{name}.json")).unwrap();
        serde_json::from_str::<Value>(&text).unwrap()["response"]["result"].clone()
    }

    fn second(seconds: i64) -> Timestamp {
        Timestamp::from_second(seconds).unwrap()
    }

    #[test]
    fn a_recorded_maintenance_is_told_with_its_host_and_the_end_of_its_period() {
        let rows: Vec<MaintenanceRow> = serde_json::from_value(fixture("maintenance_get")).unwrap();
        let host =
            json!([{ "hostid": "10564", "host": "app-batch", "maintenanceid": "1", "maintenance_from": "1795382400" }]);
        let hosts: Vec<WorkedHost> = serde_json::from_value(host).unwrap();
        let told = joined(&hosts, rows, second(1_795_382_700));
        let [work] = told.as_slice() else { panic!("one maintenance: {told:?}") };
        assert_eq!((work.key.as_str(), work.name.as_str()), ("1", "定期点検 app-batch"));
        assert_eq!(work.hosts, BTreeSet::from(["app-batch".to_owned()]));
        // The period of 30 minutes ends a minute before `active_till`.
        assert_eq!((work.from, work.until), (second(1_795_382_400), second(1_795_384_200)));
    }

    #[test]
    fn the_end_is_that_of_the_period_under_way() {
        let row = |periods: Value| -> MaintenanceRow {
            serde_json::from_value(json!({
                "maintenanceid": "7", "name": "n", "active_till": "1000000", "timeperiods": periods,
            }))
            .unwrap()
        };
        let once = |start: i64, period: i64| json!({ "timeperiod_type": "0", "start_date": start.to_string(), "period": period.to_string() });
        let weekly = |period: i64| json!({ "timeperiod_type": "3", "start_date": "0", "period": period.to_string() });
        for (periods, begun, now, expected) in [
            (json!([once(1_000, 600)]), 1_000, 1_200, 1_600),
            (json!([once(1_000, 600), once(5_000, 600)]), 5_000, 5_100, 5_600),
            (json!([weekly(7_200)]), 10_000, 11_000, 17_200),
            (json!([weekly(7_200), once(10_500, 9_000)]), 10_000, 11_000, 19_500),
            (json!([once(999_000, 9_000)]), 999_000, 999_100, 1_000_000),
            // Nothing fits: at the latest when the maintenance itself ends.
            (json!([once(1_000, 600)]), 1_000, 2_000, 1_000_000),
            (json!([]), 1_000, 2_000, 1_000_000),
        ] {
            assert_eq!(end(&row(periods.clone()), begun, second(now)), expected, "{periods}");
        }
    }

    #[test]
    fn a_maintenance_nobody_may_read_still_has_hosts() {
        let hosts = json!([{ "hostid": "1", "host": "h", "maintenanceid": "9", "maintenance_from": "0" }]);
        let hosts: Vec<WorkedHost> = serde_json::from_value(hosts).unwrap();
        let told = joined(&hosts, Vec::new(), second(5_000));
        assert_eq!((told[0].name.as_str(), told[0].from), ("Zabbix maintenance 9", second(5_000)));
        assert!(told[0].until > second(5_000));
    }
}
