//! A real incident as a case: its story as a transcript that must go on bringing the verdict it should have brought.
//!
//! What came in is taken from the record, what must come of it from the verdict that counted - the desk's word where it
//! decided otherwise. The case is played under the present rules to see where its lines stand, and whether they come.
//! Names, numbers and secrets of people are not in it ([`crate::render::mask`]); free text of people is left out as a whole.

use super::Recorded;
use super::story::{Event, Story};
use crate::desk::act::Act;
use crate::desk::alert::Alert;
use crate::desk::ids::{AlertId, Number, PartyId};
use crate::desk::incident::{Probe, Verdict};
use crate::desk::letter::By;
use crate::desk::observation::Evidence;
use crate::desk::probe::Trial;
use crate::desk::rules::{PartyKind, Rules, VerdictCode};
use crate::desk::state::State;
use crate::play;
use crate::render::{because, mask};
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, Zoned};
use std::collections::{BTreeMap, BTreeSet};

/// How long after the last thing that came in the case looks on.
const LOOK_ON: SignedDuration = SignedDuration::from_mins(15);
/// What else was red is looked for this long before the incident.
const BEFORE: SignedDuration = SignedDuration::from_mins(15);
/// Words of the transcript that are no tags.
const RESERVED: [&str; 5] = ["group", "name", "at", "level", "role"];

/// A saved case.
#[derive(Debug)]
pub struct Saved {
    /// The transcript.
    pub text: String,
    /// What does not come under the present rules as listed.
    pub faults: Vec<play::Fault>,
    /// The desk had decided otherwise than the machine: the case asks for the desk's word.
    pub by_desk: bool,
    /// The rules are those that gave its last verdict.
    pub same_rules: bool,
}

/// Why an incident is no case.
#[derive(Debug, PartialEq, Eq)]
pub enum NoCase {
    /// It is not in the record, or has no verdict.
    Unknown,
    /// The desk split it off this one, or made the two one (統合).
    Entangled(String),
}

/// The incident `number` of the recorded frames as a case.
pub fn save(
    number: &Number,
    state: &State,
    frames: impl Iterator<Item = Recorded>,
    rules: &Rules,
) -> Result<Saved, NoCase> {
    let mut story = Story::of(number.clone(), state);
    for recorded in frames {
        if story.take(&recorded) {
            break;
        }
    }
    story.id.ok_or(NoCase::Unknown)?;
    if let Some(other) = story.entangled {
        return Err(NoCase::Entangled(other));
    }
    story.gather();
    let wanted = story.wanted().last().map(|verdict| verdict.at).ok_or(NoCase::Unknown)?;
    let same_rules = story.wanted().last().is_some_and(|verdict| verdict.rules_hash == rules.hash);
    let by_desk = story.wanted().iter().any(|verdict| verdict.by == By::Desk);
    // Its own alerts tell the story; where they do not bring what came then, what else was red does.
    let own = Teller { story: &story, rules, until: wanted, others: BTreeSet::new() }.tell();
    if by_desk || own.faults.is_empty() {
        return Ok(Saved { by_desk, same_rules, ..own });
    }
    let first = story.members.iter().filter_map(|id| story.alerts.get(id)).map(|alert| alert.received.wall).min();
    let from = first.unwrap_or(wanted).checked_sub(BEFORE).unwrap_or(Timestamp::MIN);
    let others = story.alerts.values().filter(|alert| (from..=wanted).contains(&alert.received.wall));
    let others: BTreeSet<AlertId> = others.map(|alert| alert.id).collect();
    let all = Teller { story: &story, rules, until: wanted, others }.tell();
    Ok(Saved { same_rules, ..if all.faults.len() < own.faults.len() { all } else { own } })
}

struct Teller<'a> {
    story: &'a Story,
    rules: &'a Rules,
    until: Timestamp,
    /// Alerts beside the members that are told, too.
    others: BTreeSet<AlertId>,
}

