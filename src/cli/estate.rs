//! `estate`: how well the desk judges, measured in generated estates with faults of known cause.

use super::{Context, Trouble, text};
use crate::estate::{self, FaultScore, Line, Mark, SeedScore, WrongRequest};
use clap::Args;
use std::io::IsTerminal;
use std::ops::RangeInclusive;
use std::path::PathBuf;

/// What is asked for.
#[derive(Debug, Args)]
pub(super) struct Estate {
    /// One estate.
    #[arg(long, value_name = "N", conflicts_with = "seeds")]
    seed: Option<u64>,
    /// Several estates, both ends included: `1..10`.
    #[arg(long, value_name = "A..B", value_parser = range, default_value = "1..3")]
    seeds: RangeInclusive<u64>,
    /// Faults in each.
    #[arg(long, value_name = "N", default_value_t = 200)]
    faults: usize,
    /// Lists every fault that was not judged right at first, and every wrong request for repair.
    #[arg(long)]
    failures: bool,
    /// Tells the story of one fault: what monitoring showed, what the desk did. With `--seed`.
    #[arg(long, value_name = "FAULT", requires = "seed")]
    show: Option<usize>,
    /// Writes the configuration of the estate into this folder, to be read. With `--seed`.
    #[arg(long, value_name = "DIR", requires = "seed")]
    write: Option<PathBuf>,
}

fn range(text: &str) -> Result<RangeInclusive<u64>, String> {
    let number = |text: &str| text.trim().parse::<u64>().map_err(|_| format!("`{text}` is no number"));
    match text.split_once("..") {
        Some((from, until)) => Ok(number(from)?..=number(until.trim_start_matches('='))?),
        None => number(text).map(|one| one..=one),
    }
}

/// Plays the estates and prints how it went.
pub(super) fn estate(context: &Context, asked: &Estate) -> Result<(), Trouble> {
    let seeds: Vec<u64> = asked.seed.map_or_else(|| asked.seeds.clone().collect(), |seed| vec![seed]);
    if let (Some(folder), Some(seed)) = (&asked.write, asked.seed) {
        write(folder, seed, asked.faults)?;
    }
    let mut scores = Vec::new();
    for seed in seeds {
        let run = estate::run(seed, asked.faults, asked.show).map_err(|report| {
            let _ = report.print(&mut std::io::stderr(), std::io::stderr().is_terminal());
            Trouble::Silent(70)
        })?;
        run.diary.iter().for_each(|line| text::out(&text::clean(line)));
        scores.push(run.score);
    }
    if context.json {
        return context.print_json(&serde_json::json!({ "seeds": scores, "kinds": estate::lines(&scores) }));
    }
    if asked.show.is_none() {
        print(&scores, asked.failures);
    }
    Ok(())
}

fn write(folder: &std::path::Path, seed: u64, faults: usize) -> Result<(), Trouble> {
    let failed = |error: std::io::Error| Trouble::Said(format!("{} cannot be written: {error}", folder.display()), 73);
    std::fs::create_dir_all(folder).map_err(failed)?;
    for (name, text) in estate::configuration(seed, faults) {
        std::fs::write(folder.join(name), text).map_err(failed)?;
    }
    Ok(())
}

