//! The same mails in English: shorter, the same facts, for sites with `language = "en"`.
//!
//! Names, messages and rules' sentences stay in the words of their source. Not here: any decision about who hears what.

mod approval;
mod bundle;
mod certificates;
mod consult;
mod desk;
mod disk;
mod doubt;
mod dropped;
mod impact;
mod kept;
mod phone;
mod phrases;
mod record;
mod restored;
mod shadow;
mod vendor;

use super::commands;
use super::frame::number_of;
use super::layout::{Name, Page};
use super::quote::{self, Kept, Quoted};
use super::symptom::Symptom;
use super::time::{Clock, english_span, minute_after};
use super::{because, mask, text, words};
use crate::desk::ids::Number;
use crate::desk::letter::{Ask, Asked, By, DetectedBy, Facts, Former, Letter, Matter, RecoveryFacts};
use jiff::Timestamp;
use phrases::{
    NONE, NOT_KNOWN, address, ask_tag, extract, isolation, line, list, state_sentence, subject, target_lines, title,
    took,
};

/// Subject and sections in English.
pub(super) fn mail(letter: &Letter, kept: &Kept) -> (String, Page) {
    let mut mail = Mail { letter, kept, clock: Clock::of(letter), page: Page::new(letter.language) };
    let subject = mail.matter();
    mail.closing();
    (subject, mail.page)
}

struct Mail<'a> {
    letter: &'a Letter,
    kept: &'a Kept,
    clock: Clock,
    page: Page,
}

