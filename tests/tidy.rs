//! Looks at the tree itself: what a compiler can't see and a reviewer gets tired of.
//!
//! Every check is a plain function from text to faults; the first tests run it over the tree, the last ones show it a
//! bad sample, so that a check that can no longer fail is noticed. Not here: style (rustfmt) and lints (clippy).

use regex::Regex;
use std::fs;
use std::path::{Path, PathBuf};

/// Beyond this many lines a file holds more than one idea.
const LONG: usize = 400;

/// Files that may be longer, and why.
const LONG_WITH_REASON: &[(&str, &str)] =
    &[("tests/zabbix_live.rs", "a test: one live case after the other, against one server")];

/// What lies at the top of the tree: what tools and readers look for there. What a run leaves behind does not.
const AT_THE_TOP: &[&str] =
    &["CHANGELOG.md", "Cargo.lock", "Cargo.toml", "LICENSE", "README.ja.md", "README.md", "rustfmt.toml"];

/// What must not occur in the desk, and what to use instead. Seen in code only, not in comments or texts.
const NOT_IN_THE_DESK: &[(&str, &str)] = &[
    (r"\bSystemTime\b", "time is the argument `now`; read it in src/clock.rs"),
    (r"\bInstant\b", "intervals are `now.elapsed`"),
    (r"\b(Zoned|Timestamp)::now\b", "time is the argument `now`; read it in src/clock.rs"),
    (r"\bstd::(\{[^}]*)?\bfs\b", "the store and the sources read files; the desk gets an Input"),
    (r"\bstd::(\{[^}]*)?\bnet\b", "sources and channels talk to the network; the desk gets an Input"),
    (r"\bstd::(\{[^}]*)?\benv\b", "config reads the environment; the desk gets Rules"),
    (r"\bstd::(\{[^}]*)?\bprocess\b", "an owed effect, done by a worker"),
    (r"\bstd::(\{[^}]*)?\bthread\b", "the daemon has the threads; the desk is one function"),
    (r"\btokio\b", "the daemon waits; the desk has next_wakeup()"),
    (r"\b(reqwest|lettre|axum)\b", "an owed effect, done by a channel"),
    (r"\bsled\b", "the store keeps the state; the desk records changes"),
    (r"\brand(::|\s*;)", "ids are counters in the state, jitter is a hash of message and attempt"),
    (r"\bHashMap\b", "BTreeMap: iteration must have an order"),
    (r"\bHashSet\b", "BTreeSet: iteration must have an order"),
    (r"\basync\b", "a stage computes and returns; waiting is a deadline in the state"),
    (r"\.await\b", "a stage computes and returns; waiting is a deadline in the state"),
    (
        r"\bcrate::(\{[^}]*)?\b(channel|cli|clock|config|daemon|inbox|probe|render|source|store)\b",
        "the arrows point to the desk: move the type into src/desk, or the code out of it",
    ),
];

/// One thing that is not as it should be.
fn fault(path: &str, line: usize, text: &str) -> String {
    format!("{path}:{line}: {text}")
}

// ---------------------------------------------------------------- the checks

fn desk_is_pure(path: &str, text: &str) -> Vec<String> {
    let code = code_of(before_tests(text));
    let mut faults = Vec::new();
    for (pattern, instead) in NOT_IN_THE_DESK {
        let regex = Regex::new(pattern).expect("a sound pattern");
        faults.extend(regex.find_iter(&code).map(|found| {
            fault(path, line_of(&code, found.start()), &format!("`{}` in the desk: {instead}", found.as_str()))
        }));
    }
    faults
}

fn has_no_leftovers(path: &str, text: &str) -> Vec<String> {
    // Written in two parts, so that this file does not find itself.
    let leftovers = [
        (concat!("to", "do!"), "write it, or say in the issue that it is missing"),
        (concat!("unimpl", "emented!"), "write it, or say in the issue that it is missing"),
        (concat!("db", "g!"), "take it away, or make it a tracing event"),
        (concat!("FIX", "ME"), "repair it now, or say why it is as it is"),
        (concat!("TO", "DO"), "do it now, or open an issue"),
        (concat!("#[ig", "nore"), "a test runs or goes; live parts are skipped by their own condition"),
    ];
    let mut faults = Vec::new();
    for (number, line) in text.lines().enumerate() {
        for (leftover, instead) in leftovers {
            if line.contains(leftover) {
                faults.push(fault(path, number + 1, &format!("`{leftover}` was left over: {instead}")));
            }
        }
    }
    faults
}

