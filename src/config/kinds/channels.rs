//! The channels.

use super::*;
use crate::channel::command::{Command, CommandConfig};
use crate::channel::maildir::{Maildir, MaildirConfig};
use crate::channel::smtp::{Smtp, SmtpConfig};
use crate::channel::teams::{Teams, TeamsConfig};
use crate::channel::webhook::{Secrets, Webhook, WebhookConfig};
use crate::config::secret;
use crate::desk::rules::Carries;
use secrecy::SecretString;
use std::path::PathBuf;

/// Stands for an address kept in a file when a channel is tried out without its secrets.
const SOME_ADDRESS: &str = "https://address.example/kept/in/a/file";
/// Stands for a secret to sign with.
const SOME_KEY: &str = "made up, and long enough to sign with";

/// One channel as configured.
#[derive(Debug, Clone, PartialEq)]
pub enum ChannelTable {
    /// `[[channel.smtp]]`
    Smtp(SmtpConfig),
    /// `[[channel.maildir]]`
    Maildir(MaildirConfig),
    /// `[[channel.webhook]]`
    Webhook(WebhookConfig),
    /// `[[channel.teams]]`
    Teams(TeamsConfig),
    /// `[[channel.command]]`
    Command(CommandConfig),
}

/// Why a channel could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Its secret was not taken.
    #[error("channel {channel}: its secret was not taken")]
    Secret {
        /// Which channel.
        channel: String,
        /// Why.
        source: secret::Error,
    },
    /// It cannot be set up.
    #[error(transparent)]
    Channel(#[from] channel::Error),
}

/// Reads the channels, in the order of writing over all kinds: it is the order of preference.
pub(in crate::config) fn read(tables: &mut Tables<'_>) -> Vec<Item<ChannelTable>> {
    fn kind<'a, T: serde::Deserialize<'a>>(
        tables: &mut Tables<'a>,
        name: &str,
        wrap: fn(T) -> ChannelTable,
    ) -> Vec<Item<ChannelTable>> {
        let items = tables.list::<T>(&Path::of(&["channel", name])).into_iter();
        items.map(|Item { path, order, value }| Item { path, order, value: wrap(value) }).collect()
    }
    tables.words(&Path::of(&["channel"]), &["smtp", "maildir", "webhook", "teams", "command"]);
    let mut channels = kind(tables, "smtp", ChannelTable::Smtp);
    channels.extend(kind(tables, "maildir", ChannelTable::Maildir));
    channels.extend(kind(tables, "webhook", ChannelTable::Webhook));
    channels.extend(kind(tables, "teams", ChannelTable::Teams));
    channels.extend(kind(tables, "command", ChannelTable::Command));
    channels.sort_by_key(|item| item.order);
    channels
}

/// Checks them all, each by setting it up with a made-up secret: a channel says itself what it cannot work with.
pub(in crate::config) fn check(
    written: Vec<Item<ChannelTable>>,
    checker: &mut Checker<'_>,
    origin: &Origin,
    folders: &Folders,
) -> Vec<ChannelTable> {
    checker.names(written.iter().map(|item| (&item.path, item.value.name())));
    if !written.iter().any(|item| item.value.party().is_none()) && !checker.findings.is_torn(&Path::of(&["channel"])) {
        let help = "write [[channel.smtp]], or [[channel.maildir]] to try things out";
        checker.findings.fault(&Path::default(), "there is no channel that carries mail", help);
    }
    let mut channels = Vec::new();
    for Item { path, value: mut table, .. } in written {
        table.make_absolute(folders);
        match table.party() {
            Some("") => {
                let help =
                    "a webhook, Teams or command channel gets copies of one party's messages: write party = \"…\"";
                checker.findings.fault(&path, "does not say whose copies it gets", help);
            }
            Some(party) => {
                checker.party(&path.key("party"), party);
            }
            None => {}
        }
        if !checker.findings.is_torn(&path) {
            match table.set_up(|file| Ok(table.made_up(file, folders)), origin.clone()) {
                Err(OpenError::Channel(channel::Error::Key { key, why, .. })) => {
                    checker.findings.plain_fault(&path.key(key), why);
                }
                Err(OpenError::Channel(channel::Error::CaFile { path: file, source, .. })) => {
                    let message = format!("{} cannot be read: {source}", file.display());
                    checker.findings.fault(&path.key("ca_file"), message, "name a PEM file with the authority");
                }
                Err(error) => checker.findings.plain_fault(&path, error.to_string()),
                Ok(channel) => {
                    if let Some(doubt) = channel.doubt() {
                        checker.findings.warn(&path.key(doubt.key), doubt.why, doubt.help);
                    }
                }
            }
        }
        channels.push(table);
    }
    channels
}

