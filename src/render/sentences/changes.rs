//! Changes in words.

use super::{Names, Weight, one_line};
use crate::desk::alert::{self, Alert, Standing, Suppression};
use crate::desk::ids::{AlertId, PartyId, ProbeName, SourceId};
use crate::desk::incident::{Claim, Edit, Probe, Status, Unknown, Verdict};
use crate::desk::letter::{Happening, What};
use crate::desk::outcome::Probed;
use crate::desk::probe::{Sign, Trial};
use crate::desk::rules::{Confidence, VerdictCode};
use crate::desk::{Reason, incident, past, probe, source};
use crate::render::words;

/// A name as the configuration and the record write it: serde's own, so that there is only one.
pub(super) fn word(value: &impl serde::Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word,
        Ok(other) => other.to_string(),
        Err(_) => "?".to_owned(),
    }
}

pub(super) fn source(names: Names, id: &SourceId, change: &source::Change) -> (String, Weight) {
    match change {
        source::Change::Expected { .. } => (format!("expects {id}"), Weight::Detail),
        source::Change::Looked { complete, .. } => {
            (format!("{id} looked{}", if *complete { "" } else { " in part" }), Weight::Detail)
        }
        source::Change::Failed { failure, .. } => {
            let what = format!("{id} failed: {} ({})", one_line(&failure.detail), word(&failure.kind));
            (what, Weight::Headline)
        }
        source::Change::Blind { since, incident } => {
            let what = format!("{id} blind since {}: {}", names.at(*since), names.incident(*incident));
            (what, Weight::Headline)
        }
        source::Change::Unreadable { text, why } => {
            (format!("set aside {id} {:?}: {}", one_line(text), one_line(why)), Weight::Headline)
        }
        source::Change::Remarked { text, .. } => (format!("{id} remarked: {}", one_line(text)), Weight::Headline),
    }
}

/// `core-sw-01 "Ping応答なし"`.
fn alert_words(alert: &Alert) -> String {
    format!("{} {} \"{}\"", alert.id, one_line(&alert.problem.host), one_line(&alert.problem.summary))
}

fn alert_name(names: Names, id: AlertId) -> String {
    names.state.alerts.get(&id).map_or_else(|| id.to_string(), alert_words)
}

pub(super) fn alert(names: Names, change: &alert::Change, reason: &Reason) -> (String, Weight) {
    match change {
        alert::Change::Opened(alert) => {
            let place = alert.component.as_ref().map_or_else(|| "no component".to_owned(), ToString::to_string);
            match &alert.standing {
                Standing::Suppressed(why) => {
                    (format!("recorded {} ({})", alert_words(alert), suppression(why)), Weight::Headline)
                }
                Standing::Pending | Standing::Member(_) => {
                    (format!("saw {} at {place}", alert_words(alert)), Weight::Detail)
                }
            }
        }
        alert::Change::Repeated(id) => (format!("saw {} again", alert_name(names, *id)), Weight::Detail),
        alert::Change::Altered { alert, level, acknowledged, suppressed, monitored } => {
            let mut parts = Vec::new();
            parts.extend(level.map(|level| format!("level {}", level.as_str())));
            let flag = |set: bool, yes: &str, no: &str| if set { yes.to_owned() } else { no.to_owned() };
            parts.extend(acknowledged.map(|set| flag(set, "acknowledged", "not acknowledged")));
            parts.extend(suppressed.map(|set| flag(set, "suppressed", "unsuppressed")));
            parts.extend(monitored.map(|set| flag(set, "monitored", "unmonitored")));
            (format!("altered {}: {}", alert_name(names, *alert), parts.join(", ")), Weight::Headline)
        }
        alert::Change::Gone { alert, gone } => {
            let evidence = match &gone.evidence {
                crate::desk::observation::Evidence::RecoveryEvent { .. } => "recovery event",
                crate::desk::observation::Evidence::Line { .. } => "closing line",
                crate::desk::observation::Evidence::Sign { .. } => "the sign came",
                crate::desk::observation::Evidence::NoRecoveryEvent => "deleted, no recovery event",
            };
            (format!("gone {} ({evidence})", alert_name(names, *alert)), Weight::Headline)
        }
        alert::Change::Stands { alert, standing } => stands(names, *alert, standing, reason),
        alert::Change::CountsFrom { alert, at, .. } => {
            (format!("counts {} from {}", alert_name(names, *alert), names.at(*at)), Weight::Headline)
        }
        alert::Change::Forgotten(alert) => (format!("forgot {alert}"), Weight::Detail),
        alert::Change::Stray { source, key } => {
            (format!("stray {source} {}", one_line(&key.to_string())), Weight::Headline)
        }
    }
}

