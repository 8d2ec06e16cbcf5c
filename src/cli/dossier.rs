//! One incident with everything on record about it, as a page for the terminal.

use super::doubt::Terms;
use super::{Context, erase, hits, phrases, text};
use crate::control::view::Dossier;
use crate::desk::incident::{Incident, Verdict};
use crate::desk::letter::{Ask, Happening, What, WorkStage};
use crate::desk::modification::ModificationState;
use crate::desk::owed::{OwedState, Work};
use crate::desk::request::RequestState;
use crate::desk::words::ERASED;
use crate::render::{sentences, words};
use jiff::tz::TimeZone;

pub(super) fn page(context: &Context, dossier: &Dossier) -> String {
    let zone = text::zone(&dossier.timezone);
    let mut page = Page { zone: zone.clone(), lines: Vec::new() };
    head(context, dossier, &mut page);
    page.section("whom it hits");
    for (label, value) in hits::lines(&dossier.hits) {
        page.item(format!("{label:<14}{value}"));
    }
    requests(dossier, &mut page);
    alerts(dossier, &mut page);
    beside(dossier, &mut page);
    history(context, &dossier.incident, &mut page);
    messages(dossier, &mut page);
    if !dossier.archived {
        page.lines.push(String::new());
        page.lines.push(dossier.possible.clone());
    }
    let shown = page.lines.join("\n");
    shown.replace(ERASED, context.tongue.pick("(erased)", ERASED))
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
    if dossier.archived {
        page.line("archived", "read from the record; what is known of its alerts and messages is from its end");
    }
    if let Some(severity) = &incident.severity {
        let by = words::by(severity.by);
        page.line(
            "severity",
            format!("{} {} {by}: {}", severity.value, words::severity(severity.value), severity.why.en),
        );
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
        page.line("because", phrases::because(context.tongue, &verdict.because));
        open_ends(context, dossier, verdict, page);
    }
    if let Some(root) = &incident.root {
        page.line("root", format!("{} ({root})", name(dossier, root.as_str())));
    }
    let pack = &incident.evidence;
    if !pack.is_empty() {
        let (files, gaps, out) = (pack.parts.len(), pack.gaps.len(), pack.out.len());
        let out = if out > 0 { format!(", {out} to come") } else { String::new() };
        let see = format!("kiriwake incident evidence {}", incident.name());
        page.line("evidence", format!("{files} files, {gaps} not had{out} ({see})"));
        for how in erase::together(context.tongue, &dossier.gone, &page.zone) {
            page.line("", how);
        }
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

/// Which kind of 不明 the verdict is, and what would change it.
fn open_ends(context: &Context, dossier: &Dossier, verdict: &Verdict, page: &mut Page) {
    let zone = page.zone.clone();
    let terms = Terms { tongue: context.tongue, zone: &zone, name: &|id| name(dossier, id).to_owned() };
    let unknown = verdict.unknown.iter().flat_map(|unknown| terms.unknown(unknown));
    let levers = verdict.would_change.iter().map(|lever| terms.lever(lever));
    for (label, lines) in [("unknown", unknown.collect::<Vec<_>>()), ("would change", levers.collect())] {
        for (nth, line) in lines.iter().enumerate() {
            page.line(if nth == 0 { label } else { "" }, line);
        }
    }
}

fn beside(dossier: &Dossier, page: &mut Page) {
    let beside = &dossier.beside;
    if !beside.links.is_empty() {
        page.section("related");
        for (link, number) in &beside.links {
            page.item(format!("{} {number}", sentences::link(*link)));
        }
    }
    if !beside.open.is_empty() {
        page.section("other open incidents of the same systems");
        for line in &beside.open {
            let name = line.number.as_ref().map_or_else(|| line.id.to_string(), ToString::to_string);
            page.item(format!("{name}  {}", line.summary));
        }
    }
    if !beside.changes.is_empty() {
        page.section("changed in the 72 hours before");
        for line in &beside.changes {
            let by = line.party.as_ref().map_or_else(String::new, |party| format!(", by {party}"));
            let at = page.time(line.change.at);
            let state = match line.change.state {
                ModificationState::Planned => ", not on record as made".to_owned(),
                ModificationState::Done => String::new(),
                ModificationState::RolledBack { at } => format!(", rolled back {}", page.time(at)),
            };
            let components = line.components.join(", ");
            page.item(format!("{at}  {} {} ({components}{by}{state})", line.change.id, line.change.summary));
        }
    }
    if !beside.like.is_empty() {
        page.section("like faults");
        for like in &beside.like {
            let mark = if like.recurrence { " 再発" } else { "" };
            page.item(format!("{}  {}{mark}  {}", page.time(like.occurred), like.number, like.treatment));
        }
    }
    let red: Vec<String> = beside.parts.iter().filter(|(_, red)| *red > 0).map(|(name, _)| name.clone()).collect();
    if !beside.parts.is_empty() {
        page.section("what it needs");
        page.item(match red.as_slice() {
            [] => format!("nothing is red at any of the {} watched parts", beside.parts.len()),
            _ => format!("red at {} of {} watched parts: {}", red.len(), beside.parts.len(), red.join(", ")),
        });
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
        What::Called { party, contact, result } => {
            let result = serde_json::to_value(result).ok().and_then(|word| word.as_str().map(str::to_owned));
            format!("called {party} ({contact}): {}", result.unwrap_or_default().replace('_', " "))
        }
        What::Withdrawn { party } => format!("request to {party} withdrawn"),
        What::LookAsked { party } => format!("{party} was asked to look on site"),
        What::Looked { item, words } => format!("on site: {item}: {words}"),
        What::Reported { text } => format!("a call: {text}"),
        What::Flapping { times } => format!("it comes and goes (断続), {times} times so far"),
        What::WorkedAround { text } => format!("worked around: {text}"),
        What::CauseFound { direct, .. } => format!("cause: {direct}"),
        What::EchoOf { number } => format!("found to be an echo of {number}"),
        What::Echo { number } => format!("{number} found to be an echo of it"),
        What::SplitOff { number, about, reason } => {
            format!("{} goes on under {number}: {reason}", about.join(", "))
        }
        What::Merged { number, alerts } => format!("{number} was merged into it ({alerts} alerts)"),
        What::HandedBack { party } => format!("{party} answered that it is not its part"),
        What::Chased { party } => format!("reminded {party}"),
        What::Resumed { decision } if decision.is_empty() => "taken up again".to_owned(),
        What::Resumed { decision } => format!("decided: {decision}"),
        What::Note { text } => format!("note: {text}"),
        What::Spread { alerts } => format!("{alerts} more alerts"),
        What::Verdict { code, parties } => format!("verdict {} {}", words::verdict(*code), parties.join("・")),
        What::BackToNormal { still_red } if still_red.is_empty() => "monitoring shows normal".to_owned(),
        What::BackToNormal { still_red } => format!("monitoring shows normal, except {}", still_red.join(", ")),
        What::DeskVerifies { still_red } if still_red.is_empty() => "the desk says that it may work again".to_owned(),
        What::DeskVerifies { still_red } => {
            format!("the desk says that it may work again; still red: {}", still_red.join(", "))
        }
        What::Reopened { reason } => format!("taken up again: {reason}"),
        What::Reaches { systems } => format!("it may hit further systems: {}", systems.join(", ")),
        What::MissedAgain { .. } => "it did not come once more".to_owned(),
        What::NotCarried { by } => format!("its other side fails again as well: {}", by.join(", ")),
        What::Carried { by } => format!("spares carry on: {}", by.join(", ")),
        What::Eased { sign, work, .. } => {
            let over = sign.as_ref().map_or("what was reported", |sign| sign.summary.as_str());
            let where_to = work.as_ref().map(|work| format!(" under planned work 「{}」", work.name));
            format!("{over} is over, something else stays{}", where_to.unwrap_or_default())
        }
        What::NotSeen { host, why } => format!("monitoring sees no more of {host}: {}", words::unseeing_en(*why)),
        What::NotReached { party } => format!("the request to {party} reached nobody by mail"),
        What::RedApart { .. } => "it shows red again, and is kept apart".to_owned(),
        What::Relapsed => "it is back".to_owned(),
        What::PlannedWork { name, stage: WorkStage::Began, .. } => format!("planned work 「{name}」 began"),
        What::PlannedWork { name, stage: WorkStage::Moved, .. } => format!("the end of planned work 「{name}」 moved"),
        What::PlannedWork { name, stage: WorkStage::Ended, .. } => format!("planned work 「{name}」 ended"),
        What::Data { impact } => format!("data {}", words::data_en(*impact)),
        What::Severity { from, to } => format!("severity {from} → {to}"),
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
            Work::Ping { .. }
            | Work::Echoes { .. }
            | Work::Evidence(_)
            | Work::Probe { .. }
            | Work::WriteBack { .. } => String::new(),
        };
        let state = match &row.state {
            OwedState::Done { at } => format!("accepted {}", page.time(*at)),
            OwedState::Waiting { .. } => {
                row.not_before.map_or("waiting".to_owned(), |at| format!("waits until {}", page.time(at)))
            }
            OwedState::Held { wall, .. } => format!("held for approval, leaves by itself {}", page.time(*wall)),
            OwedState::Started { .. } => "under way".to_owned(),
            OwedState::Dead { why, .. } => format!("given up: {why}"),
            OwedState::Superseded => "superseded".to_owned(),
            OwedState::Dropped { at, by, reason } => format!("dropped {} by {by}: {reason}", page.time(*at)),
        };
        page.item(format!("{}  {}  {to}  {state}", row.id, row.kind()));
    }
}
