//! `rules`: how the isolation rules of the configuration did on recorded days.

use super::replay::Span;
use super::{Context, Trouble, text};
use crate::replay::tally::{RuleTally, Tally};
use clap::Subcommand;
use serde::Serialize;

/// How the isolation rules did.
#[derive(Debug, Subcommand)]
pub(crate) enum Rules {
    /// Per rule: in how many incidents it decided, was confirmed or overridden by the desk, or was handed back; and which
    /// rules never decided. Reads the state directory only; the daemon may run.
    Stats(Span),
}

#[derive(Serialize)]
struct Answer {
    incidents: usize,
    rules: Vec<RuleTally>,
}

/// Counts and shows.
pub(super) fn rules(context: &Context, rules: &Rules) -> Result<(), Trouble> {
    let Rules::Stats(span) = rules;
    let present = context.settings()?;
    let look = span.look(&present, &present.rules)?;
    let mut tally = Tally::default();
    let zone = look.zone.clone();
    look.within().for_each(|recorded| tally.take(&recorded));
    let incidents = tally.incidents();
    let answer = Answer { incidents, rules: tally.rules(&present.rules) };
    if context.json {
        return context.print_json(&answer);
    }
    let tongue = context.tongue;
    text::out(&match tongue {
        text::Tongue::En => format!("{incidents} incidents got a verdict\n"),
        text::Tongue::Ja => format!("切り分けた障害 {incidents}件\n"),
    });
    let heads = match tongue {
        text::Tongue::En => ["RULE", "DECIDED", "CONFIRMED", "OVERRIDDEN", "HANDED BACK", "LAST", ""],
        text::Tongue::Ja => ["ルール", "採用", "窓口確認", "窓口で変更", "範囲外回答", "最終採用", ""],
    };
    let rows: Vec<Vec<String>> = answer
        .rules
        .iter()
        .map(|tally| {
            let table = || tongue.pick("(the responsibility table)", "（責任分界表）").to_owned();
            let count = |count: usize| if count == 0 { "-".to_owned() } else { count.to_string() };
            vec![
                tally.rule.as_ref().map_or_else(table, |rule| text::cut(rule, 40)),
                count(tally.fired),
                count(tally.confirmed),
                count(tally.overridden),
                count(tally.handed_back),
                tally.last.map_or_else(|| "-".to_owned(), |last| text::time(last, &zone)),
                remark(context, tally),
            ]
        })
        .collect();
    text::out(&text::table(&heads, &rows));
    Ok(())
}

/// What an administrator may want to look at.
fn remark(context: &Context, tally: &RuleTally) -> String {
    let tongue = context.tongue;
    if !tally.in_force {
        return tongue.pick("not among the rules any more", "現在のルールにない").to_owned();
    }
    if tally.fired > 0 || tally.rule.is_none() {
        return String::new();
    }
    match (&tally.fails_at, tongue) {
        (Some((condition, times)), text::Tongue::En) => {
            text::clean(&format!("never decided: {times} of {} times without {}", tally.tried, condition.en))
        }
        (Some((condition, times)), text::Tongue::Ja) => {
            text::clean(&format!("採用なし：{}回中{times}回、次の条件が不成立：{}", tally.tried, condition.ja))
        }
        (None, _) if tally.tried > 0 => tongue
            .pick("never decided: another rule always stood before it", "採用なし（常に前のルールが成立）")
            .to_owned(),
        (None, _) => tongue.pick("never decided, never tried", "採用なし（評価なし）").to_owned(),
    }
}
