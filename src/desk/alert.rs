//! Alerts (警報): problems in our words, each with the place it has in the books.
//!
//! A thing. An alert is opened once per problem of a source; repeats only count. What it belongs to is its
//! [`Standing`]: every observation is exactly one of member, duplicate, suppressed, set aside, pending (P24).

use super::ids::{AlertId, ComponentId, CoverId, IncidentId, SourceId};
use super::now::{Elapsed, Now};
use super::observation::{Evidence, Key, Level, Problem};
use super::state::State;
use super::text::Text;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// A gone alert is kept this long, so that a repeated observation of it is known for what it is.
pub const REMEMBERED: Duration = Duration::from_secs(48 * 3600);

/// One alert.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Alert {
    /// Its number.
    pub id: AlertId,
    /// Which source saw it.
    pub source: SourceId,
    /// The source's own id of the problem.
    pub key: Key,
    /// As the source described it; level and flags are kept up to date.
    pub problem: Problem,
    /// `false` = 監視停止: its trigger, host or item is disabled. Never recovery.
    pub monitored: bool,
    /// When it began, by the source's clock, made plausible (`DECISIONS.md` 10).
    pub at: Timestamp,
    /// The source's time was not plausible: `at` is the time of receipt (推定).
    pub estimated: bool,
    /// When we learnt of it.
    pub received: Now,
    /// What it is about, if any component covers it.
    pub component: Option<ComponentId>,
    /// What it belongs to.
    pub standing: Standing,
    /// When and by what evidence it ended.
    pub gone: Option<Box<Gone>>,
    /// Further observations of the same problem.
    pub repeats: u64,
    /// The planned work or silence that kept it apart until its end: it counts from then.
    #[serde(default)]
    pub after: Option<CoverId>,
    /// When it really began, where it counts from another time; records from before do not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub began: Option<Timestamp>,
    /// What it has in common with others of one fault, as the configuration of that time chose: `tag.service=juki`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shares: Vec<Text>,
    /// What did not come, by its name: no source saw this, the desk missed it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub missed: Option<Text>,
    /// The rules of that time say that it does no harm: what it is about goes on working (`Book::is_mild`).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub mild: bool,
}

/// How an alert ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Gone {
    /// When it ended, by the source's clock.
    pub at: Timestamp,
    /// When we learnt of it.
    pub learnt: Elapsed,
    /// What shows it.
    pub evidence: Evidence,
}

/// What an alert belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Standing {
    /// Not decided in this very step yet.
    Pending,
    /// It belongs to an incident.
    Member(IncidentId),
    /// On record, and nobody is told.
    Suppressed(Suppression),
}

/// Why nobody is told of an alert.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Suppression {
    /// Below the level the source's configuration asks for.
    BelowLevel,
    /// It was red before our first look; told in one digest.
    Adopted,
    /// Planned work of ours covers it.
    PlannedWork {
        /// Its name.
        name: String,
        /// Its number; `None` only on record from before planned work had one.
        #[serde(default)]
        by: Option<CoverId>,
    },
    /// A silence covers it.
    Silenced {
        /// Its number.
        by: CoverId,
    },
    /// Maintenance in the monitoring system covers it.
    SourceMaintenance,
    /// It had ended before we learnt of it and belongs to nothing open.
    Over,
    /// It is the sign that something came that must come.
    Expected,
}

/// A change of an alert.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Change {
    /// It began.
    Opened(Box<Alert>),
    /// The same problem was observed again.
    Repeated(AlertId),
    /// Something about it changed; `None` = as before.
    Altered {
        /// Which alert.
        alert: AlertId,
        /// Monitoring level.
        level: Option<Level>,
        /// Acknowledged in the monitoring system.
        acknowledged: Option<bool>,
        /// Hidden by maintenance there.
        suppressed: Option<bool>,
        /// Enabled there.
        monitored: Option<bool>,
    },
    /// It ended.
    Gone {
        /// Which alert.
        alert: AlertId,
        /// When and by what evidence.
        gone: Box<Gone>,
    },
    /// What it belongs to was decided.
    Stands {
        /// Which alert.
        alert: AlertId,
        /// What it belongs to now.
        standing: Standing,
    },
    /// Its time counts from `at` on: it still burns at the end of planned work or of a silence.
    CountsFrom {
        /// Which alert.
        alert: AlertId,
        /// The end.
        at: Timestamp,
        /// Of which; `None` only on record from before they had numbers.
        #[serde(default)]
        after: Option<CoverId>,
    },
    /// It ended long ago and belongs to nothing open: only its count is kept.
    Forgotten(AlertId),
    /// A recovery of something we do not know, or a change to it: counted.
    Stray {
        /// The source.
        source: SourceId,
        /// Its id of the problem.
        key: Key,
    },
}

