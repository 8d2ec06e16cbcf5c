//! `status`, `incident list`, `incident show`.

use super::{Context, Trouble, dossier, text, words};
use crate::clock::Clock;
use crate::control::client;
use crate::control::view::{Dossier, IncidentLine, Status};
use crate::desk::storage::Room;

/// The daemon at a glance.
pub(super) async fn status(context: &Context) -> Result<(), Trouble> {
    let status: Status = context.client()?.get("/status").await?;
    if context.json {
        return context.print_json(&status);
    }
    let zone = text::zone(&status.timezone);
    let short = status.rules.get(..12).unwrap_or(&status.rules);
    text::out(&format!(
        "kiriwake {} at {} (process {}), rules {short}, {}",
        status.version,
        status.site,
        status.process,
        text::time(status.now, &zone)
    ));
    if let Some(address) = &status.shadow {
        text::out(&super::shadow(context.tongue, address));
    }
    let rows: Vec<Vec<String>> = status
        .sources
        .iter()
        .map(|source| {
            vec![
                source.name.clone(),
                source.sight.clone(),
                text::time(source.last_complete, &zone),
                source.open.to_string(),
                source.unreadable.to_string(),
                text::cut(source.trouble.as_deref().unwrap_or(""), 80),
            ]
        })
        .collect();
    text::out(&format!(
        "\n{}",
        text::table(&["SOURCE", "SIGHT", "LAST COMPLETE LOOK", "RED", "UNREADABLE", "TROUBLE"], &rows)
    ));
    let incidents: Vec<String> =
        status.incidents.iter().map(|(name, count)| format!("{count} {}", context.tongue.status(*name))).collect();
    let open = if incidents.is_empty() { "none".to_owned() } else { incidents.join(", ") };
    text::out(&format!("\nopen incidents  {open}   (and {} watched or just seen)", status.unnumbered));
    let held = match status.held {
        0 => String::new(),
        held => format!(", {held} of them for the desk to look at (`kiriwake outbox list`)"),
    };
    text::out(&format!("outbox          {} waiting{held}, {} given up", status.waiting, status.dead));
    if let Some(since) = status.disk.unwritable {
        let since = text::time(since, &zone);
        text::out(&format!(
            "record          CANNOT BE WRITTEN since {since}: what leaves is not on record; the disk needs help"
        ));
    }
    for (what, room) in [("room", status.disk.room), ("inodes", status.disk.files)] {
        let much = match room {
            Room::Enough => continue,
            Room::Low => "little",
            Room::VeryLow => "very little",
        };
        text::out(&format!("disk            {much} left: {what}"));
    }
    let kept = &status.retention;
    let last = kept.last.map_or_else(String::new, |last| {
        let at = text::time(last.at, &zone);
        let mut went = vec![format!("{} files of {} incidents", last.files, last.incidents)];
        went.extend((last.unlisted > 0).then(|| format!("{} incidents without a number", last.unlisted)));
        went.extend(last.records.map(|records| format!("{} files of the record", records.files)));
        format!("; {} went {at}", went.join(", "))
    });
    let next = |keep: &str| match kept.next.filter(|_| keep != "forever") {
        Some(next) => format!(", looked for next {}", text::time(next, &zone)),
        None => String::new(),
    };
    let [evidence, bare, records] = [&kept.evidence, &kept.bare_alerts, &kept.records].map(|keep| text::clean(keep));
    text::out(&format!("evidence        kept {evidence}{}{last}", next(&kept.evidence)));
    text::out(&format!("without number  listed {bare}"));
    let begins = kept.begins.as_ref().map_or_else(String::new, |(records, at)| {
        let (until, at) = (text::time(records.until, &zone), text::time(*at, &zone));
        format!("; begins with frame {}, what was until {until} was removed {at}", records.to + 1)
    });
    text::out(&format!("records         kept {records}{}{begins}", next(&kept.records)));
    for (of, since) in &kept.removing {
        let since = text::time(*since, &zone);
        text::out(&format!("erasing         of {} since {since}: some of it is still there", text::clean(of)));
    }
    for cover in &status.covers {
        let number = cover.id.map(|id| id.to_string()).unwrap_or_default();
        text::out(&format!(
            "kept apart      {number} {} until {}: {} alerts, {} still red",
            text::cut(&cover.name, 40),
            text::time(cover.until, &zone),
            cover.hid,
            cover.red
        ));
    }
    for (system, since) in &status.storms {
        let system = system.as_deref().unwrap_or("what no system is known to need");
        text::out(&format!("storm           {} since {}", text::cut(system, 40), text::time(*since, &zone)));
    }
    for mute in &status.mute {
        text::out(&format!(
            "no echo         {} at {}: silent since {} although nothing fails there, so its silence is no evidence",
            mute.component,
            mute.address,
            text::time(mute.since, &zone)
        ));
    }
    for expected in &status.expected {
        let time = |at: Option<_>| at.map_or_else(|| "never".to_owned(), |at| text::time(at, &zone));
        let now = match (expected.missed, expected.awaits.is_empty()) {
            (true, _) => ", MISSED".to_owned(),
            (false, true) => String::new(),
            (false, false) => format!(", not known until {} looks", expected.awaits.join(", ")),
        };
        text::out(&format!(
            "expected        {} came {}, next by {}{now}",
            text::cut(&expected.name, 40),
            time(expected.came),
            time(expected.due)
        ));
    }
    text::out(&format!("books           {}", if status.balanced { "balance" } else { "DO NOT BALANCE" }));
    if let Some(seconds) = status.next_wakeup_seconds {
        text::out(&format!("next deadline   in {seconds} s"));
    }
    Ok(())
}

