//! What the two pages say: states and ages, never names or secrets.
//!
//! Sources are numbered in the order `kiriwake status` lists them, from 1. The text of `/metrics` is written here rather
//! than by a library: it is a page of a score of numbers without histograms. Source of its form: Prometheus, "Exposition
//! formats", text format 0.0.4.

use super::Look;
use crate::control::health::Health;
use serde_json::json;
use std::fmt::Write;
use std::time::Duration;

/// 重大度 as labels; the last are incidents without one.
const SEVERITIES: [&str; 5] = ["1", "2", "3", "4", "none"];

/// The page for people and simple checks.
pub(super) fn healthz(look: &Look) -> String {
    let Look { vitals, health } = look;
    let seconds = |age: Option<Duration>| age.map(|age| age.as_secs());
    let troubles = look.troubles();
    let core = match health {
        None => "does_not_answer",
        Some(_) if vitals.alive => "moves",
        Some(_) => "stuck",
    };
    let page = json!({
        "status": if troubles.is_empty() { "ok" } else { "failing" },
        "troubles": troubles.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "mode": health.as_ref().map(|health| if health.shadow { "shadow" } else { "earnest" }),
        "version": env!("CARGO_PKG_VERSION"),
        "core": { "state": core, "age_seconds": vitals.core.as_secs() },
        "journal": {
            "state": if vitals.refused.is_some() { "cannot_be_written" } else { "written" },
            "last_commit_age_seconds": seconds(vitals.committed),
            "waiting_steps": vitals.waiting,
        },
        "outbox": health.as_ref().map(|health| json!({
            "state": outbox(health),
            "waiting": health.waiting,
            "dead": health.dead,
            "overdue": health.overdue,
            "untold": health.untold,
            "cut_off": health.cut_off,
            "failing_channels": health.failing_channels,
            "oldest_waiting_seconds": seconds(health.oldest_waiting),
        })),
        "sources": health.as_ref().map(|health| {
            let numbered = (1..).zip(&health.sources);
            numbered.map(|(number, source): (usize, _)| {
                json!({ "number": number, "state": source.state, "age_seconds": source.age.as_secs() })
            }).collect::<Vec<_>>()
        }),
    });
    format!("{page:#}\n")
}

/// The gravest first.
fn outbox(health: &Health) -> &'static str {
    match health {
        Health { untold: 1.., .. } => "untold",
        Health { cut_off: 1.., .. } => "cut_off",
        Health { overdue: 1.., .. } => "overdue",
        _ => "ok",
    }
}

/// The page for Prometheus. What is not known has no line.
pub(super) fn metrics(look: &Look) -> String {
    let Look { vitals, health } = look;
    let mut page = Page::default();
    let version = format!("{{version=\"{}\"}}", env!("CARGO_PKG_VERSION"));
    page.head("build_info", "gauge", "Version of the running daemon.").line(&version, 1);
    page.head("healthy", "gauge", "1 while /healthz answers 200.").line("", u64::from(look.troubles().is_empty()));
    page.head("core_answers", "gauge", "1 while the core answers its readers.").line("", u64::from(health.is_some()));
    page.head("core_age_seconds", "gauge", "Since the core last moved.").age("", vitals.core);
    page.head("journal_writable", "gauge", "0 while the journal cannot be written.");
    page.line("", u64::from(vitals.refused.is_none()));
    if let Some(age) = vitals.committed {
        page.head("journal_last_commit_age_seconds", "gauge", "Since the last commit.").age("", age);
    }
    page.head("journal_waiting_steps", "gauge", "Steps in force that wait to be put on record.");
    page.line("", vitals.waiting);
    page.head("steps_total", "counter", "Steps put on record since the start.").line("", vitals.steps);
    let Some(health) = health else { return page.text };
    page.head("shadow", "gauge", "1 on trial: every message goes to one address.").line("", u64::from(health.shadow));
    page.head("incidents_open", "gauge", "Open incidents by severity, 1 the gravest.");
    for (severity, count) in SEVERITIES.iter().zip(health.open) {
        page.line(&format!("{{severity=\"{severity}\"}}"), count);
    }
    page.head("outbox_rows", "gauge", "What is owed and waits, or was given up.");
    page.line("{state=\"waiting\"}", health.waiting).line("{state=\"dead\"}", health.dead);
    page.head("outbox_overdue_rows", "gauge", "Critical mails nobody accepted in their time.").line("", health.overdue);
    page.head("outbox_untold_rows", "gauge", "Critical mails given up that the desk could not be told of.");
    page.line("", health.untold);
    page.head("outbox_cut_off_rows", "gauge", "Mails beyond their time while no channel for mail works.");
    page.line("", health.cut_off);
    let oldest = health.oldest_waiting.unwrap_or_default();
    page.head("outbox_oldest_waiting_seconds", "gauge", "Age of the oldest waiting row, 0 if none.").age("", oldest);
    page.head("failing_channels", "gauge", "Channels that fail and are tried once a minute.");
    page.line("", health.failing_channels);
    page.head("source_age_seconds", "gauge", "Since the last complete look on record; sources as `status` lists them.");
    for (number, source) in (1_usize..).zip(&health.sources) {
        page.age(&format!("{{source=\"{number}\"}}"), source.age);
    }
    page.head("source_sees", "gauge", "1 while the source is read in full; state says more.");
    for (number, source) in (1_usize..).zip(&health.sources) {
        let labels = format!("{{source=\"{number}\",state=\"{}\"}}", source.state);
        page.line(&labels, u64::from(source.state == "sees"));
    }
    page.text
}

/// A page being written.
#[derive(Default)]
struct Page {
    text: String,
    name: &'static str,
}

impl Page {
    fn head(&mut self, name: &'static str, kind: &str, help: &str) -> &mut Self {
        self.name = name;
        self.put(format_args!("# HELP kiriwake_{name} {help}\n# TYPE kiriwake_{name} {kind}\n"));
        self
    }

    fn line(&mut self, labels: &str, value: impl std::fmt::Display) -> &mut Self {
        let name = self.name;
        self.put(format_args!("kiriwake_{name}{labels} {value}\n"));
        self
    }

    fn age(&mut self, labels: &str, age: Duration) -> &mut Self {
        self.line(labels, format_args!("{:.3}", age.as_secs_f64()))
    }

    fn put(&mut self, words: std::fmt::Arguments<'_>) {
        // Writing into a string cannot fail.
        let _ = self.text.write_fmt(words);
    }
}
