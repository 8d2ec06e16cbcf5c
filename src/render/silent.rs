//! 内部連絡 about a vendor that has not said 受領: what was tried, what is to be tried, what comes next by itself.
//!
//! Source of the wording: `DOMAIN.md` §12, §14. Not here: the calls themselves (`desk.rs`).

use super::notice::Told;
use super::time::Clock;
use super::{call, commands, text};
use crate::desk::ids::Number;
use crate::desk::letter::{CallResult, Closure};
use jiff::Timestamp;

/// How a call in vain is recorded.
const IN_VAIN: &str = "つながらなかった場合は、その都度記録してください（留守電は voice_mail、話中は busy）。";

/// It was asked and does not say that it has it.
pub(super) fn not_acknowledged(
    number: Option<&Number>,
    party: &str,
    asked_at: Timestamp,
    (reminded, phone): (bool, Option<bool>),
    clock: &Clock,
) -> Told {
    let sent = if reminded { "受領確認のお願い（メール）は送付済みです。" } else { "" };
    let dial = match phone {
        Some(true) => "電話番号は電話連絡票をご覧ください。",
        Some(false) => "この時間帯に受け付けている電話番号の登録がありません。契約書等でご確認ください。",
        None => "",
    };
    Told {
        title: format!("受領連絡なし（{}）", text::name(party)),
        happened: format!(
            "{}に{}へ依頼した件について、受領の連絡が記録されていません。{sent}お電話での確認をお願いします。{dial}",
            clock.short(asked_at),
            text::name(party)
        ),
        details: Vec::new(),
        steps: vec![
            (
                "受領を得たら、次のコマンドで記録してください。",
                number.map(|number| commands::acknowledge(number, party)).into_iter().collect(),
            ),
            (IN_VAIN, number.map(|number| commands::called(number, party)).into_iter().collect()),
        ],
    }
}

/// It is closed for long, and nobody of it has said 受領.
pub(super) fn closed_for_long(number: Option<&Number>, closure: &Closure, clock: &Clock) -> Told {
    let (party, opens) = (text::name(&closure.party), clock.short(closure.opens));
    let calls = match closure.tried.as_slice() {
        [] => "受付時間外です。電話連絡の結果は、まだ記録されておりません。",
        tried if tried.iter().any(|one| one.result == CallResult::Answered) => {
            "受付時間外です。電話はつながりましたが、受領の記録がありません。"
        }
        _ => "受付時間外です。電話も次のとおりつながっておりません。",
    };
    let by = closure.consults_at.map(|at| format!("{}までに", clock.short(at))).unwrap_or_default();
    let commands = |command: &dyn Fn(&Number) -> String| number.map(command).into_iter().collect::<Vec<_>>();
    Told {
        title: format!("業者受付時間外・受領なし（{party}、{opens}まで）"),
        happened: format!(
            "{party}は{opens}まで{calls}運用責任者にて、以後の対応をお願いします。\
             {by}業者の受領が記録されない場合は、主管課へ相談のメールを自動で送ります。"
        ),
        details: match call::so_far(&closure.tried, clock) {
            tried if tried.is_empty() => vec!["電話連絡の記録なし".to_owned()],
            tried => tried,
        },
        steps: vec![
            ("対応を引き継いだら、着手を記録してください。", commands(&commands::start)),
            (
                "業者と連絡が取れたら、受領を記録してください。",
                commands(&|number| commands::acknowledge(number, &closure.party)),
            ),
            (IN_VAIN, commands(&|number| commands::called(number, &closure.party))),
            ("主管課の判断を伺ったら、記録してください。", commands(&commands::note)),
        ],
    }
}
