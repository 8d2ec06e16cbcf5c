//! What the configuration says, checked: the form the desk relies on.
//!
//! `config::check` makes this out of the files; nothing here can be half right. References always resolve, every list
//! that must not be empty is not, and every pattern compiles. A rule set is stored by its hash, so that a decision can
//! be explained with the rules of its time.

use super::calendar::Calendar;
use super::ids::{CalendarId, ChannelId, ComponentId, PartyId, SourceId, SystemId};
use super::observation::Level;
use super::pattern::Pattern;
use jiff::Timestamp;
use jiff::civil::{Date, Time};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// One checked rule set.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Rules {
    /// SHA-256 (hex) of what was read; names this revision.
    pub hash: String,
    /// The site.
    pub site: Site,
    /// Sources, as far as the desk must know them.
    pub sources: BTreeMap<SourceId, SourceRules>,
    /// Everybody who can be responsible or told.
    pub parties: BTreeMap<PartyId, Party>,
    /// What offices work with.
    pub systems: BTreeMap<SystemId, System>,
    /// What parties keep.
    pub components: BTreeMap<ComponentId, Component>,
    /// The ordered isolation rules; the first whose conditions all hold gives the verdict.
    pub isolation: Vec<Rule>,
    /// Calendars by name; always has `always`.
    pub calendars: BTreeMap<CalendarId, Calendar>,
    /// Ways out, in order of preference.
    pub channels: Vec<Channel>,
    /// Planned work.
    pub maintenance: Vec<Maintenance>,
    /// Numbers and times.
    pub policy: Policy,
}

/// The site and who stands where.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Site {
    /// For example `A町`.
    pub name: String,
    /// The party that runs the desk; owns whatever nobody else owns.
    pub desk: PartyId,
    /// Gets reports when a system names no office of its own.
    pub office: PartyId,
    /// IANA name, for example `Asia/Tokyo`.
    pub timezone: String,
    /// Language of mails and reports.
    pub language: Language,
    /// Host part of our Message-IDs and the sender's display name.
    pub mail: MailIdentity,
    /// The data centre staff's phone for entry (入館), shown in requests; `None` where there is none.
    pub entry_phone: Option<String>,
}

/// Language of what people outside read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Language {
    /// Japanese.
    Ja,
    /// English.
    En,
}

/// Who our mail says it is from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailIdentity {
    /// Sender address, for example `desk@k.example`.
    pub from: String,
    /// Display name, for example `A町システム運用窓口`.
    pub name: String,
}

/// What the desk must know of a source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceRules {
    /// 受付契機 of incidents it opens.
    pub kind: SourceKind,
    /// Problems below this level are recorded as suppressed and go no further.
    pub min_level: Level,
    /// Our number is written back as a message on the problem.
    pub write_back: bool,
}

/// How a source names itself in 受付契機.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SourceKind {
    /// Zabbix.
    Zabbix,
    /// ログ監視.
    Log,
}

/// Somebody who can be responsible or told.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Party {
    /// What kind of party.
    pub kind: PartyKind,
    /// The organisation's name as addressed: `株式会社N`, `A町 総務課 情報係`.
    pub name: String,
    /// When it works.
    pub hours: CalendarId,
    /// Contracts, with validity.
    pub contracts: Vec<Contract>,
    /// In order of calling; never empty for anyone who is ever told.
    pub contacts: Vec<Contact>,
}

/// Kinds of party.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PartyKind {
    /// 業者
    Vendor,
    /// 窓口
    Desk,
    /// 主管課
    Office,
    /// 情報センター
    DataCentre,
    /// 外部サービス
    External,
}

/// One maintenance contract (保守契約).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contract {
    /// For example `R8-情-012`.
    pub number: String,
    /// What it covers, in words.
    pub scope: String,
    /// First day, included.
    pub from: Date,
    /// Last day, included.
    pub until: Date,
}

/// One way to reach a party.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// For example `保守受付` or a person's name.
    pub name: String,
    /// Whether `name` is a person (様) rather than a section (御中 / ご担当者様).
    pub person: bool,
    /// Mail address.
    pub mail: Option<String>,
    /// Phone number, dialled by people.
    pub phone: Option<String>,
    /// When this contact answers.
    pub hours: CalendarId,
    /// Only for incidents of this 重大度 or more severe (1 = only the gravest); `None` = for all.
    pub only_severity: Option<u8>,
    /// First day this contact is valid, included.
    pub from: Option<Date>,
    /// Last day this contact is valid, included.
    pub until: Option<Date>,
}

