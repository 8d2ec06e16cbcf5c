//! The card: an Adaptive Card 1.4 in the envelope a Workflows webhook expects.

use crate::channel::header::{header, is_steering};
use crate::channel::{Message, mail};
use serde_json::{Value, json};

/// Teams refuses more than 28 KB; what stands around the card on its way there needs room, too.
const MOST_BYTES: usize = 25_000;

/// A single line longer than this is cut; a card is read by people.
const LONGEST_LINE: usize = 1_000;

/// What stands where a card was cut.
const OMITTED: &str = "以下省略";

/// The payload, below 25,000 bytes: what does not fit is cut line by line and marked.
pub(super) fn payload(message: &Message, site: &str) -> Vec<u8> {
    let mut body = vec![title(message), facts(message, site)];
    let text = mail::text(message);
    let mut room = MOST_BYTES - json(&envelope(&body)).len() - json(&line(OMITTED, false)).len() - 1;
    let mut new_paragraph = true;
    for text in text.lines() {
        if text.trim().is_empty() {
            new_paragraph = true;
            continue;
        }
        // One block per line: Teams programs differ in what they make of a line break within a block.
        let block = line(&escape(&shorten(text)), new_paragraph);
        let size = json(&block).len() + 1;
        if size > room {
            body.push(line(OMITTED, true));
            break;
        }
        room -= size;
        body.push(block);
        new_paragraph = false;
    }
    json(&envelope(&body))
}

fn json(value: &Value) -> Vec<u8> {
    value.to_string().into_bytes()
}

fn envelope(body: &[Value]) -> Value {
    json!({
        "type": "message",
        "attachments": [{
            "contentType": "application/vnd.microsoft.card.adaptive",
            "content": {
                "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
                "type": "AdaptiveCard",
                "version": "1.4",
                "msteams": { "width": "Full" },
                "body": body,
            },
        }],
    })
}

fn title(message: &Message) -> Value {
    let color = if message.severity == Some(1) { "Attention" } else { "Default" };
    json!({
        "type": "TextBlock", "size": "Large", "weight": "Bolder", "wrap": true, "color": color,
        "text": escape(&mail::subject(message)),
    })
}

fn facts(message: &Message, site: &str) -> Value {
    let severity = message.severity.map(|severity| match severity {
        1 => "1（重大）".to_owned(),
        2 => "2（高）".to_owned(),
        3 => "3（中）".to_owned(),
        4 => "4（低）".to_owned(),
        other => other.to_string(),
    });
    let known = [("受付番号", message.number.clone()), ("重大度", severity), ("対象", Some(site.to_owned()))];
    let facts: Vec<Value> = known
        .into_iter()
        .filter_map(|(title, value)| Some(json!({ "title": title, "value": escape(&header(&value?)) })))
        .collect();
    json!({ "type": "FactSet", "facts": facts })
}

fn line(text: &str, new_paragraph: bool) -> Value {
    let spacing = if new_paragraph { "Medium" } else { "None" };
    json!({ "type": "TextBlock", "wrap": true, "spacing": spacing, "text": text })
}

fn shorten(line: &str) -> String {
    match line.char_indices().nth(LONGEST_LINE) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line.to_owned(),
    }
}

/// Takes every meaning Markdown, cards and Teams could see in a line of text: formatting, links, lists, headings,
/// mentions (`<at>`), functions (`{{DATE(…)}}`) and templates (`${…}`).
pub(super) fn escape(line: &str) -> String {
    let mut safe = String::with_capacity(line.len() + 16);
    let mut before = None;
    let start = line.len() - line.trim_start().len();
    let number = line[start..].len() - line[start..].trim_start_matches(|c: char| c.is_ascii_digit()).len();
    for (at, c) in line.char_indices() {
        match c {
            '[' | ']' | '(' | ')' | '*' | '_' | '~' | '`' | '#' | '>' | '|' | '\\' | '!' => safe.extend(['\\', c]),
            // A bullet or a number at the start of a line would make it a list.
            '-' | '+' if at == start => safe.extend(['\\', c]),
            '.' if number > 0 && at == start + number => safe.extend(['\\', c]),
            // There is no escape for `<` that every Teams program shows as `<`, so it is replaced by its wide form.
            '<' => safe.push('＜'),
            '{' if matches!(before, Some('{' | '$')) => safe.extend([' ', c]),
            _ if c.is_control() || is_steering(c) => safe.push(' '),
            _ => safe.push(c),
        }
        before = Some(c);
    }
    safe
}
