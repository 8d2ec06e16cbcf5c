//! 内部連絡 about an incident the desk itself goes on with: to decide, to handle, to take up again.
//!
//! Source of the wording: `DOMAIN.md` §7, §14. Not here: what the verdict leaves open (`doubt.rs`).

use super::notice::Told;
use super::symptom::Symptom;
use super::time::{Clock, day_of};
use super::{because, commands, doubt, evidence, facts, text, words};
use crate::desk::ids::Number;
use crate::desk::letter::{Because, By, Fact, Facts, Kept, NearestContract, Sign, UnderWork, Unseen, VerdictFacts};
use crate::desk::rules::VerdictCode;
use jiff::Timestamp;

/// The machine stops here.
pub(super) fn yours(incident: Option<&Facts>) -> Told {
    let number = incident.map(|facts| &facts.number);
    let with = |command: fn(&Number) -> String| number.map(command).into_iter().collect::<Vec<_>>();
    let explain = ("判断の経緯は、次のコマンドで確認できます。", with(commands::explain));
    let by_desk = |verdict: &&VerdictFacts| verdict.by == By::Desk;
    if let Some(verdict) = incident.and_then(|facts| facts.verdict.as_ref()).filter(by_desk) {
        let asked = incident.is_some_and(|facts| !facts.asked.is_empty());
        return Told {
            title: format!("切り分け結果「{}」の確定", words::verdict(verdict.code)),
            happened: format!(
                "窓口にて、切り分け結果を「{}」に確定しました{}。",
                words::verdict(verdict.code),
                if asked { "" } else { "（現在、業者への依頼はありません）" }
            ),
            details: Vec::new(),
            steps: settled(verdict.code, with).into_iter().chain([explain]).collect(),
        };
    }
    if verdict_of(incident) == Some(VerdictCode::Own) {
        let asked = incident.is_some_and(|facts| !facts.asked.is_empty());
        return Told {
            title: "窓口での対応のお願い".to_owned(),
            happened: format!(
                "窓口で対応する事象と判定しました{}。対応を開始してください。\
                 判定が異なる場合は、切り分け結果を訂正してください。",
                if asked { "" } else { "（業者への依頼は行っておりません）" }
            ),
            details: Vec::new(),
            steps: vec![
                ("対応を始めたら、着手を記録してください。", with(commands::start)),
                ("判定が異なる場合は、担当先を指定して訂正してください（依頼が送られます）。", with(commands::decide)),
                explain,
            ],
        };
    }
    Told {
        title: "切り分けのご判断のお願い".to_owned(),
        happened: format!("{}窓口で内容をご確認のうえ、ご判断をお願いします。", stopped_because(incident)),
        details: Vec::new(),
        steps: vec![
            ("調査を始めたら、着手を記録してください。", with(commands::start)),
            ("切り分け結果を確定してください（担当先が決まれば、依頼が送られます）。", decisions(incident)),
            (
                "業者の担当でない場合は、--verdict に own（窓口対応）、scope_out（範囲外）、external（外部サービス）、\
                 user（利用者側）のいずれかを指定してください。",
                with(commands::decide_otherwise),
            ),
            explain,
        ],
    }
}

/// What follows from the desk's own verdict.
fn settled(code: VerdictCode, with: impl Fn(fn(&Number) -> String) -> Vec<String>) -> Vec<(&'static str, Vec<String>)> {
    let start = ("対応を始めたら、着手を記録してください。", with(commands::start));
    let works = ("正常に使えることを確認できたら、復旧確認に進めてください。", with(commands::verify));
    let decide = ("業者の対応が必要と分かれば、担当先を確定してください（依頼が送られます）。", with(commands::decide));
    match code {
        VerdictCode::External => vec![
            (
                "事業者の障害情報と復旧状況を確認し、記録してください（主管課への続報に載ります）。",
                with(commands::note),
            ),
            works,
            decide,
        ],
        VerdictCode::User => {
            vec![("利用者へ回答し、回答の内容を記録してください。", with(commands::note)), works, decide]
        }
        VerdictCode::Planned => vec![
            ("障害としての取扱いが不要であれば、取消を記録してください。", with(commands::cancel_planned)),
            works,
            decide,
        ],
        VerdictCode::Monitor => vec![
            ("監視元と監視の設定を、システム管理者に確認してください。", vec![commands::STATUS.to_owned()]),
            ("障害としての取扱いが不要であれば、取消を記録してください。", with(commands::cancel_false_alarm)),
            works,
            decide,
        ],
        VerdictCode::Own
        | VerdictCode::Unknown
        | VerdictCode::ScopeOut
        | VerdictCode::Security
        | VerdictCode::Single
        | VerdictCode::Multi => vec![start, works, decide],
    }
}

