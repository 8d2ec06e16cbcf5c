//! Words of people, kept apart from the chain: as bodies, which can be erased, with hash and length in their place.
//!
//! Only what holds words is touched. What was erased is never kept again, whoever still remembers it.

use crate::desk::words::{Words, Written, written};
use crate::store::{Bodies, Digest, Error};
use std::borrow::Cow;

/// How a reference begins, and what stands between hash and length.
const BEGIN: &str = "{\"sha256\":\"";
const MIDDLE: &str = "\",\"length\":";
/// Digits of a hash.
const HASH: usize = 64;

/// `payload` with all its words on the disk, and references to them in their place.
///
/// # Errors
/// When the disk does not take them; nothing refers to them then.
pub(crate) fn apart<'a>(payload: &'a [u8], bodies: &Bodies) -> Result<Cow<'a, [u8]>, Error> {
    // What we write is text.
    let Ok(json) = std::str::from_utf8(payload) else { return Ok(Cow::Borrowed(payload)) };
    let all = written(json);
    if all.is_empty() {
        return Ok(Cow::Borrowed(payload));
    }
    let mut rest = String::with_capacity(json.len());
    let mut from = 0;
    for Written { at, .. } in all {
        let content = &payload[at.clone()];
        let digest = Digest::of(&[content]);
        if bodies.gone(&digest)?.is_none() {
            bodies.put(content)?;
        }
        rest.push_str(&json[from..at.start]);
        rest.push_str(&format!("{BEGIN}{digest}{MIDDLE}{}}}", at.len()));
        from = at.end;
    }
    rest.push_str(&json[from..]);
    Ok(Cow::Owned(rest.into_bytes()))
}

/// `payload` with the words it refers to; what is not kept any more stays a reference.
pub(crate) fn together<'a>(payload: &'a [u8], bodies: &Bodies) -> Cow<'a, [u8]> {
    let Ok(json) = std::str::from_utf8(payload) else { return Cow::Borrowed(payload) };
    let mut whole: Option<String> = None;
    let (mut from, mut copied) = (0, 0);
    while let Some(begin) = json[from..].find(BEGIN).map(|at| from + at) {
        from = begin + BEGIN.len();
        let Some((digest, end)) = reference(json, begin) else { continue };
        from = end;
        let said = match bodies.get(&digest) {
            Ok(found) => found.and_then(|content| String::from_utf8(content).ok()),
            Err(error) => {
                tracing::error!(%error, "words of the record cannot be read");
                None
            }
        };
        // What is no words was written by nobody of us.
        let Some(said) = said.filter(|said| written(said).first().is_some_and(|one| one.at == (0..said.len()))) else {
            continue;
        };
        let text = whole.get_or_insert_with(|| String::with_capacity(json.len() + said.len()));
        text.push_str(&json[copied..begin]);
        text.push_str(&said);
        copied = end;
    }
    match whole {
        Some(mut text) => {
            text.push_str(&json[copied..]);
            Cow::Owned(text.into_bytes())
        }
        None => Cow::Borrowed(payload),
    }
}

/// The words a payload refers to.
pub(crate) fn words_in(payload: &[u8]) -> Vec<Digest> {
    let json = std::str::from_utf8(payload).unwrap_or_default();
    json.match_indices(BEGIN).filter_map(|(begin, _)| Some(reference(json, begin)?.0)).collect()
}

/// Whether the words `content` were said once: whoever says the same gets another salt. Not known of what is no words.
pub(crate) fn is_unique(content: &[u8]) -> bool {
    matches!(serde_json::from_slice(content), Ok(Words::Said { salt, .. }) if !salt.is_empty())
}

/// The reference that begins at `begin`: what it names, and where it ends.
fn reference(json: &str, begin: usize) -> Option<(Digest, usize)> {
    let hash = begin + BEGIN.len();
    let digest = json.get(hash..hash + HASH)?.parse().ok()?;
    let rest = json.get(hash + HASH..)?.strip_prefix(MIDDLE)?;
    let length = rest.find(|character: char| !character.is_ascii_digit())?;
    rest[length..].starts_with('}').then(|| (digest, hash + HASH + MIDDLE.len() + length + 1))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;
    use crate::store::{Gone, GoneBy};

    fn said(text: &str) -> Words {
        Words::Said { text: text.to_owned(), salt: "s".to_owned() }
    }

    #[test]
    fn words_go_apart_and_come_back_and_erased_ones_never_do() {
        let dir = tempfile::tempdir().unwrap();
        let bodies = Bodies::of(dir.path()).unwrap();
        let thing = (said("山田"), "自動".to_owned(), vec![said("佐藤 \"x\""), said("山田")]);
        let inline = serde_json::to_vec(&thing).unwrap();
        let stored = apart(&inline, &bodies).unwrap().into_owned();
        let text = String::from_utf8(stored.clone()).unwrap();
        assert!(!text.contains("山田") && !text.contains("佐藤") && text.contains("自動"), "{text}");
        assert_eq!(super::super::bodies_in(&stored).len(), 3, "a backup knows them");
        assert_eq!(words_in(&stored), super::super::bodies_in(&stored));
        assert!(bodies.list().unwrap().iter().all(|name| is_unique(&bodies.get(name).unwrap().unwrap())));
        assert!(!is_unique(br#"{"words":"x","salt":""}"#) && !is_unique(b"\"text\"") && !is_unique(b"log line"));
        assert_eq!(bodies.list().unwrap().len(), 2, "a copy is kept once");
        assert_eq!(together(&stored, &bodies).as_ref(), inline.as_slice());

        let name = Digest::of(&[&serde_json::to_vec(&said("山田")).unwrap()]);
        let gone = Gone { at: jiff::Timestamp::UNIX_EPOCH, of: "KW".to_owned(), bytes: 3, by: GoneBy::Retention };
        bodies.remove(&name, &gone).unwrap();
        // Somebody who still remembers writes it down again.
        assert_eq!(apart(&inline, &bodies).unwrap().as_ref(), stored.as_slice());
        assert_eq!(bodies.get(&name).unwrap(), None);
        let read: (Words, String, Vec<Words>) = serde_json::from_slice(&together(&stored, &bodies)).unwrap();
        assert_eq!((read.0.as_str(), read.2[0].as_str()), (crate::desk::words::ERASED, "佐藤 \"x\""));
        // And as it was read it is stored again.
        let again = serde_json::to_vec(&read).unwrap();
        assert_eq!(apart(&again, &bodies).unwrap().as_ref(), stored.as_slice());
    }

    #[test]
    fn what_has_no_words_is_not_touched() {
        let dir = tempfile::tempdir().unwrap();
        let bodies = Bodies::of(dir.path()).unwrap();
        let part =
            format!("{{\"parts\":[{{\"sha256\":\"{}\",\"bytes\":3}}],\"t\":\"{{\\\"words\\\":\"}}", "ab".repeat(32));
        assert!(matches!(apart(part.as_bytes(), &bodies).unwrap(), Cow::Borrowed(_)));
        assert!(matches!(together(part.as_bytes(), &bodies), Cow::Borrowed(_)));
        assert!(words_in(part.as_bytes()).is_empty(), "a file of evidence");
    }
}