fn names_no_home(path: &str, text: &str) -> Vec<String> {
    let regex = Regex::new(concat!(r"(/ho", r"me/[a-z]|/Us", r"ers/[A-Za-z]|/ro", r"ot/)")).expect("a sound pattern");
    let mut faults = Vec::new();
    for (number, line) in text.lines().enumerate() {
        if let Some(found) = regex.find(line) {
            let text =
                format!("`{}…` is somebody's own folder: use a relative path or a temporary folder", found.as_str());
            faults.push(fault(path, number + 1, &text));
        }
    }
    faults
}

fn allows_have_reasons(path: &str, text: &str) -> Vec<String> {
    let code = code_of(text);
    let regex = Regex::new(r"#!?\[(allow|expect)\(([^\]]*)\]").expect("a sound pattern");
    let unexplained = regex.captures_iter(&code).filter(|found| !found[2].contains("reason"));
    unexplained
        .map(|found| {
            let at = found.get(0).map_or(0, |whole| whole.start());
            fault(path, line_of(&code, at), &format!("`{}` without `reason = \"…\"`", &found[0]))
        })
        .collect()
}

fn is_read_in_one_sitting(path: &str, text: &str, excused: &[(&str, &str)]) -> Vec<String> {
    let lines = text.lines().count();
    let excuse = excused.iter().find(|(excused, _)| *excused == path);
    match excuse {
        None if lines > LONG => {
            vec![fault(
                path,
                lines,
                &format!("{lines} lines, more than {LONG}: split it by idea, or excuse it in tests/tidy.rs"),
            )]
        }
        Some((_, reason)) if lines <= LONG => {
            vec![fault(
                path,
                lines,
                &format!("{lines} lines and no longer long: take its excuse ({reason}) out of tests/tidy.rs"),
            )]
        }
        _ => Vec::new(),
    }
}

/// `lib.rs` declares its modules in the order of the map in its own crate doc (lines that name `src/NAME`).
fn modules_follow_the_map(lib: &str) -> Vec<String> {
    let in_map = Regex::new(r"\bsrc/([a-z_]+)(\.rs|/)").expect("a sound pattern");
    let declared = Regex::new(r"(?m)^(?:pub(?:\([a-z]+\))? )?mod ([a-z_]+);").expect("a sound pattern");
    let mut map: Vec<&str> = Vec::new();
    for line in lib.lines().filter(|line| line.starts_with("//!")) {
        for found in in_map.captures_iter(line) {
            let name = found.get(1).map_or("", |name| name.as_str());
            if !map.contains(&name) {
                map.push(name);
            }
        }
    }
    let modules: Vec<&str> =
        declared.captures_iter(lib).map(|found| found.get(1).map_or("", |name| name.as_str())).collect();
    let mut faults: Vec<String> = modules
        .iter()
        .filter(|module| !map.contains(module))
        .map(|module| fault("src/lib.rs", 1, &format!("the map in the crate doc does not show src/{module}")))
        .collect();
    let expected: Vec<&str> = map.into_iter().filter(|name| modules.contains(name)).collect();
    let shown: Vec<&str> = modules.into_iter().filter(|module| expected.contains(module)).collect();
    if shown != expected {
        let text = format!(
            "modules are declared as {shown:?}, the map says {expected:?} (blank lines keep rustfmt from sorting)"
        );
        faults.push(fault("src/lib.rs", 1, &text));
    }
    faults
}

/// The changelog begins with the open section, so that the next entry has its place.
fn belongs_at_the_top(name: &str) -> bool {
    name.starts_with('.') || AT_THE_TOP.contains(&name)
}

fn changelog_is_open(text: &str) -> Vec<String> {
    let first = text.lines().find(|line| line.starts_with("## "));
    match first {
        Some(heading) if heading.to_lowercase().contains("unreleased") => Vec::new(),
        Some(heading) => {
            vec![fault("CHANGELOG.md", 1, &format!("the first section is `{heading}`, not `## Unreleased`"))]
        }
        None => vec![fault("CHANGELOG.md", 1, "has no section `## Unreleased`")],
    }
}

// ---------------------------------------------------------------- the tree

#[test]
fn the_desk_is_pure() {
    over(&["src/desk"], &["rs"], desk_is_pure);
}

#[test]
fn nothing_is_left_over() {
    over(&["src", "tests"], &["rs"], has_no_leftovers);
}

#[test]
fn nothing_names_a_home_folder() {
    let everything = ["rs", "toml", "md", "txt", "sh", "py", "service", "conf", "json", ""];
    over(&["."], &everything, names_no_home);
}

