//! 第一報, 続報 and 復旧報: what 主管課 is told while a fault lasts, and the word of thanks to whoever was asked.
//!
//! Source of the wording: `DOMAIN.md` §14. Not here: 相談 and 連絡 (`office.rs`).

use super::frame::{Reader, closing, greeting, number_of, subject};
use super::layout::{Name, Page};
use super::symptom::{Symptom, is_reported};
use super::time::Clock;
use super::{call, evidence, facts, impact, shown, text, told, words};
use crate::desk::letter::{By, Facts, Happening, Letter, What, WorkStage};
use crate::desk::rules::{DataImpact, VerdictCode};
use jiff::Timestamp;

/// Of a note that is told once more.
const NOTE: usize = 80;

/// 第一報.
pub(super) fn first(letter: &Letter, incident: &Facts, next: Option<Timestamp>) -> (String, Page) {
    let clock = Clock::of(letter);
    let mut page = Page::new(letter.language);
    greeting(&mut page, letter, Reader::Office);
    let seen =
        if is_reported(incident) { "の申告を受けました" } else { "の障害を検知いたしました" };
    page.text(format!("下記{seen}ので、第一報としてご報告いたします。"));
    facts::number(&mut page, incident);
    occurred(&mut page, incident, &clock);
    shown::field(&mut page, incident, &clock);
    impact::office(&mut page, incident, &clock);
    page.section(Name::State).field("切り分け", facts::isolation(incident, &clock));
    page.lines("現在の状況", facts::state(incident, &clock), "確認中");
    page.field("復旧見込み", facts::outlook(incident));
    if let Some(before) = incident.similar.iter().find(|similar| similar.recurrence) {
        let number = number_of(&before.number);
        page.field(
            "再発",
            format!(
                "{}の事象（{number}）と同様の事象と判定しております（{}）。",
                clock.day(before.occurred),
                words::by(letter.words_by())
            ),
        );
    }
    page.section(Name::Ask).field("次回報告", facts::next_report(next, &clock));
    apology(&mut page, "ご迷惑をおかけしておりますことをお詫び申し上げます。");
    closing(&mut page, letter, Reader::Office, true);
    (office_subject(&words::nth_report(1), incident), page)
}

/// 続報: the change since the last report, from what is on record.
pub(super) fn interim(
    letter: &Letter,
    incident: &Facts,
    nth: u32,
    news: &[Happening],
    last: Option<&Happening>,
    next: Option<Timestamp>,
) -> (String, Page) {
    let clock = Clock::of(letter);
    let mut page = Page::new(letter.language);
    greeting(&mut page, letter, Reader::Office);
    page.text(format!(
        "{}件につきまして、{}現在の状況をご報告いたします。",
        told_before(incident, nth, news),
        clock.now()
    ));
    facts::number(&mut page, incident);
    occurred(&mut page, incident, &clock);
    shown::field(&mut page, incident, &clock);
    if news.iter().any(|known| matches!(known.what, What::Severity { .. })) {
        impact::office(&mut page, incident, &clock);
    } else {
        impact::again(&mut page, incident, &clock);
    }
    let told = happenings(news, letter.words_by(), &clock);
    let told = if told.is_empty() { vec![nothing_new(incident, last, &clock)] } else { told };
    page.section(Name::State).items("前報からの変化", told, "確認中");
    page.field("切り分け", facts::isolation(incident, &clock));
    page.lines("現在の状況", facts::state(incident, &clock), "確認中");
    page.field("復旧見込み", facts::outlook(incident));
    page.section(Name::Ask).field("次回報告", facts::next_report(next, &clock));
    apology(&mut page, "ご迷惑をおかけしておりますことをお詫び申し上げます。");
    closing(&mut page, letter, Reader::Office, false);
    (office_subject(&words::nth_report(nth), incident), page)
}

/// What this report goes on from: the one before, by its name.
fn told_before(incident: &Facts, nth: u32, news: &[Happening]) -> String {
    let code = incident.verdict.as_ref().map(|verdict| verdict.code);
    match (nth, code) {
        // 復旧報 may stand between.
        _ if news.iter().any(|known| matches!(known.what, What::Relapsed | What::Reopened { .. })) => {
            "先にご報告いたしました".to_owned()
        }
        (..=2, Some(VerdictCode::ScopeOut)) => "先にご相談いたしました".to_owned(),
        (..=2, Some(VerdictCode::External)) => "先にご連絡いたしました".to_owned(),
        _ => format!("{}でご報告いたしました", words::nth_report(nth.saturating_sub(1).max(1))),
    }
}

