//! The configuration from outside: the example, sound and faulty folders, the environment, the hash.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a failed test should stop")]

#[path = "config/a_town.rs"]
mod a_town;
#[path = "config/hostile.rs"]
mod hostile;

use jiff::civil::{Date, date};
use kiriwake::config::{self, Environment, Finding, Report, Settings, Weight};
use std::fs;
use std::path::Path;

const TODAY: Date = date(2026, 9, 18);

fn load(folder: &Path) -> Result<(Settings, Report), Report> {
    config::load(folder, &Environment::default(), TODAY)
}

fn printed(report: &Report) -> String {
    let mut text = Vec::new();
    report.print(&mut text, false).unwrap();
    String::from_utf8(text).unwrap()
}

#[test]
fn the_example_is_sound() {
    match load(Path::new("config")) {
        Ok((_, report)) => assert_eq!(report.findings(), [], "{}", printed(&report)),
        Err(report) => panic!("{}", printed(&report)),
    }
}

/// Each folder of `good/` is sound and has nothing to warn of.
#[test]
fn every_good_folder_is_sound() {
    let mut seen = 0;
    for entry in fs::read_dir("tests/config/good").unwrap() {
        let folder = entry.unwrap().path();
        match load(&folder) {
            Ok((_, report)) => assert_eq!(report.findings(), [], "{}:\n{}", folder.display(), printed(&report)),
            Err(report) => panic!("{}:\n{}", folder.display(), printed(&report)),
        }
        seen += 1;
    }
    assert!(seen >= 2, "the folder of good cases is gone");
}

/// Each file of `bad/`, added to the small sound folder, gives exactly the findings its first lines tell.
/// `UPDATE=1` writes them anew; the difference is for a person to read.
#[test]
fn every_bad_file_gives_exactly_the_findings_of_its_first_lines() {
    let small = fs::read_to_string("tests/config/good/small/all.toml").unwrap();
    let mut seen = 0;
    for entry in fs::read_dir("tests/config/bad").unwrap() {
        let path = entry.unwrap().path();
        let written = fs::read_to_string(&path).unwrap();
        let body: String =
            written.lines().filter(|line| !line.starts_with("#! ")).map(|line| format!("{line}\n")).collect();
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("all.toml"), &small).unwrap();
        // Behind the lines it replaces, so that it is the later one.
        fs::write(folder.path().join("bad.toml"), &body).unwrap();
        let report = load(folder.path()).map_or_else(|report| report, |(_, report)| report);
        let found = report.findings().iter().map(line).collect::<String>();
        let found = found.replace(&folder.path().display().to_string(), "FOLDER");
        assert!(!found.is_empty(), "{} has nothing wrong", path.display());
        if std::env::var_os("UPDATE").is_some() {
            fs::write(&path, format!("{found}{body}")).unwrap();
        } else {
            let expected: String =
                written.lines().filter(|line| line.starts_with("#! ")).map(|line| format!("{line}\n")).collect();
            assert_eq!(found, expected, "{}:\n{}", path.display(), printed(&report));
        }
        seen += 1;
    }
    assert!(seen >= 20, "the folder of bad cases is gone");
}

fn line(finding: &Finding) -> String {
    let weight = if finding.weight == Weight::Fault { "fault" } else { "warning" };
    format!("#! {weight} {finding}\n")
}

#[test]
fn ten_faults_of_one_file_are_told_at_once() {
    let text = fs::read_to_string("tests/config/bad/ten-faults.toml").unwrap();
    assert_eq!(text.lines().filter(|line| line.starts_with("#! fault")).count(), 10);
}

fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

fn small() -> String {
    fs::read_to_string("tests/config/good/small/all.toml").unwrap()
}

#[test]
fn a_file_with_broken_syntax_is_one_fault_and_the_others_are_still_checked() {
    let folder = folder(&[
        ("all.toml", &small()),
        ("components.toml", "[component.a]\nparty = \"t-sha\"\nneeds = [\n[component.b]\nhosts = \"b\"\n"),
        ("other.toml", "[component.c]\nparty = \"n-sha\"\nhosts = \"c\"\nneeds = [\"a\", \"lost\"]\nscope = \"inn\"\n"),
        ("parties.toml", "[party.t-sha\nkind = \"vendor\"\n"),
    ]);
    let report = load(folder.path()).unwrap_err();
    let told: Vec<_> = report.findings().iter().map(|it| (it.file.as_deref().unwrap(), it.key.as_str())).collect();
    assert_eq!(
        told,
        [("components.toml", ""), ("other.toml", "component.c.scope"), ("parties.toml", "")],
        "{}",
        printed(&report)
    );
}