/// A vendor is asked although no contract on record covers its part.
pub(super) fn no_contract(number: Option<&Number>, party: &str, nearest: &NearestContract) -> Told {
    let (party, contract, day) = (text::name(party), text::name(&nearest.number), day_of(nearest.day));
    let when = if nearest.ended { format!("{day}で満了") } else { format!("{day}から有効") };
    Told {
        title: format!("{party}の保守契約の確認のお願い"),
        happened: format!(
            "{party}への依頼にあたり、発生日に有効な保守契約の登録を確認できませんでした（{contract}は{when}）。\
             依頼では、契約番号を対象機器の欄に記載せず、この契約の状況を未確認の事項として記載しています。"
        ),
        details: Vec::new(),
        steps: vec![
            (
                "契約の有無をご確認ください。契約がある場合は、システム管理者へ登録（parties.toml）を依頼し、契約番号を業者へお知らせください。",
                Vec::new(),
            ),
            (
                "契約がない場合は、範囲外として確定してください（確定すると、依頼の取下げと主管課への相談を自動で送信します）。",
                number.map(commands::out_of_scope).into_iter().collect(),
            ),
        ],
    }
}

/// It may work again, as monitoring shows or the desk says.
pub(super) fn please_check(incident: Option<&Facts>) -> Told {
    let with = |command: fn(&Number) -> String| incident.map(|facts| command(&facts.number)).into_iter().collect();
    let by_desk = incident.is_some_and(|facts| facts.desk.verifies);
    let so = if by_desk {
        "窓口の記録により、復旧確認中としました（監視で確認したものではありません）。"
    } else {
        "監視上は正常に戻りました。"
    };
    Told {
        title: "動作確認のお願い".to_owned(),
        happened: format!("{so}動作確認をお願いします。復旧報は、確認の結果が記録されるまで送られません。"),
        details: Vec::new(),
        steps: vec![
            (
                "正常に使えることを確認できたら、確認の方法と結果、対処内容を記録してください（復旧報が送られます）。",
                with(commands::restore),
            ),
            ("正常に使えない場合は、状況を添えて、対応を再開してください。", with(commands::reopen)),
            ("復旧後、主管課の報告確認を得たら記録してください。", with(commands::accept)),
        ],
    }
}

/// It was told to be normal, shows red again, and nobody hears of that but the desk.
pub(super) fn red_apart(incident: Option<&Facts>, kept: &Kept, cover: Option<&str>, clock: &Clock) -> Told {
    let with = |command: fn(&Number) -> String| incident.map(|facts| command(&facts.number)).into_iter().collect();
    let mut steps = vec![(
        "正常に使えない場合は、状況を添えて、対応を再開してください（主管課へ続報が送られます）。",
        with(commands::reopen),
    )];
    steps.extend(cover.map(|id| {
        ("通知の抑止が不要であれば、終了してください（警報を障害として扱います）。", vec![commands::end(id, true)])
    }));
    Told {
        title: "動作確認中に再び異常".to_owned(),
        happened: format!(
            "動作確認中の本件の対象で、{}に再び異常を検知しました。{}に検知したため、主管課および業者への連絡は行っておりません。",
            clock.short(kept.at),
            evidence::during(kept.by)
        ),
        details: vec![evidence::kept_apart(kept, clock)],
        steps,
    }
}

/// What a vendor answered not to be its part shows something new.
pub(super) fn new_sign(incident: Option<&Facts>, party: &str, alerts: &[Fact], clock: &Clock) -> Told {
    let party = text::name(party);
    let with = |command: fn(&Number) -> String| incident.map(|facts| command(&facts.number)).into_iter().collect();
    let shown = incident.map(|facts| alerts.iter().map(|alert| evidence::fact(alert, facts, clock)).collect());
    Told {
        title: format!("{party}の保守対象における新たな警報"),
        happened: format!(
            "先に対応範囲外との回答があった{party}の保守対象において、新たな警報を検知しました。\
             {party}へのあらためての依頼は、行っておりません。"
        ),
        details: shown.unwrap_or_default(),
        steps: vec![
            ("あらためて依頼する場合は、担当先を確定してください（依頼が送られます）。", with(commands::decide)),
            ("判断の経緯は、次のコマンドで確認できます。", with(commands::explain)),
        ],
    }
}

