//! The facts of one message to people, fixed at the decision. Wording is made of them in `render`.
//!
//! A letter holds what its one recipient may know and nothing else: no other party's address, contract or internal
//! data can appear in the text, because it is not here.

mod approval;
mod beat;
mod because;
mod bundle;
mod call;
mod doubt;
mod dropped;
mod impact;
mod meant;
mod storm;

pub use approval::HeldMessage;
pub use beat::Beat;
pub use because::Because;
pub use bundle::{BundleLine, BundleReader};
pub use call::{CallResult, Closure, NextContact, Tried};
pub use doubt::{Claim, Lever, Need, Unknown};
pub use dropped::DroppedMessage;
pub use impact::{Hours, Impact, OneSided, Users};
pub use meant::{Meant, MeantFor};
pub use storm::{StormLine, StormStage, Storms};

use super::act::CancelKind;
use super::ids::Number;
use super::probe::{Certificate, Seen};
use super::removal::SweptRecords;
use super::rules::{Asset, CauseClass, Confidence, DataImpact, Effect, ImpactScope, Language, VerdictCode};
use super::storage::{Cause, Resource, Room};
use super::words::Words;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// One message to one party.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Letter {
    /// Language of the wording.
    pub language: Language,
    /// IANA zone in which times are written.
    pub timezone: String,
    /// When it was decided; of what may not leave before an opening, that opening: readers take hours without a date for
    /// those of the day on which they read.
    pub written: Timestamp,
    /// Who reads it.
    pub to: Addressee,
    /// Who signs it.
    pub from: Signature,
    /// What it says.
    pub matter: Matter,
    /// On trial: to whom it would have gone; `None` = it is meant for who reads it.
    #[serde(default)]
    pub meant: Option<Meant>,
    /// Somebody at the desk read and approved it before it left (送信前承認): its words count as confirmed.
    #[serde(default)]
    pub approved: bool,
}

/// A certificate that ends soon, or has ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CertificateNotice {
    /// The component it is.
    pub component: String,
    /// Its owner; `None` where the reader is another vendor.
    pub owner: Option<String>,
    /// Where it was seen.
    pub target: String,
    /// What it says.
    pub certificate: Certificate,
    /// Days from the day of writing to its last day, at the site; below 0 or `ended` = it is over.
    pub days: i32,
    /// It has ended.
    pub ended: bool,
    /// When earlier notices left.
    pub earlier: Vec<Timestamp>,
    /// Its owner gets the notice, too; `None` = not on record.
    #[serde(default)]
    pub owner_told: Option<bool>,
}

/// Who reads a letter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Addressee {
    /// The organisation: `株式会社N`, `A町 総務課 情報係`.
    pub organization: String,
    /// A section (`保守受付`) or a person; `None` for the organisation as a whole.
    pub contact: Option<String>,
    /// `contact` is a person (様).
    pub person: bool,
}

/// Who signs, and how to reach a human.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signature {
    /// `A町`
    pub site: String,
    /// `システム運用窓口`
    pub desk: String,
    /// The organisation that runs the desk: `株式会社K`
    pub organization: String,
    /// Phone in reception hours, and those hours in words.
    pub phone: Option<(String, String)>,
    /// Phone out of hours.
    pub night_phone: Option<String>,
    /// The letter is written out of reception hours: the night number stands first.
    pub out_of_hours: bool,
}

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

/// A request that went before, of the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct AskedBefore {
    /// When it was asked.
    pub at: Timestamp,
    /// 重大度 at that time.
    pub severity: u8,
}

/// A file of log lines kept at the desk, all of one host.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Extract {
    /// The name of the body.
    pub sha256: String,
    /// The encoding of its bytes.
    pub encoding: String,
    /// Lines in it.
    pub lines: u64,
    /// How many of them were written before 発生.
    pub before: u64,
}

/// Why there are no lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoLog {
    /// They could not be read.
    Failed,
    /// They had not come when the letter was decided.
    Late,
}

