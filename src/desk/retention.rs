//! Retention (保存期間): what was gathered about an incident goes when its time after the incident's end is over; so do the lists
//! of what never got a number, and at last the record itself ([`records`]).
//!
//! A stage, at a quiet hour of every day. The desk asks for what has ended long ago (it has left memory), whoever keeps the
//! catalogue and the journal answers, and the desk decides by the day each ended: nothing of an incident that goes on, and
//! nothing that another one still needs. Each removal is on record before it is made; what was removed is told in the next digest.

mod records;

pub use records::{Bare, Listed, Stretch, began};

use super::house;
use super::ids::IncidentId;
use super::removal::{Body, Change, Removal, Swept, Why};
use super::rules::Keep;
use super::turn::Turn;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// An incident that ended, with the files gathered about it that are still kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ended {
    /// Internal id.
    pub id: IncidentId,
    /// Its name: number, or internal id.
    pub name: String,
    /// 発生
    pub occurred: Timestamp,
    /// 完了, 取消 or 統合; of what never got a number, when it was over.
    pub ended: Timestamp,
    /// Files no incident that ended later names.
    pub bodies: Vec<Body>,
}

/// What whoever keeps the catalogue found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    /// What has ended before the time that is kept.
    pub ended: Vec<Ended>,
    /// Of what occurred before this nothing else is kept.
    pub from: Timestamp,
    /// There is more, to be asked for once this is removed.
    pub more: bool,
    /// What never got a number and has ended before the time that is kept.
    #[serde(default)]
    pub bare: Option<Listed>,
    /// The oldest parts of the record, as far as they may be over.
    #[serde(default)]
    pub stretches: Vec<Stretch>,
}

/// The daily hour is set, if anything is ever over.
pub(super) fn by_rules(turn: &mut Turn) {
    let policy = &turn.book.rules.policy.retention;
    let overdue = turn.state.house.removals.due.is_some_and(|due| due <= turn.now.wall);
    let all = [policy.evidence, policy.bare_alerts, policy.records];
    let next = match all.iter().all(|keep| *keep == Keep::Forever) {
        true => None,
        _ if overdue => return,
        _ => turn.book.next_hour(turn.now.wall, policy.at),
    };
    if next != turn.state.house.removals.due {
        turn.record(house::Change::Removal(Change::Due { next }), house::Reason::Configuration);
    }
}

/// The daily hour: what is over is asked for.
pub(super) fn look(turn: &mut Turn) {
    let next = turn.book.next_hour(turn.now.wall, turn.book.rules.policy.retention.at);
    turn.record(house::Change::Removal(Change::Due { next }), house::Reason::Hour);
    turn.record(house::Change::Removal(Change::Asked { at: turn.now.wall }), house::Reason::Hour);
}

/// What has ended long ago is known now: what is over goes.
pub(super) fn found(turn: &mut Turn, found: Found) {
    let policy = turn.book.rules.policy.retention;
    // Nothing outlives the record that names it.
    let is_over = over(turn, &[policy.evidence, policy.records]);
    // In memory is what goes on, and what ended lately: its files stay, whoever shares them.
    let here = turn.state.incidents.values().filter(|incident| {
        let last = incident.transitions.last().map_or(incident.detected.wall, |last| last.at);
        goes_on(turn, incident.id) || !is_over(last)
    });
    let (mut needed, mut from) = (BTreeSet::new(), found.from);
    for incident in here {
        from = from.min(incident.occurred);
        needed.extend(incident.evidence.parts.iter().map(|part| part.sha256.clone()));
    }
    // What is being removed already was decided before.
    needed
        .extend(turn.state.house.removals.pending.values().flat_map(|one| &one.bodies).map(|body| body.sha256.clone()));
    let (mut incidents, mut files, mut bytes) = (0, 0, 0_u64);
    let Found { ended, bare, stretches, .. } = found;
    for Ended { id, name: of, occurred, ended, bodies } in ended {
        let all = bodies.len();
        let bodies: Vec<Body> = bodies.into_iter().filter(|body| !needed.contains(&body.sha256)).collect();
        let is_over = is_over(ended) && !goes_on(turn, id);
        if !is_over || bodies.len() < all {
            // The next look begins with it.
            from = from.min(occurred);
        }
        if !is_over || bodies.is_empty() {
            continue;
        }
        needed.extend(bodies.iter().map(|body| body.sha256.clone()));
        incidents += 1;
        files += bodies.len() as u64;
        bytes = bytes.saturating_add(bodies.iter().map(|body| body.bytes).sum());
        let id = turn.state.house.removals.last + 1;
        let removal = Removal { bodies, ..removal(id, turn.now.wall, of) };
        turn.record(house::Change::Removal(Change::Decided(Box::new(removal))), house::Reason::TimeIsOver);
    }
    let (unlisted, limits, again) = records::unlist(turn, bare);
    // What was gathered goes before the record that names it.
    let again = again || (found.more && files > 0);
    let (records, again) = if again { (None, true) } else { records::ends(turn, stretches) };
    let swept = Swept { incidents, files, bytes, unlisted, records, ..Swept::none(turn.now.wall) };
    let limits = Change::Swept { swept, from, more: again, unlisted: limits };
    turn.record(house::Change::Removal(limits), house::Reason::TimeIsOver);
}

