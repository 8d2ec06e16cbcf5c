//! What the words of one input mean.
//!
//! Sources: `zabbix HOST "SUMMARY" LEVEL [tag=value …] [group=…] [field.NAME=…] [item=KEY=NAME] [inventory.FIELD=…]
//! [name=…] [late] [once] [at=HH:MM]` begins a problem, `… ok` ends it with its recovery event, `… ok line` with a
//! closing line, `deleted HOST "SUMMARY"` without any; `first …` is red at the first look; `… level=L`, `suppressed`, `unsuppressed`, `monitored`,
//! `unmonitored`, `acknowledged` change it; `again` reports it once more. `looks`, `fails "WHY" [KIND]`, `silent`,
//! `remarks "TEXT"`, `unreadable "TEXT"`, `maintenance none` and `maintenance "NAME" host=H,H from=HH:MM until=HH:MM`
//! (all there is) are about the source itself. Any source of the rules goes by its name.
//!
//! Then `act NAME VERB …`, `channel NAME up|down|unreachable|unknown|hangs|turns-away|at-fault|busy SECONDS|refuses ADDRESS`, `ping ADDRESS
//! answers|silent|not-known`, `probe NAME ok|failed|refused|expired|…|not-known [said="…"] [cn=NAME issuer=NAME
//! until=2026-11-18T08:59:59]`, `evidence SOURCE HOST "LINE"` and `evidence SOURCE fails "WHY"|works` (what it would tell
//! around a fault), `disk full|read-only|failing`, `disk written steps=N`, `disk reserve-used`, `disk room|files N` (in
//! hundredths), `restart`, `restored made=HH:MM` (from a backup of then), `stop`, `clock`. Not here: what follows from them.

mod acts;
mod channel;
mod covers;

use super::script::time;
use crate::desk::act::{Act, Actor};
use crate::desk::ids::{ChannelId, ProbeName, SourceId};
use crate::desk::observation::{FailureKind, Item, Level, Maintenance};
use crate::desk::outcome::Probed;
use crate::desk::probe::{Certificate, Seen};
use crate::desk::rules::Rules;
use crate::desk::storage::{Cause, Resource, Storage};
pub(super) use channel::Line;
use channel::channel;
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;

/// One input, understood.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Step {
    /// Time passes.
    Clock,
    /// Something about a problem.
    Problem { source: SourceId, host: String, summary: String, what: About },
    /// The source looks at everything.
    Looks(SourceId),
    /// Its looks fail from now on.
    Fails { source: SourceId, kind: FailureKind, why: String },
    /// It says nothing from now on.
    Silent(SourceId),
    /// It says something about itself.
    Remarks(SourceId, String),
    /// All that is under maintenance in it from now on.
    Maintenance(SourceId, Vec<Maintenance>),
    /// It brings something nobody can read.
    Unreadable(SourceId, String),
    /// Somebody acts.
    Act(Actor, Act),
    /// Somebody erases what was gathered.
    Erase {
        /// Who.
        actor: Actor,
        /// The incident's name.
        incident: String,
        /// Only what contains this.
        containing: Option<String>,
        /// Why.
        reason: String,
    },
    /// A channel behaves like this from now on.
    Channel(ChannelId, Line),
    /// A ping of this address brings that from now on.
    Ping(String, Echo),
    /// A probe brings that from now on.
    Probe(ProbeName, Probed),
    /// A source would tell this as evidence from now on.
    Evidence(SourceId, Told),
    /// News of the disk the record is on.
    Disk(Storage),
    /// The daemon ends.
    Stop,
    /// The daemon starts (again).
    Restart,
    /// It starts again on a backup that was made then.
    Restored(Timestamp),
}

/// What is said about a problem.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum About {
    Begins(Box<Begins>),
    Again,
    Recovers { line: bool, at: Option<Timestamp> },
    Deleted,
    Changed { level: Option<Level>, acknowledged: Option<bool>, suppressed: Option<bool>, monitored: Option<bool> },
}

