//! One look at what is there to be read, for `check --live`. Not here: reading it.

use super::config::Settings;
use super::open;
use std::collections::BTreeSet;

/// Failures named.
const NAMED: usize = 3;

/// Opens every file the source would read; says how many there are.
///
/// # Errors
/// What cannot be read, and why.
pub fn look(settings: &Settings) -> Result<String, String> {
    let (mut files, mut troubles) = (BTreeSet::new(), Vec::new());
    for glob in &settings.globs {
        let found = glob.expand();
        troubles.extend(found.troubles.iter().map(|(path, error)| format!("{}: {error}", path.display())));
        if found.cut {
            troubles.push(format!("{} fits too many files", glob.text()));
        }
        for spot in found.spots {
            match open::open(&spot.path, &settings.roots) {
                Ok(_) => drop(files.insert(spot.id)),
                Err(error) => troubles.push(format!("{}: {error}", spot.path.display())),
            }
        }
    }
    let globs: Vec<&str> = settings.globs.iter().map(|glob| glob.text()).collect();
    if !troubles.is_empty() {
        let more = troubles.len().saturating_sub(NAMED);
        troubles.truncate(NAMED);
        let more = if more > 0 { format!("; and {more} more") } else { String::new() };
        return Err(format!("{}{more}", troubles.join("; ")));
    }
    match files.len() {
        0 => Err(format!("no file fits {}", globs.join(", "))),
        number => Ok(format!("{number} files can be read ({})", globs.join(", "))),
    }
}

#[cfg(test)]
mod tests {
    use super::super::config::Config;
    use super::*;
    use jiff::tz::TimeZone;
    use std::fs;

    #[test]
    fn what_can_be_read_is_counted_and_what_cannot_is_told() {
        let folder = tempfile::tempdir().expect("a folder");
        let here = folder.path().display().to_string();
        let text = format!("name = 'l'\npaths = ['{here}/*/messages']\npatterns = ['s']");
        let config: Config = toml::from_str(&text).expect("sound");
        let settings = config.check(TimeZone::UTC).expect("sound settings");
        assert_eq!(look(&settings), Err(format!("no file fits {here}/*/messages")));
        for host in ["a", "b"] {
            fs::create_dir(folder.path().join(host)).expect("made");
            fs::write(folder.path().join(host).join("messages"), "x\n").expect("written");
        }
        assert_eq!(look(&settings), Ok(format!("2 files can be read ({here}/*/messages)")));
        fs::create_dir(folder.path().join("c")).expect("made");
        std::os::unix::fs::symlink("/etc/hostname", folder.path().join("c/messages")).expect("linked");
        let said = look(&settings).expect_err("a link is not read");
        assert!(said.contains("/c/messages: it is a symbolic link"), "{said}");
    }
}
