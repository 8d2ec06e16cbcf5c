#![allow(clippy::unwrap_used, reason = "a test may fail by panicking")]
use super::*;
use crate::channel::example;
use std::fs;
use std::path::PathBuf;

struct Bench {
    folder: tempfile::TempDir,
}

impl Bench {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    /// A program of one script. It is written under another name first, so that no other test's child holds it open for
    /// writing when it is run.
    fn program(&self, script: &str) -> PathBuf {
        let path = self.folder.path().join("program");
        let half = self.folder.path().join("half");
        fs::write(&half, format!("#!/bin/sh\ncd {}\n{script}\n", self.folder.path().display())).unwrap();
        fs::set_permissions(&half, fs::Permissions::from_mode(0o755)).unwrap();
        fs::rename(&half, &path).unwrap();
        path
    }

    fn channel(&self, script: &str, timeout: Duration) -> Command {
        Command { timeout, ..command(&[&self.program(script).display().to_string(), "--to", "$(id) a b"]) }
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.folder.path().join(name)).unwrap_or_default()
    }
}

fn config(words: &[&str]) -> CommandConfig {
    let command = words.iter().map(|word| (*word).to_owned()).collect();
    CommandConfig { name: "lamp".into(), party: Some("k-sha".into()), command, timeout: twenty_seconds() }
}

fn origin() -> Origin {
    Origin { site: "A町".into(), instance: "a-town".into() }
}

fn command(words: &[&str]) -> Command {
    Command::new(config(words), origin()).unwrap()
}

/// The one result of one attempt. A file that was just written may still be open in the child of another test (ETXTBSY):
/// then it is what the product does, tried again.
async fn once(channel: &Command, message: &Message) -> Delivery {
    loop {
        let mut results = channel.attempt(message, &["lamp".to_owned()]).await;
        assert_eq!(results.len(), 1);
        match results.pop().unwrap().1 {
            Delivery::Later { why, .. } if why.contains("could not be started now") => {}
            delivery => return delivery,
        }
    }
}

const SOON: Duration = Duration::from_secs(20);

// P13
#[tokio::test]
async fn the_program_reads_the_webhooks_document_and_text_from_outside_is_never_an_argument() {
    let bench = Bench::new();
    let channel = bench.channel("cat >input; echo \"$#|$1|$2\" >arguments; echo taken by modem 1; echo more", SOON);
    let mut message = example();
    message.body.push_str("$(touch owned); `touch owned` \u{1b}[31m\n--help\n");
    let Delivery::Accepted { answer } = once(&channel, &message).await else { panic!("it was not taken") };
    assert_eq!(answer, format!("{}: exit 0: taken by modem 1", channel.program));
    assert_eq!(bench.read("arguments"), "2|--to|$(id) a b\n");
    assert!(!bench.folder.path().join("owned").exists());
    let input: serde_json::Value = serde_json::from_str(&bench.read("input")).unwrap();
    let (id, bytes) = document(&message, &origin()).unwrap();
    assert_eq!(input, serde_json::from_slice::<serde_json::Value>(&bytes).unwrap());
    assert_eq!((&input["id"], &input["site"], &input["severity"]), (&id.into(), &"A町".into(), &1.into()));
    assert!(!input["text"].as_str().unwrap().contains('\u{1b}'));
    assert_eq!(channel.attempt(&message, &[]).await, Results::new(), "nobody is left: it is not run");
}

/// P13: whatever a monitored system says, the program is started as configured, with our environment and nothing else, and
/// what it reads is one document of the known fields, with the words and nothing that moves a terminal or turns a text.
#[tokio::test]
async fn hostile_texts_change_neither_how_the_program_is_run_nor_what_it_reads_but_the_words() {
    let bench = Bench::new();
    let record = "for word in \"$@\"; do printf '%s\\0' \"$word\"; done >arguments; cat /proc/$$/environ >environment; cat >input";
    let channel = bench.channel(record, SOON);
    let texts = crate::channel::hostile::texts();
    let mut environment = None;
    for (subject, body) in texts.iter().zip(texts.iter().rev()) {
        let message =
            Message { subject: subject.clone(), body: format!("障害です。\n{body}\n以上\n"), ..example() };
        let Delivery::Accepted { .. } = once(&channel, &message).await else { panic!("{subject:?} was not taken") };
        assert_eq!(bench.read("arguments"), "--to\0$(id) a b\0", "{subject:?}");
        let given = bench.read("environment");
        assert_eq!(*environment.get_or_insert_with(|| given.clone()), given, "{subject:?}");

        let read: serde_json::Map<String, serde_json::Value> = serde_json::from_str(&bench.read("input")).unwrap();
        let fields: Vec<&str> = read.keys().map(String::as_str).collect();
        let mut known = ["id", "kind", "number", "severity", "subject", "text", "written", "site"];
        known.sort_unstable();
        assert_eq!(fields, known, "{subject:?}");
        let plain = example();
        for (field, value) in [
            ("id", serde_json::json!(plain.key)),
            ("kind", serde_json::json!(plain.kind)),
            ("number", serde_json::json!(plain.number)),
            ("severity", serde_json::json!(plain.severity)),
            ("written", serde_json::json!(plain.written.to_string())),
            ("site", serde_json::json!("A町")),
        ] {
            assert_eq!(read[field], value, "{subject:?}");
        }
        let turns = |c: &char| matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}');
        // In running text breaks of lines and joiners of letters stay.
        for (field, stay) in [("subject", &[][..]), ("text", &['\n', '\t', '\u{200c}', '\u{200d}'])] {
            let words = read[field].as_str().unwrap();
            let bad = words.chars().find(|c| !stay.contains(c) && (c.is_control() || turns(c)));
            assert!(bad.is_none(), "{field} holds {bad:?} of {subject:?}, {body:?}: {words:?}");
        }
        assert!(read["text"].as_str().unwrap().contains("障害です。\n"), "{body:?}");
    }
    let environment = environment.unwrap();
    let mut names: Vec<&str> = environment.split('\0').filter_map(|one| Some(one.split_once('=')?.0)).collect();
    names.sort_unstable();
    assert_eq!(names, ["LANG", "LC_ALL", "PATH"]);
    assert!(!bench.folder.path().join("owned").exists());
}

