//! Recovery: the root's alerts are gone on evidence, and stay gone - then 復旧確認中, never 復旧 by itself.

use super::cause::only_warns;
use super::held::burns_unseen;
use super::{Edit, Incident, Reason, Status, StatusName, Turn, ease, flap, reframe, remainder, resume, still_red};
use crate::desk::alert::Alert;
use crate::desk::ids::{ComponentId, IncidentId};
use crate::desk::incident::{Link, ReportReason};
use crate::desk::letter::{Flapping, Happening, What};
use crate::desk::observation::Level;
use crate::desk::request::{Request, RequestState};
use crate::desk::source::Sight;
use crate::desk::state::{Here, Place};
use crate::desk::{correlate, isolate, notify};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// Looks at every incident whose alerts changed in this turn.
pub(in crate::desk) fn watch_recovery(turn: &mut Turn) {
    while let Some(incident) = turn.touched.stirred.pop_first() {
        let Some(known) = turn.state.incidents.get(&incident) else { continue };
        let status = known.status.name();
        if status == StatusName::Detected {
            continue;
        }
        if status == StatusName::Watched {
            super::window::watched_changed(turn, incident);
            continue;
        }
        if status == StatusName::WorkedAround && stops_despite(turn, incident) {
            resume(turn, incident, None, What::WorksNoMore, Reason::CameBack);
            turn.touched.to_judge.insert(incident);
        }
        if status.may_recover() {
            ease::look(turn, incident);
            if !is_calm(turn, incident) && turn.state.reshaped.remove(&incident) {
                reframe(turn, incident);
                let before = turn.state.incidents.get(&incident).map(|incident| incident.severity_value());
                correlate::grade(turn, incident);
                let after = turn.state.incidents.get(&incident).map(|incident| incident.severity_value());
                let waits = super::call::waits_for_cause(turn, incident).is_some();
                if after != before
                    && !waits
                    && turn.state.incidents.get(&incident).is_some_and(|known| known.verdict().is_some())
                {
                    // What makes it graver may make the verdict surer, too.
                    turn.touched.to_judge.insert(incident);
                }
            }
            look_for_calm(turn, incident);
        } else if status == StatusName::Verifying {
            if burns_again(turn, incident) {
                resume(turn, incident, None, What::Relapsed, Reason::CameBack);
                isolate::link_spares(turn, incident);
                turn.touched.to_judge.insert(incident);
            } else {
                wait_for_remainder(turn, incident);
            }
        }
    }
}

/// The place at which everything must end for the incident to be over: its root, unless no root is known, it shows no alert of
/// its own, or the desk made several numbers one, which is over when all of them are.
fn decisive(turn: &Turn, incident: IncidentId) -> Option<Place> {
    let known = turn.state.incidents.get(&incident)?;
    let merged = known.links.iter().any(|(link, _)| *link == Link::Merged);
    let root = known.root.clone().filter(|_| !merged).map(Place::Component)?;
    turn.state.places.get(&incident)?.contains_key(&root).then_some(root)
}

/// While it is checked, its root is red again, or what was its root before something else of it stayed.
fn burns_again(turn: &Turn, incident: IncidentId) -> bool {
    let root = decisive(turn, incident);
    let burns = |alert: &Alert| {
        let at_root = root.as_ref().is_none_or(|root| alert.place() == *root);
        let former = || {
            alert.weight() >= Level::High
                && alert.component.as_ref().is_some_and(|id| ease::was_about(turn, incident, id))
        };
        alert.red() && !is_lesser(turn, incident, alert) && (at_root || former())
    };
    turn.state.members_of(incident).any(burns)
}