fn stands(names: Names, alert: AlertId, standing: &Standing, reason: &Reason) -> (String, Weight) {
    let name = alert_name(names, alert);
    match standing {
        Standing::Pending => (format!("released {name}"), Weight::Headline),
        Standing::Member(incident) => {
            // The incident it opened says the same in its own line.
            let opened = matches!(reason, Reason::Alert(alert::Reason::NothingRelated));
            let weight = if opened { Weight::Detail } else { Weight::Headline };
            (format!("joined {name} to {}", names.incident(*incident)), weight)
        }
        Standing::Suppressed(why) => (format!("kept {name} apart ({})", suppression(why)), Weight::Headline),
    }
}

fn suppression(why: &Suppression) -> String {
    match why {
        Suppression::BelowLevel => "below the level of its source".to_owned(),
        Suppression::Adopted => "red before the first look".to_owned(),
        Suppression::PlannedWork { name, by: Some(by) } => format!("planned work {by} {}", one_line(name)),
        Suppression::PlannedWork { name, by: None } => format!("planned work {}", one_line(name)),
        Suppression::Silenced { by } => format!("silence {by}"),
        Suppression::SourceMaintenance => "maintenance in the monitoring system".to_owned(),
        Suppression::Expected => "the sign that all is well".to_owned(),
        Suppression::Over => "over before it was learnt".to_owned(),
    }
}

