//! Which log lines a request quotes: the telling ones first, then those around 発生, at most 30 in all.
//!
//! The lines themselves are bodies outside the record; whoever words a letter brings them ([`Kept`]). Not here: whose lines a
//! reader may see, which the desk settled in the letter.

use super::{mask, text};
use crate::desk::letter::{Extract, NoLog};
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};

/// Log lines quoted in a request. Source: `DOMAIN.md` §14.
const LINES: usize = 30;
/// Of them before 発生, where there is more than can be quoted.
const BEFORE: usize = 5;

/// What is known of bodies, by the SHA-256 they go by; what is not among them is not at hand.
pub type Kept = BTreeMap<String, Body>;

/// A body a letter may quote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Body {
    /// At hand, as lines.
    Lines(Vec<String>),
    /// It was removed from the record, then.
    Gone(Timestamp),
}

/// What a request quotes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Quoted {
    /// The lines, fit for a mail.
    pub(super) lines: Vec<String>,
    /// How many lines are kept at the desk.
    pub(super) kept: u64,
    /// Others were wanted and could not be had.
    pub(super) missing: Option<NoLog>,
    /// Others were removed from the record, the last of them then: why is nobody's business outside.
    pub(super) erased: Option<Timestamp>,
}

impl Quoted {
    /// Whether more is kept than is quoted.
    pub(super) fn more(&self) -> bool {
        self.kept > u64::try_from(self.lines.len()).unwrap_or(u64::MAX)
    }
}

/// Chooses from `log`, the lines that raised alerts, and from what is kept.
pub(super) fn quoted(log: &[String], extracts: &[Extract], missing: Option<NoLog>, kept: &Kept) -> Quoted {
    let known = |extract: &&Extract| kept.get(&extract.sha256);
    let files: Vec<(&Extract, &[String])> = extracts
        .iter()
        .filter_map(|extract| match known(&extract)? {
            Body::Lines(lines) => Some((extract, lines.as_slice())),
            Body::Gone(_) => None,
        })
        .collect();
    let gone = |extract: &Extract| match known(&extract) {
        Some(Body::Gone(at)) => Some(*at),
        Some(Body::Lines(_)) | None => None,
    };
    let telling: BTreeSet<&str> = log.iter().map(String::as_str).collect();
    let filed: BTreeSet<&str> = files.iter().flat_map(|(_, lines)| *lines).map(String::as_str).collect();
    let loose: Vec<&String> = log.iter().filter(|line| !filed.contains(line.as_str())).collect();
    let mut chosen: Vec<&String> = loose.iter().copied().skip(loose.len().saturating_sub(LINES)).collect();
    for (nth, (extract, lines)) in files.iter().enumerate() {
        let room = LINES.saturating_sub(chosen.len()).div_ceil(files.len() - nth);
        chosen.extend(nearest(lines, extract.before, &telling, room));
    }
    let all = extracts.iter().filter(|extract| gone(extract).is_none()).map(|extract| extract.lines).sum::<u64>();
    Quoted {
        lines: chosen.into_iter().map(|line| text::line(&mask::for_mail(line))).collect(),
        kept: all.saturating_add(u64::try_from(loose.len()).unwrap_or(u64::MAX)),
        missing,
        erased: extracts.iter().filter_map(gone).max(),
    }
}

/// `3,001`
pub(super) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let first = digits.len() % 3;
    let mut grouped = digits[..first].to_owned();
    for group in (first..digits.len()).step_by(3) {
        if !grouped.is_empty() {
            grouped.push(',');
        }
        grouped.push_str(&digits[group..group + 3]);
    }
    grouped
}

/// The telling lines, then a few before 発生 and what followed, in their order; at most `room`.
fn nearest<'a>(lines: &'a [String], before: u64, telling: &BTreeSet<&str>, room: usize) -> Vec<&'a String> {
    let turn = usize::try_from(before).unwrap_or(usize::MAX).min(lines.len());
    let told = (0..lines.len()).filter(|nth| telling.contains(lines[*nth].as_str()));
    let order = told.chain(turn.saturating_sub(BEFORE)..lines.len()).chain((0..turn).rev());
    let mut chosen = BTreeSet::new();
    for nth in order {
        if chosen.len() == room {
            break;
        }
        chosen.insert(nth);
    }
    chosen.into_iter().map(|nth| &lines[nth]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(from: usize, until: usize) -> Vec<String> {
        (from..until).map(|nth| format!("line {nth}")).collect()
    }

    fn extract(name: &str, lines: u64, before: u64) -> Extract {
        Extract { sha256: name.to_owned(), encoding: "utf-8".to_owned(), lines, before }
    }

    #[test]
    fn large_numbers_are_written_in_groups() {
        for (number, text) in [(0, "0"), (999, "999"), (1_000, "1,000"), (3_001, "3,001"), (1_234_567, "1,234,567")] {
            assert_eq!(grouped(number), text);
        }
    }

    #[test]
    fn what_fits_is_quoted_whole_and_in_its_order() {
        let kept = Kept::from([("a".to_owned(), Body::Lines(lines(0, 12)))]);
        let told = quoted(&[], &[extract("a", 12, 4)], None, &kept);
        assert_eq!((told.lines.clone(), told.kept, told.more()), (lines(0, 12), 12, false));
    }

    #[test]
    fn of_more_the_telling_lines_and_those_around_the_occurrence_are_quoted() {
        let kept = Kept::from([("a".to_owned(), Body::Lines(lines(0, 3_000)))]);
        let log = ["line 2500".to_owned(), "line 10".to_owned()];
        let told = quoted(&log, &[extract("a", 3_000, 100)], None, &kept);
        let expected: Vec<String> =
            lines(10, 11).into_iter().chain(lines(95, 123)).chain(lines(2_500, 2_501)).collect();
        assert_eq!(told.lines, expected);
        assert_eq!((told.lines.len(), told.kept, told.more()), (LINES, 3_000, true));
    }

    #[test]
    fn several_hosts_share_the_room_and_what_is_not_at_hand_is_counted() {
        let kept =
            Kept::from([("a".to_owned(), Body::Lines(lines(0, 100))), ("b".to_owned(), Body::Lines(lines(200, 204)))]);
        let all = [extract("a", 100, 0), extract("gone", 7, 0), extract("b", 4, 0)];
        let told = quoted(&["elsewhere".to_owned()], &all, Some(NoLog::Failed), &kept);
        let expected: Vec<String> =
            ["elsewhere".to_owned()].into_iter().chain(lines(0, 15)).chain(lines(200, 204)).collect();
        assert_eq!((told.lines, told.kept), (expected, 112));
        assert_eq!(told.missing, Some(NoLog::Failed));
    }

    #[test]
    fn what_was_removed_is_neither_quoted_nor_said_to_be_kept() {
        let at = |second| Timestamp::from_second(second).unwrap_or_default();
        let bodies = [Body::Gone(at(5)), Body::Gone(at(9)), Body::Lines(lines(0, 2))];
        let kept: Kept = ["a", "b", "c"].map(str::to_owned).into_iter().zip(bodies).collect();
        let told = quoted(&[], &[extract("a", 40, 0), extract("b", 4, 0), extract("c", 2, 0)], None, &kept);
        assert_eq!((told.lines.clone(), told.kept, told.erased), (lines(0, 2), 2, Some(at(9))));
        assert!(!told.more());
    }

    #[test]
    fn nothing_that_is_anybodys_own_is_quoted() {
        let told = quoted(&["login failed password=geheim".to_owned()], &[], None, &Kept::default());
        assert_eq!(told.lines, ["login failed password=***"]);
    }
}
