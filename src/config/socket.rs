//! Where the daemon's socket is, found although the configuration has faults: who is at the desk must reach a daemon that
//! goes on by its old rules while somebody is still writing the new ones.
//!
//! Not here: anything that would have to be right beside the one key.

use super::environment::Environment;
use super::findings::Findings;
use super::folder;
use super::tree::{Path, Value};
use std::path::{Path as FilePath, PathBuf};

/// `control.socket` as far as `folder` can be read: what its files and the environment say, else what is built in. `None` when it
/// is written there, and is no place of a file.
pub fn control_socket(folder: &FilePath, environment: &Environment) -> Option<PathBuf> {
    let tree = folder::gather(folder, None, environment, &mut Findings::default());
    match &tree.at(&Path::of(&["control", "socket"]))?.value {
        Value::Text(socket) => Some(PathBuf::from(socket)).filter(|socket| socket.is_absolute()),
        Value::Integer(_) | Value::Float(_) | Value::Bool(_) | Value::Moment(_) | Value::List(_) | Value::Table(_) => {
            None
        }
    }
}
