//! Words of the desk for a terminal, in the reader's language: verdicts, kinds of messages, facts, how a rule went.

use super::text::{self, Tongue};
use crate::desk::incident::TriedResult;
use crate::desk::letter::{Ask, Because, Fact, KeptBy, NearestContract, Said};
use crate::desk::modification::ModificationState;
use crate::desk::owed::Why;
use crate::desk::phrase::lasting;
use crate::desk::rules::{Confidence, VerdictCode};
use crate::render::{self, probe, sentences, words};
use jiff::tz::TimeZone;

/// Which of the ten verdicts.
pub(super) fn verdict(tongue: Tongue, code: VerdictCode) -> &'static str {
    tongue.pick(words::verdict_en(code), words::verdict(code))
}

/// How sure.
pub(super) fn confidence(tongue: Tongue, confidence: Confidence) -> &'static str {
    tongue.pick(words::confidence_en(confidence), words::confidence(confidence))
}

/// Why a verdict says what it says.
pub(super) fn because(tongue: Tongue, because: &Because) -> String {
    render::because::words(tongue.language(), because)
}

/// The kind of a message.
pub(super) fn kind(tongue: Tongue, kind: &str) -> String {
    let japanese = match kind {
        "first_report" => "第一報",
        "interim" => "続報",
        "recovery" => "復旧報",
        "request" => "対応依頼",
        "inquiry" => "調査依頼",
        "chaser" => "督促",
        "withdrawal" => "取下げ",
        "addition" => "追加情報",
        "on_site" => "現地確認依頼",
        "cancelled" => "取消の連絡",
        "merged" => "統合の連絡",
        "consultation" => "相談",
        "external" => "外部サービスの連絡",
        "phone_note" => "電話連絡票",
        "internal" => "内部連絡",
        "security" => "セキュリティの連絡",
        "blind" => "監視停止の連絡",
        "sighted" => "監視再開の連絡",
        "digest" => "日次まとめ",
        "hand_over" => "引継ぎ",
        "adopted" => "開始時の発生済み一覧",
        "certificate_ends" => "証明書期限の連絡",
        other => other,
    };
    tongue.pick(&kind.replace('_', " "), japanese).to_owned()
}

/// What was asked.
pub(super) fn ask(tongue: Tongue, ask: Ask) -> &'static str {
    let english = match ask {
        Ask::Repair => "to repair",
        Ask::Inquiry => "to look",
    };
    tongue.pick(english, words::ask(ask))
}

/// Why a message is owed.
pub(super) fn why(tongue: Tongue, why: &Why) -> String {
    let japanese = match why {
        Why::FirstReport { severity } => {
            return tongue.pick(&sentences::why(why), &format!("重大度{severity}")).to_owned();
        }
        Why::NextContact(row) => {
            return tongue.pick(&sentences::why(why), &format!("{row} が宛先に届かないため、次の連絡先へ")).to_owned();
        }
        Why::CopyOf(row) => return tongue.pick(&sentences::why(why), &format!("{row} の写し")).to_owned(),
        Why::Interim => "新しい情報、または報告予定の時刻",
        Why::Recovery => "復旧",
        Why::Verdict => "切り分け結果による",
        Why::Act => "窓口の操作",
        Why::NotAcknowledged => "受領の連絡がない",
        Why::Call => "電話が必要",
        Why::DeskLeads => "次の対応は窓口",
        Why::OnSite => "現地の確認が必要",
        Why::CheckOperation => "動作確認が必要",
        Why::OutOfScope => "主管課の判断が必要",
        Why::ClosedForLong => "業者が受付時間外で受領がない",
        Why::Graver => "重大度が上がった",
        Why::ShowsMore => "依頼した機器で新たな警報を検知",
        Why::TooMuch => "送信量の上限によるまとめ",
        Why::ChannelFails => "送信経路の異常または復旧",
        Why::HandOver => "受付時間の終了",
        Why::Trial => "試行の開始または終了",
        Why::Heartbeat => "定期信号の時刻",
        Why::Approval => "送信前承認の依頼",
        Why::Storm => "警報の多発",
        Why::ExternalService => "外部サービスの障害",
        Why::Blind => "監視停止",
        Why::SeesAgain => "監視再開",
        Why::DigestHour => "日次まとめの時刻",
        Why::FirstLook => "初回の確認時に発生済み",
        Why::NotDelivered => "連絡が届いていない",
        Why::Evidence => "切り分けに必要",
        Why::WriteBack => "監視側への番号の記入",
        Why::CoverEnds => "終了間際に警報が継続",
        Why::CertificateEnds => "証明書の有効期限",
        Why::Certificates => "証明書の日次確認",
        Why::Addresses => "ping 先の日次確認",
        Why::Notice => "管理者への通知",
    };
    tongue.pick(&sentences::why(why), japanese).to_owned()
}

