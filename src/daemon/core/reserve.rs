//! The file system the record is on: how much is left of it, and a reserve for when nothing is (RELIABILITY §2.8).
//!
//! The reserve is a file of blocks that are really taken. On a full disk it is given up, so that the record goes on for a
//! while; it is made again once there is plenty of room. Not here: what is told of it (`desk/storage.rs`).

use crate::desk::storage::{Resource, Storage};
use crate::store;
use rustix::fs::{FallocateFlags, StatVfs, fallocate, statvfs};
use std::fs;
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// How often it is looked at.
const EVERY: Duration = Duration::from_secs(60);

/// Looks after the file system.
#[derive(Debug)]
pub(in crate::daemon) struct Reserve {
    folder: PathBuf,
    /// Its size in bytes; 0 = there is none.
    size: u64,
    /// Whether it is told how much is left.
    watch: bool,
    looked: Option<Instant>,
}

impl Reserve {
    pub(in crate::daemon) fn new(folder: &Path, size: u64, watch: bool) -> Self {
        Self { folder: folder.to_owned(), size, watch, looked: None }
    }

    fn path(&self) -> PathBuf {
        self.folder.join(store::RESERVE)
    }

    /// Gives the reserve up; `false` when there is none.
    pub(super) fn give_up(&self) -> bool {
        let given = fs::remove_file(self.path()).is_ok();
        if given {
            tracing::error!("the disk is full; the reserve is given up for the record");
        }
        given
    }

    /// Looks, if it is time to: makes the reserve if it can be, and returns what is left.
    pub(super) fn look(&mut self) -> Vec<Storage> {
        if self.looked.is_some_and(|looked| looked.elapsed() < EVERY) {
            return Vec::new();
        }
        self.looked = Some(Instant::now());
        let left = match statvfs(&self.folder) {
            Ok(left) => left,
            Err(error) => {
                tracing::warn!(%error, "how much room is left on the disk of the record is not known");
                return Vec::new();
            }
        };
        let size = if self.path().exists() { 0 } else { self.size };
        if size > 0 && has_room(&left, size) {
            match self.make() {
                Ok(()) => tracing::info!(bytes = size, "a reserve was made for a full disk"),
                Err(error) => tracing::warn!(%error, "no reserve could be made for a full disk"),
            }
        }
        if self.watch { room(&left) } else { Vec::new() }
    }

    fn make(&self) -> io::Result<()> {
        let path = self.path();
        let make = || {
            let file = fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&path)?;
            fallocate(&file, FallocateFlags::empty(), 0, self.size)?;
            file.sync_all()
        };
        make().inspect_err(|_| {
            // Half a reserve is none.
            let _ = fs::remove_file(&path);
        })
    }
}

/// Whether a reserve may be made: twice its size is free, and at least 5 in a hundred. What is given up on a full disk must
/// not be taken again at once.
fn has_room(left: &StatVfs, size: u64) -> bool {
    let free = left.f_bavail.saturating_mul(left.f_frsize);
    let all = left.f_blocks.saturating_mul(left.f_frsize);
    free >= (all / 20).max(size.saturating_mul(2))
}

/// What is left, as `df` counts it: of what this user may use. A file system that does not count its files tells nothing of
/// them.
fn room(left: &StatVfs) -> Vec<Storage> {
    let share = |free: u64, used: u64| {
        let all = free.saturating_add(used);
        (all > 0).then(|| u8::try_from(u128::from(free) * 100 / u128::from(all)).unwrap_or(100))
    };
    let bytes = share(left.f_bavail, left.f_blocks.saturating_sub(left.f_bfree));
    let files = (left.f_files > 0).then(|| share(left.f_favail, left.f_files.saturating_sub(left.f_ffree))).flatten();
    let all = [(Resource::Bytes, bytes), (Resource::Files, files)];
    all.into_iter().filter_map(|(of, percent)| Some(Storage::Room { of, percent: percent? })).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail by panicking")]
    use super::*;
    use rustix::fs::StatVfsMountFlags;
    use std::os::unix::fs::MetadataExt;

    fn disk(blocks: u64, free: u64, files: u64, files_free: u64) -> StatVfs {
        StatVfs {
            f_bsize: 4096,
            f_frsize: 4096,
            f_blocks: blocks,
            f_bfree: free,
            f_bavail: free,
            f_files: files,
            f_ffree: files_free,
            f_favail: files_free,
            f_fsid: 0,
            f_flag: StatVfsMountFlags::empty(),
            f_namemax: 255,
        }
    }

    #[test]
    fn what_is_left_is_told_in_hundredths() {
        let percents = |left: &StatVfs| {
            let of = |news: Storage| match news {
                Storage::Room { percent, .. } => percent,
                other => panic!("{other:?}"),
            };
            room(left).into_iter().map(of).collect::<Vec<_>>()
        };
        for (blocks, free, files, files_free, told) in [
            (1000, 1000, 100, 100, vec![100, 100]),
            (1000, 199, 1000, 49, vec![19, 4]),
            (1000, 0, 0, 0, vec![0]),
            (0, 0, 0, 0, vec![]),
        ] {
            assert_eq!(percents(&disk(blocks, free, files, files_free)), told, "{free} of {blocks}");
        }
    }

    #[test]
    fn a_reserve_is_made_where_there_is_plenty_of_room() {
        let mib = 256;
        for (all, free, size, made) in [
            (1000 * mib, 128 * mib, 64 << 20, true),
            (1000 * mib, 127 * mib, 64 << 20, false),
            (10_000 * mib, 499 * mib, 64 << 20, false),
            (10_000 * mib, 500 * mib, 64 << 20, true),
            (8 * mib, 8 * mib, 64 << 20, false),
        ] {
            assert_eq!(has_room(&disk(all, free, 0, 0), size), made, "{free} of {all}");
        }
    }

    #[test]
    fn its_blocks_are_really_taken_and_given_back() {
        let folder = tempfile::tempdir().unwrap();
        let reserve = Reserve::new(folder.path(), 1 << 20, false);
        // Not by looking: whether that makes it depends on the disk this runs on.
        reserve.make().unwrap();
        let made = folder.path().join(store::RESERVE).metadata().unwrap();
        assert!(made.len() == 1 << 20 && made.blocks() * 512 >= 1 << 20 && made.mode() & 0o777 == 0o600);
        assert!(reserve.give_up() && !reserve.give_up());
        let mut none = Reserve::new(folder.path(), 0, true);
        assert!(!none.look().is_empty() && !none.path().exists());
    }
}
