//! `incident evidence`: what was gathered about an incident, with hashes, and a file of it.

use super::{Context, Trouble, erase, text};
use crate::control::evidence::Evidence;
use crate::desk::evidence::{Kind, Part};
use crate::source::logfile;
use clap::Args;
use jiff::tz::TimeZone;
use std::path::PathBuf;

/// What was gathered about an incident.
#[derive(Debug, Args)]
pub(crate) struct Asked {
    /// The incident's number.
    number: String,
    /// Print this file of the list (its number).
    #[arg(long, value_name = "N")]
    part: Option<usize>,
    /// Write the file as it was found, byte for byte, instead of printing it; `-` for the terminal.
    #[arg(long, value_name = "FILE", requires = "part")]
    out: Option<PathBuf>,
}

/// Lists the evidence of an incident, or prints a file of it.
pub(super) async fn evidence(context: &Context, asked: &Asked) -> Result<(), Trouble> {
    let found: Evidence = context.client()?.get_named("/evidence", &asked.number).await?;
    match asked.part {
        Some(nth) => part(context, &found, nth, asked.out.as_ref()).await,
        None if context.json => context.print_json(&found),
        None => {
            text::out(&page(context, &found));
            Ok(())
        }
    }
}

async fn part(context: &Context, found: &Evidence, nth: usize, out: Option<&PathBuf>) -> Result<(), Trouble> {
    let Some(part) = nth.checked_sub(1).and_then(|index| found.pack.parts.get(index)) else {
        let all = found.pack.parts.len();
        return Err(Trouble::Said(format!("{} has {all} files; there is no {nth}", found.number), 65));
    };
    if let Some(gone) = found.gone.get(&part.sha256) {
        let how = erase::gone(context.tongue, gone, &text::zone(&found.timezone));
        return Err(Trouble::Said(text::clean(&how), 65));
    }
    let content = context.client()?.file("/evidence", &found.number, nth).await?;
    match out {
        Some(file) if file.as_os_str() == "-" => write(&mut std::io::stdout().lock(), &content, "stdout"),
        Some(file) => {
            let made = std::fs::OpenOptions::new().write(true).create_new(true).open(file);
            let mut made = made.map_err(|error| Trouble::Said(format!("{}: {error}", file.display()), 73))?;
            write(&mut made, &content, &file.display().to_string())
        }
        None => {
            let lines = logfile::shown(&content, &part.encoding);
            if context.json {
                return context.print_json(&serde_json::json!({ "part": part, "lines": lines }));
            }
            text::out(&lines.iter().map(|line| text::clean(line)).collect::<Vec<_>>().join("\n"));
            Ok(())
        }
    }
}

fn write(to: &mut dyn std::io::Write, content: &[u8], name: &str) -> Result<(), Trouble> {
    let written = to.write_all(content).and_then(|()| to.flush());
    written.map_err(|error| Trouble::Said(format!("{name}: {error}"), 74))
}

