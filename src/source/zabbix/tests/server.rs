//! Stories of the server: its version, its refusals, its broken answers.

use super::super::fake::{PASSWORD, timeout};
use super::*;

#[test]
fn every_version_is_spoken_to_in_its_own_way() {
    for version in [(5, 0), (5, 2), (5, 4), (6, 0), (6, 2), (6, 4), (7, 0), (7, 2), (7, 4), (8, 0)] {
        let login = Access::Login { user: "kiriwake".into(), password: PASSWORD.into() };
        for access in [token(), login] {
            let mut story = Story::of_version(version.0, version.1, access);
            story.problem(1, 1);
            assert_eq!(story.look().unwrap().len(), 1, "{version:?}");
            story.recovery(2, 1);
            assert_eq!(story.look().unwrap(), ["1 over by 2 at 25"], "{version:?}");
            let calls = story.calls();
            assert!(calls[0].starts_with("apiinfo.version"));
            assert_eq!(calls.iter().filter(|call| call.starts_with("apiinfo.version")).count(), 1);
            assert!(!calls.iter().any(|call| call.contains("expandDescription") || call.contains("extend")));
        }
    }
}

#[test]
fn version_seven_pages_open_problems_by_time_where_ids_are_beyond_2038() {
    for version in [(6, 0), (7, 0)] {
        let mut story = Story::of_version(version.0, version.1, token());
        let large = 1 << 33;
        for n in 1..=3_500 {
            // Many share one second.
            story.zabbix.fake().problem(large + n, n, START - 9_000 + (n as i64 / 900));
        }
        assert_eq!(story.look().unwrap().len(), 3_500, "{version:?}");
        let by_time = story.calls().iter().filter(|call| call.contains("time_from")).count();
        assert_eq!(by_time > 0, version == (7, 0));
        assert!(by_time < 40, "{by_time} calls");
    }
}

#[test]
fn an_upgrade_between_two_looks_is_noticed_by_the_refusal() {
    let mut story = Story::begun();
    story.problem(1, 1);
    story.zabbix.fake().version = (7, 2);
    assert_eq!(story.look().unwrap(), ["1 problem high on host-2 at 25"]);
}

#[test]
fn a_session_that_ended_is_opened_again() {
    let login = Access::Login { user: "kiriwake".into(), password: PASSWORD.into() };
    let mut story = Story::of_version(6, 0, login);
    story.quiet();
    story.zabbix.fake().sessions = 100;
    story.problem(1, 1);
    assert_eq!(story.look().unwrap().len(), 1);
    let wrong = Access::Login { user: "kiriwake".into(), password: "wrong".into() };
    let mut story = Story::of_version(6, 0, wrong);
    assert_eq!(story.look().unwrap_err().kind, FailureKind::LoggedOut);
}

#[test]
fn a_revoked_token_and_a_refused_request_are_told_apart() {
    for version in [(5, 4), (6, 0), (7, 2)] {
        let mut story = Story::of_version(version.0, version.1, token());
        story.quiet();
        story.zabbix.fake().token_gone = true;
        assert_eq!(story.look().unwrap_err().kind, FailureKind::LoggedOut, "{version:?}");
        story.zabbix.fake().token_gone = false;
        let refused = r#"{"jsonrpc":"2.0","error":{"code":-32602,"message":"Invalid params.","data":"x"},"id":1}"#;
        story.zabbix.fake().trouble = [None, Some(Ok(refused.into()))].into();
        let failure = story.look().unwrap_err();
        assert_eq!(failure.kind, FailureKind::SourceError, "{version:?}: {failure:?}");
    }
}

#[test]
fn each_form_of_blindness_has_its_kind() {
    let broken = |text: &str| Some(Ok(text.to_owned()));
    let not_set_up = r#"{"jsonrpc":"2.0","error":{"code":1,"message":"x","data":"no database"},"id":1}"#;
    for (instead, kind) in [
        (broken("<html>Maintenance</html>"), FailureKind::Garbled),
        (broken(r#"{"jsonrpc":"2.0","result":[{"eventid":"1","clo"#), FailureKind::Garbled),
        (broken(r#"{"jsonrpc":"2.0","result":[],"id":999}"#), FailureKind::Garbled),
        (broken(r#"{"jsonrpc":"2.0","result":[]}"#), FailureKind::Garbled),
        (broken(r#"{"jsonrpc":"2.0","id":1}"#), FailureKind::Garbled),
        (broken(r#"{"jsonrpc":"2.0","result":null,"id":1}"#), FailureKind::Garbled),
        (broken("[]"), FailureKind::Garbled),
        (broken(&"[".repeat(10_000)), FailureKind::Garbled),
        (broken(not_set_up), FailureKind::SourceError),
        (Some(Err(timeout())), FailureKind::Timeout),
    ] {
        let mut story = Story::begun();
        story.problem(1, 1);
        story.look().unwrap();
        story.zabbix.fake().trouble = [instead].into();
        let failure = story.look().unwrap_err();
        assert_eq!(failure.kind, kind, "{failure:?}");
        story.quiet();
    }
}

// P14
#[test]
fn no_failure_and_no_debug_text_holds_a_secret() {
    let login = Access::Login { user: "kiriwake".into(), password: PASSWORD.into() };
    let mut story = Story::of_version(6, 0, login);
    // The version, then a login whose answer is cut.
    story.zabbix.fake().trouble = [None, Some(Ok(r#"{"jsonrpc":"2.0","result":"session-secr"#.into()))].into();
    let failure = story.look().unwrap_err();
    assert!(!failure.detail.contains("session-secr"), "{}", failure.detail);
    story.quiet();
    let login = Access::Login { user: "kiriwake".into(), password: PASSWORD.into() };
    let debug = format!("{:?} {login:?} {:?}", story.poll, token());
    for secret in [PASSWORD, "session1", TOKEN] {
        assert!(!debug.contains(secret));
    }
}
