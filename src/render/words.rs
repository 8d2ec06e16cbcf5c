//! The field's words for what the desk knows by name, in Japanese and English.
//!
//! One table per enum, so that a term is the same in every mail, report and listing. Source: `DOMAIN.md` §1, §5-9.

use crate::desk::letter::{Ask, By, DetectedBy, OccurredMark, Stage, Unseeing};
use crate::desk::rules::{CauseClass, Confidence, DataImpact, ImpactScope, VerdictCode};

/// Name of 重大度 1-4; anything else is 不明.
pub fn severity(severity: u8) -> &'static str {
    match severity {
        1 => "重大",
        2 => "高",
        3 => "中",
        4 => "低",
        _ => "不明",
    }
}

/// Name of 重大度 1-4 in English.
pub fn severity_en(severity: u8) -> &'static str {
    match severity {
        1 => "critical",
        2 => "high",
        3 => "medium",
        4 => "low",
        _ => "unknown",
    }
}

/// 切り分け結果 as shown in lists and reports.
pub fn verdict(code: VerdictCode) -> &'static str {
    match code {
        VerdictCode::Single => "単独業者",
        VerdictCode::Multi => "複数業者",
        VerdictCode::Own => "窓口対応",
        VerdictCode::ScopeOut => "範囲外（別途検討）",
        VerdictCode::Unknown => "原因不明（窓口で調査）",
        VerdictCode::External => "外部サービス",
        VerdictCode::User => "利用者側",
        VerdictCode::Planned => "計画作業に伴う事象",
        VerdictCode::Monitor => "監視側の事象・誤検知",
        VerdictCode::Security => "情報セキュリティインシデントの疑い",
    }
}

/// 切り分け結果 in English.
pub fn verdict_en(code: VerdictCode) -> &'static str {
    match code {
        VerdictCode::Single => "one vendor",
        VerdictCode::Multi => "several vendors",
        VerdictCode::Own => "handled by the desk",
        VerdictCode::ScopeOut => "outside the contracts",
        VerdictCode::Unknown => "cause not known, the desk is investigating",
        VerdictCode::External => "external service",
        VerdictCode::User => "user side",
        VerdictCode::Planned => "planned work",
        VerdictCode::Monitor => "monitoring side",
        VerdictCode::Security => "suspected security incident",
    }
}

/// 確度.
pub fn confidence(confidence: Confidence) -> &'static str {
    match confidence {
        Confidence::Unknown => "不明",
        Confidence::Possible => "可能性あり",
        Confidence::Probable => "可能性大",
        Confidence::Confirmed => "確定",
    }
}

/// 確度 in English.
pub fn confidence_en(confidence: Confidence) -> &'static str {
    match confidence {
        Confidence::Unknown => "unknown",
        Confidence::Possible => "possible",
        Confidence::Probable => "probable",
        Confidence::Confirmed => "confirmed",
    }
}

/// 原因分類.
pub fn cause(cause: CauseClass) -> &'static str {
    match cause {
        CauseClass::Hw => "ハードウェア・機器故障",
        CauseClass::Sw => "基盤ソフトウェア",
        CauseClass::Ap => "アプリケーション",
        CauseClass::Nw => "ネットワーク・回線",
        CauseClass::Cf => "設定・操作・作業（期限切れ含む）",
        CauseClass::Cp => "容量・性能",
        CauseClass::Ex => "外部サービス",
        CauseClass::Fa => "設備・電源・空調",
        CauseClass::Se => "情報セキュリティ",
        CauseClass::Us => "利用者側",
        CauseClass::Mo => "監視・誤検知",
        CauseClass::Uk => "不明",
    }
}

/// 原因分類 in English.
pub fn cause_en(cause: CauseClass) -> &'static str {
    match cause {
        CauseClass::Hw => "hardware",
        CauseClass::Sw => "platform software",
        CauseClass::Ap => "application",
        CauseClass::Nw => "network or line",
        CauseClass::Cf => "setting, operation or work (expiry included)",
        CauseClass::Cp => "capacity or performance",
        CauseClass::Ex => "external service",
        CauseClass::Fa => "facility, power or cooling",
        CauseClass::Se => "information security",
        CauseClass::Us => "user side",
        CauseClass::Mo => "monitoring",
        CauseClass::Uk => "unknown",
    }
}

/// How wide an impact is, in words of an office.
pub fn scope(scope: ImpactScope) -> &'static str {
    match scope {
        ImpactScope::All => "全庁",
        ImpactScope::Several => "複数部署・複数拠点",
        ImpactScope::One => "単一部署・単一拠点",
        ImpactScope::Person => "個人・1端末",
    }
}

/// How wide an impact is, in English.
pub fn scope_en(scope: ImpactScope) -> &'static str {
    match scope {
        ImpactScope::All => "the whole office",
        ImpactScope::Several => "several sections or sites",
        ImpactScope::One => "one section or site",
        ImpactScope::Person => "one person or terminal",
    }
}

/// データ影響
pub fn data(impact: DataImpact) -> &'static str {
    match impact {
        DataImpact::Loss => "消失のおそれあり（詳細は確認中）",
        DataImpact::Inconsistency => "不整合のおそれあり（詳細は確認中）",
        DataImpact::Leak => "漏えいのおそれあり（詳細は確認中）",
        DataImpact::None => "無",
    }
}

