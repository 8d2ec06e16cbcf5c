//! 対応依頼, 調査依頼, 督促, 追加情報 and 取下げ: what a vendor is asked, with the facts it needs to act at night.
//!
//! Each vendor reads only of its own part; that is settled by what its letter holds. Source: `DOMAIN.md` §14.
//! Not here: the words for a phone call (`desk.rs`).

use super::frame::{Reader, closing, greeting, subject};
use super::layout::{Name, Page};
use super::quote::{self, Quoted};
use super::symptom::{Symptom, is_reported};
use super::time::Clock;
use super::{asking, because, ends, evidence, facts, impact, mask, shown, text, told, words};
use crate::desk::act::CancelKind;
use crate::desk::ids::Number;
use crate::desk::letter::{Ask, AskedBefore, Because, Fact, Facts, Letter, NoLog, Target};
use crate::desk::rules::{CauseClass, Confidence, VerdictCode};
use jiff::Timestamp;

/// How to answer.
pub(super) const ANSWER: &str = "下記の電話、または本メールへのご返信（件名はそのまま）にてお願いいたします。";
/// Messages quoted in a request.
const MESSAGES: usize = 20;

/// What a request carries beside the incident.
pub(super) struct More<'a> {
    pub(super) entry_phone: Option<&'a str>,
    pub(super) quoted: &'a Quoted,
    pub(super) before: Option<&'a AskedBefore>,
}

/// What a reminder carries beside the incident.
pub(super) struct Reminder<'a> {
    pub(super) asked_at: Timestamp,
    pub(super) nth: u32,
    pub(super) answer_by: Option<Timestamp>,
    pub(super) asked_of: Option<&'a (String, bool)>,
}

/// 対応依頼 or 調査依頼.
pub(super) fn request(
    letter: &Letter,
    incident: &Facts,
    ask: Ask,
    acknowledge_by: Timestamp,
    more: &More,
) -> (String, Page) {
    let clock = Clock::of(letter);
    let mut page = Page::new(letter.language);
    greeting(&mut page, letter, Reader::Vendor);
    asking::why(&mut page, letter, incident, (ask, more.before));
    facts::number(&mut page, incident);
    about(&mut page, incident, &clock);
    impact::brief(&mut page, incident, &clock);
    page.section(Name::State);
    findings(&mut page, incident, &clock);
    evidence::before(&mut page, incident, |at| clock.western(at));
    page.section(Name::Ask);
    page.lines("ご依頼事項", tasks(incident, ask, &clock.short(acknowledge_by)), "受領のご連絡");
    asking::untouched(&mut page, incident);
    page.field("ご連絡方法", ANSWER);
    // Only who repairs comes to the place.
    let phone = more.entry_phone.filter(|_| ask == Ask::Repair);
    if let Some(phone) = phone.map(text::name).filter(|phone| !phone.is_empty()) {
        page.field("入館", format!("情報センター {phone}（事前連絡要）"));
    }
    quotes(&mut page, incident, more.quoted, &clock);
    closing(&mut page, letter, Reader::Vendor, true);
    let recurs = incident.similar.iter().any(|similar| similar.recurrence);
    let tags: Vec<&str> = [(words::ask(ask), true), ("再発", recurs), ("至急", incident.severity <= 2)]
        .into_iter()
        .filter_map(|(tag, stands)| stands.then_some(tag))
        .collect();
    (vendor_subject(&tags, letter, incident), page)
}

/// 督促.
pub(super) fn chaser(letter: &Letter, incident: &Facts, ask: Ask, reminder: &Reminder) -> (String, Page) {
    let &Reminder { asked_at, nth, answer_by, asked_of } = reminder;
    let clock = Clock::of(letter);
    let mut page = Page::new(letter.language);
    greeting(&mut page, letter, Reader::Vendor);
    let whom = match asked_of {
        Some((name, true)) => format!("貴社 {} 様へ", text::name(name)),
        Some((name, false)) => format!("貴社{}へ", text::name(name)),
        None => String::new(),
    };
    page.text(format!(
        "{whom}先にご依頼いたしました下記の件につきまして、受領のご連絡を確認できておりません。\
         至急ご連絡くださいますようお願いいたします。行き違いの際はご容赦ください。"
    ));
    facts::number(&mut page, incident);
    let mut asked = vec![format!("{}　{}", clock.western(asked_at), words::ask(ask))];
    if nth > 1 {
        asked.push(format!("（受領確認のお願いは、本メールで{nth}回目です）"));
    }
    page.section(Name::Time).lines("ご依頼日時", asked, "確認中");
    about(&mut page, incident, &clock);
    impact::brief(&mut page, incident, &clock);
    let by = answer_by.map(|at| format!("（{}まで）", clock.short(at))).unwrap_or_default();
    page.section(Name::Ask).lines(
        "ご依頼事項",
        numbered(vec![format!("受領のご連絡{by}"), expected(ask).to_owned()]),
        "受領のご連絡",
    );
    asking::untouched(&mut page, incident);
    page.field("ご連絡方法", ANSWER);
    closing(&mut page, letter, Reader::Vendor, true);
    (vendor_subject(&["受領確認のお願い", words::ask(ask)], letter, incident), page)
}

