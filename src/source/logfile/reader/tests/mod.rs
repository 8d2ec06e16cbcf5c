//! The reader against real files.

mod stand;
mod storm;

use super::*;
use stand::{Stand, all_files, items, names};
use std::collections::BTreeSet;
use std::fs::{self, OpenOptions};
use std::process::Command;

#[test]
fn what_stood_there_before_is_old_and_what_comes_after_is_seen_once() {
    let mut stand = Stand::new("item old\n");
    stand.append("log", "item 1\nnothing\nitem 2\n");
    assert_eq!(stand.look(), ["1", "2"]);
    assert!(stand.look().is_empty());
}

#[test]
fn a_half_line_waits_for_its_end_even_over_a_restart() {
    let mut stand = Stand::new("item old\nitem be");
    stand.append("log", "gun\nite");
    assert_eq!(stand.look(), ["begun"]);
    stand.restart();
    assert!(stand.look().is_empty());
    stand.append("log", "m 2\n");
    assert_eq!(stand.look(), ["2"]);
}

#[test]
fn after_a_rename_the_old_file_is_read_to_its_end_before_the_new_one() {
    let mut stand = Stand::new("item old\n");
    stand.append("log", "item 1\n");
    assert_eq!(stand.look(), ["1"]);
    stand.append("log", "item 2\n");
    stand.rename("log", "rotated");
    stand.append("log", "item 4\n");
    stand.append("rotated", "item 3\n");
    assert_eq!(stand.look(), ["2", "3", "4"]);
    stand.append("rotated", "item 5\n");
    stand.append("log", "item 6\n");
    let mut seen = stand.look();
    seen.sort();
    assert_eq!(seen, ["5", "6"], "a writer that still has the old file open is heard");
}

#[test]
fn a_renamed_file_that_still_fits_the_glob_is_not_read_again() {
    let mut stand = all_files();
    stand.append("log", "item 1\n");
    assert_eq!(stand.look(), ["1"]);
    stand.rename("log", "log.1");
    stand.append("log.1", "item 2\n");
    stand.append("log", "item 3\n");
    assert_eq!(stand.look(), ["2", "3"]);
    stand.rename("log.1", "log.2");
    stand.rename("log", "log.1");
    stand.restart();
    assert!(stand.look().is_empty());
    stand.append("log.1", "item 4\n");
    assert_eq!(stand.look(), ["4"]);
}

#[test]
fn copytruncate_loses_nothing_as_long_as_the_copy_can_be_had() {
    for mut stand in [Stand::new("item old\n"), all_files()] {
        stand.append("log", "item 1\n");
        assert_eq!(stand.look(), ["1"]);
        stand.append("log", "item 2\n");
        stand.copy_truncate("log", "log.1");
        stand.append("log", "item 3\n");
        assert_eq!(stand.look(), ["2", "3"]);
        stand.append("log", "item 4\n");
        assert_eq!(stand.look(), ["4"]);
        stand.restart();
        assert!(stand.look().is_empty());
        assert_eq!(stand.keys.iter().collect::<BTreeSet<_>>().len(), stand.keys.len(), "each line has its own key");
    }
}

#[test]
fn copytruncate_is_seen_although_the_file_is_already_longer_than_before() {
    for mut stand in [Stand::new("item old\n"), all_files()] {
        stand.append("log", "item 1\n");
        assert_eq!(stand.look(), ["1"]);
        stand.append("log", "item 2\n");
        stand.copy_truncate("log", "log.1");
        stand.append("log", items(100..200));
        let mut expected = vec!["2".to_owned()];
        expected.extend(names(100..200));
        assert_eq!(stand.look(), expected);
    }
}

#[test]
fn a_copy_that_waits_for_its_original_to_be_emptied_is_not_read_twice() {
    let mut stand = all_files();
    stand.append("log", "item 1\n");
    assert_eq!(stand.look(), ["1"]);
    stand.append("log", "item 2\n");
    fs::copy(stand.at("log"), stand.at("log.1")).expect("copied");
    assert_eq!(stand.look(), ["2"]);
    OpenOptions::new().write(true).truncate(true).open(stand.at("log")).expect("emptied");
    assert!(stand.look().is_empty());
    stand.append("log", "item 3\n");
    assert_eq!(stand.look(), ["3"]);
}

