//! 内部連絡: what the desk should know at once, what to do next, and the command that records it.
//!
//! Source of the wording: `DOMAIN.md` §14. Not here: calls to make (`desk.rs`).

use super::frame::{Reader, closing, greeting, subject};
use super::layout::{Name, Page};
use super::quote::Kept;
use super::symptom::{Symptom, is_reported};
use super::time::{Clock, span};
use super::{
    approval, because, commands, covers, disk, doubt, dropped, evidence, facts, handling, impact, restored, shadow,
    shown, silent, storm, text, told, ways_out, words,
};
use crate::desk::ids::Number;
use crate::desk::letter::{Fact, Facts, Letter, Notice};
use crate::desk::rules::VerdictCode;

/// 内部連絡: what happened, what to do next, and the command that records it.
pub(super) fn internal(letter: &Letter, incident: Option<&Facts>, notice: &Notice, kept: &Kept) -> (String, Page) {
    let clock = Clock::of(letter);
    let told = tell(notice, incident, &clock);
    let held = match notice {
        Notice::Held { messages, .. } => Some(messages.as_slice()),
        _ => None,
    };
    let mut page = Page::new(letter.language);
    greeting(&mut page, letter, Reader::Desk);
    page.text(told.happened);
    if let Some(incident) = incident {
        facts::number(&mut page, incident);
        facts::occurred(&mut page, incident, |at| clock.western(at));
        page.field("受付契機", words::detected_by(incident.detected_by));
        shown::field(&mut page, incident, &clock);
        shown::echoes(&mut page, incident);
        let label = if is_reported(incident) { "申告内容" } else { "監視の表示" };
        page.field(label, text::or(text::summary(&incident.summary), "不明"));
        impact::brief(&mut page, incident, &clock);
        page.section(Name::State).lines("切り分け", verdict(incident), "切り分け中");
        let (evidence, not_known) = known(incident, &clock);
        page.items("確認済みの事実", evidence, told::only_known(incident));
        if !not_known.is_empty() {
            page.field("未確認", not_known.join("、"));
        }
        if let Some(verdict) = incident.verdict.as_ref().filter(|_| matches!(notice, Notice::YoursToDecide)) {
            doubt::open_ends(&mut page, verdict, incident, &clock);
        }
        page.lines("現在の状況", facts::state_at_desk(incident, &clock), "確認中");
        if matches!(notice, Notice::YoursToDecide) {
            evidence::before(&mut page, incident, |at| clock.western(at));
        }
    }
    if let Notice::Storm { storms } = notice {
        storm::lists(&mut page, storms, &clock);
    }
    if !told.details.is_empty() {
        page.section(Name::Annex).items("詳細", told.details, "該当なし");
    }
    page.section(Name::Annex).text("次に行うこと：");
    let next_report = incident
        .and_then(|facts| facts.next_report)
        .map(|at| format!("次回報告は{}頃の予定です（それまでの記録が、主管課への続報に載ります）。", clock.short(at)));
    // What is held leaves within minutes: that stands first.
    let (before, after) = if held.is_some() { (None, next_report) } else { (next_report, None) };
    before.into_iter().for_each(|item| _ = page.item(item));
    for (step, command) in told.steps {
        page.item(step);
        for line in command {
            page.command(line);
        }
    }
    after.into_iter().for_each(|item| _ = page.item(item));
    if let Some(messages) = held {
        approval::in_full(&mut page, messages, kept, &clock);
    }
    closing(&mut page, letter, Reader::Desk, false);
    let what = match incident {
        Some(incident) => format!("{} {}", told.title, Symptom::of(incident).title()),
        None => format!("{} {}", text::name(&letter.from.site), told.title),
    };
    let limit = held.and_then(approval::first_limit).map(|at| format!("{}まで", clock.short(at)));
    let tags: Vec<&str> = ["要対応"].into_iter().chain(limit.as_deref()).collect();
    (subject(&tags, what.trim(), incident.map(|facts| facts.severity), incident.map(|facts| &facts.number)), page)
}

