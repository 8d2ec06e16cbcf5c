//! What an office is asked to decide, in English.

use super::Mail;
use super::phrases::NONE;
use crate::desk::letter::{Closure, Facts, Owner, Stage};
use crate::desk::rules::VerdictCode;
use crate::render::layout::Name;
use crate::render::symptom::is_reported;
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
            self.page.text(if is_reported(facts) {
                "We were told of the fault below. This is our first report."
            } else {
                "We have detected the fault below. This is our first report."
            });
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
        let verdict = facts.verdict.as_ref();
        let owner = verdict.and_then(|verdict| verdict.owner.as_ref());
        let contractor = owner.filter(|owner| owner.contracted).map(|owner| text::name(&owner.organization));
        self.page.text(match &contractor {
            Some(owner) => format!(
                "We believe that the fault below is of what {owner} keeps under another contract. \
                 Please decide whether {owner} is to be called."
            ),
            None if out => {
                "We believe that the fault below is outside the maintenance contracts. Please decide how to go on."
                    .to_owned()
            }
            None => "Please decide how to go on with the fault below.".to_owned(),
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
        self.page.section(Name::Ask);
        self.owner(owner);
        let options = match closed {
            None if contractor.is_some() => "call the other party (you, or the desk); go on with the substitute; watch",
            None if out && is_reported(facts) => "have it looked at; go on with the substitute; watch",
            Some(_) => "go on and wait for the vendor; stop, or go on with the substitute; repair by other means",
            None => "repair or replace; go on with the substitute; watch",
        };
        self.page.section(Name::Ask).field("Options", options);
        self.page.field("Answer by", wished);
    }

    /// Whose it is, where no contract of the desk covers it.
    pub(super) fn owner(&mut self, owner: Option<&Owner>) {
        let Some(owner) = owner else { return };
        let (phone, hours) = (text::name(&owner.phone), text::name(&owner.hours));
        let phone = if phone.is_empty() { "no phone on record".to_owned() } else { format!("{phone} ({hours})") };
        let contract = text::or(text::name(&owner.contract), NONE);
        let (who, contact) = (text::name(&owner.organization), text::name(&owner.contact));
        self.page.field("Owner", format!("{who} {contact}, {phone}; contract {contract}"));
    }
}
