//! The text of a transcript, line by line. Not here: what the words of an input mean (`input`).

use jiff::civil::{Date, DateTime, Time};

/// A transcript as read.
#[derive(Debug, Default)]
pub(super) struct Script {
    /// Every line as it stands.
    pub(super) lines: Vec<Line>,
    /// The inputs, in order.
    pub(super) inputs: Vec<Input>,
    /// Lines that make no sense: number and what is wrong.
    pub(super) faults: Vec<(usize, String)>,
}

/// One line.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) text: String,
    /// It is an outcome and is rewritten.
    pub(super) is_outcome: bool,
}

/// One input and what is expected under it.
#[derive(Debug)]
pub(super) struct Input {
    /// Its line, from 1.
    pub(super) line: usize,
    /// When, at the site.
    pub(super) at: DateTime,
    /// Its words; quoted ones without their quotes.
    pub(super) words: Vec<String>,
    /// What is expected.
    pub(super) expected: Vec<Expected>,
}

/// One expectation.
#[derive(Debug)]
pub(super) struct Expected {
    pub(super) line: usize,
    /// `>`: it must come; `!`: it must not.
    pub(super) must: bool,
    pub(super) text: String,
}

/// Reads a transcript. Nothing here fails: what makes no sense is listed.
pub(super) fn read(text: &str) -> Script {
    let mut script = Script::default();
    let mut date: Option<Date> = None;
    for (index, raw) in text.lines().enumerate() {
        let number = index + 1;
        let line = raw.trim();
        let outcome =
            line.strip_prefix('>').map(|rest| (true, rest)).or(line.strip_prefix('!').map(|rest| (false, rest)));
        script.lines.push(Line { text: raw.trim_end().to_owned(), is_outcome: outcome.is_some() });
        if line.is_empty() || line.starts_with(['#', '|']) {
            continue;
        }
        if let Some((must, rest)) = outcome {
            let expected = Expected { line: number, must, text: squeeze(rest) };
            match script.inputs.last_mut() {
                Some(input) => input.expected.push(expected),
                None => script.faults.push((number, "an outcome stands before any input".to_owned())),
            }
        } else if let Some(rest) = line.strip_prefix('@') {
            match rest.trim().parse() {
                Ok(parsed) => date = Some(parsed),
                Err(_) => script.faults.push((number, "`@` is followed by a date like 2026-09-20".to_owned())),
            }
        } else {
            match input(number, line, date) {
                Ok(input) => {
                    if script.inputs.last().is_some_and(|last| last.at > input.at) {
                        let why = "goes back in time; `@ DATE` begins another day".to_owned();
                        script.faults.push((number, why));
                    } else {
                        script.inputs.push(input);
                    }
                }
                Err(why) => script.faults.push((number, why)),
            }
        }
    }
    script
}

fn input(line: usize, text: &str, date: Option<Date>) -> Result<Input, String> {
    let mut words = words(text)?;
    let time = words.first().and_then(|word| time(word));
    let time = time.ok_or("begins with neither a time (02:13 or 02:13:40), `@`, `>`, `!`, `|` nor `#`")?;
    let date = date.ok_or("comes before any `@ DATE`")?;
    words.remove(0);
    if words.is_empty() {
        return Err("a time without an input; `clock` only lets time pass".to_owned());
    }
    Ok(Input { line, at: date.to_datetime(time), words, expected: Vec::new() })
}

/// `02:13` or `02:13:40`.
pub(super) fn time(word: &str) -> Option<Time> {
    let mut parts = word.split(':');
    let mut next = || parts.next().map(str::parse::<i8>);
    let (hour, minute) = (next()?.ok()?, next()?.ok()?);
    let second = match next() {
        Some(second) => second.ok()?,
        None => 0,
    };
    if parts.next().is_some() {
        return None;
    }
    Time::new(hour, minute, second, 0).ok()
}

/// Words separated by spaces; `"…"` holds spaces, also after `=`.
fn words(text: &str) -> Result<Vec<String>, String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quoted = false;
    for c in text.chars() {
        match c {
            '"' => {
                quoted = !quoted;
                word.get_or_insert_default();
            }
            ' ' | '\t' if !quoted => words.extend(word.take()),
            c => word.get_or_insert_default().push(c),
        }
    }
    if quoted {
        return Err("a quotation mark is never closed".to_owned());
    }
    words.extend(word);
    Ok(words)
}

/// One space between words.
pub(super) fn squeeze(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_hold_words_together_also_after_an_equals_sign() {
        assert_eq!(words(r#"a "b c" d="e f" """#).expect("sound"), ["a", "b c", "d=e f", ""]);
        assert!(words(r#"a "b"#).is_err());
    }

    #[test]
    fn every_line_that_makes_no_sense_is_told_with_its_number() {
        let script =
            read("> early\n02:00 clock\n@ nonsense\n@ 2026-09-20\n02:00 clock\n01:00 clock\n25:00 clock\n03:00\n");
        let lines: Vec<usize> = script.faults.iter().map(|(line, _)| *line).collect();
        assert_eq!(lines, [1, 2, 3, 6, 7, 8]);
        assert_eq!(script.inputs.len(), 1);
    }
}