/// A fact on one line.
pub(super) fn fact(tongue: Tongue, fact: &Fact, zone: &TimeZone) -> String {
    let time = |at: &jiff::Timestamp| text::time(*at, zone);
    let words = match (tongue, fact) {
        (_, Fact::Alert { host, summary, at }) => format!("{}  {host}: {summary}", time(at)),
        (Tongue::En, Fact::Behind { failing, of }) => {
            format!("{failing} of {of} failing components are it or need it")
        }
        (Tongue::Ja, Fact::Behind { failing, of }) => {
            format!("異常のある構成要素{of}件中{failing}件が、これ自体またはその配下")
        }
        (Tongue::En, Fact::OfAllBehind { failing, all }) => {
            format!("{failing} of all {all} watched components behind it fail")
        }
        (Tongue::Ja, Fact::OfAllBehind { failing, all }) => {
            format!("これ自体とその配下の監視対象{all}件中{failing}件に異常")
        }
        (Tongue::En, Fact::NothingBeside { target }) => format!("nothing beside {target} fails"),
        (Tongue::Ja, Fact::NothingBeside { target }) => format!("{target}と依存関係のない箇所に異常なし"),
        (Tongue::En, Fact::Alone { target }) => format!("nothing that needs {target} fails"),
        (Tongue::Ja, Fact::Alone { target }) => format!("{target}の配下に異常なし"),
        (Tongue::En, Fact::Counted { summary, times, hosts, within }) => {
            let what = if *hosts { "hosts" } else { "times" };
            format!("{summary} and the like: {times} {what} within {} s", within.as_secs())
        }
        (Tongue::Ja, Fact::Counted { summary, times, hosts, within }) => {
            let unit = if *hosts { "台" } else { "件" };
            format!("「{summary}」等が{}以内に{times}{unit}", lasting(*within))
        }
        (Tongue::En, Fact::Told(Said { by, text, at })) => {
            format!("{}  {}: \"{text}\"", time(at), words::detected_by_en(*by))
        }
        (Tongue::Ja, Fact::Told(Said { by, text, at })) => {
            format!("{}  {}：「{text}」", time(at), words::detected_by(*by))
        }
        (Tongue::En, Fact::WasDown { target, from, until }) => {
            format!("{target}, which it needs, failed from {} until {}", time(from), time(until))
        }
        (Tongue::Ja, Fact::WasDown { target, from, until }) => {
            format!("依存先の{target}に{}から{}まで異常", time(from), time(until))
        }
        (Tongue::En, Fact::Lasting { since }) => format!("it has lasted since {}", time(since)),
        (Tongue::Ja, Fact::Lasting { since }) => format!("{}から継続", time(since)),
        (Tongue::En, Fact::NotLooked { item }) => format!("nobody has said yet what was seen on site: {item}"),
        (Tongue::Ja, Fact::NotLooked { item }) => format!("現地の{item}（確認待ち）"),
        (_, Fact::OnSite { item, words, at }) => format!("{}  {item}: {words}", time(at)),
        (tongue, Fact::Changed { summary, at, state, .. }) => {
            let state = match state {
                ModificationState::Planned => {
                    tongue.pick("to be changed (not on record as made)", "変更予定（実施の記録なし）")
                }
                ModificationState::Done => tongue.pick("changed", "変更"),
                ModificationState::RolledBack { .. } => tongue.pick("changed and rolled back", "変更（切り戻し済み）"),
            };
            format!("{}  {state}{}{summary}", time(at), tongue.pick(": ", "："))
        }
        (Tongue::En, Fact::Recurred { number, at }) => format!("{}  the same before: {number}", time(at)),
        (Tongue::Ja, Fact::Recurred { number, at }) => format!("{}  同様の事象：{number}", time(at)),
        (Tongue::En, Fact::Ping { target, answered: true, at }) => format!("{}  {target} answered ping", time(at)),
        (Tongue::Ja, Fact::Ping { target, answered: true, at }) => format!("{}  {target} Ping応答あり", time(at)),
        (Tongue::En, Fact::Ping { target, answered: false, at }) => {
            format!("{}  {target} did not answer ping", time(at))
        }
        (Tongue::Ja, Fact::Ping { target, answered: false, at }) => format!("{}  {target} Ping応答なし", time(at)),
        (Tongue::En, Fact::PingNotKnown { target }) => format!("whether {target} answers ping"),
        (Tongue::Ja, Fact::PingNotKnown { target }) => format!("{target} のPing応答"),
        (Tongue::En, Fact::HandedBack { party, at }) => {
            format!("{}  {party} answered that it is not its part", time(at))
        }
        (Tongue::Ja, Fact::HandedBack { party, at }) => format!("{}  {party}から範囲外との回答", time(at)),
        (Tongue::En, Fact::Probe { kind, target, seen, at }) => {
            format!("{}  {}", time(at), probe::english(kind, target, seen, zone))
        }
        (Tongue::Ja, Fact::Probe { kind, target, seen, at }) => {
            format!("{}  {}", time(at), probe::seen(kind, target, seen, zone))
        }
        (Tongue::En, Fact::Noticed { at }) => {
            let days: Vec<String> = at.iter().map(time).collect();
            format!("notices of the certificate's end left {}", days.join(", "))
        }
        (Tongue::Ja, Fact::Noticed { at }) => {
            let days: Vec<String> = at.iter().map(time).collect();
            format!("予防通知を送付済み（{}）", days.join("、"))
        }
        (Tongue::En, Fact::ProbeNotKnown { kind, target }) => {
            format!("what a {} to {target} brings", probe::called_en(kind))
        }
        (Tongue::Ja, Fact::ProbeNotKnown { kind, target }) => format!("{target} への {}の結果", probe::called_ja(kind)),
        (Tongue::En, Fact::Quiet { target }) => format!("nothing is red at {target}"),
        (Tongue::Ja, Fact::Quiet { target }) => format!("{target}に警報なし"),
        (Tongue::En, Fact::Kept(kept)) => {
            let what = match kept.by {
                KeptBy::Work => "planned work",
                KeptBy::Silence => "a silence",
                KeptBy::Source => "maintenance in the monitoring system",
                KeptBy::Desk => "the desk's word that it comes from planned work",
            };
            let verb = if kept.over { "was hidden" } else { "is kept apart" };
            format!("{}  {}  {} ({verb} by {what})", time(&kept.at), kept.host, kept.summary)
        }
        (Tongue::Ja, Fact::Kept(kept)) => {
            let what = match kept.by {
                KeptBy::Work => "計画作業",
                KeptBy::Silence => "通知抑止",
                KeptBy::Source => "監視装置の保守設定",
                KeptBy::Desk => "計画作業に伴うものとの窓口の判断",
            };
            let verb = if kept.over { "の期間中に検知" } else { "により通知の対象外" };
            format!("{}  {}  {}（{what}{verb}）", time(&kept.at), kept.host, kept.summary)
        }
        (Tongue::En, Fact::Planned { name, from, until, silence, .. }) => {
            let what = if *silence { "silence" } else { "planned work" };
            format!("still there after the {what} {name} ({} to {})", time(from), time(until))
        }
        (Tongue::Ja, Fact::Planned { name, from, until, silence, .. }) => {
            let what = if *silence { "通知抑止" } else { "計画作業" };
            format!("{what}「{name}」（{} 〜 {}）の終了後も継続", time(from), time(until))
        }
        (Tongue::En, Fact::WorkBefore { name, from, until }) => {
            format!("planned work {name} went on there ({} to {})", time(from), time(until))
        }
        (Tongue::Ja, Fact::WorkBefore { name, from, until }) => {
            format!("計画作業「{name}」（{} 〜 {}）", time(from), time(until))
        }
        (Tongue::En, Fact::NoContract { party, nearest: NearestContract { number, ended, day } }) => {
            let when = if *ended { "ended on" } else { "begins on" };
            format!("which contract of {party} covers it: none did on that day ({number} {when} {day})")
        }
        (Tongue::Ja, Fact::NoContract { party, nearest: NearestContract { number, ended, day } }) => {
            let when = if *ended { "で満了" } else { "から有効" };
            format!("{party}の有効な保守契約：発生日に該当なし（{number}は{day}{when}）")
        }
        (_, Fact::Words(words)) => words.clone(),
    };
    text::clean(&words)
}

/// How a rule went.
pub(super) fn went(tongue: Tongue, result: &TriedResult) -> String {
    let words = match (tongue, result) {
        (Tongue::En, TriedResult::Held) => "holds".to_owned(),
        (Tongue::Ja, TriedResult::Held) => "成立".to_owned(),
        (Tongue::En, TriedResult::Failed { condition, saw }) => {
            format!("no: it asks for {}; {}", condition.en, saw.en)
        }
        (Tongue::Ja, TriedResult::Failed { condition, saw }) => {
            format!("不成立（条件：{}／実際：{}）", condition.ja, saw.ja)
        }
        (Tongue::En, TriedResult::NotKnown { condition, missing }) => {
            format!("not known: it asks for {}; {}", condition.en, missing.en)
        }
        (Tongue::Ja, TriedResult::NotKnown { condition, missing }) => {
            format!("判定不能（条件：{}／不明：{}）", condition.ja, missing.ja)
        }
    };
    text::clean(&words)
}
