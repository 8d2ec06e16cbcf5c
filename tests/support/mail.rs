//! A delivered mail as its reader sees it.

use mail_parser::MessageParser;
use std::time::SystemTime;

/// One copy in one mailbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mail {
    /// Whose mailbox it lies in (the envelope recipient).
    pub(crate) mailbox: String,
    /// Subject, decoded.
    pub(crate) subject: String,
    /// Message-ID without brackets.
    pub(crate) id: String,
    /// In-Reply-To and References, without brackets.
    pub(crate) thread: Vec<String>,
    /// Sender address.
    pub(crate) from: String,
    /// Addresses in To.
    pub(crate) to: Vec<String>,
    /// Addresses in Cc.
    pub(crate) cc: Vec<String>,
    /// The plain text, decoded.
    pub(crate) text: String,
    /// When the server had it.
    pub(crate) at: SystemTime,
}

impl Mail {
    /// Reads the bytes of a message that lies in `mailbox` since `at`.
    pub(crate) fn parse(mailbox: &str, raw: &[u8], at: SystemTime) -> Self {
        let message = MessageParser::default().parse(raw).expect("a readable mail");
        let addresses = |list: Option<&mail_parser::Address<'_>>| -> Vec<String> {
            let list = list.into_iter().flat_map(mail_parser::Address::iter);
            list.filter_map(|address| address.address().map(str::to_owned)).collect()
        };
        let ids = |value: &mail_parser::HeaderValue<'_>| -> Vec<String> {
            value.as_text_list().unwrap_or_default().iter().map(|id| id.to_string()).collect()
        };
        let mut thread = ids(message.in_reply_to());
        thread.extend(ids(message.references()));
        Self {
            mailbox: mailbox.to_owned(),
            subject: message.subject().unwrap_or_default().to_owned(),
            id: message.message_id().unwrap_or_default().to_owned(),
            thread,
            from: addresses(message.from()).pop().unwrap_or_default(),
            to: addresses(message.to()),
            cc: addresses(message.cc()),
            text: message.body_text(0).unwrap_or_default().replace("\r\n", "\n"),
            at,
        }
    }
}
