//! Texts that many things have in common: a host has twenty alerts, a template raises the same words on a thousand hosts.
//!
//! A [`Text`] is copied without copying its letters. What is read from the record comes letter by letter all the same; a
//! [`Pool`] makes what is equal one again. It holds memory together and nothing else: no decision looks at it.

use super::alert::Alert;
use super::observation::{Item, Problem};
use serde::{Deserialize, Deserializer, Serialize};
use std::borrow::Borrow;
use std::collections::BTreeMap;
use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::ops::Deref;
use std::sync::Arc;

/// A text that does not change.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Text(Arc<str>);

impl Text {
    /// Its letters.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Deref for Text {
    type Target = str;
    fn deref(&self) -> &str {
        &self.0
    }
}

impl Borrow<str> for Text {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl AsRef<str> for Text {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        // The empty one is everywhere, and costs nothing by default.
        if text.is_empty() { Self::default() } else { Self(text.into()) }
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        text.as_str().into()
    }
}

impl From<&String> for Text {
    fn from(text: &String) -> Self {
        text.as_str().into()
    }
}

impl From<Text> for String {
    fn from(text: Text) -> Self {
        text.as_str().to_owned()
    }
}

impl From<&Text> for String {
    fn from(text: &Text) -> Self {
        text.as_str().to_owned()
    }
}

impl PartialEq<str> for Text {
    fn eq(&self, other: &str) -> bool {
        self.as_str() == other
    }
}

impl PartialEq<&str> for Text {
    fn eq(&self, other: &&str) -> bool {
        self.as_str() == *other
    }
}

impl PartialEq<String> for Text {
    fn eq(&self, other: &String) -> bool {
        self.as_str() == other
    }
}

impl PartialEq<Text> for String {
    fn eq(&self, other: &Text) -> bool {
        self == other.as_str()
    }
}

impl PartialEq<Text> for str {
    fn eq(&self, other: &Text) -> bool {
        self == other.as_str()
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self)
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Letters;
        impl serde::de::Visitor<'_> for Letters {
            type Value = Text;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }
            fn visit_str<E>(self, text: &str) -> Result<Text, E> {
                Ok(text.into())
            }
        }
        deserializer.deserialize_str(Letters)
    }
}

/// What alerts have in common, kept once.
#[derive(Debug, Clone, Default)]
pub struct Pool {
    texts: Shelf<str>,
    pairs: Shelf<[(String, String)]>,
    names: Shelf<[String]>,
    items: Shelf<[Item]>,
    inventories: Shelf<BTreeMap<String, String>>,
    /// Alerts that came or went since it was looked what nobody has any more.
    stirred: usize,
    /// What was left then.
    left: usize,
}

/// Two states are the same whatever memory they share.
impl PartialEq for Pool {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

/// So many alerts may come and go before it is looked what nobody has any more, however little there is.
const PATIENCE: usize = 1_000;

impl Pool {
    /// Makes what an alert has in common with others one with theirs.
    pub(super) fn share(&mut self, alert: &mut Alert) {
        let Alert { source, component, problem, .. } = alert;
        let Problem { host, host_name, summary, tags, groups, fields, items, inventory, .. } = problem;
        for text in [&mut source.0, host, host_name, summary].into_iter().chain(component.as_mut().map(|id| &mut id.0))
        {
            self.texts.one_of(&mut text.0);
        }
        self.pairs.one_of(tags);
        self.names.one_of(groups);
        // What a log line says is said once; only that there are none is common.
        if fields.is_empty() {
            *fields = Arc::default();
        }
        if let Some(items) = items {
            self.items.one_of(items);
        }
        self.inventories.one_of(inventory);
        self.stir();
    }

    /// An alert came or went: from time to time it is looked what nobody has any more. That takes as long as the pool is
    /// large, so it is done once for as many alerts.
    pub(super) fn stir(&mut self) {
        self.stirred += 1;
        let Self { texts, pairs, names, items, inventories, stirred, left } = self;
        if *stirred < (*left).max(PATIENCE) {
            return;
        }
        let left_of =
            [texts.clear_out(), pairs.clear_out(), names.clear_out(), items.clear_out(), inventories.clear_out()];
        (*stirred, *left) = (0, left_of.iter().sum());
    }
}

/// What is kept once of one kind, by its hash (see [`Hashed`]) and a number, for different things of one hash.
#[derive(Debug)]
struct Shelf<T: ?Sized>(BTreeMap<(u64, u32), Arc<T>>);

impl<T: ?Sized> Clone for Shelf<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T: ?Sized> Default for Shelf<T> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<T: ?Sized + Hash + Eq> Shelf<T> {
    /// Makes `value` the one that is known, or known.
    fn one_of(&mut self, value: &mut Arc<T>) {
        let hash = hash(&**value);
        let mut next = 0;
        for ((_, nth), known) in self.0.range((hash, 0)..=(hash, u32::MAX)) {
            if *known == *value {
                value.clone_from(known);
                return;
            }
            next = nth.saturating_add(1);
        }
        self.0.insert((hash, next), value.clone());
    }

