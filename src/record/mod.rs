//! How the desk's frames and things are written down: versioned JSON, one key per thing.
//!
//! A frame is one payload of the journal; a thing is one entity of the working state; what is over is filed, and read again
//! from the journal ([`archive`]). Not here: when anything is synced (`daemon`), or how it is kept (`store`).

pub(crate) mod archive;
pub(crate) mod course;
pub(crate) mod erase;
pub(crate) mod ink;
pub(crate) mod left;
mod words;

pub(crate) use words::{apart, is_unique, together, words_in};

use crate::desk::ids::{ComponentId, CoverId, IncidentId, ModificationId, OwedId, ProbeName, RequestId, SourceId};
use crate::desk::state::{Counters, House, State, Tally};
use crate::desk::turn::Thing;
use crate::store::{self, Bodies, Digest, Entities};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// The version of what frames and things mean; in every one of them.
pub(crate) const SCHEMA: u32 = 1;

/// What was read but could not be understood.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// It does not say what it is.
    #[error("a record does not read: {0}")]
    Unreadable(#[from] serde_json::Error),
    /// A key of no known kind.
    #[error("a stored thing has the unknown key {0:?}")]
    Key(String),
    /// Words of people could not be put apart.
    #[error(transparent)]
    Words(#[from] store::Error),
}

/// Versions after this one are refused when the journal is opened; older ones would be brought up to it here.
#[derive(Deserialize)]
struct Format {
    #[serde(rename = "format")]
    _format: u32,
}

/// How the salt of a frame begins, where it has one.
const SALT: &[u8] = b"\"salt\":\"";

#[derive(Serialize)]
struct Versioned<'a, T> {
    format: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    salt: Option<&'a str>,
    #[serde(flatten)]
    value: T,
}

#[derive(Serialize, Deserialize)]
struct HouseParts {
    counters: Counters,
    tally: Tally,
    house: House,
}

/// A payload of the journal (a frame, or a snapshot of the state), with words of people still in it: see [`apart`].
pub(crate) fn payload<T: Serialize>(value: &T) -> Result<Vec<u8>, Error> {
    Ok(serde_json::to_vec(&Versioned { format: SCHEMA, salt: None, value })?)
}

/// A frame as a payload, with a salt: what is erased of it later cannot be guessed by its digest, which stays in the chain.
pub(crate) fn salted<T: Serialize>(value: &T, salt: &str) -> Result<Vec<u8>, Error> {
    Ok(serde_json::to_vec(&Versioned { format: SCHEMA, salt: Some(salt), value })?)
}

/// Draws salts: each is another, and none can be told from the others.
#[derive(Debug)]
pub(crate) struct Salts {
    secret: String,
    drawn: u64,
}

impl Salts {
    /// For one run of the daemon.
    ///
    /// # Errors
    /// When the system gives no random bytes.
    pub(crate) fn new() -> Result<Self, store::Error> {
        Ok(Self { secret: store::draw()?, drawn: 0 })
    }

    /// The next one.
    pub(crate) fn next(&mut self) -> String {
        self.drawn += 1;
        let mut salt = Digest::of(&[self.secret.as_bytes(), &self.drawn.to_be_bytes()]).to_string();
        salt.truncate(32);
        salt
    }
}

/// What a payload says, with the words of people it refers to. Its version is looked at first, and the value then read straight from the bytes: taken together,
/// serde would keep all of it in a form between, which takes twice as long.
pub(crate) fn read<T: DeserializeOwned>(payload: &[u8], bodies: &Bodies) -> Result<T, Error> {
    let payload = together(payload, bodies);
    // We write it first. What has it elsewhere was written by somebody else, and is read through for it.
    if !begins_with_format(&payload) {
        serde_json::from_slice::<Format>(&payload)?;
    }
    Ok(serde_json::from_slice(&payload)?)
}

