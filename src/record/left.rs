//! What still holds a text: every byte below a folder is searched.
//!
//! It is found as itself, with any white space in between, with some of its characters or all of them escaped as in JSON, however
//! often, and in the encodings logs come in. Names of files count as well. Not found are other spellings of it, and what is
//! compressed or encrypted.

use super::ink::squeezed;
use encoding_rs::{EUC_JP, SHIFT_JIS};
use serde::Serialize;
use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::Path;

/// Read at once: a file may be large.
const PART: usize = 1024 * 1024;
/// No longer is a text as it is written, in bytes.
const LONGEST: usize = 128 * 1024;

/// What holds the text.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Left {
    /// Files, from the folder on, and how often each holds it.
    pub(crate) files: Vec<(String, u64)>,
    /// What could not be read, and so not be searched.
    pub(crate) unread: Vec<String>,
}

impl Left {
    /// In how many places it stands.
    pub(crate) fn places(&self) -> u64 {
        self.files.iter().map(|(_, places)| places).sum()
    }
}

/// Searches everything below `folder` for `text`.
pub(crate) fn look(folder: &Path, text: &str) -> Left {
    let pattern = Pattern::of(text);
    let mut left = Left::default();
    let mut paths = vec![folder.to_owned()];
    while let Some(path) = paths.pop() {
        let name = path.strip_prefix(folder).unwrap_or(&path);
        let named = name.file_name().map_or(0, |name| pattern.count(name.as_encoded_bytes(), true).0);
        let name = name.display().to_string();
        match pattern.count_at(&path, &mut paths) {
            Ok(places) if places + named > 0 => left.files.push((name, places + named)),
            Ok(_) => {}
            // What goes while it is looked at holds nothing any more.
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(_) => left.unread.push(name),
        }
    }
    left.files.sort();
    left.unread.sort();
    left
}

/// The text, and how it may be written.
struct Pattern {
    /// Without white space.
    characters: Vec<char>,
    /// Exactly so, in one encoding or another.
    forms: Vec<Vec<u8>>,
    /// With which bytes it may begin.
    begins: [bool; 256],
}

impl Pattern {
    fn of(text: &str) -> Self {
        let (exact, told) = (text.trim(), squeezed(text));
        let mut forms = vec![exact.as_bytes().to_vec(), told.as_bytes().to_vec()];
        for encoding in [SHIFT_JIS, EUC_JP] {
            let (bytes, _, is_lossy) = encoding.encode(&told);
            if !is_lossy {
                forms.push(bytes.into_owned());
            }
        }
        forms.push(told.encode_utf16().flat_map(u16::to_le_bytes).collect());
        forms.push(told.encode_utf16().flat_map(u16::to_be_bytes).collect());
        forms.retain(|form| !form.is_empty());
        let mut begins = [false; 256];
        forms.iter().for_each(|form| begins[usize::from(form[0])] = true);
        begins[usize::from(b'\\')] = true;
        Self { characters: told.chars().collect(), forms, begins }
    }

    /// How often it stands in a file; what is in a folder is added to `paths`.
    fn count_at(&self, path: &Path, paths: &mut Vec<std::path::PathBuf>) -> std::io::Result<u64> {
        let kind = std::fs::symlink_metadata(path)?.file_type();
        if kind.is_dir() {
            for entry in std::fs::read_dir(path)? {
                paths.push(entry?.path());
            }
        }
        if kind.is_file() { self.count_in(File::open(path)?) } else { Ok(0) }
    }

    fn count_in(&self, mut file: File) -> std::io::Result<u64> {
        let (mut places, mut buffer) = (0, Vec::new());
        loop {
            let read = file.by_ref().take(PART as u64).read_to_end(&mut buffer)?;
            let (found, done) = self.count(&buffer, read == 0);
            places += found;
            if read == 0 {
                return Ok(places);
            }
            buffer.drain(..done);
        }
    }

    /// How often it begins in `bytes`, and up to where that is known: what may go on behind their end is looked at again with more.
    fn count(&self, bytes: &[u8], is_all: bool) -> (u64, usize) {
        let until = if is_all { bytes.len() } else { bytes.len().saturating_sub(LONGEST) };
        let (mut places, mut at) = (0, 0);
        while at < until {
            let Some(next) = bytes[at..until].iter().position(|byte| self.begins[usize::from(*byte)]) else { break };
            at += next;
            match self.length(&bytes[at..]) {
                Some(length) => {
                    places += 1;
                    at += length;
                }
                None => at += 1,
            }
        }
        (places, at.max(until))
    }