impl Teller<'_> {
    fn tell(&self) -> Saved {
        let zone = TimeZone::get(&self.rules.site.timezone).unwrap_or(TimeZone::UTC);
        // Numbers are given anew in a case; hand-backs name the number it gets there.
        let known = self.lines(&zone, None);
        let named = play::run(self.rules, &known.join("\n"));
        let name = named.state.incidents.values().find_map(|incident| {
            let number = incident.number.as_ref()?;
            let members = named.state.members_of(incident.id);
            let ours = |host: &str, summary: &str| {
                self.story.members.iter().filter_map(|id| self.story.alerts.get(id)).any(|alert| {
                    (word(&alert.problem.host), word(&alert.problem.summary)) == (host.to_owned(), summary.to_owned())
                })
            };
            let is_ours = self.story.members.is_empty()
                || members.into_iter().any(|alert| ours(&alert.problem.host, &alert.problem.summary));
            is_ours.then(|| number.to_string())
        });
        let lines = self.lines(&zone, name.as_deref());
        let played = play::run(self.rules, &lines.join("\n"));
        let name = name.unwrap_or_else(|| "KW-".to_owned());
        let mut below: BTreeMap<usize, Vec<String>> = BTreeMap::new();
        let mut from = 0;
        for verdict in self.story.wanted() {
            let parties: Vec<&str> = verdict.parties.iter().map(PartyId::as_str).collect();
            let expected = format!("verdict on {name}: {} {}", code(verdict.code), parties.join(", "));
            let found = played.outcomes.iter().skip(from).position(|outcome| outcome.line().contains(&expected));
            let place = match found {
                Some(place) => {
                    from += place + 1;
                    played.outcomes[from - 1].line
                }
                None => lines.len(),
            };
            let mut under = vec![format!("      > {expected}")];
            if matches!(verdict.code, VerdictCode::Single | VerdictCode::Multi) {
                // Whoever is asked for a neighbour, and not for this one, is asked all the same in the transcript.
                let asked = |party: &PartyId, ours: bool| {
                    let asked = format!("asked {party} (");
                    let lines = played.outcomes.iter().filter(|outcome| outcome.what.starts_with(&asked));
                    lines.filter(|outcome| outcome.what.contains(&name) == ours).count() > 0
                };
                let forbidden = self.forbidden(verdict).filter(|party| asked(party, true) || !asked(party, false));
                under.extend(forbidden.map(|party| format!("      ! asked {party} ")));
            }
            below.entry(place).or_default().extend(under);
        }
        let mut text = self.head();
        for (nth, line) in lines.iter().enumerate() {
            text.push_str(line);
            text.push('\n');
            for expected in below.get(&(nth + 1)).into_iter().flatten() {
                text.push_str(expected.trim_end());
                text.push('\n');
            }
        }
        let faults = play::check_case(self.rules, &text).faults;
        Saved { text, faults, by_desk: false, same_rules: false }
    }

    fn head(&self) -> String {
        let number = self.story.number.as_ref().map_or("", |number| number.0.as_str());
        let mut text = format!(
            "# {number}, saved from the record. Names, numbers and secrets of people are left out; the rest is as it was.\n"
        );
        for verdict in self.story.wanted() {
            let by = match (&verdict.rule, verdict.by) {
                (_, By::Desk) => "the desk's word".to_owned(),
                (Some(rule), By::Machine) => format!("rule 「{}」", word(rule)),
                (None, By::Machine) => "the responsibility table".to_owned(),
            };
            let because = because::words(self.rules.site.language, &verdict.because);
            text.push_str(&format!("# {by}: {}\n", mask::for_case(&because.replace('\n', " "))));
        }
        text
    }

    /// Vendors that keep something that fails here and were not the ones.
    fn forbidden(&self, verdict: &Verdict) -> impl Iterator<Item = PartyId> {
        let components = self.story.members.iter().filter_map(|id| self.story.alerts.get(id)?.component.as_ref());
        let parties = components.filter_map(|id| self.rules.components.get(id)).map(|component| &component.party);
        let vendor = |party: &&PartyId| {
            self.rules.parties.get(*party).is_some_and(|party| party.kind == PartyKind::Vendor)
                && !self.story.wanted().iter().any(|wanted| wanted.parties.contains(party))
                && !verdict.parties.contains(party)
        };
        parties.filter(vendor).cloned().collect::<BTreeSet<_>>().into_iter()
    }

    /// What came in, line by line.
    fn lines(&self, zone: &TimeZone, name: Option<&str>) -> Vec<String> {
        let mut lines = Lines { zone, date: None, lines: Vec::new(), last: None };
        let mut red: BTreeSet<(String, String)> = BTreeSet::new();
        let mut told: BTreeSet<AlertId> = BTreeSet::new();
        let events: Vec<&(Timestamp, Event)> =
            self.story.events.iter().filter(|(at, event)| *at <= self.until && self.belongs(event)).collect();
        let first = events.first().map_or(self.until, |(at, _)| *at);
        for (address, probe) in &self.story.pings {
            let came = match probe {
                Probe::Came { answered: true, .. } => "answers",
                Probe::Came { answered: false, .. } => "silent",
                Probe::Awaited | Probe::NotKnown { .. } => "not-known",
            };
            lines.add(first, &format!("ping {address} {came}"));
        }
        for (probe, trial) in &self.story.trials {
            lines.add(first, &format!("probe {probe} {}", tried(trial, zone)));
        }
        for (at, event) in events {
            match event {
                Event::Began(alert) => {
                    // The player tells problems apart by host and message.
                    let key = (word(&alert.problem.host), word(&alert.problem.summary));
                    if red.contains(&key) {
                        continue;
                    }
                    told.insert(alert.id);
                    if !alert.problem.momentary {
                        red.insert(key);
                    }
                    lines.add(*at, &self.began(alert, lines.local(*at)));
                }
                Event::Altered { alert, level, suppressed, monitored } if told.contains(alert) => {
                    let flag =
                        |set: &Option<bool>, yes: &str, no: &str| set.map(|set| if set { yes } else { no }.to_owned());
                    let words = [
                        level.map(|level| format!("level={}", level.as_str())),
                        flag(suppressed, "suppressed", "unsuppressed"),
                        flag(monitored, "monitored", "unmonitored"),
                    ];
                    let words: Vec<String> = words.into_iter().flatten().collect();
                    if let (Some(subject), false) = (self.subject(*alert), words.is_empty()) {
                        lines.add(*at, &format!("{subject} {}", words.join(" ")));
                    }
                }
                Event::Ended { alert, at: ended, evidence } if told.contains(alert) => {
                    let (Some(subject), Some(known)) = (self.subject(*alert), self.story.alerts.get(alert)) else {
                        continue;
                    };
                    let key = (word(&known.problem.host), word(&known.problem.summary));
                    if !red.remove(&key) {
                        continue;
                    }
                    let when = moment(*ended, lines.local(*at), zone);
                    match evidence {
                        Evidence::RecoveryEvent { .. } => lines.add(*at, &format!("{subject} ok{when}")),
                        // What the desk missed is told as if its source had said so: the case is about what follows.
                        Evidence::Line { .. } | Evidence::Sign { .. } => {
                            lines.add(*at, &format!("{subject} ok line{when}"))
                        }
                        Evidence::NoRecoveryEvent => {
                            let subject = subject.replacen(' ', " deleted ", 1);
                            lines.add(*at, &subject);
                        }
                    }
                }
                Event::Altered { .. } | Event::Ended { .. } => {}
                Event::Called(act) => lines.add(*at, &called(act, lines.local(*at), zone)),
                Event::Split(places) => {
                    let places: Vec<String> = places.iter().map(|place| word(place)).collect();
                    if let Some(name) = name {
                        lines.add(*at, &format!("act 担当 split {name} at={} \"別の障害\"", places.join(",")));
                    }
                }
                Event::HandedBack(party) => {
                    if let Some(name) = name {
                        lines.add(*at, &format!("act 担当 hand-back {name} party={party} \"範囲外\""));
                    }
                }
            }
        }
        let end = lines.last.unwrap_or(self.until).max(self.until);
        lines.add(end.checked_add(LOOK_ON).unwrap_or(end), "clock");
        lines.lines
    }

    fn belongs(&self, event: &Event) -> bool {
        let ours = |id: &AlertId| self.story.members.contains(id) || self.others.contains(id);
        match event {
            Event::Began(alert) => ours(&alert.id),
            Event::Altered { alert, .. } | Event::Ended { alert, .. } => ours(alert),
            Event::Called(_) => true,
            // What led to the desk's own word is no business of the case.
            Event::HandedBack(_) | Event::Split(_) => {
                self.story.wanted().iter().all(|verdict| verdict.by == By::Machine)
            }
        }
    }

    fn subject(&self, alert: AlertId) -> Option<String> {
        let alert = self.story.alerts.get(&alert)?;
        Some(format!("{} {} \"{}\"", alert.source, quoted(&alert.problem.host), word(&alert.problem.summary)))
    }

    fn began(&self, alert: &Alert, line: DateTime) -> String {
        let problem = &alert.problem;
        let mut text = self.subject(alert.id).unwrap_or_default();
        text.push_str(&format!(" {}", problem.level.as_str()));
        let sound = |name: &str| !name.is_empty() && !name.contains(['=', ' ', '\t', '"', '　']);
        let tags = problem.tags.iter().filter(|(name, _)| sound(name) && !RESERVED.contains(&name.as_str()));
        text.extend(tags.map(|(name, value)| format!(" {name}={}", quoted(value))));
        let fields = problem.fields.iter().filter(|(name, _)| sound(name));
        text.extend(fields.map(|(name, value)| format!(" field.{name}={}", quoted(value))));
        text.extend(problem.groups.iter().map(|group| format!(" group={}", quoted(group))));
        if problem.host_name != problem.host {
            text.push_str(&format!(" name={}", quoted(&problem.host_name)));
        }
        for (set, flag) in [(problem.late, " late"), (problem.momentary, " once"), (problem.suppressed, " suppressed")]
        {
            text.push_str(if set { flag } else { "" });
        }
        let zone = TimeZone::get(&self.rules.site.timezone).unwrap_or(TimeZone::UTC);
        text + &moment(alert.at, line, &zone)
    }
}