/// Whether the first thing a payload says is its version, as [`Versioned`] writes it.
fn begins_with_format(payload: &[u8]) -> bool {
    let Some(rest) = payload.strip_prefix(b"{\"format\":") else { return false };
    let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let whole = rest.get(digits).is_some_and(|byte| matches!(byte, b',' | b'}'));
    // So many fit surely; a number that begins with 0 is none.
    whole && (1..=9).contains(&digits) && !rest.starts_with(b"0")
}

/// The bodies a payload refers to: parts of evidence, and what letters quote of them.
pub(crate) fn bodies_in(payload: &[u8]) -> Vec<Digest> {
    const FIELD: &[u8] = b"\"sha256\":\"";
    let mut found = Vec::new();
    let mut rest = payload;
    while let Some(at) = rest.windows(FIELD.len()).position(|window| window == FIELD) {
        rest = &rest[at + FIELD.len()..];
        let named = rest.get(..64).and_then(|hex| std::str::from_utf8(hex).ok());
        found.extend(named.and_then(|hex| hex.parse::<Digest>().ok()));
    }
    found
}

/// The stored form of a thing: its key, and its value if it still exists.
pub(crate) fn entity(state: &State, thing: &Thing, bodies: &Bodies) -> Result<(Vec<u8>, Option<Vec<u8>>), Error> {
    let value = match thing {
        Thing::Source(id) => state.sources.get(id).map(serde_json::to_vec).transpose()?,
        Thing::Alert(id) => state.alerts.get(id).map(serde_json::to_vec).transpose()?,
        Thing::Incident(id) => state.incidents.get(id).map(serde_json::to_vec).transpose()?,
        Thing::Request(id) => state.requests.get(id).map(serde_json::to_vec).transpose()?,
        Thing::Modification(id) => state.modifications.get(id).map(serde_json::to_vec).transpose()?,
        Thing::Owed(id) => state.owed.get(id).map(serde_json::to_vec).transpose()?,
        Thing::Cover(id) => state.covers.get(id).map(serde_json::to_vec).transpose()?,
        Thing::Probe(name) => state.probes.get(name).map(serde_json::to_vec).transpose()?,
        Thing::Past(id) => state.past.get(id).map(serde_json::to_vec).transpose()?,
        Thing::House => Some(serde_json::to_vec(&HouseParts {
            counters: state.counters.clone(),
            tally: state.tally.clone(),
            house: state.house.clone(),
        })?),
    };
    let value = value.map(|value| apart(&value, bodies).map(std::borrow::Cow::into_owned)).transpose()?;
    Ok((key(thing), value))
}

fn key(thing: &Thing) -> Vec<u8> {
    let numbered = |kind: &str, id: u64| [kind.as_bytes(), b"/", &id.to_be_bytes()].concat();
    match thing {
        Thing::Source(id) => [b"source/", id.as_str().as_bytes()].concat(),
        Thing::Alert(id) => numbered("alert", id.0),
        Thing::Incident(id) => numbered("incident", id.0),
        Thing::Request(id) => numbered("request", id.0),
        Thing::Modification(id) => numbered("modification", id.0),
        Thing::Owed(id) => numbered("owed", id.0),
        Thing::Cover(CoverId::Work(number)) => numbered("work", *number),
        Thing::Cover(CoverId::Silence(number)) => numbered("silence", *number),
        Thing::Probe(name) => [b"probe/", name.as_str().as_bytes()].concat(),
        Thing::Past(id) => [b"past/", id.as_str().as_bytes()].concat(),
        Thing::House => b"house/".to_vec(),
    }
}

/// Every thing of the state, as stored.
pub(crate) fn entities(state: &State, bodies: &Bodies) -> Result<Entities, Error> {
    let things = state.sources.keys().cloned().map(Thing::Source);
    let things = things.chain(state.alerts.keys().copied().map(Thing::Alert));
    let things = things.chain(state.incidents.keys().copied().map(Thing::Incident));
    let things = things.chain(state.requests.keys().copied().map(Thing::Request));
    let things = things.chain(state.covers.keys().copied().map(Thing::Cover));
    let things = things.chain(state.modifications.keys().copied().map(Thing::Modification));
    let things = things.chain(state.probes.keys().cloned().map(Thing::Probe));
    let things = things.chain(state.past.keys().cloned().map(Thing::Past));
    let things = things.chain(state.owed.keys().copied().map(Thing::Owed)).chain([Thing::House]);
    things
        .map(|thing| entity(state, &thing, bodies))
        .filter_map(|entity| match entity {
            Ok((key, Some(value))) => Some(Ok((key, value))),
            Ok((_, None)) => None,
            Err(error) => Some(Err(error)),
        })
        .collect()
}