/// Why an alert changed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Reason {
    /// The source reported it for the first time.
    FirstSeen,
    /// The source reported it before.
    SeenBefore,
    /// The source said so.
    AsReported,
    /// Its component, or host, is in the incident already.
    SameComponent,
    /// It needs what already fails there.
    Echo {
        /// The failing component it needs.
        of: ComponentId,
    },
    /// What already fails needs it: the cause came after its effects.
    Cause {
        /// A failing component that needs it.
        of: ComponentId,
    },
    /// Both need the same thing, within the grouping window.
    CommonNeed {
        /// What both need.
        of: ComponentId,
    },
    /// One cause explains it and a young incident.
    SameCause {
        /// The cause.
        of: ComponentId,
    },
    /// It has this in common with alerts of a young incident.
    Shares {
        /// The tag or field, and its value.
        what: String,
    },
    /// It did not come by its hour, and its source looked.
    DidNotCome,
    /// It came, if late.
    Came,
    /// It is expected no more.
    Configuration,
    /// Nothing open is related to it.
    NothingRelated,
    /// The group turned out to be several faults without a common failing cause.
    Independent,
    /// The same fault within the reopen window.
    Relapse,
    /// It still burns although the incident was restored.
    StillRed,
    /// As its suppression says.
    Suppressed,
    /// The suppression ended while it still burns.
    SuppressionEnded,
    /// The desk's act.
    Act,
    /// It ended long ago.
    Old,
    /// Nothing is known under that id.
    NotKnown,
}

impl Alert {
    /// Since when it is over. What merely happened never ends; it is old when it came long ago.
    pub(in crate::desk) fn over_since(&self) -> Option<Elapsed> {
        let ended = self.gone.as_ref().map(|gone| gone.learnt);
        ended.or(self.problem.momentary.then_some(self.received.elapsed))
    }

    /// How bad what it is about is, whatever monitoring calls it: what does no harm is for information.
    pub fn weight(&self) -> Level {
        if self.mild { self.problem.level.min(Level::Information) } else { self.problem.level }
    }

    /// It lasts and has not ended. What merely happened (momentary) is never red.
    pub fn red(&self) -> bool {
        self.gone.is_none() && !self.problem.momentary
    }

    /// It ended, and something shows it.
    pub fn recovered(&self) -> bool {
        self.gone.as_ref().is_some_and(|gone| gone.evidence != Evidence::NoRecoveryEvent)
    }

    /// Its source does not know it any more, and has not said that it is over: not seen, which is no recovery.
    pub fn vanished(&self) -> bool {
        self.gone.is_some() && !self.recovered()
    }

    /// Planned work or a silence keeps it apart.
    pub fn held_back(&self) -> bool {
        matches!(self.standing, Standing::Suppressed(Suppression::PlannedWork { .. } | Suppression::Silenced { .. }))
    }

    /// The planned work or silence that keeps it apart.
    pub fn held_by(&self) -> Option<CoverId> {
        match &self.standing {
            Standing::Suppressed(Suppression::PlannedWork { by, .. }) => *by,
            Standing::Suppressed(Suppression::Silenced { by }) => Some(*by),
            Standing::Suppressed(_) | Standing::Member(_) | Standing::Pending => None,
        }
    }

    /// The incident it belongs to.
    pub fn incident(&self) -> Option<IncidentId> {
        match self.standing {
            Standing::Member(incident) => Some(incident),
            Standing::Pending | Standing::Suppressed(_) => None,
        }
    }
}

/// Applies `change` to the state. Total.
pub(super) fn apply(state: &mut State, change: &Change) {
    match change {
        Change::Opened(alert) => {
            state.tally.observed += 1;
            state.counters.alert = state.counters.alert.max(alert.id.0);
            state.put_alert(alert.clone());
        }
        Change::Repeated(id) => {
            state.tally.observed += 1;
            state.tally.duplicates += 1;
            if let Some(alert) = state.alerts.get_mut(id) {
                alert.repeats = alert.repeats.saturating_add(1);
            }
        }
        Change::Altered { alert, level, acknowledged, suppressed, monitored } => {
            state.alter_alert(*alert, |alert| {
                alert.problem.level = level.unwrap_or(alert.problem.level);
                alert.problem.acknowledged = acknowledged.unwrap_or(alert.problem.acknowledged);
                alert.problem.suppressed = suppressed.unwrap_or(alert.problem.suppressed);
                alert.monitored = monitored.unwrap_or(alert.monitored);
            });
        }
        Change::Gone { alert, gone } => state.alter_alert(*alert, |alert| alert.gone = Some(gone.clone())),
        Change::Stands { alert, standing } => {
            state.alter_alert(*alert, |alert| alert.standing.clone_from(standing));
        }
        Change::CountsFrom { alert, at, after } => state.alter_alert(*alert, |alert| {
            alert.began.get_or_insert(alert.at);
            alert.at = *at;
            alert.after = after.or(alert.after);
        }),
        Change::Forgotten(id) => {
            if let Some(alert) = state.remove_alert(*id) {
                match alert.standing {
                    Standing::Member(_) => state.tally.forgotten_members += 1,
                    Standing::Suppressed(_) => state.tally.forgotten_suppressed += 1,
                    Standing::Pending => state.tally.forgotten_pending += 1,
                }
            }
        }
        Change::Stray { .. } => state.tally.strays += 1,
    }
}

impl Change {
    /// Which alert it is about.
    pub fn alert(&self) -> Option<AlertId> {
        match self {
            Change::Opened(alert) => Some(alert.id),
            Change::Repeated(alert)
            | Change::Altered { alert, .. }
            | Change::Gone { alert, .. }
            | Change::Stands { alert, .. }
            | Change::CountsFrom { alert, .. }
            | Change::Forgotten(alert) => Some(*alert),
            Change::Stray { .. } => None,
        }
    }
}
