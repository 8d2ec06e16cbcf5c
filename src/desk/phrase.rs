//! Phrases in both languages, for whoever asks afterwards why (`explain`): a rule's conditions, what was seen instead, what
//! was missing.
//!
//! Conditions bring their own words along, so that a new kind is one file. What a mail says is worded in `render`, from
//! facts. Not here: names and texts from outside, which stand in a phrase as they came.

use jiff::Zoned;
use jiff::civil::Weekday;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::time::Duration;

/// The same in English and in Japanese: a part of a sentence, without a full stop.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
pub struct Phrase {
    /// In English.
    pub en: Cow<'static, str>,
    /// In Japanese.
    pub ja: Cow<'static, str>,
}

impl Phrase {
    /// Both.
    pub fn new(en: impl Into<Cow<'static, str>>, ja: impl Into<Cow<'static, str>>) -> Self {
        Self { en: en.into(), ja: ja.into() }
    }

    /// What a program or an operating system said, as it came.
    pub fn as_told(said: impl Into<Cow<'static, str>>) -> Self {
        let said = said.into();
        Self { en: said.clone(), ja: said }
    }

    /// Several, of which any will do.
    pub fn either(phrases: &[Self]) -> Self {
        let en: Vec<String> = phrases.iter().map(Self::grouped).collect();
        // In quotes, because each may hold such a choice of names itself.
        let ja: Vec<String> = phrases.iter().map(|one| format!("「{}」", one.ja)).collect();
        Self::new(en.join(" or "), ja.join("または"))
    }

    /// Its English as part of a larger phrase: in brackets where it would not be seen what belongs together.
    pub fn grouped(&self) -> String {
        let compound = [" or ", ", ", "not: "].iter().any(|word| self.en.contains(word));
        if compound { format!("({})", self.en) } else { self.en.to_string() }
    }

    /// Names, of which any will do.
    pub fn any_of(names: &[impl ToString]) -> Self {
        let names: Vec<String> = names.iter().map(ToString::to_string).collect();
        Self::new(names.join(" or "), names.join(" または "))
    }
}

/// A length of time in Japanese, in the largest unit that fits: `90秒`, `5分`, `2時間`.
pub fn lasting(time: Duration) -> String {
    match time.as_secs() {
        secs if secs > 0 && secs.is_multiple_of(3600) => format!("{}時間", secs / 3600),
        secs if secs > 0 && secs.is_multiple_of(60) => format!("{}分", secs / 60),
        secs => format!("{secs}秒"),
    }
}

/// The day of the week in Japanese, in one character.
pub fn weekday(day: Weekday) -> &'static str {
    match day {
        Weekday::Monday => "月",
        Weekday::Tuesday => "火",
        Weekday::Wednesday => "水",
        Weekday::Thursday => "木",
        Weekday::Friday => "金",
        Weekday::Saturday => "土",
        Weekday::Sunday => "日",
    }
}

/// A moment in Japanese, with the day of the week: `2026-09-20（日）02:13`.
pub fn on(at: &Zoned) -> String {
    at.strftime(&format!("%Y-%m-%d（{}）%H:%M", weekday(at.weekday()))).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn choices_and_lengths_of_time_read_in_both_languages() {
        let one = Phrase::any_of(&["fw-01", "fw-02"]);
        assert_eq!((one.en.as_ref(), one.ja.as_ref()), ("fw-01 or fw-02", "fw-01 または fw-02"));
        let both = Phrase::either(&[one, Phrase::new("it lasts", "継続")]);
        assert_eq!(
            (both.en.as_ref(), both.ja.as_ref()),
            ("(fw-01 or fw-02) or it lasts", "「fw-01 または fw-02」または「継続」")
        );
        let lengths = [0, 90, 300, 7200].map(|secs| lasting(Duration::from_secs(secs)));
        assert_eq!(lengths, ["0秒", "90秒", "5分", "2時間"]);
        let sunday = "2026-09-20T02:13[Asia/Tokyo]".parse().map(|at| on(&at));
        assert_eq!(sunday.ok().as_deref(), Some("2026-09-20（日）02:13"));
    }
}