#[test]
fn emptying_without_a_copy_begins_anew() {
    let mut stand = Stand::new("item old\n");
    stand.append("log", items(0..50));
    stand.look();
    fs::write(stand.at("log"), "item new\n").expect("rewritten");
    assert_eq!(stand.look(), ["new"]);
}

#[test]
fn a_deleted_file_is_a_failure_until_it_is_made_again_and_its_last_lines_are_read() {
    let mut stand = Stand::new("item old\n");
    stand.append("log", "item 1\nitem unfinished");
    fs::remove_file(stand.at("log")).expect("deleted");
    assert_eq!(stand.look(), ["1"], "the handle still reads it");
    assert!(stand.failures[0].contains("no file fits"), "{:?}", stand.failures);
    stand.append("log", "item 2\n");
    assert_eq!(stand.look(), ["2"]);
    assert!(stand.failures.is_empty());
    stand.seconds += 60;
    assert_eq!(stand.look(), ["unfinished"], "nothing can follow any more, so it is a line");
}

#[test]
fn what_is_put_in_the_place_of_a_file_is_not_read_and_is_told_at_every_look() {
    let mut stand = Stand::new("item old\n");
    stand.append("secret", "item secret\n");
    for kind in ["a symbolic link", "a pipe"] {
        stand.append("log", "item last\n");
        stand.rename("log", "moved");
        if kind == "a pipe" {
            assert!(Command::new("mkfifo").arg(stand.at("log")).status().expect("mkfifo runs").success());
        } else {
            std::os::unix::fs::symlink(stand.at("secret"), stand.at("log")).expect("linked");
        }
        assert_eq!(stand.look(), ["last"]);
        for _ in 0..100 {
            assert!(stand.look().is_empty());
            assert!(stand.failures[0].contains(kind), "{:?}", stand.failures);
        }
        stand.restart();
        assert!(stand.look().is_empty());
        fs::remove_file(stand.at("log")).expect("removed");
        fs::remove_file(stand.at("moved")).expect("removed");
        stand.append("log", "item back\n");
        assert_eq!(stand.look(), ["back"]);
        assert!(stand.failures.is_empty());
    }
}

#[test]
fn a_restart_in_the_middle_of_everything_neither_loses_nor_repeats() {
    let mut stand = Stand::new("item old\n");
    stand.append("log", items(0..1_200));
    assert_eq!(stand.look(), names(0..1_200), "three batches");
    stand.append("log", items(1_200..1_300));
    stand.rename("log", "log.1");
    stand.append("log", items(1_300..1_400));
    stand.restart();
    assert_eq!(stand.look(), names(1_200..1_400), "rotated while it was down");
    stand.append("log", items(1_400..1_410));
    stand.copy_truncate("log", "log.1");
    stand.append("log", items(1_410..1_800));
    stand.restart();
    assert_eq!(stand.look(), names(1_400..1_800), "copied and emptied while it was down");
    let keys: BTreeSet<_> = stand.keys.iter().collect();
    assert_eq!(keys.len(), 1_800);
}

#[test]
fn a_batch_that_was_not_recorded_is_read_again_with_the_same_keys() {
    let mut stand = Stand::new("");
    stand.append("log", items(0..700));
    let (cursor, open) = (stand.cursor.clone(), stand.open.clone());
    stand.look();
    let first = std::mem::take(&mut stand.keys);
    (stand.cursor, stand.open) = (cursor, open);
    stand.restart();
    stand.look();
    assert_eq!(stand.keys, first);
}

#[test]
fn an_open_problem_is_closed_by_its_line_in_another_file_after_a_restart() {
    let mut stand = Stand::new("");
    stand.append("log", "door north open\ndoor north open\n");
    assert_eq!(stand.look(), ["+north", "+north"]);
    assert_eq!(stand.open.len(), 1, "a repeated line is the same problem");
    stand.rename("log", "log.1");
    stand.append("log", "door south shut\ndoor north shut\n");
    stand.restart();
    assert_eq!(stand.look(), ["-door north shut"]);
}

