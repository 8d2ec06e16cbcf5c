//! Acts as they are posted to the socket, recorded ones spoiled, at a desk with open incidents (P9, P13, P24).
//!
//! Whatever is posted: the desk answers, the books balance, what is recorded reads back as it was written and leads to
//! the same state when folded, every view and every mail can still be made, and mail goes to configured addresses only.
#![allow(clippy::unwrap_used, reason = "a failed test should stop")]

use super::server::ActRequest;
use super::{beside, covers, evidence, rows, view};
use crate::channel::hostile;
use crate::config::{EXAMPLE, of_texts};
use crate::desk::now::Now;
use crate::desk::owed::{self, Work};
use crate::desk::rules::Rules;
use crate::desk::state::State;
use crate::desk::{Change, Desk, Entry, Frame, Input, Reply, ledger};
use crate::fuzz::{Tape, raw, spoil_json, target};
use crate::render::sentences::{Names, sentence};
use crate::{play, render};
use jiff::tz::TimeZone;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// Days with acts in them, played under the example's rules.
const DAYS: [&str; 8] = [
    "sc1-core-switch",
    "hand-back",
    "workaround-and-cause",
    "planned-work-by-command",
    "merge",
    "split",
    "dropped-by-hand",
    "inquiry-becomes-request",
];

/// What the days left: desks at several hours, the acts of all of them, and every name in their records.
struct Recorded {
    rules: std::sync::Arc<Rules>,
    desks: Vec<(State, Now)>,
    acts: Vec<Value>,
    names: Vec<Value>,
}

fn recorded() -> Recorded {
    let files = EXAMPLE.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
    let rules = of_texts(files, "2026-09-01".parse().unwrap()).unwrap().0.rules;
    let (mut desks, mut acts, mut names) = (Vec::new(), Vec::new(), BTreeSet::new());
    for day in DAYS {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/scenarios/{day}.txt"));
        let played = play::run(&rules, &fs::read_to_string(path).unwrap());
        let mut desk = Desk::new(State::default(), rules.clone());
        for (nth, frame) in played.frames.iter().enumerate() {
            desk.fold(frame);
            if let Input::Act { act, .. } = &frame.input {
                acts.push(json!({ "by": null, "act": act }));
                // The hour of an act is one at which another may be posted.
                desks.push((desk.state().clone(), frame.at));
            }
            if (nth + 1) % played.frames.len().div_ceil(3) == 0 {
                desks.push((desk.state().clone(), frame.at));
            }
        }
        gather(&serde_json::to_value(desk.state()).unwrap(), &mut names);
    }
    assert!(acts.len() > 12 && desks.len() > 30, "{} acts, {} desks", acts.len(), desks.len());
    let names = names.into_iter().map(Value::String).collect();
    Recorded { rules, desks, acts, names }
}

/// Short texts of a record: names, ids, hours.
fn gather(value: &Value, names: &mut BTreeSet<String>) {
    match value {
        Value::String(text) if text.len() <= 30 => drop(names.insert(text.clone())),
        Value::Array(rows) => rows.iter().for_each(|row| gather(row, names)),
        Value::Object(fields) => fields.values().for_each(|field| gather(field, names)),
        _ => {}
    }
}

fn extremes() -> Vec<Value> {
    let long = "長い言葉".repeat(5_000);
    let fixed = json!([
        null,
        true,
        false,
        0,
        1,
        2,
        255,
        256,
        -1,
        18_446_744_073_709_551_615_u64,
        1.5,
        "",
        " ",
        [],
        {},
        [[]],
        long,
        "-009999-01-02T01:59:59Z",
        "9999-12-30T22:00:00Z",
        "1970-01-01T00:00:00Z",
        "2026-09-20T02:13:40Z",
        "2026-09-19T17:13:40+09:00[Asia/Tokyo]",
        "PT1H",
        "P9999Y",
        "PT0S",
        "Verify",
        "Submit",
        "KW-20260920-0001",
        "I-1",
        "O-1",
        "M-1"
    ]);
    let hostile = hostile::texts().into_iter().step_by(7).map(Value::String);
    fixed.as_array().unwrap().iter().cloned().chain(hostile).collect()
}

