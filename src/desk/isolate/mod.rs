//! First-line isolation (一次切り分け): which party is responsible, how sure, and why.
//!
//! A stage. The ordered rules come first; where none holds, the responsibility table answers: whoever keeps the root
//! component. Every rule tried is kept with the verdict, so that a person can see what would have changed it.

mod apart;
mod attempt;
mod call;
pub mod case;
pub mod condition;
mod echo;
mod gather;
mod late;
mod mute;
mod outlook;
pub(super) mod overrun;
mod probe;
pub(super) mod several;
mod spare;
mod spokesman;
mod table;
mod trial;
mod uncovered;
mod underway;

pub(super) use echo::{judge_echoes, told_echoes};
pub(super) use gather::{gathered, lost as evidence_lost, owe as owe_evidence};
pub(super) use mute::{echoes_came, look_at_addresses};
pub(super) use probe::{awaits_probes as awaits_evidence, came, owe_probes};
pub(super) use spare::link as link_spares;
pub(super) use trial::{look_at_certificates, probe_came};
pub(super) use uncovered::tell as tell_uncovered;

use super::book::RuleWords;
use super::correlate;
use super::ids::{ComponentId, IncidentId, PartyId};
use super::incident::{Edit, Link, Probe, Reason, Status, Tried, TriedResult, Verdict};
use super::letter::{Because, By, Fact};
use super::likeness;
use super::probe::Sign;
use super::rules::{Condition, Rule, VerdictCode};
use super::severity::Harm;
use super::turn::Turn;
use crate::desk::phrase::Phrase;
use attempt::{Attempt, Went};
use case::Case;
use jiff::Timestamp;

/// Isolation waits no longer: the window for pings is over, or the desk has opened for an inquiry.
pub(super) fn wait_over(turn: &mut Turn, incident: IncidentId) {
    let Some(known) = turn.state.incidents.get(&incident) else { return };
    if known.inquire_at.is_some_and(|at| at <= turn.now.wall) {
        turn.edit(incident, Edit::InquireAt(None), Reason::OnRecord);
        turn.touched.judged.insert(incident);
    } else {
        turn.touched.to_judge.insert(incident);
    }
}

/// What the first rule that holds now states of the harm: 重大度 is needed before the verdict, and again whenever what fails
/// changes.
pub(super) fn harm(turn: &Turn, incident: IncidentId) -> Harm {
    let Some(case) = Case::of(turn, incident).map(Case::without_words) else { return Harm::default() };
    first_held(turn, &case).map(Harm::of).unwrap_or_default()
}

/// Whether the rule that holds names several parties: then what it saw together is one incident.
pub(super) fn several_by_rule(turn: &Turn, incident: IncidentId) -> bool {
    let Some(case) = Case::of(turn, incident).map(Case::without_words) else { return false };
    first_held(turn, &case).is_some_and(|rule| rule.then.verdict == VerdictCode::Multi)
}

fn first_held<'a>(turn: &'a Turn, case: &Case) -> Option<&'a Rule> {
    turn.book.rules.isolation.iter().find(|rule| Attempt::holds(case, rule))
}

/// What may be the cause, the likeliest first.
pub(super) fn candidates(turn: &Turn, incident: IncidentId) -> Vec<ComponentId> {
    Case::of(turn, incident).map(|case| case.candidates()).unwrap_or_default()
}

/// Whether another fault of these minutes may be behind this one although `needs` does not say so.
pub(super) fn amid_another_fault(turn: &Turn, incident: IncidentId) -> bool {
    Case::of(turn, incident).is_some_and(|case| case.amid_another_fault())
}

/// Gives a verdict to every incident that waits for one.
pub(super) fn judge(turn: &mut Turn) {
    while let Some(incident) = turn.touched.to_judge.pop_first() {
        judge_one(turn, incident);
    }
}

