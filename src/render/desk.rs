//! 電話連絡票, 内部連絡, 日報 and the list of the first start: what the desk reads, with what to do next and how to record it.
//!
//! Source of the wording: `DOMAIN.md` §14. Not here: anything an office or a vendor reads.

use super::frame::{Reader, closing, greeting, number_of, subject};
use super::layout::{Name, Page};
use super::symptom::Symptom;
use super::time::Clock;
use super::{commands, facts, text, words};
use crate::desk::letter::{Call, Digest, DigestLine, Facts, Letter, Notice, Purpose};
use crate::desk::rules::VerdictCode;

/// 電話連絡票: whom to dial, what to say in 30 seconds, what to ask, and room for the result.
pub(super) fn phone_note(letter: &Letter, incident: &Facts, calls: &[Call]) -> (String, Page) {
    let clock = Clock::of(letter);
    let mut page = Page::new(letter.language);
    greeting(&mut page, letter, Reader::Desk);
    page.text("下記の順に、お電話での連絡をお願いします。つながらない場合は、5分おいてもう一度かけ、その後は次の連絡先へお進みください。");
    facts::number(&mut page, incident);
    page.section(Name::Time)
        .field("発生日時", format!("{}（{}）", clock.western(incident.occurred), words::mark(incident.occurred_mark)));
    facts::symptom(&mut page, incident);
    page.section(Name::Impact).field("影響", facts::scope(incident));
    page.section(Name::Annex);
    if calls.is_empty() {
        page.text("電話番号の登録がある連絡先は、該当なしです。");
    }
    for (n, call) in calls.iter().enumerate() {
        if n > 0 {
            page.gap();
        }
        one_call(&mut page, letter, incident, call, &clock);
    }
    closing(&mut page, letter, Reader::Desk, true);
    let urgent: &[&str] = if incident.severity <= 2 { &["電話連絡票", "至急"] } else { &["電話連絡票"] };
    let first = calls.first().map(|call| format!("{}へ ", text::name(&call.organization))).unwrap_or_default();
    (subject(urgent, &format!("{first}{}", Symptom::of(incident).title()), None, Some(&incident.number)), page)
}

fn one_call(page: &mut Page, letter: &Letter, incident: &Facts, call: &Call, clock: &Clock) {
    let contact = text::name(&call.contact);
    let contact = match (contact.is_empty(), call.person) {
        (true, _) => String::new(),
        (false, true) => format!(" {contact} 様"),
        (false, false) => format!(" {contact}"),
    };
    page.rule().text(format!("【連絡順 {}】{}{contact}", call.rank, text::name(&call.organization)));
    page.field("電話番号", text::or(text::name(&call.phone), "（記入待ち）"));
    page.field("受付時間", text::or(text::name(&call.hours), "確認中"));
    page.field("契約番号", text::or(text::name(&call.contract), "該当なし"));
    page.field("用件", purpose(call.purpose));
    page.field("伝える内容", format!("「{}」", spoken(letter, incident, call, clock)));
    page.field(
        "確認すること",
        match call.purpose {
            Purpose::Ask(_) | Purpose::Chase => "受付者名、折返しの時刻、着手・到着の見込み",
            Purpose::Inform => "受けた方のお名前、折返しの要否、庁内への周知の要否",
        },
    );
    let result = "□受領　□不在　□留守電　□話中（　　時　　分）";
    page.lines(
        "結果記入欄",
        vec![
            format!("1回目 {result}"),
            format!("2回目 {result}"),
            "受付者名：　　　　　　　　折返し：　　時　　分".to_owned(),
        ],
        result,
    );
    match call.purpose {
        Purpose::Ask(_) | Purpose::Chase => {
            page.text("受領を得たら、次のコマンドで記録してください。");
            page.command(commands::acknowledge(&incident.number, &call.organization));
        }
        Purpose::Inform => {
            page.text("連絡の結果は、次のコマンドで記録してください。");
            page.command(commands::note(&incident.number));
        }
    }
}

fn purpose(purpose: Purpose) -> String {
    match purpose {
        Purpose::Ask(ask) => format!("{}（メールでも送付）", words::ask(ask)),
        Purpose::Chase => "受領確認のお願い（メールでも送付）".to_owned(),
        Purpose::Inform => "障害の第一報（メールでも送付）".to_owned(),
    }
}

