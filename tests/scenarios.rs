//! Days at the desk: every transcript of `tests/scenarios` under the rules of A町, compared in full.
//!
//! `UPDATE=1 cargo test --test scenarios` rewrites the outcomes; the difference is the review. After every transcript
//! the player proves that folding, replaying and the books agree. Beside some of them stand their mails (`NAME.mails`).

#![allow(clippy::unwrap_used, reason = "a test that cannot read its own data should stop")]

use kiriwake::config::{self, Environment};
use kiriwake::desk::rules::Rules;
use kiriwake::desk::state::State;
use kiriwake::play;
use kiriwake::replay::{self, Recorded};
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::{fs, thread};

/// The example rules with a transcript's own laid over them.
fn rules(overlay: &str) -> Rules {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in config::EXAMPLE {
        let text = if name == "policy.toml" { without(text, overlay) } else { text.into() };
        fs::write(folder.path().join(name), text).unwrap();
    }
    fs::write(folder.path().join("zz-overlay.toml"), overlay).unwrap();
    let today = "2026-09-01".parse().unwrap();
    match config::load(folder.path(), &Environment::default(), today) {
        Ok((settings, _)) => Arc::unwrap_or_clone(settings.rules),
        Err(report) => {
            let mut text = Vec::new();
            report.print(&mut text, false).unwrap();
            panic!("the rules of the transcript are faulty:\n{}\n{overlay}", String::from_utf8_lossy(&text));
        }
    }
}

/// The example's policy without the keys a transcript sets itself: no key may be written twice.
fn without(policy: &str, overlay: &str) -> String {
    let tables = |line: &&str| !line.starts_with('[') || line.starts_with("[policy");
    let own = overlay.lines().skip_while(|line| *line != "[policy]").skip(1).take_while(tables);
    let own: Vec<&str> = own.filter_map(|line| line.split_once(" = ")).map(|(key, _)| key).collect();
    let kept = policy.lines().filter(|line| line.split_once(" = ").is_none_or(|(key, _)| !own.contains(&key)));
    kept.collect::<Vec<_>>().join("\n")
}

fn transcripts() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scenarios");
    let mut paths: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "txt"));
    paths.sort();
    paths
}

#[test]
fn every_day_goes_as_written() {
    let only = std::env::var("ONLY").unwrap_or_default();
    let mut transcripts = transcripts();
    assert!(transcripts.len() > 10, "transcripts are missing");
    transcripts.retain(|path| path.file_name().is_some_and(|name| name.to_string_lossy().contains(&only)));
    // Each day stands alone, so that all processors play them.
    let next = AtomicUsize::new(0);
    let play = || {
        let mine = std::iter::from_fn(|| transcripts.get(next.fetch_add(1, Ordering::Relaxed)));
        mine.flat_map(|path| played(path)).collect::<Vec<String>>()
    };
    let wrong: Vec<String> = thread::scope(|scope| {
        let players = thread::available_parallelism().map_or(1, NonZero::get);
        let players: Vec<_> = (0..players).map(|_| scope.spawn(play)).collect();
        players.into_iter().flat_map(|player| player.join().unwrap()).collect()
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Plays one transcript, and says what is not as written.
fn played(path: &Path) -> Vec<String> {
    let name = path.file_name().unwrap().to_string_lossy().into_owned();
    let mut wrong = Vec::new();
    let text = fs::read_to_string(path).unwrap();
    let rules = rules(&play::overlay(&text));
    let played = play::run(&rules, &text);
    let recorded = (1_u64..).zip(played.frames.iter().cloned()).map(|(seq, frame)| Recorded { seq, frame });
    let replayed = replay::replay(State::default(), &rules, recorded, None);
    if (replayed.same, replayed.deadlines, replayed.changes.len()) != (replayed.inputs, 0, 0) {
        wrong
            .push(format!("{name}: a replay under the same rules differs: {replayed:?}").chars().take(2_000).collect());
    }
    for fault in &played.faults {
        wrong.push(format!("{name}: {}", fault.to_string().chars().take(2_000).collect::<String>()));
    }
    let rewritten = played.rewritten();
    if rewritten != text {
        if std::env::var_os("UPDATE").is_some() {
            fs::write(path, &rewritten).unwrap();
        } else {
            let differs = text.lines().zip(rewritten.lines()).position(|(old, new)| old != new);
            let line = differs.unwrap_or_default();
            let (old, new) = (text.lines().nth(line), rewritten.lines().nth(line));
            wrong.push(format!("{name} line {}:\n  written {old:?}\n  came    {new:?}", line + 1));
        }
    }
    let mails: Vec<String> = played
        .mails
        .iter()
        .map(|mail| format!("==== {} to {}\nSubject: {}\n\n{}", mail.row, mail.party, mail.subject, mail.body))
        .collect();
    let mails = mails.join("\n");
    // Where the words of a day matter as much as its course, they stand beside it.
    let beside = path.with_extension("mails");
    if let Ok(agreed) = fs::read_to_string(&beside)
        && agreed != mails
    {
        if std::env::var_os("UPDATE").is_some() {
            fs::write(&beside, &mails).unwrap();
        } else {
            let differs = agreed.lines().zip(mails.lines()).find(|(old, new)| old != new);
            let (old, new) = differs.unwrap_or(("(its end)", "(another end)"));
            wrong.push(format!("{}:\n  written {old}\n  came    {new}", beside.display()));
        }
    }
    if let Some(folder) = std::env::var("MAILS").ok().filter(|folder| !folder.is_empty()) {
        fs::write(Path::new(&folder).join(&name), mails).unwrap();
    }
    wrong
}
