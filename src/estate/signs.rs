//! What monitoring shows of the faults: late, incomplete, with echoes, and with other things in between.

use super::checks::{CLIENT_LOG, Check, DISK_FULL, LINK, LINK_LOG, NOISE, checks};
use super::dice::Dice;
use super::fault::{Fault, FaultKind, reached};
use super::paper;
use super::things::{Kind, State, Tie, Town};
use crate::desk::observation::{Level, Problem};
use crate::desk::text::Text;
use std::collections::BTreeMap;
use std::sync::Arc;

/// One alert as it will be shown.
#[derive(Debug, Clone)]
pub(super) struct Sign {
    /// When it begins, in seconds.
    pub(super) at: i64,
    /// When it ends.
    pub(super) until: i64,
    /// What it is a sign of, as the configuration has it.
    pub(super) thing: usize,
    pub(super) host: String,
    pub(super) summary: String,
    pub(super) level: Level,
    pub(super) tag: Option<&'static str>,
    /// The application a log line names.
    pub(super) app: Option<String>,
    /// Seen in a log, not by Zabbix.
    pub(super) log: bool,
    /// Which fault it comes from; `None` = from none.
    pub(super) fault: Option<usize>,
}

impl Sign {
    /// The sign as its source describes it.
    pub(super) fn problem(&self) -> Problem {
        let mut tags = Vec::new();
        tags.extend(self.tag.map(|tag| (if tag == "link" { "kind" } else { "component" }.to_owned(), tag.to_owned())));
        Problem {
            host: self.host.as_str().into(),
            host_name: self.host.as_str().into(),
            summary: self.summary.as_str().into(),
            level: self.level,
            tags: tags.into(),
            groups: Arc::default(),
            object: Some(format!("{} {}", self.host, self.summary).into()),
            fields: self.app.iter().map(|app| ("app".to_owned(), app.clone())).collect(),
            items: None,
            inventory: Arc::default(),
            raw: Text::default(),
            acknowledged: false,
            suppressed: false,
            momentary: false,
            late: false,
        }
    }
}

/// A thing that cannot be reached or does not run, from and until.
#[derive(Debug, Clone)]
pub(super) struct Outage {
    pub(super) thing: usize,
    pub(super) from: i64,
    pub(super) until: i64,
}

/// Everything that is shown, in order of time, and what truly could not be reached when.
pub(super) fn signs(town: &Town, faults: &[Fault], dice: &mut Dice) -> (Vec<Sign>, Vec<Outage>) {
    let mut all = Shown { town, dice, signs: Vec::new(), outages: Vec::new() };
    for fault in faults {
        let states = reached(town, fault, all.dice);
        for spell in &fault.spells {
            all.spell(fault, *spell, &states);
        }
    }
    all.noise(faults.iter().map(Fault::until).max().unwrap_or(0) + 3_600);
    all.signs.sort_by(|one, other| (one.at, &one.host, &one.summary).cmp(&(other.at, &other.host, &other.summary)));
    (all.signs, all.outages)
}

struct Shown<'a> {
    town: &'a Town,
    dice: &'a mut Dice,
    signs: Vec<Sign>,
    outages: Vec<Outage>,
}

