//! Named probes: owed while the grouping window is open, rung by rung, so that they are back when the verdict is due.
//!
//! A rule asks; what is asked is bounded per incident, and no probe is tried more often than its table says, however
//! many incidents ask: those who come while it is under way share what it brings. A rung above one that failed is not
//! tried: it could not tell anything. Not here: trying (`crate::probe`), and what a result means (`condition/probe.rs`).

use super::probe::{Scene, judge_when_all_is_in};
use crate::desk::ids::{IncidentId, ProbeName};
use crate::desk::incident::{Edit, Reason};
use crate::desk::notify;
use crate::desk::outcome::Probed;
use crate::desk::owed::{Why, Work};
use crate::desk::phrase::Phrase;
use crate::desk::probe::{self, Trial};
use crate::desk::rules::Condition;
use crate::desk::turn::Turn;
use crate::desk::{deliver, house};

/// Named probes per incident: more would delay the verdict and load a network that is weak already.
const MOST: usize = 16;

/// Owes what rules ask about, where an alert of theirs is here or, for rules without, the probe's component may be
/// involved.
pub(super) fn owe(turn: &mut Turn, incident: IncidentId) {
    for name in wanted(turn, incident) {
        turn.edit(incident, Edit::Trial { probe: name, trial: Trial::Queued }, Reason::Probe);
    }
    advance(turn, incident);
}

/// What is asked about and not on record yet, in the order of the rules, lower rungs first.
fn wanted(turn: &Turn, incident: IncidentId) -> Vec<ProbeName> {
    let Some(scene) = Scene::of(turn, incident) else { return Vec::new() };
    let rules = &turn.book.rules;
    let mut all: Vec<ProbeName> = Vec::new();
    for rule in &rules.isolation {
        let mut asked = rule.when.iter().flat_map(Condition::probes).peekable();
        if asked.peek().is_none() {
            continue;
        }
        // A rule that needs an alert that is not here cannot hold yet, whatever a probe says.
        let concerned = scene.concerns(rule);
        let open = concerned || !rule.when.iter().any(|condition| condition.opening().is_some());
        let near = |name: &&ProbeName| rules.probes.get(*name).is_some_and(|probe| scene.is_near(&probe.component));
        for name in asked.filter(|name| open && (concerned || near(name))) {
            climb(turn, name, &mut all);
        }
    }
    let known = &scene.incident.probes;
    all.retain(|name| !known.contains_key(name));
    all.truncate(MOST.saturating_sub(known.len()));
    all
}

/// Adds `name` and every rung below it, the lowest first. Circles are refused by the configuration's check, and end here.
fn climb(turn: &Turn, name: &ProbeName, all: &mut Vec<ProbeName>) {
    let mut ladder = vec![name];
    let mut next = 0;
    while let Some(rung) = ladder.get(next).and_then(|name| turn.book.rules.probes.get(*name)) {
        let below: Vec<&ProbeName> = rung.after.iter().filter(|name| !ladder.contains(name)).collect();
        ladder.extend(below);
        next += 1;
    }
    for rung in ladder.into_iter().rev() {
        if !all.contains(rung) {
            all.push(rung.clone());
        }
    }
}

/// Tries every queued probe whose lower rungs are good, and gives up those that cannot be reached any more.
fn advance(turn: &mut Turn, incident: IncidentId) {
    // What is answered from the record, or given up, may free the next rung at once.
    while let Some((name, rungs)) = next(turn, incident) {
        match rungs {
            Rungs::Good => start(turn, incident, name),
            Rungs::Broken(why) => {
                let trial = Trial::NotKnown { why };
                turn.edit(incident, Edit::Trial { probe: name, trial }, Reason::Probe);
            }
        }
    }
}

/// How the rungs below a queued probe are.
enum Rungs {
    Good,
    Broken(Phrase),
}

/// A queued probe about which something can be done.
fn next(turn: &Turn, incident: IncidentId) -> Option<(ProbeName, Rungs)> {
    let known = turn.state.incidents.get(&incident)?;
    let queued = known.probes.iter().filter(|(_, trial)| matches!(trial, Trial::Queued)).map(|(name, _)| name);
    queued.into_iter().find_map(|name| {
        let below = turn.book.rules.probes.get(name).map(|probe| probe.after.as_slice()).unwrap_or_default();
        let broken = below.iter().find_map(|rung| match known.probes.get(rung) {
            Some(Trial::Came { seen, .. }) if seen.sign != probe::Sign::Ok => {
                let sign = seen.sign.words();
                let en = format!("not tried: {rung}, a rung below, {}", sign.en);
                Some(Phrase::new(en, format!("前段の確認「{rung}」が「{}」のため未実行", sign.ja)))
            }
            Some(Trial::NotKnown { .. }) | None => {
                let en = format!("not tried: {rung}, a rung below, is not known");
                Some(Phrase::new(en, format!("前段の確認「{rung}」の結果が不明のため未実行")))
            }
            Some(Trial::Came { .. } | Trial::Queued | Trial::Awaited) => None,
        });
        let good = |rung: &ProbeName| known.probes.get(rung).and_then(Trial::good) == Some(true);
        match broken {
            Some(why) => Some((name.clone(), Rungs::Broken(why))),
            None if below.iter().all(good) => Some((name.clone(), Rungs::Good)),
            None => None,
        }
    })
}

