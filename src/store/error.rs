//! What can stop the store from opening or from taking more.
//!
//! Damage is not here: damage never stops the start, it becomes a [`Finding`](super::Finding).

use std::io;
use std::path::{Path, PathBuf};

/// Why the store refused or failed. Each text says what happened, where, and what to do.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Another process holds the lock of the state directory (promise P18).
    #[error("{dir} is in use by another kiriwake{}; stop it first, or name another state directory", holder(.pid))]
    InUse {
        /// The state directory.
        dir: PathBuf,
        /// The process that said it holds the lock, when it could be read.
        pid: Option<u32>,
    },
    /// Somebody else could change the record, or put another in its place.
    #[error(
        "state directory {dir} {why}; nothing was touched. The record must be the daemon's alone: `chown` it to the user of the daemon and `chmod 700` it"
    )]
    NotOurs {
        /// The state directory.
        dir: PathBuf,
        /// Whose it is.
        why: String,
    },
    /// The state directory does not exist. It is not created: a missing mount must not become an empty desk.
    #[error("state directory {dir} does not exist; create it with mode 0700 for the user of the daemon")]
    Missing {
        /// The state directory.
        dir: PathBuf,
    },
    /// Something else has the name of the state directory.
    #[error("{dir} is not a directory; point state.directory at one")]
    NotADirectory {
        /// The state directory.
        dir: PathBuf,
    },
    /// The user of the daemon may not write to the state directory.
    #[error("may not write in {dir}; make the user of the daemon its owner, with mode 0700, on a writable file system")]
    NotWritable {
        /// The state directory.
        dir: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The store was written by a newer kiriwake; nothing was touched (promise P19).
    #[error(
        "{path} was written by a newer kiriwake ({what} {found}, this one knows {known}); install that version again"
    )]
    Newer {
        /// The file that says so.
        path: PathBuf,
        /// Which number is newer: `schema` or `format`.
        what: &'static str,
        /// The number found.
        found: u32,
        /// The newest number this binary knows.
        known: u32,
    },
    /// A restore was begun in the state directory and has not ended.
    #[error("{dir} holds a restore that was cut short; run `kiriwake store restore` again, with --set-aside")]
    Restoring {
        /// The state directory.
        dir: PathBuf,
    },
    /// There is nothing to work on.
    #[error("{dir} holds no record; check state.directory")]
    NoRecord {
        /// The state directory.
        dir: PathBuf,
    },
    /// A restore would go over what is there.
    #[error("{dir} is not empty; --set-aside moves what is there to its quarantine/ first, nothing is deleted")]
    NotEmpty {
        /// The state directory.
        dir: PathBuf,
    },
    /// A backup cannot be written where it should go.
    #[error("no backup can be written to {path}: {why}; name another folder")]
    Target {
        /// Where it should go.
        path: PathBuf,
        /// Why not.
        why: String,
    },
    /// A backup is not whole.
    #[error("the backup is not whole: {file} {why}; use another backup")]
    Backup {
        /// The file.
        file: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// The oldest files cannot leave the record; nothing was changed.
    #[error("the record in {dir} cannot begin after frame {to}: {why}; nothing was removed")]
    Begins {
        /// The state directory.
        dir: PathBuf,
        /// The last frame that should go.
        to: u64,
        /// Why not.
        why: String,
    },
    /// There is no room for what has to be made beside the record; nothing was changed.
    #[error("{dir} has {free} bytes of room, and {needed} are needed for a while; make room and try again")]
    Room {
        /// The state directory.
        dir: PathBuf,
        /// How much is needed.
        needed: u64,
        /// How much there is.
        free: u64,
    },
    /// Nothing was erased.
    #[error("nothing was erased in {dir}: {why}")]
    Erase {
        /// The state directory.
        dir: PathBuf,
        /// Why not.
        why: String,
    },
    /// An erasure in the journal is decided, and not all of it is done.
    #[error(
        "an erasure in {dir} is decided and was cut short; start the daemon, or run `kiriwake store erase` again: both finish it first"
    )]
    Unfinished {
        /// The state directory.
        dir: PathBuf,
        /// What cut it short, where that is known.
        source: Option<Box<Error>>,
    },
    /// A group is larger than a record may be; nothing was written.
    #[error("a record of {bytes} bytes is over the limit of {limit}; what is larger belongs in a body")]
    TooLarge {
        /// The size of the payload.
        bytes: usize,
        /// The limit.
        limit: usize,
    },
    /// The journal file failed for good: its handle is never used again. Open a new file with `reopen`.
    #[error("journal file {path} failed while {doing}; nothing of this group counts as recorded")]
    JournalFailed {
        /// The file that failed.
        path: PathBuf,
        /// What was being done.
        doing: &'static str,
        /// What the system said.
        source: io::Error,
    },
    /// A journal file failed before and no new one has been opened yet.
    #[error("the journal is down since {path} failed; it takes nothing until it is reopened")]
    JournalDown {
        /// The file that failed.
        path: PathBuf,
    },
    /// A body does not have the content its name promises; it was set aside.
    #[error("body {path} is damaged: its content does not match its name; a backup may still have it")]
    BodyDamaged {
        /// The file.
        path: PathBuf,
    },
    /// The working state did not answer; the journal is untouched.
    #[error("the working state is not available: {why}")]
    Working {
        /// What is wrong with it.
        why: String,
    },
    /// Any other failure of the file system.
    #[error("{doing} {path} failed")]
    Io {
        /// What was being done.
        doing: &'static str,
        /// To what.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

impl Error {
    /// The exit code for a start that failed so, as in `sysexits.h`.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::InUse { .. } => 75,
            Self::Missing { .. }
            | Self::NotADirectory { .. }
            | Self::NoRecord { .. }
            | Self::NotEmpty { .. }
            | Self::Target { .. } => 73,
            Self::NotWritable { .. } | Self::NotOurs { .. } => 77,
            Self::Newer { .. } => 78,
            _ => 74,
        }
    }

    /// What the system said, if it said anything.
    pub fn kind(&self) -> Option<io::ErrorKind> {
        match self {
            Self::JournalFailed { source, .. } | Self::Io { source, .. } | Self::NotWritable { source, .. } => {
                Some(source.kind())
            }
            _ => None,
        }
    }

    /// `map_err` for a file system call.
    pub(super) fn io<'a>(doing: &'static str, path: &'a Path) -> impl FnOnce(io::Error) -> Self + use<'a> {
        move |source| Self::Io { doing, path: path.to_owned(), source }
    }
}

fn holder(pid: &Option<u32>) -> String {
    pid.map(|pid| format!(" (process {pid})")).unwrap_or_default()
}