impl Shown<'_> {
    fn spell(&mut self, fault: &Fault, (from, until): (i64, i64), states: &[State]) {
        // When the ping trigger of a thing fired: what lies behind it may be hidden from then on.
        let mut fired: BTreeMap<usize, i64> = BTreeMap::new();
        for (index, state) in states.iter().enumerate().filter(|(_, state)| **state > State::Fine) {
            let end = self.end(fault, index, until, from, *state);
            if *state >= State::Cut {
                self.outages.push(Outage { thing: index, from, until: end });
            }
            let own: Vec<Check> = if fault.hit == index && fault.kind == FaultKind::BadChange {
                // It does exactly what it was told to do.
                Vec::new()
            } else if fault.hit == index && fault.kind == FaultKind::DiskFull {
                vec![DISK_FULL]
            } else if fault.hit == index && fault.kind == FaultKind::FalseAlarm && *state == State::Unseen {
                vec![Check {
                    summary: "Ping応答なし", level: Level::High, chance: 100, delay: (1, 15), reach: true
                }]
            } else {
                checks(self.town.things[index].kind, *state).to_vec()
            };
            for check in own {
                let Some(at) = self.fires(&check, from, end) else { continue };
                let hidden = check.reach && self.town.things[index].hushed && self.hidden(index, at, &fired);
                if check.summary == "Ping応答なし" {
                    fired.insert(index, at);
                }
                if !hidden {
                    let sign = self.sign(index, &check, at, end, fault.number);
                    self.signs.extend(sign);
                }
            }
            self.port(fault, index, *state, (from, end), states);
            self.client_log(fault, index, (from, end), states);
        }
    }

    /// When what a fault did to a thing is over: machines start anew elsewhere, or take a while to boot.
    fn end(&mut self, fault: &Fault, index: usize, until: i64, from: i64, state: State) -> i64 {
        let kind = self.town.things[index].kind;
        let crashed = fault.kind == FaultKind::HypervisorCrash || self.town.things[fault.hit].kind == Kind::Hypervisor;
        match kind {
            Kind::Virtual | Kind::Database | Kind::Application
                if crashed && index != fault.hit && state >= State::Failing =>
            {
                (from + self.dice.between((300, 600))).min(until)
            }
            Kind::Server | Kind::Virtual | Kind::Hypervisor | Kind::Storage | Kind::Database | Kind::Application
                if state == State::Dead && matches!(fault.kind, FaultKind::PowerLost | FaultKind::PowerUnseen) =>
            {
                until + self.dice.between((120, 600))
            }
            _ => until,
        }
    }

    fn fires(&mut self, check: &Check, from: i64, end: i64) -> Option<i64> {
        if !self.dice.chance(check.chance) || self.dice.chance(self.town.loss) {
            return None;
        }
        let at = from + self.dice.between(check.delay);
        (at < end).then_some(at)
    }

    /// Its trigger depends on that of the nearest watched thing before it, and that one is red already.
    fn hidden(&self, index: usize, at: i64, fired: &BTreeMap<usize, i64>) -> bool {
        let mut up = self.town.upstream(index);
        while let Some(before) = up {
            if self.town.things[before].host.is_some() {
                return fired.get(&before).is_some_and(|earlier| *earlier < at);
            }
            up = self.town.upstream(before);
        }
        false
    }

    fn sign(&mut self, index: usize, check: &Check, at: i64, end: i64, fault: usize) -> Option<Sign> {
        let thing = &self.town.things[index];
        let mut host = thing.host.clone()?;
        if thing.kind == Kind::Names && self.dice.chance(50) {
            host = "ad-02".to_owned();
        }
        Some(Sign {
            at,
            until: end + self.dice.between((5, 75)),
            thing: index,
            host,
            summary: check.summary.to_owned(),
            level: check.level,
            tag: thing.tag,
            app: None,
            log: false,
            fault: Some(fault),
        })
    }

    /// The port of the switch before it goes down; the switch itself must be reachable to say so.
    fn port(&mut self, fault: &Fault, index: usize, state: State, (from, end): (i64, i64), states: &[State]) {
        let thing = &self.town.things[index];
        let down = state == State::Dead || index == fault.hit && state == State::Cut;
        let (Some(host), Some(up)) = (thing.host.clone(), self.town.upstream(index)) else { return };
        let Some(switch) = self.town.things[up].host.clone() else { return };
        if !down || !paper::has_port(thing.kind) || states[up] >= State::Cut {
            return;
        }
        for (check, log) in [(LINK, false), (LINK_LOG, true)] {
            let Some(at) = self.fires(&check, from, end) else { continue };
            let prefix = if log { format!("【ログ】{switch} ") } else { "Interface ".to_owned() };
            let until = end + if log { self.dice.between((1, 5)) } else { self.dice.between((10, 60)) };
            self.signs.push(Sign {
                at,
                until,
                thing: index,
                host: switch.clone(),
                summary: format!("{prefix}to-{host} {}", check.summary),
                level: check.level,
                tag: log.then_some("link"),
                app: None,
                log,
                fault: Some(fault.number),
            });
        }
    }

    /// An application whose database does not answer writes so into the log of its machine.
    fn client_log(&mut self, fault: &Fault, index: usize, (from, end): (i64, i64), states: &[State]) {
        let thing = &self.town.things[index];
        let lost = thing.ties.iter().any(|(of, tie)| {
            *tie == Tie::Service && self.town.things[*of].kind == Kind::Database && states[*of] >= State::Failing
        });
        let machine = thing.ties.iter().find(|(_, tie)| *tie == Tie::Machine).map(|(of, _)| *of);
        let Some(machine) = machine.filter(|machine| states[*machine] < State::Failing) else { return };
        let Some(host) = self.town.things[machine].host.clone() else { return };
        if thing.kind != Kind::Application || !lost {
            return;
        }
        if let Some(at) = self.fires(&CLIENT_LOG, from, end) {
            let id = thing.id.clone();
            self.signs.push(Sign {
                at,
                until: end + self.dice.between((1, 20)),
                thing: index,
                summary: format!("【ログ】{host} {id} {}", CLIENT_LOG.summary),
                host,
                level: CLIENT_LOG.level,
                tag: Some("db-client"),
                app: Some(id),
                log: true,
                fault: Some(fault.number),
            });
        }
    }

    /// Warnings that come and go, a few an hour over the whole estate.
    fn noise(&mut self, until: i64) {
        let machines: Vec<usize> =
            self.town.of(&[Kind::Server, Kind::Virtual, Kind::Hypervisor, Kind::Access, Kind::AccessPoint, Kind::Line]);
        let mut at = 0;
        while at < until {
            at += self.dice.between((120, 1_600));
            let (Some(index), Some(check)) = (self.dice.pick(&machines).copied(), self.dice.pick(&NOISE).copied())
            else {
                break;
            };
            let end = at + self.dice.between((60, 3_600));
            let Some(host) = self.town.things[index].host.clone() else { continue };
            let summary = check.summary.to_owned();
            let level = check.level;
            self.signs.push(Sign {
                at,
                until: end,
                thing: index,
                host,
                summary,
                level,
                tag: None,
                app: None,
                log: false,
                fault: None,
            });
        }
    }
}
