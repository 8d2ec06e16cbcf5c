//! Lines of anything, in every encoding, against the example's patterns and spoiled ones; and what may stand in the
//! template of a pattern (P9, P13).
#![allow(clippy::unwrap_used, reason = "a failed test should stop")]

use super::config::{Config, Encoding};
use super::lines::{Cut, LINE_LIMIT, cut};
use super::pattern::{Pattern, PatternConfig};
use super::scan::{Line, Scan};
use super::summary::Summary;
use super::text::{Text, decode};
use crate::desk::observation::{Observation, Seen};
use crate::fuzz::{Tape, raw, spoil_bytes, spoil_text, target};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::collections::BTreeSet;

const PATTERNS: &str = include_str!("../../../config/patterns.toml");
const LOG: &str = include_str!("../../demo/log.txt");
/// Lines the example's patterns open and close on, and what devices add to them.
const LINES: [&str; 12] = [
    "2026-09-20T02:13:40+09:00 core-sw-01 %LINK-3-UPDOWN: Interface Gi1/0/1, changed state to down",
    "2026-09-20T02:14:40+09:00 core-sw-01 %LINK-3-UPDOWN: Interface Gi1/0/1, changed state to up",
    "Sep 20 02:13:40 core-sw-01 ポート 1 がリンクダウンしました",
    "Sep 20 02:13:41 core-sw-01 ポート 1 がリンクアップしました",
    "<189>Sep 20 02:13:40 fw-01 %OSPF-5-ADJCHG: Process 1, Nbr 10.0.0.1 on Gi0/1 from FULL to DOWN, Neighbor Down",
    "Feb 29 23:59:60 srv-hv01 iscsid: connection1:0: detected conn error (1020)",
    "Feb 29 23:59:60 srv-hv01 iscsid: connection1:0 is operational after recovery",
    "2026-09-20 02:13:40,123 ERROR [main] could not connect to server: Connection refused",
    "2026/09/20 02:13:40 srv-db01 terminating connection due to administrator command",
    "%LINK-3-UPDOWN: Interface , changed state to down",
    "",
    "\u{1b}[31m%LINK-3-UPDOWN: Interface \u{202e}x\u{7}, changed state to down\u{1b}[0m",
];

#[derive(serde::Deserialize)]
struct File {
    pattern: Vec<PatternConfig>,
}

fn example() -> Vec<PatternConfig> {
    toml::from_str::<File>(PATTERNS).unwrap().pattern
}

fn scan(patterns: &[PatternConfig]) -> Option<Scan> {
    let config: Config = toml::from_str("name = 'net'\npaths = ['/l']\npatterns = ['network', 'os']").unwrap();
    let settings = config.check(TimeZone::get("Asia/Tokyo").unwrap()).unwrap();
    let checked: Result<Vec<Pattern>, _> = patterns.iter().map(PatternConfig::check).collect();
    match checked {
        Ok(patterns) => Some(Scan::new(&settings, &patterns, &[])),
        Err(faults) => {
            assert!(!faults.is_empty() && faults.iter().all(|fault| !fault.what.is_empty()));
            None
        }
    }
}

/// As the source holds it: a place stays its own (`%` is no place) and nothing hides or steers in it.
fn is_shown(text: &str) -> bool {
    !text.chars().any(|c| {
        (c.is_control() && c != '\t') || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{feff}')
    })
}

#[test]
fn log_lines() {
    let known = example();
    let scan = scan(&known).unwrap();
    let templates: String = known.iter().filter_map(|pattern| pattern.summary.clone()).collect();
    let pool: Vec<Vec<u8>> =
        [&b"\n"[..], b"\r\n", b"\0", b"\xff\xfe", b"\x1b$B", b"\x1b(B", b"\x8e", b"\xef\xbb\xbf", b"\x95\\"]
            .iter()
            .map(|bytes| bytes.to_vec())
            .chain(LINES.iter().map(|line| format!("{line}\n").into_bytes()))
            .chain([vec![b'x'; LINE_LIMIT + 1]])
            .collect();
    target!("log_lines", 250, |input| {
        let mut tape = Tape::new(input);
        let encoding = *tape.pick(&Encoding::ALL);
        let content = match raw(input) {
            Some(content) => {
                let all = Encoding::ALL.into_iter();
                return all.for_each(|encoding| read(content, encoding, &templates, &mut scan.clone()));
            }
            None => {
                let mut material = String::new();
                for _ in 0..=tape.below(8) {
                    let lines: Vec<&str> = LINES.iter().copied().chain(LOG.lines()).collect();
                    material.push_str(tape.pick::<&str>(&lines));
                    material.push('\n');
                }
                let bytes = match encoding {
                    Encoding::Utf8 => material.into_bytes(),
                    Encoding::Cp932 => encoding_rs::SHIFT_JIS.encode(&material).0.into_owned(),
                    Encoding::EucJp => encoding_rs::EUC_JP.encode(&material).0.into_owned(),
                    Encoding::Iso2022Jp => encoding_rs::ISO_2022_JP.encode(&material).0.into_owned(),
                };
                spoil_bytes(&mut tape, &bytes, &pool)
            }
        };
        read(&content, encoding, &templates, &mut scan.clone());
    });
}

