//! Numbers and times.

use super::{Checker, approval};
use crate::config::file::{CapsTable, MaybeSpan, PolicyTable, RateTable, RetentionTable, SeverityTable};
use crate::config::span::Span;
use crate::config::tree::Path;
use crate::desk::calendar::Calendar;
use crate::desk::ids::{CalendarId, PartyId};
use crate::desk::rules::{Caps, Policy, Rate, Retention, SeverityPolicy, Share, Site};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// No interval of the policy is longer: beyond it a slip of the unit is more likely than a plan.
const LONGEST: Duration = Duration::from_secs(31 * 24 * 3600);

/// Evidence is about the hours of a fault: more is a flood that nobody reads.
const LONGEST_EVIDENCE: Duration = Duration::from_secs(24 * 3600);

/// Earlier than this before its opening nobody of an office is called about what can wait for that.
const LONGEST_BEFORE_OPENING: Duration = Duration::from_secs(12 * 3600);

/// No notice of a certificate's end leaves earlier than this many days before it.
const MOST_DAYS: u16 = 400;

/// Fewer alerts are read one by one.
const FEWEST_IN_A_STORM: u32 = 20;
/// All that came within it is counted again and again.
const LONGEST_STORM_SPAN: Duration = Duration::from_secs(3600);

/// What was gathered is kept at least so long after the end: until nothing more is expected of the incident.
const FEWEST_DAYS_KEPT: u32 = 56;

/// And the record itself: it is asked about for a year.
const FEWEST_DAYS_OF_RECORDS: u32 = 364;

/// More a minute or an hour is no cap.
const MOST_MESSAGES: u32 = 100_000;
/// What is held back is told together no sooner and no later.
const SHORTEST_HOLD: Duration = Duration::from_secs(10);
const LONGEST_HOLD: Duration = Duration::from_secs(30 * 60);