/// Whether something that ended then is kept no longer: the shortest of these times is over.
fn over(turn: &Turn, keeps: &[Keep]) -> impl Fn(Timestamp) -> bool + use<> {
    let (zone, today, keeps) = (turn.book.zone.clone(), turn.book.date(turn.now.wall), keeps.to_vec());
    move |ended| {
        let day = ended.to_zoned(zone.clone()).date();
        keeps.iter().any(|keep| keep.over(day).is_some_and(|over| over <= today))
    }
}

fn removal(id: u64, at: Timestamp, of: String) -> Removal {
    let (bodies, messages, unlisted, records) = (Vec::new(), Vec::new(), Vec::new(), None);
    Removal { id, at, of, bodies, messages, unlisted, records, why: Why::Retention }
}

fn goes_on(turn: &Turn, id: IncidentId) -> bool {
    let status = turn.state.incidents.get(&id).map(|incident| incident.status.name());
    status.is_some_and(|status| status.open() || status.burning())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::now::{Elapsed, Now};
    use crate::desk::removal::Removals;
    use crate::desk::state::State;
    use crate::desk::{Desk, Input};

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap_or_default()
    }

    fn ended(id: u64, ended: &str, names: &[&str]) -> Ended {
        let bodies = names.iter().map(|name| Body { sha256: (*name).to_owned(), bytes: 10 }).collect();
        let name = format!("KW-{id}");
        Ended {
            id: IncidentId(id),
            name,
            occurred: at(ended) - jiff::SignedDuration::from_hours(1),
            ended: at(ended),
            bodies,
        }
    }

    fn swept(now: &str, ended: Vec<Ended>) -> (Vec<(String, usize)>, Removals) {
        let mut desk = Desk::new(State::default(), crate::desk::graph::tests::empty_rules());
        let (bare, stretches) = (None, Vec::new());
        let found = Found { ended, from: at("2027-03-31T00:00:00Z"), more: false, bare, stretches };
        let now = Now { wall: at(now), elapsed: Elapsed(1) };
        desk.step(now, Input::Ended(found));
        let removals = desk.state().house.removals.clone();
        (removals.pending.values().map(|one| (one.of.clone(), one.bodies.len())).collect(), removals)
    }

    #[test]
    fn what_ended_goes_on_the_day_after_its_year_and_each_file_once() {
        // Ended on 31 March and on 1 April, by the site's clock.
        let all = || {
            vec![
                ended(1, "2027-03-31T14:59:00Z", &["a", "b"]),
                ended(2, "2027-03-31T15:01:00Z", &["b", "c"]),
                ended(3, "2027-03-30T00:00:00Z", &["a"]),
            ]
        };
        let (gone, removals) = swept("2028-03-31T14:59:00Z", all());
        assert_eq!(gone, [("KW-3".to_owned(), 1)], "the day the year ends on belongs to it");
        assert_eq!(removals.from, Some(at("2027-03-31T00:00:00Z")));
        let (gone, _) = swept("2028-03-31T15:01:00Z", all());
        assert_eq!(gone, [("KW-1".to_owned(), 2)]);
        let (gone, removals) = swept("2028-04-01T15:01:00Z", all());
        assert_eq!(gone, [("KW-1".to_owned(), 2), ("KW-2".to_owned(), 1)]);
        assert_eq!(
            removals.swept.iter().map(|swept| (swept.incidents, swept.files, swept.bytes)).collect::<Vec<_>>(),
            [(2, 3, 30)]
        );
    }
}
