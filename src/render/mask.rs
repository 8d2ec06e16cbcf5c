//! What must neither leave the house nor stand in a saved case: secrets, and what is anybody's own - addresses, numbers, names.
//!
//! Only what has an unmistakable shape is replaced; words rules go by stay. Not here: whose free text is left out as a
//! whole (`replay/case.rs`).

use regex::Regex;
use std::borrow::Cow;
use std::sync::LazyLock;

/// A shape, what stands for it in a case (of the same form, so that it can be played) and in a mail (plainly left out).
type Shape = (Regex, &'static str, &'static str);

static SHAPES: LazyLock<Vec<Shape>> = LazyLock::new(|| {
    [
        // https://user:password@host
        (r"//[^/\s@]+@", "//***@", "//***@"),
        (r"[\w.+-]+@[\w-]+(\.[\w-]+)+", "name@mail.example", "***@***"),
        // Keys and what stands behind them.
        (
            r"(?i)\b((?:pass(?:word|wd|phrase)?|pwd|secret|(?:api|access)?[_-]?(?:token|key)|community|auth(?:orization)?|cookie|session(?:_?id)?)\s*[=:：]\s*)(?:bearer\s+|basic\s+)?[^\s,;、。）)]+",
            "${1}***",
            "${1}***",
        ),
        (r"(?i)\b((?:bearer|basic)\s+)[A-Za-z0-9+/._=-]{12,}", "${1}***", "${1}***"),
        (
            r"(?i)((?:user(?:name)?|login|account|ユーザー?名?|利用者(?:名|ID)?|アカウント|氏名|担当者?|職員番号?)\s*[=:：]\s*)[^\s,;、。）)]+",
            "${1}***",
            "${1}***",
        ),
        // Long random text: keys, tokens, hashes.
        (r"\b[A-Za-z0-9+_-]*[0-9][A-Za-z0-9+_-]{31,}\b", "***", "***"),
        // Telephone numbers, also of mobiles, and extensions.
        (r"(?:\+81[-\s]?|\b0)\d{1,4}[-\s(]\d{1,4}[-\s)]\d{3,4}\b", "00-0000-0000", "***"),
        (r"\b0[789]0\d{8}\b", "00-0000-0000", "***"),
        (r"(内線\s*[:：]?\s*)\d+", "${1}0000", "${1}***"),
        // 個人番号, 住民票コード: twelve or eleven digits behind their name, or twelve in groups of four.
        (r"((?:個人番号|マイナンバー|住民票コード)\s*[=:：]?\s*)[0-9][0-9 -]{9,13}[0-9]", "${1}***", "${1}***"),
        (r"\b[0-9]{4}[ -][0-9]{4}[ -][0-9]{4}\b", "***", "***"),
        // 鈴木様, 山田 さん
        (r"[\p{Han}\p{Katakana}ー]{1,6}[\s　]?(様|さん|氏)", "○○${1}", "***${1}"),
    ]
    .into_iter()
    .map(|(shape, case, mail)| (Regex::new(shape).expect("the shapes are sound"), case, mail))
    .collect()
});

/// `text` for a case, without what is anybody's own.
pub fn for_case(text: &str) -> String {
    replaced(text, |(_, case, _)| case)
}

/// `text` for a mail, without what is anybody's own.
pub(super) fn for_mail(text: &str) -> String {
    replaced(text, |(_, _, mail)| mail)
}

fn replaced(text: &str, instead: impl Fn(&Shape) -> &'static str) -> String {
    let mut masked = text.to_owned();
    for shape in SHAPES.iter() {
        if let Cow::Owned(replaced) = shape.0.replace_all(&masked, instead(shape)) {
            masked = replaced;
        }
    }
    masked
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_anybodys_own_is_replaced_and_what_rules_go_by_stays() {
        for (text, expected) in [
            ("鈴木様 090-1234-5678 suzuki@a-town.example", "○○様 00-0000-0000 name@mail.example"),
            ("login failed: password=Geh31m! user=yamada", "login failed: password=*** user=***"),
            ("https://admin:pw@zabbix.a-town.example/x", "https://***@zabbix.a-town.example/x"),
            ("Authorization: Bearer abcdef0123456789", "Authorization: ***"),
            ("SNMP community: s3cret を拒否", "SNMP community: *** を拒否"),
            ("電話 0123-45-6789 内線1234", "電話 00-0000-0000 内線0000"),
            ("token 0123456789abcdef0123456789abcdef01 期限切れ", "token *** 期限切れ"),
        ] {
            assert_eq!(for_case(text), expected);
        }
        for (text, expected) in [
            ("鈴木様 090-1234-5678 suzuki@a-town.example", "***様 *** ***@***"),
            ("照会 個人番号=1234 5678 9012 失敗", "照会 個人番号=*** 失敗"),
            ("key 1234-5678-9012", "key ***"),
        ] {
            assert_eq!(for_mail(text), expected);
        }
        for text in [
            "【死活】本庁舎コアスイッチ Ping応答なし",
            "【DB】基幹系DBサーバ PostgreSQL 接続不可（TCP 5432）",
            "【URL】住民記録システム ログイン画面 応答異常（HTTP 0）",
            "DB応答遅延 4200ms（閾値1000ms） 2026-10-05 10:00:00",
            "floor-sw-2f-01 192.0.2.10 GigabitEthernet0/1 down",
        ] {
            assert_eq!(for_case(text), text);
            assert_eq!(for_mail(text), text);
        }
    }
}