/// What is asked of a vendor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ask {
    /// 対応依頼
    Repair,
    /// 調査依頼 (照会)
    Inquiry,
}

/// An incident, as far as the reader may know.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Facts {
    /// KW number.
    pub number: Number,
    /// 重大度 1-4.
    pub severity: u8,
    /// Who set the severity.
    pub severity_by: By,
    /// The representative alert: its message verbatim.
    pub summary: String,
    /// The representative alert's host: technical name and the name people know.
    pub host: (String, String),
    /// The failing component's name, where one is known.
    pub component: Option<String>,
    /// The name of the component that the representative alert is about, where that is another one: what is suspected need
    /// not be what shows the fault.
    #[serde(default)]
    pub shown_by: Option<String>,
    /// 発生, and how it is known.
    pub occurred: Timestamp,
    /// How 発生 is known.
    pub occurred_mark: OccurredMark,
    /// When it was last found to be back after monitoring had shown normal.
    #[serde(default)]
    pub returned: Option<Timestamp>,
    /// 受付契機.
    pub detected_by: DetectedBy,
    /// Number of member alerts and of hosts they are on.
    pub alerts: usize,
    /// Hosts the member alerts are on.
    pub hosts: usize,
    /// 波及: names of what only echoes, and how many.
    pub echoes: Vec<String>,
    /// Messages of members, verbatim, root first; at most 20.
    pub messages: Vec<String>,
    /// Systems hit, gravest first.
    pub systems: Vec<String>,
    /// How badly; `None` = not known (確認中).
    #[serde(default)]
    pub effect: Option<Effect>,
    /// How wide; `None` = not known (確認中).
    pub scope: Option<ImpactScope>,
    /// 住民影響; `None` = 確認中.
    pub residents: Option<bool>,
    /// データ影響; `None` = 確認中.
    #[serde(default)]
    pub data: Option<DataImpact>,
    /// 代替手段 exists; `None` = 確認中.
    pub substitute: Option<bool>,
    /// The office in charge is closed at the time of writing (閉庁日・時間外).
    pub office_closed: bool,
    /// What that means for office work.
    #[serde(default)]
    pub impact: Impact,
    /// 切り分け結果; `None` = 切り分け中.
    pub verdict: Option<VerdictFacts>,
    /// The thing itself, for whoever keeps it (empty for others).
    pub target: Option<Target>,
    /// Requests made so far: to whom, when, what came back. For an office: names only. Empty in letters to vendors.
    pub asked: Vec<Asked>,
    /// What is still red (残る影響), by host name.
    pub still_red: Vec<String>,
    /// Whether somebody on site was asked to look: `Some(true)` = and has answered.
    #[serde(default)]
    pub looked: Option<bool>,
    /// It comes and goes (断続).
    #[serde(default)]
    pub flapping: Option<Flapping>,
    /// 原因 as the desk recorded it.
    #[serde(default)]
    pub cause: Option<(CauseClass, Words)>,
    /// Like faults that are over (類似事例), the latest first.
    #[serde(default)]
    pub similar: Vec<Similar>,
    /// What was changed shortly before (直前の変更), the latest first.
    #[serde(default)]
    pub changes: Vec<Changed>,
    /// Where the incident stands.
    pub stage: Stage,
    /// 暫定対応 that is in place. Not for vendors.
    #[serde(default)]
    pub workaround: Option<Words>,
    /// 窓口着手. Not for vendors.
    #[serde(default)]
    pub desk_started: Option<Timestamp>,
    /// 次回報告 that the offices are promised. Not for vendors.
    #[serde(default)]
    pub next_report: Option<Timestamp>,
}

/// Who said so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum By {
    /// （自動判定）
    Machine,
    /// （窓口確認済）
    Desk,
}

/// How 発生 is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OccurredMark {
    /// 監視による
    Monitoring,
    /// 申告による
    Reported,
    /// 推定
    Estimated,
    /// It burnt before under planned work and counts from the end of that.
    PlannedEnd,
    /// It burnt before under a silence and counts from the end of that.
    SilenceEnd,
}