pub(super) fn incident(names: Names, change: &incident::Change) -> (String, Weight) {
    let id = change.incident;
    let name = names.incident(id);
    match &change.what {
        Edit::Opened(incident) => {
            let about = incident.root.as_ref().map(|root| format!(" {root}"));
            let words = if incident.summary.is_empty() {
                String::new()
            } else {
                format!(" \"{}\"", one_line(&incident.summary))
            };
            (format!("opened {id}{}{words}", about.unwrap_or_default()), Weight::Headline)
        }
        Edit::Numbered { number, .. } => (format!("numbered {id} {number}"), Weight::Headline),
        Edit::Status { to, by, .. } => (status(&name, to, by.as_deref()), Weight::Headline),
        Edit::Reframed { root, occurred, .. } => {
            let root = root.as_ref().map_or_else(|| "no component".to_owned(), ToString::to_string);
            (format!("reframed {name}: {root}, since {}", names.at(*occurred)), Weight::Detail)
        }
        Edit::Severity(severity) => {
            (format!("severity {} of {name} ({})", severity.value, one_line(&severity.why.en)), Weight::Headline)
        }
        Edit::Data(impact) => (format!("data of {name}: {}", words::data_en(*impact)), Weight::Headline),
        Edit::Verdict(verdict) => (format!("verdict on {name}: {}", verdict_words(verdict)), Weight::Headline),
        Edit::Owner(party) => (format!("owner of {name}: {party}"), Weight::Detail),
        Edit::Trial { probe, trial } => (format!("probe {probe} {}", trial_words(trial)), Weight::Detail),
        Edit::Probe { component, probe } => (format!("{component} {}", probe_words(probe)), Weight::Detail),
        Edit::Evidence(change) => super::evidence::evidence(&name, change),
        Edit::Told(told) => (format!("told of {name}: \"{}\"", one_line(&told.text)), Weight::Headline),
        Edit::Happened(Happening { at, what }) => {
            // Of everything else that happens the change itself is told.
            let weight = if matches!(what, What::PlannedWork { .. }) { Weight::Headline } else { Weight::Detail };
            (format!("recorded for {name}: {} at {}", what_words(what), names.at(*at)), weight)
        }
        Edit::Reported { count, next, .. } => {
            let next = next.map_or_else(|| "no next promised".to_owned(), |at| format!("next {}", names.at(at)));
            (format!("report {count} of {name}, {next}"), Weight::Headline)
        }
        Edit::NoMoreReports => (format!("no further report of {name} promised"), Weight::Headline),
        Edit::OnlyTried => (format!("nobody outside knows of {name}"), Weight::Headline),
        Edit::HandedBack(answer) => {
            let (party, at) = (&answer.party, names.at(answer.at));
            (format!("{party} answered for {name} at {at}: {}", one_line(&answer.reason)), Weight::Headline)
        }
        Edit::DeskStarted(at) => (format!("desk started {name} at {}", names.at(*at)), Weight::Headline),
        Edit::Calm { since: Some(_), usable, .. } => {
            let usable = usable.map_or_else(String::new, |at| format!(", usable since {}", names.at(at)));
            (format!("calm {name}{usable}"), Weight::Headline)
        }
        Edit::Calm { since: None, .. } => (format!("not calm {name}"), Weight::Headline),
        Edit::Eases { at: Some(_), .. } => (format!("{name} may have eased"), Weight::Detail),
        Edit::Eases { at: None, over: Some(_) } => (format!("{name} has eased"), Weight::Headline),
        Edit::Eases { at: None, over: None } => (format!("{name} has not eased"), Weight::Detail),
        Edit::Restored(restored) => {
            (format!("restored {name}, checked: {}", one_line(&restored.check)), Weight::Headline)
        }
        Edit::AcceptedBy { name: who, at } => {
            (format!("report of {name} accepted by {} at {}", one_line(who), names.at(*at)), Weight::Headline)
        }
        Edit::Treatment(text) => (format!("treatment of {name}: {}", one_line(text)), Weight::Detail),
        Edit::Linked { link, other } => {
            let how = super::link(*link);
            (format!("linked {name} {how} {}", names.incident(*other)), Weight::Headline)
        }
        Edit::CallOfficeAt(Some(at)) => {
            (format!("the office is to be called about {name} at {}", names.at(*at)), Weight::Headline)
        }
        Edit::CallOfficeAt(None) => (format!("the office need not be called about {name}"), Weight::Detail),
        Edit::InquireAt(Some(at)) => (format!("inquiry for {name} waits until {}", names.at(*at)), Weight::Headline),
        Edit::InquireAt(None) => (format!("inquiry for {name} waits no longer"), Weight::Detail),
        Edit::Called(called) => {
            let who = format!("{} ({})", called.party, one_line(&called.contact));
            (format!("called {who} for {name} at {}: {}", names.at(called.at), word(&called.result)), Weight::Headline)
        }
        Edit::LookAsked(items) => (format!("asked to look at {} for {name}", items.join(", ")), Weight::Headline),
        Edit::Looked { item, found } => {
            (format!("seen for {name}: {} {}", one_line(item), one_line(&found.words)), Weight::Headline)
        }
        Edit::Cause(cause) => {
            let class = format!("{:?}", cause.class).to_uppercase();
            (format!("cause of {name}: {class} {}", one_line(&cause.direct)), Weight::Headline)
        }
        Edit::AlsoTell(offices) => {
            let offices: Vec<&str> = offices.iter().map(|office| office.as_str()).collect();
            (format!("{name} is told to {}", offices.join(", ")), Weight::Detail)
        }
        Edit::JudgeAt(Some(at)) => (format!("{name} is judged anew at {}", names.at(*at)), Weight::Headline),
        Edit::JudgeAt(None) => (format!("{name} waits for no time"), Weight::Detail),
        Edit::CalledOff(kind) => (format!("{name} is called off ({kind:?})").to_lowercase(), Weight::Detail),
        Edit::WatchMark(_) => (format!("counted {name}"), Weight::Detail),
        Edit::Archived => (format!("archived {name}"), Weight::Detail),
        Edit::Digested => (format!("listed {name}"), Weight::Detail),
    }
}

