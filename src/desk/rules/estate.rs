//! The estate: systems that offices work with and where they do, components that parties keep, and what needs what.

use super::AlertMatch;
use crate::desk::ids::{CalendarId, ComponentId, LocationId, PartyId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// What an office works with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct System {
    /// For example `住民記録システム`.
    pub name: String,
    /// The office in charge; the site's office where the file names none.
    pub office: PartyId,
    /// What it needs to work, members of `spares` included.
    pub needs: Vec<ComponentId>,
    /// 冗長構成: of each group one is enough.
    #[serde(default)]
    pub spares: Vec<Vec<ComponentId>>,
    /// Who is hit when it stops.
    pub impact: Impact,
    /// What is done with it, by whom, where and when.
    #[serde(default)]
    pub usage: Usage,
}

/// Where offices work (拠点).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Location {
    /// For example `北支所`.
    pub name: String,
    /// The office in charge; the site's office where the file names none.
    pub office: PartyId,
    /// What it needs to use any system at all, members of `spares` included.
    pub needs: Vec<ComponentId>,
    /// 冗長構成: of each group one is enough.
    pub spares: Vec<Vec<ComponentId>>,
    /// 部署 that work there; empty = not stated.
    pub departments: Vec<String>,
    /// 利用者数(概数)
    pub users: Option<u32>,
    /// When people are there, where that is not when its office is open.
    pub hours: Option<CalendarId>,
    /// Who is hit when it is cut off.
    pub impact: Impact,
    /// Position in the file, for lists.
    pub order: u32,
}

/// Who is hit when a system stops or a location is cut off (影響範囲). `None` = not stated, so not known (確認中).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Impact {
    /// How wide; where it is not stated it follows from 部署 and 拠点.
    pub scope: Option<ImpactScope>,
    /// Residents' services are hit (住民影響).
    pub residents: Option<bool>,
    /// There is a substitute (代替手段).
    pub substitute: Option<bool>,
    /// What that is, in words for the office; empty = not stated.
    #[serde(default)]
    pub substitute_words: String,
    /// What the substitute cannot be used without, members of `substitute_spares` included.
    #[serde(default)]
    pub substitute_needs: Vec<ComponentId>,
    /// 冗長構成 of the substitute: of each group one is enough.
    #[serde(default)]
    pub substitute_spares: Vec<Vec<ComponentId>>,
}

/// What is done with a system, by whom, where and when. Empty and `None` = not stated.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Usage {
    /// 業務, in words of office work.
    pub work: Vec<String>,
    /// 部署
    pub departments: Vec<String>,
    /// 拠点
    pub locations: BTreeSet<LocationId>,
    /// 利用者数(概数)
    pub users: Option<u32>,
    /// 計画サービス時間
    pub hours: Option<CalendarId>,
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

/// データ影響: what is feared for the data, or that nothing is. Nobody has said = 確認中.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DataImpact {
    /// 消失
    Loss,
    /// 不整合
    Inconsistency,
    /// 漏えい
    Leak,
    /// 無
    None,
}

impl DataImpact {
    /// Something is feared.
    pub fn feared(self) -> bool {
        self != Self::None
    }
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
    /// What it needs to work, members of `spares` included.
    pub needs: Vec<ComponentId>,
    /// 冗長構成: of each group one is enough.
    #[serde(default)]
    pub spares: Vec<Vec<ComponentId>>,
    /// Effect of its failure, where known; otherwise derived from the monitoring level.
    pub effect: Option<Effect>,
    /// The thing itself, for the request.
    pub asset: Asset,
    /// What is to be looked at on site when it is suspected (現地確認); empty = the usual list, where it stands somewhere and
    /// hardware is suspected.
    #[serde(default)]
    pub look: Vec<String>,
    /// It stands where the data centre sees nothing and lets nobody in (`look = []`): nobody is asked to look.
    #[serde(default)]
    pub unseen: bool,
    /// Address to ping when isolating; `None` = the probe is not tried.
    pub ping: Option<String>,
    /// Position in the file, for "earlier wins".
    pub order: u32,
}

impl Component {
    /// Whether it is found by this host's name, whatever else its alerts must fit.
    pub fn names_host(&self, host: &str) -> bool {
        self.matches.iter().flat_map(|matcher| &matcher.host).any(|pattern| pattern.matches(host))
    }
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