/// The list.
fn page(context: &Context, found: &Evidence) -> String {
    let zone = text::zone(&found.timezone);
    let pick = |english, japanese| context.tongue.pick(english, japanese);
    let mut lines = vec![
        format!("{}  {}", found.number, text::clean(&found.summary)),
        format!("{}  {}", pick("occurred", "発生"), text::time(found.occurred, &zone)),
        String::new(),
        format!(
            "{}  {} {}, {} {}/{}, {} {}",
            pick("on record", "記録"),
            pick("alerts", "警報"),
            found.alerts,
            pick("probes answered", "確認試行（結果あり）"),
            found.probes.0,
            found.probes.1,
            pick("changes shortly before", "直前の変更"),
            found.changes
        ),
    ];
    let pack = &found.pack;
    lines.push(String::new());
    if pack.parts.is_empty() {
        lines.push(pick("No file was gathered.", "取得したファイルはありません。").to_owned());
    } else {
        let rows: Vec<Vec<String>> =
            pack.parts.iter().enumerate().map(|(index, part)| row(context, index + 1, part, &zone)).collect();
        let head = ["#", "WHAT", "SOURCE", "HOST", "FROM", "UNTIL", "LINES", "BYTES", "ENCODING", "READ AT"];
        lines.push(text::table(&head, &rows));
        lines.push(String::new());
        lines.push("SHA-256".to_owned());
        lines.extend(pack.parts.iter().enumerate().map(|(index, part)| format!("{:>3}  {}", index + 1, part.sha256)));
        let removed = pack.parts.iter().enumerate();
        let removed = removed.filter_map(|(index, part)| Some((index + 1, found.gone.get(&part.sha256)?)));
        let removed: Vec<String> = removed
            .map(|(nth, gone)| format!("{nth:>3}  {}", text::clean(&erase::gone(context.tongue, gone, &zone))))
            .collect();
        if !removed.is_empty() {
            lines.push(String::new());
            lines.push(pick("NOT KEPT ANY MORE", "消去済み").to_owned());
            lines.extend(removed);
        }
        let missing = pack.parts.iter().enumerate().filter(|(_, part)| found.missing.contains(&part.sha256));
        let missing: Vec<String> = missing.map(|(index, _)| (index + 1).to_string()).collect();
        if !missing.is_empty() {
            lines.push(String::new());
            let lost = pick(
                "NOT THERE, although nobody removed it (`kiriwake store verify` lists all; a backup may have it)",
                "ファイルがありません。消去の記録もありません（`kiriwake store verify` で全件を確認できます。バックアップにある場合があります）",
            );
            lines.push(format!("{lost}: {}", missing.join(", ")));
        }
    }
    if !pack.out.is_empty() {
        lines.push(String::new());
        lines.push(pick("STILL TO COME", "取得中").to_owned());
        lines.extend(pack.out.values().map(|out| {
            let last = if out.last.is_empty() { String::new() } else { format!(": {}", text::clean(&out.last)) };
            format!("  {} {}{last}", kind(context, out.kind), text::clean(&out.source))
        }));
    }
    if !pack.gaps.is_empty() {
        lines.push(String::new());
        lines.push(pick("NOT HAD", "取得できなかったもの").to_owned());
        lines.extend(pack.gaps.iter().map(|gap| {
            let what = if gap.what.is_empty() { pick("all", "全体").to_owned() } else { text::clean(&gap.what) };
            let why = text::clean(&gap.why.words());
            format!("  {} {} {what}: {why}", kind(context, gap.kind), text::clean(&gap.source))
        }));
    }
    let is_there = |part: &Part| !found.gone.contains_key(&part.sha256) && !found.missing.contains(&part.sha256);
    let first = pack.parts.iter().position(is_there);
    if let Some(index) = first {
        lines.push(String::new());
        let example = format!("kiriwake incident evidence {} --part {}", found.number, index + 1);
        lines.push(format!("{}: {example}", pick("To read a file", "内容の表示")));
    }
    lines.join("\n")
}

fn row(context: &Context, nth: usize, part: &Part, zone: &TimeZone) -> Vec<String> {
    let lines = if part.of > part.lines { format!("{}/{}", part.lines, part.of) } else { part.lines.to_string() };
    vec![
        nth.to_string(),
        kind(context, part.kind).to_owned(),
        text::cut(&part.source, 20),
        text::cut(&part.host, 30),
        text::time(part.from, zone),
        text::time(part.until, zone),
        lines,
        part.bytes.to_string(),
        text::clean(&part.encoding),
        text::cut(&part.origin, 60),
    ]
}

fn kind(context: &Context, kind: Kind) -> &'static str {
    match kind {
        Kind::Values => context.tongue.pick("values", "測定値"),
        Kind::Lines => context.tongue.pick("log lines", "ログ"),
        Kind::Record => context.tongue.pick("record", "記録の写し"),
    }
}