/// What a probe brought, without the words of the other side.
fn tried(trial: &Trial, zone: &TimeZone) -> String {
    let Trial::Came { seen, .. } = trial else { return "not-known".to_owned() };
    let mut text = code(seen.sign);
    if let Some(certificate) = &seen.certificate {
        let until = certificate.not_after.to_zoned(zone.clone()).strftime("%Y-%m-%dT%H:%M:%S").to_string();
        let (name, issuer) = (quoted(&certificate.subject), quoted(&certificate.issuer));
        text.push_str(&format!(" cn={name} issuer={issuer} until={until}"));
    }
    text
}

fn called(act: &Act, line: DateTime, zone: &TimeZone) -> String {
    let Act::Open { component, detected_by, occurred, severity, .. } = act else { return "clock".to_owned() };
    let mut text = "act 担当 open \"申告\"".to_owned();
    text.extend(component.iter().map(|component| format!(" component={component}")));
    text.push_str(&format!(" by={}", code(*detected_by)));
    text.extend(severity.iter().map(|severity| format!(" severity={severity}")));
    if let Some(at) = occurred {
        text.push_str(&moment(*at, line, zone).replacen(" at=", " occurred=", 1));
    }
    text
}

/// ` at=…` where a moment is not that of its line.
fn moment(at: Timestamp, line: DateTime, zone: &TimeZone) -> String {
    let at = at.to_zoned(zone.clone()).datetime();
    if at.with().subsec_nanosecond(0).build().is_ok_and(|at| at == line) {
        String::new()
    } else if at.date() == line.date() {
        format!(" at={}", at.strftime("%H:%M:%S"))
    } else {
        format!(" at={}", at.strftime("%Y-%m-%dT%H:%M:%S"))
    }
}

