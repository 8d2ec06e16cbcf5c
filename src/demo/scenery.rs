//! The folder the demonstration lives in: the example configuration with neighbours of its own, and nothing outside it.
//!
//! The parties, systems, rules and wording are those of `kiriwake init`; only where things are is written anew. The
//! folder goes away with the value, also after a panic, unless somebody wants to keep it. Not here: what happens in it.

use super::Error;
use crate::config;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};
use toml_edit::{DocumentMut, value};

/// How often another name is tried for a temporary folder.
const NAMES: u32 = 100;
/// The kernel takes no longer path of a socket (108 bytes with the end).
const LONGEST_SOCKET: usize = 107;
/// How often removing is tried: a thread of the daemon may still be closing its files.
const REMOVALS: u32 = 20;

/// The folder.
#[derive(Debug)]
pub(super) struct Scenery {
    /// Always removed.
    temporary: PathBuf,
    /// Where everything else is.
    root: PathBuf,
}

impl Scenery {
    /// A new folder: `keep`, which must be new or empty, or a temporary one.
    ///
    /// # Errors
    /// When it cannot be made.
    pub(super) fn new(keep: Option<&Path>) -> Result<Self, Error> {
        let temporary = temporary()?;
        let root = keep.map_or_else(|| temporary.clone(), Path::to_owned);
        let mut scenery = Self { temporary, root };
        if keep.is_some() {
            make(&scenery.root).map_err(|source| refused(&scenery.root, source))?;
            let mut inside = fs::read_dir(&scenery.root).map_err(|source| refused(&scenery.root, source))?;
            if inside.next().is_some() {
                return Err(Error::NotEmpty(scenery.root.clone()));
            }
        }
        // Absolute, because the configuration takes nothing else.
        scenery.root = scenery.root.canonicalize().map_err(|source| refused(&scenery.root, source))?;
        Ok(scenery)
    }

    /// Writes the configuration, with the stand-in at `url` as its Zabbix, and the token to enter with.
    ///
    /// # Errors
    /// When something cannot be written.
    pub(super) fn furnish(&self, url: &str, token: &str) -> Result<(), Error> {
        let config = self.config();
        config::init(&config)?;
        make(&self.state()).map_err(|source| refused(&self.state(), source))?;
        let write = |name: &str, mode: u32, text: &str| {
            let path = config.join(name);
            let open = OpenOptions::new().write(true).create(true).truncate(true).mode(mode).open(&path);
            open.and_then(|mut file| file.write_all(text.as_bytes())).map_err(|source| refused(&path, source))
        };
        write("sources.toml", 0o640, &sources(url, &self.log_pattern()))?;
        write("channels.toml", 0o640, &channels(&self.drop_folder()))?;
        write("zabbix.token", 0o600, token)?;
        let mut probes: DocumentMut = {
            let path = config.join("probes.toml");
            let text = fs::read_to_string(&path).map_err(|source| refused(&path, source))?;
            text.parse().map_err(|error| refused(&path, io::Error::new(io::ErrorKind::InvalidData, error)))?
        };
        config::ask_nobody(&mut probes);
        write("probes.toml", 0o640, &probes.to_string())?;
        let site = config.join("site.toml");
        let text = fs::read_to_string(&site).map_err(|source| refused(&site, source))?;
        let mut document: DocumentMut =
            text.parse().map_err(|error| refused(&site, io::Error::new(io::ErrorKind::InvalidData, error)))?;
        document["state"]["directory"] = value(text_of(&self.state()));
        // A show leaves the disk of whoever watches it alone.
        document["state"]["reserve_mib"] = value(0);
        document["state"]["watch_space"] = value(false);
        document["control"]["socket"] = value(text_of(&self.socket()));
        write("site.toml", 0o640, &document.to_string())
    }

    /// Makes the log of `host`, empty.
    ///
    /// # Errors
    /// When the file cannot be made.
    pub(super) fn log_begins(&self, host: &str) -> Result<(), Error> {
        let folder = self.root.join("log").join(host);
        let path = folder.join("messages");
        let made = make(&folder).and_then(|()| OpenOptions::new().create(true).append(true).open(&path));
        made.map(drop).map_err(|source| refused(&path, source))
    }

    /// Appends a line to the log of `host`.
    ///
    /// # Errors
    /// When the file is not there or cannot be written.
    pub(super) fn log(&self, host: &str, line: &str) -> Result<(), Error> {
        let path = self.root.join("log").join(host).join("messages");
        let open = OpenOptions::new().append(true).open(&path);
        open.and_then(|mut file| writeln!(file, "{line}")).map_err(|source| refused(&path, source))
    }