#[test]
fn every_allow_has_a_reason() {
    over(&["src", "tests"], &["rs"], allows_have_reasons);
}

#[test]
fn every_file_is_read_in_one_sitting() {
    over(&["src", "tests"], &["rs"], |path, text| is_read_in_one_sitting(path, text, LONG_WITH_REASON));
    for (path, _) in LONG_WITH_REASON {
        assert!(root().join(path).is_file(), "{path} is excused in tests/tidy.rs and does not exist");
    }
}

#[test]
fn modules_are_declared_in_the_order_of_the_map() {
    let lib = fs::read_to_string(root().join("src/lib.rs")).expect("src/lib.rs is readable");
    // Until there is a command line there is no journey to draw.
    if root().join("src/cli.rs").exists() || root().join("src/cli").exists() {
        assert_clean(&modules_follow_the_map(&lib));
    }
}

#[test]
fn nothing_lies_about_at_the_top() {
    let entries = fs::read_dir(root()).expect("the top of the tree is readable").filter_map(Result::ok);
    let files = entries.filter(|entry| entry.path().is_file());
    let names = files.map(|entry| entry.file_name().to_string_lossy().into_owned());
    let stray: Vec<String> = names.filter(|name| !belongs_at_the_top(name)).collect();
    assert_clean(&stray);
}

#[test]
fn the_changelog_is_open() {
    match fs::read_to_string(root().join("CHANGELOG.md")) {
        Ok(text) => assert_clean(&changelog_is_open(&text)),
        Err(_) => assert!(!root().join("README.md").exists(), "there is a README.md and no CHANGELOG.md"),
    }
}

// ---------------------------------------------------------------- the checks can fail

#[test]
fn the_desk_check_finds_each_thing_and_names_the_replacement() {
    for (bad, instead) in [
        ("let t = std::time::SystemTime::now();", "argument `now`"),
        ("let t = Instant::now();", "now.elapsed"),
        ("let t = Timestamp::now();", "argument `now`"),
        ("let t = jiff::Zoned::now();", "argument `now`"),
        ("use std::fs;", "Input"),
        ("use std::{fmt, fs::File};", "Input"),
        ("use std::{net};", "Input"),
        ("let v = std::env::var(name);", "Rules"),
        ("std::process::exit(1);", "worker"),
        ("std::thread::sleep(d);", "threads"),
        ("use tokio::sync::mpsc;", "next_wakeup"),
        ("let c = reqwest::Client::new();", "channel"),
        ("use lettre::Message;", "channel"),
        ("fn f(db: &sled::Db) {}", "store"),
        ("let x: u8 = rand::random();", "counters"),
        ("use rand;", "counters"),
        ("let m: HashMap<u8, u8> = x;", "BTreeMap"),
        ("let m: HashSet<u8> = x;", "BTreeSet"),
        ("async fn f() {}", "deadline"),
        ("x.await;", "deadline"),
        ("use crate::render::subject;", "arrows"),
        ("use crate::{desk::ids, store};", "arrows"),
    ] {
        let faults = desk_is_pure("src/desk/x.rs", &format!("// fine\n{bad}\n"));
        assert!(!faults.is_empty(), "not found: {bad}");
        assert!(faults.iter().all(|fault| fault.starts_with("src/desk/x.rs:2: ")), "{faults:?}");
        assert!(faults.iter().any(|fault| fault.contains(instead)), "{faults:?} should name {instead:?}");
    }
}

#[test]
fn the_desk_check_reads_code_only() {
    let good = "//! No tokio here, no HashMap.\n/* async { std::fs } */\nlet s = \"HashSet \\\" Instant\";\nlet r = r#\"sled \"tokio\"\"#;\n\
                let c = '\"'; let operand = 1; fn f<'a>(x: &'a str) {}\n#[cfg(test)]\nmod tests { use std::fs; }\n";
    assert_eq!(desk_is_pure("src/desk/x.rs", good), Vec::<String>::new());
}

