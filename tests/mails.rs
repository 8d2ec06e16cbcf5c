//! Every kind of mail as its reader gets it, compared with `tests/mails/*.txt`; `UPDATE=1` rewrites them.
//!
//! The days are those of the example site: the core switch on a Sunday night, and smaller ones. Then the same mails with
//! hostile facts: whatever they contain, the form holds.

#![allow(clippy::unwrap_used, reason = "a test that cannot read its own data should stop")]

mod letters;

use kiriwake::desk::rules::Language;
use kiriwake::render;
use std::fs;
use std::path::PathBuf;
use unicode_width::UnicodeWidthChar;

fn columns(line: &str) -> usize {
    line.chars().map(|c| c.width_cjk().unwrap_or(0)).sum()
}

#[test]
fn every_mail_reads_as_agreed() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/mails");
    let mut wrong = Vec::new();
    let all = letters::all();
    assert!(all.len() > 30, "letters are missing");
    for (name, letter) in all {
        let words = render::mail(&letter);
        let told = format!("kind: {}\nSubject: {}\n\n{}", words.kind, words.subject, words.body);
        let path = folder.join(format!("{name}.txt"));
        if std::env::var_os("UPDATE").is_some() {
            fs::write(&path, &told).unwrap();
        }
        if fs::read_to_string(&path).unwrap_or_default() != told {
            wrong.push(format!("--- {}\n{told}", path.display()));
        }
    }
    assert!(wrong.is_empty(), "these mails changed; UPDATE=1 rewrites them:\n{}", wrong.join("\n"));
}

#[test]
fn no_mail_blames_or_threatens() {
    for (name, letter) in letters::all() {
        let words = render::mail(&letter);
        for word in ["貴社の責任", "原因は貴社", "違反", "ペナルティ", "SLA"] {
            assert!(!words.body.contains(word), "{name}: {word}");
        }
        let apologies = words.body.matches("お詫び申し上げます").count();
        assert!(apologies <= 1, "{name}");
        assert!(
            words.body.contains("下記の") == words.body.contains("　以上\n") || letter.language == Language::En,
            "{name}"
        );
    }
}

#[test]
fn the_telling_words_come_first_and_the_number_last() {
    for (name, letter) in letters::all().into_iter().filter(|(_, letter)| letter.language == Language::Ja) {
        let subject = render::mail(&letter).subject;
        assert!(subject.starts_with('【'), "{name}: {subject}");
        if subject.contains("KW-") {
            assert!(subject.ends_with(']'), "{name}: {subject}");
        }
        if name.starts_with("sc1-") && !name.contains("internal") {
            let seen: String = subject.chars().take(30).collect();
            assert!(seen.contains("コアスイッチ"), "{name}: {seen}");
        }
    }
}

#[test]
fn our_own_words_avoid_what_old_mail_encodings_lack() {
    for (name, letter) in letters::all() {
        let words = render::mail(&letter);
        let lacking = "①②③④⑤ⅠⅡⅢ㈱№℡㍻㋿髙﨑～－—〓";
        assert!(!(words.subject + &words.body).contains(|c| lacking.contains(c)), "{name}");
    }
}

#[test]
fn what_is_said_on_the_phone_takes_half_a_minute() {
    for (name, letter) in letters::all().into_iter().filter(|(name, _)| name.contains("phone-note")) {
        let body = render::mail(&letter).body.replace(['\n', '\u{3000}'], "");
        for spoken in body.split("伝える内容：「").skip(1).filter_map(|rest| rest.split_once("確認すること"))
        {
            // About 330 characters a minute, read out calmly.
            assert!(spoken.0.chars().count() <= 190, "{name}: {}", spoken.0);
        }
    }
}

#[test]
fn a_second_language_tells_the_same_number_and_times() {
    for (name, mut letter) in letters::all() {
        letter.language = Language::En;
        let words = render::mail(&letter);
        assert!(!words.body.contains("\n\n\n"), "{name}:\n{}", words.body);
        let first = if letter.meant.is_some() { "On trial" } else { "To: " };
        assert!(words.body.starts_with(first), "{name}");
    }
}