/// A problem that begins.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Begins {
    pub(super) level: Level,
    pub(super) tags: Vec<(String, String)>,
    pub(super) groups: Vec<String>,
    /// What a log pattern extracted.
    pub(super) fields: Vec<(String, String)>,
    /// What is measured; empty = the source does not tell.
    pub(super) items: Vec<Item>,
    pub(super) inventory: BTreeMap<String, String>,
    pub(super) late: bool,
    pub(super) momentary: bool,
    pub(super) suppressed: bool,
    pub(super) first: bool,
    /// The name people know the host by.
    pub(super) name: Option<String>,
    pub(super) at: Option<Timestamp>,
}

/// What a source would tell as evidence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Told {
    /// A line, or a value, about a host.
    Line { host: String, line: String },
    /// It can't be read.
    Fails(String),
    /// It can be read again.
    Works,
}

/// What a ping brings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Echo {
    Answers,
    Silent,
    NotKnown,
}

/// Understands `words` said at `at`.
pub(super) fn understand(rules: &Rules, zone: &TimeZone, at: DateTime, words: &[String]) -> Result<Step, String> {
    let mut words = Words { rest: words.iter().map(String::as_str).collect(), zone, at };
    let verb = words.next("an input")?;
    let step = match verb {
        "clock" => Step::Clock,
        "stop" => Step::Stop,
        "restart" => Step::Restart,
        "restored" => Step::Restored(words.moment("made")?.ok_or("`made=HH:MM` is missing")?),
        "act" => acts::act(&mut words)?,
        "channel" => channel(rules, &mut words)?,
        "ping" => {
            let address = words.next("an address")?.to_owned();
            let echo = match words.next("answers, silent or not-known")? {
                "answers" => Echo::Answers,
                "silent" => Echo::Silent,
                "not-known" => Echo::NotKnown,
                other => return Err(format!("a ping `answers`, is `silent` or `not-known`, not `{other}`")),
            };
            Step::Ping(address, echo)
        }
        "probe" => probe(rules, &mut words)?,
        "disk" => disk(&mut words)?,
        "evidence" => evidence(rules, &mut words)?,
        name => {
            let source = SourceId::from(name);
            if !rules.sources.contains_key(&source) {
                let known: Vec<&str> = rules.sources.keys().map(SourceId::as_str).collect();
                let known = known.join(", ");
                return Err(format!(
                    "`{name}` is none of clock, act, channel, ping, probe, evidence, stop, restart, restored, nor a source ({known})"
                ));
            }
            told(source, &mut words)?
        }
    };
    match words.rest.as_slice() {
        [] => Ok(step),
        [more, ..] => Err(format!("`{more}` is one word too many here")),
    }
}

struct Words<'a> {
    rest: Vec<&'a str>,
    zone: &'a TimeZone,
    at: DateTime,
}

impl<'a> Words<'a> {
    fn next(&mut self, what: &str) -> Result<&'a str, String> {
        if self.rest.is_empty() { Err(format!("{what} is missing")) } else { Ok(self.rest.remove(0)) }
    }

    /// Takes `key=value` out, wherever it stands.
    fn key(&mut self, key: &str) -> Option<&'a str> {
        let place = self.rest.iter().position(|word| word.split_once('=').is_some_and(|(name, _)| name == key))?;
        self.rest.remove(place).split_once('=').map(|(_, value)| value)
    }

    fn flag(&mut self, name: &str) -> bool {
        let place = self.rest.iter().position(|word| *word == name);
        place.map(|place| self.rest.remove(place)).is_some()
    }

    /// An hour of the line's day, or a whole `2026-09-20T02:13`.
    fn moment(&mut self, key: &str) -> Result<Option<Timestamp>, String> {
        let Some(text) = self.key(key) else { return Ok(None) };
        let moment = time(text).map(|time| self.at.date().to_datetime(time)).or_else(|| text.parse().ok());
        let moment = moment.ok_or_else(|| format!("`{key}={text}` is no hour like 02:50 or 2026-09-20T02:50"))?;
        let zoned = moment.to_zoned(self.zone.clone()).map_err(|error| error.to_string())?;
        Ok(Some(zoned.timestamp()))
    }
}

