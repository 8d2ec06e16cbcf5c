//! What monitoring watches of each kind of thing, and how soon an alert shows it.
//!
//! Item intervals are those of common templates: a ping trigger needs three misses, so it comes later than a web check
//! that fails at once; storage is read by SNMP every three minutes.

use super::things::{Kind, State};
use crate::desk::observation::Level;

/// One trigger.
#[derive(Debug, Clone, Copy)]
pub(super) struct Check {
    pub(super) summary: &'static str,
    pub(super) level: Level,
    /// In how many of 100 cases this host has the trigger and it fires.
    pub(super) chance: u32,
    /// Seconds from the fault to the trigger.
    pub(super) delay: (i64, i64),
    /// It tells that the host does not answer: what Zabbix trigger dependencies hide.
    pub(super) reach: bool,
}

const fn check(summary: &'static str, level: Level, chance: u32, delay: (i64, i64)) -> Check {
    Check { summary, level, chance, delay, reach: false }
}

const fn reach(summary: &'static str, level: Level, chance: u32, delay: (i64, i64)) -> Check {
    Check { summary, level, chance, delay, reach: true }
}

use Level::{Average, Disaster, High, Warning};

const CORE: &[Check] = &[reach("Ping応答なし", Disaster, 98, (60, 90))];
const NETWORK: &[Check] =
    &[reach("Ping応答なし", High, 97, (60, 90)), reach("SNMPデータ取得不可", Warning, 50, (150, 180))];
const LINE: &[Check] = &[reach("Ping応答なし", High, 97, (60, 90)), check("WAN回線断", High, 80, (15, 75))];
const MACHINE: &[Check] =
    &[reach("Ping応答なし", High, 96, (120, 180)), reach("Zabbixエージェント応答なし", Average, 60, (150, 240))];
const HYPERVISOR: &[Check] = &[
    check("仮想化管理から切断", High, 80, (30, 90)),
    reach("Ping応答なし", High, 96, (120, 180)),
    reach("Zabbixエージェント応答なし", Average, 30, (150, 240)),
];
const STORAGE_GONE: &[Check] = &[reach("Ping応答なし", Disaster, 96, (60, 90))];
const UPS_DEAD: &[Check] = &[check("入力電源断", High, 60, (15, 75)), reach("Ping応答なし", High, 80, (60, 90))];
const DATABASE_GONE: &[Check] = &[check("DB接続不可", High, 70, (15, 75))];
const DATABASE_FAILS: &[Check] =
    &[check("DB接続不可", High, 95, (15, 75)), check("DB接続数が上限に到達", Average, 40, (30, 90))];
const DATABASE_SLOW: &[Check] = &[check("DBレスポンス遅延", Average, 70, (20, 80))];
const WEB_GONE: &[Check] = &[check("HTTP接続不可", High, 95, (10, 70))];
const WEB_FAILS: &[Check] = &[check("HTTP応答異常（503）", High, 92, (10, 70))];
const WEB_SLOW: &[Check] = &[check("画面応答遅延", Warning, 60, (20, 80))];
const CERTIFICATE: &[Check] = &[check("TLS証明書 検証エラー", High, 97, (15, 180))];
const NAMES: &[Check] = &[check("名前解決の応答異常", High, 75, (15, 75))];
const STORAGE_SLOW: &[Check] = &[check("ストレージ応答時間の遅延", High, 92, (60, 180))];
const STORE_SLOW: &[Check] = &[check("データストア応答遅延", Average, 60, (30, 120))];
const DISK_WAITS: &[Check] = &[check("ディスクI/O待ち時間が長い", Warning, 40, (60, 180))];
const DISK_STUCK: &[Check] = &[check("ディスクI/O停止", High, 70, (60, 180))];
const PROXY: &[Check] = &[check("Zabbixプロキシ応答なし", High, 98, (60, 120))];
const NO_DATA: &[Check] = &[check("Zabbixエージェント応答なし", Average, 45, (60, 180))];
const PACKETS_LOST: &[Check] = &[check("Pingパケットロス", Warning, 50, (60, 180))];

/// The triggers of a kind of thing in a state.
pub(super) fn checks(kind: Kind, state: State) -> &'static [Check] {
    match (kind, state) {
        (_, State::Fine) => &[],
        (Kind::Server | Kind::Virtual | Kind::Hypervisor, State::Unseen) => NO_DATA,
        (_, State::Unseen) => &[],
        (Kind::Core, State::Cut | State::Dead) => CORE,
        (
            Kind::Distribution | Kind::Access | Kind::Firewall | Kind::Balancer | Kind::AccessPoint,
            State::Cut | State::Dead,
        ) => NETWORK,
        (Kind::Line, State::Cut | State::Dead) => LINE,
        (Kind::Power, State::Cut | State::Dead) => UPS_DEAD,
        (Kind::Hypervisor, State::Cut | State::Dead) => HYPERVISOR,
        (Kind::Server | Kind::Virtual, State::Cut | State::Dead) => MACHINE,
        (Kind::Storage, State::Cut | State::Dead) => STORAGE_GONE,
        (Kind::Database, State::Cut | State::Dead) => DATABASE_GONE,
        (Kind::Database, State::Failing) => DATABASE_FAILS,
        (Kind::Database, State::Slow) => DATABASE_SLOW,
        (Kind::Application, State::Cut | State::Dead) => WEB_GONE,
        (Kind::Application, State::Failing) => WEB_FAILS,
        (Kind::Application, State::Slow) => WEB_SLOW,
        (Kind::Certificate, State::Failing | State::Cut | State::Dead) => CERTIFICATE,
        (Kind::Names, State::Failing | State::Cut | State::Dead) => NAMES,
        (Kind::Storage, State::Slow | State::Failing) => STORAGE_SLOW,
        (Kind::Hypervisor, State::Slow | State::Failing) => STORE_SLOW,
        (Kind::Virtual | Kind::Server, State::Slow) => DISK_WAITS,
        (Kind::Virtual | Kind::Server, State::Failing) => DISK_STUCK,
        (Kind::Proxy, State::Failing | State::Dead) => PROXY,
        (
            Kind::Distribution | Kind::Access | Kind::Line | Kind::AccessPoint | Kind::Core,
            State::Slow | State::Failing,
        ) => PACKETS_LOST,
        (Kind::Power | Kind::Firewall | Kind::Balancer, State::Slow | State::Failing)
        | (Kind::Certificate | Kind::Names, State::Slow)
        | (Kind::Proxy, State::Slow | State::Cut) => &[],
    }
}

/// A disk that is full tells so itself.
pub(super) const DISK_FULL: Check = check("ディスク使用率 100%", High, 96, (15, 180));
/// An interface of the switch before it, by the name of what hangs on it.
pub(super) const LINK: Check = check("リンクダウン", Average, 70, (10, 60));
/// The same in the switch's log.
pub(super) const LINK_LOG: Check = check("リンクダウン", Average, 60, (1, 5));
/// What an application writes about its database.
pub(super) const CLIENT_LOG: Check = check("DB接続断", High, 60, (1, 15));

/// Things that happen anyway and mean little.
pub(super) const NOISE: [Check; 6] = [
    check("CPU使用率が高い", Warning, 100, (0, 0)),
    check("メモリ使用率が高い", Warning, 100, (0, 0)),
    check("時刻同期のずれ", Warning, 100, (0, 0)),
    check("ディスク使用率 85%", Warning, 100, (0, 0)),
    check("ログイン失敗が多い", Warning, 100, (0, 0)),
    check("Pingパケットロス", Warning, 100, (0, 0)),
];