/// データ影響 in English.
pub fn data_en(impact: DataImpact) -> &'static str {
    match impact {
        DataImpact::Loss => "may be lost",
        DataImpact::Inconsistency => "may be inconsistent",
        DataImpact::Leak => "may have leaked",
        DataImpact::None => "not affected",
    }
}

/// 状態 as far as letters know it.
pub fn stage(stage: Stage) -> &'static str {
    match stage {
        Stage::Isolating => "切り分け中",
        Stage::Requested => "対応依頼中",
        Stage::InProgress => "対応中",
        Stage::WorkedAround => "暫定復旧",
        Stage::Verifying => "復旧確認中",
        Stage::Restored => "復旧",
        Stage::OnHold => "保留",
    }
}

/// 状態 in English.
pub fn stage_en(stage: Stage) -> &'static str {
    match stage {
        Stage::Isolating => "isolating",
        Stage::Requested => "requested",
        Stage::InProgress => "in progress",
        Stage::WorkedAround => "worked around",
        Stage::Verifying => "verifying",
        Stage::Restored => "restored",
        Stage::OnHold => "on hold",
    }
}

/// Who said so, as the mark behind a judgement (without brackets).
pub fn by(by: By) -> &'static str {
    match by {
        By::Machine => "自動判定",
        By::Desk => "窓口確認済",
    }
}

/// Who said so, in English.
pub fn by_en(by: By) -> &'static str {
    match by {
        By::Machine => "automatic",
        By::Desk => "confirmed by the desk",
    }
}

/// 対応依頼 or 調査依頼.
pub fn ask(ask: Ask) -> &'static str {
    match ask {
        Ask::Repair => "対応依頼",
        Ask::Inquiry => "調査依頼",
    }
}

/// 対応 or 調査: what is asked, as it stands before を依頼.
pub fn asked_for(ask: Ask) -> &'static str {
    match ask {
        Ask::Repair => "対応",
        Ask::Inquiry => "調査",
    }
}

/// How 発生 is known.
pub fn mark(mark: OccurredMark) -> &'static str {
    match mark {
        OccurredMark::Monitoring => "監視による",
        OccurredMark::Reported => "申告による",
        OccurredMark::Estimated => "推定",
        OccurredMark::PlannedEnd => "計画作業の終了時刻",
        OccurredMark::SilenceEnd => "通知抑止の終了時刻",
    }
}

/// How 発生 is known, in English.
pub fn mark_en(mark: OccurredMark) -> &'static str {
    match mark {
        OccurredMark::Monitoring => "by monitoring",
        OccurredMark::Reported => "as reported",
        OccurredMark::Estimated => "estimated",
        OccurredMark::PlannedEnd => "the end of planned work",
        OccurredMark::SilenceEnd => "the end of a silence",
    }
}

/// 受付契機 in words.
pub fn detected_by(by: DetectedBy) -> &'static str {
    match by {
        DetectedBy::Zabbix => "Zabbix による監視",
        DetectedBy::Log => "ログ監視",
        DetectedBy::UserPhone => "利用者からの電話",
        DetectedBy::UserMail => "利用者からのメール",
        DetectedBy::Operator => "運転監視（目視）",
        DetectedBy::DataCentre => "情報センターからの連絡",
        DetectedBy::Client => "発注者からの連絡",
        DetectedBy::Vendor => "保守業者からの連絡",
        DetectedBy::Product => "運用監視システムの自己監視",
    }
}

/// 受付契機 in English.
pub fn detected_by_en(by: DetectedBy) -> &'static str {
    match by {
        DetectedBy::Zabbix => "Zabbix",
        DetectedBy::Log => "log monitoring",
        DetectedBy::UserPhone => "a user's call",
        DetectedBy::UserMail => "a user's mail",
        DetectedBy::Operator => "operator",
        DetectedBy::DataCentre => "data centre",
        DetectedBy::Client => "client",
        DetectedBy::Vendor => "vendor",
        DetectedBy::Product => "the monitoring system itself",
    }
}

/// 第一報 … 第十報, 第十一報 …; from 100 on in digits.
pub fn nth_report(nth: u32) -> String {
    const DIGITS: [&str; 10] = ["", "一", "二", "三", "四", "五", "六", "七", "八", "九"];
    let digit = |n: u32| DIGITS.get(n as usize).copied().unwrap_or_default();
    let numeral = match nth {
        0 | 100.. => nth.to_string(),
        1..10 => digit(nth).to_owned(),
        10..20 => format!("十{}", digit(nth - 10)),
        20..100 => format!("{}十{}", digit(nth / 10), digit(nth % 10)),
    };
    format!("第{numeral}報")
}

/// Why monitoring sees no more of something.
pub fn unseeing(why: Unseeing) -> &'static str {
    match why {
        Unseeing::Deleted => "監視の設定が削除されたため",
        Unseeing::Unmonitored => "監視対象から外れているため",
        Unseeing::Blind => "監視停止中のため",
    }
}

/// The same in English.
pub fn unseeing_en(why: Unseeing) -> &'static str {
    match why {
        Unseeing::Deleted => "its trigger was deleted",
        Unseeing::Unmonitored => "it is no longer monitored",
        Unseeing::Blind => "its source sees nothing",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reports_are_counted_in_kanji() {
        let told: Vec<String> = [1, 2, 10, 11, 20, 21, 99, 100, 0].map(nth_report).into();
        assert_eq!(
            told,
            ["第一報", "第二報", "第十報", "第十一報", "第二十報", "第二十一報", "第九十九報", "第100報", "第0報"]
        );
    }
}
