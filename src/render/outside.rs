//! What the office is asked about where no contract of the desk covers what is suspected (範囲外, 他契約): whose it is, and what
//! there is to decide - in the 相談, and on the phone beside it.
//!
//! Source of the wording: `DOMAIN.md` §14.

use super::symptom::{Symptom, is_reported};
use super::text;
use crate::desk::letter::{By, Facts, Owner, VerdictFacts};
use crate::desk::rules::{CauseClass, Confidence, VerdictCode};

/// A thing outside the contracts of the desk.
pub(super) struct Outside<'a> {
    /// Its name.
    thing: String,
    /// Its owner, where one is known.
    owner: Option<&'a Owner>,
    /// Nothing but a call speaks of it.
    only_told: bool,
    /// It is the building's: power or air conditioning (原因分類 FA).
    facility: bool,
}

/// What a building has for its machines, as offices call it.
const FACILITY: &str = "建物側の設備（電源・空調等）";

impl<'a> Outside<'a> {
    /// `None` = it is not judged to be outside the contracts.
    pub(super) fn of(facts: &'a Facts) -> Option<Self> {
        let verdict = facts.verdict.as_ref().filter(|verdict| verdict.code == VerdictCode::ScopeOut)?;
        let thing = facts.component.as_deref().map(text::name).filter(|name| !name.is_empty());
        Some(Self {
            thing: text::or(thing.unwrap_or_else(|| Symptom::of(facts).thing), "対象機器"),
            owner: verdict.owner.as_ref(),
            only_told: is_reported(facts) && is_guess(verdict),
            facility: is_facility(verdict),
        })
    }

    fn owner_name(&self) -> Option<String> {
        self.owner.map(|owner| text::name(&owner.organization))
    }

    /// Who keeps it under another contract.
    fn contractor(&self) -> Option<String> {
        self.owner_name().filter(|_| self.owner.is_some_and(|owner| owner.contracted))
    }

    /// What it is about, and the question.
    pub(super) fn question(&self) -> String {
        let thing = &self.thing;
        let only_told = "現時点で機器の異常を確認したものではございませんが、";
        match (self.contractor(), self.only_told) {
            (Some(owner), true) => format!(
                "{only_told}申告のあった{thing}は、別の契約により{owner}が保守するものと考えております。\
                 {owner}への調査の依頼につきまして、ご判断をお願いいたします。"
            ),
            (Some(owner), false) => format!(
                "本事象は、当窓口の保守契約の対象ではなく、別の契約により{owner}が保守する機器に起因するものと考えております。\
                 {owner}への連絡につきまして、ご判断をお願いいたします。"
            ),
            (None, true) => format!(
                "{only_told}申告のあった{thing}は保守契約の対象範囲に含まれていないため、業者への調査の依頼は行っておりません。\
                 調査の進め方につきまして、ご判断をお願いいたします。"
            ),
            (None, false) if self.facility => format!(
                "本事象は、{FACILITY}に起因する可能性があり、保守業者への依頼は行っておりません。\
                 設備の状況をご確認のうえ、今後の対応につきまして、\
                 ご判断をお願いいたします。"
            ),
            (None, false) => {
                "本事象は保守契約の対象範囲に含まれていないものと考えております。今後の対応（調達等）につきまして、\
                 ご判断をお願いいたします。"
                    .to_owned()
            }
        }
    }

    /// Whom the decision is about, and how to reach it; empty = nobody is on record.
    pub(super) fn contact(&self) -> Vec<String> {
        let Some(owner) = self.owner else { return Vec::new() };
        let (organization, contact) = (text::name(&owner.organization), text::name(&owner.contact));
        let who = if contact.is_empty() { organization } else { format!("{organization} {contact}") };
        let phone = text::name(&owner.phone);
        let mut lines = vec![match phone.is_empty() {
            true => format!("{who}（電話番号の登録なし）"),
            false => format!("{who}　{phone}（{}）", text::name(&owner.hours)),
        }];
        let contract = text::name(&owner.contract);
        lines.extend((!contract.is_empty()).then(|| format!("契約番号 {contract}")));
        lines
    }

    /// The first thing that can be decided; the others are the same whatever it is.
    pub(super) fn first_option(&self) -> String {
        let by = "（貴庁から、または窓口から）";
        match (self.contractor(), self.only_told) {
            (Some(owner), true) => format!("{owner}への調査の依頼{by}"),
            (Some(owner), false) => format!("{owner}への連絡および対応の依頼{by}"),
            (None, true) => match self.owner_name() {
                Some(owner) => format!("{owner}への調査の依頼{by}"),
                None => "調査の手配（保守契約外の手配等）".to_owned(),
            },
            (None, false) if self.facility => format!("{FACILITY}の状況の確認と、復旧の手配"),
            (None, false) => "調達等による修理または交換".to_owned(),
        }
    }

    /// The same, to be said on the phone.
    pub(super) fn spoken(&self) -> String {
        let thing = &self.thing;
        match self.contractor() {
            Some(owner) => format!(
                "{thing}は、別の契約により{owner}が保守するものと考えております。\
                 {owner}へ連絡してよいか、ご判断をお願いいたします。"
            ),
            None if self.facility => format!(
                "{FACILITY}に原因がある可能性がございます。設備の状況のご確認と、今後の対応についてのご判断をお願いいたします。"
            ),
            None => format!(
                "{thing}は、保守契約の対象範囲外と考えております。今後の対応につきまして、ご判断をお願いいたします。"
            ),
        }
    }

    /// What the desk is to hear from whoever answers.
    pub(super) fn to_hear(&self) -> String {
        let decision = match self.contractor() {
            Some(owner) => {
                format!("ご判断の内容（{owner}へ連絡するか、連絡は発注者と窓口のどちらから行うか）")
            }
            None => "ご判断の内容".to_owned(),
        };
        format!("受けた方のお名前、{decision}、または折返しの時刻")
    }
}

/// 切り分け結果 in a sentence: what it is put down to, and whose that is; `likely` follows 「に起因する」.
pub(super) fn isolation(verdict: &VerdictFacts, suspect: &str, likely: &str) -> String {
    match verdict.owner.as_ref().filter(|owner| owner.contracted) {
        Some(owner) => format!(
            "{suspect}に起因する{likely}。別の契約により{}が保守するものと考えております。",
            text::name(&owner.organization)
        ),
        None if is_facility(verdict) => format!("{FACILITY}に起因する{likely}。原因は確認中です。"),
        None => format!("{suspect}に起因する{likely}。保守契約の対象範囲外と考えております。"),
    }
}

fn is_facility(verdict: &VerdictFacts) -> bool {
    verdict.cause == Some(CauseClass::Fa)
}

/// The machine thinks that it may be so, and no more.
fn is_guess(verdict: &VerdictFacts) -> bool {
    verdict.by == By::Machine && verdict.confidence <= Confidence::Possible
}
