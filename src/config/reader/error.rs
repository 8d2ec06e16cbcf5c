//! serde's complaints in words of TOML, with the key they are about.
//!
//! Not here: where in the file that key stands; the report looks it up.

use super::super::findings::did_you_mean;
use super::super::tree::Path;
use serde::de::{self, Expected, Unexpected};
use std::fmt;

/// Why a value could not be read, and which.
#[derive(Debug)]
pub(super) struct Error {
    pub(super) at: Option<Path>,
    /// The field that is missing in the table the error has yet to pass through.
    pub(super) missing: Option<&'static str>,
    pub(super) message: String,
    pub(super) help: Option<String>,
}

impl Error {
    pub(super) fn new(message: String) -> Self {
        Self { at: None, missing: None, message, help: None }
    }

    /// Remembers where it happened, unless something further inside did already.
    pub(super) fn at(mut self, path: &Path) -> Self {
        let missing = self.missing.take();
        self.at.get_or_insert_with(|| missing.map_or_else(|| path.clone(), |field| path.key(field)));
        self
    }
}

impl de::Error for Error {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self::new(message.to_string())
    }

    fn missing_field(field: &'static str) -> Self {
        Self { missing: Some(field), ..Self::new("is missing".into()) }
    }

    fn invalid_type(found: Unexpected<'_>, wanted: &dyn Expected) -> Self {
        Self::new(format!("is {}, but {} is needed", plain(found), in_toml(&wanted.to_string())))
    }

    fn invalid_value(found: Unexpected<'_>, wanted: &dyn Expected) -> Self {
        Self::new(format!("is {}, which is not {}", plain(found), in_toml(&wanted.to_string())))
    }

    fn unknown_variant(variant: &str, expected: &'static [&'static str]) -> Self {
        let help = did_you_mean(variant, expected.iter().copied());
        let expected = expected.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ");
        Self { help, ..Self::new(format!("is `{variant}`, which is not one of {expected}")) }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}
impl std::error::Error for Error {}

/// What was found, in words of TOML.
fn plain(found: Unexpected<'_>) -> String {
    match found {
        Unexpected::Str(text) => format!("the text {text:?}"),
        Unexpected::Signed(number) => format!("the number {number}"),
        Unexpected::Unsigned(number) => format!("the number {number}"),
        Unexpected::Float(number) => format!("the number {number}"),
        Unexpected::Bool(value) => value.to_string(),
        Unexpected::Seq => "a list".into(),
        Unexpected::Map => "a table".into(),
        other => other.to_string(),
    }
}

/// What serde's derived code expects, in words of TOML.
fn in_toml(wanted: &str) -> String {
    match wanted {
        "a string" | "a borrowed string" => "a text in quotes".into(),
        "a sequence" => "a list".into(),
        "a map" => "a table".into(),
        "a boolean" => "true or false".into(),
        "u8" => "a whole number from 0 to 255".into(),
        "u16" => "a whole number from 0 to 65535".into(),
        "u32" | "u64" | "usize" => "a whole number from 0".into(),
        "i64" | "i32" => "a whole number".into(),
        wanted if wanted.starts_with("struct ") => "a table".into(),
        wanted if wanted.starts_with("enum ") => "a word in quotes".into(),
        wanted => wanted.into(),
    }
}
