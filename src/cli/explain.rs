//! `explain`: why this verdict, and who was told - from the reasons stored at the time, not by judging anew.

use super::{Context, Trouble, outbox, text};
use crate::control::view::Dossier;
use crate::desk::incident::{TriedResult, Verdict};
use crate::desk::letter::Fact;
use crate::desk::owed::Work;
use crate::render::{probe, sentences, words};
use jiff::tz::TimeZone;

/// Explains an incident, or shows one of its messages.
pub(super) async fn explain(context: &Context, number: &str, message: Option<&str>) -> Result<(), Trouble> {
    if let Some(row) = message {
        return outbox::show(context, row).await;
    }
    let dossier: Dossier = context.client()?.get_named("/incidents", number).await?;
    if context.json {
        return context.print_json(&dossier.incident.verdicts);
    }
    let zone = text::zone(&dossier.timezone);
    let incident = &dossier.incident;
    text::out(&format!("{}  {}", incident.name(), context.tongue.status(incident.status.name())));
    if let Some(severity) = &incident.severity {
        text::out(&format!("severity {}: {}", severity.value, text::clean(&severity.why)));
    }
    if incident.verdicts.is_empty() {
        text::out("There is no verdict yet.");
    }
    for verdict in incident.verdicts.iter().rev() {
        text::out(&section(&dossier, verdict, &zone));
    }
    text::out("\nwho was told, and why");
    for row in &dossier.rows {
        if let Work::Message { letter, .. } = &row.work {
            text::out(&format!(
                "  {}  {} to {}  because {}",
                row.id,
                row.kind(),
                text::clean(&letter.to.organization),
                sentences::why(&row.why)
            ));
        }
    }
    text::out(&format!("\n`kiriwake explain {} --message O-…` shows one of them in full.", incident.name()));
    Ok(())
}

fn section(dossier: &Dossier, verdict: &Verdict, zone: &TimeZone) -> String {
    let name = |id: &str| dossier.names.get(id).cloned().unwrap_or_else(|| id.to_owned());
    let parties: Vec<String> = verdict.parties.iter().map(|party| name(party.as_str())).collect();
    let mut lines = vec![
        String::new(),
        format!(
            "{}  {} {} {} {}",
            text::time(verdict.at, zone),
            words::verdict(verdict.code),
            parties.join("・"),
            words::confidence(verdict.confidence),
            words::by(verdict.by)
        ),
    ];
    let source = match (&verdict.rule, verdict.by) {
        (Some(rule), _) => format!("rule 「{rule}」"),
        (None, crate::desk::letter::By::Desk) => "the desk's own word".to_owned(),
        (None, crate::desk::letter::By::Machine) => "no rule held: the responsibility table".to_owned(),
    };
    lines.push(format!("  by {source}: {}", text::clean(&verdict.because)));
    facts("speaks for it", &verdict.evidence, zone, &mut lines);
    facts("speaks against it", &verdict.against, zone, &mut lines);
    facts("not known", &verdict.not_known, zone, &mut lines);
    if !verdict.tried.is_empty() {
        lines.push("  rules in order".to_owned());
    }
    for tried in &verdict.tried {
        let result = match &tried.result {
            TriedResult::Held => "held".to_owned(),
            TriedResult::Failed { condition, saw } => format!("no: it asks for {condition}; {saw}"),
            TriedResult::NotKnown { condition, missing } => format!("not known: it asks for {condition}; {missing}"),
        };
        lines.push(format!("    {}  {}", text::clean(&tried.rule), text::clean(&result)));
    }
    lines.push(format!("  revision of the rules {}", verdict.rules_hash.get(..12).unwrap_or(&verdict.rules_hash)));
    lines.join("\n")
}

fn facts(title: &str, facts: &[Fact], zone: &TimeZone, lines: &mut Vec<String>) {
    if facts.is_empty() {
        return;
    }
    lines.push(format!("  {title}"));
    for fact in facts {
        let words = match fact {
            Fact::Alert { host, summary, at } => format!("{}  {host}: {summary}", text::time(*at, zone)),
            Fact::Behind { failing, of } => format!("{failing} of {of} other failing components lie behind it"),
            Fact::Ping { target, answered: true, at } => format!("{}  {target} answered ping", text::time(*at, zone)),
            Fact::Ping { target, answered: false, at } => {
                format!("{}  {target} did not answer ping", text::time(*at, zone))
            }
            Fact::PingNotKnown { target } => format!("whether {target} answers ping"),
            Fact::HandedBack { party, at } => {
                format!("{}  {party} answered that it is not its part", text::time(*at, zone))
            }
            Fact::Probe { kind, target, seen, at } => {
                format!("{}  {}", text::time(*at, zone), probe::english(kind, target, seen, zone))
            }
            Fact::Noticed { at } => {
                let days: Vec<String> = at.iter().map(|at| text::time(*at, zone)).collect();
                format!("notices of the certificate's end left {}", days.join(", "))
            }
            Fact::ProbeNotKnown { kind, target } => {
                format!("what a {} to {target} brings", probe::called_en(kind))
            }
            Fact::Quiet { target } => format!("nothing is red at {target}"),
            Fact::Planned { name, from, until, silence } => {
                let what = if *silence { "silence" } else { "planned work" };
                let (from, until) = (text::time(*from, zone), text::time(*until, zone));
                format!("still there after the {what} 「{name}」 ({from} to {until})")
            }
            Fact::WorkBefore { name, from, until } => {
                let (from, until) = (text::time(*from, zone), text::time(*until, zone));
                format!("planned work 「{name}」 went on there ({from} to {until})")
            }
            Fact::Words(words) => words.clone(),
        };
        lines.push(format!("    {}", text::clean(&words)));
    }
}
