use super::super::config::Config;
use super::super::pattern::PatternConfig;
use super::*;
use crate::desk::observation::Level;

const PATTERNS: &str = r#"
[[pattern]]
name = "link"
set = "network"
opens = 'Interface (?P<interface>\S+), changed state to down'
closes = 'Interface (?P<interface>\S+), changed state to up'
key = ["host", "interface"]
summary = "{host} {interface} が停止しました"
level = "high"
tags = { component = "switch" }
[[pattern]]
name = "restart"
set = "network"
opens = 'SYS-5-RESTART'
[[pattern]]
name = "anything down"
set = "os"
opens = '(?:(?P<host>srv-[a-z0-9-]+) is )?\bdown\b'
[[pattern]]
name = "both"
set = "os"
opens = 'toggled'
closes = 'toggled|cleared'
"#;
const READ: &str = "2026-09-19T17:13:41Z";

#[derive(serde::Deserialize)]
struct File {
    pattern: Vec<PatternConfig>,
}

fn scan(open: &[OpenProblem]) -> Scan {
    let config = "name = 'net'\npaths = ['/l']\npatterns = ['network', 'os']";
    let config: Config = toml::from_str(config).expect("sound TOML");
    let settings = config.check(TimeZone::get("Asia/Tokyo").expect("the zone")).expect("sound");
    let file: File = toml::from_str(PATTERNS).expect("sound TOML");
    let patterns: Vec<Pattern> = file.pattern.iter().map(|p| p.check().expect("sound")).collect();
    Scan::new(&settings, &patterns, open)
}

/// Reads lines at offsets 0, 1, 2 … of content 7, a second after 02:13:40 JST.
fn read(scan: &mut Scan, lines: &[&str]) -> Vec<Observation> {
    let mut observations = Vec::new();
    for (text, offset) in lines.iter().copied().zip(0..) {
        let line = Line { text, number: 7, offset, path_host: None };
        scan.line(line, READ.parse().expect("a time"), &mut observations);
    }
    observations
}

fn problem_of(observation: &Observation) -> &Problem {
    match &observation.seen {
        Seen::Problem(problem) => problem,
        other => panic!("{other:?} is not a problem"),
    }
}

#[test]
fn a_line_becomes_a_problem_with_everything_the_pattern_says() {
    let line = "Sep 20 02:13:40 core-sw-01 %LINK-3-UPDOWN: Interface Gi0/1, changed state to down";
    let observations = read(&mut scan(&[]), &[line]);
    assert_eq!(observations.len(), 1, "only the first pattern that fits opens");
    assert_eq!(observations[0].at.to_string(), "2026-09-19T17:13:40Z");
    let expected = Problem {
        host: "core-sw-01".into(),
        host_name: "core-sw-01".into(),
        summary: "core-sw-01 Gi0/1 が停止しました".into(),
        level: Level::High,
        tags: vec![("component".into(), "switch".into())].into(),
        groups: vec![].into(),
        object: Some("link".into()),
        fields: vec![("interface".into(), "Gi0/1".into())].into(),
        items: Some(Vec::new().into()),
        inventory: BTreeMap::new().into(),
        raw: line.into(),
        acknowledged: false,
        suppressed: false,
        momentary: false,
        late: false,
    };
    assert_eq!(*problem_of(&observations[0]), expected);
}

#[test]
fn a_repeated_line_keeps_the_key_and_one_after_closing_gets_a_new_one() {
    let down = "Sep 20 02:13:40 sw1 Interface Gi0/1, changed state to down";
    let up = "Sep 20 02:13:50 sw1 Interface Gi0/1, changed state to up";
    let seen = read(&mut scan(&[]), &[down, down, up, up, down]);
    assert_eq!(seen.len(), 4, "the second closing line has nothing to close");
    assert_eq!(seen[0].key, seen[1].key);
    assert_eq!(seen[0].key, seen[2].key);
    assert_eq!(seen[2].seen, Seen::Recovered { evidence: Evidence::Line { text: up.to_owned() } });
    assert_ne!(seen[0].key, seen[3].key);
}

#[test]
fn only_equal_key_values_are_closed() {
    let down = "Sep 20 02:13:40 sw1 Interface Gi0/1, changed state to down";
    let seen = read(
        &mut scan(&[]),
        &[
            down,
            "Sep 20 02:13:50 sw2 Interface Gi0/1, changed state to up",
            "Sep 20 02:13:50 sw1 Interface Gi0/2, changed state to up",
        ],
    );
    assert_eq!(seen.len(), 1);
}