pub(super) fn office_subject(tag: &str, incident: &Facts) -> String {
    subject(&["障害", tag], &facts::office_title(incident), Some(incident.severity), Some(&incident.number))
}

fn occurred(page: &mut Page, incident: &Facts, clock: &Clock) {
    facts::occurred(page, incident, |at| clock.era(at));
    page.field("受付契機", words::detected_by(incident.detected_by));
}

/// Once in a mail, and only to offices.
pub(super) fn apology(page: &mut Page, words: &str) {
    page.section(Name::Courtesy).text(words);
}

/// 「前報以降、新たにご報告できる事項はございません（最終記録：2時50分　受領）。」
fn nothing_new(incident: &Facts, last: Option<&Happening>, clock: &Clock) -> String {
    // What monitoring shows is not on record as news before it has lasted a while.
    if let Some(eased) = incident.eased.as_ref().filter(|eased| last.is_none_or(|last| last.at < eased.since)) {
        return match eased.blind.map(|blind| clock.short(blind)) {
            None => {
                let since = clock.short(eased.since);
                format!("{since}に、監視上の回復を確認しております。状況が安定しているかを確認中です。")
            }
            Some(blind) => format!("{blind}から監視が停止しており、同時刻以降の状態を確認できておりません。"),
        };
    }
    let last = last.map(|last| format!("（最終記録：{}　{}）", clock.short(last.at), recorded(&last.what)));
    format!("前報以降、新たにご報告できる事項はございません{}。", last.unwrap_or_default())
}

/// What is on record: of a note its words, which the report before told as well, so that what was promised is still seen.
fn recorded(what: &What) -> String {
    let words = match what {
        What::Note { text: note } => text::cut(text::note(note).trim_end_matches('。'), NOTE),
        _ => String::new(),
    };
    text::or(words, record(what))
}

/// A happening in a word or two.
fn record(what: &What) -> &'static str {
    match what {
        What::Asked { ask, .. } => words::ask(*ask),
        What::Acknowledged { .. } => "受領",
        What::Started { .. } => "業者着手",
        What::DeskStarted => "窓口着手",
        What::Chased { .. } => "受領連絡の再依頼",
        What::HandedBack { .. } => "対応範囲外との回答",
        What::Called { .. } => "電話連絡",
        What::Withdrawn { .. } => "依頼の取下げ",
        What::LookAsked { .. } => "現地確認の依頼",
        What::Looked { .. } => "現地確認の結果",
        What::Reported { .. } => "追加の申告",
        What::Flapping { .. } => "断続の確認",
        What::WorkedAround { .. } => "暫定復旧",
        What::CauseFound { .. } => "原因の記録",
        What::EchoOf { .. } | What::Echo { .. } => "波及の判明",
        What::Merged { .. } => "別件の統合",
        What::SplitOff { .. } => "受付番号の分割",
        What::Note { .. } => "窓口の記録",
        What::Resumed { .. } => "保留の解除",
        What::Spread { .. } => "警報の追加",
        What::Verdict { .. } => "切り分け結果の更新",
        What::BackToNormal { .. } => "監視上の正常復帰",
        What::DeskVerifies { .. } => "動作確認の開始",
        What::Reopened { .. } => "対応の再開",
        What::Reaches { .. } => "影響範囲の拡大",
        What::NotCarried { .. } => "冗長性の喪失",
        What::Carried { .. } => "冗長構成による継続の確認",
        What::MissedAgain { .. } => "期限までの未確認",
        What::Eased { .. } => "一部回復の確認",
        What::NotSeen { .. } => "監視の中断",
        What::NotReached { .. } => "依頼の不達",
        What::RedApart { .. } | What::Relapsed => "異常の再確認",
        What::Data { .. } => "データ影響の確認",
        What::Severity { .. } => "重大度の変更",
        What::PlannedWork { stage: WorkStage::Began, .. } => "計画作業の開始",
        What::PlannedWork { stage: WorkStage::Moved, .. } => "計画作業の終了予定の変更",
        What::PlannedWork { stage: WorkStage::Ended, .. } => "計画作業の終了",
    }
}

