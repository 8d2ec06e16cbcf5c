//! Where a text stands in what is recorded, so that it can be inked over (墨消し).
//!
//! It is looked for in the strings of the JSON, as they are meant and whatever white space lies in between: a name may be
//! written with one or without. What the program itself means by a string - the name of a field or of a kind, a digest, a moment,
//! a number - is no text: where such is met, it stays, and a record that would no longer read is not touched at all. A
//! frame loses its salt with the first text that is erased of it: nobody can find out by its digest what stood there.

use super::{Error, SALT, read};
use crate::desk::Frame;
use crate::desk::state::State;
use crate::store::{self, Bodies, Seen, Spot};
use jiff::Timestamp;

/// What is looked for.
#[derive(Debug, Clone)]
pub(crate) struct Needle(Vec<char>);

impl Needle {
    /// `text`, without its white space; `None` where that is too little to be looked for everywhere.
    pub(crate) fn of(text: &str) -> Option<Self> {
        let characters: Vec<char> = squeezed(text).chars().collect();
        (characters.len() >= 2).then_some(Self(characters))
    }
}

/// Without white space: a mail breaks lines where it must.
pub(crate) fn squeezed(text: &str) -> String {
    text.chars().filter(|character| !character.is_whitespace()).collect()
}

/// Whether any text in `value` contains `text`, which is squeezed, however its lines were broken.
pub(crate) fn says(value: &serde_json::Value, text: &str) -> bool {
    match value {
        serde_json::Value::String(said) => squeezed(said).contains(text),
        serde_json::Value::Array(all) => all.iter().any(|value| says(value, text)),
        serde_json::Value::Object(all) => all.values().any(|value| says(value, text)),
        serde_json::Value::Null | serde_json::Value::Bool(_) | serde_json::Value::Number(_) => false,
    }
}

/// What of a record is to be inked over.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// It does not hold the text.
    Nothing,
    /// It does, at so many places.
    Text { spot: Spot, places: u64 },
    /// It does, and says nothing any more without it.
    Needed,
}

/// Looks for a text in a record of the journal.
pub(crate) fn look(seen: Seen<'_>, needle: &Needle, bodies: &Bodies) -> Found {
    let at = find(seen.payload, needle);
    if at.is_empty() {
        return Found::Nothing;
    }
    let places = at.len() as u64;
    let mut inked = seen.payload.to_vec();
    at.iter().for_each(|(from, until)| store::ink(&mut inked[*from..*until]));
    let reads: Result<(), Error> = match seen.is_frame {
        true => read::<Frame>(&inked, bodies).map(drop),
        false => read::<State>(&inked, bodies).map(drop),
    };
    if reads.is_err() {
        return Found::Needed;
    }
    let salt = if seen.is_frame { salt(seen.payload) } else { None };
    let at = at.into_iter().chain(salt).map(|(from, until)| (from as u64, (until - from) as u64)).collect();
    Found::Text { spot: Spot { file: seen.file.to_owned(), offset: seen.offset, seq: seen.seq, at }, places }
}

/// Where the salt of a frame stands, if it has one.
fn salt(payload: &[u8]) -> Option<(usize, usize)> {
    // It is written right after the format.
    let head = payload.get(..64).unwrap_or(payload);
    let begin = head.windows(SALT.len()).position(|window| window == SALT)? + SALT.len();
    let length = payload[begin..].iter().position(|byte| *byte == b'"')?;
    Some((begin, begin + length))
}

/// Where the text stands in the strings of a payload: begin and end, in bytes.
fn find(payload: &[u8], needle: &Needle) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let (Ok(json), Some(first)) = (std::str::from_utf8(payload), needle.0.first()) else { return found };
    // It might be written as an escape.
    if !json.contains(*first) && !json.contains('\\') {
        return found;
    }
    let (mut at, mut said) = (0, Vec::new());
    while let Some(begin) = json[at..].find('"').map(|quote| at + quote + 1) {
        let Some(end) = end_of(json.as_bytes(), begin) else { return found };
        at = end + 1;
        let text = &json[begin..end];
        let is_name = json[at..].trim_start().starts_with(':');
        if (is_name && is_word(text)) || is_ours(text) {
            continue;
        }
        characters(text, begin, &mut said);
        let mut nth = 0;
        while nth + needle.0.len() <= said.len() {
            let window = &said[nth..nth + needle.0.len()];
            if window.iter().map(|(character, ..)| character).eq(&needle.0) {
                found.push((window[0].1, window[window.len() - 1].2));
                nth += needle.0.len();
            } else {
                nth += 1;
            }
        }
    }
    found
}

/// Where the string that begins at `begin` ends.
fn end_of(json: &[u8], begin: usize) -> Option<usize> {
    let mut at = begin;
    loop {
        at += json.get(at..)?.iter().position(|byte| matches!(byte, b'"' | b'\\'))?;
        if json[at] == b'"' {
            return Some(at);
        }
        at += 2;
    }
}

