//! What a vendor hears after it was asked, in English.

use super::phrases::{NOT_KNOWN, ask_tag, line, subject};
use super::{Mail, Symptom};
use crate::desk::act::CancelKind;
use crate::desk::ids::Number;
use crate::desk::letter::{Ask, Fact, Facts, Least};
use crate::desk::rules::VerdictCode;
use crate::render::layout::Name;
use crate::render::text;
use crate::render::time::Clock;
use jiff::Timestamp;

/// What is asked where the thing is to be left as it is.
pub(super) const BEFORE: &str = "Please call the desk before you restart the equipment, switch it off or \
                                 on, change its settings or delete logs.";

impl Mail<'_> {
    /// 取下げ.
    pub(super) fn withdrawal(
        &mut self,
        incident: &Facts,
        asked_at: Timestamp,
        cancelled: Option<CancelKind>,
        under: Option<&Number>,
    ) -> String {
        let asked = self.clock.english(asked_at);
        if incident.verdict.as_ref().is_some_and(|verdict| verdict.code == VerdictCode::Security) {
            return self.withdrawn_in_secret(incident, &asked, cancelled);
        }
        let why = under.map(|number| format!("Your part of it goes on under {number}, for which we ask you."));
        let why = why.unwrap_or_else(|| withdrawn(incident, cancelled).to_owned());
        self.page.text(format!(
            "{why} We withdraw our request of {asked}. We are sorry for the trouble, and thank you for your work."
        ));
        self.incident(incident);
        subject(&["Request withdrawn"], &self.at_site(incident), incident)
    }

    /// 取下げ where the least must be said.
    fn withdrawn_in_secret(&mut self, incident: &Facts, asked: &str, cancelled: Option<CancelKind>) -> String {
        self.page.text(format!("We withdraw our request of {asked}. We are sorry for the trouble."));
        if cancelled.is_none() {
            self.page.text(
                "Please leave the equipment as it is until you hear from the desk: do not restart it, change its settings \
                 or delete logs. If work has begun already, or for any question, call the desk.",
            );
        }
        self.number(Some(&incident.number));
        let target = incident.target.as_ref().map(|target| text::name(&target.name)).unwrap_or_default();
        self.page.section(Name::Symptom).field("Equipment", text::or(target.clone(), NOT_KNOWN));
        let what = format!("{} {target}", text::name(&self.letter.from.site));
        line(&["Request withdrawn"], what.trim(), None, Some(&incident.number))
    }

    /// 追加情報.
    pub(super) fn addition(&mut self, incident: &Facts, (ask, at): (Ask, Timestamp), alerts: &[Fact]) -> String {
        let asked = self.clock.english(at);
        self.page.text(format!(
            "Since our {} of {asked}, monitoring has shown the alerts below on the same component. Please take them into \
             account; no new acknowledgement is needed.",
            ask_tag(ask).to_lowercase()
        ));
        self.incident(incident);
        let news = alerts.iter().map(|alert| self.fact(alert)).collect();
        self.page.items("New alerts", news, NOT_KNOWN);
        self.untouched(incident);
        subject(&["Further alerts", ask_tag(ask)], &self.at_site(incident), incident)
    }

    /// What is to be left as it is until the vendor has called: why is for few.
    pub(super) fn untouched(&mut self, incident: &Facts) {
        if incident.untouched {
            self.page.field("Before you start", BEFORE);
        }
    }

    fn at_site(&self, incident: &Facts) -> String {
        format!("{} {}", text::name(&self.letter.from.site), Symptom::of(incident).title())
    }
}

/// Why a request is withdrawn.
fn withdrawn(incident: &Facts, cancelled: Option<CancelKind>) -> &'static str {
    match (cancelled, incident.verdict.as_ref().map(|verdict| verdict.code)) {
        (Some(CancelKind::FalseAlarm), _) => "It was a false alarm of monitoring.",
        (Some(CancelKind::Planned), _) => "It belongs to planned work.",
        (Some(CancelKind::Duplicate), _) => "The same fault is worked on under another number.",
        (Some(CancelKind::Other), _) => "It is no longer treated as a fault.",
        (None, Some(VerdictCode::ScopeOut)) => "The fault is now treated as outside the maintenance contract.",
        (None, Some(VerdictCode::Unknown)) => {
            "Further isolation has not shown where the fault lies; the desk goes on looking."
        }
        (None, _) => "Further isolation shows that the fault is unlikely to lie in what you maintain.",
    }
}

/// セキュリティ: no details, whoever reads along.
pub(super) fn security(least: Least, clock: &Clock) -> String {
    match least {
        Least::Suspected => {
            "A security incident is suspected. Please check it through the appointed contacts; for details \
                             call the desk."
                .to_owned()
        }
        Least::Changed => "The desk is to look at the case below, which is one of information security.".to_owned(),
        Least::Call => "Please call the desk about the case below.".to_owned(),
        Least::Restored { at } => {
            format!("What we told you of was restored at {}; for details call the desk.", clock.english(at))
        }
        Least::CalledOff => "What we told you of is called off; for details call the desk.".to_owned(),
    }
}