impl ChannelTable {
    /// Its name.
    pub fn name(&self) -> &str {
        match self {
            ChannelTable::Smtp(config) => &config.name,
            ChannelTable::Maildir(config) => &config.name,
            ChannelTable::Webhook(config) => &config.name,
            ChannelTable::Teams(config) => &config.name,
            ChannelTable::Command(config) => &config.name,
        }
    }

    /// Whose copies it gets; `None` when it carries mail for any address.
    fn party(&self) -> Option<&str> {
        match self {
            ChannelTable::Smtp(_) | ChannelTable::Maildir(_) => None,
            ChannelTable::Webhook(config) => Some(config.party.as_deref().unwrap_or_default()),
            ChannelTable::Teams(config) => Some(config.party.as_deref().unwrap_or_default()),
            ChannelTable::Command(config) => Some(config.party.as_deref().unwrap_or_default()),
        }
    }

    /// What the desk must know of it.
    pub(in crate::config) fn rule(&self) -> ChannelRule {
        let carries = self.party().map_or(Carries::Mail, |party| Carries::CopiesFor { party: party.into() });
        let at_once = match self {
            ChannelTable::Smtp(config) => config.at_once,
            ChannelTable::Webhook(config) => config.at_once,
            // A program runs for one message at a time. What only waited for its turn would count as tried, and would still run after
            // the desk has left the channel alone.
            ChannelTable::Command(_) => Some(1),
            ChannelTable::Maildir(_) | ChannelTable::Teams(_) => None,
        };
        ChannelRule { id: self.name().into(), carries, at_once }
    }

    /// Sets it up with its secret; nothing is connected.
    ///
    /// # Errors
    /// When its secret is not there or not safe, or the channel cannot work as configured.
    pub fn open(&self, folders: &Folders, origin: Origin) -> Result<channel::Channel, OpenError> {
        let secret = |file: &std::path::Path| {
            folders.read(file).map_err(|source| OpenError::Secret { channel: self.name().to_owned(), source })
        };
        self.set_up(secret, origin)
    }

    fn set_up(
        &self,
        secret: impl Fn(&std::path::Path) -> Result<SecretString, OpenError>,
        origin: Origin,
    ) -> Result<channel::Channel, OpenError> {
        let secret = |file: &Option<PathBuf>| file.as_deref().map(&secret).transpose();
        Ok(match self.clone() {
            ChannelTable::Smtp(config) => {
                let password = secret(&config.password_file)?;
                channel::Channel::Smtp(Smtp::new(config, password, origin)?)
            }
            ChannelTable::Maildir(config) => channel::Channel::Maildir(Maildir::new(config, origin)),
            ChannelTable::Webhook(config) => {
                let secrets = Secrets { url: secret(&config.url_file)?, signing: secret(&config.secret_file)? };
                channel::Channel::Webhook(Webhook::new(config, secrets, origin)?)
            }
            ChannelTable::Teams(config) => {
                let url = secret(&config.url_file)?;
                channel::Channel::Teams(Teams::new(config, url, origin)?)
            }
            ChannelTable::Command(config) => channel::Channel::Command(Command::new(config, origin)?),
        })
    }

    /// What stands for the secret in `file` while the configuration is checked. What signs is looked at where it can be
    /// read: a wrong one would be noticed by the far end alone. Whether it can be read is for the start and `check --live`.
    fn made_up(&self, file: &std::path::Path, folders: &Folders) -> SecretString {
        match self {
            ChannelTable::Webhook(config) if config.secret_file.as_deref() == Some(file) => {
                folders.read(file).unwrap_or_else(|_| SOME_KEY.into())
            }
            ChannelTable::Smtp(_) | ChannelTable::Maildir(_) | ChannelTable::Command(_) => "made-up".into(),
            ChannelTable::Webhook(_) | ChannelTable::Teams(_) => SOME_ADDRESS.into(),
        }
    }

    /// Relative names of certificates mean files beside the configuration.
    fn make_absolute(&mut self, folders: &Folders) {
        let file = match self {
            ChannelTable::Smtp(config) => &mut config.ca_file,
            ChannelTable::Maildir(_) | ChannelTable::Command(_) => return,
            ChannelTable::Webhook(config) => &mut config.ca_file,
            ChannelTable::Teams(config) => &mut config.ca_file,
        };
        *file = file.take().map(|file| folders.configuration.join(file));
    }
}