/// Something stops that had shown nothing before the workaround (暫定対応): it does not hold, or there is more to it. What is being
/// repaired may come and go.
fn stops_despite(turn: &Turn, incident: IncidentId) -> bool {
    let Some(known) = turn.state.incidents.get(&incident) else { return false };
    let around = known.transitions.iter().rev().find(|to| to.to == StatusName::WorkedAround).map(|to| to.at);
    let Some(around) = around else { return false };
    let places = turn.state.places.get(&incident).into_iter().flatten();
    let since = |alert: &Alert| alert.received.wall > around;
    let stops = |alert: &Alert| alert.red() && alert.weight() >= Level::High;
    places
        .map(|(_, here)| here.members().filter_map(|id| turn.state.alerts.get(&id)).collect::<Vec<_>>())
        .any(|shown| shown.iter().all(|alert| since(alert)) && shown.iter().any(|alert| stops(alert)))
}

/// It does no more than warn, beside something graver there that has ended.
fn is_lesser(turn: &Turn, incident: IncidentId, alert: &Alert) -> bool {
    let here = turn.state.places.get(&incident).and_then(|places| places.get(&alert.place()));
    alert.weight() <= Level::Warning && here.and_then(Here::ended_level) > Some(alert.weight())
}

/// The alerts that must end for the incident to be over: those of the place that decides; all, where none does.
fn root_alerts<'a>(turn: &'a Turn, incident: IncidentId) -> impl Iterator<Item = &'a Alert> {
    let root = decisive(turn, incident);
    turn.state.members_of(incident).filter(move |alert| root.as_ref().is_none_or(|root| alert.place() == *root))
}

/// Something of the root ended on evidence and nothing of it is red, not even kept apart. What only happened
/// (momentary) never ends, so it can't speak for recovery.
pub(super) fn is_calm(turn: &Turn, incident: IncidentId) -> bool {
    let Some(places) = turn.state.places.get(&incident) else { return false };
    let Some(known) = turn.state.incidents.get(&incident) else { return false };
    let ended_since = |at| {
        let ended = |alert: &Alert| alert.gone.as_ref().is_some_and(|gone| gone.at > at);
        root_alerts(turn, incident).any(ended)
    };
    // A person knew that it had ended, and took it up all the same.
    if !known.reopened.is_none_or(ended_since) {
        return false;
    }
    match decisive(turn, incident).as_ref().and_then(|root| places.get_key_value(root)) {
        Some((root, here)) => {
            // What is no lesser than all it showed is what it was opened for; and what stops must work again anyway.
            let grave = places.values().filter_map(Here::level).max().map(|gravest| gravest.min(Level::High));
            let stays = |(place, other): (&Place, &Here)| {
                let level = other.red_level().filter(|level| place != root && !only_warns(*level));
                let explained = |level| correlate::explained_elsewhere(turn, place, level, incident).is_some();
                level.is_some_and(|level| by_itself(turn, root, place) || Some(level) >= grave && !explained(level))
            };
            // What only warns beside what has ended is listed, and gets a number of its own at 復旧.
            let lesser = |level| level <= Level::Warning && here.ended_level() > Some(level);
            let over = here.red_level().is_none_or(lesser);
            recovered(turn, here) && over && !burns_unseen(turn.state, known, root) && !places.iter().any(stays)
        }
        None => {
            places.values().any(|here| recovered(turn, here))
                && !places.values().any(Here::red)
                && !places.keys().any(|place| burns_unseen(turn.state, known, place))
        }
    }
}

/// It fails without the root, and the root without it.
fn by_itself(turn: &Turn, root: &Place, place: &Place) -> bool {
    matches!((root, place), (Place::Component(root), Place::Component(component))
        if !turn.book.graph.needs(component, root) && !turn.book.graph.needs(root, component))
}

/// A component's part in an incident is over, as its source says, whatever else of it is not.
pub(super) fn is_over_at(turn: &Turn, incident: IncidentId, component: &ComponentId) -> bool {
    let places = turn.state.places.get(&incident);
    let here = places.and_then(|places| places.get(&Place::Component(component.clone())));
    here.is_some_and(|here| recovered(turn, here) && !here.live())
}

