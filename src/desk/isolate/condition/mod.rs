//! Conditions of isolation rules. Each kind has a file of its own with everything about it: how it is written, what it
//! means, how an incident is tested against it, how it reads, and its tests.
//!
//! Adding a kind is a file beside this one, its `mod`, and its line in the table below: from the line follow its key in
//! `[[rule]] when`, its variant, and every dispatch. A condition about something that is not known is neither true nor
//! false ([`Truth::NotKnown`]): a rule never holds, and never fails, on missing data.

mod absent;
mod age;
mod alert;
mod also;
mod any;
mod at_once;
mod behind;
mod changed;
mod count;
mod during;
mod earlier;
mod leaf;
mod missing;
mod not;
mod ping;
mod place;
mod planned;
mod probe;
mod recurred;
mod root;
mod seen;

pub use count::Of;
pub use place::{Place, Refer, Step};

use super::case::Case;
use crate::desk::ids::{ComponentId, ProbeName, SourceId};
use crate::desk::letter::Fact;
use crate::desk::phrase::Phrase;
use crate::desk::rules::AlertMatch;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// How a condition goes.
#[derive(Debug, Clone, PartialEq)]
pub enum Truth {
    /// It holds, because of these facts.
    Holds(Vec<Fact>),
    /// It does not hold.
    Fails {
        /// What was seen instead.
        saw: Phrase,
    },
    /// Neither: what it asks about is not known.
    NotKnown {
        /// What is missing.
        missing: Phrase,
        /// The same as facts for the mail.
        facts: Vec<Fact>,
    },
}

impl Truth {
    /// Not known for want of `missing`, of which a mail says nothing.
    fn not_known(missing: Phrase) -> Self {
        Truth::NotKnown { missing, facts: Vec::new() }
    }

    /// A source from which nothing comes says nothing about what did not come.
    fn blind(source: &SourceId) -> Self {
        Self::not_known(Phrase::new(format!("source {source} sees nothing"), format!("監視元{source}が監視停止中")))
    }

    fn fails(en: impl Into<Cow<'static, str>>, ja: impl Into<Cow<'static, str>>) -> Self {
        Truth::Fails { saw: Phrase::new(en, ja) }
    }
}

/// What each kind of condition brings along.
trait Kind: Sized + PartialEq {
    /// What stands behind its key in the file.
    type Written: for<'de> Deserialize<'de>;

    /// What was written, names followed and faults noted; several where the form may be a list of them.
    fn checked(written: Self::Written, place: &mut Place) -> Vec<Self>;

    /// Whether it holds of an incident; `anchor` is what "within" is measured from.
    fn test(&self, case: &Case, anchor: Timestamp) -> Truth;

    /// What it asks for, for `explain`.
    fn words(&self) -> Phrase;

    /// The components it needs a ping of.
    fn pings(&self) -> Vec<&ComponentId> {
        Vec::new()
    }

    /// When it will be known what only time can tell; `anchor` as in `test`.
    fn settles(&self, _: &Case, _: Timestamp) -> Option<Timestamp> {
        None
    }

    /// The named probes it asks about.
    fn probes(&self) -> Vec<&ProbeName> {
        Vec::new()
    }

    /// Whether it holds whenever `strong` does.
    fn covers(&self, strong: &Self) -> bool {
        self == strong
    }

    /// Whether both can never hold at once.
    fn excludes(&self, _: &Self) -> bool {
        false
    }

    /// What an alert must fit for it to hold.
    fn alert(&self) -> Option<&AlertMatch> {
        None
    }

    /// Why it can never hold, whatever happens; in English.
    fn impossible(&self) -> Option<String> {
        None
    }
}

