//! A message as JSON: for machines that take their own turn from here.
//!
//! Place: shared by the channels that hand a message to a program or a service (`webhook`, `command`), so that both are
//! given the same. Not here: how it travels.

use super::{Message, Origin, key, mail};
use serde::Serialize;

/// What is handed over. Fields are only ever added.
#[derive(Debug, Serialize)]
struct Document<'a> {
    id: &'a str,
    kind: &'a str,
    number: Option<&'a str>,
    severity: Option<u8>,
    subject: String,
    text: String,
    /// RFC 3339, UTC.
    written: String,
    site: &'a str,
}

/// The message's key and its bytes; or why there are none, in a sentence.
pub(super) fn document<'a>(message: &'a Message, origin: &Origin) -> Result<(&'a str, Vec<u8>), String> {
    let id = key(message)?;
    let document = Document {
        id,
        kind: &message.kind,
        number: message.number.as_deref(),
        severity: message.severity,
        subject: mail::subject(message),
        text: mail::text(message),
        written: message.written.to_string(),
        site: &origin.site,
    };
    Ok((id, serde_json::to_vec(&document).map_err(|error| error.to_string())?))
}