/// A word of the configuration, by serde's own name for it.
fn code(value: impl serde::Serialize) -> String {
    serde_json::to_value(value).ok().and_then(|word| word.as_str().map(str::to_owned)).unwrap_or_default()
}

/// Text inside quotation marks, without what is anybody's own.
fn word(text: &str) -> String {
    mask::for_case(&text.replace('"', "'").replace(['\n', '\r', '\t'], " "))
}

/// A word, in quotation marks where it needs them.
fn quoted(text: &str) -> String {
    let word = word(text);
    if word.is_empty() || word.contains([' ', '　']) { format!("\"{word}\"") } else { word }
}

struct Lines<'a> {
    zone: &'a TimeZone,
    date: Option<Date>,
    lines: Vec<String>,
    last: Option<Timestamp>,
}

impl Lines<'_> {
    /// The site's time to the second.
    fn local(&self, at: Timestamp) -> DateTime {
        let at: Zoned = at.to_zoned(self.zone.clone());
        at.with().subsec_nanosecond(0).build().map_or(at.datetime(), |at| at.datetime())
    }

    fn add(&mut self, at: Timestamp, words: &str) {
        let local = self.local(at);
        self.last = Some(at);
        if self.date != Some(local.date()) {
            self.date = Some(local.date());
            self.lines.push(format!("@ {}", local.date()));
        }
        self.lines.push(format!("{} {words}", local.strftime("%H:%M:%S")));
    }
}