/// The name of a field or of a kind.
fn is_word(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// Letters before the date in the number of an incident, at most.
const LONGEST_PREFIX: usize = 16;

/// A digest, a salt, a moment, the number of an incident.
fn is_ours(text: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let is_hex = matches!(text.len(), 32 | 64) && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let mut parts = text.rsplitn(3, '-');
    let is_number = parts.next().is_some_and(digits)
        && parts.next().is_some_and(|date| date.len() == 8 && digits(date))
        && parts.next().is_some_and(|prefix| prefix.len() <= LONGEST_PREFIX && is_word(prefix));
    is_hex || is_number || (text.ends_with('Z') && text.parse::<Timestamp>().is_ok())
}

/// The characters a string of JSON means, without white space, and where each is written.
fn characters(text: &str, offset: usize, into: &mut Vec<(char, usize, usize)>) {
    into.clear();
    let mut at = 0;
    while let Some(character) = text[at..].chars().next() {
        let (character, length) = match character {
            '\\' => escaped(&text[at..]),
            plain => (plain, plain.len_utf8()),
        };
        if !character.is_whitespace() {
            into.push((character, offset + at, offset + at + length));
        }
        at += length;
    }
}

/// What an escape means, and how long it is. One that is none means nothing anybody looks for.
fn escaped(text: &str) -> (char, usize) {
    let unit = |at: usize| text.get(at..at + 4).and_then(|digits| u32::from_str_radix(digits, 16).ok());
    match text.as_bytes().get(1) {
        Some(b'u') => match (unit(2), text.get(6..8), unit(8)) {
            (Some(high @ 0xd800..=0xdbff), Some("\\u"), Some(low @ 0xdc00..=0xdfff)) => {
                let joined = 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
                (char::from_u32(joined).unwrap_or(char::REPLACEMENT_CHARACTER), 12)
            }
            (Some(one), ..) => (char::from_u32(one).unwrap_or(char::REPLACEMENT_CHARACTER), 6),
            (None, ..) => (char::REPLACEMENT_CHARACTER, 2),
        },
        Some(b'n') => ('\n', 2),
        Some(b't') => ('\t', 2),
        Some(b'r') => ('\r', 2),
        Some(b'b') => ('\u{8}', 2),
        Some(b'f') => ('\u{c}', 2),
        Some(plain) if plain.is_ascii() => (char::from(*plain), 2),
        Some(_) | None => (char::REPLACEMENT_CHARACTER, 1),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;

    fn inked(json: &str, text: &str) -> String {
        let mut payload = json.as_bytes().to_vec();
        for (from, until) in find(json.as_bytes(), &Needle::of(text).unwrap()) {
            store::ink(&mut payload[from..until]);
        }
        assert_eq!(payload.len(), json.len(), "{json}");
        String::from_utf8(payload).unwrap()
    }

    #[test]
    fn a_text_is_found_however_it_is_written_and_nothing_else_moves() {
        for (json, text, then) in [
            (r#"{"summary":"山田花子様より"}"#, "山田花子", r#"{"summary":"■■■■様より"}"#),
            (r#"{"summary":"山田 花子"}"#, "山田花子", r#"{"summary":"■■■■*"}"#),
            (r#"{"summary":"山田\n花子, 山田花子"}"#, "山田　花子", r#"{"summary":"■■■■**, ■■■■"}"#),
            (r#"["\u5c71\u7530 x"]"#, "山田", r#"["■■■■ x"]"#),
            (r#"["user=Sato pw"]"#, "Sato", r#"["user=■* pw"]"#),
            (r#"["a \"Sa\\to\" b"]"#, "Sa\\to", r#"["a \"■■\" b"]"#),
            (r#"["a\"b","c\\"]"#, "bc", r#"["a\"b","c\\"]"#),
            (r#"["Satou","saTo"]"#, "sato", r#"["Satou","saTo"]"#),
            // Names of fields stay, what people look at goes.
            (r#"{"text":"text","Text 1":1,"山田":"x"}"#, "text", r#"{"text":"■*","Text 1":1,"山田":"x"}"#),
            (r#"{"山田花子の端末":null}"#, "山田花子", r#"{"■■■■の端末":null}"#),
            // And so do digests, moments and numbers.
            (r#"["2026-11-20T01:02:03Z","090-2026-11"]"#, "2026-11", r#"["2026-11-20T01:02:03Z","090-■■*"]"#),
            (r#"["KW-20261120-0001","0001"]"#, "0001", r#"["KW-20261120-0001","■*"]"#),
            // What merely ends like one is no number.
            (r#"["山田花子様の件、再発 KW-20261105-0003"]"#, "山田花子", r#"["■■■■様の件、再発 KW-20261105-0003"]"#),
            (r#"["aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","aaaa"]"#, "aaaa", r#"["aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","■*"]"#),
        ] {
            assert_eq!(inked(json, text), then, "{text} in {json}");
        }
        assert!(Needle::of("林").is_none() && Needle::of(" ").is_none());
        assert!(find(br#"["cut"#, &Needle::of("cut").unwrap()).is_empty());
    }

    #[test]
    fn what_would_not_read_any_more_is_not_touched() {
        let dir = tempfile::tempdir().unwrap();
        let bodies = Bodies::of(dir.path()).unwrap();
        let payload =
            br#"{"format":1,"salt":"00112233445566778899aabbccddeeff","at":{"wall":"2026-11-20T01:02:03Z","elapsed":1},"rules":"sato","input":"Tick","entries":[]}"#;
        let seen = Seen { file: "f", offset: 7, seq: 3, is_frame: true, payload };
        let look = |text: &str| look(seen, &Needle::of(text).unwrap(), &bodies);
        assert_eq!(look("yamada"), Found::Nothing);
        assert_eq!(look("Tick"), Found::Needed);
        let Found::Text { spot, places } = look("sato") else { panic!("it stands there") };
        assert_eq!((spot.file.as_str(), spot.offset, spot.seq, places), ("f", 7, 3, 1));
        let said: Vec<&[u8]> =
            spot.at.iter().map(|(from, length)| &payload[*from as usize..(*from + *length) as usize]).collect();
        assert_eq!(said, [&b"sato"[..], b"00112233445566778899aabbccddeeff"]);
    }
}