fn judge_one(turn: &mut Turn, incident: IncidentId) {
    let (parted, moved) = (turn.touched.parted.remove(&incident), turn.touched.moved.remove(&incident));
    let Some(known) = turn.state.incidents.get(&incident) else { return };
    let refused = |party: &PartyId| known.is_handed_back_by(party);
    // A person's word stands for what it was said of; and while the root is quiet, what still burns only ends later than its
    // cause.
    let said_of_it = |verdict: &Verdict| !moved || verdict.component == known.root;
    let stands = |verdict: &Verdict| match verdict.by {
        By::Desk => said_of_it(verdict),
        _ => known.calm_since.is_some() && !parted,
    };
    if known.verdict().is_some_and(|verdict| stands(verdict) && !verdict.parties.iter().any(refused)) {
        return;
    }
    correlate::reframe(turn, incident);
    echo::tie_call(turn, incident);
    let Some(Decided { verdict, harm, reason, settles }) = decide(turn, incident) else { return };
    if turn.state.incidents.get(&incident).is_some_and(|incident| incident.judge_at != settles) {
        turn.edit(incident, Edit::JudgeAt(settles), Reason::TimeTells);
    }
    let same = turn.state.incidents.get(&incident).and_then(|incident| incident.verdict()).is_some_and(|present| {
        let kind = |verdict: &Verdict| verdict.unknown.as_ref().map(std::mem::discriminant);
        let told = |verdict: &Verdict| (verdict.code, verdict.confidence, kind(verdict));
        told(present) == told(&verdict)
            && present.echo_of == verdict.echo_of
            && (&present.parties, &present.component, &present.rule)
                == (&verdict.parties, &verdict.component, &verdict.rule)
    });
    if same {
        return;
    }
    let first = turn.state.incidents.get(&incident).is_some_and(|known| known.verdicts.is_empty());
    turn.edit(incident, Edit::Verdict(Box::new(verdict)), reason);
    echo::tie(turn, incident);
    gather_more(turn, incident, first);
    link_recurrence(turn, incident);
    correlate::grade_by(turn, incident, harm);
    spare::link(turn, incident);
    late::link(turn, incident);
    let waits = matches!(
        turn.state.incidents.get(&incident).map(|incident| &incident.status),
        Some(Status::Isolating { until: Some(_) })
    );
    if waits {
        let to = Status::Isolating { until: None };
        turn.edit(incident, Edit::Status { to, at: turn.now.wall, by: None }, Reason::OnRecord);
    }
    turn.touched.judged.insert(incident);
}

/// With the first verdict the record is kept as it stands; a later one may be about something nobody has asked about.
fn gather_more(turn: &mut Turn, incident: IncidentId, first: bool) {
    if first {
        gather::owe_record(turn, incident);
    } else {
        gather::owe(turn, incident);
    }
}

/// 再発: the like fault before, told to whoever is asked now.
fn link_recurrence(turn: &mut Turn, incident: IncidentId) {
    let Some(known) = turn.state.incidents.get(&incident) else { return };
    if known.links.iter().any(|(link, _)| *link == Link::RecurrenceOf) {
        return;
    }
    let like = likeness::like(turn.state, turn.book, known).into_iter().find(|like| like.recurrence);
    if let Some(before) = like.map(|like| like.past.incident) {
        turn.edit(incident, Edit::Linked { link: Link::RecurrenceOf, other: before }, Reason::Recurs);
        turn.edit(before, Edit::Linked { link: Link::Recurrence, other: incident }, Reason::Recurs);
    }
}

/// The time has come that a condition waited for: the incident is judged anew, unless it is over.
pub(super) fn time_told(turn: &mut Turn, incident: IncidentId) {
    turn.edit(incident, Edit::JudgeAt(None), Reason::TimeTells);
    let shown = correlate::call::shown_meanwhile(turn, incident);
    if !shown.is_empty() {
        turn.touched.more.entry(incident).or_default().extend(shown);
    }
    turn.touched.to_judge.insert(incident);
}

/// What the rules and the responsibility table say.
struct Decided {
    verdict: Verdict,
    harm: Harm,
    reason: Reason,
    /// When time alone will tell what a rule could not know.
    settles: Option<Timestamp>,
}

/// The verdict on an incident, with what would change it.
fn decide(turn: &Turn, incident: IncidentId) -> Option<Decided> {
    let case = Case::of(turn, incident)?;
    let (mut decided, tried) = weigh(turn, &case);
    decided.verdict.would_change = outlook::levers(turn, &case, &decided.verdict, |case| weigh(turn, case).0.verdict);
    let words = &turn.book.rule_words;
    let told = |(words, went): (&RuleWords, Went)| Tried { rule: words.rule.clone(), result: went.told(words) };
    decided.verdict.tried = words.iter().zip(tried).map(told).collect();
    Some(decided)
}

