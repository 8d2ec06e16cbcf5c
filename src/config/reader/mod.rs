//! Reads a typed table out of the tree and goes on after a fault, so that one look finds them all.
//!
//! serde stops at the first error. Here the value in error is noted and, on the next attempt, replaced by a stand-in
//! of the wanted shape, until the table can be read to its end; the stand-ins never get further than `check`, because
//! a configuration with a fault is not used. A struct names its fields, so unknown keys are found here as well, and a
//! struct read through this needs no `deny_unknown_fields` to be strict (it has it all the same: the types are
//! documentation). Not here: what values mean.

mod error;
mod stand_in;

use super::findings::{Findings, did_you_mean};
use super::tree::{Node, Path, Place, Table, Value};
use crate::desk::rules::written::ONE_OR_MANY;
use error::Error;
use serde::de::value::StrDeserializer;
use serde::de::{self, Deserialize, DeserializeSeed, Deserializer, IntoDeserializer, MapAccess, SeqAccess, Visitor};
use stand_in::{STAND_INS, StandIn};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt;

/// How many faults one table is searched for.
const FAULTS_PER_TABLE: usize = 100;

/// Reads `node` as a `T`; every fault in it is noted. `None` when nothing of it could be kept.
pub(super) fn read<'de, T: Deserialize<'de>>(node: &'de Node, path: &Path, findings: &mut Findings) -> Option<T> {
    let notes = Notes::default();
    let mut result = None;
    for _ in 0..FAULTS_PER_TABLE {
        match T::deserialize(Reader { node, path: path.clone(), notes: &notes }) {
            Ok(value) => {
                result = Some(value);
                break;
            }
            Err(Error { at, message, help, .. }) => {
                let at = at.unwrap_or_else(|| path.clone());
                let mut stand_ins = notes.stand_ins.borrow_mut();
                match stand_ins.get_mut(&at) {
                    Some(tried) if *tried + 1 < STAND_INS.len() => *tried += 1,
                    Some(_) => break,
                    None => {
                        findings.unreadable(&at, message, help);
                        if at == *path {
                            break;
                        }
                        stand_ins.insert(at, 0);
                    }
                }
            }
        }
    }
    for (path, (at, help)) in notes.unknown.into_inner() {
        findings.fault_at(&path, at, "is not a key known here".into(), help, None);
    }
    result
}

/// What one reading knows and notes.
#[derive(Default)]
struct Notes {
    /// Values to be replaced, with how many stand-ins failed already.
    stand_ins: RefCell<BTreeMap<Path, usize>>,
    unknown: RefCell<BTreeMap<Path, (Place, Option<String>)>>,
}

/// A key of a table with what stands there; `None` is a missing field that a stand-in fills.
type Entry<'de> = (&'de str, Option<&'de Node>);

/// The entries of a table as they were written. Apart from the readers, which the program holds once for each type that is read:
/// sorting in there would be in it as many times, 0.8 MB.
fn in_order<'de>(entries: Vec<(&'de String, &'de Node)>) -> Vec<Entry<'de>> {
    let mut entries: Vec<_> = entries.into_iter().map(|(key, node)| (key.as_str(), Some(node))).collect();
    entries.sort_by_key(|(_, node)| node.map(|node| node.order));
    entries
}

/// serde's view of one node.
struct Reader<'de, 'n> {
    node: &'de Node,
    path: Path,
    notes: &'n Notes,
}

impl<'de> Reader<'de, '_> {
    fn any<V: Visitor<'de>>(&self, visitor: V) -> Result<V::Value, Error> {
        match &self.node.value {
            Value::Text(text) | Value::Moment(text) => visitor.visit_borrowed_str(text),
            Value::Integer(number) => visitor.visit_i64(*number),
            Value::Float(number) => visitor.visit_f64(*number),
            Value::Bool(value) => visitor.visit_bool(*value),
            Value::List(list) => visitor.visit_seq(List { rest: list, next: 0, path: &self.path, notes: self.notes }),
            Value::Table(table) => visitor.visit_map(self.entries(in_order(table.iter().collect()))),
        }
    }

    fn entries(&self, entries: Vec<Entry<'de>>) -> Entries<'de, '_> {
        Entries { entries: entries.into_iter(), value: None, path: &self.path, notes: self.notes }
    }

    /// What a struct with these fields finds in the table; keys it does not know are noted.
    fn known(&self, table: &'de Table, fields: &[&'static str]) -> Vec<Entry<'de>> {
        let (known, unknown): (Vec<_>, Vec<_>) = table.iter().partition(|(key, _)| fields.contains(&key.as_str()));
        for (key, node) in unknown {
            let help = did_you_mean(key, fields.iter().copied())
                .unwrap_or_else(|| format!("known here: {}", fields.join(", ")));
            self.notes.unknown.borrow_mut().insert(self.path.key(key), (node.key.clone(), Some(help)));
        }
        let mut entries = in_order(known);
        let stand_ins = self.notes.stand_ins.borrow();
        let missing = fields.iter().filter(|field| !table.contains_key(**field));
        entries
            .extend(missing.filter(|field| stand_ins.contains_key(&self.path.key(field))).map(|field| (*field, None)));
        entries
    }

    fn text<V: Visitor<'de>>(&self, visitor: V) -> Result<V::Value, Error> {
        match &self.node.raw {
            Some(raw) => visitor.visit_borrowed_str(raw),
            None => self.any(visitor),
        }
    }
}

