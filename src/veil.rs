//! What the other side says, without the secrets it was given: refusals and error pages like to repeat them (P14).
//!
//! Place: below sources and channels, on every text of a far end before anybody else sees it. Not here: masking what looks
//! like a secret in texts of monitored systems (`render/mask.rs`); here the secrets are known.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use std::fmt::Write as _;

/// What stands in the place of a secret.
const VEIL: &str = "***";
/// A shorter secret is found in half the words there are; hiding it would only tell where.
const SHORTEST: usize = 4;
/// What marks the end of a text that was cut.
const CUT: char = '…';

/// `text` without `secrets`: as they are, on one line, or escaped and encoded as programs do (JSON, web addresses, HTML, base64).
/// Where the text was cut within one, what is left of it is hidden, too.
pub(crate) fn veiled<'a>(text: &str, secrets: impl IntoIterator<Item = &'a str>) -> String {
    without(text, secrets.into_iter().filter(|secret| secret.len() >= SHORTEST).flat_map(forms).collect())
}

fn without(text: &str, mut forms: Vec<String>) -> String {
    // The longest first: a shorter one may be part of it.
    forms.sort_by_key(|form| std::cmp::Reverse(form.len()));
    forms.dedup();
    let mut text = forms.iter().fold(text.to_owned(), |text, form| text.replace(form.as_str(), VEIL));
    // A cut text may go on with what was put around it, so every place that was cut is looked at.
    let cuts: Vec<usize> = text.match_indices(CUT).map(|(at, _)| at).collect();
    for at in cuts.into_iter().rev() {
        let before = text[..at].trim_end();
        let left = forms.iter().filter_map(|form| left_of(form, before)).max();
        if let Some(left) = left {
            text.replace_range(before.len() - left..at, VEIL);
        }
    }
    text
}

/// How much of `form` stands at the end of `text`.
fn left_of(form: &str, text: &str) -> Option<usize> {
    let lengths = form.char_indices().map(|(at, _)| at).filter(|length| *length >= SHORTEST);
    lengths.rev().find(|length| text.ends_with(&form[..*length]))
}

/// Every form in which a program repeats a secret.
fn forms(secret: &str) -> Vec<String> {
    let on_one_line = secret.split_whitespace().collect::<Vec<_>>().join(" ");
    let in_json = json(secret);
    let forms = [
        // As an error message quotes a request.
        json(&in_json),
        secret.escape_debug().to_string(),
        percent(secret, true),
        percent(secret, false),
        percent(secret, true).replace("%20", "+"),
        html(secret),
        STANDARD.encode(secret),
        URL_SAFE_NO_PAD.encode(secret),
        on_one_line.replace("=?", "= ?"),
        on_one_line,
        in_json,
        secret.to_owned(),
    ];
    forms.into_iter().filter(|form| form.len() >= SHORTEST).collect()
}

/// A text within a JSON string.
fn json(text: &str) -> String {
    let quoted = serde_json::Value::from(text).to_string();
    quoted[1..quoted.len() - 1].to_owned()
}

fn percent(text: &str, upper: bool) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        // Writing to a string does not fail.
        let _ = match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                write!(encoded, "{}", char::from(byte))
            }
            _ if upper => write!(encoded, "%{byte:02X}"),
            _ => write!(encoded, "%{byte:02x}"),
        };
    }
    encoded
}

fn html(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&#39;")
}

#[cfg(test)]
mod tests {
    use super::*;

    const PASSWORD: &str = "a \"b\\c<é>+/  %20";

    #[test]
    fn a_secret_is_hidden_in_every_form() {
        for form in forms(PASSWORD) {
            let said = format!("535 you said {form}, which is wrong");
            assert_eq!(veiled(&said, [PASSWORD]), "535 you said ***, which is wrong", "{form}");
        }
        let debug = format!("{PASSWORD:?}");
        assert_eq!(veiled(&debug, [PASSWORD]), "\"***\"");
    }

    #[test]
    fn what_a_cut_leaves_of_it_is_hidden_too() {
        let secret = "geheimesWort";
        for (said, left) in [
            ("401 geheimes…", "401 ***…"),
            ("401 geheimesWort und…", "401 *** und…"),
            ("401 gehe…", "401 ***…"),
            ("401 geh…", "401 geh…"),
            ("x geheim… y geheimesW… z", "x ***… y ***… z"),
            ("nothing…", "nothing…"),
        ] {
            assert_eq!(veiled(said, [secret]), left);
        }
    }

    #[test]
    fn others_words_stay() {
        assert_eq!(veiled("535 authentication failed", ["no", "", "pass"]), "535 authentication failed");
        let both = veiled("the token abcdefgh and its part abcd", ["abcd", "abcdefgh"]);
        assert_eq!(both, "the token *** and its part ***");
    }
}