/// A word of the configuration, by serde's own name for it.
fn named<T: DeserializeOwned>(what: &str, word: &str) -> Result<T, String> {
    serde_json::from_value(serde_json::Value::String(word.to_owned())).map_err(|_| format!("`{word}` is no {what}"))
}

fn told(source: SourceId, words: &mut Words) -> Result<Step, String> {
    let first = words.next("what the source tells")?;
    match first {
        "looks" => return Ok(Step::Looks(source)),
        "silent" => return Ok(Step::Silent(source)),
        "fails" => {
            let why = words.next("why it fails")?.to_owned();
            let kind = words.rest.first().copied();
            let kind = match kind {
                Some(kind) => named("kind of failure", words.next(kind)?)?,
                None => FailureKind::Unreachable,
            };
            return Ok(Step::Fails { source, kind, why });
        }
        "maintenance" => return Ok(Step::Maintenance(source, covers::maintenance(words)?)),
        "remarks" => return Ok(Step::Remarks(source, words.next("what it remarks")?.to_owned())),
        "unreadable" => return Ok(Step::Unreadable(source, words.next("what it brought")?.to_owned())),
        _ => {}
    }
    let (deleted, is_first) = (first == "deleted", first == "first");
    let host = if deleted || is_first { words.next("a host")? } else { first };
    let (host, summary) = (host.to_owned(), words.next("a summary in quotes")?.to_owned());
    if deleted {
        return Ok(Step::Problem { source, host, summary, what: About::Deleted });
    }
    let what = about(words, is_first)?;
    Ok(Step::Problem { source, host, summary, what })
}

fn about(words: &mut Words, first: bool) -> Result<About, String> {
    let at = words.moment("at")?;
    if words.flag("ok") {
        return Ok(About::Recovers { line: words.flag("line"), at });
    }
    if words.flag("again") {
        return Ok(About::Again);
    }
    let level = words.key("level").map(|word| named("level", word)).transpose()?;
    let flag = |words: &mut Words, yes: &str, no: &str| {
        if words.flag(yes) { Some(true) } else { words.flag(no).then_some(false) }
    };
    let plain = words.rest.first().copied().and_then(|word| named::<Level>("level", word).ok());
    match plain {
        Some(level) => {
            words.rest.remove(0);
            let (late, momentary, suppressed) = (words.flag("late"), words.flag("once"), words.flag("suppressed"));
            let name = words.key("name").map(str::to_owned);
            let mut tags = Vec::new();
            let (mut groups, mut fields) = (Vec::new(), Vec::new());
            let (mut items, mut inventory) = (Vec::new(), BTreeMap::new());
            for word in std::mem::take(&mut words.rest) {
                match word.split_once('=') {
                    Some(("group", group)) => groups.push(group.to_owned()),
                    Some((name, value)) if name.starts_with("field.") => {
                        fields.push((name.trim_start_matches("field.").to_owned(), value.to_owned()));
                    }
                    Some(("item", item)) => {
                        let (key, name) = item.split_once('=').unwrap_or((item, item));
                        items.push(Item { name: name.to_owned(), key: key.to_owned() });
                    }
                    Some((name, value)) if name.starts_with("inventory.") => {
                        inventory.insert(name.trim_start_matches("inventory.").to_owned(), value.to_owned());
                    }
                    Some((name, value)) => tags.push((name.to_owned(), value.to_owned())),
                    None => return Err(format!("`{word}` is neither a tag (name=value) nor late, once or suppressed")),
                }
            }
            Ok(About::Begins(Box::new(Begins {
                level,
                tags,
                groups,
                fields,
                items,
                inventory,
                late,
                momentary,
                suppressed,
                first,
                name,
                at,
            })))
        }
        None => {
            let acknowledged = flag(words, "acknowledged", "unacknowledged");
            let suppressed = flag(words, "suppressed", "unsuppressed");
            let monitored = flag(words, "monitored", "unmonitored");
            if level.is_none() && acknowledged.is_none() && suppressed.is_none() && monitored.is_none() {
                return Err(
                    "a level (warning, average, high, disaster), `ok`, `again` or a change is missing".to_owned()
                );
            }
            Ok(About::Changed { level, acknowledged, suppressed, monitored })
        }
    }
}