/// What happened, in sentences; a party's 受領 directly followed by its 着手 is one sentence.
pub(super) fn happenings(news: &[Happening], by: By, clock: &Clock) -> Vec<String> {
    let mut out = Vec::new();
    let apart = news.iter().any(|known| matches!(known.what, What::RedApart { .. }));
    // It came back once, and was told late.
    let late = apart && news.iter().any(|known| matches!(known.what, What::Relapsed));
    let mut news = news.iter().filter(|known| !(late && matches!(known.what, What::Relapsed))).peekable();
    while let Some(Happening { at, what }) = news.next() {
        let joined = match (what, news.peek()) {
            (What::Acknowledged { party }, Some(Happening { at: began, what: What::Started { party: same } }))
                if party == same =>
            {
                facts::answer(&text::name(party), Some(*at), Some(*began), clock)
            }
            _ => None,
        };
        if joined.is_some() {
            news.next();
        }
        out.push(match (joined, what) {
            (Some(joined), _) => joined,
            (None, What::RedApart { by }) if late => format!(
                "{}に再び異常を検知し、継続しております（{}に検知したため、ご報告がこの時刻となりました）。",
                clock.short(*at),
                evidence::during(*by)
            ),
            (None, what) => happening(*at, what, by, clock),
        });
    }
    out
}

