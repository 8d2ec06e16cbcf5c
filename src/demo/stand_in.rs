//! A stand-in for Zabbix: as much of its API as our source asks for, showing the night of [`super::night`].
//!
//! It is not Zabbix and says so to whoever looks at it with a browser. What it answers follows `tests/zabbix/FACTS.md`,
//! version 6.0. It shows what has happened by the story's clock and keeps the notes that are written back. Not here:
//! triggers, items, history, and any other call.

use super::night::{Host, Moment, Problem};
use crate::clock::Clock;
use axum::Router;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use axum::routing::{get, post};
use jiff::Timestamp;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::net::TcpListener;
use tokio::sync::watch;

/// The version it speaks as.
pub(super) const VERSION: &str = "6.0.14";
/// What a browser is told.
const PAGE: &str = "This is not Zabbix. It is a stand-in that shows one invented night to `kiriwake demo`.\n";
/// The lowest ids: hosts, triggers and events are numbered from here.
const FIRST_HOST: usize = 10_001;
const FIRST_TRIGGER: usize = 20_001;
const FIRST_EVENT: usize = 1_001;

/// The stand-in.
pub(super) struct StandIn {
    clock: Clock,
    token: String,
    hosts: Vec<Host>,
    events: Vec<Event>,
    notes: Mutex<BTreeMap<usize, Vec<String>>>,
}

/// A problem or its end.
struct Event {
    host: usize,
    at: Moment,
    /// `None` for a recovery; for a problem when, and by which event, it is over.
    over: Option<Option<(Timestamp, usize)>>,
}

impl Event {
    fn opens(&self) -> bool {
        self.over.is_some()
    }

    /// The id of its recovery, once that is there; else 0.
    fn recovery(&self, now: Timestamp) -> usize {
        self.over.flatten().filter(|(seen, _)| *seen <= now).map_or(0, |(_, id)| id)
    }
}

impl StandIn {
    /// One that shows `hosts` by `clock` to whoever has `token`.
    pub(super) fn new(hosts: Vec<Host>, clock: Clock, token: String) -> Self {
        let events = events(&hosts);
        Self { clock, token, hosts, events, notes: Mutex::default() }
    }

