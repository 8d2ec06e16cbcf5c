//! Texts that want to be something else, through everything that makes a message of them (P13).
#![allow(clippy::unwrap_used, reason = "a failed test should stop")]

use super::header::{LONGEST, header, header_keeping, is_invisible};
use super::mail::{Form, build, subject, text};
use super::{Message, Origin, document, example, hostile, teams};
use crate::fuzz::{Tape, raw, spoil_text, target};
use mail_parser::{Message as Mail, MessageParser, MimeHeaders};

fn texts(tape: &mut Tape<'_>, hostile: &[String]) -> String {
    let material = tape.pick(hostile).clone();
    spoil_text(tape, &material, hostile)
}

#[test]
fn header_text() {
    let hostile = hostile::texts();
    target!("header", 400, |input| {
        let text = match raw(input) {
            Some(text) => String::from_utf8_lossy(text).into_owned(),
            None => texts(&mut Tape::new(input), &hostile),
        };
        for line in [header(&text), header_keeping(&text, "[KW-20260920-0001]")] {
            assert!(line.chars().count() <= LONGEST, "{line:?}");
            assert!(!line.chars().any(is_invisible), "{line:?}");
            assert!(!line.contains("=?"), "{line:?}");
            assert_eq!(line.trim_matches(' '), line);
        }
        assert_eq!(header(&header(&text)), header(&text));
        // What shows at all is kept as far as there is room.
        let shown: String = text.chars().filter(|c| !is_invisible(*c) && *c != ' ').take(LONGEST / 2).collect();
        let kept: String = header(&text).chars().filter(|c| *c != ' ').collect();
        let begins = kept.trim_end_matches('…');
        assert!(shown.starts_with(begins) || begins.starts_with(&shown), "{shown:?} became {kept:?}");
    });
}

#[test]
fn whole_message() {
    let hostile = hostile::texts();
    target!("message", 150, |input| {
        let mut message = example();
        let mut origin = Origin { site: "A町".into(), instance: "a-town".into() };
        if let Some(text) = raw(input) {
            let text = String::from_utf8_lossy(text).into_owned();
            (message.subject, message.body) = (text.clone(), text.clone());
            (message.from.name, message.to[0].name, message.cc[0].name) = (text.clone(), text.clone(), text);
        } else {
            let mut tape = Tape::new(input);
            message.subject = texts(&mut tape, &hostile);
            message.body = texts(&mut tape, &hostile);
            message.from.name = texts(&mut tape, &hostile);
            message.to[0].name = texts(&mut tape, &hostile);
            message.cc[0].name = texts(&mut tape, &hostile);
            message.repeated = tape.one_in(2);
            if tape.one_in(3) {
                message.number = Some(texts(&mut tape, &hostile));
            }
            if tape.one_in(3) {
                message.kind = texts(&mut tape, &hostile);
                (origin.site, origin.instance) = (texts(&mut tape, &hostile), texts(&mut tape, &hostile));
            }
        }
        is_the_mail_it_should_be(&message, &origin);
        let steers = |c: char| (is_invisible(c) || c == '\r') && !"\n\t\u{200c}\u{200d}".contains(c);
        assert!(!text(&message).chars().any(steers), "{:?}", text(&message));
        let (_, bytes) = document::document(&message, &origin).unwrap();
        let read: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
        assert_eq!(read.as_object().unwrap().len(), 8);
        assert_eq!((&read["subject"], &read["text"]), (&subject(&message).into(), &text(&message).into()));
        teams::tests::is_a_card_and_nothing_else(&message, &origin.site);
    });
}

fn is_the_mail_it_should_be(message: &Message, origin: &Origin) {
    for form in [Form::Wire, Form::Folder] {
        let bytes = build(message, origin, form).unwrap();
        // Base64 takes a third more, a header a few times its 200 characters.
        assert!(bytes.len() <= text(message).len() * 2 + 20_000, "{} bytes", bytes.len());
        assert!(bytes.split(|b| *b == b'\n').all(|line| line.len() < 998), "a line no server must take");
        let lone = |pair: &[u8]| (pair[0] == b'\r') != (pair[1] == b'\n');
        assert!(!bytes.windows(2).any(lone) && !bytes.starts_with(b"\n"), "a line end of half a kind");
        let mail = MessageParser::default().parse(&bytes).unwrap();
        let plain = build(&example(), origin, form).unwrap();
        assert_eq!(names(&mail), names(&MessageParser::default().parse(&plain).unwrap()));
        assert_eq!((mail.parts.len(), mail.attachment_count()), (1, 0));
        assert!(mail.content_type().is_some_and(|kind| kind.ctype() == "text"));
        for (list, one) in [(mail.from(), &message.from), (mail.to(), &message.to[0]), (mail.cc(), &message.cc[0])] {
            let all: Vec<_> = list.unwrap().iter().collect();
            assert_eq!(all.len(), 1, "{all:?}");
            assert_eq!(all[0].address(), Some(one.address.as_str()));
            assert_eq!(all[0].name().unwrap_or_default(), header(&one.name));
        }
        assert_eq!(mail.subject().unwrap_or_default(), subject(message));
        assert_eq!(mail.body_text(0).unwrap().replace("\r\n", "\n"), text(message));
    }
}

fn names(mail: &Mail<'_>) -> Vec<String> {
    mail.headers().iter().map(|header| header.name().to_owned()).collect()
}
