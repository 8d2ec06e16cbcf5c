//! What happens in the monitored world, as the dice fall: problems, recoveries, changes, nonsense.

use crate::history::{Sign, What};
use crate::run::Run;
use jiff::SignedDuration;
use kiriwake::desk::ids::SourceId;
use kiriwake::desk::observation::{Evidence, Key, Level, Observation, Problem, Seen};

const TEXTS: [&str; 5] =
    ["Ping応答なし", "応答遅延 2000ms", "電源ユニットA 異常", "PostgreSQL 接続不可", "TLS証明書 検証エラー"];

impl Run<'_> {
    /// The next thing that happens by itself.
    pub(crate) fn happens(&mut self) {
        match self.dice.below(80) {
            0..38 => self.problem(),
            38..68 => self.recovery(),
            68..73 => self.change(),
            73..76 => self.again(),
            _ => {}
        }
    }

    /// A source holds something more from now on.
    fn holds(&mut self, source: &SourceId, key: Key, ago: u64, seen: Seen) {
        let what = match &seen {
            Seen::Problem(problem) => What::Problem(problem.level),
            Seen::Changed { level, .. } => What::Changed(*level),
            Seen::Recovered { .. } => What::Recovered,
            Seen::Unreadable { .. } => What::Unreadable,
        };
        let at = self.wall - SignedDuration::from_secs(i64::try_from(ago).unwrap());
        let origin = self.origins.get_mut(source).unwrap();
        let place = origin.held.len();
        origin.held.push(Observation { key: key.clone(), at, seen });
        let sign = Sign { source: source.clone(), place, key, what, at: self.elapsed, acknowledged: false };
        self.history.signs.push(sign);
        self.look_soon();
    }

    fn held(&self, source: &SourceId, place: usize) -> &Observation {
        &self.origins[source].held[place]
    }

    fn problem(&mut self) {
        let burst = if self.dice.one_in(4) { 1 + self.dice.below(8) } else { 1 };
        // Once in a while everything breaks at once.
        let burst = if self.dice.one_in(40) { 20 + self.dice.below(20) } else { burst };
        for _ in 0..burst {
            self.one_problem();
        }
    }

    fn one_problem(&mut self) {
        let host = self.dice.pick(&self.world.hosts).unwrap().clone();
        let summary = format!("{host} {}", self.dice.pick(&TEXTS).unwrap());
        let source = self.dice.pick(&self.world.sources).unwrap().clone();
        let log = self.world.logs.contains(&source);
        if log && !self.dice.one_in(3) {
            return;
        }
        let is_red = self.red.iter().any(|(known, place)| {
            let Seen::Problem(problem) = &self.held(known, *place).seen else { return false };
            *known == source && problem.host == host && problem.summary == summary
        });
        if is_red {
            return;
        }
        self.keys += 1;
        let momentary = log && self.dice.one_in(3);
        let problem = Problem {
            host: host.clone().into(),
            host_name: host.into(),
            summary: summary.clone().into(),
            level: *self.dice.pick(&Level::ALL).unwrap(),
            tags: self
                .dice
                .pick(&[vec![], vec![("component".to_owned(), "postgresql".to_owned())]])
                .unwrap()
                .clone()
                .into(),
            groups: Default::default(),
            object: Some(summary.clone().into()),
            fields: Default::default(),
            items: None,
            inventory: Default::default(),
            raw: if log { format!("raw {summary}").into() } else { Default::default() },
            acknowledged: false,
            suppressed: self.dice.one_in(12),
            momentary,
            late: false,
        };
        let ago = self.dice.below(60);
        if !momentary {
            self.red.push((source.clone(), self.origins[&source].held.len()));
        }
        self.holds(&source, Key(self.keys.to_string().into()), ago, Seen::Problem(problem));
    }

    pub(crate) fn recovery(&mut self) {
        let burst = if self.dice.one_in(3) { 1 + self.dice.below(10) } else { 1 };
        for _ in 0..burst {
            if self.red.is_empty() {
                return;
            }
            let which = usize::try_from(self.dice.below(self.red.len() as u64)).unwrap();
            let (source, place) = self.red.remove(which);
            let key = self.held(&source, place).key.clone();
            let evidence = match self.dice.below(8) {
                0 => Evidence::NoRecoveryEvent,
                _ => Evidence::RecoveryEvent { event: format!("{key} ok") },
            };
            self.holds(&source, key, 0, Seen::Recovered { evidence });
        }
    }

    fn change(&mut self) {
        let Some((source, place)) = self.dice.pick(&self.red).cloned() else { return };
        let key = self.held(&source, place).key.clone();
        let seen = Seen::Changed {
            level: self.dice.pick(&Level::ALL).copied(),
            acknowledged: Some(self.dice.one_in(2)),
            suppressed: Some(self.dice.one_in(2)),
            monitored: Some(self.dice.one_in(2)),
        };
        self.holds(&source, key, 0, seen);
    }

    /// Observed once more, recovered although not known, or not to be read at all.
    fn again(&mut self) {
        let source = self.dice.pick(&self.world.sources).unwrap().clone();
        match self.dice.below(3) {
            0 => {
                let known = self.origins[&source].held.clone();
                let Some(Observation { key, seen: seen @ Seen::Problem(_), .. }) = self.dice.pick(&known).cloned()
                else {
                    return;
                };
                self.holds(&source, key, 0, seen);
            }
            1 => {
                let seen = Seen::Recovered { evidence: Evidence::NoRecoveryEvent };
                self.holds(&source, Key("never seen".into()), 0, seen);
            }
            _ => {
                let seen = Seen::Unreadable { text: "\u{1b}[2J".to_owned(), why: "garbled".to_owned() };
                self.holds(&source, Key("?".into()), 0, seen);
            }
        }
    }
}