#[test]
fn after_a_restart_the_open_problems_of_the_desk_are_known() {
    let down = "Sep 20 02:13:40 sw1 Interface Gi0/1, changed state to down";
    let up = "Sep 20 02:13:50 sw1 Interface Gi0/1, changed state to up";
    let before = read(&mut scan(&[]), &[down]);
    let open = OpenProblem {
        key: before[0].key.clone(),
        object: None,
        level: Level::High,
        acknowledged: false,
        suppressed: false,
        monitored: true,
    };
    let foreign = OpenProblem { key: Key("12345".into()), ..open.clone() };
    let after = read(&mut scan(&[foreign, open]), &["", down, up]);
    assert_eq!(after.iter().map(|seen| &seen.key).collect::<Vec<_>>(), [&before[0].key; 2]);
}

#[test]
fn moments_have_a_key_for_each_line() {
    let line = "Sep 20 02:13:40 sw1 %SYS-5-RESTART: System restarted";
    let seen = read(&mut scan(&[]), &[line, line]);
    assert!(seen.iter().all(|seen| problem_of(seen).momentary));
    assert_ne!(seen[0].key, seen[1].key);
    assert_eq!(problem_of(&seen[0]).summary, "%SYS-5-RESTART: System restarted");
    assert_eq!(seen, read(&mut scan(&[]), &[line, line]), "reading again gives the same keys");
}

#[test]
fn a_line_that_opens_and_closes_the_same_pattern_opens() {
    let seen = read(&mut scan(&[]), &["toggled", "toggled", "cleared"]);
    let recovered: Vec<bool> = seen.iter().map(|seen| matches!(seen.seen, Seen::Recovered { .. })).collect();
    assert_eq!(recovered, [false, false, true]);
}

#[test]
fn the_host_is_the_group_then_the_path_then_the_head_then_the_source() {
    for (text, path_host, expected) in [
        ("Sep 20 02:13:40 relay srv-db-01 is down", Some("path"), "srv-db-01"),
        ("Sep 20 02:13:40 relay link down", Some("path"), "path"),
        ("Sep 20 02:13:40 relay link down", None, "relay"),
        ("link down", None, "net"),
    ] {
        let mut observations = Vec::new();
        let line = Line { text, number: 1, offset: 0, path_host };
        scan(&[]).line(line, READ.parse().expect("a time"), &mut observations);
        assert_eq!(problem_of(&observations[0]).host, expected, "{text}");
    }
}

#[test]
fn late_is_what_is_older_than_five_minutes_when_it_is_read() {
    for (text, late) in
        [("Sep 20 02:08:41 h down", false), ("Sep 20 02:08:40 h down", true), ("no time, h down", false)]
    {
        assert_eq!(problem_of(&read(&mut scan(&[]), &[text])[0]).late, late, "{text}");
    }
}

#[test]
fn only_the_beginning_of_a_long_line_is_matched() {
    let far = format!("{} down", "表".repeat(INPUT_LIMIT));
    assert!(read(&mut scan(&[]), &[&far]).is_empty());
    let near = format!("h down {}", "表".repeat(INPUT_LIMIT));
    assert_eq!(read(&mut scan(&[]), &[&near]).len(), 1);
}

#[test]
fn without_a_prefilter_the_same_is_found() {
    let lines = ["Sep 20 02:13:40 sw1 Interface Gi0/1, changed state to down", "cleared", "toggled", "cleared", "x"];
    let mut plain = scan(&[]);
    plain.prefilter = None;
    assert_eq!(read(&mut plain, &lines), read(&mut scan(&[]), &lines));
}

#[test]
fn too_many_open_problems_become_moments_and_are_told() {
    let mut scan = scan(&[]);
    let lines: Vec<String> = (0..=OPEN_LIMIT).map(|nth| format!("sw Interface {nth}, changed state to down")).collect();
    let seen = read(&mut scan, &lines.iter().map(String::as_str).collect::<Vec<_>>());
    assert!(!problem_of(&seen[OPEN_LIMIT - 1]).momentary);
    assert!(problem_of(&seen[OPEN_LIMIT]).momentary);
    assert_eq!((scan.take_overflow(), scan.take_overflow()), (1, 0));
}
