//! When the lists of what never got a number end, and when the record itself does.
//!
//! The record goes from its beginning, in whole stretches of files, oldest first: a stretch goes when its own time is over, and that
//! of every incident it may tell of. So the record of an incident stays whole from its beginning until its own time is over, and
//! with it everything that was recorded later; so does whatever is still in the desk's memory. Not here: what goes with a stretch (bodies, messages, entries of the catalogue that
//! nothing later tells of), which whoever keeps them finds.

use super::{over, removal};
use crate::desk::house;
use crate::desk::ids::IncidentId;
use crate::desk::incident::Incident;
use crate::desk::removal::{Change, Records, Removal, SweptRecords, Unlisted};
use crate::desk::turn::Turn;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What never got a number and has ended before the time that is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listed {
    /// These are listed.
    pub ended: Vec<Bare>,
    /// Of what occurred before this nothing else is listed.
    pub from: Timestamp,
    /// There is more.
    pub more: bool,
}

/// An incident that never got a number, and has ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bare {
    /// Internal id.
    pub id: IncidentId,
    /// 発生
    pub occurred: Timestamp,
    /// When it was over.
    pub ended: Timestamp,
}

/// A stretch of the journal that is not written to any more, and which the next file begins with the whole state after.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stretch {
    /// Its first frame.
    pub first: u64,
    /// Its last frame.
    pub last: u64,
    /// SHA-256 of that one.
    pub link: String,
    /// The latest moment of it, and of all before.
    pub until: Timestamp,
    /// Of the numbered incidents that began by then and have ended, when the last one did.
    pub ended: Option<Timestamp>,
    /// Of those without a number that are still listed.
    pub bare: Option<Timestamp>,
    /// How many files it is.
    pub files: u64,
    /// How large they are.
    pub bytes: u64,
    /// So many numbered incidents changed in it for the last time.
    pub incidents: u64,
    /// One more follows that may be over, and is not among what was found.
    pub more: bool,
}

/// From when on the record tells of an incident: its 検知, or its 発生 where that is earlier. What was seen before, and kept apart
/// by planned work or a silence, belonged to no incident then.
pub fn began(incident: &Incident) -> Timestamp {
    incident.detected.wall.min(incident.occurred)
}

/// The lists of what never got a number: how many leave, and whether to ask again.
pub(super) fn unlist(turn: &mut Turn, listed: Option<Listed>) -> (u64, Option<Unlisted>, bool) {
    let Some(Listed { ended, mut from, more }) = listed else { return (0, None, false) };
    let policy = turn.book.rules.policy.retention;
    let is_over = over(turn, &[policy.bare_alerts, policy.records]);
    let (mut unlisted, mut before) = (Vec::new(), turn.state.house.removals.unlisted.map(|known| known.ended));
    for Bare { id, occurred, ended } in ended {
        if is_over(ended) && !turn.state.incidents.contains_key(&id) {
            before = before.max(Some(ended));
            unlisted.push(id);
        } else {
            from = from.min(occurred);
        }
    }
    let count = unlisted.len() as u64;
    if count > 0 {
        let id = turn.state.house.removals.last + 1;
        let removal = Removal { unlisted, ..removal(id, turn.now.wall, format!("{count} incidents without a number")) };
        turn.record(house::Change::Removal(Change::Decided(Box::new(removal))), house::Reason::TimeIsOver);
    }
    let limits = before.map(|ended| Unlisted { occurred: from, ended });
    (count, limits, more && count > 0)
}

