//! Rotation by copying: a log is copied to another name and then emptied (`copytruncate`).
//!
//! The copy holds what was written between our last look and the emptying, which nothing else holds. It is known by its
//! beginning, in the same folder, under a name that begins with the name of the log (`messages.1`, `messages-20260920`): it is read
//! on from where the log was left, under the number of the log's old content, so nothing is missing and nothing comes twice.
//! Without such a copy (compressed at once, moved elsewhere) what was written in that moment can't be had. Not here:
//! rotation by renaming, which needs no search while we run.

use super::super::open::{self, FileId};
use super::super::place::Place;
use super::{Files, Stat};
use std::ffi::OsStr;
use std::fs::{self, File};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

/// How many entries of a folder are looked at in search of a file.
const SEARCH_LIMIT: usize = 10_000;

/// A file with the beginning of another.
struct Copy {
    path: PathBuf,
    file: File,
    id: FileId,
    stat: Stat,
}

impl Files {
    /// The file `nth` holds a new content: what of the old one was copied away is read first.
    pub(super) fn begin_anew(&mut self, nth: usize, head: &[u8]) {
        let old = self.tracks[nth].follow.place.clone();
        let left = self.tracks[nth].compared;
        let mut copies = self.copies_of(&old);
        copies.sort_by_key(|copy| copy.stat.modified);
        // A copy is younger than what it was made of; among several the youngest is the one made just now.
        let is_rest =
            |copy: &Copy| copy.stat.size > old.offset && left.is_none_or(|l| copy.stat.modified >= l.modified);
        let rest = copies.iter().rposition(is_rest).map(|at| copies.remove(at));

        let number = self.take_number();
        let path = old.path.display();
        match &rest {
            Some(copy) => {
                tracing::info!(%path, copy = %copy.path.display(), offset = old.offset, "file began anew; its copy is read on")
            }
            None => tracing::info!(%path, offset = old.offset, "file began anew"),
        }
        let track = &mut self.tracks[nth];
        track.follow.begin_anew(number, head);
        track.compared = None;
        track.after = rest.is_some().then_some(old.number);
        let home = Some(old.home().to_owned());
        for copy in copies {
            // A further copy within the globs: followed from now on, and what it holds was read.
            if let Some(host) = self.host_of(&copy.path) {
                let offset = old.offset.min(copy.stat.size);
                let number = self.take_number();
                let place = Place {
                    number,
                    path: copy.path,
                    id: copy.id,
                    offset,
                    skipping: false,
                    home: home.clone(),
                    head: old.head.clone(),
                };
                self.follow(place, copy.file, host, None);
            }
        }
        if let Some(copy) = rest {
            let (path, host) = match self.host_of(&copy.path) {
                Some(host) => (copy.path, host),
                None => (old.path.clone(), self.tracks[nth].host.clone()),
            };
            self.follow(Place { path, home, id: copy.id, ..old }, copy.file, host, None);
        }
    }

    /// Whether a new file is a copy of one that is followed, made to be read only once the original is emptied.
    pub(super) fn is_copy(&self, path: &Path, head: &[u8]) -> bool {
        let originals = self.tracks.iter().filter(|track| !track.follow.has_left()).map(|track| &track.follow.place);
        originals.into_iter().any(|old| old.head.length > 0 && old.head.holds(head) && is_named_after(path, old.home()))
    }

    fn copies_of(&self, old: &Place) -> Vec<Copy> {
        if old.head.length == 0 {
            return Vec::new();
        }
        let candidates = siblings(old.home()).filter(|path| is_named_after(path, old.home()));
        let opened = candidates.filter_map(|path| {
            let file = open::open(&path, &self.roots).ok()?;
            let id = FileId::of(&file.metadata().ok()?);
            let is_copy = !self.is_tracked(id) && old.head.holds(&open::head(&file).ok()?);
            if is_copy { Some(Copy { path, id, stat: Stat::of(&file).ok()?, file }) } else { None }
        });
        opened.collect()
    }

    /// The content of `place` under another name in the same folder: renamed while nobody held it, or copied away.
    pub(super) fn elsewhere(&self, place: &Place) -> Option<(File, FileId)> {
        let renamed = siblings(&place.path).find_map(|path| {
            let shape = fs::symlink_metadata(&path).ok()?;
            (FileId::of(&shape) == place.id).then(|| open::open(&path, &self.roots).ok()).flatten()
        });
        let is_it = |file: &File| {
            let id = file.metadata().map(|metadata| FileId::of(&metadata));
            id.is_ok_and(|id| id == place.id) && open::head(file).is_ok_and(|head| place.head.holds(&head))
        };
        if let Some(file) = renamed.filter(is_it) {
            return Some((file, place.id));
        }
        let copies = self.copies_of(place).into_iter().filter(|copy| copy.stat.size >= place.offset);
        copies.max_by_key(|copy| copy.stat.modified).map(|copy| (copy.file, copy.id))
    }
}

/// What stands in the same folder.
fn siblings(path: &Path) -> impl Iterator<Item = PathBuf> {
    let entries = path.parent().and_then(|folder| fs::read_dir(folder).ok());
    entries.into_iter().flatten().take(SEARCH_LIMIT).filter_map(|entry| Some(entry.ok()?.path()))
}

/// `messages.1` is named after `messages`.
fn is_named_after(path: &Path, original: &Path) -> bool {
    let name = |path: &Path| path.file_name().map(OsStr::as_bytes).unwrap_or_default().to_vec();
    let (copy, original_name) = (name(path), name(original));
    path.parent() == original.parent() && copy.len() > original_name.len() && copy.starts_with(&original_name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_is_named_after_its_original_in_the_same_folder() {
        for (path, expected) in [
            ("/l/messages.1", true),
            ("/l/messages-20260920", true),
            ("/l/messages", false),
            ("/l/old/messages.1", false),
            ("/l/maillog", false),
        ] {
            assert_eq!(is_named_after(Path::new(path), Path::new("/l/messages")), expected, "{path}");
        }
    }
}
