//! 2. Every duty is delivered, waiting, dead and told, or suppressed with a reason; none is merely gone.

use super::Case;
use crate::history::{Broken, Judgement};
use crate::record::{Row, is_final};
use crate::script::HOUR;
use kiriwake::desk::alert::Standing;
use kiriwake::desk::ids::RequestId;
use kiriwake::desk::letter::{Matter, Notice};
use kiriwake::desk::outcome::Delivery;
use kiriwake::desk::owed::{self, OwedState, Reason, Why};
use kiriwake::desk::request;
use kiriwake::desk::{Change, Input};
use std::collections::{BTreeMap, BTreeSet};

/// After so long with every way open nothing waits that need not.
const PATIENCE: u64 = 2 * HOUR;

pub(super) fn judge(case: &Case<'_>) -> Judgement {
    let arrived: BTreeSet<(&str, &str)> =
        case.history.copies.iter().map(|copy| (copy.key.as_str(), copy.address.as_str())).collect();
    for row in case.record.rows.values() {
        message(case, row, &arrived)?;
    }
    for alert in case.record.alerts.values() {
        if alert.standing == Standing::Pending {
            return Err(Broken::at(alert.opened.received, format!("{} belongs to nothing", alert.opened.id)));
        }
    }
    // What somebody took back before it was isolated was nobody's to hear; and a call about what hits nobody is the desk's own,
    // whose inquiry may still wait for its opening when the history ends.
    let numbered = case.record.numbered.iter().filter(|(incident, _)| !case.record.taken_back.contains(incident));
    let numbered = numbered.filter(|(incident, _)| !case.record.to_inquire.contains(incident));
    for (incident, at) in numbered {
        if !case.record.rows.values().any(|row| row.message().is_some() && row.incidents().any(|one| one == *incident))
        {
            return Err(Broken::at(*at, format!("{incident} has a number and nobody was ever told of it")));
        }
    }
    Ok(())
}

/// Each request to the party about the row's incident was answered, or ended, by the time the row did.
fn is_answered(case: &Case<'_>, row: &Row<'_>, party: &str) -> bool {
    let mut silent: BTreeMap<RequestId, bool> = BTreeMap::new();
    for entry in case.history.frames[..=row.since].iter().flat_map(|frame| &frame.entries) {
        let Change::Request(change) = &entry.change else { continue };
        match change {
            request::Change::Decided(asked)
                if row.incidents().any(|one| one == asked.incident) && asked.party.as_str() == party =>
            {
                silent.insert(asked.id, true);
            }
            request::Change::Acknowledged { request, .. }
            | request::Change::Started { request, .. }
            | request::Change::Ended { request, .. } => _ = silent.get_mut(request).map(|silent| *silent = false),
            _ => {}
        }
    }
    !silent.is_empty() && silent.values().all(|silent| !silent)
}