/// What an office works with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct System {
    /// For example `住民記録システム`.
    pub name: String,
    /// The office in charge; the site's office where the file names none.
    pub office: PartyId,
    /// What it needs to work.
    pub needs: Vec<ComponentId>,
    /// Who is hit when it stops.
    pub impact: Impact,
}

/// Who is hit when a system stops (影響範囲).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Impact {
    /// How wide.
    pub scope: ImpactScope,
    /// Residents' services are hit (住民影響).
    pub residents: bool,
    /// There is a substitute (代替手段).
    pub substitute: bool,
}

/// Rows of the severity matrix, widest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ImpactScope {
    /// 全庁・全利用者・住民サービス
    All,
    /// 複数部署・複数拠点
    Several,
    /// 単一部署・単一拠点
    One,
    /// 個人・1端末
    Person,
}

/// Columns of the severity matrix, gravest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// 停止
    Stopped,
    /// 著しい低下
    Degraded,
    /// 一部機能(代替あり)
    Partial,
    /// 影響なし (also: redundancy lost but kept running)
    None,
}

/// What a party keeps.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Component {
    /// For example `コアスイッチ`.
    pub name: String,
    /// Who keeps it.
    pub party: PartyId,
    /// 調達範囲.
    pub scope: ContractScope,
    /// An alert that fits any of these is about this component. Earlier components win over later ones of equal weight;
    /// a match naming more fields wins over one naming fewer.
    pub matches: Vec<AlertMatch>,
    /// What it needs to work.
    pub needs: Vec<ComponentId>,
    /// Effect of its failure, where known; otherwise derived from the monitoring level.
    pub effect: Option<Effect>,
    /// The thing itself, for the request.
    pub asset: Asset,
    /// Address to ping when isolating; `None` = the probe is not tried.
    pub ping: Option<String>,
    /// Position in the file, for "earlier wins".
    pub order: u32,
}

/// 調達範囲: is the component inside the contracts of this desk?
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ContractScope {
    /// 範囲内
    In,
    /// 範囲外
    Out,
    /// 他契約
    Other,
}

/// The thing itself; empty text = not stated.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Asset {
    /// 型番
    pub model: String,
    /// 製造番号
    pub serial: String,
    /// 設置場所
    pub place: String,
    /// 保守契約番号
    pub contract: String,
}

/// Conditions on one alert: all that are given must fit.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct AlertMatch {
    /// Technical host name, any of.
    pub host: Vec<Pattern>,
    /// Host group, any of; one of the alert's groups must fit.
    pub group: Vec<Pattern>,
    /// Tag values, any of, by tag name; every named tag must fit.
    pub tag: BTreeMap<String, Vec<Pattern>>,
    /// Message text, any of.
    pub summary: Vec<Pattern>,
    /// This monitoring level or higher.
    pub level: Option<Level>,
    /// Source name, any of.
    pub source: Vec<Pattern>,
    /// Field extracted by a log pattern, by name; every named field must fit.
    pub field: BTreeMap<String, Vec<Pattern>>,
    /// The component the alert was assigned to, any of (not usable inside `[component.*]`).
    pub component: Vec<ComponentId>,
}

/// One isolation rule (切り分けルール).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Rule {
    /// For people and for `explain`.
    pub name: String,
    /// All must hold.
    pub when: Vec<Condition>,
    /// The verdict it gives.
    pub then: Then,
    /// Why, in a sentence for the mail (Japanese, ends with ため).
    pub because: String,
    /// A longer grouping window for incidents this rule's first condition fits.
    pub watch: Option<Duration>,
}

