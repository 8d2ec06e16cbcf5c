//! Globs over paths: which files a source is to follow.
//!
//! `*` and `?` stand within one part of a path, as in a shell: never for `/`, and never for a leading dot. Names that
//! are not UTF-8 are not matched. Not here: opening what was found.

use super::open::{self, FileId};
use regex::Regex;
use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

/// How many files one glob may find; a pattern that hits more is a mistake, and is told.
pub(super) const FILES_LIMIT: usize = 4_096;

/// One path of the configuration.
#[derive(Debug, Clone)]
pub(super) struct Glob {
    text: String,
    base: PathBuf,
    steps: Vec<Step>,
    stars: usize,
}

#[derive(Debug, Clone)]
enum Step {
    Name(String),
    Wild(Regex),
}

/// What a glob found on the disk.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// Paths at which something stands that is not a folder.
    pub(super) spots: Vec<Spot>,
    /// Folders that could not be listed.
    pub(super) troubles: Vec<(PathBuf, io::Error)>,
    /// There was more than [`FILES_LIMIT`].
    pub(super) cut: bool,
}

/// A path that fits, and what stands there.
#[derive(Debug)]
pub(super) struct Spot {
    pub(super) path: PathBuf,
    /// What each `*` stood for.
    pub(super) stars: Vec<String>,
    /// Which file it is.
    pub(super) id: FileId,
    /// What it is, if it is not a regular file.
    pub(super) foreign: Option<&'static str>,
}

impl Glob {
    /// Reads a glob.
    ///
    /// # Errors
    /// The sentence says what is wrong with it.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let path = Path::new(text);
        if !path.is_absolute() {
            return Err(format!("{text:?} is not an absolute path"));
        }
        if text.contains("**") {
            return Err(format!("{text:?} has `**`; a `*` stands within one part of the path, write each part"));
        }
        let mut names = Vec::new();
        for component in path.components() {
            match component {
                Component::RootDir => {}
                Component::Normal(name) => names.push(name.to_string_lossy().into_owned()),
                _ => return Err(format!("{text:?} has `..`; write the path without it")),
            }
        }
        if names.is_empty() || text.ends_with('/') {
            return Err(format!("{text:?} names a folder; name the files in it, for example with `*`"));
        }
        let fixed = names.iter().position(|name| is_wild(name)).unwrap_or(names.len()).min(names.len() - 1);
        let mut base = PathBuf::from("/");
        base.extend(&names[..fixed]);
        let steps = names[fixed..].iter().map(|name| step(name)).collect::<Result<_, _>>()?;
        let stars = text.matches('*').count();
        Ok(Self { text: text.to_owned(), base, steps, stars })
    }

    /// As written.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// The folder before the first wild part: what the glob can never leave.
    pub(super) fn base(&self) -> &Path {
        &self.base
    }

    /// How many `*` it has.
    pub(super) fn stars(&self) -> usize {
        self.stars
    }

    /// What each `*` stands for in `path`, if the glob fits it.
    pub(super) fn captures(&self, path: &Path) -> Option<Vec<String>> {
        let rest = path.strip_prefix(&self.base).ok()?;
        let names: Vec<&str> = rest.iter().map(|name| name.to_str()).collect::<Option<_>>()?;
        if names.len() != self.steps.len() {
            return None;
        }
        let mut stars = Vec::new();
        for (step, name) in self.steps.iter().zip(names) {
            stars.extend(step.captures(name)?);
        }
        Some(stars)
    }

    /// Looks at the disk. A folder that is not there is no trouble: it finds nothing.
    pub(super) fn expand(&self) -> Found {
        let mut found = Found::default();
        self.walk(&self.base, &self.steps, &mut Vec::new(), &mut found);
        found.spots.sort_by(|a, b| a.path.cmp(&b.path));
        found
    }

    fn walk(&self, folder: &Path, steps: &[Step], stars: &mut Vec<String>, found: &mut Found) {
        let Some((step, rest)) = steps.split_first() else { return };
        let names = match step {
            Step::Name(name) => vec![name.clone()],
            Step::Wild(_) => match list(folder) {
                Ok(names) => names,
                Err(error) => {
                    if !is_absent(&error) {
                        found.troubles.push((folder.to_owned(), error));
                    }
                    return;
                }
            },
        };
        for name in names {
            let Some(captured) = step.captures(&name) else { continue };
            let path = folder.join(&name);
            let shape = match fs::symlink_metadata(&path) {
                Ok(shape) => shape,
                Err(error) => {
                    if !is_absent(&error) {
                        found.troubles.push((path, error));
                    }
                    continue;
                }
            };
            let before = stars.len();
            stars.extend(captured);
            if !rest.is_empty() {
                // A link to a folder is not walked: it could lead anywhere.
                if shape.is_dir() {
                    self.walk(&path, rest, stars, found);
                }
            } else if !shape.is_dir() {
                if found.spots.len() == FILES_LIMIT {
                    found.cut = true;
                    return;
                }
                let (id, foreign) = (FileId::of(&shape), open::foreign(shape.file_type()));
                found.spots.push(Spot { path, stars: stars.clone(), id, foreign });
            }
            stars.truncate(before);
        }
    }
}

