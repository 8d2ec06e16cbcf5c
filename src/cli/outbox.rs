//! `outbox`: what leaves the house.

use super::{By, Context, Trouble, answer, text};
use crate::control::rows::RowLine;
use crate::desk::ids::OwedId;
use crate::desk::owed::{Owed, OwedState, Work};
use crate::desk::{Act, Waits, outcome::Delivery};
use crate::render::{self, sentences};
use clap::Subcommand;

/// What leaves the house.
#[derive(Debug, Subcommand)]
pub(crate) enum Outbox {
    /// What waits, is under way or was given up, newest first.
    List {
        /// Also what is done, superseded or dropped.
        #[arg(long)]
        all: bool,
    },
    /// One row in full, with the words of the message.
    Show {
        /// Its row: `O-12`.
        row: String,
    },
    /// Tries a row again that was given up, or now what waits for its next attempt. Of what was taken in part, only the
    /// addresses that did not take it are tried.
    Retry {
        /// Its row: `O-12`.
        row: String,
        #[command(flatten)]
        by: By,
    },
    /// Lets a row go that is held until the desk has looked at it (送信前承認): it leaves now, marked 窓口確認済. With a mail its
    /// copies leave.
    Approve {
        /// Its row: `O-12`.
        row: String,
        #[command(flatten)]
        by: By,
    },
    /// Gives up a row that waits or was given up: it never leaves again, and counts as `dropped`. What is being sent at this
    /// moment cannot be dropped. A request that nobody has read ends with its mail: no reminder goes out, and the
    /// incident is the desk's.
    Drop {
        /// Its row: `O-12`.
        row: String,
        /// Why, for the record.
        #[arg(long)]
        reason: String,
        #[command(flatten)]
        by: By,
    },
}

/// Runs one of them.
pub(super) async fn outbox(context: &Context, outbox: Outbox) -> Result<(), Trouble> {
    match outbox {
        Outbox::List { all } => list(context, all).await,
        Outbox::Show { row } => show(context, &row).await,
        Outbox::Retry { row, by } => answer::perform(context, by, Act::Retry { owed: named(&row)? }).await,
        Outbox::Approve { row, by } => answer::perform(context, by, Act::Approve { owed: named(&row)? }).await,
        Outbox::Drop { row, reason, by } => {
            answer::perform(context, by, Act::Drop { owed: named(&row)?, reason }).await
        }
    }
}

fn named(row: &str) -> Result<OwedId, Trouble> {
    let id = row.strip_prefix("O-").unwrap_or(row).parse().map(OwedId);
    id.map_err(|_| Trouble::Said(format!("{row} is not a row; rows look like O-12"), 64))
}

async fn list(context: &Context, all: bool) -> Result<(), Trouble> {
    let rows: Vec<RowLine> = context.client()?.get(&format!("/outbox?all={all}")).await?;
    if context.json {
        return context.print_json(&rows);
    }
    if rows.is_empty() {
        text::out(context.tongue.pick("Nothing waits and nothing was given up.", "送信待ち・送達失敗はありません。"));
        return Ok(());
    }
    let lines: Vec<Vec<String>> = rows
        .iter()
        .map(|row| {
            vec![
                row.id.to_string(),
                row.kind.clone(),
                row.incident.clone().unwrap_or_default(),
                row.waits.map_or_else(|| state(&row.state, row.next_seconds), waits),
                row.attempts.to_string(),
                row.destination.clone(),
                text::cut(&row.to, 60),
            ]
        })
        .collect();
    text::out(&text::table(&["ROW", "KIND", "INCIDENT", "STATE", "TRIES", "BY", "TO"], &lines));
    Ok(())
}

fn waits(waits: Waits) -> String {
    match waits {
        Waits::Behind(row) => format!("waits behind {row}"),
        Waits::Together(seconds) => format!("held back by caps, leaves with others in {seconds} s"),
        Waits::Channel(seconds) => format!("channel fails, tried in {seconds} s"),
        Waits::Room => "waits for room".to_owned(),
    }
}

fn state(state: &OwedState, next: Option<u64>) -> String {
    match state {
        OwedState::Waiting { .. } => next.map_or_else(|| "waiting".to_owned(), |next| format!("in {next} s")),
        OwedState::Held { .. } => match next {
            Some(next) => format!("held for approval, leaves in {next} s"),
            None => "held for approval".to_owned(),
        },
        OwedState::Started { .. } => "under way".to_owned(),
        OwedState::Done { .. } => "done".to_owned(),
        OwedState::Dead { why, .. } => format!("given up: {}", text::cut(why, 44)),
        OwedState::Superseded => "said better by a later one".to_owned(),
        OwedState::Dropped { by, reason, .. } => {
            format!("dropped by {}: {}", text::clean(by), text::clean(&text::cut(reason, 44)))
        }
    }
}

/// One row in full.
pub(super) async fn show(context: &Context, row: &str) -> Result<(), Trouble> {
    let row: Owed = context.client()?.get_named("/outbox", row).await?;
    if context.json {
        return context.print_json(&row);
    }
    text::out(&format!(
        "{}  {}  {}  because {}",
        row.id,
        row.kind(),
        state(&row.state, None),
        sentences::why(&row.why)
    ));
    text::out(&format!("key {}", row.key));
    match &row.work {
        Work::Message { addresses, letter, channel, .. } => {
            for known in addresses {
                let result = known.result.as_ref().map_or_else(|| "not tried".to_owned(), result);
                text::out(&format!(
                    "to {} <{}> by {channel}: {}",
                    text::clean(&known.name),
                    text::clean(&known.address),
                    text::clean(&result)
                ));
            }
            let words = render::mail(letter);
            let body: Vec<String> = words.body.lines().map(text::clean).collect();
            text::out(&format!("\n{}\n\n{}", text::clean(&words.subject), body.join("\n")));
        }
        Work::Probe { probe, target } => text::out(&format!("probe {probe} of {target}")),
        Work::Echoes { addresses } => {
            let all: Vec<String> = addresses.iter().map(|(id, address)| format!("{id} at {address}")).collect();
            text::out(&format!("ping {}", all.join(", ")));
        }
        Work::Evidence(ask) => text::out(&format!("evidence from {}", ask.source_name())),
        Work::Ping { component, address } => text::out(&format!("ping {component} at {address}")),
        Work::WriteBack { source, keys, text: note } => {
            let keys: Vec<&str> = keys.iter().map(|key| key.0.as_str()).collect();
            text::out(&format!("{note} onto {} problems of {source}: {}", keys.len(), keys.join(", ")));
        }
    }
    Ok(())
}

fn result(delivery: &Delivery) -> String {
    match delivery {
        Delivery::Accepted { answer } => format!("accepted ({answer})"),
        Delivery::Later { why, .. } => format!("not yet ({why})"),
        Delivery::Unreachable { why } => format!("nobody there ({why})"),
        Delivery::Refused { why, .. } => format!("refused ({why})"),
        Delivery::TooBig { why } => format!("too big ({why})"),
        Delivery::Unknown { why } => format!("no answer, may have arrived ({why})"),
    }
}
