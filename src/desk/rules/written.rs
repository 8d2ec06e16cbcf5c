//! Forms of writing that the desk's own parts share with the configuration: lengths of time, one value or many.
//!
//! A condition of isolation owns the form it is written in (`isolate::condition`), so these stand in the desk. Not
//! here: files and TOML; the reader in `config` knows them.

pub mod keep;
pub mod span;

use serde::de::{Deserialize, Deserializer, SeqAccess, Visitor};
use std::fmt;

/// What may be written as one value or as a list of them. serde's untagged enums would lose the place of a fault, so
/// the reader is asked by the name [`ONE_OR_MANY`] and decides by what it sees.
#[derive(Debug, Clone, PartialEq)]
pub struct OneOrMany<T>(pub Vec<T>);

/// The name by which a reader knows [`OneOrMany`]: a list is visited as a sequence, anything else as one value.
pub const ONE_OR_MANY: &str = "kiriwake::OneOrMany";

impl<T> Default for OneOrMany<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for OneOrMany<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either<T>(std::marker::PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for Either<T> {
            type Value = Vec<T>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("one value or a list")
            }
            fn visit_newtype_struct<D: Deserializer<'de>>(self, one: D) -> Result<Vec<T>, D::Error> {
                T::deserialize(one).map(|one| vec![one])
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut many: A) -> Result<Vec<T>, A::Error> {
                let mut list = Vec::new();
                while let Some(element) = many.next_element()? {
                    list.push(element);
                }
                Ok(list)
            }
        }
        deserializer.deserialize_newtype_struct(ONE_OR_MANY, Either(std::marker::PhantomData)).map(Self)
    }
}
