//! What differs between what became of an incident then and what would have become of it.

use super::course::{Course, Courses};
use super::pair::Pair;
use crate::desk::ids::{IncidentId, Number, PartyId};
use crate::desk::incident::{TriedResult, Verdict};
use crate::desk::letter::{Ask, Because, By, Fact};
use crate::desk::owed::Why;
use crate::desk::rules::{Confidence, VerdictCode};
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use std::collections::BTreeMap;

/// Hours are told by the minute: what lies nearer is the same time.
const SAME_TIME: SignedDuration = SignedDuration::from_secs(60);

/// What is different about an incident.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Other alerts belong together.
    Grouping,
    /// Another verdict.
    Verdict,
    /// Another 重大度.
    Severity,
    /// Others are told, or of something else.
    Recipients,
    /// The same is told at other times.
    Times,
}

/// One incident that would have gone otherwise.
#[derive(Debug, Clone, Serialize)]
pub struct Difference {
    /// What is different.
    pub kinds: Vec<Kind>,
    /// As it was.
    pub then: Side,
    /// As it would have been.
    pub now: Side,
    /// How the rule that decided on one side went on the other.
    pub rules: Vec<OtherSide>,
    /// Told then, and not under the rules on trial.
    pub only_then: Vec<Told>,
    /// Told under the rules on trial, and not then.
    pub only_now: Vec<Told>,
    /// Told on both sides, at other times or another number of times.
    pub shifted: Vec<Shift>,
}

/// What there is of an incident on one side.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// It is an incident of its own.
    Own(Box<Account>),
    /// What it holds belongs to another incident.
    PartOf(String),
    /// Nothing of it is an incident: it is on record only.
    OnRecord,
}

/// An incident on one side.
#[derive(Debug, Clone, Serialize)]
pub struct Account {
    /// Its number, or internal id before 受付.
    pub name: String,
    /// 検知
    pub opened: Option<Timestamp>,
    /// Host and message of its first alert, or the words of a call.
    pub about: String,
    /// How many alerts belong to it; a call counts as one.
    pub alerts: usize,
    /// It was accepted: it has a number.
    pub accepted: bool,
    /// 重大度
    pub severity: Option<u8>,
    /// Verdicts, oldest first.
    pub verdicts: Vec<Given>,
    /// Requests, oldest first.
    pub asked: Vec<Asked>,
}

/// A verdict with names in it.
#[derive(Debug, Clone, Serialize)]
pub struct Given {
    /// When.
    pub at: Timestamp,
    /// Which of the ten.
    pub code: VerdictCode,
    /// Names of the parties.
    pub parties: Vec<String>,
    /// 確度
    pub confidence: Confidence,
    /// Machine or desk.
    pub by: By,
    /// The component it is about.
    pub component: Option<String>,
    /// The rule that gave it; `None` = the responsibility table, or the desk.
    pub rule: Option<String>,
    /// Why.
    pub because: Because,
    /// What speaks for it.
    pub evidence: Vec<Fact>,
    /// What speaks against it.
    pub against: Vec<Fact>,
    /// What was not known.
    pub not_known: Vec<Fact>,
}

/// A request.
#[derive(Debug, Clone, Serialize)]
pub struct Asked {
    /// The party's name.
    pub party: String,
    /// 対応依頼 or 調査依頼.
    pub ask: Ask,
    /// When.
    pub at: Timestamp,
    /// When 受領 is expected.
    pub acknowledge_by: Timestamp,
}

/// Messages of one kind to one party.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Told {
    /// The party's name.
    pub party: String,
    /// The kind of message.
    pub kind: &'static str,
    /// The first of them.
    pub at: Timestamp,
    /// Why the first of them.
    pub why: Why,
    /// How many.
    pub times: usize,
}

/// Messages of one kind to one party, on both sides.
#[derive(Debug, Clone, Serialize)]
pub struct Shift {
    /// As it was.
    pub then: Told,
    /// As it would have been.
    pub now: Told,
}

