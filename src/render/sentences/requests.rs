//! Changes of requests in words.

use super::{Names, Weight};
use crate::desk::letter::Ask;
use crate::desk::request::{self, RequestState, Step};

pub(super) fn ask_word(ask: Ask) -> &'static str {
    match ask {
        Ask::Repair => "repair",
        Ask::Inquiry => "inquiry",
    }
}

pub(super) fn request(names: Names, change: &request::Change) -> (String, Weight) {
    match change {
        request::Change::Decided(request) => {
            let what = format!(
                "asked {} ({}) for {}, acknowledgement by {}",
                request.party,
                ask_word(request.ask),
                names.incident(request.incident),
                names.at(request.acknowledge_by)
            );
            (what, Weight::Headline)
        }
        request::Change::Forgotten(id) => (format!("forgot {id}"), Weight::Detail),
        request::Change::Sent(id) => (format!("sent request to {}", names.request(*id)), Weight::Detail),
        request::Change::Acknowledged { request, at } => {
            (format!("acknowledged by {} at {}", names.request(*request), names.at(*at)), Weight::Headline)
        }
        request::Change::Started { request, at } => {
            (format!("started by {} at {}", names.request(*request), names.at(*at)), Weight::Headline)
        }
        request::Change::Chased { request, .. } => (format!("reminded {}", names.request(*request)), Weight::Headline),
        request::Change::Postponed { request, next: None } => {
            (format!("no reminder to {}", names.request(*request)), Weight::Headline)
        }
        request::Change::Postponed { request, .. } => {
            (format!("postponed reminder of {}", names.request(*request)), Weight::Detail)
        }
        request::Change::LetGo { request, acknowledge_by, .. } => {
            let what =
                format!("{} is asked, acknowledgement by {}", names.request(*request), names.at(*acknowledge_by));
            (what, Weight::Headline)
        }
        request::Change::Closed { request, closure: Some(closure) } => {
            let step = match closure.next {
                Step::Manager => "the manager is told",
                Step::Consult => "the office is asked",
                Step::Opening => "it is called",
            };
            let (who, due, opens) = (names.request(*request), names.at(closure.due), names.at(closure.opens));
            (format!("{who} opens {opens}, {step} at {due} if it stays silent"), Weight::Headline)
        }
        request::Change::Closed { request, closure: None } => {
            (format!("closure of {} is waited out", names.request(*request)), Weight::Detail)
        }
        request::Change::Ended { request, state } => {
            let how = match state {
                RequestState::Withdrawn => "withdrew request to",
                RequestState::Checked => "request done of",
                RequestState::NotOurs => "not theirs, request to",
                RequestState::Reported => "completion reported by",
                RequestState::Unsent | RequestState::Sent | RequestState::Acknowledged | RequestState::Started => {
                    "request goes on to"
                }
            };
            (format!("{how} {}", names.request(*request)), Weight::Headline)
        }
    }
}