#[test]
fn a_folder_that_is_not_there_or_empty_says_what_to_do() {
    let empty = folder(&[("README", "")]);
    for (path, why) in [(empty.path(), "holds no *.toml file"), (Path::new("tests/config/none"), "cannot be read")] {
        let report = load(path).unwrap_err();
        let text = printed(&report);
        assert!(text.contains(why) && text.contains("kiriwake init"), "{text}");
        assert_eq!(report.faults().count(), 1, "{text}");
    }
    let comments = folder(&[("a.toml", "# nothing yet\n")]);
    let text = printed(&load(comments.path()).unwrap_err());
    for part in ["there is no [site]", "there is no source", "there is no channel", "there is no calendar `reception`"]
    {
        assert!(text.contains(part), "{text}");
    }
    let binary = tempfile::tempdir().unwrap();
    fs::write(binary.path().join("a.toml"), b"name = \"\x83\x65\"").unwrap();
    assert!(printed(&load(binary.path()).unwrap_err()).contains("a.toml cannot be read: byte 8 is not UTF-8"));
}

#[test]
fn people_see_the_line_with_a_mark_under_what_is_meant() {
    let folder = folder(&[
        ("a.toml", &small()),
        (
            "b.toml",
            "# 住民記録\n[component.router] # 機器\nparty = \"n-sha\"\nname = \"障\"\nhsots = \"rt-*\"\n[site]\nname = \"C町\"\n",
        ),
    ]);
    let report = load(folder.path()).unwrap_err();
    let expected = "\
fault: component.router.hsots: is not a key known here
 --> b.toml:5:1
  |
5 | hsots = \"rt-*\"
  | ^^^^^
  |
  = help: did you mean `hosts`?

fault: site.name: is written twice
 --> b.toml:7:1
  |
7 | name = \"C町\"
  | ^^^^
  |
 ::: a.toml:3:8
  |
3 | name = \"B町\"
  |        ----- first written here
  |
  = help: keep one of the two: each key belongs in one file

warning: component.router: has neither hosts nor match: no alert is ever about it
 --> b.toml:2:1
  |
2 | [component.router] # 機器
  | ^^^^^^^^^^^^^^^^^^
  |
  = help: write hosts = [\"…\"] or match = [{ … }]

2 faults, 1 warning
";
    assert_eq!(printed(&report), expected);
    let json = report.json();
    assert_eq!(json["faults"], 2);
    assert_eq!(json["findings"][0]["line"], 5);
    assert_eq!(json["findings"][0]["key"], "component.router.hsots");
    assert_eq!(json["findings"][0]["weight"], "fault");
}

fn with_environment(variables: &[(&str, &str)]) -> Result<(Settings, Report), Report> {
    let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    config::load(Path::new("config"), &variables.collect(), TODAY)
}

#[test]
fn the_environment_sets_single_keys_over_the_files() {
    let (settings, report) = with_environment(&[
        ("KIRIWAKE_SITE__NAME", "B町"),
        ("KIRIWAKE_SITE__ENTRY_PHONE", "0120000000"),
        ("KIRIWAKE_SOURCE__ZABBIX__0__URL", "https://localhost/api_jsonrpc.php"),
        ("KIRIWAKE_POLICY__WINDOW", "30s"),
        ("KIRIWAKE_POLICY__SEVERITY__1__CRITICAL", "false"),
        ("KIRIWAKE_POLICY__WATCH_REPEATS", "7"),
        ("KIRIWAKE_PARTY__N-SHA__CONTACT__0__PHONE", "00-0000-9999"),
        ("KIRIWAKE_STATE__DIRECTORY", "/srv/kiriwake"),
        ("KIRIWAKE_LOG", "debug"),
        ("HOME", "/root"),
    ])
    .unwrap_or_else(|report| panic!("{}", printed(&report)));
    assert_eq!(report.findings(), []);
    let rules = &settings.rules;
    assert_eq!(rules.site.name, "B町");
    assert_eq!(rules.site.entry_phone.as_deref(), Some("0120000000"), "a number is a text where a text is wanted");
    assert_eq!(settings.kinds.sources.zabbix[0].url, "https://localhost/api_jsonrpc.php");
    assert_eq!(rules.policy.window.as_secs(), 30);
    assert!(!rules.policy.severity[0].critical);
    assert_eq!(rules.policy.watch_repeats, 7);
    assert_eq!(rules.parties[&"n-sha".into()].contacts[0].phone.as_deref(), Some("00-0000-9999"));
    assert_eq!(settings.state_directory, Path::new("/srv/kiriwake"));
    assert_ne!(rules.hash, load(Path::new("config")).unwrap().0.rules.hash);
}

#[test]
fn a_slip_in_the_environment_is_shown_like_one_in_a_file() {
    let report = with_environment(&[("KIRIWAKE_SITE__NMAE", "B町"), ("KIRIWAKE_SITE__LANGUAGE", "fr")]).unwrap_err();
    let text = printed(&report);
    for part in [
        "--> environment:1:25",
        "KIRIWAKE_SITE__LANGUAGE=fr",
        "site.nmae: is not a key known here",
        "did you mean `name`?",
        "KIRIWAKE_SITE__NMAE=B町",
    ] {
        assert!(text.contains(part), "{part}:\n{text}");
    }
}

#[test]
fn the_hash_names_what_is_said_and_not_how_it_is_written() {
    let hash = |files: &[(&str, &str)]| {
        let folder = folder(files);
        load(folder.path()).unwrap_or_else(|report| panic!("{}", printed(&report))).0.rules.hash.clone()
    };
    let small = small();
    let first = hash(&[("a.toml", &small)]);
    assert_eq!(first.len(), 64);
    let rewritten = format!("# a comment\n\n{}", small.replace(" = ", "  =  ").replace("2026-04-01", "\"2026-04-01\""));
    assert_eq!(hash(&[("z.toml", &rewritten)]), first);
    let (head, component) = small.split_once("[component.switch]").unwrap();
    let (component, tail) = component.split_once("[calendar.reception]").unwrap();
    let component = format!("[component.switch]{component}");
    let rest = format!("[calendar.reception]{tail}");
    assert_eq!(hash(&[("1.toml", &rest), ("2.toml", &component), ("3.toml", head)]), first);
    assert_ne!(hash(&[("a.toml", &small.replace("sw-*", "sw-?"))]), first);

    // The order of components is part of what is said: the earlier one wins.
    let other = "[component.a-later-one]\nparty = \"n-sha\"\nhosts = \"sw-9\"\n";
    assert_ne!(hash(&[("a.toml", &small), ("b.toml", other)]), hash(&[("b.toml", &small), ("a.toml", other)]),);
}

#[test]
fn a_system_needs_what_the_systems_it_needs_need() {
    let systems = r#"
[system.records]
name = "住民記録システム"
needs = ["db", ["web-1", "web-2"]]
departments = ["住民課"]

[system.certificates]
name = "証明書交付システム"
needs = ["kiosk", "records"]
departments = ["住民課"]

[system.portal]
name = "電子申請システム"
needs = ["web-1", "certificates"]
departments = ["総務課"]

[component.kiosk]
hosts = "kiosk"
party = "n-sha"

[component.db]
hosts = "db"
party = "n-sha"

[component.web-1]
hosts = "web-1"
party = "n-sha"

[component.web-2]
hosts = "web-2"
party = "n-sha"
"#;
    let folder = folder(&[("small.toml", &small()), ("systems.toml", systems)]);
    let (settings, report) = load(folder.path()).unwrap_or_else(|report| panic!("{}", printed(&report)));
    assert_eq!(report.findings(), [], "{}", printed(&report));
    let needs = |id: &str| {
        let system = &settings.rules.systems[&id.into()];
        let names: Vec<&str> = system.needs.iter().map(|id| id.as_str()).collect();
        (names.join(" "), system.spares.len())
    };
    assert_eq!(needs("certificates"), ("kiosk db web-1 web-2".to_owned(), 1), "the groups come with it");
    assert_eq!(needs("portal"), ("web-1 kiosk db".to_owned(), 0), "who needs one of a group alone has no spare");
}

#[test]
fn the_example_is_written_once_and_never_over_something() {
    let parent = tempfile::tempdir().unwrap();
    let folder = parent.path().join("etc/kiriwake");
    let written = config::init(&folder).unwrap();
    assert_eq!(written.len(), config::EXAMPLE.len() + 1, "the files, and one case");
    let in_repository = fs::read_dir("config").unwrap().count();
    assert_eq!(written.len(), in_repository, "a file of config/ is not part of what `init` writes");
    assert!(load(&folder).is_ok());

    fs::remove_file(&written[0]).unwrap();
    fs::write(&written[1], "mine").unwrap();
    let error = config::init(&folder).unwrap_err().to_string();
    assert!(error.contains("exists already; nothing was written"), "{error}");
    assert!(!written[0].exists());
    assert_eq!(fs::read_to_string(&written[1]).unwrap(), "mine");
}

#[test]
fn the_defaults_are_those_of_the_shipped_file() {
    let (small, _) = load(Path::new("tests/config/good/small")).unwrap();
    let (example, _) = load(Path::new("config")).unwrap();
    let mut policy = example.rules.policy.clone();
    policy.blind_tell = small.rules.policy.blind_tell.clone();
    assert_eq!(small.rules.policy, policy);
    assert_eq!(small.rules.policy.blind_tell, ["desk".into(), "office".into()]);
    assert_eq!(example.rules.policy.blind_tell, ["k-sha".into(), "soumu-joho".into()]);
    assert_eq!(small.state_directory, Path::new("/var/lib/kiriwake"));
    assert_eq!(small.rules.site.timezone, "Asia/Tokyo");
}

/// Contracts end, and calendars: what is sound today is doubted in time.
#[test]
fn what_ends_is_told_before_it_ends() {
    let on = |day| config::load(Path::new("config"), &Environment::default(), day).unwrap().1;
    assert_eq!(on(date(2026, 12, 30)).warnings().count(), 0);
    assert_eq!(on(date(2026, 12, 31)).warnings().count(), 6, "six contracts end in 90 days");
    assert!(printed(&on(date(2027, 4, 1))).contains("is past"));
    assert!(printed(&on(date(2099, 1, 1))).contains("holidays are known until the end of 2099 only"));
}

#[test]
fn what_is_commented_out_in_the_example_works_when_it_is_taken_in() {
    let mut taken = 0;
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in config::EXAMPLE {
        let lines = text.lines().map(|line| match line.strip_prefix("# ") {
            // Headers of rules and patterns stand in the explanations, without anything under them.
            Some(key)
                if [
                    "[[channel.",
                    "[[maintenance",
                    "[[probe.",
                    "[[expect",
                    "[[policy.approval",
                    "[health",
                    "[[rule]]  #",
                ]
                .iter()
                .any(|table| key.starts_with(table))
                    || key.split_once(" = ").is_some_and(|(key, _)| is_key(key)) =>
            {
                taken += 1;
                format!("{key}\n")
            }
            _ => format!("{line}\n"),
        });
        fs::write(folder.path().join(name), lines.collect::<String>()).unwrap();
    }
    fs::write(folder.path().join("a-town-ca.pem"), "").unwrap();
    assert!(taken > 20, "only {taken} lines are commented out");
    let report = load(folder.path()).map_or_else(|report| report, |(_, report)| report);
    // There is no authority in that file, and no modem here; everything else must be right.
    let missing = |finding: &Finding| {
        let no_modem = finding.weight == Weight::Warning && finding.message.contains("send-sms cannot be run");
        no_modem || finding.message.contains("a-town-ca.pem")
    };
    let others = report.findings().iter().filter(|finding| !missing(finding));
    assert_eq!(others.collect::<Vec<_>>(), Vec::<&Finding>::new(), "{}", printed(&report));
}

fn is_key(text: &str) -> bool {
    text.chars().all(|c| c.is_ascii_lowercase() || "_.".contains(c))
}