macro_rules! conditions {
    ($($(#[$meaning:meta])* $key:ident: $kind:ident,)+) => {
        /// What must hold. A condition about something that is not known is neither true nor false, and the rule does
        /// not apply.
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Condition {
            $($(#[$meaning])* $kind($key::$kind),)+
        }

        $(pub use $key::$kind;)+

        /// Conditions as written in one table, by their keys; all must hold.
        #[derive(Debug, Default, Deserialize)]
        #[serde(default, deny_unknown_fields)]
        pub struct Written {
            $($key: Option<<$kind as Kind>::Written>,)+
        }

        impl Written {
            /// What the table at `place` means.
            pub fn checked(self, place: &mut Place) -> Vec<Condition> {
                let mut all = Vec::new();
                $(if let Some(written) = self.$key {
                    let conditions = <$kind as Kind>::checked(written, &mut place.key(stringify!($key)));
                    all.extend(conditions.into_iter().map(Condition::$kind));
                })+
                all
            }
        }

        impl Condition {
            /// Whether it holds of an incident; `anchor` is what "within" is measured from.
            pub fn test(&self, case: &Case, anchor: Timestamp) -> Truth {
                match self { $(Self::$kind(condition) => condition.test(case, anchor),)+ }
            }

            /// What it asks for, for `explain`.
            pub fn words(&self) -> Phrase {
                match self { $(Self::$kind(condition) => condition.words(),)+ }
            }

            /// The components it needs a ping of.
            pub fn pings(&self) -> Vec<&ComponentId> {
                match self { $(Self::$kind(condition) => condition.pings(),)+ }
            }

            /// When it will be known what only time can tell; `anchor` as in [`Condition::test`].
            pub fn settles(&self, case: &Case, anchor: Timestamp) -> Option<Timestamp> {
                match self { $(Self::$kind(condition) => condition.settles(case, anchor),)+ }
    }

            /// The named probes it asks about.
            pub fn probes(&self) -> Vec<&ProbeName> {
                match self { $(Self::$kind(condition) => condition.probes(),)+ }
            }

            /// Its key in the file.
            pub fn key(&self) -> &'static str {
                match self { $(Self::$kind(_) => stringify!($key),)+ }
            }

            /// What an alert must fit for it to hold.
            pub fn alert(&self) -> Option<&AlertMatch> {
                match self { $(Self::$kind(condition) => condition.alert(),)+ }
            }

            /// Why it can never hold, whatever happens; in English.
            pub fn impossible(&self) -> Option<String> {
                match self { $(Self::$kind(condition) => condition.impossible(),)+ }
            }

            fn excludes_its_kind(&self, other: &Self) -> bool {
                match (self, other) {
                    $((Self::$kind(one), Self::$kind(two)) => one.excludes(two) || two.excludes(one),)+
                    _ => false,
                }
            }

            fn covers_its_kind(&self, strong: &Self) -> bool {
                match (self, strong) {
                    $((Self::$kind(weak), Self::$kind(strong)) => weak.covers(strong),)+
                    _ => false,
                }
            }
        }
    };
}

// In the order in which a table's conditions are tried and told.
conditions! {
    /// A member alert fits.
    alert: Alert,
    /// Another member alert fits, near the first condition's alert.
    also: Also,
    /// Alerts of one component that burn at the same time.
    at_once: AtOnce,
    /// Another member alert fits that came before the first.
    earlier: Earlier,
    /// So many member alerts fit, close together.
    count: Count,
    /// No open alert of the whole desk fits.
    absent: Absent,
    /// No alert that fits has followed the first.
    missing: Missing,
    /// The root-most failing component of the incident is one of these.
    root: Root,
    /// The root is one of these, and nothing that needs it fails.
    leaf: Leaf,
    /// So many of the incident's failing components are a component or need it, directly or not.
    behind: Behind,
    /// The component's ping address answers or is silent.
    ping: Ping,
    /// Somebody saw this on site.
    seen: Seen,
    /// A modification was made shortly before.
    changed: Changed,
    /// The same fault was there before.
    recurred: Recurred,
    /// 発生 lies in the hours of a calendar.
    during: During,
    /// So long has passed since 発生.
    age: Age,
    /// A named probe saw this.
    probe: Probe,
    /// Planned work was under way there when the fault occurred, or had ended shortly before.
    planned: Planned,
    /// At least one holds.
    any: Any,
    /// It does not hold.
    not: Not,
}

impl Condition {
    /// What the alert must fit that an incident begins with, for a condition that says so.
    pub fn opening(&self) -> Option<&AlertMatch> {
        match self {
            Self::Alert(Alert(matcher)) => Some(matcher),
            _ => None,
        }
    }

    /// Whether it holds whenever `strong` does. Only plain cases are seen; what is not seen is not claimed.
    pub fn covers(&self, strong: &Self) -> bool {
        let of_another_kind = match (self, strong) {
            // Whatever asks for a member that fits holds only where one does.
            (Self::Alert(Alert(wide)), other) => other.alert().is_some_and(|narrow| wide.covers(narrow)),
            (Self::Root(Root(wide)), Self::Leaf(Leaf(narrow))) => narrow.iter().all(|id| wide.contains(id)),
            _ => false,
        };
        self.covers_its_kind(strong)
            || of_another_kind
            || matches!(self, Self::Any(Any(choices)) if choices.iter().any(|choice| choice.covers(strong)))
            || matches!(strong, Self::Any(Any(choices)) if !choices.is_empty() && choices.iter().all(|it| self.covers(it)))
    }
}

impl Condition {
    /// Whether both can never hold at once. Only plain cases are seen; what is not seen is not claimed.
    pub fn excludes(&self, other: &Self) -> bool {
        let one_way = |one: &Self, two: &Self| match (one, two) {
            (Self::Not(Not(inner)), _) => inner.covers(two),
            (Self::Any(Any(choices)), _) => !choices.is_empty() && choices.iter().all(|choice| choice.excludes(two)),
            (Self::Root(Root(roots)), Self::Leaf(Leaf(leaves))) => !roots.iter().any(|root| leaves.contains(root)),
            _ => false,
        };
        self.excludes_its_kind(other) || one_way(self, other) || one_way(other, self)
    }

    /// It and every condition inside it.
    pub fn all(&self) -> Vec<&Self> {
        let inside: Vec<&Self> = match self {
            Self::Any(Any(choices)) => choices.iter().flat_map(Self::all).collect(),
            Self::Not(Not(inner)) => inner.all(),
            _ => Vec::new(),
        };
        std::iter::once(self).chain(inside).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::observation::Level;
    use crate::desk::pattern::Pattern;
    use crate::desk::probe::Sign;
    use std::time::Duration;

    fn fitting(hosts: &[&str], level: Option<Level>) -> AlertMatch {
        let host = hosts.iter().map(|text| Pattern::parse(text).expect("a sound pattern")).collect();
        AlertMatch { host, level, ..AlertMatch::default() }
    }

    #[test]
    fn conditions_exclude_each_other_in_plain_cases_only() {
        let alert = |host: &str, level| Condition::Alert(Alert(fitting(&[host], level)));
        let root = |names: &[&str]| Condition::Root(Root(names.iter().map(|name| (*name).into()).collect()));
        let leaf = |name: &str| Condition::Leaf(Leaf(vec![name.into()]));
        let ping = |name: &str, answers| Condition::Ping(Ping { component: name.into(), answers });
        let probe = |name: &str, result| Condition::Probe(Probe { name: name.into(), result });
        let seen = |item: &str, finding: &str| {
            let pattern = |text| vec![Pattern::parse(text).expect("a sound pattern")];
            Condition::Seen(Seen { item: pattern(item), finding: pattern(finding) })
        };
        let any = |conditions: &[Condition]| Condition::Any(Any(conditions.to_vec()));
        let not = |condition| Condition::Not(Not(Box::new(condition)));
        let average = Some(Level::Average);
        for (one, two) in [
            (root(&["a"]), root(&["b", "c"])),
            (root(&["a"]), leaf("b")),
            (ping("a", true), ping("a", false)),
            (probe("a", Sign::Ok), probe("a", Sign::Failed)),
            (probe("a", Sign::Refused), probe("a", Sign::Silent)),
            (seen("電源ランプ", "消灯"), seen("電源ランプ", "点灯")),
            (not(alert("srv-*", None)), alert("srv-db-01", None)),
            (not(alert("a", average)), alert("a", Some(Level::High))),
            (not(any(&[root(&["a"]), root(&["b"])])), root(&["b"])),
            (any(&[root(&["a"]), root(&["b"])]), root(&["c"])),
            (any(&[not(root(&["c"])), root(&["b"])]), leaf("c")),
        ] {
            assert!(one.excludes(&two) && two.excludes(&one), "{} and {}", one.words().en, two.words().en);
        }
        for (one, two) in [
            (root(&["a", "b"]), root(&["b"])),
            (alert("a", None), alert("b", None)),
            (ping("a", true), ping("b", false)),
            (probe("a", Sign::Failed), probe("a", Sign::Expired)),
            (seen("*ランプ", "消灯"), seen("電源ランプ", "点灯")),
            (seen("電源ランプ", "*灯"), seen("電源ランプ", "点灯")),
            (not(alert("a", Some(Level::High))), alert("a", average)),
            (any(&[root(&["a"]), root(&["c"])]), root(&["c"])),
        ] {
            assert!(!one.excludes(&two) && !two.excludes(&one), "{} and {}", one.words().en, two.words().en);
        }
    }

    #[test]
    fn a_condition_follows_from_a_narrower_one_only() {
        let alert = |hosts: &[&str], level| Condition::Alert(Alert(fitting(hosts, level)));
        let none = |hosts: &[&str]| Condition::Absent(Absent(fitting(hosts, None)));
        let also =
            |seconds| Condition::Also(Also { alert: fitting(&["a"], None), within: Duration::from_secs(seconds) });
        let planned = |names: &[&str], minutes: u64| {
            let component = names.iter().map(|name| (*name).into()).collect();
            Condition::Planned(Planned { component, within: Duration::from_secs(minutes * 60) })
        };
        let root = |names: &[&str]| Condition::Root(Root(names.iter().map(|name| (*name).into()).collect()));
        let any = |conditions: &[Condition]| Condition::Any(Any(conditions.to_vec()));
        let not = |condition| Condition::Not(Not(Box::new(condition)));
        for (wide, narrow) in [
            (alert(&["srv-*"], None), alert(&["srv-db-01"], Some(Level::High))),
            (also(60), also(30)),
            (planned(&["a", "b"], 30), planned(&["b"], 0)),
            (planned(&[], 30), planned(&[], 10)),
            (none(&["srv-db-01"]), none(&["srv-*"])),
            (root(&["a", "b"]), root(&["b"])),
            (any(&[root(&["b"]), also(30)]), also(30)),
            (root(&["a", "b", "c"]), any(&[root(&["a"]), root(&["b"])])),
            (not(root(&["a"])), not(root(&["a", "b"]))),
            (alert(&["a"], None), also(30)),
            (root(&["a", "b"]), Condition::Leaf(Leaf(vec!["b".into()]))),
        ] {
            assert!(wide.covers(&narrow), "{} follows from {}", wide.words().en, narrow.words().en);
            assert!(!narrow.covers(&wide), "{} does not follow from {}", narrow.words().en, wide.words().en);
        }
    }
}
