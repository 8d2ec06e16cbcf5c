//! A log file that grows as a logger would make it grow, with rotation.

use std::fs::{self, File, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};

/// Writes lines to one file.
pub(crate) struct LogWriter {
    path: PathBuf,
    file: File,
    rotations: u32,
}

impl LogWriter {
    /// Opens `path` for appending and makes its folder.
    pub(crate) fn at(path: &Path) -> Self {
        fs::create_dir_all(path.parent().expect("a file is in a folder")).expect("ours");
        Self { path: path.to_owned(), file: open(path), rotations: 0 }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Appends one line, as it is.
    pub(crate) fn line(&mut self, text: &str) {
        // One write, as loggers do: a reader may see half a line only if the kernel splits it.
        self.file.write_all(format!("{text}\n").as_bytes()).expect("the log can be written");
    }

    /// Appends a line of `host` with the time of now, in the form syslog daemons write to files (RFC 3339).
    pub(crate) fn syslog(&mut self, host: &str, text: &str) {
        let now = jiff::Zoned::now().strftime("%Y-%m-%dT%H:%M:%S%.6f%:z").to_string();
        self.line(&format!("{now} {host} {text}"));
    }

    /// Renames the file and goes on in a new one (logrotate's `create`).
    pub(crate) fn rotate(&mut self) {
        self.rotations += 1;
        let mut old = self.path.clone().into_os_string();
        old.push(format!(".{}", self.rotations));
        fs::rename(&self.path, old).expect("ours");
        self.file = open(&self.path);
    }

    /// Copies the file and cuts it (logrotate's `copytruncate`).
    pub(crate) fn copy_and_truncate(&mut self) {
        self.rotations += 1;
        let mut old = self.path.clone().into_os_string();
        old.push(format!(".{}", self.rotations));
        fs::copy(&self.path, old).expect("ours");
        self.file.set_len(0).expect("ours");
    }
}

fn open(path: &Path) -> File {
    OpenOptions::new().create(true).append(true).open(path).expect("the log can be opened")
}