impl Step {
    fn captures(&self, name: &str) -> Option<Vec<String>> {
        match self {
            Step::Name(wanted) => (wanted == name).then(Vec::new),
            Step::Wild(regex) => {
                let captures = regex.captures(name)?;
                Some(captures.iter().skip(1).flatten().map(|star| star.as_str().to_owned()).collect())
            }
        }
    }
}

fn is_wild(name: &str) -> bool {
    name.contains(['*', '?'])
}

fn step(name: &str) -> Result<Step, String> {
    if !is_wild(name) {
        return Ok(Step::Name(name.to_owned()));
    }
    let mut expression = String::from(r"\A");
    for (nth, character) in name.chars().enumerate() {
        let beginning = nth == 0;
        match character {
            '*' if beginning => expression.push_str("((?s:[^.].*)?)"),
            '*' => expression.push_str("((?s:.*))"),
            '?' if beginning => expression.push_str("(?s:[^.])"),
            '?' => expression.push_str("(?s:.)"),
            other => expression.push_str(&regex::escape(other.encode_utf8(&mut [0; 4]))),
        }
    }
    expression.push_str(r"\z");
    Regex::new(&expression).map(Step::Wild).map_err(|error| format!("{name:?} can't be used as a glob: {error}"))
}

fn list(folder: &Path) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder)? {
        if let Ok(name) = entry?.file_name().into_string() {
            names.push(name);
        }
    }
    names.sort();
    Ok(names)
}

/// Nothing stands there, as opposed to: it can't be seen.
pub(super) fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_glob_fits_paths_part_by_part_and_tells_what_each_star_stood_for() {
        for (glob, path, stars) in [
            ("/var/log/messages", "/var/log/messages", Some(vec![])),
            ("/var/log/messages", "/var/log/messages.1", None),
            ("/var/log/remote/*/messages", "/var/log/remote/core-sw-01/messages", Some(vec!["core-sw-01"])),
            ("/var/log/remote/*/messages", "/var/log/remote/a/b/messages", None),
            ("/l/*/app-*.log", "/l/ap01/app-2026-09-20.log", Some(vec!["ap01", "2026-09-20"])),
            ("/l/app?.log", "/l/app1.log", Some(vec![])),
            ("/l/*", "/l/.hidden", None),
            ("/l/*.log", "/l/.log", Some(vec![""])),
        ] {
            let found = Glob::parse(glob).expect("a sound glob").captures(Path::new(path));
            let expected = stars.map(|stars| stars.into_iter().map(str::to_owned).collect::<Vec<_>>());
            assert_eq!(found, expected, "{glob} on {path}");
        }
    }

    #[test]
    fn the_base_is_what_comes_before_the_first_wild_part() {
        for (glob, base) in [("/var/log/messages", "/var/log"), ("/a/b*/c/*.log", "/a"), ("/m", "/")] {
            assert_eq!(Glob::parse(glob).expect("a sound glob").base(), Path::new(base));
        }
    }

    #[test]
    fn what_is_no_glob_is_refused() {
        for glob in ["messages", "", "/", "/a/", "/a/../b", "/a/**/b"] {
            assert!(Glob::parse(glob).is_err(), "{glob}");
        }
    }

    #[test]
    fn expanding_finds_files_but_no_folders_and_no_way_through_links() {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path();
        for name in ["a/messages", "b/messages", "b/other"] {
            fs::create_dir_all(root.join(name).parent().expect("a parent")).expect("made");
            fs::write(root.join(name), "x").expect("written");
        }
        fs::create_dir_all(root.join("c/messages")).expect("made");
        std::os::unix::fs::symlink(root.join("b"), root.join("d")).expect("linked");
        let glob = Glob::parse(&format!("{}/*/messages", root.display())).expect("a sound glob");
        let found = glob.expand();
        let paths: Vec<_> = found.spots.into_iter().map(|spot| spot.stars.join("/")).collect();
        assert_eq!(paths, ["a", "b"]);
        assert!(found.troubles.is_empty());
    }
}
