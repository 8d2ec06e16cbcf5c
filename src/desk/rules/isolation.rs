//! Isolation rules: when they hold is the business of their conditions (`desk::isolate::condition`), here is what they
//! then say.

use super::{DataImpact, Effect};
use crate::desk::ids::PartyId;
use crate::desk::isolate::condition::Condition;
use serde::{Deserialize, Serialize};
use std::time::Duration;

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
    /// What is feared for the data (データ影響).
    #[serde(default)]
    pub data: Option<DataImpact>,
    /// A thing with a spare of its own runs on one side (片系運転).
    #[serde(default)]
    pub redundancy_lost: bool,
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