    /// Answers on a free port of this machine until told to stop.
    ///
    /// # Errors
    /// When no port can be had.
    pub(super) async fn serve(self, mut stop: watch::Receiver<bool>) -> io::Result<SocketAddr> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let routes = Router::new()
            .route("/api_jsonrpc.php", post(answer))
            .fallback(get(|| async { PAGE }))
            .with_state(Arc::new(self));
        let stopped = async move {
            let _ = stop.wait_for(|stop| *stop).await;
        };
        tokio::spawn(async move { axum::serve(listener, routes).with_graceful_shutdown(stopped).await });
        Ok(address)
    }

    fn reply(&self, body: &str) -> Value {
        let Ok(call) = serde_json::from_str::<Value>(body) else {
            return json!({ "jsonrpc": "2.0", "error": { "code": -32700, "message": "Parse error", "data": PAGE }, "id": null });
        };
        let method = call["method"].as_str().unwrap_or_default();
        let open = matches!(method, "apiinfo.version" | "user.checkAuthentication");
        let result = if !open && call["auth"].as_str() != Some(&self.token) {
            Err("Not authorized.".to_owned())
        } else {
            self.result(method, &call["params"])
        };
        match result {
            Ok(result) => json!({ "jsonrpc": "2.0", "result": result, "id": call["id"] }),
            Err(data) => {
                let error = json!({ "code": -32602, "message": "Invalid params.", "data": data });
                json!({ "jsonrpc": "2.0", "error": error, "id": call["id"] })
            }
        }
    }

    fn result(&self, method: &str, params: &Value) -> Result<Value, String> {
        let now = self.clock.wall();
        Ok(match method {
            "apiinfo.version" => VERSION.into(),
            "user.checkAuthentication" => json!({ "userid": "1" }),
            "event.get" => self.event_get(params, now),
            "problem.get" => self.problem_get(params, now),
            "trigger.get" => {
                let known = |id: &usize| self.hosts.len() > id.wrapping_sub(FIRST_TRIGGER);
                let ids = ids(&params["triggerids"]).unwrap_or_default();
                ids.into_iter().filter(known).map(|id| self.trigger(id)).collect()
            }
            "history.get" => self.history_get(params, now),
            "host.get" => self.host_get(params),
            "event.acknowledge" => {
                let ids = ids(&params["eventids"]).unwrap_or_default();
                let message = params["message"].as_str().unwrap_or_default();
                let mut notes = self.notes.lock().unwrap_or_else(PoisonError::into_inner);
                for id in &ids {
                    notes.entry(*id).or_default().push(message.to_owned());
                }
                json!({ "eventids": ids })
            }
            other => return Err(format!("the stand-in does not know {other}")),
        })
    }

    /// What can be seen at `now`, with ids.
    fn seen(&self, now: Timestamp) -> impl DoubleEndedIterator<Item = (usize, &Event)> {
        let seen = self.events.iter().enumerate().filter(move |(_, event)| event.at.seen <= now);
        seen.map(|(index, event)| (FIRST_EVENT + index, event))
    }

    fn event_get(&self, params: &Value, now: Timestamp) -> Value {
        let (wanted, from) = (ids(&params["eventids"]), number(&params["eventid_from"]).unwrap_or(0));
        let fits = |id: usize| id >= from && wanted.as_ref().is_none_or(|wanted| wanted.contains(&id));
        let rows = self.seen(now).filter(|(id, _)| fits(*id)).map(|(id, event)| self.event(id, event, now));
        let most = number(&params["limit"]).unwrap_or(usize::MAX);
        if params["sortorder"] == "DESC" { rows.rev().take(most).collect() } else { rows.take(most).collect() }
    }

    fn event(&self, id: usize, event: &Event, now: Timestamp) -> Value {
        let host = &self.hosts[event.host];
        let problem = host.problem.as_ref().filter(|_| event.opens());
        let tags = problem.map(|problem| json!([{ "tag": "component", "value": problem.component }]));
        let notes = self.notes.lock().unwrap_or_else(PoisonError::into_inner);
        let notes: Vec<Value> = notes.get(&id).into_iter().flatten().map(|note| json!({ "message": note })).collect();
        json!({
            "eventid": id.to_string(), "objectid": (FIRST_TRIGGER + event.host).to_string(),
            "clock": event.at.clock.as_second().to_string(), "ns": "0", "value": u8::from(event.opens()).to_string(),
            "name": problem.map_or("", |problem| problem.summary),
            "severity": problem.map_or(0, |problem| problem.severity).to_string(),
            "acknowledged": "0", "suppressed": "0", "r_eventid": event.recovery(now).to_string(),
            "hosts": [{ "hostid": (FIRST_HOST + event.host).to_string(), "host": host.host, "name": host.name }],
            "tags": tags.unwrap_or_else(|| json!([])), "acknowledges": notes,
        })
    }

    /// Every trigger of this town looks at the one thing that is measured on its host.
    fn trigger(&self, id: usize) -> Value {
        let host = id - FIRST_TRIGGER;
        let hostid = (FIRST_HOST + host).to_string();
        json!({
            "triggerid": id.to_string(), "hosts": [{ "hostid": hostid, "host": self.hosts[host].host }],
            "items": [{
                "itemid": id.to_string(), "hostid": hostid, "name": "ICMP ping", "key_": "icmpping", "value_type": "3",
                "units": "",
            }],
        })
    }

    /// A value a minute: 1 while all is well, 0 while the host has its problem.
    fn history_get(&self, params: &Value, now: Timestamp) -> Value {
        let item = ids(&params["itemids"]).and_then(|ids| ids.first().copied()).unwrap_or_default();
        let host = item.checked_sub(FIRST_TRIGGER).and_then(|host| self.hosts.get(host));
        let Some(problem) = host.and_then(|host| host.problem.as_ref()) else { return json!([]) };
        let end = |key: &str| params[key].as_i64().unwrap_or_default();
        let value = |clock: i64| {
            let begun = problem.begins.clock.as_second() <= clock;
            let over = problem.over.is_some_and(|over| over.clock.as_second() <= clock);
            json!({ "clock": clock.to_string(), "ns": "0", "value": u8::from(!begun || over).to_string() })
        };
        let minutes = (end("time_from")..=end("time_till").min(now.as_second())).rev().filter(|clock| clock % 60 == 0);
        minutes.take(number(&params["limit"]).unwrap_or(usize::MAX)).map(value).collect()
    }

    fn problem_get(&self, params: &Value, now: Timestamp) -> Value {
        let from = number(&params["eventid_from"]).unwrap_or(0);
        let open = self.seen(now).filter(|(id, event)| *id >= from && event.opens() && event.recovery(now) == 0);
        let row = |(id, event): (usize, &Event)| {
            let severity = self.hosts[event.host].problem.as_ref().map_or(0, |problem| problem.severity);
            json!({
                "eventid": id.to_string(), "objectid": (FIRST_TRIGGER + event.host).to_string(),
                "clock": event.at.clock.as_second().to_string(), "severity": severity.to_string(),
                "acknowledged": "0", "suppressed": "0",
            })
        };
        open.take(number(&params["limit"]).unwrap_or(usize::MAX)).map(row).collect()
    }

    fn host_get(&self, params: &Value) -> Value {
        if params["countOutput"] == true {
            return self.hosts.len().to_string().into();
        }
        let wanted = ids(&params["hostids"]);
        let hosts = self.hosts.iter().enumerate().map(|(index, host)| (FIRST_HOST + index, host));
        let hosts = hosts.filter(|(id, _)| wanted.as_ref().is_none_or(|wanted| wanted.contains(id)));
        hosts
            .map(|(id, host)| {
                let groups: Vec<Value> = host.groups.iter().map(|group| json!({ "name": group })).collect();
                json!({ "hostid": id.to_string(), "host": host.host, "name": host.name, "groups": groups, "tags": [] })
            })
            .collect()
    }
}