/// Puts a stored thing into a state under construction.
pub(crate) fn restore(state: &mut State, key: &[u8], value: &[u8], bodies: &Bodies) -> Result<(), Error> {
    let value = &*together(value, bodies);
    let unknown = || Error::Key(String::from_utf8_lossy(key).into_owned());
    let slash = key.iter().position(|byte| *byte == b'/').ok_or_else(unknown)?;
    let (kind, name) = (&key[..slash], &key[slash + 1..]);
    let number = || name.try_into().map(u64::from_be_bytes).map_err(|_| unknown());
    match kind {
        b"source" => {
            let id = String::from_utf8_lossy(name).into_owned();
            state.sources.insert(SourceId::from(id), serde_json::from_slice(value)?);
        }
        b"work" => {
            state.covers.insert(CoverId::Work(number()?), serde_json::from_slice(value)?);
        }
        b"silence" => {
            state.covers.insert(CoverId::Silence(number()?), serde_json::from_slice(value)?);
        }
        b"alert" => {
            number()?;
            state.take_in(serde_json::from_slice(value)?);
        }
        b"incident" => {
            state.incidents.insert(IncidentId(number()?), serde_json::from_slice(value)?);
        }
        b"request" => {
            state.requests.insert(RequestId(number()?), serde_json::from_slice(value)?);
        }
        b"modification" => {
            state.modifications.insert(ModificationId(number()?), serde_json::from_slice(value)?);
        }
        b"owed" => {
            state.owed.insert(OwedId(number()?), serde_json::from_slice(value)?);
        }
        b"probe" => {
            let name = String::from_utf8_lossy(name).into_owned();
            state.probes.insert(ProbeName::from(name), serde_json::from_slice(value)?);
        }
        b"past" => {
            let id = String::from_utf8_lossy(name).into_owned();
            state.past.insert(ComponentId::from(id), serde_json::from_slice(value)?);
        }
        b"house" => {
            let parts: HouseParts = serde_json::from_slice(value)?;
            state.counters = parts.counters;
            state.tally = parts.tally;
            state.house = parts.house;
        }
        _ => return Err(unknown()),
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_no_version_is_not_read_wherever_it_should_stand() {
        let dir = tempfile::tempdir().expect("a folder");
        let bodies = Bodies::of(dir.path()).expect("a store of bodies");
        let read = |text: &str| super::read::<serde_json::Value>(text.as_bytes(), &bodies).is_ok();
        for good in ["{\"format\":1,\"a\":2}", "{\"format\":1}", "{\"a\":2,\"format\":1}", "{ \"format\": 1 }"] {
            assert!(read(good), "{good}");
        }
        for bad in
            ["{\"a\":2}", "{\"format\":-1}", "{\"format\":99999999999}", "{\"format\":\"1\"}", "{\"format\":1.5}"]
        {
            assert!(!read(bad), "{bad}");
        }
    }

    #[test]
    fn bodies_are_found_by_their_field_and_not_in_what_people_wrote() {
        let (one, other) = ("ab".repeat(32), "cd".repeat(32));
        let payload = serde_json::json!({
            "parts": [{ "sha256": one, "bytes": 3 }, { "sha256": "" }, { "sha256": "short" }],
            "summary": format!("\"sha256\":\"{other}\""),
        });
        let found = bodies_in(payload.to_string().as_bytes());
        assert_eq!(found.iter().map(ToString::to_string).collect::<Vec<_>>(), [one]);
        assert!(bodies_in(b"\"sha256\":\"ab").is_empty());
    }
}