/// What a reminder asks beside 受領.
fn expected(ask: Ask) -> &'static str {
    match ask {
        Ask::Repair => "ご対応の見込み（着手予定時刻、現地作業の要否）",
        Ask::Inquiry => "ご確認結果をいただける時刻の見込み",
    }
}

/// 追加情報: what came since `asked`, beside what was asked about. The subject says what is new.
pub(super) fn addition(
    letter: &Letter,
    incident: &Facts,
    (ask, asked_at): (Ask, Timestamp),
    alerts: &[Fact],
) -> (String, Page) {
    let clock = Clock::of(letter);
    let mut page = Page::new(letter.language);
    greeting(&mut page, letter, Reader::Vendor);
    // What it was asked about may be back, and nothing else.
    let again = incident.returned.is_some() && alerts.iter().all(|alert| shows(alert) == Some(&incident.summary));
    let (how, label) = if again { ("再び", "再検知した警報") } else { ("新たに", "新たな警報") };
    page.text(format!(
        "{}に{}をお送りいたしました件につきまして、対象機器において、{how}下記の警報を検知いたしましたので、\
         お知らせいたします。",
        clock.short(asked_at),
        words::ask(ask)
    ));
    facts::number(&mut page, incident);
    facts::occurred(&mut page, incident, |at| clock.western(at));
    page.section(Name::Symptom).lines("対象機器", target(incident), "確認中");
    page.field("ご依頼の事象", Symptom::of(incident).title());
    let news = alerts.iter().map(|alert| evidence::fact(alert, incident, &clock)).collect();
    page.section(Name::State).items(label, news, "確認中");
    page.section(Name::Ask).field(
        "ご依頼事項",
        "先のご依頼とあわせて、ご確認をお願いいたします（本件について、あらためての受領のご連絡は不要です）。",
    );
    asking::untouched(&mut page, incident);
    page.field("ご連絡方法", ANSWER);
    closing(&mut page, letter, Reader::Vendor, true);
    let new = alerts.iter().find_map(|alert| match alert {
        Fact::Alert { host, summary, .. } => Some(Symptom::from(summary, "", host, "").title()),
        _ => None,
    });
    let what = format!("{} {}", text::name(&letter.from.site), new.unwrap_or_else(|| Symptom::of(incident).title()));
    let urgent: &[&str] = if incident.severity <= 2 { &["至急"] } else { &[] };
    (subject(&[&["追加情報", words::ask(ask)], urgent].concat(), what.trim(), None, Some(&incident.number)), page)
}

/// The message of an alert.
fn shows(alert: &Fact) -> Option<&String> {
    match alert {
        Fact::Alert { summary, .. } => Some(summary),
        Fact::Kept(kept) => Some(&kept.summary),
        _ => None,
    }
}

/// 取下げ.
pub(super) fn withdrawal(
    letter: &Letter,
    incident: &Facts,
    asked_at: Timestamp,
    (cancelled, under): (Option<CancelKind>, Option<&Number>),
) -> (String, Page) {
    let clock = Clock::of(letter);
    let mut page = Page::new(letter.language);
    greeting(&mut page, letter, Reader::Vendor);
    if is_secret(incident) {
        return withdrawn_in_secret(page, letter, incident, (asked_at, cancelled));
    }
    page.text(format!(
        "下記の件につきまして、{}、先のご依頼を取り下げさせていただきます。",
        ends::taken_back(incident, cancelled, under)
    ));
    facts::number(&mut page, incident);
    page.section(Name::Time).field("ご依頼日時", clock.western(asked_at));
    about(&mut page, incident, &clock);
    page.section(Name::Courtesy).text("お手数をおかけし、申し訳ございません。").text(ends::thanks(under));
    closing(&mut page, letter, Reader::Vendor, true);
    (vendor_subject(&["依頼取下げ"], letter, incident), page)
}

fn is_secret(incident: &Facts) -> bool {
    incident.verdict.as_ref().is_some_and(|verdict| verdict.code == VerdictCode::Security)
}