/// Takes a result that is fresh enough, joins an attempt under way, or owes one.
fn start(turn: &mut Turn, incident: IncidentId, name: ProbeName) {
    let Some(known) = turn.book.rules.probes.get(&name) else {
        let trial =
            Trial::NotKnown { why: Phrase::new("there is no such probe any more", "この確認は設定にない") };
        return turn.edit(incident, Edit::Trial { probe: name, trial }, Reason::Probe);
    };
    let record = turn.state.probes.get(&name);
    let last = record.and_then(|record| record.last.clone());
    if let Some((probed, at)) = last.filter(|(_, at)| turn.now.elapsed.since(at.elapsed) < known.every) {
        let trial = trial(&probed, at.wall);
        return turn.edit(incident, Edit::Trial { probe: name, trial }, Reason::Probe);
    }
    turn.edit(incident, Edit::Trial { probe: name.clone(), trial: Trial::Awaited }, Reason::Probe);
    turn.record((name.clone(), probe::Change::Awaited { by: incident }), probe::Reason::Isolation);
    attempt(turn, name, Some(incident), probe::Reason::Isolation);
}

/// Owes one attempt, unless one is under way.
fn attempt(turn: &mut Turn, name: ProbeName, incident: Option<IncidentId>, reason: probe::Reason) {
    let Some(known) = turn.book.rules.probes.get(&name) else { return };
    if turn.state.probes.get(&name).is_some_and(|record| record.under_way.is_some()) {
        return;
    }
    let row = turn.next_owed();
    let work = Work::Probe { probe: name.clone(), target: known.target.clone() };
    let why = if incident.is_some() { Why::Evidence } else { Why::Certificates };
    deliver::owe(turn, incident, work, why);
    turn.record((name, probe::Change::Owed { row }), reason);
}

/// The daily hour: every certificate that is watched is looked at.
pub(in crate::desk) fn look_at_certificates(turn: &mut Turn) {
    let Some(next) = turn.book.next_hour(turn.now.wall, turn.book.rules.policy.certificates_at) else { return };
    turn.record(house::Change::Certificates { next }, house::Reason::Hour);
    let watched = turn.book.rules.probes.iter().filter(|(_, probe)| probe.watched_by.is_some());
    let watched: Vec<ProbeName> = watched.map(|(name, _)| name.clone()).collect();
    for name in watched {
        attempt(turn, name, None, probe::Reason::Hour);
    }
}

fn trial(probed: &Probed, at: jiff::Timestamp) -> Trial {
    match probed {
        Probed::Seen(seen) => Trial::Came { seen: seen.clone(), at },
        Probed::NotKnown { why } => Trial::NotKnown { why: Phrase::as_told(why.clone()) },
    }
}

/// A probe came back, or never will: everybody who waits for it is told, and climbs on.
pub(in crate::desk) fn probe_came(turn: &mut Turn, name: &ProbeName, probed: Probed, reason: probe::Reason) {
    let waiting = turn.state.probes.get(name).map(|record| record.waiting.clone()).unwrap_or_default();
    let trial = trial(&probed, turn.now.wall);
    let shown = match &probed {
        Probed::Seen(seen) => seen.certificate.clone(),
        Probed::NotKnown { .. } => None,
    };
    let unasked = waiting.is_empty() && reason == probe::Reason::AsReported;
    let reason = if unasked { probe::Reason::Daily } else { reason };
    turn.record((name.clone(), probe::Change::Came { probed, at: turn.now }), reason);
    if let Some(shown) = shown {
        notify::certificate_seen(turn, name, shown, !waiting.is_empty());
    }
    for incident in waiting {
        let known = turn.state.incidents.get(&incident);
        if known.is_some_and(|known| matches!(known.probes.get(name), Some(Trial::Awaited))) {
            turn.edit(incident, Edit::Trial { probe: name.clone(), trial: trial.clone() }, Reason::Probe);
            advance(turn, incident);
            judge_when_all_is_in(turn, incident);
        }
    }
}
