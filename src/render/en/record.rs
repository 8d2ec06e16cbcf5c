//! What is on record, in English: happenings, facts - and how an incident ends otherwise than by 復旧.

use super::Mail;
use super::phrases::{NONE, NOT_KNOWN, ask_tag, list};
use crate::desk::act::CancelKind;
use crate::desk::ids::Number;
use crate::desk::letter::{CallResult, Fact, Facts, Happening, Kept, KeptBy, NearestContract, Said, What, WorkStage};
use crate::desk::modification::ModificationState;
use crate::render::frame::number_of;
use crate::render::layout::Name;
use crate::render::symptom::Symptom;
use crate::render::{commands, probe, text, words};

impl Mail<'_> {
    pub(super) fn on_site(&mut self, incident: &Facts, place: &str, items: &[String]) {
        self.page.text("Please look at the following and let us know by phone what you see.");
        self.incident(incident);
        self.page.section(Name::Ask).field("Place", text::or(text::name(place), NOT_KNOWN));
        let boxes = items.iter().map(|item| format!("[ ] {}: ", text::name(item))).collect();
        self.page.lines("Look at", boxes, NONE);
        self.page.field("Log", "please do not restart anything before we have spoken");
    }

    pub(super) fn cancelled(&mut self, incident: &Facts, kind: CancelKind, reason: &str) {
        self.page.text(match kind {
            CancelKind::FalseAlarm => {
                "The fault below was a false alarm of monitoring; we have checked that the systems are sound."
            }
            CancelKind::Planned => "The fault below came from planned work; it is no fault.",
            CancelKind::Duplicate => "The fault below is handled under another number already.",
            CancelKind::Other => "We no longer treat the event below as a fault.",
        });
        self.incident(incident);
        self.page.section(Name::Annex).field("Reason", text::or(text::note(reason), NOT_KNOWN));
        self.apology();
    }

    pub(super) fn merged(&mut self, incident: &Facts, into: &Number, (to_office, goes_on): (bool, bool)) {
        let into = number_of(into);
        self.page.text(format!("The fault below is the same as that of {into}; it goes on under that number."));
        if goes_on {
            self.page.text(
                "What we asked of you goes on under that number as it is, with what you have told us so far. Please use it \
                 from now on.",
            );
        } else if !to_office {
            self.page.text("Please use that number from now on. Where we need your work on it, we ask anew.");
        }
        self.incident(incident);
    }

    pub(super) fn nothing_new(&self, last: Option<&Happening>) -> String {
        let last = last.map(|last| format!(" (last on record: {})", self.happening(last).trim_end_matches('.')));
        format!("nothing new to report{}", last.unwrap_or_default())
    }

    pub(super) fn happening(&self, one: &Happening) -> String {
        let at = self.clock.english_short(one.at);
        match &one.what {
            What::Asked { party, ask } => format!("{at} {} to {}.", ask_tag(*ask), text::name(party)),
            What::Acknowledged { party } => format!("{at} {} acknowledged.", text::name(party)),
            What::Started { party } => format!("{at} {} started work.", text::name(party)),
            What::DeskStarted => format!("{at} the desk started work."),
            What::Chased { party } => format!("{at} {} was reminded.", text::name(party)),
            What::HandedBack { party } => format!("{at} {} answered that it is not its part.", text::name(party)),
            What::Called { party, contact, result } => {
                format!("{at} called {} ({}): {}.", text::name(party), text::name(contact), call_result(*result))
            }
            What::Withdrawn { party } => format!("{at} The request to {} was withdrawn.", text::name(party)),
            What::LookAsked { party } => format!("{at} {} was asked to look on site.", text::name(party)),
            What::Looked { item, words } => format!("{at} on site, {}: {}.", text::name(item), text::note(words)),
            What::Reported { text: said } => format!("{at} a further call: {}", text::note(said)),
            What::Flapping { times } => format!("{at} it comes and goes, {times} times so far."),
            What::WorkedAround { text: done } => format!("{at} workaround in place: {}", text::note(done)),
            What::CauseFound { class, direct } => {
                format!("{at} cause found ({}): {}", words::cause_en(*class), text::note(direct))
            }
            What::EchoOf { number } => {
                format!("{at} It turned out to follow from {}, under which it is worked on.", text::name(number))
            }
            What::Echo { number } => format!("{at} {} turned out to follow from this fault.", text::name(number)),
            What::SplitOff { number, about, reason } => format!(
                "{at} {} goes on under {} ({}).",
                list(about, NONE),
                text::name(number),
                text::note(reason).trim_end_matches('.')
            ),
            What::Merged { number, .. } => format!("{at} {} turned out to be the same fault.", text::name(number)),
            What::Resumed { decision } if decision.is_empty() => format!("{at} taken up again."),
            What::Resumed { decision } => format!("{at} decided, and taken up again: {}", text::note(decision)),
            What::Note { text: note } => format!("{at} {}", text::note(note)),
            What::Spread { alerts } => format!("{at} {alerts} more alerts."),
            What::Verdict { code, parties } => {
                format!("{at} verdict now: {} ({}).", words::verdict_en(*code), list(parties, NONE))
            }
            What::BackToNormal { still_red } => {
                format!(
                    "{at} monitoring shows normal, operation is being checked; still red: {}.",
                    list(still_red, NONE)
                )
            }
            What::DeskVerifies { still_red } => format!(
                "{at} the desk says that it may work again, operation is being checked; still red: {}.",
                list(still_red, NONE)
            ),
            What::Reopened { reason } => format!("{at} the desk took it up again: {}", text::note(reason)),
            What::Reaches { systems } => format!("{at} it may hit further systems: {}.", list(systems, NONE)),
            What::MissedAgain { hour } => {
                format!("{at} it did not come by {} either.", self.clock.english_short(*hour))
            }
            What::NotCarried { by } => format!("{at} its other side ({}) fails again as well.", list(by, NONE)),
            What::Carried { by } => format!("{at} spares carry on: {}.", list(by, NONE)),
            What::Eased { since, sign, work } => {
                let since = self.clock.english_short(*since);
                let over = sign.as_ref().map(|sign| format!("\"{}\"", Symptom::titled(sign)));
                let over = over.unwrap_or_else(|| "what was reported".to_owned());
                let stays = match work {
                    None => "other alerts stay".to_owned(),
                    Some(work) => format!(
                        "what stays is under planned work \"{}\" and is looked at when that ends ({})",
                        text::summary(&work.name),
                        self.clock.english_short(work.until)
                    ),
                };
                format!("{at} {over} is over since {since}, as monitoring shows; {stays}.")
            }
            What::NotSeen { host, why } => {
                format!("{at} monitoring sees no more of {}: {}.", text::name(host), words::unseeing_en(*why))
            }
            What::NotReached { party } => {
                format!("{at} no address of {} takes our mail; it is asked by phone.", text::name(party))
            }
            What::RedApart { by } => format!("{at} monitoring shows it again, during {}.", kept_by(*by)),
            What::Relapsed => format!("{at} the fault is back; not restored."),
            What::PlannedWork { name, stage, until } => {
                let (name, until) = (text::name(name), self.clock.english_short(*until));
                match stage {
                    WorkStage::Began => format!("{at} planned work \"{name}\" began (until {until}); this goes on."),
                    WorkStage::Moved => format!("{at} planned work \"{name}\" is now to end {until}."),
                    WorkStage::Ended => format!("{at} planned work \"{name}\" ended."),
                }
            }
            What::Data { impact } => format!("{at} data: {}.", words::data_en(*impact)),
            What::Severity { from, to } => format!("{at} severity changed from {from} to {to}."),
        }
    }

    pub(super) fn fact(&self, fact: &Fact) -> String {
        match fact {
            Fact::Alert { host, summary, at } => {
                format!("{} ({})", Symptom::from(summary, "", host, "").title(), self.clock.english_short(*at))
            }
            Fact::Told(Said { by, text, at }) => {
                let (by, text) = (words::detected_by_en(*by), text::note(text));
                format!("\"{text}\", told by {by} ({})", self.clock.english_short(*at))
            }
            Fact::Behind { failing, of } => format!("{failing} of {of} failing components are or need this one"),
            Fact::OfAllBehind { failing, all } => format!("{failing} of all {all} watched components behind it fail"),
            Fact::NothingBeside { target } => format!("nothing beside {} fails", text::name(target)),
            Fact::Alone { target } => format!("nothing that needs {} fails", text::name(target)),
            Fact::Counted { summary, times, hosts, within } => {
                let what = if *hosts { "hosts" } else { "times" };
                format!("\"{}\" and the like: {times} {what} within {} s", text::summary(summary), within.as_secs())
            }
            Fact::WasDown { target, from, until } => {
                let (from, until) = (self.clock.english_short(*from), self.clock.english_short(*until));
                format!("{}, which it needs, failed from {from} until {until}", text::name(target))
            }
            Fact::Lasting { since } => format!("it has lasted since {}", self.clock.english_short(*since)),
            Fact::Ping { target, answered, at } => {
                let answered = if *answered { "answers" } else { "does not answer" };
                format!("{} {answered} ping ({})", text::name(target), self.clock.english_short(*at))
            }
            Fact::PingNotKnown { target } => format!("ping of {} could not be learnt", text::name(target)),
            Fact::Probe { kind, target, seen, at } => {
                format!("{} ({})", probe::english(kind, target, seen, self.clock.zone()), self.clock.english_short(*at))
            }
            Fact::Noticed { at } => {
                let days: Vec<String> = at.iter().map(|at| self.clock.english(*at)).collect();
                format!("notices of the certificate's end left on {}", days.join(", "))
            }
            Fact::ProbeNotKnown { kind, target } => {
                format!("{} to {} could not be tried", probe::called_en(kind), text::name(target))
            }
            Fact::Quiet { target } => format!("no alert on {}", text::name(target)),
            Fact::OnSite { item, words, at } => {
                format!("on site, {}: {} ({})", text::name(item), text::note(words), self.clock.english_short(*at))
            }
            Fact::NotLooked { item } => format!("nobody has said yet what was seen: {}", text::name(item)),
            Fact::Changed { summary, at, state, .. } => {
                let what = text::summary(summary);
                let what = text::or(what, "work of another party on something it has to do with");
                let at = self.clock.english(*at);
                match state {
                    ModificationState::Planned => {
                        format!("planned for shortly before, and not on record as made: {what} ({at})")
                    }
                    ModificationState::Done => format!("changed shortly before: {what} ({at})"),
                    ModificationState::RolledBack { at: back } => {
                        let back = self.clock.english(*back);
                        format!("changed shortly before, and rolled back: {what} ({at}, rolled back {back})")
                    }
                }
            }
            Fact::Recurred { number, at } => {
                format!("the same as {} of {}", text::name(number), self.clock.english(*at))
            }
            Fact::HandedBack { party, at } => {
                let at = self.clock.english_short(*at);
                format!("{} answered that it is not its part ({at})", text::name(party))
            }
            Fact::Kept(kept) => self.kept_apart(kept),
            Fact::Planned { name, from, until, silence, owner } => {
                let what = if *silence { "silence" } else { "planned work" };
                let (from, until) = (self.clock.english_short(*from), self.clock.english_short(*until));
                let owner = in_charge(owner);
                format!("still there after the {what} \"{}\" ({from} to {until}{owner})", text::name(name))
            }
            Fact::WorkBefore { name, from, until } => {
                let (from, until) = (self.clock.english_short(*from), self.clock.english_short(*until));
                format!("planned work \"{}\" went on then or shortly before ({from} to {until})", text::name(name))
            }
            Fact::NoContract { party, nearest: NearestContract { number, ended, day } } => {
                let whose = text::name(party);
                let whose = if whose.is_empty() { whose } else { format!(" of {whose}") };
                let when = if *ended { "ended on" } else { "begins on" };
                format!("which maintenance contract{whose} covers it ({} {when} {day})", text::name(number))
            }
            Fact::Words(words) => text::summary(words),
        }
    }

    /// It was told to be normal, and nobody hears but the desk that it is not.
    pub(super) fn red_apart(
        &self,
        kept: &Kept,
        cover: Option<&str>,
        mut steps: Vec<String>,
    ) -> (&'static str, String, Vec<String>) {
        steps.extend(cover.map(|id| commands::end(id, true)));
        let since = self.clock.english_short(kept.at);
        let text = format!(
            "While operation is checked it shows red again since {since}, during {}: nobody outside is told.",
            kept_by(kept.by)
        );
        ("Red again while checked", text, steps)
    }

    fn kept_apart(&self, kept: &Kept) -> String {
        let title = Symptom::from(&kept.summary, "", &kept.host, "").title();
        let what = kept_by(kept.by);
        let name = match kept.name.as_str() {
            "" => String::new(),
            name => format!(" \"{}\"", text::name(name)),
        };
        let times = kept.times.map_or_else(String::new, |(from, until)| {
            let (from, until) = (self.clock.english_short(from), self.clock.english_short(until));
            format!(" ({from} to {until}{})", in_charge(&kept.owner))
        });
        let how = match kept.over {
            true => format!("hidden by {what}{name} until its end, and still there"),
            false => format!("kept apart by {what}{name}{times}"),
        };
        format!("{title} ({}, by monitoring; {how})", self.clock.english_short(kept.at))
    }
}

