//! The symptom (事象) in few words, made of the representative alert.
//!
//! Monitoring messages are written for monitoring screens: 「【死活】本庁舎コアスイッチ Ping応答なし」. A subject needs what
//! fails and how, once each; an office needs a sentence. Nothing is guessed: a message whose form is not known is quoted.
//! Not here: translation of causes, and the severity.

mod parts;

use super::text;
use crate::desk::letter::{DetectedBy, Eased, Facts, Sign};
use parts::{deadline, is_digit, joined, split_note, split_value, thing, without_categories, without_name};

/// Characters of a symptom in a subject.
const TITLE: usize = 80;
/// Characters of a caller's words in one.
const TOLD: usize = 30;

/// What fails, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Symptom {
    /// The host or component by the name people know; may be empty.
    pub(super) thing: String,
    /// How it fails, in the words of the message; never empty.
    pub(super) what: String,
    /// Who said so, where it was a person: the words are theirs, and are quoted.
    reported: Option<&'static str>,
    /// What its thing shows beside it, as grave, for the title.
    beside: Vec<String>,
    /// How many other things of the same keeper fail by themselves, for the title.
    also: usize,
    /// What the title says of how it stands: it comes and goes, or is over in part.
    stands: Option<&'static str>,
}

/// A host that does not answer, in the words of the example's triggers.
const PING: &str = "Ping応答なし";
/// Stands where a message says nothing at all.
const NOTHING: &str = "異常を検知";

impl Symptom {
    /// The symptom of an incident.
    pub(super) fn of(facts: &Facts) -> Self {
        let component = facts.shown_by.as_ref().or(facts.component.as_ref()).map_or("", String::as_str);
        let taken_up = facts.desk.reopened.is_some() && matches!(&facts.eased, Some(Eased { remains: None, .. }));
        let stands = match (&facts.eased, &facts.flapping) {
            (_, Some(_)) => Some("（断続）"),
            _ if taken_up => Some("（対応を再開）"),
            (Some(Eased { remains: Some(_), .. }), None) => Some("（一部回復）"),
            (Some(Eased { remains: None, .. }), None) => Some("（監視上は回復）"),
            (None, None) => None,
        };
        Self {
            reported: reporter(facts.detected_by).filter(|_| is_reported(facts)),
            stands,
            beside: facts.beside.iter().map(Self::what_of).collect(),
            also: facts.also.len(),
            ..Self::from(&facts.summary, &facts.host.0, &facts.host.1, component)
        }
    }

    /// An alert in the words of a title.
    pub(super) fn titled(sign: &Sign) -> String {
        let component = sign.component.as_deref().unwrap_or_default();
        Self::from(&sign.summary, &sign.host.0, &sign.host.1, component).title()
    }

    /// How an alert beside the one that stands for the incident fails.
    pub(super) fn what_of(sign: &Sign) -> String {
        let component = sign.component.as_deref().unwrap_or_default();
        Self::from(&sign.summary, &sign.host.0, &sign.host.1, component).what
    }

    /// Of a message, the host's technical and known name, and the component's name (each may be empty).
    pub(super) fn from(message: &str, host: &str, known: &str, component: &str) -> Self {
        let (host, known, component) = (text::name(host), text::name(known), text::name(component));
        let thing = thing(&host, &known, &component);
        let message = text::summary(message);
        let mut rest = without_categories(&message);
        // A component that the thing's name does not say (PostgreSQL on a database server) is part of the symptom.
        let said = if thing.contains(&component) { component.as_str() } else { "" };
        while let Some(shorter) = [known.as_str(), &host, said].iter().find_map(|name| without_name(rest, name)) {
            rest = shorter;
        }
        // A host that answers nothing is named by its place often: 「北支所 Ping応答なし」 of 「北支所WAN回線」.
        if let Some((place, ping)) = rest.split_once(' ').filter(|(_, ping)| *ping == PING)
            && thing.starts_with(place)
        {
            rest = ping;
        }
        let what = if rest.is_empty() { NOTHING } else { rest };
        Self { thing, what: what.to_owned(), reported: None, beside: Vec::new(), also: 0, stands: None }
    }

