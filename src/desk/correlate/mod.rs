//! Correlate: which incident an alert belongs to - one that burns, one that was just restored, or a new one.
//!
//! A stage. [`relate`] finds the incident an alert belongs to, [`cause`] what explains what with what is [`known`] beside alerts, [`group`] what is one fault, [`absorb`] joins what came in two parts,
//! [`call`] what monitoring shows of a call later,
//! [`window`] ends the grouping window, [`grade`] says how grave it is, [`relapse`] goes on under the number of what was restored, [`recovery`] watches for
//! the end, [`ease`] for what is over in part, [`outlived`] for a guess that nothing bears out any more, [`flap`] knows what comes and goes, [`blind`] makes an incident of a source that sees nothing, [`planned`] begins
//! and ends planned work and silences, [`imported`] those of a source, [`halves`] knows both sides of what is doubled, [`held`] keeps apart what they cover, [`apart`] knows what that is evidence of, [`silent`]
//! weighs causes that show nothing, [`reach`] knows whom it hits.

mod absorb;
pub(super) mod apart;
mod blind;
pub(super) mod call;
pub(super) mod cause;
mod ease;
mod flap;
mod grade;
pub(super) mod group;
mod halves;
mod held;
mod imported;
mod known;
mod outlived;
mod planned;
mod reach;
mod recovery;
mod relapse;
mod relate;
pub(super) mod remainder;
mod settled;
pub(super) mod silent;
pub(super) mod storm;
mod window;

pub(super) use blind::{blind, sees_again};
pub(super) use ease::{eased, is_behind};
pub(super) use grade::{effect, fear, grade, grade_by};
pub(super) use halves::{failing_beside, usable_since};
pub(super) use held::{burns_unseen, covering, red_again, still_held};
pub(super) use imported::planned_by_source;
pub(super) use planned::{end_cover, incidents_under, planned_by_rules, planned_edge, settle_covers, tell_incidents};
pub(super) use reach::{reach_of, untouched};
pub(super) use recovery::{flapping, has_ended, stable, status_by_requests, verify, watch_recovery};
pub(super) use relapse::take_in;
pub(super) use relate::burning_about;
pub(super) use window::{accept, watch_over, window_over};

use super::alert::{self, Alert, Standing};
use super::ids::{AlertId, CoverId, IncidentId, Number};
use super::incident::{Edit, Incident, Reason, Status, StatusName, Told};
use super::letter::{DetectedBy, OccurredMark, What};
use super::observation::Level;
use super::rules::SourceKind;
use super::state::{Here, Place};
use super::turn::Turn;
use super::{assign, isolate, likeness, notify};
use cause::only_warns;
use relate::{by_place, related};
use std::collections::BTreeSet;
use std::time::Duration;

/// A cause may come this much later than the effects it explains and still take over their incident.
pub(super) const LATE_CAUSE: Duration = Duration::from_secs(15 * 60);

/// Decides the standing of every alert this turn left pending.
pub(super) fn place_pending(turn: &mut Turn) {
    while let Some(id) = turn.touched.pending.pop_first() {
        place(turn, id);
    }
    // Once for all that this turn brought, however many.
    held::count(turn);
    for (incident, alerts) in std::mem::take(&mut turn.touched.spread) {
        turn.edit(incident, Edit::happened(turn.now.wall, What::Spread { alerts }), Reason::OnRecord);
    }
    for incident in std::mem::take(&mut turn.touched.to_probe) {
        isolate::owe_probes(turn, incident);
    }
}

fn place(turn: &mut Turn, id: AlertId) {
    let Some(alert) = turn.state.alerts.get(&id) else { return };
    if let Some(cover) = covering(turn.state, turn.book, alert) {
        held::keep_apart(turn, id, cover);
    } else if let Some((incident, reason)) = related(turn, alert) {
        join(turn, id, incident, reason);
    } else {
        open(turn, id);
    }
}