    /// The daemon's own log, for whoever keeps the folder.
    ///
    /// # Errors
    /// When it cannot be made.
    pub(super) fn daemon_log(&self) -> Result<File, Error> {
        let path = self.root.join("daemon.log");
        File::create(&path).map_err(|source| refused(&path, source))
    }

    /// What `--config` would name.
    pub(super) fn config(&self) -> PathBuf {
        self.root.join("config")
    }

    /// Journal and working state.
    pub(super) fn state(&self) -> PathBuf {
        self.root.join("state")
    }

    /// Where mail is dropped.
    pub(super) fn drop_folder(&self) -> PathBuf {
        self.root.join("mail")
    }

    /// Where the daemon listens to people.
    pub(super) fn socket(&self) -> PathBuf {
        let beside = self.root.join("control.sock");
        if beside.as_os_str().len() <= LONGEST_SOCKET { beside } else { self.temporary.join("control.sock") }
    }

    /// Where it is.
    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    fn log_pattern(&self) -> PathBuf {
        self.root.join("log/*/messages")
    }
}

impl Drop for Scenery {
    fn drop(&mut self) {
        for _ in 0..REMOVALS {
            match fs::remove_dir_all(&self.temporary) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    std::thread::sleep(std::time::Duration::from_millis(50));
                }
                Ok(()) | Err(_) => return,
            }
        }
    }
}

fn temporary() -> Result<PathBuf, Error> {
    let parent = std::env::temp_dir();
    let start = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |now| now.subsec_nanos());
    let mut trouble = io::Error::from(io::ErrorKind::AlreadyExists);
    for nth in 0..NAMES {
        let path = parent.join(format!("kiriwake-demo-{}-{:x}", std::process::id(), start.wrapping_add(nth)));
        // Never one that is there already: somebody else may have put it there.
        match DirBuilder::new().mode(0o700).create(&path) {
            Ok(()) => return Ok(path),
            Err(error) => trouble = error,
        }
    }
    Err(refused(&parent, trouble))
}

fn make(folder: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

fn refused(path: &Path, source: io::Error) -> Error {
    Error::Folder { path: path.to_owned(), source }
}

fn text_of(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

/// A TOML text in quotes.
fn quoted(path: &Path) -> String {
    value(text_of(path)).to_string().trim().to_owned()
}

fn sources(url: &str, logs: &Path) -> String {
    format!(
        r#"# The stand-in for Zabbix that `kiriwake demo` runs; it is gone when the show is over. It is asked more often than a
# real one, for the sake of the show.
[[source.zabbix]]
name = "zabbix"
url = "{url}"
token_file = "zabbix.token"
poll = "5s"

[[source.logfile]]
name = "network-log"
paths = [{}]
patterns = ["network", "os"]
time = "syslog"
host_from_path = 1
"#,
        quoted(logs)
    )
}

fn channels(folder: &Path) -> String {
    format!(
        r#"# Mail is dropped into a folder and reaches nobody.
[[channel.maildir]]
name = "drop-folder"
directory = {}
"#,
        quoted(folder)
    )
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed test should stop")]
    use super::*;
    use crate::config::Environment;
    use jiff::civil::date;

    #[test]
    fn the_folder_holds_a_sound_configuration_and_goes_away() {
        let scenery = Scenery::new(None).unwrap();
        scenery.furnish("http://127.0.0.1:1/api_jsonrpc.php", "token").unwrap();
        let today = date(2026, 9, 20);
        let (settings, _) = config::load(&scenery.config(), &Environment::default(), today).unwrap();
        assert_eq!(settings.state_directory, scenery.state());
        assert_eq!(settings.control_socket, scenery.socket());
        let root = scenery.root().to_owned();
        drop(scenery);
        assert!(!root.exists());
    }

    #[test]
    fn a_folder_to_keep_stays_and_must_be_empty_before() {
        let outer = tempfile::tempdir().unwrap();
        let keep = outer.path().join("kept");
        let scenery = Scenery::new(Some(&keep)).unwrap();
        scenery.log_begins("dc-sw-01").unwrap();
        scenery.log("dc-sw-01", "a line").unwrap();
        drop(scenery);
        assert!(keep.join("log/dc-sw-01/messages").exists());
        assert!(matches!(Scenery::new(Some(&keep)), Err(Error::NotEmpty(_))));
        assert!(keep.join("log/dc-sw-01/messages").exists());
    }
}
