//! Planned work and silences in words, for the desk: what ends soon, and which command helps.
//!
//! Source of the wording: `DOMAIN.md` §14. Not here: what vendors and offices read of planned work (`request.rs`,
//! `report.rs`).

use super::notice::Told;
use super::time::Clock;
use super::{commands, text};
use crate::desk::letter::{CoverDoubt, CoverFacts, CoverState, Doubt};

/// What it is called: `計画作業「サーバファームスイッチ更新」`.
fn named(cover: &CoverFacts) -> String {
    let what = if cover.silence { "通知抑止" } else { "計画作業" };
    format!("{what}「{}」", text::or(text::name(&cover.name), "名称なし"))
}

/// What is related to an open incident gets no number of its own.
const JOINS: &str = "（関連する障害に対応中の場合は、その受付番号で対応します）";

/// Its end is near and something still burns.
pub(super) fn ends_soon(cover: &CoverFacts, red: &[String], total: usize, clock: &Clock) -> Told {
    let end = clock.short(cover.until);
    let phone = cover.phone.as_deref().map(text::name).filter(|phone| !phone.is_empty());
    let phone = phone.map_or_else(String::new, |phone| format!("（電話 {phone}）"));
    let owner = text::or(text::name(&cover.owner), "担当");
    let mut details = vec![
        format!("番号：{}", text::name(&cover.id)),
        format!("期間：{} 〜 {}", clock.western(cover.from), clock.western(cover.until)),
        format!("担当：{owner}{phone}"),
    ];
    details.extend(red.iter().map(|line| format!("継続中：{}", text::summary(line))));
    if total > red.len() {
        details.push(format!("ほか{}件", total - red.len()));
    }
    let happened = if cover.silence {
        format!(
            "{}は{end}に終了しますが、対象の警報が{total}件、継続しております。終了の時点で継続しているものは、\
             障害として扱います{JOINS}。",
            named(cover)
        )
    } else {
        format!(
            "{}は{end}に終了の予定ですが、対象の警報が{total}件、継続しております。終了の時点で継続しているものについては、\
             {end}に発生した障害として、{owner}へ対応を依頼します{JOINS}。作業の状況を、{owner}にご確認ください。",
            named(cover)
        )
    };
    let extend = vec![commands::extend(&cover.id, cover.silence)];
    let steps = if cover.silence {
        vec![
            (
                "継続中の警報が障害によるものであれば、終了を待たずに抑止を終了してください（直ちに障害として扱います）。",
                vec![commands::end(&cover.id, true)],
            ),
            ("障害ではなく、抑止の理由が続いている場合は、終了の時刻を延ばしてください。", extend),
        ]
    } else {
        vec![("作業を延長する場合は、新しい終了の時刻を記録してください。", extend)]
    };
    let otherwise = match cover.silence {
        true => {
            "いずれの操作も行わない場合は、終了の時刻に自動で終了します（継続している警報は、障害として扱います）。"
        }
        false => "延長しない場合、操作は不要です（終了時に警報が継続していれば、自動的に障害として扱います）。",
    };
    Told {
        title: format!("{} 終了前に警報が継続（{total}件）", named(cover)),
        happened,
        details,
        steps: steps.into_iter().chain([(otherwise, Vec::new())]).collect(),
    }
}

/// What seems forgotten or useless.
pub(super) fn doubtful(covers: &[CoverDoubt], clock: &Clock) -> Told {
    let why = |why: Doubt| match why {
        Doubt::Useless => "開始から現在まで、該当する警報がありません。条件の誤りがないかご確認ください。".to_owned(),
        Doubt::Old { days } => format!("開始から{days}日が経過しております。引き続き必要かご確認ください。"),
        Doubt::UselessAgain { times } => {
            format!("直近{times}回とも、該当する警報がありません。対象と日時の記載をご確認ください。")
        }
    };
    let line = |doubt: &CoverDoubt| {
        let cover = &doubt.cover;
        let id = text::name(&cover.id);
        let (id, when) = if id.is_empty() {
            (String::new(), format!("次回 {}", clock.column(cover.from)))
        } else {
            (format!("{id}　"), format!("{} から", clock.column(cover.from)))
        };
        let owner = text::or(text::name(&cover.owner), "不明");
        format!("{id}{}（担当：{owner}、{when}）　{}", named(cover), why(doubt.why))
    };
    let numbered = covers.iter().filter(|doubt| !doubt.cover.id.is_empty());
    let ends: Vec<String> = numbered.map(|doubt| commands::end(&doubt.cover.id, doubt.cover.silence)).collect();
    let mut steps = Vec::new();
    if !ends.is_empty() {
        steps.push(("不要なものは終了してください。", ends.clone()));
    }
    if ends.len() < covers.len() {
        steps.push(("設定ファイルの計画作業（maintenance.toml）は、管理者が記載を確認してください。", Vec::new()));
    }
    Told {
        title: format!("計画作業・通知抑止の見直しのお願い（{}件）", covers.len()),
        happened: "次の計画作業・通知抑止は、不要となっているか、条件が誤っている可能性があります。".to_owned(),
        details: covers.iter().map(line).collect(),
        steps,
    }
}

/// One line of 日次まとめ.
pub(super) fn state(state: &CoverState, clock: &Clock) -> String {
    let cover = &state.cover;
    let end = if state.ended { "終了" } else { "まで" };
    let kept = match (state.hid, cover.silence) {
        (0, true) => "該当する警報なし（条件をご確認ください）".to_owned(),
        (0, false) => "警報なし".to_owned(),
        (hid, _) => format!("警報{hid}件（継続中{}件）", state.red),
    };
    let owner = text::or(text::name(&cover.owner), "不明");
    format!("{}　{}　{owner}　{} {end}　{kept}", text::name(&cover.id), named(cover), clock.column(cover.until))
}
