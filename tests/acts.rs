//! The table of acts: what is possible in which state, where it leads, and why not, as one text.
//!
//! `UPDATE=1 cargo test --test acts` rewrites `tests/acts.txt`; the difference is the review.

#![allow(clippy::unwrap_used, reason = "a test that cannot read its own data should stop")]

use kiriwake::desk::act::{DeedName, Leads, allowed};
use kiriwake::desk::incident::StatusName;
use std::fmt::Write;
use std::path::Path;

#[test]
fn the_table_of_acts_is_as_agreed() {
    let mut table = String::from("# What the desk may do, state by state: where it leads, or why not.\n");
    for status in StatusName::ALL {
        writeln!(table, "\n{} ({})", status.as_str(), status.japanese()).unwrap();
        for deed in DeedName::ALL {
            let answer = match allowed(deed, status) {
                Ok(Leads::To(to)) => format!("-> {}", to.as_str()),
                Ok(Leads::ByRequests) => "-> as its requests imply".to_owned(),
                Ok(Leads::Stays) => "stays".to_owned(),
                Err(why) => format!("no: {why}"),
            };
            writeln!(table, "  {:<8} {answer}", deed.as_str()).unwrap();
        }
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/acts.txt");
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, &table).unwrap();
    }
    let agreed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(agreed == table, "the table changed; UPDATE=1 rewrites {}:\n{table}", path.display());
}