/// What to say: read aloud in about 30 seconds, the digits of the number in groups.
fn spoken(letter: &Letter, incident: &Facts, call: &Call, clock: &Clock) -> String {
    let number = number_of(&incident.number);
    let number =
        number.strip_prefix("KW-").map_or(number.clone(), |digits| format!("KW の {}", digits.replace('-', " の ")));
    let contract = text::name(&call.contract);
    let contract = if contract.is_empty() { contract } else { format!("契約番号は {contract} です。") };
    let since = clock.short(incident.occurred);
    let what = text::cut(&Symptom::of(incident).sentence(), 90);
    let (opening, request) = match call.purpose {
        Purpose::Ask(ask) => {
            ("障害のご連絡です。", format!("{contract}ご{}をお願いいたします。", words::asked_for(ask)))
        }
        Purpose::Chase => (
            "先にご依頼した障害の件です。",
            format!("{contract}受領のご連絡をまだ確認できておりません。ご対応をお願いいたします。"),
        ),
        Purpose::Inform if incident.asked.is_empty() => {
            ("障害の第一報のご連絡です。", "詳細はメールでお送りしております。".to_owned())
        }
        Purpose::Inform => (
            "障害の第一報のご連絡です。",
            "保守業者へは対応を依頼しております。詳細はメールでお送りしております。".to_owned(),
        ),
    };
    let desk = text::or(text::name(&letter.from.desk), "運用窓口");
    let late = if call.purpose == Purpose::Inform && clock.is_night() { "夜分に恐れ入ります。" } else { "" };
    format!(
        "{late}{}{desk}の○○と申します。{opening}{what}発生は{since}です。受付番号は {number} です。{request}",
        text::name(&letter.from.site)
    )
}

/// 内部連絡: what happened, what to do next, and the command that records it.
pub(super) fn internal(letter: &Letter, incident: Option<&Facts>, notice: &Notice) -> (String, Page) {
    let clock = Clock::of(letter);
    let told = tell(notice, incident, &clock);
    let mut page = Page::new(letter.language);
    greeting(&mut page, letter, Reader::Desk);
    page.text(told.happened);
    if let Some(incident) = incident {
        facts::number(&mut page, incident);
        page.section(Name::Time)
            .field(
                "発生日時",
                format!("{}（{}）", clock.western(incident.occurred), words::mark(incident.occurred_mark)),
            )
            .field("受付契機", words::detected_by(incident.detected_by));
        facts::symptom(&mut page, incident);
        page.field("監視の表示", text::or(text::summary(&incident.summary), "不明"));
        page.section(Name::Impact).field("影響", facts::scope(incident));
        page.section(Name::State).field("切り分け", verdict(incident));
        page.items("確認済みの事実", known(incident, &clock), "監視の警報のみ（詳細は確認中）");
        page.lines("現在の状況", facts::state(incident, &clock), "確認中");
    }
    if !told.details.is_empty() {
        page.section(Name::Annex).items("詳細", told.details, "該当なし");
    }
    page.section(Name::Annex).text("次に行うこと：");
    for (step, command) in told.steps {
        page.item(step);
        for line in command {
            page.command(line);
        }
    }
    closing(&mut page, letter, Reader::Desk, false);
    let what = match incident {
        Some(incident) => format!("{} {}", told.title, Symptom::of(incident).title()),
        None => format!("{} {}", text::name(&letter.from.site), told.title),
    };
    (subject(&["要対応"], what.trim(), incident.map(|facts| facts.severity), incident.map(|facts| &facts.number)), page)
}

fn verdict(incident: &Facts) -> String {
    match &incident.verdict {
        None => "切り分け中".to_owned(),
        Some(told) => format!(
            "{}（確度：{}、{}）。{}",
            words::verdict(told.code),
            words::confidence(told.confidence),
            words::by(told.by),
            facts::ground(told)
        ),
    }
}

fn known(incident: &Facts, clock: &Clock) -> Vec<String> {
    let Some(verdict) = &incident.verdict else { return Vec::new() };
    verdict.evidence.iter().chain(&verdict.not_known).map(|fact| facts::fact(fact, incident, clock)).collect()
}