/// 受付契機.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DetectedBy {
    /// Zabbix
    Zabbix,
    /// ログ監視
    Log,
    /// 利用者(電話)
    UserPhone,
    /// 利用者(メール)
    UserMail,
    /// 運転監視(目視)
    Operator,
    /// 情報センター
    DataCentre,
    /// 発注者
    Client,
    /// 業者
    Vendor,
    /// 本製品
    Product,
}

/// 切り分け結果 in facts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct VerdictFacts {
    /// Which verdict.
    pub code: VerdictCode,
    /// 確度.
    pub confidence: Confidence,
    /// Machine or desk.
    pub by: By,
    /// Names of the parties that should act (empty in a letter to one of several vendors except itself).
    pub parties: Vec<String>,
    /// Suspected cause class.
    pub cause: Option<CauseClass>,
    /// Why.
    pub because: Because,
    /// The number under which its cause is worked on, where it is an echo (波及).
    #[serde(default)]
    pub echo_of: Option<Number>,
    /// Planned work (of a vendor that reads: its own) overran: what it kept apart still burns.
    #[serde(default)]
    pub overrun: bool,
    /// 確認済みの事実.
    pub evidence: Vec<Fact>,
    /// What could not be learnt (確認できず).
    pub not_known: Vec<Fact>,
    /// Of 不明, which kind it is. Not for vendors.
    #[serde(default)]
    pub unknown: Option<Unknown>,
    /// What would change it. Not for vendors.
    #[serde(default)]
    pub would_change: Vec<Lever>,
}

/// One fact on record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Fact {
    /// A monitoring message about a host.
    Alert {
        /// Host people know.
        host: String,
        /// Message.
        summary: String,
        /// When.
        at: Timestamp,
    },
    /// So many components that need this one fail, too.
    Behind {
        /// Failing components that need it.
        failing: usize,
        /// All failing components.
        of: usize,
    },
    /// So many of all watched components that are this one or need it fail.
    OfAllBehind {
        /// Failing.
        failing: usize,
        /// Watched in all.
        all: usize,
    },
    /// Nothing fails that neither is, nor needs, nor is needed by this component.
    NothingBeside {
        /// The component.
        target: String,
    },
    /// Nothing that needs this component fails.
    Alone {
        /// The component.
        target: String,
    },
    /// The like came so many times.
    Counted {
        /// The last one's message.
        summary: String,
        /// How often, or on how many hosts.
        times: usize,
        /// Hosts were counted.
        hosts: bool,
        /// Within how long.
        within: Duration,
    },
    /// It has lasted since.
    Lasting {
        /// 発生.
        since: Timestamp,
    },
    /// Ping answered or was silent.
    Ping {
        /// Component or host.
        target: String,
        /// What came.
        answered: bool,
        /// When.
        at: Timestamp,
    },
    /// A ping that could not be tried, or is still awaited.
    PingNotKnown {
        /// Component or host.
        target: String,
    },
    /// What a named probe saw.
    Probe {
        /// Its kind, as the configuration writes it.
        kind: String,
        /// Where it went.
        target: String,
        /// What it saw.
        seen: Box<Seen>,
        /// When.
        at: Timestamp,
    },
    /// 予防通知 about the certificate that has ended.
    Noticed {
        /// When they left.
        at: Vec<Timestamp>,
    },
    /// A named probe that could not be tried, or is still awaited.
    ProbeNotKnown {
        /// Its kind, as the configuration writes it.
        kind: String,
        /// Where it would have gone.
        target: String,
    },
    /// Nothing of the kind is red.
    Quiet {
        /// Component or host.
        target: String,
    },
    /// What somebody saw on site.
    OnSite {
        /// At what.
        item: String,
        /// What was seen.
        words: Words,
        /// When.
        at: Timestamp,
    },
    /// Something was changed shortly before.
    Changed {
        /// What, in the words of whoever registered it.
        summary: String,
        /// When.
        at: Timestamp,
    },
    /// The same fault was there before.
    Recurred {
        /// Its number.
        number: String,
        /// Its 発生.
        at: Timestamp,
    },
    /// What somebody on site was asked to look at, and nobody has said yet what was seen.
    NotLooked {
        /// At what.
        item: String,
    },
    /// A party answered that it is not its part.
    HandedBack {
        /// Its name.
        party: String,
        /// When.
        at: Timestamp,
    },
    /// Planned work went on there, or a silence hid it, until then.
    Planned {
        /// What was done; of a silence its reason.
        name: String,
        /// Since when.
        from: Timestamp,
        /// Until when.
        until: Timestamp,
        /// It was a silence.
        silence: bool,
    },
    /// Planned work was under way there at 発生, or had ended shortly before.
    WorkBefore {
        /// What was done.
        name: String,
        /// Since when.
        from: Timestamp,
        /// Until when.
        until: Timestamp,
    },
    /// A rule's own words.
    Words(String),
}

