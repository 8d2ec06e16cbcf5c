//! Names and numbers of the things the desk speaks about.
//!
//! Each is a type of its own, so that a party can't be passed where a component is meant.

use super::text::Text;
use serde::{Deserialize, Serialize};
use std::fmt;

macro_rules! name {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Text);

        impl $name {
            /// The name as the configuration writes it.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.into())
            }
        }
        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(text.into())
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

name!(
    /// A source of observations, as named in `[[source.*]]`.
    SourceId
);
name!(
    /// A party (関係者): vendor, desk, office, data centre or external service.
    PartyId
);
name!(
    /// A system (システム): what an office works with.
    SystemId
);
name!(
    /// A location (拠点): where offices work.
    LocationId
);
name!(
    /// A component (構成要素): what a party keeps.
    ComponentId
);
name!(
    /// A probe of a component, as named in `[[probe.*]]`.
    ProbeName
);
name!(
    /// A calendar, as named in `[calendar.*]`.
    CalendarId
);
name!(
    /// A channel: one way by which words leave the house.
    ChannelId
);

macro_rules! counter {
    ($(#[$doc:meta])* $name:ident, $prefix:literal) => {
        $(#[$doc])*
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
        )]
        #[serde(transparent)]
        pub struct $name(pub u64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($prefix, "{}"), self.0)
            }
        }
    };
}

counter!(
    /// An alert, counted by the desk.
    AlertId, "A-"
);
counter!(
    /// An incident's internal id, given at 検知. The KW number comes at 受付 ([`Number`]).
    IncidentId, "I-"
);
counter!(
    /// A request to one party (依頼) within an incident.
    RequestId, "R-"
);
counter!(
    /// A row of the ledger of owed effects.
    OwedId, "O-"
);

/// Planned work (`P-3`) or a silence (`S-1`), counted by the desk each for itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum CoverId {
    /// Planned work (計画作業).
    Work(u64),
    /// A silence (通知抑止).
    Silence(u64),
}

impl fmt::Display for CoverId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CoverId::Work(number) => write!(f, "P-{number}"),
            CoverId::Silence(number) => write!(f, "S-{number}"),
        }
    }
}

impl From<CoverId> for String {
    fn from(id: CoverId) -> Self {
        id.to_string()
    }
}

impl TryFrom<String> for CoverId {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl std::str::FromStr for CoverId {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let number = |rest: &str| rest.parse().ok();
        let work = text.strip_prefix("P-").and_then(number).map(CoverId::Work);
        let silence = text.strip_prefix("S-").and_then(number).map(CoverId::Silence);
        work.or(silence).ok_or_else(|| format!("`{text}` is no number of planned work (P-3) or of a silence (S-1)"))
    }
}

counter!(
    /// A modification (変更) somebody registered.
    ModificationId, "C-"
);

/// The number an incident is known by outside: `KW-20260920-0001`, by the JST date of 受付, without gaps.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Number(pub String);

impl Number {
    /// The `nth` number (from 1) of `date`.
    pub fn of(date: jiff::civil::Date, nth: u32) -> Self {
        Self(format!("KW-{:04}{:02}{:02}-{nth:04}", date.year(), date.month(), date.day()))
    }

    /// Its date and count; `None` for what is no number.
    pub fn parts(&self) -> Option<(jiff::civil::Date, u32)> {
        let (date, nth) = self.0.strip_prefix("KW-")?.split_once('-')?;
        let date = jiff::civil::Date::strptime("%Y%m%d", date).ok()?;
        let nth = nth.parse().ok()?;
        (Self::of(date, nth) == *self).then_some((date, nth))
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