fn status(name: &str, to: &Status, by: Option<&str>) -> String {
    let by = by.map_or_else(String::new, |by| format!(" by {}", one_line(by)));
    let waits = match to {
        Status::Isolating { until: Some(_) } => ", awaiting evidence",
        Status::Isolating { until: None }
        | Status::Detected { .. }
        | Status::Watched { .. }
        | Status::Accepted
        | Status::Requested
        | Status::InProgress
        | Status::WorkedAround
        | Status::Verifying
        | Status::Restored
        | Status::AwaitingAcceptance
        | Status::Closed
        | Status::OnHold { .. }
        | Status::Cancelled
        | Status::Merged => "",
    };
    format!("{name} is {}{waits}{by}", to.name().as_str())
}

/// `single n-sha (probable)`; of 不明 also which kind it is.
fn verdict_words(verdict: &Verdict) -> String {
    let named = |parties: &[PartyId]| parties.iter().map(|party| party.as_str()).collect::<Vec<_>>().join(", ");
    let parties = named(&verdict.parties);
    let code = verdict_word(verdict.code);
    let kind = match &verdict.unknown {
        Some(Unknown::Disagreement { claims }) => {
            let claim = |claim: &Claim| format!("{} ({})", named(&claim.parties), confidence_word(claim.confidence));
            let claims: Vec<String> = claims.iter().map(claim).collect();
            return format!("{code} {parties}, {}", claims.join(" against "));
        }
        Some(Unknown::NothingKnown { hosts }) if !hosts.is_empty() => {
            format!("no component covers {}", one_line(&hosts.join(", ")))
        }
        Some(Unknown::NothingKnown { .. }) => "nothing is known".to_owned(),
        Some(Unknown::NobodyLeft) => "nobody is left".to_owned(),
        Some(Unknown::ByRule { .. }) | None => confidence_word(verdict.confidence),
    };
    let parties = if parties.is_empty() { parties } else { format!(" {parties}") };
    format!("{code}{parties} ({kind})")
}

fn verdict_word(code: VerdictCode) -> String {
    word(&code)
}

fn confidence_word(confidence: Confidence) -> String {
    word(&confidence)
}

fn probe_words(probe: &Probe) -> String {
    match probe {
        Probe::Awaited => "pinged".to_owned(),
        Probe::Came { answered: true, .. } => "answers ping".to_owned(),
        Probe::Came { answered: false, .. } => "does not answer ping".to_owned(),
        Probe::NotKnown { why } => format!("ping not known: {}", one_line(&why.en)),
    }
}

fn trial_words(trial: &Trial) -> String {
    match trial {
        Trial::Queued => "wanted".to_owned(),
        Trial::Awaited => "awaited".to_owned(),
        Trial::Came { seen, .. } => seen.sign.words().en.into_owned(),
        Trial::NotKnown { why } => format!("is not known: {}", one_line(&why.en)),
    }
}

/// What is known of a probe, whoever asked.
pub(super) fn probe(names: Names, (name, change): (&ProbeName, &probe::Change), reason: &Reason) -> (String, Weight) {
    let daily = *reason == Reason::Probe(probe::Reason::Daily);
    match change {
        probe::Change::Certificate { shown } => {
            let until = names.second(shown.not_after);
            (
                format!("probe {name} shows certificate {}, good until {until}", one_line(&shown.subject)),
                Weight::Headline,
            )
        }
        probe::Change::Noticed { days: 0, .. } => {
            (format!("noticed the end of the certificate of {name}"), Weight::Headline)
        }
        probe::Change::Noticed { days, .. } => {
            (format!("noticed that the certificate of {name} ends within {days} d"), Weight::Headline)
        }
        probe::Change::Owed { row } => (format!("probe {name} is tried as {row}"), Weight::Detail),
        probe::Change::Awaited { by } => (format!("probe {name} is awaited by {by}"), Weight::Detail),
        probe::Change::Came { probed: Probed::Seen(seen), .. } => {
            let weight = if daily && seen.sign == Sign::Ok { Weight::Detail } else { Weight::Headline };
            (format!("probe {name} {}", seen.sign.words().en), weight)
        }
        probe::Change::Came { probed: Probed::NotKnown { why }, .. } => {
            (format!("probe {name} is not known: {}", one_line(why)), Weight::Detail)
        }
    }
}