/// What a party was asked about is over, and no verdict says yet that another thing is its part.
pub(in crate::desk) fn has_ended(turn: &Turn, known: &Incident, request: &Request) -> bool {
    let component = request.component.as_ref();
    let named = known.verdict().filter(|verdict| verdict.parties.contains(&request.party));
    // Where the incident has just moved on, the verdict is about to.
    let moved = turn.touched.moved.contains(&known.id);
    let elsewhere = !moved && named.is_some_and(|verdict| verdict.component.as_ref() != component);
    component.is_some_and(|component| is_over_at(turn, known.id, component)) && !elsewhere
}

/// Something here ended on evidence, and nothing that failed after that is just not seen any more.
fn recovered(turn: &Turn, here: &Here) -> bool {
    if !here.ended() || !here.vanished() {
        return here.ended();
    }
    let members = || here.members().filter_map(|id| turn.state.alerts.get(&id));
    let back = members().filter(|alert| alert.recovered()).filter_map(|alert| alert.gone.as_ref()).map(|gone| gone.at);
    let unseen = members().filter(|alert| alert.vanished()).map(|alert| alert.at);
    back.max().is_some_and(|back| unseen.max().is_none_or(|unseen| unseen <= back))
}

fn look_for_calm(turn: &mut Turn, incident: IncidentId) {
    let Some(known) = turn.state.incidents.get(&incident) else { return };
    let (calm, before) = (is_calm(turn, incident), known.calm_since);
    if calm && before.is_none() {
        let root = decisive(turn, incident);
        let decides =
            |alert: &&Alert| !only_warns(alert.weight()) || root.as_ref().is_none_or(|root| alert.place() == *root);
        let back = turn.state.members_of(incident).filter(decides).filter(|alert| alert.recovered());
        // What was kept apart and red until now was no less in the way.
        let unseen = turn.touched.unseen_over.get(&incident).copied();
        let usable = back.filter_map(|alert| alert.gone.as_ref()).map(|gone| gone.at).chain(unseen).max();
        let policy = &turn.book.rules.policy;
        let times = flapping(turn, incident).map(|flapping| flapping.times);
        let (quiet, reason) = match times.or_else(|| echoes_flap(turn, incident, root.as_ref())) {
            Some(times) => (policy.flap_quiet.max(policy.stable), Reason::Flaps { times }),
            // It was told as over more than once, and was not.
            None if relapses(known, policy.flap_span) > 1 => {
                (policy.flap_quiet.max(policy.stable), Reason::GoneOnceMore)
            }
            None => (policy.stable, Reason::RootGone),
        };
        let edit = Edit::Calm { since: Some(turn.now.elapsed), stable_at: Some(turn.now.elapsed + quiet), usable };
        turn.edit(incident, edit, reason);
        stir_explained(turn, incident);
        if let Some(times) = times {
            flaps(turn, incident, times);
        }
    } else if !calm && before.is_some() {
        turn.edit(incident, Edit::Calm { since: None, stable_at: None, usable: None }, Reason::CameBack);
    }
}

/// What an incident explained in others it does not explain any more: whether these are over is looked at anew.
pub(super) fn stir_explained(turn: &mut Turn, incident: IncidentId) {
    let Some(root) = turn.state.incidents.get(&incident).and_then(|known| known.root.as_ref()) else { return };
    let needs = turn.book.graph.behind(root).iter().chain([root]);
    let live = needs.flat_map(|id| turn.state.live_at(&Place::Component(id.clone())).collect::<Vec<_>>());
    let others = live.filter(|alert| !only_warns(alert.weight())).filter_map(Alert::incident);
    let others: BTreeSet<IncidentId> = others.filter(|other| *other != incident).collect();
    turn.touched.stirred.extend(others);
}

