//! `during`: the fault began in the open hours of a calendar.

use super::{Case, Kind, Place, Truth};
use crate::desk::ids::CalendarId;
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
            Truth::Fails { saw: format!("it began on {}", at.strftime("%a %Y-%m-%d at %H:%M")) }
        }
    }

    fn words(&self) -> String {
        format!("it began in the hours of {}", self.0)
    }
}
