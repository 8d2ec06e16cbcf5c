//! Phrases of the English mails that need nothing but the facts: subject line, lists, states.
//!
//! Not here: times, which need the letter's zone (`mod.rs`).

use crate::desk::ids::Number;
use crate::desk::letter::{Addressee, Ask, By, Facts, Flapping, NoLog, RecoveryFacts, Stage, Target, VerdictFacts};
use crate::desk::rules::{DataImpact, Effect, VerdictCode};
use crate::render::frame::number_of;
use crate::render::layout::{Name, Page};
use crate::render::quote::{self, Quoted};
use crate::render::symptom::Symptom;
use crate::render::time::{Clock, english_span};
use crate::render::{text, words};

/// Stands for what is not known yet.
pub(super) const NOT_KNOWN: &str = "being checked";
/// Characters of a subject between the tags (longer than the Japanese ones) and the number.
const WHAT: usize = 100;
/// Stands for an empty list.
pub(super) const NONE: &str = "none";

pub(super) fn address(page: &mut Page, to: &Addressee) {
    let names = [Some(text::name(&to.organization)), to.contact.as_deref().map(text::name)];
    let names: Vec<String> = names.into_iter().flatten().filter(|name| !name.is_empty()).collect();
    page.section(Name::Address).text(format!("To: {}", names.join(", ")));
}

/// How much of the log is quoted, and how much is kept.
pub(super) fn extract(quoted: &Quoted, clock: &Clock) -> String {
    let (lines, kept) = (quoted.lines.len(), quote::grouped(quoted.kept));
    let mut parts = Vec::new();
    if lines > 0 {
        parts.push(format!("{lines} lines"));
    }
    if quoted.more() {
        parts.push(format!("all {kept} lines are kept at the desk"));
    }
    match quoted.missing {
        Some(NoLog::Failed) => parts.push("other lines could not be read".to_owned()),
        Some(NoLog::Late) => parts.push("other lines were not read in time for this mail".to_owned()),
        None => {}
    }
    if let Some(at) = quoted.erased {
        let which = if parts.is_empty() { "the lines that were gathered" } else { "other lines" };
        parts.push(format!("{which} were erased from our record on {}", clock.english_short(at)));
    }
    if parts.is_empty() { NONE.to_owned() } else { parts.join("; ") }
}

pub(super) fn ask_tag(ask: Ask) -> &'static str {
    match ask {
        Ask::Repair => "Request for action",
        Ask::Inquiry => "Inquiry",
    }
}

pub(super) fn title(facts: &Facts) -> String {
    let symptom = Symptom::of(facts).title();
    if facts.effect == Some(Effect::None) {
        let over = matches!(facts.stage, Stage::Verifying | Stage::Restored);
        let so_far = if facts.impact.one_sided.is_some() && !over { "on one side" } else { "no effect" };
        // What is feared for the data is an effect, too.
        let feared = facts.data.is_some_and(|data| data != DataImpact::None);
        return if feared && so_far == "no effect" { symptom } else { format!("{symptom} ({so_far})") };
    }
    match text::names(&facts.systems).first() {
        Some(system) if !symptom.contains(system.as_str()) => format!("{system} {symptom}"),
        _ => symptom,
    }
}

pub(super) fn subject(tags: &[&str], what: &str, facts: &Facts) -> String {
    line(tags, what, Some(facts.severity), Some(&facts.number))
}

/// `[Tag][Tag] what (severity n) [number]`, brackets within `what` rounded.
pub(super) fn line(tags: &[&str], what: &str, severity: Option<u8>, number: Option<&Number>) -> String {
    let tags: String = tags.iter().filter(|tag| !tag.is_empty()).map(|tag| format!("[{tag}]")).collect();
    let what = text::cut(&text::clean(what), WHAT).replace('[', "(").replace(']', ")");
    let severity = severity.map(|severity| format!(" (severity {severity})")).unwrap_or_default();
    let number = number.map(|number| format!(" [{}]", number_of(number))).unwrap_or_default();
    format!("{tags} {what}{severity}{number}")
}

pub(super) fn list(names: &[String], none: &str) -> String {
    let names = text::names(names);
    match names.len() {
        0 => none.to_owned(),
        1..=5 => names.join(", "),
        all => format!("{} and {} more", names.iter().take(5).cloned().collect::<Vec<_>>().join(", "), all - 5),
    }
}

pub(super) fn expected(known: Option<bool>) -> &'static str {
    if known.is_some() { " (expected)" } else { "" }
}

