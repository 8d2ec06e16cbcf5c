//! `test-send`: one marked message over one channel, by the channel's own code, and the server's answer.
//!
//! Needs no daemon and disturbs none. It is no incident, is not owed, and stands in no books. Not here: its words
//! (`render/trial.rs`).

use super::{Context, Trouble, text};
use crate::channel::{Channel, Mailbox, Message, Origin, check_address};
use crate::clock::Clock;
use crate::config::Settings;
use crate::desk::outcome::{Delivery, Refused};
use crate::desk::rules::{Carries, Site};
use crate::render::trial;
use clap::Args;
use sha2::{Digest, Sha256};
use std::time::Duration;

/// As long as the daemon waits for an attempt.
const LONGEST: Duration = Duration::from_secs(240);

/// One marked test message, and the server's answer.
#[derive(Debug, Args)]
pub(crate) struct TestSend {
    /// The channel, by its name in `channels.toml`.
    channel: String,
    /// To whom, where the channel carries mail; the desk's first address where it is not given.
    #[arg(long, value_name = "ADDRESS")]
    to: Option<String>,
}

/// Sends it.
pub(super) async fn test_send(context: &Context, asked: TestSend) -> Result<(), Trouble> {
    let settings = context.settings()?;
    let to = recipient(&settings, &asked)?;
    let channel = opened(&settings, &asked.channel)?;
    let message = message(&settings.rules.site, &asked.channel, &to);
    let sent = tokio::time::timeout(LONGEST, channel.attempt(&message, std::slice::from_ref(&to))).await;
    let delivery = match sent {
        Ok(results) => results.into_iter().next().map(|(_, delivery)| delivery),
        Err(_) => Some(Delivery::Unknown { why: format!("no answer within {} s", LONGEST.as_secs()) }),
    };
    let delivery = delivery.ok_or_else(|| Trouble::Said("the channel brought back no result".to_owned(), 70))?;
    tell(context, &asked.channel, &to, &delivery)?;
    match code(&delivery) {
        0 => Ok(()),
        code => Err(Trouble::Silent(code)),
    }
}

/// The mail address, or the one name a channel for copies goes by.
fn recipient(settings: &Settings, asked: &TestSend) -> Result<String, Trouble> {
    let rules = &settings.rules;
    let Some(channel) = rules.channels.iter().find(|channel| channel.id.as_str() == asked.channel) else {
        let known: Vec<&str> = rules.channels.iter().map(|channel| channel.id.as_str()).collect();
        let why = format!("There is no channel `{}`. Known: {}.", text::clean(&asked.channel), known.join(", "));
        return Err(Trouble::Said(why, 64));
    };
    match (&channel.carries, &asked.to) {
        (Carries::CopiesFor { .. }, None) => Ok(asked.channel.clone()),
        (Carries::CopiesFor { .. }, Some(_)) => {
            let why = format!("`{}` sends where its configuration says: leave --to away.", asked.channel);
            Err(Trouble::Said(why, 64))
        }
        (Carries::Mail, Some(to)) => match check_address(to) {
            Ok(()) => Ok(to.clone()),
            Err(why) => Err(Trouble::Said(format!("--to {}: {why}", text::clean(to)), 64)),
        },
        (Carries::Mail, None) => {
            let desk = rules.parties.get(&rules.site.desk);
            let mails = desk.into_iter().flat_map(|desk| &desk.contacts).filter_map(|contact| contact.mail.clone());
            let why = || Trouble::Said("The desk has no mail address: say where with --to ADDRESS.".to_owned(), 64);
            mails.into_iter().next().ok_or_else(why)
        }
    }
}

/// The channel with its secret; the others are left alone.
fn opened(settings: &Settings, name: &str) -> Result<Channel, Trouble> {
    let origin = Origin { site: settings.rules.site.name.clone(), instance: "test".to_owned() };
    let table = settings.kinds.channels.iter().find(|table| table.name() == name);
    let table = table.ok_or_else(|| Trouble::Said(format!("There is no channel `{}`.", text::clean(name)), 64))?;
    table.open(&settings.kinds.folders, origin).map_err(|error| {
        let advice = "run this as the user kiriwake runs as, who may read its secrets";
        Trouble::Said(format!("{}; {advice}", text::clean(&text::full(&error))), 69)
    })
}

fn message(site: &Site, channel: &str, to: &str) -> Message {
    let written = Clock::real(None).wall();
    let words = trial::message(site, channel, written);
    let unique = format!("test/{}/{channel}/{to}/{}/{}", site.name, written.as_nanosecond(), std::process::id());
    Message {
        key: format!("{:x}", Sha256::digest(unique)),
        kind: words.kind.to_owned(),
        subject: words.subject,
        body: words.body,
        number: None,
        severity: None,
        written,
        from: Mailbox { name: site.mail.name.clone(), address: site.mail.from.clone() },
        to: vec![Mailbox { name: String::new(), address: to.to_owned() }],
        cc: Vec::new(),
        thread: Vec::new(),
        repeated: false,
    }
}

fn tell(context: &Context, channel: &str, to: &str, delivery: &Delivery) -> Result<(), Trouble> {
    let (word, answer) = match delivery {
        Delivery::Accepted { answer } => ("accepted", answer),
        Delivery::Later { why, .. } => ("later", why),
        Delivery::Unreachable { why } => ("unreachable", why),
        Delivery::Refused { what: Refused::Recipient, why } => ("recipient_refused", why),
        Delivery::Refused { what: Refused::Message, why } => ("message_refused", why),
        Delivery::Refused { what: Refused::Destination, why } => ("destination_refused", why),
        Delivery::TooBig { why } => ("too_big", why),
        Delivery::Unknown { why } => ("unknown", why),
    };
    if context.json {
        let accepted = code(delivery) == 0;
        return context.print_json(&serde_json::json!({
            "channel": channel, "to": to, "accepted": accepted, "result": word, "answer": answer, "recorded": false,
        }));
    }
    let language = context.tongue.language();
    let (channel, to, answer) = (text::clean(channel), text::clean(to), text::clean(answer));
    let way = if channel == to { channel } else { format!("{channel} -> {to}") };
    text::out(&format!("{way}: {}: {answer}", trial::result(language, delivery)));
    text::out(trial::not_recorded(language));
    Ok(())
}

/// The exit code: accepted; not now or not known (EX_TEMPFAIL); no (EX_UNAVAILABLE).
fn code(delivery: &Delivery) -> u8 {
    match delivery {
        Delivery::Accepted { .. } => 0,
        Delivery::Later { .. } | Delivery::Unreachable { .. } | Delivery::Unknown { .. } => 75,
        Delivery::Refused { .. } | Delivery::TooBig { .. } => 69,
    }
}
