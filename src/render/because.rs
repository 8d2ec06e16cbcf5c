//! The ground of a verdict (根拠) as part of a sentence, in Japanese (it ends with ため) and in English.
//!
//! What a rule or a person says stands as it was written, in whatever language that is.

use crate::desk::letter::{Because, KeptBy};
use crate::desk::modification::ModificationState;
use crate::desk::rules::Language;

/// In the language of whoever reads it.
pub fn words(language: Language, because: &Because) -> String {
    match language {
        Language::Ja => japanese(because),
        Language::En => english(because),
    }
}

/// Where the reader's language is known to be Japanese.
pub(super) fn japanese(because: &Because) -> String {
    match because {
        Because::Alert { component } => format!("{component}に関する警報が発生しているため"),
        Because::Behind { component } => {
            format!("警報が発生している構成要素が、いずれも{component}を前提に稼働しているため")
        }
        Because::Worked { component } => format!(
            "警報が発生している構成要素が、いずれも{component}を前提に稼働しており、直前に{component}の作業が行われているため"
        ),
        Because::Report { component } => format!("{component}に関する申告を受けているため"),
        Because::Reopened { component } => {
            format!("先に{component}に関する警報が発生し、その回復後に、窓口にて対応を再開したため")
        }
        Because::UnderWork { work } => {
            format!("申告のあった範囲で計画作業「{work}」を実施中であり、その影響とみられるため")
        }
        Because::Ordered => "窓口が、貴社による確認が必要と判断したため".to_owned(),
        Because::Unanswered { component } => {
            format!("申告のあった範囲の稼働の前提となる{component}から、応答を得られていないため")
        }
        Because::Next { component } => {
            format!("先に確認した範囲には原因がないとの回答があり、{component}がその稼働の前提となっているため")
        }
        Because::Changed { component, change, state } => {
            let what = match component.as_str() {
                "" => "関連する機器で貴社以外の者による作業".to_owned(),
                _ => format!("{component}の変更（{change}）"),
            };
            match state {
                ModificationState::Planned => {
                    format!("発生の直前に{what}が予定されており、その実施の有無が未確認であるため")
                }
                ModificationState::Done => format!("発生の直前に、{what}が行われているため"),
                ModificationState::RolledBack { .. } => format!("発生の前に{what}が行われ、その後切り戻されているため"),
            }
        }
        Because::OutOfScope { component } => format!("{component}が保守契約の対象範囲に含まれていないため"),
        Because::OtherContract { component, owner } => {
            format!("{component}が、別の契約により{owner}の保守の対象となっているため")
        }
        Because::Own { component } => format!("{component}が窓口の対応範囲に含まれるため"),
        Because::NoComponent => "責任分界表に該当する構成要素がないため".to_owned(),
        Because::NobodyLeft => {
            "対応を依頼した業者から対応範囲外との回答があり、ほかに該当する業者がないため".to_owned()
        }
        Because::Disagreement => "複数のルールが、異なる担当先を示しているため".to_owned(),
        Because::Overrun { work } => format!("計画作業「{work}」の終了後も、対象の警報が継続しているため"),
        Because::Echo { component, incident } => format!("{component}の障害（{incident}）の波及とみられるため"),
        Because::Several { components } => {
            format!("{}に、それぞれ警報が発生しているため", components.join("、"))
        }
        Because::Apart { component, by, name } => {
            let by = match (by, name.as_str()) {
                (KeptBy::Work, "") => "計画作業により通知の対象外としている".to_owned(),
                (KeptBy::Work, name) => format!("計画作業「{name}」により通知の対象外としている"),
                (KeptBy::Silence, "") => "通知を抑止している".to_owned(),
                (KeptBy::Silence, name) => format!("通知を抑止している（理由：{name}）"),
                (KeptBy::Source, _) => "監視装置の保守設定により通知の対象外としている".to_owned(),
                (KeptBy::Desk, _) => "計画作業に伴うものとして通知の対象外としている".to_owned(),
            };
            format!("{by}{component}に異常が続いており、その影響とみられるため")
        }
        Because::Blind => "監視の情報を取得できないため".to_owned(),
        Because::Confirmed => "窓口で確認したため".to_owned(),
        Because::Words(words) => words.clone(),
    }
}

/// Where it is known to be English.
pub(super) fn english(because: &Because) -> String {
    match because {
        Because::Alert { component } => format!("there is an alert about {component}"),
        Because::Behind { component } => format!("everything with an alert needs {component} to work"),
        Because::Worked { component } => {
            format!("everything with an alert needs {component} to work, and {component} had just been worked on")
        }
        Because::Report { component } => format!("people have reported trouble with {component}"),
        Because::Reopened { component } => {
            format!("{component} raised an alert that is over, and the desk took it up again")
        }
        Because::UnderWork { work } => {
            format!("planned work \"{work}\" is under way there, and seems to be why")
        }
        Because::Ordered => "the desk thinks that you should look at it".to_owned(),
        Because::Unanswered { component } => {
            format!("what people told of needs {component} to work, and {component} does not answer")
        }
        Because::Next { component } => {
            format!("what was checked first is said not to be the cause, and it needs {component} to work")
        }
        Because::Changed { component, change, state } => {
            let (what, change) = match component.as_str() {
                "" => ("something it has to do with", String::new()),
                component => (component, format!(" ({change})")),
            };
            match state {
                ModificationState::Planned => format!(
                    "a change of {what} was planned for shortly before it began{change}; whether it was made is not on record"
                ),
                ModificationState::Done => format!("{what} was changed shortly before it began{change}"),
                ModificationState::RolledBack { .. } => {
                    format!("{what} was changed, and the change rolled back, around the time it began{change}")
                }
            }
        }
        Because::OutOfScope { component } => format!("{component} is not covered by a maintenance contract"),
        Because::OtherContract { component, owner } => {
            format!("{component} is kept by {owner} under another contract")
        }
        Because::Own { component } => format!("{component} is in the care of the desk"),
        Because::NoComponent => "nothing in the table of responsibilities covers what fails".to_owned(),
        Because::NobodyLeft => {
            "the vendors asked have answered that it is not their part, and there is no other to ask".to_owned()
        }
        Because::Disagreement => "several rules hold, and they name different parties".to_owned(),
        Because::Overrun { work } => format!("the alerts go on after the end of the planned work \"{work}\""),
        Because::Echo { component, incident } => {
            format!("it appears to follow from the fault of {component} ({incident})")
        }
        Because::Several { components } => {
            format!("there are alerts about each of {}", components.join(", "))
        }
        Because::Apart { component, by, name } => {
            let by = match (by, name.as_str()) {
                (KeptBy::Work, "") => "planned work".to_owned(),
                (KeptBy::Work, name) => format!("the planned work \"{name}\""),
                (KeptBy::Silence, "") => "a silence".to_owned(),
                (KeptBy::Silence, name) => format!("a silence ({name})"),
                (KeptBy::Source, _) => "maintenance in the monitoring system".to_owned(),
                (KeptBy::Desk, _) => "the desk as part of planned work".to_owned(),
            };
            format!("{component} fails, kept apart by {by}, and what is reported needs it to work")
        }
        Because::Blind => "nothing can be had from monitoring".to_owned(),
        Because::Confirmed => "the desk has confirmed it".to_owned(),
        Because::Words(words) => words.clone(),
    }
}
