//! Storms (警報の多発) in Japanese: which systems, since when, how many; what is open on them.

use super::layout::{Name, Page};
use super::notice::Told;
use super::time::{Clock, lasting};
use super::{commands, digest, text};
use crate::desk::letter::{StormLine, StormStage, Storms};

pub(super) fn told(storms: &Storms) -> Told {
    let going_on = storms.storms.iter().filter(|storm| storm.until.is_none()).count();
    let first = storms.storms.first().map(|storm| system(storm.system.as_deref())).unwrap_or_default();
    let others = match storms.storms.len() {
        0 | 1 => first,
        _ => format!("{first}ほか"),
    };
    let (title, happened) = match storms.stage {
        StormStage::Began => (
            format!("警報の多発（{others}）"),
            format!(
                "次のシステムで、{}以内に{}件以上の警報が発生しております。警報はすべて記録しております。\
                 業者への依頼と主管課への報告は、通常どおり送ります。重大度3・4の件の内部連絡は、\
                 多発中は1件ごとに送らず、{}ごとのこの連絡にまとめます（重大度1・2はこれまでどおり1件ごと）。",
                lasting(storms.span),
                storms.most,
                lasting(storms.again)
            ),
        ),
        StormStage::GoesOn => (
            match storms.blind {
                true => format!("警報の多発（{others}、収束は未確認）"),
                false => format!("警報の多発が継続中（{others}）"),
            },
            match storms.blind {
                true => "監視の一部が停止しているため、警報の多発が収束したかどうかは確認できておりません。\
                         監視が再開しましたら、あらためてご連絡いたします。"
                    .to_owned(),
                false => {
                    format!("警報の多発が続いております（継続中 {going_on}システム）。警報はすべて記録しております。")
                }
            },
        ),
        StormStage::Over => (
            format!("警報の多発が収束（{others}）"),
            "警報の多発は収まりました。警報はすべて記録しております。多発の間にまとめた件の確認をお願いします。"
                .to_owned(),
        ),
    };
    let step = match storms.stage {
        StormStage::Began | StormStage::GoesOn => "未完了の一覧で、重大度の高いものから確認してください。",
        StormStage::Over => "未完了の件を確認し、判断や動作確認の結果を記録してください。",
    };
    Told { title, happened, details: Vec::new(), steps: vec![(step, vec![commands::LIST.to_owned()])] }
}

/// How the storms stand, and what is open on those systems.
pub(super) fn lists(page: &mut Page, storms: &Storms, clock: &Clock) {
    let all = storms.storms.iter().map(|storm| line(storm, storms.blind, clock)).collect();
    page.section(Name::Annex).items("■多発の状況", all, "該当なし");
    let shown = storms.incidents.len();
    let more = storms.total.saturating_sub(shown);
    let label = match more {
        0 => format!("■未完了（{}件、重大度の高い順）", storms.total),
        _ => format!("■未完了（{}件、重大度の高い順に{shown}件）", storms.total),
    };
    page.section(Name::Annex).items(&label, digest::rows(&storms.incidents, clock), "該当なし");
}

fn system(name: Option<&str>) -> String {
    text::or(name.map(text::name).unwrap_or_default(), "システム未登録の機器")
}

fn line(storm: &StormLine, blind: bool, clock: &Clock) -> String {
    let system = system(storm.system.as_deref());
    let since = clock.short(storm.since);
    match storm.until {
        // What nobody sees may be over.
        None if blind => format!("{system}　{since}から（収束は未確認）　確認できた警報{}件", storm.alerts),
        None => format!("{system}　{since}から継続中　警報{}件", storm.alerts),
        Some(until) => format!("{system}　{since}〜{}　警報{}件", clock.short(until), storm.alerts),
    }
}