/// The record itself: what of its beginning goes, and whether to ask again.
pub(super) fn ends(turn: &mut Turn, stretches: Vec<Stretch>) -> (Option<SweptRecords>, bool) {
    let policy = turn.book.rules.policy.retention;
    let is_over = over(turn, &[policy.records]);
    let bare_is_over = over(turn, &[policy.bare_alerts, policy.records]);
    // In memory is what goes on, what ended lately, and what nobody could be told of yet.
    let needed = turn.state.incidents.values().map(began).min();
    let goes = |stretch: &Stretch| {
        needed.is_none_or(|needed| stretch.until < needed)
            && is_over(stretch.until)
            && stretch.ended.is_none_or(&is_over)
            && stretch.bare.is_none_or(&bare_is_over)
    };
    let mut all: Option<(Records, bool)> = None;
    for stretch in stretches {
        // No holes, whoever looked.
        if !goes(&stretch) || all.as_ref().is_some_and(|(known, _)| known.to + 1 != stretch.first) {
            all = all.map(|(known, _)| (known, false));
            break;
        }
        let Stretch { first, last: to, link, until, files, bytes, incidents, more, .. } = stretch;
        let known = all.take().map(|(known, _)| known);
        let from = known.as_ref().map_or(first, |known| known.from);
        let (before, size, ends) = known.map_or((0, 0, 0), |known| (known.files, known.bytes, known.incidents));
        let (files, bytes) = (files + before, bytes.saturating_add(size));
        all = Some((Records { from, to, link, until, files, bytes, incidents: incidents + ends }, more));
    }
    let Some((records, more)) = all else { return (None, false) };
    let swept = SweptRecords { until: records.until, files: records.files, incidents: records.incidents };
    let id = turn.state.house.removals.last + 1;
    let of = format!("frames {} to {} of the record", records.from, records.to);
    let removal = Removal { records: Some(records), ..removal(id, turn.now.wall, of) };
    turn.record(house::Change::Removal(Change::Decided(Box::new(removal))), house::Reason::TimeIsOver);
    (Some(swept), more)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::incident::{Status, StatusName, Transition};
    use crate::desk::letter::DetectedBy;
    use crate::desk::now::{Elapsed, Now};
    use crate::desk::removal::Removals;
    use crate::desk::retention::Found;
    use crate::desk::rules::{Keep, Rules};
    use crate::desk::state::State;
    use crate::desk::{Desk, Input};

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap_or_default()
    }

    /// Frames 1 to 10, 11 to 20, ...: the latest moment of each, and when the last numbered incident that it may tell of ended.
    fn stretches(all: &[(&str, Option<&str>)]) -> Vec<Stretch> {
        let one = |(nth, (until, ended)): (usize, &(&str, Option<&str>))| {
            let first = nth as u64 * 10 + 1;
            Stretch {
                first,
                last: first + 9,
                link: "ab".repeat(32),
                until: at(until),
                ended: ended.map(at),
                bare: None,
                files: 1,
                bytes: 100,
                incidents: 2,
                more: false,
            }
        };
        all.iter().enumerate().map(one).collect()
    }

    fn rules(records: &str, bare: &str) -> Rules {
        let mut rules = crate::desk::graph::tests::empty_rules();
        rules.policy.retention.records = records.parse().unwrap_or(Keep::Forever);
        rules.policy.retention.bare_alerts = bare.parse().unwrap_or(Keep::Forever);
        rules
    }

    fn answered(state: State, rules: Rules, now: &str, bare: Option<Listed>, stretches: Vec<Stretch>) -> Removals {
        let mut desk = Desk::new(state, rules);
        let found = Found { ended: Vec::new(), from: at(now), more: false, bare, stretches };
        desk.step(Now { wall: at(now), elapsed: Elapsed(1) }, Input::Ended(found));
        desk.state().house.removals.clone()
    }

    /// Up to which frame the record goes.
    fn gone(removals: &Removals) -> Option<(u64, u64)> {
        let mut records = removals.pending.values().filter_map(|one| one.records.as_ref());
        records.next().map(|records| (records.from, records.to))
    }

    #[test]
    fn a_stretch_goes_when_its_fiscal_years_and_those_of_all_it_tells_of_are_over() {
        for (until, ended, keep, last_day, first_day) in [
            // By the site's clock: 15:00Z is midnight.
            ("2026-10-07T01:00:00Z", None, "5fy", "2032-03-31T14:59:00Z", "2032-03-31T15:01:00Z"),
            ("2027-03-31T14:59:00Z", None, "5fy", "2032-03-31T14:59:00Z", "2032-03-31T15:01:00Z"),
            ("2027-03-31T15:01:00Z", None, "5fy", "2033-03-31T14:59:00Z", "2033-03-31T15:01:00Z"),
            ("2028-02-29T03:00:00Z", None, "5fy", "2033-03-31T14:59:00Z", "2033-03-31T15:01:00Z"),
            ("2028-02-29T03:00:00Z", None, "5y", "2033-02-28T14:59:00Z", "2033-02-28T15:01:00Z"),
            // What it tells of ended a fiscal year later.
            (
                "2026-10-07T01:00:00Z",
                Some("2027-04-02T01:00:00Z"),
                "5fy",
                "2033-03-31T14:59:00Z",
                "2033-03-31T15:01:00Z",
            ),
        ] {
            let at =
                |now| gone(&answered(State::default(), rules(keep, "13mo"), now, None, stretches(&[(until, ended)])));
            assert_eq!((at(last_day), at(first_day)), (None, Some((1, 10))), "{until} {ended:?} {keep}");
        }
        let all = stretches(&[("2000-01-01T00:00:00Z", None)]);
        assert_eq!(
            gone(&answered(State::default(), rules("forever", "forever"), "2040-01-01T00:00:00Z", None, all)),
            None
        );
    }

    #[test]
    fn it_goes_from_its_beginning_and_without_holes() {
        let now = "2033-05-01T00:00:00Z";
        let ask = |all| answered(State::default(), rules("5fy", "13mo"), now, None, all);
        let all = [("2026-10-07T01:00:00Z", None), ("2026-10-08T01:00:00Z", None), ("2026-10-09T01:00:00Z", None)];
        let mut removals = ask(stretches(&all));
        let records = removals.pending.values().find_map(|one| one.records.clone());
        let told = records.map(|records| (records.from, records.to, records.files, records.bytes, records.incidents));
        assert_eq!((told, removals.last), (Some((1, 30, 3, 300, 6)), 1), "one removal");
        assert_eq!(removals.swept.pop().and_then(|swept| swept.records).map(|swept| swept.until), Some(at(all[2].0)));
        // The second tells of what ended last year.
        let kept = [all[0], (all[1].0, Some("2032-06-01T00:00:00Z")), all[2]];
        assert_eq!(gone(&ask(stretches(&kept))), Some((1, 10)));
        let mut torn = stretches(&all);
        torn.remove(1);
        assert_eq!(gone(&ask(torn)), Some((1, 10)), "frames 11 to 20 were not looked at");
        // What never got a number has a shorter time, and is never the reason to keep more than that.
        for (ended, goes) in [("2032-05-01T00:00:00Z", None), ("2032-03-01T00:00:00Z", Some((1, 10)))] {
            let mut all = stretches(&all[..1]);
            all.iter_mut().for_each(|one| one.bare = Some(at(ended)));
            assert_eq!(gone(&ask(all)), goes, "{ended}");
        }
    }

    /// DECISIONS 4: until every incident in it is over.
    #[test]
    fn what_goes_on_keeps_everything_after_its_beginning() {
        let now = "2033-05-01T00:00:00Z";
        let all = [("2026-10-07T01:00:00Z", None), ("2026-10-08T01:00:00Z", None), ("2026-10-09T01:00:00Z", None)];
        let began = Now { wall: at("2026-10-08T00:30:00Z"), elapsed: Elapsed(0) };
        for (status, occurred, ended, goes) in [
            // Open since six years, or opened again.
            (Status::Accepted, "2026-10-08T00:30:00Z", None, Some((1, 10))),
            (Status::Accepted, "2026-10-07T00:59:00Z", None, None),
            // Over, but not for long.
            (Status::Closed, "2026-10-08T00:30:00Z", Some("2033-04-20T00:00:00Z"), Some((1, 10))),
        ] {
            let mut incident = Incident::new(IncidentId(7), began, status.clone(), DetectedBy::UserPhone);
            incident.occurred = at(occurred);
            let last = ended.map(|ended| Transition { at: at(ended), to: StatusName::Closed, by: None });
            incident.transitions.extend(last);
            let mut state = State::default();
            state.incidents.insert(incident.id, incident);
            let removals = answered(state, rules("5fy", "13mo"), now, None, stretches(&all));
            assert_eq!(gone(&removals), goes, "{status:?} {occurred}");
        }
    }

    #[test]
    fn what_never_got_a_number_is_listed_for_thirteen_months() {
        let bare = |id, ended: &str| Bare { id: IncidentId(id), occurred: at(ended), ended: at(ended) };
        let listed = || Listed {
            ended: vec![bare(1, "2027-01-31T03:00:00Z"), bare(2, "2027-02-28T03:00:00Z")],
            from: at("2027-06-01T00:00:00Z"),
            more: false,
        };
        let ask = |bare_alerts, now| {
            let removals = answered(State::default(), rules("5fy", bare_alerts), now, Some(listed()), Vec::new());
            let ids: Vec<u64> = removals.pending.values().flat_map(|one| &one.unlisted).map(|id| id.0).collect();
            (ids, removals)
        };
        assert_eq!(ask("13mo", "2028-02-29T14:59:00Z").0, Vec::<u64>::new());
        let (ids, removals) = ask("13mo", "2028-02-29T15:01:00Z");
        assert_eq!((ids, removals.swept.len()), (vec![1], 1));
        let from = removals.unlisted.map(|known| (known.occurred, known.ended));
        assert_eq!(from, Some((at("2027-02-28T03:00:00Z"), at("2027-01-31T03:00:00Z"))));
        assert_eq!(ask("13mo", "2028-03-28T15:01:00Z").0, [1, 2]);
        assert_eq!(ask("forever", "2033-03-28T15:01:00Z").0, [1, 2], "at last with the record");
    }
}
