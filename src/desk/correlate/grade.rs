//! Grading: 重大度 and the effect of an incident, from what its causes hit and what stops behind them.

use super::call;
use super::cause::{self, Failing, Known, Signs};
use super::group;
use super::{Edit, Incident, Reason, Turn, reach};
use crate::desk::alert::Alert;
use crate::desk::book::Book;
use crate::desk::ids::{ComponentId, IncidentId, SystemId};
use crate::desk::incident::Severity;
use crate::desk::letter::{By, What};
use crate::desk::rules::{DataImpact, Effect};
use crate::desk::scope::Reach;
use crate::desk::severity::{Harm, Judged};
use crate::desk::state::{Here, Place};
use crate::desk::{isolate, severity};
use jiff::{SignedDuration, Timestamp};
use std::collections::{BTreeMap, BTreeSet};

/// What mails tell apart.
const A_MINUTE: SignedDuration = SignedDuration::from_mins(1);

/// Computes 重大度 from what is hit and from the harm the rule that holds states.
pub(in crate::desk) fn grade(turn: &mut Turn, incident: IncidentId) {
    let harm = isolate::harm(turn, incident);
    grade_by(turn, incident, harm);
}

/// Computes 重大度 from what is hit, the gravest of its roots counting; a person's word stands, and the machine only
/// raises.
pub(in crate::desk) fn grade_by(turn: &mut Turn, incident: IncidentId, harm: Harm) {
    if let Some(data) = harm.data {
        fear(turn, incident, data, Reason::Isolated { rule: harm.rule.clone() });
    }
    let Some(known) = turn.state.incidents.get(&incident) else { return };
    let judged = judged(turn, known, &harm);
    let before = known.severity.as_ref().and_then(|severity| severity.reach.clone());
    let hit = known.hit.clone();
    let machine = |value, why, reach: Reach| {
        let times = HitTimes::of(turn, known, &harm, &reach);
        let reach = Some(Box::new(reach));
        Severity { value, by: By::Machine, why, reach, hit_since: times.since, hit_until: times.until }
    };
    match &known.severity {
        Some(present) if present.by == By::Desk && !outgrows_call(turn, known, present.value, judged.severity) => {}
        Some(present) if present.value <= judged.severity => {
            // The number stays, but whom it hits, and with that the reason, may have become other ones.
            let why = if present.value == judged.severity { judged.why.words() } else { present.why.clone() };
            let reach = reach::reach_of(turn.state, turn.book, known);
            if (&why, Some(&reach)) != (&present.why, present.reach.as_deref()) {
                let severity = machine(present.value, why, reach);
                turn.edit(incident, Edit::Severity(severity), Reason::Matrix);
            }
        }
        present => {
            let reach = reach::reach_of(turn.state, turn.book, known);
            let severity = machine(judged.severity, judged.why.words(), reach);
            if let Some(present) = present
                && (known.reporting.count > 0 || turn.state.requests_of(incident).next().is_some())
            {
                turn.touched.raised.entry(incident).or_insert(present.value);
            }
            turn.edit(incident, Edit::Severity(severity), Reason::Matrix);
        }
    }
    tell_reach(turn, incident, before.as_deref(), &hit);
}

/// What was said of a call says nothing of an outage that monitoring shows later: that is as grave as it is, unless a person has
/// judged it since.
fn outgrows_call(turn: &Turn, known: &Incident, said: u8, judged: u8) -> bool {
    let by_desk = known.verdict().is_some_and(|verdict| verdict.by == By::Desk);
    let stops = |alert: &Alert| alert.red() && !cause::only_warns(alert.weight());
    judged < said && call::is_call(known) && !by_desk && turn.state.members_of(known.id).any(stops)
}

/// When it began, or ceased, to hit somebody, where that is another hour than was known.
#[derive(Default)]
struct HitTimes {
    since: Option<Timestamp>,
    until: Option<Timestamp>,
}

