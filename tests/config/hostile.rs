//! Whatever stands in the files, the answer is a report: no panic, and nothing that goes on without end.

use super::{load, printed};
use kiriwake::config::EXAMPLE;
use proptest::prelude::*;
use std::fs;

/// What to do to a text at some place in it.
#[derive(Debug, Clone)]
enum Damage {
    Cut(prop::sample::Index, usize),
    Insert(prop::sample::Index, &'static str),
    DropLine(prop::sample::Index),
    RepeatLine(prop::sample::Index),
    SwapLines(prop::sample::Index, prop::sample::Index),
}

const SNIPPETS: [&str; 20] = [
    "\"",
    "[",
    "]",
    "{",
    "}",
    "=",
    "\n",
    "'''",
    "\u{1b}[2J",
    "\u{202e}",
    "障",
    "0x7fffffffffffffffff",
    "nan",
    "[[rule]]\n",
    "[party]\n",
    "when = []\n",
    "-1",
    "1e400",
    "\u{0}",
    ".",
];

fn damage() -> impl Strategy<Value = Damage> {
    let at = any::<prop::sample::Index>;
    prop_oneof![
        (at(), 1..40usize).prop_map(|(at, length)| Damage::Cut(at, length)),
        (at(), prop::sample::select(&SNIPPETS)).prop_map(|(at, text)| Damage::Insert(at, text)),
        at().prop_map(Damage::DropLine),
        at().prop_map(Damage::RepeatLine),
        (at(), at()).prop_map(|(one, other)| Damage::SwapLines(one, other)),
    ]
}

fn damaged(text: &str, damage: &Damage) -> String {
    let boundary = |at: usize| (at..=text.len()).find(|at| text.is_char_boundary(*at)).unwrap_or(text.len());
    let at = |index: &prop::sample::Index| boundary(index.index(text.len() + 1));
    let mut lines: Vec<&str> = text.split_inclusive('\n').collect();
    match damage {
        Damage::Cut(from, length) => {
            let from = at(from);
            let until = boundary((from + length).min(text.len()));
            return format!("{}{}", &text[..from], &text[until..]);
        }
        Damage::Insert(from, snippet) => {
            let from = at(from);
            return format!("{}{snippet}{}", &text[..from], &text[from..]);
        }
        _ if lines.is_empty() => return text.to_owned(),
        Damage::DropLine(line) => {
            lines.remove(line.index(lines.len()));
        }
        Damage::RepeatLine(line) => {
            let line = line.index(lines.len());
            lines.insert(line, lines[line]);
        }
        Damage::SwapLines(one, other) => {
            let (one, other) = (one.index(lines.len()), other.index(lines.len()));
            lines.swap(one, other);
        }
    }
    lines.concat()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn damaged_files_give_a_report_and_never_a_panic(
        damages in prop::collection::vec((0..EXAMPLE.len(), damage()), 1..8),
    ) {
        let mut files = EXAMPLE.map(|(name, text)| (name, text.to_owned()));
        for (file, damage) in &damages {
            files[*file].1 = damaged(&files[*file].1, damage);
        }
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in &files {
            fs::write(folder.path().join(name), text).unwrap();
        }
        let report = load(folder.path()).map_or_else(|report| report, |(_, report)| report);
        let text = printed(&report);
        prop_assert!(!text.contains('\u{1b}') && !text.contains('\u{202e}'), "steers the terminal: {text}");
        for finding in report.findings() {
            prop_assert!(!finding.message.is_empty() && !finding.message.contains('\n'), "{finding:?}");
        }
    }
}

#[test]
fn a_deep_nest_and_a_long_chain_end() {
    let small = fs::read_to_string("tests/config/good/small/all.toml").unwrap();
    let nest = format!("{}{{ root = \"switch\" }}{}", "{ not = ".repeat(60), " }".repeat(60));
    let rule = format!(
        "[[rule]]\nname = \"deep\"\nwhen = {nest}\nthen = {{ verdict = \"own\", confidence = \"possible\" }}\nbecause = \"試験のため\"\n"
    );
    let chain: String = (0..3_000)
        .map(|n| format!("[component.c{n}]\nparty = \"n-sha\"\nhosts = \"h{n}\"\nneeds = \"c{}\"\n", (n + 1) % 3_000))
        .collect();
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.toml"), small).unwrap();
    fs::write(folder.path().join("b.toml"), rule).unwrap();
    fs::write(folder.path().join("c.toml"), chain).unwrap();
    let report = load(folder.path()).unwrap_err();
    let text = printed(&report);
    assert!(text.contains("is nested too deeply") && text.contains("goes in a circle"), "{text}");
    assert_eq!(report.faults().count(), 2, "{text}");
}

#[test]
fn the_chain_of_a_large_site_is_checked_in_a_moment() {
    let small = fs::read_to_string("tests/config/good/small/all.toml").unwrap();
    let chain: String = (0..5_000)
        .map(|n| {
            format!("[component.c{n}]\nparty = \"n-sha\"\nhosts = \"h{n}\"\nneeds = [\"c{}\", \"switch\"]\n", n + 1)
        })
        .collect();
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.toml"), small).unwrap();
    fs::write(folder.path().join("c.toml"), format!("{chain}[component.c5000]\nparty = \"n-sha\"\nhosts = \"end\"\n"))
        .unwrap();
    let began = std::time::Instant::now();
    let (settings, report) = load(folder.path()).unwrap();
    eprintln!("5,002 components: {:?}", began.elapsed());
    assert_eq!((settings.rules.components.len(), report.findings().len()), (5_002, 0));
    assert!(began.elapsed().as_secs() < 20, "{:?}", began.elapsed());
}

#[test]
fn a_name_that_steers_the_terminal_is_told_without_steering_it() {
    let small = fs::read_to_string("tests/config/good/small/all.toml").unwrap();
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.toml"), small).unwrap();
    let steering = "[component.x]\nhosts = \"x\"\nparty = \"n\\u001b[2J\u{202e}\"\n";
    fs::write(folder.path().join("b.toml"), steering).unwrap();
    let report = load(folder.path()).unwrap_err();
    for text in [printed(&report), report.faults().map(ToString::to_string).collect()] {
        assert!(text.contains("there is no party") && !text.contains(['\u{1b}', '\u{202e}']), "{text:?}");
    }
}
