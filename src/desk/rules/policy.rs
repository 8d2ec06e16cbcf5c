//! Numbers and times of the desk's work.

use super::approval::Approval;
use super::caps::Caps;
use super::written::keep::Keep;
use crate::desk::ids::{CalendarId, PartyId};
use jiff::civil::Time;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Numbers and times, `DOMAIN.md` §5 and §12.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Policy {
    /// The grouping window (default 90 s).
    pub window: Duration,
    /// Alerts with the same value of one of these belong to one fault, wherever they are (default none).
    #[serde(default)]
    pub together: Vec<Share>,
    /// Alerts must stay gone this long before 復旧確認中 (default 5 min).
    pub stable: Duration,
    /// 静観 → 受付 when it repeats this often …
    pub watch_repeats: u32,
    /// … within this time (default 4 in 15 min).
    pub watch_span: Duration,
    /// 静観 → 完了 after this quiet time (default 60 min).
    pub watch_quiet: Duration,
    /// 断続 when it is red this often …
    #[serde(default = "three")]
    pub flap_repeats: u32,
    /// … beginning within this time (default 3 in 60 min);
    #[serde(default = "an_hour")]
    pub flap_span: Duration,
    /// then 復旧確認中 only after this quiet time (default 30 min).
    #[serde(default = "half_an_hour")]
    pub flap_quiet: Duration,
    /// The same fault within this time after 復旧 reopens the incident (default 24 h).
    pub reopen: Duration,
    /// The same fault of the same component within this time after 復旧 is a recurrence (再発; default 30 days).
    #[serde(default = "thirty_days")]
    pub recurrence: Duration,
    /// What is looked at on site (現地確認) where a component names nothing of its own.
    #[serde(default)]
    pub look: Vec<String>,
    /// A contact that does not answer the phone is tried again after this long (default 5 min), then the next one.
    #[serde(default = "five_minutes")]
    pub call_again: Duration,
    /// A vendor that opens no sooner than this is closed for long (長期休業; default 48 h).
    #[serde(default = "two_days")]
    pub long_closure: Duration,
    /// Values are gathered from so long before 発生; `None` = none are.
    #[serde(default)]
    pub evidence_values: Option<Duration>,
    /// Log lines are gathered from so long before 発生; `None` = none are.
    #[serde(default)]
    pub evidence_lines: Option<Duration>,
    /// A system storms (警報の多発) when this many alerts come on it …
    #[serde(default = "a_hundred")]
    pub storm_alerts: Option<u32>,
    /// … within this time (default 100 in 10 min); `None` = never.
    #[serde(default = "ten_minutes")]
    pub storm_span: Duration,
    /// While it goes on the desk hears of it this often (default 30 min).
    #[serde(default = "half_an_hour")]
    pub storm_again: Duration,
    /// How much may leave.
    #[serde(default)]
    pub caps: Caps,
    /// What the desk looks at before it leaves (送信前承認); the first that applies counts. Default: nothing.
    #[serde(default)]
    pub approval: Vec<Approval>,
    /// Per severity 1-4.
    pub severity: [SeverityPolicy; 4],
    /// When the daily digest leaves.
    pub digest_at: Time,
    /// When the `ping` addresses of components are asked every day, to learn which of them never answer.
    #[serde(default)]
    pub addresses_at: Time,
    /// What is open is handed over (引継ぎ) when the reception closes.
    #[serde(default)]
    pub hand_over: bool,
    /// When certificates are looked at every day.
    #[serde(default = "half_past_eight")]
    pub certificates_at: Time,
    /// 予防通知 leaves this many days before a certificate ends; on the business day before, where that day is closed.
    #[serde(default)]
    pub certificate_days: Vec<u16>,
    /// Who hears of a blind source.
    pub blind_tell: Vec<PartyId>,
    /// 相談 is raised again after this many business days of 保留 (default 3).
    pub hold_business_days: u32,
    /// How long things are kept.
    #[serde(default)]
    pub retention: Retention,
    /// Calendar of the desk's reception (受付時間).
    pub reception: CalendarId,
}

/// How long things are kept (保存期間), after the end of the incident they belong to; nothing outlives the records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Retention {
    /// What was gathered about it (default 1 year).
    pub evidence: Keep,
    /// The record itself (default 5 fiscal years).
    #[serde(default = "five_fiscal_years")]
    pub records: Keep,
    /// The lists of what never got a number (default 13 months).
    #[serde(default = "thirteen_months")]
    pub bare_alerts: Keep,
    /// When it is looked what is over, every day (default 3:40).
    pub at: Time,
}

impl Default for Retention {
    fn default() -> Self {
        let (records, bare_alerts) = (five_fiscal_years(), thirteen_months());
        Self { evidence: Keep::Years(1), records, bare_alerts, at: Time::constant(3, 40, 0, 0) }
    }
}

fn five_fiscal_years() -> Keep {
    Keep::FiscalYears(5)
}

fn thirteen_months() -> Keep {
    Keep::Months(13)
}

/// Rules that were stored before the key existed.
fn three() -> u32 {
    3
}

fn an_hour() -> Duration {
    Duration::from_secs(3600)
}

fn half_an_hour() -> Duration {
    Duration::from_secs(1800)
}

fn a_hundred() -> Option<u32> {
    Some(100)
}

fn ten_minutes() -> Duration {
    Duration::from_secs(600)
}

fn five_minutes() -> Duration {
    Duration::from_secs(300)
}

fn two_days() -> Duration {
    Duration::from_secs(48 * 3600)
}

fn thirty_days() -> Duration {
    Duration::from_secs(30 * 24 * 3600)
}

/// Something alerts of one fault have in common.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Share {
    /// A tag of the monitoring system.
    Tag(String),
    /// A field a log pattern extracts.
    Field(String),
}

/// For rule sets that were stored before there was such an hour.
fn half_past_eight() -> Time {
    Time::constant(8, 30, 0, 0)
}

/// What differs by 重大度.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeverityPolicy {
    /// When 第一報 leaves.
    pub first_report: FirstReport,
    /// 受領 is expected within this time of the vendor's hours.
    pub acknowledge_within: Duration,
    /// 次回報告 is promised this long after a report; `None` = no promise.
    pub next_report: Option<Duration>,
    /// The office's and the vendor's phone are used at any hour (電話連絡票).
    pub phone_at_any_hour: bool,
    /// A closed office is called by phone this long before it opens, or at once where residents are hit or a system in
    /// its own hours of service; `None` = it is not called for it.
    #[serde(default)]
    pub phone_before_opening: Option<Duration>,
    /// Messages are critical: another path is used at once when the first surely failed.
    pub critical: bool,
    /// A message not accepted by then takes the next path although the first is still tried.
    pub deliver_by: Duration,
}

/// When 第一報 leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FirstReport {
    /// At once, at any hour.
    AtOnce,
    /// At once in reception hours, else at the next opening.
    ReceptionHours,
    /// Only in the daily digest.
    Digest,
    /// Not at all.
    Never,
}