    /// `本庁舎コアスイッチ Ping応答なし`: for a subject; not longer than 80 characters.
    pub(super) fn title(&self) -> String {
        if self.thing.is_empty() && self.what == NOTHING {
            return "異常を検知（対象・内容は確認中）".to_owned();
        }
        let what = match self.reported {
            // Without it 「【復旧】…まだ開けない」 would be read as what is so now.
            Some(_) => format!("「{}」との申告", text::cut(&quoted(&self.what), TOLD)),
            None => self.what.clone(),
        };
        let title = if self.thing.is_empty() || self.what.contains(&self.thing) {
            what
        } else {
            format!("{} {what}", self.thing)
        };
        let more = match self.beside.as_slice() {
            [] => String::new(),
            [one] => format!("、{one}"),
            [first, ..] => format!("、{first}ほか"),
        };
        let cut = text::cut(&format!("{title}{more}"), TITLE);
        let also = if self.also > 0 { format!("（ほか{}件）", self.also) } else { String::new() };
        format!("{cut}{also}{}", self.stands.unwrap_or_default())
    }

    /// A polite sentence about the present state: 「本庁舎コアスイッチが応答しておりません（Ping応答なし）。」
    pub(super) fn sentence(&self) -> String {
        let (head, note) = split_note(&self.what);
        let message = quoted(&self.what);
        let unsaid = !self.thing.is_empty() && !self.what.contains(&self.thing);
        let thing = &self.thing;
        if let Some(by) = self.reported {
            let about = if unsaid { format!("{thing}について、") } else { String::new() };
            return format!("{about}{by}から「{message}」との申告を受けております。");
        }
        if self.what == NOTHING {
            return if unsaid {
                format!("{thing}の異常を検知しております。")
            } else {
                "監視にて異常を検知しております（対象・内容は確認中）。".to_owned()
            };
        }
        self.known_form(head, note).unwrap_or_else(|| {
            let place = if unsaid { format!("{thing}にて") } else { String::new() };
            format!("{place}「{message}」を検知しております。")
        })
    }

    /// The same once it is over: 「本庁舎コアスイッチが応答しておりませんでした（Ping応答なし）。」
    pub(super) fn past_sentence(&self) -> String {
        const PAST: [(&str, &str); 7] = [
            ("しておりません", "しておりませんでした"),
            ("できておりません", "できておりませんでした"),
            ("できません", "できませんでした"),
            ("受けております", "受けました"),
            ("検知しております", "検知しました"),
            ("ております", "ておりました"),
            ("です", "でした"),
        ];
        let now = self.sentence();
        if now.ends_with("ませんでした。") {
            return now;
        }
        // The last verb is ours; what stands before it may be a quoted message.
        let found = PAST.iter().filter_map(|(verb, past)| Some((now.rfind(verb)?, verb, past)));
        match found.max_by_key(|(at, verb, _)| (at + verb.len(), verb.len())) {
            Some((at, verb, past)) => {
                let (before, rest) = now.split_at_checked(at).unwrap_or((&now, ""));
                format!("{before}{past}{}", rest.strip_prefix(verb).unwrap_or(rest))
            }
            None => now,
        }
    }

    /// The sentence for the endings that Japanese monitoring messages commonly have.
    fn known_form(&self, head: &str, note: &str) -> Option<String> {
        if head.ends_with(PING) || head == "Unavailable by ICMP ping" {
            let part = head.strip_suffix(PING).unwrap_or_default();
            return Some(format!("{}が応答しておりません（Ping応答なし）。", self.part(part)?));
        }
        // True also of what came after its hour.
        if let (Some(name), Some(hour)) = (head.strip_suffix("未確認"), deadline(note)) {
            return Some(format!("{}を、期限の{hour}までに確認できませんでした。", self.part(name)?));
        }
        if let Some((name, days)) = head.split_once("まで").filter(|(_, days)| days.starts_with(is_digit)) {
            return Some(format!("{}まで、残り{}です{note}。", self.part(name)?, days.trim()));
        }
        if let Some((name, value)) = split_value(head) {
            return Some(match () {
                () if name.ends_with("遅延") => {
                    let name = name.trim_end_matches("遅延");
                    let name = name.strip_suffix("応答").unwrap_or(name);
                    let bracket = note.trim_start_matches('（').trim_end_matches('）');
                    let comma = if bracket.is_empty() { "" } else { "、" };
                    format!("{}の応答が遅くなっております（{value}{comma}{bracket}）。", self.part(name)?)
                }
                () if name.ends_with("故障") => {
                    format!("{}が{value}故障しております{note}。", self.part(name.trim_end_matches("故障"))?)
                }
                () => format!("{}が{value}となっております{note}。", self.part(name)?),
            });
        }
        const ENDINGS: [(&str, &str); 13] = [
            ("応答なし", "が応答しておりません"),
            ("応答異常", "の応答に異常を検知しております"),
            ("応答遅延", "の応答が遅くなっております"),
            ("接続不可", "に接続できません"),
            ("リンクダウン", "がリンクダウンしております"),
            ("切断", "が切断されております"),
            ("未確認", "を確認できておりません"),
            ("異常終了", "が異常終了しました"),
            ("検証エラー", "が検証エラーとなっております"),
            ("減少", "が減少しております"),
            ("停止", "が停止しております"),
            ("故障", "が故障しております"),
            ("異常", "に異常を検知しております"),
        ];
        let (ending, told) = ENDINGS.iter().find(|(ending, _)| head.ends_with(ending))?;
        Some(format!("{}{told}{note}。", self.part(head.trim_end_matches(ending))?))
    }