/// How often it came back within `span` after it had been told that monitoring shows normal.
fn relapses(incident: &Incident, span: Duration) -> usize {
    let soon = |told: &Happening, back: &Happening| back.at.duration_since(told.at).unsigned_abs() <= span;
    let normal = |happening: &&Happening| matches!(happening.what, What::BackToNormal { .. });
    let returns = incident.happenings.iter().enumerate().filter(|(index, back)| {
        let told = incident.happenings.iter().take(*index).rev().find(normal);
        matches!(back.what, What::Relapsed) && told.is_some_and(|told| soon(told, back))
    });
    returns.count()
}

/// What the root's alerts have done, if they come and go (断続), and how long that and what stopped with it was down.
pub(in crate::desk) fn flapping(turn: &Turn, incident: IncidentId) -> Option<Flapping> {
    let now = turn.now.wall;
    let own = flap::of(root_alerts(turn, incident), &turn.book.rules.policy, now)?;
    let root = decisive(turn, incident);
    let stops = |alert: &&Alert| {
        alert.weight() >= Level::High
            && matches!((&root, &alert.component), (Some(Place::Component(root)), Some(id)) if turn.book.graph.needs(id, root))
    };
    let echoes = turn.state.members_of(incident).filter(stops);
    let all = flap::down(root_alerts(turn, incident).chain(echoes), now);
    Some(Flapping { with_echoes: Some(all).filter(|all| *all > own.down), ..own })
}

/// What needs the root and stopped with it comes and goes since the root is over: how often the one that does most.
fn echoes_flap(turn: &Turn, incident: IncidentId, root: Option<&Place>) -> Option<usize> {
    let grave = || turn.state.members_of(incident).filter(|alert| alert.weight() >= Level::High);
    let at_root = grave().filter(|alert| Some(&alert.place()) == root).filter_map(|alert| alert.gone.as_ref());
    let over = at_root.map(|gone| gone.at).max()?;
    let mut since: BTreeMap<Place, Vec<&Alert>> = BTreeMap::new();
    for alert in grave().filter(|alert| alert.at > over && Some(&alert.place()) != root) {
        since.entry(alert.place()).or_default().push(alert);
    }
    let policy = &turn.book.rules.policy;
    let flap = since.into_values().filter_map(|alerts| flap::of(alerts.into_iter(), policy, turn.now.wall));
    flap.map(|flapping| flapping.times).max()
}

/// That it flaps is told once; how often, each report says anew.
fn flaps(turn: &mut Turn, incident: IncidentId, times: usize) {
    let told =
        turn.state.incidents.get(&incident).is_some_and(|known| {
            known.happenings.iter().any(|happening| matches!(happening.what, What::Flapping { .. }))
        });
    if !told {
        turn.edit(incident, Edit::happened(turn.now.wall, What::Flapping { times }), Reason::OnRecord);
        turn.touched.news.insert(incident);
    }
}

/// Calm has lasted long enough - unless a source that would know better is blind.
pub(in crate::desk) fn stable(turn: &mut Turn, incident: IncidentId) {
    let Some(known) = turn.state.incidents.get(&incident) else { return };
    if known.status.name() == StatusName::Verifying {
        let edit = Edit::Calm { since: known.calm_since, stable_at: None, usable: known.usable };
        remainder::leave_if_grave(turn, incident);
        return turn.edit(incident, edit, Reason::OnRecord);
    }
    if !is_calm(turn, incident) {
        // The root moved meanwhile: what ended was only an echo of it.
        return look_for_calm(turn, incident);
    }
    let blind = root_alerts(turn, incident).any(|alert| {
        turn.state.sources.get(&alert.source).is_some_and(|source| matches!(source.sight, Sight::Blind { .. }))
    });
    if blind {
        // Nothing is to be looked for until it sees again.
        let edit = Edit::Calm { since: known.calm_since, stable_at: None, usable: known.usable };
        return turn.edit(incident, edit, Reason::Blind);
    }
    verify(turn, incident, None, Reason::Stable);
    if remainder::is_unexplained(turn, incident) {
        wait_for_remainder(turn, incident);
    }
}

