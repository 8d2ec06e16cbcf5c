//! 送信前承認: which messages the desk looks at before they leave, and what that would cost.

use super::Checker;
use crate::config::file::ApprovalTable;
use crate::config::findings::did_you_mean;
use crate::config::span::Span;
use crate::config::tree::Path;
use crate::desk::ids::PartyId;
use crate::desk::rules::{Approval, ApprovalHours, HOLDABLE, SeverityPolicy, Site};
use std::collections::BTreeSet;
use std::time::Duration;

/// Nobody reads a mail in less, and nobody may be kept from hearing for longer.
const SHORTEST: Duration = Duration::from_secs(60);
const LONGEST: Duration = Duration::from_secs(3600);

/// Kinds of message that go to the desk itself, or are made of others when they leave.
const NEVER_HELD: [&str; 7] = ["internal", "phone_note", "digest", "hand_over", "security", "adopted", "bundle"];

/// What the rules are held against.
pub(super) struct World<'a> {
    pub(super) site: Option<&'a Site>,
    pub(super) severity: &'a [SeverityPolicy; 4],
    /// The desk's reception never closes.
    pub(super) always_open: bool,
}

impl Checker<'_> {
    /// What is held.
    pub(super) fn approval(&mut self, path: &Path, tables: Vec<ApprovalTable>, world: &World) -> Vec<Approval> {
        let mut all = Vec::new();
        for (index, table) in tables.into_iter().enumerate() {
            let path = path.index(index);
            let kinds = self.kinds(&path.key("kinds"), table.kinds);
            let severities = self.severities(&path.key("severities"), table.severities);
            let parties = self.held_for(&path.key("parties"), table.parties, world.site);
            if !(SHORTEST..=LONGEST).contains(&table.limit.0) {
                let help = "write 1m to 1h: what nobody approves leaves by itself then; the default is 10m";
                self.findings.fault(&path.key("limit"), format!("is {}", table.limit), help);
            }
            let rule = Approval { kinds, severities, parties, hours: table.hours, limit: table.limit.0 };
            self.doubts(&path, &rule, world);
            all.push(rule);
        }
        all
    }

    fn kinds(&mut self, path: &Path, written: Option<Vec<String>>) -> BTreeSet<String> {
        self.names_something(path, written.as_deref(), "every kind");
        let written = written.unwrap_or_default();
        for (index, kind) in written.iter().enumerate() {
            if NEVER_HELD.contains(&kind.as_str()) {
                let help = "what the desk itself reads is never held; take it away";
                self.findings.fault(&path.index(index), format!("{kind:?} goes to the desk"), help);
            } else if !HOLDABLE.contains(&kind.as_str()) {
                let help = did_you_mean(kind, HOLDABLE).unwrap_or_else(|| format!("known: {}", HOLDABLE.join(", ")));
                self.findings.fault(&path.index(index), format!("{kind:?} is no kind of message"), help);
            }
        }
        written.into_iter().collect()
    }

    fn severities(&mut self, path: &Path, written: Option<Vec<u8>>) -> BTreeSet<u8> {
        self.names_something(path, written.as_deref(), "any severity");
        let written = written.unwrap_or_default();
        for (index, severity) in written.iter().enumerate() {
            if !(1..=4).contains(severity) {
                self.findings.fault(&path.index(index), format!("is {severity}"), "write 1 (the gravest) to 4");
            }
        }
        written.into_iter().collect()
    }

    fn held_for(&mut self, path: &Path, written: Option<Vec<String>>, site: Option<&Site>) -> BTreeSet<PartyId> {
        self.names_something(path, written.as_deref(), "everybody but the desk");
        let mut parties = BTreeSet::new();
        for (index, name) in written.unwrap_or_default().iter().enumerate() {
            let path = path.index(index);
            let party = self.role(&path, name, site);
            if site.is_some_and(|site| site.desk == party) {
                self.findings.fault(&path, "is the desk", "what the desk itself reads is never held; take it away");
            }
            parties.insert(party);
        }
        parties
    }

    fn names_something<T>(&mut self, path: &Path, written: Option<&[T]>, all: &str) {
        if written.is_some_and(<[T]>::is_empty) {
            self.findings.fault(path, "names nothing", format!("take the key away for {all}"));
        }
    }

    /// What would keep people from hearing in time.
    fn doubts(&mut self, path: &Path, rule: &Approval, world: &World) {
        let covered = || {
            let named = |severity: &u8| rule.severities.is_empty() || rule.severities.contains(severity);
            (1..=4_u8).zip(world.severity).filter(move |(severity, _)| named(severity))
        };
        let hours = path.key("hours");
        if rule.hours == ApprovalHours::Outside && world.always_open {
            self.findings.warn(&hours, "never comes: the reception never closes", "take this table away");
        } else if rule.hours != ApprovalHours::Reception
            && !world.always_open
            && let Some((severity, _)) = covered().find(|(_, policy)| policy.critical)
        {
            let message = format!("holds what is critical (severity {severity}) while the reception is closed");
            let help = "nobody may be at the desk then, and each such mail is late by `limit`: \
                        write hours = \"reception\", or severities = [3, 4]";
            self.findings.warn(&hours, message, help);
        }
        let limit = path.key("limit");
        let late = covered().find(|(_, policy)| policy.critical && rule.limit > policy.deliver_by);
        let reports =
            rule.kinds.is_empty() || ["first_report", "interim"].iter().any(|kind| rule.kinds.contains(*kind));
        let promised = covered().find_map(|(severity, policy)| Some((severity, policy.next_report?)));
        if let Some((severity, policy)) = late {
            let message = format!(
                "{} passes `deliver_by` of severity {severity} ({})",
                Span(rule.limit),
                Span(policy.deliver_by)
            );
            let help = "what is critical would leave later than the policy wants it delivered: \
                        shorten it, or write severities = [3, 4]";
            self.findings.warn(&limit, message, help);
        } else if let Some((severity, next)) = promised.filter(|(_, next)| reports && rule.limit >= *next) {
            let message = format!("{} reaches `next_report` of severity {severity} ({})", Span(rule.limit), Span(next));
            self.findings.warn(&limit, message, "the next report would be due before this one has left: shorten it");
        }
    }
}