#[tokio::test]
async fn the_exit_code_says_what_became_of_it() {
    let bench = Bench::new();
    let why = |delivery: Delivery| match delivery {
        Delivery::Later { why, .. } => format!("later {why}"),
        Delivery::Unknown { why } => format!("unknown {why}"),
        Delivery::Refused { what, why } => format!("refused {what:?} {why}"),
        other => format!("{other:?}"),
    };
    for (script, expected) in [
        ("echo busy; exit 75", "later PROGRAM: exit 75, not now: busy"),
        ("echo no modem >&2; exit 1", "refused Destination PROGRAM: exit 1: no modem"),
        ("exit 64", "refused Destination PROGRAM: exit 64"),
        ("printf 'gone\\033[2J\\r\\nx'; kill -9 $$", "unknown PROGRAM: ended by signal 9: gone[2J"),
    ] {
        let channel = bench.channel(script, SOON);
        let said = why(once(&channel, &example()).await).replace(&channel.program, "PROGRAM");
        assert_eq!(said, expected);
    }
    let hangs = bench.channel("echo dialling; exec sleep 600", Duration::from_secs(1));
    let said = why(once(&hangs, &example()).await);
    assert!(said.starts_with("unknown") && said.ends_with("did not end within 1 s and was killed: dialling"), "{said}");
    let no_key = Message { key: "a b".into(), ..example() };
    assert!(why(once(&command(&["/bin/true"]), &no_key).await).starts_with("refused Message"));
}

#[tokio::test]
async fn a_program_that_is_not_there_is_a_fault_of_the_destination_and_told_beforehand() {
    let bench = Bench::new();
    let file = bench.program("exit 0").display().to_string();
    let mode = |mode| fs::set_permissions(&file, fs::Permissions::from_mode(mode)).unwrap();
    for (words, doubt) in [
        ([bench.folder.path().join("none").display().to_string()], "No such file"),
        ([bench.folder.path().display().to_string()], "it is not a file"),
        ([file.clone()], "it is not executable (mode 644)"),
    ] {
        mode(0o644);
        let channel = command(&[&words[0]]);
        assert!(channel.try_out().unwrap_err().contains(doubt), "{:?}", channel.doubt());
        let delivery = once(&channel, &example()).await;
        let Delivery::Refused { what: Refused::Destination, why } = delivery else { panic!("{delivery:?}") };
        assert!(why.contains("cannot be run"), "{why}");
    }
    mode(0o757);
    assert!(command(&[&file]).try_out().unwrap_err().contains("changed by anybody"));
    mode(0o755);
    assert!(command(&[&file]).try_out().unwrap().contains("can be run"));
}

#[test]
fn what_no_program_can_be_is_refused_by_its_key() {
    for (words, timeout, key) in [
        (&[][..], 20, "command"),
        (&["send-sms"], 20, "command"),
        (&["/bin/echo", "a\0b"], 20, "command"),
        (&["/bin/echo"], 0, "timeout"),
        (&["/bin/echo"], 121, "timeout"),
    ] {
        let config = CommandConfig { timeout: Span(Duration::from_secs(timeout)), ..config(words) };
        let error = Command::new(config, origin()).unwrap_err();
        assert!(matches!(&error, Error::Key { key: found, .. } if *found == key), "{error}");
    }
}

#[tokio::test]
async fn one_message_at_a_time() {
    let bench = Bench::new();
    let channel = bench.channel("mkdir busy || exit 1; cat >/dev/null; sleep 0.2; rmdir busy", SOON);
    let message = example();
    let (a, b) = tokio::join!(once(&channel, &message), once(&channel, &message));
    for delivery in [a, b] {
        assert!(matches!(delivery, Delivery::Accepted { .. }), "{delivery:?}");
    }
}
