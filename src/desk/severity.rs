//! 重大度: how grave an incident is, from who is hit and how badly.
//!
//! One table of two dimensions and two reasons to raise; the hour of day has no say, it changes means and priority.
//! The monitoring severity is only an input: it stands in for the effect where neither rule nor component states one.
//! Who may override the result, and when it is judged anew, is decided elsewhere.

use super::observation::Level;
use super::rules::{DataImpact, Effect, ImpactScope, Rule};
use super::scope::Reach;
use crate::desk::phrase::Phrase;
use serde::{Deserialize, Serialize};

/// 重大度 by row (impact, widest first) and column (effect, gravest first). Source: the severity table agreed with the
/// client (既定値).
const MATRIX: [[u8; 4]; 4] = [[1, 2, 2, 3], [1, 2, 3, 3], [2, 3, 3, 4], [3, 4, 4, 4]];

/// The row an unknown scope counts as: the least that can be, 個人・1端末, and one row up until known.
pub const UNKNOWN_COUNTS_AS: ImpactScope = ImpactScope::One;

/// 住民影響 and データ影響 leave nothing below this.
const RAISED_TO: u8 = 2;

/// What is stated of the harm, by a rule or a person; `None` = nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Harm {
    /// How badly the systems are hit.
    pub effect: Option<Effect>,
    /// データ影響
    pub data: Option<DataImpact>,
    /// The rule that states it.
    pub rule: Option<String>,
}

impl Harm {
    /// What `rule` states.
    pub fn of(rule: &Rule) -> Self {
        Self { effect: rule.then.effect, data: rule.then.data, rule: Some(rule.name.clone()) }
    }
}

/// A severity and what it rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Judged {
    /// 1 (重大) to 4 (低).
    pub severity: u8,
    /// Why.
    pub why: Why,
}

/// What a severity rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Why {
    /// The row; `None` = not known, counted as [`UNKNOWN_COUNTS_AS`].
    pub scope: Option<ImpactScope>,
    /// The column.
    pub effect: Effect,
    /// What the matrix alone says.
    pub matrix: u8,
    /// What raised it above the matrix.
    pub raised: Option<Raised>,
    /// Nothing is affected because a spare carries on (冗長構成).
    #[serde(default)]
    pub carried: bool,
}

/// What raises a severity to 2.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Raised {
    /// 住民影響
    Residents,
    /// データ影響
    Data,
}

/// The severity of a fault with this scope and effect; `None` = not known.
///
/// `residents` says that residents' services depend on what failed: they are hit only when there is an effect at all,
/// so a lost redundancy (影響なし) is not raised by it. `data` says that loss, inconsistency or leak is feared, which
/// does not need an outage to be grave. What is not known about either raises nothing.
pub fn severity(scope: Option<ImpactScope>, effect: Effect, residents: Option<bool>, data: Option<bool>) -> Judged {
    let matrix = MATRIX[scope.unwrap_or(UNKNOWN_COUNTS_AS) as usize][effect as usize];
    let raised = if matrix <= RAISED_TO {
        None
    } else if data == Some(true) {
        Some(Raised::Data)
    } else if residents == Some(true) && effect != Effect::None {
        Some(Raised::Residents)
    } else {
        None
    };
    let severity = if raised.is_some() { RAISED_TO } else { matrix };
    Judged { severity, why: Why { scope, effect, matrix, raised, carried: false } }
}

/// As [`severity`], of a fault whose reach is known: what a spare carries is not affected (影響なし).
pub fn of_reach(reach: &Reach, effect: Effect, data: Option<bool>) -> Judged {
    let carried = reach.is_carried();
    let effect = if carried { Effect::None } else { effect };
    let judged = severity(reach.scope, effect, reach.residents, data);
    Judged { why: Why { carried, ..judged.why }, ..judged }
}

/// The effect a monitoring level stands for, where neither a rule nor the component states one: as the levels are
/// named in Japanese, 致命的な障害 = 停止, 重度の障害 = 著しい低下, 軽度の障害 = 一部機能; a warning is a sign only.
pub fn effect_from_level(level: Level) -> Effect {
    match level {
        Level::Disaster => Effect::Stopped,
        Level::High => Effect::Degraded,
        Level::Average => Effect::Partial,
        Level::Warning | Level::Information | Level::NotClassified => Effect::None,
    }
}

