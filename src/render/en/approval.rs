//! 送信前承認 for a desk that reads English.

use super::Mail;
use crate::desk::letter::{HeldMessage, HeldRow};
use crate::render::layout::Name;
use crate::render::{self, approval, commands, text};

impl Mail<'_> {
    /// What is held, until when, and what sends it or keeps it back.
    pub(super) fn held(&self, messages: &[HeldMessage], more: &[HeldRow]) -> (&'static str, String, Vec<String>) {
        let first = approval::first_limit(messages).map(|at| self.clock.english_short(at));
        let until = match first {
            None => "at its limit".to_owned(),
            Some(first) if messages.iter().all(|one| self.clock.english_short(one.until) == first) => {
                format!("at {first}")
            }
            Some(first) => format!("at the time under \"Leaves\" (the first at {first})"),
        };
        let others: Vec<String> = more.iter().map(render::en::restored::line).collect();
        let others = match others.is_empty() {
            true => String::new(),
            false => format!(" Not shown here, and leaving by itself likewise: {}.", others.join("; ")),
        };
        let told = format!(
            "Not sent yet: {}. Please read and approve. What nobody approves leaves by itself {until}, marked as automatic; \
             what you approve is marked as confirmed by the desk.{others}",
            messages.len() + more.len()
        );
        let each = messages.iter().flat_map(|one| [commands::approve(&one.row), commands::drop(&one.row)]);
        let rest = if more.is_empty() { None } else { Some(commands::OUTBOX.to_owned()) };
        ("Please approve before it is sent", told, each.chain(rest).collect())
    }

    /// Each message as it will read.
    pub(super) fn held_in_full(&mut self, messages: &[HeldMessage]) {
        for one in messages {
            let words = render::mail_to_quote(&one.letter, self.kept);
            let kind = text::name(&one.kind).replace('_', " ");
            let to =
                one.to.iter().map(|to| format!("{} <{}>", text::name(&to.name), text::name(&to.address))).collect();
            self.page.section(Name::Annex).rule();
            self.page.text(format!("{}: {kind} to {}", text::name(&one.row), text::name(&one.letter.to.organization)));
            self.page.lines("To", to, "nobody");
            self.page.field("By", text::name(&one.channel));
            if !one.copies.is_empty() {
                let copies: Vec<String> = one.copies.iter().map(|channel| text::name(channel)).collect();
                self.page.field("Copies", copies.join(", "));
            }
            self.page.field("Leaves", self.clock.english_short(one.until));
            self.page.field("Subject", words.subject);
            if matches!(one.kind.as_str(), "request" | "inquiry") {
                self.page.text("(The time for the acknowledgement is set anew when it is sent.)");
            }
            self.page.quote(words.body.lines().map(str::to_owned).collect());
        }
        self.page.rule();
    }
}