impl Checker<'_> {
    /// The policy.
    pub(super) fn policy(
        &mut self,
        table: PolicyTable,
        site: Option<&Site>,
        calendars: &BTreeMap<CalendarId, Calendar>,
    ) -> Policy {
        let path = Path::of(&["policy"]);
        let spans = [
            ("window", table.window),
            ("stable", table.stable),
            ("watch_span", table.watch_span),
            ("watch_quiet", table.watch_quiet),
            ("flap_span", table.flap_span),
            ("flap_quiet", table.flap_quiet),
            ("reopen", table.reopen),
            ("recurrence", table.recurrence),
            ("storm_span", table.storm_span),
            ("storm_again", table.storm_again),
            ("call_again", table.call_again),
            ("long_closure", table.long_closure),
        ];
        for (key, span) in spans {
            self.sensible(&path.key(key), span);
        }
        if table.recurrence < table.reopen {
            let help = "within `reopen` the old number goes on; a recurrence comes later";
            self.findings.fault(&path.key("recurrence"), "is shorter than `reopen`", help);
        }
        if table.watch_repeats == 0 {
            let help = "1 means that the first alert of 静観 is taken up at once; the default is 4";
            self.findings.fault(&path.key("watch_repeats"), "is 0", help);
        }
        if table.flap_repeats < 2 {
            let help = "what is red once does not come and go; the default is 3";
            self.findings.fault(&path.key("flap_repeats"), "is less than 2", help);
        }
        for (index, days) in table.certificate_days.iter().enumerate() {
            if !(1..=MOST_DAYS).contains(days) {
                let help = format!("write days before the end, 1 to {MOST_DAYS}");
                self.findings.fault(&path.key("certificate_days").index(index), format!("is {days}"), help);
            }
        }
        if (1..FEWEST_IN_A_STORM).contains(&table.storm_alerts) {
            let help = "what comes in such numbers every day is no storm: write 20 or more, or 0 for none";
            self.findings.fault(&path.key("storm_alerts"), format!("is {}", table.storm_alerts), help);
        }
        if table.storm_span.0 > LONGEST_STORM_SPAN {
            let help = "what comes over hours can be read one by one: write up to 1h";
            self.findings.fault(&path.key("storm_span"), "is longer than 1h", help);
        }
        if table.hold_business_days == 0 {
            self.findings.fault(&path.key("hold_business_days"), "is 0", "write the business days between two 相談");
        }
        let reception = self.calendar(&path.key("reception"), &table.reception);
        let told = path.key("blind_tell");
        let blind_tell = table.blind_tell.iter().enumerate();
        let blind_tell = blind_tell.map(|(index, name)| self.role(&told.index(index), name, site)).collect::<Vec<_>>();
        if blind_tell.is_empty() && !self.findings.is_made_up(&told) {
            self.findings.fault(&told, "names nobody", "somebody must hear that faults may go unseen: name the desk");
        }
        let mut together = Vec::new();
        for (index, text) in table.together.iter().enumerate() {
            match text.split_once('.').filter(|(_, name)| !name.is_empty()) {
                Some(("tag", name)) => together.push(Share::Tag(name.to_owned())),
                Some(("field", name)) => together.push(Share::Field(name.to_owned())),
                _ => {
                    let help = "write \"tag.NAME\" for a tag or \"field.NAME\" for a field of a log pattern";
                    let message = format!("{text:?} is neither a tag nor a field");
                    self.findings.fault(&path.key("together").index(index), message, help);
                }
            }
        }
        let tables = table.severity;
        let severity = [("1", tables.one), ("2", tables.two), ("3", tables.three), ("4", tables.four)]
            .map(|(name, table)| self.severity(&path.key("severity").key(name), &table));
        let always_open = calendars.get(&reception).is_some_and(|hours| *hours == Calendar::always());
        let world = approval::World { site, severity: &severity, always_open };
        let approval = self.approval(&path.key("approval"), table.approval, &world);
        Policy {
            together,
            window: table.window.0,
            stable: table.stable.0,
            watch_repeats: table.watch_repeats,
            watch_span: table.watch_span.0,
            watch_quiet: table.watch_quiet.0,
            flap_repeats: table.flap_repeats,
            flap_span: table.flap_span.0,
            flap_quiet: table.flap_quiet.0,
            reopen: table.reopen.0,
            recurrence: table.recurrence.0,
            look: table.look,
            storm_alerts: Some(table.storm_alerts).filter(|most| *most > 0),
            storm_span: table.storm_span.0,
            storm_again: table.storm_again.0,
            call_again: table.call_again.0,
            long_closure: table.long_closure.0,
            evidence_values: self.evidence(&path.key("evidence_values"), table.evidence_values),
            evidence_lines: self.evidence(&path.key("evidence_lines"), table.evidence_lines),
            approval,
            retention: self.retention(&path.key("retention"), &table.retention),
            caps: self.caps(&path.key("caps"), &table.caps),
            severity,
            digest_at: table.digest_at.0,
            addresses_at: table.addresses_at.0,
            hand_over: table.hand_over,
            certificates_at: table.certificates_at.0,
            certificate_days: table.certificate_days,
            blind_tell,
            hold_business_days: table.hold_business_days,
            reception,
        }
    }

    fn caps(&mut self, path: &Path, table: &CapsTable) -> Caps {
        let mut rate = |name: &str, table: &RateTable| {
            let path = path.key(name);
            for (key, value) in [("burst", table.burst), ("per_minute", table.per_minute), ("per_hour", table.per_hour)]
            {
                if !(1..=MOST_MESSAGES).contains(&value) {
                    let help = format!("write 1 to {MOST_MESSAGES}: with none nobody would be told");
                    self.findings.fault(&path.key(key), format!("is {value}"), help);
                }
            }
            Rate { burst: table.burst, per_minute: table.per_minute, per_hour: table.per_hour }
        };
        let (party, channel) = (rate("party", &table.party), rate("channel", &table.channel));
        if !(SHORTEST_HOLD..=LONGEST_HOLD).contains(&table.every.0) {
            let help = "write 10s to 30m: what is held back must not come too late";
            self.findings.fault(&path.key("every"), "is not between 10s and 30m", help);
        }
        Caps { party, channel, every: table.every.0 }
    }

    fn retention(&mut self, path: &Path, table: &RetentionTable) -> Retention {
        let (evidence, records, bare_alerts) = (table.evidence, table.records, table.bare_alerts);
        for (key, keep) in [("evidence", evidence), ("bare_alerts", bare_alerts)] {
            if keep.least_days() < FEWEST_DAYS_KEPT {
                let help = "an ended incident is corrected and comes back for weeks: write 2mo or more, or \"forever\"";
                self.findings.fault(&path.key(key), format!("is {keep}"), help);
            }
        }
        if records.least_days() < FEWEST_DAYS_OF_RECORDS {
            let help = "reports and like faults (類似事例) look back a year: write \"1y\" or more, fiscal years like \"5fy\", or \"forever\"";
            self.findings.fault(&path.key("records"), format!("is {records}"), help);
        }
        Retention { evidence, records, bare_alerts, at: table.at.0 }
    }

    /// A party, or `desk` or `office` for those of the site: defaults cannot know their names.
    pub(super) fn role(&mut self, path: &Path, name: &str, site: Option<&Site>) -> PartyId {
        match (name, site) {
            ("desk", Some(site)) => site.desk.clone(),
            ("office", Some(site)) => site.office.clone(),
            ("desk" | "office", None) => name.into(),
            _ => self.party(path, name),
        }
    }

    /// What is held together by a field is held together only if some log pattern extracts it.
    pub(super) fn shared_fields(&mut self, policy: Option<&Policy>, fields: &BTreeSet<String>) {
        for (index, share) in policy.iter().flat_map(|policy| &policy.together).enumerate() {
            if let Share::Field(name) = share
                && !fields.contains(name)
            {
                let path = Path::of(&["policy", "together"]).index(index);
                let message = format!("no log pattern extracts a field `{name}`");
                self.findings.warn(&path, message, "name a group of a pattern in patterns.toml, or take it away");
            }
        }
    }

    fn severity(&mut self, path: &Path, table: &SeverityTable) -> SeverityPolicy {
        self.sensible(&path.key("acknowledge_within"), table.acknowledge_within);
        self.sensible(&path.key("deliver_by"), table.deliver_by);
        if let Some(next) = table.next_report.0 {
            self.sensible(&path.key("next_report"), next);
        }
        if let Some(before) = table.phone_before_opening.0 {
            let path = path.key("phone_before_opening");
            if before.0.is_zero() || before.0 > LONGEST_BEFORE_OPENING {
                let help = format!("write a duration from 1s to {}, or \"none\"", Span(LONGEST_BEFORE_OPENING));
                self.findings.fault(&path, format!("is {before}"), help);
            }
        }
        SeverityPolicy {
            first_report: table.first_report,
            acknowledge_within: table.acknowledge_within.0,
            next_report: table.next_report.0.map(|span| span.0),
            phone_at_any_hour: table.phone_at_any_hour,
            phone_before_opening: table.phone_before_opening.0.map(|span| span.0),
            critical: table.critical,
            deliver_by: table.deliver_by.0,
        }
    }

    /// How long before 発生 evidence is gathered.
    fn evidence(&mut self, path: &Path, span: MaybeSpan) -> Option<Duration> {
        let span = span.0?;
        if span.0 > LONGEST_EVIDENCE {
            let help = format!("write a duration up to {}, or \"none\"", Span(LONGEST_EVIDENCE));
            self.findings.fault(path, format!("is {span}"), help);
        }
        Some(span.0)
    }

    fn sensible(&mut self, path: &Path, span: Span) {
        if span.0.is_zero() || span.0 > LONGEST {
            let help = format!("write a duration from 1s to {}", Span(LONGEST));
            self.findings.fault(path, format!("is {span}"), help);
        }
    }
}