/// P7: whoever waits for it reads it by a program, so its form is fixed and the same in every language.
#[test]
fn a_sign_of_life_is_lines_for_a_program() {
    let mut letter = letters::sign_of_life();
    for language in [Language::Ja, Language::En] {
        letter.language = language;
        let words = render::mail(&letter);
        assert_eq!((words.kind, words.subject.as_str()), ("heartbeat", "kiriwake heartbeat ok: A町"));
        let version = env!("CARGO_PKG_VERSION");
        assert_eq!(
            words.body,
            format!(
                "status: ok\nsite: A町\ntime: 2026-11-20T10:07:50+09:00\nnext: 2026-11-20T11:07:50+09:00\n\
                 version: {version}\noutbox_waiting: 2\noutbox_given_up: 0\nopen_incidents: 1\n"
            )
        );
    }
}

mod hostile {
    use super::{columns, letters};
    use kiriwake::desk::letter::Letter;
    use kiriwake::desk::rules::Language;
    use kiriwake::render;
    use proptest::prelude::*;
    use serde_json::Value;

    /// Replaces every free text of a letter (what is not an enum's word, a time, a day or a zone) by one of `texts`.
    fn poison(value: &mut Value, key: &str, texts: &[String], next: &mut usize) {
        const OURS: [&str; 22] = [
            "language",
            "timezone",
            "written",
            "severity_by",
            "occurred",
            "occurred_mark",
            "detected_by",
            "scope",
            "code",
            "confidence",
            "by",
            "cause",
            "at",
            "stage",
            "ask",
            "acknowledge_by",
            "purpose",
            "kind",
            "result",
            "unknown",
            "ground",
            "room",
        ];
        let fixed = |text: &str| {
            OURS.contains(&key)
                || text.parse::<jiff::Timestamp>().is_ok()
                || text.len() == 10 && text.parse::<jiff::civil::Date>().is_ok()
                || text.chars().all(|c| c.is_ascii_alphabetic())
        };
        match value {
            Value::String(text) if !fixed(text) => {
                *text = texts[*next % texts.len()].clone();
                *next += 1;
            }
            Value::Array(values) => values.iter_mut().for_each(|value| poison(value, key, texts, next)),
            Value::Object(fields) => fields.iter_mut().for_each(|(key, value)| poison(value, key, texts, next)),
            _ => {}
        }
    }

    fn holds(letter: &Letter) {
        let words = render::mail(letter);
        assert!(!words.subject.chars().any(char::is_control), "{:?}", words.subject);
        assert!(!words.subject.is_empty() && words.body.ends_with('\n'));
        assert!(words.subject.chars().count() <= 200, "{}", words.subject);
        for line in words.body.lines() {
            assert!(!line.chars().any(char::is_control), "{line:?}");
            let unbroken = line.starts_with("> ") || line.starts_with("    kiriwake ");
            assert!(unbroken || columns(line) <= 70, "{} columns: {line:?}", columns(line));
        }
    }

    #[test]
    fn agreed_mails_keep_the_form() {
        letters::all().iter().for_each(|(_, letter)| holds(letter));
    }

    /// Every letter with these texts for its facts, in this language, keeps the form.
    fn all_hold(texts: &[String], language: Language) {
        for (_, letter) in letters::all() {
            let mut value = serde_json::to_value(&letter).unwrap();
            let mut next = 0;
            poison(&mut value, "", texts, &mut next);
            assert!(next > 3, "nothing was replaced");
            let mut letter: Letter = serde_json::from_value(value).unwrap();
            letter.language = language;
            holds(&letter);
        }
    }

    #[test]
    fn the_longest_facts_are_cut_and_the_form_holds() {
        for text in ["x", "あ", "x ", "）", "1", "。", "\u{301}"] {
            for language in [Language::Ja, Language::En] {
                all_hold(&[text.repeat(5000)], language);
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]
        #[test]
        fn whatever_the_facts_contain_the_form_holds(
            texts in proptest::collection::vec(prop_oneof![
                any::<String>(),
                "[\\x00-\\x20【】「」（）。、]{0,40}",
                "[ぁ-んァ-ン一-龠a-z0-9 /:-]{0,400}",
                Just(String::new()),
                Just("\r\nBcc: x@example\r\n".to_owned()),
                Just("】[KW-20260920-9999]\u{202e}\u{1b}[2J".to_owned()),
            ], 1..12),
            english in any::<bool>(),
        ) {
            all_hold(&texts, if english { Language::En } else { Language::Ja });
        }
    }
}