/// An internal notice in words.
struct Told {
    title: String,
    happened: String,
    details: Vec<String>,
    steps: Vec<(&'static str, Vec<String>)>,
}

fn tell(notice: &Notice, incident: Option<&Facts>, clock: &Clock) -> Told {
    let number = incident.map(|facts| &facts.number);
    let with = |command: fn(&crate::desk::ids::Number) -> String| number.map(command).into_iter().collect::<Vec<_>>();
    match notice {
        Notice::YoursToDecide => Told {
            title: "切り分けのご判断のお願い".to_owned(),
            happened: format!("{}窓口で内容をご確認のうえ、ご判断をお願いします。", stopped_because(incident)),
            details: Vec::new(),
            steps: vec![
                ("調査を始めたら、着手を記録してください。", with(commands::start)),
                ("切り分け結果を確定してください（担当先が決まれば、依頼が送られます）。", with(commands::confirm)),
                ("判断の経緯は、次のコマンドで確認できます。", with(commands::explain)),
            ],
        },
        Notice::PleaseCheck => Told {
            title: "動作確認のお願い".to_owned(),
            happened: "監視上は正常に戻りました。動作確認をお願いします。復旧報は、確認の結果が記録されるまで送られません。".to_owned(),
            details: Vec::new(),
            steps: vec![
                ("正常に使えることを確認できたら、方法と結果を記録してください（復旧報が送られます）。", with(commands::restore)),
                ("正常に使えない場合は、状況を記録してください。", with(commands::note)),
                ("復旧後、主管課の報告確認を得たら記録してください。", with(commands::accept)),
            ],
        },
        Notice::NotAcknowledged { party, asked_at } => Told {
            title: format!("受領連絡なし（{}）", text::name(party)),
            happened: format!(
                "{}に{}へ依頼した件について、受領の連絡が記録されていません。お電話での確認をお願いします。",
                clock.short(*asked_at),
                text::name(party)
            ),
            details: Vec::new(),
            steps: vec![
                ("受領を得たら、次のコマンドで記録してください。", number.map(|number| commands::acknowledge(number, party)).into_iter().collect()),
                ("つながらなかった場合も、時刻と結果を記録してください。", with(commands::note)),
            ],
        },
        Notice::Reopened => Told {
            title: "再び異常を検知しました".to_owned(),
            happened: "復旧とした件について再び異常を検知したため、同じ受付番号で対応を再開しました。".to_owned(),
            details: Vec::new(),
            steps: vec![("経過を確認し、対応を続けてください。", with(commands::show))],
        },
        Notice::NotDelivered { kind, address, why } => Told {
            title: format!("{}を届けられませんでした", text::or(text::name(kind), "メール")),
            happened: format!(
                "{}を届けられませんでした。お電話など、別の方法での連絡をお願いします。",
                text::or(text::name(kind), "メール")
            ),
            details: vec![
                format!("宛先：{}", text::or(text::name(address), "不明")),
                format!("サーバの応答：{}", text::or(text::summary(why), "不明")),
            ],
            steps: vec![
                ("送達の状況を確認してください。", vec![commands::OUTBOX.to_owned()]),
                ("宛先を直したら、再送してください。", vec![commands::RETRY.to_owned()]),
            ],
        },
        Notice::RulesRefused { faults } => Told {
            title: "設定を読み込めませんでした".to_owned(),
            happened: "設定の変更に誤りがあるため、読み込みませんでした。これまでの設定で運転を続けております。".to_owned(),
            details: faults.iter().take(20).map(|fault| text::summary(fault)).collect(),
            steps: vec![("誤りを直してから、再読み込みしてください。", vec![commands::CHECK.to_owned()])],
        },
        Notice::Remark { source, text: remark } => Told {
            title: format!("監視元「{}」からの連絡", text::or(text::name(source), "不明")),
            happened: "監視元について、確認が必要な点があります。".to_owned(),
            details: vec![text::or(text::note(remark), "不明")],
            steps: vec![("監視元の状態を確認してください。", vec![commands::STATUS.to_owned()])],
        },
        Notice::WasDown { from, until } => Told {
            title: "運用監視システムが停止していました".to_owned(),
            happened: format!(
                "運用監視システムが{}から{}まで（{}）停止していました。この間の事象は、監視元の記録から取り込みます。",
                clock.short(*from),
                clock.short(*until),
                super::time::span(*from, *until)
            ),
            details: Vec::new(),
            steps: vec![
                ("監視元と送達の状態を確認してください。", vec![commands::STATUS.to_owned()]),
                ("この間の障害の有無を確認してください。", vec![commands::LIST.to_owned()]),
            ],
        },
        Notice::SetAside { what } => Told {
            title: "処理できない入力を取り分けました".to_owned(),
            happened: "処理できない入力があったため、取り分けて運転を続けております。見落としがないか、内容の確認をお願いします。".to_owned(),
            details: vec![text::or(text::note(what), "不明")],
            steps: vec![("監視元の画面と対応中の一覧を見比べてください。", vec![commands::LIST.to_owned()])],
        },
        Notice::Damage { what } => Told {
            title: "記録の一部を読み取れませんでした".to_owned(),
            happened: "記録の一部を読み取れませんでした。読み取れたものから運転を続けております。".to_owned(),
            details: vec![text::or(text::note(what), "不明")],
            steps: vec![
                ("記録を検査し、システム管理者へ連絡してください。", vec![commands::VERIFY.to_owned()]),
                ("対応中の件に漏れがないか確認してください。", vec![commands::LIST.to_owned()]),
            ],
        },
    }
}

fn stopped_because(incident: Option<&Facts>) -> &'static str {
    match incident.and_then(|facts| facts.verdict.as_ref()).map(|verdict| verdict.code) {
        None | Some(VerdictCode::Unknown) => "自動の一次切り分けでは、原因を特定できませんでした。",
        Some(VerdictCode::Single | VerdictCode::Multi) => "担当とみられる業者がありますが、確度が十分ではありません。",
        Some(VerdictCode::Own) => "窓口で対応する事象と判定しました。",
        Some(VerdictCode::ScopeOut) => "保守契約の対象範囲外と判定しました。",
        Some(VerdictCode::External) => "外部サービスの事象と判定しました。",
        Some(VerdictCode::User) => "利用者側の事象と判定しました。",
        Some(VerdictCode::Planned) => "計画作業に伴う事象と判定しました。",
        Some(VerdictCode::Monitor) => "監視側の事象と判定しました。",
        Some(VerdictCode::Security) => "情報セキュリティインシデントの疑いがあります。",
    }
}