impl HitTimes {
    fn of(turn: &Turn, known: &Incident, harm: &Harm, now: &Reach) -> Self {
        let before = known.severity.as_ref().and_then(|severity| severity.reach.as_deref());
        let unknown = known.hit_since.is_none() && known.hit_before.is_empty();
        match before {
            Some(before) if before.is_carried() && now.hits() => {
                let beside = super::failing_beside(turn.state, turn.book, known).into_values().max();
                Self { since: Some(beside.unwrap_or(turn.now.wall).max(known.occurred)), until: None }
            }
            Some(before) if before.hits() && now.is_carried() => {
                let carried = super::usable_since(turn.state, turn.book, known, turn.now.wall);
                Self { since: None, until: Some(carried.max(known.hit_since.unwrap_or(known.occurred))) }
            }
            // A rule, or a caller, may know of an effect before anything stops.
            _ if now.hits() && unknown && harm.effect.is_none() && known.told.is_empty() => {
                Self { since: first_stop(turn, known).filter(|at| *at >= known.occurred + A_MINUTE), until: None }
            }
            _ => Self::default(),
        }
    }
}

/// When the first thing of it stopped: what only warns hits nobody.
fn first_stop(turn: &Turn, known: &Incident) -> Option<Timestamp> {
    let stops = turn.state.members_of(known.id).filter(|alert| !cause::only_warns(alert.weight()));
    stops.map(|alert| alert.began.unwrap_or(alert.at)).min()
}

/// What hits more than was told, or nobody any more because a spare carries on, or somebody again because that fails as well, is
/// news for those who were told, whatever the number.
fn tell_reach(turn: &mut Turn, incident: IncidentId, before: Option<&Reach>, hit: &BTreeSet<SystemId>) {
    let Some(known) = turn.state.incidents.get(&incident).filter(|known| known.reporting.count > 0) else { return };
    let Some(before) = before else { return };
    let Some(now) = known.severity.as_ref().and_then(|severity| severity.reach.as_deref()) else { return };
    let new = |id: &&SystemId| !hit.contains(*id) && !before.systems.contains(*id);
    let more: Vec<String> = now.systems.iter().filter(new).map(|id| turn.book.system_name(id)).collect();
    let what = if !more.is_empty() {
        What::Reaches { systems: more }
    } else if before.hits() && now.is_carried() {
        What::Carried { by: now.carried_by.iter().map(|id| turn.book.component_name(id)).collect() }
    } else if before.is_carried() && now.hits() {
        let beside = super::failing_beside(turn.state, turn.book, known);
        if beside.is_empty() {
            // Nobody knows of the spare that it fails.
            return;
        }
        What::NotCarried { by: beside.keys().map(|id| turn.book.component_name(id)).collect() }
    } else {
        return;
    };
    turn.edit(incident, Edit::happened(turn.now.wall, what), Reason::OnRecord);
    turn.touched.reach.insert(incident);
}

/// 重大度 as it is now. What is hit by several causes together counts together, each effect with what is hit at least so badly.
fn judged(turn: &Turn, known: &Incident, harm: &Harm) -> Judged {
    let roots = reach::roots(turn.state, turn.book, known);
    let failing = group::failing(turn.state, known.id);
    let shown = Shown::of(turn, known.id, &failing);
    let effect = |root| harm.effect.unwrap_or_else(|| shown.own_effect(root));
    let mut effects: BTreeMap<&ComponentId, Effect> = roots.iter().map(|root| (root, effect(Some(root)))).collect();
    if harm.effect.is_none() {
        effects.extend(shown.graver_echoes(effects.values().min().copied()));
    }
    let together = |effect: Effect| {
        let hit = effects.iter().filter(|(_, own)| **own <= effect).map(|(root, _)| *root);
        let reach = reach::reach(turn.state, turn.book, known, hit);
        severity::of_reach(&reach, effect, known.data.map(DataImpact::feared))
    };
    let all: BTreeSet<Effect> = effects.values().copied().collect();
    let gravest = all.into_iter().map(together).min_by_key(|judged| judged.severity);
    gravest.unwrap_or_else(|| together(effect(None)))
}

