//! What a letter is about.

use super::{
    Ask, AskedBefore, Beat, BundleLine, BundleReader, Call, CertificateNotice, Closure, Digest, DigestLine, Extract,
    Fact, Facts, Happening, NoLog, Notice, RecoveryFacts, Tried,
};
use crate::desk::act::CancelKind;
use crate::desk::ids::Number;
use crate::desk::words::Words;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What a letter says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Matter {
    /// A sign of life to a mailbox outside.
    Heartbeat {
        /// What it tells.
        beat: Beat,
    },
    /// まとめ: what would have been more messages than may leave at once.
    Bundle {
        /// What each tells, in the order in which they were decided.
        lines: Vec<BundleLine>,
        /// Who reads it.
        reader: BundleReader,
    },
    /// 予防通知 → 窓口, and whom the probe names: a certificate ends soon, or has ended.
    CertificateEnds {
        /// What is known of it.
        notice: Box<CertificateNotice>,
    },
    /// 第一報 → 主管課.
    FirstReport {
        /// The incident.
        incident: Box<Facts>,
        /// 次回報告.
        next_report: Option<Timestamp>,
    },
    /// 続報 (第二報…) → 主管課.
    Interim {
        /// The incident.
        incident: Box<Facts>,
        /// 2 = 第二報.
        nth: u32,
        /// What was recorded since the last report, in order of time; empty = nothing new.
        news: Vec<Happening>,
        /// The last thing on record, for "nothing new".
        last: Option<Happening>,
        /// 次回報告; `None` = on news.
        next_report: Option<Timestamp>,
    },
    /// 復旧報 → 主管課 and whoever was asked.
    Recovery {
        /// The incident.
        incident: Box<Facts>,
        /// 発生 to 復旧 and the check.
        recovery: RecoveryFacts,
        /// Whether the reader is an office (apology, promise of a report) or a party that was asked (thanks).
        to_office: bool,
    },
    /// 対応依頼 or 調査依頼 → vendor.
    Request {
        /// The incident, as far as this vendor may know.
        incident: Box<Facts>,
        /// What is asked.
        ask: Ask,
        /// When 受領 is expected.
        acknowledge_by: Timestamp,
        /// 入館: the data centre's phone.
        entry_phone: Option<String>,
        /// Recorded lines about the component, newest last; at most 30.
        log: Vec<String>,
        /// The same was asked before, when it was less grave.
        #[serde(default)]
        before: Option<AskedBefore>,
        /// Lines about the reader's own hosts that are kept at the desk, of which some are quoted.
        #[serde(default)]
        extracts: Vec<Extract>,
        /// Lines about the reader's own hosts were wanted and could not be had.
        #[serde(default)]
        no_log: Option<NoLog>,
    },
    /// 督促 → vendor.
    Chaser {
        /// The incident, as far as this vendor may know.
        incident: Box<Facts>,
        /// What was asked.
        ask: Ask,
        /// When it was asked.
        asked_at: Timestamp,
        /// 1 = the first chaser.
        nth: u32,
        /// When the next step is taken; `None` = none follows.
        #[serde(default)]
        answer_by: Option<Timestamp>,
        /// Whom of the vendor the request went to, and whether that is a person, where the reader is somebody else.
        #[serde(default)]
        asked_of: Option<(String, bool)>,
    },
    /// 取下げ → vendor.
    Withdrawal {
        /// The incident, as far as this vendor may know.
        incident: Box<Facts>,
        /// When it was asked.
        asked_at: Timestamp,
        /// The incident was cancelled: why, as far as that is told. `None` = isolation says so.
        #[serde(default)]
        cancelled: Option<CancelKind>,
        /// The vendor's part goes on under this number.
        #[serde(default)]
        under: Option<Number>,
    },
    /// 追加情報 → vendor: what its machine shows beside what it was asked about.
    Addition {
        /// The incident, as far as this vendor may know.
        incident: Box<Facts>,
        /// What was asked.
        ask: Ask,
        /// When it was asked.
        asked_at: Timestamp,
        /// The alerts that came since.
        alerts: Vec<Fact>,
    },
    /// 現地確認依頼 → 情報センター.
    OnSite {
        /// The incident.
        incident: Box<Facts>,
        /// Where it stands; may be empty.
        place: String,
        /// What is to be looked at.
        items: Vec<String>,
    },
    /// 取消 → 主管課.
    Cancelled {
        /// The incident.
        incident: Box<Facts>,
        /// Why, in set words.
        kind: CancelKind,
        /// Why, in the desk's words.
        reason: Words,
    },
    /// 統合 → whoever was told: it goes on under another number.
    Merged {
        /// The incident, as far as the reader may know.
        incident: Box<Facts>,
        /// The number it goes on under.
        into: Number,
        /// Whether the reader is an office or a vendor that was asked.
        to_office: bool,
        /// The vendor's request goes on under that number as it is.
        #[serde(default)]
        goes_on: bool,
    },
    /// 相談 → 主管課.
    Consultation {
        /// The incident.
        incident: Box<Facts>,
        /// When an answer is wished for.
        wished_by: Option<Timestamp>,
        /// 1 = first time; later ones are repetitions.
        nth: u32,
        /// The vendor that would repair it is closed for long.
        #[serde(default)]
        closed: Option<Closure>,
        /// It is the office's 第一報, too.
        #[serde(default)]
        first: bool,
        /// The desk has put it on hold, for this reason.
        #[serde(default)]
        held: Option<Words>,
        /// What is new since the last report, oldest first.
        #[serde(default)]
        news: Vec<Happening>,
    },
    /// 連絡 (external service) → 主管課.
    External {
        /// The incident.
        incident: Box<Facts>,
        /// The external party's name.
        service: String,
    },
    /// 電話連絡票 → desk.
    PhoneNote {
        /// The incident.
        incident: Box<Facts>,
        /// Calls to make, in order.
        calls: Vec<Call>,
        /// Calls that were made so far, oldest first.
        #[serde(default)]
        tried: Vec<Tried>,
    },
    /// 内部連絡 → desk: what happened and what the desk should do next.
    Internal {
        /// The incident; `None` when it is about the product itself.
        incident: Option<Box<Facts>>,
        /// What happened.
        notice: Notice,
    },
    /// セキュリティ: the least that must be said.
    Security {
        /// The incident's number only.
        number: Number,
        /// What of it the reader has to hear.
        #[serde(default)]
        least: Least,
    },
    /// 監視停止.
    Blind {
        /// The incident's number.
        number: Option<Number>,
        /// The source's name as configured, and its kind in words (Zabbix, ログ監視).
        source: String,
        /// Since when nothing was seen.
        since: Timestamp,
        /// What happened, for an administrator; shown to the desk only (empty for offices).
        detail: String,
    },
    /// 監視再開.
    Sighted {
        /// The incident's number.
        number: Option<Number>,
        /// The source.
        source: String,
        /// Nothing was seen since …
        since: Timestamp,
        /// … until.
        until: Timestamp,
    },
    /// 日次まとめ → desk.
    Digest {
        /// What it lists.
        digest: Digest,
    },
    /// 引継ぎ → desk, at the end of the reception hours.
    HandOver {
        /// What it lists: what is open, what is not acknowledged, what is promised today.
        digest: Digest,
    },
    /// What was already red at the first start → desk.
    Adopted {
        /// The source.
        source: String,
        /// One line per problem, gravest first.
        problems: Vec<DigestLine>,
        /// How many there are in all (the list may be cut).
        total: usize,
    },
}