/// 日報.
pub(super) fn digest(letter: &Letter, digest: &Digest) -> (String, Page) {
    let clock = Clock::of(letter);
    let mut page = Page::new(letter.language);
    greeting(&mut page, letter, Reader::Desk);
    page.text(format!("{}{}現在の状況をお知らせします。", clock.today(), clock.now()));
    let lists = [
        ("対応中", &digest.open),
        ("本日の次回報告予定", &digest.promised),
        ("未受領", &digest.unacknowledged),
        ("送達失敗", &digest.undelivered),
        ("静観", &digest.watched),
        ("重大度4", &digest.low),
    ];
    for (label, lines) in lists {
        page.section(Name::Annex);
        page.items(&format!("■{label}（{}件）", lines.len()), rows(lines, &clock), "該当なし");
    }
    let blind = digest.blind.iter().map(|(source, from, until)| {
        let until = until.map_or_else(|| "継続中".to_owned(), |until| clock.column(until));
        format!("{}　{} 〜 {until}", text::name(source), clock.column(*from))
    });
    page.section(Name::Annex).items(&format!("■監視停止（{}件）", digest.blind.len()), blind.collect(), "該当なし");
    closing(&mut page, letter, Reader::Desk, false);
    let what = format!(
        "{} {} 対応中{}件・未受領{}件・静観{}件",
        text::name(&letter.from.site),
        clock.today(),
        digest.open.len(),
        digest.unacknowledged.len(),
        digest.watched.len() + digest.low.len()
    );
    (subject(&["日報"], what.trim(), None, None), page)
}

/// What was red before the first look.
pub(super) fn adopted(letter: &Letter, source: &str, problems: &[DigestLine], total: usize) -> (String, Page) {
    let clock = Clock::of(letter);
    let source = text::or(text::name(source), "監視元");
    let mut page = Page::new(letter.language);
    greeting(&mut page, letter, Reader::Desk);
    page.text(format!("「{source}」の監視を開始しました。開始の時点で、すでに{total}件の異常が発生しております。"));
    page.text(
        "これらについては、業者への依頼も主管課への報告も行っておりません。状態が変わるか、窓口の操作があった時点で、\
         通常の障害として扱います。",
    );
    let mut listed = rows(problems, &clock);
    if total > problems.len() {
        listed.push(format!("ほか{}件", total - problems.len()));
    }
    page.section(Name::Annex).items(&format!("■開始時の異常（{total}件）"), listed, "該当なし");
    page.section(Name::Annex).text("次に行うこと：").item("対応が必要なものがないか確認してください。");
    page.command(commands::LIST.to_owned());
    closing(&mut page, letter, Reader::Desk, false);
    let what = format!("{} {source}の監視開始時点の異常{total}件", text::name(&letter.from.site));
    (subject(&["監視開始"], what.trim(), None, None), page)
}

fn rows(lines: &[DigestLine], clock: &Clock) -> Vec<String> {
    lines.iter().map(|line| row(line, clock)).collect()
}

/// `KW-20260920-0001　09-20 02:13　重大度1　対応中　本庁舎コアスイッチ Ping応答なし`
fn row(line: &DigestLine, clock: &Clock) -> String {
    let mut parts: Vec<String> = Vec::new();
    parts.extend(line.number.as_ref().map(number_of));
    parts.push(clock.column(line.at));
    parts.extend(line.severity.map(|severity| format!("重大度{severity}")));
    parts.extend(line.stage.map(|stage| words::stage(stage).to_owned()));
    parts.push(text::or(text::summary(&line.text), "不明"));
    parts.join("　")
}
