//! What is there in place of what failed: 代替手段, and 冗長性 (a spare that carries on, or does not any more).

use super::facts::listed;
use super::layout::Page;
use super::text;
use super::time::Clock;
use crate::desk::letter::{Facts, OneSided};
use crate::desk::rules::Effect;

/// 代替手段: in words where they are known. Of several systems each says its own.
pub(super) fn substitutes(facts: &Facts) -> Vec<String> {
    let known = &facts.impact.substitutes;
    let words = |(name, words): &(String, String)| match (known.len(), facts.systems.len()) {
        (1, 0 | 1) => text::note(words),
        _ => format!("{}：{}", text::name(name), text::note(words)),
    };
    let mut lines: Vec<String> = known.iter().take(LISTED).map(words).collect();
    // Whoever would go to them by habit is told not to.
    let gone = match facts.impact.unusable.as_slice() {
        // What nobody needs a substitute for needs no word of it.
        _ if facts.effect == Some(Effect::None) => String::new(),
        [] => String::new(),
        [(_, one)] => format!("（{}も、障害の影響により利用できない見込みです）", text::note(one)),
        [(_, first), ..] => format!("（{}なども、障害の影響により利用できない見込みです）", text::note(first)),
    };
    match facts.substitute {
        Some(true) if lines.is_empty() => lines.push("有".to_owned()),
        Some(true) => {}
        Some(false) if lines.is_empty() => {
            lines.push(if gone.is_empty() { "無".to_owned() } else { format!("なし{gone}") })
        }
        Some(false) => lines.push(format!("上記以外：なし{gone}")),
        None if lines.is_empty() => {}
        None => lines.push("上記以外：確認中".to_owned()),
    }
    lines
}

/// Substitutes that are told one by one.
const LISTED: usize = 5;

/// What has failed beside it and still does, so that it goes on on one side only.
pub(super) fn left_on_one_side(facts: &Facts, clock: &Clock) -> impl Iterator<Item = String> {
    facts.impact.beside.iter().take(LISTED).map(|(name, since)| {
        format!(
            "もう一方の{}では{}から異常が継続しており、片系での運転となっております。",
            text::name(name),
            clock.short(*since)
        )
    })
}

/// 片系運転: what carries on, and what it means that it does.
pub(super) fn one_sided(page: &mut Page, facts: &Facts, clock: &Clock) {
    let beside = facts.impact.beside.iter().take(LISTED).map(|(name, since)| (text::name(name), clock.short(*since)));
    let Some(OneSided { on, kept }) = &facts.impact.one_sided else {
        let mut lines: Vec<String> =
            beside.map(|(name, since)| format!("もう一方の{name}にも、{since}から異常が発生しております。")).collect();
        if !lines.is_empty() {
            lines
                .insert(0, "二重化した機器の双方に異常が発生しており、片系での運転を継続できない状態です。".to_owned());
            page.lines("冗長性", lines, "確認中");
        }
        return;
    };
    // Of several pairs one may be down while another carries on.
    let down: String = beside.map(|(name, since)| format!("{name}では、{since}から異常が発生しております。")).collect();
    let (on, kept) = (listed(on, "台"), listed(kept, "件"));
    let now = match (on.is_empty(), kept.is_empty()) {
        (true, _) => "片系で運転しております。".to_owned(),
        (false, true) => format!("{on}により、片系で運転しております。"),
        (false, false) => format!("{on}により、{kept}はご利用いただける見込みです（片系運転）。"),
    };
    page.field(
        "冗長性",
        format!("{down}{now}残る一方にも異常が生じた場合は、ご利用いただけなくなるおそれがあります。"),
    );
}
