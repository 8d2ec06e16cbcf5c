//! Phone notes in English: the calls to make, and those that were made.

use super::super::layout::Name;
use super::phrases::{NONE, NOT_KNOWN, subject};
use super::record::call_result;
use super::vendor::BEFORE;
use super::{Mail, Symptom, commands, number_of, text};
use crate::desk::letter::{Ask, Call, Facts, Part, Purpose, Tried};

impl Mail<'_> {
    pub(super) fn phone_note(&mut self, facts: &Facts, calls: &[Call], tried: &[Tried]) -> String {
        self.page.text("Please call in this order. No answer: try again after 5 minutes, then go on to the next.");
        let whole = Part::common(calls).map(|part| part.told(facts));
        let whole = whole.as_ref().unwrap_or(facts);
        self.incident(whole);
        if !tried.is_empty() {
            let tried = self.tried(tried);
            self.page.section(Name::State).lines("Calls so far", tried, NONE);
        }
        for call in calls {
            let its = call.part.as_ref().map(|part| part.told(facts));
            let facts = its.as_ref().unwrap_or(facts);
            let page = &mut self.page;
            page.section(Name::Annex).field(
                "Call",
                format!("{}. {} {}", call.rank, text::name(&call.organization), text::name(&call.contact)),
            );
            page.field("Number", text::or(text::name(&call.phone), "(to be filled in)"));
            page.field("Hours", text::or(text::name(&call.hours), NOT_KNOWN));
            page.field("Contract", text::or(text::name(&call.contract), NONE));
            let untouched = facts.untouched && call.part.is_some();
            let before = if untouched { format!(" {BEFORE}") } else { String::new() };
            let purpose = match call.purpose {
                Purpose::Ask(Ask::Repair) => "We ask you to act on it.",
                Purpose::Ask(Ask::Inquiry) => "We ask you to check your part.",
                Purpose::Chase => "We have no acknowledgement yet; please take it.",
                Purpose::Inform if call.nth > 1 => "We report how it stands now.",
                Purpose::Inform => "This is our first report.",
                Purpose::Decide => "It is outside the contracts of this desk; please decide how to go on.",
                Purpose::Consult { .. } => {
                    "The vendor is closed for long and has not answered; please decide how to go on."
                }
            };
            page.field(
                "Say",
                format!(
                    "This is the operations desk of {}. {} since {}. Our number is {}. {purpose}{before}",
                    text::name(&self.letter.from.site),
                    Symptom::of(facts).title(),
                    self.clock.english_short(facts.part_since.unwrap_or(facts.occurred)),
                    number_of(&facts.number)
                ),
            );
            if untouched {
                self.page.field(
                    "For you",
                    "There is another matter about this equipment, for few. When the vendor calls about a restart, ask who \
                     works on that matter before you answer; say nothing of it.",
                );
            }
            if !call.then.is_empty() {
                let then =
                    call.then.iter().map(|next| format!("{} {}", text::name(&next.contact), text::name(&next.phone)));
                self.page.lines("Else", then.collect(), NONE);
            }
            self.page.field("Ask", "name, time of call back, expected arrival");
            let to_office = call.purpose.is_to_office();
            let taken = if to_office { "[ ] answered" } else { "[ ] taken  [ ] answered, will call back" };
            self.page.field("Result", format!("{taken}  [ ] no answer  [ ] voice mail  [ ] busy   at __:__"));
            self.page.command(match to_office {
                true => commands::answered(&facts.number, &call.organization),
                false => commands::acknowledge(&facts.number, &call.organization),
            });
            self.page.command(commands::called(&facts.number, &call.organization));
            if to_office {
                self.page.command(commands::note(&facts.number));
            }
            if call.purpose == Purpose::Decide {
                let owner = facts.verdict.as_ref().and_then(|verdict| verdict.owner.as_ref());
                self.owner(owner);
                self.page.command(commands::resume(&facts.number));
            }
        }
        subject(&["Phone note"], &Symptom::of(whole).title(), facts)
    }

    /// Calls that were made, one each.
    pub(super) fn tried(&self, tried: &[Tried]) -> Vec<String> {
        let line = |one: &Tried| {
            let (at, who) = (self.clock.english_short(one.at), text::name(&one.organization));
            format!("{at} {who} ({}): {}", text::name(&one.contact), call_result(one.result))
        };
        tried.iter().map(line).collect()
    }
}
