//! What was found wrong with the stored data, and what was done about it.
//!
//! A finding never stops the start (promise P10); each is told to a person. It deliberately holds names and
//! numbers only, never content.

use serde::Serialize;
use std::fmt;
use std::path::PathBuf;

/// One thing found while opening, verifying or running the store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "finding", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Finding {
    /// The end of a journal file is not a whole record: a write that was cut short by a crash.
    TornTail {
        /// The journal file.
        file: String,
        /// Where the last good record ends, in bytes.
        offset: u64,
        /// How many bytes follow it.
        bytes: u64,
        /// Where they were moved to; `None` when only looked at.
        moved_to: Option<PathBuf>,
    },
    /// A stretch of a journal file is not readable as records; those before and after it are.
    DamagedRecord {
        /// The journal file.
        file: String,
        /// Where the stretch begins, in bytes.
        offset: u64,
        /// How long it is.
        bytes: u64,
        /// The sequence number in the header, when the header is whole.
        seq: Option<u64>,
        /// Where a copy was put; `None` when only looked at.
        copied_to: Option<PathBuf>,
    },
    /// Frames that must have existed are nowhere in the journal.
    MissingFrames {
        /// The first missing sequence number.
        from: u64,
        /// The last missing sequence number.
        to: u64,
    },
    /// A frame does not continue the one before it, although nothing is missing between them.
    BrokenChain {
        /// The journal file.
        file: String,
        /// The frame that does not fit.
        seq: u64,
    },
    /// The journal ends before what is known to have been acknowledged.
    LostTail {
        /// The last frame in the journal.
        journal: u64,
        /// The last frame known to have been recorded.
        recorded: u64,
        /// Whether the working state still holds the effect of the lost frames.
        in_working_state: bool,
    },
    /// The last journal file is shorter than, or other than, what was written to it.
    ShortJournal {
        /// The journal file that was last written to.
        file: String,
        /// How long it was.
        recorded: u64,
        /// How long it is; `None` when it is gone.
        found: Option<u64>,
    },
    /// The closed journal files are not those the last checkpoint saw.
    ClosedFilesChanged {
        /// How many there were.
        recorded: u64,
        /// How many there are.
        found: u64,
    },
    /// A small file of the store could not be read and was written anew from the rest.
    Rewritten {
        /// The file.
        file: String,
        /// What was wrong with it.
        why: String,
    },
    /// A record of another store lies in the journal; it was not used.
    Foreign {
        /// The journal file.
        file: String,
        /// Where it lies, in bytes.
        offset: u64,
    },
    /// A left-over of an interrupted write was moved aside.
    LeftOver {
        /// What it was.
        file: String,
        /// Where it is now; `None` when only looked at.
        moved_to: Option<PathBuf>,
    },
    /// The working state was not usable: it was set aside and is built anew from the journal.
    WorkingRebuilt {
        /// What was wrong with it.
        why: String,
        /// Where it is now; `None` when there was nothing to move, or it was only looked at.
        moved_to: Option<PathBuf>,
    },
    /// The working state is older than the last checkpoint says; the difference is read from the journal.
    WorkingBehind {
        /// The last frame in the working state.
        applied: u64,
        /// The last frame it held at the checkpoint.
        checkpoint: u64,
    },
    /// No snapshot reaches back to the first frame that can still be read: the state built from it is incomplete.
    HistoryIncomplete {
        /// The first frame that can be read.
        from: u64,
    },
    /// A body's content does not match its name.
    DamagedBody {
        /// The file, below the state directory.
        file: String,
    },
    /// The record refers to a body that is not there (any more).
    MissingBody {
        /// The file it would be, below the state directory.
        file: String,
    },
    /// Something could not be read or checked at all.
    Unreadable {
        /// What.
        file: String,
        /// Why.
        why: String,
    },
}

impl Finding {
    /// Whether it is about the journal, or what belongs to it: not merely about what is made from it, or lies beside it.
    pub fn is_of_the_journal(&self) -> bool {
        !matches!(
            self,
            Self::LeftOver { .. }
                | Self::WorkingRebuilt { .. }
                | Self::WorkingBehind { .. }
                | Self::DamagedBody { .. }
                | Self::MissingBody { .. }
        )
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TornTail { file, offset, bytes, moved_to } => {
                write!(f, "{file} ends in an unfinished record: {bytes} bytes after {offset}")?;
                place(f, "cut off and kept in", moved_to)
            }
            Self::DamagedRecord { file, offset, bytes, seq, copied_to } => {
                write!(f, "{file} is damaged: {bytes} bytes at {offset}")?;
                if let Some(seq) = seq {
                    write!(f, ", record {seq}")?;
                }
                place(f, "copied to", copied_to)
            }
            Self::MissingFrames { from, to } if from == to => write!(f, "frame {from} is missing from the journal"),
            Self::MissingFrames { from, to } => write!(f, "frames {from} to {to} are missing from the journal"),
            Self::BrokenChain { file, seq } => write!(f, "frame {seq} in {file} does not continue the frame before it"),
            Self::LostTail { journal, recorded, in_working_state } => write!(
                f,
                "the journal ends at frame {journal}, but frame {recorded} had been recorded; the working state {}",
                if *in_working_state { "still holds what they did" } else { "does not hold them either" }
            ),
            Self::ShortJournal { file, recorded, found: Some(found) } => {
                write!(f, "{file} has {found} bytes where {recorded} had been written")
            }
            Self::ShortJournal { file, recorded, found: None } => {
                write!(f, "{file}, to which {recorded} bytes had been written, is gone")
            }
            Self::ClosedFilesChanged { recorded, found } => write!(
                f,
                "the closed journal files ({found}) are not those of the last checkpoint ({recorded}); \
                 `kiriwake store verify` tells which"
            ),
            Self::Rewritten { file, why } => write!(f, "{file} was written anew: {why}"),
            Self::Foreign { file, offset } => write!(f, "{file} holds a record of another store at {offset}; not used"),
            Self::LeftOver { file, moved_to } => {
                write!(f, "{file} was left by an interrupted write")?;
                place(f, "moved to", moved_to)
            }
            Self::WorkingRebuilt { why, moved_to } => {
                write!(f, "the working state is not usable and comes from the journal instead: {why}")?;
                place(f, "moved to", moved_to)
            }
            Self::WorkingBehind { applied, checkpoint } => {
                write!(f, "the working state is at frame {applied} although its checkpoint was at {checkpoint}")
            }
            Self::HistoryIncomplete { from } => {
                write!(f, "no snapshot before frame {from} can be read: the state may be incomplete")
            }
            Self::DamagedBody { file } => write!(f, "{file} is damaged: its content does not match its name"),
            Self::MissingBody { file } => write!(f, "{file} is not there, although the record refers to it"),
            Self::Unreadable { file, why } => write!(f, "{file} could not be checked: {why}"),
        }
    }
}

fn place(f: &mut fmt::Formatter<'_>, verb: &str, path: &Option<PathBuf>) -> fmt::Result {
    match path {
        Some(path) => write!(f, "; {verb} {}", path.display()),
        None => Ok(()),
    }
}