fn message(case: &Case<'_>, row: &Row<'_>, arrived: &BTreeSet<(&str, &str)>) -> Judgement {
    let Some((party, _, _)) = row.message() else { return Ok(()) };
    let id = row.decided.id;
    let since = case.history.frames[row.since].at;
    let broken = |what: String| Err(Broken::at(since, what));
    // What a far end is said to have taken, it has; what it will never take was told.
    for address in row.addresses() {
        match row.last_of(address) {
            Some((Delivery::Accepted { .. }, _)) if !arrived.contains(&(row.decided.key.as_str(), address)) => {
                return broken(format!("{id} counts as delivered to {address}, where nothing arrived"));
            }
            Some((last, frame))
                if is_final(last)
                    && !row.is_notice()
                    && !told(case, frame, address)
                    && !is_passed_on(case, frame, row) =>
            {
                return broken(format!("{address} does not take {id}, and nobody was told"));
            }
            _ => {}
        }
    }
    match row.state {
        OwedState::Done { .. } => {
            let open = row.addresses().find(|address| {
                let last = row.last_of(address).map(|(last, _)| last);
                !last.is_some_and(|last| matches!(last, Delivery::Accepted { .. }) || is_final(last))
            });
            match open {
                Some(address) => broken(format!("{id} is done although {address} has not got it")),
                None => Ok(()),
            }
        }
        OwedState::Dead { why, .. } => {
            let held = matches!(row.why, Some(Reason::Restored { .. }));
            let known = if held {
                told_of_restore(case, row.since)
            } else {
                row.addresses().any(|one| told(case, row.since, one)) || is_passed_on(case, row.since, row)
            };
            if known || row.is_notice() {
                Ok(())
            } else {
                broken(format!("{id} to {party} is dead ({why}), and nobody was told"))
            }
        }
        // Nobody wants to hear today of yesterday's sign of life.
        OwedState::Superseded if row.decided.why == Why::Heartbeat => Ok(()),
        OwedState::Superseded if matches!(row.why, Some(Reason::Answered)) => {
            if row.decided.kind() == "chaser" && is_answered(case, row, party) {
                Ok(())
            } else {
                broken(format!("{id} to {party} reminds of what nobody has answered"))
            }
        }
        OwedState::Superseded if matches!(row.why, Some(Reason::Needless)) => {
            let read = |delivery: &Delivery| matches!(delivery, Delivery::Accepted { .. } | Delivery::Unknown { .. });
            let results = row.came.iter().flat_map(|came| came.results.iter());
            if results.clone().any(|(_, delivery)| read(delivery)) {
                broken(format!("{id} may have reached {party}, and counts as read by nobody"))
            } else {
                Ok(())
            }
        }
        OwedState::Superseded => {
            let by = if let Some(Reason::SaidBetter { by }) = row.why { case.record.rows.get(by) } else { None };
            match by.and_then(Row::message) {
                Some((other, _, _)) if other == party => Ok(()),
                _ => broken(format!("{id} to {party} is said better by nothing: {:?}", row.why)),
            }
        }
        OwedState::Dropped { by, reason, .. } => {
            let act = matches!(&case.history.frames[row.since].input, Input::Act { actor, .. } if actor.name == *by);
            if act && !reason.is_empty() { Ok(()) } else { broken(format!("{id} was dropped by nobody")) }
        }
        OwedState::Waiting { .. } | OwedState::Held { .. } | OwedState::Started { .. } => {
            let Some(end) = case.history.ended else { return Ok(()) };
            let hour = row.decided.not_before.is_some_and(|at| at > end.wall);
            let begun =
                row.revived.map_or(row.decided.decided, |revived| revived).elapsed.0.max(case.history.calm_from);
            // The desk is to look at it, and its limit comes.
            let hour = hour || row.held_until.is_some_and(|until| until > end.elapsed.0);
            if hour || begun + PATIENCE > end.elapsed.0 {
                Ok(())
            } else {
                broken(format!("{id} to {party} still waits: {:?}", row.state))
            }
        }
    }
}

fn notices<'a>(case: &Case<'a>, frame: usize) -> impl Iterator<Item = &'a Notice> {
    case.history.frames[frame].entries.iter().filter_map(|entry| match &entry.change {
        Change::Owed(owed::Change::Owed(row)) => match &row.work {
            owed::Work::Message { letter, .. } => match &letter.matter {
                Matter::Internal { notice, .. } => Some(notice),
                _ => None,
            },
            _ => None,
        },
        _ => None,
    })
}

/// Whether the desk heard in that very frame that this address was not reached.
fn told(case: &Case<'_>, frame: usize, address: &str) -> bool {
    notices(case, frame)
        .any(|notice| matches!(notice, Notice::NotDelivered(one) if one.address.split(", ").any(|one| one == address)))
}

/// Whether somebody else of the same desk gets it by that frame, or the same words in place of another copy, and reads why.
fn is_passed_on(case: &Case<'_>, frame: usize, row: &Row<'_>) -> bool {
    let owed::Work::Message { letter: lost, .. } = &row.decided.work else { return false };
    let decided = case.history.frames[..=frame].iter().rev().flat_map(|frame| &frame.entries);
    decided.into_iter().any(|entry| match &entry.change {
        Change::Owed(owed::Change::Owed(next)) if next.id > row.decided.id => match (&next.why, &next.work) {
            (Why::NextContact(_), owed::Work::Message { letter, .. }) => {
                let within = letter.to.organization == letter.from.organization;
                within && letter.to.instead_of.is_some() && letter.matter == lost.matter
            }
            _ => false,
        },
        _ => false,
    })
}

/// Whether the desk heard that the record comes from a backup, with what is held.
fn told_of_restore(case: &Case<'_>, frame: usize) -> bool {
    notices(case, frame).any(|notice| matches!(notice, Notice::Restored { .. }))
}