/// How often and how long something that comes and goes (断続) was down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flapping {
    /// How often.
    pub times: usize,
    /// Since when: the first time.
    pub since: Timestamp,
    /// How long in all (異常の累計): 停止時間 is the sum of the down parts.
    pub down: Duration,
}

/// A like fault that is over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Similar {
    /// Its number.
    pub number: Number,
    /// Its 発生.
    pub occurred: Timestamp,
    /// What helped then (対処内容); empty = not on record.
    pub treatment: Words,
    /// The same symptom of the same component within the time of recurrence (再発).
    pub recurrence: bool,
}

/// Something that was changed, or is being changed, on what an incident is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changed {
    /// What, in the words of whoever registered it.
    pub summary: String,
    /// When it was done, or is planned for.
    pub at: Timestamp,
    /// Name of the party that did it; empty = not on record.
    pub party: String,
    /// It was rolled back then.
    pub rolled_back: Option<Timestamp>,
    /// Somebody said that it was made; else it is only known to be planned for then.
    pub done: bool,
}

/// The thing a vendor is asked about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    /// Component.
    pub name: String,
    /// Hosts of it that fail.
    pub hosts: Vec<String>,
    /// Model, serial number, place, contract.
    pub asset: Asset,
}

/// One request on record, for a reader who may know of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// Party name.
    pub party: String,
    /// What was asked.
    pub ask: Ask,
    /// When.
    pub at: Timestamp,
    /// 受領.
    pub acknowledged: Option<Timestamp>,
    /// 業者着手.
    pub started: Option<Timestamp>,
    /// The request has not left yet, because the desk looks at it first (送信前承認): it leaves by then.
    #[serde(default)]
    pub by: Option<Timestamp>,
}

impl Asked {
    /// By when the request leaves, while it is only held.
    pub fn held_until(&self) -> Option<Timestamp> {
        self.by.filter(|_| self.acknowledged.is_none() && self.started.is_none())
    }
}

/// Where an incident stands, for the sentence 現在の状況.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// 切り分け中
    Isolating,
    /// 対応依頼中
    Requested,
    /// 対応中
    InProgress,
    /// 暫定復旧
    WorkedAround,
    /// 復旧確認中
    Verifying,
    /// 復旧
    Restored,
    /// 保留
    OnHold,
}

