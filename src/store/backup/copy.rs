//! Copying one file: with its digest, durable, and past what the disk does not give back.

use super::super::digest::Digest;
use super::super::error::Error;
use super::super::files;
use sha2::{Digest as _, Sha256};
use std::fs::File;
use std::io::Write;
use std::os::unix::fs::FileExt;
use std::path::Path;

const WINDOW: usize = 256 * 1024;
const PAGE: usize = 4096;

/// What was copied.
#[derive(Debug, Clone, Copy)]
pub(in crate::store) struct Copied {
    /// How many bytes.
    pub(in crate::store) bytes: u64,
    /// Their digest.
    pub(in crate::store) sha256: Digest,
    /// How many of them the disk refused to give; they were taken as zeros.
    pub(in crate::store) unreadable: u64,
}

/// Copies at most `limit` bytes of the regular file `from` to the new file `to`, synced; without `to` it only reads.
///
/// # Errors
/// [`Error::Io`], with the path of whichever of the two failed.
pub(in crate::store) fn copy(from: &Path, to: Option<&Path>, limit: Option<u64>) -> Result<Copied, Error> {
    let failed = || Error::io("reading", from);
    // Looked at before it is opened: opening a pipe would wait for ever.
    if !std::fs::metadata(from).map_err(failed())?.is_file() {
        return Err(failed()(std::io::Error::other("it is not a regular file")));
    }
    let file = File::open(from).map_err(failed())?;
    let length = file.metadata().map_err(failed())?.len();
    let length = limit.map_or(length, |limit| limit.min(length));
    let mut copy = match to {
        Some(to) => Some((files::create_new(to).map_err(Error::io("creating", to))?, to)),
        None => None,
    };
    let (mut hasher, mut at, mut unreadable) = (Sha256::new(), 0, 0);
    let mut buffer = vec![0; WINDOW];
    while at < length {
        let count = usize::try_from(length - at).unwrap_or(WINDOW).min(WINDOW);
        let part = &mut buffer[..count];
        if file.read_exact_at(part, at).is_err() {
            // A bad sector, or the file shrank: what can be had, page by page. Zeros pass no checksum of ours.
            for (nth, page) in part.chunks_mut(PAGE).enumerate() {
                if file.read_exact_at(page, at + (nth * PAGE) as u64).is_err() {
                    page.fill(0);
                    unreadable += page.len() as u64;
                }
            }
        }
        hasher.update(&*part);
        if let Some((copy, to)) = &mut copy {
            copy.write_all(part).map_err(Error::io("writing", to))?;
        }
        at += count as u64;
    }
    if let Some((copy, to)) = &copy {
        copy.sync_all().map_err(Error::io("syncing", to))?;
    }
    Ok(Copied { bytes: length, sha256: Digest(hasher.finalize().into()), unreadable })
}