/// Has the configuration read again.
pub(super) async fn reload(context: &Context) -> Result<(), Trouble> {
    match context.client()?.reload().await {
        Ok(()) if context.json => context.print_json(&serde_json::json!({ "in_force": true, "faults": [] })),
        Ok(()) => {
            text::out(context.tongue.pick("The configuration is in force.", "設定を読み込みました。"));
            Ok(())
        }
        Err(client::Error::Refused(faults)) if context.json => {
            let faults: Vec<&str> = faults.lines().collect();
            context.print_json(&serde_json::json!({ "in_force": false, "faults": faults }))?;
            Err(Trouble::Silent(78))
        }
        Err(client::Error::Refused(faults)) => {
            for fault in faults.lines() {
                text::out(&text::clean(fault));
            }
            Err(Trouble::Said("the old configuration stays in force".to_owned(), 78))
        }
        Err(error) => Err(error.into()),
    }
}

/// Incidents, newest first: open ones, all in memory, or those of a stretch of time.
pub(super) async fn list(
    context: &Context,
    all: bool,
    from: Option<String>,
    to: Option<String>,
) -> Result<(), Trouble> {
    let path = match words::moment(context, from).await? {
        Some(from) => {
            let until = words::moment(context, to).await?.unwrap_or_else(|| Clock::real(None).wall());
            format!("/incidents?from={from}&until={until}")
        }
        None => format!("/incidents?all={all}"),
    };
    let lines: Vec<IncidentLine> = context.client()?.get(&path).await?;
    if context.json {
        return context.print_json(&lines);
    }
    if lines.is_empty() {
        let (open, any) =
            (("No open incidents.", "未完了の障害はありません。"), ("No incidents.", "該当する障害はありません。"));
        let (english, japanese) = if path.ends_with("all=false") { open } else { any };
        text::out(context.tongue.pick(english, japanese));
        return Ok(());
    }
    let zone = context.zone().await?;
    let rows: Vec<Vec<String>> = lines
        .iter()
        .map(|line| {
            vec![
                line.number.as_ref().map_or_else(|| line.id.to_string(), ToString::to_string),
                line.severity.map_or_else(|| "-".to_owned(), |severity| severity.to_string()),
                context.tongue.status(line.status).to_owned(),
                text::time(line.occurred, &zone),
                format!("{}/{}", line.alerts.1, line.alerts.0),
                text::cut(line.owner.as_deref().unwrap_or("-"), 20),
                text::cut(&line.summary, 70),
            ]
        })
        .collect();
    text::out(&text::table(&["NUMBER", "SEV", "STATE", "SINCE", "RED", "NEXT STEP", "WHAT"], &rows));
    Ok(())
}

/// Everything on record about one.
pub(super) async fn show(context: &Context, number: &str) -> Result<(), Trouble> {
    let dossier: Dossier = context.client()?.get_named("/incidents", number).await?;
    if context.json {
        return context.print_json(&dossier);
    }
    text::out(&dossier::page(context, &dossier));
    Ok(())
}
