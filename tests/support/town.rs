//! A whole town to watch: the example site with a real Zabbix, a real mail server, a webhook's far end and a log.

use super::daemon::Daemon;
use super::log_writer::LogWriter;
use super::mail::Mail;
use super::postfix::Postfix;
use super::site::{Neighbours, Site};
use super::webhook::WebhookSink;
use super::zabbix::Zabbix;
use super::{Scratch, wait_for};
use std::collections::{BTreeMap, BTreeSet};
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

/// A storm's speed; the 140 seconds of SC1 become seven.
pub(crate) const SPEED: u32 = 20;
/// The rewritten grouping window (`site.rs`).
pub(crate) const WINDOW: Duration = Duration::from_secs(5);
/// For what follows within the window and the polls around it.
pub(crate) const SOON: Duration = Duration::from_secs(60);

/// Everything around the desk. The daemon goes first when this is dropped.
pub(crate) struct Town {
    pub(crate) daemon: Daemon,
    pub(crate) zabbix: Zabbix,
    pub(crate) postfix: Postfix,
    pub(crate) webhook: WebhookSink,
    pub(crate) log: LogWriter,
    pub(crate) site: Site,
    _scratch: Scratch,
}

impl Town {
    /// All green, or why it can't be had here.
    pub(crate) fn wakes() -> Result<Self, String> {
        Self::wakes_with(|_| ())
    }

    /// The same with a configuration that is changed before anybody reads it.
    pub(crate) fn wakes_with(change: impl FnOnce(&Site)) -> Result<Self, String> {
        let zabbix = Zabbix::take()?;
        let scratch = Scratch::new("town");
        let postfix = Postfix::start_in(&scratch.join("postfix"))?;
        let webhook = WebhookSink::start();
        let smtp = SocketAddr::from((Ipv4Addr::LOCALHOST, postfix.port()));
        let neighbours =
            Neighbours { zabbix: Some((zabbix.url(), zabbix.token())), smtp, webhook: Some(&webhook.url()) };
        let site = Site::a_town(scratch.path(), &neighbours);
        // The example shows webhooks only as a comment: copies of what the office reads go to the sink.
        let hook = format!(
            "[[channel.webhook]]\nname = \"office-hook\"\nparty = \"soumu-joho\"\nurl = \"{}\"\n",
            webhook.url()
        );
        site.add("zz-hook.toml", &hook);
        change(&site);
        let log = LogWriter::at(&site.log_of(0, "core-sw-01"));
        let daemon = Daemon::start(&site.config, &scratch);
        // What is there at the very first look was there before, and is no news: the story begins after it.
        wait_for("every source to have looked", Duration::from_secs(30), || {
            let status = daemon.status();
            let sources = status["sources"].as_array().cloned().unwrap_or_default();
            sources.iter().all(|source| source["sight"] == "sees").then_some(())
        });
        Ok(Self { daemon, zabbix, postfix, webhook, log, site, _scratch: scratch })
    }

    /// Mails whose subject has this tag.
    pub(crate) fn mails(&self, tag: &str) -> Vec<Mail> {
        self.postfix.mails().into_iter().filter(|mail| mail.subject.contains(tag)).collect()
    }

    pub(crate) fn wait_for_mail(&self, tag: &str, limit: Duration) -> Mail {
        wait_for(&format!("a mail {tag}"), limit, || self.mails(tag).pop())
    }

    /// Mailboxes of the parties of a kind, by party.
    pub(crate) fn mailboxes(&self, kind: &str) -> BTreeMap<String, Vec<String>> {
        self.site.parties(kind)
    }

    /// What a fault of the core switch owes, and not a mail more: one request, one first report, one phone note.
    pub(crate) fn assert_told_once(&self) {
        self.assert_asked_once("n-sha");
        let first = self.only("【第一報】");
        let offices: Vec<String> = self.mailboxes("office").into_values().flatten().collect();
        assert!(first.iter().any(|mail| offices.contains(&mail.mailbox)), "第一報 goes to the office: {first:#?}");
        let note = self.only("電話連絡票");
        let desk: Vec<String> = self.mailboxes("desk").into_values().flatten().collect();
        assert!(note.iter().all(|mail| desk.contains(&mail.mailbox)), "電話連絡票 stays at the desk: {note:#?}");
    }

    /// One 対応依頼, to this vendor alone.
    pub(crate) fn assert_asked_once(&self, vendor: &str) {
        let request = self.only("【対応依頼】");
        let mailboxes = &self.mailboxes("vendor")[vendor];
        assert!(request.iter().all(|mail| mailboxes.contains(&mail.mailbox)), "for {vendor} alone: {request:#?}");
        self.assert_no_vendor_but(vendor);
    }

    /// No mail went to a vendor other than this one.
    pub(crate) fn assert_no_vendor_but(&self, asked: &str) {
        let vendors = self.mailboxes("vendor");
        let asked_at = &vendors[asked];
        for (vendor, mailboxes) in vendors.iter().filter(|(vendor, _)| *vendor != asked) {
            let theirs = |mail: &Mail| mailboxes.contains(&mail.mailbox) && !asked_at.contains(&mail.mailbox);
            let mails: Vec<Mail> = self.postfix.mails().into_iter().filter(theirs).collect();
            assert!(mails.is_empty(), "{vendor} has nothing to do with it: {mails:#?}");
        }
    }

    /// The copies of the one mail with this tag; each mailbox has it once.
    pub(crate) fn only(&self, tag: &str) -> Vec<Mail> {
        let copies = self.mails(tag);
        let ids: BTreeSet<&str> = copies.iter().map(|mail| mail.id.as_str()).collect();
        assert_eq!(ids.len(), 1, "one mail {tag}, not {}: {copies:#?}", ids.len());
        let mailboxes: BTreeSet<&str> = copies.iter().map(|mail| mail.mailbox.as_str()).collect();
        assert_eq!(mailboxes.len(), copies.len(), "one copy of {tag} for each reader: {copies:#?}");
        copies
    }

    /// Copies per reader of the mail that was copied most often.
    pub(crate) fn most_copies(&self) -> usize {
        let mut copies: BTreeMap<(String, String), usize> = BTreeMap::new();
        for mail in self.postfix.mails() {
            *copies.entry((mail.id, mail.mailbox)).or_default() += 1;
        }
        copies.into_values().max().unwrap_or(0)
    }

    /// The one incident there is.
    pub(crate) fn number(&self) -> String {
        let mut numbers = wait_for("a number", SOON, || Some(self.daemon.numbers()).filter(|list| !list.is_empty()));
        assert_eq!(numbers.len(), 1, "one fault, one incident: {numbers:?}");
        numbers.remove(0)
    }
}
