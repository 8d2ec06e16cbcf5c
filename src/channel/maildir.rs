//! Mail as files in a drop folder (Maildir: `tmp`, `new`, `cur`).
//!
//! Place: a path that needs no mail server: for trials, closed networks and programs that fetch mail from a folder.
//! A message is one file, named by its key, so a second attempt finds the first. Not here: removing old files; whoever
//! reads the folder owns what is in it.

use super::mail::{self, Form};
use super::{Message, Origin, Results, every};
use crate::desk::outcome::{Delivery, Refused};
use serde::Deserialize;
use std::fs::{self, File};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// `[[channel.maildir]]`
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MaildirConfig {
    /// What rules and commands call it.
    pub name: String,
    /// The folder; it and `tmp`, `new`, `cur` in it are made when missing. Mails are readable for its owner and
    /// group only; the process' umask may narrow that.
    pub directory: PathBuf,
}

/// A drop folder.
#[derive(Debug)]
pub struct Maildir {
    config: MaildirConfig,
    origin: Origin,
}

impl Maildir {
    /// A channel for `config`. Nothing is touched before the first attempt.
    pub fn new(config: MaildirConfig, origin: Origin) -> Self {
        Self { config, origin }
    }

    /// The name the configuration gave it.
    pub fn name(&self) -> &str {
        &self.config.name
    }

    /// Whether the folder can be written to.
    pub(super) async fn try_out(&self) -> Result<String, Delivery> {
        let directory = self.config.directory.clone();
        match tokio::task::spawn_blocking(move || touch(&directory)).await {
            Ok(Ok(())) => Ok(format!("{} can be written to", self.config.directory.display())),
            Ok(Err(error)) => Err(fault(&self.config.directory, &error)),
            Err(error) => Err(Delivery::Unknown { why: error.to_string() }),
        }
    }

    /// Puts the mail into the folder; the file is on disk when this returns `Accepted`.
    pub async fn attempt(&self, message: &Message, open: &[String]) -> Results {
        let bytes = match mail::build(message, &self.origin, Form::Folder) {
            Ok(bytes) => bytes,
            Err(why) => return every(open, &Delivery::Refused { what: Refused::Message, why }),
        };
        // Seconds first, as Maildir wants it: a listing of the folder is in the order of writing.
        let name = format!("{}.{}.kiriwake.eml", message.written.as_second(), message.key);
        let directory = self.config.directory.clone();
        let dropped = tokio::task::spawn_blocking(move || drop_file(&directory, &name, &bytes)).await;
        let delivery = match dropped {
            Ok(Ok(answer)) => Delivery::Accepted { answer },
            Ok(Err(error)) => fault(&self.config.directory, &error),
            Err(_) => Delivery::Unknown { why: "writing the file was broken off".to_owned() },
        };
        every(open, &delivery)
    }
}

/// Writes a file into `tmp`, which no reader looks into, and takes it away again.
fn touch(directory: &Path) -> io::Result<()> {
    if !directory.is_dir() {
        // It is made with the first mail: where it will stand must be there and writable.
        let above = directory.ancestors().find(|above| above.is_dir()).unwrap_or(directory);
        let name = above.join(format!(".kiriwake-{}", std::process::id()));
        File::options().write(true).create_new(true).mode(0o600).open(&name)?;
        return fs::remove_file(name);
    }
    let tmp = directory.join("tmp");
    let folder = if tmp.is_dir() { tmp } else { directory.to_owned() };
    let name = folder.join(format!("check-{}.kiriwake", std::process::id()));
    File::options().write(true).create_new(true).mode(0o600).open(&name)?;
    fs::remove_file(name)
}

fn drop_file(directory: &Path, name: &str, bytes: &[u8]) -> io::Result<String> {
    let [tmp, new, cur] = ["tmp", "new", "cur"].map(|folder| directory.join(folder));
    for folder in [&tmp, &new, &cur] {
        fs::DirBuilder::new().recursive(true).mode(0o750).create(folder)?;
    }
    if is_there(&new, name)? || is_there(&cur, name)? {
        return Ok(format!("already there: {name}"));
    }
    let half = tmp.join(name);
    let mut file = File::options().write(true).create(true).truncate(true).mode(0o640).open(&half)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&half, new.join(name))?;
    // The name itself is on disk only when the folder is.
    File::open(&new)?.sync_all()?;
    Ok(format!("new/{name}"))
}

/// A reader that moves a file to `cur` adds its flags behind a colon.
fn is_there(folder: &Path, name: &str) -> io::Result<bool> {
    for entry in fs::read_dir(folder)? {
        let found = entry?.file_name();
        if found
            .to_str()
            .is_some_and(|found| found == name || found.strip_prefix(name).is_some_and(|f| f.starts_with(':')))
        {
            return Ok(true);
        }
    }
    Ok(false)
}

fn fault(directory: &Path, error: &io::Error) -> Delivery {
    use io::ErrorKind::{AlreadyExists, NotADirectory, NotFound, PermissionDenied, ReadOnlyFilesystem};
    let why = format!("drop folder {}: {error}", directory.display());
    match error.kind() {
        PermissionDenied | NotFound | NotADirectory | AlreadyExists | ReadOnlyFilesystem => {
            Delivery::Refused { what: Refused::Destination, why }
        }
        _ => Delivery::Later { why, after: None },
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail by panicking")]
    use super::*;
    use crate::channel::example;

    fn folder(directory: &Path) -> Maildir {
        let config = MaildirConfig { name: "drop".into(), directory: directory.to_owned() };
        Maildir::new(config, Origin { site: "A町".into(), instance: "a-town".into() })
    }

    fn files(folder: &Path) -> Vec<String> {
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }

    // P3
    #[tokio::test]
    async fn a_second_attempt_finds_the_first_file_even_after_it_was_read() {
        let base = tempfile::tempdir().unwrap();
        let channel = folder(&base.path().join("drop"));
        let open = ["joho@a-town.example".to_owned(), "duty@a-town.example".to_owned()];
        let first = channel.attempt(&example(), &open).await;
        assert!(first.iter().all(|(_, d)| matches!(d, Delivery::Accepted { .. })), "{first:?}");
        assert_eq!(first.iter().map(|(a, _)| a.clone()).collect::<Vec<_>>(), open);
        let new = base.path().join("drop/new");
        let name = files(&new).pop().unwrap();
        assert!(fs::read_to_string(new.join(&name)).unwrap().contains("お世話になっております。"));
        fs::rename(new.join(&name), base.path().join(format!("drop/cur/{name}:2,S"))).unwrap();
        let mut again = example();
        again.repeated = true;
        let second = channel.attempt(&again, &open).await;
        assert!(
            matches!(&second[0].1, Delivery::Accepted { answer } if answer.starts_with("already there")),
            "{second:?}"
        );
        assert_eq!((files(&new).len(), files(&base.path().join("drop/tmp")).len()), (0, 0));
    }

    #[tokio::test]
    async fn a_folder_that_is_no_folder_is_a_fault_of_the_destination() {
        let base = tempfile::tempdir().unwrap();
        fs::write(base.path().join("drop"), "a file").unwrap();
        let results = folder(&base.path().join("drop")).attempt(&example(), &["joho@a-town.example".into()]).await;
        assert!(
            matches!(&results[0].1, Delivery::Refused { what: Refused::Destination, why } if why.contains("drop folder"))
        );
    }
}
