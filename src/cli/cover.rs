//! `maintenance` and `silence`: planned work and silences, listed, registered, extended, ended.

use super::answer::perform;
use super::words::moment;
use super::{By, Context, Trouble, text};
use crate::control::covers::{CoverLine, Stage};
use crate::desk::act::{CoverAct, Fitting, Terms};
use crate::desk::ids::{ComponentId, CoverId, PartyId};
use crate::desk::rules::written::span::Span;
use crate::desk::{Act, Reply};
use clap::{Args, Subcommand};
use jiff::Timestamp;

/// Planned work (計画作業). Times are `2026-10-10 22:00`, `22:00` (today) or RFC 3339.
#[derive(Debug, Subcommand)]
pub(crate) enum Maintenance {
    /// What is under way or to come.
    List {
        /// Also what ended in the last weeks.
        #[arg(long)]
        all: bool,
    },
    /// Registers planned work: alerts there, and of what needs it, are expected while it lasts.
    Add {
        /// What is done, in words: the mails name it.
        what: String,
        /// The component that is worked on; may be repeated.
        #[arg(long)]
        component: Vec<String>,
        #[command(flatten)]
        terms: TermsGiven,
        #[command(flatten)]
        by: By,
    },
    /// Moves the end.
    Extend(Extended),
    /// Ends it now; what still burns is a fault from then on.
    End(Ended),
}

/// Silences (通知抑止): alerts that are kept on record and disturb nobody.
#[derive(Debug, Subcommand)]
pub(crate) enum Silence {
    /// What is under way or to come.
    List {
        /// Also what ended in the last weeks.
        #[arg(long)]
        all: bool,
    },
    /// Registers a silence. Alerts that fit all conditions are kept apart; each may be repeated, any of them then fits.
    Add {
        /// Of this component.
        #[arg(long)]
        component: Vec<String>,
        /// On this host: exact, a glob, or /a regular expression/.
        #[arg(long)]
        host: Vec<String>,
        /// In this host group.
        #[arg(long)]
        group: Vec<String>,
        /// With this tag, as NAME=VALUE.
        #[arg(long, value_name = "NAME=VALUE")]
        tag: Vec<String>,
        /// With this text.
        #[arg(long)]
        summary: Vec<String>,
        /// From this source.
        #[arg(long)]
        source: Vec<String>,
        #[command(flatten)]
        terms: TermsGiven,
        #[command(flatten)]
        by: By,
    },
    /// Moves the end.
    Extend(Extended),
    /// Ends it now; what still burns is a fault from then on.
    End(Ended),
}

/// Who, why, when; the desk refuses what is missing, and says what it could be.
#[derive(Debug, Args)]
pub(crate) struct TermsGiven {
    /// Who answers for it: a party of the configuration.
    #[arg(long)]
    owner: Option<String>,
    /// Why.
    #[arg(long)]
    reason: Option<String>,
    /// When it begins; now where none is given.
    #[arg(long, value_name = "TIME")]
    from: Option<String>,
    #[command(flatten)]
    end: EndGiven,
}

