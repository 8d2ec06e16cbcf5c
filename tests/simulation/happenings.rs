//! What happens in a day: problems, recoveries, changes, nonsense, acts.

use super::*;
use kiriwake::desk::act::CancelKind;
use kiriwake::desk::rules::DataImpact;

impl Day<'_> {
    /// It is a backup of just then that goes on: nothing that waited leaves by itself.
    pub(super) fn restored(&mut self) {
        let rows = self.desk.state().owed.values();
        let open = rows.filter(|row| !row.state.ended() && matches!(row.work, Work::Message { .. }));
        let waited: Vec<OwedId> = open.map(|row| row.id).collect();
        self.step(Input::Restored { mark: format!("restored {}", self.frames.len()), made: self.wall });
        assert!(self.under_way.is_empty(), "a restore begins {:?}", self.under_way);
        let ended = |id: &OwedId| self.desk.state().owed[id].state.ended();
        assert!(waited.iter().all(ended), "what waited still waits");
        self.books_balance();
    }

    pub(super) fn problem(&mut self) {
        let burst = if self.dice.one_in(4) { 1 + self.dice.below(8) } else { 1 };
        for _ in 0..burst {
            let host = self.dice.pick(self.hosts).unwrap().clone();
            let texts = [
                "Ping応答なし",
                "応答遅延 2000ms",
                "電源ユニットA 異常",
                "PostgreSQL 接続不可",
                "TLS証明書 検証エラー",
            ];
            let summary = format!("{host} {}", self.dice.pick(&texts).unwrap());
            let log = self.dice.one_in(6);
            let source: SourceId = if log { "network-log" } else { "zabbix" }.into();
            let is_red = self.red.iter().any(|(known, _, at, what)| (known, at, what) == (&source, &host, &summary));
            if is_red || (self.blind && !log) {
                continue;
            }
            self.keys += 1;
            let key = Key(self.keys.to_string());
            let momentary = log && self.dice.one_in(3);
            let problem = Problem {
                host: host.clone(),
                host_name: host.clone(),
                summary: summary.clone(),
                level: *self.dice.pick(&Level::ALL).unwrap(),
                tags: self
                    .dice
                    .pick(&[vec![], vec![("component".to_owned(), "postgresql".to_owned())]])
                    .unwrap()
                    .clone(),
                groups: Vec::new(),
                object: Some(summary.clone()),
                fields: Vec::new(),
                items: None,
                inventory: Default::default(),
                raw: if log { format!("raw {summary}") } else { String::new() },
                acknowledged: false,
                suppressed: self.dice.one_in(12),
                momentary,
                late: self.dice.one_in(15),
            };
            if !momentary {
                self.red.push((source.clone(), key.clone(), host, summary));
            }
            let at = self.wall - SignedDuration::from_secs(i64::try_from(self.dice.below(60)).unwrap());
            self.report(source.as_str(), vec![Observation { key, at, seen: Seen::Problem(problem) }]);
        }
    }

    pub(super) fn recovery(&mut self) {
        let burst = if self.dice.one_in(3) { 1 + self.dice.below(10) } else { 1 };
        for _ in 0..burst {
            if self.red.is_empty() || self.blind {
                return;
            }
            let place = usize::try_from(self.dice.below(self.red.len() as u64)).unwrap();
            let (source, key, ..) = self.red.remove(place);
            self.recovered.insert((source.clone(), key.clone()));
            let evidence = match self.dice.below(8) {
                0 => Evidence::NoRecoveryEvent,
                _ => Evidence::RecoveryEvent { event: format!("{key} ok") },
            };
            self.report(source.as_str(), vec![Observation { key, at: self.wall, seen: Seen::Recovered { evidence } }]);
        }
    }

    pub(super) fn change(&mut self) {
        let Some((source, key, ..)) = self.dice.pick(&self.red).cloned() else { return };
        let seen = Seen::Changed {
            level: self.dice.pick(&Level::ALL).copied(),
            acknowledged: Some(self.dice.one_in(2)),
            suppressed: Some(self.dice.one_in(2)),
            monitored: Some(self.dice.one_in(2)),
        };
        self.report(source.as_str(), vec![Observation { key, at: self.wall, seen }]);
    }

    /// Observed once more, recovered twice, or not known at all.
    pub(super) fn again(&mut self) {
        let known: Vec<AlertId> = self.desk.state().alerts.keys().copied().collect();
        let Some(alert) = self.dice.pick(&known).and_then(|id| self.desk.state().alerts.get(id)).cloned() else {
            return;
        };
        let (source, at) = (alert.source.clone(), alert.at);
        let (key, seen) = match self.dice.below(3) {
            0 => (alert.key.clone(), Seen::Problem(alert.problem.clone())),
            1 => (Key("never seen".to_owned()), Seen::Recovered { evidence: Evidence::NoRecoveryEvent }),
            _ => (Key("?".to_owned()), Seen::Unreadable { text: "\u{1b}[2J".to_owned(), why: "garbled".to_owned() }),
        };
        self.report(source.as_str(), vec![Observation { key, at, seen }]);
    }

    pub(super) fn act(&mut self) {
        let actor = Actor { name: "田中".to_owned(), role: Role::Operator };
        let held: Vec<OwedId> = self.desk.state().owed.values().filter(|row| row.is_held()).map(|row| row.id).collect();
        if !held.is_empty() && self.dice.one_in(2) {
            let owed = *self.dice.pick(&held).unwrap();
            let act = match self.dice.below(3) {
                0 => Act::Drop { owed, reason: "言葉".to_owned() },
                _ => Act::Approve { owed },
            };
            return self.step(Input::Act { actor, act });
        }
        if self.dice.one_in(8) {
            let components: Vec<_> = self.rules.components.keys().cloned().collect();
            let act = Act::Open {
                summary: "電話がつながらない".to_owned(),
                component: self.dice.pick(&components).cloned().filter(|_| !self.dice.one_in(3)),
                detected_by: DetectedBy::UserPhone,
                occurred: None,
                severity: None,
                separate: false,
            };
            return self.step(Input::Act { actor, act });
        }
        let names: Vec<String> = self.desk.state().incidents.values().map(|incident| incident.name()).collect();
        let Some(incident) = self.dice.pick(&names).cloned() else { return };
        let parties: Vec<_> = self.rules.parties.keys().cloned().collect();
        let party = self.dice.pick(&parties).cloned();
        let words = "言葉".to_owned();
        let deed = match self.dice.below(17) {
            0 => Deed::Confirm {
                verdict: None,
                parties: party.into_iter().collect(),
                severity: None,
                data: None,
                because: None,
            },
            1 => Deed::Confirm {
                verdict: None,
                parties: Vec::new(),
                severity: Some(2),
                data: Some(DataImpact::Loss),
                because: Some(words),
            },
            2 | 3 => Deed::Acknowledge { party: None, at: None },
            4 => Deed::Start { party: None, at: None },
            5 => Deed::Note { text: words.into() },
            6 => Deed::Verify,
            7..10 => Deed::Restore { check: words.into(), usable: None, treatment: None },
            10 => Deed::Reopen { reason: words.into() },
            11 => Deed::Submit,
            12 => Deed::Accept { name: words.into(), at: None },
            13 => {
                if self.dice.one_in(2) {
                    Deed::Hold { reason: words.into() }
                } else {
                    Deed::Resume { decision: words.into() }
                }
            }
            14 | 15 => {
                const RESULTS: [CallResult; 4] =
                    [CallResult::NoAnswer, CallResult::VoiceMail, CallResult::Busy, CallResult::Answered];
                let Some(party) = party else { return };
                let result = self.dice.pick(&RESULTS).copied().unwrap_or(CallResult::NoAnswer);
                Deed::Called { party, contact: None, result, at: None }
            }
            _ => match party {
                Some(party) if self.dice.one_in(2) => Deed::Assign { party, ask: Ask::Repair },
                _ => Deed::Cancel { reason: words.into(), kind: CancelKind::default() },
            },
        };
        self.step(Input::Act { actor, act: Act::On { incident, deed } });
    }
}
