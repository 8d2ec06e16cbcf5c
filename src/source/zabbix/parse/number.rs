//! Numbers, which one version writes as strings and another as numbers.

use serde::de;
use serde::{Deserialize, Deserializer};
use std::fmt;
use std::marker::PhantomData;

/// Reads a whole number, written as a number or as a string.
pub(super) fn number<'de, D: Deserializer<'de>, T: TryFrom<i128>>(deserializer: D) -> Result<T, D::Error> {
    struct Number<T>(PhantomData<T>);
    impl<T: TryFrom<i128>> de::Visitor<'_> for Number<T> {
        type Value = T;
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a whole number, plain or in quotes")
        }
        fn visit_u64<E: de::Error>(self, number: u64) -> Result<T, E> {
            T::try_from(number.into()).map_err(|_| E::custom(format_args!("{number} is out of range")))
        }
        fn visit_i64<E: de::Error>(self, number: i64) -> Result<T, E> {
            T::try_from(number.into()).map_err(|_| E::custom(format_args!("{number} is out of range")))
        }
        fn visit_bool<E: de::Error>(self, yes: bool) -> Result<T, E> {
            self.visit_u64(yes.into())
        }
        fn visit_str<E: de::Error>(self, text: &str) -> Result<T, E> {
            let number: i128 = text.parse().map_err(|_| E::invalid_value(de::Unexpected::Str(text), &self))?;
            T::try_from(number).map_err(|_| E::custom(format_args!("{number} is out of range")))
        }
    }
    deserializer.deserialize_any(Number(PhantomData))
}

/// Reads 0 or 1, written as a number or as a string.
pub(super) fn flag<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    number::<D, u8>(deserializer).map(|number| number != 0)
}

/// Reads a whole number that may be missing.
pub(super) fn optional_number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    #[derive(Deserialize)]
    struct Plain(#[serde(deserialize_with = "number")] u64);
    Ok(Option::<Plain>::deserialize(deserializer)?.map(|plain| plain.0))
}
