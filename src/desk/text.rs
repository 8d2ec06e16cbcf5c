//! Texts that many things have in common: a host has twenty alerts, a template raises the same words on a thousand hosts.
//!
//! A [`Text`] is copied without copying its letters. What is read from the record comes letter by letter all the same; a
//! [`Pool`] makes what is equal one again. It holds memory together and nothing else: no decision looks at it.

use super::alert::Alert;
use super::observation::{Item, Problem};
use serde::{Deserialize, Deserializer, Serialize};
use std::borrow::Borrow;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
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
    texts: BTreeSet<Arc<str>>,
    pairs: BTreeSet<Arc<[(String, String)]>>,
    names: BTreeSet<Arc<[String]>>,
    items: BTreeSet<Arc<[Item]>>,
    inventories: BTreeSet<Arc<BTreeMap<String, String>>>,
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
            one_of(&mut self.texts, &mut text.0);
        }
        one_of(&mut self.pairs, tags);
        one_of(&mut self.names, groups);
        // What a log line says is said once; only that there are none is common.
        if fields.is_empty() {
            *fields = Arc::default();
        }
        if let Some(items) = items {
            one_of(&mut self.items, items);
        }
        one_of(&mut self.inventories, inventory);
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
        texts.retain(is_held);
        pairs.retain(is_held);
        names.retain(is_held);
        items.retain(is_held);
        inventories.retain(is_held);
        (*stirred, *left) = (0, texts.len() + pairs.len() + names.len() + items.len() + inventories.len());
    }
}

fn one_of<T: ?Sized + Ord>(known: &mut BTreeSet<Arc<T>>, value: &mut Arc<T>) {
    match known.get(&**value) {
        Some(one) => value.clone_from(one),
        None => _ = known.insert(value.clone()),
    }
}

/// By anybody but the pool itself.
fn is_held<T: ?Sized>(value: &Arc<T>) -> bool {
    Arc::strong_count(value) > 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::alert::Standing;
    use crate::desk::ids::AlertId;
    use crate::desk::now::{Elapsed, Now};
    use crate::desk::observation::{Key, Level};
    use jiff::Timestamp;

    fn alert(number: u64, host: &str) -> Alert {
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
        assert!(pool.texts.len() < 3 * PATIENCE, "{}", pool.texts.len());
        assert!(pool.texts.contains("kept"));
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