/// What must hold. A condition about something that is not known is neither true nor false, and the rule does not apply.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Condition {
    /// A member alert fits.
    Alert(AlertMatch),
    /// Another member alert fits, within `within` of the first condition's alert (or of the incident's occurrence).
    Also {
        /// What to look for.
        alert: AlertMatch,
        /// How far apart.
        within: Duration,
    },
    /// No open alert of the whole desk fits.
    Absent(AlertMatch),
    /// The root-most failing component of the incident is one of these.
    Root(Vec<ComponentId>),
    /// At least `percent` of the incident's failing components are `component` or need it, directly or not.
    Behind {
        /// The common element.
        component: ComponentId,
        /// 1-100.
        percent: u8,
    },
    /// The component's ping address answers (`true`) or is silent (`false`).
    Ping {
        /// Whose `ping` address.
        component: ComponentId,
        /// What is expected.
        answers: bool,
    },
    /// At least one holds.
    Any(Vec<Condition>),
    /// It does not hold.
    Not(Box<Condition>),
}

/// The verdict a rule gives.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Then {
    /// Which of the ten verdicts.
    pub verdict: VerdictCode,
    /// Who must act; for `multi` several, the first leads; empty = the party of the root component.
    pub parties: Vec<PartyId>,
    /// The suspected cause class.
    pub cause: Option<CauseClass>,
    /// How sure.
    pub confidence: Confidence,
    /// The effect on the systems behind it, overriding the component's.
    pub effect: Option<Effect>,
}

/// The ten verdicts (切り分け結果).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VerdictCode {
    /// 単独業者
    Single,
    /// 複数業者
    Multi,
    /// 窓口対応
    Own,
    /// 範囲外 → 別途検討
    ScopeOut,
    /// 原因不明 → 窓口で調査
    Unknown,
    /// 外部サービス
    External,
    /// 利用者側
    User,
    /// 計画作業に伴う事象
    Planned,
    /// 監視側の事象・誤検知
    Monitor,
    /// 情報セキュリティインシデントの疑い
    Security,
}

/// 確度, lowest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Confidence {
    /// 不明
    Unknown,
    /// 可能性あり
    Possible,
    /// 可能性大
    Probable,
    /// 確定: only after 窓口確認
    Confirmed,
}

/// 原因分類.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum CauseClass {
    /// ハードウェア・機器故障
    Hw,
    /// 基盤ソフトウェア
    Sw,
    /// アプリケーション
    Ap,
    /// ネットワーク・回線
    Nw,
    /// 設定・操作・作業（期限切れ含む）
    Cf,
    /// 容量・性能
    Cp,
    /// 外部サービス
    Ex,
    /// 設備・電源・空調
    Fa,
    /// 情報セキュリティ
    Se,
    /// 利用者側
    Us,
    /// 監視・誤検知
    Mo,
    /// 不明
    Uk,
}

/// One way out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Channel {
    /// Its name.
    pub id: ChannelId,
    /// What it carries.
    pub carries: Carries,
}

/// What a channel carries.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Carries {
    /// Mail for any address; the first in the list is the usual path, the next ones are used when it surely failed.
    Mail,
    /// Copies of one party's messages.
    CopiesFor {
        /// The party the far end belongs to.
        party: PartyId,
    },
}

/// Planned work (計画作業): alerts of these components within it are its consequence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Maintenance {
    /// What is done.
    pub name: String,
    /// Who answers for it.
    pub owner: PartyId,
    /// Where; with everything that needs it, directly or not.
    pub components: BTreeSet<ComponentId>,
    /// Start, included.
    pub from: Timestamp,
    /// End, excluded.
    pub until: Timestamp,
}

/// Numbers and times, `DOMAIN.md` §5 and §12.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Policy {
    /// The grouping window (default 90 s).
    pub window: Duration,
    /// Alerts must stay gone this long before 復旧確認中 (default 5 min).
    pub stable: Duration,
    /// 静観 → 受付 when it repeats this often …
    pub watch_repeats: u32,
    /// … within this time (default 4 in 15 min).
    pub watch_span: Duration,
    /// 静観 → 完了 after this quiet time (default 60 min).
    pub watch_quiet: Duration,
    /// The same fault within this time after 復旧 reopens the incident (default 24 h).
    pub reopen: Duration,
    /// Per severity 1-4.
    pub severity: [SeverityPolicy; 4],
    /// When the daily digest leaves.
    pub digest_at: Time,
    /// Who hears of a blind source.
    pub blind_tell: Vec<PartyId>,
    /// 相談 is raised again after this many business days of 保留 (default 3).
    pub hold_business_days: u32,
    /// Calendar of the desk's reception (受付時間).
    pub reception: CalendarId,
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
