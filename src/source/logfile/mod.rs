//! Log files as a source: follows files named by globs and turns lines that fit a pattern into observations.
//!
//! Its place: `files` finds, opens and follows the files, `lines` and `text` make readable lines of their bytes, `scan`
//! holds the lines against the patterns, `reader` puts one bounded batch together, and [`run()`] carries batches to the
//! desk. `extract` reads what stood around a moment, for the evidence of an incident. What is pure (`follow`, `lines`, `text`, `stamp`, `pattern`, `scan`) knows no files and no clock.
//!
//! The position travels in the same report as what was read up to it, so the desk records both or neither: after a crash
//! nothing is missing and nothing comes twice.
//!
//! Not here: unpacking archives, watching directories by events, joining several lines into one, and any judgement
//! about what a line means for an incident.

mod config;
mod extract;
mod files;
mod follow;
#[cfg(test)]
mod fuzz;
mod glob;
mod lines;
mod look;
mod open;
mod pattern;
mod place;
mod reader;
mod run;
mod scan;
mod stamp;
mod summary;
mod text;

pub use config::{Config, Encoding, Fault, Settings, Stamps};
pub use extract::{extract, shown};
pub use look::look;
pub use pattern::{Pattern, PatternConfig};
pub use run::run;
