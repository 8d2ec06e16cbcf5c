//! Wording: makes the text of a message to people of the facts in its letter.
//!
//! The desk has decided who hears what, and fixed the facts in a [`Letter`]; here they become a subject and a body, and
//! channels carry these. Each kind of mail is built as a page of named sections (`layout.rs`) by the file of its family:
//! `report` and `office` (主管課), `request` (業者), `ends` (取消, 統合), `desk`, `notice` and `covers` (窓口), `source` (監視停止) and,
//! in English, `en`. Deliberately
//! not here: decisions, reading a clock, looking anything up, templates made of text from outside. Nothing here fails.

mod approval;
mod asking;
mod beat;
pub mod because;
mod bundle;
mod call;
mod certificates;
mod commands;
mod consult;
mod covers;
mod desk;
mod digest;
mod disk;
mod doubt;
mod dropped;
mod en;
mod ends;
mod evidence;
mod facts;
mod former;
mod frame;
mod handling;
mod impact;
mod instead;
mod layout;
pub mod mask;
mod notice;
mod office;
mod outside;
pub mod probe;
pub mod quote;
mod recovery;
mod report;
mod request;
mod restored;
pub mod sentences;
mod shadow;
mod shown;
mod silent;
mod source;
mod storm;
mod symptom;
mod text;
mod time;
mod told;
pub mod trial;
mod unseen;
mod ways_out;
pub mod words;

use crate::desk::letter::{Letter, Matter};
use crate::desk::owed::kind_of;
use crate::desk::rules::Language;
use crate::desk::words::ERASED;
use layout::Page;
use quote::Kept;

pub use unseen::unseen;

/// A worded message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words {
    /// One line without control characters, number last.
    pub subject: String,
    /// Lines of at most 70 columns (quoted lines and commands unbroken), separated and ended by `\n`.
    pub body: String,
    /// Machine-readable kind: `first_report`, `request`, `phone_note` ….
    pub kind: &'static str,
}

/// The words of `letter`, whatever its facts contain; of what is kept apart from it, the bodies that are not at hand, it says
/// that there is more. Source of the wording: `DOMAIN.md` §13-14.
pub fn mail(letter: &Letter) -> Words {
    mail_with(letter, &Kept::default())
}

/// The same, with the bodies it quotes from.
pub fn mail_with(letter: &Letter, kept: &Kept) -> Words {
    mail_within(letter, kept, layout::COLUMNS)
}

/// The same, to be quoted by another mail.
fn mail_to_quote(letter: &Letter, kept: &Kept) -> Words {
    mail_within(letter, kept, layout::COLUMNS - layout::QUOTED.len())
}

fn mail_within(letter: &Letter, kept: &Kept, columns: usize) -> Words {
    let marked = letter.marked();
    let letter = marked.as_ref();
    let (subject, page) = match (letter.language, &letter.matter) {
        (_, Matter::Heartbeat { beat }) => beat::page(letter, beat),
        (Language::Ja, _) => japanese(letter, kept),
        (Language::En, _) => en::mail(letter, kept),
    };
    let erased = |text: String| match letter.language {
        Language::Ja => text,
        Language::En => text.replace(ERASED, "(erased)"),
    };
    let (subject, body) = (erased(text::clean(&subject)), erased(page.set_within(columns)));
    let words = Words { subject, body, kind: kind_of(&letter.matter) };
    match &letter.meant {
        Some(meant) => shadow::on_trial(words, letter.language, meant),
        None => words,
    }
}

/// Subject and sections in Japanese.
fn japanese(letter: &Letter, kept: &Kept) -> (String, Page) {
    match &letter.matter {
        Matter::FirstReport { incident, next_report } => report::first(letter, incident, *next_report),
        Matter::Interim { incident, nth, news, last, next_report } => {
            report::interim(letter, incident, *nth, news, last.as_ref(), *next_report)
        }
        Matter::Recovery { incident, recovery, to_office } => {
            recovery::recovery(letter, incident, recovery, *to_office)
        }
        Matter::Request { incident, ask, acknowledge_by, entry_phone, log, before, extracts, no_log } => {
            let quoted = quote::quoted(log, extracts, *no_log, kept);
            let more = request::More { entry_phone: entry_phone.as_deref(), quoted: &quoted, before: before.as_ref() };
            request::request(letter, incident, *ask, *acknowledge_by, &more)
        }
        Matter::Chaser { incident, ask, asked_at, nth, answer_by, asked_of } => {
            let reminder = request::Reminder {
                asked_at: *asked_at,
                nth: *nth,
                answer_by: *answer_by,
                asked_of: asked_of.as_ref(),
            };
            request::chaser(letter, incident, *ask, &reminder)
        }
        Matter::Withdrawal { incident, asked_at, cancelled, under } => {
            request::withdrawal(letter, incident, *asked_at, (*cancelled, under.as_ref()))
        }
        Matter::Addition { incident, ask, asked_at, alerts } => {
            request::addition(letter, incident, (*ask, *asked_at), alerts)
        }
        Matter::OnSite { incident, place, items } => office::on_site(letter, incident, place, items),
        Matter::Cancelled { incident, kind, reason } => ends::cancelled(letter, incident, *kind, reason),
        Matter::Merged { incident, into, to_office, goes_on } => {
            ends::merged(letter, incident, into, (*to_office, *goes_on))
        }
        Matter::Consultation { incident, wished_by, nth, closed, first, held, news } => {
            let (wished_by, nth, first) = (*wished_by, *nth, *first);
            let (closed, held) = (closed.as_ref(), held.as_deref());
            consult::consultation(letter, incident, &consult::Asked { wished_by, nth, first, closed, held, news })
        }
        Matter::External { incident, service } => office::external(letter, incident, service),
        Matter::Security { number, least } => office::security(letter, number, *least),
        Matter::PhoneNote { incident, calls, tried } => desk::phone_note(letter, incident, calls, tried),
        Matter::Internal { incident, notice } => notice::internal(letter, incident.as_deref(), notice, kept),
        Matter::CertificateEnds { notice } => certificates::ends(letter, notice),
        Matter::Heartbeat { beat } => beat::page(letter, beat),
        Matter::Digest { digest } => digest::daily(letter, digest),
        Matter::HandOver { digest } => digest::hand_over(letter, digest),
        Matter::Bundle { lines, reader } => bundle::bundle(letter, lines, *reader),
        Matter::Adopted { source, problems, total } => digest::adopted(letter, source, problems, *total),
        Matter::Blind { number, source, since, detail } => {
            source::blind(letter, number.as_ref(), source, *since, detail)
        }
        Matter::Sighted { number, source, since, until } => {
            source::sighted(letter, number.as_ref(), source, *since, *until)
        }
    }
}