/// `NAME ok|failed|refused|…|not-known [said="…"] [cn=NAME issuer=NAME until=2026-11-18T08:59:59]`
fn probe(rules: &Rules, words: &mut Words) -> Result<Step, String> {
    let name = ProbeName::from(words.next("a probe")?);
    if !rules.probes.contains_key(&name) {
        let known: Vec<&str> = rules.probes.keys().map(ProbeName::as_str).collect();
        return Err(format!("there is no probe `{name}` ({})", known.join(", ")));
    }
    let word = words.next("what it sees: ok, failed, refused, expired … or not-known")?;
    let said = words.key("said").unwrap_or_default().to_owned();
    if word == "not-known" {
        return Ok(Step::Probe(name, Probed::NotKnown { why: said }));
    }
    let sign = named("result of a probe", word)?;
    let certificate = match words.moment("until")? {
        Some(not_after) => Some(Certificate {
            subject: words.key("cn").ok_or("`cn=…` is missing beside `until=…`")?.to_owned(),
            names: Vec::new(),
            issuer: words.key("issuer").ok_or("`issuer=…` is missing beside `until=…`")?.to_owned(),
            not_after,
        }),
        None => None,
    };
    Ok(Step::Probe(name, Probed::Seen(Seen { sign, said, certificate })))
}

/// `full|read-only|failing`, `written steps=N`, `reserve-used`, `room N`, `files N`
fn disk(words: &mut Words) -> Result<Step, String> {
    let number = |word: &str| word.parse().map_err(|_| format!("`{word}` is not a number of hundredths"));
    Ok(Step::Disk(match words.next("what happens to the disk")? {
        "full" => Storage::Unwritable { cause: Cause::Full },
        "read-only" => Storage::Unwritable { cause: Cause::ReadOnly },
        "failing" => Storage::Unwritable { cause: Cause::Failing },
        "written" => {
            let steps = words.key("steps").unwrap_or("0");
            let steps = steps.parse().map_err(|_| format!("`{steps}` is not a number of steps"))?;
            Storage::Written { at: Timestamp::UNIX_EPOCH, steps }
        }
        "reserve-used" => Storage::ReserveUsed,
        "room" => Storage::Room { of: Resource::Bytes, percent: number(words.next("hundredths")?)? },
        "files" => Storage::Room { of: Resource::Files, percent: number(words.next("hundredths")?)? },
        other => return Err(format!("a disk is not `{other}`")),
    }))
}

/// `SOURCE HOST "LINE"`, `SOURCE fails "WHY"`, `SOURCE works`
fn evidence(rules: &Rules, words: &mut Words) -> Result<Step, String> {
    let source = SourceId::from(words.next("a source")?);
    if !rules.sources.contains_key(&source) {
        let known: Vec<&str> = rules.sources.keys().map(SourceId::as_str).collect();
        return Err(format!("there is no source `{source}` ({})", known.join(", ")));
    }
    let told = match words.next("a host, fails or works")? {
        "fails" => Told::Fails(words.next("why it fails")?.to_owned()),
        "works" => Told::Works,
        host => Told::Line { host: host.to_owned(), line: words.next("a line in quotes")?.to_owned() },
    };
    Ok(Step::Evidence(source, told))
}