impl Mail<'_> {
    fn matter(&mut self) -> String {
        address(&mut self.page, &self.letter.to);
        self.page.section(Name::Gist);
        if let Some(before) = &self.letter.to.instead_of {
            let before = text::or(text::name(before), "the first address");
            self.page.text(format!("You get this because our mail to {before} could not be delivered."));
            if self.letter.to.organization == self.letter.from.organization {
                self.page.text("If that address is wrong, correct it in parties.toml and reload.");
            }
        }
        let site = text::name(&self.letter.from.site);
        match &self.letter.matter {
            // The same in every language (`render/beat.rs`).
            Matter::Heartbeat { .. } => String::new(),
            Matter::FirstReport { incident, next_report } => {
                self.page.text("We have detected the fault below. This is our first report.");
                self.incident(incident);
                self.next(*next_report);
                self.apology();
                subject(&["Incident", "Report 1"], &title(incident), incident)
            }
            Matter::Interim { incident, nth, news, last, next_report } => {
                let now = self.clock.english(self.letter.written);
                self.page.text(format!("Report {nth} on the fault below, as of {now}."));
                self.incident(incident);
                let news = news.iter().map(|one| self.happening(one)).collect();
                let nothing = self.nothing_new(last.as_ref());
                self.page.section(Name::Annex).items("Since the last report", news, &nothing);
                self.next(*next_report);
                self.apology();
                subject(&["Incident", &format!("Report {nth}")], &title(incident), incident)
            }
            Matter::Recovery { incident, recovery, to_office } => {
                self.recovery(incident, recovery, *to_office);
                subject(&["Incident", "Restored"], &title(incident), incident)
            }
            Matter::Request { incident, ask, acknowledge_by, entry_phone, log, before, extracts, no_log } => {
                if let Some(before) = before {
                    let asked = self.clock.english(before.at);
                    let at = |at: Option<Timestamp>| at.map(|at| self.clock.english_short(at));
                    self.page.text(match (at(before.withdrawn), at(before.not_ours)) {
                        (None, Some(at)) => format!(
                            "We asked you on {asked}, and you answered at {at} that this is not your part; by what is known \
                             now we ask you again."
                        ),
                        (Some(at), _) => format!(
                            "We asked you on {asked} and took that back at {at}; by what is known now we ask you again."
                        ),
                        (None, None) => format!("We asked you on {asked}; severity has risen from {} since.", before.severity),
                    });
                }
                let quoted = quote::quoted(log, extracts, *no_log, self.kept);
                self.request(incident, *ask, *acknowledge_by, entry_phone.as_deref(), &quoted);
                let urgent = if incident.severity <= 2 { "Urgent" } else { "" };
                subject(&[ask_tag(*ask), urgent], &format!("{site} {}", Symptom::of(incident).title()), incident)
            }
            Matter::Chaser { incident, ask, asked_at, nth, answer_by, asked_of } => {
                let asked = self.clock.english(*asked_at);
                let by = answer_by.map(|at| format!(" by {}", self.clock.english_short(at))).unwrap_or_default();
                let whom = asked_of.as_ref().map(|(name, _)| format!(" to your {}", text::name(name)));
                let whom = whom.unwrap_or_default();
                self.page.text(format!(
                    "We have no acknowledgement on record of our {} of {asked}{whom} (reminder {nth}). Please let us know \
                     that you have it{by}. If our messages have crossed, please disregard this one.",
                    ask_tag(*ask).to_lowercase()
                ));
                self.incident(incident);
                self.untouched(incident);
                let what = format!("{site} {}", Symptom::of(incident).title());
                subject(&["Please acknowledge", ask_tag(*ask)], &what, incident)
            }
            Matter::Withdrawal { incident, asked_at, cancelled, under } => {
                self.withdrawal(incident, *asked_at, *cancelled, under.as_ref())
            }
            Matter::Addition { incident, ask, asked_at, alerts } => self.addition(incident, (*ask, *asked_at), alerts),
            Matter::OnSite { incident, place, items } => {
                self.on_site(incident, place, items);
                subject(&["Please look on site"], &title(incident), incident)
            }
            Matter::Cancelled { incident, kind, reason } => {
                self.cancelled(incident, *kind, reason);
                subject(&["Incident", "Cancelled"], &title(incident), incident)
            }
            Matter::Merged { incident, into, to_office, goes_on } => {
                self.merged(incident, into, (*to_office, *goes_on));
                subject(&["Merged"], &title(incident), incident)
            }
            Matter::Consultation { incident, wished_by, nth, closed, first, held, news } => {
                self.consultation(incident, *wished_by, (*nth, *first), (closed.as_ref(), held.as_deref()));
                if !news.is_empty() {
                    let news = news.iter().map(|one| self.happening(one)).collect();
                    self.page.section(Name::Annex).items("Since the last report", news, "");
                }
                subject(&["For your decision"], &title(incident), incident)
            }
            Matter::External { incident, service } => {
                let service = text::or(text::name(service), "an external service");
                let source = words::detected_by_en(incident.detected_by);
                let settled = incident.verdict.as_ref().is_some_and(|verdict| verdict.by == By::Desk);
                self.page.text(match incident.detected_by {
                    _ if settled && incident.detected_by != DetectedBy::Vendor => {
                        format!("The desk has confirmed that {service} (external service) is failing.")
                    }
                    DetectedBy::Vendor => {
                        format!("We have information that {service} (external service) is failing. Source: {source}.")
                    }
                    _ => format!(
                        "What we see seems to come from {service} (external service). Source: {source}; the provider's \
                         own statement is {NOT_KNOWN}."
                    ),
                });
                self.incident(incident);
                self.next(incident.next_report);
                subject(&["Notice"], &title(incident), incident)
            }
            Matter::PhoneNote { incident, calls, tried } => self.phone_note(incident, calls, tried),
            Matter::Internal { incident, notice } => self.internal(incident.as_deref(), notice),
            Matter::Security { number, least } => {
                self.page.text(vendor::security(*least, &self.clock));
                self.page.section(Name::Number).field("Number", number_of(number));
                line(&["Important", "Please check"], &format!("{site} message from the desk"), None, Some(number))
            }
            Matter::Blind { number, source, since, detail } => {
                let (source, detail) = (text::name(source), text::note(detail));
                self.page.text(
                    "Part of the monitoring has stopped. This says nothing about the systems themselves, but faults may \
                     go unnoticed meanwhile.",
                );
                self.number(number.as_ref());
                self.page.section(Name::Time).field("Since", self.clock.english(*since));
                self.page.section(Name::Symptom).field("Source", text::or(source.clone(), NOT_KNOWN));
                self.page.section(Name::State).field("Cause", text::or(detail, NOT_KNOWN));
                line(&["Important", "Monitoring stopped"], &format!("{site} {source}"), None, number.as_ref())
            }
            Matter::Sighted { number, source, since, until } => {
                let source = text::name(source);
                self.page.text("Monitoring has resumed. Events of the gap are read from the source's records.");
                self.number(number.as_ref());
                let gap = english_span(*since, *until);
                let stopped = format!("{} to {} ({gap})", self.clock.english(*since), self.clock.english(*until));
                self.page.section(Name::Time).field("Stopped", stopped);
                self.page.section(Name::Symptom).field("Source", text::or(source.clone(), NOT_KNOWN));
                line(&["Important", "Monitoring resumed"], &format!("{site} {source}"), None, number.as_ref())
            }
            Matter::Digest { digest } => self.digest(digest, &site),
            Matter::HandOver { digest } => {
                self.page.text("The reception hours are over. What is open is handed over.");
                for (label, lines) in [
                    ("Open", &digest.open),
                    ("Not acknowledged", &digest.unacknowledged),
                    ("Reports promised", &digest.promised),
                ] {
                    let rows = self.rows(lines);
                    self.page.section(Name::Annex).items(label, rows, NONE);
                }
                let counts = format!("{site} {} open", digest.open.len());
                line(&["Hand-over"], &counts, None, None)
            }
            Matter::Bundle { lines, .. } => self.bundle(lines, &site),
            Matter::CertificateEnds { notice } => self.certificate_ends(notice, &site),
            Matter::Adopted { source, problems, total } => {
                let source = text::or(text::name(source), NOT_KNOWN);
                self.page.text(format!(
                    "Monitoring of {source} has begun; {total} problems were red before. Nobody has been asked or told \
                     about them. Each becomes an ordinary incident when it changes or the desk says so."
                ));
                let mut rows = self.rows(problems);
                if *total > problems.len() {
                    rows.push(format!("and {} more", total - problems.len()));
                }
                self.page.section(Name::Annex).items("Problems", rows, NONE).command(commands::LIST.to_owned());
                line(&["Monitoring started"], &format!("{site} {source}: {total} problems already red"), None, None)
            }
        }
    }

    fn number(&mut self, number: Option<&Number>) {
        if let Some(number) = number {
            self.page.section(Name::Number).field("Number", number_of(number));
        }
    }

    /// Number to state: what every mail about an incident says.
    fn incident(&mut self, facts: &Facts) {
        self.heading(facts);
        let seen = facts.unseen.map(|unseen| (self.clock.english_short(unseen.since), words::unseeing_en(unseen.why)));
        let page = &mut self.page;
        page.section(Name::Symptom);
        let things: Vec<String> = facts.target.iter().chain(&facts.also).flat_map(target_lines).collect();
        if !things.is_empty() {
            page.lines("Component", things, NOT_KNOWN);
        }
        page.field("Symptom", Symptom::of(facts).title());
        let told: Vec<String> = facts.told.iter().map(|said| text::note(&said.text)).collect();
        if !told.is_empty() {
            page.items("Told by people", told, NONE);
        }
        if let Some((since, why)) = seen {
            page.field("Not seen since", format!("{since} ({why})"));
        }
        page.field("Alerts", format!("{} (hosts: {})", facts.alerts, facts.hosts));
        self.impact(facts);
        let page = &mut self.page;
        page.section(Name::State).field("Isolation", isolation(facts));
        let mut state: Vec<String> = facts.asked.iter().map(|asked| self.asked(asked)).collect();
        state.extend(state_sentence(facts));
        self.page.lines("State", state, NOT_KNOWN);
    }

    fn heading(&mut self, facts: &Facts) {
        let severity =
            format!("{} ({}; {})", facts.severity, words::severity_en(facts.severity), words::by_en(facts.severity_by));
        self.page.section(Name::Number).field("Number", number_of(&facts.number)).field("Severity", severity);
        let whole = format!("{} ({})", self.clock.english(facts.occurred), words::mark_en(facts.occurred_mark));
        let occurred = match facts.part_since {
            Some(part) => format!("{} (your part; in all {whole})", self.clock.english(part)),
            None => whole,
        };
        self.page.section(Name::Time).field("Occurred", occurred);
        self.page.field("Detected by", words::detected_by_en(facts.detected_by));
    }

    fn next(&mut self, next: Option<Timestamp>) {
        let next = next
            .map_or_else(|| "when there is news".to_owned(), |at| format!("about {}", self.clock.english_short(at)));
        self.page.section(Name::Ask).field("Next report", next);
    }

    fn apology(&mut self) {
        self.page.section(Name::Courtesy).text("We apologise for the inconvenience.");
    }

    fn asked(&self, asked: &Asked) -> String {
        if let Some(by) = asked.held_until() {
            let (party, ask) = (text::name(&asked.party), ask_tag(asked.ask).to_lowercase());
            let by = self.clock.english_short(minute_after(by));
            return format!("{party}: {ask} to be sent by {by}; the desk looks at it first.");
        }
        let at = |at: Option<Timestamp>| at.map_or_else(|| "not yet".to_owned(), |at| self.clock.english_short(at));
        format!(
            "{}: {} sent {}; acknowledged: {}; started: {}.",
            text::name(&asked.party),
            ask_tag(asked.ask).to_lowercase(),
            self.clock.english_short(asked.at),
            at(asked.acknowledged),
            at(asked.started)
        )
    }

    fn recovery(&mut self, facts: &Facts, recovery: &RecoveryFacts, to_office: bool) {
        self.page.text("The fault below is restored and operation has been checked.");
        self.heading(facts);
        let normal = recovery.normal.map(|at| format!(" on one side, normal since {}", self.clock.english_short(at)));
        let usable =
            format!("usable since {}{}", self.clock.english_short(recovery.usable), normal.unwrap_or_default());
        let restored = format!("{} ({usable})", self.clock.english(recovery.restored));
        self.page.field("Restored", restored).field("Took", took(facts, recovery));
        self.page.section(Name::Symptom).field("Symptom", Symptom::of(facts).title());
        let former = |former: &Former| {
            let (from, until) = (self.clock.english_short(former.from), self.clock.english_short(former.until));
            format!("{} ({from} to {until})", Symptom::titled(&former.sign))
        };
        let before: Vec<String> = recovery.before.iter().map(former).collect();
        if !before.is_empty() {
            let name = if to_office { "At first" } else { "Your part" };
            self.page.field(name, before.join("; "));
        }
        self.page.section(Name::Impact).field("Systems", list(&facts.systems, NOT_KNOWN));
        self.page.section(Name::State).field("Treatment", text::or(text::note(&recovery.treatment), NOT_KNOWN));
        let by = recovery.checked_by.as_deref().map(text::name).filter(|by| !by.is_empty());
        let by = by.unwrap_or_else(|| "automatic".to_owned());
        self.page.field("Checked", format!("{} ({by})", text::or(text::note(&recovery.check), "(to be filled in)")));
        let numbers: Vec<String> = recovery.goes_on_under().map(number_of).collect();
        let linked = if numbers.is_empty() { String::new() } else { format!(" ({})", numbers.join(", ")) };
        self.page.field("Still red", format!("{}{linked}", list(&facts.still_red, NONE)));
        if to_office {
            self.on_one_side(facts);
        }
        self.page.field("Cause", "under investigation");
        if to_office {
            self.apology();
        } else {
            self.page
                .section(Name::Courtesy)
                .text("Thank you for your work. Please send us a report of what was done.");
        }
    }

    fn request(&mut self, facts: &Facts, ask: Ask, by: Timestamp, entry: Option<&str>, quoted: &Quoted) {
        self.page.text(match ask {
            Ask::Repair => {
                "First-line isolation points to equipment you maintain. Please check it and work towards recovery."
            }
            Ask::Inquiry => {
                "We have not found a fault in your part. To isolate the fault below, please check the following."
            }
        });
        self.incident(facts);
        if let Some(verdict) = &facts.verdict {
            let known = verdict.evidence.iter().map(|fact| self.fact(fact)).collect();
            let open = verdict.not_known.iter().map(|fact| self.fact(fact)).collect();
            self.page.items("Facts on record", known, "the alert itself").items("Not known", open, "the cause");
            self.page.field("Grounds", text::or(text::summary(&because::english(&verdict.because)), NOT_KNOWN));
        }
        let by = self.clock.english_short(by);
        let tasks: &[&str] = match ask {
            Ask::Repair => &[
                "investigate and restore",
                "tell us the expected recovery, whether work on site is needed, and your arrival",
                "report what was done",
            ],
            Ask::Inquiry => &["check your part for faults", "tell us of recent work or changes", "tell us the result"],
        };
        let mut lines = vec![format!("(1) acknowledge by {by}")];
        lines.extend(tasks.iter().enumerate().map(|(n, task)| format!("({}) {task}", n + 2)));
        self.page.section(Name::Ask).lines("Please", lines, NONE);
        self.untouched(facts);
        if let Some(phone) = entry.map(text::name).filter(|phone| !phone.is_empty()) {
            self.page.field("Site entry", format!("data centre {phone} (call before)"));
        }
        let messages = facts.messages.iter().take(20).map(|line| text::line(&mask::for_mail(line)));
        let messages: Vec<String> = messages.collect();
        let count = if messages.is_empty() { NONE.to_owned() } else { format!("{} lines", messages.len()) };
        self.page.section(Name::Annex).field("Messages", count).quote(messages);
        self.page.section(Name::Annex).field("Log", extract(quoted, &self.clock)).quote(quoted.lines.clone());
    }

    fn closing(&mut self) {
        self.page.section(Name::Notice).text(match self.letter.approved {
            true => "The desk has read and approved this mail; the monitoring system sends it.",
            false => "This mail is sent automatically by the monitoring system.",
        });
        let from = &self.letter.from;
        let day =
            from.phone.iter().map(|(phone, hours)| format!("phone {} ({})", text::name(phone), text::name(hours)));
        let night = from.night_phone.iter().map(|phone| format!("out of hours {}", text::name(phone)));
        let mut numbers: Vec<String> = day.chain(night).collect();
        if from.out_of_hours {
            numbers.reverse();
        }
        let desk =
            format!("{} {} ({})", text::name(&from.site), text::name(&from.desk), text::name(&from.organization));
        self.page.section(Name::Contact).rule().text(desk);
        self.page.text(if numbers.is_empty() { "Please answer this mail.".to_owned() } else { numbers.join(" / ") });
    }
}
