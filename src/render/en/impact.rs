//! Whom a fault hits, in English: work and places first, then systems; what goes on all the same.

use super::Mail;
use super::phrases::{NONE, NOT_KNOWN, expected, list};
use crate::desk::letter::{Facts, Impact, OneSided, Stage};
use crate::desk::rules::{DataImpact, Effect};
use crate::render::layout::Name;
use crate::render::{text, words};
use jiff::Timestamp;

impl Mail<'_> {
    pub(super) fn impact(&mut self, facts: &Facts) {
        let impact = &facts.impact;
        let page = &mut self.page;
        // Where nobody is hit, nothing reads like a loss of now.
        let none = facts.effect == Some(Effect::None);
        let (scope, who) = if none { ("Scope if hit", "Users if hit") } else { ("Scope", "Users") };
        page.section(Name::Impact).field(scope, facts.scope.map_or(NOT_KNOWN, words::scope_en));
        let mut optional = |label: &str, names: &[String]| {
            if !names.is_empty() {
                page.field(label, list(names, NONE));
            }
        };
        optional("Work", &impact.work);
        if impact.everywhere {
            optional("Sites", &["all".to_owned()]);
        } else {
            optional("Sites", &impact.locations);
            optional("Departments", &impact.departments);
        }
        optional("Cut off", if impact.everywhere { &[] } else { &impact.cut_off });
        let page = &mut self.page;
        if let Some(users) = impact.users {
            let about = if users.at_least { "at least about" } else { "about" };
            page.field(who, format!("{about} {}", users.about));
        }
        let there = if facts.systems.is_empty() { &impact.there } else { &facts.systems };
        page.field("Systems", list(there, NOT_KNOWN));
        let yes_no = |known: Option<bool>| known.map_or(NOT_KNOWN, |yes| if yes { "yes" } else { "no" });
        if none {
            let feared = facts.data.is_some_and(DataImpact::feared);
            page.field("Effect", if feared { "no loss of service seen so far" } else { "none seen so far" });
        }
        let span = |(from, until): &(Timestamp, Timestamp)| {
            format!("from {} until {}", self.clock.english_short(*from), self.clock.english_short(*until))
        };
        if !impact.hit_before.is_empty() {
            page.field("Hit before", impact.hit_before.iter().map(span).collect::<Vec<_>>().join(", "));
        }
        if let Some(since) = impact.hit_since.filter(|_| !none) {
            page.field("Hit since", self.clock.english_short(since));
        }
        page.field("Residents hit", format!("{}{}", yes_no(facts.residents), expected(facts.residents)));
        if let Some(data) = facts.data {
            page.field("Data", words::data_en(data));
        }
        let gone =
            impact.unusable.iter().map(|one| format!("{} (expected not to be usable: it is hit as well)", named(one)));
        let substitutes = impact.substitutes.iter().map(named).chain(gone);
        page.lines("Substitute", [yes_no(facts.substitute).to_owned()].into_iter().chain(substitutes).collect(), NONE);
        self.goes_on(facts, impact);
    }

    /// The other side of what is doubled that fails, or that still does.
    pub(super) fn on_one_side(&mut self, facts: &Facts) {
        let over = matches!(facts.stage, Stage::Verifying | Stage::Restored);
        let fails = if over { "has still been failing" } else { "has been failing as well" };
        for (name, since) in &facts.impact.beside {
            let since = self.clock.english_short(*since);
            self.page.field("Redundancy", format!("lost; its other side, {}, {fails} since {since}", text::name(name)));
        }
    }

    fn goes_on(&mut self, facts: &Facts, impact: &Impact) {
        if let Some(since) = impact.over_since.filter(|_| facts.effect != Some(Effect::None)) {
            self.page.field("Over since", format!("{} (as monitored)", self.clock.english_short(since)));
        }
        self.on_one_side(facts);
        if let Some(OneSided { on, kept }) = &impact.one_sided {
            let on = list(on, "its other side");
            let kept = if kept.is_empty() { String::new() } else { format!(" for {}", list(kept, NONE)) };
            self.page.field("Redundancy", format!("lost; {on} carries on{kept}"));
        }
        if !impact.untouched.is_empty() {
            self.page.field("Not affected", list(&impact.untouched, NONE));
        }
        if facts.office_closed {
            let opens = impact.hours.opens.map(|at| format!(" until {}", self.clock.english_short(at)));
            let closed = format!("closed{}; effect on the night duty is being checked", opens.unwrap_or_default());
            self.page.field("Office", closed);
        }
        let hours = &impact.hours;
        for (label, all) in [("In service now", &hours.in_service), ("Out of hours", &hours.out_of_service)] {
            if !all.is_empty() {
                self.page.field(label, list(&all.iter().map(named).collect::<Vec<_>>(), NONE));
            }
        }
    }
}

fn named((name, words): &(String, String)) -> String {
    format!("{} ({})", text::name(name), text::name(words))
}
