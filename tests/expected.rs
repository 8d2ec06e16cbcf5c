//! What must come by its hour, as far as transcripts cannot say it: rules that change, hours that pass unseen, loose patterns.

#![allow(clippy::unwrap_used, reason = "a failed test should stop")]

use jiff::{SignedDuration, Timestamp};
use kiriwake::config::{self, Environment};
use kiriwake::desk::alert::{Alert, Standing};
use kiriwake::desk::ids::SourceId;
use kiriwake::desk::now::{Elapsed, Now};
use kiriwake::desk::observation::{Evidence, Key, Level, Observation, Problem, Report, Seen};
use kiriwake::desk::rules::Rules;
use kiriwake::desk::state::State;
use kiriwake::desk::{Desk, Input};
use std::sync::Arc;

const EXPECTED: &str = r#"
[[expect]]
name = "夜間バックアップの正常終了"
component = "backup-server"
sign = { source = "network-log", summary = "*バックアップ*" }
by = "0 6 * * *"
"#;

fn rules(overlay: &str) -> Rules {
    rules_in("ja", overlay)
}

fn rules_in(language: &str, overlay: &str) -> Rules {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in config::EXAMPLE {
        let text = text.replace("\nlanguage = \"ja\"", &format!("\nlanguage = \"{language}\""));
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    std::fs::write(folder.path().join("zz.toml"), overlay).unwrap();
    let loaded = config::load(folder.path(), &Environment::default(), "2026-09-01".parse().unwrap());
    loaded.map(|(settings, _)| Arc::unwrap_or_clone(settings.rules)).map_err(|_| "the rules are faulty").unwrap()
}

/// Hours after 17:00 (JST) of 6 October 2026.
fn after(hours: u64) -> Now {
    let start: Timestamp = "2026-10-06T08:00:00Z".parse().unwrap();
    let wall = start + SignedDuration::from_hours(i64::try_from(hours).unwrap());
    Now { wall, elapsed: Elapsed(1_000_000 + hours * 3_600_000) }
}

fn desk() -> Desk {
    desk_with(rules(EXPECTED))
}

fn desk_with(rules: Rules) -> Desk {
    let mut desk = Desk::new(State::default(), rules);
    desk.step(after(0), Input::Started { store: "test".into(), epoch: 1 });
    desk.step(after(0), Input::RulesLoaded { hash: "test".into() });
    look(&mut desk, 0, &[]);
    desk
}

fn look(desk: &mut Desk, hours: u64, levels: &[Level]) {
    let now = after(hours);
    let observation = |(nth, level): (usize, &Level)| {
        let problem = Problem {
            host: "srv-bk-01".into(),
            host_name: "srv-bk-01".into(),
            summary: "夜間バックアップ 終了".into(),
            level: *level,
            tags: Default::default(),
            groups: Default::default(),
            object: None,
            fields: Default::default(),
            items: Some(Default::default()),
            inventory: Default::default(),
            raw: "the line".into(),
            acknowledged: false,
            suppressed: false,
            momentary: true,
            late: false,
        };
        Observation { key: Key(format!("{hours}-{nth}").into()), at: now.wall, seen: Seen::Problem(problem) }
    };
    let report = Report {
        source: SourceId::from("network-log"),
        cursor: None,
        first_look: false,
        complete: true,
        observations: levels.iter().enumerate().map(observation).collect(),
        remarks: Vec::new(),
        maintenance: None,
    };
    desk.step(now, Input::Tick);
    desk.step(now, Input::Report(report));
}

fn missed(desk: &Desk) -> Vec<&Alert> {
    desk.state().alerts.values().filter(|alert| alert.missed.is_some()).collect()
}

#[test]
fn what_did_not_come_is_told_in_the_language_of_the_site() {
    for (language, told) in [
        ("ja", "夜間バックアップの正常終了 未確認（06:00まで）"),
        ("en", "夜間バックアップの正常終了 not seen (by 06:00)"),
    ] {
        let mut desk = desk_with(rules_in(language, EXPECTED));
        look(&mut desk, 14, &[]);
        assert_eq!(missed(&desk)[0].problem.summary, told);
    }
}

#[test]
fn what_is_expected_no_more_is_missed_no_more() {
    let mut desk = desk();
    look(&mut desk, 14, &[]);
    assert!(missed(&desk)[0].red());
    assert!(desk.open_problems(&"network-log".into()).is_empty(), "the source knows nothing of it");
    desk.set_rules(rules(""));
    desk.step(after(15), Input::RulesLoaded { hash: "other".into() });
    assert!(matches!(missed(&desk)[0].gone.as_ref().unwrap().evidence, Evidence::NoRecoveryEvent));
    assert!(desk.state().house.expected.is_empty());
}

#[test]
fn hours_that_passed_unseen_are_judged_once_the_source_looks() {
    let mut desk = desk();
    desk.step(after(3 * 24), Input::Tick);
    assert!(missed(&desk).is_empty(), "nobody looked");
    look(&mut desk, 3 * 24, &[]);
    let [alert] = missed(&desk)[..] else { panic!("one fault that goes on") };
    assert_eq!((alert.at, alert.repeats), (after(13).wall, 2));
    look(&mut desk, 3 * 24 + 1, &[Level::Information]);
    let gone = missed(&desk)[0].gone.clone().unwrap();
    assert_eq!(gone.evidence, Evidence::Sign { text: "the line".into() });
    look(&mut desk, 4 * 24, &[]);
    assert!(missed(&desk)[1].red(), "what came in the afternoon is not of the next night");
}

#[test]
fn what_warns_is_never_a_sign() {
    let mut desk = desk();
    look(&mut desk, 9, &[Level::Warning]);
    let alert = desk.state().alerts.values().next().unwrap();
    assert!(matches!(alert.standing, Standing::Member(_)));
    look(&mut desk, 14, &[]);
    assert_eq!(missed(&desk).len(), 1);
}