/// One thing that happened, for 続報.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Happening {
    /// When.
    pub at: Timestamp,
    /// What.
    pub what: What,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum What {
    /// A vendor was asked.
    Asked {
        /// Party name.
        party: String,
        /// What was asked.
        ask: Ask,
    },
    /// 受領.
    Acknowledged {
        /// Party name.
        party: String,
    },
    /// 業者着手.
    Started {
        /// Party name.
        party: String,
    },
    /// 窓口着手.
    DeskStarted,
    /// A reminder was sent.
    Chased {
        /// Party name.
        party: String,
    },
    /// Somebody was called.
    Called {
        /// Party name.
        party: String,
        /// Which contact of it.
        contact: String,
        /// How the call ended.
        result: CallResult,
    },
    /// A vendor answered that it is not its part (範囲外の回答).
    HandedBack {
        /// Party name.
        party: String,
    },
    /// The data centre was asked to look (現地確認依頼).
    LookAsked {
        /// Its name.
        party: String,
    },
    /// What was found on site.
    Looked {
        /// At what.
        item: String,
        /// What was found.
        words: Words,
    },
    /// Somebody called about it, too (申告).
    Reported {
        /// What was said.
        text: String,
    },
    /// It comes and goes (断続).
    Flapping {
        /// How often so far.
        times: usize,
    },
    /// 暫定復旧.
    WorkedAround {
        /// What was done, in the desk's words.
        text: Words,
    },
    /// 原因 was recorded.
    CauseFound {
        /// 原因分類
        class: CauseClass,
        /// 直接原因
        direct: Words,
    },
    /// Another incident turned out to be the same fault (統合).
    Merged {
        /// Its number.
        number: String,
        /// How many alerts came with it.
        alerts: usize,
    },
    /// It turned out to be an echo (波及) of another incident, under whose number it is worked on.
    EchoOf {
        /// The number of that one.
        number: String,
    },
    /// Another incident turned out to be an echo (波及) of this one.
    Echo {
        /// Its number.
        number: String,
    },
    /// Words of the desk for the office.
    Note {
        /// The words.
        text: Words,
    },
    /// More alerts joined.
    Spread {
        /// How many.
        alerts: usize,
    },
    /// The verdict changed.
    Verdict {
        /// New code.
        code: VerdictCode,
        /// Names of the parties that should act.
        parties: Vec<String>,
    },
    /// Monitoring shows normal again; the check is under way.
    BackToNormal {
        /// What is still red, by host name.
        still_red: Vec<String>,
    },
    /// The alerts came back or the check failed.
    Relapsed,
    /// What is feared for the data, or that nothing is, was recorded (データ影響).
    Data {
        /// What.
        impact: DataImpact,
    },
    /// Severity changed.
    Severity {
        /// From.
        from: u8,
        /// To.
        to: u8,
    },
    /// Planned work where the incident is began, is to take longer, or ended.
    PlannedWork {
        /// What is done.
        name: String,
        /// How far it is.
        stage: WorkStage,
        /// When it ends, or ended.
        until: Timestamp,
    },
}

/// How far planned work is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WorkStage {
    /// It began.
    Began,
    /// Its end was moved.
    Moved,
    /// It ended.
    Ended,
}

/// 復旧 in facts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RecoveryFacts {
    /// 利用可能となった時刻.
    pub usable: Timestamp,
    /// 復旧 (usable and checked).
    pub restored: Timestamp,
    /// Who checked; `None` = automatic.
    pub checked_by: Option<String>,
    /// How and with what result.
    pub check: Words,
    /// 対処内容, as recorded; empty = （記入待ち）.
    pub treatment: Words,
    /// Linked incident made of what stayed red.
    pub remaining: Option<Number>,
    /// 原因, where it is known already.
    #[serde(default)]
    pub cause: Option<(CauseClass, Words)>,
}

/// One call the desk should make.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Call {
    /// Organisation.
    pub organization: String,
    /// Contact's name.
    pub contact: String,
    /// `contact` is a person.
    pub person: bool,
    /// Number to dial.
    pub phone: String,
    /// Its hours in words (calendar name).
    pub hours: String,
    /// Contract number to give; empty = none.
    pub contract: String,
    /// Why: what is asked, or that an office is informed.
    pub purpose: Purpose,
    /// 1 = the first call to make.
    pub rank: u32,
    /// Whom to call when this one does not answer, in order.
    #[serde(default)]
    pub then: Vec<NextContact>,
}

/// Why a call is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// Ask the vendor.
    Ask(Ask),
    /// Remind the vendor.
    Chase,
    /// Inform the office.
    Inform,
    /// Ask the office for a decision: the vendor is closed for long.
    Consult {
        /// When it opens.
        opens: Timestamp,
    },
}