/// What is still red when `over` is restored goes to the incident with a number that explains it, if there is one: a
/// cause that came later than the alert, or beside the one that is over. Its number.
pub(super) fn go_on_elsewhere(turn: &mut Turn, id: AlertId, over: IncidentId) -> Option<Number> {
    let alert = turn.state.alerts.get(&id)?;
    let (incident, number, reason) = explained_elsewhere(turn, &alert.place(), alert.weight(), over)?;
    join(turn, id, incident, reason);
    Some(number)
}

/// The incident with a number other than `over` that explains what fails at `place`. That two things may have a cause in common
/// is a guess, and no reason to leave a number of one's own.
fn explained_elsewhere(
    turn: &Turn,
    place: &Place,
    level: Level,
    over: IncidentId,
) -> Option<(IncidentId, Number, alert::Reason)> {
    let (incident, reason) = by_place(turn, place, level, Some(over))?;
    let number = turn.state.incidents.get(&incident)?.number.clone()?;
    matches!(reason, alert::Reason::SameComponent | alert::Reason::Echo { .. }).then_some((incident, number, reason))
}

fn is_accepted(turn: &Turn, incident: IncidentId) -> bool {
    turn.state.incidents.get(&incident).is_some_and(|known| known.number.is_some())
}

/// It has a number, and nothing of it does more than warn.
pub(super) fn is_warning(turn: &Turn, incident: IncidentId) -> bool {
    let places = turn.state.places.get(&incident);
    let warns = |here: &Here| here.level().is_some_and(only_warns);
    is_accepted(turn, incident) && places.is_some_and(|places| places.values().all(warns))
}

/// An alert becomes a member.
fn join(turn: &mut Turn, alert: AlertId, incident: IncidentId, reason: alert::Reason) {
    let late_cause = matches!(reason, alert::Reason::Cause { .. });
    // What was here and had ended comes back; it is no spreading.
    let place = turn.state.alerts.get(&alert).map(Alert::place);
    let here = turn.state.places.get(&incident).and_then(|places| places.get(place.as_ref()?));
    let again = here.is_some_and(|here| !here.live());
    turn.record(alert::Change::Stands { alert, standing: Standing::Member(incident) }, reason);
    turn.touched.stirred.insert(incident);
    let Some(known) = turn.state.incidents.get(&incident) else { return };
    match known.status.name() {
        StatusName::Detected => {
            window::shorten(turn, incident, alert);
            turn.touched.to_probe.insert(incident);
        }
        StatusName::Watched => window::watched_again(turn, incident, alert),
        StatusName::Accepted
        | StatusName::Isolating
        | StatusName::Requested
        | StatusName::InProgress
        | StatusName::WorkedAround
        | StatusName::Verifying
        | StatusName::OnHold => {
            if !again {
                *turn.touched.spread.entry(incident).or_default() += 1;
            }
            turn.touched.joined(incident, alert);
            let counts = || turn.state.alerts.get(&alert).is_some_and(|alert| turn.book.is_timed(alert));
            // One more of what is counted may be the one with which a rule holds.
            if known.verdict().is_some() && counts() {
                turn.touched.to_judge.insert(incident);
            }
            let says_more = says_more(turn, incident, alert);
            if says_more && let Some(wait) = call::waits_for_cause(turn, incident) {
                let at = turn.now.wall.saturating_add(wait).unwrap_or(turn.now.wall);
                turn.edit(incident, Edit::JudgeAt(Some(at)), Reason::CauseMayShow);
            } else if says_more {
                turn.touched.to_judge.insert(incident);
                if is_as_grave(turn, incident, alert) {
                    turn.touched.more.entry(incident).or_default().insert(alert);
                }
            }
            if late_cause {
                // Whoever was asked about an effect and keeps the cause, too, hears of it.
                turn.touched.more.entry(incident).or_default().insert(alert);
                turn.touched.to_probe.insert(incident);
                turn.touched.to_judge.insert(incident);
            }
        }
        StatusName::Restored
        | StatusName::AwaitingAcceptance
        | StatusName::Closed
        | StatusName::Cancelled
        | StatusName::Merged => {}
    }
}