/// What was reported is over, and something lesser stays.
pub(super) fn eased(incident: Option<&Facts>) -> Told {
    let with = |command: fn(&Number) -> String| incident.map(|facts| command(&facts.number)).into_iter().collect();
    Told {
        title: "一部回復のお知らせ".to_owned(),
        happened: "報告済みの事象の一部は、監視上、回復しました。ほかの警報が続いているため、受付番号はそのままとし、対応を継続します。".to_owned(),
        details: Vec::new(),
        steps: vec![
            ("正常に使えることを確認できたら、その旨を記録してください（次の続報に載ります）。", with(commands::note)),
            ("経過は、次のコマンドで確認できます。", with(commands::show)),
        ],
    }
}

/// What was reported is over, and something else fails.
pub(super) fn goes_on(
    incident: Option<&Facts>,
    over: &Sign,
    since: Timestamp,
    work: Option<&UnderWork>,
    clock: &Clock,
) -> Told {
    let (over, since) = (Symptom::titled(over), clock.short(since));
    let told = Told { title: "一部回復・異常継続のお知らせ".to_owned(), ..eased(incident) };
    let Some(work) = work else {
        return Told {
            happened: format!(
                "報告済みの「{over}」は、{since}に監視上の回復を確認しました。残る異常が続いているため、受付番号はそのままとし、対応を継続します。"
            ),
            ..told
        };
    };
    let with = |command: fn(&Number) -> String| incident.map(|facts| command(&facts.number)).into_iter().collect();
    Told {
        happened: format!(
            "報告済みの「{over}」は、{since}に監視上の回復を確認しました。残る異常は計画作業「{}」（{}、{}終了予定）の対象機器に\
             関するものであるため、保守業者への依頼は作業の終了後に行います（異常が続いている場合）。",
            text::summary(&work.name),
            text::name(&work.owner),
            clock.short(work.until)
        ),
        steps: vec![
            ("作業の担当に、対象機器の稼働状況と終了の見込みをご確認ください。", Vec::new()),
            ("作業が予定より早く終わった場合は、終了を記録してください。", vec![commands::end(&work.number, false)]),
            (
                "作業の終了を待たずに依頼する場合は、担当先を確定してください（依頼が送られます）。",
                with(commands::decide),
            ),
            ("確認した内容を記録してください（次の続報に載ります）。", with(commands::note)),
        ],
        ..told
    }
}

/// Monitoring sees no more of it.
pub(super) fn not_seen(incident: Option<&Facts>, of: (&str, &str), unseen: &Unseen, clock: &Clock) -> Told {
    let with = |command: fn(&Number) -> String| incident.map(|facts| command(&facts.number)).into_iter().collect();
    Told {
        title: "監視で確認できなくなりました".to_owned(),
        happened: format!(
            "{}の警報について、{}以降の状態を監視では確認できません（{}）。復旧したとはみなさず、対応を継続します。\
             復旧の有無は、別の方法でご確認ください。",
            text::name(of.0),
            clock.short(unseen.since),
            words::unseeing(unseen.why)
        ),
        details: vec![format!("対象の警報：{}", text::summary(of.1))],
        steps: vec![
            ("監視から外した理由を、監視の管理者にご確認ください。", Vec::new()),
            (
                "正常に使えることを確認できたら、確認の方法と結果、対処内容を記録してください（復旧報が送られます）。",
                with(commands::restore),
            ),
            ("正常に使えない場合は、状況を添えて、対応を再開してください。", with(commands::reopen)),
        ],
    }
}