/// データ影響 as a rule or the desk states it. A rule does not lessen what is feared.
pub(in crate::desk) fn fear(turn: &mut Turn, incident: IncidentId, data: DataImpact, reason: Reason) {
    let Some(known) = turn.state.incidents.get(&incident) else { return };
    let by_desk = matches!(reason, Reason::Act { .. });
    if known.data == Some(data) || !by_desk && known.data.is_some() {
        return;
    }
    turn.edit(incident, Edit::Data(data), reason);
    turn.edit(incident, Edit::happened(turn.now.wall, What::Data { impact: data }), Reason::OnRecord);
    turn.touched.news.insert(incident);
}

/// The gravest effect of the incident's roots and of what they stop, where no rule states one.
pub(in crate::desk) fn effect(turn: &Turn, incident: IncidentId) -> Effect {
    let roots = group::root_components(turn.state, turn.book, incident);
    let known = turn.state.incidents.get(&incident).and_then(|known| known.root.as_ref());
    let roots = roots.iter().map(Some).chain(roots.is_empty().then_some(known));
    let failing = group::failing(turn.state, incident);
    let shown = Shown::of(turn, incident, &failing);
    let own = roots.map(|root| shown.own_effect(root)).min().unwrap_or(Effect::Partial);
    shown.graver_echoes(Some(own)).map(|(_, effect)| effect).min().unwrap_or(own)
}

/// What an incident shows, put together once for all its things: behind a switch a thousand fail.
struct Shown<'a> {
    book: &'a Book,
    known: Option<Known<'a>>,
    places: Option<&'a BTreeMap<Place, Here>>,
    red: Signs<'a>,
    eased: bool,
}

impl<'a> Shown<'a> {
    fn of(turn: &'a Turn, incident: IncidentId, failing: &'a Failing) -> Self {
        let (state, book) = (&*turn.state, turn.book);
        let known = state.incidents.get(&incident);
        Self {
            book,
            places: state.places.get(&incident),
            red: cause::red(failing),
            eased: known.is_some_and(|known| known.eased.is_some()),
            known: known.map(|known| Known::of(state, book, known)),
        }
    }

    /// The effect where no rule states one: the component's, else what the root's monitoring level stands for.
    fn own_effect(&self, root: Option<&ComponentId>) -> Effect {
        let component = root.and_then(|root| self.book.rules.components.get(root));
        if let Some(effect) = component.and_then(|component| component.effect) {
            return effect;
        }
        let place = root.cloned().map(Place::Component);
        let level = |here: &Here| here.live_level().filter(|_| self.eased).or_else(|| here.level());
        let at_root = place.and_then(|place| level(self.places?.get(&place)?));
        // A cause without a sign of its own is as bad as what it does; so is what no component covers.
        let level = at_root.or_else(|| self.places?.values().filter_map(level).max());
        let effect = level.map_or(Effect::Partial, severity::effect_from_level);
        // What lets others work behind it has not stopped, whatever its own alert says.
        let works = root.zip(self.known.as_ref()).is_some_and(|(root, known)| known.works_behind(root, &self.red));
        if works { effect.max(Effect::Partial) } else { effect }
    }

    /// What fails behind the causes and is hit worse than `least`, with how badly: a machine that is merely slow may have
    /// stopped what runs on it.
    fn graver_echoes(&self, least: Option<Effect>) -> impl Iterator<Item = (&'a ComponentId, Effect)> {
        let live = self.places.into_iter().flatten();
        let live = live.filter(|(_, here)| here.live_level().is_some_and(|level| !cause::only_warns(level)));
        let hit = cause::components(live.map(|(place, _)| place)).map(|echo| (echo, self.own_effect(Some(echo))));
        hit.filter(move |(_, effect)| least.is_some_and(|least| *effect < least))
    }
}
