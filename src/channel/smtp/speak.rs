//! One mail handed over: MAIL, RCPT for each open address, DATA, the text, the dot.
//!
//! Place: on a connection that is ready. Every answer becomes a fact about one address. Not here: anything about when
//! to try again.

use super::SmtpConfig;
use crate::channel::address::parse_address;
use crate::channel::header::header;
use crate::channel::{Results, every};
use crate::desk::outcome::{Delivery, Refused};
use lettre::Address;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::commands::{Data, Mail, Rcpt, Rset};
use lettre::transport::smtp::response::{Response, Severity};
use std::future::Future;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// Where in the conversation an answer belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Mail,
    Recipient,
    Data,
    Text,
}

/// Why a step did not succeed.
enum Fault {
    /// The server said so.
    Said { code: u16, text: String },
    /// It said something that is no answer to this step, or nothing any more: the connection cannot be trusted.
    Lost(String),
}

/// Hands `mail` over for the addresses in `open`. The second value tells whether the connection can be used again.
pub(super) async fn hand_over(
    config: &SmtpConfig,
    connection: &mut AsyncSmtpConnection,
    from: Address,
    open: &[String],
    mail: &[u8],
) -> (Results, bool) {
    let patience = config.command_timeout.0;
    let said = answer(patience, connection.command(Mail::new(Some(from), vec![])), 250).await;
    if let Err(fault) = said {
        let usable = quiet(patience, connection, &fault).await;
        return (every(open, &delivery(Step::Mail, &fault)), usable);
    }
    // One entry per open address: its final result, or none yet for those the server took.
    let mut results: Vec<(String, Option<Delivery>)> = Vec::with_capacity(open.len());
    let mut lost = None;
    for address in open {
        let result = match (&lost, parse_address(address)) {
            (_, Err(why)) => Some(Delivery::Refused { what: Refused::Recipient, why }),
            (Some(broken), Ok(_)) => Some(Delivery::clone(broken)),
            (None, Ok(recipient)) => {
                match answer(patience, connection.command(Rcpt::new(recipient, vec![])), 250).await {
                    Ok(_) => None,
                    Err(fault) => {
                        let result = delivery(Step::Recipient, &fault);
                        if fault.ends_the_conversation() {
                            lost = Some(result.clone());
                        }
                        Some(result)
                    }
                }
            }
        };
        results.push((address.clone(), result));
    }
    if let Some(broken) = lost {
        return (settle(results, &broken), false);
    }
    if results.iter().all(|(_, result)| result.is_some()) {
        let reset = answer(patience, connection.command(Rset), 250).await.is_ok();
        let nobody = Delivery::Later { why: "no recipient was accepted".to_owned(), after: None };
        return (settle(results, &nobody), reset);
    }
    if let Err(fault) = answer(patience, connection.command(Data), 354).await {
        let usable = quiet(patience, connection, &fault).await;
        return (settle(results, &delivery(Step::Data, &fault)), usable);
    }
    let (outcome, usable) = text(config, connection, mail).await;
    (settle(results, &outcome), usable)
}

/// Sends the text and waits for the answer to its final dot, on which everything depends: before the dot nothing was
/// delivered, after it only the server knows.
async fn text(config: &SmtpConfig, connection: &mut AsyncSmtpConnection, mail: &[u8]) -> (Delivery, bool) {
    let ended = AtomicBool::new(false);
    let patience = config.final_timeout.0;
    match answer(patience, connection.message_iter(Pieces { rest: mail, ended: &ended }), 250).await {
        Ok(response) => {
            let answer = header(&response.message().collect::<Vec<_>>().join(" "));
            (Delivery::Accepted { answer }, true)
        }
        Err(Fault::Lost(why)) if ended.load(Ordering::Relaxed) => {
            (Delivery::Unknown { why: format!("the mail was sent, but no answer came: {why}") }, false)
        }
        Err(fault) => (delivery(Step::Text, &fault), !fault.ends_the_conversation()),
    }
}

