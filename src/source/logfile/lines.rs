//! Bytes to lines: cut at 0x0A, before anything is decoded.
//!
//! No supported encoding uses 0x0A for anything but the end of a line, while 0x5C (`\`) is the second byte of 表 and ソ in
//! CP932; so lines are cut first and decoded after. A line that is not finished waits. Not here: what the bytes mean.

/// Longest line that is looked at, in bytes; the rest of a longer one is left out (`RELIABILITY.md` §4).
pub(super) const LINE_LIMIT: usize = 64 * 1024;

/// What the beginning of a buffer holds.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Cut<'a> {
    /// A line of `used` bytes with its end.
    Line {
        /// The line without its newline, at most [`LINE_LIMIT`] bytes.
        bytes: &'a [u8],
        /// Bytes of the buffer it takes.
        used: usize,
        /// It was longer than this.
        shortened: bool,
    },
    /// `used` bytes that belong to a line whose beginning was already taken.
    Rest {
        /// Bytes of the buffer it takes.
        used: usize,
    },
    /// Nothing finished here yet.
    Wait,
}

/// The next line of `buffer`.
///
/// `skipping` is kept between calls (and in the position): the last line was too long and its end has not come.
/// `ended`: nothing will ever follow, so what stands there without a newline is a line.
pub(super) fn cut<'a>(buffer: &'a [u8], skipping: &mut bool, ended: bool) -> Cut<'a> {
    let newline = buffer.iter().position(|byte| *byte == b'\n');
    match newline {
        _ if buffer.is_empty() => Cut::Wait,
        Some(at) if *skipping => {
            *skipping = false;
            Cut::Rest { used: at + 1 }
        }
        None if *skipping => Cut::Rest { used: buffer.len() },
        Some(at) => Cut::Line { bytes: &buffer[..at.min(LINE_LIMIT)], used: at + 1, shortened: at > LINE_LIMIT },
        None if buffer.len() > LINE_LIMIT => {
            *skipping = true;
            Cut::Line { bytes: &buffer[..LINE_LIMIT], used: buffer.len(), shortened: true }
        }
        None if ended => Cut::Line { bytes: buffer, used: buffer.len(), shortened: false },
        None => Cut::Wait,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(buffer: &[u8], ended: bool) -> Vec<Vec<u8>> {
        let (mut at, mut skipping, mut lines) = (0, false, Vec::new());
        loop {
            match cut(&buffer[at..], &mut skipping, ended) {
                Cut::Line { bytes, used, .. } => {
                    lines.push(bytes.to_vec());
                    at += used;
                }
                Cut::Rest { used } => at += used,
                Cut::Wait => return lines,
            }
        }
    }

    #[test]
    fn a_half_line_waits_unless_nothing_can_follow() {
        assert_eq!(lines(b"a\n\nb\nhalf", false), [b"a".to_vec(), b"".to_vec(), b"b".to_vec()]);
        assert_eq!(lines(b"a\nhalf", true), [b"a".to_vec(), b"half".to_vec()]);
        assert!(lines(b"", true).is_empty());
    }

    #[test]
    fn a_line_of_the_limit_is_whole_and_one_byte_more_is_shortened() {
        for (length, expected) in [(LINE_LIMIT, false), (LINE_LIMIT + 1, true)] {
            let mut line = vec![b'x'; length];
            line.push(b'\n');
            let cut = cut(&line, &mut false, false);
            let Cut::Line { bytes, used, shortened } = cut else { panic!("a line") };
            assert_eq!((bytes.len(), used, shortened), (LINE_LIMIT, length + 1, expected));
        }
    }

    #[test]
    fn the_rest_of_an_endless_line_is_left_out_and_the_next_line_is_whole() {
        let mut skipping = false;
        let endless = vec![b'x'; LINE_LIMIT + 10];
        assert!(
            matches!(cut(&endless, &mut skipping, false), Cut::Line { shortened: true, used, .. } if used == endless.len())
        );
        assert!(skipping);
        assert_eq!(cut(b"more", &mut skipping, false), Cut::Rest { used: 4 });
        assert_eq!(cut(b"end\nnext\n", &mut skipping, false), Cut::Rest { used: 4 });
        assert_eq!(cut(b"next\n", &mut skipping, false), Cut::Line { bytes: b"next", used: 5, shortened: false });
    }
}
