//! Which messages the desk looks at before they leave (送信前承認).

use crate::desk::ids::PartyId;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::time::Duration;

/// Kinds of message that may be held: everything that goes to others. What goes to the desk itself is never held.
pub const HOLDABLE: [&str; 16] = [
    "first_report",
    "interim",
    "recovery",
    "request",
    "inquiry",
    "chaser",
    "withdrawal",
    "addition",
    "on_site",
    "consultation",
    "external",
    "cancelled",
    "merged",
    "blind",
    "sighted",
    "certificate_ends",
];

/// Messages that are held until the desk has looked at them, or until their limit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approval {
    /// Of these kinds; empty = of every kind in [`HOLDABLE`].
    pub kinds: BTreeSet<String>,
    /// About incidents of these 重大度; empty = of any, and what has none.
    pub severities: BTreeSet<u8>,
    /// To these parties; empty = to anybody but the desk.
    pub parties: BTreeSet<PartyId>,
    /// That would leave in these hours.
    pub hours: ApprovalHours,
    /// They leave by themselves after this time.
    pub limit: Duration,
}

/// Hours in which something is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ApprovalHours {
    /// While the desk's reception is open.
    #[default]
    Reception,
    /// While it is closed.
    Outside,
    /// At any hour.
    Always,
}

impl Approval {
    /// Whether a message is held that would leave while the desk's reception is `open`.
    pub fn applies(&self, kind: &str, severity: Option<u8>, party: &PartyId, open: bool) -> bool {
        let hours = match self.hours {
            ApprovalHours::Reception => open,
            ApprovalHours::Outside => !open,
            ApprovalHours::Always => true,
        };
        let kinds = HOLDABLE.contains(&kind) && (self.kinds.is_empty() || self.kinds.contains(kind));
        let severities = self.severities.is_empty() || severity.is_some_and(|known| self.severities.contains(&known));
        hours && kinds && severities && (self.parties.is_empty() || self.parties.contains(party))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_held_goes_by_kind_severity_party_and_hour() {
        let all = Approval {
            kinds: BTreeSet::new(),
            severities: BTreeSet::new(),
            parties: BTreeSet::new(),
            hours: ApprovalHours::Reception,
            limit: Duration::from_secs(600),
        };
        let reports = Approval { kinds: ["first_report".to_owned()].into(), ..all.clone() };
        let lesser = Approval { severities: [3, 4].into(), hours: ApprovalHours::Always, ..all.clone() };
        let to_n = Approval { parties: ["n-sha".into()].into(), hours: ApprovalHours::Outside, ..all.clone() };
        let (n, s): (PartyId, PartyId) = ("n-sha".into(), "s-sha".into());
        for (rule, kind, severity, party, open, held) in [
            (&all, "request", Some(1), &n, true, true),
            (&all, "request", Some(1), &n, false, false),
            (&all, "blind", None, &n, true, true),
            (&all, "internal", Some(3), &n, true, false),
            (&all, "phone_note", Some(3), &n, true, false),
            (&all, "bundle", None, &n, true, false),
            (&reports, "first_report", Some(2), &n, true, true),
            (&reports, "interim", Some(2), &n, true, false),
            (&lesser, "request", Some(3), &n, false, true),
            (&lesser, "request", Some(2), &n, true, false),
            // What has no severity is not known to be a lesser one.
            (&lesser, "blind", None, &n, true, false),
            (&to_n, "request", Some(3), &n, false, true),
            (&to_n, "request", Some(3), &s, false, false),
            (&to_n, "request", Some(3), &n, true, false),
        ] {
            assert_eq!(rule.applies(kind, severity, party, open), held, "{kind} {severity:?} {party} {open}");
        }
    }
}
