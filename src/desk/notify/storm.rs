//! Storms (警報の多発), told to the desk: one notice for all systems, however many alerts.

use super::digest::line;
use super::internal;
use crate::desk::correlate::storm::{self, brought, is_in_storm};
use crate::desk::ids::IncidentId;
use crate::desk::incident::Incident;
use crate::desk::letter::{Notice, StormLine, StormStage, Storms};
use crate::desk::owed::Why;
use crate::desk::turn::Turn;

/// Incidents named at most; the number of all is told.
const NAMED: usize = 50;

/// Tells how the storms stand.
pub(in crate::desk) fn storm(turn: &mut Turn) {
    let policy = &turn.book.rules.policy;
    let storms = &turn.state.house.storms;
    let goes_on = storms.going_on().next().is_some();
    let stage = match (storms.told, goes_on) {
        (_, false) => StormStage::Over,
        (None, true) => StormStage::Began,
        (Some(_), true) => StormStage::GoesOn,
    };
    let mut listed: Vec<StormLine> = storms
        .all
        .iter()
        .map(|storm| StormLine {
            system: storm.system.as_ref().map(|system| turn.book.system_name(system)),
            since: storm.since.wall,
            until: storm.over.map(|(at, _)| at),
            alerts: storm.over.map_or_else(|| brought(turn, storm), |(_, alerts)| alerts),
        })
        .collect();
    listed.sort_by_key(|storm| (storm.until.is_some(), std::cmp::Reverse(storm.alerts)));
    let open = turn.state.open.iter().filter_map(|id| turn.state.incidents.get(id));
    let mut hit: Vec<&Incident> = open.filter(|incident| is_in_storm(turn, incident)).collect();
    hit.sort_by_key(|incident| (incident.severity_value(), incident.id));
    let facts = Storms {
        blind: storm::is_blind(turn),
        stage,
        storms: listed,
        total: hit.len(),
        incidents: hit.into_iter().take(NAMED).map(|incident| line(turn, incident)).collect(),
        most: policy.storm_alerts.unwrap_or_default(),
        span: policy.storm_span,
        again: policy.storm_again,
    };
    internal(turn, None, Notice::Storm { storms: facts }, Why::Storm);
}

/// A lesser notice about an incident of a storm stands in the storm's own notice.
pub(super) fn is_listed_there(turn: &Turn, incident: Option<IncidentId>, notice: &Notice, severity: u8) -> bool {
    let lesser = match notice {
        Notice::YoursToDecide
        | Notice::PleaseCheck
        | Notice::EchoOf { .. }
        | Notice::Eased
        | Notice::GoesOn { .. }
        | Notice::RedApart { .. }
        | Notice::Reopened
        | Notice::NotSeen { .. } => severity >= 3,
        _ => false,
    };
    let known = incident.and_then(|id| turn.state.incidents.get(&id));
    lesser && known.is_some_and(|incident| is_in_storm(turn, incident))
}