fn what_words(what: &What) -> String {
    match what {
        What::Asked { party, .. } => format!("{} asked", one_line(party)),
        What::Acknowledged { party } => format!("{} acknowledged", one_line(party)),
        What::Started { party } => format!("{} started", one_line(party)),
        What::DeskStarted => "desk started".to_owned(),
        What::Chased { party } => format!("{} reminded", one_line(party)),
        What::Called { party, result, .. } => format!("{} called, {}", one_line(party), word(result)),
        What::Withdrawn { party } => format!("request to {} withdrawn", one_line(party)),
        What::LookAsked { party } => format!("{} was asked to look", one_line(party)),
        What::Looked { item, words } => format!("{}: {}", one_line(item), one_line(words)),
        What::Reported { text } => format!("a call: {}", one_line(text)),
        What::Flapping { times } => format!("comes and goes, {times} times so far"),
        What::WorkedAround { text } => format!("worked around: {}", one_line(text)),
        What::CauseFound { direct, .. } => format!("cause: {}", one_line(direct)),
        What::SplitOff { number, about, reason } => {
            format!("{} split off as {number}: {reason}", about.join(", "))
        }
        What::Merged { number, alerts } => format!("{number} merged into it with {alerts} alerts"),
        What::EchoOf { number } => format!("an echo of {number}"),
        What::Echo { number } => format!("{number} is an echo of it"),
        What::HandedBack { party } => format!("{} handed it back", one_line(party)),
        What::Note { text } => format!("note {:?}", one_line(text)),
        What::Spread { alerts } => format!("{alerts} more alerts"),
        What::Verdict { code, .. } => format!("verdict {}", word(code)),
        What::BackToNormal { still_red } => format!("back to normal, {} hosts still red", still_red.len()),
        What::Reaches { systems } => format!("hits {} further systems", systems.len()),
        What::MissedAgain { .. } => "missed once more".to_owned(),
        What::NotCarried { .. } => "carried by spares no more".to_owned(),
        What::Carried { .. } => "carried by spares".to_owned(),
        What::Eased { .. } => "eased".to_owned(),
        What::Resumed { decision } if decision.is_empty() => "taken up again".to_owned(),
        What::Resumed { decision } => format!("decided: {}", one_line(decision)),
        What::NotSeen { host, why } => format!("{} is not seen any more: {}", one_line(host), words::unseeing_en(*why)),
        What::NotReached { party } => format!("{} is not reached by mail", one_line(party)),
        What::RedApart { .. } => "red again, and kept apart".to_owned(),
        What::Relapsed => "relapsed".to_owned(),
        What::DeskVerifies { still_red } => {
            format!("the desk says that it may work again, {} hosts still red", still_red.len())
        }
        What::Reopened { reason } => format!("taken up again: {}", one_line(reason)),
        What::Data { impact } => format!("data {}", words::data_en(*impact)),
        What::Severity { from, to } => format!("severity {from} to {to}"),
        What::PlannedWork { name, stage, .. } => format!("planned work {:?} {}", one_line(name), word(stage)),
    }
}

pub(super) fn past(change: &past::Change) -> (String, Weight) {
    let what = match change {
        past::Change::Kept { component, past } => format!("remembers {} of {component}", past.number),
        past::Change::Forgotten { component, before } => format!("forgot what {component} had before {before}"),
    };
    (what, Weight::Detail)
}
