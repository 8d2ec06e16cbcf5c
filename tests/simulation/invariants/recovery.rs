//! 5. Silence is no recovery: an alert ends on its source's word, an incident on a person's or by a look that sees again.

use super::Case;
use crate::history::{Broken, Judgement, What};
use kiriwake::desk::alert::{self, Alert, Standing};
use kiriwake::desk::ids::{AlertId, ComponentId, IncidentId, SourceId};
use kiriwake::desk::incident::{self, Edit, StatusName};
use kiriwake::desk::letter::Matter;
use kiriwake::desk::observation::{Evidence, Key, Level};
use kiriwake::desk::owed::{self, Work};
use kiriwake::desk::{Change, Entry, Frame, Input, Reason};
use std::collections::{BTreeMap, BTreeSet};

/// What is on record at some frame, as far as recovery goes.
#[derive(Default)]
struct Known<'a> {
    alerts: BTreeMap<AlertId, (&'a Alert, Standing, bool)>,
    /// As their sources call them by now.
    levels: BTreeMap<AlertId, Level>,
    roots: BTreeMap<IncidentId, Option<ComponentId>>,
    restored: BTreeSet<IncidentId>,
}

pub(super) fn judge(case: &Case<'_>) -> Judgement {
    // Since when the sources hold a recovery of each problem.
    let mut over: BTreeMap<(&SourceId, &Key), u64> = BTreeMap::new();
    for sign in case.history.signs.iter().filter(|sign| sign.what == What::Recovered) {
        over.entry((&sign.source, &sign.key)).or_insert(sign.at);
    }
    let mut known = Known::default();
    for frame in &case.history.frames {
        for entry in &frame.entries {
            let faults = known.take(frame, entry, &over);
            if let Err(what) = faults {
                return Err(Broken::at(frame.at, what));
            }
        }
    }
    Ok(())
}

impl<'a> Known<'a> {
    fn take(
        &mut self,
        frame: &'a Frame,
        entry: &'a Entry,
        over: &BTreeMap<(&SourceId, &Key), u64>,
    ) -> Result<(), String> {
        match &entry.change {
            Change::Alert(alert::Change::Opened(alert)) => {
                self.alerts.insert(alert.id, (alert, alert.standing.clone(), false));
            }
            Change::Alert(alert::Change::Stands { alert, standing }) => {
                if let Some(known) = self.alerts.get_mut(alert) {
                    known.1 = standing.clone();
                }
            }
            Change::Alert(alert::Change::Altered { alert, level: Some(level), .. }) => {
                self.levels.insert(*alert, *level);
            }
            Change::Alert(alert::Change::Gone { alert, gone }) => {
                let Some(known) = self.alerts.get_mut(alert) else { return Ok(()) };
                known.2 = true;
                if known.0.missed.is_some() {
                    let sign = matches!(gone.evidence, Evidence::Sign { .. });
                    let dropped = entry.reason == Reason::Alert(alert::Reason::Configuration);
                    return if sign || dropped {
                        Ok(())
                    } else {
                        Err(format!("{alert} did not come, and counts as come"))
                    };
                }
                let since = over.get(&(&known.0.source, &known.0.key));
                if since.is_none_or(|at| *at > frame.at.elapsed.0) {
                    return Err(format!("{alert} ended, and {} holds no recovery of {}", known.0.source, known.0.key));
                }
            }
            Change::Incident(change) => return self.incident(frame, change, &entry.reason),
            Change::Owed(owed::Change::Owed(row)) => {
                if let (Work::Message { letter, .. }, Some(incident)) = (&row.work, row.incident)
                    && matches!(letter.matter, Matter::Recovery { .. })
                    && !self.restored.contains(&incident)
                {
                    return Err(format!("{} tells of the recovery of {incident}, which is not restored", row.id));
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn incident(&mut self, frame: &Frame, change: &incident::Change, reason: &Reason) -> Result<(), String> {
        let id = change.incident;
        match &change.what {
            Edit::Opened(incident) => drop(self.roots.insert(id, incident.root.clone())),
            Edit::Reframed { root, .. } => drop(self.roots.insert(id, root.clone())),
            Edit::Restored(_) => {
                self.restored.insert(id);
                let act = matches!(&frame.input, Input::Act { .. });
                let sees = matches!(&frame.input, Input::Report(report) if report.complete);
                let person = matches!(reason, Reason::Incident(incident::Reason::Act { .. })) && act;
                let sight = *reason == Reason::Incident(incident::Reason::SeesAgain) && sees;
                if !person && !sight {
                    return Err(format!("{id} was restored by nobody: {reason:?}"));
                }
            }
            Edit::Status { to, .. } => {
                let name = to.name();
                if matches!(name, StatusName::Requested | StatusName::InProgress | StatusName::Isolating) {
                    self.restored.remove(&id);
                }
                if name == StatusName::Verifying && *reason == Reason::Incident(incident::Reason::Stable) {
                    return self.calm(id);
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// What an incident is about has ended, as far as its alerts show it: what only warns may stay beside something graver that
    /// has ended there, and is listed. A root without an alert of its own is over when everything it did is.
    fn calm(&self, id: IncidentId) -> Result<(), String> {
        let root = self.roots.get(&id).cloned().flatten();
        let members = || {
            let of = self.alerts.values().filter(|(_, standing, _)| *standing == Standing::Member(id));
            of.filter(|(alert, ..)| !alert.problem.momentary)
        };
        let shows = members().any(|(alert, ..)| alert.component == root);
        let concerned = || members().filter(|(alert, ..)| root.is_none() || !shows || alert.component == root);
        if !concerned().any(|(_, _, gone)| *gone) {
            return Err(format!("{id} ({root:?}) recovered without evidence"));
        }
        let weight = |alert: &Alert| {
            let level = self.levels.get(&alert.id).copied().unwrap_or(alert.problem.level);
            if alert.mild { level.min(Level::Information) } else { level }
        };
        let ended = concerned().filter(|(_, _, gone)| *gone).map(|(alert, ..)| weight(alert)).max();
        let lesser = |alert: &Alert| {
            let warns = weight(alert) <= Level::Warning;
            shows && root.is_some() && warns && ended > Some(weight(alert))
        };
        match concerned().find(|(alert, _, gone)| !gone && !lesser(alert)) {
            Some((alert, ..)) => {
                Err(format!("{id} ({root:?}) recovered while {} ({:?}) is red", alert.id, weight(alert)))
            }
            None => Ok(()),
        }
    }
}
