//! `check --live`: what only the world can tell - whether sources and channels answer with our credentials, and which hosts
//! of Zabbix no component covers (責任分界の穴). Nothing is sent, nothing is changed.
//!
//! Not here: what is wrong with the configuration by itself (`check`).

use super::{Context, text};
use crate::channel::Origin;
use crate::config::Settings;
use crate::config::kinds::Sources;
use crate::desk::book::Book;
use crate::desk::ids::SourceId;
use crate::desk::observation::Problem;
use crate::source::{logfile, zabbix};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// Problems named of one host.
const EXAMPLES: usize = 3;

/// What was found.
#[derive(Debug, Default, Serialize)]
pub(super) struct Live {
    /// Sources, channels and the heartbeat, in the order of the configuration.
    tried: Vec<Tried>,
    /// Hosts with alarms that no component covers.
    holes: Vec<Hole>,
}

/// One source, one channel, or the heartbeat.
#[derive(Debug, Serialize)]
struct Tried {
    /// `source`, `channel` or `health`.
    what: &'static str,
    name: String,
    ok: bool,
    /// What was found, or why it cannot be used.
    detail: String,
}

/// A host some or all of whose alarms are about no component.
#[derive(Debug, PartialEq, Eq, Serialize)]
struct Hole {
    source: String,
    host: String,
    /// The name people know it by.
    name: String,
    groups: Vec<String>,
    /// Alarms that no component covers, and all there are.
    uncovered: usize,
    alarms: usize,
    /// The first of them, as a problem would say it.
    examples: Vec<String>,
}

impl Live {
    /// Whether everything can be used.
    pub(super) fn all_answer(&self) -> bool {
        self.tried.iter().all(|tried| tried.ok)
    }

    /// Whether faults would stay with the desk because nobody is named for them.
    pub(super) fn has_holes(&self) -> bool {
        !self.holes.is_empty()
    }
}

/// Tries everything once, one after the other; tells each as it comes, unless JSON is asked for.
pub(super) async fn live(context: &Context, settings: &Settings) -> Live {
    let mut live = Live::default();
    let book = Book::new(settings.rules.clone());
    for config in &settings.kinds.sources.zabbix {
        let found = match Sources::access(config, &settings.kinds.folders) {
            Ok(access) => zabbix::watched(config, access).await.map_err(|failure| failure.detail),
            Err(error) => Err(text::full(&error)),
        };
        let found = found.and_then(|watched| {
            if watched.hosts.is_empty() {
                return Err("no host is visible: give the user of the token read access to the host groups".to_owned());
            }
            let (hosts, alarms) = (watched.hosts.len(), watched.problems.len());
            live.holes.extend(holes(&book, &config.name.as_str().into(), &watched.problems));
            let least = config.min_severity.as_str();
            Ok(format!("Zabbix {}: {hosts} hosts, {alarms} triggers of level {least} or higher", watched.version))
        });
        live.tell(context, "source", &config.name, found);
    }
    for settings in &settings.kinds.sources.logfile {
        let (name, settings) = (settings.name().to_string(), settings.clone());
        let looked = tokio::task::spawn_blocking(move || logfile::look(&settings)).await;
        live.tell(context, "source", &name, looked.unwrap_or_else(|error| Err(error.to_string())));
    }
    let site = &settings.rules.site;
    let origin = Origin { site: site.name.clone(), instance: "check".to_owned() };
    for (name, opened) in settings.kinds.open_channels(&origin) {
        let found = match opened {
            Ok(channel) => channel.try_out().await,
            Err(error) => Err(text::full(&error)),
        };
        live.tell(context, "channel", &name, found);
    }
    if let Some(opened) = settings.kinds.health.open_heartbeat(&settings.kinds.folders) {
        let found = match opened {
            Ok(heartbeat) => heartbeat.try_out().await,
            Err(error) => Err(text::full(&error)),
        };
        live.tell(context, "health", "heartbeat", found);
    }
    live
}

impl Live {
    fn tell(&mut self, context: &Context, what: &'static str, name: &str, found: Result<String, String>) {
        let (ok, detail) = match found {
            Ok(detail) => (true, detail),
            Err(detail) => (false, detail),
        };
        if !context.json {
            let mark = if ok { "ok   " } else { "FAULT" };
            text::out(&format!("{mark}  {what} {}: {}", text::clean(name), text::clean(&detail)));
        }
        self.tried.push(Tried { what, name: name.to_owned(), ok, detail });
    }

    /// The holes, for a terminal.
    pub(super) fn print(&self, context: &Context) {
        let pick = |english, japanese| context.tongue.pick(english, japanese);
        if self.holes.is_empty() {
            if self.all_answer() {
                text::out(pick(
                    "Every alarm of Zabbix is about a component.",
                    "Zabbix のすべての警報に、対象となる構成要素があります。",
                ));
            }
            return;
        }
        text::out("");
        text::out(pick(
            "Alarms that no component covers (責任分界の穴); their faults would stay with the desk:",
            "対象となる構成要素のない警報（責任分界の穴）。障害時は窓口の担当となります：",
        ));
        let rows: Vec<Vec<String>> = self.holes.iter().map(Hole::row).collect();
        text::out(&text::table(&["HOST", "NAME", "GROUPS", "OF ALARMS", "SUCH AS"], &rows));
        text::out("");
        text::out(pick(
            "Write them into components.toml: `hosts`, or a `match` that fits; with scope = \"out\" where nobody here keeps them.",
            "components.toml の `hosts` または `match` に書いてください（調達範囲外のものは scope = \"out\"）。",
        ));
    }
}

impl Hole {
    fn row(&self) -> Vec<String> {
        vec![
            text::cut(&self.host, 30),
            text::cut(&self.name, 30),
            text::cut(&self.groups.join(", "), 30),
            format!("{} of {}", self.uncovered, self.alarms),
            text::cut(&self.examples.join(" / "), 80),
        ]
    }
}

/// Hosts of which a problem would be about no component: those without any cover first, then those with some.
fn holes(book: &Book, source: &SourceId, problems: &[Problem]) -> Vec<Hole> {
    let mut hosts: BTreeMap<&str, (Hole, BTreeSet<&str>)> = BTreeMap::new();
    for problem in problems {
        let (hole, examples) = hosts.entry(&problem.host).or_insert_with(|| {
            let hole = Hole {
                source: source.to_string(),
                host: problem.host.to_string(),
                name: problem.host_name.to_string(),
                groups: problem.groups.to_vec(),
                uncovered: 0,
                alarms: 0,
                examples: Vec::new(),
            };
            (hole, BTreeSet::new())
        });
        hole.alarms += 1;
        if book.index.component(source, problem).is_none() {
            hole.uncovered += 1;
            examples.insert(&problem.summary);
        }
    }
    let mut holes: Vec<Hole> = (hosts.into_values())
        .filter(|(hole, _)| hole.uncovered > 0)
        .map(|(hole, examples)| {
            let examples = examples.into_iter().take(EXAMPLES).map(str::to_owned).collect();
            Hole { examples, ..hole }
        })
        .collect();
    holes.sort_by_key(|hole| (hole.uncovered < hole.alarms, hole.host.clone()));
    holes
}
