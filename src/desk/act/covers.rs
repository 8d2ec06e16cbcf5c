//! Planned work and silences by command: registered, extended, ended.
//!
//! Each needs an owner, a reason and an end: what nobody answers for, and what never ends, hides faults. Not here: what they
//! cover and what follows at their end (`correlate`).

use super::perform::{named, said};
use super::{Actor, CoverAct, Fitting, Terms};
use crate::desk::cover::{self, Cover, LONGEST_SILENCE, LONGEST_WORK, MOST, Origin, Over};
use crate::desk::ids::{ComponentId, CoverId, PartyId};
use crate::desk::letter::WorkStage;
use crate::desk::pattern::Pattern;
use crate::desk::rules::AlertMatch;
use crate::desk::turn::Turn;
use crate::desk::{Reply, correlate, house};
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeSet;

/// A start may lie this far back: work that nobody had registered.
const MOST_PAST: SignedDuration = SignedDuration::from_hours(24);
/// A start may lie this far ahead.
const MOST_AHEAD: SignedDuration = SignedDuration::from_hours(366 * 24);

/// Carries out what is done about planned work and silences, or says why not.
pub(super) fn perform(turn: &mut Turn, actor: &Actor, act: CoverAct) -> Result<Reply, String> {
    let id = match act {
        CoverAct::Plan { what, components, terms } => plan(turn, actor, what, &components, terms)?,
        CoverAct::Silence { alerts, terms } => silence(turn, actor, &alerts, terms)?,
        CoverAct::Extend { cover, until } => extend(turn, actor, cover, until)?,
        CoverAct::End { cover } => {
            open(turn, cover)?;
            correlate::end_cover(turn, cover, by(actor));
            cover
        }
    };
    correlate::settle_covers(turn, house::Reason::Planned);
    let Some(known) = turn.state.covers.get(&id) else { return Ok(Reply::Recorded) };
    Ok(Reply::Cover {
        cover: id,
        from: known.from,
        until: known.end(),
        begun: known.begun,
        ended: known.ended.is_some(),
        goes_on: correlate::incidents_under(turn, known),
    })
}

fn by(actor: &Actor) -> cover::Reason {
    cover::Reason::Act { by: actor.name.clone() }
}

fn plan(
    turn: &mut Turn,
    actor: &Actor,
    what: String,
    components: &[ComponentId],
    terms: Terms,
) -> Result<CoverId, String> {
    if what.trim().is_empty() {
        return Err("Say what is done: the mails name it.".to_owned());
    }
    let agreed = agreed(turn, terms, LONGEST_WORK)?;
    let over = Over::Work { components: worked_on(turn, components)?, hosts: BTreeSet::new() };
    let id = turn.next_work();
    Ok(register(turn, actor, (id, what, over), agreed))
}

fn silence(turn: &mut Turn, actor: &Actor, alerts: &Fitting, terms: Terms) -> Result<CoverId, String> {
    let agreed = agreed(turn, terms, LONGEST_SILENCE)?;
    let matcher = fitting(turn, alerts)?;
    if matcher == AlertMatch::default() {
        return Err("Say which alerts: a silence without any condition would hide everything.".to_owned());
    }
    let (id, over) = (turn.next_silence(), Over::Alerts(Box::new(matcher)));
    Ok(register(turn, actor, (id, agreed.reason.clone(), over), agreed))
}

/// Terms that hold.
struct Agreed {
    owner: PartyId,
    reason: String,
    from: Timestamp,
    until: Timestamp,
}

fn agreed(turn: &Turn, terms: Terms, span: SignedDuration) -> Result<Agreed, String> {
    let now = turn.now.wall;
    let owner = owner(turn, terms.owner.as_ref())?;
    if terms.reason.trim().is_empty() {
        return Err("Say why (--reason): whoever finds it in a month must be able to judge it.".to_owned());
    }
    let from = terms.from.unwrap_or(now);
    let until = terms.until.ok_or("Say when it ends (--until or --for): what never ends is forgotten.")?;
    if now.duration_since(from) > MOST_PAST || from.duration_since(now) > MOST_AHEAD {
        return Err(format!("{} is no likely start; check the date.", said(turn, from)));
    }
    lasts(turn, from, until, span)?;
    if turn.state.covers.values().filter(|cover| cover.open()).count() >= MOST {
        return Err(format!("There are {MOST} already; end what is not needed any more."));
    }
    Ok(Agreed { owner, reason: terms.reason, from, until })
}