    /// `本庁舎コアスイッチの電源ユニットA`; `None` when neither a thing nor a part of it is named.
    fn part(&self, part: &str) -> Option<String> {
        let part = joined(part);
        let part = part.as_str();
        match (self.thing.is_empty(), part.is_empty()) {
            (true, true) => None,
            (true, false) => Some(part.to_owned()),
            (false, true) => Some(self.thing.clone()),
            (false, false) if part.contains(&self.thing) => Some(part.to_owned()),
            (false, false) if self.thing.ends_with(part) => Some(self.thing.clone()),
            (false, false) => Some(format!("{}の{part}", self.thing)),
        }
    }
}

/// A person told of the fault, not a monitoring system.
pub(super) fn is_reported(facts: &Facts) -> bool {
    // Once an alert stands for it, its words are monitoring's, whoever told of the fault first.
    facts.host.0.is_empty() && reporter(facts.detected_by).is_some()
}

/// Who told it, for a quotation: a person always does.
pub(super) fn teller(by: DetectedBy) -> &'static str {
    reporter(by).unwrap_or("窓口")
}

/// Who told of it.
fn reporter(by: DetectedBy) -> Option<&'static str> {
    match by {
        DetectedBy::Zabbix | DetectedBy::Log | DetectedBy::Product => None,
        DetectedBy::UserPhone | DetectedBy::UserMail | DetectedBy::Client => Some("利用者等"),
        DetectedBy::Operator => Some("運転監視の担当者"),
        DetectedBy::DataCentre => Some("情報センター"),
        DetectedBy::Vendor => Some("保守業者"),
    }
}

