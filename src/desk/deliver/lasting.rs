//! What of a written message is the same whenever it is decided: all but times, and what grows by itself.
//!
//! Its fields in the order of their names, as they have always stood in identities. It is read out of the text of the message without
//! a copy of it: every row of the outbox is asked for its identity once, and letters are long.

use jiff::Timestamp;
use serde::de::{Deserialize, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Serialize, Serializer};
use serde_json::Number;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

/// What of an incident makes its message this one and no other: under this its reader knows it.
const NAMED_BY: [&str; 4] = ["number", "severity", "summary", "host"];
/// What differs with the minute in which the same is decided.
const PASSING: [&str; 5] = ["log", "extracts", "no_log", "before", "detail"];

/// It, of the JSON of a message; `null` of what is no JSON.
pub(super) fn of(text: &[u8]) -> String {
    let lasting = serde_json::from_slice(text).unwrap_or(Lasting::Nothing);
    let mut said = Vec::with_capacity(text.len());
    if serde_json::to_writer(&mut said, &lasting).is_err() {
        said.clear();
    }
    String::from_utf8(said).unwrap_or_default()
}

/// What lasts of a part of a message.
enum Lasting<'a> {
    /// Nothing, or a time.
    Nothing,
    Bool(bool),
    Number(Number),
    Text(Cow<'a, str>),
    List(Vec<Lasting<'a>>),
    Fields(BTreeMap<Cow<'a, str>, Lasting<'a>>),
}

impl<'a> Lasting<'a> {
    fn text(text: Cow<'a, str>) -> Self {
        // Few texts begin as a time does, and looking whether one is a time takes long.
        let begins = text.starts_with(|first: char| first.is_ascii_digit() || matches!(first, '+' | '-'));
        if begins && text.parse::<Timestamp>().is_ok() { Self::Nothing } else { Self::Text(text) }
    }
}

impl<'de> Deserialize<'de> for Lasting<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Part { of_incident: false }.deserialize(deserializer)
    }
}

/// A part that is about to be read.
#[derive(Clone, Copy)]
struct Part {
    /// It is the incident itself.
    of_incident: bool,
}

impl<'de> DeserializeSeed<'de> for Part {
    type Value = Lasting<'de>;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Lasting<'de>, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Part {
    type Value = Lasting<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a part of a message")
    }

    fn visit_unit<E>(self) -> Result<Lasting<'de>, E> {
        Ok(Lasting::Nothing)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Lasting<'de>, E> {
        Ok(Lasting::Bool(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Lasting<'de>, E> {
        Ok(Lasting::Number(value.into()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Lasting<'de>, E> {
        Ok(Lasting::Number(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Lasting<'de>, E> {
        Ok(Number::from_f64(value).map_or(Lasting::Nothing, Lasting::Number))
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Lasting<'de>, E> {
        Ok(Lasting::text(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Lasting<'de>, E> {
        Ok(Lasting::text(Cow::Owned(text.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut parts: A) -> Result<Lasting<'de>, A::Error> {
        let mut list = Vec::new();
        while let Some(part) = parts.next_element()? {
            list.push(part);
        }
        Ok(Lasting::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut parts: A) -> Result<Lasting<'de>, A::Error> {
        let mut fields = BTreeMap::new();
        while let Some(Name(name)) = parts.next_key()? {
            if PASSING.contains(&&*name) || self.of_incident && !NAMED_BY.contains(&&*name) {
                parts.next_value::<IgnoredAny>()?;
            } else {
                let part = parts.next_value_seed(Part { of_incident: name == "incident" })?;
                fields.insert(name, part);
            }
        }
        Ok(Lasting::Fields(fields))
    }
}

/// The name of a field.
struct Name<'a>(Cow<'a, str>);

impl<'de> Deserialize<'de> for Name<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Letters;
        impl<'de> Visitor<'de> for Letters {
            type Value = Name<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the name of a field")
            }
            fn visit_borrowed_str<E>(self, name: &'de str) -> Result<Name<'de>, E> {
                Ok(Name(Cow::Borrowed(name)))
            }
            fn visit_str<E>(self, name: &str) -> Result<Name<'de>, E> {
                Ok(Name(Cow::Owned(name.to_owned())))
            }
        }
        deserializer.deserialize_str(Letters)
    }
}

impl Serialize for Lasting<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Nothing => serializer.serialize_unit(),
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Number(value) => value.serialize(serializer),
            Self::Text(text) => serializer.serialize_str(text),
            Self::List(list) => serializer.collect_seq(list),
            Self::Fields(fields) => serializer.collect_map(fields),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    /// As it is written down in words: the reading above must say the same to the letter.
    fn told(value: &mut Value) {
        match value {
            Value::String(text) if text.parse::<Timestamp>().is_ok() => *value = Value::Null,
            Value::Array(values) => values.iter_mut().for_each(told),
            Value::Object(fields) => {
                fields.retain(|name, _| !PASSING.contains(&name.as_str()));
                if let Some(Value::Object(incident)) = fields.get_mut("incident") {
                    incident.retain(|name, _| NAMED_BY.contains(&name.as_str()));
                }
                fields.values_mut().for_each(told);
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }

    #[test]
    fn what_lasts_is_all_but_times_and_what_grows_in_the_order_of_names() {
        let matter = json!({ "Request": {
            "verdict": { "at": "2026-10-07T01:02:03.5Z", "code": "single", "log": [1], "sure": 0.25, "less": -7, "ja": "庁舎 \"A\"\n" },
            "incident": { "number": "KW-1", "summary": "断", "host": ["h", "名"], "severity": 2, "alerts": 7, "detail": "x" },
            "times": ["2026-10-07T10:02:03+09:00", "-009999-01-02T01:59:59Z", "+002026-10-07T01:02:03Z", "9 hosts", "2026-10-07", ""],
            "related": [{ "incident": { "number": "2026-10-07T01:02:03Z", "other": {} }, "before": null }, { "incident": "KW-2" }],
            "a \"b\"": { "detail": 1, "z": true, "y": null, "incident": [{ "alerts": 1 }] },
        }});
        for matter in
            [matter, json!(null), json!("2026-10-07T01:02:03Z"), json!({ "incident": { "incident": { "number": 1 } } })]
        {
            let (text, mut value) = (matter.to_string(), matter);
            told(&mut value);
            assert_eq!(of(text.as_bytes()), value.to_string());
        }
        assert_eq!(of(b"{"), "null");
    }

    #[test]
    fn a_time_is_known_by_how_it_begins() {
        for text in ["2026-10-07T01:02:03Z", "+002026-10-07T01:02:03Z", "-009999-01-02T01:59:59Z", "20261007T010203Z"] {
            assert!(
                matches!(Lasting::text(text.into()), Lasting::Nothing) == text.parse::<Timestamp>().is_ok(),
                "{text}"
            );
        }
    }
}