/// What an internal notice is about.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Notice {
    /// The desk owns this incident: what the machine found out, and why it stops here.
    YoursToDecide,
    /// Monitoring shows normal: please check operation.
    PleaseCheck,
    /// A vendor has not acknowledged.
    NotAcknowledged {
        /// Party name.
        party: String,
        /// Asked at.
        asked_at: Timestamp,
        /// 督促 left by mail.
        #[serde(default)]
        reminded: bool,
        /// It has a number that can be called now; `None` = not on record.
        #[serde(default)]
        phone: Option<bool>,
    },
    /// A vendor is closed for long, and nobody of it answers.
    ClosedForLong {
        /// Which, until when, and the calls so far.
        closure: Closure,
    },
    /// It turned out to be an echo (波及) of another incident: whether they become one (統合) is the desk's to decide.
    EchoOf {
        /// The number of that one.
        of: Number,
    },
    /// An incident was reopened.
    Reopened,
    /// A message could not be delivered to somebody.
    NotDelivered {
        /// Subject tag of the message (第一報, 対応依頼 …).
        kind: String,
        /// To whom.
        address: String,
        /// What the server said.
        why: String,
        /// Other addresses of the same message got it.
        #[serde(default)]
        others: bool,
    },
    /// Somebody at the desk gave up a message that was to go to others.
    Dropped {
        /// Which, and why.
        message: DroppedMessage,
    },
    /// Messages wait for the desk to look at them before they leave (送信前承認).
    Held {
        /// Each, as it will read.
        messages: Vec<HeldMessage>,
        /// More of them than one notice can show.
        more: Vec<HeldRow>,
    },
    /// The desk is on trial (試行): every message goes to one address.
    TrialBegins {
        /// Messages and notes that were waiting to leave in earnest, and are held.
        held: usize,
        /// Open incidents.
        open: usize,
    },
    /// The trial is over: messages go to whom they are for.
    TrialEnds {
        /// Open incidents nobody outside was told of; at most 50.
        incidents: Vec<DigestLine>,
        /// How many in all.
        total: usize,
    },
    /// A channel has failed so often that it is left alone but for one attempt a minute.
    ChannelFails {
        /// Which.
        channel: String,
        /// What was said last.
        why: String,
    },
    /// A channel that had been left alone works again.
    ChannelWorks {
        /// Which.
        channel: String,
    },
    /// Configuration was not loaded.
    RulesRefused {
        /// How many faults, and the first ones.
        faults: Vec<String>,
    },
    /// A remark of a source.
    Remark {
        /// Source.
        source: String,
        /// Its words.
        text: String,
    },
    /// We were down.
    WasDown {
        /// From.
        from: Timestamp,
        /// Until.
        until: Timestamp,
    },
    /// The record was restored from a backup.
    Restored {
        /// When the backup was made.
        made: Timestamp,
        /// What is held, because it may have left since: at most 20.
        rows: Vec<HeldRow>,
        /// How many in all.
        total: usize,
    },
    /// The record cannot be written; messages leave all the same.
    Unwritable {
        /// Since when.
        since: Timestamp,
        /// Why.
        cause: Cause,
    },
    /// The record is written again, and holds all that had waited.
    Written {
        /// From.
        from: Timestamp,
        /// Until.
        until: Timestamp,
        /// How many steps had waited; `None` = the daemon ended in between.
        steps: Option<u64>,
    },
    /// The disk was full, and the reserve was given up for the record.
    ReserveUsed,
    /// The disk of the record has little room left.
    LowRoom {
        /// Of what.
        of: Resource,
        /// How much, in whole hundredths.
        percent: u8,
        /// How bad that is.
        room: Room,
    },
    /// An input made the desk fail and was set aside.
    SetAside {
        /// What was set aside.
        what: String,
    },
    /// Planned work or a silence ends soon, and what it keeps apart still burns.
    CoverEnds {
        /// Which.
        cover: CoverFacts,
        /// What still burns: host and message, the gravest first; at most 20.
        red: Vec<String>,
        /// How many in all.
        total: usize,
    },
    /// Planned work and silences that seem forgotten, or useless.
    CoversDoubtful {
        /// Which, and why.
        covers: Vec<CoverDoubt>,
    },
    /// Systems storm (警報の多発), or have ceased to.
    Storm {
        /// Which, and what is open on them.
        storms: Storms,
    },
    /// Records that could not be read or applied.
    Damage {
        /// What is known.
        what: String,
    },
}

