//! Recent values of what is measured behind problems: what an engineer looks at first, kept before Zabbix forgets it.
//!
//! One call for the items of the triggers, one for the values of each item; where an item keeps no single values, its
//! hourly ones. All of it bounded. Not here: when values are wanted, keeping them.

use super::api::{Api, Error};
use super::config::{Access, Config};
use super::parse::{MeasuredItem, TrendRow, ValueRow};
use super::wire::{Http, Wire};
use crate::desk::evidence::{Ask, Gap, Kind, Lack, Part};
use crate::source::{Find, printable};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use std::fmt::Write as _;

/// Items read for one incident.
const ITEMS: usize = 20;
/// Values read of one item: half an hour of one a second would be 1,800.
pub(super) const VALUES: usize = 1_000;
/// How far back hourly values are read where there are no single ones.
const HOURLY: SignedDuration = SignedDuration::from_hours(24);
/// Longest value that is kept, in characters: an item may hold whole log lines.
const LONGEST: usize = 1_000;

/// Reads values from one Zabbix.
#[derive(Debug)]
pub struct Values {
    api: Api<Http>,
    zone: TimeZone,
}

impl Values {
    /// A reader for the server of `config`; times are written in `zone`. Nothing is called yet.
    pub fn new(config: &Config, access: Access, zone: TimeZone) -> Self {
        Self { api: Api::new(Http::new(config), access), zone }
    }

    /// The values of `ask` behind the triggers `objects`, a file for each host. One attempt.
    ///
    /// # Errors
    /// Why nothing came: it may come another time.
    pub async fn read(&mut self, ask: &Ask, objects: &[String]) -> Result<Find, String> {
        match read(&mut self.api, ask, objects, &self.zone).await {
            Ok(find) => Ok(find),
            // Asking again would not help: a role that may not read values, say.
            Err(refused @ Error::Refused { .. }) => {
                let gaps = vec![ask.nothing(Lack::Failed { detail: refused.to_string() })];
                Ok(Find { gaps, ..Find::default() })
            }
            Err(Error::Failed(failure)) => {
                self.api.forget_version();
                Err(failure.detail)
            }
        }
    }
}

async fn read<W: Wire>(api: &mut Api<W>, ask: &Ask, objects: &[String], zone: &TimeZone) -> Result<Find, Error> {
    let gap = |what: String, why| Gap { kind: Kind::Values, source: ask.source_name().to_owned(), what, why };
    let mut find = Find::default();
    let triggers: Vec<u64> = objects.iter().filter_map(|object| object.parse().ok()).collect();
    let rows = api.measured(&triggers).await?;
    let gone = triggers.iter().filter(|id| !rows.iter().any(|row| row.triggerid == **id));
    find.gaps.extend(gone.map(|id| gap(format!("trigger {id}"), Lack::NotThere)));
    // In the order of the problems, each item once.
    let mut items: Vec<(String, MeasuredItem)> = Vec::new();
    for row in triggers.iter().filter_map(|id| rows.iter().find(|row| row.triggerid == *id)) {
        for item in &row.items {
            let host = row.hosts.iter().find(|host| host.hostid == item.hostid);
            if !items.iter().any(|(_, known)| known.itemid == item.itemid) {
                items.push((host.map(|host| host.host.clone()).unwrap_or_default(), item.clone()));
            }
        }
    }
    let over = items.split_off(items.len().min(ITEMS));
    if !over.is_empty() {
        let detail = format!("{} further items were not read", over.len());
        find.gaps.push(gap(String::new(), Lack::Limit { detail }));
    }
    // In the order of the problems: the likeliest host first.
    let mut files: Vec<(String, File)> = Vec::new();
    for (host, item) in items {
        let name = format!("{host} {}", printable(&item.key_, 200));
        match text(api, ask, &item, zone).await? {
            Some(text) => {
                if text.cut {
                    let detail = format!("the newest {VALUES} values are kept");
                    find.gaps.push(gap(name, Lack::Limit { detail }));
                }
                match files.iter_mut().find(|(known, _)| *known == host) {
                    Some((_, file)) => file.add(&host, &item, text),
                    None => {
                        let mut file = File::default();
                        file.add(&host, &item, text);
                        files.push((host, file));
                    }
                }
            }
            None => find.gaps.push(gap(name, Lack::Nothing)),
        }
    }
    find.files.extend(files.into_iter().map(|(host, file)| file.part(ask, host)));
    Ok(find)
}