/// It is back.
pub(super) fn reopened(incident: Option<&Facts>) -> Told {
    let back = incident.and_then(|facts| facts.returned);
    let asked = incident.map(|facts| facts.asked.as_slice()).unwrap_or_default();
    let anew: Vec<&str> =
        asked.iter().filter(|one| back.is_some_and(|back| one.at >= back)).map(|one| one.party.as_str()).collect();
    let before: Vec<&str> = asked.iter().map(|one| one.party.as_str()).filter(|party| !anew.contains(party)).collect();
    let names =
        |parties: &[&str]| facts::listed(&parties.iter().map(|party| (*party).to_owned()).collect::<Vec<_>>(), "者");
    let reopened = incident.and_then(|facts| facts.desk.reopened.as_ref());
    let mut happened = match reopened {
        Some(reason) => {
            let reason = text::note(reason);
            format!("窓口の記録により、同じ受付番号で対応を再開しました（{}）。", reason.trim_end_matches('。'))
        }
        None if back.is_some() => {
            "一度正常に戻った件について再び異常を検知したため、同じ受付番号で対応を再開しました。".to_owned()
        }
        // Nothing was over: a workaround was in place.
        None => "暫定対応の後に新たな異常を検知したため、暫定復旧から対応中に戻しました。".to_owned(),
    };
    let ask = asked.iter().find(|one| anew.contains(&one.party.as_str())).map(|one| words::asked_for(one.ask));
    match (ask, before.is_empty()) {
        (Some(ask), _) => happened += &format!("{}へは、あらためて{ask}を依頼しました。", names(&anew)),
        (None, false) => {
            happened += &format!("{}へは先に依頼しており、あらためての依頼は行っておりません。", names(&before));
        }
        (None, true) => happened += "現時点で、業者への依頼は行っておりません。",
    }
    let number = incident.map(|facts| &facts.number);
    let each = |parties: &[&str], command: fn(&Number, &str) -> String| -> Vec<String> {
        let one = |party: &&str| number.map(|number| command(number, party));
        parties.iter().filter_map(one).collect()
    };
    let mut steps = Vec::new();
    if !anew.is_empty() {
        steps.push(("業者の受領を得たら、記録してください。", each(&anew, commands::acknowledge)));
    }
    if !before.is_empty() {
        let call = match (reopened, back) {
            (Some(_), _) => {
                "先に依頼した業者へ、対応を再開したことを電話で伝え、結果を記録してください（answered：応答あり、no_answer：不在）。"
            }
            (None, Some(_)) => {
                "先に依頼した業者へ、再び異常を検知したことを電話で伝え、結果を記録してください（answered：応答あり、no_answer：不在）。"
            }
            (None, None) => {
                "先に依頼した業者へ、新たな異常を検知したことを電話で伝え、結果を記録してください（answered：応答あり、no_answer：不在）。"
            }
        };
        steps.push((call, [each(&before, commands::answered), each(&before, commands::called)].concat()));
    }
    if asked.is_empty() {
        steps.push((
            "担当先が分かれば、確定してください（依頼が送られます）。",
            number.map(commands::decide).into_iter().collect(),
        ));
    }
    steps.push(("これまでの経過は、次のコマンドで確認できます。", number.map(commands::show).into_iter().collect()));
    if reopened.is_none() && back.is_none() {
        let commands = number.map(commands::work_around).into_iter().collect();
        steps.push(("暫定対応で引き続き利用できると確認した場合は、あらためて記録してください。", commands));
    }
    let title = match (reopened, back) {
        (Some(_), _) => "対応を再開しました",
        (None, Some(_)) => "再び異常を検知しました",
        (None, None) => "暫定対応後に新たな異常を検知しました",
    };
    Told { title: title.to_owned(), happened, details: Vec::new(), steps }
}

fn verdict_of(incident: Option<&Facts>) -> Option<VerdictCode> {
    incident?.verdict.as_ref().map(|verdict| verdict.code)
}

/// The verdict as it stands, where there is one to settle; and another.
fn decisions(incident: Option<&Facts>) -> Vec<String> {
    let Some(incident) = incident else { return Vec::new() };
    let settled = incident.verdict.as_ref().is_some_and(|verdict| verdict.code != VerdictCode::Unknown);
    let as_it_stands = settled.then(|| commands::confirm(&incident.number));
    as_it_stands.into_iter().chain(doubt::decisions(incident)).collect()
}

fn stopped_because(incident: Option<&Facts>) -> String {
    let verdict = incident.and_then(|facts| facts.verdict.as_ref());
    let ground = verdict.filter(|verdict| verdict.by == By::Machine).map(|verdict| &verdict.because);
    if let Some(because @ Because::Apart { .. }) = ground {
        return format!("{}、計画作業に伴う事象の可能性があると判定しました。", because::japanese(because));
    }
    let told = match verdict.map(|verdict| verdict.code) {
        None | Some(VerdictCode::Unknown) => {
            return doubt::stopped(verdict.and_then(|verdict| verdict.unknown.as_ref()));
        }
        Some(VerdictCode::Single | VerdictCode::Multi) => "担当とみられる業者がありますが、確度が十分ではありません。",
        Some(VerdictCode::Own) => "窓口で対応する事象と判定しました。",
        Some(VerdictCode::ScopeOut) => "保守契約の対象範囲外と判定しました。",
        Some(VerdictCode::External) => "外部サービスの事象と判定しました。",
        Some(VerdictCode::User) => "利用者側の事象と判定しました。",
        Some(VerdictCode::Planned) => "計画作業に伴う事象と判定しました。",
        Some(VerdictCode::Monitor) => "監視側の事象と判定しました。",
        Some(VerdictCode::Security) => "情報セキュリティインシデントの疑いがあります。",
    };
    told.to_owned()
}
