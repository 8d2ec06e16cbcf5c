//! The tables of numbers and times, as they are written.

use super::{Clock, MaybeSpan, Span};
use crate::desk::rules::{ApprovalHours, FirstReport, Keep};
use serde::Deserialize;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::config) struct PolicyTable {
    pub(in crate::config) window: Span,
    #[serde(default)]
    pub(in crate::config) together: Vec<String>,
    pub(in crate::config) stable: Span,
    pub(in crate::config) watch_repeats: u32,
    pub(in crate::config) watch_span: Span,
    pub(in crate::config) watch_quiet: Span,
    pub(in crate::config) flap_repeats: u32,
    pub(in crate::config) flap_span: Span,
    pub(in crate::config) flap_quiet: Span,
    pub(in crate::config) reopen: Span,
    pub(in crate::config) recurrence: Span,
    pub(in crate::config) look: Vec<String>,
    pub(in crate::config) storm_alerts: u32,
    pub(in crate::config) storm_span: Span,
    pub(in crate::config) storm_again: Span,
    pub(in crate::config) call_again: Span,
    pub(in crate::config) long_closure: Span,
    pub(in crate::config) evidence_values: MaybeSpan,
    pub(in crate::config) evidence_lines: MaybeSpan,
    pub(in crate::config) digest_at: Clock,
    pub(in crate::config) addresses_at: Clock,
    pub(in crate::config) hand_over: bool,
    pub(in crate::config) certificates_at: Clock,
    pub(in crate::config) certificate_days: Vec<u16>,
    pub(in crate::config) blind_tell: Vec<String>,
    pub(in crate::config) hold_business_days: u32,
    pub(in crate::config) reception: String,
    #[serde(default)]
    pub(in crate::config) approval: Vec<ApprovalTable>,
    pub(in crate::config) caps: CapsTable,
    pub(in crate::config) retention: RetentionTable,
    pub(in crate::config) severity: SeverityTables,
}

/// 送信前承認.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::config) struct ApprovalTable {
    pub(in crate::config) kinds: Option<Vec<String>>,
    pub(in crate::config) severities: Option<Vec<u8>>,
    pub(in crate::config) parties: Option<Vec<String>>,
    #[serde(default)]
    pub(in crate::config) hours: ApprovalHours,
    #[serde(default = "ten_minutes")]
    pub(in crate::config) limit: Span,
}

/// `DOMAIN.md` §13.
fn ten_minutes() -> Span {
    Span(std::time::Duration::from_secs(600))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::config) struct RetentionTable {
    pub(in crate::config) evidence: Keep,
    pub(in crate::config) records: Keep,
    pub(in crate::config) bare_alerts: Keep,
    pub(in crate::config) at: Clock,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::config) struct CapsTable {
    pub(in crate::config) party: RateTable,
    pub(in crate::config) channel: RateTable,
    pub(in crate::config) every: Span,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::config) struct RateTable {
    pub(in crate::config) burst: u32,
    pub(in crate::config) per_minute: u32,
    pub(in crate::config) per_hour: u32,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::config) struct SeverityTables {
    #[serde(rename = "1")]
    pub(in crate::config) one: SeverityTable,
    #[serde(rename = "2")]
    pub(in crate::config) two: SeverityTable,
    #[serde(rename = "3")]
    pub(in crate::config) three: SeverityTable,
    #[serde(rename = "4")]
    pub(in crate::config) four: SeverityTable,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::config) struct SeverityTable {
    pub(in crate::config) first_report: FirstReport,
    pub(in crate::config) acknowledge_within: Span,
    pub(in crate::config) next_report: MaybeSpan,
    pub(in crate::config) phone_at_any_hour: bool,
    pub(in crate::config) phone_before_opening: MaybeSpan,
    pub(in crate::config) critical: bool,
    pub(in crate::config) deliver_by: Span,
}
