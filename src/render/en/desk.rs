//! English mails that stay in the house: notices to the desk, digests.
//!
//! Their frame and the mails to vendors and offices are in the folder's `mod.rs`.

use super::super::layout::Name;
use super::phrases::{NONE, NOT_KNOWN, ask_tag, line, taken_up};
use super::record::no_contract;
use super::{Mail, Symptom, commands, english_span, number_of, text, words};
use super::{disk, doubt, kept};
use crate::desk::ids::Number;
use crate::desk::letter::{
    By, CallResult, Closure, CoverDoubt, Digest, DigestLine, Doubt, Facts, Notice, StormLine, StormStage, Undelivered,
};
use crate::desk::rules::VerdictCode;
use crate::render::{approval, restored};

impl Mail<'_> {
    fn storm(&self, storm: &StormLine, blind: bool) -> String {
        let seen = if blind && storm.until.is_none() { "alerts seen, end not known" } else { "alerts" };
        let system = storm.system.as_deref().map(text::name).unwrap_or_else(|| "no known system".to_owned());
        let until = storm.until.map(|at| format!(" until {}", self.clock.english_short(at))).unwrap_or_default();
        format!("{system} since {}{until}, {} {seen}", self.clock.english_short(storm.since), storm.alerts)
    }

    pub(super) fn internal(&mut self, incident: Option<&Facts>, notice: &Notice) -> String {
        let number = incident.map(|facts| &facts.number);
        let with = |command: fn(&Number) -> String| number.map(command).into_iter().collect::<Vec<_>>();
        let (what, detail, next): (&str, String, Vec<String>) = match notice {
            Notice::YoursToDecide => {
                let next = [
                    with(commands::start),
                    with(commands::confirm),
                    with(commands::decide_otherwise),
                    with(commands::explain),
                ]
                .concat();
                let verdict = incident.and_then(|facts| facts.verdict.as_ref());
                let why = verdict.and_then(|verdict| verdict.unknown.as_ref()).map(doubt::stopped).unwrap_or_default();
                match verdict.map(|verdict| verdict.code) {
                    _ if verdict.is_some_and(|verdict| verdict.by == By::Desk) => (
                        "The desk has settled it",
                        "The verdict is confirmed by the desk, which goes on with it.".to_owned(),
                        [with(commands::note), with(commands::verify), with(commands::decide), with(commands::explain)]
                            .concat(),
                    ),
                    Some(VerdictCode::Own) => (
                        "Yours to handle",
                        format!(
                            "It is judged to be the desk's own{}. If that is wrong, please correct the verdict.",
                            match incident.is_some_and(|facts| facts.asked.is_empty()) {
                                true => "; no vendor has been asked",
                                false => "",
                            }
                        ),
                        [with(commands::start), with(commands::decide), with(commands::explain)].concat(),
                    ),
                    _ => {
                        ("The verdict is yours", format!("The machine stops here; please look and decide.{why}"), next)
                    }
                }
            }
            Notice::PleaseCheck => {
                let next = [with(commands::restore), with(commands::note), with(commands::accept)].concat();
                (
                    "Please check operation",
                    match incident.is_some_and(|facts| facts.desk.verifies) {
                        true => "It may work again by the desk's word, not by monitoring. No recovery is reported before your check.",
                        false => "Monitoring shows normal. No recovery is reported before your check.",
                    }
                    .to_owned(),
                    next,
                )
            }
            Notice::NotAcknowledged { party, asked_at, reminded, phone } => (
                "No acknowledgement",
                format!(
                    "{} was asked {} and has not acknowledged.{} Please call.{}",
                    text::name(party),
                    self.clock.english_short(*asked_at),
                    if *reminded { " A reminder has left by mail." } else { "" },
                    match phone {
                        Some(true) => " The number is in the phone note.",
                        Some(false) => " No number that can be called now is on record; please look into the contract.",
                        None => "",
                    }
                ),
                number
                    .into_iter()
                    .flat_map(|number| [commands::acknowledge(number, party), commands::called(number, party)])
                    .collect(),
            ),
            Notice::ClosedForLong { closure } => self.closed_for_long(number, closure),
            Notice::NoContract { party, nearest } => no_contract(number, party, nearest),
            Notice::EchoOf { of } => (
                "An echo of another incident",
                format!(
                    "It follows from {}, under which it is worked on; nobody is asked under this number. \
                     Merge the two if they are one fault; else settle who should act.",
                    text::name(&of.0)
                ),
                number
                    .into_iter()
                    .flat_map(|number| [commands::merge(number, of), commands::decide(number)])
                    .chain(with(commands::explain))
                    .collect(),
            ),
            Notice::NotSeen { host, summary, unseen } => (
                "Not seen any more",
                format!(
                    "Monitoring sees no more of {} ({}) since {}: {}. That is not taken for recovery; find out in another way.",
                    text::name(host),
                    text::summary(summary),
                    self.clock.english_short(unseen.since),
                    words::unseeing_en(unseen.why)
                ),
                with(commands::note),
            ),
            Notice::NewSign { party, alerts } => (
                "New sign",
                format!(
                    "{} answered that this is not its part, and now its part shows: {}. It has not been asked again.",
                    text::name(party),
                    alerts.iter().map(|alert| self.fact(alert)).collect::<Vec<_>>().join("; ")
                ),
                with(commands::decide),
            ),
            Notice::RedApart { kept, cover } => self.red_apart(kept, cover.as_deref(), with(commands::reopen)),
            Notice::Eased => (
                "Eased",
                "What was reported is over, as monitoring shows; other alerts stay, and the number goes on.".to_owned(),
                with(commands::note),
            ),
            Notice::GoesOn { over, since, work } => {
                let stays = match work {
                    None => "what stands below still fails, and the number goes on".to_owned(),
                    Some(work) => format!(
                        "what stays is under planned work \"{}\" (until {}), and nobody is asked about it before that ends",
                        text::summary(&work.name),
                        self.clock.english_short(work.until)
                    ),
                };
                let (over, since) = (Symptom::titled(over), self.clock.english_short(*since));
                let told = format!("\"{over}\" is over since {since}, as monitoring shows; {stays}.");
                ("Over in part", told, with(if work.is_some() { commands::decide } else { commands::note }))
            }
            Notice::Reopened => ("Reopened", taken_up(incident), with(commands::show)),
            Notice::NotDelivered(Undelivered { kind, address, why, others, next, call }) => {
                let then = match next {
                    Some((name, address)) => {
                        format!(" The next contact gets it: {}, {}.", text::name(name), text::name(address))
                    }
                    None if *others => " (other addresses have got it)".to_owned(),
                    None => String::new(),
                };
                let call =
                    call.as_ref().map(|(who, phone)| format!(" Phone: {}, {}.", text::name(who), text::name(phone)));
                let call = call.unwrap_or_default();
                let (kind, address) = (text::name(kind), text::name(address));
                let happened = format!("{kind} to {address}: {}{then}{call}", text::summary(why));
                ("Not delivered", happened, vec![commands::OUTBOX.to_owned(), commands::RETRY.to_owned()])
            }
            Notice::Held { messages, more } => self.held(messages, more),
            Notice::TrialBegins { held, open } => self.trial_begins(*held, *open),
            Notice::TrialEnds { incidents, total } => self.trial_ends(incidents, *total),
            Notice::Dropped { message } => self.dropped(message, number),
            Notice::ChannelFails { channel, why, at_fault } => {
                let (channel, why) = (text::name(channel), text::summary(why));
                let how = match at_fault {
                    true => {
                        "does not take what is sent: its credentials or its address seem to be set up wrongly. It is tried \
                             now and then until that is put right; `kiriwake reload` tries it at once"
                    }
                    false => "failed again and again and is tried once a minute",
                };
                let urgent = "What is urgent takes another channel, where there is one.";
                let steps = vec![commands::OUTBOX.to_owned(), commands::STATUS.to_owned()];
                ("A channel fails", format!("{channel} {how}. {urgent} Last answer: {why}"), steps)
            }
            Notice::ChannelWorks { channel } => (
                "A channel works again",
                format!("{} is used again; what waited leaves in order.", text::name(channel)),
                vec![commands::OUTBOX.to_owned()],
            ),
            Notice::RulesRefused { faults } => (
                "Configuration not loaded",
                format!(
                    "The earlier one stays in force. {}",
                    faults.iter().take(20).map(|f| text::summary(f)).collect::<Vec<_>>().join("; ")
                ),
                vec![commands::CHECK.to_owned()],
            ),
            Notice::Remark { source, text: remark } => (
                "Remark of a source",
                format!("{}: {}", text::name(source), text::note(remark)),
                vec![commands::STATUS.to_owned()],
            ),
            Notice::WasDown { from, until } => (
                "We were down",
                format!(
                    "from {} to {} ({})",
                    self.clock.english(*from),
                    self.clock.english(*until),
                    english_span(*from, *until)
                ),
                vec![commands::STATUS.to_owned(), commands::LIST.to_owned()],
            ),
            Notice::Restored { made, rows, total } => {
                let mut next = restored::commands(*total);
                next.push(commands::LIST.to_owned());
                ("Restored from a backup", self.restored(*made, rows, *total), next)
            }
            Notice::Unwritable { since, cause } => disk::unwritable(*since, *cause, &self.clock),
            Notice::Written { from, until, steps } => disk::written(*from, *until, *steps, &self.clock),
            Notice::ReserveUsed => disk::reserve_used(),
            Notice::LowRoom { of, percent, room } => disk::low(*of, *percent, *room),
            Notice::SetAside { what } => ("An input was set aside", text::note(what), vec![commands::LIST.to_owned()]),
            Notice::CoversDoubtful { covers } => (
                "Planned work and silences to look at again",
                covers.iter().map(|doubt| self.doubt(doubt)).collect::<Vec<_>>().join("; "),
                covers
                    .iter()
                    .filter(|doubt| !doubt.cover.id.is_empty())
                    .map(|doubt| commands::end(&doubt.cover.id, doubt.cover.silence))
                    .collect(),
            ),
            Notice::CoverEnds { cover, red, total } => (
                "Ends soon, and something still burns",
                format!(
                    "{} \"{}\" ({}, {}) ends {}; {total} alerts go on: {}.",
                    if cover.silence { "Silence" } else { "Planned work" },
                    text::name(&cover.name),
                    text::name(&cover.id),
                    text::name(&cover.owner),
                    self.clock.english_short(cover.until),
                    red.iter().map(|line| text::summary(line)).collect::<Vec<_>>().join("; ")
                ),
                vec![commands::extend(&cover.id, cover.silence)],
            ),
            Notice::Storm { storms } => (
                match storms.stage {
                    StormStage::Began => "Storm of alerts",
                    StormStage::GoesOn if storms.blind => "Storm of alerts, end not known (a source sees nothing)",
                    StormStage::GoesOn => "The storm of alerts goes on",
                    StormStage::Over => "The storm of alerts is over",
                },
                format!(
                    "Everything is recorded. {}. Open incidents on these systems: {}.",
                    storms.storms.iter().map(|storm| self.storm(storm, storms.blind)).collect::<Vec<_>>().join("; "),
                    storms.total
                ),
                vec![commands::LIST.to_owned()],
            ),
            Notice::Damage { what } => ("Damaged records", text::note(what), vec![commands::VERIFY.to_owned()]),
        };
        self.page.text(format!("{what}. {detail}"));
        if let Some(facts) = incident {
            self.incident(facts);
        }
        if let Some(verdict) = incident.and_then(|facts| facts.verdict.as_ref())
            && *notice == Notice::YoursToDecide
        {
            self.open_ends(verdict);
        }
        self.page.section(Name::Annex).text("Next:");
        if !matches!(notice, Notice::Held { .. }) {
            self.next_report_leaves(incident);
        }
        for command in next {
            self.page.command(command);
        }
        let mut limit = String::new();
        if let Notice::Held { messages, .. } = notice {
            // What is held leaves within minutes: that stands first.
            self.next_report_leaves(incident);
            self.held_in_full(messages);
            limit.extend(approval::first_limit(messages).map(|at| format!("By {}", self.clock.english_short(at))));
        }
        let symptom =
            incident.map(|facts| Symptom::of(facts).title()).unwrap_or_else(|| text::name(&self.letter.from.site));
        line(&["Action needed", &limit], &format!("{what}: {symptom}"), incident.map(|facts| facts.severity), number)
    }

    fn next_report_leaves(&mut self, incident: Option<&Facts>) {
        if let Some(at) = incident.and_then(|facts| facts.next_report) {
            let at = self.clock.english_short(at);
            self.page.item(format!("The next report leaves about {at}, with what is on record by then."));
        }
    }

    fn closed_for_long(&self, number: Option<&Number>, closure: &Closure) -> (&'static str, String, Vec<String>) {
        let calls = match closure.tried.as_slice() {
            [] => "no call is on record yet",
            tried if tried.iter().any(|one| one.result == CallResult::Answered) => {
                "somebody answered the phone, but no acknowledgement is on record"
            }
            _ => "nobody answers the phone",
        };
        let next = closure.consults_at.map(|at| {
            let at = self.clock.english_short(at);
            format!(" Without an acknowledgement by {at} the office is asked to decide.")
        });
        let told = format!(
            "{} is closed until {}; {calls}.{} {}",
            text::name(&closure.party),
            self.clock.english(closure.opens),
            next.unwrap_or_default(),
            self.tried(&closure.tried).join("; ")
        );
        let next = number.into_iter().flat_map(|number| {
            let (taken, called) = (commands::acknowledge, commands::called);
            [commands::start(number), taken(number, &closure.party), called(number, &closure.party)]
        });
        ("Vendor closed, no acknowledgement", told.trim_end().to_owned(), next.collect())
    }

    pub(super) fn digest(&mut self, digest: &Digest, site: &str) -> String {
        let now = self.clock.english(self.letter.written);
        self.page.text(format!("State as of {now}."));
        let lists = [
            ("Open", &digest.open),
            ("Reports promised", &digest.promised),
            ("Not acknowledged", &digest.unacknowledged),
            ("Not delivered", &digest.undelivered),
            ("Watched", &digest.watched),
            ("Severity 4", &digest.low),
        ];
        for (label, lines) in lists {
            let rows = self.rows(lines);
            self.page.section(Name::Annex).items(&format!("{label} ({})", lines.len()), rows, NONE);
        }
        let blind = digest.blind.iter().map(|(source, from, until)| {
            let until = until.map_or_else(|| "now".to_owned(), |until| self.clock.english(until));
            format!("{} {} to {until}", text::name(source), self.clock.english(*from))
        });
        let blind = blind.collect();
        self.page.section(Name::Annex).items("Monitoring stopped", blind, NONE);
        let covers = digest.covers.iter().map(|state| {
            let until = self.clock.english(state.cover.until);
            let end = if state.ended { "ended" } else { "until" };
            let (id, name) = (text::name(&state.cover.id), text::name(&state.cover.name));
            format!("{id} {name} {end} {until}: {} alerts kept apart, {} still burn", state.hid, state.red)
        });
        let covers = covers.collect();
        self.page.section(Name::Annex).items("Planned work and silences", covers, NONE);
        let removed = kept::removed(digest, &self.clock);
        if !removed.is_empty() {
            self.page.section(Name::Annex).items("Removed (kept for its time)", removed, NONE);
        }
        let counts = format!(
            "{site} {} open, {} not acknowledged, {} watched, {} of severity 4",
            digest.open.len(),
            digest.unacknowledged.len(),
            digest.watched.len(),
            digest.low.len()
        );
        line(&["Daily"], &counts, None, None)
    }

    fn doubt(&self, doubt: &CoverDoubt) -> String {
        let why = match doubt.why {
            Doubt::Useless => "no alert has fitted since it began".to_owned(),
            Doubt::Old { days } => format!("it began {days} days ago"),
            Doubt::UselessAgain { times } => format!("no alert fitted the last {times} times"),
        };
        let cover = &doubt.cover;
        let id = if cover.id.is_empty() { String::new() } else { format!("{} ", text::name(&cover.id)) };
        format!("{id}\"{}\" ({}): {why}", text::name(&cover.name), text::name(&cover.owner))
    }

    pub(super) fn rows(&self, lines: &[DigestLine]) -> Vec<String> {
        let row = |line: &DigestLine| {
            let mut parts: Vec<String> = line.number.iter().map(number_of).collect();
            parts.push(self.clock.column(line.at));
            parts.extend(line.severity.map(|severity| format!("severity {severity}")));
            parts.extend(line.stage.map(|stage| words::stage_en(stage).to_owned()));
            let what = if line.withheld { "(left out: information security)" } else { NOT_KNOWN };
            let said = text::or(text::summary(&line.text), what);
            parts.push(if line.told && !line.withheld { format!("told: \"{said}\"") } else { said });
            parts.extend(line.asked.iter().map(|(ask, by)| {
                format!("({}, acknowledgement by {})", ask_tag(*ask).to_lowercase(), self.clock.column(*by))
            }));
            parts.join(" ")
        };
        lines.iter().map(row).collect()
    }
}
