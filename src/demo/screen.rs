//! The page on the terminal: a column of story time, who speaks, what happened. Colour is an extra, never the message.
//!
//! One line may be alive: a count that is written over until the next thing happens. Where the output is not a terminal
//! only its last state is written. Not here: the words.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::io::{self, Write};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Columns before the words: the time and who speaks.
const MARGIN: usize = 20;
/// Lines are broken here, so that they fit a window nobody has made wider.
const WIDTH: usize = 100;

/// Who speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Voice {
    /// What really happens, unseen by anybody.
    World,
    /// The monitoring.
    Watch,
    /// The desk.
    Desk,
    /// A mail that left.
    Mail,
    /// A person at the desk.
    Person,
}

/// The page.
pub(super) struct Screen<'a> {
    out: &'a mut (dyn Write + Send),
    zone: TimeZone,
    /// A terminal: lines may be written over.
    live: bool,
    colour: bool,
    /// The count that is alive.
    alive: Option<(Timestamp, Voice, String)>,
    lines: usize,
}

impl<'a> Screen<'a> {
    /// A page on `out`, with times of `zone`.
    pub(super) fn new(out: &'a mut (dyn Write + Send), zone: TimeZone, live: bool, colour: bool) -> Self {
        Self { out, zone, live, colour, alive: None, lines: 0 }
    }

    /// Something happened at `at`; `voice` is the name of whoever speaks.
    pub(super) fn tell(&mut self, at: Timestamp, voice: Voice, name: &str, text: &str) -> io::Result<()> {
        self.settle()?;
        self.write(at, voice, name, text)
    }

    /// A count that goes on.
    pub(super) fn count(&mut self, at: Timestamp, voice: Voice, name: &str, text: String) -> io::Result<()> {
        if self.live {
            let line = self.line(at, voice, name, &text);
            write!(self.out, "\r\x1b[K{line}")?;
            self.out.flush()?;
        }
        self.alive = Some((at, voice, format!("{name}\n{text}")));
        Ok(())
    }

    /// Lets a count stand as it is.
    pub(super) fn settle(&mut self) -> io::Result<()> {
        let Some((at, voice, said)) = self.alive.take() else { return Ok(()) };
        if self.live {
            write!(self.out, "\r\x1b[K")?;
        }
        let (name, text) = said.split_once('\n').unwrap_or(("", &said));
        self.write(at, voice, name, text)
    }

    /// A line of its own, as it is.
    pub(super) fn plain(&mut self, text: &str) -> io::Result<()> {
        self.settle()?;
        self.lines += 1;
        writeln!(self.out, "{text}")
    }

    /// A heading.
    pub(super) fn heading(&mut self, text: &str) -> io::Result<()> {
        let text = self.painted("1", text);
        self.plain(&text)
    }

    /// Lines written since the last call.
    pub(super) fn take_lines(&mut self) -> usize {
        std::mem::take(&mut self.lines)
    }

    fn write(&mut self, at: Timestamp, voice: Voice, name: &str, text: &str) -> io::Result<()> {
        let mut broken = broken(text).into_iter();
        let first = self.line(at, voice, name, &broken.next().unwrap_or_default());
        writeln!(self.out, "{first}")?;
        self.lines += 1;
        for more in broken {
            let more = self.dressed(voice, &more);
            writeln!(self.out, "{}{more}", " ".repeat(MARGIN))?;
            self.lines += 1;
        }
        self.out.flush()
    }

    fn line(&self, at: Timestamp, voice: Voice, name: &str, text: &str) -> String {
        let time = at.to_zoned(self.zone.clone()).strftime("%H:%M:%S").to_string();
        let gap = " ".repeat(MARGIN.saturating_sub(time.width() + 2 + name.width()));
        format!("{}  {}{gap}{}", self.painted("2", &time), self.painted(colour(voice), name), self.dressed(voice, text))
    }

    fn dressed(&self, voice: Voice, text: &str) -> String {
        match voice {
            Voice::World => self.painted("3", text),
            Voice::Watch | Voice::Desk | Voice::Mail | Voice::Person => text.to_owned(),
        }
    }

    fn painted(&self, code: &str, text: &str) -> String {
        if self.colour { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }
}

fn colour(voice: Voice) -> &'static str {
    match voice {
        Voice::World => "2",
        Voice::Watch => "31",
        Voice::Desk => "1;33",
        Voice::Mail => "34",
        Voice::Person => "36",
    }
}

/// `text` in lines that fit beside the margin. Lines are broken at spaces and between full-width characters, which
/// count two columns; control characters, which could drive the terminal, are left out.
fn broken(text: &str) -> Vec<String> {
    let room = WIDTH - MARGIN;
    let mut lines = Vec::new();
    for paragraph in text.split('\n') {
        let mut line = String::new();
        for piece in pieces(paragraph) {
            if !line.is_empty() && line.width() + piece.trim_end().width() > room {
                lines.push(std::mem::take(&mut line).trim_end().to_owned());
            }
            line.push_str(&piece);
        }
        lines.push(line.trim_end().to_owned());
    }
    lines
}

/// What must stay together: words with the space behind them, a full-width character with what may not begin a line.
fn pieces(text: &str) -> Vec<String> {
    const NEVER_FIRST: &str = "、。）」】：";
    let mut pieces: Vec<String> = Vec::new();
    let mut may_break = true;
    for character in text.chars().filter(|character| !character.is_control()) {
        let wide = character.width().unwrap_or(0) > 1;
        match pieces.last_mut() {
            Some(piece) if !((may_break || wide) && !NEVER_FIRST.contains(character)) => piece.push(character),
            _ => pieces.push(character.to_string()),
        }
        may_break = wide || character == ' ';
    }
    pieces
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed test should stop")]
    use super::*;

    fn page(live: bool, write: impl FnOnce(&mut Screen<'_>)) -> String {
        let mut out = Vec::new();
        write(&mut Screen::new(&mut out, TimeZone::UTC, live, false));
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_count_is_written_once_where_nothing_can_be_written_over() {
        let at = Timestamp::UNIX_EPOCH;
        let told = page(false, |screen| {
            screen.count(at, Voice::Watch, "zabbix", "1 problem".to_owned()).unwrap();
            screen.count(at, Voice::Watch, "zabbix", "2 problems".to_owned()).unwrap();
            screen.tell(at, Voice::Desk, "kiriwake", "waits").unwrap();
        });
        assert_eq!(told, "00:00:00  zabbix    2 problems\n00:00:00  kiriwake  waits\n");
    }

    #[test]
    fn long_words_are_broken_by_columns_and_nothing_steers_the_terminal() {
        let told = page(false, |screen| {
            let text = format!("a\u{1b}[31m {}", "障".repeat(60));
            screen.tell(Timestamp::UNIX_EPOCH, Voice::Watch, "zabbix", &text).unwrap();
        });
        assert!(!told.contains('\u{1b}'));
        assert!(told.lines().all(|line| line.width() <= WIDTH), "{told}");
        assert_eq!(told.matches('障').count(), 60);
    }

    #[test]
    fn numbers_stay_whole_and_no_line_begins_with_a_closing_bracket() {
        let subject = format!("{}（重大度1）[KW-20260920-0001]", "障".repeat(34));
        let lines = broken(&subject);
        assert!(lines.iter().any(|line| line.contains("[KW-20260920-0001]")), "{lines:?}");
        assert!(lines.iter().all(|line| !line.starts_with('）')), "{lines:?}");
    }
}
