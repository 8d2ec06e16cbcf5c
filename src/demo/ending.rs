//! The end of the show: mails in full, what came of the night, what to do next.
//!
//! Mails are read back as the daemon made and kept them before sending. Not here: whether all went well (`proof`).

use super::Error;
use super::screen::Screen;
use super::teller::Teller;
use super::words::Words;
use crate::channel::{Mailbox, Message};
use crate::desk::ledger::balance;
use crate::desk::owed::{Owed, OwedState, Work};
use crate::desk::rules::PartyKind;
use std::io;
use std::path::Path;
use std::time::Duration;
use unicode_width::UnicodeWidthStr;

/// Shown in full unless all are.
const TELLING: [&str; 3] = ["request", "first_report", "phone_note"];
/// Drawn between mails.
const RULE: usize = 72;

/// Shows the mails of the night, all of them or the most telling ones.
///
/// # Errors
/// When a mail cannot be read back, or the page not written.
pub(super) fn mails(teller: &mut Teller<'_>, state_folder: &Path, all: bool) -> Result<(), Error> {
    let is_sent = |row: &&Owed| matches!(row.work, Work::Message { .. }) && matches!(row.state, OwedState::Done { .. });
    let sent: Vec<&Owed> = teller.desk().state().owed.values().filter(is_sent).collect();
    let chosen: Vec<&Owed> = if all {
        sent
    } else {
        TELLING.iter().filter_map(|kind| sent.iter().find(|row| row.kind() == *kind).copied()).collect()
    };
    let mut messages = Vec::new();
    for row in chosen {
        let path = state_folder.join("messages").join(format!("{}.json", row.key));
        let bytes = std::fs::read(&path).map_err(|source| Error::Folder { path: path.clone(), source })?;
        let message =
            serde_json::from_slice::<Message>(&bytes).map_err(|error| Error::Folder { path, source: error.into() })?;
        messages.push(message);
    }
    let (words, screen) = (teller.words, &mut teller.screen);
    screen.plain("")?;
    screen.heading(words.mails(all))?;
    for message in &messages {
        show(screen, message)?;
    }
    screen.plain(&"=".repeat(RULE))?;
    Ok(())
}

fn show(screen: &mut Screen<'_>, message: &Message) -> io::Result<()> {
    let mailbox = |known: &Mailbox| format!("{} <{}>", known.name, known.address);
    let list = |known: &[Mailbox]| known.iter().map(mailbox).collect::<Vec<_>>().join(", ");
    screen.plain(&"=".repeat(RULE))?;
    screen.plain(&format!("From: {}", mailbox(&message.from)))?;
    screen.plain(&format!("To: {}", list(&message.to)))?;
    if !message.cc.is_empty() {
        screen.plain(&format!("Cc: {}", list(&message.cc)))?;
    }
    screen.heading(&format!("Subject: {}", message.subject))?;
    screen.plain("")?;
    for line in message.body.lines() {
        screen.plain(&line.chars().filter(|character| !character.is_control()).collect::<String>())?;
    }
    Ok(())
}

/// What came of the night, in figures.
///
/// # Errors
/// When the page cannot be written.
pub(super) fn figures(teller: &mut Teller<'_>, took: Duration) -> io::Result<()> {
    let (state, rules) = (teller.desk().state(), &teller.desk().book().rules);
    let mut sent = [0, 0, 0, 0];
    for row in state.owed.values().filter(|row| matches!(row.state, OwedState::Done { .. })) {
        match row.party().and_then(|party| rules.parties.get(party)).map(|party| party.kind) {
            Some(PartyKind::Office) => sent[1] += 1,
            Some(PartyKind::Desk) => sent[2] += 1,
            Some(PartyKind::DataCentre) => sent[3] += 1,
            Some(PartyKind::Vendor | PartyKind::External) => sent[0] += 1,
            None => {}
        }
    }
    let asleep = teller.asleep();
    let people = asleep.keys().filter_map(|party| rules.parties.get(party)).map(|party| party.contacts.len()).sum();
    let (books, words) = (balance(state), teller.words);
    let lines = [
        words.alerts(teller.count(), state.incidents.len()),
        words.sent(sent),
        words.asleep(people, asleep.len()),
        words.balanced(books.observations.accepted, books.rows.owed),
        words.took(took.as_secs()),
    ];
    teller.screen.plain("")?;
    teller.screen.heading(words.outcome())?;
    lines.iter().try_for_each(|line| teller.screen.plain(line))
}

/// What to do next; `kept` is the folder that stays, if one does.
///
/// # Errors
/// When the page cannot be written.
pub(super) fn next(screen: &mut Screen<'_>, words: Words, kept: Option<&Path>) -> io::Result<()> {
    screen.plain("")?;
    screen.heading(words.next())?;
    let commands = words.commands();
    let width = commands.iter().map(|(command, _)| command.width()).max().unwrap_or_default();
    for (command, what) in commands {
        screen.plain(&format!("  {command:width$}  {what}"))?;
    }
    match kept {
        Some(folder) => screen.plain(&words.kept(&folder.display().to_string())),
        None => Ok(()),
    }
}