/// How a rule that decided on one side went on the other.
#[derive(Debug, Clone, Serialize)]
pub struct OtherSide {
    /// The rule; `None` = the responsibility table.
    pub rule: String,
    /// It decided then, and this is how it goes under the rules on trial; or the other way round.
    pub decided_then: bool,
    /// How it goes on the other side; `None` = it is not among the rules there.
    pub result: Option<TriedResult>,
}

pub(super) struct Compared {
    pub(super) incidents: usize,
    pub(super) unchanged: usize,
    pub(super) other_rule: usize,
    pub(super) changes: Vec<Difference>,
}

type Names<'a> = &'a dyn Fn(&PartyId) -> String;

pub(super) fn compare(then: &Courses, anew: &Courses, pairs: Vec<Pair>, names: Names) -> Compared {
    let mut compared = Compared { incidents: 0, unchanged: 0, other_rule: 0, changes: Vec::new() };
    for pair in pairs {
        compared.incidents += usize::from(pair.0.is_some());
        match difference(then, anew, pair, names) {
            Some(difference) => compared.changes.push(difference),
            None => {
                compared.unchanged += 1;
                let rule = |courses: &Courses, id: Option<IncidentId>| {
                    let course = id.and_then(|id| courses.all.get(&id));
                    course.and_then(|course| course.verdicts.last()?.rule.clone())
                };
                compared.other_rule += usize::from(rule(then, pair.0) != rule(anew, pair.1));
            }
        }
    }
    compared.changes.sort_by_key(|difference| difference.then.opened().min(difference.now.opened()));
    compared
}

fn difference(then: &Courses, anew: &Courses, (old, new): Pair, names: Names) -> Option<Difference> {
    let blank = Course::default();
    let (was, is) = (old.and_then(|id| then.all.get(&id)), new.and_then(|id| anew.all.get(&id)));
    let (was, is) = (was.unwrap_or(&blank), is.unwrap_or(&blank));
    let side = |here: &Courses, id: Option<IncidentId>, other: &Courses, there: Option<IncidentId>| match id {
        Some(id) => here.all.get(&id).map(|course| Side::Own(Box::new(account(id, course, names)))),
        None => there
            .and_then(|there| other.across(there, here))
            .and_then(|id| Some((id, here.all.get(&id)?)))
            .map(|(id, course)| Side::PartOf(name(id, course))),
    };
    let mut kinds = Vec::new();
    if old.is_none() || new.is_none() || was.marks != is.marks || was.number.is_some() != is.number.is_some() {
        kinds.push(Kind::Grouping);
    }
    if !verdicts_agree(was, is) {
        kinds.push(Kind::Verdict);
    }
    if was.severity != is.severity {
        kinds.push(Kind::Severity);
    }
    let (told, would) = (told(was, names), told(is, names));
    let lacks = |one: &BTreeMap<(String, &'static str), Told>, other: &BTreeMap<(String, &'static str), Told>| {
        one.iter().filter(|(key, _)| !other.contains_key(*key)).map(|(_, told)| told.clone()).collect::<Vec<_>>()
    };
    let (only_then, only_now) = (lacks(&told, &would), lacks(&would, &told));
    if !only_then.is_empty() || !only_now.is_empty() {
        kinds.push(Kind::Recipients);
    }
    let shifted: Vec<Shift> = told
        .iter()
        .filter_map(|(key, then)| Some((then, would.get(key)?)))
        .filter(|(then, now)| then.times != now.times || apart(then.at, now.at))
        .map(|(then, now)| Shift { then: then.clone(), now: now.clone() })
        .collect();
    let due = |course: &Course| course.asked.iter().map(|request| request.acknowledge_by).collect::<Vec<_>>();
    let (due, would_be_due) = (due(was), due(is));
    let later =
        due.len() == would_be_due.len() && due.iter().zip(&would_be_due).any(|(one, other)| apart(*one, *other));
    if !shifted.is_empty() || later {
        kinds.push(Kind::Times);
    }
    if kinds.is_empty() {
        return None;
    }
    let rules = if kinds.contains(&Kind::Verdict) { other_sides(was, is) } else { Vec::new() };
    let now = side(anew, new, then, old).unwrap_or(Side::OnRecord);
    let then = side(then, old, anew, new).unwrap_or(Side::OnRecord);
    Some(Difference { kinds, then, now, rules, only_then, only_now, shifted })
}

