use super::super::config::Config;
use super::super::pattern::PatternConfig;
use super::super::reader::Batch;
use super::*;
use crate::desk::Reply;
use crate::desk::observation::Cursor;
use crate::inbox::Answer;
use crate::inbox::Waiting;
use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::Path;
use tokio::sync::mpsc::Receiver;

fn batch(failures: &[&str], remarks: &[&str]) -> Batch {
    let mut batch = Batch::default();
    batch.findings.failures = failures.iter().map(|&text| text.to_owned()).collect();
    batch.findings.remarks = remarks.iter().map(|&text| text.to_owned()).collect();
    batch
}

fn said(talk: &mut Talk, batch: Batch, seconds: u64) -> Vec<&'static str> {
    let inputs = talk.inputs(batch, Elapsed(seconds * 1_000), || Some(Cursor::default()));
    let words = inputs.iter().map(|input| match input {
        Input::Report(report) => match (report.complete, report.cursor.is_some()) {
            (true, true) => "complete with position",
            (true, false) => "complete",
            (false, _) => "partial",
        },
        Input::SourceFailed { .. } => "failed",
        other => panic!("{other:?}"),
    });
    words.collect()
}

#[test]
fn a_source_with_nothing_to_tell_says_so_every_15_seconds_and_its_position_every_5_minutes() {
    let mut talk = Talk::new("l".into());
    assert_eq!(said(&mut talk, batch(&[], &[]), 0), ["complete with position"]);
    assert!(said(&mut talk, batch(&[], &[]), 14).is_empty());
    assert_eq!(said(&mut talk, batch(&[], &[]), 15), ["complete"]);
    assert_eq!(said(&mut talk, batch(&[], &["a remark"]), 16), ["complete with position"]);
    assert_eq!(said(&mut talk, batch(&[], &[]), 320), ["complete with position"]);
}

#[test]
fn a_failure_is_said_at_once_then_every_15_seconds_and_its_end_at_once() {
    let mut talk = Talk::new("l".into());
    assert_eq!(said(&mut talk, batch(&[], &[]), 0), ["complete with position"]);
    assert_eq!(said(&mut talk, batch(&["gone"], &[]), 1), ["failed"]);
    assert!(said(&mut talk, batch(&["gone"], &[]), 15).is_empty());
    assert_eq!(said(&mut talk, batch(&["gone"], &["remark"]), 16), ["partial", "failed"]);
    assert_eq!(said(&mut talk, batch(&[], &[]), 17), ["complete"]);
}

#[test]
fn many_failures_are_named_in_part() {
    let failures: Vec<String> = (0..7).map(|nth| format!("f{nth}")).collect();
    assert_eq!(detail(&failures), "f0; f1; f2; f3; f4; and 2 more");
}

fn start(folder: &Path, standing: Standing) -> (Receiver<Waiting>, watch::Sender<bool>, tokio::task::JoinHandle<()>) {
    let path = folder.join("log");
    let config = format!("name = 'l'\npaths = ['{}']\npatterns = ['s']\npoll = '100ms'", path.display());
    let config: Config = toml::from_str(&config).expect("sound TOML");
    let settings = config.check(jiff::tz::TimeZone::UTC).expect("sound");
    let pattern: PatternConfig = toml::from_str("name = 'n'\nset = 's'\nopens = 'down'").expect("sound TOML");
    let (inbox, receiver) = Inbox::new();
    let (stop, stopped) = watch::channel(false);
    let patterns = vec![pattern.check().expect("sound")];
    (receiver, stop, tokio::spawn(run(settings, patterns, standing, inbox, Clock::real(None), stopped)))
}

fn recorded() -> Answer {
    Answer { reply: Reply::Recorded, on_record: true }
}

async fn report(receiver: &mut Receiver<Waiting>) -> (Report, tokio::sync::oneshot::Sender<Answer>) {
    let waiting = tokio::time::timeout(Duration::from_secs(20), receiver.recv()).await;
    let waiting = waiting.expect("in time").expect("the task runs");
    match waiting.input {
        Input::Report(report) => (report, waiting.done),
        other => panic!("{other:?}"),
    }
}

fn append(folder: &Path, text: &str) {
    let mut file = OpenOptions::new().append(true).create(true).open(folder.join("log")).expect("opened");
    file.write_all(text.as_bytes()).expect("written");
}

#[tokio::test]
async fn what_was_not_put_on_record_comes_again_after_a_restart() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("log"), "old down\n").expect("written");
    let nothing = Standing { cursor: None, open: Vec::new(), down_since: None };

    let (mut receiver, _stop, task) = start(folder.path(), nothing);
    let (first, done) = report(&mut receiver).await;
    assert!(first.first_look && first.complete && first.observations.is_empty());
    done.send(recorded()).expect("it waits");
    append(folder.path(), "new down\n");
    let (lost, done) = report(&mut receiver).await;
    assert_eq!(lost.observations.len(), 1);
    // The desk goes away before it is on record: the task ends.
    drop((done, receiver));
    task.await.expect("it ends by itself");

    let standing = Standing { cursor: first.cursor, open: Vec::new(), down_since: None };
    let (mut receiver, stop, task) = start(folder.path(), standing);
    let (again, done) = report(&mut receiver).await;
    assert!(!again.first_look);
    assert_eq!(again.observations[0].key, lost.observations[0].key);
    done.send(recorded()).expect("it waits");
    stop.send(true).expect("it listens");
    task.await.expect("it stops");
}