fn verdict(incident: &Facts) -> Vec<String> {
    let Some(told) = &incident.verdict else { return Vec::new() };
    let parties = facts::listed(&told.parties, "者");
    let whose = match told.code {
        VerdictCode::Single | VerdictCode::Multi | VerdictCode::External if !parties.is_empty() => {
            format!("　{parties}")
        }
        _ => String::new(),
    };
    let because = doubt::unregistered(told).unwrap_or_else(|| text::summary(&because::japanese(&told.because)));
    vec![
        format!("{}{whose}", words::verdict(told.code)),
        format!("確度：{}（{}）", words::confidence(told.confidence), words::by(told.by)),
        format!("根拠：{}", text::or(because, "窓口に記録しております。")),
    ]
}

/// What was learnt, and what could not be.
fn known(incident: &Facts, clock: &Clock) -> (Vec<String>, Vec<String>) {
    let Some(verdict) = &incident.verdict else { return Default::default() };
    let list = |facts: &[Fact]| facts.iter().map(|one| evidence::fact(one, incident, clock)).collect();
    (list(&verdict.evidence), list(&verdict.not_known))
}

/// An internal notice in words.
pub(super) struct Told {
    pub(super) title: String,
    pub(super) happened: String,
    pub(super) details: Vec<String>,
    pub(super) steps: Vec<(&'static str, Vec<String>)>,
}

fn tell(notice: &Notice, incident: Option<&Facts>, clock: &Clock) -> Told {
    let number = incident.map(|facts| &facts.number);
    let with = |command: fn(&Number) -> String| number.map(command).into_iter().collect::<Vec<_>>();
    match notice {
        Notice::YoursToDecide => handling::yours(incident),
        Notice::PleaseCheck => handling::please_check(incident),
        Notice::NotAcknowledged { party, asked_at, reminded, phone } => {
            silent::not_acknowledged(number, party, *asked_at, (*reminded, *phone), clock)
        }
        Notice::ClosedForLong { closure } => silent::closed_for_long(number, closure, clock),
        Notice::NoContract { party, nearest } => handling::no_contract(number, party, nearest),
        Notice::EchoOf { of } => Told {
            title: format!("{}の波及とみられる障害", text::name(&of.0)),
            happened: format!(
                "本件は、{}の障害の波及と判定しました（自動判定）。担当先への依頼は{}で行っており、\
                 本件としての依頼は行いません。",
                text::name(&of.0),
                text::name(&of.0)
            ),
            details: Vec::new(),
            steps: vec![
                ("同じ障害と確認できたら、受付番号を統合してください。", number.map(|number| commands::merge(number, of)).into_iter().collect()),
                ("別の障害と確認できたら、担当先を確定してください（依頼が送られます）。", with(commands::decide)),
                ("判断の経緯は、次のコマンドで確認できます。", with(commands::explain)),
            ],
        },
        Notice::Eased => handling::eased(incident),
        Notice::GoesOn { over, since, work } => handling::goes_on(incident, over, *since, work.as_ref(), clock),
        Notice::NotSeen { host, summary, unseen } => handling::not_seen(incident, (host, summary), unseen, clock),
        Notice::NewSign { party, alerts } => handling::new_sign(incident, party, alerts, clock),
        Notice::RedApart { kept, cover } => handling::red_apart(incident, kept, cover.as_deref(), clock),
        Notice::Reopened => handling::reopened(incident),
        Notice::NotDelivered(message) => ways_out::not_delivered(message),
        Notice::Held { messages, more } => approval::told(messages, more, clock),
        Notice::TrialBegins { held, open } => shadow::begins(*held, *open),
        Notice::TrialEnds { incidents, total } => shadow::ends(incidents, *total, clock),
        Notice::Dropped { message } => dropped::told(message, number),
        Notice::ChannelFails { channel, why, at_fault } => ways_out::channel_fails(channel, why, *at_fault),
        Notice::ChannelWorks { channel } => Told {
            title: format!("送信経路「{}」が復旧しました", text::or(text::name(channel), "不明")),
            happened: "この経路での送信を再開しました。待っていた連絡は、順に送ります。".to_owned(),
            details: Vec::new(),
            steps: vec![("送達の状況を確認してください。", vec![commands::OUTBOX.to_owned()])],
        },
        Notice::RulesRefused { faults } => Told {
            title: "設定を読み込めませんでした".to_owned(),
            happened: "設定の変更に誤りがあるため、読み込みませんでした。これまでの設定で運転を続けております。".to_owned(),
            details: faults.iter().take(20).map(|fault| text::summary(fault)).collect(),
            steps: vec![("誤りを直してから、再読み込みしてください。", vec![commands::CHECK.to_owned()])],
        },
        Notice::Remark { source, text: remark } => Told {
            title: format!("監視元「{}」の動作確認のお願い", text::or(text::name(source), "不明")),
            happened: "監視元の動作について、確認が必要な点があります。".to_owned(),
            details: vec![format!("原文：{}", text::or(text::note(remark), "不明"))],
            steps: vec![("監視元の状態を確認してください。", vec![commands::STATUS.to_owned()])],
        },
        Notice::WasDown { from, until } => Told {
            title: "運用監視システムが停止していました".to_owned(),
            happened: format!(
                "運用監視システムが{}から{}まで（{}）停止していました。この間の事象は、監視元の記録から取り込みます。",
                clock.short(*from),
                clock.short(*until),
                span(*from, *until)
            ),
            details: Vec::new(),
            steps: vec![
                ("監視元と送達の状態を確認してください。", vec![commands::STATUS.to_owned()]),
                ("この間の障害の有無を確認してください。", vec![commands::LIST.to_owned()]),
            ],
        },
        Notice::Restored { made, rows, total } => restored::told(*made, rows, *total, clock),
        Notice::Unwritable { since, cause } => disk::unwritable(*since, *cause, clock),
        Notice::Written { from, until, steps } => disk::written(*from, *until, *steps, clock),
        Notice::ReserveUsed => disk::reserve_used(),
        Notice::LowRoom { of, percent, room } => disk::low(*of, *percent, *room),
        Notice::SetAside { what } => Told {
            title: "処理できない入力を別に保管しました".to_owned(),
            happened: "処理できない入力があったため、別に保管して運転を続けております。見落としがないか、内容の確認をお願いします。".to_owned(),
            details: vec![text::or(text::note(what), "不明")],
            steps: vec![("監視元の画面と未完了の一覧を見比べてください。", vec![commands::LIST.to_owned()])],
        },
        Notice::CoversDoubtful { covers } => covers::doubtful(covers, clock),
        Notice::CoverEnds { cover, red, total } => covers::ends_soon(cover, red, *total, clock),
        Notice::Storm { storms } => storm::told(storms),
        Notice::Damage { what } => Told {
            title: "記録の一部を読み取れませんでした".to_owned(),
            happened: "記録の一部を読み取れませんでした。読み取れたものから運転を続けております。".to_owned(),
            details: vec![text::or(text::note(what), "不明")],
            steps: vec![
                ("記録を検査し、システム管理者へ連絡してください。", vec![commands::VERIFY.to_owned()]),
                ("未完了の件に漏れがないか確認してください。", vec![commands::LIST.to_owned()]),
            ],
        },
    }
}

/// A kind of message as people call it; what is not one of ours (a subject's tag) stands as it is.
pub(super) fn kind_in_words(kind: &str) -> String {
    let known = match kind {
        "first_report" => "第一報",
        "interim" => "続報",
        "recovery" => "復旧報",
        "request" => "対応依頼",
        "inquiry" => "調査依頼",
        "chaser" => "受領確認のお願い",
        "withdrawal" => "依頼取下げ",
        "addition" => "追加情報",
        "on_site" => "現地確認依頼",
        "cancelled" => "取消のご連絡",
        "merged" => "受付番号統合のご連絡",
        "consultation" => "ご相談",
        "external" => "外部サービスのご連絡",
        "phone_note" => "電話連絡票",
        "internal" => "内部連絡",
        "security" => "セキュリティのご連絡",
        "blind" => "監視停止のご連絡",
        "sighted" => "監視再開のご連絡",
        "digest" => "日報",
        "hand_over" => "引継ぎ",
        "bundle" => "まとめ",
        "adopted" => "検知済み事象の一覧",
        "write_back" => "監視への受付番号の記入",
        "certificate_ends" => "予防通知",
        "heartbeat" => "定期信号（ハートビート）",
        other => return text::or(text::name(other), "メール"),
    };
    known.to_owned()
}