    /// How long it is, if it begins here.
    fn length(&self, bytes: &[u8]) -> Option<usize> {
        let exact = self.forms.iter().find(|form| bytes.starts_with(form)).map(Vec::len);
        exact.or_else(|| self.written(&bytes[..bytes.len().min(LONGEST)]))
    }

    /// The same, with white space and escapes.
    fn written(&self, bytes: &[u8]) -> Option<usize> {
        let mut at = 0;
        for (nth, wanted) in self.characters.iter().enumerate() {
            loop {
                let (character, length) = character(bytes.get(at..)?)?;
                at += length;
                if character == *wanted {
                    break;
                }
                if nth == 0 || !character.is_whitespace() {
                    return None;
                }
            }
        }
        (at > 0).then_some(at)
    }
}

/// The character that is written here, as itself or as an escape, and how long it is written. Escapes may be escaped themselves.
fn character(bytes: &[u8]) -> Option<(char, usize)> {
    let slashes = bytes.iter().take_while(|byte| **byte == b'\\').count();
    if slashes == 0 {
        let length = match bytes.first()? {
            0..=0x7f => 1,
            0xc0..=0xdf => 2,
            0xe0..=0xef => 3,
            _ => 4,
        };
        let said = std::str::from_utf8(bytes.get(..length)?).ok()?;
        return Some((said.chars().next()?, length));
    }
    match bytes.get(slashes)? {
        b'u' => escaped(bytes, slashes + 1),
        b'n' | b't' | b'r' => Some((' ', slashes + 1)),
        b'"' | b'/' => Some((char::from(bytes[slashes]), slashes + 1)),
        _ => Some(('\\', slashes)),
    }
}

/// The character whose four digits stand at `at`, and where it ends; a rare one takes a second escape.
fn escaped(bytes: &[u8], at: usize) -> Option<(char, usize)> {
    let unit = |at: usize| {
        let digits = std::str::from_utf8(bytes.get(at..at + 4)?).ok()?;
        u16::from_str_radix(digits, 16).ok()
    };
    let (mut units, mut end) = (vec![unit(at)?], at + 4);
    if (0xd800..0xdc00).contains(&units[0]) {
        let slashes = bytes.get(end..)?.iter().take_while(|byte| **byte == b'\\').count();
        units.push(unit(end + slashes + 1)?);
        end += slashes + 5;
    }
    let character = char::decode_utf16(units).next()?.ok()?;
    Some((character, end))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;

    #[test]
    fn a_text_is_found_however_it_is_written() {
        for (bytes, text, count) in [
            ("山田花子、山田 花子".as_bytes(), "山田花子", 2),
            (r"山田\n花　子".as_bytes(), "山田 花子", 1),
            (br#"{"x":"\u5c71\u7530"}"#, "山田", 1),
            (br#"{"x":"\\u5C71\\u7530"}"#, "山田", 1),
            (r"山\u7530".as_bytes(), "山田", 1),
            (r"𠮷野 \ud842\udfb7野".as_bytes(), "𠮷野", 2),
            (br#"say \"Sato\" C:\\Sato"#, "\"Sato\"", 1),
            (br"C:\\user\\sato", r"user\sato", 1),
            (br"C:\user\sato", r"user\sato", 1),
            (&[0x8e, 0x52, 0x93, 0x63], "山田", 1),
            (&[0xbb, 0xb3, 0xc5, 0xc4], "山田", 1),
            (&[0x71, 0x5c, 0x30, 0x75], "山田", 1),
            (b"user=Sato", "sato", 0),
            (b"S", "Sato", 0),
            (br"\u5c7", "山田", 0),
        ] {
            let found = Pattern::of(text).count(bytes, true).0;
            assert_eq!(found, count, "{text} in {}", String::from_utf8_lossy(bytes));
        }
    }

    #[test]
    fn it_is_counted_once_wherever_a_part_ends() {
        let dir = tempfile::tempdir().unwrap();
        for before in [PART - LONGEST - 3, PART - LONGEST, PART - 4, PART, 2 * PART - LONGEST - 1] {
            let mut content = vec![b'x'; before];
            content.extend_from_slice("山田花子".as_bytes());
            content.resize(before + PART, b'x');
            content.extend_from_slice(r"山田\u82b1子".as_bytes());
            std::fs::write(dir.path().join("large"), content).unwrap();
            let left = look(dir.path(), "山田花子");
            assert_eq!((left.files, left.unread), (vec![("large".to_owned(), 2)], vec![]), "{before}");
        }
        std::fs::create_dir(dir.path().join("of 花子")).unwrap();
        assert_eq!(look(dir.path(), "花子").files[1], ("of 花子".to_owned(), 1));
    }
}