async fn answer(State(zabbix): State<Arc<StandIn>>, body: String) -> impl IntoResponse {
    ([(CONTENT_TYPE, "application/json")], zabbix.reply(&body).to_string())
}

/// Every event of the night in the order in which it is seen: ids grow with time.
fn events(hosts: &[Host]) -> Vec<Event> {
    let problems = || hosts.iter().enumerate().filter_map(|(index, host)| Some((index, host.problem.as_ref()?)));
    let moments = |(index, problem): (usize, &Problem)| {
        let over = problem.over.map(|over| (over, index, false));
        [Some((problem.begins, index, true)), over].into_iter().flatten().collect::<Vec<_>>()
    };
    let mut order: Vec<(Moment, usize, bool)> = problems().flat_map(moments).collect();
    order.sort_by_key(|(moment, index, _)| (moment.seen, *index));
    let recovery_of = |host: usize| {
        let position = order.iter().position(|(_, index, opens)| *index == host && !opens)?;
        Some((order[position].0.seen, FIRST_EVENT + position))
    };
    order
        .iter()
        .map(|(at, host, opens)| Event { host: *host, at: *at, over: opens.then(|| recovery_of(*host)) })
        .collect()
}

fn number(value: &Value) -> Option<usize> {
    match value {
        Value::String(text) => text.parse().ok(),
        other => usize::try_from(other.as_u64()?).ok(),
    }
}

fn ids(value: &Value) -> Option<Vec<usize>> {
    Some(value.as_array()?.iter().filter_map(number).collect())
}
