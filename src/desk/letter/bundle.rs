//! Several messages told in one, because so many at once would be read by nobody.

use crate::desk::ids::Number;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// One message of a bundle, in a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BundleLine {
    /// The row that was to carry it; it holds the whole message.
    pub row: String,
    /// What it is, as rows call it: `first_report`, `request` …
    pub kind: String,
    /// The incident, if it is about one.
    pub number: Option<Number>,
    /// 重大度, if it is about an incident.
    pub severity: Option<u8>,
    /// 発生, or when it was decided.
    pub at: Timestamp,
    /// What happened, in the source's words; empty = the kind says it.
    pub summary: String,
    /// Technical and known name of the host; may be empty.
    pub host: (String, String),
    /// The component, where it is known.
    pub component: Option<String>,
    /// 受領 is expected by then.
    pub acknowledge_by: Option<Timestamp>,
}

/// Who reads a bundle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BundleReader {
    /// The desk itself.
    Desk,
    /// An office.
    Office,
    /// Whoever is asked: a vendor, an external service, the data centre.
    Vendor,
}
