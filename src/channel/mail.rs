//! The mail itself: a [`Message`] as RFC 5322 bytes.
//!
//! Place: shared by the channels that carry mail (`smtp`, `maildir`), so that both write the same headers. The same
//! message gives the same bytes at every attempt, but for the line that warns of a second copy. Not here: wording
//! (`render`), and who of the addressees still waits for it (the envelope is the channel's business).

use super::address::parse_address;
use super::header::{header, header_keeping, is_steering};
use super::{Mailbox, Message, Origin};
use lettre::message::header::{
    Cc, ContentTransferEncoding, ContentType, From, HeaderName, HeaderValue, MIME_VERSION_1_0, To,
};
use lettre::message::{Body, Mailboxes};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// First line of a text that may be a second copy.
const REPEATED: &str = "（再送の可能性がございます。同じ受付番号のメールが届いている場合は、ご容赦ください。）";

/// At most so many earlier messages are named in `References`: the first and the latest.
const MOST_REFERENCES: usize = 20;

/// How the text is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// Base64, which every server on the way leaves alone.
    Wire,
    /// As it is where lines are short enough, so that the file can be read in any viewer.
    Folder,
}

/// The mail's bytes, lines ended by CR LF; or why no mail can be made of this message, in a sentence.
///
/// A panic of the mail library is caught: one message that cannot be built must not stop the others.
pub(crate) fn build(message: &Message, origin: &Origin, form: Form) -> Result<Vec<u8>, String> {
    guarded(|| assemble(message, origin, form))
}

fn guarded(build: impl FnOnce() -> Result<Vec<u8>, String>) -> Result<Vec<u8>, String> {
    catch_unwind(AssertUnwindSafe(build))
        .unwrap_or_else(|_| Err("the mail library gave up on this message; it was set aside unsent".to_owned()))
}

fn assemble(message: &Message, origin: &Origin, form: Form) -> Result<Vec<u8>, String> {
    let key = super::key(message)?;
    let from = parse_address(&message.from.address).map_err(|why| format!("sender: {why}"))?;
    let id = |key: &str| format!("<{key}@{}>", from.domain().trim_matches(['[', ']']));
    let sender = named(&message.from.name, from.clone());
    let mut mail = lettre::Message::builder()
        .date(message.written.into())
        .header(From::from(Mailboxes::from(sender)))
        .subject(subject(message))
        .message_id(Some(id(key)))
        .header(MIME_VERSION_1_0)
        .header(ContentType::TEXT_PLAIN);
    if let Some(to) = mailboxes(&message.to) {
        mail = mail.header(To::from(to));
    }
    if let Some(cc) = mailboxes(&message.cc) {
        mail = mail.header(Cc::from(cc));
    }
    let thread: Vec<String> = message.thread.iter().filter(|key| super::is_key(key)).map(|key| id(key)).collect();
    if let Some(latest) = thread.last() {
        mail = mail.in_reply_to(latest.clone()).references(references(&thread));
    }
    for (name, value) in [
        (HeaderName::new_from_ascii_str("Auto-Submitted"), "auto-generated".to_owned()),
        (HeaderName::new_from_ascii_str("X-Auto-Response-Suppress"), "OOF, AutoReply".to_owned()),
        (HeaderName::new_from_ascii_str("X-Kiriwake-Instance"), header(&origin.instance)),
    ] {
        mail = mail.raw_header(HeaderValue::new(name, value));
    }
    // The library asks for an envelope; the real one is spoken by the SMTP channel, address by address.
    let envelope = lettre::address::Envelope::new(Some(from.clone()), vec![from]).map_err(|error| error.to_string())?;
    let mail = mail.envelope(envelope).body(body(text(message), form)?).map_err(|error| error.to_string())?;
    Ok(mail.formatted())
}

/// The text people read, lines ended by `\n`: the warning of a second copy where one is possible, then the body.
/// What could steer a terminal or turn the direction of writing shows as U+FFFD.
pub(crate) fn text(message: &Message) -> String {
    let mut text = String::with_capacity(message.body.len() + 200);
    if message.repeated {
        text.push_str(REPEATED);
        text.push_str("\n\n");
    }
    let body = message.body.replace("\r\n", "\n").replace('\r', "\n");
    text.extend(body.chars().map(|c| match c {
        '\n' | '\t' => c,
        // Joiners hold emoji and some scripts together; they steer nothing in running text.
        '\u{200c}' | '\u{200d}' => c,
        _ if c.is_control() || is_steering(c) => char::REPLACEMENT_CHARACTER,
        _ => c,
    }));
    if !text.ends_with('\n') {
        text.push('\n');
    }
    text
}

/// The subject on one line, its number kept even when it has to be cut.
pub(crate) fn subject(message: &Message) -> String {
    match &message.number {
        Some(number) => header_keeping(&message.subject, &format!("[{number}]")),
        None => header(&message.subject),
    }
}

fn body(text: String, form: Form) -> Result<Body, String> {
    let readable = form == Form::Folder && text.lines().all(|line| line.len() < 990);
    // Line ends are made here: the library inserts them one by one, which takes minutes for a long log.
    let text = text.replace('\n', "\r\n").into_bytes();
    if readable {
        // The library takes 8bit for lines below 76 bytes only; a file may have longer ones.
        return Ok(Body::dangerous_pre_encoded(text, ContentTransferEncoding::EightBit));
    }
    Body::new_with_encoding(text, ContentTransferEncoding::Base64).map_err(|_| "the text cannot be encoded".to_owned())
}

/// The addressees that can be written to; the others are reported by the channel, address by address.
fn mailboxes(list: &[Mailbox]) -> Option<Mailboxes> {
    let known: Vec<_> =
        list.iter().filter_map(|one| Some(named(&one.name, parse_address(&one.address).ok()?))).collect();
    (!known.is_empty()).then(|| known.into_iter().collect())
}

fn named(name: &str, address: lettre::Address) -> lettre::message::Mailbox {
    let name = header(name);
    lettre::message::Mailbox::new((!name.is_empty()).then_some(name), address)
}

fn references(thread: &[String]) -> String {
    let skip = thread.len().saturating_sub(MOST_REFERENCES - 1).max(1);
    thread.iter().take(1).chain(thread.iter().skip(skip)).cloned().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
#[path = "mail_tests.rs"]
mod tests;