fn in_charge(owner: &str) -> String {
    match text::name(owner) {
        owner if owner.is_empty() => owner,
        owner => format!(", in the care of {owner}"),
    }
}

/// A vendor is asked although no contract covers its part.
pub(super) fn no_contract(
    number: Option<&Number>,
    party: &str,
    nearest: &NearestContract,
) -> (&'static str, String, Vec<String>) {
    let told = format!(
        "{} is asked, but no contract on record covers its part on the day it occurred ({} {} {}); the request gives no \
         contract number. Look whether there is a contract and enter it in parties.toml. If there is none, settle that it is \
         out of scope: the request is taken back and the office is asked to decide.",
        text::name(party),
        text::name(&nearest.number),
        if nearest.ended { "ended on" } else { "begins on" },
        nearest.day
    );
    ("No contract covers it", told, number.map(commands::out_of_scope).into_iter().collect())
}

/// How a call ended.
pub(super) fn call_result(result: CallResult) -> &'static str {
    match result {
        CallResult::NoAnswer => "no answer",
        CallResult::VoiceMail => "a message was left",
        CallResult::Busy => "busy",
        CallResult::Answered => "answered",
    }
}

/// What keeps an alert apart.
fn kept_by(by: KeptBy) -> &'static str {
    match by {
        KeptBy::Work => "planned work",
        KeptBy::Silence => "a silence",
        KeptBy::Source => "maintenance in the monitoring system",
        KeptBy::Desk => "the desk's word that it comes from planned work",
    }
}
