//! `during`: the fault began in the open hours of a calendar.

use super::{Case, Kind, Place, Truth};
use crate::desk::ids::CalendarId;
use crate::desk::phrase::{Phrase, on};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// 発生 lies in the open hours of this calendar, in the site's zone, the end of the hours excluded.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct During(pub CalendarId);

impl Kind for During {
    type Written = String;

    fn checked(written: String, place: &mut Place) -> Vec<Self> {
        vec![Self(place.calendar(&written))]
    }

    fn test(&self, case: &Case, _: Timestamp) -> Truth {
        if case.book.calendar(&self.0).is_open(case.incident.occurred, &case.book.zone) {
            Truth::Holds(Vec::new())
        } else {
            let at = case.incident.occurred.to_zoned(case.book.zone.clone());
            let en = format!("it began on {}", at.strftime("%a %Y-%m-%d at %H:%M"));
            Truth::fails(en, format!("発生は{}", on(&at)))
        }
    }

    fn words(&self) -> Phrase {
        let calendar = &self.0;
        Phrase::new(format!("it began in the hours of {calendar}"), format!("発生が{calendar}の時間帯内"))
    }
}
