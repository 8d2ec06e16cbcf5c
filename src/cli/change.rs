//! `change`: what is changed on components, registered by whoever does it or knows of it.

use super::words::moment;
use super::{By, Context, Trouble, answer, text};
use crate::control::beside::ChangeLine;
use crate::desk::Act;
use crate::desk::act::Registered;
use crate::desk::ids::{ComponentId, ModificationId, PartyId};
use crate::desk::modification::ModificationState;
use clap::Subcommand;

/// Changes and releases (変更): evidence for isolation, told as 直前の変更. They suppress no alert; planned work does.
#[derive(Debug, Subcommand)]
pub(crate) enum Change {
    /// Registers one, ahead or afterwards.
    Add {
        /// What is changed, in words.
        summary: String,
        /// On which component; may be repeated.
        #[arg(long, required = true)]
        component: Vec<String>,
        /// Who changes it.
        #[arg(long)]
        party: Option<String>,
        /// When it was made or is planned for; now where not given. What lies ahead is planned.
        #[arg(long)]
        at: Option<String>,
        /// It is only planned, whatever the time.
        #[arg(long)]
        planned: bool,
        #[command(flatten)]
        by: By,
    },
    /// It was made.
    Done {
        /// Which: `C-1`.
        change: String,
        /// When.
        #[arg(long)]
        at: Option<String>,
        #[command(flatten)]
        by: By,
    },
    /// It was taken back (切り戻し).
    Rollback {
        /// Which: `C-1`.
        change: String,
        /// When.
        #[arg(long)]
        at: Option<String>,
        #[command(flatten)]
        by: By,
    },
    /// All of the last 90 days, the latest first.
    List,
}

/// Runs one of them.
pub(super) async fn change(context: &Context, change: Change) -> Result<(), Trouble> {
    match change {
        Change::Add { summary, component, party, at, planned, by } => {
            let told = Registered {
                summary,
                components: component.into_iter().map(ComponentId::from).collect(),
                party: party.map(PartyId::from),
                at: moment(context, at).await?,
                planned,
            };
            answer::perform(context, by, Act::Register(told)).await
        }
        Change::Done { change, at, by } => {
            let act = Act::Done { modification: id(&change)?, at: moment(context, at).await? };
            answer::perform(context, by, act).await
        }
        Change::Rollback { change, at, by } => {
            let act = Act::RollBack { modification: id(&change)?, at: moment(context, at).await? };
            answer::perform(context, by, act).await
        }
        Change::List => list(context).await,
    }
}

fn id(name: &str) -> Result<ModificationId, Trouble> {
    let id = name.strip_prefix("C-").unwrap_or(name).parse().map(ModificationId);
    id.map_err(|_| Trouble::Said(format!("{name} is not a change; changes look like C-1"), 64))
}

async fn list(context: &Context) -> Result<(), Trouble> {
    let lines: Vec<ChangeLine> = context.client()?.get("/changes").await?;
    if context.json {
        return context.print_json(&lines);
    }
    if lines.is_empty() {
        text::out(context.tongue.pick("No change is on record.", "変更の登録はありません。"));
        return Ok(());
    }
    let zone = context.zone().await?;
    let rows: Vec<Vec<String>> = lines
        .iter()
        .map(|line| {
            vec![
                line.change.id.to_string(),
                text::time(line.change.at, &zone),
                state(context, line.change.state, &zone),
                line.components.join(", "),
                line.party.clone().unwrap_or_else(|| "-".to_owned()),
                line.change.summary.clone(),
            ]
        })
        .collect();
    text::out(&text::table(&["CHANGE", "AT", "STATE", "COMPONENTS", "BY", "WHAT"], &rows));
    Ok(())
}

fn state(context: &Context, state: ModificationState, zone: &jiff::tz::TimeZone) -> String {
    match state {
        ModificationState::Planned => context.tongue.pick("planned", "予定").to_owned(),
        ModificationState::Done => context.tongue.pick("done", "実施済み").to_owned(),
        ModificationState::RolledBack { at } => {
            format!("{} {}", context.tongue.pick("rolled back", "切り戻し"), text::time(at, zone))
        }
    }
}
