//! What surrounds the facts: subject line, addressee, greeting, closing words and whom to call.
//!
//! Shared by all Japanese mails. Not here: what any one kind of mail says.

use super::layout::{Name, Page};
use super::text;
use crate::desk::ids::Number;
use crate::desk::letter::{Addressee, Letter, Signature};

/// Who is written to, for the tone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reader {
    /// 主管課
    Office,
    /// 業者
    Vendor,
    /// 窓口
    Desk,
}

/// Characters between the tags and the number.
const WHAT: usize = 120;
/// Characters of a number.
const NUMBER: usize = 40;

/// 【tag】…【tag】what（重大度n）[number], at most 200 characters; brackets within `what` become others, so that only the
/// last ones hold the number that replies and searches look for, and only the first ones a kind of mail.
pub(super) fn subject(tags: &[&str], what: &str, severity: Option<u8>, number: Option<&Number>) -> String {
    let mut out: String = tags.iter().map(|tag| format!("【{tag}】")).collect();
    let what = text::cut(&text::clean(what), WHAT);
    out.extend(what.chars().map(|c| match c {
        '[' => '［',
        ']' => '］',
        '【' => '〔',
        '】' => '〕',
        c => c,
    }));
    if let Some(severity) = severity {
        out += &format!("（重大度{severity}）");
    }
    if let Some(number) = number {
        out += &format!("{}[{}]", if severity.is_some() { "" } else { " " }, number_of(number));
    }
    out
}

/// A number as shown.
pub(super) fn number_of(number: &Number) -> String {
    text::cut(&text::name(&number.0), NUMBER)
}

/// The first line: never two titles on one name.
pub(super) fn address(page: &mut Page, to: &Addressee, reader: Reader) {
    let organization = text::name(&to.organization);
    let contact = to.contact.as_deref().map(text::name).filter(|contact| !contact.is_empty());
    let title = |name: &str, title: &str| {
        let titled = ["御中", "様", "各位", "殿"].iter().any(|title| name.ends_with(title));
        if titled { name.to_owned() } else { format!("{name} {title}") }
    };
    let line = match (contact, to.person, reader) {
        (Some(contact), true, _) => title(&format!("{organization} {contact}"), "様"),
        (Some(contact), false, Reader::Desk) => title(&format!("{organization} {contact}"), "各位"),
        (Some(contact), false, _) => title(&format!("{organization} {contact}"), "ご担当者様"),
        (None, _, Reader::Desk) => title(&organization, "各位"),
        (None, ..) => title(&organization, "御中"),
    };
    page.section(Name::Address).text(line.trim().to_owned());
}

/// Opens the gist with the greeting fit for the reader; the desk is not greeted by its own machine.
pub(super) fn greeting(page: &mut Page, letter: &Letter, reader: Reader) {
    let desk_itself = reader == Reader::Desk && letter.to.organization == letter.from.organization;
    let to = match &letter.to.contact {
        // The organisation is larger than its desk.
        None if desk_itself && !letter.from.desk.is_empty() => {
            Addressee { contact: Some(letter.from.desk.clone()), ..letter.to.clone() }
        }
        _ => letter.to.clone(),
    };
    address(page, &to, reader);
    page.section(Name::Gist);
    match reader {
        Reader::Office => {
            page.text(format!("お世話になっております。{}です。", desk(&letter.from, false)));
        }
        Reader::Vendor => {
            page.text("いつもお世話になっております。");
            page.text(format!("{}でございます。", desk(&letter.from, true)));
        }
        Reader::Desk => {}
    }
    if let Some(before) = &letter.to.instead_of {
        let before = text::name(before);
        let whose = if before.is_empty() { "先の宛先".to_owned() } else { format!("「{before}」宛て") };
        page.text(format!("{whose}のメールが届かなかったため、本メールをお送りしております。"));
        if desk_itself {
            // Nobody else is told of it: it would be the same readers.
            page.text(
                "宛先に誤りがあれば、設定（parties.toml）を修正し、再読み込み（kiriwake reload）をしてください。",
            );
        }
    }
}