impl<'de> Deserializer<'de> for Reader<'de, '_> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.any(visitor).map_err(|error| error.at(&self.path))
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.text(visitor).map_err(|error| error.at(&self.path))
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_str(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let path = self.path.clone();
        visitor.visit_some(self).map_err(|error| error.at(&path))
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, name: &'static str, visitor: V) -> Result<V::Value, Error> {
        if name == ONE_OR_MANY && matches!(self.node.value, Value::List(_)) {
            return self.deserialize_any(visitor);
        }
        let path = self.path.clone();
        visitor.visit_newtype_struct(self).map_err(|error| error.at(&path))
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        let word: Result<&str, Error> = match (&self.node.raw, &self.node.value) {
            (Some(text), _) | (None, Value::Text(text)) => Ok(text),
            _ => self.any(Word),
        };
        word.and_then(|word| visitor.visit_enum(word.into_deserializer())).map_err(|error| error.at(&self.path))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        let Value::Table(table) = &self.node.value else { return self.deserialize_any(visitor) };
        visitor.visit_map(self.entries(self.known(table, fields))).map_err(|error| error.at(&self.path))
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char bytes byte_buf unit unit_struct seq tuple
        tuple_struct map identifier ignored_any
    }
}

/// Takes a word where an enum is wanted, only to give serde's message for anything else.
struct Word;
impl<'de> Visitor<'de> for Word {
    type Value = &'de str;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a word in quotes")
    }
    fn visit_borrowed_str<E: de::Error>(self, text: &'de str) -> Result<&'de str, E> {
        Ok(text)
    }
}

/// The entries of a table.
struct Entries<'de, 'n> {
    entries: std::vec::IntoIter<Entry<'de>>,
    value: Option<(Path, Option<&'de Node>)>,
    path: &'n Path,
    notes: &'n Notes,
}

impl<'de> MapAccess<'de> for Entries<'de, '_> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Error> {
        let Some((key, node)) = self.entries.next() else { return Ok(None) };
        let path = self.path.key(key);
        let key: StrDeserializer<'_, Error> = key.into_deserializer();
        let key = seed.deserialize(key).map_err(|error| error.at(&path))?;
        self.value = Some((path, node));
        Ok(Some(key))
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, Error> {
        match self.value.take() {
            Some((path, node)) => value(seed, path, node, self.notes),
            None => Err(Error::new("a value was read before its key".into())),
        }
    }
}

/// The elements of a list.
struct List<'de, 'n> {
    rest: &'de [Node],
    next: usize,
    path: &'n Path,
    notes: &'n Notes,
}

impl<'de> SeqAccess<'de> for List<'de, '_> {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Error> {
        let Some((node, rest)) = self.rest.split_first() else { return Ok(None) };
        self.rest = rest;
        let path = self.path.index(self.next);
        self.next += 1;
        value(seed, path, Some(node), self.notes).map(Some)
    }
}

fn value<'de, T: DeserializeSeed<'de>>(
    seed: T,
    path: Path,
    node: Option<&'de Node>,
    notes: &Notes,
) -> Result<T::Value, Error> {
    let stand_in = notes.stand_ins.borrow().get(&path).copied();
    match (stand_in, node) {
        (None, Some(node)) => {
            // A type that reads a text and then finds it wrong says so after the reader is done with the value.
            seed.deserialize(Reader { node, path: path.clone(), notes }).map_err(|error| error.at(&path))
        }
        (tried, _) => seed.deserialize(StandIn(tried.unwrap_or(0))).map_err(|mut error| {
            // Whatever a stand-in lacks inside, it is the stand-in that failed.
            error.at = Some(path);
            error
        }),
    }
}
