//! What named probes saw, in words: the kind's own name, where it went, and what the sign means.
//!
//! Certificates are told with the last second they are good for, in the zone of the site: certificates themselves say it
//! in UTC. Not here: what follows from it.

use super::text;
use crate::desk::phrase::weekday;
use crate::desk::probe::{Certificate, Seen, Sign};
use crate::probe::called;
use jiff::Timestamp;
use jiff::tz::TimeZone;

/// 「監視装置から web.example:443 への TLS接続で証明書の有効期限切れを確認（9時1分）　証明書：CN …」. `at` is the hour as told.
pub(super) fn japanese(kind: &str, target: &str, seen: &Seen, at: &str, zone: &TimeZone) -> String {
    let (what, target) = (called_ja(kind), text::name(target));
    let said = text::summary(&seen.said);
    let said = if said.is_empty() { String::new() } else { format!("、{said}") };
    let shown = seen.certificate.as_ref().map_or_else(String::new, |shown| format!("。{}", certificate(shown, zone)));
    format!("監視装置から {target} への {what}{}（{at}{said}{shown}）", saw(seen.sign))
}

/// 「web.example:443 への TLS接続で証明書の有効期限切れを確認　…」, for lists that tell the hour in a column of its own.
pub fn seen(kind: &str, target: &str, seen: &Seen, zone: &TimeZone) -> String {
    let shown = seen.certificate.as_ref().map_or_else(String::new, |shown| format!("　{}", certificate(shown, zone)));
    let said = text::summary(&seen.said);
    let said = if said.is_empty() { said } else { format!("（{said}）") };
    format!("{} への {}{}{said}{shown}", text::name(target), called_ja(kind), saw(seen.sign))
}

/// How a sentence about a sign goes on after the name of what was tried.
fn saw(sign: Sign) -> &'static str {
    match sign {
        Sign::Ok => "は正常",
        Sign::Failed => "に失敗",
        Sign::Refused => "は接続を拒否",
        Sign::Silent => "に応答なし",
        Sign::NoAnswer => "で接続後の応答なし",
        Sign::Broken => "が途中で切断",
        Sign::Expired => "で証明書の有効期限切れを確認",
        Sign::NotYetValid => "で証明書が有効期間前であることを確認",
        Sign::WrongName => "で証明書の名前の不一致を確認",
        Sign::Untrusted => "で証明書の発行元が指定と異なることを確認",
        Sign::NoSuchName => "で名前の登録なしとの回答",
        Sign::NoAddress => "でアドレスの登録なしとの回答",
        Sign::Unexpected => "で想定と異なる応答",
        Sign::TextMissing => "で応答に所定の文字列なし",
    }
}

/// 「証明書 CN：…、発行者：…、有効期限：2026年11月18日（水）8時59分59秒（日本時間）」.
fn certificate(shown: &Certificate, zone: &TimeZone) -> String {
    let (subject, issuer) = (text::name(&shown.subject), text::name(&shown.issuer));
    format!("証明書 CN：{subject}、発行者：{issuer}、有効期限：{}", last_second(shown.not_after, zone))
}

/// `2026年11月18日（水）8時59分59秒（日本時間）`: a second counts here, and so does the zone.
pub(super) fn last_second(at: Timestamp, zone: &TimeZone) -> String {
    let zoned = at.to_zoned(zone.clone());
    let day = weekday(zoned.weekday());
    let is_japan = zone.iana_name() == Some("Asia/Tokyo");
    let name = if is_japan { "日本時間".to_owned() } else { zoned.strftime("%Z").to_string() };
    let (date, time) = (zoned.date(), zoned.time());
    format!(
        "{}年{}月{}日（{day}）{}時{:02}分{:02}秒（{name}）",
        date.year(),
        date.month(),
        date.day(),
        time.hour(),
        time.minute(),
        time.second()
    )
}

/// 「監視装置から … への TLS接続（確認できず）」.
pub(super) fn not_known(kind: &str, target: &str) -> String {
    format!("監視装置から {} への {}（確認できず）", text::name(target), called_ja(kind).trim_end())
}

/// "TLS handshake with …: shows an expired certificate", for `explain` and mails in English.
pub fn english(kind: &str, target: &str, seen: &Seen, zone: &TimeZone) -> String {
    let said = text::summary(&seen.said);
    let said = if said.is_empty() { String::new() } else { format!(" ({said})") };
    let shown = seen.certificate.as_ref().map_or_else(String::new, |shown| {
        let until = shown.not_after.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M:%S %Z").to_string();
        format!("; certificate {} by {}, good until {until}", text::name(&shown.subject), text::name(&shown.issuer))
    });
    format!("{} to {} {}{said}{shown}", called_en(kind), text::name(target), seen.sign.words().en)
}

/// What a kind is called in English; its key, where there is no such kind any more.
pub fn called_en(kind: &str) -> String {
    called(kind).map_or_else(|| format!("{kind} probe"), |called| called.en.to_owned())
}

/// What a kind is called in Japanese; with a space behind what ends in Latin letters.
pub fn called_ja(kind: &str) -> String {
    let name = called(kind).map_or_else(|| format!("{kind} による確認"), |called| called.ja.to_owned());
    if name.ends_with(|c: char| c.is_ascii()) { name + " " } else { name }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_ends_in_the_zone_of_the_site() {
        let seen = Seen {
            sign: Sign::Expired,
            said: String::new(),
            certificate: Some(Certificate {
                subject: "apps.a-town.example".into(),
                names: Vec::new(),
                issuer: "LGWAN CA".into(),
                not_after: "2026-11-17T23:59:59Z".parse().expect("a moment"),
            }),
        };
        let zone = TimeZone::get("Asia/Tokyo").expect("a zone");
        let words = japanese("tls", "web-lb-01:443", &seen, "9時01分", &zone);
        assert_eq!(
            words,
            "監視装置から web-lb-01:443 への TLS接続で証明書の有効期限切れを確認（9時01分。証明書 CN：apps.a-town.example、\
             発行者：LGWAN CA、有効期限：2026年11月18日（水）8時59分59秒（日本時間））"
        );
        assert!(english("tls", "web-lb-01:443", &seen, &zone).ends_with("good until 2026-11-18 08:59:59 JST"));
        assert_eq!(
            japanese("gone", "x", &Seen::plain(Sign::Ok), "9時01分", &zone),
            "監視装置から x への gone による確認は正常（9時01分）"
        );
    }
}