/// Tries the rules in order, then the responsibility table. How each rule went is put into words for the record only.
fn weigh(turn: &Turn, case: &Case) -> (Decided, Vec<Went>) {
    let rules = &turn.book.rules.isolation;
    let mut tried = Vec::with_capacity(rules.len());
    let mut held: Vec<(&Rule, Vec<Fact>)> = Vec::new();
    let mut not_known = Vec::new();
    let mut settles = None;
    for rule in rules {
        let Attempt { went, facts, missing, settles: at } = Attempt::of(case, rule);
        settles = settles.into_iter().chain(at).min();
        let went = match went {
            Went::Held => handed_back(turn, case, rule).map_or(Went::Held, Went::HandedBack),
            other => other,
        };
        if matches!(went, Went::Held) {
            held.push((rule, facts));
        }
        if held.is_empty() {
            not_known.extend(missing);
        }
        tried.push(went);
    }
    let mut verdict = match held.first() {
        Some((rule, facts)) => by_rule(turn, case, rule, facts.clone()),
        None => table::verdict(turn.now, turn.book, case),
    };
    verdict.parties.retain(|party| !case.incident.is_handed_back_by(party));
    if verdict.code == VerdictCode::Multi && verdict.parties.len() == 1 {
        // The others have answered that it is not their part.
        verdict.code = VerdictCode::Single;
    }
    verdict.against.extend(case.refusals());
    verdict.not_known.extend(not_known);
    verdict.not_known.dedup();
    let overrun = overrun::consider(turn.book, case, &mut verdict);
    let underway = underway::consider(case, &mut verdict);
    let free = overrun.is_none() && !underway;
    let kept = if free { apart::consider(turn, case, &mut verdict) } else { None };
    let several = free && kept.is_none() && several::consider(turn, case, &mut verdict);
    let harm = held.first().map(|(rule, _)| Harm::of(rule)).unwrap_or_default();
    let mut claims = Vec::new();
    let reason = match (echo::consider(case, &mut verdict), overrun, disagreement(turn, case, &held)) {
        (Some(of), ..) => Reason::EchoOf { of },
        (None, ..) if underway => Reason::Isolated { rule: verdict.rule.clone() },
        (None, Some(work), _) => Reason::Overrun { work },
        (None, None, _) if kept.is_some() => Reason::KeptApart { component: kept },
        (None, None, _) if several => Reason::Several,
        (None, None, Some((first, (other, facts)))) => {
            claims = vec![outlook::claim(turn, case, first), outlook::claim(turn, case, other)];
            disagree(turn, &mut verdict, facts);
            Reason::Disagreement { first: first.name.clone(), other: other.name.clone() }
        }
        (None, None, None) => Reason::Isolated { rule: verdict.rule.clone() },
    };
    verdict.unknown = outlook::unknown(case, &verdict, claims);
    verdict.not_known.extend(uncovered::facts(turn, case, &verdict));
    (Decided { verdict, harm, reason, settles }, tried)
}

/// The machine does not choose between rules: the desk does, with what speaks for either.
fn disagree(turn: &Turn, verdict: &mut Verdict, facts: &[Fact]) {
    verdict.code = VerdictCode::Unknown;
    verdict.parties = vec![turn.book.rules.site.desk.clone()];
    verdict.confidence = super::rules::Confidence::Unknown;
    verdict.cause = None;
    verdict.because = Because::Disagreement;
    let more: Vec<Fact> = facts.iter().filter(|fact| !verdict.evidence.contains(fact)).cloned().collect();
    verdict.evidence.extend(more);
}

/// A later rule that also holds names another party with strictly higher confidence (`DECISIONS.md` 18).
fn disagreement<'r, 'f>(
    turn: &Turn,
    case: &Case,
    held: &'f [(&'r Rule, Vec<Fact>)],
) -> Option<(&'r Rule, (&'r Rule, &'f [Fact]))> {
    let (first, _) = held.first()?;
    let named = |rule: &Rule| parties_of(turn, case, rule);
    let (other, facts) = held
        .iter()
        .skip(1)
        .find(|(rule, _)| rule.then.confidence > first.then.confidence && named(rule) != named(first))?;
    Some((*first, (*other, facts.as_slice())))
}

