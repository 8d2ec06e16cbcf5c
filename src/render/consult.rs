//! 相談: what 主管課 is asked to decide.
//!
//! Source of the wording: `DOMAIN.md` §14.

use super::frame::{Reader, closing, greeting, subject};
use super::layout::{Name, Page};
use super::outside::Outside;
use super::symptom::is_reported;
use super::time::Clock;
use super::{call, facts, impact, report, shown, text, words};
use crate::desk::letter::{Because, Closure, Facts, Happening, Letter, Stage, VerdictFacts};
use crate::desk::rules::Effect;
use jiff::Timestamp;

/// What a 相談 carries beside the incident.
pub(super) struct Asked<'a> {
    pub(super) wished_by: Option<Timestamp>,
    pub(super) nth: u32,
    pub(super) first: bool,
    pub(super) closed: Option<&'a Closure>,
    pub(super) held: Option<&'a str>,
    pub(super) news: &'a [Happening],
}

/// 相談: asks for a decision, with options and the risk of waiting.
pub(super) fn consultation(
    letter: &Letter,
    incident: &Facts,
    &Asked { wished_by, nth, first, closed, held, news }: &Asked,
) -> (String, Page) {
    let clock = Clock::of(letter);
    let outside = Outside::of(incident);
    let mut page = Page::new(letter.language);
    greeting(&mut page, letter, Reader::Office);
    if first {
        let seen =
            if is_reported(incident) { "の申告を受けました" } else { "の障害を検知いたしました" };
        page.text(format!(
            "下記{seen}ので、第一報としてご報告いたしますとともに、今後の対応についてご相談申し上げます。"
        ));
    } else if nth > 1 {
        page.text("先にご相談いたしました下記の件につきまして、あらためてご判断をお願いいたします。");
    } else {
        page.text("下記の事象につきまして、ご相談申し上げます。");
    }
    if let Some(closed) = closed {
        page.text(closed_words(incident, closed, &clock));
    } else if let Some(outside) = &outside {
        page.text(outside.question());
    } else if incident.stage == Stage::OnHold {
        let why = held.map(text::note).filter(|why| !why.is_empty());
        let why = why.map(|why| format!("（理由：{}）", why.trim_end_matches('。'))).unwrap_or_default();
        page.text(format!(
            "本件は、窓口にて対応を保留しております{why}。今後の対応につきまして、ご判断をお願いいたします。"
        ));
    } else {
        let silent = facts::listed(&facts::unanswered(incident), "者");
        if !silent.is_empty() {
            let ask = incident.asked.first().map_or("対応", |asked| words::asked_for(asked.ask));
            page.text(format!("保守業者（{silent}）へ{ask}を依頼しておりますが、受領の連絡を確認できておりません。"));
        }
        page.text("今後の対応につきまして、ご判断をお願いいたします。");
    }
    facts::number(&mut page, incident);
    facts::occurred(&mut page, incident, |at| clock.era(at));
    if first {
        page.field("受付契機", words::detected_by(incident.detected_by));
    }
    shown::field(&mut page, incident, &clock);
    impact::office(&mut page, incident, &clock);
    page.section(Name::State);
    if !news.is_empty() {
        page.items("前報からの変化", report::happenings(news, letter.words_by(), &clock), "該当なし");
    }
    page.field("切り分け", facts::isolation(incident, &clock));
    // In the words of a rule or a person: what the desk finds by itself stands in 切り分け already.
    let stated = |verdict: &&VerdictFacts| matches!(verdict.because, Because::Words(_));
    if let Some(verdict) = incident.verdict.as_ref().filter(stated).filter(|_| outside.is_some()) {
        page.field("判断の根拠", facts::ground(verdict));
    }
    page.lines("現在の状況", facts::state(incident, &clock), "確認中");
    if let Some(closed) = closed {
        page.lines("電話連絡", call::so_far(&closed.tried, &clock), "記録なし");
    }
    if first {
        page.field("復旧見込み", facts::outlook(incident));
    }
    page.section(Name::Ask);
    let owner = outside.as_ref().map(Outside::contact).unwrap_or_default();
    if !owner.is_empty() {
        page.lines("登録の連絡先", owner, "該当なし");
    }
    // What cannot be used needs more than one decision; these are no alternatives.
    let label = if stops(incident) && outside.is_none() { "ご判断事項" } else { "対応の選択肢" };
    page.lines(label, options(incident, outside.as_ref(), closed.is_some()), "確認中");
    page.field("留意点", risk(incident, closed.is_some()));
    page.field(
        "ご回答希望",
        match wished_by {
            Some(at) => format!("{}まで", clock.era(at)),
            None if incident.severity <= 2 || closed.is_some() => {
                "できるだけ早く、窓口へお電話にてお願いいたします。".to_owned()
            }
            None => "ご都合がつき次第".to_owned(),
        },
    );
    if first {
        page.field("次回報告", facts::next_report(incident.next_report, &clock));
        page.section(Name::Courtesy).text("ご迷惑をおかけしておりますことをお詫び申し上げます。");
    }
    closing(&mut page, letter, Reader::Office, true);
    let what = facts::office_title(incident);
    let tags: &[&str] = if first {
        &["ご相談", "ご判断のお願い", "第一報"]
    } else {
        &["ご相談", "ご判断のお願い"]
    };
    (subject(tags, &what, Some(incident.severity), Some(&incident.number)), page)
}

