//! A Zabbix made of memory, for the tests of the look: strict where the real ones are strict.
//!
//! It knows what the versions disagree on (how a caller shows who it is, names of parameters, what is refused) and can
//! be told to misbehave. What it answers follows `tests/zabbix/FACTS.md`. Not here: triggers, time, HTTP.

use super::wire::Wire;
use crate::desk::observation::{Failure, FailureKind};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard};

/// The token the fake knows.
pub(super) const TOKEN: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
/// The password the fake knows.
pub(super) const PASSWORD: &str = "correct horse";

#[derive(Debug, Clone)]
pub(super) struct Event {
    pub(super) trigger: u64,
    pub(super) clock: i64,
    pub(super) value: u8,
    pub(super) recovery: u64,
    pub(super) severity: u8,
    pub(super) acknowledged: bool,
    pub(super) suppressed: bool,
    /// Its transaction is committed.
    pub(super) visible: bool,
    pub(super) notes: Vec<String>,
}

#[derive(Debug, Default)]
pub(super) struct Fake {
    pub(super) version: (u16, u16),
    pub(super) hosts: u64,
    /// Hosts (1 to `hosts`) the user may not see.
    pub(super) hidden: BTreeSet<u64>,
    pub(super) events: BTreeMap<u64, Event>,
    /// How many triggers there are, for who asks for all.
    pub(super) triggers: u64,
    pub(super) disabled: BTreeSet<u64>,
    pub(super) deleted: BTreeSet<u64>,
    pub(super) token_gone: bool,
    /// Single values and hourly ones of items, oldest first.
    pub(super) values: BTreeMap<u64, Vec<(i64, &'static str)>>,
    pub(super) hours: BTreeMap<u64, Vec<(i64, &'static str, &'static str, &'static str)>>,
    /// Ids that may be read, but not written to.
    pub(super) unwritable: BTreeSet<u64>,
    pub(super) sessions: u64,
    /// Hosts in maintenance 1, and when its period ends.
    pub(super) worked: BTreeSet<u64>,
    pub(super) worked_until: i64,
    /// What the next calls bring instead of an answer; `None` leaves one alone.
    pub(super) trouble: VecDeque<Option<Result<String, Failure>>>,
    /// `method params` of every call.
    pub(super) calls: Vec<String>,
}

impl Fake {
    /// Trigger `n` belongs to host `n % hosts + 1`.
    fn host_of(&self, trigger: u64) -> u64 {
        trigger % self.hosts + 1
    }

    pub(super) fn problem(&mut self, id: u64, trigger: u64, clock: i64) {
        let event = Event {
            trigger,
            clock,
            value: 1,
            recovery: 0,
            severity: 4,
            acknowledged: false,
            suppressed: false,
            visible: true,
            notes: Vec::new(),
        };
        self.events.insert(id, event);
    }

    /// Event `id` closes the open problems of `trigger`.
    pub(super) fn recovery(&mut self, id: u64, trigger: u64, clock: i64) {
        for event in self.events.values_mut().filter(|event| event.trigger == trigger && event.value == 1) {
            if event.recovery == 0 {
                event.recovery = id;
            }
        }
        self.problem(id, trigger, clock);
        if let Some(event) = self.events.get_mut(&id) {
            (event.value, event.severity) = (0, 0);
        }
    }

    pub(super) fn event(&mut self, id: u64) -> &mut Event {
        self.events.get_mut(&id).expect("the test made this event")
    }

    fn sees(&self, event: &Event) -> bool {
        event.visible && (self.deleted.contains(&event.trigger) || !self.hidden.contains(&self.host_of(event.trigger)))
    }

    fn answer(&mut self, body: &str, bearer: Option<&str>) -> Value {
        let call: Value = serde_json::from_str(body).expect("we send JSON");
        let method = call["method"].as_str().expect("with a method").to_owned();
        let params = &call["params"];
        self.calls.push(format!("{method} {params}"));
        let result = self.checked(&method, params, call["auth"].as_str(), bearer);
        match result {
            Ok(result) => json!({ "jsonrpc": "2.0", "result": result, "id": call["id"] }),
            Err((code, data)) => {
                json!({ "jsonrpc": "2.0", "error": { "code": code, "message": "No.", "data": data }, "id": call["id"] })
            }
        }
    }

    fn checked(&mut self, method: &str, params: &Value, auth: Option<&str>, bearer: Option<&str>) -> Refusable {
        let open = ["apiinfo.version", "user.login", "user.checkAuthentication"].contains(&method);
        if open && (auth.is_some() || bearer.is_some()) {
            return Err((-32602, "the method must be called without authentication".into()));
        }
        if self.version >= (7, 2) && auth.is_some() {
            return Err((-32600, "unexpected parameter \"auth\"".into()));
        }
        let shown = if self.version >= (6, 4) { bearer.or(auth) } else { auth };
        if !open && !shown.is_some_and(|secret| self.knows(secret)) {
            return Err((-32602, "Not authorized.".into()));
        }
        self.check_names(method, params)?;
        self.result(method, params)
    }

    fn knows(&self, secret: &str) -> bool {
        (secret == TOKEN && !self.token_gone) || secret == format!("session{}", self.sessions)
    }

    /// Version 7 refuses what it does not know; all versions of this fake do, so that nothing creeps in.
    fn check_names(&self, method: &str, params: &Value) -> Result<(), (i64, String)> {
        let seven = self.version >= (7, 0);
        let mut known = vec!["output", "sortfield", "sortorder", "limit", "countOutput"];
        known.extend(match method {
            "event.get" => {
                let notes = if seven { "selectAcknowledges" } else { "select_acknowledges" };
                vec!["source", "object", "value", "eventids", "eventid_from", "selectHosts", "selectTags", notes]
            }
            "problem.get" => vec!["source", "object", "eventid_from", "time_from", "time_till"],
            "trigger.get" => {
                vec![
                    "triggerids",
                    "hostids",
                    "monitored",
                    "expandDescription",
                    "selectItems",
                    "selectHosts",
                    "selectTags",
                ]
            }
            "item.get" if self.version >= (5, 4) => vec!["itemids", "selectTags"],
            "history.get" => vec!["history", "itemids", "time_from", "time_till"],
            "trend.get" => vec!["itemids", "time_from", "time_till"],
            "host.get" => {
                let groups = match self.version {
                    (7, 2..) | (8.., _) => &["selectHostGroups"][..],
                    (6, 2..) | (7, _) => &["selectHostGroups", "selectGroups"],
                    _ => &["selectGroups"],
                };
                [&["hostids", "filter", "selectTags", "selectInheritedTags", "selectInventory"], groups].concat()
            }
            "maintenance.get" => vec!["maintenanceids", "selectTimeperiods"],
            "user.login" if self.version >= (5, 4) => vec!["username", "password"],
            "user.login" => vec!["user", "password"],
            "user.checkAuthentication" if self.version >= (6, 0) => vec!["sessionid", "token"],
            "user.checkAuthentication" => vec!["sessionid"],
            "event.acknowledge" => vec!["eventids", "action", "message"],
            _ => vec![],
        });
        let names = params.as_object().into_iter().flatten().map(|(name, _)| name.as_str());
        match names.into_iter().find(|name| !known.contains(name)) {
            Some(name) => Err((-32602, format!("Invalid parameter \"/\": unexpected parameter \"{name}\"."))),
            None => Ok(()),
        }
    }

    fn result(&mut self, method: &str, params: &Value) -> Refusable {
        Ok(match method {
            "apiinfo.version" => format!("{}.{}.14", self.version.0, self.version.1).into(),
            "user.get" => json!([]),
            "user.login" if params["password"] == PASSWORD => {
                self.sessions += 1;
                format!("session{}", self.sessions).into()
            }
            "user.login" => return Err((-32500, "Incorrect user name or password.".into())),
            "user.checkAuthentication" => {
                let secret = params["token"].as_str().or(params["sessionid"].as_str()).expect("one of them");
                if !self.knows(secret) {
                    return Err((-32602, "Session terminated, re-login, please.".into()));
                }
                json!({ "userid": "1" })
            }
            "event.get" => self.event_get(params),
            "problem.get" => self.problem_get(params)?,
            "trigger.get" => {
                let watched = |id: &u64| {
                    !self.disabled.contains(id)
                        && !self.deleted.contains(id)
                        && !self.hidden.contains(&self.host_of(*id))
                };
                let hosts = ids(&params["hostids"]);
                let there = |id: &u64| hosts.as_ref().is_none_or(|hosts| hosts.contains(&self.host_of(*id)));
                let asked = ids(&params["triggerids"]).unwrap_or_else(|| (1..=self.triggers).collect());
                let ids = asked.into_iter().filter(watched).filter(there);
                ids.map(|id| self.trigger(id, params)).collect()
            }
            // Item `n` is what trigger `n` looks at.
            "item.get" => {
                let row = |id: u64| json!({ "itemid": id.to_string(), "tags": [{ "tag": "item", "value": "" }] });
                ids(&params["itemids"]).expect("always given").into_iter().map(row).collect()
            }
            "history.get" => {
                let item = ids(&params["itemids"]).expect("always given")[0];
                let mut rows: Vec<&(i64, &str)> =
                    self.values.get(&item).into_iter().flatten().filter(|(clock, _)| in_time(params, *clock)).collect();
                rows.reverse();
                rows.truncate(params["limit"].as_u64().expect("always limited") as usize);
                let row = |(clock, value): &(i64, &str)| json!({ "itemid": item.to_string(), "clock": clock.to_string(), "ns": "7", "value": value });
                rows.into_iter().map(row).collect()
            }
            "trend.get" => {
                let item = ids(&params["itemids"]).expect("always given")[0];
                let rows = self.hours.get(&item).into_iter().flatten().filter(|(clock, ..)| in_time(params, *clock));
                let row = |(clock, min, avg, max): &(i64, &str, &str, &str)| json!({ "clock": clock.to_string(), "num": "60", "value_min": min, "value_avg": avg, "value_max": max });
                rows.map(row).collect()
            }
            "host.get" => self.host_get(params),
            "maintenance.get" => json!([{
                "maintenanceid": "1", "name": "点検", "description": "", "active_since": "1700000000",
                "active_till": self.worked_until.to_string(),
                "timeperiods": [],
            }]),
            "event.acknowledge" => {
                let ids = ids(&params["eventids"]).expect("always given");
                let writable = |id: &u64| !self.unwritable.contains(id) && self.events.contains_key(id);
                if !ids.iter().all(writable) {
                    return Err((-32500, "No permissions to referred object or it does not exist!".into()));
                }
                for id in &ids {
                    self.event(*id).notes.push(params["message"].as_str().expect("a text").to_owned());
                }
                json!({ "eventids": ids })
            }
            other => return Err((-32601, format!("Incorrect API {other}"))),
        })
    }

    fn trigger(&self, id: u64, params: &Value) -> Value {
        let host = self.host_of(id).to_string();
        let mut row = json!({ "triggerid": id.to_string() });
        if params.get("selectItems").is_some() {
            row["items"] = json!([{
                "itemid": id.to_string(), "hostid": host, "name": format!("値 {id}"), "key_": format!("value[{id}]"),
                "value_type": "3", "units": "",
            }]);
        }
        if params.get("selectHosts").is_some() {
            row["hosts"] = json!([{ "hostid": host, "host": format!("host-{host}") }]);
        }
        if params.get("selectTags").is_some() {
            row["tags"] = json!([{ "tag": "scope", "value": "test" }]);
            (row["description"], row["priority"]) = (format!("trigger {id}").into(), "4".into());
        }
        row
    }

    fn event_get(&self, params: &Value) -> Value {
        let (wanted, from) = (ids(&params["eventids"]), number(&params["eventid_from"]).unwrap_or(0));
        let mut rows: Vec<(&u64, &Event)> = (self.events.iter())
            .filter(|(id, event)| **id >= from as u64 && self.sees(event))
            .filter(|(id, _)| wanted.as_ref().is_none_or(|wanted| wanted.contains(id)))
            .collect();
        if params["sortorder"] == "DESC" {
            rows.reverse();
        }
        rows.truncate(params["limit"].as_u64().unwrap_or(u64::MAX) as usize);
        let gone = |event: &Event| self.deleted.contains(&event.trigger);
        let row = |(id, event): (&u64, &Event)| {
            let host = self.host_of(event.trigger);
            let hosts = json!([{ "hostid": host.to_string(), "host": format!("host-{host}"), "name": format!("ホスト{host}") }]);
            json!({
                "eventid": id.to_string(), "objectid": event.trigger.to_string(), "clock": event.clock.to_string(),
                "ns": "5", "value": event.value.to_string(), "name": format!("trigger {}", event.trigger),
                "severity": event.severity.to_string(), "acknowledged": u8::from(event.acknowledged).to_string(),
                "suppressed": u8::from(event.suppressed).to_string(), "r_eventid": event.recovery.to_string(),
                "hosts": if gone(event) { json!([]) } else { hosts }, "tags": [{ "tag": "scope", "value": "test" }],
                "acknowledges": event.notes.iter().map(|note| json!({ "message": note })).collect::<Vec<_>>(),
            })
        };
        rows.into_iter().map(row).collect()
    }

    fn problem_get(&self, params: &Value) -> Refusable {
        let from = number(&params["eventid_from"]).unwrap_or(0);
        if self.version >= (7, 0) && from > i64::from(i32::MAX) {
            return Err((-32602, "Invalid parameter \"/eventid_from\": a timestamp is too large.".into()));
        }
        let since = number(&params["time_from"]).unwrap_or(0);
        let till = number(&params["time_till"]).unwrap_or(i64::MAX);
        let limit = params["limit"].as_u64().expect("always limited") as usize;
        let rows = (self.events.iter()).filter(|(id, event)| {
            let open = event.value == 1 && event.recovery == 0 && !self.deleted.contains(&event.trigger);
            **id >= from as u64 && open && self.sees(event) && (since..=till).contains(&event.clock)
        });
        let row = |(id, event): (&u64, &Event)| {
            json!({
                "eventid": id.to_string(), "objectid": event.trigger.to_string(), "clock": event.clock.to_string(),
                "severity": event.severity.to_string(), "acknowledged": u8::from(event.acknowledged).to_string(),
                "suppressed": u8::from(event.suppressed).to_string(),
            })
        };
        Ok(rows.take(limit).map(row).collect())
    }

    fn host_get(&self, params: &Value) -> Value {
        let seen: Vec<u64> = (1..=self.hosts).filter(|id| !self.hidden.contains(id)).collect();
        if params["countOutput"] == true {
            return seen.len().to_string().into();
        }
        if params["filter"]["maintenance_status"] == 1 {
            let row = |id: &&u64| json!({ "hostid": id.to_string(), "host": format!("host-{id}"), "maintenanceid": "1", "maintenance_from": "0" });
            return seen.iter().filter(|id| self.worked.contains(id)).map(|id| row(&id)).collect();
        }
        let key = if params.get("selectHostGroups").is_some() { "hostgroups" } else { "groups" };
        let wanted = ids(&params["hostids"]);
        let seen = seen.into_iter().filter(|id| wanted.as_ref().is_none_or(|wanted| wanted.contains(id)));
        // The inventory of the first host is disabled.
        let inventory = |id| match id {
            1 => json!([]),
            id => json!({ "location": format!("{id}階"), "model": "X-9000", "notes": "", "vendor": "" }),
        };
        let row = |id: u64| {
            json!({
                "hostid": id.to_string(), "host": format!("host-{id}"), "name": format!("ホスト{id}"),
                key: [{ "name": "Vendor/Test" }], "inventory": inventory(id), "tags": [{ "tag": "host", "value": "" }],
                "inheritedTags": [{ "tag": "template", "value": "" }],
            })
        };
        seen.map(row).collect()
    }
}

fn in_time(params: &Value, clock: i64) -> bool {
    let end = |key: &str| params[key].as_i64().expect("always given");
    (end("time_from")..=end("time_till")).contains(&clock)
}

type Refusable = Result<Value, (i64, String)>;

fn number(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| value.as_str()?.parse().ok())
}

fn ids(value: &Value) -> Option<Vec<u64>> {
    // Up to the largest there can be: a spoiled answer may have named it.
    let id = |id: &Value| id.as_u64().or_else(|| id.as_str()?.parse().ok()).expect("an id");
    Some(value.as_array()?.iter().map(id).collect())
}

/// The way to a [`Fake`].
#[derive(Debug, Clone)]
pub(super) struct FakeWire(pub(super) Arc<Mutex<Fake>>);

impl FakeWire {
    pub(super) fn fake(&self) -> MutexGuard<'_, Fake> {
        self.0.lock().expect("no test panics inside")
    }
}

impl Wire for FakeWire {
    async fn post(&mut self, body: String, bearer: Option<&SecretString>) -> Result<Vec<u8>, Failure> {
        let mut fake = self.fake();
        if let Some(Some(instead)) = fake.trouble.pop_front() {
            return instead.map(String::into_bytes);
        }
        Ok(fake.answer(&body, bearer.map(|secret| secret.expose_secret())).to_string().into_bytes())
    }
}

/// A failure of the way.
pub(super) fn timeout() -> Failure {
    Failure { kind: FailureKind::Timeout, detail: "no answer".into() }
}
