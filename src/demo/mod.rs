//! demo
mod director;
mod night;
mod people;
mod scenery;
mod stand_in;
use crate::{config, daemon};
use std::path::PathBuf;
/// Why
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// a
    #[error("{} is not empty: choose a new folder to keep", .0.display())]
    NotEmpty(PathBuf),
    /// b
    #[error("{} cannot be written", .path.display())]
    Folder {
        /// p
        path: PathBuf,
        /// s
        source: std::io::Error,
    },
    /// c
    #[error(transparent)]
    Example(#[from] config::InitError),
    /// d
    #[error("x")]
    Daemon(#[from] daemon::Error),
    /// e
    #[error("control")]
    Control(#[from] crate::control::client::Error),
    /// e
    #[error("end {0}")]
    End(String),
}
/// run
pub async fn run() -> Result<(), Error> {
    director::play().await
}