    /// Lets go of what nobody has but the shelf itself; how many are left.
    fn clear_out(&mut self) -> usize {
        self.0.retain(|_, known| Arc::strong_count(known) > 1);
        self.0.len()
    }
}

/// A thing in an index in which nobody looks through in order: by its hash first, which stands in the index itself. Of ten thousand
/// texts none is near, and each step of a search by what they say would go and read another one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hashed<T> {
    hash: u64,
    thing: T,
}

impl<T: Hash> From<T> for Hashed<T> {
    fn from(thing: T) -> Self {
        Self { hash: hash(&thing), thing }
    }
}

/// The same for what is equal, in every run.
fn hash<T: ?Sized + Hash>(value: &T) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
pub(in crate::desk) mod tests {
    use super::*;
    use crate::desk::alert::Standing;
    use crate::desk::ids::AlertId;
    use crate::desk::now::{Elapsed, Now};
    use crate::desk::observation::{Key, Level};
    use jiff::Timestamp;

    /// An alert on a host, not placed yet.
    pub(in crate::desk) fn alert(number: u64, host: &str) -> Alert {
        let problem = Problem {
            host: host.into(),
            host_name: format!("庁舎サーバ {host}").into(),
            summary: "Ping応答なし".into(),
            level: Level::High,
            tags: [("class".to_owned(), "os".to_owned())].into(),
            groups: ["Linux servers".to_owned()].into(),
            object: Some("7".into()),
            fields: Vec::new().into(),
            items: Some([Item { name: "ICMP ping".to_owned(), key: "icmpping".to_owned() }].into()),
            inventory: BTreeMap::from([("location".to_owned(), "本庁舎".to_owned())]).into(),
            raw: "".into(),
            acknowledged: false,
            suppressed: false,
            momentary: false,
            late: false,
        };
        Alert {
            id: AlertId(number),
            source: "zabbix".into(),
            key: Key("1".into()),
            problem,
            monitored: true,
            at: Timestamp::UNIX_EPOCH,
            estimated: false,
            received: Now { wall: Timestamp::UNIX_EPOCH, elapsed: Elapsed::default() },
            component: Some("host".into()),
            standing: Standing::Pending,
            gone: None,
            repeats: 0,
            after: None,
            began: None,
            shares: Vec::new(),
            missed: None,
            mild: false,
        }
    }

    #[test]
    fn what_two_alerts_have_in_common_is_kept_once() {
        let (mut pool, mut one, mut other) = (Pool::default(), alert(1, "a"), alert(2, "b"));
        pool.share(&mut one);
        pool.share(&mut other);
        assert_eq!((&one, &other), (&alert(1, "a"), &alert(2, "b")), "nothing else has changed");
        let (one, other) = (one.problem, other.problem);
        assert!(Arc::ptr_eq(&one.summary.0, &other.summary.0) && !Arc::ptr_eq(&one.host.0, &other.host.0));
        assert!(Arc::ptr_eq(&one.tags, &other.tags) && Arc::ptr_eq(&one.groups, &other.groups));
        assert!(Arc::ptr_eq(&one.inventory, &other.inventory));
    }

    #[test]
    fn what_nobody_has_any_more_is_let_go() {
        let (mut pool, mut kept) = (Pool::default(), alert(0, "kept"));
        pool.share(&mut kept);
        for number in 1..10_000 {
            pool.share(&mut alert(number, &format!("h{number}")));
        }
        assert!(pool.texts.0.len() < 3 * PATIENCE, "{}", pool.texts.0.len());
        let host = kept.problem.host.clone();
        pool.share(&mut kept);
        assert!(Arc::ptr_eq(&kept.problem.host.0, &host.0), "what somebody has stays");
    }

    #[test]
    fn a_text_is_written_and_read_as_its_letters() {
        let text = Text::from("庁舎 \"A\"\n");
        let written = serde_json::to_string(&text).expect("a text");
        assert_eq!(written, "\"庁舎 \\\"A\\\"\\n\"");
        assert_eq!(serde_json::from_str::<Text>(&written).expect("a string"), text);
        assert_eq!(format!("{text:?} {:>3}", Text::from("a")), "\"庁舎 \\\"A\\\"\\n\"   a");
        assert!(serde_json::from_str::<Text>("7").is_err());
    }
}