#[test]
fn the_other_checks_can_fail() {
    for bad in [
        concat!("// TO", "DO: later"),
        concat!("to", "do!()"),
        concat!("db", "g!(x)"),
        concat!("#[ig", "nore = \"slow\"]"),
    ] {
        assert_eq!(has_no_leftovers("x.rs", bad).len(), 1, "{bad}");
    }
    for bad in [concat!("/ho", "me/someone/src"), concat!("/Us", "ers/someone"), concat!("/ro", "ot/.cargo")] {
        assert_eq!(names_no_home("x.rs", bad).len(), 1, "{bad}");
    }
    assert_eq!(names_no_home("x.rs", "ProtectHome, /home, /var/lib/kiriwake"), Vec::<String>::new());

    assert_eq!(
        allows_have_reasons("x.rs", "#[allow(dead_code)]\nfn f() {}"),
        ["x.rs:1: `#[allow(dead_code)]` without `reason = \"…\"`"]
    );
    assert_eq!(allows_have_reasons("x.rs", "\n#![allow(\n    a,\n    b\n)]").len(), 1);
    assert_eq!(allows_have_reasons("x.rs", "#[allow(a, reason = \"moved [once]\")]"), Vec::<String>::new());

    let long = "x\n".repeat(LONG + 1);
    assert_eq!(is_read_in_one_sitting("x.rs", &long, &[]).len(), 1);
    assert_eq!(is_read_in_one_sitting("x.rs", &long, &[("x.rs", "a table")]), Vec::<String>::new());
    assert_eq!(is_read_in_one_sitting("x.rs", "x\n", &[("x.rs", "a table")]).len(), 1, "an excuse nobody needs");

    let map = "//! src/cli.rs   the commands\n//! src/daemon/  the loop\n//! src/desk/    pure\n";
    assert_eq!(
        modules_follow_the_map(&format!("{map}pub mod cli;\n\npub mod daemon;\n\nmod desk;\n")),
        Vec::<String>::new()
    );
    assert_eq!(modules_follow_the_map(&format!("{map}pub mod desk;\npub mod cli;\n")).len(), 1, "another order");
    assert_eq!(modules_follow_the_map(&format!("{map}pub mod cli;\npub mod report;\n")).len(), 1, "not in the map");

    assert!(
        !belongs_at_the_top("flapping-O-5.txt") && belongs_at_the_top("README.md") && belongs_at_the_top(".gitignore")
    );

    assert_eq!(changelog_is_open("# Changelog\n\n## Unreleased\n\n## 0.1.0\n"), Vec::<String>::new());
    assert_eq!(changelog_is_open("# Changelog\n\n## 0.1.0\n").len(), 1);
    assert_eq!(changelog_is_open("").len(), 1);
}

// ---------------------------------------------------------------- helpers

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn assert_clean(faults: &[String]) {
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
}

/// Runs `check` over every file below `folders` with one of these extensions (empty = none), and demands that it saw some.
fn over(folders: &[&str], extensions: &[&str], check: impl Fn(&str, &str) -> Vec<String>) {
    let mut files = Vec::new();
    for folder in folders {
        gather(&root().join(folder), &mut files);
    }
    files.retain(|file| {
        let extension = file.extension().and_then(|extension| extension.to_str()).unwrap_or("");
        extensions.contains(&extension)
    });
    assert!(!files.is_empty(), "no file below {folders:?}: the check looks in the wrong place");
    let mut faults = Vec::new();
    for file in files {
        let Ok(text) = fs::read_to_string(&file) else { continue };
        let path = file.strip_prefix(root()).unwrap_or(&file).to_string_lossy().into_owned();
        faults.extend(check(path.trim_start_matches("./"), &text));
    }
    assert_clean(&faults);
}

fn gather(folder: &Path, files: &mut Vec<PathBuf>) {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{} is readable: {error}", folder.display()));
    let mut paths: Vec<PathBuf> = entries.filter_map(Result::ok).map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or("");
        if path.is_dir() {
            if !matches!(name, "target" | ".git" | "__pycache__") {
                gather(&path, files);
            }
        } else {
            files.push(path);
        }
    }
}

fn line_of(text: &str, at: usize) -> usize {
    text[..at].matches('\n').count() + 1
}

/// A file's tests come last; they may use what the code above must not. `#[cfg(test)] mod x;` cuts nothing.
fn before_tests(text: &str) -> &str {
    let tests = Regex::new(r"(?m)^#\[cfg\(test\)\]\n(?:#.*\n)*mod [a-z_]+ \{").expect("a sound pattern");
    tests.find(text).map_or(text, |found| &text[..found.start()])
}

/// The text with comments and the inside of literals taken away; line numbers stay.
fn code_of(text: &str) -> String {
    let literal = Regex::new(concat!(
        r#"(?s)//[^\n]*|/\*.*?\*/"#,
        r##"|\br"[^"]*"|\br#".*?"#"##,
        r#"|b?"(?:\\.|[^"\\])*""#,
        r#"|'(?:\\[^']+|[^'\\\n])'"#,
    ))
    .expect("a sound pattern");
    literal.replace_all(text, |found: &regex::Captures<'_>| "\n".repeat(found[0].matches('\n').count())).into_owned()
}