/// What is said of an incident of which the least must be said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Least {
    /// That a security incident is suspected.
    #[default]
    Suspected,
    /// To the desk: something is to be looked at, or done.
    Changed,
    /// To whom the desk asks or has asked: to call the desk.
    Call,
    /// It is over.
    Restored {
        /// Since when.
        at: Timestamp,
    },
    /// It is called off.
    CalledOff,
}

/// The incident a letter is about, if it is about one.
pub fn facts_of(matter: &Matter) -> Option<&Facts> {
    match matter {
        Matter::FirstReport { incident, .. }
        | Matter::Interim { incident, .. }
        | Matter::Recovery { incident, .. }
        | Matter::Request { incident, .. }
        | Matter::Chaser { incident, .. }
        | Matter::Withdrawal { incident, .. }
        | Matter::Addition { incident, .. }
        | Matter::OnSite { incident, .. }
        | Matter::Cancelled { incident, .. }
        | Matter::Merged { incident, .. }
        | Matter::Consultation { incident, .. }
        | Matter::External { incident, .. }
        | Matter::PhoneNote { incident, .. } => Some(incident),
        Matter::Internal { incident, .. } => incident.as_deref(),
        Matter::Security { .. }
        | Matter::Blind { .. }
        | Matter::Sighted { .. }
        | Matter::Digest { .. }
        | Matter::HandOver { .. }
        | Matter::Adopted { .. }
        | Matter::Bundle { .. }
        | Matter::CertificateEnds { .. }
        | Matter::Heartbeat { .. } => None,
    }
}