impl Why {
    /// A row and a column of the matrix, and what raised it.
    pub fn words(&self) -> Phrase {
        let row = match self.scope.unwrap_or(UNKNOWN_COUNTS_AS) {
            ImpactScope::All => ("everybody or residents' services", "全庁・全利用者・住民サービス"),
            ImpactScope::Several => ("several departments", "複数部署・複数拠点"),
            ImpactScope::One => ("one department", "単一部署・単一拠点"),
            ImpactScope::Person => ("one person", "個人・1端末"),
        };
        let effect = match self.effect {
            Effect::Stopped => ("stopped", "停止"),
            Effect::Degraded => ("badly degraded", "著しい低下"),
            Effect::Partial => ("partly limited", "一部機能（代替あり）"),
            Effect::None if self.carried => ("carried on by a spare", "片系で継続"),
            Effect::None => ("not affected", "影響なし"),
        };
        let row = match self.scope {
            Some(_) => Phrase::new(row.0, row.1),
            None => Phrase::new(
                format!("scope not known, counted as {}", row.0),
                format!("影響範囲不明（{}とみなす）", row.1),
            ),
        };
        let raised = match self.raised {
            None => (String::new(), String::new()),
            Some(Raised::Residents) => (
                format!(", raised to {RAISED_TO} because residents are hit"),
                format!("、住民影響により{RAISED_TO}に引上げ"),
            ),
            Some(Raised::Data) => (
                format!(", raised to {RAISED_TO} because data may be lost, wrong or leaked"),
                format!("、データ影響のおそれにより{RAISED_TO}に引上げ"),
            ),
        };
        Phrase::new(
            format!("{}, {}: severity {}{}", row.en, effect.0, self.matrix, raised.0),
            format!("{}、{} → 重大度{}{}", row.ja, effect.1, self.matrix, raised.1),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fmt::Write;

    const SCOPES: [Option<ImpactScope>; 5] =
        [Some(ImpactScope::All), Some(ImpactScope::Several), Some(ImpactScope::One), Some(ImpactScope::Person), None];
    const EFFECTS: [Effect; 4] = [Effect::Stopped, Effect::Degraded, Effect::Partial, Effect::None];

    /// Columns stopped, degraded, partial, none; for nothing special, residents hit, data hit, both.
    #[test]
    fn the_whole_matrix_is_as_agreed() {
        let mut table = String::new();
        for scope in SCOPES {
            write!(table, "{:<8}", scope.map_or("unknown".to_owned(), |scope| format!("{scope:?}")))
                .unwrap_or_default();
            for (residents, data) in [(false, false), (true, false), (false, true), (true, true)] {
                table.push_str(" |");
                for effect in EFFECTS {
                    let judged = severity(scope, effect, Some(residents), Some(data));
                    write!(table, " {}", judged.severity).unwrap_or_default();
                }
            }
            table.push('\n');
        }
        let expected = [
            "All      | 1 2 2 3 | 1 2 2 3 | 1 2 2 2 | 1 2 2 2",
            "Several  | 1 2 3 3 | 1 2 2 3 | 1 2 2 2 | 1 2 2 2",
            "One      | 2 3 3 4 | 2 2 2 4 | 2 2 2 2 | 2 2 2 2",
            "Person   | 3 4 4 4 | 2 2 2 4 | 2 2 2 2 | 2 2 2 2",
            "unknown  | 2 3 3 4 | 2 2 2 4 | 2 2 2 2 | 2 2 2 2",
        ];
        assert_eq!(table.lines().collect::<Vec<_>>(), expected);
    }

    #[test]
    fn what_is_not_known_of_residents_and_data_raises_nothing() {
        for (scope, effect) in SCOPES.into_iter().flat_map(|scope| EFFECTS.map(|effect| (scope, effect))) {
            let unknown = severity(scope, effect, None, None);
            assert_eq!(unknown, severity(scope, effect, Some(false), Some(false)));
            assert_eq!(unknown.severity, unknown.why.matrix);
        }
    }

    #[test]
    fn levels_of_monitoring_stand_for_effects() {
        let effects = Level::ALL.map(effect_from_level);
        use Effect::{Degraded, None, Partial, Stopped};
        assert_eq!(effects, [None, None, None, Partial, Degraded, Stopped]);
    }

    #[test]
    fn the_reason_is_a_sentence_with_its_facts() {
        for (scope, effect, residents, data, said) in [
            (
                Some(ImpactScope::All),
                Effect::Stopped,
                Some(true),
                None,
                "everybody or residents' services, stopped: severity 1",
            ),
            (
                None,
                Effect::Degraded,
                None,
                None,
                "scope not known, counted as one department, badly degraded: severity 3",
            ),
            (
                Some(ImpactScope::One),
                Effect::Partial,
                Some(true),
                None,
                "one department, partly limited: severity 3, raised to 2 because residents are hit",
            ),
            (
                Some(ImpactScope::Person),
                Effect::None,
                None,
                Some(true),
                "one person, not affected: severity 4, raised to 2 because data may be lost, wrong or leaked",
            ),
        ] {
            assert_eq!(severity(scope, effect, residents, data).why.words().en, said);
        }
    }
}