/// Something of an incident that is being checked fails. It may work again by itself still; then whoever keeps it is asked,
/// if nobody has said 復旧 before.
fn wait_for_remainder(turn: &mut Turn, incident: IncidentId) {
    let Some(known) = turn.state.incidents.get(&incident) else { return };
    let (since, usable) = (known.calm_since, known.usable);
    if known.stable_at.is_none() && remainder::is_grave(turn, incident) {
        let stable_at = Some(turn.now.elapsed + ease::ECHOES_END);
        turn.edit(incident, Edit::Calm { since, stable_at, usable }, Reason::StillRed { of: incident });
    }
}

/// A source sees again: what was calm when it went blind has to stay so for the usual time once more.
pub(super) fn wait_again(turn: &mut Turn) {
    let stable_at = Some(turn.now.elapsed + turn.book.rules.policy.stable);
    let waits = |known: &&Incident| {
        known.calm_since.is_some() && known.stable_at.is_none() && known.status.name().may_recover()
    };
    let open = turn.state.open.iter().filter_map(|id| turn.state.incidents.get(id));
    let waiting: Vec<_> = open.filter(waits).map(|known| (known.id, known.calm_since, known.usable)).collect();
    for (incident, since, usable) in waiting {
        turn.edit(incident, Edit::Calm { since, stable_at, usable }, Reason::SeesAgain);
    }
}

/// 復旧確認中: the desk is asked to check operation, the offices are told that monitoring shows normal, or that the desk says so.
pub(in crate::desk) fn verify(turn: &mut Turn, incident: IncidentId, by: Option<String>, reason: Reason) {
    let at = turn.now.wall;
    // What monitoring shows already when the desk says so is monitoring's word, too.
    let calm = is_calm(turn, incident);
    turn.edit(incident, Edit::Status { to: Status::Verifying, at, by }, reason.clone());
    let still_red = still_red(turn, incident);
    let by_desk = matches!(reason, Reason::Act { .. });
    let what = if by_desk && !calm { What::DeskVerifies { still_red } } else { What::BackToNormal { still_red } };
    turn.edit(incident, Edit::happened(at, what), Reason::OnRecord);
    let desk = turn.book.rules.site.desk.clone();
    turn.edit(incident, Edit::Owner(desk), Reason::DeskLeads);
    let why = if by_desk && !calm { ReportReason::DeskVerifies } else { ReportReason::Verifying };
    notify::verifying(turn, incident, why);
    grade_related(turn, incident);
}

/// What works again may carry on for what failed beside it: whom that hits is judged anew.
fn grade_related(turn: &mut Turn, incident: IncidentId) {
    let links = turn.state.incidents.get(&incident).map(|known| known.links.clone()).unwrap_or_default();
    let fails = |id: &IncidentId| turn.state.incidents.get(id).is_some_and(|known| known.status.name().may_recover());
    let related = links.into_iter().filter(|(link, _)| *link == Link::Related).map(|(_, id)| id);
    let related: Vec<IncidentId> = related.filter(fails).collect();
    for other in related {
        correlate::grade(turn, other);
    }
}

/// Where an incident stands by what its parties do: somebody works, somebody was asked, or nobody yet.
pub(in crate::desk) fn status_by_requests(turn: &Turn, incident: IncidentId) -> Status {
    let states = || turn.state.requests_of(incident).map(|request| request.state);
    let vendor_works = states().any(|state| matches!(state, RequestState::Acknowledged | RequestState::Started));
    let desk_works = turn.state.incidents.get(&incident).is_some_and(|incident| incident.desk_started.is_some());
    let asked = states().any(|state| !matches!(state, RequestState::NotOurs | RequestState::Withdrawn));
    if vendor_works || desk_works {
        Status::InProgress
    } else if asked {
        Status::Requested
    } else {
        Status::Isolating { until: None }
    }
}
