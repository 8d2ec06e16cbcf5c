//! 送信試験: the words of a message that only shows that a channel works, and of what the sender of it is told.
//!
//! Not here: mails about faults. Nothing of this is owed, on record, or about an incident, and it says so.

use super::Words;
use super::layout::{Name, Page};
use super::text;
use super::time::Clock;
use crate::desk::outcome::Delivery;
use crate::desk::rules::{Language, Site};
use jiff::Timestamp;

/// What tells a test message from all others to a machine.
pub const KIND: &str = "test";

/// The message, in the language of the site. `channel` is the way it takes.
pub fn message(site: &Site, channel: &str, at: Timestamp) -> Words {
    let clock = Clock::at(&site.timezone, at);
    let (name, way) = (text::name(&site.name), text::name(channel));
    let mut page = Page::new(site.language);
    page.section(Name::Gist);
    let subject = match site.language {
        Language::Ja => {
            page.text("送信試験です。障害ではございません。ご対応・ご返信は不要です。");
            page.section(Name::Time).field("送信日時", clock.western(at));
            page.section(Name::Symptom).field("団体", name.clone()).field("送信経路", way.clone());
            page.section(Name::State).gap().text("受付番号はなく、障害の記録には残りません。");
            format!("【試験】{name} 送信試験（{way}）")
        }
        Language::En => {
            page.text("This is a test of sending. It is no fault; nothing needs to be done or answered.");
            page.section(Name::Time).field("Sent", clock.english(at));
            page.section(Name::Symptom).field("Site", name.clone()).field("Channel", way.clone());
            page.section(Name::State).gap().text("It has no number and stands in no record of incidents.");
            format!("[Test] {name}: test of sending ({way})")
        }
    };
    Words { subject: text::clean(&subject), body: page.set(), kind: KIND }
}

/// What became of it, before the server's own words.
pub fn result(language: Language, delivery: &Delivery) -> &'static str {
    match (language, delivery) {
        (Language::Ja, Delivery::Accepted { .. }) => "受け付けられました",
        (Language::Ja, Delivery::Later { .. }) => "いまは受け付けられません（後で再試行）",
        (Language::Ja, Delivery::Unreachable { .. }) => "相手に届きません",
        (Language::Ja, Delivery::Refused { .. }) => "拒否されました",
        (Language::Ja, Delivery::TooBig { .. }) => "大きすぎて拒否されました",
        (Language::Ja, Delivery::Unknown { .. }) => "送信しましたが、届いたかどうか不明です",
        (Language::En, Delivery::Accepted { .. }) => "accepted",
        (Language::En, Delivery::Later { .. }) => "not now",
        (Language::En, Delivery::Unreachable { .. }) => "nobody there",
        (Language::En, Delivery::Refused { .. }) => "refused",
        (Language::En, Delivery::TooBig { .. }) => "refused as too big",
        (Language::En, Delivery::Unknown { .. }) => "sent, and it is not known whether it arrived",
    }
}

/// That nothing of it is kept.
pub fn not_recorded(language: Language) -> &'static str {
    match language {
        Language::Ja => "送信試験は障害ではなく、記録・送信待ち・台帳には残りません。",
        Language::En => "A test message: no incident, not in the outbox, not in the books.",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::rules::MailIdentity;

    fn site(language: Language) -> Site {
        Site {
            name: "A町\u{1b}[31m".into(),
            desk: "k-sha".into(),
            office: "soumu-joho".into(),
            timezone: "Asia/Tokyo".into(),
            language,
            mail: MailIdentity { from: "desk@k.example".into(), name: "窓口".into() },
            entry_phone: None,
            shadow: None,
        }
    }

    #[test]
    fn it_says_in_the_language_of_the_site_that_it_is_a_test() {
        let at = Timestamp::constant(1_789_838_000, 0);
        let ja = message(&site(Language::Ja), "relay", at);
        assert_eq!((ja.subject.as_str(), ja.kind), ("【試験】A町〓[31m 送信試験（relay）", "test"));
        assert_eq!(
            ja.body,
            "送信試験です。障害ではございません。ご対応・ご返信は不要です。\n\n送信日時　：2026年9月20日（日）2時13分\n\
             団体　　　：A町〓[31m\n送信経路　：relay\n\n受付番号はなく、障害の記録には残りません。\n"
        );
        let en = message(&site(Language::En), "relay", at);
        assert_eq!(en.subject, "[Test] A町〓[31m: test of sending (relay)");
        assert!(en.body.contains("nothing needs to be done") && en.body.contains("relay"), "{}", en.body);
    }
}
