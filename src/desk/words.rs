//! Words of people (記入された言葉): what somebody wrote, as far as it may have to be erased.
//!
//! A type for free text of people: notes, reasons, names, what was found and done. It is written as `{"words":"…","salt":"…"}`, and
//! whoever keeps the record (`record`) puts that apart from the chain and leaves hash and length, `{"sha256":"…","length":9}`. A
//! copy of the same words has the same salt, so one hash names them wherever they were copied to; the salt is drawn where the words come in,
//! so that nobody can guess a short text by its hash once it is gone. Text that was recorded before there were such words is read
//! as well.

use serde::de::DeserializeOwned;
use serde::ser::SerializeStruct;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::ops::Deref;

/// What stands for words that were erased.
pub const ERASED: &str = "（消去済み）";
/// How words begin where they are written; in no text of JSON, where quotes are escaped.
const BEGIN: &str = "{\"words\":";

/// What somebody wrote.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Words {
    /// This.
    Said {
        /// The text.
        text: String,
        /// Drawn where the words came in.
        salt: String,
    },
    /// It was erased.
    Gone {
        /// SHA-256 of what was kept.
        sha256: String,
        /// How long that was.
        length: u64,
    },
}

impl Words {
    /// The text, or that it was erased.
    pub fn as_str(&self) -> &str {
        match self {
            Words::Said { text, .. } => text,
            Words::Gone { .. } => ERASED,
        }
    }
}

impl Default for Words {
    fn default() -> Self {
        String::new().into()
    }
}

impl Deref for Words {
    type Target = str;

    fn deref(&self) -> &str {
        self.as_str()
    }
}

impl fmt::Display for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl From<String> for Words {
    fn from(text: String) -> Self {
        Words::Said { text, salt: String::new() }
    }
}

impl From<&str> for Words {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}

impl Serialize for Words {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            // Nothing is nobody's: it need not be kept apart.
            Words::Said { text, .. } if text.is_empty() => serializer.serialize_str(""),
            Words::Said { text, salt } => {
                let mut said = serializer.serialize_struct("Words", 2)?;
                said.serialize_field("words", text)?;
                said.serialize_field("salt", salt)?;
                said.end()
            }
            Words::Gone { sha256, length } => {
                let mut gone = serializer.serialize_struct("Words", 2)?;
                gone.serialize_field("sha256", sha256)?;
                gone.serialize_field("length", length)?;
                gone.end()
            }
        }
    }
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Form {
    Plain(String),
    Said {
        words: String,
        #[serde(default)]
        salt: String,
    },
    Gone {
        sha256: String,
        length: u64,
    },
}

impl<'de> Deserialize<'de> for Words {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(match Form::deserialize(deserializer)? {
            Form::Plain(text) => text.into(),
            Form::Said { words, salt } => Words::Said { text: words, salt },
            Form::Gone { sha256, length } => Words::Gone { sha256, length },
        })
    }
}

/// Words as they are written somewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// Where they begin and end, in bytes.
    pub at: std::ops::Range<usize>,
    /// The text.
    pub text: String,
    /// SHA-256 of the bytes there.
    pub sha256: String,
}

/// The words in `json`, in their order.
pub fn written(json: &str) -> Vec<Written> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(begin) = json[from..].find(BEGIN).map(|at| from + at) {
        from = begin + BEGIN.len();
        let mut read = serde_json::Deserializer::from_str(&json[begin..]).into_iter::<Words>();
        let Some(Ok(Words::Said { text, .. })) = read.next() else { continue };
        let at = begin..begin + read.byte_offset();
        let sha256 = Sha256::digest(&json.as_bytes()[at.clone()]).iter().map(|byte| format!("{byte:02x}")).collect();
        from = at.end;
        found.push(Written { at, text, sha256 });
    }
    found
}

/// The words in `thing`, by the SHA-256 they are kept under: their text, and the length of what is kept.
pub fn said(thing: &impl Serialize) -> BTreeMap<String, (String, u64)> {
    // What the desk holds can be written; what could not be would hold no words that were kept.
    let json = serde_json::to_string(thing).unwrap_or_default();
    written(&json).into_iter().map(|one| (one.sha256, (one.text, one.at.len() as u64))).collect()
}

/// `thing` without the words that are kept under these names; `None` where it has none of them.
pub fn without<T: Serialize + DeserializeOwned>(thing: &T, names: &BTreeSet<&str>) -> Option<T> {
    let json = serde_json::to_string(thing).ok()?;
    let gone: Vec<Written> = written(&json).into_iter().filter(|one| names.contains(one.sha256.as_str())).collect();
    if gone.is_empty() {
        return None;
    }
    let mut rest = String::with_capacity(json.len());
    let mut from = 0;
    for Written { at, sha256, .. } in gone {
        rest.push_str(&json[from..at.start]);
        rest.push_str(&format!("{{\"sha256\":\"{sha256}\",\"length\":{}}}", at.len()));
        from = at.end;
    }
    rest.push_str(&json[from..]);
    // From bytes, as records are read: from a text, serde would have another reader of everything the desk keeps, a megabyte.
    serde_json::from_slice(rest.as_bytes()).ok()
}

/// Forgets the words of `thing` that are kept under these names.
pub(super) fn forget<T: Serialize + DeserializeOwned>(thing: &mut T, names: &BTreeSet<&str>) {
    if let Some(rest) = without(thing, names) {
        *thing = rest;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_read_back_and_so_does_text_from_before_there_were_any() {
        let said = Words::Said { text: "山田 \"花子\"".to_owned(), salt: "ab".to_owned() };
        let gone = Words::Gone { sha256: "0".repeat(64), length: 9 };
        for words in [said, gone, Words::default(), "自動".into()] {
            let json = serde_json::to_string(&words).unwrap_or_default();
            assert_eq!(serde_json::from_str::<Words>(&json).ok(), Some(words), "{json}");
        }
        assert_eq!(serde_json::from_str::<Words>("\"text\"").ok(), Some("text".into()));
    }

    #[test]
    fn words_are_found_where_they_are_and_not_in_what_somebody_wrote() {
        let tricky = "{\"words\":\"nothing\",\"salt\":\"\"}";
        let thing = (Words::from(tricky), tricky.to_owned(), Words::from("山田"), 7);
        let found = said(&thing);
        assert_eq!(
            found.values().map(|(text, _)| text.as_str()).collect::<BTreeSet<_>>(),
            BTreeSet::from([tricky, "山田"])
        );
        let name =
            found.iter().find(|(_, (text, _))| text == "山田").map(|(name, _)| name.as_str()).unwrap_or_default();
        let rest = without(&thing, &BTreeSet::from([name]));
        let Some((first, second, third, fourth)) = rest else { panic!("it had them") };
        assert_eq!((first.as_str(), second.as_str(), third.as_str(), fourth), (tricky, tricky, ERASED, 7));
        assert!(without(&thing, &BTreeSet::from(["ab"])).is_none());
    }

    #[test]
    fn a_copy_has_the_same_name_and_another_word_with_the_same_text_has_not() {
        let salted = |salt: &str| Words::Said { text: "確認中".to_owned(), salt: salt.to_owned() };
        assert_eq!(said(&vec![salted("1"), salted("1")]).len(), 1);
        assert_eq!(said(&vec![salted("1"), salted("2")]).len(), 2);
    }
}
