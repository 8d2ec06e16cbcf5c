//! `incident`: listing, showing, and the desk's acts.

use super::{By, Context, Trouble, case, cover, show, text};
use crate::control::server::ActRequest;
use crate::desk::act::Deed;
use crate::desk::ids::{ComponentId, PartyId};
use crate::desk::letter::{Ask, DetectedBy};
use crate::desk::rules::VerdictCode;
use crate::desk::{Act, Reply};
use clap::Subcommand;
use jiff::Timestamp;
use jiff::civil::{DateTime, Time};
use jiff::tz::TimeZone;
use serde::Deserialize;
use serde::de::value::{Error as WordError, StrDeserializer};
use std::path::PathBuf;

/// What the desk does with incidents. Times are `2026-09-20 02:50`, `02:50` (today) or RFC 3339; now where none is given.
#[derive(Debug, Subcommand)]
pub(crate) enum Incident {
    /// Open incidents, newest first.
    List {
        /// Also those that are over.
        #[arg(long)]
        all: bool,
    },
    /// Everything on record about one.
    Show {
        /// Its number.
        number: String,
    },
    /// Saves a real incident as a case that `check` plays from then on; names, numbers and secrets of people are left
    /// out. Reads the state directory; the daemon may run.
    Case {
        /// Its number.
        number: String,
        /// The file; `cases/NUMBER.txt` of the configuration where it is not given, `-` for the terminal.
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Registers a call (起票).
    Open {
        /// What is wrong, in words.
        summary: String,
        /// The component it is about, if known.
        #[arg(long)]
        component: Option<String>,
        /// How it came in: user_phone, user_mail, operator, data_centre, client, vendor.
        #[arg(long, default_value = "user_phone")]
        detected_by: String,
        /// When it began, by the caller's word.
        #[arg(long)]
        at: Option<String>,
        /// 重大度 1-4.
        #[arg(long)]
        severity: Option<u8>,
        #[command(flatten)]
        by: By,
    },
    /// 窓口確認: the verdict as it stands, or another one.
    Confirm {
        /// Its number.
        number: String,
        /// Another verdict: single, multi, own, scope_out, unknown, external, user, planned, monitor, security.
        #[arg(long)]
        verdict: Option<String>,
        /// Who should act; may be repeated, the first leads.
        #[arg(long)]
        party: Vec<String>,
        /// Another 重大度 1-4.
        #[arg(long)]
        severity: Option<u8>,
        /// Why, for the mails (Japanese).
        #[arg(long)]
        because: Option<String>,
        #[command(flatten)]
        by: By,
    },
    /// Asks a party (対応依頼, or 調査依頼 with --inquiry).
    Assign {
        /// Its number.
        number: String,
        /// Whom.
        #[arg(long)]
        party: String,
        /// Ask to look (調査依頼) rather than to repair.
        #[arg(long)]
        inquiry: bool,
        #[command(flatten)]
        by: By,
    },
    /// A vendor's 受領.
    Ack {
        /// Its number.
        number: String,
        /// The vendor; may be left out when only one was asked.
        #[arg(long)]
        party: Option<String>,
        /// When.
        #[arg(long)]
        at: Option<String>,
        #[command(flatten)]
        by: By,
    },
    /// A vendor answers that it is not its part: the verdict is decided anew, and the next one is asked.
    HandBack {
        /// Its number.
        number: String,
        /// The vendor, where several were asked.
        #[arg(long)]
        party: Option<String>,
        /// What it answered.
        #[arg(long)]
        reason: String,
        /// When it answered.
        #[arg(long)]
        at: Option<String>,
        #[command(flatten)]
        by: By,
    },
    /// 着手: a vendor's (--party), or the desk's own.
    Start {
        /// Its number.
        number: String,
        /// The vendor.
        #[arg(long)]
        party: Option<String>,
        /// When.
        #[arg(long)]
        at: Option<String>,
        #[command(flatten)]
        by: By,
    },
    /// Words for the record and the next report to the office.
    Note {
        /// Its number.
        number: String,
        /// The words.
        text: String,
        #[command(flatten)]
        by: By,
    },
    /// It works although monitoring does not say so: 復旧確認中.
    Verify {
        /// Its number.
        number: String,
        #[command(flatten)]
        by: By,
    },
    /// 復旧: operation was checked.
    Restore {
        /// Its number.
        number: String,
        /// How it was checked, with what result.
        #[arg(long)]
        check: String,
        /// When it became usable; as monitored where not given.
        #[arg(long)]
        usable: Option<String>,
        /// What was done (対処内容).
        #[arg(long)]
        treatment: Option<String>,
        #[command(flatten)]
        by: By,
    },
    /// The check failed, or the fault is back.
    Reopen {
        /// Its number.
        number: String,
        /// Why.
        #[arg(long)]
        reason: String,
        #[command(flatten)]
        by: By,
    },
    /// The report was handed in (報告確認待ち).
    Submit {
        /// Its number.
        number: String,
        #[command(flatten)]
        by: By,
    },
    /// 報告確認: the office has accepted the report.
    Accept {
        /// Its number.
        number: String,
        /// Who accepted.
        #[arg(long)]
        name: String,
        /// When.
        #[arg(long)]
        at: Option<String>,
        #[command(flatten)]
        by: By,
    },
    /// 保留, with 相談 to the office.
    Hold {
        /// Its number.
        number: String,
        /// Why.
        #[arg(long)]
        reason: String,
        #[command(flatten)]
        by: By,
    },
    /// The office has decided: handling goes on.
    Resume {
        /// Its number.
        number: String,
        /// What it decided.
        #[arg(long)]
        decision: String,
        #[command(flatten)]
        by: By,
    },
    /// 取消: a false alarm, planned work, a duplicate.
    Cancel {
        /// Its number.
        number: String,
        /// Why.
        #[arg(long)]
        reason: String,
        #[command(flatten)]
        by: By,
    },
}

/// Runs one of them.
pub(super) async fn incident(context: &Context, incident: Incident) -> Result<(), Trouble> {
    let party = |name: String| PartyId(name);
    let (number, deed, by) = match incident {
        Incident::List { all } => return show::list(context, all).await,
        Incident::Case { number, out } => return case::case(context, &number, out.as_deref()),
        Incident::Show { number } => return show::show(context, &number).await,
        Incident::Open { summary, component, detected_by, at, severity, by } => {
            let act = Act::Open {
                summary,
                component: component.map(ComponentId),
                detected_by: word::<DetectedBy>("--detected-by", &detected_by)?,
                occurred: moment(context, at).await?,
                severity,
            };
            return perform(context, by, act).await;
        }
        Incident::Confirm { number, verdict, party: parties, severity, because, by } => {
            let verdict = verdict.map(|verdict| word::<VerdictCode>("--verdict", &verdict)).transpose()?;
            let parties = parties.into_iter().map(party).collect();
            (number, Deed::Confirm { verdict, parties, severity, because }, by)
        }
        Incident::Assign { number, party: whom, inquiry, by } => {
            let ask = if inquiry { Ask::Inquiry } else { Ask::Repair };
            (number, Deed::Assign { party: party(whom), ask }, by)
        }
        Incident::Ack { number, party: whom, at, by } => {
            (number, Deed::Acknowledge { party: whom.map(party), at: moment(context, at).await? }, by)
        }
        Incident::HandBack { number, party: whom, reason, at, by } => {
            let at = moment(context, at).await?;
            (number, Deed::HandBack { party: whom.map(party), reason, at }, by)
        }
        Incident::Start { number, party: whom, at, by } => {
            (number, Deed::Start { party: whom.map(party), at: moment(context, at).await? }, by)
        }
        Incident::Note { number, text, by } => (number, Deed::Note { text }, by),
        Incident::Verify { number, by } => (number, Deed::Verify, by),
        Incident::Restore { number, check, usable, treatment, by } => {
            (number, Deed::Restore { check, usable: moment(context, usable).await?, treatment }, by)
        }
        Incident::Reopen { number, reason, by } => (number, Deed::Reopen { reason }, by),
        Incident::Submit { number, by } => (number, Deed::Submit, by),
        Incident::Accept { number, name, at, by } => {
            (number, Deed::Accept { name, at: moment(context, at).await? }, by)
        }
        Incident::Hold { number, reason, by } => (number, Deed::Hold { reason }, by),
        Incident::Resume { number, decision, by } => (number, Deed::Resume { decision }, by),
        Incident::Cancel { number, reason, by } => (number, Deed::Cancel { reason }, by),
    };
    perform(context, by, Act::On { incident: number, deed }).await
}

/// Tells the desk, and shows its answer.
pub(super) async fn perform(context: &Context, by: By, act: Act) -> Result<(), Trouble> {
    let reply = context.client()?.act(&ActRequest { by: by.by, act }).await?;
    if context.json {
        context.print_json(&reply)?;
    }
    match reply {
        Reply::Refused(_) if context.json => Err(Trouble::Silent(65)),
        Reply::Refused(why) => Err(Trouble::Said(text::clean(&why), 65)),
        Reply::Done { incident, status } if !context.json => {
            text::out(&format!("{incident}: {}", context.tongue.status(status)));
            Ok(())
        }
        Reply::Recorded if !context.json => {
            text::out(context.tongue.pick("Recorded.", "記録しました。"));
            Ok(())
        }
        Reply::Cover { .. } if !context.json => {
            text::out(&cover::said(context, &reply).await?);
            Ok(())
        }
        Reply::Recorded | Reply::Done { .. } | Reply::Cover { .. } => Ok(()),
    }
}

/// A word of a closed list, as the configuration writes it.
fn word<'a, T: Deserialize<'a>>(flag: &str, text: &'a str) -> Result<T, Trouble> {
    let read: Result<T, WordError> = T::deserialize(StrDeserializer::new(text));
    let said = |error: WordError| {
        let words = error.to_string().replacen("unknown variant", "there is no", 1);
        words.replacen("expected one of", "known are", 1)
    };
    read.map_err(|error| Trouble::Said(format!("{flag}: {}", said(error)), 64))
}

/// A moment as people write it, in the site's zone.
pub(super) async fn moment(context: &Context, text: Option<String>) -> Result<Option<Timestamp>, Trouble> {
    let Some(text) = text else { return Ok(None) };
    parse_moment(&text, &context.zone().await?).map(Some)
}

/// `2026-09-20 02:50`, `02:50` (today) or RFC 3339.
pub(super) fn parse_moment(text: &str, zone: &TimeZone) -> Result<Timestamp, Trouble> {
    let said = || {
        Trouble::Said(format!("`{text}` is not a time; write 2026-09-20 02:50, 02:50 or 2026-09-20T02:50+09:00"), 64)
    };
    if let Ok(at) = text.parse::<Timestamp>() {
        return Ok(at);
    }
    let spelled = text.trim().replacen(' ', "T", 1);
    // The date first: a time alone is also read out of a text that has both.
    let civil: DateTime = match spelled.parse() {
        Ok(civil) => civil,
        Err(_) => {
            let time: Time = spelled.parse().map_err(|_| said())?;
            crate::clock::Clock::real(None).wall().to_zoned(zone.clone()).date().to_datetime(time)
        }
    };
    civil.to_zoned(zone.clone()).map(|zoned| zoned.timestamp()).map_err(|_| said())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_keeps_the_date_it_is_written_with() {
        let zone = text::zone("Asia/Tokyo");
        let read = |text: &str| parse_moment(text, &zone).ok().map(|at| at.to_string());
        assert_eq!(read("2026-09-20 02:15").as_deref(), Some("2026-09-19T17:15:00Z"));
        assert_eq!(read("2026-09-20T02:15:30").as_deref(), Some("2026-09-19T17:15:30Z"));
        assert_eq!(read("2026-09-20T02:15+09:00").as_deref(), Some("2026-09-19T17:15:00Z"));
        assert_eq!(read("2026-09-20").as_deref(), Some("2026-09-19T15:00:00Z"));
        let today = crate::clock::Clock::real(None).wall().to_zoned(zone.clone()).date();
        assert_eq!(read("02:15"), parse_moment(&format!("{today} 02:15"), &zone).ok().map(|at| at.to_string()));
        assert_eq!(read("yesterday"), None);
    }
}
