//! `behind`: a common element of what fails.

use super::{Case, Kind, Place, Truth};
use crate::desk::ids::ComponentId;
use crate::desk::letter::Fact;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// At least `percent` of the incident's failing components are `component` or need it, directly or not.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Behind {
    /// The common element.
    pub component: ComponentId,
    /// 1-100.
    pub percent: u8,
}

/// As written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Written {
    component: String,
    percent: u8,
}

impl Kind for Behind {
    type Written = Written;

    fn checked(written: Written, place: &mut Place) -> Vec<Self> {
        if !(1..=100).contains(&written.percent) {
            place.key("percent").fault("is not a percentage from 1 to 100", "write 80 for four of five");
        }
        let component = place.key("component").component(&written.component);
        vec![Self { component, percent: written.percent }]
    }

    fn test(&self, case: &Case, _: Timestamp) -> Truth {
        let of = case.failing.len();
        let failing = case.behind(&self.component);
        if of > 0 && failing * 100 >= usize::from(self.percent) * of {
            Truth::Holds(vec![Fact::Behind { failing, of }])
        } else {
            Truth::Fails { saw: format!("{failing} of {of} failing components lie behind it") }
        }
    }

    fn words(&self) -> String {
        format!("{} % of what fails lies behind {}", self.percent, self.component)
    }

    fn covers(&self, strong: &Self) -> bool {
        self.component == strong.component && self.percent <= strong.percent
    }
}
