//! What the control socket answers about planned work and silences.

use crate::desk::Desk;
use crate::desk::alert::Alert;
use crate::desk::cover::{Cover, Origin, Over};
use crate::desk::ids::{ComponentId, CoverId};
use crate::desk::now::Now;
use crate::desk::rules::Maintenance;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Planned work at one time, or a silence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CoverLine {
    /// Its number; planned work of the configuration gets one when it begins.
    pub id: Option<CoverId>,
    /// It is a silence.
    pub silence: bool,
    /// Where it stands.
    pub stage: Stage,
    /// What is done; of a silence its reason.
    pub name: String,
    /// What it covers, in words.
    pub over: String,
    /// Who answers for it, by name.
    pub owner: String,
    /// Why.
    pub reason: String,
    /// Start, included.
    pub from: Timestamp,
    /// End, excluded; of an ended one when it ended.
    pub until: Timestamp,
    /// Whose word it is: somebody's name, `configuration`, or a source's name.
    pub by: String,
    /// Alerts it kept apart so far.
    pub hid: u64,
    /// How many of them are still red.
    pub red: usize,
}

/// Where planned work or a silence stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// It keeps alerts apart.
    Active,
    /// It is to come.
    Planned,
    /// It is over.
    Ended,
}

/// Planned work and silences: active ones, what is to come in the order of coming - of recurring work the next time -, then
/// what is over, the latest first, where `all` asks for it.
pub fn covers(desk: &Desk, all: bool, now: Now) -> Vec<CoverLine> {
    let (state, book) = (desk.state(), desk.book());
    let mut lines: Vec<CoverLine> = state.covers.values().map(|cover| line(desk, cover)).collect();
    lines.retain(|line| all || line.stage != Stage::Ended);
    let coming = book.rules.maintenance.iter().filter_map(|work| coming(desk, work, now.wall));
    lines.extend(coming);
    lines.sort_by_key(|line| {
        let time = line.from.as_second();
        (line.stage, if line.stage == Stage::Ended { -time } else { time }, line.id)
    });
    lines
}

/// Those that keep alerts apart now.
pub fn active(desk: &Desk) -> Vec<CoverLine> {
    let state = desk.state();
    state.active.iter().filter_map(|id| state.covers.get(id)).map(|cover| line(desk, cover)).collect()
}

fn line(desk: &Desk, cover: &Cover) -> CoverLine {
    let state = desk.state();
    let held = state.held_back.iter().filter_map(|id| state.alerts.get(id));
    let red = |alert: &&Alert| alert.red() && alert.held_by() == Some(cover.id);
    CoverLine {
        id: Some(cover.id),
        silence: !cover.is_work(),
        stage: match (cover.open(), cover.begun) {
            (false, _) => Stage::Ended,
            (true, true) => Stage::Active,
            (true, false) => Stage::Planned,
        },
        name: cover.name.clone(),
        over: match &cover.over {
            Over::Work { components, hosts } => places(desk, components, hosts),
            Over::Alerts(matcher) => matcher.words().en.into_owned(),
        },
        owner: desk.book().party_name(&cover.owner),
        reason: cover.reason.clone(),
        from: cover.from,
        until: cover.end(),
        by: match &cover.origin {
            Origin::Rules { .. } => CONFIGURATION.to_owned(),
            Origin::Command { by } => by.clone(),
            Origin::Source { source, .. } => source.to_string(),
        },
        hid: cover.hid,
        red: held.filter(red).count(),
    }
}

const CONFIGURATION: &str = "configuration";

/// The next time planned work of the configuration takes place.
fn coming(desk: &Desk, work: &Maintenance, now: Timestamp) -> Option<CoverLine> {
    let book = desk.book();
    let window = work.times.next(now, &book.zone)?;
    Some(CoverLine {
        id: None,
        silence: false,
        stage: Stage::Planned,
        name: work.name.clone(),
        over: places(desk, &work.components, &BTreeSet::new()),
        owner: book.party_name(&work.owner),
        reason: work.reason.clone(),
        from: window.from,
        until: window.until,
        by: CONFIGURATION.to_owned(),
        hid: 0,
        red: 0,
    })
}

fn places(desk: &Desk, components: &BTreeSet<ComponentId>, hosts: &BTreeSet<String>) -> String {
    let components = components.iter().map(|component| desk.book().component_name(component));
    components.chain(hosts.iter().cloned()).collect::<Vec<_>>().join(", ")
}