#[test]
fn control() {
    let known = recorded();
    let pool: Vec<Value> = extremes().into_iter().chain(known.names.iter().cloned()).collect();
    let zone = TimeZone::get("Asia/Tokyo").unwrap();
    target!("control", 120, |input| {
        let mut tape = Tape::new(input);
        let given = raw(input).map(|text| text.split(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect::<Vec<_>>());
        let (state, now) = match given {
            Some(_) => known.desks.last().unwrap(),
            None => tape.pick(&known.desks),
        };
        let mut desk = Desk::new(state.clone(), known.rules.clone());
        let mut folded = Desk::new(state.clone(), known.rules.clone());
        let mut now = *now;
        let posted: Vec<Vec<u8>> = given.unwrap_or_else(|| {
            let acts = 1 + tape.below(4);
            let mut spoiled = || {
                let mut act = tape.pick(&known.acts).clone();
                spoil_json(&mut tape, &mut act, &pool);
                act.to_string().into_bytes()
            };
            (0..acts).map(|_| spoiled()).collect()
        });
        for body in posted {
            // What is no act is refused at the door.
            let Ok(request) = serde_json::from_slice::<ActRequest>(&body) else { continue };
            let input = request.by_account("operator".to_owned());
            step(&mut desk, &mut folded, now, input, &zone);
            now = later(now, 60);
        }
        // What was agreed runs out: deadlines, reminders, ends of planned work.
        for seconds in [600, 86_400] {
            now = later(now, seconds);
            step(&mut desk, &mut folded, now, Input::Tick, &zone);
        }
        assert!(desk.state() == folded.state(), "folding what was recorded leads to another state");
        can_be_shown(&desk, now);
    });
}

fn later(now: Now, seconds: i64) -> Now {
    let wall = now.wall + jiff::SignedDuration::from_secs(seconds);
    Now { wall, elapsed: now.elapsed + std::time::Duration::from_secs(seconds.unsigned_abs()) }
}

fn step(desk: &mut Desk, folded: &mut Desk, now: Now, input: Input, zone: &TimeZone) {
    let stored = serde_json::to_string(&input).unwrap();
    assert!(serde_json::from_str::<Input>(&stored).unwrap() == input, "an act reads differently: {stored}");
    let step = desk.step(now, input.clone());
    if let Reply::Refused(why) = &step.reply {
        assert!(!why.to_string().trim().is_empty(), "refused without a word");
    }
    assert!(step.entries.len() <= 400, "{} entries of one input", step.entries.len());
    for entry in &step.entries {
        let stored = serde_json::to_string(entry).unwrap();
        assert!(serde_json::from_str::<Entry>(&stored).unwrap() == *entry, "an entry reads differently: {stored}");
        let told = sentence(Names { state: desk.state(), zone }, entry);
        assert!(!told.what.is_empty());
        if let Change::Owed(owed::Change::Owed(row)) = &entry.change
            && let Work::Message { addresses, letter, .. } = &row.work
        {
            let words = render::mail(letter);
            assert!(!words.subject.trim().is_empty() && !words.body.trim().is_empty());
            assert!(!words.subject.chars().any(char::is_control), "{:?}", words.subject);
            let steers = |c: char| (c.is_control() && c != '\n') || matches!(c, '\u{202a}'..='\u{202e}');
            assert!(!words.body.chars().any(steers), "{:?}", words.body);
            assert!(!addresses.is_empty());
            for one in addresses {
                assert!(EXAMPLE.iter().any(|(_, text)| text.contains(&one.address)), "mail to {}", one.address);
            }
        }
    }
    let books = ledger::balance(desk.state());
    assert!(books.balanced, "{books:?}");
    let frame = Frame { at: now, rules: String::new(), input, entries: step.entries };
    folded.fold(&frame);
}

/// Every view of the desk answers in JSON.
fn can_be_shown(desk: &Desk, now: Now) {
    let lines = view::incidents(desk, true);
    for line in &lines {
        let name = &line.number.as_ref().map_or_else(|| line.id.to_string(), ToString::to_string);
        let dossier = view::dossier(desk, name).unwrap_or_else(|| panic!("{name} is listed and not found"));
        serde_json::to_string(&dossier).unwrap();
        serde_json::to_string(&evidence::evidence(desk, name)).unwrap();
    }
    let all = json!([
        view::status(desk, now),
        lines,
        rows::outbox(desk, true, now),
        beside::changes(desk),
        covers::covers(desk, true, now)
    ]);
    assert!(all.to_string().len() < 8 << 20);
}
