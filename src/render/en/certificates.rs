//! English notices that a certificate ends.

use super::super::layout::Name;
use super::phrases::{NONE, line, list};
use super::{Mail, text};
use crate::desk::letter::CertificateNotice;
use crate::render::certificates::SOON;

impl Mail<'_> {
    pub(super) fn certificate_ends(&mut self, notice: &CertificateNotice, site: &str) -> String {
        let shown = &notice.certificate;
        let left = match (notice.ended, notice.days) {
            (true, _) => "ended".to_owned(),
            (false, ..=0) => "last day".to_owned(),
            (false, days) => format!("{days} days left"),
        };
        let to_desk = self.letter.to.organization == self.letter.from.organization;
        let owner = notice.owner.as_ref().filter(|owner| to_desk && **owner != self.letter.to.organization);
        let please = match (owner, notice.ended || notice.days <= SOON) {
            (Some(owner), true) => format!("Please ask {} at once whether it has been renewed.", text::name(owner)),
            (Some(owner), false) => format!("Please ask {} when it will be renewed.", text::name(owner)),
            (None, true) => "If it has not been renewed yet, please renew it at once.".to_owned(),
            (None, false) => "Please prepare its renewal.".to_owned(),
        };
        let happened = if notice.ended { "has ended" } else { "ends soon" };
        self.page.text(format!("The certificate below {happened}. {please}"));
        let until = shown.not_after.to_zoned(self.clock.zone().clone()).strftime("%Y-%m-%d %H:%M:%S %Z").to_string();
        self.page.section(Name::Time).field("Good until", format!("{until} ({left})"));
        let component = text::name(&notice.component);
        self.page.section(Name::Symptom).field("Certificate", component.clone());
        self.page.field("Seen at", text::name(&notice.target)).field("CN", text::name(&shown.subject));
        self.page.field("Issuer", text::name(&shown.issuer));
        if let Some(owner) = &notice.owner {
            self.page.field("Renewed by", text::name(owner));
        }
        if let Some(told) = notice.owner_told.filter(|_| owner.is_some()) {
            self.page.field("Told", if told { "yes, by the same notice" } else { "no" });
        } else if notice.owner.as_ref() == Some(&self.letter.to.organization) {
            self.page.field("Please", "tell us when it will be renewed");
        }
        let earlier: Vec<String> = notice.earlier.iter().map(|at| self.clock.english(*at)).collect();
        self.page.section(Name::State).field("Earlier notices", list(&earlier, NONE));
        let until = shown.not_after.to_zoned(self.clock.zone().clone()).strftime("%-d %b %H:%M").to_string();
        let tag = if notice.ended && to_desk { "Action needed" } else { "Certificate" };
        line(&[tag], &format!("{site} {component}: {until} ({left})"), None, None)
    }
}