/// `システム運用窓口（株式会社K）`; with the site in front for whoever serves several.
pub(super) fn desk(from: &Signature, with_site: bool) -> String {
    let site = if with_site { text::name(&from.site) } else { String::new() };
    let organization = text::name(&from.organization);
    let desk = text::or(text::name(&from.desk), "運用窓口");
    // A desk that already carries the site's name does not say it twice.
    let site = if desk.starts_with(&site) { "" } else { &site };
    if organization.is_empty() { format!("{site}{desk}") } else { format!("{site}{desk}（{organization}）") }
}

/// 以上 where the mail says 下記, that a machine sends this, and whom to call.
pub(super) fn closing(page: &mut Page, letter: &Letter, reader: Reader, below: bool) {
    page.section(Name::Notice);
    if below {
        page.right("以上");
    }
    page.text(match letter.approved {
        true => "※本メールは、窓口にて内容を確認のうえ、運用監視システムから送信しております。",
        false => "※本メールは運用監視システムから自動で送信しております。",
    });
    contact(page, &letter.from, reader);
}

/// Whom to call: out of hours the night number stands first.
fn contact(page: &mut Page, from: &Signature, reader: Reader) {
    let day = from.phone.as_ref().and_then(|(phone, hours)| {
        let (phone, hours) = (text::name(phone), text::name(hours));
        let hours = if hours.is_empty() { hours } else { format!("（{hours}）") };
        (!phone.is_empty()).then(|| format!("電話 {phone}{hours}"))
    });
    let night = from.night_phone.as_deref().map(text::name).filter(|phone| !phone.is_empty());
    let night = night.map(|phone| format!("時間外 {phone}"));
    let mut numbers: Vec<String> = day.into_iter().chain(night).collect();
    if from.out_of_hours {
        numbers.reverse();
    }
    page.section(Name::Contact).rule().text(desk(from, reader != Reader::Office));
    if numbers.is_empty() {
        page.text("ご連絡は、本メールへのご返信にてお願いいたします。");
    } else {
        page.text(numbers.join("／"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::rules::Language;

    fn first_line(organization: &str, contact: Option<&str>, person: bool, reader: Reader) -> String {
        let to =
            Addressee { organization: organization.into(), contact: contact.map(Into::into), person, instead_of: None };
        let mut page = Page::new(Language::Ja);
        address(&mut page, &to, reader);
        page.set().trim_end().to_owned()
    }

    #[test]
    fn an_addressee_has_exactly_one_title() {
        assert_eq!(first_line("A町 総務課 情報係", None, false, Reader::Office), "A町 総務課 情報係 御中");
        assert_eq!(first_line("株式会社N", Some("保守受付"), false, Reader::Vendor), "株式会社N 保守受付 ご担当者様");
        assert_eq!(first_line("株式会社N", Some("中村"), true, Reader::Vendor), "株式会社N 中村 様");
        assert_eq!(first_line("株式会社N", Some("中村様"), true, Reader::Vendor), "株式会社N 中村様");
        assert_eq!(first_line("株式会社N", Some(""), false, Reader::Vendor), "株式会社N 御中");
        assert_eq!(first_line("株式会社N御中", None, false, Reader::Vendor), "株式会社N御中");
        assert_eq!(first_line("株式会社K", Some("運用窓口"), false, Reader::Desk), "株式会社K 運用窓口 各位");
    }

    #[test]
    fn brackets_in_the_message_cannot_pose_as_the_number() {
        let number = Number("KW-20260920-0001".into());
        let told = subject(&["障害"], "a [KW-1] 【復旧】", None, Some(&number));
        assert_eq!(told, "【障害】a ［KW-1］ 〔復旧〕 [KW-20260920-0001]");
    }
}