/// Reads a file as the source does, and counts every byte of it.
fn read(content: &[u8], encoding: Encoding, template: &str, scan: &mut Scan) {
    let read = Timestamp::constant(1_789_838_021, 0);
    let newlines = content.iter().filter(|byte| **byte == b'\n').count();
    let (mut at, mut skipping, mut lines, mut steps) = (0, false, 0, 0);
    let mut open = BTreeSet::new();
    let mut seen = Vec::new();
    loop {
        steps += 1;
        assert!(steps <= newlines + content.len() / LINE_LIMIT + 3, "more steps than lines");
        match cut(&content[at..], &mut skipping, true) {
            Cut::Wait => break,
            Cut::Rest { used } => at += used,
            Cut::Line { bytes, used, shortened } => {
                assert!(bytes.len() <= LINE_LIMIT && used > 0 && (shortened || used <= bytes.len() + 1));
                lines += 1;
                let Text { text, bad } = decode(bytes, encoding, shortened);
                assert!(is_shown(&text), "{text:?}");
                assert!(text.len() <= bytes.len() * 8, "{} bytes became {}", bytes.len(), text.len());
                assert!(bad <= bytes.len() as u64);
                seen.clear();
                scan.line(Line { text: &text, number: 7, offset: at as u64, path_host: None }, read, &mut seen);
                seen.iter().for_each(|observation| makes_sense(observation, &text, template, &mut open));
                at += used;
            }
        }
    }
    assert_eq!(at, content.len(), "every byte is read or left out on purpose");
    assert!(lines <= newlines + 1);
}

fn makes_sense(observation: &Observation, line: &str, template: &str, open: &mut BTreeSet<String>) {
    match &observation.seen {
        Seen::Problem(problem) => {
            assert_eq!(problem.raw, line, "the line is kept");
            assert!(!problem.host.is_empty() && is_shown(&problem.host), "{problem:?}");
            // Values are filled in as they are: what does not show is the template's own, which is the administrator's.
            let own = |c: &char| !is_shown(&c.to_string()) && !template.contains(*c);
            assert!(!problem.summary.chars().any(|c| own(&c)), "{problem:?}");
            assert!(problem.summary.len() <= template.len() + line.len() * (1 + template.matches('{').count()));
            if !problem.momentary {
                open.insert(observation.key.0.to_string());
            }
        }
        Seen::Recovered { .. } => {
            assert!(open.remove(observation.key.as_str()), "over, and never begun: {observation:?}")
        }
        other => panic!("a line says {other:?}"),
    }
}

#[test]
fn templates() {
    let known = example();
    let hostile: Vec<String> = [
        "{",
        "}",
        "{{",
        "}}",
        "{host}",
        "{message}",
        "{ interface }",
        "{{host}}",
        "{x",
        "%",
        "\u{1b}[2J",
        "\r\nBcc: x@evil.example",
        "(?P<host>",
        "(?P<interface>[^ ,]+)",
        "(a*)*",
        "(x{1,500}){1,500}",
        "\\",
        "[",
        "\\d{9999}",
        "{% raw %}",
        "${host}",
    ]
    .map(str::to_owned)
    .to_vec();
    target!("templates", 300, |input| {
        let mut tape = Tape::new(input);
        let mut pattern = tape.pick(&known).clone();
        let template = match raw(input) {
            Some(text) => String::from_utf8_lossy(text).into_owned(),
            None => spoil_text(&mut tape, pattern.summary.as_deref().unwrap_or("{host} {message}"), &hostile),
        };
        match Summary::parse(&template) {
            Err(why) => assert!(!why.is_empty()),
            Ok(summary) => {
                // What a line brings is filled in as it is, and never read as a template.
                let value = "{host}}{{";
                let names = summary.names().count();
                let filled = summary.fill(|_| value);
                assert!(filled.len() <= template.len() + names * value.len());
                assert!(filled.matches(value).count() >= names, "{template:?} became {filled:?}");
                let braces = |text: &str| text.replace("{{", "{").replace("}}", "}");
                if names == 0 {
                    assert_eq!(filled.len(), braces(&template).len(), "{template:?} became {filled:?}");
                }
            }
        }
        pattern.summary = Some(template.clone());
        if tape.one_in(2) {
            pattern.opens = spoil_text(&mut tape, &pattern.opens, &hostile);
        }
        if tape.one_in(3) {
            pattern.closes = pattern.closes.map(|closes| spoil_text(&mut tape, &closes, &hostile));
        }
        if let Some(mut scan) = scan(std::slice::from_ref(&pattern)) {
            read(LINES.join("\n").as_bytes(), Encoding::Utf8, &template, &mut scan);
        }
    });
}
