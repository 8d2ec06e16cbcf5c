//! The facts of an incident as a letter states them, and what requests, reports and recoveries add to them.

use super::{DeskWord, Eased, FirstSign, Impact, Said, Sign, Unseen, VerdictFacts};
use crate::desk::ids::Number;
use crate::desk::probe::Certificate;
use crate::desk::rules::{Asset, CauseClass, DataImpact, Effect, ImpactScope};
use crate::desk::words::Words;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::time::Duration;

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

/// A request that went before, of the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct AskedBefore {
    /// When it was asked.
    pub at: Timestamp,
    /// 重大度 at that time.
    pub severity: u8,
    /// It was taken back then (取下げ): it is asked again.
    #[serde(default)]
    pub withdrawn: Option<Timestamp>,
    /// It answered then that this is not its part (範囲外): the desk asks again.
    #[serde(default)]
    pub not_ours: Option<Timestamp>,
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
    /// That alert is over while the incident is not.
    #[serde(default)]
    pub eased: Option<Eased>,
    /// Monitoring sees no more of what stands for it.
    #[serde(default)]
    pub unseen: Option<Unseen>,
    /// What its thing shows beside it, and as grave.
    #[serde(default)]
    pub beside: Vec<Sign>,
    /// What its thing showed first, where that is another symptom: 発生 is counted from it.
    #[serde(default)]
    pub first_sign: Option<FirstSign>,
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
    /// To a vendor: when its own part began to fail, where that is later; its logs are read from then.
    #[serde(default)]
    pub part_since: Option<Timestamp>,
    /// When it was last found to be back after monitoring had shown normal.
    #[serde(default)]
    pub returned: Option<Timestamp>,
    /// Numbers under which something is worked on that may have to do with it.
    #[serde(default)]
    pub related: Vec<Number>,
    /// What was restored lately and is called about again: its number, when it began and when it was restored.
    #[serde(default)]
    pub restored_before: Vec<(Number, Timestamp, Timestamp)>,
    /// What stands on the desk's word only.
    #[serde(default)]
    pub desk: DeskWord,
    /// 受付契機.
    pub detected_by: DetectedBy,
    /// What people told of it, in their words.
    #[serde(default)]
    pub told: Vec<Said>,
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
    /// Further things of the same keeper that fail by themselves.
    #[serde(default)]
    pub also: Vec<Target>,
    /// Requests made so far: to whom, when, what came back. For an office: names only. Empty in letters to vendors.
    pub asked: Vec<Asked>,
    /// To a vendor: what it is asked about is not to be restarted or changed before it has called the desk. Why is for few.
    #[serde(default)]
    pub untouched: bool,
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
    /// There are more, of which the reader does not know.
    #[serde(default)]
    pub other_changes: bool,
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

/// How often and how long something that comes and goes (断続) was down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flapping {
    /// How often.
    pub times: usize,
    /// Since when: the first time.
    pub since: Timestamp,
    /// How long in all (異常の累計).
    pub down: Duration,
    /// The same with what needs it and stopped as well, where that is longer: 停止時間 is the sum of the down parts.
    #[serde(default)]
    pub with_echoes: Option<Duration>,
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
    /// What it was asked about has been over since then, and the incident is about another thing.
    #[serde(default)]
    pub over: Option<Timestamp>,
    /// The request was given up: it reached nobody, and nothing of it is under way.
    #[serde(default)]
    pub lost: bool,
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
