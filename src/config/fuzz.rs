//! The example's files, the small sound folder and the faulty ones, spoiled: whatever comes, an answer that helps (P9,
//! P11, P13).
#![allow(clippy::unwrap_used, reason = "a failed test should stop")]

use super::example::DEFAULTS;
use super::{EXAMPLE, Report, Weight, of_texts};
use crate::fuzz::{Tape, raw, spoil_text, target};
use jiff::civil::{Date, date};
use std::fs;
use std::path::Path;

const TODAY: Date = date(2026, 9, 18);

/// What is put in: TOML's own signs, values of other kinds, extremes, and texts that would steer a terminal.
const POOL: [&str; 44] = [
    "\n",
    "[",
    "]",
    "[[",
    "]]",
    "{",
    "}",
    "\"",
    "'",
    "\"\"\"",
    "'''",
    "=",
    ".",
    ",",
    "#",
    "\\u0000",
    "\\U0010FFFF",
    "true",
    "0",
    "-1",
    "99999999999999999999",
    "9223372036854775807",
    "-9223372036854775808",
    "1e400",
    "nan",
    "inf",
    "\"0s\"",
    "\"99999999999h\"",
    "\"-1m\"",
    "1979-05-27T07:32:00Z",
    "9999-12-31",
    "24:00",
    "\"* * * * *\"",
    "\"*/0 9 * * Mon-Fri\"",
    "\"毎日\"",
    "[]",
    "{}",
    "\"\u{1b}[2J\u{1b}]0;x\u{7}\"",
    "\"\u{202e}gnorw\u{202c}\"",
    "\"\\u001b[31m\"",
    "[system.a]\n",
    "needs = [\"a\"]\n",
    "party = \"nobody\"\n",
    "\"x@evil.example\\r\\nBcc: y@evil.example\"",
];

fn spoil(tape: &mut Tape<'_>, text: &str, lines: &[String], pool: &[String]) -> String {
    let mut own: Vec<String> = text.lines().map(str::to_owned).collect();
    for _ in 0..tape.below(5) {
        let at = tape.below(own.len() + 1);
        match tape.below(6) {
            0 if at < own.len() => drop(own.remove(at)),
            1 if at < own.len() => own.insert(at, own[at].clone()),
            2 | 3 => own.insert(at, tape.pick(lines).clone()),
            4 if at < own.len() => {
                if let Some((key, _)) = own[at].split_once('=') {
                    own[at] = format!("{key}= {}", tape.pick(pool));
                }
            }
            _ => {
                let to = tape.below(own.len().max(1));
                if at < own.len() {
                    own.swap(at, to);
                }
            }
        }
    }
    let text = own.join("\n");
    if tape.one_in(2) { spoil_text(tape, &text, pool) } else { text }
}

#[test]
fn configuration() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/config");
    let small = fs::read_to_string(root.join("good/small/all.toml")).unwrap();
    let mut faulty: Vec<_> = fs::read_dir(root.join("bad")).unwrap().map(|entry| entry.unwrap().path()).collect();
    faulty.sort();
    let mut faulty: Vec<String> = faulty.iter().map(|path| fs::read_to_string(path).unwrap()).collect();
    faulty.push(String::new());
    let lines: Vec<String> = faulty
        .iter()
        .chain(EXAMPLE.iter().map(|(_, text)| text).map(|text| text.to_string()).collect::<Vec<_>>().iter())
        .flat_map(|text| text.lines())
        .filter(|line| !line.starts_with('#') && !line.trim().is_empty())
        .map(str::to_owned)
        .collect();
    let pool: Vec<String> = POOL.iter().map(|text| (*text).to_owned()).collect();
    target!("configuration", 60, |input| {
        let mut tape = Tape::new(input);
        let files: Vec<(String, String)> = match raw(input) {
            Some(text) => vec![("all.toml".to_owned(), String::from_utf8_lossy(text).into_owned())],
            None if tape.one_in(4) => {
                let spoiled = tape.below(EXAMPLE.len());
                let text = |(nth, (name, text)): (usize, &(&str, &str))| {
                    let text = if nth == spoiled { spoil(&mut tape, text, &lines, &pool) } else { (*text).to_owned() };
                    ((*name).to_owned(), text)
                };
                EXAMPLE.iter().enumerate().map(text).collect()
            }
            None => {
                let more = tape.pick(&faulty).clone();
                vec![
                    ("all.toml".to_owned(), spoil(&mut tape, &small, &lines, &pool)),
                    ("more.toml".to_owned(), spoil(&mut tape, &more, &lines, &pool)),
                ]
            }
        };
        match of_texts(files.clone(), TODAY) {
            Ok((_, report)) => {
                assert_eq!(report.faults().count(), 0, "loaded, and faulty");
                helps(&report, &files);
            }
            Err(report) => {
                assert!(report.faults().count() > 0, "refused without a fault");
                helps(&report, &files);
            }
        }
    });
}

/// Every finding says what and where; the place exists; nothing in the print steers a terminal; and there are not more
/// of them than there is to find fault with.
fn helps(report: &Report, files: &[(String, String)]) {
    let size: usize = files.iter().map(|(_, text)| text.len()).sum();
    assert!(report.findings().len() <= size / 2 + 100, "{} findings in {size} bytes", report.findings().len());
    for finding in report.findings() {
        assert!(!finding.message.trim().is_empty());
        if let Some(name) = &finding.file {
            let built_in = DEFAULTS.iter().map(|(name, text)| (format!("built-in {name}"), (*text).to_owned()));
            let known = files.iter().cloned().chain(built_in).find(|(known, _)| known == name);
            let (_, text) = known.unwrap_or_else(|| panic!("{finding} is in no file of ours"));
            let lines: Vec<&str> = text.split('\n').collect();
            let at = lines.get(finding.line - 1).unwrap_or_else(|| panic!("{finding} stands beyond the end"));
            assert!(finding.column >= 1 && finding.column <= at.chars().count() + 1, "{finding}: {at:?}");
        }
        let line = finding.in_one_line();
        assert!(!line.chars().any(char::is_control), "{line:?}");
        assert!(line.len() <= size + 4_000, "{} bytes of finding", line.len());
    }
    let mut printed = Vec::new();
    report.print(&mut printed, false).unwrap();
    let printed = String::from_utf8(printed).unwrap();
    let steers =
        |c: char| (c.is_control() && c != '\n') || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    assert!(!printed.chars().any(steers), "{printed:?}");
    let json = report.json();
    assert_eq!(json["findings"].as_array().unwrap().len(), report.findings().len());
    let faults = report.findings().iter().filter(|finding| finding.weight == Weight::Fault).count();
    assert_eq!(json["faults"], faults);
}