/// 取下げ where the least must be said: that it is not asked any more, and that what may be evidence is to be left alone.
fn withdrawn_in_secret(
    mut page: Page,
    letter: &Letter,
    incident: &Facts,
    (asked_at, cancelled): (Timestamp, Option<CancelKind>),
) -> (String, Page) {
    page.text("下記の件につきまして、先のご依頼を取り下げさせていただきます。");
    if cancelled.is_none() {
        page.text(
            "対象機器は、当窓口よりご連絡いたしますまで現在の状態のままとし、再起動、設定変更、ログの削除等の操作は\
             なさらないようお願いいたします。すでに作業に着手されている場合や、ご不明な点がある場合は、当窓口まで\
             お電話ください。",
        );
    }
    facts::number(&mut page, incident);
    page.section(Name::Time).field("ご依頼日時", Clock::of(letter).western(asked_at));
    page.section(Name::Symptom).lines("対象機器", target(incident), "確認中");
    page.section(Name::Courtesy).text("お手数をおかけし、申し訳ございません。");
    closing(&mut page, letter, Reader::Vendor, true);
    let what = incident.target.as_ref().map(|target| text::name(&target.name)).unwrap_or_default();
    let what = format!("{} {what}", text::name(&letter.from.site));
    (subject(&["依頼取下げ"], what.trim(), None, Some(&incident.number)), page)
}

fn vendor_subject(tags: &[&str], letter: &Letter, incident: &Facts) -> String {
    let what = format!("{} {}", text::name(&letter.from.site), Symptom::of(incident).title());
    subject(tags, what.trim(), None, Some(&incident.number))
}

/// 対象機器, 発生日時, 事象.
fn about(page: &mut Page, incident: &Facts, clock: &Clock) {
    facts::occurred(page, incident, |at| clock.western(at));
    page.section(Name::Symptom).lines("対象機器", target(incident), "確認中");
    page.field("事象", shown::sentences(incident, clock));
    told::related(page, incident, clock);
    shown::echoes(page, incident);
}

/// The things: of each its name and hosts, then what its keeper looks it up by.
pub(super) fn target(incident: &Facts) -> Vec<String> {
    let main = match &incident.target {
        Some(target) => thing(target),
        None if told::is_ordered(incident) => Vec::new(),
        None => host(incident),
    };
    main.into_iter().chain(incident.also.iter().flat_map(thing)).collect()
}

fn host(incident: &Facts) -> Vec<String> {
    let (host, known) = (text::name(&incident.host.0), text::name(&incident.host.1));
    match (known.is_empty() || known == host, host.is_empty()) {
        (_, true) if known.is_empty() => Vec::new(),
        (_, true) => vec![known],
        (true, _) => vec![host],
        (false, _) => vec![format!("{known}（{host}）")],
    }
}

fn thing(Target { name, hosts, asset }: &Target) -> Vec<String> {
    let hosts = facts::listed(hosts, "台");
    let name = text::or(text::name(name), "確認中");
    let mut lines = vec![if hosts.is_empty() { name } else { format!("{name}（{hosts}）") }];
    let details = [
        ("型番", &asset.model),
        ("製造番号", &asset.serial),
        ("設置場所", &asset.place),
        ("保守契約番号", &asset.contract),
    ];
    let details: Vec<String> = details
        .iter()
        .map(|(label, value)| (label, text::name(value)))
        .filter(|(_, value)| !value.is_empty())
        .map(|(label, value)| format!("{label} {value}"))
        .collect();
    if !details.is_empty() {
        lines.push(details.join("／"));
    }
    lines
}

/// 確認済みの事実, 推定, 未確認: kept apart.
fn findings(page: &mut Page, incident: &Facts, clock: &Clock) {
    let verdict = incident.verdict.as_ref();
    let list = |facts: &[_]| facts.iter().map(|one| evidence::fact(one, incident, clock)).collect::<Vec<_>>();
    page.items(
        "確認済みの事実",
        verdict.map(|verdict| list(&verdict.evidence)).unwrap_or_default(),
        told::only_known(incident),
    );
    let Some(verdict) = verdict else {
        page.field("推定", "切り分け中").field("未確認", "原因");
        return;
    };
    if verdict.because == Because::Ordered {
        let why = because::japanese(&verdict.because);
        page.field("推定", "確認中").field("ご依頼の理由", why).field("未確認", "原因");
        return;
    }
    let component = text::name(incident.component.as_deref().unwrap_or_default());
    let component = if verdict.unplaced { String::new() } else { component };
    let component = facts::with_others(text::or(component, "貴社保守対象"), incident);
    let cause = verdict.cause.map(|cause| format!("分類：{}、", words::cause(cause))).unwrap_or_default();
    let mark = format!("確度：{}、{}", words::confidence(verdict.confidence), words::by(verdict.by));
    // 確定 is no guess any more.
    let (label, likely) = match verdict.confidence {
        Confidence::Confirmed => ("切り分け", "もの"),
        _ => ("推定", "可能性"),
    };
    let origin = if verdict.overrun { "計画作業".to_owned() } else { component };
    page.field(label, format!("{origin}に起因する{likely}（{cause}{mark}）"));
    page.field(if label == "推定" { "推定の根拠" } else { "根拠" }, facts::ground(verdict));
    let mut open = list(&verdict.not_known);
    if needs_eyes(incident) {
        open.push(match incident.looked {
            Some(false) => "現地の状態（電源、表示ランプなど。情報センターへ確認を依頼中）".to_owned(),
            Some(true) | None => "現地の状態（電源、表示ランプなど）".to_owned(),
        });
    }
    open.push("原因".to_owned());
    page.field("未確認", open.join("、"));
}

