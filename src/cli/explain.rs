//! `explain`: why this verdict, and who was (not) told - from the reasons stored at the time, not by judging anew.

mod page;
#[cfg(test)]
mod tests;

use super::{Context, Trouble, outbox, text};
use crate::control::not_asked::NotAsked;
use crate::control::view::Dossier;
use crate::desk::ids::OwedId;
use crate::desk::incident::{Severity, StatusName, Verdict};
use crate::desk::owed::{Owed, OwedState, Why, Work};
use crate::desk::request::Request;
use jiff::Timestamp;
use serde::Serialize;

/// Explains an incident, or shows one of its messages.
pub(super) async fn explain(context: &Context, number: &str, message: Option<&str>) -> Result<(), Trouble> {
    if let Some(row) = message {
        return outbox::show(context, row).await;
    }
    let dossier: Dossier = context.client()?.get_named("/incidents", number).await?;
    if context.json {
        return context.print_json(&Explained::of(&dossier));
    }
    text::out(&page::page(context.tongue, &dossier));
    Ok(())
}

/// The same for machines.
#[derive(Serialize)]
struct Explained<'a> {
    incident: String,
    status: StatusName,
    severity: Option<&'a Severity>,
    /// Oldest first; the last one counts.
    verdicts: &'a [Verdict],
    requests: &'a [Request],
    told: Vec<Message<'a>>,
    not_asked: &'a [NotAsked],
}

/// A message: to whom, why, and what became of it.
#[derive(Serialize)]
struct Message<'a> {
    row: OwedId,
    kind: &'static str,
    party: &'a str,
    addresses: Vec<&'a str>,
    decided: Timestamp,
    why: &'a Why,
    state: &'a OwedState,
}

impl<'a> Explained<'a> {
    fn of(dossier: &'a Dossier) -> Self {
        let incident = &dossier.incident;
        Self {
            incident: incident.name(),
            status: incident.status.name(),
            severity: incident.severity.as_ref(),
            verdicts: &incident.verdicts,
            requests: &dossier.requests,
            told: dossier.rows.iter().filter_map(Message::of).collect(),
            not_asked: &dossier.not_asked,
        }
    }
}

impl<'a> Message<'a> {
    fn of(row: &'a Owed) -> Option<Self> {
        let Work::Message { addresses, letter, .. } = &row.work else { return None };
        Some(Self {
            row: row.id,
            kind: row.kind(),
            party: &letter.to.organization,
            addresses: addresses.iter().map(|known| known.address.as_str()).collect(),
            decided: row.decided.wall,
            why: &row.why,
            state: &row.state,
        })
    }
}
