//! What only this machine tells of a configuration: whether the secret files it names can be used, as the daemon will read them.
//!
//! For `check`; a start does not end on it, for one channel that cannot be used keeps the others from nothing. Where root
//! looks, the daemon's user is asked for: whoever owns the state directory. Not here: whether a far end takes the secret
//! (`check --live`).

use super::findings::Findings;
use super::secret::{Error, Folders};
use super::tree::{Path, Tree, Value};
use std::io::ErrorKind;
use std::os::unix::fs::MetadataExt;

/// Tables that name secret files, and under which keys.
const LISTS: [(&[&str], &[&str]); 4] = [
    (&["source", "zabbix"], &["token_file", "password_file"]),
    (&["channel", "smtp"], &["password_file"]),
    (&["channel", "webhook"], &["url_file", "secret_file"]),
    (&["channel", "teams"], &["url_file"]),
];
/// The one that is no element of a list.
const HEARTBEAT: [&str; 3] = ["health", "heartbeat", "url_file"];

/// Who reads them.
struct User {
    name: String,
    /// The daemon's, where it is somebody else that looks.
    other: Option<u32>,
}

impl User {
    /// Of the daemon whose state directory is `state`, as far as that can be told.
    fn of(state: Option<&std::path::Path>) -> Self {
        let own = uzers::get_effective_uid();
        let owner = state.and_then(|state| state.metadata().ok()).map(|about| about.uid());
        let other = owner.filter(|owner| own == 0 && *owner != 0);
        let uid = other.unwrap_or(own);
        let name = uzers::get_user_by_uid(uid).map(|user| user.name().to_string_lossy().into_owned());
        Self { name: name.unwrap_or_else(|| uid.to_string()), other }
    }
}

/// Looks at every secret file that is named. `state` is the state directory.
pub(super) fn secrets(tree: &Tree, folders: &Folders, state: Option<&std::path::Path>, findings: &mut Findings) {
    let user = User::of(state);
    let mut paths = vec![Path::of(&HEARTBEAT)];
    for (list, keys) in LISTS {
        let list = Path::of(list);
        let elements = 0..tree.elements(&list).len();
        paths.extend(
            elements.flat_map(|nth| keys.iter().map(move |key| (nth, key))).map(|(nth, key)| list.index(nth).key(key)),
        );
    }
    for path in paths {
        if let Some(Value::Text(file)) = tree.at(&path).map(|node| &node.value) {
            secret(&path, std::path::Path::new(file), folders, &user, findings);
        }
    }
}

fn secret(path: &Path, file: &std::path::Path, folders: &Folders, user: &User, findings: &mut Findings) {
    let Err(error) = folders.try_out(file, user.other) else { return };
    let on = format!("on this machine, for the user {}", user.name);
    let place = folders.find(file);
    let kind = match &error {
        Error::Unreadable { source, .. } => Some(source.kind()),
        _ => None,
    };
    match kind {
        Some(ErrorKind::PermissionDenied) if user.other.is_none() => findings.warn(
            path,
            format!("{on}: {} may not be read, so it was not looked at", place.display()),
            "check as the user kiriwake runs as: `sudo -u kiriwake kiriwake check`",
        ),
        // systemd shows a credential to the daemon alone.
        Some(ErrorKind::NotFound) if file.is_relative() && folders.credentials.is_none() => findings.warn(
            path,
            format!("{on}: there is no file {}", place.display()),
            format!("write it (chmod 600), unless the unit brings it (LoadCredential={}:…)", file.display()),
        ),
        _ => {
            let why = super::secret::with_cause(&error);
            findings.fault(path, format!("{on}: {why}"), "what needs it is not used until this is put right");
        }
    }
}