/// What one file is made of.
#[derive(Default)]
struct File {
    keys: Vec<String>,
    lines: u64,
    text: String,
}

impl File {
    fn add(&mut self, host: &str, item: &MeasuredItem, text: Text) {
        let (name, key) = (printable(&item.name, 200), printable(&item.key_, 200));
        let unit = if item.units.is_empty() { String::new() } else { format!(" [{}]", printable(&item.units, 20)) };
        let kind = if text.hourly { ", hourly: values, least, mean, greatest" } else { "" };
        if !self.text.is_empty() {
            self.text.push('\n');
        }
        // Writing to a String can't fail.
        let _ = writeln!(self.text, "# {host}: {name} ({key}){unit}{kind}");
        self.text.push_str(&text.text);
        self.lines += text.lines;
        self.keys.push(key);
    }

    fn part(self, ask: &Ask, host: String) -> (Part, Vec<u8>) {
        let part = Part {
            kind: Kind::Values,
            source: ask.source_name().to_owned(),
            host,
            origin: printable(&self.keys.join(", "), 400),
            from: ask.from,
            until: ask.until,
            encoding: "utf-8".to_owned(),
            lines: self.lines,
            of: self.lines,
            before: 0,
            bytes: 0,
            sha256: String::new(),
        };
        (part, self.text.into_bytes())
    }
}

/// The values of one item, a line for each.
struct Text {
    text: String,
    lines: u64,
    hourly: bool,
    cut: bool,
}

/// The values of `item`; `None` where there are none.
async fn text<W: Wire>(
    api: &mut Api<W>,
    ask: &Ask,
    item: &MeasuredItem,
    zone: &TimeZone,
) -> Result<Option<Text>, Error> {
    let written = |at: Option<Timestamp>| {
        at.map(|at| at.to_zoned(zone.clone()).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()).unwrap_or_default()
    };
    let mut values: Vec<ValueRow> = api.values(item.itemid, item.value_type, ask.from, ask.until).await?;
    // Newest first as asked, so that what is cut is the oldest; people read the other way.
    values.sort_by_key(|value| (value.clock, value.ns));
    let mut text = String::new();
    for value in &values {
        let at = Timestamp::new(value.clock, value.ns).ok();
        let _ = writeln!(text, "{}\t{}", written(at), printable(&value.value, LONGEST));
    }
    let lines = u64::try_from(values.len()).unwrap_or(u64::MAX);
    if lines > 0 {
        return Ok(Some(Text { text, lines, hourly: false, cut: values.len() >= VALUES }));
    }
    /// Floating and whole numbers: only these have trends.
    const NUMERIC: [u8; 2] = [0, 3];
    if !NUMERIC.contains(&item.value_type) {
        return Ok(None);
    }
    let since = ask.about.checked_sub(HOURLY).unwrap_or(ask.from).min(ask.from);
    let mut hours: Vec<TrendRow> = api.trends(item.itemid, since, ask.until).await?;
    // Zabbix tells them in no order.
    hours.sort_by_key(|hour| hour.clock);
    for hour in &hours {
        let at = Timestamp::from_second(hour.clock).ok();
        let [least, mean, greatest] = [&hour.value_min, &hour.value_avg, &hour.value_max].map(|it| printable(it, 40));
        let _ = writeln!(text, "{}\t{}\t{least}\t{mean}\t{greatest}", written(at), hour.num);
    }
    let lines = u64::try_from(hours.len()).unwrap_or(u64::MAX);
    Ok((lines > 0).then_some(Text { text, lines, hourly: true, cut: false }))
}

#[cfg(test)]
mod tests;