/// At so many alerts of one place one more is no news; and a storm must not look through thousands for each.
const FEW: usize = 20;

/// The root itself shows something it has not shown before: rules may see another fault now.
fn says_more(turn: &Turn, incident: IncidentId, alert: AlertId) -> bool {
    let Some(known) = turn.state.incidents.get(&incident) else { return false };
    let Some(new) = turn.state.alerts.get(&alert) else { return false };
    let at_root = known.root.is_some() && new.component == known.root && known.verdict().is_some();
    if !at_root || only_warns(new.problem.level) {
        return false;
    }
    let here = turn.state.places.get(&incident).and_then(|places| places.get(&new.place()));
    let Some(here) = here.filter(|here| here.members().len() <= FEW) else { return false };
    let symptom = likeness::symptom(new);
    let others = here.members().filter(|id| *id != alert).filter_map(|id| turn.state.alerts.get(&id));
    let (live, over): (Vec<&Alert>, Vec<&Alert>) = others.partition(|other| other.gone.is_none());
    let shown = |others: &[&Alert]| others.iter().any(|other| likeness::symptom(other) == symptom);
    // What comes again beside something else is news, what comes again alone is not.
    !shown(&live) && (!live.is_empty() || !shown(&over))
}

/// It is no less than what stands for the incident in words: not only one more sign of that.
fn is_as_grave(turn: &Turn, incident: IncidentId, alert: AlertId) -> bool {
    let level = |id: AlertId| turn.state.alerts.get(&id).map(|alert| alert.problem.level);
    let told = turn.state.incidents.get(&incident).and_then(|known| level(known.representative?));
    told.is_none_or(|told| level(alert) >= Some(told))
}

/// A new incident.
fn open(turn: &mut Turn, first: AlertId) {
    let Some(alert) = turn.state.alerts.get(&first) else { return };
    let id = turn.next_incident();
    let window = window::window_of(turn, alert);
    let status = Status::Detected { until: turn.now.elapsed + window };
    let mut incident = Incident::new(id, turn.now, status, detected_by(turn, alert));
    incident.occurred = alert.at;
    incident.occurred_mark = mark(alert);
    incident.representative = Some(first);
    incident.root.clone_from(&alert.component);
    turn.edit(id, Edit::Opened(Box::new(incident)), Reason::NewFault { alert: first });
    let member = alert::Change::Stands { alert: first, standing: Standing::Member(id) };
    turn.record(member, alert::Reason::NothingRelated);
    turn.touched.stirred.insert(id);
    turn.touched.to_probe.insert(id);
}

fn detected_by(turn: &Turn, alert: &Alert) -> DetectedBy {
    match turn.book.rules.sources.get(&alert.source).map(|source| source.kind) {
        Some(SourceKind::Log) => DetectedBy::Log,
        Some(SourceKind::Zabbix) | None => DetectedBy::Zabbix,
    }
}

/// Takes a restored or verifying incident back into handling.
pub(super) fn resume(turn: &mut Turn, incident: IncidentId, by: Option<String>, what: What, reason: Reason) {
    let at = turn.now.wall;
    let calm = Edit::Calm { since: None, stable_at: None, usable: None };
    let to = status_by_requests(turn, incident);
    turn.edit(incident, Edit::Status { to, at, by }, reason.clone());
    turn.edit(incident, calm, reason);
    // What came may be something else than what it was reported as.
    let moved = ease::reframe_anew(turn, incident);
    ease::forget(turn, incident);
    turn.edit(incident, Edit::happened(at, what), Reason::OnRecord);
    if !moved {
        assign::ask_again(turn, incident);
    }
    turn.touched.stirred.insert(incident);
    notify::reopened(turn, incident);
}