/// Whether somebody must look at the thing itself.
fn needs_eyes(incident: &Facts) -> bool {
    let cause = incident.verdict.as_ref().and_then(|verdict| verdict.cause);
    matches!(cause, Some(CauseClass::Hw | CauseClass::Nw | CauseClass::Fa)) || is_hardware(incident)
}

fn is_hardware(incident: &Facts) -> bool {
    incident.target.as_ref().is_some_and(|target| !target.asset.model.is_empty() || !target.asset.serial.is_empty())
}

fn tasks(incident: &Facts, ask: Ask, acknowledge_by: &str) -> Vec<String> {
    let mut tasks = vec![format!("受領のご連絡（{acknowledge_by}まで）")];
    match ask {
        Ask::Repair => {
            if facts::overrun(incident).is_some() {
                tasks.push("作業の状況（終了、継続、切り戻し）と、延長の要否のご連絡".to_owned());
            }
            tasks.push("調査と復旧作業".to_owned());
            tasks.push("復旧見込みと現地作業の要否のご連絡（現地作業の場合は到着見込み）".to_owned());
            if is_hardware(incident) {
                tasks.push("必要に応じた保守部品の手配・持参".to_owned());
            }
            tasks.push("対処内容のご報告".to_owned());
        }
        Ask::Inquiry => {
            tasks.push("貴社範囲における異常の有無のご確認".to_owned());
            tasks.push("直前の作業・設定変更の有無のご確認".to_owned());
            tasks.push("ご確認結果のご連絡".to_owned());
        }
    }
    numbered(tasks)
}

fn numbered(tasks: Vec<String>) -> Vec<String> {
    tasks.into_iter().enumerate().map(|(n, task)| format!("({}) {task}", n + 1)).collect()
}

/// How much is quoted, how much is kept, and what is not.
fn extract(quoted: &Quoted, clock: &Clock) -> String {
    let (lines, kept) = (quoted.lines.len(), quote::grouped(quoted.kept));
    let missing = quoted.missing.map(|why| match why {
        NoLog::Failed => "ログの読み取りに失敗しました",
        NoLog::Late => "送信までにログの読み取りが完了しておりません",
    });
    let erased = quoted.erased.map(|at| clock.day(at));
    let more = quoted.more().then(|| format!("全{kept}行は窓口で保管"));
    let others = erased.iter().map(|day| format!("取得したログの一部は{day}に窓口の記録から消去済み"));
    let notes: Vec<String> = match (lines, more, missing, &erased) {
        (0, None, Some(why), _) => {
            let notes: Vec<String> = [why.to_owned()].into_iter().chain(others).collect();
            return format!("確認できず（{}）", notes.join("。"));
        }
        (0, None, None, None) => return "該当なし".to_owned(),
        (0, None, None, Some(day)) => return format!("引用なし（取得したログは{day}に窓口の記録から消去済み）"),
        (0, Some(more), _, _) => [more].into_iter().chain(others).collect(),
        (_, more, missing, _) => {
            let missing = missing.map(|why| format!("ほかのログは確認できず：{why}"));
            [format!("以下{lines}行")].into_iter().chain(more).chain(missing).chain(others).collect()
        }
    };
    format!("（{}）", notes.join("。"))
}

/// 監視の表示 and ログ抜粋, as they are but for what is anybody's own.
fn quotes(page: &mut Page, incident: &Facts, quoted: &Quoted, clock: &Clock) {
    page.section(Name::Annex);
    let shown = |line: &String| text::line(&mask::for_mail(line));
    let messages: Vec<String> = incident.messages.iter().take(MESSAGES).map(shown).collect();
    let messages = if messages.is_empty() { vec![shown(&incident.summary)] } else { messages };
    let label = if is_reported(incident) { "申告内容" } else { "監視の表示" };
    page.field(label, format!("（{}件）", messages.len()));
    page.quote(messages);
    page.field("ログ抜粋", extract(quoted, clock));
    if !quoted.lines.is_empty() {
        page.quote(quoted.lines.clone());
    }
}