fn register(turn: &mut Turn, actor: &Actor, what: (CoverId, String, Over), agreed: Agreed) -> CoverId {
    let (id, name, over) = what;
    let now = turn.now.wall;
    let cover = Cover {
        id,
        over,
        name,
        owner: agreed.owner,
        reason: agreed.reason,
        from: agreed.from,
        until: agreed.until,
        origin: Origin::Command { by: actor.name.clone() },
        registered: now,
        begun: agreed.from <= now,
        ended: None,
        moved: false,
        hid: 0,
        warned: false,
        reminded: None,
    };
    let begun = cover.begun;
    turn.record(cover::Change::Registered(Box::new(cover)), by(actor));
    if begun {
        correlate::tell_incidents(turn, id, WorkStage::Began);
    }
    id
}

fn extend(turn: &mut Turn, actor: &Actor, id: CoverId, until: Timestamp) -> Result<CoverId, String> {
    let known = open(turn, id)?;
    let (from, now) = (known.from, turn.now.wall);
    let (start, span) = if known.is_work() { (from, LONGEST_WORK) } else { (now.max(from), LONGEST_SILENCE) };
    lasts(turn, start, until, span)?;
    turn.record(cover::Change::Moved { cover: id, until, by_command: true }, by(actor));
    correlate::tell_incidents(turn, id, WorkStage::Moved);
    Ok(id)
}

/// Whether it may last from `from` until `until`.
fn lasts(turn: &Turn, from: Timestamp, until: Timestamp, span: SignedDuration) -> Result<(), String> {
    let begin = from.max(turn.now.wall);
    if until <= begin {
        return Err(format!("{} is over before {}; check the end.", said(turn, until), said(turn, begin)));
    }
    if until.duration_since(from) > span {
        let days = span.as_hours() / 24;
        return Err(format!("{} is more than {days} days later; say so again when they are over.", said(turn, until)));
    }
    Ok(())
}

fn open<'t>(turn: &'t Turn, id: CoverId) -> Result<&'t Cover, String> {
    let command = if matches!(id, CoverId::Work(_)) { "maintenance" } else { "silence" };
    let known = turn.state.covers.get(&id);
    let known = known.ok_or_else(|| format!("There is no {id}. `kiriwake {command} list --all` shows them."))?;
    match known.ended {
        Some(ended) => Err(format!("{id} ended on {} already; register a new one.", said(turn, ended))),
        None => Ok(known),
    }
}

fn owner(turn: &Turn, owner: Option<&PartyId>) -> Result<PartyId, String> {
    let owner = owner.filter(|owner| !owner.as_str().trim().is_empty()).ok_or_else(|| {
        let known: Vec<&str> = turn.book.rules.parties.keys().map(PartyId::as_str).collect();
        format!("Say who answers for it (--owner): one of {}.", known.join(", "))
    })?;
    named(turn, owner)
}

fn worked_on(turn: &Turn, components: &[ComponentId]) -> Result<BTreeSet<ComponentId>, String> {
    if components.is_empty() {
        return Err("Say where (--component): alerts there, and of what needs it, are expected.".to_owned());
    }
    known(turn, components)?;
    Ok(components.iter().cloned().collect())
}

/// Refuses what is no component; of a system it says which components that needs.
fn known(turn: &Turn, components: &[ComponentId]) -> Result<(), String> {
    let rules = &turn.book.rules;
    let Some(unknown) = components.iter().find(|id| !rules.components.contains_key(*id)) else { return Ok(()) };
    let system = rules.systems.iter().find(|(id, _)| id.as_str() == unknown.as_str());
    Err(match system {
        Some((_, system)) => {
            let needs: Vec<&str> = system.needs.iter().map(ComponentId::as_str).collect();
            format!("`{unknown}` is a system; name the components, of those it needs: {}.", needs.join(", "))
        }
        None => format!("There is no component `{unknown}` in the configuration."),
    })
}

fn fitting(turn: &Turn, alerts: &Fitting) -> Result<AlertMatch, String> {
    let patterns = |texts: &[String]| {
        let parse = |text: &String| Pattern::parse(text).map_err(|why| format!("`{text}`: {why}"));
        texts.iter().map(parse).collect::<Result<Vec<Pattern>, String>>()
    };
    known(turn, &alerts.components)?;
    let mut matcher = AlertMatch {
        host: patterns(&alerts.hosts)?,
        group: patterns(&alerts.groups)?,
        summary: patterns(&alerts.summaries)?,
        source: patterns(&alerts.sources)?,
        component: alerts.components.clone(),
        ..AlertMatch::default()
    };
    for (name, value) in &alerts.tags {
        matcher.tag.entry(name.clone()).or_default().extend(patterns(std::slice::from_ref(value))?);
    }
    Ok(matcher)
}
