//! 予防通知: certificates that end soon, or have ended.
//!
//! On the day so many days before the end, or on the business day before where that day is closed for the desk. What
//! was not looked at in time is told once it is seen, by the latest of the days that are past.

use super::{Draft, send};
use crate::desk::ids::{PartyId, ProbeName};
use crate::desk::letter::{CertificateNotice, Matter};
use crate::desk::owed::Why;
use crate::desk::probe::{self, Certificate};
use crate::desk::turn::Turn;
use jiff::ToSpan;
use jiff::civil::Date;

/// A probe showed this certificate; `is_asked` = an incident waits for it.
pub(in crate::desk) fn certificate_seen(turn: &mut Turn, name: &ProbeName, shown: Certificate, is_asked: bool) {
    let Some(tell) = turn.book.rules.probes.get(name).and_then(|probe| probe.watched_by.clone()) else { return };
    let record = turn.state.probes.get(name);
    if record.and_then(|record| record.certificate.as_ref()) != Some(&shown) {
        let change = probe::Change::Certificate { shown: Box::new(shown.clone()) };
        turn.record((name.clone(), change), probe::Reason::AsReported);
    }
    let Some(days) = due(turn, name, &shown) else { return };
    // That it has ended is said by the incident that asks about it, to whoever its verdict names.
    if days == 0 && is_asked {
        return;
    }
    let readers: Vec<PartyId> = std::iter::once(turn.book.rules.site.desk.clone()).chain(tell).collect();
    for party in &readers {
        let Some(notice) = notice(turn, name, &shown, party, &readers) else { continue };
        let matter = Matter::CertificateEnds { notice: Box::new(notice) };
        send(turn, party, Draft::new(None, 3, matter, Why::CertificateEnds));
    }
    turn.record((name.clone(), probe::Change::Noticed { days, at: turn.now.wall }), probe::Reason::EndsSoon);
}

/// For how many days before the end a notice is due now, 0 once it has ended; `None` where none is, or it has left.
fn due(turn: &Turn, name: &ProbeName, shown: &Certificate) -> Option<u16> {
    let wanted = &turn.book.rules.policy.certificate_days;
    let (today, last) = (turn.book.date(turn.now.wall), turn.book.date(shown.not_after));
    let days = if wanted.is_empty() {
        return None;
    } else if turn.now.wall > shown.not_after {
        0
    } else {
        let past = |days: &u16| day_of_notice(turn, last, *days).is_some_and(|day| day <= today);
        wanted.iter().copied().filter(past).min()?
    };
    let noticed = turn.state.probes.get(name).map(|record| record.noticed.as_slice()).unwrap_or_default();
    (!noticed.iter().any(|notice| notice.days <= days)).then_some(days)
}

/// The day so many days before `last`, or the business day of the desk before that.
fn day_of_notice(turn: &Turn, last: Date, days: u16) -> Option<Date> {
    let mut day = last.checked_sub(i64::from(days).days()).ok()?;
    // No closure lasts as long; a calendar that never opens keeps the day.
    for _ in 0..60 {
        if turn.book.reception().is_business_day(day) {
            return Some(day);
        }
        day = day.yesterday().ok()?;
    }
    last.checked_sub(i64::from(days).days()).ok()
}

fn notice(
    turn: &Turn,
    name: &ProbeName,
    shown: &Certificate,
    reader: &PartyId,
    readers: &[PartyId],
) -> Option<CertificateNotice> {
    let rules = &turn.book.rules;
    let probe = rules.probes.get(name)?;
    let owner = rules.components.get(&probe.component).map(|component| component.party.clone());
    let may_know = |owner: &PartyId| *reader == rules.site.desk || *reader == rules.site.office || reader == owner;
    let noticed = turn.state.probes.get(name).map(|record| record.noticed.as_slice()).unwrap_or_default();
    let (today, last) = (turn.book.date(turn.now.wall), turn.book.date(shown.not_after));
    Some(CertificateNotice {
        component: turn.book.component_name(&probe.component),
        owner_told: owner.as_ref().filter(|owner| may_know(owner)).map(|owner| readers.contains(owner)),
        owner: owner.filter(may_know).map(|owner| turn.book.party_name(&owner)),
        target: probe.target.clone(),
        certificate: shown.clone(),
        days: today.until(last).map_or(0, |span| span.get_days()),
        ended: turn.now.wall > shown.not_after,
        earlier: noticed.iter().map(|notice| notice.at).collect(),
    })
}