fn apart(one: Timestamp, other: Timestamp) -> bool {
    one.duration_since(other).abs() >= SAME_TIME
}

/// The first word of the machine and the word that counts are the same.
pub(super) fn verdicts_agree(was: &Course, is: &Course) -> bool {
    let said = |verdict: Option<&Verdict>| {
        verdict.map(|it| (it.code, it.parties.clone(), it.component.clone(), it.confidence, it.by))
    };
    said(was.verdicts.first()) == said(is.verdicts.first()) && said(was.verdicts.last()) == said(is.verdicts.last())
}

/// How the rules that decided go on the other side.
fn other_sides(was: &Course, is: &Course) -> Vec<OtherSide> {
    // The desk's word has no rule; what the machine said before it does.
    let decided = |course: &Course| course.verdicts.iter().rev().find(|verdict| verdict.by == By::Machine).cloned();
    let (Some(was), Some(is)) = (decided(was), decided(is)) else { return Vec::new() };
    if was.rule == is.rule {
        return Vec::new();
    }
    let went = |rule: &Option<String>, on: &Verdict, decided_then| {
        let rule = rule.clone()?;
        let result = on.tried.iter().find(|tried| *tried.rule == *rule).map(|tried| tried.result.clone());
        Some(OtherSide { rule, decided_then, result })
    };
    went(&was.rule, &is, true).into_iter().chain(went(&is.rule, &was, false)).collect()
}

fn told(course: &Course, names: Names) -> BTreeMap<(String, &'static str), Told> {
    let mut all: BTreeMap<(String, &'static str), Told> = BTreeMap::new();
    for told in &course.told {
        let party = names(&told.party);
        let key = (party.clone(), told.kind);
        let first = Told { party, kind: told.kind, at: told.at, why: told.why.clone(), times: 0 };
        all.entry(key).or_insert(first).times += 1;
    }
    all
}

fn name(id: IncidentId, course: &Course) -> String {
    course.number.as_ref().map_or_else(|| id.to_string(), Number::to_string)
}

fn account(id: IncidentId, course: &Course, names: Names) -> Account {
    let given = |verdict: &Verdict| Given {
        at: verdict.at,
        code: verdict.code,
        parties: verdict.parties.iter().map(names).collect(),
        confidence: verdict.confidence,
        by: verdict.by,
        component: verdict.component.as_ref().map(ToString::to_string),
        rule: verdict.rule.clone(),
        because: verdict.because.clone(),
        evidence: verdict.evidence.clone(),
        against: verdict.against.clone(),
        not_known: verdict.not_known.clone(),
    };
    Account {
        name: name(id, course),
        opened: course.opened,
        about: course.about.clone(),
        alerts: course.marks.len(),
        accepted: course.number.is_some(),
        severity: course.severity,
        verdicts: course.verdicts.iter().map(given).collect(),
        asked: course
            .asked
            .iter()
            .map(|request| Asked {
                party: names(&request.party),
                ask: request.ask,
                at: request.asked,
                acknowledge_by: request.acknowledge_by,
            })
            .collect(),
    }
}

impl Side {
    /// When it began, where it is an incident of its own.
    fn opened(&self) -> Timestamp {
        match self {
            Side::Own(account) => account.opened.unwrap_or(Timestamp::MAX),
            Side::PartOf(_) | Side::OnRecord => Timestamp::MAX,
        }
    }
}