/// A row that does not leave by itself after a restore.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldRow {
    /// Its number (`O-12`).
    pub row: String,
    /// What it is (`request`, `write_back` …).
    pub kind: String,
    /// Of which incident, where it has a number.
    pub number: Option<Number>,
    /// To whom, by name.
    pub to: String,
}

/// Planned work or a silence, for the desk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CoverFacts {
    /// Its number (`P-3`, `S-1`).
    pub id: String,
    /// It is a silence.
    pub silence: bool,
    /// What is done; of a silence its reason.
    pub name: String,
    /// Who answers for it, by name.
    pub owner: String,
    /// The owner's phone, where one is known and answers now.
    pub phone: Option<String>,
    /// Since when.
    pub from: Timestamp,
    /// Until when.
    pub until: Timestamp,
}

/// Planned work or a silence with what it keeps apart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CoverState {
    /// Which.
    pub cover: CoverFacts,
    /// Alerts it kept apart so far.
    pub hid: u64,
    /// How many of them still burn.
    pub red: usize,
    /// It is over.
    pub ended: bool,
}

/// Planned work or a silence somebody should look at again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CoverDoubt {
    /// Which; planned work of the configuration has no number while it is not under way.
    pub cover: CoverFacts,
    /// Why.
    pub why: Doubt,
}

/// What is doubtful about planned work or a silence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Doubt {
    /// No alert has fitted since it began.
    Useless,
    /// It has been there for long.
    Old {
        /// Whole days since it began.
        days: u32,
    },
    /// It recurs and no alert fitted the last times.
    UselessAgain {
        /// How often in a row.
        times: u32,
    },
}

/// 日次まとめ.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Digest {
    /// 対応中一覧.
    pub open: Vec<DigestLine>,
    /// 静観 since the last digest.
    pub watched: Vec<DigestLine>,
    /// 重大度4 since the last digest.
    pub low: Vec<DigestLine>,
    /// 未受領.
    pub unacknowledged: Vec<DigestLine>,
    /// 送達失敗.
    pub undelivered: Vec<DigestLine>,
    /// Blind times since the last digest: source, from, until (`None` = still blind).
    pub blind: Vec<(String, Timestamp, Option<Timestamp>)>,
    /// Promised reports of today.
    pub promised: Vec<DigestLine>,
    /// Planned work and silences: under way, or over since the last digest.
    #[serde(default)]
    pub covers: Vec<CoverState>,
    /// What was removed since the last digest, because the time it is kept was over: files, of how many incidents.
    #[serde(default)]
    pub removed: Option<(u64, u64)>,
    /// What never got a number and is listed no longer, for the same reason.
    #[serde(default)]
    pub unlisted: u64,
    /// The oldest part of the record, removed for the same reason.
    #[serde(default)]
    pub records: Option<SweptRecords>,
}

/// One line of a list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DigestLine {
    /// KW number, if it has one.
    pub number: Option<Number>,
    /// 重大度, if known.
    pub severity: Option<u8>,
    /// When.
    pub at: Timestamp,
    /// What, in the source's words or a party's name.
    pub text: String,
    /// Where it stands, if that is known.
    pub stage: Option<Stage>,
    /// Of a request: what was asked at `at`, and when 受領 is expected.
    #[serde(default)]
    pub asked: Option<(Ask, Timestamp)>,
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
