//! Planned work and silences in words, for the desk: what ends soon, and which command helps.
//!
//! Source of the wording: `DOMAIN.md` §14. Not here: what vendors and offices read of planned work (`request.rs`,
//! `report.rs`).

use super::notice::Told;
use super::time::Clock;
use super::{commands, text};
use crate::desk::letter::CoverFacts;

/// What it is called: `計画作業「サーバファームスイッチ更新」`.
fn named(cover: &CoverFacts) -> String {
    let what = if cover.silence { "通知抑止" } else { "計画作業" };
    format!("{what}「{}」", text::or(text::name(&cover.name), "名称なし"))
}

/// Its end is near and something still burns.
pub(super) fn ends_soon(cover: &CoverFacts, red: &[String], total: usize, clock: &Clock) -> Told {
    let end = clock.short(cover.until);
    let phone = cover.phone.as_deref().map(text::name).filter(|phone| !phone.is_empty());
    let phone = phone.map_or_else(String::new, |phone| format!("（電話 {phone}）"));
    let mut details = vec![
        format!("番号：{}", text::name(&cover.id)),
        format!("期間：{} 〜 {}", clock.western(cover.from), clock.western(cover.until)),
        format!("担当：{}{phone}", text::or(text::name(&cover.owner), "不明")),
    ];
    details.extend(red.iter().map(|line| format!("継続中：{}", text::summary(line))));
    if total > red.len() {
        details.push(format!("ほか{}件", total - red.len()));
    }
    let happened = if cover.silence {
        format!(
            "{}は{end}に終了しますが、対象の警報が{total}件、継続しております。終了の時点で継続しているものは、障害として受け付けます。",
            named(cover)
        )
    } else {
        format!(
            "{}は{end}に終了の予定ですが、対象の警報が{total}件、継続しております。終了の時点で継続しているものは、\
             {end}に発生した障害として受け付け、担当へ対応を依頼します。",
            named(cover)
        )
    };
    let first = if cover.silence {
        (
            "抑止の理由が解消していない場合は、終了の時刻を延ばしてください。",
            vec![commands::extend(&cover.id, cover.silence)],
        )
    } else {
        (
            "担当に作業の状況を確認し、延長する場合は、新しい終了の時刻を記録してください。",
            vec![commands::extend(&cover.id, cover.silence)],
        )
    };
    Told {
        title: format!("{} 終了前に警報が継続（{total}件）", named(cover)),
        happened,
        details,
        steps: vec![first, ("予定どおり終了する場合は、何もする必要はありません。", Vec::new())],
    }
}