/// When it ends.
#[derive(Debug, Args)]
#[group(multiple = false)]
pub(crate) struct EndGiven {
    /// When it ends.
    #[arg(long, value_name = "TIME")]
    until: Option<String>,
    /// How long it lasts: 90m, 2h, 1d.
    #[arg(long = "for", value_name = "DURATION")]
    lasts: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Extended {
    /// Its number: P-3 or S-1.
    number: String,
    #[command(flatten)]
    end: EndGiven,
    #[command(flatten)]
    by: By,
}

#[derive(Debug, Args)]
pub(crate) struct Ended {
    /// Its number: P-3 or S-1.
    number: String,
    #[command(flatten)]
    by: By,
}

/// Runs one of `maintenance`.
pub(super) async fn maintenance(context: &Context, command: Maintenance) -> Result<(), Trouble> {
    match command {
        Maintenance::List { all } => list(context, all, false).await,
        Maintenance::Add { what, component, terms, by } => {
            let terms = terms.read(context).await?;
            let components = component.into_iter().map(ComponentId::from).collect();
            perform(context, by, Act::Cover(CoverAct::Plan { what, components, terms })).await
        }
        Maintenance::Extend(extended) => extend(context, extended, false).await,
        Maintenance::End(ended) => end(context, ended, false).await,
    }
}

/// Runs one of `silence`.
pub(super) async fn silence(context: &Context, command: Silence) -> Result<(), Trouble> {
    match command {
        Silence::List { all } => list(context, all, true).await,
        Silence::Add { component, host, group, tag, summary, source, terms, by } => {
            let alerts = Fitting {
                components: component.into_iter().map(ComponentId::from).collect(),
                hosts: host,
                groups: group,
                tags: tag.into_iter().map(named_value).collect::<Result<_, _>>()?,
                summaries: summary,
                sources: source,
            };
            let terms = terms.read(context).await?;
            perform(context, by, Act::Cover(CoverAct::Silence { alerts, terms })).await
        }
        Silence::Extend(extended) => extend(context, extended, true).await,
        Silence::End(ended) => end(context, ended, true).await,
    }
}

fn named_value(tag: String) -> Result<(String, String), Trouble> {
    let said = || Trouble::Said(format!("--tag {tag}: write NAME=VALUE"), 64);
    tag.split_once('=').map(|(name, value)| (name.to_owned(), value.to_owned())).ok_or_else(said)
}

impl TermsGiven {
    async fn read(self, context: &Context) -> Result<Terms, Trouble> {
        let from = moment(context, self.from).await?;
        Ok(Terms {
            owner: self.owner.map(PartyId::from),
            reason: self.reason.unwrap_or_default(),
            from,
            until: self.end.read(context, from).await?,
        })
    }
}

impl EndGiven {
    async fn read(self, context: &Context, from: Option<Timestamp>) -> Result<Option<Timestamp>, Trouble> {
        let Some(lasts) = self.lasts else { return moment(context, self.until).await };
        let said = |why: String| Trouble::Said(format!("--for {lasts}: {why}"), 64);
        let span: Span = lasts.parse().map_err(|why| said(format!("{why}")))?;
        let from = from.unwrap_or_else(|| crate::clock::Clock::real(None).wall());
        from.checked_add(span.0).map(Some).map_err(|_| said("that is beyond all time".to_owned()))
    }
}

async fn extend(context: &Context, extended: Extended, silence: bool) -> Result<(), Trouble> {
    let cover = number(&extended.number, silence)?;
    let until = extended.end.read(context, None).await?;
    let until = until.ok_or_else(|| Trouble::Said("say when it ends: --until or --for".to_owned(), 64))?;
    perform(context, extended.by, Act::Cover(CoverAct::Extend { cover, until })).await
}

async fn end(context: &Context, ended: Ended, silence: bool) -> Result<(), Trouble> {
    let cover = number(&ended.number, silence)?;
    perform(context, ended.by, Act::Cover(CoverAct::End { cover })).await
}

/// The number of one of the kind that is meant.
fn number(text: &str, silence: bool) -> Result<CoverId, Trouble> {
    let id: CoverId = text.parse().map_err(|why| Trouble::Said(why, 64))?;
    match (id, silence) {
        (CoverId::Work(_), true) => Err(Trouble::Said(format!("{id} is planned work: use `kiriwake maintenance`"), 64)),
        (CoverId::Silence(_), false) => Err(Trouble::Said(format!("{id} is a silence: use `kiriwake silence`"), 64)),
        (CoverId::Work(_), false) | (CoverId::Silence(_), true) => Ok(id),
    }
}

async fn list(context: &Context, all: bool, silence: bool) -> Result<(), Trouble> {
    let mut lines: Vec<CoverLine> = context.client()?.get(&format!("/covers?all={all}")).await?;
    lines.retain(|line| line.silence == silence);
    if context.json {
        return context.print_json(&lines);
    }
    if lines.is_empty() {
        let nothing = if silence {
            context.tongue.pick("No silences.", "通知抑止はありません。")
        } else {
            context.tongue.pick("No planned work.", "計画作業はありません。")
        };
        text::out(nothing);
        return Ok(());
    }
    let zone = context.zone().await?;
    let rows: Vec<Vec<String>> = lines
        .iter()
        .map(|line| {
            vec![
                line.id.map_or_else(|| "-".to_owned(), |id| id.to_string()),
                stage(context, line.stage).to_owned(),
                text::time(line.from, &zone),
                text::time(line.until, &zone),
                line.hid.to_string(),
                line.red.to_string(),
                text::cut(&line.owner, 20),
                text::cut(&line.name, 40),
                text::cut(&line.over, 60),
                text::cut(&line.by, 20),
            ]
        })
        .collect();
    let what = if silence { "WHY" } else { "WHAT" };
    let heads = ["NUMBER", "STATE", "FROM", "UNTIL", "KEPT", "RED", "OWNER", what, "COVERS", "BY"];
    text::out(&text::table(&heads, &rows));
    Ok(())
}

/// The desk's answer in words.
pub(super) async fn said(context: &Context, reply: &Reply) -> Result<String, Trouble> {
    let Reply::Cover { cover, from, until, begun, ended, goes_on } = reply else { return Ok(String::new()) };
    let zone = context.zone().await?;
    let (from, until) = (text::time(*from, &zone), text::time(*until, &zone));
    let mut words = match (ended, begun) {
        (true, _) => format!("{cover}: {} {until}", context.tongue.pick("ended", "終了")),
        (false, true) => format!("{cover}: {} {until}", context.tongue.pick("active until", "実施中 終了予定")),
        (false, false) => format!("{cover}: {} {from} - {until}", context.tongue.pick("planned", "予定")),
    };
    if !ended && !goes_on.is_empty() {
        let note = context.tongue.pick("was there before and goes on", "は以前からの障害のため、対応を継続します");
        words.push_str(&format!("\n{} {note}", goes_on.join(", ")));
    }
    Ok(words)
}

fn stage(context: &Context, stage: Stage) -> &'static str {
    match stage {
        Stage::Active => context.tongue.pick("active", "実施中"),
        Stage::Planned => context.tongue.pick("planned", "予定"),
        Stage::Ended => context.tongue.pick("ended", "終了"),
    }
}