/// Why a rule that holds names nobody any more: all its parties have answered that it is not theirs.
fn handed_back(turn: &Turn, case: &Case, rule: &Rule) -> Option<TriedResult> {
    let parties = parties_of(turn, case, rule);
    let asks = matches!(rule.then.verdict, VerdictCode::Single | VerdictCode::Multi);
    let refused = asks && parties.iter().all(|party| case.incident.is_handed_back_by(party));
    refused.then(|| {
        let names: Vec<&str> = parties.iter().map(PartyId::as_str).collect();
        let names = names.join(", ");
        TriedResult::Failed {
            condition: Phrase::new(format!("{names} may be asked"), format!("{names}に依頼できる")).into(),
            saw: Phrase::new("it answered that this is not its part", "範囲外との回答済み"),
        }
    })
}

fn parties_of(turn: &Turn, case: &Case, rule: &Rule) -> Vec<PartyId> {
    if !rule.then.parties.is_empty() {
        return rule.then.parties.clone();
    }
    let site = &turn.book.rules.site;
    match rule.then.verdict {
        VerdictCode::ScopeOut => vec![site.office.clone()],
        VerdictCode::Single | VerdictCode::Multi | VerdictCode::External => case
            .root
            .as_ref()
            .and_then(|root| turn.book.rules.components.get(root))
            .map(|component| vec![component.party.clone()])
            .unwrap_or_else(|| vec![site.desk.clone()]),
        VerdictCode::Own
        | VerdictCode::Unknown
        | VerdictCode::User
        | VerdictCode::Planned
        | VerdictCode::Monitor
        | VerdictCode::Security => vec![site.desk.clone()],
    }
}

/// What a rule suspects: the root - or, where the rule names others than its keeper, what they keep and a question of the rule
/// shows to fail.
fn suspect(turn: &Turn, case: &Case, rule: &Rule) -> Option<ComponentId> {
    let parties = parties_of(turn, case, rule);
    let kept = |id: &ComponentId| turn.book.keeper(id).is_some_and(|keeper| parties.contains(keeper));
    let asked = |condition| match condition {
        &Condition::Probe(condition::Probe { ref name, result }) if result != Sign::Ok => {
            turn.book.rules.probes.get(name).map(|probe| &probe.component)
        }
        Condition::Ping(condition::Ping { component, answers: false }) => Some(component),
        _ => None,
    };
    let root = case.root.as_ref();
    let shown = || rule.when.iter().filter_map(asked).find(|id| kept(id));
    root.filter(|root| kept(root)).or_else(shown).or(root).cloned()
}

fn by_rule(turn: &Turn, case: &Case, rule: &Rule, facts: Vec<Fact>) -> Verdict {
    let mut evidence = facts;
    for fact in case.basic_facts(case.root.as_ref()) {
        // The rule's own count of what lies behind includes the root; the same said twice in two numbers confuses.
        let counted = |fact: &Fact| matches!(fact, Fact::Behind { .. });
        if !(evidence.contains(&fact) || counted(&fact) && evidence.iter().any(counted)) {
            evidence.push(fact);
        }
    }
    Verdict {
        at: turn.now.wall,
        code: rule.then.verdict,
        confidence: call::sure(case, rule, &evidence),
        parties: parties_of(turn, case, rule),
        component: suspect(turn, case, rule),
        cause: rule.then.cause,
        by: By::Machine,
        rule: Some(rule.name.clone()),
        echo_of: None,
        because: Because::Words(rule.because.clone()),
        evidence,
        against: case.contradictions(),
        not_known: case.unknowns(),
        unknown: None,
        would_change: Vec::new(),
        tried: [].into(),
        rules_hash: turn.book.rules.hash.clone(),
    }
}

/// What is known of a component's ping within an incident.
fn probe_of<'a>(case: &Case<'a>, component: &ComponentId) -> Option<&'a Probe> {
    case.incident.pings.get(component)
}
