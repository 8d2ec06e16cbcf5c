//! Which kind of 不明 a verdict is and what would change it, on a terminal, in the reader's language.

use super::phrases;
use super::text::{self, Tongue};
use crate::desk::incident::{Claim, Lever, Need, Unknown};
use crate::desk::rules::VerdictCode;
use jiff::tz::TimeZone;

/// What names and hours are written with.
pub(super) struct Terms<'a> {
    pub(super) tongue: Tongue,
    pub(super) zone: &'a TimeZone,
    /// The name of a party.
    pub(super) name: &'a dyn Fn(&str) -> String,
}

impl Terms<'_> {
    fn parties(&self, parties: &[crate::desk::ids::PartyId]) -> String {
        parties.iter().map(|party| (self.name)(party.as_str())).collect::<Vec<_>>().join("・")
    }

    /// Which kind of 不明 it is, one line each.
    pub(super) fn unknown(&self, unknown: &Unknown) -> Vec<String> {
        let pick = |english: String, japanese: String| vec![self.tongue.pick(&english, &japanese).to_owned()];
        match unknown {
            Unknown::NothingKnown { hosts } if hosts.is_empty() => pick(
                "nothing is known: no rule holds, and no component covers what fails".into(),
                "手がかりなし：該当するルールも構成要素もない".into(),
            ),
            Unknown::NothingKnown { hosts } => pick(
                format!("nothing is known: no rule holds, and no component covers {}", hosts.join(", ")),
                format!("手がかりなし：該当するルールがなく、{}の構成要素も未登録", hosts.join("、")),
            ),
            Unknown::NobodyLeft => pick(
                "nobody is left: everybody who could be asked says that it is not its part".into(),
                "該当者なし：依頼できる業者はいずれも範囲外と回答".into(),
            ),
            Unknown::ByRule { rule } => pick(format!("rule 「{rule}」 says so"), format!("ルール「{rule}」による")),
            Unknown::Disagreement { claims } => {
                let first = pick("what is known disagrees:".into(), "根拠の食い違い：".into());
                first.into_iter().chain(claims.iter().map(|claim| self.claim(claim))).collect()
            }
        }
    }

    fn claim(&self, claim: &Claim) -> String {
        format!(
            "  {} ({})  {}  「{}」",
            self.parties(&claim.parties),
            phrases::confidence(self.tongue, claim.confidence),
            phrases::because(self.tongue, &claim.because),
            claim.rule
        )
    }

    /// What would change the verdict, and what it would be then.
    pub(super) fn lever(&self, lever: &Lever) -> String {
        let parties = self.parties(&lever.parties);
        let verdict = phrases::verdict(self.tongue, lever.code);
        let then = match lever.code {
            VerdictCode::Single | VerdictCode::Multi | VerdictCode::External if !parties.is_empty() => {
                format!("{verdict} {parties}")
            }
            _ => verdict.to_owned(),
        };
        let need = match &lever.need {
            Need::Rule { rule, conditions, facts, at } => {
                let conditions = match self.tongue {
                    Tongue::Ja if !facts.is_empty() => facts
                        .iter()
                        .map(|fact| phrases::fact(self.tongue, fact, self.zone))
                        .collect::<Vec<_>>()
                        .join("、"),
                    Tongue::En | Tongue::Ja => {
                        let separator = self.tongue.pick("; ", "、");
                        conditions.iter().map(|one| self.tongue.of(one)).collect::<Vec<_>>().join(separator)
                    }
                };
                match (at, self.tongue) {
                    (Some(at), Tongue::En) => {
                        format!("rule 「{rule}」, judged anew at {}: {conditions}", text::time(*at, self.zone))
                    }
                    (Some(at), Tongue::Ja) => {
                        format!("ルール「{rule}」（{}に再判定）：{conditions}", text::time(*at, self.zone))
                    }
                    (None, Tongue::En) => format!("rule 「{rule}」, if it were known: {conditions}"),
                    (None, Tongue::Ja) => format!("{conditions}が判明し、ルール「{rule}」が成立した場合"),
                }
            }
            Need::NotTheirs { party } => {
                let party = (self.name)(party.as_str());
                match self.tongue {
                    Tongue::En => format!("if it is not the part of {party}"),
                    Tongue::Ja => format!("{party}の範囲外と分かった場合"),
                }
            }
            Need::Covered { hosts } => match self.tongue {
                Tongue::En => format!("if a component covers {}", hosts.join(", ")),
                Tongue::Ja => format!("{}の構成要素が登録された場合", hosts.join("、")),
            },
        };
        format!("{need} → {then}")
    }
}
