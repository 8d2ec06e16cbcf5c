//! What an office is asked to decide, in English.

use super::Mail;
use crate::desk::letter::{Closure, Facts, Stage};
use crate::desk::rules::VerdictCode;
use crate::render::layout::Name;
use crate::render::text;
use jiff::Timestamp;

impl Mail<'_> {
    /// 相談: what the office is asked to decide. `nth`, whether it is the first report, too; until when its vendor is closed, why the
    /// desk has put it on hold.
    pub(super) fn consultation(
        &mut self,
        facts: &Facts,
        wished_by: Option<Timestamp>,
        (nth, first): (u32, bool),
        (closed, held): (Option<&Closure>, Option<&str>),
    ) {
        let out = facts.verdict.as_ref().is_some_and(|told| told.code == VerdictCode::ScopeOut);
        if first {
            self.page.text("We have detected the fault below. This is our first report.");
        }
        if let Some(closed) = closed {
            self.page.text(format!(
                "{} is closed until {} and has not acknowledged; work may not begin before.",
                text::name(&closed.party),
                self.clock.english(closed.opens)
            ));
        }
        if facts.stage == Stage::OnHold && !out {
            let why = held.map(text::note).filter(|why| !why.is_empty());
            let why = why.map(|why| format!(" ({why})")).unwrap_or_default();
            self.page.text(format!("The desk has put the matter on hold{why}."));
        }
        if nth > 1 {
            self.page.text("We come back to the matter below.");
        }
        self.page.text(if out {
            "We believe that the fault below is outside the maintenance contracts. Please decide how to go on."
        } else {
            "Please decide how to go on with the fault below."
        });
        self.incident(facts);
        let wished = wished_by.map_or_else(|| "at your convenience".to_owned(), |at| self.clock.english(at));
        if facts.impact.one_sided.is_some() {
            let risk = "it goes on on one side; if that fails too, the system cannot be used";
            self.page.section(Name::Ask).field("Risk", risk);
        }
        if first {
            self.next(facts.next_report);
        }
        let options = match closed {
            Some(_) => "go on and wait for the vendor; stop, or go on with the substitute; repair by other means",
            None => "repair or replace; go on with the substitute; watch",
        };
        self.page.section(Name::Ask).field("Options", options);
        self.page.field("Answer by", wished);
    }
}