fn happening(at: Timestamp, what: &What, by: By, clock: &Clock) -> String {
    let (at, by) = (clock.short(at), words::by(by));
    match what {
        What::Asked { party, ask } => {
            format!("{at}に{}へ{}を依頼しました。", text::name(party), words::asked_for(*ask))
        }
        What::Acknowledged { party } => format!("{}が{at}に受領しました。", text::name(party)),
        What::Started { party } => format!("{}が{at}に調査に着手しました。", text::name(party)),
        What::DeskStarted => format!("窓口が{at}に調査に着手しました。"),
        What::Chased { party } => format!("{at}に{}へ受領の連絡を再度依頼しました。", text::name(party)),
        What::HandedBack { party } => {
            format!("{at}に{}から対応範囲外との回答があり、あらためて切り分けを行いました。", text::name(party))
        }
        What::Called { party, contact, result } => call::made(&at, party, contact, *result),
        What::Withdrawn { party } => format!("{at}に{}への依頼を取り下げました。", text::name(party)),
        What::LookAsked { party } => format!("{at}に、{}へ現地の確認を依頼しました。", text::name(party)),
        What::Looked { item, words } => {
            format!("{at}　現地確認の結果、{}：{}", text::name(item), text::note(words))
        }
        What::Reported { text: said } => format!("{at}に、「{}」との申告を受けました。", text::note(said)),
        What::Flapping { times } => format!("{at}に、異常が断続していることを確認しました（これまでに{times}回）。"),
        What::WorkedAround { text: done } => {
            let done = text::note(done);
            let done = done.trim_end_matches('。');
            format!("{at}に暫定対応を行いました（{done}）。")
        }
        What::CauseFound { class, direct } => {
            let direct = text::note(direct);
            let direct = direct.trim_end_matches('。');
            format!("{at}に、原因が{direct}（{}）と判明しました。", words::cause(*class))
        }
        What::EchoOf { number } => {
            let number = text::name(number);
            format!("{at}に、本件を{number}の障害の波及と判定しました（{by}）。同番号にて対応しております。")
        }
        What::Echo { number } => {
            format!("{at}に、{}を本件の波及と判定しました（{by}）。", text::name(number))
        }
        What::SplitOff { number, about, reason } => {
            let (about, reason) = (facts::listed(about, "件"), text::note(reason));
            let reason = text::or(reason.trim_end_matches('。').to_owned(), "理由は記入待ち");
            format!("{at}に、{about}に関する異常を別の受付番号（{}）に分けました（{reason}）。", text::name(number))
        }
        What::Merged { number, .. } => {
            format!("{at}に、{}を本件に統合しました。", text::name(number))
        }
        What::Resumed { decision } => {
            let decision = text::note(decision);
            // The machine goes on where somebody else is asked; that decides nothing.
            let decided = match decision.trim_end_matches('。') {
                "" => String::new(),
                decided => format!("（決定事項：{decided}）"),
            };
            format!("{at}に保留を解除し、対応を再開しました{decided}。")
        }
        What::Note { text: note } => format!("{at}　{}", text::or(text::note(note), "（記入待ち）")),
        What::Spread { alerts } => format!("{at}に、関連するとみられる警報を新たに{alerts}件検知しました。"),
        What::Verdict { code, parties } => {
            let parties = facts::listed(parties, "者");
            let parties = if parties.is_empty() { parties } else { format!("（{parties}）") };
            format!("{at}に切り分け結果を「{}」{parties}に更新しました。", words::verdict(*code))
        }
        What::BackToNormal { still_red } => {
            let red = if still_red.is_empty() { String::new() } else { facts::still_red(still_red) };
            format!("{at}に、監視上、正常な状態が続いていることを確認しました。現在、動作を確認中です。{red}")
        }
        What::DeskVerifies { still_red } => {
            let red = if still_red.is_empty() { String::new() } else { told::red_in_monitoring(still_red) };
            format!("{at}に、復旧した可能性があるとの窓口の判断により、動作の確認を開始しました。{red}")
        }
        What::Reopened { reason } => {
            format!(
                "{at}に、窓口にて対応を再開しました（{}）。復旧には至っておりません。",
                text::or(text::note(reason).trim_end_matches('。').to_owned(), "理由は記入待ち")
            )
        }
        What::NotSeen { host, why } => {
            format!("{at}以降、{}の状態を監視では確認できておりません（{}）。", text::name(host), words::unseeing(*why))
        }
        What::Reaches { systems } => {
            let systems = facts::listed(systems, "システム");
            format!("{at}に、{systems}のご利用にも影響が及ぶ可能性があることを確認しました。")
        }
        What::NotCarried { by } => {
            let by = facts::listed(by, "台");
            format!("{at}に、{by}でも再び異常を確認しました。片系での運転を継続できず、再び影響が生じております。")
        }
        What::Carried { by } => {
            let by = facts::listed(by, "台");
            format!(
                "{at}に、{by}が監視上正常であることを確認しました。影響は監視上解消し、片系でご利用いただける見込みです。"
            )
        }
        What::MissedAgain { hour } => format!("{}期限の分も、確認できませんでした。", clock.short(*hour)),
        What::Eased { since, sign, work } => {
            let since = clock.short(*since);
            let over = sign.as_ref().map(|sign| format!("「{}」", Symptom::titled(sign)));
            let over = over.unwrap_or_else(|| "これまでご報告した事象の一部".to_owned());
            let stays = match work {
                None => "残る異常への対応を継続しております。".to_owned(),
                Some(work) => format!(
                    "残る異常は計画作業「{}」の対象機器に関するものであるため、作業の終了（{}予定）後に状態を確認し、\
                     必要に応じて保守業者へ対応を依頼いたします。",
                    text::summary(&work.name),
                    clock.short(work.until)
                ),
            };
            format!("{over}につきまして、{since}に監視上の回復を確認しました。{stays}")
        }
        What::NotReached { party } => {
            format!("{at}に、{}への依頼がメールでは届かないことを確認しました。", text::name(party))
        }
        What::RedApart { by } => {
            format!("{at}に、監視上、再び異常を検知しました（{}）。", evidence::during(*by))
        }
        What::Relapsed => format!("{at}に再び異常を確認しました。復旧には至っておりません。"),
        What::Data { impact } => {
            let found = match impact {
                DataImpact::Loss => "データの消失のおそれがあること",
                DataImpact::Inconsistency => "データの不整合のおそれがあること",
                DataImpact::Leak => "データの漏えいのおそれがあること",
                DataImpact::None => "データへの影響がないこと",
            };
            format!("{at}に、{found}を確認しました。")
        }
        What::Severity { from, to } => {
            format!("{at}に重大度を{}から{}に変更しました。", facts::severity(*from), facts::severity(*to))
        }
        What::PlannedWork { name, stage, until } => {
            let (name, until) = (text::name(name), clock.short(*until));
            match stage {
                WorkStage::Began => {
                    format!("{at}に計画作業「{name}」が始まりました（{until}まで）。本件の対応は継続しております。")
                }
                WorkStage::Moved => format!("{at}に計画作業「{name}」の終了予定が{until}に変更されました。"),
                WorkStage::Ended => format!("{at}に計画作業「{name}」の期間が終了しました。"),
            }
        }
    }
}
