//! What the desk should know when somebody calls, below the number: one line for each kind of thing, also where there is none.

use super::super::text::{Tongue, clean};
use crate::desk::{AtOpen, Named};

/// The lines, each with what was found, or that nothing was.
pub(super) fn lines(tongue: Tongue, known: &AtOpen) -> Vec<String> {
    let none = tongue.pick("none", "該当なし");
    let list = |all: &[Named]| {
        let one = |one: &Named| match clean(&one.words) {
            words if words.is_empty() => clean(&one.name),
            words => format!("{}（{words}）", clean(&one.name)),
        };
        let all: Vec<String> = all.iter().map(one).collect();
        if all.is_empty() { none.to_owned() } else { all.join(tongue.pick(", ", "、")) }
    };
    let red: Vec<String> = known.red.iter().map(|host| clean(host)).collect();
    let shows = match (red.is_empty(), known.watched) {
        (false, _) => format!("{}{}", tongue.pick("red: ", "異常あり："), red.join(tongue.pick(", ", "、"))),
        (true, true) => tongue.pick("nothing red on it or on what it needs", "対象とその前提に異常なし").to_owned(),
        (true, false) => tongue.pick("it is not watched", "対象は監視していません").to_owned(),
    };
    let blind = if known.blind {
        tongue.pick(" (a source sees nothing at present)", "（監視停止中の監視元あり）")
    } else {
        ""
    };
    let mut lines = Vec::new();
    if let Some(last) = known.restored.first() {
        let (number, restored) = (clean(&last.name), list(&known.restored));
        lines.push(match tongue {
            Tongue::En => format!(
                "  restored there lately: {restored}; if it is the same fault: kiriwake incident reopen {number} \"...\""
            ),
            Tongue::Ja => format!(
                "  同じ対象で復旧済みの障害：{restored}。同じ障害が続いている場合：kiriwake incident reopen {number} \"...\""
            ),
        });
    }
    let found = [
        (("open on the same systems", "同じシステムで対応中の障害"), list(&known.open)),
        (("planned work under way", "実施中の計画作業"), list(&known.works)),
        (("changes of the last 72 hours", "直前の変更（過去72時間）"), list(&known.changes)),
        (("like faults", "類似事例"), list(&known.like)),
        (("monitoring", "監視の状態"), format!("{shows}{blind}")),
    ]
    .into_iter()
    .map(|((english, japanese), found)| {
        format!("  {}{}{found}", tongue.pick(english, japanese), tongue.pick(": ", "："))
    });
    lines.extend(found);
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_is_told_also_where_there_is_none() {
        let named = |name: &str, words: &str| Named { name: name.to_owned(), words: words.to_owned() };
        let known = AtOpen {
            open: vec![named("KW-20261007-0001", "ファイル1 Ping応答なし")],
            changes: vec![named("C-1", "ドライバの更新"), named("C-2", "")],
            watched: true,
            ..AtOpen::default()
        };
        assert_eq!(
            lines(Tongue::Ja, &known).join("\n"),
            "  同じシステムで対応中の障害：KW-20261007-0001（ファイル1 Ping応答なし）\n  実施中の計画作業：該当なし\n  \
             直前の変更（過去72時間）：C-1（ドライバの更新）、C-2\n  類似事例：該当なし\n  監視の状態：対象とその前提に異常なし"
        );
        let blind = AtOpen { blind: true, red: vec!["srv-1".to_owned()], ..AtOpen::default() };
        let told = lines(Tongue::En, &blind);
        assert_eq!(
            told.last().map(String::as_str),
            Some("  monitoring: red: srv-1 (a source sees nothing at present)")
        );
    }
}
