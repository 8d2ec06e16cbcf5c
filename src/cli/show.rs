//! `status`, `incident list`, `incident show`.

use super::{Context, Trouble, text};
use crate::control::client;
use crate::control::view::{Dossier, IncidentLine, Status};
use crate::desk::incident::Incident;
use crate::desk::letter::{Ask, Happening, What, WorkStage};
use crate::desk::owed::{OwedState, Work};
use crate::desk::request::RequestState;
use crate::render::words;
use jiff::tz::TimeZone;

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
    text::out(&format!("outbox          {} waiting, {} given up", status.waiting, status.dead));
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
    text::out(&format!("books           {}", if status.balanced { "balance" } else { "DO NOT BALANCE" }));
    if let Some(seconds) = status.next_wakeup_seconds {
        text::out(&format!("next deadline   in {seconds} s"));
    }
    Ok(())
}

/// Has the configuration read again.
pub(super) async fn reload(context: &Context) -> Result<(), Trouble> {
    match context.client()?.reload().await {
        Ok(()) => {
            text::out(context.tongue.pick("The configuration is in force.", "設定を読み込みました。"));
            Ok(())
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

/// Incidents, newest first.
pub(super) async fn list(context: &Context, all: bool) -> Result<(), Trouble> {
    let lines: Vec<IncidentLine> = context.client()?.get(&format!("/incidents?all={all}")).await?;
    if context.json {
        return context.print_json(&lines);
    }
    if lines.is_empty() {
        text::out(context.tongue.pick("No open incidents.", "対応中の障害はありません。"));
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
    text::out(&page(context, &dossier));
    Ok(())
}

fn page(context: &Context, dossier: &Dossier) -> String {
    let zone = text::zone(&dossier.timezone);
    let mut page = Page { zone: zone.clone(), lines: Vec::new() };
    head(context, dossier, &mut page);
    requests(dossier, &mut page);
    alerts(dossier, &mut page);
    history(context, &dossier.incident, &mut page);
    messages(dossier, &mut page);
    page.lines.push(String::new());
    page.lines.push(dossier.possible.clone());
    page.lines.join("\n")
}

struct Page {
    zone: TimeZone,
    lines: Vec<String>,
}

impl Page {
    fn line(&mut self, label: &str, value: impl AsRef<str>) {
        self.lines.push(format!("{label:<14}{}", text::clean(value.as_ref())));
    }

    fn section(&mut self, title: &str) {
        self.lines.push(String::new());
        self.lines.push(title.to_owned());
    }

    fn item(&mut self, value: impl AsRef<str>) {
        self.lines.push(format!("  {}", text::clean(value.as_ref())));
    }

    fn time(&self, at: jiff::Timestamp) -> String {
        text::time(at, &self.zone)
    }
}

fn name<'a>(dossier: &'a Dossier, id: &'a str) -> &'a str {
    dossier.names.get(id).map_or(id, String::as_str)
}

fn head(context: &Context, dossier: &Dossier, page: &mut Page) {
    let incident = &dossier.incident;
    let representative = dossier.alerts.iter().find(|alert| Some(alert.id) == incident.representative);
    let what = representative.map_or(incident.summary.as_str(), |alert| alert.problem.summary.as_str());
    page.lines.push(format!("{}  {}", incident.name(), text::clean(what)));
    page.line(
        "state",
        format!("{} ({})", context.tongue.status(incident.status.name()), incident.status.name().japanese()),
    );
    if let Some(severity) = &incident.severity {
        let by = words::by(severity.by);
        page.line("severity", format!("{} {} {by}: {}", severity.value, words::severity(severity.value), severity.why));
    }
    page.line("occurred", format!("{} {}", page.time(incident.occurred), words::mark(incident.occurred_mark)));
    page.line(
        "detected",
        format!("{} by {}", page.time(incident.detected.wall), words::detected_by(incident.detected_by)),
    );
    if let Some(accepted) = incident.accepted {
        page.line("accepted", page.time(accepted));
    }
    if let Some(verdict) = incident.verdict() {
        let parties: Vec<&str> = verdict.parties.iter().map(|party| name(dossier, party.as_str())).collect();
        page.line(
            "verdict",
            format!(
                "{} {} {} {}",
                words::verdict(verdict.code),
                parties.join("・"),
                words::confidence(verdict.confidence),
                words::by(verdict.by)
            ),
        );
        page.line("because", &verdict.because);
    }
    if let Some(root) = &incident.root {
        page.line("root", format!("{} ({root})", name(dossier, root.as_str())));
    }
    if let Some(owner) = &incident.owner {
        page.line("next step by", name(dossier, owner.as_str()));
    }
    if let Some(next) = incident.reporting.next {
        page.line("next report", page.time(next));
    }
    if let Some(usable) = incident.usable {
        page.line("usable since", page.time(usable));
    }
    if let Some(restored) = &incident.restored {
        page.line(
            "restored",
            format!(
                "{} by {}: {}",
                page.time(restored.at),
                restored.by.as_deref().unwrap_or("kiriwake"),
                restored.check
            ),
        );
    }
}

fn requests(dossier: &Dossier, page: &mut Page) {
    if dossier.requests.is_empty() {
        return;
    }
    page.section("requests");
    for request in &dossier.requests {
        let ask = match request.ask {
            Ask::Repair => "対応依頼",
            Ask::Inquiry => "調査依頼",
        };
        let answer = match (request.acknowledged, request.started) {
            (_, Some(at)) => format!("work began {}", page.time(at)),
            (Some(at), None) => format!("acknowledged {}", page.time(at)),
            (None, None) => format!("acknowledgement expected by {}", page.time(request.acknowledge_by)),
        };
        page.item(format!(
            "{}  {ask} {} at {}, {answer}",
            name(dossier, request.party.as_str()),
            standing(request.state),
            page.time(request.asked)
        ));
    }
}

fn standing(state: RequestState) -> &'static str {
    match state {
        RequestState::Unsent => "not sent yet",
        RequestState::Sent => "sent",
        RequestState::Acknowledged => "acknowledged",
        RequestState::Started => "under way",
        RequestState::Reported => "reported as done",
        RequestState::Checked => "done and checked",
        RequestState::NotOurs => "refused as not theirs",
        RequestState::Withdrawn => "withdrawn",
    }
}

fn alerts(dossier: &Dossier, page: &mut Page) {
    if dossier.alerts.is_empty() {
        return;
    }
    let red = dossier.alerts.iter().filter(|alert| alert.red()).count();
    page.section(&format!("alerts ({} in all, {red} red)", dossier.alerts.len()));
    for alert in &dossier.alerts {
        let mark = match (&alert.gone, alert.problem.momentary) {
            (Some(gone), _) => format!("ended {}", page.time(gone.at)),
            (None, true) => "happened".to_owned(),
            (None, false) => "red".to_owned(),
        };
        let late = if alert.problem.late { " 遅延" } else { "" };
        page.item(format!(
            "{}{late}  {}  {}  [{} {}]  {mark}",
            page.time(alert.at),
            alert.problem.host,
            alert.problem.summary,
            alert.source,
            alert.key
        ));
    }
}

fn history(context: &Context, incident: &Incident, page: &mut Page) {
    page.section("history");
    let states = incident.transitions.iter().map(|step| {
        let by = step.by.as_deref().unwrap_or("kiriwake");
        (step.at, format!("{} ({}), by {by}", context.tongue.status(step.to), step.to.japanese()))
    });
    let happenings = incident.happenings.iter().map(|happening| (happening.at, happened(happening)));
    let mut steps: Vec<_> = states.chain(happenings).collect();
    steps.sort_by_key(|(at, _)| *at);
    for (at, what) in steps {
        page.item(format!("{}  {what}", page.time(at)));
    }
}

fn happened(happening: &Happening) -> String {
    match &happening.what {
        What::Asked { party, ask: Ask::Repair } => format!("asked {party} to repair"),
        What::Asked { party, ask: Ask::Inquiry } => format!("asked {party} to look"),
        What::Acknowledged { party } => format!("{party} acknowledged"),
        What::Started { party } => format!("{party} began work"),
        What::DeskStarted => "the desk began work".to_owned(),
        What::HandedBack { party } => format!("{party} answered that it is not its part"),
        What::Chased { party } => format!("reminded {party}"),
        What::Note { text } => format!("note: {text}"),
        What::Spread { alerts } => format!("{alerts} more alerts"),
        What::Verdict { code, parties } => format!("verdict {} {}", words::verdict(*code), parties.join("・")),
        What::BackToNormal { still_red } if still_red.is_empty() => "monitoring shows normal".to_owned(),
        What::BackToNormal { still_red } => format!("monitoring shows normal, except {}", still_red.join(", ")),
        What::Relapsed => "it is back".to_owned(),
        What::Severity { from, to } => format!("severity {from} → {to}"),
        What::PlannedWork { name, stage: WorkStage::Began, .. } => format!("planned work 「{name}」 began"),
        What::PlannedWork { name, stage: WorkStage::Moved, .. } => format!("the end of planned work 「{name}」 moved"),
        What::PlannedWork { name, stage: WorkStage::Ended, .. } => format!("planned work 「{name}」 ended"),
    }
}

fn messages(dossier: &Dossier, page: &mut Page) {
    let rows: Vec<_> = dossier.rows.iter().filter(|row| matches!(row.work, Work::Message { .. })).collect();
    if rows.is_empty() {
        return;
    }
    page.section("messages");
    for row in rows {
        let to = match &row.work {
            Work::Message { addresses, letter, .. } => {
                let addresses: Vec<&str> = addresses.iter().map(|known| known.address.as_str()).collect();
                format!("{} <{}>", letter.to.organization, addresses.join(", "))
            }
            Work::Ping { .. } | Work::Probe { .. } | Work::WriteBack { .. } => String::new(),
        };
        let state = match &row.state {
            OwedState::Done { at } => format!("accepted {}", page.time(*at)),
            OwedState::Waiting { .. } => {
                row.not_before.map_or("waiting".to_owned(), |at| format!("waits until {}", page.time(at)))
            }
            OwedState::Started { .. } => "under way".to_owned(),
            OwedState::Dead { why, .. } => format!("given up: {why}"),
            OwedState::Superseded => "superseded".to_owned(),
        };
        page.item(format!("{}  {}  {to}  {state}", row.id, row.kind()));
    }
}