/// 「対象機器は、二重化した片方のみで運転しております。保守業者（…）は11月24日（火）9時00分まで受付時間外で、…」
fn closed_words(incident: &Facts, closed: &Closure, clock: &Clock) -> String {
    let one_sided = incident.impact.one_sided.as_ref().filter(|_| goes_on(incident));
    let now = match (one_sided, incident.effect) {
        (Some(_), _) => "対象機器は、二重化した片方のみで運転しております。",
        (None, Some(Effect::None)) => "現在、影響は確認されておりませんが、異常が継続しております。",
        (None, _) => "現在、異常が継続しております。",
    };
    let asked = if goes_on(incident) {
        "このまま運転を継続してよいか、ご判断をお願いいたします。"
    } else {
        "今後の対応につきまして、ご判断をお願いいたします。"
    };
    format!(
        "{now}保守業者（{}）は{}まで受付時間外で、現時点で受領の連絡を得ておりません。\
         それまで対応を開始できない可能性があります。{asked}",
        text::name(&closed.party),
        clock.short(closed.opens)
    )
}

/// Nothing has stopped: it can be left as it is. A pair of which one side works may stand beside what has.
fn goes_on(incident: &Facts) -> bool {
    incident.impact.one_sided.is_some() && !stops(incident) || incident.effect == Some(Effect::None)
}

fn stops(incident: &Facts) -> bool {
    incident.effect == Some(Effect::Stopped) && !incident.systems.is_empty()
}

/// What waiting means.
fn risk(incident: &Facts, closed: bool) -> &'static str {
    match (&incident.impact.one_sided, closed) {
        _ if stops(incident) => {
            "復旧までの間、上記のシステムをご利用いただけない状態が続く見込みです。影響が広がるおそれの有無は確認中です。"
        }
        (Some(_), true) => {
            "保守業者の受付再開までの間、片系での運転が続く見込みです。この間に残る一方にも異常が生じた場合は、\
             システムをご利用いただけなくなるおそれがあります。"
        }
        (Some(_), false) => {
            "ご判断までの間、片系での運転が続く見込みです。この間に残る一方にも異常が生じた場合は、\
             システムをご利用いただけなくなるおそれがあります。"
        }
        (None, _) => "ご判断までの間、現在の状態が続く見込みです。影響が広がるおそれの有無は確認中です。",
    }
}

fn options(incident: &Facts, outside: Option<&Outside>, closed: bool) -> Vec<String> {
    let substitute = match incident.substitute {
        Some(true) => "代替手段による運用の継続",
        _ => "代替手段による運用の継続（代替手段の有無は確認中）",
    };
    let until = match incident.substitute {
        Some(false) => "復旧までの業務の取扱い（受付の一時休止、後日の処理など）",
        _ => "復旧までの業務の取扱い（代替手段による継続、受付の一時休止など）",
    };
    let first = outside.map(Outside::first_option);
    let options: &[&str] = match (&first, incident.substitute) {
        (Some(first), Some(false)) => &[first, "経過の観察"],
        (Some(first), _) => &[first, substitute, "経過の観察"],
        (None, _) if closed && goes_on(incident) => &[
            "このまま運転を継続し、保守業者からの連絡を待つ",
            "対象システムを計画的に停止する、または代替の手段に切り替える",
            "別の手段による対応（保守契約外の手配等）",
        ],
        (None, _) if stops(incident) => &[until, "追加の対応（保守契約外の手配等）の要否"],
        (None, _) if !facts::unanswered(incident).is_empty() && incident.stage != Stage::OnHold => &[
            "保守業者からの連絡を待ち、現在の状態で運用を継続",
            "運用の停止または切替え",
            "別の手段による対応（保守契約外の手配等）",
        ],
        (None, _) => &["現在の状態での運用の継続", "運用の停止または切替え", "追加の対応（保守契約外の手配等）"],
    };
    options.iter().enumerate().map(|(n, option)| format!("({}) {option}", n + 1)).collect()
}
