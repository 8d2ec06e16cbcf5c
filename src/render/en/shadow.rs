//! A trial begins and ends, for a desk that reads English.

use super::Mail;
use crate::desk::letter::DigestLine;
use crate::render::commands;

impl Mail<'_> {
    /// The trial begins.
    pub(super) fn trial_begins(&self, held: usize, open: usize) -> (&'static str, String, Vec<String>) {
        let told = format!(
            "From now on every message goes to this address alone, marked as a trial; nobody else is told anything. \
             Monitoring, isolation and the record go on as ever. {held} messages that were waiting to leave are held, and of \
             {open} open incidents nothing more is sent to anybody: what must be told has to be told by other ways."
        );
        ("The trial (shadow mode) begins", told, vec![commands::STATUS.to_owned(), commands::OUTBOX.to_owned()])
    }

    /// The trial is over.
    pub(super) fn trial_ends(&self, incidents: &[DigestLine], total: usize) -> (&'static str, String, Vec<String>) {
        let mut rows = self.rows(incidents);
        if total > incidents.len() {
            rows.push(format!("{} more", total - incidents.len()));
        }
        let open = match total {
            0 => "No incident is open.".to_owned(),
            _ => format!(
                "Of {total} open incidents this system told nobody outside, because they were detected on trial: {}. What was asked \
                 and reported on trial counts as not asked and not reported. Find out who is at work on them; `confirm` asks \
                 and reports.",
                rows.join("; ")
            ),
        };
        let told = format!("From now on messages go to whom they are for. {open}");
        let next = [commands::LIST, commands::CONFIRM, commands::STATUS].map(str::to_owned);
        ("The trial is over: messages leave in earnest", told, next.to_vec())
    }
}