/// The mail in pieces; being asked for one more than there are means that the final dot comes next.
struct Pieces<'a> {
    rest: &'a [u8],
    ended: &'a AtomicBool,
}

impl<'a> Iterator for Pieces<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        if self.rest.is_empty() {
            self.ended.store(true, Ordering::Relaxed);
            return None;
        }
        let (piece, rest) = self.rest.split_at(self.rest.len().min(16 * 1024));
        self.rest = rest;
        Some(piece)
    }
}

/// The answer to one step. A positive answer of another kind than `wanted` (`354` where `250` belongs) is no answer to
/// this step: taking it for one could end in a mail that counts as delivered and is not.
async fn answer(
    patience: Duration,
    step: impl Future<Output = Result<Response, Error>>,
    wanted: u16,
) -> Result<Response, Fault> {
    let response = match tokio::time::timeout(patience, step).await {
        Ok(Ok(response)) => response,
        Ok(Err(error)) => {
            return Err(match error.status() {
                Some(code) => {
                    Fault::Said { code: code.into(), text: header(&format!("{} {}", u16::from(code), reason(&error))) }
                }
                None => Fault::Lost(header(&error.to_string())),
            });
        }
        Err(_) => return Err(Fault::Lost(format!("no answer within {} s", patience.as_secs()))),
    };
    let positive = response.code().severity == Severity::PositiveCompletion;
    if response.has_code(wanted) || (wanted == 250 && positive) {
        return Ok(response);
    }
    Err(Fault::Lost(format!("the server answered {} where {wanted} was due", response.code())))
}

fn reason(error: &Error) -> String {
    std::error::Error::source(error).map_or_else(|| error.to_string(), ToString::to_string)
}

impl Fault {
    fn ends_the_conversation(&self) -> bool {
        match self {
            Fault::Said { code, .. } => *code == 421,
            Fault::Lost(_) => true,
        }
    }
}

/// After a refusal the server waits for the next mail, if we say so; after anything else the connection is dropped.
async fn quiet(patience: Duration, connection: &mut AsyncSmtpConnection, fault: &Fault) -> bool {
    !fault.ends_the_conversation() && answer(patience, connection.command(Rset), 250).await.is_ok()
}

/// What a failed step means. Source: the product's delivery rules (SMTP verdicts) and RFC 5321 §4.2.
fn delivery(step: Step, fault: &Fault) -> Delivery {
    let (code, why) = match fault {
        // In the midst of a text it may be this mail at which the server breaks off; before it is the server alone.
        Fault::Lost(why) if step == Step::Text => return Delivery::Later { why: why.clone(), after: None },
        Fault::Lost(why) => return Delivery::Unreachable { why: why.clone() },
        Fault::Said { code, text } => (*code, text.clone()),
    };
    let refused = |what| Delivery::Refused { what, why: why.clone() };
    match (step, code) {
        (_, ..500) => Delivery::Later { why, after: None },
        // Login or TLS is asked for: our set-up is wrong, not the mail.
        (_, 530 | 534 | 535 | 538) => refused(Refused::Destination),
        // 552 for a recipient is a full mailbox unless it speaks of the message's size.
        (Step::Recipient, 552) if !why.contains("5.3.4") => refused(Refused::Recipient),
        (_, 552) => Delivery::TooBig { why },
        (_, _) if why.contains(" 5.3.4 ") => Delivery::TooBig { why },
        (Step::Recipient, _) => refused(Refused::Recipient),
        (Step::Mail | Step::Data | Step::Text, _) => refused(Refused::Message),
    }
}

/// Gives those addresses that the server had taken the result of what followed.
fn settle(results: Vec<(String, Option<Delivery>)>, rest: &Delivery) -> Results {
    results.into_iter().map(|(address, result)| (address, result.unwrap_or_else(|| rest.clone()))).collect()
}
