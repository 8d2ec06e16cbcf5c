//! `who`: who would be called at some time, in what order, and why. Reads the configuration, needs no daemon.

use super::{Context, Trouble, text, words};
use crate::clock::Clock;
use crate::desk::contact;
use crate::desk::ids::PartyId;
use crate::desk::rules::{PartyKind, Rules};
use clap::Args;
use jiff::Timestamp;
use jiff::tz::TimeZone;

/// Who would be called then.
#[derive(Debug, Args)]
pub(crate) struct Who {
    /// When: `2026-09-20 02:15`, `02:15` (today) or RFC 3339; now where it is not given.
    #[arg(long)]
    at: Option<String>,
    /// Only this party.
    #[arg(long)]
    party: Option<String>,
    /// For an incident of this 重大度 (1 gravest - 4).
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u8).range(1..=4))]
    severity: u8,
}

/// Shows it.
pub(super) fn who(context: &Context, who: &Who) -> Result<(), Trouble> {
    let rules = context.settings()?.rules;
    let zone = text::zone(&rules.site.timezone);
    let at = match &who.at {
        Some(at) => words::parse_moment(at, &zone)?,
        None => Clock::real(None).wall(),
    };
    let wanted: Vec<PartyId> = match &who.party {
        Some(name) => {
            let known = rules.parties.iter().find(|(id, party)| id.as_str() == name || party.name == *name);
            let (id, _) = known.ok_or_else(|| {
                let known: Vec<&str> = rules.parties.keys().map(PartyId::as_str).collect();
                Trouble::Said(format!("There is no party `{name}`. Known: {}.", known.join(", ")), 65)
            })?;
            vec![id.clone()]
        }
        None => rules
            .parties
            .iter()
            .filter(|(_, party)| party.kind != PartyKind::External)
            .map(|(id, _)| id.clone())
            .collect(),
    };
    let answers: Vec<serde_json::Value> =
        wanted.iter().map(|party| answer(&rules, party, &zone, at, who.severity)).collect();
    if context.json {
        return context.print_json(&answers);
    }
    text::out(&format!(
        "{} ({}), severity {}",
        text::time(at, &zone),
        at.to_zoned(zone.clone()).strftime("%A"),
        who.severity
    ));
    for party in &wanted {
        print(&rules, party, &zone, at, who.severity);
    }
    Ok(())
}

fn any_hour(rules: &Rules, severity: u8) -> bool {
    rules.policy.severity[usize::from(severity.clamp(1, 4)) - 1].phone_at_any_hour
}

fn answer(rules: &Rules, party: &PartyId, zone: &TimeZone, at: Timestamp, severity: u8) -> serde_json::Value {
    let resolved = contact::resolve(rules, party, zone, at, severity, any_hour(rules, severity));
    let candidate = |candidate: &contact::Candidate| serde_json::json!({ "contact": candidate.contact.name, "why": candidate.why.to_string() });
    serde_json::json!({
        "party": party,
        "mail": resolved.mail.as_ref().map(|mail| serde_json::json!({
            "contact": mail.contact.name, "address": mail.address, "waits": mail.waits, "why": mail.why.to_string(),
        })),
        "phone": resolved.phone.iter().map(|phone| serde_json::json!({
            "contact": phone.contact.name, "number": phone.number, "why": phone.why.to_string(),
        })).collect::<Vec<_>>(),
        "open": resolved.open.iter().map(candidate).collect::<Vec<_>>(),
        "skipped": resolved.skipped.iter().map(candidate).collect::<Vec<_>>(),
        "opens_at": resolved.opens_at,
    })
}

fn print(rules: &Rules, party: &PartyId, zone: &TimeZone, at: Timestamp, severity: u8) {
    let resolved = contact::resolve(rules, party, zone, at, severity, any_hour(rules, severity));
    let name = rules.parties.get(party).map_or(party.as_str(), |party| party.name.as_str());
    text::out(&format!("\n{} ({party})", text::clean(name)));
    match &resolved.mail {
        Some(mail) => {
            let waits = if mail.waits { ", waits in the inbox" } else { "" };
            text::out(&format!("  mail   {} <{}>{waits}: {}", text::clean(&mail.contact.name), mail.address, mail.why));
        }
        None => text::out("  mail   nobody: this party has no valid address then"),
    }
    for phone in &resolved.phone {
        text::out(&format!("  phone  {} {}: {}", text::clean(&phone.contact.name), phone.number, phone.why));
    }
    for phone in &resolved.phone_waits {
        text::out(&format!("  later  {} {}: {}", text::clean(&phone.contact.name), phone.number, phone.why));
    }
    for skipped in &resolved.skipped {
        text::out(&format!("  not    {}: {}", text::clean(&skipped.contact.name), skipped.why));
    }
    if let Some(opens) = resolved.opens_at.filter(|opens| *opens > at) {
        text::out(&format!("  opens  {}", text::time(opens, zone)));
    }
}