#[test]
fn a_lost_rest_is_told() {
    let mut stand = Stand::new("item old\n");
    stand.append("log", "item 1\n");
    stand.look();
    // Another file is made first, so that the inode is not used again.
    stand.append("next", "item 2\n");
    stand.rename("next", "log");
    stand.restart();
    assert_eq!(stand.look(), ["2"]);
    assert!(stand.remarks[0].contains("can't be found"), "{:?}", stand.remarks);
}

#[test]
fn files_that_appear_later_are_read_from_their_beginning_and_the_path_names_the_host() {
    let config = "name = 'l'\npaths = ['DIR/*/messages']\npatterns = ['s']\ntime = 'none'\nhost_from_path = 1\nencoding = 'cp932'";
    let mut stand = Stand::with(config, "");
    assert!(stand.failures.is_empty(), "{:?}", stand.failures);
    assert!(stand.remarks[0].contains("no file fits"), "{:?}", stand.remarks);
    assert!(stand.look().is_empty());
    assert!(stand.remarks.is_empty(), "it is told once");
    fs::create_dir(stand.at("ap01")).expect("made");
    // 表 and ソ end in 0x5C.
    stand.append("ap01/messages", b"item \x95\x5c\x83\x5c\nitem \xff\xff\n");
    let batch = stand.reader.batch(Now { wall: jiff::Timestamp::UNIX_EPOCH, elapsed: Elapsed(5_000) });
    let problems = batch.observations.iter().map(|seen| match &seen.seen {
        Seen::Problem(problem) => (problem.host.as_str(), problem.summary.as_str()),
        other => panic!("{other:?}"),
    });
    let problems: Vec<_> = problems.collect();
    assert_eq!(problems, [("ap01", "表ソ"), ("ap01", "\u{fffd}\u{fffd}")]);
    assert!(batch.findings.remarks[0].starts_with("2 places could not be decoded"), "{:?}", batch.findings.remarks);
}

#[test]
fn a_glob_added_later_does_not_alarm_what_stands_in_its_files() {
    let mut stand = Stand::new("item old\n");
    stand.append("other", "item old\n");
    stand.config = stand.config.replace("['DIR/log']", "['DIR/log', 'DIR/other']");
    stand.restart();
    assert!(stand.look().is_empty());
    stand.append("other", "item new\n");
    assert_eq!(stand.look(), ["new"]);
}

#[test]
fn a_path_that_leads_out_of_the_roots_is_a_failure() {
    let elsewhere = tempfile::tempdir().expect("a folder");
    fs::write(elsewhere.path().join("log"), "item 1\n").expect("written");
    let mut stand = Stand::with("name='l'\npaths=['DIR/sub/log']\nroots=['DIR']\npatterns=['s']\ntime='none'", "");
    std::os::unix::fs::symlink(elsewhere.path(), stand.at("sub")).expect("linked");
    assert!(stand.look().is_empty());
    assert!(stand.failures[0].contains("outside the allowed roots"), "{:?}", stand.failures);
}

#[test]
fn compressed_files_and_endless_lines_do_no_harm() {
    let mut stand = all_files();
    stand.append("log.1.gz", b"\x1f\x8bitem packed\n");
    assert!(stand.look().is_empty());
    stand.append("log", format!("item long {}", "x".repeat(3 * CHUNK)));
    assert_eq!(stand.look(), ["long"]);
    stand.append("log", "item hidden\nitem next\n");
    assert_eq!(stand.look(), ["next"], "what belongs to the long line is left out");
    assert!(stand.remarks.is_empty(), "told already: {:?}", stand.remarks);
}

#[test]
fn a_flooding_file_does_not_silence_another() {
    let mut stand = all_files();
    stand.append("log", format!("{}\n", "x".repeat(999)).repeat(2 * BYTES / 1_000));
    stand.append("log-b", "item 1\n");
    let batch = stand.reader.batch(Now { wall: jiff::Timestamp::UNIX_EPOCH, elapsed: Elapsed(2_000) });
    assert!(batch.more);
    assert_eq!(batch.observations.len(), 1);
}