/// Brings 発生, the representative alert and the root up to date with the members.
pub(super) fn reframe(turn: &mut Turn, incident: IncidentId) {
    let Some(known) = turn.state.incidents.get(&incident) else { return };
    let Some(places) = turn.state.places.get(&incident) else { return };
    let first = places.iter().filter_map(|(place, here)| Some((here.first()?, place))).min();
    let Some(((occurred, first), earliest)) = first else { return };
    let seen = (occurred, turn.state.alerts.get(&first).map_or(OccurredMark::Monitoring, mark));
    // Whoever said it first counts, monitoring or a caller.
    let (occurred, mark) = known.first_word().filter(|(at, _)| *at < occurred).unwrap_or(seen);
    let root = group::main_root(turn.state, turn.book, incident);
    let stays = |alert: &AlertId| is_member(turn, *alert, incident);
    let told = known.representative.filter(stays).and_then(|id| turn.state.alerts.get(&id));
    let place = root.as_ref().unwrap_or(earliest);
    let representative = match places.get(place) {
        Some(here) => {
            let best = here.best().map(|(.., alert)| alert);
            // What it was reported as stands for it to the end, unless something graver does - or something as grave that
            // came after it was over.
            let at_root = told.filter(|told| known.number.is_some() && told.place() == *place);
            let now = best.and_then(|id| turn.state.alerts.get(&id));
            let stands = |told: &&Alert| {
                let anew = |now: &Alert| told.gone.as_ref().is_some_and(|gone| now.gone.is_none() && now.at >= gone.at);
                match now {
                    Some(now) if anew(now) => now.weight() < told.weight(),
                    now => now.map(Alert::weight) <= Some(told.weight()),
                }
            };
            at_root.filter(stands).map(|told| told.id).or(best)
        }
        // A root without an alert of its own is spoken for by one of the others, and by the same all along.
        None => {
            told.map(|told| told.id).or_else(|| places.values().filter_map(Here::best).min().map(|(.., alert)| alert))
        }
    };
    let root = match root {
        Some(Place::Component(component)) => Some(component),
        Some(Place::Host(_)) | None => None,
    };
    if (known.occurred, known.occurred_mark, known.representative, &known.root)
        != (occurred, mark, representative, &root)
    {
        let before = known.representative.filter(|before| Some(*before) != representative);
        turn.edit(incident, Edit::Reframed { occurred, mark, representative, root }, Reason::Members);
        if let Some(before) = before {
            ease::left_behind(turn, incident, before);
        }
    }
}

/// Somebody told the desk of an incident: 発生 may be earlier than anybody knew.
pub(super) fn told(turn: &mut Turn, incident: IncidentId, told: Told, reason: Reason) {
    turn.edit(incident, Edit::Told(told), reason);
    let Some(known) = turn.state.incidents.get(&incident) else { return };
    let Some((occurred, mark)) = known.first_word().filter(|(at, _)| *at < known.occurred) else { return };
    let (representative, root) = (known.representative, known.root.clone());
    turn.edit(incident, Edit::Reframed { occurred, mark, representative, root }, Reason::Call);
}

/// How 発生 is known where this alert is the first.
fn mark(alert: &Alert) -> OccurredMark {
    match alert.after {
        Some(CoverId::Work(_)) => OccurredMark::PlannedEnd,
        Some(CoverId::Silence(_)) => OccurredMark::SilenceEnd,
        None if alert.estimated => OccurredMark::Estimated,
        None => OccurredMark::Monitoring,
    }
}

fn is_member(turn: &Turn, alert: AlertId, incident: IncidentId) -> bool {
    turn.state.alerts.get(&alert).and_then(Alert::incident) == Some(incident)
}

/// Hosts of the members that are still red, and of what is kept apart at its places, by the name people know.
pub(super) fn still_red(turn: &Turn, incident: IncidentId) -> Vec<String> {
    let members = turn.state.members_of(incident).filter(|alert| alert.red());
    let places = turn.state.places.get(&incident).into_iter().flat_map(|places| places.keys());
    let known = turn.state.incidents.get(&incident);
    let unseen =
        known.into_iter().flat_map(|known| places.clone().flat_map(|place| held::unseen(turn.state, known, place)));
    let names: BTreeSet<String> = members.chain(unseen).map(|alert| alert.problem.host_name.to_string()).collect();
    names.into_iter().collect()
}