/// Fit to stand in 「」.
fn quoted(words: &str) -> String {
    words.replace('「', "『").replace('」', "』")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every kind of message of the example site, with host name, known name and component.
    #[test]
    fn each_message_of_the_example_site_gives_a_title_and_a_sentence() {
        let cases = [
            ("【死活】本庁舎コアスイッチ Ping応答なし", "core-sw-01", "本庁舎コアスイッチ", "コアスイッチ"),
            ("夜間バックアップの正常終了 未確認（06:00まで）", "srv-bk-01", "バックアップサーバ", "バックアップサーバ"),
            (
                "【性能】本庁舎コアスイッチ パケットロス率 25%（閾値20%）",
                "core-sw-01",
                "本庁舎コアスイッチ",
                "コアスイッチ",
            ),
            ("【ハード】本庁舎コアスイッチ 電源ユニットA 異常", "core-sw-01", "本庁舎コアスイッチ", "コアスイッチ"),
            (
                "【環境】本庁舎コアスイッチ 筐体内温度 55℃（閾値50℃）",
                "core-sw-01",
                "本庁舎コアスイッチ",
                "コアスイッチ",
            ),
            ("【ハード】本庁舎コアスイッチ スーパーバイザ1 異常", "core-sw-01", "本庁舎コアスイッチ", "コアスイッチ"),
            (
                "【NW】サーバファームスイッチ アップリンク リンクダウン",
                "dc-sw-01",
                "サーバファームスイッチ",
                "サーバスイッチ",
            ),
            (
                "【サービス】ファイルサーバ1号機 ファイル共有 応答なし（TCP 445）",
                "srv-file-01",
                "ファイルサーバ1号機",
                "ファイルサーバ",
            ),
            ("【サービス】認証サーバ1号機 LDAP応答なし（TCP 389）", "srv-ad-01", "認証サーバ1号機", "認証サーバ"),
            ("【性能】住民記録APサーバ CPU使用率 97%（閾値95%）", "srv-ap-01", "住民記録APサーバ", "OS"),
            ("【容量】住民記録APサーバ ディスク使用率 / 95%（閾値90%）", "srv-ap-01", "住民記録APサーバ", "OS"),
            (
                "【ストレージ】仮想化基盤サーバ2号機 iSCSIパス減少（残り2／4本）",
                "srv-hv-02",
                "仮想化基盤サーバ2号機",
                "仮想化基盤",
            ),
            ("【DB】基幹系DBサーバ PostgreSQL 接続不可（TCP 5432）", "srv-db-01", "基幹系DBサーバ", "PostgreSQL"),
            ("【DB】基幹系DBサーバ DB応答遅延 2400ms（閾値1000ms）", "srv-db-01", "基幹系DBサーバ", "PostgreSQL"),
            ("【DB】基幹系DBサーバ DB接続数使用率 96%（閾値90%）", "srv-db-01", "基幹系DBサーバ", "PostgreSQL"),
            (
                "【性能】業務系共有ストレージ ストレージ応答遅延 120ms（閾値50ms）",
                "strg-01",
                "業務系共有ストレージ",
                "共有ストレージ",
            ),
            (
                "【ハード】業務系共有ストレージ キャッシュバッテリ 異常",
                "strg-01",
                "業務系共有ストレージ",
                "共有ストレージ",
            ),
            ("【ハード】業務系共有ストレージ ディスク故障 2本", "strg-01", "業務系共有ストレージ", "共有ストレージ"),
            (
                "【性能】インターネット接続ファイアウォール セッション使用率 93%（閾値90%）",
                "fw-01",
                "インターネット接続ファイアウォール",
                "ファイアウォール",
            ),
            (
                "【URL】住民記録システム ログイン画面 応答異常（HTTP 0）",
                "app-juki",
                "住民記録システム",
                "業務アプリケーション",
            ),
            (
                "【URL】税務システム ログイン画面 応答遅延 4200ms（閾値3000ms）",
                "app-tax",
                "税務システム",
                "業務アプリケーション",
            ),
            ("【証明書】住民記録システム TLS証明書 検証エラー", "app-juki", "住民記録システム", "サーバ証明書"),
            (
                "【証明書】住民記録システム サーバ証明書 有効期限まで25日（閾値30日）",
                "app-juki",
                "住民記録システム",
                "サーバ証明書",
            ),
            (
                "【メール】庁内メール中継サーバ 送信待ち滞留 620通（閾値500通）",
                "srv-mail-01",
                "庁内メール中継サーバ",
                "メール中継",
            ),
            (
                "【印刷】印刷管理サーバ スプール滞留 130件（閾値100件）",
                "srv-print-01",
                "印刷管理サーバ",
                "印刷管理サーバ",
            ),
            ("【バックアップ】夜間バックアップ 異常終了（rc=2）", "srv-bk-01", "バックアップサーバ", "バックアップ"),
            ("【電話】Teams電話ゲートウェイ SIPトランク切断", "teams-gw-01", "Teams電話ゲートウェイ", "Teams電話"),
            (
                "【電話】Teams電話ゲートウェイ 同時通話数使用率 95%（閾値90%）",
                "teams-gw-01",
                "Teams電話ゲートウェイ",
                "Teams電話",
            ),
            // Others than the example site's.
            ("Unavailable by ICMP ping", "core-sw-01", "core-sw-01", "コアスイッチ"),
            ("core-sw-01: Link down", "core-sw-01", "core-sw-01", ""),
            ("Linux: High CPU utilization (over 90% for 5m)", "srv-db-01", "基幹系DBサーバ", ""),
            ("【死活】【重要】", "x", "", ""),
            (
                "%LINEPROTO-5-UPDOWN: Line protocol on Interface Te1/1, changed state to down",
                "core-sw-01",
                "core-sw-01",
                "コアスイッチ",
            ),
            ("", "", "", ""),
        ];
        let mut told = String::new();
        for (message, host, known, component) in cases {
            let symptom = Symptom::from(message, host, known, component);
            told +=
                &format!("{message}\n  {}\n  {}\n  {}\n", symptom.title(), symptom.sentence(), symptom.past_sentence());
        }
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/mails/symptoms.txt");
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(path, &told).expect("tests/mails is writable");
        }
        assert_eq!(told, std::fs::read_to_string(path).unwrap_or_default(), "UPDATE=1 rewrites {path}");
    }

    #[test]
    fn a_name_is_only_taken_off_where_it_ends() {
        assert_eq!(Symptom::from("srv-1 停止", "srv-1", "srv-1", "").title(), "srv-1 停止");
        assert_eq!(Symptom::from("srv-10 停止", "srv-1", "srv-1", "").what, "srv-10 停止");
    }
}