pub(super) fn target_lines(target: &Target) -> Vec<String> {
    let asset = &target.asset;
    let details =
        [("model", &asset.model), ("serial", &asset.serial), ("place", &asset.place), ("contract", &asset.contract)];
    let details = details.iter().filter(|(_, value)| !value.is_empty());
    let details: Vec<String> = details.map(|(label, value)| format!("{label} {}", text::name(value))).collect();
    let mut lines = vec![format!("{} ({})", text::name(&target.name), list(&target.hosts, NOT_KNOWN))];
    if !details.is_empty() {
        lines.push(details.join(", "));
    }
    lines
}

pub(super) fn isolation(facts: &Facts) -> String {
    match &facts.verdict {
        None => "under way; the cause is being checked".to_owned(),
        Some(verdict) => format!(
            "{}{} ({}); confidence: {}; {}",
            if verdict.overrun { "overrun of planned work, " } else { "" },
            words::verdict_en(verdict.code),
            list(&verdict.parties, verdict.cause.map_or(NOT_KNOWN, words::cause_en)),
            words::confidence_en(verdict.confidence),
            words::by_en(verdict.by)
        ),
    }
}

/// The desk has said what it is, and nobody is asked.
fn settled_by_desk(facts: &Facts) -> bool {
    let settled = |verdict: &VerdictFacts| verdict.by == By::Desk && verdict.code != VerdictCode::Unknown;
    facts.asked.is_empty() && facts.verdict.as_ref().is_some_and(settled)
}

pub(super) fn state_sentence(facts: &Facts) -> Option<String> {
    Some(match facts.stage {
        Stage::Isolating if settled_by_desk(facts) => "The desk goes on with it.".to_owned(),
        Stage::Isolating => "First-line isolation is under way.".to_owned(),
        // Nothing has been asked yet of those whose requests are held.
        Stage::Requested if !facts.asked.is_empty() && facts.asked.iter().all(|asked| asked.held_until().is_some()) => {
            return None;
        }
        Stage::Requested => "Action has been requested.".to_owned(),
        Stage::InProgress => "Work is in progress.".to_owned(),
        Stage::WorkedAround => match facts.workaround.as_deref().map(text::note).filter(|done| !done.is_empty()) {
            Some(done) => format!("A workaround is in place ({done}); the repair goes on."),
            None => "A workaround is in place; the repair goes on.".to_owned(),
        },
        Stage::Verifying if facts.desk.verifies => {
            let red = list(&facts.still_red, NONE);
            format!("By the desk's word it may work again; operation is being checked. Still red: {red}.")
        }
        Stage::Verifying => {
            format!("Monitoring shows normal; operation is being checked. Still red: {}.", list(&facts.still_red, NONE))
        }
        Stage::Restored => "Restored and checked.".to_owned(),
        Stage::OnHold => "Waiting for your decision.".to_owned(),
    })
}

/// How long it took, and of what came and went how much of that it was down.
pub(super) fn took(facts: &Facts, recovery: &RecoveryFacts) -> String {
    let all = english_span(facts.occurred, recovery.restored);
    let Some(Flapping { times, down, .. }) = &facts.flapping else { return all };
    format!("{all} (came and went {times} times, down for about {} min in all)", (down.as_secs() / 60).max(1))
}

/// Why it is handled again, and who was asked anew.
pub(super) fn taken_up(incident: Option<&Facts>) -> String {
    let back = incident.and_then(|facts| facts.returned);
    let asked = incident.map(|facts| facts.asked.as_slice()).unwrap_or_default();
    let anew = asked.iter().filter(|one| back.is_some_and(|back| one.at >= back));
    let anew: Vec<String> = anew.map(|one| one.party.clone()).collect();
    let why = match incident.and_then(|facts| facts.desk.reopened.as_ref()) {
        Some(reason) => format!("The desk took it up again ({}); the same number goes on.", text::note(reason)),
        None if back.is_some() => "The fault came back; the same number goes on.".to_owned(),
        None => "Something stopped that had not before the workaround; it is being handled again.".to_owned(),
    };
    format!("{why} Asked anew: {}.", list(&anew, NONE))
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::Timestamp;

    #[test]
    fn what_was_erased_is_said_and_nothing_of_why() {
        let clock = Clock::at("Asia/Tokyo", Timestamp::UNIX_EPOCH);
        let told = |lines: usize, erased| {
            let quoted = Quoted { lines: vec!["x".to_owned(); lines], kept: 2, missing: None, erased };
            extract(&quoted, &clock)
        };
        assert_eq!(told(2, None), "2 lines");
        assert!(
            told(2, Some(Timestamp::UNIX_EPOCH)).starts_with("2 lines; other lines were erased from our record on ")
        );
    }
}
