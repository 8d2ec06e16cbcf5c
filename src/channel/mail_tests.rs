#![allow(clippy::unwrap_used, reason = "a test may fail by panicking")]
use super::*;
use crate::channel::{example, hostile};
use mail_parser::MessageParser;
use proptest::prelude::*;

fn origin() -> Origin {
    Origin { site: "A町".into(), instance: "a-town".into() }
}

/// What a reader's program makes of the bytes: names of headers, subject, sender, addressees, text.
#[derive(Debug, PartialEq)]
struct Read {
    headers: Vec<String>,
    subject: String,
    from: Vec<(String, String)>,
    to: Vec<(String, String)>,
    cc: Vec<(String, String)>,
    text: String,
    parts: usize,
}

fn read(bytes: &[u8]) -> Read {
    let mail = MessageParser::default().parse(bytes).unwrap();
    let list = |list: Option<&mail_parser::Address<'_>>| {
        list.map(|list| {
            list.iter()
                .map(|one| (one.name().unwrap_or_default().to_owned(), one.address().unwrap_or_default().to_owned()))
                .collect()
        })
        .unwrap_or_default()
    };
    Read {
        headers: mail.headers().iter().map(|header| header.name().to_owned()).collect(),
        subject: mail.subject().unwrap_or_default().to_owned(),
        from: list(mail.from()),
        to: list(mail.to()),
        cc: list(mail.cc()),
        text: mail.body_text(0).unwrap_or_default().into_owned(),
        parts: mail.parts.len(),
    }
}

#[test]
fn a_japanese_mail_is_read_back_as_it_was_written() {
    let message = example();
    let bytes = build(&message, &origin(), Form::Wire).unwrap();
    assert!(bytes.is_ascii(), "everything on the wire is ASCII");
    assert!(bytes.split(|b| *b == b'\n').all(|line| line.len() <= 200), "short lines only");
    let mail = read(&bytes);
    assert_eq!(mail.subject, message.subject);
    assert_eq!(mail.from, [(message.from.name.clone(), message.from.address.clone())]);
    assert_eq!(mail.to, [("総務課 情報係".into(), "joho@a-town.example".into())]);
    assert_eq!(mail.cc, [(String::new(), "duty@a-town.example".into())]);
    assert_eq!(mail.text.replace("\r\n", "\n"), message.body);
    let text = String::from_utf8(bytes).unwrap();
    for line in [
        "Content-Type: text/plain; charset=utf-8",
        "Content-Transfer-Encoding: base64",
        "MIME-Version: 1.0",
        "Auto-Submitted: auto-generated",
        "X-Kiriwake-Instance: a-town",
        &format!("Message-ID: <{}@a-town.example>", message.key),
    ] {
        assert!(text.contains(line), "{line} is missing in\n{text}");
    }
}

#[test]
fn the_same_message_gives_the_same_bytes_and_a_possible_copy_says_so_first() {
    let mut message = example();
    assert_eq!(build(&message, &origin(), Form::Wire), build(&message, &origin(), Form::Wire));
    message.repeated = true;
    let mail = read(&build(&message, &origin(), Form::Wire).unwrap());
    assert!(
        mail.text.starts_with("（再送の可能性がございます。同じ受付番号のメールが届いている場合は、ご容赦ください。）")
    );
}

#[test]
fn a_thread_names_its_first_and_latest_messages() {
    let mut message = example();
    message.thread = (0..50).map(|n| format!("{n:064x}")).collect();
    let bytes = build(&message, &origin(), Form::Wire).unwrap();
    let mail = MessageParser::default().parse(&bytes).unwrap();
    let id = |n: u32| format!("{n:064x}@a-town.example");
    assert_eq!(mail.in_reply_to().as_text(), Some(id(49).as_str()));
    let references = mail.references().as_text_list().unwrap();
    assert_eq!(references.len(), MOST_REFERENCES);
    assert_eq!((references[0].as_ref(), references[1].as_ref()), (id(0).as_str(), id(31).as_str()));
    message.thread.truncate(1);
    assert_eq!(references_of(&message), [id(0)]);
}

fn references_of(message: &Message) -> Vec<String> {
    let bytes = build(message, &origin(), Form::Wire).unwrap();
    let mail = MessageParser::default().parse(&bytes).unwrap();
    match mail.references() {
        mail_parser::HeaderValue::Text(one) => vec![one.to_string()],
        list => list.as_text_list().unwrap().iter().map(ToString::to_string).collect(),
    }
}

// P13
#[test]
fn no_hostile_text_changes_headers_recipients_or_structure() {
    let expected = read(&build(&example(), &origin(), Form::Wire).unwrap());
    for text in hostile::texts() {
        let mut message = example();
        message.subject = text.clone();
        message.body = text.clone();
        message.from.name = text.clone();
        message.to[0].name = text.clone();
        message.cc[0].name = text.clone();
        for form in [Form::Wire, Form::Folder] {
            let mail = read(&build(&message, &origin(), form).unwrap());
            assert_eq!(mail.headers, expected.headers, "{text:?}");
            assert_eq!(mail.parts, expected.parts, "{text:?}");
            for (one, wanted) in [(&mail.from, &expected.from), (&mail.to, &expected.to), (&mail.cc, &expected.cc)] {
                let addresses: Vec<_> = one.iter().map(|(_, address)| address).collect();
                assert_eq!(addresses, [&wanted[0].1], "{text:?}");
                assert_eq!(one[0].0, header(&text), "{text:?}");
            }
            assert_eq!(mail.subject, header(&text), "{text:?}");
            assert_eq!(mail.text.replace("\r\n", "\n"), super::text(&message), "{text:?}");
        }
    }
}

#[test]
fn an_addressee_that_cannot_be_written_to_is_left_out_of_the_header() {
    let mut message = example();
    message.to[0].address = "a..b@mobile.example".into();
    let mail = read(&build(&message, &origin(), Form::Wire).unwrap());
    assert_eq!((mail.to.len(), mail.cc.len()), (0, 1));
    message.from.address = "nobody".into();
    assert!(build(&message, &origin(), Form::Wire).unwrap_err().starts_with("sender: `nobody`"));
}

#[test]
fn a_panic_while_building_is_an_answer_not_a_crash() {
    assert!(guarded(|| panic!("the library met a line break")).unwrap_err().contains("gave up"));
}

#[test]
fn a_file_is_readable_unless_a_line_is_too_long() {
    let mut message = example();
    assert!(String::from_utf8(build(&message, &origin(), Form::Folder).unwrap()).unwrap().contains("下記の障害"));
    message.body = "あ".repeat(5_000);
    let bytes = build(&message, &origin(), Form::Folder).unwrap();
    assert!(bytes.is_ascii());
    assert_eq!(read(&bytes).text.trim_end(), message.body);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    #[test]
    fn any_subject_and_name_survive_the_way_through_a_reader(
        subject in "(\\PC|[ \r\n\t=?\"\\\\<>@,;:()\u{1b}]){0,120}", name in "(\\PC|[ \r\n\t=?\"\\\\<>@,;:()]){0,60}"
    ) {
        let mut message = example();
        message.subject = subject.clone();
        message.number = None;
        message.to[0].name = name.clone();
        let mail = read(&build(&message, &origin(), Form::Wire).unwrap());
        prop_assert_eq!(&mail.to[0].1, "joho@a-town.example");
        prop_assert_eq!(mail.to.len(), 1);
        prop_assert_eq!(mail.headers.len(), 12);
    }
}
