//! How what verifying found reads.

use super::identity::Identity;
use super::verify::{VerifyReport, WorkingCheck};
use std::fmt;

impl fmt::Display for VerifyReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.identity {
            Some(Identity { store_id, epoch, schema, .. }) => {
                writeln!(f, "store          {store_id}, term {epoch}, schema {schema}")?;
            }
            None => writeln!(f, "store          unknown")?,
        }
        writeln!(f, "daemon         {}", if self.is_live { "running" } else { "stopped" })?;
        writeln!(
            f,
            "journal        {} files, {} bytes, frames {} to {}",
            self.files, self.bytes, self.first_seq, self.last_seq
        )?;
        writeln!(
            f,
            "               {} frames, {} snapshots, {} checkpoints read",
            self.frames, self.snapshots, self.checkpoints
        )?;
        self.begins.iter().try_for_each(|begins| writeln!(f, "begins later   {begins}"))?;
        match &self.working {
            WorkingCheck::Whole { applied, entries } => {
                writeln!(f, "working state  {entries} entries, whole, after frame {applied}")?;
            }
            WorkingCheck::Unusable => {
                writeln!(f, "working state  not usable; the next start builds it from the journal")?
            }
            WorkingCheck::NotChecked { why } => writeln!(f, "working state  not checked: {why}")?,
        }
        writeln!(f, "bodies         {}", self.bodies)?;
        self.removed.iter().try_for_each(|removed| writeln!(f, "removed        {removed}"))?;
        self.inked.iter().try_for_each(|inked| writeln!(f, "inked over     {inked}"))?;
        if self.quarantined > 0 {
            writeln!(f, "quarantine     {} things, kept for you to look at", self.quarantined)?;
        }
        match self.findings.len() {
            0 => write!(f, "result         sound"),
            count => {
                write!(f, "result         {count} findings")?;
                self.findings.iter().try_for_each(|finding| write!(f, "\n  - {finding}"))
            }
        }
    }
}
