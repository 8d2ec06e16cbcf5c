#![allow(clippy::unwrap_used, reason = "a test may fail by panicking")]

use super::card::{escape, payload};
use super::*;
use crate::channel::http::tests::{Server, Then};
use crate::channel::{example, hostile};
use proptest::prelude::*;
use serde_json::Value;

fn card(message: &Message) -> Value {
    let bytes = payload(message, "A町");
    assert!(bytes.len() < 25_000, "{}", bytes.len());
    serde_json::from_slice(&bytes).unwrap()
}

fn body(card: &Value) -> &Vec<Value> {
    card["attachments"][0]["content"]["body"].as_array().unwrap()
}

#[test]
fn the_card_is_what_a_workflow_expects() {
    let card = card(&example());
    assert_eq!(card["type"], "message");
    assert_eq!(card["attachments"][0]["contentType"], "application/vnd.microsoft.card.adaptive");
    assert_eq!(card["attachments"][0]["content"]["version"], "1.4");
    let body = body(&card);
    assert_eq!(
        body[0]["text"],
        "【障害】【第一報】庁内ネットワーク 本庁舎の全業務システム利用不可（重大度1）\\[KW-20260920-0001\\]"
    );
    assert_eq!(body[1]["facts"][0]["value"], "KW-20260920-0001");
    assert_eq!(body[1]["facts"][1]["value"], "1（重大）");
    assert_eq!(body[2]["text"], "A町 総務課 情報係 御中");
    assert_eq!(body.last().unwrap()["text"], "以上");
}

#[test]
fn a_long_text_is_cut_by_lines_and_says_so() {
    let mut message = example();
    message.body = "ディスク使用率が高い状態です。\n\n".repeat(3_000);
    let card = card(&message);
    let body = body(&card);
    assert_eq!(body.last().unwrap()["text"], "以下省略");
    assert_eq!(body[body.len() - 2]["text"], "ディスク使用率が高い状態です。");
    assert!(payload(&message, "A町").len() > 24_000, "the room is used");
    message.body = "あ".repeat(100_000);
    assert!(body_text(&message).ends_with('…'));
}

fn body_text(message: &Message) -> String {
    body(&card(message)).last().unwrap()["text"].as_str().unwrap().to_owned()
}

/// Everything that has a meaning must have a backslash before it or be gone.
fn is_inert(text: &str) -> bool {
    let mut escaped = false;
    for c in text.chars() {
        if !escaped && "[]()*_~`#>|!".contains(c) || c == '<' || c.is_control() {
            return false;
        }
        escaped = c == '\\' && !escaped;
    }
    !escaped && !text.contains("{{") && !text.contains("${")
}

// P13
#[test]
fn no_hostile_text_becomes_a_mention_a_link_or_another_element() {
    for text in hostile::texts() {
        let mut message = example();
        (message.subject, message.body, message.number) = (text.clone(), text.clone(), Some(text.clone()));
        is_a_card_and_nothing_else(&message, "A町");
    }
}

/// The card has the elements it always has, and nothing in them means anything.
pub(in crate::channel) fn is_a_card_and_nothing_else(message: &Message, site: &str) {
    let bytes = payload(message, site);
    assert!(bytes.len() < 25_000, "{}", bytes.len());
    let card: Value = serde_json::from_slice(&bytes).unwrap();
    let content = card["attachments"][0]["content"].as_object().unwrap();
    assert_eq!(content.keys().count(), 5, "{message:?}");
    assert_eq!(content["msteams"], serde_json::json!({ "width": "Full" }), "{message:?}");
    for block in body(&card) {
        let texts: Vec<&Value> = match block["type"].as_str().unwrap() {
            "TextBlock" => vec![&block["text"]],
            "FactSet" => block["facts"].as_array().unwrap().iter().map(|fact| &fact["value"]).collect(),
            other => panic!("{other} in {message:?}"),
        };
        assert!(texts.iter().all(|shown| is_inert(shown.as_str().unwrap())), "{message:?}: {texts:?}");
    }
}

#[test]
fn a_line_cannot_become_a_list() {
    assert_eq!(escape("- one"), "\\- one");
    assert_eq!(escape("  12. one"), "  12\\. one");
    assert_eq!(escape("db-01 1.5 GB"), "db-01 1.5 GB");
    assert_eq!(escape("1.5 GB"), "1\\.5 GB");
}

proptest! {
    #[test]
    fn any_line_is_inert_after_escaping(line in "(\\PC|[<>{}$\\[\\]()*_~`#|!\\\\-]){0,100}") {
        prop_assert!(is_inert(&escape(&line)));
    }
}

#[tokio::test]
async fn a_good_status_with_an_error_in_the_text_is_not_taken_for_success() {
    for (status, text, expected) in [
        ("202 Accepted", "", "accepted"),
        ("200 OK", "1", "accepted"),
        (
            "200 OK",
            "Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error 429",
            "later",
        ),
        ("200 OK", "Microsoft Teams endpoint returned HTTP error 413", "destination"),
        ("200 OK", "{\"error\":{\"code\":\"WorkflowTriggerIsNotEnabled\"}}", "later"),
        ("404 Not Found", "{\"error\":{\"code\":\"WorkflowNotFound\"}}", "destination"),
    ] {
        let answer = format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\n\r\n{text}", text.len());
        let server = Server::start(&answer, Then::Close).await;
        let config: TeamsConfig = toml::from_str("name = \"teams\"").unwrap();
        let origin = Origin { site: "A町".into(), instance: "a-town".into() };
        let teams = Teams::new(config, Some(server.url().into()), origin).unwrap();
        let results = teams.attempt(&example(), &["joho".into(), "desk".into()]).await;
        // What is too large is tried once more in short.
        let tries = if text.contains("413") { 2 } else { 1 };
        assert_eq!((results.len(), server.requests().len()), (2, tries));
        let got = match &results[0].1 {
            Delivery::Accepted { .. } => "accepted",
            Delivery::Later { .. } => "later",
            Delivery::Refused { what: Refused::Destination, .. } => "destination",
            other => panic!("{other:?}"),
        };
        assert_eq!(got, expected, "{text}");
    }
}