fn print(scores: &[SeedScore], failures: bool) {
    let heads =
        ["seed", "hosts", "components", "alerts", "faults", "right", "told", "requests", "wrong", "alike", "unseen"];
    let rows: Vec<Vec<String>> = scores.iter().map(seed_row).collect();
    text::out(&text::table(&heads, &rows));
    let heads = [
        "kind",
        "faults",
        "right",
        "wrong",
        "unknown",
        "missed",
        "put right",
        "incidents",
        "wrong requests",
        "first alert",
        "most alerts",
    ];
    let rows: Vec<Vec<String>> = estate::lines(scores).iter().map(kind_row).collect();
    text::out(&format!("\n{}", text::table(&heads, &rows)));
    text::out(
        "`all` counts wrong requests about no fault at all (noise, what came and went) too; the lines above do not.\n\
         told: of the faults that can be told from what was shown. alike: wrong requests about a fault that shows exactly what\n\
         a fault of whoever was asked shows; they are not counted as wrong there.",
    );
    let mut parties: std::collections::BTreeMap<&str, usize> = std::collections::BTreeMap::new();
    for (party, count) in scores.iter().flat_map(|score| &score.messages) {
        *parties.entry(party).or_default() += count;
    }
    let messages: Vec<String> = parties.iter().map(|(party, count)| format!("{party} {count}")).collect();
    text::out(&format!("\nmessages: {}", messages.join(", ")));
    if failures {
        let heads = [
            "seed",
            "fault",
            "kind",
            "cause",
            "should be",
            "first verdict",
            "took for the cause",
            "looks like",
            "later",
        ];
        let rows: Vec<Vec<String>> = scores.iter().flat_map(|score| failed_rows(score.seed, &score.faults)).collect();
        text::out(&format!("\n{}", text::table(&heads, &rows)));
        let heads = ["seed", "hour", "wrong request for", "to", "faults", "alike", "shows"];
        let rows: Vec<Vec<String>> = scores.iter().flat_map(wrong_rows).collect();
        text::out(&format!("\n{}", text::table(&heads, &rows)));
    }
}

fn seed_row(score: &SeedScore) -> Vec<String> {
    let shown = || score.faults.iter().filter(|fault| fault.mark != Mark::Unseen);
    let told = || shown().filter(|fault| fault.can_be_told);
    let right = |fault: &&FaultScore| fault.mark == Mark::Right;
    let alike = score.wrong_requests.iter().filter(|asked| asked.alike).count();
    vec![
        score.seed.to_string(),
        score.hosts.to_string(),
        score.components.to_string(),
        score.alerts.to_string(),
        score.faults.len().to_string(),
        percent(shown().filter(right).count(), shown().count()),
        percent(told().filter(right).count(), told().count()),
        score.requests.to_string(),
        (score.wrong_requests.len() - alike).to_string(),
        alike.to_string(),
        (score.faults.len() - shown().count()).to_string(),
    ]
}

fn kind_row(line: &Line) -> Vec<String> {
    let per_fault = (line.incidents * 100).checked_div(line.faults).unwrap_or_default();
    vec![
        line.kind.clone(),
        line.faults.to_string(),
        percent(line.right, line.faults),
        line.wrong.to_string(),
        line.unknown.to_string(),
        line.missed.to_string(),
        line.put_right.to_string(),
        format!("{}.{:02}", per_fault / 100, per_fault % 100),
        line.wrong_requests.to_string(),
        percent(line.by_first_alert, line.faults),
        percent(line.by_most_alerts, line.faults),
    ]
}

fn failed_rows(seed: u64, faults: &[FaultScore]) -> Vec<Vec<String>> {
    let failed = faults.iter().filter(|fault| !matches!(fault.mark, Mark::Right | Mark::Unseen));
    failed
        .map(|fault| {
            vec![
                seed.to_string(),
                fault.fault.to_string(),
                fault.kind.to_owned(),
                fault.cause.clone(),
                fault.right.clone(),
                if fault.named.is_empty() { "none".to_owned() } else { fault.named.clone() },
                fault.component.clone(),
                fault.looks_like.clone().unwrap_or_default(),
                if fault.put_right { "put right" } else { "" }.to_owned(),
            ]
        })
        .collect()
}

fn wrong_rows(score: &SeedScore) -> Vec<Vec<String>> {
    let row = |asked: &WrongRequest| {
        let faults: Vec<String> = asked.faults.iter().map(ToString::to_string).collect();
        let faults = if faults.is_empty() { "none".to_owned() } else { faults.join(" ") };
        let (hour, incident, party) = (asked.hour.clone(), asked.incident.clone(), asked.party.clone());
        let alike = if asked.alike { "alike" } else { "" }.to_owned();
        vec![score.seed.to_string(), hour, incident, party, faults, alike, asked.shows.join(", ")]
    };
    score.wrong_requests.iter().map(row).collect()
}

fn percent(part: usize, of: usize) -> String {
    if of == 0 {
        return "n/a".to_owned();
    }
    let tenths = part * 1000 / of;
    format!("{}.{} %", tenths / 10, tenths % 10)
}
