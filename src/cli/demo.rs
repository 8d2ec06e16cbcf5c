//! `demo`: the newcomer's first minute.

use super::{Context, Trouble, text};
use crate::demo::{self, Error, Options};
use clap::Args;
use std::path::PathBuf;

/// What the newcomer may ask for.
#[derive(Debug, Args)]
pub(super) struct Demo {
    /// Shows all mails in full, not only the three most telling ones.
    #[arg(long)]
    mails: bool,
    /// Keeps everything in this new or empty folder: mails, configuration, record, the daemon's log.
    #[arg(long, value_name = "DIR")]
    keep: Option<PathBuf>,
}

/// Plays the night.
pub(super) fn demo(context: &Context, demo: Demo) -> Result<(), Trouble> {
    let options = Options { language: context.tongue.language(), all_mails: demo.mails, keep: demo.keep };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = runtime.map_err(|error| Trouble::Said(format!("no runtime: {error}"), 71))?;
    let result = runtime.block_on(demo::run(options));
    runtime.shutdown_timeout(std::time::Duration::from_secs(1));
    result.map_err(|error| {
        let code = match &error {
            Error::NotEmpty(_) => 64,
            Error::Folder { .. } | Error::Example(_) => 73,
            Error::Port(_) => 71,
            Error::Page(_) => 74,
            Error::TooSlow => 75,
            Error::Interrupted => 130,
            Error::Daemon(_) | Error::Panicked(_) | Error::Ended | Error::Control(_) | Error::OtherStory(_) => 70,
        };
        Trouble::Said(text::full(&error), code)
    })
}
