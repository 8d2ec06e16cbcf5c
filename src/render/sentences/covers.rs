//! Changes of planned work and silences in words.

use super::{Names, Weight, one_line};
use crate::desk::cover::{Change, Cover, Over};
use crate::desk::ids::CoverId;

pub(super) fn cover(names: Names, change: &Change) -> (String, Weight) {
    match change {
        Change::Registered(cover) => {
            let verb = if cover.begun { "began" } else { "registered" };
            let span = format!("{} to {}", names.at(cover.from), names.at(cover.until));
            (format!("{verb} {} of {}, {span}: {}", what(cover), cover.owner, over(cover)), Weight::Headline)
        }
        Change::Began(id) => (format!("began {}", named(names, *id)), Weight::Headline),
        Change::Moved { cover, until, .. } => {
            (format!("{} now ends {}", named(names, *cover), names.at(*until)), Weight::Headline)
        }
        Change::Hid { cover, alerts } => (format!("{alerts} more under {}", named(names, *cover)), Weight::Detail),
        Change::Warned(id) => (format!("end of {} is near", named(names, *id)), Weight::Detail),
        Change::Reminded { cover, .. } => (format!("reminded of {}", named(names, *cover)), Weight::Headline),
        Change::Ended { cover, at } => {
            let hid = names.state.covers.get(cover).map_or(0, |cover| cover.hid);
            (format!("ended {} at {}, it kept {hid} apart", named(names, *cover), names.at(*at)), Weight::Headline)
        }
        Change::Forgotten(id) => (format!("forgot {id}"), Weight::Detail),
    }
}

fn what(cover: &Cover) -> String {
    let kind = if cover.is_work() { "planned work" } else { "silence" };
    format!("{kind} {} {}", cover.id, one_line(&cover.name))
}

fn named(names: Names, id: CoverId) -> String {
    names.state.covers.get(&id).map_or_else(|| id.to_string(), what)
}

fn over(cover: &Cover) -> String {
    match &cover.over {
        Over::Work { components, hosts } => {
            let components = components.iter().map(ToString::to_string);
            let all: Vec<String> =
                components.chain(hosts.iter().map(|host| format!("host {}", one_line(host)))).collect();
            all.join(", ")
        }
        Over::Alerts(matcher) => one_line(&matcher.words().en),
    }
}
