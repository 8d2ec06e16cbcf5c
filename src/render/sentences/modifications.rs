//! Sentences of what is changed on components.

use super::{Names, Weight, one_line};
use crate::desk::modification::{self, ModificationState};

pub(super) fn modification(names: Names, change: &modification::Change) -> (String, Weight) {
    let said = match change {
        modification::Change::Registered(known) => {
            let components: Vec<&str> = known.components.iter().map(|component| component.as_str()).collect();
            let planned = if known.state == ModificationState::Planned { "planned " } else { "" };
            let (at, what) = (names.at(known.at), one_line(&known.summary));
            format!("{planned}change {} of {} at {at}: {what}", known.id, components.join(", "))
        }
        modification::Change::Done { modification, at } => format!("change {modification} done at {}", names.at(*at)),
        modification::Change::RolledBack { modification, at } => {
            format!("change {modification} rolled back at {}", names.at(*at))
        }
        modification::Change::Forgotten(modification) => {
            return (format!("forgot {modification}"), Weight::Detail);
        }
    };
    (said, Weight::Headline)
}
